//! One value: cut into its parts, checked, and read.

use super::ai::{Ai, Form, Part, Rule};
use super::{Content, Element, Fault, Problem, rules};
use crate::date::{Date, Moment, pairs};
use crate::decimal::Decimal;

/// An AI with its digits, as it was found at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) ai: &'static Ai,
    pub(super) digits: &'a str,
    pub(super) at: usize,
}

impl Found<'_> {
    /// The element with a value, and what is wrong with it.
    pub(super) fn with(self, value: &str, year_now: u16) -> (Element, Option<Fault>) {
        let problem = problem(self.ai, value, year_now);
        let content = match problem {
            Some(_) => Content::Text,
            None => content(self.ai, self.digits, value, year_now).unwrap_or(Content::Text),
        };
        let element = Element {
            ai: self.digits.to_owned(),
            title: self.ai.title(),
            value: value.to_owned(),
            content,
            at: self.at,
        };
        let fault = problem.map(|problem| Fault {
            ai: self.digits.to_owned(),
            at: self.at,
            problem,
        });
        (element, fault)
    }
}

/// The first thing that is wrong with a value.
pub(super) fn problem(ai: &Ai, value: &str, year_now: u16) -> Option<Problem> {
    let length = value.chars().count();
    let mut rest = value;
    for part in ai.parts {
        if rest.is_empty() && part.is_optional {
            return None;
        }
        let (text, behind) = split_after(rest, part.length_max);
        if let Some(problem) = problem_of_part(part, text, year_now) {
            let too_short = Problem::TooShort {
                length,
                length_min: ai
                    .length_min()
                    .max(length + part.length_min - text.chars().count()),
            };
            return Some(problem.unwrap_or(too_short));
        }
        rest = behind;
    }
    let length_max = ai.length_max();
    (!rest.is_empty()).then_some(Problem::TooLong { length, length_max })
}

/// What is wrong with a part; inside, none where it is too short.
fn problem_of_part(part: &Part, text: &str, year_now: u16) -> Option<Option<Problem>> {
    if let Some(c) = text.chars().find(|c| !part.charset.has(*c)) {
        return Some(Some(Problem::Character(c, part.charset)));
    }
    if text.len() < part.length_min {
        return Some(None);
    }
    let broken = |rule: &&Rule| !rules::holds(**rule, text, year_now);
    let rule = part.rules.iter().find(broken)?;
    Some(Some(Problem::Content(*rule)))
}

/// A text after so many characters, or at its end.
pub(super) fn split_after(text: &str, count: usize) -> (&str, &str) {
    let at = text
        .char_indices()
        .nth(count)
        .map_or(text.len(), |(at, _)| at);
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// What a value says whose parts all hold.
fn content(ai: &Ai, digits: &str, value: &str, year_now: u16) -> Option<Content> {
    let decimals = || u8::try_from(digits.chars().last()?.to_digit(10)?).ok();
    let (first, rest) = split_after(value, ai.parts.first()?.length_max);
    match ai.form {
        Form::Text => None,
        Form::Count => Decimal::of_digits(value, 0).map(Content::Number),
        Form::Decimal => Decimal::of_digits(value, decimals()?).map(Content::Number),
        Form::Money => {
            let amount = Decimal::of_digits(rest, decimals()?)?;
            Some(Content::Money(first.parse().ok()?, amount))
        }
        Form::Temperature => {
            let Decimal { units, scale } = Decimal::of_digits(first, 2)?;
            let units = if rest.is_empty() { units } else { -units };
            Some(Content::Number(Decimal { units, scale }))
        }
        Form::Date => day(value, year_now).map(Content::Date),
        Form::Moment => moment(day(first, year_now)?, rest).map(Content::Moment),
        Form::Period => {
            let last = if rest.is_empty() { first } else { rest };
            Some(Content::Period(day(first, year_now)?, day(last, year_now)?))
        }
    }
}

/// `YYMMDD`, `YYMM00` or `YYYYMMDD`.
fn day(text: &str, year_now: u16) -> Option<Date> {
    if text.len() == 8 {
        return Date::long(text);
    }
    Date::short(text, year_now, true)
}

/// A day with nothing, `HH`, `HHMM` or `HHMMSS` behind it.
fn moment(date: Date, clock: &str) -> Option<Moment> {
    let [hour, minute, second] = match clock.len() {
        0 => [None; 3],
        2 => pairs(clock).map(|[hour]| [Some(hour), None, None])?,
        4 => pairs(clock).map(|[hour, minute]| [Some(hour), Some(minute), None])?,
        _ => pairs(clock).map(|numbers: [u8; 3]| numbers.map(Some))?,
    };
    Some(Moment {
        date,
        hour,
        minute,
        second,
    })
}
