//! The rules of the fold, one by one, by numbers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry::{self, Answer};
use ledger_core::catalogue::{CatalogueWrite, Class, Role, Value, key};
use ledger_core::entry::{
    Body, CodeBound, Content, Genesis, GenesisReason, ItemMerged, Kind, Place,
};
use ledger_core::fold::{Fold, ItemMatch, Record};
use ledger_core::{Barcode, DeviceId, EntryId, Quantity, Timestamp};
use support::*;

/// On hand, and the changes of the item's history, oldest first.
fn check_history(fold: &Fold, item: &str, changes: &[&str]) {
    let history = fold.history(&code(item));
    let found: Vec<String> = history.iter().map(|row| row.change.to_string()).collect();
    assert_eq!(found, changes);
    for line in fold.lines(&code(item)) {
        let changes = history
            .iter()
            .filter(|row| row.line.as_ref() == Some(&line.key));
        let sum = changes.fold(ledger_core::Total::ZERO, |sum, row| sum.plus(row.change));
        assert_eq!(sum, line.on_hand, "changes of {:?} add up", line.key);
    }
}

#[test]
fn a_late_movement_before_a_count_changes_its_variance_only() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 15));
    world.write(2, 60 * MINUTE, counted("P", "A", 12));
    let before = world.fold();
    assert_eq!(on_hand(&before, "P", "A"), "12");
    check_history(&before, "P", &["15", "-3"]);
    // Written at 10:00 but arriving after the count of 11:00.
    world.write(1, 30 * MINUTE, remove("P", "A", 5));
    let after = world.fold();
    assert_eq!(on_hand(&after, "P", "A"), "12");
    check_history(&after, "P", &["15", "-5", "2"]);
}

#[test]
fn a_movement_after_a_count_changes_the_total() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 15));
    world.write(1, 90 * MINUTE, remove("P", "A", 5));
    world.write(2, 60 * MINUTE, counted("P", "A", 12));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "7");
    check_history(&fold, "P", &["15", "-3", "-5"]);
}

#[test]
fn add_100_remove_30_here_and_20_there_leaves_50_in_any_order() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 100));
    world.write(1, MINUTE, remove("P", "A", 30));
    world.write(2, 2 * MINUTE, remove("P", "A", 20));
    for order in [[0, 1, 2], [0, 2, 1], [2, 0, 1]] {
        let mut fold = Fold::new();
        for at in order {
            fold.apply(world.records[at].clone());
        }
        assert_eq!(on_hand(&fold, "P", "A"), "50", "{order:?}");
        check_history(&fold, "P", &["100", "-30", "-20"]);
    }
}

#[test]
fn a_customer_s_stock_is_theirs_until_it_is_moved_to_our_own() {
    let theirs = || Place {
        owner: Some(code("C")),
        ..place("A")
    };
    let check = |fold: &Fold, ours: &str, of_c: &str| {
        assert_eq!(on_hand(fold, "P", "A"), ours);
        let lines = fold.lines(&code("P"));
        let of_customer = lines.iter().filter(|line| line.key.owner.is_some());
        let of_customer: Vec<String> = of_customer.map(|line| line.on_hand.to_string()).collect();
        assert_eq!(of_customer, [of_c]);
    };
    let mut world = World::default();
    world.write(1, 0, moved("P", 10, None, Some(theirs())));
    let taken = world.write(1, MINUTE, remove("P", "A", 3));
    let fold = world.fold();
    check(&fold, "-3", "10");
    let open = fold.exceptions();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0].kind.word(), "negative-stock");
    assert_eq!(open[0].entries, [taken]);
    world.write(
        2,
        2 * MINUTE,
        moved("P", 4, Some(theirs()), Some(place("A"))),
    );
    let fold = world.fold();
    check(&fold, "1", "6");
    assert_eq!(exceptions(&fold), [""; 0]);
}

#[test]
fn one_sku_made_on_two_devices_with_five_on_each_is_one_item_with_ten() {
    let mut world = World::default();
    for (writer, sku) in [(1, "NEW-1"), (2, "new-1")] {
        let named = set(Class::Item, sku, key::NAME, Value::text("Widget"));
        world.write(writer, MINUTE, named);
        world.write(writer, 2 * MINUTE, add(sku, "A", 5));
    }
    let fold = world.fold();
    assert_eq!(fold.items(), [code("NEW-1")]);
    assert_eq!(on_hand(&fold, "NEW-1", "A"), "10");
    check_history(&fold, "NEW-1", &["5", "5"]);
}

