//! `customers` and `suppliers`.

use axum::Json;
use axum::extract::State;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::Class;
use ledger_node::view::{CustomerView, PartnerView};
use serde_json::Value;

use super::catalogue::shown;
use super::extract::{PathOf, QueryOf};
use super::paging::{Listed, PageQuery};
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn customers(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<PartnerView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.customers(), |row| row.code.clone()))))
        .await
}

pub(crate) async fn suppliers(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<PartnerView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.suppliers(), |row| row.code.clone()))))
        .await
}

pub(crate) async fn customer(
    State(app): State<App>,
    PathOf(code): PathOf<String>,
) -> Result<Json<CustomerView>, Problem> {
    app.look(move |view| {
        let code = find_thing(view.fold(), Class::Customer, &code)?;
        Ok(Json(view.customer(&code)))
    })
    .await
}

pub(crate) async fn supplier(
    State(app): State<App>,
    PathOf(code): PathOf<String>,
) -> Result<Json<Value>, Problem> {
    app.look(move |view| Ok(Json(shown(view, Class::Supplier, &code)?)))
        .await
}
