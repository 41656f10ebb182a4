//! Scans of codes that nobody knew, what people say of them, and a naive reckoning of what they
//! come to over the plain list of entries.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::code::Barcode;
use ledger_core::entry::{
    Body, CodeBound, CodeUnbound, IdempotencyKey, Particulars, Place, ScanMode, ScanResolved,
    UnknownScan,
};
use ledger_core::{Clock, EntryId, Quantity};
use proptest::prelude::*;

use super::{code, place, units};

/// What is scanned.
pub const CODES: [&str; 3] = ["4006381333931", "04006381333931", "mystery"];
const ITEMS: [&str; 3] = ["P", "Q", "R"];
const PLACES: [&str; 2] = ["A", "B"];

/// What somebody does about codes.
#[derive(Debug, Clone)]
pub enum Deed {
    Scan(usize, ScanMode, usize, i64),
    Resolve(usize, Option<usize>),
    Bind(usize, usize, i64),
    Unbind(usize, usize),
}

pub fn deed() -> impl Strategy<Value = Deed> {
    let code = || 0..CODES.len();
    let mode = proptest::sample::select(ScanMode::ALL.to_vec());
    prop_oneof![
        6 => (code(), mode, 0..2_usize, -2..6_i64)
            .prop_map(|(code, mode, at, number)| Deed::Scan(code, mode, at, number)),
        3 => (code(), proptest::option::weighted(0.8, 0..3_usize))
            .prop_map(|(code, item)| Deed::Resolve(code, item)),
        2 => (code(), 0..3_usize, 0..4_i64)
            .prop_map(|(code, item, pack)| Deed::Bind(code, item, pack)),
        1 => (code(), 0..3_usize).prop_map(|(code, item)| Deed::Unbind(code, item)),
    ]
}

pub fn barcode(text: &str) -> Barcode {
    Barcode::new(text).unwrap()
}

pub fn scan(text: &str, mode: ScanMode, location: &str, number: i64) -> Body {
    let to = if location == "A" { "B" } else { "A" };
    Body::UnknownScan(UnknownScan {
        code: barcode(text),
        scanned: None,
        aim: None,
        mode,
        quantity: units(number),
        place: place(location),
        to: (mode == ScanMode::Move).then(|| code(to)),
        neighbour: None,
        particulars: Particulars::default(),
    })
}

pub fn resolved(text: &str, item: Option<&str>) -> Body {
    Body::ScanResolved(ScanResolved {
        code: barcode(text),
        item: item.map(code),
        note: None,
        once: None,
    })
}

pub fn bound(text: &str, item: &str, pack: i64) -> Body {
    Body::CodeBound(CodeBound {
        item: code(item),
        barcode: barcode(text),
        pack: units(pack),
        once: None,
    })
}

pub fn unbound(text: &str, item: &str) -> Body {
    Body::CodeUnbound(CodeUnbound {
        item: code(item),
        barcode: barcode(text),
    })
}

pub fn body(deed: &Deed, once: Option<u64>) -> Body {
    let mut body = match *deed {
        Deed::Scan(code, mode, at, number) => scan(CODES[code], mode, PLACES[at], number),
        Deed::Resolve(code, item) => resolved(CODES[code], item.map(|item| ITEMS[item])),
        Deed::Bind(code, item, pack) => bound(CODES[code], ITEMS[item], pack),
        Deed::Unbind(code, item) => unbound(CODES[code], ITEMS[item]),
    };
    if let Some(row) = once {
        let key = [1; 16];
        body.set_once(IdempotencyKey { key, row });
    }
    body
}

/// Entries that count, with their places among words.
pub type Words<'a> = [((Clock, EntryId), &'a Body)];

fn last<T>(words: &Words<'_>, says: impl Fn(&Body) -> Option<T>) -> Option<T> {
    let said = words
        .iter()
        .filter_map(|(by, body)| Some((by, says(body)?)));
    said.max_by_key(|(by, _)| **by).map(|(_, value)| value)
}

fn canonical(words: &Words<'_>, item: &str) -> String {
    let into = |item: &str| {
        let into = last(words, |body| match body {
            Body::ItemMerged(merged) if merged.item.as_str() == item => Some(merged.into.clone()),
            _ => None,
        });
        into.flatten()
            .map(|into| into.to_string())
            .filter(|into| into != item)
    };
    let mut path = vec![item.to_owned()];
    while let Some(next) = into(path.last().unwrap()) {
        if let Some(at) = path.iter().position(|known| *known == next) {
            return path[at..].iter().min().unwrap().clone();
        }
        path.push(next);
    }
    path.pop().unwrap()
}

/// Whether two codes are one article number.
fn is_same(one: &Barcode, other: &Barcode) -> bool {
    let digits = |code: &Barcode| code.as_str().trim_start_matches('0').to_owned();
    digits(one) == digits(other)
}

/// The items that an article number is a barcode of in any of its spellings, with their packs.
fn claims(words: &Words<'_>, scanned: &Barcode) -> BTreeMap<String, Quantity> {
    let mut spellings: Vec<Barcode> = CODES.iter().map(|code| barcode(code)).collect();
    spellings.retain(|code| is_same(code, scanned));
    spellings.sort_by_key(|code| std::cmp::Reverse(code.as_str().len()));
    let mut claims = BTreeMap::new();
    for spelling in spellings {
        for (item, pack) in claims_as_written(words, &spelling) {
            claims.entry(item).or_insert(pack);
        }
    }
    claims
}

/// The items that a code is a barcode of, with their packs.
fn claims_as_written(words: &Words<'_>, scanned: &Barcode) -> BTreeMap<String, Quantity> {
    let mut claims = BTreeMap::new();
    let mut own = BTreeSet::new();
    for item in ITEMS {
        let pack = last(words, |body| match body {
            Body::CodeBound(bound) if bound.barcode == *scanned && bound.item.as_str() == item => {
                Some(Some(bound.pack))
            }
            Body::CodeUnbound(it) if it.barcode == *scanned && it.item.as_str() == item => {
                Some(None)
            }
            _ => None,
        });
        let Some(pack) = pack.flatten() else { continue };
        let stands_for = canonical(words, item);
        if stands_for == item {
            own.insert(stands_for.clone());
            claims.insert(stands_for, pack);
        } else if !own.contains(&stands_for) {
            claims.entry(stands_for).or_insert(pack);
        }
    }
    claims
}

/// What a scan comes to by all that was said: the item, from where, to where, and how much.
pub fn comes_to(
    words: &Words<'_>,
    scan: &UnknownScan,
) -> Option<(String, Option<Place>, Option<Place>, Quantity)> {
    let claims = claims(words, &scan.code);
    let said = last(words, |body| match body {
        Body::ScanResolved(resolved) if is_same(&resolved.code, &scan.code) => {
            Some(resolved.item.clone())
        }
        _ => None,
    });
    let (item, pack) = match said {
        Some(item) => {
            let item = item?.to_string();
            let pack = claims.get(&canonical(words, &item)).copied();
            (item, pack.unwrap_or(units(1)))
        }
        None if claims.len() == 1 => claims.into_iter().next()?,
        None => return None,
    };
    let here = || Some(scan.place.clone());
    let (from, to) = match scan.mode {
        ScanMode::Add => (None, here()),
        ScanMode::Remove => (here(), None),
        ScanMode::Move => (here(), Some(place(scan.to.as_ref()?.as_str()))),
        ScanMode::Count => return None,
    };
    let quantity = scan.quantity.checked_mul(pack)?;
    Some((item, from, to, quantity))
}
