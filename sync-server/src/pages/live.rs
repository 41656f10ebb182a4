//! News for open pages: an event whenever something was written or came in.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{Stream, unfold};

use crate::app::{App, CLOSED};

/// Some proxies close what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// `GET /live`: the event `stock` with a number that grows, until the server stops.
pub(super) async fn changes(
    State(app): State<App>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = unfold(app.changes(), |mut changes| async move {
        changes.changed().await.ok()?;
        let change = *changes.borrow_and_update();
        let event = Event::default().event("stock").data(change.to_string());
        (change != CLOSED).then_some((Ok(event), changes))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
