//! The fence: how a store notices that it was copied, restored or turned back (ADR 11).
//!
//! Whoever continues an old copy of a log would give out sequence numbers a second time. So the
//! place where a store lives is written down twice: in `place` inside its directory, which a copy
//! takes along, and in a file outside of it, which a copy leaves behind and which an older copy
//! put back in its place does not turn back.
//!
//! **Slot**, 132 bytes: magic `SLFENCE1`, store id 16, BLAKE3 32 of the machine's id, inode u64
//! and birth in nanoseconds u64 of the store's directory, counter u64, position (segment u64,
//! offset u64, frame 32), crc32c u32 of all that. Numbers are little-endian. `place` is one slot,
//! written when the place changes and synced; its position is zero. The outside file has two
//! slots, 512 bytes apart, written in turn; the one with the higher counter holds. It is written
//! after each sync of the journal and synced itself only when the place has changed: after a power
//! cut it may be behind, but never ahead, and never at a former place.
//!
//! **Invariant.** Neither file changes before something is appended: until then whoever opens the
//! store again is told again.

use std::io;
use std::path::{Path, PathBuf};

use ledger_format::Hash;

use crate::bytes::Reader;
use crate::disk::{Disk, DiskFile, Whereabouts};
use crate::journal::Position;
use crate::record::StoreId;

/// The file inside the store's directory.
pub(crate) const PLACE_FILE: &str = "place";

const MAGIC: [u8; 8] = *b"SLFENCE1";
/// How long a slot is in bytes.
const SLOT_BYTES: usize = 132;
/// How far the two slots of the outside file are apart: a sector is written whole or not at all.
const SLOT_STEP: u64 = 512;

impl Whereabouts {
    /// Nowhere: a store that was restored and has not written since.
    const NOWHERE: Self = Self {
        machine: Hash::from_bytes([0; 32]),
        inode: 0,
        birth: 0,
    };
}

/// What one slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    store: StoreId,
    place: Whereabouts,
    counter: u64,
    position: Position,
}

impl Slot {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SLOT_BYTES);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(self.store.as_bytes());
        out.extend_from_slice(self.place.machine.as_bytes());
        out.extend_from_slice(&self.place.inode.to_le_bytes());
        out.extend_from_slice(&self.place.birth.to_le_bytes());
        out.extend_from_slice(&self.counter.to_le_bytes());
        out.extend_from_slice(&self.position.segment.to_le_bytes());
        out.extend_from_slice(&self.position.offset.to_le_bytes());
        out.extend_from_slice(self.position.frame.as_bytes());
        let crc = crc32c::crc32c(&out);
        out.extend_from_slice(&crc.to_le_bytes());
        out
    }

    fn decode(data: &[u8], at: usize) -> Option<Self> {
        let bytes = data.get(at..)?.get(..SLOT_BYTES)?;
        let (body, crc) = bytes.split_last_chunk::<4>()?;
        let mut reader = Reader::new(body);
        if reader.array()? != MAGIC || crc32c::crc32c(body) != u32::from_le_bytes(*crc) {
            return None;
        }
        Some(Self {
            store: StoreId::from_bytes(reader.array()?),
            place: Whereabouts {
                machine: Hash::from_bytes(reader.array()?),
                inode: reader.u64()?,
                birth: reader.u64()?,
            },
            counter: reader.u64()?,
            position: Position {
                segment: reader.u64()?,
                offset: reader.u64()?,
                frame: Hash::from_bytes(reader.array()?),
            },
        })
    }
}

/// A file of slots; `None` when there is none that can be read.
fn read_slots(disk: &Disk, path: &Path) -> Option<Slot> {
    let data = disk.read(path).ok()?;
    let second = usize::try_from(SLOT_STEP).ok()?;
    let slots = [0, second]
        .into_iter()
        .filter_map(|at| Slot::decode(&data, at));
    slots.max_by_key(|slot| slot.counter)
}

