//! Entries about bills of materials, lots, purchase orders and stocktakes, and what movements and
//! counts are for, written by hand.

use ledger_core::catalogue::Value;
use ledger_core::document::{DocumentFields, DocumentRef, Ended, Family};
use ledger_core::entry::{
    BomLineSet, Counted, IdempotencyKey, LotEntry, LotPlanned, LotSet, Particulars, Place,
    PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced, PurchaseSet, StocktakeApproved,
    StocktakeAssigned, StocktakeEntry, StocktakeOpened, Target,
};
use ledger_core::production::{BOM_FIELDS, BomLine};
use ledger_core::{DeviceId, EntryId, EntryRef, Quantity, production, purchase, stocktake};

use super::by_hand::*;
use super::orders::moved;
use super::*;

const NIL: [u8; 1] = [0xC0];

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

/// A list of these values, of which there are fewer than 16.
fn list(values: &[&[u8]]) -> Vec<u8> {
    let len = u8::try_from(values.len()).unwrap();
    [&[0x90 | len], &values.concat()[..]].concat()
}

/// Item X; location A; X at A, of ACME, in no batch.
fn targets() -> (Vec<u8>, Vec<Target>) {
    let (x, a, acme) = (text("X"), text("A"), text("ACME"));
    let bytes = list(&[
        &x, &NIL, &NIL, &NIL, //
        &NIL, &a, &NIL, &NIL, //
        &x, &a, &acme, &NIL,
    ]);
    let line = Target::Line {
        item: code("X"),
        location: code("A"),
        owner: Some(code("ACME")),
        batch: None,
    };
    let targets = vec![Target::Item(code("X")), Target::Location(code("A")), line];
    (bytes, targets)
}

/// 2.5 of Y and 100 % more, at R1; 0.0001 of Z.
fn bom() -> (Vec<u8>, Vec<BomLine>) {
    let bytes = list(&[
        &text("Y"),
        &[0xCD, 0x61, 0xA8],
        &[0xCD, 0x27, 0x10],
        &text("R1"),
        &text("Z"),
        &[1],
        &[0],
        &NIL,
    ]);
    let line = |item, per_unit, attrition, refs: Option<&str>| BomLine {
        item: code(item),
        per_unit: Quantity::from_ten_thousandths(per_unit),
        attrition,
        refs: refs.map(str::to_owned),
    };
    let lines = vec![line("Y", 25_000, 10_000, Some("R1")), line("Z", 1, 0, None)];
    (bytes, lines)
}

/// 5 of X on a day, -1 of Y on none.
fn lines() -> (Vec<u8>, Vec<PurchaseLine>) {
    let bytes = list(&[
        &text("X"),
        &[0xCD, 0xC3, 0x50],
        &[0xCD, 0x50, 0x14],
        &text("Y"),
        &[0xFF],
        &NIL,
    ]);
    let line = |item, quantity, day| PurchaseLine {
        item: code(item),
        quantity: Quantity::from_ten_thousandths(quantity),
        day,
    };
    (
        bytes,
        vec![line("X", 50_000, Some(20_500)), line("Y", -1, None)],
    )
}

/// All of these, in the order of their keys.
fn sorted(parts: &[&[(u8, Vec<u8>)]]) -> Pairs {
    let mut all = parts.concat();
    all.sort();
    all
}

fn opened_stocktake() -> Example {
    let opened = |targets, fields, once| {
        Body::Stocktake(StocktakeEntry::Opened(StocktakeOpened {
            number: code("S-1"),
            targets,
            fields,
            once,
        }))
    };
    let (bytes, targets) = targets();
    let fields = [
        (10, Value::Int(20_500)),
        (12, Value::text("a title")),
        (14, Value::Bool(true)),
        (18, Value::Int(30)),
    ];
    Example {
        kind: 20,
        least: vec![(2, text("S-1"))],
        // What it counts once with stands among the fields.
        most: vec![
            (2, text("S-1")),
            (4, bytes),
            (10, vec![0xCD, 0x50, 0x14]),
            (12, text("a title")),
            (14, vec![0xC3]),
            (16, once()),
            (18, vec![30]),
        ],
        fields: stocktake::FIELDS,
        says: [
            opened(Vec::new(), DocumentFields::new(), None),
            opened(targets, fields.into(), Some(ONCE)),
        ],
    }
}

