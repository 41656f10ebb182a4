//! Corners of plans by worked numbers: what is due at once, lost while building, adopted half way,
//! merged, explained, and what a closed stocktake says later.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeSet;

use ledger_core::EntryId;
use ledger_core::at_entry;
use ledger_core::document::{DocumentFields, Family};
use ledger_core::entry::{Body, LotEntry, LotSet, Particulars};
use ledger_core::fold::Fold;
use ledger_core::production::BomLine;
use support::planned::*;
use support::*;

#[test]
fn two_overdue_lines_of_an_item_wait_for_two_lots() {
    let mut world = World::default();
    let lines = [line("RES", 4, Some(1)), line("RES", 4, Some(2))];
    let order = world.write(1, MINUTE, placed("P-1", &lines));
    let first = world.write(1, 2 * MINUTE, planned("L-1", "BOARD", 4, &[("RES", 1)]));
    let second = world.write(1, 3 * MINUTE, planned("L-2", "BOARD", 4, &[("RES", 1)]));
    world.write(1, 9 * DAY, add("CAP", "A", 1));
    let fold = world.fold();
    let prospect = fold.prospect();
    let lines = fold.purchase(order).unwrap().lines;
    let waits = |at: usize| {
        let supply = prospect.supply_of(order, &lines[at]).unwrap();
        let covers = prospect.outlook.covers(supply).iter();
        let covers =
            covers.map(|(need, quantity)| (prospect.needs[*need].id, quantity.to_string()));
        covers.collect::<Vec<_>>()
    };
    assert_eq!(waits(0), [(first, "4".to_owned())]);
    assert_eq!(waits(1), [(second, "4".to_owned())]);
}

/// The parts of a lot that are still needed, and how many units can be built now.
fn needed(fold: &Fold, lot: EntryId) -> (Vec<String>, u64) {
    let lot = fold.lot(lot).unwrap();
    let lines = fold.lot_lines(&lot).into_iter();
    let lines = lines.map(|line| format!("{} {}", line.line.item, line.required));
    let prospect = fold.prospect();
    (
        lines.collect(),
        fold.can_build(&prospect, &lot).unwrap().now,
    )
}

/// A lot of a hundred boards of one resistor each, of which one in a hundred is lost, with fifty
/// built and so many resistors issued.
fn half_built(world: &mut World, issued: i64) -> EntryId {
    let mut body = planned("L-1", "BOARD", 100, &[("RES", 1)]);
    if let Body::Lot(LotEntry::Planned(planned)) = &mut body {
        planned.bom[0].attrition = 100;
    }
    let lot = world.write(1, 2 * MINUTE, body);
    world.write(1, 3 * MINUTE, for_lot(remove("RES", "A", issued), lot));
    world.write(1, 4 * MINUTE, for_lot(add("BOARD", "B", 50), lot));
    lot
}

#[test]
fn what_can_be_built_loses_no_more_than_what_is_required() {
    // 101 for a hundred, 51 for the fifty that are built: 50 are needed, and 50 are enough.
    let mut world = World::default();
    world.write(1, MINUTE, add("RES", "A", 101));
    let lot = half_built(&mut world, 51);
    assert_eq!(needed(&world.fold(), lot), (vec!["RES 50".to_owned()], 50));
    let mut ahead = World::default();
    ahead.write(1, MINUTE, add("RES", "A", 101));
    let lot = half_built(&mut ahead, 101);
    assert_eq!(needed(&ahead.fold(), lot), (vec!["RES 0".to_owned()], 50));
}

fn adopted(lot: EntryId, bom: &[BomLine]) -> Body {
    Body::Lot(LotEntry::Set(LotSet {
        lot: reference(lot),
        bom: Some(bom.to_vec()),
        fields: DocumentFields::new(),
        once: None,
    }))
}

#[test]
fn what_is_built_took_what_the_bill_of_that_time_says() {
    let mut world = World::default();
    world.write(1, MINUTE, add("RES", "A", 300));
    world.write(1, MINUTE, add("CAP", "A", 300));
    let bom = [("CAP", 1), ("RES", 4)];
    let lot = world.write(1, 2 * MINUTE, planned("L-1", "BOARD", 100, &bom));
    world.write(1, 3 * MINUTE, for_lot(remove("RES", "A", 200), lot));
    world.write(1, 3 * MINUTE, for_lot(remove("CAP", "A", 50), lot));
    world.write(1, 4 * MINUTE, for_lot(add("BOARD", "B", 50), lot));
    world.write(
        1,
        10 * MINUTE,
        adopted(lot, &[part("LED", 3), part("RES", 2)]),
    );
    // Fifty boards of two: none of the 200 resistors in the others is there for them.
    let lines = vec!["LED 150".to_owned(), "RES 100".to_owned()];
    assert_eq!(needed(&world.fold(), lot), (lines, 0));
    world.write(1, 11 * MINUTE, add("LED", "A", 60));
    assert_eq!(needed(&world.fold(), lot).1, 20);
    // Ten more were built before, and say so late; ten are built of what holds now.
    world.write(2, 9 * MINUTE, for_lot(add("BOARD", "B", 10), lot));
    let lines = vec!["LED 120".to_owned(), "RES 80".to_owned()];
    assert_eq!(needed(&world.fold(), lot).0, lines);
    world.write(1, 12 * MINUTE, for_lot(add("BOARD", "B", 10), lot));
    let lines = vec!["LED 90".to_owned(), "RES 60".to_owned()];
    assert_eq!(needed(&world.fold(), lot).0, lines);
    // Back to the first: nothing that was built turns into something else.
    let first = [part("CAP", 1), part("RES", 4)];
    world.write(1, 20 * MINUTE, adopted(lot, &first));
    let lines = vec!["CAP 30".to_owned(), "RES 120".to_owned()];
    assert_eq!(needed(&world.fold(), lot).0, lines);
}

