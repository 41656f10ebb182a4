//! Orders against a second reckoning, and what must hold of promises in any world.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;

use ledger_core::EntryId;
use ledger_core::fold::Fold;
use proptest::prelude::*;
use support::oracle::{Line, Oracle};
use support::orders::{numberings, step, stocked, world};

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
}
