//! What a restore of the central server may have changed of who gets what is said (ADR 21).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::EntryId;
use ledger_core::entry::{Body, GenesisReason};
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use support::rights::{AGAIN, CENTRAL, genesis};
use support::*;

/// The desk that writes `EARLY` before the restore, and the one that writes `LATE` after it.
const SLOW: u8 = 2;
const QUICK: u8 = 3;

/// A device goes on under another origin.
fn went_on(device: u8, reason: GenesisReason) -> Body {
    let mut body = genesis(device);
    if let Body::Genesis(genesis) = &mut body {
        genesis.reason = reason;
    }
    body
}

/// An order for 4 of P, with the moments of its two entries.
fn order(world: &mut World, desk: u8, number: &str, minute: u64) -> EntryId {
    let order = world.write(desk, minute * MINUTE, opened(number, OrderType::Sales));
    world.write(desk, (minute + 1) * MINUTE, line_set(order, "P", 4))
}

struct Restored {
    world: World,
    says_so: EntryId,
    early: EntryId,
    late: EntryId,
}

/// 5 of P; an order written at minute 10 and one written at `late`. At minute 20 somebody goes on,
/// and after that the latter is numbered first.
fn restored(device: u8, reason: GenesisReason, late: u64) -> Restored {
    let mut world = World::default();
    world.write(CENTRAL, 0, genesis(CENTRAL));
    world.write(CENTRAL, MINUTE, setting("allow-backorder", "on"));
    world.write(CENTRAL, 2 * MINUTE, add("P", "A", 5));
    world.number(CENTRAL, 1, 3, 2 * MINUTE);
    let early = order(&mut world, SLOW, "EARLY", 10);
    let says_so = world.write(AGAIN, 20 * MINUTE, went_on(device, reason));
    let late = order(&mut world, QUICK, "LATE", late);
    world.number(AGAIN, 1, 1, 20 * MINUTE);
    world.number(QUICK, 1, 2, 40 * MINUTE);
    world.number(SLOW, 1, 2, 50 * MINUTE);
    Restored {
        world,
        says_so,
        early,
        late,
    }
}

/// All open exceptions, and the entries they name.
fn open(fold: &Fold) -> Vec<(String, Vec<EntryId>)> {
    let open = fold.exceptions().into_iter();
    let open = open.map(|open| (open.id, open.entries));
    open.collect()
}

#[test]
fn a_line_that_a_later_one_overtook_since_the_restore_names_it() {
    let it = restored(CENTRAL, GenesisReason::Restored, 30);
    let fold = it.world.fold();
    assert_eq!(lines(&fold, EntryId { seq: 1, ..it.early }), ["P 4 0 1 3"]);
    let expected = ("overtaken:EARLY/P".to_owned(), vec![it.says_so, it.late]);
    assert_eq!(open(&fold), [expected]);
    let said = fold.exceptions().remove(0);
    assert_eq!(said.actions(), ["accept"]);
    let remedy = "stock order expedite EARLY P";
    assert!(said.text.contains(remedy), "{}", said.text);

    // When it is served, nothing is left to say.
    let mut world = it.world;
    world.write(CENTRAL, 60 * MINUTE, add("P", "A", 3));
    assert_eq!(open(&world.fold()), []);
}

#[test]
fn nothing_is_said_where_no_restore_can_be_the_reason() {
    // The server went on elsewhere for another reason.
    let forked = restored(CENTRAL, GenesisReason::Forked, 30);
    assert_eq!(open(&forked.world.fold()), []);
    // Both were written before the restore: which was first nobody knows.
    let both = restored(CENTRAL, GenesisReason::Restored, 15);
    assert_eq!(open(&both.world.fold()), []);
    // A manager ranked the later one higher.
    let mut ranked = restored(CENTRAL, GenesisReason::Restored, 30);
    let late = EntryId {
        seq: 1,
        ..ranked.late
    };
    ranked
        .world
        .write(CENTRAL, 60 * MINUTE, expedited(late, "P", 1));
    ranked.world.number(CENTRAL, 4, 1, 61 * MINUTE);
    assert_eq!(open(&ranked.world.fold()), []);
}

#[test]
fn a_handheld_that_was_restored_changes_nobody_s_place() {
    let it = restored(SLOW, GenesisReason::Restored, 30);
    assert_eq!(open(&it.world.fold()), []);
}
