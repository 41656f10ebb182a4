//! What sessions say, in the visitor's language.
//!
//! A session says sentences and gives them no code. Each is known by the words in it that never
//! vary; one that is not known is shown as it was said, in English.

use crate::lang::{Words, sentence};
use crate::problem::names_a_command;
use crate::warning;

/// How sentences are built, with the id of what is said for each. `{mode}` is a mode, `{n}` a
/// number, `{amounts}` so much of this and so much of that, `{things}` this and that, `{told}` how
/// counts differ, `{place}` where to go and what to take there, `{documents}` kinds of documents;
/// anything else stands for itself.
///
/// The first that fits is taken.
const KNOWN: &[(&str, &str)] = &[
    ("{amounts} added at {location}, on hand {n}", "scan-added"),
    (
        "{amounts} removed from {location}, on hand {n}",
        "scan-removed",
    ),
    ("{amounts} moved from {location} to {to}", "scan-moved"),
    (
        "{amounts} from {location} was not moved: no place to go was scanned",
        "scan-held",
    ),
    (
        "{amounts} from {location}: scan where it goes",
        "scan-taken-up",
    ),
    ("{amounts} picked at {location} for {order}", "scan-picked"),
    ("{amounts}: {n} so far at {location}", "scan-tallied"),
    ("{amounts} not counted at {location}", "scan-not-counted"),
    (
        "nothing that is known was counted at {location}",
        "scan-nothing-counted",
    ),
    ("{amounts} counted at {location}", "scan-counted"),
    ("{amounts} put back", "scan-put-back"),
    (
        "{amounts} is still to be put down: scan the location it goes to, or UNDO",
        "scan-still-held",
    ),
    ("{amounts} was not taken", "scan-much-left"),
    ("{amounts} is too much at once", "scan-too-much"),
    ("so much of {item} is no quantity", "scan-no-quantity"),
    (
        "{amounts}? The most at once was {n}: scan it again to confirm",
        "scan-that-much",
    ),
    (
        "the code before, of {items}, was not taken",
        "scan-which-left",
    ),
    (
        "{items} have this code: scan the one it is by another of its codes",
        "scan-which",
    ),
    (
        "which batch of {item} at {location}: {batches}? Scan it, or UNDO",
        "scan-which-batch",
    ),
    (
        "which batch of {item} at {location}: {batches}? Scan it, or DONE for none",
        "scan-which-batch-or-none",
    ),
    ("undone: {item}, on hand {n}", "scan-undone"),
    ("undone: the scan of {code}", "scan-undone-scan"),
    ("nothing changed", "scan-nothing-changed"),
    ("it is written already", "scan-written-already"),
    ("{mode} at {location}", "scan-mode-at"),
    ("{mode}: scan a location", "scan-mode-begun"),
    ("{mode} done: scan the next location", "scan-mode-done"),
    ("at {location}: scan a mode", "scan-at-without-mode"),
    ("nothing is going on: scan a mode", "scan-nothing-going-on"),
    ("{n} of the next item", "scan-times"),
    ("ORDER: scan an order", "scan-order-begun"),
    ("LOT: scan a production lot", "scan-lot-begun"),
    ("PO: scan a purchase order", "scan-po-begun"),
    ("STOCKTAKE: scan a stocktake", "scan-stocktake-begun"),
    (
        "STOCKTAKE: scan the next location, or DONE",
        "scan-stocktake-next",
    ),
    ("{mode} again", "scan-mode-again"),
    ("ORDER done: scan the next order", "scan-order-done"),
    ("LOT done: scan the next production lot", "scan-lot-done"),
    ("PO done: scan the next purchase order", "scan-po-done"),
    (
        "STOCKTAKE done: scan the next stocktake",
        "scan-stocktake-done",
    ),
    ("ORDER {order}", "scan-order"),
    ("LOT {number}", "scan-lot"),
    ("PO {number}", "scan-po"),
    ("STOCKTAKE {number}", "scan-stocktake"),
    ("{amounts} issued at {location} for {number}", "scan-issued"),
    ("{amounts} built at {location} for {number}", "scan-built"),
    (
        "{amounts} received at {location} for {number}",
        "scan-received",
    ),
    (
        "{amounts} more than ordered: scan a reason, or UNDO",
        "scan-more-than-ordered",
    ),
    (
        "{item} is not on the purchase order {number}: scan a reason, or UNDO",
        "scan-not-ordered",
    ),
    ("{amounts} more than the lot takes", "scan-more-than-needed"),
    ("{amounts} still to come of {number}", "scan-still-to-come"),
    ("all of {number} has come", "scan-all-came"),
    (
        "the label is of the purchase order {number}, not of {other}",
        "scan-label-of-other",
    ),
    (
        "the label is of the purchase order {number}, which is not open here: scan a purchase order",
        "scan-label-of-none",
    ),
    (
        "{n} open purchase orders are called {number}: scan or type one by its entry",
        "scan-label-of-several",
    ),
    (
        "{text} is {documents}: scan the mode first, or a printed code",
        "scan-alike",
    ),
    (
        "the production lot is not known here any more: scan another",
        "scan-lot-gone",
    ),
    (
        "the purchase order is not known here any more: scan another",
        "scan-po-gone",
    ),
    // A kind of two words comes first.
    (
        "the purchase order {code} is not known here: sync, then scan it again",
        "scan-not-known-here",
    ),
    (
        "the {kind} {code} is not known here: sync, then scan it again",
        "scan-not-known-here",
    ),
    ("it says {amount}: enter the quantity", "scan-says-amount"),
    ("{word} means nothing here", "scan-word-means-nothing"),
    ("{word} is no mode", "scan-is-no-mode"),
    (
        "calibration card: keys and capitals come as they should",
        "scan-card-keys-good",
    ),
    (
        "calibration card: keys and capitals do not come as they should",
        "scan-card-keys-bad",
    ),
    (
        "calibration card: separators come as they should",
        "scan-card-separators-good",
    ),
    (
        "calibration card: separators do not come as they should",
        "scan-card-separators-bad",
    ),
    (
        "the production lot {number} is {state}: nothing can be issued or built for it",
        "scan-document-ended",
    ),
    (
        "the purchase order {number} is {state}: nothing can be received for it",
        "scan-document-ended",
    ),
    (
        "the stocktake {number} is {state}: nothing can be counted for it",
        "scan-document-ended",
    ),
    (
        "the stocktake has ended: it is counted all the same",
        "scan-stocktake-over",
    ),
    (
        "to be counted again at {location}: {items}",
        "scan-again-here",
    ),
    (
        "{location} is for another device to count",
        "scan-for-others",
    ),
    ("nothing is expected at {location}", "scan-none-expected"),
    (
        "already counted: {n}, counting again",
        "scan-counted-before",
    ),
    (
        "{told} at {location}: count again, or scan it again to take it so",
        "scan-count-differs",
    ),
    ("not counted at {location}: {things}", "scan-left-out"),
    (
        "{amounts}? Scan it again to confirm",
        "scan-that-much-typed",
    ),
    (
        "the order {order} is {state}: nothing can be picked for it",
        "scan-order-ended",
    ),
    (
        "the order is not known here any more: scan another",
        "scan-order-gone",
    ),
    ("{item} is not on the order {order}", "scan-not-on-order"),
    (
        "nothing at {location} is for this order",
        "scan-not-for-order",
    ),
    (
        "there is nothing to postpone: SKIP belongs to ORDER, LOT, PO and STOCKTAKE",
        "scan-skip-nothing",
    ),
    ("{item} at {location} postponed", "scan-skipped"),
    ("{item} postponed", "scan-skipped-item"),
    (
        "there is nothing to be short of: SHORT belongs to ORDER and LOT",
        "scan-short-nothing",
    ),
    (
        "scan the location first where it is short: {location}",
        "scan-short-where",
    ),
    (
        "COUNT {item} at {location}: scan what is there, then DONE",
        "scan-short",
    ),
    (
        "MOVEALL belongs to MOVE: scan MOVE and a location first",
        "scan-moveall-first",
    ),
    ("nothing is at {location}", "scan-empty-place"),
    (
        "{item} is an item: scan a mode first: ADD, REMOVE, MOVE, COUNT, ORDER, LOT, PO or STOCKTAKE",
        "scan-mode-first",
    ),
    (
        "{item} is an item: scan a location first",
        "scan-location-first",
    ),
    ("{item} is an item: scan an order first", "scan-order-first"),
    (
        "{item} is an item: scan a production lot first",
        "scan-lot-first",
    ),
    (
        "{item} is an item: scan a purchase order first",
        "scan-po-first",
    ),
    (
        "{item} is an item: scan a stocktake first",
        "scan-stocktake-first",
    ),
    (
        "{customer} is a customer: scan OWNER first, to work with their stock",
        "scan-owner-first",
    ),
    (
        "{reason} is a reason: scan REASON first",
        "scan-reason-first",
    ),
    ("{batch} is a batch: scan {wanted}", "scan-batch"),
    (
        "the {item} with serial number {serial} is counted already",
        "scan-serial-again",
    ),
    ("from now on stock of {customer}", "scan-owner"),
    ("from now on our own stock", "scan-owner-none"),
    ("OWNER: scan a customer, or DONE", "scan-owner-asked"),
    (
        "a customer is expected, or DONE for our own stock",
        "scan-owner-wanted",
    ),
    ("from now on the reason is: {reason}", "scan-reason"),
    ("from now on without a reason", "scan-reason-none"),
    ("REASON: scan a reason, or DONE", "scan-reason-asked"),
    (
        "a reason is expected, or DONE for none",
        "scan-reason-wanted",
    ),
    (
        "{code} is not known (is it {near}?): kept as {n} added at {location} until somebody says what it is, or UNDO",
        "scan-kept-near",
    ),
    (
        "{code} is not known (is it {near}?): kept as {n} removed from {location} until somebody says what it is, or UNDO",
        "scan-kept-near",
    ),
    (
        "{code} is not known (is it {near}?): kept as {n} taken up at {location} until somebody says what it is, or UNDO",
        "scan-kept-near",
    ),
    (
        "{code} is not known (is it {near}?): kept as {n} seen at {location} until somebody says what it is, or UNDO",
        "scan-kept-near",
    ),
    (
        "{code} is not known: kept as {n} added at {location} until somebody says what it is, or UNDO",
        "scan-kept",
    ),
    (
        "{code} is not known: kept as {n} removed from {location} until somebody says what it is, or UNDO",
        "scan-kept",
    ),
    (
        "{code} is not known: kept as {n} taken up at {location} until somebody says what it is, or UNDO",
        "scan-kept",
    ),
    (
        "{code} is not known: kept as {n} seen at {location} until somebody says what it is, or UNDO",
        "scan-kept",
    ),
    ("{code} is not known", "scan-not-known"),
    ("there is no {kind} {code}", "scan-there-is-none"),
    (
        "{code}: its check digit is wrong, so it was misread or is no barcode",
        "scan-misread",
    ),
    ("scan it again", "scan-again"),
    (
        "a badge logs nobody in here: log in with the password of {user}",
        "scan-badge",
    ),
    (
        "the count at {location} was not finished: scan DONE at its end",
        "scan-count-open",
    ),
    ("scan a mode", "scan-next-mode"),
    ("scan an order", "scan-next-order"),
    ("scan a production lot", "scan-next-lot"),
    ("scan a purchase order", "scan-next-po"),
    ("scan a stocktake", "scan-next-stocktake"),
    ("scan a reason, or UNDO", "scan-next-why"),
    ("scan a location", "scan-next-location"),
    ("scan where it goes", "scan-next-to"),
    ("scan an item", "scan-next-item"),
    ("scan its batch, or UNDO", "scan-next-batch"),
    (
        "scan its batch, or DONE for none",
        "scan-next-batch-or-none",
    ),
    (
        "scan a customer, or DONE for our own stock",
        "scan-next-customer",
    ),
    ("scan a reason, or DONE for none", "scan-next-reason"),
    ("next: {amounts} at {place}", "scan-next-pick"),
    ("next: {amounts}", "scan-next-amounts"),
    ("next: {item} at {place}", "scan-next-count"),
    ("count again: {amounts} at {place}", "scan-next-again"),
    ("count again: {item} at {place}", "scan-next-again-blind"),
    ("nothing is left to pick: scan DONE", "scan-nothing-left"),
    (
        "all parts are issued: scan what is built, or DONE",
        "scan-all-issued",
    ),
    (
        "nothing else is on the shelves, {amounts} wanting: DONE",
        "scan-parts-wanting",
    ),
    ("all of it has come: scan DONE", "scan-all-of-it-came"),
    ("nothing is left to count: scan DONE", "scan-all-counted"),
    (
        "{n} more lines are for other devices to count: scan DONE",
        "scan-others-count",
    ),
    (
        "nothing else is ready, {amounts} to come: DONE",
        "scan-nothing-ready",
    ),
];

