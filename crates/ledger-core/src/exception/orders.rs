//! Exceptions about orders: oversold lines, promises that were lost, what happened after an end.

use super::{Exception, ExceptionKind, NAMED_MAX};
use crate::code::Code;
use crate::fold::{Fold, Order, OrderState, Shortage};
use crate::id::EntryId;
use crate::quantity::Total;
use crate::time::Timestamp;

/// The newest entries that an exception names.
fn newest(mut entries: Vec<EntryId>) -> Vec<EntryId> {
    entries.drain(..entries.len().saturating_sub(NAMED_MAX));
    entries
}

impl Fold {
    /// What is short of an item that orders were promised, or that they want too much of.
    pub(super) fn shortage_exceptions(&self, item: &Code, open: &mut Vec<Exception>) {
        for (order, shortage) in self.shortages(item) {
            open.extend(self.short(order, item, shortage));
        }
    }

    /// What is the matter with an order beside its promises.
    pub(super) fn order_exceptions(&self, id: EntryId, open: &mut Vec<Exception>) {
        if let Some(order) = self.order(id) {
            self.after_end(&order, open);
            self.picked_outside(&order, open);
            if self.orders_numbered(&order.number).first() == Some(&id) {
                self.duplicate_number(&order.number, open);
            }
        }
        let entries = self.entries_that_wait(id);
        if !entries.is_empty() {
            let text = format!(
                "There are entries about an order that has not arrived, is another one here, or \
                 was opened twice with one key: {id}."
            );
            let mut exception =
                self.order_exception(ExceptionKind::OrderWaits, id, None, entries, text);
            exception.id = format!("{}:{id}", ExceptionKind::OrderWaits.word());
            open.push(exception);
        }
    }

    /// The open exceptions that are about one order, without looking at the others.
    #[must_use]
    pub fn exceptions_of_order(&self, id: EntryId) -> Vec<Exception> {
        let mut open = Vec::new();
        let Some(order) = self.order(id) else {
            return open;
        };
        for line in self.order_lines(id) {
            if let Some(shortage) = self.shortages(&line.item).remove(&id) {
                open.extend(self.short(id, &line.item, shortage));
            }
        }
        self.after_end(&order, &mut open);
        self.picked_outside(&order, &mut open);
        self.duplicate_number(&order.number, &mut open);
        open.retain(|exception| !self.is_answered(exception));
        open
    }

    /// What an order is called where that must be unique.
    fn unique_name(&self, order: EntryId) -> String {
        match self.order_number(order) {
            Some(number) if self.orders_numbered(number).len() == 1 => number.to_string(),
            Some(number) => format!("{number}#{order}"),
            None => order.to_string(),
        }
    }

    fn order_exception(
        &self,
        kind: ExceptionKind,
        order: EntryId,
        item: Option<&Code>,
        mut entries: Vec<EntryId>,
        text: String,
    ) -> Exception {
        entries.sort_by_key(|id| (self.effective_time(*id), *id));
        entries.dedup();
        let name = self.unique_name(order);
        let about = item.map_or_else(String::new, |item| format!("/{item}"));
        let entries = newest(entries);
        let first = entries.first().copied().unwrap_or(order);
        Exception {
            id: format!("{}:{name}{about}", kind.word()),
            kind,
            item: item.cloned(),
            location: None,
            line: None,
            order: Some(order),
            since: self.effective_time(first).unwrap_or(Timestamp::ZERO),
            entries,
            text,
        }
    }

