//! A disk that is only modelled: what programs see of it, and what a loss of power would leave.
//!
//! What is written is *pending* until its file was synced; a name that was made, changed or
//! removed is pending until its directory was. Nothing else makes anything durable. When the power
//! fails, every pending change may be there or not, a write also in part, by sectors: whoever
//! models the failure chooses. Everything else on the disk stays as it is.
//!
//! A simulated machine keeps its store on one. It has no threads, no time and no randomness of its
//! own, so that one order of calls gives one outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Disk;
use crate::bytes::wide;

mod mounted;

pub(crate) use self::mounted::ModelLock;
pub(super) use self::mounted::Mounted;

/// What a disk writes whole.
const SECTOR_BYTES: u64 = 512;
/// The directory that is always there.
const ROOT: usize = 0;

/// Chooses a number below the one it is given; so a simulation decides what a crash leaves.
pub type Choose<'a> = dyn FnMut(u64) -> u64 + 'a;

/// A modelled disk. Clones are the same disk.
#[derive(Clone)]
pub struct ModelDisk {
    state: Arc<Mutex<State>>,
}

/// All that was on a modelled disk at one moment.
#[derive(Clone)]
pub struct DiskImage {
    state: State,
}

#[derive(Clone)]
struct State {
    machine: [u8; 16],
    /// How many bytes of files there may be.
    room: Option<u64>,
    files: BTreeMap<usize, File>,
    /// Names as programs see them, by directory.
    seen: BTreeMap<usize, BTreeMap<String, usize>>,
    /// Names as they surely are.
    durable: BTreeMap<usize, BTreeMap<String, usize>>,
    names: Vec<NameChange>,
    /// How many files and directories were ever made.
    nodes: usize,
    /// How many changes were ever made: their order.
    changes: u64,
    locks: BTreeSet<PathBuf>,
    /// How often the power came back. What was opened before is of no use.
    boot: u64,
    /// How many operations there were.
    operations: u64,
    /// After so many further operations the power fails.
    power_left: Option<u64>,
    off: bool,
    /// After so many further syncs one fails.
    syncs_left: Option<u64>,
}

#[derive(Clone, Default)]
struct File {
    durable: Vec<u8>,
    seen: Vec<u8>,
    pending: Vec<Change>,
    /// It has no name any more.
    gone: bool,
}

#[derive(Clone)]
struct Change {
    at: u64,
    kind: ChangeKind,
}

#[derive(Clone)]
enum ChangeKind {
    Write(u64, Vec<u8>),
    Length(u64),
}

/// A change of names that is not surely on the disk.
#[derive(Clone)]
struct NameChange {
    at: u64,
    /// A name that goes, unless it stands for something else by then.
    from: Option<(usize, String)>,
    /// A name that comes.
    to: Option<(usize, String)>,
    node: usize,
}

impl NameChange {
    fn concerns(&self, dir: usize) -> bool {
        let of = |name: &Option<(usize, String)>| name.as_ref().is_some_and(|(at, _)| *at == dir);
        of(&self.from) || of(&self.to)
    }

    fn apply(&self, dirs: &mut BTreeMap<usize, BTreeMap<String, usize>>) {
        if let Some((dir, name)) = &self.from {
            let names = dirs.entry(*dir).or_default();
            if names.get(name) == Some(&self.node) {
                names.remove(name);
            }
        }
        if let Some((dir, name)) = &self.to {
            let names = dirs.entry(*dir).or_default();
            names.insert(name.clone(), self.node);
        }
    }
}

/// What of the pending changes a loss of power leaves.
#[derive(Clone, Copy)]
enum Leaves {
    Nothing,
    Everything,
    /// Any of them, whole, in part or not at all.
    Some,
    /// What was made before this one, which is torn.
    Until(u64),
}

impl fmt::Debug for ModelDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelDisk").finish_non_exhaustive()
    }
}

impl fmt::Debug for DiskImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskImage").finish_non_exhaustive()
    }
}

