//! The sync protocol without I/O: what to send, and what an answer means.
//!
//! Everything here is a function of a [`Log`] and a message; time, network and disk belong to the
//! caller. [`client`] makes requests and turns answers into [`Effect`]s, [`server`] checks pushed
//! batches and serves the central order. The caller makes effects durable, all of one answer at
//! once, and only then goes on.
//!
//! **Invariant.** Nothing is taken whose chain and signature do not hold, and the cursor never
//! moves past an entry that is not here.

mod branches;
pub mod client;
pub mod frontier;
mod keys;
mod outgoing;
pub mod pieces;
pub mod server;

pub use keys::unpack;
pub use outgoing::{REQUEST_BYTES_MAX, Room, Signer, batch_bytes, batch_message};

use ledger_core::fold::NumberRun;
use ledger_core::{DeviceId, Origin};
use ledger_format::head::{PublicKey, SignedHead};
use ledger_format::wire::{BatchMessage, CursorMessage};
use ledger_format::{Hash, OriginSlice};

/// A run of central numbers with the central chain's hash after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainedRun {
    /// The numbers.
    pub run: NumberRun,
    /// The central chain after the run's last entry.
    pub after: Hash,
}

impl ChainedRun {
    /// The run's last number.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.run.n.saturating_add(self.run.count).saturating_sub(1)
    }
}

/// What sync looks at: a node's durable log.
pub trait Log {
    /// Why the log could not be read.
    type Error: std::error::Error + Send + Sync + 'static;

    /// All chains with their last seq and chain hash, by id.
    fn heads(&self) -> Result<Vec<(Origin, u64, Hash)>, Self::Error>;
    /// Last seq and chain hash of an origin.
    fn head(&self, origin: Origin) -> Result<Option<(u64, Hash)>, Self::Error>;
    /// The chain hash after a seq; seq 0 is before the first.
    fn hash_at(&self, origin: Origin, seq: u64) -> Result<Option<Hash>, Self::Error>;
    /// Entries from a seq on, at least one where there is one.
    fn slice(
        &self,
        origin: Origin,
        from_seq: u64,
        entries_max: usize,
        bytes_max: usize,
    ) -> Result<OriginSlice, Self::Error>;
    /// The signed head with the smallest seq that covers this one.
    fn signed_head_covering(
        &self,
        origin: Origin,
        seq: u64,
    ) -> Result<Option<SignedHead>, Self::Error>;
    /// Runs of central numbers from `n` on, in order; the first may begin before it.
    fn runs_from(&self, n: u64, max: usize) -> Result<Vec<ChainedRun>, Self::Error>;
    /// The last seq of an origin that has a central number here, 0 when none has.
    fn numbered_up_to(&self, origin: Origin) -> Result<u64, Self::Error>;
    /// The device that an origin began with.
    fn device_of(&self, origin: Origin) -> Option<DeviceId>;
    /// The public key of a device, as far as known here.
    fn public_key(&self, device: DeviceId) -> Option<PublicKey>;
    /// Where a branch begins; none for an origin that is no branch here.
    fn branch(&self, id: Origin) -> Result<Option<BranchStart>, Self::Error>;
    /// The branches of an origin.
    fn branches_of(&self, root: Origin) -> Result<Vec<BranchStart>, Self::Error>;
}

/// Where a branch begins: behind an entry of its origin, or of another branch of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchStart {
    /// The branch's own id, by which its entries are kept.
    pub id: Origin,
    /// The origin, under which they were written and signed.
    pub root: Origin,
    /// Its first seq, from 2.
    pub first_seq: u64,
    /// The chain hash before it.
    pub prev: Hash,
}

/// Something to make durable; the effects of one answer belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Entries from elsewhere: the batch as it came, and the part of it that is new here.
    Foreign {
        /// As it came.
        batch: BatchMessage,
        /// What is new.
        slice: OriginSlice,
    },
    /// A signed head of a chain. It is signed for the chain's root.
    Head(Origin, SignedHead),
    /// A branch begins.
    Branch(BranchStart),
    /// What is kept under a name from a seq on goes by another name from now on: the central order
    /// has something else there. Whatever was worked out from the old names is to be worked out
    /// anew.
    Renamed {
        /// The name.
        from: Origin,
        /// The first seq.
        first_seq: u64,
        /// The other name.
        to: Origin,
    },
    /// Central numbers.
    Run(ChainedRun),
    /// The cursor moved.
    Cursor(CursorMessage),
}

/// Why an answer or a batch cannot be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault<E: std::error::Error + Send + Sync + 'static> {
    /// The log could not be read.
    #[error("the log could not be read")]
    Log(#[source] E),
    /// A batch that does not continue what is here.
    #[error("entries of {origin} before seq {first_seq} are missing")]
    Gap {
        /// Whose entries.
        origin: Origin,
        /// Where the batch begins.
        first_seq: u64,
        /// What would have continued the log here.
        expected: u64,
    },
    /// One seq of an origin with two contents.
    #[error(
        "{origin} has two different histories from seq {seq} or earlier on: its store was copied or restored"
    )]
    Fork {
        /// Whose entries.
        origin: Origin,
        /// A seq whose contents differ.
        seq: u64,
    },
    /// The packed bytes cannot be read.
    #[error("a batch of {origin} cannot be read: {reason}")]
    Unreadable {
        /// Whose entries.
        origin: Origin,
        /// What is wrong.
        reason: String,
    },
    /// The chain does not lead to the signed head.
    #[error("a batch of {origin} does not lead to its signed head")]
    BadHash {
        /// Whose entries.
        origin: Origin,
    },
    /// The signature does not hold, or the key is not known.
    #[error("the signature of a batch of {origin} does not hold")]
    BadSignature {
        /// Whose entries.
        origin: Origin,
    },
    /// A batch beyond the limits.
    #[error("a batch of {origin} is too large")]
    TooLarge {
        /// Whose entries.
        origin: Origin,
    },
    /// The central chain does not lead to the anchor that was given.
    #[error("the order of entries that came does not lead to its own anchor at number {n}")]
    OtherOrder {
        /// The central number.
        n: u64,
    },
    /// What came makes no sense.
    #[error("what came makes no sense: {0}")]
    Senseless(&'static str),
    /// The log has numbers and not the signature that goes with them.
    #[error("the log has no signed head of {chain} at seq {seq}, where a run of numbers ends")]
    NoHead {
        /// Whose entries.
        chain: Origin,
        /// The run's last seq.
        seq: u64,
    },
    /// An entry could not be packed.
    #[error("entries of {origin} could not be packed")]
    Pack {
        /// Whose entries.
        origin: Origin,
    },
}
