//! The reading side of the server: the API's routes with their shapes, its errors, the health
//! routes and the two pages.

use serde_json::{Value, json};
use tests::check::{array, assert_holds, assert_keys, column, mentions};
use tests::node::Node;
use tests::server::{Server, escaped};
use tests::world::World;

/// A shop with stock at two sites, a customer's stock and one exception.
fn shop() -> World {
    let world = World::with(&[
        "item add R-100 --name \"Resistor 100 Ohm\" --threshold 5",
        "item add \"A/B 1&2\" --name \"<b>Bold</b> & 'odd'\"",
        "location-type add RACK --rows 2 --columns A-C",
        "location add A-01 --name \"Shelf 1\" --site MAIN --room Store",
        "location add B-02 --name \"Shelf 2\" --site NORTH",
        "customer add ACME --name \"Acme Ltd\"",
        "add R-100 A-01 70",
        "add R-100 B-02 7",
        "add R-100 A-01 11 --owner ACME",
        "remove \"A/B 1&2\" A-01 2",
    ]);
    world.b.ok("count R-100 B-02 5");
    world.settle();
    world
}

#[test]
fn every_reading_route_answers_as_the_handheld_does() {
    let world = shop();
    for sku in ["R-100", "A/B 1&2"] {
        let mut shown = world.a.show(sku);
        // The moment and the devices are each node's own view.
        for own in ["as_of", "behind"] {
            shown.as_object_mut().unwrap().remove(own);
        }
        assert_holds(&format!("items/{sku}"), &world.server.show(sku), &shown);
        let (mine, theirs) = (world.a.history(sku), world.server.history(sku));
        assert_eq!(mine, theirs, "history of {sku}");
    }
    let skus = column(&world.server.items(), "sku").join("|");
    assert_eq!(skus, column(&world.a.items(), "sku").join("|"));
    let why = world.server.object("items/R-100/why");
    assert_keys(
        "why",
        &why,
        &["on_hand", "from", "movements", "ignored", "text"],
    );
    assert_eq!(world.server.exceptions().len(), world.a.exceptions().len());
}

#[test]
fn items_have_the_shape_of_show_without_lines() {
    let world = shop();
    let items = world.server.items();
    assert_eq!(column(&items, "sku"), ["A/B 1&2", "R-100"]);
    let expected = json!({ "name": "Resistor 100 Ohm", "on_hand": "75", "available": "75",
        "on_hand_customers": "11", "threshold": "5", "level": "ok" });
    assert_holds("R-100", &items[1], &expected);
    let expected = json!({ "name": "<b>Bold</b> & 'odd'", "on_hand": "-2", "level": "out" });
    assert_holds("A/B", &items[0], &expected);
    assert!(items[0].get("lines").is_none(), "{:#}", items[0]);
    let shown = world.server.show("R-100");
    assert_keys("show", &shown, &["lines", "as_of", "behind"]);
    assert_eq!(array(shown["lines"].clone()).len(), 3, "{shown:#}");
}

#[test]
fn stock_is_grouped_by_site_and_by_location() {
    let world = shop();
    for (group, place, on_hand) in [
        ("site", "MAIN", "70"),
        ("site", "NORTH", "5"),
        ("location", "A-01", "70"),
        ("location", "B-02", "5"),
    ] {
        let rows = world.server.list(&format!("stock?group={group}"));
        let mut found = rows.iter().filter(|row| {
            row[group] == place && row.get("item").is_none_or(|item| item == "R-100")
        });
        assert!(
            found.any(|row| row["on_hand"] == on_hand),
            "{on_hand} of R-100 at {group} {place}: {rows:#?}"
        );
    }
}

#[test]
fn the_catalogue_and_the_devices_are_listed() {
    let world = shop();
    for (path, names) in [
        ("sites", &["MAIN", "NORTH"][..]),
        ("locations", &["A-01", "B-02", "Shelf 1"]),
        ("location-types", &["RACK"]),
        ("customers", &["ACME", "Acme Ltd"]),
        ("devices", &["A", "B"]),
        ("exceptions", &["A/B 1&2"]),
    ] {
        let rows = Value::Array(world.server.list(path));
        for name in names {
            assert!(mentions(&rows, name), "{path} lists {name}: {rows:#}");
        }
    }
    let devices = world.server.list("devices");
    let mut names = column(&devices, "name");
    names.sort_unstable();
    assert_eq!(names, ["A", "B"]);
}

#[test]
fn status_prints_the_servers_own() {
    let world = shop();
    let status = world.server.status();
    assert_keys(
        "status",
        &status,
        &["node", "origin", "entries", "exceptions", "state_hash"],
    );
    assert_eq!(status["exceptions"], json!(world.server.exceptions().len()));
    assert_eq!(status["state_hash"], world.a.status()["state_hash"]);
    assert_eq!(status["entries"], world.a.status()["entries"]);
}

