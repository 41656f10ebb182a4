//! Entries about orders, answers to exceptions, and keys that count once on catalogue entries,
//! written by hand: what is said, what only a newer version knows, and what makes no sense.

use ledger_core::catalogue::{CatalogueWrite, Value};
use ledger_core::document::{DocumentFields, DocumentRef};
use ledger_core::entry::{
    CodeBound, CodeUnbound, Ended, ExceptionAnswered, ItemMerged, OrderEntry, OrderExpedited,
    OrderLineSet, OrderOpened, OrderSet,
};
use ledger_core::order::{FIELDS, OrderType, key};
use ledger_core::{Barcode, EntryId, EntryRef, Origin, Quantity};

use super::by_hand::*;
use super::*;

/// A list of entries' names, the last one cut off after so many values.
fn named(values: u8) -> Vec<u8> {
    let mut out = vec![0x90 | values];
    for value in 0..values {
        if value.is_multiple_of(2) {
            out.extend([&[0xC4, 16][..], &[7; 16]].concat());
        } else {
            out.push(value);
        }
    }
    out
}

fn order_fields() -> (Pairs, DocumentFields) {
    let pairs = vec![
        (6, text("ACME")),
        (8, text("MAIN")),
        (10, vec![0xCD, 0x50, 0x14]),
        (12, text("a title")),
        (14, text("repairing")),
    ];
    let fields = [
        (key::CUSTOMER, Value::text("ACME")),
        (key::SITE, Value::text("MAIN")),
        (key::DUE, Value::Int(20_500)),
        (key::TITLE, Value::text("a title")),
        (key::STAGE, Value::text("repairing")),
    ];
    (pairs, fields.into())
}

fn orders_of_fields() -> [Example; 2] {
    let (pairs, fields) = order_fields();
    let number = Code::new("R-1").unwrap();
    let opened = vec![(2, text("R-1")), (4, vec![1])];
    let set = vec![(26, target())];
    let more = |least: &Pairs| {
        let all = [&least[..], &pairs, &[(16, once())]].concat();
        all.iter()
            .fold(Pairs::new(), |all, (key, value)| with(&all, *key, value))
    };
    let opens = |fields, once| {
        Body::Order(OrderEntry::Opened(OrderOpened {
            number: number.clone(),
            order_type: OrderType::Sales,
            fields,
            once,
        }))
    };
    let sets = |fields, once| {
        let order = entry_ref();
        Body::Order(OrderEntry::Set(OrderSet {
            order,
            fields,
            once,
        }))
    };
    let none = DocumentFields::new;
    [
        Example {
            kind: 30,
            fields: FIELDS,
            most: more(&opened),
            least: opened,
            says: [opens(none(), None), opens(fields.clone(), Some(ONCE))],
        },
        Example {
            kind: 31,
            fields: FIELDS,
            most: more(&set),
            least: set,
            says: [sets(none(), None), sets(fields, Some(ONCE))],
        },
    ]
}

fn lines_of_orders() -> [Example; 2] {
    let item = || Code::new("X").unwrap();
    let line = |once| {
        Body::Order(OrderEntry::LineSet(OrderLineSet {
            order: entry_ref(),
            item: item(),
            wanted: Quantity::from_ten_thousandths(-1),
            once,
        }))
    };
    let expedited = |once| {
        Body::Order(OrderEntry::Expedited(OrderExpedited {
            order: entry_ref(),
            item: item(),
            rank: 7,
            once,
        }))
    };
    let lines = vec![(0, text("X")), (2, vec![0xFF]), (26, target())];
    let ranks = vec![(0, text("X")), (4, vec![7]), (26, target())];
    [
        Example {
            kind: 32,
            fields: &[],
            most: with(&lines, 16, &once()),
            least: lines,
            says: [line(None), line(Some(ONCE))],
        },
        Example {
            kind: 33,
            fields: &[],
            most: with(&ranks, 16, &once()),
            least: ranks,
            says: [expedited(None), expedited(Some(ONCE))],
        },
    ]
}

fn ends_and_answers() -> [Example; 3] {
    let answered = |full: bool| {
        let id = |seq| EntryId {
            origin: Origin::from_bytes([7; 16]),
            seq,
        };
        Body::ExceptionAnswered(ExceptionAnswered {
            exception: "negative-X".to_owned(),
            entries: if full { vec![id(1), id(3)] } else { Vec::new() },
            note: full.then(|| "ok".to_owned()),
            once: full.then_some(ONCE),
        })
    };
    [
        ends(34, |ended| Body::Order(OrderEntry::Closed(ended))),
        ends(35, |ended| Body::Order(OrderEntry::Cancelled(ended))),
        Example {
            kind: 85,
            fields: &[],
            least: vec![(2, text("negative-X")), (4, named(0))],
            most: vec![
                (2, text("negative-X")),
                (3, text("ok")),
                (4, named(4)),
                (16, once()),
            ],
            says: [false, true].map(answered),
        },
    ]
}

