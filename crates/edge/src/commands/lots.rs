//! Production lots: planning, issuing, building, buying what is short, and what they look like.

use std::cell::RefCell;

use ledger_core::at_entry::{self, LotChange, Plan, Refusal};
use ledger_core::entry::{Body, PurchaseEntry};
use ledger_core::fold::Fold;
use serde_json::Value;

use super::plans::{day_or_none, ending, freshness, list, or_none, said_pairs, with, with_name};
use super::stock::{request, shown};
use super::{Here, quantity, read, write};
use crate::cli::{
    LotBuildArgs, LotBuyArgs, LotCommand, LotFields, LotMoveArgs, LotPlanArgs, LotSetArgs,
};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};
use crate::time;

const LOTS: &[Column] = &[
    Column::text("number", "Lot"),
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::number("quantity", "Units"),
    Column::number("built", "Built"),
    Column::text("state", "State"),
    Column::text("due", "Due").optional(),
    Column::text("parts", "Parts"),
    Column::text("customer", "Customer").optional(),
    Column::text("site", "Site").optional(),
    Column::text("title", "Title").optional(),
];

const LINES: &[Column] = &[
    Column::text("item", "Part"),
    Column::text("name", "Name"),
    Column::number("per_unit", "For one"),
    Column::number("required", "Required"),
    Column::number("issued", "Issued").optional(),
    Column::number("on_hand", "On hand"),
    Column::number("available", "Available"),
    Column::number("on_order", "On order"),
    Column::number("shortfall", "Shortfall").optional(),
    Column::text("unit", "Unit"),
    Column::text("words", "Covered"),
];

const STEPS: &[Column] = &[
    Column::text("from", "From"),
    Column::number("units", "Units that can be built"),
];

const SHORT: &[Column] = &[
    Column::number("quantity", "Missing"),
    Column::text("unit", "Unit"),
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::text("supplier", "Supplier").optional(),
];

/// `stock lot …`.
pub(crate) fn run(context: &Context, command: LotCommand) -> Result<Answer, Failure> {
    match command {
        LotCommand::Plan(args) => plan(context, args),
        LotCommand::Set(args) => set(context, args),
        LotCommand::Adopt(args) => act(
            context,
            |_, fold| at_entry::adopt_bom(fold, &args.number),
            |lot| {
                let number = text(lot, "number");
                format!("Lot {number} goes by today's bill of materials.")
            },
        ),
        LotCommand::Buy(args) => buy(context, &args),
        LotCommand::Issue(args) => issue(context, args),
        LotCommand::Return(args) => bring_back(context, args),
        LotCommand::Build(args) => build(context, args),
        LotCommand::Show(args) => show(context, &args.number),
        LotCommand::Close(args) => act(
            context,
            |_, fold| at_entry::lot_close(fold, &args.number, &ending(&args)),
            |lot| format!("Lot {} closed.", text(lot, "number")),
        ),
        LotCommand::List { open } => read(
            context,
            |node| Ok(node.view().lots(open)),
            |lots| {
                let lots: Vec<Value> = rows(lots)
                    .iter()
                    .map(|lot| with(lot, "parts", parts_words(lot)))
                    .collect();
                table(&lots, LOTS, "No lots.")
            },
        ),
    }
}

/// Writes and tells it: what happened, then how the lot's parts are now.
fn act(
    context: &Context,
    plan: impl FnOnce(Here, &Fold) -> Result<Plan, Refusal>,
    happened: impl FnOnce(&Value) -> String,
) -> Result<Answer, Failure> {
    write(context, plan, |lot| {
        let happened = happened(lot);
        let built = built_words(lot);
        format!("{happened} {built}\n\n{}", lines_table(lot))
    })
}

fn built_words(lot: &Value) -> String {
    let value = |key: &str| text(lot, key);
    let (built, quantity, item) = (value("built"), value("quantity"), value("item"));
    format!("{built} of {quantity} {item} are built.")
}

/// `yes`, or when, or what is missing.
fn covered_words(covered: &str, ready: &str) -> String {
    match (covered, ready) {
        ("yes", "") => "yes".to_owned(),
        ("yes", "some-day") => "yes, some day".to_owned(),
        ("yes", day) => format!("yes, {day}"),
        ("late", "some-day") => "late: nobody said when".to_owned(),
        ("late", day) => format!("late, {day}"),
        (other, _) => other.to_owned(),
    }
}

fn parts_words(lot: &Value) -> String {
    if text(lot, "state") != "open" || text(lot, "left") == "0" {
        return String::new();
    }
    match text(lot, "covered").as_str() {
        "yes" if text(lot, "ready").is_empty() => "there".to_owned(),
        covered => covered_words(covered, &text(lot, "ready")),
    }
}

