//! `stock codes explain`: what a code stands for here.

use ledger_core::Code;
use ledger_core::catalogue::Class;
use ledger_core::fold::{Fold, ItemMatch};
use serde::Serialize;
use serde_json::Value;

use super::read;
use crate::cli::CodesCommand;
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{rows, text};

#[derive(Debug, Serialize)]
struct Explained {
    kind: &'static str,
    aim: Option<String>,
    elements: Vec<Value>,
    item: Option<String>,
    location: Option<String>,
    command: Option<String>,
    quantity: Option<String>,
    batch: Option<String>,
    serial: Option<String>,
    expiry: Option<String>,
    warnings: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: CodesCommand) -> Result<Answer, Failure> {
    let CodesCommand::Explain { text: code } = command;
    read(
        context,
        |node| Ok(node.read(|fold| explain(fold, &code))),
        told,
    )
}

fn explain(fold: &Fold, code: &str) -> Explained {
    let nothing = Explained {
        kind: "unknown",
        aim: None,
        elements: Vec::new(),
        item: None,
        location: None,
        command: None,
        quantity: None,
        batch: None,
        serial: None,
        expiry: None,
        warnings: Vec::new(),
    };
    if codes::command(code).is_some() {
        let command = Some(code.trim().to_uppercase());
        return Explained {
            kind: "command",
            command,
            ..nothing
        };
    }
    let location = Code::new(code)
        .ok()
        .filter(|code| fold.exists(Class::Location, code));
    match (fold.find_item(code), location) {
        (ItemMatch::One(item, pack), location) => Explained {
            kind: "item",
            item: Some(item.to_string()),
            quantity: Some(pack.to_string()),
            warnings: location
                .iter()
                .map(|_| "it is a location too".to_owned())
                .collect(),
            location: location.map(|code| code.to_string()),
            ..nothing
        },
        (_, Some(location)) => Explained {
            kind: "location",
            location: Some(location.to_string()),
            ..nothing
        },
        (ItemMatch::Several(items), None) => {
            let names: Vec<String> = items.iter().map(ToString::to_string).collect();
            let warning = format!("several items claim it: {}", names.join(", "));
            Explained {
                warnings: vec![warning],
                ..nothing
            }
        }
        (ItemMatch::None, None) => {
            let misread = codes::gtin(code) == Some(codes::Gtin::Wrong);
            let warning = misread.then(|| "its check digit is wrong: perhaps misread".to_owned());
            Explained {
                warnings: warning.into_iter().collect(),
                ..nothing
            }
        }
    }
}

fn told(explained: &Value) -> String {
    let value = |key: &str| text(explained, key);
    let mut lines = vec![match value("kind").as_str() {
        "item" => format!("Item: {} of {}", value("quantity"), value("item")),
        "location" => format!("Location {}", value("location")),
        "command" => format!("Command {}", value("command")),
        _ => "Unknown".to_owned(),
    }];
    let warnings = explained.get("warnings").map(rows).unwrap_or_default();
    lines.extend(warnings.iter().filter_map(Value::as_str).map(str::to_owned));
    lines.join("\n")
}
