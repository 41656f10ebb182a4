//! `alerts/low-stock`: the items that are low or out.

use axum::Json;
use axum::extract::State;
use ledger_node::view::LowStockView;

use super::extract::QueryOf;
use super::paging::{Listed, PageQuery};
use crate::app::App;
use crate::problem::Problem;

pub(super) async fn low_stock(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<LowStockView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.low_stock(), |row| row.item.clone()))))
        .await
}
