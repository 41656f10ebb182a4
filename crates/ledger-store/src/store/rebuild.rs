//! Making the journal anew from the index.

use std::path::{Path, PathBuf};

use super::aside::set_aside_journal;
use super::open::{Found, JOURNAL_NEW_DIR, Place, exists, io_error, lock};
use super::replay::replay;
use super::{Gap, OpenError, OpenOptions, Progress, Step};
use crate::bytes::wide;
use crate::engine::EngineKind;
use crate::index::Index;
use crate::index::write::{frames_of, link, position_write};
use crate::journal::{GroupFrames, Journal, JournalError, Position};
use crate::record::{Note, Record, StoreId};

/// How many bytes of frames are written with one sync.
const WRITE_BYTES: u64 = 4 * 1024 * 1024;

/// What making the journal anew did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuiltJournal {
    /// How many entries are in the new journal.
    pub entries: u64,
    /// Where the former journal is now, if there was one.
    pub set_aside: Option<PathBuf>,
    /// Entries of the former journal that could not be joined.
    pub gaps: Vec<Gap>,
    /// After the last group of the new journal.
    pub position: Position,
}

/// Makes a new journal of what the index holds and what can still be read of the old journal,
/// which is set aside. Foreign batches become own frames: the same entries, not packed.
///
/// # Errors
///
/// [`OpenError::Damaged`] when there is no index that can be read; otherwise as
/// [`super::Store::open`]. An interrupted run can be repeated.
pub fn rebuild_journal_from_index(
    dir: &Path,
    kind: EngineKind,
    options: &OpenOptions,
) -> Result<RebuiltJournal, OpenError> {
    if !exists(&options.disk, dir) {
        return Err(OpenError::NotThere {
            path: dir.to_owned(),
        });
    }
    let _lock = lock(&options.disk, dir)?;
    let place = Place { dir, kind, options };
    place.remove_leftovers()?;
    let (index, store, position) = match place.find_index()? {
        Found::Usable(index, store, position) => (index, store, position),
        Found::Unusable(why) => {
            return Err(OpenError::Damaged {
                missing: format!("the index cannot be read: {why}"),
            });
        }
        Found::Nothing => {
            let missing = "an index in memory cannot give the journal back".to_owned();
            return Err(OpenError::Damaged { missing });
        }
    };
    let mut fence = place.fence()?;
    let lost = place.lost_beyond(&fence, store, position);
    let made = rebuild_journal(&place, &index, store, position)?;
    if lost.is_none() && fence.moved(store).is_none() {
        // The new journal is shorter, and lacks nothing of the old one.
        fence.note(store, made.position);
    }
    Ok(made)
}

/// As [`rebuild_journal_from_index`], under the lock and with the index open.
pub(super) fn rebuild_journal(
    place: &Place<'_>,
    index: &Index,
    store: StoreId,
    position: Position,
) -> Result<RebuiltJournal, OpenError> {
    let gaps = index_rest(place, index, store, position)?;
    index.engine.flush()?;
    let (position, entries) = write_journal(place, index, store)?;
    let disk = &place.options.disk;
    let journal_dir = place.journal_dir();
    let old = disk
        .exists(&journal_dir)
        .then(|| set_aside_journal(place, index))
        .transpose()?;
    disk.rename(&place.dir.join(JOURNAL_NEW_DIR), &journal_dir)
        .and_then(|()| disk.sync_dir(place.dir))
        .map_err(|source| io_error(&journal_dir, source))?;
    index.engine.write(vec![position_write(position)])?;
    index.engine.flush()?;
    Ok(RebuiltJournal {
        entries,
        set_aside: old,
        gaps,
        position,
    })
}

/// Indexes what the old journal has beyond the index, if it belongs to it.
fn index_rest(
    place: &Place<'_>,
    index: &Index,
    store: StoreId,
    position: Position,
) -> Result<Vec<Gap>, OpenError> {
    let dir = place.journal_dir();
    if !place.options.disk.is_dir(&dir) {
        return Ok(Vec::new());
    }
    let source = place.source(&dir, Some(store), Step::Replay);
    let replayed = replay(source, index, position)?;
    Ok(replayed
        .map(|(_, replayed)| replayed.gaps)
        .unwrap_or_default())
}

fn write_journal(
    place: &Place<'_>,
    index: &Index,
    store: StoreId,
) -> Result<(Position, u64), OpenError> {
    let disk = &place.options.disk;
    let dir = place.dir.join(JOURNAL_NEW_DIR);
    disk.create_dir_all(&dir)
        .map_err(|source| io_error(&dir, source))?;
    let chains = index.chains()?;
    let total = chains.entries();
    let mut writer = Writer::new(Journal::create(
        disk,
        &dir,
        store,
        place.options.segment_bytes,
    )?);
    for branch in chains.branches.into_values() {
        writer.put(&Record::Branch(branch));
    }
    let mut entries = 0_u64;
    index.for_each_slice(&mut |slice| {
        entries = entries.saturating_add(wide(slice.entries.len()));
        writer.put(&Record::Own(slice));
        (place.options.progress)(Progress {
            step: Step::RebuildJournal,
            done: entries,
            total,
        });
    })?;
    index.for_each_signed_head(&mut |head| writer.put(&Record::Head(head)))?;
    index.for_each_run(&mut |run| writer.put(&Record::Run(run)))?;
    index.for_each_cursor(&mut |cursor| writer.put(&Record::Cursor(cursor)))?;
    index.for_each_note(&mut |key, value| {
        writer.put(&Record::Note(Note {
            key: key.to_owned(),
            value: value.to_owned(),
        }));
    })?;
    Ok((writer.finish()?, entries))
}

/// Writes groups of one record each, many at a time.
pub(super) struct Writer {
    journal: Journal,
    groups: Vec<GroupFrames>,
    bytes: u64,
    failed: Option<JournalError>,
}

impl Writer {
    pub(super) const fn new(journal: Journal) -> Self {
        Self {
            journal,
            groups: Vec::new(),
            bytes: 0,
            failed: None,
        }
    }

    /// Writes what is left; where the journal ends.
    pub(super) fn finish(mut self) -> Result<Position, JournalError> {
        self.write();
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.journal.position()),
        }
    }

    pub(super) fn put(&mut self, record: &Record) {
        let mut frames = GroupFrames::new();
        let hashes = record.slice().map(|slice| {
            let before = (slice.first_seq.saturating_sub(1), slice.prev);
            link(slice, Some(before)).unwrap_or_default()
        });
        frames_of(record, &hashes.unwrap_or_default(), &mut frames);
        self.groups.push(frames);
        self.bytes = self.bytes.saturating_add(record.byte_len());
        if self.bytes >= WRITE_BYTES {
            self.write();
        }
    }

    fn write(&mut self) {
        self.bytes = 0;
        let groups = std::mem::take(&mut self.groups);
        if self.failed.is_none() && !groups.is_empty() {
            self.failed = self.journal.append(&groups).err();
        }
    }
}
