//! The file operations of a store in one place, so that faults can be injected, and so that a
//! simulated machine can have a modelled disk in the place of the real one (`model`).
//!
//! The embedded stores sled and redb, backups and examinations use the real disk beside it: a store
//! on a modelled disk has its index in memory.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use ledger_format::Hash;

use crate::bytes::wide;

mod model;

pub use self::model::{Choose, DiskImage, ModelDisk};
use self::model::{ModelLock, Mounted};

/// A file operation that may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskOp {
    /// Making a file or directory.
    Create,
    /// Opening a file.
    Open,
    /// Reading a file or listing a directory.
    Read,
    /// Writing bytes into a file.
    Write,
    /// Making a file's content durable.
    Sync,
    /// Making the names in a directory durable.
    SyncDir,
    /// Giving a file another name.
    Rename,
    /// Removing a file.
    Remove,
    /// Cutting a file.
    SetLen,
}

/// Asked before every operation; an error takes the operation's place.
pub type Fault = Arc<dyn Fn(DiskOp, &Path) -> io::Result<()> + Send + Sync>;

/// The disk as a store sees it.
#[derive(Clone, Default)]
pub struct Disk {
    fault: Option<Fault>,
    /// A modelled disk instead of the real one.
    model: Option<Mounted>,
}

/// Where a directory is: which machine, and which directory there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    /// The hash of what identifies the machine.
    pub(crate) machine: Hash,
    /// The directory's number on the disk.
    pub(crate) inode: u64,
    /// When it was made, in nanoseconds since 1970.
    pub(crate) birth: u64,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk")
            .field("faulty", &self.fault.is_some())
            .finish()
    }
}

