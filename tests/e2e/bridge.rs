//! `stock scan --bridge`: scans come over a socket, each is acknowledged when what came of it is on
//! the disk, and given again it is taken once.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::json;
use tests::bridge::{Bridge, scan_id};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::process::Watchdog;
use tests::server::Server;
use tests::small_disk::stock_on;
use tests::stock::Stock;
use tests::tmux::Screen;

fn shop() -> Stock {
    shop_of(Stock::new("scanner"))
}

fn shop_of(stock: Stock) -> Stock {
    stock.ok("item add R-100 --name Resistor --barcode 4006381333931");
    stock.ok("item add 12 --name Dozen");
    stock.ok("location add A-01 --name Shelf");
    stock
}

fn on_hand(stock: &Stock, quantity: &str) {
    assert_holds(
        "R-100",
        &stock.show("R-100"),
        &json!({ "on_hand": quantity }),
    );
}

#[test]
fn a_scan_is_acknowledged_with_how_it_went_and_is_on_the_disk_then() {
    let stock = shop();
    let bridge = Bridge::listen(stock.home(), "scan.sock");
    let session = bridge.scan_session(&stock);
    let mut taker = bridge.taker();
    assert_eq!(taker.scan(1, "ADD"), "ok");
    assert_eq!(taker.scan(2, "A-01"), "ok");
    // The scanner says what kind of barcode it is, and a serial number stands behind a separator.
    taker.give(3, Some("]C1"), b"010400638133393110LOT7\x1d21SN-1");
    assert_eq!(taker.acknowledged(), (scan_id(3), "ok".to_owned()));
    assert_eq!(taker.scan(4, "nobody knows this"), "error");
    session.kill();
    on_hand(&stock, "1");
    let unknown = stock.run(&["scans", "--unknown", "--json"]).expect_code(0);
    assert!(unknown.stdout.contains("nobody knows this"), "{unknown}");
}

#[test]
fn a_scan_that_is_given_again_is_taken_once_also_by_a_session_after_a_crash() {
    let stock = shop();
    let bridge = Bridge::listen(stock.home(), "scan.sock");
    let session = bridge.scan_session(&stock);
    let mut taker = bridge.taker();
    let day = ["ADD", "A-01", "R-100", "R-100"];
    for (number, text) in (1..).zip(day) {
        assert_eq!(taker.scan(number, text), "ok");
    }
    // As if none of the acknowledgements had come over.
    session.kill();
    let session = bridge.scan_session(&stock);
    let mut taker = bridge.taker();
    for (number, text) in (1..).zip(day) {
        assert_eq!(taker.scan(number, text), "ok", "given again");
    }
    assert_eq!(taker.scan(5, "R-100"), "ok");
    assert_eq!(session.finish(), 0);
    on_hand(&stock, "3");
    // Nothing of that session goes on, and what it wrote is still there once.
    let session = bridge.scan_session(&stock);
    let mut taker = bridge.taker();
    assert_eq!(taker.scan(6, "ADD"), "ok");
    assert_eq!(taker.scan(7, "A-01"), "ok");
    assert_eq!(taker.scan(5, "R-100"), "ok", "given again");
    assert_eq!(session.finish(), 0);
    on_hand(&stock, "3");
}

