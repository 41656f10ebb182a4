//! Orders in the fold (F7 to F9): worked examples by their numbers, and what
//! becomes of them when entries come late.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry::{self, Answer, settings};
use ledger_core::catalogue::{CatalogueWrite, Class, Value};
use ledger_core::document::{DocumentFields, Family};
use ledger_core::entry::{Body, Details, OrderEntry, OrderSet};
use ledger_core::fold::{DocumentState, Fold, RowKind};
use ledger_core::order::{OrderType, key};
use ledger_core::{EntryId, Quantity};
use support::*;

/// A world with one writer that acts by the rules at entry.
struct Desk {
    world: World,
    millis: u64,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self {
            world: World::default(),
            millis: 0,
        };
        for item in ["R-100", "C-200"] {
            desk.write(Body::Set(CatalogueWrite::new(Class::Item, code(item))));
        }
        for location in ["A-01", "B-02"] {
            desk.write(Body::Set(CatalogueWrite::new(
                Class::Location,
                code(location),
            )));
        }
        desk.write(Body::Set(CatalogueWrite::new(
            Class::Customer,
            code("ACME"),
        )));
        desk.write(setting("allow-backorder", "on"));
        desk
    }

    fn write(&mut self, body: Body) -> EntryId {
        self.millis += MINUTE;
        self.world.write(1, self.millis, body)
    }

    fn write_now(&mut self, body: Body) -> EntryId {
        self.world.write(1, self.millis, body)
    }

    fn act(
        &mut self,
        plan: impl FnOnce(&Fold) -> Result<at_entry::Plan, at_entry::Refusal>,
    ) -> Vec<EntryId> {
        let plan = plan(&self.world.fold()).unwrap();
        self.millis += MINUTE;
        plan.bodies
            .into_iter()
            .map(|body| self.write_now(body))
            .collect()
    }

    fn refused(
        &self,
        plan: impl FnOnce(&Fold) -> Result<at_entry::Plan, at_entry::Refusal>,
    ) -> &'static str {
        plan(&self.world.fold()).unwrap_err().code
    }

    fn open(&mut self, number: &str, order_type: OrderType) -> EntryId {
        self.write(opened(number, order_type))
    }

    fn add(&mut self, item: &str, location: &str, number: i64) {
        self.write(add(item, location, number));
    }
}

/// The changes of an item's history that belong to orders: by how much, on hand, available.
fn told(fold: &Fold, item: &str) -> Vec<(String, String, String)> {
    let rows = fold.history(&code(item)).into_iter();
    rows.filter(|row| row.order.is_some())
        .map(|row| {
            let texts = [row.change, row.on_hand, row.available].map(|total| total.to_string());
            let [change, on_hand, available] = texts;
            (change, on_hand, available)
        })
        .collect()
}

fn row(change: &str, on_hand: &str, available: &str) -> (String, String, String) {
    (change.to_owned(), on_hand.to_owned(), available.to_owned())
}

#[test]
fn reserve_promises_five_of_eight_then_all_then_none() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 5);
    let order = desk.open("S-1", OrderType::Sales);
    desk.act(|fold| at_entry::order_add(fold, "S-1", "R-100", units(8)));
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, order), ["R-100 8 0 5 3"]);
    assert_eq!(available(&fold, "R-100"), "0");

    desk.add("R-100", "A-01", 10);
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, order), ["R-100 8 0 8 0"]);
    assert_eq!(available(&fold, "R-100"), "7");

    desk.act(|fold| at_entry::order_cancel(fold, "S-1", &Details::default()));
    let fold = desk.world.fold();
    assert_eq!(available(&fold, "R-100"), "15");
    assert_eq!(fold.order(order).unwrap().state, DocumentState::Cancelled);
    assert_eq!(lines(&fold, order), ["R-100 8 0 0 0"]);
    let rows = told(&fold, "R-100");
    assert_eq!(rows, [row("0", "5", "0"), row("0", "15", "15")]);
}

