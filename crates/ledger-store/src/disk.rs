//! The file operations of the journal in one place, so that faults can be injected.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

/// The disk as the journal sees it.
#[derive(Clone, Default)]
pub struct Disk {
    fault: Option<Fault>,
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
        Self { fault: None }
    }

    /// The real disk, except where `fault` says an error. For tests.
    #[must_use]
    pub fn with_faults(
        fault: impl Fn(DiskOp, &Path) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            fault: Some(Arc::new(fault)),
        }
    }

    fn ask(&self, op: DiskOp, path: &Path) -> io::Result<()> {
        self.fault.as_ref().map_or(Ok(()), |fault| fault(op, path))
    }

    /// Makes a directory and its parents.
    pub(crate) fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.ask(DiskOp::Create, path)?;
        fs::create_dir_all(path)
    }

    /// Makes an empty file.
    pub(crate) fn create(&self, path: &Path) -> io::Result<DiskFile> {
        self.ask(DiskOp::Create, path)?;
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        Ok(DiskFile {
            file,
            path: path.to_owned(),
            disk: self.clone(),
        })
    }

    /// Makes an empty file that only its owner may read, and keeps others from writing it too.
    pub(crate) fn create_private(&self, path: &Path) -> io::Result<DiskFile> {
        self.ask(DiskOp::Create, path)?;
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        // Where a file system knows no locks, nobody is kept out.
        if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        file.set_len(0)?;
        Ok(DiskFile {
            file,
            path: path.to_owned(),
            disk: self.clone(),
        })
    }

    /// Opens a file for reading it from front to back.
    pub(crate) fn open_to_read(&self, path: &Path) -> io::Result<DiskReader> {
        self.ask(DiskOp::Open, path)?;
        Ok(DiskReader {
            file: File::open(path)?,
            path: path.to_owned(),
            disk: self.clone(),
        })
    }

    /// Opens a file for writing into it.
    pub(crate) fn open(&self, path: &Path) -> io::Result<DiskFile> {
        self.ask(DiskOp::Open, path)?;
        let file = File::options().read(true).write(true).open(path)?;
        Ok(DiskFile {
            file,
            path: path.to_owned(),
            disk: self.clone(),
        })
    }

    /// Reads a whole file.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.ask(DiskOp::Read, path)?;
        fs::read(path)
    }

    /// Reads at most `len` bytes from a file's start.
    pub(crate) fn read_start(&self, path: &Path, len: usize) -> io::Result<Vec<u8>> {
        self.ask(DiskOp::Read, path)?;
        let mut bytes = Vec::with_capacity(len);
        let limit = u64::try_from(len).unwrap_or(u64::MAX);
        let _read = File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The names in a directory.
    pub(crate) fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.ask(DiskOp::Read, path)?;
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
        fs::rename(from, to)
    }

    /// Removes a file.
    pub(crate) fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.ask(DiskOp::Remove, path)?;
        fs::remove_file(path)
    }

    /// Removes a file or a directory with all in it, if it is there.
    pub(crate) fn remove_any(&self, path: &Path) -> io::Result<()> {
        self.ask(DiskOp::Remove, path)?;
        let gone = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes the names in a directory durable.
    pub(crate) fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.ask(DiskOp::SyncDir, path)?;
        if cfg!(unix) {
            File::open(path)?.sync_all()
        } else {
            Ok(())
        }
    }

    /// Makes a file, or all files directly in a directory, durable.
    pub(crate) fn sync_tree(&self, path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            return self.open(path)?.sync_all();
        }
        for name in self.list(path)? {
            let inner = path.join(name);
            if inner.is_file() {
                self.open(&inner)?.sync_all()?;
            }
        }
        self.sync_dir(path)
    }
}

/// A file that is only read.
#[derive(Debug)]
pub(crate) struct DiskReader {
    file: File,
    path: PathBuf,
    disk: Disk,
}

impl DiskReader {
    /// Its length in bytes.
    pub(crate) fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Goes on at an offset.
    pub(crate) fn seek(&mut self, offset: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset)).map(|_| ())
    }
}

impl Read for DiskReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.disk.ask(DiskOp::Read, &self.path)?;
        self.file.read(buffer)
    }
}

/// An open file.
#[derive(Debug)]
pub(crate) struct DiskFile {
    file: File,
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
        Ok(self.file.metadata()?.len())
    }

    /// Writes bytes at an offset, in one call unless the system takes only a part of them.
    pub(crate) fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.ask(DiskOp::Write, &self.path)?;
        let _at = self.file.seek(SeekFrom::Start(offset))?;
        self.file.write_all(bytes)
    }

    /// Makes the content durable.
    pub(crate) fn sync_data(&self) -> io::Result<()> {
        self.disk.ask(DiskOp::Sync, &self.path)?;
        self.file.sync_data()
    }

    /// Makes the content and what is said about the file durable.
    pub(crate) fn sync_all(&self) -> io::Result<()> {
        self.disk.ask(DiskOp::Sync, &self.path)?;
        self.file.sync_all()
    }

    /// Cuts the file.
    pub(crate) fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.ask(DiskOp::SetLen, &self.path)?;
        self.file.set_len(len)
    }
}
