//! add, remove, move, adjust, count and undo.

use ledger_core::at_entry::{self, MoveOwner, Plan, Refusal, StockRequest, settings};
use ledger_core::entry::{Details as Said, Particulars};
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId};
use ledger_node::times::in_the_future;
use serde_json::Value;

use super::{Here, quantity, write};
use crate::cli::{AdjustArgs, CountArgs, Details, MoveArgs, StockArgs, UndoArgs};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::text;
use crate::time;

/// What was typed, read once, with what the user should know of it.
pub(super) struct Request {
    request: StockRequest,
    warnings: Vec<String>,
}

impl Request {
    /// What is planned of it, with what is to be said about what was typed.
    pub(super) fn planned(
        self,
        plan: impl FnOnce(&StockRequest) -> Result<Plan, Refusal>,
    ) -> Result<Plan, Refusal> {
        let mut plan = plan(&self.request)?;
        plan.warnings.extend(self.warnings);
        Ok(plan)
    }
}

/// Reads what was typed.
pub(super) fn request(
    here: Here,
    item: &str,
    amount: &str,
    details: Details,
) -> Result<Request, Refusal> {
    let now = here.now;
    let said = match &details.at {
        Some(text) => Some(time::parse_at(text, time::local_zone(), now)?),
        None => None,
    };
    let expiry = details.expiry.as_deref().map(time::parse_day).transpose()?;
    let Details {
        reason,
        note,
        owner,
        batch,
        serial,
        order,
        lot,
        po,
        ..
    } = details;
    let warnings = Vec::from_iter(in_the_future(said, now));
    let request = StockRequest {
        item: item.to_owned(),
        quantity: quantity(amount)?,
        owner,
        batch,
        all_batches: false,
        span: None,
        particulars: Particulars {
            details: Said {
                reason,
                note,
                order,
                lot,
                po,
                serial,
            },
            said,
            once: None,
            expiry,
        },
    };
    Ok(Request { request, warnings })
}

/// The item and its numbers, as they are after a change.
fn now_has(object: &Value) -> String {
    let customers = text(object, "on_hand_customers");
    let customers = match customers.as_str() {
        "" | "0" => String::new(),
        some => format!(", customers' {some}"),
    };
    let (on_hand, available) = (text(object, "on_hand"), text(object, "available"));
    let level = match text(object, "level").as_str() {
        "low" => " (low)",
        "out" => " (out)",
        _ => "",
    };
    format!(
        "{} {}: on hand {on_hand}, available {available}{customers}{level}",
        text(object, "sku"),
        text(object, "name")
    )
}

fn plain(amount: &str) -> String {
    quantity(amount).map_or_else(|_| amount.to_owned(), |quantity| quantity.to_string())
}

/// Writes a transaction and tells it: what happened, then what the item has now.
fn transact(
    context: &Context,
    plan: impl FnOnce(Here, &Fold) -> Result<Plan, Refusal>,
    happened: impl FnOnce(&Value) -> String,
) -> Result<Answer, Failure> {
    write(context, plan, |object| {
        format!("{}\n{}", happened(object), now_has(object))
    })
}

fn unit(object: &Value, amount: &str) -> String {
    format!("{} {}", plain(amount), text(object, "unit"))
}

/// `stock add`.
pub(crate) fn add(context: &Context, args: StockArgs) -> Result<Answer, Failure> {
    let StockArgs {
        item,
        location,
        quantity,
        details,
    } = args;
    let plan = |here: Here, fold: &Fold| {
        let asked = request(here, &item, &quantity, details)?;
        asked.planned(|request| at_entry::add(fold, &location, request))
    };
    let happened =
        |object: &Value| format!("{} added at {}.", unit(object, &quantity), shown(&location));
    transact(context, plan, happened)
}

/// `stock remove`.
pub(crate) fn remove(context: &Context, args: StockArgs) -> Result<Answer, Failure> {
    let StockArgs {
        item,
        location,
        quantity,
        details,
    } = args;
    let plan = |here: Here, fold: &Fold| {
        let asked = request(here, &item, &quantity, details)?;
        asked.planned(|request| at_entry::remove(fold, &location, request))
    };
    let happened = |object: &Value| {
        format!(
            "{} removed from {}.",
            unit(object, &quantity),
            shown(&location)
        )
    };
    transact(context, plan, happened)
}

