//! Keys as they are kept, read and changed.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::sync::Arc;

use super::*;
use crate::clock::SystemClock;

fn make(kind: NodeKind) -> Keys {
    let machine = Machine::real(Arc::new(SystemClock));
    Keys::make_on(&machine, kind, "A").unwrap()
}

#[test]
fn a_flipped_bit_anywhere_in_the_keys_is_noticed() {
    let path = Path::new(FILE);
    for kind in [NodeKind::Handheld, NodeKind::Server] {
        let mut keys = make(kind);
        keys.begin_origin(Timestamp::ZERO).unwrap();
        let whole = keys.text().unwrap().into_bytes();
        assert_eq!(
            Keys::of_text(&whole, path).unwrap().text().unwrap(),
            keys.text().unwrap()
        );
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            if let Some(byte) = bytes.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
            assert!(Keys::of_text(&bytes, path).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn what_cannot_be_saved_has_not_changed() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("node");
    std::fs::create_dir(&place).unwrap();
    let mut keys = make(NodeKind::Server);
    keys.keep_in(&place).unwrap();
    let before = keys.text().unwrap();
    std::fs::remove_dir_all(&place).unwrap();
    let now = Timestamp::ZERO;
    assert!(keys.begin_origin(now).is_err());
    assert!(keys.begin_origin_behind(7, now).is_err());
    assert!(keys.new_code(None, Role::Viewer, now).is_err());
    assert!(keys.new_token("till", Role::Viewer).is_err());
    assert_eq!(keys.text().unwrap(), before);
}

#[test]
fn keys_that_cannot_be_read_are_not_said_to_be_unwritable() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(FILE)).unwrap();
    let error = Keys::read(dir.path()).unwrap_err();
    assert_eq!((error.code(), error.hint()), ("keys", None));
}

#[test]
fn keys_of_version_1_have_no_check_and_get_one() {
    let path = Path::new(FILE);
    let mut keys = make(NodeKind::Handheld);
    keys.version = 1;
    let old = keys.json().unwrap();
    assert!(!old.contains("check"));
    let read = Keys::of_text(old.as_bytes(), path).unwrap();
    assert_eq!(read.origin(), keys.origin());
    assert!(read.text().unwrap().contains("\"check\""));
    keys.version = 2;
    assert!(Keys::of_text(keys.json().unwrap().as_bytes(), path).is_err());
    let newer = Keys::of_text(br#"{"version": 99, "more": 1}"#, path);
    assert!(format!("{:?}", newer.map(|_| ())).contains("newer version"));
}

#[test]
fn hex_is_pairs_of_digits_and_nothing_else() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(from_hex(&to_hex(&bytes)), Some(bytes));
    assert_eq!(from_hex("aBCd"), Some(vec![0xAB, 0xCD]));
    for bad in ["+1", "+a+b", "-1", " 1", "0x", "1", "123", "g0", "ü", "1ü2"] {
        assert_eq!(from_hex(bad), None, "{bad:?}");
    }
}
