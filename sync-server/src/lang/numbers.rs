//! Quantities as a language writes them, and read back from what people type.
//!
//! Quantities are exact decimals, so no float comes near them.

use super::Lang;

/// A true minus sign neither breaks a line nor passes for a hyphen.
const MINUS: &str = "\u{2212}";

/// What was typed can be read in two ways, such as `1.234` in German.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ambiguous;

const fn decimal_sign(lang: Lang) -> char {
    match lang {
        Lang::En => '.',
        Lang::De => ',',
    }
}

const fn group_sign(lang: Lang) -> char {
    match lang {
        Lang::En => ',',
        Lang::De => '.',
    }
}

/// The sign, the whole digits and the digits behind the point of a canonical quantity.
fn parts(canonical: &str) -> (bool, &str, Option<&str>) {
    let (negative, rest) = match canonical.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, canonical),
    };
    match rest.split_once('.') {
        Some((whole, fraction)) => (negative, whole, Some(fraction)),
        None => (negative, rest, None),
    }
}

pub(super) fn shown(lang: Lang, canonical: &str) -> String {
    let (negative, whole, fraction) = parts(canonical);
    let mut text = String::from(if negative { MINUS } else { "" });
    let digits = whole.chars().count();
    for (at, digit) in whole.chars().enumerate() {
        // Four digits are read at a glance without a mark.
        if at > 0 && digits > 4 && (digits - at).is_multiple_of(3) {
            text.push(group_sign(lang));
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push(decimal_sign(lang));
        text.push_str(fraction);
    }
    text
}

pub(super) fn change(lang: Lang, canonical: &str) -> String {
    let number = shown(lang, canonical);
    if canonical == "0" || canonical.starts_with('-') {
        return number;
    }
    format!("+{number}")
}

pub(super) fn typed(lang: Lang, canonical: &str) -> String {
    canonical.replace('.', &decimal_sign(lang).to_string())
}

pub(super) fn canonical(lang: Lang, typed: &str) -> Result<String, Ambiguous> {
    let text: String = typed.trim().replace(MINUS, "-");
    let is_group = text
        .rsplit_once(group_sign(lang))
        .is_some_and(|(_, last)| last.len() == 3 && last.bytes().all(|b| b.is_ascii_digit()));
    if is_group || (text.contains('.') && text.contains(',')) {
        return Err(Ambiguous);
    }
    Ok(text.replace(',', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_as_the_language_does() {
        for (canonical, english, german) in [
            ("0", "0", "0"),
            ("-2.5", "\u{2212}2.5", "\u{2212}2,5"),
            ("1234", "1234", "1234"),
            ("12345", "12,345", "12.345"),
            (
                "-1234567.0001",
                "\u{2212}1,234,567.0001",
                "\u{2212}1.234.567,0001",
            ),
        ] {
            assert_eq!(shown(Lang::En, canonical), english);
            assert_eq!(shown(Lang::De, canonical), german);
        }
        assert_eq!(change(Lang::De, "3.5"), "+3,5");
        assert_eq!(change(Lang::En, "0"), "0");
    }

    #[test]
    fn what_is_typed_is_read_in_the_language() {
        for (typed, wanted) in [
            ("+10", "+10"),
            (" 2,5 ", "2.5"),
            ("2.5", "2.5"),
            ("\u{2212}5", "-5"),
        ] {
            assert_eq!(canonical(Lang::De, typed).as_deref(), Ok(wanted));
        }
        assert_eq!(canonical(Lang::En, "1.234").as_deref(), Ok("1.234"));
        assert_eq!(canonical(Lang::De, "1,234").as_deref(), Ok("1.234"));
        for (lang, typed) in [
            (Lang::De, "1.234"),
            (Lang::En, "1,234"),
            (Lang::De, "1.234,5"),
        ] {
            assert_eq!(canonical(lang, typed), Err(Ambiguous), "{typed}");
        }
    }

    #[test]
    fn a_field_s_value_reads_back_as_it_was() {
        for lang in Lang::ALL {
            for quantity in ["0.0001", "1234.5", "-7", "1000000.25"] {
                let field = typed(lang, quantity);
                assert_eq!(canonical(lang, &field).as_deref(), Ok(quantity), "{field}");
            }
        }
    }
}
