//! Journal and index together.
//!
//! One committer thread owns the journal and acknowledges; one indexer thread writes the index
//! behind it, in the same order. Reads run on the callers' threads and first wait until the index
//! has all that was acknowledged before. A lock file keeps a second process out.
//!
//! A store that is opened [`OpenOptions::inline`] has no threads: the same committer and the same
//! indexer do their work on the thread of whoever appends.

use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use ledger_core::{EntryId, Origin};
use ledger_format::{Hash, OriginSlice};

use crate::disk::{Disk, DiskLock};
use crate::engine::{Engine, EngineError, EngineKind};
use crate::index::block::{Derived, Packing};
use crate::index::{Index, ReadError};
use crate::journal::{JournalDamage, Position};
use crate::record::{Branch, Cursor, Group, Run, SignedHead, StoreId};

mod aside;
mod backup;
mod committer;
mod compare;
mod examine;
mod indexer;
mod open;
mod options;
mod rebuild;
mod replay;
mod verify;

#[cfg(test)]
mod tests;

pub use self::aside::Lost;
pub use self::backup::{
    BACKUP_VERSION, BackupError, BackupExtra, BackupReport, Manifest, ManifestHead,
    ManifestPosition, Part, Restored, backup_beside, manifest_of, read_backup, restore,
};
pub use self::committer::{AppendError, GROUP_BYTES_MAX};
pub use self::examine::{
    Examined, ExaminedIndex, ExaminedJournal, examine, read_journal, remove_leftovers,
};
pub use self::options::{OpenOptions, Progress, Step, Unpack};
pub use self::rebuild::{RebuiltJournal, rebuild_journal_from_index};
pub use self::verify::Report;

use self::committer::{Committer, Job};
use self::indexer::Backlog;

/// How many groups may wait for the committer; a further append blocks until one is done.
pub const QUEUE_GROUPS_MAX: usize = 1024;

/// A store could not be opened or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no store in the directory.
    #[error("there is no store in {}", path.display())]
    NotThere {
        /// The directory.
        path: PathBuf,
    },
    /// There is a store already.
    #[error("there is a store in {} already", path.display())]
    AlreadyThere {
        /// The directory.
        path: PathBuf,
    },
    /// Another process has it open.
    #[error("the store in {} is in use by another process", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The directory or a file in it may not be written.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no space.
    #[error("the disk is full at {}", path.display())]
    DiskFull {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be used.
    #[error("cannot use {}", path.display())]
    Io {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal lacks what the index has; it can be made anew from the index.
    #[error("the store is damaged: {missing}")]
    Damaged {
        /// What is missing, in words.
        missing: String,
    },
    /// Written by a newer program.
    #[error("the {what} has format {found}, this program knows up to {known}")]
    NewerFormat {
        /// What.
        what: &'static str,
        /// The version found.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// A fresh embedded store failed.
    #[error("the embedded store cannot be used")]
    Engine {
        /// What it said.
        #[from]
        source: EngineError,
    },
    /// What was just indexed cannot be read back.
    #[error("the index cannot be read")]
    Read {
        /// What is wrong with it.
        #[from]
        source: ReadError,
    },
    /// The system gives no thread.
    #[error("no thread for the store")]
    NoThread {
        /// What the system said.
        source: io::Error,
    },
}

/// Entries that could not be joined to their origin because what comes before is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Whose.
    pub origin: Origin,
    /// The first entry that is missing.
    pub missing_from: u64,
    /// The first entry that was read after it; it and its followers are in the journal only.
    pub readable_from: u64,
}

/// What opening a store found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// How many groups of the journal were not in the index and were added.
    pub replayed_groups: u64,
    /// Why the index was made anew, if it was.
    pub rebuilt: Option<String>,
    /// Where the former index is now, if it was set aside.
    pub set_aside: Option<PathBuf>,
    /// Why the journal was made anew from the index, if it was.
    pub journal_rebuilt: Option<String>,
    /// Where the former journal is now, if it was set aside.
    pub journal_set_aside: Option<PathBuf>,
    /// Damaged journals that had more than the log when an earlier opening set them aside. Whether
    /// the log still lacks it is not looked at here: [`Store::verify`] does.
    pub kept_aside: Vec<PathBuf>,
    /// Why own entries must go on under a new origin: the store was copied, restored or turned
    /// back, or the end of its journal is gone. Told at every open until something is appended.
    pub moved: Option<String>,
    /// How many bytes of an unfinished write were cut off.
    pub torn_bytes: u64,
    /// Damage that was seen before the journal's tail.
    pub damage: Vec<JournalDamage>,
    /// Entries that the damage cuts off. In a gap of an own origin, go on under a new origin.
    pub gaps: Vec<Gap>,
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    id: StoreId,
    opened: Opened,
    /// Read it through [`Store::settled`].
    index: Index,
    backlog: Arc<Backlog>,
    /// The journal's directory and what is needed to read it; none in memory.
    files: Option<(PathBuf, OpenOptions)>,
    work: Work,
    /// Released last.
    _lock: Option<DiskLock>,
}

