//! A site: its rooms with their places as heat maps, and how fresh the numbers of its devices are.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::Class;
use ledger_node::View;
use ledger_node::view::{DeviceView, Load, RackPlace, SiteNameView};
use serde::Deserialize;

use super::heat::{By, Cell, Heat, Legend};
use super::location::at_site;
use super::location_types::query_of;
use crate::api::{PathOf, QueryOf};
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Places of one room that are shown; the list of locations has all.
const CELLS_MAX: usize = 300;

/// By what places are coloured.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct SiteQuery {
    /// `items`, `stock` or `counted`.
    by: Option<String>,
}

/// A room with its places.
struct Room {
    name: Option<String>,
    /// The query of the list of its locations.
    query: String,
    places: usize,
    empty: usize,
    cells: Vec<Cell>,
}

/// A device of the site, and whether its news may be missing.
struct Heard {
    device: DeviceView,
    is_behind: bool,
}

#[derive(Template)]
#[template(path = "places/site.html")]
struct SitePage {
    frame: Frame,
    site: SiteNameView,
    rooms: Vec<Room>,
    devices: Vec<Heard>,
    legend: Vec<Legend>,
    unit: Option<(String, usize)>,
    measures: [By; By::ALL.len()],
    by: By,
}

pub(super) async fn show(
    visit: Visit,
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<SiteQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| site_page(view, frame, &code, &query))
        .await
}

fn site_page(
    view: &View<'_>,
    frame: Frame,
    code: &str,
    query: &SiteQuery,
) -> Result<SitePage, Problem> {
    let code = find_thing(view.fold(), Class::Site, code)?;
    let frame = at_site(view, frame, Some(code.as_str()));
    let by = By::of(query.by.as_deref());
    let found = view.rooms_of(&code);
    let places = found.iter().flat_map(|(_, places)| places);
    let loads = view.loads(places.map(|place| &place.number));
    let heat = Heat::of(by, view.now(), loads.iter());
    let mut loads = loads.into_iter();
    let rooms = found.into_iter().map(|(name, places)| {
        let loads: Vec<Load> = loads.by_ref().take(places.len()).collect();
        room(&frame, &heat, code.as_str(), name, &places, &loads)
    });
    let rooms = rooms.collect();
    let devices = view.devices().into_iter();
    let devices = devices.filter(|device| device.site.as_deref() == Some(code.as_str()));
    let heard = devices.map(|device| Heard {
        is_behind: frame.behind.iter().any(|(name, _)| *name == device.name),
        device,
    });
    Ok(SitePage {
        site: view.site_name(&code),
        devices: heard.collect(),
        legend: heat.legend(&frame),
        unit: heat.unit(),
        measures: By::ALL,
        rooms,
        by,
        frame,
    })
}

fn room(
    frame: &Frame,
    heat: &Heat,
    site: &str,
    name: Option<String>,
    places: &[RackPlace],
    loads: &[Load],
) -> Room {
    let mut pairs = vec![("site", site)];
    pairs.extend(name.as_deref().map(|room| ("room", room)));
    let cells = places.iter().zip(loads).take(CELLS_MAX);
    Room {
        query: query_of(&pairs),
        places: places.len(),
        empty: loads.iter().filter(|load| load.items == 0).count(),
        cells: cells
            .map(|(place, load)| heat.cell(frame, place, load))
            .collect(),
        name,
    }
}
