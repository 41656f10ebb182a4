//! One item: the Inventory tab, with what there is where, what can be done with it, and what was
//! done last.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::settings;
use ledger_core::catalogue::Class;
use ledger_core::{Code, Total};
use ledger_node::View;
use ledger_node::view::{ComingView, HistoryFilter, ItemFilter, ItemView, LineView, WantingView};
use serde::Deserialize;

use super::history::{HistoryLine, history_lines};
use super::list::only_place;
use crate::api::{PathOf, QueryOf};
use crate::pages::form::Form;
use crate::pages::frame::Frame;
use crate::pages::level::Badge;
use crate::pages::unread::filled;
use crate::pages::visit::{Visit, in_path};
use crate::problem::Problem;

/// Transactions on the Inventory tab.
const RECENT_ROWS: usize = 10;
/// Stock lines on the Inventory tab.
const LINES_MAX: usize = 200;
/// Names offered while somebody types.
pub(super) const OFFERED_MAX: usize = 60;

/// What names the stock without batch.
pub(in crate::pages) const NO_BATCH: &str = "-";

/// The address of an item.
pub(in crate::pages) fn path_of(sku: &str) -> String {
    format!("/items/{}", in_path(sku))
}

/// The tabs of an item: the end of the address, and the words.
const TABS: [(&str, &str); 4] = [
    ("", "tab-inventory"),
    ("/history", "tab-history"),
    ("/bom", "tab-bom"),
    ("/edit", "tab-edit"),
];

/// What stands above all tabs.
pub(in crate::pages) struct Head {
    pub(in crate::pages) item: ItemView,
    pub(in crate::pages) badge: Badge,
    /// The item's address.
    pub(in crate::pages) base: String,
    /// The end of the address of the tab that is open.
    tab: &'static str,
    /// It is made of something, or could be.
    has_bom: bool,
    pub(in crate::pages) last_counted: Option<String>,
}

impl Head {
    pub(in crate::pages) fn of(view: &View<'_>, sku: &Code, tab: &'static str) -> Self {
        let item = view.show(sku);
        let lines = item.lines.iter().flatten();
        let ours = lines.filter(|line| line.owner.is_none());
        Self {
            badge: Badge::of(item.level),
            base: path_of(&item.sku),
            tab,
            has_bom: item.kind != "part" || !view.fold().bom(sku).is_empty(),
            last_counted: ours.filter_map(|line| line.last_counted.clone()).max(),
            item,
        }
    }

    /// The tabs that a visitor may open.
    pub(in crate::pages) fn tabs(&self, frame: &Frame) -> Vec<(String, &'static str, bool)> {
        let shown = TABS
            .iter()
            .filter(|(end, _)| *end != "/edit" || frame.is_manager())
            .filter(|(end, _)| *end != "/bom" || self.has_bom || self.tab == "/bom");
        shown
            .map(|(end, words)| (format!("{}{end}", self.base), *words, *end == self.tab))
            .collect()
    }
}

/// What can be done with stock on the Inventory tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StockAct {
    Add,
    Remove,
    Adjust,
    Move,
    Count,
}

impl StockAct {
    pub(super) const ALL: [Self; 5] = [
        Self::Add,
        Self::Remove,
        Self::Adjust,
        Self::Move,
        Self::Count,
    ];

    /// The end of its address, and the code of its words.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Adjust => "adjust",
            Self::Move => "move",
            Self::Count => "count",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }
}

/// What the links of the page say: what to do, and where.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ItemQuery {
    #[serde(default)]
    pub(super) act: String,
    #[serde(default)]
    pub(super) location: String,
    /// What is being typed as the place to move to.
    #[serde(default)]
    pub(super) to: String,
    #[serde(default)]
    pub(super) owner: String,
    #[serde(default)]
    pub(super) batch: String,
}

impl ItemQuery {
    /// The end of a link that does this at the same place.
    fn link(&self, act: &StockAct) -> String {
        link(act.word(), &self.location, &self.owner, &self.batch)
    }
}

fn link(act: &str, location: &str, owner: &str, batch: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let parts = [
        ("act", act),
        ("location", location),
        ("owner", owner),
        ("batch", batch),
    ];
    query.extend_pairs(parts.iter().filter(|(_, value)| !value.is_empty()));
    format!("?{}#act", query.finish())
}

#[derive(Template)]
#[template(path = "items/item.html")]
pub(super) struct ItemPage {
    frame: Frame,
    form: Form,
    head: Head,
    query: ItemQuery,
    act: Option<StockAct>,
    offers: Offers,
    lines: Vec<LineView>,
    more_lines: usize,
    owners: Vec<(String, String)>,
    wanting: Vec<WantingView>,
    /// What is to come of purchase orders.
    coming: Vec<ComingView>,
    /// What it is a part of.
    used_in: Vec<String>,
    rows: Vec<HistoryLine>,
}

impl ItemPage {
    fn is_act(&self, act: &StockAct) -> bool {
        self.act.as_ref() == Some(act)
    }

    /// What narrow screens link to at a stock line; the rest stands above the form.
    fn count_link(&self, line: &LineView) -> String {
        self.line_link(&StockAct::Count, line)
    }

    /// What does this at a stock line.
    #[expect(clippy::unused_self, reason = "templates call methods only")]
    fn line_link(&self, act: &StockAct, line: &LineView) -> String {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
        let batch = line.batch.clone().unwrap_or_else(|| NO_BATCH.to_owned());
        link(act.word(), &line.location, &or_none(&line.owner), &batch)
    }
}

