//! Rights (F10): what counts, what waits to be admitted, and what is only said.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::catalogue::{Class, Role, Value, key};
use ledger_core::exception::NAMED_MAX;
use ledger_core::fold::{Fold, Withheld};
use ledger_core::order::OrderType;
use ledger_core::{EntryId, Total};
use proptest::prelude::*;
use support::rights::*;
use support::*;

/// A central server that enrolled a device with a role; the device's writer is 2.
fn enrolled(role: Role) -> World {
    let mut world = World::default();
    world.write(CENTRAL, 0, genesis(CENTRAL));
    world.number(CENTRAL, 1, 1, 0);
    world.write(CENTRAL, 0, device_set(2, Some(role)));
    world.write(2, 0, genesis(2));
    world
}

const DEVICE: u8 = 2;

fn name(fold: &Fold, item: &str) -> Option<String> {
    let value = fold.field(Class::Item, &code(item), key::NAME);
    value.as_text().map(str::to_owned)
}

#[test]
fn what_a_demoted_user_writes_waits_until_it_is_admitted() {
    let mut world = enrolled(Role::Manager);
    world.write(CENTRAL, MINUTE, user_set("ann", Some(Role::Manager), None));
    world.write_as(DEVICE, 2 * MINUTE, "ann", named("P", "first"));
    world.write(
        CENTRAL,
        3 * MINUTE,
        user_set("ann", Some(Role::Operator), None),
    );
    let late = world.write_as(DEVICE, 4 * MINUTE, "ann", named("P", "second"));
    let moved = world.write_as(DEVICE, 5 * MINUTE, "ann", add("P", "A", 3));
    let fold = world.fold();
    assert_eq!(name(&fold, "P").as_deref(), Some("first"));
    assert_eq!(on_hand(&fold, "P", "A"), "3");
    let open = fold.exceptions();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0].id, "not-admitted:item:P/ann");
    assert_eq!(
        (open[0].actions(), &open[0].entries),
        (vec!["admit"], &vec![late])
    );
    for word in ["ann", "item P", "manager", "device"] {
        assert!(open[0].text.contains(word), "{word}: {}", open[0].text);
    }
    world.write(CENTRAL, 6 * MINUTE, admitted(&[late, moved]));
    let fold = world.fold();
    assert_eq!(name(&fold, "P").as_deref(), Some("second"));
    assert_eq!(exceptions(&fold), [""; 0]);
}

#[test]
fn a_disabled_user_may_do_nothing_and_facts_count() {
    let mut world = enrolled(Role::Administrator);
    world.write(
        CENTRAL,
        MINUTE,
        user_set("ann", Some(Role::Administrator), Some(true)),
    );
    let moved = world.write_as(DEVICE, 2 * MINUTE, "ann", add("P", "A", 3));
    world.write_as(DEVICE, 2 * MINUTE, "ann", named("P", "first"));
    // Nobody knows bob: the device decides.
    world.write_as(DEVICE, 3 * MINUTE, "bob", named("Q", "by the device"));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "3");
    assert_eq!(name(&fold, "Q").as_deref(), Some("by the device"));
    let open = fold.exceptions();
    let kinds: Vec<&str> = open.iter().map(|open| open.kind.word()).collect();
    assert_eq!(kinds, ["no-right", "not-admitted"]);
    assert_eq!(open[0].entries, [moved]);
    assert!(open[0].id.starts_with("no-right:ann@"), "{}", open[0].id);
}

#[test]
fn settings_are_for_administrators_once_there_is_a_user() {
    let mut world = enrolled(Role::Manager);
    world.write(DEVICE, MINUTE, setting("allow-backorder", "on"));
    world.write(
        CENTRAL,
        2 * MINUTE,
        user_set("ann", Some(Role::Administrator), None),
    );
    world.write(DEVICE, 3 * MINUTE, setting("default-threshold", "5"));
    let value = |fold: &Fold, key: &str| fold.field(Class::Setting, &code(key), key::VALUE);
    let fold = world.fold();
    assert_eq!(value(&fold, "allow-backorder"), Value::text("on"));
    assert_eq!(value(&fold, "default-threshold"), Value::Nil);
    world.write_as(DEVICE, 4 * MINUTE, "ann", setting("default-threshold", "7"));
    assert_eq!(value(&world.fold(), "default-threshold"), Value::text("7"));
}

#[test]
fn an_operator_reverses_what_is_its_own_and_a_manager_what_is_not() {
    let mut world = enrolled(Role::Operator);
    world.write(CENTRAL, MINUTE, user_set("ann", Some(Role::Operator), None));
    world.write(CENTRAL, MINUTE, user_set("bob", Some(Role::Operator), None));
    let by_ann = world.write_as(DEVICE, 2 * MINUTE, "ann", add("P", "A", 3));
    let too = world.write_as(DEVICE, 2 * MINUTE, "ann", add("P", "A", 4));
    let by_device = world.write(DEVICE, 2 * MINUTE, add("P", "A", 1));
    world.write_as(DEVICE, 3 * MINUTE, "ann", reversed(by_ann));
    world.write(DEVICE, 3 * MINUTE, reversed(by_device));
    let foreign = world.write_as(DEVICE, 3 * MINUTE, "bob", reversed(too));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "0");
    let open = fold.exceptions();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(
        (open[0].kind.word(), &open[0].entries),
        ("no-right", &vec![foreign])
    );
}

