//! items, show, history, why, sites and low: what there is, and why.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use ledger_core::at_entry;
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_core::{Code, Total};
use ledger_node::view::{ItemFilter, ItemView};
use serde::Serialize;
use serde_json::Value;

use super::orders::wanting_table;
use super::read;
use crate::cli::{ItemsArgs, WhyArgs};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, grid, rows, table, text};
use crate::time;

const ITEMS: &[Column] = &[
    Column::number("on_hand", "On hand"),
    Column::number("available", "Available"),
    Column::number("on_hand_customers", "Customers'").optional(),
    Column::text("unit", "Unit"),
    Column::text("level", "Level"),
    Column::text("sku", "SKU"),
    Column::text("name", "Name"),
];

const LINES: &[Column] = &[
    Column::number("on_hand", "On hand"),
    Column::text("location", "Location"),
    Column::text("site", "Site").optional(),
    Column::text("owner", "Owner").optional(),
    Column::text("batch", "Batch").optional(),
    Column::moment("last_counted", "Last counted").optional(),
];

const HISTORY: &[Column] = &[
    Column::moment("at", "When"),
    Column::text("kind", "What"),
    Column::number("change", "Change"),
    Column::number("on_hand", "On hand"),
    Column::number("available", "Available"),
    Column::text("location", "Location"),
    Column::text("owner", "Owner").optional(),
    Column::text("batch", "Batch").optional(),
    Column::text("reason", "Reason").optional(),
    Column::text("order", "Order").optional(),
    Column::text("lot", "Lot").optional(),
    Column::text("po", "PO").optional(),
    Column::text("note", "Note").optional(),
    Column::text("voided", "Void").optional(),
    Column::text("user", "User").optional(),
    Column::text("device", "Device"),
    Column::text("entry", "Entry"),
];

const THEIRS: &[Column] = &[
    Column::number("owner_on_hand", "On hand"),
    Column::number("owner_available", "Available"),
    Column::text("unit", "Unit"),
    Column::text("sku", "SKU"),
    Column::text("name", "Name"),
];

const LOW: &[Column] = &[
    Column::text("level", "Level"),
    Column::number("available", "Available"),
    Column::number("threshold", "Low at"),
    Column::text("unit", "Unit"),
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::moment("at", "Since").optional(),
    Column::text("entry", "By").optional(),
];

/// An item with what one customer has of it.
#[derive(Debug, Serialize)]
struct Theirs {
    #[serde(flatten)]
    item: ItemView,
    owner: String,
    owner_on_hand: String,
    owner_available: String,
}

/// `stock items`.
pub(crate) fn items(context: &Context, args: ItemsArgs) -> Result<Answer, Failure> {
    let ItemsArgs {
        low,
        out,
        search,
        location,
        site,
        not_counted_for,
        owner,
    } = args;
    let filter = |fold: &Fold| -> Result<ItemFilter, Failure> {
        let find = |class, text: Option<String>| {
            text.map(|text| at_entry::find_thing(fold, class, &text))
                .transpose()
        };
        Ok(ItemFilter {
            low,
            out,
            search,
            location: find(Class::Location, location)?,
            site: find(Class::Site, site)?,
            not_counted_for_days: not_counted_for,
            ..ItemFilter::default()
        })
    };
    let Some(owner) = owner else {
        return read(
            context,
            |node| {
                let view = node.view();
                Ok(view.items(&filter(view.fold())?))
            },
            |items| table(rows(items), ITEMS, "No items."),
        );
    };
    read(
        context,
        |node| {
            let view = node.view();
            let fold = view.fold();
            let owner = at_entry::find_thing(fold, Class::Customer, &owner)?;
            let items = view.items(&filter(fold)?).into_iter();
            Ok(items
                .filter_map(|item| theirs(fold, item, &owner))
                .collect::<Vec<_>>())
        },
        |items| table(rows(items), THEIRS, "Nothing of theirs is here."),
    )
}

/// The item when the customer has any of it here.
fn theirs(fold: &Fold, item: ItemView, owner: &Code) -> Option<Theirs> {
    let sku = Code::new(&item.sku).ok()?;
    let lines = fold.lines(&sku);
    let of_owner = lines
        .iter()
        .filter(|line| line.key.owner.as_ref() == Some(owner));
    if of_owner.clone().all(|line| line.on_hand == Total::ZERO) {
        return None;
    }
    let on_hand = of_owner.fold(Total::ZERO, |sum, line| sum.plus(line.on_hand));
    let available = on_hand.minus(fold.allocated(&sku, Some(owner)));
    Some(Theirs {
        item,
        owner: owner.to_string(),
        owner_on_hand: on_hand.to_string(),
        owner_available: available.to_string(),
    })
}

/// `stock low`.
pub(crate) fn low(context: &Context) -> Result<Answer, Failure> {
    read(
        context,
        |node| Ok(node.view().low_stock()),
        |items| {
            let rows: Vec<Value> = rows(items).iter().map(with_crossing).collect();
            table(&rows, LOW, "Nothing is low.")
        },
    )
}

/// The row with the moment and the entry that made it low in columns of their own.
fn with_crossing(row: &Value) -> Value {
    let mut row = row.clone();
    let crossing = row.get("crossing").cloned().unwrap_or_default();
    if let Some(row) = row.as_object_mut() {
        for key in ["at", "entry"] {
            let value = crossing.get(key).cloned().unwrap_or_default();
            row.insert(key.to_owned(), value);
        }
    }
    row
}

