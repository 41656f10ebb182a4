//! What to do instead, in the words of the API.
//!
//! The rules of commands are the handheld's too, and some of their hints name its commands.

/// The hint for whoever uses the API. One that names no command stays as it is.
pub(super) fn of_api(code: &str, hint: Option<String>) -> Option<String> {
    let hint = hint?;
    if !names_a_command(&hint) {
        return Some(hint);
    }
    words_of_api(code).map(str::to_owned)
}

/// Whether a hint is none for a page: it names a command of a handheld or of the server, or what
/// to ask the API for.
pub(super) fn is_not_for_pages(code: &str, hint: &str) -> bool {
    names_a_command(hint) || words_of_api(code) == Some(hint)
}

/// What the API has in place of a command.
fn words_of_api(code: &str) -> Option<&'static str> {
    Some(match code {
        "above-ordered" | "not-ordered" => "if it came all the same say why in reason",
        "above-wanted" => "raise the line first: PATCH orders/{number}/lines/{item}",
        "ambiguous-batch" => "name one as batch; - is the stock without batch",
        "archived" => "bring it back: PATCH it with \"archived\": false",
        "bad-quantity" => "it must be above 0",
        "bom-circle" => "take one of these lines away: DELETE bom/{sku}/{child}",
        "bad-grid" => "for example: rows 10, columns A-T",
        "duplicate-barcode" => "if both are one item merge them: POST items/{sku}/merge",
        "exists" => "change it with PATCH, or choose another name",
        "negative-quantity" => {
            "the direction is said by the places or the act; a difference with its sign is an adjust"
        }
        "bom-too-long" => {
            "shorten its references, or make some of its lines an item of their own: PUT bom/{sku}/{child}"
        }
        "builds-it" => "to take back what was booked too much: POST reversals",
        "no-bom" => "say what it is made of: PUT bom/{sku}/{child}",
        "no-grid" => "name the type too",
        "no-such-action" => "GET exceptions/{id} shows its entries and what can be done",
        "not-available" => "order less, or allow backorders: PUT settings/allow-backorder",
        "nothing-ready" => "GET orders/{number} shows what it waits for",
        "nothing-to-approve" | "unknown-stocktake-line" => {
            "GET stocktakes/{number} shows its lines"
        }
        "nothing-ordered" => "say lines, each with an item and a quantity",
        "nothing-to-adopt" => "change the bill of materials first: PUT bom/{sku}/{child}",
        "nothing-to-buy" => "GET lots/{number} shows what covers it",
        "nothing-to-set" => "say at least one field",
        "other-owner" => "change the owner first: POST movements with to_owner",
        "quantity-missing" => "say it in quantity",
        "reason-missing" => "say why in reason",
        "same-place" => "name two locations, or a new owner as to_owner",
        "supplier-missing" => "name one in supplier; make one with POST suppliers",
        "unknown-customer" => "make it first: POST customers",
        "unknown-device" => "GET devices lists them; - is any device",
        "unknown-entry" => "GET items/{sku}/history shows the entries of an item",
        "unknown-exception" => "GET exceptions lists the open ones",
        "unknown-item" => "find it with GET items?search=, or make it: POST items",
        "unknown-line" => "add one: POST orders/{number}/lines",
        "unknown-location" => "make it first: POST locations",
        "unknown-location-type" => "make it first: POST location-types",
        "unknown-lot" => "find it with GET lots, or plan it: POST lots",
        "unknown-order" => "find it with GET orders, or open it: POST orders",
        "unknown-purchase-order" => {
            "find it with GET purchase-orders, or place it: POST purchase-orders"
        }
        "unknown-site" => "make it first: POST sites",
        "unknown-stocktake" => "find it with GET stocktakes, or open it: POST stocktakes",
        "unknown-supplier" => "make it first: POST suppliers",
        "zero-quantity" => "to say that none is there count it: POST counts",
        _ => return None,
    })
}

/// Whether a hint tells what to type on a handheld.
pub(crate) fn names_a_command(hint: &str) -> bool {
    hint.contains(": stock ")
        || hint.starts_with("stock ")
        || hint.split_whitespace().any(|word| word.starts_with("--"))
}
