//! Scans on the disk until somebody says that they are safe elsewhere.
//!
//! One file, `scans.spool`, a JSON object a line: scans as on the wire, and acknowledgements. A
//! scan is synced before anybody is told of it. An acknowledgement is not: where a loss of power
//! takes it, the scan is delivered again under the same id.
//!
//! **Invariant.** What cannot be read is never thrown away: a file with a damaged line is kept
//! beside the new one. Only a last line without its end is cut off, since nobody was told of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::wire::{Ack, Scan, ScanId};

const FILE: &str = "scans.spool";
const LOCK: &str = "scans.lock";
/// The most scans that wait: days of work of a person.
pub const SCANS_MAX: usize = 10_000;
/// A file that is larger is written anew with what still waits.
const BYTES_MAX: u64 = 4 << 20;
/// The largest file that is read; ours stay far below.
const READ_BYTES_MAX: u64 = 1 << 30;

/// A scan's place in the order of arrival.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place(u64);

/// Why a scan cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// Another bridge has the directory.
    #[error("another stock-bridge keeps its scans in {}", path.display())]
    Taken {
        /// The directory.
        path: PathBuf,
    },
    /// The directory or its file cannot be used.
    #[error("scans cannot be kept in {}", path.display())]
    Io {
        /// The directory or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There are as many scans as fit.
    #[error("{SCANS_MAX} scans wait for a program that takes them, and no more fit")]
    Full,
}

impl SpoolError {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "spool-taken",
            Self::Io { .. } => "spool-failed",
            Self::Full => "spool-full",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "use that bridge, or name another directory with --spool",
            Self::Io { .. } => {
                "make room there; or name a directory that this user may write with --spool"
            }
            Self::Full => "start the program that takes scans: stock scan --bridge SOCKET",
        }
    }
}

/// The scans that wait.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    file: File,
    /// Held as long as the spool is open.
    _lock: File,
    waiting: BTreeMap<Place, Scan>,
    places: BTreeMap<ScanId, Place>,
    last: Place,
    /// The file does not end with what was written last: it is written anew before anything more.
    is_torn: bool,
    /// How large the file was when it was written anew.
    bytes_anew: u64,
    set_aside: Option<PathBuf>,
}

impl Spool {
    /// Opens the spool in a directory, which is made if it is not there.
    pub fn open(directory: &Path) -> Result<Self, SpoolError> {
        let io_error = |path: &Path| {
            let path = path.to_owned();
            move |source| SpoolError::Io { path, source }
        };
        fs::create_dir_all(directory).map_err(io_error(directory))?;
        let lock = locked(directory)?;
        let path = directory.join(FILE);
        let read = read(&path).map_err(io_error(&path))?;
        let set_aside = if read.is_damaged {
            Some(copied_aside(&path).map_err(io_error(&path))?)
        } else {
            None
        };
        let mut spool = Self {
            file: appended(&path).map_err(io_error(&path))?,
            path: path.clone(),
            _lock: lock,
            waiting: BTreeMap::new(),
            places: BTreeMap::new(),
            last: Place::default(),
            is_torn: read.is_damaged || read.is_torn,
            bytes_anew: 0,
            set_aside,
        };
        for scan in read.scans {
            spool.keep(scan);
        }
        spool.mend().map_err(io_error(&path))?;
        // The names of new files are durable too.
        let synced = File::open(directory).and_then(|directory| directory.sync_all());
        synced.map_err(io_error(directory))?;
        Ok(spool)
    }

    /// Where a damaged file was put, if there was one when the spool was opened.
    #[must_use]
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Takes a scan in; on return it is on the disk. After an error nothing of it is there.
    pub fn push(&mut self, scan: Scan) -> Result<Place, SpoolError> {
        if self.waiting.len() >= SCANS_MAX {
            return Err(SpoolError::Full);
        }
        self.write(&scan).map_err(|source| SpoolError::Io {
            path: self.path.clone(),
            source,
        })?;
        Ok(self.keep(scan))
    }

    /// Forgets a scan that is safe elsewhere; returns it, or `None` where it does not wait: it was
    /// acknowledged before.
    pub fn ack(&mut self, id: &ScanId) -> Option<Scan> {
        let place = self.places.remove(id)?;
        let scan = self.waiting.remove(&place)?;
        let ack = Ack {
            ack: id.clone(),
            tone: crate::wire::Tone::Ok,
        };
        // An acknowledgement that is lost costs one more delivery.
        let noted = serde_json::to_vec(&ack).map_err(io::Error::from);
        let noted = noted.and_then(|mut line| {
            line.push(b'\n');
            self.file.write_all(&line)
        });
        self.is_torn |= noted.is_err();
        self.shrink();
        Some(scan)
    }

