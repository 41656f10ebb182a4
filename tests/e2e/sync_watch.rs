//! `stock sync --watch` with real programs: it begins by itself, says why it waits, keeps nobody
//! from the store, and whatever the network does everything arrives once.

use std::time::Duration;

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::node::Node;
use tests::proxy::{Plan, Proxy};
use tests::seed::Seed;
use tests::server::Server;
use tests::stock::Stock;
use tests::watch::Watch;

/// Far less than the minutes after which a watch looks by itself.
const SOON: Duration = Duration::from_secs(30);

/// As long as a watch may wait after several failures in a row.
const PATIENT: Duration = Duration::from_secs(100);

fn enrolled(server: &Server, name: &str) -> Stock {
    let stock = Stock::with_ten(name);
    server.enroll(&stock);
    stock
}

/// A watch that has synced, and its handheld.
fn in_step(stock: &Stock) -> Watch {
    let watch = stock.watch();
    let line = watch.until("synced");
    assert_holds("in step", &line, &json!({ "pending": 0 }));
    watch
}

/// The number of a key.
fn number(line: &Value, key: &str) -> u64 {
    line[key].as_u64().unwrap_or_default()
}

/// Both hold the same, of which so many are on hand.
#[track_caller]
fn assert_same(server: &Server, stock: &Stock, on_hand: &str) {
    assert_holds(
        "server",
        &server.show("R-100"),
        &json!({ "on_hand": on_hand }),
    );
    assert_holds(
        "handheld",
        &stock.show("R-100"),
        &json!({ "on_hand": on_hand }),
    );
    assert_eq!(server.state_hash(), stock.state_hash());
    assert_eq!(server.entries(), stock.entries());
}

#[test]
fn it_waits_for_a_server_that_is_away_and_syncs_when_it_comes() {
    let mut server = Server::start();
    let stock = enrolled(&server, "A");
    server.stop();
    let watch = stock.watch();
    let line = watch.until("started");
    assert_holds("it knows what is not sent", &line, &json!({ "pending": 4 }));
    assert!(line["oldest_pending"].is_string() && line["at"].is_string());
    let line = watch.until("failed");
    assert_holds("failed", &line, &json!({ "pending": 4, "pushed": null }));
    let reason = line["reason"].as_str().unwrap_or_default();
    assert!(reason.contains(server.url()), "{line:#}");
    assert!(
        line["next"].is_string(),
        "it says when it tries again: {line:#}"
    );
    server.start_again();
    let line = watch.until("synced");
    assert_holds(
        "synced",
        &line,
        &json!({ "pushed": 4, "pending": 0, "oldest_pending": null }),
    );
    assert_same(&server, &stock, "10");
    let (code, last) = watch.end("TERM");
    assert_eq!((code, &last["event"]), (0, &json!("stopped")));
}

#[test]
fn what_is_written_meanwhile_is_sent_soon() {
    let server = Server::start();
    let stock = enrolled(&server, "A");
    let watch = in_step(&stock);
    for on_hand in ["11", "12", "13"] {
        stock.ok("add R-100 A-01 1");
        watch.until_within(SOON, |line| {
            line["event"] == "synced" && line["pushed"] == 1
        });
        assert_same(&server, &stock, on_hand);
    }
    assert_eq!(watch.end("INT").0, 0);
}

#[test]
fn what_others_wrote_comes_without_waiting_for_the_timer() {
    let server = Server::start();
    let (stock, other) = (enrolled(&server, "A"), Stock::new("B"));
    server.enroll(&other);
    other.sync();
    let watch = in_step(&stock);
    other.sync();
    other.ok("add R-100 A-01 5");
    other.sync();
    let mut left = 2;
    while left > 0 && stock.show("R-100")["on_hand"] != "15" {
        let line = watch.until_within(SOON, |line| line["event"] == "synced");
        assert!(
            number(&line, "pulled") > 0,
            "only what is new makes it sync: {line:#}"
        );
        left -= 1;
    }
    assert_same(&server, &stock, "15");
    // A server that stops does not wait for those who wait.
    drop(server);
    watch.until_within(SOON, |line| line["event"] == "failed");
}

