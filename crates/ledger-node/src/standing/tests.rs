//! What was kept and caught up is what working everything out anew gives, after every step of a
//! small house's days. That the fold tells of every change is a law of `ledger-core`.

use std::fmt::Debug;

use ledger_core::at_entry::{
    self, BomChange, ItemChange, LotChange, OrderChange, Plan, Refusal, StockRequest,
    StocktakeRequest,
};
use ledger_core::catalogue::Class;
use ledger_core::entry::{Content, Details, Entry, Particulars};
use ledger_core::fold::{NumberRun, Record};
use ledger_core::order::OrderType;
use ledger_core::{Clock, Code, DeviceId, EntryId, Origin, Quantity, Timestamp};

use super::*;

const ORIGIN: Origin = Origin::from_bytes([1; 16]);

struct House {
    fold: Fold,
    standing: Standing,
    seq: u64,
}

impl House {
    fn does(&mut self, plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>) {
        for body in plan(&self.fold).unwrap().bodies {
            self.seq += 1;
            let time = Timestamp::from_millis(1_000_000 * self.seq);
            let id = EntryId {
                origin: ORIGIN,
                seq: self.seq,
            };
            let entry = Entry {
                time,
                clock: Clock::new(time, 0),
                user: None,
                body,
            };
            self.fold.apply(Record {
                id,
                hash8: self.seq.to_be_bytes(),
                content: Content::Known(entry),
            });
            self.fold.number(NumberRun {
                n: self.seq,
                origin: ORIGIN,
                first_seq: self.seq,
                count: 1,
                moment: time,
            });
        }
        same(&self.standing.supply, &self.fold);
        same(&self.standing.troubles, &self.fold);
        same(&self.standing.waiting, &self.fold);
        same(&self.standing.clients, &self.fold);
        same(&self.standing.plans, &self.fold);
        for order in self.fold.orders() {
            let lines = |waiting: &Waiting| waiting.lines_of_order(&self.fold, order);
            let kept = self.standing.waiting.look(&self.fold, lines);
            assert_eq!(kept, self.fold.order_lines(order));
        }
    }

    fn names(&self) -> Vec<String> {
        let short = |supply: &Supply| supply.short().map(Code::to_string).collect();
        self.standing.supply.look(&self.fold, short)
    }
}

fn same<T: Follows + PartialEq + Debug>(kept: &Kept<T>, fold: &Fold) {
    kept.look(fold, |kept| assert_eq!(*kept, T::anew(fold)));
}

fn units(count: i64) -> Quantity {
    Quantity::from_units(count).unwrap()
}

fn stock(item: &str, count: i64) -> StockRequest {
    StockRequest {
        item: item.to_owned(),
        quantity: units(count),
        ..StockRequest::default()
    }
}

