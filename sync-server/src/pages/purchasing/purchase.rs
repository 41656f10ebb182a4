//! One purchase order: what was bought, what came, for whom the rest is, and its end.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{
    self, LineRequest, Plan, PurchaseChange, Refusal, find_item, find_purchase,
};
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::entry::Details;
use ledger_core::fold::Fold;
use ledger_core::{Quantity, Timestamp};
use ledger_node::View;
use ledger_node::view::{ExceptionView, PartnerView, PurchaseLineView, PurchaseView};
use serde::Deserialize;

use super::purchases::{line_of, suppliers};
use crate::api::{Named, PathOf, QueryOf};
use crate::lang::Words;
use crate::pages::documents::{Moves, day, key_of, request_of};
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::items::item::Offers;
use crate::pages::visit::{Done, SomePlan, Visit, in_path};
use crate::problem::Problem;

/// The fields of the form that changes it.
const FIELDS: [&str; 4] = ["supplier", "site", "title", "reference"];

/// What links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct PurchaseQuery {
    /// The item that came, or whose line is to be changed, or what is being typed as one.
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
    /// How much is ordered on the line, and for which day.
    quantity: EditField,
    day: EditField,
    moves: Moves,
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
            _ => String::new(),
        }
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
    let ordered = line.map(|line| frame.typed(&line.ordered));
    let day = line.and_then(|line| line.date.as_deref());
    Ok(PurchasePage {
        key: key_of(fold, Family::Purchase, &shown.number, &shown.entry),
        exceptions: view.exceptions_of_document(id),
        line: line.cloned(),
        usual: usual.map(|usual| usual.to_string()).unwrap_or_default(),
        offers: Offers::places_like(view, &[], "").with_items_like(view, &query.item),
        suppliers: suppliers(view),
        sites: view.partners_after(Class::Site, None, false, None),
        supplier: field("supplier", &shown.supplier),
        site: field("site", &shown.site),
        title: field("title", &shown.title),
        reference: field("reference", &shown.reference),
        quantity: EditField::of(&form, "line", "quantity", &or_none(&ordered)),
        day: EditField::of(&form, "line", "day", day.unwrap_or_default()),
        moves: Moves::of(view, id, "")?,
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
    // The line that the form showed stays before whoever sees the page again.
    let query = PurchaseQuery {
        item: fields.raw("seen-item").to_owned(),
        day: fields.raw("seen-day").to_owned(),
    };
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
    let plan = line_plan(&visit, &number, &fields);
    act(visit, ("line", fields), number, plan).await
}

fn line_plan(visit: &Visit, number: &str, fields: &Fields) -> Result<(SomePlan, Done), Problem> {
    let words = visit.words;
    let line = line_of(fields, words, "")?.ok_or_else(|| problem("missing-field"))?;
    let seen = SeenLine::of(fields)?;
    let done = Done::new(page_of(number), "done-purchase-line")
        .value("item", line.item.clone())
        .value("quantity", words.number(&line.quantity.to_string()));
    let number = number.to_owned();
    let plan = move |fold: &Fold, _: Timestamp| {
        let lines = match &seen {
            Some(seen) => seen.becomes(fold, &number, words, line)?,
            None => vec![line],
        };
        let change = PurchaseChange {
            lines,
            ..PurchaseChange::default()
        };
        at_entry::set_purchase(fold, &number, &change)
    };
    Ok((Box::new(plan), done))
}

/// The line that a form showed when it was filled in.
struct SeenLine {
    item: String,
    day: Option<u32>,
    /// As it stood in its field.
    ordered: String,
}

impl SeenLine {
    /// None where the form began empty.
    fn of(fields: &Fields) -> Result<Option<Self>, Problem> {
        let Some(item) = fields.text("seen-item") else {
            return Ok(None);
        };
        Ok(Some(Self {
            item,
            day: day(fields, "seen-day")?,
            ordered: fields.raw("seen-quantity").to_owned(),
        }))
    }

    /// What to order so that the line becomes the typed one. The day is part of a line's name, so
    /// that another day takes the line away from the old one.
    fn becomes(
        &self,
        fold: &Fold,
        purchase: &str,
        words: Words,
        typed: LineRequest,
    ) -> Result<Vec<LineRequest>, Refusal> {
        let (item, _) = find_item(fold, &self.item)?;
        if find_item(fold, &typed.item)?.0 != item {
            // A line of something else; the one that was shown stays as it is.
            return Ok(vec![typed]);
        }
        let lines = find_purchase(fold, purchase)?.lines;
        let on = |day: Option<u32>| {
            let mut lines = lines.iter();
            lines.find(|line| line.item == item && line.day == day)
        };
        // Somebody else has taken it away, or set it, since this person looked at it.
        let line = on(self.day).ok_or_else(|| Refusal::new("changed-meanwhile", ""))?;
        let is_as_seen = self.ordered == words.typed(&line.ordered.to_string());
        if !is_as_seen && line.ordered != typed.quantity.total() {
            return Err(Refusal::new("changed-meanwhile", ""));
        }
        if typed.day == self.day || line.ordered.is_zero() {
            return Ok(vec![typed]);
        }
        if on(typed.day).is_some() {
            return Err(Refusal::new("line-twice", ""));
        }
        let nothing = LineRequest {
            item: self.item.clone(),
            quantity: Quantity::ZERO,
            day: self.day,
        };
        Ok(vec![nothing, typed])
    }
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