#[test]
fn issue_takes_five_of_eight_fills_three_and_returns_eight() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 5);
    let order = desk.open("R-1", OrderType::Repair);
    desk.act(|fold| at_entry::order_add(fold, "R-1", "R-100", units(8)));
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, order), ["R-100 8 5 0 3"]);
    assert_eq!(on_hand(&fold, "R-100", "A-01"), "0");
    let rows = told(&fold, "R-100");
    assert_eq!(
        rows,
        [row("-5", "0", "0")],
        "what was promised went at once"
    );

    desk.add("R-100", "A-01", 10);
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, order), ["R-100 8 5 3 0"]);
    assert_eq!(available(&fold, "R-100"), "7");
    assert_eq!(on_hand(&fold, "R-100", "A-01"), "10");

    desk.act(|fold| at_entry::order_fill(fold, "R-1", None));
    assert_eq!(on_hand(&desk.world.fold(), "R-100", "A-01"), "7");
    assert_eq!(
        desk.refused(|fold| at_entry::order_fill(fold, "R-1", None)),
        "nothing-ready"
    );

    let why = Details {
        reason: Some("customer left".to_owned()),
        ..Details::default()
    };
    let plan = at_entry::order_cancel(&desk.world.fold(), "R-1", &why).unwrap();
    let Some(Body::Moved(back)) = plan.bodies.last() else {
        panic!("the parts come back");
    };
    assert_eq!(
        back.particulars.details.reason.as_deref(),
        Some("customer left")
    );
    desk.act(|fold| at_entry::order_cancel(fold, "R-1", &why));
    let fold = desk.world.fold();
    assert_eq!(on_hand(&fold, "R-100", "A-01"), "15");
    assert_eq!(told(&fold, "R-100").last(), Some(&row("8", "15", "15")));
    assert_eq!(exceptions(&fold), [""; 0]);
}

#[test]
fn places_go_by_central_number_whatever_the_clock_says() {
    let mut world = World::default();
    world.write(1, MINUTE, setting("allow-backorder", "on"));
    world.write(1, MINUTE, add("P", "A", 5));
    let first = world.write(1, 20 * MINUTE, opened("FIRST", OrderType::Sales));
    world.write(1, 21 * MINUTE, line_set(first, "P", 2));
    let second = world.write(2, 10 * MINUTE, opened("SECOND", OrderType::Sales));
    world.write(2, 11 * MINUTE, line_set(second, "P", 8));
    // By its clock the line of eight came first, and nothing has a number yet.
    let fold = world.fold();
    assert_eq!(lines(&fold, second), ["P 8 0 5 3"]);
    assert_eq!(lines(&fold, first), ["P 2 0 0 2"]);
    assert!(fold.order_lines(first)[0].provisional);

    world.number(1, 1, 4, 30 * MINUTE);
    world.number(2, 1, 2, 31 * MINUTE);
    let fold = world.fold();
    assert_eq!(lines(&fold, first), ["P 2 0 2 0"]);
    assert_eq!(lines(&fold, second), ["P 8 0 3 5"]);
    assert!(!fold.order_lines(second)[0].provisional);
}

/// Two orders of 4 each for 5 pieces; `tail` is written and numbered after them.
fn rivals(tail: impl FnOnce(&mut World, EntryId, EntryId)) -> (Fold, EntryId, EntryId) {
    let mut world = World::default();
    world.write(1, MINUTE, setting("allow-backorder", "on"));
    world.write(1, MINUTE, add("P", "A", 5));
    let one = world.write(1, 2 * MINUTE, opened("ONE", OrderType::Sales));
    world.write(1, 3 * MINUTE, line_set(one, "P", 4));
    let two = world.write(1, 4 * MINUTE, opened("TWO", OrderType::Sales));
    world.write(1, 5 * MINUTE, line_set(two, "P", 4));
    tail(&mut world, one, two);
    let count = u64::try_from(world.records.len()).unwrap();
    world.number(1, 1, count, 60 * MINUTE);
    (world.fold(), one, two)
}

