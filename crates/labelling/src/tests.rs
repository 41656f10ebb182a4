//! What is printed is what was asked for, and a scan of it means just that.

use codes::reading::Setting;
use labels::Label;
use ledger_core::at_entry::Refusal;
use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::document::{DocumentFields, Family};
use ledger_core::entry::{
    Body, CodeBound, Content as EntryContent, LotEntry, LotPlanned, OrderEntry, OrderOpened,
    PurchaseEntry, PurchasePlaced, StocktakeEntry, StocktakeOpened,
};
use ledger_core::fold::{Fold, Record};
use ledger_core::order::OrderType;
use ledger_core::{Barcode, Clock, Code, DeviceId, Entry, EntryId, Origin, Quantity, Timestamp};
use proptest::prelude::*;
use scanning::{Here, Session, Thing, Wanted as Awaited, meant};

use crate::select::Content;
use crate::{Choice, Document, Format, Kind, LABELS_MAX, Paper, Wanted, wanted};

const EAN: &str = "4006381333931";

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn set(class: Class, name: &str, key: u8, value: Value) -> Body {
    Body::Set(CatalogueWrite::new(class, code(name)).with(key, value))
}

fn named(class: Class, code: &str, name: &str) -> Body {
    set(class, code, key::NAME, Value::text(name))
}

fn bound(item: &str, barcode: &str, pack: i64) -> Body {
    Body::CodeBound(CodeBound {
        item: code(item),
        barcode: Barcode::new(barcode).unwrap(),
        pack: Quantity::from_units(pack).unwrap(),
        once: None,
    })
}

fn order(number: &str) -> Body {
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
        named(Class::Location, "A-01", "Shelf 1"),
        set(Class::Location, "A-01", key::SITE, Value::text("MAIN")),
        set(Class::Location, "A-01", key::ROOM, Value::text("Store")),
        named(Class::Site, "MAIN", "Main hall"),
        named(Class::Location, "A-02", "A-02"),
        named(Class::Location, "B-01", "Shelf 3"),
        set(Class::Location, "B-01", key::ARCHIVED, Value::Bool(true)),
        named(Class::Location, "LEFT, TOP", "Odd"),
        named(Class::Item, "PEN", "Ball pen, blue"),
        bound("PEN", "BOX-PEN", 50),
        bound("PEN", EAN, 1),
        named(Class::Item, "INK", "Ink"),
        bound("INK", "A-01", 1),
        named(Class::Customer, "ACME", "Acme Ltd"),
        order("R-1"),
        order("R-2"),
        order("R-2"),
    ])
}

fn choice(kind: Kind, select: &[&str]) -> Choice {
    Choice {
        kind,
        select: select.iter().map(|text| (*text).to_owned()).collect(),
        barcodes: false,
    }
}

fn labels_of(wanted: &Wanted) -> &[Label] {
    match &wanted.content {
        Content::Labels(labels) => labels,
        Content::Card(_) => &[],
    }
}

fn titles(fold: &Fold, kind: Kind, select: &[&str]) -> Vec<String> {
    let wanted = wanted(fold, &choice(kind, select)).unwrap();
    let labels = labels_of(&wanted).iter();
    labels.map(|label| label.title.clone()).collect()
}

fn refusal(fold: &Fold, kind: Kind, select: &[&str]) -> Refusal {
    wanted(fold, &choice(kind, select)).unwrap_err()
}

/// What a scan of a text means, whatever is waited for.
fn scanned(fold: &Fold, text: &str) -> Thing {
    let setting = Setting::of_year(2026);
    let things = [Awaited::Mode, Awaited::Location, Awaited::Item]
        .map(|awaited| meant(fold, awaited, text, &setting).thing);
    assert!(things.iter().all(|thing| *thing == things[0]), "{text}");
    things[0].clone()
}

