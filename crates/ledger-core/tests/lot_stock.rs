//! Whose stock the parts of a customer's lot are taken from, and to whom they come back.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry::{self, BomChange, LotChange, Plan, Refusal, StockRequest};
use ledger_core::catalogue::{CatalogueWrite, Class};
use ledger_core::entry::Body;
use ledger_core::fold::Fold;
use support::rights::{device, genesis};
use support::*;

/// A lot L-1 of ten boards for ACME, of four resistors each.
struct Shop(World);

fn some(quantity: i64, owner: Option<&str>, batch: Option<&str>) -> StockRequest {
    StockRequest {
        item: "RES".to_owned(),
        quantity: units(quantity),
        owner: owner.map(str::to_owned),
        batch: batch.map(str::to_owned),
        ..StockRequest::default()
    }
}

impl Shop {
    fn new() -> Self {
        let mut shop = Self(World::default());
        shop.write(genesis(1));
        for (class, name) in [
            (Class::Item, "BOARD"),
            (Class::Item, "RES"),
            (Class::Location, "A"),
            (Class::Location, "B"),
            (Class::Customer, "ACME"),
        ] {
            shop.write(Body::Set(CatalogueWrite::new(class, code(name))));
        }
        let change = BomChange {
            per_unit: Some(units(4)),
            ..BomChange::default()
        };
        shop.take(|fold| at_entry::set_bom_line(fold, "BOARD", "RES", &change));
        let change = LotChange {
            customer: Some(Some("ACME".to_owned())),
            ..LotChange::default()
        };
        shop.take(|fold| {
            at_entry::plan_lot(fold, device(1), Some("L-1"), "BOARD", units(10), &change)
        });
        shop
    }

    fn write(&mut self, body: Body) {
        let millis = u64::try_from(self.0.records.len()).unwrap() * MINUTE;
        self.0.write(1, millis, body);
    }

    fn take(&mut self, command: impl Fn(&Fold) -> Result<Plan, Refusal>) -> Vec<String> {
        let plan = command(&self.0.fold()).unwrap();
        plan.bodies.into_iter().for_each(|body| self.write(body));
        plan.warnings
    }

    fn add(&mut self, place: &str, request: &StockRequest) {
        self.take(|fold| at_entry::add(fold, place, request));
    }

    fn issue(&mut self, place: &str, request: &StockRequest) -> Vec<String> {
        self.take(|fold| at_entry::lot_issue(fold, "L-1", place, request))
    }

    fn bring_back(&mut self, place: &str, request: &StockRequest) {
        self.take(|fold| at_entry::lot_return(fold, "L-1", place, request));
    }

    /// What there is of resistors, line by line, that is not zero.
    fn stock(&self) -> String {
        let fold = self.0.fold();
        let lines = fold.lines(&code("RES")).into_iter();
        let lines = lines.filter(|line| !line.on_hand.is_zero()).map(|line| {
            let name =
                |code: Option<ledger_core::Code>| code.map_or("-".into(), |it| it.to_string());
            let (owner, batch) = (name(line.key.owner), name(line.key.batch));
            format!("{} {owner} {batch} {}", line.key.location, line.on_hand)
        });
        let mut lines: Vec<String> = lines.collect();
        lines.sort();
        lines.join(", ")
    }
}

#[test]
fn a_customer_s_lot_takes_their_stock_first_and_never_ours_where_only_theirs_lies() {
    let mut shop = Shop::new();
    shop.add("A", &some(10, Some("ACME"), None));
    assert!(shop.issue("A", &some(4, None, None)).is_empty());
    assert_eq!(shop.stock(), "A ACME - 6");
    // More than the ledger has of theirs, and none of ours: theirs is wrong.
    shop.issue("A", &some(8, None, None));
    assert_eq!(shop.stock(), "A ACME - -2");

    let mut shop = Shop::new();
    shop.add("A", &some(10, Some("ACME"), None));
    shop.add("A", &some(50, None, None));
    shop.issue("A", &some(10, None, None));
    assert_eq!(shop.stock(), "A - - 50");
    shop.issue("A", &some(10, None, None));
    assert_eq!(shop.stock(), "A - - 40", "theirs are used up");

    let mut shop = Shop::new();
    shop.add("A", &some(10, Some("ACME"), None));
    shop.add("A", &some(50, None, None));
    shop.issue("A", &some(12, None, None));
    assert_eq!(
        shop.stock(),
        "A - - 38, A ACME - 10",
        "not enough of theirs"
    );
    shop.issue("A", &some(5, Some("-"), None));
    assert_eq!(shop.stock(), "A - - 33, A ACME - 10", "ours was named");
    shop.issue("A", &some(5, Some("ACME"), None));
    assert_eq!(shop.stock(), "A - - 33, A ACME - 5");
}

#[test]
fn the_batch_that_is_named_decides_whose_stock_it_is() {
    let mut shop = Shop::new();
    shop.add("A", &some(10, Some("ACME"), Some("B1")));
    shop.add("A", &some(20, None, Some("B2")));
    shop.issue("A", &some(2, None, Some("B2")));
    assert_eq!(shop.stock(), "A - B2 18, A ACME B1 10");
    shop.issue("A", &some(3, None, Some("b1")));
    assert_eq!(shop.stock(), "A - B2 18, A ACME B1 7");
}

#[test]
fn a_part_comes_back_to_whose_stock_and_which_batch_it_was() {
    let mut shop = Shop::new();
    shop.add("A", &some(10, Some("ACME"), Some("B1")));
    shop.add("B", &some(10, None, None));
    shop.issue("A", &some(10, None, None));
    shop.issue("B", &some(6, None, None));
    assert_eq!(shop.stock(), "B - - 4");
    // The newest first: our six, then two of theirs, all to the place that is named.
    shop.bring_back("A", &some(8, None, None));
    assert_eq!(shop.stock(), "A - - 6, A ACME B1 2, B - - 4");
    // What is out is theirs alone now, wherever the rest was put.
    shop.bring_back("B", &some(3, None, None));
    assert_eq!(shop.stock(), "A - - 6, A ACME B1 2, B - - 4, B ACME B1 3");
    let above = some(6, None, None);
    let above = at_entry::lot_return(&shop.0.fold(), "L-1", "A", &above).unwrap_err();
    assert_eq!(above.code, "above-issued");
}

#[test]
fn whose_and_which_a_returned_part_is_can_be_named() {
    let mut shop = Shop::new();
    shop.add("A", &some(10, Some("ACME"), Some("B1")));
    shop.add("A", &some(10, None, Some("B2")));
    shop.issue("A", &some(10, None, Some("B1")));
    shop.issue("A", &some(10, None, Some("B2")));
    shop.bring_back("A", &some(1, Some("ACME"), None));
    assert_eq!(shop.stock(), "A ACME B1 1");
    shop.bring_back("A", &some(2, None, Some("B1")));
    assert_eq!(shop.stock(), "A ACME B1 3");
    shop.bring_back("A", &some(1, Some("-"), None));
    assert_eq!(shop.stock(), "A - B2 1, A ACME B1 3");
    // Nothing of it was taken from there, but it is a fact.
    shop.bring_back("A", &some(1, Some("-"), Some("B9")));
    assert_eq!(shop.stock(), "A - B2 1, A - B9 1, A ACME B1 3");
    let none = at_entry::lot_return(&shop.0.fold(), "L-1", "A", &some(0, None, None));
    assert_eq!(none.unwrap_err().code, "zero-quantity");
}
