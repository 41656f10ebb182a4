//! What counts found missing or over, month by month, and where it happens most.
//!
//! A count differs by what it saw less what the books said just before it, by all that is known now.
//! The first count of a stock line books in what lay there before anybody kept books: it stands by
//! itself and is no finding.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ledger_core::catalogue::Class;
use ledger_core::fold::LineKey;
use ledger_core::{Code, EntryId, Timestamp, Total};
use serde::Serialize;

use super::{Kind, Report, ReportTime, Taken, Told};
use crate::NodeError;
use crate::view::device::{DeviceNames, writer};
use crate::view::{View, text_of, time_text};

/// What the rows below the months are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ShrinkageBy {
    /// Items.
    #[default]
    Item,
    /// Locations.
    Location,
}

impl ShrinkageBy {
    /// What somebody asked for by its word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let mut all = [Self::Item, Self::Location].into_iter();
        all.find(|by| by.word() == word)
    }

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Location => "location",
        }
    }
}

/// What counts found in a time.
#[derive(Debug, Clone)]
pub struct ShrinkageReport {
    /// The unit of the quantities.
    pub unit: String,
    /// Month by month, oldest first; also those in which nobody counted.
    pub months: Vec<ShrinkageMonth>,
    /// The whole time.
    pub sum: ShrinkageSum,
    /// Items or locations at which counts differed, where most is missing first.
    pub rows: Vec<LossRow>,
}

/// What counts found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShrinkageSum {
    /// How many counts there were, without first ones.
    pub counts: u64,
    /// How many of them differed.
    pub differing: u64,
    /// How much they found missing, of items kept in the report's unit.
    pub missing: Total,
    /// How much they found over.
    pub over: Total,
    /// How many lines were counted before anything had happened on them.
    pub first_counts: u64,
    /// How much those counts booked in.
    pub first_quantity: Total,
}

impl ShrinkageSum {
    /// What is over less what is missing.
    #[must_use]
    pub fn difference(&self) -> Total {
        self.over.minus(self.missing)
    }

    /// Takes a count that differs by so much, if its quantities are added up.
    fn note(&mut self, is_first: bool, difference: Total, is_in_unit: bool) {
        let quantity = if is_in_unit { difference } else { Total::ZERO };
        if is_first {
            self.first_counts = self.first_counts.saturating_add(1);
            self.first_quantity = self.first_quantity.plus(quantity);
            return;
        }
        self.counts = self.counts.saturating_add(1);
        let differs = u64::from(!difference.is_zero());
        self.differing = self.differing.saturating_add(differs);
        if quantity.is_negative() {
            self.missing = self.missing.minus(quantity);
        } else {
            self.over = self.over.plus(quantity);
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            counts: self.counts.saturating_add(other.counts),
            differing: self.differing.saturating_add(other.differing),
            missing: self.missing.plus(other.missing),
            over: self.over.plus(other.over),
            first_counts: self.first_counts.saturating_add(other.first_counts),
            first_quantity: self.first_quantity.plus(other.first_quantity),
        }
    }
}

/// What counts found in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShrinkageMonth {
    /// The month, `YYYY-MM`.
    pub month: String,
    /// What they found.
    pub sum: ShrinkageSum,
}

/// What counts found of an item, or at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossRow {
    /// The SKU or the location's number.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// What they found.
    pub sum: ShrinkageSum,
}

/// A count that differed from the books.
#[derive(Debug, Clone, Serialize)]
pub struct DifferenceView {
    /// When.
    pub at: String,
    /// The item.
    pub item: String,
    /// The name people read.
    pub name: String,
    /// Where.
    pub location: String,
    /// The site of that.
    pub site: Option<String>,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// What the books said.
    pub expected: String,
    /// What somebody saw.
    pub counted: String,
    /// What they saw less what the books said.
    pub difference: String,
    /// The unit of the three.
    pub unit: String,
    /// Why, in the words of who counted; none before [`View::add_reasons`].
    pub reason: Option<String>,
    /// Who: a user's name, or `device:NAME`.
    pub user: String,
    /// On which device.
    pub device: String,
    /// The entry.
    pub entry: String,
}

/// The counts of an item in a time, each with the line that was counted.
fn counts<'a>(
    told: &'a Told<'_>,
    time: &'a ReportTime,
) -> impl Iterator<Item = (Taken<'a>, &'a LineKey)> + 'a {
    let counts = told.taken(time);
    let counts = counts.filter(|taken| taken.kind == Kind::Counted);
    counts.filter_map(|taken| {
        let line = told.line(taken.to?)?;
        Some((taken, &line.key))
    })
}

/// Adds up what counts found.
#[derive(Debug, Clone)]
pub struct Shrinkage {
    time: ReportTime,
    by: ShrinkageBy,
    months: Vec<ShrinkageSum>,
    rows: BTreeMap<Code, ShrinkageSum>,
}

