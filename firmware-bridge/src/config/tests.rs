//! `devices.toml`: what it says, who wins, and what is told of mistakes.

use proptest::prelude::*;

use super::*;
use crate::decode::fixtures::{KEYBOARD, POS, all_shown, bytes, ms, pushed};
use crate::decode::keyboard::Sent;

fn device(vid: u16, pid: u16) -> Identity {
    Identity {
        vid,
        pid,
        serial: None,
        port: "1-1.2".to_owned(),
    }
}

fn config(text: &str) -> Config {
    Config::parse(text).expect("a good file")
}

/// The example at the head of the module, which is what people copy.
fn example() -> String {
    let lines = include_str!("../config.rs").lines();
    let lines = lines.skip_while(|line| *line != "//! ```toml").skip(1);
    let lines = lines.take_while(|line| *line != "//! ```");
    lines
        .map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start()))
        .collect()
}

#[test]
fn the_example_is_understood() {
    let config = config(&example());
    let mut scanner = device(0x05e0, 0x1200);
    scanner.serial = Some("S1".to_owned());
    let settings = config.settings(&scanner);
    assert_eq!(
        (settings.mode, settings.layout),
        (Mode::Keyboard, Layout::De)
    );
    assert_eq!(
        settings.terminators,
        Some(vec![Terminator::Cr, Terminator::Tab])
    );
    assert_eq!(
        (settings.gap, settings.min_len),
        (Duration::from_millis(100), 3)
    );
    let sent: Vec<_> = settings
        .spellings
        .into_iter()
        .map(|one| (one.sent, one.means))
        .collect();
    assert_eq!(
        sent,
        [
            (Sent::Key(0x41), 0x1d),
            (Sent::Text("{GS}".to_owned()), 0x1d)
        ]
    );
    // The same product at another port is not meant.
    scanner.port = "1-1.3".to_owned();
    assert_eq!(config.settings(&scanner).mode, Mode::Auto);
    let honeywell = config.settings(&device(0x0c2e, 0x0907));
    let report = FeatureReport {
        id: 0xfe,
        data: vec![1],
    };
    assert_eq!(honeywell.init, [report]);
    assert_eq!(
        (honeywell.pos.aim_at, honeywell.trim.line_end),
        (Some(3), true)
    );
}

#[test]
fn what_nobody_said_is_what_scanners_usually_do() {
    let config = Config::default();
    let settings = config.settings(&device(0x1234, 0x5678));
    assert_eq!((settings.mode, settings.layout), (Mode::Auto, Layout::Us));
    assert_eq!(
        (settings.gap, settings.min_len),
        (Duration::from_millis(100), 3)
    );
    assert_eq!((settings.trim, settings.init), (Trim::default(), vec![]));
    // What a vendor's scanners need is known, and a file wins over it.
    let honeywell = config.settings(&device(0x0c2e, 0x0907));
    assert_eq!((honeywell.init.len(), honeywell.trim.line_end), (1, true));
    let off = self::config("[[device]]\nmatch = { vid = 0x0c2e }\ninit = []\nline_end = false");
    let honeywell = off.settings(&device(0x0c2e, 0x0907));
    assert_eq!((honeywell.init.len(), honeywell.trim.line_end), (0, false));
}

#[test]
fn the_exacter_match_wins_key_by_key_and_the_later_among_equals() {
    let config = config(
        r#"
        [[device]]
        match = { port = "1-1.2" }
        layout = "fr"
        [[device]]
        match = { vid = 1, pid = 2 }
        layout = "de"
        gap_ms = 200
        gs = ["f8"]
        [[device]]
        match = { vid = 1, pid = 2 }
        gap_ms = 300
        gs = ["f9"]
        [[device]]
        match = { vid = 1 }
        layout = "uk"
        gap_ms = 400
        min_len = 9
        "#,
    );
    let settings = config.settings(&device(1, 2));
    assert_eq!(
        settings.layout,
        Layout::Fr,
        "a port is exacter than a product"
    );
    assert_eq!(
        settings.gap,
        Duration::from_millis(300),
        "the later of two equals"
    );
    assert_eq!(settings.min_len, 9, "what the others do not say");
    assert_eq!(settings.spellings.len(), 2, "spellings add up");
    let mut elsewhere = device(1, 2);
    elsewhere.port = "2-1".to_owned();
    assert_eq!(config.settings(&elsewhere).layout, Layout::De);
}

