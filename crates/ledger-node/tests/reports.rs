//! Reports by worked numbers, and against a second reckoning over histories.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::at_entry::{
    self, ItemChange, LocationChange, MoveOwner, Plan, Refusal, StockRequest,
};
use ledger_core::entry::Particulars;
use ledger_core::fold::{Fold, RowKind};
use ledger_core::time::DAY_MILLIS;
use ledger_core::{Code, EntryId, Quantity, Timestamp, Total, UserName};
use ledger_node::view::{IdleClass, Report, ReportFilter, ReportTime, ShrinkageBy, Survey, Whose};
use ledger_node::{Actor, Node, NodeKind, View, WallClock};

/// 2026-11-01T00:00:00Z, the first of the days.
const START: u64 = 1_793_491_200_000;

#[derive(Default)]
struct Clock(AtomicU64);

impl WallClock for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

struct House {
    clock: Arc<Clock>,
    node: Node,
    user: Option<UserName>,
}

fn units(number: i64) -> Quantity {
    Quantity::from_units(number).unwrap()
}

fn total(number: i64) -> Total {
    units(number).total()
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn request(item: &str, number: i64) -> StockRequest {
    StockRequest {
        item: item.to_owned(),
        quantity: units(number),
        ..StockRequest::default()
    }
}

/// So many days from the first, one part each.
fn days(count: u64) -> ReportTime {
    let start = |day: u64| Timestamp::from_millis(START + day * DAY_MILLIS);
    let part = |day: u64| (format!("d{day}"), start(day));
    ReportTime::new((0..count).map(part).collect(), start(count))
}

impl House {
    /// Two items in pieces and one in metres, and a location at each of two sites.
    fn new() -> Self {
        let clock = Arc::new(Clock::default());
        clock.0.store(START, Ordering::Relaxed);
        let house = Self {
            node: Node::in_memory(NodeKind::Server, "central", clock.clone()).unwrap(),
            clock,
            user: None,
        };
        for (item, unit) in [("R", "pcs"), ("S", "pcs"), ("W", "m")] {
            let change = ItemChange {
                unit: Some(unit.to_owned()),
                ..ItemChange::default()
            };
            house.write(|fold| at_entry::add_item(fold, item, &change));
        }
        for (location, site) in [("A", "MAIN"), ("B", "NORTH")] {
            let change = LocationChange {
                site: Some(site.to_owned()),
                ..LocationChange::default()
            };
            house.write(|fold| at_entry::add_location(fold, location, &change));
        }
        house
    }

    fn write(&self, plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>) -> EntryId {
        let actor = Actor {
            user: self.user.clone(),
        };
        self.node.write(&actor, plan).unwrap().entries[0]
    }

    fn on_day(&self, day: u64) -> &Self {
        let at = START + day * DAY_MILLIS + 1_000;
        self.clock.0.store(at, Ordering::Relaxed);
        self
    }

    fn add(&self, item: &str, location: &str, number: i64) -> EntryId {
        self.write(|fold| at_entry::add(fold, location, &request(item, number)))
    }

    fn remove(&self, item: &str, location: &str, number: i64) -> EntryId {
        self.write(|fold| at_entry::remove(fold, location, &request(item, number)))
    }

    fn count(&self, item: &str, location: &str, number: i64) -> EntryId {
        let mut counted = request(item, number);
        counted.particulars.details.reason = Some("shelf check".to_owned());
        self.write(|fold| at_entry::count(fold, location, &counted))
    }

    fn carry(&self, item: &str, from: &str, to: &str, number: i64) -> EntryId {
        let moved = request(item, number);
        self.write(|fold| at_entry::movement(fold, from, to, &MoveOwner::Same, &moved))
    }

    /// A report made step by step, as the server does.
    fn told<R: Report + Clone>(&self, begin: impl FnOnce(&View<'_>) -> Survey<R>) -> R::Said {
        let mut survey = begin(&self.node.view());
        while !survey.go_on(&self.node.view()) {}
        survey.finish(&self.node.view())
    }

    fn undo(&self, target: EntryId) {
        let origin = self.node.view().origin();
        self.write(|fold| at_entry::undo(fold, origin, Some(target), Particulars::default()));
    }

    /// Ten days: a first count, a removal, a mistake that is undone, a move, and a count that finds
    /// one missing.
    fn lived() -> Self {
        let mut house = Self::new();
        house.on_day(1).count("R", "A", 10);
        house.add("W", "A", 5);
        house.on_day(2).remove("R", "A", 3);
        let wrong = house.add("R", "A", 100);
        house.user = UserName::new("mia").ok();
        house.on_day(3).carry("R", "A", "B", 4);
        house.user = None;
        house.on_day(5).undo(wrong);
        house.on_day(6).count("R", "A", 2);
        house.on_day(40);
        house
    }
}

#[test]
fn what_was_done_is_told_by_day_once_and_what_was_undone_is_not() {
    let house = House::lived();
    let report = house.told(|view| view.movements_report(ReportFilter::default(), days(10)));
    assert_eq!(report.unit, "pcs");
    let by_day: Vec<u64> = report.days.iter().map(|day| day.transactions).collect();
    assert_eq!(by_day.iter().sum::<u64>(), 5);
    assert_eq!(by_day[1..3], [2, 1], "{by_day:?}");
    let sum = &report.sum;
    let counts = [
        sum.counts.added,
        sum.counts.removed,
        sum.counts.moved,
        sum.counts.counted,
    ];
    assert_eq!(counts, [1, 1, 1, 2]);
    let quantities = [
        &sum.quantity_added,
        &sum.quantity_removed,
        &sum.quantity_moved,
        &sum.quantity_corrected,
        &sum.change,
    ];
    assert_eq!(quantities, ["0", "3", "4", "9", "6"]);
    assert_eq!(house.node.view().show(&code("R")).on_hand, "6");
}

#[test]
fn a_site_has_what_went_to_it_and_a_unit_its_own_quantities() {
    let house = House::lived();
    let sum = |filter: &ReportFilter| {
        let filter = filter.clone();
        let sum = house
            .told(|view| view.movements_report(filter, days(10)))
            .sum;
        (sum.transactions, sum.counts.moved, sum.change)
    };
    let at = |site: &str| ReportFilter {
        site: Some(code(site)),
        ..ReportFilter::default()
    };
    assert_eq!(sum(&at("MAIN")), (5, 1, "2".to_owned()));
    assert_eq!(sum(&at("NORTH")), (1, 1, "4".to_owned()));
    let in_metres = ReportFilter {
        unit: Some("m".to_owned()),
        ..ReportFilter::default()
    };
    assert_eq!(sum(&in_metres), (5, 1, "5".to_owned()));
    let of_acme = ReportFilter {
        whose: Whose::Customer(code("ACME")),
        ..ReportFilter::default()
    };
    assert_eq!(sum(&of_acme), (0, 0, "0".to_owned()));
    let sought = ReportFilter {
        search: Some("w".to_owned()),
        ..ReportFilter::default()
    };
    assert_eq!(sum(&sought).0, 1);
}

#[test]
fn stock_is_told_at_the_end_of_each_day_and_by_site() {
    let house = House::lived();
    let report = house.told(|view| view.stock_report(ReportFilter::default(), days(10)));
    let on_hand: Vec<Total> = report.days.iter().map(|day| day.on_hand).collect();
    let expected = [0, 10, 7, 7, 7, 7, 6, 6, 6, 6].map(total);
    assert_eq!(on_hand, expected);
    let lines: Vec<i64> = report.days.iter().map(|day| day.lines).collect();
    assert_eq!((lines[0], lines[1], lines[9]), (0, 2, 3));
    let sites: Vec<_> = report
        .sites
        .iter()
        .map(|site| (site.site.as_deref(), site.before, site.on_hand))
        .collect();
    let none = Total::ZERO;
    assert_eq!(
        sites,
        [
            (Some("MAIN"), none, total(2)),
            (Some("NORTH"), none, total(4))
        ]
    );
    assert_eq!(report.cells.len(), 20);
}

#[test]
fn shrinkage_is_what_counts_found_and_first_counts_stand_by_themselves() {
    let house = House::lived();
    let all = ReportFilter::default;
    let report = house.told(|view| view.shrinkage_report(all(), days(10), ShrinkageBy::Location));
    let sum = &report.sum;
    assert_eq!((sum.counts, sum.differing, sum.first_counts), (1, 1, 1));
    assert_eq!((sum.missing, sum.over), (total(1), Total::ZERO));
    assert_eq!(sum.first_quantity, total(10));
    assert_eq!(report.rows.len(), 1);
    assert_eq!(report.rows[0].code, "A");
    let mut differences = house.told(|view| view.differences(all(), days(10)));
    house.node.view().add_reasons(&mut differences).unwrap();
    assert_eq!(differences.len(), 1);
    let one = &differences[0];
    assert_eq!((one.expected.as_str(), one.counted.as_str()), ("3", "2"));
    assert_eq!(one.reason.as_deref(), Some("shelf check"));
}

#[test]
fn what_does_not_move_is_told_the_longest_first() {
    let house = House::lived();
    house.count("S", "B", 1);
    let report = house.told(|view| view.slow_report(ReportFilter::default(), 30));
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| (row.item.as_str(), row.on_hand.as_str(), row.days))
        .collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0], ("S", "1", None));
    assert_eq!(rows[1], ("W", "5", Some(39)));
    assert_eq!((rows[2].0, rows[2].1), ("R", "6"));
    assert!(report.classes.contains(&(IdleClass::Never, 1)));
    assert!(report.classes.contains(&(IdleClass::Days90, 2)));
    let longer = house.told(|view| view.slow_report(ReportFilter::default(), 39));
    assert_eq!(longer.rows.len(), 2);
}