impl ModelDisk {
    /// An empty disk of a machine with this id.
    #[must_use]
    pub fn new(machine: [u8; 16]) -> Self {
        let state = State {
            machine,
            room: None,
            files: BTreeMap::new(),
            seen: BTreeMap::from([(ROOT, BTreeMap::new())]),
            durable: BTreeMap::from([(ROOT, BTreeMap::new())]),
            names: Vec::new(),
            nodes: ROOT,
            changes: 0,
            locks: BTreeSet::new(),
            boot: 0,
            operations: 0,
            power_left: None,
            off: false,
            syncs_left: None,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The disk for a store, until the power fails.
    #[must_use]
    pub fn mount(&self) -> Disk {
        let boot = self.state().boot;
        Disk::modelled(Mounted {
            disk: self.clone(),
            boot,
        })
    }

    /// How many bytes of files there may be; without a number as many as wanted.
    pub fn set_room(&self, bytes: Option<u64>) {
        self.state().room = bytes;
    }

    /// How many bytes the files have.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.state().used()
    }

    /// How many operations there were.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// After so many further operations the power fails, and all later ones with it.
    pub fn fail_power_after(&self, operations: Option<u64>) {
        self.state().power_left = operations;
    }

    /// After so many further syncs one fails, once.
    pub fn fail_sync_after(&self, syncs: Option<u64>) {
        self.state().syncs_left = syncs;
    }

    /// Whether the power has failed.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// Loses the power and brings it back: what was durable is there, and of what was pending
    /// whatever is chosen. What was mounted and opened before fails from now on.
    pub fn crash(&self, choose: &mut Choose<'_>) {
        self.state().crash(choose);
    }

    /// All that programs see of the disk now, as an image of it that is made while it is used.
    #[must_use]
    pub fn image(&self) -> DiskImage {
        let mut state = self.state().clone();
        state.settle();
        DiskImage { state }
    }

    /// Puts an earlier image in the place of all that is there; the machine stays the same, and
    /// what was mounted before fails from now on.
    pub fn put_back(&self, image: &DiskImage) {
        let mut state = self.state();
        let (machine, boot, room) = (state.machine, state.boot, state.room);
        *state = image.state.clone();
        (state.machine, state.room) = (machine, room);
        state.boot = boot.saturating_add(1);
        state.begin_again();
    }

    /// Puts the files below a directory of an image below a directory here, as a copy made file by
    /// file does: what was there before is gone, and all of it is durable.
    pub fn put_back_dir(&self, image: &DiskImage, dir: &Path) {
        let mut state = self.state();
        let _there_was_none = state.remove(dir);
        state.copy_from(&image.state, dir, dir);
        state.settle();
        state.boot = state.boot.saturating_add(1);
        state.begin_again();
    }
}

impl State {
    fn begin_again(&mut self) {
        self.locks.clear();
        (self.power_left, self.syncs_left, self.off) = (None, None, false);
    }

    fn change(&mut self) -> u64 {
        self.changes = self.changes.saturating_add(1);
        self.changes
    }

    fn node(&mut self) -> usize {
        self.nodes = self.nodes.saturating_add(1);
        self.nodes
    }

    fn used(&self) -> u64 {
        let present = self.files.values().filter(|file| !file.gone);
        present.map(|file| wide(file.seen.len())).sum()
    }

    /// Makes everything durable as programs see it.
    fn settle(&mut self) {
        self.names.clear();
        self.durable.clone_from(&self.seen);
        self.files.retain(|_, file| !file.gone);
        for file in self.files.values_mut() {
            file.pending.clear();
            file.durable.clone_from(&file.seen);
        }
    }

    fn crash(&mut self, choose: &mut Choose<'_>) {
        let leaves = self.leaves(choose);
        let names = std::mem::take(&mut self.names);
        for change in names {
            let stays = match leaves {
                Leaves::Nothing => false,
                Leaves::Everything => true,
                Leaves::Some => choose(2) == 0,
                Leaves::Until(end) => change.at < end,
            };
            if stays {
                change.apply(&mut self.durable);
            }
        }
        for file in self.files.values_mut() {
            for change in std::mem::take(&mut file.pending) {
                let part = match leaves {
                    Leaves::Nothing => 0,
                    Leaves::Everything => 2,
                    Leaves::Some => choose(3),
                    Leaves::Until(end) => match change.at.cmp(&end) {
                        std::cmp::Ordering::Less => 2,
                        std::cmp::Ordering::Equal => 1,
                        std::cmp::Ordering::Greater => 0,
                    },
                };
                match part {
                    0 => {}
                    1 => change.kind.tear(&mut file.durable, choose),
                    _ => change.kind.apply(&mut file.durable),
                }
            }
        }
        self.seen.clone_from(&self.durable);
        self.forget_unnamed();
        self.boot = self.boot.saturating_add(1);
        self.begin_again();
    }

