//! What wins where a text may be several things.

use codes::own;
use ledger_core::catalogue::{CatalogueWrite, Value, key};
use ledger_core::document::DocumentFields;
use ledger_core::entry::{Body, CodeBound, Content as EntryContent, OrderEntry, OrderOpened};
use ledger_core::fold::Record;
use ledger_core::order::OrderType;
use ledger_core::{Barcode, Clock, Entry, Origin, Timestamp};

use super::*;

const EAN: &str = "4006381333931";

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn set(class: Class, name: &str) -> Body {
    let written = Value::Text(name.into());
    Body::Set(CatalogueWrite::new(class, code(name)).with(key::NAME, written))
}

fn bound(item: &str, barcode: &str, pack: i64) -> Body {
    Body::CodeBound(CodeBound {
        item: code(item),
        barcode: Barcode::new(barcode).unwrap(),
        pack: Quantity::from_units(pack).unwrap(),
        once: None,
    })
}

fn order_opened(number: &str) -> Body {
    Body::Order(OrderEntry::Opened(OrderOpened {
        number: code(number),
        order_type: OrderType::Repair,
        fields: DocumentFields::default(),
        once: None,
    }))
}

fn fold(bodies: Vec<Body>) -> Fold {
    let origin = Origin::from_bytes([1; 16]);
    let mut fold = Fold::new();
    fold.apply_all((1..).zip(bodies).map(|(seq, body)| {
        let time = Timestamp::from_millis(seq);
        Record {
            id: EntryId { origin, seq },
            hash8: seq.to_be_bytes(),
            content: EntryContent::Known(Entry {
                time,
                clock: Clock::new(time, 0),
                user: None,
                body,
            }),
        }
    }));
    fold
}

fn shop() -> Fold {
    fold(vec![
        set(Class::Item, "PEN"),
        bound("PEN", EAN, 1),
        set(Class::Item, "RES-10K"),
        bound("RES-10K", "RC0603FR-0710KL", 1),
        set(Class::Location, "A-01"),
        set(Class::Item, "BOTH"),
        set(Class::Location, "BOTH"),
        set(Class::Customer, "ACME"),
        order_opened("R-1040"),
    ])
}

fn scanned(fold: &Fold, text: &str) -> Meant {
    meant(fold, Wanted::Item, text, &Setting::of_year(2026))
}

fn thing(fold: &Fold, text: &str) -> Thing {
    scanned(fold, text).thing
}

#[test]
fn words_things_and_readings_in_their_order() {
    let shop = shop();
    for (text, expected) in [
        ("undo", Thing::Command(Word::Undo, "UNDO".to_owned())),
        ("A-01", Thing::Location(code("A-01"))),
        ("pen", Thing::Item(code("PEN"))),
        (EAN, Thing::Item(code("PEN"))),
        ("]E04006381333931", Thing::Item(code("PEN"))),
        ("04006381333931", Thing::Item(code("PEN"))),
        ("4006381333932", Thing::Misread),
        ("(01)04006381333931(10)L1", Thing::Item(code("PEN"))),
        ("nothing", Thing::Unknown),
        (
            "R-1040",
            Thing::Order(EntryId {
                origin: Origin::from_bytes([1; 16]),
                seq: 9,
            }),
        ),
    ] {
        assert_eq!(thing(&shop, text), expected, "{text}");
    }
}

#[test]
fn an_exact_barcode_wins_over_what_could_be_read_out_of_it() {
    let element_string = "010400638133393110L1";
    let mut bodies = vec![set(Class::Item, "PEN"), bound("PEN", EAN, 1)];
    assert_eq!(
        thing(&fold(bodies.clone()), element_string),
        Thing::Item(code("PEN"))
    );
    bodies.extend([set(Class::Item, "BOX"), bound("BOX", element_string, 12)]);
    let meant = scanned(&fold(bodies), element_string);
    assert_eq!(meant.thing, Thing::Item(code("BOX")));
    assert_eq!(meant.content.quantity, Quantity::from_units(12));
    assert_eq!(meant.content.batch, None, "it was not read");
}

