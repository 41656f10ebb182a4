//! Purchase orders: what was bought, what came of it, and what is to come.

use std::collections::BTreeMap;

use super::catalogue::Stamp;
use super::documents::{Booked, DocumentState, Documents, Nature, Opening, Topic, Word};
use super::{Fold, TxKey};
use crate::catalogue::Value;
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::forecast::or_last;
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

fn orders_any(lines: &[PurchaseLineInfo]) -> bool {
    lines.iter().any(|line| !line.ordered.is_zero())
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
        self.purchase_with(id, self.purchase_lines(id, None))
    }

    fn purchase_with(&self, id: EntryId, lines: Vec<PurchaseLineInfo>) -> Option<Purchase> {
        let (log, stamp, opening) = self.begun(Family::Purchase, id)?;
        Some(Purchase {
            id,
            number: opening.number.clone(),
            state: self.document_state(id),
            supplier: self.document_code(id, log, key::SUPPLIER),
            site: self.purchase_site(id),
            title: self.document_text(id, log, key::TITLE),
            reference: self.document_text(id, log, key::REFERENCE),
            placed: self.origins.order_time(stamp.key()),
            provisional: self.standing(stamp.key()).is_provisional(),
            lines,
        })
    }

    /// The lines of a purchase order of one item, or of all, as they were entered: the code, the
    /// day, how much is ordered.
    pub(crate) fn entered_purchase_lines(
        &self,
        id: EntryId,
        only: Option<&Code>,
    ) -> Vec<(Code, Option<u32>, Total)> {
        let Some((log, ..)) = self.begun(Family::Purchase, id) else {
            return Vec::new();
        };
        let mut topics: Vec<&Topic> = Vec::new();
        match only {
            None => topics.extend(log.topics()),
            Some(item) => {
                for code in self.aliases(item) {
                    let first = Topic::Ordered(code, None);
                    let of_code = log.topics_from(&first);
                    topics.extend(of_code.take_while(|topic| topic.item() == first.item()));
                }
            }
        }
        let topics = topics.into_iter().filter_map(|topic| match topic {
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

    /// The lines of a purchase order, of one item or of all.
    fn purchase_lines(&self, id: EntryId, only: Option<&Code>) -> Vec<PurchaseLineInfo> {
        let mut ordered: BTreeMap<Code, BTreeMap<(bool, u32), Total>> = BTreeMap::new();
        for (entered, day, quantity) in self.entered_purchase_lines(id, only) {
            let days = ordered.entry(self.canonical(&entered)).or_default();
            let sum = days.entry(or_last(day)).or_default();
            *sum = sum.plus(quantity);
        }
        let out = match only {
            None => self.out_for(id, None),
            Some(item) => BTreeMap::from([(item.clone(), self.out_of(id, item))]),
        };
        let came = out.into_iter();
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

    /// Open purchase orders that may have a line of an item, with their lines of it.
    fn ordering(&self, item: &Code) -> impl Iterator<Item = (EntryId, Vec<PurchaseLineInfo>)> {
        let ids = self.documents_with(Family::Purchase, item).into_iter();
        let open = ids.filter(|id| self.is_open_document(Family::Purchase, *id));
        open.map(|id| (id, self.purchase_lines(id, Some(item))))
    }

    /// The open purchase orders with a line of an item, by number, with their lines of it alone.
    #[must_use]
    pub fn purchases_of(&self, item: &Code) -> Vec<Purchase> {
        let with = self.ordering(item).filter(|(_, lines)| orders_any(lines));
        let open = with.filter_map(|(id, lines)| self.purchase_with(id, lines));
        let mut open: Vec<Purchase> = open.collect();
        open.sort_by(|a, b| (&a.number, a.id).cmp(&(&b.number, b.id)));
        open
    }

    /// How much of an item is ordered on open purchase orders and has not come.
    #[must_use]
    pub fn on_order(&self, item: &Code) -> Total {
        let lines = self.ordering(item).flat_map(|(_, lines)| lines);
        lines.fold(Total::ZERO, |sum, line| sum.plus(line.left()))
    }

    /// What is to come of an item on open purchase orders to a site, or to any.
    #[must_use]
    pub fn on_order_for(&self, item: &Code, site: Option<&Code>) -> Total {
        let there = self.ordering(item).filter(|(id, _)| {
            let to = self.purchase_site(*id);
            site.is_none() || to.is_none() || to.as_ref() == site
        });
        let lines = there.flat_map(|(_, lines)| lines);
        lines.fold(Total::ZERO, |sum, line| sum.plus(line.left()))
    }

    fn purchase_site(&self, id: EntryId) -> Option<Code> {
        let (log, ..) = self.begun(Family::Purchase, id)?;
        self.document_code(id, log, key::SITE)
    }

    /// Whom an item is bought from: its usual supplier, else whoever it was ordered from last.
    #[must_use]
    pub fn bought_from(&self, item: &Code) -> Option<Code> {
        let usual = self.item(item).supplier;
        usual.or_else(|| {
            let ids = self.documents_with(Family::Purchase, item).into_iter();
            let placed = ids.filter_map(|id| {
                let (log, stamp, _) = self.begun(Family::Purchase, id)?;
                let placed = (self.origins.order_time(stamp.key()), id);
                let has_line = !self.entered_purchase_lines(id, Some(item)).is_empty();
                has_line.then_some((placed, log))
            });
            let ((_, id), log) = placed.max_by_key(|(placed, _)| *placed)?;
            self.document_code(id, log, key::SUPPLIER)
        })
    }

    /// Items of which a purchase order got more than it has, with what was ordered and what came,
    /// and the movements; left out is what had come, in the order of F1, when somebody gave a reason
    /// for what was too much. What comes later wants a reason of its own.
    pub(crate) fn over_received(&self, id: EntryId) -> Vec<(Code, Total, Total, Vec<EntryId>)> {
        let mut sums: BTreeMap<Code, (Total, Total)> = BTreeMap::new();
        for line in self.purchase_lines(id, None) {
            let (ordered, received) = sums.entry(line.item).or_default();
            *ordered = ordered.plus(line.ordered);
            *received = received.plus(line.received);
        }
        sums.retain(|_, (ordered, received)| received > ordered);
        if sums.is_empty() {
            return Vec::new();
        }
        let mut booked: BTreeMap<Code, Vec<(TxKey, Booked)>> = BTreeMap::new();
        for (key, of) in self.booked(id) {
            if let Some(item) = self.moved_item(key) {
                booked.entry(item).or_default().push((key, of));
            }
        }
        let over = sums.into_iter().filter_map(|(item, (ordered, received))| {
            let booked = booked.remove(&item).unwrap_or_default();
            let (mut came, mut explained) = (Total::ZERO, ordered);
            for (_, booked) in &booked {
                came = came.minus(booked.quantity.total());
                if booked.has_reason {
                    explained = explained.max(came);
                }
            }
            let entries = booked.iter().map(|(key, _)| self.entry_id(*key)).collect();
            (received > explained).then_some((item, ordered, received, entries))
        });
        over.collect()
    }
}