    fn leaves(&self, choose: &mut Choose<'_>) -> Leaves {
        match choose(5) {
            0 => Leaves::Nothing,
            1 => Leaves::Everything,
            2 | 3 => Leaves::Some,
            _ => {
                let names = self.names.iter().map(|change| change.at);
                let files = self.files.values().flat_map(|file| &file.pending);
                let mut pending: Vec<u64> = names.chain(files.map(|change| change.at)).collect();
                pending.sort_unstable();
                let which = choose(wide(pending.len()).max(1));
                let which = usize::try_from(which).unwrap_or(usize::MAX);
                Leaves::Until(pending.get(which).copied().unwrap_or(0))
            }
        }
    }

    /// Drops what no name leads to, and what programs saw of the rest.
    fn forget_unnamed(&mut self) {
        let mut found = BTreeSet::from([ROOT]);
        let mut ahead = vec![ROOT];
        while let Some(dir) = ahead.pop() {
            for node in self.seen.get(&dir).into_iter().flat_map(BTreeMap::values) {
                if found.insert(*node) {
                    ahead.push(*node);
                }
            }
        }
        self.files.retain(|node, _| found.contains(node));
        self.seen.retain(|node, _| found.contains(node));
        self.durable.retain(|node, _| found.contains(node));
        for file in self.files.values_mut() {
            file.gone = false;
            file.seen.clone_from(&file.durable);
        }
        // A directory whose making was kept and whose content was not.
        for node in found {
            if !self.files.contains_key(&node) {
                let _empty = self.seen.entry(node).or_default();
                let _empty = self.durable.entry(node).or_default();
            }
        }
    }

