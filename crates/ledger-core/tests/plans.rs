//! Bills of materials, lots, purchase orders and stocktakes by worked numbers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry::{self, Answer};
use ledger_core::catalogue::Value;
use ledger_core::document::{DocumentFields, Family};
use ledger_core::entry::{
    Body, Content, LotEntry, LotSet, PurchaseEntry, PurchaseLineSet, StocktakeEntry, Target,
};
use ledger_core::{Clock, Timestamp, stocktake};
use support::planned::*;
use support::rights::{device, genesis};
use support::*;

#[test]
fn a_lot_of_boards_counts_what_was_issued_ahead() {
    // Four resistors a board, fifty boards, thirty built with 140 issued.
    let mut world = World::default();
    world.write(1, MINUTE, add("RES", "A", 1_000));
    let lot = planned("L-1", "BOARD", 50, &[("RES", 4)]);
    let lot = world.write(1, 2 * MINUTE, lot);
    let issued = for_lot(remove("RES", "A", 150), lot);
    world.write(1, 3 * MINUTE, issued);
    let back = for_lot(add("RES", "A", 10), lot);
    world.write(2, 4 * MINUTE, back);
    world.write(1, 5 * MINUTE, for_lot(add("BOARD", "B", 30), lot));
    let fold = world.fold();
    let info = fold.lot(lot).unwrap();
    assert_eq!(info.built.to_string(), "30");
    assert_eq!(info.left().to_string(), "20");
    assert_eq!(info.issued[&code("RES")].to_string(), "140");
    assert_eq!(info.issued.len(), 1, "what is built is not issued");
    assert_eq!(on_hand(&fold, "RES", "A"), "860");
    assert_eq!(on_hand(&fold, "BOARD", "B"), "30");
    assert!(exceptions(&fold).is_empty(), "{:?}", fold.exceptions());
}

#[test]
fn a_lot_keeps_its_bill_of_materials_until_it_adopts_another() {
    let mut world = World::default();
    world.write(1, MINUTE, made_of("BOARD", "RES", 4));
    let lot = world.write(1, 2 * MINUTE, planned("L-1", "BOARD", 50, &[("RES", 4)]));
    assert!(!world.fold().lot_differs(&world.fold().lot(lot).unwrap()));
    world.write(2, 3 * MINUTE, made_of("BOARD", "RES", 5));
    let fold = world.fold();
    let info = fold.lot(lot).unwrap();
    assert_eq!(info.bom, [part("RES", 4)]);
    assert!(fold.lot_differs(&info));
    let adopted = LotEntry::Set(LotSet {
        lot: reference(lot),
        bom: Some(vec![part("RES", 5)]),
        fields: DocumentFields::new(),
        once: None,
    });
    world.write(1, 4 * MINUTE, Body::Lot(adopted));
    let fold = world.fold();
    let info = fold.lot(lot).unwrap();
    assert_eq!(info.bom, [part("RES", 5)]);
    assert_eq!(info.quantity, units(50), "nothing else changed");
    assert!(!fold.lot_differs(&info));
}

#[test]
fn too_much_built_is_named_until_it_is_reversed() {
    let mut world = World::default();
    let lot = world.write(1, MINUTE, planned("L-1", "BOARD", 10, &[]));
    world.write(1, 2 * MINUTE, for_lot(add("BOARD", "A", 8), lot));
    let twice = world.write(2, 3 * MINUTE, for_lot(add("BOARD", "A", 8), lot));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), ["over-built"]);
    assert_eq!(fold.exceptions()[0].id, "over-built:L-1/BOARD");
    assert_eq!(fold.lot(lot).unwrap().left().to_string(), "0");
    world.write(2, 4 * MINUTE, reversed(twice));
    let fold = world.fold();
    assert!(exceptions(&fold).is_empty());
    assert_eq!(fold.lot(lot).unwrap().built.to_string(), "8");
}

