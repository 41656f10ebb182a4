//! Damaged segments: what is found beside the damage, and how much work that is.

use super::super::segment::{FrameBytes, work};
use super::*;
use crate::frame::NOTE;

const STORE: StoreId = StoreId::from_bytes([7; 16]);
const DAMAGED: usize = 1024 * 1024;
/// How often a damaged byte may be looked at; with lengths that are all believed and followed it
/// would be a hundred thousand times.
const LOOKS_MAX: usize = 64;

/// One segment in memory.
struct Segment(Vec<u8>);

impl Segment {
    fn new() -> Self {
        let header = Header {
            version: 1,
            segment: 1,
            store: STORE,
            before_end: 0,
            before_frame: Hash::from_bytes([0; 32]),
        };
        Self(header.encode())
    }

    /// Adds a sound frame.
    fn frame(&mut self, payload: &[u8], first: bool, more: bool) {
        let place = Place {
            store: STORE,
            segment: 1,
        };
        let offset = wide(self.0.len());
        let frame = FrameBytes {
            kind: NOTE,
            payload,
            more,
            first,
        };
        place.put_frame(&mut self.0, offset, frame);
    }

    /// What a walk sees, and how many bytes it looked at for one byte of the segment.
    fn walk(&self) -> (Vec<u64>, Vec<JournalDamage>, usize) {
        let mut walk = Walk::new(STORE, 1);
        let (mut groups, mut damage) = (Vec::new(), Vec::new());
        let _before = work::take();
        let walked = walk.segment(1, true, &self.0, &mut |seen| match seen {
            Seen::Group { start, .. } => groups.push(start),
            Seen::Damage(found) => damage.push(found),
        });
        walked.unwrap();
        (groups, damage, work::take().div_ceil(self.0.len()))
    }
}

/// Bytes without any order.
fn noise(len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    blake3::Hasher::new().finalize_xof().fill(&mut out);
    out
}

/// A group, then what is no frame, then a group that proves that they once were.
fn ruined(with: &[u8]) -> Segment {
    let mut segment = Segment::new();
    segment.frame(b"before", true, false);
    segment.0.extend_from_slice(with);
    segment.frame(b"behind", true, false);
    segment
}

#[test]
fn the_work_on_a_large_damaged_place_grows_with_its_length_only() {
    // The second has a length of 256 KiB at every fourth byte, with flags that could be.
    for with in [noise(DAMAGED), [0, 0, 4, 0].repeat(DAMAGED / 4)] {
        let segment = ruined(&with);
        let (groups, damage, work) = segment.walk();
        assert!(work < LOOKS_MAX, "{work} looks at each byte");
        let behind = wide(segment.0.len() - 16);
        assert_eq!(groups, [80, behind]);
        assert_eq!(damage.len(), 1);
        assert_eq!((damage[0].offset, damage[0].len), (96, wide(with.len())));
    }
}

#[test]
fn the_work_on_many_damaged_places_grows_with_their_length_only() {
    let mut segment = Segment::new();
    let count = 20_000;
    for number in 0..count {
        segment.frame(&[5; 30], number == 0, true);
        if number % 2 == 1 {
            *segment.0.last_mut().unwrap() ^= 1;
        }
    }
    segment.frame(b"behind", true, false);
    let (groups, damage, work) = segment.walk();
    assert!(work < LOOKS_MAX, "{work} looks at each byte");
    assert_eq!(groups.len(), count / 2 + 1);
    assert_eq!(damage.len(), count / 2);
}

#[test]
fn a_segment_whose_number_is_absurd_is_reported_in_few_words() {
    let mut segment = Segment::new();
    segment.frame(b"alone", true, false);
    let mut walk = Walk::new(STORE, 1);
    let mut missing = Vec::new();
    let walked = walk.segment(u64::MAX, true, &segment.0, &mut |seen| {
        if let Seen::Damage(damage) = seen {
            missing.push(damage.segment);
            assert!(missing.len() < 10_000, "each missing segment is reported");
        }
    });
    walked.unwrap();
    assert!(missing.starts_with(&[1, 2, 3]), "{missing:?}");
}
