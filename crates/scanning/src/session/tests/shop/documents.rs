//! Lots, purchase orders and stocktakes, scanned.

use ledger_core::at_entry::{
    AssignRequest, BomChange, LineRequest, LotChange, PurchaseChange, StocktakeRequest,
};

use super::*;

const BAG: &str = "[)>\u{1e}06\u{1d}";

impl Shop {
    /// A purchase order of 5 of R, which usually lies at B-1, and 3 of C.
    fn with_purchase(numbers: &[&str]) -> Self {
        let mut shop = Self::new();
        shop.plan(|fold| at_entry::add_partner(fold, Class::Supplier, "SUP", None));
        let usual = ItemChange {
            location: Some("B-1".to_owned()),
            ..ItemChange::default()
        };
        shop.plan(|fold| at_entry::set_item(fold, "R", &usual, false));
        for number in numbers {
            let line = |(item, number): (&str, &str)| LineRequest {
                item: item.to_owned(),
                quantity: quantity(number),
                day: None,
            };
            let change = PurchaseChange {
                supplier: Some("SUP".to_owned()),
                lines: [("R", "5"), ("C", "3")].map(line).to_vec(),
                ..PurchaseChange::default()
            };
            shop.plan(|fold| at_entry::place_purchase(fold, DEVICE, Some(number), &change));
        }
        shop
    }

    /// A lot of 2 of X, each of 2 R and 1 C.
    fn with_lot() -> Self {
        let mut shop = Self::new();
        for (part, number) in [("R", "2"), ("C", "1")] {
            let change = BomChange {
                per_unit: Some(quantity(number)),
                ..BomChange::default()
            };
            shop.plan(|fold| at_entry::set_bom_line(fold, "X", part, &change));
        }
        let change = LotChange::default();
        let units = quantity("2");
        shop.plan(|fold| at_entry::plan_lot(fold, DEVICE, Some("L-1"), "X", units, &change));
        shop
    }

    fn with_stocktake(blind: bool) -> Self {
        let mut shop = Self::new();
        let request = StocktakeRequest {
            blind,
            ..StocktakeRequest::default()
        };
        shop.plan(|fold| at_entry::open_stocktake(fold, DEVICE, Some("T-1"), &request));
        shop
    }

    fn purchase(&self, number: &str) -> Vec<(String, String)> {
        let purchase = at_entry::find_purchase(&self.fold, number).unwrap();
        let lines = purchase.lines.iter();
        let came = lines.map(|line| (line.item.to_string(), line.received.to_string()));
        came.collect()
    }

    fn counts(&self) -> Vec<String> {
        let stocktake = at_entry::find_stocktake(&self.fold, "T-1").unwrap();
        let lines = self.fold.stocktake_lines(&stocktake).into_iter();
        let counted = lines.filter_map(|line| {
            let last = line.counts.last()?;
            let told = format!(
                "{} {} for it: {}",
                line.line.item, last.quantity, last.for_it
            );
            Some(told)
        });
        counted.collect()
    }
}

fn came(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    let lines = lines.iter();
    lines
        .map(|(item, number)| ((*item).to_owned(), (*number).to_owned()))
        .collect()
}

#[test]
fn a_delivery_is_put_away_and_what_is_missing_is_said() {
    let mut shop = Shop::with_purchase(&["P-1"]);
    let said = shop.day("PO P-1 R B-1 Q2 R C");
    assert_eq!(said[..2], ["PO: scan a purchase order", "PO P-1"]);
    assert_eq!(said[2], "! R is an item: scan a location first");
    assert_eq!(said[5], "2 of R received at B-1 for P-1");
    // What has a usual place comes first.
    assert_eq!(shop.prompt(), "next: 3 of R at B-1");
    shop.scan("SKIP");
    assert_eq!(shop.prompt(), "next: 2 of C");
    let said = shop.scan("DONE");
    assert_eq!(
        said,
        "2 of C, 3 of R still to come of P-1; PO done: scan the next purchase order"
    );
    let said = shop.day("P-1 A-1 Q3 R Q2 C");
    assert_eq!(said[0], "PO P-1", "its number alone is enough");
    assert_eq!(shop.prompt(), "all of it has come: scan DONE");
    assert!(shop.scan("DONE").starts_with("all of P-1 has come; "));
    assert_eq!(shop.purchase("P-1"), came(&[("C", "3"), ("R", "5")]));
}

