//! Backup and restore of a whole node: its store, and the keys that lie beside it.
//!
//! **Invariant.** The *safe* mark is written only after the backup was read back from the disk
//! and held. A restored node keeps who it is (device, name, ledger) and begins a new origin when
//! it is first opened.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger_core::Timestamp;
use ledger_store::{BackupError, BackupExtra, Group, Note, Record, Step};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::checkpoint;
use crate::error::NodeError;
use crate::keys::{self, Keys};
use crate::machine::options;
use crate::node::{Node, NodeKind, Progress, STORE};
use crate::view::time_text;

/// Note under which the newest verified backup of the central server is kept.
pub(crate) const SAFE: &str = "safe";
/// What the manifest calls the kind of node, and the kinds.
const KIND: &str = "kind";
const SERVER: &str = "server";
const HANDHELD: &str = "handheld";

/// What a backup did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    /// Whether everything is in it.
    pub ok: bool,
    /// The file; its name ends in `.incomplete` when something is missing.
    pub file: String,
    /// How long it is in bytes.
    pub bytes: u64,
    /// How many entries are in it.
    pub entries: u64,
    /// Of how many origins.
    pub origins: usize,
    /// When it was made.
    pub made_at: String,
    /// What could not be read, in words.
    pub missing: Vec<String>,
    /// What is wrong with the store's journal; the index filled it in.
    pub damage: Vec<String>,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestoreReport {
    /// Whether everything was in the backup.
    pub ok: bool,
    /// Where the store is now.
    pub store: String,
    /// The node's name.
    pub node: String,
    /// How many entries it holds.
    pub entries: u64,
    /// Of how many origins.
    pub origins: usize,
    /// When the backup was made.
    pub made_at: String,
    /// What was missing in the backup, in words.
    pub missing: Vec<String>,
}

/// Up to where the central server's entries are in a verified backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SafeMark {
    /// The last central number in it.
    pub central: u64,
    /// The epoch of that number.
    pub epoch: u64,
    /// When it was made.
    pub at: String,
    /// The file's name.
    pub file: String,
}

/// The kind's word in a manifest.
const fn word_of(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Handheld => HANDHELD,
        NodeKind::Server => SERVER,
    }
}

/// Another kind's store or backup, in words.
fn other_kind(kind: NodeKind) -> NodeError {
    NodeError::WrongKind(match kind {
        NodeKind::Handheld => "this is a server's backup: restore it with stock-server",
        NodeKind::Server => "this is a handheld's backup: restore it with stock",
    })
}

impl Node {
    /// Writes everything into one file and reads it back from the disk; the node goes on working.
    /// The file holds the node's keys, so only its owner may read it. One that is there is never
    /// written over.
    pub fn backup(
        &self,
        file: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BackupReport, NodeError> {
        let now = self.now();
        let (name, kind, keys) = {
            let inner = self.lock();
            let keys = inner.keys.text()?;
            (inner.keys.name.clone(), inner.keys.kind(), keys)
        };
        // What is numbered now is durable, so it is in the backup that begins after it.
        let central = self.last_central_number()?;
        let extra = extra(&name, kind, keys, now);
        let made = self
            .store()
            .backup(file, &extra, &mut |step| progress(shown(step)))?;
        let is_whole = made.manifest.missing.is_empty();
        if let (true, Some((epoch, central))) = (is_whole, central) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            self.mark_safe(&SafeMark {
                central,
                epoch,
                at: time_text(now),
                file: name.into_owned(),
            })?;
        }
        Ok(report(made))
    }

