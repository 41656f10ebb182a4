//! Revoked devices (F10): what they wrote beyond the last trusted entries waits, whatever it is and
//! whenever it arrives, until it is admitted or refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry::Refusal;
use ledger_core::at_entry::revoked::{
    Verdict, Waiting, decide, find_device, find_revoked_chain, revoke,
};
use ledger_core::catalogue::{CatalogueWrite, Class, Role, Value, key};
use ledger_core::entry::{Body, IdempotencyKey};
use ledger_core::fold::{Branch, Fold, Withheld};
use ledger_core::order::OrderType;
use ledger_core::{EntryId, Origin, Total};
use support::planned::made_of;
use support::rights::*;
use support::*;

/// The revoked device's writer, and one of a device that stays.
const LOST: u8 = 2;
const OTHER: u8 = 3;

/// A central server with two devices; both have put something in.
fn enrolled() -> World {
    let mut world = World::default();
    world.write(CENTRAL, 0, genesis(CENTRAL));
    world.number(CENTRAL, 1, 1, 0);
    world.write(CENTRAL, 0, device_set(LOST, Some(Role::Manager)));
    world.write(CENTRAL, 0, device_set(OTHER, Some(Role::Manager)));
    world.write(LOST, 0, genesis(LOST));
    world.write(OTHER, 0, genesis(OTHER));
    world.write(OTHER, MINUTE, add("P", "A", 100));
    world
}

/// The changes of an item's history add up to what is on hand; gives them printed, with a mark at
/// those that do not count.
fn story(fold: &Fold, item: &str, location: &str) -> Vec<String> {
    let rows = fold.history(&code(item));
    let sum = rows
        .iter()
        .fold(Total::ZERO, |sum, row| sum.plus(row.change));
    assert_eq!(sum.to_string(), on_hand(fold, item, location));
    let told = rows.iter().map(|row| match row.withheld {
        Some(why) => format!("{} {}", row.change, why.word()),
        None => row.change.to_string(),
    });
    told.collect()
}

fn name(fold: &Fold, item: &str) -> Value {
    fold.field(Class::Item, &code(item), key::NAME)
}

/// A copy of the lost device's store goes on behind an entry; the branch's id.
fn branch_behind(world: &mut World, entry: EntryId) -> Origin {
    let id = Origin::from_bytes([102; 16]);
    world.branches.push(Branch {
        id,
        root: origin(LOST),
        first_seq: entry.seq + 1,
        prev8: hash8(entry),
    });
    id
}

#[test]
fn three_movements_beyond_the_trusted_one_wait_are_admitted_and_refused() {
    let mut world = enrolled();
    let trusted = world.write(LOST, 2 * MINUTE, remove("P", "A", 10));
    world.write(CENTRAL, 10 * MINUTE, revoked(LOST, &[trusted]));
    world.write(LOST, 3 * MINUTE, remove("P", "A", 1));
    world.write(LOST, 4 * MINUTE, remove("P", "A", 2));
    let last = world.write(LOST, 11 * MINUTE, remove("P", "A", 3));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "90");
    assert_eq!(
        story(&fold, "P", "A"),
        ["100", "-10", "0 waiting", "0 waiting", "0 waiting"]
    );
    let open = fold.exceptions();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0].id, format!("revoked-waits:{}", device(LOST)));
    assert_eq!(open[0].actions(), ["admit", "refuse"]);
    assert_eq!(
        (open[0].entries.len(), open[0].since.millis()),
        (3, 3 * MINUTE)
    );
    for word in ["3 of", &origin(LOST).to_string(), "behind its entry 2"] {
        assert!(open[0].text.contains(word), "{word}: {}", open[0].text);
    }
    let why = &fold.why(&code("P"), None)[0];
    let reasons: Vec<&str> = why.ignored.iter().map(|(_, why)| *why).collect();
    assert_eq!(reasons, ["of a revoked device, waiting"; 3]);

    world.write(CENTRAL, 12 * MINUTE, admitted_through(&[last]));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "84");
    assert_eq!(story(&fold, "P", "A"), ["100", "-10", "-1", "-2", "-3"]);
    assert_eq!(exceptions(&fold), [""; 0]);
    // What comes after the admission waits again.
    world.write(LOST, 13 * MINUTE, remove("P", "A", 4));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "84");

    let middle = EntryId {
        seq: last.seq - 1,
        ..last
    };
    world.write(CENTRAL, 14 * MINUTE, refused(&[middle]));
    let fold = world.fold();
    assert_eq!(
        story(&fold, "P", "A"),
        ["100", "-10", "0 refused", "0 refused", "-3", "0 waiting"],
        "the last decision about each entry holds"
    );
    world.write(CENTRAL, 15 * MINUTE, admitted_through(&[middle]));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "84");
}

