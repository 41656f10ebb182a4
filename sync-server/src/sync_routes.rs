//! The wire of sync: routes that pass bytes to the node and bytes back.
//!
//! What the bytes mean, who may send them and what is durable before the answer is the node's
//! business; here are only limits, and the waiting of those who wait for news, without a thread.
//!
//! When all devices come back at once they queue here: what arrives has room of a known size, and
//! only a few requests are worked on at a time, so that memory has a bound and the pages, which
//! queue nowhere, answer meanwhile.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ledger_node::{Node, Wait, WireAnswer};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use crate::app::{App, CLOSED};
use crate::problem::Problem;

/// The largest request body.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long a request body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(60);

/// `POST /sync/v1/{hello,enroll,sync,wait,frontier}`, `GET /sync/v1/snapshot/{id}/{chunk}`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/sync/v1/hello", post(hello))
        .route("/sync/v1/enroll", post(enroll))
        .route("/sync/v1/sync", post(sync))
        .route("/sync/v1/wait", post(wait))
        .route("/sync/v1/frontier", post(frontier))
        .route("/sync/v1/snapshot/{id}/{chunk}", get(snapshot))
}

async fn hello(State(app): State<App>, body: Body) -> Result<Response, Unheard> {
    answer(&app, body, Node::handle_hello).await
}

/// A hub enrols nobody itself: whoever asks is handed on to the server above.
async fn enroll(State(app): State<App>, body: Body) -> Result<Response, Unheard> {
    let hub = app.work(|node| node.is_hub().then(|| node.clone())).await?;
    let Some(hub) = hub else {
        return answer(&app, body, Node::handle_enroll).await;
    };
    let arrived = arrived(&app, body, BODY_PATIENCE).await?;
    Ok(response(hub.enroll_above(arrived.bytes).await))
}

async fn sync(State(app): State<App>, body: Body) -> Result<Response, Unheard> {
    answer(&app, body, Node::handle_sync).await
}

/// Answers as soon as there is news for the device, or when it has waited long enough. When too
/// many wait already, it is told at once that there is none, and comes again.
async fn wait(State(app): State<App>, body: Body) -> Result<Response, Unheard> {
    let Arrived { bytes, .. } = arrived(&app, body, BODY_PATIENCE).await?;
    let begun = app.work(move |node| node.begin_wait(&bytes)).await?;
    let asked = match begun {
        Ok(asked) => asked,
        Err(refused) => return Ok(response(refused)),
    };
    let news = match app.waiting_room() {
        Some(_place) => news(&app, asked).await,
        None => false,
    };
    let answer = app.work(move |node| node.end_wait(news)).await?;
    Ok(response(answer))
}

/// Whether the central order goes on while the device waits; that the server stops is no news.
async fn news(app: &App, asked: Wait) -> bool {
    let mut changes = app.changes();
    let Some(until) = Instant::now().checked_add(asked.limit()) else {
        return false;
    };
    loop {
        let change = *changes.borrow_and_update();
        if change == CLOSED {
            return false;
        }
        // An order that cannot be read is for a sync to tell.
        if app
            .order_end(change)
            .await
            .is_none_or(|end| asked.is_news(end))
        {
            return true;
        }
        let heard = timeout_at(until, changes.changed()).await;
        if !matches!(heard, Ok(Ok(()))) {
            return false;
        }
    }
}

async fn frontier(State(app): State<App>, body: Body) -> Result<Response, Unheard> {
    answer(&app, body, Node::handle_frontier).await
}

/// A chunk never changes, and only whom the id was told may keep it.
async fn snapshot(
    State(app): State<App>,
    Path((id, chunk)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let path = format!("{id}/{chunk}");
    let turn = app.turn().await?;
    let work = move |node: &Node| {
        let _turn = turn;
        node.handle_snapshot(&path)
    };
    let answer = app.work(work).await?;
    let kept = [(header::CACHE_CONTROL, "private, immutable, max-age=86400")];
    Ok(match answer.status {
        200 => (kept, response(answer)).into_response(),
        _ => response(answer),
    })
}

async fn answer(
    app: &App,
    body: Body,
    handle: fn(&Node, &[u8]) -> WireAnswer,
) -> Result<Response, Unheard> {
    let Arrived { bytes, _room } = arrived(app, body, BODY_PATIENCE).await?;
    let turn = app.turn().await?;
    let work = move |node: &Node| {
        // Also when whoever asked is gone: the work goes on, and so it counts.
        let _turn = turn;
        handle(node, &bytes)
    };
    let answer = app.work(work).await?;
    Ok(response(answer))
}

/// Why what somebody said did not come to the node.
enum Unheard {
    /// It did not arrive: a device sends less at once.
    TooLarge(WireAnswer),
    Problem(Problem),
}

impl From<Problem> for Unheard {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Unheard {
    fn into_response(self) -> Response {
        match self {
            Self::TooLarge(answer) => response(answer),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

/// The whole body of a request, and the room that it takes.
struct Arrived {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

/// Waits for a whole body. One that does not say how long it will be may be as long as any.
async fn arrived(app: &App, body: Body, patience: Duration) -> Result<Arrived, Unheard> {
    let said = body.size_hint().upper();
    let bytes_max = said.and_then(|bytes| usize::try_from(bytes).ok());
    let room = app
        .room_for(bytes_max.unwrap_or(BODY_BYTES_MAX).min(BODY_BYTES_MAX))
        .await?;
    let arrived = tokio::time::timeout(patience, to_bytes(body, BODY_BYTES_MAX)).await;
    let Ok(arrived) = arrived else {
        return Err(too_large("too-slow", "the request took too long to arrive"));
    };
    let bytes = arrived.map_err(|error| {
        tracing::debug!(%error, "a sync request could not be read");
        let text = "the request is larger than 8 MiB, or it was cut off";
        too_large("body-too-large", text)
    })?;
    Ok(Arrived { bytes, _room: room })
}

fn too_large(code: &'static str, text: &str) -> Unheard {
    Unheard::TooLarge(WireAnswer::refused(413, code, text))
}

fn response(answer: WireAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (
        status,
        [(header::CONTENT_TYPE, "application/msgpack")],
        answer.body,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::stream;
    use ledger_node::{NodeKind, SystemClock};

    use super::*;

    #[tokio::test]
    async fn a_device_whose_request_takes_too_long_is_told_to_send_less() {
        let node = Node::in_memory(NodeKind::Server, "central", Arc::new(SystemClock)).unwrap();
        let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let unheard = arrived(&App::new(node), never, Duration::ZERO).await.err();
        let reply = unheard.unwrap().into_response();
        assert_eq!(reply.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(reply.headers()[header::CONTENT_TYPE], "application/msgpack");
    }
}
