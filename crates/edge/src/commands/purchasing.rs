//! Purchase orders: placing, changing, receiving, and what they look like.

use ledger_core::at_entry::{self, LineRequest, Plan, PurchaseChange, Refusal};
use ledger_core::fold::Fold;
use serde_json::Value;

use super::plans::{ending, list, or_none, said_pairs, with, with_name};
use super::stock::{request, shown};
use super::{Here, quantity, read, write};
use crate::cli::{PoCommand, PoFields, PoPlaceArgs, PoReceiveArgs, PoSetArgs};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};
use crate::time;

const ORDERS: &[Column] = &[
    Column::text("number", "Purchase order"),
    Column::text("supplier", "Supplier"),
    Column::text("state", "State"),
    Column::number("items", "Lines"),
    Column::text("next", "Next").optional(),
    Column::text("waits", "Waits").optional(),
    Column::text("reference", "Their number").optional(),
    Column::text("site", "Site").optional(),
    Column::text("title", "Title").optional(),
];

const LINES: &[Column] = &[
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::text("date", "Day").optional(),
    Column::number("ordered", "Ordered"),
    Column::number("received", "Received"),
    Column::number("left", "To come"),
    Column::text("unit", "Unit"),
    Column::text("late", "Overdue").optional(),
    Column::text("for", "For").optional(),
];

/// `stock po …`.
pub(crate) fn run(context: &Context, command: PoCommand) -> Result<Answer, Failure> {
    match command {
        PoCommand::Place(args) => place(context, args),
        PoCommand::Set(args) => set(context, args),
        PoCommand::Receive(args) => receive(context, args),
        PoCommand::Show(args) => show(context, &args.number),
        PoCommand::Close(args) => act(
            context,
            |_, fold| at_entry::close_purchase(fold, &args.number, &ending(&args)),
            |order| format!("Purchase order {} closed.", text(order, "number")),
        ),
        PoCommand::List { open } => read(
            context,
            |node| Ok(node.view().purchases(open)),
            |orders| {
                let orders: Vec<Value> = rows(orders).iter().map(in_list).collect();
                table(&orders, ORDERS, "No purchase orders.")
            },
        ),
    }
}

fn in_list(order: &Value) -> Value {
    let waits = match (
        text(order, "state").as_str(),
        text(order, "overdue").as_str(),
        text(order, "complete").as_str(),
    ) {
        ("open", "yes", _) => "overdue",
        ("open", _, "yes") => "all has come",
        _ => "",
    };
    let order = with(order, "waits", waits);
    let items = list(&order, "lines").len();
    with(&order, "items", items)
}

/// Writes and tells it: what happened, then the order's lines as they are now.
fn act(
    context: &Context,
    plan: impl FnOnce(Here, &Fold) -> Result<Plan, Refusal>,
    happened: impl FnOnce(&Value) -> String,
) -> Result<Answer, Failure> {
    write(context, plan, |order| {
        format!("{}\n\n{}", happened(order), lines_table(order))
    })
}

fn lines_table(order: &Value) -> String {
    let with_words = |line: &Value| {
        let covers = list(line, "covers");
        let whom = covers.iter().map(|waits| {
            let (quantity, number) = (text(waits, "quantity"), text(waits, "number"));
            format!("{quantity} for {number}")
        });
        let line = with(line, "for", whom.collect::<Vec<_>>().join(", "));
        let late = if text(&line, "overdue") == "yes" {
            "overdue"
        } else {
            ""
        };
        with(&line, "late", late)
    };
    let lines: Vec<Value> = list(order, "lines").iter().map(with_words).collect();
    table(&lines, LINES, "Nothing is ordered.")
}

/// Reads `ITEM=QTY[@DATE]`.
fn line(typed: &str) -> Result<LineRequest, Refusal> {
    let bad = || {
        Refusal::new("bad-line", format!("{typed:?} is no line of an order"))
            .hint("write ITEM=QTY, or ITEM=QTY@DATE with the day as YYYY-MM-DD")
    };
    let (item, rest) = typed.rsplit_once('=').ok_or_else(bad)?;
    if item.trim().is_empty() {
        return Err(bad());
    }
    let (amount, day) = match rest.split_once('@') {
        Some((amount, day)) => (amount, Some(time::parse_day(day)?)),
        None => (rest, None),
    };
    Ok(LineRequest {
        item: item.to_owned(),
        quantity: quantity(amount)?,
        day,
    })
}

