//! How many units of a lot can be built: worked numbers, and every number tried by the search.

use ledger_core::forecast::{
    Buildable, Day, Lot, LotPart, Ready, STEPS_MAX, Situation, Step, can_build, outlook,
};
use ledger_core::{Code, Quantity, Total};
use proptest::prelude::*;
use std::collections::BTreeMap;

use super::search::{Class, DAYS, Factory, ITEMS, Search, Units, classes, factories, given};
use super::{code, comes, component, need, ours, units};

/// A lot of ours, with its parts for one unit, behind everything else.
fn lot(left: i64, parts: &[(&str, &str)]) -> Lot {
    let parts = parts.iter().map(|(item, per_unit)| LotPart {
        component: component(item, per_unit),
        built: Total::ZERO,
        ahead: Total::ZERO,
    });
    Lot {
        left: Quantity::from_units(left).unwrap(),
        parts: parts.collect(),
        day: None,
        owner: None,
        site: None,
        needs: Vec::new(),
    }
}

fn can(situation: &Situation, lot: Lot) -> Buildable {
    can_build(situation, &outlook(situation), &[lot]).remove(0)
}

fn step(ready: Ready, units: u64) -> Step {
    Step { ready, units }
}

/// A of 1 B and 1 C, B of 2 X, C of 3 X.
fn children_that_share() -> BTreeMap<Code, Vec<ledger_core::forecast::Component>> {
    BTreeMap::from([
        (code("A"), vec![component("B", "1"), component("C", "1")]),
        (code("B"), vec![component("X", "2")]),
        (code("C"), vec![component("X", "3")]),
    ])
}

#[test]
fn children_that_share_a_part_do_not_both_have_it() {
    // InvenTree #6665. By the least over the children it would be 3 (5 B or 3 C), by children that
    // lie there none; 10 X are for 2.
    let situation = Situation {
        boms: children_that_share(),
        stock: ours(&[("X", 10)]),
        ..Situation::default()
    };
    let of_children = || lot(9, &[("B", "1"), ("C", "1")]);
    assert_eq!(can(&situation, of_children()).now, 2);
    assert_eq!(can(&situation, lot(9, &[("A", "1")])).now, 2);
    // A B that lies there saves 2 X for it: 3 C, and 0 B left to make of the last X.
    let situation = Situation {
        stock: ours(&[("X", 13), ("B", 1)]),
        ..situation
    };
    assert_eq!(can(&situation, of_children()).now, 3);
}

#[test]
fn what_comes_makes_steps_up_to_what_is_left() {
    let situation = Situation {
        stock: ours(&[("R", 7), ("L", 100)]),
        supplies: vec![
            comes("R", 1, Some(3)),
            comes("R", 5, Some(5)),
            comes("L", 5, Some(6)),
            comes("R", 100, None),
        ],
        ..Situation::default()
    };
    let parts = [("R", "2"), ("L", "0.5")];
    let all = can(&situation, lot(20, &parts));
    let steps = [
        step(Ready::Now, 3),
        step(Ready::On(3), 4),
        step(Ready::On(5), 6),
        step(Ready::SomeDay, 20),
    ];
    assert_eq!((all.now, all.in_time), (3, 20));
    assert_eq!(all.steps, steps);
    let by_day = Lot {
        day: Some(4),
        ..lot(20, &parts)
    };
    let all = can(&situation, by_day);
    assert_eq!((all.now, all.in_time), (3, 4));
    let few = can(&situation, lot(4, &parts));
    assert_eq!(few.steps, steps[..2]);
}

#[test]
fn what_was_issued_ahead_is_not_needed_again() {
    let situation = Situation {
        stock: ours(&[("R", 4)]),
        ..Situation::default()
    };
    let mut lot = lot(10, &[("R", "2"), ("L", "1")]);
    lot.parts[0].ahead = units(3);
    lot.parts[1].ahead = units(6);
    assert_eq!(can(&situation, lot.clone()).now, 3);
    lot.parts[0].ahead = units(20);
    assert_eq!(can(&situation, lot.clone()).now, 6);
    lot.parts[1].ahead = units(10);
    assert_eq!(can(&situation, lot).steps, [step(Ready::Now, 10)]);
}

