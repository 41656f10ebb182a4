//! The BOM tab of an item: what it is made of, what that is made of, and what it is a part of.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, BomChange, Plan, Refusal};
use ledger_core::fold::Fold;
use ledger_core::{Quantity, Timestamp};
use ledger_node::View;
use ledger_node::view::{BomLineView, BomView, LotRow};
use serde::Deserialize;

use crate::api::{Named, PathOf, QueryOf};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::items::item::{Head, path_of};
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

/// What the links of the page say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct BomQuery {
    /// `all` opens what the parts are made of.
    #[serde(default)]
    levels: String,
    /// The part whose line is to be changed.
    #[serde(default)]
    part: String,
}

#[derive(Template)]
#[template(path = "production/bom.html")]
struct BomPage {
    frame: Frame,
    form: Form,
    head: Head,
    bom: BomView,
    /// The line that is open to be changed.
    line: Option<BomLineView>,
    has_levels: bool,
    /// Open lots that build it.
    lots: Vec<LotRow>,
}

impl BomPage {
    /// What a field of the form for a line begins with.
    fn begins(&self, name: &str) -> String {
        let Some(line) = &self.line else {
            return String::new();
        };
        match name {
            "part" => line.item.clone(),
            "quantity" => self.frame.typed(&line.quantity),
            "attrition" if line.attrition != "0" => self.frame.typed(&line.attrition),
            "refs" => line.refs.clone().unwrap_or_default(),
            _ => String::new(),
        }
    }
}

fn bom_page(
    view: &View<'_>,
    mut frame: Frame,
    form: Form,
    sku: &str,
    query: &BomQuery,
) -> Result<BomPage, Problem> {
    let sku = view.find_item(sku)?;
    if form.code() != "" {
        frame.address = format!("{}/bom", path_of(sku.as_str()));
    }
    let bom = view.bom(&sku, query.levels == "all");
    let line = bom.lines.iter().find(|line| line.item == query.part);
    Ok(BomPage {
        head: Head::of(view, &sku, "/bom"),
        line: line.cloned(),
        has_levels: bom.lines.iter().any(|line| line.made),
        lots: view.lots_building(&sku),
        bom,
        frame,
        form,
    })
}

pub(super) async fn show(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<BomQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| bom_page(view, frame, Form::default(), &sku, &query))
        .await
}

async fn act<P>(
    visit: Visit,
    (which, fields): (&'static str, Fields),
    sku: String,
    plan: Result<(P, Done), Problem>,
) -> Result<Response, Problem>
where
    P: FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
{
    let named = Named::Item(sku.clone());
    let query = BomQuery::default();
    let build = move |view: &View<'_>, frame, form| bom_page(view, frame, form, &sku, &query);
    visit.write((which, fields), named, plan, build).await
}

fn set_plan(visit: &Visit, fields: &Fields) -> Result<(String, BomChange), Problem> {
    let part = fields.needed("part")?;
    let typed = fields.quantity(visit.words, "quantity")?;
    if typed.quantity.is_negative() || typed.quantity.is_zero() {
        return Err(problem("bad-per-unit"));
    }
    let attrition = fields.number(visit.words, "attrition")?;
    let change = BomChange {
        per_unit: Some(typed.quantity),
        attrition: Some(attrition.unwrap_or(Quantity::ZERO)),
        refs: Some(fields.raw("refs").to_owned()),
    };
    Ok((part, change))
}

/// Sets a line, new or not.
pub(super) async fn set(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let parent = sku.clone();
    let plan = set_plan(&visit, &fields).map(|(part, change)| {
        let done = Done::new(format!("{}/bom", path_of(&parent)), "done-bom-set")
            .value("item", parent.clone())
            .value("part", part.clone());
        let plan =
            move |fold: &Fold, _: Timestamp| at_entry::set_bom_line(fold, &parent, &part, &change);
        (plan, done)
    });
    act(visit, ("set", fields), sku, plan).await
}

/// Takes a line off.
pub(super) async fn remove(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let parent = sku.clone();
    let plan = fields.needed("part").map(|part| {
        let done = Done::new(format!("{}/bom", path_of(&parent)), "done-bom-removed")
            .value("item", parent.clone())
            .value("part", part.clone());
        let plan = move |fold: &Fold, _: Timestamp| at_entry::remove_bom_line(fold, &parent, &part);
        (plan, done)
    });
    act(visit, ("remove", fields), sku, plan).await
}

/// The columns of an import.
const COLUMNS: Columns = &[
    ("parent", "/parent"),
    ("child", "/item"),
    ("quantity", "/quantity"),
    ("refs", "/refs"),
    ("attrition", "/attrition"),
];

/// The bill of materials as a file that can be imported.
pub(super) async fn export(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let sku = view.find_item(&sku)?;
        let lines = view.bom(&sku, false).lines.into_iter();
        Sheet::below(COLUMNS, "parent", lines.map(|line| (sku.to_string(), line)))
    };
    visit.file("bom", file, build).await
}
