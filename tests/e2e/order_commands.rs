//! What the commands about orders, customers and levels print, on one handheld without a server.

use serde_json::{Value, json};
use tests::check::{array, assert_holds, assert_keys};
use tests::node::Node;
use tests::stock::Stock;

/// A handheld with ten of one item, a customer, and backorders allowed.
fn shop() -> Stock {
    let stock = Stock::new("counter");
    for line in [
        "item add R-100 --name \"Resistor 100 Ohm\" --barcode 4006381333931",
        "location add A-01 --name \"Shelf 1\" --site MAIN",
        "location add B-02 --name \"Shelf 2\" --site MAIN",
        "customer add ACME --name \"Acme Ltd\"",
        "setting set allow-backorder on",
        "add R-100 A-01 10",
    ] {
        stock.ok(line);
    }
    stock
}

#[test]
fn every_writing_command_answers_with_the_order_as_it_is_now() {
    let stock = shop();
    let mut line = json!([]);
    for (command, changed) in [
        ("open S-1 --type sales", None),
        (
            "add S-1 4006381333931 8",
            Some(json!({ "wanted": "8", "ready": "8" })),
        ),
        (
            "pick S-1 R-100 A-01 2",
            Some(json!({ "picked": "2", "ready": "6" })),
        ),
        ("expedite S-1 R-100 --rank 3", Some(json!({ "rank": 3 }))),
        ("fill S-1", Some(json!({ "picked": "8", "ready": "0" }))),
        (
            "return S-1 R-100 1",
            Some(json!({ "picked": "7", "ready": "1" })),
        ),
        (
            "set S-1 R-100 5",
            Some(json!({ "wanted": "5", "picked": "5", "ready": "0" })),
        ),
        ("edit S-1 --stage packed", None),
        ("close S-1", None),
    ] {
        let printed = stock.json(&format!("order {command}"));
        assert_keys(
            command,
            &printed,
            &["entry", "entries", "object", "warnings"],
        );
        if let Some(changed) = changed {
            line = json!([changed]);
        }
        let expected = json!({ "number": "S-1", "lines": line });
        assert_holds(command, &printed["object"], &expected);
    }
    let cancelled = stock.json("order open R-1");
    let entry = cancelled["entry"].as_str().unwrap();
    assert_eq!(cancelled["object"]["entry"], entry, "{cancelled:#}");
    stock.ok("order add R-1 R-100 3");
    let removed = stock.json("order remove R-1 R-100");
    assert_eq!(array(removed["entries"].clone()).len(), 2, "{removed:#}");
    assert_eq!(removed["object"]["lines"], json!([]), "{removed:#}");
    let ended = stock.json("order cancel R-1");
    assert_eq!(ended["object"]["state"], "cancelled", "{ended:#}");
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "5" }));
}

#[test]
fn orders_and_backorders_have_their_shapes() {
    let stock = shop();
    stock.ok("order open R-1 --customer ACME --due 2030-01-02 --title \"No display\"");
    stock.ok("order add R-1 R-100 12");
    let shown = stock.json("order show R-1");
    let expected = json!({
        "number": "R-1", "type": "repair", "state": "open", "customer": "ACME", "site": "MAIN",
        "due": "2030-01-02", "title": "No display", "backorder": true, "pick_list": [],
        "lines": [{ "item": "R-100", "wanted": "12", "allocated": "0", "picked": "10",
            "backorder": "2", "ready": "0", "provisional": true }],
    });
    assert_holds("order show", &shown, &expected);
    let listed = array(stock.json("order list --open"));
    assert_holds(
        "order list",
        &listed[0],
        &json!({ "number": "R-1", "backorder": true }),
    );
    let waiting = array(stock.json("backorders"));
    let expected = json!([{ "order": "R-1", "item": "R-100", "backorder": "2", "ready": "0",
        "age_days": 0 }]);
    assert_holds("backorders", &Value::Array(waiting.clone()), &expected);
    assert!(waiting[0]["since"].is_string(), "{waiting:#?}");

    stock.ok("order close R-1");
    assert_eq!(stock.json("order list --open"), json!([]));
    assert_eq!(array(stock.json("order list")).len(), 1);
    assert_eq!(stock.json("backorders"), json!([]));
}

