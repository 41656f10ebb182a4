//! The stock commands of `stock` and the shapes that other programs may rely on.

use serde_json::{Value, json};
use tests::check::{array, assert_holds, assert_keys, column};
use tests::node::Node;
use tests::stock::Stock;
use tests::world::expect_history_of;

/// The keys of one item, as `show` prints it.
const ITEM_KEYS: [&str; 14] = [
    "sku",
    "name",
    "kind",
    "unit",
    "on_hand",
    "on_hand_customers",
    "allocated",
    "available",
    "on_order",
    "threshold",
    "level",
    "as_of",
    "behind",
    "lines",
];

/// A handheld with two items and two locations at two sites.
fn shop() -> Stock {
    let stock = Stock::new("counter");
    for line in [
        "item add R-100 --name \"Resistor 100 Ohm\" --barcode 4006381333931",
        "item add WIRE --name Wire --unit m",
        "location add A-01 --name \"Shelf 1\" --site MAIN --room Store",
        "location add B-02 --name \"Shelf 2\" --site NORTH",
    ] {
        stock.ok(line);
    }
    stock
}

#[test]
fn every_writing_command_names_its_entries_and_its_object() {
    let stock = shop();
    let origin = stock.status()["origin"].as_str().unwrap().to_owned();
    for line in [
        "add R-100 A-01 10",
        "remove R-100 A-01 1",
        "move R-100 A-01 B-02 2",
        "adjust R-100 A-01 -1 --reason broken",
        "count R-100 A-01 6",
        "undo",
        "item add X-1 --name One",
        "item set X-1 --name Two",
        "item archive X-1",
        "item restore X-1",
        "location-type add RACK --rows 2 --columns A-B",
        "location add C-03 --name Three",
        "location set C-03 --name Third",
        "location archive C-03",
        "customer add ACME --name Acme",
        "supplier add MOUSER --name Mouser",
    ] {
        let printed = stock.json(line);
        assert_keys(line, &printed, &["entry", "entries", "object"]);
        let entry = printed["entry"].as_str().unwrap_or_default();
        let (writer, seq) = entry.rsplit_once('-').unwrap_or_default();
        assert_eq!(writer, origin, "{line}: {printed:#}");
        assert!(
            seq.parse::<u64>().is_ok_and(|seq| seq > 0),
            "{line}: {printed:#}"
        );
        let entries = array(printed["entries"].clone());
        assert!(entries.contains(&json!(entry)), "{line}: {printed:#}");
        assert!(printed["object"].is_object(), "{line}: {printed:#}");
    }
}

#[test]
fn a_movement_answers_with_the_item_as_it_is_now() {
    let stock = shop();
    let printed = stock.json("add R-100 A-01 10");
    assert_holds(
        "object",
        &printed["object"],
        &json!({ "sku": "R-100", "on_hand": "10" }),
    );
}

#[test]
fn without_json_people_read_what_happened() {
    let stock = shop();
    let said = stock.ok("add R-100 A-01 10");
    for word in ["R-100", "A-01", "10"] {
        assert!(said.contains(word), "{word} in {said}");
    }
    for (line, words) in [
        ("items", &["R-100", "Resistor 100 Ohm", "10"][..]),
        ("show R-100", &["R-100", "Resistor 100 Ohm", "A-01", "10"]),
        ("history R-100", &["10", "A-01", "counter"]),
        ("why R-100", &["10"]),
        ("sites", &["MAIN", "NORTH"]),
        ("status", &["counter"]),
    ] {
        let said = stock.ok(line);
        for word in words {
            assert!(said.contains(word), "{line}: {word} in {said}");
        }
    }
}

#[test]
fn show_has_its_shape() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    stock.ok("add R-100 B-02 5");
    let shown = stock.show("R-100");
    assert_keys("show", &shown, &ITEM_KEYS);
    let expected = json!({
        "sku": "R-100", "name": "Resistor 100 Ohm", "kind": "part",
        "on_hand": "15", "on_hand_customers": "0", "allocated": "0", "available": "15",
        "on_order": "0", "threshold": null, "level": "ok",
        "lines": [
            { "location": "A-01", "site": "MAIN", "owner": null, "batch": null, "on_hand": "10",
              "last_counted": null },
            { "location": "B-02", "site": "NORTH", "owner": null, "batch": null, "on_hand": "5",
              "last_counted": null },
        ],
    });
    assert_holds("show", &shown, &expected);
    assert!(shown["behind"].is_array(), "{shown:#}");

    stock.ok("count R-100 A-01 9");
    let counted = &stock.show("R-100")["lines"][0]["last_counted"];
    assert!(
        counted.as_str().is_some_and(is_rfc3339),
        "last_counted: {counted}"
    );
}

