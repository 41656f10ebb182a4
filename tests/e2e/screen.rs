//! `stock scan` on a terminal, as a person has it before them: keys and scans go in through tmux,
//! and what counts is what stands on the screen.

use serde_json::json;
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::server::Server;
use tests::small_disk::stock_on;
use tests::stock::Stock;
use tests::tmux::Screen;

/// The smallest terminal that has to do.
const SMALL: (u16, u16) = (40, 15);

fn shop(stock: Stock) -> Stock {
    stock.ok("item add R-100 --name \"Resistor 100 Ohm\" --barcode 4006381333931");
    stock.ok("item add C-10 --name Capacitor");
    stock.ok("location add A-01 --name \"Shelf 1\"");
    stock.ok("location add B-02 --name \"Shelf 2\"");
    stock
}

/// A handheld without a server, and its screen.
#[track_caller]
fn alone(test: &str) -> Option<(Stock, Screen)> {
    let stock = shop(Stock::new("scanner"));
    let screen = Screen::open(test, &stock, SMALL, &["--bounce", "0"])?;
    screen.until_shown("scan a mode");
    Some((stock, screen))
}

/// A handheld of a server, all sent, and its screen.
#[track_caller]
fn enrolled(test: &str) -> Option<(Server, Stock, Screen)> {
    let server = Server::start();
    let stock = Stock::new("A");
    server.enroll(&stock);
    let stock = shop(stock);
    stock.ok("setting set allow-backorder on");
    stock.ok("order open S-1 --type sales");
    stock.ok("order add S-1 R-100 3");
    let screen = Screen::open(test, &stock, SMALL, &["--bounce", "0"])?;
    screen.until("in step", |shown| {
        shown.contains("online") && shown.contains("all sent")
    });
    Some((server, stock, screen))
}

#[test]
fn scans_are_taken_and_the_screen_says_where_it_stands() {
    let Some((stock, screen)) = alone("scans_are_taken_and_the_screen_says_where_it_stands") else {
        return;
    };
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    let shown = screen.scan_until("4006381333931", "1 of R-100 added at A-01, on hand 1");
    for said in [
        "ADD",
        "█▀█",
        "Resistor 100 Ohm",
        "0 → 1",
        "scan an item",
        "not sent",
        "no server",
    ] {
        assert!(shown.contains(said), "{said} in\n{shown}");
    }
    assert_holds(
        "R-100",
        &stock_after(&screen, &stock),
        &json!({ "on_hand": "1" }),
    );
}

/// What the handheld shows of the item once the screen is left.
#[track_caller]
fn stock_after(screen: &Screen, stock: &Stock) -> serde_json::Value {
    screen.press(&["F10"]);
    let (code, shown) = screen.ended();
    assert_eq!(code, "0", "{shown}");
    stock.show("R-100")
}

#[test]
fn a_scanner_may_send_separators_by_any_key() {
    let Some((stock, screen)) = alone("a_scanner_may_send_separators_by_any_key") else {
        return;
    };
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    for (number, keys) in [(1, &["C-]"][..]), (2, &["F8"]), (3, &["M-0", "M-2", "M-9"])] {
        screen.send(&format!("010400638133393110L{number}"));
        screen.press(keys);
        screen.send(&format!("21S-{number}"));
        screen.press(&["Enter"]);
        screen.until_answered(&format!("on hand {number}"));
    }
    // A distributor's bag: RS, GS and EOT, which ends nothing.
    screen.send("[)>");
    screen.press(&["C-^"]);
    screen.send("06");
    screen.press(&["C-]"]);
    screen.send("1PR-100");
    screen.press(&["C-]"]);
    screen.send("Q500");
    screen.press(&["C-^", "C-d", "Enter"]);
    screen.until_answered("500 of R-100?");
    screen.press(&["F10"]);
    screen.ended();
    let rows = stock.json("history R-100");
    for (row, number) in [(0, 1), (1, 2), (2, 3)] {
        let expected = json!({ "batch": format!("L{number}"), "serial": format!("S-{number}") });
        assert_holds("row", &rows[row], &expected);
    }
}