#[test]
fn what_nobody_knows_has_no_neighbour_at_another_place() {
    let mut shop = Shop::with_purchase(&["P-1"]);
    shop.day("P-1 B-1 R NEW-1 A-1 NEW-2");
    let neighbour = |text: &str| {
        let kept = shop.fold.scans_of(&at_entry::scan_code(text).unwrap());
        kept[0].scan.neighbour.clone()
    };
    assert_eq!(neighbour("NEW-1"), Some(code("R")));
    assert_eq!(neighbour("NEW-2"), None, "R was scanned at B-1");
}

#[test]
fn more_than_was_ordered_needs_a_reason() {
    let mut shop = Shop::with_purchase(&["P-1"]);
    shop.day("P-1 B-1");
    let asked = "! 2 of R more than ordered: scan a reason, or UNDO";
    assert_eq!(shop.day("Q7 R")[1], asked);
    assert_eq!(shop.prompt(), "scan a reason, or UNDO");
    assert_eq!(shop.scan("UNDO"), "1 of R was not taken");
    // DONE gives up that item, and not the order.
    assert_eq!(shop.day("Q7 R DONE")[2], "1 of R was not taken");
    assert!(shop.session.document().is_some());
    let said = shop.day("Q7 R C");
    assert_eq!(
        said[2],
        "1 of C received at B-1 for P-1; 1 of R was not taken"
    );
    shop.day("UNDO");
    assert_eq!(shop.purchase("P-1"), came(&[("C", "0"), ("R", "0")]));

    let said = shop.day("Q7 R REASON gift R X");
    assert_eq!(said[1], asked);
    assert_eq!(said[2], "? scan a reason, or UNDO");
    assert_eq!(said[3], "7 of R received at B-1 for P-1");
    assert_eq!(
        said[4], "1 of R received at B-1 for P-1",
        "the reason holds"
    );
    let asked = "! X is not on the purchase order P-1: scan a reason, or UNDO";
    assert_eq!(said[5], asked, "but not for another item");
    assert_eq!(shop.session.reason(), None);
    shop.scan("sample");
    assert_eq!(
        shop.purchase("P-1"),
        came(&[("C", "0"), ("R", "8"), ("X", "1")])
    );
    // A label is no reason.
    shop.scan("X");
    assert!(!shop.scan("C").contains("of X received"));
    let label = shop.day("X 4006381333931");
    assert!(!label[1].contains("of X received"), "{label:?}");
}

#[test]
fn a_label_names_its_purchase_order() {
    let mut shop = Shop::with_purchase(&["P-1", "P-2"]);
    let bag = |order: &str, number: u8| {
        format!("{BAG}K{order}\u{1d}1PR\u{1d}Q{number}\u{1d}1TL7\u{1e}\u{4}")
    };
    // Before any is chosen it chooses, whatever mode there is.
    assert_eq!(shop.scan(&bag("P-2", 2)), "PO P-2");
    shop.day("B-1");
    assert_eq!(shop.scan(&bag("P-2", 2)), "2 of R received at B-1 for P-2");
    let said = shop.scan(&bag("P-1", 1));
    assert!(said.starts_with("1 of R received at B-1 for P-2"), "{said}");
    shop.day("DONE PO");
    let said = shop.scan(&bag("P-9", 1));
    assert!(said.contains("P-9, which is not open here"), "{said}");
    let lines = shop.fold.lines(&code("R"));
    let batch = lines.iter().find_map(|line| line.key.batch.as_ref());
    assert_eq!(batch, Some(&code("L7")), "its batch goes along");
    // In another mode it is a label like any other.
    let said = shop.day("REMOVE B-1");
    assert_eq!(said[1], "REMOVE at B-1");
    assert_eq!(shop.scan(&bag("P-1", 1)), "1 of R removed from B-1");
}

