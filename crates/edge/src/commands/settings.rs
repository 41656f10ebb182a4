//! Settings. Which there are and what they take is said in one place, `at_entry::settings`.

use ledger_core::at_entry::settings;
use serde_json::Value;

use super::{read, write};
use crate::cli::SettingCommand;
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{Column, rows, table, text};

const COLUMNS: &[Column] = &[
    Column::text("key", "Setting"),
    Column::text("value", "Value"),
    Column::text("meaning", "Meaning"),
];

/// `stock setting …`.
pub(crate) fn run(context: &Context, command: SettingCommand) -> Result<Answer, Failure> {
    match command {
        SettingCommand::List => read(
            context,
            |node| Ok(node.view().settings()),
            |list| table(rows(list), COLUMNS, "No settings."),
        ),
        SettingCommand::Get { key } => {
            let setting = settings::find(&key)?;
            read(
                context,
                |node| Ok(node.view().setting(setting)),
                |setting| text(setting, "value"),
            )
        }
        SettingCommand::Set { key, value } => {
            write(context, |_, _| settings::set(&key, &value), said)
        }
    }
}

fn said(setting: &Value) -> String {
    format!(
        "{} is now {:?}.",
        text(setting, "key"),
        text(setting, "value")
    )
}
