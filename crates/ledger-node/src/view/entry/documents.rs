//! What entries say of orders, lots, purchase orders, stocktakes and bills of materials, as JSON.

use ledger_core::EntryRef;
use ledger_core::document::{DocumentFields, DocumentRef, Ended, Family};
use ledger_core::entry::{
    BomLineSet, LotEntry, OrderEntry, PurchaseEntry, PurchaseLine, StocktakeEntry, Target,
};
use ledger_core::production::{self, BomLine};
use ledger_core::{order, purchase as purchasing, stocktake as counting};
use serde_json::{Map, Value, json};

use super::{ids, plain_json};

/// The document that a movement is for, where it is of this family.
pub(super) fn named(document: Option<DocumentRef>, family: Family) -> Option<String> {
    let document = document.filter(|document| document.family == family);
    document.map(|document| document.entry.id.to_string())
}

/// Names of fields by their numbers.
type Names = &'static [(u8, &'static str)];

const ORDER: Names = &[
    (order::key::CUSTOMER, "customer"),
    (order::key::SITE, "site"),
    (order::key::DUE, "due_days"),
    (order::key::TITLE, "title"),
    (order::key::STAGE, "stage"),
];
const LOT: Names = &[
    (production::key::CUSTOMER, "customer"),
    (production::key::SITE, "site"),
    (production::key::DUE, "due_days"),
    (production::key::TITLE, "title"),
    (production::key::QUANTITY, "quantity_ten_thousandths"),
];
const PURCHASE: Names = &[
    (purchasing::key::SUPPLIER, "supplier"),
    (purchasing::key::SITE, "site"),
    (purchasing::key::TITLE, "title"),
    (purchasing::key::REFERENCE, "reference"),
];
const STOCKTAKE: Names = &[
    (counting::key::DUE, "due_days"),
    (counting::key::TITLE, "title"),
    (counting::key::BLIND, "blind"),
    (counting::key::DAYS, "not_counted_for_days"),
];
const BOM: Names = &[
    (production::bom_key::PER_UNIT, "quantity_ten_thousandths"),
    (
        production::bom_key::ATTRITION,
        "attrition_hundredths_percent",
    ),
    (production::bom_key::REFS, "refs"),
];

fn fields_json(names: Names, fields: &DocumentFields) -> Value {
    let named = fields.iter().map(|(number, field)| {
        let name = names.iter().find(|(known, _)| known == number);
        let name = name.map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned());
        (name, plain_json(field))
    });
    Value::Object(named.collect::<Map<String, Value>>())
}

fn ended(family: Family, ended: &Ended) -> Value {
    json!({
        (family.short()): ended.document.id.to_string(),
        "reason": ended.reason,
        "note": ended.note,
    })
}

fn id(entry: &EntryRef) -> String {
    entry.id.to_string()
}

pub(super) fn order(entry: &OrderEntry) -> Value {
    match entry {
        OrderEntry::Opened(opened) => json!({
            "number": opened.number.as_str(),
            "type": opened.order_type.word(),
            "fields": fields_json(ORDER, &opened.fields),
        }),
        OrderEntry::Set(set) => json!({
            "order": id(&set.order),
            "fields": fields_json(ORDER, &set.fields),
        }),
        OrderEntry::LineSet(line) => json!({
            "order": id(&line.order),
            "item": line.item.as_str(),
            "wanted": line.wanted.to_string(),
        }),
        OrderEntry::Expedited(expedited) => json!({
            "order": id(&expedited.order),
            "item": expedited.item.as_str(),
            "rank": expedited.rank,
        }),
        OrderEntry::Closed(end) | OrderEntry::Cancelled(end) => ended(Family::Order, end),
    }
}

pub(super) fn bom_line(set: &BomLineSet) -> Value {
    json!({
        "parent": set.parent.as_str(),
        "child": set.child.as_str(),
        "fields": fields_json(BOM, &set.fields),
    })
}

fn bom_json(lines: &[BomLine]) -> Value {
    let lines = lines.iter().map(|line| {
        json!({
            "item": line.item.as_str(),
            "quantity": line.per_unit.to_string(),
            "attrition_hundredths_percent": line.attrition,
            "refs": line.refs,
        })
    });
    lines.collect()
}

pub(super) fn lot(entry: &LotEntry) -> Value {
    match entry {
        LotEntry::Planned(planned) => json!({
            "number": planned.number.as_str(),
            "item": planned.item.as_str(),
            "bom": bom_json(&planned.bom),
            "fields": fields_json(LOT, &planned.fields),
        }),
        LotEntry::Set(set) => json!({
            "lot": id(&set.lot),
            "bom": set.bom.as_deref().map(bom_json),
            "fields": fields_json(LOT, &set.fields),
        }),
        LotEntry::Closed(end) => ended(Family::Lot, end),
    }
}

fn ordered(line: &PurchaseLine) -> Value {
    json!({
        "item": line.item.as_str(),
        "quantity": line.quantity.to_string(),
        "day": line.day,
    })
}

pub(super) fn purchase(entry: &PurchaseEntry) -> Value {
    match entry {
        PurchaseEntry::Placed(placed) => json!({
            "number": placed.number.as_str(),
            "lines": placed.lines.iter().map(ordered).collect::<Vec<_>>(),
            "fields": fields_json(PURCHASE, &placed.fields),
        }),
        PurchaseEntry::Set(set) => json!({
            "po": id(&set.purchase),
            "fields": fields_json(PURCHASE, &set.fields),
        }),
        PurchaseEntry::LineSet(set) => json!({
            "po": id(&set.purchase),
            "line": ordered(&set.line),
        }),
        PurchaseEntry::Closed(end) => ended(Family::Purchase, end),
    }
}

fn target(target: &Target) -> Value {
    match target {
        Target::Item(item) => json!({ "item": item.as_str() }),
        Target::Location(location) => json!({ "location": location.as_str() }),
        Target::Line {
            item,
            location,
            owner,
            batch,
        } => json!({
            "item": item.as_str(),
            "location": location.as_str(),
            "owner": owner.as_ref().map(ledger_core::Code::as_str),
            "batch": batch.as_ref().map(ledger_core::Code::as_str),
        }),
    }
}

pub(super) fn stocktake(entry: &StocktakeEntry) -> Value {
    let targets = |targets: &[Target]| targets.iter().map(target).collect::<Vec<_>>();
    match entry {
        StocktakeEntry::Opened(opened) => json!({
            "number": opened.number.as_str(),
            "targets": targets(&opened.targets),
            "fields": fields_json(STOCKTAKE, &opened.fields),
        }),
        StocktakeEntry::Assigned(assigned) => json!({
            "stocktake": id(&assigned.stocktake),
            "device": assigned.device.map(|device| device.to_string()),
            "targets": targets(&assigned.targets),
            "again": assigned.again,
        }),
        StocktakeEntry::Approved(approved) => json!({
            "stocktake": id(&approved.stocktake),
            "counts": ids(&approved.counts),
            "note": approved.note,
        }),
        StocktakeEntry::Closed(end) => ended(Family::Stocktake, end),
    }
}
