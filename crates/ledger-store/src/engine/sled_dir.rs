//! sled 0.34, with the guards that its measured failures call for.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Engine, EngineError, Visit, Write};

const NAME: &str = "sled";
const CACHE_BYTES: u64 = 64 * 1024 * 1024;
const FLUSH_EVERY_MS: u64 = 500;
/// How long closing waits for sled's threads.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A sled database in a directory; only its default tree is used.
#[derive(Debug)]
pub(crate) struct SledEngine {
    /// Dropped first.
    db: sled::Db,
    dir: Closing,
}

/// Where a database lies; dropping it waits until sled has let go of its file.
#[derive(Debug)]
struct Closing(PathBuf);

impl Drop for Closing {
    fn drop(&mut self) {
        // sled's own threads may hold the file for a while after the database was dropped, and
        // write into it; who opens, moves or copies it next must not meet them.
        let dir = std::mem::take(&mut self.0);
        let _gone = super::guarded(CLOSE_TIMEOUT, move || wait_until_free(&dir));
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
        let db = sled::Config::new()
            .path(dir)
            .cache_capacity(CACHE_BYTES)
            .mode(sled::Mode::LowSpace)
            .flush_every_ms(Some(FLUSH_EVERY_MS))
            .open()
            .map_err(|error| failed(&error))?;
        Ok(Self {
            db,
            dir: Closing(dir.to_owned()),
        })
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

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let value = self.db.get(key).map_err(|error| failed(&error))?;
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
        let mut range = self.db.range(from..to);
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
        self.db.apply_batch(batch).map_err(|error| failed(&error))
    }

    fn flush(&self) -> Result<(), EngineError> {
        let _bytes = self.db.flush().map_err(|error| failed(&error))?;
        // sled itself never calls fdatasync; syncing goes by file, so another handle will do.
        File::open(self.dir.0.join("db"))
            .and_then(|file| file.sync_data())
            .map_err(|error| EngineError::of_io(NAME, &error))
    }
}
