//! Numbers of labels: exact, with the decimals that the label states.

use std::fmt;

/// A number as it was written: `units` divided by ten to the power of `scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The digits, with their sign.
    pub units: i64,
    /// How many of them stand behind the point.
    pub scale: u8,
}

impl Decimal {
    /// A number of these digits.
    pub(crate) fn of_digits(digits: &str, scale: u8) -> Option<Self> {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let units = digits.parse().ok().filter(|_| plain)?;
        Some(Self { units, scale })
    }

    /// Reads `12`, `0.5` or `1,500.25` as people print quantities; none when it is no such number.
    pub(crate) fn printed(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = without_thousands(whole)?;
        let scale = u8::try_from(fraction.len()).ok()?;
        Self::of_digits(&format!("{whole}{fraction}"), scale)
    }
}

/// The digits of a number whose thousands may be set off by commas.
fn without_thousands(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let is_good = !first.is_empty()
        && (first.len() <= 3 || !text.contains(','))
        && groups.all(|group| group.len() == 3);
    is_good.then(|| text.replace(',', ""))
}

/// Without trailing zeros behind the point.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let scale = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_without_trailing_zeros() {
        for (units, scale, expected) in [
            (195, 3, "0.195"),
            (12500, 2, "125"),
            (-150, 2, "-1.5"),
            (0, 5, "0"),
            (7, 0, "7"),
            (i64::MIN, 0, "-9223372036854775808"),
        ] {
            assert_eq!(Decimal { units, scale }.to_string(), expected);
        }
    }

    #[test]
    fn printed_numbers_are_read_and_nothing_else() {
        for (text, expected) in [
            ("5", Some("5")),
            ("0.25", Some("0.25")),
            ("1,500", Some("1500")),
            ("1,500.50", Some("1500.5")),
            ("5000", Some("5000")),
            ("", None),
            ("1,50", None),
            ("-5", None),
            ("5EA", None),
            ("99999999999999999999", None),
        ] {
            let number = Decimal::printed(text).map(|number| number.to_string());
            assert_eq!(number.as_deref(), expected, "{text}");
        }
    }
}
