//! Reading a journal: whole groups in order, the torn tail, and damage before it.
//!
//! A torn tail is what a crash leaves of the last write: nobody was told that it is saved. It is
//! told from damage by the flag that the first frame of each write carries: such a frame proves
//! that everything before it had been synced.
//!
//! **Invariant.** Reading changes nothing on the disk, and takes a time that grows with the
//! length of a segment, whatever stands in it.

use std::cell::OnceCell;
use std::path::Path;

use ledger_format::Hash;

use super::segment::{
    BadHeader, FrameAt, HEADER_BYTES, Header, Place, VERSION_BEFORE_BRANCHES, file_name, number_of,
};
use super::sums::Sums;
use super::{JournalDamage, JournalError, Position};
use crate::bytes::wide;
use crate::disk::Disk;
use crate::record::StoreId;

#[cfg(test)]
mod tests;

/// After so many missing segments in a row no more are listed one by one: a file's name, or a name
/// in a backup, may say any number.
const MISSING_MAX: u64 = 1000;

/// What a scan meets.
#[derive(Debug)]
pub(crate) enum Seen<'a> {
    /// A whole group; or, beside damage, what is left of one.
    Group {
        /// Types and payloads.
        frames: Vec<(u8, &'a [u8])>,
        /// Where its first frame begins.
        start: u64,
        /// After its last frame.
        position: Position,
    },
    /// Damage before the tail.
    Damage(JournalDamage),
}

/// What a scan found out.
#[derive(Debug, Clone)]
pub(crate) struct Scanned {
    /// Whose journal.
    pub(crate) store: StoreId,
    /// After the last group.
    pub(crate) position: Position,
    /// The last segment.
    pub(crate) last_segment: u64,
    /// Where the next group goes in it.
    pub(crate) end: u64,
    /// How many bytes after `end` are not zero or stand before one that is not.
    pub(crate) torn_bytes: u64,
    /// The newest format of the segments that were read.
    pub(crate) version: u32,
}

/// The segment numbers in a journal's directory, rising.
pub(crate) fn segments(disk: &Disk, dir: &Path) -> Result<Vec<u64>, JournalError> {
    let names = disk
        .list(dir)
        .map_err(|source| JournalError::io(dir, source))?;
    Ok(names.iter().filter_map(|name| number_of(name)).collect())
}

/// What is known before a scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScanFrom {
    /// The first segment to read; those before are only listed.
    pub(crate) segment: u64,
    /// Whose journal it should be, for the case that no header can be read.
    pub(crate) store: Option<StoreId>,
}

