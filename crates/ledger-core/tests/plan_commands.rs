//! What commands about bills of materials, lots, purchase orders and stocktakes refuse and write.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry::{
    self, AssignRequest, BomChange, LineRequest, LotChange, Plan, PurchaseChange, Refusal,
    StockRequest, StocktakeRequest,
};
use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::document::Family;
use ledger_core::entry::{Body, Details, ItemMerged};
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_core::{EntryId, Quantity, Timestamp};
use support::rights::{device, genesis};
use support::*;

/// A world that grows by plans, one minute after the other.
struct Shop(World);

impl Shop {
    fn new() -> Self {
        let mut shop = Self(World::default());
        shop.write(genesis(1));
        let items = ["BOARD", "RES", "CAP", "BOX", "WIRE"].map(|item| (Class::Item, item));
        let rest = [
            (Class::Location, "A"),
            (Class::Location, "B"),
            (Class::Customer, "ACME"),
            (Class::Supplier, "MOUSE"),
        ];
        for (class, name) in items.into_iter().chain(rest) {
            shop.write(Body::Set(CatalogueWrite::new(class, code(name))));
        }
        shop
    }

    fn write(&mut self, body: Body) -> EntryId {
        let millis = u64::try_from(self.0.records.len()).unwrap() * MINUTE;
        self.0.write(1, millis, body)
    }

    fn fold(&self) -> Fold {
        self.0.fold()
    }

    /// Writes what a command plans; gives its first entry and its warnings.
    fn take(&mut self, command: impl Fn(&Fold) -> Result<Plan, Refusal>) -> (EntryId, Vec<String>) {
        let plan = command(&self.fold()).unwrap();
        let ids = plan.bodies.into_iter().map(|body| self.write(body));
        let ids: Vec<EntryId> = ids.collect();
        (ids[0], plan.warnings)
    }

    fn bom(&mut self, parent: &str, child: &str, number: i64) {
        self.take(|fold| at_entry::set_bom_line(fold, parent, child, &per_unit(number)));
    }

    /// A lot L-1 of so many boards of four resistors each, lost so many percent.
    fn boards(&mut self, number: i64, attrition: i64) -> EntryId {
        let change = BomChange {
            attrition: Some(units(attrition)),
            ..per_unit(4)
        };
        self.take(|fold| at_entry::set_bom_line(fold, "BOARD", "RES", &change));
        self.plan("L-1", "BOARD", number)
    }

    fn plan(&mut self, number: &str, item: &str, quantity: i64) -> EntryId {
        let change = LotChange::default();
        let (number, quantity) = (Some(number), units(quantity));
        let plan =
            |fold: &Fold| at_entry::plan_lot(fold, device(1), number, item, quantity, &change);
        self.take(plan).0
    }

    fn order(&mut self, number: &str, lines: &[LineRequest]) -> EntryId {
        let change = of_mouse(lines);
        self.take(|fold| at_entry::place_purchase(fold, device(1), Some(number), &change))
            .0
    }

    fn stocktake(&mut self, number: &str) -> EntryId {
        let request = StocktakeRequest::default();
        self.take(|fold| at_entry::open_stocktake(fold, device(1), Some(number), &request))
            .0
    }

    fn build(&mut self, number: i64) -> Vec<String> {
        let request = some("", number);
        self.take(|fold| at_entry::lot_build(fold, "L-1", "B", &request, true))
            .1
    }
}

fn per_unit(number: i64) -> BomChange {
    BomChange {
        per_unit: Some(units(number)),
        ..BomChange::default()
    }
}

fn some(item: &str, number: i64) -> StockRequest {
    StockRequest {
        item: item.to_owned(),
        quantity: units(number),
        ..StockRequest::default()
    }
}

fn with_reason(mut request: StockRequest) -> StockRequest {
    request.particulars.details.reason = Some("bonus".to_owned());
    request
}

