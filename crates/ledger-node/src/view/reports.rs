//! Reports: what many transactions come to, over a time and over all items.
//!
//! Each report walks once over the items ([`Survey`]) and adds up what [`Fold::turnover`] tells of
//! them. What was voided is in none of them, so that the changes of a time are what was on hand at
//! its end less what was there at its begin. Quantities are those of one unit: pieces and metres are
//! not added up.

mod movements;
mod people;
mod shrinkage;
mod slow;
mod stock;
mod survey;
mod time;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ledger_core::fold::{Fold, LineStep, LineTurnover, Transaction, Turnover};
use ledger_core::{Code, Timestamp, Total};
use serde::Serialize;

pub use self::movements::{MovementDay, Movements, MovementsReport};
pub use self::people::{People, PeopleReport, PersonDay, PersonRow};
pub use self::shrinkage::{
    DifferenceView, Differences, LossRow, Shrinkage, ShrinkageBy, ShrinkageMonth, ShrinkageReport,
    ShrinkageSum,
};
pub use self::slow::{IdleClass, Slow, SlowReport, SlowRow};
pub use self::stock::{SiteStock, StockCell, StockDay, StockReport, Stocks};
pub use self::survey::Survey;
pub use self::time::ReportTime;

use super::{View, Whose};
use crate::standing::Supplied;

/// What a report is about; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFilter {
    /// Every word of it stands in the SKU, the name or a barcode.
    pub search: Option<String>,
    /// What was done at this site.
    pub site: Option<Code>,
    /// Whose stock.
    pub whose: Whose,
    /// The unit of the quantities; otherwise the one that most items have.
    pub unit: Option<String>,
}

/// What a transaction did, as far as the filter takes its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Added,
    Removed,
    Moved,
    Counted,
}

/// How many transactions there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Something came in from outside.
    pub added: u64,
    /// Something went out.
    pub removed: u64,
    /// Something changed its place or its owner.
    pub moved: u64,
    /// Somebody counted.
    pub counted: u64,
}

impl Counts {
    fn note(&mut self, kind: Kind) {
        let count = match kind {
            Kind::Added => &mut self.added,
            Kind::Removed => &mut self.removed,
            Kind::Moved => &mut self.moved,
            Kind::Counted => &mut self.counted,
        };
        *count = count.saturating_add(1);
    }

    /// These and others.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            added: self.added.saturating_add(other.added),
            removed: self.removed.saturating_add(other.removed),
            moved: self.moved.saturating_add(other.moved),
            counted: self.counted.saturating_add(other.counted),
        }
    }

    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        let moved = self.added.saturating_add(self.removed);
        moved
            .saturating_add(self.moved)
            .saturating_add(self.counted)
    }
}

/// A transaction with those of its lines that the filter takes.
#[derive(Debug)]
struct Taken<'a> {
    transaction: &'a Transaction,
    kind: Kind,
    /// The part of the report's time in which it was.
    part: usize,
    from: Option<LineStep>,
    to: Option<LineStep>,
}

impl Taken<'_> {
    fn steps(&self) -> impl Iterator<Item = LineStep> {
        self.from.into_iter().chain(self.to)
    }

    fn change(&self) -> Total {
        self.steps()
            .fold(Total::ZERO, |sum, step| sum.plus(step.change()))
    }

    /// How much was added, removed or moved; of a count by how much it differs.
    fn quantity(&self) -> Total {
        match (self.transaction.to, self.transaction.from) {
            (Some(to), _) => to.change(),
            (None, Some(from)) => Total::ZERO.minus(from.change()),
            (None, None) => Total::ZERO,
        }
    }
}

/// An item of a report with what was done to its stock.
#[derive(Debug)]
pub struct Told<'a> {
    fold: &'a Fold,
    item: &'a Code,
    supplied: &'a Supplied,
    /// Whether its quantities are added up.
    is_in_unit: bool,
    turnover: Turnover,
    /// Which of its lines the filter takes.
    takes: Vec<bool>,
}

impl Told<'_> {
    fn takes(&self, line: usize) -> bool {
        self.takes.get(line).copied().unwrap_or_default()
    }

    /// The lines that the filter takes.
    fn lines(&self) -> impl Iterator<Item = &LineTurnover> {
        let lines = self.turnover.lines.iter().zip(&self.takes);
        lines.filter_map(|(line, takes)| takes.then_some(line))
    }

    fn line(&self, step: LineStep) -> Option<&LineTurnover> {
        self.turnover.lines.get(step.line)
    }

    /// What was done on those lines in a report's time.
    fn taken<'a>(&'a self, time: &'a ReportTime) -> impl Iterator<Item = Taken<'a>> + 'a {
        self.turnover
            .transactions
            .iter()
            .filter_map(move |transaction| {
                let here = |step: &LineStep| self.takes(step.line);
                let (from, to) = (transaction.from.filter(here), transaction.to.filter(here));
                if from.is_none() && to.is_none() {
                    return None;
                }
                Some(Taken {
                    part: time.part_of(transaction.at)?,
                    kind: match (transaction.from, transaction.to) {
                        _ if transaction.is_count => Kind::Counted,
                        (Some(_), Some(_)) => Kind::Moved,
                        (None, _) => Kind::Added,
                        (Some(_), None) => Kind::Removed,
                    },
                    transaction,
                    from,
                    to,
                })
            })
    }
}