impl Shrinkage {
    pub(super) fn new(time: ReportTime, by: ShrinkageBy) -> Self {
        Self {
            by,
            months: vec![ShrinkageSum::default(); time.count()],
            time,
            rows: BTreeMap::new(),
        }
    }
}

impl Report for Shrinkage {
    type Said = ShrinkageReport;

    fn take(&mut self, told: &Told<'_>) {
        for (taken, line) in counts(told, &self.time) {
            let is_first = taken.transaction.is_first;
            let difference = taken.change();
            if let Some(month) = self.months.get_mut(taken.part) {
                month.note(is_first, difference, told.is_in_unit);
            }
            let differs = !is_first && !difference.is_zero();
            if differs && told.is_in_unit {
                let of = match self.by {
                    ShrinkageBy::Item => told.item,
                    ShrinkageBy::Location => &line.location,
                };
                let row = self.rows.entry(of.clone()).or_default();
                row.note(is_first, difference, true);
            }
        }
    }

    fn said(self, view: &View<'_>, unit: String) -> ShrinkageReport {
        let class = match self.by {
            ShrinkageBy::Item => Class::Item,
            ShrinkageBy::Location => Class::Location,
        };
        let mut rows: Vec<(Code, ShrinkageSum)> = self.rows.into_iter().collect();
        rows.sort_by_key(|(_, sum)| Reverse((sum.missing, sum.over)));
        let rows = rows.into_iter().map(|(code, sum)| LossRow {
            name: view.fold().name_of(class, &code),
            code: code.to_string(),
            sum,
        });
        let all = self.months.iter().copied();
        let sum = all.fold(ShrinkageSum::default(), ShrinkageSum::plus);
        let months = self.time.names().cloned().zip(self.months);
        ShrinkageReport {
            unit,
            months: months
                .map(|(month, sum)| ShrinkageMonth { month, sum })
                .collect(),
            sum,
            rows: rows.collect(),
        }
    }
}

#[derive(Debug, Clone)]
struct Difference {
    id: EntryId,
    at: Timestamp,
    line: LineKey,
    unit: String,
    expected: Total,
    counted: Total,
}

/// Finds every count that differed.
#[derive(Debug, Clone)]
pub struct Differences {
    time: ReportTime,
    found: Vec<Difference>,
}

impl Differences {
    pub(super) const fn new(time: ReportTime) -> Self {
        Self {
            time,
            found: Vec::new(),
        }
    }
}

impl Report for Differences {
    type Said = Vec<DifferenceView>;

    fn take(&mut self, told: &Told<'_>) {
        for (taken, line) in counts(told, &self.time) {
            let step = taken.to.filter(|step| !step.change().is_zero());
            let Some(step) = step.filter(|_| !taken.transaction.is_first) else {
                continue;
            };
            self.found.push(Difference {
                id: taken.transaction.id,
                at: taken.transaction.at,
                line: line.clone(),
                unit: told.supplied.unit.to_string(),
                expected: step.before,
                counted: step.after,
            });
        }
    }

    fn said(mut self, view: &View<'_>, _: String) -> Self::Said {
        let newest = |difference: &Difference| Reverse((difference.at, difference.id));
        self.found.sort_by_key(newest);
        let mut names = DeviceNames::new(view.fold());
        let found = self.found.into_iter();
        found
            .map(|difference| difference.view(view, &mut names))
            .collect()
    }
}

impl View<'_> {
    /// Adds the reasons that people gave, which stand in the entries alone: some rows at a time,
    /// since each is read from the store.
    pub fn add_reasons(&self, rows: &mut [DifferenceView]) -> Result<(), NodeError> {
        for row in rows {
            let Ok(id) = row.entry.parse() else { continue };
            let entry = self.entry(id)?;
            let said = entry.as_ref().and_then(|entry| entry.body.particulars());
            row.reason = said.and_then(|said| said.details.reason.clone());
        }
        Ok(())
    }
}

impl Difference {
    fn view(self, view: &View<'_>, names: &mut DeviceNames<'_>) -> DifferenceView {
        let (fold, line) = (view.fold(), self.line);
        let device = names.of(self.id.origin);
        let user = fold.user_of(self.id);
        DifferenceView {
            at: time_text(self.at),
            name: fold.name_of(Class::Item, &line.item),
            item: line.item.to_string(),
            site: text_of(fold.site_of(&line.location).as_ref()),
            location: line.location.to_string(),
            owner: text_of(line.owner.as_ref()),
            batch: text_of(line.batch.as_ref()),
            expected: self.expected.to_string(),
            counted: self.counted.to_string(),
            difference: self.counted.minus(self.expected).to_string(),
            unit: self.unit,
            reason: None,
            user: writer(user, &device),
            device,
            entry: self.id.to_string(),
        }
    }
}
