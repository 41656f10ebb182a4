//! From stored bytes to the fold, and from bodies to stored bytes.

use ledger_core::fold::{Bulk, NumberRun, Record};
use ledger_core::{Clock, EntryId, HybridClock, Origin, Timestamp};
use ledger_format::wire::{BATCH_ENTRIES_MAX, BATCH_ENTRY_BYTES};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes};
use ledger_store::{ReadError, Store};

use ledger_core::entry::Content;

use crate::checkpoint::{Replayed, State};
use crate::log::folded_branch;

/// Decodes a slice's entries for the fold.
pub(crate) fn records(slice: &OriginSlice) -> impl Iterator<Item = Record> + '_ {
    let mut hash = slice.prev;
    (slice.first_seq..)
        .zip(slice.entries.iter())
        .map(move |(seq, bytes)| {
            hash = hash.then(bytes);
            Record {
                id: EntryId {
                    origin: slice.origin,
                    seq,
                },
                hash8: hash.hash8(),
                content: entry_bytes::decode(bytes),
            }
        })
}

/// The clock that an entry carries, where it could be read.
fn clock_of(record: &Record) -> Option<Clock> {
    match &record.content {
        Content::Known(entry) => Some(entry.clock),
        Content::Newer { .. } | Content::Bad { .. } => None,
    }
}

/// How many entries are read at once.
pub(crate) const SLICE_ENTRIES: usize = 1024;

/// Folds everything a store holds and a state does not, with the central numbers of one epoch; the
/// hybrid clock takes note of all our own entries, and of others as far as they are sane at `now`.
pub(crate) fn fold_rest(
    state: &mut State,
    store: &Store,
    own: &[Origin],
    epoch: Option<u64>,
    now: Timestamp,
    progress: &mut dyn FnMut(u64),
) -> Result<(), ReadError> {
    fold_runs(state, store, epoch)?;
    for branch in store.branches()? {
        state.fold.branch(folded_branch(&branch));
    }
    let families = own.iter().flat_map(|origin| state.fold.family(*origin));
    let own: Vec<Origin> = own.iter().copied().chain(families).collect();
    if state.fold.entry_count() == 0 {
        let State {
            fold,
            hybrid,
            replayed,
            ..
        } = state;
        let mut bulk = fold.bulk();
        return store.for_each_slice(&mut |slice| {
            let is_own = own.contains(&slice.origin);
            fold_slice(&mut bulk, hybrid, replayed, &slice, is_own, now);
            progress(bulk.entry_count());
        });
    }
    for (origin, last, _) in store.heads()? {
        let is_own = own.contains(&origin);
        let mut next = state.fold.last_seq(origin).saturating_add(1);
        while next <= last {
            let slice = store.slice(origin, next, SLICE_ENTRIES, usize::MAX)?;
            next = slice.last_seq().saturating_add(1);
            state.fold_slice(&slice, is_own, now);
            progress(state.fold.entry_count());
        }
    }
    Ok(())
}

/// Tells the fold of the central numbers that it does not know.
fn fold_runs(state: &mut State, store: &Store, epoch: Option<u64>) -> Result<(), ReadError> {
    let mut take = |run: ledger_store::Run| {
        if epoch.is_some_and(|epoch| epoch != run.epoch) {
            return;
        }
        state.fold.number(NumberRun {
            n: run.first,
            origin: run.origin,
            first_seq: run.first_seq,
            count: run.count,
            moment: Timestamp::from_millis(run.moment_ms),
        });
    };
    if state.number == 0 {
        return store.for_each_run(&mut take);
    }
    let mut next = state.number.saturating_add(1);
    loop {
        let runs = store.runs_from(next, SLICE_ENTRIES)?;
        let Some(last) = runs.last() else {
            return Ok(());
        };
        next = last.last().saturating_add(1);
        runs.into_iter().for_each(&mut take);
    }
}

impl State {
    /// Folds a slice and takes note of its clocks.
    pub(crate) fn fold_slice(&mut self, slice: &OriginSlice, is_own: bool, now: Timestamp) {
        let mut bulk = self.fold.bulk();
        let replayed = &mut self.replayed;
        fold_slice(&mut bulk, &mut self.hybrid, replayed, slice, is_own, now);
    }
}

fn fold_slice(
    bulk: &mut Bulk<'_>,
    hybrid: &mut HybridClock,
    replayed: &mut Replayed,
    slice: &OriginSlice,
    is_own: bool,
    now: Timestamp,
) {
    for (record, bytes) in records(slice).zip(slice.entries.iter()) {
        match clock_of(&record) {
            Some(clock) if is_own => hybrid.restore(clock),
            Some(clock) => hybrid.observe(clock, now),
            None => {}
        }
        replayed.note(&record, bytes);
        bulk.apply(record);
    }
}

/// Cuts a slice where batches end: the central server numbers and signs that much at a time.
pub(crate) fn cut_into_batches(slice: OriginSlice) -> Vec<OriginSlice> {
    let fits =
        slice.entries.len() <= BATCH_ENTRIES_MAX && slice.entries.byte_len() <= BATCH_ENTRY_BYTES;
    if fits {
        return vec![slice];
    }
    let mut cut = Vec::new();
    let mut hash = slice.prev;
    let mut part = OriginSlice {
        entries: EntryBuf::new(),
        prev: hash,
        ..slice
    };
    for entry in slice.entries.iter() {
        let full = part.entries.len() == BATCH_ENTRIES_MAX
            || part.entries.byte_len().saturating_add(entry.len()) > BATCH_ENTRY_BYTES;
        if full && !part.entries.is_empty() {
            let next = OriginSlice {
                origin: part.origin,
                first_seq: part.last_seq().saturating_add(1),
                prev: hash,
                entries: EntryBuf::new(),
            };
            cut.push(std::mem::replace(&mut part, next));
        }
        hash = hash.then(entry);
        part.entries.push(entry);
    }
    cut.push(part);
    cut
}

/// The chain hash after each entry of a slice.
pub(crate) fn hashes(slice: &OriginSlice) -> Vec<Hash> {
    let mut hash = slice.prev;
    let next = |entry: &[u8]| {
        hash = hash.then(entry);
        hash
    };
    slice.entries.iter().map(next).collect()
}
