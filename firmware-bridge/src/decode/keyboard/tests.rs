//! Keyboards: strokes as real scanners make them, and that whatever is typed comes back.

use proptest::prelude::*;

use super::*;
use crate::decode::fixtures::{KEYBOARD, POS, all_shown, bytes, expired, ms, pushed, trouble};
use crate::decode::{Aim, Decoded};

mod typist;

use self::typist::Typist;

fn settings(layout: Layout) -> KeyboardSettings {
    KeyboardSettings {
        shape: KeyShape::BOOT,
        layout,
        ends: Ends {
            terminators: USUAL_TERMINATORS.to_vec(),
            gap: Ends::GAP,
            min_len: Ends::MIN_LEN,
        },
        spellings: Vec::new(),
        trim: Trim::default(),
    }
}

fn decoder(layout: Layout) -> KeyboardDecoder {
    KeyboardDecoder::new(settings(layout))
}

/// A boot report with these keys.
fn report(modifiers: u8, keys: &[u8]) -> Vec<u8> {
    let mut report = vec![modifiers, 0];
    report.extend(keys);
    report.resize(8, 0);
    report
}

/// What comes of strokes, each followed by a release, and an Enter at the end.
fn typed_to(decoder: &mut KeyboardDecoder, strokes: &[(u8, u8)]) -> Vec<String> {
    let mut events = Vec::new();
    for (modifiers, usage) in strokes.iter().chain([&(0, ENTER)]) {
        decoder.push(ms(0), &report(*modifiers, &[*usage]), &mut events);
        decoder.push(ms(0), &report(0, &[]), &mut events);
    }
    all_shown(&events)
}

fn typed(layout: Layout, strokes: &[(u8, u8)]) -> Vec<String> {
    typed_to(&mut decoder(layout), strokes)
}

/// What comes of keys without modifiers.
fn keys(layout: Layout, usages: &[u8]) -> Vec<String> {
    let strokes: Vec<_> = usages.iter().map(|usage| (0, *usage)).collect();
    typed(layout, &strokes)
}