    /// The first scan behind a place, or the very first.
    #[must_use]
    pub fn after(&self, place: Option<Place>) -> Option<(Place, &Scan)> {
        let place = place.unwrap_or_default();
        let mut later = self
            .waiting
            .range((std::ops::Bound::Excluded(place), std::ops::Bound::Unbounded));
        later.next().map(|(place, scan)| (*place, scan))
    }

    /// How many scans wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Tells whether no scan waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn keep(&mut self, scan: Scan) -> Place {
        self.last = Place(self.last.0.saturating_add(1));
        self.places.insert(scan.scan_id.clone(), self.last);
        self.waiting.insert(self.last, scan);
        self.last
    }

    fn write(&mut self, scan: &Scan) -> io::Result<()> {
        self.mend()?;
        let mut line = scan.to_line()?.into_bytes();
        line.push(b'\n');
        let written = self.file.write_all(&line);
        let written = written.and_then(|()| self.file.sync_data());
        // After a failed sync nobody knows what is on the disk: the file is written anew.
        self.is_torn |= written.is_err();
        written
    }

    /// Writes the file anew where its end is not what it should be.
    fn mend(&mut self) -> io::Result<()> {
        if self.is_torn {
            self.rewrite()?;
        }
        Ok(())
    }

    fn shrink(&mut self) {
        // What is large because much waits is not written anew for each that does not.
        let bytes_max = BYTES_MAX.max(self.bytes_anew.saturating_mul(2));
        let is_large = self
            .file
            .metadata()
            .is_ok_and(|file| file.len() > bytes_max);
        if is_large {
            // What is too large today is tried again with the next one.
            drop(self.rewrite());
        }
    }

    fn rewrite(&mut self) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut options = private();
        let mut file = options.write(true).create(true).truncate(true).open(&new)?;
        let mut lines = String::new();
        for scan in self.waiting.values() {
            lines.push_str(&scan.to_line()?);
            lines.push('\n');
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        // From here on nothing may be appended to the old file.
        self.is_torn = true;
        fs::rename(&new, &self.path)?;
        if let Some(directory) = self.path.parent() {
            File::open(directory)?.sync_all()?;
        }
        self.file = appended(&self.path)?;
        self.is_torn = false;
        self.bytes_anew = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        Ok(())
    }
}

fn locked(directory: &Path) -> Result<File, SpoolError> {
    let path = directory.join(LOCK);
    let lock = appended(&path).map_err(|source| SpoolError::Io {
        path: path.clone(),
        source,
    })?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(SpoolError::Taken {
            path: directory.to_owned(),
        }),
        Err(fs::TryLockError::Error(source)) => Err(SpoolError::Io { path, source }),
    }
}

fn appended(path: &Path) -> io::Result<File> {
    private().append(true).create(true).open(path)
}

/// What is scanned is nobody else's.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// What a file holds.
#[derive(Debug, Default)]
struct Contents {
    scans: Vec<Scan>,
    is_torn: bool,
    is_damaged: bool,
}

fn read(path: &Path) -> io::Result<Contents> {
    let bytes = match fs::metadata(path) {
        Ok(file) if file.len() > READ_BYTES_MAX => {
            return Err(io::Error::new(
                ErrorKind::FileTooLarge,
                "the file is far larger than any that a bridge writes: put it aside",
            ));
        }
        Ok(_) => fs::read(path)?,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(contents(&bytes))
}

/// The scans in the lines of a file that are not acknowledged there.
fn contents(bytes: &[u8]) -> Contents {
    let mut contents = Contents::default();
    let mut acked = BTreeSet::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if !line.ends_with(b"\n") {
            contents.is_torn = true;
        } else if let Ok(scan) = Scan::from_line(line) {
            contents.scans.push(scan);
        } else if let Ok(ack) = serde_json::from_slice::<Ack>(line) {
            acked.insert(ack.ack);
        } else {
            contents.is_damaged = true;
        }
    }
    contents.scans.retain(|scan| !acked.contains(&scan.scan_id));
    contents
}

/// Copies a damaged file to the first free name beside it.
fn copied_aside(path: &Path) -> io::Result<PathBuf> {
    let mut number = 1_u32;
    loop {
        let aside = path.with_extension(format!("damaged-{number}"));
        match File::create_new(&aside) {
            Ok(mut file) => {
                io::copy(&mut File::open(path)?, &mut file)?;
                file.sync_all()?;
                return Ok(aside);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                number = number.saturating_add(1);
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
