//! The writing side of the server: what the API writes counts as what a handheld writes, once by
//! its key, and bad input changes nothing.

use std::sync::Barrier;

use serde_json::{Value, json};
use tests::check::{assert_holds, assert_keys, mentions};
use tests::node::Node;
use tests::server::{Reply, Server};
use tests::world::World;

/// Writes, and fails unless the answer is of this status and has the shape of a writing command.
#[track_caller]
fn written(reply: &Reply, status: u16) -> Value {
    assert_eq!(reply.status, status, "status of {reply}");
    let told = reply.json();
    assert_keys(
        "a write",
        &told,
        &["entry", "entries", "object", "warnings"],
    );
    assert_eq!(told["entry"], told["entries"][0], "{told:#}");
    told
}

#[track_caller]
fn post(server: &Server, token: &str, path: &str, body: &Value) -> Value {
    written(&server.write("POST", path, token, body), 201)
}

#[test]
fn what_the_api_writes_a_handheld_gets() {
    let world = World::plain();
    let token = world.server.token_of("web shop", "manager");
    let post = |path: &str, body: Value| post(&world.server, &token, path, &body);
    post("customers", json!({ "code": "ACME", "name": "Acme Ltd" }));
    post(
        "items",
        json!({ "sku": "C-1", "name": "Cap", "threshold": "2", "barcodes": ["4006381333931"] }),
    );
    let moved = |what: Value| {
        let mut body = what;
        body["item"] = json!("R-100");
        post("movements", body)["entry"].clone()
    };
    moved(json!({ "to": "A-01", "quantity": "10", "po": "PO-7", "serial": "S1" }));
    moved(json!({ "from": "A-01", "quantity": 3, "reason": "sample" }));
    moved(json!({ "from": "A-01", "to": "B-02", "quantity": "2.5" }));
    moved(json!({ "from": "A-01", "to": "A-01", "quantity": 1, "to_owner": "acme" }));
    moved(json!({ "act": "adjust", "location": "B-02", "quantity": "-0.5", "reason": "lost" }));
    let wrong = moved(json!({ "to": "B-02", "quantity": 50 }));
    post(
        "reversals",
        json!({ "entry": wrong, "reason": "typing error" }),
    );
    let count = json!({ "item": "4006381333931", "location": "A-01", "quantity": 7,
        "batch": "L1", "expiry": "2030-01-31" });
    let counted = post("counts", count);
    assert_holds(
        "count",
        &counted["object"],
        &json!({ "sku": "C-1", "on_hand": "7" }),
    );
    world.settle();
    world.expect_show(
        "R-100",
        &json!({ "on_hand": "5.5", "on_hand_customers": "1" }),
    );
    world.expect_show(
        "C-1",
        &json!({ "on_hand": "7", "name": "Cap", "threshold": "2" }),
    );
    let rows = world.a.history("R-100");
    assert!(
        rows.iter().all(|row| row["user"] == "token:web shop"),
        "{rows:#?}"
    );
    assert_holds(
        "add",
        &rows[0],
        &json!({ "kind": "add", "change": "10", "po": "PO-7" }),
    );
    let status = world.a.json("verify");
    assert_holds("verify", &status, &json!({ "ok": true }));
}

#[test]
fn the_catalogue_is_made_and_changed_over_the_api() {
    let world = World::plain();
    let token = world.server.token_of("office", "manager");
    let post = |path: &str, body: Value| post(&world.server, &token, path, &body);
    let patch = |path: &str, body: Value| {
        written(&world.server.write("PATCH", path, &token, &body), 200)["object"].clone()
    };
    post(
        "location-types",
        json!({ "name": "Rack", "rows": 2, "columns": "A-C" }),
    );
    let grid =
        json!({ "type": "rack", "prefix": "K1", "rows": 2, "columns": "A-C", "site": "main" });
    let made = post("locations/grid", grid);
    assert_eq!(made["entries"].as_array().unwrap().len(), 7, "{made:#}");
    post("sites", json!({ "code": "NORTH", "name": "North hall" }));
    post("locations", json!({ "number": "N-1", "site": "NORTH" }));
    post("suppliers", json!({ "code": "SUP" }));
    post("items", json!({ "sku": "R-1000", "name": "Resistor" }));
    post(
        "items/R-100/barcodes",
        json!({ "code": "BOX", "pack": 100 }),
    );
    post("items/R-1000/merge", json!({ "into": "R-100" }));
    let object = patch(
        "items/R-100",
        json!({ "name": "Resistor 100", "threshold": 5 }),
    );
    assert_holds(
        "item",
        &object,
        &json!({ "name": "Resistor 100", "threshold": "5" }),
    );
    patch("items/R-100", json!({ "threshold": null }));
    patch("locations/B-02", json!({ "archived": true }));
    world.settle();
    for name in ["R-1000", "BOX"] {
        assert_eq!(world.b.show(name)["sku"], "R-100", "{name}");
    }
    let locations = world.b.json("location list");
    for number in ["K1-A-01", "K1-C-02", "N-1"] {
        assert!(mentions(&locations, number), "{number} in {locations:#}");
    }
    let error = world.b.error(1, "add R-100 B-02 1");
    assert_eq!(error["code"], "archived");
    let reply = world.server.reply("/api/v1/sites/north");
    assert_eq!(reply.json()["name"], "North hall", "{reply}");
}