#[test]
fn what_is_received_fills_the_days_the_earliest_first() {
    let mut world = World::default();
    let lines = [
        line("P", 5, None),
        line("P", 10, Some(12)),
        line("P", 20, Some(10)),
    ];
    let order = world.write(1, MINUTE, placed("P-1", &lines));
    world.write(1, 2 * MINUTE, received("P", 24, order, None));
    let fold = world.fold();
    let expected = ["P 10 20 20 0", "P 12 10 4 6", "P - 5 0 5"];
    assert_eq!(purchase_lines(&fold, order), expected);
    assert_eq!(fold.on_order(&code("P")).to_string(), "11");
    // Less is ordered for the first day: what came goes on to the next.
    let set = PurchaseLineSet {
        purchase: reference(order),
        line: line("P", 15, Some(10)),
        once: None,
    };
    let set = Body::Purchase(PurchaseEntry::LineSet(set));
    world.write(1, 3 * MINUTE, set);
    let fold = world.fold();
    let expected = ["P 10 15 15 0", "P 12 10 9 1", "P - 5 0 5"];
    assert_eq!(purchase_lines(&fold, order), expected);
    assert_eq!(fold.on_order(&code("P")).to_string(), "6");
    world.write(1, 4 * MINUTE, ended(Family::Purchase, order));
    assert_eq!(world.fold().on_order(&code("P")).to_string(), "0");
}

#[test]
fn more_than_ordered_is_named_unless_somebody_said_why() {
    let mut world = World::default();
    let order = world.write(1, MINUTE, placed("P-1", &[line("P", 10, Some(10))]));
    world.write(1, 2 * MINUTE, received("P", 10, order, None));
    assert!(exceptions(&world.fold()).is_empty());
    let mut silent = world;
    silent.write(1, 3 * MINUTE, received("P", 2, order, None));
    silent.write(1, 3 * MINUTE, received("Q", 1, order, None));
    let fold = silent.fold();
    let named: Vec<String> = fold.exceptions().into_iter().map(|it| it.id).collect();
    assert_eq!(named, ["over-received:P-1/P", "over-received:P-1/Q"]);
    assert_eq!(purchase_lines(&fold, order), ["P 10 10 12 0", "Q - 0 1 0"]);
    assert_eq!(on_hand(&fold, "P", "A"), "12", "the fact counts");
    let mut said = World::default();
    let order = said.write(1, MINUTE, placed("P-1", &[line("P", 10, Some(10))]));
    said.write(1, 2 * MINUTE, received("P", 12, order, Some("bonus")));
    assert!(exceptions(&said.fold()).is_empty());
}

#[test]
fn what_went_back_to_the_supplier_makes_nobody_expect_more_than_is_ordered() {
    let mut world = World::default();
    let order = world.write(1, MINUTE, placed("P-1", &[line("P", 10, Some(10))]));
    let mut back = received("P", 3, order, None);
    if let Body::Moved(moved) = &mut back {
        std::mem::swap(&mut moved.from, &mut moved.to);
    }
    world.write(1, 2 * MINUTE, back);
    assert_eq!(world.fold().on_order(&code("P")).to_string(), "10");
}

#[test]
fn a_movement_that_comes_after_the_end_of_a_lot_counts_and_is_named() {
    let mut world = World::default();
    world.write(1, 0, add("RES", "A", 100));
    let lot = world.write(1, MINUTE, planned("L-1", "BOARD", 10, &[("RES", 4)]));
    world.write(1, 2 * MINUTE, for_lot(add("BOARD", "A", 8), lot));
    world.write(1, 2 * MINUTE, for_lot(remove("RES", "A", 40), lot));
    world.write(1, 10 * MINUTE, ended(Family::Lot, lot));
    // What was done before the end and comes late is no news.
    world.write(2, 9 * MINUTE, for_lot(add("BOARD", "A", 1), lot));
    // Parts that come back are none either.
    world.write(2, 11 * MINUTE, for_lot(add("RES", "A", 4), lot));
    let fold = world.fold();
    assert!(exceptions(&fold).is_empty(), "{:?}", fold.exceptions());
    let late = world.write(3, 12 * MINUTE, for_lot(add("BOARD", "A", 1), lot));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), ["closed-lot"]);
    assert_eq!(fold.exceptions()[0].entries, [late]);
    assert_eq!(fold.lot(lot).unwrap().built.to_string(), "10");
    assert_eq!(on_hand(&fold, "BOARD", "A"), "10");
    // Who wants more of it after its end changes nothing.
    let set = Body::Lot(LotEntry::Set(LotSet {
        lot: reference(lot),
        bom: None,
        fields: of_units(99),
        once: None,
    }));
    let set = world.write(2, 13 * MINUTE, set);
    let fold = world.fold();
    assert_eq!(fold.lot(lot).unwrap().quantity, units(10));
    assert_eq!(fold.exceptions()[0].entries, [late, set]);
}