/// Who commits.
#[derive(Debug)]
enum Work {
    /// A thread that takes jobs.
    Thread(mpsc::SyncSender<Job>, JoinHandle<Result<(), AppendError>>),
    /// Whoever appends.
    Inline(Box<Mutex<Committer>>),
    /// Nobody any more.
    Closed,
}

/// An append that is under way.
#[derive(Debug)]
pub struct Pending {
    answer: mpsc::Receiver<Result<Position, AppendError>>,
}

impl Pending {
    /// Waits until the group is durable. Whatever reads afterwards sees it.
    ///
    /// # Errors
    ///
    /// [`AppendError`]: the group is not in the store. After [`AppendError::Io`] it may still
    /// turn up when the store is opened again.
    pub fn wait(self) -> Result<Position, AppendError> {
        self.answer.recv().unwrap_or(Err(AppendError::Closed))
    }
}

impl Store {
    /// Makes an empty store in a directory; parents are made too.
    ///
    /// # Errors
    ///
    /// [`OpenError::AlreadyThere`], and what the disk and the embedded store report.
    pub fn create(dir: &Path, kind: EngineKind, options: &OpenOptions) -> Result<Self, OpenError> {
        open::create(dir, kind, options)
    }

    /// Opens the store in a directory; compares journal and index and repairs one from the other.
    ///
    /// # Errors
    ///
    /// [`OpenError::Damaged`] when neither journal nor index can be read; otherwise what the disk
    /// reports.
    pub fn open(dir: &Path, kind: EngineKind, options: &OpenOptions) -> Result<Self, OpenError> {
        open::open(dir, kind, options, None)
    }

