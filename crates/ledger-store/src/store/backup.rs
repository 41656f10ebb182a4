//! Backups: one consistent, verified file, written while appends go on.
//!
//! The segments of a journal never change up to a [`Position`], so they are copied as they are up
//! to where the index stood when the backup began. The file is written beside its place, read
//! back from the disk, and gets its name only when every hash, frame and chain in it holds. Where
//! the journal itself is damaged, one is made of the index for the backup, and the damaged
//! segments go along.
//!
//! # The file, version 1
//!
//! Numbers are little-endian.
//!
//! ```text
//! start     magic "SLBACKUP" ‖ version u32 ‖ store id 16
//! blocks    length u32 ‖ a compressed part of [`ledger_format::bounded`], 1 MiB of it inflated
//! manifest  JSON
//! end       manifest length u64 ‖ BLAKE3 32 of all before it ‖ magic "SLBACKED"
//! ```
//!
//! The blocks are the parts that the manifest lists, in its order, each cut after every MiB; a
//! part of no bytes has no block. Parts: the caller's own under their names, the segments as
//! `journal/<20 digits>.seg`, the last one cut off after the last group, and damaged segments as
//! `journal.damaged/<20 digits>.seg`. The manifest ([`Manifest`]) says whose it is, up to which
//! position, with which heads, and the length and BLAKE3 of each part. What it says about itself
//! may grow within a version; the layout never changes: a reader keeps every version
//! (`container.rs`).
//!
//! **Invariant.** A file that stands under the name that was asked for was whole and verified. A
//! file that is there is never written over.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

mod check;
mod container;
mod heal;
mod manifest;
mod restore;

#[cfg(test)]
mod golden;

pub use self::container::BACKUP_VERSION;
pub use self::manifest::{Manifest, ManifestHead, ManifestPosition, Part};
pub use self::restore::{Restored, manifest_of, read_backup, restore};

use self::check::{Check, Findings};
use self::container::{Container, Writer};
use self::manifest::manifest_heads;
use super::open::{JOURNAL_DIR, io_error};
use super::replay::record_of;
use super::{OpenError, OpenOptions, Progress, Step, Store};
use crate::disk::Disk;
use crate::index::chains::Chains;
use crate::index::{Heads, Index, ReadError};
use crate::journal::scan::{ScanFrom, Seen, scan, segments};
use crate::journal::segment::{HEADER_BYTES, VERSION_BEFORE_BRANCHES, file_name};
use crate::journal::{JOURNAL_VERSION, Position};
use crate::record::StoreId;

/// What the names of the journal's segments begin with.
const JOURNAL_PART: &str = "journal/";
/// What the names of damaged segments begin with.
const DAMAGED_PART: &str = "journal.damaged/";
/// How long the caller's own parts may be, each.
const EXTRA_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A backup could not be made, read or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A store in memory has no journal.
    #[error("a store in memory cannot be backed up")]
    InMemory,
    /// There is a file already; it is left as it is.
    #[error("{} is there already", path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// Another backup is being written there.
    #[error("another backup is being written to {}", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// Neither journal nor index give everything; no file was made.
    #[error("neither the journal nor the index can be read in full: {}", problems.join("; "))]
    Unreadable {
        /// What is wrong, in words.
        problems: Vec<String>,
    },
    /// The caller's own part has a name or length that cannot be.
    #[error("a part called {name} cannot be in a backup")]
    BadPart {
        /// Its name.
        name: String,
    },
    /// Not a backup at all.
    #[error("{} is not a backup", path.display())]
    NotABackup {
        /// The file.
        path: PathBuf,
    },
    /// A backup that is not as it was written.
    #[error("the backup {} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Made by a newer program.
    #[error(
        "the backup {} was made by a newer version of the program (format {found}, this one \
         knows up to {known})", path.display()
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// A restore goes only where nothing is.
    #[error("{} is not empty", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// A file or the store failed.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The index cannot be read.
    #[error("the index cannot be read")]
    Read(#[from] ReadError),
}

fn file_error(path: &Path, source: io::Error) -> BackupError {
    BackupError::Store(io_error(path, source))
}

/// What the caller adds to a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackupExtra {
    /// The program, with its version.
    pub program: String,
    /// When.
    pub made_at: String,
    /// What else the manifest should say.
    pub about: BTreeMap<String, String>,
    /// Files that go along, by name.
    pub parts: BTreeMap<String, Vec<u8>>,
}

