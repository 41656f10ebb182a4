//! Every AI of the GS1 Barcode Syntax Dictionary: read when it is right, refused when it is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use codes::gs1::{Ai, GS, Message, Warning, bracketed, link, parse};
use support::{Entry, dictionary, of_pattern};

const YEAR: u16 = 2026;

/// The AIs and values of a message without faults.
fn pairs(message: &Message) -> Vec<(&str, &str)> {
    assert_eq!(message.faults, [], "{message:?}");
    let elements = message.elements.iter();
    elements
        .map(|element| (element.ai.as_str(), element.value.as_str()))
        .collect()
}

/// A value as it stands in the path or the query of an address.
fn escaped(value: &str) -> String {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    value.bytes().map(escape).collect()
}

fn in_brackets(entries: &[(&str, &str)]) -> Message {
    let text: String = entries
        .iter()
        .map(|(ai, value)| format!("({ai}){value}"))
        .collect();
    bracketed(&text, YEAR).unwrap()
}

#[test]
fn every_ai_is_known_with_its_title_and_none_besides() {
    let Some(entries) = dictionary("every_ai_is_known_with_its_title_and_none_besides") else {
        return;
    };
    assert!(entries.len() > 500, "{} AIs", entries.len());
    for entry in &entries {
        let ai = Ai::find(&entry.ai).unwrap_or_else(|| panic!("{} is missing", entry.ai));
        assert!(
            entry.title.is_empty() || ai.title() == entry.title,
            "{}",
            entry.ai
        );
        assert!(!ai.title().is_empty(), "{}", entry.ai);
    }
    let known = |digits: &str| entries.iter().any(|entry| entry.ai == digits);
    for (width, end) in [(1, 10), (2, 100), (3, 1_000), (4, 10_000), (5, 10_000)] {
        for number in 0..end {
            let digits = format!("{number:0width$}");
            assert_eq!(Ai::find(&digits).is_some(), known(&digits), "{digits}");
        }
    }
}

#[test]
fn every_ai_is_read_alone_and_before_another() {
    let Some(entries) = dictionary("every_ai_is_read_alone_and_before_another") else {
        return;
    };
    for entry in &entries {
        for value in entry.right() {
            let ai = entry.ai.as_str();
            let alone = [(ai, value.as_str())];
            assert_eq!(pairs(&parse(&format!("{ai}{value}"), YEAR)), alone);
            assert_eq!(pairs(&parse(&format!("{GS}{ai}{value}{GS}"), YEAR)), alone);
            assert_eq!(pairs(&in_brackets(&alone)), alone);

            let two = [(ai, value.as_str()), ("400", "B-7")];
            assert_eq!(pairs(&parse(&format!("{ai}{value}{GS}400B-7"), YEAR)), two);
            if entry.is_predefined {
                assert_eq!(pairs(&parse(&format!("{ai}{value}400B-7"), YEAR)), two);
            } else {
                // Whatever comes of it: not without a word.
                let message = parse(&format!("{ai}{value}400B-7"), YEAR);
                let is_one_longer = message.elements[0].value.len() > value.len();
                let is_warned = message
                    .warnings
                    .contains(&Warning::SeparatorMissing(ai.to_owned()));
                assert!(is_one_longer || is_warned, "{ai} {value}");
            }
        }
    }
}

#[test]
fn every_ai_refuses_what_is_wrong() {
    let Some(entries) = dictionary("every_ai_refuses_what_is_wrong") else {
        return;
    };
    let mut count = 0;
    for entry in &entries {
        for value in entry.wrong() {
            let message = in_brackets(&[("400", "B-7"), (&entry.ai, &value)]);
            let faults = message.faults.iter();
            let places: Vec<(&str, usize)> =
                faults.map(|fault| (fault.ai.as_str(), fault.at)).collect();
            assert_eq!(places, [(entry.ai.as_str(), 9)], "{} {value:?}", entry.ai);
            // What is wrong is kept as it stands, and nothing asks it by accident.
            assert_eq!(message.elements[1].value, value);
            assert!(
                entry.ai == "400" || message.get(&entry.ai).is_none(),
                "{value:?}"
            );
            count += 1;
        }
    }
    assert!(count > 2_000, "{count} wrong values");
}

