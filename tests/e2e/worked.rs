//! Worked examples of stock and catalogue (F1 to F6 in `docs/ARCHITECTURE.md`), by their numbers,
//! through spawned programs: each is checked on both handhelds and on the server's API, together
//! with the law that all three have one `state_hash`.
//!
//! Those of orders are in `orders.rs`, of lots in `plans.rs`, of clocks in `clocks.rs`, of a store
//! that was copied in `sync_faults.rs`, and of a server that was restored in `backup.rs`.

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::node::Node;
use tests::stock::Stock;
use tests::world::{World, expect_history_of};

#[test]
fn add_100_remove_30_here_and_20_there_leaves_50_in_any_order_of_sync() {
    for a_first in [true, false] {
        let world = World::plain();
        world.a.ok("add R-100 A-01 100");
        world.a.ok("remove R-100 A-01 30");
        world.b.ok("remove R-100 A-01 20");
        let mut order = [&world.a, &world.b];
        if !a_first {
            order.reverse();
        }
        world.settle_in_order(&order);
        world.expect_on_hand("R-100", "50");
        world.expect_exceptions(&[]);
        expect_changes(&world, &["100", "-20", "-30"]);
    }
}

/// The order of the rows depends on the two devices' moments, so the changes are sorted.
#[track_caller]
fn expect_changes(world: &World, sorted: &[&str]) {
    for node in world.nodes() {
        let rows = node.history("R-100");
        let mut changes: Vec<_> = rows
            .iter()
            .filter_map(|row| row["change"].as_str())
            .collect();
        changes.sort_unstable();
        let mut expected = sorted.to_vec();
        expected.sort_unstable();
        assert_eq!(changes, expected, "{}: {rows:#?}", node.label());
        tests::world::expect_sums_of(node, "R-100");
    }
}

#[test]
fn the_last_five_removed_twice_is_minus_five_and_one_exception_naming_both() {
    let world = World::plain();
    world.a.ok("add R-100 A-01 5");
    world.settle();
    world.expect_on_hand("R-100", "5");
    let on_a = world.a.write("remove R-100 A-01 5");
    let on_b = world.b.write("remove R-100 A-01 5");
    world.settle();
    world.expect_on_hand("R-100", "-5");
    world.expect_exceptions(&[("negative", &[&on_a, &on_b])]);
    expect_changes(&world, &["5", "-5", "-5"]);

    world.b.ok("add R-100 A-01 5");
    world.settle();
    world.expect_on_hand("R-100", "0");
    world.expect_exceptions(&[]);
}

/// Everyone knows of 15 pieces, added at 09:00.
fn fifteen_at_nine() -> World {
    let world = World::plain();
    world.a.ok("add R-100 A-01 15 --at 2024-03-04T09:00:00Z");
    world.settle();
    world.expect_on_hand("R-100", "15");
    world
}

#[test]
fn a_removal_before_a_count_that_arrives_after_it_changes_only_the_variance() {
    let world = fifteen_at_nine();
    let removal = world
        .a
        .write("remove R-100 A-01 5 --at 2024-03-04T10:00:00Z");
    let count = world
        .b
        .write("count R-100 A-01 12 --at 2024-03-04T11:00:00Z");
    world.b.sync();

    let before = [("add", "15"), ("count", "-3")];
    let knowing: [&dyn Node; 2] = [&world.b, &world.server];
    for node in knowing {
        assert_holds(
            &node.label(),
            &node.show("R-100"),
            &json!({ "on_hand": "12" }),
        );
        expect_history_of(node, "R-100", &before);
    }
    assert_holds(
        "A, not knowing",
        &world.a.show("R-100"),
        &json!({ "on_hand": "10" }),
    );

    world.settle();
    world.expect_on_hand("R-100", "12");
    world.expect_history("R-100", &[("add", "15"), ("remove", "-5"), ("count", "2")]);
    world.expect_exceptions(&[]);
    for node in world.nodes() {
        let rows = node.history("R-100");
        assert_holds(
            &node.label(),
            &rows[1],
            &json!({ "entry": removal, "on_hand": "10" }),
        );
        assert_holds(
            &node.label(),
            &rows[2],
            &json!({ "entry": count, "on_hand": "12" }),
        );
    }
}