#[test]
fn earlier_needs_have_theirs_and_later_ones_do_not_hinder() {
    let situation = Situation {
        stock: ours(&[("R", 10)]),
        needs: vec![
            need("R", 100, Some(3)),
            need("R", 4, Some(1)),
            need("R", 10, Some(2)),
        ],
        ..Situation::default()
    };
    let of_need = |at: usize, day| Lot {
        needs: vec![at],
        day: Some(day),
        ..lot(5, &[("R", "2")])
    };
    let behind = lot(5, &[("R", "2")]);
    let between = Lot {
        day: Some(1),
        ..behind.clone()
    };
    let lots = [of_need(2, 2), behind, of_need(1, 1), between];
    let found = can_build(&situation, &outlook(&situation), &lots);
    let now: Vec<u64> = found.iter().map(|lot| lot.now).collect();
    assert_eq!(now, [3, 0, 5, 3]);
}

#[test]
fn a_lot_waits_for_another_lots_parts() {
    // Boards are due on day 4, and their R comes on day 7.
    let mut boards = comes("BOARD", 10, Some(4));
    boards.from = vec![0];
    let situation = Situation {
        stock: ours(&[("BOARD", 2)]),
        supplies: vec![boards, comes("R", 10, Some(7))],
        needs: vec![need("R", 10, Some(2))],
        ..Situation::default()
    };
    let found = can(&situation, lot(12, &[("BOARD", "1")]));
    assert_eq!(found.steps, [step(Ready::Now, 2), step(Ready::On(7), 12)]);
}

#[test]
fn what_comes_too_late_is_made_instead() {
    let situation = Situation {
        boms: BTreeMap::from([(code("BOARD"), vec![component("R", "2")])]),
        stock: ours(&[("R", 6)]),
        supplies: vec![comes("BOARD", 10, Some(30))],
        ..Situation::default()
    };
    let found = can(&situation, lot(12, &[("BOARD", "1")]));
    assert_eq!(found.steps, [step(Ready::Now, 3), step(Ready::On(30), 12)]);
}

#[test]
fn steps_are_few_and_the_last_says_what_is_possible() {
    let days = 1..=100;
    let situation = Situation {
        supplies: days.map(|day| comes("R", 1, Some(day))).collect(),
        ..Situation::default()
    };
    let steps = can(&situation, lot(90, &[("R", "1")])).steps;
    assert_eq!(steps.len(), STEPS_MAX);
    assert_eq!(steps[18], step(Ready::On(18), 18));
    assert_eq!(steps[19], step(Ready::On(90), 90));
}

#[test]
fn a_lot_of_very_many_units_is_answered() {
    let situation = Situation {
        stock: ours(&[("R", 1_000_000_000)]),
        ..Situation::default()
    };
    let found = can(&situation, lot(900_000_000_000_000, &[("R", "3")]));
    assert_eq!(found.steps, [step(Ready::Now, 333_333_333)]);
}

/// A part of a lot: item, units of it for one, and issued ahead.
type Part = (usize, u8, u8);

#[derive(Debug, Clone)]
struct Plan {
    factory: Factory,
    parts: Vec<Part>,
    left: u8,
    day: Day,
    class: Class,
    /// Before which need of the factory the lot's stand.
    before: usize,
}

fn plans() -> impl Strategy<Value = Plan> {
    let parts = proptest::collection::vec((0..ITEMS.len(), 1..3_u8, 0..3_u8), 1..3);
    (factories(), parts, 0..4_u8, 0..DAYS, classes(), 0..4_usize).prop_map(
        |(factory, parts, left, day, class, before)| Plan {
            before: before.min(factory.needs.len()),
            factory,
            parts,
            left,
            day,
            class,
        },
    )
}

