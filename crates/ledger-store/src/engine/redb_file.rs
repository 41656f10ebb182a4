//! redb 4: one table in one file.

use std::path::Path;

use redb::{Database, Durability, ReadableDatabase, TableDefinition};

use super::{Engine, EngineError, Visit, Write};

/// What it is called.
pub(super) const NAME: &str = "redb";
const CACHE_BYTES: usize = 64 * 1024 * 1024;
const TABLE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("index");

/// A redb database.
#[derive(Debug)]
pub(crate) struct RedbEngine {
    db: Database,
}

impl RedbEngine {
    /// Opens it, making it when it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, EngineError> {
        let db = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .create(path)
            .map_err(|error| failed(&error.into()))?;
        let engine = Self { db };
        engine.commit(Vec::new(), Durability::Immediate)?;
        Ok(engine)
    }

    fn commit(&self, writes: Vec<Write>, durability: Durability) -> Result<(), EngineError> {
        self.try_commit(writes, durability)
            .map_err(|error| failed(&error))
    }

    fn try_commit(&self, writes: Vec<Write>, durability: Durability) -> Result<(), redb::Error> {
        let mut transaction = self.db.begin_write()?;
        transaction.set_durability(durability)?;
        // With it a restart after a crash does not walk the whole file.
        transaction.set_quick_repair(matches!(durability, Durability::Immediate));
        {
            let mut table = transaction.open_table(TABLE)?;
            for (key, value) in writes {
                let _before = match value {
                    Some(value) => table.insert(key.as_slice(), value.as_slice())?,
                    None => table.remove(key.as_slice())?,
                };
            }
        }
        transaction.commit()?;
        Ok(())
    }

    fn try_get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, redb::Error> {
        let table = self.db.begin_read()?.open_table(TABLE)?;
        Ok(table.get(key)?.map(|value| value.value().to_vec()))
    }

    fn try_scan(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), redb::Error> {
        let table = self.db.begin_read()?.open_table(TABLE)?;
        let mut range = table.range(from..to)?;
        while let Some(item) = if reverse {
            range.next_back()
        } else {
            range.next()
        } {
            let (key, value) = item?;
            if visit(key.value(), value.value()).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn failed(error: &redb::Error) -> EngineError {
    if let redb::Error::Io(source) = error {
        return EngineError::of_io(NAME, source);
    }
    EngineError::Failed {
        engine: NAME,
        message: error.to_string(),
    }
}

impl Engine for RedbEngine {
    fn name(&self) -> &'static str {
        NAME
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.try_get(key).map_err(|error| failed(&error))
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
        self.try_scan(from, to, reverse, visit)
            .map_err(|error| failed(&error))
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        self.commit(writes, Durability::None)
    }

    fn flush(&self) -> Result<(), EngineError> {
        self.commit(Vec::new(), Durability::Immediate)
    }
}
