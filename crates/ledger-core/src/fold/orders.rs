//! Orders (F7, F9): what an order and its lines are by what was written about them.
//!
//! A line is an order's demand for one item; it is set by entries of its own, and picked by
//! movements that name the order.

use super::catalogue::Stamp;
use super::documents::{
    DocumentState, Documents, Log, Nature, Opening, Said, Standing, Topic, Until, Word,
};
use super::{Fold, TxKey};
use crate::catalogue::Value;
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::entry::OrderEntry;
use crate::id::EntryId;
use crate::order::{OrderType, key};
use crate::quantity::Total;
use crate::time::Timestamp;

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
    pub state: DocumentState,
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

impl Documents {
    /// Takes note of an entry about an order, which has this id.
    pub(super) fn take_order(&mut self, id: EntryId, stamp: Stamp, entry: OrderEntry) {
        match entry {
            OrderEntry::Opened(opened) => {
                let nature = Nature::Order(opened.order_type);
                let number = opened.number;
                self.begin(id, stamp, Opening { number, nature });
                self.begin_fields(id, stamp, opened.fields);
            }
            OrderEntry::Set(set) => {
                self.say_fields(stamp, DocumentRef::order(set.order), set.fields);
            }
            OrderEntry::LineSet(line) => {
                let wanted = Word::Value(Value::Int(line.wanted.ten_thousandths()));
                self.say(
                    stamp,
                    DocumentRef::order(line.order),
                    Topic::Wanted(line.item),
                    wanted,
                );
            }
            OrderEntry::Expedited(expedited) => {
                let rank = Word::Value(Value::Int(expedited.rank));
                let order = DocumentRef::order(expedited.order);
                self.say(stamp, order, Topic::Rank(expedited.item), rank);
            }
            OrderEntry::Closed(ended) => {
                self.end(stamp, Family::Order, &ended, DocumentState::Closed);
            }
            OrderEntry::Cancelled(ended) => {
                self.end(stamp, Family::Order, &ended, DocumentState::Cancelled);
            }
        }
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
fn replay<'a>(
    fold: &Fold,
    said: impl Iterator<Item = &'a Said<Word>>,
) -> Vec<(Standing, EntryId, &'a Word)> {
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
            let changes = holds.is_none_or(|(_, value): (_, &Word)| *value != said.what);
            holds = Some((order, &said.what));
            if changes {
                let entry = fold.entry_id(said.stamp.key());
                values.push((standing, entry, &said.what));
            }
        }
    }
    values
}

impl Fold {
    fn opened(&self, id: EntryId) -> Option<(&Log, &Stamp, &Opening)> {
        self.begun(Family::Order, id)
    }

    /// All orders that were opened, by number, then by entry.
    #[must_use]
    pub fn orders(&self) -> Vec<EntryId> {
        self.documents(Family::Order)
    }

    /// An order by the entry that opened it.
    #[must_use]
    pub fn order(&self, id: EntryId) -> Option<Order> {
        let (log, stamp, opening) = self.opened(id)?;
        let Nature::Order(order_type) = opening.nature else {
            return None;
        };
        Some(Order {
            id,
            number: opening.number.clone(),
            order_type,
            state: self.document_state(id),
            customer: self.document_code(id, log, key::CUSTOMER),
            site: self.document_code(id, log, key::SITE),
            due: self.document_day(id, log, key::DUE),
            title: self.document_text(id, log, key::TITLE),
            stage: self.document_text(id, log, key::STAGE),
            opened: self.origins.order_time(stamp.key()),
            provisional: self.standing(stamp.key()).is_provisional(),
        })
    }

    /// Whether an order was opened and has not ended.
    #[must_use]
    pub fn is_open_order(&self, id: EntryId) -> bool {
        self.is_open_document(Family::Order, id)
    }

    /// The number of an order, as far as its opening has arrived.
    #[must_use]
    pub fn order_number(&self, id: EntryId) -> Option<&Code> {
        self.opened(id).map(|(_, _, opening)| &opening.number)
    }

    /// Whether the order was opened at or before a moment and has not ended by then.
    pub(super) fn is_wanted(&self, id: EntryId, until: Until) -> bool {
        let opened = self.opened(id).map(|(_, stamp, _)| stamp.key());
        opened.is_some_and(|key| until.is_none_or(|until| self.moment_of(key) <= until))
            && self.document_end(id, until).is_none()
    }

    /// Where the opening of an order stands.
    pub(super) fn order_standing(&self, id: EntryId) -> Option<Standing> {
        let (_, stamp, _) = self.opened(id)?;
        Some(self.standing(stamp.key()))
    }

    fn said_of(&self, order: EntryId, topic: &Topic) -> &[Said<Word>] {
        self.opened(order).map_or(&[], |(log, ..)| log.said(topic))
    }

    /// What an order's line of an item, as it was entered, wants.
    pub(super) fn demand(&self, order: EntryId, entered: &Code, until: Until) -> Demand {
        let mut demand = Demand::default();
        let wanted = self.said_of(order, &Topic::Wanted(entered.clone()));
        for (standing, entry, wanted) in replay(self, self.in_time(order, wanted, until)) {
            let wanted = wanted.quantity().total().max(Total::ZERO);
            demand.becomes(wanted, standing, entry);
        }
        let ranks = self.said_of(order, &Topic::Rank(entered.clone()));
        for (standing, _, rank) in replay(self, self.in_time(order, ranks, until)) {
            demand.rank = rank.number().unwrap_or_default();
            demand.ranked = Some(standing);
        }
        demand
    }

    /// The items of an order's lines as they were entered, in order.
    pub(super) fn entered_items(&self, order: EntryId) -> impl Iterator<Item = &Code> {
        let log = self.opened(order).map(|(log, ..)| log);
        let topics = log.into_iter().flat_map(Log::topics);
        let mut items: Vec<&Code> = topics.filter_map(Topic::wanted_item).collect();
        items.sort_unstable();
        items.dedup();
        items.into_iter()
    }

    /// Of an order's entries those that may change what is allocated, by F1: opening, lines, ranks
    /// and ends that touch an item.
    pub(super) fn order_events(&self, order: EntryId, entered: &Code) -> Vec<TxKey> {
        let Some((log, stamp, _)) = self.opened(order) else {
            return Vec::new();
        };
        let mut keys = vec![stamp.key()];
        for topic in [Topic::Wanted(entered.clone()), Topic::Rank(entered.clone())] {
            let said = self.counting(order, log.said(&topic), None);
            keys.extend(said.map(|said| said.stamp.key()));
        }
        keys.extend(self.ends_of(order));
        keys
    }

    /// The entries that set what a line wants today, one for each of the item's codes.
    pub(crate) fn line_entries(&self, order: EntryId, item: &Code) -> Vec<EntryId> {
        let Some((log, ..)) = self.opened(order) else {
            return Vec::new();
        };
        let lines = self.aliases(item).into_iter();
        let last = lines.filter_map(|entered| {
            let last = self.last_word(order, log, &Topic::Wanted(entered))?;
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
        let said = self.said_of(order, &Topic::Wanted(entered.clone())).iter();
        said.map(|said| said.stamp)
            .find(|stamp| self.entry_id(stamp.key()) == entry)
    }
}
