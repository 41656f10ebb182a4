//! How entries of one origin travel, and later lie in cold blocks.
//!
//! ```text
//! packed = encoding u8 ‖ compressed part (see [`crate::bounded`]) of the payload
//! ```
//!
//! The encoding number is agreed in hello; [`unpack`] knows it from the first byte. Every encoding
//! gives back exactly the bytes that went in, whatever they are; the hash chain proves it.
//!
//! **Encoding 0, raw**: `count ‖ length* ‖ bytes*`, numbers as LEB128.
//!
//! **Encoding 1, factored.** What entries have in common goes into *shapes*, the rest into columns:
//!
//! ```text
//! payload = rows ‖ shapes ‖ (length ‖ shape)* ‖ directory of each column ‖ streams of each column
//! shape   = kind LEB128 ‖ presence u8 ‖ value            (the body, keys and types without values)
//! value   = 0 nil | 1 false | 2 true | 3 int | 4 int above 2^63 | 5 text | 6 bin
//!         | 7 array ‖ length ‖ value* | 8 map ‖ length ‖ (key u8 ‖ value)*
//! numbers directory = mode u8 ‖ lengths of planes        streams = planes
//! bytes   directory = lengths of planes × 3 ‖ length     streams = planes × 3 ‖ new bytes
//! lengths of planes = count ‖ length*
//! ```
//!
//! - A column is a field wherever it stands: (what, position below its key, numbers or bytes), in
//!   ascending order; *what* is 0 shape number, 1 time, 2 clock, 3 user, 4 raw entry, 16 + body key;
//!   positions from the 15th share a column. Columns 0, 1 and 4 are always there, others where a
//!   shape has them. Row after row, each shape takes its values from its columns in order: time,
//!   clock, user, then the body's.
//! - Shape number 0 is an entry kept raw, because it is not canonical: its bytes are in column 4.
//!   Shape n is the n-th in the payload.
//! - A number is LEB128 whose first byte lies in plane 0, the second in plane 1 and so on, so that
//!   high bytes compress among themselves. Mode 0 holds zigzag(value), mode 1 twice the zigzag of
//!   value / 10,000, or 1 and then zigzag(value) where that leaves a rest, mode 2 zigzag of the
//!   difference to the column's previous number. The writer takes the mode that looks shortest.
//! - Bytes are the index into what the column has had before, from 1; 0 is something new: its
//!   length in common with the last new one, the length of the rest, and the rest.
//!
//! Streams of some length get zstd blocks, and so Huffman tables, of their own.
//!
//! Measured by `tests::the_size_of_a_movement`, in bytes per movement without the signed head:
//! 5,000 items skewed, 40 locations, quantities 1–50, half with an order number, 3 users, seconds
//! apart, about 41 bytes each in memory. *Rows* is the same dictionary and zigzag numbers written
//! row after row; they were tried once, and columns took their place because a zstd block per
//! stream is worth a third.
//!
//! | movements in a batch | raw | rows (tried) | encoding 1 |
//! |---|---|---|---|
//! | 100 | 17.9 | 13.6 | 12.2 |
//! | 1,000 | 15.2 | 11.2 | 8.0 |
//! | 5,000 | 14.5 | 10.4 | 6.7 |
//!
//! A movement that names the order it picks for takes 1.0 bytes more when 50 orders are picked one
//! after the other, 2.8 when four are on a cart at a time, 3.0 in any order
//! (`tests::the_size_of_a_pick`).
//!
//! **Invariant.** [`unpack`] and [`unpack_one`] never panic, and neither inflate nor rebuild more
//! than [`INFLATED_BYTES_MAX`].

mod columns;
mod factored;
mod shape;

use ledger_core::Origin;

use crate::batch::{ENTRY_BYTES_MAX, EntryBuf, OriginSlice};
use crate::bounded::{self, CodecError};
use crate::chain::Hash;
use crate::varint::{self, len64};

/// The largest packed batch.
pub const BATCH_BYTES_MAX: usize = 512 * 1024;
/// The most bytes of entries, or of their payload, that a batch may unpack to.
pub const INFLATED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The most entries in a batch.
pub const ENTRIES_MAX: usize = 65_536;

/// The encoding that keeps entries as they are.
pub const RAW: u8 = 0;
/// The encoding that factors out what repeats.
pub const FACTORED: u8 = 1;

/// Below so many entries the raw encoding can be the smaller one.
const FEW: usize = 32;

