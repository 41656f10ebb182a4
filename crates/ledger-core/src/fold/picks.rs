//! Movements for orders (F9): what was picked, what came back, and what is still out.

use std::collections::BTreeMap;

use super::orders::Until;
use super::{Fold, LineKey, TxKey};
use crate::code::Code;
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
        self.picks_until(order, None)
    }

    /// The movements that counted for an order at a moment: a reversal counts from its own on.
    fn picks_until(&self, order: EntryId, until: Until) -> Vec<(TxKey, Quantity)> {
        let by_then = |key: TxKey| until.is_none_or(|until| self.moment_of(key) <= until);
        let hash8 = self.reference(order).map(|opening| opening.hash8);
        let mut picks: Vec<(TxKey, Quantity)> = self
            .orders
            .movements_of(order)
            .iter()
            .filter(|key| by_then(**key) && !self.is_suppressed(**key))
            .filter(|key| !self.reversals.voided_by(**key).is_some_and(by_then))
            .filter_map(|key| {
                let pick = self.orders.picks.get(key)?;
                (Some(pick.order.hash8) == hash8).then_some((*key, pick.quantity))
            })
            .collect();
        picks.sort_by_key(|(key, _)| self.moment_of(*key));
        picks
    }

    /// The item of a movement, as it is called today.
    pub(crate) fn picked_item(&self, key: TxKey) -> Option<Code> {
        let (from, to) = self.origins.touch(key).lines();
        let line = self.line_at(from.or(to)?)?;
        Some(self.canonical(&self.line_key(line).item))
    }

    /// The order that a movement picks for, or returns from; none when it means another one that
    /// has this id elsewhere.
    #[must_use]
    pub fn order_of_movement(&self, id: EntryId) -> Option<EntryId> {
        self.order_of(self.origins.known_key(id)?)
    }

    pub(super) fn order_of(&self, key: TxKey) -> Option<EntryId> {
        let order = self.orders.picks.get(&key)?.order;
        let same = self
            .reference(order.id)
            .is_none_or(|opening| opening.hash8 == order.hash8);
        same.then_some(order.id)
    }

    /// How much of each item is picked for an order, less what was returned.
    pub(super) fn picked(&self, order: EntryId, until: Until) -> BTreeMap<Code, Total> {
        let mut picked: BTreeMap<Code, Total> = BTreeMap::new();
        for (key, quantity) in self.picks_until(order, until) {
            if let Some(item) = self.picked_item(key) {
                let sum = picked.entry(item).or_default();
                *sum = sum.plus(quantity.total());
            }
        }
        picked
    }

    /// Stock that is out for an order's item, newest pick last: from where, how much, and the pick.
    /// Returns count against picks from the same line, then against any, newest first.
    #[must_use]
    pub fn outstanding(&self, order: EntryId, item: &Code) -> Vec<(LineKey, Total, EntryId)> {
        let mut out: Vec<(LineKey, Total, EntryId)> = Vec::new();
        for (key, quantity) in self.picks_of(order) {
            if self.picked_item(key).as_ref() != Some(item) {
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
    for same_line in [true, false] {
        for (from, quantity, _) in out.iter_mut().rev() {
            if same_line && from != line {
                continue;
            }
            let taken = back.min(*quantity);
            *quantity = quantity.minus(taken);
            back = back.minus(taken);
        }
    }
    out.retain(|(_, quantity, _)| !quantity.is_zero());
}
