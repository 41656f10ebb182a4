//! One customer with what is here of theirs.

use std::collections::BTreeMap;

use ledger_core::catalogue::Class;
use ledger_core::{Code, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::{OrderFilter, OrderView, PartnerView, View, text_of};

/// A customer with the stock that is here of theirs, and the orders that are open for them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerView {
    /// Who.
    #[serde(flatten)]
    pub customer: PartnerView,
    /// Their stock lines that are not zero, by item.
    pub lines: Vec<OwnedLineView>,
    /// Their open orders, by number.
    pub orders: Vec<OrderView>,
}

/// One stock line of a customer; merged items are one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnedLineView {
    /// The item.
    pub item: String,
    /// The item's name.
    pub name: String,
    /// The unit of its quantities.
    pub unit: String,
    /// Where.
    pub location: String,
    /// The location's site.
    pub site: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// How much.
    pub on_hand: String,
}

impl View<'_> {
    /// A customer with stock and open orders.
    #[must_use]
    pub fn customer(&self, code: &Code) -> CustomerView {
        let theirs = OrderFilter {
            open: true,
            customer: Some(code.clone()),
            ..OrderFilter::default()
        };
        CustomerView {
            customer: self.partner(Class::Customer, code),
            lines: self.lines_owned_by(code),
            orders: self.orders_after(&theirs, None, usize::MAX),
        }
    }

    fn lines_owned_by(&self, customer: &Code) -> Vec<OwnedLineView> {
        let fold = self.fold();
        let mut owned: BTreeMap<_, Total> = BTreeMap::new();
        for (key, on_hand) in fold.lines_owned_by(customer) {
            let line = (fold.canonical(&key.item), key.location, key.batch);
            let sum = owned.entry(line).or_default();
            *sum = sum.plus(on_hand);
        }
        let owned = owned.into_iter().filter(|(_, sum)| !sum.is_zero());
        owned
            .map(|((sku, location, batch), on_hand)| {
                let item = fold.item(&sku);
                OwnedLineView {
                    item: sku.to_string(),
                    name: item.name,
                    unit: item.unit,
                    site: text_of(fold.location(&location).site.as_ref()),
                    location: location.to_string(),
                    batch: text_of(batch.as_ref()),
                    on_hand: on_hand.to_string(),
                }
            })
            .collect()
    }
}