#[test]
fn numbers_are_made_and_values_can_be_taken_away() {
    let stock = shop();
    let first = stock.json("order open")["object"]["number"].clone();
    let second = stock.json("order open")["object"]["number"].clone();
    assert_ne!(first, second);
    let number = first.as_str().unwrap();
    let edit =
        |fields: &str| stock.json(&format!("order edit {number} {fields}"))["object"].clone();
    let said = edit("--customer acme --due 2030-01-02 --title Pump --stage received");
    let expected = json!({ "customer": "ACME", "due": "2030-01-02", "title": "Pump",
        "stage": "received", "site": "MAIN" });
    assert_holds("said", &said, &expected);
    let taken = edit("--customer none --due \"\" --title none --stage \"\" --site none");
    for key in ["customer", "due", "title", "stage", "site"] {
        assert_eq!(taken[key], Value::Null, "{key}: {taken:#}");
    }
}

#[test]
fn people_read_what_happened_and_the_lines_as_they_are() {
    let stock = shop();
    let all = |said: &str, words: &[&str]| {
        for word in words {
            assert!(said.contains(word), "{word:?} in {said}");
        }
    };
    let said = stock.ok("order open R-1 --customer ACME");
    all(&said, &["R-1", "repair", "takes what is there at once"]);
    let added = stock.line("order add R-1 R-100 12").expect_code(0);
    all(
        &added.stdout,
        &[
            "12 pcs of R-100 added to order R-1. 10 pcs of R-100 taken from A-01.",
            "Backorder",
        ],
    );
    assert!(
        !added.stdout.contains("provisional"),
        "a store without a server has nobody who confirms: {added}"
    );
    all(&added.stderr, &["warning", "2 of R-100 are on backorder"]);
    all(
        &stock.ok("order show R-1"),
        &["R-1", "repair", "ACME (Acme Ltd)", "12", "10", "2"],
    );
    all(&stock.ok("order list"), &["R-1", "backorder"]);
    all(
        &stock.ok("backorders"),
        &["R-1", "R-100", "less than a day"],
    );
    all(&stock.ok("show R-100"), &["Wanted by", "R-1"]);

    stock.ok("add R-100 B-02 5");
    all(&stock.ok("order pick-list R-1"), &["B-02", "2", "R-100"]);
    let shown = stock.ok("order show R-1");
    all(&shown, &["stock order fill R-1", "B-02"]);
    let filled = stock.ok("order fill R-1");
    all(&filled, &["2 pcs of R-100 taken from B-02"]);
    let history = stock.ok("history R-100");
    all(&history, &["Available", "R-1"]);
    let cancelled = stock.ok("order cancel R-1");
    all(
        &cancelled,
        &["cancelled", "returned to A-01", "returned to B-02"],
    );
}

#[test]
fn a_pick_that_leaves_less_than_nothing_says_so() {
    let stock = shop();
    stock.ok("order open S-1 --type sales");
    stock.ok("order add S-1 R-100 8");
    let picked = stock.line("order pick S-1 R-100 B-02 3").expect_code(0);
    assert!(picked.stderr.contains("B-02 now has -3"), "{picked}");
    let back = stock.line("order pick S-1 R-100 A-01 3").expect_code(0);
    assert!(!back.stderr.contains("now has"), "{back}");
}

