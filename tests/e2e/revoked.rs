//! A revoked handheld through the programs: what it held back arrives and waits, it hears that it
//! was revoked and goes on alone, and an administrator decides what counts.

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::node::Node;
use tests::seed::Seed;
use tests::stock::Stock;
use tests::world::{World, expect_sums_of};

/// A hundred pieces everywhere; then A is offline and takes three times, and is revoked meanwhile.
fn lost() -> World {
    let world = World::plain();
    world.b.ok("add R-100 A-01 100");
    world.settle();
    for quantity in [1, 2, 3] {
        world.a.ok(&format!("remove R-100 A-01 {quantity}"));
    }
    let told = world.server.admin("device revoke A");
    let trusted = json!({ "name": "A", "revoked": true, "waiting": 0 });
    assert_holds("device revoke", &told["object"], &trusted);
    world
}

/// A gives what it has and hears that it was revoked.
fn give(world: &World) {
    let error = world.a.error(1, "sync");
    assert_eq!(error["code"], "device-revoked", "{error:#}");
    let text = error["text"].as_str().unwrap();
    assert!(text.contains("revoked by the administrator"), "{text}");
    world.b.sync();
    world.b.sync();
}

/// Fails unless the server and B, which stays a device, agree and have this on hand.
#[track_caller]
fn expect(world: &World, on_hand: &str, kinds: &[&str]) {
    let nodes: [&dyn Node; 2] = [&world.server, &world.b];
    for node in nodes {
        let label = node.label();
        assert_eq!(node.show("R-100")["on_hand"], on_hand, "{label}");
        let found = node.exceptions();
        let found: Vec<&str> = found
            .iter()
            .map(|it| it["kind"].as_str().unwrap())
            .collect();
        assert_eq!(found, kinds, "{label}");
        expect_sums_of(node, "R-100");
    }
    assert_eq!(world.server.state_hash(), world.b.state_hash());
}

fn device(world: &World, name: &str) -> Value {
    let devices = world.server.admin("device list");
    let mut devices = devices.as_array().unwrap().iter();
    devices.find(|it| it["name"] == name).unwrap().clone()
}

/// The origin of A by which a person decides: the beginning of its id is enough.
fn origin_of_a(world: &World) -> String {
    let device = device(world, "A");
    device["origins"][0]["origin"].as_str().unwrap()[..12].to_owned()
}

fn history(node: &dyn Node) -> Vec<(String, Value)> {
    let rows = node.history("R-100").into_iter();
    let told = rows.map(|row| {
        let change = row["change"].as_str().unwrap().to_owned();
        (change, row["withheld"].clone())
    });
    told.collect()
}

#[test]
fn what_a_revoked_handheld_held_back_waits_and_counts_once_it_is_admitted() {
    let world = lost();
    give(&world);
    expect(&world, "100", &["revoked-waits"]);
    let waiting = |change: &str| (change.to_owned(), json!("waiting"));
    let first = ("100".to_owned(), Value::Null);
    let told = history(&world.server);
    assert_eq!(told[0], first);
    assert_eq!(told[1..], [waiting("0"), waiting("0"), waiting("0")]);
    let exception = &world.b.exceptions()[0];
    assert_eq!(exception["actions"], json!(["admit", "refuse"]));
    assert_eq!(exception["entries"].as_array().unwrap().len(), 3);
    let text = exception["text"].as_str().unwrap();
    assert!(text.contains("stock-server device admit"), "{text}");
    let listed = json!({ "revoked": true, "waiting": 3 });
    assert_holds("device list", &device(&world, "A"), &listed);
    assert_holds(
        "device list",
        &device(&world, "B"),
        &json!({ "revoked": false }),
    );

    // It works on alone, with its own numbers.
    assert_eq!(world.a.json("status")["pending"], 3);
    world.a.ok("remove R-100 A-01 4");
    assert_eq!(world.a.json("show R-100")["on_hand"], "90");

    let origin = origin_of_a(&world);
    let done = world.server.admin(&format!("device admit {origin}"));
    assert_eq!(done["decided"], 3, "{done:#}");
    world.b.sync();
    expect(&world, "94", &[]);
    // What comes after the admission waits again.
    give(&world);
    expect(&world, "94", &["revoked-waits"]);
}

