//! Imports and what is left of them, on a server in memory.

use std::sync::Arc;

use chrono_tz::Tz;
use ledger_core::at_entry::{
    About, ItemChange, LotChange, OrderChange, Plan, add_item, set_item, settings,
};
use ledger_core::catalogue::ItemKind;
use ledger_core::entry::Details;
use ledger_core::fold::ItemMatch;
use ledger_core::order::OrderType;
use ledger_node::{Actor, Node, NodeKind, SystemClock, Written, file_key};

use super::*;
use crate::{Csv, Kind, Outcome, Pass, Source, fresh_key};

struct Shop(Node);

impl Shop {
    fn open() -> Self {
        let node = Node::in_memory(NodeKind::Server, "central", Arc::new(SystemClock)).unwrap();
        Self(node)
    }

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    fn write(&self, plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>) {
        self.0.write(&Actor::default(), plan).unwrap();
    }

    fn write_bodies(&self, bodies: Vec<Body>) -> Written {
        if bodies.is_empty() {
            return Written::default();
        }
        let about = About::of(&bodies[0]).unwrap();
        let plan = Plan {
            bodies,
            warnings: Vec::new(),
            about,
        };
        self.0.write(&Actor::default(), |_| Ok(plan)).unwrap()
    }

    fn source(&self, kind: Kind, text: &str) -> Source {
        let file = file_key(text.as_bytes());
        Source {
            kind,
            key: self.0.read(|fold| fresh_key(fold, file, 100)),
            zone: Tz::UTC,
            device: self.0.device(),
        }
    }

    /// The lines of a file that cannot be taken, and why.
    fn refused(&self, kind: Kind, text: &str) -> Vec<(u64, &'static str)> {
        let csv = Csv::read(kind, text.as_bytes()).unwrap();
        let mut pass = Pass::new(&csv, &self.source(kind, text)).unwrap();
        let (mut refused, mut bodies) = (Vec::new(), Vec::new());
        self.0.read(|fold| {
            while let Some(row) = pass.next(fold, &mut bodies).unwrap() {
                refused.extend(row.outcome.err().map(|refusal| (row.line, refusal.code)));
            }
        });
        refused
    }

    /// Imports a file without its bad rows.
    fn import(&self, kind: Kind, text: &str) -> (Vec<Outcome>, Undo) {
        let csv = Csv::read(kind, text.as_bytes()).unwrap();
        let source = self.source(kind, text);
        let mut pass = Pass::new(&csv, &source).unwrap();
        let (mut outcomes, mut bodies) = (Vec::new(), Vec::new());
        let mut undo = Undo::default();
        self.0.read(|fold| {
            while let Some(row) = pass.next(fold, &mut bodies).unwrap() {
                outcomes.extend(row.outcome);
            }
            undo.note(fold, &bodies);
        });
        let written = self.write_bodies(bodies);
        if kind.is_transactions() {
            undo = Undo::of_transactions(&written.entries);
        }
        (outcomes, undo)
    }

    fn undo(&self, undo: &Undo) -> Taken {
        let mut taken = Taken::default();
        loop {
            let plan = self.0.read(|fold| undo.plan(fold, &mut taken, 2).unwrap());
            let Some(plan) = plan else {
                return taken;
            };
            self.write(|_| Ok(plan));
        }
    }

    fn name(&self, sku: &str) -> String {
        self.0.read(|fold| fold.item(&Self::code(sku)).name)
    }

    fn add_supplier(&self, code: &str) {
        let supplier = Self::code(code);
        self.write(|_| at_entry::set_partner(Class::Supplier, &supplier, Some(code)));
    }

    fn on_order(&self, sku: &str) -> String {
        self.0
            .read(|fold| fold.on_order(&Self::code(sku)).to_string())
    }

    fn is_archived(&self, class: Class, code: &str) -> bool {
        let code = Self::code(code);
        self.0
            .read(|fold| fold.field(class, &code, key::ARCHIVED).is_true())
    }

    fn on_hand(&self, sku: &str) -> String {
        let stock = self.0.read(|fold| fold.stock_of(&Self::code(sku)));
        let mut lines: Vec<String> = stock.values().map(ToString::to_string).collect();
        lines.sort();
        lines.join(" ")
    }
}

fn whats(taken: &Taken) -> Vec<(&str, Why)> {
    taken
        .left
        .iter()
        .map(|left| (left.what.as_str(), left.why))
        .collect()
}