#[test]
fn a_movement_that_only_names_an_order_is_a_note_and_says_how_to_book_it() {
    let stock = shop();
    stock.ok("order open S-1 --type sales");
    stock.ok("order add S-1 R-100 4");
    let noted = stock.line("remove R-100 A-01 1 --order s-1").expect_code(0);
    assert!(noted.stderr.contains("pick for the order S-1"), "{noted}");
    let line = json!({ "lines": [{ "wanted": "4", "picked": "0", "ready": "4" }] });
    assert_holds("the line stays", &stock.json("order show S-1"), &line);
    let rows = stock.history("R-100");
    assert_eq!(rows.last().unwrap()["order"], "s-1");
    let other = stock
        .line("remove R-100 A-01 1 --order REP-9")
        .expect_code(0);
    assert_eq!(
        other.stderr, "",
        "an order that is not here is a note as ever"
    );
}

#[test]
fn reasons_are_offered_and_written_as_they_are_listed() {
    let stock = shop();
    stock.ok("setting set reasons \"Broken, found\"");
    let error = stock.error(1, "adjust R-100 A-01 -1");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("Broken, found"), "{error:#}");
    for (typed, written) in [
        ("broken", "Broken"),
        ("FOUND", "found"),
        ("broken badly", "broken badly"),
    ] {
        stock.ok(&format!("adjust R-100 A-01 -1 --reason \"{typed}\""));
        assert_eq!(stock.history("R-100").last().unwrap()["reason"], written);
    }
}

#[test]
fn what_is_low_is_listed_with_its_moment_and_its_entry() {
    let stock = shop();
    assert_eq!(stock.json("low"), json!([]));
    stock.ok("item set R-100 --threshold 5");
    let removal = stock.write("remove R-100 A-01 5");
    let expected = json!([{ "item": "R-100", "level": "low", "available": "5", "threshold": "5",
        "crossing": { "entry": removal, "from": "ok", "to": "low" } }]);
    for name in ["low", "alerts"] {
        assert_holds(name, &stock.json(name), &expected);
    }
    let told = stock.ok("low");
    assert!(told.contains("R-100") && told.contains(&removal), "{told}");
}

#[test]
fn a_customer_is_shown_with_stock_and_open_orders() {
    let stock = shop();
    stock.ok("add R-100 B-02 4 --owner ACME --batch LOT-7");
    stock.ok("order open S-1 --type sales --customer ACME");
    stock.ok("order open S-2 --type sales");
    stock.ok("order add S-1 R-100 3");
    let shown = stock.json("customer show acme");
    let expected = json!({ "code": "ACME", "name": "Acme Ltd",
        "lines": [{ "item": "R-100", "location": "B-02", "batch": "LOT-7", "on_hand": "4" }],
        "orders": [{ "number": "S-1" }] });
    assert_holds("customer show", &shown, &expected);
    let theirs = json!([{ "sku": "R-100", "on_hand": "10", "available": "10",
        "owner_on_hand": "4", "owner_available": "1" }]);
    assert_holds("items --owner", &stock.json("items --owner ACME"), &theirs);
    let told = stock.ok("customer show ACME");
    for word in ["Acme Ltd", "B-02", "LOT-7", "S-1"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    stock.ok("customer add OTHER");
    assert_eq!(stock.json("items --owner OTHER"), json!([]));
}

#[test]
fn every_order_command_has_help_with_an_example() {
    let stock = Stock::without_store("curious");
    for command in [
        "open",
        "add",
        "set",
        "remove",
        "pick",
        "fill",
        "return",
        "expedite",
        "cancel",
        "close",
        "show",
        "list",
        "pick-list",
        "edit",
    ] {
        let help = stock.ok(&format!("order {command} --help"));
        let example = format!("stock order {command}");
        let after = help.split_once("Example").map(|(_, after)| after);
        assert!(
            after.is_some_and(|after| after.contains(&example)),
            "{help}"
        );
    }
    for command in ["backorders", "low", "exceptions answer", "customer show"] {
        let help = stock.ok(&format!("{command} --help"));
        assert!(help.contains("Example"), "{help}");
    }
}
