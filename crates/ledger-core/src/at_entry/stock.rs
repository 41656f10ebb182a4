//! Movements, counts and reversals at entry: which stock line is meant, and what is refused.

use super::noted::{below_nothing, only_noted};
use super::{About, Plan, Refusal, filled_text, find_item, find_thing, settings};
use crate::catalogue::{Class, Subject};
use crate::code::Code;
use crate::entry::{Act, Body, Counted, Details, Moved, Particulars, Place, Reversed, Tallied};
use crate::fold::{Fold, LineInfo};
use crate::id::{EntryId, Origin};
use crate::quantity::Quantity;
use crate::time::Timestamp;

/// A batch text that names the stock without batch.
pub const NO_BATCH: &str = "-";

/// What a stock command says, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct StockRequest {
    /// The item, by SKU or barcode.
    pub item: String,
    /// How much.
    pub quantity: Quantity,
    /// Whose stock; none is our own.
    pub owner: Option<String>,
    /// Which batch; none is worked out, `-` is stock without batch.
    pub batch: Option<String>,
    /// A count: all other batches there become zero.
    pub all_batches: bool,
    /// A count: when counting began and ended.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The rest.
    pub particulars: Particulars,
}

/// To whom stock goes when it is moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MoveOwner {
    /// It stays whose it is.
    #[default]
    Same,
    /// It becomes our own.
    Own,
    /// It becomes a customer's.
    Customer(String),
}

/// Which lines count as the place's when no batch is named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BatchRule {
    /// The unbatched line, always.
    Unbatched,
    /// The one line that is not zero there.
    TheOne,
}

/// What a request says beside the quantities, checked.
pub(super) fn particulars(fold: &Fold, request: &StockRequest) -> Result<Particulars, Refusal> {
    checked_particulars(fold, &request.particulars)
}

/// A reason as the setting lists it, when it differs in capitals only; any other as it was typed.
pub(super) fn as_listed(fold: &Fold, reason: String) -> String {
    settings::listed_reason(fold, &reason).unwrap_or(reason)
}

/// What was said beside the quantities of any transaction, checked.
pub fn checked_particulars(fold: &Fold, said: &Particulars) -> Result<Particulars, Refusal> {
    let field = |text: &Option<String>, what: &str| filled_text(text.as_deref(), what);
    let details = &said.details;
    Ok(Particulars {
        details: Details {
            reason: field(&details.reason, "reason")?.map(|reason| as_listed(fold, reason)),
            note: field(&details.note, "note")?,
            order: field(&details.order, "order")?,
            lot: field(&details.lot, "lot")?,
            po: field(&details.po, "purchase order")?,
            serial: field(&details.serial, "serial number")?,
        },
        ..said.clone()
    })
}

/// Refuses a quantity that a command, which is named, does not take.
pub fn check_quantity(quantity: Quantity, command: &str) -> Result<(), Refusal> {
    if quantity.is_negative() {
        let right = match command {
            "add" => "to take stock out use: stock remove; to correct it: stock adjust",
            "pick" => "to bring parts back use: stock order return N ITEM QTY",
            "lot issue" => "to bring parts back use: stock lot return N ITEM LOCATION QTY",
            "lot return" => "to take parts for it use: stock lot issue N ITEM LOCATION QTY",
            "remove" => "to put stock in use: stock add; to correct it: stock adjust",
            "move" => "to move it the other way exchange FROM and TO: stock move ITEM TO FROM QTY",
            _ => "a count says what is there; to correct by a difference use: stock adjust",
        };
        let text = format!("{command} does not take the negative quantity {quantity}");
        return Err(Refusal::new("negative-quantity", text).hint(right));
    }
    if quantity.is_zero() && command != "count" {
        let text = format!("{command} needs a quantity other than 0");
        return Err(
            Refusal::new("zero-quantity", text).hint("to say that none is there use: stock count")
        );
    }
    check_size(quantity)
}

