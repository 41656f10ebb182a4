//! What was done, day by day: how many transactions, and how much they moved.

use ledger_core::Total;
use serde::Serialize;

use super::{Counts, Kind, Report, ReportTime, Told};
use crate::view::View;

/// What was done in a time.
#[derive(Debug, Clone, Serialize)]
pub struct MovementsReport {
    /// The unit of the quantities.
    pub unit: String,
    /// Day by day, oldest first; also those on which nothing was done.
    pub days: Vec<MovementDay>,
    /// The whole time.
    pub sum: MovementDay,
}

/// What was done on a day.
#[derive(Debug, Clone, Serialize)]
pub struct MovementDay {
    /// The day, `YYYY-MM-DD`; empty for the whole time.
    pub day: String,
    /// Transactions of all items, each once.
    pub transactions: u64,
    /// By what they did.
    #[serde(flatten)]
    pub counts: Counts,
    /// The unit of the quantities; those of items kept in another are not in them.
    pub unit: String,
    /// How much came in.
    pub quantity_added: String,
    /// How much went out.
    pub quantity_removed: String,
    /// How much changed its place or owner.
    pub quantity_moved: String,
    /// By how much counts differed, added up with their signs.
    pub quantity_corrected: String,
    /// What was on hand at the end of the day less what was there at its begin.
    pub change: String,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    counts: Counts,
    added: Total,
    removed: Total,
    moved: Total,
    corrected: Total,
    change: Total,
}

impl Sum {
    fn plus(self, other: Self) -> Self {
        Self {
            counts: self.counts.plus(other.counts),
            added: self.added.plus(other.added),
            removed: self.removed.plus(other.removed),
            moved: self.moved.plus(other.moved),
            corrected: self.corrected.plus(other.corrected),
            change: self.change.plus(other.change),
        }
    }

    fn day(self, day: String, unit: &str) -> MovementDay {
        MovementDay {
            day,
            transactions: self.counts.total(),
            counts: self.counts,
            unit: unit.to_owned(),
            quantity_added: self.added.to_string(),
            quantity_removed: self.removed.to_string(),
            quantity_moved: self.moved.to_string(),
            quantity_corrected: self.corrected.to_string(),
            change: self.change.to_string(),
        }
    }
}

/// Adds up what was done.
#[derive(Debug, Clone)]
pub struct Movements {
    time: ReportTime,
    days: Vec<Sum>,
}

impl Movements {
    pub(super) fn new(time: ReportTime) -> Self {
        Self {
            days: vec![Sum::default(); time.count()],
            time,
        }
    }
}

impl Report for Movements {
    type Said = MovementsReport;

    fn take(&mut self, told: &Told<'_>) {
        for taken in told.taken(&self.time) {
            let Some(day) = self.days.get_mut(taken.part) else {
                continue;
            };
            day.counts.note(taken.kind);
            if !told.is_in_unit {
                continue;
            }
            let quantity = match taken.kind {
                Kind::Added => &mut day.added,
                Kind::Removed => &mut day.removed,
                Kind::Moved => &mut day.moved,
                Kind::Counted => &mut day.corrected,
            };
            *quantity = quantity.plus(taken.quantity());
            day.change = day.change.plus(taken.change());
        }
    }

    fn said(self, _: &View<'_>, unit: String) -> MovementsReport {
        let sum = self.days.iter().copied().fold(Sum::default(), Sum::plus);
        let days = self.time.names().cloned().zip(self.days);
        MovementsReport {
            days: days.map(|(day, sum)| sum.day(day, &unit)).collect(),
            sum: sum.day(String::new(), &unit),
            unit,
        }
    }
}
