//! The Edit tab of an item, and making a new one: name, kind, unit, Low Stock Threshold, usual
//! location, barcodes; archiving and merging.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{self, ItemChange, Plan, Refusal, settings};
use ledger_core::catalogue::{Class, ItemKind};
use ledger_core::fold::{Fold, Item};
use ledger_core::{Code, Quantity};
use ledger_node::View;
use serde::Deserialize;

use super::item::{Head, Offers, path_of};
use crate::api::{Named, PathOf, QueryOf};
use crate::lang::Words;
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

/// The fields in which two people may meet.
const FIELDS: [&str; 6] = ["name", "kind", "unit", "threshold", "location", "supplier"];
/// Kinds, in the words of the catalogue.
pub(super) const KINDS: [ItemKind; 3] = [ItemKind::Part, ItemKind::Pcba, ItemKind::Assembly];

/// An item's fields as a form shows them.
struct Shown {
    name: String,
    kind: &'static str,
    unit: String,
    threshold: String,
    location: String,
    supplier: String,
}

impl Shown {
    fn of(item: &Item, words: Words) -> Self {
        let threshold = item.threshold;
        let location = item.location.as_ref();
        let supplier = item.supplier.as_ref();
        Self {
            name: item.name.clone(),
            kind: item.kind.word(),
            unit: item.unit.clone(),
            threshold: threshold.map_or_else(String::new, |n| words.typed(&n.to_string())),
            location: location.map(ToString::to_string).unwrap_or_default(),
            supplier: supplier.map(ToString::to_string).unwrap_or_default(),
        }
    }
}

/// Reads barcodes, one a line: `CODE`, or `CODE=PACK` where one scan is several.
fn barcodes(words: Words, text: &str) -> Result<Vec<(String, Quantity)>, Problem> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = |line: &str| match line.rsplit_once('=') {
        Some((code, pack)) if pack.starts_with(|c: char| c.is_ascii_digit()) => {
            let pack = words.canonical(pack).or(Err(problem("ambiguous-number")))?;
            let pack = pack.parse().or(Err(problem("bad-quantity")))?;
            Ok((code.trim().to_owned(), pack))
        }
        Some(_) | None => Ok((line.to_owned(), Quantity::ONE)),
    };
    lines.map(read).collect()
}

/// The suppliers that a field offers.
fn suppliers(view: &View<'_>) -> Vec<String> {
    let codes = view.fold().codes(Class::Supplier);
    codes.map(ToString::to_string).collect()
}

/// A quantity in a field, or none where it is empty.
fn threshold(words: Words, text: &str) -> Result<Option<Quantity>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let canonical = words.canonical(text).or(Err(problem("ambiguous-number")))?;
    let digits = canonical.strip_prefix('+').unwrap_or(&canonical);
    Ok(Some(digits.parse().or(Err(problem("bad-quantity")))?))
}

fn kind(text: &str) -> Result<ItemKind, Refusal> {
    ItemKind::from_word(text).ok_or_else(|| Refusal::new("bad-kind", ""))
}

// Edit.

#[derive(Template)]
#[template(path = "items/item_edit.html")]
struct EditPage {
    frame: Frame,
    form: Form,
    head: Head,
    offers: Offers,
    kinds: [&'static str; 3],
    name: EditField,
    kind: EditField,
    unit: EditField,
    threshold: EditField,
    location: EditField,
    supplier: EditField,
    suppliers: Vec<String>,
    /// The unit is fixed once there are transactions.
    unit_is_fixed: bool,
}

/// What a field of the tab asks for while somebody types.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct EditQuery {
    /// What is being typed as the item to merge into.
    #[serde(default)]
    into: String,
}