#[test]
fn over_tls_it_waits_for_news_too_and_follows_to_a_new_key() {
    let mut server = Server::launch("0.0.0.0:0", &[]);
    let (stock, other) = (Stock::with_ten("A"), Stock::new("B"));
    for device in [&stock, &other] {
        let qr = server.admin("device code")["qr"].clone();
        device.ok(&format!("enroll \"{}\"", qr.as_str().unwrap()));
        device.sync();
    }
    let watch = in_step(&stock);
    other.sync();
    other.ok("add R-100 A-01 5");
    other.sync();
    watch.until_within(SOON, |line| number(line, "pulled") > 0);
    server.stop();
    std::fs::remove_file(server.data().join("tls.pem")).unwrap();
    watch.until_within(SOON, |line| line["event"] == "failed");
    server.start_again();
    stock.ok("add R-100 A-01 1");
    watch.until_within(PATIENT, |line| {
        line["event"] == "synced" && line["pending"] == 0
    });
    assert_holds("A", &stock.show("R-100"), &json!({ "on_hand": "16" }));
    assert_holds("all is sent", &stock.status(), &json!({ "pending": 0 }));
}

#[test]
fn offline_by_hand_nothing_is_sent_until_it_is_over() {
    let server = Server::start();
    let stock = enrolled(&server, "A");
    let watch = in_step(&stock);
    let printed = stock.json("sync --offline on");
    assert_holds("on", &printed, &json!({ "offline": true, "pending": 0 }));
    let line = watch.until_within(SOON, |line| line["event"] == "offline");
    assert!(
        line["reason"].to_string().contains("offline by hand"),
        "{line:#}"
    );
    stock.ok("add R-100 A-01 1");
    assert_holds(
        "status",
        &stock.status(),
        &json!({ "offline": true, "pending": 1 }),
    );
    assert!(stock.ok("status").contains("1 not sent, oldest "));
    for line in ["sync", "enroll http://127.0.0.1:1 --code ABCD"] {
        let error = stock.error(1, line);
        assert_eq!(error["code"], "offline");
        assert!(
            error["text"].to_string().contains("1 not sent, oldest "),
            "{error:#}"
        );
        assert!(
            error["hint"].to_string().contains("--offline off"),
            "{error:#}"
        );
    }
    let again = stock.ok("sync --offline on");
    assert!(again.contains("1 not sent, oldest "), "{again}");
    assert_holds("server", &server.show("R-100"), &json!({ "on_hand": "10" }));
    let printed = stock.json("sync --offline off");
    assert_holds(
        "off",
        &printed,
        &json!({ "offline": false, "since": null, "pending": 1 }),
    );
    watch.until_within(SOON, |line| line["event"] == "online");
    watch.until_within(SOON, |line| {
        line["event"] == "synced" && line["pushed"] == 1
    });
    assert_holds(
        "status",
        &stock.status(),
        &json!({ "offline": false, "pending": 0 }),
    );
    assert_same(&server, &stock, "11");
}

#[test]
fn a_failed_sync_says_what_is_not_sent() {
    let mut server = Server::start();
    let stock = enrolled(&server, "A");
    server.stop();
    let said = stock.line("sync").expect_code(3).stderr;
    assert!(said.contains("4 not sent, oldest "), "{said}");
}

#[test]
fn a_store_has_one_watch_and_one_without_a_server_has_none() {
    let server = Server::start();
    let stock = enrolled(&server, "A");
    let watch = in_step(&stock);
    assert_eq!(stock.error(1, "sync --watch")["code"], "watch-running");
    watch.kill();
    drop(in_step(&stock));
    assert_eq!(
        Stock::with_ten("B").error(1, "sync --watch")["code"],
        "not-enrolled"
    );
    let nothing = Stock::without_store("C");
    assert_eq!(nothing.error(1, "sync --watch")["code"], "no-store");
    assert_eq!(nothing.error(1, "sync --offline on")["code"], "no-store");
    assert_eq!(stock.line("sync --watch --offline on").code, 2);
}

