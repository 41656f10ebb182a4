//! Stock lines: their movements and counts in F1 order, and what is on hand (F2).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::OnceLock;

use super::symbols::LineSymbols;
use super::{TxKey, packed};
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

/// The packed rows of a line, among those of all lines.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Older {
    pub(super) start: u32,
    pub(super) bytes: u32,
    pub(super) rows: u32,
}

impl Older {
    fn rows(self, packed: &[u8]) -> impl Iterator<Item = Row> + '_ {
        packed::rows(self.bytes_in(packed), self.rows)
    }

    pub(super) fn bytes_in(self, packed: &[u8]) -> &[u8] {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let bytes = usize::try_from(self.bytes).unwrap_or(usize::MAX);
        packed
            .get(start..start.saturating_add(bytes))
            .unwrap_or_default()
    }
}

/// A stock line with all that happened on it. Its older rows may be packed, in bytes that the fold
/// has and hands over.
#[derive(Debug)]
pub(crate) struct Line {
    symbols: LineSymbols,
    pub(super) older: Older,
    recent: Vec<Row>,
    dirty: bool,
    /// Whether the fold's lists name it; one that lost all its rows is in none.
    listed: bool,
    pub(super) on_hand: Total,
    /// Index of the last count that counts.
    last_count: Option<u32>,
    /// That count, once somebody asked for it.
    count: OnceLock<Row>,
}

/// All rows of a line in F1 order.
pub(crate) type Rows<'a> = Cow<'a, [Row]>;

impl Line {
    pub(super) fn new(symbols: LineSymbols) -> Self {
        Self {
            symbols,
            older: Older::default(),
            recent: Vec::new(),
            dirty: false,
            listed: true,
            on_hand: Total::ZERO,
            last_count: None,
            count: OnceLock::new(),
        }
    }

    /// Whether the fold's lists name it.
    pub(super) const fn is_listed(&self) -> bool {
        self.listed
    }

    pub(super) const fn set_listed(&mut self, listed: bool) {
        self.listed = listed;
    }

    /// Takes all rows of an entry away. Says whether that made settling necessary, as
    /// [`Line::push`] does.
    pub(super) fn remove(&mut self, key: TxKey, packed: &[u8]) -> bool {
        self.unpack(packed);
        self.recent.retain(|row| row.key() != key);
        !std::mem::replace(&mut self.dirty, true)
    }

    /// Whether nothing happened on it, or nothing that was not taken away.
    pub(super) const fn is_empty(&self) -> bool {
        self.older.rows == 0 && self.recent.is_empty()
    }

    pub(super) const fn symbols(&self) -> LineSymbols {
        self.symbols
    }

    pub(crate) const fn on_hand(&self) -> Total {
        self.on_hand
    }

    pub(crate) const fn is_counted(&self) -> bool {
        self.last_count.is_some()
    }