fn stocktakes() -> [Example; 4] {
    let assigned = |device, targets, again, once| {
        Body::Stocktake(StocktakeEntry::Assigned(StocktakeAssigned {
            stocktake: entry_ref(),
            device,
            targets,
            again,
            once,
        }))
    };
    let approved = |full: bool| {
        Body::Stocktake(StocktakeEntry::Approved(StocktakeApproved {
            stocktake: entry_ref(),
            counts: vec![entry_ref(), entry_ref()],
            note: full.then(|| "ok".to_owned()),
            once: full.then_some(ONCE),
        }))
    };
    let (bytes, targets) = targets();
    let device = DeviceId::from_bytes([2; 16]);
    let one = &target()[1..];
    let counts = [&[0x96], one, one].concat();
    let least = vec![(2, counts), (26, target())];
    [
        opened_stocktake(),
        Example {
            kind: 21,
            least: vec![(26, target())],
            most: vec![
                (2, [&[0xC4, 16][..], &[2; 16]].concat()),
                (4, bytes),
                (6, vec![0xC3]),
                (16, once()),
                (26, target()),
            ],
            fields: &[],
            says: [
                assigned(None, Vec::new(), false, None),
                assigned(Some(device), targets, true, Some(ONCE)),
            ],
        },
        Example {
            kind: 22,
            most: with(&with(&least, 3, &text("ok")), 16, &once()),
            least,
            fields: &[],
            says: [false, true].map(approved),
        },
        ends(23, |ended| Body::Stocktake(StocktakeEntry::Closed(ended))),
    ]
}

fn bom_lines() -> Example {
    let set = |fields, once| {
        Body::BomLineSet(BomLineSet {
            parent: code("X"),
            child: code("Y"),
            fields,
            once,
        })
    };
    let fields = [
        (4, Value::Int(25_000)),
        (6, Value::Int(250)),
        (8, Value::text("R1, R2")),
    ];
    let least = vec![(0, text("X")), (2, text("Y"))];
    let more = [
        (4, vec![0xCD, 0x61, 0xA8]),
        (6, vec![0xCC, 0xFA]),
        (8, text("R1, R2")),
        (17, once()),
    ];
    Example {
        kind: 40,
        most: sorted(&[&least, &more]),
        least,
        fields: BOM_FIELDS,
        says: [
            set(DocumentFields::new(), None),
            set(fields.into(), Some(ONCE)),
        ],
    }
}

fn lots() -> [Example; 3] {
    let planned = |bom, fields, once| {
        Body::Lot(LotEntry::Planned(LotPlanned {
            item: code("X"),
            number: code("L-1"),
            bom,
            fields,
            once,
        }))
    };
    let (bytes, bom) = bom();
    let pairs = [
        (4, bytes),
        (6, text("ACME")),
        (8, text("MAIN")),
        (10, vec![0xCD, 0x50, 0x14]),
        (12, text("a title")),
        (14, vec![100]),
        (16, once()),
    ];
    let fields: DocumentFields = [
        (6, Value::text("ACME")),
        (8, Value::text("MAIN")),
        (10, Value::Int(20_500)),
        (12, Value::text("a title")),
        (14, Value::Int(100)),
    ]
    .into();
    let plan = vec![(0, text("X")), (2, text("L-1"))];
    [
        Example {
            kind: 41,
            most: sorted(&[&plan, &pairs]),
            least: plan,
            fields: production::FIELDS,
            says: [
                planned(Vec::new(), DocumentFields::new(), None),
                planned(bom.clone(), fields.clone(), Some(ONCE)),
            ],
        },
        Example {
            kind: 42,
            least: vec![(26, target())],
            most: sorted(&[&pairs, &[(26, target())]]),
            fields: production::FIELDS,
            says: [
                set_lot(None, DocumentFields::new(), None),
                set_lot(Some(bom), fields, Some(ONCE)),
            ],
        },
        ends(43, |ended| Body::Lot(LotEntry::Closed(ended))),
    ]
}

fn set_lot(
    bom: Option<Vec<BomLine>>,
    fields: DocumentFields,
    once: Option<IdempotencyKey>,
) -> Body {
    Body::Lot(LotEntry::Set(LotSet {
        lot: entry_ref(),
        bom,
        fields,
        once,
    }))
}

