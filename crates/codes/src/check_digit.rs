//! The check digit of GS1 keys, and article numbers (GTIN) in their one form of 14 digits.
//!
//! GS1 General Specifications, sections 7.9 (check digits) and 3.3.2 (14 digits), and 5.2 for the
//! short form UPC-E.

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
    Some(if is_right(text) {
        Gtin::Right
    } else {
        Gtin::Wrong
    })
}

/// Whether the last of some digits is the check digit of the others, by modulo 10.
pub(crate) fn is_right(digits: &str) -> bool {
    // From the right: the check digit itself once, then three times and once in turn.
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')).saturating_mul(weight))
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// The 14 digits of an EAN-8, UPC-A, EAN-13 or ITF-14 whose check digit is right.
#[must_use]
pub fn normalised(text: &str) -> Option<String> {
    let text = text.trim();
    (gtin(text) == Some(Gtin::Right)).then(|| format!("{text:0>14}"))
}

/// The 12 digits of UPC-A that the 8 digits of a UPC-E stand for, when their check digit is right.
///
/// Some scanners send UPC-E as it is printed: number system, six digits, check digit.
#[must_use]
pub fn upc_e(text: &str) -> Option<String> {
    let text = text.trim();
    let system = text
        .get(..1)
        .filter(|system| matches!(*system, "0" | "1"))?;
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (digits, last, check) = (text.get(1..6)?, text.get(6..7)?, text.get(7..8)?);
    let body = match last {
        "0" | "1" | "2" => format!("{}{last}0000{}", digits.get(..2)?, digits.get(2..)?),
        "3" => format!("{}00000{}", digits.get(..3)?, digits.get(3..)?),
        "4" => format!("{}00000{}", digits.get(..4)?, digits.get(4..)?),
        _ => format!("{digits}0000{last}"),
    };
    let whole = format!("{system}{body}{check}");
    is_right(&whole).then_some(whole)
}

/// How the same GTIN may stand in a catalogue: 14 digits first, then without leading zeros as
/// EAN-13, UPC-A and EAN-8.
#[must_use]
pub fn spellings(gtin_14: &str) -> Vec<String> {
    let shorter = |length: usize| {
        let (zeros, rest) = gtin_14.split_at_checked(gtin_14.len().checked_sub(length)?)?;
        zeros
            .bytes()
            .all(|byte| byte == b'0')
            .then(|| rest.to_owned())
    };
    [14, 13, 12, 8].into_iter().filter_map(shorter).collect()
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

    #[test]
    fn one_article_has_one_number_of_14_digits() {
        for (text, expected) in [
            ("73513537", Some("00000073513537")),
            ("036000291452", Some("00036000291452")),
            (" 0036000291452", Some("00036000291452")),
            ("4006381333931", Some("04006381333931")),
            ("10614141000415", Some("10614141000415")),
            ("4006381333932", None),
        ] {
            assert_eq!(normalised(text).as_deref(), expected, "{text}");
        }
        assert_eq!(
            spellings("00000073513537"),
            [
                "00000073513537",
                "0000073513537",
                "000073513537",
                "73513537"
            ]
        );
        assert_eq!(
            spellings("04006381333931"),
            ["04006381333931", "4006381333931"]
        );
        assert_eq!(spellings("10614141000415"), ["10614141000415"]);
    }

    #[test]
    fn upc_e_stands_for_twelve_digits() {
        // One of each of the four ways to leave out zeros.
        for (text, expected) in [
            ("01234505", Some("012000003455")),
            ("04252614", Some("042100005264")),
            ("01234531", Some("012300000451")),
            ("01234543", Some("012340000053")),
            ("01234558", Some("012345000058")),
            ("01234559", None),
            ("21234505", None),
            ("0123450", None),
        ] {
            assert_eq!(upc_e(text).as_deref(), expected, "{text}");
        }
    }
}
