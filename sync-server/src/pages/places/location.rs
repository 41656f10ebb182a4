//! One location: what lies there, what happened there last, and whether it is in use.

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_core::at_entry::{self, LocationChange, Plan, Refusal, find_thing};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_node::View;
use ledger_node::view::{ChangeRow, ContentRow, LocationView};

use crate::api::{Named, PathOf};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// Changes that the page shows.
const CHANGES_MAX: usize = 10;

#[derive(Template)]
#[template(path = "places/location.html")]
struct LocationPage {
    frame: Frame,
    form: Form,
    place: LocationView,
    /// The line that waits longest for a count; none when one was never counted.
    last_counted: Option<String>,
    contents: Vec<ContentRow>,
    changes: Vec<ChangeRow>,
    before: Option<Code>,
    behind: Option<Code>,
}

/// The frame with the times of the site where a location is.
pub(super) fn at_site(view: &View<'_>, frame: Frame, site: Option<&str>) -> Frame {
    let site = site.and_then(|site| Code::new(site).ok());
    let zone = site.and_then(|site| view.zone_of_site(&site));
    let words = frame.words.at(zone.as_deref());
    Frame { words, ..frame }
}

fn location_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    number: &str,
) -> Result<LocationPage, Problem> {
    let number = find_place(view.fold(), number)?;
    let place = view.location(&number);
    let contents = view.contents(&number);
    let (before, behind) = view.beside(&number);
    let counts: Option<Vec<&String>> = contents
        .iter()
        .map(|row| row.last_counted.as_ref())
        .collect();
    Ok(LocationPage {
        last_counted: counts.and_then(|counts| counts.into_iter().min().cloned()),
        changes: view.changes_at(&number, CHANGES_MAX)?,
        frame: at_site(view, frame, place.site.as_deref()),
        form,
        place,
        contents,
        before,
        behind,
    })
}

/// A location that somebody made, or where something lies although nobody made it.
fn find_place(fold: &Fold, text: &str) -> Result<Code, Refusal> {
    let code = Code::new(text).ok();
    let moved = code.filter(|code| !fold.changes_at(code, 1).is_empty());
    moved.map_or_else(|| find_thing(fold, Class::Location, text), Ok)
}

pub(super) async fn show(
    visit: Visit,
    PathOf(number): PathOf<String>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| location_page(view, frame, Form::default(), &number))
        .await
}

/// Makes stock at a location unusable for orders, or usable again.
pub(super) async fn block(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let blocked = fields.is_on("block");
    let change = LocationChange {
        blocked: Some(blocked),
        ..LocationChange::default()
    };
    let message = if blocked {
        "done-blocked"
    } else {
        "done-unblocked"
    };
    let place = number.clone();
    let plan = move |fold: &Fold| at_entry::set_location(fold, &place, &change, false);
    act(visit, number, ("block", fields), message, plan).await
}

/// Takes a location out of use, or into use again.
pub(super) async fn archive(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let archived = fields.is_on("archive");
    let message = if archived {
        "done-archived-place"
    } else {
        "done-restored-place"
    };
    let place = number.clone();
    let plan = move |fold: &Fold| at_entry::archive(fold, Class::Location, &place, archived);
    act(visit, number, ("archive", fields), message, plan).await
}

async fn act(
    visit: Visit,
    number: String,
    form: (&'static str, Fields),
    message: &'static str,
    plan: impl FnOnce(&Fold) -> Result<Plan, Refusal> + Send + 'static,
) -> Result<Response, Problem> {
    let done = Done::new(address(&number), message).value("what", number.clone());
    let shown = number.clone();
    let build = move |view: &View<'_>, frame, form| location_page(view, frame, form, &shown);
    let plan = move |fold: &Fold, _| plan(fold);
    let named = Named::Thing(Class::Location, number);
    visit.write(form, named, Ok((plan, done)), build).await
}

/// The page of a location.
pub(super) fn address(number: &str) -> String {
    format!("/locations/{}", in_path(number.trim()))
}
