//! A modelled disk in use: every operation needs power, and counts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::MutexGuard;

use super::{ModelDisk, State};
use crate::bytes::wide;

/// One use of a modelled disk, from power on to power off.
#[derive(Debug, Clone)]
pub(in crate::disk) struct Mounted {
    pub(super) disk: ModelDisk,
    pub(super) boot: u64,
}

/// A lock that a program holds on a modelled disk.
#[derive(Debug)]
pub(crate) struct ModelLock {
    mounted: Mounted,
    path: PathBuf,
}

impl Drop for ModelLock {
    fn drop(&mut self) {
        let mut state = self.mounted.disk.state();
        if state.boot == self.mounted.boot {
            state.locks.remove(&self.path);
        }
    }
}

impl Mounted {
    /// The disk for one operation, if there is power.
    fn on(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.disk.state();
        if state.boot != self.boot || state.off {
            return Err(io::Error::other("the power is off"));
        }
        state.operations = state.operations.saturating_add(1);
        match state.power_left {
            None => {}
            Some(0) => {
                state.off = true;
                return Err(io::Error::other("the power fails"));
            }
            Some(left) => state.power_left = left.checked_sub(1),
        }
        Ok(state)
    }

    pub(in crate::disk) fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.on()?.create_dir_all(path)
    }

    pub(in crate::disk) fn open(&self, path: &Path, make: bool, cut: bool) -> io::Result<usize> {
        self.on()?.open(path, make, cut)
    }

    pub(in crate::disk) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut state = self.on()?;
        let node = state.find_file(path)?;
        Ok(state.file(node)?.seen.clone())
    }

    pub(in crate::disk) fn read_start(&self, path: &Path, len: usize) -> io::Result<Vec<u8>> {
        let mut state = self.on()?;
        let node = state.find_file(path)?;
        let bytes = &state.file(node)?.seen;
        Ok(bytes.get(..len).unwrap_or(bytes).to_vec())
    }

    pub(in crate::disk) fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let state = self.on()?;
        let dir = state.find(path).ok_or(io::ErrorKind::NotFound)?;
        let names = state.seen.get(&dir).ok_or(io::ErrorKind::NotADirectory)?;
        Ok(names.keys().cloned().collect())
    }

    pub(in crate::disk) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.on()?.rename(from, to)
    }

    pub(in crate::disk) fn remove(&self, path: &Path) -> io::Result<()> {
        self.on()?.remove(path)
    }

    pub(in crate::disk) fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.on()?.sync_dir(path)
    }

    pub(in crate::disk) fn sync(&self, node: usize) -> io::Result<()> {
        self.on()?.sync(node)
    }

    pub(in crate::disk) fn write(&self, node: usize, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.on()?.write(node, offset, bytes)
    }

    pub(in crate::disk) fn set_len(&self, node: usize, len: u64) -> io::Result<()> {
        self.on()?.set_len(node, len)
    }

    pub(in crate::disk) fn len(&self, node: usize) -> io::Result<u64> {
        Ok(wide(self.on()?.file(node)?.seen.len()))
    }

    pub(in crate::disk) fn is_dir(&self, path: &Path) -> bool {
        let state = self.disk.state();
        state
            .find(path)
            .is_some_and(|node| state.seen.contains_key(&node))
    }

    pub(in crate::disk) fn exists(&self, path: &Path) -> bool {
        self.disk.state().find(path).is_some()
    }

    /// The machine, and the number of a directory on it.
    pub(in crate::disk) fn whereabouts(&self, dir: &Path) -> io::Result<([u8; 16], u64)> {
        let state = self.on()?;
        let node = state.find(dir).ok_or(io::ErrorKind::NotFound)?;
        Ok((state.machine, wide(node)))
    }

    /// Locks a file, making it if it is not there; none when somebody has locked it.
    pub(in crate::disk) fn lock(&self, path: &Path) -> io::Result<Option<ModelLock>> {
        let mut state = self.on()?;
        let _node = state.open(path, true, false)?;
        let taken = state.locks.insert(path.to_owned());
        Ok(taken.then(|| ModelLock {
            mounted: self.clone(),
            path: path.to_owned(),
        }))
    }
}