fn check_size(quantity: Quantity) -> Result<(), Refusal> {
    if Fold::can_move(quantity) {
        return Ok(());
    }
    Err(Refusal::new(
        "overflow",
        format!("the quantity {quantity} is too large"),
    ))
}

/// The place a request means, with its batch worked out.
pub(super) fn find_place(
    fold: &Fold,
    item: &Code,
    location: &str,
    request: &StockRequest,
) -> Result<Place, Refusal> {
    place(fold, item, location, request, BatchRule::TheOne)
}

fn place(
    fold: &Fold,
    item: &Code,
    location: &str,
    request: &StockRequest,
    rule: BatchRule,
) -> Result<Place, Refusal> {
    let location = find_thing(fold, Class::Location, location)?;
    let owner = match request.owner.as_deref() {
        Some(owner) => Some(find_thing(fold, Class::Customer, owner)?),
        None => None,
    };
    let batch = match request.batch.as_deref() {
        Some(NO_BATCH) => None,
        Some(batch) => Some(super::code(batch, "batch")?),
        None if rule == BatchRule::Unbatched => None,
        None => the_one_batch(fold, item, &location, owner.as_ref(), request.all_batches)?,
    };
    Ok(Place {
        location,
        owner,
        batch,
    })
}

fn lines_there<'a>(
    lines: &'a [LineInfo],
    location: &'a Code,
    owner: Option<&'a Code>,
) -> impl Iterator<Item = &'a LineInfo> {
    lines.iter().filter(move |line| {
        line.key.location == *location
            && line.key.owner.as_ref() == owner
            && !line.on_hand.is_zero()
    })
}

fn the_one_batch(
    fold: &Fold,
    item: &Code,
    location: &Code,
    owner: Option<&Code>,
    all_batches: bool,
) -> Result<Option<Code>, Refusal> {
    let lines = fold.lines(item);
    let there: Vec<&LineInfo> = lines_there(&lines, location, owner).collect();
    match there.as_slice() {
        [] => Ok(None),
        [line] => Ok(line.key.batch.clone()),
        _ if all_batches => Ok(None),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|line| {
                    let batch = line.key.batch.as_ref().map_or(NO_BATCH, Code::as_str);
                    format!("{batch} ({})", line.on_hand)
                })
                .collect();
            let text = format!(
                "{item} lies at {location} in several batches: {}",
                names.join(", ")
            );
            Err(Refusal::new("ambiguous-batch", text)
                .hint("name one with --batch; --batch - is the stock without batch"))
        }
    }
}

/// Refuses a change that would leave the range of quantities.
fn check_total(fold: &Fold, item: &Code, place: &Place, change: Quantity) -> Result<(), Refusal> {
    let lines = fold.lines(item);
    let now = lines.iter().find(|line| {
        (&line.key.location, &line.key.owner, &line.key.batch)
            == (&place.location, &place.owner, &place.batch)
    });
    let after = now.map_or(change.total(), |line| line.on_hand.plus(change.total()));
    if after.quantity().is_some() {
        return Ok(());
    }
    let text = format!(
        "the stock of {item} at {} would become too large: {after}",
        place.location
    );
    Err(Refusal::new("overflow", text))
}

/// Refuses an item that is no longer in use.
pub fn check_item_in_use(fold: &Fold, item: &Code) -> Result<(), Refusal> {
    if fold.item(item).archived {
        let hint = format!("bring it back with: stock item restore {item}");
        return Err(Refusal::new("archived", format!("the item {item} is archived")).hint(hint));
    }
    Ok(())
}

fn check_open(fold: &Fold, item: &Code, location: &Code) -> Result<(), Refusal> {
    check_item_in_use(fold, item)?;
    if fold.location(location).archived {
        return Err(
            Refusal::new("archived", format!("the location {location} is archived"))
                .hint("put it somewhere else, or set the location in use again"),
        );
    }
    Ok(())
}

