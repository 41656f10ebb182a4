//! A disk under a power loss: what is surely there, and what may or may not have arrived.
//!
//! A write is pending until a sync of its file has returned that began after the write had
//! returned. A name (made, renamed, removed) is pending until its directory was synced; with
//! [`Names::WithFiles`], as ext4 does it, also until any file was synced. Nothing else makes
//! anything durable. At a crash every pending change may be there or not, or in part.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::trace::{Call, Step, Trace, What};
use super::tree::Tree;
use crate::trial::Rng;

/// What a disk writes whole.
const SECTOR_BYTES: u64 = 512;

/// When names become durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// By a sync of their directory alone.
    Alone,
    /// By a sync of anything, as in one journal of the file system.
    WithFiles,
}

/// What of the pending changes a crash leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Nothing.
    Nothing,
    /// Everything.
    Everything,
    /// Any of them, whole, in part or not at all.
    Some,
    /// Everything but the last one, which is torn.
    LastTorn,
    /// What was issued before some moment; the next one is torn.
    InOrder,
}

/// All styles; the one that finds most stands twice.
pub const STYLES: [Style; 6] = [
    Style::Nothing,
    Style::Everything,
    Style::Some,
    Style::Some,
    Style::LastTorn,
    Style::InOrder,
];

/// A change of a file that is not surely on the disk.
#[derive(Debug, Clone)]
struct Change {
    /// The call that made it.
    call: usize,
    kind: ChangeKind,
}

#[derive(Debug, Clone)]
enum ChangeKind {
    Write(u64, Vec<u8>),
    Length(u64),
    /// At least so long.
    Reach(u64),
}

/// A change of names that is not surely on the disk.
#[derive(Debug, Clone)]
struct NameChange {
    call: usize,
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
            dirs.entry(*dir)
                .or_default()
                .insert(name.clone(), self.node);
        }
    }
}

#[derive(Debug, Default, Clone)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Change>,
    /// How long programs see it.
    len: u64,
}

#[derive(Debug, Clone, Copy)]
struct Opened {
    node: usize,
    at: u64,
    append: bool,
}

/// The disk at one place of a trace.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    names_durable: Names,
    /// Files by node; a node that is none is a directory.
    files: BTreeMap<usize, File>,
    nodes: usize,
    /// Names as programs see them, by directory.
    seen: BTreeMap<usize, BTreeMap<String, usize>>,
    /// Names as they surely are.
    durable: BTreeMap<usize, BTreeMap<String, usize>>,
    renames: Vec<NameChange>,
    returned: BTreeSet<usize>,
    /// What a running sync will have made durable.
    syncs: BTreeMap<usize, (usize, BTreeSet<usize>)>,
    opened: Vec<Opened>,
    descriptors: BTreeMap<i64, usize>,
}

const ROOT: usize = 0;

impl Disk {
    /// A disk with this tree on it, all durable; `root` is where programs see it.
    #[must_use]
    pub fn new(tree: &Tree, root: &Path, names_durable: Names) -> Self {
        let mut disk = Self {
            root: root.to_owned(),
            names_durable,
            files: BTreeMap::new(),
            nodes: ROOT + 1,
            seen: BTreeMap::from([(ROOT, BTreeMap::new())]),
            durable: BTreeMap::new(),
            renames: Vec::new(),
            returned: BTreeSet::new(),
            syncs: BTreeMap::new(),
            opened: Vec::new(),
            descriptors: BTreeMap::new(),
        };
        for dir in &tree.dirs {
            let node = disk.node();
            disk.seen.insert(node, BTreeMap::new());
            disk.put(dir, node);
        }
        for (path, bytes) in &tree.files {
            let node = disk.node();
            let file = File {
                durable: bytes.clone(),
                pending: Vec::new(),
                len: length(bytes),
            };
            disk.files.insert(node, file);
            disk.put(path, node);
        }
        disk.durable = disk.seen.clone();
        disk
    }

