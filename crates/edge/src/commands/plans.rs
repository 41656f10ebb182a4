//! What the commands about orders, lots, purchase orders and stocktakes have in common.

use ledger_core::at_entry::Refusal;
use ledger_core::entry::Details as Said;
use serde_json::{Value, json};

use crate::cli::EndArgs;
use crate::table::text;
use crate::time;

/// A typed value; an empty text or `none` takes it away.
pub(super) fn or_none(text: Option<String>) -> Option<Option<String>> {
    text.map(|text| {
        let none = text.trim().is_empty() || text.trim().eq_ignore_ascii_case("none");
        (!none).then_some(text)
    })
}

/// A typed day; an empty text or `none` takes it away.
pub(super) fn day_or_none(text: Option<String>) -> Result<Option<Option<u32>>, Refusal> {
    Ok(match or_none(text) {
        Some(Some(day)) => Some(Some(time::parse_day(&day)?)),
        Some(None) => Some(None),
        None => None,
    })
}

/// What is said with an end.
pub(super) fn ending(args: &EndArgs) -> Said {
    Said {
        reason: args.reason.clone(),
        note: args.note.clone(),
        ..Said::default()
    }
}

/// The pairs of title and value of which something is said, one a line.
pub(super) fn said_pairs(pairs: &[(&str, String)]) -> Vec<String> {
    let said = pairs.iter().filter(|(_, said)| !said.is_empty());
    said.map(|(title, said)| format!("{title}: {said}"))
        .collect()
}

/// A code with its name, where that says more.
pub(super) fn with_name(object: &Value, code: &str, name: &str) -> String {
    match (text(object, code), text(object, name)) {
        (code, name) if name.is_empty() || name == code => code,
        (code, name) => format!("{code} ({name})"),
    }
}

/// The same object with a value more.
pub(super) fn with(object: &Value, key: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value.into());
    }
    object
}

/// A note that figures may miss something, where devices are behind.
pub(super) fn freshness(object: &Value) -> Option<String> {
    let behind = object.get("behind")?.as_array()?;
    if behind.is_empty() {
        return None;
    }
    let names: Vec<String> = behind.iter().map(|device| text(device, "device")).collect();
    Some(format!(
        "As of {}; news of {} may be missing.",
        time::shown(&text(object, "as_of"), time::local_zone()),
        names.join(", ")
    ))
}

/// An array as values, for tables.
pub(super) fn list(object: &Value, key: &str) -> Vec<Value> {
    let empty = json!([]);
    let array = object.get(key).unwrap_or(&empty);
    array.as_array().cloned().unwrap_or_default()
}
