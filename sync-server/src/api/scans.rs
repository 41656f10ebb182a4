//! `scans`: scans of codes that nobody knew, and what the codes are resolved to.

use std::cmp::Reverse;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::{self, Refusal};
use ledger_core::fold::Fold;
use ledger_node::view::ScanView;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::extract::{BodyOf, Flag, QueryOf, flag};
use super::paging::{Listed, Page, key};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

/// Which scans are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ScansQuery {
    /// True: only those whose code is still unknown.
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    unknown: bool,
    /// How many rows at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Another name of cursor.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    after: Option<String>,
    /// The next of the page before.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    cursor: Option<String>,
}

/// `GET scans`.
pub(super) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<ScansQuery>,
) -> Result<Json<Listed<ScanView>>, Problem> {
    let page = Page::new(query.limit, query.after.or(query.cursor).as_deref())?;
    app.look(move |view| {
        let mut rows = view.scans(query.unknown);
        rows.sort_by_cached_key(|row| Reverse(row_key(row)));
        Ok(Json(page.of_newest_first(rows, row_key)))
    })
    .await
}

fn row_key(row: &ScanView) -> String {
    key(&[Some(&row.at), Some(&row.entry)])
}

/// What a code stands for: an item, or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolution {
    /// The code, as the list shows it.
    code: String,
    /// The item, by SKU or barcode.
    item: Option<String>,
    /// True: it is nothing, and its scans have no effect.
    dismiss: Option<bool>,
    /// Why it is nothing.
    note: Option<String>,
}

/// `POST scans/resolve`.
pub(super) async fn resolve(
    writer: Writer,
    BodyOf(body): BodyOf<Resolution>,
) -> Result<Response, Problem> {
    let Resolution {
        code,
        item,
        dismiss,
        note,
    } = body;
    let plan = move |fold: &Fold, _| match (&item, dismiss, &note) {
        (Some(item), None | Some(false), None) => at_entry::resolve_scan(fold, &code, item),
        (None, Some(true), note) => at_entry::dismiss_scan(fold, &code, note.as_deref()),
        _ => Err(Refusal::new(
            "bad-body",
            "a code is resolved by an \"item\", or by \"dismiss\": true with a \"note\"",
        )),
    };
    writer.write(Named::Nothing, plan).await
}
