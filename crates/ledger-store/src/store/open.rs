//! Making and opening stores: lock, compare, set aside, rebuild.
//!
//! **Invariant.** Nothing of the journal is cut before the index agreed that it is not needed.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::thread;

use ledger_format::Hash;

use super::aside;
use super::committer::{Committer, OrderEnd};
use super::compare::Compared;
use super::indexer::Indexer;
use super::rebuild::rebuild_journal;
use super::replay::{Source, replay};
use super::{OpenError, OpenOptions, Opened, QUEUE_GROUPS_MAX, Step, Store, Work};
use crate::chain_text;
use crate::disk::{Disk, DiskLock};
use crate::engine::{self, EngineError, EngineKind, SharedEngine};
use crate::fence::Fence;
use crate::index::block::Packing;
use crate::index::write::{meta_write, position_write};
use crate::index::{INDEX_VERSION, Index, Meta, ReadError, VERSION_BEFORE_BRANCHES};
use crate::journal::scan::{ScanFrom, Scanned, scan, segments};
use crate::journal::segment::file_name;
use crate::journal::{JOURNAL_VERSION, Journal, JournalDamage, JournalError, Position};
use crate::record::StoreId;

/// The journal's directory in a store's directory.
pub(super) const JOURNAL_DIR: &str = "journal";
/// How many times longer reading through an index may take than opening it.
const CHECK_TIMEOUTS: u32 = 3;
/// Where a journal is made anew.
pub(super) const JOURNAL_NEW_DIR: &str = "journal.new";
pub(super) const LOCK_FILE: &str = "lock";

/// Says what is wrong with a path in the terms of opening.
pub(super) fn io_error(path: &Path, source: io::Error) -> OpenError {
    let path = path.to_owned();
    if crate::journal::is_disk_full(&source) {
        return OpenError::DiskFull { path, source };
    }
    if matches!(
        source.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    ) {
        return OpenError::NotWritable { path, source };
    }
    OpenError::Io { path, source }
}

impl From<JournalError> for OpenError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::DiskFull { path, source } | JournalError::Io { path, source } => {
                io_error(&path, source)
            }
            JournalError::NewerFormat { found } => Self::NewerFormat {
                what: "journal",
                found,
                known: JOURNAL_VERSION,
            },
            JournalError::Poisoned { reason } => Self::Damaged { missing: reason },
        }
    }
}

pub(super) fn exists(disk: &Disk, dir: &Path) -> bool {
    let journal = dir.join(JOURNAL_DIR);
    let kinds = [EngineKind::Sled, EngineKind::Redb];
    segments(disk, &journal).is_ok_and(|all| !all.is_empty())
        || kinds
            .iter()
            .filter_map(|kind| kind.file_name())
            .any(|name| disk.exists(&dir.join(name)))
}

/// Takes the store's lock; it is held until it is dropped.
pub(super) fn lock(disk: &Disk, dir: &Path) -> Result<DiskLock, OpenError> {
    let path = dir.join(LOCK_FILE);
    let lock = disk.lock(&path).map_err(|source| io_error(dir, source))?;
    lock.ok_or_else(|| OpenError::InUse {
        path: dir.to_owned(),
    })
}

/// A random id, of the randomness that the standard library gives hash maps.
fn random_store_id(dir: &Path) -> StoreId {
    let mut seed = Vec::new();
    for salt in 0_u64..4 {
        seed.extend_from_slice(&RandomState::new().hash_one((salt, dir)).to_le_bytes());
    }
    seed.extend_from_slice(&std::process::id().to_le_bytes());
    let mut id = [0; 16];
    id.iter_mut()
        .zip(Hash::of(&seed).as_bytes())
        .for_each(|(to, from)| *to = *from);
    StoreId::from_bytes(id)
}

