//! The history of an item with what was available after each row: on hand less promises.
//!
//! Promises are told as they were by F1 order: at each moment the claims that were made by then are
//! served from the stock that was there then. What is available at the end of the history is what
//! is available today.

use std::collections::{BTreeMap, BTreeSet};

use super::Fold;
use super::allocation::{Allocation, Claim, PoolKey, Pools};
use super::history::{HistoryRow, RowKind};
use super::line::LineKey;
use super::steps::{Moment, written_next};
use crate::code::Code;
use crate::id::EntryId;
use crate::quantity::Total;

/// Promises by when something was said of them: which orders it was about.
pub(super) type PromiseEvents = BTreeMap<Moment, BTreeSet<EntryId>>;

/// What was before the rows that are told: each line that had anything, since when and how much,
/// and what was said about orders.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) lines: Vec<(LineKey, (Moment, Total))>,
    pub(super) promises: PromiseEvents,
}

impl Before {
    /// The last moment of it.
    fn end(&self) -> Option<Moment> {
        let lines = self.lines.iter().map(|(_, (moment, _))| *moment);
        lines.chain(self.promises.keys().copied()).max()
    }
}

/// What there is and what is promised while the history is told.
struct Running<'a> {
    fold: &'a Fold,
    item: &'a Code,
    on_hand: BTreeMap<Option<Code>, Total>,
    pools: Pools,
    /// The pool of a stock line, if its stock is usable.
    pool_of: BTreeMap<LineKey, Option<PoolKey>>,
    claims: BTreeMap<EntryId, Vec<Claim>>,
    available: BTreeMap<Option<Code>, Total>,
}

impl Running<'_> {
    fn moved(&mut self, line: &LineKey, change: Total) {
        let sum = self.on_hand.entry(line.owner.clone()).or_default();
        *sum = sum.plus(change);
        let fold = self.fold;
        let pool = self.pool_of.entry(line.clone()).or_insert_with(|| {
            let pool = || (line.owner.clone(), fold.site_of(&line.location));
            fold.is_usable(line).then(pool)
        });
        if let Some(pool) = pool {
            let sum = self.pools.entry(pool.clone()).or_default();
            *sum = sum.plus(change);
        }
    }

    /// The claims of an order as they are at a moment.
    fn claimed(&mut self, order: EntryId, until: Moment) {
        let claims = self.fold.claims_of(order, self.item, Some(until));
        if claims.is_empty() {
            self.claims.remove(&order);
        } else {
            self.claims.insert(order, claims);
        }
    }

    /// Works out what is available now; gives the owners for whom that changed.
    fn settle(&mut self) -> Vec<Option<Code>> {
        let claims: Vec<Claim> = self.claims.values().flatten().cloned().collect();
        let mut owners: BTreeSet<Option<Code>> = self.on_hand.keys().cloned().collect();
        let allocation = if claims.is_empty() {
            Allocation::default()
        } else {
            let there = self.pools.iter().filter(|(_, sum)| **sum > Total::ZERO);
            Allocation::of(
                claims,
                there.map(|(key, sum)| (key.clone(), *sum)).collect(),
            )
        };
        owners.insert(None);
        let mut changed = Vec::new();
        for owner in owners {
            let on_hand = self.on_hand.get(&owner).copied().unwrap_or_default();
            let now = on_hand.minus(allocation.promised(owner.as_ref()));
            if self
                .available
                .insert(owner.clone(), now)
                .unwrap_or_default()
                != now
            {
                changed.push(owner);
            }
        }
        changed
    }

    fn of(&self, owner: &Option<Code>) -> (Total, Total) {
        let on_hand = self.on_hand.get(owner).copied().unwrap_or_default();
        let available = self.available.get(owner).copied().unwrap_or_default();
        (on_hand, available)
    }
}