/// What the fence says at open, before the journal was read.
#[derive(Debug)]
pub(crate) struct Fence {
    disk: Disk,
    dir: PathBuf,
    outside: Option<PathBuf>,
    here: Whereabouts,
    /// What stands in the outside file.
    seen: Option<Slot>,
    /// What stands in the store's directory.
    inside: Option<Slot>,
    file: Option<DiskFile>,
    /// The outside file is known to say where the store is, whatever happens.
    settled: bool,
    counter: u64,
}

impl Fence {
    /// Reads both files of a store.
    ///
    /// # Errors
    ///
    /// The directory's metadata cannot be read.
    pub(crate) fn read(disk: &Disk, dir: &Path, outside: Option<&Path>) -> io::Result<Self> {
        let seen = outside.and_then(|path| read_slots(disk, path));
        let here = disk.whereabouts(dir)?;
        Ok(Self {
            settled: seen.is_some_and(|seen| seen.place == here),
            here,
            seen,
            inside: read_slots(disk, &dir.join(PLACE_FILE)),
            file: None,
            counter: seen.map_or(0, |slot| slot.counter),
            disk: disk.clone(),
            dir: dir.to_owned(),
            outside: outside.map(Path::to_owned),
        })
    }

    /// Why a store must not go on with its numbers because of where it is.
    pub(crate) fn moved(&self, store: StoreId) -> Option<String> {
        if let Some(seen) = self.seen {
            if seen.store != store {
                return Some("another store was in its place".to_owned());
            }
            if seen.place != self.here {
                return Some("it was copied, moved or restored".to_owned());
            }
        }
        match self.inside {
            Some(inside) if inside.store != store || inside.place != self.here => {
                Some("it was copied or restored".to_owned())
            }
            _ => None,
        }
    }

    /// Up to where its journal was once durable, as far as that is known for this very directory.
    pub(crate) fn reached(&self, store: StoreId) -> Option<Position> {
        let seen = self.seen.filter(|seen| seen.store == store)?;
        (seen.position != Position::START).then_some(seen.position)
    }

    /// Takes note that the journal is durable up to a position.
    ///
    /// The fence guards against mishaps that are noticed later otherwise; a store whose fence
    /// cannot be written works all the same.
    pub(crate) fn note(&mut self, store: StoreId, position: Position) {
        let settled = |slot: &Slot| slot.store == store && slot.place == self.here;
        if !self.inside.as_ref().is_some_and(settled) {
            let slot = self.slot(store, Position::START);
            if write_place(&self.disk, &self.dir, &slot).is_ok() {
                self.inside = Some(slot);
            }
        }
        self.counter = self.counter.saturating_add(1);
        let slot = self.slot(store, position);
        if let Some(file) = self.outside_file() {
            let at = if slot.counter.is_multiple_of(2) {
                0
            } else {
                SLOT_STEP
            };
            // Only a shortcut to notice more; what it misses the fork check of a sync catches.
            let _written = file.write_at(at, &slot.encode());
            if !self.settled {
                self.settled = true;
                self.settle();
            }
        }
    }

    /// Makes the outside file durable, so that no power cut brings a former place back, where the
    /// store would be taken for a moved one once more. Where it cannot be, that may happen.
    fn settle(&self) {
        let synced = self.file.as_ref().map(DiskFile::sync_data);
        let dir = self.outside.as_deref().and_then(Path::parent);
        if let (Some(Ok(())), Some(dir)) = (synced, dir) {
            let _named = self.disk.sync_dir(dir);
        }
    }

    const fn slot(&self, store: StoreId, position: Position) -> Slot {
        Slot {
            store,
            place: self.here,
            counter: self.counter,
            position,
        }
    }

    /// The outside file, made if there is none.
    fn outside_file(&mut self) -> Option<&mut DiskFile> {
        let path = self.outside.as_ref()?;
        if self.file.is_none() {
            let opened = self.disk.open(path);
            self.file = opened.or_else(|_| self.disk.create(path)).ok();
            if self.file.is_none() {
                // Not again for each append.
                self.outside = None;
            }
        }
        self.file.as_mut()
    }
}

fn write_place(disk: &Disk, dir: &Path, slot: &Slot) -> io::Result<()> {
    let path = dir.join(PLACE_FILE);
    let new = dir.join("place.new");
    let mut file = disk.create(&new)?;
    file.write_at(0, &slot.encode())?;
    file.sync_all()?;
    disk.rename(&new, &path)?;
    disk.sync_dir(dir)
}