fn line(item: &str, number: i64, day: Option<u32>) -> LineRequest {
    LineRequest {
        item: item.to_owned(),
        quantity: units(number),
        day,
    }
}

fn of_mouse(lines: &[LineRequest]) -> PurchaseChange {
    PurchaseChange {
        supplier: Some("MOUSE".to_owned()),
        lines: lines.to_vec(),
        ..PurchaseChange::default()
    }
}

fn lines(lines: &[LineRequest]) -> PurchaseChange {
    PurchaseChange {
        lines: lines.to_vec(),
        ..PurchaseChange::default()
    }
}

#[track_caller]
fn refused(result: Result<Plan, Refusal>, code: &str) -> String {
    let refusal = result.unwrap_err();
    assert_eq!(refusal.code, code, "{refusal}");
    format!("{refusal} {}", refusal.hint.clone().unwrap_or_default())
}

fn hundredths(number: i64) -> Quantity {
    Quantity::from_ten_thousandths(number * 100)
}

#[test]
fn a_line_of_a_bill_of_materials_needs_a_quantity_and_things_that_are_there() {
    let mut shop = Shop::new();
    shop.bom("BOARD", "RES", 4);
    let fold = shop.fold();
    let set = |parent: &str, child: &str, change: &BomChange| {
        at_entry::set_bom_line(&fold, parent, child, change)
    };
    for number in [0, -1] {
        let told = refused(set("BOARD", "CAP", &per_unit(number)), "bad-quantity");
        assert!(told.contains("stock bom remove"), "{told}");
    }
    refused(set("BOART", "CAP", &per_unit(1)), "unknown-item");
    refused(set("BOARD", "CAPP", &per_unit(1)), "unknown-item");
    refused(
        set("BOARD", "CAP", &BomChange::default()),
        "quantity-missing",
    );
    refused(set("BOARD", "RES", &BomChange::default()), "nothing-to-set");
    for percent in [
        hundredths(-1),
        hundredths(10_001),
        Quantity::from_ten_thousandths(1),
    ] {
        let change = BomChange {
            attrition: Some(percent),
            ..per_unit(1)
        };
        refused(set("BOARD", "CAP", &change), "bad-attrition");
    }
    let whole = BomChange {
        attrition: Some(hundredths(10_000)),
        ..per_unit(1)
    };
    assert!(set("BOARD", "CAP", &whole).is_ok());
    let long = BomChange {
        refs: Some("R".repeat(3_000)),
        ..BomChange::default()
    };
    refused(set("BOARD", "RES", &long), "text-too-long");
    refused(
        at_entry::remove_bom_line(&fold, "BOARD", "CAP"),
        "unknown-line",
    );
    shop.write(Body::Set(
        CatalogueWrite::new(Class::Item, code("WIRE")).with(key::ARCHIVED, Value::Bool(true)),
    ));
    let plan = at_entry::set_bom_line(&shop.fold(), "BOARD", "WIRE", &per_unit(1));
    refused(plan, "archived");
    shop.take(|fold| at_entry::remove_bom_line(fold, "BOARD", "RES"));
    assert!(shop.fold().bom(&code("BOARD")).is_empty());
}

#[test]
fn nothing_is_made_of_itself_directly_or_through_three_levels() {
    let mut shop = Shop::new();
    shop.bom("BOX", "BOARD", 1);
    shop.bom("BOARD", "RES", 4);
    shop.bom("RES", "WIRE", 1);
    let fold = shop.fold();
    let set = |parent: &str, child: &str| {
        refused(
            at_entry::set_bom_line(&fold, parent, child, &per_unit(1)),
            "bom-circle",
        )
    };
    assert!(set("BOX", "BOX").contains("BOX of BOX"));
    assert!(set("BOARD", "BOX").contains("BOARD of BOX of BOARD"));
    assert!(set("WIRE", "BOX").contains("WIRE of BOX of BOARD of RES of WIRE"));
    assert!(at_entry::set_bom_line(&fold, "BOX", "WIRE", &per_unit(1)).is_ok());
}

