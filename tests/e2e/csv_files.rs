//! CSV in and out: items, locations, customers, stock and movements.

use serde_json::{Value, json};
use tests::check::{array, assert_holds};
use tests::node::Node;
use tests::stock::Stock;

/// A handheld with this catalogue, imported.
fn shop() -> Stock {
    let stock = Stock::new("importer");
    stock.ok("location-type add RACK --rows 2 --columns A-C");
    let files = [
        (
            "locations",
            "number,name,type,site,room,row,column\n\
          A-01,Shelf 1,,MAIN,Store,,\nP-1,Place 1,RACK,MAIN,,2,B\n",
        ),
        (
            "items",
            "sku,name,kind,unit,threshold,barcodes,location\n\
          R-100,\"Resistor, 100 Ohm\",part,pcs,5,4006381333931,A-01\n\
          BOARD-1,Board,pcba,,,,\n",
        ),
        ("customers", "code,name\nACME,Acme Ltd\n"),
    ];
    for (kind, text) in files {
        let file = stock.file(&format!("{kind}.csv"), text);
        stock.ok(&format!("import {kind} {file}"));
    }
    stock
}

#[test]
fn items_locations_and_customers_come_in() {
    let stock = shop();
    let expected = json!({ "name": "Resistor, 100 Ohm", "kind": "part", "unit": "pcs",
        "threshold": "5" });
    assert_holds("R-100", &stock.show("R-100"), &expected);
    assert_holds(
        "BOARD-1",
        &stock.show("BOARD-1"),
        &json!({ "kind": "pcba" }),
    );
    stock.ok("add 4006381333931 P-1 3 --owner ACME");
    assert_holds(
        "R-100",
        &stock.show("R-100"),
        &json!({ "on_hand_customers": "3" }),
    );
}

#[test]
fn columns_are_matched_by_name_in_any_order() {
    let stock = shop();
    let file = stock.file("swapped.csv", "name,sku\r\nSwapped,X-1\r\n");
    stock.ok(&format!("import items {file}"));
    assert_holds("X-1", &stock.show("X-1"), &json!({ "name": "Swapped" }));
}

#[test]
fn importing_an_item_that_exists_updates_it() {
    let stock = shop();
    let file = stock.file("again.csv", "sku,name\nr-100,Renamed\n");
    stock.ok(&format!("import items {file}"));
    let expected = json!({ "sku": "R-100", "name": "Renamed", "threshold": "5" });
    assert_holds("R-100", &stock.show("R-100"), &expected);
    assert_eq!(stock.items().len(), 2);
}

#[test]
fn movements_keep_their_times_owners_batches_and_notes() {
    let stock = shop();
    let rows = "time,item,quantity,from,to,owner,batch,reason,order,note\n\
        2024-03-04T12:00:00,R-100,4,A-01,,,,sold,SO-7,second\n\
        2024-03-04T10:00:00Z,R-100,10,,A-01,,,,,first\n\
        2024-03-04T13:00:00+01:00,R-100,1,A-01,P-1,,,,,\n\
        2024-03-04T14:00:00Z,R-100,2.5,,A-01,ACME,LOT-7,,,consigned\n";
    let file = stock.file("movements.csv", rows);
    let printed = stock.json(&format!("import movements {file}"));
    assert_eq!(array(printed["entries"].clone()).len(), 4, "{printed:#}");
    let expected = json!({ "on_hand": "6", "on_hand_customers": "2.5" });
    assert_holds("R-100", &stock.show("R-100"), &expected);
    let history = stock.history("R-100");
    let expected = json!({ "kind": "add", "change": "10", "note": "first" });
    assert_holds("oldest first", &history[0], &expected);
    assert!(
        history[0]["at"]
            .as_str()
            .unwrap()
            .starts_with("2024-03-04T10:00:00")
    );
    let last = history.last().unwrap();
    let expected = json!({ "change": "2.5", "owner": "ACME", "batch": "LOT-7" });
    assert_holds("last", last, &expected);
    let sold = history.iter().find(|row| row["change"] == "-4").unwrap();
    assert_holds(
        "sold",
        sold,
        &json!({ "kind": "remove", "reason": "sold", "order": "SO-7" }),
    );
    tests::world::expect_sums_of(&stock, "R-100");
}

