//! Purchase orders at entry: placing, changing, receiving, and what is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::documents::{self, Fields, for_document};
use super::shelves::with_owner;
use super::stock::{add, check_item_in_use};
use super::{About, Plan, Refusal, StockRequest, find_item, find_thing};
use crate::catalogue::{Class, Value};
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::entry::{
    Body, Details, PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced, PurchaseSet,
};
use crate::fold::{Fold, Purchase};
use crate::id::{DeviceId, EntryRef};
use crate::purchase::key;
use crate::quantity::{Quantity, Total};

/// What is said about a purchase order; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct PurchaseChange {
    /// Whom it is placed with.
    pub supplier: Option<String>,
    /// The site that it is delivered to; `Some(None)` is any.
    pub site: Option<Option<String>>,
    /// What it is about.
    pub title: Option<String>,
    /// What the supplier calls it.
    pub reference: Option<String>,
    /// How much of which item is ordered for a day from now on.
    pub lines: Vec<LineRequest>,
}

/// How much of an item is ordered, as it was typed.
#[derive(Debug, Clone)]
pub struct LineRequest {
    /// The item, by SKU or barcode.
    pub item: String,
    /// How much.
    pub quantity: Quantity,
    /// The day it is to come, in days since 1970-01-01.
    pub day: Option<u32>,
}

/// The purchase order that a text names: by its number, or by the entry that placed it.
pub fn find_purchase(fold: &Fold, text: &str) -> Result<Purchase, Refusal> {
    let id = documents::find(fold, Family::Purchase, text)?;
    fold.purchase(id)
        .ok_or_else(|| documents::unknown(fold, Family::Purchase, text))
}

/// A purchase order that can still be changed.
fn find_open(fold: &Fold, text: &str) -> Result<(Purchase, EntryRef), Refusal> {
    let purchase = find_purchase(fold, text)?;
    let state = purchase.state;
    let reference = documents::still_open(fold, Family::Purchase, purchase.id, state)?;
    Ok((purchase, reference))
}

fn about(purchase: &Purchase) -> About {
    About::Document(Family::Purchase, purchase.id)
}

fn fields(fold: &Fold, change: &PurchaseChange) -> Result<Fields, Refusal> {
    let mut fields = Fields::default();
    if let Some(supplier) = &change.supplier {
        let supplier = find_thing(fold, Class::Supplier, supplier)?;
        fields.0.insert(key::SUPPLIER, Value::code(Some(&supplier)));
    }
    fields.thing(fold, key::SITE, Class::Site, change.site.as_ref())?;
    fields.text(key::TITLE, "title", change.title.as_ref())?;
    let reference = change.reference.as_ref();
    fields.text(key::REFERENCE, "supplier's reference", reference)?;
    Ok(fields)
}

fn check_ordered(quantity: Quantity, may_be_zero: bool) -> Result<(), Refusal> {
    if quantity.is_negative() || quantity.is_zero() && !may_be_zero {
        let text = format!("a purchase order takes a quantity above 0, not {quantity}");
        return Err(Refusal::new("bad-quantity", text)
            .hint("to take a line away use: stock po set N ITEM=0[@DATE]"));
    }
    if Fold::can_move(quantity) {
        return Ok(());
    }
    let text = format!("the quantity {quantity} is too large");
    Err(Refusal::new("overflow", text))
}

/// Refuses a second line of an item for one day.
fn check_once(
    seen: &mut BTreeSet<(Code, Option<u32>)>,
    item: &Code,
    day: Option<u32>,
) -> Result<(), Refusal> {
    if seen.insert((item.clone(), day)) {
        return Ok(());
    }
    let text = format!("{item} stands twice for one day");
    Err(Refusal::new("line-twice", text)
        .hint("say each item once for a day, with all of its quantity"))
}

