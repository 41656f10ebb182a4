//! Comparisons that say what differs: partial objects, and quantities as canonical strings.

use serde_json::Value;

/// Fails unless `actual` holds everything that `expected` names: objects may have more keys,
/// arrays have the same length, everything else is equal.
#[track_caller]
pub fn assert_holds(what: &str, actual: &Value, expected: &Value) {
    if let Err(place) = holds(actual, expected, "") {
        panic!("{what}: differs at {place}\nexpected at least {expected:#}\ngot {actual:#}");
    }
}

/// Whether `actual` holds everything that `expected` names; the error is the place that differs.
///
/// # Errors
/// The path of the first difference.
pub fn holds(actual: &Value, expected: &Value, path: &str) -> Result<(), String> {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            for (key, wanted) in expected {
                let path = format!("{path}.{key}");
                let value = actual.get(key).ok_or_else(|| format!("{path} (missing)"))?;
                holds(value, wanted, &path)?;
            }
            Ok(())
        }
        (Value::Array(actual), Value::Array(expected)) => {
            if actual.len() != expected.len() {
                return Err(format!("{path} ({} elements)", actual.len()));
            }
            for (index, (value, wanted)) in actual.iter().zip(expected).enumerate() {
                holds(value, wanted, &format!("{path}[{index}]"))?;
            }
            Ok(())
        }
        _ if actual == expected => Ok(()),
        _ => Err(if path.is_empty() {
            "the value itself".to_owned()
        } else {
            path.to_owned()
        }),
    }
}

/// Fails unless the object has every one of these keys.
#[track_caller]
pub fn assert_keys(what: &str, object: &Value, keys: &[&str]) {
    let map = object
        .as_object()
        .unwrap_or_else(|| panic!("{what} is no object: {object:#}"));
    let missing: Vec<_> = keys.iter().filter(|key| !map.contains_key(**key)).collect();
    assert!(missing.is_empty(), "{what} lacks {missing:?}: {object:#}");
}

/// Whether this exact string stands anywhere in the value.
#[must_use]
pub fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(values) => values.iter().any(|value| mentions(value, text)),
        Value::Object(map) => map.values().any(|value| mentions(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A quantity in ten-thousandths; fails unless the value is a canonical decimal string.
#[track_caller]
#[must_use]
pub fn ten_thousandths(value: &Value) -> i128 {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("a quantity is a string, got {value}"));
    let sum = parsed(text).unwrap_or_else(|| panic!("{text:?} is no quantity"));
    assert_eq!(printed(sum), text, "a quantity is printed canonically");
    sum
}

fn parsed(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.len() > 4 {
        return None;
    }
    let all: i128 = format!("{whole}{fraction:0<4}").parse().ok()?;
    Some(if negative { -all } else { all })
}

/// Ten-thousandths as the canonical decimal string.
#[must_use]
pub fn printed(ten_thousandths: i128) -> String {
    let sign = if ten_thousandths < 0 { "-" } else { "" };
    let size = ten_thousandths.unsigned_abs();
    let (whole, fraction) = (size / 10_000, size % 10_000);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!("{fraction:04}");
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

/// The strings of one key, in the order of the rows.
#[track_caller]
#[must_use]
pub fn column<'a>(rows: &'a [Value], key: &str) -> Vec<&'a str> {
    rows.iter()
        .map(|row| {
            row[key]
                .as_str()
                .unwrap_or_else(|| panic!("no string {key} in {row:#}"))
        })
        .collect()
}

/// The elements of a JSON array.
#[track_caller]
#[must_use]
pub fn array(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => {
            panic!("expected an array, got {other:#}")
        }
    }
}