#[test]
fn a_serial_number_that_cannot_be_read_fits_nothing_that_names_one() {
    let config = config("[[device]]\nmatch = { vid = 1, serial = \"A\" }\nmode = \"ignore\"");
    let mut scanner = device(1, 2);
    assert_eq!(config.settings(&scanner).mode, Mode::Auto);
    scanner.serial = Some("A".to_owned());
    assert_eq!(config.settings(&scanner).mode, Mode::Ignore);
}

#[test]
fn mistakes_are_told_with_their_line() {
    for (text, line, part) in [
        ("[[device]]\nmatch = { vid = 70000 }", 2, "u16"),
        (
            "[[device]]\nmatch = { vid = 1 }\nlayuot = \"us\"",
            3,
            "layuot",
        ),
        ("\n\n[[device]]\nmode = \"cdc\"", 3, "match"),
        (
            "[[device]]\nmatch = {}\n\n[[device]]\nmatch = {}\ngap_ms = 5",
            4,
            "gap_ms must be from 10 to 10000",
        ),
        (
            "[[device]]\nmatch = { vid = 1 }\nmode = \"wedge\"",
            1,
            "everybody's keyboard",
        ),
        (
            "[[device]]\nmatch = { serial = \"A\" }\nmode = \"wedge\"",
            1,
            "everybody's keyboard",
        ),
        ("device = 3", 1, "sequence"),
        ("[[device]\n", 1, ""),
    ] {
        let error = Config::parse(text).expect_err(text);
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.problem.contains(part), "{text}: {error}");
    }
}

#[test]
fn a_value_that_cannot_be_is_told_with_those_that_can() {
    for (key, part) in [
        (
            "mode = \"pos\"",
            "mode cannot be \"pos\": it is one of auto, keyboard, hidpos, cdc, ignore",
        ),
        (
            "layout = \"cz\"",
            "layout cannot be \"cz\": it is one of us, uk, de, fr",
        ),
        (
            "terminators = [\"cr\", \"eof\"]",
            "it is one of cr, lf, tab, etx",
        ),
        ("min_len = 101", "min_len must be at most 100"),
        ("mode = \"keyboard\"", "everybody's keyboard"),
        ("gs = [\"\"]", "an empty text"),
        ("gs = [\"alt+x\"]", "no number typed with Alt"),
        ("gs = [\"ctrl+ab\"]", "one character behind ctrl+"),
        (
            "hidpos = { data_at = 99999 }",
            "no report has more than 8192 bytes",
        ),
        ("hidpos = { data_len = 0 }", "data_len must be at least 1"),
    ] {
        let error = Config::parse(&format!("[[device]]\nmatch = {{}}\n{key}")).expect_err(key);
        assert!(error.problem.contains(part), "{key}: {error}");
    }
}

#[test]
fn a_keyboard_may_be_named_by_product_or_port() {
    for matching in [
        "vid = 1, pid = 2",
        "port = \"1-1\"",
        "vid = 1, serial = \"A\"",
    ] {
        let text = format!("[[device]]\nmatch = {{ {matching} }}\nmode = \"keyboard\"");
        assert_eq!(config(&text).rules()[0].mode, Some(Mode::Keyboard));
    }
}

#[test]
fn a_file_that_is_not_there_says_nothing_and_a_wrong_one_counts_for_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("devices.toml");
    assert_eq!(
        Config::read(&path).expect("none is no error"),
        Config::default()
    );
    std::fs::write(&path, "[[device]]\nmatch = {}\ngap_ms = 1\n").expect("written");
    let error = Config::read(&path).expect_err("a gap of 1 ms");
    assert_eq!(error.code(), "config-wrong");
    assert!(
        error.to_string().ends_with("devices.toml is wrong"),
        "{error}"
    );
    let error = Config::read(folder.path()).expect_err("a folder is no file");
    assert_eq!(error.code(), "config-unreadable");
}

