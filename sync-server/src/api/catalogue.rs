//! Making and changing things of the catalogue.

use axum::response::Response;
use ledger_core::Code;
use ledger_core::at_entry::{self, About, LocationChange, LocationTypeChange, Plan, Refusal};
use ledger_core::catalogue::{Class, Subject};
use ledger_core::fold::Fold;
use ledger_node::View;
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::{BodyOf, ColumnGiven, PathOf, Typed, said};
use super::given::{BarcodeWithPack, ItemGiven, LocationGiven, named, unnamed};
use super::write::{Named, Writer};
use crate::problem::Problem;

/// One plan for a change of fields and for archiving, whichever of the two is said.
pub(super) fn joined(
    changed: Option<Result<Plan, Refusal>>,
    archived: Option<Result<Plan, Refusal>>,
) -> Result<Plan, Refusal> {
    match (changed.transpose()?, archived.transpose()?) {
        (Some(mut changed), Some(archived)) => {
            changed.bodies.extend(archived.bodies);
            changed.warnings.extend(archived.warnings);
            Ok(changed)
        }
        (Some(plan), None) | (None, Some(plan)) => Ok(plan),
        (None, None) => Err(Refusal::new("nothing-to-set", "the body changes nothing")),
    }
}

/// `POST items`.
pub(super) async fn add_item(
    writer: Writer,
    BodyOf(mut body): BodyOf<ItemGiven>,
) -> Result<Response, Problem> {
    let sku = named(body.sku.take(), "sku")?;
    not_archived(body.archived)?;
    let change = body.change()?.unwrap_or_default();
    let plan = move |fold: &Fold, _| at_entry::add_item(fold, &sku, &change);
    writer.write(Named::Nothing, plan).await
}

/// `PATCH items/{sku}`.
pub(super) async fn set_item(
    writer: Writer,
    PathOf(sku): PathOf<String>,
    BodyOf(body): BodyOf<ItemGiven>,
) -> Result<Response, Problem> {
    unnamed(body.sku.as_ref(), "sku")?;
    let archived = body.archived;
    let change = body.change()?;
    let named = Named::Item(sku.clone());
    let plan = move |fold: &Fold, _| {
        let change = change.map(|change| at_entry::set_item(fold, &sku, &change, false));
        let archived = archived.map(|yes| at_entry::archive(fold, Class::Item, &sku, yes));
        joined(change, archived)
    };
    writer.write(named, plan).await
}

/// `POST items/{sku}/barcodes`.
pub(super) async fn bind(
    writer: Writer,
    PathOf(sku): PathOf<String>,
    BodyOf(body): BodyOf<BarcodeWithPack>,
) -> Result<Response, Problem> {
    let (barcode, pack) = body.read()?;
    let named = Named::Item(sku.clone());
    let plan = move |fold: &Fold, _| at_entry::bind(fold, &barcode, &sku, pack);
    writer.write(named, plan).await
}

/// Of which item it becomes another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Merge {
    into: String,
}

/// `POST items/{sku}/merge`.
pub(super) async fn merge(
    writer: Writer,
    PathOf(sku): PathOf<String>,
    BodyOf(Merge { into }): BodyOf<Merge>,
) -> Result<Response, Problem> {
    let named = Named::Item(sku.clone());
    let plan = move |fold: &Fold, _| at_entry::merge_items(fold, &sku, &into);
    writer.write(named, plan).await
}

/// Something new is in use.
fn not_archived(archived: Option<bool>) -> Result<(), Refusal> {
    match archived {
        None | Some(false) => Ok(()),
        Some(true) => Err(Refusal::new("bad-body", "something new is not archived")
            .hint("make it first, then change it")),
    }
}

/// `POST locations`.
pub(super) async fn add_location(
    writer: Writer,
    BodyOf(mut body): BodyOf<LocationGiven>,
) -> Result<Response, Problem> {
    let number = named(body.number.take(), "number")?;
    not_archived(body.archived)?;
    let change = body.change().unwrap_or_default();
    let plan = move |fold: &Fold, _| at_entry::add_location(fold, &number, &change);
    writer.write(Named::Nothing, plan).await
}

/// `PATCH locations/{number}`.
pub(super) async fn set_location(
    writer: Writer,
    PathOf(number): PathOf<String>,
    BodyOf(body): BodyOf<LocationGiven>,
) -> Result<Response, Problem> {
    unnamed(body.number.as_ref(), "number")?;
    let archived = body.archived;
    let change = body.change();
    let named = Named::Thing(Class::Location, number.clone());
    let plan = move |fold: &Fold, _| {
        let change = change.map(|change| at_entry::set_location(fold, &number, &change, false));
        let archived = archived.map(|yes| at_entry::archive(fold, Class::Location, &number, yes));
        joined(change, archived)
    };
    writer.write(named, plan).await
}

/// A whole rack.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Grid {
    #[serde(rename = "type")]
    location_type: String,
    prefix: String,
    rows: u32,
    columns: String,
    site: Option<String>,
    room: Option<String>,
}

