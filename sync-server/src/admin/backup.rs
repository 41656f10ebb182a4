//! `backup` and `restore`.

use serde_json::Value;

use super::act::Act;
use super::{ask, counted, text};
use crate::cli::BackupArgs;
use crate::data;
use crate::fault::Fault;
use crate::report::Report;

/// `backup`: the running server writes it, or this program when none runs.
pub(crate) fn backup(arguments: &BackupArgs, report: Report) -> Result<(), Fault> {
    // The server may have been started elsewhere.
    let file = std::path::absolute(&arguments.file)
        .map_err(|error| Fault::system("finding the file", &error))?;
    let made = ask(&arguments.data.data, &Act::Backup { file }, report)?;
    report.result(&made, |made| {
        let file = text(made, "file");
        let entries = counted(number(made, "entries"), "entry", "entries");
        let mut told = format!(
            "{file}: {entries}, read back from the disk and found whole.\n\
             It holds the server's keys: keep it as you keep a key."
        );
        if !lost(made).is_empty() {
            told = format!("{file}: {entries}. It is NOT whole; missing:{}", lost(made));
        }
        let damage = made.get("damage").and_then(Value::as_array);
        if let Some(first) = damage.and_then(|all| all.first()).and_then(Value::as_str) {
            told.push_str(&format!(
                "\nThe store's own journal is damaged ({first}), the backup was made of the \
                 index. Next: stop the server and run stock-server doctor --fix"
            ));
        }
        told
    });
    whole(
        &made,
        "the backup is not whole: what is missing is listed above",
    )
}

/// `restore`: into a directory where nothing is, so no server can run there.
pub(crate) fn restore(arguments: &BackupArgs, report: Report) -> Result<(), Fault> {
    let restored = data::restore(&arguments.file, &arguments.data.data, report)?;
    let restored =
        serde_json::to_value(restored).map_err(|error| Fault::system("writing JSON", &error))?;
    report.result(&restored, |restored| {
        let mut told = format!(
            "{} of {} restored into {}, as they were at {}.",
            counted(number(restored, "entries"), "entry", "entries"),
            text(restored, "node"),
            text(restored, "store"),
            text(restored, "made_at"),
        );
        if !lost(restored).is_empty() {
            told.push_str("\nThe backup was not whole; missing:");
            told.push_str(&lost(restored));
        }
        told.push_str(
            "\nDo not go on with the old store. The next syncs bring back what devices still have.",
        );
        told
    });
    whole(
        &restored,
        "the backup was not whole: what is missing is listed above",
    )
}

fn number(object: &Value, key: &str) -> u64 {
    object.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// What is missing, a line each.
fn lost(object: &Value) -> String {
    let missing = object.get("missing").and_then(Value::as_array);
    let missing = missing.into_iter().flatten().filter_map(Value::as_str);
    missing.map(|text| format!("\n- {text}")).collect()
}

fn whole(object: &Value, text: &str) -> Result<(), Fault> {
    if object.get("ok") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    Err(Fault::new("backup-incomplete", text)
        .hint("keep it and the store as it is; devices may still have what is missing"))
}
