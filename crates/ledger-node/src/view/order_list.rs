//! Orders and backorders in parts: a page of a list works out only what it shows.

use ledger_core::catalogue::Class;
use ledger_core::fold::{Order, OrderLine};
use ledger_core::{Code, EntryId, Total};

use super::device::{DeviceNames, writer};
use super::{BackorderView, ExceptionView, OrderView, View, time_text};
use crate::NodeError;
use crate::standing::Waits;

/// How many orders are worked out at once while a list looks for those that it shows.
const BATCH: usize = 200;

/// What an order must be to be listed; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Neither closed nor cancelled.
    pub open: bool,
    /// A line of it is on backorder.
    pub backorder: bool,
    /// Something of it waits to be picked.
    pub ready: bool,
    /// Every word of it stands in the number, the title, the customer or the site.
    pub search: Option<String>,
    /// Of this customer.
    pub customer: Option<Code>,
}

impl OrderFilter {
    fn takes(&self, view: &View<'_>, id: EntryId) -> Option<Order> {
        // An ended order waits for nothing.
        let open = self.open || self.backorder || self.ready;
        if open && !view.fold().is_open_order(id) {
            return None;
        }
        let order = view.fold().order(id)?;
        let is_theirs = self.customer.is_none() || self.customer == order.customer;
        (is_theirs && self.finds(view, &order)).then_some(order)
    }

    fn finds(&self, view: &View<'_>, order: &Order) -> bool {
        let Some(search) = &self.search else {
            return true;
        };
        let name = order.customer.as_ref();
        let name = name.map(|code| view.fold().name_of(Class::Customer, code));
        let code = |code: &Option<Code>| code.as_ref().map(Code::to_string);
        let said = [
            Some(order.number.to_string()),
            order.title.clone(),
            order.stage.clone(),
            code(&order.customer),
            name,
            code(&order.site),
        ];
        let said: Vec<String> = said.iter().flatten().map(|s| s.to_lowercase()).collect();
        let search = search.to_lowercase();
        let mut words = search.split_whitespace();
        words.all(|word| said.iter().any(|text| text.contains(word)))
    }

    fn takes_lines(&self, lines: &[OrderLine]) -> bool {
        let any = |part: fn(&OrderLine) -> Total| lines.iter().any(|line| part(line) > Total::ZERO);
        (!self.backorder || any(|line| line.backorder))
            && (!self.ready || any(|line| line.allocated))
    }
}

/// A movement for an order.
#[derive(Debug, Clone)]
pub struct OrderMoveView {
    /// The entry.
    pub entry: String,
    /// When.
    pub at: String,
    /// The item.
    pub item: String,
    /// How much: out negative, back positive.
    pub change: String,
    /// From where, or back to where.
    pub location: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// Who: a user's name, or `device:NAME`.
    pub user: String,
}

/// What is out for an order, and where it came from.
#[derive(Debug, Clone)]
pub struct OutView {
    /// The item.
    pub item: String,
    /// From where.
    pub location: String,
    /// How much.
    pub quantity: String,
}

