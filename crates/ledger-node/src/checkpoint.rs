//! The checkpoint: the folded state in a file beside the store, so that opening does not fold what
//! was folded before.
//!
//! It is a shortcut and nothing else. It counts only for the fold version, the central numbers and
//! the entries that it names, told by their chain hashes: the entries of the log behind those are
//! folded as ever. Whatever is wrong with it, the log is folded from its beginning.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use ledger_core::fold::{FOLD_VERSION, Fold, Record, Snapshot};
use ledger_core::{Clock, EntryId, HybridClock, Origin, varint};
use ledger_format::checkpoint::{self, CheckpointHead};
use ledger_format::entry_bytes;
use ledger_store::{ReadError, Run, Store};

use crate::standing::Standing;

/// Its name in a node's directory.
pub(crate) const FILE: &str = "checkpoint";
const NEW_FILE: &str = "checkpoint.new";
/// With fewer new entries than this none is written.
const NEW_ENTRIES_MIN: u64 = 2_000;
/// One is written when this part of the entries, one in so many, is new.
const NEW_ENTRIES_PART: u64 = 32;

/// The entries that a fold is told of once more when it goes on from a snapshot.
#[derive(Debug, Default)]
pub(crate) struct Replayed(Vec<u8>);

impl Replayed {
    /// Keeps an entry if it is one of them.
    pub(crate) fn note(&mut self, record: &Record, bytes: &[u8]) {
        if !record.is_replayed() {
            return;
        }
        self.0.extend_from_slice(record.id.origin.as_bytes());
        varint::write(&mut self.0, record.id.seq);
        varint::write(&mut self.0, varint::len64(bytes.len()));
        self.0.extend_from_slice(bytes);
    }

    /// Tells a fold of them.
    fn tell(&self, fold: &mut Fold) -> Option<()> {
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            let (origin, behind) = rest.split_first_chunk::<16>()?;
            rest = behind;
            let id = EntryId {
                origin: Origin::from_bytes(*origin),
                seq: varint::read(&mut rest)?,
            };
            let length = usize::try_from(varint::read(&mut rest)?).ok()?;
            let (bytes, behind) = rest.split_at_checked(length)?;
            rest = behind;
            fold.replay(Record {
                id,
                hash8: fold.reference(id)?.hash8,
                content: entry_bytes::decode(bytes),
            });
        }
        Some(())
    }
}

/// A folded state, and what it was made of.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) fold: Fold,
    pub(crate) hybrid: HybridClock,
    pub(crate) replayed: Replayed,
    /// The last central number that the fold has been told of.
    pub(crate) number: u64,
    /// How many entries the checkpoint had.
    pub(crate) kept: u64,
    /// What follows from the fold.
    pub(crate) standing: Standing,
}

/// The state of the checkpoint in a node's directory; none when it does not fit the store.
pub(crate) fn read(
    dir: &Path,
    store: &Store,
    epoch: Option<u64>,
) -> Result<Option<State>, ReadError> {
    let opened = File::open(dir.join(FILE)).and_then(|mut file| {
        let bytes = file.metadata()?.len();
        checkpoint::read(&mut file, bytes)
    });
    let Ok((head, parts)) = opened else {
        return Ok(None);
    };
    // Where nothing was numbered, whose numbers come next does not matter.
    let same_numbers = head.epoch == epoch || head.number == 0;
    if head.fold_version != FOLD_VERSION || !same_numbers || !is_of(&head, store)? {
        return Ok(None);
    }
    Ok(state_of(&head, parts))
}

/// Whether a store has what a checkpoint was made of.
fn is_of(head: &CheckpointHead, store: &Store) -> Result<bool, ReadError> {
    for (origin, seq, hash) in &head.origins {
        let here = store.hash_at(Origin::from_bytes(*origin), *seq)?;
        if here.is_none_or(|here| here.as_bytes() != hash) {
            return Ok(false);
        }
    }
    if head.number == 0 {
        return Ok(true);
    }
    let runs = store.runs_from(head.number, 1)?;
    Ok(runs.first().is_some_and(|run| {
        run.last() == head.number
            && Some(run.epoch) == head.epoch
            && *run.after.as_bytes() == head.number_hash
    }))
}