fn purchase_line() -> Example {
    let line_set = |day, once| {
        Body::Purchase(PurchaseEntry::LineSet(PurchaseLineSet {
            purchase: entry_ref(),
            line: PurchaseLine {
                item: code("X"),
                quantity: Quantity::from_ten_thousandths(-1),
                day,
            },
            once,
        }))
    };
    let line = vec![(0, text("X")), (2, vec![0xFF]), (26, target())];
    let more = [(4, vec![0xCD, 0x50, 0x14]), (16, once())];
    Example {
        kind: 52,
        most: sorted(&[&line, &more]),
        least: line,
        fields: &[],
        says: [line_set(None, None), line_set(Some(20_500), Some(ONCE))],
    }
}

fn purchases() -> [Example; 4] {
    let placed = |lines, fields, once| {
        Body::Purchase(PurchaseEntry::Placed(PurchasePlaced {
            number: code("P-1"),
            lines,
            fields,
            once,
        }))
    };
    let set = |fields, once| {
        Body::Purchase(PurchaseEntry::Set(PurchaseSet {
            purchase: entry_ref(),
            fields,
            once,
        }))
    };
    let (bytes, lines) = lines();
    let pairs = [
        (6, text("MAKER")),
        (8, text("MAIN")),
        (12, text("a title")),
        (14, text("their no")),
        (16, once()),
    ];
    let fields: DocumentFields = [
        (6, Value::text("MAKER")),
        (8, Value::text("MAIN")),
        (12, Value::text("a title")),
        (14, Value::text("their no")),
    ]
    .into();
    let place = vec![(2, text("P-1"))];
    let none = DocumentFields::new;
    [
        Example {
            kind: 50,
            most: sorted(&[&place, &[(4, bytes)], &pairs]),
            least: place,
            fields: purchase::FIELDS,
            says: [
                placed(Vec::new(), none(), None),
                placed(lines, fields.clone(), Some(ONCE)),
            ],
        },
        Example {
            kind: 51,
            least: vec![(26, target())],
            most: sorted(&[&pairs, &[(26, target())]]),
            fields: purchase::FIELDS,
            says: [set(none(), None), set(fields, Some(ONCE))],
        },
        purchase_line(),
        ends(53, |ended| Body::Purchase(PurchaseEntry::Closed(ended))),
    ]
}

/// Every kind about plans, by hand.
pub(super) fn examples() -> Vec<Example> {
    let mut all: Vec<Example> = stocktakes().into();
    all.push(bom_lines());
    all.extend(lots());
    all.extend(purchases());
    all
}

/// The kind's fullest entry with another value under one key is refused, and why.
fn refuses(kind: u8, key: u8, value: &[u8], reason: &str) {
    let bytes = bytes_of(kind, &with(&example(kind).most, key, value));
    assert_eq!(bad(&bytes), reason, "kind {kind}, key {key}: {value:02x?}");
}

#[test]
fn a_list_that_is_left_out_where_it_is_empty_is_not_empty() {
    for (kind, key) in [(20, 4), (21, 4), (22, 2), (41, 4), (50, 4)] {
        refuses(kind, key, &list(&[]), "an empty list");
    }
    // A lot may adopt a bill of materials that is empty, and that is not nothing.
    let adopts = with(&example(42).least, 4, &list(&[]));
    let body = set_lot(Some(Vec::new()), DocumentFields::new(), None);
    says(&bytes_of(42, &adopts), &body);
}

#[test]
fn parts_of_lists_are_whole() {
    let (x, one) = (text("X"), [1]);
    let parts: [&[u8]; 3] = [&x, &one, &one];
    for len in 1..=3 {
        for kind in [20, 21] {
            refuses(kind, 4, &list(&vec![&NIL[..]; len]), "a part of a target");
        }
        for kind in [41, 42] {
            refuses(kind, 4, &list(&parts[..len]), "a part of a line");
        }
    }
    for len in 1..=2 {
        refuses(50, 4, &list(&parts[..len]), "a part of a line");
    }
    refuses(22, 2, &list(&[&one, &one]), "a part of a reference");
    let zero = &reference(16, 0, 8)[1..];
    refuses(22, 2, &[&[0x93], zero].concat(), "a seq of zero");
}

