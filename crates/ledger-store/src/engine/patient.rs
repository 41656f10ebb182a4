//! An engine that outlives a full disk: what it cannot write waits in memory.
//!
//! A server runs for months, and nobody stands beside it when its disk is full and when there is
//! space again. The journal refuses what has no room; what it took must be read all the same.
//!
//! **Invariant.** What was written since the last flush is kept until the next one, so that an
//! engine that was opened again lacks nothing of it. It is bounded: beyond
//! [`WAITING_BYTES_MAX`] a flush comes by itself, and without room for that writing fails.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::{Engine, EngineError, SharedEngine, Visit, Write};

/// After how many bytes without a flush there is one.
const WAITING_BYTES_MAX: usize = 32 * 1024 * 1024;
/// So much room must be there before the engine is opened again.
const ROOM_BYTES: usize = 1024 * 1024;

type Waiting = BTreeMap<Vec<u8>, Option<Vec<u8>>>;
type Reopen = dyn Fn() -> Result<SharedEngine, EngineError> + Send + Sync;

/// An engine and what waits for room.
pub(super) struct PatientEngine {
    name: &'static str,
    /// Where the engine lies.
    path: PathBuf,
    reopen: Box<Reopen>,
    /// Locked before `view`.
    writing: Mutex<Writing>,
    view: RwLock<View>,
}

/// What writers know.
#[derive(Default)]
struct Writing {
    /// Everything since the last flush.
    waiting: Arc<Waiting>,
    bytes: usize,
    /// The engine has failed for want of room and takes nothing until it is opened again.
    full: bool,
}

/// What readers see.
#[derive(Clone, Default)]
struct View {
    /// None only when it could not be opened again.
    engine: Option<SharedEngine>,
    /// Over what the engine has, while that lacks it.
    over: Arc<Waiting>,
}

impl std::fmt::Debug for PatientEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PatientEngine")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl PatientEngine {
    /// Opens an engine.
    pub(super) fn open(
        name: &'static str,
        path: PathBuf,
        reopen: impl Fn() -> Result<SharedEngine, EngineError> + Send + Sync + 'static,
    ) -> Result<Self, EngineError> {
        let view = View {
            engine: Some(reopen()?),
            over: Arc::default(),
        };
        Ok(Self {
            name,
            path,
            reopen: Box::new(reopen),
            writing: Mutex::default(),
            view: RwLock::new(view),
        })
    }

    fn view(&self) -> View {
        let view = self.view.read();
        view.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change_view(&self, change: impl FnOnce(&mut View)) {
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut view);
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self) -> EngineError {
        EngineError::DiskFull { engine: self.name }
    }

    fn engine(&self) -> Result<SharedEngine, EngineError> {
        self.view().engine.ok_or_else(|| self.full())
    }

    /// From now on readers see what waits.
    fn wait_for_room(&self, writing: &mut Writing) {
        writing.full = true;
        self.change_view(|view| view.over = Arc::clone(&writing.waiting));
    }

    /// Opens the engine again if there is room, and writes what waits.
    fn try_again(&self, writing: &mut Writing) -> Result<(), EngineError> {
        let probe = self.path.with_extension("room");
        let room = has_room(&probe);
        let _there_was_none = fs::remove_file(&probe);
        room.map_err(|error| EngineError::of_io(self.name, &error))?;
        let mut opened = Err(self.full());
        self.change_view(|view| {
            // A reader that has it still would keep its file locked: another time, then.
            if view
                .engine
                .as_ref()
                .is_none_or(|it| Arc::strong_count(it) == 1)
            {
                view.engine = None;
                opened = (self.reopen)();
                view.engine = opened.as_ref().ok().cloned();
            }
        });
        let engine = opened?;
        let writes = writing.waiting.iter();
        let writes = writes.map(|(key, value)| (key.clone(), value.clone()));
        engine.write(writes.collect())?;
        engine.flush()?;
        *writing = Writing::default();
        self.change_view(|view| view.over = Arc::default());
        Ok(())
    }

    fn flush_all(&self, writing: &mut Writing) -> Result<(), EngineError> {
        if writing.full {
            return self.try_again(writing);
        }
        match self.engine()?.flush() {
            Ok(()) => {
                *writing = Writing::default();
                Ok(())
            }
            Err(error) => {
                if matches!(error, EngineError::DiskFull { .. }) {
                    self.wait_for_room(writing);
                }
                Err(error)
            }
        }
    }
}