#[test]
fn a_removal_after_a_count_that_arrives_late_is_taken_off_it() {
    let world = fifteen_at_nine();
    world.a.ok("remove R-100 A-01 5 --at 2024-03-04T11:30:00Z");
    world.b.ok("count R-100 A-01 12 --at 2024-03-04T11:00:00Z");
    world.b.sync();
    assert_holds("B", &world.b.show("R-100"), &json!({ "on_hand": "12" }));

    world.settle();
    world.expect_on_hand("R-100", "7");
    world.expect_history("R-100", &[("add", "15"), ("count", "-3"), ("remove", "-5")]);
    world.expect_exceptions(&[]);
}

#[test]
fn a_late_removal_before_a_count_is_the_same_by_the_order_of_entry_alone() {
    // The same row without any said time: A removes, then B counts, then B syncs, then A.
    let world = World::plain();
    world.a.ok("add R-100 A-01 15");
    world.settle();
    world.a.ok("remove R-100 A-01 5");
    world.b.ok("count R-100 A-01 12");
    world.b.sync();
    assert_holds("B", &world.b.show("R-100"), &json!({ "on_hand": "12" }));

    world.settle();
    world.expect_on_hand("R-100", "12");
    world.expect_history("R-100", &[("add", "15"), ("remove", "-5"), ("count", "2")]);
    // Less than a minute lies between the removal and the count of another device (F4).
    for node in world.nodes() {
        let found = node.exceptions();
        assert_eq!(found.len(), 1, "{}: {found:#?}", node.label());
        let kind = found[0]["kind"].as_str().unwrap_or_default();
        assert!(kind.contains("count"), "a recount is asked for: {found:#?}");
    }
    world.a.ok("count R-100 A-01 12");
    world.settle();
    world.expect_on_hand("R-100", "12");
    world.expect_exceptions(&[]);
}

#[test]
fn at_its_threshold_of_five_an_item_is_low_and_at_nothing_out() {
    let world = World::with(&[
        "item add T-5 --name Fuse --threshold 5",
        "location add A-01 --name \"Shelf 1\"",
        "add T-5 A-01 6",
    ]);
    let level = |available: &str, level: &str| {
        let expected = json!({ "available": available, "on_hand": available, "level": level,
            "threshold": "5" });
        world.expect_show("T-5", &expected);
        let listed = |flag: &str| -> Vec<Value> {
            tests::check::array(world.a.json(&format!("items {flag}")))
        };
        assert_eq!(
            listed("--out").len(),
            usize::from(level == "out"),
            "items --out at {level}"
        );
        if level != "out" {
            assert_eq!(
                listed("--low").len(),
                usize::from(level == "low"),
                "items --low"
            );
        }
    };
    level("6", "ok");
    world.b.ok("remove T-5 A-01 1");
    world.settle();
    level("5", "low");
    world.b.ok("remove T-5 A-01 5");
    world.settle();
    level("0", "out");
}

/// Ten of customer C, and three of our own removed where we had none.
fn a_customers_ten_and_our_minus_three() -> (World, String) {
    let world = World::plain();
    world.a.ok("customer add C --name \"Customer C\"");
    world.a.ok("add R-100 A-01 10 --owner C");
    let removal = world.a.write("remove R-100 A-01 3");
    world.settle();
    (world, removal)
}

