//! The rules of commands before anything is written.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry::{
    self, ItemChange, LocationChange, MoveOwner, Plan, Refusal, StockRequest, settings,
};
use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::entry::{Body, Details, IdempotencyKey, Particulars, Place};
use ledger_core::fold::{Fold, columns};
use ledger_core::order::OrderType;
use ledger_core::{Code, Quantity, Timestamp};
use support::*;

/// A world with the item P, the locations A and B and the customer C.
fn shop() -> World {
    let mut world = World::default();
    for (class, name) in [
        (Class::Item, "P"),
        (Class::Location, "A"),
        (Class::Location, "B"),
        (Class::Customer, "C"),
    ] {
        world.write(1, 0, Body::Set(CatalogueWrite::new(class, code(name))));
    }
    world
}

fn request(number: i64) -> StockRequest {
    StockRequest {
        item: "p".to_owned(),
        quantity: units(number),
        ..StockRequest::default()
    }
}

fn batch(name: &str, location: &str, number: i64) -> Body {
    let place = Place {
        location: code(location),
        owner: None,
        batch: Some(code(name)),
    };
    moved("P", number, None, Some(place))
}

#[track_caller]
fn refused(result: Result<Plan, Refusal>, code: &str, hint: &str) {
    let refusal = result.unwrap_err();
    assert_eq!(refusal.code, code, "{refusal}");
    let found = refusal.hint.unwrap_or_default();
    assert!(found.contains(hint), "{found:?} should say {hint:?}");
}

