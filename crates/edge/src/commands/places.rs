//! Location types and locations.

use ledger_core::at_entry::{self, LocationChange, LocationTypeChange};
use ledger_core::catalogue::Class;
use serde_json::Value;

use super::{read, write};
use crate::cli::{GridArgs, LocationCommand, LocationFields, LocationTypeCommand, OnOff};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};

const TYPES: &[Column] = &[
    Column::text("name", "Name"),
    Column::number("rows", "Rows").optional(),
    Column::text("columns", "Columns").optional(),
];

const LOCATIONS: &[Column] = &[
    Column::text("number", "Number"),
    Column::text("name", "Name"),
    Column::text("site", "Site").optional(),
    Column::text("room", "Room").optional(),
    Column::text("type", "Type").optional(),
    Column::number("row", "Row").optional(),
    Column::text("column", "Column").optional(),
    Column::text("blocked", "Blocked").optional(),
    Column::text("archived", "Archived").optional(),
];

/// `stock location-type …`.
pub(crate) fn location_type(
    context: &Context,
    command: LocationTypeCommand,
) -> Result<Answer, Failure> {
    match command {
        LocationTypeCommand::Add(args) => {
            let change = LocationTypeChange {
                name: None,
                rows: args.rows,
                columns: args.columns,
            };
            write(
                context,
                |_, fold| at_entry::add_location_type(fold, &args.name, &change),
                |object| format!("Location type {} added.", text(object, "name")),
            )
        }
        LocationTypeCommand::List => read(
            context,
            |node| Ok(node.view().location_types()),
            |list| table(rows(list), TYPES, "No location types."),
        ),
    }
}

/// `stock location …`.
pub(crate) fn location(context: &Context, command: LocationCommand) -> Result<Answer, Failure> {
    match command {
        LocationCommand::Add(args) => {
            let change = change(args.fields);
            let plan = |fold: &_| at_entry::add_location(fold, &args.number, &change);
            write(context, |_, fold| plan(fold), said("added"))
        }
        LocationCommand::AddGrid(args) => grid(context, args),
        LocationCommand::Set(args) => {
            let change = change(args.fields);
            let plan = |fold: &_| at_entry::set_location(fold, &args.number, &change, false);
            write(context, |_, fold| plan(fold), said("set"))
        }
        LocationCommand::Archive { number } => write(
            context,
            |_, fold| at_entry::archive(fold, Class::Location, &number, true),
            said("archived"),
        ),
        LocationCommand::Restore { number } => write(
            context,
            |_, fold| at_entry::archive(fold, Class::Location, &number, false),
            said("restored"),
        ),
        LocationCommand::List => read(
            context,
            |node| Ok(node.view().locations()),
            |list| table(rows(list), LOCATIONS, "No locations."),
        ),
    }
}

fn said(what: &'static str) -> impl FnOnce(&Value) -> String {
    move |object| {
        format!(
            "Location {} ({}) {what}.",
            text(object, "number"),
            text(object, "name")
        )
    }
}

fn change(fields: LocationFields) -> LocationChange {
    let LocationFields {
        name,
        location_type,
        site,
        room,
        row,
        column,
        blocked,
    } = fields;
    let blocked = blocked.map(|blocked| blocked == OnOff::On);
    LocationChange {
        name,
        location_type,
        site,
        room,
        row,
        column,
        blocked,
        without: Vec::new(),
    }
}

fn grid(context: &Context, args: GridArgs) -> Result<Answer, Failure> {
    let GridArgs {
        location_type,
        prefix,
        rows,
        columns,
        site,
        room,
    } = args;
    let change = LocationChange {
        site,
        room,
        ..LocationChange::default()
    };
    // The hyphen comes with the number, so a prefix that ends in one need not bring it.
    let prefix = prefix.trim().trim_end_matches('-');
    let mut made = 0_usize;
    write(
        context,
        |_, fold| {
            let plan = at_entry::add_grid(fold, &location_type, prefix, rows, &columns, &change)?;
            made = plan.bodies.len();
            Ok(plan)
        },
        |_| "Grid added.".to_owned(),
    )
    .map(|mut answer| {
        if !context.json() {
            answer.text = format!("{made} locations added, {prefix}-… by row and column.");
        }
        answer
    })
}
