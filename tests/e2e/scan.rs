//! `stock scan --stdin`: one code a line in, one line out, `ok`, `warn` or `error`.
//!
//! The session as these tests take it: a mode word comes first; a location code is sticky; in
//! ADD and REMOVE an item code is one piece at once, or as many as `Qn` said before it; MOVE takes
//! the place it comes from, then the item, then the place it goes to; COUNT tallies until DONE or
//! the next location; UNDO takes back the last.

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::node::Node;
use tests::stock::Stock;

/// A handheld with two items and two locations.
fn shop() -> Stock {
    let stock = Stock::new("scanner");
    stock.ok("item add R-100 --name \"Resistor 100 Ohm\" --barcode 4006381333931");
    stock.ok("item add C-10 --name \"Capacitor 10 uF\" --barcode BOX-C10=10");
    stock.ok("location add A-01 --name \"Shelf 1\"");
    stock.ok("location add B-02 --name \"Shelf 2\"");
    stock
}

#[track_caller]
fn expect(stock: &Stock, sku: &str, on_hand: &str) {
    assert_holds(sku, &stock.show(sku), &json!({ "on_hand": on_hand }));
}

/// Scans the codes; their lines must begin with these words.
#[track_caller]
fn scan(stock: &Stock, codes: &[(&str, &str)]) -> Vec<String> {
    let said = stock.scan(&codes.iter().map(|(code, _)| *code).collect::<Vec<_>>());
    assert_eq!(said.len(), codes.len(), "one line for each code: {said:#?}");
    for (line, (code, word)) in said.iter().zip(codes) {
        assert_eq!(
            line.split(' ').next(),
            Some(*word),
            "{code}: {line}\nin {said:#?}"
        );
        assert!(
            line.len() > word.len() + 1,
            "{code} was taken for something: {line}"
        );
    }
    said
}

#[test]
fn add_counts_every_scan_as_one_or_as_many_as_q_said() {
    let stock = shop();
    scan(
        &stock,
        &[
            ("ADD", "ok"),
            ("A-01", "ok"),
            ("R-100", "ok"),
            ("R-100", "ok"),
            ("Q5", "ok"),
        ],
    );
    expect(&stock, "R-100", "2");
    scan(
        &stock,
        &[
            ("ADD", "ok"),
            ("A-01", "ok"),
            ("Q5", "ok"),
            ("R-100", "ok"),
            ("R-100", "ok"),
        ],
    );
    expect(&stock, "R-100", "8");
}

#[test]
fn an_item_is_known_by_its_barcode_and_a_pack_brings_its_quantity() {
    let stock = shop();
    let said = scan(
        &stock,
        &[
            ("ADD", "ok"),
            ("A-01", "ok"),
            ("4006381333931", "ok"),
            ("BOX-C10", "ok"),
        ],
    );
    assert!(
        said[2].contains("R-100"),
        "says what it was taken for: {}",
        said[2]
    );
    expect(&stock, "R-100", "1");
    expect(&stock, "C-10", "10");
}

#[test]
fn remove_takes_from_the_sticky_location_until_another_is_scanned() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    stock.ok("add R-100 B-02 10");
    scan(
        &stock,
        &[
            ("REMOVE", "ok"),
            ("A-01", "ok"),
            ("R-100", "ok"),
            ("R-100", "ok"),
            ("B-02", "ok"),
            ("R-100", "ok"),
        ],
    );
    let lines = json!({ "on_hand": "17", "lines": [
        { "location": "A-01", "on_hand": "8" }, { "location": "B-02", "on_hand": "9" },
    ]});
    assert_holds("R-100", &stock.show("R-100"), &lines);
}

#[test]
fn taking_more_than_there_is_warns_and_is_kept() {
    let stock = shop();
    let said = stock.scan(&["REMOVE", "A-01", "R-100"]);
    assert!(said[2].starts_with("warn "), "{said:#?}");
    expect(&stock, "R-100", "-1");
    assert_eq!(stock.exceptions().len(), 1);
}

#[test]
fn move_goes_from_a_place_to_a_place() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    scan(
        &stock,
        &[
            ("MOVE", "ok"),
            ("A-01", "ok"),
            ("Q4", "ok"),
            ("R-100", "ok"),
            ("B-02", "ok"),
        ],
    );
    let lines = json!({ "on_hand": "10", "lines": [
        { "location": "A-01", "on_hand": "6" }, { "location": "B-02", "on_hand": "4" },
    ]});
    assert_holds("R-100", &stock.show("R-100"), &lines);
}