#[test]
fn letters_digits_and_gs_are_typed() {
    // 01Ab-9, Ctrl+], 10xY: what an emulated scanner sent through a real kernel.
    let strokes = [
        (0, 0x27),
        (0, 0x1e),
        (2, 0x04),
        (0, 0x05),
        (0, 0x2d),
        (0, 0x26),
        (1, 0x30),
        (0, 0x1e),
        (0, 0x27),
        (0, 0x1b),
        (0x20, 0x1c),
    ];
    assert_eq!(typed(Layout::Us, &strokes), [r#""01Ab-9\u{1d}10xY" cr"#]);
}

#[test]
fn an_article_number_is_the_keys_of_the_layout() {
    // 8594156270087 as a scanner types it that is set to the United States.
    let keys_of_us = [
        0x25, 0x22, 0x26, 0x21, 0x1e, 0x22, 0x23, 0x1f, 0x24, 0x27, 0x27, 0x25, 0x24,
    ];
    assert_eq!(keys(Layout::Us, &keys_of_us), [r#""8594156270087" cr"#]);
    assert_eq!(keys(Layout::De, &keys_of_us), [r#""8594156270087" cr"#]);
    assert_eq!(keys(Layout::Fr, &keys_of_us), [r#""_(ç'&(-éèàà_è" cr"#]);
    // Set to France, it holds Shift.
    let shifted: Vec<_> = keys_of_us.iter().map(|key| (2, *key)).collect();
    assert_eq!(typed(Layout::Fr, &shifted), [r#""8594156270087" cr"#]);
    // From the keypad it is the same everywhere.
    let keypad = [
        0x60, 0x5d, 0x61, 0x5c, 0x59, 0x5d, 0x5e, 0x5a, 0x5f, 0x62, 0x62, 0x60, 0x5f,
    ];
    for layout in Layout::ALL {
        assert_eq!(keys(layout, &keypad), [r#""8594156270087" cr"#]);
    }
}

#[test]
fn letters_are_where_the_country_has_them() {
    let first_row: Vec<u8> = vec![0x14, 0x1a, 0x08, 0x15, 0x17, 0x1c];
    assert_eq!(keys(Layout::Us, &first_row), [r#""qwerty" cr"#]);
    assert_eq!(keys(Layout::Uk, &first_row), [r#""qwerty" cr"#]);
    assert_eq!(keys(Layout::De, &first_row), [r#""qwertz" cr"#]);
    assert_eq!(keys(Layout::Fr, &first_row), [r#""azerty" cr"#]);
    let signs = [
        (2, 0x1f),
        (2, 0x34),
        (0, 0x31),
        (0, 0x32),
        (0, 0x64),
        (2, 0x35),
    ];
    assert_eq!(typed(Layout::Us, &signs), [r#""@\"\\\\\\~" cr"#]);
    assert_eq!(typed(Layout::Uk, &signs), [r#""\"@##\\¬" cr"#]);
    assert_eq!(typed(Layout::De, &signs), [r#""\"Ä##<°" cr"#]);
    assert_eq!(typed(Layout::Fr, &signs[..5]), [r#""2%**<" cr"#]);
}

#[test]
fn altgr_is_the_right_alt_or_ctrl_with_alt() {
    for altgr in [0x40, 0x05, 0x14, 0x50] {
        assert_eq!(
            typed(Layout::De, &[(altgr, 0x14), (altgr, 0x26), (altgr, 0x2d)]),
            [r#""@]\\" cr"#]
        );
        assert_eq!(
            typed(Layout::Fr, &[(altgr, 0x27), (altgr, 0x2d), (altgr, 0x08)]),
            [r#""@]€" cr"#]
        );
        assert_eq!(
            typed(Layout::Uk, &[(altgr, 0x21), (altgr | 2, 0x04)]),
            [r#""€Á" cr"#]
        );
    }
}

#[test]
fn caps_lock_is_kept_here_and_acts_as_the_country_has_it() {
    let text = [(0, CAPS_LOCK), (0, 0x04), (2, 0x04), (0, 0x1e), (0, 0x36)];
    assert_eq!(typed(Layout::Us, &text), [r#""Aa1," cr"#]);
    assert_eq!(typed(Layout::Uk, &text), [r#""Aa1," cr"#]);
    assert_eq!(typed(Layout::De, &text), [r#""Aa!;" cr"#]);
    assert_eq!(typed(Layout::Fr, &text), [r#""Qq1." cr"#]);
    let twice = [(0, CAPS_LOCK), (0, 0x04), (0, CAPS_LOCK), (0, 0x04)];
    assert_eq!(typed(Layout::Us, &twice), [r#""Aa" cr"#]);
    // It stays from scan to scan, and not from one opening to the next.
    let mut decoder = decoder(Layout::Us);
    assert_eq!(
        typed_to(&mut decoder, &[(0, CAPS_LOCK), (0, 0x04)]),
        [r#""A" cr"#]
    );
    assert_eq!(typed_to(&mut decoder, &[(0, 0x04)]), [r#""A" cr"#]);
    decoder.reset();
    assert_eq!(typed_to(&mut decoder, &[(0, 0x04)]), [r#""a" cr"#]);
}

#[test]
fn ctrl_makes_the_control_characters() {
    for layout in Layout::ALL {
        let brackets = [(1, 0x2f), (0x10, 0x30), (1, 0x31), (1, 0x32)];
        assert_eq!(
            typed(layout, &brackets),
            [r#""\u{1b}\u{1d}\u{1c}\u{1c}" cr"#],
            "{layout:?}"
        );
    }
    assert_eq!(
        typed(Layout::Us, &[(1, 0x23), (3, 0x23), (1, 0x2d), (1, 0x1f)]),
        [r#""\u{1e}\u{1e}\u{1f}\0" cr"#]
    );
    assert_eq!(
        typed(Layout::De, &[(1, 0x23), (1, 0x38), (1, 0x1f)]),
        [r#""\u{1e}\u{1f}\0" cr"#]
    );
    assert_eq!(typed(Layout::Fr, &[(1, 0x23)]), [r#""\u{1f}" cr"#]);
    // By letter, not by place: EOT is Ctrl with D, and SUB Ctrl with Z, wherever Z is.
    assert_eq!(
        typed(Layout::De, &[(1, 0x07), (1, 0x1c)]),
        [r#""\u{4}\u{1a}" cr"#]
    );
}

#[test]
fn a_character_typed_by_its_number_comes_when_alt_is_let_go() {
    let mut decoder = decoder(Layout::Us);
    let mut events = Vec::new();
    let steps = [
        report(0, &[0x1e]),
        report(4, &[]),
        report(4, &[0x62]),
        report(4, &[]),
        report(4, &[0x5a]),
        report(4, &[]),
        report(4, &[0x61]),
        report(4, &[]),
    ];
    steps
        .iter()
        .for_each(|step| decoder.push(ms(0), step, &mut events));
    assert_eq!(events, []);
    // Letting go and the next key may come in one report.
    decoder.push(ms(0), &report(0, &[0x1f]), &mut events);
    decoder.push(ms(0), &report(0, &[ENTER]), &mut events);
    assert_eq!(all_shown(&events), [r#""1\u{1d}2" cr"#]);
    // An Enter with Alt still held ends the number too.
    let mut events = Vec::new();
    for step in [
        report(4, &[0x5a]),
        report(4, &[0x61]),
        report(4, &[ENTER]),
        report(0, &[]),
    ] {
        decoder.push(ms(0), &step, &mut events);
    }
    assert_eq!(all_shown(&events), [r#""\u{1d}" cr"#]);
}

#[test]
fn a_number_that_is_no_character_stands_there_as_it_was_typed() {
    let mut decoder = decoder(Layout::Us);
    let mut events = Vec::new();
    for digit in [0x5d, 0x5d, 0x5a, 0x61, 0x5e] {
        decoder.push(ms(0), &report(4, &[digit]), &mut events);
        decoder.push(ms(0), &report(4, &[]), &mut events);
    }
    decoder.push(ms(0), &report(0, &[]), &mut events);
    decoder.push(ms(0), &report(0, &[ENTER]), &mut events);
    assert_eq!(
        all_shown(&events),
        ["UnknownAltCode", r#""<Alt+55296>" cr"#]
    );
}

#[test]
fn function_keys_stand_there_by_name_and_may_be_given_a_meaning() {
    assert_eq!(
        keys(Layout::Us, &[0x41, 0x45, 0x68, 0x51]),
        [r#""<F8><F12><F13><Down>" cr"#]
    );
    let mut settings = settings(Layout::Us);
    let spelling = |sent, means| Spelling { sent, means };
    settings.spellings = vec![
        spelling(Sent::Key(0x41), 0x1d),
        spelling(Sent::Ctrl('f'), 0x1d),
        spelling(Sent::Alt(250), 0x1e),
        spelling(Sent::Text("{EOT}".to_owned()), 0x04),
    ];
    let mut decoder = KeyboardDecoder::new(settings);
    let strokes = [
        (0, 0x41),
        (1, 0x09),
        (2, 0x2f),
        (2, 0x08),
        (2, 0x12),
        (2, 0x17),
        (2, 0x30),
    ];
    assert_eq!(
        typed_to(&mut decoder, &strokes),
        [r#""\u{1d}\u{1d}\u{4}" cr"#]
    );
    let mut events = Vec::new();
    for (modifiers, key) in [(4, 0x5a), (4, 0x5d), (4, 0x62), (0, 0x04), (0, ENTER)] {
        decoder.push(ms(0), &report(modifiers, &[key]), &mut events);
    }
    assert_eq!(all_shown(&events), [r#""\u{1e}a" cr"#]);
}

#[test]
fn a_key_without_a_character_is_told_and_stands_there() {
    for (modifiers, usage) in [(0, 0x64 + 1), (4, 0x04), (8, 0x04), (0x40, 0x04), (1, 0x36)] {
        let told = format!("{:?}", Trouble::UnknownKey { usage, modifiers });
        let name = format!(r#""<Key{usage:02x}>" cr"#);
        assert_eq!(typed(Layout::Us, &[(modifiers, usage)]), [told, name]);
    }
    // Other locks are no keys of a code: scanners press them around numbers.
    assert_eq!(
        keys(Layout::Us, &[NUM_LOCK, 0x04, SCROLL_LOCK]),
        [r#""a" cr"#]
    );
}

#[test]
fn dead_keys_make_one_letter_or_two() {
    // ^e, ´ and a space, `x, ^^, ^ and Enter.
    let circumflex = (0, 0x35);
    let strokes = [
        circumflex,
        (0, 0x08),
        (0, 0x2e),
        (0, 0x2c),
        (2, 0x2e),
        (0, 0x1b),
        circumflex,
        circumflex,
        circumflex,
    ];
    assert_eq!(typed(Layout::De, &strokes), [r#""ê´`x^^^" cr"#]);
    assert_eq!(
        typed(Layout::Fr, &[(2, 0x2f), (0, 0x18), (0x40, 0x1f), (0, 0x11)]),
        [r#""üñ" cr"#]
    );
    // Silence ends a scan behind a dead key as well.
    let mut decoder = decoder(Layout::De);
    for key in [0x04, 0x05, 0x35] {
        assert_eq!(pushed(&mut decoder, ms(0), &report(0, &[key])), []);
    }
    assert_eq!(
        all_shown(&expired(&mut decoder, ms(100))),
        [r#""ab^" timeout"#]
    );
}

#[test]
fn strokes_are_told_from_what_is_held() {
    let mut decoder = decoder(Layout::Us);
    let mut events = Vec::new();
    for step in [
        // The next key while the last is still down; then both in one report, in its order.
        report(0, &[0x04]),
        report(0, &[0x04, 0x05]),
        report(0, &[0x05]),
        report(0, &[0x05, 0x07, 0x06]),
        // Held keys are no strokes, whatever else changes.
        report(2, &[0x05, 0x07, 0x06]),
        report(0, &[]),
        // Equal characters have a release between them.
        report(0, &[0x06]),
        report(0, &[]),
        report(0, &[0x06]),
        // No release at all between different keys.
        report(0, &[0x04]),
        report(0, &[KEYPAD_ENTER]),
    ] {
        decoder.push(ms(0), &step, &mut events);
    }
    assert_eq!(all_shown(&events), [r#""abdccca" cr"#]);
}

#[test]
fn a_rollover_is_told_once_and_changes_nothing() {
    let mut decoder = decoder(Layout::Us);
    let mut events = Vec::new();
    for step in [
        report(0, &[0x04]),
        report(0, &[1, 1, 1, 1, 1, 1]),
        report(0, &[1, 1, 1, 1, 1, 1]),
        report(0, &[0x04]),
        report(0, &[0x04, 0x05]),
        report(0, &[ENTER]),
    ] {
        decoder.push(ms(0), &step, &mut events);
    }
    assert_eq!(all_shown(&events), ["Rollover", r#""ab" cr"#]);
}

#[test]
fn the_end_is_enter_tab_or_silence() {
    let mut decoder = decoder(Layout::Us);
    let mut scan = |end: &[(u8, u8)]| {
        let mut events = Vec::new();
        for (modifiers, key) in [(0, 0x04), (0, 0x05), (0, 0x06)].iter().chain(end) {
            decoder.push(ms(0), &report(*modifiers, &[*key]), &mut events);
            decoder.push(ms(0), &report(0, &[]), &mut events);
        }
        decoder.expire(ms(100), &mut events);
        all_shown(&events)
    };
    // CR LF comes as Enter and Ctrl+J, or as a second Enter.
    for end in [
        &[(0, ENTER)][..],
        &[(0, ENTER), (1, 0x0d)],
        &[(0, ENTER), (0, ENTER)],
        &[(1, 0x10)],
    ] {
        assert_eq!(scan(end), [r#""abc" cr"#]);
    }
    assert_eq!(scan(&[(1, 0x0d)]), [r#""abc" lf"#]);
    assert_eq!(scan(&[(0, TAB)]), [r#""abc" tab"#]);
    assert_eq!(scan(&[]), [r#""abc" timeout"#]);
}

#[test]
fn what_does_not_end_a_scan_is_data() {
    let mut settings = settings(Layout::Us);
    settings.ends.terminators = vec![Terminator::Tab];
    let mut decoder = KeyboardDecoder::new(settings);
    let mut events = Vec::new();
    for (modifiers, key) in [(0, 0x04), (0, ENTER), (1, 0x0d), (0, 0x05), (0, TAB)] {
        decoder.push(ms(0), &report(modifiers, &[key]), &mut events);
    }
    assert_eq!(all_shown(&events), [r#""a\r\nb" tab"#]);
}

#[test]
fn silence_is_counted_from_the_last_report() {
    let mut decoder = decoder(Layout::Us);
    assert_eq!(decoder.deadline(), None);
    for (at, key) in [(0, 0x04), (99, 0x05), (198, 0x06)] {
        assert_eq!(pushed(&mut decoder, ms(at), &report(0, &[key])), []);
        assert_eq!(decoder.deadline(), Some(ms(at + 100)));
    }
    // Nobody asked in between: the next key finds the silence and begins another scan.
    let events = pushed(&mut decoder, ms(298), &report(0, &[0x07]));
    assert_eq!(all_shown(&events), [r#""abc" timeout"#]);
    let (kept, min) = (1, 3);
    assert_eq!(
        expired(&mut decoder, ms(398)),
        [trouble(Trouble::TooShort { kept, min })]
    );
    assert_eq!(decoder.deadline(), None);
}

#[test]
fn one_character_too_many_is_no_scan() {
    let limit = SCAN_BYTES_MAX;
    for (length, is_scan) in [(limit, true), (limit + 1, false), (2 * limit, false)] {
        let mut decoder = decoder(Layout::Us);
        let mut events = Vec::new();
        for _ in 0..length {
            decoder.push(ms(0), &report(0, &[0x04]), &mut events);
            decoder.push(ms(0), &report(0, &[]), &mut events);
        }
        decoder.push(ms(0), &report(0, &[ENTER]), &mut events);
        match &events[..] {
            [Event::Scan(scan)] => assert!(is_scan && scan.data.len() == length),
            [only] => assert!(!is_scan && *only == trouble(Trouble::TooLong { limit })),
            events => panic!("{} events", events.len()),
        }
        assert_eq!(
            typed_to(&mut decoder, &[(0, 0x05)]),
            [r#""b" cr"#],
            "the next is whole"
        );
    }
}

#[test]
fn an_identifier_in_front_is_told_apart() {
    let mut decoder = decoder(Layout::Us);
    let mut events = Vec::new();
    for report in Typist::new(Layout::Us).types("]C1010400638133393110AB\r") {
        decoder.push(ms(0), &report, &mut events);
    }
    assert_eq!(all_shown(&events), [r#"]C1 "010400638133393110AB" cr"#]);
}

#[test]
fn reports_are_read_where_the_descriptor_has_their_parts() {
    let keyboard = Descriptor::parse(&bytes(KEYBOARD)).expect("a good descriptor");
    assert_eq!(KeyShape::of(&keyboard), Some(KeyShape::BOOT));
    let pos = Descriptor::parse(&bytes(POS)).expect("a good descriptor");
    assert_eq!(KeyShape::of(&pos), None);
    // The same with a report id in front, as in a device that is mouse and keyboard.
    let numbered = KEYBOARD.replacen("A101", "A1018503", 1);
    let numbered = Descriptor::parse(&bytes(&numbered)).expect("a good descriptor");
    let shape = KeyShape::of(&numbered).expect("a list of keys");
    assert_eq!(
        (shape.report_id, shape.modifiers_at, shape.keys_at),
        (Some(3), 1, 3)
    );
    let mut decoder = KeyboardDecoder::new(KeyboardSettings {
        shape,
        ..settings(Layout::Us)
    });
    let mut events = Vec::new();
    for report in [
        &b"\x03\x02\0\x04"[..],
        b"\x03\0\0\0",
        b"\x05\0\0\x05",
        b"\x03",
        b"",
        b"\x03\0\0\x28",
    ] {
        decoder.push(ms(0), report, &mut events);
    }
    assert_eq!(all_shown(&events), [r#""A" cr"#]);
    // A bit for each key is no list.
    let bits = "05010906A101050719E029E715002501750195088102 1900299F759501 75019 5A08102C0";
    let bits = Descriptor::parse(&bytes(bits)).expect("a good descriptor");
    assert_eq!(KeyShape::of(&bits), None);
}

fn layout() -> impl Strategy<Value = Layout> {
    proptest::sample::select(Layout::ALL.to_vec())
}

proptest! {
    /// Whatever a scanner types on a layout comes back, in whatever way it types it.
    #[test]
    fn what_is_typed_comes_back(
        layout in layout(),
        seed in proptest::collection::vec(any::<(u16, u8)>(), 1..80),
    ) {
        let mut typist = Typist::new(layout);
        let mut reports = Vec::new();
        let mut text = String::new();
        for (choice, manner) in seed {
            let character = typist.nth_character(usize::from(choice));
            text.push(character);
            reports.extend(typist.types_in_a_manner(character, manner));
        }
        prop_assume!(Aim::at_start_of(text.as_bytes()).is_none());
        reports.extend(typist.types("\r"));
        let mut decoder = decoder(layout);
        let mut events = Vec::new();
        for report in &reports {
            decoder.push(ms(0), report, &mut events);
        }
        let scan = Decoded { aim: None, data: text.into_bytes(), framing: Framing::Cr };
        prop_assert_eq!(events, vec![Event::Scan(scan)]);
    }

    #[test]
    fn any_reports_give_events_and_bounded_memory(
        layout in layout(),
        reports in proptest::collection::vec(
            (0_u64..150, proptest::collection::vec(any::<u8>(), 0..10)),
            0..300,
        ),
    ) {
        let mut decoder = decoder(layout);
        let mut events = Vec::new();
        let mut now = 0;
        for (pause, report) in reports {
            now += pause;
            decoder.push(ms(now), &report, &mut events);
            prop_assert!(decoder.text.len() <= SCAN_BYTES_MAX && decoder.down.len() <= 6);
            prop_assert_eq!(decoder.deadline().is_some(), decoder.is_open());
        }
        decoder.expire(Now::MAX, &mut events);
        prop_assert!(!decoder.is_open() && decoder.deadline().is_none());
    }
}
