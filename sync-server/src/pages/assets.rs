//! Style, scripts and icons, part of the program. They tell nothing, so anybody may have them.
//!
//! A page names a file by [`url`], whose query holds the start of the file's hash: such an answer
//! may be kept for ever, as other bytes get another address. Without it, or with that of another
//! version of the program, a browser asks again each time and mostly hears 304.

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

use crate::app::App;

/// Bytes of the hash in an address; it tells versions of one file apart and guards nothing.
const VERSION_BYTES: usize = 4;
/// A year, after which nobody needs the old version of a file.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// What follows a file's path.
#[derive(Debug, Default, Deserialize)]
struct Version {
    v: Option<String>,
}

/// The files below `/assets`, and the icon where browsers look for it unasked.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/assets/{*file}", get(show))
        .route("/favicon.ico", get(favicon))
}

/// The address of a file below `assets/`, with its version.
///
/// A name that is not there is a slip in a template, which a test of this module finds; its
/// address then leads to a 404.
#[allow(dead_code, reason = "the templates call it once they show other files")]
pub(super) fn url(file: &str) -> String {
    match Files::get(file) {
        Some(found) => format!("/assets/{file}?v={}", version(&found)),
        None => format!("/assets/{file}"),
    }
}

async fn show(
    Path(file): Path<String>,
    Query(asked): Query<Version>,
    headers: HeaderMap,
) -> Response {
    answer(&file, asked.v.as_deref(), &headers)
}

async fn favicon(headers: HeaderMap) -> Response {
    answer("icon.svg", None, &headers)
}

fn answer(file: &str, asked: Option<&str>, headers: &HeaderMap) -> Response {
    let found = kind(file).and_then(|kind| Some((kind, Files::get(file)?)));
    let Some((kind, found)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", hex(&found.metadata.sha256_hash()));
    let cache = match asked {
        Some(asked) if asked == version(&found) => FOR_EVER,
        Some(_) | None => "no-cache",
    };
    let about = [
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if is_known(&tag, headers) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, found.data).into_response()
}

/// Whether the browser has these bytes already: one of the tags it names, or `*`, is this one.
///
/// Compared as the header wants it, without regard to a `W/` that something on the way may have
/// put before it.
fn is_known(tag: &str, headers: &HeaderMap) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// The type of a file by its name; none for what the folder holds besides, such as the lock.
fn kind(file: &str) -> Option<&'static str> {
    let name = file.rsplit('/').next().unwrap_or(file);
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => Some("text/css; charset=utf-8"),
        Some("js") => Some("text/javascript; charset=utf-8"),
        Some("svg") => Some("image/svg+xml"),
        Some("png") => Some("image/png"),
        Some("wasm") => Some("application/wasm"),
        // Whoever gets the files of others gets their licences too.
        None if ["LICENSE", "NOTICE"].contains(&name) => Some("text/plain; charset=utf-8"),
        Some(_) | None => None,
    }
}

fn version(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    hex(hash.get(..VERSION_BYTES).unwrap_or(&hash))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "assets_tests.rs"]
mod tests;