#[test]
fn a_line_that_stands_under_another_code_of_its_items_stays_when_it_is_changed() {
    let mut shop = Shop::new();
    let change = BomChange {
        attrition: Some(units(2)),
        refs: Some("R1".to_owned()),
        ..per_unit(4)
    };
    shop.take(|fold| at_entry::set_bom_line(fold, "BOARD", "RES", &change));
    shop.write(Body::ItemMerged(ItemMerged {
        item: code("BOARD"),
        into: Some(code("BOX")),
        once: None,
    }));
    let refs = BomChange {
        refs: Some("R2".to_owned()),
        ..BomChange::default()
    };
    shop.take(|fold| at_entry::set_bom_line(fold, "BOX", "RES", &refs));
    let bom = shop.fold().bom(&code("BOX"));
    assert_eq!(bom.len(), 1, "{bom:?}");
    assert_eq!((bom[0].per_unit, bom[0].attrition), (units(4), 200));
    assert_eq!(bom[0].refs.as_deref(), Some("R2"));
    shop.take(|fold| at_entry::remove_bom_line(fold, "BOX", "RES"));
    assert!(shop.fold().bom(&code("BOX")).is_empty());
}

#[test]
fn a_line_that_is_taken_away_and_set_anew_begins_afresh() {
    let mut shop = Shop::new();
    let change = BomChange {
        attrition: Some(units(2)),
        refs: Some("R1".to_owned()),
        ..per_unit(4)
    };
    shop.take(|fold| at_entry::set_bom_line(fold, "BOARD", "RES", &change));
    shop.take(|fold| at_entry::remove_bom_line(fold, "BOARD", "RES"));
    shop.bom("BOARD", "RES", 3);
    let bom = shop.fold().bom(&code("BOARD"));
    assert_eq!((bom[0].per_unit, bom[0].attrition), (units(3), 0));
    assert_eq!(bom[0].refs, None);
}

#[test]
fn a_lot_is_planned_of_something_that_can_be_made() {
    let mut shop = Shop::new();
    let lot = shop.boards(10, 0);
    let fold = shop.fold();
    let plan = |number: Option<&str>, item: &str, quantity: i64, change: &LotChange| {
        at_entry::plan_lot(&fold, device(1), number, item, units(quantity), change)
    };
    let plain = LotChange::default();
    refused(plan(None, "BOARD", 0, &plain), "bad-quantity");
    refused(plan(None, "BOARD", -1, &plain), "bad-quantity");
    refused(plan(None, "RES", 1, &plain), "no-bom");
    refused(plan(None, "BOART", 1, &plain), "unknown-item");
    refused(plan(Some("l-1"), "BOARD", 1, &plain), "exists");
    refused(plan(Some("a\tb"), "BOARD", 1, &plain), "bad-code");
    let of = |customer: &str, site: Option<&str>| LotChange {
        customer: Some(Some(customer.to_owned())),
        site: site.map(|site| Some(site.to_owned())),
        ..LotChange::default()
    };
    refused(
        plan(None, "BOARD", 1, &of("BCME", None)),
        "unknown-customer",
    );
    refused(
        plan(None, "BOARD", 1, &of("ACME", Some("X"))),
        "unknown-site",
    );
    let plan = plan(None, "BOARD", 1, &of("ACME", None)).unwrap();
    let (family, number) = (Family::Lot, "L-0101-1");
    let id = shop.write(plan.bodies[0].clone());
    let fold = shop.fold();
    assert_eq!(fold.document_name(id), Some((family, &code(number))));
    assert_eq!(fold.lot(id).unwrap().bom, fold.bom(&code("BOARD")));
    let set = |change: &LotChange| at_entry::set_lot(&fold, "L-1", change);
    refused(set(&plain), "nothing-to-set");
    for number in [0, -1] {
        let change = LotChange {
            quantity: Some(units(number)),
            ..LotChange::default()
        };
        refused(set(&change), "bad-quantity");
    }
    refused(at_entry::set_lot(&fold, "L-9", &plain), "unknown-lot");
    refused(at_entry::adopt_bom(&fold, "L-1"), "nothing-to-adopt");
    assert!(at_entry::find_lot(&fold, &lot.to_string()).is_ok());
    shop.bom("BOARD", "CAP", 1);
    shop.take(|fold| at_entry::adopt_bom(fold, "L-1"));
    assert_eq!(shop.fold().lot(lot).unwrap().bom.len(), 2);
}

