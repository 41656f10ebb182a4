//! Worked examples of orders, levels and owners (F7 to F9), by their numbers, on two
//! handhelds and the central server: what is written offline arrives late and in either order, and
//! all three say the same afterwards.

use serde_json::{Value, json};
use tests::check::{array, assert_holds, column};
use tests::node::Node;
use tests::stock::Stock;
use tests::world::World;

/// Two items, two places, and backorders allowed, known everywhere.
fn shop() -> World {
    World::with(&[
        "item add R-100 --name \"Resistor 100 Ohm\"",
        "item add C-200 --name \"Capacitor\"",
        "location add A-01 --name \"Shelf 1\"",
        "location add B-02 --name \"Shelf 2\"",
        "customer add ACME --name \"Acme Ltd\"",
        "setting set allow-backorder on",
    ])
}

/// The shop with five pieces at A-01.
fn five_there() -> World {
    let world = shop();
    world.a.ok("add R-100 A-01 5");
    world.settle();
    world
}

fn order_on(stock: &Stock, number: &str) -> Value {
    stock.json(&format!("order show {number}"))
}

/// Syncs B before A or A before B, and again.
fn settle(world: &World, a_first: bool) {
    let (first, second) = if a_first {
        (&world.a, &world.b)
    } else {
        (&world.b, &world.a)
    };
    world.settle_in_order(&[first, second]);
}

/// Fails unless both handhelds say the same of all orders, backorders and exceptions, the server
/// the same of exceptions and items, and unless all three have one `state_hash`, which covers the
/// server's orders and claims.
#[track_caller]
fn all_say_the_same(world: &World) {
    for line in ["order list", "backorders", "exceptions", "low"] {
        let (on_a, on_b) = (world.a.json(line), world.b.json(line));
        assert_eq!(on_a, on_b, "{line} on A and on B");
    }
    for order in array(world.a.json("order list")) {
        let number = order["number"].as_str().unwrap();
        let (on_a, on_b) = (order_on(&world.a, number), order_on(&world.b, number));
        assert_eq!(on_a, on_b, "order show {number} on A and on B");
    }
    assert_eq!(world.a.exceptions(), world.server.exceptions());
    for sku in world.a.items() {
        let sku = sku["sku"].as_str().unwrap();
        let (here, there) = (world.a.history(sku), world.server.history(sku));
        assert_eq!(here, there, "history of {sku} on A and on the server");
    }
    world.agree();
}

/// Fails unless both handhelds have the line of R-100 like this: wanted, picked, ready, backorder;
/// and unless all three nodes have this much on hand and available.
#[track_caller]
fn expect(world: &World, number: &str, line: [&str; 4], stock: [&str; 2]) {
    all_say_the_same(world);
    for handheld in [&world.a, &world.b] {
        expect_line(handheld, number, line, false);
    }
    let [on_hand, available] = stock;
    let expected = json!({ "on_hand": on_hand, "available": available });
    world.expect_show("R-100", &expected);
}

#[track_caller]
fn expect_line(stock: &Stock, number: &str, line: [&str; 4], provisional: bool) {
    let [wanted, picked, ready, backorder] = line;
    let expected = json!({ "lines": [{
        "item": "R-100", "wanted": wanted, "picked": picked, "ready": ready, "allocated": ready,
        "backorder": backorder, "provisional": provisional,
    }]});
    assert_holds(&stock.label(), &order_on(stock, number), &expected);
}

/// The changes of R-100 that belong to an order, as (change, on hand, available), on every node;
/// without those that change the promise alone when the order takes stock out.
#[track_caller]
fn expect_order_rows(world: &World, number: &str, expected: &[[&str; 3]]) {
    for node in world.nodes() {
        let rows = node.history("R-100");
        let rows: Vec<_> = rows.iter().filter(|row| row["order"] == number).collect();
        let told: Vec<_> = rows
            .iter()
            .map(|row| ["change", "on_hand", "available"].map(|key| row[key].as_str().unwrap()))
            .filter(|[change, ..]| !number.starts_with('R') || *change != "0")
            .collect();
        assert_eq!(told, expected, "{}: {rows:#?}", node.label());
        assert!(rows.iter().all(|row| row["kind"] == "order"), "{rows:#?}");
        tests::world::expect_sums_of(node, "R-100");
    }
}

