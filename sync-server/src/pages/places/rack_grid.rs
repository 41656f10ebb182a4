//! A location type: its racks as heat maps, one at a time.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::Class;
use ledger_core::fold::columns;
use ledger_node::View;
use ledger_node::view::{Load, LocationTypeView, RackKey, RackPlace};
use serde::Deserialize;

use super::heat::{By, Cell, Heat, Legend};
use super::location::at_site;
use super::location_types::query_of;
use crate::api::{PathOf, QueryOf};
use crate::pages::edit::EditField;
use crate::pages::form::Form;
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Places that one page shows; a rack with more has several.
const PLACES_MAX: usize = 600;

/// Which rack, by what it is coloured, and where it begins.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct GridQuery {
    site: Option<String>,
    room: Option<String>,
    prefix: Option<String>,
    /// `items`, `stock` or `counted`.
    by: Option<String>,
    /// The first row.
    from: Option<String>,
    /// The rack with this location.
    at: Option<String>,
}

/// A rack that can be chosen.
struct RackLink {
    name: String,
    query: String,
    places: usize,
    is_here: bool,
}

struct Line {
    row: u32,
    cells: Vec<Option<Cell>>,
}

#[derive(Template)]
#[template(path = "places/location_type.html")]
struct TypePage {
    frame: Frame,
    form: Form,
    known: LocationTypeView,
    name: EditField,
    racks: Vec<RackLink>,
    columns: Vec<String>,
    lines: Vec<Line>,
    /// Places without row and column, or in a grid that is smaller today.
    loose: Vec<Cell>,
    legend: Vec<Legend>,
    /// The unit of what is added up, and how many items are kept in others.
    unit: Option<(String, usize)>,
    measures: Vec<(By, String)>,
    by: By,
    more: Option<String>,
}

pub(super) async fn show(
    visit: Visit,
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<GridQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| rack_page(view, frame, Form::default(), &code, &query))
        .await
}

fn pairs(rack: &RackKey, by: By, from: Option<u32>) -> String {
    let from = from.map(|from| from.to_string());
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (site, room) = (text(&rack.site), text(&rack.room));
    let mut pairs = vec![
        ("site", site.as_str()),
        ("room", room.as_str()),
        ("prefix", rack.prefix.as_str()),
        ("by", by.word()),
    ];
    pairs.extend(from.as_deref().map(|from| ("from", from)));
    query_of(&pairs)
}

/// The rack that is asked for; the first when none is.
fn chosen(racks: &BTreeMap<RackKey, Vec<RackPlace>>, query: &GridQuery) -> Option<RackKey> {
    if let Some(at) = query.at.as_deref().and_then(|at| Code::new(at).ok()) {
        let is_it = |places: &[RackPlace]| places.iter().any(|place| place.number == at);
        let with = racks.iter().find(|(_, places)| is_it(places));
        return with.map(|(rack, _)| rack.clone());
    }
    let is = |wanted: Option<&str>, text: Option<&str>| {
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(text.unwrap_or_default()))
    };
    let mut keys = racks.keys();
    let asked = keys.find(|rack| {
        is(query.site.as_deref(), rack.site.as_deref())
            && is(query.room.as_deref(), rack.room.as_deref())
            && is(query.prefix.as_deref(), Some(&rack.prefix))
    });
    asked.or_else(|| racks.keys().next()).cloned()
}

