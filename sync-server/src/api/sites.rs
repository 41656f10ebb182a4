//! `sites`, each with what lies there.

use axum::Json;
use axum::extract::State;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::Class;
use ledger_node::view::SiteView;

use super::extract::{PathOf, QueryOf};
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

pub(crate) async fn show(
    State(app): State<App>,
    PathOf(code): PathOf<String>,
) -> Result<Json<SiteView>, Problem> {
    app.look(move |view| {
        let code = find_thing(view.fold(), Class::Site, &code)?;
        let is_it = |site: &SiteView| site.site.as_deref() == Some(code.as_str());
        let found = view.sites().into_iter().find(is_it);
        found.map(Json).ok_or_else(Problem::not_found)
    })
    .await
}
