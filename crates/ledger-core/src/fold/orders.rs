//! Orders (F7, F9): what was written about them, and what an order and its lines are by that.
//!
//! All writes are kept, and what follows is found when it is asked for, as in the catalogue. A line
//! is an order's demand for one item; it is set by entries of its own, and picked by movements that
//! name the order.

mod home;

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{self, Stamp};
use super::origin::Origins;
use super::{Fold, TxKey};
use crate::catalogue::Value;
use crate::code::Code;
use crate::entry::{OrderEnded, OrderEntry, OrderExpedited, OrderLineSet, OrderOpened, OrderSet};
use crate::id::{EntryId, EntryRef};
use crate::order::{OrderType, key};
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderState {
    /// It wants what its lines say.
    Open,
    /// Done; final.
    Closed,
    /// Called off; final.
    Cancelled,
}

impl OrderState {
    /// The state as it is shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An order as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The entry that opened it.
    pub id: EntryId,
    /// What people call it by.
    pub number: Code,
    /// What it is for.
    pub order_type: OrderType,
    /// Open, closed or cancelled.
    pub state: OrderState,
    /// The customer.
    pub customer: Option<Code>,
    /// The site whose stock serves it; none is any.
    pub site: Option<Code>,
    /// The day it is due, in days since 1970-01-01.
    pub due: Option<u32>,
    /// What it is about.
    pub title: Option<String>,
    /// How far the work is.
    pub stage: Option<String>,
    /// When it was opened.
    pub opened: Timestamp,
    /// Its opening has no central number yet.
    pub provisional: bool,
}

/// Where something stands in the central order: numbered things first, the others by F1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Numbered(u64),
    Provisional(Timestamp, EntryId),
}

impl Standing {
    pub(super) const fn is_provisional(self) -> bool {
        matches!(self, Self::Provisional(..))
    }
}

/// One write about an order that is known by a reference.
#[derive(Debug, Clone)]
struct Said<T> {
    stamp: Stamp,
    hash8: [u8; 8],
    what: T,
}

/// A movement for an order: out positive, back negative.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pick {
    pub(super) order: EntryRef,
    pub(super) quantity: Quantity,
}

#[derive(Debug, Default)]
struct LineLog {
    wanted: Vec<Said<Quantity>>,
    ranks: Vec<Said<i64>>,
}

#[derive(Debug, Default)]
struct OrderLog {
    opened: Option<(Stamp, OrderOpened)>,
    sets: Vec<Said<OrderSet>>,
    lines: BTreeMap<Code, LineLog>,
    ends: Vec<Said<OrderState>>,
    picks: Vec<TxKey>,
}

impl OrderLog {
    fn is_empty(&self) -> bool {
        self.opened.is_none()
            && self.sets.is_empty()
            && self.lines.is_empty()
            && self.ends.is_empty()
            && self.picks.is_empty()
    }
}

/// All that was written about orders.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    logs: BTreeMap<EntryId, OrderLog>,
    by_number: BTreeMap<Code, BTreeSet<EntryId>>,
    by_item: BTreeMap<Code, BTreeSet<EntryId>>,
    pub(super) picks: BTreeMap<TxKey, Pick>,
}

impl Orders {
    /// Takes note of an entry, which has this id.
    pub(super) fn take(&mut self, id: EntryId, stamp: Stamp, entry: OrderEntry) {
        match entry {
            OrderEntry::Opened(opened) => self.open(id, stamp, opened),
            OrderEntry::Set(set) => self.set(stamp, set),
            OrderEntry::LineSet(line) => self.set_line(stamp, line),
            OrderEntry::Expedited(expedited) => self.expedite(stamp, expedited),
            OrderEntry::Closed(ended) => self.end(stamp, &ended, OrderState::Closed),
            OrderEntry::Cancelled(ended) => self.end(stamp, &ended, OrderState::Cancelled),
        }
    }