fn edit_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    (sku, query): (&str, &EditQuery),
) -> Result<EditPage, Problem> {
    let sku = view.find_item(sku)?;
    let item = view.fold().item(&sku);
    let shown = Shown::of(&item, frame.words);
    let field = |name: &str, current: &str| EditField::of(&form, "edit", name, current);
    Ok(EditPage {
        head: Head::of(view, &sku, "/edit"),
        offers: Offers::places_like(view, &[], "").with_items_like(view, &query.into),
        kinds: KINDS.map(ItemKind::word),
        name: field("name", &shown.name),
        kind: field("kind", shown.kind),
        unit: field("unit", &shown.unit),
        threshold: field("threshold", &shown.threshold),
        location: field("location", &shown.location),
        supplier: field("supplier", &shown.supplier),
        suppliers: suppliers(view),
        unit_is_fixed: !view.fold().lines(&sku).is_empty(),
        frame,
        form,
    })
}

pub(super) async fn show(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<EditQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| edit_page(view, frame, Form::default(), (&sku, &query)))
        .await
}

/// Shows the tab again with a form that could not be done.
fn edit_again(view: &View<'_>, frame: Frame, form: Form, sku: &str) -> Result<EditPage, Problem> {
    edit_page(view, frame, form, (sku, &EditQuery::default()))
}

/// The address of the tab, on which archiving and merging stand too.
fn edit_path_of(sku: &str) -> String {
    format!("{}/edit", path_of(sku))
}

/// What an edit form asks for.
struct Edit {
    sku: String,
    words: Words,
    edits: Edits,
    threshold: Option<Quantity>,
    barcodes: Vec<(String, Quantity)>,
    unbound: Vec<String>,
}

impl Edit {
    fn of(words: Words, sku: &str, fields: &Fields) -> Result<Self, Problem> {
        let edits = Edits::of(fields, &FIELDS);
        let barcodes = barcodes(words, fields.raw("barcodes"))?;
        let unbound = fields.all("unbind").to_vec();
        if edits.is_empty() && barcodes.is_empty() && unbound.is_empty() {
            return Err(problem("nothing-changed"));
        }
        Ok(Self {
            sku: sku.to_owned(),
            words,
            edits,
            threshold: threshold(words, fields.raw("threshold").trim())?,
            barcodes,
            unbound,
        })
    }

    fn plan(&self, fold: &Fold) -> Result<Plan, Refusal> {
        let (sku, _) = at_entry::find_item(fold, &self.sku)?;
        let now = Shown::of(&fold.item(&sku), self.words);
        let threshold = self.edits.change("threshold", &now.threshold)?;
        let new_kind = self.edits.change("kind", now.kind)?;
        let change = ItemChange {
            name: self.edits.change("name", &now.name)?,
            kind: new_kind.as_deref().map(kind).transpose()?,
            unit: self.edits.change("unit", &now.unit)?,
            threshold: threshold.map(|_| self.threshold),
            barcodes: self.barcodes.clone(),
            location: self.edits.change("location", &now.location)?,
            supplier: self.edits.change("supplier", &now.supplier)?,
        };
        let mut plan = at_entry::set_item(fold, sku.as_str(), &change, false)?;
        for barcode in &self.unbound {
            plan.bodies
                .extend(at_entry::unbind(fold, barcode, sku.as_str())?.bodies);
        }
        Ok(plan)
    }
}

pub(super) async fn save(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let edit = Edit::of(visit.words, &sku, &fields);
    let done = Done::new(path_of(&sku), "done-item-saved").value("item", &sku);
    let plan = edit.map(|edit| (move |fold: &Fold, _| edit.plan(fold), done));
    let item = sku.clone();
    let build = move |view: &View<'_>, frame, form| edit_again(view, frame, form, &item);
    visit
        .write(("edit", fields), Named::Item(sku), plan, build)
        .await
}

