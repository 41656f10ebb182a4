//! Bills of materials, lots, purchase orders and stocktakes against a second reckoning, in any world.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::fold::{DocumentState, Fold, StocktakeLine};
use ledger_core::production::BomLine;
use ledger_core::{EntryId, Total};
use proptest::prelude::*;
use support::code;
use support::orders::numberings;
use support::plan_oracle::{Count, Line, Lot, Matter, Parts, PlanOracle, Purchase, StockLine};
use support::plans::{ITEMS, step, world};

fn parts(bom: &[BomLine]) -> Parts {
    let lines = bom.iter().map(|line| {
        let refs = line.refs.iter().flat_map(|refs| refs.split(", "));
        let refs = refs.map(ToOwned::to_owned).collect();
        let per_unit = i128::from(line.per_unit.ten_thousandths());
        (line.item.to_string(), (per_unit, line.attrition, refs))
    });
    lines.collect()
}

fn lots(fold: &Fold) -> BTreeMap<EntryId, Lot> {
    let lots = fold.lots().into_iter().map(|id| {
        let lot = fold.lot(id).unwrap();
        let issued = lot.issued.iter().filter(|(_, sum)| !sum.is_zero());
        let used = lot.used.iter().filter(|(_, sum)| !sum.is_zero());
        let of_fold = Lot {
            item: lot.item.to_string(),
            quantity: lot.quantity.total().ten_thousandths(),
            built: lot.built.ten_thousandths(),
            issued: issued
                .map(|(item, sum)| (item.to_string(), sum.ten_thousandths()))
                .collect(),
            used: used
                .map(|(item, sum)| (item.to_string(), sum.ten_thousandths()))
                .collect(),
            customer: lot.customer.as_ref().map(ToString::to_string),
            is_open: lot.state == DocumentState::Open,
            parts: parts(&lot.bom),
        };
        let differs = parts(&fold.bom(&lot.item)) != of_fold.parts;
        assert!(!differs || fold.lot_differs(&lot));
        (id, of_fold)
    });
    lots.collect()
}

fn purchases(fold: &Fold) -> BTreeMap<EntryId, Purchase> {
    let purchases = fold.purchases().into_iter().map(|id| {
        let purchase = fold.purchase(id).unwrap();
        let lines = purchase.lines.iter().map(|line| {
            let at = (line.item.to_string(), line.day.unwrap_or(u32::MAX));
            let sums = (line.ordered, line.received);
            (at, (sums.0.ten_thousandths(), sums.1.ten_thousandths()))
        });
        let of_fold = Purchase {
            supplier: purchase.supplier.as_ref().map(ToString::to_string),
            is_open: purchase.state == DocumentState::Open,
            lines: lines.collect(),
        };
        (id, of_fold)
    });
    purchases.collect()
}

fn line_of(line: StocktakeLine) -> (StockLine, Line) {
    let text = |code: &ledger_core::Code| code.to_string();
    let at = (
        text(&line.line.item),
        text(&line.line.location),
        line.line.owner.as_ref().map(text),
        line.line.batch.as_ref().map(text),
    );
    let counts = line.counts.into_iter().map(|count| Count {
        id: count.id,
        device: count.device,
        quantity: i128::from(count.quantity.ten_thousandths()),
        expected: count.expected.ten_thousandths(),
        for_it: count.for_it,
        approved: count.approved,
    });
    let line = Line {
        on_hand: line.on_hand.ten_thousandths(),
        counts: counts.collect(),
        counter: line.counter,
        progress: line.progress.word(),
    };
    (at, line)
}

fn stocktakes(fold: &Fold) -> BTreeMap<EntryId, BTreeMap<StockLine, Line>> {
    let stocktakes = fold.stocktakes().into_iter().map(|id| {
        let lines = fold.stocktake_lines(&fold.stocktake(id).unwrap());
        (id, lines.into_iter().map(line_of).collect())
    });
    stocktakes.collect()
}

/// The exceptions about plans that the oracle knows of.
fn matters(fold: &Fold) -> BTreeSet<Matter> {
    let kinds = [
        "over-built",
        "over-received",
        "closed-lot",
        "closed-purchase-order",
        "closed-stocktake",
    ];
    let open = fold.exceptions().into_iter();
    let matters = open.filter_map(|open| {
        let kind = open.kind.word();
        let item = open.item.as_ref().map(ToString::to_string);
        kinds
            .contains(&kind)
            .then(|| (kind, open.document.unwrap(), item))
    });
    matters.collect()
}

/// What follows from bills of materials and open documents for one item.
fn check_item(fold: &Fold, oracle: &PlanOracle, item: &str) -> Result<(), TestCaseError> {
    let sku = code(item);
    prop_assert_eq!(
        parts(&fold.bom(&sku)),
        oracle.bom(item),
        "what {} is made of",
        item
    );
    let used_in = fold.used_in(&sku);
    let used_in: BTreeSet<String> = used_in.iter().map(ToString::to_string).collect();
    prop_assert_eq!(used_in, oracle.used_in(item), "what {} is in", item);
    let way = fold.bom_circle(&sku);
    prop_assert_eq!(way.is_some(), oracle.is_circular(item), "{:?}", &way);
    if let Some(way) = way {
        prop_assert_eq!((way.first(), way.last()), (Some(&sku), Some(&sku)));
        for pair in way.windows(2) {
            let parts = oracle.bom(pair[0].as_str());
            prop_assert!(parts.contains_key(pair[1].as_str()), "{:?}", &way);
        }
    }
    let on_order = Total::from_ten_thousandths(oracle.on_order(item));
    prop_assert_eq!(fold.on_order(&sku), on_order, "{} on order", item);
    let lots: BTreeSet<EntryId> = fold.lots_of(&sku).iter().map(|lot| lot.id).collect();
    let purchases = fold.purchases_of(&sku);
    let purchases: BTreeSet<EntryId> = purchases.iter().map(|it| it.id).collect();
    prop_assert_eq!(
        (lots, purchases),
        oracle.open_with(item),
        "open with {}",
        item
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn plans_are_what_a_straight_reckoning_gives(
        steps in proptest::collection::vec(step(), 0..50),
        numberings in numberings(),
    ) {
        let world = world(&steps, &numberings);
        let (fold, oracle) = (world.fold(), PlanOracle::of(&world));
        for item in ITEMS.into_iter().filter(|item| oracle.today(item) == *item) {
            check_item(&fold, &oracle, item)?;
        }
        prop_assert_eq!(lots(&fold), oracle.lots());
        prop_assert_eq!(purchases(&fold), oracle.purchases());
        prop_assert_eq!(stocktakes(&fold), oracle.stocktakes());
        prop_assert_eq!(matters(&fold), oracle.matters());
    }
}
