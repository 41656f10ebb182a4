//! The import wizard: a file of others is chosen, its columns are matched and looked through, then
//! it is written and can be undone.
//!
//! How a file is read stands in the address of the preview; the server keeps nothing between the
//! steps but the file.

mod preview;
mod result;
mod start;
mod upload;
mod words;

use ledger_core::catalogue::Role::Manager;

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page_for(Manager, "/import", start::show)
        .form(Manager, "/import", start::take)
        .page_for(Manager, "/import/example", start::example)
        .page_for(Manager, "/import/{id}", preview::show)
        .form(Manager, "/import/{id}", preview::write)
        .form(Manager, "/import/{id}/undo", result::undo)
}
