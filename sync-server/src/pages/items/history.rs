//! The Stock History tab of an item: every change, newest first, with filters and a chart.

use askama::Template;
use axum::response::Response;
use ledger_node::View;
use ledger_node::view::{HistoryFilter, HistoryView};
use serde::Deserialize;

use super::item::{Head, Offers};
use crate::api::{PathOf, QueryOf};
use crate::lang::Words;
use crate::pages::chart::Chart;
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::frame::Frame;
use crate::pages::owner::owner_of;
use crate::pages::unread::{Unread, filled};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Rows on one page.
const ROWS_MAX: usize = 30;
/// Rows of a file that are read at once: between two such parts others may write.
const FILE_PART: usize = 500;

/// Kinds of rows, with the words of each.
const KINDS: [(&str, &str); 7] = [
    ("add", "row-add"),
    ("remove", "row-remove"),
    ("move", "row-move"),
    ("adjust", "row-adjust"),
    ("count", "row-count"),
    ("reversal", "row-reversal"),
    ("order", "row-order"),
];

/// The words of a kind of row.
pub(super) fn kind_words(kind: &str) -> &'static str {
    let found = KINDS.iter().find(|(known, _)| *known == kind);
    found.map_or("row-move", |(_, words)| words)
}

/// A row as the pages show it.
pub(super) struct HistoryLine {
    pub(super) view: HistoryView,
    pub(super) kind: &'static str,
    /// Who looks may undo it here.
    pub(super) may_undo: bool,
    pub(super) falls: bool,
}

/// Rows with what the visitor may do. A transaction of two rows is undone at its first.
pub(super) fn history_lines(rows: Vec<HistoryView>, frame: &Frame) -> Vec<HistoryLine> {
    let mut last = String::new();
    let line = |view: HistoryView| {
        let is_first = view.entry != last;
        last.clone_from(&view.entry);
        let can_be = KINDS.iter().take(5).any(|(kind, _)| *kind == view.kind);
        HistoryLine {
            may_undo: is_first && can_be && !view.voided && frame.may_undo(&view.user),
            kind: kind_words(view.kind),
            falls: view.change.starts_with('-'),
            view,
        }
    };
    rows.into_iter().map(line).collect()
}

impl HistoryLine {
    /// The row in a few words, by which one button of many is told from the others.
    pub(super) fn what(&self, frame: &Frame) -> String {
        let (kind, change) = (frame.t(self.kind), frame.change(&self.view.change));
        format!("{kind} {change} {}", self.view.location)
    }

    /// What was said with it, one after the other: the words' id and the text.
    pub(super) fn said(&self) -> Vec<(&'static str, &str)> {
        let said = [
            ("said-reason", &self.view.reason),
            ("said-lot", &self.view.lot),
            ("said-po", &self.view.po),
            ("said-serial", &self.view.serial),
            ("said-note", &self.view.note),
        ];
        let said = said.into_iter();
        said.filter_map(|(id, text)| Some((id, text.as_deref()?)))
            .collect()
    }
}

/// What the filter says.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct HistoryQuery {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    search: String,
    before: Option<String>,
}

impl HistoryQuery {
    fn filter(&self, words: Words, unread: &mut Unread) -> HistoryFilter {
        let kind = |kind: &str| KINDS.iter().find(|(known, _)| *known == kind);
        let from = unread.day("from-day", &self.from, words, 0);
        let until = unread.day("to-day", &self.to, words, 1);
        let kind = unread.choice("row-kind", &self.kind, kind);
        HistoryFilter {
            kind: kind.map(|(kind, _)| (*kind).to_owned()),
            location: unread.code("location", &self.location),
            owner: owner_of(unread, "owner", &self.owner),
            user: filled(&self.user),
            from,
            until,
            search: filled(&self.search),
        }
    }

    /// The query of the next page.
    fn after(&self, next: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let parts = [
            ("kind", &self.kind),
            ("location", &self.location),
            ("owner", &self.owner),
            ("user", &self.user),
            ("from", &self.from),
            ("to", &self.to),
            ("search", &self.search),
        ];
        query.extend_pairs(parts.iter().filter(|(_, value)| !value.is_empty()));
        query.append_pair("before", next);
        query.finish()
    }

