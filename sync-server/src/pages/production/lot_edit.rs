//! Changing what a production lot says about itself.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{LotChange, Plan, Refusal, find_lot, set_lot};
use ledger_core::document::Family;
use ledger_core::fold::Fold;
use ledger_core::{Quantity, Timestamp};
use ledger_node::View;
use ledger_node::times::parse_day;
use ledger_node::view::{LotRow, PartnerView};

use crate::api::{Named, PathOf};
use crate::lang::Words;
use crate::pages::documents::{key_of, offered};
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// The form's fields.
const FIELDS: [&str; 5] = ["quantity", "title", "customer", "site", "due"];

#[derive(Template)]
#[template(path = "production/lot_edit.html")]
struct EditPage {
    frame: Frame,
    form: Form,
    key: String,
    lot: LotRow,
    quantity: EditField,
    title: EditField,
    customer: EditField,
    site: EditField,
    due: EditField,
    sites: Vec<PartnerView>,
    customers: Vec<PartnerView>,
}

fn edit_page(view: &View<'_>, frame: Frame, form: Form, number: &str) -> Result<EditPage, Problem> {
    let id = find_lot(view.fold(), number)?.id;
    let lot = view.lot(id).ok_or_else(Problem::not_found)?.lot;
    let (sites, customers) = offered(view);
    let units = frame.typed(&lot.quantity);
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    let field = |name: &str, current: &str| EditField::of(&form, "edit", name, current);
    Ok(EditPage {
        key: key_of(view.fold(), Family::Lot, &lot.number, &lot.entry),
        quantity: field("quantity", &units),
        title: field("title", &or_none(&lot.title)),
        customer: field("customer", &or_none(&lot.customer)),
        site: field("site", &or_none(&lot.site)),
        due: field("due", &or_none(&lot.due)),
        frame,
        form,
        lot,
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

fn edit_plan(
    fold: &Fold,
    number: &str,
    (edits, quantity, words): (&Edits, Quantity, Words),
) -> Result<Plan, Refusal> {
    let lot = find_lot(fold, number)?;
    let code = |code: Option<ledger_core::Code>| code.map_or_else(String::new, |c| c.to_string());
    let filled = |text: String| (!text.is_empty()).then_some(text);
    let day = lot.due.map(ledger_node::view::day_text);
    let units = words.typed(&lot.quantity.to_string());
    let due = edits.change("due", &day.unwrap_or_default())?;
    let due = due.map(|day| filled(day).map(|day| parse_day(&day)).transpose());
    let customer = edits.change("customer", &code(lot.customer))?;
    let site = edits.change("site", &code(lot.site))?;
    let change = LotChange {
        quantity: edits.change("quantity", &units)?.map(|_| quantity),
        customer: customer.map(filled),
        site: site.map(filled),
        due: due.transpose()?,
        title: edits.change("title", &lot.title.unwrap_or_default())?,
    };
    set_lot(fold, number, &change)
}

pub(super) async fn save(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (edits, words) = (Edits::of(&fields, &FIELDS), visit.words);
    let done = Done::new(format!("/lots/{}", in_path(&number)), "done-lot-saved");
    let done = done.value("lot", number.clone());
    let lot = number.clone();
    let plan = fields.quantity(words, "quantity").map(|typed| {
        let plan =
            move |fold: &Fold, _: Timestamp| edit_plan(fold, &lot, (&edits, typed.quantity, words));
        (plan, done)
    });
    let named = Named::Lot(number.clone());
    let build = move |view: &View<'_>, frame, form| edit_page(view, frame, form, &number);
    visit.write(("edit", fields), named, plan, build).await
}
