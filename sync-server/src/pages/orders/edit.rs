//! Changing what an order says about itself.

use askama::Template;
use axum::response::Response;
use ledger_core::Timestamp;
use ledger_core::at_entry::{OrderChange, Plan, Refusal, find_order, set_order};
use ledger_core::fold::Fold;
use ledger_node::View;
use ledger_node::times::parse_day;
use ledger_node::view::{OrderView, PartnerView};

use super::list::order_key;
use crate::api::{Named, PathOf};
use crate::pages::documents::offered;
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// The form's fields.
const FIELDS: [&str; 5] = ["title", "customer", "site", "due", "stage"];

#[derive(Template)]
#[template(path = "orders/order_edit.html")]
struct EditPage {
    frame: Frame,
    form: Form,
    key: String,
    order: OrderView,
    title: EditField,
    customer: EditField,
    site: EditField,
    due: EditField,
    stage: EditField,
    sites: Vec<PartnerView>,
    customers: Vec<PartnerView>,
}

/// What a field of an order holds, as a form shows it.
fn current(order: &OrderView, field: &str) -> String {
    let value = match field {
        "title" => &order.title,
        "customer" => &order.customer,
        "site" => &order.site,
        "due" => &order.due,
        _ => &order.stage,
    };
    value.clone().unwrap_or_default()
}

fn edit_page(view: &View<'_>, frame: Frame, form: Form, number: &str) -> Result<EditPage, Problem> {
    let order = find_order(view.fold(), number)?;
    let order = view.order(order.id).ok_or_else(Problem::not_found)?;
    let (sites, customers) = offered(view);
    let field = |name: &str| EditField::of(&form, "edit", name, &current(&order, name));
    let [title, customer, site, due, stage] = FIELDS.map(field);
    Ok(EditPage {
        frame,
        key: order_key(view.fold(), &order),
        title,
        customer,
        site,
        due,
        stage,
        form,
        order,
        sites,
        customers,
    })
}

pub(super) async fn show(
    visit: Visit,
    PathOf(number): PathOf<String>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| edit_page(view, frame, Form::default(), &number))
        .await
}

fn edit_plan(fold: &Fold, number: &str, edits: &Edits) -> Result<Plan, Refusal> {
    let order = find_order(fold, number)?;
    let day = order.due.map(ledger_node::view::day_text);
    let code = |code: Option<ledger_core::Code>| code.map_or_else(String::new, |c| c.to_string());
    let filled = |text: String| (!text.is_empty()).then_some(text);
    let title = edits.change("title", &order.title.unwrap_or_default())?;
    let stage = edits.change("stage", &order.stage.unwrap_or_default())?;
    let customer = edits.change("customer", &code(order.customer))?;
    let site = edits.change("site", &code(order.site))?;
    let due = edits.change("due", &day.unwrap_or_default())?;
    let due = due.map(|day| filled(day).map(|day| parse_day(&day)).transpose());
    let change = OrderChange {
        customer: customer.map(filled),
        site: site.map(filled),
        due: due.transpose()?,
        title,
        stage,
    };
    set_order(fold, number, &change)
}

pub(super) async fn save(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let edits = Edits::of(&fields, &FIELDS);
    let done = Done::new(format!("/orders/{}", in_path(&number)), "done-order-saved");
    let done = done.value("order", number.clone());
    let order = number.clone();
    let plan = move |fold: &Fold, _: Timestamp| edit_plan(fold, &order, &edits);
    let named = Named::Order(number.clone());
    let build = move |view: &View<'_>, frame, form| edit_page(view, frame, form, &number);
    let form = ("edit", fields);
    visit.write(form, named, Ok((plan, done)), build).await
}
