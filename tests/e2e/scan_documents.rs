//! Lots, purchase orders and stocktakes, worked off by scanning on handhelds without a network.

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::stock::Stock;
use tests::world::World;

/// Two handhelds that know a shop with a supplier.
fn world(lines: &[&str]) -> World {
    let shop = [
        "item add R-100 --name Resistor --barcode 4006381333931",
        "item add C-10 --name Capacitor",
        "item add PUMP --name Pump --kind assembly",
        "location add A-01 --name \"Shelf 1\"",
        "location add A-02 --name \"Shelf 2\"",
        "location add B-02 --name \"Shelf 3\"",
        "item set R-100 --location B-02",
        "supplier add SUP --name Supplies",
    ];
    World::with(&[&shop, lines].concat())
}

#[track_caller]
fn assert_ok(said: &[String]) {
    assert!(said.iter().all(|line| line.starts_with("ok ")), "{said:#?}");
}

/// Its lines in a report: item, location, counted, variance.
fn variances(stock: &Stock, number: &str) -> Vec<(String, String, String, String)> {
    let report = stock.json(&format!("stocktake report {number}"));
    let lines = report["lines"].as_array().unwrap().iter();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or("-").to_owned();
    let told = lines.map(|line| {
        let [item, location, counted, variance] =
            ["item", "location", "counted", "variance"].map(|key| text(line, key));
        (item, location, counted, variance)
    });
    told.collect()
}

fn expected(lines: &[[&str; 4]]) -> Vec<(String, String, String, String)> {
    let lines = lines.iter();
    lines
        .map(|line| {
            let [item, location, counted, variance] = line.map(str::to_owned);
            (item, location, counted, variance)
        })
        .collect()
}

#[test]
fn a_delivery_is_received_offline_and_more_than_ordered_only_with_a_reason() {
    let world = world(&["po place P-1 SUP R-100=500 C-10=3"]);
    let a = &world.a;
    a.ok("sync --offline on");
    let bag =
        |number: u32| format!("[)>\\x1E06\\x1DKP-1\\x1D1PR-100\\x1DQ{number}\\x1D1TL7\\x1E\\x04");
    let codes: Vec<String> = vec![
        bag(400),
        "B-02".to_owned(),
        bag(400),
        bag(200),
        "UNDO".to_owned(),
        bag(200),
        "Rounded up by the supplier".to_owned(),
        "A-01".to_owned(),
        "C-10".to_owned(),
        "PUMP".to_owned(),
        "DONE".to_owned(),
        "DONE".to_owned(),
    ];
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let said = a.scan(&codes);
    assert_eq!(said[0], "ok PO P-1; next: 500 of R-100 at B-02");
    assert_eq!(
        said[2],
        "ok 400 of R-100 received at B-02 for P-1; next: 100 of R-100 at B-02"
    );
    let asked = "error 100 of R-100 more than ordered: scan a reason, or UNDO";
    assert_eq!(said[3], asked);
    assert!(said[4].contains("was not taken"), "{said:#?}");
    assert_eq!(said[5], asked);
    assert!(
        said[6].starts_with("warn 200 of R-100 received at B-02 for P-1"),
        "{said:#?}"
    );
    assert_eq!(
        said[9],
        "error PUMP is not on the purchase order P-1: scan a reason, or UNDO"
    );
    assert!(
        said[11].contains("2 of C-10 still to come of P-1"),
        "{said:#?}"
    );
    a.ok("sync --offline off");
    world.settle();
    for stock in [&world.a, &world.b] {
        let lines = json!([
            { "item": "C-10", "received": "1", "left": "2" },
            { "item": "R-100", "received": "600", "left": "0" },
        ]);
        assert_holds(
            "P-1",
            &stock.json("po show P-1"),
            &json!({ "lines": lines }),
        );
        let history = stock.json("history R-100");
        let rows = json!([
            { "change": "400", "batch": "L7", "po": "P-1", "reason": null },
            { "change": "200", "batch": "L7", "po": "P-1", "reason": "Rounded up by the supplier" },
        ]);
        assert_holds("R-100", &history, &rows);
    }
    world.expect_on_hand("R-100", "600");
    world.expect_on_hand("PUMP", "0");
    world.expect_exceptions(&[]);
}

#[test]
fn a_lot_is_issued_and_built_by_scanning() {
    let world = world(&[
        "bom set PUMP R-100 4",
        "bom set PUMP C-10 1",
        "add R-100 B-02 10",
        "add C-10 A-01 2",
        "lot plan L-1 PUMP 2",
    ]);
    let a = &world.a;
    a.ok("sync --offline on");
    let said = a.scan(&[
        "LOT", "L-1", "A-01", "Q2", "C-10", "B-02", "Q4", "R-100", "A-02", "PUMP", "PUMP", "DONE",
    ]);
    assert_ok(&said);
    assert_eq!(said[1], "ok LOT L-1; next: 2 of C-10 at A-01");
    assert_eq!(
        said[4],
        "ok 2 of C-10 issued at A-01 for L-1; next: 8 of R-100 at B-02"
    );
    assert!(
        said[9].starts_with("ok 1 of PUMP built at A-02 for L-1"),
        "{said:#?}"
    );
    a.ok("sync --offline off");
    world.settle();
    world.expect_on_hand("PUMP", "2");
    world.expect_on_hand("C-10", "0");
    world.expect_on_hand("R-100", "2");
    let lot = world.b.json("lot show L-1");
    assert_holds("L-1", &lot, &json!({ "built": "2", "left": "0" }));
}