/// `stock show`.
pub(crate) fn show(context: &Context, item: &str) -> Result<Answer, Failure> {
    let confirmed = Cell::new(false);
    read(
        context,
        |node| {
            // Asked before the view, which has the node's lock.
            confirmed.set(node.server_url().is_some());
            let view = node.view();
            let sku = view.find_item(item)?;
            Ok(view.show(&sku))
        },
        |item| show_text(item, confirmed.get()),
    )
}

fn show_text(item: &Value, confirmed: bool) -> String {
    let value = |key: &str| text(item, key);
    let mut told = vec![
        format!("{}  {}  ({})", value("sku"), value("name"), value("kind")),
        format!(
            "On hand {} {}, available {}: {}",
            value("on_hand"),
            value("unit"),
            value("available"),
            value("level")
        ),
    ];
    for (key, title) in [
        ("on_hand_customers", "Customers'"),
        ("allocated", "Allocated"),
        ("on_order", "On order"),
        ("threshold", "Low at or below"),
    ] {
        let amount = value(key);
        if !matches!(amount.as_str(), "" | "0") {
            told.push(format!("{title} {amount}"));
        }
    }
    let lines = item.get("lines").map(rows).unwrap_or_default();
    told.push(String::new());
    told.push(table(lines, LINES, "Nothing is anywhere."));
    let orders = item.get("orders").map(rows).unwrap_or_default();
    if !orders.is_empty() {
        told.push(format!("\nWanted by\n{}", wanting_table(orders, confirmed)));
    }
    told.join("\n")
}

/// `stock history`.
pub(crate) fn history(context: &Context, item: &str) -> Result<Answer, Failure> {
    read(
        context,
        |node| {
            let view = node.view();
            let sku = view.find_item(item)?;
            Ok(view.history(&sku)?)
        },
        |history| table(rows(history), HISTORY, "Nothing happened yet."),
    )
}

/// `stock why`.
pub(crate) fn why(context: &Context, args: &WhyArgs) -> Result<Answer, Failure> {
    read(
        context,
        |node| {
            let view = node.view();
            let sku = view.find_item(&args.item)?;
            let find = |text: &String| at_entry::find_thing(view.fold(), Class::Location, text);
            let location = args.location.as_ref().map(find).transpose()?;
            Ok(view.why(&sku, location.as_ref())?)
        },
        |why| text(why, "text"),
    )
}

/// `stock sites`.
pub(crate) fn sites(context: &Context) -> Result<Answer, Failure> {
    read(
        context,
        |node| Ok(node.view().sites()),
        |sites| matrix(rows(sites)),
    )
}

/// Items down, sites across.
fn matrix(sites: &[Value]) -> String {
    if sites.is_empty() {
        return "No sites.".to_owned();
    }
    let mut totals: BTreeMap<(String, usize), String> = BTreeMap::new();
    let mut skus = BTreeSet::new();
    for (at, site) in sites.iter().enumerate() {
        for item in site.get("items").map(rows).unwrap_or_default() {
            let sku = text(item, "sku");
            skus.insert(sku.clone());
            totals.insert((sku, at), text(item, "on_hand"));
        }
    }
    let name = |site: &Value| match text(site, "site") {
        code if code.is_empty() => "no site".to_owned(),
        code => code,
    };
    let mut titles = vec![("Item".to_owned(), false)];
    titles.extend(sites.iter().map(|site| (name(site), true)));
    let lines = skus.into_iter().map(|sku| {
        let total = |at| totals.get(&(sku.clone(), at)).cloned().unwrap_or_default();
        let amounts: Vec<String> = (0..sites.len()).map(total).collect();
        std::iter::once(sku.clone()).chain(amounts).collect()
    });
    let zone = time::local_zone();
    let as_of = sites
        .iter()
        .map(|site| time::shown(&text(site, "as_of"), zone))
        .min();
    let as_of = as_of.filter(|time| !time.is_empty());
    let table = grid(&titles, lines);
    as_of.map_or(table.clone(), |time| format!("{table}\n\nAs of {time}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sites_stand_across_and_items_down() {
        let item = |sku: &str, on_hand: &str| json!({ "sku": sku, "on_hand": on_hand });
        let sites = [
            json!({ "site": "MAIN", "items": [item("C-1", "5"), item("R-1", "7")] }),
            json!({ "site": null, "items": [item("R-1", "2")] }),
        ];
        let text = matrix(&sites);
        let words: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            words,
            [
                vec!["Item", "MAIN", "no", "site"],
                vec!["C-1", "5"],
                vec!["R-1", "7", "2"]
            ]
        );
    }

    #[test]
    fn an_item_is_told_with_its_numbers_first() {
        let item = json!({
            "sku": "R-100", "name": "Resistor", "kind": "part", "unit": "pcs", "on_hand": "15",
            "available": "15", "on_hand_customers": "0", "threshold": null, "level": "ok",
            "lines": [],
        });
        let expected =
            "R-100  Resistor  (part)\nOn hand 15 pcs, available 15: ok\n\nNothing is anywhere.";
        assert_eq!(show_text(&item, true), expected);
    }
}
