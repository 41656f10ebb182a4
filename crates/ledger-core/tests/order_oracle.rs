//! Orders against a second reckoning, and what must hold of promises in any world.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;

use ledger_core::at_entry;
use ledger_core::catalogue::{CatalogueWrite, Class};
use ledger_core::entry::{Body, Content, Details, OrderEntry, Particulars};
use ledger_core::exception::ExceptionKind;
use ledger_core::fold::{DocumentState, Fold, OrderLine, Record};
use ledger_core::order::OrderType;
use ledger_core::{Code, EntryId, Total};
use proptest::prelude::*;
use support::oracle::{Line, Oracle};
use support::orders::{At, Deed, Step, crowded, numberings, step, stocked, world};
use support::{MINUTE, World};

fn lines_of(fold: &Fold) -> BTreeMap<(EntryId, String), Line> {
    let lines = fold
        .orders()
        .into_iter()
        .flat_map(|order| fold.order_lines(order));
    lines
        .map(|line| {
            let came_to = Line {
                wanted: line.wanted.ten_thousandths(),
                picked: line.picked.ten_thousandths(),
                allocated: line.allocated.ten_thousandths(),
                backorder: line.backorder.ten_thousandths(),
                provisional: line.provisional,
            };
            ((line.order, line.item.to_string()), came_to)
        })
        .collect()
}

fn allocated_of(fold: &Fold) -> BTreeMap<(String, Option<String>), i128> {
    let mut allocated = BTreeMap::new();
    for item in support::orders::ITEMS {
        for owner in [None, Some("ACME"), Some("BETA")] {
            let item = support::code(item);
            if fold.canonical(&item) == item {
                let code = owner.map(support::code);
                let quantity = fold.allocated(&item, code.as_ref()).ten_thousandths();
                allocated.insert((item.to_string(), owner.map(ToOwned::to_owned)), quantity);
            }
        }
    }
    allocated.retain(|_, quantity| *quantity != 0);
    allocated
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn order_lines_are_what_a_straight_reckoning_gives(
        steps in proptest::collection::vec(step(), 0..40),
        numberings in numberings(),
    ) {
        let world = world(&stocked(&steps), &numberings);
        let (fold, oracle) = (world.fold(), Oracle::of(&world));
        prop_assert_eq!(lines_of(&fold), oracle.lines);
        prop_assert_eq!(allocated_of(&fold), oracle.allocated);
    }

    #[test]
    fn lines_that_crowd_on_one_item_are_what_a_straight_reckoning_gives(
        steps in proptest::collection::vec(crowded(), 0..40),
        numberings in numberings(),
    ) {
        let world = world(&stocked(&steps), &numberings);
        prop_assert_eq!(lines_of(&world.fold()), Oracle::of(&world).lines);
    }
}

/// The same step with its deed, when that touches a customer's stock, or without it.
fn without_customers(step: &Step, keep: bool) -> Step {
    let mut step = Step {
        once: None,
        ..step.clone()
    };
    let theirs = |at: &Option<At>| at.is_some_and(|at| at.owner.is_some());
    match &mut step.deed {
        Deed::Open(_, customer, _) => *customer = None,
        Deed::Fields(_, customer, _) => *customer = None,
        Deed::Move {
            from,
            to,
            expiry,
            order,
            ..
        } if theirs(from) || theirs(to) => {
            // All of it is theirs, for no order, and says nothing of the batch.
            for at in [from, to].into_iter().flatten() {
                at.owner = at.owner.or(Some(0));
            }
            (*expiry, *order) = (None, None);
            if !keep {
                step.deed = Deed::Backorder(true);
            }
        }
        Deed::Count(_, at, _, expiry) if at.owner.is_some() => {
            *expiry = None;
            if !keep {
                step.deed = Deed::Backorder(true);
            }
        }
        _ => {}
    }
    step
}