/// Every kind about orders and answers, by hand.
pub(super) fn examples() -> Vec<Example> {
    let mut all: Vec<Example> = orders_of_fields().into();
    all.extend(lines_of_orders());
    all.extend(ends_and_answers());
    all
}

#[test]
fn values_that_make_no_sense_are_refused() {
    let cases: [(u8, u8, Vec<u8>, &str); 18] = [
        (30, 2, text("r-1"), "a code that is not normalised"),
        (30, 2, text(""), "a code that is not normalised"),
        (30, 4, vec![2], "an unknown type of order"),
        (30, 4, vec![0xFF], "a number below zero"),
        (
            30,
            6,
            text("acme"),
            "a field that the document does not have, or its type",
        ),
        (
            31,
            8,
            text(""),
            "a field that the document does not have, or its type",
        ),
        (31, 26, reference(16, 0, 8), "a seq of zero"),
        (31, 26, reference(15, 5, 8), "bytes of a wrong length"),
        (32, 26, reference(16, 5, 7), "bytes of a wrong length"),
        (32, 0, text("x"), "a code that is not normalised"),
        (32, 0, [&[0x92, 5][..], &text("X")].concat(), "not a text"),
        (
            33,
            16,
            [&[0x92, 0xC4, 15][..], &[9; 15], &[3]].concat(),
            "bytes of a wrong length",
        ),
        (34, 1, text(""), "an empty text"),
        (35, 3, text(""), "an empty text"),
        (85, 2, text(""), "an empty text"),
        (85, 3, text(""), "an empty text"),
        (85, 4, named(1), "half an entry's name"),
        (85, 4, named(3), "half an entry's name"),
    ];
    let examples = examples();
    for (kind, key, value, reason) in cases {
        let example = examples.iter().find(|it| it.kind == kind).unwrap();
        let bytes = bytes_of(kind, &with(&example.most, key, &value));
        assert_eq!(bad(&bytes), reason, "kind {kind}, key {key}");
    }
    // A number too large for any day or rank.
    let big = [&[0xCF, 0x80][..], &[0; 7]].concat();
    for (index, key) in [(0, 10), (1, 10), (2, 2), (3, 4)] {
        let example = &examples[index];
        let _reason = bad(&bytes_of(example.kind, &with(&example.most, key, &big)));
    }
    // Entries' names with the parts in the wrong order.
    let answer = examples.last().unwrap();
    let swapped = [&[0x92, 1, 0xC4, 16][..], &[7; 16]].concat();
    assert_eq!(
        bad(&bytes_of(85, &with(&answer.most, 4, &swapped))),
        "not bytes"
    );
}

/// A movement of 1 from A, removed.
pub(super) fn moved() -> Pairs {
    vec![(0, text("X")), (2, vec![1]), (4, text("A")), (22, vec![2])]
}

#[test]
fn a_movement_names_the_order_that_it_picks_for() {
    let document_of = |pairs: &Pairs| {
        let Body::Moved(moved) = known(&bytes_of(10, pairs)) else {
            panic!("not a movement")
        };
        moved.document
    };
    let picked = with(&moved(), 28, &target());
    assert_eq!(document_of(&moved()), None);
    assert_eq!(document_of(&picked), Some(DocumentRef::order(entry_ref())));
    says(&bytes_of(10, &picked), &known(&bytes_of(10, &picked)));
    for (value, reason) in [
        (reference(16, 0, 8), "a seq of zero"),
        (reference(16, 5, 9), "bytes of a wrong length"),
        (vec![0x92, 5, 5], "not an array of the right length"),
        (vec![0xC0], "not an array of the right length"),
        (text("SO-1"), "not an array of the right length"),
    ] {
        assert_eq!(bad(&bytes_of(10, &with(&moved(), 28, &value))), reason);
    }
    // Only movements have it; 17 says nothing in them.
    assert!(is_newer(&bytes_of(
        13,
        &vec![(26, target()), (28, target())]
    )));
    assert_eq!(
        known(&bytes_of(10, &with(&moved(), 17, &once()))),
        known(&bytes_of(10, &moved()))
    );
}