impl View<'_> {
    /// At most so many orders that pass the filter, by number, beginning behind one.
    #[must_use]
    pub fn orders_after(
        &self,
        filter: &OrderFilter,
        after: Option<&(Code, EntryId)>,
        limit: usize,
    ) -> Vec<OrderView> {
        let behind = |id: &EntryId| {
            let number = self.fold().order_number(*id);
            match (after, number) {
                (Some((last, last_id)), Some(number)) => (number, id) > (last, last_id),
                _ => true,
            }
        };
        let mut rows = Vec::new();
        let candidates = self.candidates(filter).into_iter().filter(behind);
        let mut candidates = candidates.filter_map(|id| filter.takes(self, id));
        // What does not depend on lines needs no more of them than it shows.
        let batch = if filter.backorder || filter.ready {
            BATCH
        } else {
            limit
        };
        while rows.len() < limit {
            let orders: Vec<Order> = candidates.by_ref().take(batch).collect();
            if orders.is_empty() {
                break;
            }
            for (order, lines) in self.with_lines(orders) {
                if rows.len() < limit && filter.takes_lines(&lines) {
                    rows.push(self.order_view(&order, &lines));
                }
            }
        }
        rows
    }

    /// The orders that may pass a filter, by number.
    fn candidates(&self, filter: &OrderFilter) -> Vec<EntryId> {
        let Some(customer) = filter.customer.as_ref().filter(|_| filter.open) else {
            return self.fold().orders();
        };
        let clients = &self.standing().clients;
        let mut theirs: Vec<EntryId> =
            clients.look(self.fold(), |clients| clients.orders_of(customer).collect());
        theirs.sort_by_key(|id| (self.fold().order_number(*id), *id));
        theirs
    }

    /// Orders with their lines.
    pub(super) fn with_lines(&self, orders: Vec<Order>) -> Vec<(Order, Vec<OrderLine>)> {
        let fold = self.fold();
        self.standing().waiting.look(fold, |waiting| {
            let with_lines = |order: Order| {
                let lines = waiting.lines_of_order(fold, order.id);
                (order, lines)
            };
            orders.into_iter().map(with_lines).collect()
        })
    }

    /// Lines that wait or waited, of all items or of one: what is ready first, then the oldest.
    /// Gives how many there are, and so many of them from a place on.
    #[must_use]
    pub fn backorders_from(
        &self,
        item: Option<&Code>,
        ready_only: bool,
        (start, limit): (usize, usize),
    ) -> (usize, Vec<BackorderView>) {
        let is_listed = |waits: &&Waits| waits.has_come() || (!ready_only && waits.is_backorder());
        let (count, lines) = self.standing().waiting.look(self.fold(), |waiting| {
            let part = |lines: &mut dyn Iterator<Item = &Waits>| {
                let mut count = 0_usize;
                let mut part: Vec<OrderLine> = Vec::new();
                for waits in lines {
                    if count >= start && part.len() < limit {
                        part.push(waits.line.clone());
                    }
                    count = count.saturating_add(1);
                }
                (count, part)
            };
            match item {
                Some(item) => part(&mut waiting.lines_of(item).filter(is_listed)),
                None => part(&mut waiting.lines().filter(is_listed)),
            }
        });
        (count, self.backorder_rows(&lines))
    }

    /// The movements that count for an order, of all items or of one. Gives how many there are, and
    /// so many of the newest, the newest first.
    pub fn order_moves(
        &self,
        order: EntryId,
        item: Option<&str>,
        limit: usize,
    ) -> Result<(usize, Vec<OrderMoveView>), NodeError> {
        let mut names = DeviceNames::new(self.fold());
        let mut moves = self.fold().order_moves(order);
        moves.retain(|taken| item.is_none_or(|item| taken.line.item.as_str() == item));
        let mut views = Vec::new();
        for taken in moves.iter().rev().take(limit) {
            let entry = self.entry(taken.id)?;
            let user = entry.and_then(|entry| entry.user);
            let change = taken.quantity.checked_neg().unwrap_or_default();
            views.push(OrderMoveView {
                entry: taken.id.to_string(),
                at: time_text(taken.at),
                item: taken.line.item.to_string(),
                change: change.to_string(),
                location: taken.line.location.to_string(),
                owner: super::text_of(taken.line.owner.as_ref()),
                batch: super::text_of(taken.line.batch.as_ref()),
                user: writer(user.as_ref(), &names.of(taken.id.origin)),
            });
        }
        Ok((moves.len(), views))
    }

    /// What comes back when an order is called off, by item and location.
    #[must_use]
    pub fn out_for(&self, order: EntryId) -> Vec<OutView> {
        let mut out: Vec<OutView> = Vec::new();
        for item in self.fold().picked_of(order).into_keys() {
            let mut places: Vec<(Code, Total)> = Vec::new();
            for (line, quantity, _) in self.fold().outstanding(order, &item) {
                match places.iter_mut().find(|(place, _)| *place == line.location) {
                    Some((_, sum)) => *sum = sum.plus(quantity),
                    None => places.push((line.location, quantity)),
                }
            }
            out.extend(places.into_iter().map(|(location, quantity)| OutView {
                item: item.to_string(),
                location: location.to_string(),
                quantity: quantity.to_string(),
            }));
        }
        out
    }

    /// The open exceptions about one order.
    #[must_use]
    pub fn exceptions_of_order(&self, order: EntryId) -> Vec<ExceptionView> {
        let open = self.fold().exceptions_of_order(order).into_iter();
        open.map(|exception| self.exception_view(exception))
            .collect()
    }
}
