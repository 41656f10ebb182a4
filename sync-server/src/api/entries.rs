//! `entries`: the log itself as JSON lines, by origin and seq; all of it, or `?after=&limit=`.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use ledger_core::EntryId;
use ledger_node::{NodeError, view};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::QueryOf;
use crate::app::App;
use crate::problem::Problem;

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
    let limit = query.limit.unwrap_or(usize::MAX);
    let lines = app.work(move |node| -> Result<String, NodeError> {
        let mut lines = String::new();
        let mut left = limit;
        node.each_entry(&mut |id, content| {
            if left == 0 || after.is_some_and(|after| id <= after) {
                return;
            }
            left = left.saturating_sub(1);
            lines.push_str(&view::entry_json(id, content).to_string());
            lines.push('\n');
        })?;
        Ok(lines)
    });
    let lines = lines.await??;
    Ok(([(header::CONTENT_TYPE, "application/jsonl")], lines).into_response())
}