#[test]
fn a_catalogue_entry_counts_once_under_an_odd_key() {
    let code = |text: &str| Code::new(text).unwrap();
    let barcode = || Barcode::new("4006381333931").unwrap();
    let located = CatalogueWrite::new(Class::Location, code("A")).with(16, Value::Bool(true));
    let examples: [(u8, Pairs, [Body; 2]); 3] = [
        (
            64,
            vec![(0, [&[0x92, 2][..], &text("A")].concat()), (16, vec![0xC3])],
            [None, Some(ONCE)].map(|once| {
                Body::Set(CatalogueWrite {
                    once,
                    ..located.clone()
                })
            }),
        ),
        (
            62,
            vec![(0, text("A")), (2, text("B"))],
            [None, Some(ONCE)].map(|once| {
                Body::ItemMerged(ItemMerged {
                    item: code("A"),
                    into: Some(code("B")),
                    once,
                })
            }),
        ),
        (
            67,
            vec![(0, text("A")), (2, text("4006381333931")), (4, vec![1])],
            [None, Some(ONCE)].map(|once| {
                Body::CodeBound(CodeBound {
                    item: code("A"),
                    barcode: barcode(),
                    pack: Quantity::from_ten_thousandths(1),
                    once,
                })
            }),
        ),
    ];
    for (kind, pairs, [plain, counted_once]) in examples {
        says(&bytes_of(kind, &pairs), &plain);
        says(&bytes_of(kind, &with(&pairs, 17, &once())), &counted_once);
        let short = [&[0x92, 0xC4, 15][..], &[9; 15], &[3]].concat();
        for (value, reason) in [
            (&[0xC0][..], "not an array of the right length"),
            (&[0x91, 3], "not an array of the right length"),
            (&[0x92, 3, 3], "not bytes"),
            (&short, "bytes of a wrong length"),
        ] {
            assert_eq!(
                bad(&bytes_of(kind, &with(&pairs, 17, value))),
                reason,
                "kind {kind}"
            );
        }
        // 15 and 19 are skipped, here too.
        let skipped = with(&with(&pairs, 15, &once()), 19, &[0xC0]);
        assert_eq!(known(&bytes_of(kind, &skipped)), plain);
        // 16 is for entries about stock and orders; a location is blocked with it.
        if kind != 64 {
            assert!(is_newer(&bytes_of(kind, &with(&pairs, 16, &once()))));
        }
    }
    // A barcode that is taken away has no such key: it is skipped.
    let unbound = vec![(0, text("A")), (2, text("4006381333931")), (17, once())];
    let item = code("A");
    let taken = CodeUnbound {
        item,
        barcode: barcode(),
    };
    assert_eq!(known(&bytes_of(68, &unbound)), Body::CodeUnbound(taken));
}

#[test]
fn orders_without_a_canonical_form_are_not_written() {
    let seq_zero = EntryRef {
        id: EntryId {
            seq: 0,
            ..entry_ref().id
        },
        ..entry_ref()
    };
    let set = |order: EntryRef, key: u8, value: Value| {
        Body::Order(OrderEntry::Set(OrderSet {
            order,
            fields: [(key, value)].into(),
            once: None,
        }))
    };
    for (key, value) in [
        (2, Value::text("R-2")),
        (key::CUSTOMER, Value::text("acme")),
        (key::DUE, Value::text("tomorrow")),
        (key::TITLE, Value::Int(1)),
        (16, Value::Nil),
        (99, Value::Nil),
    ] {
        let error = refused(set(entry_ref(), key, value));
        assert!(matches!(error, EncodeError::Senseless(_)), "{key}");
    }
    let error = refused(set(seq_zero, key::TITLE, Value::Nil));
    assert_eq!(error, EncodeError::Senseless("a reference to seq 0"));
    let empty = Ended {
        reason: Some(String::new()),
        document: entry_ref(),
        note: None,
        once: None,
    };
    assert_eq!(
        refused(Body::Order(OrderEntry::Closed(empty))),
        EncodeError::EmptyText("reason")
    );
    let answered = |exception: &str, note: &str, entries: usize| {
        Body::ExceptionAnswered(ExceptionAnswered {
            exception: exception.to_owned(),
            entries: vec![entry_ref().id; entries],
            note: Some(note.to_owned()),
            once: None,
        })
    };
    let error = refused(answered("", "ok", 0));
    assert_eq!(error, EncodeError::EmptyText("exception"));
    assert_eq!(
        refused(answered("x", "", 0)),
        EncodeError::EmptyText("note")
    );
    let error = refused(answered("x", "ok", ENTRY_BYTES_MAX / 16));
    assert!(matches!(error, EncodeError::TooLarge(_)));
}
