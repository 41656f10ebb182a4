//! items, show, history, why, sites and exceptions: what there is, and why.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::at_entry;
use ledger_core::catalogue::Class;
use ledger_node::view::ItemFilter;
use serde_json::Value;

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

const EXCEPTIONS: &[Column] = &[
    Column::moment("since", "Since"),
    Column::text("kind", "Kind"),
    Column::text("item", "Item").optional(),
    Column::text("location", "Location").optional(),
    Column::text("text", "What"),
];

/// `stock items`.
pub(crate) fn items(context: &Context, args: ItemsArgs) -> Result<Answer, Failure> {
    let ItemsArgs {
        low,
        out,
        search,
        location,
        site,
        not_counted_for,
    } = args;
    read(
        context,
        |node| {
            let view = node.view();
            let find = |class, text: Option<String>| {
                text.map(|text| at_entry::find_thing(view.fold(), class, &text))
                    .transpose()
            };
            let filter = ItemFilter {
                low,
                out,
                search,
                location: find(Class::Location, location)?,
                site: find(Class::Site, site)?,
                not_counted_for_days: not_counted_for,
                ..ItemFilter::default()
            };
            Ok(view.items(&filter))
        },
        |items| table(rows(items), ITEMS, "No items."),
    )
}

/// `stock show`.
pub(crate) fn show(context: &Context, item: &str) -> Result<Answer, Failure> {
    read(
        context,
        |node| {
            let view = node.view();
            let sku = view.find_item(item)?;
            Ok(view.show(&sku))
        },
        show_text,
    )
}

fn show_text(item: &Value) -> String {
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

/// `stock exceptions`.
pub(crate) fn exceptions(context: &Context) -> Result<Answer, Failure> {
    read(
        context,
        |node| Ok(node.view().exceptions()),
        |found| table(rows(found), EXCEPTIONS, "Nothing needs a look."),
    )
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
        assert_eq!(show_text(&item), expected);
    }
}
