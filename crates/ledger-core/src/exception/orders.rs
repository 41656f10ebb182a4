//! Exceptions about orders: oversold lines, promises that were lost, what happened after an end.

use super::{Exception, ExceptionKind};
use crate::code::Code;
use crate::document::Family;
use crate::fold::{DocumentState, Fold, Order, Shortage};
use crate::id::EntryId;
use crate::quantity::Total;

impl Fold {
    /// What is short of an item that orders were promised, or that they want too much of.
    pub(super) fn shortage_exceptions(&self, item: &Code, open: &mut Vec<Exception>) {
        for (order, shortage) in self.shortages(item) {
            open.extend(self.short(order, item, shortage));
        }
    }

    /// What is the matter with an order beside its promises and what is said of any document.
    pub(super) fn order_exceptions(&self, order: &Order, open: &mut Vec<Exception>) {
        self.left_out(order, open);
        self.picked_outside(order, open);
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
        self.after_end(Family::Order, id, &mut open);
        self.order_exceptions(&order, &mut open);
        self.duplicate_number(Family::Order, &order.number, &mut open);
        open.retain(|exception| !self.is_answered(exception));
        open
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
                self.document_exception(ExceptionKind::Oversold, order, Some(item), entries, text)
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
                self.document_exception(kind, order, Some(item), facts, text)
            }
            Shortage::Overtaken(entries) => {
                let text = format!(
                    "Order {number} waits for {item}, which orders have that were written after \
                     the central server was restored; {number} was written before, and got its \
                     number anew. If it was first, rank it higher: stock order expedite {number} \
                     {item}"
                );
                self.document_exception(ExceptionKind::Overtaken, order, Some(item), entries, text)
            }
        })
    }

    /// What a cancelled order has still out, or got back too much of.
    fn left_out(&self, order: &Order, open: &mut Vec<Exception>) {
        let number = &order.number;
        if order.state != DocumentState::Cancelled {
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
            open.push(self.document_exception(kind, order.id, Some(&item), entries, text));
        }
    }

    fn picked_outside(&self, order: &Order, open: &mut Vec<Exception>) {
        if order.state == DocumentState::Cancelled {
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
            open.push(self.document_exception(kind, order.id, Some(&item), entries, text));
        }
    }

    fn picks_of_item(&self, order: EntryId, item: &Code) -> Vec<EntryId> {
        let picks = self.picks_of(order).into_iter();
        picks
            .filter(|(key, _)| self.moved_item(*key).as_ref() == Some(item))
            .map(|(key, _)| self.entry_id(key))
            .collect()
    }
}
