//! Stocktakes at entry: opening, assigning, approving, and what is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::documents::{self, Fields};
use super::stock::count;
use super::{About, Plan, Refusal, StockRequest, filled_text, find_item, find_thing, one_device};
use crate::catalogue::{Class, Value};
use crate::document::Family;
use crate::entry::{
    Body, Counted, Details, Particulars, Place, StocktakeApproved, StocktakeAssigned,
    StocktakeEntry, StocktakeOpened, Target,
};
use crate::fold::{Fold, LineKey, LineProgress, Stocktake, StocktakeLine};
use crate::id::{DeviceId, EntryId, EntryRef};
use crate::quantity::Quantity;
use crate::stocktake::key;

/// So many counts, or stock lines, fit into one entry; more are said by several.
const NAMED_MAX: usize = 500;
const TARGETS_MAX: usize = 50;
/// Named items and locations of one entry take so many bytes at most, each this many and its code.
const NAMED_BYTES_MAX: usize = 24 * 1024;
const TARGET_BYTES: usize = 8;

/// A device's name that means any.
const ANY_DEVICE: &str = "-";

/// What is to be counted and how, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct StocktakeRequest {
    /// All at these locations.
    pub locations: Vec<String>,
    /// All of these items.
    pub items: Vec<String>,
    /// Only what was not counted for so many days.
    pub not_counted_for: Option<u32>,
    /// Whoever counts is not told how much there should be.
    pub blind: bool,
    /// The day by which it is to be done, in days since 1970-01-01.
    pub due: Option<u32>,
    /// What it is about.
    pub title: Option<String>,
}

/// The stocktake that a text names: by its number, or by the entry that opened it.
pub fn find_stocktake(fold: &Fold, text: &str) -> Result<Stocktake, Refusal> {
    let id = documents::find(fold, Family::Stocktake, text)?;
    fold.stocktake(id)
        .ok_or_else(|| documents::unknown(fold, Family::Stocktake, text))
}

/// A stocktake that is going on.
fn find_open(fold: &Fold, text: &str) -> Result<(Stocktake, EntryRef), Refusal> {
    let stocktake = find_stocktake(fold, text)?;
    let state = stocktake.state;
    let reference = documents::still_open(fold, Family::Stocktake, stocktake.id, state)?;
    Ok((stocktake, reference))
}

fn about(stocktake: &Stocktake) -> About {
    About::Document(Family::Stocktake, stocktake.id)
}

fn targets(fold: &Fold, items: &[String], locations: &[String]) -> Result<Vec<Target>, Refusal> {
    let mut targets = BTreeSet::new();
    for item in items {
        targets.insert(Target::Item(find_item(fold, item)?.0));
    }
    for location in locations {
        let location = find_thing(fold, Class::Location, location)?;
        targets.insert(Target::Location(location));
    }
    let bytes = targets.iter().map(|target| match target {
        Target::Item(code) | Target::Location(code) | Target::Line { item: code, .. } => {
            code.as_str().len().saturating_add(TARGET_BYTES)
        }
    });
    let bytes = bytes.fold(0_usize, usize::saturating_add);
    if targets.len() > NAMED_MAX || bytes > NAMED_BYTES_MAX {
        let text = format!("{} items and locations are too many to name", targets.len());
        return Err(Refusal::new("too-many", text).hint(format!(
            "name at most {NAMED_MAX}, fewer where their codes are long, or open it for everything"
        )));
    }
    Ok(targets.into_iter().collect())
}

/// Opens a stocktake. Without a number it gets one.
pub fn open_stocktake(
    fold: &Fold,
    device: DeviceId,
    number: Option<&str>,
    request: &StocktakeRequest,
) -> Result<Plan, Refusal> {
    let targets = targets(fold, &request.items, &request.locations)?;
    let number = documents::new_number(fold, Family::Stocktake, 'T', device, number)?;
    let mut fields = Fields::default();
    fields.day(key::DUE, Some(request.due));
    fields.day(key::DAYS, Some(request.not_counted_for));
    fields.text(key::TITLE, "title", request.title.as_ref())?;
    if request.blind {
        fields.0.insert(key::BLIND, Value::Bool(true));
    }
    let opened = StocktakeOpened {
        number,
        targets,
        fields: fields.of_new(),
        once: None,
    };
    let body = Body::Stocktake(StocktakeEntry::Opened(opened));
    Ok(Plan::new(About::NewDocument(Family::Stocktake), vec![body]))
}

/// Who is to count what.
#[derive(Debug, Clone, Default)]
pub struct AssignRequest {
    /// The device, by name or id; `-` is any.
    pub device: String,
    /// All of these items.
    pub items: Vec<String>,
    /// All at these locations.
    pub locations: Vec<String>,
    /// Counted once more, whatever was counted before.
    pub again: bool,
}

