//! Tests of the canonical form.

mod by_hand;
mod orders;
mod plans;

use std::hint::black_box;

use ledger_core::catalogue::{Class, Subject};
use ledger_core::entry::{Body, ClockMark, Kind};
use ledger_core::{Clock, Code, UserName};
use proptest::prelude::*;

use super::*;
use crate::testing::{Dice, entry, movements};

/// Version 1, a kind, time 0, nothing present, and this body.
fn with_body(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[1, kind, 0, 0, 0, 0, 0, 0, 0], body].concat()
}

fn bad(bytes: &[u8]) -> &'static str {
    match decode(bytes) {
        Content::Bad { reason, .. } => reason,
        other @ (Content::Known(_) | Content::Newer { .. }) => panic!("{bytes:02x?} is {other:?}"),
    }
}

/// The entry is either refused, or it says exactly these bytes (but for odd keys it may ignore).
fn check_canonical(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Content::Known(entry) = decode(bytes) else {
        return Ok(());
    };
    let again = encode(&entry).unwrap();
    if again != bytes {
        let mut reader = Reader::new(bytes);
        let header = Header::take(&mut reader).unwrap();
        prop_assert!(
            walk::walk(&mut reader)
                .unwrap()
                .has_ignored_key(Kind(header.kind))
        );
        prop_assert!(again.len() < bytes.len());
        prop_assert_eq!(decode(&again), Content::Known(entry));
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_entry_comes_back(entry in entry()) {
        let bytes = encode(&entry).unwrap();
        prop_assert_eq!(decode(&bytes), Content::Known(entry));
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_canonical(&bytes)?;
        let known = (0..=u8::MAX).filter(|kind| keys::is_known_kind(Kind((*kind).into())));
        for kind in known {
            check_canonical(&with_body(kind, &bytes))?;
        }
    }

    #[test]
    fn a_changed_entry_is_refused_or_says_what_its_bytes_say(
        entry in entry(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        insert in any::<(prop::sample::Index, u8)>(),
    ) {
        let good = encode(&entry).unwrap();
        let mut bytes = good.clone();
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
            check_canonical(&bytes)?;
        }
        check_canonical(&good[..cut.index(good.len())])?;
        let mut longer = good;
        longer.insert(insert.0.index(longer.len()), insert.1);
        check_canonical(&longer)?;
    }
}

#[test]
fn forms_that_are_not_the_one_form_are_refused() {
    // A ClockMark that says 0 is `81 02 00`.
    assert!(matches!(
        decode(&with_body(2, &[0x81, 2, 0])),
        Content::Known(_)
    ));
    for (body, reason) in [
        (&[0x81, 2, 0xCC, 0][..], "not the shortest form"),
        (&[0x81, 2, 0xCC, 0x7F], "not the shortest form"),
        (&[0x81, 2, 0xCD, 0, 0xFF], "not the shortest form"),
        (&[0x81, 2, 0xD0, 5], "not the shortest form"),
        (&[0x81, 2, 0xD0, 0xE0], "not the shortest form"),
        (&[0x81, 2, 0xD1, 0xFF, 0x80], "not the shortest form"),
        (&[0xDE, 0, 1, 2, 0], "not the shortest form"),
        (&[0xDF, 0, 0, 0, 1, 2, 0], "not the shortest form"),
        (
            &[0x81, 0xCC, 2, 0],
            "a key that is not an integer below 128",
        ),
        (&[0x82, 2, 0, 2, 0], "keys that do not ascend"),
        (&[0x82, 3, 0, 2, 0], "keys that do not ascend"),
        (&[0x81, 2, 0, 0], "bytes after the end"),
        (&[0x82, 2, 0], "cut off"),
        (&[0x81, 2, 0xCA, 0, 0, 0, 0], "a float"),
        (&[0x82, 2, 0, 3, 0xD4, 0, 0], "an extension type"),
        (&[0x82, 2, 0, 3, 0xA1, 0xFF], "a text that is not UTF-8"),
        (&[0x82, 2, 0, 3, 0xD9, 1, b'x'], "not the shortest form"),
        (&[0x82, 2, 0, 3, 0x91, 0xCC, 1], "not the shortest form"),
        (
            &[0x82, 2, 0, 3, 0x82, 1, 0, 1, 0],
            "keys that do not ascend",
        ),
        (&[0x90], "the body is not a map"),
        (&[0x81, 2, 0xA0], "not an integer that fits"),
        (&[0x80], "a field is missing"),
    ] {
        assert_eq!(bad(&with_body(2, body)), reason, "{body:02x?}");
    }
}

#[test]
fn nesting_ends_at_the_eighth_level() {
    // The body is the first level, so that seven arrays fit.
    let nested = |arrays: usize| {
        let mut body = vec![0x82, 2, 0, 3];
        body.extend(vec![0x91; arrays]);
        body.push(0xC0);
        with_body(2, &body)
    };
    assert!(matches!(decode(&nested(7)), Content::Known(_)));
    assert_eq!(bad(&nested(8)), "nested too deep");
    assert_eq!(bad(&nested(30_000)), "nested too deep");
}

#[test]
fn headers_in_another_form_are_refused() {
    let body = [0x81, 2, 0];
    let entry = |start: &[u8]| [start, &body].concat();
    for (start, reason) in [
        (&[0, 2, 0, 0, 0, 0, 0, 0, 0][..], "version 0"),
        (
            &[1, 0x82, 0, 0, 0, 0, 0, 0, 0, 0],
            "not a shortest LEB128 number",
        ),
        (
            &[1, 0xFF, 0xFF, 4, 0, 0, 0, 0, 0, 0, 0],
            "a kind beyond 16 bits",
        ),
        (&[1, 2, 0, 0, 0, 0, 0, 0, 4], "presence"),
        (
            &[1, 2, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0, 0, 0, 9, 0, 0],
            "a clock that should be left out",
        ),
        (
            &[1, 2, 0, 0, 0, 0, 0, 0, 2, 1, b'A'],
            "a user that is not normalised",
        ),
        (
            &[1, 2, 0, 0, 0, 0, 0, 0, 2, 0],
            "a user that is not normalised",
        ),
        (
            &[1, 2, 0, 0, 0, 0, 0, 0, 2, 0x81, 0, b'a'],
            "not a shortest LEB128 number",
        ),
        (
            &[1, 2, 0, 0, 0, 0, 0, 0, 2, 1, 0xFF],
            "a user that is not UTF-8",
        ),
    ] {
        assert_eq!(bad(&entry(start)), reason, "{start:02x?}");
    }
    assert_eq!(bad(&[]), "cut off");
}

#[test]
fn senseless_values_are_refused() {
    let item = |text: &str| {
        let mut out = vec![0xA0 | u8::try_from(text.len()).unwrap()];
        out.extend_from_slice(text.as_bytes());
        out
    };
    // A movement of 1 from A, removed: keys 0, 2, 4, 22.
    let moved = |item: &[u8], tail: &[u8]| {
        let fields = u8::try_from(3 + tail.iter().filter(|byte| **byte == 0xFE).count()).unwrap();
        let tail: Vec<u8> = tail.iter().copied().filter(|byte| *byte != 0xFE).collect();
        with_body(
            10,
            &[&[0x80 | fields, 0], item, &[2, 1], &tail[..], &[22, 2]].concat(),
        )
    };
    assert!(matches!(
        decode(&moved(&item("X"), &[0xFE, 4, 0xA1, b'A'])),
        Content::Known(_)
    ));
    let place: &[u8] = &[0xFE, 4, 0xA1, b'A'];
    assert_eq!(
        bad(&moved(&item("x"), place)),
        "a code that is not normalised"
    );
    assert_eq!(bad(&moved(&[7], place)), "not a text");
    assert_eq!(
        bad(&moved(&item("X"), &[])),
        "a movement from nowhere to nowhere"
    );
    let tails: [(&[u8], &str); 5] = [
        (&[0xFE, 4, 0xA1, b'A', 0xFE, 5, 0xA0], "an empty text"),
        (
            &[0xFE, 4, 0xA1, b'A', 0xFE, 8, 0xA0],
            "a code that is not normalised",
        ),
        (
            &[0xFE, 4, 0xA1, b'A', 0xFE, 10, 0xA0],
            "a change of owner or batch without two places",
        ),
        (
            &[0xFE, 4, 0xA1, b'A', 0xFE, 6, 0xA1, b'B', 0xFE, 10, 0xA0],
            "a change of owner or batch that is none",
        ),
        (
            &[0xFE, 4, 0xA1, b'A', 0xFE, 18, 0xD0, 0x80],
            "a number below zero",
        ),
    ];
    for (tail, reason) in tails {
        assert_eq!(bad(&moved(&item("X"), tail)), reason, "{tail:02x?}");
    }
}

#[test]
fn senseless_values_of_other_kinds_are_refused() {
    // A reversal of seq 0.
    let target = [
        &[0x81, 26, 0x93, 0xC4, 16][..],
        &[7; 16],
        &[0, 0xC4, 8],
        &[1; 8],
    ]
    .concat();
    assert_eq!(bad(&with_body(13, &target)), "a seq of zero");
    // A location's fields under the kind of a customer, and a text where a number belongs.
    let location = [0x81, 0, 0x92, 2, 0xA1, b'A'];
    assert!(matches!(
        decode(&with_body(64, &location)),
        Content::Known(_)
    ));
    assert_eq!(bad(&with_body(65, &location)), "a thing of another class");
    let kind = [0x82, 0, 0xA1, b'A', 4, 0xA1, b'x'];
    assert_eq!(
        bad(&with_body(61, &kind)),
        "a field that the thing does not have, or its type"
    );
    // A scan that adds, to a second location; and one in a mode that there is not.
    let scan = |mode: u8, to: &[u8]| {
        let fields = if to.is_empty() { 0x84 } else { 0x85 };
        let head = [&[fields, 2, 1, 4, 0xA1, b'A'], to].concat();
        with_body(80, &[&head[..], &[22, mode, 30, 0xA1, b'x']].concat())
    };
    assert!(matches!(decode(&scan(1, &[])), Content::Known(_)));
    let second = "a scan goes to a second location when it moves, and only then";
    assert_eq!(bad(&scan(1, &[6, 0xA1, b'B'])), second);
    assert_eq!(bad(&scan(3, &[])), second);
    assert_eq!(bad(&scan(5, &[])), "an unknown mode of scanning");
    // An item is named by its code alone.
    let item = [0x81, 0, 0x92, 1, 0xA1, b'A'];
    assert_eq!(
        bad(&with_body(61, &item)),
        "an item that is not named by its code alone"
    );
}

#[test]
fn what_a_newer_version_wrote_is_kept_as_such() {
    let touched = Some(Subject::new(Class::Customer, Code::new("ACME").unwrap()));
    let newer = |bytes: &[u8]| match decode(bytes) {
        Content::Newer { kind, touches, .. } => (kind.0, touches),
        other @ (Content::Known(_) | Content::Bad { .. }) => panic!("{bytes:02x?} is {other:?}"),
    };
    let subject = [0, 0x92, 5, 0xA4, b'A', b'C', b'M', b'E'];
    let body = [&[0x82][..], &subject, &[3, 0x81, 7, 0xC3]].concat();
    assert_eq!(newer(&with_body(99, &body)), (99, touched.clone()));
    let mut version = with_body(99, &body);
    version[0] = 2;
    assert_eq!(newer(&version), (99, touched.clone()));
    // A later version may go on differently behind the time.
    assert_eq!(newer(&[2, 10, 0, 0, 0, 0, 0, 0, 0xFF, 1, 2, 3]), (10, None));
    // An unknown even key in a known kind, even where a known one makes no sense to us.
    let customer = [&[0x83][..], &subject, &[2, 7, 4, 0xC0]].concat();
    assert_eq!(newer(&with_body(65, &customer)), (65, touched));
    // Bad form comes before newer sense; an unknown class touches nothing that we know.
    assert_eq!(
        bad(&with_body(99, &[0x81, 2, 0xCC, 1])),
        "not the shortest form"
    );
    assert_eq!(
        newer(&with_body(99, &[0x81, 0, 0x92, 99, 0xA1, b'A'])),
        (99, None)
    );
    assert_eq!(newer(&with_body(13, &[0x81, 18, 0])), (13, None));
}

#[test]
fn an_unknown_odd_key_is_skipped() {
    let mark = Body::ClockMark(ClockMark { step_millis: 0 });
    let nested = [0x82, 2, 0, 99, 0x92, 0xA1, b'x', 0x81, 5, 0xC2];
    for body in [
        &nested[..],
        &[0x82, 2, 0, 127, 0xC4, 1, 9],
        &[0x82, 1, 0xC0, 2, 0],
    ] {
        match decode(&with_body(2, body)) {
            Content::Known(entry) => assert_eq!(entry.body, mark),
            other @ (Content::Newer { .. } | Content::Bad { .. }) => {
                panic!("{body:02x?} is {other:?}")
            }
        }
    }
}

#[test]
fn entries_without_a_canonical_form_are_not_written() {
    let time = Timestamp::from_millis(5);
    let entry = |body: Body| Entry {
        time,
        clock: Clock::new(time, 0),
        user: None,
        body,
    };
    let moved = |change: fn(&mut ledger_core::entry::Moved)| {
        let mut moved = ledger_core::entry::Moved {
            document: None,
            item: Code::new("x").unwrap(),
            quantity: ledger_core::Quantity::ONE,
            from: None,
            to: Some(ledger_core::entry::Place {
                location: Code::new("a").unwrap(),
                owner: None,
                batch: None,
            }),
            act: ledger_core::entry::Act::Add,
            particulars: ledger_core::entry::Particulars::default(),
        };
        change(&mut moved);
        encode(&entry(Body::Moved(moved)))
    };
    assert!(moved(|_| {}).is_ok());
    assert!(matches!(
        moved(|it| it.to = None),
        Err(EncodeError::Senseless(_))
    ));
    let empty = moved(|it| it.particulars.details.note = Some(String::new()));
    assert_eq!(empty, Err(EncodeError::EmptyText("note")));
    let huge = moved(|it| it.particulars.details.note = Some("x".repeat(ENTRY_BYTES_MAX + 1)));
    assert!(matches!(huge, Err(EncodeError::TooLarge(_))));
    // The largest note that fits, and one more.
    let room = ENTRY_BYTES_MAX - moved(|_| {}).unwrap().len() - 4;
    let with_note = |len: usize| {
        let mut out = vec![9];
        let body = decode(&moved(|_| {}).unwrap());
        let Content::Known(mut full) = body else {
            panic!("not known")
        };
        let Body::Moved(it) = &mut full.body else {
            panic!("not a movement")
        };
        it.particulars.details.note = Some("x".repeat(len));
        let result = encode_into(&full, &mut out);
        (result, out)
    };
    let (result, out) = with_note(room);
    assert_eq!((result, out.len()), (Ok(()), ENTRY_BYTES_MAX + 1));
    assert!(matches!(decode(&out[1..]), Content::Known(_)));
    assert_eq!(
        with_note(room + 1),
        (Err(EncodeError::TooLarge(ENTRY_BYTES_MAX + 1)), vec![9])
    );
    assert_eq!(
        bad(&[&out[1..], &[0]].concat()),
        "larger than an entry may be"
    );
}

#[test]
fn the_user_and_the_clock_are_left_out_when_they_say_nothing() {
    let time = Timestamp::from_millis(0x0102_0304_0506);
    let body = Body::ClockMark(ClockMark { step_millis: -1 });
    let plain = Entry {
        time,
        clock: Clock::new(time, 0),
        user: None,
        body,
    };
    assert_eq!(
        encode(&plain).unwrap(),
        [1, 2, 1, 2, 3, 4, 5, 6, 0, 0x81, 2, 0xFF]
    );
    let full = Entry {
        clock: Clock::new(time, 7),
        user: Some(UserName::new("Zoë").unwrap()),
        ..plain
    };
    let expect = [
        &[1, 2, 1, 2, 3, 4, 5, 6, 3, 1, 2, 3, 4, 5, 6, 0, 7, 4][..],
        "zoë".as_bytes(),
    ];
    assert_eq!(
        encode(&full).unwrap(),
        [&expect.concat()[..], &[0x81, 2, 0xFF]].concat()
    );
}

/// Prints how long decoding takes; run it with `--release` for a figure that means something.
#[test]
#[expect(clippy::disallowed_methods, reason = "it measures time")]
fn the_time_to_decode_a_movement() {
    let entries = movements(2_000, &mut Dice(1));
    let rounds = 20;
    let before = std::time::Instant::now();
    for _ in 0..rounds {
        for bytes in &entries {
            assert!(matches!(
                black_box(decode(black_box(bytes))),
                Content::Known(_)
            ));
        }
    }
    let nanos = before.elapsed().as_nanos() / (rounds * 2_000);
    let size: usize = entries.iter().map(Vec::len).sum();
    println!(
        "decode: {nanos} ns per movement of {} bytes",
        size / entries.len()
    );
}
