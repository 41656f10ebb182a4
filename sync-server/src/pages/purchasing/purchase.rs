//! One purchase order: what was bought, what came, for whom the rest is, and its end.

use askama::Template;
use axum::response::Response;
use ledger_core::Timestamp;
use ledger_core::at_entry::{self, Plan, PurchaseChange, Refusal, find_purchase};
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::entry::Details;
use ledger_core::fold::Fold;
use ledger_node::View;
use ledger_node::view::{
    ExceptionView, OrderMoveView, PartnerView, PurchaseLineView, PurchaseView,
};
use serde::Deserialize;

use super::purchases::{line_of, suppliers};
use crate::api::{Named, PathOf, QueryOf};
use crate::pages::documents::{key_of, may_undo, moves_of, request_of};
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::items::item::Offers;
use crate::pages::visit::{Done, SomePlan, Visit, in_path};
use crate::problem::Problem;

/// The fields of the form that changes it.
const FIELDS: [&str; 4] = ["supplier", "site", "title", "reference"];

/// What links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct PurchaseQuery {
    /// The item that came, or whose line is to be changed.
    #[serde(default)]
    item: String,
    /// The day of the line.
    #[serde(default)]
    day: String,
}

#[derive(Template)]
#[template(path = "purchasing/purchase.html")]
struct PurchasePage {
    frame: Frame,
    form: Form,
    key: String,
    shown: PurchaseView,
    exceptions: Vec<ExceptionView>,
    /// The line that a link leads to.
    line: Option<PurchaseLineView>,
    /// Where what came goes by itself.
    usual: String,
    offers: Offers,
    suppliers: Vec<PartnerView>,
    sites: Vec<PartnerView>,
    supplier: EditField,
    site: EditField,
    title: EditField,
    reference: EditField,
    moves: Vec<OrderMoveView>,
}

impl PurchasePage {
    fn is_open(&self) -> bool {
        self.shown.state == "open"
    }

    fn opens(&self, which: &str) -> bool {
        let is_asked = ["receive", "line"].contains(&which) && self.line.is_some();
        is_asked || self.form.problem(which).is_some()
    }

    /// What a field of the line's forms begins with.
    fn begins(&self, name: &str) -> String {
        let Some(line) = &self.line else {
            return String::new();
        };
        match name {
            "item" => line.item.clone(),
            "left" if line.left != "0" => self.frame.typed(&line.left),
            "ordered" => self.frame.typed(&line.ordered),
            "day" => line.date.clone().unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn may_undo(&self, taken: &OrderMoveView) -> bool {
        may_undo(&self.frame, taken)
    }

    /// More came than is ordered, so that a reason is asked for.
    fn asks_reason(&self) -> bool {
        ["above-ordered", "not-ordered"].contains(&self.form.code())
    }
}

fn purchase_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    number: &str,
    query: &PurchaseQuery,
) -> Result<PurchasePage, Problem> {
    let fold = view.fold();
    let id = find_purchase(fold, number)?.id;
    let shown = view.purchase(id).ok_or_else(Problem::not_found)?;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    let field = |name: &str, current: &Option<String>| {
        EditField::of(&form, "edit", name, &or_none(current))
    };
    let mut lines = shown.lines.iter();
    let line = lines.find(|line| line.item == query.item && or_none(&line.date) == query.day);
    let usual = line.and_then(|line| view.find_item(&line.item).ok());
    let usual = usual.and_then(|item| fold.item(&item).location);
    Ok(PurchasePage {
        key: key_of(fold, Family::Purchase, &shown.number, &shown.entry),
        exceptions: view.exceptions_of_document(id),
        line: line.cloned(),
        usual: usual.map(|usual| usual.to_string()).unwrap_or_default(),
        offers: Offers::places_like(view, &[], ""),
        suppliers: suppliers(view),
        sites: view.partners_after(Class::Site, None, false, None),
        supplier: field("supplier", &shown.supplier),
        site: field("site", &shown.site),
        title: field("title", &shown.title),
        reference: field("reference", &shown.reference),
        moves: moves_of(view, id, "")?,
        frame,
        form,
        shown,
    })
}

pub(super) async fn show(
    visit: Visit,
    PathOf(number): PathOf<String>,
    QueryOf(query): QueryOf<PurchaseQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| purchase_page(view, frame, Form::default(), &number, &query))
        .await
}