#[test]
fn a_thing_that_two_devices_made_of_itself_is_not_planned() {
    let mut shop = Shop::new();
    shop.bom("BOARD", "RES", 4);
    let plan = at_entry::set_bom_line(&Shop::new().fold(), "RES", "BOARD", &per_unit(1)).unwrap();
    shop.write(plan.bodies[0].clone());
    let change = LotChange::default();
    let plan = at_entry::plan_lot(&shop.fold(), device(1), None, "BOARD", units(1), &change);
    refused(plan, "bom-circle");
}

#[test]
fn a_closed_lot_takes_back_parts_and_nothing_else() {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 100));
    let lot = shop.boards(10, 0);
    let issue = some("RES", 24);
    shop.take(|fold| at_entry::lot_issue(fold, "L-1", "A", &issue));
    assert!(shop.build(5).is_empty());
    let details = Details::default();
    let (_, warnings) = shop.take(|fold| at_entry::lot_close(fold, "L-1", &details));
    assert!(warnings[0].contains("5 of BOARD"), "{warnings:?}");
    assert!(warnings[1].contains("4 of RES"), "{warnings:?}");
    let fold = shop.fold();
    let plain = LotChange::default();
    refused(at_entry::set_lot(&fold, "L-1", &plain), "lot-ended");
    refused(at_entry::adopt_bom(&fold, "L-1"), "lot-ended");
    refused(
        at_entry::lot_issue(&fold, "L-1", "A", &some("RES", 1)),
        "lot-ended",
    );
    refused(
        at_entry::lot_build(&fold, "L-1", "B", &some("", 1), true),
        "lot-ended",
    );
    refused(at_entry::lot_close(&fold, "L-1", &details), "lot-ended");
    let back = |number: i64| {
        let request = some("RES", number);
        move |fold: &Fold| at_entry::lot_return(fold, "L-1", "A", &request)
    };
    refused(back(25)(&fold), "above-issued");
    shop.take(back(4));
    let fold = shop.fold();
    assert_eq!(
        fold.lot(lot).unwrap().issued[&code("RES")].to_string(),
        "20"
    );
    assert_eq!(on_hand(&fold, "RES", "A"), "80");
    assert!(exceptions(&fold).is_empty(), "{:?}", fold.exceptions());
}

#[test]
fn what_a_lot_builds_is_not_issued_to_it() {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 100));
    shop.write(add("CAP", "A", 100));
    shop.boards(10, 0);
    shop.build(5);
    let fold = shop.fold();
    let plan = at_entry::lot_issue(&fold, "L-1", "B", &some("BOARD", 1));
    assert!(refused(plan, "builds-it").contains("stock undo"));
    refused(
        at_entry::lot_return(&fold, "L-1", "B", &some("BOARD", 1)),
        "above-issued",
    );
    let plan = at_entry::lot_issue(&fold, "L-1", "A", &some("CAP", 1)).unwrap();
    assert!(plan.warnings[0].contains("not on the bill of materials"));
}

