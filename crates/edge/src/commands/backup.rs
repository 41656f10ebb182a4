//! `stock backup` and `stock restore`.

use std::path::Path;

use serde_json::Value;

use super::close;
use crate::context::Context;
use crate::progress::Bar;
use crate::report::{Answer, Exit, Failure};
use crate::table::{rows, text};
use crate::time;

/// `stock backup`.
pub(crate) fn backup(context: &Context, file: &Path) -> Result<Answer, Failure> {
    let node = match context.open() {
        Ok(node) => Some(node),
        // A scan session goes on: its journal can be copied beside it.
        Err(failure) if failure.code == "store-in-use" => None,
        Err(failure) => return Err(failure),
    };
    let report = match &node {
        Some(node) => {
            let bar = Bar::new(context.json());
            node.backup(file, &mut |progress| bar.show(&progress))?
        }
        None => context.backup_beside(file)?,
    };
    let mut answer = context.answer(&report, backup_text)?;
    if !report.ok {
        answer.exit = Exit::Failed;
    }
    if let Some(node) = node {
        close(node, &mut answer);
    }
    Ok(answer)
}

fn backup_text(report: &Value) -> String {
    let (file, entries) = (text(report, "file"), text(report, "entries"));
    let mut lines = vec![
        format!("{file}: {entries} entries, read back from the disk and found whole."),
        "It holds this device's keys: keep it as you keep a key.".to_owned(),
    ];
    if !lost(report).is_empty() {
        lines = vec![format!(
            "{file}: {entries} entries. It is NOT whole; missing:"
        )];
        lines.extend(lost(report));
    }
    if let Some(damage) = report.get("damage").map(rows).unwrap_or_default().first() {
        lines.push(format!(
            "The store's own journal is damaged ({}), the backup was made of the index.\nNext: \
             stock doctor --fix",
            damage.as_str().unwrap_or_default()
        ));
    }
    lines.join("\n")
}

/// What is missing in a backup, a line each.
fn lost(report: &Value) -> Vec<String> {
    let missing = report.get("missing").map(rows).unwrap_or_default();
    let missing = missing.iter().filter_map(Value::as_str);
    missing.map(|text| format!("  {text}")).collect()
}

/// `stock restore`.
pub(crate) fn restore(context: &Context, file: &Path) -> Result<Answer, Failure> {
    let report = context.restore(file)?;
    let mut answer = context.answer(&report, restore_text)?;
    if !report.ok {
        answer.exit = Exit::Failed;
    }
    Ok(answer)
}

fn restore_text(report: &Value) -> String {
    let made = time::shown(&text(report, "made_at"), time::local_zone());
    let mut lines = vec![format!(
        "{} entries of {} restored into {}, as they were at {made}.",
        text(report, "entries"),
        text(report, "node"),
        text(report, "store"),
    )];
    if !lost(report).is_empty() {
        lines.push("The backup was not whole; missing:".to_owned());
        lines.extend(lost(report));
    }
    lines.push("Do not go on with the old store. Next: stock sync".to_owned());
    lines.join("\n")
}