#[test]
fn a_label_of_another_purchase_order_is_warned_of() {
    let shop = Shop::with_purchase(&["P-1", "P-2"]);
    let chosen = |number: &str| {
        let id = at_entry::find_purchase(&shop.fold, number).unwrap().id;
        let input = Input::Document(Family::Purchase, id);
        Session::default()
            .step(&shop.fold, input, here(1))
            .unwrap()
            .next
    };
    let label = format!("{BAG}KP-1\u{1d}1PR\u{1d}Q2\u{1e}\u{4}");
    let warnings = |session: &Session| {
        let heard = hear(&shop.fold, session, &label, &Setting::of_year(2026));
        heard.unwrap().warnings
    };
    assert!(warnings(&chosen("P-1")).is_empty());
    assert_eq!(
        warnings(&chosen("P-2")),
        ["the label is of the purchase order P-1, not of P-2"]
    );
}

#[test]
fn what_several_documents_are_called_is_asked_about() {
    let mut shop = Shop::with_purchase(&["S-1"]);
    let said = shop.scan("S-1");
    assert_eq!(
        said,
        "! S-1 is an order and a purchase order: scan the mode first, or a printed code"
    );
    assert_eq!(shop.day("PO S-1")[1], "PO S-1");
    assert_eq!(shop.day("ORDER S-1")[1], "ORDER S-1");
    assert!(shop.day("LOT S-1")[1].starts_with("! S-1 is an order and"));
}

#[test]
fn a_lot_is_issued_and_built() {
    let mut shop = Shop::with_lot();
    assert_eq!(shop.scan("L-1"), "LOT L-1");
    assert_eq!(shop.prompt(), "next: 2 of C at A-2");
    assert_eq!(shop.scan("X"), "! X is an item: scan a location first");
    assert_eq!(shop.day("A-2 C")[1], "1 of C issued at A-2 for L-1");
    // What is short is counted, and the lot goes on.
    shop.day("SHORT DONE");
    assert_eq!(shop.prompt(), "next: 4 of R at B-1");
    assert_eq!(shop.day("B-1 Q3 R")[2], "3 of R issued at B-1 for L-1");
    shop.day("SKIP");
    assert_eq!(shop.prompt(), "next: 1 of R at B-1");
    let said = shop.day("A-1 X");
    assert_eq!(said[1], "1 of X built at A-1 for L-1");
    let said = shop.day("B-1 Q2 R");
    assert_eq!(
        said[2],
        "2 of R issued at B-1 for L-1; 1 of R more than the lot takes"
    );
    assert_eq!(
        shop.prompt(),
        "nothing else is on the shelves, 1 of C wanting: DONE"
    );
    assert_eq!(shop.scan("DONE"), "LOT done: scan the next production lot");
    assert_eq!(shop.stock(), ["X 8 @A-1"]);
}

#[test]
fn what_was_not_issued_goes_with_what_is_built() {
    let mut shop = Shop::with_lot();
    shop.day("LOT L-1 A-1 Q2 X");
    assert_eq!(shop.stock(), ["C 1 @A-2", "R 1 @B-1", "X 9 @A-1"]);
    assert_eq!(
        shop.prompt(),
        "all parts are issued: scan what is built, or DONE"
    );
}

#[test]
fn a_build_is_taken_back_with_its_parts() {
    let mut shop = Shop::with_lot();
    let before = shop.stock();
    shop.day("L-1 B-1 R A-1 Q2 X UNDO");
    // The part that was issued before is a transaction of its own.
    assert_eq!(shop.stock(), ["C 3 @A-2", "R 4 @B-1", "X 7 @A-1"]);
    shop.scan("UNDO");
    assert_eq!(shop.stock(), before);
    // A part that was issued after a build is no part of it.
    shop.day("A-1 X B-1 R UNDO");
    assert_eq!(shop.stock(), ["C 2 @A-2", "R 3 @B-1", "X 8 @A-1"]);
    shop.scan("UNDO");
    assert_eq!(shop.stock(), before);
    // Of two builds it is the last one.
    shop.day("A-1 X X UNDO");
    assert_eq!(shop.stock(), ["C 2 @A-2", "R 3 @B-1", "X 8 @A-1"]);
}

