//! Making a store of a backup: beside its place, then moved there.
//!
//! **Invariant.** Nothing stands in the store's place before all of the file was read and every
//! hash and chain in it held; an interrupted restore leaves only a directory that the next takes
//! away.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::check::Check;
use super::container::Container;
use super::manifest::{Manifest, Part, manifest_heads};
use super::{BackupError, DAMAGED_PART, EXTRA_BYTES_MAX, JOURNAL_PART, file_error};
use crate::bytes::wide;
use crate::disk::{Disk, DiskFile};
use crate::engine::EngineKind;
use crate::fence;
use crate::journal::segment::number_of;
use crate::store::open::JOURNAL_DIR;
use crate::store::{OpenOptions, Progress, Step, Store};

/// Where damaged segments of the store that was backed up are kept.
const DAMAGED_DIR: &str = "journal.damaged-1";

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the file says about itself.
    pub manifest: Manifest,
    /// The caller's own parts, by name.
    pub extra: BTreeMap<String, Vec<u8>>,
}

/// What a backup says about itself. The file itself is not checked: [`read_backup`] does that.
///
/// # Errors
///
/// As [`read_backup`].
pub fn manifest_of(file: &Path, options: &OpenOptions) -> Result<Manifest, BackupError> {
    Ok(Container::open(&options.disk, file)?.manifest().clone())
}

/// Reads and checks all of a backup; its manifest and the caller's own parts.
///
/// # Errors
///
/// [`BackupError::NotABackup`], [`BackupError::Damaged`], [`BackupError::NewerFormat`], and what
/// the disk reports.
pub fn read_backup(
    file: &Path,
    options: &OpenOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Restored, BackupError> {
    read_into(file, options, (Step::VerifyBackup, progress), None)
}

/// Reads a backup and holds it to its manifest; writes the journal into a directory if one is
/// named.
fn read_into(
    file: &Path,
    options: &OpenOptions,
    (step, progress): (Step, &mut dyn FnMut(Progress)),
    into: Option<&Path>,
) -> Result<Restored, BackupError> {
    let mut container = Container::open(&options.disk, file)?;
    let manifest = container.manifest().clone();
    let mut check = Check::new(options, container.store(), &manifest);
    let mut extra = BTreeMap::<String, Vec<u8>>::new();
    for part in manifest.parts.iter().filter(|part| is_extra(part)) {
        // A part of no bytes has no block.
        let _none = extra.insert(part.name.clone(), Vec::new());
    }
    let mut sink = Sink {
        disk: &options.disk,
        into,
        open: None,
    };
    let total = manifest.bytes();
    let mut done = 0_u64;
    container.read(&mut |part, bytes| {
        check.feed(part, bytes)?;
        if let Some(kept) = extra.get_mut(&part.name) {
            if wide(kept.len()).saturating_add(wide(bytes.len())) > EXTRA_BYTES_MAX {
                return Err(BackupError::Damaged {
                    path: file.to_owned(),
                    what: format!("the part {} is too long", part.name),
                });
            }
            kept.extend_from_slice(bytes);
        } else {
            sink.put(part, bytes)?;
        }
        done = done.saturating_add(wide(bytes.len()));
        progress(Progress { step, done, total });
        Ok(())
    })?;
    sink.close()?;
    let findings = check.finish(&manifest)?;
    if let Some(problem) = findings.problems.first() {
        return Err(BackupError::Damaged {
            path: file.to_owned(),
            what: problem.clone(),
        });
    }
    Ok(Restored { manifest, extra })
}

fn is_extra(part: &Part) -> bool {
    !part.name.starts_with(JOURNAL_PART) && !part.name.starts_with(DAMAGED_PART)
}

/// Where the parts of the journal go.
struct Sink<'a> {
    disk: &'a Disk,
    into: Option<&'a Path>,
    open: Option<(PathBuf, DiskFile, u64)>,
}

