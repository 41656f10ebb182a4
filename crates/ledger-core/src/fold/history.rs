//! The stock history of an item, and why a total is what it is.
//!
//! History is told as it happened: a row's change is what the line had on hand by everything at or
//! before its place, less what it had before it. A reversal acts at its own place there. So the
//! changes of a line always add up to what is on hand, late arrivals and reversals included.

use std::collections::BTreeMap;

use super::Fold;
use super::line::{LastCount, Line, LineInfo, LineKey, Row};
use super::revoked::Withheld;
use super::running::Before;
use super::steps::{Moment, Step, written_next};
use crate::code::Code;
use crate::id::EntryId;
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;

/// Parts have at least so many moments, so that each has a whole entry: no entry has more than two
/// rows on a line.
const PART_MIN: usize = 4;

/// What a row of the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    /// A movement on or off the line.
    Movement,
    /// A count.
    Count,
    /// A reversal of an earlier transaction.
    Reversal,
    /// Something about an order that changed what is promised; nothing moved.
    Order,
}

/// One change of one stock line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// The entry that says it.
    pub id: EntryId,
    /// When, in the order of F1.
    pub at: Timestamp,
    /// What it is.
    pub kind: RowKind,
    /// The stock line; none when only a promise changed.
    pub line: Option<LineKey>,
    /// Whose stock: a customer's, or ours.
    pub owner: Option<Code>,
    /// The order that it picks for, returns from or promises to.
    pub order: Option<EntryId>,
    /// By how much the line changed; a count's variance.
    pub change: Total,
    /// On the line afterwards.
    pub line_on_hand: Total,
    /// On hand of the item with this owner afterwards, over all its lines.
    pub on_hand: Total,
    /// The same less what was promised to orders by then.
    pub available: Total,
    /// What a reversal voids.
    pub reverses: Option<EntryId>,
    /// Voided by a reversal.
    pub voided: bool,
    /// Written by a revoked device, so that it changes nothing.
    pub withheld: Option<Withheld>,
    /// Has no central number yet.
    pub provisional: bool,
}

/// Why one stock line has what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The line.
    pub line: LineKey,
    /// The total.
    pub on_hand: Total,
    /// The count it starts from.
    pub count: Option<LastCount>,
    /// The movements after that count, which add up to the total with it.
    pub movements: Vec<WhyRow>,
    /// How many more there are before those, where not all are asked for, and their sum.
    pub earlier: (usize, Total),
    /// What changes nothing, and why not.
    pub ignored: Vec<(WhyRow, &'static str)>,
    /// How many more there are before those.
    pub ignored_before: usize,
}

/// One transaction in an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyRow {
    /// The entry.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// What a movement changed, or a count saw.
    pub amount: Quantity,
    /// Whether it is a count.
    pub is_count: bool,
}

/// The newest rows of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPart {
    /// The rows, oldest first; all rows of an entry or none.
    pub rows: Vec<HistoryRow>,
    /// Whether there are older ones.
    pub has_older: bool,
}

/// The newest steps of a line, and what became of those before them.
struct Tail {
    key: LineKey,
    steps: Vec<Step>,
    /// What was there before the first of the steps, if there was a step before it.
    before: Option<(Moment, Total)>,
}

impl Tail {
    /// Leaves out what happened before a moment.
    fn begin_at(&mut self, start: Moment) {
        let left_out = self.steps.partition_point(|step| step.moment < start);
        if let Some(last) = self.steps.drain(..left_out).next_back() {
            self.before = Some((last.moment, last.after));
        }
    }
}

impl Fold {
    /// The stock lines of an item and of its aliases that ever had a transaction, added up where
    /// item, location, owner and batch are the same, in order.
    #[must_use]
    pub fn lines(&self, canonical: &Code) -> Vec<LineInfo> {
        let mut lines = self.raw_lines(canonical);
        for line in &mut lines {
            line.key.item = canonical.clone();
        }
        added_up(lines)
    }

    /// The lines of an item and its aliases as they are entered, without adding up.
    #[must_use]
    pub fn raw_lines(&self, canonical: &Code) -> Vec<LineInfo> {
        let aliases = self.aliases(canonical);
        let lines = aliases.iter().flat_map(|code| self.lines_of_code(code));
        lines
            .map(|line| LineInfo {
                key: self.line_key(line),
                on_hand: line.on_hand(),
                last_counted: self.last_count(line),
            })
            .collect()
    }

