//! Administration › Locations: all places by site and room, and where new ones are made.

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_node::View;
use ledger_node::view::{LocationTypeView, PlaceFilter, PlaceRow, SiteNameView};
use serde::Deserialize;

use crate::api::QueryOf;
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::frame::Frame;
use crate::pages::unread::{Unread, filled};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Locations on one page.
const ROWS_MAX: usize = 100;

/// What the search form and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct PlacesQuery {
    #[serde(default)]
    search: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    room: String,
    #[serde(default, rename = "type")]
    location_type: String,
    /// `blocked`, or `all` for archived ones too.
    #[serde(default)]
    show: String,
    after: Option<String>,
}

impl PlacesQuery {
    fn filter(&self, unread: &mut Unread) -> PlaceFilter {
        let show = unread.choice("place-show", &self.show, |show| match show {
            "blocked" => Some((true, false)),
            "all" => Some((false, true)),
            _ => None,
        });
        let (blocked, include_archived) = show.unwrap_or_default();
        PlaceFilter {
            search: filled(&self.search),
            site: unread.code("site", &self.site),
            room: filled(&self.room),
            location_type: unread.code("place-type", &self.location_type),
            blocked,
            include_archived,
        }
    }

    fn is_filtered(&self) -> bool {
        let texts = [
            &self.search,
            &self.site,
            &self.room,
            &self.location_type,
            &self.show,
        ];
        texts.iter().any(|text| !text.trim().is_empty())
    }
}

#[derive(Template)]
#[template(path = "places/locations.html")]
struct LocationsPage {
    frame: Frame,
    query: PlacesQuery,
    unread: Unread,
    sites: Vec<SiteNameView>,
    types: Vec<LocationTypeView>,
    rooms: Vec<String>,
    rows: Vec<PlaceRow>,
    /// The number behind which the next page begins.
    next: Option<String>,
    /// There are no locations at all yet.
    is_empty: bool,
}

fn locations_page(view: &View<'_>, frame: Frame, query: PlacesQuery) -> LocationsPage {
    let after = query.after.as_deref();
    let after = after.and_then(|after| Code::new(after).ok());
    let mut unread = Unread::default();
    let filter = query.filter(&mut unread);
    let part = view.places_after(&filter, after.as_ref(), ROWS_MAX);
    let mut types = view.location_types();
    types.retain(|known| !known.archived);
    LocationsPage {
        unread,
        next: part
            .rows
            .last()
            .filter(|_| part.more)
            .map(|row| row.location.number.clone()),
        is_empty: part.rows.is_empty() && !query.is_filtered() && query.after.is_none(),
        rows: part.rows,
        sites: view.site_names(),
        rooms: view.rooms(),
        types,
        frame,
        query,
    }
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<PlacesQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| Ok(locations_page(view, frame, query)))
        .await
}

/// The columns of an import, and how the location is.
const COLUMNS: Columns = &[
    ("number", "/number"),
    ("name", "/name"),
    ("type", "/type"),
    ("site", "/site"),
    ("room", "/room"),
    ("row", "/row"),
    ("column", "/column"),
    ("blocked", "/blocked"),
    ("archived", "/archived"),
];

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<PlacesQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let filter = whole(|unread| query.filter(unread))?;
        let places = view.places_after(&filter, None, usize::MAX);
        Sheet::of(COLUMNS, places.rows.into_iter().map(|row| row.location))
    };
    visit.file("locations", file, build).await
}
