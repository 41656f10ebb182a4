//! The thread that writes the index behind the journal, or its work on the committer's thread.
//!
//! **Invariant.** Groups are indexed in the order in which the journal holds them, and none that
//! comes after one that could not be.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::committer::Links;
use crate::bytes::wide;
use crate::chain_text;
use crate::engine::{EngineError, Write};
use crate::index::block::{BLOCK_ENTRIES_MAX, Blocks};
use crate::index::join::Joining;
use crate::index::moving::Moving;
use crate::index::write::{Expected, IndexBatch};
use crate::index::{Index, ReadError};
use crate::journal::Position;
use crate::record::{Group, Record};

/// How many groups the index may be behind before the committer waits for it.
pub(super) const LAG_GROUPS_MAX: usize = 4096;
/// How many bytes the index may be behind before the committer waits for it.
pub(super) const LAG_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// How long groups wait for others to be indexed with, unless somebody wants to read them: an
/// embedded store pays for each write, and neighbours in one write share a chunk.
const GATHER: Duration = Duration::from_millis(50);
/// How many groups are indexed without waiting for more.
const GATHER_GROUPS: usize = 1024;
/// How many bytes are indexed without waiting for more.
const GATHER_BYTES: u64 = 1024 * 1024;
/// After how many bytes one write of the index takes no further group.
const WRITE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How many bytes may wait in the index for a flush.
const UNFLUSHED_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// After how long without groups the index is flushed, and cold chunks are joined.
const IDLE: Duration = Duration::from_millis(500);
/// After how many writes without a pause one step of joining is done between them.
const WRITES_PER_JOIN: u32 = 64;
/// After how many entries without a pause a step of joining is done whenever nothing waits.
const OWED_MAX: u64 = 65_536;
/// How many steps of joining are done before closing, at some milliseconds each.
const JOINS_AT_CLOSE: usize = 16;

/// A group that the journal holds.
pub(super) struct Durable {
    /// Its records, checked.
    pub(super) group: Group,
    /// The chain hashes of its slices.
    pub(super) links: Links,
    /// After it in the journal.
    pub(super) position: Position,
    /// Roughly how long it is.
    pub(super) bytes: u64,
}

/// What is durable and not yet in the index; shared by committer, indexer and readers.
pub(super) struct Backlog {
    state: Mutex<State>,
    /// Tells the indexer that there is something to do.
    work: Condvar,
    /// Tells readers and the committer that something was done.
    progress: Condvar,
    /// How many groups were handed over; counted before they are acknowledged.
    durable: AtomicU64,
    /// How many of them can be read.
    indexed: AtomicU64,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Durable>,
    /// Of the groups that wait or are just being written.
    groups: usize,
    bytes: u64,
    /// Somebody waits for all that is here now.
    wanted: bool,
    /// Why nothing more is indexed.
    failed: Option<String>,
    closed: bool,
}

impl State {
    /// Whether there is nothing to index and nothing to end for.
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && !self.closed && self.failed.is_none()
    }

    /// Whether to index now what waits.
    fn is_due(&self) -> bool {
        self.wanted || self.closed || self.groups >= GATHER_GROUPS || self.bytes >= GATHER_BYTES
    }
}

impl fmt::Debug for Backlog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backlog")
            .field("durable", &self.durable)
            .field("indexed", &self.indexed)
            .finish_non_exhaustive()
    }
}

