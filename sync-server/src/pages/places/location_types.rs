//! Add type: a kind of place with a grid, drawn before it is made. And its name afterwards.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, LocationTypeChange, Refusal, find_thing};
use ledger_core::catalogue::Class;
use ledger_core::fold::{Fold, GRID_MAX, columns};
use ledger_node::View;
use serde::Deserialize;

use super::rack_grid::rack_page;
use crate::api::{Named, PathOf, QueryOf};
use crate::pages::edit::Edits;
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::unread::filled;
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

const ADD: &str = "add";
/// Rows and columns that the drawing shows.
const DRAWN_MAX: usize = 30;

/// What the form shows again when only a drawing was asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct TypeQuery {
    #[serde(default)]
    name: String,
    #[serde(default)]
    rows: String,
    #[serde(default)]
    columns: String,
}

/// A grid that is not made yet.
struct Drawing {
    columns: Vec<String>,
    rows: Vec<u32>,
    /// Rows or columns that are too many to draw.
    is_cut: bool,
    places: usize,
}

#[derive(Template)]
#[template(path = "places/location_type_new.html")]
struct NewTypePage {
    frame: Frame,
    form: Form,
    query: TypeQuery,
    drawing: Option<Drawing>,
}

fn drawing(rows: &str, range: &str) -> Result<Option<Drawing>, Problem> {
    let (Some(rows), Some(range)) = (filled(rows), filled(range)) else {
        return Ok(None);
    };
    let rows: u32 = rows.parse().or(Err(problem("bad-grid")))?;
    let columns = columns(&range).or(Err(problem("bad-grid")))?;
    if rows == 0 || rows > GRID_MAX {
        return Err(problem("bad-grid"));
    }
    let count = usize::try_from(rows).unwrap_or(usize::MAX);
    let shown = columns.iter().take(DRAWN_MAX).map(ToString::to_string);
    Ok(Some(Drawing {
        is_cut: columns.len() > DRAWN_MAX || count > DRAWN_MAX,
        places: columns.len().saturating_mul(count),
        columns: shown.collect(),
        rows: (1..=rows).take(DRAWN_MAX).collect(),
    }))
}

fn new_page(frame: Frame, form: Form, query: TypeQuery) -> NewTypePage {
    let rows = form.value(ADD, "rows", &query.rows);
    let columns = form.value(ADD, "columns", &query.columns);
    NewTypePage {
        drawing: drawing(rows, columns).ok().flatten(),
        frame,
        form,
        query,
    }
}

pub(super) async fn show_new(
    visit: Visit,
    QueryOf(query): QueryOf<TypeQuery>,
) -> Result<Response, Problem> {
    let drawn = drawing(&query.rows, &query.columns);
    if let Err(problem) = drawn {
        let fields = Fields::of(&[
            ("name", query.name.as_str()),
            ("rows", query.rows.as_str()),
            ("columns", query.columns.as_str()),
        ]);
        let build = |_: &View<'_>, frame, form| Ok(new_page(frame, form, TypeQuery::default()));
        return visit.again(ADD, fields, problem, build).await;
    }
    visit
        .page(|_, frame| Ok(new_page(frame, Form::default(), query)))
        .await
}

pub(super) async fn add(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let read = || -> Result<_, Problem> {
        let name = fields.needed("name")?;
        let rows = fields.text("rows");
        let rows = rows.map(|rows| rows.parse().or(Err(problem("bad-grid"))));
        let change = LocationTypeChange {
            name: Some(name.clone()),
            rows: rows.transpose()?,
            columns: fields.text("columns"),
        };
        let done = Done::new("/locations/rack", "done-type-made").value("name", name.clone());
        let to = query_of(&[("type", name.trim())]);
        let done = Done {
            to: format!("{}?{to}", done.to),
            ..done
        };
        let plan = move |fold: &Fold, _| at_entry::add_location_type(fold, &name, &change);
        Ok((plan, done))
    };
    let plan = read();
    let build = |_: &View<'_>, frame, form| Ok(new_page(frame, form, TypeQuery::default()));
    visit
        .write((ADD, fields), Named::Nothing, plan, build)
        .await
}

/// A query with these values.
pub(super) fn query_of(pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.finish()
}

/// Another name for a type.
pub(super) async fn rename(
    visit: Visit,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let edits = Edits::of(&fields, &["name"]);
    let done = Done::new("/locations", "done-place-saved").value("what", code.clone());
    let (known, shown) = (code.clone(), code.clone());
    let plan = move |fold: &Fold, _| {
        let code = find_thing(fold, Class::LocationType, &known)?;
        let name = edits.change("name", &fold.name_of(Class::LocationType, &code))?;
        let name = name.ok_or_else(|| Refusal::new("nothing-changed", ""))?;
        at_entry::set_partner(Class::LocationType, &code, Some(&name))
    };
    let build = move |view: &View<'_>, frame, form| {
        rack_page(
            view,
            frame,
            form,
            &shown,
            &super::rack_grid::GridQuery::default(),
        )
    };
    let named = Named::Thing(Class::LocationType, code);
    visit
        .write(("edit", fields), named, Ok((plan, done)), build)
        .await
}
