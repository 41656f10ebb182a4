//! What people do with a handheld all day, each job as they do it: at the smallest terminal, by
//! scans alone where that can be, counted. What stands before them at the telling moments is in
//! `days/*.txt`; `STOCK_SCREENS=write` writes those anew.

use std::path::Path;

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::server::Server;
use tests::stock::Stock;
use tests::tmux::Screen;

const SMALL: (u16, u16) = (40, 15);

/// Items `P-01` … `P-10` and places of two aisles.
fn shop(stock: &Stock) {
    for number in 1..=10 {
        stock.ok(&format!("item add P-{number:02} --name \"Part {number}\""));
    }
    for place in ["A-01", "A-02", "B-01", "DOCK"] {
        stock.ok(&format!("location add {place} --name \"Shelf {place}\""));
    }
}

#[track_caller]
fn screen(test: &str, stock: &Stock) -> Option<Screen> {
    let screen = Screen::open(test, stock, SMALL, &["--bounce", "0"])?;
    screen.until_shown("scan a mode");
    Some(screen)
}

/// A distributor's label of so many of an item.
fn bag(item: &str, quantity: u32) -> String {
    format!("[)>\u{1e}06\u{1d}1P{item}\u{1d}Q{quantity}\u{1e}\u{4}")
}

/// A screen with the lengths of time in it made equal, and the gaps that they leave.
fn steady(shown: &str) -> String {
    let rows = shown.lines().map(|row| {
        let words: Vec<&str> = row.split(' ').collect();
        let is_unit = |word: Option<&&str>| {
            let unit = word.map(|word| word.trim_end_matches(','));
            matches!(unit, Some("s" | "min" | "h" | "d"))
        };
        let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        let mut steady = Vec::new();
        let mut has_age = false;
        for (at, word) in words.iter().enumerate() {
            let begins = is_number(word) && is_unit(words.get(at + 1));
            if begins {
                has_age = true;
                steady.push("AGE");
            } else if !(is_unit(Some(word)) && at > 0 && is_number(words[at - 1])) {
                steady.push(word);
            } else if word.ends_with(',') {
                steady.push(",");
            }
        }
        let row = steady.join(" ").replace("AGE ,", "AGE,");
        if !has_age {
            return row.trim_end().to_owned();
        }
        // Whether there is room for it depends on them.
        let row = row.replace(", F1 help", "");
        let parts = row
            .split("  ")
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("  ")
    });
    let mut text = rows.collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

/// Fails unless the screen is the one that was put down under this name.
#[track_caller]
fn assert_screen(name: &str, shown: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/days");
    let path = folder.join(format!("{name}.txt"));
    let shown = steady(shown);
    if std::env::var("STOCK_SCREENS").as_deref() == Ok("write") {
        std::fs::write(&path, &shown).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        shown,
        expected,
        "{} is another screen:\n{shown}",
        path.display()
    );
}

/// Prints how much a job took, and fails where that is more than it may.
#[track_caller]
fn assert_took(job: &str, screen: &Screen, scans_max: u32) {
    let (scans, keys) = screen.counted();
    println!("{job}: {scans} scans, {keys} keys");
    assert!(
        scans <= scans_max,
        "{job}: {scans} scans, at most {scans_max}"
    );
    assert_eq!(keys, 0, "{job} needs no key");
}

#[track_caller]
fn leave(screen: &Screen) {
    screen.press(&["F10"]);
    let (code, shown) = screen.ended();
    assert_eq!(code, "0", "{shown}");
}

#[test]
fn a_delivery_is_received_into_three_places() {
    let stock = Stock::new("HH-1");
    shop(&stock);
    let Some(screen) = screen("a_delivery_is_received_into_three_places", &stock) else {
        return;
    };
    screen.scan_until("ADD", "ADD: scan a location");
    let mut number = 0;
    for (place, count) in [("A-01", 4), ("A-02", 3), ("B-01", 3)] {
        screen.scan_until(place, &format!("ADD at {place}"));
        for _ in 0..count {
            number += 1;
            let item = format!("P-{number:02}");
            let answer = format!("{} of {item} added at {place}", number * 5);
            let shown = screen.scan_until(&bag(&item, number * 5), &answer);
            if number == 1 {
                assert_screen("receive-first", &shown);
            }
        }
    }
    assert_screen("receive-last", &screen.shown());
    assert_took("10 lines received into 3 places", &screen, 14);
    leave(&screen);
    for (item, on_hand) in [("P-01", "5"), ("P-05", "25"), ("P-10", "50")] {
        assert_holds(item, &stock.show(item), &json!({ "on_hand": on_hand }));
    }
}

#[test]
fn what_came_is_put_away_at_once() {
    let stock = Stock::new("HH-1");
    shop(&stock);
    stock.ok("add P-01 DOCK 5");
    stock.ok("add P-02 DOCK 7");
    let Some(screen) = screen("what_came_is_put_away_at_once", &stock) else {
        return;
    };
    screen.scan_until("MOVE", "MOVE: scan a location");
    screen.scan_until("DOCK", "MOVE at DOCK");
    let shown = screen.scan_until("MOVEALL", "scan where it goes");
    assert_screen("put-away-held", &shown);
    let shown = screen.scan_until("A-01", "moved from DOCK to A-01");
    assert_screen("put-away-done", &shown);
    assert_took("2 lines put away", &screen, 4);
    leave(&screen);
    for (item, there) in [("P-01", "5"), ("P-02", "7")] {
        let lines = json!([{ "location": "A-01", "on_hand": there }]);
        assert_holds(item, &stock.show(item), &json!({ "lines": lines }));
    }
}

/// Where the screen sends the picker, and for what.
fn next_of(shown: &str) -> Option<(String, String)> {
    let row = shown.lines().find(|row| row.starts_with("> next: "))?;
    let (what, place) = row.split_once(" at ")?;
    let (_, item) = what.split_once(" of ")?;
    Some((place.trim().to_owned(), item.trim().to_owned()))
}

#[test]
fn an_order_is_picked_as_the_screen_says_and_the_rest_waits() {
    let stock = Stock::new("HH-1");
    shop(&stock);
    stock.ok("setting set allow-backorder on");
    for (item, place) in [
        ("P-05", "B-01"),
        ("P-01", "A-02"),
        ("P-02", "A-01"),
        ("P-03", "A-01"),
        ("P-04", "A-02"),
    ] {
        stock.ok(&format!("add {item} {place} 3"));
    }
    stock.ok("order open S-7 --type sales");
    for number in 1..=6 {
        stock.ok(&format!("order add S-7 P-{number:02} 1"));
    }
    let test = "an_order_is_picked_as_the_screen_says_and_the_rest_waits";
    let Some(screen) = screen(test, &stock) else {
        return;
    };
    let mut shown = screen.scan_until("S-7", "ORDER S-7");
    assert_screen("pick-first", &shown);
    let mut at = String::new();
    while let Some((place, item)) = next_of(&shown) {
        if place != at {
            screen.scan_until(&place, &format!("ORDER at {place}"));
            at = place;
        }
        let picked = format!("1 of {item} picked at {at} for S-7");
        shown = screen.scan_until(&item, &picked);
    }
    assert_screen("pick-last", &shown);
    screen.until_answered("1 of P-06 to come");
    assert_took("5 lines picked", &screen, 11);
    leave(&screen);
    let order = stock.json("order show S-7");
    let picked = |row: &Value| row["picked"].as_str().unwrap_or_default().to_owned();
    let picked: Vec<String> = order["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(picked)
        .collect();
    assert_eq!(picked, ["1", "1", "1", "1", "1", "0"]);
    assert_holds("backorder", &order, &json!({ "backorder": true }));
}

#[test]
fn an_aisle_is_counted_while_another_device_picks() {
    let server = Server::start();
    let [a, b] = ["A", "B"].map(Stock::new);
    server.enroll(&a);
    server.enroll(&b);
    shop(&a);
    for number in 1..=8 {
        let there = if number == 8 { 3 } else { 1 };
        a.ok(&format!("add P-{number:02} A-01 {there}"));
    }
    a.ok("add P-09 A-02 1");
    a.sync();
    b.sync();
    // Before the count, and nobody knows of it so far.
    b.ok("remove P-08 A-01 2");
    let Some(screen) = screen("an_aisle_is_counted_while_another_device_picks", &a) else {
        return;
    };
    screen.scan_until("COUNT", "COUNT: scan a location");
    assert_eq!(
        screen.counted(),
        (1, 0),
        "the mode, once for the whole aisle"
    );
    screen.scan_until("A-01", "COUNT at A-01");
    for number in 1..=8 {
        let item = format!("P-{number:02}");
        screen.scan_until(&item, &format!("1 of {item}: 1 so far at A-01"));
        if number == 4 {
            b.sync();
        }
    }
    let shown = screen.scan_until("A-02", "counted at A-01");
    assert!(shown.contains("1 of P-08"), "{shown}");
    assert_took("a shelf of 8 counted", &screen, 10);
    screen.scan_until("P-09", "1 so far at A-02");
    screen.scan_until("DONE", "1 of P-09 counted at A-02");
    let shown = screen.until("all is sent", |shown| {
        shown.contains("all sent") && shown.contains("online")
    });
    assert_screen("count-last", &shown);
    leave(&screen);
    b.sync();
    for (item, on_hand) in [("P-01", "1"), ("P-08", "1"), ("P-09", "1")] {
        for node in [&a, &b] {
            assert_holds(item, &node.show(item), &json!({ "on_hand": on_hand }));
        }
        assert_holds(item, &server.show(item), &json!({ "on_hand": on_hand }));
    }
}

#[test]
fn a_wrong_location_is_said_before_anything_is_taken() {
    let stock = Stock::new("HH-1");
    shop(&stock);
    stock.ok("add P-01 A-01 3");
    stock.ok("order open S-7 --type sales");
    stock.ok("order add S-7 P-01 1");
    let test = "a_wrong_location_is_said_before_anything_is_taken";
    let Some(screen) = screen(test, &stock) else {
        return;
    };
    screen.scan_until("S-7", "ORDER S-7");
    let shown = screen.scan_until("B-01", "nothing at B-01 is for this order");
    assert!(shown.contains("WARN"), "{shown}");
    assert_screen("wrong-location", &shown);
    screen.scan_until("A-01", "ORDER at A-01");
    screen.scan_until("P-01", "1 of P-01 picked at A-01 for S-7");
    assert_took("1 line picked after a wrong location", &screen, 4);
}

#[test]
fn a_torn_label_is_kept_and_the_work_goes_on() {
    let stock = Stock::new("HH-1");
    shop(&stock);
    let test = "a_torn_label_is_kept_and_the_work_goes_on";
    let Some(screen) = screen(test, &stock) else {
        return;
    };
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    screen.scan_until("P-01", "1 of P-01 added");
    let shown = screen.scan_until("4006381", "kept");
    assert!(shown.contains("ERROR"), "{shown}");
    assert_screen("torn-label", &shown);
    screen.scan_until("P-02", "1 of P-02 added");
    assert_took("2 lines and a torn label", &screen, 5);
    leave(&screen);
    // At a desk somebody says what it was.
    stock.ok("scans resolve 4006381 P-03");
    for item in ["P-01", "P-02", "P-03"] {
        assert_holds(item, &stock.show(item), &json!({ "on_hand": "1" }));
    }
}

#[test]
fn a_second_person_takes_the_handheld_over() {
    let server = Server::start();
    let stock = Stock::new("HH-1");
    server.enroll(&stock);
    shop(&stock);
    server.admin("user add olga --role operator --badge B-7");
    server.admin("user add paul --role operator --badge B-8");
    stock.sync();
    let Some(screen) = screen("a_second_person_takes_the_handheld_over", &stock) else {
        return;
    };
    screen.scan_until("B-7", "olga works here now");
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    screen.scan_until("P-01", "1 of P-01 added");
    screen.scan_until("B-8", "paul works here now");
    screen.scan_until("P-01", "on hand 2");
    let shown = screen.until("all is sent", |shown| {
        shown.contains("all sent") && shown.contains("online")
    });
    assert_screen("second-person", &shown);
    assert_took("a change of people", &screen, 6);
    let rows = server.history("P-01");
    assert_eq!([&rows[0]["user"], &rows[1]["user"]], ["olga", "paul"]);
}

#[test]
fn a_dead_zone_lasts_until_the_evening() {
    let mut server = Server::start();
    let stock = Stock::new("HH-1");
    server.enroll(&stock);
    shop(&stock);
    stock.sync();
    let Some(screen) = screen("a_dead_zone_lasts_until_the_evening", &stock) else {
        return;
    };
    server.kill();
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    for number in 1..=10 {
        let item = format!("P-{number:02}");
        screen.scan_until(&bag(&item, number), &format!("{number} of {item} added"));
    }
    let shown = screen.until("the dead zone", |shown| {
        shown.contains("10 not sent, oldest") && shown.contains("offline")
    });
    assert!(shown.contains("again in"), "{shown}");
    server.start_again();
    let shown = screen.until("the evening", |shown| {
        shown.contains("all sent") && shown.contains("online")
    });
    assert_screen("evening", &shown);
    assert_took("10 lines in a dead zone", &screen, 12);
    assert_holds("P-10", &server.show("P-10"), &json!({ "on_hand": "10" }));
}
