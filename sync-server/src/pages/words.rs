//! Numbers and times as pages print them.

/// A quantity with a true minus sign, which neither breaks a line nor passes for a hyphen.
pub(super) fn number(quantity: &str) -> String {
    quantity.replace('-', "\u{2212}")
}

/// A change: with its sign always.
pub(super) fn change(quantity: &str) -> String {
    if quantity.starts_with('-') || quantity == "0" {
        return number(quantity);
    }
    format!("+{quantity}")
}

/// Day and time to the minute, in UTC, of a time in RFC 3339.
pub(super) fn day_and_time(rfc3339: &str) -> String {
    let day = rfc3339.get(..10).unwrap_or(rfc3339);
    let time = rfc3339.get(11..16).unwrap_or_default();
    format!("{day} {time}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_for_people() {
        assert_eq!(number("-2.5"), "\u{2212}2.5");
        assert_eq!(
            [change("3"), change("0"), change("-1")],
            ["+3", "0", "\u{2212}1"]
        );
        assert_eq!(day_and_time("2024-03-04T10:00:07.000Z"), "2024-03-04 10:00");
    }
}