/// Names that the fields of a form offer.
#[derive(Debug, Clone, Default)]
pub(in crate::pages) struct Offers {
    pub(in crate::pages) places: Vec<(String, String)>,
    pub(in crate::pages) items: Vec<(String, String)>,
    customers: Vec<(String, String)>,
    batches: Vec<String>,
    reasons: Vec<String>,
}

impl Offers {
    /// The places of the item and others like what was typed.
    pub(in crate::pages) fn places_like(view: &View<'_>, lines: &[LineView], typed: &str) -> Self {
        let mut places: Vec<(String, String)> = Vec::new();
        if typed.is_empty() {
            for line in lines.iter().take(OFFERED_MAX) {
                if !places.iter().any(|(number, _)| *number == line.location) {
                    places.push((line.location.clone(), String::new()));
                }
            }
        }
        for like in view.locations_like(typed, OFFERED_MAX) {
            if !places.iter().any(|(number, _)| *number == like.0) {
                places.push(like);
            }
        }
        Self {
            places,
            ..Self::default()
        }
    }

    /// With items like what was typed.
    pub(in crate::pages) fn with_items_like(self, view: &View<'_>, typed: &str) -> Self {
        let like = ItemFilter {
            search: filled(typed),
            ..ItemFilter::default()
        };
        let items = view.items_after(&like, None, OFFERED_MAX).into_iter();
        Self {
            items: items.map(|item| (item.sku, item.name)).collect(),
            ..self
        }
    }

    /// What stock lines name, each once: of a line its place, its item and that one's name.
    pub(in crate::pages) fn named_in<'a>(
        lines: impl Iterator<Item = (&'a String, &'a String, &'a String)>,
    ) -> Self {
        let mut places: BTreeSet<&String> = BTreeSet::new();
        let mut items: BTreeMap<&String, &String> = BTreeMap::new();
        for (place, item, name) in lines {
            places.insert(place);
            items.insert(item, name);
        }
        let places = places.into_iter().take(OFFERED_MAX);
        let items = items.into_iter().take(OFFERED_MAX);
        Self {
            places: places.map(|place| (place.clone(), String::new())).collect(),
            items: items
                .map(|(item, name)| (item.clone(), name.clone()))
                .collect(),
            ..Self::default()
        }
    }

    fn of(view: &View<'_>, lines: &[LineView], typed: &str) -> Self {
        let fold = view.fold();
        let customers = fold.codes(Class::Customer).take(OFFERED_MAX);
        let mut batches: Vec<String> = lines.iter().filter_map(|line| line.batch.clone()).collect();
        batches.sort();
        batches.dedup();
        batches.truncate(OFFERED_MAX);
        let reasons = settings::value(fold, &settings::REASONS);
        Self {
            customers: customers
                .map(|code| (code.to_string(), fold.name_of(Class::Customer, code)))
                .collect(),
            batches,
            reasons: reasons
                .split(',')
                .map(|reason| reason.trim().to_owned())
                .filter(|reason| !reason.is_empty())
                .collect(),
            ..Self::places_like(view, lines, typed)
        }
    }
}

/// What each customer has of an item.
fn owned(view: &View<'_>, sku: &Code) -> Vec<(String, String)> {
    let mut owned: BTreeMap<Code, Total> = BTreeMap::new();
    for line in view.fold().lines(sku) {
        if let Some(owner) = line.key.owner {
            let sum = owned.entry(owner).or_insert(Total::ZERO);
            *sum = sum.plus(line.on_hand);
        }
    }
    owned.retain(|_, sum| !sum.is_zero());
    let rows = owned.into_iter();
    rows.map(|(owner, sum)| (owner.to_string(), sum.to_string()))
        .collect()
}

/// What an item is a part of.
fn used_in(view: &View<'_>, sku: &Code) -> Vec<String> {
    let parents = view.fold().used_in(sku).into_iter().take(OFFERED_MAX);
    parents.map(|parent| parent.to_string()).collect()
}

/// The Inventory tab.
pub(super) fn item_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    sku: &str,
    mut query: ItemQuery,
) -> Result<ItemPage, Problem> {
    let sku = view.find_item(sku)?;
    let mut head = Head::of(view, &sku, "");
    let mut lines = head.item.lines.take().unwrap_or_default();
    let typed = if query.to.is_empty() {
        &query.location
    } else {
        &query.to
    };
    let offers = Offers::of(view, &lines, typed);
    if query.location.is_empty() {
        let place = only_place(view.fold(), &sku);
        query.location = place.map(|place| place.to_string()).unwrap_or_default();
    }
    let more_lines = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    let recent = view.history_page(&sku, &HistoryFilter::default(), None, RECENT_ROWS)?;
    Ok(ItemPage {
        rows: history_lines(recent.rows, &frame),
        act: StockAct::of_word(&query.act).filter(|_| frame.is_operator()),
        frame,
        form,
        query,
        offers,
        lines,
        more_lines,
        owners: owned(view, &sku),
        wanting: head.item.orders.take().unwrap_or_default(),
        coming: head.item.coming.take().unwrap_or_default(),
        used_in: used_in(view, &sku),
        head,
    })
}

pub(super) async fn show(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<ItemQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| item_page(view, frame, Form::default(), &sku, query))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_any_sku() {
        assert_eq!(path_of("R-100"), "/items/R-100");
        assert_eq!(path_of("A/B 1&2"), "/items/A%2FB%201%262");
        assert_eq!(path_of("É"), "/items/%C3%89");
    }

    #[test]
    fn a_link_keeps_the_place() {
        assert_eq!(
            link("add", "A 1", "", "B&2"),
            "?act=add&location=A+1&batch=B%262#act"
        );
    }
}
