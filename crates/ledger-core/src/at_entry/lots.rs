//! Production lots at entry: planning, issuing, building, and what goes with each.
//!
//! What is issued to a lot left the shelf for it. What is built comes in, and the parts that were
//! not issued ahead go out with it (backflush), as far as they are on the shelves: a part that is
//! not there by the ledger is said, not driven below zero.

use super::bom::made_item;
use super::documents::{self, Fields};
use super::shelves::take_for;
use super::stock::{add, check_item_in_use, remove};
use super::{About, Plan, Refusal, StockRequest, find_item};
use crate::catalogue::{Class, Value};
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::entry::{Body, Details, LotEntry, LotPlanned, LotSet};
use crate::fold::{Fold, Lot, taken_by};
use crate::id::{DeviceId, EntryRef};
use crate::production::{BomLine, key};
use crate::quantity::{Quantity, Total};

/// What is said about a production lot; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct LotChange {
    /// How many units.
    pub quantity: Option<Quantity>,
    /// The customer whose stock it may use; `Some(None)` takes it away.
    pub customer: Option<Option<String>>,
    /// The site where it is built; `Some(None)` is any.
    pub site: Option<Option<String>>,
    /// The day it is due, in days since 1970-01-01; `Some(None)` takes it away.
    pub due: Option<Option<u32>>,
    /// What it is about.
    pub title: Option<String>,
}

/// The production lot that a text names: by its number, or by the entry that planned it.
pub fn find_lot(fold: &Fold, text: &str) -> Result<Lot, Refusal> {
    let id = documents::find(fold, Family::Lot, text)?;
    fold.lot(id)
        .ok_or_else(|| documents::unknown(fold, Family::Lot, text))
}

/// A lot that can still be changed.
fn find_open(fold: &Fold, text: &str) -> Result<(Lot, EntryRef), Refusal> {
    let lot = find_lot(fold, text)?;
    let reference = documents::still_open(fold, Family::Lot, lot.id, lot.state)?;
    Ok((lot, reference))
}

fn about(lot: &Lot) -> About {
    About::Document(Family::Lot, lot.id)
}

fn check_units(quantity: Quantity, command: &str) -> Result<(), Refusal> {
    if quantity.is_negative() || quantity.is_zero() {
        let text = format!("lot {command} needs a quantity above 0, not {quantity}");
        return Err(Refusal::new("bad-quantity", text).hint(match command {
            "build" => "to take back what was booked too much use: stock undo",
            _ => "to give a lot up use: stock lot close N",
        }));
    }
    Ok(())
}

fn fields(fold: &Fold, change: &LotChange) -> Result<Fields, Refusal> {
    let mut fields = Fields::default();
    let customer = change.customer.as_ref();
    fields.thing(fold, key::CUSTOMER, Class::Customer, customer)?;
    fields.thing(fold, key::SITE, Class::Site, change.site.as_ref())?;
    fields.day(key::DUE, change.due);
    fields.text(key::TITLE, "title", change.title.as_ref())?;
    if let Some(quantity) = change.quantity {
        let value = Value::Int(quantity.ten_thousandths());
        fields.0.insert(key::QUANTITY, value);
    }
    Ok(fields)
}

/// Plans a lot. Without a number it gets one. The bill of materials is kept as it is now.
pub fn plan_lot(
    fold: &Fold,
    device: DeviceId,
    number: Option<&str>,
    item: &str,
    quantity: Quantity,
    change: &LotChange,
) -> Result<Plan, Refusal> {
    check_units(quantity, "plan")?;
    let (item, _) = find_item(fold, item)?;
    check_item_in_use(fold, &item)?;
    made_item(fold, &item)?;
    let number = documents::new_number(fold, Family::Lot, 'L', device, number)?;
    let mut fields = fields(fold, change)?;
    let units = Value::Int(quantity.ten_thousandths());
    fields.0.insert(key::QUANTITY, units);
    fields.usual_site(fold, key::SITE, device);
    let planned = LotPlanned {
        number,
        bom: fold.bom(&item),
        item,
        fields: fields.of_new(),
        once: None,
    };
    let body = Body::Lot(LotEntry::Planned(planned));
    Ok(Plan::new(About::NewDocument(Family::Lot), vec![body]))
}

