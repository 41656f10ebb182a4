//! What is done with a stocktake: counting, assigning, approving, and its end.

use axum::response::Response;
use ledger_core::at_entry::{self, AssignRequest, Plan, Refusal, StockRequest};
use ledger_core::entry::Details;
use ledger_core::fold::Fold;
use ledger_core::{EntryId, Timestamp};
use ledger_node::View;

use super::stocktake::{LinesQuery, seen, stocktake_page, waiting};
use crate::api::{Named, PathOf};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::visit::{Done, SomePlan, Visit, in_path};
use crate::problem::Problem;

/// What a form wants to write, and what is said when it is done.
type Wanted = Result<(SomePlan, Done), Problem>;

/// Writes what a form of the stocktake's page asks for.
async fn act(
    visit: Visit,
    which: &'static str,
    fields: Fields,
    number: String,
    plan: Wanted,
) -> Result<Response, Problem> {
    let named = Named::Stocktake(number.clone());
    let query = LinesQuery::of(&fields);
    let visit = visit.on_page(back(&number, &fields));
    let build =
        move |view: &View<'_>, frame, form: Form| stocktake_page(view, frame, form, &number, query);
    visit.write((which, fields), named, plan, build).await
}

/// Back to the page, with the lines that it showed.
fn back(number: &str, fields: &Fields) -> String {
    let page = format!("/stocktakes/{}", in_path(number));
    let values = ["show", "from"].map(|name| (name, fields.raw(name)));
    let values = values.iter().filter(|(_, value)| !value.is_empty());
    let values = values.map(|(name, value)| format!("{name}={}", in_path(value)));
    match values.collect::<Vec<_>>().join("&") {
        none if none.is_empty() => page,
        query => format!("{page}?{query}"),
    }
}

fn planned<P>(plan: P, done: Done) -> Wanted
where
    P: FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
{
    Ok((Box::new(plan), done))
}

/// Writes down a count of a line.
pub(super) async fn count(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = counted(&visit, &number, &fields);
    act(visit, "count", fields, number, plan).await
}

fn counted(visit: &Visit, number: &str, fields: &Fields) -> Wanted {
    let typed = fields.quantity(visit.words, "quantity")?;
    let location = fields.needed("location")?;
    let item = fields.needed("item")?;
    let done = Done::new(back(number, fields), "done-stocktake-counted")
        .value("item", item.clone())
        .value("location", location.clone())
        .value("quantity", visit.words.number(&typed.quantity.to_string()));
    let request = StockRequest {
        item,
        quantity: typed.quantity,
        owner: fields.text("owner"),
        // The line is one of several at its place: without a name it has none.
        batch: Some(fields.text("batch").unwrap_or_else(|| "-".to_owned())),
        ..StockRequest::default()
    };
    let number = number.to_owned();
    let plan =
        move |fold: &Fold, _: Timestamp| at_entry::count_for(fold, &number, &location, &request);
    planned(plan, done.undoable())
}

/// Says which device counts what.
pub(super) async fn assign(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let device = fields.text("device").unwrap_or_else(|| "-".to_owned());
    let message = if device == "-" {
        "done-stocktake-anybody"
    } else {
        "done-stocktake-assigned"
    };
    let done = Done::new(back(&number, &fields), message).value("device", device.clone());
    let one = |name: &str| fields.text(name).into_iter().collect::<Vec<String>>();
    let request = AssignRequest {
        device,
        items: one("item"),
        locations: one("location"),
        again: false,
    };
    let stocktake = number.clone();
    let plan =
        move |fold: &Fold, _: Timestamp| at_entry::assign_stocktake(fold, &stocktake, &request);
    act(visit, "assign", fields, number, planned(plan, done)).await
}

/// Asks for a line to be counted once more.
pub(super) async fn recount(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let item = fields.raw("item").to_owned();
    let location = fields.raw("location").to_owned();
    let done = Done::new(back(&number, &fields), "done-stocktake-again")
        .value("item", item.clone())
        .value("location", location.clone());
    let stocktake = number.clone();
    let plan = move |fold: &Fold, _: Timestamp| {
        at_entry::recount(fold, &stocktake, &item, Some(&location))
    };
    act(visit, "lines", fields, number, planned(plan, done)).await
}

/// Approves the counts that are ticked, or all that the page knew of.
pub(super) async fn approve(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = approved(&number, &fields);
    act(visit, "lines", fields, number, plan).await
}

fn approved(number: &str, fields: &Fields) -> Wanted {
    let note = fields.text("note");
    let to = back(number, fields);
    let stocktake = number.to_owned();
    if fields.is_on("all") {
        let known = fields.raw("seen").to_owned();
        let plan = move |fold: &Fold, _: Timestamp| {
            let counts = waiting(fold, &stocktake)?;
            if seen(&counts) != known {
                return Err(Refusal::new("counted-meanwhile", ""));
            }
            at_entry::approve_counts(fold, &stocktake, &counts, note.as_deref())
        };
        return planned(plan, Done::new(to, "done-stocktake-approved-all"));
    }
    let ticked = fields.all("count").iter();
    let counts: Result<Vec<EntryId>, Problem> = ticked
        .map(|count| count.parse().or(Err(problem("unknown-entry"))))
        .collect();
    let counts = counts?;
    if counts.is_empty() {
        return Err(problem("nothing-ticked"));
    }
    let done = Done::new(to, "done-stocktake-approved").value("count", counts.len().to_string());
    let plan = move |fold: &Fold, _: Timestamp| {
        at_entry::approve_counts(fold, &stocktake, &counts, note.as_deref())
    };
    planned(plan, done)
}

/// Counts as none what nobody counted.
pub(super) async fn count_rest(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = rest(&number, &fields);
    act(visit, "rest", fields, number, plan).await
}

fn rest(number: &str, fields: &Fields) -> Wanted {
    if !fields.is_on("sure") {
        return Err(problem("not-sure"));
    }
    let location = fields.text("location");
    let done = Done::new(back(number, fields), "done-stocktake-rest");
    let number = number.to_owned();
    let plan = move |fold: &Fold, _: Timestamp| {
        at_entry::count_rest_as_none(fold, &number, None, location.as_deref())
    };
    planned(plan, done)
}

/// Ends the stocktake.
pub(super) async fn close(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = Done::new(back(&number, &fields), "done-stocktake-closed")
        .value("stocktake", number.clone());
    let details = Details {
        note: fields.text("note"),
        ..Details::default()
    };
    let stocktake = number.clone();
    let plan =
        move |fold: &Fold, _: Timestamp| at_entry::close_stocktake(fold, &stocktake, &details);
    act(visit, "close", fields, number, planned(plan, done)).await
}
