//! Customers: who they are, what is here of theirs, and what they ordered.

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::Class;
use ledger_node::View;
use ledger_node::view::CustomerRowView;

use crate::api::{Named, QueryOf};
use crate::pages::export::FileQuery;
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::partners::{CUSTOMERS, ListQuery};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Customers on one page.
const ROWS_MAX: usize = 100;

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
        let (after, archived) = (query.behind(), query.shows_archived());
        let wanted = ROWS_MAX.saturating_add(1);
        let search = Some(query.search.as_str());
        let mut rows = view.customer_rows(search, archived, after.as_ref(), wanted);
        let more = rows.len() > ROWS_MAX;
        rows.truncate(ROWS_MAX);
        let last = rows.last().filter(|_| more);
        Ok(CustomersPage {
            frame,
            next: last.map(|row| row.customer.code.clone()),
            is_empty: CUSTOMERS.is_empty(view.fold()),
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

/// Makes a customer, and leads to the page.
pub(super) async fn add(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let plan = CUSTOMERS.add(&fields);
    let build = |_: &View<'_>, frame, form| Ok(NewPage { frame, form });
    visit
        .write(("new", fields), Named::Nothing, plan, build)
        .await
}

/// The customer that an address names.
pub(super) fn named(view: &View<'_>, code: &str) -> Result<Code, Problem> {
    Ok(find_thing(view.fold(), Class::Customer, code)?)
}

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    CUSTOMERS.export(visit, query, file).await
}
