//! Bills of materials, production lots, purchase orders and stocktakes through spawned programs:
//! a worked example by its numbers, what the commands print, and that every node
//! says the same.

use serde_json::{Value, json};
use tests::check::{array, assert_holds, assert_keys};
use tests::node::Node;
use tests::stock::Stock;
use tests::world::World;

/// What a small workshop knows: boards of four resistors and one chip, bought from two suppliers.
const WORKSHOP: [&str; 12] = [
    "location add A-01 --name \"Shelf 1\"",
    "location add A-02 --name \"Shelf 2\"",
    "location add DONE --name Finished",
    "supplier add MOUSER --name \"Mouser Electronics\"",
    "supplier add WURTH --name \"Würth\"",
    "customer add ACME --name \"Acme Ltd\"",
    "item add BOARD --name \"Pump controller\" --kind pcba",
    "item add R-100 --name \"Resistor 100 Ohm\" --location A-01 --supplier MOUSER",
    "item add CHIP --name \"Microcontroller\" --location A-02 --supplier WURTH",
    "bom set BOARD R-100 4 --refs R1,R2,R3,R4",
    "bom set BOARD CHIP 1 --refs U1",
    "setting set allow-backorder on",
];

fn workshop() -> Stock {
    let stock = Stock::new("bench");
    set_up(&stock);
    stock
}

fn set_up(stock: &Stock) {
    for line in WORKSHOP {
        stock.ok(line);
    }
}

/// The line of a part in what `lot show` printed.
#[track_caller]
fn part<'a>(lot: &'a Value, item: &str) -> &'a Value {
    let lines = lot["lines"].as_array();
    let line = lines.and_then(|lines| lines.iter().find(|line| line["item"] == item));
    line.unwrap_or_else(|| panic!("no line of {item} in {lot:#}"))
}

#[test]
fn codes_are_told_as_they_are_kept_however_they_are_typed() {
    let stock = workshop();
    stock.ok("item add CAF\u{c9}");
    // The same letters in another spelling of Unicode.
    let typed = "cafe\u{301}";
    stock.ok(&format!("po place PO-1 MOUSER {typed}=5"));
    stock.ok("lot plan L-1 BOARD 1");
    for line in [
        format!("bom set BOARD {typed} 2"),
        format!("po receive PO-1 {typed} a-01 5"),
        format!("lot issue L-1 {typed} a-01 1"),
        format!("bom remove BOARD {typed}"),
    ] {
        let told = stock.ok(&line);
        assert!(told.contains("CAF\u{c9}"), "{line}: {told}");
    }
}

#[test]
fn four_per_board_of_100_with_50_built_and_120_on_order_is_short_of_80() {
    let stock = workshop();
    stock.ok("lot plan L-1 BOARD 100");
    stock.ok("add R-100 A-01 200");
    stock.ok("add CHIP A-02 50");
    let built = stock.json("lot build L-1 50 DONE");
    assert_eq!(array(built["entries"].clone()).len(), 3, "{built:#}");
    assert_holds("on hand", &stock.show("R-100"), &json!({ "on_hand": "0" }));
    assert_holds("boards", &stock.show("BOARD"), &json!({ "on_hand": "50" }));
    stock.ok("po place PO-1 MOUSER R-100=120");
    let expected = json!({ "on_order": "120", "available": "0" });
    assert_holds("R-100", &stock.show("R-100"), &expected);
    let lot = stock.json("lot show L-1");
    let keys = [
        "number", "item", "quantity", "built", "state", "lines", "as_of", "behind",
    ];
    assert_keys("lot show", &lot, &keys);
    let expected = json!({ "number": "L-1", "item": "BOARD", "quantity": "100", "built": "50",
        "state": "open" });
    assert_holds("lot show", &lot, &expected);
    let expected = json!({ "per_unit": "4", "required": "200", "on_hand": "0", "available": "0",
        "on_order": "120", "shortfall": "80", "covered": "short" });
    assert_holds("R-100", part(&lot, "R-100"), &expected);
    let pegs = json!([
        { "source": "purchase-order", "quantity": "120", "number": "PO-1" },
        { "source": "nothing", "quantity": "80" },
    ]);
    assert_holds("pegs", &part(&lot, "R-100")["pegs"], &pegs);
    // What is issued ahead is not required again, and not taken again.
    stock.ok("po receive PO-1 R-100 A-01 120");
    stock.ok("lot issue L-1 R-100 A-01 120");
    let lot = stock.json("lot show L-1");
    let expected = json!({ "required": "80", "issued": "320", "on_hand": "0", "on_order": "0",
        "shortfall": "80" });
    assert_holds("issued ahead", part(&lot, "R-100"), &expected);
}

