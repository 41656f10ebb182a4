//! Items, barcodes, customers and suppliers.

use importing::{barcode, threshold};
use ledger_core::at_entry::{self, ItemChange, Refusal};
use ledger_core::catalogue::{Class, ItemKind};
use serde_json::Value;

use super::{quantity, read, write};
use crate::cli::{BindArgs, ItemAddArgs, ItemCommand, ItemFields, PartnerCommand};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};

/// How customers and suppliers are listed.
pub(super) const PARTNERS: &[Column] =
    &[Column::text("code", "Code"), Column::text("name", "Name")];

/// `stock item …`.
pub(crate) fn item(context: &Context, command: ItemCommand) -> Result<Answer, Failure> {
    match command {
        ItemCommand::Add(ItemAddArgs { sku, fields }) => {
            let change = change(fields)?;
            write(
                context,
                |_, fold| at_entry::add_item(fold, &sku, &change),
                said("added"),
            )
        }
        ItemCommand::Set(ItemAddArgs { sku, fields }) => {
            let change = change(fields)?;
            write(
                context,
                |_, fold| at_entry::set_item(fold, &sku, &change, false),
                said("set"),
            )
        }
        ItemCommand::Archive { sku } => write(
            context,
            |_, fold| at_entry::archive(fold, Class::Item, &sku, true),
            said("archived"),
        ),
        ItemCommand::Restore { sku } => write(
            context,
            |_, fold| at_entry::archive(fold, Class::Item, &sku, false),
            said("restored"),
        ),
        ItemCommand::Merge { alias, into } => write(
            context,
            |_, fold| at_entry::merge_items(fold, &alias, &into),
            |object| format!("{alias} is now another name of {}.", text(object, "sku")),
        ),
    }
}

fn said(what: &'static str) -> impl FnOnce(&Value) -> String {
    move |object| {
        format!(
            "Item {} ({}) {what}.",
            text(object, "sku"),
            text(object, "name")
        )
    }
}

fn change(fields: ItemFields) -> Result<ItemChange, Refusal> {
    let ItemFields {
        name,
        kind,
        unit,
        threshold,
        barcode,
        location,
        supplier,
    } = fields;
    Ok(ItemChange {
        name,
        kind: kind.as_deref().and_then(ItemKind::from_word),
        unit,
        threshold: threshold.as_deref().map(self::threshold).transpose()?,
        barcodes: barcode
            .iter()
            .map(|text| self::barcode(text))
            .collect::<Result<_, _>>()?,
        location,
        supplier,
    })
}

/// `stock bind`.
pub(crate) fn bind(context: &Context, args: &BindArgs) -> Result<Answer, Failure> {
    let pack = quantity(&args.pack)?;
    write(
        context,
        |_, fold| at_entry::bind(fold, &args.code, &args.item, pack),
        |object| {
            let (sku, unit) = (text(object, "sku"), text(object, "unit"));
            format!(
                "{} now stands for {pack} {unit} of {sku}.",
                args.code.trim()
            )
        },
    )
}

/// `stock supplier …`.
pub(crate) fn supplier(context: &Context, command: PartnerCommand) -> Result<Answer, Failure> {
    match command {
        PartnerCommand::Add(args) => {
            partner(context, Class::Supplier, &args.code, args.name.as_deref())
        }
        PartnerCommand::List => read(
            context,
            |node| Ok(node.view().suppliers()),
            |list| table(rows(list), PARTNERS, "No suppliers."),
        ),
    }
}

/// Makes a customer or supplier.
pub(super) fn partner(
    context: &Context,
    class: Class,
    code: &str,
    name: Option<&str>,
) -> Result<Answer, Failure> {
    write(
        context,
        |_, fold| at_entry::add_partner(fold, class, code, name),
        |object| {
            let word = if class == Class::Customer {
                "Customer"
            } else {
                "Supplier"
            };
            format!(
                "{word} {} ({}) added.",
                text(object, "code"),
                text(object, "name")
            )
        },
    )
}