#[test]
fn what_a_line_grows_by_queues_at_the_end_and_what_it_shrinks_by_was_the_newest() {
    let (fold, one, two) = rivals(|_, _, _| {});
    assert_eq!(lines(&fold, one), ["P 4 0 4 0"]);
    assert_eq!(lines(&fold, two), ["P 4 0 1 3"]);

    let (fold, one, two) = rivals(|world, one, _| {
        world.write(1, 6 * MINUTE, line_set(one, "P", 9));
        world.write(1, 7 * MINUTE, add("P", "A", 3));
    });
    assert_eq!(
        lines(&fold, one),
        ["P 9 0 4 5"],
        "the rise of 5 stands behind the other line"
    );
    assert_eq!(lines(&fold, two), ["P 4 0 4 0"]);

    let (fold, one, two) = rivals(|world, one, _| {
        world.write(1, 6 * MINUTE, line_set(one, "P", 9));
        world.write(1, 7 * MINUTE, line_set(one, "P", 2));
        world.write(1, 8 * MINUTE, line_set(one, "P", 4));
    });
    assert_eq!(
        lines(&fold, one),
        ["P 4 0 2 2"],
        "the two it gave up are gone to the other line"
    );
    assert_eq!(lines(&fold, two), ["P 4 0 3 1"]);
}

#[test]
fn what_is_picked_was_the_part_that_stood_first() {
    let (fold, one, two) = rivals(|world, one, _| {
        world.write(1, 6 * MINUTE, line_set(one, "P", 9));
        world.write(1, 7 * MINUTE, add("P", "A", 3));
        world.write(1, 8 * MINUTE, for_order(remove("P", "A", 4), one));
    });
    assert_eq!(
        lines(&fold, one),
        ["P 9 4 0 5"],
        "the rise still stands behind the other line"
    );
    assert_eq!(lines(&fold, two), ["P 4 0 4 0"]);
}

#[test]
fn of_two_ends_the_first_by_clock_holds_and_the_other_is_said() {
    let mut world = World::default();
    let order = world.write(1, MINUTE, opened("ONE", OrderType::Sales));
    let close = world.write(1, 9 * MINUTE, closed(order));
    world.write(2, 5 * MINUTE, cancelled(order));
    world.write(3, 6 * MINUTE, cancelled(order));
    let fold = world.fold();
    assert_eq!(fold.order(order).unwrap().state, DocumentState::Cancelled);
    let open = fold.exceptions();
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].id.as_str(), &open[0].entries),
        ("closed-order:ONE", &vec![close])
    );
}

#[test]
fn parts_leave_from_the_usual_location_first_then_by_number_what_expires_first() {
    let mut desk = Desk::new();
    let usual = CatalogueWrite::new(Class::Item, code("R-100"));
    let key_of = ledger_core::catalogue::key::USUAL_LOCATION;
    desk.write(Body::Set(usual.with(key_of, Value::text("B-02"))));
    desk.add("R-100", "A-01", 5);
    desk.add("R-100", "B-02", 2);
    for (batch, day) in [("AGED", 90_u32), ("FRESH", 95), ("OLDEST", 80)] {
        let mut body = add("R-100", "A-01", 1);
        if let Body::Moved(moved) = &mut body {
            moved.to.as_mut().unwrap().batch = Some(code(batch));
            moved.particulars.expiry = Some(day);
        }
        desk.write(body);
    }
    desk.open("R-1", OrderType::Repair);
    let order = at_entry::find_order(&desk.world.fold(), "R-1").unwrap();
    let plan = at_entry::order_add(&desk.world.fold(), "R-1", "R-100", units(10)).unwrap();
    let taken: Vec<String> = plan
        .bodies
        .iter()
        .filter_map(|body| match body {
            Body::Moved(moved) => {
                let from = moved.from.as_ref()?;
                let batch = from.batch.as_ref().map_or("-", ledger_core::Code::as_str);
                Some(format!("{} {batch} {}", from.location, moved.quantity))
            }
            _ => None,
        })
        .collect();
    let expected = [
        "B-02 - 2",
        "A-01 OLDEST 1",
        "A-01 AGED 1",
        "A-01 FRESH 1",
        "A-01 - 5",
    ];
    assert_eq!(taken, expected);
    // A reserving order's list of what to pick where goes the same way.
    desk.write(setting("order-policy-repair", "reserve"));
    desk.act(|fold| at_entry::order_add(fold, "R-1", "R-100", units(3)));
    let shelves = at_entry::shelves_for(&desk.world.fold(), &order, &code("R-100"));
    let places: Vec<&str> = shelves.iter().map(|it| it.line.location.as_str()).collect();
    assert_eq!(places, ["B-02", "A-01"]);
}