/// Where a part comes from, in words: `40 from stock, 60 from PO-7 on 2026-12-03, 20 missing`.
fn peg_words(pegs: &[Value]) -> String {
    let words = pegs.iter().map(|peg| {
        let value = |key: &str| text(peg, key);
        let (quantity, number) = (value("quantity"), value("number"));
        let on = match value("date").as_str() {
            "" => String::new(),
            "some-day" => ", nobody said when".to_owned(),
            day => format!(" on {day}"),
        };
        match value("source").as_str() {
            "stock" if !value("owner").is_empty() => {
                format!("{quantity} from stock of {}", value("owner"))
            }
            "stock" => format!("{quantity} from stock"),
            "lot" => format!("{quantity} from the lot {number}{on}"),
            "purchase-order" => format!("{quantity} from {number}{on}"),
            "make" if peg.get("parts_left_out").is_some() => {
                format!("{quantity} to be made (its parts are too many to be told here)")
            }
            "make" => format!("{quantity} to be made"),
            _ => format!("{quantity} missing"),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

fn lines_table(lot: &Value) -> String {
    let lines = list(lot, "lines");
    let with_words = |line: &Value| {
        let words = if text(line, "required") == "0" {
            String::new()
        } else {
            let covered = covered_words(&text(line, "covered"), &text(line, "ready"));
            let pegs = peg_words(&list(line, "pegs"));
            format!("{covered}: {pegs}")
        };
        with(line, "words", words)
    };
    let lines: Vec<Value> = lines.iter().map(with_words).collect();
    table(&lines, LINES, "It takes no parts.")
}

fn change(fields: LotFields) -> Result<LotChange, Refusal> {
    let LotFields {
        due,
        customer,
        site,
        title,
    } = fields;
    Ok(LotChange {
        quantity: None,
        customer: or_none(customer),
        site: or_none(site),
        due: day_or_none(due)?,
        title: or_none(title).map(Option::unwrap_or_default),
    })
}

fn plan(context: &Context, args: LotPlanArgs) -> Result<Answer, Failure> {
    let LotPlanArgs { words, fields } = args;
    let (number, item, amount) = match words.as_slice() {
        [item, amount] => (None, item, amount),
        [number, item, amount] => (Some(number.as_str()), item, amount),
        _ => return Err(Failure::new("usage", "say what is built, and how many")),
    };
    let units = quantity(amount)?;
    let change = change(fields)?;
    act(
        context,
        |here, fold| at_entry::plan_lot(fold, here.device, number, item, units, &change),
        |lot| format!("Lot {} planned.", text(lot, "number")),
    )
}

fn set(context: &Context, args: LotSetArgs) -> Result<Answer, Failure> {
    let LotSetArgs {
        number,
        quantity: amount,
        fields,
    } = args;
    let mut change = change(fields)?;
    change.quantity = amount.as_deref().map(quantity).transpose()?;
    act(
        context,
        |_, fold| at_entry::set_lot(fold, &number, &change),
        |lot| format!("Lot {} changed.", text(lot, "number")),
    )
}

fn issue(context: &Context, args: LotMoveArgs) -> Result<Answer, Failure> {
    let LotMoveArgs {
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
                .planned(|request| at_entry::lot_issue(fold, &number, &location, request))
        },
        |lot| {
            let (item, location) = (shown(&item), shown(&location));
            let number = text(lot, "number");
            format!("{quantity} of {item} issued to the lot {number} from {location}.")
        },
    )
}

fn bring_back(context: &Context, args: LotMoveArgs) -> Result<Answer, Failure> {
    let LotMoveArgs {
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
                .planned(|request| at_entry::lot_return(fold, &number, &location, request))
        },
        |lot| {
            let (item, location) = (shown(&item), shown(&location));
            let number = text(lot, "number");
            format!("{quantity} of {item} returned from the lot {number} to {location}.")
        },
    )
}

fn build(context: &Context, args: LotBuildArgs) -> Result<Answer, Failure> {
    let LotBuildArgs {
        number,
        quantity,
        location,
        no_backflush,
        details,
    } = args;
    let taken = RefCell::new(Vec::new());
    act(
        context,
        |here, fold| {
            let plan = request(here, "", &quantity, details.into())?.planned(|request| {
                at_entry::lot_build(fold, &number, &location, request, !no_backflush)
            })?;
            taken.replace(taken_words(&plan));
            Ok(plan)
        },
        |lot| {
            let (item, location) = (text(lot, "item"), shown(&location));
            let taken = taken.borrow();
            let parts = if taken.is_empty() {
                String::new()
            } else {
                format!(" Taken for them: {}.", taken.join(", "))
            };
            format!("{quantity} {item} built, now at {location}.{parts}")
        },
    )
}

/// What a build takes from where.
fn taken_words(plan: &Plan) -> Vec<String> {
    let out = plan.bodies.iter().filter_map(|body| {
        let Body::Moved(moved) = body else {
            return None;
        };
        let from = moved.from.as_ref()?;
        Some(format!(
            "{} of {} from {}",
            moved.quantity, moved.item, from.location
        ))
    });
    out.collect()
}

fn buy(context: &Context, args: &LotBuyArgs) -> Result<Answer, Failure> {
    let placed = RefCell::new(Vec::new());
    act(
        context,
        |here, fold| {
            let supplier = args.supplier.as_deref();
            let plan = at_entry::buy_short(fold, here.device, &args.number, supplier)?;
            placed.replace(placed_words(&plan));
            Ok(plan)
        },
        |_| format!("Placed: {}.", placed.borrow().join("; ")),
    )
}

fn placed_words(plan: &Plan) -> Vec<String> {
    let orders = plan.bodies.iter().filter_map(|body| {
        let Body::Purchase(PurchaseEntry::Placed(placed)) = body else {
            return None;
        };
        let lines = placed.lines.iter();
        let lines = lines.map(|line| format!("{} of {}", line.quantity, line.item));
        let supplier = placed.fields.get(&ledger_core::purchase::key::SUPPLIER);
        let supplier = supplier.and_then(|supplier| supplier.as_text());
        Some(format!(
            "{} with {}, {}",
            placed.number,
            supplier.unwrap_or_default(),
            lines.collect::<Vec<_>>().join(", ")
        ))
    });
    orders.collect()
}

fn show(context: &Context, number: &str) -> Result<Answer, Failure> {
    read(
        context,
        |node| {
            let view = node.view();
            let lot = at_entry::find_lot(view.fold(), number)?;
            let lot = view.lot(lot.id);
            lot.ok_or_else(|| Failure::new("unknown-lot", "the lot is gone"))
        },
        lot_text,
    )
}

fn lot_text(lot: &Value) -> String {
    let value = |key: &str| text(lot, key);
    let mut told = vec![format!(
        "{}  {} {} ({}), {}. {}",
        value("number"),
        value("quantity"),
        value("item"),
        value("name"),
        value("state"),
        built_words(lot)
    )];
    told.extend(said_pairs(&[
        ("Title", value("title")),
        ("Customer", with_name(lot, "customer", "customer_name")),
        ("Site", value("site")),
        ("Due", value("due")),
        (
            "Planned",
            time::shown(&value("planned"), time::local_zone()),
        ),
    ]));
    if value("bom_differs") == "yes" {
        told.push(format!(
            "The bill of materials of {} is another one today: stock bom show {0}, stock lot adopt {}",
            value("item"),
            value("number")
        ));
    }
    told.push(String::new());
    told.push(lines_table(lot));
    if value("state") == "open" && value("left") != "0" {
        if let Some(can_build) = lot.get("can_build") {
            told.push(can_build_words(lot, can_build));
        }
        let short = list(lot, "short");
        if !short.is_empty() {
            let number = value("number");
            told.push(format!(
                "\nShort, all the way down; to buy it: stock lot buy {number}"
            ));
            told.push(table(&short, SHORT, ""));
        }
    }
    told.extend(freshness(lot).map(|words| format!("\n{words}")));
    told.join("\n")
}

fn can_build_words(lot: &Value, can_build: &Value) -> String {
    let now = text(can_build, "now");
    let due = match text(lot, "due").as_str() {
        "" => String::new(),
        day => format!(", {} by {day}", text(can_build, "by_due")),
    };
    let steps = list(can_build, "steps");
    let mut told = format!("\nCan build {now} now{due}.");
    if steps.len() > 1 {
        told.push('\n');
        told.push_str(&table(&steps, STEPS, ""));
    }
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn where_a_part_comes_from_is_said_in_words() {
        let pegs = [
            json!({ "source": "stock", "quantity": "40", "owner": null }),
            json!({ "source": "stock", "quantity": "5", "owner": "ACME" }),
            json!({ "source": "purchase-order", "quantity": "60", "number": "PO-7",
                "date": "2026-12-03" }),
            json!({ "source": "lot", "quantity": "1", "number": "L-2", "date": "some-day" }),
            json!({ "source": "make", "quantity": "2" }),
            json!({ "source": "nothing", "quantity": "20" }),
        ];
        assert_eq!(
            peg_words(&pegs),
            "40 from stock, 5 from stock of ACME, 60 from PO-7 on 2026-12-03, 1 from the lot L-2, \
             nobody said when, 2 to be made, 20 missing"
        );
    }

    #[test]
    fn covered_says_when() {
        assert_eq!(covered_words("yes", ""), "yes");
        assert_eq!(covered_words("yes", "2026-12-03"), "yes, 2026-12-03");
        assert_eq!(covered_words("late", "some-day"), "late: nobody said when");
        assert_eq!(covered_words("short", ""), "short");
    }
}
