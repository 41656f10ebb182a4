//! One customer with what is here of theirs.

use ledger_core::Code;
use ledger_core::catalogue::Class;
use serde::Serialize;
use utoipa::ToSchema;

use super::{OrderView, PartnerView, View, text_of};

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
        let orders = self.orders(true).into_iter();
        let theirs = |order: &OrderView| order.customer.as_deref() == Some(code.as_str());
        CustomerView {
            customer: self.partner(Class::Customer, code),
            lines: self.lines_owned_by(code),
            orders: orders.filter(theirs).collect(),
        }
    }

    fn lines_owned_by(&self, customer: &Code) -> Vec<OwnedLineView> {
        let fold = self.fold();
        let mut owned = Vec::new();
        for sku in fold.items() {
            for line in fold.lines(&sku) {
                if line.key.owner.as_ref() != Some(customer) || line.on_hand.is_zero() {
                    continue;
                }
                let item = fold.item(&sku);
                owned.push(OwnedLineView {
                    item: sku.to_string(),
                    name: item.name,
                    unit: item.unit,
                    location: line.key.location.to_string(),
                    site: text_of(fold.location(&line.key.location).site.as_ref()),
                    batch: text_of(line.key.batch.as_ref()),
                    on_hand: line.on_hand.to_string(),
                });
            }
        }
        owned
    }
}