#[test]
fn reserve_promises_five_of_eight_then_all_and_gives_all_back_when_it_is_cancelled() {
    for a_first in [true, false] {
        let world = five_there();
        world.a.ok("order open S-1 --type sales --customer ACME");
        world.a.ok("order add S-1 R-100 8");
        expect_line(&world.a, "S-1", ["8", "0", "5", "3"], true);
        world.b.ok("add C-200 B-02 1");
        settle(&world, a_first);
        expect(&world, "S-1", ["8", "0", "5", "3"], ["5", "0"]);
        let expected = json!([{ "order": "S-1", "item": "R-100", "backorder": "3", "ready": "5" }]);
        assert_holds("backorders", &world.b.json("backorders"), &expected);

        // B brings ten while A, not knowing, makes the order wait for a day.
        world.b.ok("add R-100 B-02 10");
        world.a.ok("order edit S-1 --due 2030-01-02");
        settle(&world, a_first);
        expect(&world, "S-1", ["8", "0", "8", "0"], ["15", "7"]);
        assert_eq!(world.a.json("backorders"), json!([]));
        let come = json!([{ "order": "S-1", "item": "R-100", "backorder": "0", "ready": "8" }]);
        assert_holds("--ready", &world.a.json("backorders --ready"), &come);
        assert_eq!(order_on(&world.b, "S-1")["due"], "2030-01-02");
        let picks = array(world.b.json("order pick-list S-1"));
        assert_eq!(column(&picks, "location"), ["A-01", "B-02"]);
        assert_eq!(column(&picks, "quantity"), ["5", "3"]);

        world.b.ok("order cancel S-1 --reason \"no longer wanted\"");
        settle(&world, a_first);
        expect(&world, "S-1", ["8", "0", "0", "0"], ["15", "15"]);
        assert_eq!(order_on(&world.a, "S-1")["state"], "cancelled");
        expect_order_rows(&world, "S-1", &[["0", "5", "0"], ["0", "15", "15"]]);
        world.expect_exceptions(&[]);
    }
}

#[test]
fn issue_takes_five_of_eight_then_fills_three_and_returns_eight() {
    for a_first in [true, false] {
        let world = five_there();
        world.a.ok("order open R-1");
        let said = world.a.ok("order add R-1 R-100 8");
        assert!(said.contains("5 pcs of R-100 taken from A-01"), "{said}");
        assert!(said.contains("provisional"), "{said}");
        settle(&world, a_first);
        expect(&world, "R-1", ["8", "5", "0", "3"], ["0", "0"]);
        expect_order_rows(&world, "R-1", &[["-5", "0", "0"]]);
        assert_eq!(world.b.json("backorders --ready"), json!([]));

        world.b.ok("add R-100 A-01 10");
        settle(&world, a_first);
        expect(&world, "R-1", ["8", "5", "3", "0"], ["10", "7"]);
        let ready = json!([{ "order": "R-1", "item": "R-100", "backorder": "0", "ready": "3" }]);
        assert_holds("ready", &world.b.json("backorders --ready"), &ready);

        let said = world.b.ok("order fill R-1");
        assert!(said.contains("3 pcs of R-100 taken from A-01"), "{said}");
        settle(&world, a_first);
        expect(&world, "R-1", ["8", "8", "0", "0"], ["7", "7"]);

        let said = world.a.ok("order cancel R-1");
        assert!(said.contains("8 pcs of R-100 returned to A-01"), "{said}");
        settle(&world, a_first);
        all_say_the_same(&world);
        world.expect_show("R-100", &json!({ "on_hand": "15", "available": "15" }));
        expect_order_rows(
            &world,
            "R-1",
            &[["-5", "0", "0"], ["-3", "7", "7"], ["8", "15", "15"]],
        );
        world.expect_exceptions(&[]);
    }
}

/// B's line of eight is the older one by every clock; who syncs first is served first.
#[test]
fn the_central_number_decides_who_is_served_not_the_clock() {
    for a_first in [true, false] {
        let world = five_there();
        world.b.ok("order open S-EIGHT --type sales");
        world.b.ok("order add S-EIGHT R-100 8");
        world.a.ok("order open S-TWO --type sales");
        world.a.ok("order add S-TWO R-100 2");
        expect_line(&world.b, "S-EIGHT", ["8", "0", "5", "3"], true);
        expect_line(&world.a, "S-TWO", ["2", "0", "2", "0"], true);
        settle(&world, a_first);
        let (two, eight) = if a_first {
            (["2", "0", "2", "0"], ["8", "0", "3", "5"])
        } else {
            (["2", "0", "0", "2"], ["8", "0", "5", "3"])
        };
        expect(&world, "S-TWO", two, ["5", "0"]);
        expect(&world, "S-EIGHT", eight, ["5", "0"]);

        let last = if a_first { "S-EIGHT" } else { "S-TWO" };
        world.a.ok(&format!("order expedite {last} R-100"));
        settle(&world, a_first);
        let first_now = if a_first {
            ["8", "0", "5", "3"]
        } else {
            ["2", "0", "2", "0"]
        };
        expect(&world, last, first_now, ["5", "0"]);
        world.b.ok(&format!("order expedite {last} R-100 --rank 0"));
        settle(&world, a_first);
        expect(&world, "S-TWO", two, ["5", "0"]);
        world.expect_exceptions(&[]);
    }
}

