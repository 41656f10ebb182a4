//! The journal: what makes an entry durable.
//!
//! A directory of segment files `<20 digits>.seg`, numbered from 1. All numbers are
//! little-endian.
//!
//! **Header**, 80 bytes: magic `SLJOURNL`, version u32, segment number u64, store id 16, offset
//! u64 and BLAKE3 32 of the last frame's end and bytes in the segment before (zero in the first),
//! crc32c u32 of all that.
//!
//! **Frames** follow without gaps: `len u32 | crc u32 | type u8 | flags u8 | payload`. `len`
//! counts type, flags and payload, so it is never 0. `crc` is crc32c over store id, segment
//! number u64, the frame's offset u64, type, flags and payload: a frame counts only where it was
//! written, and nobody who does not know the store id can make one up inside a payload. Flag 1
//! "more": the next frame belongs to the same group. Flag 2 "first": the first frame of one
//! write; all before it was synced when it was written. Payloads: [`crate::frame`].
//!
//! The version is 1 up to the first frame that needs 2 ([`crate::frame`]), which begins a new segment.
//!
//! **Group**: frames up to and including one without "more". It counts when all are whole; it
//! never spans segments. After the last group the file is zeros, written 1 MiB ahead so that a
//! sync has no file length to save. A segment is cut to its length when the next is begun. A
//! segment is written as `*.seg.new`, synced and renamed, so a header is never torn.
//!
//! **At open** ([`scan`](self)) whatever follows the last whole group of the last segment, and
//! is not proved to have been synced by a later "first" frame, is a torn tail: it is cut off,
//! after the index was asked whether it knows better. All else that is no frame is damage:
//! reported with segment and offset, and what is readable around it is kept.
//!
//! **Invariant.** After a write or sync failed, nothing more is appended.

use std::io;
use std::path::{Path, PathBuf};

use ledger_format::Hash;

pub(crate) mod scan;
pub(crate) mod segment;
mod sums;

use self::scan::Scanned;
use self::segment::{
    FRAME_START_BYTES, FrameBytes, HEADER_BYTES, Header, Place, VERSION_BEFORE_BRANCHES, file_name,
};
use crate::bytes::wide;
use crate::disk::{Disk, DiskFile};
use crate::frame;
use crate::planted::{Bug, is_planted};
use crate::record::StoreId;

pub use self::segment::JOURNAL_VERSION;

/// A segment's length in bytes, unless one group needs more.
pub const SEGMENT_BYTES: u64 = 16 * 1024 * 1024;
/// How many bytes of zeros are written ahead at a time, where segments are not shorter.
pub const STEP_BYTES: u64 = 1024 * 1024;

/// How many bytes of zeros are written ahead in segments of this length.
fn step_bytes(segment_bytes: u64) -> u64 {
    STEP_BYTES.min(segment_bytes).max(wide(HEADER_BYTES))
}

/// A place in the journal: after the last frame of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The segment's number; 0 before the first group.
    pub segment: u64,
    /// The offset after the frame in bytes.
    pub offset: u64,
    /// BLAKE3 of the frame's bytes.
    pub frame: Hash,
}

impl Position {
    /// Before the first group.
    pub const START: Self = Self {
        segment: 0,
        offset: 0,
        frame: Hash::from_bytes([0; 32]),
    };
}

/// A place before the tail where the journal cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("journal segment {segment}, offset {offset}, {len} bytes: {what}")]
pub struct JournalDamage {
    /// The segment's number.
    pub segment: u64,
    /// Where the damage begins, in bytes.
    pub offset: u64,
    /// How many bytes cannot be read, as far as that is known.
    pub len: u64,
    /// What is wrong there.
    pub what: &'static str,
}

/// A journal could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The disk is full; nothing was changed.
    #[error("the disk is full at {}", path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be read, written or synced.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An earlier write or sync failed.
    #[error("the journal takes nothing more after a failure: {reason}")]
    Poisoned {
        /// What failed.
        reason: String,
    },
    /// Written by a newer program.
    #[error("the journal has format {found}, this program knows {JOURNAL_VERSION}")]
    NewerFormat {
        /// The version found.
        found: u32,
    },
}

impl JournalError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// For operations that leave what was written before as it was.
    fn harmless(path: &Path, source: io::Error) -> Self {
        if is_disk_full(&source) {
            Self::DiskFull {
                path: path.to_owned(),
                source,
            }
        } else {
            Self::io(path, source)
        }
    }
}

/// Whether an error says that there is no space.
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// The frames of one group: types and payloads.
pub(crate) type GroupFrames = Vec<(u8, Vec<u8>)>;