    fn node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes - 1
    }

    fn put(&mut self, path: &Path, node: usize) {
        if let Ok((dir, name)) = self.place(&self.root.join(path)) {
            self.seen.entry(dir).or_default().insert(name, node);
        }
    }

    /// The directory that a path's name is in, and the name; for the root itself an empty name.
    fn place(&self, path: &Path) -> Result<(usize, String), String> {
        let inner = path
            .strip_prefix(&self.root)
            .map_err(|error| error.to_string())?;
        let mut dir = ROOT;
        let mut name = String::new();
        for part in inner.components() {
            let Component::Normal(part) = part else {
                return Err(format!("{}: an odd path", path.display()));
            };
            if !name.is_empty() {
                let next = self.seen.get(&dir).and_then(|names| names.get(&name));
                dir = *next.ok_or_else(|| format!("{}: not there", path.display()))?;
            }
            part.to_str()
                .ok_or("a name that is no text")?
                .clone_into(&mut name);
        }
        Ok((dir, name))
    }

    fn find(&self, path: &Path) -> Option<usize> {
        let (dir, name) = self.place(path).ok()?;
        if name.is_empty() {
            return Some(ROOT);
        }
        self.seen.get(&dir)?.get(&name).copied()
    }

    /// Goes one step of a trace.
    ///
    /// # Errors
    /// A call that does not fit what the disk holds.
    pub fn step(&mut self, trace: &Trace, step: Step) -> Result<(), String> {
        match step {
            Step::Program => {
                self.opened.clear();
                self.descriptors.clear();
                Ok(())
            }
            Step::Begin(number) => {
                let call = &trace.calls[number];
                self.begin(number, call)
                    .map_err(|error| format!("{error}: {}", brief(&call.what)))
            }
            Step::End(number) => {
                self.end(number, &trace.calls[number]);
                Ok(())
            }
        }
    }

    fn handle(&mut self, fd: i64) -> Result<&mut Opened, String> {
        let index = self
            .descriptors
            .get(&fd)
            .ok_or("a descriptor that nobody opened")?;
        Ok(&mut self.opened[*index])
    }

    fn begin(&mut self, number: usize, call: &Call) -> Result<(), String> {
        match &call.what {
            What::Open {
                path,
                create,
                truncate,
                ..
            } => self.open(number, path, *create, *truncate)?,
            What::Write { fd, at, data } => {
                let taken = call.result.and_then(|taken| usize::try_from(taken).ok());
                let taken = taken.unwrap_or(data.len()).min(data.len());
                self.write(number, *fd, *at, &data[..taken])?;
            }
            What::Length { fd, len } => {
                let node = self.handle(*fd)?.node;
                self.change(number, node, ChangeKind::Length(*len));
            }
            What::Reach { fd, len } => {
                let node = self.handle(*fd)?.node;
                self.change(number, node, ChangeKind::Reach(*len));
            }
            What::Sync { fd } => {
                let node = self.handle(*fd)?.node;
                let calls = self.calls_before_sync(node);
                self.syncs.insert(number, (node, calls));
            }
            What::Rename { from, to } => {
                let node = self.find(from).ok_or("what is renamed is not there")?;
                self.name(number, node, Some(from), Some(to))?;
            }
            What::Link { from, to } => {
                let node = self.find(from).ok_or("what is linked is not there")?;
                self.name(number, node, None, Some(to))?;
            }
            What::Unlink { path } => {
                // What is not known here is a socket: it holds nothing that could be lost.
                if let Some(node) = self.find(path) {
                    self.name(number, node, Some(path), None)?;
                }
            }
            What::MakeDir { path } => {
                let node = self.node();
                self.seen.insert(node, BTreeMap::new());
                self.name(number, node, None, Some(path))?;
            }
            What::Close { fd } => {
                self.descriptors.remove(fd);
            }
            What::Seek { .. }
            | What::Duplicate { .. }
            | What::Said { .. }
            | What::Heard { .. }
            | What::Nothing => {}
        }
        Ok(())
    }

    fn open(
        &mut self,
        number: usize,
        path: &Path,
        create: bool,
        truncate: bool,
    ) -> Result<(), String> {
        match self.find(path) {
            Some(node) if truncate && self.len(node) > 0 => {
                self.change(number, node, ChangeKind::Length(0));
                Ok(())
            }
            None if create => {
                let node = self.node();
                self.files.insert(node, File::default());
                self.name(number, node, None, Some(path))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn write(
        &mut self,
        number: usize,
        fd: i64,
        at: Option<u64>,
        data: &[u8],
    ) -> Result<(), String> {
        let handle = *self.handle(fd)?;
        let at = if handle.append {
            self.len(handle.node)
        } else {
            at.unwrap_or(handle.at)
        };
        self.change(number, handle.node, ChangeKind::Write(at, data.to_vec()));
        Ok(())
    }

    fn end(&mut self, number: usize, call: &Call) {
        self.returned.insert(number);
        let result = call.result.unwrap_or(-1);
        match &call.what {
            What::Open { path, append, .. } => {
                if let Some(node) = self.find(path) {
                    self.opened.push(Opened {
                        node,
                        at: 0,
                        append: *append,
                    });
                    self.descriptors.insert(result, self.opened.len() - 1);
                }
            }
            What::Write { fd, at, .. } => {
                // Where a file is appended to, its end is looked up at each write.
                if let (Ok(handle), None) = (self.handle(*fd), at) {
                    handle.at += u64::try_from(result).unwrap_or(0);
                }
            }
            What::Seek { fd } => {
                if let Ok(handle) = self.handle(*fd) {
                    handle.at = u64::try_from(result).unwrap_or(0);
                }
            }
            What::Duplicate { fd } => {
                if let Some(index) = self.descriptors.get(fd).copied() {
                    self.descriptors.insert(result, index);
                }
            }
            What::Sync { .. } => self.synced(number),
            What::Said { .. }
            | What::Heard { .. }
            | What::Length { .. }
            | What::Reach { .. }
            | What::Rename { .. }
            | What::Link { .. }
            | What::Unlink { .. }
            | What::MakeDir { .. }
            | What::Close { .. }
            | What::Nothing => {}
        }
    }

    fn len(&self, node: usize) -> u64 {
        self.files.get(&node).map_or(0, |file| file.len)
    }

    fn change(&mut self, call: usize, node: usize, kind: ChangeKind) {
        let Some(file) = self.files.get_mut(&node) else {
            return;
        };
        match &kind {
            ChangeKind::Write(at, data) => file.len = file.len.max(at + length(data)),
            ChangeKind::Length(len) => file.len = *len,
            ChangeKind::Reach(len) => file.len = file.len.max(*len),
        }
        file.pending.push(Change { call, kind });
    }

    fn name(
        &mut self,
        call: usize,
        node: usize,
        from: Option<&Path>,
        to: Option<&Path>,
    ) -> Result<(), String> {
        let from = from.map(|path| self.place(path)).transpose()?;
        let to = to.map(|path| self.place(path)).transpose()?;
        let change = NameChange {
            call,
            from,
            to,
            node,
        };
        change.apply(&mut self.seen);
        self.renames.push(change);
        Ok(())
    }

    /// The calls that a sync of this node, begun now, makes durable.
    fn calls_before_sync(&self, node: usize) -> BTreeSet<usize> {
        let writes = self
            .files
            .get(&node)
            .into_iter()
            .flat_map(|file| &file.pending);
        let every = self.names_durable == Names::WithFiles;
        let names = self
            .renames
            .iter()
            .filter(|change| every || change.concerns(node));
        let calls = writes
            .map(|change| change.call)
            .chain(names.map(|change| change.call));
        calls.filter(|call| self.returned.contains(call)).collect()
    }

    fn synced(&mut self, number: usize) {
        let Some((node, calls)) = self.syncs.remove(&number) else {
            return;
        };
        if let Some(file) = self.files.get_mut(&node) {
            for change in std::mem::take(&mut file.pending) {
                if calls.contains(&change.call) {
                    apply(&mut file.durable, &change.kind);
                } else {
                    file.pending.push(change);
                }
            }
        }
        let every = self.names_durable == Names::WithFiles;
        for change in std::mem::take(&mut self.renames) {
            if calls.contains(&change.call) && (every || change.concerns(node)) {
                change.apply(&mut self.durable);
            } else {
                self.renames.push(change);
            }
        }
    }

    /// What lies on the disk when the power fails now.
    pub fn crash(&self, style: Style, rng: &mut Rng) -> Tree {
        let fate = Fate::draw(style, self, rng);
        let mut names = self.durable.clone();
        let mut cut: BTreeSet<usize> = BTreeSet::new();
        let in_prefix = rng.below(2) == 0;
        for change in &self.renames {
            let dirs = [&change.from, &change.to].map(|name| name.as_ref().map(|(dir, _)| *dir));
            let behind = in_prefix && dirs.iter().flatten().any(|dir| cut.contains(dir));
            if !behind && fate.arrives(change.call, rng) {
                change.apply(&mut names);
            } else {
                cut.extend(dirs.into_iter().flatten());
            }
        }
        let mut tree = Tree::default();
        self.collect(&names, ROOT, Path::new(""), &mut tree, &mut |file| {
            fate.content(file, rng)
        });
        tree
    }

    /// What lies there when the machine is shut down in order: for trials of the model.
    #[must_use]
    pub fn whole(&self) -> Tree {
        let mut tree = Tree::default();
        self.collect(&self.seen, ROOT, Path::new(""), &mut tree, &mut |file| {
            let mut bytes = file.durable.clone();
            for change in &file.pending {
                apply(&mut bytes, &change.kind);
            }
            bytes
        });
        tree
    }

    fn collect(
        &self,
        names: &BTreeMap<usize, BTreeMap<String, usize>>,
        dir: usize,
        path: &Path,
        tree: &mut Tree,
        content: &mut dyn FnMut(&File) -> Vec<u8>,
    ) {
        for (name, node) in names.get(&dir).into_iter().flatten() {
            let path = path.join(name);
            if let Some(file) = self.files.get(node) {
                tree.files.insert(path, content(file));
            } else if tree.dirs.insert(path.clone()) {
                self.collect(names, *node, &path, tree, content);
            }
        }
    }

    /// The calls whose effect is pending, in the order in which they were issued.
    fn pending(&self) -> BTreeSet<usize> {
        let writes = self
            .files
            .values()
            .flat_map(|file| &file.pending)
            .map(|change| change.call);
        writes
            .chain(self.renames.iter().map(|change| change.call))
            .collect()
    }
}

/// What a crash does to the pending changes.
#[derive(Debug)]
struct Fate {
    style: Style,
    /// The call that is torn: those before it arrive in the styles with an order.
    torn: Option<usize>,
    /// How many of a hundred arrive, where that is left to chance.
    percent: u64,
}

impl Fate {
    fn draw(style: Style, disk: &Disk, rng: &mut Rng) -> Self {
        let pending: Vec<usize> = disk.pending().into_iter().collect();
        let torn = match style {
            Style::LastTorn => pending.last().copied(),
            Style::InOrder if !pending.is_empty() => Some(*rng.one_of(&pending)),
            Style::InOrder | Style::Nothing | Style::Everything | Style::Some => None,
        };
        let percent = *rng.one_of(&[10, 30, 50, 70, 90]);
        Self {
            style,
            torn,
            percent,
        }
    }

    fn arrives(&self, call: usize, rng: &mut Rng) -> bool {
        match self.style {
            Style::Nothing => false,
            Style::Everything => true,
            Style::Some => rng.below(100) < self.percent,
            Style::LastTorn | Style::InOrder => match self.torn {
                Some(torn) if call == torn => rng.below(2) == 0,
                torn => torn.is_none_or(|torn| call < torn),
            },
        }
    }

    fn content(&self, file: &File, rng: &mut Rng) -> Vec<u8> {
        let mut bytes = file.durable.clone();
        for change in &file.pending {
            let torn = match self.style {
                Style::Some => rng.below(3) == 0,
                Style::LastTorn | Style::InOrder => self.torn == Some(change.call),
                Style::Nothing | Style::Everything => false,
            };
            if torn {
                tear(&mut bytes, &change.kind, rng);
            } else if self.arrives(change.call, rng) {
                apply(&mut bytes, &change.kind);
            } else if self.style == Style::Some && rng.below(4) == 0 {
                // The length was saved, the bytes were not.
                if let ChangeKind::Write(at, data) = &change.kind {
                    reach(&mut bytes, at + length(data));
                }
            }
        }
        bytes
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("a length fits")
}

fn index(place: u64) -> usize {
    usize::try_from(place).expect("a small file")
}

fn reach(bytes: &mut Vec<u8>, len: u64) {
    if length(bytes) < len {
        bytes.resize(index(len), 0);
    }
}

fn apply(bytes: &mut Vec<u8>, kind: &ChangeKind) {
    match kind {
        ChangeKind::Write(at, data) => put(bytes, *at, data),
        ChangeKind::Length(len) => bytes.resize(index(*len), 0),
        ChangeKind::Reach(len) => reach(bytes, *len),
    }
}

fn put(bytes: &mut Vec<u8>, at: u64, data: &[u8]) {
    reach(bytes, at + length(data));
    bytes[index(at)..index(at) + data.len()].copy_from_slice(data);
}

/// Lets some sectors of a write arrive: any, or those up to one of them.
fn tear(bytes: &mut Vec<u8>, kind: &ChangeKind, rng: &mut Rng) {
    let ChangeKind::Write(at, data) = kind else {
        if rng.below(2) == 0 {
            apply(bytes, kind);
        }
        return;
    };
    let end = at + length(data);
    let sectors = (end.div_ceil(SECTOR_BYTES) - at / SECTOR_BYTES).max(1);
    let front = (rng.below(2) == 0).then(|| rng.below(sectors + 1));
    let (mut start, mut sector) = (*at, 0);
    while start < end {
        let next = ((start / SECTOR_BYTES + 1) * SECTOR_BYTES).min(end);
        let kept = front.map_or_else(|| rng.below(2) == 0, |front| sector < front);
        if kept {
            put(bytes, start, &data[index(start - at)..index(next - at)]);
        }
        (start, sector) = (next, sector + 1);
    }
    if rng.below(2) == 0 {
        reach(bytes, end);
    }
}

/// A call in short, for messages.
#[must_use]
pub fn brief(what: &What) -> String {
    match what {
        What::Write { fd, at, data } => format!("write of {} bytes at {at:?} to {fd}", data.len()),
        What::Said { fd, data } => format!("{} bytes said to {fd}", data.len()),
        What::Heard { fd, data } => format!("{} bytes heard from {fd}", data.len()),
        What::Open { .. }
        | What::Length { .. }
        | What::Reach { .. }
        | What::Sync { .. }
        | What::Rename { .. }
        | What::Link { .. }
        | What::Unlink { .. }
        | What::MakeDir { .. }
        | What::Close { .. }
        | What::Seek { .. }
        | What::Duplicate { .. }
        | What::Nothing => format!("{what:?}"),
    }
}
