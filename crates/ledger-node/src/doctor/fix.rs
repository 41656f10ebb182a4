//! Mending: only what can lose nothing.

use std::fs;
use std::path::{Path, PathBuf};

use ledger_store::{
    EngineKind, ExaminedIndex, ExaminedJournal, OpenError, OpenOptions, ReadError, Record, Store,
};

use super::looks::Look;
use super::{Finding, Severity};
use crate::keys;
use crate::machine::options;
use crate::node::{NodeKind, Progress, STORE};

/// A node's store and how it is opened.
struct Patient<'a> {
    store: PathBuf,
    kind: EngineKind,
    options: OpenOptions,
    progress: &'a mut dyn FnMut(Progress),
}

/// Mends what it can; what went wrong meanwhile.
pub(super) fn mend(
    dir: &Path,
    kind: NodeKind,
    look: &Look,
    progress: &mut dyn FnMut(Progress),
) -> Vec<Finding> {
    close_to_others(&dir.join(keys::FILE));
    let mut patient = Patient {
        store: dir.join(STORE),
        kind: kind.engine(),
        options: options(dir, |_| {}),
        progress,
    };
    let mended = patient.mend_store(look);
    let failed = |error: OpenError| {
        let text = format!("not everything could be mended: {error}");
        vec![Finding::new("not-mended", Severity::Problem, text)]
    };
    mended.map_or_else(failed, |()| Vec::new())
}

#[cfg(unix)]
fn close_to_others(keys: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    if let Ok(data) = fs::metadata(keys) {
        let mode = data.permissions().mode() & 0o700;
        // What stays open is found again.
        let _changed = fs::set_permissions(keys, fs::Permissions::from_mode(mode));
    }
}

#[cfg(not(unix))]
const fn close_to_others(_keys: &Path) {}

impl Patient<'_> {
    fn mend_store(&mut self, look: &Look) -> Result<(), OpenError> {
        let examined = &look.examined;
        if !examined.leftovers.is_empty() {
            ledger_store::remove_leftovers(&self.store, self.kind, &self.options)?;
        }
        let is_whole = |journal: &ExaminedJournal| journal.damage.is_empty() && !journal.unjoined;
        let index = &examined.index;
        let has_index = matches!(
            index,
            ExaminedIndex::UpToDate | ExaminedIndex::Behind | ExaminedIndex::Ahead
        );
        if examined.journal.is_none() && !has_index {
            return Ok(());
        }
        if !examined.journal.as_ref().is_some_and(is_whole) {
            if !matches!(index, ExaminedIndex::UpToDate | ExaminedIndex::Ahead) {
                // What is lost may be known elsewhere: its numbers must not be given out again.
                let store = self.open()?;
                let marked = store.mark_moved();
                closed(store)?;
                marked?;
            }
            // The damaged one is set aside, with whatever else may be read from it one day.
            let (store, options) = (&self.store, &self.options);
            let _rebuilt = ledger_store::rebuild_journal_from_index(store, self.kind, options)?;
        }
        // Opening cuts off a torn end and makes an index that is missing or damaged.
        closed(self.open()?)?;
        if !examined.set_aside.is_empty() {
            self.clear_aside(look)?;
        }
        Ok(())
    }

    fn open(&self) -> Result<Store, OpenError> {
        Store::open(&self.store, self.kind, &self.options)
    }

    /// Takes away copies of what the store has, after re-hashing all of the store. What was set
    /// aside just now stays until the next time.
    fn clear_aside(&mut self, look: &Look) -> Result<(), OpenError> {
        let store = self.open()?;
        let progress = &mut *self.progress;
        let report = store.verify(&mut |step| {
            progress(Progress {
                what: "hashing",
                done: step.done,
                total: step.total,
            });
        })?;
        if !report.is_sound() {
            return Ok(());
        }
        for (path, _) in &look.examined.set_aside {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_copy = if name.starts_with("journal") && path.is_dir() {
                is_all_in(path, &store, &self.options)?
            } else {
                // The index came out of the journal, which is whole.
                name.starts_with("index.")
            };
            if is_copy {
                let gone = fs::remove_dir_all(path).or_else(|_| fs::remove_file(path));
                gone.map_err(|source| OpenError::Io {
                    path: path.clone(),
                    source,
                })?;
            }
        }
        Ok(())
    }
}

fn closed(store: Store) -> Result<(), OpenError> {
    store.close().map_err(|error| OpenError::Damaged {
        missing: error.to_string(),
    })
}

/// Whether a store has every entry of a journal that was set aside.
fn is_all_in(journal: &Path, store: &Store, options: &OpenOptions) -> Result<bool, OpenError> {
    let mut all = true;
    let mut failed: Option<ReadError> = None;
    ledger_store::read_journal(journal, options, &mut |record: &Record| {
        let Some(slice) = record.slice() else {
            return;
        };
        let count = slice.entries.len();
        match store.slice(slice.origin, slice.first_seq, count, usize::MAX) {
            Ok(ours) => all &= ours == *slice,
            Err(ReadError::NotThere { .. }) => all = false,
            Err(error) => failed = Some(error),
        }
    })?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(all),
    }
}