    fn open(&mut self, id: EntryId, stamp: Stamp, opened: OrderOpened) {
        let numbered = self.by_number.entry(opened.number.clone()).or_default();
        numbered.insert(id);
        self.logs.entry(id).or_default().opened = Some((stamp, opened));
    }

    fn set(&mut self, stamp: Stamp, set: OrderSet) {
        let EntryRef { id, hash8 } = set.order;
        let what = set;
        let said = Said { stamp, hash8, what };
        self.logs.entry(id).or_default().sets.push(said);
    }

    fn line(&mut self, order: EntryId, item: Code) -> &mut LineLog {
        self.by_item.entry(item.clone()).or_default().insert(order);
        let log = self.logs.entry(order).or_default();
        log.lines.entry(item).or_default()
    }

    fn set_line(&mut self, stamp: Stamp, line: OrderLineSet) {
        let EntryRef { id, hash8 } = line.order;
        let what = line.wanted;
        let said = Said { stamp, hash8, what };
        self.line(id, line.item).wanted.push(said);
    }

    fn expedite(&mut self, stamp: Stamp, expedited: OrderExpedited) {
        let EntryRef { id, hash8 } = expedited.order;
        let what = expedited.rank;
        let said = Said { stamp, hash8, what };
        self.line(id, expedited.item).ranks.push(said);
    }

    fn end(&mut self, stamp: Stamp, ended: &OrderEnded, what: OrderState) {
        let EntryRef { id, hash8 } = ended.order;
        let said = Said { stamp, hash8, what };
        self.logs.entry(id).or_default().ends.push(said);
    }

    pub(super) fn pick(&mut self, key: TxKey, pick: Pick) {
        let log = self.logs.entry(pick.order.id).or_default();
        log.picks.push(key);
        self.picks.insert(key, pick);
    }

    /// The movements that name an order.
    pub(super) fn movements_of(&self, order: EntryId) -> &[TxKey] {
        self.logs.get(&order).map_or(&[], |log| &log.picks)
    }

    /// The orders that were opened under a number.
    pub(super) fn opened_as(&self, number: &Code) -> impl Iterator<Item = EntryId> + '_ {
        self.by_number.get(number).into_iter().flatten().copied()
    }

    /// All orders that any entry names, whether they have arrived or not.
    pub(super) fn named(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.logs.keys().copied()
    }

    /// Whether an order has a line of an item, as it was entered, by entries that count.
    pub(super) fn names(&self, item: &Code, counts: impl Fn(TxKey) -> bool) -> bool {
        let names = |order: EntryId| {
            let log = self.logs.get(&order).and_then(|log| log.lines.get(item));
            log.is_some_and(|log| {
                let wanted = log.wanted.iter().map(|said| said.stamp.key());
                let mut all = wanted.chain(log.ranks.iter().map(|said| said.stamp.key()));
                all.any(&counts)
            })
        };
        self.with_item(item).any(names)
    }

    /// Items that any order has a line of, as they were entered, by entries that count.
    pub(super) fn items(&self, counts: impl Fn(TxKey) -> bool) -> impl Iterator<Item = &Code> {
        let items = self.by_item.keys();
        items.filter(move |item| self.names(item, &counts))
    }

    /// Orders with a line of the item as it was entered.
    pub(super) fn with_item(&self, entered: &Code) -> impl Iterator<Item = EntryId> + '_ {
        self.by_item.get(entered).into_iter().flatten().copied()
    }
}

/// A part of what a line wants, with its own place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) standing: Standing,
    pub(super) entry: EntryId,
    pub(super) quantity: Total,
}

/// A line by its own entries: what it wants, in parts by their standing, and its rank.
#[derive(Debug, Clone, Default)]
pub(super) struct Demand {
    pub(super) segments: Vec<Segment>,
    pub(super) rank: i64,
    /// Where the entry stands that gave it its rank.
    pub(super) ranked: Option<Standing>,
}

impl Demand {
    pub(super) fn wanted(&self) -> Total {
        let parts = self.segments.iter();
        parts.fold(Total::ZERO, |sum, part| sum.plus(part.quantity))
    }