pub(super) fn create(
    dir: &Path,
    kind: EngineKind,
    options: &OpenOptions,
) -> Result<Store, OpenError> {
    let disk = &options.disk;
    let journal_dir = dir.join(JOURNAL_DIR);
    disk.create_dir_all(dir)
        .map_err(|source| io_error(dir, source))?;
    let lock = lock(disk, dir)?;
    if exists(disk, dir) {
        return Err(OpenError::AlreadyThere {
            path: dir.to_owned(),
        });
    }
    disk.create_dir_all(&journal_dir)
        .map_err(|source| io_error(&journal_dir, source))?;
    let id = options.id.unwrap_or_else(|| random_store_id(dir));
    let journal = Journal::create(disk, &journal_dir, id, options.segment_bytes)?;
    sync_dir(disk, dir)?;
    sync_names_above(disk, dir)?;
    let place = Place { dir, kind, options };
    let (index, _, _) = place.build(id, Step::RebuildIndex)?;
    let durable = (Some(journal), Some(place.fence()?));
    place.start(id, Opened::default(), index, durable, Some(lock))
}

/// Syncs the directories above one, any of which may have just been made: without its name there
/// is no store.
fn sync_names_above(disk: &Disk, dir: &Path) -> Result<(), OpenError> {
    for above in dir.ancestors().skip(1) {
        let above = match above.as_os_str().is_empty() {
            true => Path::new("."),
            false => above,
        };
        match disk.sync_dir(above) {
            Ok(()) => {}
            // Where nothing may be read, nothing was made.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => break,
            Err(error) => return Err(io_error(above, error)),
        }
    }
    Ok(())
}

fn sync_dir(disk: &Disk, dir: &Path) -> Result<(), OpenError> {
    disk.sync_dir(dir).map_err(|source| io_error(dir, source))
}

pub(super) fn over(engine: SharedEngine, packing: Option<Packing>) -> Result<Store, OpenError> {
    let index = Index::new(engine, packing);
    let id = random_store_id(Path::new(""));
    start(id, Opened::default(), index, (None, None), (None, None))
}

pub(super) fn open(
    dir: &Path,
    kind: EngineKind,
    options: &OpenOptions,
    rebuild: Option<&str>,
) -> Result<Store, OpenError> {
    let disk = &options.disk;
    if !exists(disk, dir) {
        return Err(OpenError::NotThere {
            path: dir.to_owned(),
        });
    }
    let lock = lock(disk, dir)?;
    let place = Place { dir, kind, options };
    place.remove_leftovers()?;
    let found = match rebuild {
        Some(reason) => Found::Unusable(reason.to_owned()),
        None => place.find_index()?,
    };
    let mut opened = Opened::default();
    let mut fence = place.fence()?;
    let agreed = match place.agree(found, &mut fence, &mut opened) {
        Err(error) if is_of_index(&error) => {
            opened = Opened::default();
            place.remove_leftovers()?;
            place.index_anew(Some(chain_text(&error)), None, &fence, &mut opened)
        }
        agreed => agreed,
    };
    let (index, scanned) = agreed?;
    opened.moved = fence.moved(scanned.store).or(opened.moved);
    if opened.moved.is_some() && scanned.torn_bytes > 0 {
        place.keep_torn_end(&scanned, &mut opened)?;
    }
    opened.torn_bytes = scanned.torn_bytes;
    opened.kept_aside = aside::with_more(&options.disk, dir)?;
    let just_now = &opened.journal_set_aside;
    opened
        .kept_aside
        .retain(|path| Some(path) != just_now.as_ref());
    let journal_dir = place.journal_dir();
    let journal = Journal::resume(&options.disk, &journal_dir, &scanned, options.segment_bytes)?;
    let durable = (Some(journal), Some(fence));
    place.start(scanned.store, opened, index, durable, Some(lock))
}

/// Whether an index that is made anew may help.
const fn is_of_index(error: &OpenError) -> bool {
    matches!(error, OpenError::Engine { .. })
        || matches!(error, OpenError::Read { source } if source.is_of_index())
}

/// What there is of an index.
pub(super) enum Found {
    /// None, or one that cannot be used; why.
    Unusable(String),
    /// None is kept: it is in memory.
    Nothing,
    /// One that can be read.
    Usable(Index, StoreId, Position),
}

/// A store's place on the disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) dir: &'a Path,
    pub(super) kind: EngineKind,
    pub(super) options: &'a OpenOptions,
}

