//! Sync without any network: what a node holds, in a file that somebody carries.
//!
//! A file holds everything that its writer knows: the central order in pieces, and behind it what
//! has no number there. Every part is signed for the ledger by its writer, whose word about the
//! numbers counts as a hub's does; the entries are signed by their own writers anyway. So any file
//! serves any reader, and reading one twice, late or out of turn changes nothing.
//!
//! **Invariant.** A file gets its name only when it is whole and on the disk. A reader takes a part
//! when all of it holds.

mod parts;
mod taking;

pub use self::parts::Parts;
pub use self::taking::PartTaken;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use ledger_core::LedgerId;
use ledger_format::wire::MESSAGE_BYTES_MAX;
use serde::Serialize;

use crate::conversation::asking::note;
use crate::conversation::{SYNCED_AT, SyncProgress};
use crate::error::NodeError;
use crate::node::Node;
use crate::view::time_text;

/// What a file of sync begins with; the last byte is its version. The ledger's id follows.
const MAGIC: [u8; 8] = *b"SLSYNC\0\x01";

/// What writing a file did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileWritten {
    /// The file.
    pub file: String,
    /// How long it is in bytes.
    pub bytes: u64,
    /// How many entries are in it.
    pub entries: u64,
    /// How many of them have no central number as far as is known here.
    pub unnumbered: u64,
    /// When it was made.
    pub made_at: String,
}

/// What reading a file did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRead {
    /// The file.
    pub file: String,
    /// The id of the device that wrote it.
    pub made_by: String,
    /// When it was made, by that device's clock.
    pub made_at: String,
    /// Entries that are new here.
    pub pulled: u64,
    /// Entries of it that could not be taken.
    pub rejected: u64,
    /// Whether the central server held all of ours when it wrote the file, and we all of its.
    pub synced: bool,
}

fn file_error(path: &Path) -> impl Fn(io::Error) -> NodeError {
    let path = path.to_owned();
    move |source| NodeError::File {
        path: path.clone(),
        source,
    }
}

fn refused(path: &Path, reason: impl Into<String>) -> NodeError {
    NodeError::SyncFile {
        path: path.to_owned(),
        reason: reason.into(),
    }
}

/// The name that a file has until it is whole.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