#[test]
fn new_items_are_archived_and_changed_ones_get_their_values_back() {
    let shop = Shop::open();
    let change = ItemChange {
        name: Some("Resistor".to_owned()),
        kind: Some(ItemKind::Pcba),
        ..ItemChange::default()
    };
    shop.write(|fold| add_item(fold, "R-1", &change));
    let file = "sku,name,kind,threshold,barcodes\nR-1,Other,part,5,111=10\nR-2,New,,,222\n";
    let (outcomes, undo) = shop.import(Kind::Items, file);
    assert_eq!(outcomes, [Outcome::Changed, Outcome::New]);
    assert_eq!(shop.name("R-1"), "Other");
    let (outcomes, _) = shop.import(Kind::Items, file);
    assert_eq!(outcomes, [Outcome::Already, Outcome::Already]);

    let taken = shop.undo(&undo);
    assert_eq!((whats(&taken), taken.undone), (vec![], 4));
    let item = shop.0.read(|fold| fold.item(&Shop::code("R-1")));
    assert_eq!(
        (item.name.as_str(), item.kind),
        ("Resistor", ItemKind::Pcba)
    );
    assert_eq!((item.threshold, item.barcodes.len()), (None, 0));
    assert!(shop.is_archived(Class::Item, "R-2") && !shop.is_archived(Class::Item, "R-1"));
    assert_eq!(shop.0.read(|fold| fold.find_item("222")), ItemMatch::None);
    // A second undo finds nothing to do.
    let again = shop.undo(&undo);
    assert_eq!(again.undone, 0, "{again:?}");
}

#[test]
fn what_was_changed_since_or_is_in_use_is_left_and_said() {
    let shop = Shop::open();
    shop.import(Kind::Locations, "number\nA-01\n");
    shop.import(Kind::Items, "sku,name\nR-1,First\n");
    let file = "sku,name,unit\nR-1,Second,m\nR-2,New,\nR-3,Also new,\n";
    let (_, undo) = shop.import(Kind::Items, file);
    let name = |name: &str| ItemChange {
        name: Some(name.to_owned()),
        ..ItemChange::default()
    };
    shop.write(|fold| set_item(fold, "R-1", &name("Third"), false));
    shop.write(|fold| set_item(fold, "R-3", &name("Mine"), false));
    shop.import(Kind::Stock, "item,location,quantity\nR-2,A-01,4\n");
    let taken = shop.undo(&undo);
    let expected = [
        ("R-3", Why::Changed),
        ("R-2", Why::InUse),
        ("R-1", Why::Changed),
    ];
    assert_eq!(whats(&taken), expected);
    assert_eq!(shop.name("R-1"), "Third");
    let unit = shop.0.read(|fold| fold.item(&Shop::code("R-1")).unit);
    assert_eq!(unit, "pcs", "what nobody else changed is back");
}

#[test]
fn stock_is_undone_by_reversals_and_the_file_can_come_again() {
    let shop = Shop::open();
    shop.import(Kind::Locations, "number,site\nA-01,MAIN\nA-02,MAIN\n");
    shop.import(Kind::Items, "sku\nR-1\n");
    let moves = "item,quantity,from,to\nR-1,5,,A-01\nR-1,2,A-01,A-02\nR-1,1,A-01,\n";
    let (outcomes, undo) = shop.import(Kind::Movements, moves);
    assert_eq!(outcomes, [Outcome::Moved; 3]);
    assert_eq!(shop.on_hand("R-1"), "2 2");
    assert_eq!(shop.import(Kind::Movements, moves).0, [Outcome::Already; 3]);
    let taken = shop.undo(&undo);
    assert_eq!((taken.undone, shop.on_hand("R-1").as_str()), (3, ""));
    let (outcomes, undo) = shop.import(Kind::Movements, moves);
    assert_eq!(outcomes, [Outcome::Moved; 3], "it was undone");
    assert_eq!(shop.on_hand("R-1"), "2 2");

    // Whoever counted since has seen what was moved.
    shop.import(Kind::Stock, "item,location,quantity\nR-1,A-01,7\n");
    let taken = shop.undo(&undo);
    assert_eq!((taken.undone, taken.before_count), (3, 2));
    assert_eq!(shop.on_hand("R-1"), "7");
    let again = shop.undo(&undo);
    assert_eq!(whats(&again), [("R-1", Why::Undone); 3]);
}