impl Place<'_> {
    pub(super) fn journal_dir(&self) -> PathBuf {
        self.dir.join(JOURNAL_DIR)
    }

    fn index_path(&self) -> Option<PathBuf> {
        self.kind.file_name().map(|name| self.dir.join(name))
    }

    fn index_new_path(&self) -> Option<PathBuf> {
        self.kind
            .file_name()
            .map(|name| self.dir.join(format!("{name}.tmp")))
    }

    /// Removes what an interrupted creation left.
    pub(super) fn remove_leftovers(&self) -> Result<(), OpenError> {
        let disk = &self.options.disk;
        let journal_new = self.dir.join(JOURNAL_NEW_DIR);
        let mut leftovers: Vec<PathBuf> = self.index_new_path().into_iter().collect();
        leftovers.push(journal_new);
        let journal_dir = self.journal_dir();
        if disk.is_dir(&journal_dir) {
            let names = disk
                .list(&journal_dir)
                .map_err(|source| io_error(&journal_dir, source))?;
            let new = names.iter().filter(|name| name.ends_with(".seg.new"));
            leftovers.extend(new.map(|name| journal_dir.join(name)));
        }
        for path in leftovers.iter().filter(|path| disk.exists(path)) {
            disk.remove_any(path)
                .map_err(|source| io_error(path, source))?;
        }
        Ok(())
    }

    /// Opens the index that is there.
    pub(super) fn find_index(&self) -> Result<Found, OpenError> {
        let Some(path) = self.index_path() else {
            return Ok(Found::Nothing);
        };
        if !self.options.disk.exists(&path) {
            return Ok(Found::Unusable("it was missing".to_owned()));
        }
        let index = match engine::open(self.kind, &path, self.options.engine_timeout) {
            Ok(engine) => Index::new(engine, self.options.packing.clone()),
            Err(error) => return Ok(Found::Unusable(chain_text(&error))),
        };
        let read = self.sure(&index).and_then(|()| index.meta());
        let read = read.and_then(|meta| Ok((meta, index.position()?)));
        Ok(match read {
            Err(error) => Found::Unusable(chain_text(&error)),
            Ok((None, _)) => Found::Unusable("it does not say whose it is".to_owned()),
            Ok((Some(meta), _)) if meta.version > INDEX_VERSION => {
                let (found, known) = (meta.version, INDEX_VERSION);
                return Err(OpenError::NewerFormat {
                    what: "index",
                    found,
                    known,
                });
            }
            Ok((Some(meta), position)) => match raise_version(&index, meta) {
                Ok(()) => Found::Usable(index, meta.store, position),
                Err(error) => Found::Unusable(chain_text(&error)),
            },
        })
    }

    /// Reads an index through that was not closed, as guarded as it is opened: what a crash left
    /// of it may make the engine panic or hang at any read.
    fn sure(&self, index: &Index) -> Result<(), ReadError> {
        if index.engine.was_closed() {
            return Ok(());
        }
        let timeout = self.options.engine_timeout.saturating_mul(CHECK_TIMEOUTS);
        let index = index.clone();
        engine::guarded(timeout, move || Ok(index.check()))?
    }

    /// What is known of where this store was and how far it had come.
    pub(super) fn fence(&self) -> Result<Fence, OpenError> {
        let outside = self.options.fence.as_deref();
        Fence::read(&self.options.disk, self.dir, outside)
            .map_err(|source| io_error(self.dir, source))
    }

    /// As [`Place::lost_end`], for what a position says alone.
    #[expect(clippy::unused_self, reason = "one of three questions about one place")]
    pub(super) fn lost_beyond(
        &self,
        fence: &Fence,
        store: StoreId,
        end: Position,
    ) -> Option<String> {
        let reached = fence.reached(store)?;
        ((end.segment, end.offset) < (reached.segment, reached.offset)).then(|| {
            format!(
                "its end is missing: it was saved up to segment {} offset {}, and now ends at \
                 segment {} offset {}",
                reached.segment, reached.offset, end.segment, end.offset
            )
        })
    }

    /// Keeps the bytes after the last whole group, of which somebody may have been told that they
    /// are saved, in a file of their own, and says so.
    fn keep_torn_end(&self, scanned: &Scanned, opened: &mut Opened) -> Result<(), OpenError> {
        let disk = &self.options.disk;
        let path = self.journal_dir().join(file_name(scanned.last_segment));
        let kept = self.dir.join("journal-end");
        let copied = disk.read(&path).and_then(|bytes| {
            let at = usize::try_from(scanned.end).unwrap_or(usize::MAX);
            let mut file = disk.create(&kept)?;
            file.write_at(0, bytes.get(at..).unwrap_or_default())?;
            file.sync_all()
        });
        copied.map_err(|source| io_error(&kept, source))?;
        let _aside = set_aside(disk, &kept)?;
        opened.damage.push(JournalDamage {
            segment: scanned.last_segment,
            offset: scanned.end,
            len: scanned.torn_bytes,
            what: "the end cannot be read",
        });
        Ok(())
    }

    /// Brings index and journal to the same state, by making one of them anew if need be.
    fn agree(
        &self,
        found: Found,
        fence: &mut Fence,
        opened: &mut Opened,
    ) -> Result<(Index, Scanned), OpenError> {
        match self.compare(found, opened)? {
            Compared::Usable(index, scanned) => {
                opened.moved = self.lost_end(fence, &scanned)?;
                Ok((index, scanned))
            }
            Compared::Rebuild { reason, store } => self.index_anew(reason, store, fence, opened),
            Compared::RebuildJournal {
                reason,
                index,
                store,
                position,
            } => {
                opened.moved = self.lost_beyond(fence, store, position);
                let made = rebuild_journal(self, &index, store, position)?;
                opened.journal_rebuilt = Some(reason);
                opened.journal_set_aside = made.set_aside;
                opened.gaps = made.gaps;
                if opened.moved.is_none() && fence.moved(store).is_none() {
                    fence.note(store, made.position);
                }
                let scanned = self.scan_end(Some(store))?;
                Ok((index, scanned.ok_or_else(|| self.nothing_left())?))
            }
        }
    }

    /// Sets the index aside and makes it anew from the journal.
    fn index_anew(
        &self,
        reason: Option<String>,
        store: Option<StoreId>,
        fence: &Fence,
        opened: &mut Opened,
    ) -> Result<(Index, Scanned), OpenError> {
        self.set_aside_index(opened)?;
        opened.rebuilt = reason;
        let (index, scanned, replayed) = self.rebuild(store)?;
        opened.replayed_groups = replayed.groups;
        opened.damage = replayed.damage;
        opened.gaps = replayed.gaps;
        opened.moved = self.lost_end(fence, &scanned)?;
        Ok((index, scanned))
    }

    fn nothing_left(&self) -> OpenError {
        OpenError::Damaged {
            missing: format!(
                "neither the journal nor the index in {} can be read",
                self.dir.display()
            ),
        }
    }

    /// Reads the last segment only.
    fn scan_end(&self, store: Option<StoreId>) -> Result<Option<Scanned>, OpenError> {
        let from = ScanFrom {
            segment: u64::MAX,
            store,
        };
        Ok(scan(
            &self.options.disk,
            &self.journal_dir(),
            from,
            &mut |_| {},
        )?)
    }

    pub(super) fn source<'b>(
        &'b self,
        dir: &'b Path,
        store: Option<StoreId>,
        step: Step,
    ) -> Source<'b> {
        Source {
            dir,
            options: self.options,
            store,
            step,
        }
    }

    fn set_aside_index(&self, opened: &mut Opened) -> Result<(), OpenError> {
        let disk = &self.options.disk;
        let Some(path) = self.index_path().filter(|path| disk.exists(path)) else {
            return Ok(());
        };
        opened.set_aside = Some(set_aside(disk, &path)?);
        Ok(())
    }

    /// Makes the index anew; in memory when the disk has no space for it.
    fn rebuild(
        &self,
        store: Option<StoreId>,
    ) -> Result<(Index, Scanned, super::replay::Replayed), OpenError> {
        let journal_dir = self.journal_dir();
        if !self.options.disk.is_dir(&journal_dir) {
            return Err(self.nothing_left());
        }
        let scanned = self.scan_end(store)?;
        let id = scanned.ok_or_else(|| self.nothing_left())?.store;
        match self.build(id, Step::RebuildIndex) {
            Err(OpenError::Engine {
                source: EngineError::DiskFull { .. },
            }) => Place {
                kind: EngineKind::Memory,
                ..*self
            }
            .build(id, Step::RebuildIndex),
            built => built,
        }
    }

    /// Makes an index of the journal: beside its place, then moved there.
    fn build(
        &self,
        store: StoreId,
        step: Step,
    ) -> Result<(Index, Scanned, super::replay::Replayed), OpenError> {
        let journal_dir = self.journal_dir();
        let disk = &self.options.disk;
        let timeout = self.options.engine_timeout;
        let new_path = self.index_new_path();
        if let Some(path) = &new_path {
            disk.remove_any(path)
                .map_err(|source| io_error(path, source))?;
        }
        let at = new_path.as_deref().unwrap_or(self.dir);
        let packing = self.options.packing.clone();
        let index = Index::new(engine::open(self.kind, at, timeout)?, packing.clone());
        index
            .engine
            .write(vec![meta_write(store), position_write(Position::START)])?;
        let source = self.source(&journal_dir, Some(store), step);
        let replayed = replay(source, &index, Position::START)?;
        let (scanned, replayed) = replayed.ok_or_else(|| OpenError::Damaged {
            missing: "the journal is missing".to_owned(),
        })?;
        index.engine.flush()?;
        let (Some(new_path), Some(path)) = (new_path, self.index_path()) else {
            return Ok((index, scanned, replayed));
        };
        drop(index);
        disk.sync_tree(&new_path)
            .and_then(|()| disk.rename(&new_path, &path))
            .and_then(|()| disk.sync_dir(self.dir))
            .map_err(|source| io_error(&path, source))?;
        let index = Index::new(engine::open(self.kind, &path, timeout)?, packing);
        Ok((index, scanned, replayed))
    }

    fn start(
        &self,
        id: StoreId,
        opened: Opened,
        index: Index,
        durable: (Option<Journal>, Option<Fence>),
        lock: Option<DiskLock>,
    ) -> Result<Store, OpenError> {
        let files = (self.journal_dir(), self.options.clone());
        start(id, opened, index, durable, (Some(files), lock))
    }
}

