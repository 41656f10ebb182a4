//! Scans of codes that nobody knows, at entry: what is kept of them, and what they are resolved to.

use super::stock::{check_item_in_use, check_quantity, checked_particulars};
use super::{
    About, Plan, Refusal, code, did_you_mean, filled_text, find_item, find_thing, nearest,
};
use crate::catalogue::Class;
use crate::code::{Barcode, CODE_BYTES_MAX};
use crate::entry::{Body, Particulars, Place, ScanMode, ScanResolved, UnknownScan};
use crate::fold::{Fold, ItemMatch, ScanMeaning};
use crate::quantity::Quantity;

/// A scan whose code nobody knows, as the session has it.
#[derive(Debug, Clone)]
pub struct UnknownScanRequest {
    /// What stands for the item on the label: the article number of a label that has one, otherwise
    /// the text as it was scanned.
    pub code: String,
    /// The whole text as it was scanned; kept where it is more than the code.
    pub scanned: Option<String>,
    /// The scanner's AIM id of the kind of barcode.
    pub aim: Option<String>,
    /// What the session was doing.
    pub mode: ScanMode,
    /// For how many scans it stands.
    pub quantity: Quantity,
    /// Where; of a move, from where.
    pub location: String,
    /// Where a move goes to; none in other modes.
    pub to: Option<String>,
    /// Whose stock; none is our own.
    pub owner: Option<String>,
    /// The batch, if the label told it; none is the stock without batch.
    pub batch: Option<String>,
    /// The item that was scanned just before.
    pub neighbour: Option<String>,
    /// The rest: the serial number and expiry of the label, the order, the time.
    pub particulars: Particulars,
}

/// The code under which a scanned text is kept: control characters, as separators of elements are,
/// become the signs that stand for them, and an article number stands as it is printed.
///
/// # Errors
///
/// [`Refusal`] when nothing is left of it, or it is too long.
pub fn scan_code(text: &str) -> Result<Barcode, Refusal> {
    let text = visible(text);
    Barcode::new(&text)
        .map(|code| code.printed())
        .map_err(|_error| {
            let text = format!("the code {text:?} cannot be kept: it is empty, or too long");
            let hint = format!("at most {CODE_BYTES_MAX} bytes; scan another code of the label");
            Refusal::new("bad-code", text).hint(hint)
        })
}

/// Keeps a scan whose code nobody knows.
pub fn unknown_scan(fold: &Fold, request: &UnknownScanRequest) -> Result<Plan, Refusal> {
    check_quantity(request.quantity, request.mode.word())?;
    let scanned = scan_code(&request.code)?;
    if let ItemMatch::One(item, _) = fold.find_item(scanned.as_str()) {
        let text = format!("the code {scanned} is known: it stands for {item}");
        return Err(Refusal::new("known-code", text).hint("scan it again"));
    }
    let owner = request.owner.as_deref();
    let owner = owner.map(|owner| find_thing(fold, Class::Customer, owner));
    let batch = request.batch.as_deref();
    let place = Place {
        location: find_thing(fold, Class::Location, &request.location)?,
        owner: owner.transpose()?,
        batch: batch.map(|batch| code(batch, "batch")).transpose()?,
    };
    let to = request.to.as_deref();
    let to = to.map(|to| find_thing(fold, Class::Location, to));
    let to = to.transpose()?;
    if to.is_some() != (request.mode == ScanMode::Move) {
        let text = "a scan has a second location when it moves something, and only then";
        return Err(Refusal::new("bad-place", text));
    }
    if to.as_ref() == Some(&place.location) {
        let text = format!("what is moved is already at {}", place.location);
        return Err(Refusal::new("same-place", text).hint("scan two locations"));
    }
    let neighbour = request.neighbour.as_deref();
    // It only helps people: a scan is kept also where it cannot be told.
    let neighbour = neighbour.and_then(|item| find_item(fold, item).ok());
    let whole = filled_text(request.scanned.as_deref().map(visible).as_deref(), "text")?;
    let scan = UnknownScan {
        scanned: whole.filter(|whole| whole != scanned.as_str()),
        aim: filled_text(request.aim.as_deref(), "AIM id")?,
        code: scanned.clone(),
        mode: request.mode,
        quantity: request.quantity,
        place,
        to,
        neighbour: neighbour.map(|(item, _)| item),
        particulars: checked_particulars(fold, &request.particulars)?,
    };
    let body = Body::UnknownScan(scan);
    Ok(Plan::new(About::Scans(scanned), vec![body]))
}

