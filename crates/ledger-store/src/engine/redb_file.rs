//! redb 4: one table in one file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
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
        let inside = Cell::new(true);
        caught(&inside, || self.try_commit(writes, durability))
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

/// Runs what may panic on a damaged page that nothing looked at before. A panic that did not come
/// from `inside` the engine is the caller's own, and goes on.
fn caught<T>(
    inside: &Cell<bool>,
    work: impl FnOnce() -> Result<T, redb::Error>,
) -> Result<T, EngineError> {
    // After a panic nothing is written any more, and what is read is checked.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| failed(&error)),
        Err(_) if inside.get() => Err(EngineError::Panicked),
        Err(panic) => resume_unwind(panic),
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
        let inside = Cell::new(true);
        caught(&inside, || self.try_get(key))
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
        let inside = Cell::new(true);
        caught(&inside, || {
            self.try_scan(from, to, reverse, &mut |key, value| {
                inside.set(false);
                let flow = visit(key, value);
                inside.set(true);
                flow
            })
        })
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        self.commit(writes, Durability::None)
    }

    fn flush(&self) -> Result<(), EngineError> {
        self.commit(Vec::new(), Durability::Immediate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_an_error_and_a_callers_own_goes_on() {
        let inside = Cell::new(true);
        let damaged: Result<(), _> = caught(&inside, || panic!("as on a damaged page"));
        assert_eq!(damaged, Err(EngineError::Panicked));
        let own = catch_unwind(AssertUnwindSafe(|| {
            caught(&inside, || -> Result<(), redb::Error> {
                inside.set(false);
                panic!("in a visitor")
            })
        }));
        assert!(own.is_err());
    }
}
