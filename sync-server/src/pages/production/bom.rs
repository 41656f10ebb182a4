//! The BOM tab of an item: what it is made of, what that is made of, and what it is a part of.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, BomChange, Plan, Refusal, find_item};
use ledger_core::fold::Fold;
use ledger_core::{Quantity, Timestamp};
use ledger_node::View;
use ledger_node::view::{BomLineView, BomView, LotRow};
use serde::Deserialize;

use crate::api::{Named, PathOf, QueryOf};
use crate::lang::Words;
use crate::pages::edit::{EditField, Edits};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::items::item::{Head, Offers, path_of};
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

/// What the links of the page say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct BomQuery {
    /// `all` opens what the parts are made of.
    #[serde(default)]
    levels: String,
    /// The part whose line is to be changed, or what is being typed as one.
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
    line: Option<LineEdit>,
    has_levels: bool,
    offers: Offers,
    /// Open lots that build it.
    lots: Vec<LotRow>,
}

/// The fields of a line that is open.
const FIELDS: [&str; 3] = ["quantity", "attrition", "refs"];

/// The form of a line that is open.
struct LineEdit {
    item: String,
    quantity: EditField,
    attrition: EditField,
    refs: EditField,
}

impl LineEdit {
    fn of(frame: &Frame, form: &Form, line: &BomLineView) -> Self {
        let field = |name: &str, current: &str| EditField::of(form, "set", name, current);
        Self {
            item: line.item.clone(),
            quantity: field("quantity", &frame.typed(&line.quantity)),
            attrition: field("attrition", &percent(frame.words, &line.attrition)),
            refs: field("refs", line.refs.as_deref().unwrap_or_default()),
        }
    }
}

/// A percentage as its field shows it: nothing where nothing is lost.
fn percent(words: Words, attrition: &str) -> String {
    match attrition {
        "0" => String::new(),
        some => words.typed(some),
    }
}

fn bom_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    sku: &str,
    query: &BomQuery,
) -> Result<BomPage, Problem> {
    let sku = view.find_item(sku)?;
    let bom = view.bom(&sku, query.levels == "all");
    let line = bom.lines.iter().find(|line| line.item == query.part);
    Ok(BomPage {
        head: Head::of(view, &sku, "/bom"),
        line: line.map(|line| LineEdit::of(&frame, &form, line)),
        offers: Offers::default().with_items_like(view, &query.part),
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
    let query = BomQuery {
        part: fields.raw("line").to_owned(),
        ..BomQuery::default()
    };
    let build = move |view: &View<'_>, frame, form| bom_page(view, frame, form, &sku, &query);
    visit.write((which, fields), named, plan, build).await
}

fn set_plan(visit: &Visit, fields: &Fields) -> Result<(String, BomChange), Problem> {
    let part = fields.needed("part")?;
    let typed = fields.quantity(visit.words, "quantity")?;
    if typed.quantity.is_negative() || typed.quantity.is_zero() {
        return Err(problem("bad-per-unit"));
    }
    // A part that is added may be one that is there: what is left empty stays as it is then.
    let change = BomChange {
        per_unit: Some(typed.quantity),
        attrition: fields.number(visit.words, "attrition")?,
        refs: fields.text("refs"),
    };
    Ok((part, change))
}

/// What of a line that was open is to be another than the form showed.
fn changed(
    fold: &Fold,
    (parent, part): (&str, &str),
    (edits, words): (&Edits, Words),
    typed: &BomChange,
) -> Result<BomChange, Refusal> {
    let (parent, _) = find_item(fold, parent)?;
    let (part, _) = find_item(fold, part)?;
    let mut bom = fold.bom(&parent).into_iter();
    // Somebody has taken it off since.
    let line = bom.find(|line| line.item == part);
    let line = line.ok_or_else(|| Refusal::new("changed-meanwhile", ""))?;
    let hundredths = i64::from(line.attrition).saturating_mul(100);
    let attrition = Quantity::from_ten_thousandths(hundredths).to_string();
    let units = words.typed(&line.per_unit.to_string());
    let per_unit = edits.change("quantity", &units)?;
    let lost = edits.change("attrition", &percent(words, &attrition))?;
    Ok(BomChange {
        per_unit: typed.per_unit.filter(|_| per_unit.is_some()),
        attrition: lost.map(|_| typed.attrition.unwrap_or(Quantity::ZERO)),
        refs: edits.change("refs", &line.refs.unwrap_or_default())?,
    })
}

/// Sets a line, new or not.
pub(super) async fn set(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let parent = sku.clone();
    let words = visit.words;
    let is_open = fields.text("line").is_some();
    let edits = is_open.then(|| Edits::of(&fields, &FIELDS));
    let plan = set_plan(&visit, &fields).map(|(part, typed)| {
        let done = Done::new(format!("{}/bom", path_of(&parent)), "done-bom-set")
            .value("item", parent.clone())
            .value("part", part.clone());
        let plan = move |fold: &Fold, _: Timestamp| {
            let change = match &edits {
                Some(edits) => changed(fold, (&parent, &part), (edits, words), &typed)?,
                None => typed,
            };
            at_entry::set_bom_line(fold, &parent, &part, &change)
        };
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
