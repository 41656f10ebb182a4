//! `sites`, each with what lies there.

use axum::Json;
use axum::extract::State;
use ledger_node::view::SiteView;

use super::extract::QueryOf;
use super::paging::{Listed, PageQuery, key};
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<SiteView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| {
        Ok(Json(
            page.of(view.sites(), |row| key(&[row.site.as_deref()])),
        ))
    })
    .await
}