/// Something that adds up what was done, item by item.
pub trait Report {
    /// What it comes to.
    type Said;

    /// Takes an item.
    fn take(&mut self, told: &Told<'_>);

    /// What all of them come to, with quantities in a unit.
    fn said(self, view: &View<'_>, unit: String) -> Self::Said;
}

/// All reports of a time in short, from one walk.
#[derive(Debug, Clone)]
pub struct ReportsView {
    /// What was done, day by day.
    pub movements: MovementsReport,
    /// What lay here, day by day.
    pub stock: StockReport,
    /// What counts found, over the whole time.
    pub shrinkage: ShrinkageReport,
    /// What does not move.
    pub slow: SlowReport,
    /// Who did it.
    pub people: PeopleReport,
}

/// All reports at once.
#[derive(Debug, Clone)]
pub struct AllReports {
    movements: Movements,
    stocks: Stocks,
    shrinkage: Shrinkage,
    slow: Slow,
    people: People,
}

impl Report for AllReports {
    type Said = ReportsView;

    fn take(&mut self, told: &Told<'_>) {
        self.movements.take(told);
        self.stocks.take(told);
        self.shrinkage.take(told);
        self.slow.take(told);
        self.people.take(told);
    }

    fn said(self, view: &View<'_>, unit: String) -> ReportsView {
        ReportsView {
            movements: self.movements.said(view, unit.clone()),
            stock: self.stocks.said(view, unit.clone()),
            shrinkage: self.shrinkage.said(view, unit.clone()),
            slow: self.slow.said(view, unit.clone()),
            people: self.people.said(view, unit),
        }
    }
}

impl View<'_> {
    /// The units of all items in use, the one of most items first.
    #[must_use]
    pub fn units(&self) -> Vec<String> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        self.standing().supply.look(self.fold(), |supply| {
            for (_, item) in supply.after(None).filter(|(_, item)| !item.archived) {
                match counts.get_mut(&*item.unit) {
                    Some(count) => *count = count.saturating_add(1),
                    None => {
                        counts.insert(item.unit.to_string(), 1);
                    }
                }
            }
        });
        let mut units: Vec<_> = counts.into_iter().collect();
        units.sort_by_key(|(_, count)| Reverse(*count));
        units.into_iter().map(|(unit, _)| unit).collect()
    }

    /// What was done, part by part of a time.
    #[must_use]
    pub fn movements_report(&self, filter: ReportFilter, time: ReportTime) -> Survey<Movements> {
        let since = time.since();
        Survey::new(self, filter, since, Movements::new(time))
    }

    /// What lay here at the end of each part of a time, by count.
    #[must_use]
    pub fn stock_report(&self, filter: ReportFilter, time: ReportTime) -> Survey<Stocks> {
        let (since, sites) = (time.since(), self.site_of_locations());
        Survey::new(self, filter, since, Stocks::new(time, sites))
    }

    /// What counts found missing and over.
    #[must_use]
    pub fn shrinkage_report(
        &self,
        filter: ReportFilter,
        time: ReportTime,
        by: ShrinkageBy,
    ) -> Survey<Shrinkage> {
        let since = time.since();
        Survey::new(self, filter, since, Shrinkage::new(time, by))
    }

    /// Every count of a time that differed from the books, newest first.
    #[must_use]
    pub fn differences(&self, filter: ReportFilter, time: ReportTime) -> Survey<Differences> {
        let since = time.since();
        Survey::new(self, filter, since, Differences::new(time))
    }

    /// What has lain for so many days without being moved.
    #[must_use]
    pub fn slow_report(&self, filter: ReportFilter, days: u64) -> Survey<Slow> {
        // Lines know when they were moved last: no transaction needs to be told.
        let never = Timestamp::from_millis(u64::MAX);
        Survey::new(self, filter, never, Slow::new(self.now(), days))
    }

    /// Who did how much.
    #[must_use]
    pub fn people_report(&self, filter: ReportFilter, time: ReportTime) -> Survey<People> {
        let since = time.since();
        Survey::new(self, filter, since, People::new(time))
    }

    /// All reports of a time, with the items that did not move for so many days.
    #[must_use]
    pub fn reports(&self, time: ReportTime, idle_days: u64) -> Survey<AllReports> {
        let since = time.since();
        let all = AllReports {
            movements: Movements::new(time.clone()),
            stocks: Stocks::new(time.clone(), self.site_of_locations()),
            shrinkage: Shrinkage::new(time.clone(), ShrinkageBy::Item),
            slow: Slow::new(self.now(), idle_days),
            people: People::new(time),
        };
        Survey::new(self, ReportFilter::default(), since, all)
    }
}