    fn is_kind(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

#[derive(Template)]
#[template(path = "items/item_history.html")]
struct HistoryPage {
    frame: Frame,
    head: Head,
    query: HistoryQuery,
    unread: Unread,
    offers: Offers,
    owners: Vec<String>,
    kinds: [(&'static str, &'static str); 7],
    rows: Vec<HistoryLine>,
    next: Option<String>,
    searched: Option<usize>,
    is_filtered: bool,
    chart: Option<Chart>,
}

pub(super) async fn show(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<HistoryQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame: Frame| {
        let sku = view.find_item(&sku)?;
        let head = Head::of(view, &sku, "/history");
        let mut unread = Unread::default();
        let filter = query.filter(frame.words, &mut unread);
        let page = view.history_page(&sku, &filter, query.before.as_deref(), ROWS_MAX)?;
        let lines = head.item.lines.as_deref().unwrap_or_default();
        let mut owners: Vec<String> = lines.iter().filter_map(|line| line.owner.clone()).collect();
        owners.sort();
        owners.dedup();
        let threshold = view.fold().item(&sku).threshold;
        Ok(HistoryPage {
            unread,
            offers: Offers::places_like(view, lines, query.location.trim()),
            owners,
            kinds: KINDS,
            rows: history_lines(page.rows, &frame),
            next: page.next.map(|next| query.after(&next)),
            searched: page.searched,
            is_filtered: filter.is_set(),
            chart: Chart::of(
                view.fold().on_hand_over_time(&sku, None),
                threshold,
                view.now(),
                frame.words,
            ),
            frame,
            head,
            query,
        })
    };
    visit.page(build).await
}

const COLUMNS: Columns = &[
    ("at", "/at"),
    ("kind", "/kind"),
    ("change", "/change"),
    ("on_hand", "/on_hand"),
    ("available", "/available"),
    ("location", "/location"),
    ("owner", "/owner"),
    ("batch", "/batch"),
    ("reason", "/reason"),
    ("user", "/user"),
    ("device", "/device"),
    ("order", "/order"),
    ("lot", "/lot"),
    ("po", "/po"),
    ("note", "/note"),
    ("serial", "/serial"),
    ("voided", "/voided"),
    ("provisional", "/provisional"),
    ("entry", "/entry"),
];

/// The rows that the filter takes as a file, newest first.
pub(super) async fn export(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<HistoryQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let words = visit.words_here().await?;
    let sku = visit.app.look(move |view| Ok(view.find_item(&sku)?));
    let sku = sku.await?;
    let filter = whole(|unread| query.filter(words, unread))?;
    let mut rows = Vec::new();
    let mut before: Option<String> = None;
    loop {
        let (sku, filter) = (sku.clone(), filter.clone());
        let part = visit.app.look(move |view| {
            Ok(view.history_page(&sku, &filter, before.as_deref(), FILE_PART)?)
        });
        let part = part.await?;
        rows.extend(part.rows);
        before = part.next;
        if before.is_none() {
            break;
        }
    }
    let build = move |_: &View<'_>| Sheet::of(COLUMNS, rows);
    visit.file("history", file, build).await
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use ledger_core::{Code, Timestamp};

    use super::*;
    use crate::lang::Lang;

    #[test]
    fn days_begin_at_midnight_of_the_place_and_the_last_one_counts() {
        let berlin = Words::new(Lang::De, Tz::Europe__Berlin);
        let query = HistoryQuery {
            from: "2024-07-01".to_owned(),
            to: "2024-07-01".to_owned(),
            ..HistoryQuery::default()
        };
        let filter = query.filter(berlin, &mut Unread::default());
        let hours = |hours: u64| Timestamp::from_millis(1_719_784_800_000 + hours * 3_600_000);
        assert_eq!(filter.from, Some(hours(0)));
        assert_eq!(filter.until, Some(hours(24)));
    }

    #[test]
    fn the_owner_may_be_ourselves() {
        let of = |owner: &str| {
            let query = HistoryQuery {
                owner: owner.to_owned(),
                ..HistoryQuery::default()
            };
            let words = Words::new(Lang::En, Tz::UTC);
            query.filter(words, &mut Unread::default()).owner
        };
        assert_eq!(of(""), None);
        assert_eq!(of("-"), Some(None));
        assert_eq!(of("acme"), Some(Code::new("ACME").ok()));
    }
}