/// What a session said, each part of it a sentence for the visitor. Hints that name a command are
/// none at a page.
pub(crate) fn told(text: &str, words: Words) -> Vec<String> {
    if let Some(known) = known(text, words) {
        return vec![known];
    }
    let whole = warning::told(text, words);
    if whole != sentence(text) {
        return vec![whole];
    }
    let parts = text.split("; ").filter(|part| !names_a_command(part));
    let parts = parts.filter(|part| !part.is_empty());
    parts
        .map(|part| known(part, words).unwrap_or_else(|| warning::told(part, words)))
        .collect()
}

fn known(text: &str, words: Words) -> Option<String> {
    let mut all = KNOWN.iter();
    let (id, values) = all.find_map(|(built, id)| Some((*id, values(built, text, words)?)))?;
    let values: Vec<(&str, &dyn std::fmt::Display)> = values
        .iter()
        .map(|(name, value)| (*name, value as &dyn std::fmt::Display))
        .collect();
    Some(words.with_all(id, &values).into_owned())
}

/// What stands in a sentence where its building has names; none when it is not built so.
fn values(built: &'static str, text: &str, words: Words) -> Option<Vec<(&'static str, String)>> {
    let mut pieces = built.split('{');
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut pieces = pieces.peekable();
    let mut found = Vec::new();
    while let Some(piece) = pieces.next() {
        let (name, behind) = piece.split_once('}')?;
        let is_last = pieces.peek().is_none();
        let (value, after) = if is_last {
            (rest.strip_suffix(behind)?, "")
        } else {
            rest.split_once(behind)?
        };
        rest = after;
        found.push((name, shown(name, value, words)?));
    }
    rest.is_empty().then_some(found)
}