#[test]
fn typing_is_mended_and_a_number_is_how_many() {
    let Some((stock, screen)) = alone("typing_is_mended_and_a_number_is_how_many") else {
        return;
    };
    screen.scan_until("ADD", "ADD: scan a location");
    screen.send("A-09");
    screen.until_shown("A-09_");
    screen.press(&["BSpace", "1", "Enter"]);
    screen.until_answered("ADD at A-01");
    screen.send("wrong");
    screen.press(&["Escape"]);
    screen.until("an empty line", |shown| !shown.contains("wrong"));
    screen.send("12");
    screen.press(&["Enter"]);
    screen.until_answered("12 of the next item");
    screen.scan_until("R-100", "12 of R-100 added at A-01, on hand 12");
    screen.press(&["F2"]);
    screen.until_answered("undone");
    // Where a place is waited for a number is none.
    screen.scan_until("DONE", "ADD done");
    screen.send("12");
    screen.press(&["Enter"]);
    screen.until_answered("ERROR");
    assert_holds(
        "R-100",
        &stock_after(&screen, &stock),
        &json!({ "on_hand": "0" }),
    );
}

#[test]
fn a_trigger_that_bounces_counts_once_and_is_said_quietly() {
    let test = "a_trigger_that_bounces_counts_once_and_is_said_quietly";
    let stock = shop(Stock::new("scanner"));
    let Some(screen) = Screen::open(test, &stock, SMALL, &["--bounce", "60000"]) else {
        return;
    };
    screen.until_shown("scan a mode");
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    screen.scan_until("R-100", "1 of R-100 added");
    let shown = screen.scan_until("R-100", "the same code twice");
    assert!(shown.contains("1 of R-100 added"), "{shown}");
    assert_holds(
        "R-100",
        &stock_after(&screen, &stock),
        &json!({ "on_hand": "1" }),
    );
}

#[test]
fn leaving_says_what_is_open_and_what_is_not_sent() {
    let Some((_server, stock, screen)) = enrolled("leaving_says_what_is_open_and_what_is_not_sent")
    else {
        return;
    };
    screen.press(&["F6"]);
    screen.until_shown("switched off");
    screen.scan_until("COUNT", "COUNT: scan a location");
    screen.scan_until("A-01", "COUNT at A-01");
    screen.scan_until("R-100", "1 so far at A-01");
    screen.press(&["C-c"]);
    screen.until_answered("the count at A-01 was not finished: scan DONE at its end; F10 again");
    screen.press(&["F10"]);
    let (code, shown) = screen.ended();
    assert_eq!(code, "0", "{shown}");
    let said: String = shown.split_whitespace().collect();
    for words in ["1notsent,oldest", "thecountatA-01wasnotfinished"] {
        assert!(said.contains(words), "{words} in\n{shown}");
    }
    assert_eq!(stock.json("status")["pending"], 1);
}

#[test]
fn another_size_of_the_terminal_is_used_at_once() {
    let Some((_stock, screen)) = alone("another_size_of_the_terminal_is_used_at_once") else {
        return;
    };
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    screen.resize(120, 40);
    let shown = screen.until_shown("Shelf 1");
    assert!(shown.contains("██") && shown.contains("scanner"), "{shown}");
    screen.resize(40, 15);
    screen.until("the small one", |shown| {
        !shown.contains("Shelf 1") && shown.contains("█▀█")
    });
}

#[test]
fn what_is_written_is_sent_and_a_lost_server_is_found_again_without_a_scan() {
    let test = "what_is_written_is_sent_and_a_lost_server_is_found_again_without_a_scan";
    let Some((mut server, _stock, screen)) = enrolled(test) else {
        return;
    };
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    // The second one has no other scan before it that the line could have heard of.
    for on_hand in ["1", "2"] {
        screen.scan_until("R-100", &format!("on hand {on_hand}"));
        screen.until_shown("all sent");
        assert_holds(
            "server",
            &server.show("R-100"),
            &json!({ "on_hand": on_hand }),
        );
    }
    server.kill();
    screen.scan_until("C-10", "on hand 1");
    screen.scan_until("R-100", "on hand 3");
    screen.until("what is not sent, and its age", |shown| {
        shown.contains("2 not sent, oldest") && shown.contains("offline")
    });
    server.start_again();
    screen.until("all is sent", |shown| {
        shown.contains("all sent") && shown.contains("online")
    });
    assert_holds("server", &server.show("R-100"), &json!({ "on_hand": "3" }));
}