/// The end of a journal, open for appending.
#[derive(Debug)]
pub(crate) struct Journal {
    disk: Disk,
    dir: PathBuf,
    store: StoreId,
    segment_bytes: u64,
    file: DiskFile,
    segment: u64,
    /// Where the next group goes.
    end: u64,
    /// Up to where the file is written, with zeros after `end`.
    allocated: u64,
    position: Position,
    poisoned: Option<String>,
    /// The format of the segment that is open.
    version: u32,
}

impl Journal {
    /// Makes an empty journal in a directory that is there.
    pub(crate) fn create(
        disk: &Disk,
        dir: &Path,
        store: StoreId,
        segment_bytes: u64,
    ) -> Result<Self, JournalError> {
        let step = step_bytes(segment_bytes);
        let first = (Position::START, 0, VERSION_BEFORE_BRANCHES);
        let begun = begin_segment(disk, dir, store, first, step)?;
        Ok(Self::at(disk, dir, store, segment_bytes, begun))
    }

    fn at(disk: &Disk, dir: &Path, store: StoreId, segment_bytes: u64, begun: Begun) -> Self {
        Self {
            disk: disk.clone(),
            dir: dir.to_owned(),
            store,
            segment_bytes,
            file: begun.file,
            segment: begun.segment,
            end: wide(HEADER_BYTES),
            allocated: begun.allocated,
            position: Position::START,
            poisoned: None,
            version: begun.version,
        }
    }

    /// Opens a journal after it was scanned; cuts off the torn tail.
    pub(crate) fn resume(
        disk: &Disk,
        dir: &Path,
        scanned: &Scanned,
        segment_bytes: u64,
    ) -> Result<Self, JournalError> {
        let path = dir.join(file_name(scanned.last_segment));
        let failed = |source| JournalError::io(&path, source);
        let mut file = disk.open(&path).map_err(failed)?;
        let allocated = file.len().map_err(failed)?;
        if scanned.torn_bytes > 0 {
            // A later write may end amid the tail: nothing of it may look like a frame then.
            let zeros = zeros(scanned.torn_bytes);
            file.write_at(scanned.end, &zeros).map_err(failed)?;
        }
        // Of a program that was killed before its sync, or whose sync failed, what was read may
        // not be on the disk; and whoever reads it from now on takes it for saved.
        file.sync_data().map_err(failed)?;
        disk.sync_dir(dir).map_err(failed)?;
        let begun = Begun {
            file,
            segment: scanned.last_segment,
            allocated,
            version: scanned.version,
        };
        let mut journal = Self::at(disk, dir, scanned.store, segment_bytes, begun);
        journal.end = scanned.end;
        journal.position = scanned.position;
        Ok(journal)
    }

    /// After the last group.
    pub(crate) const fn position(&self) -> Position {
        self.position
    }

    /// Writes groups with one call and syncs once. Their positions are durable on return.
    ///
    /// # Errors
    ///
    /// [`JournalError::DiskFull`] leaves the journal usable; after any other it is poisoned.
    pub(crate) fn append(&mut self, groups: &[GroupFrames]) -> Result<Vec<Position>, JournalError> {
        if let Some(reason) = &self.poisoned {
            return Err(JournalError::Poisoned {
                reason: reason.clone(),
            });
        }
        let appended = self.try_append(groups);
        if let Err(error) = &appended
            && !matches!(error, JournalError::DiskFull { .. })
        {
            self.poisoned = Some(crate::chain_text(error));
        }
        appended
    }

    fn try_append(&mut self, groups: &[GroupFrames]) -> Result<Vec<Position>, JournalError> {
        let frames = groups.iter().flatten();
        let total = frames.fold(0_u64, |sum, (_, payload)| {
            sum.saturating_add(wide(payload.len().saturating_add(FRAME_START_BYTES)))
        });
        let kinds = groups.iter().flatten().map(|(kind, _)| *kind);
        let version = kinds.map(frame::version_of).fold(self.version, Ord::max);
        let mut behind = None;
        let has_frames = self.end > wide(HEADER_BYTES);
        let is_full = self.end.saturating_add(total) > self.segment_bytes && has_frames;
        if is_full || version > self.version {
            // An empty segment of an older version gives its place to one of the newer.
            let after = self.segment.saturating_sub(u64::from(!has_frames));
            let begun = begin_segment(
                &self.disk,
                &self.dir,
                self.store,
                (self.position, after, version),
                step_bytes(self.segment_bytes),
            )?;
            let old = std::mem::replace(&mut self.file, begun.file);
            behind = has_frames.then_some((old, self.end));
            self.segment = begun.segment;
            self.version = begun.version;
            self.allocated = begun.allocated;
            self.end = wide(HEADER_BYTES);
        }
        self.extend(self.end.saturating_add(total))?;
        let (bytes, positions) = self.encode(groups, total);
        let path = self.file.path().to_owned();
        self.file
            .write_at(self.end, &bytes)
            .and_then(|()| self.sync())
            .map_err(|source| JournalError::io(&path, source))?;
        self.end = self.end.saturating_add(wide(bytes.len()));
        if let Some(&last) = positions.last() {
            self.position = last;
        }
        if let Some((old, end)) = behind {
            // Only to save space: the next segment's header says where this one ends.
            let _cut = old.set_len(end);
        }
        Ok(positions)
    }

