//! What scans of unknown codes come to, told from the entries alone: the last word by clock about
//! the code's scans, otherwise the one item that has it as a barcode.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::entry::{Body, Place, ScanMode, UnknownScan};
use ledger_core::{Barcode, Clock, Code, EntryId, Quantity};

use super::naive::Log;

/// Where an entry stands, and what it says.
type Words<'a> = Vec<((Clock, EntryId), &'a Body)>;

/// What a scan comes to.
pub(super) struct Scanned {
    pub(super) item: Code,
    pub(super) from: Option<Place>,
    pub(super) to: Option<Place>,
    pub(super) quantity: i128,
}

/// What the scans come to that count, by entry.
pub(super) fn of(log: &Log, ineffective: &BTreeSet<EntryId>) -> BTreeMap<EntryId, Scanned> {
    let counts = |id: &EntryId| !ineffective.contains(id) && !log.denied.contains(id);
    let entries = log.entries.iter().filter(|(id, _)| counts(id));
    let words: Words<'_> = entries
        .clone()
        .map(|(id, entry)| (log.place(*id), &entry.body))
        .collect();
    let scans = entries.filter_map(|(id, entry)| match &entry.body {
        Body::UnknownScan(scan) => Some((*id, comes_to(&words, scan)?)),
        _ => None,
    });
    scans.collect()
}

fn last<T>(words: &Words<'_>, says: impl Fn(&Body) -> Option<T>) -> Option<T> {
    let said = words
        .iter()
        .filter_map(|(place, body)| Some((place, says(body)?)));
    said.max_by_key(|(place, _)| **place)
        .map(|(_, value)| value)
}

fn canonical(words: &Words<'_>, item: &Code) -> Code {
    let mut at = item.clone();
    // There is no circle of aliases here.
    loop {
        let into = last(words, |body| match body {
            Body::ItemMerged(merged) if merged.item == at => Some(merged.into.clone()),
            _ => None,
        });
        match into.flatten() {
            Some(into) => at = into,
            None => return at,
        }
    }
}

/// The items that have a code as a barcode, with how much one scan of it is; an item's own word
/// before that of an alias.
fn claims(words: &Words<'_>, code: &Barcode) -> BTreeMap<Code, Quantity> {
    let says = |body: &Body| match body {
        Body::CodeBound(it) if it.barcode == *code => Some((it.item.clone(), Some(it.pack))),
        Body::CodeUnbound(it) if it.barcode == *code => Some((it.item.clone(), None)),
        _ => None,
    };
    let items: BTreeSet<Code> = words
        .iter()
        .filter_map(|(_, body)| says(body))
        .map(|(item, _)| item)
        .collect();
    let mut claims = BTreeMap::new();
    for own in [false, true] {
        for item in items.iter().rev() {
            let stands_for = canonical(words, item);
            let of_item = |body: &Body| says(body).filter(|(of, _)| of == item);
            let pack = last(words, of_item).and_then(|(_, pack)| pack);
            if let Some(pack) = pack.filter(|_| (stands_for == *item) == own) {
                claims.insert(stands_for, pack);
            }
        }
    }
    claims
}

fn comes_to(words: &Words<'_>, scan: &UnknownScan) -> Option<Scanned> {
    let claims = claims(words, &scan.code);
    let said = last(words, |body| match body {
        Body::ScanResolved(resolved) if resolved.code == scan.code => Some(resolved.item.clone()),
        _ => None,
    });
    let (item, pack) = match said {
        Some(item) => {
            let item = item?;
            let pack = claims.get(&canonical(words, &item)).copied();
            (item, pack.unwrap_or(Quantity::ONE))
        }
        None if claims.len() == 1 => claims.into_iter().next()?,
        None => return None,
    };
    let here = || Some(scan.place.clone());
    let there = || {
        let location = scan.to.clone()?;
        Some(Place {
            location,
            ..scan.place.clone()
        })
    };
    let (from, to) = match scan.mode {
        ScanMode::Add => (None, here()),
        ScanMode::Remove => (here(), None),
        ScanMode::Move => (here(), there()),
        ScanMode::Count => return None,
    };
    let quantity = scan.quantity.checked_mul(pack)?.total().ten_thousandths();
    Some(Scanned {
        item,
        from,
        to,
        quantity,
    })
}
