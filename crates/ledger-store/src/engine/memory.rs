//! A map in memory.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::{Engine, EngineError, Visit, Write};

/// Keys and values in a map.
#[derive(Debug, Default)]
pub(crate) struct MemoryEngine {
    map: RwLock<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Engine for MemoryEngine {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self
            .map
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned())
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
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        let range = map.range::<[u8], _>((
            std::ops::Bound::Included(from),
            std::ops::Bound::Excluded(to),
        ));
        // Stopping early is no failure.
        let _stopped = if reverse {
            range.rev().try_for_each(|(key, value)| visit(key, value))
        } else {
            let mut range = range;
            range.try_for_each(|(key, value)| visit(key, value))
        };
        Ok(())
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in writes {
            let _before = match value {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), EngineError> {
        Ok(())
    }
}
