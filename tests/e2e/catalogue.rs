//! Items, locations, location types with their grids, customers and suppliers.

use serde_json::json;
use tests::check::{array, assert_holds, column};
use tests::node::Node;
use tests::stock::Stock;
use tests::world::World;

#[test]
fn an_item_is_named_by_its_sku_or_any_barcode() {
    let stock = Stock::new("A");
    stock.ok("location add A-01 --name \"Shelf 1\"");
    stock.ok("item add R-100 --name Resistor --barcode 4006381333931 --barcode BOX-R=100");
    for (name, on_hand) in [
        ("R-100", "1"),
        (" r-100 ", "2"),
        ("4006381333931", "3"),
        ("BOX-R", "4"),
    ] {
        stock.ok(&format!("add \"{name}\" A-01 1"));
        let shown = stock.show(name.trim());
        assert_holds(name, &shown, &json!({ "sku": "R-100", "on_hand": on_hand }));
    }
    assert_eq!(stock.history("4006381333931").len(), 4);
}

#[test]
fn an_items_fields_can_be_set_and_an_empty_name_is_the_code() {
    let stock = Stock::new("A");
    stock.ok("location add A-01 --name \"Shelf 1\"");
    stock
        .ok("item add BOARD-1 --name Board --kind pcba --unit pcs --threshold 2.5 --location A-01");
    let expected = json!({ "name": "Board", "kind": "pcba", "unit": "pcs", "threshold": "2.5" });
    assert_holds("added", &stock.show("BOARD-1"), &expected);
    stock.ok("item set BOARD-1 --name \"Main board\" --threshold 4");
    let expected = json!({ "name": "Main board", "kind": "pcba", "unit": "pcs", "threshold": "4" });
    assert_holds("set", &stock.show("BOARD-1"), &expected);
    stock.ok("item add PLAIN --name \"\"");
    assert_holds(
        "no name",
        &stock.show("PLAIN"),
        &json!({ "name": "PLAIN", "kind": "part" }),
    );
}

#[test]
fn an_archived_item_is_not_listed_until_it_is_restored() {
    let stock = Stock::new("A");
    stock.ok("item add R-100 --name Resistor");
    stock.ok("item add R-220 --name Resistor");
    stock.ok("item archive R-100");
    assert_eq!(column(&stock.items(), "sku"), ["R-220"]);
    stock.ok("item restore R-100");
    assert_eq!(column(&stock.items(), "sku"), ["R-100", "R-220"]);
}

#[test]
fn a_merged_item_is_another_name_of_the_other_everywhere() {
    let world = World::with(&[
        "location add A-01 --name \"Shelf 1\"",
        "item add OLD-1 --name Old",
        "item add NEW-1 --name New",
        "add OLD-1 A-01 3",
        "add NEW-1 A-01 4",
    ]);
    world.b.ok("add OLD-1 A-01 2");
    world.a.ok("item merge OLD-1 NEW-1");
    world.settle();
    let expected = json!({ "sku": "NEW-1", "on_hand": "9" });
    world.expect_show("NEW-1", &expected);
    world.expect_show("OLD-1", &expected);
}

#[test]
fn fields_set_on_two_devices_merge_and_the_last_writer_wins() {
    let world = World::plain();
    world
        .a
        .ok("item set R-100 --name \"First name\" --threshold 5");
    world.b.ok("item set R-100 --name \"Last name\"");
    world.settle();
    world.expect_show("R-100", &json!({ "name": "Last name", "threshold": "5" }));
}

#[test]
fn a_barcode_bound_on_one_device_is_known_on_the_other() {
    let world = World::plain();
    world.a.ok("item set R-100 --barcode 4006381333931");
    world.settle();
    world.b.ok("add 4006381333931 A-01 2");
    world.settle();
    world.expect_on_hand("R-100", "2");
}

#[test]
fn a_grid_makes_a_whole_rack_of_places() {
    let world = World::with(&[
        "location-type add RACK --rows 2 --columns A-C",
        "location add-grid RACK K1- --rows 2 --columns A-C --site MAIN --room Store",
        "item add R-100 --name Resistor",
    ]);
    let places = world.server.list("locations");
    assert_eq!(places.len(), 6, "{places:#?}");
    for place in &places {
        let expected = json!({ "type": "RACK", "site": "MAIN", "room": "Store" });
        assert_holds("place", place, &expected);
    }
    let mut positions: Vec<_> = places
        .iter()
        .map(|place| format!("{}{}", plain(&place["column"]), plain(&place["row"])))
        .collect();
    positions.sort_unstable();
    assert_eq!(positions, ["A1", "A2", "B1", "B2", "C1", "C2"]);
    for number in column(&places, "number") {
        assert!(number.starts_with("K1-"), "{number}");
        world.b.ok(&format!("add R-100 {number} 1"));
    }
    world.settle();
    world.expect_on_hand("R-100", "6");

    let types = world.server.list("location-types");
    assert_eq!(types.len(), 1, "{types:#?}");
    assert_holds("type", &types[0], &json!({ "name": "RACK" }));
}