/// Reads a journal from a segment on.
///
/// `None` when there is no segment at all, or none that says whose it is.
pub(crate) fn scan(
    disk: &Disk,
    dir: &Path,
    from: ScanFrom,
    visit: &mut dyn FnMut(Seen<'_>),
) -> Result<Option<Scanned>, JournalError> {
    let all = segments(disk, dir)?;
    let Some(store) = whose(disk, dir, &all)?.or(from.store) else {
        return Ok(None);
    };
    let Some(&last_segment) = all.last() else {
        return Ok(None);
    };
    let first = from.segment.clamp(1, last_segment);
    let mut walk = Walk::new(store, first);
    for &segment in all.iter().filter(|&&segment| segment >= first) {
        let path = dir.join(file_name(segment));
        let data = disk
            .read(&path)
            .map_err(|source| JournalError::io(&path, source))?;
        walk.segment(segment, segment == last_segment, &data, visit)?;
    }
    let Walk {
        position,
        end,
        torn_bytes,
        version,
        ..
    } = walk;
    Ok(Some(Scanned {
        store,
        position,
        last_segment,
        end,
        torn_bytes,
        version,
    }))
}

/// The store that the first readable header names.
fn whose(disk: &Disk, dir: &Path, all: &[u64]) -> Result<Option<StoreId>, JournalError> {
    for &segment in all {
        let path = dir.join(file_name(segment));
        let start = disk.read_start(&path, HEADER_BYTES);
        let start = start.map_err(|source| JournalError::io(&path, source))?;
        match Header::decode(&start) {
            Ok(header) => return Ok(Some(header.store)),
            Err(BadHeader::Newer(found)) => return Err(JournalError::NewerFormat { found }),
            Err(BadHeader::Damaged) => {}
        }
    }
    Ok(None)
}

/// Reads segments one after the other.
pub(crate) struct Walk {
    store: StoreId,
    /// After the last group.
    pub(crate) position: Position,
    end: u64,
    torn_bytes: u64,
    /// The segment that should come next.
    missing: u64,
    version: u32,
}

impl Walk {
    /// Begins a walk over a store's segments.
    pub(crate) const fn new(store: StoreId, first: u64) -> Self {
        Self {
            store,
            position: Position::START,
            end: 0,
            torn_bytes: 0,
            missing: first,
            version: VERSION_BEFORE_BRANCHES,
        }
    }

    /// Visits what is in the next segment; only the last one may have a torn tail.
    pub(crate) fn segment(
        &mut self,
        segment: u64,
        last: bool,
        data: &[u8],
        visit: &mut dyn FnMut(Seen<'_>),
    ) -> Result<(), JournalError> {
        let listed = self.missing.saturating_add(MISSING_MAX).min(segment);
        for gone in self.missing..listed {
            visit(Seen::Damage(damage(gone, 0, 0, "the segment is missing")));
        }
        if listed < segment {
            let what = "it and all segments up to the next one that is there are missing";
            visit(Seen::Damage(damage(listed, 0, 0, what)));
        }
        let contiguous = self.missing == segment && self.position != Position::START;
        self.missing = segment.saturating_add(1);
        match Header::decode(data) {
            Err(BadHeader::Newer(found)) => return Err(JournalError::NewerFormat { found }),
            Err(BadHeader::Damaged) => {
                let len = wide(data.len().min(HEADER_BYTES));
                visit(Seen::Damage(damage(
                    segment,
                    0,
                    len,
                    "the header cannot be read",
                )));
            }
            Ok(header) if header.store != self.store || header.segment != segment => {
                visit(Seen::Damage(damage(
                    segment,
                    0,
                    wide(data.len()),
                    "of another journal",
                )));
            }
            Ok(header) => {
                self.version = self.version.max(header.version);
                self.check_joint(&header, contiguous, visit);
            }
        }
        let place = Place {
            store: self.store,
            segment,
        };
        let live = data
            .iter()
            .rposition(|&byte| byte != 0)
            .map_or(0, |at| at.saturating_add(1));
        let mut frames = Frames {
            place,
            data,
            live,
            last,
            position: self.position,
            sums: OnceCell::new(),
            proved: 0,
        };
        let end = frames.read(visit);
        self.position = frames.position;
        self.end = wide(end);
        self.torn_bytes = wide(live.saturating_sub(end));
        Ok(())
    }

    /// Compares what a header says about the segment before with what was read there.
    fn check_joint(&mut self, header: &Header, contiguous: bool, visit: &mut dyn FnMut(Seen<'_>)) {
        let said = Position {
            segment: header.segment.saturating_sub(1),
            offset: header.before_end,
            frame: header.before_frame,
        };
        let seen = (self.position.segment, self.position.offset);
        if contiguous && seen < (said.segment, said.offset) {
            let at = self.end;
            let len = said.offset.saturating_sub(at);
            visit(Seen::Damage(damage(
                said.segment,
                at,
                len,
                "the segment ends too early",
            )));
        }
        if self.position == Position::START && header.before_end > 0 {
            self.position = said;
        }
    }
}

fn damage(segment: u64, offset: u64, len: u64, what: &'static str) -> JournalDamage {
    JournalDamage {
        segment,
        offset,
        len,
        what,
    }
}

/// The frames of one segment.
struct Frames<'a> {
    place: Place,
    data: &'a [u8],
    /// After the last byte that is not zero.
    live: usize,
    /// No segment follows.
    last: bool,
    position: Position,
    /// Made when the first damage is met.
    sums: OnceCell<Sums<'a>>,
    /// Up to here all is known to have been synced.
    proved: usize,
}

impl<'a> Frames<'a> {
    /// Visits the groups and returns where the next one goes.
    fn read(&mut self, visit: &mut dyn FnMut(Seen<'_>)) -> usize {
        let mut at = HEADER_BYTES;
        let mut start = at;
        let mut group: Vec<FrameAt<'a>> = Vec::new();
        loop {
            if let Some(found) = self.place.frame_at(self.data, at) {
                at = found.end;
                group.push(found);
                if !found.frame.more {
                    self.emit(&mut group, start, visit);
                    start = at;
                }
                continue;
            }
            if at >= self.live && group.is_empty() {
                return start;
            }
            let next = self.next_frame(at.saturating_add(1));
            let proved = !self.last || next.is_some_and(|next| self.proves(next));
            if !proved {
                return start;
            }
            self.emit(&mut group, start, visit);
            let until = next.unwrap_or(self.live.max(at));
            let what = if until > at {
                "no sound frame"
            } else {
                "the group is cut off"
            };
            let segment = self.place.segment;
            visit(Seen::Damage(damage(
                segment,
                wide(at),
                wide(until.saturating_sub(at)),
                what,
            )));
            at = until;
            start = until;
            if next.is_none() {
                return until;
            }
        }
    }

    fn emit(
        &mut self,
        group: &mut Vec<FrameAt<'a>>,
        start: usize,
        visit: &mut dyn FnMut(Seen<'_>),
    ) {
        let Some(last) = group.last() else { return };
        self.position = Position {
            segment: self.place.segment,
            offset: wide(last.end),
            frame: Hash::of(last.bytes),
        };
        let frames = group
            .iter()
            .map(|found| (found.frame.kind, found.frame.payload))
            .collect();
        group.clear();
        visit(Seen::Group {
            frames,
            start: wide(start),
            position: self.position,
        });
    }

    /// The first sound frame at or after an offset.
    fn next_frame(&self, from: usize) -> Option<usize> {
        (from..self.live).find(|&at| self.place.is_frame_at(self.data, at, &self.sums))
    }

    /// Whether a frame at or after an offset proves that all before it was synced.
    ///
    /// What was proved for one damaged place is kept for those that follow it: reading goes the
    /// same way from frame to frame, so that it comes by the same proof.
    fn proves(&mut self, mut at: usize) -> bool {
        if at <= self.proved {
            return true;
        }
        loop {
            match self.place.frame_at(self.data, at) {
                Some(found) if found.frame.first => {
                    self.proved = at;
                    return true;
                }
                Some(found) => at = found.end,
                None => match self.next_frame(at.saturating_add(1)) {
                    Some(next) => at = next,
                    None => return false,
                },
            }
        }
    }
}