#[test]
fn a_negative_quantity_names_the_command_of_the_other_way() {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 100));
    shop.boards(10, 0);
    let issued = some("RES", 10);
    shop.take(|fold| at_entry::lot_issue(fold, "L-1", "A", &issued));
    let (fold, less) = (shop.fold(), some("RES", -3));
    let back = at_entry::lot_return(&fold, "L-1", "A", &less);
    let told = refused(back, "negative-quantity");
    assert!(
        told.starts_with("lot return ") && told.contains("stock lot issue"),
        "{told}"
    );
    let more = at_entry::lot_issue(&fold, "L-1", "A", &less);
    let told = refused(more, "negative-quantity");
    assert!(
        told.starts_with("lot issue ") && told.contains("stock lot return"),
        "{told}"
    );
}

#[test]
fn what_was_before_the_last_count_is_said_to_be_in_the_total_already() {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 100));
    shop.boards(10, 0);
    shop.order("P-1", &[line("RES", 10, None)]);
    let order = shop.write(opened("S-1", OrderType::Sales));
    shop.write(line_set(order, "RES", 5));
    shop.write(counted("RES", "A", 100));
    shop.write(counted("BOARD", "B", 1));
    let early = |mut request: StockRequest| {
        request.particulars.said = Some(Timestamp::from_millis(MINUTE));
        request
    };
    let warned = |plan: Result<Plan, Refusal>| {
        let warnings = plan.unwrap().warnings.into_iter();
        let seen = warnings.filter(|said| said.contains("was counted after that time"));
        seen.count()
    };
    let (fold, some_now) = (shop.fold(), some("RES", 4));
    let res = early(some("RES", 4));
    assert_eq!(warned(at_entry::order_pick(&fold, "S-1", "A", &res)), 1);
    assert_eq!(
        warned(at_entry::order_pick(&fold, "S-1", "A", &some_now)),
        0
    );
    assert_eq!(warned(at_entry::receive(&fold, "P-1", "A", &res)), 1);
    assert_eq!(warned(at_entry::lot_issue(&fold, "L-1", "A", &res)), 1);
    let built = at_entry::lot_build(&fold, "L-1", "B", &early(some("", 1)), true);
    assert_eq!(warned(built), 2, "the units, and their parts");
    shop.take(|fold| at_entry::lot_issue(fold, "L-1", "A", &res));
    assert_eq!(
        warned(at_entry::lot_return(&shop.fold(), "L-1", "A", &res)),
        1
    );
}

/// What 100 boards at 1 % take, built in these portions.
fn taken(portions: &[i64]) -> String {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 1_000));
    let lot = shop.boards(100, 1);
    for number in portions {
        assert!(shop.build(*number).is_empty());
    }
    let fold = shop.fold();
    let lot = fold.lot(lot).unwrap();
    assert_eq!(lot.built.to_string(), "100");
    assert_eq!(lot.left().to_string(), "0");
    lot.issued[&code("RES")].to_string()
}

#[test]
fn what_is_lost_while_building_is_the_same_however_the_builds_are_split() {
    assert_eq!(taken(&[100]), "404");
    assert_eq!(taken(&[50, 50]), "404");
    assert_eq!(taken(&[1; 100]), "404");
    assert_eq!(taken(&[33, 33, 33, 1]), "404");
}

#[test]
fn a_build_takes_what_was_not_issued_ahead_and_never_below_nothing() {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 30));
    shop.write(add("RES", "B", 20));
    let lot = shop.boards(20, 0);
    let ahead = some("RES", 10);
    shop.take(|fold| at_entry::lot_issue(fold, "L-1", "A", &ahead));
    // Two boards are covered by what was issued ahead; the third takes two more.
    assert!(shop.build(2).is_empty());
    assert_eq!(on_hand(&shop.fold(), "RES", "A"), "20");
    assert!(shop.build(1).is_empty());
    assert_eq!(on_hand(&shop.fold(), "RES", "A"), "18");
    // 40 are needed and 38 are there.
    let warnings = shop.build(10);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("2 of RES"), "{warnings:?}");
    let fold = shop.fold();
    assert_eq!(
        (on_hand(&fold, "RES", "A"), on_hand(&fold, "RES", "B")),
        ("0".into(), "0".into())
    );
    assert_eq!(on_hand(&fold, "BOARD", "B"), "13");
    assert_eq!(
        fold.lot(lot).unwrap().issued[&code("RES")].to_string(),
        "50"
    );
    assert!(exceptions(&fold).is_empty(), "nothing is below zero");
    let warnings = shop.build(10);
    assert!(
        warnings
            .iter()
            .any(|it| it.contains("is for 20, and 23 are built")),
        "{warnings:?}"
    );
    let fold = shop.fold();
    for number in [0, -1] {
        let told = at_entry::lot_build(&fold, "L-1", "B", &some("", number), true);
        assert!(refused(told, "bad-quantity").contains("stock undo"));
    }
    refused(
        at_entry::lot_build(&fold, "L-1", "X", &some("", 1), true),
        "unknown-location",
    );
}