#[test]
fn reservations_bring_an_item_from_ok_to_low_to_out_and_the_list_names_the_entry() {
    let world = shop();
    world.a.ok("item set R-100 --threshold 5");
    world.a.ok("item archive C-200");
    world.a.ok("add R-100 A-01 6");
    world.a.ok("order open S-1 --type sales");
    settle(&world, true);
    let level = |available: &str, level: &str, by: Option<&str>| {
        all_say_the_same(&world);
        let expected = json!({ "on_hand": "6", "available": available, "level": level });
        world.expect_show("R-100", &expected);
        for handheld in [&world.a, &world.b] {
            let low = array(handheld.json("low"));
            let Some(by) = by else {
                assert_eq!(low, Vec::<Value>::new());
                continue;
            };
            let expected = json!([{
                "item": "R-100", "level": level, "available": available, "threshold": "5",
                "crossing": { "entry": by, "to": level, "available": available },
            }]);
            assert_holds("low", &Value::Array(low), &expected);
        }
    };
    level("6", "ok", None);
    let one = world.b.write("order add S-1 R-100 1");
    settle(&world, false);
    level("5", "low", Some(&one));
    let all = world.a.write("order add S-1 R-100 5");
    settle(&world, true);
    level("0", "out", Some(&all));
    let told = world.b.ok("low");
    for word in ["out", "R-100", all.as_str()] {
        assert!(told.contains(word), "{word} in {told}");
    }
}

#[test]
fn a_customers_stock_serves_that_customer_first_and_nobody_else() {
    for a_first in [true, false] {
        let world = shop();
        world.a.ok("add R-100 A-01 4");
        world.a.ok("add R-100 B-02 10 --owner ACME");
        settle(&world, a_first);
        world.a.ok("order open S-OTHER --type sales");
        world.a.ok("order add S-OTHER R-100 6");
        settle(&world, a_first);
        world.b.ok("order open S-ACME --type sales --customer ACME");
        world.b.ok("order add S-ACME R-100 11");
        settle(&world, a_first);
        // Ours is 4 of 14, all promised; theirs is not counted as ours.
        expect(&world, "S-OTHER", ["6", "0", "4", "2"], ["4", "0"]);
        expect(&world, "S-ACME", ["11", "0", "10", "1"], ["4", "0"]);
        world.expect_show("R-100", &json!({ "on_hand_customers": "10" }));
        let error = world
            .b
            .error(1, "order pick S-OTHER R-100 B-02 1 --owner ACME");
        assert_eq!(error["code"], "other-owner", "{error:#}");

        let theirs = json!([{ "sku": "R-100", "owner": "ACME", "owner_on_hand": "10",
            "owner_available": "0" }]);
        assert_holds("items", &world.a.json("items --owner ACME"), &theirs);
        let shown = json!({ "code": "ACME",
            "lines": [{ "item": "R-100", "location": "B-02", "on_hand": "10" }],
            "orders": [{ "number": "S-ACME" }] });
        assert_holds("customer", &world.a.json("customer show ACME"), &shown);

        world.a.ok("order fill S-ACME");
        settle(&world, a_first);
        expect(&world, "S-ACME", ["11", "10", "0", "1"], ["4", "0"]);
        world.expect_show("R-100", &json!({ "on_hand_customers": "0" }));
        world.expect_exceptions(&[]);
    }
}

#[test]
fn two_who_sell_the_same_five_offline_find_one_of_them_oversold() {
    for a_first in [true, false] {
        let world = five_there();
        world.a.ok("setting set allow-backorder off");
        settle(&world, true);
        let mut lines = Vec::new();
        for (handheld, number) in [(&world.a, "S-A"), (&world.b, "S-B")] {
            handheld.ok(&format!("order open {number} --type sales"));
            lines.push(handheld.write(&format!("order add {number} R-100 5")));
        }
        settle(&world, a_first);
        let (served, oversold) = if a_first {
            ("S-A", "S-B")
        } else {
            ("S-B", "S-A")
        };
        expect(&world, served, ["5", "0", "5", "0"], ["5", "0"]);
        expect(&world, oversold, ["5", "0", "0", "5"], ["5", "0"]);
        world.expect_exceptions(&[("oversold", &[&lines[usize::from(a_first)]])]);

        let id = world.b.exceptions()[0]["id"].as_str().unwrap().to_owned();
        let answer = format!("exceptions answer {id} --accept --note \"customer waits\"");
        let answered = world.b.json(&answer);
        assert_holds(
            "answer",
            &answered["object"],
            &json!({ "id": id, "open": false }),
        );
        assert_eq!(world.a.exceptions().len(), 1, "A does not know yet");
        settle(&world, a_first);
        all_say_the_same(&world);
        world.expect_exceptions(&[]);
    }
}

