//! The second look: what came after the last count of each line.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use ledger_core::Origin;
use ledger_format::columns::{Changes, Columns};
use ledger_store::ReadError;

use super::survey::{OriginPlan, Part, Source, damaged, make_effective, wide};
use super::{Cuts, Shared};

/// A line while it is added up. Small, because there are many and they are met in no order.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// The last count's order time and 1; 0 without a count.
    cut: u64,
    sum: i64,
}

/// One thread's lines.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    /// What did not fit a cell.
    over: BTreeMap<u32, i128>,
}

/// Rows at the very time of their line's last count.
type Ties = Vec<(u32, usize, i64)>;

/// The cell of a line.
pub(super) fn cell<T>(cells: &mut [T], line: u32) -> Option<&mut T> {
    cells.get_mut(usize::try_from(line).ok()?)
}

impl Cells {
    fn of(cuts: &Cuts, lines: usize) -> Self {
        let mut cells = vec![Cell::default(); lines];
        for (line, cut) in cuts {
            if let Some(cell) = cell(&mut cells, *line) {
                cell.cut = cut.at.0.saturating_add(1);
            }
        }
        Self {
            cells,
            over: BTreeMap::new(),
        }
    }

    /// Adds a change at a time; without a branch, since either is as likely before a count as
    /// after it.
    #[inline]
    fn add(&mut self, line: u32, row: usize, time: u64, delta: i64, ties: &mut Ties) {
        let Some(cell) = cell(&mut self.cells, line) else {
            return;
        };
        let time = time.wrapping_add(1);
        let counts = i64::from(time > cell.cut).wrapping_neg();
        let (sum, overflowed) = cell.sum.overflowing_add(delta & counts);
        if overflowed {
            self.spill(line, delta);
        } else {
            cell.sum = sum;
        }
        if time == self.cut(line) {
            ties.push((line, row, delta));
        }
    }

    #[inline]
    fn cut(&self, line: u32) -> u64 {
        let at = usize::try_from(line).unwrap_or(usize::MAX);
        self.cells.get(at).map_or(0, |cell| cell.cut)
    }

    #[cold]
    fn spill(&mut self, line: u32, delta: i64) {
        let over = self.over.entry(line).or_insert(0);
        *over = over.saturating_add(i128::from(delta));
    }

    /// What the threads' lines come to.
    pub(super) fn add_up(all: Vec<Self>, lines: usize) -> Vec<i128> {
        let mut totals = vec![0_i128; lines];
        for cells in all {
            for (total, cell) in totals.iter_mut().zip(&cells.cells) {
                *total = total.saturating_add(i128::from(cell.sum));
            }
            for (line, over) in cells.over {
                if let Some(total) = cell(&mut totals, line) {
                    *total = total.saturating_add(over);
                }
            }
        }
        totals
    }
}

/// One thread's parts, by origin.
#[derive(Debug)]
pub(super) struct Job<'a>(Vec<(u32, &'a [Part])>);

/// Cuts all parts into as many jobs as there are threads.
pub(super) fn jobs(plans: &[OriginPlan], threads: NonZeroUsize) -> Vec<Job<'_>> {
    let parts: usize = plans.iter().map(|plan| plan.parts.len()).sum();
    let each = parts.div_ceil(threads.get()).max(1);
    let mut jobs = vec![Job(Vec::new())];
    let mut room = each;
    for plan in plans {
        let mut rest = plan.parts.as_slice();
        while !rest.is_empty() {
            if room == 0 {
                jobs.push(Job(Vec::new()));
                room = each;
            }
            let (now, later) = rest.split_at(room.min(rest.len()));
            room = room.saturating_sub(now.len());
            rest = later;
            if let Some(job) = jobs.last_mut() {
                job.0.push((plan.origin, now));
            }
        }
    }
    jobs
}

/// Buffers that are used again for each part.
#[derive(Debug, Default)]
struct Scratch {
    times: Vec<u64>,
    changes: Changes,
    ties: Ties,
}