impl Node {
    /// Writes what this node holds into a file for others of its ledger. One that is there is
    /// replaced when the new one is whole.
    pub fn write_sync_file(
        &self,
        path: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<FileWritten, NodeError> {
        let ledger = self.lock().keys.ledger().ok_or(NodeError::NotEnrolled)?;
        let new = unfinished(path);
        let failed = file_error(path);
        let mut parts = self.sync_parts()?;
        let mut out = BufWriter::new(File::create(&new).map_err(&failed)?);
        let written = write_parts(&mut out, ledger, &mut parts, &failed, progress);
        let kept = written.and_then(|bytes| {
            out.flush().map_err(&failed)?;
            out.get_ref().sync_all().map_err(&failed)?;
            fs::rename(&new, path).map_err(&failed)?;
            Ok(bytes)
        });
        let bytes = kept.inspect_err(|_| {
            let _best_effort = fs::remove_file(&new);
        })?;
        Ok(FileWritten {
            file: path.display().to_string(),
            bytes,
            entries: parts.entries(),
            unnumbered: parts.unnumbered(),
            made_at: time_text(parts.made_at()),
        })
    }

    /// Takes what is new here from a file that a node of this ledger wrote.
    ///
    /// A file that ends early, or is damaged, is an error; what comes before that is taken.
    pub fn read_sync_file(
        &self,
        path: &Path,
        progress: &mut dyn FnMut(SyncProgress),
    ) -> Result<FileRead, NodeError> {
        let file = File::open(path).map_err(|error| {
            let reason = format!("it cannot be opened: {error}");
            refused(path, reason)
        })?;
        let mut file = BufReader::new(file);
        self.check_head(path, &mut file)?;
        let mut read: Option<FileRead> = None;
        loop {
            let part = next_part(&mut file).map_err(|reason| refused(path, reason))?;
            let taken = match self.take_sync_part(&part) {
                Err(NodeError::BadAnswer(reason)) => return Err(refused(path, reason)),
                taken => taken?,
            };
            let read = read.get_or_insert_with(|| FileRead {
                file: path.display().to_string(),
                made_by: taken.by.to_string(),
                made_at: time_text(taken.at),
                pulled: 0,
                rejected: 0,
                synced: false,
            });
            read.pulled = read.pulled.saturating_add(taken.pulled);
            read.rejected = read.rejected.saturating_add(taken.rejected);
            progress(SyncProgress {
                pushed: 0,
                pulled: read.pulled,
                behind: 0,
            });
            if taken.is_last {
                read.synced = taken.synced;
                return Ok(read.clone());
            }
        }
    }

    fn check_head(&self, path: &Path, file: &mut impl Read) -> Result<(), NodeError> {
        let ours = self.lock().keys.ledger().ok_or(NodeError::NotEnrolled)?;
        let (mut magic, mut ledger) = ([0; MAGIC.len()], [0; 16]);
        let whole = file.read_exact(&mut magic).is_ok();
        let (name, version) = magic.split_at(MAGIC.len().saturating_sub(1));
        let (our_name, our_version) = MAGIC.split_at(MAGIC.len().saturating_sub(1));
        if !whole || name != our_name {
            return Err(refused(path, "it is no file of sync"));
        }
        if version != our_version {
            return Err(refused(path, "a newer version of the program wrote it"));
        }
        if file.read_exact(&mut ledger).is_err() {
            return Err(refused(path, ENDS_EARLY));
        }
        let theirs = LedgerId::from_bytes(ledger);
        if theirs != ours {
            let reason = format!("it belongs to the ledger {theirs}, and this device to {ours}");
            return Err(refused(path, reason));
        }
        Ok(())
    }

    /// Takes note that the central server held all of ours at some time, unless that is known of a
    /// later one.
    fn note_synced(&self, at: ledger_core::Timestamp) -> Result<(), NodeError> {
        if self.view().synced_at().is_some_and(|known| known >= at) {
            return Ok(());
        }
        let group = ledger_store::Group::new().with(note(SYNCED_AT, at));
        let pending = self.store().append(group);
        self.wait(pending)
    }
}

const ENDS_EARLY: &str = "it ends in the middle";

fn write_parts(
    out: &mut impl Write,
    ledger: LedgerId,
    parts: &mut Parts,
    failed: &impl Fn(io::Error) -> NodeError,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, NodeError> {
    out.write_all(&MAGIC).map_err(failed)?;
    out.write_all(ledger.as_bytes()).map_err(failed)?;
    let mut bytes = MAGIC.len().saturating_add(ledger.as_bytes().len());
    while let Some(part) = parts.next_part()? {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes();
        out.write_all(&length).map_err(failed)?;
        out.write_all(&part).map_err(failed)?;
        bytes = bytes
            .saturating_add(length.len())
            .saturating_add(part.len());
        progress(parts.entries());
    }
    Ok(u64::try_from(bytes).unwrap_or(u64::MAX))
}

/// The next part's bytes.
fn next_part(file: &mut impl Read) -> Result<Vec<u8>, String> {
    let mut length = [0; 4];
    let ends_early = |_error| ENDS_EARLY.to_owned();
    file.read_exact(&mut length).map_err(ends_early)?;
    let length = u64::from(u32::from_le_bytes(length));
    if usize::try_from(length).map_or(true, |length| length > MESSAGE_BYTES_MAX) {
        return Err("it is damaged".to_owned());
    }
    let mut part = Vec::new();
    let read = file.take(length).read_to_end(&mut part);
    let is_whole = read.is_ok_and(|read| u64::try_from(read).is_ok_and(|read| read == length));
    is_whole.then_some(part).ok_or(ENDS_EARLY.to_owned())
}