#[test]
fn below_zero_names_the_movements_that_led_there() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 5));
    let first = world.write(1, 10 * MINUTE, remove("P", "A", 5));
    let second = world.write(2, 11 * MINUTE, remove("P", "A", 5));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "-5");
    let open = fold.exceptions();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].entries, [first, second]);
    assert_eq!(open[0].since, Timestamp::from_millis(11 * MINUTE));
    world.write(1, 20 * MINUTE, add("P", "A", 5));
    assert_eq!(exceptions(&world.fold()), [""; 0]);
}

#[test]
fn at_most_twenty_movements_are_named_and_they_are_the_newest() {
    let mut world = World::default();
    let ids: Vec<EntryId> = (0..25)
        .map(|minute| world.write(1, minute * MINUTE, remove("P", "A", 1)))
        .collect();
    assert_eq!(world.fold().exceptions()[0].entries, ids[5..]);
}

#[test]
fn a_movement_within_a_minute_of_anothers_count_asks_for_a_recount() {
    for (writer, at, expected) in [
        (2, 61 * MINUTE, 1),
        (2, 61 * MINUTE + 1, 0),
        (1, 60 * MINUTE, 0),
    ] {
        let mut world = World::default();
        world.write(1, 0, add("P", "A", 10));
        world.write(1, 60 * MINUTE, counted("P", "A", 10));
        world.write(writer, at, remove("P", "A", 1));
        let fold = world.fold();
        assert_eq!(exceptions(&fold).len(), expected, "writer {writer} at {at}");
        world.write(1, 70 * MINUTE, counted("P", "A", 9));
        assert_eq!(
            exceptions(&world.fold()),
            [""; 0],
            "a later count closes it"
        );
    }
}

/// A count that took a while.
fn counted_from(item: &str, location: &str, number: i64, span: (u64, u64)) -> Body {
    let mut body = counted(item, location, number);
    if let Body::Counted(counted) = &mut body {
        let (began, ended) = span;
        counted.span = Some((Timestamp::from_millis(began), Timestamp::from_millis(ended)));
    }
    body
}

#[test]
fn a_movement_of_another_while_somebody_counts_asks_for_a_recount() {
    for (writer, at, expected) in [
        (2, 55 * MINUTE, 1),
        (2, 50 * MINUTE, 1),
        (2, 50 * MINUTE - 1, 0),
        (1, 55 * MINUTE, 0),
    ] {
        let mut world = World::default();
        world.write(1, 0, add("P", "A", 10));
        let taken = world.write(writer, at, remove("P", "A", 1));
        let span = (50 * MINUTE, 60 * MINUTE);
        let count = world.write(1, 60 * MINUTE, counted_from("P", "A", 9, span));
        let open = world.fold().exceptions();
        assert_eq!(open.len(), expected, "writer {writer} at {at}: {open:?}");
        for open in open {
            assert_eq!(open.kind.word(), "recount");
            assert_eq!(open.entries, [count, taken]);
        }
    }
}

#[test]
fn a_recount_names_the_count_and_the_newest_twenty_movements() {
    let mut world = World::default();
    let span = (0, 60 * MINUTE);
    let count = world.write(1, 60 * MINUTE, counted_from("P", "A", 9, span));
    let moved = (0..25).map(|at| world.write(2, at * MINUTE, add("P", "A", 1)));
    let moved: Vec<EntryId> = moved.collect();
    let open = world.fold().exceptions();
    assert_eq!(open[0].entries[0], count);
    assert_eq!(open[0].entries[1..], moved[5..]);
}

#[test]
fn a_reversal_voids_its_target_at_the_targets_place() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 100));
    let target = world.write(1, 10 * MINUTE, remove("P", "A", 30));
    world.write(2, 20 * MINUTE, reversed(target));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "100");
    check_history(&fold, "P", &["100", "-30", "30"]);
    assert!(fold.is_void(target));
}

#[test]
fn a_reversal_of_something_before_a_count_leaves_the_total() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 100));
    let target = world.write(1, 10 * MINUTE, remove("P", "A", 30));
    world.write(1, 20 * MINUTE, counted("P", "A", 65));
    world.write(1, 30 * MINUTE, reversed(target));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "65");
    check_history(&fold, "P", &["100", "-30", "-5", "0"]);
}

#[test]
fn a_reversed_count_gives_the_movements_back() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 100));
    let count = world.write(1, 10 * MINUTE, counted("P", "A", 65));
    world.write(1, 20 * MINUTE, remove("P", "A", 5));
    world.write(1, 30 * MINUTE, reversed(count));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "95");
    check_history(&fold, "P", &["100", "-35", "-5", "35"]);
}