#[test]
fn what_is_refused_never_counts_until_somebody_admits_it_all_the_same() {
    let mut world = lost();
    give(&world);
    let origin = origin_of_a(&world);
    world.server.admin(&format!("device refuse {origin}"));
    world.b.sync();
    expect(&world, "100", &[]);
    let told = history(&world.b);
    assert!(told[1..].iter().all(|row| row.1 == "refused"), "{told:?}");
    let refuse = format!("device refuse {origin} --json");
    let again = world.server.line(&refuse).expect_code(1).error();
    assert_eq!(again["code"], "nothing-to-refuse");

    // The same without a server that runs, and after the index was made anew.
    assert_eq!(world.server.stop(), 0);
    let verified = world.server.admin("verify");
    assert_eq!(verified["ok"], true, "{verified:#}");
    world.server.admin("rebuild");
    world.server.admin(&format!("device admit {origin}"));
    world.server.start_again();
    world.b.sync();
    expect(&world, "94", &[]);
}

#[test]
fn trust_ends_where_the_administrator_says() {
    let world = World::plain();
    world.a.ok("add R-100 A-01 100");
    let last = world.a.write("remove R-100 A-01 10");
    world.a.ok("remove R-100 A-01 20");
    world.settle();
    let seq = last.rsplit('-').next().unwrap();
    let refused = |line: &str| {
        let line = format!("{line} --json");
        world.server.line(&line).expect_code(1).error()["code"].clone()
    };
    assert_eq!(refused("device revoke nobody"), "unknown-device");
    assert_eq!(refused("device revoke A --last 4000"), "unknown-entry");
    assert_eq!(refused("device admit 00"), "unknown-origin");
    let told = world.server.admin(&format!("device revoke A --last {seq}"));
    assert_eq!(told["object"]["waiting"], 1, "{told:#}");
    assert_eq!(refused("device revoke A"), "already-revoked");
    world.b.sync();
    expect(&world, "90", &["revoked-waits"]);
    world.server.admin("device revoke A --last 0");
    world.b.sync();
    expect(&world, "0", &["revoked-waits"]);
}

#[test]
fn the_key_of_a_revoked_handheld_is_not_enrolled_again_and_a_new_store_is() {
    let world = lost();
    let code = world.server.code();
    let url = world.server.url();
    let error = world.a.error(1, &format!("enroll {url} --code {code}"));
    assert_eq!(error["code"], "device-revoked", "{error:#}");
    assert!(error["text"].as_str().unwrap().contains("stock init"));
    // The code was not used up.
    let fresh = Stock::new("A");
    fresh.ok(&format!("enroll {url} --code {code}"));
    fresh.sync();
    fresh.ok("remove R-100 A-01 5");
    fresh.sync();
    assert_eq!(world.server.show("R-100")["on_hand"], "95");
    // Two devices are called A now.
    let line = "device revoke A --last 1 --json";
    let error = world.server.line(line).expect_code(1).error();
    assert_eq!(error["code"], "ambiguous-device");
    let id = device(&world, "A")["id"].as_str().unwrap().to_owned();
    assert!(error["text"].as_str().unwrap().contains(&id), "{error:#}");
}

#[test]
fn a_revoked_handheld_gives_more_than_one_message_holds() {
    const ROWS: usize = 3_300;
    let world = lost();
    let mut csv = "time,item,quantity,from,to,owner,batch,reason,order,note\n".to_owned();
    let mut seed = Seed::of(7);
    for _ in 0..ROWS {
        // What cannot be packed, so that 4 MiB are full soon.
        let letter = |_| char::from(b'#' + u8::try_from(seed.below(90)).unwrap());
        let note: String = (0..1_990).map(letter).filter(|it| *it != ',').collect();
        csv.push_str(&format!("2025-11-20T10:00:00Z,R-100,1,A-01,,,,,,{note}\n"));
    }
    let file = world.a.file("backlog.csv", csv);
    world.a.ok(&format!("import movements {file}"));
    give(&world);
    expect(&world, "100", &["revoked-waits"]);
    let waiting = device(&world, "A")["waiting"].as_u64().unwrap();
    assert_eq!(waiting, u64::try_from(ROWS).unwrap() + 3);
}