impl Backlog {
    fn new() -> Self {
        Self {
            state: Mutex::default(),
            work: Condvar::new(),
            progress: Condvar::new(),
            durable: AtomicU64::new(0),
            indexed: AtomicU64::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything that was acknowledged before the call can be read, or never will
    /// be because the index failed.
    pub(super) fn settle(&self) {
        let durable = self.durable.load(Ordering::Acquire);
        let behind = || self.indexed.load(Ordering::Acquire) < durable;
        if !behind() {
            return;
        }
        let mut state = self.state();
        state.wanted = true;
        self.work.notify_one();
        while behind() && state.failed.is_none() {
            state = wait(&self.progress, state);
        }
    }

    /// Why the index takes nothing more.
    fn failure(&self) -> Option<String> {
        self.state().failed.clone()
    }

    /// Adds groups; says whether the indexer has to be woken.
    fn push(&self, groups: Vec<Durable>) -> bool {
        let added = groups.len();
        let bytes = groups.iter().map(|group| group.bytes).sum();
        let mut state = self.state();
        let asleep = state.waiting.is_empty();
        state.waiting.extend(groups);
        state.groups = state.groups.saturating_add(added);
        state.bytes = state.bytes.saturating_add(bytes);
        let _before = self.durable.fetch_add(wide(added), Ordering::Release);
        asleep || state.is_due()
    }

    /// Waits until the index is not too far behind.
    fn wait_for_room(&self) {
        let mut state = self.state();
        while state.failed.is_none()
            && (state.groups > LAG_GROUPS_MAX || state.bytes > LAG_BYTES_MAX)
        {
            state = wait(&self.progress, state);
        }
    }

    fn close(&self) {
        self.state().closed = true;
        self.work.notify_one();
    }

    fn fail(&self, reason: String) {
        let mut state = self.state();
        state.failed = state.failed.take().or(Some(reason));
        state.waiting.clear();
        drop(state);
        self.progress.notify_all();
    }

    /// Says that groups can be read.
    fn done(&self, groups: usize, bytes: u64) {
        let mut state = self.state();
        state.groups = state.groups.saturating_sub(groups);
        state.bytes = state.bytes.saturating_sub(bytes);
        let _before = self.indexed.fetch_add(wide(groups), Ordering::Release);
        drop(state);
        self.progress.notify_all();
    }

    /// Waits for what to do next; `joins` says that there are chunks to join meanwhile.
    fn next(&self, unflushed: bool, joins: bool) -> Next {
        let mut state = self.state();
        if joins && state.is_idle() {
            return Next::Join;
        }
        if unflushed {
            state = wait_for(&self.work, state, IDLE, |state| !state.is_idle());
            if state.is_idle() {
                return Next::Flush;
            }
        }
        while state.is_idle() {
            state = wait(&self.work, state);
        }
        if state.waiting.is_empty() {
            return Next::End;
        }
        let state = wait_for(&self.work, state, GATHER, State::is_due);
        Self::take(state)
    }

    /// The groups that are indexed with the next write.
    fn take(mut state: MutexGuard<'_, State>) -> Next {
        let mut bytes = 0_u64;
        let mut groups = Vec::new();
        while bytes < WRITE_BYTES_MAX
            && let Some(group) = state.waiting.pop_front()
        {
            bytes = bytes.saturating_add(group.bytes);
            groups.push(group);
        }
        state.wanted &= !state.waiting.is_empty();
        Next::Write { groups }
    }
}

/// Waits until something holds or the time is over.
fn wait_for<'a, T>(
    condvar: &Condvar,
    guard: MutexGuard<'a, T>,
    time: Duration,
    holds: impl Fn(&T) -> bool,
) -> MutexGuard<'a, T> {
    let waited = condvar.wait_timeout_while(guard, time, |state| !holds(state));
    waited.unwrap_or_else(PoisonError::into_inner).0
}

fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

enum Next {
    Write { groups: Vec<Durable> },
    Flush,
    Join,
    End,
}

/// The indexer as the committer knows it. Dropping it waits until all is indexed.
#[derive(Debug)]
pub(super) struct Indexer {
    backlog: Arc<Backlog>,
    index: Index,
    runs: Runs,
}

/// Where the index is written.
enum Runs {
    /// On a thread of its own.
    Thread(JoinHandle<()>),
    /// Where groups are handed over.
    Inline(Box<Work>),
    /// Nowhere any more.
    Ended,
}

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thread(_) => "Thread",
            Self::Inline(_) => "Inline",
            Self::Ended => "Ended",
        })
    }
}

impl Indexer {
    /// Starts the thread.
    pub(super) fn start(index: Index) -> io::Result<Self> {
        let backlog = Arc::new(Backlog::new());
        let shared = Arc::clone(&backlog);
        let same = index.clone();
        let thread = thread::Builder::new()
            .name("store-index".to_owned())
            .spawn(move || {
                let guard = Leaving(&shared);
                Work::new(Arc::clone(&shared), index).run();
                drop(guard);
            })?;
        Ok(Self {
            backlog,
            index: same,
            runs: Runs::Thread(thread),
        })
    }

    /// Without a thread: groups are in the index once they were handed over.
    pub(super) fn inline(index: Index) -> Self {
        let backlog = Arc::new(Backlog::new());
        let work = Work::new(Arc::clone(&backlog), index.clone());
        Self {
            backlog,
            index,
            runs: Runs::Inline(Box::new(work)),
        }
    }