    /// Opens the store after setting its index aside and making it anew from the journal.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn rebuild(dir: &Path, kind: EngineKind, options: &OpenOptions) -> Result<Self, OpenError> {
        open::open(dir, kind, options, Some("asked for"))
    }

    /// A store without files.
    ///
    /// # Errors
    ///
    /// [`OpenError::NoThread`].
    pub fn in_memory() -> Result<Self, OpenError> {
        Self::over(crate::engine::in_memory(), None)
    }

    /// A store without files, over an engine that may hold an index already. For tests.
    ///
    /// # Errors
    ///
    /// [`OpenError::NoThread`], and when the heads in the index cannot be read.
    pub fn over(engine: Arc<dyn Engine>, packing: Option<Packing>) -> Result<Self, OpenError> {
        open::over(engine, packing)
    }

    /// Where in a store's directory its journal is: files that change only when something is
    /// appended.
    #[must_use]
    pub fn journal_dir(dir: &Path) -> PathBuf {
        dir.join(open::JOURNAL_DIR)
    }

    /// Whether a directory has a store or what is left of one.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        Self::exists_on(&Disk::new(), dir)
    }

    /// Whether a directory of this disk has a store or what is left of one.
    #[must_use]
    pub fn exists_on(disk: &Disk, dir: &Path) -> bool {
        open::exists(disk, dir)
    }

    /// What opening found and did.
    #[must_use]
    pub const fn opened(&self) -> &Opened {
        &self.opened
    }

    /// The store's id.
    #[must_use]
    pub const fn id(&self) -> StoreId {
        self.id
    }

    /// Appends a group; the order of calls is the order of groups. Blocks only while
    /// [`QUEUE_GROUPS_MAX`] groups wait.
    #[must_use = "a group is durable only after `wait`"]
    pub fn append(&self, group: Group) -> Pending {
        let (answer, pending) = mpsc::sync_channel(1);
        self.append_then(group, move |result| {
            // The caller may have stopped waiting.
            let _unwanted = answer.send(result);
        });
        Pending { answer: pending }
    }

    /// Appends a group and calls `done` with the result, usually on the committer's thread,
    /// which does nothing else meanwhile.
    pub fn append_then(
        &self,
        group: Group,
        done: impl FnOnce(Result<Position, AppendError>) + Send + 'static,
    ) {
        let job = Job {
            group,
            done: Box::new(done),
        };
        let refused = match &self.work {
            Work::Thread(jobs, _) => jobs.send(job).err().map(|error| error.0),
            Work::Inline(committer) => {
                let mut committer = committer.lock().unwrap_or_else(PoisonError::into_inner);
                committer.serve(job, None);
                None
            }
            Work::Closed => Some(job),
        };
        if let Some(job) = refused {
            (job.done)(Err(AppendError::Closed));
        }
    }

    /// Finishes what was appended and flushes the index, so that the next open has nothing to do.
    ///
    /// # Errors
    ///
    /// [`AppendError::Poisoned`] when a write or sync had failed; what was acknowledged is safe.
    pub fn close(mut self) -> Result<(), AppendError> {
        self.stop()
    }

    fn stop(&mut self) -> Result<(), AppendError> {
        match std::mem::replace(&mut self.work, Work::Closed) {
            Work::Thread(jobs, committer) => {
                drop(jobs);
                committer.join().unwrap_or(Err(AppendError::Closed))
            }
            Work::Inline(committer) => {
                let committer = committer.into_inner();
                committer.unwrap_or_else(PoisonError::into_inner).finish()
            }
            Work::Closed => Ok(()),
        }
    }

    /// The index, with all that was acknowledged before the call. When the index has failed it
    /// lacks what came after, and the next append says so.
    fn settled(&self) -> &Index {
        self.backlog.settle();
        &self.index
    }

    /// All origins with their last seq and the chain hash after it, by origin.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when the index is damaged or fails; so for all reads.
    pub fn heads(&self) -> Result<Vec<(Origin, u64, Hash)>, ReadError> {
        let heads = self.settled().heads()?;
        Ok(heads
            .into_iter()
            .map(|(origin, (seq, hash))| (origin, seq, hash))
            .collect())
    }

    /// An origin's last seq and the chain hash after it; `None` when nothing of it is here.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn head(&self, origin: Origin) -> Result<Option<(u64, Hash)>, ReadError> {
        self.settled().head(origin)
    }

    /// The chain hash after an entry, or before a chain's first for the seq before that; `None`
    /// beyond the head and further back.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn hash_at(&self, origin: Origin, seq: u64) -> Result<Option<Hash>, ReadError> {
        let index = self.settled();
        index.undisturbed(|| index.hash_at(origin, seq))
    }

    /// An entry's bytes.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn entry(&self, id: EntryId) -> Result<Option<Vec<u8>>, ReadError> {
        let index = self.settled();
        index.undisturbed(|| index.entry(id))
    }

    /// Entries of an origin from a seq on: at most `max_entries` of at most `max_bytes` bytes
    /// together, but at least one if there is one. Empty right after the head.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotThere`] before a chain's first entry and beyond the seq after the head;
    /// [`ReadError`].
    pub fn slice(
        &self,
        origin: Origin,
        from_seq: u64,
        max_entries: usize,
        max_bytes: usize,
    ) -> Result<OriginSlice, ReadError> {
        let index = self.settled();
        index.undisturbed(|| index.slice(origin, from_seq, max_entries, max_bytes))
    }

    /// All chains that do not begin at 1, by id.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn branches(&self) -> Result<Vec<Branch>, ReadError> {
        Ok(self.settled().branches()?.into_values().collect())
    }

    /// Where a chain begins that does not begin at 1.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn branch(&self, id: Origin) -> Result<Option<Branch>, ReadError> {
        self.settled().branch(id)
    }

    /// Visits all entries by origin and seq, at most 1,024 at a time. Nobody may give entries
    /// another chain meanwhile.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn for_each_slice(&self, visit: &mut dyn FnMut(OriginSlice)) -> Result<(), ReadError> {
        self.settled().for_each_slice(visit)
    }

    /// Visits the derived columns of an origin's blocks that begin in a range of seqs. What lies
    /// between them has none yet.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn for_each_derived(
        &self,
        origin: Origin,
        seqs: RangeInclusive<u64>,
        visit: &mut dyn FnMut(Derived<'_>),
    ) -> Result<(), ReadError> {
        self.settled().for_each_derived(origin, seqs, visit)
    }

    /// Visits the parts of the dictionary that the derived columns share, in order. Columns that
    /// were visited before need no later part.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn for_each_part(&self, visit: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
        self.settled().for_each_part(visit)
    }

    /// The signed head of an origin with the smallest seq that is not below `seq`.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn signed_head_covering(
        &self,
        origin: Origin,
        seq: u64,
    ) -> Result<Option<SignedHead>, ReadError> {
        self.settled().signed_head_covering(origin, seq)
    }

    /// At most `max` runs by central number; the first holds number `n` if one does.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn runs_from(&self, n: u64, max: usize) -> Result<Vec<Run>, ReadError> {
        self.settled().runs_from(n, max)
    }

    /// The run with the largest central numbers.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn last_run(&self) -> Result<Option<Run>, ReadError> {
        self.settled().last_run()
    }

    /// Visits all runs by central number.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn for_each_run(&self, visit: &mut dyn FnMut(Run)) -> Result<(), ReadError> {
        self.settled().for_each_run(visit)
    }

    /// How far was pulled from a peer.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn cursor(&self, peer: &[u8; 16]) -> Result<Option<Cursor>, ReadError> {
        self.settled().cursor(peer)
    }

    /// The value of a note.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn note(&self, key: &str) -> Result<Option<String>, ReadError> {
        self.settled().note(key)
    }

    /// After the last group that can be read.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn position(&self) -> Result<Position, ReadError> {
        self.settled().position()
    }

    /// Re-hashes every entry of the index and compares it with the journal. Appends may go on.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when the embedded store fails; damage is not an error but a problem in the
    /// report.
    pub fn verify(&self, progress: &mut dyn FnMut(Progress)) -> Result<Report, ReadError> {
        verify::verify(self, progress)
    }

    /// Marks the store as one that must not go on with its numbers: [`Opened::moved`] says so at
    /// every later open until something is appended.
    ///
    /// # Errors
    ///
    /// The mark cannot be written.
    pub fn mark_moved(&self) -> Result<(), OpenError> {
        let Some((journal, options)) = &self.files else {
            return Ok(());
        };
        let dir = journal.parent().unwrap_or(journal);
        crate::fence::mark_restored(&options.disk, dir, self.id)
            .map_err(|source| open::io_error(dir, source))
    }

    /// Writes all that was acknowledged before the call into one file, and reads it back from
    /// the disk. Appends may go on. [`Manifest::missing`] says what could not be read.
    ///
    /// # Errors
    ///
    /// [`BackupError::FileExists`]: nothing is ever written over; otherwise what the disk and
    /// the index report. No file is left then.
    pub fn backup(
        &self,
        file: &Path,
        extra: &BackupExtra,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BackupReport, BackupError> {
        backup::backup(self, file, extra, progress)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Whoever wants to know calls `close`.
        let _quietly = self.stop();
    }
}