/// The lines of one item, as (owner, on hand), ours first.
fn lines(node: &dyn Node) -> Vec<(String, String)> {
    let shown = node.show("R-100");
    let rows = shown["lines"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let mut lines: Vec<_> = rows
        .iter()
        .map(|line| (text(&line["owner"]), text(&line["on_hand"])))
        .collect();
    lines.sort();
    lines
}

#[test]
fn removing_our_own_never_takes_a_customers_stock() {
    let (world, removal) = a_customers_ten_and_our_minus_three();
    world.expect_show(
        "R-100",
        &json!({ "on_hand": "-3", "on_hand_customers": "10" }),
    );
    world.expect_exceptions(&[("negative", &[&removal])]);
    for node in world.nodes() {
        let expected = [("", "-3"), ("C", "10")].map(|(o, q)| (o.to_owned(), q.to_owned()));
        assert_eq!(
            lines(node),
            expected,
            "{}: owner and quantity",
            node.label()
        );
    }
}

#[test]
fn moving_four_of_a_customers_to_our_own_changes_the_owner_and_closes_the_exception() {
    let (world, _) = a_customers_ten_and_our_minus_three();
    world.b.ok("move R-100 A-01 A-01 4 --owner C --to-own");
    world.settle();
    world.expect_show(
        "R-100",
        &json!({ "on_hand": "1", "on_hand_customers": "6" }),
    );
    world.expect_exceptions(&[]);
    for node in world.nodes() {
        let expected = [("", "1"), ("C", "6")].map(|(o, q)| (o.to_owned(), q.to_owned()));
        assert_eq!(
            lines(node),
            expected,
            "{}: owner and quantity",
            node.label()
        );
        tests::world::expect_sums_of(node, "R-100");
    }
}

#[test]
fn a_scanned_count_without_a_batch_counts_the_one_batch_line() {
    let world = World::plain();
    world.a.ok("add R-100 A-01 10 --batch LOT-7");
    world.settle();
    let said = world.b.scan(&["COUNT", "A-01", "Q10", "R-100", "DONE"]);
    assert!(said.iter().all(|line| line.starts_with("ok ")), "{said:#?}");
    world.settle();
    world.expect_show(
        "R-100",
        &json!({ "on_hand": "10", "lines": [
            { "location": "A-01", "owner": null, "batch": "LOT-7", "on_hand": "10" },
        ]}),
    );
    world.expect_history("R-100", &[("add", "10"), ("count", "0")]);
}

#[test]
fn a_typed_count_without_a_batch_counts_the_one_batch_line_too() {
    let world = World::plain();
    world.a.ok("add R-100 A-01 10 --batch LOT-7");
    world.settle();
    world.b.ok("count R-100 A-01 10");
    world.settle();
    world.expect_on_hand("R-100", "10");
    world.expect_history("R-100", &[("add", "10"), ("count", "0")]);
}

#[test]
fn undoing_a_removal_brings_it_back_and_keeps_both_entries() {
    let world = World::plain();
    world.a.ok("add R-100 A-01 10");
    let removal = world.a.write("remove R-100 A-01 4");
    let reversal = world.a.write("undo");
    world.settle();
    world.expect_on_hand("R-100", "10");
    world.expect_history(
        "R-100",
        &[("add", "10"), ("remove", "-4"), ("reversal", "4")],
    );
    for node in world.nodes() {
        let rows = node.history("R-100");
        let expected = json!([
            { "voided": false },
            { "entry": removal, "voided": true },
            { "entry": reversal },
        ]);
        assert_holds(&node.label(), &Value::Array(rows), &expected);
    }
    world.expect_exceptions(&[]);
}

#[test]
fn one_sku_created_on_two_offline_devices_is_one_item_with_ten() {
    let world = World::empty();
    let created = [(&world.a, "NEW-1"), (&world.b, " new-1 ")];
    for (stock, sku) in created {
        create_and_add_five(stock, sku);
    }
    world.settle();
    world.expect_show("NEW-1", &json!({ "sku": "NEW-1", "on_hand": "10" }));
    for node in world.nodes() {
        assert_eq!(node.items().len(), 1, "{}: one item", node.label());
    }
    world.expect_history("NEW-1", &[("add", "5"), ("add", "5")]);
    world.expect_exceptions(&[]);
}

fn create_and_add_five(stock: &Stock, sku: &str) {
    stock.ok(&format!("item add \"{sku}\" --name Widget"));
    stock.ok("location add A-01 --name \"Shelf 1\"");
    stock.ok(&format!("add \"{sku}\" A-01 5"));
}
