//! Fields that a spreadsheet would take for a formula get an apostrophe when they are exported, and
//! lose it when they are imported (OWASP, CSV injection).

use std::borrow::Cow;

/// What a formula begins with.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A field that no spreadsheet takes for a formula. Numbers stay numbers.
#[must_use]
pub fn guarded(field: &str) -> Cow<'_, str> {
    if is_formula(field) {
        Cow::Owned(format!("'{field}"))
    } else {
        Cow::Borrowed(field)
    }
}

/// The field as it was before it was exported.
pub(crate) fn unguarded(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(bare) if is_formula(bare) => bare,
        Some(_) | None => field,
    }
}

fn is_formula(field: &str) -> bool {
    field.starts_with(SIGNS) && !is_number(field)
}

fn is_number(field: &str) -> bool {
    let digits = field.strip_prefix('-').unwrap_or(field);
    let mut parts = digits.splitn(2, '.');
    parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text_and_comes_back_as_it_was() {
        for text in [
            "=1+1", "+1", "-", "-1-1", "@SUM(A1)", "\tx", "＝1", "-1.", "--1",
        ] {
            assert_eq!(guarded(text), format!("'{text}"), "{text}");
            assert_eq!(unguarded(&guarded(text)), text);
        }
        for text in [
            "-5",
            "-0.25",
            "12",
            "A-1",
            "",
            "2026-11-23",
            "'tis",
            "'",
            "'5",
            "'-5",
        ] {
            assert_eq!(guarded(text), text, "{text}");
            assert_eq!(unguarded(text), text, "{text}");
        }
        assert_eq!(guarded("'=1"), "'=1");
    }
}
