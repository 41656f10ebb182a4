//! Corners of F7 to F9 that random worlds found: each case is the smallest for one fault that was.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry;
use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::entry::{Body, Details};
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_core::{EntryId, Total};
use support::*;

fn of(owner: &str, mut body: Body) -> Body {
    if let Body::Moved(moved) = &mut body {
        for place in [&mut moved.from, &mut moved.to].into_iter().flatten() {
            place.owner = Some(code(owner));
        }
    }
    body
}

/// Writes one after the other and numbers each at once.
struct Book(World);

impl Book {
    fn new() -> Self {
        let mut book = Self(World::default());
        book.write(setting("allow-backorder", "on"));
        book
    }

    fn write(&mut self, body: Body) -> EntryId {
        let millis = (1 + u64::try_from(self.0.records.len()).unwrap()) * MINUTE;
        let id = self.0.write(1, millis, body);
        self.0.number(1, id.seq, 1, millis);
        id
    }

    fn line(&mut self, number: &str, wanted: i64) -> EntryId {
        let order = self.write(opened(number, OrderType::Sales));
        self.write(line_set(order, "P", wanted));
        order
    }
}

/// Names of the open `allocation-lost`, and the entries they name.
fn lost(fold: &Fold) -> Vec<(String, Vec<EntryId>)> {
    let open = fold.exceptions().into_iter();
    let open = open.filter(|open| open.kind.word() == "allocation-lost");
    open.map(|open| (open.id, open.entries)).collect()
}

#[test]
fn a_customer_s_own_stock_that_comes_frees_ours_in_the_history() {
    let mut book = Book::new();
    book.write(add("P", "A", 5));
    let order = book.write(opened_for("S-1", "ACME"));
    book.write(line_set(order, "P", 4));
    book.write(of("ACME", add("P", "A", 10)));
    let fold = book.0.fold();
    assert_eq!(available(&fold, "P"), "5");
    let rows = fold.history(&code("P"));
    let ours = rows.iter().rev().find(|row| row.owner.is_none()).unwrap();
    assert_eq!(ours.available.to_string(), "5");
}

#[test]
fn what_an_alias_s_batch_has_available_is_one_number() {
    let mut book = Book::new();
    let batch = |item: &str, expiry| {
        let mut body = add(item, "A", 6);
        if let Body::Moved(moved) = &mut body {
            moved.to.as_mut().unwrap().batch = Some(code("LOT-7"));
            moved.particulars.expiry = expiry;
        }
        body
    };
    book.write(batch("P", Some(2)));
    book.write(batch("Q", None));
    book.write(Body::ItemMerged(ledger_core::entry::ItemMerged {
        once: None,
        item: code("Q"),
        into: Some(code("P")),
    }));
    book.line("S-1", 12);
    // Four days later LOT-7 of P, which is one line of twelve when it is shown, has expired.
    book.0.write(1, 4 * 24 * 60 * MINUTE, add("C", "A", 1));
    let fold = book.0.fold();
    assert_eq!(fold.lines(&code("P")).len(), 1);
    assert_eq!(fold.allocated(&code("P"), None), Total::ZERO);
    let rows = fold.history(&code("P"));
    assert_eq!(
        rows.last().unwrap().available.to_string(),
        available(&fold, "P")
    );
}

#[test]
fn a_key_s_entry_does_not_depend_on_what_arrived_first() {
    let mut world = World::default();
    world.write(1, MINUTE, once(add("P", "A", 1), 1, 0));
    world.write(2, 2 * MINUTE, once(add("P", "A", 1), 1, 0));
    let straight = world.fold();
    world.records.reverse();
    let reversed = world.fold();
    let key = ledger_core::entry::IdempotencyKey {
        key: [1; 16],
        row: 0,
    };
    assert_eq!(straight.known_once(&key), reversed.known_once(&key));
}