#[test]
fn what_a_label_says_goes_with_the_item() {
    let shop = shop();
    let gs1 = scanned(
        &shop,
        "]C10104006381333931172701311012345\u{1d}21S-9\u{1d}3025",
    );
    assert_eq!(gs1.thing, Thing::Item(code("PEN")));
    assert_eq!(gs1.content.quantity, Quantity::from_units(25));
    assert_eq!(gs1.content.batch.as_deref(), Some("12345"));
    assert_eq!(gs1.content.serial.as_deref(), Some("S-9"));
    assert_eq!(gs1.content.expiry, Some(20_849), "2027-01-31");

    let bag =
        "[)>\u{1e}06\u{1d}P311-10KCT-ND\u{1d}1PRC0603FR-0710KL\u{1d}Q500\u{1d}1TL7\u{1e}\u{4}";
    let bag = scanned(&shop, bag);
    assert_eq!(bag.thing, Thing::Item(code("RES-10K")));
    assert_eq!(bag.content.quantity, Quantity::from_units(500));
    assert_eq!(bag.content.batch.as_deref(), Some("L7"));
}

#[test]
fn what_we_printed_is_found_by_its_kind() {
    let shop = shop();
    let printed = |kind, name: &str| own::code(kind, name).unwrap();
    for (kind, name, expected) in [
        (Kind::Location, "BOTH", Thing::Location(code("BOTH"))),
        (Kind::Item, "BOTH", Thing::Item(code("BOTH"))),
        (Kind::Customer, "ACME", Thing::Customer(code("ACME"))),
        (
            Kind::Command,
            "COUNT",
            Thing::Command(Word::Mode("COUNT"), "COUNT".to_owned()),
        ),
        (Kind::Reason, "broken", Thing::Reason("broken".to_owned())),
    ] {
        assert_eq!(thing(&shop, &printed(kind, name)), expected, "{name}");
    }
    // One character wrong is a misread; a thing that has not arrived is named.
    let label = printed(Kind::Location, "A-01");
    let spoilt = format!("{}{}", &label[..label.len() - 2], "33");
    assert!(matches!(
        thing(&shop, &spoilt),
        Thing::Misread | Thing::Location(_)
    ));
    let unknown = scanned(&shop, &printed(Kind::Location, "Z-99"));
    assert_eq!(unknown.thing, Thing::Unknown);
    assert!(
        unknown
            .warnings
            .iter()
            .any(|text| text.contains("location Z-99 is not known"))
    );
}

#[test]
fn what_is_waited_for_decides_between_an_item_and_a_location() {
    let shop = shop();
    let setting = Setting::of_year(2026);
    let at = |wanted| meant(&shop, wanted, "BOTH", &setting);
    assert_eq!(at(Wanted::Item).thing, Thing::Item(code("BOTH")));
    assert_eq!(at(Wanted::Location).thing, Thing::Location(code("BOTH")));
    assert_eq!(at(Wanted::Item).also, Some(Thing::Location(code("BOTH"))));
    assert_eq!(at(Wanted::Mode).also, Some(Thing::Item(code("BOTH"))));
    assert_eq!(at(Wanted::Item).warnings, Vec::<String>::new());
}

#[test]
fn a_place_goes_before_a_barcode_of_several_items() {
    let mut bodies = vec![set(Class::Item, "PEN"), bound("PEN", "A-01", 1)];
    bodies.extend([set(Class::Item, "INK"), bound("INK", "A-01", 1)]);
    bodies.push(set(Class::Location, "A-01"));
    assert_eq!(thing(&fold(bodies), "A-01"), Thing::Location(code("A-01")));
}

#[test]
fn a_barcode_of_several_items_is_asked_about() {
    let mut bodies = vec![set(Class::Item, "PEN"), bound("PEN", EAN, 1)];
    bodies.extend([set(Class::Item, "INK"), bound("INK", EAN, 1)]);
    let both = vec![code("INK"), code("PEN")];
    let fold = fold(bodies);
    for text in [EAN, "(01)04006381333931"] {
        let Thing::Several(mut items) = thing(&fold, text) else {
            panic!("{text} is one thing");
        };
        items.sort();
        assert_eq!(items, both);
    }
}
