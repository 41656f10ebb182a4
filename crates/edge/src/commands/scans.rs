//! Scans of codes that nobody knew, and what they are resolved to.

use ledger_core::at_entry;
use serde_json::Value;

use super::{read, write};
use crate::cli::{ResolveArgs, ScansArgs, ScansCommand};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};

const SCANS: &[Column] = &[
    Column::moment("at", "When"),
    Column::text("code", "Code"),
    Column::number("of_code", "Scans of it"),
    Column::text("state", "Is"),
    Column::text("item", "Item").optional(),
    Column::text("mode", "Mode"),
    Column::number("quantity", "Scans"),
    Column::text("location", "Location"),
    Column::text("to", "To").optional(),
    Column::text("batch", "Batch").optional(),
    Column::text("neighbour", "Scanned after").optional(),
    Column::text("user", "Who"),
];

/// `stock scans …`.
pub(crate) fn run(context: &Context, args: &ScansArgs) -> Result<Answer, Failure> {
    match &args.command {
        None => list(context, args.unknown),
        Some(ScansCommand::Resolve(args)) => resolve(context, args),
    }
}

fn list(context: &Context, unknown: bool) -> Result<Answer, Failure> {
    let none = if unknown {
        "No code is unknown."
    } else {
        "No unknown code was ever scanned."
    };
    read(
        context,
        |node| Ok(node.view().scans(unknown)),
        |scans| list_text(rows(scans), none),
    )
}

fn list_text(scans: &[Value], none: &str) -> String {
    let told = table(scans, SCANS, none);
    if scans.iter().any(|scan| text(scan, "state") == "unknown") {
        let how =
            "Say what a code is with: stock scans resolve CODE ITEM | CODE --dismiss --note TEXT";
        return format!("{told}\n{how}");
    }
    told
}

fn resolve(context: &Context, args: &ResolveArgs) -> Result<Answer, Failure> {
    let ResolveArgs {
        code, item, note, ..
    } = args;
    write(
        context,
        |_, fold| match item {
            Some(item) => at_entry::resolve_scan(fold, code, item),
            None => at_entry::dismiss_scan(fold, code, note.as_deref()),
        },
        resolved,
    )
}

fn resolved(object: &Value) -> String {
    let (code, scans) = (text(object, "code"), text(object, "scans"));
    match text(object, "state").as_str() {
        "item" => {
            let (item, effective) = (text(object, "item"), text(object, "effective"));
            format!("{code} is {item}: {effective} of its {scans} scans change stock now.")
        }
        "dismissed" => format!("{code} is nothing of ours: its {scans} scans have no effect."),
        _ => format!("{code} is still unknown here: what was said of it waits to be admitted."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_code_came_to_is_told_with_the_number_of_its_scans() {
        let object = json!({
            "code": "X-1", "state": "item", "item": "R-100", "scans": 3, "effective": 2,
        });
        assert_eq!(
            resolved(&object),
            "X-1 is R-100: 2 of its 3 scans change stock now."
        );
        let scan = json!([{ "code": "X-1", "state": "unknown" }]);
        assert!(list_text(rows(&scan), "").contains("stock scans resolve"));
        assert_eq!(list_text(&[], "No code is unknown."), "No code is unknown.");
    }
}