/// Whether a file of some length can be written.
fn has_room(probe: &std::path::Path) -> io::Result<()> {
    let mut file = File::create(probe)?;
    file.write_all(&vec![1; ROOM_BYTES])?;
    file.sync_data()
}

impl Engine for PatientEngine {
    fn name(&self) -> &'static str {
        self.name
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let view = self.view();
        match view.over.get(key) {
            Some(value) => Ok(value.clone()),
            None => view.engine.ok_or_else(|| self.full())?.get(key),
        }
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), EngineError> {
        let view = self.view();
        let engine = view.engine.ok_or_else(|| self.full())?;
        if from >= to || view.over.is_empty() {
            return engine.scan(from, to, reverse, visit);
        }
        let range = view.over.range(from.to_vec()..to.to_vec());
        let mut over: Vec<_> = range.collect();
        if !reverse {
            over.reverse();
        }
        // The next of them is the last of the list.
        let behind = |over: &[u8], key: &[u8]| if reverse { over < key } else { over > key };
        let mut ended = false;
        engine.scan(from, to, reverse, &mut |key, value| {
            while let Some((next, new)) = over.pop_if(|(next, _)| !behind(next, key)) {
                let flow = new.as_ref().map(|new| visit(next, new));
                ended = flow.is_some_and(|flow| flow.is_break());
                if ended || next.as_slice() == key {
                    return if ended {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    };
                }
            }
            let flow = visit(key, value);
            ended = flow.is_break();
            flow
        })?;
        while !ended && let Some((next, new)) = over.pop() {
            ended = new.as_ref().is_some_and(|new| visit(next, new).is_break());
        }
        Ok(())
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        let mut writing = self.writing();
        // Readers that see it have it until they are done; then this is no copy.
        let waiting = Arc::make_mut(&mut writing.waiting);
        let mut bytes = 0_usize;
        for (key, value) in &writes {
            bytes = bytes.saturating_add(key.len());
            bytes = bytes.saturating_add(value.as_ref().map_or(0, Vec::len));
            let _before = waiting.insert(key.clone(), value.clone());
        }
        writing.bytes = writing.bytes.saturating_add(bytes);
        if writing.full {
            // Readers see it before it is tried: that it is refused again changes nothing.
            self.wait_for_room(&mut writing);
            let tried = self.try_again(&mut writing);
            return match tried {
                Err(EngineError::DiskFull { .. }) if writing.bytes < WAITING_BYTES_MAX => Ok(()),
                tried => tried,
            };
        }
        match self.engine()?.write(writes) {
            Ok(()) if writing.bytes < WAITING_BYTES_MAX => Ok(()),
            Ok(()) => self.flush_all(&mut writing),
            Err(EngineError::DiskFull { .. }) => {
                self.wait_for_room(&mut writing);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn flush(&self) -> Result<(), EngineError> {
        self.flush_all(&mut self.writing())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]

    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::engine::memory::MemoryEngine;

    /// A disk that is full when it is told so. What was not flushed is gone when the engine is
    /// opened again, and an engine that failed once takes nothing more.
    #[derive(Debug, Default)]
    struct Disk {
        full: AtomicBool,
        kept: Mutex<Waiting>,
    }

    #[derive(Debug)]
    struct OnDisk {
        disk: Arc<Disk>,
        all: MemoryEngine,
        unflushed: Mutex<Vec<Write>>,
        failed: AtomicBool,
    }

    impl OnDisk {
        fn open(disk: &Arc<Disk>) -> SharedEngine {
            let all = MemoryEngine::default();
            let kept = disk.kept.lock().unwrap().clone();
            all.write(kept.into_iter().collect()).unwrap();
            Arc::new(Self {
                disk: Arc::clone(disk),
                all,
                unflushed: Mutex::default(),
                failed: AtomicBool::new(false),
            })
        }

        fn may_write(&self) -> Result<(), EngineError> {
            if self.failed.load(Ordering::Relaxed) {
                return Err(EngineError::Failed {
                    engine: "test",
                    message: "it failed before".to_owned(),
                });
            }
            if self.disk.full.load(Ordering::Relaxed) {
                self.failed.store(true, Ordering::Relaxed);
                return Err(EngineError::DiskFull { engine: "test" });
            }
            Ok(())
        }
    }

    impl Engine for OnDisk {
        fn name(&self) -> &'static str {
            "test"
        }

        fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
            self.all.get(key)
        }

        fn scan(
            &self,
            from: &[u8],
            to: &[u8],
            reverse: bool,
            visit: &mut Visit<'_>,
        ) -> Result<(), EngineError> {
            self.all.scan(from, to, reverse, visit)
        }

        fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
            self.may_write()?;
            self.unflushed.lock().unwrap().extend(writes.clone());
            self.all.write(writes)
        }

        fn flush(&self) -> Result<(), EngineError> {
            self.may_write()?;
            let writes = std::mem::take(&mut *self.unflushed.lock().unwrap());
            self.disk.kept.lock().unwrap().extend(writes);
            Ok(())
        }
    }

    fn put(key: u8, value: u8) -> Write {
        (vec![key], Some(vec![value]))
    }

    fn seen(engine: &dyn Engine, reverse: bool, max: usize) -> Vec<(u8, u8)> {
        let mut seen = Vec::new();
        let mut visit = |key: &[u8], value: &[u8]| {
            seen.push((*key.first().unwrap(), *value.first().unwrap()));
            if seen.len() < max {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        engine.scan(&[0], &[200], reverse, &mut visit).unwrap();
        seen
    }

    #[test]
    fn what_has_no_room_is_read_all_the_same_and_written_when_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let disk = Arc::new(Disk::default());
        let below = Arc::clone(&disk);
        let engine = PatientEngine::open("test", dir.path().join("index"), move || {
            Ok(OnDisk::open(&below))
        })
        .unwrap();
        engine.write(vec![put(1, 1), put(3, 1), put(5, 1)]).unwrap();
        engine.flush().unwrap();
        // Not flushed when the disk fills: it must not go with the engine that failed.
        engine.write(vec![put(2, 1), put(7, 1)]).unwrap();
        disk.full.store(true, Ordering::Relaxed);
        engine
            .write(vec![put(1, 2), (vec![3], None), put(4, 2)])
            .unwrap();
        engine
            .write(vec![put(6, 2), (vec![7], None), put(9, 2)])
            .unwrap();
        let expected = vec![(1, 2), (2, 1), (4, 2), (5, 1), (6, 2), (9, 2)];
        assert_eq!(seen(&engine, false, 99), expected);
        let backwards: Vec<_> = expected.iter().rev().copied().collect();
        assert_eq!(seen(&engine, true, 99), backwards);
        for max in 1..=expected.len() {
            assert_eq!(
                Some(seen(&engine, false, max).as_slice()),
                expected.get(..max)
            );
            assert_eq!(
                Some(seen(&engine, true, max).as_slice()),
                backwards.get(..max)
            );
        }
        assert_eq!(engine.get(&[3]).unwrap(), None);
        assert_eq!(engine.get(&[4]).unwrap(), Some(vec![2]));
        assert!(matches!(engine.flush(), Err(EngineError::DiskFull { .. })));
        disk.full.store(false, Ordering::Relaxed);
        engine.write(vec![put(8, 3)]).unwrap();
        let expected = vec![(1, 2), (2, 1), (4, 2), (5, 1), (6, 2), (8, 3), (9, 2)];
        assert_eq!(seen(&engine, false, 99), expected);
        engine.flush().unwrap();
        assert_eq!(seen(&*OnDisk::open(&disk), false, 99), expected);
    }
}