#[test]
fn people_are_told_with_their_devices() {
    let house = House::lived();
    let report = house.told(|view| view.people_report(ReportFilter::default(), days(10)));
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| (row.user.as_str(), row.device.as_str(), row.transactions))
        .collect();
    assert_eq!(
        rows,
        [("device:central", "central", 4), ("mia", "central", 1)]
    );
    let of_days: u64 = report.days.iter().map(|day| day.transactions).sum();
    assert_eq!(of_days, 5);
}

#[test]
fn all_reports_at_once_say_what_each_says() {
    let house = House::lived();
    let (filter, time) = (ReportFilter::default, || days(10));
    let all = house.told(|view| view.reports(time(), 30));
    let stock = house.told(|view| view.stock_report(filter(), time()));
    assert_eq!(all.stock.days, stock.days);
    let by = ShrinkageBy::Item;
    let shrinkage = house.told(|view| view.shrinkage_report(filter(), time(), by));
    assert_eq!(all.shrinkage.sum, shrinkage.sum);
    let slow = house.told(|view| view.slow_report(filter(), 30));
    assert_eq!(all.slow.rows.len(), slow.rows.len());
    let movements = house.told(|view| view.movements_report(filter(), time()));
    assert_eq!(all.movements.sum.transactions, movements.sum.transactions);
    let people = house.told(|view| view.people_report(filter(), time()));
    assert_eq!(all.people.rows.len(), people.rows.len());
}