    fn sync(&self) -> io::Result<()> {
        if is_planted(Bug::AckBeforeSync) {
            return Ok(());
        }
        let synced = self.file.sync_data();
        if is_planted(Bug::GoOnAfterFailedSync) {
            return Ok(());
        }
        synced
    }

    fn encode(&self, groups: &[GroupFrames], total: u64) -> (Vec<u8>, Vec<Position>) {
        let place = Place {
            store: self.store,
            segment: self.segment,
        };
        let mut bytes = Vec::with_capacity(usize::try_from(total).unwrap_or_default());
        let mut positions = Vec::with_capacity(groups.len());
        for group in groups {
            let mut last_start = bytes.len();
            for (index, (kind, payload)) in group.iter().enumerate() {
                last_start = bytes.len();
                let more = index.saturating_add(1) < group.len();
                let frame = FrameBytes {
                    kind: *kind,
                    payload,
                    more,
                    first: bytes.is_empty(),
                };
                let offset = self.end.saturating_add(wide(last_start));
                place.put_frame(&mut bytes, offset, frame);
            }
            positions.push(Position {
                segment: self.segment,
                offset: self.end.saturating_add(wide(bytes.len())),
                frame: Hash::of(bytes.get(last_start..).unwrap_or_default()),
            });
        }
        (bytes, positions)
    }

    /// Writes zeros ahead so that the file reaches at least to `need`.
    fn extend(&mut self, need: u64) -> Result<(), JournalError> {
        while self.allocated < need {
            let step = step_bytes(self.segment_bytes);
            let path = self.file.path().to_owned();
            self.file
                .write_at(self.allocated, &zeros(step))
                .map_err(|source| JournalError::harmless(&path, source))?;
            self.allocated = self.allocated.saturating_add(step);
        }
        Ok(())
    }

    /// Writes zeros ahead while nobody waits, so that the next appends find them.
    pub(crate) fn prepare(&mut self) {
        let ahead = self.allocated.saturating_sub(self.end);
        if self.poisoned.is_some()
            || ahead >= step_bytes(self.segment_bytes) / 4
            || self.allocated >= self.segment_bytes
        {
            return;
        }
        match self.extend(self.allocated.saturating_add(1)) {
            // The next append tries again and says so.
            Err(JournalError::DiskFull { .. }) => return,
            Err(error) => self.poisoned = Some(crate::chain_text(&error)),
            Ok(()) => {}
        }
        if let Err(source) = self.file.sync_data() {
            let error = JournalError::io(self.file.path(), source);
            self.poisoned = Some(crate::chain_text(&error));
        }
    }
}

/// A segment that was just made.
struct Begun {
    file: DiskFile,
    segment: u64,
    allocated: u64,
    version: u32,
}

/// Makes the segment of a version that follows `after`, durably, with its header and zeros.
fn begin_segment(
    disk: &Disk,
    dir: &Path,
    store: StoreId,
    (before, after, version): (Position, u64, u32),
    step: u64,
) -> Result<Begun, JournalError> {
    let segment = after.saturating_add(1);
    let header = Header {
        version,
        segment,
        store,
        before_end: before.offset,
        before_frame: before.frame,
    };
    let path = dir.join(file_name(segment));
    let new = dir.join(format!("{}.new", file_name(segment)));
    let mut bytes = header.encode();
    bytes.resize(
        usize::try_from(step).unwrap_or_default().max(HEADER_BYTES),
        0,
    );
    let made = disk.create(&new).and_then(|mut file| {
        file.write_at(0, &bytes)?;
        file.sync_all()
    });
    if let Err(source) = made {
        let _gone = disk.remove_file(&new);
        return Err(JournalError::harmless(&new, source));
    }
    let failed = |source| JournalError::io(&path, source);
    disk.rename(&new, &path).map_err(failed)?;
    disk.sync_dir(dir).map_err(failed)?;
    let file = disk.open(&path).map_err(failed)?;
    Ok(Begun {
        file,
        segment,
        allocated: wide(bytes.len()),
        version,
    })
}

