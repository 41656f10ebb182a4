//! A whole rack in one go: which locations it will be made of, then making them.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, LocationChange, Plan, Refusal};
use ledger_core::catalogue::Class;
use ledger_core::entry::Body;
use ledger_core::fold::{Fold, columns};
use ledger_node::View;
use ledger_node::view::{LocationTypeView, SiteNameView};
use serde::Deserialize;

use super::location_types::query_of;
use crate::api::{Named, QueryOf};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

const FORM: &str = "rack";
/// Locations that are made in one go.
const PLACES_MAX: usize = 5_000;
/// Numbers that the preview shows from the beginning, and from the end.
const SHOWN_MAX: usize = 12;

/// What the form shows again when only a preview was asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct RackQuery {
    #[serde(default, rename = "type")]
    location_type: String,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    rows: String,
    #[serde(default)]
    columns: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    room: String,
}

impl RackQuery {
    fn is_type(&self, known: &LocationTypeView) -> bool {
        self.location_type.trim().to_uppercase() == known.code
    }
}

/// What will be made.
struct Preview {
    made: usize,
    /// The numbers, or the first of very many.
    first: Vec<String>,
    /// The last of very many.
    last: Vec<String>,
    /// How many are there already.
    there: usize,
}

#[derive(Template)]
#[template(path = "places/rack_new.html")]
struct RackNewPage {
    frame: Frame,
    form: Form,
    query: RackQuery,
    types: Vec<LocationTypeView>,
    sites: Vec<SiteNameView>,
    rooms: Vec<String>,
    preview: Option<Preview>,
}

/// A rack as it was typed.
#[derive(Debug, Clone)]
struct Wish {
    location_type: String,
    prefix: String,
    rows: u32,
    columns: String,
    change: LocationChange,
    places: usize,
}

impl Wish {
    fn of(fields: &Fields) -> Result<Self, Problem> {
        let rows: u32 = fields
            .needed("rows")?
            .parse()
            .or(Err(problem("bad-grid")))?;
        let range = fields.needed("columns")?;
        let count = columns(&range).or(Err(problem("bad-grid")))?.len();
        let places = count.saturating_mul(usize::try_from(rows).unwrap_or(usize::MAX));
        if places == 0 {
            return Err(problem("bad-grid"));
        }
        if places > PLACES_MAX {
            return Err(problem("rack-too-large"));
        }
        Ok(Self {
            location_type: fields.needed("type")?,
            prefix: fields.needed("prefix")?,
            rows,
            columns: range,
            change: LocationChange {
                site: fields.text("site"),
                room: fields.text("room"),
                ..LocationChange::default()
            },
            places,
        })
    }

    fn plan(&self, fold: &Fold) -> Result<Plan, Refusal> {
        at_entry::add_grid(
            fold,
            &self.location_type,
            &self.prefix,
            self.rows,
            &self.columns,
            &self.change,
        )
    }
}

/// The numbers that a plan makes.
fn numbers(plan: &Plan) -> Vec<String> {
    let made = plan.bodies.iter().filter_map(|body| {
        let Body::Set(write) = body else {
            return None;
        };
        let subject = &write.subject;
        (subject.class == Class::Location).then(|| subject.code.to_string())
    });
    made.collect()
}

fn preview(wish: &Wish, plan: &Plan) -> Preview {
    let mut first = numbers(plan);
    let made = first.len();
    let last = if made > SHOWN_MAX.saturating_mul(2) {
        let last = first.split_off(made.saturating_sub(SHOWN_MAX));
        first.truncate(SHOWN_MAX);
        last
    } else {
        Vec::new()
    };
    Preview {
        made,
        first,
        last,
        there: wish.places.saturating_sub(made),
    }
}

fn rack_new_page(view: &View<'_>, frame: Frame, form: Form, query: RackQuery) -> RackNewPage {
    let mut types = view.location_types();
    types.retain(|known| !known.archived && known.rows.is_some());
    RackNewPage {
        types,
        sites: view.site_names(),
        rooms: view.rooms(),
        preview: None,
        frame,
        form,
        query,
    }
}

fn fields_of(query: &RackQuery) -> Fields {
    Fields::of(&[
        ("type", query.location_type.as_str()),
        ("prefix", query.prefix.as_str()),
        ("rows", query.rows.as_str()),
        ("columns", query.columns.as_str()),
        ("site", query.site.as_str()),
        ("room", query.room.as_str()),
    ])
}

/// The form; with numbers in it, also what would be made. Nothing is written.
pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<RackQuery>,
) -> Result<Response, Problem> {
    if query.prefix.is_empty() && query.rows.is_empty() && query.columns.is_empty() {
        let build = |view: &View<'_>, frame| Ok(rack_new_page(view, frame, Form::default(), query));
        return visit.page(build).await;
    }
    let fields = fields_of(&query);
    let planned = match Wish::of(&fields) {
        Ok(wish) => visit.app.look(move |view| {
            let plan = wish.plan(view.fold());
            let plan = plan.map_err(Problem::refused_write)?;
            Ok(preview(&wish, &plan))
        }),
        Err(problem) => {
            let build = |view: &View<'_>, frame, form| {
                Ok(rack_new_page(view, frame, form, RackQuery::default()))
            };
            return visit.again(FORM, fields, problem, build).await;
        }
    };
    match planned.await {
        Ok(preview) => {
            let build = |view: &View<'_>, frame| {
                Ok(RackNewPage {
                    preview: Some(preview),
                    ..rack_new_page(view, frame, Form::default(), query)
                })
            };
            visit.page(build).await
        }
        Err(problem) => {
            let build = |view: &View<'_>, frame, form| {
                Ok(rack_new_page(view, frame, form, RackQuery::default()))
            };
            visit.again(FORM, fields, problem, build).await
        }
    }
}

pub(super) async fn add(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let plan = Wish::of(&fields).map(|wish| {
        let (known, prefix) = (wish.location_type.clone(), wish.prefix.clone());
        let prefix_only = prefix.trim().trim_end_matches('-').to_uppercase();
        let rest = query_of(&[
            ("prefix", prefix_only.as_str()),
            ("site", wish.change.site.as_deref().unwrap_or_default()),
            ("room", wish.change.room.as_deref().unwrap_or_default()),
        ]);
        let to = format!("/location-types/{}?{rest}", in_path(&known));
        let done = Done::new(to, "done-rack-made").value("prefix", prefix);
        (move |fold: &Fold, _| wish.plan(fold), done)
    });
    let build =
        |view: &View<'_>, frame, form| Ok(rack_new_page(view, frame, form, RackQuery::default()));
    visit
        .write((FORM, fields), Named::Nothing, plan, build)
        .await
}