#[test]
fn a_customer_s_lot_builds_their_boards_of_their_parts_first() {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 30));
    let mut theirs = add("RES", "A", 5);
    if let Body::Moved(moved) = &mut theirs {
        moved.to.as_mut().unwrap().owner = Some(code("ACME"));
    }
    shop.write(theirs);
    shop.boards(10, 0);
    let change = LotChange {
        customer: Some(Some("ACME".to_owned())),
        ..LotChange::default()
    };
    shop.take(|fold| at_entry::set_lot(fold, "L-1", &change));
    shop.build(2);
    let fold = shop.fold();
    let of = |item: &str| {
        let lines = fold.lines(&code(item)).into_iter();
        let lines = lines.map(|line| {
            let owner = line
                .key
                .owner
                .map_or_else(|| "us".to_owned(), |it| it.to_string());
            format!("{owner} {}", line.on_hand)
        });
        let mut lines: Vec<String> = lines.collect();
        lines.sort();
        lines
    };
    assert_eq!(of("RES"), ["ACME 0", "us 27"]);
    assert_eq!(of("BOARD"), ["ACME 2"]);
    // Without backflush nothing is taken.
    let plan = at_entry::lot_build(&fold, "L-1", "B", &some("", 1), false).unwrap();
    assert_eq!(plan.bodies.len(), 1);
}

#[test]
fn a_purchase_order_has_a_supplier_and_lines() {
    let mut shop = Shop::new();
    shop.order("P-1", &[line("RES", 10, Some(10))]);
    let fold = shop.fold();
    let place = |number: Option<&str>, change: &PurchaseChange| {
        at_entry::place_purchase(&fold, device(1), number, change)
    };
    refused(
        place(None, &lines(&[line("RES", 1, None)])),
        "supplier-missing",
    );
    refused(place(None, &of_mouse(&[])), "nothing-ordered");
    for number in [0, -1] {
        refused(
            place(None, &of_mouse(&[line("RES", number, None)])),
            "bad-quantity",
        );
    }
    let most = LineRequest {
        quantity: Quantity::from_ten_thousandths(i64::MAX),
        ..line("RES", 1, None)
    };
    assert!(place(None, &of_mouse(&[most])).is_ok_and(|plan| plan.bodies.len() == 1));
    refused(
        place(None, &of_mouse(&[line("RESS", 1, None)])),
        "unknown-item",
    );
    let twice = [line("RES", 1, Some(10)), line("res", 2, Some(10))];
    refused(place(None, &of_mouse(&twice)), "line-twice");
    let days = [line("RES", 1, Some(10)), line("RES", 2, Some(11))];
    assert!(place(None, &of_mouse(&days)).is_ok());
    refused(place(Some("p-1"), &of_mouse(&days)), "exists");
    let mut unknown = of_mouse(&days);
    unknown.supplier = Some("MOUSSE".to_owned());
    assert!(refused(place(None, &unknown), "unknown-supplier").contains("MOUSE"));
    let set = |change: &PurchaseChange| at_entry::set_purchase(&fold, "P-1", change);
    refused(set(&PurchaseChange::default()), "nothing-to-set");
    refused(set(&lines(&[line("RES", -1, Some(10))])), "bad-quantity");
    refused(set(&lines(&[line("RES", 0, Some(11))])), "unknown-line");
    refused(set(&lines(&[line("CAP", 0, None)])), "unknown-line");
    refused(
        at_entry::set_purchase(&fold, "P-9", &of_mouse(&days)),
        "unknown-purchase-order",
    );
    let more = lines(&[line("RES", 0, Some(10)), line("CAP", 3, None)]);
    shop.take(|fold| at_entry::set_purchase(fold, "P-1", &more));
    let fold = shop.fold();
    assert_eq!(fold.on_order(&code("RES")).to_string(), "0");
    assert_eq!(fold.on_order(&code("CAP")).to_string(), "3");
}

