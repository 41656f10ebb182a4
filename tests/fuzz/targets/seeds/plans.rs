//! What is said of bills of materials, lots, purchase orders and stocktakes, and of stock for them:
//! with nothing that may be absent, with all of it, and in more parts than a short list has.

use ledger_core::document::{DocumentFields, DocumentRef, Ended, Family};
use ledger_core::entry::{
    Act, Body, BomLineSet, Counted, IdempotencyKey, LotEntry, LotPlanned, LotSet, Moved,
    Particulars, PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced, PurchaseSet,
    StocktakeApproved, StocktakeAssigned, StocktakeEntry, StocktakeOpened, Target,
};
use ledger_core::production::{BOM_FIELDS, BomLine};
use ledger_core::{DeviceId, EntryRef, production, purchase, stocktake};

use super::{ONCE, all_of, code, none_of, particulars, place, quantity, reference};

/// The entry that began the lot, the purchase order or the stocktake of these seeds.
fn begun() -> EntryRef {
    reference(1, 2)
}

fn ended(once: Option<IdempotencyKey>) -> Ended {
    Ended {
        document: begun(),
        reason: once.map(|_| "done".to_owned()),
        note: once.map(|_| "über Nacht".to_owned()),
        once,
    }
}

/// Everything about plans.
pub(super) fn plans() -> Vec<Body> {
    let mut bodies = Vec::new();
    for once in [None, Some(ONCE)] {
        bodies.extend(boms_and_lots(once));
        bodies.extend(purchases(once));
        bodies.extend(stocktakes(once));
    }
    bodies.extend(stock());
    bodies
}

/// None without the key, otherwise so many that a list of their parts has a long head.
fn many<T>(once: Option<IdempotencyKey>, thing: impl Fn(u8) -> T) -> Vec<T> {
    let count = if once.is_some() { 6 } else { 0 };
    (0..count).map(thing).collect()
}

fn boms_and_lots(once: Option<IdempotencyKey>) -> Vec<Body> {
    let bom = many(once, |number| BomLine {
        item: code(&format!("R-{number}")),
        per_unit: quantity(1 + i64::from(number) * 10_000),
        attrition: u32::from(number) * 2_000,
        refs: (number > 2).then(|| format!("R{number}")),
    });
    let fields = once.map_or(DocumentFields::new(), |_| all_of(production::FIELDS));
    let line_set = |fields| {
        Body::BomLineSet(BomLineSet {
            parent: code("PCB-1"),
            child: code("R-100"),
            fields,
            once,
        })
    };
    let set = |bom, fields| {
        Body::Lot(LotEntry::Set(LotSet {
            lot: begun(),
            bom,
            fields,
            once,
        }))
    };
    vec![
        line_set(once.map_or(DocumentFields::new(), |_| all_of(BOM_FIELDS))),
        line_set(none_of(BOM_FIELDS)),
        Body::Lot(LotEntry::Planned(LotPlanned {
            item: code("PCB-1"),
            number: code("L-1"),
            bom: bom.clone(),
            fields: fields.clone(),
            once,
        })),
        set(None, none_of(production::FIELDS)),
        set(Some(bom), fields),
        Body::Lot(LotEntry::Closed(ended(once))),
    ]
}

fn purchases(once: Option<IdempotencyKey>) -> Vec<Body> {
    let line = |number: u8| PurchaseLine {
        item: code("R-100"),
        quantity: quantity(i64::from(number) * 10_000),
        day: (number > 2).then(|| 20_000 + u32::from(number)),
    };
    let fields = once.map_or(DocumentFields::new(), |_| all_of(purchase::FIELDS));
    let set = |fields| {
        Body::Purchase(PurchaseEntry::Set(PurchaseSet {
            purchase: begun(),
            fields,
            once,
        }))
    };
    vec![
        Body::Purchase(PurchaseEntry::Placed(PurchasePlaced {
            number: code("PO-1"),
            lines: many(once, line),
            fields: fields.clone(),
            once,
        })),
        set(fields),
        set(none_of(purchase::FIELDS)),
        Body::Purchase(PurchaseEntry::LineSet(PurchaseLineSet {
            purchase: begun(),
            line: line(if once.is_some() { 7 } else { 0 }),
            once,
        })),
        Body::Purchase(PurchaseEntry::Closed(ended(once))),
    ]
}