    /// What readers wait for.
    pub(super) fn backlog(&self) -> Arc<Backlog> {
        Arc::clone(&self.backlog)
    }

    /// The index, with all that was handed over, unless it failed.
    pub(super) fn settled(&self) -> &Index {
        self.backlog.settle();
        &self.index
    }

    /// Why the index takes nothing more.
    pub(super) fn failure(&self) -> Option<String> {
        self.backlog.failure()
    }

    /// Hands over groups in the journal's order, before they are acknowledged. True when
    /// [`Indexer::wake`] has to follow.
    #[must_use]
    pub(super) fn push(&mut self, groups: Vec<Durable>) -> bool {
        let wake = self.backlog.push(groups);
        if let Runs::Inline(work) = &mut self.runs {
            work.catch_up();
        }
        wake
    }

    /// Wakes the indexer, after those who wait were answered.
    pub(super) fn wake(&self) {
        self.backlog.work.notify_one();
    }

    /// Waits until the index is not too far behind.
    pub(super) fn wait_for_room(&self) {
        self.backlog.wait_for_room();
    }

    /// Waits until all is indexed and flushed; says why if that failed.
    pub(super) fn finish(mut self) -> Option<String> {
        self.stop();
        self.backlog.failure()
    }

    fn stop(&mut self) {
        self.backlog.close();
        match std::mem::replace(&mut self.runs, Runs::Ended) {
            Runs::Thread(thread) => {
                if thread.join().is_err() {
                    self.backlog.fail("the indexer panicked".to_owned());
                }
            }
            Runs::Inline(mut work) => work.end(),
            Runs::Ended => {}
        }
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Lets nobody wait for a thread that panicked.
struct Leaving<'a>(&'a Backlog);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.fail("the indexer panicked".to_owned());
        }
    }
}

/// What is known of whether somebody appends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    /// The store was just opened.
    Beginning,
    /// Something was appended a moment ago.
    None,
    /// Nothing has been appended for a while.
    Idle,
}

/// What the indexer owns.
struct Work {
    backlog: Arc<Backlog>,
    index: Index,
    blocks: Option<Blocks>,
    unflushed: u64,
    joining: Joining,
    pause: Pause,
    /// Since chunks were joined.
    writes: u32,
    /// How many entries were written and not looked at by joining, at most.
    owed: u64,
}

impl Work {
    fn new(backlog: Arc<Backlog>, index: Index) -> Self {
        Self {
            backlog,
            blocks: Blocks::of(&index),
            index,
            unflushed: 0,
            joining: Joining::default(),
            pause: Pause::Beginning,
            writes: 0,
            owed: 0,
        }
    }

    /// Indexes all that waits. Without a thread there is no pause, and chunks are joined between
    /// writes alone.
    fn catch_up(&mut self) {
        loop {
            let state = self.backlog.state();
            if state.waiting.is_empty() {
                return;
            }
            if let Next::Write { groups } = Backlog::take(state) {
                self.write_parts(&groups);
            }
            if self.unflushed >= UNFLUSHED_BYTES_MAX {
                self.flush();
            }
        }
    }

    fn run(&mut self) {
        loop {
            let may_join = self.pause == Pause::Idle || self.owed >= OWED_MAX;
            let joins = may_join && self.joining.is_due();
            let waits = self.unflushed > 0 || self.is_new();
            match self.backlog.next(waits, joins) {
                Next::Write { groups } => self.write_parts(&groups),
                Next::Flush => {
                    self.flush();
                    self.pause = Pause::Idle;
                    self.survey();
                }
                Next::Join => self.join(),
                Next::End => break,
            }
            if self.unflushed >= UNFLUSHED_BYTES_MAX {
                self.flush();
            }
        }
        self.end();
    }

    fn end(&mut self) {
        // A program that writes one entry and ends never pauses.
        if self.unflushed > 0 {
            self.survey();
            for _ in 0..JOINS_AT_CLOSE {
                self.join();
            }
        }
        self.flush();
    }

    /// Whether it has not been looked yet what an earlier program left to be joined.
    fn is_new(&self) -> bool {
        self.pause == Pause::Beginning && self.blocks.is_some()
    }

