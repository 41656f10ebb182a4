//! Orders at entry (F7–F9): what is refused, and which movements go with a command.
//!
//! With the policy *issue* a line's parts leave the shelf when they are ordered, as far as they are
//! there; with *reserve* they are promised and leave when they are picked. Whatever takes a line
//! back returns what was picked for it, to where it came from, in the same group.

use super::documents::{self, Fields};
use super::noted::below_nothing;
use super::settings::{self, OrderPolicy};
use super::shelves::{returns_of, take_free, take_promised, with_owner};
use super::stock::{before_count, check_item_in_use, check_quantity, find_place, particulars};
use super::{About, Plan, Refusal, StockRequest, find_item};
use crate::catalogue::Class;
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::entry::{
    Act, Body, Details, Moved, OrderEntry, OrderExpedited, OrderLineSet, OrderOpened, OrderSet,
    Place,
};
use crate::fold::{Fold, LineKey, Order, OrderLine, Pools};
use crate::id::{DeviceId, EntryRef};
use crate::order::{OrderType, key};
use crate::quantity::{Quantity, Total};

/// What is said about an order; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct OrderChange {
    /// The customer; `Some(None)` takes it away.
    pub customer: Option<Option<String>>,
    /// The site whose stock serves it; `Some(None)` is any.
    pub site: Option<Option<String>>,
    /// The day it is due, in days since 1970-01-01; `Some(None)` takes it away.
    pub due: Option<Option<u32>>,
    /// What it is about.
    pub title: Option<String>,
    /// How far the work is.
    pub stage: Option<String>,
}

/// The order that a text names: by its number, or by the entry that opened it.
pub fn find_order(fold: &Fold, text: &str) -> Result<Order, Refusal> {
    let id = documents::find(fold, Family::Order, text)?;
    fold.order(id)
        .ok_or_else(|| documents::unknown(fold, Family::Order, text))
}

/// An order that can still be changed.
fn find_open(fold: &Fold, text: &str) -> Result<(Order, EntryRef), Refusal> {
    let order = find_order(fold, text)?;
    let reference = documents::still_open(fold, Family::Order, order.id, order.state)?;
    Ok((order, reference))
}

fn fields(fold: &Fold, change: &OrderChange) -> Result<Fields, Refusal> {
    let mut fields = Fields::default();
    let customer = change.customer.as_ref();
    fields.thing(fold, key::CUSTOMER, Class::Customer, customer)?;
    fields.thing(fold, key::SITE, Class::Site, change.site.as_ref())?;
    fields.day(key::DUE, change.due);
    fields.text(key::TITLE, "title", change.title.as_ref())?;
    fields.text(key::STAGE, "stage", change.stage.as_ref())?;
    Ok(fields)
}

/// Opens an order. Without a number it gets one; a number that an order here has is refused.
pub fn open_order(
    fold: &Fold,
    device: DeviceId,
    number: Option<&str>,
    order_type: OrderType,
    change: &OrderChange,
) -> Result<Plan, Refusal> {
    let letter = match order_type {
        OrderType::Repair => 'R',
        OrderType::Sales => 'S',
    };
    let number = documents::new_number(fold, Family::Order, letter, device, number)?;
    let mut fields = fields(fold, change)?;
    fields.usual_site(fold, key::SITE, device);
    let fields = fields.of_new();
    let opened = OrderOpened {
        number,
        order_type,
        fields,
        once: None,
    };
    Ok(Plan::new(
        About::NewDocument(Family::Order),
        vec![Body::Order(OrderEntry::Opened(opened))],
    ))
}

/// Changes what an order says about itself.
pub fn set_order(fold: &Fold, order: &str, change: &OrderChange) -> Result<Plan, Refusal> {
    let (order, reference) = find_open(fold, order)?;
    let fields = fields(fold, change)?;
    let fields = fields.of_change("say what: --customer, --site, --due, --title or --stage")?;
    let set = OrderSet {
        order: reference,
        fields,
        once: None,
    };
    Ok(Plan::new(
        About::Document(Family::Order, order.id),
        vec![Body::Order(OrderEntry::Set(set))],
    ))
}

/// The line of an order for an item.
fn line_of(fold: &Fold, order: &Order, item: &Code) -> Option<OrderLine> {
    let lines = fold.order_lines(order.id);
    lines.into_iter().find(|line| line.item == *item)
}

