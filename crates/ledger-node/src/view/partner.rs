//! Customers and suppliers.

use ledger_core::Code;
use ledger_core::catalogue::{Class, key};
use serde::Serialize;
use utoipa::ToSchema;

use super::View;

/// A customer or supplier.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartnerView {
    /// The code.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// No longer in use.
    pub archived: bool,
}

/// A customer with how much there is of theirs.
#[derive(Debug, Clone)]
pub struct CustomerRowView {
    /// Who.
    pub customer: PartnerView,
    /// How many of the items here are theirs too.
    pub items: usize,
    /// How many of their orders are open.
    pub orders: usize,
}

impl View<'_> {
    /// At most so many customers whose code or name has every word of a search, by code, beginning
    /// behind one; archived ones on wish.
    #[must_use]
    pub fn customer_rows(
        &self,
        search: Option<&str>,
        archived: bool,
        after: Option<&Code>,
        limit: usize,
    ) -> Vec<CustomerRowView> {
        let mut customers = self.partners_after(Class::Customer, search, archived, after);
        customers.truncate(limit);
        let fold = self.fold();
        let orders_of = |customer: &Code| {
            let clients = &self.standing().clients;
            clients.look(fold, |clients| clients.orders_of(customer).count())
        };
        let row = |customer: PartnerView| {
            let code = Code::new(&customer.code).ok();
            CustomerRowView {
                items: code
                    .as_ref()
                    .map_or(0, |code| fold.items_owned_by(code).len()),
                orders: code.as_ref().map_or(0, orders_of),
                customer,
            }
        };
        customers.into_iter().map(row).collect()
    }

    /// Customers or suppliers whose code or name has every word of a search, by code, beginning
    /// behind one; archived ones on wish.
    #[must_use]
    pub fn partners_after(
        &self,
        class: Class,
        search: Option<&str>,
        archived: bool,
        after: Option<&Code>,
    ) -> Vec<PartnerView> {
        let search = search.unwrap_or_default().to_lowercase();
        let codes = self.fold().codes(class);
        let codes = codes.filter(|code| after.is_none_or(|after| *code > after));
        let partners = codes.map(|code| self.partner(class, code));
        let partners = partners.filter(|partner| {
            let said = format!("{} {}", partner.code, partner.name).to_lowercase();
            (archived || !partner.archived)
                && search.split_whitespace().all(|word| said.contains(word))
        });
        partners.collect()
    }

    /// All customers by code, archived ones too.
    #[must_use]
    pub fn customers(&self) -> Vec<PartnerView> {
        self.partners(Class::Customer)
    }

    /// All suppliers by code, archived ones too.
    #[must_use]
    pub fn suppliers(&self) -> Vec<PartnerView> {
        self.partners(Class::Supplier)
    }

    fn partners(&self, class: Class) -> Vec<PartnerView> {
        self.fold()
            .codes(class)
            .map(|code| self.partner(class, code))
            .collect()
    }

    pub(super) fn partner(&self, class: Class, code: &Code) -> PartnerView {
        PartnerView {
            code: code.to_string(),
            name: self.fold().name_of(class, code),
            archived: self.fold().field(class, code, key::ARCHIVED).is_true(),
        }
    }
}