#[test]
fn a_manager_can_rank_a_line_above_earlier_ones() {
    let (fold, one, two) = rivals(|world, _, two| {
        world.write(1, 6 * MINUTE, expedited(two, "P", 1));
    });
    assert_eq!(lines(&fold, two), ["P 4 0 4 0"]);
    assert_eq!(lines(&fold, one), ["P 4 0 1 3"]);
    assert_eq!(exceptions(&fold), [""; 0], "a rank is no lost promise");

    let (fold, one, two) = rivals(|world, one, two| {
        world.write(1, 6 * MINUTE, expedited(two, "P", 1));
        world.write(1, 7 * MINUTE, expedited(one, "P", 1));
        world.write(1, 8 * MINUTE, expedited(two, "P", 1));
    });
    assert_eq!(
        lines(&fold, two),
        ["P 4 0 4 0"],
        "ranked first, and saying it again loses nothing"
    );
    assert_eq!(lines(&fold, one), ["P 4 0 1 3"]);

    let (fold, one, _) = rivals(|world, _, two| {
        world.write(1, 6 * MINUTE, expedited(two, "P", 1));
        world.write(1, 7 * MINUTE, expedited(two, "P", 0));
    });
    assert_eq!(lines(&fold, one), ["P 4 0 4 0"]);
}

#[test]
fn a_fact_takes_from_the_newest_line_and_is_named() {
    let mut taken = None;
    let (fold, one, two) = rivals(|world, _, _| {
        taken = Some(world.write(1, 6 * MINUTE, remove("P", "A", 3)));
    });
    assert_eq!(lines(&fold, one), ["P 4 0 2 2"]);
    assert_eq!(lines(&fold, two), ["P 4 0 0 4"]);
    let open = fold.exceptions();
    let lost: Vec<_> = open
        .iter()
        .map(|open| (open.id.as_str(), open.entries.clone()))
        .collect();
    let taken = vec![taken.unwrap()];
    assert_eq!(
        lost,
        [
            ("allocation-lost:ONE/P", taken.clone()),
            ("allocation-lost:TWO/P", taken)
        ]
    );
}

#[test]
fn an_order_that_is_picked_and_closed_takes_nothing_from_the_others() {
    let (fold, _, two) = rivals(|world, one, _| {
        world.write(1, 6 * MINUTE, for_order(remove("P", "A", 4), one));
        world.write(1, 7 * MINUTE, closed(one));
    });
    assert_eq!(lines(&fold, two), ["P 4 0 1 3"]);
    assert_eq!(exceptions(&fold), [""; 0]);
}

