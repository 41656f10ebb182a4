//! The stock history of an item, and why a total is what it is.
//!
//! History is told as it happened: a row's change is what the line had on hand by everything at or
//! before its place, less what it had before it. A reversal acts at its own place there. So the
//! changes of a line always add up to what is on hand, late arrivals and reversals included.

use std::collections::BTreeMap;

use super::line::{LastCount, Line, LineInfo, LineKey, Row};
use super::{Fold, TxKey};
use crate::code::Code;
use crate::id::EntryId;
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;

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
    /// What changes nothing, and why not.
    pub ignored: Vec<(WhyRow, &'static str)>,
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

/// Something that happened on a line: a row, or the voiding of one.
struct Event<'a> {
    at: Timestamp,
    id: EntryId,
    row: Option<&'a Row>,
    voids: Option<TxKey>,
}

impl Fold {
    /// The stock lines of an item and of its aliases that ever had a transaction, added up where
    /// item, location, owner and batch are the same, in order.
    #[must_use]
    pub fn lines(&self, canonical: &Code) -> Vec<LineInfo> {
        let mut lines: BTreeMap<LineKey, LineInfo> = BTreeMap::new();
        for code in self.aliases(canonical) {
            for line in self.lines_of_code(&code) {
                let mut key = self.line_key(line);
                key.item = canonical.clone();
                let count = self.last_count(line);
                let info = lines.entry(key.clone()).or_insert(LineInfo {
                    key,
                    on_hand: Total::ZERO,
                    last_counted: None,
                });
                info.on_hand = info.on_hand.plus(line.on_hand());
                if count.map(|count| count.at) > info.last_counted.map(|count| count.at) {
                    info.last_counted = count;
                }
            }
        }
        lines.into_values().collect()
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
        if !line.is_counted() {
            return None;
        }
        let rows = self.rows_of(line);
        let count = line.since_count(&rows).0?;
        Some(LastCount {
            id: self.entry_id(count.key()),
            at: count.time(),
            quantity: count.amount(),
        })
    }

    /// The stock history of an item and its aliases, oldest first.
    #[must_use]
    pub fn history(&self, canonical: &Code) -> Vec<HistoryRow> {
        let mut rows: Vec<HistoryRow> = Vec::new();
        for code in self.aliases(canonical) {
            for line in self.lines_of_code(&code) {
                let mut key = self.line_key(line);
                key.item = canonical.clone();
                self.line_history(line, &key, &mut rows);
            }
        }
        rows.sort_by(|a, b| {
            (a.at, a.id, a.kind, a.change, &a.line).cmp(&(b.at, b.id, b.kind, b.change, &b.line))
        });
        self.with_promises(canonical, rows)
    }

    fn line_history(&self, line: &Line, key: &LineKey, rows: &mut Vec<HistoryRow>) {
        let of_line = self.rows_of(line);
        let events = self.events(&of_line);
        let mut voided: Vec<TxKey> = Vec::new();
        let mut on_hand = Total::ZERO;
        for (index, event) in events.iter().enumerate() {
            let after = match (event.row, event.voids) {
                (Some(row), _) if voided.contains(&row.key()) => on_hand,
                (Some(row), _) => row.after(on_hand),
                (None, Some(target)) => {
                    voided.push(target);
                    let so_far = events.iter().take(index).filter_map(|event| event.row);
                    so_far
                        .filter(|row| !voided.contains(&row.key()))
                        .fold(Total::ZERO, |sum, row| row.after(sum))
                }
                (None, None) => on_hand,
            };
            rows.push(HistoryRow {
                id: event.id,
                at: event.at,
                kind: match event.row {
                    Some(row) if row.is_count() => RowKind::Count,
                    Some(_) => RowKind::Movement,
                    None => RowKind::Reversal,
                },
                line: Some(key.clone()),
                owner: key.owner.clone(),
                order: self.order_of_movement(event.id),
                change: after.minus(on_hand),
                line_on_hand: after,
                on_hand: after,
                available: after,
                reverses: event.voids.map(|target| self.entry_id(target)),
                voided: event
                    .row
                    .is_some_and(|row| self.reversals.is_void(&row.key())),
                provisional: self.central_number(event.id).is_none(),
            });
            on_hand = after;
        }
    }

    /// What happened on a line, reversals at their own place, repeated writes left out.
    fn events<'a>(&self, rows: &'a [Row]) -> Vec<Event<'a>> {
        let mut events = Vec::new();
        let mut reversed: Vec<TxKey> = Vec::new();
        for row in rows.iter().filter(|row| !self.is_suppressed(row.key())) {
            let id = self.entry_id(row.key());
            events.push(Event {
                at: row.time(),
                id,
                row: Some(row),
                voids: None,
            });
            // A movement within one line has two rows there but is voided once.
            if let Some(reversal) = self.reversals.voided_by(row.key())
                && !reversed.contains(&row.key())
            {
                reversed.push(row.key());
                let at = self.reversals.time_of(reversal);
                let id = self.entry_id(reversal);
                events.push(Event {
                    at,
                    id,
                    row: None,
                    voids: Some(row.key()),
                });
            }
        }
        events.sort_by_key(|event| (event.at, event.id));
        events
    }

    /// Why the lines of an item have what they have; at one location, or everywhere.
    #[must_use]
    pub fn why(&self, canonical: &Code, location: Option<&Code>) -> Vec<Why> {
        let mut whys = Vec::new();
        for code in self.aliases(canonical) {
            for line in self.lines_of_code(&code) {
                let key = self.line_key(line);
                if location.is_none_or(|location| *location == key.location) {
                    whys.push(self.why_line(line, key));
                }
            }
        }
        whys.sort_by(|a, b| a.line.cmp(&b.line));
        whys
    }

    fn why_line(&self, line: &Line, key: LineKey) -> Why {
        let rows = self.rows_of(line);
        let (count, later) = line.since_count(&rows);
        let earlier = rows.len().saturating_sub(later.len());
        let mut movements = Vec::new();
        let mut ignored = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let explained = WhyRow {
                id: self.entry_id(row.key()),
                at: row.time(),
                amount: row.amount(),
                is_count: row.is_count(),
            };
            if self.reversals.is_void(&row.key()) {
                ignored.push((explained, "voided by a reversal"));
            } else if self.is_suppressed(row.key()) {
                ignored.push((explained, "the same write again"));
            } else if index >= earlier {
                movements.push(explained);
            } else if count != Some(row) {
                ignored.push((explained, "before the last count"));
            }
        }
        let count = self.last_count(line);
        Why {
            line: key,
            on_hand: line.on_hand(),
            count,
            movements,
            ignored,
        }
    }
}
