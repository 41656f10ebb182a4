//! The list of items: what there is, how much of it, and how well it is supplied.

use askama::Template;
use axum::extract::Query;
use axum::http::Uri;
use axum::response::Response;
use ledger_core::Code;
use ledger_core::at_entry::{Plan, Refusal, StockRequest, add, find_item, remove};
use ledger_core::catalogue::{Class, ItemKind};
use ledger_core::fold::Fold;
use ledger_node::View;
use ledger_node::view::{ItemFilter, ItemView};
use serde::Deserialize;

use super::edit::KINDS;
use super::item::OFFERED_MAX;
use crate::api::{Named, PathOf, QueryOf};
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::form::{Fields, Form, Typed};
use crate::pages::frame::Frame;
use crate::pages::level::Badge;
use crate::pages::owner::owner_of;
use crate::pages::unread::Unread;
use crate::pages::visit::{Done, Visit, own_path};
use crate::problem::Problem;

/// Items on one page.
const ROWS_MAX: usize = 100;

/// What the search form and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    search: String,
    /// `low`, `out` or `attention` for both.
    #[serde(default)]
    level: String,
    /// Not counted for so many days.
    #[serde(default)]
    uncounted: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    site: String,
    /// A customer, or `-` for our own.
    #[serde(default)]
    owner: String,
    #[serde(default)]
    kind: String,
    /// Shows what is archived too.
    #[serde(default)]
    archived: String,
    after: Option<String>,
}

impl ListQuery {
    fn filter(&self, unread: &mut Unread) -> ItemFilter {
        let search = self.search.trim();
        let level = unread.choice("level", &self.level, |level| match level {
            "low" => Some((true, false)),
            "out" => Some((false, true)),
            "attention" => Some((true, true)),
            _ => None,
        });
        let (low, out) = level.unwrap_or_default();
        let days = ("not-counted-days", "filter-takes-days");
        ItemFilter {
            low,
            out,
            search: (!search.is_empty()).then(|| search.to_owned()),
            not_counted_for_days: unread.read(days, &self.uncounted, |text| text.parse().ok()),
            location: unread.code("location", &self.location),
            site: unread.code("site", &self.site),
            owner: owner_of(unread, "owner", &self.owner),
            kind: unread.choice("kind", &self.kind, ItemKind::from_word),
            include_archived: !self.archived.is_empty(),
        }
    }