fn zeros(len: u64) -> Vec<u8> {
    vec![0; usize::try_from(len).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::scan::{ScanFrom, Seen, scan};
    use super::*;

    const STORE: StoreId = StoreId::from_bytes([1; 16]);

    fn group(byte: u8) -> GroupFrames {
        vec![
            (frame::NOTE, vec![byte; 700]),
            (frame::NOTE, vec![byte; 700]),
        ]
    }

    /// What a scan sees: the first payload byte of each group, and damaged offsets.
    fn seen(dir: &Path) -> (Vec<u8>, Vec<u64>, Scanned) {
        let (mut groups, mut damaged) = (Vec::new(), Vec::new());
        let from = ScanFrom {
            segment: 1,
            store: None,
        };
        let scanned = scan(&Disk::new(), dir, from, &mut |seen| match seen {
            Seen::Group { frames, .. } => groups.push(frames[0].1[0]),
            Seen::Damage(damage) => damaged.push(damage.offset),
        });
        (groups, damaged, scanned.unwrap().unwrap())
    }

    #[test]
    fn a_hole_in_the_last_write_is_torn_and_in_an_earlier_one_is_damage() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(file_name(1));
        let mut journal = Journal::create(&Disk::new(), dir.path(), STORE, SEGMENT_BYTES).unwrap();
        journal.append(&[group(1)]).unwrap();
        let start = usize::try_from(journal.end).unwrap();
        journal.append(&[group(2), group(3), group(4)]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        // A power cut kept only the second half of the second write.
        let mut torn = whole.clone();
        torn[start..start + 512].fill(0);
        std::fs::write(&path, &torn).unwrap();
        let (groups, damaged, scanned) = seen(dir.path());
        assert_eq!((groups, damaged), (vec![1], vec![]));
        assert!(scanned.torn_bytes > 3000);
        // The same hole after a third write was begun: then the second had been synced.
        std::fs::write(&path, &whole).unwrap();
        journal.append(&[group(5)]).unwrap();
        let mut holed = std::fs::read(&path).unwrap();
        holed[start..start + 512].fill(0);
        std::fs::write(&path, &holed).unwrap();
        let (groups, damaged, _) = seen(dir.path());
        assert_eq!(
            (groups, damaged),
            (vec![1, 2, 3, 4, 5], vec![u64::try_from(start).unwrap()])
        );
        // After the torn tail was cut, a shorter write leaves nothing of it to be seen.
        std::fs::write(&path, &torn).unwrap();
        let scanned = seen(dir.path()).2;
        let mut journal =
            Journal::resume(&Disk::new(), dir.path(), &scanned, SEGMENT_BYTES).unwrap();
        journal.append(&[group(6)]).unwrap();
        let (groups, damaged, scanned) = seen(dir.path());
        assert_eq!(
            (groups, damaged, scanned.torn_bytes),
            (vec![1, 6], vec![], 0)
        );
    }

    #[test]
    fn a_frame_counts_only_in_its_place() {
        let place = Place {
            store: STORE,
            segment: 1,
        };
        let mut bytes = vec![0; 80];
        let frame = FrameBytes {
            kind: 6,
            payload: b"abc",
            more: false,
            first: true,
        };
        place.put_frame(&mut bytes, 80, frame);
        assert!(place.frame_at(&bytes, 80).is_some());
        bytes.insert(0, 0);
        assert!(place.frame_at(&bytes, 81).is_none());
        assert!(
            Place {
                segment: 2,
                ..place
            }
            .frame_at(&bytes[1..], 80)
            .is_none()
        );
        let store = StoreId::from_bytes([2; 16]);
        assert!(Place { store, ..place }.frame_at(&bytes[1..], 80).is_none());
    }

    #[test]
    fn a_segment_that_ends_too_early_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(&Disk::new(), dir.path(), STORE, 3000).unwrap();
        for byte in 1..=4 {
            journal.append(&[group(byte)]).unwrap();
        }
        let path = dir.path().join(file_name(1));
        let len = path.metadata().unwrap().len();
        assert!(len < 3000);
        // The last group of the first segment vanishes without a trace in the segment itself.
        std::fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(len - 1420)
            .unwrap();
        let (groups, damaged, _) = seen(dir.path());
        assert_eq!((groups.len(), damaged.len()), (3, 1));
    }
}
