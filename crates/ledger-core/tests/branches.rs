//! Branches in the fold by example; the laws in `laws.rs` have worlds with branches too.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::fold::{Branch, Record};
use ledger_core::order::OrderType;
use ledger_core::{EntryId, Origin};
use support::*;

const BRANCH: Origin = Origin::from_bytes([9; 16]);

fn branch() -> Branch {
    Branch {
        id: BRANCH,
        root: origin(1),
        first_seq: 3,
        prev8: hash8(id(1, 2)),
    }
}

fn id(writer: u8, seq: u64) -> EntryId {
    EntryId {
        origin: origin(writer),
        seq,
    }
}

/// What the copy of a store wrote: under the same origin and seq as the first one wrote something
/// else, with other hashes.
fn by_the_copy(world: &mut World, seq: u64, body: ledger_core::entry::Body) -> Record {
    let id = world.write(7, 10 * MINUTE, body);
    let mut record = world.records.pop().unwrap();
    record.hash8 = hash8(id);
    record.id = EntryId {
        origin: BRANCH,
        seq,
    };
    record
}

#[test]
fn what_a_copied_store_wrote_counts_beside_what_the_first_one_wrote() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    world.write(1, 0, add("P", "A", 5));
    world.write(1, 0, remove("P", "A", 1));
    let took = by_the_copy(&mut world, 3, remove("P", "A", 4));
    let opened = by_the_copy(&mut world, 4, opened("O-1", OrderType::Repair));
    // Both speak of what they wrote as third and fourth entry of the origin.
    let of_copy = |record: &Record| ledger_core::EntryRef {
        id: id(1, record.id.seq),
        hash8: record.hash8,
    };
    let mut undo = reversed(id(1, 3));
    if let ledger_core::entry::Body::Reversed(reversed) = &mut undo {
        reversed.target = of_copy(&took);
    }
    world.write(2, 20 * MINUTE, undo);
    let mut line = line_set(id(1, 4), "P", 2);
    if let ledger_core::entry::Body::Order(ledger_core::entry::OrderEntry::LineSet(line)) =
        &mut line
    {
        line.order = of_copy(&opened);
    }
    world.write(2, 20 * MINUTE, line);
    let order = opened.id;
    let on_hand = |fold: &ledger_core::fold::Fold| fold.lines(&code("P"))[0].on_hand.to_string();

    let mut fold = world.fold();
    assert_eq!(on_hand(&fold), "14", "before anything of the copy is here");
    assert!(fold.branch(branch()));
    fold.apply(opened);
    assert_eq!(on_hand(&fold), "14", "the copy's third entry is missing");
    fold.apply(took.clone());
    assert_eq!(on_hand(&fold), "14", "taken by the copy, and put back");
    assert!(fold.is_void(took.id) && !fold.is_void(id(1, 3)));
    let lines = fold.order_lines(order);
    assert_eq!(lines[0].wanted, units(2).total());
    assert_eq!(fold.reference(took.id).unwrap().id, id(1, 3));
    assert_eq!(fold.root_of(BRANCH), origin(1));
    assert!(!fold.branch(branch()), "it is known");
}