fn change(
    fields: PoFields,
    supplier: Option<String>,
    lines: &[String],
) -> Result<PurchaseChange, Refusal> {
    let PoFields {
        site,
        title,
        reference,
    } = fields;
    Ok(PurchaseChange {
        supplier,
        site: or_none(site),
        title: or_none(title).map(Option::unwrap_or_default),
        reference: or_none(reference).map(Option::unwrap_or_default),
        lines: lines
            .iter()
            .map(|typed| line(typed))
            .collect::<Result<_, _>>()?,
    })
}

fn place(context: &Context, args: PoPlaceArgs) -> Result<Answer, Failure> {
    let PoPlaceArgs { words, fields } = args;
    let first = words.iter().position(|word| word.contains('='));
    let (names, lines) = words.split_at(first.unwrap_or(words.len()));
    let (number, supplier) = match names {
        [supplier] => (None, supplier),
        [number, supplier] => (Some(number.as_str()), supplier),
        _ => {
            let text =
                "name perhaps a number, the supplier, and then ITEM=QTY[@DATE] for each line";
            return Err(Refusal::new("bad-line", text)
                .hint("for example: stock po place PO-7 MOUSER R-100=500@2026-12-03")
                .into());
        }
    };
    let change = change(fields, Some(supplier.clone()), lines)?;
    act(
        context,
        |here, fold| at_entry::place_purchase(fold, here.device, number, &change),
        |order| {
            format!(
                "Purchase order {} placed with {}.",
                text(order, "number"),
                with_name(order, "supplier", "supplier_name")
            )
        },
    )
}

fn set(context: &Context, args: PoSetArgs) -> Result<Answer, Failure> {
    let PoSetArgs {
        number,
        lines,
        supplier,
        fields,
    } = args;
    let change = change(fields, supplier, &lines)?;
    act(
        context,
        |_, fold| at_entry::set_purchase(fold, &number, &change),
        |order| format!("Purchase order {} changed.", text(order, "number")),
    )
}

fn receive(context: &Context, args: PoReceiveArgs) -> Result<Answer, Failure> {
    let PoReceiveArgs {
        number,
        item,
        location,
        quantity,
        details,
    } = args;
    act(
        context,
        |here, fold| {
            request(here, &item, &quantity, details.into())?
                .planned(|request| at_entry::receive(fold, &number, &location, request))
        },
        |order| {
            let (item, location) = (shown(&item), shown(&location));
            let number = text(order, "number");
            format!("{quantity} of {item} received for {number} at {location}.")
        },
    )
}

fn show(context: &Context, number: &str) -> Result<Answer, Failure> {
    read(
        context,
        |node| {
            let view = node.view();
            let order = at_entry::find_purchase(view.fold(), number)?;
            let order = view.purchase(order.id);
            order.ok_or_else(|| Failure::new("unknown-purchase-order", "the order is gone"))
        },
        |order| {
            let value = |key: &str| text(order, key);
            let (number, state) = (value("number"), value("state"));
            let supplier = with_name(order, "supplier", "supplier_name");
            let mut told = vec![format!("{number}  purchase order with {supplier}, {state}")];
            told.extend(said_pairs(&[
                ("Title", value("title")),
                ("Their number", value("reference")),
                ("Site", value("site")),
                ("Placed", time::shown(&value("placed"), time::local_zone())),
            ]));
            told.push(String::new());
            told.push(lines_table(order));
            told.join("\n")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_an_item_a_quantity_and_perhaps_a_day() {
        let read = line("R-100=500@1970-01-03").unwrap();
        assert_eq!((read.item.as_str(), read.day), ("R-100", Some(2)));
        assert_eq!(read.quantity.to_string(), "500");
        assert_eq!(line("A=B=2").unwrap().item, "A=B");
        for (typed, code) in [
            ("R-100", "bad-line"),
            ("=5", "bad-line"),
            ("R-100=x", "bad-quantity"),
            ("R-100=5@soon", "bad-date"),
        ] {
            assert_eq!(line(typed).unwrap_err().code, code, "{typed}");
        }
    }
}