/// An item, a location, and stock lines.
fn target(number: u8) -> Target {
    match number {
        0 => Target::Item(code("R-100")),
        1 => Target::Location(code("A-01")),
        _ => Target::Line {
            item: code("R-100"),
            location: code("B-02"),
            owner: (number & 1 != 0).then(|| code("ACME")),
            batch: (number & 4 != 0).then(|| code("LOT 7")),
        },
    }
}

fn stocktakes(once: Option<IdempotencyKey>) -> Vec<Body> {
    let fields = once.map_or(DocumentFields::new(), |_| all_of(stocktake::FIELDS));
    let opened = |targets, fields| {
        Body::Stocktake(StocktakeEntry::Opened(StocktakeOpened {
            number: code("ST-1"),
            targets,
            fields,
            once,
        }))
    };
    let approved = |count| {
        Body::Stocktake(StocktakeEntry::Approved(StocktakeApproved {
            stocktake: begun(),
            counts: (1..=count).map(|seq| reference(2, seq)).collect(),
            note: once.map(|_| "es ist so".to_owned()),
            once,
        }))
    };
    vec![
        opened(many(once, target), fields),
        opened(vec![target(1)], none_of(stocktake::FIELDS)),
        Body::Stocktake(StocktakeEntry::Assigned(StocktakeAssigned {
            stocktake: begun(),
            device: once.map(|_| DeviceId::from_bytes([2; 16])),
            targets: many(once, target),
            again: once.is_some(),
            once,
        })),
        approved(1),
        approved(20),
        Body::Stocktake(StocktakeEntry::Closed(ended(once))),
    ]
}

/// Movements for a lot and a purchase order, and counts for a stocktake.
fn stock() -> Vec<Body> {
    let mut bodies = Vec::new();
    for rest in [Particulars::default(), particulars()] {
        let here = || Some(place("A-01", None, None));
        let issued = (Family::Lot, here(), None, Act::Remove);
        let received = (Family::Purchase, None, here(), Act::Add);
        for (family, from, to, act) in [issued, received] {
            bodies.push(Body::Moved(Moved {
                document: Some(DocumentRef::new(family, begun())),
                item: code("R-100"),
                quantity: quantity(30_000),
                from,
                to,
                act,
                particulars: rest.clone(),
            }));
        }
        bodies.push(Body::Counted(Counted {
            item: code("R-100"),
            quantity: quantity(30_000),
            place: place("B-02", Some("ACME"), None),
            span: None,
            stocktake: Some(begun()),
            particulars: rest,
        }));
    }
    bodies
}

/// Bodies by kind that hold what makes no sense, or more than a reader looks at.
pub(super) fn refused() -> Vec<(u8, Vec<u8>)> {
    let named = |key: u8| {
        let reference = [&[key, 0x93, 0xC4, 16][..], &[7; 16], &[1, 0xC4, 8], &[9; 8]];
        reference.concat()
    };
    let moved = [0x86, 0, 0xA1, b'X', 2, 1, 4, 0xA1, b'A', 22, 2];
    vec![
        // A movement for a lot and a purchase order.
        (10, [&moved[..], &named(37), &named(39)].concat()),
        // A target with an owner alone, a part of one, and none.
        (
            20,
            vec![0x82, 2, 0xA1, b'X', 4, 0x94, 0xC0, 0xC0, 0xA1, b'A', 0xC0],
        ),
        (
            20,
            vec![0x82, 2, 0xA1, b'X', 4, 0x93, 0xA1, b'X', 0xC0, 0xC0],
        ),
        (20, vec![0x82, 2, 0xA1, b'X', 4, 0x90]),
        // Not counted once more.
        (21, [&[0x82, 6, 0xC2][..], &named(26)].concat()),
        // No counts are approved.
        (22, [&[0x82, 2, 0x90][..], &named(26)].concat()),
        // More is lost than is needed; a line that needs nothing.
        (
            40,
            vec![0x83, 0, 0xA1, b'X', 2, 0xA1, b'Y', 6, 0xCD, 0x27, 0x11],
        ),
        (
            42,
            [&[0x82, 4, 0x94, 0xA1, b'Y', 0, 0, 0xC0][..], &named(26)].concat(),
        ),
        // A day beyond 32 bits.
        (
            50,
            vec![
                0x82, 2, 0xA1, b'X', 4, 0x93, 0xA1, b'Y', 1, 0xCF, 0, 0, 0, 1, 0, 0, 0, 0,
            ],
        ),
    ]
}