#[test]
fn without_backorders_a_merge_that_sells_too_much_is_an_exception() {
    let mut world = World::default();
    world.write(1, MINUTE, add("P", "A", 5));
    let one = world.write(1, 2 * MINUTE, opened("ONE", OrderType::Sales));
    world.write(1, 3 * MINUTE, line_set(one, "P", 5));
    let two = world.write(2, 2 * MINUTE, opened("TWO", OrderType::Sales));
    let line = world.write(2, 4 * MINUTE, line_set(two, "P", 5));
    let fold = world.fold();
    assert_eq!(lines(&fold, two), ["P 5 0 0 5"]);
    let open = fold.exceptions();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].id, "oversold:TWO/P");
    assert_eq!(open[0].entries, [line]);

    // Backorders that were allowed when the line was written stay allowed.
    world.write(2, 10 * MINUTE, setting("allow-backorder", "on"));
    assert_eq!(exceptions(&world.fold()), ["oversold"]);
    world.write(2, 11 * MINUTE, line_set(two, "P", 6));
    let open = world.fold().exceptions();
    assert_eq!(
        open[0].entries,
        [line],
        "the sixth was allowed, the five were not"
    );
}

#[test]
fn a_customer_s_stock_serves_that_customer_first_and_nobody_else() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 4);
    let mut theirs = add("R-100", "B-02", 10);
    if let Body::Moved(moved) = &mut theirs {
        moved.to.as_mut().unwrap().owner = Some(code("ACME"));
    }
    desk.write(theirs);
    let other = desk.open("S-OTHER", OrderType::Sales);
    desk.act(|fold| at_entry::order_add(fold, "S-OTHER", "R-100", units(6)));
    let acme = desk.write(opened_for("S-ACME", "ACME"));
    desk.act(|fold| at_entry::order_add(fold, "S-ACME", "R-100", units(11)));
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, other), ["R-100 6 0 4 2"]);
    assert_eq!(lines(&fold, acme), ["R-100 11 0 10 1"]);
    assert_eq!(
        available(&fold, "R-100"),
        "0",
        "theirs is not counted as ours"
    );
    assert_eq!(
        fold.allocated(&code("R-100"), Some(&code("ACME")))
            .to_string(),
        "10"
    );
    let request = at_entry::StockRequest {
        item: "R-100".to_owned(),
        quantity: units(1),
        owner: Some("ACME".to_owned()),
        ..at_entry::StockRequest::default()
    };
    let pick = |fold: &Fold| at_entry::order_pick(fold, "S-OTHER", "B-02", &request);
    assert_eq!(desk.refused(pick), "other-owner");
    let filled = desk.act(|fold| at_entry::order_fill(fold, "S-ACME", None));
    assert_eq!(filled.len(), 1, "all of it from the customer's own");
}

#[test]
fn stock_of_another_site_is_shown_and_not_promised() {
    let mut desk = Desk::new();
    for (location, site) in [("A-01", "EAST"), ("B-02", "WEST")] {
        let place = CatalogueWrite::new(Class::Location, code(location));
        let site_key = ledger_core::catalogue::key::SITE;
        desk.write(Body::Set(place.with(site_key, Value::text(site))));
    }
    desk.add("R-100", "A-01", 3);
    desk.add("R-100", "B-02", 9);
    let at = |number: &str, site: &str| {
        Body::Order(OrderEntry::Opened(ledger_core::entry::OrderOpened {
            number: code(number),
            order_type: OrderType::Sales,
            fields: DocumentFields::from([(key::SITE, Value::text(site))]),
            once: None,
        }))
    };
    let east = desk.write(at("E-1", "EAST"));
    desk.act(|fold| at_entry::order_add(fold, "E-1", "R-100", units(5)));
    let west = desk.write(at("W-1", "WEST"));
    desk.act(|fold| at_entry::order_add(fold, "W-1", "R-100", units(2)));
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, east), ["R-100 5 0 3 2"]);
    assert_eq!(lines(&fold, west), ["R-100 2 0 2 0"]);
    assert_eq!(fold.elsewhere_for(east, &code("R-100")).to_string(), "7");
    // What is promised at one site is not taken for an order of any site.
    let repair = desk.open("R-1", OrderType::Repair);
    desk.act(|fold| at_entry::order_add(fold, "R-1", "R-100", units(3)));
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, repair), ["R-100 3 3 0 0"]);
    assert_eq!(lines(&fold, east), ["R-100 5 0 3 2"]);
    desk.act(|fold| at_entry::order_cancel(fold, "R-1", &Details::default()));
    let anywhere = desk.open("S-1", OrderType::Sales);
    desk.act(|fold| at_entry::order_add(fold, "S-1", "R-100", units(7)));
    let fold = desk.world.fold();
    assert_eq!(
        lines(&fold, anywhere),
        ["R-100 7 0 7 0"],
        "an order of no site takes from all"
    );
    assert_eq!(fold.elsewhere_for(east, &code("R-100")).to_string(), "0");
}

