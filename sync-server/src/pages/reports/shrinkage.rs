//! What counts found missing or over, month by month, and where most of it is.

use askama::Template;
use axum::response::Response;
use ledger_core::Total;
use ledger_node::View;
use ledger_node::view::{LossRow, ShrinkageBy, ShrinkageReport};
use serde::Deserialize;

use super::query::{Asked, Choice, FilterForm, ReportQuery};
use super::surveyed;
use crate::api::QueryOf;
use crate::lang::Words;
use crate::pages::chart::{Bars, Column};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::frame::Frame;
use crate::pages::unread::Unread;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Reasons that are read from the store while nobody else has the node.
const REASONS_AT_ONCE: usize = 200;

/// Items or locations on the page; the file has every single difference.
const ROWS_MAX: usize = 50;

/// What the rows are about, with the words of each.
const BY: [(ShrinkageBy, &str); 2] = [
    (ShrinkageBy::Item, "report-by-item"),
    (ShrinkageBy::Location, "report-by-location"),
];

/// What the form of this report alone asks.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ShrinkageQuery {
    #[serde(default)]
    by: String,
}

impl ShrinkageQuery {
    fn by(&self, unread: &mut Unread) -> ShrinkageBy {
        let by = unread.choice("report-by", &self.by, ShrinkageBy::from_word);
        by.unwrap_or_default()
    }
}

fn choice(chosen: ShrinkageBy, words: Words) -> Choice {
    let option = |(by, id): (ShrinkageBy, &str)| {
        let text = words.t(id).into_owned();
        (by.word().to_owned(), text, by == chosen)
    };
    Choice {
        name: "by",
        label: "report-by",
        options: BY.map(option).to_vec(),
    }
}

/// The drawing of a report: what is missing hangs below the line, what is over stands on it.
fn bars(report: &ShrinkageReport, words: Words) -> Option<Bars> {
    let months = report.months.iter();
    let columns: Vec<Column> = months
        .map(|month| Column {
            label: words.month(&month.month),
            values: vec![Total::ZERO.minus(month.sum.missing), month.sum.over],
        })
        .collect();
    Bars::of(&columns, &["report-missing", "report-over"], words)
}

#[derive(Template)]
#[template(path = "reports/shrinkage.html")]
struct ShrinkagePage {
    frame: Frame,
    form: FilterForm,
    bars: Option<Bars>,
    report: ShrinkageReport,
    rows: Vec<LossRow>,
    found: usize,
    is_by_item: bool,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
    QueryOf(of_shrinkage): QueryOf<ShrinkageQuery>,
) -> Result<Response, Problem> {
    let mut asked = Asked::of_page(&visit, &query).await?;
    let by = of_shrinkage.by(&mut asked.unread);
    let (filter, months) = (asked.filter, asked.period.months());
    let begin = move |view: &View<'_>| view.shrinkage_report(filter, months, by);
    let mut report = surveyed(&visit.app, begin).await?;
    let build = move |view: &View<'_>, frame: Frame| {
        let mut rows = std::mem::take(&mut report.rows);
        let found = rows.len();
        rows.truncate(ROWS_MAX);
        let of = (Some(asked.period), report.unit.as_str());
        let form = FilterForm::of(view, ("/reports/shrinkage", query), of, asked.unread);
        Ok(ShrinkagePage {
            form: form.choosing(choice(by, frame.words)),
            bars: bars(&report, frame.words),
            report,
            rows,
            found,
            is_by_item: by == ShrinkageBy::Item,
            frame,
        })
    };
    visit.page(build).await
}

const COLUMNS: Columns = &[
    ("at", "/at"),
    ("item", "/item"),
    ("name", "/name"),
    ("location", "/location"),
    ("site", "/site"),
    ("owner", "/owner"),
    ("batch", "/batch"),
    ("expected", "/expected"),
    ("counted", "/counted"),
    ("difference", "/difference"),
    ("unit", "/unit"),
    ("reason", "/reason"),
    ("user", "/user"),
    ("device", "/device"),
    ("entry", "/entry"),
];

/// Every count that differed, as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let asked = Asked::of_file(&visit, &query).await?;
    let (filter, days) = (asked.filter, asked.period.days());
    let mut found = surveyed(&visit.app, move |view| view.differences(filter, days)).await?;
    let mut differences = Vec::with_capacity(found.len());
    while !found.is_empty() {
        let rest = found.split_off(found.len().min(REASONS_AT_ONCE));
        let look = visit.app.look(move |view| {
            view.add_reasons(&mut found)?;
            Ok(found)
        });
        differences.extend(look.await?);
        found = rest;
    }
    let build = move |_: &View<'_>| Sheet::of(COLUMNS, differences);
    visit.file("shrinkage", file, build).await
}
