//! `exceptions`: what a person should look at.

use axum::Json;
use axum::extract::State;
use ledger_node::view::ExceptionView;

use super::extract::QueryOf;
use super::paging::{Listed, PageQuery};
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<ExceptionView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.exceptions(), |row| row.id.clone()))))
        .await
}