proptest! {
    // Once with 20,000 cases.
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_scan_of_a_label_means_what_it_was_printed_for(
        names in prop::collection::btree_set("[AB][01]|[A-Za-z0-9]{1,3}|[ -~]{1,12}|\\PC{1,20}", 1..8),
        barcodes in prop::collection::vec("[AB][01]|[0-9]{8,14}|[!-~]{1,10}", 0..4),
        with_barcodes in any::<bool>(),
    ) {
        let names: Vec<Code> = names.iter().filter_map(|name| Code::new(name).ok()).collect();
        let classes = [Class::Location, Class::Item, Class::Customer];
        let mut bodies: Vec<Body> = names
            .iter()
            .flat_map(|name| classes.map(|class| named(class, name.as_str(), "Name")))
            .collect();
        for (barcode, item) in barcodes.iter().zip(&names) {
            bodies.push(bound(item.as_str(), barcode, 1));
        }
        let fold = fold(bodies);
        for (kind, thing) in [
            (Kind::Locations, Thing::Location as fn(Code) -> Thing),
            (Kind::Items, Thing::Item),
            (Kind::Customers, Thing::Customer),
        ] {
            let choice = Choice {
                barcodes: with_barcodes && kind == Kind::Items,
                ..choice(kind, &[])
            };
            let Ok(wanted) = wanted(&fold, &choice) else {
                prop_assert!(names.is_empty());
                continue;
            };
            prop_assert_eq!(labels_of(&wanted).len(), fold.codes(Class::Location).count());
            for label in labels_of(&wanted) {
                let expected = thing(code(&label.title));
                prop_assert_eq!(scanned(&fold, &label.code), expected, "{}", label.code);
            }
        }
    }
}

#[test]
fn orders_and_reasons_are_understood_too() {
    let shop = shop();
    let of = |kind| wanted(&shop, &choice(kind, &[])).unwrap();
    let orders = of(Kind::Orders);
    let code = &labels_of(&orders)[0].code;
    assert_eq!(titles(&shop, Kind::Orders, &[]), ["R-1"]);
    assert!(matches!(
        scanned(&shop, code),
        Thing::Document(Family::Order, _)
    ));
    let left_out = orders.left_out.iter().map(ToString::to_string);
    assert_eq!(
        left_out.collect::<Vec<_>>(),
        ["no label for order R-2: several orders have that number"]
    );
    let reasons = of(Kind::Reasons);
    for label in labels_of(&reasons) {
        assert_eq!(
            scanned(&shop, &label.code),
            Thing::Reason(label.title.clone())
        );
    }
    assert!(labels_of(&reasons).len() > 3);
}

#[test]
fn lots_purchase_orders_and_stocktakes_are_understood_by_their_labels() {
    let fields = DocumentFields::default;
    let fold = fold(vec![
        named(Class::Item, "PUMP", "Pump"),
        Body::Lot(LotEntry::Planned(LotPlanned {
            number: code("N-1"),
            item: code("PUMP"),
            bom: Vec::new(),
            fields: fields(),
            once: None,
        })),
        // One number of three documents: what is printed tells them apart.
        Body::Purchase(PurchaseEntry::Placed(PurchasePlaced {
            number: code("N-1"),
            lines: Vec::new(),
            fields: fields(),
            once: None,
        })),
        Body::Stocktake(StocktakeEntry::Opened(StocktakeOpened {
            number: code("N-1"),
            targets: Vec::new(),
            fields: fields(),
            once: None,
        })),
    ]);
    for (kind, family) in [
        (Kind::Lots, Family::Lot),
        (Kind::Pos, Family::Purchase),
        (Kind::Stocktakes, Family::Stocktake),
    ] {
        assert_eq!(titles(&fold, kind, &["n-*"]), ["N-1"]);
        let wanted = wanted(&fold, &choice(kind, &[])).unwrap();
        let thing = scanned(&fold, &labels_of(&wanted)[0].code);
        assert!(
            matches!(thing, Thing::Document(of, _) if of == family),
            "{kind:?}: {thing:?}"
        );
    }
    assert!(matches!(scanned(&fold, "N-1"), Thing::Alike(found) if found.len() == 3));
}

