//! The list of production lots, and planning one.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, LotChange};
use ledger_core::document::Family;
use ledger_core::fold::Fold;
use ledger_node::view::{LotRow, PartnerView};
use ledger_node::{Node, View, Written};
use serde::Deserialize;

use super::lot::when;
use crate::api::{Named, QueryOf};
use crate::pages::documents::{begun, day, key_of, offered, paged};
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::unread::Unread;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// Made items that a field offers; others are typed.
const OFFERED_MAX: usize = 300;

/// What the choice and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    /// `all`; anything else is what is open.
    #[serde(default)]
    show: String,
    /// The entry that planned the last lot of the page before.
    after: Option<String>,
}

impl ListQuery {
    /// Whether ended ones are asked for too.
    fn is_all(&self, unread: &mut Unread) -> bool {
        let known = |show: &str| ["open", "all"].contains(&show).then_some(show == "all");
        let is_all = unread.choice("which-orders", &self.show, known);
        is_all.unwrap_or_default()
    }
}

/// A lot in a list.
pub(super) struct Row {
    pub(super) key: String,
    pub(super) lot: LotRow,
}

#[derive(Template)]
#[template(path = "production/lots.html")]
struct LotsPage {
    frame: Frame,
    unread: Unread,
    /// Ended ones too.
    is_all: bool,
    rows: Vec<Row>,
    next: Option<String>,
    /// There are no lots at all yet.
    is_empty: bool,
}

impl LotsPage {
    fn ready(&self, day: &str) -> String {
        when(&self.frame, day)
    }
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame| {
        let fold = view.fold();
        let mut unread = Unread::default();
        let is_all = query.is_all(&mut unread);
        let lots = view.lots(!is_all);
        let (lots, next) = paged(fold, lots, query.after.as_ref(), |lot| {
            (&lot.number, &lot.entry)
        });
        let rows = lots.into_iter().map(|lot| Row {
            key: key_of(fold, Family::Lot, &lot.number, &lot.entry),
            lot,
        });
        Ok(LotsPage {
            frame,
            next,
            rows: rows.collect(),
            is_empty: fold.document_numbers(Family::Lot).next().is_none(),
            unread,
            is_all,
        })
    };
    visit.page(build).await
}

#[derive(Template)]
#[template(path = "production/lot_new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    /// The item whose page leads here.
    item: String,
    /// What is made of something, with its name.
    made: Vec<(String, String)>,
    sites: Vec<PartnerView>,
    customers: Vec<PartnerView>,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what shows a page may fail, as visits expect it"
)]
fn new_page(view: &View<'_>, frame: Frame, form: Form, item: String) -> Result<NewPage, Problem> {
    let (sites, customers) = offered(view);
    let made = view.fold().made_items().into_iter().take(OFFERED_MAX);
    let made = made.map(|item| (item.to_string(), view.fold().item(&item).name));
    Ok(NewPage {
        frame,
        form,
        item,
        made: made.collect(),
        sites,
        customers,
    })
}

/// What is to be built.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NewQuery {
    #[serde(default)]
    item: String,
}

pub(super) async fn new(
    visit: Visit,
    QueryOf(query): QueryOf<NewQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| new_page(view, frame, Form::default(), query.item))
        .await
}

/// Plans a lot, and leads to it.
pub(super) async fn plan(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    match planned(&visit, &fields).await {
        Ok((written, number)) => {
            let to = format!("/lots/{}", in_path(&number));
            let done = Done::new(to, "done-lot-planned").value("lot", number);
            visit.go_on(&written, done).await
        }
        Err(problem) => {
            let build = |view: &View<'_>, frame, form| new_page(view, frame, form, String::new());
            visit.again("new", fields, problem, build).await
        }
    }
}

async fn planned(visit: &Visit, fields: &Fields) -> Result<(Written, String), Problem> {
    let item = fields.needed("item")?;
    let typed = fields.quantity(visit.words, "quantity")?;
    if typed.quantity.is_negative() || typed.quantity.is_zero() {
        return Err(problem("bad-units"));
    }
    let change = LotChange {
        quantity: None,
        customer: Some(fields.text("customer")),
        site: Some(fields.text("site")),
        due: Some(day(fields, "due")?),
        title: Some(fields.raw("title").to_owned()),
    };
    let number = fields.text("number");
    let device = visit.app.work(Node::device).await?;
    let plan = move |fold: &Fold, _| {
        let number = number.as_deref();
        at_entry::plan_lot(fold, device, number, &item, typed.quantity, &change)
    };
    let written = visit.carry_out(fields, Named::Nothing, plan).await?;
    let number = begun(visit, &written).await?;
    Ok((written, number))
}

const COLUMNS: Columns = &[
    ("number", "/number"),
    ("item", "/item"),
    ("name", "/name"),
    ("quantity", "/quantity"),
    ("built", "/built"),
    ("left", "/left"),
    ("unit", "/unit"),
    ("state", "/state"),
    ("customer", "/customer"),
    ("site", "/site"),
    ("due", "/due"),
    ("covered", "/covered"),
    ("ready", "/ready"),
    ("title", "/title"),
    ("planned", "/planned"),
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
        Sheet::of(COLUMNS, view.lots(!is_all))
    };
    visit.file("lots", file, build).await
}
