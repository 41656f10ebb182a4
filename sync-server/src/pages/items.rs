//! Items: the list, one of them with what can be done to it, its history, and why its number is what it is.

pub(super) mod act;
pub(super) mod edit;
pub(super) mod history;
pub(super) mod item;
pub(super) mod list;
pub(super) mod why;

use ledger_core::catalogue::Role::{Manager, Operator};

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/items", list::show)
        .page("/export/items", list::export)
        .page("/export/stock-lines", list::export_lines)
        .form(Operator, "/items/{sku}/change", list::change)
        .page_for(Manager, "/items/new", edit::show_new)
        .form(Manager, "/items/new", edit::make)
        .page("/items/{sku}", item::show)
        .form(Operator, "/items/{sku}/add", act::add)
        .form(Operator, "/items/{sku}/remove", act::remove)
        .form(Operator, "/items/{sku}/adjust", act::adjust)
        .form(Operator, "/items/{sku}/move", act::transfer)
        .form(Operator, "/items/{sku}/count", act::count)
        .page("/items/{sku}/history", history::show)
        .page("/export/items/{sku}/history", history::export)
        .page("/items/{sku}/why", why::show)
        .page_for(Manager, "/items/{sku}/edit", edit::show)
        .form(Manager, "/items/{sku}/edit", edit::save)
        .form(Manager, "/items/{sku}/archive", edit::archive)
        .form(Manager, "/items/{sku}/merge", edit::merge)
}
