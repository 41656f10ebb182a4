//! Orders: opening, filling, changing and ending them. What they look like is in `show`.
//!
//! Every writing command says what happened in a sentence, with the stock that moved, and then the
//! order's lines as they are now.

mod show;

use std::cell::RefCell;

use ledger_core::at_entry::{self, OrderChange, Plan, Refusal};
use ledger_core::entry::{Body, Moved};
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_core::{Code, Quantity};
use serde_json::Value;

pub(crate) use self::show::{backorders, orders_table, wanting_table};
use super::plans::{day_or_none, ending, or_none};
use super::stock::request;
use super::{Here, quantity, write};
use crate::cli::{
    EndArgs, OrderCommand, OrderExpediteArgs, OrderFields, OrderFillArgs, OrderItemArgs,
    OrderLineArgs, OrderOpenArgs, OrderPickArgs,
};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::text;

/// `stock order …`.
pub(crate) fn run(context: &Context, command: OrderCommand) -> Result<Answer, Failure> {
    match command {
        OrderCommand::Open(args) => open(context, args),
        OrderCommand::Add(args) => add(context, &args),
        OrderCommand::Set(args) => set(context, &args),
        OrderCommand::Remove(args) => remove(context, &args),
        OrderCommand::Pick(args) => pick(context, args),
        OrderCommand::Fill(args) => fill(context, &args),
        OrderCommand::Return(args) => bring_back(context, &args),
        OrderCommand::Expedite(args) => expedite(context, &args),
        OrderCommand::Cancel(args) => cancel(context, &args),
        OrderCommand::Close(args) => close(context, &args),
        OrderCommand::Show(args) => show::show(context, &args.number),
        OrderCommand::List { open } => show::list(context, open),
        OrderCommand::PickList(args) => show::pick_list(context, &args.number),
        OrderCommand::Edit(args) => {
            let change = change(args.fields)?;
            act(
                context,
                |_, fold| Ok((at_entry::set_order(fold, &args.number, &change)?, None)),
                |order, _| format!("Order {} changed.", text(order, "number")),
            )
        }
    }
}

/// What a command did, for its sentence.
#[derive(Debug, Default)]
struct Done {
    /// The item it was about, as it is kept; none when it was about all.
    item: Option<Code>,
    /// The item's unit.
    unit: String,
    /// Whether there is a central server that confirms places.
    confirmed: bool,
    /// What was taken from places and returned to them, in words.
    moved: Vec<String>,
}

impl Done {
    fn of(here: Here, fold: &Fold, plan: &Plan, item: Option<Code>) -> Self {
        let unit = item.as_ref().map(|item| fold.item(item).unit);
        // What else is written is told by the command's own sentence.
        let moved = plan.bodies.iter().filter_map(|body| {
            let Body::Moved(moved) = body else {
                return None;
            };
            moved_words(fold, moved)
        });
        Self {
            moved: moved.collect(),
            confirmed: here.enrolled,
            unit: unit.unwrap_or_default(),
            item,
        }
    }

    /// A sentence for what was taken and returned; empty when nothing was.
    fn moved(&self) -> String {
        if self.moved.is_empty() {
            return String::new();
        }
        format!(" {}.", self.moved.join(", "))
    }
}

fn moved_words(fold: &Fold, moved: &Moved) -> Option<String> {
    let item = fold.canonical(&moved.item);
    let amount = format!("{} {} of {item}", moved.quantity, fold.item(&item).unit);
    let (said, place) = match (&moved.from, &moved.to) {
        (Some(from), _) => ("taken from", from),
        (None, Some(to)) => ("returned to", to),
        (None, None) => return None,
    };
    let whose = place.owner.as_ref();
    let whose = whose.map_or_else(String::new, |owner| format!(", {owner}'s own"));
    Some(format!("{amount} {said} {}{whose}", place.location))
}

/// Writes and tells it: what happened, then the order's line or lines as they are now.
fn act(
    context: &Context,
    plan: impl FnOnce(Here, &Fold) -> Result<(Plan, Option<Code>), Refusal>,
    happened: impl FnOnce(&Value, &Done) -> String,
) -> Result<Answer, Failure> {
    let done = RefCell::new(Done::default());
    write(
        context,
        |here, fold| {
            let (plan, item) = plan(here, fold)?;
            done.replace(Done::of(here, fold, &plan, item));
            Ok(plan)
        },
        |order| {
            let done = done.borrow();
            let lines = show::lines_now(order, done.item.as_ref(), done.confirmed);
            let happened = happened(order, &done);
            if lines.is_empty() {
                happened
            } else {
                format!("{happened}\n\n{lines}")
            }
        },
    )
}

fn item_of(fold: &Fold, typed: &str) -> Result<Option<Code>, Refusal> {
    at_entry::find_item(fold, typed).map(|(item, _)| Some(item))
}

fn change(fields: OrderFields) -> Result<OrderChange, Refusal> {
    let OrderFields {
        customer,
        site,
        due,
        title,
        stage,
    } = fields;
    Ok(OrderChange {
        customer: or_none(customer),
        site: or_none(site),
        due: day_or_none(due)?,
        title: or_none(title).map(Option::unwrap_or_default),
        stage: or_none(stage).map(Option::unwrap_or_default),
    })
}

fn open(context: &Context, args: OrderOpenArgs) -> Result<Answer, Failure> {
    let OrderOpenArgs {
        number,
        order_type,
        fields,
    } = args;
    // The command line lets only these words through.
    let order_type = OrderType::from_word(&order_type).unwrap_or(OrderType::Repair);
    let change = change(fields)?;
    act(
        context,
        |here, fold| {
            let number = number.as_deref();
            let plan = at_entry::open_order(fold, here.device, number, order_type, &change)?;
            Ok((plan, None))
        },
        |order, _| {
            let (number, order_type) = (text(order, "number"), text(order, "type"));
            let policy = show::policy_words(order);
            format!("Order {number} opened: {order_type}, {policy}.")
        },
    )
}