/// The warning that a back-dated movement changes no total, since a later count has seen it.
pub(super) fn before_count(
    fold: &Fold,
    item: &Code,
    place: &Place,
    said: Option<Timestamp>,
) -> Option<String> {
    let said = said?;
    let lines = fold.lines(item);
    let counted = lines.iter().find(|line| {
        (&line.key.location, &line.key.owner, &line.key.batch)
            == (&place.location, &place.owner, &place.batch)
    })?;
    (said < counted.last_counted?.at).then(|| {
        format!(
            "{item} at {} was counted after that time: the total already includes it, only the \
             count's variance changes",
            place.location
        )
    })
}

fn moved(item: &Code, quantity: Quantity, act: Act, particulars: Particulars) -> Moved {
    Moved {
        document: None,
        item: item.clone(),
        quantity,
        from: None,
        to: None,
        act,
        particulars,
    }
}

/// One movement, with what the user should know of it.
fn movement_plan(fold: &Fold, item: Code, movement: Moved, warning: Option<String>) -> Plan {
    let order = movement.particulars.details.order.clone();
    let noted = only_noted(fold, &item, order.as_deref());
    let body = Body::Moved(movement);
    let below = below_nothing(fold, &item, &body);
    let plan = item_plan(item, vec![body]).warn(warning);
    plan.warn(noted).warn(below)
}

fn item_plan(item: Code, bodies: Vec<Body>) -> Plan {
    Plan::new(Subject::new(Class::Item, item), bodies)
}

/// Puts stock in.
pub fn add(fold: &Fold, location: &str, request: &StockRequest) -> Result<Plan, Refusal> {
    check_quantity(request.quantity, "add")?;
    let (item, _) = find_item(fold, &request.item)?;
    let to = place(fold, &item, location, request, BatchRule::Unbatched)?;
    check_open(fold, &item, &to.location)?;
    check_total(fold, &item, &to, request.quantity)?;
    let warning = before_count(fold, &item, &to, request.particulars.said);
    let mut movement = moved(
        &item,
        request.quantity,
        Act::Add,
        particulars(fold, request)?,
    );
    let twice = already_here(fold, &item, &movement.particulars);
    movement.to = Some(to);
    Ok(movement_plan(fold, item, movement, warning).warn(twice))
}

/// The warning that a unit is booked in that is there already.
fn already_here(fold: &Fold, item: &Code, particulars: &Particulars) -> Option<String> {
    let serial = particulars.details.serial.as_deref()?;
    let location = fold.unit_at(item, serial)?;
    Some(format!(
        "the {item} with serial number {serial} is already here, at {location}: if it is the same \
         one, undo this"
    ))
}

/// Takes stock out.
pub fn remove(fold: &Fold, location: &str, request: &StockRequest) -> Result<Plan, Refusal> {
    check_quantity(request.quantity, "remove")?;
    let (item, _) = find_item(fold, &request.item)?;
    let from = place(fold, &item, location, request, BatchRule::TheOne)?;
    let change = request.quantity.checked_neg().unwrap_or_default();
    check_total(fold, &item, &from, change)?;
    let warning = before_count(fold, &item, &from, request.particulars.said);
    let mut movement = moved(
        &item,
        request.quantity,
        Act::Remove,
        particulars(fold, request)?,
    );
    movement.from = Some(from);
    Ok(movement_plan(fold, item, movement, warning))
}

