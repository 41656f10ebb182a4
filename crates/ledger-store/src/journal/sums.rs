//! The crc32c of any stretch of a segment in a fixed time, however long it is.
//!
//! Beside damage every offset may be where the next frame begins, and the four bytes there may say
//! any length. Summing each such stretch anew takes a time that grows with the square of the
//! damage, so the sums from the segment's start are made once and subtracted: with *shift* for
//! what `n` more bytes make of a sum, `crc(a ‖ b) = shift(crc(a), n) ^ crc(b)`. A shift is a
//! multiplication by `x` to the power of `8 n`, modulo the polynomial of crc32c.

use std::ops::Range;

/// How far apart the sums are that are kept.
const STEP: usize = 64;
/// A shift is made of one by so many bytes at most, and of one by a multiple of that.
const LOW: usize = 4096;
/// The polynomial of crc32c; the highest bit stands for the power of zero.
const POLYNOMIAL: u32 = 0x82F6_3B78;
const ONE: u32 = 1 << 31;
/// `x` to the power of 8: one byte more.
const BYTE: u32 = ONE >> 8;

/// The product of two polynomials.
fn times(mut left: u32, mut right: u32) -> u32 {
    let mut product = 0;
    while left != 0 {
        if left & ONE != 0 {
            product ^= right;
        }
        left <<= 1;
        right = (right >> 1) ^ if right & 1 == 0 { 0 } else { POLYNOMIAL };
    }
    product
}

/// The powers of `base` from 0 on.
fn powers(base: u32, count: usize) -> Vec<u32> {
    let power = |last: &u32| Some(times(*last, base));
    std::iter::successors(Some(ONE), power)
        .take(count)
        .collect()
}

/// Sums over one segment.
#[derive(Debug)]
pub(super) struct Sums<'a> {
    data: &'a [u8],
    /// The sum from the start up to each multiple of [`STEP`].
    starts: Vec<u32>,
    /// Shifts by 0, 1, 2 … bytes.
    low: Vec<u32>,
    /// Shifts by 0, 1, 2 … times [`LOW`] bytes.
    high: Vec<u32>,
}

impl<'a> Sums<'a> {
    /// Reads a segment once.
    pub(super) fn of(data: &'a [u8]) -> Self {
        let steps = data.chunks_exact(STEP);
        let sums = steps.scan(0, |sum, step| {
            *sum = crc32c::crc32c_append(*sum, step);
            Some(*sum)
        });
        let low = powers(BYTE, LOW);
        let by_low = low.last().map_or(ONE, |last| times(*last, BYTE));
        Self {
            data,
            starts: std::iter::once(0).chain(sums).collect(),
            low,
            high: powers(by_low, (data.len() / LOW).saturating_add(1)),
        }
    }

    /// The sum of `data[..end]`.
    fn up_to(&self, end: usize) -> Option<u32> {
        let start = self.starts.get(end / STEP)?;
        let rest = self.data.get(end.saturating_sub(end % STEP)..end)?;
        #[cfg(test)]
        super::segment::work::add(rest.len());
        Some(crc32c::crc32c_append(*start, rest))
    }

    /// The sum of something with the sum `before`, and a stretch of the segment behind it.
    pub(super) fn behind(&self, before: u32, stretch: Range<usize>) -> Option<u32> {
        let len = stretch.end.checked_sub(stretch.start)?;
        let shift = times(*self.low.get(len % LOW)?, *self.high.get(len / LOW)?);
        let until = before ^ self.up_to(stretch.start)?;
        Some(times(until, shift) ^ self.up_to(stretch.end)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_sum_is_what_reading_the_stretch_gives(
            seed in any::<u64>(),
            len in 0..40_000_usize,
            ends in any::<(prop::sample::Index, prop::sample::Index)>(),
            before in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut data = vec![0; len];
            blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut data);
            let ends = [ends.0.index(len + 1), ends.1.index(len + 1)];
            let stretch = ends[0].min(ends[1])..ends[0].max(ends[1]);
            let before = crc32c::crc32c(&before);
            let read = crc32c::crc32c_append(before, &data[stretch.clone()]);
            prop_assert_eq!(Sums::of(&data).behind(before, stretch), Some(read));
        }
    }
}