#[test]
fn a_closed_stocktake_says_what_was_there_when_it_was_closed() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    world.write(1, 0, add("Q", "A", 5));
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &[]));
    world.write(1, 2 * MINUTE, counted_for(counted("Q", "A", 4), take));
    world.write(1, 10 * MINUTE, ended(Family::Stocktake, take));
    let closed = ["P@A 10 open", "Q@A 4 counted 4(-1)"];
    assert_eq!(report(&world.fold(), take), closed);
    world.write(1, 11 * MINUTE, remove("P", "A", 10));
    world.write(1, 11 * MINUTE, add("Q", "A", 7));
    world.write(1, 11 * MINUTE, add("R", "A", 3));
    world.write(1, 12 * MINUTE, counted("P", "A", 2));
    assert_eq!(report(&world.fold(), take), closed, "that was later");
    // What happened before and is told late does change it.
    world.write(2, 9 * MINUTE, remove("P", "A", 1));
    let told = ["P@A 9 open", "Q@A 4 counted 4(-1)"];
    assert_eq!(report(&world.fold(), take), told);
}

#[test]
fn a_stocktake_begins_and_ends_with_its_entries_also_within_a_millisecond() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    world.write(1, MINUTE, counted("P", "A", 9));
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &[]));
    assert_eq!(
        report(&world.fold(), take),
        ["P@A 9 open"],
        "that was before"
    );
    world.write(1, MINUTE, counted("P", "A", 7));
    world.write(1, MINUTE, ended(Family::Stocktake, take));
    let closed = ["P@A 7 counted 7(-2)"];
    assert_eq!(report(&world.fold(), take), closed);
    world.write(1, MINUTE, counted("P", "A", 4));
    assert_eq!(report(&world.fold(), take), closed, "that was later");
}

#[test]
fn one_line_under_two_codes_of_what_is_made_is_one_line() {
    let mut world = World::default();
    world.write(1, MINUTE, made_of("PCB-1", "RES", 2));
    world.write(2, 2 * MINUTE, made_of("PCB-01", "RES", 2));
    world.write(1, 3 * MINUTE, merged("PCB-01", "PCB-1"));
    let pcb = code("PCB-1");
    assert_eq!(world.fold().bom(&pcb), [part("RES", 2)]);
    world.write(2, 4 * MINUTE, made_of("PCB-01", "RES", 3));
    assert_eq!(world.fold().bom(&pcb), [part("RES", 3)]);
    world.write(1, 5 * MINUTE, made_of("PCB-1", "RES", 0));
    assert_eq!(world.fold().bom(&pcb), []);
    // Two parts that turn out to be one are both needed, under whatever code they were said.
    world.write(1, 6 * MINUTE, made_of("PCB-1", "RES", 2));
    world.write(2, 7 * MINUTE, made_of("PCB-01", "RES-OLD", 4));
    world.write(1, 8 * MINUTE, merged("RES-OLD", "RES"));
    assert_eq!(world.fold().bom(&pcb), [part("RES", 6)]);
}

#[test]
fn a_reason_explains_too_much_only_where_it_became_too_much() {
    let mut world = World::default();
    let order = world.write(1, MINUTE, placed("P-1", &[line("P", 10, Some(10))]));
    world.write(
        1,
        2 * MINUTE,
        received("P", 3, order, Some("split delivery")),
    );
    assert!(exceptions(&world.fold()).is_empty());
    world.write(1, 4 * MINUTE, received("P", 10, order, None));
    assert_eq!(exceptions(&world.fold()), ["over-received"]);
    world.write(2, 5 * MINUTE, received("P", 1, order, Some("bonus")));
    assert!(exceptions(&world.fold()).is_empty());
}

