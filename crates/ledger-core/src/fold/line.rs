//! Stock lines: their movements and counts in F1 order, and what is on hand (F2).

use std::cmp::Ordering;

use super::TxKey;
use super::symbols::LineSymbols;
use crate::code::Code;
use crate::id::EntryId;
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;

/// The key of a stock line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineKey {
    /// The item.
    pub item: Code,
    /// Where.
    pub location: Code,
    /// Whose: a customer's, or ours.
    pub owner: Option<Code>,
    /// Which batch.
    pub batch: Option<Code>,
}

/// A count as the last word on a stock line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastCount {
    /// The entry.
    pub id: EntryId,
    /// When, by its effective time.
    pub at: Timestamp,
    /// What was seen.
    pub quantity: Quantity,
}

/// A stock line as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineInfo {
    /// Which line; the item is the one it is entered under or stands for.
    pub key: LineKey,
    /// How much is there.
    pub on_hand: Total,
    /// Its last count.
    pub last_counted: Option<LastCount>,
}

/// One movement or count on a line. 24 bytes, since there are as many as entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    time: u64,
    amount: i64,
    /// The origin's index above the bit that says it is a count.
    tag: u32,
    seq: u32,
}

impl Row {
    fn new(time: Timestamp, key: TxKey, amount: Quantity, count: bool) -> Self {
        Self {
            time: time.millis(),
            amount: amount.ten_thousandths(),
            tag: (key.0 << 1) | u32::from(count),
            seq: u32::try_from(key.1).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn movement(time: Timestamp, key: TxKey, amount: Quantity) -> Self {
        Self::new(time, key, amount, false)
    }

    pub(super) fn count(time: Timestamp, key: TxKey, amount: Quantity) -> Self {
        Self::new(time, key, amount, true)
    }

    pub(crate) const fn is_count(&self) -> bool {
        self.tag & 1 == 1
    }

    pub(crate) fn key(&self) -> TxKey {
        (self.tag >> 1, u64::from(self.seq))
    }

    pub(crate) const fn time(&self) -> Timestamp {
        Timestamp::from_millis(self.time)
    }

    /// The change of a movement, or what a count saw.
    pub(crate) const fn amount(&self) -> Quantity {
        Quantity::from_ten_thousandths(self.amount)
    }

    /// What is on hand after this row, when `before` was there.
    pub(super) const fn after(&self, before: Total) -> Total {
        if self.is_count() {
            self.amount().total()
        } else {
            before.plus(self.amount().total())
        }
    }
}

/// A stock line with all that happened on it.
#[derive(Debug)]
pub(crate) struct Line {
    symbols: LineSymbols,
    rows: Vec<Row>,
    dirty: bool,
    /// Whether any row here does not count, so that asking for each is needed.
    has_ineffective: bool,
    on_hand: Total,
    /// Index of the last count that counts.
    last_count: Option<u32>,
}

impl Line {
    pub(super) const fn new(symbols: LineSymbols) -> Self {
        Self {
            symbols,
            rows: Vec::new(),
            dirty: false,
            has_ineffective: false,
            on_hand: Total::ZERO,
            last_count: None,
        }
    }

    pub(super) const fn symbols(&self) -> LineSymbols {
        self.symbols
    }

    pub(crate) const fn on_hand(&self) -> Total {
        self.on_hand
    }

    /// All rows in F1 order.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows after the last count, and that count.
    pub(crate) fn since_count(&self) -> (Option<&Row>, &[Row]) {
        let Some(at) = self.last_count.and_then(|at| usize::try_from(at).ok()) else {
            return (None, &self.rows);
        };
        (
            self.rows.get(at),
            self.rows.get(at.saturating_add(1)..).unwrap_or_default(),
        )
    }

    /// Takes a row. In order it is added up at once; a late one waits for [`Line::settle`]. Says
    /// whether this row is the one that made settling necessary.
    pub(super) fn push(
        &mut self,
        row: Row,
        counts: bool,
        compare: impl Fn(&Row, &Row) -> Ordering,
    ) -> bool {
        let was_dirty = self.dirty;
        let late = self
            .rows
            .last()
            .is_some_and(|last| compare(last, &row) == Ordering::Greater);
        let at = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(row);
        self.dirty |= late;
        if !counts {
            self.has_ineffective = true;
        } else if !self.dirty {
            self.on_hand = row.after(self.on_hand);
            if row.is_count() {
                self.last_count = Some(at);
            }
        }
        self.dirty && !was_dirty
    }

    /// Gives the rows of one origin their new times; the line must be settled afterwards.
    pub(super) fn replace_times(&mut self, origin: u32, time: impl Fn(TxKey) -> Timestamp) {
        for row in self.rows.iter_mut().filter(|row| row.key().0 == origin) {
            row.time = time(row.key()).millis();
        }
        self.dirty = true;
    }

    /// Puts the rows in order and works out what is on hand.
    pub(super) fn settle(
        &mut self,
        compare: impl Fn(&Row, &Row) -> Ordering,
        is_ineffective: impl Fn(TxKey) -> bool,
    ) {
        if !self
            .rows
            .is_sorted_by(|a, b| compare(a, b) != Ordering::Greater)
        {
            self.rows.sort_by(compare);
        }
        self.has_ineffective = self.rows.iter().any(|row| is_ineffective(row.key()));
        let counts = |row: &&Row| !self.has_ineffective || !is_ineffective(row.key());
        self.last_count = self
            .rows
            .iter()
            .rposition(|row| row.is_count() && counts(&row))
            .and_then(|at| u32::try_from(at).ok());
        let (count, later) = self.since_count();
        let start = count.map_or(Total::ZERO, |count| count.amount().total());
        self.on_hand = later
            .iter()
            .filter(counts)
            .fold(start, |sum, row| row.after(sum));
        self.dirty = false;
    }
}