    fn parts(&self) -> [(&'static str, &str); 8] {
        [
            ("search", &self.search),
            ("level", &self.level),
            ("uncounted", &self.uncounted),
            ("location", &self.location),
            ("site", &self.site),
            ("owner", &self.owner),
            ("kind", &self.kind),
            ("archived", &self.archived),
        ]
    }

    /// The query of the next page.
    fn after(&self, next: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let parts = self.parts();
        query.extend_pairs(parts.iter().filter(|(_, value)| !value.is_empty()));
        query.append_pair("after", next);
        query.finish()
    }

    /// Whether more is asked for than what the form shows at once.
    fn has_more(&self) -> bool {
        self.parts()
            .iter()
            .skip(2)
            .any(|(_, value)| !value.is_empty())
    }

    fn is_level(&self, level: &str) -> bool {
        self.level == level
    }

    fn is_kind(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

/// The query that an address ends in.
fn query_of(address: &str) -> ListQuery {
    let uri = address.parse::<Uri>();
    let query = uri.ok().and_then(|uri| Query::try_from_uri(&uri).ok());
    query.map(|Query(query)| query).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "items/items.html")]
struct ItemsPage {
    frame: Frame,
    form: Form,
    query: ListQuery,
    unread: Unread,
    rows: Vec<Row>,
    /// The query of the next page.
    next: Option<String>,
    kinds: [&'static str; 3],
    customers: Vec<String>,
    sites: Vec<String>,
    places: Vec<(String, String)>,
    /// There are no items at all yet.
    is_empty: bool,
}

struct Row {
    item: ItemView,
    badge: Badge,
    /// What was typed in the row and could not be done.
    typed: String,
    /// Where the buttons of the row add and remove; none when the item lies at several places.
    place: Option<String>,
}

/// Where an item is added to and removed from without asking: the usual location, else the only
/// one where it lies.
pub(super) fn only_place(fold: &Fold, sku: &Code) -> Option<Code> {
    if let Some(usual) = fold.item(sku).location {
        return Some(usual);
    }
    let lines = fold.lines(sku);
    let mut places = lines
        .iter()
        .filter(|line| line.key.owner.is_none() && !line.on_hand.is_zero())
        .map(|line| &line.key.location);
    let first = places.next()?;
    places.all(|place| place == first).then(|| first.clone())
}

fn items_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    query: ListQuery,
) -> Result<ItemsPage, Problem> {
    let after = query.after.as_deref();
    let after = after.and_then(|after| Code::new(after).ok());
    let wanted = ROWS_MAX.saturating_add(1);
    let mut unread = Unread::default();
    let filter = query.filter(&mut unread);
    let mut items = view.items_after(&filter, after.as_ref(), wanted);
    let more = items.len() > ROWS_MAX;
    items.truncate(ROWS_MAX);
    let fold = view.fold();
    let failed = form.value("change", "item", "").to_owned();
    let row = |item: ItemView| Row {
        typed: if failed == item.sku {
            form.value("change", "quantity", "").to_owned()
        } else {
            String::new()
        },
        badge: Badge::of(item.level),
        place: Code::new(&item.sku)
            .ok()
            .and_then(|sku| only_place(fold, &sku))
            .map(|place| place.to_string()),
        item,
    };
    let last = items.last().filter(|_| more);
    let next = last.map(|item| query.after(&item.sku));
    let codes = |class| {
        let codes = fold.codes(class).take(OFFERED_MAX);
        codes.map(ToString::to_string).collect()
    };
    Ok(ItemsPage {
        unread,
        is_empty: items.is_empty() && view.item_count() == 0,
        rows: items.into_iter().map(row).collect(),
        kinds: KINDS.map(ItemKind::word),
        customers: codes(Class::Customer),
        sites: codes(Class::Site),
        places: view.locations_like(&query.location, OFFERED_MAX),
        next,
        frame,
        form,
        query,
    })
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| items_page(view, frame, Form::default(), query))
        .await
}

/// Adds to or removes from an item's place, by the sign of the number in its row.
pub(super) async fn change(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let back = own_path(fields.raw("back")).to_owned();
    let shown = back.clone();
    let typed = fields.quantity(visit.words, "quantity");
    let plan = typed.map(|typed| {
        let done = Done::new(back, "done-changed")
            .value("item", sku.clone())
            .value("change", visit.words.change(&typed.quantity.to_string()))
            .undoable();
        let item = sku.clone();
        (move |fold: &Fold, _| change_plan(fold, item, typed), done)
    });
    let query = query_of(&shown);
    let build = move |view: &View<'_>, frame, form| items_page(view, frame, form, query);
    visit
        .on_page(shown)
        .write(("change", fields), Named::Item(sku), plan, build)
        .await
}

fn change_plan(fold: &Fold, item: String, typed: Typed) -> Result<Plan, Refusal> {
    let (sku, _) = find_item(fold, &item)?;
    let place = only_place(fold, &sku).ok_or_else(|| Refusal::new("several-locations", ""))?;
    let quantity = typed.quantity;
    let is_removal = quantity.is_negative();
    let request = StockRequest {
        item,
        quantity: if is_removal {
            quantity.checked_neg().unwrap_or(quantity)
        } else {
            quantity
        },
        ..StockRequest::default()
    };
    if is_removal {
        return remove(fold, place.as_str(), &request);
    }
    add(fold, place.as_str(), &request)
}

/// The columns of the list as a file; the first seven are those of an import.
const COLUMNS: Columns = &[
    ("sku", "/sku"),
    ("name", "/name"),
    ("kind", "/kind"),
    ("unit", "/unit"),
    ("threshold", "/threshold"),
    ("barcodes", "/barcodes"),
    ("location", "/location"),
    ("supplier", "/supplier"),
    ("on_hand", "/on_hand"),
    ("on_hand_customers", "/on_hand_customers"),
    ("allocated", "/allocated"),
    ("available", "/available"),
    ("on_order", "/on_order"),
    ("level", "/level"),
    ("archived", "/archived"),
];

/// The columns of stock lines as a file; the first five are those of an import of stock.
const LINES: Columns = &[
    ("item", "/sku"),
    ("location", "/location"),
    ("quantity", "/on_hand"),
    ("owner", "/owner"),
    ("batch", "/batch"),
    ("site", "/site"),
    ("last_counted", "/last_counted"),
];

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let filter = whole(|unread| query.filter(unread))?;
        Sheet::of(COLUMNS, view.items(&filter))
    };
    visit.file("items", file, build).await
}

/// The stock lines of the items of the list as a file.
pub(super) async fn export_lines(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let filter = whole(|unread| query.filter(unread))?;
        let mut lines = Vec::new();
        for item in view.items(&filter) {
            let sku = Code::new(&item.sku).or(Err(Problem::internal()))?;
            let there = view.stock_lines(&sku);
            lines.extend(there.into_iter().map(|line| (item.sku.clone(), line)));
        }
        Sheet::below(LINES, "sku", lines)
    };
    visit.file("stock-lines", file, build).await
}