#[test]
fn what_a_lot_began_with_holds_although_its_writer_s_clock_was_ahead_of_its_end() {
    let mut world = World::default();
    let lot = world.write(2, MINUTE, planned("L-1", "BOARD", 10, &[("RES", 4)]));
    if let Content::Known(entry) = &mut world.records[0].content {
        entry.clock = Clock::new(Timestamp::from_millis(DAY), 0);
    }
    world.write(1, 2 * MINUTE, ended(Family::Lot, lot));
    let fold = world.fold();
    let info = fold.lot(lot).unwrap();
    assert_eq!((info.quantity, info.bom), (units(10), vec![part("RES", 4)]));
    assert!(exceptions(&fold).is_empty());
}

#[test]
fn a_number_may_be_used_once_in_every_family_and_twice_in_none() {
    let mut world = World::default();
    world.write(1, MINUTE, planned("N-1", "BOARD", 1, &[]));
    world.write(1, MINUTE, placed("N-1", &[]));
    world.write(1, MINUTE, opened_stocktake("N-1", &[]));
    world.write(
        1,
        MINUTE,
        opened("N-1", ledger_core::order::OrderType::Sales),
    );
    assert!(exceptions(&world.fold()).is_empty());
    world.write(2, MINUTE, planned("N-1", "BOARD", 1, &[]));
    world.write(2, MINUTE, placed("N-1", &[]));
    world.write(2, MINUTE, opened_stocktake("N-1", &[]));
    let fold = world.fold();
    let named: Vec<String> = fold.exceptions().into_iter().map(|it| it.id).collect();
    let expected = [
        "duplicate-number:lot:N-1",
        "duplicate-number:po:N-1",
        "duplicate-number:stocktake:N-1",
    ];
    assert_eq!(named, expected);
    assert_eq!(fold.lots().len(), 2);
}

#[test]
fn entries_wait_for_the_document_that_they_are_about() {
    let mut world = World::default();
    let lot = world.write(1, MINUTE, planned("L-1", "BOARD", 10, &[]));
    world.write(2, 2 * MINUTE, for_lot(add("BOARD", "A", 3), lot));
    world.write(2, 3 * MINUTE, ended(Family::Lot, lot));
    let opening = world.records.remove(0);
    let fold = world.fold();
    assert_eq!(exceptions(&fold), ["document-waits"]);
    assert_eq!(fold.exceptions()[0].entries.len(), 2);
    assert_eq!(fold.lot(lot), None);
    assert_eq!(on_hand(&fold, "BOARD", "A"), "3", "the fact counts at once");
    world.records.push(opening);
    let fold = world.fold();
    assert!(exceptions(&fold).is_empty());
    assert_eq!(fold.lot(lot).unwrap().built.to_string(), "3");
}

#[test]
fn what_names_a_document_as_another_kind_says_nothing_of_it() {
    let mut world = World::default();
    let lot = world.write(1, MINUTE, planned("L-1", "BOARD", 10, &[]));
    world.write(1, 2 * MINUTE, received("BOARD", 4, lot, None));
    world.write(1, 3 * MINUTE, line_set(lot, "RES", 4));
    world.write(1, 4 * MINUTE, ended(Family::Stocktake, lot));
    let fold = world.fold();
    let info = fold.lot(lot).unwrap();
    assert_eq!(info.built.to_string(), "0");
    assert_eq!(info.state.word(), "open");
    assert_eq!(fold.lots_of(&code("RES")), [], "it builds no resistors");
    assert_eq!(fold.lots_of(&code("BOARD")).len(), 1);
    assert_eq!(fold.exceptions()[0].entries.len(), 3);
}