impl Shop {
    /// A stocktake of ten of C of the batch B1 and five of B2 at B-1; three without one at A-2.
    fn with_batches() -> Self {
        let mut shop = Self::with_stocktake(false);
        for (batch, number) in [("B1", "10"), ("B2", "5")] {
            let piece = Piece {
                batch: Some(batch.to_owned()),
                ..Piece::of(code("C"), quantity(number))
            };
            shop.plan(|fold| at_entry::add(fold, "B-1", &request(&piece)));
        }
        shop.day("T-1 B-1");
        shop
    }

    /// So many of C by a label that names the batch.
    fn of_batch(&mut self, batch: &str, number: u8) -> String {
        self.scan(&format!(
            "{BAG}1PC\u{1d}Q{number}\u{1d}1T{batch}\u{1e}\u{4}"
        ))
    }

    /// What is there of C, batch by batch.
    fn batches(&self) -> Vec<String> {
        let lines = self.fold.lines(&code("C")).into_iter();
        let lines = lines.filter_map(|line| Some((line.key.batch?, line.on_hand)));
        lines
            .map(|(batch, on_hand)| format!("{batch} {on_hand}"))
            .collect()
    }
}

#[test]
fn which_of_several_batches_it_is_says_the_next_scan() {
    let mut shop = Shop::with_batches();
    shop.day("DONE DONE");
    let asked = "? which batch of C at B-1: B1, B2? Scan it, or UNDO";
    let said = shop.day("REMOVE B-1 Q2 C");
    assert_eq!(said[3], asked);
    assert_eq!(shop.prompt(), "scan its batch, or UNDO");
    // In whatever letters; the quantity is that of the question.
    assert_eq!(shop.scan("b1"), "2 of C removed from B-1");
    assert_eq!(shop.batches(), ["B1 8", "B2 5"]);
    // A label of the item that names it is as good.
    assert_eq!(shop.day("Q3 C")[1], asked);
    assert_eq!(shop.of_batch("B2", 1), "3 of C removed from B-1");
    assert_eq!(shop.batches(), ["B1 8", "B2 2"]);
    // What is no batch there is kept as nothing, and asked on.
    shop.scan("C");
    assert_eq!(shop.scan("B3"), "! B3 is not known");
    assert_eq!(shop.scan("UNDO"), "1 of C was not taken");
    assert_eq!(
        shop.day("C R"),
        [asked, "1 of R removed from B-1; 1 of C was not taken"]
    );
    // What is taken up is asked about before it is put down.
    let said = shop.day("MOVE B-1 C B2 A-1");
    assert_eq!(said[2], asked);
    assert_eq!(said[4], "1 of C moved from B-1 to A-1");
    assert_eq!(shop.batches(), ["B2 1", "B1 8", "B2 1"]);
    // And what is picked.
    let said = shop.day("S-1 B-1 C B1");
    assert_eq!(said[3], "1 of C picked at B-1 for S-1");
}

#[test]
fn stock_without_a_batch_beside_others_is_counted_by_done() {
    let mut shop = Shop::new();
    let piece = Piece {
        batch: Some("B1".to_owned()),
        ..Piece::of(code("C"), quantity("5"))
    };
    shop.plan(|fold| at_entry::add(fold, "A-2", &request(&piece)));
    let said = shop.day("COUNT A-2 C DONE C B1 C B1 DONE");
    let asked = "? which batch of C at A-2: B1? Scan it, or DONE for none";
    assert_eq!([&said[2], &said[4]], [asked; 2]);
    assert_eq!(said[7], "1 of C: 3 so far at A-2");
    assert_eq!(
        shop.stock(),
        ["C 1 @A-2", "C 2 @A-2", "R 5 @B-1", "X 7 @A-1"]
    );
}