    fn short(&self, order: EntryId, item: &Code, shortage: Shortage) -> Option<Exception> {
        let number = self.order_number(order)?;
        Some(match shortage {
            Shortage::Oversold(entries) => {
                let text = format!(
                    "Order {number} wants more of {item} than there is for it, and backorders \
                     were not allowed when it was written. It waits like a backorder: get more \
                     stock, or lower the line."
                );
                self.order_exception(ExceptionKind::Oversold, order, Some(item), entries, text)
            }
            Shortage::Lost {
                promised,
                held,
                facts,
            } => {
                let text = format!(
                    "Order {number} was promised {promised} of {item} and now has {held}: stock \
                     went elsewhere, or was found missing, after the promise."
                );
                let kind = ExceptionKind::AllocationLost;
                self.order_exception(kind, order, Some(item), facts, text)
            }
            Shortage::Overtaken(entries) => {
                let text = format!(
                    "Order {number} waits for {item}, which orders have that were written after \
                     the central server was restored; {number} was written before, and got its \
                     number anew. If it was first, rank it higher: stock order expedite {number} \
                     {item}"
                );
                self.order_exception(ExceptionKind::Overtaken, order, Some(item), entries, text)
            }
        })
    }

    fn after_end(&self, order: &Order, open: &mut Vec<Exception>) {
        if order.state == OrderState::Open {
            return;
        }
        let (number, state) = (&order.number, order.state.word());
        let entries = self.after_the_end(order.id);
        if !entries.is_empty() {
            let text = format!(
                "Order {number} is {state}, which is final, and there are entries about it that \
                 came later. What they wanted has no effect; what they moved was moved."
            );
            let kind = ExceptionKind::ClosedOrder;
            open.push(self.order_exception(kind, order.id, None, entries, text));
        }
        if order.state != OrderState::Cancelled {
            return;
        }
        for (item, picked) in self.picked_of(order.id) {
            if picked.is_zero() {
                continue;
            }
            let what = if picked.is_negative() {
                let back = Total::ZERO.minus(picked);
                format!(
                    "{back} more of {item} came back than was taken for it: the return may have \
                     been booked twice. Count the place, or reverse one of the returns."
                )
            } else {
                format!(
                    "{picked} of {item} are still out for it. Return them with: stock order \
                     return {number} {item} {picked}"
                )
            };
            let text = format!("Order {number} is cancelled, yet {what}");
            let entries = self.picks_of_item(order.id, &item);
            let kind = ExceptionKind::ClosedOrder;
            open.push(self.order_exception(kind, order.id, Some(&item), entries, text));
        }
    }

    fn picked_outside(&self, order: &Order, open: &mut Vec<Exception>) {
        if order.state == OrderState::Cancelled {
            return;
        }
        for (item, picked) in self.picked_of(order.id) {
            let wanted = self.wanted_of(order.id, &item);
            if picked >= Total::ZERO && picked <= wanted {
                continue;
            }
            let text = format!(
                "{picked} of {item} are picked for order {}, which wants {wanted}: set the line, \
                 or return what is too much.",
                order.number
            );
            // Whoever took it as it is took it at what the line wanted then.
            let mut entries = self.line_entries(order.id, &item);
            entries.extend(self.picks_of_item(order.id, &item));
            let kind = ExceptionKind::PickedOutside;
            open.push(self.order_exception(kind, order.id, Some(&item), entries, text));
        }
    }

    fn picks_of_item(&self, order: EntryId, item: &Code) -> Vec<EntryId> {
        let picks = self.picks_of(order).into_iter();
        picks
            .filter(|(key, _)| self.picked_item(*key).as_ref() == Some(item))
            .map(|(key, _)| self.entry_id(key))
            .collect()
    }

    fn duplicate_number(&self, number: &Code, open: &mut Vec<Exception>) {
        let orders = self.orders_numbered(number);
        let Some(first) = orders.first().filter(|_| orders.len() > 1) else {
            return;
        };
        let text = format!(
            "{} orders are called {number}. Name them by their entries: {}",
            orders.len(),
            orders
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        );
        let kind = ExceptionKind::DuplicateNumber;
        let mut exception = self.order_exception(kind, *first, None, orders.clone(), text);
        exception.id = format!("{}:{number}", kind.word());
        open.push(exception);
    }
}
