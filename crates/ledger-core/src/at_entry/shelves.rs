//! From which shelves parts are taken for orders and lots, and to which they go back.

use super::documents::{OUR_OWN, fits, plain_movement};
use super::{Refusal, StockRequest};
use crate::code::Code;
use crate::document::DocumentRef;
use crate::entry::{Act, Body, IdempotencyKey, Place};
use crate::fold::{Fold, LineInfo, LineKey, Lot, Order, Pools};
use crate::id::{EntryId, EntryRef};
use crate::quantity::Total;

/// One place where stock for an order lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// The stock line; its item is the one it is called today.
    pub line: LineKey,
    /// How much of it can be taken for the order.
    pub quantity: Total,
}

/// Where to take what an order's line is promised.
#[must_use]
pub fn shelves_for(fold: &Fold, order: &Order, item: &Code) -> Vec<Shelf> {
    let promised = fold.promised_pools(order.id, item);
    shelves_within(fold, item, promised)
}

/// Where to take a part for a lot, so much of it as is there.
#[must_use]
pub fn shelves_for_lot(fold: &Fold, lot: &Lot, item: &Code, quantity: Total) -> Vec<Shelf> {
    let pools = fold.usable_pools(item, lot.site.as_ref(), lot.customer.as_ref());
    let mut open = quantity.max(Total::ZERO);
    let mut shelves = shelves_within(fold, item, pools);
    shelves.retain_mut(|shelf| {
        shelf.quantity = shelf.quantity.min(open);
        open = open.minus(shelf.quantity);
        shelf.quantity > Total::ZERO
    });
    shelves
}

/// Where to take an item for an order, at most so much of each pool, in the order it should be
/// taken: the customer's own first, then ours; the item's usual location first, then by location
/// number; what expires first, first.
fn shelves_within(fold: &Fold, item: &Code, mut pools: Pools) -> Vec<Shelf> {
    let usual = fold.item(item).location;
    let lines = fold.lines(item).into_iter();
    let mut shelves: Vec<_> = lines
        .filter(|line| line.on_hand > Total::ZERO && fold.is_usable(&line.key))
        .map(|line| {
            let expires = line.key.batch.as_ref();
            let expires = expires.and_then(|batch| fold.expiry(item, batch));
            let turn = (
                line.key.owner.is_none(),
                usual.as_ref() != Some(&line.key.location),
                line.key.location.clone(),
                expires.unwrap_or(u32::MAX),
                line.key.batch.clone(),
            );
            let quantity = line.on_hand;
            let line = line.key;
            (turn, Shelf { line, quantity })
        })
        .collect();
    shelves.sort_by(|a, b| a.0.cmp(&b.0));
    let mut taken = Vec::new();
    for (_, shelf) in shelves {
        let site = fold.site_of(&shelf.line.location);
        let Some(left) = pools.get_mut(&(shelf.line.owner.clone(), site)) else {
            continue;
        };
        let quantity = shelf.quantity.min(*left);
        *left = left.minus(quantity);
        if quantity > Total::ZERO {
            taken.push(Shelf { quantity, ..shelf });
        }
    }
    taken
}

/// What is asked to be taken from a place for a customer's order or lot, with its owner named.
///
/// Without one it is the customer's own (F8) where enough of it lies there, or where some of it
/// does and none of ours; else it is ours. `-` is ours in any case.
pub(super) fn with_owner(
    fold: &Fold,
    customer: Option<&Code>,
    item: &Code,
    location: &str,
    request: &StockRequest,
) -> StockRequest {
    let mut request = request.clone();
    match (request.owner.as_deref(), customer) {
        (Some(OUR_OWN), _) => request.owner = None,
        (None, Some(customer)) => {
            let there = there(fold, item, location, request.batch.as_deref());
            let most = |owner: Option<&Code>| {
                let lines = there.iter().filter(|line| line.key.owner.as_ref() == owner);
                lines.map(|line| line.on_hand).max().unwrap_or_default()
            };
            let theirs = most(Some(customer));
            let is_only_theirs = theirs > Total::ZERO && most(None) <= Total::ZERO;
            let is_theirs = is_only_theirs || theirs >= request.quantity.total();
            request.owner = is_theirs.then(|| customer.to_string());
        }
        (Some(_) | None, _) => {}
    }
    request
}

/// What of an item lies at a place; of one batch, where one is named.
fn there(fold: &Fold, item: &Code, location: &str, batch: Option<&str>) -> Vec<LineInfo> {
    let location = Code::new(location).ok();
    let mut lines = fold.lines(item);
    lines.retain(|line| {
        let is_batch = batch.is_none_or(|batch| is_called(line.key.batch.as_ref(), batch));
        is_batch && Some(&line.key.location) == location.as_ref()
    });
    lines
}

/// Whether a text names this owner or batch; `-` names none.
fn is_called(code: Option<&Code>, text: &str) -> bool {
    match text {
        OUR_OWN => code.is_none(),
        text => code.is_some() && Code::new(text).ok().as_ref() == code,
    }
}

