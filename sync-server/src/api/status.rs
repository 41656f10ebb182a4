//! `status`: what the server holds, and the hash that says it all.

use axum::Json;
use axum::extract::State;
use ledger_node::view::StatusView;

use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn show(State(app): State<App>) -> Result<Json<StatusView>, Problem> {
    app.look(|view| Ok(Json(view.status()?))).await
}
