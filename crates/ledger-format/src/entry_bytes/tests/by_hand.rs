//! Kinds of entries written by hand: what is said, what only a newer version knows, and forms and
//! types that are refused.

use ledger_core::EntryRef;
use ledger_core::document::FieldTable;
use ledger_core::entry::{Ended, IdempotencyKey};
use ledger_core::{EntryId, Origin};

use super::*;

/// Keys of a body with the bytes of their values.
pub(super) type Pairs = Vec<(u8, Vec<u8>)>;

pub(super) const ONCE: IdempotencyKey = IdempotencyKey {
    key: [9; 16],
    row: 3,
};

pub(super) fn entry_ref() -> EntryRef {
    EntryRef {
        id: EntryId {
            origin: Origin::from_bytes([7; 16]),
            seq: 5,
        },
        hash8: [1; 8],
    }
}

/// `[origin bin16, seq, bin8]` with so many bytes of origin and hash.
pub(super) fn reference(origin: usize, seq: u8, hash: usize) -> Vec<u8> {
    let mut out = vec![0x93, 0xC4, u8::try_from(origin).unwrap()];
    out.extend(vec![7; origin]);
    out.extend([seq, 0xC4, u8::try_from(hash).unwrap()]);
    out.extend(vec![1; hash]);
    out
}

pub(super) fn target() -> Vec<u8> {
    reference(16, 5, 8)
}

/// `[bin16, row]`.
pub(super) fn once() -> Vec<u8> {
    [&[0x92, 0xC4, 16][..], &[9; 16], &[3]].concat()
}

pub(super) fn text(text: &str) -> Vec<u8> {
    let head = 0xA0 | u8::try_from(text.len()).unwrap();
    [&[head], text.as_bytes()].concat()
}

pub(super) fn bytes_of(kind: u8, pairs: &Pairs) -> Vec<u8> {
    let mut body = vec![0x80 | u8::try_from(pairs.len()).unwrap()];
    for (key, value) in pairs {
        body.push(*key);
        body.extend_from_slice(value);
    }
    with_body(kind, &body)
}

/// The same fields with one more, or with another value of one.
pub(super) fn with(pairs: &Pairs, key: u8, value: &[u8]) -> Pairs {
    let mut pairs = without(pairs, key);
    pairs.push((key, value.to_vec()));
    pairs.sort();
    pairs
}

pub(super) fn without(pairs: &Pairs, key: u8) -> Pairs {
    let mut pairs = pairs.clone();
    pairs.retain(|(other, _)| *other != key);
    pairs
}

/// One kind of entry, by hand.
pub(super) struct Example {
    pub(super) kind: u8,
    /// The keys that must be there.
    pub(super) least: Pairs,
    /// All keys that this version has, of which the others may be absent.
    pub(super) most: Pairs,
    /// The fields among them, which may be nil.
    pub(super) fields: FieldTable,
    /// What the two say.
    pub(super) says: [Body; 2],
}

/// How documents end: with as little as can be, and with all.
pub(super) fn ends(kind: u8, body: impl Fn(Ended) -> Body) -> Example {
    let ended = |full: bool| Ended {
        document: entry_ref(),
        reason: full.then(|| "done".to_owned()),
        note: full.then(|| "ok".to_owned()),
        once: full.then_some(ONCE),
    };
    Example {
        kind,
        least: vec![(26, target())],
        most: vec![
            (1, text("done")),
            (3, text("ok")),
            (16, once()),
            (26, target()),
        ],
        fields: &[],
        says: [false, true].map(|full| body(ended(full))),
    }
}

/// Every kind that is written by hand.
pub(super) fn examples() -> Vec<Example> {
    let mut all = orders::examples();
    all.extend(plans::examples());
    all
}

/// The one of a kind.
pub(super) fn example(kind: u8) -> Example {
    examples().into_iter().find(|it| it.kind == kind).unwrap()
}

/// What is said of an entry with this body, which has no canonical form. Nothing is written.
pub(super) fn refused(body: Body) -> EncodeError {
    let time = Timestamp::from_millis(0);
    let entry = Entry {
        time,
        clock: Clock::new(time, 0),
        user: None,
        body,
    };
    let mut out = vec![7];
    let error = encode_into(&entry, &mut out).unwrap_err();
    assert_eq!(out, [7]);
    error
}

pub(super) fn is_newer(bytes: &[u8]) -> bool {
    matches!(decode(bytes), Content::Newer { .. })
}

pub(super) fn known(bytes: &[u8]) -> Body {
    match decode(bytes) {
        Content::Known(entry) => entry.body,
        other @ (Content::Newer { .. } | Content::Bad { .. }) => {
            panic!("{bytes:02x?} is {other:?}")
        }
    }
}

/// It says that, and saying that gives these bytes.
pub(super) fn says(bytes: &[u8], body: &Body) {
    assert_eq!(&known(bytes), body);
    let time = Timestamp::from_millis(0);
    let entry = Entry {
        time,
        clock: Clock::new(time, 0),
        user: None,
        body: body.clone(),
    };
    assert_eq!(encode(&entry).as_deref(), Ok(bytes));
}

#[test]
fn each_kind_has_its_number_and_its_keys() {
    for example in examples() {
        let [least, most] = &example.says;
        says(&bytes_of(example.kind, &example.least), least);
        says(&bytes_of(example.kind, &example.most), most);
        assert_eq!(least.kind(), Kind(example.kind.into()));
    }
}

