//! Element strings as scanners send them: AI, value, perhaps a separator, and on.

use super::ai::Ai;
use super::element::{Found, split_after};
use super::{Fault, GS, Message, Problem, Warning, pairing};

/// Reads an element string whose separators are [`GS`]; see `separators` for other spellings.
///
/// A separator is allowed at the beginning, at the end and behind values of predefined length too,
/// since scanners differ there. What does not begin with an AI is a fault up to the next separator.
/// Positions count the characters of `text`. `year_now` decides the century of dates.
#[must_use]
pub fn parse(text: &str, year_now: u16) -> Message {
    let mut message = Message::default();
    let mut rest = text;
    let mut at = 1;
    while let Some(c) = rest.chars().next() {
        let behind = if c == GS {
            split_after(rest, 1).1
        } else {
            next(&mut message, rest, at, year_now)
        };
        at += rest.chars().count() - behind.chars().count();
        rest = behind;
    }
    pairing::check(&mut message);
    message
}

/// Takes one element off a text, and gives what is behind it.
fn next<'a>(message: &mut Message, text: &'a str, at: usize, year_now: u16) -> &'a str {
    let (field, behind) = text
        .split_at_checked(text.find(GS).unwrap_or(text.len()))
        .unwrap_or((text, ""));
    let Some((ai, digits)) = Ai::at_start_of(text) else {
        message.faults.push(unknown(field, at));
        return behind;
    };
    let whole = field.strip_prefix(digits).unwrap_or_default();
    let (value, cut) = value_of(ai, whole);
    if !ai.is_predefined() && !cut.is_empty() {
        message
            .warnings
            .push(Warning::SeparatorMissing(digits.to_owned()));
    }
    let (element, fault) = Found { ai, digits, at }.with(value, year_now);
    message.elements.push(element);
    message.faults.extend(fault);
    text.strip_prefix(digits)
        .and_then(|text| text.strip_prefix(value))
        .unwrap_or(behind)
}

/// The value at the beginning of a field. Where its length is known, that ends it, even if the
/// separator which the AI demands is missing.
fn value_of<'a>(ai: &Ai, field: &'a str) -> (&'a str, &'a str) {
    if ai.length_min() == ai.length_max() {
        return split_after(field, ai.length_max());
    }
    (field, "")
}

pub(super) fn unknown(field: &str, at: usize) -> Fault {
    Fault {
        ai: split_after(field, 4).0.to_owned(),
        at,
        problem: Problem::UnknownAi(field.to_owned()),
    }
}

#[cfg(test)]
mod tests;