#[test]
fn reversals_without_effect_are_named() {
    let mut world = World::default();
    let target = world.write(1, 0, add("P", "A", 7));
    let first = world.write(1, 10 * MINUTE, reversed(target));
    world.write(2, 20 * MINUTE, reversed(target));
    world.write(2, 30 * MINUTE, reversed(first));
    world.write(
        2,
        40 * MINUTE,
        reversed(EntryId {
            origin: origin(9),
            seq: 3,
        }),
    );
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "0");
    assert_eq!(
        exceptions(&fold),
        ["reversal-waits", "reversal", "reversal"]
    );
}

#[test]
fn a_reversal_written_about_another_branch_has_no_effect() {
    let mut world = World::default();
    let target = world.write(1, 0, add("P", "A", 7));
    let mut body = reversed(target);
    if let Body::Reversed(reversed) = &mut body {
        reversed.target.hash8 = [0xEE; 8];
    }
    world.write(2, MINUTE, body);
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "7");
    assert_eq!(exceptions(&fold), ["reversal"]);
}

#[test]
fn equal_idempotency_keys_count_once_and_the_first_counts() {
    let mut world = World::default();
    world.write(2, 20 * MINUTE, once(add("P", "A", 7), 1, 1));
    world.write(1, 10 * MINUTE, once(add("P", "A", 9), 1, 1));
    world.write(1, 30 * MINUTE, once(add("P", "A", 1), 1, 2));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "10");
    check_history(&fold, "P", &["9", "1"]);
}

#[test]
fn a_clock_that_is_ahead_counts_as_the_moment_of_numbering() {
    let mut world = World::default();
    // Three hours ahead: written at true 11:40.
    world.write(1, 280 * MINUTE, remove("P", "A", 5));
    world.write(2, 120 * MINUTE, counted("P", "A", 10));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "5");
    world.number(1, 1, 1, 110 * MINUTE);
    assert_eq!(on_hand(&world.fold(), "P", "A"), "10");
}

#[test]
fn time_never_steps_back_within_an_origin_but_back_dating_does() {
    let mut world = World::default();
    world.write(1, 100 * MINUTE, add("P", "A", 1));
    let stepped = world.write(1, 50 * MINUTE, add("P", "A", 1));
    let dated = world.write(1, 110 * MINUTE, said(add("P", "A", 1), 20 * MINUTE));
    let ahead = world.write(1, 120 * MINUTE, said(add("P", "A", 1), 500 * MINUTE));
    let fold = world.fold();
    let time = |id| fold.effective_time(id).unwrap().millis() / MINUTE;
    assert_eq!((time(stepped), time(dated), time(ahead)), (100, 20, 120));
}

#[test]
fn an_entry_whose_predecessor_is_missing_waits() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 1));
    world.write(1, MINUTE, add("P", "A", 2));
    let mut fold = Fold::new();
    fold.apply(world.records[1].clone());
    assert_eq!(on_hand(&fold, "P", "A"), "no line");
    fold.apply(world.records[0].clone());
    assert_eq!(on_hand(&fold, "P", "A"), "3");
}

fn set(class: Class, name: &str, field: u8, value: Value) -> Body {
    Body::Set(CatalogueWrite::new(class, code(name)).with(field, value))
}

#[test]
fn one_code_made_on_two_nodes_is_one_thing_and_its_fields_merge() {
    let mut world = World::default();
    world.write(
        1,
        10,
        set(Class::Item, "P", key::NAME, Value::text("first")),
    );
    world.write(2, 20, set(Class::Item, "P", key::UNIT, Value::text("m")));
    world.write(
        2,
        30,
        set(Class::Item, "P", key::NAME, Value::text("second")),
    );
    world.write(
        1,
        25,
        set(Class::Item, "P", key::NAME, Value::text("between")),
    );
    let item = world.fold().item(&code("P"));
    assert_eq!((item.name.as_str(), item.unit.as_str()), ("second", "m"));
}

#[test]
fn a_catalogue_clock_ahead_of_its_numbering_does_not_win_for_ever() {
    let mut world = World::default();
    world.write(
        1,
        9_000,
        set(Class::Item, "P", key::NAME, Value::text("from the future")),
    );
    world.write(
        2,
        500,
        set(Class::Item, "P", key::NAME, Value::text("later in truth")),
    );
    assert_eq!(world.fold().item(&code("P")).name, "from the future");
    world.number(1, 1, 1, 400);
    assert_eq!(world.fold().item(&code("P")).name, "later in truth");
}