/// Moves stock from a place to a place, or to another owner.
pub fn movement(
    fold: &Fold,
    from: &str,
    to: &str,
    to_owner: &MoveOwner,
    request: &StockRequest,
) -> Result<Plan, Refusal> {
    check_quantity(request.quantity, "move")?;
    let (item, _) = find_item(fold, &request.item)?;
    let from = place(fold, &item, from, request, BatchRule::TheOne)?;
    let to_location = find_thing(fold, Class::Location, to)?;
    let owner = match to_owner {
        MoveOwner::Same => from.owner.clone(),
        MoveOwner::Own => None,
        MoveOwner::Customer(customer) => Some(find_thing(fold, Class::Customer, customer)?),
    };
    let to = Place {
        location: to_location,
        owner,
        batch: from.batch.clone(),
    };
    if from == to {
        let text = format!("{item} is already at {}", to.location);
        return Err(Refusal::new("same-place", text)
            .hint("name two locations, or a new owner with --to-owner or --to-own"));
    }
    check_open(fold, &item, &to.location)?;
    check_total(fold, &item, &to, request.quantity)?;
    check_total(
        fold,
        &item,
        &from,
        request.quantity.checked_neg().unwrap_or_default(),
    )?;
    let said = request.particulars.said;
    let warning =
        before_count(fold, &item, &from, said).or_else(|| before_count(fold, &item, &to, said));
    let mut movement = moved(
        &item,
        request.quantity,
        Act::Move,
        particulars(fold, request)?,
    );
    movement.from = Some(from);
    movement.to = Some(to);
    Ok(movement_plan(fold, item, movement, warning))
}

/// Corrects stock by a difference, up or down; a reason is needed.
pub fn adjust(fold: &Fold, location: &str, request: &StockRequest) -> Result<Plan, Refusal> {
    if request.quantity.is_zero() {
        return Err(Refusal::new(
            "zero-quantity",
            "adjust needs a quantity other than 0",
        ));
    }
    check_size(request.quantity)?;
    let particulars = particulars(fold, request)?;
    if particulars.details.reason.is_none() {
        return Err(Refusal::new("reason-missing", "adjust needs a reason")
            .hint("say why with --reason TEXT"));
    }
    let (item, _) = find_item(fold, &request.item)?;
    let place = place(fold, &item, location, request, BatchRule::TheOne)?;
    check_total(fold, &item, &place, request.quantity)?;
    let warning = before_count(fold, &item, &place, request.particulars.said);
    let down = request.quantity.is_negative();
    let size = if down {
        request.quantity.checked_neg()
    } else {
        Some(request.quantity)
    };
    let mut movement = moved(&item, size.unwrap_or_default(), Act::Adjust, particulars);
    let side = if down {
        &mut movement.from
    } else {
        &mut movement.to
    };
    *side = Some(place);
    Ok(movement_plan(fold, item, movement, warning))
}

/// Says how much is there.
pub fn count(fold: &Fold, location: &str, request: &StockRequest) -> Result<Plan, Refusal> {
    check_quantity(request.quantity, "count")?;
    let (item, _) = find_item(fold, &request.item)?;
    let place = place(fold, &item, location, request, BatchRule::TheOne)?;
    let particulars = particulars(fold, request)?;
    let counted = |item: Code, quantity, place| {
        let particulars = particulars.clone();
        Body::Counted(Counted {
            item,
            quantity,
            place,
            span: request.span,
            stocktake: None,
            particulars,
        })
    };
    let mut bodies = vec![counted(item.clone(), request.quantity, place.clone())];
    for line in fold.raw_lines(&item) {
        let same_owner = line.key.location == place.location && line.key.owner == place.owner;
        let counted_line = line.key.item == item && line.key.batch == place.batch;
        // An alias's stock is part of what was seen, so its own line ends here.
        let included = request.all_batches || line.key.batch == place.batch;
        if same_owner && included && !counted_line && !line.on_hand.is_zero() {
            let place = Place {
                batch: line.key.batch,
                ..place.clone()
            };
            let mut rest = counted(line.key.item, Quantity::ZERO, place);
            // Of entries with one idempotency key only the first would count.
            if let Body::Counted(rest) = &mut rest {
                rest.particulars.once = None;
            }
            bodies.push(rest);
        }
    }
    Ok(item_plan(item, bodies))
}

/// One scan of a count that is going on; the count itself follows.
pub fn tally(fold: &Fold, location: &str, request: &StockRequest) -> Result<Plan, Refusal> {
    check_quantity(request.quantity, "count")?;
    let (item, _) = find_item(fold, &request.item)?;
    let place = place(fold, &item, location, request, BatchRule::TheOne)?;
    let particulars = particulars(fold, request)?;
    let tallied = Tallied {
        item: item.clone(),
        quantity: request.quantity,
        place,
        serial: particulars.details.serial,
        once: particulars.once,
    };
    Ok(item_plan(item, vec![Body::Tallied(tallied)]))
}