/// Says what a code stands for that was scanned when nobody knew it: all its scans, past ones too,
/// take effect at their own places.
pub fn resolve_scan(fold: &Fold, scanned: &str, item: &str) -> Result<Plan, Refusal> {
    let scanned = find_scanned(fold, scanned)?;
    let (item, _) = find_item(fold, item)?;
    check_item_in_use(fold, &item)?;
    let meaning = fold.scan_meaning(&scanned);
    if meaning.item().map(|item| fold.canonical(item)) == Some(item.clone()) {
        let text = format!("the code {scanned} already stands for {item}");
        return Err(Refusal::new("already-resolved", text));
    }
    Ok(resolution(scanned, Some(item), None))
}

/// Says that a code that nobody knew means nothing: its scans have no effect, and are no longer
/// asked about.
pub fn dismiss_scan(fold: &Fold, scanned: &str, note: Option<&str>) -> Result<Plan, Refusal> {
    let scanned = find_scanned(fold, scanned)?;
    if fold.scan_meaning(&scanned) == ScanMeaning::Dismissed {
        let text = format!("the code {scanned} is already dismissed");
        return Err(Refusal::new("already-resolved", text));
    }
    let Some(note) = filled_text(note, "note")? else {
        let refusal = Refusal::new("note-missing", "to dismiss a code needs a note");
        return Err(refusal.hint("say why it is nothing of ours, with --note TEXT"));
    };
    Ok(resolution(scanned, None, Some(note)))
}

fn resolution(scanned: Barcode, item: Option<crate::Code>, note: Option<String>) -> Plan {
    let body = Body::ScanResolved(ScanResolved {
        code: scanned.clone(),
        item,
        note,
        once: None,
    });
    Plan::new(About::Scans(scanned), vec![body])
}

/// What becomes of scans that wait for a code to be known, when it is bound to an item.
pub(super) fn waiting(fold: &Fold, barcode: &str) -> Option<String> {
    let scanned = scan_code(barcode).ok()?;
    let scans = fold.scans_of(&scanned);
    let waiting = scans.iter().filter(|scan| scan.counts).count();
    (waiting > 0 && fold.scan_meaning(&scanned) == ScanMeaning::Unknown).then(|| {
        format!("{scanned} was scanned {waiting} times when nobody knew it: that takes effect now")
    })
}

/// A code that was scanned when nobody knew it.
fn find_scanned(fold: &Fold, text: &str) -> Result<Barcode, Refusal> {
    let wanted = scan_code(text)?;
    if fold.was_scanned(&wanted) {
        return Ok(wanted);
    }
    let known: Vec<&str> = fold
        .scanned_codes()
        .map(|(code, _)| code.as_str())
        .collect();
    let near = nearest(wanted.as_str(), known.into_iter());
    let text = format!("no scan of an unknown code {wanted} is kept here");
    let refusal = Refusal::new("unknown-code", text);
    Err(did_you_mean(
        refusal,
        &near,
        "see them with: stock scans".to_owned(),
    ))
}

/// A text with signs in the place of control characters.
fn visible(text: &str) -> String {
    let sign = |character: char| match u32::from(character) {
        control @ 0..=0x1F => char::from_u32(control.saturating_add(0x2400)),
        _ if character.is_control() => None,
        _ => Some(character),
    };
    text.trim().chars().filter_map(sign).collect()
}