#[test]
fn devices_count_only_from_the_central_server() {
    let mut world = World::default();
    let device = DeviceId::from_bytes([7; 16]);
    let forged = device.to_string();
    let genesis = Body::Genesis(Genesis {
        device: DeviceId::from_bytes([3; 16]),
        name: "central".to_owned(),
        reason: GenesisReason::Server,
        parent: None,
        program: None,
    });
    world.write(1, 1, genesis);
    world.write(
        2,
        5,
        set(Class::Device, &forged, key::NAME, Value::text("forged")),
    );
    world.number(1, 1, 1, 10);
    assert_eq!(world.fold().devices(), []);
    world.write(
        1,
        6,
        set(Class::Device, &forged, key::NAME, Value::text("real")),
    );
    assert_eq!(world.fold().devices()[0].name, "real");
}

#[test]
fn what_a_device_writes_without_the_right_to_counts_and_is_said() {
    let mut world = World::default();
    let genesis = |number: u8, reason| {
        Body::Genesis(Genesis {
            device: DeviceId::from_bytes([number; 16]),
            name: "a device".to_owned(),
            reason,
            parent: None,
            program: None,
        })
    };
    let role = |role: Role| {
        let device = DeviceId::from_bytes([2; 16]).to_string();
        set(Class::Device, &device, key::ROLE, Value::Int(role.number()))
    };
    world.write(1, MINUTE, genesis(1, GenesisReason::Server));
    world.number(1, 1, 1, MINUTE);
    world.write(2, MINUTE, genesis(2, GenesisReason::New));
    world.write(2, 2 * MINUTE, add("P", "A", 5));
    world.write(1, 3 * MINUTE, role(Role::Operator));
    assert_eq!(
        exceptions(&world.fold()),
        [""; 0],
        "the first role holds from the beginning"
    );
    world.write(1, 10 * MINUTE, role(Role::Viewer));
    let late = world.write(2, 11 * MINUTE, remove("P", "A", 2));
    world.write(1, 20 * MINUTE, role(Role::Manager));
    world.write(2, 21 * MINUTE, remove("P", "A", 1));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "2");
    let open = fold.exceptions();
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].kind.word(), &open[0].entries),
        ("no-right", &vec![late])
    );
}

/// The one barcode of these tests, bound to an item.
fn bind(item: &str, pack: i64) -> Body {
    Body::CodeBound(CodeBound {
        once: None,
        item: code(item),
        barcode: Barcode::new("4006381333931").unwrap(),
        pack: units(pack),
    })
}

#[test]
fn a_barcode_that_two_items_claim_is_an_exception_and_not_guessed() {
    let mut world = World::default();
    world.write(1, 1, bind("P", 25));
    let fold = world.fold();
    let found = fold.find_item(" 4006381333931 ");
    assert_eq!(found, ItemMatch::One(code("P"), units(25)));
    world.write(2, 2, bind("Q", 1));
    let fold = world.fold();
    assert_eq!(
        fold.find_item("4006381333931"),
        ItemMatch::Several(vec![code("P"), code("Q")])
    );
    assert_eq!(exceptions(&fold), ["duplicate-barcode"]);
    // Once they are one item, there is nothing to choose.
    world.write(
        1,
        3,
        Body::ItemMerged(ItemMerged {
            once: None,
            item: code("Q"),
            into: Some(code("P")),
        }),
    );
    let fold = world.fold();
    assert_eq!(
        fold.find_item("4006381333931"),
        ItemMatch::One(code("P"), units(25))
    );
    assert_eq!(exceptions(&fold), [""; 0]);
}

#[test]
fn a_merged_item_shows_the_pack_that_a_scan_books() {
    let merged = |item: &str| {
        Body::ItemMerged(ItemMerged {
            once: None,
            item: code(item),
            into: Some(code("P")),
        })
    };
    let check = |world: &World, pack| {
        let fold = world.fold();
        let found = fold.find_item("4006381333931");
        assert_eq!(found, ItemMatch::One(code("P"), units(pack)));
        let shown = fold.item(&code("P")).barcodes;
        assert_eq!((shown.len(), shown[0].pack), (1, units(pack)));
    };
    let mut world = World::default();
    world.write(1, 1, bind("Q", 25));
    world.write(1, 1, bind("R", 50));
    world.write(1, 2, merged("Q"));
    world.write(1, 2, merged("R"));
    check(&world, 25);
    world.write(1, 3, bind("P", 10));
    check(&world, 10);
}

