//! `sites`, each with what lies there, and with its time zone.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono_tz::{TZ_VARIANTS, Tz};
use ledger_core::at_entry::{self, Refusal, SiteChange, bad_time_zone, find_thing};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_node::view::SiteView;
use serde::Deserialize;
use utoipa::ToSchema;

use super::catalogue::joined;
use super::extract::{BodyOf, PathOf, QueryOf, said};
use super::paging::{Listed, PageQuery, key};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<SiteView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| {
        Ok(Json(
            page.of(view.sites(), |row| key(&[row.site.as_deref()])),
        ))
    })
    .await
}

pub(crate) async fn show(
    State(app): State<App>,
    PathOf(code): PathOf<String>,
) -> Result<Json<SiteView>, Problem> {
    app.look(move |view| {
        let code = find_thing(view.fold(), Class::Site, &code)?;
        let is_it = |site: &SiteView| site.site.as_deref() == Some(code.as_str());
        let found = view.sites().into_iter().find(is_it);
        found.map(Json).ok_or_else(Problem::not_found)
    })
    .await
}

/// A new site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteGiven {
    #[serde(alias = "site")]
    code: String,
    name: Option<String>,
    /// By the name that the IANA gives it, such as `Europe/Oslo`.
    time_zone: Option<String>,
}

/// `POST sites`.
pub(super) async fn add(
    writer: Writer,
    BodyOf(body): BodyOf<SiteGiven>,
) -> Result<Response, Problem> {
    let zone = body.time_zone.as_deref().map(time_zone).transpose()?;
    let change = SiteChange {
        name: body.name,
        time_zone: zone,
    };
    let plan = move |fold: &Fold, _| at_entry::make_site(fold, &body.code, &change);
    writer.write(Named::Nothing, plan).await
}

/// What can change of a site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteSaid {
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// By the name that the IANA gives it, such as `Europe/Oslo`; null takes it away.
    #[serde(default, deserialize_with = "said")]
    time_zone: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    archived: Option<bool>,
}

/// `PATCH sites/{code}`.
pub(super) async fn set(
    writer: Writer,
    PathOf(code): PathOf<String>,
    BodyOf(body): BodyOf<SiteSaid>,
) -> Result<Response, Problem> {
    let zone = body
        .time_zone
        .map(|zone| time_zone(zone.as_deref().unwrap_or_default()));
    let is_said = body.name.is_some() || zone.is_some();
    let change = SiteChange {
        name: body.name,
        time_zone: zone.transpose()?,
    };
    let named = Named::Thing(Class::Site, code.clone());
    let plan = move |fold: &Fold, _| {
        let set = is_said.then(|| at_entry::set_site(fold, &code, &change));
        let archived = body.archived;
        let archived = archived.map(|yes| at_entry::archive(fold, Class::Site, &code, yes));
        joined(set, archived)
    };
    writer.write(named, plan).await
}

/// The time zone that a text names, in its own letters; nothing names none.
pub(crate) fn time_zone(text: &str) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let is_it = |zone: &&Tz| zone.name().eq_ignore_ascii_case(text);
    let zone = TZ_VARIANTS.iter().find(is_it);
    let zone = zone.ok_or_else(|| bad_time_zone(text))?;
    Ok(Some(zone.name().to_owned()))
}