/// Whether a text looks like `2024-03-04T10:00:00Z`, with or without a fraction or an offset.
fn is_rfc3339(text: &str) -> bool {
    let bytes = text.as_bytes();
    let zone = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    bytes.len() >= 20 && bytes[4] == b'-' && bytes[10] == b'T' && bytes[13] == b':' && zone
}

#[test]
fn items_is_a_bare_array_of_the_same_objects_without_lines() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    let items = stock.items();
    assert_eq!(column(&items, "sku"), ["R-100", "WIRE"]);
    for item in &items {
        assert_keys("items", item, &ITEM_KEYS[..13]);
        assert!(item.get("lines").is_none(), "{item:#}");
    }
    assert_holds("items", &items[0], &json!({ "on_hand": "10" }));
    assert_holds("items", &items[1], &json!({ "on_hand": "0", "unit": "m" }));
}

#[test]
fn items_can_be_searched_and_filtered() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    stock.ok("add WIRE B-02 2.5");
    for (filter, expected) in [
        ("--search resist", &["R-100"][..]),
        ("--search wire", &["WIRE"]),
        ("--search nothing-like-it", &[]),
        ("--location A-01", &["R-100"]),
        ("--location B-02", &["WIRE"]),
        ("--site NORTH", &["WIRE"]),
        ("--not-counted-for 1", &["R-100", "WIRE"]),
    ] {
        let items = array(stock.json(&format!("items {filter}")));
        assert_eq!(column(&items, "sku"), expected, "items {filter}");
    }
}

#[test]
fn quantities_are_canonical_decimal_strings() {
    let stock = shop();
    for (typed, on_hand) in [
        ("0.25", "0.25"),
        ("1.0", "1.25"),
        ("0.7500", "2"),
        ("+3", "5"),
        ("007", "12"),
        ("0.0001", "12.0001"),
    ] {
        stock.ok(&format!("add WIRE A-01 {typed}"));
        assert_holds(typed, &stock.show("WIRE"), &json!({ "on_hand": on_hand }));
    }
    stock.ok("remove WIRE A-01 12.5001");
    assert_holds(
        "below nothing",
        &stock.show("WIRE"),
        &json!({ "on_hand": "-0.5" }),
    );
}

/// One item after every kind of transaction.
fn shop_after_every_kind() -> Stock {
    let stock = shop();
    for line in [
        "receive R-100 A-01 20 --note delivered",
        "take R-100 A-01 1 --reason sample",
        "issue R-100 A-01 1",
        "move R-100 A-01 B-02 5",
        "adjust R-100 A-01 -3 --reason broken",
        "adjust R-100 A-01 +1 --reason found",
        "count R-100 A-01 12",
        "add R-100 A-01 2",
        "undo",
    ] {
        stock.ok(line);
    }
    stock
}

#[test]
fn history_rows_have_their_shape() {
    let stock = shop_after_every_kind();
    let rows = stock.history("R-100");
    let keys = "entry at kind change on_hand available location owner batch reason user device \
                order lot po note voided provisional";
    for row in &rows {
        assert_keys("history", row, &keys.split_whitespace().collect::<Vec<_>>());
        assert!(row["at"].as_str().is_some_and(is_rfc3339), "{row:#}");
        assert_eq!(row["device"], "counter", "{row:#}");
    }
    assert_holds(
        "note",
        &rows[0],
        &json!({ "note": "delivered", "on_hand": "20" }),
    );
    assert_holds(
        "reason",
        &rows[1],
        &json!({ "reason": "sample", "on_hand": "19" }),
    );
}

