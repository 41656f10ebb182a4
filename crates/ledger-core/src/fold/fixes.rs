//! What the central server found out about wrong clocks (F1).
//!
//! A fix covers one run of a clock. Of several the last one by clock holds; they do not add.

use std::collections::BTreeMap;

use super::catalogue::Stamp;
use super::origin::Ahead;
use super::{Fold, TxKey};
use crate::entry::TimeFix;
use crate::id::{EntryId, EntryRef, Origin};

#[derive(Debug)]
struct Fix {
    stamp: Stamp,
    hash8: [u8; 8],
    ahead: Ahead,
}

/// All fixes, by the entry with which the run begins, as it was written.
#[derive(Debug, Default)]
pub(super) struct Fixes(BTreeMap<EntryId, Vec<Fix>>);

/// A run of a device's clock, as far as its beginning is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRun {
    /// The entry with which it begins, as it was written.
    pub begins: EntryRef,
    /// That entry's seq.
    pub first_seq: u64,
    /// By how many milliseconds the clock was ahead, if that was found out.
    pub ahead_millis: Option<i64>,
}

impl Fold {
    /// The runs of the clock that begin in a chain, in order.
    #[must_use]
    pub fn clock_runs(&self, chain: Origin) -> Vec<ClockRun> {
        let Some(index) = self.origins.find(chain) else {
            return Vec::new();
        };
        let run = |(first_seq, ahead): (u64, Option<Ahead>)| {
            let key = (index, first_seq);
            ClockRun {
                begins: EntryRef {
                    id: self.origins.written_id(key),
                    hash8: self.origins.hash8(key),
                },
                first_seq,
                ahead_millis: ahead.map(|ahead| ahead.millis),
            }
        };
        self.origins
            .begun_runs(index)
            .into_iter()
            .map(run)
            .collect()
    }

    /// Takes a fix; it has its effect when it counts and the run is known.
    pub(super) fn take_fix(&mut self, stamp: Stamp, fix: &TimeFix) {
        let known = self.fixes.0.entry(fix.run.id).or_default();
        known.push(Fix {
            stamp,
            hash8: fix.run.hash8,
            ahead: Ahead {
                millis: fix.ahead_millis,
                uncertainty: fix.uncertainty_millis,
            },
        });
        if let Some(begins) = self.origins.meant(fix.run) {
            self.settle_clock(begins);
        }
    }

    /// Whether anything was said of wrong clocks.
    #[must_use]
    pub fn has_time_fixes(&self) -> bool {
        !self.fixes.0.is_empty()
    }

    /// By how many milliseconds the corrected time of an entry may be wrong.
    pub(crate) fn clock_uncertainty(&self, key: TxKey) -> u64 {
        if self.fixes.0.is_empty() {
            0
        } else {
            self.origins.ahead(key).uncertainty
        }
    }

    /// Works out anew by how much clocks were ahead.
    pub(super) fn settle_clocks(&mut self) {
        let fixes = self.fixes.0.iter();
        let runs = fixes.flat_map(|(id, fixes)| {
            let run = |fix: &Fix| EntryRef {
                id: *id,
                hash8: fix.hash8,
            };
            fixes.iter().map(run)
        });
        let runs: Vec<TxKey> = runs.filter_map(|run| self.origins.meant(run)).collect();
        for begins in runs {
            self.settle_clock(begins);
        }
    }

    /// Works out by how much the clock was ahead in the run that an entry begins.
    pub(super) fn settle_clock(&mut self, begins: TxKey) {
        if self.fixes.0.is_empty() || !self.origins.begins_run(begins) {
            return;
        }
        let written = self.origins.written_id(begins);
        let hash8 = self.origins.hash8(begins);
        let fixes = self.fixes.0.get(&written).into_iter().flatten();
        let counting =
            fixes.filter(|fix| fix.hash8 == hash8 && !self.is_suppressed(fix.stamp.key()));
        let last = counting.max_by_key(|fix| fix.stamp.order(&self.origins));
        let ahead = last.map(|fix| fix.ahead);
        // What a snapshot has was worked out with it.
        if self.origins.set_ahead(begins, ahead) && !self.is_replaying {
            self.replace_times(begins.0);
        }
    }
}