    /// The wanted quantity is now this: a rise queues at the end, a fall gives up the newest.
    fn becomes(&mut self, wanted: Total, standing: Standing, entry: EntryId) {
        let now = self.wanted();
        if wanted > now {
            self.segments.push(Segment {
                standing,
                entry,
                quantity: wanted.minus(now),
            });
            return;
        }
        let mut surplus = now.minus(wanted);
        while surplus > Total::ZERO {
            let Some(last) = self.segments.last_mut() else {
                return;
            };
            if last.quantity > surplus {
                last.quantity = last.quantity.minus(surplus);
                return;
            }
            surplus = surplus.minus(last.quantity);
            self.segments
                .truncate(self.segments.len().saturating_sub(1));
        }
    }
}

/// Replays writes in the order of their standing; of those seen so far the last by clock holds.
/// Gives every value that comes to hold, with the write that brought it.
fn replay<'a, T: Copy + PartialEq + 'a>(
    fold: &Fold,
    said: impl Iterator<Item = &'a Said<T>>,
) -> Vec<(Standing, EntryId, T)> {
    let mut writes: Vec<_> = said
        .map(|said| (fold.standing(said.stamp.key()), said))
        .collect();
    // One admission gives all that it admits the same standing.
    writes.sort_by_key(|(standing, said)| (*standing, fold.own_standing(said.stamp.key())));
    let mut holds = None;
    let mut values = Vec::new();
    for (standing, said) in writes {
        let order = said.stamp.order(&fold.origins);
        if holds.as_ref().is_none_or(|(held, _)| *held < order) {
            let changes = holds.is_none_or(|(_, value)| value != said.what);
            holds = Some((order, said.what));
            if changes {
                let entry = fold.entry_id(said.stamp.key());
                values.push((standing, entry, said.what));
            }
        }
    }
    values
}

/// Up to where in F1 order writes are looked at; none is all of them.
pub(super) type Until = Option<(Timestamp, EntryId)>;

impl Fold {
    /// Where an entry stands in the central order, together with the admission that it needs.
    pub(super) fn standing(&self, key: TxKey) -> Standing {
        let own = self.own_standing(key);
        self.admission(key)
            .map_or(own, |admission| own.max(admission))
    }

    pub(super) fn own_standing(&self, key: TxKey) -> Standing {
        self.origins.number_of(key).map_or_else(
            || Standing::Provisional(self.origins.order_time(key), self.entry_id(key)),
            Standing::Numbered,
        )
    }

    /// The place of an entry in F1 order.
    pub(super) fn moment_of(&self, key: TxKey) -> (Timestamp, EntryId) {
        (self.origins.order_time(key), self.entry_id(key))
    }

    fn opened(&self, id: EntryId) -> Option<(&OrderLog, &Stamp, &OrderOpened)> {
        let log = self.orders.logs.get(&id)?;
        let (stamp, opened) = log.opened.as_ref()?;
        (!self.is_suppressed(stamp.key())).then_some((log, stamp, opened))
    }