impl Fold {
    /// Fills in what was on hand and available after each row, and adds rows for what was promised.
    /// The rows must be in order.
    pub(super) fn with_promises(
        &self,
        item: &Code,
        rows: Vec<HistoryRow>,
        before: &Before,
        events: PromiseEvents,
    ) -> Vec<HistoryRow> {
        let mut events = events.into_iter().peekable();
        let mut running = Running {
            fold: self,
            item,
            on_hand: BTreeMap::new(),
            pools: Pools::new(),
            pool_of: BTreeMap::new(),
            claims: BTreeMap::new(),
            available: BTreeMap::new(),
        };
        running.begin(before);
        let mut told = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter().peekable();
        loop {
            let moment = rows.peek().map(|row| (row.at, row.id));
            match (moment, events.peek().map(|(at, _)| *at)) {
                (None, None) => return told,
                (Some(row_at), event_at) if event_at.is_none_or(|event| row_at < event) => {
                    if let Some(row) = rows.next() {
                        running.row(row, row_at, &mut told);
                    }
                }
                (_, _) => {
                    if let Some((at, orders)) = events.next() {
                        running.promises(at, &orders, rows.peek(), &mut told);
                    }
                }
            }
        }
    }

    /// When something was said about orders of an item, and which orders.
    pub(super) fn promise_events(&self, item: &Code) -> PromiseEvents {
        let mut events = PromiseEvents::new();
        for entered in self.aliases(item) {
            for order in self.documents.with_item(&entered) {
                for key in self.order_events(order, &entered) {
                    let orders = events.entry(self.moment_of(key)).or_default();
                    orders.insert(order);
                }
            }
        }
        events
    }
}

impl Running<'_> {
    /// Begins with what was before.
    fn begin(&mut self, before: &Before) {
        let Some(end) = before.end() else { return };
        for (line, (_, on_hand)) in &before.lines {
            self.moved(line, *on_hand);
        }
        let orders: BTreeSet<EntryId> = before.promises.values().flatten().copied().collect();
        for order in orders {
            self.claimed(order, end);
        }
        // Only what changes from here on is told.
        let _known = self.settle();
    }

    fn row(&mut self, mut row: HistoryRow, at: Moment, told: &mut Vec<HistoryRow>) {
        if let Some(line) = &row.line {
            self.moved(line, row.change);
        }
        let reversed = row
            .reverses
            .and_then(|target| self.fold.order_of_movement(target));
        let about = row.order.or(reversed);
        for order in row.order.into_iter().chain(reversed) {
            self.claimed(order, at);
        }
        let mut changed = self.settle();
        changed.retain(|owner| *owner != row.owner);
        (row.on_hand, row.available) = self.of(&row.owner);
        told.push(row);
        // A customer's own stock that comes or goes frees ours, or takes it.
        for owner in changed {
            told.push(self.promise_row(at, owner, about));
        }
    }

    /// Tells what was promised at a moment, unless the next row tells it: the movement that was
    /// written with it, for the same order.
    fn promises(
        &mut self,
        at: Moment,
        orders: &BTreeSet<EntryId>,
        next: Option<&HistoryRow>,
        told: &mut Vec<HistoryRow>,
    ) {
        for order in orders {
            self.claimed(*order, at);
        }
        let follows = next.filter(|row| {
            (row.at, row.id) == written_next(at)
                && row.order.is_some_and(|order| orders.contains(&order))
        });
        for owner in self.settle() {
            if follows.is_some_and(|row| row.owner == owner) {
                continue;
            }
            told.push(self.promise_row(at, owner, orders.first().copied()));
        }
    }

    /// A row that says what is available of an owner's stock since a promise changed.
    fn promise_row(&self, at: Moment, owner: Option<Code>, order: Option<EntryId>) -> HistoryRow {
        let (on_hand, available) = self.of(&owner);
        HistoryRow {
            id: at.1,
            at: at.0,
            kind: RowKind::Order,
            line: None,
            owner,
            order,
            change: Total::ZERO,
            line_on_hand: Total::ZERO,
            on_hand,
            available,
            voided: false,
            withheld: None,
            provisional: self.fold.central_number(at.1).is_none(),
            reverses: None,
        }
    }
}
