//! Undoing a transaction: by the button behind what was just done, and from the history.

use axum::response::Response;
use ledger_core::EntryId;
use ledger_core::at_entry;
use ledger_core::entry::Particulars;
use ledger_core::fold::Fold;

use super::form::{Fields, problem};
use super::visit::{Done, Visit, own_path};
use crate::api::{Named, may_reverse};
use crate::problem::Problem;

pub(super) async fn undo(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let entry = fields.needed("entry")?;
    let entry: EntryId = entry.parse().or(Err(problem("unknown-entry")))?;
    let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
    may_reverse(&visit.app, caller, entry).await?;
    let particulars = Particulars::default();
    let plan = move |fold: &Fold, _| at_entry::undo(fold, entry.origin, Some(entry), particulars);
    let written = visit.carry_out(&fields, Named::Nothing, plan).await?;
    let done = Done::new(own_path(fields.raw("back")), "done-undone");
    visit.go_on(&written, done).await
}
