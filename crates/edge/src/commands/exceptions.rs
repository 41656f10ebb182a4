//! What a person should look at, and the answer to it.

use ledger_core::at_entry;
use serde_json::Value;

use super::stock::entry_id;
use super::{quantity, read, write};
use crate::cli::{AnswerArgs, AnswerWhat, ExceptionsArgs, ExceptionsCommand};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{rows, text};
use crate::time;

/// `stock exceptions …`.
pub(crate) fn run(context: &Context, args: ExceptionsArgs) -> Result<Answer, Failure> {
    match args.command {
        None => list(context),
        Some(ExceptionsCommand::Answer(args)) => answer(context, &args),
    }
}

fn list(context: &Context) -> Result<Answer, Failure> {
    read(
        context,
        |node| Ok(node.view().exceptions()),
        |open| list_text(rows(open)),
    )
}

fn list_text(open: &[Value]) -> String {
    if open.is_empty() {
        return "Nothing needs a look.".to_owned();
    }
    let zone = time::local_zone();
    let mut told: Vec<String> = open
        .iter()
        .map(|exception| {
            let since = time::shown(&text(exception, "since"), zone);
            let actions = exception.get("actions").map(rows).unwrap_or_default();
            let actions: Vec<&str> = actions.iter().filter_map(Value::as_str).collect();
            let entries = exception.get("entries").map(rows).unwrap_or_default();
            let entries: Vec<&str> = entries.iter().filter_map(Value::as_str).collect();
            let named = if entries.is_empty() {
                String::new()
            } else {
                format!("\n  Entries: {}", entries.join(", "))
            };
            format!(
                "{}  since {since}\n  {}{named}\n  Answers: {}",
                text(exception, "id"),
                text(exception, "text"),
                actions.join(", ")
            )
        })
        .collect();
    told.push(
        "Answer with: stock exceptions answer ID --count N | --reverse ENTRY | --accept".to_owned(),
    );
    told.join("\n\n")
}

fn answer(context: &Context, args: &AnswerArgs) -> Result<Answer, Failure> {
    let AnswerWhat {
        count,
        reverse,
        accept: _,
    } = &args.what;
    let said = match (count, reverse) {
        (Some(count), _) => at_entry::Answer::Count(quantity(count)?),
        (None, Some(entry)) => at_entry::Answer::Reverse(entry_id(entry)?),
        // The command line lets exactly one of the three through.
        (None, None) => at_entry::Answer::Accept,
    };
    let note = args.note.as_deref();
    write(
        context,
        |here, fold| at_entry::answer(fold, here.origin, &args.id, &said, note),
        answered,
    )
}

fn answered(object: &Value) -> String {
    let id = text(object, "id");
    if text(object, "open") == "yes" {
        let exception = object.get("exception").unwrap_or(&Value::Null);
        return format!(
            "Answered, yet {id} is still open: {}",
            text(exception, "text")
        );
    }
    format!("Answered: {id} is closed.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_exception_is_told_with_its_id_and_its_answers() {
        let open = json!([{
            "id": "negative-stock:R-100@A-01", "since": "", "text": "R-100 at A-01 is -5.",
            "actions": ["count", "accept"],
        }]);
        let told = list_text(rows(&open));
        assert!(told.contains("negative-stock:R-100@A-01"), "{told}");
        assert!(told.contains("Answers: count, accept\n"), "{told}");
        assert_eq!(list_text(&[]), "Nothing needs a look.");
    }
}