/// Archives an item, or takes it into use again.
pub(super) async fn archive(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let archived = fields.raw("archived") == "yes";
    let message = if archived {
        "done-archived"
    } else {
        "done-restored"
    };
    let done = Done::new(path_of(&sku), message).value("item", &sku);
    let (item, shown) = (sku.clone(), sku.clone());
    let plan = move |fold: &Fold, _| at_entry::archive(fold, Class::Item, &item, archived);
    let build = move |view: &View<'_>, frame, form| edit_again(view, frame, form, &shown);
    let plan = Ok((plan, done));
    visit
        .on_page(edit_path_of(&sku))
        .write(("archive", fields), Named::Item(sku), plan, build)
        .await
}

/// Makes an item another name of a second one.
pub(super) async fn merge(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let into = fields.needed("into");
    let (item, shown) = (sku.clone(), sku.clone());
    let plan = into.map(|into| {
        let done = Done::new(path_of(&into), "done-merged")
            .value("item", &sku)
            .value("merge-into", &into);
        let plan = move |fold: &Fold, _| at_entry::merge_items(fold, &item, &into);
        (plan, done)
    });
    let build = move |view: &View<'_>, frame, form| edit_again(view, frame, form, &shown);
    visit
        .on_page(edit_path_of(&sku))
        .write(("merge", fields), Named::Item(sku), plan, build)
        .await
}

// New.

#[derive(Template)]
#[template(path = "items/item_new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    offers: Offers,
    kinds: [&'static str; 3],
    /// The threshold that holds when none is said.
    default: Option<String>,
    suppliers: Vec<String>,
}

/// What a field of the form asks for while somebody types.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NewQuery {
    /// What is being typed as the usual location.
    #[serde(default)]
    location: String,
}

fn new_page(view: &View<'_>, frame: Frame, form: Form, typed: &str) -> NewPage {
    let default = settings::default_threshold(view.fold());
    NewPage {
        default: default.map(|default| frame.number(&default.to_string())),
        offers: Offers::places_like(view, &[], typed),
        kinds: KINDS.map(ItemKind::word),
        suppliers: suppliers(view),
        frame,
        form,
    }
}

pub(super) async fn show_new(
    visit: Visit,
    QueryOf(query): QueryOf<NewQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| Ok(new_page(view, frame, Form::default(), &query.location)))
        .await
}

/// Reads a new item, with its SKU as it will be.
fn new_item(words: Words, fields: &Fields) -> Result<(String, ItemChange), Problem> {
    let sku = fields.needed("sku")?;
    let typed = fields.number(words, "threshold")?;
    let change = ItemChange {
        name: Some(fields.needed("name")?),
        kind: fields.text("kind").as_deref().map(kind).transpose()?,
        unit: fields.text("unit"),
        // An empty field leaves it to the setting.
        threshold: typed.map(Some),
        barcodes: barcodes(words, fields.raw("barcodes"))?,
        location: fields.text("location"),
        supplier: fields.text("supplier"),
    };
    Ok((sku, change))
}

pub(super) async fn make(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let plan = new_item(visit.words, &fields).map(|(sku, change)| {
        let shown = Code::new(&sku).map_or_else(|_| sku.clone(), |code| code.to_string());
        let done = Done::new(path_of(&shown), "done-item-made").value("item", shown);
        let plan = move |fold: &Fold, _| at_entry::add_item(fold, &sku, &change);
        (plan, done)
    });
    let build = |view: &View<'_>, frame, form| Ok(new_page(view, frame, form, ""));
    visit
        .write(("new", fields), Named::Nothing, plan, build)
        .await
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::lang::Lang;

    #[test]
    fn barcodes_come_one_a_line_with_their_pack() {
        let words = Words::new(Lang::De, Tz::UTC);
        let read = barcodes(words, "4006381333931\r\n\r\n AB=C \nREEL=2,5\n").unwrap();
        let read: Vec<(&str, String)> = read
            .iter()
            .map(|(code, pack)| (code.as_str(), pack.to_string()))
            .collect();
        let one = "1".to_owned();
        assert_eq!(
            read,
            [
                ("4006381333931", one.clone()),
                ("AB=C", one),
                ("REEL", "2.5".to_owned())
            ]
        );
    }
}
