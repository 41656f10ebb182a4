//! HID POS: the numbers of real layouts, and that splitting and joining gives the data.

use proptest::prelude::*;

use super::*;
use crate::decode::Decoded;
use crate::decode::fixtures::{
    POS, POS_WITHOUT_AIM, all_shown, bytes, expired, ms, pushed, trouble,
};

fn layout(hex: &str) -> PosLayout {
    let descriptor = Descriptor::parse(&bytes(hex)).expect("a good descriptor");
    PosLayout::of(&descriptor).expect("it holds scans")
}

fn decoder(hex: &str) -> PosDecoder {
    PosDecoder::new(layout(hex), Trim::default())
}

/// A report of 64 bytes that begins like this.
fn report(start: &[u8], is_continued: bool) -> Vec<u8> {
    let mut report = start.to_vec();
    report.resize(64, 0);
    report[63] = u8::from(is_continued);
    report
}

/// The reports that a scanner sends for some data, in a layout that was written down by hand.
fn sent(aim: Option<&[u8; 3]>, data: &[u8]) -> Vec<Vec<u8>> {
    let last = data.len().saturating_sub(1) / 56;
    let part = |(at, part): (usize, &[u8])| {
        let length = u8::try_from(part.len()).expect("at most 56");
        let mut start = vec![2, length];
        start.extend(aim.into_iter().flatten());
        start.extend(part);
        report(&start, at < last)
    };
    data.chunks(56).enumerate().map(part).collect()
}

#[test]
fn the_descriptor_says_where_things_are() {
    assert_eq!(
        layout(POS),
        PosLayout {
            report_id: Some(2),
            count_at: Some(1),
            aim_at: Some([2, 3, 4]),
            data: 5..61,
            continued: Some((63, 1)),
        }
    );
    assert_eq!(
        layout(POS_WITHOUT_AIM),
        PosLayout {
            report_id: Some(2),
            count_at: Some(1),
            aim_at: None,
            data: 2..58,
            continued: Some((63, 1)),
        }
    );
    let keyboard = Descriptor::parse(&bytes(crate::decode::fixtures::KEYBOARD)).expect("good");
    assert_eq!(PosLayout::of(&keyboard), None);
}

#[test]
fn data_as_a_range_of_usages_or_as_one_wide_field_is_found() {
    // FB to FE in one item of 59 bytes; the last usage fills it up.
    let range = layout("058C 0902 A101 8502 7508 953B 19FB 29FE 8102 C0");
    assert_eq!((range.aim_at, range.data), (Some([1, 2, 3]), 4..60));
    let wide = layout("058C 0902 A101 76C001 9501 09FE 8102 C0");
    assert_eq!((wide.report_id, wide.data), (None, 0..56));
    let array = layout("058C 0902 A101 7508 9538 09FE 8100 C0");
    assert_eq!(array.data, 0..56);
    // Data that does not lie on bytes is none that we can cut out.
    let crooked = Descriptor::parse(&bytes("058C 7501 9501 8101 7508 9538 09FE 8102"));
    assert_eq!(PosLayout::of(&crooked.expect("sound")), None);
}

#[test]
fn the_beeper_is_found() {
    let beeper = Beeper::of(&Descriptor::parse(&bytes(POS)).expect("a good descriptor"));
    let report = |bits| {
        Some(OutputReport {
            report_id: Some(4),
            bytes: vec![4, bits],
        })
    };
    assert_eq!(beeper.good, report(8));
    assert_eq!(beeper.error, report(4));
    assert_eq!(beeper.not_on_file, None);
    let none = Beeper::of(&Descriptor::parse(&bytes(POS_WITHOUT_AIM)).expect("good"));
    assert_eq!(none, Beeper::default());
}

