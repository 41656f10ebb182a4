//! What is done with a production lot: parts go out and come back, units are built, what is short
//! is bought, and its end.

use axum::response::Response;
use ledger_core::Timestamp;
use ledger_core::at_entry::{self, Plan, Refusal, StockRequest};
use ledger_core::entry::Details;
use ledger_core::fold::Fold;
use ledger_node::{Node, View};

use super::lot::{LotQuery, lot_page};
use crate::api::{Named, PathOf};
use crate::pages::documents::request_of;
use crate::pages::form::{Fields, Form, problem};
use crate::pages::visit::{Done, SomePlan, Visit, in_path};
use crate::problem::Problem;

/// Writes what a form of the lot's page asks for.
async fn act<P>(
    visit: Visit,
    (which, fields): (&'static str, Fields),
    lot: String,
    plan: Result<(P, Done), Problem>,
) -> Result<Response, Problem>
where
    P: FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
{
    let named = Named::Lot(lot.clone());
    let query = LotQuery::default();
    let build = move |view: &View<'_>, frame, form: Form| lot_page(view, frame, form, &lot, &query);
    visit.write((which, fields), named, plan, build).await
}

fn page_of(lot: &str) -> String {
    format!("/lots/{}", in_path(lot))
}

/// A part goes out for the lot.
pub(super) async fn issue(
    visit: Visit,
    PathOf(lot): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = issue_plan(&visit, &lot, &fields, "done-issued", at_entry::lot_issue);
    act(visit, ("issue", fields), lot, plan).await
}

/// A part comes back.
pub(super) async fn bring_back(
    visit: Visit,
    PathOf(lot): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = issue_plan(
        &visit,
        &lot,
        &fields,
        "done-brought-back",
        at_entry::lot_return,
    );
    act(visit, ("return", fields), lot, plan).await
}

type Booking = fn(&Fold, &str, &str, &StockRequest) -> Result<Plan, Refusal>;

fn issue_plan(
    visit: &Visit,
    lot: &str,
    fields: &Fields,
    message: &'static str,
    booking: Booking,
) -> Result<(SomePlan, Done), Problem> {
    let item = fields.needed("item")?;
    let (location, request) = request_of(visit, fields, item.clone())?;
    let quantity = visit.words.number(&request.quantity.to_string());
    let done = Done::new(page_of(lot), message)
        .value("item", item)
        .value("quantity", quantity)
        .value("location", location.clone())
        .undoable();
    let lot = lot.to_owned();
    let plan = move |fold: &Fold, _: Timestamp| booking(fold, &lot, &location, &request);
    Ok((Box::new(plan), done))
}

/// Units are built: they come in, and with them the parts go out that were not issued.
pub(super) async fn build(
    visit: Visit,
    PathOf(lot): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = build_plan(&visit, &lot, &fields);
    act(visit, ("build", fields), lot, plan).await
}

fn build_plan(visit: &Visit, lot: &str, fields: &Fields) -> Result<(SomePlan, Done), Problem> {
    let (location, request) = request_of(visit, fields, String::new())?;
    if request.quantity.is_negative() || request.quantity.is_zero() {
        return Err(problem("bad-units"));
    }
    let backflush = fields.raw("backflush") == "yes";
    let quantity = visit.words.number(&request.quantity.to_string());
    let done = Done::new(page_of(lot), "done-built")
        .value("quantity", quantity)
        .value("lot", lot)
        .value("location", location.clone());
    let lot = lot.to_owned();
    let plan = move |fold: &Fold, _: Timestamp| {
        at_entry::lot_build(fold, &lot, &location, &request, backflush)
    };
    Ok((Box::new(plan), done))
}

/// The lot goes by today's bill of materials.
pub(super) async fn adopt(
    visit: Visit,
    PathOf(lot): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = Done::new(page_of(&lot), "done-adopted").value("lot", lot.clone());
    let number = lot.clone();
    let plan = move |fold: &Fold, _: Timestamp| at_entry::adopt_bom(fold, &number);
    act(visit, ("adopt", fields), lot, Ok((plan, done))).await
}

/// Purchase orders are placed for what is short.
pub(super) async fn buy(
    visit: Visit,
    PathOf(lot): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let device = visit.app.work(Node::device).await?;
    let done = Done::new(page_of(&lot), "done-bought").value("lot", lot.clone());
    let (number, supplier) = (lot.clone(), fields.text("supplier"));
    let plan = move |fold: &Fold, _: Timestamp| {
        at_entry::buy_short(fold, device, &number, supplier.as_deref())
    };
    act(visit, ("buy", fields), lot, Ok((plan, done))).await
}

/// Ends the lot.
pub(super) async fn close(
    visit: Visit,
    PathOf(lot): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = Done::new(page_of(&lot), "done-lot-closed").value("lot", lot.clone());
    let details = Details {
        reason: fields.text("reason"),
        ..Details::default()
    };
    let number = lot.clone();
    let plan = move |fold: &Fold, _: Timestamp| at_entry::lot_close(fold, &number, &details);
    act(visit, ("close", fields), lot, Ok((plan, done))).await
}
