//! `devices`: who is enrolled, and when each last synced.

use axum::Json;
use axum::extract::State;
use ledger_node::view::DeviceView;

use super::extract::QueryOf;
use super::paging::{Listed, PageQuery, key};
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<DeviceView>>, Problem> {
    let page = query.page()?;
    let row_key = |row: &DeviceView| key(&[Some(&row.name), Some(&row.id)]);
    app.look(move |view| Ok(Json(page.of(view.devices(), row_key))))
        .await
}
