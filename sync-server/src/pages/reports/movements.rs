//! What was done, day by day: transactions by what they did, and how much they moved.

use askama::Template;
use axum::response::Response;
use ledger_node::View;
use ledger_node::view::{Counts, MovementsReport};

use super::query::{Asked, FilterForm, ReportQuery};
use super::surveyed;
use crate::api::QueryOf;
use crate::lang::Words;
use crate::pages::chart::{Bars, Column, counted};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// What transactions do, in the order in which they stand on one another.
pub(super) const ACTS: [&str; 4] = ["row-add", "row-remove", "row-move", "row-count"];

/// A column of transactions by what they did.
pub(super) fn column(label: String, counts: Counts) -> Column {
    let values = [counts.added, counts.removed, counts.moved, counts.counted];
    Column {
        label,
        values: values.map(counted).to_vec(),
    }
}

/// The drawing of a report.
pub(super) fn bars(report: &MovementsReport, words: Words) -> Option<Bars> {
    let days = report.days.iter();
    let columns: Vec<Column> = days
        .map(|day| column(words.day(&day.day), day.counts))
        .collect();
    Bars::of(&columns, &ACTS, words)
}

#[derive(Template)]
#[template(path = "reports/movements.html")]
struct MovementsPage {
    frame: Frame,
    form: FilterForm,
    bars: Option<Bars>,
    report: MovementsReport,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
) -> Result<Response, Problem> {
    let asked = Asked::of_page(&visit, &query).await?;
    let (filter, days) = (asked.filter, asked.period.days());
    let report = surveyed(&visit.app, move |view| view.movements_report(filter, days)).await?;
    let build = move |view: &View<'_>, frame: Frame| {
        let of = (Some(asked.period), report.unit.as_str());
        Ok(MovementsPage {
            form: FilterForm::of(view, ("/reports/movements", query), of, asked.unread),
            bars: bars(&report, frame.words),
            report,
            frame,
        })
    };
    visit.page(build).await
}

const COLUMNS: Columns = &[
    ("day", "/day"),
    ("transactions", "/transactions"),
    ("added", "/added"),
    ("removed", "/removed"),
    ("moved", "/moved"),
    ("counted", "/counted"),
    ("unit", "/unit"),
    ("quantity_added", "/quantity_added"),
    ("quantity_removed", "/quantity_removed"),
    ("quantity_moved", "/quantity_moved"),
    ("quantity_corrected", "/quantity_corrected"),
    ("change", "/change"),
];

/// The days as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let asked = Asked::of_file(&visit, &query).await?;
    let (filter, days) = (asked.filter, asked.period.days());
    let report = surveyed(&visit.app, move |view| view.movements_report(filter, days)).await?;
    let build = move |_: &View<'_>| Sheet::of(COLUMNS, report.days);
    visit.file("movements", file, build).await
}