#[test]
fn a_claim_stands_where_its_admission_was_numbered() {
    let mut world = enrolled(Role::Manager);
    world.write(CENTRAL, MINUTE, user_set("eve", Some(Role::Viewer), None));
    world.write(DEVICE, MINUTE, add("P", "A", 5));
    let early = world.write(DEVICE, MINUTE, opened("O-1", OrderType::Sales));
    let later = world.write(DEVICE, MINUTE, opened("O-2", OrderType::Sales));
    let line = world.write_as(DEVICE, 2 * MINUTE, "eve", line_set(early, "P", 4));
    world.write(DEVICE, 3 * MINUTE, line_set(later, "P", 4));
    world.number_next(CENTRAL, 9, 4 * MINUTE);
    world.number_next(DEVICE, 9, 4 * MINUTE);
    let fold = world.fold();
    assert_eq!(lines(&fold, early), [""; 0]);
    assert_eq!(lines(&fold, later), ["P 4 0 4 0"]);
    world.write(CENTRAL, 5 * MINUTE, admitted(&[line]));
    world.number_next(CENTRAL, 1, 5 * MINUTE);
    let fold = world.fold();
    assert_eq!(lines(&fold, early), ["P 4 0 1 3"], "it queues behind");
    assert_eq!(lines(&fold, later), ["P 4 0 4 0"]);
}

#[test]
fn a_key_of_an_entry_without_effect_is_free() {
    let mut world = enrolled(Role::Operator);
    let with_key = |mut body: ledger_core::entry::Body| {
        let key = ledger_core::entry::IdempotencyKey {
            key: [7; 16],
            row: 0,
        };
        body.set_once(key);
        body
    };
    let denied = world.write(DEVICE, MINUTE, with_key(named("P", "x")));
    world.write(DEVICE, 2 * MINUTE, with_key(add("P", "A", 2)));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "2");
    world.write(CENTRAL, 3 * MINUTE, admitted(&[denied]));
    assert_eq!(
        on_hand(&world.fold(), "P", "A"),
        "0",
        "the first one counts now"
    );
}

#[test]
fn nobody_takes_an_authority_away_with_its_key() {
    let mut world = enrolled(Role::Operator);
    let key = ledger_core::entry::IdempotencyKey {
        key: [7; 16],
        row: 0,
    };
    let mut demoted = device_set(2, Some(Role::Viewer));
    demoted.set_once(key);
    let mut earlier = add("P", "A", 2);
    earlier.set_once(key);
    world.write(DEVICE, MINUTE, earlier);
    world.write(CENTRAL, 2 * MINUTE, demoted);
    world.write(DEVICE, 3 * MINUTE, add("P", "A", 1));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), ["no-right"]);
    assert_eq!(fold.devices()[0].role, Some(Role::Viewer));
}

fn named_by(fold: &Fold, kind: &str) -> Option<BTreeSet<EntryId>> {
    let open = fold.exceptions().into_iter();
    let of_kind = open.filter(|open| open.kind.word() == kind);
    let mut named = BTreeSet::new();
    for open in of_kind {
        if open.entries.len() == NAMED_MAX {
            return None;
        }
        named.extend(open.entries);
    }
    Some(named)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_naive_judge_agrees(
        steps in proptest::collection::vec(step(), 0..40),
        numberings in numberings(),
    ) {
        let world = world(&steps, &numberings);
        let judge = Judge::of(&world);
        let verdicts = judge.verdicts();
        let fold = world.fold();
        let ids = world.records.iter().map(|record| record.id);
        let denied: BTreeSet<EntryId> = ids.filter(|id| fold.is_not_admitted(*id)).collect();
        prop_assert_eq!(&denied, &verdicts.denied);
        let ids = world.records.iter().map(|record| record.id);
        let withheld = ids.filter_map(|id| Some((id, fold.withheld(id)?)));
        let withheld: BTreeMap<EntryId, Withheld> = withheld.collect();
        prop_assert_eq!(&withheld, &verdicts.withheld);
        let waiting = withheld.values().filter(|why| **why == Withheld::Waiting).count();
        let told = fold.revoked_devices().into_iter();
        let told = told.flat_map(|device| fold.revoked_chains(device));
        let told: u64 = told.map(|chain| chain.waiting).sum();
        // What an origin begins with is told of by nobody.
        let begins = |id: &&EntryId| id.seq == 1;
        let begun = withheld.iter().filter(|(_, why)| **why == Withheld::Waiting);
        let begun = begun.map(|(id, _)| id).filter(begins).count();
        prop_assert_eq!(usize::try_from(told).unwrap(), waiting - begun);
        if let Some(named) = named_by(&fold, "no-right") {
            prop_assert_eq!(&named, &verdicts.without_right);
        }
        for item in ["P", "Q", "R"] {
            let mut on_hand = fold.totals().filter(|(line, _)| (&line.item, &line.location) == (&code(item), &code("A")));
            let on_hand = on_hand.next().map_or(Total::ZERO, |(_, total)| total);
            prop_assert_eq!(on_hand, judge.on_hand(&verdicts, item));
            let expected = judge.item_name(&verdicts, item).unwrap_or(Value::Nil);
            prop_assert_eq!(fold.field(Class::Item, &code(item), key::NAME), expected);
        }
        let opened: BTreeSet<EntryId> = fold.orders().into_iter().collect();
        let counts = |id: &EntryId| {
            !verdicts.is_without_effect(*id) && !verdicts.repeated.contains(id)
        };
        let expected = world.opened_orders().into_iter().filter(counts);
        prop_assert_eq!(opened, expected.collect::<BTreeSet<EntryId>>());
    }
}
