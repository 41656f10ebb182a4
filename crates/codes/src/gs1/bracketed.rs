//! Element strings as people read them: `(01) 0400 6381 3339 31 (10) A1`.

use super::ai::Ai;
use super::element::Found;
use super::parse::unknown;
use super::{Message, pairing};

/// Reads AIs in brackets with their values; none when the text does not begin with one.
///
/// White space is left out, since people group digits by it and no value can have it. A value ends
/// at the next bracket with a known AI in it. Positions count the characters without white space.
#[must_use]
pub fn bracketed(text: &str, year_now: u16) -> Option<Message> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut rest = text.as_str();
    let mut message = Message::default();
    let mut at = 1;
    // What stands first must look like an AI, or this is no such text.
    opening(rest)?;
    while let Some((digits, behind)) = opening(rest) {
        let end = next_opening(behind);
        let (value, next) = behind.split_at_checked(end).unwrap_or((behind, ""));
        let length = rest.chars().count() - next.chars().count();
        if let Some(ai) = Ai::find(digits) {
            let (element, fault) = Found { ai, digits, at }.with(value, year_now);
            message.elements.push(element);
            message.faults.extend(fault);
        } else {
            let whole = rest.strip_suffix(next).unwrap_or(rest);
            message.faults.push(unknown(whole, at));
        }
        at += length;
        rest = next;
    }
    pairing::check(&mut message);
    Some(message)
}

/// The digits in the bracket with which a text begins, and what is behind it.
fn opening(text: &str) -> Option<(&str, &str)> {
    let (digits, behind) = text.strip_prefix('(')?.split_once(')')?;
    let is_ai = (2..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_ai.then_some((digits, behind))
}

/// Where the next known AI in brackets begins, or the end.
fn next_opening(text: &str) -> usize {
    let mut brackets = text.match_indices('(').map(|(at, _)| at);
    let is_known = |at: &usize| {
        let digits = text.get(*at..).and_then(opening).map(|(digits, _)| digits);
        digits.and_then(Ai::find).is_some()
    };
    brackets.find(is_known).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let message = bracketed(text, 2026).unwrap();
        let pair = |element: super::super::Element| (element.ai, element.value);
        message.elements.into_iter().map(pair).collect()
    }

    fn pair(ai: &str, value: &str) -> (String, String) {
        (ai.to_owned(), value.to_owned())
    }

    #[test]
    fn brackets_with_and_without_spaces() {
        let expected = [
            pair("01", "04006381333931"),
            pair("17", "271231"),
            pair("10", "A(1)"),
        ];
        for text in [
            "(01)04006381333931(17)271231(10)A(1)",
            " (01) 0400 6381 3339 31 (17) 27 12 31 (10) A(1)",
        ] {
            assert_eq!(read(text), expected);
        }
    }

    #[test]
    fn only_known_ais_end_a_value() {
        assert_eq!(
            read("(10)A(05)B(C)(21)S"),
            [pair("10", "A(05)B(C)"), pair("21", "S")]
        );
    }

    #[test]
    fn an_unknown_ai_keeps_its_text_and_hides_nothing() {
        let message = bracketed("(05)12(10)A", 2026).unwrap();
        assert_eq!(message.elements.len(), 1);
        assert_eq!(
            message.faults[0].to_string(),
            "at character 1, AI ((05)): \"(05)12\" does not begin with a known AI"
        );
        assert_eq!(bracketed("A(01)", 2026), None);
        assert_eq!(bracketed("(1)2", 2026), None);
        assert_eq!(bracketed("(ab)2", 2026), None);
    }
}
