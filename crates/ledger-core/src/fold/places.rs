//! What lies where: stock lines by location, and the items of which there are lines, in order.
//!
//! Both follow from the lines and are kept beside them, so that a page about one place, or about
//! the next hundred items, looks at no other.

use std::collections::{BTreeMap, BTreeSet};

use super::history::added_up;
use super::line::Row;
use super::symbols::{LineSymbols, NONE, Symbols};
use super::{Fold, Line, LineInfo, LineKey};
use crate::catalogue::Class;
use crate::code::Code;
use crate::id::EntryId;
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;

/// The lines by location.
#[derive(Debug, Default)]
pub(super) struct Places {
    at: BTreeMap<u32, Vec<u32>>,
    /// Lines of customers, by customer.
    of: BTreeMap<u32, Vec<u32>>,
    items: BTreeSet<Code>,
}

/// The lines by one of their symbols, of which there are so many. The lists have room for what is in
/// them and no more.
fn lists_by(
    count: usize,
    pairs: impl Iterator<Item = (u32, u32)> + Clone,
) -> BTreeMap<u32, Vec<u32>> {
    let mut sizes = vec![0_usize; count];
    let place = |symbol: u32| usize::try_from(symbol).ok();
    for (symbol, _) in pairs.clone() {
        if let Some(size) = place(symbol).and_then(|symbol| sizes.get_mut(symbol)) {
            *size = size.saturating_add(1);
        }
    }
    let mut lists: Vec<Vec<u32>> = sizes.into_iter().map(Vec::with_capacity).collect();
    for (symbol, line) in pairs {
        if let Some(list) = place(symbol).and_then(|symbol| lists.get_mut(symbol)) {
            list.push(line);
        }
    }
    let lists = (0_u32..).zip(lists);
    lists.filter(|(_, list)| !list.is_empty()).collect()
}

impl Places {
    /// What there is of many lines, worked out at once; `of_item` are the same lines by item.
    pub(super) fn of_lines(
        symbols: &Symbols,
        lines: &[Line],
        of_item: &BTreeMap<u32, Vec<u32>>,
    ) -> Self {
        let listed = listed(lines);
        let owned = listed.clone().filter(|(key, _)| key.owner != NONE);
        Self {
            at: lists_by(
                symbols.count(),
                listed.map(|(key, line)| (key.location, line)),
            ),
            of: lists_by(symbols.count(), owned.map(|(key, line)| (key.owner, line))),
            items: of_item
                .keys()
                .filter_map(|item| symbols.optional(*item))
                .collect(),
        }
    }

    /// Takes note of a new line.
    pub(super) fn note(&mut self, symbols: &Symbols, key: LineSymbols, line: u32) {
        self.at.entry(key.location).or_default().push(line);
        if key.owner != NONE {
            self.of.entry(key.owner).or_default().push(line);
        }
        self.items.extend(symbols.optional(key.item));
    }

    /// Forgets a line that has no rows any more; with `last` its item has no other.
    pub(super) fn forget(&mut self, symbols: &Symbols, key: LineSymbols, line: u32, last: bool) {
        drop_line(&mut self.at, key.location, line);
        drop_line(&mut self.of, key.owner, line);
        if let Some(item) = symbols.optional(key.item).filter(|_| last) {
            self.items.remove(&item);
        }
    }
}

/// The lines that have rows, by key and index.
fn listed(lines: &[Line]) -> impl Iterator<Item = (LineSymbols, u32)> + Clone + '_ {
    let lines = lines.iter().zip(0_u32..);
    let listed = lines.filter(|(line, _)| line.is_listed());
    listed.map(|(line, index)| (line.symbols(), index))
}

/// Forgets the rows of the oldest entry where without them there are still enough; says how many.
fn drop_oldest<T>(
    newest: &mut BTreeMap<(Timestamp, EntryId), Vec<T>>,
    count: usize,
    limit: usize,
) -> usize {
    let Some(oldest) = newest.first_entry() else {
        return 0;
    };
    let rows = oldest.get().len();
    if count.saturating_sub(rows) < limit {
        return 0;
    }
    oldest.remove();
    rows
}

