//! Where the central order ends in a log.
//!
//! **Invariant.** No group leaves a number out. Groups are numbered before they are written: where
//! one found no room, those behind it have numbers that nothing leads to, and whoever pulled them
//! would find another order than the one they were hashed for.

use super::AppendError;
use crate::index::{Index, ReadError};
use crate::record::{Group, Record, Run};

/// The end of the central order: an epoch and the last number in it; nothing before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct OrderEnd(Option<(u64, u64)>);

impl OrderEnd {
    /// The end as an index has it. A cursor beyond the last run says that damage took runs, and that
    /// the order goes on behind the cursor.
    pub(in crate::store) fn of(index: &Index) -> Result<Self, ReadError> {
        let mut last = index.last_run()?;
        let newest = index.runs_from(1, 1)?.first().map(|run| run.epoch);
        if last.map(|run| run.epoch) < newest {
            // Of an epoch that is over, from a program that let it stand.
            index.for_each_run(&mut |run| {
                if Some(run.epoch) == newest {
                    last = Some(run);
                }
            })?;
        }
        let mut end = last.map(|run| (run.epoch, run.last()));
        index.for_each_cursor(&mut |cursor| end = end.max(Some((cursor.epoch, cursor.n))))?;
        Ok(Self(end))
    }

    /// The end after a group. Numbers may be given anew, to what was renamed or in a later epoch.
    pub(super) fn after(self, group: &Group) -> Result<Self, AppendError> {
        let mut end = self;
        for record in &group.records {
            if let Record::Run(run) = record {
                end = end.after_run(run)?;
            }
        }
        Ok(end)
    }

    fn after_run(self, run: &Run) -> Result<Self, AppendError> {
        let of_epoch = self.0.filter(|(epoch, _)| *epoch == run.epoch);
        let expected = of_epoch.map_or(1, |(_, last)| last.saturating_add(1));
        if run.first > expected {
            return Err(AppendError::NotNextNumber {
                number: run.first,
                expected,
            });
        }
        Ok(Self(Some((run.epoch, run.last()))))
    }
}