#[test]
fn history_tells_every_kind_with_its_change() {
    let stock = shop_after_every_kind();
    let rows = stock.history("R-100");
    let (moves, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row["kind"] == "move");
    let others: Vec<_> = others
        .iter()
        .map(|row| (text(row, "kind"), text(row, "change")))
        .collect();
    let expected = [
        ("add", "20"),
        ("remove", "-1"),
        ("remove", "-1"),
        ("adjust", "-3"),
        ("adjust", "1"),
        ("count", "1"),
        ("add", "2"),
        ("reversal", "-2"),
    ];
    assert_eq!(
        others,
        expected.map(|(kind, change)| (kind.to_owned(), change.to_owned()))
    );
    assert_eq!(
        moves.len(),
        2,
        "a move is one row per stock line: {moves:#?}"
    );
    assert_eq!(moves[0]["entry"], moves[1]["entry"], "with one entry id");
    for (location, change) in [("A-01", "-5"), ("B-02", "5")] {
        let row = moves.iter().find(|row| row["location"] == location);
        assert_eq!(
            row.map(|row| text(row, "change")).as_deref(),
            Some(change),
            "{moves:#?}"
        );
    }
    tests::world::expect_sums_of(&stock, "R-100");
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_said_time_is_kept_and_puts_the_row_in_its_place() {
    let stock = shop();
    stock.ok("add R-100 A-01 2 --at 2024-03-04T12:00:00Z");
    stock.ok("add R-100 A-01 1 --at 2024-03-04T11:00:00+01:00");
    let rows = stock.history("R-100");
    assert_eq!(column(&rows, "change"), ["1", "2"]);
    for (row, at) in rows
        .iter()
        .zip(["2024-03-04T10:00:00", "2024-03-04T12:00:00"])
    {
        assert!(text(row, "at").starts_with(at), "{row:#}");
    }
}

#[test]
fn a_said_time_before_the_last_count_is_taken_with_a_warning() {
    let stock = shop();
    stock.ok("count R-100 A-01 12 --at 2024-03-04T12:00:00Z");
    let output = stock
        .line("add R-100 A-01 5 --at 2024-03-04T11:00:00Z")
        .expect_code(0);
    assert!(
        output.said().contains("count"),
        "the total already includes it: {output}"
    );
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "12" }));
    expect_history_of(&stock, "R-100", &[("add", "5"), ("count", "7")]);
}

#[test]
fn undo_walks_back_through_this_devices_transactions() {
    let stock = shop();
    for line in [
        "add R-100 A-01 10",
        "remove R-100 A-01 3",
        "remove R-100 A-01 2",
    ] {
        stock.ok(line);
    }
    for on_hand in ["7", "10", "0"] {
        stock.ok("undo");
        assert_holds("undo", &stock.show("R-100"), &json!({ "on_hand": on_hand }));
    }
    let error = stock.error(1, "undo");
    assert!(
        !text(&error, "text").is_empty(),
        "nothing is left to undo: {error:#}"
    );
    tests::world::expect_sums_of(&stock, "R-100");
}

#[test]
fn undo_takes_a_named_entry_once() {
    let stock = shop();
    let first = stock.write("add R-100 A-01 10");
    stock.ok("add R-100 A-01 5");
    let reversal = stock.write(&format!("undo {first}"));
    assert_holds("undone", &stock.show("R-100"), &json!({ "on_hand": "5" }));
    for gone in [&first, &reversal] {
        let error = stock.error(1, &format!("undo {gone}"));
        assert!(!text(&error, "text").is_empty(), "{error:#}");
    }
    assert_holds("undone", &stock.show("R-100"), &json!({ "on_hand": "5" }));
}

#[test]
fn undo_of_something_before_the_last_count_says_that_the_total_stays() {
    let stock = shop();
    let removal = stock.write("remove R-100 A-01 3");
    stock.ok("count R-100 A-01 12");
    let output = stock.line(&format!("undo {removal}")).expect_code(0);
    assert!(
        output.said().contains("count"),
        "says why the total stays: {output}"
    );
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "12" }));
    tests::world::expect_sums_of(&stock, "R-100");
}

#[test]
fn why_tells_the_count_the_movements_and_what_was_ignored() {
    let stock = shop();
    stock.ok("add R-100 A-01 15 --at 2024-03-04T09:00:00Z");
    let why = stock.json("why R-100 A-01");
    assert_keys(
        "why",
        &why,
        &["on_hand", "from", "movements", "ignored", "text"],
    );
    assert_holds("no count", &why, &json!({ "on_hand": "15" }));
    assert_eq!(array(why["movements"].clone()).len(), 1, "{why:#}");

    let count = stock.write("count R-100 A-01 12 --at 2024-03-04T11:00:00Z");
    let before = stock.write("remove R-100 A-01 5 --at 2024-03-04T10:00:00Z");
    let after = stock.write("remove R-100 A-01 2 --at 2024-03-04T12:00:00Z");
    let why = stock.json("why R-100 A-01");
    assert_holds("why", &why, &json!({ "on_hand": "10" }));
    for (part, entry, others) in [
        ("from", &count, [&before, &after]),
        ("movements", &after, [&before, &count]),
        ("ignored", &before, [&after, &count]),
    ] {
        let told = why[part].to_string();
        assert!(
            told.contains(entry.as_str()),
            "{part} names {entry}: {why:#}"
        );
        for other in others {
            assert!(
                !told.contains(other.as_str()),
                "{part} does not name {other}: {why:#}"
            );
        }
    }
    assert!(text(&why, "text").contains("10"), "{why:#}");
}

