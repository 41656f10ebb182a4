//! Element strings by example; `tests/dictionary.rs` has every AI.

use super::super::{Content, Element};
use super::*;
use crate::decimal::Decimal;

fn elements(text: &str) -> Vec<(String, String)> {
    let message = parse(text, 2026).faultless().unwrap();
    let pair = |element: Element| (element.ai, element.value);
    message.elements.into_iter().map(pair).collect()
}

fn pair(ai: &str, value: &str) -> (String, String) {
    (ai.to_owned(), value.to_owned())
}

fn content(text: &str) -> Content {
    let message = parse(text, 2026).faultless().unwrap();
    message.elements[0].content
}

fn first_fault(text: &str) -> String {
    parse(text, 2026).faultless().unwrap_err().to_string()
}

#[test]
fn separators_end_values_of_variable_length_only() {
    let expected = [
        pair("01", "04006381333931"),
        pair("10", "ABC"),
        pair("17", "271231"),
    ];
    for text in [
        "010400638133393110ABC\u{1d}17271231",
        "\u{1d}010400638133393110ABC\u{1d}17271231",
        "0104006381333931\u{1d}10ABC\u{1d}17271231\u{1d}",
        "0104006381333931\u{1d}\u{1d}10ABC\u{1d}\u{1d}17271231",
    ] {
        assert_eq!(elements(text), expected, "{text:?}");
    }
}

#[test]
fn values_say_numbers_and_days() {
    let number = |units, scale| Content::Number(Decimal { units, scale });
    assert_eq!(content("3103000195"), number(195, 3));
    assert_eq!(content("30125"), number(125, 0));
    assert_eq!(content("4331000150-"), number(-150, 2));
    assert_eq!(
        content("3912978123456"),
        Content::Money(
            978,
            Decimal {
                units: 123_456,
                scale: 2
            }
        )
    );
    assert_eq!(content("392212345"), number(12345, 2));
    for (text, expected) in [
        ("17271231", "2027-12-31"),
        ("17270200", "2027-02-28"),
        ("17770101", "1977-01-01"),
        ("725019681103", "1968-11-03"),
    ] {
        let Content::Date(date) = content(text) else {
            panic!("{text} is no date");
        };
        assert_eq!(date.to_string(), expected);
    }
    for (text, expected) in [
        ("7003270131\u{32}359", "2027-01-31 23:59"),
        ("800827013107", "2027-01-31 07:00"),
        ("8008270131070809", "2027-01-31 07:08:09"),
        ("7251196811032359", "1968-11-03 23:59"),
        ("7011270131", "2027-01-31"),
    ] {
        let Content::Moment(moment) = content(text) else {
            panic!("{text} is no moment");
        };
        assert_eq!(moment.to_string(), expected);
    }
    let Content::Period(first, last) = content("7007270131270202") else {
        panic!("no period");
    };
    assert_eq!([first.day(), last.day()], [31, 2]);
}

#[test]
fn faults_say_where_and_what() {
    for (text, expected) in [
        (
            "0104006381333932",
            "at character 1, AI (01): expected a right check digit (perhaps misread: scan it again)",
        ),
        (
            "010400638133393117271331",
            "at character 17, AI (17): expected a day as YYMMDD, or a month as YYMM00",
        ),
        ("3712A", "at character 1, AI (37): 'A', expected digits"),
        (
            "01040063",
            "at character 1, AI (01): 6 characters, expected at least 14",
        ),
        (
            "10",
            "at character 1, AI (10): 0 characters, expected at least 1",
        ),
        (
            "10ABCDEFGHIJKLMNOPQRSTU",
            "at character 1, AI (10): 21 characters, expected at most 20 (is a separator missing?)",
        ),
        (
            "42312",
            "at character 1, AI (423): 2 characters, expected at least 3",
        ),
        (
            "4231234",
            "at character 1, AI (423): 4 characters, expected at least 6",
        ),
        (
            "051234567",
            "at character 1, AI (0512): \"051234567\" does not begin with a known AI",
        ),
    ] {
        assert_eq!(first_fault(text), expected);
    }
}

#[test]
fn a_fault_hides_nothing_behind_it() {
    let text = "0104006381333932\u{1d}05XY\u{1d}10ABC\u{1d}17991399\u{1d}21S1";
    let message = parse(text, 2026);
    let ais: Vec<&str> = message
        .elements
        .iter()
        .map(|element| element.ai.as_str())
        .collect();
    assert_eq!(ais, ["01", "10", "17", "21"]);
    let places: Vec<usize> = message.faults.iter().map(|fault| fault.at).collect();
    assert_eq!(places, [1, 18, 29]);
    assert_eq!(message.get("01"), None);
    assert_eq!(
        message.get("21").map(|element| element.value.as_str()),
        Some("S1")
    );
}

#[test]
fn a_known_length_ends_a_value_whose_separator_is_missing() {
    let message = parse("4020614141123456789010SHIP", 2026);
    assert_eq!(message.faults, []);
    assert_eq!(message.elements[1].value, "SHIP");
    assert_eq!(
        message.warnings[0],
        Warning::SeparatorMissing("402".to_owned())
    );
}

#[test]
fn pairs_are_judged_by_warnings() {
    let warnings = |text: &str| -> Vec<String> {
        let message = parse(text, 2026).faultless().unwrap();
        message.warnings.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        warnings("10ABC"),
        ["AI (10) usually stands beside 01 or 02 or 03 or 8006 or 8026"]
    );
    assert_eq!(warnings("010400638133393110ABC"), [""; 0]);
    assert_eq!(
        warnings("02040063813339313712\u{1d}00106141412345678908"),
        [""; 0]
    );
    assert_eq!(
        warnings("0204006381333931"),
        ["AI (02) usually stands beside 37"]
    );
    assert_eq!(
        warnings("01040063813339313102000195\u{1d}3103000195"),
        [
            "AI (3102) never stands beside (3103)",
            "AI (3103) never stands beside (3102)"
        ]
    );
    assert_eq!(
        warnings("01040063813339310104006381333931"),
        [""; 0],
        "the same twice is the same"
    );
    assert_eq!(
        warnings("010400638133393110A\u{1d}10B"),
        ["AI (10) stands there twice and differs"]
    );
}

#[test]
fn any_text_is_all_in_elements_and_faults() {
    for text in [
        "é",
        "10é",
        "01é",
        "\u{1d}",
        "",
        "0",
        "01",
        "(01)",
        "310",
        "9é\u{1d}10A",
    ] {
        let message = parse(text, 2026);
        assert!(
            !message.elements.is_empty()
                || !message.faults.is_empty()
                || text.trim_matches(GS).is_empty(),
            "{text:?}"
        );
    }
}