#[test]
fn blocked_places_and_expired_batches_are_not_promised() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 5);
    desk.add("R-100", "B-02", 7);
    let order = desk.open("S-1", OrderType::Sales);
    desk.act(|fold| at_entry::order_add(fold, "S-1", "R-100", units(12)));
    assert_eq!(lines(&desk.world.fold(), order), ["R-100 12 0 12 0"]);
    let block = CatalogueWrite::new(Class::Location, code("B-02"))
        .with(ledger_core::catalogue::key::BLOCKED, Value::Bool(true));
    desk.write(Body::Set(block));
    assert_eq!(lines(&desk.world.fold(), order), ["R-100 12 0 5 7"]);

    let mut batch = add("R-100", "A-01", 6);
    if let Body::Moved(moved) = &mut batch {
        moved.to.as_mut().unwrap().batch = Some(code("LOT-7"));
        moved.particulars.expiry = Some(2);
    }
    desk.write(batch);
    let before = desk.world.fold();
    assert_eq!(
        lines(&before, order),
        ["R-100 12 0 11 1"],
        "good until its day is over"
    );
    desk.millis = 3 * 24 * 60 * MINUTE;
    desk.add("C-200", "A-01", 1);
    assert_eq!(lines(&desk.world.fold(), order), ["R-100 12 0 5 7"]);
}

#[test]
fn two_devices_that_cancel_one_order_return_its_stock_once() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 5);
    desk.add("R-100", "B-02", 5);
    desk.open("R-1", OrderType::Repair);
    desk.act(|fold| at_entry::order_add(fold, "R-1", "R-100", units(8)));
    let known = desk.world.fold();
    let cancel = |fold: &Fold| at_entry::order_cancel(fold, "R-1", &Details::default()).unwrap();
    for writer in [2, 3] {
        for body in cancel(&known).bodies {
            desk.world.write(writer, desk.millis + MINUTE, body);
        }
    }
    let fold = desk.world.fold();
    assert_eq!(available(&fold, "R-100"), "10");
    assert_eq!(exceptions(&fold), [""; 0]);
}

#[test]
fn cancels_that_knew_different_picks_say_what_is_wrong() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 8);
    let order = desk.open("R-1", OrderType::Repair);
    desk.act(|fold| at_entry::order_add(fold, "R-1", "R-100", units(5)));
    let early = at_entry::order_cancel(&desk.world.fold(), "R-1", &Details::default()).unwrap();
    desk.act(|fold| at_entry::order_add(fold, "R-1", "R-100", units(3)));
    let late = at_entry::order_cancel(&desk.world.fold(), "R-1", &Details::default()).unwrap();
    let at = desk.millis + MINUTE;
    for body in early.bodies {
        desk.world.write(2, at, body);
    }
    let fold = desk.world.fold();
    assert_eq!(on_hand(&fold, "R-100", "A-01"), "5", "three are still out");
    let open = fold.exceptions();
    assert_eq!(open[0].id, "closed-order:R-1/R-100");
    assert!(
        open[0].text.contains("3 of R-100 are still out"),
        "{}",
        open[0].text
    );
    for body in late.bodies {
        desk.world.write(3, at, body);
    }
    let open = desk.world.fold().exceptions();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].document, Some(order));
    assert!(
        open[0].text.contains("5 more of R-100 came back"),
        "{}",
        open[0].text
    );
}

