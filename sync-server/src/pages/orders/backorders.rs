//! Backorders: what came and can be filled, and what waits for which order since when.

use askama::Template;
use axum::response::Response;
use ledger_node::View;
use ledger_node::view::BackorderView;
use serde::Deserialize;

use crate::api::QueryOf;
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::frame::Frame;
use crate::pages::unread::Unread;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Lines on one page.
const ROWS_MAX: usize = 100;

/// What the filter and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct WaitQuery {
    /// Of this item only, by SKU or barcode.
    #[serde(default)]
    item: String,
    /// `ready` for what can be filled only.
    #[serde(default)]
    show: String,
    /// How many lines were on the pages before.
    after: Option<usize>,
}

#[derive(Template)]
#[template(path = "orders/backorders.html")]
struct BackordersPage {
    frame: Frame,
    query: WaitQuery,
    unread: Unread,
    rows: Vec<BackorderView>,
    /// There is no such item.
    is_unknown: bool,
    count: usize,
    next: Option<usize>,
}

impl WaitQuery {
    /// Whether only what can be filled is asked for.
    fn is_ready(&self, unread: &mut Unread) -> bool {
        let known = |show: &str| (show == "ready").then_some(());
        unread.choice("which-orders", &self.show, known).is_some()
    }
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<WaitQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame| {
        let typed = query.item.trim();
        let item = (!typed.is_empty()).then(|| view.find_item(typed));
        let is_unknown = matches!(item, Some(Err(_)));
        let item = item.and_then(Result::ok);
        let start = query.after.unwrap_or(0);
        let mut unread = Unread::default();
        let ready = query.is_ready(&mut unread);
        let (count, rows) = if is_unknown {
            (0, Vec::new())
        } else {
            view.backorders_from(item.as_ref(), ready, (start, ROWS_MAX))
        };
        let shown = start.saturating_add(rows.len());
        Ok(BackordersPage {
            frame,
            query,
            unread,
            rows,
            is_unknown,
            count,
            next: (shown < count).then_some(shown),
        })
    };
    visit.page(build).await
}

const COLUMNS: Columns = &[
    ("order", "/order"),
    ("item", "/item"),
    ("name", "/name"),
    ("unit", "/unit"),
    ("backorder", "/backorder"),
    ("ready", "/ready"),
    ("since", "/since"),
    ("age_days", "/age_days"),
    ("customer", "/customer"),
    ("site", "/site"),
    ("due", "/due"),
    ("elsewhere", "/elsewhere"),
    ("provisional", "/provisional"),
];

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<WaitQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let typed = query.item.trim();
        let item = (!typed.is_empty())
            .then(|| view.find_item(typed))
            .transpose()?;
        let ready = whole(|unread| query.is_ready(unread))?;
        let (_, rows) = view.backorders_from(item.as_ref(), ready, (0, usize::MAX));
        Sheet::of(COLUMNS, rows)
    };
    visit.file("backorders", file, build).await
}
