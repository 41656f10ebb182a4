//! The thread that owns the journal, or its work on the thread of whoever appends.
//!
//! **Invariant.** Validate, write the journal with one sync for all who wait, hand the groups to
//! the indexer, answer: in this order. The index is written behind that, by [`super::indexer`].

use std::io;
use std::sync::{Arc, mpsc};

use ledger_core::Origin;
use ledger_format::Hash;
use ledger_format::batch::ENTRY_BYTES_MAX;

use super::indexer::{Durable, Indexer};
use crate::bytes::wide;
use crate::chain_text;
use crate::fence::Fence;
use crate::frame::FRAME_BYTES_MAX;
use crate::index::chains::Chains;
use crate::index::write::{Expected, frames_of, link};
use crate::index::{Heads, ReadError};
use crate::journal::{GroupFrames, Journal, JournalError, Position};
use crate::record::{
    BRANCH_SEQ_MAX, Group, NOTE_KEY_BYTES_MAX, NOTE_VALUE_BYTES_MAX, Record, Run, StoreId,
};

mod branching;
mod order;

pub(super) use self::order::OrderEnd;

/// How many bytes a group may take.
pub const GROUP_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How many groups share one sync at most.
const BATCH_GROUPS_MAX: usize = 1024;
/// After how many bytes a batch takes no further group.
const BATCH_BYTES_MAX: u64 = 8 * 1024 * 1024;
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
    /// Central numbers do not continue their order: what they follow was not written. Nothing of the
    /// group was written.
    #[error("central number {number} does not continue the order: {expected} is next")]
    NotNextNumber {
        /// The number that the group has.
        number: u64,
        /// The number that comes next.
        expected: u64,
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
    /// What the group moves to another chain cannot be read. Nothing of the group was written.
    #[error("the entries that change their chain cannot be read")]
    Read {
        /// What is wrong with them.
        source: ReadError,
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
    /// Whether the same may be appended later without opening the store again, made anew of what
    /// the store holds: a group before it found no room, or this one.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::DiskFull { .. } | Self::NotNext { .. } | Self::NotNextNumber { .. }
        )
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

impl From<Expected> for AppendError {
    fn from(expected: Expected) -> Self {
        Self::NotNext {
            origin: expected.origin,
            expected_seq: expected.seq,
            expected_prev: expected.prev,
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
    fence: Option<(StoreId, Fence)>,
    indexer: Indexer,
    /// Of all that the journal holds; the index may be behind.
    chains: Chains,
    /// Likewise.
    order: OrderEnd,
    position: Position,
    poisoned: Option<String>,
}

/// The chain hashes of a group's slices, record by record.
pub(super) type Links = Vec<Vec<Hash>>;

/// A group that was checked.
struct Accepted {
    group: Group,
    links: Links,
    done: Done,
    /// There is something in it to write.
    written: bool,
}

impl Committer {
    /// A committer before an indexer, over a journal whose heads and position are these.
    pub(super) fn new(
        (journal, fence): (Option<Journal>, Option<(StoreId, Fence)>),
        indexer: Indexer,
        (chains, order): (Chains, OrderEnd),
        position: Position,
    ) -> Self {
        Self {
            journal,
            fence,
            indexer,
            chains,
            order,
            position,
            poisoned: None,
        }
    }

    /// Serves until all senders are gone, then waits for the index.
    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Job>) -> Result<(), AppendError> {
        while let Ok(job) = jobs.recv() {
            self.serve(job, Some(jobs));
        }
        self.finish()
    }

    /// Waits for the index.
    pub(super) fn finish(self) -> Result<(), AppendError> {
        match self.indexer.finish().or(self.poisoned) {
            Some(reason) => Err(AppendError::Poisoned { reason }),
            None => Ok(()),
        }
    }

    /// Commits one job and all that wait behind it.
    pub(super) fn serve(&mut self, first: Job, jobs: Option<&mpsc::Receiver<Job>>) {
        let mut bytes = first.group.byte_len();
        let mut batch = vec![first];
        while bytes < BATCH_BYTES_MAX && batch.len() < BATCH_GROUPS_MAX {
            let Some(job) = jobs.and_then(|jobs| jobs.try_recv().ok()) else {
                break;
            };
            bytes = bytes.saturating_add(job.group.byte_len());
            batch.push(job);
        }
        self.commit(batch);
        if let Some(journal) = &mut self.journal {
            journal.prepare();
        }
        self.indexer.wait_for_room();
    }

    fn commit(&mut self, jobs: Vec<Job>) {
        for jobs in branching::apart(jobs) {
            self.commit_together(jobs);
        }
    }

    fn commit_together(&mut self, jobs: Vec<Job>) {
        if self.poisoned.is_none() {
            self.poisoned = self.indexer.failure();
        }
        let mut chains = None;
        let mut heads = Heads::new();
        let mut order = self.order;
        let mut frames: Vec<GroupFrames> = Vec::new();
        let mut accepted: Vec<Accepted> = Vec::with_capacity(jobs.len());
        for Job { group, done } in jobs {
            let checked = self.check_common(&group).and_then(|()| {
                let end = order.after(&group)?;
                let links = if group.branches() {
                    let (links, after) = self.check_branching(&group)?;
                    chains = Some(after);
                    links
                } else {
                    let (links, changed) = self.check(&group, &heads)?;
                    heads.extend(changed);
                    links
                };
                order = end;
                Ok(links)
            });
            match checked {
                Err(error) => done(Err(error)),
                Ok(links) => {
                    let of_group = group_frames(&group, &links);
                    let written = !of_group.is_empty();
                    if written {
                        frames.push(of_group);
                    }
                    accepted.push(Accepted {
                        group,
                        links,
                        done,
                        written,
                    });
                }
            }
        }
        match self.write(&frames) {
            Err(error) => accepted
                .into_iter()
                .for_each(|one| (one.done)(Err(error.clone()))),
            Ok(positions) => {
                self.chains.heads.extend(heads);
                self.chains = chains.unwrap_or_else(|| std::mem::take(&mut self.chains));
                self.order = order;
                self.acknowledge(accepted, positions);
            }
        }
    }

    /// Hands durable groups to the indexer and answers.
    fn acknowledge(&mut self, accepted: Vec<Accepted>, positions: Vec<Position>) {
        let mut positions = positions.into_iter();
        let mut groups = Vec::with_capacity(accepted.len());
        let mut answers = Vec::with_capacity(accepted.len());
        for one in accepted {
            if one.written {
                let position = positions.next().unwrap_or(self.position);
                self.position = position;
                groups.push(Durable {
                    bytes: one.group.byte_len(),
                    group: one.group,
                    links: one.links,
                    position,
                });
            }
            answers.push((one.done, self.position));
        }
        let wake = self.indexer.push(groups);
        for (done, position) in answers {
            done(Ok(position));
        }
        // After the answers: nobody has to wait for what is only a guard.
        if let Some((store, fence)) = &mut self.fence {
            fence.note(*store, self.position);
        }
        if wake {
            self.indexer.wake();
        }
    }

    /// Checks what holds for any group.
    fn check_common(&self, group: &Group) -> Result<(), AppendError> {
        if let Some(reason) = &self.poisoned {
            return Err(AppendError::Poisoned {
                reason: reason.clone(),
            });
        }
        within("group", group.byte_len(), GROUP_BYTES_MAX)
    }

    /// Checks a group against the heads as the groups before it in the batch leave them; gives
    /// its chain hashes and the heads that it changes.
    fn check(&self, group: &Group, batch: &Heads) -> Result<(Links, Heads), AppendError> {
        let mut within_group = Heads::new();
        let mut links = Links::with_capacity(group.records.len());
        for record in &group.records {
            check_record(record)?;
            let Some(slice) = record.slice() else {
                links.push(Vec::new());
                continue;
            };
            let head = within_group.get(&slice.origin).copied();
            let head = head.or_else(|| batch.get(&slice.origin).copied());
            let head = head.unwrap_or_else(|| self.chains.end(slice.origin));
            let hashes = link(slice, Some(head))?;
            if let Some(&hash) = hashes.last() {
                let _before = within_group.insert(slice.origin, (slice.last_seq(), hash));
            }
            links.push(hashes);
        }
        Ok((links, within_group))
    }

    /// Writes the journal. An error means that nothing of it is in the store.
    fn write(&mut self, groups: &[GroupFrames]) -> Result<Vec<Position>, AppendError> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        match &mut self.journal {
            Some(journal) => journal.append(groups).map_err(|error| {
                if !matches!(error, JournalError::DiskFull { .. }) {
                    self.poisoned = Some(chain_text(&error));
                }
                AppendError::from(error)
            }),
            None => Ok(self.positions_without_journal(groups.len())),
        }
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
}

/// The frames of a checked group.
fn group_frames(group: &Group, links: &Links) -> GroupFrames {
    let mut frames = GroupFrames::new();
    for (record, hashes) in group.records.iter().zip(links) {
        if record.slice().is_none() || !hashes.is_empty() {
            frames_of(record, hashes, &mut frames);
        }
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
        Record::Branch(branch) if !(2..=BRANCH_SEQ_MAX).contains(&branch.first_seq) => {
            Err(AppendError::Malformed { what: "branch" })
        }
        Record::Renamed(renamed) if renamed.first_seq == 0 => {
            Err(AppendError::Malformed { what: "renamed" })
        }
        Record::Branch(_) | Record::Renamed(_) => Ok(()),
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