    /// Writes groups, with one write for all between those that move entries: such a one needs what
    /// is written before it, and is a write of its own.
    fn write_parts(&mut self, groups: &[Durable]) {
        let together = |a: &Durable, b: &Durable| !a.group.moves() && !b.group.moves();
        for part in groups.chunk_by(together) {
            let bytes = part.iter().map(|group| group.bytes).sum();
            match part {
                [alone] if alone.group.moves() => self.write_moving(alone, bytes),
                _ => self.write(part, bytes),
            }
            if self.backlog.failure().is_some() {
                return;
            }
        }
    }

    /// Writes a group that moves entries.
    fn write_moving(&mut self, durable: &Durable, bytes: u64) {
        let records: Vec<&Record> = durable.group.records.iter().collect();
        let written = self.index.chains().and_then(|chains| {
            let mut moving = Moving::new(&self.index, chains, &records)?;
            for record in records {
                // The journal has nothing that its chain did not take.
                let refused = |it: Expected| ReadError::NotThere {
                    origin: it.origin,
                    seq: it.seq,
                };
                moving.take(record)?.map_err(refused)?;
            }
            let (writes, _) = moving.finish(durable.position)?;
            Ok(self.index.write_moved(writes)?)
        });
        self.joining.forget();
        match written {
            Ok(()) => self.backlog.done(1, bytes),
            Err(error) => self.backlog.fail(chain_text(&error)),
        }
        self.unflushed = self.unflushed.saturating_add(bytes.max(1));
    }

    /// Writes groups at once.
    fn write(&mut self, groups: &[Durable], bytes: u64) {
        let Some(last) = groups.last() else { return };
        let mut batch = IndexBatch::default();
        for durable in groups {
            for (record, hashes) in durable.group.records.iter().zip(&durable.links) {
                batch.add(record, hashes);
                self.owed = self.owed.saturating_add(wide(hashes.len()));
            }
        }
        // The groups are durable whatever the index says; the next open indexes them.
        let finished = batch.finish(last.position, &self.index, self.blocks.as_mut());
        let written = finished.and_then(|(writes, heads)| {
            self.joining.note(&heads);
            Ok(self.index.engine.write(writes)?)
        });
        match written {
            Ok(()) => self.backlog.done(groups.len(), bytes),
            Err(error) => self.backlog.fail(chain_text(&error)),
        }
        self.unflushed = self.unflushed.saturating_add(bytes.max(1));
        self.writes = self.writes.saturating_add(1);
        if self.pause == Pause::Idle {
            self.pause = Pause::None;
        }
        if self.writes >= WRITES_PER_JOIN || self.owed >= OWED_MAX {
            self.survey();
            self.join();
        }
    }

    fn survey(&mut self) {
        if self.blocks.is_some() {
            let surveyed = self.joining.survey(&self.index);
            self.joined(surveyed);
        }
    }

    /// Joins some chunks.
    fn join(&mut self) {
        self.writes = 0;
        self.owed = self.owed.saturating_sub(wide(BLOCK_ENTRIES_MAX));
        let Some(blocks) = self.blocks.as_mut().filter(|_| self.joining.is_due()) else {
            return;
        };
        if self.backlog.failure().is_some() {
            return self.joining.stop();
        }
        let stepped = self.joining.step(&self.index, blocks);
        let written = stepped.and_then(|writes: Vec<Write>| {
            if !writes.is_empty() {
                self.unflushed = self.unflushed.saturating_add(1);
                self.index.engine.write(writes)?;
            }
            Ok(())
        });
        if !self.joining.is_due() {
            self.owed = 0;
            blocks.rest();
        }
        self.joined(written);
    }

    /// Damage only ends the joining: reading says what is damaged. An engine that fails is done.
    fn joined(&mut self, result: Result<(), ReadError>) {
        match result {
            Ok(()) => {}
            Err(error @ ReadError::Engine { .. }) => self.backlog.fail(chain_text(&error)),
            Err(
                ReadError::Corrupt { .. } | ReadError::Packed { .. } | ReadError::NotThere { .. },
            ) => self.joining.stop(),
        }
    }

    fn flush(&mut self) {
        if self.unflushed > 0 && self.backlog.failure().is_none() {
            match self.index.engine.flush() {
                // The journal has it. An engine that is worse off refuses the next write.
                Ok(()) | Err(EngineError::DiskFull { .. }) => {}
                Err(error) => self.backlog.fail(chain_text(&error)),
            }
        }
        self.unflushed = 0;
    }
}