#[test]
fn what_comes_after_an_end_is_kept_and_said() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 8);
    let order = desk.open("S-1", OrderType::Sales);
    desk.act(|fold| at_entry::order_add(fold, "S-1", "R-100", units(5)));
    desk.act(|fold| at_entry::order_close(fold, "S-1", &Details::default()));
    assert_eq!(
        desk.refused(|fold| at_entry::order_cancel(fold, "S-1", &Details::default())),
        "order-ended"
    );
    let late = [
        desk.write(line_set(order, "R-100", 6)),
        desk.write(for_order(remove("R-100", "A-01", 2), order)),
    ];
    let fold = desk.world.fold();
    assert_eq!(
        on_hand(&fold, "R-100", "A-01"),
        "6",
        "a late pick is a fact"
    );
    assert_eq!(available(&fold, "R-100"), "6");
    let open = fold.exceptions();
    assert_eq!(open[0].id, "closed-order:S-1");
    assert_eq!(open[0].entries, late);

    // Taken as it is, until something else comes.
    desk.act(|fold| {
        let accept = Answer::Accept;
        at_entry::answer(fold, origin(1), "closed-order:S-1", &accept, Some("known"))
    });
    assert_eq!(exceptions(&desk.world.fold()), [""; 0]);
    desk.write(line_set(order, "R-100", 7));
    assert_eq!(exceptions(&desk.world.fold()), ["closed-order"]);
}

#[test]
fn commands_that_make_no_sense_are_refused() {
    let mut desk = Desk::new();
    desk.write(setting("allow-backorder", "off"));
    desk.add("R-100", "A-01", 5);
    desk.open("S-1", OrderType::Sales);
    let refused = |item: &'static str, number: i64| {
        desk.refused(|fold| at_entry::order_add(fold, "S-1", item, units(number)))
    };
    assert_eq!(refused("NOPE", 1), "unknown-item");
    assert_eq!(refused("R-100", 0), "zero-quantity");
    assert_eq!(refused("R-100", -1), "negative-quantity");
    assert_eq!(refused("R-100", 6), "not-available");
    assert_eq!(
        desk.refused(|fold| at_entry::order_add(fold, "S-9", "R-100", units(1))),
        "unknown-order"
    );
    desk.act(|fold| at_entry::order_add(fold, "S-1", "R-100", units(5)));
    let pick = |number: i64| at_entry::StockRequest {
        item: "R-100".to_owned(),
        quantity: units(number),
        ..at_entry::StockRequest::default()
    };
    let above = |fold: &Fold| at_entry::order_pick(fold, "S-1", "A-01", &pick(6));
    assert_eq!(desk.refused(above), "above-wanted");
    desk.act(|fold| at_entry::order_pick(fold, "S-1", "A-01", &pick(2)));
    assert_eq!(
        desk.refused(|fold| at_entry::order_return(fold, "S-1", "R-100", units(3))),
        "above-picked"
    );
    assert_eq!(
        desk.refused(|fold| at_entry::order_set(fold, "S-1", "R-100", units(6))),
        "not-available"
    );
    assert!(settings::find("nonsense").is_err());
}

#[test]
fn lowering_a_line_returns_what_was_picked_beyond_it() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 3);
    desk.add("R-100", "B-02", 9);
    let order = desk.open("R-1", OrderType::Repair);
    desk.act(|fold| at_entry::order_add(fold, "R-1", "R-100", units(8)));
    assert_eq!(
        on_hand(&desk.world.fold(), "R-100", "B-02"),
        "4",
        "by location number"
    );
    desk.act(|fold| at_entry::order_set(fold, "R-1", "R-100", units(2)));
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, order), ["R-100 2 2 0 0"]);
    assert_eq!(
        on_hand(&fold, "R-100", "B-02"),
        "9",
        "the newest pick goes back first"
    );
    assert_eq!(on_hand(&fold, "R-100", "A-01"), "1");
    desk.act(|fold| at_entry::order_remove(fold, "R-1", "R-100"));
    let fold = desk.world.fold();
    assert_eq!(lines(&fold, order), [""; 0]);
    assert_eq!(on_hand(&fold, "R-100", "A-01"), "3");
    assert_eq!(exceptions(&fold), [""; 0]);
}