#[test]
fn a_site_that_was_made_on_the_way_goes_with_its_locations() {
    let shop = Shop::open();
    let (_, undo) = shop.import(Kind::Locations, "number,site\nA-01,NEW\nA-02,NEW\n");
    shop.undo(&undo);
    assert!(shop.is_archived(Class::Location, "A-01"));
    assert!(shop.is_archived(Class::Site, "NEW"));

    let (_, undo) = shop.import(Kind::Locations, "number,site\nB-01,SOUTH\n");
    shop.import(Kind::Locations, "number,site\nB-02,SOUTH\n");
    let taken = shop.undo(&undo);
    assert_eq!(whats(&taken), [("SOUTH", Why::InUse)]);
    assert!(shop.is_archived(Class::Location, "B-01"));
}

#[test]
fn a_bill_of_materials_is_again_as_it_was() {
    let shop = Shop::open();
    shop.import(Kind::Items, "sku\nBOARD\nR-1\nR-2\nR-3\n");
    shop.import(
        Kind::Bom,
        "parent,child,quantity,refs\nBOARD,R-1,2,R7\nBOARD,R-2,4,\n",
    );
    let file = "parent,child,quantity,refs\nBOARD,R-1,3,R8\nBOARD,R-2,0,\nBOARD,R-3,1,\n";
    let (outcomes, undo) = shop.import(Kind::Bom, file);
    assert_eq!(outcomes, [Outcome::Changed, Outcome::Removed, Outcome::New]);
    let taken = shop.undo(&undo);
    assert_eq!(whats(&taken), []);
    let lines = shop.0.read(|fold| fold.bom(&Shop::code("BOARD")));
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            format!(
                "{}:{}:{}",
                line.item,
                line.per_unit,
                line.refs.as_deref().unwrap_or("")
            )
        })
        .collect();
    assert_eq!(lines, ["R-1:2:R7", "R-2:4:"]);
}

#[test]
fn what_an_undo_archived_is_in_use_again_when_its_file_comes_again() {
    let shop = Shop::open();
    let file = "sku,name\nR-1,Resistor\n";
    let (_, undo) = shop.import(Kind::Items, file);
    shop.undo(&undo);
    assert!(shop.is_archived(Class::Item, "R-1"));
    let (outcomes, undo) = shop.import(Kind::Items, file);
    assert_eq!(outcomes, [Outcome::Changed]);
    assert!(!shop.is_archived(Class::Item, "R-1"));
    shop.undo(&undo);
    assert!(shop.is_archived(Class::Item, "R-1"));
}

#[test]
fn a_new_item_that_stays_keeps_its_barcode() {
    let shop = Shop::open();
    shop.import(Kind::Locations, "number\nA-01\n");
    let (_, undo) = shop.import(Kind::Items, "sku,barcodes\nNEW-7,111\nNEW-8,222\n");
    shop.import(Kind::Stock, "item,location,quantity\nNEW-7,A-01,3\n");
    let taken = shop.undo(&undo);
    assert_eq!(whats(&taken), [("NEW-7", Why::InUse)]);
    let found = |code: &str| shop.0.read(|fold| fold.find_item(code));
    assert_ne!(found("111"), ItemMatch::None);
    assert_eq!(found("222"), ItemMatch::None);
    assert!(shop.is_archived(Class::Item, "NEW-8") && !shop.is_archived(Class::Item, "NEW-7"));
}

#[test]
fn an_order_has_no_row_of_another_supplier() {
    let shop = Shop::open();
    shop.import(Kind::Items, "sku\nR-1\nR-2\n");
    shop.add_supplier("ACME");
    shop.add_supplier("BETA");
    let file = "number,supplier,item,quantity\nP-1,ACME,R-1,10\nP-1,BETA,R-2,5\n";
    let (outcomes, _) = shop.import(Kind::PurchaseOrders, file);
    assert_eq!(outcomes, [Outcome::Ordered]);
    assert_eq!(
        (&*shop.on_order("R-1"), &*shop.on_order("R-2")),
        ("10", "0")
    );
}

