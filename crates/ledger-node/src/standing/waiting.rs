//! Order lines that wait for stock, or that have some and wait to be picked.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ledger_core::at_entry::settings::{OrderPolicy, order_policy};
use ledger_core::fold::{DocumentState, Fold, News, OrderLine};
use ledger_core::{Code, EntryId, Timestamp, Total};

use super::Follows;

/// A line of an open order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waits {
    pub(crate) line: OrderLine,
    /// Its order takes stock as soon as there is some.
    pub(crate) issues: bool,
    /// What it has now came after it was asked for.
    pub(crate) waited: bool,
}

impl Waits {
    /// Something waits to be picked.
    pub(crate) fn is_ready(&self) -> bool {
        self.line.allocated > Total::ZERO
    }

    /// Something is not there.
    pub(crate) fn is_short(&self) -> bool {
        self.line.backorder > Total::ZERO
    }

    /// Whether what it waited for has come. What an issuing order is promised now it would have
    /// taken at once: it waited. A reserving one may simply have reserved it.
    pub(crate) fn has_come(&self) -> bool {
        self.is_ready() && (self.issues || self.waited)
    }

    /// Whether it is a backorder: it wants more than there is for it, or its order issues and has
    /// not taken what came. A reserving order that has all it wants waits no longer.
    pub(crate) fn is_backorder(&self) -> bool {
        self.is_short() || (self.issues && self.is_ready())
    }
}

/// In which turn a line comes before a person: what is ready first, then the oldest.
type Turn = (Reverse<bool>, Option<Timestamp>, Code, EntryId, Code);

/// All such lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    lines: BTreeMap<Turn, Waits>,
    /// By item and order.
    turns: BTreeMap<Code, BTreeMap<EntryId, Turn>>,
}

impl Waiting {
    /// The lines, those that are ready first, then the oldest.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Waits> {
        self.lines.values()
    }

    /// The same of one item.
    pub(crate) fn lines_of(&self, item: &Code) -> impl Iterator<Item = &Waits> {
        let turns = self.turns.get(item).into_iter();
        let turns: BTreeSet<&Turn> = turns.flat_map(BTreeMap::values).collect();
        turns.into_iter().filter_map(|turn| self.lines.get(turn))
    }

    /// The lines of an order that want something or were picked, by item.
    pub(crate) fn lines_of_order(&self, fold: &Fold, order: EntryId) -> Vec<OrderLine> {
        fold.order_lines_with(order, |item| {
            let turn = self.turns.get(item)?.get(&order)?;
            Some(self.lines.get(turn)?.line.clone())
        })
    }

    fn set_item(&mut self, fold: &Fold, item: &Code) {
        for turn in self.turns.remove(item).unwrap_or_default().into_values() {
            self.lines.remove(&turn);
        }
        for line in fold.lines_wanting(item) {
            let Some(order) = fold.order(line.order) else {
                continue;
            };
            let mut waits = Waits {
                issues: order_policy(fold, order.order_type) == OrderPolicy::Issue,
                waited: false,
                line,
            };
            let ready = waits.is_ready();
            if order.state != DocumentState::Open || !(ready || waits.is_short()) {
                continue;
            }
            waits.waited = ready && !waits.issues && fold.waited(waits.line.order, item);
            let turn = (
                Reverse(ready),
                waits.line.since,
                order.number,
                waits.line.order,
                item.clone(),
            );
            let turns = self.turns.entry(item.clone()).or_default();
            turns.insert(waits.line.order, turn.clone());
            self.lines.insert(turn, waits);
        }
    }
}

impl Follows for Waiting {
    fn anew(fold: &Fold) -> Self {
        let mut waiting = Self::default();
        for item in fold.wanted_items() {
            waiting.set_item(fold, &item);
        }
        waiting
    }

    fn learn(&mut self, fold: &Fold, news: News) {
        for item in news.items {
            self.set_item(fold, &item);
        }
    }
}
