//! What is appended to a store: groups of records.
//!
//! The store does not know what an entry means. It knows whose it is, where it stands in its
//! origin's chain, and what belongs together.

use std::fmt;

use ledger_core::{LedgerId, Origin};
use ledger_format::{Hash, OriginSlice};

use crate::bytes::wide;

/// The longest key of a note in bytes.
pub const NOTE_KEY_BYTES_MAX: usize = 255;
/// The longest value of a note in bytes.
pub const NOTE_VALUE_BYTES_MAX: usize = 4096;

/// The highest seq at which a branch may begin, so that numbers behind it never end.
pub const BRANCH_SEQ_MAX: u64 = 1 << 62;

/// Names one store; made at random when it is created, written in every file that belongs to it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId([u8; 16]);

impl StoreId {
    /// Makes the id of its 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreId({self})")
    }
}

/// A device's or server's signature under the chain of an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedHead {
    /// Whose chain.
    pub origin: Origin,
    /// The last entry that the signature covers, from 1.
    pub seq: u64,
    /// The chain hash after that entry.
    pub hash: Hash,
    /// The Ed25519 signature. The store does not check it.
    pub signature: [u8; 64],
    /// The ledger it was signed for.
    pub ledger: LedgerId,
}

/// Consecutive entries that the central server numbered together.
///
/// Central numbers `first ..` are the entries `first_seq ..` of the origin, `count` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first central number, from 1.
    pub first: u64,
    /// Whose entries.
    pub origin: Origin,
    /// The first entry's seq, from 1.
    pub first_seq: u64,
    /// How many entries.
    pub count: u64,
    /// When the central server numbered them, in milliseconds since 1970.
    pub moment_ms: u64,
    /// The central chain hash after the run.
    pub after: Hash,
    /// The epoch of the numbers.
    pub epoch: u64,
}

impl Run {
    /// The last central number.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.first.saturating_add(self.count).saturating_sub(1)
    }

    /// The last entry's seq.
    #[must_use]
    pub const fn last_seq(&self) -> u64 {
        self.first_seq.saturating_add(self.count).saturating_sub(1)
    }
}

/// How far this node has pulled from a peer along the central order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The peer: a server or device id.
    pub peer: [u8; 16],
    /// The epoch of the central numbers.
    pub epoch: u64,
    /// The last central number that was pulled.
    pub n: u64,
    /// The central chain hash there.
    pub anchor: Hash,
}

/// A small fact of the node, such as the time of the last sync. The newest of a key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// At most [`NOTE_KEY_BYTES_MAX`] bytes.
    pub key: String,
    /// At most [`NOTE_VALUE_BYTES_MAX`] bytes.
    pub value: String,
}

/// A chain that does not begin at 1: one of several that go on from the same entry.
///
/// Which of them is called what, and why there are several, is the caller's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// What its entries are kept under.
    pub id: Origin,
    /// The origin that it belongs to. The store keeps it and does nothing with it.
    pub root: Origin,
    /// Its first entry's seq, from 2 to [`BRANCH_SEQ_MAX`].
    pub first_seq: u64,
    /// The chain hash before that entry.
    pub prev: Hash,
}

/// All entries of one chain from a seq on, as many as are there now, belong to another from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renamed {
    /// Whose they were. Its chain ends before `first_seq` afterwards.
    pub from: Origin,
    /// The first of them, from 1.
    pub first_seq: u64,
    /// Whose they are. Its chain has to end just before `first_seq`, with the chain hash that
    /// `from` has there.
    pub to: Origin,
}

/// One thing to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Entries that are kept as their bare bytes: those written here.
    Own(OriginSlice),
    /// Entries from elsewhere, kept as the batch in which they came.
    Foreign {
        /// The batch as received. Opaque: only the caller's unpack function reads it.
        batch: Vec<u8>,
        /// The entries of it that are new here. It may be a part of what the batch holds.
        slice: OriginSlice,
    },
    /// A signature under a chain.
    Head(SignedHead),
    /// Central numbers.
    Run(Run),
    /// How far was pulled from a peer.
    Cursor(Cursor),
    /// A fact of the node.
    Note(Note),
    /// Where a chain begins that does not begin at 1. It comes before the chain's first entries.
    Branch(Branch),
    /// Entries that change their chain.
    Renamed(Renamed),
}

impl Record {
    /// The entries in it.
    #[must_use]
    pub const fn slice(&self) -> Option<&OriginSlice> {
        match self {
            Self::Own(slice) | Self::Foreign { slice, .. } => Some(slice),
            Self::Head(_)
            | Self::Run(_)
            | Self::Cursor(_)
            | Self::Note(_)
            | Self::Branch(_)
            | Self::Renamed(_) => None,
        }
    }

    /// Roughly how many bytes it takes in the journal.
    pub(crate) fn byte_len(&self) -> u64 {
        match self {
            Self::Own(slice) => wide(slice.entries.byte_len() + 4 * slice.entries.len() + 96),
            Self::Foreign { batch, .. } => wide(batch.len() + 96),
            Self::Note(note) => wide(note.key.len() + note.value.len() + 16),
            Self::Head(_) | Self::Run(_) | Self::Cursor(_) | Self::Branch(_) | Self::Renamed(_) => {
                160
            }
        }
    }
}

/// Whether entries change their chain in some records.
pub(crate) fn moves(records: &[Record]) -> bool {
    let is_renamed = |record: &Record| matches!(record, Record::Renamed(_));
    records.iter().any(is_renamed)
}

/// Records that a crash keeps or drops together. Their order counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// The records in order.
    pub records: Vec<Record>,
}

impl Group {
    /// A group of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            records: Vec::new(),
        }
    }

    /// The group with one more record.
    #[must_use]
    pub fn with(mut self, record: Record) -> Self {
        self.push(record);
        self
    }

    /// Adds a record at the end.
    pub fn push(&mut self, record: Record) {
        self.records.push(record);
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether entries change their chain in it.
    pub(crate) fn moves(&self) -> bool {
        moves(&self.records)
    }

    /// Whether it changes which chains there are, and not only how far they go.
    pub(crate) fn branches(&self) -> bool {
        let is_branch = |record: &Record| matches!(record, Record::Branch(_));
        self.records.iter().any(is_branch) || self.moves()
    }

    /// Roughly how many bytes it takes in the journal.
    pub(crate) fn byte_len(&self) -> u64 {
        self.records
            .iter()
            .fold(0_u64, |sum, record| sum.saturating_add(record.byte_len()))
    }
}

impl From<Vec<Record>> for Group {
    fn from(records: Vec<Record>) -> Self {
        Self { records }
    }
}