/// A value as it is shown; none when it is none of this name.
fn shown(name: &str, value: &str, words: Words) -> Option<String> {
    match name {
        "mode" => codes::MODES.contains(&value).then(|| value.to_owned()),
        "n" => is_number(value).then(|| words.number(value)),
        "amounts" => {
            let amounts = value.split(", ").map(|one| amount(one, words));
            Some(amounts.collect::<Option<Vec<_>>>()?.join(", "))
        }
        "things" => {
            let things = value.split(", ").map(|one| thing(one, words));
            Some(things.collect::<Vec<_>>().join(", "))
        }
        "told" => differences(value, words),
        "place" => Some(place(value, words)),
        "documents" => {
            let kinds = value.split(" and ").map(|kind| kind_of(kind, words));
            let and = format!(" {} ", words.t("scan-and"));
            Some(kinds.collect::<Option<Vec<_>>>()?.join(&and))
        }
        // Several sentences are told one by one.
        _ => (!value.is_empty() && !value.contains("; ")).then(|| value.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|sign: char| sign.is_ascii_digit())
        && digits
            .chars()
            .all(|sign| sign.is_ascii_digit() || sign == '.')
}

/// So much of an item.
fn amount(text: &str, words: Words) -> Option<String> {
    let (number, of) = text.split_once(" of ")?;
    let number = is_number(number).then(|| words.number(number))?;
    let told = match of.strip_prefix("the unknown ") {
        Some(code) => words.with2("scan-amount-unknown", "n", number, "code", code),
        None => words.with2("scan-amount", "n", number, "item", thing(of, words)),
    };
    Some(told.into_owned())
}

/// An item, perhaps with its batch and its owner.
fn thing(text: &str, words: Words) -> String {
    if let Some((thing_of, owner)) = text.rsplit_once(" owned by ") {
        let item = thing(thing_of, words);
        return words
            .with2("scan-thing-owner", "item", item, "owner", owner)
            .into_owned();
    }
    match text.rsplit_once(" batch ") {
        Some((item, batch)) => words
            .with2("scan-thing-batch", "item", item, "batch", batch)
            .into_owned(),
        None => text.to_owned(),
    }
}

/// How counts differ: `9 of R, 10 expected`, and so on.
fn differences(text: &str, words: Words) -> Option<String> {
    let all = text.strip_suffix(" expected")?.split(" expected, ");
    let all = all.map(|one| {
        let (counted, expected) = one.rsplit_once(", ")?;
        let expected = is_number(expected).then(|| words.number(expected))?;
        let counted = amount(counted, words)?;
        let told = words.with2("scan-differs", "amount", counted, "n", expected);
        Some(told.into_owned())
    });
    Some(all.collect::<Option<Vec<_>>>()?.join(", "))
}

/// A location, perhaps with the batch and the owner of what is there.
fn place(text: &str, words: Words) -> String {
    let (rest, owner) = match text.rsplit_once(", stock of ") {
        Some((rest, owner)) => (rest, Some(owner)),
        None => (text, None),
    };
    let (location, batch) = match rest.rsplit_once(", batch ") {
        Some((location, batch)) => (location, Some(batch)),
        None => (rest, None),
    };
    let batch = batch.map(|batch| words.with("scan-place-batch", "batch", batch));
    let owner = owner.map(|owner| words.with("scan-place-owner", "owner", owner));
    let more = [batch, owner].into_iter().flatten();
    more.fold(location.to_owned(), |place, more| {
        format!("{place}, {more}")
    })
}

/// A kind of document, as a session says it.
fn kind_of(text: &str, words: Words) -> Option<String> {
    let id = match text {
        "an order" => "scan-an-order",
        "a production lot" => "scan-a-lot",
        "a purchase order" => "scan-a-purchase",
        "a stocktake" => "scan-a-stocktake",
        _ => return None,
    };
    Some(words.t(id).into_owned())
}

#[cfg(test)]
mod tests;
