//! What lay here at the end of each day, by count: the ledger has no prices.

use askama::Template;
use axum::response::Response;
use ledger_node::View;
use ledger_node::view::{SiteStock, StockDay, StockReport};

use super::query::{Asked, FilterForm, ReportQuery};
use super::surveyed;
use crate::api::QueryOf;
use crate::lang::Words;
use crate::pages::chart::{Bars, Column};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// The drawing of a report.
pub(super) fn bars(report: &StockReport, words: Words) -> Option<Bars> {
    let days = report.days.iter();
    let columns: Vec<Column> = days
        .map(|day| Column {
            label: words.day(&day.day),
            values: vec![day.on_hand],
        })
        .collect();
    Bars::of(&columns, &["on-hand"], words)
}

#[derive(Template)]
#[template(path = "reports/stock.html")]
struct StockPage {
    frame: Frame,
    form: FilterForm,
    bars: Option<Bars>,
    /// Whether anything lay here at all, in whatever unit.
    has_stock: bool,
    unit: String,
    days: Vec<StockDay>,
    sites: Vec<SiteStock>,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
) -> Result<Response, Problem> {
    let asked = Asked::of_page(&visit, &query).await?;
    let (filter, days) = (asked.filter, asked.period.days());
    let report = surveyed(&visit.app, move |view| view.stock_report(filter, days)).await?;
    let build = move |view: &View<'_>, frame: Frame| {
        let of = (Some(asked.period), report.unit.as_str());
        Ok(StockPage {
            form: FilterForm::of(view, ("/reports/stock", query), of, asked.unread),
            bars: bars(&report, frame.words),
            has_stock: report.days.iter().any(|day| day.lines > 0),
            unit: report.unit,
            days: report.days,
            sites: report.sites,
            frame,
        })
    };
    visit.page(build).await
}

const COLUMNS: Columns = &[
    ("day", "/day"),
    ("site", "/site"),
    ("site_name", "/site_name"),
    ("on_hand", "/on_hand"),
    ("unit", "/unit"),
    ("lines", "/lines"),
];

/// The days as a file, a row for each site.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let asked = Asked::of_file(&visit, &query).await?;
    let (filter, days) = (asked.filter, asked.period.days());
    let report = surveyed(&visit.app, move |view| view.stock_report(filter, days)).await?;
    let build = move |_: &View<'_>| Sheet::of(COLUMNS, report.cells);
    visit.file("stock-by-day", file, build).await
}