#[test]
fn the_screen_takes_scans_of_a_bridge_beside_keys() {
    let test = "the_screen_takes_scans_of_a_bridge_beside_keys";
    let stock = shop();
    let bridge = Bridge::listen(stock.home(), "scan.sock");
    let socket = bridge.path().display().to_string();
    let arguments = ["--bounce", "0", "--bridge", &socket];
    let Some(screen) = Screen::open(test, &stock, (60, 20), &arguments) else {
        return;
    };
    screen.until_shown("scan a mode");
    let mut taker = bridge.taker();
    assert_eq!(taker.scan(1, "ADD"), "ok");
    screen.until_answered("ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    // A person types a number, and means a quantity; a scanner reads one, and it is a code.
    screen.scan_until("3", "3 of the next item");
    assert_eq!(taker.scan(2, "R-100"), "ok");
    screen.until_answered("3 of R-100 added at A-01, on hand 3");
    assert_eq!(taker.scan(3, "12"), "ok");
    screen.until_answered("1 of 12 added at A-01, on hand 1");
    assert_eq!(taker.scan(4, "77"), "error");
    bridge.leave();
    drop(taker);
    screen.until_shown("no scanner");
    let bridge = Bridge::listen(stock.home(), "scan.sock");
    let mut taker = bridge.taker();
    assert_eq!(taker.scan(5, "R-100"), "ok");
    screen.until("a scanner again", |shown| !shown.contains("no scanner"));
    screen.press(&["F10"]);
    let (code, shown) = screen.ended();
    assert_eq!(code, "0", "{shown}");
    on_hand(&stock, "4");
}

#[test]
fn a_bridge_that_is_not_there_yet_is_said_and_waited_for() {
    let stock = shop();
    let path = stock.home().join("later.sock");
    let mut command = stock.command();
    command.args(["scan", "--bridge"]).arg(&path);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut session = command.stderr(Stdio::piped()).spawn().unwrap();
    let _watchdog = Watchdog::over(session.id());
    let mut said = BufReader::new(session.stderr.take().unwrap()).lines();
    let said = said.next().unwrap().unwrap();
    assert!(said.contains("no bridge at"), "{said}");
    assert!(said.contains("stock-bridge run --socket"), "{said}");
    let bridge = Bridge::listen(stock.home(), "later.sock");
    let mut taker = bridge.taker();
    assert_eq!(taker.scan(1, "ADD"), "ok");
    let mut answers = BufReader::new(session.stdout.take().unwrap()).lines();
    let answer = answers.next().unwrap().unwrap();
    assert_eq!(answer, "ok ADD: scan a location");
    session.kill().unwrap();
    session.wait().unwrap();
}

#[test]
fn what_the_disk_does_not_take_stays_with_the_bridge_until_it_does() {
    let test = "what_the_disk_does_not_take_stays_with_the_bridge_until_it_does";
    let Some((disk, stock)) = stock_on(test, 12 * 1024) else {
        return;
    };
    let stock = shop_of(stock);
    let bridge = Bridge::listen(stock.home(), "scan.sock");
    let socket = bridge.path().display().to_string();
    let Some(screen) = Screen::open(test, &stock, (60, 20), &["--bridge", &socket]) else {
        return;
    };
    let mut taker = bridge.taker();
    for (number, text) in [(1, "ADD"), (2, "A-01"), (3, "R-100")] {
        assert_eq!(taker.scan(number, text), "ok");
    }
    disk.fill(0).unwrap();
    // Files end within blocks that they have; one long code needs more.
    let long = "X".repeat(6_000);
    taker.give(4, None, long.as_bytes());
    screen.until_answered("waits until the disk takes it");
    // The same pull of the trigger once more is no scan of its own, whatever the disk takes.
    assert_eq!(taker.scan(5, &long), "warning");
    disk.empty().unwrap();
    // Nobody scans anything, and the scan that waited is taken.
    assert_eq!(taker.acknowledged().0, scan_id(4));
    assert_eq!(taker.scan(6, "R-100"), "ok");
    screen.press(&["F10"]);
    assert_eq!(screen.ended().0, "0");
    on_hand(&stock, "2");
}

#[test]
fn the_same_scan_given_again_is_no_bounce_and_two_scanners_are_two() {
    let test = "the_same_scan_given_again_is_no_bounce_and_two_scanners_are_two";
    let stock = shop();
    let bridge = Bridge::listen(stock.home(), "scan.sock");
    let socket = bridge.path().display().to_string();
    let Some(screen) = Screen::open(test, &stock, (60, 20), &["--bridge", &socket]) else {
        return;
    };
    let mut taker = bridge.taker();
    assert_eq!(taker.scan(1, "ADD"), "ok");
    assert_eq!(taker.scan(2, "A-01"), "ok");
    assert_eq!(taker.scan(3, "R-100"), "ok");
    // All of these say the same moment: a bounce of that scanner, what came before, and another
    // scanner's.
    assert_eq!(taker.scan(4, "R-100"), "warning");
    assert_eq!(taker.scan(3, "R-100"), "ok");
    taker.give_from("1eab:0110/2", 5, None, b"R-100");
    assert_eq!(taker.acknowledged(), (scan_id(5), "ok".to_owned()));
    screen.press(&["F10"]);
    assert_eq!(screen.ended().0, "0");
    on_hand(&stock, "2");
}

#[test]
fn a_device_that_joins_first_keeps_the_scans_that_waited() {
    let test = "a_device_that_joins_first_keeps_the_scans_that_waited";
    let server = Server::start();
    let code = server.admin("device code");
    let stock = Stock::without_store("new");
    let bridge = Bridge::listen(stock.home(), "scan.sock");
    let socket = bridge.path().display().to_string();
    let Some(screen) = Screen::open(test, &stock, (60, 20), &["--bridge", &socket]) else {
        return;
    };
    screen.until_shown("enrolment code");
    let mut taker = bridge.taker();
    taker.give(1, None, b"ADD");
    screen.until_answered("no enrolment code");
    taker.give(2, Some("]Q1"), code["qr"].as_str().unwrap().as_bytes());
    assert_eq!(taker.acknowledged(), (scan_id(2), "ok".to_owned()));
    assert_eq!(taker.acknowledged(), (scan_id(1), "ok".to_owned()));
    screen.until_answered("ADD: scan a location");
}

#[test]
fn an_old_scan_that_is_given_again_moves_the_session_nowhere() {
    let stock = shop();
    let bridge = Bridge::listen(stock.home(), "scan.sock");
    let session = bridge.scan_session(&stock);
    let mut taker = bridge.taker();
    let day = ["ADD", "A-01", "R-100", "R-100", "REMOVE", "A-01"];
    for (number, text) in (1..).zip(day) {
        assert_eq!(taker.scan(number, text), "ok");
    }
    session.kill();
    let session = bridge.scan_session(&stock);
    let mut taker = bridge.taker();
    for (number, text) in (1..).zip(["ADD", "A-01"]) {
        assert_eq!(taker.scan(number, text), "ok", "given again");
    }
    // It still takes out.
    assert_eq!(taker.scan(7, "R-100"), "ok");
    assert_eq!(session.finish(), 0);
    on_hand(&stock, "1");
}
