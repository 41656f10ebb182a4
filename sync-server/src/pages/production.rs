//! Production lots and bills of materials.

pub(super) mod bom;
pub(super) mod lot;
pub(super) mod lot_acts;
pub(super) mod lot_edit;
pub(super) mod lots;

use ledger_core::catalogue::Role::{Manager, Operator};

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/lots", lots::show)
        .page("/export/lots", lots::export)
        .page_for(Manager, "/lots/new", lots::new)
        .form(Manager, "/lots/new", lots::plan)
        .page("/lots/{number}", lot::show)
        .page("/export/lots/{number}", lot::export)
        .page("/lots/{number}/moves", lot::moves)
        .page_for(Manager, "/lots/{number}/edit", lot_edit::show)
        .form(Manager, "/lots/{number}/edit", lot_edit::save)
        .form(Operator, "/lots/{number}/issue", lot_acts::issue)
        .form(Operator, "/lots/{number}/return", lot_acts::bring_back)
        .form(Operator, "/lots/{number}/build", lot_acts::build)
        .form(Manager, "/lots/{number}/adopt", lot_acts::adopt)
        .form(Manager, "/lots/{number}/buy", lot_acts::buy)
        .form(Manager, "/lots/{number}/close", lot_acts::close)
        .page("/items/{sku}/bom", bom::show)
        .page("/export/items/{sku}/bom", bom::export)
        .form(Manager, "/items/{sku}/bom", bom::set)
        .form(Manager, "/items/{sku}/bom/remove", bom::remove)
}
