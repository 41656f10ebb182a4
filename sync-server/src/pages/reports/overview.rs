//! All reports at a glance: of each a small drawing and the number that tells most.

use askama::Template;
use axum::response::Response;
use ledger_node::View;
use ledger_node::view::ReportsView;

use super::query::{Asked, ReportQuery};
use super::slow::IDLE_DAYS;
use super::{movements, people, slow, stock, surveyed};
use crate::pages::chart::Bars;
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "reports/reports.html")]
struct ReportsPage {
    frame: Frame,
    /// The time in words.
    time: String,
    reports: ReportsView,
    movements: Option<Bars>,
    stock: Option<Bars>,
    slow: Option<Bars>,
    people: Option<Bars>,
    idle_days: u64,
    /// How many people and devices did anything.
    people_count: usize,
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let asked = Asked::of_page(&visit, &ReportQuery::default()).await?;
    let days = asked.period.days();
    let reports = surveyed(&visit.app, move |view| view.reports(days, IDLE_DAYS)).await?;
    let build = move |_: &View<'_>, frame: Frame| {
        Ok(ReportsPage {
            time: asked.period.said(),
            movements: movements::bars(&reports.movements, frame.words),
            stock: stock::bars(&reports.stock, frame.words),
            slow: slow::bars(&reports.slow, frame.words),
            people: people::bars(&reports.people, &frame),
            idle_days: IDLE_DAYS,
            people_count: reports.people.rows.len(),
            reports,
            frame,
        })
    };
    visit.page(build).await
}
