//! What people do with `stock scan` all day: picking, moving a whole shelf, changing who works, and
//! going on after the battery was flat, and labels that nobody knows.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::kills::day_of_kills;
use tests::node::Node as _;
use tests::stock::Stock;
use tests::world::World;

fn shop() -> Stock {
    let stock = Stock::new("scanner");
    stock.ok("item add R-100 --name Resistor --barcode 4006381333931");
    stock.ok("item add C-10 --name Capacitor");
    for place in ["A-01", "B-02"] {
        stock.ok(&format!("location add {place} --name Shelf"));
    }
    stock
}

#[test]
fn an_order_is_picked_place_by_place_and_what_is_short_is_counted() {
    let stock = shop();
    stock.ok("add R-100 B-02 10");
    stock.ok("add C-10 A-01 4");
    stock.ok("order open S-1 --type sales");
    stock.ok("order add S-1 R-100 2");
    stock.ok("order add S-1 C-10 3");
    let said = stock.scan(&[
        "S-1", "A-01", "Q2", "C-10", "SHORT", "DONE", "SKIP", "B-02", "R-100", "C-99",
    ]);
    assert_eq!(said[0], "ok ORDER S-1; next: 3 of C-10 at A-01");
    let picked = "ok 2 of C-10 picked at A-01 for S-1; next: 1 of C-10 at A-01";
    assert_eq!(said[3], picked);
    assert!(
        said[5].ends_with("ORDER again; next: 2 of R-100 at B-02"),
        "{said:#?}"
    );
    assert!(said[8].contains("1 of R-100 picked at B-02"), "{said:#?}");
    assert!(said[9].starts_with("error "), "{said:#?}");
    let order = stock.json("order show S-1");
    let lines = json!([{ "item": "C-10", "picked": "2" }, { "item": "R-100", "picked": "1" }]);
    assert_holds("order", &order, &json!({ "lines": lines }));
    assert_holds("C-10", &stock.show("C-10"), &json!({ "on_hand": "0" }));
    // SKIP had nothing to say where nothing was next but one thing.
    assert!(
        said[6].starts_with("ok R-100 at B-02 postponed"),
        "{said:#?}"
    );
}

#[test]
fn owner_and_reason_hold_until_they_are_taken_away() {
    let stock = shop();
    stock.ok("customer add ACME");
    let said = stock.scan(&[
        "OWNER", "ACME", "REASON", "Returned", "ADD", "A-01", "Q3", "R-100", "OWNER", "DONE",
        "REASON", "DONE", "R-100", "MOVE", "MOVEALL", "B-02",
    ]);
    assert!(said.iter().all(|line| line.starts_with("ok ")), "{said:#?}");
    let shown = stock.show("R-100");
    let lines = json!([
        { "location": "B-02", "owner": null, "on_hand": "1" },
        { "location": "B-02", "owner": "ACME", "on_hand": "3" },
    ]);
    assert_holds("lines", &shown, &json!({ "lines": lines }));
    let rows = stock.json("history R-100");
    let reasons: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["reason"])
        .collect();
    assert_eq!(reasons[..2], [&json!("returned"), &Value::Null], "{rows:#}");
}

#[test]
fn a_badge_changes_who_works_and_far_too_much_is_asked_about() {
    let world = World::plain();
    world
        .server
        .admin("user add olga --role operator --badge B-7");
    world.settle();
    let a = &world.a;
    let said = a.scan(&[
        "B-7", "ADD", "A-01", "R-100", "Q2000", "R-100", "R-100", "B-7", "R-100",
    ]);
    assert_eq!(said[0], "ok olga works here now");
    assert!(said[5].starts_with("warn 2000 of R-100?"), "{said:#?}");
    assert!(said[6].starts_with("ok 2000 of R-100 added"), "{said:#?}");
    assert_eq!(said[7], "ok olga is logged out");
    let rows = a.json("history R-100");
    let users: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["user"])
        .collect();
    assert_eq!(users, ["olga", "olga", "device:A"]);
    assert_eq!(a.json("whoami")["user"], Value::Null);
}

#[test]
fn a_session_that_was_killed_goes_on_where_it_was_and_one_that_ended_does_not() {
    let stock = shop();
    let mut session = stock.open_scan();
    for code in ["COUNT", "A-01", "R-100", "Q4"] {
        assert!(session.say(code).starts_with("ok "), "{code}");
    }
    session.kill();
    let said = stock.scan(&["R-100", "DONE"]);
    assert!(said[0].contains("5 so far at A-01"), "{said:#?}");
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "5" }));
    let said = stock.scan(&["R-100"]);
    assert!(said[0].contains("scan a mode"), "{said:#?}");
}