#[test]
fn a_target_is_an_item_a_location_or_a_stock_line() {
    let (x, nil) = (text("X"), NIL.to_vec());
    // Which of the four are there, as bits.
    for present in 0..16_u8 {
        let part = |bit: u8| if present & bit == 0 { &nil[..] } else { &x };
        let bytes = list(&[part(1), part(2), part(4), part(8)]);
        for kind in [20, 21] {
            let entry = bytes_of(kind, &with(&example(kind).most, 4, &bytes));
            // Owner and batch tell stock lines apart, and nothing else.
            if [1, 2, 3, 7, 11, 15].contains(&present) {
                says(&entry, &known(&entry));
            } else {
                let reason = "a target that is no item, no location and no stock line";
                assert_eq!(bad(&entry), reason, "{present:04b}");
            }
        }
    }
    let lower = list(&[&text("x"), &nil, &nil, &nil]);
    refuses(20, 4, &lower, "a code that is not normalised");
    let empty = list(&[&x, &x, &text(""), &nil]);
    refuses(20, 4, &empty, "a code that is not normalised");
}

#[test]
fn a_line_of_a_bill_of_materials_needs_something() {
    let line = |item: &str, per_unit: &[u8], attrition: &[u8], refs: &[u8]| {
        list(&[&text(item), per_unit, attrition, refs])
    };
    let nothing = "a line of a bill of materials that needs nothing";
    let lost = "an attrition below nothing or above 100 %";
    for kind in [41, 42] {
        refuses(kind, 4, &line("Y", &[0], &[0], &NIL), nothing);
        refuses(kind, 4, &line("Y", &[0xFF], &[0], &NIL), nothing);
        refuses(kind, 4, &line("Y", &[1], &[0xFF], &NIL), lost);
        refuses(kind, 4, &line("Y", &[1], &[0xCD, 0x27, 0x11], &NIL), lost);
        refuses(kind, 4, &line("Y", &[1], &[0], &text("")), "an empty text");
        refuses(
            kind,
            4,
            &line("Y", &[1], &NIL, &NIL),
            "not an integer that fits",
        );
        let lower = "a code that is not normalised";
        refuses(kind, 4, &line("y", &[1], &[0], &NIL), lower);
    }
    // The fields of a line: 0 takes it away, and an attrition can be taken away.
    refuses(40, 6, &[0xFF], lost);
    refuses(40, 6, &[0xCD, 0x27, 0x11], lost);
    for (key, value) in [(4, &[0][..]), (6, &[0xCD, 0x27, 0x10]), (6, &NIL)] {
        let bytes = bytes_of(40, &with(&example(40).most, key, value));
        says(&bytes, &known(&bytes));
    }
}

#[test]
fn values_of_plans_that_make_no_sense_are_refused() {
    let lower = "a code that is not normalised";
    let field = "a field that the document does not have, or its type";
    let (x, five) = (text("X"), [5]);
    for kind in [20, 41, 50] {
        refuses(kind, 2, &text("l-1"), lower);
        refuses(kind, 2, &text(""), lower);
    }
    for kind in [40, 41, 52] {
        refuses(kind, 0, &text("x"), lower);
        refuses(kind, 0, &list(&[&[5], &x]), "not a text");
    }
    refuses(40, 2, &text("y"), lower);
    for (kind, key) in [(41, 6), (41, 8), (42, 8), (50, 6), (51, 8)] {
        refuses(kind, key, &text("acme"), field);
    }
    for (kind, key) in [(20, 18), (41, 14), (42, 10), (40, 4)] {
        refuses(kind, key, &x, field);
    }
    refuses(20, 14, &five, field);
    // No is what absent says.
    refuses(21, 6, &[0xC2], "not a yes");
    let device = [&[0xC4, 15][..], &[2; 15]].concat();
    refuses(21, 2, &device, "bytes of a wrong length");
    // Days beyond 32 bits, and before 1970.
    let far = [0xCF, 0, 0, 0, 1, 0, 0, 0, 0];
    refuses(52, 4, &far, "a day beyond 32 bits");
    refuses(52, 4, &[0xFF], "a number below zero");
    refuses(52, 4, &NIL, "not an integer");
    refuses(50, 4, &list(&[&x, &five, &far]), "a day beyond 32 bits");
    refuses(50, 4, &list(&[&x, &NIL, &NIL]), "not an integer that fits");
    refuses(50, 4, &list(&[&text("x"), &five, &NIL]), lower);
    refuses(22, 3, &text(""), "an empty text");
    for kind in [23, 43, 53] {
        refuses(kind, 1, &text(""), "an empty text");
        refuses(kind, 3, &text(""), "an empty text");
        refuses(kind, 26, &reference(16, 0, 8), "a seq of zero");
    }
}

