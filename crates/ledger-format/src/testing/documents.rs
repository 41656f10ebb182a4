//! Arbitrary entries about documents, and of bills of materials.

use ledger_core::catalogue::Value;
use ledger_core::document::{DocumentFields, Ended, FieldTable};
use ledger_core::entry::{
    Body, BomLineSet, LotEntry, LotPlanned, LotSet, OrderEntry, OrderExpedited, OrderLineSet,
    OrderOpened, OrderSet, PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced,
    PurchaseSet, StocktakeApproved, StocktakeAssigned, StocktakeEntry, StocktakeOpened, Target,
};
use ledger_core::order::OrderType;
use ledger_core::production::{ATTRITION_MAX, BOM_FIELDS, BomLine, bom_key};
use ledger_core::{DeviceId, Quantity, order, production, purchase, stocktake};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{code, entry_ref, once, quantity, text, value};

fn fields(table: FieldTable) -> BoxedStrategy<DocumentFields> {
    let fields: Vec<_> = table
        .iter()
        .map(|(key, holds)| option::of((Just(*key), value(*holds))))
        .collect();
    fields
        .prop_map(|fields| fields.into_iter().flatten().collect())
        .boxed()
}

fn ended() -> BoxedStrategy<Ended> {
    let (reason, note) = (option::of(text()), option::of(text()));
    (entry_ref(), reason, note, once())
        .prop_map(|(document, reason, note, once)| Ended {
            document,
            reason,
            note,
            once,
        })
        .boxed()
}

/// A few things, or so many that a list of their parts has a longer head.
fn few_or_many<T: std::fmt::Debug + 'static>(thing: BoxedStrategy<T>) -> BoxedStrategy<Vec<T>> {
    prop_oneof![3 => 0..3_usize, 1 => 3..9_usize]
        .prop_flat_map(move |count| vec(thing.clone(), count))
        .boxed()
}

pub(super) fn order() -> impl Strategy<Value = Body> {
    let order_type = prop::sample::select(&OrderType::ALL[..]);
    let opened = (code(), order_type, fields(order::FIELDS), once()).prop_map(
        |(number, order_type, fields, once)| {
            OrderEntry::Opened(OrderOpened {
                number,
                order_type,
                fields,
                once,
            })
        },
    );
    let set = (entry_ref(), fields(order::FIELDS), once()).prop_map(|(order, fields, once)| {
        OrderEntry::Set(OrderSet {
            order,
            fields,
            once,
        })
    });
    let line = (entry_ref(), code(), quantity(), once()).prop_map(|(order, item, wanted, once)| {
        OrderEntry::LineSet(OrderLineSet {
            order,
            item,
            wanted,
            once,
        })
    });
    let expedited =
        (entry_ref(), code(), quantity(), once()).prop_map(|(order, item, rank, once)| {
            OrderEntry::Expedited(OrderExpedited {
                order,
                item,
                rank: rank.ten_thousandths(),
                once,
            })
        });
    prop_oneof![
        opened.boxed(),
        set.boxed(),
        line.boxed(),
        expedited.boxed(),
        ended().prop_map(OrderEntry::Closed),
        ended().prop_map(OrderEntry::Cancelled),
    ]
    .prop_map(Body::Order)
}

fn bom() -> BoxedStrategy<Vec<BomLine>> {
    let per_unit = prop_oneof![1..100_000_i64, 1..=i64::MAX];
    let line = (code(), per_unit, 0..=ATTRITION_MAX, option::of(text()));
    let line = line.prop_map(|(item, per_unit, attrition, refs)| BomLine {
        item,
        per_unit: Quantity::from_ten_thousandths(per_unit),
        attrition,
        refs,
    });
    few_or_many(line.boxed())
}

pub(super) fn bom_line_set() -> impl Strategy<Value = Body> {
    let attrition = prop_oneof![
        4 => (0..=i64::from(ATTRITION_MAX)).prop_map(Value::Int),
        1 => Just(Value::Nil),
    ];
    let attrition = option::of(attrition);
    (code(), code(), fields(BOM_FIELDS), attrition, once()).prop_map(
        |(parent, child, mut fields, attrition, once)| {
            drop(fields.remove(&bom_key::ATTRITION));
            fields.extend(attrition.map(|it| (bom_key::ATTRITION, it)));
            Body::BomLineSet(BomLineSet {
                parent,
                child,
                fields,
                once,
            })
        },
    )
}

