//! News for open pages: an event whenever something was written or came in.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{Stream, unfold};
use tokio::sync::watch;
use tokio::time::timeout;
use tower_sessions::Session;

use crate::app::{App, CLOSED};
use crate::login;

/// Some proxies close what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// How long a stream may outlive its session when nothing happens.
const LOOK_AFTER: Duration = Duration::from_secs(20);

/// Somebody who listens.
struct Listener {
    app: App,
    session: Session,
    changes: watch::Receiver<u64>,
}

impl Listener {
    /// The next change; nothing when the server stops or the session has ended.
    async fn next(&mut self) -> Option<u64> {
        loop {
            let heard = timeout(LOOK_AFTER, self.changes.changed()).await;
            if matches!(heard, Ok(Err(_))) {
                return None;
            }
            let change = *self.changes.borrow_and_update();
            if change == CLOSED || !login::goes_on(&self.app, &self.session).await {
                return None;
            }
            if heard.is_ok() {
                return Some(change);
            }
        }
    }
}

/// `GET /live`: the event `stock` with a number that grows, until the server stops or whoever
/// listens has logged out.
pub(super) async fn changes(
    State(app): State<App>,
    session: Session,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = app.changes();
    let listener = Listener {
        app,
        session,
        changes,
    };
    let events = unfold(listener, |mut listener| async move {
        let change = listener.next().await?;
        let event = Event::default().event("stock").data(change.to_string());
        Some((Ok(event), listener))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
