//! Who did how much, by person and device.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use ledger_node::View;
use ledger_node::view::{Counts, PeopleReport, PersonRow};

use super::movements::{ACTS, column};
use super::query::{Asked, FilterForm, ReportQuery};
use super::surveyed;
use crate::api::QueryOf;
use crate::pages::chart::{Bars, Column};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// People with a column of their own; the others share one.
const COLUMNS_MAX: usize = 5;

/// The drawing of a report: a column for each person, whatever the device.
pub(super) fn bars(report: &PeopleReport, frame: &Frame) -> Option<Bars> {
    let mut people: BTreeMap<&str, Counts> = BTreeMap::new();
    for row in &report.rows {
        let counts = people.entry(frame.who(&row.user)).or_default();
        *counts = counts.plus(row.counts);
    }
    let mut people: Vec<(&str, Counts)> = people.into_iter().collect();
    people.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.total()));
    let others = people.split_off(people.len().min(COLUMNS_MAX));
    let mut columns: Vec<Column> = people
        .into_iter()
        .map(|(name, counts)| column(name.to_owned(), counts))
        .collect();
    if !others.is_empty() {
        let all = others.into_iter().map(|(_, counts)| counts);
        let all = all.fold(Counts::default(), Counts::plus);
        columns.push(column(frame.t("report-others").into_owned(), all));
    }
    Bars::of(&columns, &ACTS, frame.words)
}

#[derive(Template)]
#[template(path = "reports/people.html")]
struct PeoplePage {
    frame: Frame,
    form: FilterForm,
    bars: Option<Bars>,
    rows: Vec<PersonRow>,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
) -> Result<Response, Problem> {
    let asked = Asked::of_page(&visit, &query).await?;
    let (filter, days) = (asked.filter, asked.period.days());
    let report = surveyed(&visit.app, move |view| view.people_report(filter, days)).await?;
    let build = move |view: &View<'_>, frame: Frame| {
        let of = (Some(asked.period), "");
        let form = FilterForm::of(view, ("/reports/people", query), of, asked.unread);
        Ok(PeoplePage {
            form: form.without_units(),
            bars: bars(&report, &frame),
            rows: report.rows,
            frame,
        })
    };
    visit.page(build).await
}

const COLUMNS: Columns = &[
    ("day", "/day"),
    ("user", "/user"),
    ("device", "/device"),
    ("transactions", "/transactions"),
    ("added", "/added"),
    ("removed", "/removed"),
    ("moved", "/moved"),
    ("counted", "/counted"),
];

/// The same day by day as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let asked = Asked::of_file(&visit, &query).await?;
    let (filter, days) = (asked.filter, asked.period.days());
    let report = surveyed(&visit.app, move |view| view.people_report(filter, days)).await?;
    let build = move |_: &View<'_>| Sheet::of(COLUMNS, report.days);
    visit.file("people", file, build).await
}
