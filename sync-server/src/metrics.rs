//! `/metrics`: numbers about this server for Prometheus, in its text format.
//!
//! It answers this machine without a token, and anybody else with one. No name of a person, an
//! item or a device is in it, and routes stand by their pattern, so the number of rows is bounded.

mod gauges;
mod requests;

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use self::gauges::Gauges;
use self::requests::{Asked, Requests};
use crate::app::App;
use crate::auth;
use crate::problem::Problem;

/// The media type of the text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is counted while the server runs.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<Requests>,
    gauges: Mutex<Option<Gauges>>,
}

/// `GET /metrics`.
pub(crate) fn routes(app: App) -> Router<App> {
    let guard = middleware::from_fn_with_state(app, here_or_known);
    Router::new().route("/metrics", get(show).route_layer(guard))
}

async fn show(State(app): State<App>) -> Result<Response, Problem> {
    let counting = app.clone();
    let gauges = app.look(move |view| {
        let metrics = counting.metrics();
        let mut kept = metrics
            .gauges
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Levels are worked out item by item, so they are kept until something changes.
        let gauges = Gauges::of(view, kept.take())?;
        *kept = Some(gauges.clone());
        Ok(gauges)
    });
    let mut text = gauges.await?.text();
    let requests = app.metrics().requests.lock();
    text.push_str(&requests.unwrap_or_else(PoisonError::into_inner).text());
    Ok(([(header::CONTENT_TYPE, TEXT)], text).into_response())
}

/// Lets through what comes from this machine, and whoever bears a token or has a session.
async fn here_or_known(state: State<App>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    if is_near && !is_handed_on(request.headers()) {
        return next.run(request).await;
    }
    auth::bearer(state, request, next).await
}

/// Whether a proxy on this machine asks for somebody elsewhere, or a page in its browser does.
fn is_handed_on(headers: &HeaderMap) -> bool {
    let proxied = [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
        "via",
    ];
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    !["127.0.0.1", "localhost", "[::1]"].contains(&name)
        || proxied.iter().any(|header| headers.contains_key(*header))
}

/// Counts a request and how long it took.
pub(crate) async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", |matched| matched.as_str()).to_owned();
    let method = word_of(request.method());
    #[expect(
        clippy::disallowed_methods,
        reason = "measures how long an answer takes; nothing is decided by it"
    )]
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let asked = Asked {
        route,
        method,
        status: response.status().as_u16(),
    };
    let requests = app.metrics().requests.lock();
    let mut requests = requests.unwrap_or_else(PoisonError::into_inner);
    requests.count(asked, begun.elapsed());
    drop(requests);
    response
}

/// The methods of HTTP by name; whatever else is sent is one row.
fn word_of(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let mut known = known.into_iter();
    known
        .find(|word| *word == method.as_str())
        .unwrap_or("other")
}

/// Adds a number with its meaning.
fn add(text: &mut String, name: &str, kind: &str, meaning: &str, value: impl std::fmt::Display) {
    head(text, name, kind, meaning);
    text.push_str(&format!("{name} {value}\n"));
}

fn head(text: &mut String, name: &str, kind: &str, meaning: &str) {
    text.push_str(&format!("# HELP {name} {meaning}\n# TYPE {name} {kind}\n"));
}

/// A text between quotes of the format.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}
