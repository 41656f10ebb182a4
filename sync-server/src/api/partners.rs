//! `customers` and `suppliers`.

use axum::Json;
use axum::extract::State;
use ledger_node::view::PartnerView;

use super::extract::QueryOf;
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
