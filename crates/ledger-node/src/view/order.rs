//! Orders, their lines, what to pick where, and what is on backorder.

use chrono::DateTime;
use ledger_core::at_entry::{settings, shelves_for};
use ledger_core::catalogue::Class;
use ledger_core::fold::{DocumentState, Order, OrderLine};
use ledger_core::time::DAY_MILLIS;
use ledger_core::{Code, EntryId, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, text_of, time_text};
use crate::standing::Waits;

/// An order with its lines.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderView {
    /// What people call it by.
    pub number: String,
    /// The entry that opened it: names it where two have one number.
    pub entry: String,
    /// `repair` or `sales`.
    #[serde(rename = "type")]
    pub order_type: &'static str,
    /// `open`, `closed` or `cancelled`.
    pub state: &'static str,
    /// What happens to stock that it wants: `issue` or `reserve`.
    pub policy: &'static str,
    /// The customer.
    pub customer: Option<String>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The site whose stock serves it; none is any.
    pub site: Option<String>,
    /// The day it is due, as `2026-11-21`.
    pub due: Option<String>,
    /// What it is about.
    pub title: Option<String>,
    /// How far the work is.
    pub stage: Option<String>,
    /// When it was opened.
    pub opened: String,
    /// Its lines, by item.
    pub lines: Vec<OrderLineView>,
    /// Whether any line is on backorder.
    pub backorder: bool,
    /// Whether anything is waiting to be picked.
    pub ready: bool,
    /// Whether anything of it is not known to the central server yet.
    pub provisional: bool,
}

/// One line of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderLineView {
    /// The item.
    pub item: String,
    /// The item's name.
    pub name: String,
    /// The unit of its quantities.
    pub unit: String,
    /// How much it wants.
    pub wanted: String,
    /// How much is promised to it.
    pub allocated: String,
    /// How much was picked for it, less what was returned.
    pub picked: String,
    /// What can neither be allocated nor was picked.
    pub backorder: String,
    /// What is allocated and waits to be picked.
    pub ready: String,
    /// Depends on an entry that the central server does not know yet.
    pub provisional: bool,
    /// Its rank: higher is served first.
    pub rank: i64,
    /// Since when the oldest part waits that is not picked.
    pub since: Option<String>,
    /// What of it is free at other sites, while it is on backorder; never promised.
    pub elsewhere: Option<String>,
}

/// An order line, seen from its item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WantingView {
    /// The order's number.
    pub order: String,
    /// The order's customer.
    pub customer: Option<String>,
    /// The day the order is due.
    pub due: Option<String>,
    /// The line.
    #[serde(flatten)]
    pub line: OrderLineView,
}

/// Where to take what is ready, in the order of a walk along the locations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PickView {
    /// Where.
    pub location: String,
    /// The item.
    pub item: String,
    /// The item's name.
    pub name: String,
    /// How much.
    pub quantity: String,
    /// The unit of the quantity.
    pub unit: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
}

/// A line that waits, or waited and is ready now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BackorderView {
    /// The order's number.
    pub order: String,
    /// The item.
    pub item: String,
    /// How much is on backorder.
    pub backorder: String,
    /// How much has come and waits to be picked.
    pub ready: String,
    /// Since when.
    pub since: Option<String>,
    /// How many whole days that is.
    pub age_days: Option<u64>,
    /// The item's name.
    pub name: String,
    /// The unit of the quantities.
    pub unit: String,
    /// The order's customer.
    pub customer: Option<String>,
    /// The order's site.
    pub site: Option<String>,
    /// The day the order is due.
    pub due: Option<String>,
    /// Depends on an entry that the central server does not know yet.
    pub provisional: bool,
    /// What of it is free at other sites; never promised.
    pub elsewhere: Option<String>,
}

/// A day as `2026-11-21`.
#[must_use]
pub fn day_text(days: u32) -> String {
    let millis = i64::from(days).saturating_mul(86_400_000);
    let day = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    day.format("%Y-%m-%d").to_string()
}