fn places(plan: &Plan) -> Vec<(Option<Place>, Option<Place>)> {
    plan.bodies
        .iter()
        .map(|body| match body {
            Body::Moved(moved) => (moved.from.clone(), moved.to.clone()),
            Body::Counted(counted) => (None, Some(counted.place.clone())),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    let fold = shop().fold();
    let mut wrong = request(1);
    wrong.item = "PP".to_owned();
    refused(
        at_entry::add(&fold, "A", &wrong),
        "unknown-item",
        "did you mean P?",
    );
    refused(
        at_entry::add(&fold, "AA", &request(1)),
        "unknown-location",
        "did you mean A",
    );
    wrong = request(1);
    wrong.owner = Some("CC".to_owned());
    refused(
        at_entry::add(&fold, "A", &wrong),
        "unknown-customer",
        "did you mean C?",
    );
}

#[test]
fn quantities_that_make_no_sense_name_the_right_command() {
    let fold = shop().fold();
    refused(
        at_entry::add(&fold, "A", &request(-5)),
        "negative-quantity",
        "stock remove",
    );
    refused(
        at_entry::remove(&fold, "A", &request(-5)),
        "negative-quantity",
        "stock add",
    );
    refused(
        at_entry::count(&fold, "A", &request(-5)),
        "negative-quantity",
        "stock adjust",
    );
    refused(
        at_entry::add(&fold, "A", &request(0)),
        "zero-quantity",
        "stock count",
    );
    assert!(at_entry::count(&fold, "A", &request(0)).is_ok());
    let mut huge = request(0);
    huge.quantity = Quantity::from_ten_thousandths(i64::MIN);
    huge.particulars.details.reason = Some("test".to_owned());
    refused(at_entry::adjust(&fold, "A", &huge), "overflow", "");
    refused(
        at_entry::adjust(&fold, "A", &request(1)),
        "reason-missing",
        "--reason",
    );
}

#[test]
fn a_total_that_would_not_fit_is_refused() {
    let mut world = shop();
    world.write(1, 1, add("P", "A", 900_000_000_000_000));
    let fold = world.fold();
    refused(
        at_entry::add(&fold, "A", &request(900_000_000_000_000)),
        "overflow",
        "",
    );
    assert!(at_entry::add(&fold, "B", &request(900_000_000_000_000)).is_ok());
}

#[test]
fn the_one_batch_that_is_there_is_meant() {
    let mut world = shop();
    world.write(1, 1, batch("LOT1", "A", 10));
    let fold = world.fold();
    let lot1 = Place {
        batch: Some(code("LOT1")),
        ..place("A")
    };
    let meant = |plan: Result<Plan, Refusal>| places(&plan.unwrap());
    assert_eq!(
        meant(at_entry::remove(&fold, "A", &request(3))),
        [(Some(lot1.clone()), None)]
    );
    assert_eq!(
        meant(at_entry::count(&fold, "A", &request(9))),
        [(None, Some(lot1))]
    );
    // Adding never guesses a batch, and elsewhere there is none.
    assert_eq!(
        meant(at_entry::add(&fold, "A", &request(3))),
        [(None, Some(place("A")))]
    );
    assert_eq!(
        meant(at_entry::remove(&fold, "B", &request(3))),
        [(Some(place("B")), None)]
    );
}

#[test]
fn several_batches_are_listed_and_all_can_be_counted_away() {
    let mut world = shop();
    world.write(1, 1, batch("LOT1", "A", 10));
    world.write(1, 2, batch("LOT2", "A", 4));
    let fold = world.fold();
    let refusal = at_entry::remove(&fold, "A", &request(3)).unwrap_err();
    assert!(
        refusal.text.contains("LOT1 (10)") && refusal.text.contains("LOT2 (4)"),
        "{refusal}"
    );
    let mut all = request(12);
    all.all_batches = true;
    all.particulars.once = Some(IdempotencyKey {
        key: [1; 16],
        row: 0,
    });
    let plan = at_entry::count(&fold, "A", &all).unwrap();
    for body in plan.bodies {
        world.write(1, 100, body);
    }
    let after = world.fold();
    let left: Vec<String> = after
        .lines(&code("P"))
        .iter()
        .map(|line| line.on_hand.to_string())
        .collect();
    assert_eq!(left, ["12", "0", "0"]);
}

#[test]
fn back_dating_before_a_count_and_undoing_it_warn() {
    let mut world = shop();
    let early = world.write(1, MINUTE, add("P", "A", 10));
    world.write(1, 60 * MINUTE, counted("P", "A", 10));
    let late = world.write(1, 70 * MINUTE, remove("P", "A", 1));
    let fold = world.fold();
    let mut dated = request(1);
    dated.particulars.said = Some(Timestamp::from_millis(30 * MINUTE));
    assert_eq!(
        at_entry::remove(&fold, "A", &dated).unwrap().warnings.len(),
        1
    );
    dated.particulars.said = Some(Timestamp::from_millis(65 * MINUTE));
    assert_eq!(
        at_entry::remove(&fold, "A", &dated).unwrap().warnings.len(),
        0
    );
    let undo = |id| at_entry::undo(&fold, origin(1), Some(id), Default::default()).unwrap();
    assert_eq!(undo(early).warnings.len(), 1);
    assert_eq!(undo(late).warnings.len(), 0);
}

#[test]
fn undo_walks_back_over_this_origin_only() {
    let mut world = shop();
    let first = world.write(1, 1, add("P", "A", 1));
    let second = world.write(1, 2, add("P", "A", 2));
    world.write(2, 3, add("P", "A", 4));
    for expected in [second, first] {
        let plan = at_entry::undo(&world.fold(), origin(1), None, Default::default()).unwrap();
        let Body::Reversed(reversed) = &plan.bodies[0] else {
            panic!("{plan:?}")
        };
        assert_eq!(reversed.target.id, expected);
        world.write(1, 10, plan.bodies[0].clone());
    }
    let fold = world.fold();
    let nothing = at_entry::undo(&fold, origin(1), None, Default::default());
    refused(nothing, "nothing-to-undo", "");
    refused(
        at_entry::undo(&fold, origin(1), Some(first), Default::default()),
        "already-undone",
        "",
    );
    assert_eq!(on_hand(&fold, "P", "A"), "4");
}

#[test]
fn counting_an_item_counts_its_aliases_away() {
    let mut world = shop();
    world.write(1, 1, Body::Set(CatalogueWrite::new(Class::Item, code("Q"))));
    world.write(1, 2, add("P", "A", 10));
    world.write(1, 3, add("Q", "A", 5));
    let merge = at_entry::merge_items(&world.fold(), "Q", "P").unwrap();
    world.write(1, 4, merge.bodies[0].clone());
    assert_eq!(on_hand(&world.fold(), "P", "A"), "15");
    for body in at_entry::count(&world.fold(), "A", &request(14))
        .unwrap()
        .bodies
    {
        world.write(1, 5, body);
    }
    assert_eq!(on_hand(&world.fold(), "P", "A"), "14");
    refused(
        at_entry::merge_items(&world.fold(), "Q", "P"),
        "same-item",
        "",
    );
}

#[test]
fn a_known_code_is_refused_and_a_unit_is_fixed_once_used() {
    let mut world = shop();
    world.write(1, 1, add("P", "A", 1));
    let fold = world.fold();
    refused(
        at_entry::add_item(&fold, " p ", &ItemChange::default()),
        "exists",
        "item set P",
    );
    refused(
        at_entry::add_item(&fold, "  ", &ItemChange::default()),
        "bad-code",
        "",
    );
    let metres = ItemChange {
        unit: Some("m".to_owned()),
        ..ItemChange::default()
    };
    refused(
        at_entry::set_item(&fold, "P", &metres, false),
        "unit-fixed",
        "",
    );
    let bar = ItemChange {
        barcodes: vec![("B1".to_owned(), Quantity::ONE)],
        ..metres
    };
    assert!(at_entry::add_item(&fold, "Q", &bar).is_ok());
}

#[test]
fn the_default_threshold_is_written_into_new_items() {
    let mut world = shop();
    let setting = settings::set("default-threshold", "7").unwrap();
    world.write(1, 1, setting.bodies[0].clone());
    let plan = at_entry::add_item(&world.fold(), "Q", &ItemChange::default()).unwrap();
    let Body::Set(write) = &plan.bodies[0] else {
        panic!("{plan:?}")
    };
    assert_eq!(write.fields[&key::THRESHOLD], Value::Int(70_000));
}

#[test]
fn positions_outside_a_grid_are_refused() {
    let mut world = shop();
    let grid = at_entry::LocationTypeChange {
        rows: Some(10),
        columns: Some("a-t".to_owned()),
        ..Default::default()
    };
    for body in at_entry::add_location_type(&world.fold(), "Rack", &grid)
        .unwrap()
        .bodies
    {
        world.write(1, 1, body);
    }
    let fold = world.fold();
    let at = |row, column: &str| LocationChange {
        location_type: Some("rack".to_owned()),
        row: Some(row),
        column: Some(column.to_owned()),
        ..LocationChange::default()
    };
    assert!(at_entry::add_location(&fold, "R1", &at(10, "t")).is_ok());
    refused(
        at_entry::add_location(&fold, "R1", &at(11, "T")),
        "outside-grid",
        "",
    );
    refused(
        at_entry::add_location(&fold, "R1", &at(10, "U")),
        "outside-grid",
        "",
    );
    refused(
        at_entry::add_location(&fold, "R1", &at(0, "A")),
        "outside-grid",
        "",
    );
}

#[test]
fn a_position_that_the_new_type_does_not_have_goes_with_the_old_one() {
    let mut world = shop();
    for (name, grid) in [
        ("Rack", Some((10, "A-T"))),
        ("Shelf", Some((3, "A-C"))),
        ("Floor", None),
    ] {
        let change = at_entry::LocationTypeChange {
            rows: grid.map(|(rows, _)| rows),
            columns: grid.map(|(_, columns)| columns.to_owned()),
            ..Default::default()
        };
        let plan = at_entry::add_location_type(&world.fold(), name, &change).unwrap();
        world.write(1, 1, plan.bodies[0].clone());
    }
    let to = |location_type: &str, row, column: Option<&str>| LocationChange {
        location_type: Some(location_type.to_owned()),
        row,
        column: column.map(str::to_owned),
        ..LocationChange::default()
    };
    let mut set = |change: LocationChange| {
        let plan = at_entry::set_location(&world.fold(), "A", &change, false).unwrap();
        world.write(1, 1, plan.bodies[0].clone());
        let at = world.fold().location(&code("A"));
        let column = at.column.map(|column| column.to_string());
        (at.row, column.unwrap_or_default(), plan.warnings.len())
    };
    let (corner, gone) = ((Some(10), "T".to_owned(), 0), (None, String::new(), 1));
    assert_eq!(set(to("Rack", Some(10), Some("T"))), corner);
    assert_eq!(set(to("Shelf", None, None)), gone);
    assert_eq!(set(to("Rack", Some(10), Some("T"))), corner);
    assert_eq!(set(to("Floor", None, None)), gone);
    assert_eq!(set(to("Rack", Some(10), Some("T"))), corner);
    let half = (Some(2), String::new(), 1);
    assert_eq!(set(to("Shelf", Some(2), None)), half, "the row was said");
    let both = (Some(2), "B".to_owned(), 0);
    assert_eq!(set(to("Rack", None, Some("B"))), both);
    assert_eq!(set(to("Shelf", None, None)), both, "it has that position");
    // Without its type it has no grid to be in.
    let change = LocationChange {
        row: Some(1),
        without: vec![key::TYPE],
        ..LocationChange::default()
    };
    let plan = at_entry::set_location(&world.fold(), "A", &change, false);
    refused(plan, "no-grid", "");
}

#[test]
fn what_is_not_there_is_made_by_a_command_that_is_there() {
    let fold = shop().fold();
    for (class, command) in [
        (Class::Location, "stock location add NEW --name NAME"),
        (Class::LocationType, "stock location-type add NEW"),
        (Class::Site, "stock location add NUMBER --site NEW"),
        (Class::Supplier, "stock supplier add NEW --name NAME"),
    ] {
        let refusal = at_entry::find_thing(&fold, class, "NEW").unwrap_err();
        let hint = refusal.hint.unwrap_or_default();
        assert!(hint.ends_with(&format!(": {command}")), "{hint}");
    }
}

#[test]
fn column_ranges_are_read() {
    let read = |range: &str| columns(range).map(|columns| columns.len());
    assert_eq!(
        (read("A-T"), read("1-20"), read("c"), read("A-AB")),
        (Ok(20), Ok(20), Ok(1), Ok(28))
    );
    let names: Vec<Code> = columns("Y-AB").unwrap();
    assert_eq!(names, [code("Y"), code("Z"), code("AA"), code("AB")]);
    for range in [
        "", "T-A", "20-1", "A-", "-A", "A-1", "0-5", "1-1000", "AAA-AAB", "É-Ö",
    ] {
        assert!(columns(range).is_err(), "{range:?}");
    }
}

#[test]
fn settings_hold_their_defaults_until_one_is_set() {
    let mut world = shop();
    let fold = world.fold();
    for (key, value) in [
        ("allow-backorder", "off"),
        ("default-threshold", "none"),
        ("order-policy-repair", "issue"),
        ("order-policy-sales", "reserve"),
        (
            "reasons",
            "damaged, lost, found, returned, sample, correction",
        ),
    ] {
        let setting = settings::find(key).unwrap();
        assert_eq!(settings::value(&fold, setting), value, "{key}");
    }
    assert!(!settings::allow_backorder(&fold));
    assert_eq!(settings::reasons(&fold).len(), 6);
    for (key, typed, kept) in [
        ("Allow-Backorder", "YES", "on"),
        ("default-threshold", "2.50", "2.5"),
        ("order-policy-repair", " Reserve ", "reserve"),
        ("order-policy-sales", "issue", "issue"),
        ("reasons", "broken,, Broken , sample", "broken, sample"),
    ] {
        for body in settings::set(key, typed).unwrap().bodies {
            world.write(1, 1, body);
        }
        let setting = settings::find(key).unwrap();
        assert_eq!(settings::value(&world.fold(), setting), kept, "{key}");
    }
    let fold = world.fold();
    assert!(settings::allow_backorder(&fold));
    assert_eq!(settings::default_threshold(&fold), "2.5".parse().ok());
    let policies = OrderType::ALL.map(|order_type| settings::order_policy(&fold, order_type));
    assert_eq!(
        policies,
        [settings::OrderPolicy::Reserve, settings::OrderPolicy::Issue]
    );
    for body in settings::set("reasons", " ").unwrap().bodies {
        world.write(1, 2, body);
    }
    assert_eq!(settings::reasons(&world.fold()), Vec::<String>::new());
}

#[test]
fn a_setting_takes_only_what_it_means() {
    refused(
        settings::set("colour", "red"),
        "unknown-setting",
        "allow-backorder, default-threshold",
    );
    for (key, value, code) in [
        ("allow-backorder", "maybe", "bad-value"),
        ("allow-backorder", "", "bad-value"),
        ("order-policy-sales", "take", "bad-value"),
        ("default-threshold", "many", "bad-quantity"),
        ("default-threshold", "-1", "negative-quantity"),
        ("reasons", "a\u{7}b", "bad-text"),
    ] {
        refused(settings::set(key, value), code, "");
    }
    let some = [("allow-backorder", "on"), ("colour", "red")];
    refused(settings::set_all(&some), "unknown-setting", "");
    refused(settings::set_all::<&str, &str>(&[]), "nothing-to-set", "");
}

#[test]
fn a_value_that_cannot_be_read_leaves_the_default() {
    let mut world = shop();
    let odd = CatalogueWrite::new(Class::Setting, code("order-policy-sales"));
    world.write(1, 1, Body::Set(odd.with(key::VALUE, Value::text("???"))));
    let policy = settings::order_policy(&world.fold(), OrderType::Sales);
    assert_eq!(policy, settings::OrderPolicy::Reserve);
}

#[test]
fn a_barcode_and_a_usual_location_are_taken_away() {
    let mut world = shop();
    let written = |world: &mut World, plan: Plan| {
        for body in plan.bodies {
            world.write(1, 1, body);
        }
    };
    let change = ItemChange {
        barcodes: vec![("4006381333931".to_owned(), units(10))],
        location: Some("a".to_owned()),
        ..ItemChange::default()
    };
    let plan = at_entry::set_item(&world.fold(), "P", &change, false).unwrap();
    written(&mut world, plan);
    let item = world.fold().item(&code("P"));
    assert_eq!((item.barcodes.len(), item.location), (1, Some(code("A"))));
    let plan = at_entry::unbind(&world.fold(), "4006381333931", "P").unwrap();
    written(&mut world, plan);
    let none = ItemChange {
        location: Some(" ".to_owned()),
        ..ItemChange::default()
    };
    let plan = at_entry::set_item(&world.fold(), "P", &none, false).unwrap();
    written(&mut world, plan);
    let fold = world.fold();
    let item = fold.item(&code("P"));
    assert_eq!((item.barcodes.len(), item.location), (0, None));
    refused(
        at_entry::unbind(&fold, "4006381333931", "P"),
        "unknown-barcode",
        "",
    );
}

#[test]
fn a_unit_that_is_here_already_is_warned_about_until_it_has_gone() {
    let mut world = shop();
    let q = CatalogueWrite::new(Class::Item, code("Q"));
    world.write(1, 0, Body::Set(q));
    let unit = |item: &str, serial: &str| {
        let details = Details {
            serial: Some(serial.to_owned()),
            ..Details::default()
        };
        StockRequest {
            particulars: Particulars {
                details,
                ..Particulars::default()
            },
            item: item.to_owned(),
            ..request(1)
        }
    };
    let warned = |world: &World, request: &StockRequest| {
        at_entry::add(&world.fold(), "A", request).unwrap().warnings
    };
    let (one, other) = (unit("P", "S1"), unit("P", "S2"));
    assert_eq!(warned(&world, &one), [""; 0]);
    let add = at_entry::add(&world.fold(), "A", &one).unwrap();
    let added = world.write(1, 1_000, add.bodies[0].clone());
    let twice =
        "the P with serial number S1 is already here, at A: if it is the same one, undo this";
    assert_eq!(warned(&world, &one), [twice]);
    assert_eq!(warned(&world, &other), [""; 0]);
    // A number of another item is another number.
    assert_eq!(warned(&world, &unit("Q", "S1")), [""; 0]);
    // It goes elsewhere, out, and comes back.
    let plan = at_entry::movement(&world.fold(), "A", "B", &MoveOwner::Same, &one).unwrap();
    world.write(2, 2_000, plan.bodies[0].clone());
    assert!(warned(&world, &one)[0].contains("at B"));
    let kept = Fold::of_snapshot(world.fold().snapshot().unwrap()).unwrap();
    assert_eq!(kept.unit_at(&code("P"), "S1"), Some(code("B")));
    let plan = at_entry::remove(&world.fold(), "B", &one).unwrap();
    let removed = world.write(2, 3_000, plan.bodies[0].clone());
    assert_eq!(warned(&world, &one), [""; 0]);
    world.write(1, 4_000, reversed(removed));
    assert!(warned(&world, &one)[0].contains("at B"), "it never went");
    world.write(1, 5_000, reversed(added));
    world.write(1, 6_000, counted("P", "B", 0));
    assert_eq!(warned(&world, &one), [""; 0], "none of it is there");
}
