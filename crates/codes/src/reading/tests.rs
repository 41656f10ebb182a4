//! Which meaning comes first, by example.

use super::*;
use crate::own::{self, Kind};

fn setting() -> Setting {
    Setting::of_year(2026)
}

fn read(sent: &str) -> Vec<Reading> {
    let found = readings(&Scan::of(sent), &setting());
    let last = found.last().unwrap();
    assert_eq!((&last.meaning, last.score), (&Meaning::Text, 0), "{sent}");
    assert!(found.is_sorted_by_key(|reading| std::cmp::Reverse(reading.score)));
    found
}

fn best(sent: &str) -> Reading {
    read(sent).swap_remove(0)
}

/// The keys of a reading.
fn keys(reading: &Reading) -> Vec<(KeyKind, &str)> {
    let keys = reading.says.keys.iter();
    keys.map(|key| (key.kind, key.text.as_str())).collect()
}

fn quantity(reading: &Reading) -> Option<(String, Option<&str>)> {
    let amount = reading.says.quantity?;
    Some((amount.number.to_string(), amount.unit))
}

/// A short word for what a reading is.
fn word(reading: &Reading) -> &'static str {
    match &reading.meaning {
        Meaning::Own(_) => "own",
        Meaning::OwnMisread => "own misread",
        Meaning::Gs1(_) if reading.is_misread => "gs1 misread",
        Meaning::Gs1(_) => "gs1",
        Meaning::Gtin(_) => "gtin",
        Meaning::GtinMisread => "gtin misread",
        Meaning::Label(_) => "label",
        Meaning::Slip(_) => "slip",
        Meaning::Field(_) => "field",
        Meaning::Text => "text",
    }
}

#[test]
fn the_likeliest_meaning_comes_first() {
    for (sent, expected) in [
        ("]C1010400638133393110A\u{1d}17271231", "gs1"),
        ("010400638133393110A\u{1d}17271231", "gs1"),
        ("\u{1d}10A", "gs1"),
        ("]d210A<F8>21B", "gs1"),
        ("]C00104006381333931", "gs1"),
        ("(01)04006381333931(10)A", "gs1"),
        ("https://id.gs1.org/01/04006381333931/10/A", "gs1"),
        ("]C10104006381333932", "gs1 misread"),
        ("0104006381333932", "gs1 misread"),
        ("4006381333931", "gtin"),
        ("]E04006381333931", "gtin"),
        ("]E3400638133393112", "gtin"),
        ("73513537", "gtin"),
        ("04252614", "gtin"),
        ("4006381333932", "gtin misread"),
        ("]E04006381333932", "gtin misread"),
        ("12345678", "gtin misread"),
        ("[)>\u{1e}06\u{1d}1PLM358\u{1d}Q10\u{1e}\u{4}", "label"),
        ("[)>␞06␝1PLM358␝Q10␞␄", "label"),
        ("{pbn:PICK1,on:SO1,pc:C312270,pm:ST-1,qty:2}", "slip"),
        ("QTY:5 PN:A-1 MPN:A", "slip"),
        ("PA-1 1PA Q5", "label"),
        ("XJLX0X601L", "own"),
        ("xjlx0x601l", "own"),
        ("XJLX0X602L", "own misread"),
        ("]C01PLM358", "field"),
        ("1PLM358", "text"),
        ("Q100", "text"),
        ("]C0Q100", "text"),
        ("A-01", "text"),
        ("", "text"),
        ("UNDO", "text"),
        ("https://example.com/x", "text"),
        // An AI could stand there, but nothing speaks for it.
        ("10ABC", "gs1"),
        ("]C0A10", "text"),
    ] {
        assert_eq!(word(&best(sent)), expected, "{sent}");
    }
    // Only guesses are left to a person.
    assert!(best("10ABC").score < SCORE_TO_ASK);
    assert_eq!(best("10ABC").notes.last(), Some(&Note::Guess));
    assert!(best("]C01PLM358").score < SCORE_TO_ASK);
}

#[test]
fn an_article_is_looked_up_in_all_its_spellings() {
    use KeyKind::Gtin;
    let expected = [(Gtin, "04006381333931"), (Gtin, "4006381333931")];
    for sent in [
        "4006381333931",
        "04006381333931",
        "0104006381333931",
        "(01)04006381333931",
    ] {
        assert_eq!(keys(&best(sent)), expected, "{sent}");
    }
    let upc = [
        (Gtin, "00042100005264"),
        (Gtin, "0042100005264"),
        (Gtin, "042100005264"),
    ];
    for sent in ["04252614", "042100005264", "]E00042100005264"] {
        assert_eq!(keys(&best(sent)), upc, "{sent}");
    }
}

