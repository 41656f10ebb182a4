//! Stocktakes: what is to be counted, what was, and how far off.

use std::collections::BTreeMap;

use ledger_core::fold::{DocumentState, LineProgress, Stocktake, StocktakeCount, StocktakeLine};
use ledger_core::stocktake::Target;
use ledger_core::{Code, DeviceId, EntryId, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::{BehindView, View, day_text, text_of, time_text};

/// A stocktake in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StocktakeRow {
    /// What people call it by.
    pub number: String,
    /// The entry that opened it: names it where two have one number.
    pub entry: String,
    /// `open` or `closed`.
    pub state: &'static str,
    /// What it is about.
    pub title: Option<String>,
    /// Locations that are to be counted.
    pub locations: Vec<String>,
    /// Items that are to be counted.
    pub items: Vec<String>,
    /// Only what was not counted for so many days.
    pub not_counted_for: Option<u32>,
    /// Whoever counts is not told how much there should be.
    pub blind: bool,
    /// The day by which it is to be done.
    pub due: Option<String>,
    /// When it was opened.
    pub opened: String,
    /// When it was closed.
    pub closed: Option<String>,
    /// How many stock lines it has.
    pub total: usize,
    /// How many of them are counted, and need not be counted again.
    pub counted: usize,
    /// How many of those are approved.
    pub approved: usize,
    /// How many of the counted lines differ from what the ledger had.
    pub differing: usize,
    /// Depends on an entry that the central server does not know yet.
    pub provisional: bool,
}

/// A stocktake with its lines: the variance report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StocktakeView {
    /// The stocktake without its lines.
    #[serde(flatten)]
    pub stocktake: StocktakeRow,
    /// Its lines by location, then item.
    pub lines: Vec<StocktakeLineView>,
    /// The moment of which the numbers are known to be everybody's.
    pub as_of: Option<String>,
    /// Devices whose news may be missing from the numbers.
    pub behind: Vec<BehindView>,
}

/// One stock line of a stocktake.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StocktakeLineView {
    /// Where.
    pub location: String,
    /// The item.
    pub item: String,
    /// The item's name.
    pub name: String,
    /// The unit of its quantities.
    pub unit: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// `open`, `again`, `counted` or `approved`.
    pub state: &'static str,
    /// What the ledger had before the last count; where nothing is counted, what it has, or had when
    /// the stocktake was closed. None is for those who are not to be told before they count.
    pub expected: Option<String>,
    /// The last count.
    pub counted: Option<String>,
    /// By how much the last count differs.
    pub variance: Option<String>,
    /// What is there, or was when the stocktake was closed; none is for those who are not to be told before they count.
    pub on_hand: Option<String>,
    /// The device that is to count it.
    pub counter: Option<String>,
    /// Whether two devices counted and the later count does not follow from the earlier one.
    pub disagree: bool,
    /// All counts since it was opened, oldest first.
    pub counts: Vec<StocktakeCountView>,
}

/// A count of a line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StocktakeCountView {
    /// The entry.
    pub entry: String,
    /// When.
    pub at: String,
    /// The device that counted.
    pub device: Option<String>,
    /// How much was there.
    pub quantity: String,
    /// What the ledger had just before, by all that is known now.
    pub expected: String,
    /// How far off that was.
    pub variance: String,
    /// Made for this stocktake, not by the way.
    pub for_it: bool,
    /// A manager approved it.
    pub approved: bool,
}

impl StocktakeView {
    /// The same for those who count. Of a blind stocktake they are not told what the ledger has of
    /// a line, nor what others counted, before the line is counted.
    #[must_use]
    pub fn for_counting(mut self) -> Self {
        if self.stocktake.blind {
            let uncounted = |line: &&mut StocktakeLineView| ["open", "again"].contains(&line.state);
            for line in self.lines.iter_mut().filter(uncounted) {
                line.expected = None;
                line.on_hand = None;
                line.counted = None;
                line.variance = None;
                line.disagree = false;
                line.counts.clear();
            }
        }
        self
    }
}

/// What the devices are called.
type Names = BTreeMap<DeviceId, String>;