#[test]
fn every_card_of_a_command_is_carried_out() {
    let empty = Fold::new();
    let here = Here {
        device: DeviceId::from_bytes([1; 16]),
        now: Timestamp::from_millis(1),
    };
    let cards = wanted(&empty, &choice(Kind::Commands, &[])).unwrap();
    assert_eq!(labels_of(&cards).len(), 10, "as many as a sheet has");
    let named = [
        "order",
        "lot",
        "po",
        "stocktake",
        "short",
        "skip",
        "moveall",
        "owner",
        "reason",
    ];
    let named = wanted(&empty, &choice(Kind::Commands, &named)).unwrap();
    for card in labels_of(&cards).iter().chain(labels_of(&named)) {
        let Thing::Command(word, text) = scanned(&empty, &card.code) else {
            panic!("{} is no command", card.title);
        };
        assert_eq!(text, card.title);
        let word = scanning::Input::Word(word);
        let step = Session::default().step(&empty, word, here);
        // DONE has nothing to finish here; what a version lacks says so.
        let refused = step.err().unwrap_or_default();
        assert!(!refused.contains("version"), "{}: {refused}", card.title);
    }
    assert_eq!(
        titles(&empty, Kind::Commands, &["q25,undo"]),
        ["Q25", "UNDO"]
    );
    let refused = refusal(&empty, Kind::Commands, &["STOCKTAKES"]);
    assert_eq!(refused.code, "unknown-command");
    assert!(refused.hint.unwrap().contains("COUNT"));
}

#[test]
fn what_is_in_use_is_printed_or_what_is_named() {
    let shop = shop();
    for (kind, select, expected) in [
        (Kind::Locations, &[][..], &["A-01", "A-02", "LEFT, TOP"][..]),
        (Kind::Locations, &["a-*"], &["A-01", "A-02"]),
        (Kind::Locations, &["A-02", "A-*", "a-01"], &["A-02", "A-01"]),
        (Kind::Locations, &["A-02,A-01"], &["A-02", "A-01"]),
        (Kind::Locations, &["left, top"], &["LEFT, TOP"]),
        (Kind::Locations, &["B-01"], &["B-01"]),
        (Kind::Items, &[EAN], &["PEN"]),
        (Kind::Items, &[], &["INK", "PEN"]),
        (Kind::Customers, &["?CME"], &["ACME"]),
        (Kind::Reasons, &["Damaged"], &["damaged"]),
    ] {
        assert_eq!(titles(&shop, kind, select), expected, "{select:?}");
    }
    let place = wanted(&shop, &choice(Kind::Locations, &["A-01", "A-02"])).unwrap();
    let lines: Vec<_> = labels_of(&place).iter().map(|label| &label.lines).collect();
    assert_eq!(lines[0], &["Shelf 1", "Main hall, Store"]);
    assert!(lines[1].is_empty(), "the title is not said twice");
}

#[test]
fn an_item_bears_its_barcode_where_that_is_one_piece_of_it_and_nothing_else() {
    let shop = shop();
    let choice = Choice {
        barcodes: true,
        ..choice(Kind::Items, &["PEN", "INK"])
    };
    let wanted = wanted(&shop, &choice).unwrap();
    let [pen, ink] = labels_of(&wanted) else {
        panic!("two labels");
    };
    assert_eq!(pen.code, EAN);
    assert!(pen.lines.contains(&EAN.to_owned()), "people can type it");
    assert!(ink.code.starts_with("XJI"), "its barcode is a place too");
}

