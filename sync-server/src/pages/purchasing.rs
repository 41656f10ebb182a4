//! Purchase orders and suppliers.

pub(super) mod purchase;
pub(super) mod purchases;
pub(super) mod suppliers;

use ledger_core::catalogue::Role::{Manager, Operator};

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/purchase-orders", purchases::show)
        .page("/export/purchase-orders", purchases::export)
        .page_for(Manager, "/purchase-orders/new", purchases::new)
        .form(Manager, "/purchase-orders/new", purchases::place)
        .page("/purchase-orders/{number}", purchase::show)
        .form(
            Operator,
            "/purchase-orders/{number}/receive",
            purchase::receive,
        )
        .form(
            Manager,
            "/purchase-orders/{number}/lines",
            purchase::set_line,
        )
        .form(Manager, "/purchase-orders/{number}/edit", purchase::edit)
        .form(Manager, "/purchase-orders/{number}/close", purchase::close)
        .page("/suppliers", suppliers::show)
        .page("/export/suppliers", suppliers::export)
        .page_for(Manager, "/suppliers/new", suppliers::new)
        .form(Manager, "/suppliers/new", suppliers::add)
        .page("/suppliers/{code}", suppliers::show_one)
        .form(Manager, "/suppliers/{code}/rename", suppliers::rename)
        .form(Manager, "/suppliers/{code}/archive", suppliers::archive)
}