/// Changes what a lot says about itself.
pub fn set_lot(fold: &Fold, lot: &str, change: &LotChange) -> Result<Plan, Refusal> {
    let (lot, reference) = find_open(fold, lot)?;
    if let Some(quantity) = change.quantity {
        check_units(quantity, "set")?;
    }
    let fields = fields(fold, change)?;
    let fields = fields.of_change("say what: --quantity, --customer, --site, --due or --title")?;
    let below = change.quantity.map(Quantity::total);
    let below = below.filter(|quantity| *quantity < lot.built);
    let warning = below.map(|_| format!("{} are built already", lot.built));
    let set = LotSet {
        lot: reference,
        bom: None,
        fields,
        once: None,
    };
    Ok(Plan::new(about(&lot), vec![Body::Lot(LotEntry::Set(set))]).warn(warning))
}

/// Lets a lot go by today's bill of materials.
pub fn adopt_bom(fold: &Fold, lot: &str) -> Result<Plan, Refusal> {
    let (lot, reference) = find_open(fold, lot)?;
    made_item(fold, &lot.item)?;
    if !fold.lot_differs(&lot) {
        let text = format!(
            "the lot {} goes by today's bill of materials already",
            lot.number
        );
        return Err(Refusal::new("nothing-to-adopt", text)
            .hint("change the bill of materials first with: stock bom set"));
    }
    let set = LotSet {
        lot: reference,
        bom: Some(fold.bom(&lot.item)),
        fields: crate::document::DocumentFields::new(),
        once: None,
    };
    Ok(Plan::new(about(&lot), vec![Body::Lot(LotEntry::Set(set))]))
}

/// Lets the movements of a plan be for a document, by reference and by the number that people read.
pub(super) fn for_document(plan: &mut Plan, document: DocumentRef, number: &Code) {
    for body in &mut plan.bodies {
        if let Body::Moved(moved) = body {
            moved.document = Some(document);
            let details = &mut moved.particulars.details;
            let field = match document.family {
                Family::Lot => &mut details.lot,
                Family::Purchase => &mut details.po,
                Family::Order | Family::Stocktake => continue,
            };
            *field = Some(number.to_string());
        }
    }
}

/// Takes a part for a lot from a place.
pub fn lot_issue(
    fold: &Fold,
    lot: &str,
    location: &str,
    request: &StockRequest,
) -> Result<Plan, Refusal> {
    let (lot, reference) = find_open(fold, lot)?;
    let (item, _) = find_item(fold, &request.item)?;
    if item == lot.item {
        let text = format!("the lot {} builds {item}: it takes none", lot.number);
        return Err(Refusal::new("builds-it", text)
            .hint("to take back what was booked too much use: stock undo"));
    }
    let mut plan = remove(fold, location, request)?;
    for_document(
        &mut plan,
        DocumentRef::new(Family::Lot, reference),
        &lot.number,
    );
    plan.about = about(&lot);
    let stranger = !lot.bom.iter().any(|line| line.item == item);
    let stranger = stranger.then(|| {
        format!(
            "{item} is not on the bill of materials of the lot {}",
            lot.number
        )
    });
    Ok(plan.warn(stranger))
}

