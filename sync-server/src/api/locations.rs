//! `locations` and `location-types`.

use axum::Json;
use axum::extract::State;
use ledger_core::catalogue::Class;
use ledger_node::view::{LocationTypeView, LocationView};
use serde_json::Value;

use super::catalogue::shown;
use super::extract::{PathOf, QueryOf};
use super::paging::{Listed, PageQuery};
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<LocationView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.locations(), |row| row.number.clone()))))
        .await
}

pub(crate) async fn types(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<LocationTypeView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.location_types(), |row| row.code.clone()))))
        .await
}

pub(crate) async fn show(
    State(app): State<App>,
    PathOf(number): PathOf<String>,
) -> Result<Json<Value>, Problem> {
    app.look(move |view| Ok(Json(shown(view, Class::Location, &number)?)))
        .await
}

pub(crate) async fn show_type(
    State(app): State<App>,
    PathOf(code): PathOf<String>,
) -> Result<Json<Value>, Problem> {
    app.look(move |view| Ok(Json(shown(view, Class::LocationType, &code)?)))
        .await
}
