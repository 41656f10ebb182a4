//! Style and icon, part of the program.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::app::App;

const STYLE: &str = include_str!("../../assets/stock.css");
const ICON: &str = include_str!("../../assets/icon.svg");

/// The files below `/assets`. They tell nothing, so anybody may have them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/assets/stock.css",
            get(|| async { file("text/css; charset=utf-8", STYLE) }),
        )
        .route(
            "/assets/icon.svg",
            get(|| async { file("image/svg+xml", ICON) }),
        )
}

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "max-age=300"),
        ],
        text,
    )
}