fn state_of(head: &CheckpointHead, parts: Vec<Vec<u8>>) -> Option<State> {
    let mut parts = parts.into_iter();
    let replayed = Replayed(parts.next()?);
    let snapshot = Snapshot {
        head: parts.next()?,
        rows: parts.next()?.into(),
        slots: parts.map(Into::into).collect(),
    };
    let mut fold = Fold::of_snapshot(snapshot)?;
    replayed.tell(&mut fold)?;
    let mut hybrid = HybridClock::default();
    hybrid.restore(Clock::from_packed(head.clock));
    Some(State {
        standing: Standing::default(),
        kept: fold.entry_count(),
        fold,
        hybrid,
        replayed,
        number: head.number,
    })
}

/// Whether so much is new that a checkpoint is worth writing.
pub(crate) const fn is_due(entries: u64, kept: u64) -> bool {
    let new = entries.saturating_sub(kept);
    new >= NEW_ENTRIES_MIN && new >= entries / NEW_ENTRIES_PART
}

/// Writes the checkpoint of a state whose entries are all in the store, unless it cannot be one.
/// It is not synced: a torn one is not read.
pub(crate) fn write(
    dir: &Path,
    store: &Store,
    epoch: Option<u64>,
    state: &mut State,
) -> std::io::Result<()> {
    let Some(head) = head_of(store, epoch, state).map_err(std::io::Error::other)? else {
        return Ok(());
    };
    let entries = state.fold.entry_count();
    let Some(snapshot) = state.fold.snapshot() else {
        return Ok(());
    };
    let mut parts: Vec<&[u8]> = vec![&state.replayed.0, &snapshot.head, &snapshot.rows];
    parts.extend(snapshot.slots.iter().map(|slots| &**slots));
    let new = dir.join(NEW_FILE);
    let written = File::create(&new)
        .and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 16, file);
            checkpoint::write(head, &parts, &mut out)?;
            out.flush()
        })
        .and_then(|()| fs::rename(&new, dir.join(FILE)));
    if written.is_err() {
        // What is left of it may be what fills the disk.
        let _gone = fs::remove_file(&new);
    } else {
        state.kept = entries;
    }
    written
}

/// Removes the checkpoint of a node whose state is to be worked out from the log.
pub(crate) fn remove(dir: &Path) {
    let _gone = fs::remove_file(dir.join(FILE));
}

/// What a state was made of; none when that is not what the store has, or has numbers with holes.
fn head_of(
    store: &Store,
    epoch: Option<u64>,
    state: &State,
) -> Result<Option<CheckpointHead>, ReadError> {
    let heads = store.heads()?;
    let folded = heads
        .iter()
        .all(|(origin, seq, _)| state.fold.last_seq(*origin) == *seq);
    let entries: u64 = heads.iter().map(|(_, seq, _)| *seq).sum();
    if !folded || entries != state.fold.entry_count() {
        return Ok(None);
    }
    let last = last_of_epoch(store, epoch)?;
    let number = last.as_ref().map_or(0, Run::last);
    if state.fold.numbered_count() != number {
        return Ok(None);
    }
    let origins = heads
        .iter()
        .map(|(origin, seq, hash)| (*origin.as_bytes(), *seq, *hash.as_bytes()));
    Ok(Some(CheckpointHead::new(
        FOLD_VERSION,
        epoch,
        (number, last.map_or([0; 32], |run| *run.after.as_bytes())),
        state.hybrid.last().packed(),
        origins.collect(),
    )))
}

/// The last run of central numbers of an epoch. What is left of an earlier one may stand behind
/// it.
pub(crate) fn last_of_epoch(store: &Store, epoch: Option<u64>) -> Result<Option<Run>, ReadError> {
    let is_of_it = |run: &Run| epoch.is_none_or(|epoch| run.epoch == epoch);
    let mut last = store.last_run()?;
    if last.as_ref().is_some_and(|run| !is_of_it(run)) {
        last = None;
        store.for_each_run(&mut |run| {
            if is_of_it(&run) && last.is_none_or(|last| last.first < run.first) {
                last = Some(run);
            }
        })?;
    }
    Ok(last)
}