/// Bytes that are not a packed batch, or one that is too large.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// More bytes or entries than a batch may have.
    #[error("the batch is larger than a batch may be")]
    TooLarge,
    /// An encoding of a later version.
    #[error("the batch has encoding {0}, which this version does not know")]
    Encoding(u8),
    /// Could not be decompressed.
    #[error("the batch cannot be decompressed")]
    Compressed(#[from] CodecError),
    /// The payload is not what its encoding says.
    #[error("the batch is damaged")]
    Damaged,
}

/// Packs entries with the best encoding up to this number.
///
/// The result may exceed [`BATCH_BYTES_MAX`], and the slice what a batch may unpack to; then it
/// has to be halved.
#[must_use]
pub fn pack(slice: &OriginSlice, encoding: u8) -> Vec<u8> {
    let factored = if encoding >= FACTORED {
        factored::pack(&slice.entries, FACTORED)
    } else {
        None
    };
    match factored {
        None => pack_raw(&slice.entries),
        Some(packed) if slice.entries.len() < FEW => {
            let raw = pack_raw(&slice.entries);
            if raw.len() <= packed.len() {
                raw
            } else {
                packed
            }
        }
        Some(packed) => packed,
    }
}

/// Unpacks what [`pack`] packed; which entries they are is said beside the bytes.
pub fn unpack(
    bytes: &[u8],
    origin: Origin,
    first_seq: u64,
    prev: Hash,
) -> Result<OriginSlice, UnpackError> {
    let (encoding, payload) = payload_of(bytes)?;
    let entries = if encoding == RAW {
        unpack_raw(&payload)?
    } else {
        factored::unpack(&payload)?
    };
    Ok(OriginSlice {
        origin,
        first_seq,
        prev,
        entries,
    })
}

/// The bytes of one of the entries that [`pack`] packed, by its index; the others are not checked.
pub fn unpack_one(bytes: &[u8], index: usize) -> Result<Vec<u8>, UnpackError> {
    let (encoding, payload) = payload_of(bytes)?;
    if encoding != RAW {
        return factored::unpack_one(&payload, index);
    }
    let entries = unpack_raw(&payload)?;
    let entry = entries.get(index).ok_or(UnpackError::Damaged)?;
    Ok(entry.to_vec())
}

/// The encoding and what it was compressed from.
fn payload_of(bytes: &[u8]) -> Result<(u8, Vec<u8>), UnpackError> {
    if bytes.len() > BATCH_BYTES_MAX {
        return Err(UnpackError::TooLarge);
    }
    let (encoding, part) = bytes.split_first().ok_or(UnpackError::Damaged)?;
    if *encoding > FACTORED {
        return Err(UnpackError::Encoding(*encoding));
    }
    Ok((*encoding, bounded::inflate(part, INFLATED_BYTES_MAX)?))
}

/// Puts an encoding's number in front of its compressed payload.
fn sealed(encoding: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut packed = bounded::deflate_parts(parts);
    packed.insert(0, encoding);
    packed
}

fn pack_raw(entries: &EntryBuf) -> Vec<u8> {
    let mut lengths = Vec::new();
    varint::write(&mut lengths, len64(entries.len()));
    entries
        .iter()
        .for_each(|entry| varint::write(&mut lengths, len64(entry.len())));
    let mut payload = lengths;
    entries
        .iter()
        .for_each(|entry| payload.extend_from_slice(entry));
    sealed(RAW, &[&payload])
}

/// Takes a byte off the front.
fn take_byte(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}

/// Takes a count off the front that may be at most so much.
fn take_count(input: &mut &[u8], most: usize) -> Result<usize, UnpackError> {
    let count = varint::read(input).ok_or(UnpackError::Damaged)?;
    let count = usize::try_from(count).or(Err(UnpackError::TooLarge))?;
    if count > most {
        Err(UnpackError::TooLarge)
    } else {
        Ok(count)
    }
}

fn unpack_raw(payload: &[u8]) -> Result<EntryBuf, UnpackError> {
    let mut rest = payload;
    let count = take_count(&mut rest, ENTRIES_MAX)?;
    let lengths: Vec<usize> = (0..count)
        .map(|_| take_count(&mut rest, ENTRY_BYTES_MAX))
        .collect::<Result<_, _>>()?;
    let mut entries = EntryBuf::new();
    for length in lengths {
        let (entry, behind) = rest.split_at_checked(length).ok_or(UnpackError::Damaged)?;
        rest = behind;
        entries.push(entry);
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(UnpackError::Damaged)
    }
}

#[cfg(test)]
mod tests;