#[test]
fn the_switch_keeps_it_away_from_the_network() {
    let Some((server, stock, screen)) = enrolled("the_switch_keeps_it_away_from_the_network")
    else {
        return;
    };
    screen.press(&["F6"]);
    screen.until_shown("switched off");
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    screen.scan_until("R-100", "on hand 1");
    screen.press(&["F5"]);
    let shown = screen.until_shown("1 not sent");
    assert!(shown.contains("switched off"), "{shown}");
    assert_holds("server", &server.show("C-10"), &json!({ "on_hand": "0" }));
    // Another program switches it on.
    stock.line("sync --offline off").expect_code(0);
    screen.until("all is sent", |shown| {
        shown.contains("all sent") && shown.contains("online")
    });
}

#[test]
fn what_others_write_comes_by_itself() {
    let Some((server, _stock, screen)) = enrolled("what_others_write_comes_by_itself") else {
        return;
    };
    screen.scan_until("S-1", "3 of R-100 to come");
    let other = Stock::new("B");
    server.enroll(&other);
    other.sync();
    other.ok("add R-100 B-02 5");
    other.sync();
    let shown = screen.until_shown("next: 3 of R-100 at B-02");
    assert!(shown.contains("order S-1"), "{shown}");
}

#[test]
fn an_empty_device_asks_for_the_code_and_joins() {
    let server = Server::start();
    let first = shop(Stock::new("first"));
    server.enroll(&first);
    first.sync();
    server.admin("user add olga --role operator --badge B-7");
    let code = server.admin("device code");
    let stock = Stock::without_store("new");
    let test = "an_empty_device_asks_for_the_code_and_joins";
    let Some(screen) = Screen::open(test, &stock, SMALL, &["--bounce", "0"]) else {
        return;
    };
    screen.until_shown("enrolment code");
    screen.scan_until("4006381333931", "is no enrolment code");
    screen.scan_until(&format!("{}/#code=WRON-GONE", server.url()), "is not known");
    screen.scan(code["qr"].as_str().unwrap());
    screen.until_answered("scan your badge");
    screen.scan_until("B-7", "olga works here now");
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    screen.scan_until("R-100", "on hand 1");
    screen.until_shown("all sent");
    let rows = server.history("R-100");
    assert_eq!(rows[0]["user"], "olga");
}

