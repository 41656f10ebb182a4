//! Movements for orders (F9): what was picked, what came back, and what is still out.

use std::collections::BTreeMap;

use super::documents::Until;
use super::{Fold, LineKey, TxKey};
use crate::code::Code;
use crate::document::Family;
use crate::id::EntryId;
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;

/// A movement for an order that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderMove {
    /// The entry.
    pub id: EntryId,
    /// When, in the order of F1.
    pub at: Timestamp,
    /// From which stock line, or back to which; the item is the one it is called today.
    pub line: LineKey,
    /// How much: out positive, back negative.
    pub quantity: Quantity,
}

impl Fold {
    /// The movements that count for an order, oldest first.
    #[must_use]
    pub fn order_moves(&self, order: EntryId) -> Vec<OrderMove> {
        let picks = self.picks_of(order).into_iter();
        let moves = picks.filter_map(|(key, quantity)| {
            let (from, to) = self.origins.touch(key).lines();
            let mut line = self.line_key(self.line_at(from.or(to)?)?);
            line.item = self.canonical(&line.item);
            let (at, id) = self.moment_of(key);
            Some(OrderMove {
                id,
                at,
                line,
                quantity,
            })
        });
        moves.collect()
    }

    /// The movements that count for an order, in F1 order.
    pub(crate) fn picks_of(&self, order: EntryId) -> Vec<(TxKey, Quantity)> {
        let booked = self.booked(order).into_iter();
        booked.map(|(key, booked)| (key, booked.quantity)).collect()
    }

    /// The order that a movement picks for, or returns from; none when it means another one that
    /// has this id elsewhere.
    #[must_use]
    pub fn order_of_movement(&self, id: EntryId) -> Option<EntryId> {
        self.order_of(self.origins.known_key(id)?)
    }

    pub(super) fn order_of(&self, key: TxKey) -> Option<EntryId> {
        let (family, order) = self.document_of_key(key)?;
        (family == Family::Order).then_some(order)
    }

    /// How much of each item is picked for an order, less what was returned.
    pub(super) fn picked(&self, order: EntryId, until: Until) -> BTreeMap<Code, Total> {
        self.out_for(order, until)
    }

    /// Stock that is out for an item of an order or a lot, newest pick last: from where, how much, and
    /// the pick. Returns count against picks from the same line, then against those of the same owner
    /// and batch, then against any, newest first.
    #[must_use]
    pub fn outstanding(&self, order: EntryId, item: &Code) -> Vec<(LineKey, Total, EntryId)> {
        let mut out: Vec<(LineKey, Total, EntryId)> = Vec::new();
        for (key, quantity) in self.picks_of(order) {
            if self.moved_item(key).as_ref() != Some(item) {
                continue;
            }
            let (from, to) = self.origins.touch(key).lines();
            let line = from.or(to).and_then(|line| self.line_at(line));
            let Some(mut line) = line.map(|line| self.line_key(line)) else {
                continue;
            };
            line.item = item.clone();
            let id = self.entry_id(key);
            if quantity.is_negative() {
                take_back(&mut out, &line, Total::ZERO.minus(quantity.total()));
            } else if !quantity.is_zero() {
                out.push((line, quantity.total(), id));
            }
        }
        out
    }
}

fn take_back(out: &mut Vec<(LineKey, Total, EntryId)>, line: &LineKey, mut back: Total) {
    let same_line: fn(&LineKey, &LineKey) -> bool = |from, line| from == line;
    let same_stock =
        |from: &LineKey, line: &LineKey| (&from.owner, &from.batch) == (&line.owner, &line.batch);
    for is_meant in [same_line, same_stock, |_, _| true] {
        for (from, quantity, _) in out.iter_mut().rev() {
            if !is_meant(from, line) {
                continue;
            }
            let taken = back.min(*quantity);
            *quantity = quantity.minus(taken);
            back = back.minus(taken);
        }
    }
    out.retain(|(_, quantity, _)| !quantity.is_zero());
}