#[test]
fn a_lot_is_planned_bought_for_received_issued_and_built() {
    let stock = workshop();
    stock.ok("add R-100 A-01 100");
    stock.ok("lot plan L-7 BOARD 100 --due 2030-06-01");
    let bought = stock.json("lot buy L-7");
    assert_eq!(array(bought["entries"].clone()).len(), 2, "{bought:#}");
    let orders = array(stock.json("po list --open"));
    let told: Vec<(&Value, &Value)> = orders
        .iter()
        .map(|order| (&order["supplier"], &order["lines"][0]["ordered"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("MOUSER"), &json!("300")),
            (&json!("WURTH"), &json!("100"))
        ]
    );
    let lot = stock.json("lot show L-7");
    let parts = json!([{ "item": "CHIP", "covered": "yes", "ready": "2030-06-01" },
        { "item": "R-100", "covered": "yes", "ready": "2030-06-01" }]);
    assert_holds("bought", &lot["lines"], &parts);
    assert_holds(
        "can build",
        &lot["can_build"],
        &json!({ "now": "0", "by_due": "100" }),
    );
    let error = stock.error(1, "lot buy L-7");
    assert_eq!(
        error["code"], "nothing-to-buy",
        "what is on order is not bought again"
    );
    for order in &orders {
        let (number, item) = (&order["number"], &order["lines"][0]["item"]);
        let (number, item) = (number.as_str().unwrap(), item.as_str().unwrap());
        let ordered = order["lines"][0]["ordered"].as_str().unwrap();
        stock.ok(&format!("po receive {number} {item} A-01 {ordered}"));
        stock.ok(&format!("po close {number}"));
    }
    let lot = stock.json("lot show L-7");
    assert_holds(
        "can build",
        &lot["can_build"],
        &json!({ "now": "100", "by_due": "100" }),
    );
    stock.ok("lot issue L-7 CHIP A-01 100");
    stock.ok("lot build L-7 60 DONE");
    stock.ok("lot build L-7 40 DONE");
    for (item, on_hand) in [("R-100", "0"), ("CHIP", "0"), ("BOARD", "100")] {
        assert_holds(item, &stock.show(item), &json!({ "on_hand": on_hand }));
    }
    let lot = stock.json("lot close L-7");
    let expected = json!({ "state": "closed", "built": "100" });
    assert_holds("closed", &lot["object"], &expected);
    assert_eq!(lot["warnings"], json!([]));
    let rows = stock.history("BOARD");
    let lots: Vec<&Value> = rows.iter().map(|row| &row["lot"]).collect();
    assert_eq!(
        lots,
        [&json!("L-7"), &json!("L-7")],
        "all transactions name the lot"
    );
}