#[test]
fn sites_and_status_and_verify_have_their_shapes() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    let sites = array(stock.json("sites"));
    for site in ["MAIN", "NORTH"] {
        let named = sites.iter().any(|row| tests::check::mentions(row, site));
        assert!(named, "{site} in {sites:#?}");
    }
    let status = stock.status();
    let keys = [
        "node",
        "origin",
        "entries",
        "pending",
        "oldest_pending",
        "synced_at",
        "server",
        "offline",
        "exceptions",
        "state_hash",
    ];
    assert_keys("status", &status, &keys);
    let expected = json!({ "server": null, "synced_at": null, "offline": false, "exceptions": 0 });
    assert_holds("status", &status, &expected);
    assert_eq!(
        status["pending"], status["entries"],
        "nothing was ever synced: {status:#}"
    );
    assert!(
        text(&status, "oldest_pending").starts_with("20"),
        "{status:#}"
    );

    let verify = stock.json("verify");
    assert_keys("verify", &verify, &["ok", "entries", "origins", "problems"]);
    assert_holds("verify", &verify, &json!({ "ok": true, "problems": [] }));
    assert_eq!(verify["entries"], status["entries"], "{verify:#}");
}

#[test]
fn a_negative_stock_is_an_exception_with_its_shape_and_exit_code_0() {
    let stock = shop();
    let removal = stock.write("remove R-100 A-01 3");
    let found = array(stock.json("exceptions"));
    assert_eq!(found.len(), 1, "{found:#?}");
    let keys = [
        "id", "kind", "item", "location", "order", "since", "entries", "text", "actions",
    ];
    assert_keys("exception", &found[0], &keys);
    let expected = json!({ "item": "R-100", "location": "A-01", "entries": [removal] });
    assert_holds("exception", &found[0], &expected);
    assert!(found[0]["actions"].is_array(), "{found:#?}");
    assert!(text(&found[0], "text").contains("R-100"), "{found:#?}");
    assert_eq!(stock.status()["exceptions"], 1);
}

#[test]
fn rebuild_makes_the_same_state_again() {
    let stock = shop();
    stock.ok("add R-100 A-01 10");
    stock.ok("remove R-100 A-01 3");
    let before = (stock.entries(), stock.state_hash(), stock.history("R-100"));
    stock.ok("rebuild");
    assert_eq!(
        (stock.entries(), stock.state_hash(), stock.history("R-100")),
        before
    );
    assert_holds("verify", &stock.json("verify"), &json!({ "ok": true }));
    stock.ok("add R-100 A-01 1");
    assert_holds(
        "writes go on",
        &stock.show("R-100"),
        &json!({ "on_hand": "8" }),
    );
}

#[test]
fn owners_batches_and_what_an_entry_carries_reach_line_and_history() {
    let stock = shop();
    stock.ok("customer add ACME --name Acme");
    stock.ok("add R-100 A-01 10 --owner ACME --batch LOT-7 --note \"from Acme\" --serial S-1");
    stock.ok("move R-100 A-01 B-02 4 --owner ACME --batch LOT-7");
    stock.ok("add R-100 A-01 2");
    stock.ok("move R-100 A-01 A-01 1 --to-owner ACME");
    let shown = stock.show("R-100");
    let expected = json!({ "on_hand": "1", "on_hand_customers": "11" });
    assert_holds("show", &shown, &expected);
    let line = |location: &str, owner: Value, batch: Value| {
        let lines = array(shown["lines"].clone());
        let mut found = lines.iter().filter(|line| {
            line["location"] == location && line["owner"] == owner && line["batch"] == batch
        });
        found.next().map(|line| text(line, "on_hand"))
    };
    assert_eq!(
        line("A-01", json!("ACME"), json!("LOT-7")).as_deref(),
        Some("6")
    );
    assert_eq!(
        line("B-02", json!("ACME"), json!("LOT-7")).as_deref(),
        Some("4")
    );
    assert_eq!(line("A-01", Value::Null, Value::Null).as_deref(), Some("1"));
    assert_eq!(
        line("A-01", json!("ACME"), Value::Null).as_deref(),
        Some("1")
    );
    let rows = stock.history("R-100");
    let expected = json!({ "owner": "ACME", "batch": "LOT-7", "note": "from Acme" });
    assert_holds("history", &rows[0], &expected);
    tests::world::expect_sums_of(&stock, "R-100");
}

#[test]
fn a_count_of_all_batches_sets_the_others_to_nothing() {
    let stock = shop();
    stock.ok("add R-100 A-01 4 --batch LOT-1");
    stock.ok("add R-100 A-01 6 --batch LOT-2");
    stock.ok("count R-100 A-01 9 --batch LOT-1 --all-batches");
    let expected = json!({ "on_hand": "9", "lines": [{ "batch": "LOT-1", "on_hand": "9" }] });
    assert_holds("show", &stock.show("R-100"), &expected);
    tests::world::expect_sums_of(&stock, "R-100");
}