#[test]
fn two_who_cancel_one_order_offline_return_its_stock_once() {
    for a_first in [true, false] {
        let world = five_there();
        world.a.ok("add R-100 B-02 5");
        world.a.ok("order open R-1");
        world.a.ok("order add R-1 R-100 8");
        settle(&world, true);
        expect(&world, "R-1", ["8", "8", "0", "0"], ["2", "2"]);
        for handheld in [&world.a, &world.b] {
            let said = handheld.ok("order cancel R-1");
            assert!(said.contains("returned to A-01"), "{said}");
        }
        settle(&world, a_first);
        all_say_the_same(&world);
        world.expect_show(
            "R-100",
            &json!({ "on_hand": "10", "available": "10", "lines": [
                { "location": "A-01", "on_hand": "5" }, { "location": "B-02", "on_hand": "5" },
            ]}),
        );
        world.expect_exceptions(&[]);
    }
}

#[test]
fn a_late_pick_on_a_closed_order_counts_and_is_answered_on_one_device_for_all() {
    for a_first in [true, false] {
        let world = five_there();
        world.a.ok("order open S-1 --type sales");
        world.a.ok("order add S-1 R-100 3");
        settle(&world, true);
        world
            .a
            .ok("order close S-1 --note \"collected by courier\"");
        let pick = world.b.write("order pick S-1 R-100 A-01 3");
        settle(&world, a_first);
        all_say_the_same(&world);
        world.expect_show("R-100", &json!({ "on_hand": "2", "available": "2" }));
        assert_eq!(order_on(&world.b, "S-1")["state"], "closed");
        world.expect_exceptions(&[("closed-order", &[&pick])]);

        let id = world.a.exceptions()[0]["id"].as_str().unwrap().to_owned();
        world.a.ok(&format!(
            "exceptions answer {id} --accept --note \"was on the van\""
        ));
        assert_eq!(world.a.exceptions(), Vec::<Value>::new());
        assert_eq!(world.b.exceptions().len(), 1, "B does not know yet");
        settle(&world, a_first);
        all_say_the_same(&world);
        world.expect_exceptions(&[]);
    }
}

#[test]
fn a_wrong_pick_is_answered_by_reversing_it_and_a_negative_place_by_a_count() {
    let world = five_there();
    world.a.ok("order open S-1 --type sales");
    world.a.ok("order add S-1 R-100 3");
    settle(&world, true);
    world.a.ok("order close S-1");
    let pick = world.b.write("order pick S-1 R-100 A-01 3");
    settle(&world, true);
    let id = world.b.exceptions()[0]["id"].as_str().unwrap().to_owned();
    world
        .b
        .ok(&format!("exceptions answer {id} --reverse {pick}"));
    settle(&world, false);
    world.expect_show("R-100", &json!({ "on_hand": "5", "available": "5" }));
    world.expect_exceptions(&[]);

    let removal = world.a.write("remove C-200 A-01 2");
    settle(&world, false);
    let told = world.b.ok("exceptions");
    assert!(told.contains("negative-stock:C-200@A-01"), "{told}");
    let count = world
        .b
        .write("exceptions answer negative-stock:C-200@A-01 --count 1");
    settle(&world, true);
    all_say_the_same(&world);
    world.expect_show("C-200", &json!({ "on_hand": "1" }));
    // Less than a minute lies between A's removal and B's count (F4); A's own count settles it.
    world.expect_exceptions(&[("recount", &[&removal, &count])]);
    world.a.ok("exceptions answer recount:C-200@A-01 --count 1");
    settle(&world, true);
    all_say_the_same(&world);
    world.expect_exceptions(&[]);
}

#[test]
fn one_number_opened_on_two_devices_keeps_both_and_asks_for_their_entries() {
    let world = five_there();
    let on_a = world.a.write("order open R-7 --title Pump");
    let on_b = world.b.write("order open R-7 --title Valve");
    settle(&world, true);
    world.expect_exceptions(&[("duplicate-number", &[&on_a, &on_b])]);
    let error = world.a.error(1, "order show R-7");
    assert_eq!(error["code"], "ambiguous-order", "{error:#}");
    assert_eq!(order_on(&world.a, &on_b)["title"], "Valve");
    assert_eq!(order_on(&world.b, &on_a)["title"], "Pump");
    world.b.ok(&format!("order add {on_a} R-100 2"));
    settle(&world, false);
    world.agree();
    let lines = &order_on(&world.a, &on_a)["lines"];
    assert_holds("lines", lines, &json!([{ "item": "R-100", "picked": "2" }]));
    assert_eq!(order_on(&world.a, &on_b)["lines"], json!([]));
}
