//! The list of stocktakes, and opening one.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, StocktakeRequest};
use ledger_core::document::Family;
use ledger_core::fold::Fold;
use ledger_node::view::StocktakeRow;
use ledger_node::{Node, View, Written};
use serde::Deserialize;

use crate::api::{Named, QueryOf};
use crate::pages::documents::{after, begun, day, key_of};
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::unread::Unread;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// Stocktakes on one page: the lines of each are looked at for its numbers.
const ROWS_MAX: usize = 25;

/// What the choice and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    /// `all`; anything else is what is open.
    #[serde(default)]
    show: String,
    /// The entry that opened the last stocktake of the page before.
    after: Option<String>,
}

impl ListQuery {
    /// Whether closed ones are asked for too.
    fn is_all(&self, unread: &mut Unread) -> bool {
        let known = |show: &str| ["open", "all"].contains(&show).then_some(show == "all");
        let is_all = unread.choice("which-stocktakes", &self.show, known);
        is_all.unwrap_or_default()
    }
}

/// How the address of a stocktake names it.
pub(super) fn stocktake_key(fold: &Fold, stocktake: &StocktakeRow) -> String {
    key_of(fold, Family::Stocktake, &stocktake.number, &stocktake.entry)
}

#[derive(Template)]
#[template(path = "stocktakes/stocktakes.html")]
struct StocktakesPage {
    frame: Frame,
    unread: Unread,
    /// Closed ones too.
    is_all: bool,
    rows: Vec<Row>,
    /// The entry behind which the next page begins.
    next: Option<String>,
    /// There are no stocktakes at all yet.
    is_empty: bool,
}

/// A stocktake in the list.
struct Row {
    key: String,
    stocktake: StocktakeRow,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame| {
        let fold = view.fold();
        let after = after(fold, query.after.as_ref());
        let wanted = ROWS_MAX.saturating_add(1);
        let mut unread = Unread::default();
        let is_all = query.is_all(&mut unread);
        let mut rows = view.stocktakes_after(!is_all, after.as_ref(), wanted);
        let more = rows.len() > ROWS_MAX;
        rows.truncate(ROWS_MAX);
        let row = |stocktake| Row {
            key: stocktake_key(fold, &stocktake),
            stocktake,
        };
        Ok(StocktakesPage {
            frame,
            next: rows.last().filter(|_| more).map(|row| row.entry.clone()),
            is_empty: rows.is_empty() && fold.document_numbers(Family::Stocktake).next().is_none(),
            rows: rows.into_iter().map(row).collect(),
            unread,
            is_all,
        })
    };
    visit.page(build).await
}

#[derive(Template)]
#[template(path = "stocktakes/stocktake_new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    /// The location whose page leads here.
    location: String,
}

/// What the new stocktake is about.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NewQuery {
    #[serde(default)]
    location: String,
}

pub(super) async fn new(
    visit: Visit,
    QueryOf(query): QueryOf<NewQuery>,
) -> Result<Response, Problem> {
    let build = move |_: &View<'_>, frame| {
        Ok(NewPage {
            frame,
            form: Form::default(),
            location: query.location,
        })
    };
    visit.page(build).await
}

/// The codes in a field that has one on each line.
fn codes(fields: &Fields, name: &str) -> Vec<String> {
    let lines = fields.raw(name).lines().map(str::trim);
    let filled = lines.filter(|line| !line.is_empty());
    filled.map(str::to_owned).collect()
}

fn request(fields: &Fields) -> Result<StocktakeRequest, Problem> {
    let days = fields.text("days");
    let days = days.map(|days| days.parse::<u32>().or(Err(problem("bad-quantity"))));
    Ok(StocktakeRequest {
        locations: codes(fields, "locations"),
        items: codes(fields, "items"),
        not_counted_for: days.transpose()?,
        blind: fields.is_on("blind"),
        due: day(fields, "due")?,
        title: fields.text("title"),
    })
}

/// Opens a stocktake, and leads to it.
pub(super) async fn open(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    match opened(&visit, &fields).await {
        Ok((written, number)) => {
            let to = format!("/stocktakes/{}", in_path(&number));
            let done = Done::new(to, "done-stocktake-opened").value("stocktake", number);
            visit.go_on(&written, done).await
        }
        Err(problem) => {
            let build = |_: &View<'_>, frame, form| {
                Ok(NewPage {
                    frame,
                    form,
                    location: String::new(),
                })
            };
            visit.again("new", fields, problem, build).await
        }
    }
}

async fn opened(visit: &Visit, fields: &Fields) -> Result<(Written, String), Problem> {
    let request = request(fields)?;
    let number = fields.text("number");
    let device = visit.app.work(Node::device).await?;
    let plan =
        move |fold: &Fold, _| at_entry::open_stocktake(fold, device, number.as_deref(), &request);
    let written = visit.carry_out(fields, Named::Nothing, plan).await?;
    let number = begun(visit, &written).await?;
    Ok((written, number))
}

const COLUMNS: Columns = &[
    ("number", "/number"),
    ("state", "/state"),
    ("title", "/title"),
    ("locations", "/locations"),
    ("items", "/items"),
    ("not_counted_for", "/not_counted_for"),
    ("blind", "/blind"),
    ("due", "/due"),
    ("opened", "/opened"),
    ("closed", "/closed"),
    ("total", "/total"),
    ("counted", "/counted"),
    ("approved", "/approved"),
    ("differing", "/differing"),
    ("provisional", "/provisional"),
];

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let is_all = whole(|unread| query.is_all(unread))?;
        let rows = view.stocktakes_after(!is_all, None, usize::MAX);
        Sheet::of(COLUMNS, rows)
    };
    visit.file("stocktakes", file, build).await
}