#[test]
fn what_came_back_to_where_it_cannot_be_used_is_no_lost_promise() {
    let mut book = Book::new();
    let block = CatalogueWrite::new(Class::Location, code("QUARANTINE"));
    book.write(Body::Set(block.with(key::BLOCKED, Value::Bool(true))));
    book.write(add("P", "A", 2));
    let order = book.line("S-1", 2);
    book.write(for_order(remove("P", "A", 2), order));
    book.write(expedited(order, "P", 1));
    book.write(for_order(add("P", "QUARANTINE", 2), order));
    let fold = book.0.fold();
    assert_eq!(lines(&fold, order), ["P 2 0 0 2"]);
    // "was promised 0 of P and now has -2", and names nothing.
    assert_eq!(lost(&fold), []);
}

#[test]
fn a_reversed_count_is_named_when_it_takes_a_promise() {
    let mut book = Book::new();
    let count = book.write(counted("P", "A", 5));
    let order = book.line("S-1", 5);
    let undo = book.write(reversed(count));
    let fold = book.0.fold();
    assert_eq!(lines(&fold, order), ["P 5 0 0 5"]);
    let expected = vec![("allocation-lost:S-1/P".to_owned(), vec![undo])];
    assert_eq!(lost(&fold), expected);
}

#[test]
fn one_line_picked_by_two_devices_is_named_by_whom_it_robs() {
    let mut book = Book::new();
    book.write(add("P", "A", 8));
    let one = book.line("ONE", 4);
    let two = book.line("TWO", 4);
    book.write(for_order(remove("P", "A", 4), one));
    // The second device did not know of the first pick.
    let again = book.write(for_order(remove("P", "A", 4), one));
    let fold = book.0.fold();
    assert_eq!(lines(&fold, two), ["P 4 0 0 4"]);
    let lost = lost(&fold);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].0, "allocation-lost:TWO/P");
    assert!(lost[0].1.contains(&again), "{lost:?}");
}

#[test]
fn a_pick_for_another_order_of_that_id_is_a_fact_like_any_other() {
    let mut book = Book::new();
    book.write(add("P", "A", 4));
    let order = book.line("S-1", 4);
    let mut astray = for_order(remove("P", "A", 3), order);
    if let Body::Moved(moved) = &mut astray {
        moved.document.as_mut().unwrap().entry.hash8 = [9; 8];
    }
    let astray = book.write(astray);
    let fold = book.0.fold();
    assert_eq!(lines(&fold, order), ["P 4 0 1 3"]);
    let expected = vec![("allocation-lost:S-1/P".to_owned(), vec![astray])];
    assert_eq!(lost(&fold), expected);
    let rows = fold.history(&code("P"));
    let row = rows.iter().find(|row| row.id == astray).unwrap();
    assert_eq!(row.order, None, "it is not this order's");
}

#[test]
fn raising_a_line_that_is_picked_beyond_it_takes_nothing_more() {
    let mut book = Book::new();
    book.write(Body::Set(CatalogueWrite::new(Class::Item, code("P"))));
    book.write(setting("allow-backorder", "off"));
    book.write(add("P", "A", 3));
    let order = book.write(opened("R-1", OrderType::Repair));
    book.write(line_set(order, "P", 3));
    // One device takes the line off while another picks for it.
    book.write(line_set(order, "P", 0));
    book.write(for_order(remove("P", "A", 3), order));
    let plan = at_entry::order_set(&book.0.fold(), "R-1", "P", units(3)).unwrap();
    assert_eq!(plan.bodies.len(), 1, "the three are out already");
    for body in plan.bodies {
        book.write(body);
    }
    assert_eq!(lines(&book.0.fold(), order), ["P 3 3 0 0"]);
    let more = at_entry::order_set(&book.0.fold(), "R-1", "P", units(4)).unwrap_err();
    assert_eq!(more.code, "not-available");
}

#[test]
fn a_line_that_lost_all_its_parts_says_so_of_the_whole() {
    let mut book = Book::new();
    book.write(add("P", "A", 8));
    let order = book.line("S-1", 5);
    book.write(line_set(order, "P", 8));
    let count = book.write(counted("P", "A", 0));
    let open = book.0.fold().exceptions();
    let lost: Vec<_> = open
        .iter()
        .filter(|it| it.kind.word() == "allocation-lost")
        .collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].entries, [count]);
    assert!(
        lost[0].text.contains("promised 8 of P and now has 0"),
        "{}",
        lost[0].text
    );
}