/// Places a purchase order with a supplier. Without a number it gets one.
pub fn place_purchase(
    fold: &Fold,
    device: DeviceId,
    number: Option<&str>,
    change: &PurchaseChange,
) -> Result<Plan, Refusal> {
    if change.supplier.is_none() {
        return Err(Refusal::new("supplier-missing", "whom is it placed with?")
            .hint("name a supplier; make one with: stock supplier add CODE --name NAME"));
    }
    if change.lines.is_empty() {
        return Err(Refusal::new("nothing-ordered", "nothing was said to order")
            .hint("say what: ITEM=QTY[@DATE] …"));
    }
    let mut lines: Vec<PurchaseLine> = Vec::new();
    let mut seen = BTreeSet::new();
    for said in &change.lines {
        check_ordered(said.quantity, false)?;
        let (item, _) = find_item(fold, &said.item)?;
        check_item_in_use(fold, &item)?;
        check_once(&mut seen, &item, said.day)?;
        lines.push(PurchaseLine {
            item,
            quantity: said.quantity,
            day: said.day,
        });
    }
    let number = documents::new_number(fold, Family::Purchase, 'P', device, number)?;
    let mut fields = fields(fold, change)?;
    fields.usual_site(fold, key::SITE, device);
    let placed = PurchasePlaced {
        number,
        lines,
        fields: fields.of_new(),
        once: None,
    };
    let body = Body::Purchase(PurchaseEntry::Placed(placed));
    Ok(Plan::new(About::NewDocument(Family::Purchase), vec![body]))
}

/// Changes a purchase order: what it says about itself, and how much is ordered for a day. 0 takes
/// a line away.
pub fn set_purchase(fold: &Fold, purchase: &str, change: &PurchaseChange) -> Result<Plan, Refusal> {
    let (purchase, reference) = find_open(fold, purchase)?;
    let fields = fields(fold, change)?.0;
    let mut bodies = Vec::new();
    let mut seen = BTreeSet::new();
    for said in &change.lines {
        check_ordered(said.quantity, true)?;
        let (item, _) = find_item(fold, &said.item)?;
        check_once(&mut seen, &item, said.day)?;
        bodies.extend(line_bodies(fold, &purchase, reference, &item, said)?);
    }
    if !fields.is_empty() {
        bodies.push(Body::Purchase(PurchaseEntry::Set(PurchaseSet {
            purchase: reference,
            fields,
            once: None,
        })));
    }
    if bodies.is_empty() {
        return Err(Refusal::new("nothing-to-set", "nothing was said to change")
            .hint("say what: ITEM=QTY[@DATE], --supplier, --site, --title or --reference"));
    }
    Ok(Plan::new(about(&purchase), bodies))
}

/// Entries that make so much of an item be ordered for a day; other codes of the item then have
/// nothing for that day.
fn line_bodies(
    fold: &Fold,
    purchase: &Purchase,
    reference: EntryRef,
    item: &Code,
    said: &LineRequest,
) -> Result<Vec<Body>, Refusal> {
    let set = |item: Code, quantity: Quantity| {
        Body::Purchase(PurchaseEntry::LineSet(PurchaseLineSet {
            purchase: reference,
            line: PurchaseLine {
                item,
                quantity,
                day: said.day,
            },
            once: None,
        }))
    };
    let entered = fold.entered_purchase_lines(purchase.id, Some(item));
    let entered: Vec<Code> = entered
        .into_iter()
        .filter(|(_, day, _)| *day == said.day)
        .map(|(code, ..)| code)
        .collect();
    if entered.is_empty() && said.quantity.is_zero() {
        let text = format!("{item} is not ordered on {} for that day", purchase.number);
        return Err(Refusal::new("unknown-line", text).hint(format!(
            "see its lines with: stock po show {}",
            purchase.number
        )));
    }
    if entered.is_empty() {
        check_item_in_use(fold, item)?;
    }
    let mut bodies = vec![set(item.clone(), said.quantity)];
    let others = entered.into_iter().filter(|code| code != item);
    bodies.extend(others.map(|code| set(code, Quantity::ZERO)));
    Ok(bodies)
}

