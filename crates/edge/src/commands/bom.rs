//! Bills of materials: saying what things are made of, and looking at it.

use ledger_core::at_entry::{self, BomChange};
use serde_json::Value;

use super::plans::{list, with};
use super::stock::shown;
use super::{quantity, read, write};
use crate::cli::{BomCommand, BomSetArgs};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};

const LINES: &[Column] = &[
    Column::number("quantity", "For one"),
    Column::text("unit", "Unit"),
    Column::text("item", "Part"),
    Column::text("name", "Name"),
    Column::number("attrition", "Lost %").optional(),
    Column::text("made", "Made").optional(),
    Column::text("refs", "Refs").optional(),
];

const LEVELS: &[Column] = &[
    Column::text("part", "Part"),
    Column::text("name", "Name"),
    Column::number("quantity", "For one"),
    Column::number("total", "In all"),
    Column::text("unit", "Unit"),
    Column::number("attrition", "Lost %").optional(),
    Column::text("refs", "Refs").optional(),
];

const USES: &[Column] = &[
    Column::text("item", "Used in"),
    Column::text("name", "Name"),
    Column::number("quantity", "For one"),
    Column::text("unit", "Unit"),
];

const MADE: &[Column] = &[
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::number("parts", "Parts"),
];

/// `stock bom …`.
pub(crate) fn run(context: &Context, command: BomCommand) -> Result<Answer, Failure> {
    match command {
        BomCommand::Set(args) => set(context, args),
        BomCommand::Remove(args) => {
            let plan = |_, fold: &_| at_entry::remove_bom_line(fold, &args.parent, &args.child);
            write(context, plan, |object| {
                let child = shown(&args.child);
                format!("{} is not made of {child} any more.", text(object, "sku"))
            })
        }
        BomCommand::Show(args) => show(context, &args.item, args.levels),
        BomCommand::List => read(
            context,
            |node| Ok(node.view().boms()),
            |boms| {
                let count = |bom: &Value| with(bom, "parts", list(bom, "lines").len());
                let boms: Vec<Value> = rows(boms).iter().map(count).collect();
                table(&boms, MADE, "Nothing is made of anything.")
            },
        ),
    }
}

fn set(context: &Context, args: BomSetArgs) -> Result<Answer, Failure> {
    let BomSetArgs {
        parent,
        child,
        quantity: amount,
        refs,
        attrition,
    } = args;
    let change = BomChange {
        per_unit: amount.as_deref().map(quantity).transpose()?,
        attrition: attrition.as_deref().map(quantity).transpose()?,
        refs,
    };
    let plan = |_, fold: &_| at_entry::set_bom_line(fold, &parent, &child, &change);
    write(context, plan, |object| {
        let child = shown(&child);
        let made = text(object, "sku");
        match change.per_unit {
            Some(amount) => format!("One {made} takes {amount} of {child}."),
            None => format!("The line of {child} in {made} changed."),
        }
    })
}

fn show(context: &Context, item: &str, levels: bool) -> Result<Answer, Failure> {
    read(
        context,
        |node| {
            let view = node.view();
            let item = view.find_item(item)?;
            Ok(view.bom(&item, levels))
        },
        bom_text,
    )
}

fn bom_text(bom: &Value) -> String {
    let (item, name) = (text(bom, "item"), text(bom, "name"));
    let mut told = vec![format!("{item}  {name}")];
    if let Some(way) = bom.get("circle").filter(|circle| !circle.is_null()) {
        let way: Vec<&str> = rows(way).iter().filter_map(Value::as_str).collect();
        told.push(format!("It is made of itself: {}", way.join(" of ")));
    }
    told.push(String::new());
    match bom.get("levels") {
        Some(levels) => {
            let indented = |line: &Value| {
                let level = line.get("level").and_then(Value::as_u64).unwrap_or(1);
                let depth = usize::try_from(level.saturating_sub(1)).unwrap_or_default();
                let part = format!("{}{}", "  ".repeat(depth), text(line, "item"));
                with(line, "part", part)
            };
            let lines: Vec<Value> = rows(levels).iter().map(indented).collect();
            told.push(table(&lines, LEVELS, "It is made of nothing."));
        }
        None => {
            let lines = bom.get("lines").map(rows).unwrap_or_default();
            told.push(table(lines, LINES, "It is made of nothing."));
        }
    }
    let uses = bom.get("used_in").map(rows).unwrap_or_default();
    if !uses.is_empty() {
        told.push(String::new());
        told.push(table(uses, USES, ""));
    }
    told.join("\n")
}
