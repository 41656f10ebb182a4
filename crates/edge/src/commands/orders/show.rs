//! Orders as people read them: one order, the list, what to pick where, and what waits.

use std::cell::Cell;

use ledger_core::{Code, at_entry};
use ledger_node::view::{OrderView, PickView};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::BackordersArgs;
use crate::commands::plans::{said_pairs, with_name};
use crate::commands::read;
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};
use crate::time;

const ORDERS: &[Column] = &[
    Column::text("number", "Order"),
    Column::text("type", "Type"),
    Column::text("state", "State"),
    Column::text("customer", "Customer").optional(),
    Column::text("site", "Site").optional(),
    Column::text("due", "Due").optional(),
    Column::number("items", "Items"),
    Column::text("waits", "Waits").optional(),
    Column::text("stage", "Stage").optional(),
    Column::text("title", "Title").optional(),
];

const LINES: &[Column] = &[
    Column::number("wanted", "Wanted"),
    Column::number("picked", "Picked"),
    Column::number("ready", "Ready"),
    Column::number("backorder", "Backorder"),
    Column::text("unit", "Unit"),
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::text("mark", "Note").optional(),
];

const PICKS: &[Column] = &[
    Column::text("location", "Location"),
    Column::number("quantity", "Take"),
    Column::text("unit", "Unit"),
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::text("owner", "Owner").optional(),
    Column::text("batch", "Batch").optional(),
];

const BACKORDERS: &[Column] = &[
    Column::text("order", "Order"),
    Column::text("customer", "Customer").optional(),
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::number("backorder", "Backorder"),
    Column::number("ready", "Ready"),
    Column::text("unit", "Unit"),
    Column::text("age", "Waits for"),
    Column::text("due", "Due").optional(),
    Column::text("mark", "Note").optional(),
];

const WANTING: &[Column] = &[
    Column::text("order", "Order"),
    Column::text("customer", "Customer").optional(),
    Column::number("wanted", "Wanted"),
    Column::number("picked", "Picked"),
    Column::number("ready", "Ready"),
    Column::number("backorder", "Backorder"),
    Column::text("due", "Due").optional(),
    Column::text("mark", "Note").optional(),
];

/// What the word in the last column means.
const PROVISIONAL: &str =
    "provisional: not yet confirmed by the central server, a sync may change it";

/// An order with what of it can be picked, for its own page.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    order: OrderView,
    pick_list: Vec<PickView>,
}

/// The rows with a word on each that is provisional or ranked. On a device without a server nothing
/// is ever confirmed, so the word would say nothing there.
fn marked(lines: &[Value], confirmed: bool) -> Vec<Value> {
    let mark = |line: &Value| {
        let mut words = Vec::new();
        if confirmed && text(line, "provisional") == "yes" {
            words.push("provisional".to_owned());
        }
        match text(line, "rank").as_str() {
            "" | "0" => {}
            rank => words.push(format!("rank {rank}")),
        }
        let mut line = line.clone();
        if let Some(line) = line.as_object_mut() {
            line.insert("mark".to_owned(), json!(words.join(", ")));
        }
        line
    };
    lines.iter().map(mark).collect()
}

/// A table of marked rows, with what the marks mean below it.
fn marked_table(lines: &[Value], columns: &[Column], confirmed: bool, none: &str) -> String {
    let lines = marked(lines, confirmed);
    let table = table(&lines, columns, none);
    let provisional = |line: &Value| text(line, "mark").contains("provisional");
    if lines.iter().any(provisional) {
        return format!("{table}\n{PROVISIONAL}");
    }
    table
}

/// The lines of an order, or that of one item; empty when there is none.
pub(super) fn lines_now(order: &Value, item: Option<&Code>, confirmed: bool) -> String {
    let lines = order.get("lines").map(rows).unwrap_or_default();
    let here = |line: &&Value| item.is_none_or(|item| text(line, "item") == item.as_str());
    let lines: Vec<Value> = lines.iter().filter(here).cloned().collect();
    marked_table(&lines, LINES, confirmed, "")
}

/// What the order does with stock, for a sentence.
pub(super) fn policy_words(order: &Value) -> &'static str {
    if text(order, "policy") == "issue" {
        "takes what is there at once"
    } else {
        "reserves what is there"
    }
}

/// `stock order show`.
pub(super) fn show(context: &Context, number: &str) -> Result<Answer, Failure> {
    let confirmed = Cell::new(false);
    read(
        context,
        |node| {
            // Asked before the view, which has the node's lock.
            confirmed.set(node.server_url().is_some());
            let view = node.view();
            let id = at_entry::find_order(view.fold(), number)?.id;
            let order = view.order(id);
            let order = order.ok_or_else(|| Failure::new("unknown-order", "the order is gone"))?;
            let pick_list = view.pick_list(id);
            Ok(Shown { order, pick_list })
        },
        |order| order_text(order, confirmed.get()),
    )
}