    pub(crate) fn last_count(&self, line: &Line) -> Option<LastCount> {
        let count = line.count_row(&self.packed_rows)?;
        Some(LastCount {
            id: self.entry_id(count.key()),
            at: count.time(),
            quantity: count.amount(),
        })
    }

    /// The stock history of an item and its aliases, oldest first.
    #[must_use]
    pub fn history(&self, canonical: &Code) -> Vec<HistoryRow> {
        self.history_part(canonical, None, usize::MAX).rows
    }

    /// The newest rows of the history, up to those of an entry at a moment when that is given: what
    /// came of about so many things that happened, of which some may have changed nothing. Costs
    /// little for each row that is left out.
    #[must_use]
    pub fn history_part(
        &self,
        canonical: &Code,
        until: Option<(Timestamp, EntryId)>,
        most: usize,
    ) -> HistoryPart {
        let most = most.max(PART_MIN);
        let is_late = |moment: &Moment| until.is_some_and(|until| *moment > until);
        // What was promised last may be told by the entry behind it: that one is looked at too.
        let (ahead, most) = match until {
            Some(until) => (Some(written_next(until)), most.saturating_add(1)),
            None => (None, most),
        };
        let mut tails = self.tails(canonical, ahead, most);
        let mut promises = self.promise_events(canonical);
        promises.retain(|moment, _| !is_late(moment));
        let lost = tails.iter().filter_map(|tail| Some(tail.before?.0)).max();
        let start = start_of(&tails, promises.keys(), lost, most);
        if start.is_none() && lost.is_some() {
            // The newest of a line are repeated writes, which are no rows.
            return HistoryPart {
                rows: Vec::new(),
                has_older: true,
            };
        }
        let has_older = start.is_some();
        if let Some(start) = start {
            tails.iter_mut().for_each(|tail| tail.begin_at(start));
        }
        let mut rows: Vec<HistoryRow> = Vec::new();
        for tail in &tails {
            let told = tail
                .steps
                .iter()
                .map(|step| self.history_row(&tail.key, step));
            rows.extend(told);
        }
        rows.sort_by(|a, b| {
            (a.at, a.id, a.kind, a.change, &a.line).cmp(&(b.at, b.id, b.kind, b.change, &b.line))
        });
        let before = tails.into_iter();
        let before = before.filter_map(|tail| Some((tail.key, tail.before?)));
        let mut begin = Before {
            lines: before.collect(),
            promises: BTreeMap::new(),
        };
        if let Some(start) = start {
            let later = promises.split_off(&start);
            begin.promises = std::mem::replace(&mut promises, later);
        }
        let mut rows = self.with_promises(canonical, rows, &begin, promises);
        rows.retain(|row| !is_late(&(row.at, row.id)));
        HistoryPart { rows, has_older }
    }

    /// The newest steps of each line of an item.
    fn tails(&self, canonical: &Code, until: Option<Moment>, most: usize) -> Vec<Tail> {
        let aliases = self.aliases(canonical);
        let lines = aliases.iter().flat_map(|code| self.lines_of_code(code));
        let tails = lines.map(|line| {
            let mut tail = Tail {
                key: self.line_key(line),
                steps: Vec::new(),
                before: None,
            };
            tail.key.item = canonical.clone();
            let mut take = |step| tail.steps.push(step);
            tail.before = self.newest_steps(line, until, most, &mut take);
            tail
        });
        tails.collect()
    }

    fn history_row(&self, key: &LineKey, step: &Step) -> HistoryRow {
        let (at, id) = step.moment;
        let is_void = |row: Row| self.reversals.is_void(&row.key());
        HistoryRow {
            id,
            at,
            kind: match step.row {
                Some(row) if row.is_count() => RowKind::Count,
                Some(_) => RowKind::Movement,
                None => RowKind::Reversal,
            },
            line: Some(key.clone()),
            owner: key.owner.clone(),
            order: self.order_of_movement(id),
            change: step.after.minus(step.before),
            line_on_hand: step.after,
            on_hand: step.after,
            available: step.after,
            reverses: step.voids.map(|target| self.entry_id(target)),
            voided: step.row.is_some_and(is_void),
            withheld: step.row.and_then(|_| self.withheld(id)),
            provisional: self.central_number(id).is_none(),
        }
    }