impl Disk {
    /// The real disk.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            fault: None,
            model: None,
        }
    }

    const fn modelled(mounted: Mounted) -> Self {
        Self {
            fault: None,
            model: Some(mounted),
        }
    }

    /// Whether it is a modelled disk.
    #[must_use]
    pub const fn is_modelled(&self) -> bool {
        self.model.is_some()
    }

    /// The real disk, except where `fault` says an error. For tests.
    #[must_use]
    pub fn with_faults(
        fault: impl Fn(DiskOp, &Path) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            fault: Some(Arc::new(fault)),
            model: None,
        }
    }

    fn ask(&self, op: DiskOp, path: &Path) -> io::Result<()> {
        self.fault.as_ref().map_or(Ok(()), |fault| fault(op, path))
    }

    /// Makes a directory and its parents.
    ///
    /// # Errors
    ///
    /// What the disk says; so for all operations.
    pub fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.ask(DiskOp::Create, path)?;
        match &self.model {
            None => fs::create_dir_all(path),
            Some(model) => model.create_dir_all(path),
        }
    }

    /// Whether there is a directory.
    pub(crate) fn is_dir(&self, path: &Path) -> bool {
        match &self.model {
            None => path.is_dir(),
            Some(model) => model.is_dir(path),
        }
    }

    /// Whether there is a file or directory.
    pub(crate) fn exists(&self, path: &Path) -> bool {
        match &self.model {
            None => path.exists(),
            Some(model) => model.exists(path),
        }
    }

    /// Whether a name is taken, be it by a link that leads nowhere.
    pub(crate) fn is_taken(&self, path: &Path) -> bool {
        match &self.model {
            None => fs::symlink_metadata(path).is_ok(),
            Some(model) => model.exists(path),
        }
    }

    /// How long a file is.
    pub(crate) fn length(&self, path: &Path) -> io::Result<u64> {
        match &self.model {
            None => Ok(path.metadata()?.len()),
            Some(model) => model.len(model.open(path, false, false)?),
        }
    }

    fn handle(&self, handle: Handle, path: &Path) -> DiskFile {
        DiskFile {
            handle,
            path: path.to_owned(),
            disk: self.clone(),
        }
    }

    /// Makes an empty file.
    pub(crate) fn create(&self, path: &Path) -> io::Result<DiskFile> {
        self.ask(DiskOp::Create, path)?;
        if let Some(model) = &self.model {
            let node = model.open(path, true, true)?;
            return Ok(self.handle(Handle::Model(model.clone(), node), path));
        }
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        Ok(self.handle(Handle::Real(file), path))
    }

    /// Makes an empty file that only its owner may read, and keeps others from writing it too.
    pub(crate) fn create_private(&self, path: &Path) -> io::Result<DiskFile> {
        if self.model.is_some() {
            return self.create(path);
        }
        self.ask(DiskOp::Create, path)?;
        let file = private(path)?;
        // Where a file system knows no locks, nobody is kept out.
        if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        file.set_len(0)?;
        Ok(self.handle(Handle::Real(file), path))
    }

    /// Takes a lock that is held until it is dropped; none when somebody else holds it.
    pub(crate) fn lock(&self, path: &Path) -> io::Result<Option<DiskLock>> {
        if let Some(model) = &self.model {
            return Ok(model.lock(path)?.map(DiskLock::Model));
        }
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(DiskLock::Real(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Opens a file for reading it from front to back.
    pub(crate) fn open_to_read(&self, path: &Path) -> io::Result<DiskReader> {
        self.ask(DiskOp::Open, path)?;
        let source = match &self.model {
            None => ReadFrom::Real(File::open(path)?),
            Some(model) => ReadFrom::Model(io::Cursor::new(model.read(path)?)),
        };
        Ok(DiskReader {
            source,
            path: path.to_owned(),
            disk: self.clone(),
        })
    }

    /// Opens a file for writing into it.
    pub(crate) fn open(&self, path: &Path) -> io::Result<DiskFile> {
        self.ask(DiskOp::Open, path)?;
        let handle = match &self.model {
            None => Handle::Real(File::options().read(true).write(true).open(path)?),
            Some(model) => Handle::Model(model.clone(), model.open(path, false, false)?),
        };
        Ok(self.handle(handle, path))
    }

    /// Reads a whole file.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.ask(DiskOp::Read, path)?;
        match &self.model {
            None => fs::read(path),
            Some(model) => model.read(path),
        }
    }

    /// Gives a file this content, readable by its owner only: all of it is durable on return, and
    /// whatever happens meanwhile, either the old content or the new is there.
    pub fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = path.with_file_name(name);
        self.ask(DiskOp::Create, &new)?;
        let mut file = match &self.model {
            None => {
                let file = private(&new)?;
                file.set_len(0)?;
                self.handle(Handle::Real(file), &new)
            }
            Some(_) => self.create(&new)?,
        };
        file.write_at(0, content)?;
        file.sync_all()?;
        self.rename(&new, path)?;
        path.parent().map_or(Ok(()), |dir| self.sync_dir(dir))
    }

    /// Takes a file away, durably on return; says whether there was one.
    pub fn take_away(&self, path: &Path) -> io::Result<bool> {
        match self.remove_file(path) {
            Ok(()) => {
                path.parent().map_or(Ok(()), |dir| self.sync_dir(dir))?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads at most `len` bytes from a file's start.
    pub(crate) fn read_start(&self, path: &Path, len: usize) -> io::Result<Vec<u8>> {
        self.ask(DiskOp::Read, path)?;
        if let Some(model) = &self.model {
            return model.read_start(path, len);
        }
        let mut bytes = Vec::with_capacity(len);
        let limit = u64::try_from(len).unwrap_or(u64::MAX);
        let _read = File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The names in a directory.
    pub(crate) fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.ask(DiskOp::Read, path)?;
        if let Some(model) = &self.model {
            return model.list(path);
        }
        let mut names = Vec::new();
        for item in fs::read_dir(path)? {
            if let Ok(name) = item?.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Gives a file or directory another name in the same directory tree.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(DiskOp::Rename, from)?;
        match &self.model {
            None => fs::rename(from, to),
            Some(model) => model.rename(from, to),
        }
    }

    /// Removes a file.
    pub(crate) fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.ask(DiskOp::Remove, path)?;
        match &self.model {
            None => fs::remove_file(path),
            Some(model) => model.remove(path),
        }
    }

    /// Removes a file or a directory with all in it, if it is there.
    pub(crate) fn remove_any(&self, path: &Path) -> io::Result<()> {
        self.ask(DiskOp::Remove, path)?;
        let gone = match &self.model {
            Some(model) => model.remove(path),
            None if path.is_dir() => fs::remove_dir_all(path),
            None => fs::remove_file(path),
        };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes the names in a directory durable.
    pub(crate) fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.ask(DiskOp::SyncDir, path)?;
        match &self.model {
            Some(model) => model.sync_dir(path),
            None if cfg!(unix) => File::open(path)?.sync_all(),
            None => Ok(()),
        }
    }

    /// Makes a file, or all files directly in a directory, durable.
    pub(crate) fn sync_tree(&self, path: &Path) -> io::Result<()> {
        if !self.is_dir(path) {
            return self.open(path)?.sync_all();
        }
        for name in self.list(path)? {
            let inner = path.join(name);
            if !self.is_dir(&inner) {
                self.open(&inner)?.sync_all()?;
            }
        }
        self.sync_dir(path)
    }

    /// Where a directory is. What the system does not tell is zero, and then cannot be told apart.
    pub(crate) fn whereabouts(&self, dir: &Path) -> io::Result<Whereabouts> {
        if let Some(model) = &self.model {
            let (machine, inode) = model.whereabouts(dir)?;
            return Ok(Whereabouts {
                machine: Hash::of(&machine),
                inode,
                birth: 0,
            });
        }
        let data = fs::metadata(dir)?;
        let machine = fs::read("/etc/machine-id").unwrap_or_default();
        let birth = data.created().ok();
        let birth = birth.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Whereabouts {
            machine: Hash::of(machine.trim_ascii()),
            inode: inode(&data),
            birth: birth.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)),
        })
    }
}

