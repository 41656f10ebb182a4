//! sled 0.34, with the guards that its measured failures call for.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Engine, EngineError, Visit, Write};

const NAME: &str = "sled";
/// A file that says that the database was closed, and has not been opened since.
const CLOSED: &str = "closed";
const CACHE_BYTES: u64 = 64 * 1024 * 1024;
const FLUSH_EVERY_MS: u64 = 500;
/// How long closing waits for sled's threads.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A sled database in a directory; only its default tree is used.
#[derive(Debug)]
pub(crate) struct SledEngine {
    /// Where it lies.
    dir: PathBuf,
    /// There until it is dropped.
    db: Option<sled::Db>,
    was_closed: bool,
    /// Up to which number sled's files of long values were synced.
    blobs_synced: Mutex<Option<u64>>,
}

impl Drop for SledEngine {
    fn drop(&mut self) {
        let is_flushed = self.flush().is_ok();
        let (dir, db) = (std::mem::take(&mut self.dir), self.db.take());
        // sled panics when the sync fails that it does while it is dropped. Nothing is lost by
        // that: what it had to keep was synced by `flush`, or is in the journal.
        let _gone = super::guarded(CLOSE_TIMEOUT, move || {
            drop(db);
            // sled's own threads may hold the file for a while after the database was dropped,
            // and write into it; who opens, moves or copies it next must not meet them.
            wait_until_free(&dir)?;
            // Without it the next open reads everything once.
            let _unsure = is_flushed.then(|| File::create(dir.join(CLOSED)));
            Ok(())
        });
    }
}

/// Waits until no handle of sled has the database's file locked.
fn wait_until_free(dir: &Path) -> Result<(), EngineError> {
    match File::options().read(true).write(true).open(dir.join("db")) {
        Ok(file) => file
            .lock()
            .map_err(|error| EngineError::of_io(NAME, &error)),
        Err(_) => Ok(()),
    }
}

impl SledEngine {
    /// Opens it, making it when it is not there.
    pub(crate) fn open(dir: &Path) -> Result<Self, EngineError> {
        wait_until_free(dir)?;
        remove_half_snapshots(dir)?;
        let was_closed = take_mark(dir).map_err(|error| EngineError::of_io(NAME, &error))?;
        let db = sled::Config::new()
            .path(dir)
            .cache_capacity(CACHE_BYTES)
            .mode(sled::Mode::LowSpace)
            .flush_every_ms(Some(FLUSH_EVERY_MS))
            .open()
            .map_err(|error| failed(&error))?;
        Ok(Self {
            dir: dir.to_owned(),
            db: Some(db),
            was_closed,
            blobs_synced: Mutex::default(),
        })
    }

    fn db(&self) -> Result<&sled::Db, EngineError> {
        self.db.as_ref().ok_or_else(|| EngineError::Failed {
            engine: NAME,
            message: "it is closed".to_owned(),
        })
    }

    /// Syncs the files that sled keeps long values in: it numbers them upwards, writes each once,
    /// and never syncs any.
    fn sync_blobs(&self) -> io::Result<()> {
        let blobs = self.dir.join("blobs");
        let mut synced = self
            .blobs_synced
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut newest = *synced;
        for item in fs::read_dir(&blobs)? {
            let item = item?;
            let name = item.file_name();
            let Some(number) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if synced.is_some_and(|synced| number <= synced) {
                continue;
            }
            match File::open(item.path()) {
                Ok(file) => file.sync_data()?,
                // sled removes those that it needs no longer.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            newest = newest.max(Some(number));
        }
        if newest > *synced {
            File::open(&blobs)?.sync_all()?;
            *synced = newest;
        }
        Ok(())
    }
}

/// A half-written snapshot makes sled refuse to open (its issue 1527); it is only a shortcut.
fn remove_half_snapshots(dir: &Path) -> Result<(), EngineError> {
    let Ok(items) = fs::read_dir(dir) else {
        return Ok(());
    };
    for item in items.flatten() {
        let name = item.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(item.path()).map_err(|error| EngineError::of_io(NAME, &error))?;
        }
    }
    Ok(())
}

/// Takes away the mark of a closed database; says whether it was there. It must not come back by
/// a power loss when sled has written, which it does without syncing.
fn take_mark(dir: &Path) -> io::Result<bool> {
    match fs::remove_file(dir.join(CLOSED)) {
        Ok(()) => File::open(dir)?.sync_all().map(|()| true),
        // A database that is being made has nothing to be unsure of.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(!dir.join("db").exists()),
        Err(error) => Err(error),
    }
}

fn failed(error: &sled::Error) -> EngineError {
    match error {
        sled::Error::Io(source) => EngineError::of_io(NAME, source),
        sled::Error::CollectionNotFound(_)
        | sled::Error::Unsupported(_)
        | sled::Error::ReportableBug(_)
        | sled::Error::Corruption { .. } => EngineError::Failed {
            engine: NAME,
            message: error.to_string(),
        },
    }
}

impl Engine for SledEngine {
    fn name(&self) -> &'static str {
        NAME
    }

    fn was_closed(&self) -> bool {
        self.was_closed
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let value = self.db()?.get(key).map_err(|error| failed(&error))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), EngineError> {
        if from >= to {
            return Ok(());
        }
        let mut range = self.db()?.range(from..to);
        while let Some(item) = if reverse {
            range.next_back()
        } else {
            range.next()
        } {
            let (key, value) = item.map_err(|error| failed(&error))?;
            if visit(&key, &value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        let mut batch = sled::Batch::default();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.db()?
            .apply_batch(batch)
            .map_err(|error| failed(&error))
    }

    fn flush(&self) -> Result<(), EngineError> {
        let _bytes = self.db()?.flush().map_err(|error| failed(&error))?;
        // sled itself never calls fdatasync; syncing goes by file, so another handle will do.
        self.sync_blobs()
            .and_then(|()| File::open(self.dir.join("db"))?.sync_data())
            .map_err(|error| EngineError::of_io(NAME, &error))
    }
}