#[test]
fn settings_hold_on_every_node() {
    let world = World::plain();
    let token = world.server.token_of("chief", "administrator");
    let body = json!({ "value": "on" });
    let reply = world
        .server
        .write("PUT", "settings/allow-backorder", &token, &body);
    assert_eq!(written(&reply, 200)["object"]["value"], "on");
    let body = json!({ "default-threshold": 4, "reasons": ["broken", "found"] });
    let reply = world.server.write("PUT", "settings", &token, &body);
    assert_eq!(written(&reply, 200)["entries"].as_array().unwrap().len(), 2);
    world.settle();
    for (key, value) in [
        ("allow-backorder", "on"),
        ("default-threshold", "4"),
        ("reasons", "broken, found"),
        ("order-policy-repair", "issue"),
    ] {
        let at_hand = world.a.json(&format!("setting get {key}"));
        assert_eq!(at_hand["value"], value, "{key}");
        let setting = world.server.object(&format!("settings/{key}"));
        assert_eq!(setting["value"], value, "{key}");
    }
    let two = json!({ "allow-backorder": "off", "colour": "red" });
    let reply = world.server.write("PUT", "settings", &token, &two);
    assert_eq!(reply.problem(422), "unknown-setting");
    let setting = world.server.object("settings/allow-backorder");
    assert_eq!(setting["value"], "on", "all or nothing");
}

#[test]
fn bad_input_is_refused_and_changes_nothing() {
    let world = World::plain();
    let token = world.server.token_of("office", "administrator");
    let before = world.server.status();
    let good = json!({ "item": "R-100", "to": "A-01", "quantity": "1" });
    for (key, value, status) in [
        ("item", json!("NOPE"), 422),
        ("to", json!("NOPE"), 422),
        ("quantity", json!(0), 422),
        ("quantity", json!("-1"), 422),
        ("quantity", json!(1.5), 400),
        ("quantity", json!([1]), 400),
        ("colour", json!("red"), 400),
        ("note", json!("x".repeat(100_000)), 413),
        ("note", json!("x".repeat(3_000_000)), 413),
    ] {
        let mut body = good.clone();
        body[key] = value;
        let reply = world.server.write("POST", "movements", &token, &body);
        assert!(!reply.problem(status).is_empty());
    }
    let reply = world
        .server
        .write("POST", "movements", &token, &json!("text"));
    assert!(!reply.problem(400).is_empty());
    let path = "/api/v1/movements";
    let reply = world
        .server
        .send("POST", path, Some(&token), &[], &good.to_string());
    assert!(!reply.problem(415).is_empty());
    let json = [("content-type", "application/json")];
    let reply = world
        .server
        .send("POST", path, Some(&token), &json, "{\"item\":");
    assert!(!reply.problem(400).is_empty());
    let reply = world
        .server
        .send("POST", path, None, &json, &good.to_string());
    assert!(!reply.problem(401).is_empty());
    let after = world.server.status();
    for key in ["entries", "state_hash"] {
        assert_eq!(before[key], after[key], "{key}");
    }
}

#[test]
fn roles_hold() {
    let world = World::plain();
    let server = &world.server;
    let names = ["viewer", "operator", "manager", "administrator"];
    let tokens = names.map(|role| server.token_of(role, role));
    let [_, operator, manager, _] = &tokens;
    let foreign = json!({ "entry": world.a.write("add R-100 A-01 5") });
    let body = json!({ "item": "R-100", "to": "A-01", "quantity": "1" });
    let item = json!({ "sku": "NEW" });
    let setting = json!({ "value": "on" });
    world.settle();
    for (method, path, body, needs) in [
        ("POST", "movements", &body, 1),
        ("POST", "items", &item, 2),
        ("PUT", "settings/allow-backorder", &setting, 3),
    ] {
        for (role, token) in tokens.iter().enumerate().take(needs) {
            let code = server.write(method, path, token, body).problem(403);
            assert_eq!(code, "forbidden", "{path} as {}", names[role]);
        }
        let reply = server.write(method, path, &tokens[needs], body);
        assert!([200, 201].contains(&reply.status), "{reply}");
    }
    let reply = server.write("POST", "reversals", operator, &foreign);
    assert_eq!(reply.problem(403), "forbidden");
    written(&server.write("POST", "reversals", manager, &foreign), 201);
    world.settle();
    world.expect_on_hand("R-100", "1");
}

