//! Handhelds whose clock is wrong, with libfaketime before the real program: the server puts the
//! times right, and every node shows what happened in the order in which it happened.

use std::path::PathBuf;

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::node::Node;
use tests::process::run;
use tests::server::Server;
use tests::skip::skipped;
use tests::stock::Stock;
use tests::words::words;

/// The library that shows programs another time.
fn library() -> Option<PathBuf> {
    let dirs = std::fs::read_dir("/usr/lib").ok()?.flatten();
    let mut paths = dirs.map(|dir| dir.path().join("faketime/libfaketime.so.1"));
    paths.find(|path| path.exists())
}

/// A handheld whose clock can be set.
struct Handheld {
    stock: Stock,
    library: PathBuf,
}

impl Handheld {
    /// Runs a line while the clock is off by so much, as libfaketime writes it.
    #[track_caller]
    fn at(&self, off: &str, line: &str) -> Value {
        let mut command = self.stock.command();
        command
            .args(words(line))
            .arg("--json")
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("FAKETIME", off);
        let name = self.stock.name();
        run(command, format!("{name} at {off}$ stock {line}"), None)
            .expect_code(0)
            .json()
    }
}

/// A server, a handheld with 15 of an item, and another one that knows it.
fn shop(test: &str) -> Option<(Server, Handheld, Stock)> {
    let Some(library) = library() else {
        skipped(test, "faketime is not installed");
        return None;
    };
    let server = Server::start();
    let stock = Stock::new("A");
    server.enroll(&stock);
    stock.ok("item add R-100");
    stock.ok("location add A-01");
    stock.ok("add R-100 A-01 15");
    stock.sync();
    let other = Stock::new("B");
    server.enroll(&other);
    other.sync();
    Some((server, Handheld { stock, library }, other))
}

fn settle(server: &Server, a: &Stock, b: &Stock) {
    for stock in [a, b, a, b] {
        stock.sync();
    }
    assert_eq!(a.state_hash(), server.state_hash());
    assert_eq!(b.state_hash(), server.state_hash());
}

/// The row of the worked examples.
#[test]
fn a_removal_three_hours_fast_is_before_the_count_that_saw_it() {
    let Some((server, fast, other)) = shop("a removal three hours fast") else {
        return;
    };
    fast.at("+3h", "remove R-100 A-01 5");
    fast.stock.ok("count R-100 A-01 10");
    settle(&server, &fast.stock, &other);
    for node in [&server as &dyn Node, &fast.stock, &other] {
        assert_holds(
            &node.label(),
            &node.show("R-100"),
            &json!({ "on_hand": "10" }),
        );
    }
}

#[test]
fn a_count_three_hours_fast_swallows_nothing_that_was_taken_after_it() {
    let Some((server, fast, other)) = shop("a count three hours fast") else {
        return;
    };
    fast.at("+3h", "count R-100 A-01 12");
    other.ok("remove R-100 A-01 5");
    // The clock is still wrong when the server hears of it.
    fast.at("+3h", "sync");
    settle(&server, &fast.stock, &other);
    for node in [&server as &dyn Node, &fast.stock, &other] {
        assert_holds(
            &node.label(),
            &node.show("R-100"),
            &json!({ "on_hand": "7" }),
        );
    }
}

#[test]
fn a_clock_that_is_days_behind_gets_its_entries_where_they_belong() {
    let Some((server, slow, other)) = shop("a clock that is days behind") else {
        return;
    };
    other.ok("count R-100 A-01 20");
    other.sync();
    slow.at("-9d", "remove R-100 A-01 1");
    slow.at("-9d", "sync");
    settle(&server, &slow.stock, &other);
    // It was taken after the count, whatever its clock said.
    for node in [&server as &dyn Node, &slow.stock, &other] {
        assert_holds(
            &node.label(),
            &node.show("R-100"),
            &json!({ "on_hand": "19" }),
        );
    }
}