impl Sink<'_> {
    fn put(&mut self, part: &Part, bytes: &[u8]) -> Result<(), BackupError> {
        let Some(into) = self.into else {
            return Ok(());
        };
        let places = [(JOURNAL_PART, JOURNAL_DIR), (DAMAGED_PART, DAMAGED_DIR)];
        let place = places.into_iter().find_map(|(prefix, dir)| {
            let name = part.name.strip_prefix(prefix)?;
            // Nothing but a segment's name may become a path.
            number_of(name).map(|_| into.join(dir).join(name))
        });
        let Some(path) = place else {
            return Ok(());
        };
        if self.open.as_ref().is_none_or(|(open, ..)| *open != path) {
            self.close()?;
            let made = path
                .parent()
                .map_or(Ok(()), |dir| self.disk.create_dir_all(dir))
                .and_then(|()| self.disk.create(&path));
            let made = made.map_err(|source| file_error(&path, source))?;
            self.open = Some((path.clone(), made, 0));
        }
        if let Some((_, file, end)) = &mut self.open {
            let written = file.write_at(*end, bytes);
            written.map_err(|source| file_error(&path, source))?;
            *end = end.saturating_add(wide(bytes.len()));
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), BackupError> {
        let Some((path, file, _)) = self.open.take() else {
            return Ok(());
        };
        let dir = path.parent().unwrap_or(&path);
        let synced = file.sync_all().and_then(|()| self.disk.sync_dir(dir));
        synced.map_err(|source| file_error(&path, source))
    }
}

/// Makes a store of a backup, with an index in the engine that is asked for. The directory must
/// be empty or not be there. The store keeps its id; whoever opens it is told that it was
/// restored, and has to begin a new origin.
///
/// # Errors
///
/// [`BackupError::NotEmpty`]; as [`read_backup`]; and what the embedded store reports. Nothing is
/// left behind then.
pub fn restore(
    file: &Path,
    dir: &Path,
    kind: EngineKind,
    options: &OpenOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Restored, BackupError> {
    let disk = &options.disk;
    check_empty(dir)?;
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let new = dir.with_file_name(format!(".{name}.restoring"));
    let failed = |source| file_error(&new, source);
    disk.remove_any(&new).map_err(failed)?;
    let made = make(file, &new, kind, options, progress)
        .and_then(|restored| move_there(disk, &new, dir).map(|()| restored));
    if made.is_err() {
        // What is left of it the next restore takes away.
        let _gone = disk.remove_any(&new);
    }
    made
}

/// Refuses a directory that has anything in it.
fn check_empty(dir: &Path) -> Result<(), BackupError> {
    match fs::read_dir(dir).map(|mut inside| inside.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(BackupError::NotEmpty {
            path: dir.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(file_error(dir, source)),
    }
}

fn make(
    file: &Path,
    new: &Path,
    kind: EngineKind,
    options: &OpenOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Restored, BackupError> {
    let disk = &options.disk;
    let failed = |source| file_error(new, source);
    disk.create_dir_all(new).map_err(failed)?;
    let restored = read_into(file, options, (Step::Restore, progress), Some(new))?;
    let alone = OpenOptions {
        fence: None,
        ..options.clone()
    };
    let store = Store::open(new, kind, &alone)?;
    let heads = store
        .heads()?
        .into_iter()
        .map(|(origin, seq, hash)| (origin, (seq, hash)))
        .collect();
    let id = store.id();
    let closed = store.close();
    if manifest_heads(&heads) != restored.manifest.heads || closed.is_err() {
        return Err(BackupError::Damaged {
            path: file.to_owned(),
            what: "the index that was made of it does not have its heads".to_owned(),
        });
    }
    fence::mark_restored(disk, new, id).map_err(failed)?;
    disk.sync_dir(new).map_err(failed)?;
    Ok(restored)
}

fn move_there(disk: &Disk, new: &Path, dir: &Path) -> Result<(), BackupError> {
    // It may have been filled meanwhile; a rename replaces an empty directory only.
    check_empty(dir)?;
    disk.rename(new, dir)
        .and_then(|()| {
            let parent = dir.parent().filter(|it| !it.as_os_str().is_empty());
            disk.sync_dir(parent.unwrap_or(Path::new(".")))
        })
        .map_err(|source| file_error(dir, source))
}