#[test]
fn what_is_refused_is_no_exception_and_stays_readable() {
    let mut world = enrolled();
    world.write(CENTRAL, MINUTE, revoked(LOST, &[]));
    let last = world.write(LOST, 2 * MINUTE, remove("P", "A", 7));
    world.write(CENTRAL, 3 * MINUTE, refused(&[last]));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), [""; 0]);
    assert_eq!(story(&fold, "P", "A"), ["100", "0 refused"]);
    assert_eq!(fold.withheld(last), Some(Withheld::Refused));
    let chains = fold.revoked_chains(device(LOST));
    assert_eq!((chains[0].waiting, chains[0].refused), (0, 1));
}

#[test]
fn an_origin_that_no_trusted_entry_is_of_waits_as_a_whole() {
    let mut world = enrolled();
    let trusted = world.write(LOST, 2 * MINUTE, remove("P", "A", 10));
    world.write(CENTRAL, 3 * MINUTE, revoked(LOST, &[trusted]));
    // The store was restored, and its device goes on under another origin.
    let Body::Genesis(mut again) = genesis(LOST) else {
        unreachable!("it is one");
    };
    again.device = device(LOST);
    world.write(7, 4 * MINUTE, Body::Genesis(again));
    let late = world.write(7, 4 * MINUTE, remove("P", "A", 20));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "90");
    world.write(CENTRAL, 5 * MINUTE, admitted_through(&[late]));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "70");
}

#[test]
fn a_copy_that_branched_off_before_the_trusted_entry_is_not_trusted_with_it() {
    let mut world = enrolled();
    let first = world.write(LOST, 2 * MINUTE, remove("P", "A", 1));
    let trusted = world.write(LOST, 3 * MINUTE, remove("P", "A", 2));
    // A copy of the store went on behind the first movement.
    let branch = branch_behind(&mut world, first);
    let copied = EntryId {
        origin: branch,
        seq: trusted.seq,
    };
    let movement = remove("P", "A", 40);
    world.records.push(record(copied, 3 * MINUTE, movement));
    world.write(CENTRAL, 4 * MINUTE, revoked(LOST, &[trusted]));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "97");
    assert_eq!(fold.withheld(copied), Some(Withheld::Waiting));
    // The branch is named as it was written: by its origin, seq and hash.
    let mut through = admitted_through(&[trusted]);
    if let Body::Admitted(admitted) = &mut through {
        admitted.through[0].hash8 = hash8(copied);
    }
    world.write(CENTRAL, 5 * MINUTE, through);
    assert_eq!(on_hand(&world.fold(), "P", "A"), "57");
}

