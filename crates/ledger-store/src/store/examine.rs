//! Looking at a store without opening it: what is there, what is damaged, what lies about.
//!
//! **Invariant.** Nothing of the journal or of what was set aside is changed, and no index is set
//! aside or made. An index is opened as every open does it, and only while nobody else has it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::aside::{self, Log, Lost};
use super::open::{Found, JOURNAL_NEW_DIR, LOCK_FILE, Place, exists, io_error};
use super::replay::record_of;
use super::{OpenError, OpenOptions, Progress, Step};
use crate::engine::EngineKind;
use crate::index::Index;
use crate::index::chains::Chains;
use crate::journal::scan::{ScanFrom, Seen, scan};
use crate::journal::{JournalDamage, Position};
use crate::record::Record;

/// What is found of a store that is not opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Another process has it open; then the index was not looked at.
    pub in_use: bool,
    /// What the journal is like; none when there is none.
    pub journal: Option<ExaminedJournal>,
    /// What the index is like.
    pub index: ExaminedIndex,
    /// What an interrupted piece of work left and nothing needs.
    pub leftovers: Vec<PathBuf>,
    /// What was set aside as damaged, with its length in bytes.
    pub set_aside: Vec<(PathBuf, u64)>,
    /// Entries that the journals set aside speak of and a whole journal lacks. Beside a damaged
    /// journal nobody looked: what is missing shows when it was made anew.
    pub lost: Vec<Lost>,
}

/// What a journal is like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExaminedJournal {
    /// How many entries were read and continue their origins.
    pub entries: u64,
    /// How many origins they have.
    pub origins: u64,
    /// Damage before the tail.
    pub damage: Vec<JournalDamage>,
    /// How many bytes of an unfinished write stand at its end.
    pub torn_bytes: u64,
    /// Whether entries were read that do not continue their origin.
    pub unjoined: bool,
}

/// What an index is like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExaminedIndex {
    /// Nobody looked: another process has it, or it is in memory.
    #[default]
    Unknown,
    /// There is none.
    Missing,
    /// It cannot be read; why.
    Unusable(String),
    /// It lacks the end of the journal, or all of it if it is another store's.
    Behind,
    /// It knows more than the journal holds.
    Ahead,
    /// It is as far as the journal.
    UpToDate,
}

/// Looks at the store in a directory; `visit` is shown every record that the journal gives.
///
/// # Errors
///
/// [`OpenError::NotThere`], [`OpenError::NewerFormat`], and what the disk reports.
pub fn examine(
    dir: &Path,
    kind: EngineKind,
    options: &OpenOptions,
    progress: &mut dyn FnMut(Progress),
    visit: &mut dyn FnMut(&Record),
) -> Result<Examined, OpenError> {
    if !exists(&options.disk, dir) {
        return Err(OpenError::NotThere {
            path: dir.to_owned(),
        });
    }
    let lock = try_lock(dir)?;
    let mut examined = Examined {
        in_use: lock.is_none(),
        ..Examined::default()
    };
    let place = Place { dir, kind, options };
    let (mut end, mut chains) = (Position::START, Chains::default());
    if options.disk.is_dir(&place.journal_dir()) {
        let (journal, position) = examine_journal(&place, &mut chains, progress, visit)?;
        end = position;
        examined.journal = journal;
    }
    if examined.in_use {
        // What stands behind the last whole group is being written just now.
        if let Some(journal) = &mut examined.journal {
            journal.torn_bytes = 0;
        }
        return Ok(examined);
    }
    let (like, index) = examine_index(&place, end)?;
    examined.index = like;
    look_about(&place, &mut examined)?;
    let is_whole = |it: &ExaminedJournal| it.damage.is_empty() && !it.unjoined;
    if examined.journal.as_ref().is_some_and(is_whole) && examined.index != ExaminedIndex::Ahead {
        let log = Log {
            chains: &chains,
            index: index.as_ref(),
        };
        examined.lost = aside::lost(dir, options, log)?;
    }
    Ok(examined)
}

/// Shows every record that can be read of a journal's directory, such as one that was set aside.
///
/// # Errors
///
/// What the disk reports; damage is passed over.
pub fn read_journal(
    dir: &Path,
    options: &OpenOptions,
    visit: &mut dyn FnMut(&Record),
) -> Result<(), OpenError> {
    let from = ScanFrom {
        segment: 1,
        store: None,
    };
    let _end = scan(&options.disk, dir, from, &mut |seen| {
        if let Seen::Group { frames, .. } = seen {
            for (kind, payload) in frames {
                if let Ok(record) = record_of(options, kind, payload) {
                    visit(&record);
                }
            }
        }
    })?;
    Ok(())
}