/// `stock move`.
pub(crate) fn movement(context: &Context, args: MoveArgs) -> Result<Answer, Failure> {
    let MoveArgs {
        item,
        from,
        to,
        quantity,
        to_owner,
        to_own,
        details,
    } = args;
    let owner = match to_owner {
        Some(customer) => MoveOwner::Customer(customer),
        None if to_own => MoveOwner::Own,
        None => MoveOwner::Same,
    };
    let plan = |here: Here, fold: &Fold| {
        let asked = request(here, &item, &quantity, details)?;
        asked.planned(|request| at_entry::movement(fold, &from, &to, &owner, request))
    };
    let happened = |object: &Value| {
        let amount = unit(object, &quantity);
        let becomes = match &owner {
            MoveOwner::Same => String::new(),
            MoveOwner::Own => ", now our own".to_owned(),
            MoveOwner::Customer(customer) => format!(", now {}'s", shown(customer)),
        };
        format!(
            "{amount} moved from {} to {}{becomes}.",
            shown(&from),
            shown(&to)
        )
    };
    transact(context, plan, happened)
}

/// `stock adjust`.
pub(crate) fn adjust(context: &Context, args: AdjustArgs) -> Result<Answer, Failure> {
    let AdjustArgs {
        item,
        location,
        quantity,
        details,
    } = args;
    let plan = |here: Here, fold: &Fold| {
        let asked = request(here, &item, &quantity, details)?;
        let plan = asked.planned(|request| at_entry::adjust(fold, &location, request));
        plan.map_err(|refusal| with_reasons(fold, refusal))
    };
    let happened = |object: &Value| {
        let (location, amount) = (shown(&location), unit(object, &quantity));
        format!("{location} adjusted by {amount}.")
    };
    transact(context, plan, happened)
}

/// A missing reason is asked for with those that are offered.
fn with_reasons(fold: &Fold, refusal: Refusal) -> Refusal {
    let reasons = settings::reasons(fold);
    if refusal.code != "reason-missing" || reasons.is_empty() {
        return refusal;
    }
    refusal.hint(format!(
        "say why with --reason TEXT: {}, or in your words",
        reasons.join(", ")
    ))
}

/// `stock count`.
pub(crate) fn count(context: &Context, args: CountArgs) -> Result<Answer, Failure> {
    let CountArgs {
        item,
        location,
        quantity,
        all_batches,
        stocktake,
        details,
    } = args;
    let plan = |here: Here, fold: &Fold| {
        let mut asked = request(here, &item, &quantity, details)?;
        asked.request.all_batches = all_batches;
        asked.planned(|request| match stocktake.as_deref() {
            None => at_entry::count(fold, &location, request),
            Some(stocktake) => at_entry::count_for(fold, stocktake, &location, request),
        })
    };
    let happened = |object: &Value| {
        format!(
            "{} counted at {}.",
            unit(object, &quantity),
            shown(&location)
        )
    };
    transact(context, plan, happened)
}

/// `stock undo`.
pub(crate) fn undo(context: &Context, args: UndoArgs) -> Result<Answer, Failure> {
    let target = match &args.entry {
        Some(text) => Some(entry_id(text)?),
        None => None,
    };
    let plan = |here: Here, fold: &Fold| {
        let details = Said {
            reason: args.reason,
            note: args.note,
            ..Said::default()
        };
        let particulars = Particulars {
            details,
            ..Particulars::default()
        };
        at_entry::undo(fold, here.origin, target, particulars)
    };
    transact(context, plan, |_| "Undone.".to_owned())
}

/// Reads the id of an entry.
pub(super) fn entry_id(text: &str) -> Result<EntryId, Refusal> {
    text.parse().map_err(|error: ledger_core::IdError| {
        Refusal::new("bad-entry", error.to_string())
            .hint("stock history ITEM --json shows the entries of an item")
    })
}

/// A code as it is kept, however it was typed.
pub(super) fn shown(text: &str) -> String {
    Code::new(text).map_or_else(|_| text.to_owned(), |code| code.to_string())
}