#[test]
fn what_waits_of_a_branch_begins_where_the_branch_does() {
    let mut world = enrolled();
    let first = world.write(LOST, 2 * MINUTE, remove("P", "A", 1));
    let branch = branch_behind(&mut world, first);
    let copied = EntryId {
        origin: branch,
        seq: first.seq + 1,
    };
    let movement = remove("P", "A", 40);
    world.records.push(record(copied, 3 * MINUTE, movement));
    world.write(CENTRAL, 4 * MINUTE, revoked(LOST, &[]));
    let open = world.fold().exceptions();
    let waits = open.iter().find(|it| it.id.starts_with("revoked-waits"));
    let mut named = waits.map(|it| it.entries.clone()).unwrap_or_default();
    named.sort_unstable();
    assert_eq!(named, [first, copied], "and nothing that is not there");
}

#[test]
fn the_way_to_a_trusted_entry_of_a_branch_is_trusted_and_the_rest_of_its_origin_is_not() {
    let mut world = enrolled();
    let first = world.write(LOST, 2 * MINUTE, remove("P", "A", 1));
    let other = world.write(LOST, 3 * MINUTE, remove("P", "A", 2));
    let branch = branch_behind(&mut world, first);
    let copied = EntryId {
        origin: branch,
        seq: other.seq,
    };
    world
        .records
        .push(record(copied, 3 * MINUTE, remove("P", "A", 40)));
    let mut body = revoked(LOST, &[other]);
    if let Body::DeviceRevoked(revoked) = &mut body {
        revoked.trusted[0].hash8 = hash8(copied);
    }
    world.write(CENTRAL, 4 * MINUTE, body);
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "59");
    assert_eq!(fold.withheld(first), None);
    assert_eq!(fold.withheld(other), Some(Withheld::Waiting));
}

#[test]
fn the_last_revocation_holds_and_begins_anew() {
    let mut world = enrolled();
    let first = world.write(LOST, 2 * MINUTE, remove("P", "A", 1));
    let second = world.write(LOST, 2 * MINUTE, remove("P", "A", 2));
    let third = world.write(LOST, 2 * MINUTE, remove("P", "A", 4));
    world.write(CENTRAL, 10 * MINUTE, revoked(LOST, &[second]));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "97");
    world.write(CENTRAL, 11 * MINUTE, admitted_through(&[third]));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "93");
    world.write(CENTRAL, 12 * MINUTE, revoked(LOST, &[first]));
    let fold = world.fold();
    assert_eq!(
        on_hand(&fold, "P", "A"),
        "99",
        "it comes after the admission"
    );
    assert_eq!(fold.withheld(third), Some(Withheld::Waiting));
}

#[test]
fn orders_and_the_catalogue_wait_too_and_a_key_is_free() {
    let mut world = enrolled();
    let once = IdempotencyKey {
        key: [9; 16],
        row: 0,
    };
    let with_key = |mut body: Body| {
        body.set_once(once);
        body
    };
    world.write(CENTRAL, MINUTE, revoked(LOST, &[]));
    world.write(LOST, 2 * MINUTE, with_key(named("P", "stolen")));
    let order = world.write(LOST, 2 * MINUTE, opened("O-1", OrderType::Sales));
    let line = world.write(LOST, 2 * MINUTE, line_set(order, "P", 60));
    let mine = world.write(OTHER, 3 * MINUTE, opened("O-2", OrderType::Sales));
    world.write(OTHER, 3 * MINUTE, line_set(mine, "P", 70));
    world.write(OTHER, 4 * MINUTE, with_key(named("P", "found")));
    world.number_next(LOST, 9, 5 * MINUTE);
    world.number_next(OTHER, 9, 5 * MINUTE);
    world.number_next(CENTRAL, 9, 5 * MINUTE);
    let fold = world.fold();
    assert_eq!(name(&fold, "P"), Value::text("found"));
    assert_eq!(fold.orders(), [mine]);
    assert_eq!(lines(&fold, mine), ["P 70 0 70 0"]);
    assert_eq!(exceptions(&fold), ["revoked-waits"]);

    world.write(CENTRAL, 6 * MINUTE, admitted_through(&[line]));
    world.number_next(CENTRAL, 1, 6 * MINUTE);
    let fold = world.fold();
    assert_eq!(name(&fold, "P"), Value::text("stolen"), "it was first");
    assert_eq!(lines(&fold, mine), ["P 70 0 70 0"]);
    assert_eq!(lines(&fold, order), ["P 60 0 30 30"], "it queues behind");
}

