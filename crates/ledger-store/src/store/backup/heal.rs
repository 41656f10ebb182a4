//! A journal for a backup, made of the index because the journal itself is damaged.
//!
//! Appends go on meanwhile, so everything is cut where the index stood when it began: entries and
//! signed heads at the heads, runs where they reach beyond them, and what changes (cursors, notes) is taken
//! together with the position.

use std::path::Path;

use super::{BackupError, Snapshot, file_error};
use crate::index::{Index, ReadError};
use crate::journal::Journal;
use crate::record::{Note, Record};
use crate::store::rebuild::Writer;
use crate::store::{OpenError, OpenOptions, Store};

/// The records that change, with the moment they are of.
struct Still {
    snapshot: Snapshot,
    changing: Vec<Record>,
}

impl Still {
    fn take(index: &Index) -> Result<Self, ReadError> {
        loop {
            let snapshot = Snapshot::take(index)?;
            let mut changing = Vec::new();
            index.for_each_cursor(&mut |cursor| changing.push(Record::Cursor(cursor)))?;
            index.for_each_note(&mut |key, value| {
                changing.push(Record::Note(Note {
                    key: key.to_owned(),
                    value: value.to_owned(),
                }));
            })?;
            if index.position()? == snapshot.position {
                return Ok(Self { snapshot, changing });
            }
        }
    }
}

/// Writes a journal with all that the index holds; what it holds and where the journal ends.
pub(super) fn journal_of_index(
    store: &Store,
    options: &OpenOptions,
    dir: &Path,
) -> Result<Snapshot, BackupError> {
    let index = store.settled();
    // Entries that change their chain meanwhile would be there twice or not at all.
    index.undisturbed(|| made_of(index, store, options, dir))
}

fn made_of(
    index: &Index,
    store: &Store,
    options: &OpenOptions,
    dir: &Path,
) -> Result<Snapshot, BackupError> {
    let disk = &options.disk;
    let made = disk.remove_any(dir).and_then(|()| disk.create_dir_all(dir));
    made.map_err(|source| file_error(dir, source))?;
    let Still {
        mut snapshot,
        changing,
    } = Still::take(index)?;
    let journal =
        Journal::create(disk, dir, store.id(), options.segment_bytes).map_err(OpenError::from)?;
    let mut writer = Writer::new(journal);
    let chains = &snapshot.chains;
    for branch in chains.branches.values() {
        writer.put(&Record::Branch(*branch));
    }
    let last_of = |origin| chains.heads.get(&origin).map_or(0, |head| head.0);
    index.for_each_slice(&mut |mut slice| {
        let until = last_of(slice.origin);
        if slice.first_seq > until {
            return;
        }
        let keep = until.saturating_sub(slice.first_seq).saturating_add(1);
        let keep = usize::try_from(keep).unwrap_or(usize::MAX);
        if keep < slice.entries.len() {
            slice.entries = slice.entries.iter().take(keep).collect();
        }
        writer.put(&Record::Own(slice));
    })?;
    index.for_each_signed_head(&mut |head| {
        if head.seq <= last_of(head.origin) {
            writer.put(&Record::Head(head));
        }
    })?;
    index.for_each_run(&mut |run| {
        let last = run.last_seq();
        if last <= last_of(run.origin) {
            writer.put(&Record::Run(run));
        }
    })?;
    changing.iter().for_each(|record| writer.put(record));
    snapshot.position = writer.finish().map_err(OpenError::from)?;
    Ok(snapshot)
}