/// A tally that takes an earlier one back: the same with the other sign.
pub fn tally_back(fold: &Fold, location: &str, request: &StockRequest) -> Result<Plan, Refusal> {
    let mut plan = tally(fold, location, request)?;
    for body in &mut plan.bodies {
        if let Body::Tallied(tallied) = body {
            let back = tallied.quantity.checked_neg();
            tallied.quantity = back.unwrap_or(Quantity::ZERO);
        }
    }
    Ok(plan)
}

/// The newest transaction of an origin that is not void.
#[must_use]
pub fn newest_transaction(fold: &Fold, origin: Origin) -> Option<EntryId> {
    (1..=fold.last_seq(origin))
        .rev()
        .map(|seq| EntryId { origin, seq })
        .find(|id| fold.is_transaction(*id) && !fold.is_void(*id))
}

/// Voids a transaction; without one named, the newest of this origin. Of a build that is all of it:
/// the units, and the parts that went out with them.
pub fn undo(
    fold: &Fold,
    origin: Origin,
    target: Option<EntryId>,
    mut particulars: Particulars,
) -> Result<Plan, Refusal> {
    let reason = particulars.details.reason.take();
    particulars.details.reason = reason.map(|reason| as_listed(fold, reason));
    if let Some(id) = target {
        return void(fold, id, particulars);
    }
    let newest = newest_transaction(fold, origin).ok_or_else(|| {
        Refusal::new(
            "nothing-to-undo",
            "this device has no transaction that is not undone yet",
        )
    })?;
    undo_with_build(fold, newest, particulars)
}

/// Voids a transaction; where it is of a build, all of that which is not void: the units, and the
/// parts that went out with them.
pub fn undo_with_build(
    fold: &Fold,
    id: EntryId,
    mut particulars: Particulars,
) -> Result<Plan, Refusal> {
    let written = fold.build_of(id).into_iter();
    let mut written = written.filter(|id| !fold.is_void(*id));
    // The units come first, and what is told is about them.
    let mut plan = void(fold, written.next().unwrap_or(id), particulars.clone())?;
    particulars.once = None;
    for part in written {
        let part = void(fold, part, particulars.clone())?;
        plan.bodies.extend(part.bodies);
        plan.warnings.extend(part.warnings);
    }
    plan.warnings.sort();
    plan.warnings.dedup();
    Ok(plan)
}

fn void(fold: &Fold, id: EntryId, particulars: Particulars) -> Result<Plan, Refusal> {
    let Some(target) = fold.reference(id) else {
        return Err(
            Refusal::new("unknown-entry", format!("there is no entry {id} here"))
                .hint("stock history ITEM shows the entries of an item"),
        );
    };
    if !fold.is_transaction(id) {
        return Err(
            Refusal::new("not-a-transaction", format!("{id} is no movement or count")).hint(
                "only movements and counts can be undone; to change the catalogue set it anew",
            ),
        );
    }
    if fold.is_void(id) {
        return Err(Refusal::new(
            "already-undone",
            format!("{id} is already undone"),
        ));
    }
    let about = match (fold.item_of(id), fold.scan(id)) {
        (Some(item), _) => About::from(Subject::new(Class::Item, fold.canonical(&item))),
        (None, Some(scan)) => About::Scans(scan.scan.code),
        (None, None) => unreachable!("a transaction has an item, or is a scan"),
    };
    let warning = fold.is_before_count(id).then(|| {
        "it was counted after that: the total does not change by undoing it. If the stock itself \
         went back, write a movement for it"
            .to_owned()
    });
    let reversed = Reversed {
        target,
        particulars,
    };
    Ok(Plan::new(about, vec![Body::Reversed(reversed)]).warn(warning))
}
