//! Indexing what the journal holds.

use std::path::Path;

use ledger_format::Hash;

use super::{Gap, OpenError, OpenOptions, Progress, Step};
use crate::frame::{self, Frame};
use crate::index::Index;
use crate::index::block::Blocks;
use crate::index::chains::Chains;
use crate::index::moving::Moving;
use crate::index::write::{Expected, IndexBatch};
use crate::journal::scan::{ScanFrom, Scanned, Seen, scan, segments};
use crate::journal::segment::file_name;
use crate::journal::{JournalDamage, Position};
use crate::record::{Record, Renamed, StoreId, moves};

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
        chains: index.chains()?,
        unjoined: Vec::new(),
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
    Ok(Some((scanned, replay.finish()?)))
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
    chains: Chains,
    unjoined: Vec<Unjoined>,
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
        let mut records = Vec::with_capacity(frames.len());
        for (kind, payload) in frames {
            match record_of(self.options, kind, payload) {
                Ok(record) => records.push(record),
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
        self.done.groups = self.done.groups.saturating_add(1);
        if moves(&records) {
            self.write()?;
            self.last = position;
            self.write_moving(&records)?;
            return Ok(true);
        }
        records.iter().for_each(|record| self.add(record));
        self.last = position;
        if self.batch.byte_len() < WRITE_BYTES {
            return Ok(false);
        }
        self.write()?;
        Ok(true)
    }

    fn add(&mut self, record: &Record) {
        let joined = match record {
            Record::Own(slice) | Record::Foreign { slice, .. } => self.chains.take(slice),
            Record::Branch(branch) => self.chains.declare(branch).map(|()| Vec::new()),
            Record::Head(_)
            | Record::Run(_)
            | Record::Cursor(_)
            | Record::Note(_)
            | Record::Renamed(_) => Ok(Vec::new()),
        };
        match joined {
            Ok(hashes) => self.batch.add(record, &hashes),
            Err(expected) => self.unjoined.extend(Unjoined::of(record, expected)),
        }
    }

    /// Indexes a group in which entries change their chain.
    fn write_moving(&mut self, records: &[Record]) -> Result<(), OpenError> {
        let chains = std::mem::take(&mut self.chains);
        let all: Vec<&Record> = records.iter().collect();
        let mut moving = Moving::new(self.index, chains, &all)?;
        for record in records {
            let taken = moving.take(record)?;
            let Record::Renamed(renamed) = record else {
                let unjoined = taken.err().and_then(|it| Unjoined::of(record, it));
                self.unjoined.extend(unjoined);
                continue;
            };
            let was_there = taken.is_err() && moving.cut(renamed)?;
            let next = moving.chains().next(renamed.to).seq;
            // What could not be joined goes with the entries before it.
            let all = std::mem::take(&mut self.unjoined).into_iter();
            self.unjoined = all.flat_map(|it| it.renamed(renamed, next)).collect();
            if was_there {
                let gap = Gap {
                    origin: renamed.to,
                    missing_from: next.min(renamed.first_seq),
                    readable_from: renamed.first_seq,
                };
                self.unjoined.push(Unjoined { gap, end: None });
            }
        }
        let (writes, chains) = moving.finish(self.last)?;
        self.index.write_moved(writes)?;
        self.chains = chains;
        Ok(())
    }

    fn write(&mut self) -> Result<(), OpenError> {
        let batch = std::mem::take(&mut self.batch);
        let (writes, _) = batch.finish(self.last, self.index, self.blocks.as_mut())?;
        self.index.engine.write(writes)?;
        Ok(())
    }

    /// What was done, with the gaps that nothing filled later.
    fn finish(mut self) -> Result<Replayed, OpenError> {
        for unjoined in self.unjoined {
            if !unjoined.is_there(self.index)? {
                self.done.gaps.push(unjoined.gap);
            }
        }
        Ok(self.done)
    }
}

/// Entries that do not continue their chain.
#[derive(Debug, Clone, Copy)]
struct Unjoined {
    gap: Gap,
    /// Their last seq and the chain hash after it; none when they had been joined to another
    /// chain, which they do not belong to.
    end: Option<(u64, Hash)>,
}

impl Unjoined {
    /// The entries of a record; a branch that is there already has none.
    fn of(record: &Record, expected: Expected) -> Option<Self> {
        let slice = record.slice()?;
        let gap = Gap {
            origin: slice.origin,
            missing_from: expected.seq.min(slice.first_seq),
            readable_from: slice.first_seq,
        };
        let end = Some((slice.last_seq(), slice.head()));
        Some(Self { gap, end })
    }

    /// The same, of the other chain if they are among the entries that changed it: it lacks `next`.
    /// Where the first that is missing did not change its chain, both lack something.
    fn renamed(self, renamed: &Renamed, next: u64) -> impl Iterator<Item = Self> {
        let gap = self.gap;
        let goes = gap.origin == renamed.from && gap.readable_from >= renamed.first_seq;
        let stays = !goes || gap.missing_from < renamed.first_seq;
        let moved = Gap {
            origin: renamed.to,
            missing_from: next.min(gap.readable_from),
            ..gap
        };
        let moved = goes.then_some(Self { gap: moved, ..self });
        let rest = stays.then_some(Self {
            end: self.end.filter(|_| !goes),
            ..self
        });
        moved.into_iter().chain(rest)
    }

    /// Whether they were read once more, behind what was missing. Entries of the same numbers that
    /// stand in their place do not count.
    fn is_there(&self, index: &Index) -> Result<bool, OpenError> {
        let Some((last, hash)) = self.end else {
            return Ok(false);
        };
        Ok(index.hash_at(self.gap.origin, last)? == Some(hash))
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
        Frame::Branch(branch) => Record::Branch(branch),
        Frame::Renamed(renamed) => Record::Renamed(renamed),
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