/// `POST locations/grid`; shows the location type.
pub(super) async fn add_grid(
    writer: Writer,
    BodyOf(body): BodyOf<Grid>,
) -> Result<Response, Problem> {
    let change = LocationChange {
        site: body.site,
        room: body.room,
        ..LocationChange::default()
    };
    let plan = move |fold: &Fold, _| {
        let (rows, columns) = (body.rows, &body.columns);
        at_entry::add_grid(
            fold,
            &body.location_type,
            &body.prefix,
            rows,
            columns,
            &change,
        )
    };
    // A repetition knows the locations that were made, not what they were made for.
    let show = |view: &View<'_>, about: &About| {
        let typed = |subject: &Subject| view.fold().location(&subject.code).location_type;
        let of = |code| About::Thing(Subject::new(Class::LocationType, code));
        let about_type = match about {
            About::Thing(subject) if subject.class == Class::Location => typed(subject).map(of),
            About::Thing(_)
            | About::Document(..)
            | About::NewDocument(_)
            | About::Exception(_)
            | About::Scans(_) => None,
        };
        view.object(about_type.as_ref().unwrap_or(about))
    };
    writer.write_shown(Named::Nothing, plan, show).await
}

/// A new location type; without a code its name is its code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LocationTypeGiven {
    code: Option<String>,
    name: Option<String>,
    rows: Option<u32>,
    /// `A-T` or `1-20`.
    #[schema(value_type = Option<ColumnGiven>)]
    columns: Option<Typed>,
}

/// `POST location-types`.
pub(super) async fn add_location_type(
    writer: Writer,
    BodyOf(body): BodyOf<LocationTypeGiven>,
) -> Result<Response, Problem> {
    let code = named(body.code.or_else(|| body.name.clone()), "name")?;
    let change = LocationTypeChange {
        name: body.name,
        rows: body.rows,
        columns: body.columns.map(|columns| columns.0),
    };
    let plan = move |fold: &Fold, _| at_entry::add_location_type(fold, &code, &change);
    writer.write(Named::Nothing, plan).await
}

/// A new customer or supplier.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PartnerGiven {
    code: String,
    name: Option<String>,
}

async fn add_partner(
    writer: Writer,
    class: Class,
    body: PartnerGiven,
) -> Result<Response, Problem> {
    let plan =
        move |fold: &Fold, _| at_entry::add_partner(fold, class, &body.code, body.name.as_deref());
    writer.write(Named::Nothing, plan).await
}

/// `POST customers`.
pub(super) async fn add_customer(
    writer: Writer,
    BodyOf(body): BodyOf<PartnerGiven>,
) -> Result<Response, Problem> {
    add_partner(writer, Class::Customer, body).await
}

/// `POST suppliers`.
pub(super) async fn add_supplier(
    writer: Writer,
    BodyOf(body): BodyOf<PartnerGiven>,
) -> Result<Response, Problem> {
    add_partner(writer, Class::Supplier, body).await
}

/// What can change of a thing that has a name and little more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NameGiven {
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    name: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    archived: Option<bool>,
}

async fn set_name(
    writer: Writer,
    class: Class,
    code: String,
    body: NameGiven,
) -> Result<Response, Problem> {
    let named = Named::Thing(class, code.clone());
    let plan = move |fold: &Fold, _| {
        let found = at_entry::find_thing(fold, class, &code)?;
        let set = |name: String| at_entry::set_partner(class, &found, Some(&name));
        let archived = |yes| at_entry::archive(fold, class, &code, yes);
        joined(body.name.map(set), body.archived.map(archived))
    };
    writer.write(named, plan).await
}

/// `PATCH location-types/{code}`.
pub(super) async fn set_location_type(
    writer: Writer,
    PathOf(code): PathOf<String>,
    BodyOf(body): BodyOf<NameGiven>,
) -> Result<Response, Problem> {
    set_name(writer, Class::LocationType, code, body).await
}

/// `PATCH customers/{code}`.
pub(super) async fn set_customer(
    writer: Writer,
    PathOf(code): PathOf<String>,
    BodyOf(body): BodyOf<NameGiven>,
) -> Result<Response, Problem> {
    set_name(writer, Class::Customer, code, body).await
}

/// `PATCH suppliers/{code}`.
pub(super) async fn set_supplier(
    writer: Writer,
    PathOf(code): PathOf<String>,
    BodyOf(body): BodyOf<NameGiven>,
) -> Result<Response, Problem> {
    set_name(writer, Class::Supplier, code, body).await
}

/// The thing that an address names, as it is.
pub(super) fn shown(
    view: &View<'_>,
    class: Class,
    text: &str,
) -> Result<serde_json::Value, Problem> {
    let code: Code = at_entry::find_thing(view.fold(), class, text)?;
    Ok(view.object(&About::Thing(Subject::new(class, code))))
}
