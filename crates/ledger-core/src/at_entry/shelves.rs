//! From which shelves parts are taken for orders and lots, and to which they go back.

use super::Refusal;
use super::orders::{fits, plain_movement};
use crate::code::Code;
use crate::document::DocumentRef;
use crate::entry::{Act, Body, IdempotencyKey, Place};
use crate::fold::{Fold, LineKey, Lot, Order, Pools};
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
