//! The store: a journal that makes entries durable, and an index to read them from.
//!
//! - [`journal`] append-only segment files of checked frames; what they say is the truth,
//! - [`frame`] what is in a frame, [`record`] what a caller appends,
//! - [`disk`] the real disk, or a modelled one,
//! - [`engine`] sled, redb or memory behind one trait, [`keys`] and [`index`] what lies in it,
//! - [`store`] both together: open, compare, append in groups, read, verify, rebuild.
//!
//! It must not know what an entry means, nor the fold, nor the network. It takes bytes, origins,
//! chain hashes, and opaque batches that only the caller can unpack.
//!
//! **Invariants.** An append is answered only after the journal was synced. After a failed sync
//! nothing is appended until the store is opened again. Reads see only what is durable, and all
//! that was acknowledged before they began. The index can always be made anew from the journal, and
//! the journal from the index.

pub mod disk;
pub mod engine;
pub mod frame;
pub mod index;
pub mod journal;
pub mod keys;
pub mod record;
pub mod store;

mod bytes;
mod fence;
mod planted;

pub use disk::{Choose, Disk, DiskImage, DiskOp, ModelDisk};
pub use engine::{Engine, EngineError, EngineKind};
pub use index::ReadError;
pub use index::block::{
    BLOCK_ENTRIES_MAX, Derive, Derived, NewDerive, PackBlock, Packing, UnpackBlock, UnpackOne,
};
pub use journal::{JournalDamage, Position};
pub use record::{Branch, Cursor, Group, Note, Record, Renamed, Run, SignedHead, StoreId};
pub use store::{
    AppendError, BackupError, BackupExtra, BackupReport, Examined, ExaminedIndex, ExaminedJournal,
    Gap, Lost, Manifest, OpenError, OpenOptions, Opened, Pending, Progress, RebuiltJournal, Report,
    Restored, Step, Store, Unpack, backup_beside, examine, manifest_of, read_backup, read_journal,
    rebuild_journal_from_index, remove_leftovers, restore,
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