/// What histories say of each day: the entries that are rows, and what changed.
fn reckoned(fold: &Fold, count: u64) -> (Vec<usize>, Vec<Total>) {
    let mut entries: BTreeMap<u64, BTreeSet<EntryId>> = BTreeMap::new();
    let mut changes: BTreeMap<u64, Total> = BTreeMap::new();
    for item in fold.items() {
        for row in fold.history(&item) {
            assert_ne!(row.kind, RowKind::Reversal, "nothing is undone here");
            let day = (row.at.millis() - START) / DAY_MILLIS;
            entries.entry(day).or_default().insert(row.id);
            let sum = changes.entry(day).or_default();
            *sum = sum.plus(row.change);
        }
    }
    let entries = (0..count).map(|day| entries.get(&day).map_or(0, BTreeSet::len));
    let changes = (0..count).map(|day| changes.get(&day).copied().unwrap_or_default());
    (entries.collect(), changes.collect())
}

#[test]
fn days_say_what_histories_say() {
    let house = House::new();
    let mut state = 20_261_123_u64;
    let mut dice = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005);
        state = state.wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    for step in 0..300_u64 {
        house.on_day(step / 20);
        let item = ["R", "S"][usize::from(dice(2) == 0)];
        let (from, to) = if dice(2) == 0 { ("A", "B") } else { ("B", "A") };
        let number = i64::try_from(1 + dice(9)).unwrap();
        match dice(4) {
            0 => house.add(item, from, number),
            1 => house.remove(item, from, number),
            2 => house.carry(item, from, to, number),
            _ => house.count(item, from, number),
        };
    }
    let (entries, changes) = house.node.read(|fold| reckoned(fold, 15));
    let report = house.told(|view| view.movements_report(ReportFilter::default(), days(15)));
    let said: Vec<u64> = report.days.iter().map(|day| day.transactions).collect();
    let entries: Vec<u64> = entries.iter().map(|n| u64::try_from(*n).unwrap()).collect();
    assert_eq!(said, entries);
    let said: Vec<&str> = report.days.iter().map(|day| day.change.as_str()).collect();
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(said, changes);
    let stock = house.told(|view| view.stock_report(ReportFilter::default(), days(15)));
    let last = stock.days.last().unwrap();
    let sum = changes.iter().map(|one| one.parse::<Quantity>().unwrap());
    let sum = sum.fold(Total::ZERO, |sum, one| sum.plus(one.total()));
    assert_eq!(last.on_hand, sum);
}
