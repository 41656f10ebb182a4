//! Purchase orders: what was bought, what came of it, and what is to come.

use std::collections::BTreeMap;

use super::Fold;
use super::catalogue::Stamp;
use super::documents::{DocumentState, Documents, Nature, Opening, Topic, Word};
use crate::catalogue::Value;
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::id::EntryId;
use crate::purchase::{PurchaseEntry, key};
use crate::quantity::Total;
use crate::time::Timestamp;

/// A purchase order as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// The entry that placed it.
    pub id: EntryId,
    /// What people call it by.
    pub number: Code,
    /// Open or closed.
    pub state: DocumentState,
    /// Whom it was placed with.
    pub supplier: Option<Code>,
    /// The site that it is delivered to; none is any.
    pub site: Option<Code>,
    /// What it is about.
    pub title: Option<String>,
    /// What the supplier calls it.
    pub reference: Option<String>,
    /// When it was placed.
    pub placed: Timestamp,
    /// Its placing has no central number yet.
    pub provisional: bool,
    /// Its lines, by item, the earliest day first.
    pub lines: Vec<PurchaseLineInfo>,
}

/// What is ordered of an item for a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseLineInfo {
    /// The item, as it is called today.
    pub item: Code,
    /// The day, in days since 1970-01-01; none is after every day that is known.
    pub day: Option<u32>,
    /// How much is ordered.
    pub ordered: Total,
    /// How much of it came. What comes fills the days of an item in their order; what is beyond
    /// all of them stands with the last.
    pub received: Total,
}

impl PurchaseLineInfo {
    /// How much is still to come: never more than is ordered, also when more went back than came.
    #[must_use]
    pub fn left(&self) -> Total {
        let received = self.received.max(Total::ZERO);
        self.ordered.minus(received).max(Total::ZERO)
    }
}

impl Purchase {
    /// Whether it has a line of an item.
    fn orders(&self, item: &Code) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.item == *item && !line.ordered.is_zero())
    }

    /// How much of an item is still to come, where the order is open.
    #[must_use]
    pub fn left_of(&self, item: &Code) -> Total {
        let lines = self.lines.iter().filter(|line| line.item == *item);
        lines.fold(Total::ZERO, |sum, line| sum.plus(line.left()))
    }
}

impl Documents {
    /// Takes note of an entry about a purchase order, which has this id.
    pub(super) fn take_purchase(&mut self, id: EntryId, stamp: Stamp, entry: PurchaseEntry) {
        let ordered = |total: i64| Word::Value(Value::Int(total));
        match entry {
            PurchaseEntry::Placed(placed) => {
                let nature = Nature::Purchase;
                let number = placed.number;
                self.begin(id, stamp, Opening { number, nature });
                self.begin_fields(id, stamp, placed.fields);
                for line in placed.lines {
                    let quantity = ordered(line.quantity.ten_thousandths());
                    self.begin_with(id, stamp, Topic::Ordered(line.item, line.day), quantity);
                }
            }
            PurchaseEntry::Set(set) => {
                let purchase = DocumentRef::new(Family::Purchase, set.purchase);
                self.say_fields(stamp, purchase, set.fields);
            }
            PurchaseEntry::LineSet(set) => {
                let purchase = DocumentRef::new(Family::Purchase, set.purchase);
                let quantity = ordered(set.line.quantity.ten_thousandths());
                let topic = Topic::Ordered(set.line.item, set.line.day);
                self.say(stamp, purchase, topic, quantity);
            }
            PurchaseEntry::Closed(ended) => {
                self.end(stamp, Family::Purchase, &ended, DocumentState::Closed);
            }
        }
    }
}

/// A day for comparing: none is after all.
const fn or_last(day: Option<u32>) -> (bool, u32) {
    match day {
        Some(day) => (false, day),
        None => (true, 0),
    }
}

impl Fold {
    /// All purchase orders, by number, then by entry.
    #[must_use]
    pub fn purchases(&self) -> Vec<EntryId> {
        self.documents(Family::Purchase)
    }

    /// A purchase order by the entry that placed it.
    #[must_use]
    pub fn purchase(&self, id: EntryId) -> Option<Purchase> {
        let (log, stamp, opening) = self.begun(Family::Purchase, id)?;
        Some(Purchase {
            id,
            number: opening.number.clone(),
            state: self.document_state(id),
            supplier: self.document_code(id, log, key::SUPPLIER),
            site: self.document_code(id, log, key::SITE),
            title: self.document_text(id, log, key::TITLE),
            reference: self.document_text(id, log, key::REFERENCE),
            placed: self.origins.order_time(stamp.key()),
            provisional: self.standing(stamp.key()).is_provisional(),
            lines: self.purchase_lines(id),
        })
    }