#[test]
fn times_without_a_zone_are_utc_or_of_the_zone_that_is_said() {
    let stock = shop();
    let rows = "time,item,quantity,from,to\n2024-07-01T12:00:00,R-100,1,,A-01\n";
    let file = stock.file("summer.csv", rows);
    stock.ok(&format!(
        "import movements {file} --time-zone Europe/Berlin"
    ));
    let history = stock.history("R-100");
    let at = history[0]["at"].as_str().unwrap();
    assert!(
        at.starts_with("2024-07-01T10:00:00"),
        "noon in Berlin in summer: {at}"
    );
}

#[test]
fn the_same_file_again_adds_nothing_and_says_so() {
    let stock = shop();
    let rows = "time,item,quantity,from,to\n2024-03-04T10:00:00Z,R-100,1,,A-01\n\
        2024-03-04T10:00:00Z,R-100,1,,A-01\n";
    let file = stock.file("twice.csv", rows);
    stock.ok(&format!("import movements {file}"));
    assert_holds(
        "repeated rows are facts",
        &stock.show("R-100"),
        &json!({ "on_hand": "2" }),
    );
    let before = (stock.entries(), stock.state_hash());
    let again = stock
        .line(&format!("import movements {file}"))
        .expect_code(0);
    let said = again.said();
    assert!(
        said.contains("already") || said.contains("nothing"),
        "{again}"
    );
    let printed = stock.json(&format!("import movements {file}"));
    assert_eq!(printed["entries"], json!([]), "{printed:#}");
    assert_eq!((stock.entries(), stock.state_hash()), before);
}

#[test]
fn stock_comes_in_as_counts_and_goes_out_as_it_came_in() {
    let stock = shop();
    let rows = "item,location,quantity,owner,batch\nR-100,A-01,7,,\nR-100,P-1,2.5,ACME,LOT-7\n\
        BOARD-1,A-01,3,,\n";
    let file = stock.file("stock.csv", rows);
    stock.ok(&format!("import stock {file}"));
    assert_holds(
        "R-100",
        &stock.show("R-100"),
        &json!({ "on_hand": "7", "on_hand_customers": "2.5" }),
    );
    let kinds = stock.history("BOARD-1");
    assert_holds(
        "counts",
        &Value::Array(kinds),
        &json!([{ "kind": "count", "change": "3" }]),
    );

    let out = stock.home().join("out.csv");
    stock.ok(&format!("export --format csv --out {}", out.display()));
    let exported = std::fs::read_to_string(&out).unwrap();
    let other = shop();
    let copy = other.file("copy.csv", &exported);
    other.ok(&format!("import stock {copy}"));
    for sku in ["R-100", "BOARD-1"] {
        let (mine, theirs) = (stock.show(sku), other.show(sku));
        for key in ["on_hand", "on_hand_customers"] {
            assert_eq!(mine[key], theirs[key], "{sku} {key}: {exported}");
        }
    }
    assert_eq!(
        stock.ok("export --format csv"),
        exported,
        "without --out it is printed"
    );
}

#[test]
fn no_spreadsheet_runs_what_is_exported_and_it_comes_back_as_it_was() {
    let stock = shop();
    let rows = "item,location,quantity,owner,batch\nR-100,A-01,7,,=1+1\n";
    let file = stock.file("stock.csv", rows);
    stock.ok(&format!("import stock {file}"));
    let exported = stock.ok("export --format csv");
    assert!(exported.contains("R-100,A-01,7,,'=1+1\n"), "{exported}");
    let other = shop();
    let copy = other.file("copy.csv", &exported);
    other.ok(&format!("import stock {copy}"));
    assert_holds(
        "R-100",
        &other.show("R-100"),
        &json!({ "lines": [{ "batch": "=1+1", "on_hand": "7" }] }),
    );
}

#[test]
fn jsonl_is_one_object_a_line() {
    let stock = shop();
    stock.ok("add R-100 A-01 7");
    let printed = stock.ok("export --format jsonl");
    assert!(printed.lines().count() >= 1, "{printed}");
    for line in printed.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        assert!(value.is_object(), "{line}");
    }
}

#[test]
fn a_large_file_is_one_group_that_is_taken_whole() {
    let stock = shop();
    let mut rows = "item,quantity,from,to\n".to_owned();
    rows.push_str(&"R-100,1,,A-01\n".repeat(3000));
    let file = stock.file("large.csv", &rows);
    stock.ok(&format!("import movements {file}"));
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "3000" }));

    let before = (stock.entries(), stock.state_hash());
    rows.push_str("R-999,1,,A-01\n");
    let file = stock.file("large-and-bad.csv", &rows);
    let error = stock.error(1, &format!("import movements {file}"));
    assert!(error["text"].to_string().contains("R-999"), "{error:#}");
    assert_eq!((stock.entries(), stock.state_hash()), before);
}