#[test]
fn a_scan_that_is_written_is_not_judged_anew_when_power_takes_the_note_of_it() {
    let stock = shop();
    stock.ok("supplier add SUP");
    stock.ok("po place P-1 SUP R-100=10");
    let mut session = stock.open_scan();
    for code in ["P-1", "A-01", "Q10", "R-100"] {
        assert!(session.say(code).starts_with("ok "), "{code}");
    }
    session.kill();
    // The scan and what it wrote are synced, and that it is done is not.
    let queue = stock.store().join("scans.queue");
    let lines = fs::read_to_string(&queue).unwrap();
    let cut = lines.trim_end().rfind('\n').unwrap();
    fs::write(&queue, &lines[..=cut]).unwrap();
    let output = stock
        .run_with(&["scan", "--stdin"], Some("DONE\n"))
        .expect_code(0);
    assert!(
        output.stderr.contains("it is written already"),
        "it is not asked about: {output}"
    );
    assert!(
        output.stdout.starts_with("ok all of P-1 has come"),
        "{output}"
    );
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "10" }));
}

#[test]
fn a_scan_that_is_saved_is_answered_also_where_it_cannot_be_noted_as_done() {
    let stock = shop();
    // A queue so long that it begins anew, where no file can be made for that.
    let long = format!("{}\n", "x".repeat(1 << 20));
    fs::write(stock.store().join("scans.queue"), long).unwrap();
    fs::create_dir(stock.store().join("scans.new")).unwrap();
    let said = stock.scan(&["ADD", "A-01", "R-100"]);
    let saved = "warn 1 of R-100 added at A-01, on hand 1; where the session stands is not saved: ";
    assert!(said[2].starts_with(saved), "{said:#?}");
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "1" }));
}

#[test]
fn which_of_several_batches_is_taken_says_the_next_scan() {
    let stock = shop();
    for batch in ["B1", "B2"] {
        stock.ok(&format!("add R-100 A-01 3 --batch {batch}"));
    }
    let mut session = stock.open_scan();
    session.say("REMOVE");
    session.say("A-01");
    let asked = session.say("4006381333931");
    assert_eq!(
        asked,
        "warn which batch of R-100 at A-01: B1, B2? Scan it, or UNDO"
    );
    session.kill();
    assert_eq!(
        stock.scan(&["B2"]),
        ["ok 1 of R-100 removed from A-01, on hand 5"]
    );
    let lines = json!({ "lines": [
        { "batch": "B1", "on_hand": "3" }, { "batch": "B2", "on_hand": "2" },
    ]});
    assert_holds("R-100", &stock.show("R-100"), &lines);
}

#[test]
fn a_label_that_nobody_knew_counts_where_it_was_scanned_once_somebody_says_what_it_is() {
    let stock = shop();
    let said = stock.scan(&[
        "ADD",
        "A-01",
        "R-100",
        "(01)09506000134352(10)LOT7(21)SN1",
        "Q3",
        "9506000134352",
        "MOVE",
        "A-01",
        "09506000134352",
        "B-02",
        "torn",
        "UNDO",
    ]);
    assert_eq!(
        said[3],
        "error 9506000134352 is not known: kept as 1 added at A-01 until somebody says what it \
         is, or UNDO"
    );
    assert!(said[8].starts_with("error 9506000134352"), "{said:#?}");
    assert_eq!(
        said[9],
        "ok 1 of the unknown 9506000134352 moved from A-01 to B-02"
    );
    let scans = stock.json("scans --unknown");
    let kept: Vec<(&str, &str, &str)> = scans
        .as_array()
        .unwrap()
        .iter()
        .map(|scan| {
            let text = |key: &str| scan[key].as_str().unwrap();
            (text("code"), text("mode"), text("location"))
        })
        .collect();
    let code = "9506000134352";
    assert_eq!(
        kept,
        [
            (code, "move", "A-01"),
            (code, "add", "A-01"),
            (code, "add", "A-01")
        ]
    );
    assert_holds(
        "the first",
        &scans[2],
        &json!({ "neighbour": "R-100", "batch": "LOT7" }),
    );
    stock.ok("item add NEW-1 --name New --barcode 9506000134352");
    let lines = stock.show("NEW-1");
    assert_holds("NEW-1", &lines, &json!({ "on_hand": "4" }));
    let history = stock.json("history NEW-1");
    assert_eq!(history[0]["serial"], "SN1");
}

#[test]
fn a_step_of_the_calibration_card_is_no_item_that_nobody_knows() {
    let stock = shop();
    let said = stock.scan(&["ADD", "A-01", "XJX1234567890AMQWYZ"]);
    assert!(said[2].contains("calibration card"), "{said:#?}");
    assert_eq!(stock.json("scans"), json!([]));
}

#[test]
fn every_scan_that_was_acknowledged_is_there_once_whenever_the_program_is_killed() {
    let day = day_of_kills(&shop(), 300, Duration::from_millis(2), 1).unwrap();
    assert!(day.told > 100 && day.kills > 5, "{day:?}");
}