#[test]
fn an_undone_return_can_be_returned_again() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 5);
    let order = desk.open("R-1", OrderType::Repair);
    desk.act(|fold| at_entry::order_add(fold, "R-1", "R-100", units(5)));
    let back = desk.act(|fold| at_entry::order_return(fold, "R-1", "R-100", units(5)));
    desk.write(reversed(back[0]));
    assert_eq!(lines(&desk.world.fold(), order), ["R-100 5 5 0 0"]);
    desk.act(|fold| at_entry::order_remove(fold, "R-1", "R-100"));
    assert_eq!(on_hand(&desk.world.fold(), "R-100", "A-01"), "5");
}

#[test]
fn fields_of_an_order_go_by_clock_and_orders_of_one_number_are_both_kept() {
    let mut world = World::default();
    let one = world.write(1, MINUTE, opened("X-1", OrderType::Repair));
    let two = world.write(2, MINUTE, opened("X-1", OrderType::Sales));
    let set = |text: &str| {
        Body::Order(OrderEntry::Set(OrderSet {
            order: reference(one),
            fields: DocumentFields::from([(key::TITLE, Value::text(text))]),
            once: None,
        }))
    };
    world.write(2, 9 * MINUTE, set("later"));
    world.write(3, 5 * MINUTE, set("earlier"));
    let fold = world.fold();
    assert_eq!(fold.order(one).unwrap().title.unwrap(), "later");
    assert_eq!(
        fold.documents_numbered(Family::Order, &code("X-1")),
        [one, two]
    );
    assert_eq!(exceptions(&fold), ["duplicate-number"]);
    let refusal = at_entry::find_order(&fold, "X-1").unwrap_err();
    assert_eq!(refusal.code, "ambiguous-order");
    assert_eq!(
        at_entry::find_order(&fold, &two.to_string()).unwrap().id,
        two
    );
}

#[test]
fn entries_about_an_order_that_has_not_arrived_wait() {
    let mut world = World::default();
    world.write(1, MINUTE, add("P", "A", 5));
    let order = EntryId {
        origin: origin(9),
        seq: 1,
    };
    world.write(1, 2 * MINUTE, line_set(order, "P", 2));
    world.write(1, 3 * MINUTE, for_order(remove("P", "A", 1), order));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), ["order-waits"]);
    assert_eq!(available(&fold, "P"), "4");
    world.write(9, MINUTE, opened("LATE", OrderType::Sales));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), [""; 0]);
    assert_eq!(lines(&fold, order), ["P 2 1 1 0"]);
}

#[test]
fn a_promise_is_a_row_of_the_history_and_changes_still_add_up() {
    let mut desk = Desk::new();
    desk.add("R-100", "A-01", 5);
    desk.open("S-1", OrderType::Sales);
    desk.act(|fold| at_entry::order_add(fold, "S-1", "R-100", Quantity::ONE));
    let rows = desk.world.fold().history(&code("R-100"));
    let last = rows.last().unwrap();
    assert_eq!(last.kind, RowKind::Order);
    assert_eq!(last.line, None);
    assert_eq!(
        (last.on_hand.to_string(), last.available.to_string()),
        ("5".into(), "4".into())
    );
    let sum = rows
        .iter()
        .fold(ledger_core::Total::ZERO, |sum, row| sum.plus(row.change));
    assert_eq!(sum.to_string(), "5");
}
