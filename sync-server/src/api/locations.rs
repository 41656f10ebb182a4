//! `locations` and `location-types`.

use axum::Json;
use axum::extract::State;
use ledger_node::view::{LocationTypeView, LocationView};

use super::extract::QueryOf;
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
