//! Chunks: consecutive entries of one origin under one key, one behind the other or packed.

use ledger_core::Origin;
use ledger_format::{EntryBuf, Hash, OriginSlice};

use super::ReadError;
use super::block::Packing;
use crate::bytes::{Reader, wide};
use crate::keys;

/// The form of a chunk whose entries stand one behind the other.
const RAW: u8 = 0;
/// The form of a chunk whose entries are packed: a block.
const PACKED: u8 = 1;

/// What stands before a chunk's entries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    origin: Origin,
    /// The first entry's seq.
    pub(super) first_seq: u64,
    prev: Hash,
    count: u32,
    /// Whether it is a block.
    pub(super) packed: bool,
}

impl Head {
    /// Reads it, and gives what stands behind it.
    pub(super) fn read<'a>(key: &[u8], body: &'a [u8]) -> Result<(Self, &'a [u8]), ReadError> {
        Self::fields(key, body).ok_or_else(|| ReadError::corrupt(key))
    }

    fn fields<'a>(key: &[u8], body: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let origin = keys::origin_in(key)?;
        let first_seq = keys::number_in(key).filter(|&seq| seq > 0)?;
        let (prev, rest) = body.split_first_chunk::<32>()?;
        let (&[a, b, c, form], rest) = rest.split_first_chunk::<4>()?;
        let count = u32::from_le_bytes([a, b, c, 0]);
        let packed = match form {
            RAW => false,
            PACKED => true,
            _ => return None,
        };
        let head = Self {
            origin,
            first_seq,
            prev: Hash::from_bytes(*prev),
            count,
            packed,
        };
        (count > 0).then_some((head, rest))
    }

    /// The last entry's seq.
    pub(super) fn last_seq(&self) -> u64 {
        let before = self.first_seq.saturating_sub(1);
        before.saturating_add(u64::from(self.count))
    }
}

/// The number of entries and the form, as they stand in a chunk.
pub(super) const fn count_and_form(count: u32, packed: bool) -> [u8; 4] {
    let [a, b, c, _] = count.to_le_bytes();
    [a, b, c, if packed { PACKED } else { RAW }]
}

/// A chunk as it was read.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// Its entries; there is at least one.
    pub(super) slice: OriginSlice,
}

impl Chunk {
    /// Decodes a chunk's value without its checksum.
    pub(super) fn decode(
        key: &[u8],
        body: &[u8],
        packing: Option<&Packing>,
    ) -> Result<Self, ReadError> {
        let (head, rest) = Head::read(key, body)?;
        let damaged = || ReadError::corrupt(key);
        if !head.packed {
            return Self::fields(head, rest).ok_or_else(damaged);
        }
        let packing = packing.ok_or_else(|| ReadError::packed(key))?;
        let slice = (packing.unpack)(rest, head.origin, head.first_seq, head.prev);
        let slice = slice.ok().filter(|slice| {
            slice.last_seq() == head.last_seq()
                && (slice.origin, slice.first_seq) == (head.origin, head.first_seq)
        });
        slice.map(|slice| Self { slice }).ok_or_else(damaged)
    }

    fn fields(head: Head, rest: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(rest);
        let mut entries = EntryBuf::new();
        for _ in 0..head.count {
            entries.push(reader.counted()?);
        }
        reader.end()?;
        Some(Self {
            slice: OriginSlice {
                origin: head.origin,
                first_seq: head.first_seq,
                prev: head.prev,
                entries,
            },
        })
    }

    /// The chain hash before one of its entries, or after the last.
    pub(super) fn hash_before(&self, seq: u64) -> Hash {
        let skip = seq.saturating_sub(self.slice.first_seq);
        let before = self.slice.entries.iter().enumerate();
        before
            .take_while(|(index, _)| wide(*index) < skip)
            .fold(self.slice.prev, |hash, (_, entry)| hash.then(entry))
    }
}

/// One entry of a chunk's value without its checksum; none when it ends before that.
pub(super) fn entry(
    key: &[u8],
    body: &[u8],
    seq: u64,
    packing: Option<&Packing>,
) -> Result<Option<Vec<u8>>, ReadError> {
    let (head, rest) = Head::read(key, body)?;
    if seq > head.last_seq() {
        return Ok(None);
    }
    let index = seq.checked_sub(head.first_seq);
    let index = index.and_then(|index| usize::try_from(index).ok());
    let index = index.ok_or_else(|| ReadError::corrupt(key))?;
    if head.packed {
        let packing = packing.ok_or_else(|| ReadError::packed(key))?;
        let entry = (packing.unpack_one)(rest, index);
        return entry.map(Some).or(Err(ReadError::corrupt(key)));
    }
    let mut reader = Reader::new(rest);
    for _ in 0..index {
        let _before = reader.counted().ok_or_else(|| ReadError::corrupt(key))?;
    }
    let entry = reader.counted().ok_or_else(|| ReadError::corrupt(key))?;
    Ok(Some(entry.to_vec()))
}