    /// As [`Node::backup`], of a node that another process has open; that process may go on.
    pub fn backup_beside(
        dir: &Path,
        file: &Path,
        now: Timestamp,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<BackupReport, NodeError> {
        let keys = Keys::read(dir)?;
        let extra = extra(&keys.name, keys.kind(), keys.text()?, now);
        let options = options(dir, |_| {});
        let store = dir.join(STORE);
        let made = ledger_store::backup_beside(&store, file, &options, &extra, &mut |step| {
            progress(shown(step));
        })?;
        Ok(report(made))
    }

    /// The epoch and the last central number that is durable; none where none is given.
    fn last_central_number(&self) -> Result<Option<(u64, u64)>, NodeError> {
        let Some(epoch) = self.lock().central.as_ref().map(|central| central.epoch) else {
            return Ok(None);
        };
        let last = checkpoint::last_of_epoch(self.store(), Some(epoch))?;
        Ok(Some((epoch, last.map_or(0, |run| run.last()))))
    }

    fn mark_safe(&self, mark: &SafeMark) -> Result<(), NodeError> {
        let value = serde_json::to_string(mark).unwrap_or_default();
        let note = Note {
            key: SAFE.to_owned(),
            value,
        };
        let pending = self.store().append(Group::from(vec![Record::Note(note)]));
        self.wait(pending)
    }

    /// Makes a node of a backup, in a directory that is empty or not there. Interrupted, it leaves
    /// nothing in that place.
    pub fn restore(
        file: &Path,
        dir: &Path,
        kind: NodeKind,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<RestoreReport, NodeError> {
        let progress = Arc::new(progress);
        let opening = Arc::clone(&progress);
        let options = options(dir, move |step| opening(step));
        check_empty(dir)?;
        let manifest = ledger_store::manifest_of(file, &options)?;
        let said = manifest.about.get(KIND);
        if said.is_some_and(|said| said != word_of(kind)) {
            return Err(other_kind(kind));
        }
        let new = beside(dir)?;
        remove_all(&new)?;
        let made = fs::create_dir_all(&new)
            .map_err(|source| file_error(&new, source))
            .and_then(|()| {
                let restored = ledger_store::restore(
                    file,
                    &new.join(STORE),
                    kind.engine(),
                    &options,
                    &mut |step| progress(shown(step)),
                )?;
                let name = restore_keys(file, &new, kind, &restored.extra)?;
                move_there(&new, dir)?;
                Ok((restored.manifest, name))
            });
        if made.is_err() {
            // What is left of it the next restore takes away.
            let _gone = remove_all(&new);
        }
        let (manifest, node) = made?;
        Ok(RestoreReport {
            ok: manifest.missing.is_empty(),
            store: dir.display().to_string(),
            node,
            entries: manifest.entries,
            origins: manifest.origins(),
            made_at: manifest.made_at,
            missing: manifest.missing,
        })
    }
}

/// What goes into a backup beside the store.
fn extra(name: &str, kind: NodeKind, keys: String, now: Timestamp) -> BackupExtra {
    let about = [("node", name), (KIND, word_of(kind))];
    let about = about.map(|(key, value)| (key.to_owned(), value.to_owned()));
    BackupExtra {
        program: format!("stockledger {}", env!("CARGO_PKG_VERSION")),
        made_at: time_text(now),
        about: BTreeMap::from(about),
        parts: BTreeMap::from([(keys::FILE.to_owned(), keys.into_bytes())]),
    }
}

fn report(made: ledger_store::BackupReport) -> BackupReport {
    BackupReport {
        ok: made.manifest.missing.is_empty(),
        file: made.file.display().to_string(),
        bytes: made.bytes,
        entries: made.manifest.entries,
        origins: made.manifest.origins(),
        made_at: made.manifest.made_at,
        missing: made.manifest.missing,
        damage: made.damage,
    }
}

/// The mark that a note holds.
pub(crate) fn safe_of_note(note: &str) -> Option<SafeMark> {
    serde_json::from_str(note).ok()
}

/// Keeps the keys of a backup in a directory; the node's name.
fn restore_keys(
    file: &Path,
    dir: &Path,
    kind: NodeKind,
    parts: &BTreeMap<String, Vec<u8>>,
) -> Result<String, NodeError> {
    let without = |what: &str| BackupError::Damaged {
        path: file.to_owned(),
        what: what.to_owned(),
    };
    let bytes = parts.get(keys::FILE);
    let bytes = bytes.ok_or_else(|| without("there are no keys in it"))?;
    let mut keys = Keys::of_text(bytes, file)?;
    if keys.kind() != kind {
        return Err(other_kind(kind));
    }
    keys.keep_in(dir)?;
    Ok(keys.name)
}

/// How far a backup or restore is, in words.
fn shown(step: ledger_store::Progress) -> Progress {
    let what = match step.step {
        Step::Backup => "writing the backup",
        Step::VerifyBackup => "reading the backup back",
        Step::Restore => "restoring",
        Step::Replay
        | Step::RebuildIndex
        | Step::RebuildJournal
        | Step::VerifyIndex
        | Step::VerifyJournal => "reading the journal",
    };
    Progress {
        what,
        done: step.done,
        total: step.total,
    }
}

fn file_error(path: &Path, source: std::io::Error) -> NodeError {
    NodeError::File {
        path: path.to_owned(),
        source,
    }
}

/// Refuses a directory with anything in it.
fn check_empty(dir: &Path) -> Result<(), NodeError> {
    match fs::read_dir(dir).map(|mut inside| inside.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(BackupError::NotEmpty {
            path: dir.to_owned(),
        }
        .into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(file_error(dir, source)),
    }
}

/// Where a node is put together before it is moved to its place; parents are made.
fn beside(dir: &Path) -> Result<PathBuf, NodeError> {
    let Some(name) = dir.file_name() else {
        // `.` or `..`: nothing can be moved to such a name.
        let source = std::io::ErrorKind::InvalidFilename.into();
        return Err(file_error(dir, source));
    };
    let parent = dir.parent().filter(|it| !it.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|source| file_error(parent, source))?;
    Ok(parent.join(format!(".{}.restoring", name.to_string_lossy())))
}

fn remove_all(path: &Path) -> Result<(), NodeError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file_error(path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn move_there(new: &Path, dir: &Path) -> Result<(), NodeError> {
    check_empty(dir)?;
    let sync = |dir: &Path| fs::File::open(dir).and_then(|dir| dir.sync_all());
    let parent = new.parent().unwrap_or(Path::new("."));
    sync(new)
        // A rename replaces an empty directory and no other.
        .and_then(|()| fs::rename(new, dir))
        .and_then(|()| sync(parent))
        .map_err(|source| file_error(dir, source))
}

impl From<BackupError> for NodeError {
    fn from(error: BackupError) -> Self {
        if let BackupError::Store(error) = error {
            return Self::Open(error);
        }
        Self::Backup(error)
    }
}
