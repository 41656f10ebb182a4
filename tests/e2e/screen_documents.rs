//! PO and STOCKTAKE on the terminal's screen.

use serde_json::json;
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::stock::Stock;
use tests::tmux::Screen;

/// The smallest terminal that has to do.
const SMALL: (u16, u16) = (40, 15);

fn shop() -> Stock {
    let stock = Stock::new("scanner");
    for line in [
        "item add R-100 --name \"Resistor 100 Ohm\"",
        "item add C-10 --name Capacitor",
        "location add A-01 --name \"Shelf 1\"",
        "supplier add SUP --name Supplies",
        "po place P-1 SUP R-100=2",
        "add R-100 A-01 537",
        "add C-10 A-01 12",
        "stocktake open T-1 --blind",
    ] {
        stock.ok(line);
    }
    stock
}

#[test]
fn more_than_was_ordered_asks_for_a_reason_on_the_screen() {
    let stock = shop();
    let test = "more_than_was_ordered_asks_for_a_reason_on_the_screen";
    let Some(screen) = Screen::open(test, &stock, SMALL, &["--bounce", "0"]) else {
        return;
    };
    screen.until_shown("scan a mode");
    let shown = screen.scan_until("P-1", "PO P-1");
    assert!(shown.contains("next: 2 of R-100"), "{shown}");
    assert!(shown.contains("po P-1"), "{shown}");
    screen.scan_until("A-01", "PO at A-01");
    screen.scan("Q3");
    let shown = screen.scan_until("R-100", "1 of R-100 more than ordered");
    assert!(shown.contains("ERROR"), "{shown}");
    assert!(shown.contains("scan a reason, or UNDO"), "{shown}");
    let shown = screen.scan_until("sent too many", "3 of R-100 received at A-01");
    assert!(shown.contains("all of it has come: scan DONE"), "{shown}");
    screen.press(&["F10"]);
    screen.ended();
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "540" }));
}

#[test]
fn a_blind_stocktake_shows_no_number_of_the_ledger() {
    let stock = shop();
    let test = "a_blind_stocktake_shows_no_number_of_the_ledger";
    let Some(screen) = Screen::open(test, &stock, SMALL, &["--bounce", "0"]) else {
        return;
    };
    screen.until_shown("scan a mode");
    let mut seen = vec![screen.scan_until("T-1", "STOCKTAKE T-1")];
    seen.push(screen.scan_until("A-01", "STOCKTAKE at A-01"));
    assert!(seen[1].contains("next: C-10 at A-01"), "{}", seen[1]);
    seen.push(screen.scan_until("C-10", "1 so far at A-01"));
    screen.scan("Q10");
    seen.push(screen.scan_until("C-10", "11 so far at A-01"));
    screen.scan("Q536");
    seen.push(screen.scan_until("R-100", "Scan it again to confirm"));
    seen.push(screen.scan_until("R-100", "536 so far at A-01"));
    seen.push(screen.scan_until("DONE", "counted at A-01"));
    for shown in &seen {
        for number in ["537", "12 of", "other devices", "expected", "on hand"] {
            assert!(!shown.contains(number), "{number} in\n{shown}");
        }
    }
    screen.press(&["F10"]);
    screen.ended();
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "536" }));
    assert_holds("C-10", &stock.show("C-10"), &json!({ "on_hand": "11" }));
}
