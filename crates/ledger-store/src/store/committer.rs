//! The thread that owns the journal and writes the index.
//!
//! **Invariant.** Validate, write the journal with one sync for all who wait, write the index,
//! answer: in this order.

use std::io;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use ledger_core::Origin;
use ledger_format::Hash;
use ledger_format::batch::ENTRY_BYTES_MAX;

use crate::bytes::wide;
use crate::chain_text;
use crate::engine::SharedEngine;
use crate::frame::FRAME_BYTES_MAX;
use crate::index::Heads;
use crate::index::write::{IndexBatch, frames_of, link};
use crate::journal::{GroupFrames, Journal, JournalError, Position};
use crate::record::{Group, NOTE_KEY_BYTES_MAX, NOTE_VALUE_BYTES_MAX, Record, Run};

/// How many bytes a group may take.
pub const GROUP_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How many groups share one sync at most.
const BATCH_GROUPS_MAX: usize = 1024;
/// After how many bytes a batch takes no further group.
const BATCH_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// How many bytes may wait in the index for a flush.
const UNFLUSHED_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// After how long without appends the index is flushed.
const IDLE: Duration = Duration::from_millis(500);
/// What the fields beside the batch take in a foreign frame, and some.
const FOREIGN_FIELDS_BYTES: usize = 128;

/// A group was not appended.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// Entries do not continue their origin. Nothing of the group was written.
    #[error("entries of {origin} do not continue it: entry {expected_seq} is next")]
    NotNext {
        /// Whose entries.
        origin: Origin,
        /// The seq that comes next.
        expected_seq: u64,
        /// The chain hash before it.
        expected_prev: Hash,
    },
    /// Something is larger than allowed. Nothing of the group was written.
    #[error("the {what} has {bytes} bytes, {max} are allowed")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large it is.
        bytes: u64,
        /// How large it may be.
        max: u64,
    },
    /// A number that starts at 1 is 0, or numbers overflow. Nothing of the group was written.
    #[error("the {what} has numbers that cannot be")]
    Malformed {
        /// What.
        what: &'static str,
    },
    /// There is no space. Nothing was written; it may be tried again.
    #[error("the disk is full")]
    DiskFull {
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The journal could not be written or synced; it takes nothing more until it is opened again.
    #[error("the journal cannot be written")]
    Io {
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// An earlier write or sync failed.
    #[error("the store takes nothing more until it is opened again: {reason}")]
    Poisoned {
        /// What failed.
        reason: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl AppendError {
    /// Whether the same append may succeed later without opening the store again.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::DiskFull { .. })
    }
}

impl From<JournalError> for AppendError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::DiskFull { source, .. } => Self::DiskFull {
                source: Arc::new(source),
            },
            JournalError::Io { source, .. } => Self::Io {
                source: Arc::new(source),
            },
            JournalError::Poisoned { reason } => Self::Poisoned { reason },
            JournalError::NewerFormat { .. } => Self::Poisoned {
                reason: error.to_string(),
            },
        }
    }
}

/// Called with a group's result.
pub(super) type Done = Box<dyn FnOnce(Result<Position, AppendError>) + Send>;

/// A group that waits.
pub(super) struct Job {
    /// What to append.
    pub(super) group: Group,
    /// Whom to tell.
    pub(super) done: Done,
}

/// What the committer's thread owns.
#[derive(Debug)]
pub(super) struct Committer {
    journal: Option<Journal>,
    engine: SharedEngine,
    heads: Heads,
    position: Position,
    unflushed: u64,
    poisoned: Option<String>,
}

/// The chain hashes of a group's slices, record by record.
type Links = Vec<Vec<Hash>>;

impl Committer {
    /// A committer over an index whose heads and position are these.
    pub(super) const fn new(
        journal: Option<Journal>,
        engine: SharedEngine,
        heads: Heads,
        position: Position,
    ) -> Self {
        Self {
            journal,
            engine,
            heads,
            position,
            unflushed: 0,
            poisoned: None,
        }
    }

