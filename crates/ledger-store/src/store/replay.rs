//! Indexing what the journal holds.

use std::path::Path;

use ledger_format::{Hash, OriginSlice};

use super::{Gap, OpenError, OpenOptions, Progress, Step};
use crate::frame::{self, Frame};
use crate::index::block::Blocks;
use crate::index::write::{IndexBatch, link};
use crate::index::{Heads, Index};
use crate::journal::scan::{ScanFrom, Scanned, Seen, scan, segments};
use crate::journal::segment::file_name;
use crate::journal::{JournalDamage, Position};
use crate::record::{Record, StoreId};

/// How many bytes are indexed with one write.
const WRITE_BYTES: u64 = 4 * 1024 * 1024;

/// What a replay did.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// How many groups were indexed.
    pub(super) groups: u64,
    /// Damage that was met.
    pub(super) damage: Vec<JournalDamage>,
    /// Entries that it cuts off.
    pub(super) gaps: Vec<Gap>,
}

/// Where a replay reads and what it reports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The journal's directory.
    pub(super) dir: &'a Path,
    /// How to read it.
    pub(super) options: &'a OpenOptions,
    /// Whose journal it should be.
    pub(super) store: Option<StoreId>,
    /// What to call it.
    pub(super) step: Step,
}

/// Indexes all groups after a position. `None` when there is no journal.
pub(super) fn replay(
    source: Source<'_>,
    index: &Index,
    from: Position,
) -> Result<Option<(Scanned, Replayed)>, OpenError> {
    let Source {
        dir,
        options,
        store,
        step,
    } = source;
    let mut sizes = Sizes::of(source, from)?;
    let mut replay = Replay {
        index,
        options,
        from,
        heads: index.heads()?,
        batch: IndexBatch::default(),
        blocks: Blocks::of(index),
        last: from,
        done: Replayed::default(),
    };
    let mut failed = None;
    let scan_from = ScanFrom {
        segment: from.segment,
        store,
    };
    let scanned = scan(&options.disk, dir, scan_from, &mut |seen| {
        if failed.is_some() {
            return;
        }
        match replay.see(seen) {
            Ok(false) => {}
            Ok(true) => (options.progress)(sizes.progress(step, replay.last)),
            Err(error) => failed = Some(error),
        }
    })
    .map_err(OpenError::from)?;
    if let Some(error) = failed {
        return Err(error);
    }
    let Some(scanned) = scanned else {
        return Ok(None);
    };
    replay.write()?;
    (options.progress)(Progress {
        step,
        done: sizes.total,
        total: sizes.total,
    });
    let Replay {
        heads, mut done, ..
    } = replay;
    done.gaps.retain(|gap| {
        heads
            .get(&gap.origin)
            .is_none_or(|head| head.0 < gap.readable_from)
    });
    Ok(Some((scanned, done)))
}

/// The lengths of the segments that will be read.
struct Sizes {
    segments: Vec<(u64, u64)>,
    total: u64,
}

impl Sizes {
    fn of(source: Source<'_>, from: Position) -> Result<Self, OpenError> {
        let numbers = segments(&source.options.disk, source.dir)?;
        let mut sizes = Self {
            segments: Vec::new(),
            total: 0,
        };
        for number in numbers.into_iter().filter(|&number| number >= from.segment) {
            let path = source.dir.join(file_name(number));
            let len = source.options.disk.length(&path).unwrap_or(0);
            sizes.segments.push((number, sizes.total));
            sizes.total = sizes.total.saturating_add(len);
        }
        Ok(sizes)
    }

    fn progress(&mut self, step: Step, at: Position) -> Progress {
        let before = self
            .segments
            .iter()
            .find(|(number, _)| *number == at.segment);
        let done = before.map_or(0, |(_, before)| before.saturating_add(at.offset));
        Progress {
            step,
            done: done.min(self.total),
            total: self.total,
        }
    }
}

struct Replay<'a> {
    index: &'a Index,
    options: &'a OpenOptions,
    from: Position,
    heads: Heads,
    batch: IndexBatch,
    blocks: Option<Blocks>,
    last: Position,
    done: Replayed,
}

impl Replay<'_> {
    /// Takes what the scan meets; true when something was written.
    fn see(&mut self, seen: Seen<'_>) -> Result<bool, OpenError> {
        let (frames, start, position) = match seen {
            Seen::Damage(damage) => {
                self.done.damage.push(damage);
                return Ok(false);
            }
            Seen::Group {
                frames,
                start,
                position,
            } => (frames, start, position),
        };
        if (position.segment, start) < (self.from.segment, self.from.offset) {
            return Ok(false);
        }
        for (kind, payload) in frames {
            match self.record(kind, payload) {
                Ok(record) => self.add(&record),
                Err(what) => {
                    let segment = position.segment;
                    let len = position.offset.saturating_sub(start);
                    self.done.damage.push(JournalDamage {
                        segment,
                        offset: start,
                        len,
                        what,
                    });
                }
            }
        }
        self.last = position;
        self.done.groups = self.done.groups.saturating_add(1);
        if self.batch.byte_len() < WRITE_BYTES {
            return Ok(false);
        }
        self.write()?;
        Ok(true)
    }

    fn record(&self, kind: u8, payload: &[u8]) -> Result<Record, &'static str> {
        record_of(self.options, kind, payload)
    }

    fn add(&mut self, record: &Record) {
        let Some(slice) = record.slice() else {
            self.batch.add(record, &[]);
            return;
        };
        match self.joined(slice) {
            Ok(hashes) => self.batch.add(record, &hashes),
            Err(gap) => self.done.gaps.push(gap),
        }
    }

    fn joined(&self, slice: &OriginSlice) -> Result<Vec<Hash>, Gap> {
        let head = self.batch.head(slice.origin);
        let head = head.or_else(|| self.heads.get(&slice.origin).copied());
        link(slice, head).map_err(|expected| Gap {
            origin: slice.origin,
            missing_from: expected.seq,
            readable_from: slice.first_seq,
        })
    }

    fn write(&mut self) -> Result<(), OpenError> {
        let batch = std::mem::take(&mut self.batch);
        let (writes, mut heads) = batch.finish(self.last, self.index, self.blocks.as_mut())?;
        self.index.engine.write(writes)?;
        self.heads.append(&mut heads);
        Ok(())
    }
}

/// The record that a frame holds, with its batch unpacked.
pub(super) fn record_of(
    options: &OpenOptions,
    kind: u8,
    payload: &[u8],
) -> Result<Record, &'static str> {
    let frame = frame::decode(kind, payload).or(Err("a frame that this program cannot read"))?;
    Ok(match frame {
        Frame::Own(slice) => Record::Own(slice),
        Frame::Head(head) => Record::Head(head),
        Frame::Run(run) => Record::Run(run),
        Frame::Cursor(cursor) => Record::Cursor(cursor),
        Frame::Note(note) => Record::Note(note),
        Frame::Foreign(foreign) => {
            let unpacked =
                (options.unpack)(&foreign.batch).or(Err("a batch that cannot be unpacked"))?;
            let slice = foreign
                .part_of(&unpacked)
                .ok_or("a batch without its entries")?;
            Record::Foreign {
                batch: foreign.batch,
                slice,
            }
        }
    })
}