fn add(context: &Context, args: &OrderLineArgs) -> Result<Answer, Failure> {
    let amount = quantity(&args.quantity)?;
    act(
        context,
        |_, fold| {
            let plan = at_entry::order_add(fold, &args.number, &args.item, amount)?;
            Ok((plan, item_of(fold, &args.item)?))
        },
        |order, done| {
            let added = format!("{} added to order", what(amount, done));
            format!("{added} {}.{}", text(order, "number"), done.moved())
        },
    )
}

/// `8 pcs of R-100`.
fn what(amount: Quantity, done: &Done) -> String {
    let item = name(done);
    format!("{amount} {} of {item}", done.unit)
}

fn name(done: &Done) -> String {
    done.item
        .as_ref()
        .map_or_else(String::new, ToString::to_string)
}

fn set(context: &Context, args: &OrderLineArgs) -> Result<Answer, Failure> {
    let amount = quantity(&args.quantity)?;
    act(
        context,
        |_, fold| {
            let plan = at_entry::order_set(fold, &args.number, &args.item, amount)?;
            Ok((plan, item_of(fold, &args.item)?))
        },
        |order, done| {
            let wants = format!("now wants {}", what(amount, done));
            format!("Order {} {wants}.{}", text(order, "number"), done.moved())
        },
    )
}

fn remove(context: &Context, args: &OrderItemArgs) -> Result<Answer, Failure> {
    act(
        context,
        |_, fold| {
            let plan = at_entry::order_remove(fold, &args.number, &args.item)?;
            Ok((plan, item_of(fold, &args.item)?))
        },
        |order, done| {
            let number = text(order, "number");
            format!("{} taken off order {number}.{}", name(done), done.moved())
        },
    )
}

fn pick(context: &Context, args: OrderPickArgs) -> Result<Answer, Failure> {
    let OrderPickArgs {
        number,
        item,
        location,
        quantity,
        details,
    } = args;
    act(
        context,
        |here, fold| {
            let plan = request(here, &item, &quantity, details.into())?
                .planned(|request| at_entry::order_pick(fold, &number, &location, request))?;
            Ok((plan, item_of(fold, &item)?))
        },
        |order, done| {
            let picked = format!("Picked for order {}:", text(order, "number"));
            format!("{picked}{}", done.moved())
        },
    )
}

fn fill(context: &Context, args: &OrderFillArgs) -> Result<Answer, Failure> {
    act(
        context,
        |_, fold| {
            let item = args.item.as_deref();
            let plan = at_entry::order_fill(fold, &args.number, item)?;
            let item = item.map(|item| item_of(fold, item)).transpose()?;
            Ok((plan, item.flatten()))
        },
        |order, done| {
            let filled = format!("Picked for order {}:", text(order, "number"));
            format!("{filled}{}", done.moved())
        },
    )
}

fn bring_back(context: &Context, args: &OrderLineArgs) -> Result<Answer, Failure> {
    let amount = quantity(&args.quantity)?;
    act(
        context,
        |_, fold| {
            let plan = at_entry::order_return(fold, &args.number, &args.item, amount)?;
            Ok((plan, item_of(fold, &args.item)?))
        },
        |order, done| {
            let back = format!("Back from order {}:", text(order, "number"));
            format!("{back}{}", done.moved())
        },
    )
}

fn expedite(context: &Context, args: &OrderExpediteArgs) -> Result<Answer, Failure> {
    let rank = args.rank;
    act(
        context,
        |_, fold| {
            let plan = at_entry::order_expedite(fold, &args.number, &args.item, rank)?;
            Ok((plan, item_of(fold, &args.item)?))
        },
        |order, done| {
            let (item, number) = (name(done), text(order, "number"));
            if rank == 0 {
                return format!("{item} of order {number} is served in its turn again.");
            }
            format!("{item} of order {number} has rank {rank}: higher ranks are served first.")
        },
    )
}

fn cancel(context: &Context, args: &EndArgs) -> Result<Answer, Failure> {
    act(
        context,
        |_, fold| {
            let plan = at_entry::order_cancel(fold, &args.number, &ending(args))?;
            Ok((plan, None))
        },
        |order, done| format!("Order {} cancelled.{}", text(order, "number"), done.moved()),
    )
}

fn close(context: &Context, args: &EndArgs) -> Result<Answer, Failure> {
    act(
        context,
        |_, fold| {
            let plan = at_entry::order_close(fold, &args.number, &ending(args))?;
            Ok((plan, None))
        },
        |order, _| format!("Order {} closed.", text(order, "number")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_or_none_takes_a_value_away() {
        let said = |text: &str| or_none(Some(text.to_owned()));
        assert_eq!(or_none(None), None);
        assert_eq!(said(""), Some(None));
        assert_eq!(said(" None "), Some(None));
        assert_eq!(said("ACME"), Some(Some("ACME".to_owned())));
    }

    #[test]
    fn a_due_day_is_a_date_or_none() {
        let due = |text: &str| {
            change(OrderFields {
                customer: None,
                site: None,
                due: Some(text.to_owned()),
                title: None,
                stage: None,
            })
        };
        assert_eq!(due("1970-01-02").unwrap().due, Some(Some(1)));
        assert_eq!(due("none").unwrap().due, Some(None));
        assert_eq!(due("soon").unwrap_err().code, "bad-date");
    }
}