fn order_text(order: &Value, confirmed: bool) -> String {
    let value = |key: &str| text(order, key);
    let state = value("state");
    let does = if state == "open" {
        format!(": it {}", policy_words(order))
    } else {
        String::new()
    };
    let (number, order_type) = (value("number"), value("type"));
    let mut told = vec![format!("{number}  {order_type} order, {state}{does}")];
    let opened = time::shown(&value("opened"), time::local_zone());
    let pairs = [
        ("Title", value("title")),
        ("Customer", with_name(order, "customer", "customer_name")),
        ("Site", value("site")),
        ("Due", value("due")),
        ("Stage", value("stage")),
        ("Opened", opened),
    ];
    told.extend(said_pairs(&pairs));
    let lines = order.get("lines").map(rows).unwrap_or_default();
    told.push(String::new());
    told.push(marked_table(lines, LINES, confirmed, "It wants nothing."));
    let picks = order.get("pick_list").map(rows).unwrap_or_default();
    if !picks.is_empty() {
        let number = value("number");
        told.push(format!(
            "\nReady to be picked, all of it with: stock order fill {number}"
        ));
        told.push(table(picks, PICKS, ""));
    }
    told.join("\n")
}

/// `stock order pick-list`.
pub(super) fn pick_list(context: &Context, number: &str) -> Result<Answer, Failure> {
    read(
        context,
        |node| {
            let view = node.view();
            let order = at_entry::find_order(view.fold(), number)?;
            Ok(view.pick_list(order.id))
        },
        |picks| table(rows(picks), PICKS, "Nothing is ready to be picked."),
    )
}

/// `stock order list`.
pub(super) fn list(context: &Context, open: bool) -> Result<Answer, Failure> {
    read(
        context,
        |node| Ok(node.view().orders(open)),
        |orders| orders_table(rows(orders), "No orders."),
    )
}

/// A table of orders.
pub(crate) fn orders_table(orders: &[Value], none: &str) -> String {
    let with_words = |order: &Value| {
        let items = order.get("lines").map(rows).unwrap_or_default().len();
        let waits = match (
            text(order, "backorder").as_str(),
            text(order, "ready").as_str(),
        ) {
            ("yes", "yes") => "backorder, some is ready",
            ("yes", _) => "backorder",
            (_, "yes") => "ready",
            _ => "",
        };
        let mut order = order.clone();
        if let Some(order) = order.as_object_mut() {
            order.insert("items".to_owned(), json!(items));
            order.insert("waits".to_owned(), json!(waits));
        }
        order
    };
    let orders: Vec<Value> = orders.iter().map(with_words).collect();
    table(&orders, ORDERS, none)
}

/// `stock backorders`.
pub(crate) fn backorders(context: &Context, args: &BackordersArgs) -> Result<Answer, Failure> {
    let confirmed = Cell::new(false);
    read(
        context,
        |node| {
            confirmed.set(node.server_url().is_some());
            Ok(node.view().backorders(args.ready))
        },
        |waiting| {
            let with_age = |line: &Value| {
                let age = age_words(line.get("age_days").and_then(Value::as_u64));
                let mut line = line.clone();
                if let Some(line) = line.as_object_mut() {
                    line.insert("age".to_owned(), json!(age));
                }
                line
            };
            let lines: Vec<Value> = rows(waiting).iter().map(with_age).collect();
            let none = if args.ready {
                "Nothing that waited has come."
            } else {
                "Nothing waits for stock."
            };
            marked_table(&lines, BACKORDERS, confirmed.get(), none)
        },
    )
}

fn age_words(days: Option<u64>) -> String {
    match days {
        None => String::new(),
        Some(0) => "less than a day".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    }
}

/// The order lines that want an item, for its own page.
pub(crate) fn wanting_table(lines: &[Value], confirmed: bool) -> String {
    marked_table(lines, WANTING, confirmed, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(provisional: bool, rank: i64) -> Value {
        json!({
            "item": "R-100", "name": "Resistor", "unit": "pcs", "wanted": "8", "picked": "5",
            "ready": "0", "backorder": "3", "provisional": provisional, "rank": rank,
        })
    }

    #[test]
    fn a_provisional_line_is_marked_and_the_mark_is_explained() {
        let order = |line| json!({ "lines": [line] });
        let plain = lines_now(&order(line(false, 0)), None, true);
        assert!(
            !plain.contains("provisional") && plain.contains("Backorder"),
            "{plain}"
        );
        let marked = lines_now(&order(line(true, 2)), None, true);
        assert!(marked.contains("provisional, rank 2"), "{marked}");
        assert!(marked.ends_with(PROVISIONAL), "{marked}");
        let other = Code::new("C-1").unwrap();
        assert_eq!(lines_now(&order(line(true, 0)), Some(&other), true), "");
        let alone = lines_now(&order(line(true, 0)), None, false);
        assert!(
            !alone.contains("provisional"),
            "nobody confirms anything: {alone}"
        );
    }

    #[test]
    fn an_order_is_told_with_what_can_be_picked() {
        let order = json!({
            "number": "S-1", "type": "sales", "state": "open", "policy": "reserve",
            "customer": "ACME", "customer_name": "Acme Ltd", "site": null, "due": "2026-12-01",
            "title": null, "stage": null, "opened": "", "lines": [line(false, 0)],
            "pick_list": [{ "location": "A-01", "quantity": "3", "unit": "pcs", "item": "R-100",
                "name": "Resistor", "owner": null, "batch": null }],
        });
        let told = order_text(&order, true);
        for words in [
            "S-1  sales order, open: it reserves what is there",
            "Customer: ACME (Acme Ltd)\nDue: 2026-12-01\n",
            "stock order fill S-1",
            "A-01",
        ] {
            assert!(told.contains(words), "{words:?} in {told}");
        }
    }

    #[test]
    fn ages_are_said_in_days() {
        let ages = [None, Some(0), Some(1), Some(12)].map(age_words);
        assert_eq!(ages, ["", "less than a day", "1 day", "12 days"]);
    }
}