#[test]
fn what_is_not_there_is_refused_with_the_nearest() {
    let shop = shop();
    for (kind, select, code, says) in [
        (
            Kind::Locations,
            &["A-03"][..],
            "unknown-location",
            "did you mean A-0",
        ),
        (Kind::Items, &["PENN"], "unknown-item", "PEN"),
        (Kind::Items, &["PEN,NOPE,INKK"], "unknown-item", "INKK"),
        (Kind::Locations, &["C-*"], "nothing-to-print", "C-*"),
        (Kind::Locations, &["B-*"], "nothing-to-print", "B-*"),
        (Kind::Orders, &["R-2"], "ambiguous-order", "R-2"),
        (Kind::Orders, &["R-9"], "unknown-order", "R-1"),
        (Kind::Users, &[], "nothing-to-print", "users"),
        (Kind::Users, &["ann"], "unknown-user", "ann"),
        (Kind::Reasons, &["dammaged"], "unknown-reason", "damaged"),
        (Kind::Lots, &[], "nothing-to-print", "production lots"),
        (Kind::Lots, &["L-1"], "unknown-lot", "L-1"),
        (Kind::Pos, &["*"], "nothing-to-print", "purchase orders"),
        (Kind::Stocktakes, &[], "nothing-to-print", "stocktakes"),
        (Kind::Calibration, &["A-01"], "bad-label", "select"),
    ] {
        let refused = refusal(&shop, kind, select);
        let told = format!("{} {}", refused.text, refused.hint.unwrap_or_default());
        assert_eq!(refused.code, code, "{select:?}: {told}");
        assert!(told.contains(says), "{select:?}: {told}");
    }
    let all_wrong = refusal(&shop, Kind::Items, &["N1,N2,N3,N4,N5,N6,N7"]);
    assert!(all_wrong.text.contains("and 2 more"), "{}", all_wrong.text);
    let twice = fold(vec![order("R-2"), order("R-2")]);
    for select in [&["R-*"][..], &[]] {
        let refused = refusal(&twice, Kind::Orders, select);
        assert_eq!(refused.code, "nothing-to-print");
        assert_eq!(
            refused.text,
            "no label for order R-2: several orders have that number"
        );
    }
    for kind in [Kind::Locations, Kind::Items, Kind::Orders, Kind::Customers] {
        let refused = refusal(&Fold::new(), kind, &[]);
        assert_eq!(refused.code, "nothing-to-print");
        assert!(refused.hint.is_some(), "{kind:?}");
    }
}

#[test]
fn a_document_has_a_bound() {
    let places = |count: usize| {
        let place = |number| named(Class::Location, &format!("P-{number}"), "x");
        fold((0..count).map(place).collect())
    };
    let wanted = |count| wanted(&places(count), &choice(Kind::Locations, &[]));
    assert_eq!(labels_of(&wanted(LABELS_MAX).unwrap()).len(), LABELS_MAX);
    let refused = wanted(LABELS_MAX + 1).unwrap_err();
    assert_eq!(refused.code, "too-many-labels");
    assert!(refused.text.contains("5001"), "{}", refused.text);
}

fn drawn(select: &[&str], paper: &Paper) -> Result<Document, Refusal> {
    let fold = fold(vec![
        named(Class::Location, "A-01", "Shelf 1"),
        named(Class::Location, "A-03-02-B-04-12345678", "Far away"),
        named(Class::Location, "LÄNGS", "Umlaut"),
    ]);
    wanted(&fold, &choice(Kind::Locations, select))
        .unwrap()
        .document(paper)
}

#[test]
fn codes_are_bars_where_all_of_them_fit_and_otherwise_squares() {
    let on = |sheet: &str| Paper {
        sheet: Some(sheet.to_owned()),
        ..Paper::of(Format::Svg)
    };
    for (select, sheet, expected) in [
        (&["A-01"][..], "a4-21", "code128"),
        (&["A-01"], "a4-65", "datamatrix"),
        (&["A-01", "A-03-02-B-04-12345678"], "a4-21", "datamatrix"),
        (&["LÄNGS"], "a4-21", "code128"),
    ] {
        let document = drawn(select, &on(sheet)).unwrap();
        let word = document.symbology.unwrap().word();
        assert_eq!(word, expected, "{select:?} {sheet}");
    }
    let bars = Paper {
        symbology: Some("code128".to_owned()),
        ..on("a4-65")
    };
    let refused = drawn(&["A-01"], &bars).unwrap_err();
    assert_eq!(
        refused.code, "bad-label",
        "who asks for bars gets bars or nothing"
    );
    assert!(refused.text.contains("QR or Data Matrix"), "{refused}");
}