#[test]
fn a_late_movement_before_a_count_changes_its_variance_and_not_the_count() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &[]));
    world.write(1, 10 * MINUTE, counted_for(counted("P", "A", 8), take));
    assert_eq!(report(&world.fold(), take), ["P@A 8 counted 8(-2)"]);
    world.write(2, 5 * MINUTE, remove("P", "A", 2));
    let fold = world.fold();
    assert_eq!(report(&fold, take), ["P@A 8 counted 8(0)"]);
    assert_eq!(on_hand(&fold, "P", "A"), "8");
    world.write(2, 20 * MINUTE, remove("P", "A", 3));
    assert_eq!(report(&world.fold(), take), ["P@A 5 counted 8(0)"]);
}

#[test]
fn a_later_count_is_what_was_asked_for() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &[]));
    world.write(1, 2 * MINUTE, counted_for(counted("P", "A", 8), take));
    let p = [Target::Item(code("P"))];
    world.write(1, 10 * MINUTE, asked(take, Some(2), &p, true));
    let fold = world.fold();
    assert_eq!(report(&fold, take), ["P@A 8 again 8(-2)"]);
    assert_eq!(lines_of(&fold, take)[0].counter, Some(device(2)));
    // A count from before that comes late was not what was asked for.
    world.write(2, 9 * MINUTE, counted_for(counted("P", "A", 9), take));
    assert_eq!(report(&world.fold(), take), ["P@A 9 again 8(-2) 9(1)"]);
    world.write(3, 11 * MINUTE, counted_for(counted("P", "A", 10), take));
    let expected = ["P@A 10 counted 8(-2) 9(1) 10(1)"];
    assert_eq!(report(&world.fold(), take), expected);
}

#[test]
fn who_asks_again_does_not_take_back_what_another_asked() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &[]));
    world.write(1, 30 * MINUTE, asked(take, None, &[], true));
    // This one's wall clock is behind, and its hybrid clock is not.
    world.write(2, 10 * MINUTE, asked(take, None, &[], true));
    if let Content::Known(entry) = &mut world.records.last_mut().unwrap().content {
        entry.clock = Clock::new(Timestamp::from_millis(40 * MINUTE), 0);
    }
    world.write(3, 20 * MINUTE, counted_for(counted("P", "A", 8), take));
    assert_eq!(report(&world.fold(), take), ["P@A 8 again 8(-2)"]);
}

#[test]
fn an_approval_is_of_a_count_and_not_of_the_next_one() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &[]));
    let first = world.write(1, 2 * MINUTE, counted_for(counted("P", "A", 8), take));
    world.write(1, 3 * MINUTE, approved(take, &[first]));
    assert_eq!(report(&world.fold(), take), ["P@A 8 approved 8(-2)"]);
    let next = world.write(2, 4 * MINUTE, counted("P", "A", 9));
    let fold = world.fold();
    assert_eq!(report(&fold, take), ["P@A 9 counted 8(-2) 9(1)"]);
    let counts = &lines_of(&fold, take)[0].counts;
    assert_eq!((counts[0].for_it, counts[1].for_it), (true, false));
    assert_eq!((counts[0].approved, counts[1].approved), (true, false));
    world.write(2, 5 * MINUTE, reversed(next));
    assert_eq!(report(&world.fold(), take), ["P@A 8 approved 8(-2)"]);
}

#[test]
fn an_approval_of_another_branch_s_count_does_not_take_one_back() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &[]));
    let count = world.write(1, 2 * MINUTE, counted_for(counted("P", "A", 8), take));
    world.write(1, 3 * MINUTE, approved(take, &[count]));
    let mut astray = approved(take, &[count]);
    if let Body::Stocktake(StocktakeEntry::Approved(approved)) = &mut astray {
        approved.counts[0].hash8[0] ^= 1;
    }
    world.write(2, 4 * MINUTE, astray.clone());
    assert_eq!(report(&world.fold(), take), ["P@A 8 approved 8(-2)"]);
    // Alone it approves nothing.
    let mut alone = World::default();
    alone.write(1, 0, add("P", "A", 10));
    let take = alone.write(1, MINUTE, opened_stocktake("T-1", &[]));
    alone.write(1, 2 * MINUTE, counted_for(counted("P", "A", 8), take));
    alone.write(2, 4 * MINUTE, astray);
    assert_eq!(report(&alone.fold(), take), ["P@A 8 counted 8(-2)"]);
}