/// The device that is to count; none is any.
fn counter(fold: &Fold, text: &str) -> Result<Option<DeviceId>, Refusal> {
    let text = text.trim();
    if text == ANY_DEVICE {
        return Ok(None);
    }
    let hint = "see the devices with: stock-server device list, or name - for any device";
    let devices = fold.devices_by_name();
    let (_, device) = one_device(devices, text, |(name, id)| (name.as_str(), *id), hint)?;
    Ok(Some(device))
}

/// Gives a stocktake, or parts of it, to a device to count, or asks for a count once more.
pub fn assign_stocktake(
    fold: &Fold,
    stocktake: &str,
    request: &AssignRequest,
) -> Result<Plan, Refusal> {
    let (stocktake, reference) = find_open(fold, stocktake)?;
    let assigned = StocktakeAssigned {
        stocktake: reference,
        device: counter(fold, &request.device)?,
        targets: targets(fold, &request.items, &request.locations)?,
        again: request.again,
        once: None,
    };
    let body = Body::Stocktake(StocktakeEntry::Assigned(assigned));
    Ok(Plan::new(about(&stocktake), vec![body]))
}

/// Lines of a stocktake: all, or those of an item, at a location where that is said.
fn chosen(
    fold: &Fold,
    stocktake: &Stocktake,
    item: Option<&str>,
    location: Option<&str>,
) -> Result<Vec<StocktakeLine>, Refusal> {
    let item = item.map(|item| find_item(fold, item)).transpose()?;
    let location = location.map(|location| find_thing(fold, Class::Location, location));
    let location = location.transpose()?;
    let mut lines = fold.stocktake_lines(stocktake);
    lines.retain(|line| {
        let at = &line.line;
        item.as_ref().is_none_or(|(item, _)| *item == at.item)
            && location
                .as_ref()
                .is_none_or(|location| *location == at.location)
    });
    if lines.is_empty() && (item.is_some() || location.is_some()) {
        let text = format!("the stocktake {} has no such line", stocktake.number);
        return Err(Refusal::new("unknown-stocktake-line", text).hint(format!(
            "see its lines with: stock stocktake report {}",
            stocktake.number
        )));
    }
    Ok(lines)
}

/// Asks for the lines of an item at a location to be counted once more, on any device.
pub fn recount(
    fold: &Fold,
    stocktake: &str,
    item: &str,
    location: Option<&str>,
) -> Result<Plan, Refusal> {
    let (stocktake, reference) = find_open(fold, stocktake)?;
    let lines = chosen(fold, &stocktake, Some(item), location)?;
    let targets = lines.into_iter().map(|line| target_of(line.line));
    let targets: Vec<Target> = targets.collect();
    let bodies = targets.chunks(TARGETS_MAX).map(|targets| {
        Body::Stocktake(StocktakeEntry::Assigned(StocktakeAssigned {
            stocktake: reference,
            device: None,
            targets: targets.to_vec(),
            again: true,
            once: None,
        }))
    });
    Ok(Plan::new(about(&stocktake), bodies.collect()))
}

fn target_of(line: LineKey) -> Target {
    Target::Line {
        item: line.item,
        location: line.location,
        owner: line.owner,
        batch: line.batch,
    }
}

/// Approves what was counted: all, or the lines of an item at a location.
pub fn approve_stocktake(
    fold: &Fold,
    stocktake: &str,
    item: Option<&str>,
    location: Option<&str>,
    note: Option<&str>,
) -> Result<Plan, Refusal> {
    let (stocktake, reference) = find_open(fold, stocktake)?;
    let lines = chosen(fold, &stocktake, item, location)?;
    let counted = |line: &&StocktakeLine| line.progress == LineProgress::Counted;
    let counts = lines.iter().filter(counted);
    let counts = counts.filter_map(|line| fold.reference(line.counts.last()?.id));
    let counts: Vec<EntryRef> = counts.collect();
    if counts.is_empty() {
        let mut refusal = nothing_to_approve(&stocktake);
        if lines.iter().all(|line| line.counts.is_empty()) {
            refusal.text = format!("nothing was counted for the stocktake {}", stocktake.number);
        }
        return Err(refusal);
    }
    let open = lines.len().saturating_sub(counts.len());
    let approved = lines
        .iter()
        .filter(|line| line.progress == LineProgress::Approved);
    let open = open.saturating_sub(approved.count());
    let warning = (open > 0).then(|| {
        format!("{open} lines are not counted, or are to be counted again: they stay as they are")
    });
    let plan = approval(&stocktake, reference, &counts, note)?;
    Ok(plan.warn(warning))
}

fn approval(
    stocktake: &Stocktake,
    reference: EntryRef,
    counts: &[EntryRef],
    note: Option<&str>,
) -> Result<Plan, Refusal> {
    let note = filled_text(note, "note")?;
    let bodies = counts.chunks(NAMED_MAX).map(|counts| {
        Body::Stocktake(StocktakeEntry::Approved(StocktakeApproved {
            stocktake: reference,
            counts: counts.to_vec(),
            note: note.clone(),
            once: None,
        }))
    });
    Ok(Plan::new(about(stocktake), bodies.collect()))
}