#[test]
fn one_report_is_one_scan() {
    let mut decoder = decoder(POS);
    let start = bytes("02 0d 5d4530 35393031323334313233343537");
    let events = pushed(&mut decoder, ms(0), &report(&start, false));
    assert_eq!(all_shown(&events), [r#"]E0 "5901234123457" report"#]);
    assert_eq!(decoder.deadline(), None);
}

#[test]
fn a_boarding_pass_of_60_bytes_comes_in_two_reports() {
    let pass = b"M1GATHERGOOD/MICHAEL  EXYZ123 SYDMELQF 0412 123Y012A0001 100";
    assert_eq!(pass.len(), 60);
    let mut decoder = decoder(POS);
    let reports = sent(Some(b"]Q0"), pass);
    assert_eq!(reports[0][..5], bytes("02 38 5D 51 30"));
    assert_eq!(pushed(&mut decoder, ms(0), &reports[0]), []);
    assert_eq!(decoder.deadline(), Some(ms(500)));
    let events = pushed(&mut decoder, ms(20), &reports[1]);
    assert_eq!(
        all_shown(&events),
        [format!("]Q0 {:?} report", String::from_utf8_lossy(pass))]
    );
}

#[test]
fn a_lost_continuation_is_no_scan() {
    let mut decoder = decoder(POS);
    let reports = sent(Some(b"]Q1"), &[b'7'; 100]);
    assert_eq!(pushed(&mut decoder, ms(0), &reports[0]), []);
    assert_eq!(expired(&mut decoder, ms(499)), []);
    let cut = trouble(Trouble::Truncated { kept: 56 });
    assert_eq!(expired(&mut decoder, ms(500)), std::slice::from_ref(&cut));
    assert_eq!(expired(&mut decoder, ms(501)), [], "it is told once");
    // The same without anybody asking in between: the next scan does not join the lost one.
    assert_eq!(pushed(&mut decoder, ms(1000), &reports[0]), []);
    let next = sent(Some(b"]E0"), b"5901234123457");
    let events = pushed(&mut decoder, ms(2000), &next[0]);
    assert_eq!(events[0], cut);
    assert_eq!(all_shown(&events[1..]), [r#"]E0 "5901234123457" report"#]);
}

#[test]
fn an_opened_scanner_begins_anew() {
    let mut decoder = decoder(POS);
    let reports = sent(None, &[b'7'; 100]);
    assert_eq!(pushed(&mut decoder, ms(0), &reports[0]), []);
    decoder.reset();
    assert_eq!(decoder.deadline(), None);
    assert_eq!(expired(&mut decoder, ms(9999)), []);
}

#[test]
fn control_characters_and_nuls_are_data_where_they_are_counted() {
    let mut decoder = decoder(POS);
    let data = b"\x0010ABC\x1d21XYZ\x00\x00";
    let events = pushed(&mut decoder, ms(0), &sent(Some(b"]d2"), data)[0]);
    assert_eq!(
        events,
        [Event::Scan(Decoded {
            aim: Aim::at_start_of(b"]d2"),
            data: data.to_vec(),
            framing: Framing::Report,
        })]
    );
}

#[test]
fn an_uncounted_report_ends_before_its_nuls() {
    let overrides = PosOverrides {
        ignore_count: Some(true),
        ..PosOverrides::default()
    };
    let layout = overrides.over(Some(layout(POS))).expect("there is one");
    let mut decoder = PosDecoder::new(layout, Trim::default());
    let events = pushed(
        &mut decoder,
        ms(0),
        &sent(Some(b"]E0"), b"5901234123457")[0],
    );
    assert_eq!(all_shown(&events), [r#"]E0 "5901234123457" report"#]);
}

#[test]
fn nuls_within_an_uncounted_scan_are_data() {
    let overrides = PosOverrides {
        ignore_count: Some(true),
        ..PosOverrides::default()
    };
    let layout = overrides.over(Some(layout(POS))).expect("there is one");
    let mut decoder = PosDecoder::new(layout, Trim::default());
    let mut data = vec![b'7'; 70];
    data[54..56].fill(0);
    let mut events = Vec::new();
    for report in sent(Some(b"]Q1"), &data) {
        decoder.push(ms(0), &report, &mut events);
    }
    let scan = Decoded {
        aim: Aim::at_start_of(b"]Q1"),
        data,
        framing: Framing::Report,
    };
    assert_eq!(events, [Event::Scan(scan)]);
}

#[test]
fn what_is_not_a_scan_is_passed_over() {
    let mut decoder = decoder(POS);
    for other in [
        Vec::new(),
        report(&[0xf0, 1, 2, 3], false),
        // No data: a scanner's answer to a trigger that found nothing.
        report(&[2, 0], false),
        report(b"\x02\x00]E0", false),
    ] {
        assert_eq!(pushed(&mut decoder, ms(0), &other), [], "{other:?}");
    }
}

#[test]
fn a_report_that_lies_is_no_scan() {
    let mut decoder = decoder(POS);
    let mut cases = vec![(
        report(b"\x02\xff]E05901234123457", false),
        Trouble::BadCount {
            count: 255,
            room: 56,
        },
    )];
    let short = b"\x02\x0d]E0590123".to_vec();
    let (bytes, needed) = (short.len(), 18);
    cases.push((short, Trouble::ShortReport { bytes, needed }));
    let (bytes, needed) = (1, 2);
    cases.push((vec![2], Trouble::ShortReport { bytes, needed }));
    for (report, expected) in cases {
        let events = pushed(&mut decoder, ms(0), &report);
        assert_eq!(events, [trouble(expected)]);
    }
}

#[test]
fn a_report_of_just_the_bytes_it_needs_is_enough() {
    let mut decoder = decoder(POS);
    let events = pushed(&mut decoder, ms(0), b"\x02\x0d]E05901234123457");
    assert_eq!(all_shown(&events), [r#"]E0 "5901234123457" report"#]);
}

#[test]
fn one_byte_too_many_is_no_scan() {
    let mut decoder = decoder(POS);
    for (length, is_scan) in [(SCAN_BYTES_MAX, true), (SCAN_BYTES_MAX + 1, false)] {
        let mut events = Vec::new();
        for report in sent(None, &vec![b'x'; length]) {
            decoder.push(ms(0), &report, &mut events);
        }
        let limit = SCAN_BYTES_MAX;
        match &events[..] {
            [Event::Scan(scan)] => assert!(is_scan && scan.data.len() == length),
            [only] => assert!(!is_scan && *only == trouble(Trouble::TooLong { limit })),
            events => panic!("{events:?}"),
        }
    }
}

#[test]
fn an_identifier_in_the_data_is_told_apart() {
    let mut decoder = decoder(POS_WITHOUT_AIM);
    let events = pushed(&mut decoder, ms(0), &sent(None, b"]C101040063813339 31")[0]);
    assert_eq!(all_shown(&events), [r#"]C1 "01040063813339 31" report"#]);
    // Where the identifier has its own place, data that looks like one is data.
    let mut decoder = self::decoder(POS);
    let events = pushed(&mut decoder, ms(0), &sent(Some(b"]Q1"), b"]C1234")[0]);
    assert_eq!(all_shown(&events), [r#"]Q1 "]C1234" report"#]);
}

#[test]
fn overrides_win_over_the_descriptor() {
    let overrides = PosOverrides {
        aim_at: Some(3),
        data_at: Some(6),
        data_len: Some(55),
        ..PosOverrides::default()
    };
    let layout = overrides.over(Some(layout(POS))).expect("there is one");
    let mut decoder = PosDecoder::new(layout, Trim::default());
    let events = pushed(&mut decoder, ms(0), &report(b"\x02\x03\x00]C1ABC", false));
    assert_eq!(all_shown(&events), [r#"]C1 "ABC" report"#]);
    // Alone they do where they say where the data is, and only there.
    assert!(overrides.over(None).is_some());
    assert_eq!(PosOverrides::default().over(None), None);
    let trim = Trim {
        line_end: true,
        ..Trim::default()
    };
    let mut decoder = PosDecoder::new(self::layout(POS), trim);
    let events = pushed(&mut decoder, ms(0), &sent(Some(b"]E0"), b"590\r")[0]);
    assert_eq!(all_shown(&events), [r#"]E0 "590" report"#]);
}

#[test]
fn a_place_behind_all_reports_is_no_panic() {
    let overrides = PosOverrides {
        aim_at: Some(usize::MAX),
        data_at: Some(usize::MAX),
        data_len: Some(usize::MAX),
        count_at: Some(usize::MAX),
        continued_at: Some(usize::MAX),
        ..PosOverrides::default()
    };
    let layout = overrides.over(None).expect("data has a place");
    let mut decoder = PosDecoder::new(layout, Trim::default());
    let events = pushed(&mut decoder, ms(0), &report(&[2, 3], false));
    assert!(matches!(
        events[..],
        [Event::Trouble(Trouble::ShortReport { .. })]
    ));
}

proptest! {
    #[test]
    fn split_and_joined_it_is_the_data(
        has_aim in any::<bool>(),
        data in proptest::collection::vec(any::<u8>(), 1..1500),
    ) {
        // Without a place for the identifier one could not tell it from data.
        prop_assume!(has_aim || Aim::at_start_of(&data).is_none());
        let hex = if has_aim { POS } else { POS_WITHOUT_AIM };
        let aim = has_aim.then_some(b"]d2");
        let mut decoder = decoder(hex);
        let mut events = Vec::new();
        for report in sent(aim, &data) {
            decoder.push(ms(0), &report, &mut events);
        }
        let aim = aim.and_then(|aim| Aim::at_start_of(aim));
        let scan = Decoded { aim, data, framing: Framing::Report };
        prop_assert_eq!(events, vec![Event::Scan(scan)]);
    }

    #[test]
    fn any_reports_give_events_and_bounded_memory(
        reports in proptest::collection::vec(
            (0_u64..700, proptest::collection::vec(any::<u8>(), 0..80), any::<bool>()),
            0..300,
        ),
    ) {
        let mut decoder = decoder(POS);
        let mut events = Vec::new();
        let mut now = 0;
        for (pause, mut report, is_ours) in reports {
            now += pause;
            if is_ours && let Some(first) = report.first_mut() {
                *first = 2;
            }
            decoder.push(ms(now), &report, &mut events);
            let kept = decoder.partial.as_ref().map_or(0, |partial| partial.data.len());
            prop_assert!(kept <= SCAN_BYTES_MAX);
        }
        decoder.expire(Now::MAX, &mut events);
        prop_assert_eq!(decoder.deadline(), None);
    }
}