#[test]
fn sub_assemblies_and_other_lots_are_netted_together() {
    let stock = workshop();
    stock.ok("item add PUMP --kind assembly");
    stock.ok("bom set PUMP BOARD 1");
    stock.ok("bom set PUMP R-100 2");
    stock.ok("add BOARD DONE 3");
    stock.ok("add R-100 A-01 100");
    stock.ok("add CHIP A-02 20");
    stock.ok("lot plan SOON PUMP 5 --due 2030-01-10");
    stock.ok("lot plan LATER BOARD 20 --due 2030-02-10");
    stock.ok("lot plan LAST BOARD 10 --due 2030-03-10");
    let lot = stock.json("lot show SOON");
    // Three boards lie there; the other two come of the lot of boards, too late for the pumps.
    let expected = json!({ "required": "5", "on_hand": "3", "covered": "late", "pegs": [
        { "source": "stock", "quantity": "3" },
        { "source": "lot", "quantity": "2", "number": "LATER", "date": "2030-02-10" },
    ] });
    assert_holds("BOARD", part(&lot, "BOARD"), &expected);
    // By its own figures each lot finds twenty chips; together they want thirty.
    for (number, covered) in [("LATER", "yes"), ("LAST", "short")] {
        let lot = stock.json(&format!("lot show {number}"));
        let expected = json!({ "available": "20", "shortfall": "0", "covered": covered });
        assert_holds(number, part(&lot, "CHIP"), &expected);
    }
    let listed = array(stock.json("lot list --open"));
    let numbers: Vec<&Value> = listed.iter().map(|lot| &lot["number"]).collect();
    assert_eq!(numbers, [&json!("LAST"), &json!("LATER"), &json!("SOON")]);
    let levels = stock.json("bom show PUMP --levels");
    let expected = json!([
        { "level": 1, "item": "BOARD", "total": "1" },
        { "level": 2, "item": "CHIP", "total": "1", "parent": "BOARD" },
        { "level": 2, "item": "R-100", "total": "4" },
        { "level": 1, "item": "R-100", "total": "2" },
    ]);
    assert_holds("levels", &levels["levels"], &expected);
    let used = stock.json("bom show R-100");
    let expected =
        json!([{ "item": "BOARD", "quantity": "4" }, { "item": "PUMP", "quantity": "2" }]);
    assert_holds("used in", &used["used_in"], &expected);
}

#[test]
fn a_lot_keeps_its_bill_of_materials_until_it_adopts_another() {
    let stock = workshop();
    stock.ok("lot plan L-1 BOARD 10");
    stock.ok("bom set BOARD R-100 5 --attrition 10");
    let lot = stock.json("lot show L-1");
    assert_holds("as planned", &lot, &json!({ "bom_differs": true }));
    assert_holds("R-100", part(&lot, "R-100"), &json!({ "required": "40" }));
    stock.ok("lot adopt L-1");
    let lot = stock.json("lot show L-1");
    assert_holds("adopted", &lot, &json!({ "bom_differs": false }));
    let expected = json!({ "per_unit": "5", "required": "55", "attrition": "10" });
    assert_holds("R-100", part(&lot, "R-100"), &expected);
    stock.ok("bom remove BOARD CHIP");
    let bom = stock.json("bom show BOARD");
    assert_eq!(array(bom["lines"].clone()).len(), 1, "{bom:#}");
}