#[test]
fn keys_that_are_not_known_are_skipped_when_odd_and_newer_when_even() {
    for Example {
        kind, most, says, ..
    } in examples()
    {
        let unknown = (0..=KEY_MAX).filter(|key| most.iter().all(|(known, _)| known != key));
        for key in unknown {
            for value in [&[0xC0][..], &[0x92, 0x81, 2, 0xC3, 0xA1, b'x']] {
                let bytes = bytes_of(kind, &with(&most, key, value));
                if key.is_multiple_of(2) {
                    assert!(is_newer(&bytes), "kind {kind}, key {key}");
                } else {
                    assert_eq!(known(&bytes), says[1], "kind {kind}, key {key}");
                }
            }
        }
        // Also where a known key makes no sense to us.
        let senseless = with(&most, 16, &[0xC0]);
        assert!(is_newer(&bytes_of(kind, &with(&senseless, 20, &[0xC0]))));
        assert!(is_newer(&bytes_of(kind, &vec![(20, vec![0])])));
    }
}

#[test]
fn what_must_be_there_is_missed() {
    for Example {
        kind, least, most, ..
    } in examples()
    {
        for (key, _) in &least {
            let bytes = bytes_of(kind, &without(&most, *key));
            assert_eq!(bad(&bytes), "a field is missing", "kind {kind}, key {key}");
        }
    }
}

#[test]
fn values_of_a_wrong_type_are_refused() {
    for Example {
        kind, most, fields, ..
    } in examples()
    {
        for (key, value) in &most {
            // Nil, yes, a number, a text, bytes, a list and a map, but for those of its own type.
            let wrong: [(u8, &[u8]); 7] = [
                (0, &[0xC0]),
                (1, &[0xC3]),
                (2, &[1]),
                (3, &[0xA1, b'X']),
                (4, &[0xC4, 1, 0]),
                (5, &[0x91, 0]),
                (6, &[0x81, 2, 0]),
            ];
            let own = match value[0] {
                0xC3 => 1,
                0..=0x7F | 0xCC..=0xD3 | 0xE0..=0xFF => 2,
                0xA0..=0xBF => 3,
                _ => 99,
            };
            let may_be_nil = fields.iter().any(|(field, _)| field == key);
            for (class, wrong) in wrong {
                let bytes = bytes_of(kind, &with(&most, *key, wrong));
                if class == own || (class == 0 && may_be_nil) {
                    says(&bytes, &known(&bytes));
                } else {
                    let _reason = bad(&bytes);
                }
            }
        }
    }
}

#[test]
fn the_keys_of_each_kind_are_known() {
    let mut kinds: Vec<(u8, Vec<u8>)> = examples()
        .into_iter()
        .map(|it| (it.kind, it.most.iter().map(|(key, _)| *key).collect()))
        .collect();
    let details = [1, 3, 5, 7, 9, 11, 14, 16];
    let moved = [0, 2, 4, 6, 8, 10, 12, 18, 20, 22, 28, 37, 39];
    let counted = [0, 2, 4, 8, 12, 18, 24, 41];
    kinds.extend([
        (10, [&details[..], &moved].concat()),
        (11, [&details[..], &counted].concat()),
    ]);
    for (kind, known) in kinds {
        let kind = Kind(kind.into());
        assert!(keys::is_known_kind(kind));
        for key in 0..=KEY_MAX {
            let is_known = if key.is_multiple_of(2) {
                keys::is_known_even(kind, key)
            } else {
                keys::is_known_odd(kind, key)
            };
            assert_eq!(is_known, known.contains(&key), "{kind:?}, key {key}");
        }
    }
}

#[test]
fn longer_forms_are_refused_in_each_kind() {
    for Example { kind, most, .. } in examples() {
        let good = bytes_of(kind, &most);
        let _reason = bad(&[&good[..], &[0]].concat());
        let _reason = bad(&good[..good.len() - 1]);
        let fields = u8::try_from(most.len()).unwrap();
        let mut long_head = good.clone();
        drop(long_head.splice(9..10, [0xDE, 0, fields]));
        assert_eq!(bad(&long_head), "not the shortest form");
        let mut backwards = most.clone();
        backwards.reverse();
        assert_eq!(
            bad(&bytes_of(kind, &backwards)),
            "keys that do not ascend",
            "kind {kind}"
        );
        let twice = [&most[..], &most[most.len() - 1..]].concat();
        assert_eq!(bad(&bytes_of(kind, &twice)), "keys that do not ascend");
        for (key, value) in &most {
            let longer = match value[0] {
                // There is no longer yes.
                0xC3 => continue,
                0xC4 => [&[0xC5, 0], &value[1..]].concat(),
                byte @ 0..=0x7F => vec![0xCC, byte],
                byte @ 0xE0..=0xFF => vec![0xD0, byte],
                byte @ 0xA0..=0xBF => [&[0xD9, byte & 0x1F], &value[1..]].concat(),
                byte @ 0x90..=0x9F => [&[0xDC, 0, byte & 0x0F], &value[1..]].concat(),
                _ => [&[0xCE, 0, 0], &value[1..]].concat(),
            };
            let bytes = bytes_of(kind, &with(&most, *key, &longer));
            assert_eq!(
                bad(&bytes),
                "not the shortest form",
                "kind {kind}, key {key}"
            );
        }
    }
}