/// What people call a rack.
fn rack_name(frame: &Frame, rack: &RackKey) -> String {
    let prefix = if rack.prefix.is_empty() {
        frame.t("rack-no-prefix").into_owned()
    } else {
        rack.prefix.clone()
    };
    let parts = [rack.site.clone(), rack.room.clone(), Some(prefix)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The rows and columns that a page shows, and the row with which the next page begins.
fn window(known: &LocationTypeView, places: &[RackPlace], from: u32) -> Window {
    let mut labels: Vec<String> = known
        .columns
        .as_deref()
        .and_then(|range| columns(range).ok())
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect();
    labels.retain(|label| {
        let mut used = places.iter().filter_map(|place| place.column.as_ref());
        used.any(|column| column == label)
    });
    let last = places.iter().filter_map(|place| place.row).max();
    let per_page = PLACES_MAX.checked_div(labels.len()).unwrap_or(1).max(1);
    let per_page = u32::try_from(per_page).unwrap_or(u32::MAX);
    let last = last.unwrap_or_default();
    let end = from.saturating_add(per_page).min(last.saturating_add(1));
    Window {
        labels,
        from,
        end,
        next: (end <= last).then_some(end),
    }
}

struct Window {
    labels: Vec<String>,
    from: u32,
    /// The row behind the last.
    end: u32,
    next: Option<u32>,
}

impl Window {
    fn holds(&self, place: &RackPlace) -> bool {
        let column = place.column.as_ref();
        place
            .row
            .is_some_and(|row| (self.from..self.end).contains(&row))
            && column.is_some_and(|column| self.labels.contains(column))
    }

    fn is_loose(&self, place: &RackPlace) -> bool {
        let column = place.column.as_ref();
        place.row.is_none() || column.is_none_or(|column| !self.labels.contains(column))
    }
}

pub(super) fn rack_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    code: &str,
    query: &GridQuery,
) -> Result<impl Template + use<>, Problem> {
    let code = find_thing(view.fold(), Class::LocationType, code)?;
    let known = view.location_type(&code);
    let racks = view.racks(&code);
    let by = By::of(query.by.as_deref());
    let here = chosen(&racks, query);
    let places = here.as_ref().and_then(|here| racks.get(here));
    let places = places.map(Vec::as_slice).unwrap_or_default();
    let from = query.from.as_deref().and_then(|from| from.parse().ok());
    let window = window(&known, places, from.unwrap_or(1_u32).max(1));
    let shown = places
        .iter()
        .filter(|place| window.holds(place) || window.is_loose(place))
        .take(PLACES_MAX.saturating_mul(2));
    let loads = view.loads(shown.clone().map(|place| &place.number));
    let shown: Vec<(&RackPlace, Load)> = shown.zip(loads).collect();
    let frame = match &here {
        Some(rack) => at_site(view, frame, rack.site.as_deref()),
        None => frame,
    };
    let heat = Heat::of(by, view.now(), shown.iter().map(|(_, load)| load));
    let (lines, loose) = lines(&frame, &window, &shown, &heat);
    let link = |(rack, places): (&RackKey, &Vec<RackPlace>)| RackLink {
        name: rack_name(&frame, rack),
        query: pairs(rack, by, None),
        places: places.len(),
        is_here: here.as_ref() == Some(rack),
    };
    let measure = |by: By| {
        let query = here.as_ref().map(|here| pairs(here, by, None));
        (by, query.unwrap_or_default())
    };
    Ok(TypePage {
        name: EditField::of(&form, "edit", "name", &known.name),
        racks: racks.iter().map(link).collect(),
        legend: heat.legend(&frame),
        unit: heat.unit(),
        measures: By::ALL.into_iter().map(measure).collect(),
        more: window
            .next
            .and_then(|next| Some(pairs(here.as_ref()?, by, Some(next)))),
        columns: window.labels,
        known,
        lines,
        loose,
        by,
        frame,
        form,
    })
}

/// The cells of the grid by row, and those that have no place in it.
fn lines(
    frame: &Frame,
    window: &Window,
    shown: &[(&RackPlace, Load)],
    heat: &Heat,
) -> (Vec<Line>, Vec<Cell>) {
    let mut by_position: BTreeMap<(u32, &str), Cell> = BTreeMap::new();
    let mut loose = Vec::new();
    for (place, load) in shown {
        let cell = heat.cell(frame, place, load);
        match (place.row, place.column.as_deref()) {
            (Some(row), Some(column)) if window.holds(place) => {
                // Two at one position: the second stands below the grid.
                match by_position.entry((row, column)) {
                    Entry::Vacant(free) => {
                        free.insert(cell);
                    }
                    Entry::Occupied(_) => loose.push(cell),
                }
            }
            _ => loose.push(cell),
        }
    }
    let rows = window.from..window.end;
    let mut line = |row: u32| Line {
        row,
        cells: window
            .labels
            .iter()
            .map(|column| by_position.remove(&(row, column.as_str())))
            .collect(),
    };
    let lines = rows.map(&mut line).collect();
    (lines, loose)
}