#[test]
fn a_delivery_comes_in_parts_and_more_than_ordered_needs_a_reason() {
    let stock = workshop();
    stock.ok("po place PO-9 MOUSER R-100=300@2030-03-01 R-100=200@2030-02-01 CHIP=5");
    stock.ok("po receive PO-9 R-100 A-01 250 --batch 2551 --expiry 2031-01-01");
    let order = stock.json("po show PO-9");
    let lines = json!([
        { "item": "CHIP", "date": null, "ordered": "5", "received": "0", "left": "5" },
        { "item": "R-100", "date": "2030-02-01", "ordered": "200", "received": "200", "left": "0" },
        { "item": "R-100", "date": "2030-03-01", "ordered": "300", "received": "50", "left": "250" },
    ]);
    assert_holds("the earliest day first", &order["lines"], &lines);
    let before = stock.status();
    let error = stock.error(1, "po receive PO-9 R-100 A-01 251");
    assert_eq!(error["code"], "above-ordered", "{error:#}");
    assert_eq!(
        stock.status()["entries"],
        before["entries"],
        "nothing is written"
    );
    let error = stock.error(1, "po receive PO-9 BOARD A-01 1");
    assert_eq!(error["code"], "not-ordered", "{error:#}");
    let received = stock.json("po receive PO-9 R-100 A-01 251 --reason \"one reel too many\"");
    assert_holds("over", &received["object"], &json!({ "complete": false }));
    assert_eq!(stock.exceptions(), Vec::<Value>::new(), "somebody said why");
    stock.ok("po set PO-9 CHIP=0 R-100=301@2030-03-01 --reference 4711-A");
    let order = stock.json("po show PO-9");
    let expected = json!({ "complete": true, "reference": "4711-A" });
    assert_holds("changed", &order, &expected);
    stock.ok("po close PO-9");
    let error = stock.error(1, "po receive PO-9 R-100 A-01 1");
    assert_eq!(error["code"], "purchase-order-ended", "{error:#}");
    let rows = stock.history("R-100");
    assert!(rows.iter().all(|row| row["po"] == "PO-9"), "{rows:#?}");
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let stock = workshop();
    stock.ok("item add PUMP");
    stock.ok("item add SCREW");
    stock.ok("bom set PUMP BOARD 1");
    stock.ok("lot plan L-1 BOARD 10");
    stock.ok("po place PO-1 MOUSER R-100=10");
    stock.ok("stocktake open T-1");
    let before = stock.status();
    for (line, code) in [
        ("bom set R-100 PUMP 1", "bom-circle"),
        ("bom set BOARD BOARD 1", "bom-circle"),
        ("bom set BOARD SCREW 0", "bad-quantity"),
        ("bom set BOARD SCREW -1", "bad-quantity"),
        ("bom set BOARD SCREW", "quantity-missing"),
        ("bom set BOARD SCREW 1 --attrition 101", "bad-attrition"),
        ("bom set BOARD NOTHING 1", "unknown-item"),
        ("bom remove BOARD SCREW", "unknown-line"),
        ("lot plan SCREW 10", "no-bom"),
        ("lot plan BOARD 0", "bad-quantity"),
        ("lot plan BOARD -5", "bad-quantity"),
        ("lot plan L-1 BOARD 5", "exists"),
        ("lot build L-1 0 DONE", "bad-quantity"),
        ("lot issue L-1 R-100 A-01 -4", "negative-quantity"),
        ("lot return L-1 R-100 A-01 1", "above-issued"),
        ("lot adopt L-1", "nothing-to-adopt"),
        ("lot set L-1", "nothing-to-set"),
        ("lot show L-2", "unknown-lot"),
        ("po place NOBODY R-100=5", "unknown-supplier"),
        ("po place MOUSER R-100=0", "bad-quantity"),
        ("po place MOUSER R-100=-5", "bad-quantity"),
        ("po place MOUSER R-100", "nothing-ordered"),
        ("po place MOUSER R-100=5 R-100=6", "line-twice"),
        ("po set PO-1 CHIP=0", "unknown-line"),
        ("po receive PO-1 R-100 A-01 0", "zero-quantity"),
        ("po show PO-2", "unknown-purchase-order"),
        ("stocktake approve T-1", "nothing-to-approve"),
        ("stocktake rest T-1", "nothing-to-count"),
        ("stocktake assign T-1 nobody", "unknown-device"),
        ("stocktake report T-2", "unknown-stocktake"),
        ("count R-100 A-01 5 --stocktake T-2", "unknown-stocktake"),
    ] {
        let error = stock.error(1, line);
        assert_eq!(error["code"], code, "`{line}`: {error:#}");
        assert!(
            error["hint"].is_string() || code == "nothing-to-count",
            "`{line}`: {error:#}"
        );
    }
    for (line, code) in [
        ("lot close L-1", "lot-ended"),
        ("stocktake close T-1", "stocktake-ended"),
    ] {
        stock.ok(line);
        let error = stock.error(1, line);
        assert_eq!(error["code"], code, "`{line}`");
    }
    let after = stock.status();
    let entries = |status: &Value| status["entries"].as_u64().unwrap();
    assert_eq!(
        entries(&after),
        entries(&before) + 2,
        "only the two ends are written"
    );
}

