//! From stored bytes to the fold, and from bodies to stored bytes.

use ledger_core::fold::{Bulk, Fold, NumberRun, Record};
use ledger_core::{Clock, EntryId, HybridClock, Origin, Timestamp};
use ledger_format::wire::{BATCH_ENTRIES_MAX, BATCH_ENTRY_BYTES};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes};
use ledger_store::{ReadError, Store};

use ledger_core::entry::Content;

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

/// Folds everything a store holds, with the central numbers of one epoch; the hybrid clock takes
/// note of all our own entries, and of others as far as they are sane at `now`.
pub(crate) fn fold_all(
    store: &Store,
    own: &[Origin],
    epoch: Option<u64>,
    now: Timestamp,
    progress: &mut dyn FnMut(u64),
) -> Result<(Fold, HybridClock), ReadError> {
    let mut fold = Fold::new();
    let mut hybrid = HybridClock::default();
    store.for_each_run(&mut |run| {
        if epoch.is_some_and(|epoch| epoch != run.epoch) {
            return;
        }
        fold.number(NumberRun {
            n: run.first,
            origin: run.origin,
            first_seq: run.first_seq,
            count: run.count,
            moment: Timestamp::from_millis(run.moment_ms),
        });
    })?;
    let mut bulk = fold.bulk();
    store.for_each_slice(&mut |slice| {
        let is_own = own.contains(&slice.origin);
        fold_slice(&mut bulk, &mut hybrid, &slice, is_own, now);
        progress(bulk.entry_count());
    })?;
    drop(bulk);
    Ok((fold, hybrid))
}

/// Folds a slice and takes note of its clocks.
pub(crate) fn fold_slice(
    bulk: &mut Bulk<'_>,
    hybrid: &mut HybridClock,
    slice: &OriginSlice,
    is_own: bool,
    now: Timestamp,
) {
    for record in records(slice) {
        match clock_of(&record) {
            Some(clock) if is_own => hybrid.restore(clock),
            Some(clock) => hybrid.observe(clock, now),
            None => {}
        }
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