/// Brings a part back that was issued to a lot; also when the lot is closed.
pub fn lot_return(
    fold: &Fold,
    lot: &str,
    location: &str,
    request: &StockRequest,
) -> Result<Plan, Refusal> {
    let lot = find_lot(fold, lot)?;
    let reference = fold
        .reference(lot.id)
        .ok_or_else(|| documents::unknown(fold, Family::Lot, lot.number.as_str()))?;
    let (item, _) = find_item(fold, &request.item)?;
    let issued = lot.issued.get(&item).copied().unwrap_or_default();
    if request.quantity.total() > issued {
        let text = format!(
            "only {issued} of {item} are issued to the lot {}",
            lot.number
        );
        return Err(Refusal::new("above-issued", text).hint("return what was issued, or less"));
    }
    let mut plan = add(fold, location, request)?;
    for_document(
        &mut plan,
        DocumentRef::new(Family::Lot, reference),
        &lot.number,
    );
    plan.about = about(&lot);
    Ok(plan)
}

/// How much of a part goes with the next units: what they take less what was issued ahead.
fn goes_with(lot: &Lot, line: &BomLine, units: Quantity) -> Total {
    let issued = lot.issued.get(&line.item).copied().unwrap_or_default();
    let had = taken_by(line, lot.built).max(issued);
    let after = taken_by(line, lot.built.plus(units.total()));
    after.minus(had).max(Total::ZERO)
}

/// Books units of a lot in at a place, and with `backflush` the parts out that were not issued
/// ahead.
pub fn lot_build(
    fold: &Fold,
    lot: &str,
    location: &str,
    request: &StockRequest,
    backflush: bool,
) -> Result<Plan, Refusal> {
    check_units(request.quantity, "build")?;
    let (lot, reference) = find_open(fold, lot)?;
    let document = DocumentRef::new(Family::Lot, reference);
    let mut request = request.clone();
    request.item = lot.item.to_string();
    if request.owner.is_none() {
        request.owner = lot.customer.as_ref().map(ToString::to_string);
    } else if request.owner.as_deref() == Some(super::orders::OUR_OWN) {
        request.owner = None;
    }
    let mut plan = add(fold, location, &request)?;
    plan.about = about(&lot);
    if backflush {
        let mut missing = Vec::new();
        for line in &lot.bom {
            let needed = goes_with(&lot, line, request.quantity);
            let (bodies, found) = take_for(fold, document, &lot, &line.item, needed)?;
            plan.bodies.extend(bodies);
            if found < needed {
                missing.push(format!("{} of {}", needed.minus(found), line.item));
            }
        }
        let missing = (!missing.is_empty()).then(|| {
            format!(
                "not on any shelf by the ledger, so not taken out: {}. If they were used, say from \
                 where with: stock lot issue {} ITEM LOCATION QTY",
                missing.join(", "),
                lot.number
            )
        });
        plan = plan.warn(missing);
    }
    for_document(&mut plan, document, &lot.number);
    let above = lot.built.plus(request.quantity.total());
    let above = (above > lot.quantity.total()).then(|| {
        format!(
            "the lot {} is for {}, and {above} are built with these",
            lot.number, lot.quantity
        )
    });
    Ok(plan.warn(above))
}

/// Ends a lot. What was not built is wanted no longer.
pub fn lot_close(fold: &Fold, lot: &str, details: &Details) -> Result<Plan, Refusal> {
    let (lot, reference) = find_open(fold, lot)?;
    let left = lot.left();
    let left = (left > Total::ZERO)
        .then(|| format!("not built, and wanted no longer: {left} of {}", lot.item));
    let ahead = lot.bom.iter().filter_map(|line| {
        let issued = lot.issued.get(&line.item).copied().unwrap_or_default();
        let unused = issued.minus(taken_by(line, lot.built));
        (unused > Total::ZERO).then(|| format!("{unused} of {}", line.item))
    });
    let ahead: Vec<String> = ahead.collect();
    let ahead = (!ahead.is_empty()).then(|| {
        format!(
            "issued and not built in: {}. Bring back what is left with: stock lot return {} ITEM \
             LOCATION QTY",
            ahead.join(", "),
            lot.number
        )
    });
    let ended = documents::ended(fold, reference, details)?;
    let body = Body::Lot(LotEntry::Closed(ended));
    Ok(Plan::new(about(&lot), vec![body]).warn(left).warn(ahead))
}