#[test]
fn files_of_bills_of_materials_and_purchase_orders_come_in_once() {
    let stock = workshop();
    stock.ok("item add PUMP --kind assembly");
    let bom = stock.file(
        "bom.csv",
        "parent,child,quantity,refs,attrition\nPUMP,BOARD,1,,\nPUMP,R-100,2,\"R1,R2\",2.5\n",
    );
    let imported = stock.json(&format!("import bom {bom}"));
    assert_holds("bom", &imported, &json!({ "imported": 2, "already": 0 }));
    let again = stock.json(&format!("import bom {bom}"));
    assert_holds("again", &again, &json!({ "imported": 0, "already": 2 }));
    let shown = stock.json("bom show PUMP");
    let lines = json!([{ "item": "BOARD", "quantity": "1" },
        { "item": "R-100", "quantity": "2", "refs": "R1,R2", "attrition": "2.5" }]);
    assert_holds("PUMP", &shown["lines"], &lines);
    let circle = stock.file(
        "circle.csv",
        "parent,child,quantity\nR-100,CHIP,1\nCHIP,PUMP,1\n",
    );
    let error = stock.error(1, &format!("import bom {circle}"));
    assert_eq!(error["code"], "bad-rows", "{error:#}");
    let orders = stock.file(
        "po.csv",
        "number,supplier,item,quantity,date\nPO-1,MOUSER,R-100,100,2030-01-02\nPO-2,WURTH,CHIP,7,\n\
         PO-1,,CHIP,3,\nPO-1,,R-100,50,2030-02-02\n",
    );
    let imported = stock.json(&format!("import purchase-orders {orders}"));
    assert_holds("orders", &imported, &json!({ "imported": 4, "already": 0 }));
    let again = stock.json(&format!("import purchase-orders {orders}"));
    assert_holds("again", &again, &json!({ "imported": 0, "already": 4 }));
    let shown = stock.json("po show PO-1");
    let lines = json!([{ "item": "CHIP", "ordered": "3" },
        { "item": "R-100", "ordered": "100", "date": "2030-01-02" },
        { "item": "R-100", "ordered": "50", "date": "2030-02-02" }]);
    assert_holds("PO-1", &shown["lines"], &lines);
    let bad = stock.file(
        "bad.csv",
        "number,supplier,item,quantity\nPO-3,MOUSER,R-100,0\n\
        PO-3,MOUSER,NOTHING,1\nPO-3,WURTH,CHIP,1\nPO-4,MOUSER,R-100,1\n",
    );
    let printed = stock.line(&format!("import purchase-orders {bad} --keep-going --json"));
    let printed = printed.expect_code(4).json();
    let expected =
        json!({ "imported": 1, "bad_rows": [{ "line": 2 }, { "line": 3 }, { "line": 4 }] });
    assert_holds("keep going", &printed, &expected);
}

#[test]
fn two_people_count_an_aisle_and_a_late_movement_changes_the_report_alone() {
    let world = World::plain();
    let (a, b) = (&world.a, &world.b);
    for line in [
        "location add B-01 --name \"Shelf\"",
        "item add C-10",
        "add R-100 A-01 20 --at 2024-03-04T09:00:00Z",
        "add C-10 B-01 7",
    ] {
        a.ok(line);
    }
    a.ok("stocktake open AISLE --location A-01 --location B-01 --blind");
    a.ok(&format!(
        "stocktake assign AISLE {} --location B-01",
        b.name()
    ));
    world.settle();
    b.ok("remove R-100 A-01 2 --at 2024-03-04T10:00:00Z");
    a.ok("count R-100 A-01 18 --stocktake AISLE");
    let report = a.json("stocktake report AISLE");
    let line = json!({ "location": "A-01", "expected": "20", "counted": "18", "variance": "-2",
        "on_hand": "18", "state": "counted" });
    assert_holds("before b's removal is known", &report["lines"][0], &line);
    b.ok("count C-10 B-01 6 --stocktake AISLE");
    world.settle();
    for node in [a, b] {
        let report = node.json("stocktake report AISLE");
        let lines = json!([
            { "location": "A-01", "expected": "18", "counted": "18", "variance": "0",
              "on_hand": "18" },
            { "location": "B-01", "expected": "7", "counted": "6", "variance": "-1",
              "on_hand": "6", "counter": b.name() },
        ]);
        assert_holds("the count stands", &report["lines"], &lines);
        let expected = json!({ "total": 2, "counted": 2, "differing": 1, "approved": 0 });
        assert_holds("report", &report, &expected);
    }
    a.ok("stocktake recount AISLE C-10 B-01");
    let report = a.json("stocktake report AISLE --open");
    assert_holds(
        "again",
        &report["lines"],
        &json!([{ "item": "C-10", "state": "again" }]),
    );
    a.ok("count C-10 B-01 7");
    let report = a.json("stocktake report AISLE");
    let line = json!({ "state": "counted", "disagree": true, "counts": [
        { "device": b.name(), "quantity": "6", "for_it": true },
        { "device": a.name(), "quantity": "7", "for_it": false },
    ] });
    assert_holds("side by side", &report["lines"][1], &line);
    a.ok("stocktake approve AISLE");
    a.ok("stocktake close AISLE");
    world.settle();
    let report = b.json("stocktake report AISLE");
    assert_holds(
        "closed",
        &report,
        &json!({ "state": "closed", "approved": 2 }),
    );
    world.expect_on_hand("R-100", "18");
}