#[test]
fn what_is_kept_is_what_working_it_out_anew_gives() {
    let mut house = House {
        fold: Fold::new(),
        standing: Standing::default(),
        seq: 0,
    };
    let low_at = |count| ItemChange {
        threshold: Some(Some(units(count))),
        ..ItemChange::default()
    };
    house.does(|fold| at_entry::add_location(fold, "A", &Default::default()));
    house.does(|fold| at_entry::add_item(fold, "P", &low_at(5)));
    house.does(|fold| at_entry::add_item(fold, "Q", &ItemChange::default()));
    house.does(|fold| at_entry::bind(fold, "4006381333931", "Q", Quantity::ONE));
    house.does(|fold| at_entry::add(fold, "A", &stock("P", 10)));
    house.does(|fold| at_entry::add(fold, "A", &stock("Q", 10)));
    assert_eq!(house.names(), Vec::<String>::new());
    house.does(|_| at_entry::settings::set("allow-backorder", "on"));
    let device = DeviceId::from_bytes([2; 16]);
    house.does(|fold| at_entry::add_partner(fold, Class::Customer, "ACME", None));
    let change = OrderChange {
        customer: Some(Some("ACME".to_owned())),
        ..OrderChange::default()
    };
    house.does(|fold| at_entry::open_order(fold, device, Some("S-1"), OrderType::Sales, &change));
    house.does(|fold| at_entry::order_add(fold, "S-1", "P", units(8)));
    assert_eq!(house.names(), ["P"]);
    let open = |house: &House| {
        let acme = Code::new("ACME").unwrap();
        let count = |clients: &Clients| clients.orders_of(&acme).count();
        house.standing.clients.look(&house.fold, count)
    };
    assert_eq!(open(&house), 1);
    house.does(|fold| at_entry::order_set(fold, "S-1", "P", units(12)));
    let waiting = |house: &House| {
        let look = |waiting: &Waiting| waiting.lines().filter(|line| line.is_short()).count();
        house.standing.waiting.look(&house.fold, look)
    };
    assert_eq!(waiting(&house), 1);
    house.does(|fold| at_entry::add(fold, "A", &stock("P", 5)));
    assert_eq!(waiting(&house), 0);
    house.does(|fold| at_entry::remove(fold, "A", &stock("Q", 25)));
    assert_eq!(house.names(), ["P", "Q"]);
    let troubles = |troubles: &Troubles| troubles.open(&house.fold).len();
    assert_eq!(house.standing.troubles.look(&house.fold, troubles), 1);
    house.does(|fold| at_entry::set_item(fold, "P", &low_at(1), false));
    house.does(|fold| at_entry::order_cancel(fold, "S-1", &Details::default()));
    assert_eq!(open(&house), 0);
    house.does(|fold| at_entry::merge_items(fold, "Q", "P"));
    house.does(|fold| at_entry::archive(fold, Class::Item, "P", true));
    assert_eq!(house.names(), Vec::<String>::new());
}

/// A house that plans: what is kept follows lots, purchase orders and stocktakes too.
#[test]
fn what_is_kept_follows_what_is_planned() {
    let mut house = House {
        fold: Fold::new(),
        standing: Standing::default(),
        seq: 0,
    };
    let device = DeviceId::from_bytes([2; 16]);
    house.does(|fold| at_entry::add_location(fold, "A", &Default::default()));
    for item in ["BOARD", "RES", "CAP"] {
        house.does(|fold| at_entry::add_item(fold, item, &ItemChange::default()));
    }
    house.does(|fold| at_entry::add_partner(fold, Class::Supplier, "MOUSE", None));
    let two = BomChange {
        per_unit: Some(units(2)),
        ..BomChange::default()
    };
    house.does(|fold| at_entry::set_bom_line(fold, "BOARD", "RES", &two));
    house.does(|fold| at_entry::set_bom_line(fold, "BOARD", "CAP", &two));
    let lot = LotChange::default();
    house.does(|fold| at_entry::plan_lot(fold, device, Some("L-1"), "BOARD", units(10), &lot));
    house.does(|fold| at_entry::buy_short(fold, device, "L-1", Some("MOUSE")));
    let order = house.fold.purchase(house.fold.purchases()[0]).unwrap();
    let number = order.number.as_str();
    house.does(|fold| at_entry::receive(fold, number, "A", &stock("RES", 12)));
    house.does(|fold| at_entry::receive(fold, number, "A", &stock("CAP", 20)));
    house.does(|fold| at_entry::lot_issue(fold, "L-1", "A", &stock("RES", 5)));
    house.does(|fold| at_entry::lot_build(fold, "L-1", "A", &stock("", 3), true));
    let origin = ORIGIN;
    house.does(|fold| at_entry::undo(fold, origin, None, Particulars::default()));
    let all = StocktakeRequest::default();
    house.does(|fold| at_entry::open_stocktake(fold, device, Some("T-1"), &all));
    house.does(|fold| at_entry::count_for(fold, "T-1", "A", &stock("CAP", 1)));
    house.does(|fold| at_entry::approve_stocktake(fold, "T-1", None, None, None));
    house.does(|fold| at_entry::close_stocktake(fold, "T-1", &Details::default()));
    house.does(|fold| at_entry::close_purchase(fold, number, &Details::default()));
    house.does(|fold| at_entry::lot_close(fold, "L-1", &Details::default()));
}
