//! A hub between: three real programs on their own data, and the server above goes away and comes
//! back.

use serde_json::json;
use tests::check::assert_holds;
use tests::node::Node;
use tests::server::Server;
use tests::stock::Stock;

/// How often something is asked for before it counts as not coming; a question takes some 20 ms.
const QUESTIONS_MAX: usize = 1_500;

/// Asks until it is so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    assert!((0..QUESTIONS_MAX).any(|_| is_so()), "never: {what}");
}

/// A central server and a hub of it.
fn with_hub() -> (Server, Server) {
    let central = Server::start();
    let hub = central.hub();
    (central, hub)
}

fn handheld(name: &str, central: &Server, hub: &Server) -> Stock {
    let stock = Stock::new(name);
    stock.ok(&format!("enroll {} --code {}", hub.url(), central.code()));
    stock
}

#[test]
fn a_site_works_on_with_its_hub_while_the_server_is_away() {
    let (mut central, mut hub) = with_hub();
    let (a, b) = (handheld("A", &central, &hub), handheld("B", &central, &hub));
    a.ok("item add R-100");
    a.ok("location add A-01");
    a.ok("add R-100 A-01 10");
    let report = a.sync();
    assert_holds(
        "at the hub",
        &report,
        &json!({ "synced": false, "at_hub": true, "rejected": [] }),
    );
    until("it reaches the server", || {
        central
            .list("items")
            .iter()
            .any(|item| item["on_hand"] == "10")
    });
    central.stop();
    a.ok("remove R-100 A-01 4");
    a.sync();
    b.sync();
    assert_holds("b", &b.show("R-100"), &json!({ "on_hand": "6" }));
    b.ok("add R-100 A-01 1");
    b.sync();
    // Whoever trips over the hub's plug.
    hub.stop();
    hub.start_again();
    a.sync();
    assert_holds("a", &a.show("R-100"), &json!({ "on_hand": "7" }));
    assert_ne!(a.status()["pending"], json!(0), "it is at the hub only");
    central.start_again();
    until("everything has its number", || {
        a.sync();
        b.sync();
        a.status()["pending"] == json!(0) && b.status()["pending"] == json!(0)
    });
    assert_holds(
        "central",
        &central.show("R-100"),
        &json!({ "on_hand": "7" }),
    );
    until("all agree", || {
        a.sync();
        b.sync();
        a.state_hash() == central.state_hash() && b.state_hash() == central.state_hash()
    });
    // Past the hub, by the central server's own address.
    a.ok("add R-100 A-01 2");
    let direct = a.json(&format!("sync --via {}", central.url()));
    assert_holds("direct", &direct, &json!({ "synced": true, "pushed": 1 }));
    assert_eq!(a.status()["server"], json!(hub.url()));
    until("the hub hears of it", || {
        b.sync();
        b.state_hash() == central.state_hash()
    });
    assert_eq!(hub.admin("verify")["ok"], json!(true));
    let known: Vec<String> = central
        .list("devices")
        .iter()
        .map(|device| device["name"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(known, ["A", "B", "hub"]);
}

#[test]
fn a_server_that_numbers_does_not_become_a_hub_and_a_hub_makes_no_codes() {
    let (mut central, hub) = with_hub();
    let refused = hub.line("device code --json").expect_code(1);
    let error = refused.error();
    let text = format!("{} {}", error["text"], error["hint"]);
    assert!(text.contains("central server"), "{text}");
    central.stop();
    let line = format!("serve --listen 127.0.0.1:0 --upstream {}", hub.url());
    let refused = central.line(&line).expect_code(1);
    assert!(refused.stderr.contains("central server"), "{refused}");
    // And without a code a new hub does not begin.
    let line = format!("serve --listen 127.0.0.1:0 --upstream {}", hub.url());
    let refused = central.line_elsewhere(&line).expect_code(1);
    assert!(refused.stderr.contains("device code"), "{refused}");
}
