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

impl View<'_> {
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
