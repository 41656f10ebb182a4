//! Consecutive entries of one origin, as they lie in memory, in the journal and in the store.

use ledger_core::Origin;

use crate::chain::Hash;

/// The largest entry in bytes; a writer refuses a larger one, a reader does not take it.
pub const ENTRY_BYTES_MAX: usize = 32 * 1024;

/// The bytes of several entries in one allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryBuf {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl EntryBuf {
    /// No entries.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Appends an entry's bytes.
    pub fn push(&mut self, entry: &[u8]) {
        self.bytes.extend_from_slice(entry);
        self.ends.push(self.bytes.len());
    }

    /// How many entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes the entries have together.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    /// The entry at an index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(start..end)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl<'a> FromIterator<&'a [u8]> for EntryBuf {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(entries: I) -> Self {
        let mut buf = Self::new();
        for entry in entries {
            buf.push(entry);
        }
        buf
    }
}

/// Consecutive entries of one origin with the chain hash before the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginSlice {
    /// Whose entries.
    pub origin: Origin,
    /// The first one's seq.
    pub first_seq: u64,
    /// The chain hash before the first.
    pub prev: Hash,
    /// The entries.
    pub entries: EntryBuf,
}

impl OriginSlice {
    /// The last one's seq; the one before the first when there is none.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        self.first_seq.saturating_add(count).saturating_sub(1)
    }

    /// The chain hash after the last entry.
    #[must_use]
    pub fn head(&self) -> Hash {
        self.entries
            .iter()
            .fold(self.prev, |hash, entry| hash.then(entry))
    }
}