#[test]
fn the_largest_day_and_quantity_fit() {
    let day = [0xCE, 0xFF, 0xFF, 0xFF, 0xFF];
    let quantity = [&[0xCF, 0x7F][..], &[0xFF; 7]].concat();
    let line = list(&[&text("X"), &quantity, &day]);
    for (kind, key, value) in [(50, 4, &line[..]), (52, 4, &day), (52, 2, &quantity)] {
        let bytes = bytes_of(kind, &with(&example(kind).most, key, value));
        says(&bytes, &known(&bytes));
    }
}

fn document_of(pairs: &Pairs) -> Option<DocumentRef> {
    let Body::Moved(moved) = known(&bytes_of(10, pairs)) else {
        panic!("not a movement")
    };
    moved.document
}

#[test]
fn a_movement_names_its_lot_or_purchase_order_under_an_odd_key() {
    for (key, family) in [(37, Family::Lot), (39, Family::Purchase)] {
        let named = with(&moved(), key, &target());
        let document = Some(DocumentRef::new(family, entry_ref()));
        assert_eq!(document_of(&named), document);
        says(&bytes_of(10, &named), &known(&bytes_of(10, &named)));
        for (value, reason) in [
            (reference(16, 0, 8), "a seq of zero"),
            (reference(16, 5, 9), "bytes of a wrong length"),
            (NIL.to_vec(), "not an array of the right length"),
        ] {
            assert_eq!(bad(&bytes_of(10, &with(&moved(), key, &value))), reason);
        }
        // Other kinds skip it.
        let reversed = vec![(26, target())];
        assert_eq!(
            known(&bytes_of(13, &with(&reversed, key, &target()))),
            known(&bytes_of(13, &reversed))
        );
    }
    // A stocktake is for counts.
    let counted_for = with(&moved(), 41, &target());
    assert_eq!(document_of(&counted_for), None);
}

#[test]
fn of_several_documents_a_movement_is_for_the_first() {
    let other = reference(16, 6, 8);
    let order = with(&moved(), 28, &target());
    let lot = with(&moved(), 37, &target());
    for (pairs, later, family) in [
        (&order, &[37][..], Family::Order),
        (&order, &[39], Family::Order),
        (&order, &[37, 39], Family::Order),
        (&lot, &[39], Family::Lot),
    ] {
        // Whatever it says, it is skipped like any odd key.
        for value in [&other[..], &NIL, &text("SO-1")] {
            let both = later
                .iter()
                .fold(pairs.clone(), |all, key| with(&all, *key, value));
            let document = Some(DocumentRef::new(family, entry_ref()));
            assert_eq!(document_of(&both), document, "{later:?}");
            check_canonical(&bytes_of(10, &both)).unwrap();
        }
    }
}

/// A count of 1 at A.
fn counted(stocktake: Option<EntryRef>) -> Body {
    Body::Counted(Counted {
        item: code("X"),
        quantity: Quantity::from_ten_thousandths(1),
        place: Place {
            location: code("A"),
            owner: None,
            batch: None,
        },
        span: None,
        stocktake,
        particulars: Particulars::default(),
    })
}

#[test]
fn a_count_names_its_stocktake_under_an_odd_key() {
    let plain = vec![(0, text("X")), (2, vec![1]), (4, text("A"))];
    says(&bytes_of(11, &plain), &counted(None));
    let named = with(&plain, 41, &target());
    says(&bytes_of(11, &named), &counted(Some(entry_ref())));
    let zero = with(&plain, 41, &reference(16, 0, 8));
    assert_eq!(bad(&bytes_of(11, &zero)), "a seq of zero");
    // What movements are for says nothing of a count, and no count picks.
    let skipped = with(&with(&plain, 37, &target()), 39, &target());
    assert_eq!(known(&bytes_of(11, &skipped)), counted(None));
    assert!(is_newer(&bytes_of(11, &with(&plain, 28, &target()))));
}