#[test]
fn more_than_was_ordered_is_received_with_a_reason() {
    let mut shop = Shop::new();
    let order = shop.order("P-1", &[line("RES", 10, Some(10))]);
    let receive =
        |request: StockRequest| move |fold: &Fold| at_entry::receive(fold, "P-1", "A", &request);
    let fold = shop.fold();
    let told = refused(receive(some("RES", 11))(&fold), "above-ordered");
    assert!(told.contains("--reason"), "{told}");
    refused(receive(some("CAP", 1))(&fold), "not-ordered");
    refused(receive(some("RESS", 1))(&fold), "unknown-item");
    refused(receive(some("RES", -1))(&fold), "negative-quantity");
    refused(receive(some("RES", 0))(&fold), "zero-quantity");
    assert!(shop.take(receive(some("RES", 8))).1.is_empty());
    refused(receive(some("RES", 3))(&shop.fold()), "above-ordered");
    let (_, warnings) = shop.take(receive(with_reason(some("RES", 3))));
    assert!(warnings[0].contains("1 of RES"), "{warnings:?}");
    shop.take(receive(with_reason(some("CAP", 1))));
    let fold = shop.fold();
    assert_eq!(on_hand(&fold, "RES", "A"), "11");
    assert!(exceptions(&fold).is_empty(), "somebody said why");
    let lines = fold.purchase(order).unwrap().lines;
    assert_eq!(lines[1].received.to_string(), "11");
    let details = Details::default();
    shop.take(|fold| at_entry::close_purchase(fold, "P-1", &details));
    let fold = shop.fold();
    refused(receive(some("RES", 1))(&fold), "purchase-order-ended");
    refused(
        receive(with_reason(some("RES", 1)))(&fold),
        "purchase-order-ended",
    );
    refused(
        at_entry::close_purchase(&fold, "P-1", &details),
        "purchase-order-ended",
    );
    let more = of_mouse(&[]);
    refused(
        at_entry::set_purchase(&fold, "P-1", &more),
        "purchase-order-ended",
    );
}

#[test]
fn a_stocktake_names_what_is_there() {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 10));
    shop.stocktake("T-1");
    let fold = shop.fold();
    let open = |number: Option<&str>, request: &StocktakeRequest| {
        at_entry::open_stocktake(&fold, device(1), number, request)
    };
    let items = |item: &str| StocktakeRequest {
        items: vec![item.to_owned()],
        ..StocktakeRequest::default()
    };
    let locations = StocktakeRequest {
        locations: vec!["X".to_owned()],
        ..StocktakeRequest::default()
    };
    refused(open(None, &items("RESS")), "unknown-item");
    refused(open(None, &locations), "unknown-location");
    refused(open(Some("t-1"), &items("RES")), "exists");
    let assign = |stocktake: &str, request: &AssignRequest| {
        at_entry::assign_stocktake(&fold, stocktake, request)
    };
    let to = |device: &str| AssignRequest {
        device: device.to_owned(),
        ..AssignRequest::default()
    };
    assert!(refused(assign("T-1", &to("device 7")), "unknown-device").contains("device 1"));
    refused(assign("T-9", &to("-")), "unknown-stocktake");
    for name in ["-", "device 1", "DEVICE 1", &device(1).to_string()] {
        assert!(assign("T-1", &to(name)).is_ok(), "{name}");
    }
    let recount = |item: &str, at: Option<&str>| at_entry::recount(&fold, "T-1", item, at);
    refused(recount("CAP", None), "unknown-stocktake-line");
    refused(recount("RES", Some("B")), "unknown-stocktake-line");
    assert!(recount("RES", Some("A")).is_ok());
}