/// Adds up what a job's parts say after the last counts.
pub(super) fn sum(
    shared: &Shared<'_>,
    job: &Job<'_>,
    cuts: &Cuts,
    void: &BTreeSet<(u32, u64)>,
) -> Result<Cells, ReadError> {
    let lines = shared
        .dictionary
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .line_count();
    let mut adding = Adding {
        shared,
        cuts,
        void,
        cells: Cells::of(cuts, lines),
        scratch: Scratch::default(),
    };
    for (index, parts) in &job.0 {
        adding.origin(*index, parts)?;
    }
    Ok(adding.cells)
}

struct Adding<'a> {
    shared: &'a Shared<'a>,
    cuts: &'a Cuts,
    void: &'a BTreeSet<(u32, u64)>,
    cells: Cells,
    scratch: Scratch,
}

impl Adding<'_> {
    fn origin(&mut self, index: u32, parts: &[Part]) -> Result<(), ReadError> {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
            return Ok(());
        };
        let id = self
            .shared
            .origin(usize::try_from(index).unwrap_or(usize::MAX));
        let mut rest = parts.iter();
        let mut wrong = None;
        let seqs = first.first_seq..=last.first_seq;
        let store = self.shared.store;
        let mut waiting = rest.next();
        store.for_each_derived(id, seqs, &mut |derived| {
            // Parts that lie before this block have their columns with them.
            while let Some(part) = waiting.filter(|part| part.first_seq < derived.first_seq) {
                wrong = wrong.take().or(self.made(index, id, part).err());
                waiting = rest.next();
            }
            let Some(part) = waiting.filter(|part| part.first_seq == derived.first_seq) else {
                return;
            };
            let added = match &part.source {
                Source::Stored if derived.count == part.count => {
                    self.part(index, part, derived.columns)
                }
                Source::Stored => None,
                Source::Made(bytes) => self.part(index, part, bytes),
            };
            if added.is_none() {
                wrong = wrong.take().or(Some(damaged(id, part.first_seq)));
            }
            waiting = rest.next();
        })?;
        for part in waiting.into_iter().chain(rest) {
            self.made(index, id, part)?;
        }
        wrong.map_or(Ok(()), Err)
    }

    fn made(&mut self, index: u32, id: Origin, part: &Part) -> Result<(), ReadError> {
        let added = match &part.source {
            Source::Made(bytes) => self.part(index, part, bytes),
            Source::Stored => None,
        };
        added.ok_or_else(|| damaged(id, part.first_seq))
    }

    fn part(&mut self, index: u32, part: &Part, bytes: &[u8]) -> Option<()> {
        let Scratch {
            times,
            changes,
            ties,
        } = &mut self.scratch;
        let columns = Columns::read(bytes)?;
        let rest = columns.times(times)?;
        columns.changes(rest, changes)?;
        if !part.as_said {
            let id = self.shared.origin(usize::try_from(index).ok()?);
            let runs = self.shared.runs.get(&id);
            let _last = make_effective(times, part.first_seq, part.before, runs);
        }
        let end = part.first_seq.saturating_add(part.count);
        if !self.void.is_empty() {
            for (_, seq) in self.void.range((index, part.first_seq)..(index, end)) {
                let row = usize::try_from(seq.saturating_sub(part.first_seq)).ok()?;
                *changes.deltas.get_mut(row)? = 0;
            }
        }
        ties.clear();
        let rows = changes.lines.iter().zip(&changes.deltas).zip(&*times);
        for (row, ((&line, &delta), &time)) in rows.enumerate() {
            self.cells.add(line, row, time, delta, ties);
        }
        for transfer in &changes.transfers {
            let delta = changes.deltas.get(transfer.row)?.checked_neg()?;
            let time = *times.get(transfer.row)?;
            self.cells
                .add(transfer.line, transfer.row, time, delta, ties);
        }
        for &(line, row, delta) in &*ties {
            let seq = part.first_seq.saturating_add(wide(row));
            let after = |at: (u64, u32, u64)| (index, seq) > (at.1, at.2);
            if self.cuts.get(&line).is_some_and(|cut| after(cut.at)) {
                self.cells.spill(line, delta);
            }
        }
        Some(())
    }
}
