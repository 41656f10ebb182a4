//! The first look at every block: effective times (F1), last counts, and what columns cannot say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use ledger_core::Origin;
use ledger_format::OriginSlice;
use ledger_format::columns::{self, Columns, CountRow};
use ledger_store::{BLOCK_ENTRIES_MAX, ReadError};

use super::special::Special;
use super::{Cut, Cuts, Moment, Shared, cut_at};

/// Where the columns of a part of an origin are.
#[derive(Debug)]
pub(super) enum Source {
    /// In the store, under the part's first seq.
    Stored,
    /// Here, because the entries are in no block whose columns can be used.
    Made(Vec<u8>),
}

/// Consecutive entries of an origin with their columns.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) first_seq: u64,
    pub(super) count: u64,
    pub(super) source: Source,
    /// The effective time before the first entry.
    pub(super) before: u64,
    /// The times are the effective times.
    pub(super) as_said: bool,
}

/// An origin's parts, in order and without holes.
#[derive(Debug)]
pub(super) struct OriginPlan {
    /// Its place among the origins.
    pub(super) origin: u32,
    pub(super) last: u64,
    pub(super) parts: Vec<Part>,
}

/// What a look at a block keeps of it.
struct Seen {
    first_seq: u64,
    rows: u64,
    rising: bool,
    first_time: u64,
    latest_time: u64,
    counts: Vec<CountRow>,
    exceptions: Vec<usize>,
}

impl Seen {
    fn of(first_seq: u64, columns: &Columns<'_>) -> Self {
        Self {
            first_seq,
            rows: wide(columns.rows()),
            rising: columns.is_rising(),
            first_time: columns.first_time(),
            latest_time: columns.latest_time(),
            counts: columns.counts().collect(),
            exceptions: columns.exceptions().collect(),
        }
    }
}

pub(super) fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Turns written times into effective times, and gives the last.
pub(super) fn make_effective(
    times: &mut [u64],
    first_seq: u64,
    before: u64,
    runs: Option<&BTreeMap<u64, (u64, u64)>>,
) -> u64 {
    let mut effective = before;
    for (seq, time) in (first_seq..).zip(times.iter_mut()) {
        let run = runs.and_then(|runs| runs.range(..=seq).next_back());
        let moment = run.filter(|(_, (last, _))| seq <= *last);
        let capped = moment.map_or(*time, |(_, (_, moment))| (*time).min(*moment));
        effective = effective.max(capped);
        *time = effective;
    }
    effective
}

/// One thread's look at its origins.
pub(super) struct Survey<'a> {
    shared: &'a Shared<'a>,
    void: &'a BTreeSet<(u32, u64)>,
    plans: Vec<OriginPlan>,
    specials: Vec<Special>,
    cuts: Cuts,
    times: Vec<u64>,
}

impl<'a> Survey<'a> {
    /// Counts that are void are passed over.
    pub(super) const fn new(shared: &'a Shared<'a>, void: &'a BTreeSet<(u32, u64)>) -> Self {
        Self {
            shared,
            void,
            plans: Vec::new(),
            specials: Vec::new(),
            cuts: Cuts::new(),
            times: Vec::new(),
        }
    }

    pub(super) fn done(self) -> (Vec<OriginPlan>, Vec<Special>, Cuts) {
        (self.plans, self.specials, self.cuts)
    }

    /// Looks at an origin up to a seq.
    pub(super) fn origin(&mut self, index: usize, last: u64) -> Result<(), ReadError> {
        let origin = self.shared.origin(index);
        let mut walk = Walk {
            origin: u32::try_from(index).unwrap_or(u32::MAX),
            id: origin,
            next: 1,
            before: 0,
            parts: Vec::new(),
        };
        for seen in self.blocks(origin, last)? {
            // Two blocks over one entry can only be seen while they are being made.
            if seen.first_seq >= walk.next {
                self.entries(&mut walk, seen.first_seq.saturating_sub(1))?;
                self.part(&mut walk, &seen, Source::Stored)?;
            }
        }
        self.entries(&mut walk, last)?;
        self.plans.push(OriginPlan {
            origin: walk.origin,
            last,
            parts: walk.parts,
        });
        Ok(())
    }

    /// The blocks of an origin whose columns can be used.
    fn blocks(&self, origin: Origin, last: u64) -> Result<Vec<Seen>, ReadError> {
        let mut blocks = Vec::new();
        let lines = self.shared.lines;
        self.shared
            .store
            .for_each_derived(origin, 1..=last, &mut |derived| {
                let Some(columns) = Columns::read(derived.columns) else {
                    return;
                };
                let end = derived.first_seq.saturating_add(derived.count);
                let whole = wide(columns.rows()) == derived.count && derived.count > 0;
                if whole && end.saturating_sub(1) <= last && columns.lines_below() <= lines {
                    blocks.push(Seen::of(derived.first_seq, &columns));
                }
            })?;
        Ok(blocks)
    }