#[test]
fn only_what_was_not_counted_for_some_days_is_to_be_counted() {
    let mut world = World::default();
    for item in ["P", "Q", "R"] {
        world.write(1, 0, add(item, "A", 10));
    }
    world.write(1, DAY, counted("P", "A", 10));
    world.write(1, 9 * DAY, counted("Q", "A", 10));
    let mut opened = begun("T-1", &[]);
    opened.fields.insert(stocktake::key::DAYS, Value::Int(7));
    let opened = Body::Stocktake(StocktakeEntry::Opened(opened));
    let take = world.write(1, 10 * DAY, opened);
    let fold = world.fold();
    assert_eq!(fold.stocktake(take).unwrap().not_counted_for, Some(7));
    // P nine days ago, R never; Q yesterday.
    assert_eq!(report(&fold, take), ["P@A 10 open", "R@A 10 open"]);
    // Who counts Q all the same did.
    world.write(2, 11 * DAY, counted("Q", "A", 9));
    let expected = ["P@A 10 open", "Q@A 9 counted 9(-1)", "R@A 10 open"];
    assert_eq!(report(&world.fold(), take), expected);
}

#[test]
fn what_two_devices_counted_stands_side_by_side() {
    let mut world = World::default();
    for writer in 1..4 {
        world.write(writer, 0, genesis(writer));
    }
    world.write(1, 0, add("P", "A", 10));
    let a = [Target::Location(code("A"))];
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &a));
    world.write(3, 3 * MINUTE, counted_for(counted("P", "A", 7), take));
    world.write(2, 2 * MINUTE, counted_for(counted("P", "A", 9), take));
    let fold = world.fold();
    assert_eq!(report(&fold, take), ["P@A 7 counted 9(-1) 7(-2)"]);
    let counts = &lines_of(&fold, take)[0].counts;
    let devices: Vec<_> = counts.iter().map(|count| count.device.unwrap()).collect();
    assert_eq!(devices, [device(2), device(3)]);
    assert_eq!(
        on_hand(&fold, "P", "A"),
        "7",
        "the last one is what is there"
    );
}

#[test]
fn a_count_is_in_the_stocktake_it_was_made_for_and_in_those_that_go_on_there() {
    let mut world = World::default();
    world.write(1, 0, add("P", "A", 10));
    world.write(1, 0, add("P", "B", 10));
    world.write(1, 0, counted("P", "A", 10));
    let a = [Target::Location(code("A"))];
    let take = world.write(1, MINUTE, opened_stocktake("T-1", &a));
    world.write(2, 2 * MINUTE, counted_for(counted("P", "B", 9), take));
    let expected = ["P@A 10 open", "P@B 9 counted 9(-1)"];
    assert_eq!(report(&world.fold(), take), expected);
    world.write(1, 10 * MINUTE, ended(Family::Stocktake, take));
    world.write(2, 11 * MINUTE, counted("P", "A", 9));
    assert_eq!(
        report(&world.fold(), take)[0],
        "P@A 10 open",
        "it was over by then"
    );
    assert!(exceptions(&world.fold()).is_empty());
    world.write(2, 12 * MINUTE, counted_for(counted("P", "A", 8), take));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), ["closed-stocktake"]);
    assert_eq!(on_hand(&fold, "P", "A"), "8", "the count counts");
}

