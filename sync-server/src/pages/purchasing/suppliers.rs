//! Suppliers: who they are, what is usually bought from them, and what is open there.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::{Class, Value, key};
use ledger_node::View;
use ledger_node::view::PartnerView;

use super::purchases::Row;
use crate::api::{Named, PathOf, QueryOf};
use crate::pages::edit::EditField;
use crate::pages::export::FileQuery;
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::partners::{ListQuery, SUPPLIERS};
use crate::pages::visit::{Done, SomePlan, Visit};
use crate::problem::Problem;

/// Suppliers on one page.
const ROWS_MAX: usize = 100;
/// Items that a supplier's page shows.
const ITEMS_MAX: usize = 500;

#[derive(Template)]
#[template(path = "purchasing/suppliers.html")]
struct SuppliersPage {
    frame: Frame,
    query: ListQuery,
    rows: Vec<PartnerView>,
    next: Option<String>,
    is_empty: bool,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame| {
        let (after, archived) = (query.behind(), query.shows_archived());
        let search = Some(query.search.as_str());
        let mut rows = view.partners_after(Class::Supplier, search, archived, after.as_ref());
        let more = rows.len() > ROWS_MAX;
        rows.truncate(ROWS_MAX);
        Ok(SuppliersPage {
            frame,
            next: rows.last().filter(|_| more).map(|row| row.code.clone()),
            is_empty: SUPPLIERS.is_empty(view.fold()),
            rows,
            query,
        })
    };
    visit.page(build).await
}

#[derive(Template)]
#[template(path = "purchasing/supplier_new.html")]
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

/// Makes a supplier, and leads to the page.
pub(super) async fn add(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let plan = SUPPLIERS.add(&fields);
    let build = |_: &View<'_>, frame, form| Ok(NewPage { frame, form });
    visit
        .write(("new", fields), Named::Nothing, plan, build)
        .await
}

// One supplier.

#[derive(Template)]
#[template(path = "purchasing/supplier.html")]
struct SupplierPage {
    frame: Frame,
    form: Form,
    supplier: PartnerView,
    name: EditField,
    /// What is usually bought there: item, name, on order.
    items: Vec<(String, String, String)>,
    purchases: Vec<Row>,
}

fn supplier_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    code: &str,
) -> Result<SupplierPage, Problem> {
    let fold = view.fold();
    let code = find_thing(fold, Class::Supplier, code)?;
    let theirs = Value::code(Some(&code));
    let items = fold.items().into_iter().filter(|item| {
        // The rest of an item is not looked at: there are many.
        fold.field(Class::Item, item, key::USUAL_SUPPLIER) == theirs
    });
    let items = items.take(ITEMS_MAX).map(|item| {
        let on_order = fold.on_order(&item).to_string();
        let name = fold.name_of(Class::Item, &item);
        (item.to_string(), name, on_order)
    });
    let mut purchases = view.purchases(true);
    purchases.retain(|purchase| purchase.supplier.as_deref() == Some(code.as_str()));
    let supplier = PartnerView {
        code: code.to_string(),
        name: fold.name_of(Class::Supplier, &code),
        archived: fold.field(Class::Supplier, &code, key::ARCHIVED).is_true(),
    };
    Ok(SupplierPage {
        name: EditField::of(&form, "rename", "name", &supplier.name),
        items: items.collect(),
        purchases: purchases
            .into_iter()
            .map(|purchase| Row::of(fold, purchase))
            .collect(),
        frame,
        form,
        supplier,
    })
}

pub(super) async fn show_one(
    visit: Visit,
    PathOf(code): PathOf<String>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| supplier_page(view, frame, Form::default(), &code))
        .await
}

async fn act(
    visit: Visit,
    (which, fields): (&'static str, Fields),
    code: String,
    plan: Result<(SomePlan, Done), Problem>,
) -> Result<Response, Problem> {
    let named = Named::Thing(Class::Supplier, code.clone());
    let build = move |view: &View<'_>, frame, form| supplier_page(view, frame, form, &code);
    visit.write((which, fields), named, plan, build).await
}

/// Gives a supplier another name.
pub(super) async fn rename(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = SUPPLIERS.rename(&fields, &code);
    act(visit, ("rename", fields), code, plan).await
}

/// Takes a supplier out of use, or into use again.
pub(super) async fn archive(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = SUPPLIERS.archive(&fields, &code);
    act(visit, ("archive", fields), code, Ok(plan)).await
}

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    SUPPLIERS.export(visit, query, file).await
}