#[test]
fn an_aisle_is_counted_by_two_while_a_third_picks() {
    let world = world(&[
        "add R-100 A-01 10",
        "add C-10 A-01 4",
        "add R-100 A-02 6",
        "add C-10 B-02 9",
        "stocktake open T-1 --location A-01 --location A-02 --location B-02",
    ]);
    let (a, b) = (&world.a, &world.b);
    a.ok("stocktake assign T-1 A --location A-01");
    a.ok("stocktake assign T-1 B --location A-02");
    let c = Stock::new("C");
    world.server.enroll(&c);
    world.settle();
    c.sync();

    // All at once, and nobody hears of the others.
    let mut first = a.open_scan();
    assert_eq!(
        first.say("T-1"),
        "ok STOCKTAKE T-1; next: 4 of C-10 at A-01"
    );
    let mut second = b.open_scan();
    assert_eq!(
        second.say("T-1"),
        "ok STOCKTAKE T-1; next: 6 of R-100 at A-02"
    );
    assert!(first.say("A-01").starts_with("ok STOCKTAKE at A-01"));
    assert!(first.say("Q4").starts_with("ok "));
    assert!(first.say("C-10").starts_with("ok 4 of C-10"));
    // From the shelf that is being counted, before its R-100 are.
    c.ok("remove R-100 A-01 3");
    c.sync();
    first.say("Q7");
    assert!(first.say("R-100").contains("7 so far"));
    // One more than was expected at A-02, and the third takes one after that.
    second.say("A-02");
    second.say("Q7");
    second.say("R-100");
    let differs = second.say("DONE");
    assert!(
        differs.starts_with("warn 7 of R-100, 6 expected"),
        "{differs}"
    );
    second.say("Q7");
    second.say("R-100");
    assert!(
        second
            .say("DONE")
            .starts_with("ok 7 of R-100 counted at A-02")
    );
    let differs = first.say("DONE");
    assert!(
        differs.starts_with("warn 7 of R-100, 10 expected"),
        "{differs}"
    );
    // It is taken as it is when the place is done once more.
    let done = first.say("DONE");
    assert!(
        done.starts_with("ok 4 of C-10, 7 of R-100 counted at A-01"),
        "{done}"
    );
    let rest = first.say("DONE");
    assert!(rest.starts_with("ok STOCKTAKE done"), "{rest}");
    first.finish();
    second.finish();
    c.ok("remove R-100 A-02 1");
    for stock in [a, b, &c, a, b, &c] {
        stock.sync();
    }
    world.agree();
    // What was taken before the count is in it: nothing is missing at A-01.
    for stock in [a, b, &c] {
        assert_eq!(
            variances(stock, "T-1"),
            expected(&[
                ["C-10", "A-01", "4", "0"],
                ["R-100", "A-01", "7", "0"],
                ["R-100", "A-02", "7", "1"],
                ["C-10", "B-02", "-", "-"],
            ]),
            "{}",
            stock.name()
        );
    }
    world.expect_on_hand("R-100", "13");
    world.expect_on_hand("C-10", "13");
    let report = a.json("stocktake report T-1");
    assert_holds("T-1", &report, &json!({ "total": 4, "counted": 3 }));
}

#[test]
fn labels_of_lots_purchase_orders_and_stocktakes_begin_their_work() {
    let world = world(&[
        "bom set PUMP R-100 4",
        "lot plan N-1 PUMP 2",
        "po place N-1 SUP R-100=5",
        "stocktake open N-1 --blind",
    ]);
    let a = &world.a;
    for (kind, begun) in [("lots", "LOT"), ("pos", "PO"), ("stocktakes", "STOCKTAKE")] {
        let said = a.json(&format!(
            "labels {kind} --select N-1 --format zpl --out {kind}.zpl"
        ));
        assert_holds(kind, &said, &json!({ "labels": 1 }));
        let file = std::fs::read_to_string(a.home().join(format!("{kind}.zpl"))).unwrap();
        let at = file.find("XJ").unwrap();
        let code: String = file[at..]
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let said = a.scan(&[&code]);
        assert!(
            said[0].starts_with(&format!("ok {begun} N-1")),
            "{code}: {said:?}"
        );
    }
    // The number alone could be any of them.
    assert!(a.scan(&["N-1"])[0].starts_with("error N-1 is a production lot"));
    let explained = a.json("codes explain N-1");
    assert_holds("N-1", &explained, &json!({ "kind": "ambiguous" }));
}
