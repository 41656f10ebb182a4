//! What lies here and does not move.

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_node::View;
use ledger_node::view::{SlowReport, SlowRow};
use serde::Deserialize;

use super::query::{Asked, Choice, FilterForm, ReportQuery};
use super::surveyed;
use crate::api::QueryOf;
use crate::lang::Words;
use crate::pages::chart::{Bars, Column, counted};
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::frame::Frame;
use crate::pages::items::why;
use crate::pages::unread::Unread;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Items on the page; the file has all.
const ROWS_MAX: usize = 100;
/// For how long an item has not moved that is slow, in days, as offered.
const OFFERED: [u64; 4] = [30, 90, 180, 365];
/// The one that is meant when none is asked for.
pub(super) const IDLE_DAYS: u64 = 90;

/// What the form of this report alone asks.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct SlowQuery {
    #[serde(default)]
    idle: String,
}

impl SlowQuery {
    fn days(&self, unread: &mut Unread) -> u64 {
        let takes = ("report-idle", "filter-takes-days");
        let days = unread.read(takes, &self.idle, |days| days.parse().ok());
        days.unwrap_or(IDLE_DAYS)
    }
}

fn choice(chosen: u64, words: Words) -> Choice {
    let option = |days: u64| {
        let text = words.n("report-idle-for", days).into_owned();
        (days.to_string(), text, days == chosen)
    };
    Choice {
        name: "idle",
        label: "report-idle",
        options: OFFERED.map(option).to_vec(),
    }
}

/// The drawing of a report: how many items, by how long they have not moved.
pub(super) fn bars(report: &SlowReport, words: Words) -> Option<Bars> {
    let classes = report.classes.iter();
    let columns: Vec<Column> = classes
        .map(|(class, count)| Column {
            label: words.t(&format!("idle-{}", class.word())).into_owned(),
            values: vec![counted(u64::try_from(*count).unwrap_or(u64::MAX))],
        })
        .collect();
    Bars::of(&columns, &["nav-items"], words)
}

#[derive(Template)]
#[template(path = "reports/slow.html")]
struct SlowPage {
    frame: Frame,
    form: FilterForm,
    bars: Option<Bars>,
    /// How many items, by the word of how long they have not moved.
    classes: Vec<(&'static str, usize)>,
    rows: Vec<SlowRow>,
    found: usize,
    days: u64,
    /// Of which site and of whom a quantity's why is asked for.
    why_site: String,
    why_whose: String,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
    QueryOf(of_slow): QueryOf<SlowQuery>,
) -> Result<Response, Problem> {
    let mut asked = Asked::of_page(&visit, &query).await?;
    let days = of_slow.days(&mut asked.unread);
    let filter = asked.filter;
    let site = filter.site.as_ref();
    let why_site = site.map_or_else(String::new, Code::to_string);
    let why_whose = why::asked(&filter.whose);
    let report = surveyed(&visit.app, move |view| view.slow_report(filter, days)).await?;
    let build = move |view: &View<'_>, frame: Frame| {
        let bars = bars(&report, frame.words);
        let SlowReport { classes, mut rows } = report;
        let found = rows.len();
        rows.truncate(ROWS_MAX);
        let form = FilterForm::of(view, ("/reports/slow", query), (None, ""), asked.unread);
        Ok(SlowPage {
            form: form.choosing(choice(days, frame.words)),
            bars,
            classes: classes
                .into_iter()
                .map(|(class, count)| (class.word(), count))
                .collect(),
            rows,
            found,
            days,
            why_site,
            why_whose,
            frame,
        })
    };
    visit.page(build).await
}

const COLUMNS: Columns = &[
    ("item", "/item"),
    ("name", "/name"),
    ("on_hand", "/on_hand"),
    ("unit", "/unit"),
    ("locations", "/locations"),
    ("days", "/days"),
    ("last_moved", "/last_moved"),
    ("last_counted", "/last_counted"),
];

/// All of them as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ReportQuery>,
    QueryOf(of_slow): QueryOf<SlowQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let (filter, days) = whole(|unread| (query.filter(unread), of_slow.days(unread)))?;
    let report = surveyed(&visit.app, move |view| view.slow_report(filter, days)).await?;
    let build = move |_: &View<'_>| Sheet::of(COLUMNS, report.rows);
    visit.file("slow", file, build).await
}