#[test]
fn a_row_of_an_archived_item_stops_none_of_the_others_of_its_order() {
    let shop = Shop::open();
    shop.import(Kind::Items, "sku\nOLD\nR-1\n");
    shop.add_supplier("ACME");
    shop.write(|fold| at_entry::archive(fold, Class::Item, "OLD", true));
    let file = "number,supplier,item,quantity\nP-1,ACME,OLD,3\nP-1,ACME,R-1,10\n";
    assert_eq!(shop.refused(Kind::PurchaseOrders, file), [(2, "archived")]);
    let (outcomes, _) = shop.import(Kind::PurchaseOrders, file);
    assert_eq!(outcomes, [Outcome::Ordered]);
    assert_eq!(
        (&*shop.on_order("R-1"), &*shop.on_order("OLD")),
        ("10", "0")
    );
    // What was archived since does not make a known file a bad one.
    shop.write(|fold| at_entry::archive(fold, Class::Item, "R-1", true));
    let (outcomes, _) = shop.import(Kind::PurchaseOrders, file);
    assert_eq!(outcomes, [Outcome::Already; 2]);
}

#[test]
fn a_circle_that_only_holds_until_the_file_is_in_is_told_apart() {
    let shop = Shop::open();
    shop.import(Kind::Items, "sku\nA\nB\nC\n");
    shop.import(Kind::Bom, "parent,child,quantity\nA,B,1\n");
    let removes = "parent,child,quantity\nA,B,0\nB,A,1\n";
    assert_eq!(
        shop.refused(Kind::Bom, removes),
        [(3, "bom-removals-first")]
    );
    // Another way leads there too.
    let keeps = "parent,child,quantity\nA,B,0\nA,C,1\nC,B,1\nB,A,1\n";
    assert_eq!(shop.refused(Kind::Bom, keeps), [(5, "bom-circle")]);
    shop.import(Kind::Bom, "parent,child,quantity\nA,B,0\n");
    assert_eq!(
        shop.refused(Kind::Bom, "parent,child,quantity\nB,A,1\n"),
        []
    );
}

#[test]
fn a_movement_bears_its_reason_as_the_setting_lists_it() {
    let shop = Shop::open();
    shop.import(Kind::Locations, "number\nA-01\n");
    shop.import(Kind::Items, "sku\nR-1\n");
    shop.write(|_| settings::set("reasons", "Broken, Lost"));
    let file = "item,quantity,from,reason\nR-1,1,A-01,broken\n";
    let (_, undo) = shop.import(Kind::Movements, file);
    let [Step::Transaction(id)] = undo.steps.as_slice() else {
        panic!("{undo:?}");
    };
    let entry = shop.0.entry(*id).unwrap().unwrap();
    let said = entry.body.particulars().unwrap();
    assert_eq!(said.details.reason.as_deref(), Some("Broken"));
    assert!(said.once.is_some());
}

#[test]
fn customers_that_are_waited_for_and_usual_locations_stay() {
    let shop = Shop::open();
    let (_, customers) = shop.import(Kind::Customers, "code\nACME\nBETA\nGAMMA\n");
    let (_, locations) = shop.import(Kind::Locations, "number\nA-01\nA-02\n");
    shop.import(Kind::Items, "sku,location\nR-1,A-01\nBOARD,\n");
    shop.import(Kind::Bom, "parent,child,quantity\nBOARD,R-1,1\n");
    let device = shop.0.device();
    let order = OrderChange {
        customer: Some(Some("ACME".to_owned())),
        ..OrderChange::default()
    };
    let lot = LotChange {
        customer: Some(Some("BETA".to_owned())),
        ..LotChange::default()
    };
    shop.write(|fold| at_entry::open_order(fold, device, Some("S-1"), OrderType::Sales, &order));
    shop.write(|fold| at_entry::plan_lot(fold, device, Some("L-1"), "BOARD", Quantity::ONE, &lot));
    let taken = shop.undo(&customers);
    assert_eq!(whats(&taken), [("BETA", Why::InUse), ("ACME", Why::InUse)]);
    assert!(shop.is_archived(Class::Customer, "GAMMA"));
    let taken = shop.undo(&locations);
    assert_eq!(whats(&taken), [("A-01", Why::InUse)]);
    assert!(shop.is_archived(Class::Location, "A-02"));

    // What has ended waits for nobody.
    shop.write(|fold| at_entry::order_cancel(fold, "S-1", &Details::default()));
    let taken = shop.undo(&customers);
    assert_eq!(
        whats(&taken),
        [("GAMMA", Why::Undone), ("BETA", Why::InUse)]
    );
    assert!(shop.is_archived(Class::Customer, "ACME"));
}
