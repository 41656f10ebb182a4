//! Customers: who they are, the stock they have here, and their open orders.

use ledger_core::at_entry;
use ledger_core::catalogue::Class;
use ledger_node::Node;
use ledger_node::view::CustomerView;
use serde_json::Value;

use super::catalogue::{PARTNERS, partner};
use super::orders::orders_table;
use super::read;
use crate::cli::CustomerCommand;
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};

const STOCK: &[Column] = &[
    Column::number("on_hand", "On hand"),
    Column::text("unit", "Unit"),
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::text("location", "Location"),
    Column::text("batch", "Batch").optional(),
];

/// `stock customer …`.
pub(crate) fn run(context: &Context, command: CustomerCommand) -> Result<Answer, Failure> {
    match command {
        CustomerCommand::Add(args) => {
            partner(context, Class::Customer, &args.code, args.name.as_deref())
        }
        CustomerCommand::List => read(
            context,
            |node| Ok(node.view().customers()),
            |list| table(rows(list), PARTNERS, "No customers."),
        ),
        CustomerCommand::Show { code } => read(context, |node| look(node, &code), shown_text),
    }
}

fn look(node: &Node, typed: &str) -> Result<CustomerView, Failure> {
    let view = node.view();
    let code = at_entry::find_thing(view.fold(), Class::Customer, typed)?;
    Ok(view.customer(&code))
}

fn shown_text(customer: &Value) -> String {
    let list = |key: &str| customer.get(key).map(rows).unwrap_or_default();
    [
        format!("{}  {}", text(customer, "code"), text(customer, "name")),
        String::new(),
        table(list("lines"), STOCK, "No stock of theirs is here."),
        String::new(),
        orders_table(list("orders"), "No open orders."),
    ]
    .join("\n")
}