/// Approves these counts and no others. One that is not the last of its line any more is refused:
/// whoever approves it has not seen what was counted since.
pub fn approve_counts(
    fold: &Fold,
    stocktake: &str,
    counts: &[EntryId],
    note: Option<&str>,
) -> Result<Plan, Refusal> {
    let (stocktake, reference) = find_open(fold, stocktake)?;
    let lines = fold.stocktake_lines(&stocktake);
    let last = lines
        .iter()
        .filter_map(|line| Some((line.counts.last()?.id, line.progress)));
    let last: BTreeMap<EntryId, LineProgress> = last.collect();
    let mut wanted = Vec::new();
    for count in counts.iter().collect::<BTreeSet<_>>() {
        match last.get(count) {
            Some(LineProgress::Counted) => wanted.extend(fold.reference(*count)),
            Some(LineProgress::Approved) => {}
            Some(LineProgress::Open | LineProgress::Again) | None => {
                let text = format!(
                    "{count} is not the last count of a line of the stocktake {}, or it is to be \
                     counted again",
                    stocktake.number
                );
                return Err(Refusal::new("counted-meanwhile", text)
                    .hint("look at its lines again: somebody may have counted since"));
            }
        }
    }
    if wanted.is_empty() {
        return Err(nothing_to_approve(&stocktake));
    }
    approval(&stocktake, reference, &wanted, note)
}

fn nothing_to_approve(stocktake: &Stocktake) -> Refusal {
    let number = &stocktake.number;
    let text = format!("nothing of the stocktake {number} waits to be approved");
    Refusal::new("nothing-to-approve", text).hint(format!(
        "see its lines with: stock stocktake report {number}"
    ))
}

/// Says that what nobody counted is not there: all open lines, or those of an item at a location.
pub fn count_rest_as_none(
    fold: &Fold,
    stocktake: &str,
    item: Option<&str>,
    location: Option<&str>,
) -> Result<Plan, Refusal> {
    let (stocktake, reference) = find_open(fold, stocktake)?;
    let mut lines = chosen(fold, &stocktake, item, location)?;
    lines.retain(|line| line.counts.is_empty());
    if lines.is_empty() {
        let text = format!(
            "all lines of the stocktake {} are counted",
            stocktake.number
        );
        return Err(Refusal::new("nothing-to-count", text));
    }
    let bodies = lines.into_iter().flat_map(|line| {
        let raw = fold.raw_lines(&line.line.item).into_iter();
        let same = raw.filter(move |raw| {
            (&raw.key.location, &raw.key.owner, &raw.key.batch)
                == (&line.line.location, &line.line.owner, &line.line.batch)
                && !raw.on_hand.is_zero()
        });
        same.map(|raw| none_there(raw.key, reference))
    });
    let bodies: Vec<Body> = bodies.collect();
    Ok(Plan::new(about(&stocktake), bodies))
}

fn none_there(line: LineKey, stocktake: EntryRef) -> Body {
    Body::Counted(Counted {
        item: line.item,
        quantity: Quantity::ZERO,
        place: Place {
            location: line.location,
            owner: line.owner,
            batch: line.batch,
        },
        span: None,
        stocktake: Some(stocktake),
        particulars: Particulars::default(),
    })
}

/// A count that is made for a stocktake.
pub fn count_for(
    fold: &Fold,
    stocktake: &str,
    location: &str,
    request: &StockRequest,
) -> Result<Plan, Refusal> {
    let (_, reference) = find_open(fold, stocktake)?;
    let mut plan = count(fold, location, request)?;
    for body in &mut plan.bodies {
        if let Body::Counted(counted) = body {
            counted.stocktake = Some(reference);
        }
    }
    Ok(plan)
}

/// Ends a stocktake. Counts stay what they are.
pub fn close_stocktake(fold: &Fold, stocktake: &str, details: &Details) -> Result<Plan, Refusal> {
    let (stocktake, reference) = find_open(fold, stocktake)?;
    let lines = fold.stocktake_lines(&stocktake);
    let with = |progress: &[LineProgress]| {
        let lines = lines.iter();
        lines
            .filter(|line| progress.contains(&line.progress))
            .count()
    };
    let open = with(&[LineProgress::Open, LineProgress::Again]);
    let unseen = with(&[LineProgress::Counted]);
    let open = (open > 0).then(|| format!("{open} lines were not counted: they stay as they are"));
    let unseen = (unseen > 0)
        .then(|| format!("{unseen} counted lines were not approved: they count all the same"));
    let ended = documents::ended(fold, reference, details)?;
    let body = Body::Stocktake(StocktakeEntry::Closed(ended));
    Ok(Plan::new(about(&stocktake), vec![body])
        .warn(open)
        .warn(unseen))
}