#[test]
fn a_program_makes_the_sounds() {
    let stock = shop(Stock::new("scanner"));
    let heard = stock.home().join("heard");
    let program = stock.file(
        "sound",
        format!("#!/bin/sh\necho \"$1\" >> {}\n", heard.display()),
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let arguments = ["--sound", &program, "--bounce", "60000"];
    let Some(screen) = Screen::open("a_program_makes_the_sounds", &stock, SMALL, &arguments) else {
        return;
    };
    screen.until_shown("scan a mode");
    let said = |words: &[&str]| {
        screen.until("the sound", |_| {
            let text = std::fs::read_to_string(&heard).unwrap_or_default();
            text.split_whitespace().eq(words.iter().copied())
        });
    };
    screen.scan("REMOVE");
    said(&["ok"]);
    screen.scan("A-01");
    said(&["ok", "ok"]);
    screen.scan("R-100");
    said(&["ok", "ok", "warn"]);
    screen.scan("R-100");
    said(&["ok", "ok", "warn", "duplicate"]);
    screen.scan("4006381333932");
    said(&["ok", "ok", "warn", "duplicate", "error"]);
}

#[test]
fn without_a_terminal_it_reads_lines() {
    let stock = shop(Stock::new("scanner"));
    let output = stock.run_with(&["scan"], Some("ADD\nA-01\nR-100\n"));
    let said = output.expect_code(0).stdout;
    let words: Vec<&str> = said.lines().map(|line| &line[..3]).collect();
    assert_eq!(words, ["ok ", "ok ", "ok "], "{said}");
}

#[test]
fn scans_that_come_all_at_once_are_all_taken() {
    let Some((stock, screen)) = alone("scans_that_come_all_at_once_are_all_taken") else {
        return;
    };
    screen.send(&format!("ADD\rA-01\r{}", "R-100\rC-10\r".repeat(40)));
    let shown = screen.until_answered("1 of C-10 added at A-01, on hand 40");
    assert!(shown.contains("of R-100"), "{shown}");
    assert_holds(
        "R-100",
        &stock_after(&screen, &stock),
        &json!({ "on_hand": "40" }),
    );
}

#[test]
fn after_a_flat_battery_it_goes_on_where_it_was() {
    let test = "after_a_flat_battery_it_goes_on_where_it_was";
    let Some((stock, screen)) = alone(test) else {
        return;
    };
    screen.scan_until("COUNT", "COUNT: scan a location");
    screen.scan_until("A-01", "COUNT at A-01");
    screen.scan_until("R-100", "1 so far at A-01");
    screen.signal("KILL");
    drop(screen);
    let Some(screen) = Screen::open(test, &stock, SMALL, &["--bounce", "0"]) else {
        return;
    };
    let shown = screen.until_answered("the session goes on: COUNT at A-01");
    assert!(
        shown.contains("█▀█") && shown.contains("scan an item"),
        "{shown}"
    );
    screen.scan_until("R-100", "2 so far at A-01");
    // A signal is no person who leaves.
    screen.signal("TERM");
    screen.ended();
    drop(screen);
    let Some(screen) = Screen::open(test, &stock, SMALL, &["--bounce", "0"]) else {
        return;
    };
    screen.until_answered("the session goes on: COUNT at A-01");
    screen.scan_until("DONE", "2 of R-100 counted at A-01");
    assert_holds(
        "R-100",
        &stock_after(&screen, &stock),
        &json!({ "on_hand": "2" }),
    );
    drop(screen);
    let Some(screen) = Screen::open(test, &stock, SMALL, &[]) else {
        return;
    };
    // Who left begins anew.
    let shown = screen.until_shown("scan a mode");
    assert!(!shown.contains("goes on"), "{shown}");
}

#[test]
fn a_signal_ends_it_and_gives_the_terminal_back() {
    let Some((_stock, screen)) = alone("a_signal_ends_it_and_gives_the_terminal_back") else {
        return;
    };
    screen.signal("TERM");
    let (code, shown) = screen.ended();
    assert_eq!(code, "0", "{shown}");
    assert!(shown.contains("saved on this device"), "{shown}");
}

#[test]
fn a_full_disk_is_said_and_with_room_again_the_work_goes_on() {
    let test = "a_full_disk_is_said_and_with_room_again_the_work_goes_on";
    let Some((disk, stock)) = stock_on(test, 12 * 1024) else {
        return;
    };
    let stock = shop(stock);
    let Some(screen) = Screen::open(test, &stock, SMALL, &["--bounce", "0"]) else {
        return;
    };
    screen.scan_until("ADD", "ADD: scan a location");
    screen.scan_until("A-01", "ADD at A-01");
    screen.scan_until("R-100", "1 of R-100 added at A-01, on hand 1");
    disk.fill(0).unwrap();
    let (added, refused) = until_refused(&screen);
    disk.empty().unwrap();
    // What is said to be kept comes before the next scan, and what is not never comes.
    let kept = refused.contains("whatwasscannediskept");
    screen.scan_until("C-10", "1 of C-10 added at A-01, on hand 1");
    assert_holds(
        "R-100",
        &stock_after(&screen, &stock),
        &json!({ "on_hand": (added + u32::from(kept)).to_string() }),
    );
}

/// Scans until the disk takes nothing more: how many pieces there are then, and what is said, small
/// and without spaces.
#[track_caller]
fn until_refused(screen: &Screen) -> (u32, String) {
    let dense = |shown: &str| {
        let dense: String = shown.split_whitespace().collect();
        dense.to_lowercase()
    };
    // A file ends within a block that it has already.
    for added in 1..500 {
        screen.scan("R-100");
        let next = format!("onhand{}", added + 1);
        // Of a scan that is saved a full disk is said too: where the session stands is not.
        let refused =
            |shown: &str| ["nottaken", "whatwasscannediskept"].map(|said| shown.contains(said));
        let shown = screen.until("an answer", |shown| {
            let shown = dense(shown);
            shown.contains(&next) || refused(&shown).contains(&true)
        });
        let shown = dense(&shown);
        if !shown.contains(&next) {
            return (added, shown);
        }
    }
    panic!("a full disk refused nothing");
}
