//! All routes of the server, and what lies around every one of them.

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use ledger_node::CONTENT_TYPE;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::csrf::CsrfLayer;

use crate::app::App;
use crate::problem::{self, Problem};
use crate::{api, headers, health, login, metrics, pages, sync_routes};

/// The whole server.
pub(crate) fn all(app: App) -> Router {
    let router =
        Router::new()
            .nest("/api/v1", api::routes(app.clone()))
            .merge(sync_routes::routes())
            .merge(health::routes())
            .merge(metrics::routes(app.clone()))
            .merge(pages::routes(app.clone()))
            .fallback(pages::not_found)
            .method_not_allowed_fallback(pages::method_not_allowed)
            .layer(middleware::from_fn_with_state(app.clone(), login::person))
            .layer(login::layer())
            .layer(middleware::from_fn(headers::secure_cookies))
            .layer(CsrfLayer::new().with_rejection_response(|_| cross_origin()))
            .layer(CatchPanicLayer::custom(problem::panicked))
            // Messages of the sync protocol are packed already.
            .layer(CompressionLayer::new().compress_when(
                DefaultPredicate::new().and(NotForContentType::const_new(CONTENT_TYPE)),
            ))
            .layer(middleware::from_fn_with_state(
                app.clone(),
                metrics::measure,
            ));
    headers::on_all(router)
        .layer(middleware::from_fn(log))
        .with_state(app)
}

/// What a browser hears that sends a form for a page of another site.
fn cross_origin() -> Response {
    let text = "a page of another site sent this, or a proxy between changes the header Host";
    Problem::new(StatusCode::FORBIDDEN, "cross-origin", text)
        .hint("open the page here and send it again; a proxy must pass Host on as it came")
        .into_response()
}

/// One line of log for each request, without its path, query and headers, which may hold secrets.
async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    // The route's pattern: a path may hold a one-time code.
    let route = request.extensions().get::<MatchedPath>();
    let path = route.map_or_else(|| "no route".to_owned(), |route| route.as_str().to_owned());
    let response = next.run(request).await.into_response();
    let status = response.status();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(%method, path, status = status.as_u16(), "answered");
    } else {
        tracing::debug!(%method, path, status = status.as_u16(), "answered");
    }
    response
}

#[cfg(test)]
mod tests;