#[cfg(unix)]
fn inode(data: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

#[cfg(not(unix))]
const fn inode(_data: &fs::Metadata) -> u64 {
    0
}

/// Opens a file that only its owner may read, making it if it is not there.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(crate) enum DiskLock {
    /// The open file is the lock.
    Real(#[expect(dead_code, reason = "held, not looked at")] File),
    /// Of a modelled disk.
    Model(#[expect(dead_code, reason = "held, not looked at")] ModelLock),
}

#[derive(Debug)]
enum ReadFrom {
    Real(File),
    Model(io::Cursor<Vec<u8>>),
}

/// A file that is only read.
#[derive(Debug)]
pub(crate) struct DiskReader {
    source: ReadFrom,
    path: PathBuf,
    disk: Disk,
}

impl DiskReader {
    /// Its length in bytes.
    pub(crate) fn len(&self) -> io::Result<u64> {
        match &self.source {
            ReadFrom::Real(file) => Ok(file.metadata()?.len()),
            ReadFrom::Model(bytes) => Ok(wide(bytes.get_ref().len())),
        }
    }

    /// Goes on at an offset.
    pub(crate) fn seek(&mut self, offset: u64) -> io::Result<()> {
        let to = SeekFrom::Start(offset);
        match &mut self.source {
            ReadFrom::Real(file) => file.seek(to).map(|_| ()),
            ReadFrom::Model(bytes) => bytes.seek(to).map(|_| ()),
        }
    }
}

impl Read for DiskReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.disk.ask(DiskOp::Read, &self.path)?;
        match &mut self.source {
            ReadFrom::Real(file) => file.read(buffer),
            ReadFrom::Model(bytes) => bytes.read(buffer),
        }
    }
}

#[derive(Debug)]
enum Handle {
    Real(File),
    Model(Mounted, usize),
}

/// An open file.
#[derive(Debug)]
pub(crate) struct DiskFile {
    handle: Handle,
    path: PathBuf,
    disk: Disk,
}

impl DiskFile {
    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its length in bytes.
    pub(crate) fn len(&self) -> io::Result<u64> {
        match &self.handle {
            Handle::Real(file) => Ok(file.metadata()?.len()),
            Handle::Model(model, node) => model.len(*node),
        }
    }

    /// Writes bytes at an offset, in one call unless the system takes only a part of them.
    pub(crate) fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.ask(DiskOp::Write, &self.path)?;
        match &mut self.handle {
            Handle::Real(file) => {
                let _at = file.seek(SeekFrom::Start(offset))?;
                file.write_all(bytes)
            }
            Handle::Model(model, node) => model.write(*node, offset, bytes),
        }
    }

    /// Makes the content durable.
    pub(crate) fn sync_data(&self) -> io::Result<()> {
        self.disk.ask(DiskOp::Sync, &self.path)?;
        match &self.handle {
            Handle::Real(file) => file.sync_data(),
            Handle::Model(model, node) => model.sync(*node),
        }
    }

    /// Makes the content and what is said about the file durable.
    pub(crate) fn sync_all(&self) -> io::Result<()> {
        self.disk.ask(DiskOp::Sync, &self.path)?;
        match &self.handle {
            Handle::Real(file) => file.sync_all(),
            Handle::Model(model, node) => model.sync(*node),
        }
    }

    /// Cuts the file.
    pub(crate) fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.ask(DiskOp::SetLen, &self.path)?;
        match &self.handle {
            Handle::Real(file) => file.set_len(len),
            Handle::Model(model, node) => model.set_len(*node, len),
        }
    }
}
