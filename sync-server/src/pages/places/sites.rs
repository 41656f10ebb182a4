//! Sites: which there are, what they are called, and in which time zone they lie.

use askama::Template;
use axum::response::Response;
use chrono_tz::TZ_VARIANTS;
use ledger_core::Code;
use ledger_core::at_entry::{self, Refusal, SiteChange, find_thing};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_node::View;
use ledger_node::view::SiteNameView;

use crate::api::{Named, PathOf, time_zone};
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

const ADD: &str = "add";
const EDIT: &str = "edit";

#[derive(Template)]
#[template(path = "places/sites.html")]
struct SitesPage {
    frame: Frame,
    sites: Vec<SiteNameView>,
}

#[derive(Template)]
#[template(path = "places/site_new.html")]
struct NewSitePage {
    frame: Frame,
    form: Form,
    zones: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "places/site_edit.html")]
struct EditSitePage {
    frame: Frame,
    form: Form,
    site: SiteNameView,
    name: EditField,
    zone: EditField,
    zones: Vec<&'static str>,
}

fn zones() -> Vec<&'static str> {
    TZ_VARIANTS.iter().map(|zone| zone.name()).collect()
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let build = |view: &View<'_>, frame| {
        let sites = view.site_names();
        Ok(SitesPage { frame, sites })
    };
    visit.page(build).await
}

fn new_page(frame: Frame, form: Form) -> NewSitePage {
    let zones = zones();
    NewSitePage { frame, form, zones }
}

pub(super) async fn show_new(visit: Visit) -> Result<Response, Problem> {
    visit
        .page(|_, frame| Ok(new_page(frame, Form::default())))
        .await
}

pub(super) async fn add(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let read = || -> Result<_, Problem> {
        let code = fields.needed("code")?;
        let change = SiteChange {
            name: fields.text("name"),
            time_zone: Some(time_zone(fields.raw("time-zone"))?),
        };
        let done = Done::new("/sites", "done-site-made").value("site", code.clone());
        let plan = move |fold: &Fold, _| at_entry::make_site(fold, &code, &change);
        Ok((plan, done))
    };
    let plan = read();
    let build = |_: &View<'_>, frame, form| Ok(new_page(frame, form));
    visit
        .write((ADD, fields), Named::Nothing, plan, build)
        .await
}

fn edit_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    code: &str,
) -> Result<EditSitePage, Problem> {
    let code = find_thing(view.fold(), Class::Site, code)?;
    let site = view.site_name(&code);
    let zone = site.time_zone.as_deref().unwrap_or_default();
    Ok(EditSitePage {
        name: EditField::of(&form, EDIT, "name", &site.name),
        zone: EditField::of(&form, EDIT, "time-zone", zone),
        zones: zones(),
        frame,
        form,
        site,
    })
}

pub(super) async fn show_edit(
    visit: Visit,
    PathOf(code): PathOf<String>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| edit_page(view, frame, Form::default(), &code))
        .await
}

pub(super) async fn edit(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let edits = Edits::of(&fields, &["name", "time-zone"]);
    let zone = time_zone(fields.raw("time-zone"));
    let (site, shown) = (code.clone(), code.clone());
    let plan = zone.map_err(Problem::from).map(|zone| {
        let plan = move |fold: &Fold, _| {
            let code: Code = find_thing(fold, Class::Site, &site)?;
            if edits.is_empty() {
                return Err(Refusal::new("nothing-changed", ""));
            }
            let (name, current) = now(fold, &code);
            let is_other = edits.change("time-zone", &current)?.is_some();
            let change = SiteChange {
                name: edits.change("name", &name)?,
                time_zone: is_other.then_some(zone),
            };
            at_entry::set_site(fold, code.as_str(), &change)
        };
        (
            plan,
            Done::new("/sites", "done-place-saved").value("what", code.clone()),
        )
    });
    let build = move |view: &View<'_>, frame, form| edit_page(view, frame, form, &shown);
    let named = Named::Thing(Class::Site, code);
    visit.write((EDIT, fields), named, plan, build).await
}

/// The name and the time zone as they are.
fn now(fold: &Fold, code: &Code) -> (String, String) {
    use ledger_core::catalogue::key;
    let zone = fold.field(Class::Site, code, key::TIME_ZONE);
    (
        fold.name_of(Class::Site, code),
        zone.as_text().unwrap_or_default().to_owned(),
    )
}

/// Takes a site out of use, or into use again.
pub(super) async fn archive(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let archived = fields.is_on("archive");
    let message = if archived {
        "done-archived-place"
    } else {
        "done-restored-place"
    };
    let done = Done::new("/sites", message).value("what", code.clone());
    let (site, shown) = (code.clone(), code.clone());
    let plan = move |fold: &Fold, _| at_entry::archive(fold, Class::Site, &site, archived);
    let build = move |view: &View<'_>, frame, form| edit_page(view, frame, form, &shown);
    let named = Named::Thing(Class::Site, code.clone());
    visit
        .on_page(format!("/sites/{}/edit", in_path(&code)))
        .write(("archive", fields), named, Ok((plan, done)), build)
        .await
}
