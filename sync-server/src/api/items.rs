//! `items`, `items/{sku}` and what belongs to one item.

use axum::Json;
use axum::extract::State;
use ledger_core::Code;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::Class;
use ledger_node::View;
use ledger_node::times::parse_moment;
use ledger_node::view::{
    HistoryView, ItemFilter, ItemView, SERIES_POINTS_MIN, SeriesFilter, SeriesView, WhyView,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::{Flag, PathOf, QueryOf, flag};
use super::paging::{Listed, Page, PageQuery, key};
use crate::app::App;
use crate::problem::Problem;

/// The owner that is ourselves.
const OUR_OWN: &str = "-";
/// How many points a series has when nothing is said.
const POINTS: usize = 500;
/// How many points a series has at most.
const POINTS_MAX: usize = 5_000;

/// Which items, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemsQuery {
    /// How many rows at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Another name of cursor.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    after: Option<String>,
    /// The next of the page before.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    cursor: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    low: bool,
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    out: bool,
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    archived: bool,
    /// Words of the SKU, the name or a barcode.
    search: Option<String>,
    location: Option<String>,
    site: Option<String>,
    /// A customer, or - for our own: with stock of that owner.
    owner: Option<String>,
    /// Not counted for so many days.
    not_counted_for: Option<u32>,
}

/// A thing that a query names.
pub(super) fn named(
    view: &View<'_>,
    class: Class,
    text: Option<&str>,
) -> Result<Option<Code>, Problem> {
    let found = text.map(|text| find_thing(view.fold(), class, text));
    found.transpose().map_err(Problem::refused_query)
}

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<ItemsQuery>,
) -> Result<Json<Listed<ItemView>>, Problem> {
    app.look(move |view| {
        let page = Page::new(query.limit, query.after.or(query.cursor).as_deref())?;
        let filter = ItemFilter {
            low: query.low,
            out: query.out,
            search: query.search,
            location: named(view, Class::Location, query.location.as_deref())?,
            site: named(view, Class::Site, query.site.as_deref())?,
            owner: match query.owner.as_deref() {
                Some(OUR_OWN) => Some(None),
                owner => named(view, Class::Customer, owner)?.map(Some),
            },
            not_counted_for_days: query.not_counted_for,
            include_archived: query.archived,
            ..ItemFilter::default()
        };
        let after = page.after.as_deref().map(Code::new).transpose();
        let after = after.map_err(|error| Problem::bad_query(error.to_string()))?;
        let rows = view.items_after(&filter, after.as_ref(), page.limit.saturating_add(1));
        Ok(Json(page.cut(rows, |row| row.sku.clone())))
    })
    .await
}

pub(crate) async fn show(
    State(app): State<App>,
    PathOf(sku): PathOf<String>,
) -> Result<Json<ItemView>, Problem> {
    app.look(move |view| Ok(Json(view.show(&view.find_item(&sku)?))))
        .await
}

pub(crate) async fn history(
    State(app): State<App>,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<HistoryView>>, Problem> {
    app.look(move |view| {
        let rows = view.history(&view.find_item(&sku)?)?;
        Ok(Json(query.page()?.of(rows, history_key)))
    })
    .await
}

/// The rows of a history are in the order of time and entry; one entry's rows differ by line.
fn history_key(row: &HistoryView) -> String {
    key(&[
        Some(&row.at),
        Some(&row.entry),
        Some(row.kind),
        Some(&row.location),
        row.owner.as_deref(),
        row.batch.as_deref(),
        Some(&row.change),
    ])
}

/// Of which location.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhyQuery {
    location: Option<String>,
}

pub(crate) async fn why(
    State(app): State<App>,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<WhyQuery>,
) -> Result<Json<WhyView>, Problem> {
    app.look(move |view| {
        let sku = view.find_item(&sku)?;
        let location = named(view, Class::Location, query.location.as_deref())?;
        Ok(Json(view.why(&sku, location.as_ref())?))
    })
    .await
}

/// Which part of the story, and how closely it is told.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesQuery {
    /// Not before this moment; what was there then is the first point.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Not after this moment; otherwise until now.
    #[param(format = DateTime)]
    to: Option<String>,
    /// At this location alone.
    location: Option<String>,
    /// A customer; otherwise our own stock.
    owner: Option<String>,
    /// How many points at most; 500 when nothing is said.
    #[param(minimum = 10, maximum = 5000)]
    points: Option<usize>,
}

pub(crate) async fn series(
    State(app): State<App>,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<SeriesQuery>,
) -> Result<Json<SeriesView>, Problem> {
    let points_max = query.points.unwrap_or(POINTS);
    if !(SERIES_POINTS_MIN..=POINTS_MAX).contains(&points_max) {
        let text =
            format!("points is {points_max}: it must be {SERIES_POINTS_MIN} to {POINTS_MAX}");
        return Err(Problem::bad_query(text));
    }
    let moment = |text: Option<String>| text.as_deref().map(parse_moment).transpose();
    let (from, to) = (moment(query.from)?, moment(query.to)?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::bad_query("from is later than to"));
    }
    app.look(move |view| {
        let sku = view.find_item(&sku)?;
        let filter = SeriesFilter {
            from,
            to,
            location: named(view, Class::Location, query.location.as_deref())?,
            owner: named(view, Class::Customer, query.owner.as_deref())?,
            points_max,
        };
        Ok(Json(view.series(&sku, &filter)))
    })
    .await
}