/// The line of an order for an item, which must be there.
pub fn wanted_line(fold: &Fold, order: &Order, item: &Code) -> Result<OrderLine, Refusal> {
    line_of(fold, order, item).ok_or_else(|| {
        let text = format!("the order {} has no line of {item}", order.number);
        Refusal::new("unknown-line", text).hint(format!(
            "add one with: stock order add {} {item} QTY",
            order.number
        ))
    })
}

/// Entries that make an item's line want so much; other codes of the item then want nothing.
fn line_bodies(
    fold: &Fold,
    order: &Order,
    reference: EntryRef,
    item: &Code,
    wanted: Quantity,
) -> Vec<Body> {
    let set = |item: Code, wanted| {
        Body::Order(OrderEntry::LineSet(OrderLineSet {
            order: reference,
            item,
            wanted,
            once: None,
        }))
    };
    let mut bodies = vec![set(item.clone(), wanted)];
    let others = fold.aliases(item).into_iter().filter(|code| code != item);
    let wants = |code: &Code| !fold.entered_wanted(order.id, code).is_zero();
    bodies.extend(others.filter(wants).map(|code| set(code, Quantity::ZERO)));
    bodies
}

/// Raises a line by so much, and with the policy *issue* takes what is there.
fn raise(
    fold: &Fold,
    order: &Order,
    reference: EntryRef,
    item: &Code,
    line: Option<&OrderLine>,
    to: Total,
) -> Result<Plan, Refusal> {
    // What is picked beyond the line is out already.
    let covered = line.map_or(Total::ZERO, |line| line.wanted.max(line.picked));
    let more = to.minus(covered).max(Total::ZERO);
    check_item_in_use(fold, item)?;
    let pools = fold.free_pools(order.id, item);
    let free = pools
        .values()
        .fold(Total::ZERO, |sum, left| sum.plus(*left));
    if more > free && !settings::allow_backorder(fold) {
        let site = order
            .site
            .as_ref()
            .map_or_else(String::new, |site| format!(" at {site}"));
        let text = format!("only {free} of {item} are available{site}, {more} more are wanted");
        return Err(Refusal::new("not-available", text)
            .hint("order less, or allow backorders with: stock setting set allow-backorder on"));
    }
    let mut bodies = line_bodies(fold, order, reference, item, documents::fits(to)?);
    let short = more.minus(free.min(more));
    if settings::order_policy(fold, order.order_type) == OrderPolicy::Issue {
        bodies.extend(take_free(fold, reference, item, pools, more)?);
    }
    let warning = (short > Total::ZERO)
        .then(|| format!("{short} of {item} are on backorder: they are not available now"));
    Ok(Plan::new(About::Document(Family::Order, order.id), bodies).warn(warning))
}

fn check_line(quantity: Quantity, command: &str) -> Result<(), Refusal> {
    let comes_back = command == "return";
    if quantity.is_negative() {
        let text = format!("order {command} does not take the negative quantity {quantity}");
        return Err(Refusal::new("negative-quantity", text).hint(if comes_back {
            "to take parts for the order use: stock order pick N ITEM LOCATION QTY"
        } else {
            "to lower a line use: stock order set N ITEM QTY"
        }));
    }
    if quantity.is_zero() {
        let text = format!("order {command} needs a quantity above 0");
        return Err(Refusal::new("zero-quantity", text).hint(if comes_back {
            "say how much came back"
        } else {
            "to take a line off the order use: stock order remove N ITEM"
        }));
    }
    Ok(())
}

/// Adds so much of an item to an order.
pub fn order_add(
    fold: &Fold,
    order: &str,
    item: &str,
    quantity: Quantity,
) -> Result<Plan, Refusal> {
    check_line(quantity, "add")?;
    let (order, reference) = find_open(fold, order)?;
    let (item, _) = find_item(fold, item)?;
    let line = line_of(fold, &order, &item);
    let wanted = line.as_ref().map_or(Total::ZERO, |line| line.wanted);
    let to = wanted.plus(quantity.total());
    raise(fold, &order, reference, &item, line.as_ref(), to)
}

/// Makes a line want so much. What was picked beyond that is returned.
pub fn order_set(
    fold: &Fold,
    order: &str,
    item: &str,
    quantity: Quantity,
) -> Result<Plan, Refusal> {
    check_line(quantity, "set")?;
    let (order, reference) = find_open(fold, order)?;
    let (item, _) = find_item(fold, item)?;
    let line = line_of(fold, &order, &item);
    let from = line.as_ref().map_or(Total::ZERO, |line| line.wanted);
    if quantity.total() > from {
        let to = quantity.total();
        return raise(fold, &order, reference, &item, line.as_ref(), to);
    }
    let mut bodies = line_bodies(fold, &order, reference, &item, quantity);
    let picked = line.map_or(Total::ZERO, |line| line.picked);
    let surplus = picked.minus(quantity.total()).max(Total::ZERO);
    bodies.extend(returns_of(fold, order.id, reference, &item, surplus)?);
    Ok(Plan::new(About::Document(Family::Order, order.id), bodies))
}

