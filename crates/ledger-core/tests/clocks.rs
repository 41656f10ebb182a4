//! Clocks that were wrong, and what the central server says of them (F1, F4).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::entry::{Body, ClockMark, TimeFix};
use ledger_core::exception::ExceptionKind;
use ledger_core::fold::{Fold, NumberRun};
use ledger_core::{EntryId, Timestamp};
use support::rights::{CENTRAL, genesis};
use support::*;

const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn mark() -> Body {
    Body::ClockMark(ClockMark::default())
}

fn fix(run: EntryId, ahead: i64, uncertainty_millis: u64) -> Body {
    Body::TimeFixed(TimeFix {
        run: reference(run),
        ahead_millis: ahead * i64::try_from(MINUTE).unwrap(),
        uncertainty_millis,
    })
}

fn on_hand(fold: &Fold) -> String {
    fold.lines(&code("P"))[0].on_hand.to_string()
}

fn kinds(fold: &Fold) -> Vec<ExceptionKind> {
    fold.exceptions().iter().map(|open| open.kind).collect()
}

/// A house whose central server is known by its number 1.
fn house() -> World {
    let mut world = World::default();
    world.write(CENTRAL, 0, genesis(CENTRAL));
    world.number(CENTRAL, 1, 1, DAY);
    world.write(3, DAY, add("P", "A", 100));
    world
}

#[test]
fn a_count_of_a_clock_three_hours_fast_does_not_swallow_what_was_taken_after_it() {
    let mut world = house();
    // At true noon, by a clock that shows three.
    let counted = world.write(2, DAY + 15 * HOUR, counted("P", "A", 40));
    world.write(3, DAY + 13 * HOUR, remove("P", "A", 5));
    assert_eq!(on_hand(&world.fold()), "40", "as the clocks have it");
    let first = EntryId { seq: 1, ..counted };
    world.write(CENTRAL, DAY + 16 * HOUR, fix(first, 180, 0));
    let fold = world.fold();
    assert_eq!(on_hand(&fold), "35");
    assert_eq!(
        fold.effective_time(counted).unwrap().millis(),
        DAY + 12 * HOUR
    );
}

#[test]
fn a_fix_covers_its_run_alone_and_the_last_one_by_clock_holds() {
    let mut world = house();
    let before = world.write(2, DAY + HOUR, add("P", "B", 1));
    let marked = world.write(2, 2 * DAY, mark());
    let after = world.write(2, 2 * DAY + HOUR, add("P", "B", 1));
    world.write(CENTRAL, 3 * DAY, fix(marked, 30, 0));
    world.write(CENTRAL, 4 * DAY, fix(marked, 20, 0));
    // A device says what it likes of clocks.
    world.write(3, 5 * DAY, fix(marked, 50, 0));
    let fold = world.fold();
    let time = |id| fold.effective_time(id).unwrap().millis();
    assert_eq!(time(before), DAY + HOUR);
    assert_eq!(time(after), 2 * DAY + HOUR - 20 * MINUTE);
    assert_eq!(kinds(&fold), [ExceptionKind::BadEntry]);
}

#[test]
fn a_corrected_time_never_lies_before_what_was_written_before_or_after_its_numbering() {
    let mut world = house();
    let before = world.write(2, DAY + HOUR, add("P", "B", 1));
    let marked = world.write(2, DAY + 2 * HOUR, mark());
    let after = world.write(2, DAY + 3 * HOUR, add("P", "B", 1));
    world.write(CENTRAL, 3 * DAY, fix(marked, 10 * 60, 0));
    let fold = world.fold();
    assert_eq!(fold.effective_time(after), fold.effective_time(before));
    // Behind by ten hours, and numbered two hours later.
    world.write(CENTRAL, 3 * DAY, fix(marked, -10 * 60, 0));
    world.number(2, 1, 3, DAY + 5 * HOUR);
    let fold = world.fold();
    assert_eq!(fold.effective_time(after).unwrap().millis(), DAY + 5 * HOUR);
}

#[test]
fn numbers_that_lower_no_time_make_nothing_anew_also_where_a_clock_was_wrong() {
    let mut world = house();
    let written = world.write(2, DAY + HOUR, add("P", "B", 1));
    world.write(2, DAY + 2 * HOUR, add("P", "B", 1));
    let first = EntryId { seq: 1, ..written };
    // Behind, so that the second happened ten minutes later than it says.
    world.write(CENTRAL, 2 * DAY, fix(first, -10, 0));
    let run = |n, first_seq, moment| NumberRun {
        n,
        origin: origin(2),
        first_seq,
        count: 1,
        moment: Timestamp::from_millis(moment),
    };
    let mut fold = world.fold();
    let mark = fold.mark();
    fold.number(run(2, 1, 2 * DAY));
    assert!(fold.changed_since(mark).is_some());
    // Five minutes later by its own clock, and before it happened.
    fold.number(run(3, 2, DAY + 2 * HOUR + 5 * MINUTE));
    assert!(fold.changed_since(mark).is_none());
    let second = EntryId { seq: 2, ..written };
    let time = fold.effective_time(second).unwrap().millis();
    assert_eq!(time, DAY + 2 * HOUR + 5 * MINUTE);
}

#[test]
fn what_is_not_known_better_of_clocks_asks_for_a_recount() {
    let mut world = house();
    let counted = world.write(2, DAY + 12 * HOUR, counted("P", "A", 40));
    world.write(3, DAY + 12 * HOUR + 5 * MINUTE, remove("P", "A", 5));
    assert_eq!(kinds(&world.fold()), []);
    let first = EntryId { seq: 1, ..counted };
    world.write(CENTRAL, 2 * DAY, fix(first, 0, 10 * MINUTE));
    assert_eq!(kinds(&world.fold()), [ExceptionKind::Recount]);
}
