//! `stock?group=site|location|owner`: stock summed up, item by item.

use axum::Json;
use axum::extract::State;
use ledger_node::view::{Group, GroupKey, StockGroupView};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::QueryOf;
use super::paging::{Listed, Page, key};
use crate::app::App;
use crate::problem::Problem;

/// By what, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct StockQuery {
    /// How many rows at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Another name of cursor.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    after: Option<String>,
    /// The next of the page before.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    cursor: Option<String>,
    /// site when nothing is said.
    #[param(pattern = "^(site|location|owner)$")]
    group: Option<String>,
}

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<StockQuery>,
) -> Result<Json<Listed<StockGroupView>>, Problem> {
    let group = query.group.as_deref().unwrap_or("site");
    let group = Group::from_word(group).ok_or_else(|| {
        Problem::bad_query(format!(
            "stock is grouped by site, location or owner, not by {group:?}"
        ))
    })?;
    let page = Page::new(query.limit, query.after.or(query.cursor).as_deref())?;
    app.look(move |view| {
        let mut rows = view.stock(group);
        rows.sort_by_cached_key(row_key);
        Ok(Json(page.of(rows, row_key)))
    })
    .await
}

fn row_key(row: &StockGroupView) -> String {
    let group = match &row.group {
        GroupKey::Site { site } => site.as_deref(),
        GroupKey::Location { location, .. } => Some(location.as_str()),
        GroupKey::Owner { owner } => owner.as_deref(),
    };
    key(&[group, Some(&row.item)])
}