/// A string or a number as the text that people see.
fn plain(value: &serde_json::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn a_grid_makes_only_what_is_missing_and_is_refused_when_nothing_is() {
    let stock = Stock::new("A");
    stock.ok("location-type add RACK --rows 3 --columns A-C");
    stock.ok("location add-grid RACK K1- --rows 1 --columns A-C");
    let grown = stock.json("location add-grid RACK K1 --rows 2 --columns A-C");
    assert_eq!(array(grown["entries"].clone()).len(), 3, "{grown:#}");
    let before = (stock.entries(), stock.state_hash());
    let error = stock.error(1, "location add-grid RACK K1 --rows 2 --columns A-C");
    assert!(
        error["text"]
            .as_str()
            .is_some_and(|text| text.contains("K1-")),
        "{error:#}"
    );
    assert_eq!((stock.entries(), stock.state_hash()), before);
}

#[test]
fn columns_go_beyond_z() {
    let stock = Stock::new("A");
    stock.ok("location-type add WIDE --rows 1 --columns A-AB");
    stock.ok("location add W-1 --name Last --type WIDE --row 1 --column AB");
    stock.error(
        1,
        "location add W-2 --name Beyond --type WIDE --row 1 --column AC",
    );
}

#[test]
fn a_place_keeps_what_was_said_about_it() {
    let world = World::with(&[
        "location-type add RACK --rows 2 --columns A-C",
        "location add A-01 --name \"Shelf 1\" --type RACK --site MAIN --room Store --row 2 \
         --column B",
        "location set A-01 --name \"Shelf one\"",
    ]);
    let places = world.server.list("locations");
    let expected = json!([{ "number": "A-01", "name": "Shelf one", "type": "RACK",
        "site": "MAIN", "room": "Store" }]);
    assert_holds(
        "locations",
        &serde_json::Value::Array(places.clone()),
        &expected,
    );
    assert_eq!(
        (plain(&places[0]["row"]), plain(&places[0]["column"])),
        ("2".into(), "B".into())
    );
    let sites = world.server.list("sites");
    assert!(
        sites
            .iter()
            .any(|site| tests::check::mentions(site, "MAIN")),
        "{sites:#?}"
    );
}

#[test]
fn customers_come_to_every_node() {
    let world = World::with(&["customer add acme --name \"Acme Ltd\""]);
    let customers = world.server.list("customers");
    let expected = json!([{ "code": "ACME", "name": "Acme Ltd" }]);
    assert_holds("customers", &serde_json::Value::Array(customers), &expected);
    world.b.error(1, "customer add ACME --name Again");
    assert_eq!(array(world.b.json("exceptions")).len(), 0);
}

#[test]
fn codes_are_trimmed_upper_cased_and_composed() {
    let stock = Stock::new("A");
    stock.ok("location add a-01 --name \"Shelf 1\"");
    // An O and a combining diaeresis, and the one letter that they are.
    stock.ok("item add o\u{308}l-1 --name Oil");
    stock.ok("add \u{d6}L-1 A-01 1");
    assert_holds(
        "oil",
        &stock.show("\u{f6}l-1"),
        &json!({ "sku": "\u{d6}L-1", "on_hand": "1" }),
    );
}

#[test]
fn settings_have_defaults_and_take_only_what_they_mean() {
    let stock = Stock::new("A");
    let listed = array(stock.json("setting list"));
    let mut keys = column(&listed, "key");
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "allow-backorder",
            "default-threshold",
            "order-policy-repair",
            "order-policy-sales",
            "printers",
            "reasons"
        ]
    );
    for (key, default, typed, kept) in [
        ("allow-backorder", "off", "yes", "on"),
        ("default-threshold", "none", "5.0", "5"),
        ("order-policy-repair", "issue", "RESERVE", "reserve"),
        ("order-policy-sales", "reserve", "issue", "issue"),
        ("printers", "", "Dock=zebra-1:9100", "Dock=zebra-1"),
    ] {
        let get = format!("setting get {key}");
        assert_eq!(stock.json(&get)["value"], default, "{key}");
        let set = stock.json(&format!("setting set {key} {typed}"));
        assert_holds(key, &set["object"], &json!({ "key": key, "value": kept }));
        assert_eq!(stock.json(&get)["value"], kept, "{key}");
    }
    for (line, code, hint) in [
        ("set colour red", "unknown-setting", "allow-backorder"),
        ("get colour", "unknown-setting", "allow-backorder"),
        ("set allow-backorder maybe", "bad-value", "on or off"),
    ] {
        let error = stock.error(1, &format!("setting {line}"));
        assert_eq!(error["code"], code, "{line}: {error:#}");
        assert!(error["hint"].as_str().unwrap().contains(hint), "{error:#}");
    }
    assert_eq!(stock.json("setting get allow-backorder")["value"], "on");
}