#[track_caller]
fn senseless(body: Body) {
    let error = refused(body);
    assert!(matches!(error, EncodeError::Senseless(_)), "{error}");
}

#[test]
fn plans_without_a_canonical_form_are_not_written() {
    let Body::Moved(mut moved) = known(&bytes_of(10, &moved())) else {
        panic!("not a movement")
    };
    moved.document = Some(DocumentRef::new(Family::Stocktake, entry_ref()));
    senseless(Body::Moved(moved));
    let line = |per_unit, attrition, refs: Option<&str>| {
        let line = BomLine {
            item: code("Y"),
            per_unit: Quantity::from_ten_thousandths(per_unit),
            attrition,
            refs: refs.map(str::to_owned),
        };
        set_lot(Some(vec![line]), DocumentFields::new(), None)
    };
    senseless(line(0, 0, None));
    senseless(line(-1, 0, None));
    senseless(line(1, 10_001, None));
    assert_eq!(
        refused(line(1, 0, Some(""))),
        EncodeError::EmptyText("reference")
    );
    for (key, value) in [
        (6, Value::Int(-1)),
        (6, Value::Int(10_001)),
        (10, Value::Int(1)),
        (17, Value::Nil),
    ] {
        senseless(Body::BomLineSet(BomLineSet {
            parent: code("X"),
            child: code("Y"),
            fields: [(key, value)].into(),
            once: None,
        }));
    }
    let approved = |counts, note: &str| {
        Body::Stocktake(StocktakeEntry::Approved(StocktakeApproved {
            stocktake: entry_ref(),
            counts,
            note: Some(note.to_owned()),
            once: None,
        }))
    };
    senseless(approved(Vec::new(), "ok"));
    assert_eq!(
        refused(approved(vec![entry_ref()], "")),
        EncodeError::EmptyText("note")
    );
    let seq_zero = EntryRef {
        id: EntryId {
            seq: 0,
            ..entry_ref().id
        },
        ..entry_ref()
    };
    senseless(counted(Some(seq_zero)));
}

#[test]
fn fields_and_ends_without_a_canonical_form_are_not_written() {
    // What another family has, what no family has, and what is a key of its own.
    for (key, value) in [
        (4, Value::Nil),
        (16, Value::Nil),
        (18, Value::Int(1)),
        (99, Value::Nil),
        (6, Value::text("acme")),
    ] {
        senseless(set_lot(None, [(key, value.clone())].into(), None));
        senseless(Body::Purchase(PurchaseEntry::Set(PurchaseSet {
            purchase: entry_ref(),
            fields: [(key, value)].into(),
            once: None,
        })));
    }
    for (key, value) in [(6, Value::Nil), (16, Value::Nil), (14, Value::Int(1))] {
        senseless(Body::Stocktake(StocktakeEntry::Opened(StocktakeOpened {
            number: code("S-1"),
            targets: Vec::new(),
            fields: [(key, value)].into(),
            once: None,
        })));
    }
    let ended = || Ended {
        document: entry_ref(),
        reason: Some(String::new()),
        note: None,
        once: None,
    };
    for body in [
        Body::Stocktake(StocktakeEntry::Closed(ended())),
        Body::Lot(LotEntry::Closed(ended())),
        Body::Purchase(PurchaseEntry::Closed(ended())),
    ] {
        assert_eq!(refused(body), EncodeError::EmptyText("reason"));
    }
}

#[test]
fn a_list_of_many_parts_has_a_long_head_and_an_end() {
    let counts = |len: usize| {
        Body::Stocktake(StocktakeEntry::Approved(StocktakeApproved {
            stocktake: entry_ref(),
            counts: vec![entry_ref(); len],
            note: None,
            once: None,
        }))
    };
    let bytes = |len| {
        let time = Timestamp::from_millis(0);
        encode(&Entry {
            time,
            clock: Clock::new(time, 0),
            user: None,
            body: counts(len),
        })
    };
    for len in [5, 6, 1_000] {
        assert_eq!(known(&bytes(len).unwrap()), counts(len));
    }
    assert!(matches!(bytes(1_200), Err(EncodeError::TooLarge(_))));
}