#[test]
fn eight_digits_are_what_the_scanner_says_they_are() {
    // Their check digit is right as EAN-8 and as UPC-E.
    for (sent, expected) in [
        ("04250050", "00000004250050"),
        ("]E404250050", "00000004250050"),
        ("]E004250050", "00042500000050"),
    ] {
        let reading = best(sent);
        assert_eq!(
            reading.meaning,
            Meaning::Gtin(expected.to_owned()),
            "{sent}"
        );
    }
    let gtins = |sent: &str| read(sent).len() - 1;
    // Without a symbology both are offered, and an AI that could begin with these digits.
    assert!(gtins("04250050") >= 2);
    assert_eq!(gtins("]E404250050"), 1);
}

#[test]
fn elements_say_quantity_batch_serial_expiry_order_and_package() {
    let reading = best(
        "]C10104006381333931\u{1d}3012\u{1d}10L7\u{1d}21S9\u{1d}17271200\u{1d}400PO-5\u{1d}00106141412345678908\u{1d}241OUR-1",
    );
    let Says {
        batch,
        serial,
        expiry,
        order,
        package,
        ..
    } = reading.says.clone();
    assert_eq!(quantity(&reading), Some(("12".to_owned(), None)));
    assert_eq!(
        (batch.as_deref(), serial.as_deref()),
        (Some("L7"), Some("S9"))
    );
    assert_eq!(expiry.unwrap().to_string(), "2027-12-31");
    assert_eq!(order.as_deref(), Some("PO-5"));
    assert_eq!(package.as_deref(), Some("106141412345678908"));
    assert_eq!(keys(&reading).last(), Some(&(KeyKind::Customer, "OUR-1")));

    let weight = best("01040063813339313103000195");
    assert_eq!(quantity(&weight), Some(("0.195".to_owned(), Some("kg"))));
    let two = best("010400638133393131030001953111000200");
    assert_eq!(quantity(&two), None, "a weight and a length");
    let pallet = best("00106141412345678908020400638133393137120");
    assert_eq!(quantity(&pallet), Some(("120".to_owned(), None)));
    let part = best("]d280104000ABC#1/2");
    assert_eq!(keys(&part), [(KeyKind::Component, "4000ABC#1/2")]);
}

#[test]
fn labels_and_slips_say_the_same() {
    let reading = best(
        "[)>\u{1e}06\u{1d}POUR-1\u{1d}1PLM358\u{1d}30P296-1-ND\u{1d}Q1,500\u{1d}1TN/T\u{1d}10D2415\u{1d}KPO-5\u{1d}1K77\u{1d}3SP1\u{1d}14D20271231",
    );
    assert_eq!(
        keys(&reading),
        [
            (KeyKind::Manufacturer, "LM358"),
            (KeyKind::Customer, "OUR-1"),
            (KeyKind::Supplier, "296-1-ND"),
        ]
    );
    assert_eq!(quantity(&reading), Some(("1500".to_owned(), None)));
    let says = &reading.says;
    assert_eq!(says.batch.as_deref(), Some("2415"), "not traceable by lot");
    assert_eq!(
        (says.order.as_deref(), says.seller_order.as_deref()),
        (Some("PO-5"), Some("77"))
    );
    assert_eq!(says.package.as_deref(), Some("P1"));
    assert_eq!(says.expiry.unwrap().to_string(), "2027-12-31");

    let both = best("[)>\u{1e}06\u{1d}1PLM358\u{1d}10D2415\u{1d}1TL7");
    assert_eq!(both.says.batch.as_deref(), Some("L7"));

    let reading = best("{pbn:PICK1,on:SO1,pc:C312270,pm:ST-1,qty:2}");
    assert_eq!(
        keys(&reading),
        [
            (KeyKind::Manufacturer, "ST-1"),
            (KeyKind::Supplier, "C312270")
        ]
    );
    assert_eq!(quantity(&reading), Some(("2".to_owned(), None)));
    assert_eq!(reading.says.seller_order.as_deref(), Some("SO1"));
    let reading = best("QTY:5 PN:A-1 PO:9/1 CPO:PO-5 MPN:A");
    assert_eq!(reading.says.order.as_deref(), Some("PO-5"));
    let reading = best("[)>\u{1e}05\u{1d}0104006381333931\u{1d}10AB\u{1e}\u{4}");
    assert_eq!(reading.says.batch.as_deref(), Some("AB"));
}

#[test]
fn what_is_misread_proposes_no_item() {
    for sent in [
        "]C10104006381333932",
        "0104006381333932",
        "4006381333932",
        "XJIRX61002S",
    ] {
        let reading = best(sent);
        assert!(reading.is_misread, "{sent}");
        assert_eq!(reading.says.keys, [], "{sent}");
        let notes: Vec<String> = reading.notes.iter().map(ToString::to_string).collect();
        assert!(
            notes.iter().any(|note| note.contains("misread")),
            "{notes:?}"
        );
    }
}