/// What making a backup did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The file: the one asked for, or that name with `.incomplete` when something is missing.
    pub file: PathBuf,
    /// How long it is in bytes.
    pub bytes: u64,
    /// What it says about itself.
    pub manifest: Manifest,
    /// What is wrong with the journal of the store, in words; the index filled it in.
    pub damage: Vec<String>,
}

/// Index and journal at one moment.
struct Snapshot {
    chains: Chains,
    position: Position,
}

impl Snapshot {
    /// Takes one while appends go on.
    fn take(index: &Index) -> Result<Self, ReadError> {
        let (chains, position) = index.chains_at()?;
        Ok(Self { chains, position })
    }

    fn manifest(&self, store: StoreId, extra: &BackupExtra) -> Manifest {
        Manifest {
            program: extra.program.clone(),
            made_at: extra.made_at.clone(),
            about: extra.about.clone(),
            store: store.to_string(),
            journal_version: match self.chains.branches.is_empty() {
                true => VERSION_BEFORE_BRANCHES,
                false => JOURNAL_VERSION,
            },
            position: ManifestPosition {
                segment: self.position.segment,
                offset: self.position.offset,
                frame: self.position.frame.to_string(),
            },
            entries: self.chains.entries(),
            heads: manifest_heads(&self.chains.heads),
            missing: Vec::new(),
            parts: Vec::new(),
        }
    }
}

/// Makes a backup; see [`Store::backup`].
pub(super) fn backup(
    store: &Store,
    file: &Path,
    extra: &BackupExtra,
    progress: &mut dyn FnMut(Progress),
) -> Result<BackupReport, BackupError> {
    let (journal, options) = store.files.as_ref().ok_or(BackupError::InMemory)?;
    let making = Making {
        store: Some(store),
        id: store.id(),
        journal,
        options,
        extra,
        new: beside(file, "new"),
    };
    making.named(file, &mut || {
        let snapshot = Snapshot::take(store.settled())?;
        making.make(&snapshot, progress)
    })
}

/// Makes a backup of a store that another process has open, of its journal alone: up to the last
/// group that stands there whole. That process may go on.
///
/// # Errors
///
/// As [`Store::backup`]; [`BackupError::Unreadable`] when the journal is damaged, since only who
/// has the store open can fill in from the index.
pub fn backup_beside(
    dir: &Path,
    file: &Path,
    options: &OpenOptions,
    extra: &BackupExtra,
    progress: &mut dyn FnMut(Progress),
) -> Result<BackupReport, BackupError> {
    let journal = dir.join(JOURNAL_DIR);
    let (id, snapshot) = snapshot_of_journal(&journal, options)?;
    let making = Making {
        store: None,
        id,
        journal: &journal,
        options,
        extra,
        new: beside(file, "new"),
    };
    making.named(file, &mut || making.make(&snapshot, progress))
}

/// What a journal holds that somebody else may be writing.
fn snapshot_of_journal(
    journal: &Path,
    options: &OpenOptions,
) -> Result<(StoreId, Snapshot), BackupError> {
    let mut chains = Chains::default();
    let mut problems = Vec::new();
    let from = ScanFrom {
        segment: 1,
        store: None,
    };
    let scanned = scan(&options.disk, journal, from, &mut |seen| match seen {
        Seen::Damage(damage) => problems.push(damage.to_string()),
        Seen::Group { frames, .. } => {
            for (kind, payload) in frames {
                match record_of(options, kind, payload) {
                    Ok(record) if chains.see(&record).is_ok() => {}
                    Ok(_) => problems.push("entries do not continue their origin".to_owned()),
                    Err(what) => problems.push(what.to_owned()),
                }
            }
        }
    });
    let scanned = scanned.map_err(OpenError::from)?;
    let scanned = scanned.filter(|_| problems.is_empty());
    let scanned = scanned.ok_or(BackupError::Unreadable { problems })?;
    let position = scanned.position;
    Ok((scanned.store, Snapshot { chains, position }))
}

/// The ending of a backup in which something is missing.
const INCOMPLETE: &str = "incomplete";

/// A path with one more ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

fn check_free(file: &Path) -> Result<(), BackupError> {
    match fs::symlink_metadata(file) {
        Ok(_) => Err(BackupError::FileExists {
            path: file.to_owned(),
        }),
        Err(_) => Ok(()),
    }
}

