//! The pages: read-only, plain HTML that works without JavaScript.
//!
//! They show the same views as the API. They have no login yet, so they answer on the server's own
//! machine only; see [`auth::this_machine`].

mod assets;
mod frame;
mod item;
mod items;
mod level;
mod missing;
mod words;

use axum::Router;
use axum::middleware;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;

use crate::app::App;
use crate::auth;
use crate::problem::Problem;

/// All pages and what they load.
pub(crate) fn routes() -> Router<App> {
    let pages = Router::new()
        .route("/", get(|| async { Redirect::temporary("/items") }))
        .route("/items", get(items::show))
        .route("/items/{sku}", get(item::show))
        .layer(middleware::from_fn(auth::this_machine));
    pages.merge(assets::routes())
}

/// A rendered template as an answer.
fn page(template: &impl askama::Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        Problem::internal()
    })?;
    Ok(Html(html).into_response())
}