/// To whose stock, and to which batch, so much of a part goes that comes back from a lot: to that
/// which it was taken from, the newest first. What is named was looked for; what is beyond that is
/// taken to be as it is named.
pub(super) fn back_to(
    fold: &Fold,
    lot: EntryId,
    item: &Code,
    request: &StockRequest,
) -> Vec<StockRequest> {
    let mut open = request.quantity.total();
    let mut parts: Vec<(Option<Code>, Option<Code>, Total)> = Vec::new();
    for (line, out, _) in fold.outstanding(lot, item).into_iter().rev() {
        let is_meant = |code: Option<&Code>, said: Option<&String>| {
            said.is_none_or(|text| is_called(code, text))
        };
        let LineKey { owner, batch, .. } = line;
        let is_owner = is_meant(owner.as_ref(), request.owner.as_ref());
        let back = out.min(open);
        if !is_owner || !is_meant(batch.as_ref(), request.batch.as_ref()) || back <= Total::ZERO {
            continue;
        }
        open = open.minus(back);
        let same = |part: &&mut (Option<Code>, Option<Code>, Total)| {
            (&part.0, &part.1) == (&owner, &batch)
        };
        match parts.iter_mut().find(same) {
            Some(part) => part.2 = part.2.plus(back),
            None => parts.push((owner, batch, back)),
        }
    }
    let said = request.owner.clone().filter(|owner| owner != OUR_OWN);
    let known = parts.into_iter().map(|(owner, batch, back)| {
        let batch = batch.map(|batch| batch.to_string());
        (owner.map(|owner| owner.to_string()), batch, back)
    });
    let rest = (said, request.batch.clone(), open);
    let all = known.chain([rest]).enumerate();
    let all = all.filter_map(|(at, (owner, batch, back))| {
        let mut part = StockRequest {
            owner,
            batch,
            quantity: back.quantity().filter(|quantity| !quantity.is_zero())?,
            ..request.clone()
        };
        // Of entries with one idempotency key only the first would count.
        part.particulars.once = part.particulars.once.filter(|_| at == 0);
        Some(part)
    });
    all.collect()
}

fn place_of(line: &LineKey) -> Place {
    Place {
        location: line.location.clone(),
        owner: line.owner.clone(),
        batch: line.batch.clone(),
    }
}

/// The movements that take so much more for an order, as far as these pools have it.
pub(super) fn take_free(
    fold: &Fold,
    reference: EntryRef,
    item: &Code,
    free: Pools,
    quantity: Total,
) -> Result<Vec<Body>, Refusal> {
    let shelves = shelves_within(fold, item, free);
    movements(shelves, DocumentRef::order(reference), item, quantity)
}

/// The movements that take what an order's line is promised.
pub(super) fn take_promised(
    fold: &Fold,
    order: &Order,
    reference: EntryRef,
    item: &Code,
) -> Result<Vec<Body>, Refusal> {
    let shelves = shelves_for(fold, order, item);
    let all = shelves
        .iter()
        .fold(Total::ZERO, |sum, shelf| sum.plus(shelf.quantity));
    movements(shelves, DocumentRef::order(reference), item, all)
}

/// The movements that take so much of a part for a lot from where it lies, as far as it is there;
/// and how much that is. What orders are promised is taken too: the parts are in the assembly.
pub(super) fn take_for(
    fold: &Fold,
    document: DocumentRef,
    lot: &Lot,
    item: &Code,
    quantity: Total,
) -> Result<(Vec<Body>, Total), Refusal> {
    let shelves = shelves_for_lot(fold, lot, item, quantity);
    let there = shelves.iter().map(|shelf| shelf.quantity);
    let there = there.fold(Total::ZERO, Total::plus);
    let bodies = movements(shelves, document, item, quantity)?;
    Ok((bodies, there.min(quantity)))
}

fn movements(
    shelves: Vec<Shelf>,
    document: DocumentRef,
    item: &Code,
    quantity: Total,
) -> Result<Vec<Body>, Refusal> {
    let mut open = quantity;
    let mut bodies = Vec::new();
    for shelf in shelves {
        let taken = shelf.quantity.min(open);
        if taken <= Total::ZERO {
            continue;
        }
        open = open.minus(taken);
        let mut movement = plain_movement(item, fits(taken)?, Act::Remove, document);
        movement.from = Some(place_of(&shelf.line));
        bodies.push(Body::Moved(movement));
    }
    Ok(bodies)
}

/// The movements that bring so much of what was picked back to where it came from, the newest pick
/// first; one for each stock line.
///
/// When all that is out from a line comes back, the movement has an idempotency key made of the
/// newest pick from there: two devices that return the same picks, each without knowing of the
/// other, return them once.
pub(super) fn returns_of(
    fold: &Fold,
    order: EntryId,
    reference: EntryRef,
    item: &Code,
    quantity: Total,
) -> Result<Vec<Body>, Refusal> {
    let mut places: Vec<Back> = Vec::new();
    let mut open = quantity;
    for (line, out, pick) in fold.outstanding(order, item).into_iter().rev() {
        let back = out.min(open).max(Total::ZERO);
        open = open.minus(back);
        match places.iter_mut().find(|place| place.line == line) {
            Some(place) => {
                place.out = place.out.plus(out);
                place.back = place.back.plus(back);
            }
            None => places.push(Back {
                line,
                out,
                back,
                newest: pick,
            }),
        }
    }
    let mut bodies = Vec::new();
    for place in places.iter().filter(|place| place.back > Total::ZERO) {
        let document = DocumentRef::order(reference);
        let mut movement = plain_movement(item, fits(place.back)?, Act::Add, document);
        movement.to = Some(place_of(&place.line));
        if place.back == place.out {
            movement.particulars.once = Some(key_of_return(fold, place.newest));
        }
        bodies.push(Body::Moved(movement));
    }
    Ok(bodies)
}

/// The key of the return of all that is out up to a pick. One that is taken was used for a return
/// that somebody undid since; then it is the next.
fn key_of_return(fold: &Fold, pick: EntryId) -> IdempotencyKey {
    /// No origin has so many entries.
    const GENERATION: u64 = 1 << 48;
    let mut once = IdempotencyKey {
        key: *pick.origin.as_bytes(),
        row: pick.seq,
    };
    while fold.known_once(&once).is_some() {
        once.row = once.row.saturating_add(GENERATION);
    }
    once
}

/// What goes back to a stock line.
struct Back {
    line: LineKey,
    out: Total,
    back: Total,
    newest: EntryId,
}