/// What the history says of our own stock.
fn own_rows(fold: &Fold) -> Vec<String> {
    let rows = support::orders::ITEMS.map(support::code);
    let rows = rows.iter().flat_map(|item| fold.history(item));
    let rows = rows.filter(|row| row.owner.is_none() && row.line.is_some());
    rows.map(|row| {
        let (on_hand, available) = (row.on_hand, row.available);
        format!(
            "{} {:?} {} {on_hand} {available}",
            row.id, row.line, row.change
        )
    })
    .collect()
}

/// A world in which nothing that a person answered or wrote twice hides anything.
fn plain(steps: &[Step]) -> Vec<Step> {
    let steps = steps
        .iter()
        .filter(|step| !matches!(step.deed, Deed::Answer(..)));
    steps.cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn what_is_available_of_ours_does_not_depend_on_a_customer_s_stock(
        steps in proptest::collection::vec(step(), 0..40),
        numberings in numberings(),
    ) {
        let steps = stocked(&steps);
        let told = |keep| {
            let steps: Vec<Step> = steps.iter().map(|step| without_customers(step, keep)).collect();
            own_rows(&world(&steps, &numberings).fold())
        };
        prop_assert_eq!(told(true), told(false));
    }

    #[test]
    fn the_last_row_of_an_owner_says_what_is_available_today(
        steps in proptest::collection::vec(step(), 0..40),
        numberings in numberings(),
    ) {
        let fold = world(&stocked(&steps), &numberings).fold();
        for item in fold.items() {
            check_last_rows(&fold, &item)?;
        }
    }

    #[test]
    fn a_line_that_waits_where_backorders_were_never_allowed_is_named(
        steps in proptest::collection::vec(step(), 0..40),
        numberings in numberings(),
    ) {
        let mut steps = stocked(&plain(&steps));
        steps.retain(|step| !matches!(step.deed, Deed::Backorder(true)));
        let fold = world(&steps, &numberings).fold();
        let open = fold.exceptions();
        for line in fold.orders().into_iter().flat_map(|order| fold.order_lines(order)) {
            let named = open.iter().any(|it| {
                let short = matches!(it.kind, ExceptionKind::Oversold | ExceptionKind::AllocationLost);
                short && it.document == Some(line.order) && it.item.as_ref() == Some(&line.item)
            });
            prop_assert_eq!(named, !line.backorder.is_zero(), "{:?}", line);
        }
    }

    #[test]
    fn an_order_by_itself_has_the_exceptions_that_the_whole_list_has(
        steps in proptest::collection::vec(step(), 0..40),
        numberings in numberings(),
    ) {
        let fold = world(&steps, &numberings).fold();
        // These are about several orders, or about one that is not here.
        let shared = [ExceptionKind::DuplicateNumber, ExceptionKind::OrderWaits];
        let all = fold.exceptions();
        for order in fold.orders() {
            let mut alone = fold.exceptions_of_order(order);
            alone.retain(|open| !shared.contains(&open.kind));
            alone.sort_by(|a, b| a.id.cmp(&b.id));
            let listed = all.iter().filter(|open| open.document == Some(order));
            let listed = listed.filter(|open| !shared.contains(&open.kind)).cloned();
            prop_assert_eq!(alone, listed.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_lost_promise_names_a_fact_that_was_numbered_after_the_line(
        steps in proptest::collection::vec(step(), 0..40),
        numberings in numberings(),
    ) {
        let steps = stocked(&plain(&steps));
        let mut world = world(&steps, &numberings);
        for writer in 1..4 {
            world.number_next(writer, 100, 900_000_000);
        }
        let (fold, opened) = (world.fold(), world.opened_orders());
        for lost in fold.exceptions() {
            if lost.kind != ExceptionKind::AllocationLost {
                continue;
            }
            let order = lost.document.unwrap();
            prop_assert!(opened.contains(&order));
            // The line is as old as the first entry that set it, at least as its order.
            let sets = world.records.iter().filter(|record| sets_line_of(record, order));
            let sets = sets.filter_map(|record| fold.central_number(record.id));
            let line = sets.min().max(fold.central_number(order));
            let facts = lost.entries.iter().filter_map(|id| fold.central_number(*id));
            prop_assert!(facts.max() > line, "{:?}", lost);
        }
    }
}

/// The last row about an owner's stock says what is available of it today.
fn check_last_rows(fold: &Fold, item: &Code) -> Result<(), TestCaseError> {
    let mut last: BTreeMap<Option<Code>, Total> = BTreeMap::new();
    for row in fold.history(item) {
        last.insert(row.owner.clone(), row.available);
    }
    for (owner, available) in last {
        let lines = fold.lines(item).into_iter();
        let lines = lines.filter(|line| line.key.owner == owner);
        let on_hand = lines.fold(Total::ZERO, |sum, line| sum.plus(line.on_hand));
        let expected = on_hand.minus(fold.allocated(item, owner.as_ref()));
        prop_assert_eq!(available, expected, "{} of {:?}", item, owner);
    }
    Ok(())
}

fn sets_line_of(record: &Record, order: EntryId) -> bool {
    matches!(&record.content, Content::Known(entry)
        if matches!(&entry.body, Body::Order(OrderEntry::LineSet(line)) if line.order.id == order))
}

/// A world in which three writers make one line each for up to six orders of one item at one place,
/// and facts come between; everything is numbered, in a mix of its own.
#[derive(Debug, Clone)]
struct Queue {
    orders: Vec<(u8, i64, i64)>,
    facts: Vec<(u8, i64)>,
    turns: Vec<(u8, u64)>,
}

fn queue() -> impl Strategy<Value = Queue> {
    let orders = proptest::collection::vec((1..4_u8, 0..6_i64, 0..2_i64), 2..7);
    let facts = proptest::collection::vec((1..4_u8, -4..9_i64), 1..5);
    let turns = proptest::collection::vec((1..4_u8, 1..4_u64), 0..20);
    (orders, facts, turns).prop_map(|(orders, facts, turns)| Queue {
        orders,
        facts,
        turns,
    })
}

fn fact(number: i64) -> Body {
    if number < 0 {
        support::remove("P", "A", -number)
    } else {
        support::add("P", "A", number)
    }
}

impl Queue {
    fn world(&self) -> World {
        let mut world = World::default();
        for (writer, number) in &self.facts {
            world.write(*writer, MINUTE, fact(*number));
        }
        for (number, (writer, wanted, rank)) in self.orders.iter().enumerate() {
            let order = support::opened(&format!("O-{number}"), OrderType::Sales);
            let order = world.write(*writer, MINUTE, order);
            world.write(*writer, MINUTE, support::line_set(order, "P", *wanted));
            if *rank != 0 {
                world.write(*writer, MINUTE, support::expedited(order, "P", *rank));
            }
        }
        for (writer, count) in &self.turns {
            world.number_next(*writer, *count, MINUTE);
        }
        number_all(&mut world);
        world
    }
}

fn number_all(world: &mut World) {
    for writer in 1..4 {
        world.number_next(writer, 1_000, 900_000_000);
    }
}

/// What each line holds: picked and allocated, and its rank.
fn held(fold: &Fold) -> BTreeMap<(EntryId, String), (i128, i64)> {
    let lines = fold
        .orders()
        .into_iter()
        .flat_map(|order| fold.order_lines(order));
    lines
        .map(|line| {
            let held = line.allocated.plus(line.picked).ten_thousandths();
            ((line.order, line.item.to_string()), (held, line.rank))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn what_a_line_holds_is_never_lost_to_a_later_order(
        steps in proptest::collection::vec(step(), 0..40),
        numberings in numberings(),
        later in prop_oneof![
            (0..6_usize, -1..12_i64).prop_map(|(order, wanted)| Deed::Line(order, 0, wanted)),
            (0..6_usize).prop_map(Deed::Close),
            (0..6_usize).prop_map(Deed::Cancel),
            (0..2_usize, 0..2_usize)
                .prop_map(|(customer, site)| Deed::Open(OrderType::Sales, Some(customer), Some(site))),
        ],
        writer in 1..4_u8,
    ) {
        let mut steps = stocked(&plain(&steps));
        steps.retain(|step| !matches!(step.deed, Deed::Merge(..) | Deed::Rank(_, _, ..0)));
        let mut world = world(&steps, &numberings);
        number_all(&mut world);
        let before = world.fold();
        // By its clock it is the last; it moves no day on.
        let step = Step {
            writer,
            millis: 0,
            deed: later.clone(),
            once: None,
            said: None,
            clock: Some(80_000),
            astray: false,
        };
        let orders = world.opened_orders();
        let own = match later {
            Deed::Line(order, ..) | Deed::Close(order) | Deed::Cancel(order) if !orders.is_empty() =>
                Some(orders[order % orders.len()]),
            _ => None,
        };
        world.take_step(&step);
        number_all(&mut world);
        let after = world.fold();
        let (then, now) = (held(&before), held(&after));
        let risen = |order| {
            let wanted = |fold: &Fold| {
                let lines = fold.order_lines(order).into_iter();
                lines.filter(|line| line.item == support::code("P")).map(|line| line.wanted).max()
            };
            wanted(&after) >= wanted(&before) && after.order(order).unwrap().state == DocumentState::Open
        };
        let rank_of_own = own.and_then(|own| now.get(&(own, "P".to_owned()))).map_or(0, |it| it.1);
        for ((order, item), (held, rank)) in then {
            let holds_now = now.get(&(order, item.clone())).map_or(0, |it| it.0);
            let is_own = Some(order) == own && (item == "P" || !matches!(later, Deed::Line(..)));
            let behind = rank < rank_of_own && item == "P";
            if !behind && (!is_own || risen(order)) {
                prop_assert!(holds_now >= held, "{order} {item}: {held}, now {holds_now}");
            }
        }
    }

    #[test]
    fn a_fact_takes_from_the_newest_line_first(
        queue in queue(),
        writer in 1..4_u8,
        number in -9..9_i64,
        counted in any::<bool>(),
    ) {
        let mut world = queue.world();
        let before: Vec<_> = world.fold().lines_wanting(&support::code("P"));
        let late = if counted {
            support::counted("P", "A", number.abs())
        } else {
            fact(number)
        };
        world.write(writer, 2 * MINUTE, late);
        number_all(&mut world);
        let fold = world.fold();
        let after = fold.lines_wanting(&support::code("P"));
        let turn = |line: &OrderLine| {
            let sets = world.records.iter().filter(|record| about(record, line.order));
            let place = sets.filter_map(|record| fold.central_number(record.id)).max();
            (std::cmp::Reverse(line.rank), place)
        };
        let mut by_turn = after.clone();
        by_turn.sort_by_key(turn);
        for (at, line) in by_turn.iter().enumerate() {
            let then = before.iter().find(|then| then.order == line.order).unwrap();
            let later = &by_turn[at + 1..];
            if line.allocated < then.allocated {
                prop_assert!(later.iter().all(|line| line.allocated.is_zero()), "{:?}", by_turn);
            }
            if !line.backorder.is_zero() {
                prop_assert!(later.iter().all(|line| line.allocated.is_zero()), "{:?}", by_turn);
            }
        }
        prop_assert_eq!(after, by_turn, "lines are told in their turn");
    }
}

/// Whether an entry opened an order, or set or ranked its line.
fn about(record: &Record, order: EntryId) -> bool {
    let Content::Known(entry) = &record.content else {
        return false;
    };
    record.id == order
        || match &entry.body {
            Body::Order(OrderEntry::LineSet(line)) => line.order.id == order,
            Body::Order(OrderEntry::Expedited(line)) => line.order.id == order,
            _ => false,
        }
}

/// What a desk does with one order, by the rules at entry.
#[derive(Debug, Clone, Copy)]
enum Work {
    Add(i64),
    Set(i64),
    Pick(usize, i64),
    Return(i64),
    Fill,
    Stock(usize, i64),
    Undo,
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        3 => (1..6_i64).prop_map(Work::Add),
        2 => (1..9_i64).prop_map(Work::Set),
        3 => (0..2_usize, 1..5_i64).prop_map(|(at, number)| Work::Pick(at, number)),
        2 => (1..4_i64).prop_map(Work::Return),
        1 => Just(Work::Fill),
        1 => Just(Work::Undo),
        2 => (0..2_usize, 1..9_i64).prop_map(|(at, number)| Work::Stock(at, number)),
    ]
}

fn plan_of(work: Work, fold: &Fold) -> Result<at_entry::Plan, at_entry::Refusal> {
    let request = |number: i64| at_entry::StockRequest {
        item: "P".to_owned(),
        quantity: support::units(number),
        ..at_entry::StockRequest::default()
    };
    let place = |at: usize| ["A", "B"][at];
    match work {
        Work::Add(number) => at_entry::order_add(fold, "O-1", "P", support::units(number)),
        Work::Set(number) => at_entry::order_set(fold, "O-1", "P", support::units(number)),
        Work::Pick(at, number) => at_entry::order_pick(fold, "O-1", place(at), &request(number)),
        Work::Return(number) => at_entry::order_return(fold, "O-1", "P", support::units(number)),
        Work::Fill => at_entry::order_fill(fold, "O-1", None),
        Work::Stock(at, number) => at_entry::add(fold, place(at), &request(number)),
        Work::Undo => at_entry::undo(fold, support::origin(1), None, Particulars::default()),
    }
}

/// A desk with an order; whatever is refused is left out.
fn desk(order_type: OrderType, works: &[Work]) -> World {
    let mut world = World::default();
    let mut write = |body| world.write(1, MINUTE, body);
    write(Body::Set(CatalogueWrite::new(
        Class::Item,
        support::code("P"),
    )));
    for location in ["A", "B"] {
        write(Body::Set(CatalogueWrite::new(
            Class::Location,
            support::code(location),
        )));
    }
    write(support::setting("allow-backorder", "on"));
    write(support::add("P", "A", 6));
    write(support::opened("O-1", order_type));
    for (at, work) in (2..).zip(works) {
        if let Ok(plan) = plan_of(*work, &world.fold()) {
            for body in plan.bodies {
                world.write(1, at * MINUTE, body);
            }
        }
    }
    world
}

fn known(world: &World, count: usize) -> Fold {
    let mut fold = Fold::new();
    fold.apply_all(world.records.iter().take(count).cloned());
    fold
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn two_cancels_bring_back_once_what_both_knew(
        works in proptest::collection::vec(work(), 0..12),
        sales in any::<bool>(),
        hidden in prop_oneof![
            1 => Just([0, 0]),
            1 => (0..8_usize).prop_map(|hidden| [hidden, hidden]),
            1 => [0..8_usize, 0..8_usize],
        ],
    ) {
        let order_type = if sales { OrderType::Sales } else { OrderType::Repair };
        let mut world = desk(order_type, &works);
        let written = world.records.len();
        let order = world.opened_orders()[0];
        let hidden = hidden.map(|hidden| hidden.min(written - 6));
        let picked = |fold: &Fold| {
            let picked = fold.picked_of(order).into_values();
            picked.fold(Total::ZERO, Total::plus)
        };
        let all = picked(&world.fold());
        let mut cancels = Vec::new();
        for hidden in hidden {
            let fold = known(&world, written - hidden);
            let plan = at_entry::order_cancel(&fold, "O-1", &Details::default()).unwrap();
            cancels.push((picked(&fold), plan.bodies));
        }
        let [first, second] = [cancels[0].0, cancels[1].0];
        for (writer, (_, bodies)) in (2..).zip(cancels) {
            for body in bodies {
                world.write(writer, 60 * MINUTE, body);
            }
        }
        let fold = world.fold();
        let left = picked(&fold);
        let named = fold.exceptions().iter().any(|open| {
            open.kind == ExceptionKind::ClosedOrder && open.item == Some(support::code("P"))
        });
        prop_assert_eq!(named, !left.is_zero(), "{} of {} are left", left, all);
        if hidden[0] == hidden[1] {
            prop_assert_eq!(first, second);
            // What neither knew may be one of the returns that both made.
            prop_assert!(left >= all.minus(first), "once, and once only: {} of {}", left, all);
        }
        if hidden == [0, 0] {
            prop_assert_eq!(left, Total::ZERO);
        }
    }
}