#[test]
fn entries_are_the_whole_log_as_json_lines() {
    let world = shop();
    let reply = world.server.reply("/api/v1/entries");
    let lines: Vec<Value> = reply
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().all(Value::is_object), "{reply}");
    assert_eq!(
        lines.len() as u64,
        world.server.entries(),
        "every entry is one line"
    );
    let removal = world.a.history("A/B 1&2")[0]["entry"].clone();
    assert!(
        lines
            .iter()
            .any(|line| mentions(line, removal.as_str().unwrap())),
        "the removal {removal} is among them: {reply}"
    );
}

#[test]
fn lists_come_in_pages() {
    let world = World::empty();
    let rows = (0..450).fold("sku,name\n".to_owned(), |text, n| {
        format!("{text}X-{n:03},x\n")
    });
    let file = world.a.file("items.csv", rows);
    world.a.ok(&format!("import items {file}"));
    world.settle();
    let skus: Vec<_> = (0..450).map(|n| format!("X-{n:03}")).collect();
    assert_eq!(column(&world.server.items(), "sku"), skus);
    let page = world.server.object("items?limit=7");
    assert_eq!(array(page["items"].clone()).len(), 7, "{page:#}");
    let cursor = page["next"].as_str().expect("there is more");
    let page = world
        .server
        .object(&format!("items?limit=7&cursor={}", escaped(cursor)));
    assert_eq!(page["items"][0]["sku"], "X-007");
    let cursor = world.server.fetch(
        "/api/v1/items?cursor=%00nonsense",
        Some(world.server.token()),
    );
    assert_eq!(cursor.problem(400), "bad-query");
}

#[test]
fn reading_needs_a_token() {
    let world = shop();
    for path in [
        "items",
        "items/R-100",
        "status",
        "entries",
        "devices",
        "stock?group=site",
    ] {
        let path = format!("/api/v1/{path}");
        let code = world.server.fetch(&path, None).problem(401);
        assert!(!code.is_empty());
        let with_wrong = world.server.fetch(&path, Some("wrong"));
        assert_eq!(with_wrong.problem(401), code, "{path}");
        assert!(!with_wrong.body.contains("R-100"), "{with_wrong}");
    }
}

#[test]
fn what_is_not_there_is_a_404_problem() {
    let world = shop();
    let token = world.server.token();
    let paths = [
        "items/NOPE",
        "items/NOPE/history",
        "items/NOPE/why",
        "items/%FF",
        "nothing-like-it",
    ];
    for path in paths {
        let reply = world.server.fetch(&format!("/api/v1/{path}"), Some(token));
        if path == "items/%FF" {
            assert_eq!(reply.problem(400), "bad-query");
        } else {
            assert!(!reply.problem(404).is_empty());
        }
    }
    let reply = world
        .server
        .fetch("/api/v1/stock?group=colour", Some(token));
    assert!(!reply.problem(400).is_empty());
}

#[test]
fn health_needs_no_token_and_tells_nothing() {
    let mut server = Server::start();
    for path in ["/healthz", "/readyz"] {
        let reply = server.fetch(path, None);
        assert_eq!(reply.status, 200, "{reply}");
    }
    server.line("healthcheck").expect_code(0);
    server.stop();
    assert_ne!(server.line("healthcheck").code, 0, "nobody is at home");
    assert_ne!(
        server.line("healthcheck").code,
        2,
        "which is no wrong usage"
    );
}

#[test]
fn administration_works_while_the_server_runs() {
    let world = World::empty();
    let code = world.server.admin("device code --name C --role operator");
    assert_keys("device code", &code, &["code", "url", "qr", "expires"]);
    assert_eq!(code["url"], world.server.url());
    let devices = world.server.admin("device list");
    for name in ["A", "B"] {
        assert!(mentions(&devices, name), "{name} in {devices:#}");
    }
    world.server.line("verify").expect_code(0);
}

#[test]
fn verify_works_on_a_server_that_is_stopped_too() {
    let mut world = shop();
    world.server.stop();
    let verified = world.server.admin("verify");
    assert_holds("verify", &verified, &json!({ "ok": true, "problems": [] }));
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let server = Server::start();
    let output = server.line("serve --listen 127.0.0.1:0");
    assert_eq!(output.code, 1, "{output}");
    assert!(output.said().contains("in use"), "{output}");
    assert_eq!(
        server.fetch("/healthz", None).status,
        200,
        "the first goes on"
    );
}

/// What the pages show is tested with a browser (`tests/browser`).
#[test]
fn the_pages_ask_for_a_login() {
    let world = shop();
    for path in ["/", "/items", "/items/R-100", "/exceptions"] {
        let reply = world.server.fetch(path, None);
        assert!(reply.content_type.starts_with("text/html"), "{reply}");
        assert!(
            reply.body.contains("name=\"password\"") || reply.body.contains("one-time link"),
            "{reply}"
        );
        for told in ["R-100", "Resistor"] {
            assert!(!reply.body.contains(told) || path.contains(told), "{reply}");
        }
    }
    // A token is for the API.
    let reply = world.server.fetch("/items", Some(world.server.token()));
    assert!(!reply.body.contains("Resistor"), "{reply}");
}