#[test]
fn an_item_that_only_withheld_entries_name_is_none_until_they_are_admitted() {
    let mut world = enrolled();
    world.write(CENTRAL, MINUTE, revoked(LOST, &[]));
    let order = world.write(OTHER, 2 * MINUTE, opened("O-1", OrderType::Sales));
    let line = world.write(LOST, 2 * MINUTE, line_set(order, "GHOST", 6));
    let part = world.write(LOST, 2 * MINUTE, made_of("GHOST", "SHADE", 1));
    let known = |fold: &Fold, item: &str| {
        let item = code(item);
        let listed = fold.items().contains(&item);
        assert_eq!(fold.is_item(&item), listed);
        listed
    };
    let fold = world.fold();
    assert!(!known(&fold, "GHOST") && !known(&fold, "SHADE"));
    assert!(fold.wanted_items().is_empty());
    world.write(CENTRAL, 3 * MINUTE, admitted_through(&[line]));
    let fold = world.fold();
    assert!(known(&fold, "GHOST") && !known(&fold, "SHADE"));
    assert!(fold.wanted_items().contains(&code("GHOST")));
    world.write(CENTRAL, 4 * MINUTE, admitted_through(&[part]));
    assert!(known(&world.fold(), "SHADE"));
}

#[test]
fn a_reversal_that_waits_voids_nothing_and_what_waits_can_be_reversed() {
    let mut world = enrolled();
    let theirs = world.write(OTHER, 2 * MINUTE, remove("P", "A", 30));
    world.write(CENTRAL, 3 * MINUTE, revoked(LOST, &[]));
    world.write(LOST, 4 * MINUTE, reversed(theirs));
    let taken = world.write(LOST, 4 * MINUTE, remove("P", "A", 5));
    world.write(OTHER, 5 * MINUTE, reversed(taken));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "70");
    assert!(!fold.is_void(theirs));
    assert_eq!(story(&fold, "P", "A"), ["100", "-30", "0 waiting"]);
    world.write(CENTRAL, 6 * MINUTE, admitted_through(&[taken]));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "100");
    assert!(fold.is_void(theirs) && fold.is_void(taken));
}

#[test]
fn only_the_central_server_revokes_and_it_cannot_be_revoked() {
    let mut world = enrolled();
    let presumed = world.write(OTHER, 2 * MINUTE, revoked(LOST, &[]));
    world.write(CENTRAL, 2 * MINUTE, revoked(CENTRAL, &[]));
    world.write(LOST, 3 * MINUTE, remove("P", "A", 5));
    world.write(CENTRAL, 3 * MINUTE, remove("P", "A", 6));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "89");
    assert_eq!(fold.revoked_by(device(LOST)), None);
    assert_eq!(exceptions(&fold), ["bad-entry"]);
    assert_eq!(fold.exceptions()[0].entries, [presumed]);
}

fn code_of<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    result.unwrap_err().code
}