/// Books in what came of a purchase order. More than is ordered needs a reason.
pub fn receive(
    fold: &Fold,
    purchase: &str,
    location: &str,
    request: &StockRequest,
) -> Result<Plan, Refusal> {
    let (purchase, reference) = find_open(fold, purchase)?;
    let (item, _) = find_item(fold, &request.item)?;
    let request = &with_owner(fold, None, &item, location, request);
    let mut plan = add(fold, location, request)?;
    let left = purchase.left_of(&item);
    let over = request.quantity.total().minus(left);
    let has_reason = plan.bodies.iter().any(|body| {
        let particulars = body.particulars();
        particulars.is_some_and(|particulars| particulars.details.reason.is_some())
    });
    if over > Total::ZERO && !has_reason {
        let is_ordered = purchase.lines.iter().any(|line| line.item == item);
        let number = &purchase.number;
        let refusal = if is_ordered {
            let text = format!(
                "{left} of {item} are still to come of the purchase order {number}: {over} are \
                 more than that"
            );
            Refusal::new("above-ordered", text)
        } else {
            let text = format!("{item} is not on the purchase order {number}");
            Refusal::new("not-ordered", text)
        };
        return Err(refusal.hint("if it came all the same, say why with --reason TEXT"));
    }
    let document = DocumentRef::new(Family::Purchase, reference);
    for_document(&mut plan, document, &purchase.number);
    plan.about = about(&purchase);
    let warning = (over > Total::ZERO)
        .then(|| format!("{over} of {item} are more than was ordered, as was said"));
    Ok(plan.warn(warning))
}

/// Ends a purchase order: what has not come is not expected any longer.
pub fn close_purchase(fold: &Fold, purchase: &str, details: &Details) -> Result<Plan, Refusal> {
    let (purchase, reference) = find_open(fold, purchase)?;
    let open = purchase
        .lines
        .iter()
        .filter(|line| line.left() > Total::ZERO);
    let open: Vec<String> = open
        .map(|line| format!("{} of {}", line.left(), line.item))
        .collect();
    let warning = (!open.is_empty())
        .then(|| format!("not come, and expected no longer: {}", open.join(", ")));
    let ended = documents::ended(fold, reference, details)?;
    let body = Body::Purchase(PurchaseEntry::Closed(ended));
    Ok(Plan::new(about(&purchase), vec![body]).warn(warning))
}

/// Places purchase orders for what a lot is short of, all that is open being met first: one for each
/// supplier, to come by the lot's day. What nobody is known to sell goes to `supplier`, if one is
/// named.
pub fn buy_short(
    fold: &Fold,
    device: DeviceId,
    lot: &str,
    supplier: Option<&str>,
) -> Result<Plan, Refusal> {
    let lot = super::find_lot(fold, lot)?;
    documents::still_open(fold, Family::Lot, lot.id, lot.state)?;
    let other = supplier.map(|supplier| find_thing(fold, Class::Supplier, supplier));
    let other = other.transpose()?;
    let short = fold.prospect().short_of(lot.id);
    if short.is_empty() {
        let text = format!("the lot {} is short of nothing", lot.number);
        return Err(Refusal::new("nothing-to-buy", text).hint(format!(
            "see what covers it with: stock lot show {}",
            lot.number
        )));
    }
    let mut by_supplier: BTreeMap<Code, Vec<PurchaseLine>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for (item, total) in short {
        match fold.bought_from(&item).or_else(|| other.clone()) {
            Some(supplier) => by_supplier.entry(supplier).or_default().push(PurchaseLine {
                quantity: documents::fits(total)?,
                day: lot.due,
                item,
            }),
            None => unknown.push(item.to_string()),
        }
    }
    if !unknown.is_empty() {
        let text = format!("nobody is known to sell {}", unknown.join(", "));
        return Err(Refusal::new("supplier-missing", text).hint(
            "say whom to buy them from with --supplier, or for good with: stock item set SKU \
             --supplier CODE",
        ));
    }
    let mut bodies = Vec::new();
    for (at, (supplier, lines)) in by_supplier.into_iter().enumerate() {
        let number = documents::made_number(fold, Family::Purchase, 'P', device, at)?;
        let mut fields = Fields::default();
        fields.0.insert(key::SUPPLIER, Value::code(Some(&supplier)));
        fields.0.insert(
            key::TITLE,
            Value::text(&format!("For the lot {}", lot.number)),
        );
        if let Some(site) = &lot.site {
            fields.0.insert(key::SITE, Value::code(Some(site)));
        }
        bodies.push(Body::Purchase(PurchaseEntry::Placed(PurchasePlaced {
            number,
            lines,
            fields: fields.of_new(),
            once: None,
        })));
    }
    Ok(Plan::new(About::Document(Family::Lot, lot.id), bodies))
}