#[test]
fn a_reason_explains_what_had_come_by_then_and_nothing_that_comes_later() {
    let mut world = World::default();
    let order = world.write(1, MINUTE, placed("P-1", &[line("P", 10, Some(10))]));
    world.write(1, 2 * MINUTE, received("P", 12, order, Some("bonus")));
    assert!(exceptions(&world.fold()).is_empty());
    let more = world.write(1, 3 * MINUTE, received("P", 1, order, None));
    assert_eq!(exceptions(&world.fold()), ["over-received"]);
    world.write(1, 4 * MINUTE, reversed(more));
    assert!(exceptions(&world.fold()).is_empty());
    // The other device had not heard of the twelve.
    world.write(2, 5 * MINUTE, received("P", 12, order, None));
    assert_eq!(exceptions(&world.fold()), ["over-received"]);
    world.write(1, 6 * MINUTE, received("P", 1, order, Some("as agreed")));
    assert!(exceptions(&world.fold()).is_empty());
}

/// What undoing the newest of the first writer voids.
fn undone(fold: &Fold) -> Vec<EntryId> {
    let plan = at_entry::undo(fold, origin(1), None, Particulars::default()).unwrap();
    let targets = plan.bodies.into_iter().map(|body| match body {
        Body::Reversed(reversed) => reversed.target.id,
        other => unreachable!("{other:?}"),
    });
    targets.collect()
}

#[test]
fn what_counts_as_of_the_same_time_as_a_build_is_no_part_of_it() {
    let mut world = World::default();
    world.write(1, 0, add("RES", "A", 100));
    let lot = world.write(1, MINUTE, planned("L-1", "BOARD", 10, &[("RES", 4)]));
    // All of them say the same time.
    let at_nine = |body| for_lot(said(body, 2 * MINUTE), lot);
    let built = world.write(1, 10 * MINUTE, at_nine(add("BOARD", "B", 5)));
    let part = world.write(1, 10 * MINUTE, at_nine(remove("RES", "A", 20)));
    let issued = world.write(1, 11 * MINUTE, at_nine(remove("RES", "A", 3)));
    let fold = world.fold();
    assert_eq!(fold.build_of(built), [built, part]);
    assert_eq!(fold.build_of(part), [built, part]);
    assert_eq!(undone(&fold), [issued]);
    // The clock was set back, so that all count as of the last entry before that.
    let set_back = 5 * MINUTE;
    let built = world.write(1, set_back, for_lot(add("BOARD", "B", 1), lot));
    let part = world.write(1, set_back, for_lot(remove("RES", "A", 4), lot));
    let fold = world.fold();
    assert_eq!(undone(&fold), [built, part]);
    let issued = world.write(1, set_back + 1, for_lot(remove("RES", "A", 3), lot));
    let fold = world.fold();
    assert_eq!(fold.effective_time(issued), fold.effective_time(built));
    assert_eq!(undone(&fold), [issued]);
    // What is kept packed says the same.
    let mut packed = fold;
    packed.pack();
    assert_eq!(packed.build_of(part), [built, part]);
}

#[test]
fn what_is_moved_for_a_lot_is_no_news_of_its_other_parts() {
    let mut world = World::default();
    let bom = [("CAP", 1), ("RES", 4)];
    let lot = world.write(1, MINUTE, planned("L-1", "BOARD", 10, &bom));
    world.write(1, 2 * MINUTE, add("RES", "A", 40));
    world.write(1, 2 * MINUTE, for_lot(remove("CAP", "A", 1), lot));
    let mut fold = world.fold();
    let mark = fold.mark();
    let issued = for_lot(remove("RES", "A", 20), lot);
    let id = world.write(1, 3 * MINUTE, issued.clone());
    fold.apply(record(id, 3 * MINUTE, issued));
    let news = fold.changed_since(mark).unwrap();
    assert_eq!(news.items, BTreeSet::from([code("RES")]));
    assert_eq!(news.documents, BTreeSet::from([lot]));
}

#[test]
fn what_is_on_order_of_an_item_is_what_its_lines_say() {
    let mut world = World::default();
    let lines = [
        line("P", 10, Some(10)),
        line("P", 5, None),
        line("Q", 7, Some(3)),
    ];
    let first = world.write(1, MINUTE, placed("P-1", &lines));
    let second = world.write(1, 2 * MINUTE, placed("P-2", &[line("P-OLD", 4, Some(2))]));
    world.write(1, 3 * MINUTE, received("P", 12, first, None));
    world.write(1, 3 * MINUTE, received("Q", 1, first, None));
    world.write(1, 4 * MINUTE, merged("P-OLD", "P"));
    let fold = world.fold();
    assert_eq!(fold.on_order(&code("P")).to_string(), "7");
    assert_eq!(fold.on_order(&code("Q")).to_string(), "6");
    let with = fold.purchases_of(&code("P")).into_iter();
    let with = with.map(|it| (it.id, it.lines.len()));
    assert_eq!(with.collect::<Vec<_>>(), [(first, 2), (second, 1)]);
    let all: Vec<_> = fold.purchase(first).unwrap().lines;
    let of_p = fold.purchases_of(&code("P")).remove(0).lines;
    assert_eq!(of_p, all[..2], "as on the order itself");
}
