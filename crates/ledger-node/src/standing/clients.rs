//! Which orders are open for which customer.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::fold::{Fold, News};
use ledger_core::{Code, EntryId};

use super::Follows;

/// Open orders by customer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Clients {
    customer_of: BTreeMap<EntryId, Code>,
    orders_of: BTreeMap<Code, BTreeSet<EntryId>>,
}

impl Clients {
    /// The open orders of a customer, in no order that means anything.
    pub(crate) fn orders_of(&self, customer: &Code) -> impl Iterator<Item = EntryId> {
        self.orders_of.get(customer).into_iter().flatten().copied()
    }

    fn set(&mut self, fold: &Fold, order: EntryId) {
        if let Some(customer) = self.customer_of.remove(&order)
            && let Some(orders) = self.orders_of.get_mut(&customer)
        {
            orders.remove(&order);
            if orders.is_empty() {
                self.orders_of.remove(&customer);
            }
        }
        let open = fold.order(order).filter(|_| fold.is_open_order(order));
        if let Some(customer) = open.and_then(|order| order.customer) {
            let orders = self.orders_of.entry(customer.clone()).or_default();
            orders.insert(order);
            self.customer_of.insert(order, customer);
        }
    }
}

impl Follows for Clients {
    fn anew(fold: &Fold) -> Self {
        let mut clients = Self::default();
        for order in fold.orders() {
            clients.set(fold, order);
        }
        clients
    }

    fn learn(&mut self, fold: &Fold, news: News) {
        for order in news.documents {
            self.set(fold, order);
        }
    }
}
