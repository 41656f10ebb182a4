//! What lies where, and the items and things in order: the quick ways say what the slow ones do.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::at_entry::{self, LocationChange, SiteChange};
use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::entry::{Body, ItemMerged};
use ledger_core::fold::{Fold, LineKey};
use ledger_core::{Code, Total};
use proptest::prelude::*;
use support::*;

const ITEMS: [&str; 4] = ["A", "B", "C-1", "Ü"];
const PLACES: [&str; 3] = ["X", "Y", "Z"];

fn body(act: u8, item: usize, place: usize, number: i64) -> Body {
    let (item, place) = (ITEMS[item], PLACES[place]);
    match act {
        0 => Body::Set(CatalogueWrite::new(Class::Item, code(item))),
        1 => Body::Set(
            CatalogueWrite::new(Class::Location, code(place))
                .with(key::ROOM, Value::text(&number.to_string())),
        ),
        2 => counted(item, place, number),
        3 => remove(item, place, number),
        4 => Body::ItemMerged(ItemMerged {
            once: None,
            item: code(item),
            into: Some(code(ITEMS[usize::try_from(number).unwrap_or_default() % 4])),
        }),
        _ => add(item, place, number),
    }
}

/// All stock that is not zero, by the straightest way.
fn stock(fold: &Fold) -> BTreeMap<LineKey, Total> {
    let mut stock: BTreeMap<LineKey, Total> = BTreeMap::new();
    for (mut line, total) in fold.totals() {
        line.item = fold.canonical(&line.item);
        let sum = stock.entry(line).or_default();
        *sum = sum.plus(total);
    }
    stock.retain(|_, total| !total.is_zero());
    stock
}

proptest! {
    #[test]
    fn quick_ways_say_what_slow_ones_do(
        acts in proptest::collection::vec((0..8_u8, 0..4_usize, 0..3_usize, 1..9_i64), 1..40),
    ) {
        let mut world = World::default();
        for (at, (act, item, place, number)) in acts.into_iter().enumerate() {
            world.write(1, u64::try_from(at).unwrap(), body(act, item, place, number));
        }
        let fold = world.fold();
        let all = stock(&fold);
        for place in PLACES.map(code) {
            let here = all.iter().filter(|(line, _)| line.location == place);
            let here: BTreeMap<_, _> = here.map(|(line, total)| (line.clone(), *total)).collect();
            prop_assert_eq!(fold.stock_at(&place), here.clone());
            let lines = fold.lines_at(&place).into_iter();
            let lines: BTreeMap<_, _> = lines.map(|line| (line.key, line.on_hand)).collect();
            prop_assert_eq!(lines, here);
            for change in fold.changes_at(&place, 100) {
                prop_assert_eq!(&change.line.location, &place);
                prop_assert!(!fold.is_void(change.id));
            }
        }
        let items = fold.items();
        let listed: Vec<Code> = fold.items_after(None).cloned().collect();
        prop_assert_eq!(&listed, &items);
        for (at, item) in items.iter().enumerate() {
            let behind: Vec<Code> = fold.items_after(Some(item)).cloned().collect();
            prop_assert_eq!(&behind[..], &items[at + 1..]);
            let of_item = all.iter().filter(|(line, _)| line.item == *item);
            let of_item: BTreeMap<_, _> = of_item.map(|(line, total)| (line.clone(), *total)).collect();
            prop_assert_eq!(fold.stock_of(item), of_item);
        }
        let things = fold.things_after(Class::Location, None);
        let rooms: Vec<(Code, Option<String>)> = things
            .map(|thing| (thing.code.clone(), thing.text(key::ROOM).map(str::to_owned)))
            .collect();
        let slow = fold.codes(Class::Location).map(|code| (code.clone(), fold.location(code).room));
        prop_assert_eq!(rooms, slow.collect::<Vec<_>>());
    }
}

#[test]
fn items_are_found_by_where_they_lie_and_whose_they_are() {
    let mut world = World::default();
    world.write(1, 0, add("A", "X", 2));
    world.write(1, 1, add("A", "Y", 2));
    world.write(1, 2, remove("A", "Y", 2));
    let fold = world.fold();
    let (x, y) = (code("X"), code("Y"));
    let at = |place: &Code| fold.has_stock(&code("A"), Some(&fold.spots([place])), None);
    assert_eq!((at(&x), at(&y)), (true, false));
    assert!(fold.has_stock(&code("A"), None, Some(None)));
    assert!(!fold.has_stock(&code("A"), None, Some(Some(&code("ACME")))));
    let newest: BTreeSet<Code> = fold
        .changes_at(&y, 1)
        .into_iter()
        .map(|change| change.line.item)
        .collect();
    assert_eq!(newest, BTreeSet::from([code("A")]));
}

#[test]
fn a_site_s_time_zone_is_set_and_taken_away() {
    let mut world = World::default();
    let zone = |zone: Option<&str>| SiteChange {
        time_zone: Some(zone.map(str::to_owned)),
        ..SiteChange::default()
    };
    let write = |world: &mut World, plan: at_entry::Plan| {
        for body in plan.bodies {
            world.write(1, 0, body);
        }
    };
    let made = at_entry::make_site(&world.fold(), "east", &zone(Some(" Asia/Tokyo ")));
    write(&mut world, made.unwrap());
    let now = |world: &World| {
        world
            .fold()
            .field(Class::Site, &code("EAST"), key::TIME_ZONE)
    };
    assert_eq!(now(&world), Value::text("Asia/Tokyo"));
    let again = at_entry::make_site(&world.fold(), "EAST", &zone(None));
    assert_eq!(again.unwrap_err().code, "exists");
    let long = "x".repeat(65);
    let refused = at_entry::set_site(&world.fold(), "EAST", &zone(Some(&long)));
    assert_eq!(refused.unwrap_err().code, "bad-time-zone");
    let gone = at_entry::set_site(&world.fold(), "EAST", &zone(Some("")));
    write(&mut world, gone.unwrap());
    assert_eq!(now(&world), Value::Nil);
}

#[test]
fn a_location_without_its_type_has_no_row_and_column_either() {
    let mut world = World::default();
    let place = CatalogueWrite::new(Class::Location, code("X"))
        .with(key::TYPE, Value::text("RACK"))
        .with(key::ROW, Value::Int(2))
        .with(key::COLUMN, Value::text("A"))
        .with(key::SITE, Value::text("MAIN"));
    world.write(1, 0, Body::Set(place));
    let change = LocationChange {
        without: vec![key::TYPE, key::NAME],
        ..LocationChange::default()
    };
    let plan = at_entry::set_location(&world.fold(), "X", &change, false).unwrap();
    for body in plan.bodies {
        world.write(1, 1, body);
    }
    let known = world.fold().location(&code("X"));
    assert_eq!(
        (known.location_type, known.row, known.column),
        (None, None, None)
    );
    assert_eq!(known.site, Some(code("MAIN")));
}
