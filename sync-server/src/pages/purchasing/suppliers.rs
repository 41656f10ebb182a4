//! Suppliers: who they are, what is usually bought from them, and what is open there.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, Plan, Refusal, find_thing};
use ledger_core::catalogue::{Class, Value, key};
use ledger_core::fold::Fold;
use ledger_core::{Code, Timestamp};
use ledger_node::View;
use ledger_node::view::PartnerView;
use serde::Deserialize;

use super::purchases::Row;
use crate::api::{Named, PathOf, QueryOf};
use crate::pages::edit::{EditField, Edits};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::partners;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// Suppliers on one page.
const ROWS_MAX: usize = 100;
/// Items that a supplier's page shows.
const ITEMS_MAX: usize = 500;

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
        let after = query.after.as_deref();
        let after = after.and_then(|after| Code::new(after).ok());
        let archived = !query.archived.is_empty();
        let search = Some(query.search.as_str());
        let mut rows = view.partners_after(Class::Supplier, search, archived, after.as_ref());
        let more = rows.len() > ROWS_MAX;
        rows.truncate(ROWS_MAX);
        Ok(SuppliersPage {
            frame,
            next: rows.last().filter(|_| more).map(|row| row.code.clone()),
            is_empty: view.fold().codes(Class::Supplier).next().is_none(),
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
    let name = fields.text("name");
    let plan = fields.needed("code").map(|code| {
        let shown = Code::new(&code).map_or_else(|_| code.clone(), |code| code.to_string());
        let done = Done::new(page_of(&shown), "done-supplier-added").value("supplier", shown);
        let plan = move |fold: &Fold, _: Timestamp| {
            at_entry::add_partner(fold, Class::Supplier, &code, name.as_deref())
        };
        (plan, done)
    });
    let build = |_: &View<'_>, frame, form| Ok(NewPage { frame, form });
    visit
        .write(("new", fields), Named::Nothing, plan, build)
        .await
}

fn page_of(code: &str) -> String {
    format!("/suppliers/{}", in_path(code))
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

async fn act<P>(
    visit: Visit,
    (which, fields): (&'static str, Fields),
    code: String,
    plan: Result<(P, Done), Problem>,
) -> Result<Response, Problem>
where
    P: FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
{
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
    let edits = Edits::of(&fields, &["name"]);
    let plan = fields.needed("name").map(|name| {
        let done = Done::new(page_of(&code), "done-supplier-renamed").value("name", name);
        let supplier = code.clone();
        let plan = move |fold: &Fold, _: Timestamp| {
            partners::rename(fold, Class::Supplier, &supplier, &edits)
        };
        (plan, done)
    });
    act(visit, ("rename", fields), code, plan).await
}

/// Takes a supplier out of use, or into use again.
pub(super) async fn archive(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let archived = fields.raw("archived") == "yes";
    let message = if archived {
        "done-supplier-archived"
    } else {
        "done-supplier-restored"
    };
    let done = Done::new(page_of(&code), message).value("supplier", code.clone());
    let supplier = code.clone();
    let plan = move |fold: &Fold, _: Timestamp| {
        at_entry::archive(fold, Class::Supplier, &supplier, archived)
    };
    act(visit, ("archive", fields), code, Ok((plan, done))).await
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
        let rows = view.partners_after(Class::Supplier, search, archived, None);
        Sheet::of(COLUMNS, rows)
    };
    visit.file("suppliers", file, build).await
}
