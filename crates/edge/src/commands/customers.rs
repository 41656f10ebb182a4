//! Customers: who they are, the stock they have here, and their open orders.

use ledger_core::at_entry;
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_core::{Code, Total};
use ledger_node::Node;
use ledger_node::view::{OrderView, PartnerView};
use serde::Serialize;
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

/// A customer with what is here of theirs.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    customer: PartnerView,
    stock: Vec<TheirLine>,
    orders: Vec<OrderView>,
}

/// One stock line of a customer.
#[derive(Debug, Serialize)]
struct TheirLine {
    item: String,
    name: String,
    unit: String,
    location: String,
    batch: Option<String>,
    on_hand: String,
}

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

fn look(node: &Node, typed: &str) -> Result<Shown, Failure> {
    let view = node.view();
    let code = at_entry::find_thing(view.fold(), Class::Customer, typed)?;
    let customers = view.customers().into_iter();
    let mut customers = customers.filter(|customer| customer.code == code.as_str());
    let customer = customers
        .next()
        .ok_or_else(|| Failure::new("unknown-customer", "the customer is gone"))?;
    let orders = view.orders(true).into_iter();
    let theirs = |order: &OrderView| order.customer.as_deref() == Some(code.as_str());
    Ok(Shown {
        stock: stock_of(view.fold(), &code),
        orders: orders.filter(theirs).collect(),
        customer,
    })
}

fn stock_of(fold: &Fold, customer: &Code) -> Vec<TheirLine> {
    let mut stock = Vec::new();
    for sku in fold.items() {
        for line in fold.lines(&sku) {
            if line.key.owner.as_ref() != Some(customer) || line.on_hand == Total::ZERO {
                continue;
            }
            let item = fold.item(&sku);
            stock.push(TheirLine {
                item: sku.to_string(),
                name: item.name,
                unit: item.unit,
                location: line.key.location.to_string(),
                batch: line.key.batch.as_ref().map(ToString::to_string),
                on_hand: line.on_hand.to_string(),
            });
        }
    }
    stock
}

fn shown_text(customer: &Value) -> String {
    let list = |key: &str| customer.get(key).map(rows).unwrap_or_default();
    [
        format!("{}  {}", text(customer, "code"), text(customer, "name")),
        String::new(),
        table(list("stock"), STOCK, "No stock of theirs is here."),
        String::new(),
        orders_table(list("orders"), "No open orders."),
    ]
    .join("\n")
}