impl Plan {
    /// What so many units need until a day.
    fn needs(&self, units: u8, day: Day) -> Vec<Units> {
        let parts = self.parts.iter().map(|(item, per_unit, ahead)| Units {
            item: *item,
            count: (units * per_unit).saturating_sub(*ahead),
            class: self.class,
            day,
        });
        parts.filter(|need| need.count > 0).collect()
    }

    /// The factory with the lot's needs among the others, and the lot.
    fn with_lot(&self) -> (Factory, Lot) {
        let mut factory = self.factory.clone();
        let own = self.needs(self.left, self.day);
        let (owner, site) = self.class.pool();
        let parts = self.parts.iter().map(|(item, per_unit, ahead)| LotPart {
            component: component(ITEMS[*item], &per_unit.to_string()),
            built: Total::ZERO,
            ahead: units(i128::from(*ahead)),
        });
        let lot = Lot {
            left: Quantity::from_units(i64::from(self.left)).unwrap(),
            parts: parts.collect(),
            day: Some(self.day),
            owner,
            site,
            needs: (self.before..self.before + own.len()).collect(),
        };
        factory.needs.splice(self.before..self.before, own);
        (factory, lot)
    }

    /// What the needs before the lot leave, for it alone.
    fn what_is_left(&self, factory: &Factory, lot: &Lot) -> Factory {
        let situation = factory.situation();
        let outlook = outlook(&situation);
        let is_before = |root: usize| {
            let turn = (situation.needs[root].day, root);
            match lot.needs.first() {
                Some(first) => turn < (lot.day, *first),
                None => turn.0 <= lot.day,
            }
        };
        let before = outlook.needs.iter().filter(|met| is_before(met.root));
        let (stock, supplies) = given(&situation, before);
        let mut left = factory.clone();
        for ((item, pool), mut taken) in stock {
            for of in &mut left.stock {
                if code(ITEMS[of.item]) == item && of.class.pool() == pool {
                    let part = taken.min(i128::from(of.count) * 10_000);
                    of.count -= u8::try_from(part / 10_000).unwrap();
                    taken -= part;
                }
            }
        }
        for (at, taken) in supplies {
            left.supplies[at].count -= u8::try_from(taken / 10_000).unwrap();
        }
        left
    }

    /// The greatest number of units that the search finds a way for, of all that are left.
    fn greatest(&self, left: &Factory, day: Option<Day>) -> u64 {
        let numbers = (0..=self.left).filter(|units| {
            let mut factory = left.clone();
            factory.needs = self.needs(*units, day.unwrap_or_default());
            if day.is_none() {
                factory.supplies.clear();
            }
            Search::begin(&factory, true) == 0
        });
        numbers.max().map(u64::from).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn as_many_can_be_built_as_a_search_finds_a_way_for(plan in plans()) {
        let (factory, lot) = plan.with_lot();
        let found = can(&factory.situation(), lot.clone());
        let left = plan.what_is_left(&factory, &lot);
        let by = |ready: Ready| {
            let steps = found.steps.iter().rev();
            steps.clone().find(|step| step.ready <= ready).map(|step| step.units)
        };
        let now = plan.greatest(&left, None);
        prop_assert_eq!((found.now, by(Ready::Now)), (now, Some(now)), "{:?}", found);
        for day in 0..DAYS {
            let greatest = plan.greatest(&left, Some(day));
            prop_assert_eq!(by(Ready::On(day)), Some(greatest), "day {}: {:?}", day, found);
            if day == plan.day {
                prop_assert_eq!(found.in_time, greatest);
            }
        }
        let grows = |steps: &[Step]| steps[0].ready < steps[1].ready && steps[0].units < steps[1].units;
        prop_assert!(found.steps.windows(2).all(grows), "{:?}", found);
    }
}