#[test]
fn plans_go_by_what_items_are_called_today() {
    let mut world = World::default();
    world.write(1, 0, made_of("BOARD", "RES", 4));
    world.write(1, 0, made_of("BOARD", "RES-OLD", 2));
    world.write(1, 0, made_of("BOARD-OLD", "CAP", 1));
    world.write(1, 0, add("RES-OLD", "A", 5));
    world.write(1, 0, add("RES", "A", 1));
    let bom = [("RES", 4), ("RES-OLD", 2)];
    let lot = world.write(1, MINUTE, planned("L-1", "BOARD-OLD", 10, &bom));
    world.write(1, 2 * MINUTE, for_lot(remove("RES-OLD", "A", 1), lot));
    world.write(1, 2 * MINUTE, for_lot(add("BOARD", "B", 2), lot));
    let lines = [line("RES-OLD", 5, Some(10)), line("RES", 7, Some(10))];
    let order = world.write(1, MINUTE, placed("P-1", &lines));
    let old = [Target::Item(code("RES-OLD"))];
    let take = world.write(1, 3 * MINUTE, opened_stocktake("T-1", &old));
    world.write(1, 4 * MINUTE, asked(take, Some(2), &old, true));
    world.write(2, 5 * MINUTE, merged("RES-OLD", "RES"));
    world.write(2, 5 * MINUTE, merged("BOARD-OLD", "BOARD"));
    let fold = world.fold();
    let board = code("BOARD");
    assert_eq!(fold.bom(&board), [part("CAP", 1), part("RES", 6)]);
    assert_eq!(fold.used_in(&code("RES")), std::slice::from_ref(&board));
    assert_eq!(fold.used_in(&code("RES-OLD")), [] as [ledger_core::Code; 0]);
    let info = fold.lot(lot).unwrap();
    assert_eq!((info.item, info.built.to_string()), (board, "2".to_owned()));
    assert_eq!(info.bom, [part("RES", 6)]);
    assert_eq!(info.issued[&code("RES")].to_string(), "1");
    assert_eq!(purchase_lines(&fold, order), ["RES 10 12 0 12"]);
    assert_eq!(fold.on_order(&code("RES")).to_string(), "12");
    assert_eq!(report(&fold, take), ["RES@A 5 again"]);
    assert_eq!(lines_of(&fold, take)[0].counter, Some(device(2)));
}

#[test]
fn a_circle_that_two_devices_made_is_named_and_told_of() {
    let mut world = World::default();
    world.write(1, MINUTE, made_of("P", "Q", 1));
    world.write(1, MINUTE, made_of("Q", "R", 1));
    world.write(1, MINUTE, merged("R-OLD", "R"));
    let mut fold = world.fold();
    assert!(exceptions(&fold).is_empty());
    let mark = fold.mark();
    // R goes by its old name.
    let id = world.write(2, MINUTE, made_of("R-OLD", "P", 1));
    fold.apply(record(id, MINUTE, made_of("R-OLD", "P", 1)));
    let named: Vec<String> = fold.exceptions().into_iter().map(|it| it.id).collect();
    assert_eq!(named, ["bom-circle:P", "bom-circle:Q", "bom-circle:R"]);
    let news = fold.changed_since(mark);
    assert!(
        news.is_none_or(|news| ["P", "Q", "R"]
            .iter()
            .all(|it| news.items.contains(&code(it)))),
        "who keeps what is the matter with Q must hear of it"
    );
    assert!(
        fold.items_in_play().contains(&code("Q")),
        "although there is none of it"
    );
    let way = fold.bom_circle(&code("Q")).unwrap();
    assert_eq!(way, ["Q", "R", "P", "Q"].map(code));
}

#[test]
fn a_circle_that_was_taken_as_it_is_and_is_made_anew_is_told_of_again() {
    let mut world = World::default();
    let first = world.write(1, MINUTE, made_of("P", "Q", 1));
    let second = world.write(2, 2 * MINUTE, made_of("Q", "P", 1));
    let open = world.fold().exceptions();
    assert_eq!(open[0].id, "bom-circle:P");
    assert_eq!(open[0].entries, [first, second]);
    assert_eq!(open[0].since.millis(), 2 * MINUTE);
    for id in ["bom-circle:P", "bom-circle:Q"] {
        let plan = at_entry::answer(&world.fold(), origin(1), id, &Answer::Accept, None);
        world.write(1, 3 * MINUTE, plan.unwrap().bodies[0].clone());
    }
    assert!(exceptions(&world.fold()).is_empty());
    world.write(2, 4 * MINUTE, made_of("Q", "P", 0));
    world.write(2, 5 * MINUTE, made_of("Q", "P", 1));
    assert_eq!(exceptions(&world.fold()), ["bom-circle", "bom-circle"]);
}