    /// The writes that count: about this very order, once each, at or before a moment.
    fn counting<'a, T>(
        &'a self,
        order: EntryId,
        said: &'a [Said<T>],
        until: Until,
    ) -> impl Iterator<Item = &'a Said<T>> + 'a {
        // Most orders never say most things, and a reference is unpacked.
        let opening = (!said.is_empty()).then(|| self.reference(order)).flatten();
        let hash8 = opening.map(|opening| opening.hash8);
        said.iter().filter(move |said| {
            let key = said.stamp.key();
            Some(said.hash8) == hash8
                && !self.is_suppressed(key)
                && until.is_none_or(|until| self.moment_of(key) <= until)
        })
    }

    /// The writes that count and were not made after the order's end, by clock: an end is final.
    fn in_time<'a, T>(
        &'a self,
        order: EntryId,
        said: &'a [Said<T>],
        until: Until,
    ) -> impl Iterator<Item = &'a Said<T>> + 'a {
        let ended = (!said.is_empty()).then(|| self.end_order(order, until));
        let ended = ended.flatten();
        self.counting(order, said, until)
            .filter(move |said| ended.is_none_or(|ended| said.stamp.order(&self.origins) <= ended))
    }

    /// Where the end of an order stands by clock.
    fn end_order(&self, order: EntryId, until: Until) -> Option<catalogue::Order> {
        let log = self.orders.logs.get(&order)?;
        let ends = self.counting(order, &log.ends, until);
        ends.map(|said| said.stamp.order(&self.origins)).min()
    }

    /// All orders that were opened, by number, then by entry.
    #[must_use]
    pub fn orders(&self) -> Vec<EntryId> {
        let ids = self.orders.by_number.values().flatten().copied();
        ids.filter(|id| self.opened(*id).is_some()).collect()
    }

    /// The orders that people call by this number.
    #[must_use]
    pub fn orders_numbered(&self, number: &Code) -> Vec<EntryId> {
        let ids = self.orders.by_number.get(number).into_iter().flatten();
        ids.copied()
            .filter(|id| self.opened(*id).is_some())
            .collect()
    }

    /// The numbers of all orders, in order.
    pub fn order_numbers(&self) -> impl Iterator<Item = &Code> {
        self.orders.by_number.keys()
    }

    /// An order by the entry that opened it.
    #[must_use]
    pub fn order(&self, id: EntryId) -> Option<Order> {
        let (log, stamp, opened) = self.opened(id)?;
        let field = |key: u8| self.order_field(id, log, stamp, opened, key);
        let text = |key: u8| {
            let value = field(key);
            let text = value.as_text().filter(|text| !text.is_empty());
            text.map(str::to_owned)
        };
        let code = |key: u8| field(key).as_text().and_then(|text| Code::new(text).ok());
        Some(Order {
            id,
            number: opened.number.clone(),
            order_type: opened.order_type,
            state: self
                .order_end(id, None)
                .map_or(OrderState::Open, |(_, state)| state),
            customer: code(key::CUSTOMER),
            site: code(key::SITE),
            due: field(key::DUE)
                .as_int()
                .and_then(|days| u32::try_from(days).ok()),
            title: text(key::TITLE),
            stage: text(key::STAGE),
            opened: self.origins.order_time(stamp.key()),
            provisional: self.standing(stamp.key()).is_provisional(),
        })
    }

    /// The number that an order was opened under, also when its opening has no effect.
    pub(crate) fn number_as_opened(&self, id: EntryId) -> Option<&Code> {
        let opened = self.orders.logs.get(&id)?.opened.as_ref();
        opened.map(|(_, opened)| &opened.number)
    }

    /// Whether an order was opened and has not ended.
    #[must_use]
    pub fn is_open_order(&self, id: EntryId) -> bool {
        self.opened(id).is_some() && self.order_end(id, None).is_none()
    }

    /// The number of an order, as far as its opening has arrived.
    #[must_use]
    pub fn order_number(&self, id: EntryId) -> Option<&Code> {
        self.opened(id).map(|(_, _, opened)| &opened.number)
    }

    fn order_field(
        &self,
        id: EntryId,
        log: &OrderLog,
        stamp: &Stamp,
        opened: &OrderOpened,
        key: u8,
    ) -> Value {
        let first = opened.fields.get(&key);
        if log.sets.is_empty() {
            return first.cloned().unwrap_or(Value::Nil);
        }
        let first = first.map(|value| (stamp.order(&self.origins), value));
        let later = self.in_time(id, &log.sets, None).filter_map(|said| {
            let value = said.what.fields.get(&key)?;
            Some((said.stamp.order(&self.origins), value))
        });
        let last = first.into_iter().chain(later).max_by_key(|write| write.0);
        last.map_or(Value::Nil, |(_, value)| value.clone())
    }

    /// What ended the order: the first by clock, since an end is final.
    pub(super) fn order_end(&self, id: EntryId, until: Until) -> Option<(TxKey, OrderState)> {
        let log = self.orders.logs.get(&id)?;
        self.counting(id, &log.ends, until)
            .min_by_key(|said| said.stamp.order(&self.origins))
            .map(|said| (said.stamp.key(), said.what))
    }

    /// Whether the order was opened at or before a moment and has not ended by then.
    pub(super) fn is_wanted(&self, id: EntryId, until: Until) -> bool {
        let opened = self.opened(id).map(|(_, stamp, _)| stamp.key());
        opened.is_some_and(|key| until.is_none_or(|until| self.moment_of(key) <= until))
            && self.order_end(id, until).is_none()
    }

    /// Where the opening of an order stands.
    pub(super) fn order_standing(&self, id: EntryId) -> Option<Standing> {
        let (_, stamp, _) = self.opened(id)?;
        Some(self.standing(stamp.key()))
    }

    /// What an order's line of an item, as it was entered, wants.
    pub(super) fn demand(&self, order: EntryId, entered: &Code, until: Until) -> Demand {
        let mut demand = Demand::default();
        let Some(log) = self.orders.logs.get(&order) else {
            return demand;
        };
        let Some(line) = log.lines.get(entered) else {
            return demand;
        };
        let wanted = replay(self, self.in_time(order, &line.wanted, until));
        for (standing, entry, wanted) in wanted {
            let wanted = wanted.total().max(Total::ZERO);
            demand.becomes(wanted, standing, entry);
        }
        for (standing, _, rank) in replay(self, self.in_time(order, &line.ranks, until)) {
            demand.rank = rank;
            demand.ranked = Some(standing);
        }
        demand
    }

    /// The items of an order's lines as they were entered, in order.
    pub(super) fn entered_items(&self, order: EntryId) -> impl Iterator<Item = &Code> {
        let log = self.orders.logs.get(&order);
        log.into_iter().flat_map(|log| log.lines.keys())
    }

    /// Entries about an order that has not arrived, or that is another one here.
    pub(crate) fn entries_that_wait(&self, order: EntryId) -> Vec<EntryId> {
        let Some(log) = self.orders.logs.get(&order) else {
            return Vec::new();
        };
        let opened = self.opened(order).is_some();
        let hash8 = self.reference(order).map(|opening| opening.hash8);
        let waits = |hash: [u8; 8]| !opened || Some(hash) != hash8;
        let mut entries: Vec<TxKey> = Vec::new();
        let sets = log.sets.iter().map(|said| (said.hash8, said.stamp.key()));
        entries.extend(sets.filter(|said| waits(said.0)).map(|said| said.1));
        let ends = log.ends.iter().map(|said| (said.hash8, said.stamp.key()));
        entries.extend(ends.filter(|said| waits(said.0)).map(|said| said.1));
        for line in log.lines.values() {
            let wanted = line
                .wanted
                .iter()
                .map(|said| (said.hash8, said.stamp.key()));
            let ranks = line.ranks.iter().map(|said| (said.hash8, said.stamp.key()));
            let both = wanted.chain(ranks).filter(|said| waits(said.0));
            entries.extend(both.map(|said| said.1));
        }
        let picks = log.picks.iter().filter_map(|key| {
            let pick = self.orders.picks.get(key)?;
            waits(pick.order.hash8).then_some(*key)
        });
        entries.extend(picks);
        entries.retain(|key| !self.is_without_effect(*key));
        let mut ids: Vec<EntryId> = entries.into_iter().map(|key| self.entry_id(key)).collect();
        ids.sort_unstable();
        ids
    }

    /// Writes about an order that its end did not know of: those later by clock, and movements
    /// later by F1. Other ends of the same kind say nothing new.
    pub(crate) fn after_the_end(&self, id: EntryId) -> Vec<EntryId> {
        let Some((end, state)) = self.order_end(id, None) else {
            return Vec::new();
        };
        let Some(log) = self.orders.logs.get(&id) else {
            return Vec::new();
        };
        let Some(ended) = self.end_order(id, None) else {
            return Vec::new();
        };
        let later = |stamp: &Stamp| stamp.order(&self.origins) > ended;
        let mut keys: Vec<TxKey> = Vec::new();
        let ends = self.counting(id, &log.ends, None);
        keys.extend(
            ends.filter(|said| said.what != state)
                .map(|said| said.stamp.key()),
        );
        let sets = self.counting(id, &log.sets, None);
        keys.extend(
            sets.filter(|said| later(&said.stamp))
                .map(|said| said.stamp.key()),
        );
        for line in log.lines.values() {
            let wanted = self.counting(id, &line.wanted, None);
            keys.extend(
                wanted
                    .filter(|said| later(&said.stamp))
                    .map(|said| said.stamp.key()),
            );
            let ranks = self.counting(id, &line.ranks, None);
            keys.extend(
                ranks
                    .filter(|said| later(&said.stamp))
                    .map(|said| said.stamp.key()),
            );
        }
        if state == OrderState::Closed {
            let closed = self.moment_of(end);
            let picks = self.picks_of(id).into_iter();
            let picks = picks.filter(|(_, quantity)| !quantity.is_negative());
            let picks = picks.map(|(key, _)| key);
            keys.extend(picks.filter(|key| self.moment_of(*key) > closed));
        }
        keys.sort_by_key(|key| self.moment_of(*key));
        keys.into_iter().map(|key| self.entry_id(key)).collect()
    }

    /// Of an order's entries those that may change what is allocated, by F1: opening, lines, ranks
    /// and ends that touch an item.
    pub(super) fn order_events(&self, order: EntryId, entered: &Code) -> Vec<TxKey> {
        let Some((log, stamp, _)) = self.opened(order) else {
            return Vec::new();
        };
        let mut keys = vec![stamp.key()];
        if let Some(line) = log.lines.get(entered) {
            let wanted = self.counting(order, &line.wanted, None);
            keys.extend(wanted.map(|said| said.stamp.key()));
            let ranks = self.counting(order, &line.ranks, None);
            keys.extend(ranks.map(|said| said.stamp.key()));
        }
        let ends = self.counting(order, &log.ends, None);
        keys.extend(ends.map(|said| said.stamp.key()));
        keys
    }

    /// Orders with a line of an item as it was entered.
    pub(super) fn orders_with(&self, entered: &Code) -> impl Iterator<Item = EntryId> + '_ {
        self.orders.with_item(entered)
    }

    /// The entries that set what a line wants today, one for each of the item's codes.
    pub(crate) fn line_entries(&self, order: EntryId, item: &Code) -> Vec<EntryId> {
        let Some(log) = self.orders.logs.get(&order) else {
            return Vec::new();
        };
        let lines = self.aliases(item).into_iter();
        let last = lines.filter_map(|entered| {
            let writes = self.in_time(order, &log.lines.get(&entered)?.wanted, None);
            let last = writes.max_by_key(|said| said.stamp.order(&self.origins))?;
            Some(self.entry_id(last.stamp.key()))
        });
        last.collect()
    }

    /// The clock order of an entry that set a line, to ask what held then.
    pub(super) fn stamp_of_line(
        &self,
        order: EntryId,
        entered: &Code,
        entry: EntryId,
    ) -> Option<Stamp> {
        let line = self.orders.logs.get(&order)?.lines.get(entered)?;
        let said = line.wanted.iter();
        said.map(|said| said.stamp)
            .find(|stamp| self.entry_id(stamp.key()) == entry)
    }
}

impl Stamp {
    pub(super) const fn key(&self) -> TxKey {
        (self.origin, self.seq)
    }

    /// Whether this stands before another by clock.
    pub(super) fn is_before(&self, other: &Self, origins: &Origins) -> bool {
        self.order(origins) < other.order(origins)
    }
}
