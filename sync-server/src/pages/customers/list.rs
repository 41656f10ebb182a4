//! Customers: who they are, what is here of theirs, and what they ordered.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, Plan, Refusal, find_thing};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_core::{Code, Timestamp};
use ledger_node::View;
use ledger_node::view::CustomerRowView;
use serde::Deserialize;

use crate::api::{Named, QueryOf};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// Customers on one page.
const ROWS_MAX: usize = 100;

/// What the search form and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    search: String,
    /// Archived ones too.
    #[serde(default)]
    archived: String,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "customers/customers.html")]
struct CustomersPage {
    frame: Frame,
    query: ListQuery,
    rows: Vec<CustomerRowView>,
    next: Option<String>,
    /// There are no customers at all yet.
    is_empty: bool,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame| {
        let after = query.after.as_deref();
        let after = after.and_then(|after| Code::new(after).ok());
        let archived = !query.archived.is_empty();
        let wanted = ROWS_MAX.saturating_add(1);
        let search = Some(query.search.as_str());
        let mut rows = view.customer_rows(search, archived, after.as_ref(), wanted);
        let more = rows.len() > ROWS_MAX;
        rows.truncate(ROWS_MAX);
        let last = rows.last().filter(|_| more);
        Ok(CustomersPage {
            frame,
            next: last.map(|row| row.customer.code.clone()),
            is_empty: view.fold().codes(Class::Customer).next().is_none(),
            rows,
            query,
        })
    };
    visit.page(build).await
}

#[derive(Template)]
#[template(path = "customers/customer_new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
}

pub(super) async fn new(visit: Visit) -> Result<Response, Problem> {
    let build = |_: &View<'_>, frame| {
        Ok(NewPage {
            frame,
            form: Form::default(),
        })
    };
    visit.page(build).await
}

fn add_plan(fold: &Fold, code: &str, name: Option<&str>) -> Result<Plan, Refusal> {
    at_entry::add_partner(fold, Class::Customer, code, name)
}

/// Makes a customer, and leads to the page.
pub(super) async fn add(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let name = fields.text("name");
    let plan = fields.needed("code").map(|code| {
        let shown = Code::new(&code).map_or_else(|_| code.clone(), |code| code.to_string());
        let to = format!("/customers/{}", in_path(&shown));
        let done = Done::new(to, "done-customer-added").value("customer", shown);
        let plan = move |fold: &Fold, _: Timestamp| add_plan(fold, &code, name.as_deref());
        (plan, done)
    });
    let build = |_: &View<'_>, frame, form| Ok(NewPage { frame, form });
    visit
        .write(("new", fields), Named::Nothing, plan, build)
        .await
}

/// The customer that an address names.
pub(super) fn named(view: &View<'_>, code: &str) -> Result<Code, Problem> {
    Ok(find_thing(view.fold(), Class::Customer, code)?)
}

/// The columns of an import, and whether it is in use.
const COLUMNS: Columns = &[
    ("code", "/code"),
    ("name", "/name"),
    ("archived", "/archived"),
];

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let archived = !query.archived.is_empty();
        let search = Some(query.search.as_str());
        let rows = view.partners_after(Class::Customer, search, archived, None);
        Sheet::of(COLUMNS, rows)
    };
    visit.file("customers", file, build).await
}