/// Takes an item off an order, and returns what was picked of it.
pub fn order_remove(fold: &Fold, order: &str, item: &str) -> Result<Plan, Refusal> {
    let (order, reference) = find_open(fold, order)?;
    let (item, _) = find_item(fold, item)?;
    let line = wanted_line(fold, &order, &item)?;
    let mut bodies = line_bodies(fold, &order, reference, &item, Quantity::ZERO);
    bodies.extend(returns_of(fold, order.id, reference, &item, line.picked)?);
    Ok(Plan::new(About::Document(Family::Order, order.id), bodies))
}

/// How much of a pick was promised to others, there where it is taken from.
fn beyond_promise(fold: &Fold, order: &Order, item: &Code, from: &Place, quantity: Total) -> Total {
    let line = LineKey {
        item: item.clone(),
        location: from.location.clone(),
        owner: from.owner.clone(),
        batch: from.batch.clone(),
    };
    if !fold.is_usable(&line) {
        return Total::ZERO;
    }
    let pool = (from.owner.clone(), fold.site_of(&from.location));
    let part = |pools: Pools| pools.get(&pool).copied().unwrap_or_default();
    let promised = part(fold.promised_pools(order.id, item));
    quantity.minus(promised.plus(part(fold.free_pools(order.id, item))))
}

/// Takes stock for a line from a place. Without an owner it is the customer's own where enough of
/// it lies there, or none of ours (F8), and ours otherwise; `-` is ours in any case.
pub fn order_pick(
    fold: &Fold,
    order: &str,
    location: &str,
    request: &StockRequest,
) -> Result<Plan, Refusal> {
    check_quantity(request.quantity, "pick")?;
    let (order, reference) = find_open(fold, order)?;
    let (item, _) = find_item(fold, &request.item)?;
    let line = wanted_line(fold, &order, &item)?;
    let left = line.wanted.minus(line.picked).max(Total::ZERO);
    if request.quantity.total() > left {
        let text = format!(
            "the order {} wants {} of {item}, of which {} are picked: {left} can be picked",
            order.number, line.wanted, line.picked
        );
        return Err(Refusal::new("above-wanted", text).hint(format!(
            "raise the line first with: stock order set {} {item} QTY",
            order.number
        )));
    }
    let request = with_owner(fold, order.customer.as_ref(), &item, location, request);
    let from = find_place(fold, &item, location, &request)?;
    if from.owner.is_some() && from.owner != order.customer {
        let text = format!(
            "the stock of a customer is for that customer's orders only, not for {}",
            order.number
        );
        return Err(Refusal::new("other-owner", text)
            .hint("change the owner first with: stock move ITEM FROM TO QTY --to-own"));
    }
    let beyond = beyond_promise(fold, &order, &item, &from, request.quantity.total());
    let warning = (beyond > Total::ZERO).then(|| {
        format!(
            "{beyond} of them were not promised to {}: another order may miss them",
            order.number
        )
    });
    let counted = before_count(fold, &item, &from, request.particulars.said);
    let movement = Moved {
        item,
        quantity: request.quantity,
        from: Some(from),
        to: None,
        act: Act::Remove,
        document: Some(DocumentRef::order(reference)),
        particulars: particulars(fold, &request)?,
    };
    let item = movement.item.clone();
    let body = Body::Moved(movement);
    let below = below_nothing(fold, &item, &body);
    let plan = Plan::new(About::Document(Family::Order, order.id), vec![body]);
    Ok(plan.warn(counted).warn(below).warn(warning))
}

/// Takes what is ready for an order's lines, or one of them, from its places.
pub fn order_fill(fold: &Fold, order: &str, item: Option<&str>) -> Result<Plan, Refusal> {
    let (order, reference) = find_open(fold, order)?;
    let item = match item {
        Some(text) => Some(find_item(fold, text)?.0),
        None => None,
    };
    if let Some(item) = &item {
        wanted_line(fold, &order, item)?;
    }
    let mut bodies = Vec::new();
    for line in fold.order_lines(order.id) {
        if item.as_ref().is_none_or(|item| *item == line.item) {
            bodies.extend(take_promised(fold, &order, reference, &line.item)?);
        }
    }
    if bodies.is_empty() {
        let text = format!("nothing is ready for the order {}", order.number);
        return Err(Refusal::new("nothing-ready", text).hint(format!(
            "see what it waits for with: stock order show {}",
            order.number
        )));
    }
    Ok(Plan::new(About::Document(Family::Order, order.id), bodies))
}