/// Takes a line out of a list of lines, and the list when nothing is left in it.
pub(super) fn drop_line(lists: &mut BTreeMap<u32, Vec<u32>>, of: u32, line: u32) {
    if let Some(list) = lists.get_mut(&of) {
        list.retain(|one| *one != line);
        if list.is_empty() {
            lists.remove(&of);
        }
    }
}

/// Some locations, for asking many items whether they lie there.
#[derive(Debug, Clone, Default)]
pub struct Spots(BTreeSet<u32>);

/// One change of a stock line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The entry.
    pub id: EntryId,
    /// When, by its effective time.
    pub at: Timestamp,
    /// Which line, with the item as it is called today.
    pub line: LineKey,
    /// By how much it changed, or what a count saw.
    pub amount: Quantity,
    /// Whether it is a count.
    pub is_count: bool,
}

impl Fold {
    /// Lists all lines that have rows, when none is listed yet: one search for each item and place
    /// where each line would take its own.
    pub(super) fn list_lines(&mut self) {
        let items = listed(&self.lines).map(|(key, line)| (key.item, line));
        self.lines_of_item = lists_by(self.symbols.count(), items);
        self.places = Places::of_lines(&self.symbols, &self.lines, &self.lines_of_item);
    }

    pub(super) fn lines_in(&self, location: &Code) -> impl Iterator<Item = &Line> + '_ {
        self.lines_under(&self.places.at, location)
    }

    fn lines_under<'a>(
        &'a self,
        index: &'a BTreeMap<u32, Vec<u32>>,
        code: &Code,
    ) -> impl Iterator<Item = &'a Line> + use<'a> {
        let lines = self.symbols.find(code);
        let lines = lines.and_then(|symbol| index.get(&symbol));
        let lines = lines.into_iter().flatten();
        lines.filter_map(|line| self.line_at(*line))
    }

    /// On hand of the lines of one customer, in no particular order.
    pub fn lines_owned_by<'a>(
        &'a self,
        customer: &Code,
    ) -> impl Iterator<Item = (LineKey, Total)> + 'a {
        let lines = self.lines_under(&self.places.of, customer);
        lines.map(|line| (self.line_key(line), line.on_hand()))
    }

    /// The items of which any line of a customer is not zero, as they are called today.
    #[must_use]
    pub fn items_owned_by(&self, customer: &Code) -> BTreeSet<Code> {
        let lines = self.lines_under(&self.places.of, customer);
        let lines = lines.filter(|line| !line.on_hand().is_zero());
        lines.map(|line| self.key_today(line).item).collect()
    }

    fn key_today(&self, line: &Line) -> LineKey {
        let mut key = self.line_key(line);
        key.item = self.canonical(&key.item);
        key
    }

    /// What there is at a location, added up where item, owner and batch are the same, without
    /// what is zero.
    #[must_use]
    pub fn stock_at(&self, location: &Code) -> BTreeMap<LineKey, Total> {
        let mut stock: BTreeMap<LineKey, Total> = BTreeMap::new();
        for line in self.lines_in(location) {
            if !line.on_hand().is_zero() {
                let sum = stock.entry(self.key_today(line)).or_default();
                *sum = sum.plus(line.on_hand());
            }
        }
        stock.retain(|_, total| !total.is_zero());
        stock
    }

    /// The stock lines at a location that are not zero, added up likewise.
    #[must_use]
    pub fn lines_at(&self, location: &Code) -> Vec<LineInfo> {
        // Lines of merged items may cancel each other out, or not.
        let apart = self.catalogue.is_unmerged();
        let lines = self.lines_in(location);
        let lines = lines.filter(|line| !apart || !line.on_hand().is_zero());
        let lines = lines.map(|line| LineInfo {
            key: self.key_today(line),
            on_hand: line.on_hand(),
            last_counted: self.last_count(line),
        });
        let mut lines = added_up(lines.collect());
        lines.retain(|line| !line.on_hand.is_zero());
        lines
    }

    /// The last so many changes at a location that count, the newest first; those of one entry in
    /// the order of their lines.
    #[must_use]
    pub fn changes_at(&self, location: &Code, limit: usize) -> Vec<Change> {
        let mut newest: BTreeMap<(Timestamp, EntryId), Vec<(u32, Row)>> = BTreeMap::new();
        let mut count = 0_usize;
        let lines = self.symbols.find(location);
        let lines = lines.and_then(|symbol| self.places.at.get(&symbol));
        for at in lines.into_iter().flatten() {
            let Some(line) = self.line_at(*at) else {
                continue;
            };
            for row in self.rows_of(line).iter() {
                if self.is_ineffective(row.key()) {
                    continue;
                }
                let id = self.entry_id(row.key());
                newest
                    .entry((row.time(), id))
                    .or_default()
                    .push((*at, *row));
                count = count.saturating_add(1);
                count = count.saturating_sub(drop_oldest(&mut newest, count, limit));
            }
        }
        let changes = newest.into_iter().rev().flat_map(|((at, id), mut rows)| {
            // Lines are numbered as they came here, which is another order at every node.
            rows.sort_by_cached_key(|(line, _)| {
                self.line_at(*line).map(|line| self.line_key(line))
            });
            rows.into_iter().map(move |(line, row)| (at, id, line, row))
        });
        let change = |(at, id, line, row): (Timestamp, EntryId, u32, Row)| {
            Some(Change {
                id,
                at,
                line: self.key_today(self.line_at(line)?),
                amount: row.amount(),
                is_count: row.is_count(),
            })
        };
        changes.take(limit).filter_map(change).collect()
    }

    /// What there is of an item and its aliases, by line, without what is zero.
    #[must_use]
    pub fn stock_of(&self, canonical: &Code) -> BTreeMap<LineKey, Total> {
        let mut stock: BTreeMap<LineKey, Total> = BTreeMap::new();
        let aliases = self.aliases(canonical);
        for line in aliases.iter().flat_map(|code| self.lines_of_code(code)) {
            if !line.on_hand().is_zero() {
                let mut key = self.line_key(line);
                key.item = canonical.clone();
                let sum = stock.entry(key).or_default();
                *sum = sum.plus(line.on_hand());
            }
        }
        stock.retain(|_, total| !total.is_zero());
        stock
    }

    /// Makes some locations ready to be asked about.
    pub fn spots<'a>(&self, locations: impl IntoIterator<Item = &'a Code>) -> Spots {
        let symbols = locations.into_iter();
        Spots(
            symbols
                .filter_map(|location| self.symbols.find(location))
                .collect(),
        )
    }

    /// Whether any line of an item is not zero, at these locations and of this owner where that is
    /// asked.
    #[must_use]
    pub fn has_stock(
        &self,
        canonical: &Code,
        spots: Option<&Spots>,
        owner: Option<Option<&Code>>,
    ) -> bool {
        let owner = match owner {
            None => None,
            Some(None) => Some(NONE),
            Some(Some(customer)) => match self.symbols.find(customer) {
                Some(symbol) => Some(symbol),
                None => return false,
            },
        };
        let aliases = self.aliases(canonical);
        let mut lines = aliases.iter().flat_map(|code| self.lines_of_code(code));
        lines.any(|line| {
            let key = line.symbols();
            !line.on_hand().is_zero()
                && owner.is_none_or(|owner| key.owner == owner)
                && spots.is_none_or(|spots| spots.0.contains(&key.location))
        })
    }

    /// All barcodes that were ever bound, in order.
    pub fn barcodes(&self) -> impl Iterator<Item = &crate::code::Barcode> {
        self.catalogue.all_barcodes()
    }

    /// The items by code, beginning behind one, without aliases: those that somebody defined, and
    /// those that only movements and counts name.
    pub fn items_after<'a>(
        &'a self,
        after: Option<&Code>,
    ) -> impl Iterator<Item = &'a Code> + use<'a> {
        use std::ops::Bound;
        let begin = after.map_or(Bound::Unbounded, |after| Bound::Excluded(after.clone()));
        let mut moved = self
            .places
            .items
            .range((begin, Bound::Unbounded))
            .peekable();
        let mut defined = self
            .things_after(Class::Item, after)
            .map(|thing| thing.code)
            .peekable();
        let next = std::iter::from_fn(move || match (moved.peek(), defined.peek()) {
            (Some(a), Some(b)) if a == b => {
                moved.next();
                defined.next()
            }
            (Some(a), Some(b)) if a < b => moved.next(),
            (Some(_), None) => moved.next(),
            (_, Some(_) | None) => defined.next(),
        });
        next.filter(|code| self.catalogue.is_unmerged() || self.canonical(code) == **code)
    }
}
