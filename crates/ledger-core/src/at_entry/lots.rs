//! Production lots at entry: planning, issuing, building, and what goes with each.
//!
//! What is issued to a lot left the shelf for it. What is built comes in, and the parts that were
//! not issued ahead go out with it (backflush), as far as they are on the shelves: a part that is
//! not there by the ledger is said, not driven below zero.

use super::bom::made_item;
use super::documents::{self, Fields, for_document};
use super::shelves::{back_to, take_for, with_owner};
use super::stock::{add, before_count, check_item_in_use, check_quantity, remove};
use super::{About, Plan, Refusal, StockRequest, find_item};
use crate::catalogue::{Class, Value};
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::entry::{Body, Details, LotEntry, LotPlanned, LotSet};
use crate::fold::{Fold, Lot};
use crate::id::{DeviceId, EntryRef};
use crate::production::{BomLine, key};
use crate::quantity::{Quantity, Total};

/// The lines of a lot take so many bytes at most, so that an entry holds them with all else that it
/// says; each takes this many beside its texts.
const BOM_BYTES_MAX: usize = 28 * 1024;
const LINE_BYTES: usize = 24;

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

/// What an item is made of, as far as one entry of a lot holds that.
fn bom_to_keep(fold: &Fold, item: &Code) -> Result<Vec<BomLine>, Refusal> {
    made_item(fold, item)?;
    let bom = fold.bom(item);
    let bytes = bom.iter().map(|line| {
        let refs = line.refs.as_deref().map_or(0, str::len);
        let texts = line.item.as_str().len().saturating_add(refs);
        texts.saturating_add(LINE_BYTES)
    });
    let bytes = bytes.fold(0_usize, usize::saturating_add);
    if bytes > BOM_BYTES_MAX {
        let text = format!(
            "the bill of materials of {item} is too long for a lot: {} lines with their references \
             take {bytes} bytes, and {BOM_BYTES_MAX} fit",
            bom.len()
        );
        return Err(Refusal::new("bom-too-long", text)
            .hint("shorten its references, or make some of its lines an item of their own"));
    }
    Ok(bom)
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
    let bom = bom_to_keep(fold, &item)?;
    let number = documents::new_number(fold, Family::Lot, 'L', device, number)?;
    let mut fields = fields(fold, change)?;
    let units = Value::Int(quantity.ten_thousandths());
    fields.0.insert(key::QUANTITY, units);
    fields.usual_site(fold, key::SITE, device);
    let planned = LotPlanned {
        number,
        bom,
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
    let bom = bom_to_keep(fold, &lot.item)?;
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
        bom: Some(bom),
        fields: crate::document::DocumentFields::new(),
        once: None,
    };
    Ok(Plan::new(about(&lot), vec![Body::Lot(LotEntry::Set(set))]))
}

/// Takes a part for a lot from a place. Without an owner it is the stock of the lot's customer where
/// enough of it lies there, or none of ours (F8), and ours otherwise; `-` is ours in any case.
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
    check_quantity(request.quantity, "lot issue")?;
    let request = with_owner(fold, lot.customer.as_ref(), &item, location, request);
    let mut plan = remove(fold, location, &request)?;
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

/// Brings a part back that was issued to a lot; also when the lot is closed. Where no owner or batch
/// is named it goes back to those that it was taken from, the newest first; so the plan can have
/// several movements. The owner `-` is ours.
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
    check_quantity(request.quantity, "lot return")?;
    let mut plan = Plan::new(about(&lot), Vec::new());
    for part in back_to(fold, lot.id, &item, request) {
        let part = add(fold, location, &part)?;
        plan.bodies.extend(part.bodies);
        plan.warnings.extend(part.warnings);
    }
    for_document(
        &mut plan,
        DocumentRef::new(Family::Lot, reference),
        &lot.number,
    );
    Ok(plan)
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
    } else if request.owner.as_deref() == Some(documents::OUR_OWN) {
        request.owner = None;
    }
    let mut plan = add(fold, location, &request)?;
    plan.about = about(&lot);
    if backflush {
        let mut missing = Vec::new();
        for line in &lot.bom {
            let needed = lot.goes_with(line, request.quantity.total());
            let (bodies, found) = take_for(fold, document, &lot, &line.item, needed)?;
            let parts = said_along(&plan, bodies);
            plan.warnings.extend(seen_by_counts(fold, &parts));
            plan.bodies.extend(parts);
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

/// The parts of a build, with the time and the words that were said of it.
fn said_along(build: &Plan, mut parts: Vec<Body>) -> Vec<Body> {
    let said = build.bodies.first().and_then(Body::particulars);
    for body in &mut parts {
        if let (Body::Moved(moved), Some(said)) = (body, said) {
            let details = &mut moved.particulars.details;
            details.reason.clone_from(&said.details.reason);
            details.note.clone_from(&said.details.note);
            moved.particulars.said = said.said;
        }
    }
    parts
}

/// The warnings that parts went out before they were counted last.
fn seen_by_counts<'a>(fold: &'a Fold, parts: &'a [Body]) -> impl Iterator<Item = String> + 'a {
    parts.iter().filter_map(|part| {
        let Body::Moved(part) = part else {
            return None;
        };
        before_count(fold, &part.item, part.from.as_ref()?, part.particulars.said)
    })
}

/// Ends a lot. What was not built is wanted no longer.
pub fn lot_close(fold: &Fold, lot: &str, details: &Details) -> Result<Plan, Refusal> {
    let (lot, reference) = find_open(fold, lot)?;
    let left = lot.left();
    let left = (left > Total::ZERO)
        .then(|| format!("not built, and wanted no longer: {left} of {}", lot.item));
    let ahead = lot.bom.iter().filter_map(|line| {
        let unused = lot.ahead(line);
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
