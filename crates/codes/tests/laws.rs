//! What holds for any scanned text: nothing panics, nothing is cut short, and what was written
//! comes back, however the separators arrive.
//!
//! With many more cases: `PROPTEST_CASES=100000 cargo test -p codes --test laws`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use codes::gs1::{Ai, GS, Message, bracketed, link, parse, recovered};
use codes::own::{self, Kind, Own};
use codes::reading::{Meaning, Note, SCORE_TO_ASK, Scan, Setting, readings};
use codes::separators::{Separator, controlled};
use codes::{calibration, mh10, slip};
use proptest::prelude::*;
use support::with_check_digit;

const YEAR: u16 = 2026;

/// Ways to write GS that nothing else looks like.
const SPELLINGS: [&str; 12] = [
    "\u{1d}",
    "<F8>",
    "<Alt+029>",
    "|",
    "\\x1D",
    "\\x1d",
    "\u{241d}",
    "^]",
    "{GS}",
    "<GS>",
    "[gs]",
    "\\u001d",
];

/// Texts with what parsers look for: digits, brackets, separators, heads, and anything else.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,6}",
        2 => "[A-Z]{1,3}[0-9]{0,3}",
        2 => prop::sample::select(vec![
            "01", "10", "17", "21", "30", "37", "3103", "8008", "(01)", "(10)", "(", ")", "29", "30", "029",
            "\u{1d}", "\u{1e}", "\u{4}", "<F8>", "|", "[)>", "\u{1e}06\u{1d}", ">[)>06\u{1d}", "05", "06",
            "{pbn:", "pc:C1,", "qty:5}", "}", "{", ":", ",", "1P", "30P", "Q", "9D", "11Z", "]C1", "]d2", "]E0",
            "http://", "https://a.b/", "/01/", "/", "?17=", "&", "%41", "%", "XJL", "XJK", "xj", "QTY:", " PN:",
            "04006381333931", "106141412345678908", "271231", "é", "ß", "&é\"'(-è_çà",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// An AI with a value that it takes.
fn element() -> impl Strategy<Value = (String, String)> {
    let checked = |length: usize| {
        proptest::string::string_regex(&format!("[0-9]{{{}}}", length - 1))
            .unwrap()
            .prop_map(|digits| with_check_digit(&digits))
    };
    let day = (0..100_u8, 1..=12_u8, 0..=28_u8)
        .prop_map(|(year, month, day)| format!("{year:02}{month:02}{day:02}"));
    let of = |ais: &[&str]| {
        prop::sample::select(ais.iter().map(|ai| (*ai).to_owned()).collect::<Vec<_>>())
    };
    // Set 82 without what a spelling of separators could begin with, which has its own tests.
    let words = "[A-Za-z0-9!\"%&'()*+,\\-./:;=>?_]";
    let words_of =
        |most: usize| proptest::string::string_regex(&format!("{words}{{1,{most}}}")).unwrap();
    prop_oneof![
        (of(&["01", "02", "03"]), checked(14)),
        (of(&["00"]), checked(18)),
        (of(&["410", "414", "417"]), checked(13)),
        (of(&["11", "13", "15", "16", "17"]), day),
        (of(&["10", "21", "22", "7020", "8002"]), words_of(20)),
        (of(&["240", "241", "250", "400", "403", "90"]), words_of(30)),
        (of(&["91", "99"]), words_of(90)),
        (of(&["30", "37"]), "[0-9]{1,8}"),
        (of(&["3103", "3920", "20"]), "[0-9]{6}").prop_map(|(ai, value)| {
            let length = if ai == "20" { 2 } else { 6 };
            (ai, value[..length].to_owned())
        }),
        (
            of(&["253"]),
            (checked(13), "[A-Z0-9]{0,17}").prop_map(|(key, serial)| key + &serial)
        ),
        (of(&["8010"]), "[A-Z0-9#/-]{1,30}"),
        (of(&["8020"]), words_of(25)),
    ]
}

/// GS, RS and EOT in spellings that go together.
const ENVELOPES: [[&str; 3]; 6] = [
    ["\u{1d}", "\u{1e}", "\u{4}"],
    ["\u{241d}", "\u{241e}", "\u{2404}"],
    ["\\x1D", "\\x1E", "\\x04"],
    ["<GS>", "<RS>", "<EOT>"],
    ["<Alt+029>", "<Alt+030>", "<Alt+004>"],
    ["^]", "^^", "^D"],
];

/// A field of a label, known or not.
fn field() -> impl Strategy<Value = (String, String)> {
    (
        "[0-9]{0,3}[A-Z]",
        "([A-Za-z0-9+#.,/:_-]([A-Za-z0-9 +#.,/:_-]{0,20}[A-Za-z0-9])?)?",
    )
}

fn elements() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(element(), 1..8)
}

fn pairs(message: &Message) -> Vec<(String, String)> {
    assert_eq!(message.faults, [], "{message:?}");
    let elements = message.elements.iter();
    elements
        .map(|element| (element.ai.clone(), element.value.clone()))
        .collect()
}

/// The element string of some elements, with a separator where one is due, and where `extra` says.
fn element_string(elements: &[(String, String)], separator: &str, extra: &[bool]) -> String {
    let mut text = String::new();
    for (place, (ai, value)) in elements.iter().enumerate() {
        text += ai;
        text += value;
        let is_last = place + 1 == elements.len();
        let is_due = !is_last && !Ai::find(ai).unwrap().is_predefined();
        if is_due || extra[place] {
            text += separator;
        }
    }
    text
}

proptest! {
    #[test]
    fn an_element_string_comes_back_however_its_separators_arrive(
        elements in elements(),
        extra in prop::collection::vec(any::<bool>(), 8),
    ) {
        for spelling in SPELLINGS {
            let text = controlled(&element_string(&elements, spelling, &extra));
            prop_assert_eq!(pairs(&parse(&text, YEAR)), elements.clone(), "{}", text);
        }
    }

    #[test]
    fn brackets_say_the_same_as_separators(elements in elements()) {
        // A bracket with an AI inside a value cannot be told from the next element.
        let plain = |(ai, value): (String, String)| (ai, value.replace('(', "-"));
        let elements: Vec<(String, String)> = elements.into_iter().map(plain).collect();
        let text: String = elements.iter().map(|(ai, value)| format!("({ai}) {value} ")).collect();
        prop_assert_eq!(pairs(&bracketed(&text, YEAR).unwrap()), elements);
    }

    #[test]
    fn a_date_behind_a_batch_without_digits_is_found_again(
        batch in "[A-Z]{1,20}",
        (year, month, day) in (0..100_u8, 1..=12_u8, 1..=28_u8),
    ) {
        let date = format!("{year:02}{month:02}{day:02}");
        let text = format!("010400638133393110{batch}17{date}");
        let message = recovered(&text, "", YEAR).unwrap();
        prop_assert_eq!(message.get("10").unwrap().value.clone(), batch);
        prop_assert_eq!(message.get("17").unwrap().value.clone(), date);
    }

    #[test]
    fn no_character_of_an_element_string_is_lost(text in text()) {
        let message = parse(&text, YEAR);
        let mut found: Vec<(usize, String)> = message
            .elements
            .iter()
            .map(|element| (element.at, format!("{}{}", element.ai, element.value)))
            .collect();
        for fault in message.faults {
            if let codes::gs1::Problem::UnknownAi(rest) = fault.problem {
                found.push((fault.at, rest));
            }
        }
        found.sort();
        let found: String = found.into_iter().map(|(_, text)| text).collect();
        prop_assert_eq!(found, text.replace(GS, ""));
    }

    #[test]
    fn nothing_panics_on_any_text(text in text()) {
        let plain = controlled(&text);
        for text in [&text, &plain] {
            for mark in ["", "29", "029"] {
                // What comes of it is never wrong in itself.
                if let Some(message) = recovered(text, mark, YEAR) {
                    prop_assert_eq!(&message.faults, &[]);
                }
            }
            let messages = [bracketed(text, YEAR), link(text, YEAR)];
            for message in messages.into_iter().flatten() {
                prop_assert!(!message.elements.is_empty() || !message.faults.is_empty());
            }
            let _unused = own::read(text);
            for label in mh10::envelope(text, YEAR).into_iter().chain(mh10::spaced(text)) {
                let fields = label.fields.iter();
                prop_assert!(fields.clone().all(|field| text.contains(&field.value)));
            }
            let _unused = calibration::learn(&[text, &plain]).advice();
            let _unused = (slip::lcsc(text), slip::tme(text), mh10::single(text));
            prop_assert!(codes::Aim::split(text).1.len() <= text.len());
            for gtin in codes::normalised(text).into_iter().chain(codes::upc_e(text)) {
                prop_assert_eq!(codes::gtin(&gtin), Some(codes::Gtin::Right));
            }
        }
    }

    #[test]
    fn a_label_comes_back_however_its_separators_arrive(
        fields in prop::collection::vec(field(), 1..10),
        has_trailer in any::<bool>(),
        has_rs in any::<bool>(),
    ) {
        for [gs, rs, eot] in ENVELOPES {
            let head = if has_rs { format!("[)>{rs}06") } else { "[)>06".to_owned() };
            let body: String = fields.iter().map(|(di, value)| format!("{gs}{di}{value}")).collect();
            let trailer = if has_trailer { format!("{rs}{eot}") } else { String::new() };
            let text = controlled(&format!("{head}{body}{trailer}"));
            let label = mh10::envelope(&text, YEAR).unwrap();
            let found = label.fields.into_iter().map(|field| (field.di, field.value));
            prop_assert_eq!(found.collect::<Vec<_>>(), fields.clone(), "{}", text);
            prop_assert!(label.unread.is_empty() && label.warnings.is_empty());
        }
    }

    #[test]
    fn a_scan_always_has_readings_and_the_text_comes_last(
        text in text(),
        aim in prop::sample::select(vec!["", "]C1", "]C0", "]E0", "]E4", "]d2", "]Q1", "]I1"]),
        separator in prop::option::of(prop::sample::select(Separator::ALL.to_vec())),
        layout in prop::option::of(prop::sample::select(own::Layout::ALL.to_vec())),
    ) {
        let sent = format!("{aim}{text}");
        let scan = Scan::of(&sent);
        let setting = Setting { separator, layout, ..Setting::of_year(YEAR) };
        let found = readings(&scan, &setting);
        let last = found.last().unwrap();
        prop_assert_eq!(&last.meaning, &Meaning::Text);
        prop_assert_eq!(&last.says.keys[0].text, scan.text.trim());
        prop_assert_eq!(found.iter().filter(|reading| reading.meaning == Meaning::Text).count(), 1);
        prop_assert!(found.is_sorted_by_key(|reading| std::cmp::Reverse(reading.score)));
        for reading in &found {
            prop_assert!(reading.score <= 100);
            prop_assert!(!reading.is_misread || reading.says.keys.is_empty());
            let is_guess = reading.score < SCORE_TO_ASK && reading.meaning != Meaning::Text;
            prop_assert_eq!(reading.notes.contains(&Note::Guess), is_guess && !reading.is_misread);
            for note in &reading.notes {
                prop_assert!(!note.to_string().is_empty());
            }
        }
    }

    #[test]
    fn an_own_code_gives_back_its_name_on_any_keyboard(
        kind in prop::sample::select(Kind::all().collect::<Vec<_>>()),
        name in prop_oneof!["[A-Z]{1,3}-[0-9]{1,4}", "[ -~]{1,40}", "\\PC{1,30}"],
        layout in prop::sample::select(own::Layout::ALL.to_vec()),
    ) {
        let printed = own::code(kind, &name).unwrap();
        prop_assert!(printed.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        prop_assert!(!printed.contains(['A', 'M', 'Q', 'W', 'Y', 'Z']));
        let expected = Own { kind, name: name.clone(), repair: None };
        prop_assert_eq!(own::read(&printed), Ok(vec![expected]));
        let row: Vec<char> = layout.row().chars().collect();
        let sign = |c: char| match c.to_digit(10) {
            Some(digit) => row[(digit as usize + 9) % 10],
            None => c,
        };
        let typed: String = printed.to_ascii_lowercase().chars().map(sign).collect();
        let found = own::read(&typed).unwrap();
        prop_assert!(found.iter().any(|own| own.name == name && own.kind == kind), "{}", typed);
    }
}
