//! Stocktakes: opening, counting, the report.

pub(super) mod acts;
pub(super) mod list;
pub(super) mod stocktake;

use ledger_core::catalogue::Role::{Manager, Operator};

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/stocktakes", list::show)
        .page("/export/stocktakes", list::export)
        .page_for(Manager, "/stocktakes/new", list::new)
        .form(Manager, "/stocktakes/new", list::open)
        .page("/stocktakes/{number}", stocktake::show)
        .page("/export/stocktakes/{number}", stocktake::export)
        .form(Operator, "/stocktakes/{number}/count", acts::count)
        .form(Manager, "/stocktakes/{number}/assign", acts::assign)
        .form(Manager, "/stocktakes/{number}/recount", acts::recount)
        .form(Manager, "/stocktakes/{number}/approve", acts::approve)
        .form(Manager, "/stocktakes/{number}/count-rest", acts::count_rest)
        .form(Manager, "/stocktakes/{number}/close", acts::close)
}
