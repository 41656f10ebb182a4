//! The check digit of GTIN barcodes: EAN-8, UPC-A, EAN-13 and ITF-14.

/// What the last digit of a number that could be a GTIN says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gtin {
    /// It is the check digit of the others.
    Right,
    /// It is not: if this is a GTIN, it was misread.
    Wrong,
}

/// Checks a text of 8, 12, 13 or 14 digits; none when it is anything else.
#[must_use]
pub fn gtin(text: &str) -> Option<Gtin> {
    let text = text.trim();
    if !matches!(text.len(), 8 | 12 | 13 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // From the right: the check digit itself once, then three times and once in turn.
    let sum: u32 = text
        .bytes()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')).saturating_mul(weight))
        .sum();
    Some(if sum.is_multiple_of(10) {
        Gtin::Right
    } else {
        Gtin::Wrong
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_all_lengths() {
        for (text, expected) in [
            ("4006381333931", Some(Gtin::Right)),
            ("4006381333932", Some(Gtin::Wrong)),
            ("73513537", Some(Gtin::Right)),
            ("036000291452", Some(Gtin::Right)),
            ("10614141000415", Some(Gtin::Right)),
            ("10614141000414", Some(Gtin::Wrong)),
            ("400638133393", Some(Gtin::Wrong)),
            ("400638133393A", None),
            ("12345", None),
            ("", None),
        ] {
            assert_eq!(gtin(text), expected, "{text}");
        }
    }
}