fn page_of(number: &str) -> String {
    format!("/purchase-orders/{}", in_path(number))
}

async fn act<P>(
    visit: Visit,
    (which, fields): (&'static str, Fields),
    number: String,
    plan: Result<(P, Done), Problem>,
) -> Result<Response, Problem>
where
    P: FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
{
    let named = Named::Purchase(number.clone());
    let query = PurchaseQuery::default();
    let build =
        move |view: &View<'_>, frame, form| purchase_page(view, frame, form, &number, &query);
    visit.write((which, fields), named, plan, build).await
}

/// Books in what came.
pub(super) async fn receive(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = receive_plan(&visit, &number, &fields);
    act(visit, ("receive", fields), number, plan).await
}

fn receive_plan(visit: &Visit, number: &str, fields: &Fields) -> Result<(SomePlan, Done), Problem> {
    let item = fields.needed("item")?;
    let (location, request) = request_of(visit, fields, item.clone())?;
    let quantity = visit.words.number(&request.quantity.to_string());
    let done = Done::new(page_of(number), "done-received")
        .value("item", item)
        .value("quantity", quantity)
        .value("location", location.clone())
        .undoable();
    let number = number.to_owned();
    let plan =
        move |fold: &Fold, _: Timestamp| at_entry::receive(fold, &number, &location, &request);
    Ok((Box::new(plan), done))
}

/// Sets how much of an item is ordered for a day.
pub(super) async fn set_line(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let line = line_of(&fields, visit.words, "");
    let line =
        line.and_then(|line| line.ok_or_else(|| crate::pages::form::problem("missing-field")));
    let purchase = number.clone();
    let plan = line.map(|line| {
        let done = Done::new(page_of(&purchase), "done-purchase-line")
            .value("item", line.item.clone())
            .value("quantity", visit.words.number(&line.quantity.to_string()));
        let change = PurchaseChange {
            lines: vec![line],
            ..PurchaseChange::default()
        };
        let plan =
            move |fold: &Fold, _: Timestamp| at_entry::set_purchase(fold, &purchase, &change);
        (plan, done)
    });
    act(visit, ("line", fields), number, plan).await
}

fn edit_plan(fold: &Fold, number: &str, edits: &Edits) -> Result<Plan, Refusal> {
    let now = find_purchase(fold, number)?;
    let code = |code: Option<ledger_core::Code>| code.map_or_else(String::new, |c| c.to_string());
    let filled = |text: String| (!text.is_empty()).then_some(text);
    let site = edits.change("site", &code(now.site))?;
    let change = PurchaseChange {
        supplier: edits.change("supplier", &code(now.supplier))?,
        site: site.map(filled),
        title: edits.change("title", &now.title.unwrap_or_default())?,
        reference: edits.change("reference", &now.reference.unwrap_or_default())?,
        lines: Vec::new(),
    };
    at_entry::set_purchase(fold, number, &change)
}

/// Changes what it says about itself.
pub(super) async fn edit(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let edits = Edits::of(&fields, &FIELDS);
    let done = Done::new(page_of(&number), "done-purchase-saved").value("number", number.clone());
    let purchase = number.clone();
    let plan = move |fold: &Fold, _: Timestamp| edit_plan(fold, &purchase, &edits);
    act(visit, ("edit", fields), number, Ok((plan, done))).await
}

/// Ends it: what has not come is expected no longer.
pub(super) async fn close(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = Done::new(page_of(&number), "done-purchase-closed").value("number", number.clone());
    let details = Details {
        reason: fields.text("reason"),
        ..Details::default()
    };
    let purchase = number.clone();
    let plan = move |fold: &Fold, _: Timestamp| at_entry::close_purchase(fold, &purchase, &details);
    act(visit, ("close", fields), number, Ok((plan, done))).await
}
