//! Serial scanners: every way to end a scan, and that the cutting into reads does not matter.

use proptest::prelude::*;

use super::*;
use crate::decode::Decoded;
use crate::decode::fixtures::{all_shown, expired, ms, pushed, trouble};

const TAB: u8 = b'\t';
const ETX: u8 = 0x03;

fn decoder(terminators: &[Terminator]) -> SerialDecoder {
    let ends = Ends {
        terminators: terminators.to_vec(),
        gap: Ends::GAP,
        min_len: Ends::MIN_LEN,
    };
    SerialDecoder::new(ends, Trim::default())
}

/// What the bytes are when they come at once and silence follows.
fn read(terminators: &[Terminator], bytes: &[u8]) -> Vec<String> {
    let mut decoder = decoder(terminators);
    let mut events = pushed(&mut decoder, ms(0), bytes);
    events.extend(expired(&mut decoder, ms(1000)));
    all_shown(&events)
}

#[test]
fn one_read_may_hold_several_scans() {
    let scans = read(&USUAL_TERMINATORS, b"4006381333931\rABC-123\r");
    assert_eq!(scans, [r#""4006381333931" cr"#, r#""ABC-123" cr"#]);
}

#[test]
fn all_line_ends_are_known_and_empty_scans_are_dropped() {
    for (bytes, expected) in [
        (&b"A1\r\nB2\r\n"[..], &[r#""A1" cr"#, r#""B2" cr"#][..]),
        (b"A1\nB2\n", &[r#""A1" lf"#, r#""B2" lf"#]),
        (b"\r\n\r\n\n", &[]),
        (b"A\tB\r", &[r#""A\tB" cr"#]),
        (
            b"\x02A1\x03\x02\x03\x02B\r\n2\x03",
            &[r#""A1" etx"#, r#""B\r\n2" etx"#],
        ),
        (
            b"]C10104006381333931\x1d10A\r",
            &[r#"]C1 "0104006381333931\u{1d}10A" cr"#],
        ),
        (b"]C1\r", &[]),
    ] {
        assert_eq!(read(&USUAL_TERMINATORS, bytes), expected, "{bytes:?}");
    }
}

#[test]
fn stx_in_front_and_a_line_end_behind_is_a_frame_too() {
    for (bytes, expected) in [
        (&b"\x02A1\r"[..], &[r#""A1" cr"#][..]),
        (b"\x02A1\r\x02B\r\nC\r\n", &[r#""A1" cr"#, r#""B\r\nC" cr"#]),
        (b"\x02A1\n", &[r#""A1" lf"#]),
        (
            b"\x02A1\x02B2\x03",
            &["Truncated { kept: 2 }", r#""B2" etx"#],
        ),
    ] {
        assert_eq!(read(&USUAL_TERMINATORS, bytes), expected, "{bytes:?}");
    }
}

#[test]
fn what_ends_a_scan_can_be_chosen() {
    assert_eq!(
        read(&[Terminator::Tab], b"A\rB\tC\n3"),
        [r#""A\rB" tab"#, r#""C\n3" timeout"#]
    );
    assert_eq!(read(&[], b"\x02A\r\x03"), [r#""\u{2}A\r\u{3}" timeout"#]);
}

#[test]
fn silence_ends_a_scan_and_says_so() {
    let mut decoder = decoder(&USUAL_TERMINATORS);
    assert_eq!(decoder.deadline(), None);
    assert_eq!(pushed(&mut decoder, ms(0), b"4006381"), []);
    assert_eq!(decoder.deadline(), Some(ms(100)));
    assert_eq!(pushed(&mut decoder, ms(99), b"333931"), []);
    assert_eq!(expired(&mut decoder, ms(198)), []);
    let events = expired(&mut decoder, ms(199));
    assert_eq!(all_shown(&events), [r#""4006381333931" timeout"#]);
    assert_eq!(decoder.deadline(), None);
    // An empty read is no byte, and does not lengthen the silence.
    assert_eq!(pushed(&mut decoder, ms(300), b"ABC"), []);
    assert_eq!(pushed(&mut decoder, ms(390), b""), []);
    // When nobody asked in between, the next byte finds the silence.
    let events = pushed(&mut decoder, ms(400), b"DEF\r");
    assert_eq!(all_shown(&events), [r#""ABC" timeout"#, r#""DEF" cr"#]);
}

#[test]
fn a_piece_is_no_scan() {
    let mut decoder = decoder(&USUAL_TERMINATORS);
    assert_eq!(pushed(&mut decoder, ms(0), b"A1"), []);
    let (kept, min) = (2, 3);
    let short = trouble(Trouble::TooShort { kept, min });
    assert_eq!(expired(&mut decoder, ms(100)), [short]);
    // A code of two characters with its end behind it is one.
    assert_eq!(
        all_shown(&pushed(&mut decoder, ms(200), b"A1\r")),
        [r#""A1" cr"#]
    );
    assert_eq!(pushed(&mut decoder, ms(300), b"\x02ABCDEF"), []);
    let cut = trouble(Trouble::Truncated { kept: 6 });
    assert_eq!(expired(&mut decoder, ms(400)), [cut]);
    assert_eq!(
        all_shown(&pushed(&mut decoder, ms(500), b"A\r")),
        [r#""A" cr"#]
    );
}

#[test]
fn an_opened_scanner_begins_anew() {
    let mut decoder = decoder(&USUAL_TERMINATORS);
    assert_eq!(pushed(&mut decoder, ms(0), b"\x02lost"), []);
    decoder.reset();
    assert_eq!(decoder.deadline(), None);
    assert_eq!(
        all_shown(&pushed(&mut decoder, ms(1), b"A\r")),
        [r#""A" cr"#]
    );
}

#[test]
fn one_byte_too_many_is_no_scan_and_nor_is_its_rest() {
    let limit = SCAN_BYTES_MAX;
    for (length, is_scan) in [(limit, true), (limit + 1, false), (3 * limit, false)] {
        let mut bytes = vec![b'x'; length];
        bytes.extend(b"\rNEXT\r");
        let events = pushed(&mut decoder(&USUAL_TERMINATORS), ms(0), &bytes);
        assert_eq!(events.len(), 2, "{length}");
        assert_eq!(matches!(events[0], Event::Scan(_)), is_scan, "{length}");
        if !is_scan {
            assert_eq!(events[0], trouble(Trouble::TooLong { limit }));
        }
        assert_eq!(all_shown(&events[1..]), [r#""NEXT" cr"#]);
    }
    // STX in the midst of it begins nothing.
    let bytes = [&vec![b'x'; limit + 1][..], b"\x02TAIL\rNEXT\r"].concat();
    let events = pushed(&mut decoder(&USUAL_TERMINATORS), ms(0), &bytes);
    let long = "TooLong { limit: 8192 }";
    assert_eq!(all_shown(&events), [long, r#""NEXT" cr"#]);
    // Silence ends it as well, and its last bytes are no scan.
    let mut decoder = decoder(&USUAL_TERMINATORS);
    assert_eq!(pushed(&mut decoder, ms(0), &vec![b'x'; limit + 1]), []);
    assert_eq!(pushed(&mut decoder, ms(50), b"tail"), []);
    let long = trouble(Trouble::TooLong { limit });
    assert_eq!(expired(&mut decoder, ms(150)), [long]);
    assert_eq!(expired(&mut decoder, ms(999)), []);
}

fn terminators() -> impl Strategy<Value = Vec<Terminator>> {
    proptest::sample::subsequence(Terminator::ALL.to_vec(), 0..=4)
}

/// Bytes among which what ends scans is frequent.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        6 => any::<u8>(),
        3 => proptest::sample::select(vec![CR, LF, TAB, STX, ETX, b']']),
        2 => proptest::sample::select(b"ABC0123".to_vec()),
    ];
    proptest::collection::vec(byte, 0..400)
}

proptest! {
    #[test]
    fn cut_anywhere_it_is_the_same_scans(
        terminators in terminators(),
        stream in stream(),
        cuts in proptest::collection::vec(0_usize..400, 0..40),
    ) {
        let mut whole = decoder(&terminators);
        let mut expected = pushed(&mut whole, ms(0), &stream);
        expected.extend(expired(&mut whole, ms(1000)));
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let mut pieces = decoder(&terminators);
        let mut events = Vec::new();
        for cut in cuts.windows(2) {
            pieces.push(ms(0), &stream[cut[0]..cut[1]], &mut events);
        }
        pieces.expire(ms(1000), &mut events);
        prop_assert_eq!(events, expected);
    }

    /// Texts without any of what ends a scan come back, each with its end.
    #[test]
    fn what_a_scanner_sends_comes_back(
        texts in proptest::collection::vec("[ -\\\\^-~\u{1d}\u{1e}]{1,60}", 0..20),
        has_lf in any::<bool>(),
    ) {
        let end = if has_lf { "\r\n" } else { "\r" };
        let sent: String = texts.iter().map(|text| format!("{text}{end}")).collect();
        let events = pushed(&mut decoder(&USUAL_TERMINATORS), ms(0), sent.as_bytes());
        let expected: Vec<Event> = texts.into_iter().map(|text| Event::Scan(Decoded {
            aim: None,
            data: text.into_bytes(),
            framing: Framing::Cr,
        })).collect();
        prop_assert_eq!(events, expected);
    }

    #[test]
    fn any_reads_give_events_and_bounded_memory(
        terminators in terminators(),
        reads in proptest::collection::vec((0_u64..200, stream()), 0..100),
    ) {
        let mut decoder = decoder(&terminators);
        let mut events = Vec::new();
        let mut now = 0;
        for (pause, read) in reads {
            now += pause;
            decoder.push(ms(now), &read, &mut events);
            prop_assert!(decoder.data.len() <= SCAN_BYTES_MAX);
            prop_assert!(decoder.deadline().is_some() || decoder.data.is_empty());
        }
        decoder.expire(Now::MAX, &mut events);
        prop_assert!(decoder.data.is_empty() && decoder.deadline().is_none());
    }
}
