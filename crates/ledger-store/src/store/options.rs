//! How a store is opened, and what is told meanwhile.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ledger_format::OriginSlice;

use crate::disk::Disk;
use crate::index::block::Packing;
use crate::journal::SEGMENT_BYTES;
use crate::record::StoreId;

/// Turns a foreign batch, as it was received, back into the entries in it.
pub type Unpack = Arc<dyn Fn(&[u8]) -> Result<OriginSlice, String> + Send + Sync>;

/// What is being done that may take a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Indexing what the journal has and the index has not; in journal bytes.
    Replay,
    /// Making the index anew from the journal; in journal bytes.
    RebuildIndex,
    /// Making the journal anew from the index; in entries.
    RebuildJournal,
    /// Re-hashing the index; in entries.
    VerifyIndex,
    /// Comparing the journal with the index; in journal bytes.
    VerifyJournal,
    /// Writing a backup; in journal bytes.
    Backup,
    /// Reading a backup back; in bytes of its parts.
    VerifyBackup,
    /// Making a store of a backup; in bytes of its parts.
    Restore,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// How much of it is done.
    pub done: u64,
    /// How much there is, as far as that is known.
    pub total: u64,
}

/// What opening needs to know.
#[derive(Clone)]
pub struct OpenOptions {
    /// Turns foreign batches back into entries.
    pub unpack: Unpack,
    /// Told how far a replay or rebuild is.
    pub progress: Arc<dyn Fn(Progress) + Send + Sync>,
    /// The disk, for the journal's file operations.
    pub disk: Disk,
    /// How long the embedded store may take to open before it counts as damaged.
    pub engine_timeout: Duration,
    /// How long a journal segment may become, in bytes.
    pub segment_bytes: u64,
    /// How cold entries are packed; without it none are, and packed ones cannot be read.
    pub packing: Option<Packing>,
    /// A file outside the store's directory that tells when the store was copied or turned back.
    pub fence: Option<PathBuf>,
    /// Everything is done on the thread of whoever calls, and is done when the call returns: one
    /// order of calls is one execution. For simulations; two callers do not share a sync.
    pub inline: bool,
    /// The id of a store that is made; a random one without it.
    pub id: Option<StoreId>,
}

impl fmt::Debug for OpenOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenOptions")
            .field("disk", &self.disk)
            .field("engine_timeout", &self.engine_timeout)
            .field("segment_bytes", &self.segment_bytes)
            .finish_non_exhaustive()
    }
}

impl OpenOptions {
    /// The usual options.
    pub fn new(
        unpack: impl Fn(&[u8]) -> Result<OriginSlice, String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            unpack: Arc::new(unpack),
            progress: Arc::new(|_| {}),
            disk: Disk::new(),
            engine_timeout: Duration::from_secs(20),
            segment_bytes: SEGMENT_BYTES,
            packing: None,
            fence: None,
            inline: false,
            id: None,
        }
    }

    /// The options with a function that is told how far a replay or rebuild is.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Arc::new(progress);
        self
    }
}
