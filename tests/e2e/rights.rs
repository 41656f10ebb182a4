//! Users on handhelds: login, and what is refused at entry.

use serde_json::{Value, json};
use tests::stock::Stock;
use tests::world::World;

fn refused(stock: &Stock, line: &str, code: &str) -> String {
    let error = stock.error(1, line);
    assert_eq!(error["code"], code, "{line}: {error:#}");
    error["text"].as_str().unwrap_or_default().to_owned()
}

/// The plain world with an operator, a manager with a badge, and somebody who left.
fn staffed() -> World {
    let world = World::plain();
    for line in [
        "user add olga --role operator",
        "user add max --role manager --badge B-0042",
        "user add lee --role manager",
        "user disable lee",
    ] {
        world.server.admin(line);
    }
    world.settle();
    world
}

#[test]
fn an_operator_moves_stock_and_makes_no_items() {
    let world = staffed();
    let a = &world.a;
    assert_eq!(a.json("login olga")["role"], "operator");
    // The network is gone: what the handheld knows decides.
    a.write("add R-100 A-01 5");
    for line in [
        "item add R-200 --name Other",
        "location add C-03 --name \"Shelf 3\"",
        "order open O-1",
        "setting set allow-backorder on",
    ] {
        let text = refused(a, line, "no-right");
        assert!(text.contains("olga"), "{text}");
    }
    refused(a, "show R-200", "unknown-item");
    world.settle();
    world.expect_on_hand("R-100", "5");
    let row = &a.json("history R-100")[0];
    assert_eq!(row["user"], "olga");
    // Somebody else may, on the same device, for one command.
    a.ok("item add R-200 --name Other --user max");
    a.json("logout");
    a.ok("item add R-300 --name Third");
}

#[test]
fn login_is_by_name_or_badge_and_lasts() {
    let world = staffed();
    let a = &world.a;
    let who = |line: &str| {
        let who = a.json(line);
        (who["user"].clone(), who["acts_as"].clone())
    };
    assert_eq!(who("whoami"), (Value::Null, json!("device:A")));
    assert_eq!(who("login B-0042"), (json!("max"), json!("max")));
    assert_eq!(who("whoami"), (json!("max"), json!("max")));
    assert_eq!(who("whoami --user olga"), (json!("olga"), json!("olga")));
    let unknown = a.error(1, "login olgo");
    assert_eq!(unknown["code"], "unknown-user");
    assert!(
        unknown["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("olga"))
    );
    refused(a, "login lee", "user-disabled");
    refused(a, "login token:x", "unknown-user");
    assert_eq!(who("whoami"), (json!("max"), json!("max")));
    assert_eq!(who("logout"), (Value::Null, json!("device:A")));
    assert_eq!(who("whoami"), (Value::Null, json!("device:A")));
    assert_eq!(
        world.b.json("whoami")["user"],
        Value::Null,
        "it is local to the device"
    );
}

#[test]
fn a_ledger_without_users_takes_any_name_and_says_so() {
    let alone = Stock::new("alone");
    let told = alone.line("login Ann").expect_code(0);
    assert!(told.stderr.contains("warning"), "{}", told.stderr);
    alone.ok("item add P --name Part");
    alone.ok("location add A --name Shelf");
    alone.write("add P A 1");
    assert_eq!(alone.json("history P")[0]["user"], "ann");
    refused(&alone, "login device:x", "bad-user");
}