/// Says that an index of an older version may hold from now on what only this version reads.
fn raise_version(index: &Index, meta: Meta) -> Result<(), EngineError> {
    if meta.version >= VERSION_BEFORE_BRANCHES || index.packing.is_none() {
        return Ok(());
    }
    index.engine.write(vec![meta_write(meta.store)])
}

/// Starts the threads, or what does their work without them.
pub(super) fn start(
    id: StoreId,
    opened: Opened,
    index: Index,
    (journal, fence): (Option<Journal>, Option<Fence>),
    (files, lock): (Option<(PathBuf, OpenOptions)>, Option<DiskLock>),
) -> Result<Store, OpenError> {
    let position = journal.as_ref().map_or(Position::START, Journal::position);
    let ends = (index.chains()?, OrderEnd::of(&index)?);
    let inline = files.as_ref().is_some_and(|(_, options)| options.inline);
    let indexer = match inline {
        true => Indexer::inline(index.clone()),
        false => Indexer::start(index.clone()).map_err(|source| OpenError::NoThread { source })?,
    };
    let backlog = indexer.backlog();
    let fence = fence.map(|fence| (id, fence));
    let committer = Committer::new((journal, fence), indexer, ends, position);
    Ok(Store {
        id,
        opened,
        index,
        backlog,
        files,
        work: match inline {
            true => Work::Inline(Box::new(Mutex::new(committer))),
            false => on_a_thread(committer)?,
        },
        _lock: lock,
    })
}

fn on_a_thread(committer: Committer) -> Result<Work, OpenError> {
    let (jobs, waiting) = mpsc::sync_channel(QUEUE_GROUPS_MAX);
    let thread = thread::Builder::new()
        .name("store-commit".to_owned())
        .spawn(move || committer.run(&waiting))
        .map_err(|source| OpenError::NoThread { source })?;
    Ok(Work::Thread(jobs, thread))
}

/// Gives a file or directory the first free name `*.damaged-N`.
pub(super) fn set_aside(disk: &Disk, path: &Path) -> Result<PathBuf, OpenError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    set_aside_as(disk, path, &name)
}

/// As [`set_aside`], under another name.
pub(super) fn set_aside_as(disk: &Disk, path: &Path, name: &str) -> Result<PathBuf, OpenError> {
    let free = (1_u32..).map(|n| path.with_file_name(format!("{name}.damaged-{n}")));
    let aside = free.into_iter().find(|aside| !disk.is_taken(aside));
    let aside = aside.unwrap_or_else(|| path.with_extension("damaged"));
    disk.rename(path, &aside)
        .map_err(|source| io_error(path, source))?;
    Ok(aside)
}
