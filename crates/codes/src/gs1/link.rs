//! GS1 Digital Links: a web address whose path has a key and its qualifiers, and whose query has
//! more AIs. Any host, any path before the key.

use super::ai::Ai;
use super::element::Found;
use super::parse::unknown;
use super::{Fault, Message, Warning, pairing};

/// Reads a web address; none when no part of its path is a GS1 key.
///
/// The key is the last AI of the path that can be one, counting AIs and values from the end in
/// pairs. AIs of the query that a Digital Link may not carry there, and qualifiers out of their
/// order, are read with a warning; names in the query that are no AIs belong to whoever runs the
/// host. A GTIN of 8, 12 or 13 digits is filled up, with a warning. Positions count the AIs:
/// 1 is the key.
#[must_use]
pub fn link(text: &str, year_now: u16) -> Option<Message> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://")?;
    if !["http", "https"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme))
    {
        return None;
    }
    let address = rest.split('#').next()?;
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (_host, path) = path.split_once('/')?;
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let (key, pairs) = key_and_pairs(&segments)?;

    let mut reading = Reading::new(year_now);
    for (digits, value) in &pairs {
        reading.take(digits, value);
    }
    reading.check_order(key, &pairs);
    for (digits, value) in query
        .split(['&', ';'])
        .filter_map(|pair| pair.split_once('='))
    {
        if let Some(ai) = Ai::find(digits) {
            reading.take(digits, value);
            if !ai.is_attribute {
                reading.misplaced(digits);
            }
        }
    }
    pairing::check(&mut reading.message);
    Some(reading.message)
}

/// The key of a path, and the AIs from it on with their values.
fn key_and_pairs<'a>(segments: &[&'a str]) -> Option<(&'static Ai, Vec<(&'a str, &'a str)>)> {
    let mut pairs = Vec::new();
    for pair in segments.rchunks_exact(2) {
        let [digits, value] = pair else { return None };
        let ai = Ai::find(digits)?;
        pairs.insert(0, (*digits, *value));
        if ai.qualifiers.is_some() {
            return Some((ai, pairs));
        }
    }
    None
}

struct Reading {
    message: Message,
    at: usize,
    year_now: u16,
}

impl Reading {
    fn new(year_now: u16) -> Self {
        Self {
            message: Message::default(),
            at: 1,
            year_now,
        }
    }

    fn take(&mut self, digits: &str, written: &str) {
        let at = self.at;
        self.at += 1;
        let (Some(ai), Some(value)) = (Ai::find(digits), decoded(written)) else {
            let fault = unknown(&format!("{digits}/{written}"), at);
            self.message.faults.push(fault);
            return;
        };
        let value = self.filled_up(digits, value);
        let (element, fault): (_, Option<Fault>) =
            Found { ai, digits, at }.with(&value, self.year_now);
        self.message.elements.push(element);
        self.message.faults.extend(fault);
    }

    fn filled_up(&mut self, digits: &str, value: String) -> String {
        if digits != "01" || !matches!(value.len(), 8 | 12 | 13) {
            return value;
        }
        self.message
            .warnings
            .push(Warning::Padded(digits.to_owned()));
        format!("{value:0>14}")
    }

    fn misplaced(&mut self, digits: &str) {
        self.message
            .warnings
            .push(Warning::Misplaced(digits.to_owned()));
    }

    /// Warns of qualifiers that the key does not have, or not in this order.
    fn check_order(&mut self, key: &Ai, pairs: &[(&str, &str)]) {
        let found: Vec<&str> = pairs.iter().skip(1).map(|(digits, _)| *digits).collect();
        let is_in_order = |sequence: &str| {
            let mut allowed = sequence.split(',');
            found
                .iter()
                .all(|digits| allowed.any(|next| next == *digits))
        };
        let sequences = key.qualifiers.unwrap_or_default();
        if !sequences.split('|').any(is_in_order) {
            for digits in found {
                self.misplaced(digits);
            }
        }
    }
}

/// A text with `%41` and the like resolved; none where they are broken or no UTF-8 comes of it.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at_checked(2)?;
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(hex, 16).ok().filter(|_| is_hex)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The AIs with values, and the warnings.
    fn read(text: &str) -> Option<(String, Vec<String>)> {
        let message = link(text, 2026)?;
        assert_eq!(message.faults, []);
        let elements: Vec<String> = message
            .elements
            .iter()
            .map(|element| format!("{}={}", element.ai, element.value))
            .collect();
        let warnings = message.warnings.iter().map(ToString::to_string).collect();
        Some((elements.join(" "), warnings))
    }

    fn check(text: &str, elements: &str, warnings: &[&str]) {
        let warnings = warnings
            .iter()
            .map(|warning| (*warning).to_owned())
            .collect();
        assert_eq!(read(text), Some((elements.to_owned(), warnings)), "{text}");
    }

    #[test]
    fn any_host_and_any_path_before_the_key() {
        let expected = "01=09506000134352 10=ABC 21=12/3 17=271231 3103=000195";
        for text in [
            "https://id.gs1.org/01/09506000134352/10/ABC/21/12%2F3?17=271231&3103=000195",
            "HTTP://example.com/some/path/01/09506000134352/10/ABC/21/12%2f3/?17=271231;3103=000195#x",
            "https://a.b/00/1/01/09506000134352/10/ABC/21/12%2F3?linkType=all&17=271231&3103=000195",
        ] {
            check(text, expected, &[]);
        }
    }

    #[test]
    fn what_is_out_of_place_is_read_with_a_warning() {
        check(
            "https://a.b/01/09506000134352/21/S/10/L",
            "01=09506000134352 21=S 10=L",
            &[
                "AI (21) has no place there in a Digital Link",
                "AI (10) has no place there in a Digital Link",
            ],
        );
        check(
            "https://a.b/01/9506000134352?21=S",
            "01=09506000134352 21=S",
            &[
                "AI (01) was filled up with leading zeros",
                "AI (21) has no place there in a Digital Link",
            ],
        );
    }

    #[test]
    fn other_addresses_are_none() {
        for text in [
            "https://www.tme.eu/details/WBP-302",
            "https://example.com/",
            "https://example.com",
            "ftp://a.b/01/09506000134352",
            "/01/09506000134352",
            "https://a.b/01/09506000134352/details",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn broken_escapes_and_wrong_values_are_faults() {
        let message = link("https://a.b/01/09506000134352/10/%4", 2026).unwrap();
        assert_eq!(message.elements.len(), 1);
        assert_eq!(message.faults[0].at, 2);
        let message = link("https://a.b/01/09506000134353", 2026).unwrap();
        assert_eq!(message.get("01"), None);
    }
}
