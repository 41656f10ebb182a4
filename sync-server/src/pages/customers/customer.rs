//! One customer: their stock, their orders, and whose stock is whose.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, MoveOwner, StockRequest};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_core::{Code, Timestamp};
use ledger_node::View;
use ledger_node::view::{CustomerView, OrderFilter};

use super::list::named;
use crate::api::{Named, PathOf};
use crate::pages::edit::EditField;
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::items::item::Offers;
use crate::pages::orders::list::Row;
use crate::pages::partners::CUSTOMERS;
use crate::pages::visit::{Done, SomePlan, Visit};
use crate::problem::Problem;

/// Orders that the page shows.
const ORDERS_MAX: usize = 50;
/// Stock lines that the page shows.
const LINES_MAX: usize = 500;

#[derive(Template)]
#[template(path = "customers/customer.html")]
struct CustomerPage {
    frame: Frame,
    form: Form,
    shown: CustomerView,
    /// How many stock lines are not shown.
    more_lines: usize,
    orders: Vec<Row>,
    name: EditField,
    /// Where stock of theirs lies; where there is none, all places.
    offers: Offers,
}

impl CustomerPage {
    /// Whether the form that changes owners begins in the other direction.
    fn is_to_own(&self) -> bool {
        self.form
            .is_chosen("owner", "to", "own", !self.shown.lines.is_empty())
    }
}

fn customer_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    code: &str,
) -> Result<CustomerPage, Problem> {
    let code = named(view, code)?;
    let mut shown = view.customer(&code);
    let more_lines = shown.lines.len().saturating_sub(LINES_MAX);
    shown.lines.truncate(LINES_MAX);
    let theirs = OrderFilter {
        customer: Some(code),
        ..OrderFilter::default()
    };
    let mut orders = view.orders_after(&theirs, None, ORDERS_MAX);
    // What is open first.
    orders.sort_by_key(|order| order.state != "open");
    let orders = orders.into_iter();
    let lines = shown.lines.iter();
    let lines = lines.map(|line| (&line.location, &line.item, &line.name));
    let offers = if shown.lines.is_empty() {
        Offers::places_like(view, &[], "")
    } else {
        Offers::named_in(lines)
    };
    Ok(CustomerPage {
        offers,
        name: EditField::of(&form, "rename", "name", &shown.customer.name),
        frame,
        form,
        shown,
        more_lines,
        orders: orders.map(|order| Row::of(view.fold(), order)).collect(),
    })
}

pub(super) async fn show(visit: Visit, PathOf(code): PathOf<String>) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| customer_page(view, frame, Form::default(), &code))
        .await
}

async fn act(
    visit: Visit,
    (which, fields): (&'static str, Fields),
    code: String,
    plan: Result<(SomePlan, Done), Problem>,
) -> Result<Response, Problem> {
    let named = Named::Thing(Class::Customer, code.clone());
    let build = move |view: &View<'_>, frame, form| customer_page(view, frame, form, &code);
    visit.write((which, fields), named, plan, build).await
}

/// Gives a customer another name.
pub(super) async fn rename(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = CUSTOMERS.rename(&fields, &code);
    act(visit, ("rename", fields), code, plan).await
}

/// Takes a customer out of use, or into use again.
pub(super) async fn archive(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = CUSTOMERS.archive(&fields, &code);
    act(visit, ("archive", fields), code, Ok(plan)).await
}

/// Stock changes its owner where it lies: it becomes ours, or the customer's.
pub(super) async fn change_owner(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = owner_plan(&visit, &code, &fields);
    act(visit, ("owner", fields), code, plan).await
}

fn owner_plan(visit: &Visit, code: &str, fields: &Fields) -> Result<(SomePlan, Done), Problem> {
    let customer = Code::new(code).map_or_else(|_| code.to_owned(), |code| code.to_string());
    let to_own = fields.needed("to")? == "own";
    let item = fields.needed("item")?;
    let location = fields.needed("location")?;
    let typed = fields.quantity(visit.words, "quantity")?;
    let message = if to_own {
        "done-owner-own"
    } else {
        "done-owner-customer"
    };
    let done = Done::new(CUSTOMERS.page_of(&customer), message)
        .value("quantity", visit.words.number(&typed.quantity.to_string()))
        .value("item", item.clone())
        .value("customer", customer.clone());
    let (owner, to) = if to_own {
        (Some(customer), MoveOwner::Own)
    } else {
        (None, MoveOwner::Customer(customer))
    };
    let request = StockRequest {
        item,
        quantity: typed.quantity,
        owner,
        batch: fields.text("batch"),
        ..StockRequest::default()
    };
    let plan = move |fold: &Fold, _: Timestamp| {
        at_entry::movement(fold, &location, &location, &to, &request)
    };
    Ok((Box::new(plan), done.undoable()))
}
