//! By how much the clock of an origin was ahead, by its runs: from its beginning, or from a mark of
//! the clock, up to the next mark.

use std::collections::{BTreeMap, BTreeSet};

use super::Origins;
use crate::fold::TxKey;

/// By how much a clock was ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::fold) struct Ahead {
    /// In milliseconds; negative when it was behind.
    pub(in crate::fold) millis: i64,
    /// By how much that may be wrong.
    pub(in crate::fold) uncertainty: u64,
}

impl Ahead {
    /// A time without it.
    pub(super) const fn corrected(self, time: u64) -> u64 {
        time.saturating_sub_signed(self.millis)
    }
}

/// The marks of an origin's clock, and what is known of the runs that they begin.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// The seqs of the marks.
    marks: BTreeSet<u64>,
    /// By the seq of a run's mark, or of the origin's first entry.
    ahead: BTreeMap<u64, Ahead>,
}

/// What is known of a chain's runs, to be asked for many entries in order.
pub(super) struct Runs(Vec<(u64, Ahead)>);

impl Runs {
    pub(super) fn at(&self, seq: u64) -> Ahead {
        let before = self.0.partition_point(|(first, _)| *first <= seq);
        let run = before.checked_sub(1).and_then(|last| self.0.get(last));
        run.map_or(Ahead::default(), |(_, ahead)| *ahead)
    }
}

impl Origins {
    /// Takes note of a mark of the clock.
    pub(in crate::fold) fn mark_clock(&mut self, (index, seq): TxKey) {
        if let Some(log) = self.log_mut(index) {
            log.clocks.marks.insert(seq);
        }
    }

    /// Whether an entry says something of other things than its device: it is neither the beginning
    /// of an origin nor a mark of the clock.
    pub(in crate::fold) fn is_said(&self, index: u32, seq: u64) -> bool {
        !self.begins_run((index, seq))
    }

    /// How many such entries a chain has between two seqs, both included.
    pub(in crate::fold) fn count_said(&self, index: u32, first: u64, last: u64) -> u64 {
        let Some(log) = self.log(index) else {
            return 0;
        };
        let first = first.max(log.base().saturating_add(1));
        let last = last.min(self.next_seq(index).saturating_sub(1));
        if first > last {
            return 0;
        }
        let marks = log.clocks.marks.range(first..=last).count();
        let marks = u64::try_from(marks).unwrap_or(u64::MAX);
        let begins = u64::from(first == 1 && !log.clocks.marks.contains(&1));
        let all = last.saturating_sub(first).saturating_add(1);
        all.saturating_sub(marks).saturating_sub(begins)
    }

    /// The newest such entries of a chain from a seq on, newest first.
    pub(in crate::fold) fn newest_said(
        &self,
        index: u32,
        first: u64,
    ) -> impl Iterator<Item = u64> + '_ {
        // A branch begins behind entries of another chain.
        let base = self.log(index).map_or(0, |log| log.base());
        let first = first.max(base.saturating_add(1));
        let seqs = (first..self.next_seq(index)).rev();
        seqs.filter(move |seq| self.is_said(index, *seq))
    }

    /// The first such entry from a seq on.
    pub(in crate::fold) fn first_said(&self, index: u32, first: u64) -> Option<u64> {
        let base = self.log(index)?.base();
        let first = first.max(base.saturating_add(1));
        (first..self.next_seq(index)).find(|seq| self.is_said(index, *seq))
    }

    /// Whether a run of the clock begins with an entry.
    pub(in crate::fold) fn begins_run(&self, (index, seq): TxKey) -> bool {
        let log = self.log(index);
        seq == 1 || log.is_some_and(|log| log.clocks.marks.contains(&seq))
    }

    /// Says by how much the clock was ahead in the run that an entry begins; true when that is new.
    pub(in crate::fold) fn set_ahead(&mut self, (index, seq): TxKey, ahead: Option<Ahead>) -> bool {
        let Some(log) = self.log_mut(index) else {
            return false;
        };
        let before = match ahead {
            Some(ahead) => log.clocks.ahead.insert(seq, ahead),
            None => log.clocks.ahead.remove(&seq),
        };
        before != ahead
    }

    /// By how much the clock was ahead when an entry was written.
    pub(in crate::fold) fn ahead(&self, (index, seq): TxKey) -> Ahead {
        let Some(log) = self.log(index) else {
            return Ahead::default();
        };
        let run = match (log.clocks.marks.range(..=seq).next_back(), log.behind) {
            (Some(mark), _) => *mark,
            // A branch goes on with the clock of what it branches from.
            (None, Some(behind)) => {
                let before = behind.start.first_seq.saturating_sub(1);
                let parent = behind.parent.map(|parent| self.ahead((parent, before)));
                return parent.unwrap_or_default();
            }
            (None, None) => 1,
        };
        log.clocks.ahead.get(&run).copied().unwrap_or_default()
    }

    /// The runs that begin in a chain, by their first seqs, with what is known of them.
    pub(in crate::fold) fn begun_runs(&self, index: u32) -> Vec<(u64, Option<Ahead>)> {
        let Some(log) = self.log(index).filter(|log| log.slots.len() > 0) else {
            return Vec::new();
        };
        let first = log.behind.is_none().then_some(1);
        let marks = log.clocks.marks.iter().copied();
        let known = |seq: u64| (seq, log.clocks.ahead.get(&seq).copied());
        first.into_iter().chain(marks).map(known).collect()
    }

    /// The runs of a chain.
    pub(super) fn clock_runs(&self, index: u32) -> Runs {
        let Some(log) = self.log(index) else {
            return Runs(Vec::new());
        };
        let first = log.base().saturating_add(1);
        let mut runs = vec![(first, self.ahead((index, first)))];
        let of = |mark: &u64| log.clocks.ahead.get(mark).copied().unwrap_or_default();
        runs.extend(log.clocks.marks.iter().map(|mark| (*mark, of(mark))));
        Runs(runs)
    }
}