#[test]
fn an_alias_and_its_item_add_up() {
    let mut world = World::default();
    world.write(1, 1, add("P", "A", 10));
    world.write(2, 2, add("Q", "A", 5));
    world.write(
        1,
        3,
        Body::ItemMerged(ItemMerged {
            once: None,
            item: code("Q"),
            into: Some(code("P")),
        }),
    );
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "15");
    assert_eq!(fold.items(), [code("P")]);
    assert_eq!(fold.canonical(&code("q")), code("P"));
    check_history(&fold, "P", &["10", "5"]);
}

#[test]
fn a_circle_of_aliases_stands_for_its_smallest_code() {
    let mut world = World::default();
    for (writer, item, into) in [(1, "P", "Q"), (2, "Q", "R"), (3, "R", "P"), (4, "S", "R")] {
        let into = Some(code(into));
        world.write(
            writer,
            1,
            Body::ItemMerged(ItemMerged {
                once: None,
                item: code(item),
                into,
            }),
        );
    }
    let fold = world.fold();
    for item in ["P", "Q", "R", "S"] {
        assert_eq!(fold.canonical(&code(item)), code("P"), "{item}");
    }
}

#[test]
fn what_cannot_be_understood_is_kept_and_named() {
    let mut fold = Fold::new();
    let time = Timestamp::from_millis(5);
    let contents = [
        Content::Newer {
            time,
            kind: Kind(999),
            touches: None,
        },
        Content::Bad {
            time: None,
            reason: "keys are not ascending",
        },
    ];
    for (seq, content) in (1..).zip(contents) {
        let id = EntryId {
            origin: origin(1),
            seq,
        };
        fold.apply(Record {
            id,
            hash8: hash8(id),
            content,
        });
    }
    let id = EntryId {
        origin: origin(1),
        seq: 3,
    };
    fold.apply(record(id, 6, add("P", "A", 4)));
    assert_eq!(on_hand(&fold, "P", "A"), "4");
    assert_eq!(exceptions(&fold), ["bad-entry", "needs-newer-version"]);
}

#[test]
fn totals_beyond_a_quantity_are_an_exception() {
    let mut world = World::default();
    let huge = Quantity::from_ten_thousandths(i64::MAX);
    let mut entries = Vec::new();
    for writer in [1, 2] {
        let mut body = add("P", "A", 1);
        if let Body::Moved(moved) = &mut body {
            moved.quantity = huge;
        }
        entries.push(world.write(writer, u64::from(writer), body));
    }
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "1844674407370955.1614");
    let open = fold.exceptions();
    assert_eq!(open[0].id, "overflow:P@A");
    assert_eq!((&open[0].entries, open[0].since.millis()), (&entries, 2));
    let accepted = at_entry::answer(&fold, origin(1), &open[0].id, &Answer::Accept, None).unwrap();
    world.write(1, 3, accepted.bodies[0].clone());
    assert_eq!(exceptions(&world.fold()), [""; 0]);
    world.write(1, 4, add("P", "A", 1));
    assert_eq!(exceptions(&world.fold()), ["overflow"], "it is another one");
}

#[test]
fn a_part_of_a_history_tells_of_older_rows_behind_repeated_writes() {
    let mut world = World::default();
    world.write(1, MINUTE, add("P", "A", 9));
    for again in 1..=6 {
        world.write(again, 2 * MINUTE, once(add("P", "A", 1), 1, 1));
    }
    let fold = world.fold();
    let whole = fold.history(&code("P"));
    assert_eq!(whole.len(), 2);
    let mut most = 1;
    let part = loop {
        let part = fold.history_part(&code("P"), None, most);
        if part.rows.len() == 2 || !part.has_older {
            break part;
        }
        most += 1;
    };
    assert_eq!(part.rows, whole);
}

#[test]
fn the_last_count_is_that_of_now_whenever_it_was_asked_for() {
    let mut world = World::default();
    let mut fold = world.fold();
    let first = world.write(1, MINUTE, counted("P", "A", 5));
    let second = world.write(1, 2 * MINUTE, counted("P", "A", 7));
    world.write(1, 3 * MINUTE, reversed(second));
    for (records, last) in [(1, first), (2, second), (3, first)] {
        fold.apply_all(world.records.iter().take(records).cloned());
        let line = fold.lines(&code("P")).remove(0);
        assert_eq!(line.last_counted.map(|count| count.id), Some(last));
    }
}
