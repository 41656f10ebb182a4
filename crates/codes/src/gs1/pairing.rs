//! Which AIs stand together, as warnings: a single code seldom has all that is on a thing.

use super::ai::Ai;
use super::{Message, Warning};

/// Adds the warnings about pairs to a message.
pub(super) fn check(message: &mut Message) {
    let present: Vec<&str> = message
        .elements
        .iter()
        .map(|element| element.ai.as_str())
        .collect();
    let mut warnings = Vec::new();
    for (place, element) in message.elements.iter().enumerate() {
        let earlier = message.elements.iter().take(place);
        let mut same = earlier.filter(|other| other.ai == element.ai);
        if same.any(|other| other.value != element.value) {
            warnings.push(Warning::Repeated(element.ai.clone()));
        }
        if let Some(ai) = Ai::find(&element.ai) {
            warnings.extend(lacking(ai, &element.ai, &present));
            warnings.extend(excluded(ai, &element.ai, &present));
        }
    }
    for warning in warnings {
        if !message.warnings.contains(&warning) {
            message.warnings.push(warning);
        }
    }
}

fn lacking(ai: &Ai, digits: &str, present: &[&str]) -> Option<Warning> {
    let is_there = |pattern: &str| present.iter().any(|other| matches(pattern, other));
    let mut groups = ai.needs.split(',');
    let is_fine = ai.needs.is_empty() || groups.any(|group| group.split('+').all(is_there));
    (!is_fine).then(|| Warning::Needs(digits.to_owned(), ai.needs))
}

fn excluded(ai: &Ai, digits: &str, present: &[&str]) -> Option<Warning> {
    let mut patterns = ai.without.split(',');
    let other = patterns.find_map(|pattern| {
        let mut others = present.iter().filter(|other| **other != digits);
        others.find(|other| matches(pattern, other))
    });
    other.map(|other| Warning::Excludes(digits.to_owned(), (*other).to_owned()))
}

/// Whether an AI is of a pattern such as `01` or `31nn`.
fn matches(pattern: &str, digits: &str) -> bool {
    pattern.len() == digits.len()
        && pattern
            .bytes()
            .zip(digits.bytes())
            .all(|(pattern, digit)| pattern == b'n' || pattern == digit)
}