#[test]
fn settings_make_decoders_that_follow_them() {
    let config = config(
        r#"
        [[device]]
        match = { vid = 1, pid = 2 }
        layout = "de"
        prefix = "~"
        gap_ms = 50
        terminators = ["tab"]
        hidpos = { aim_at = 3, data_at = 6, data_len = 55 }
        "#,
    );
    let settings = config.settings(&device(1, 2));
    let keyboard = Descriptor::parse(&bytes(KEYBOARD)).expect("a good descriptor");
    let mut decoder = settings.keyboard(KeyShape::of(&keyboard).expect("keys"));
    let mut events = pushed(&mut decoder, ms(0), &[0, 0, 0x1c, 0, 0, 0, 0, 0]);
    events.extend(pushed(&mut decoder, ms(0), &[0, 0, 0x2b, 0, 0, 0, 0, 0]));
    assert_eq!(all_shown(&events), [r#""z" tab"#]);
    let events = pushed(&mut settings.serial(), ms(0), b"~]E0590\r12\t");
    assert_eq!(all_shown(&events), [r#"]E0 "590\r12" tab"#]);
    let pos = Descriptor::parse(&bytes(POS)).expect("a good descriptor");
    let mut decoder = settings.pos(Some(&pos)).expect("it holds scans");
    let events = pushed(&mut decoder, ms(0), b"\x02\x03\x00]C1~AB\0");
    assert_eq!(all_shown(&events), [r#"]C1 "AB" report"#]);
    let nothing = Config::default().settings(&device(1, 2));
    assert!(nothing.pos(Some(&keyboard)).is_none() && nothing.pos(None).is_none());
    assert!(settings.pos(None).is_some());
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ -~äß\"\\\\\n\t]{1,12}"]
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let sent = prop_oneof![
        (0x3a_u8..=0x45).prop_map(Sent::Key),
        (0x49_u8..=0x52).prop_map(Sent::Key),
        (0x68_u8..=0x73).prop_map(Sent::Key),
        "[!-@^-~]".prop_map(|key| Sent::Ctrl(key.chars().next().expect("one"))),
        any::<u32>().prop_map(Sent::Alt),
        "\\{[A-Z]{1,4}\\}".prop_map(Sent::Text),
    ];
    let means = proptest::sample::select(vec![0x1d, 0x1e, 0x04]);
    (sent, means).prop_map(|(sent, means)| Spelling { sent, means })
}

fn overrides() -> impl Strategy<Value = PosOverrides> {
    use proptest::option::of;
    (
        of(any::<u8>()),
        of(0_usize..90),
        of(any::<bool>()),
        of(0_usize..90),
        of(0_usize..90),
        of(1_usize..90),
        of(0_usize..90),
    )
        .prop_map(
            |(report_id, count_at, ignore_count, aim_at, data_at, data_len, continued_at)| {
                PosOverrides {
                    report_id,
                    count_at,
                    ignore_count,
                    aim_at,
                    data_at,
                    data_len,
                    continued_at,
                }
            },
        )
}

fn rule() -> impl Strategy<Value = Rule> {
    use proptest::option::of;
    use proptest::sample::{select, subsequence};
    let matching = (any::<u16>(), any::<u16>(), of(text()), of(text()));
    let matching = matching.prop_map(|(vid, pid, serial, port)| Match {
        vid: Some(vid),
        pid: Some(pid),
        serial,
        port,
    });
    let init = (any::<u8>(), proptest::collection::vec(any::<u8>(), 0..5))
        .prop_map(|(id, data)| FeatureReport { id, data });
    let first = (
        matching,
        of(select(Mode::ALL.to_vec())),
        of(select(Layout::ALL.to_vec())),
        of(subsequence(Terminator::ALL.to_vec(), 0..=4)),
        of((10_u64..=10_000).prop_map(Duration::from_millis)),
        of(0_usize..=100),
        proptest::collection::vec(spelling(), 0..4),
    );
    let second = (
        of(text()),
        of(any::<bool>()),
        of(any::<bool>()),
        of(proptest::collection::vec(init, 0..3)),
        of(overrides()),
    );
    (first, second).prop_map(|(first, second)| {
        let (matching, mode, layout, terminators, gap, min_len, mut spellings) = first;
        let (prefix, takes_aim, line_end, init, pos) = second;
        // The file has them by what they mean: gs, rs, eot.
        spellings.sort_by_key(|one| {
            [0x1d, 0x1e, 0x04]
                .iter()
                .position(|means| *means == one.means)
        });
        Rule {
            matching,
            mode,
            layout,
            terminators,
            gap,
            min_len,
            spellings,
            prefix,
            takes_aim,
            line_end,
            init,
            pos,
        }
    })
}

proptest! {
    #[test]
    fn a_written_rule_reads_the_same(rules in proptest::collection::vec(rule(), 0..4)) {
        let text: String = rules.iter().map(Rule::to_toml).collect();
        let read = Config::parse(&text);
        prop_assert_eq!(read.map(|config| config.rules), Ok(rules), "{}", text);
    }

    #[test]
    fn any_text_is_a_file_or_an_error(text in "(\\[\\[device\\]\\]\n)?(match = \\{\\}\n)?[ -~\n]{0,60}") {
        if let Err(error) = Config::parse(&text) {
            prop_assert!(error.line >= 1 && !error.problem.is_empty());
        }
    }
}