    /// Serves until all senders are gone, then flushes.
    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Job>) -> Result<(), AppendError> {
        loop {
            let first = if self.unflushed == 0 {
                jobs.recv()
                    .map_err(|_gone| mpsc::RecvTimeoutError::Disconnected)
            } else {
                jobs.recv_timeout(IDLE)
            };
            match first {
                Ok(job) => self.serve(job, jobs),
                Err(mpsc::RecvTimeoutError::Timeout) => self.flush(),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        self.flush();
        match self.poisoned {
            Some(reason) => Err(AppendError::Poisoned { reason }),
            None => Ok(()),
        }
    }

    /// Commits one job and all that wait behind it.
    fn serve(&mut self, first: Job, jobs: &mpsc::Receiver<Job>) {
        let mut bytes = first.group.byte_len();
        let mut batch = vec![first];
        while bytes < BATCH_BYTES_MAX && batch.len() < BATCH_GROUPS_MAX {
            let Ok(job) = jobs.try_recv() else { break };
            bytes = bytes.saturating_add(job.group.byte_len());
            batch.push(job);
        }
        self.commit(batch);
        if let Some(journal) = &mut self.journal {
            journal.prepare();
        }
        if self.unflushed >= UNFLUSHED_BYTES_MAX {
            self.flush();
        }
    }

    fn commit(&mut self, jobs: Vec<Job>) {
        let mut index = IndexBatch::default();
        let mut groups: Vec<GroupFrames> = Vec::new();
        let mut accepted: Vec<(Done, bool)> = Vec::new();
        for job in jobs {
            match self.check(&job.group, &index) {
                Err(error) => (job.done)(Err(error)),
                Ok(links) => {
                    let frames = add_group(&job.group, &links, &mut index);
                    accepted.push((job.done, !frames.is_empty()));
                    if !frames.is_empty() {
                        groups.push(frames);
                    }
                }
            }
        }
        match self.write(&groups, index) {
            Err(error) => accepted
                .into_iter()
                .for_each(|(done, _)| done(Err(error.clone()))),
            Ok(positions) => {
                let mut positions = positions.into_iter();
                let mut last = self.position;
                for (done, written) in accepted {
                    last = if written {
                        positions.next().unwrap_or(last)
                    } else {
                        last
                    };
                    done(Ok(last));
                }
            }
        }
    }

    /// Checks a group against the heads as the batch before it leaves them.
    fn check(&self, group: &Group, batch: &IndexBatch) -> Result<Links, AppendError> {
        if let Some(reason) = &self.poisoned {
            return Err(AppendError::Poisoned {
                reason: reason.clone(),
            });
        }
        within("group", group.byte_len(), GROUP_BYTES_MAX)?;
        let mut within_group = Heads::new();
        let mut links = Links::with_capacity(group.records.len());
        for record in &group.records {
            check_record(record)?;
            let Some(slice) = record.slice() else {
                links.push(Vec::new());
                continue;
            };
            let head = within_group.get(&slice.origin).copied();
            let head = head.or_else(|| batch.head(slice.origin));
            let head = head.or_else(|| self.heads.get(&slice.origin).copied());
            let hashes = link(slice, head).map_err(|expected| AppendError::NotNext {
                origin: expected.origin,
                expected_seq: expected.seq,
                expected_prev: expected.prev,
            })?;
            if let Some(&hash) = hashes.last() {
                let _before = within_group.insert(slice.origin, (slice.last_seq(), hash));
            }
            links.push(hashes);
        }
        Ok(links)
    }

    /// Writes journal and index. An error means that nothing of it is in the store.
    fn write(
        &mut self,
        groups: &[GroupFrames],
        index: IndexBatch,
    ) -> Result<Vec<Position>, AppendError> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let positions = match &mut self.journal {
            Some(journal) => journal.append(groups).map_err(|error| {
                if !matches!(error, JournalError::DiskFull { .. }) {
                    self.poisoned = Some(chain_text(&error));
                }
                AppendError::from(error)
            })?,
            None => self.positions_without_journal(groups.len()),
        };
        self.position = positions.last().copied().unwrap_or(self.position);
        let bytes = index.byte_len();
        let (writes, mut heads) = index.finish(self.position);
        // The groups are durable whatever the index says; the next open indexes them.
        match self.engine.write(writes) {
            Ok(()) => self.heads.append(&mut heads),
            Err(error) => self.poisoned = Some(chain_text(&error)),
        }
        self.unflushed = self.unflushed.saturating_add(bytes.max(1));
        Ok(positions)
    }

    fn positions_without_journal(&self, count: usize) -> Vec<Position> {
        let before = self.position.offset;
        let position = |n: u64| Position {
            segment: 1,
            offset: n,
            ..Position::START
        };
        (1..=wide(count))
            .map(|n| position(before.saturating_add(n)))
            .collect()
    }

    fn flush(&mut self) {
        if self.unflushed == 0 || self.poisoned.is_some() {
            self.unflushed = 0;
            return;
        }
        self.unflushed = 0;
        if let Err(error) = self.engine.flush() {
            self.poisoned = Some(chain_text(&error));
        }
    }
}

/// Adds a checked group to the index's writes and gives its frames.
fn add_group(group: &Group, links: &Links, index: &mut IndexBatch) -> GroupFrames {
    let mut frames = GroupFrames::new();
    for (record, hashes) in group.records.iter().zip(links) {
        if record.slice().is_some() && hashes.is_empty() {
            continue;
        }
        frames_of(record, hashes, &mut frames);
        index.add(record, hashes);
    }
    frames
}

fn within(what: &'static str, bytes: u64, max: u64) -> Result<(), AppendError> {
    if bytes > max {
        Err(AppendError::TooLarge { what, bytes, max })
    } else {
        Ok(())
    }
}

/// Checks what a frame's decoder would refuse.
fn check_record(record: &Record) -> Result<(), AppendError> {
    if let Some(slice) = record.slice() {
        for entry in slice.entries.iter() {
            within("entry", wide(entry.len()), wide(ENTRY_BYTES_MAX))?;
        }
    }
    match record {
        Record::Own(_) | Record::Cursor(_) => Ok(()),
        Record::Foreign { batch, .. } => {
            let max = FRAME_BYTES_MAX.saturating_sub(FOREIGN_FIELDS_BYTES);
            within("batch", wide(batch.len()), wide(max))
        }
        Record::Head(head) if head.seq == 0 => Err(AppendError::Malformed {
            what: "signed head",
        }),
        Record::Head(_) => Ok(()),
        Record::Run(run) if is_sound(run) => Ok(()),
        Record::Run(_) => Err(AppendError::Malformed { what: "run" }),
        Record::Note(note) => {
            within("note's key", wide(note.key.len()), wide(NOTE_KEY_BYTES_MAX))?;
            within(
                "note's value",
                wide(note.value.len()),
                wide(NOTE_VALUE_BYTES_MAX),
            )
        }
    }
}

fn is_sound(run: &Run) -> bool {
    let ends = |first: u64| first > 0 && first.checked_add(run.count).is_some();
    ends(run.first) && ends(run.first_seq)
}