    /// Why the lines of an item have what they have; at one location, or everywhere.
    #[must_use]
    pub fn why(&self, canonical: &Code, location: Option<&Code>) -> Vec<Why> {
        self.why_part(canonical, location, usize::MAX)
    }

    /// The same with at most so many of the newest movements of each line, and of what is ignored;
    /// those before them are counted and added up.
    #[must_use]
    pub fn why_part(&self, canonical: &Code, location: Option<&Code>, most: usize) -> Vec<Why> {
        let mut whys = Vec::new();
        for code in self.aliases(canonical) {
            for line in self.lines_of_code(&code) {
                let key = self.line_key(line);
                if location.is_none_or(|location| *location == key.location) {
                    whys.push(self.why_line(line, key, most));
                }
            }
        }
        whys.sort_by(|a, b| a.line.cmp(&b.line));
        whys
    }

    fn why_line(&self, line: &Line, key: LineKey, most: usize) -> Why {
        let rows = self.rows_of(line);
        let (count, later) = line.since_count(&rows);
        let counted_at = count.and_then(|_| rows.len().checked_sub(later.len().checked_add(1)?));
        let mut why = Why {
            line: key,
            on_hand: line.on_hand(),
            count: self.last_count(line),
            movements: Vec::new(),
            earlier: (0, Total::ZERO),
            ignored: Vec::new(),
            ignored_before: 0,
        };
        let row_of = |row: &Row| WhyRow {
            id: self.entry_id(row.key()),
            at: row.time(),
            amount: row.amount(),
            is_count: row.is_count(),
        };
        for (index, row) in rows.iter().enumerate().rev() {
            let reason = if self.reversals.is_void(&row.key()) {
                "voided by a reversal"
            } else if let Some(withheld) = self.withheld(self.entry_id(row.key())) {
                match withheld {
                    Withheld::Waiting => "of a revoked device, waiting",
                    Withheld::Refused => "of a revoked device, refused",
                }
            } else if self.is_suppressed(row.key()) {
                "the same write again"
            } else if counted_at == Some(index) {
                continue;
            } else if counted_at.is_some_and(|counted| index < counted) {
                "before the last count"
            } else if why.movements.len() < most {
                why.movements.push(row_of(row));
                continue;
            } else {
                let (earlier, sum) = why.earlier;
                let sum = sum.plus(row.amount().total());
                why.earlier = (earlier.saturating_add(1), sum);
                continue;
            };
            if why.ignored.len() < most {
                why.ignored.push((row_of(row), reason));
            } else {
                why.ignored_before = why.ignored_before.saturating_add(1);
            }
        }
        why.movements.reverse();
        why.ignored.reverse();
        why
    }
}

/// Where a part begins that has about so many of the newest moments; none when it has all, or when
/// nothing is left behind the last moment that some line has `lost`.
fn start_of<'a>(
    tails: &[Tail],
    promises: impl Iterator<Item = &'a Moment>,
    lost: Option<Moment>,
    most: usize,
) -> Option<Moment> {
    let steps = tails.iter().flat_map(|tail| &tail.steps);
    let mut moments: Vec<Moment> = steps.map(|step| step.moment).collect();
    moments.extend(promises);
    let left_out = moments.len().saturating_sub(most);
    if left_out == 0 && lost.is_none() {
        return None;
    }
    moments.sort_unstable();
    let whole = moments.iter().skip(left_out);
    whole.copied().find(|moment| Some(*moment) > lost)
}

/// Lines in order, those of one key added up; the latest count counts.
pub(super) fn added_up(mut lines: Vec<LineInfo>) -> Vec<LineInfo> {
    lines.sort_by(|a, b| a.key.cmp(&b.key));
    lines.dedup_by(|line, kept| {
        let same = line.key == kept.key;
        if same {
            kept.on_hand = kept.on_hand.plus(line.on_hand);
            let later = line.last_counted.map(|count| count.at);
            if later > kept.last_counted.map(|count| count.at) {
                kept.last_counted = line.last_counted;
            }
        }
        same
    });
    lines
}