fn check_extra(extra: &BackupExtra) -> Result<(), BackupError> {
    let bad = extra.parts.iter().find(|(name, bytes)| {
        let ours = [JOURNAL_PART, DAMAGED_PART];
        ours.iter().any(|prefix| name.starts_with(prefix))
            || crate::bytes::wide(bytes.len()) > EXTRA_BYTES_MAX
    });
    match bad {
        Some((name, _)) => Err(BackupError::BadPart { name: name.clone() }),
        None => Ok(()),
    }
}

/// A backup under way.
struct Making<'a> {
    /// The store, where this process has it open.
    store: Option<&'a Store>,
    id: StoreId,
    journal: &'a Path,
    options: &'a OpenOptions,
    extra: &'a BackupExtra,
    /// Where the file is until it is verified.
    new: PathBuf,
}

impl Making<'_> {
    /// Makes the file and gives it its name when it is verified; nothing is left otherwise.
    fn named(
        &self,
        file: &Path,
        make: &mut dyn FnMut() -> Result<BackupReport, BackupError>,
    ) -> Result<BackupReport, BackupError> {
        check_free(file)?;
        check_free(&beside(file, INCOMPLETE))?;
        check_extra(self.extra)?;
        let disk = &self.options.disk;
        let made = make().and_then(|made| {
            let mut named = file.to_owned();
            if !made.manifest.missing.is_empty() {
                named = beside(file, INCOMPLETE);
            }
            check_free(&named)?;
            disk.rename(&self.new, &named)
                .and_then(|()| {
                    let dir = named.parent().filter(|dir| !dir.as_os_str().is_empty());
                    disk.sync_dir(dir.unwrap_or(Path::new(".")))
                })
                .map_err(|source| file_error(&named, source))?;
            Ok(BackupReport {
                file: named,
                ..made
            })
        });
        if made
            .as_ref()
            .is_err_and(|error| !matches!(error, BackupError::Busy { .. }))
        {
            // Nothing that is not verified stays.
            let _gone = disk.remove_any(&self.new);
        }
        made
    }

    fn make(
        &self,
        snapshot: &Snapshot,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BackupReport, BackupError> {
        let manifest = snapshot.manifest(self.id, self.extra);
        let (bytes, manifest, findings) = match self.write(self.journal, None, manifest, progress) {
            // A segment that is gone, say: the index may still have what was in it.
            Err(BackupError::Store(OpenError::Io { path, source }))
                if path.starts_with(self.journal) =>
            {
                let mut findings = Findings::default();
                findings
                    .problems
                    .push(format!("{}: {source}", path.display()));
                (0, snapshot.manifest(self.id, self.extra), findings)
            }
            written => written?,
        };
        if findings.problems.is_empty() {
            return Ok(BackupReport {
                file: self.new.clone(),
                bytes,
                manifest,
                damage: Vec::new(),
            });
        }
        match self.store {
            Some(store) => self.make_of_index(store, &findings, progress),
            None => Err(BackupError::Unreadable {
                problems: findings.problems,
            }),
        }
    }

    /// Makes it of the index when the journal is damaged.
    fn make_of_index(
        &self,
        store: &Store,
        findings: &Findings,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BackupReport, BackupError> {
        let unreadable = |problem: String| {
            let mut problems = findings.problems.clone();
            problems.push(problem);
            BackupError::Unreadable { problems }
        };
        let dir = beside(&self.new, "journal");
        let made = heal::journal_of_index(store, self.options, &dir);
        let written = made
            .map_err(|error| {
                if let BackupError::Read(error) = error {
                    return unreadable(crate::chain_text(&error));
                }
                error
            })
            .and_then(|snapshot| {
                let mut manifest = snapshot.manifest(self.id, self.extra);
                manifest.missing = missing(store, findings, &snapshot.chains.heads);
                self.write(&dir, Some(self.journal), manifest, progress)
            });
        let _gone = self.options.disk.remove_any(&dir);
        let (bytes, manifest, again) = written?;
        match again.problems.into_iter().next() {
            Some(problem) => Err(unreadable(problem)),
            None => Ok(BackupReport {
                file: self.new.clone(),
                bytes,
                manifest,
                damage: findings.problems.clone(),
            }),
        }
    }

    /// Writes the file and reads it back; what is wrong with the journal in it is no error.
    fn write(
        &self,
        journal: &Path,
        damaged: Option<&Path>,
        manifest: Manifest,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(u64, Manifest, Findings), BackupError> {
        let disk = &self.options.disk;
        let mut copies = copies(disk, journal, JOURNAL_PART, Some(&manifest.position))?;
        if let Some(damaged) = damaged {
            copies.extend(copies_of_damaged(disk, damaged)?);
        }
        let total = copies
            .iter()
            .fold(0_u64, |sum, copy| sum.saturating_add(copy.limit));
        let mut done = 0_u64;
        let mut told = |bytes: u64| {
            done = done.saturating_add(bytes);
            let step = Step::Backup;
            progress(Progress { step, done, total });
        };
        let mut writer = Writer::begin(disk, &self.new, self.id)?;
        for (name, bytes) in &self.extra.parts {
            let limit = EXTRA_BYTES_MAX;
            writer.part(
                name.clone(),
                &self.new,
                bytes.as_slice(),
                limit,
                &mut |_| {},
            )?;
        }
        for copy in copies {
            let source = disk
                .open_to_read(&copy.path)
                .map_err(|source| file_error(&copy.path, source))?;
            writer.part(copy.name, &copy.path, source, copy.limit, &mut told)?;
        }
        // The lock is held until the file was read back.
        let (bytes, _locked) = writer.finish(manifest)?;
        let (manifest, findings) = self.read_back(progress)?;
        Ok((bytes, manifest, findings))
    }

    fn read_back(
        &self,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Manifest, Findings), BackupError> {
        let mut container = Container::open(&self.options.disk, &self.new)?;
        let manifest = container.manifest().clone();
        let mut check = Check::new(self.options, container.store(), &manifest);
        let total = manifest.bytes();
        let mut done = 0_u64;
        container.read(&mut |part, bytes| {
            done = done.saturating_add(crate::bytes::wide(bytes.len()));
            let step = Step::VerifyBackup;
            progress(Progress { step, done, total });
            check.feed(part, bytes)
        })?;
        let findings = check.finish(&manifest)?;
        Ok((manifest, findings))
    }
}

/// What neither the journal nor the index can give, in words.
fn missing(store: &Store, findings: &Findings, heads: &Heads) -> Vec<String> {
    let lost = findings.unjoined.iter().filter(|it| {
        heads
            .get(&it.origin)
            .is_none_or(|(last, _)| *last < it.last)
    });
    let mut missing: Vec<String> = lost
        .map(|it| {
            format!(
                "entries {} to {} of {}, without which those up to {} cannot be used",
                it.missing_from,
                it.first.saturating_sub(1),
                it.origin,
                it.last
            )
        })
        .collect();
    let opened = store.opened();
    if opened.rebuilt.is_some() || !opened.gaps.is_empty() {
        // The index was made of the damaged journal, so it does not know what stood there.
        missing.extend(opened.damage.iter().map(ToString::to_string));
    }
    missing
}

/// A file to copy into a backup.
struct Copy {
    name: String,
    path: PathBuf,
    /// How much of it.
    limit: u64,
}

/// The segments of a journal up to a position, or all of them.
fn copies(
    disk: &Disk,
    dir: &Path,
    prefix: &str,
    until: Option<&ManifestPosition>,
) -> Result<Vec<Copy>, BackupError> {
    let header = crate::bytes::wide(HEADER_BYTES);
    let (last, offset) = match until {
        None => (u64::MAX, u64::MAX),
        Some(position) => (position.segment.max(1), position.offset.max(header)),
    };
    let all = segments(disk, dir).map_err(OpenError::from)?;
    let copies = all.into_iter().filter(|&number| number <= last);
    let copies = copies.map(|number| {
        let path = dir.join(file_name(number));
        let whole = fs::metadata(&path).map_or(0, |data| data.len());
        Copy {
            name: format!("{prefix}{}", file_name(number)),
            limit: if number == last { offset } else { whole },
            path,
        }
    });
    Ok(copies.collect())
}

/// What is left of a damaged journal; that it is not there is no error any more.
fn copies_of_damaged(disk: &Disk, dir: &Path) -> Result<Vec<Copy>, BackupError> {
    if !disk.is_dir(dir) {
        return Ok(Vec::new());
    }
    copies(disk, dir, DAMAGED_PART, None)
}