#[test]
fn a_second_count_of_a_batch_leaves_the_others_as_they_were_counted() {
    let mut shop = Shop::with_batches();
    shop.of_batch("B1", 9);
    shop.of_batch("B2", 4);
    let asked = "? 9 of C batch B1, 10 expected, 4 of C batch B2, 5 expected at B-1: count again, \
                 or scan it again to take it so";
    assert_eq!(shop.scan("DONE"), asked);
    // Only one of them is counted again.
    shop.of_batch("b1", 8);
    let said = shop.scan("DONE");
    assert!(said.starts_with("8 of C, 4 of C counted at B-1"), "{said}");
    assert_eq!(shop.batches(), ["B1 8", "B2 4"]);

    let mut shop = Shop::with_batches();
    shop.of_batch("B1", 9);
    shop.of_batch("B2", 5);
    shop.day("DONE");
    shop.of_batch("B1", 10);
    let said = shop.scan("DONE");
    assert!(said.starts_with("10 of C, 5 of C counted at B-1"), "{said}");
    assert_eq!(
        shop.counts().len(),
        2,
        "the batch that was right is counted"
    );
    assert_eq!(shop.batches(), ["B1 10", "B2 5"]);
}

#[test]
fn a_second_count_without_a_batch_is_of_the_one_that_is_counted_again() {
    let mut shop = Shop::with_stocktake(false);
    shop.day("T-1 A-2");
    shop.of_batch("-", 2);
    shop.day("DONE Q3 C");
    let said = shop.scan("DONE");
    assert!(said.starts_with("3 of C counted at A-2"), "{said}");
    assert_eq!(shop.counts(), ["C 3 for it: true"]);
}

#[test]
fn a_second_count_that_is_taken_back_was_none() {
    let mut shop = Shop::with_stocktake(false);
    shop.day("T-1 A-1 Q5 X Q2 C");
    let asked = shop.scan("DONE");
    assert!(asked.contains("5 of X, 7 expected"), "{asked}");
    let said = shop.day("X X UNDO UNDO DONE");
    assert!(
        said[4].starts_with("2 of C, 5 of X counted at A-1"),
        "{said:?}"
    );
    // It can be begun anew, and only its own scans count then.
    let mut shop = Shop::with_stocktake(false);
    shop.day("T-1 A-1 Q5 X DONE X UNDO Q6 X DONE");
    assert_eq!(shop.counts(), ["X 6 for it: true"]);
    // What was counted before the question is taken back as well then.
    let mut shop = Shop::with_stocktake(false);
    shop.day("T-1 A-1 X Q4 X DONE X UNDO UNDO DONE");
    assert_eq!(shop.counts(), ["X 1 for it: true"]);
}

#[test]
fn places_are_counted_for_a_stocktake() {
    let mut shop = Shop::with_stocktake(false);
    assert_eq!(shop.scan("T-1"), "STOCKTAKE T-1");
    assert_eq!(shop.prompt(), "next: 7 of X at A-1");
    shop.day("A-1 Q7 X");
    assert_eq!(shop.prompt(), "next: 3 of C at A-2");
    let said = shop.scan("A-2");
    assert_eq!(said, "7 of X counted at A-1; STOCKTAKE at A-2");
    // What differs is counted a second time, and then it stands.
    let said = shop.day("Q2 C DONE");
    assert_eq!(
        said[2],
        "? 2 of C, 3 expected at A-2: count again, or scan it again to take it so"
    );
    let said = shop.day("C C DONE");
    assert_eq!(said[0], "1 of C: 1 so far at A-2", "it begins anew");
    assert_eq!(
        said[2],
        "2 of C counted at A-2; STOCKTAKE: scan the next location, or DONE"
    );
    let said = shop.day("B-1 X B-1 A-1");
    assert_eq!(
        said[2],
        "? 1 of X, 0 expected at B-1: count again, or scan it again to take it so"
    );
    assert_eq!(
        said[3],
        "1 of X counted at B-1; STOCKTAKE at A-1; not counted at B-1: R"
    );
    let said = shop.scan("X");
    assert_eq!(
        said,
        "1 of X: 1 so far at A-1; already counted: 7, counting again"
    );
    shop.day("UNDO DONE");
    assert_eq!(shop.prompt(), "next: 5 of R at B-1");
    assert_eq!(
        shop.counts(),
        ["C 2 for it: true", "X 7 for it: true", "X 1 for it: true"]
    );
    assert_eq!(
        shop.stock(),
        ["C 2 @A-2", "R 5 @B-1", "X 7 @A-1", "X 1 @B-1"],
        "what was not counted is not zero"
    );
}

