//! Purchase orders: what was bought, what came, and for whom the rest is.

use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::fold::{DocumentState, Prospect, Purchase, PurchaseLineInfo};
use ledger_core::time::DAY_MILLIS;
use ledger_core::{Code, EntryId, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::lot::sum;
use super::{View, day_text, text_of, time_text};

/// A purchase order with its lines.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PurchaseView {
    /// What people call it by.
    pub number: String,
    /// The entry that placed it: names it where two have one number.
    pub entry: String,
    /// `open` or `closed`.
    pub state: &'static str,
    /// Whom it was placed with.
    pub supplier: Option<String>,
    /// The supplier's name.
    pub supplier_name: Option<String>,
    /// The site that it is delivered to; none is any.
    pub site: Option<String>,
    /// What it is about.
    pub title: Option<String>,
    /// What the supplier calls it.
    pub reference: Option<String>,
    /// When it was placed.
    pub placed: String,
    /// Its lines by item, the earliest day first.
    pub lines: Vec<PurchaseLineView>,
    /// Whether nothing is still to come.
    pub complete: bool,
    /// Whether anything should have come before today.
    pub overdue: bool,
    /// The next day on which something is to come.
    pub next: Option<String>,
    /// Depends on an entry that the central server does not know yet.
    pub provisional: bool,
}

/// What is ordered of an item for a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PurchaseLineView {
    /// The item.
    pub item: String,
    /// The item's name.
    pub name: String,
    /// The unit of its quantities.
    pub unit: String,
    /// The day it is to come, as `2026-11-21`.
    pub date: Option<String>,
    /// How much is ordered.
    pub ordered: String,
    /// How much of it came.
    pub received: String,
    /// How much is still to come.
    pub left: String,
    /// Should have come before today.
    pub overdue: bool,
    /// For whom what is to come is: lots and orders that wait for it.
    pub covers: Vec<CoversView>,
}

/// Somebody who waits for what is to come.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoversView {
    /// `lot` or `order`.
    pub kind: &'static str,
    /// Its number.
    pub number: String,
    /// How much of it is for it.
    pub quantity: String,
    /// The day it is needed.
    pub due: Option<String>,
}

/// What is to come of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ComingView {
    /// The purchase order's number.
    pub purchase_order: String,
    /// The supplier.
    pub supplier: Option<String>,
    /// The line.
    #[serde(flatten)]
    pub line: PurchaseLineView,
}

impl View<'_> {
    /// All purchase orders by number, or those that are open.
    #[must_use]
    pub fn purchases(&self, open_only: bool) -> Vec<PurchaseView> {
        let fold = self.fold();
        let ids = fold.purchases().into_iter();
        let orders = ids.filter_map(|id| fold.purchase(id));
        let orders = orders.filter(|order| !open_only || order.state == DocumentState::Open);
        let orders: Vec<Purchase> = orders.collect();
        self.with_prospect(|prospect| {
            let views = orders
                .iter()
                .map(|order| self.purchase_view(order, prospect));
            views.collect()
        })
    }

    /// One purchase order.
    #[must_use]
    pub fn purchase(&self, id: EntryId) -> Option<PurchaseView> {
        let purchase = self.fold().purchase(id)?;
        Some(self.with_prospect(|prospect| self.purchase_view(&purchase, prospect)))
    }

    /// What is to come of an item, by purchase order.
    #[must_use]
    pub fn coming(&self, item: &Code) -> Vec<ComingView> {
        let purchases = self.fold().purchases_of(item);
        if purchases.is_empty() {
            return Vec::new();
        }
        let lines = purchases.iter().flat_map(|purchase| {
            let lines = purchase.lines.iter();
            lines.map(move |line| (purchase, line))
        });
        let mine = lines.filter(|(_, line)| line.item == *item && line.left() > Total::ZERO);
        self.with_prospect(|prospect| {
            let views = mine.map(|(purchase, line)| ComingView {
                purchase_order: purchase.number.to_string(),
                supplier: text_of(purchase.supplier.as_ref()),
                line: self.purchase_line(purchase, line, prospect),
            });
            views.collect()
        })
    }

    fn today(&self) -> u32 {
        u32::try_from(self.now().millis() / DAY_MILLIS).unwrap_or(u32::MAX)
    }

    fn is_overdue(&self, purchase: &Purchase, line: &PurchaseLineInfo) -> bool {
        purchase.state == DocumentState::Open
            && line.left() > Total::ZERO
            && line.day.is_some_and(|day| day < self.today())
    }

    fn purchase_view(&self, purchase: &Purchase, prospect: &Prospect) -> PurchaseView {
        let fold = self.fold();
        let supplier = purchase.supplier.as_ref();
        let left = || {
            let lines = purchase.lines.iter();
            lines.filter(|line| line.left() > Total::ZERO)
        };
        let lines = purchase.lines.iter();
        PurchaseView {
            number: purchase.number.to_string(),
            entry: purchase.id.to_string(),
            state: purchase.state.word(),
            supplier: text_of(supplier),
            supplier_name: supplier.map(|code| fold.name_of(Class::Supplier, code)),
            site: text_of(purchase.site.as_ref()),
            title: purchase.title.clone(),
            reference: purchase.reference.clone(),
            placed: time_text(purchase.placed),
            complete: left().next().is_none(),
            overdue: left().any(|line| self.is_overdue(purchase, line)),
            next: left().filter_map(|line| line.day).min().map(day_text),
            provisional: purchase.provisional,
            lines: lines
                .map(|line| self.purchase_line(purchase, line, prospect))
                .collect(),
        }
    }

    fn purchase_line(
        &self,
        purchase: &Purchase,
        line: &PurchaseLineInfo,
        prospect: &Prospect,
    ) -> PurchaseLineView {
        let item = self.fold().item(&line.item);
        PurchaseLineView {
            item: line.item.to_string(),
            name: item.name,
            unit: item.unit,
            date: line.day.map(day_text),
            ordered: line.ordered.to_string(),
            received: line.received.to_string(),
            left: line.left().to_string(),
            overdue: self.is_overdue(purchase, line),
            covers: self.covers(purchase.id, line, prospect),
        }
    }

    fn covers(
        &self,
        purchase: EntryId,
        line: &PurchaseLineInfo,
        prospect: &Prospect,
    ) -> Vec<CoversView> {
        let Some(at) = prospect.supply_of(purchase, line) else {
            return Vec::new();
        };
        let waiting = prospect.outlook.covers(at).iter();
        let mut covers: Vec<(EntryId, CoversView, Total)> = Vec::new();
        for (need, quantity) in waiting {
            let (Some(party), Some(met)) = (
                prospect.needs.get(*need),
                prospect.situation.needs.get(*need),
            ) else {
                continue;
            };
            if let Some((_, known, total)) = covers.iter_mut().find(|(id, ..)| *id == party.id) {
                *total = sum([*total, *quantity].into_iter());
                known.quantity = total.to_string();
                continue;
            }
            let view = CoversView {
                kind: if party.family == Family::Lot {
                    "lot"
                } else {
                    "order"
                },
                number: self.number_of(party.id).unwrap_or_default(),
                quantity: quantity.to_string(),
                due: met.day.map(day_text),
            };
            covers.push((party.id, view, *quantity));
        }
        covers.into_iter().map(|(_, view, _)| view).collect()
    }
}