#[test]
fn what_was_counted_is_approved_and_the_rest_is_none() {
    let mut shop = Shop::new();
    shop.write(add("RES", "A", 10));
    shop.write(add("CAP", "A", 10));
    let take = shop.stocktake("T-1");
    let approve = |item: Option<&'static str>| {
        move |fold: &Fold| at_entry::approve_stocktake(fold, "T-1", item, None, None)
    };
    let told = refused(approve(None)(&shop.fold()), "nothing-to-approve");
    assert!(told.contains("nothing was counted"), "{told}");
    let request = some("RES", 8);
    shop.take(|fold| at_entry::count_for(fold, "T-1", "A", &request));
    refused(approve(Some("CAP"))(&shop.fold()), "nothing-to-approve");
    refused(
        approve(Some("WIRE"))(&shop.fold()),
        "unknown-stocktake-line",
    );
    let (_, warnings) = shop.take(approve(None));
    assert!(
        warnings[0].starts_with("1 lines are not counted"),
        "{warnings:?}"
    );
    let told = refused(approve(None)(&shop.fold()), "nothing-to-approve");
    assert!(told.contains("waits to be approved"), "{told}");
    let rest = |fold: &Fold| at_entry::count_rest_as_none(fold, "T-1", None, None);
    shop.take(rest);
    let fold = shop.fold();
    assert_eq!(on_hand(&fold, "CAP", "A"), "0");
    refused(rest(&fold), "nothing-to-count");
    // What is asked for again is not approved as it was.
    shop.take(|fold| at_entry::recount(fold, "T-1", "CAP", None));
    refused(approve(None)(&shop.fold()), "nothing-to-approve");
    let details = Details::default();
    let (_, warnings) = shop.take(|fold| at_entry::close_stocktake(fold, "T-1", &details));
    assert!(
        warnings[0].starts_with("1 lines were not counted"),
        "{warnings:?}"
    );
    let fold = shop.fold();
    refused(approve(None)(&fold), "stocktake-ended");
    refused(rest(&fold), "stocktake-ended");
    refused(
        at_entry::recount(&fold, "T-1", "CAP", None),
        "stocktake-ended",
    );
    refused(
        at_entry::close_stocktake(&fold, "T-1", &details),
        "stocktake-ended",
    );
    refused(
        at_entry::count_for(&fold, "T-1", "A", &some("RES", 8)),
        "stocktake-ended",
    );
    assert!(exceptions(&fold).is_empty());
    assert_eq!(
        fold.stocktake_lines(&fold.stocktake(take).unwrap()).len(),
        2
    );
}

#[test]
fn a_number_that_two_have_is_named_by_its_entry() {
    let mut shop = Shop::new();
    shop.boards(10, 0);
    let body = shop.0.records.last().unwrap().content.clone();
    let ledger_core::entry::Content::Known(entry) = body else {
        panic!("it was written");
    };
    let second = shop.write(entry.body);
    let fold = shop.fold();
    let plain = LotChange {
        title: Some("a second one".to_owned()),
        ..LotChange::default()
    };
    let told = refused(at_entry::set_lot(&fold, "L-1", &plain), "ambiguous-lot");
    assert!(told.contains(&second.to_string()), "{told}");
    assert!(at_entry::set_lot(&fold, &second.to_string(), &plain).is_ok());
    // A lot's entry is no stocktake.
    let plan = at_entry::recount(&fold, &second.to_string(), "RES", None);
    refused(plan, "unknown-stocktake");
}