    /// The lines of a purchase order as they were entered: the code, the day, how much is ordered.
    pub(crate) fn entered_purchase_lines(&self, id: EntryId) -> Vec<(Code, Option<u32>, Total)> {
        let Some((log, ..)) = self.begun(Family::Purchase, id) else {
            return Vec::new();
        };
        let topics = log.topics().filter_map(|topic| match topic {
            Topic::Ordered(item, day) => Some((topic, item, day)),
            Topic::Field(_)
            | Topic::Wanted(_)
            | Topic::Rank(_)
            | Topic::Bom
            | Topic::Counter(_)
            | Topic::Again(_)
            | Topic::Approved(_) => None,
        });
        let lines = topics.filter_map(|(topic, item, day)| {
            let said = self.last_word(id, log, topic)?;
            let ordered = said.what.quantity().total().max(Total::ZERO);
            Some((item.clone(), *day, ordered))
        });
        lines.filter(|(_, _, ordered)| !ordered.is_zero()).collect()
    }

    fn purchase_lines(&self, id: EntryId) -> Vec<PurchaseLineInfo> {
        let mut ordered: BTreeMap<Code, BTreeMap<(bool, u32), Total>> = BTreeMap::new();
        for (entered, day, quantity) in self.entered_purchase_lines(id) {
            let days = ordered.entry(self.canonical(&entered)).or_default();
            let sum = days.entry(or_last(day)).or_default();
            *sum = sum.plus(quantity);
        }
        let came = self.out_for(id, None).into_iter();
        let mut came: BTreeMap<Code, Total> = came
            .map(|(item, out)| (item, Total::ZERO.minus(out)))
            .filter(|(_, came)| !came.is_zero())
            .collect();
        for item in came.keys() {
            let days = ordered.entry(item.clone()).or_default();
            if days.is_empty() {
                days.insert(or_last(None), Total::ZERO);
            }
        }
        let mut lines = Vec::new();
        for (item, days) in ordered {
            let mut left = came.remove(&item).unwrap_or_default();
            let last = days.len();
            for (at, ((no_day, day), ordered)) in (1..).zip(days) {
                let received = if at == last { left } else { left.min(ordered) };
                left = left.minus(received);
                lines.push(PurchaseLineInfo {
                    item: item.clone(),
                    day: (!no_day).then_some(day),
                    ordered,
                    received,
                });
            }
        }
        lines
    }

    /// The open purchase orders with a line of an item, by number.
    #[must_use]
    pub fn purchases_of(&self, item: &Code) -> Vec<Purchase> {
        let ids = self.documents_with(Family::Purchase, item).into_iter();
        let open = ids.filter(|id| self.is_open_document(Family::Purchase, *id));
        let open = open.filter_map(|id| self.purchase(id));
        let mut open: Vec<Purchase> = open.filter(|purchase| purchase.orders(item)).collect();
        open.sort_by(|a, b| (&a.number, a.id).cmp(&(&b.number, b.id)));
        open
    }

    /// How much of an item is ordered on open purchase orders and has not come.
    #[must_use]
    pub fn on_order(&self, item: &Code) -> Total {
        let purchases = self.purchases_of(item);
        let left = purchases.iter().map(|purchase| purchase.left_of(item));
        left.fold(Total::ZERO, Total::plus)
    }

    /// Items of which a purchase order got more than it has, with what was ordered and what came,
    /// and the movements; those that somebody gave a reason for are left out.
    pub(crate) fn over_received(&self, id: EntryId) -> Vec<(Code, Total, Total, Vec<EntryId>)> {
        let mut sums: BTreeMap<Code, (Total, Total)> = BTreeMap::new();
        for line in self.purchase_lines(id) {
            let (ordered, received) = sums.entry(line.item).or_default();
            *ordered = ordered.plus(line.ordered);
            *received = received.plus(line.received);
        }
        sums.retain(|_, (ordered, received)| received > ordered);
        let over = sums.into_iter().filter_map(|(item, (ordered, received))| {
            let booked = self.booked(id).into_iter();
            let mut booked =
                booked.filter(|(key, _)| self.moved_item(*key).as_ref() == Some(&item));
            let explained = booked.clone().any(|(_, booked)| booked.has_reason);
            let entries = booked.by_ref().map(|(key, _)| self.entry_id(key)).collect();
            (!explained).then_some((item, ordered, received, entries))
        });
        over.collect()
    }
}