    /// Makes columns of entries that have none.
    fn entries(&mut self, walk: &mut Walk, to: u64) -> Result<(), ReadError> {
        while walk.next <= to {
            let wanted = to.saturating_sub(walk.next).saturating_add(1);
            let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
            let slice = self.shared.store.slice(
                walk.id,
                walk.next,
                wanted.min(BLOCK_ENTRIES_MAX),
                usize::MAX,
            )?;
            let mut dictionary = self
                .shared
                .dictionary
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let bytes = columns::derive(&mut dictionary, &slice);
            drop(dictionary);
            let seen = Columns::read(&bytes).map(|columns| Seen::of(walk.next, &columns));
            let Some(seen) = seen.filter(|seen| seen.rows > 0) else {
                return Err(not_there(walk));
            };
            self.part(walk, &seen, Source::Made(bytes))?;
        }
        Ok(())
    }

    fn part(&mut self, walk: &mut Walk, seen: &Seen, source: Source) -> Result<(), ReadError> {
        let runs = self.shared.runs.get(&walk.id);
        let end = seen.first_seq.saturating_add(seen.rows);
        let as_said = seen.rising
            && walk.before <= seen.first_time
            && !is_capped(runs, seen.first_seq, end, seen.latest_time);
        let part = Part {
            first_seq: seen.first_seq,
            count: seen.rows,
            source,
            before: walk.before,
            as_said,
        };
        let mut times = std::mem::take(&mut self.times);
        if as_said {
            walk.before = seen.latest_time;
        } else {
            read_times(self.shared, walk.id, &part, &mut times)?;
            walk.before = make_effective(&mut times, seen.first_seq, part.before, runs);
        }
        for count in &seen.counts {
            let seq = seen.first_seq.saturating_add(wide(count.row));
            if self.void.contains(&(walk.origin, seq)) {
                continue;
            }
            let effective = times.get(count.row).copied().filter(|_| !as_said);
            let at = (effective.unwrap_or(count.time), walk.origin, seq);
            let quantity = count.quantity;
            cut_at(&mut self.cuts, count.line, Cut { at, quantity });
        }
        if !seen.exceptions.is_empty() {
            if as_said {
                read_times(self.shared, walk.id, &part, &mut times)?;
            }
            self.specials(walk, seen, &times)?;
        }
        self.times = times;
        walk.next = end;
        walk.parts.push(part);
        Ok(())
    }

    /// Reads the entries that columns cannot say.
    fn specials(&mut self, walk: &Walk, seen: &Seen, times: &[u64]) -> Result<(), ReadError> {
        let slice = self.slice_of(walk.id, seen)?;
        let mut dictionary = self
            .shared
            .dictionary
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for &row in &seen.exceptions {
            let entry = slice.entries.get(row).zip(times.get(row));
            let Some((bytes, &effective)) = entry else {
                return Err(not_there(walk));
            };
            let at: Moment = (
                effective,
                walk.origin,
                seen.first_seq.saturating_add(wide(row)),
            );
            self.specials
                .extend(Special::read(&mut dictionary, at, bytes));
        }
        Ok(())
    }

    fn slice_of(&self, origin: Origin, seen: &Seen) -> Result<OriginSlice, ReadError> {
        let rows = usize::try_from(seen.rows).unwrap_or(usize::MAX);
        self.shared
            .store
            .slice(origin, seen.first_seq, rows, usize::MAX)
    }
}

/// How far an origin was looked at.
struct Walk {
    origin: u32,
    id: Origin,
    next: u64,
    before: u64,
    parts: Vec<Part>,
}

const fn not_there(walk: &Walk) -> ReadError {
    ReadError::NotThere {
        origin: walk.id,
        seq: walk.next,
    }
}

/// Whether a moment of numbering may lie before a time of these entries.
fn is_capped(runs: Option<&BTreeMap<u64, (u64, u64)>>, first: u64, end: u64, latest: u64) -> bool {
    let Some(runs) = runs else { return false };
    let before = runs.range(..first).next_back();
    let mut over = before
        .filter(|(_, (last, _))| *last >= first)
        .into_iter()
        .chain(runs.range(first..end));
    over.any(|(_, (_, moment))| *moment < latest)
}

/// The written times of a part.
fn read_times(
    shared: &Shared<'_>,
    origin: Origin,
    part: &Part,
    times: &mut Vec<u64>,
) -> Result<(), ReadError> {
    let mut read = false;
    let mut take = |bytes: &[u8]| {
        let columns = Columns::read(bytes);
        read = columns.and_then(|columns| columns.times(times)).is_some();
    };
    match &part.source {
        Source::Made(bytes) => take(bytes),
        Source::Stored => {
            let only = part.first_seq..=part.first_seq;
            shared
                .store
                .for_each_derived(origin, only, &mut |derived| take(derived.columns))?;
        }
    }
    if read {
        return Ok(());
    }
    Err(damaged(origin, part.first_seq))
}

/// The columns of a block are not what was written.
pub(super) fn damaged(origin: Origin, first_seq: u64) -> ReadError {
    ReadError::Corrupt {
        key: format!("columns of {origin}-{first_seq}"),
    }
}