pub(super) fn lot() -> impl Strategy<Value = Body> {
    let planned = (code(), code(), bom(), fields(production::FIELDS), once()).prop_map(
        |(item, number, bom, fields, once)| {
            LotEntry::Planned(LotPlanned {
                item,
                number,
                bom,
                fields,
                once,
            })
        },
    );
    let adopted = option::of(bom());
    let set = (entry_ref(), adopted, fields(production::FIELDS), once()).prop_map(
        |(lot, bom, fields, once)| {
            LotEntry::Set(LotSet {
                lot,
                bom,
                fields,
                once,
            })
        },
    );
    prop_oneof![
        planned.boxed(),
        set.boxed(),
        ended().prop_map(LotEntry::Closed),
    ]
    .prop_map(Body::Lot)
}

fn purchase_line() -> BoxedStrategy<PurchaseLine> {
    let day = option::of(prop_oneof![18_000..22_000_u32, any::<u32>()]);
    (code(), quantity(), day)
        .prop_map(|(item, quantity, day)| PurchaseLine {
            item,
            quantity,
            day,
        })
        .boxed()
}

pub(super) fn purchase() -> impl Strategy<Value = Body> {
    let lines = few_or_many(purchase_line());
    let placed = (code(), lines, fields(purchase::FIELDS), once()).prop_map(
        |(number, lines, fields, once)| {
            PurchaseEntry::Placed(PurchasePlaced {
                number,
                lines,
                fields,
                once,
            })
        },
    );
    let set =
        (entry_ref(), fields(purchase::FIELDS), once()).prop_map(|(purchase, fields, once)| {
            PurchaseEntry::Set(PurchaseSet {
                purchase,
                fields,
                once,
            })
        });
    let line_set = (entry_ref(), purchase_line(), once()).prop_map(|(purchase, line, once)| {
        PurchaseEntry::LineSet(PurchaseLineSet {
            purchase,
            line,
            once,
        })
    });
    prop_oneof![
        placed.boxed(),
        set.boxed(),
        line_set.boxed(),
        ended().prop_map(PurchaseEntry::Closed),
    ]
    .prop_map(Body::Purchase)
}

fn targets() -> BoxedStrategy<Vec<Target>> {
    let line = (code(), code(), option::of(code()), option::of(code()));
    let line = line.prop_map(|(item, location, owner, batch)| Target::Line {
        item,
        location,
        owner,
        batch,
    });
    let target = prop_oneof![
        code().prop_map(Target::Item),
        code().prop_map(Target::Location),
        line.boxed(),
    ];
    few_or_many(target.boxed())
}

pub(super) fn stocktake() -> impl Strategy<Value = Body> {
    let opened = (code(), targets(), fields(stocktake::FIELDS), once()).prop_map(
        |(number, targets, fields, once)| {
            StocktakeEntry::Opened(StocktakeOpened {
                number,
                targets,
                fields,
                once,
            })
        },
    );
    let device = option::of(any::<[u8; 16]>().prop_map(DeviceId::from_bytes));
    let assigned = (entry_ref(), device, targets(), any::<bool>(), once()).prop_map(
        |(stocktake, device, targets, again, once)| {
            StocktakeEntry::Assigned(StocktakeAssigned {
                stocktake,
                device,
                targets,
                again,
                once,
            })
        },
    );
    let counts = (entry_ref(), few_or_many(entry_ref().boxed()));
    let approved = (entry_ref(), counts, option::of(text()), once()).prop_map(
        |(stocktake, (first, more), note, once)| {
            StocktakeEntry::Approved(StocktakeApproved {
                stocktake,
                counts: [vec![first], more].concat(),
                note,
                once,
            })
        },
    );
    prop_oneof![
        opened.boxed(),
        assigned.boxed(),
        approved.boxed(),
        ended().prop_map(StocktakeEntry::Closed),
    ]
    .prop_map(Body::Stocktake)
}