#[test]
fn a_store_that_is_in_use_is_waited_for() {
    let server = Server::start();
    let stock = enrolled(&server, "A");
    let mut session = stock.open_scan();
    assert!(session.say("ADD").starts_with("ok "));
    let watch = stock.watch();
    let line = watch.until("started");
    assert!(line["pending"].is_null(), "nobody could count: {line:#}");
    let line = watch.until("waiting");
    assert!(
        line["reason"].to_string().contains("another program"),
        "{line:#}"
    );
    let printed = stock.json("sync --offline on");
    assert_holds("on", &printed, &json!({ "offline": true, "pending": null }));
    watch.until_within(SOON, |line| line["event"] == "offline");
    stock.ok("sync --offline off");
    assert!(session.say("A-01").starts_with("ok "));
    assert!(session.say("R-100").starts_with("ok "));
    assert_eq!(session.finish(), 0);
    watch.until_within(SOON, |line| {
        line["event"] == "synced" && line["pending"] == 0
    });
    assert_same(&server, &stock, "11");
}

/// A server, a proxy that keeps answers to syncs back, and a handheld that waits for one.
fn in_the_middle() -> (Server, Proxy, Stock, Watch) {
    let server = Server::start();
    let proxy = Proxy::before(server.address());
    let stock = Stock::with_ten("A");
    server.enroll_at(&stock, &proxy.url());
    proxy.plan(Plan::Silent("/sync/v1/sync"));
    let watch = stock.watch();
    proxy.until_silent();
    (server, proxy, stock, watch)
}

#[test]
fn a_watch_that_is_killed_in_the_middle_is_taken_up_by_the_next() {
    let (server, proxy, stock, watch) = in_the_middle();
    watch.kill();
    proxy.plan(Plan::Pass);
    let watch = in_step(&stock);
    assert_same(&server, &stock, "10");
    stock.ok("add R-100 A-01 1");
    watch.until_within(SOON, |line| {
        line["event"] == "synced" && line["pushed"] == 1
    });
    assert_same(&server, &stock, "11");
}

#[test]
fn a_sync_that_the_network_holds_up_keeps_nobody_from_the_store() {
    let (server, proxy, stock, watch) = in_the_middle();
    stock.ok("add R-100 A-01 1");
    assert_holds("written", &stock.show("R-100"), &json!({ "on_hand": "11" }));
    proxy.plan(Plan::Pass);
    watch.until_within(SOON, |line| {
        line["event"] == "synced" && line["pending"] == 0
    });
    assert_same(&server, &stock, "11");
}

#[test]
fn a_watch_that_is_told_to_stop_in_the_middle_stops() {
    let (_server, _proxy, stock, watch) = in_the_middle();
    let (code, last) = watch.end("TERM");
    assert_eq!((code, &last["event"]), (0, &json!("stopped")));
    assert_eq!(last["pending"], 4);
    stock.ok("add R-100 A-01 1");
}

#[test]
fn through_a_bad_network_everything_arrives_once() {
    let (mut dice, seed) = Seed::from_environment();
    println!("STOCK_SEED={seed}");
    let server = Server::start();
    let proxy = Proxy::before(server.address());
    let (stock, other) = (Stock::with_ten("A"), Stock::new("B"));
    server.enroll_at(&stock, &proxy.url());
    server.enroll(&other);
    proxy.plan(Plan::Bad(dice.next_number()));
    let watch = stock.watch();
    for _ in 0..10 {
        stock.ok("add R-100 A-01 1");
        watch.until_within(PATIENT, |line| {
            line["event"] == "synced" && line["pending"] == 0
        });
    }
    other.sync();
    other.ok("add R-100 A-01 100");
    other.sync();
    watch.until_within(PATIENT, |line| {
        let synced = line["event"] == "synced" && number(line, "pulled") > 0;
        synced && server.state_hash() == stock.state_hash()
    });
    assert_same(&server, &stock, "120");
    assert_eq!(watch.end("TERM").0, 0);
    assert_eq!(stock.json("verify")["ok"], true);
}
