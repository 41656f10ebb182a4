//! Every byte that is stored or sent.
//!
//! - [`entry_bytes`] the one canonical form of an entry, [`chain`] the hashes that tie them,
//! - [`batch`] entries of one origin together, [`pack`] how they travel,
//! - [`columns`] what a fold needs of a cold block,
//! - [`head`] signatures and certificates, [`wire`] the messages of the sync protocol,
//! - [`state_hash`] what equal nodes have in common,
//! - [`bounded`] the general-purpose codecs with their limits.
//!
//! **Invariant.** Entry bytes are made once and never re-encoded. No decoder here panics or
//! allocates beyond its stated limit, whatever the bytes.

pub mod batch;
pub mod bounded;
pub mod chain;
pub mod checkpoint;
pub mod columns;
pub mod entry_bytes;
pub mod head;
pub mod pack;
pub mod state_hash;
#[cfg(test)]
mod testing;
use ledger_core::varint;
pub mod wire;

pub use batch::{EntryBuf, OriginSlice};
pub use chain::Hash;