#[test]
fn lines_of_an_order_that_was_opened_twice_with_one_key_are_not_forgotten() {
    let mut world = World::default();
    let key = ledger_core::entry::IdempotencyKey {
        key: [7; 16],
        row: 0,
    };
    let mut twice = opened("O-1", OrderType::Sales);
    twice.set_once(key);
    world.write(1, MINUTE, twice.clone());
    let loser = world.write(2, 2 * MINUTE, twice);
    let line = world.write(2, 3 * MINUTE, line_set(loser, "P", 2));
    let open = world.fold().exceptions();
    assert_eq!(
        (open[0].kind.word(), &open[0].entries),
        ("order-waits", &vec![line])
    );
}

#[test]
fn what_was_accepted_of_a_line_is_open_again_when_the_line_changes() {
    let mut book = Book::new();
    book.write(add("P", "A", 9));
    let order = book.line("S-1", 5);
    book.write(for_order(remove("P", "A", 7), order));
    let accept = |fold: &Fold| {
        let id = &fold.exceptions()[0].id;
        at_entry::answer(fold, origin(1), id, &at_entry::Answer::Accept, None).unwrap()
    };
    for body in accept(&book.0.fold()).bodies {
        book.write(body);
    }
    assert_eq!(exceptions(&book.0.fold()), [""; 0]);
    book.write(line_set(order, "P", 1));
    assert_eq!(exceptions(&book.0.fold()), ["picked-outside"]);
}

#[test]
fn what_comes_back_to_a_closed_order_needs_no_look() {
    let mut book = Book::new();
    book.write(add("P", "A", 5));
    let order = book.line("S-1", 5);
    book.write(for_order(remove("P", "A", 5), order));
    book.write(closed(order));
    book.write(for_order(add("P", "A", 2), order));
    assert_eq!(exceptions(&book.0.fold()), [""; 0]);
}

#[test]
fn a_reserved_line_waited_only_if_it_was_short_at_its_own_place() {
    let mut book = Book::new();
    book.write(add("P", "A", 6));
    let all_there = book.line("S-1", 6);
    let short = book.line("S-2", 4);
    book.write(add("P", "A", 4));
    let fold = book.0.fold();
    assert_eq!(lines(&fold, short), ["P 4 0 4 0"]);
    assert!(fold.waited(short, &code("P")));
    assert!(!fold.waited(all_there, &code("P")));
}

#[test]
fn a_rank_below_zero_is_shown_as_it_is() {
    let mut book = Book::new();
    let order = book.line("S-1", 4);
    book.write(expedited(order, "P", -1));
    assert_eq!(book.0.fold().order_lines(order)[0].rank, -1);
}

#[test]
fn two_cancels_return_once_although_an_earlier_return_was_undone() {
    let mut world = World::default();
    let mut write = |body| world.write(1, MINUTE, body);
    write(Body::Set(CatalogueWrite::new(Class::Item, code("P"))));
    write(Body::Set(CatalogueWrite::new(Class::Location, code("A"))));
    write(add("P", "A", 6));
    let order = write(opened("O-1", OrderType::Sales));
    write(line_set(order, "P", 2));
    let pick = write(for_order(remove("P", "A", 2), order));
    let mut back = for_order(add("P", "A", 2), order);
    // As `order return` writes it.
    back.set_once(ledger_core::entry::IdempotencyKey {
        key: *pick.origin.as_bytes(),
        row: pick.seq,
    });
    let back = write(back);
    write(reversed(back));
    let known = world.fold();
    for writer in [2, 3] {
        let plan = at_entry::order_cancel(&known, "O-1", &Details::default()).unwrap();
        for body in plan.bodies {
            world.write(writer, 60 * MINUTE, body);
        }
    }
    assert_eq!(on_hand(&world.fold(), "P", "A"), "6");
}

#[test]
fn after_its_end_an_order_wants_what_it_wanted_then() {
    let mut book = Book::new();
    book.write(add("P", "A", 5));
    let order = book.line("S-1", 5);
    book.write(closed(order));
    book.write(line_set(order, "P", 7));
    // The exception says that what was wanted later has no effect.
    assert_eq!(lines(&book.0.fold(), order), ["P 5 0 0 0"]);
}
