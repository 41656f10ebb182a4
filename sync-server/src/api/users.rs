//! `users`: who may log in, and as what.

use axum::Json;
use axum::extract::State;
use ledger_node::view::UserView;

use super::extract::QueryOf;
use super::paging::{Listed, PageQuery};
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<UserView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.users(), |row| row.user.clone()))))
        .await
}