#[test]
fn what_nobody_counted_is_there_until_somebody_says_that_it_is_not() {
    let stock = workshop();
    stock.ok("add R-100 A-01 20");
    stock.ok("add CHIP A-02 4");
    stock.ok("stocktake open T-1");
    stock.ok("count R-100 A-01 20 --stocktake T-1");
    let closed = stock.json("stocktake rest T-1");
    assert_holds(
        "rest",
        &closed["object"],
        &json!({ "counted": 2, "differing": 1 }),
    );
    assert_holds("CHIP", &stock.show("CHIP"), &json!({ "on_hand": "0" }));
    stock.ok("stocktake close T-1");
    stock.ok("add CHIP A-02 4");
    stock.ok("stocktake open T-2 --not-counted-for 30");
    let report = stock.json("stocktake report T-2");
    assert_eq!(report["lines"], json!([]), "everything was counted of late");
    assert_holds("CHIP", &stock.show("CHIP"), &json!({ "on_hand": "4" }));
}

#[test]
fn plans_made_on_two_handhelds_are_one_ledger_s_and_a_number_given_twice_is_said() {
    let world = World::plain();
    for line in WORKSHOP {
        // The world has some of it.
        drop(world.a.line(line));
    }
    world.settle();
    world.a.ok("lot plan L-1 BOARD 10");
    let by_b = world.b.write("lot plan L-1 BOARD 20");
    world.b.ok("po place MOUSER R-100=100");
    world.a.ok("add R-100 A-01 80");
    let by_a = world.a.json("lot show L-1");
    let entry = by_a["entry"].as_str().unwrap().to_owned();
    world.settle();
    world.expect_exceptions(&[("duplicate-number", &[&entry, &by_b])]);
    let error = world.b.error(1, "lot show L-1");
    assert_eq!(error["code"], "ambiguous-lot");
    let shown = world.b.json(&format!("lot show {entry}"));
    let expected = json!({ "number": "L-1", "quantity": "10" });
    assert_holds("by its entry", &shown, &expected);
    world.b.ok(&format!("lot build {entry} 5 DONE"));
    world.settle();
    world.expect_on_hand("BOARD", "5");
    for node in world.nodes() {
        assert_holds(
            "on order",
            &node.show("R-100"),
            &json!({ "on_order": "100" }),
        );
    }
}

/// What is there of an item, line by line.
fn lines_of(stock: &Stock, item: &str) -> Vec<String> {
    let shown = stock.show(item);
    let lines = array(shown["lines"].clone());
    let keys = ["location", "owner", "batch", "on_hand"];
    let told = lines
        .iter()
        .map(|line| keys.map(|key| line[key].as_str().unwrap_or("-")).join(" "));
    let mut told: Vec<String> = told.collect();
    told.sort();
    told
}