#[test]
fn a_repeated_write_counts_once_also_after_a_restart() {
    let mut world = World::plain();
    let token = world.server.token_of("till", "operator");
    let other = world.server.token_of("other till", "operator");
    let body = |quantity: u32| json!({ "item": "R-100", "to": "A-01", "quantity": quantity });
    let send = |world: &World, token: &str, quantity: u32| {
        let (body, key) = (body(quantity), Some("sale-1"));
        world
            .server
            .write_once("POST", "movements", token, key, &body)
    };
    let first = written(&send(&world, &token, 2), 201);
    assert_eq!(first["repeated"], false);
    for restart in [false, true] {
        if restart {
            assert_eq!(world.server.stop(), 0);
            world.server.start_again();
        }
        let again = written(&send(&world, &token, 2), 200);
        assert_eq!(again["entries"], first["entries"]);
        assert_eq!(again["repeated"], true);
        assert_eq!(again["object"]["on_hand"], "2");
        let changed = written(&send(&world, &token, 5), 200);
        assert_eq!(changed["entries"], first["entries"], "the first is the one");
    }
    written(&send(&world, &other, 5), 201);
    world.settle();
    world.expect_on_hand("R-100", "7");
}

#[test]
fn repeated_at_the_same_time_it_counts_once() {
    const AT_ONCE: usize = 8;
    let world = World::plain();
    let token = world.server.token_of("till", "operator");
    for round in 0..5 {
        let barrier = Barrier::new(AT_ONCE);
        let key = format!("sale-{round}");
        let body = json!({ "item": "R-100", "to": "A-01", "quantity": 1 });
        let send = || {
            barrier.wait();
            let reply = world
                .server
                .write_once("POST", "movements", &token, Some(&key), &body);
            (reply.status, reply.json()["entries"].clone())
        };
        let replies: Vec<(u16, Value)> = std::thread::scope(|scope| {
            let sending: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(send)).collect();
            sending.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let made = replies.iter().filter(|(status, _)| *status == 201).count();
        assert_eq!(made, 1, "{replies:?}");
        assert!(
            replies
                .iter()
                .all(|(status, _)| [200, 201].contains(status))
        );
        assert!(
            replies.iter().all(|(_, entries)| *entries == replies[0].1),
            "{replies:?}"
        );
    }
    assert_eq!(world.server.show("R-100")["on_hand"], "5");
    world.server.line("verify").expect_code(0);
}

#[test]
fn an_order_of_the_api_and_stock_of_a_handheld_meet() {
    let mut world = World::plain();
    let chief = world.server.token_of("chief", "administrator");
    let on = json!({ "value": "on" });
    let reply = world
        .server
        .write("PUT", "settings/allow-backorder", &chief, &on);
    written(&reply, 200);
    world.a.ok("add R-100 A-01 5");
    world.settle();
    let order = json!({ "number": "S1", "type": "sales" });
    post(&world.server, &chief, "orders", &order);
    let line = json!({ "item": "R-100", "quantity": 8 });
    let told = post(&world.server, &chief, "orders/S1/lines", &line);
    let expected = json!({ "number": "S1", "backorder": true, "lines": [
        { "item": "R-100", "wanted": "8", "allocated": "5", "picked": "0", "backorder": "3" },
    ] });
    assert_holds("order", &told["object"], &expected);
    world.settle();
    world.expect_show(
        "R-100",
        &json!({ "on_hand": "5", "allocated": "5", "available": "0" }),
    );
    world.b.ok("add R-100 B-02 10");
    world.settle();
    let pick = json!({ "item": "R-100", "location": "A-01", "quantity": 5 });
    let send = |world: &World, path: &str, body: &Value| {
        let key = path.replace('/', "-");
        world
            .server
            .write_once("POST", path, &chief, Some(&key), body)
    };
    written(&send(&world, "orders/S1/pick", &pick), 201);
    let filled = written(&send(&world, "orders/S1/fill", &json!({})), 201);
    assert_eq!(filled["object"]["lines"][0]["picked"], "8");
    let cancelled = written(&send(&world, "orders/S1/cancel", &json!({})), 201);
    assert_eq!(cancelled["object"]["state"], "cancelled");
    assert_eq!(world.server.stop(), 0);
    world.server.start_again();
    let again = written(&send(&world, "orders/S1/cancel", &json!({})), 200);
    assert_eq!(again["entries"], cancelled["entries"], "with its returns");
    world.settle();
    world.expect_on_hand("R-100", "15");
}
