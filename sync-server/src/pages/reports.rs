//! Reports: what was done, what lies here, what counts found, what does not move, and who did how
//! much. Each is a drawing with its table below it and its files.

mod movements;
mod overview;
mod people;
mod query;
mod shrinkage;
mod slow;
mod stock;

use ledger_core::catalogue::Role::Manager;

use ledger_node::View;
use ledger_node::view::{Report, Survey};

use super::table::Pages;
use crate::app::App;
use crate::problem::Problem;

/// The routes, with who may use them. How much each person did is for those who lead them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/reports", overview::show)
        .page("/reports/movements", movements::show)
        .page("/export/reports/movements", movements::export)
        .page("/reports/stock", stock::show)
        .page("/export/reports/stock", stock::export)
        .page("/reports/shrinkage", shrinkage::show)
        .page("/export/reports/shrinkage", shrinkage::export)
        .page("/reports/slow", slow::show)
        .page("/export/reports/slow", slow::export)
        .page_for(Manager, "/reports/people", people::show)
        .page_for(Manager, "/export/reports/people", people::export)
}

/// Makes a report step by step, so that whoever wants the ledger meanwhile has a turn.
async fn surveyed<R, F>(app: &App, begin: F) -> Result<R::Said, Problem>
where
    R: Report + Clone + Send + 'static,
    R::Said: Send,
    F: FnOnce(&View<'_>) -> Survey<R> + Send + 'static,
{
    let mut survey = app.look(move |view| Ok(begin(view))).await?;
    loop {
        let step = app.look(move |view| {
            let is_done = survey.go_on(view);
            Ok((survey, is_done))
        });
        let (next, is_done) = step.await?;
        survey = next;
        if is_done {
            return app.look(move |view| Ok(survey.finish(view))).await;
        }
    }
}
