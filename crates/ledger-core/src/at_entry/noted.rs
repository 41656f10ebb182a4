//! What a user should know of a movement although it is done.
//!
//! Handheld, API and pages give the same warnings, because they are made here.

use super::find_order;
use crate::code::Code;
use crate::entry::Body;
use crate::fold::{DocumentState, Fold};
use crate::quantity::Total;

/// A warning when a movement notes an order that wants the item: it is a note, the line stays.
pub(super) fn only_noted(fold: &Fold, item: &Code, order: Option<&str>) -> Option<String> {
    let order = find_order(fold, order?).ok()?;
    let lines = fold.order_lines(order.id);
    let wanted = lines.iter().any(|line| line.item == *item);
    let number = &order.number;
    (wanted && order.state == DocumentState::Open).then(|| {
        format!(
            "the order is noted only, and the line of {item} stays as it is: to book on it, pick \
             for the order {number}, or return to it"
        )
    })
}

/// What taking out leaves behind when that is less than nothing: a fact all the same.
pub(super) fn below_nothing(fold: &Fold, item: &Code, body: &Body) -> Option<String> {
    let Body::Moved(moved) = body else {
        return None;
    };
    let from = moved.from.as_ref()?;
    let lines = fold.lines(item);
    let there = lines.iter().find(|line| {
        (&line.key.location, &line.key.owner, &line.key.batch)
            == (&from.location, &from.owner, &from.batch)
    });
    let counted = there.and_then(|line| line.last_counted);
    let said = moved.particulars.said;
    if said
        .zip(counted)
        .is_some_and(|(said, count)| said < count.at)
    {
        // The count had seen it: nothing is taken out of what there is.
        return None;
    }
    let there = there.map_or(Total::ZERO, |line| line.on_hand);
    let left = there.minus(moved.quantity.total());
    (left < Total::ZERO).then(|| {
        format!(
            "{} now has {left}: count what is there, or add what is missing",
            from.location
        )
    })
}