#[test]
fn a_customer_s_lot_takes_their_parts_and_gives_them_back_to_them() {
    let stock = workshop();
    stock.ok("add R-100 A-02 10 --owner ACME --batch B1");
    stock.ok("add R-100 A-01 50");
    stock.ok("lot plan L-1 BOARD 5 --customer ACME");
    stock.ok("lot issue L-1 R-100 A-02 10");
    assert_eq!(lines_of(&stock, "R-100"), ["A-01 - - 50"]);
    stock.ok("lot issue L-1 R-100 A-01 4");
    assert_eq!(lines_of(&stock, "R-100"), ["A-01 - - 46"]);
    // The newest first: ours, then theirs, each to whose it was.
    let back = stock.json("lot return L-1 R-100 A-01 6");
    assert_eq!(array(back["entries"].clone()).len(), 2, "{back:#}");
    assert_eq!(lines_of(&stock, "R-100"), ["A-01 - - 50", "A-01 ACME B1 2"]);
    stock.ok("lot issue L-1 R-100 A-01 1 --owner -");
    assert_eq!(lines_of(&stock, "R-100"), ["A-01 - - 49", "A-01 ACME B1 2"]);
}

#[test]
fn undoing_a_build_leaves_no_half_of_it() {
    let stock = workshop();
    for line in [
        "add R-100 A-01 40",
        "add CHIP A-02 10",
        "lot plan L-1 BOARD 10",
        "lot issue L-1 R-100 A-01 4",
        "lot build L-1 3 DONE",
    ] {
        stock.ok(line);
    }
    let built = || {
        let on_hand = |item: &str| stock.show(item)["on_hand"].as_str().unwrap().to_owned();
        ["BOARD", "R-100", "CHIP"].map(on_hand)
    };
    assert_eq!(built(), ["3", "28", "7"]);
    let undone = stock.json("undo --reason mistake");
    assert_eq!(array(undone["entries"].clone()).len(), 3, "{undone:#}");
    assert_eq!(undone["object"]["sku"], "BOARD");
    assert_eq!(built(), ["0", "36", "10"], "what was issued ahead stays");
    stock.ok("undo");
    assert_eq!(built(), ["0", "40", "10"]);
    // An entry that is named is taken back alone, and the rest of the build after it together.
    let built_again = stock.json("lot build L-1 2 DONE");
    let entries = array(built_again["entries"].clone());
    stock.ok(&format!("undo {}", entries[2].as_str().unwrap()));
    stock.ok("undo");
    assert_eq!(built(), ["0", "40", "10"]);
}

#[test]
fn a_purchase_order_that_is_changed_names_each_line_once() {
    let stock = workshop();
    stock.ok("po place PO-1 MOUSER R-100=4");
    let error = stock.error(1, "po set PO-1 R-100=5 R-100=6");
    assert_eq!(error["code"], "line-twice", "{error:#}");
    let shown = stock.json("po show PO-1");
    assert_eq!(shown["lines"][0]["ordered"], "4");
    stock.ok("po set PO-1 R-100=5 R-100=6@2030-01-01");
}

#[test]
fn whoever_counts_blindly_is_told_nothing_by_a_handheld_either() {
    let world = World::plain();
    let a = &world.a;
    for line in [
        "user add olga --role operator",
        "user add max --role manager",
    ] {
        world.server.admin(line);
    }
    a.ok("add R-100 A-01 77");
    a.ok("stocktake open AISLE --location A-01 --blind");
    world.settle();
    let line = |user: &str| {
        let report = a.json(&format!("stocktake report AISLE --user {user}"));
        report["lines"][0].clone()
    };
    let hidden = json!({ "location": "A-01", "expected": null, "on_hand": null, "counted": null,
        "counts": [], "state": "open" });
    assert_holds("an operator", &line("olga"), &hidden);
    assert_holds("a manager", &line("max"), &json!({ "expected": "77" }));
    let text = a.ok("stocktake report AISLE --user olga");
    assert!(!text.contains("77"), "{text}");
    a.ok("count R-100 A-01 75 --stocktake AISLE --user olga");
    let told = json!({ "expected": "77", "counted": "75", "variance": "-2" });
    assert_holds("after the count", &line("olga"), &told);
}