#[test]
fn a_wrong_check_digit_beside_the_article_is_only_told() {
    // The number of a place, printed wrong: scanning it again would not help.
    let reading = best("]C101040063813339314149521321000011");
    assert!(!reading.is_misread);
    assert_eq!(keys(&reading).len(), 2);
    assert!(matches!(&reading.notes[..], [Note::Fault(fault)] if fault.ai == "414"));
    // The article itself: nothing is proposed, not even by the customer's number.
    let reading = best("]C10104006381333932241OUR-1");
    assert!(reading.is_misread);
    assert_eq!(keys(&reading), []);
    let reading = best("[)>\u{1e}05\u{1d}0104006381333932\u{1e}06\u{1d}1PLM358\u{1e}\u{4}");
    assert!(reading.is_misread);
    assert_eq!(keys(&reading), []);
}

#[test]
fn a_fault_leaves_the_rest_of_a_reading() {
    let reading = best("]C1010400638133393117991399\u{1d}10L7\u{1d}05X");
    assert_eq!(reading.says.batch.as_deref(), Some("L7"));
    assert_eq!(reading.says.expiry, None);
    assert_eq!(keys(&reading).len(), 2);
    assert!(!reading.is_misread);
    assert_eq!(reading.notes.len(), 2);
}

#[test]
fn lost_separators_are_a_reading_of_their_own() {
    let sent = "010400638133393110ABC17271231";
    let batches = |setting: &Setting| -> Vec<String> {
        let found = readings(&Scan::of(sent), setting);
        found
            .iter()
            .filter_map(|reading| reading.says.batch.clone())
            .collect()
    };
    assert_eq!(batches(&setting()), ["ABC17271231", "ABC"]);
    assert_eq!(best(sent).notes, [Note::SeparatorsPerhapsLost]);
    assert_eq!(best("010400638133393110ABC").notes, []);
    let of = |separator: Separator| Setting {
        separator: Some(separator),
        ..setting()
    };
    assert_eq!(batches(&of(Separator::Lost)), ["ABC", "ABC17271231"]);
    assert_eq!(batches(&of(Separator::Plain)), ["ABC17271231"]);
    // Without an article nothing says that it is an element string at all.
    assert_eq!(read("400ABC4149521321000018").len(), 2);
    // Too long for a batch: something must be missing.
    let reading = best("010400638133393110ABCDEFGHIJKLMNOP17271231");
    assert_eq!(reading.says.batch.as_deref(), Some("ABCDEFGHIJKLMNOP"));
    assert!(matches!(
        reading.notes[0],
        Note::Gs1(gs1::Warning::SeparatorMissing(_))
    ));

    let typed = "010400638133393110ABC2917271231";
    let found = readings(&Scan::of(typed), &of(Separator::Digits));
    assert_eq!(found[0].says.batch.as_deref(), Some("ABC"));
}

#[test]
fn a_text_that_no_code_can_hold_is_only_a_text() {
    let of_length = |length: usize| format!("{:A<length$}", "010400638133393191");
    assert_eq!(word(&best(&of_length(SCAN_BYTES_MAX))), "gs1");
    assert_eq!(read(&of_length(SCAN_BYTES_MAX + 1)).len(), 1);
}

#[test]
fn own_codes_say_what_they_stand_for() {
    for kind in Kind::all() {
        let printed = own::code(kind, "R-1001").unwrap();
        let reading = best(&printed);
        let Meaning::Own(own) = &reading.meaning else {
            panic!("{printed} is ours");
        };
        assert_eq!((own.kind, own.name.as_str()), (kind, "R-1001"));
        assert_eq!((reading.score, reading.notes.len()), (100, 0));
        let is_item = kind == Kind::Item;
        assert_eq!(keys(&reading) == [(KeyKind::Sku, "R-1001")], is_item);
    }
}

#[test]
fn a_keyboard_that_is_known_decides() {
    let typed = |layout: Layout, code: &str| -> String {
        let row: Vec<char> = layout.row().chars().collect();
        let sign = |c: char| {
            c.to_digit(10)
                .map_or(c, |digit| row[(digit as usize + 9) % 10])
        };
        code.chars().map(sign).collect()
    };
    // Some names come out differently under two keyboards, both with a right check character.
    let several = (0..20_000).find_map(|number| {
        let code = own::code(Kind::Item, &format!("R{number}")).unwrap();
        let text = typed(Layout::American, &code);
        let found = own::read(&text).unwrap();
        (found.len() > 1).then_some((text, format!("R{number}")))
    });
    let (text, name) = several.unwrap();
    let scan = Scan::of(&text);
    let found = readings(&scan, &setting());
    assert!(found[0].notes.contains(&Note::SeveralKeyboards));
    assert_eq!(found[0].score, found[1].score);
    let known = Setting {
        layout: Some(Layout::American),
        ..setting()
    };
    let found = readings(&scan, &known);
    let Meaning::Own(own) = &found[0].meaning else {
        panic!("{text} is ours");
    };
    assert_eq!(own.name, name);
    assert!(found[0].score > found[1].score);
}