    /// All rows in F1 order.
    pub(crate) fn rows<'a>(&'a self, packed: &[u8]) -> Rows<'a> {
        if self.older.rows == 0 {
            return Cow::Borrowed(&self.recent);
        }
        let mut rows = Vec::with_capacity(self.len());
        rows.extend(self.older.rows(packed));
        rows.extend_from_slice(&self.recent);
        Cow::Owned(rows)
    }

    /// The same one after the other, without unpacking all of them first.
    pub(super) fn each_row<'a>(&'a self, packed: &'a [u8]) -> impl Iterator<Item = Row> + 'a {
        self.older.rows(packed).chain(self.recent.iter().copied())
    }

    fn len(&self) -> usize {
        let older = usize::try_from(self.older.rows).unwrap_or(usize::MAX);
        older.saturating_add(self.recent.len())
    }

    /// Index of its last count that counts.
    pub(super) const fn count_at(&self) -> Option<u32> {
        self.last_count
    }

    pub(super) fn set_count_at(&mut self, at: Option<u32>) {
        self.last_count = at;
        self.count = OnceLock::new();
    }

    /// Its last count that counts.
    pub(crate) fn count_row(&self, packed: &[u8]) -> Option<Row> {
        let at = self.last_count?;
        if let Some(known) = self.count.get() {
            return Some(*known);
        }
        let count = self.row(at, packed)?;
        Some(*self.count.get_or_init(|| count))
    }

    fn row(&self, at: u32, packed: &[u8]) -> Option<Row> {
        if let Some(recent) = at.checked_sub(self.older.rows) {
            return self.recent.get(usize::try_from(recent).ok()?).copied();
        }
        self.older.rows(packed).nth(usize::try_from(at).ok()?)
    }

    /// Of its rows those after the last count, and that count.
    pub(crate) fn since_count<'a>(&self, rows: &'a [Row]) -> (Option<&'a Row>, &'a [Row]) {
        let Some(at) = self.last_count.and_then(|at| usize::try_from(at).ok()) else {
            return (None, rows);
        };
        (
            rows.get(at),
            rows.get(at.saturating_add(1)..).unwrap_or_default(),
        )
    }

    /// Takes a row. In order it is added up at once; a late one waits for [`Line::settle`]. Says
    /// whether this row is the one that made settling necessary.
    pub(super) fn push(
        &mut self,
        row: Row,
        counts: bool,
        packed: &[u8],
        compare: impl Fn(&Row, &Row) -> Ordering,
    ) -> bool {
        let was_dirty = self.dirty;
        let late = |last: &Row| compare(last, &row) == Ordering::Greater;
        let is_late = match self.recent.last() {
            Some(last) => late(last),
            None if self.older.rows > 0 => {
                self.older.rows(packed).last().as_ref().is_some_and(late)
            }
            None => false,
        };
        let at = u32::try_from(self.recent.len()).unwrap_or(u32::MAX);
        self.recent.push(row);
        self.dirty |= is_late;
        if counts && !self.dirty {
            self.on_hand = row.after(self.on_hand);
            if row.is_count() {
                self.set_count_at(Some(self.older.rows.saturating_add(at)));
            }
        }
        self.dirty && !was_dirty
    }

    /// Has all rows at hand, to change them.
    fn unpack(&mut self, packed: &[u8]) {
        if self.older.rows > 0 {
            self.recent = self.rows(packed).into_owned();
            self.older = Older::default();
        }
    }

    /// Gives the rows of one origin their new times; the line must be settled afterwards.
    pub(super) fn replace_times(
        &mut self,
        origin: u32,
        packed: &[u8],
        time: impl Fn(TxKey) -> Timestamp,
    ) {
        self.unpack(packed);
        for row in self.recent.iter_mut().filter(|row| row.key().0 == origin) {
            row.time = time(row.key()).millis();
        }
        self.dirty = true;
    }

    /// Puts the rows in order and works out what is on hand.
    pub(super) fn settle(
        &mut self,
        packed: &[u8],
        compare: impl Fn(&Row, &Row) -> Ordering,
        is_ineffective: impl Fn(TxKey) -> bool,
    ) {
        self.unpack(packed);
        let is_sorted = self
            .recent
            .is_sorted_by(|a, b| compare(a, b) != Ordering::Greater);
        if !is_sorted {
            self.recent.sort_by(compare);
        }
        let rows = &self.recent;
        let has_ineffective = rows.iter().any(|row| is_ineffective(row.key()));
        let counts = |row: &&Row| !has_ineffective || !is_ineffective(row.key());
        let last_count = rows
            .iter()
            .rposition(|row| row.is_count() && counts(&row))
            .and_then(|at| u32::try_from(at).ok());
        self.set_count_at(last_count);
        let rows = &self.recent;
        let counts = |row: &&Row| !has_ineffective || !is_ineffective(row.key());
        let (count, later) = self.since_count(rows);
        let start = count.map_or(Total::ZERO, |count| count.amount().total());
        self.on_hand = later
            .iter()
            .filter(counts)
            .fold(start, |sum, row| row.after(sum));
        self.dirty = false;
    }

    /// How many rows are not packed.
    pub(super) const fn recent_len(&self) -> usize {
        self.recent.len()
    }

    /// Appends its rows to new packed bytes, where they are from then on.
    pub(super) fn pack(&mut self, packed: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        if self.recent.is_empty() {
            out.extend_from_slice(self.older.bytes_in(packed));
        } else {
            packed::put_rows(&self.rows(packed), out);
        }
        let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        self.older = Older {
            start: number(start),
            bytes: number(out.len().saturating_sub(start)),
            rows: self.older.rows.saturating_add(number(self.recent.len())),
        };
        self.recent = Vec::new();
    }
}