#[test]
fn a_document_says_what_is_in_it() {
    let pdf = drawn(&[], &Paper::of(Format::Pdf)).unwrap();
    assert_eq!((pdf.labels, pdf.pages, &*pdf.sheet), (3, 1, "a4-14"));
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    let from_the_last = Paper {
        start: Some(14),
        ..Paper::of(Format::Pdf)
    };
    assert_eq!(drawn(&[], &from_the_last).unwrap().pages, 2);
    let own_size = Paper {
        sheet: Some("Roll-60X40".to_owned()),
        dpi: Some(300),
        ..Paper::of(Format::Zpl)
    };
    let zpl = drawn(&[], &own_size).unwrap();
    assert_eq!((zpl.labels, zpl.pages, &*zpl.sheet), (3, 3, "roll-60x40"));
    let zpl = String::from_utf8(zpl.bytes).unwrap();
    assert_eq!(zpl.matches("^XA").count(), 3);
    assert!(
        zpl.contains("^PW708"),
        "60 mm are 708 dots of 300 in an inch"
    );
}

/// A paper as it is written in a query, the format first.
fn paper(said: &str) -> Paper {
    let mut words = said.split(' ');
    let format = words.next().and_then(Format::of_word).unwrap();
    let value = |key: &str| {
        let mut pairs = said.split(' ').filter_map(|word| word.split_once('='));
        let found = pairs.find(|(known, _)| *known == key);
        found.map(|(_, value)| value.to_owned())
    };
    let number = |key: &str| value(key).map(|value| value.parse().unwrap());
    Paper {
        format,
        sheet: value("sheet"),
        symbology: value("symbology"),
        start: number("start"),
        dpi: number("dpi"),
    }
}

#[test]
fn impossible_papers_are_refused_with_a_way_out() {
    for (said, code, says) in [
        ("pdf sheet=a4-22", "bad-sheet", "a4-21"),
        ("pdf sheet=0x10", "bad-sheet", "50x30"),
        ("pdf sheet=9999x10", "bad-sheet", "50x30"),
        ("pdf sheet=5x5", "bad-label", "does not fit"),
        ("zpl sheet=a4-21", "bad-sheet", "roll"),
        ("pdf start=0", "bad-start", "1 to 14"),
        ("svg start=15", "bad-start", "1 to 14"),
        ("zpl start=2", "bad-start", "1 to 1"),
        ("svg start=14", "bad-label", "PDF"),
        ("pdf dpi=300", "bad-dpi", "ZPL"),
        ("zpl dpi=600", "bad-dpi", "203 or 300"),
        ("pdf symbology=pdf417", "bad-symbology", "datamatrix"),
        ("pdf symbology=gs1-128", "bad-symbology", "qr"),
    ] {
        let refused = drawn(&[], &paper(said)).unwrap_err();
        let told = format!("{} {}", refused.text, refused.hint.unwrap_or_default());
        assert_eq!(refused.code, code, "{said}: {told}");
        assert!(told.contains(says), "{said}: {told}");
    }
}

#[test]
fn the_calibration_card_is_one_page_and_learned_from() {
    let card = wanted(&Fold::new(), &choice(Kind::Calibration, &[])).unwrap();
    for format in Format::ALL {
        let document = card.document(&Paper::of(format)).unwrap();
        let pages = if format == Format::Zpl { 3 } else { 1 };
        assert_eq!((document.labels, document.pages), (3, pages), "{format:?}");
        let on = if format == Format::Zpl {
            "roll-100x50"
        } else {
            "a4"
        };
        assert_eq!(document.sheet, on, "no sheet of labels");
    }
    let Content::Card(steps) = &card.content else {
        panic!("no card");
    };
    let codes: Vec<&str> = steps.steps.iter().map(|step| step.code.as_str()).collect();
    let learned = codes::calibration::learn(&codes);
    assert!(learned.keys.is_some() && learned.gs.is_some());
    let with = Paper {
        symbology: Some("qr".to_owned()),
        ..Paper::of(Format::Pdf)
    };
    assert_eq!(card.document(&with).unwrap_err().code, "bad-label");
    let small = Paper {
        sheet: Some("roll-57x32".to_owned()),
        ..Paper::of(Format::Pdf)
    };
    let refused = card.document(&small).unwrap_err();
    assert!(refused.text.contains("A4 or Letter"), "{refused}");
}