#[test]
fn commands_trust_what_is_there_and_decide_about_what_is_there() {
    let mut world = enrolled();
    world.write(LOST, 2 * MINUTE, remove("P", "A", 10));
    world.write(LOST, 2 * MINUTE, remove("P", "A", 20));
    let fold = world.fold();
    let lost = find_device(&fold, &device(LOST).to_string()).unwrap();
    assert_eq!(code_of(find_device(&fold, "nobody")), "unknown-device");
    assert_eq!(
        code_of(revoke(&fold, &lost, Some(4), None)),
        "unknown-entry"
    );
    let chain = origin(LOST);
    let what = Waiting::Chain(chain);
    let early = decide(&fold, what, Verdict::Admit, None);
    assert_eq!(code_of(early), "not-revoked");

    let plan = revoke(&fold, &lost, Some(2), Some("lost")).unwrap();
    world.write(CENTRAL, 3 * MINUTE, plan.bodies[0].clone());
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "90");
    assert_eq!(code_of(revoke(&fold, &lost, None, None)), "already-revoked");
    assert_eq!(find_revoked_chain(&fold, "0202"), Ok(chain));
    assert_eq!(code_of(find_revoked_chain(&fold, "03")), "unknown-origin");
    assert_eq!(code_of(find_revoked_chain(&fold, "")), "unknown-origin");

    let refusal = decide(&fold, what, Verdict::Refuse, None).unwrap();
    world.write(CENTRAL, 4 * MINUTE, refusal.bodies[0].clone());
    let fold = world.fold();
    let again = decide(&fold, what, Verdict::Refuse, None);
    assert_eq!(code_of(again), "nothing-to-refuse");
    let admission = decide(&fold, what, Verdict::Admit, None).unwrap();
    world.write(CENTRAL, 5 * MINUTE, admission.bodies[0].clone());
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "70");
    let again = decide(&fold, what, Verdict::Admit, None);
    assert_eq!(code_of(again), "nothing-to-admit");

    // What was admitted stays so when what comes later is refused, and the other way round.
    world.write(LOST, 6 * MINUTE, remove("P", "A", 11));
    for (minute, verdict) in [(6, Verdict::Refuse), (8, Verdict::Admit)] {
        let plan = decide(&world.fold(), what, verdict, None).unwrap();
        for body in plan.bodies {
            world.write(CENTRAL, minute * MINUTE, body);
        }
        let fold = world.fold();
        let chain = &fold.revoked_chains(device(LOST))[0];
        assert_eq!(chain.waiting, 0);
        let expected = if verdict == Verdict::Admit {
            "68"
        } else {
            "70"
        };
        assert_eq!(on_hand(&fold, "P", "A"), expected, "{verdict:?}");
        world.write(LOST, 7 * MINUTE, remove("P", "A", 2));
        assert_eq!(on_hand(&world.fold(), "P", "A"), expected, "{verdict:?}");
    }
    let chain = &world.fold().revoked_chains(device(LOST))[0];
    assert_eq!((chain.admitted, chain.refused, chain.waiting), (2, 1, 1));

    world.write(LOST, 9 * MINUTE, remove("P", "A", 38));
    let fold = world.fold();
    let id = format!("revoked-waits:{}", device(LOST));
    let plan = decide(&fold, Waiting::Exception(&id), Verdict::Admit, None).unwrap();
    for body in plan.bodies {
        world.write(CENTRAL, 10 * MINUTE, body);
    }
    assert_eq!(on_hand(&world.fold(), "P", "A"), "28");
}

#[test]
fn a_device_whose_name_is_the_id_of_another_does_not_hide_it() {
    let mut world = enrolled();
    let id = device(LOST).to_string();
    let about = code(&device(OTHER).to_string());
    let called = CatalogueWrite::new(Class::Device, about).with(key::NAME, Value::text(&id));
    world.write(CENTRAL, MINUTE, Body::Set(called));
    assert_eq!(find_device(&world.fold(), &id).unwrap().id, device(LOST));
}

#[test]
fn a_name_that_two_devices_have_names_neither() {
    let mut world = enrolled();
    world.write(CENTRAL, MINUTE, device_set(LOST, None));
    let named = find_device(&world.fold(), " A Device ").unwrap();
    assert_eq!(named.id, device(LOST), "in whatever capitals");
    world.write(CENTRAL, MINUTE, device_set(OTHER, None));
    let refusal = find_device(&world.fold(), "a device").unwrap_err();
    assert_eq!(refusal.code, "ambiguous-device");
    for writer in [LOST, OTHER] {
        assert!(refusal.text.contains(&device(writer).to_string()));
    }
}