/// Marks a store that was just put together from a backup: the next to open it is told.
///
/// # Errors
///
/// The file cannot be written.
pub(crate) fn mark_restored(disk: &Disk, dir: &Path, store: StoreId) -> io::Result<()> {
    let slot = Slot {
        store,
        place: Whereabouts::NOWHERE,
        counter: 0,
        position: Position::START,
    };
    write_place(disk, dir, &slot)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(offset: u64) -> Position {
        Position {
            segment: 3,
            offset,
            frame: Hash::of(&offset.to_le_bytes()),
        }
    }

    #[test]
    fn a_slot_is_read_as_it_was_written_and_not_at_all_when_a_bit_flips() {
        let slot = Slot {
            store: StoreId::from_bytes([7; 16]),
            place: Whereabouts {
                machine: Hash::of(b"machine"),
                inode: 12,
                birth: 34,
            },
            counter: 5,
            position: position(678),
        };
        let bytes = slot.encode();
        assert_eq!(bytes.len(), SLOT_BYTES);
        assert_eq!(Slot::decode(&bytes, 0), Some(slot));
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Slot::decode(&bytes, 0), None, "bit {bit}");
        }
    }

    #[test]
    fn the_newer_slot_holds_and_the_older_one_when_that_is_torn() {
        let root = tempfile::tempdir().unwrap();
        let (dir, outside) = (root.path().join("s"), root.path().join("s.fence"));
        std::fs::create_dir(&dir).unwrap();
        let (disk, store) = (Disk::new(), StoreId::from_bytes([1; 16]));
        let read = || Fence::read(&disk, &dir, Some(&outside)).unwrap();
        let mut fence = read();
        assert_eq!((fence.moved(store), fence.reached(store)), (None, None));
        for offset in [100, 200, 300] {
            fence.note(store, position(offset));
        }
        assert_eq!(read().reached(store), Some(position(300)));
        let mut bytes = std::fs::read(&outside).unwrap();
        let newest = if fence.counter.is_multiple_of(2) {
            0
        } else {
            512
        };
        bytes[newest + 90] ^= 1;
        std::fs::write(&outside, bytes).unwrap();
        assert_eq!(read().reached(store), Some(position(200)));
        assert_eq!(read().moved(store), None);
    }

    #[test]
    fn a_copy_a_restored_store_and_another_store_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        let (dir, outside) = (root.path().join("s"), root.path().join("s.fence"));
        std::fs::create_dir(&dir).unwrap();
        let (disk, store) = (Disk::new(), StoreId::from_bytes([1; 16]));
        Fence::read(&disk, &dir, Some(&outside))
            .unwrap()
            .note(store, position(100));
        // The fence file is lost: the place inside still fits.
        let lost = Fence::read(&disk, &dir, None).unwrap();
        assert_eq!((lost.moved(store), lost.reached(store)), (None, None));
        // Another store in the same directory.
        let other = StoreId::from_bytes([2; 16]);
        let fence = Fence::read(&disk, &dir, Some(&outside)).unwrap();
        assert!(fence.moved(other).unwrap().contains("another"));
        assert_eq!(fence.reached(other), None);
        // A copy, with and without the fence of where it was copied from.
        let copy = root.path().join("copy");
        std::fs::create_dir(&copy).unwrap();
        std::fs::copy(dir.join(PLACE_FILE), copy.join(PLACE_FILE)).unwrap();
        for outside in [None, Some(outside.as_path())] {
            let fence = Fence::read(&disk, &copy, outside).unwrap();
            assert!(fence.moved(store).unwrap().contains("copied"));
        }
        // A restored one is told until it has written.
        mark_restored(&disk, &dir, store).unwrap();
        let mut fence = Fence::read(&disk, &dir, None).unwrap();
        assert!(fence.moved(store).unwrap().contains("restored"));
        fence.note(store, position(300));
        let fence = Fence::read(&disk, &dir, None).unwrap();
        assert_eq!(fence.moved(store), None);
    }
}