/// Takes away what an interrupted piece of work left; how many files and directories.
///
/// # Errors
///
/// [`OpenError::InUse`], and what the disk reports.
pub fn remove_leftovers(
    dir: &Path,
    kind: EngineKind,
    options: &OpenOptions,
) -> Result<(), OpenError> {
    let _lock = super::open::lock(&options.disk, dir)?;
    Place { dir, kind, options }.remove_leftovers()
}

/// The store's lock, unless somebody has it. Makes no file.
fn try_lock(dir: &Path) -> Result<Option<Option<File>>, OpenError> {
    let path = dir.join(LOCK_FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(None)),
        Err(source) => return Err(io_error(&path, source)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(Some(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(io_error(&path, source)),
    }
}

fn examine_journal(
    place: &Place<'_>,
    chains: &mut Chains,
    progress: &mut dyn FnMut(Progress),
    visit: &mut dyn FnMut(&Record),
) -> Result<(Option<ExaminedJournal>, Position), OpenError> {
    let mut journal = ExaminedJournal::default();
    let from = ScanFrom {
        segment: 1,
        store: None,
    };
    let mut done = 0_u64;
    let scanned = scan(&place.options.disk, &place.journal_dir(), from, &mut |it| {
        let (frames, start, position) = match it {
            Seen::Damage(damage) => {
                journal.damage.push(damage);
                return;
            }
            Seen::Group {
                frames,
                start,
                position,
            } => (frames, start, position),
        };
        let len = position.offset.saturating_sub(start);
        for (kind, payload) in frames {
            match record_of(place.options, kind, payload) {
                Ok(record) => {
                    journal.unjoined |= chains.see(&record).is_err();
                    visit(&record);
                }
                Err(what) => journal.damage.push(JournalDamage {
                    segment: position.segment,
                    offset: start,
                    len,
                    what,
                }),
            }
        }
        done = done.saturating_add(len);
        progress(Progress {
            step: Step::VerifyJournal,
            done,
            total: done,
        });
    })?;
    let Some(scanned) = scanned else {
        return Ok((None, Position::START));
    };
    journal.torn_bytes = scanned.torn_bytes;
    journal.origins = crate::bytes::wide(chains.heads.len());
    journal.entries = chains.entries();
    Ok((Some(journal), scanned.position))
}

/// What the index is like, and the index where it can be read.
fn examine_index(
    place: &Place<'_>,
    end: Position,
) -> Result<(ExaminedIndex, Option<Index>), OpenError> {
    let Some(name) = place.kind.file_name() else {
        return Ok((ExaminedIndex::Unknown, None));
    };
    if !place.dir.join(name).exists() {
        return Ok((ExaminedIndex::Missing, None));
    }
    let (index, position) = match place.find_index()? {
        Found::Unusable(why) => return Ok((ExaminedIndex::Unusable(why), None)),
        Found::Nothing => return Ok((ExaminedIndex::Unknown, None)),
        Found::Usable(index, _, position) => (index, position),
    };
    let (known, end) = (
        (position.segment, position.offset),
        (end.segment, end.offset),
    );
    let like = match known.cmp(&end) {
        std::cmp::Ordering::Less => ExaminedIndex::Behind,
        std::cmp::Ordering::Equal => ExaminedIndex::UpToDate,
        std::cmp::Ordering::Greater => ExaminedIndex::Ahead,
    };
    Ok((like, Some(index)))
}

/// Lists what lies about in the store's directory.
fn look_about(place: &Place<'_>, examined: &mut Examined) -> Result<(), OpenError> {
    let disk = &place.options.disk;
    let names = disk.list(place.dir);
    for name in names.map_err(|source| io_error(place.dir, source))? {
        let path = place.dir.join(&name);
        if name.contains(".damaged-") {
            let bytes = bytes_in(&path);
            examined.set_aside.push((path, bytes));
        } else if name == JOURNAL_NEW_DIR || (name.starts_with("index.") && name.ends_with(".tmp"))
        {
            examined.leftovers.push(path);
        }
    }
    let journal = place.journal_dir();
    if disk.is_dir(&journal) {
        let names = disk.list(&journal);
        let names = names.map_err(|source| io_error(&journal, source))?;
        let new = names.iter().filter(|name| name.ends_with(".seg.new"));
        examined
            .leftovers
            .extend(new.map(|name| journal.join(name)));
    }
    Ok(())
}

/// How long a file is, or all files in a directory. What cannot be read counts as nothing.
fn bytes_in(path: &Path) -> u64 {
    let Ok(inside) = fs::read_dir(path) else {
        return fs::metadata(path).map_or(0, |data| data.len());
    };
    inside
        .flatten()
        .fold(0, |sum, item| sum.saturating_add(bytes_in(&item.path())))
}
