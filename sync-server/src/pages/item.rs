//! One item: its total, where it lies, what happened to it, and why the total is what it is.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger_node::View;
use ledger_node::view::{HistoryView, ItemView, LineView};

use super::frame::Frame;
use super::level::Badge;
use super::missing;
use super::words::{change, day_and_time, number};
use crate::api::PathOf;
use crate::app::App;
use crate::problem::Problem;

/// Rows of history on the page, the newest ones.
const HISTORY_MAX: usize = 100;

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    frame: Frame,
    item: ItemView,
    badge: Badge,
    available: String,
    on_hand: String,
    customers: Option<String>,
    lines: Vec<Line>,
    history: Vec<Event>,
    /// How many older rows are not shown.
    older: usize,
    why: Vec<String>,
}

struct Line {
    location: String,
    site: String,
    owner: Option<String>,
    batch: String,
    on_hand: String,
    last_counted: String,
}

struct Event {
    at: String,
    kind: &'static str,
    change: String,
    falls: bool,
    on_hand: String,
    place: String,
    owner: Option<String>,
    who: String,
    words: String,
    voided: bool,
    provisional: bool,
}

impl From<LineView> for Line {
    fn from(line: LineView) -> Self {
        let dash = || "–".to_owned();
        Self {
            location: line.location,
            site: line.site.unwrap_or_else(dash),
            owner: line.owner,
            batch: line.batch.unwrap_or_else(dash),
            on_hand: number(&line.on_hand),
            last_counted: line
                .last_counted
                .map_or_else(|| "never".to_owned(), |at| day_and_time(&at)),
        }
    }
}

impl From<HistoryView> for Event {
    fn from(row: HistoryView) -> Self {
        let named = |name: &str, text: Option<String>| text.map(|text| format!("{name} {text}"));
        let words = [
            row.reason,
            named("order", row.order),
            named("lot", row.lot),
            named("PO", row.po),
            named("serial", row.serial),
            row.note,
        ];
        Self {
            at: day_and_time(&row.at),
            kind: row.kind,
            falls: row.change.starts_with('-'),
            change: change(&row.change),
            on_hand: number(&row.on_hand),
            place: match row.batch {
                Some(batch) => format!("{}, batch {batch}", row.location),
                None => row.location,
            },
            owner: row.owner,
            who: match row.user.strip_prefix("device:") {
                Some(device) => device.to_owned(),
                None => format!("{} on {}", row.user, row.device),
            },
            words: words.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            voided: row.voided,
            provisional: row.provisional,
        }
    }
}

pub(super) async fn show(
    State(app): State<App>,
    PathOf(sku): PathOf<String>,
) -> Result<Response, Problem> {
    let looked = app.look(move |view| {
        let found = view.find_item(&sku).map_err(Problem::from);
        match found {
            Ok(sku) => item_page(view, &sku).map(Ok),
            Err(problem) => Ok(Err((Frame::of(view), problem))),
        }
    });
    match looked.await? {
        Ok(page) => super::page(&page),
        Err((frame, problem)) => missing::page(frame, problem),
    }
}

fn item_page(view: &View<'_>, sku: &ledger_core::Code) -> Result<ItemPage, Problem> {
    let mut item = view.show(sku);
    let mut history = view.history(sku)?;
    let older = history.len().saturating_sub(HISTORY_MAX);
    history.drain(..older);
    let why = view.why(sku, None)?.text;
    Ok(ItemPage {
        frame: Frame::of(view),
        badge: Badge::of(item.level),
        available: number(&item.available),
        on_hand: number(&item.on_hand),
        customers: (item.on_hand_customers != "0").then(|| number(&item.on_hand_customers)),
        lines: item
            .lines
            .take()
            .unwrap_or_default()
            .into_iter()
            .map(Line::from)
            .collect(),
        history: history.into_iter().rev().map(Event::from).collect(),
        older,
        why: why.lines().map(str::to_owned).collect(),
        item,
    })
}