impl View<'_> {
    /// All orders by number, or those that are open.
    #[must_use]
    pub fn orders(&self, open_only: bool) -> Vec<OrderView> {
        let orders = self.fold().orders().into_iter();
        let orders = orders.filter_map(|id| self.fold().order(id));
        let orders = orders.filter(|order| !open_only || order.state == DocumentState::Open);
        let rows = self.with_lines(orders.collect()).into_iter();
        rows.map(|(order, lines)| self.order_view(&order, &lines))
            .collect()
    }

    /// One order.
    #[must_use]
    pub fn order(&self, id: EntryId) -> Option<OrderView> {
        let order = self.fold().order(id)?;
        let row = self.with_lines(vec![order]).into_iter().next();
        row.map(|(order, lines)| self.order_view(&order, &lines))
    }

    pub(super) fn order_view(&self, order: &Order, lines: &[OrderLine]) -> OrderView {
        let fold = self.fold();
        let customer = order.customer.as_ref();
        OrderView {
            number: order.number.to_string(),
            entry: order.id.to_string(),
            order_type: order.order_type.word(),
            state: order.state.word(),
            policy: settings::order_policy(fold, order.order_type).word(),
            customer: text_of(customer),
            customer_name: customer.map(|code| fold.name_of(Class::Customer, code)),
            site: text_of(order.site.as_ref()),
            due: order.due.map(day_text),
            title: order.title.clone(),
            stage: order.stage.clone(),
            opened: time_text(order.opened),
            backorder: lines.iter().any(|line| line.backorder > Total::ZERO),
            ready: lines.iter().any(|line| line.allocated > Total::ZERO),
            provisional: order.provisional || lines.iter().any(|line| line.provisional),
            lines: lines.iter().map(|line| self.order_line(line)).collect(),
        }
    }

    fn order_line(&self, line: &OrderLine) -> OrderLineView {
        let item = self.fold().item(&line.item);
        OrderLineView {
            item: line.item.to_string(),
            name: item.name,
            unit: item.unit,
            wanted: line.wanted.to_string(),
            allocated: line.allocated.to_string(),
            picked: line.picked.to_string(),
            backorder: line.backorder.to_string(),
            ready: line.allocated.to_string(),
            provisional: line.provisional,
            rank: line.rank,
            since: line.since.map(time_text),
            elsewhere: self.elsewhere(line),
        }
    }

    fn elsewhere(&self, line: &OrderLine) -> Option<String> {
        let waits = line.backorder > Total::ZERO;
        let free = || self.fold().elsewhere_for(line.order, &line.item);
        let free = waits.then(free).filter(|free| !free.is_zero());
        free.map(|free| free.to_string())
    }

    /// Where to take what is ready for an order.
    #[must_use]
    pub fn pick_list(&self, order: EntryId) -> Vec<PickView> {
        let fold = self.fold();
        let Some(order) = fold.order(order) else {
            return Vec::new();
        };
        let mut picks = Vec::new();
        for line in fold.order_lines(order.id) {
            let item = fold.item(&line.item);
            for shelf in shelves_for(fold, &order, &line.item) {
                picks.push(PickView {
                    location: shelf.line.location.to_string(),
                    item: line.item.to_string(),
                    name: item.name.clone(),
                    quantity: shelf.quantity.to_string(),
                    unit: item.unit.clone(),
                    owner: text_of(shelf.line.owner.as_ref()),
                    batch: text_of(shelf.line.batch.as_ref()),
                });
            }
        }
        picks.sort_by(|a, b| (&a.location, &a.item).cmp(&(&b.location, &b.item)));
        picks
    }

    /// Lines of open orders that wait for stock, and those that waited and can be filled now, the
    /// oldest first; or only what can be filled.
    #[must_use]
    pub fn backorders(&self, ready_only: bool) -> Vec<BackorderView> {
        let mut found: Vec<OrderLine> = self.standing().waiting.look(self.fold(), |waiting| {
            let is_asked = |waits: &&Waits| match ready_only {
                true => waits.has_come(),
                false => waits.is_backorder(),
            };
            let lines = waiting.lines().filter(is_asked);
            lines.map(|waits| waits.line.clone()).collect()
        });
        found.sort_by_key(|line| line.since);
        self.backorder_rows(&found)
    }

    /// The lines as they are shown.
    pub(super) fn backorder_rows(&self, lines: &[OrderLine]) -> Vec<BackorderView> {
        let rows = lines.iter().filter_map(|line| {
            let order = self.fold().order(line.order)?;
            Some(self.backorder(&order, line))
        });
        rows.collect()
    }

    fn backorder(&self, order: &Order, line: &OrderLine) -> BackorderView {
        let item = self.fold().item(&line.item);
        let age = line.since.map(|since| {
            let millis = self.now().millis().saturating_sub(since.millis());
            millis / DAY_MILLIS
        });
        BackorderView {
            order: order.number.to_string(),
            item: line.item.to_string(),
            backorder: line.backorder.to_string(),
            ready: line.allocated.to_string(),
            since: line.since.map(time_text),
            age_days: age,
            name: item.name,
            unit: item.unit,
            customer: text_of(order.customer.as_ref()),
            site: text_of(order.site.as_ref()),
            due: order.due.map(day_text),
            provisional: line.provisional,
            elsewhere: self.elsewhere(line),
        }
    }

    /// The lines of open orders that want an item, in the order they are served.
    #[must_use]
    pub fn lines_wanting(&self, sku: &Code) -> Vec<WantingView> {
        let fold = self.fold();
        let wanting = fold.lines_wanting(sku).into_iter();
        let wanting = wanting.filter_map(|line| {
            let order = fold.order(line.order)?;
            Some(WantingView {
                order: order.number.to_string(),
                customer: text_of(order.customer.as_ref()),
                due: order.due.map(day_text),
                line: self.order_line(&line),
            })
        });
        wanting.collect()
    }

    /// The number of an order, as far as it is known here.
    pub(super) fn order_number(&self, id: EntryId) -> Option<String> {
        self.fold().order_number(id).map(Code::to_string)
    }
}
