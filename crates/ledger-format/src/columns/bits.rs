//! Numbers of so many bits one behind the other.

/// Zeros behind the bits, so that the last value too is one read of eight bytes.
const PADDING: [u8; 8] = [0; 8];

/// The bits of the longest value, as a width that can be written.
pub(super) fn width_of(values: &[u64]) -> u32 {
    let all = values.iter().fold(0, |all, value| all | value);
    match u64::BITS - all.leading_zeros() {
        width @ 0..=56 => width,
        _ => 64,
    }
}

/// Appends width, bits and padding.
pub(super) fn put_bits(values: &[u64], width: u32, out: &mut Vec<u8>) {
    out.push(width.to_le_bytes()[0]);
    let (mut held, mut bits) = (0_u128, 0_u32);
    for value in values {
        held |= u128::from(*value) << bits;
        bits += width;
        while bits >= 8 {
            out.push(held.to_le_bytes()[0]);
            held >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        out.push(held.to_le_bytes()[0]);
    }
    out.extend_from_slice(&PADDING);
}

/// Bits that are to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct BitsReader<'a> {
    bytes: &'a [u8],
    width: usize,
    count: usize,
}

impl<'a> BitsReader<'a> {
    /// Takes so many values off the front.
    pub(super) fn take(input: &mut &'a [u8], count: usize) -> Option<Self> {
        let (&width, rest) = input.split_first()?;
        let width = usize::from(width);
        if width > 56 && width != 64 {
            return None;
        }
        let length = width.checked_mul(count)?.div_ceil(8) + PADDING.len();
        let (bytes, rest) = rest.split_at_checked(length)?;
        *input = rest;
        Some(Self {
            bytes,
            width,
            count,
        })
    }

    /// Puts all values into `out`, each as a function makes it.
    pub(super) fn read<T>(self, out: &mut Vec<T>, make: impl Fn(u64) -> T) -> Option<()> {
        out.clear();
        out.reserve(self.count);
        let mask = match self.width {
            64 => u64::MAX,
            width => !(u64::MAX << width),
        };
        let value = |index: usize| {
            let bit = index * self.width;
            let word = self.bytes.get(bit >> 3..)?.first_chunk::<8>()?;
            Some((u64::from_le_bytes(*word) >> (bit & 7)) & mask)
        };
        out.extend((0..self.count).map_while(value).map(make));
        (out.len() == self.count).then_some(())
    }
}