#[test]
fn whoever_counts_blind_is_told_no_number_of_the_ledger() {
    let mut shop = Shop::with_stocktake(true);
    let mut said = shop.day("STOCKTAKE T-1");
    for text in [
        "A-1", "X", "Q160", "X", "X", "DONE", "UNDO", "A-1", "X", "A-2", "Q9", "C", "B-1", "DONE",
        "DONE",
    ] {
        said.push(shop.prompt());
        said.push(shop.scan(text));
    }
    let told = said.join("\n");
    assert!(said.contains(&"next: X at A-1".to_owned()), "{told}");
    assert!(
        told.contains("? 160 of X? Scan it again to confirm"),
        "{told}"
    );
    assert!(told.contains("9 of C counted at A-2"), "{told}");
    assert!(told.contains("not counted at B-1: R"), "{told}");
    for number in ["7 of", "3 of", "5 of", "expected", "on hand", "most"] {
        assert!(!told.contains(number), "{number} in\n{told}");
    }
    assert_eq!(shop.session.tasks(&shop.fold), []);
}

#[test]
fn who_counts_what_is_respected_and_nobody_is_kept_from_counting() {
    let mut shop = Shop::with_stocktake(false);
    let request = AssignRequest {
        device: "-".to_owned(),
        items: vec!["C".to_owned()],
        again: true,
        ..AssignRequest::default()
    };
    shop.day("STOCKTAKE T-1 A-2 Q3 C DONE");
    shop.plan(|fold| at_entry::assign_stocktake(fold, "T-1", &request));
    let said = shop.day("A-1 Q7 X A-2");
    assert!(
        said[3].ends_with("to be counted again at A-2: C"),
        "{said:?}"
    );
    assert_eq!(shop.prompt(), "count again: 3 of C at A-2");
    // It ends while somebody is counting: what was counted counts.
    shop.plan(|fold| at_entry::close_stocktake(fold, "T-1", &Default::default()));
    shop.day("Q3 C");
    let said = shop.scan("DONE");
    assert!(said.starts_with("3 of C counted at A-2"), "{said}");
    let said = shop.day("DONE T-1");
    assert_eq!(
        said[1],
        "! the stocktake T-1 is closed: nothing can be counted for it"
    );
}

#[test]
fn labels_with_a_batch_and_without_are_one_count_of_the_one_line() {
    let mut shop = Shop::new();
    let piece = Piece {
        batch: Some("B1".to_owned()),
        ..Piece::of(code("C"), quantity("9"))
    };
    shop.plan(|fold| at_entry::add(fold, "B-1", &request(&piece)));
    shop.day("COUNT B-1 C C C");
    let said = shop.of_batch("B1", 2);
    assert_eq!(said, "2 of C: 5 so far at B-1");
    shop.scan("DONE");
    assert_eq!(shop.batches(), ["B1 5"]);
    // The same where the label says that it has none.
    shop.day("A-2 C");
    shop.of_batch("-", 1);
    shop.scan("DONE");
    assert_eq!(
        shop.stock(),
        ["C 2 @A-2", "C 5 @B-1", "R 5 @B-1", "X 7 @A-1"]
    );
}