#[test]
fn count_tallies_and_done_writes_one_count() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    scan(
        &stock,
        &[
            ("COUNT", "ok"),
            ("A-01", "ok"),
            ("R-100", "ok"),
            ("R-100", "ok"),
            ("Q5", "ok"),
            ("R-100", "ok"),
            ("DONE", "ok"),
        ],
    );
    expect(&stock, "R-100", "7");
    let kinds = stock.history("R-100");
    let kinds: Vec<_> = kinds
        .iter()
        .filter_map(|row| row["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        ["add", "count"],
        "tallies have no effect, one count has"
    );
}

#[test]
fn the_next_location_ends_a_count_too() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    stock.ok("add R-100 B-02 10");
    scan(
        &stock,
        &[
            ("COUNT", "ok"),
            ("A-01", "ok"),
            ("Q3", "ok"),
            ("R-100", "ok"),
            ("B-02", "ok"),
            ("Q4", "ok"),
            ("R-100", "ok"),
            ("DONE", "ok"),
        ],
    );
    let lines = json!({ "on_hand": "7", "lines": [
        { "location": "A-01", "on_hand": "3" }, { "location": "B-02", "on_hand": "4" },
    ]});
    assert_holds("R-100", &stock.show("R-100"), &lines);
}

#[test]
fn undo_takes_back_the_last_scan_and_then_the_one_before() {
    let stock = shop();
    let mut session = stock.open_scan();
    for code in ["ADD", "A-01", "R-100", "Q5", "R-100", "UNDO"] {
        let line = session.say(code);
        assert!(line.starts_with("ok "), "{code}: {line}");
    }
    assert_eq!(session.finish(), 0);
    expect(&stock, "R-100", "1");
    scan(&stock, &[("UNDO", "ok")]);
    expect(&stock, "R-100", "0");
}

#[test]
fn an_unknown_code_is_an_error_that_changes_no_stock() {
    let stock = shop();
    let said = scan(
        &stock,
        &[
            ("ADD", "ok"),
            ("A-01", "ok"),
            ("NOT-A-CODE", "error"),
            ("R-100", "ok"),
        ],
    );
    assert!(
        said[2].contains("NOT-A-CODE"),
        "names the code: {}",
        said[2]
    );
    expect(&stock, "R-100", "1");
    expect(&stock, "C-10", "0");
}

#[test]
fn the_wrong_type_of_code_says_what_is_expected() {
    for (codes, expected) in [
        (&["R-100"][..], "mode"),
        (&["ADD", "R-100"][..], "location"),
        (&["REMOVE", "R-100"][..], "location"),
        (&["COUNT", "R-100"][..], "location"),
        (&["MOVE", "R-100"][..], "location"),
    ] {
        let stock = shop();
        let before = stock.entries();
        let said = stock.scan(codes);
        let last = said.last().unwrap();
        assert!(last.starts_with("error "), "{codes:?}: {said:#?}");
        assert!(
            last.to_lowercase().contains(expected),
            "{codes:?} says {expected}: {last}"
        );
        assert_eq!(stock.show("R-100")["on_hand"], "0", "{codes:?}");
        assert_eq!(stock.entries(), before, "{codes:?} writes nothing");
    }
}

#[test]
fn a_misread_barcode_is_not_taken_for_an_item() {
    let stock = shop();
    // The last digit of an EAN-13 is a check digit; this one is wrong.
    scan(
        &stock,
        &[("ADD", "ok"), ("A-01", "ok"), ("4006381333932", "error")],
    );
    expect(&stock, "R-100", "0");
}

#[test]
fn ok_is_said_only_when_it_is_durable() {
    let stock = shop();
    for round in 1..=3 {
        let mut session = stock.open_scan();
        for code in ["ADD", "A-01", "R-100"] {
            let line = session.say(code);
            assert!(line.starts_with("ok "), "{code}: {line}");
        }
        session.kill();
        expect(&stock, "R-100", &round.to_string());
    }
    assert_holds(
        "verify",
        &stock.json("verify"),
        &json!({ "ok": true, "problems": [] }),
    );
}