/// Whether a message says that an AI lacks company.
fn needs(message: &Message, ai: &str) -> bool {
    let mut warnings = message.warnings.iter();
    warnings.any(|warning| matches!(warning, Warning::Needs(of, _) if of == ai))
}

#[test]
fn every_rule_of_pairs_is_a_warning() {
    let Some(entries) = dictionary("every_rule_of_pairs_is_a_warning") else {
        return;
    };
    let first_value = |entry: &Entry| entry.right().swap_remove(0);
    for entry in &entries {
        let (ai, value) = (entry.ai.as_str(), first_value(entry));
        let with = |patterns: &[String]| {
            let others = patterns
                .iter()
                .map(|pattern| of_pattern(&entries, pattern, ai));
            let mut all = vec![(ai.to_owned(), value.clone())];
            all.extend(others.map(|other| (other.ai.clone(), first_value(other))));
            let all: Vec<(&str, &str)> = all
                .iter()
                .map(|(ai, value)| (ai.as_str(), value.as_str()))
                .collect();
            in_brackets(&all)
        };
        assert_eq!(needs(&with(&[]), ai), !entry.needs.is_empty(), "{ai}");
        for group in &entry.needs {
            assert!(!needs(&with(group), ai), "{ai} {group:?}");
            for missing in 0..group.len() {
                let mut rest = group.clone();
                rest.remove(missing);
                let is_enough = entry
                    .needs
                    .iter()
                    .any(|other| other.iter().all(|ai| rest.contains(ai)));
                assert_eq!(needs(&with(&rest), ai), !is_enough, "{ai} {rest:?}");
            }
        }
        for pattern in &entry.excludes {
            let other = of_pattern(&entries, pattern, ai).ai.clone();
            let warning = Warning::Excludes(ai.to_owned(), other);
            assert!(
                with(std::slice::from_ref(pattern))
                    .warnings
                    .contains(&warning),
                "{ai} {pattern}"
            );
        }
        let alone = with(&[]);
        let excludes = |warning: &Warning| matches!(warning, Warning::Excludes(..));
        assert!(!alone.warnings.iter().any(excludes), "{ai}");
    }
}

#[test]
fn every_key_and_attribute_stands_in_a_link() {
    let Some(entries) = dictionary("every_key_and_attribute_stands_in_a_link") else {
        return;
    };
    let find = |ai: &str| entries.iter().find(|entry| entry.ai == ai).unwrap();
    let misplaced = |message: &Message| {
        let is = |warning: &&Warning| matches!(warning, Warning::Misplaced(_));
        message.warnings.iter().filter(is).count()
    };
    for entry in &entries {
        let ai = entry.ai.as_str();
        for value in entry.right() {
            let address = format!("https://example.com/a/{ai}/{}", escaped(&value));
            match (&entry.key, link(&address, YEAR)) {
                (None, message) => assert_eq!(message, None),
                (Some(_), None) => panic!("{address} is a link"),
                (Some(_), Some(message)) => assert_eq!(pairs(&message), [(ai, value.as_str())]),
            }
            let sscc = "106141412345678908";
            let address = format!("https://example.com/00/{sscc}?{ai}={}", escaped(&value));
            let message = link(&address, YEAR).unwrap();
            assert_eq!(pairs(&message), [("00", sscc), (ai, value.as_str())]);
            assert_eq!(misplaced(&message) == 0, entry.is_attribute, "{ai}");
        }
        for sequence in entry.key.iter().flatten() {
            let mut address = format!("https://example.com/{ai}/{}", escaped(&entry.right()[0]));
            for qualifier in sequence {
                let value = find(qualifier).right().swap_remove(0);
                address += &format!("/{qualifier}/{}", escaped(&value));
            }
            let message = link(&address, YEAR).unwrap();
            assert_eq!(message.elements.len(), sequence.len() + 1);
            assert_eq!(misplaced(&message), 0, "{address}");
        }
    }
}
