//! The list of items: what there is, how much of it, and how well it is supplied.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger_core::Code;
use ledger_node::view::{ItemFilter, ItemView};
use serde::Deserialize;

use super::frame::Frame;
use super::level::Badge;
use super::words::number;
use crate::api::QueryOf;
use crate::app::App;
use crate::problem::Problem;

/// Items on one page.
const ROWS_MAX: usize = 200;

/// What the search form and the links say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    search: String,
    /// `low`, `out` or `attention` for both.
    #[serde(default)]
    level: String,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "items.html")]
struct ItemsPage {
    frame: Frame,
    search: String,
    level: String,
    rows: Vec<Row>,
    /// The SKU behind which the next page begins.
    next: Option<String>,
    /// Whether this page begins behind an item.
    continues: bool,
}

struct Row {
    sku: String,
    name: String,
    kind: &'static str,
    badge: Badge,
    available: String,
    unit: String,
    customers: Option<String>,
    locations: usize,
}

impl From<ItemView> for Row {
    fn from(item: ItemView) -> Self {
        Self {
            badge: Badge::of(item.level),
            available: number(&item.available),
            customers: (item.on_hand_customers != "0").then(|| number(&item.on_hand_customers)),
            sku: item.sku,
            name: item.name,
            kind: item.kind,
            unit: item.unit,
            locations: item.locations,
        }
    }
}

pub(super) async fn show(
    State(app): State<App>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    let shown = app.look(move |view| {
        let search = query.search.trim().to_owned();
        let filter = ItemFilter {
            low: ["low", "attention"].contains(&query.level.as_str()),
            out: ["out", "attention"].contains(&query.level.as_str()),
            search: (!search.is_empty()).then(|| search.clone()),
            ..ItemFilter::default()
        };
        let after = query
            .after
            .as_deref()
            .and_then(|after| Code::new(after).ok());
        let wanted = ROWS_MAX.saturating_add(1);
        let mut items = view.items_after(&filter, after.as_ref(), wanted);
        let more = items.len() > ROWS_MAX;
        items.truncate(ROWS_MAX);
        Ok(ItemsPage {
            frame: Frame::of(view),
            search,
            level: query.level,
            next: items.last().filter(|_| more).map(|item| item.sku.clone()),
            continues: after.is_some(),
            rows: items.into_iter().map(Row::from).collect(),
        })
    });
    super::page(&shown.await?)
}

#[cfg(test)]
mod tests {
    use ledger_node::view::Level;

    use super::*;

    #[test]
    fn what_people_typed_is_text_and_no_markup() {
        let row = Row {
            sku: "A/B 1&2".to_owned(),
            name: "Resistor <0603>".to_owned(),
            kind: "part",
            badge: Badge::of(Level::Low),
            available: "5".to_owned(),
            unit: "pcs".to_owned(),
            customers: None,
            locations: 1,
        };
        let page = ItemsPage {
            frame: Frame {
                node: "server".to_owned(),
                as_of: "2024-03-04 10:00".to_owned(),
                behind: vec![("<i>".to_owned(), "never".to_owned())],
                exceptions: 1,
            },
            search: "\"><script>".to_owned(),
            level: String::new(),
            rows: vec![row],
            next: None,
            continues: false,
        };
        let html = page.render().unwrap();
        assert!(html.contains("Resistor &#60;0603&#62;"), "{html}");
        assert!(html.contains("href=\"/items/A%2FB%201%262\""), "{html}");
        for markup in ["<0603>", "<i>", "\"><script>"] {
            assert!(!html.contains(markup), "{markup} in {html}");
        }
    }
}
