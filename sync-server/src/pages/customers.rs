//! Customers and the stock that is theirs.

pub(super) mod customer;
pub(super) mod list;

use ledger_core::catalogue::Role::{Manager, Operator};

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/customers", list::show)
        .page("/export/customers", list::export)
        .page_for(Manager, "/customers/new", list::new)
        .form(Manager, "/customers/new", list::add)
        .page("/customers/{code}", customer::show)
        .form(Manager, "/customers/{code}/rename", customer::rename)
        .form(Manager, "/customers/{code}/archive", customer::archive)
        .form(Operator, "/customers/{code}/owner", customer::change_owner)
}