#[test]
fn an_empty_line_is_nothing_and_the_end_of_input_is_the_end() {
    let stock = shop();
    let before = stock.entries();
    let output = stock
        .run_with(&["scan", "--stdin"], Some("\n\n"))
        .expect_code(0);
    assert!(!output.stdout.contains("error"), "{output}");
    assert_eq!(stock.entries(), before);
}

#[test]
fn a_code_of_an_item_and_a_location_is_what_is_waited_for_and_no_cause_to_warn() {
    let stock = shop();
    stock.ok("item add BOTH");
    stock.ok("location add BOTH");
    scan(&stock, &[("ADD", "ok"), ("BOTH", "ok"), ("BOTH", "ok")]);
    let said = stock.json("codes explain BOTH");
    let both = json!({ "kind": "item", "item": "BOTH", "location": "BOTH" });
    assert_holds("explain", &said, &both);
    assert_eq!(said["warnings"], json!(["it is a location too"]));
    let said = stock.scan(&["Q99999999999999999999"]);
    let error = "error Q99999999999999999999: ";
    assert!(
        said[0].starts_with(error) && !said[0].contains("not known"),
        "{said:?}"
    );
}

/// A distributor's bag: the maker's part number, 500 pieces and a lot, as the scanner types them.
const BAG: &str = "[)>{RS}06{GS}1PRC0603FR-0710KL{GS}Q500{GS}1TL7{RS}{EOT}";

fn typed(text: &str) -> String {
    let control = [("{RS}", "\u{1e}"), ("{GS}", "\u{1d}"), ("{EOT}", "\u{4}")];
    control
        .into_iter()
        .fold(text.to_owned(), |text, (name, c)| text.replace(name, c))
}

#[test]
fn what_a_label_says_of_batch_serial_and_quantity_stays_on_the_movement() {
    let stock = shop();
    stock.ok("item add RES-10K --barcode RC0603FR-0710KL");
    let element_string = "]C1010400638133393117270131101234{GS}21S-9";
    let (bag, label) = (typed(BAG), typed(element_string));
    scan(
        &stock,
        &[("ADD", "ok"), ("A-01", "ok"), (&bag, "ok"), (&label, "ok")],
    );
    let rows = stock.json("history RES-10K");
    assert_holds("bag", &rows[0], &json!({ "change": "500", "batch": "L7" }));
    let rows = stock.json("history R-100");
    assert_holds(
        "label",
        &rows[0],
        &json!({ "change": "1", "batch": "1234", "serial": "S-9" }),
    );
}

#[test]
fn explain_says_what_a_code_is_and_what_stands_in_it() {
    let stock = shop();
    let explain = |text: &str| {
        stock
            .run(&["codes", "explain", text, "--json"])
            .expect_code(0)
            .json()
    };
    let label = explain("]C1010400638133393117270131101234␝3025");
    assert_holds(
        "label",
        &label,
        &json!({
            "kind": "item", "aim": "]C1", "item": "R-100", "quantity": "25", "batch": "1234",
            "expiry": "2027-01-31", "serial": null,
        }),
    );
    let of = |label: &Value, key: &str| {
        let rows = label["elements"].as_array().unwrap().iter();
        rows.map(|row| row[key].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&label, "ai"), ["01", "17", "10", "30"]);
    assert_eq!(
        of(&label, "value"),
        ["04006381333931", "270131", "1234", "25"]
    );
    assert!(of(&label, "title").iter().all(|title| !title.is_empty()));

    for (text, kind) in [
        ("BOX-C10", "item"),
        ("A-01", "location"),
        ("UNDO", "command"),
        ("4006381333932", "misread"),
        ("(01)09506000134352(10)ABC", "unknown"),
        ("[)>\\x1E06\\x1D1PUNHEARD-OF\\x1DQ5\\x1E\\x04", "unknown"),
        ("nothing", "unknown"),
    ] {
        assert_eq!(explain(text)["kind"], kind, "{text}");
    }
    let unknown = explain("(01)09506000134352(10)ABC");
    assert_eq!(of(&unknown, "ai"), ["01", "10"], "it is read all the same");
    let told = stock
        .run(&["codes", "explain", "(01)04006381333931(10)L1"])
        .expect_code(0);
    for said in ["R-100", "(10) BATCH/LOT L1"] {
        assert!(told.stdout.contains(said), "{told}");
    }
}