/// Brings back so much of what was picked for a line, to where it came from, the newest first.
pub fn order_return(
    fold: &Fold,
    order: &str,
    item: &str,
    quantity: Quantity,
) -> Result<Plan, Refusal> {
    check_line(quantity, "return")?;
    // What is still out for an order that has ended must be able to come back.
    let order = find_order(fold, order)?;
    let reference = fold
        .reference(order.id)
        .ok_or_else(|| documents::unknown(fold, Family::Order, order.number.as_str()))?;
    let (item, _) = find_item(fold, item)?;
    let picked = fold.picked_of(order.id).remove(&item).unwrap_or_default();
    if quantity.total() > picked {
        let text = format!(
            "only {picked} of {item} are picked for the order {}",
            order.number
        );
        return Err(Refusal::new("above-picked", text).hint("return what was picked, or less"));
    }
    let mut bodies = returns_of(fold, order.id, reference, &item, quantity.total())?;
    // Whoever says that it came back has it in the hand: a fact of its own.
    for body in &mut bodies {
        if let Body::Moved(moved) = body {
            moved.particulars.once = None;
        }
    }
    Ok(Plan::new(About::Document(Family::Order, order.id), bodies))
}

/// Ranks a line above those of other orders; rank 0 makes it one like any other.
pub fn order_expedite(fold: &Fold, order: &str, item: &str, rank: i64) -> Result<Plan, Refusal> {
    if rank < 0 {
        let text = "a rank is 0, as every line has it at first, or higher";
        return Err(Refusal::new("bad-rank", text).hint("rank the others higher instead"));
    }
    let (order, reference) = find_open(fold, order)?;
    let (item, _) = find_item(fold, item)?;
    wanted_line(fold, &order, &item)?;
    let entered = fold.aliases(&item).into_iter();
    let entered = entered.filter(|code| !fold.entered_wanted(order.id, code).is_zero());
    let bodies = entered.map(|item| {
        Body::Order(OrderEntry::Expedited(OrderExpedited {
            order: reference,
            item,
            rank,
            once: None,
        }))
    });
    let bodies: Vec<Body> = bodies.collect();
    if bodies.is_empty() {
        let text = format!("the order {} wants no {item}", order.number);
        return Err(Refusal::new("unknown-line", text));
    }
    Ok(Plan::new(About::Document(Family::Order, order.id), bodies))
}

/// Calls an order off, and returns all that was picked for it.
pub fn order_cancel(fold: &Fold, order: &str, details: &Details) -> Result<Plan, Refusal> {
    let (order, reference) = find_open(fold, order)?;
    let ended = documents::ended(fold, reference, details)?;
    let (reason, note) = (ended.reason.clone(), ended.note.clone());
    let mut bodies = vec![Body::Order(OrderEntry::Cancelled(ended))];
    for (item, picked) in fold.picked_of(order.id) {
        bodies.extend(returns_of(fold, order.id, reference, &item, picked)?);
    }
    // Whoever reads an item's history sees there why its parts came back.
    for body in &mut bodies {
        if let Body::Moved(moved) = body {
            moved.particulars.details.reason = reason.clone();
            moved.particulars.details.note = note.clone();
        }
    }
    Ok(Plan::new(About::Document(Family::Order, order.id), bodies))
}

/// Ends an order that is done. What was not picked is wanted no longer.
pub fn order_close(fold: &Fold, order: &str, details: &Details) -> Result<Plan, Refusal> {
    let (order, reference) = find_open(fold, order)?;
    let lines = fold.order_lines(order.id);
    let open: Vec<String> = lines
        .iter()
        .filter(|line| line.wanted > line.picked)
        .map(|line| format!("{} of {}", line.wanted.minus(line.picked), line.item))
        .collect();
    let warning = (!open.is_empty())
        .then(|| format!("not picked, and wanted no longer: {}", open.join(", ")));
    let bodies = vec![Body::Order(OrderEntry::Closed(documents::ended(
        fold, reference, details,
    )?))];
    Ok(Plan::new(About::Document(Family::Order, order.id), bodies).warn(warning))
}
