//! The store: a journal that makes entries durable, and an index to read them from.
//!
//! - [`journal`] append-only segment files of checked frames; what they say is the truth,
//! - [`frame`] what is in a frame, [`record`] what a caller appends,
//! - [`engine`] sled, redb or memory behind one trait, [`keys`] and [`index`] what lies in it,
//! - [`store`] both together: open, compare, append in groups, read, verify, rebuild.
//!
//! It must not know what an entry means, nor the fold, nor the network. It takes bytes, origins,
//! chain hashes, and opaque batches that only the caller can unpack.
//!
//! **Invariants.** An append is answered only after the journal was synced. After a failed sync
//! nothing is appended until the store is opened again. Reads see only what is durable, and all
//! that was acknowledged before they began. The index can always be made anew from the journal, and the journal from the index.
//!
//! # Where the rest attaches
//!
//! - *Fence*: a file outside the directory that names machine, inode and [`Position`]. The
//!   committer would write it after a sync, `open` compare it before the committer starts, and
//!   say so in [`Opened`]; the node then begins a new origin.
//! - *Checkpoints*: more keys of the index with the [`Position`] they are valid for. Replay never
//!   reads them; setting an index aside drops them.
//! - *Packed cold blocks*: the indexer, when idle, joins neighbouring chunks of an origin into
//!   one value under a key of the same order; only `index/chunk.rs` knows a chunk's form.
//! - *Backup*: segments up to a [`Position`] never change, so they are copied as they are while
//!   the committer goes on; `rebuild` makes the index on the other side.

pub mod disk;
pub mod engine;
pub mod frame;
pub mod index;
pub mod journal;
pub mod keys;
pub mod record;
pub mod store;

mod bytes;

pub use disk::{Disk, DiskOp};
pub use engine::{Engine, EngineError, EngineKind};
pub use index::ReadError;
pub use journal::{JournalDamage, Position};
pub use record::{Cursor, Group, Note, Record, Run, SignedHead, StoreId};
pub use store::{
    AppendError, Gap, OpenError, OpenOptions, Opened, Pending, Progress, RebuiltJournal, Report,
    Step, Store, Unpack, rebuild_journal_from_index,
};

/// An error and its causes in one line, for where the error itself cannot be kept.
pub(crate) fn chain_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