impl View<'_> {
    /// All stocktakes by number, or those that are open.
    #[must_use]
    pub fn stocktakes(&self, open_only: bool) -> Vec<StocktakeRow> {
        self.stocktakes_after(open_only, None, usize::MAX)
    }

    /// So many of them behind one. The lines of the others are not looked at.
    #[must_use]
    pub fn stocktakes_after(
        &self,
        open_only: bool,
        after: Option<&(Code, EntryId)>,
        limit: usize,
    ) -> Vec<StocktakeRow> {
        let fold = self.fold();
        let all = fold.stocktakes().into_iter();
        let all = all.filter_map(|id| fold.stocktake(id));
        let wanted = all.filter(|one| {
            let is_behind = after.is_none_or(|(number, id)| (&one.number, one.id) > (number, *id));
            is_behind && (!open_only || one.state == DocumentState::Open)
        });
        wanted
            .take(limit)
            .map(|one| stocktake_row(&one, &fold.stocktake_lines(&one)))
            .collect()
    }

    /// One stocktake with its lines.
    #[must_use]
    pub fn stocktake(&self, id: EntryId) -> Option<StocktakeView> {
        let stocktake = self.fold().stocktake(id)?;
        let mut lines = self.fold().stocktake_lines(&stocktake);
        lines.sort_by(|a, b| {
            (&a.line.location, &a.line.item).cmp(&(&b.line.location, &b.line.item))
        });
        let names = self.fold().devices_by_name().into_iter();
        let names: Names = names.map(|(name, id)| (id, name)).collect();
        Some(StocktakeView {
            stocktake: stocktake_row(&stocktake, &lines),
            lines: lines
                .iter()
                .map(|line| self.stocktake_line(&names, line))
                .collect(),
            as_of: self.as_of(),
            behind: self.behind(),
        })
    }

    fn stocktake_line(&self, names: &Names, line: &StocktakeLine) -> StocktakeLineView {
        let item = self.fold().item(&line.line.item);
        let last = line.counts.last();
        StocktakeLineView {
            location: line.line.location.to_string(),
            item: line.line.item.to_string(),
            name: item.name,
            unit: item.unit,
            owner: text_of(line.line.owner.as_ref()),
            batch: text_of(line.line.batch.as_ref()),
            state: line.progress.word(),
            expected: Some(last.map_or(line.on_hand, |last| last.expected).to_string()),
            counted: last.map(|last| last.quantity.to_string()),
            variance: last.map(|last| last.variance().to_string()),
            on_hand: Some(line.on_hand.to_string()),
            counter: line.counter.map(|device| name_of(names, device)),
            disagree: disagree(&line.counts),
            counts: line
                .counts
                .iter()
                .map(|count| count_of(names, count))
                .collect(),
        }
    }
}

fn count_of(names: &Names, count: &StocktakeCount) -> StocktakeCountView {
    StocktakeCountView {
        entry: count.id.to_string(),
        at: time_text(count.at),
        device: count.device.map(|device| name_of(names, device)),
        quantity: count.quantity.to_string(),
        expected: count.expected.to_string(),
        variance: count.variance().to_string(),
        for_it: count.for_it,
        approved: count.approved,
    }
}

fn name_of(names: &Names, device: DeviceId) -> String {
    let name = names.get(&device).cloned();
    name.unwrap_or_else(|| device.to_string())
}

/// Whether a count by another device than the one before it found something else than that count
/// and what was moved since would give.
fn disagree(counts: &[StocktakeCount]) -> bool {
    let pairs = counts.iter().zip(counts.iter().skip(1));
    pairs
        .into_iter()
        .any(|(before, after)| before.device != after.device && !after.variance().is_zero())
}

fn stocktake_row(stocktake: &Stocktake, lines: &[StocktakeLine]) -> StocktakeRow {
    let with = |progress: &[LineProgress]| {
        let lines = lines.iter();
        lines
            .filter(|line| progress.contains(&line.progress))
            .count()
    };
    let differs = |line: &&StocktakeLine| {
        let last = line.counts.last();
        last.is_some_and(|last| last.variance() != Total::ZERO)
    };
    let named = |item: bool| {
        let targets = stocktake.targets.iter();
        let names = targets.filter_map(|target| match target {
            Target::Item(code) if item => Some(code.to_string()),
            Target::Location(code) if !item => Some(code.to_string()),
            Target::Line {
                item: code,
                location,
                ..
            } => Some(if item { code } else { location }.to_string()),
            Target::Item(_) | Target::Location(_) => None,
        });
        names.collect::<Vec<String>>()
    };
    StocktakeRow {
        number: stocktake.number.to_string(),
        entry: stocktake.id.to_string(),
        state: stocktake.state.word(),
        title: stocktake.title.clone(),
        locations: named(false),
        items: named(true),
        not_counted_for: stocktake.not_counted_for,
        blind: stocktake.blind,
        due: stocktake.due.map(day_text),
        opened: time_text(stocktake.opened),
        closed: stocktake.closed.map(time_text),
        total: lines.len(),
        counted: with(&[LineProgress::Counted, LineProgress::Approved]),
        approved: with(&[LineProgress::Approved]),
        differing: lines.iter().filter(differs).count(),
        provisional: stocktake.provisional,
    }
}
