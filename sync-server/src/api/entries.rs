//! `entries`: the log itself as JSON lines, by origin and seq; all of it, or `?after=&limit=`.

use std::ops::ControlFlow;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use futures_util::stream::{once, unfold};
use ledger_core::EntryId;
use ledger_core::entry::Content;
use ledger_node::{NodeError, view};
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use super::extract::QueryOf;
use crate::app::App;
use crate::problem::Problem;

/// Lines are sent in parts of about so many bytes: a log is larger than the memory should be.
const PART_BYTES: usize = 64 * 1024;
/// So many parts wait for a slow reader.
const PARTS_MAX: usize = 4;

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntriesQuery {
    /// How many entries at most; all when nothing is said.
    limit: Option<usize>,
    /// The last entry that is known: ORIGIN-SEQ.
    #[param(pattern = "^[0-9a-f]{32}-[1-9][0-9]{0,18}$")]
    after: Option<String>,
    /// Another name of after.
    #[param(pattern = "^[0-9a-f]{32}-[1-9][0-9]{0,18}$")]
    cursor: Option<String>,
}

/// Lines on their way to whoever asked.
struct Lines {
    part: String,
    left: usize,
    sender: mpsc::Sender<Result<String, NodeError>>,
}

impl Lines {
    /// Adds an entry; breaks off where nobody wants more.
    fn add(&mut self, id: EntryId, content: &Content) -> ControlFlow<()> {
        if self.left == 0 {
            return ControlFlow::Break(());
        }
        self.left = self.left.saturating_sub(1);
        self.part
            .push_str(&view::entry_json(id, content).to_string());
        self.part.push('\n');
        if self.part.len() < PART_BYTES {
            return ControlFlow::Continue(());
        }
        self.flush()
    }

    fn flush(&mut self) -> ControlFlow<()> {
        let part = std::mem::take(&mut self.part);
        match self.sender.blocking_send(Ok(part)) {
            Ok(()) => ControlFlow::Continue(()),
            // Whoever asked has gone.
            Err(_) => ControlFlow::Break(()),
        }
    }
}

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<EntriesQuery>,
) -> Result<Response, Problem> {
    let after = query
        .after
        .or(query.cursor)
        .map(|text| text.parse::<EntryId>())
        .transpose();
    let after = after.map_err(|error| Problem::bad_query(error.to_string()))?;
    let (sender, mut parts) = mpsc::channel(PARTS_MAX);
    let mut lines = Lines {
        part: String::new(),
        left: query.limit.unwrap_or(usize::MAX),
        sender,
    };
    // It goes on beside the answer, and ends with it.
    drop(tokio::spawn(async move {
        let reading = app.work(move |node| {
            let read = node.each_entry_after(after, &mut |id, content| lines.add(id, content));
            match read {
                Ok(()) => {
                    let _over = lines.flush();
                }
                Err(error) => drop(lines.sender.blocking_send(Err(error))),
            }
        });
        reading.await
    }));
    // What cannot be read at all is a problem; what breaks off later ends the connection.
    let first = parts.recv().await.transpose()?.unwrap_or_default();
    let rest = unfold(parts, |mut parts| async move {
        let part = parts.recv().await?;
        Some((part, parts))
    });
    let body = Body::from_stream(once(async { Ok(first) }).chain(rest));
    Ok(([(header::CONTENT_TYPE, "application/jsonl")], body).into_response())
}