    /// The directory that a path lies in, and its name there.
    fn place(&self, path: &Path) -> io::Result<(usize, String)> {
        let mut dir = ROOT;
        let names = names_of(path);
        let (last, above) = names.split_last().ok_or(io::ErrorKind::InvalidInput)?;
        for name in above {
            let next = self.seen.get(&dir).and_then(|names| names.get(*name));
            dir = *next.ok_or(io::ErrorKind::NotFound)?;
        }
        if self.seen.contains_key(&dir) {
            Ok((dir, (*last).to_owned()))
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// What a path stands for.
    fn find(&self, path: &Path) -> Option<usize> {
        if names_of(path).is_empty() {
            return Some(ROOT);
        }
        let (dir, name) = self.place(path).ok()?;
        self.seen.get(&dir)?.get(&name).copied()
    }

    fn find_file(&self, path: &Path) -> io::Result<usize> {
        let node = self.find(path).ok_or(io::ErrorKind::NotFound)?;
        if self.files.contains_key(&node) {
            Ok(node)
        } else {
            Err(io::ErrorKind::IsADirectory.into())
        }
    }

    fn file(&mut self, node: usize) -> io::Result<&mut File> {
        let file = self.files.get_mut(&node);
        file.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn rename_node(
        &mut self,
        from: Option<(usize, String)>,
        to: Option<(usize, String)>,
        node: usize,
    ) {
        if let Some((dir, name)) = &to {
            let before = self.seen.get(dir).and_then(|names| names.get(name));
            let before = before.copied().filter(|before| *before != node);
            if let Some(file) = before.and_then(|node| self.files.get_mut(&node)) {
                file.gone = true;
            }
        }
        let at = self.change();
        let change = NameChange { at, from, to, node };
        change.apply(&mut self.seen);
        self.names.push(change);
    }

    fn create_dir_all(&mut self, path: &Path) -> io::Result<()> {
        let mut dir = ROOT;
        for name in names_of(path) {
            let next = self.seen.get(&dir).and_then(|names| names.get(name));
            dir = match next {
                Some(node) => *node,
                None => {
                    let node = self.node();
                    let _empty = self.seen.insert(node, BTreeMap::new());
                    self.rename_node(None, Some((dir, name.to_owned())), node);
                    node
                }
            };
            if !self.seen.contains_key(&dir) {
                return Err(io::ErrorKind::NotADirectory.into());
            }
        }
        Ok(())
    }

    /// Opens a file, making it if it is not there and cutting it to nothing if that is wanted.
    fn open(&mut self, path: &Path, make: bool, cut: bool) -> io::Result<usize> {
        let node = match self.find_file(path) {
            Ok(node) => node,
            Err(error) if make && error.kind() == io::ErrorKind::NotFound => {
                let place = self.place(path)?;
                let node = self.node();
                let _new = self.files.insert(node, File::default());
                self.rename_node(None, Some(place), node);
                return Ok(node);
            }
            Err(error) => return Err(error),
        };
        if cut {
            self.set_len(node, 0)?;
        }
        Ok(node)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let node = self.find(from).ok_or(io::ErrorKind::NotFound)?;
        let (from, to) = (self.place(from)?, self.place(to)?);
        self.rename_node(Some(from), Some(to), node);
        Ok(())
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        let node = self.find(path).ok_or(io::ErrorKind::NotFound)?;
        let inside = self.seen.get(&node).into_iter().flat_map(BTreeMap::keys);
        for name in inside.cloned().collect::<Vec<_>>() {
            self.remove(&path.join(name))?;
        }
        if let Some(file) = self.files.get_mut(&node) {
            file.gone = true;
        }
        let place = self.place(path)?;
        self.rename_node(Some(place), None, node);
        Ok(())
    }

    fn write(&mut self, node: usize, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let end = offset.saturating_add(wide(bytes.len()));
        let len = wide(self.file(node)?.seen.len());
        self.has_room(end.saturating_sub(len))?;
        self.record(node, ChangeKind::Write(offset, bytes.to_vec()))
    }

    fn set_len(&mut self, node: usize, len: u64) -> io::Result<()> {
        let before = wide(self.file(node)?.seen.len());
        self.has_room(len.saturating_sub(before))?;
        self.record(node, ChangeKind::Length(len))
    }

    fn has_room(&self, more: u64) -> io::Result<()> {
        match self.room {
            Some(room) if more > 0 && self.used().saturating_add(more) > room => {
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        }
    }

    fn record(&mut self, node: usize, kind: ChangeKind) -> io::Result<()> {
        let at = self.change();
        let file = self.file(node)?;
        kind.apply(&mut file.seen);
        file.pending.push(Change { at, kind });
        Ok(())
    }

    fn sync(&mut self, node: usize) -> io::Result<()> {
        if let Some(left) = self.syncs_left {
            self.syncs_left = left.checked_sub(1);
            if left == 0 {
                return Err(io::Error::other("the disk failed"));
            }
        }
        let file = self.file(node)?;
        for change in std::mem::take(&mut file.pending) {
            change.kind.apply(&mut file.durable);
        }
        Ok(())
    }

    fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        let dir = self.find(path).ok_or(io::ErrorKind::NotFound)?;
        if !self.seen.contains_key(&dir) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let (now, later) = std::mem::take(&mut self.names)
            .into_iter()
            .partition(|change: &NameChange| change.concerns(dir));
        self.names = later;
        for change in now {
            change.apply(&mut self.durable);
        }
        Ok(())
    }

    fn copy_from(&mut self, from: &Self, from_path: &Path, to_path: &Path) {
        let Some(node) = from.find(from_path) else {
            return;
        };
        if let Some(file) = from.files.get(&node) {
            // A place that cannot be written to has been made before.
            if let Ok(copy) = self.open(to_path, true, true) {
                let _written = self.record(copy, ChangeKind::Write(0, file.seen.clone()));
            }
            return;
        }
        let _made = self.create_dir_all(to_path);
        for name in from.seen.get(&node).into_iter().flat_map(BTreeMap::keys) {
            self.copy_from(from, &from_path.join(name), &to_path.join(name));
        }
    }
}

fn names_of(path: &Path) -> Vec<&str> {
    let normal = |part| match part {
        Component::Normal(name) => name.to_str(),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
            None
        }
    };
    path.components().filter_map(normal).collect()
}

impl ChangeKind {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Length(len) => to.resize(usize::try_from(*len).unwrap_or_default(), 0),
            Self::Write(offset, bytes) => put(to, *offset, bytes),
        }
    }

    /// Some of its sectors arrive: the first of them, or any.
    fn tear(&self, to: &mut Vec<u8>, choose: &mut Choose<'_>) {
        let Self::Write(offset, bytes) = self else {
            return;
        };
        let in_order = choose(2) == 0;
        let mut at = *offset;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let in_sector = SECTOR_BYTES.saturating_sub(at % SECTOR_BYTES);
            let len = usize::try_from(in_sector).unwrap_or_default();
            let (sector, behind) = rest.split_at(len.min(rest.len()));
            if choose(2) == 0 {
                put(to, at, sector);
            } else if in_order {
                return;
            }
            at = at.saturating_add(wide(sector.len()));
            rest = behind;
        }
    }
}

fn put(to: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(bytes.len());
    if to.len() < end {
        to.resize(end, 0);
    }
    if let Some(place) = to.get_mut(start..end) {
        place.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests;
