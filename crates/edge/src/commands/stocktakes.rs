//! Stocktakes: opening, giving out, approving, and the report.

use ledger_core::at_entry::{self, AssignRequest, Plan, Refusal, StocktakeRequest};
use ledger_core::fold::Fold;
use serde_json::Value;

use super::plans::{ending, freshness, list, said_pairs, with};
use super::stock::shown;
use super::{Here, read, write};
use crate::cli::{StocktakeAssignArgs, StocktakeCommand, StocktakeOpenArgs, StocktakeReportArgs};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};
use crate::time;

const STOCKTAKES: &[Column] = &[
    Column::text("number", "Stocktake"),
    Column::text("state", "State"),
    Column::number("total", "Lines"),
    Column::number("counted", "Counted"),
    Column::number("differing", "Differing"),
    Column::number("approved", "Approved"),
    Column::text("due", "Due").optional(),
    Column::text("blind", "Blind").optional(),
    Column::moment("opened", "Opened"),
    Column::text("title", "Title").optional(),
];

const LINES: &[Column] = &[
    Column::text("location", "Location"),
    Column::text("item", "Item"),
    Column::text("name", "Name"),
    Column::text("owner", "Owner").optional(),
    Column::text("batch", "Batch").optional(),
    Column::number("expected", "Expected"),
    Column::number("counted", "Counted"),
    Column::number("variance", "Variance"),
    Column::text("unit", "Unit"),
    Column::text("state", "State"),
    Column::text("counter", "Counts").optional(),
    Column::text("who", "Counted by").optional(),
];

/// `stock stocktake …`.
pub(crate) fn run(context: &Context, command: StocktakeCommand) -> Result<Answer, Failure> {
    match command {
        StocktakeCommand::Open(args) => open(context, args),
        StocktakeCommand::Assign(args) => assign(context, args),
        StocktakeCommand::Recount(args) => {
            let location = args.location.as_deref();
            act(
                context,
                |_, fold| at_entry::recount(fold, &args.number, &args.item, location),
                |_| format!("{} is to be counted once more.", shown(&args.item)),
            )
        }
        StocktakeCommand::List { open } => read(
            context,
            |node| Ok(node.view().stocktakes(open)),
            |all| table(rows(all), STOCKTAKES, "No stocktakes."),
        ),
        StocktakeCommand::Report(args) => report(context, &args),
        StocktakeCommand::Approve(args) => {
            let (item, location) = (args.item.as_deref(), args.location.as_deref());
            let note = args.note.as_deref();
            act(
                context,
                |_, fold| at_entry::approve_stocktake(fold, &args.number, item, location, note),
                |_| "Approved.".to_owned(),
            )
        }
        StocktakeCommand::Rest(args) => {
            let (item, location) = (args.item.as_deref(), args.location.as_deref());
            act(
                context,
                |_, fold| at_entry::count_rest_as_none(fold, &args.number, item, location),
                |_| "What nobody counted is not there.".to_owned(),
            )
        }
        StocktakeCommand::Close(args) => act(
            context,
            |_, fold| at_entry::close_stocktake(fold, &args.number, &ending(&args)),
            |stocktake| format!("Stocktake {} closed.", text(stocktake, "number")),
        ),
    }
}

/// Writes and tells it: what happened, and how far the stocktake is.
fn act(
    context: &Context,
    plan: impl FnOnce(Here, &Fold) -> Result<Plan, Refusal>,
    happened: impl FnOnce(&Value) -> String,
) -> Result<Answer, Failure> {
    write(context, plan, |stocktake| {
        format!("{} {}", happened(stocktake), progress_words(stocktake))
    })
}

fn progress_words(stocktake: &Value) -> String {
    let value = |key: &str| text(stocktake, key);
    format!(
        "{}: {} of {} lines are counted, {} differ, {} are approved.",
        value("number"),
        value("counted"),
        value("total"),
        value("differing"),
        value("approved")
    )
}

fn open(context: &Context, args: StocktakeOpenArgs) -> Result<Answer, Failure> {
    let StocktakeOpenArgs {
        number,
        location,
        items,
        not_counted_for,
        blind,
        due,
        title,
    } = args;
    let request = StocktakeRequest {
        locations: location,
        items,
        not_counted_for,
        blind,
        due: due.as_deref().map(time::parse_day).transpose()?,
        title,
    };
    let number = number.as_deref();
    act(
        context,
        |here, fold| at_entry::open_stocktake(fold, here.device, number, &request),
        |stocktake| format!("Stocktake {} opened.", text(stocktake, "number")),
    )
}

fn assign(context: &Context, args: StocktakeAssignArgs) -> Result<Answer, Failure> {
    let StocktakeAssignArgs {
        number,
        device,
        items,
        location,
        again,
    } = args;
    let request = AssignRequest {
        device,
        items,
        locations: location,
        again,
    };
    act(
        context,
        |_, fold| at_entry::assign_stocktake(fold, &number, &request),
        |_| match request.device.trim() {
            "-" => "Any device counts it.".to_owned(),
            device => format!("{device} counts it."),
        },
    )
}

fn report(context: &Context, args: &StocktakeReportArgs) -> Result<Answer, Failure> {
    let actor = context.actor()?;
    read(
        context,
        |node| {
            let view = node.view();
            let stocktake = at_entry::find_stocktake(view.fold(), &args.number)?;
            let report = view
                .stocktake(stocktake.id)
                .ok_or_else(|| Failure::new("unknown-stocktake", "the stocktake is gone"))?;
            let mut report = if view.who(actor.user.as_ref()).is_manager() {
                report
            } else {
                report.for_counting()
            };
            report.lines.retain(|line| {
                let differs = line.variance.as_ref().is_some_and(|by| by != "0");
                let is_open = matches!(line.state, "open" | "again");
                (!args.differing || differs) && (!args.open || is_open)
            });
            Ok(report)
        },
        report_text,
    )
}

fn report_text(stocktake: &Value) -> String {
    let value = |key: &str| text(stocktake, key);
    let words = |key: &str| {
        let list = list(stocktake, key);
        let words: Vec<String> = list
            .iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect();
        words.join(", ")
    };
    let days = match value("not_counted_for").as_str() {
        "" => String::new(),
        days => format!("what was not counted for {days} days"),
    };
    let blind = if value("blind") == "yes" {
        ", blind"
    } else {
        ""
    };
    let mut told = vec![format!(
        "{}  stocktake, {}{blind}",
        value("number"),
        value("state")
    )];
    told.extend(said_pairs(&[
        ("Title", value("title")),
        ("Locations", words("locations")),
        ("Items", words("items")),
        ("Only", days),
        ("Due", value("due")),
        ("Opened", time::shown(&value("opened"), time::local_zone())),
    ]));
    told.push(progress_words(stocktake));
    told.push(String::new());
    let lines: Vec<Value> = list(stocktake, "lines").iter().map(with_counters).collect();
    told.push(table(&lines, LINES, "It has no lines."));
    told.extend(freshness(stocktake).map(|words| format!("\n{words}")));
    told.join("\n")
}

/// Who counted a line and how much, where several did.
fn with_counters(line: &Value) -> Value {
    let counts = list(line, "counts");
    let told = |count: &Value| format!("{} {}", text(count, "device"), text(count, "quantity"));
    let who = match counts.as_slice() {
        [] => String::new(),
        [one] => text(one, "device"),
        several => several.iter().map(told).collect::<Vec<_>>().join(", "),
    };
    let who = if text(line, "disagree") == "yes" {
        format!("{who}: they disagree")
    } else {
        who
    };
    with(line, "who", who)
}
