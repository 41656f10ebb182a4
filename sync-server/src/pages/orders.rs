//! Orders, their pick lists, and what waits for stock.

pub(super) mod acts;
pub(super) mod backorders;
pub(super) mod edit;
pub(super) mod list;
pub(super) mod order;
pub(super) mod pick_list;

use ledger_core::catalogue::Role::{Manager, Operator};

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/orders", list::show)
        .page("/export/orders", list::export)
        .page_for(Manager, "/orders/new", list::new)
        .form(Manager, "/orders/new", list::open)
        .page("/orders/{number}", order::show)
        .page_for(Manager, "/orders/{number}/edit", edit::show)
        .form(Manager, "/orders/{number}/edit", edit::save)
        .form(Operator, "/orders/{number}/lines", acts::add_line)
        .form(Operator, "/orders/{number}/set", acts::set_line)
        .form(Operator, "/orders/{number}/remove", acts::remove_line)
        .form(Operator, "/orders/{number}/pick", acts::pick)
        .form(Operator, "/orders/{number}/fill", acts::fill)
        .form(Operator, "/orders/{number}/return", acts::bring_back)
        .form(Manager, "/orders/{number}/expedite", acts::expedite)
        .form(Manager, "/orders/{number}/cancel", acts::cancel)
        .form(Manager, "/orders/{number}/close", acts::close)
        .page("/orders/{number}/pick-list", pick_list::show)
        .form(Operator, "/orders/{number}/pick-list", pick_list::taken)
        .page("/backorders", backorders::show)
        .page("/export/backorders", backorders::export)
}
