//! Settings: those that mean something today. A key that nothing obeys yet is refused.

use ledger_core::Code;
use ledger_core::at_entry::{self, Refusal};
use ledger_core::catalogue::{Class, key};
use ledger_core::fold::Fold;
use serde_json::{Value, json};

use super::catalogue::threshold;
use super::{read, write};
use crate::cli::SettingCommand;
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};

/// The keys, with the value that holds until somebody sets one.
const KEYS: [(&str, &str); 2] = [("default-threshold", "none"), ("reasons", "")];

const COLUMNS: &[Column] = &[
    Column::text("key", "Setting"),
    Column::text("value", "Value"),
];

/// `stock setting …`.
pub(crate) fn run(context: &Context, command: SettingCommand) -> Result<Answer, Failure> {
    match command {
        SettingCommand::List => read(
            context,
            |node| Ok(node.read(|fold| KEYS.map(|known| setting(fold, known)))),
            |list| table(rows(list), COLUMNS, "No settings."),
        ),
        SettingCommand::Get { key } => {
            let known = known(&key)?;
            read(
                context,
                |node| Ok(node.read(|fold| setting(fold, known))),
                |setting| text(setting, "value"),
            )
        }
        SettingCommand::Set { key, value } => {
            let (key, _) = known(&key)?;
            let value = checked(key, &value)?;
            let said = format!("{key} is now {value:?}.");
            write(context, |_, _| at_entry::add_setting(key, &value), |_| said)
        }
    }
}

fn known(typed: &str) -> Result<(&'static str, &'static str), Refusal> {
    let found = KEYS
        .into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(typed.trim()));
    found.ok_or_else(|| {
        Refusal::new("unknown-setting", format!("there is no setting {typed:?}")).hint(format!(
            "the settings are {}",
            KEYS.map(|(key, _)| key).join(" and ")
        ))
    })
}

fn setting(fold: &Fold, (key, default): (&str, &str)) -> Value {
    let set = Code::new(key)
        .ok()
        .map(|code| fold.field(Class::Setting, &code, key::VALUE));
    let value = set
        .as_ref()
        .and_then(|value| value.as_text())
        .unwrap_or(default);
    json!({ "key": key, "value": value })
}

/// The value as it is kept.
fn checked(key: &str, value: &str) -> Result<String, Refusal> {
    if key == "default-threshold" {
        let value = threshold(value)?;
        return Ok(value.map_or_else(|| "none".to_owned(), |value| value.to_string()));
    }
    let reasons = value
        .split(',')
        .map(str::trim)
        .filter(|reason| !reason.is_empty());
    Ok(reasons.collect::<Vec<_>>().join(", "))
}
