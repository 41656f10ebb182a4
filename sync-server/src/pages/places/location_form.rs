//! Add location, and a location's edit form: type, name, room, row, column, number, site.

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_core::at_entry::{self, LocationChange, Plan, Refusal, find_thing};
use ledger_core::catalogue::{Class, key};
use ledger_core::fold::Fold;
use ledger_node::View;
use ledger_node::view::{LocationTypeView, SiteNameView};
use serde::Deserialize;

use super::location::address;
use super::location_types::query_of;
use crate::api::{Named, PathOf, QueryOf};
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::unread::filled;
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

const ADD: &str = "add";
const EDIT: &str = "edit";
const FIELDS: [&str; 6] = ["name", "type", "site", "room", "row", "column"];

/// What the fields of both forms choose from.
struct Choices {
    types: Vec<LocationTypeView>,
    sites: Vec<SiteNameView>,
    rooms: Vec<String>,
}

impl Choices {
    fn of(view: &View<'_>) -> Self {
        let mut types = view.location_types();
        types.retain(|known| !known.archived);
        Self {
            types,
            sites: view.site_names(),
            rooms: view.rooms(),
        }
    }
}

/// What the form of a new location begins with: where the one before it was made.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct NewQuery {
    #[serde(default, rename = "type")]
    location_type: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    room: String,
    #[serde(default)]
    another: String,
}

#[derive(Template)]
#[template(path = "places/location_new.html")]
struct NewLocationPage {
    frame: Frame,
    form: Form,
    query: NewQuery,
    choices: Choices,
}

#[derive(Template)]
#[template(path = "places/location_edit.html")]
struct EditLocationPage {
    frame: Frame,
    form: Form,
    number: String,
    choices: Choices,
    name: EditField,
    location_type: EditField,
    site: EditField,
    room: EditField,
    row: EditField,
    column: EditField,
}

pub(super) async fn show_new(
    visit: Visit,
    QueryOf(query): QueryOf<NewQuery>,
) -> Result<Response, Problem> {
    let build = |view: &View<'_>, frame| Ok(new_page(view, frame, Form::default(), query));
    visit.page(build).await
}

fn new_page(view: &View<'_>, frame: Frame, form: Form, query: NewQuery) -> NewLocationPage {
    NewLocationPage {
        choices: Choices::of(view),
        frame,
        form,
        query,
    }
}

/// The form for the next location, at the place of the one that is just made.
fn another(fields: &Fields) -> String {
    let same = ["type", "site", "room", "another"].map(|name| (name, fields.raw(name)));
    format!("/locations/new?{}", query_of(&same))
}

fn row_of(text: &str) -> Result<Option<u32>, Problem> {
    let text = filled(text);
    let row = text.map(|text| text.parse().or(Err(problem("bad-row"))));
    row.transpose()
}

pub(super) async fn add(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let read = || -> Result<_, Problem> {
        let number = fields.needed("number")?;
        let change = LocationChange {
            name: fields.text("name"),
            location_type: fields.text("type"),
            site: fields.text("site"),
            room: fields.text("room"),
            row: row_of(fields.raw("row"))?,
            column: fields.text("column"),
            ..LocationChange::default()
        };
        let to = if fields.is_on("another") {
            another(&fields)
        } else {
            address(&number)
        };
        let done = Done::new(to, "done-location-made").value("place", number.clone());
        let plan = move |fold: &Fold, _| at_entry::add_location(fold, &number, &change);
        Ok((plan, done))
    };
    let plan = read();
    let build = |view: &View<'_>, frame, form| Ok(new_page(view, frame, form, NewQuery::default()));
    visit
        .write((ADD, fields), Named::Nothing, plan, build)
        .await
}

/// The location's fields as they are, in the order of their names above.
fn current(fold: &Fold, number: &Code) -> [String; 6] {
    let known = fold.location(number);
    let text = |code: Option<Code>| code.map(|code| code.to_string()).unwrap_or_default();
    [
        known.name,
        text(known.location_type),
        text(known.site),
        known.room.unwrap_or_default(),
        known.row.map(|row| row.to_string()).unwrap_or_default(),
        text(known.column),
    ]
}

fn edit_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    number: &str,
) -> Result<EditLocationPage, Problem> {
    let number = find_thing(view.fold(), Class::Location, number)?;
    let [name, location_type, site, room, row, column] = current(view.fold(), &number);
    let field = |name: &str, current: &str| EditField::of(&form, EDIT, name, current);
    Ok(EditLocationPage {
        name: field("name", &name),
        location_type: field("type", &location_type),
        site: field("site", &site),
        room: field("room", &room),
        row: field("row", &row),
        column: field("column", &column),
        choices: Choices::of(view),
        number: number.to_string(),
        frame,
        form,
    })
}

pub(super) async fn show_edit(
    visit: Visit,
    PathOf(number): PathOf<String>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| edit_page(view, frame, Form::default(), &number))
        .await
}

/// What of a location changes: only what the person touched.
fn edited(fold: &Fold, number: &str, edits: &Edits) -> Result<Plan, Refusal> {
    let number = find_thing(fold, Class::Location, number)?;
    if edits.is_empty() {
        return Err(Refusal::new("nothing-changed", ""));
    }
    let now = current(fold, &number);
    let mut changes = FIELDS
        .iter()
        .zip(&now)
        .map(|(name, current)| edits.change(name, current))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter();
    let mut next = || changes.next().flatten();
    let (name, location_type, site) = (next(), next(), next());
    let (room, row, column) = (next(), next(), next());
    let mut without = Vec::new();
    let mut kept = |key: u8, text: Option<String>| {
        if text.as_ref().is_some_and(String::is_empty) {
            without.push(key);
            return None;
        }
        text
    };
    let row = kept(key::ROW, row);
    let mut change = LocationChange {
        name,
        location_type: kept(key::TYPE, location_type),
        site: kept(key::SITE, site),
        room,
        row: None,
        column: kept(key::COLUMN, column),
        blocked: None,
        without,
    };
    if let Some(row) = row {
        let row = row.parse().or(Err(Refusal::new("bad-row", "")))?;
        change.row = Some(row);
    }
    at_entry::set_location(fold, number.as_str(), &change, false)
}

pub(super) async fn edit(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let edits = Edits::of(&fields, &FIELDS);
    let done = Done::new(address(&number), "done-place-saved").value("what", number.clone());
    let (place, shown) = (number.clone(), number.clone());
    let plan = move |fold: &Fold, _| edited(fold, &place, &edits);
    let build = move |view: &View<'_>, frame, form| edit_page(view, frame, form, &shown);
    let named = Named::Thing(Class::Location, number);
    visit
        .write((EDIT, fields), named, Ok((plan, done)), build)
        .await
}
