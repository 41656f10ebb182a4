//! Chunks: consecutive entries of one origin under one key.

use ledger_format::{EntryBuf, Hash, OriginSlice};

use super::ReadError;
use crate::bytes::{Reader, wide};
use crate::keys;

/// A chunk as it was read.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// Its entries; there is at least one.
    pub(super) slice: OriginSlice,
}

impl Chunk {
    /// Decodes a chunk's value without its checksum.
    pub(super) fn decode(key: &[u8], body: &[u8]) -> Result<Self, ReadError> {
        Self::fields(key, body).ok_or_else(|| ReadError::corrupt(key))
    }

    fn fields(key: &[u8], body: &[u8]) -> Option<Self> {
        let origin = keys::origin_in(key)?;
        let first_seq = keys::number_in(key).filter(|&seq| seq > 0)?;
        let mut reader = Reader::new(body);
        let prev = Hash::from_bytes(reader.array()?);
        let count = reader.u32().filter(|&count| count > 0)?;
        let mut entries = EntryBuf::new();
        for _ in 0..count {
            entries.push(reader.counted()?);
        }
        reader.end()?;
        Some(Self {
            slice: OriginSlice {
                origin,
                first_seq,
                prev,
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

    /// One of its entries.
    pub(super) fn entry(&self, seq: u64) -> Option<&[u8]> {
        let index = seq.checked_sub(self.slice.first_seq)?;
        self.slice.entries.get(usize::try_from(index).ok()?)
    }
}
