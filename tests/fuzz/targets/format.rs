//! ledger-format: entries, what they fold to, packing, codecs, messages and signed things.

use std::collections::BTreeMap;

use ledger_core::entry::Content;
use ledger_core::fold::{Fold, NumberRun, Record};
use ledger_core::{Code, EntryId, Origin, Timestamp};
use ledger_format::batch::ENTRY_BYTES_MAX;
use ledger_format::bounded::{self, CodecError};
use ledger_format::head::{Certificate, SIGNED_HEAD_BYTES, SignedHead};
use ledger_format::pack::{self as packing, BATCH_BYTES_MAX, FACTORED, INFLATED_BYTES_MAX, RAW};
use ledger_format::wire::{
    BatchMessage, Enroll, EnrollAnswer, Envelope, ErrorMessage, FilePart, Hello, HelloAnswer,
    Message, Piece, SyncAnswer, SyncRequest, WaitAnswer, WaitRequest,
};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes};

use super::input::Input;
use super::world;

/// The most bytes that a general-purpose codec may take or give here.
const LIMIT: usize = 1 << 16;

/// An entry says its own bytes again, but for odd keys that a reader may skip.
pub(crate) fn entry(bytes: &[u8]) {
    let content = entry_bytes::decode(bytes);
    let Content::Known(entry) = content else {
        return;
    };
    assert!(bytes.len() <= ENTRY_BYTES_MAX);
    let again = entry_bytes::encode(&entry).expect("what was read can be written");
    assert!(
        again == bytes || has_fewer_keys(&again, bytes),
        "two forms of one entry: {bytes:02x?} and {again:02x?}"
    );
    assert_eq!(entry_bytes::decode(&again), Content::Known(entry));
}

/// Whether two entries part at the number of keys of the body, where the second has more.
///
/// A value in a longer form than it needs parts them elsewhere, or at a map's long header.
fn has_fewer_keys(less: &[u8], more: &[u8]) -> bool {
    let same = less.iter().zip(more).take_while(|(a, b)| a == b).count();
    let short = |bytes: &[u8]| {
        bytes
            .get(same)
            .filter(|byte| **byte & 0xF0 == 0x80)
            .copied()
    };
    if let (Some(less), Some(more)) = (short(less), short(more)) {
        return less < more;
    }
    // 0xDE and two bytes of a number, of which the first may be the same.
    (same.saturating_sub(2)..=same).any(|at| {
        matches!(more.get(at..), Some([0xDE, high, low, ..])
            if u16::from_be_bytes([*high, *low]) >= 16)
    })
}

/// Whatever entries say, in whichever order they come, the state is the same.
///
/// Input: entries as a byte that says whose, and counted bytes. From 0xF0 on the byte numbers what
/// of the origin has no central number so far.
pub(crate) fn fold(bytes: &[u8]) {
    let (records, runs) = history(Input(bytes));
    let mut forward = Fold::new();
    for run in &runs {
        forward.number(*run);
    }
    forward.apply_all(records.iter().cloned());
    let mut backward = Fold::new();
    for record in records.iter().rev().cloned() {
        backward.apply(record);
    }
    for run in runs.iter().rev() {
        backward.number(*run);
    }
    assert_eq!(dump(&forward), dump(&backward), "order changes the state");
    assert_eq!(forward.exceptions(), backward.exceptions());
    for item in forward.items() {
        assert_eq!(forward.lines(&item), backward.lines(&item));
        let rows = forward.history(&item).len();
        assert_eq!(backward.history(&item).len(), rows);
        assert_eq!(
            forward.why(&item, None).len(),
            backward.why(&item, None).len()
        );
    }
    assert!(
        forward
            .lines(&Code::new("NOTHING").expect("a code"))
            .is_empty()
    );
}

pub(crate) fn history(mut input: Input<'_>) -> (Vec<Record>, Vec<NumberRun>) {
    let mut heads: BTreeMap<Origin, (u64, Hash)> = BTreeMap::new();
    let mut numbered: BTreeMap<Origin, u64> = BTreeMap::new();
    let (mut records, mut runs, mut n) = (Vec::new(), Vec::new(), 1);
    while let Some(whose) = input.byte() {
        let origin = world::origin(whose % 3);
        let start = (0, Hash::before_first(origin));
        let head = heads.entry(origin).or_insert(start);
        if whose >= 0xF0 {
            let done = numbered.entry(origin).or_insert(0);
            let count = head.0 - *done;
            let moment = 1_700_000_000_000 + u64::from(input.byte().unwrap_or(0)) * 60_000;
            if count > 0 {
                runs.push(NumberRun {
                    n,
                    origin,
                    first_seq: *done + 1,
                    count,
                    moment: Timestamp::from_millis(moment),
                });
                n += count;
                *done = head.0;
            }
            continue;
        }
        let entry = input.counted();
        *head = (head.0 + 1, head.1.then(entry));
        records.push(Record {
            id: EntryId {
                origin,
                seq: head.0,
            },
            hash8: head.1.hash8(),
            content: entry_bytes::decode(entry),
        });
    }
    (records, runs)
}

pub(crate) fn dump(fold: &Fold) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    fold.dump(&mut |record| records.push(record.to_vec()));
    records
}

/// A batch is refused, or gives entries within the limits that pack and unpack again.
pub(crate) fn unpack(bytes: &[u8]) {
    let origin = world::origin(1);
    let prev = Hash::before_first(origin);
    let Ok(slice) = packing::unpack(bytes, origin, 1, prev) else {
        return;
    };
    assert!(bytes.len() <= BATCH_BYTES_MAX);
    assert!(slice.entries.byte_len() <= INFLATED_BYTES_MAX);
    assert!(slice.entries.len() <= packing::ENTRIES_MAX);
    assert!(slice.entries.iter().all(|it| it.len() <= ENTRY_BYTES_MAX));
    // Packing what a few bytes inflate to takes long and finds nothing else.
    if slice.entries.byte_len() <= LIMIT && slice.entries.len() <= 1_000 {
        packs_and_unpacks(&slice);
    }
}

/// Any entries, good or bad, come back from every encoding. Input: counted entries.
pub(crate) fn pack(bytes: &[u8]) {
    let entries: EntryBuf = Input(bytes).all_counted().into_iter().collect();
    let origin = world::origin(1);
    let prev = Hash::before_first(origin);
    let slice = OriginSlice {
        origin,
        first_seq: 1,
        prev,
        entries,
    };
    if slice.entries.iter().all(|it| it.len() <= ENTRY_BYTES_MAX) {
        packs_and_unpacks(&slice);
    }
}

fn packs_and_unpacks(slice: &OriginSlice) {
    for encoding in [RAW, FACTORED] {
        let packed = packing::pack(slice, encoding);
        if packed.len() > BATCH_BYTES_MAX {
            continue;
        }
        let again = packing::unpack(&packed, slice.origin, slice.first_seq, slice.prev)
            .expect("what was packed unpacks");
        assert_eq!(&again, slice, "encoding {encoding}");
    }
}

/// A compressed part never gives more than its limit, and what it gives deflates and inflates.
pub(crate) fn inflate(bytes: &[u8]) {
    if let Ok(raw) = bounded::inflate(bytes, LIMIT) {
        assert!(raw.len() <= LIMIT);
        let again = bounded::deflate(&raw);
        assert!(again.len() <= raw.len() + 1, "it grew");
        assert_eq!(
            bounded::inflate(&again, raw.len()).expect("what was deflated inflates"),
            raw
        );
    }
    let packed = bounded::deflate(bytes);
    assert_eq!(
        bounded::inflate(&packed, bytes.len()).expect("what was deflated inflates"),
        bytes
    );
}

type Rebuildable = Vec<(u64, String, Option<Vec<u8>>, bool)>;
type Named = BTreeMap<String, Vec<Option<u64>>>;

/// The general-purpose codecs keep their limits, and what they read they write.
pub(crate) fn codec(bytes: &[u8]) {
    for limit in [bytes.len() / 2, LIMIT] {
        let value = bounded::from_bincode::<Rebuildable>(bytes, limit);
        assert!(value.is_err() || bytes.len() <= limit);
        if let Ok(value) = value {
            let again = bounded::to_bincode(&value, limit).expect("it fits as it did");
            assert!(again.len() <= bytes.len());
            let back: Rebuildable = bounded::from_bincode(&again, limit).expect("it comes back");
            assert_eq!(back, value);
        }
        let value = bounded::from_msgpack::<Named>(bytes, limit);
        assert!(value.is_err() || bytes.len() <= limit);
        if let Ok(value) = value {
            let again = bounded::to_msgpack(&value).expect("it can be written");
            let back: Named = bounded::from_msgpack(&again, again.len()).expect("it comes back");
            assert_eq!(back, value);
            assert!(matches!(
                bounded::from_msgpack::<Named>(&[&again[..], &[0xC0]].concat(), LIMIT),
                Err(CodecError::Trailing)
            ));
        }
    }
}

/// Every message, tried on the same bytes: what is read is written in one form for good.
pub(crate) fn wire(bytes: &[u8]) {
    stable::<Hello>(bytes);
    stable::<HelloAnswer>(bytes);
    stable::<Enroll>(bytes);
    stable::<EnrollAnswer>(bytes);
    stable::<Envelope>(bytes);
    stable::<SyncRequest>(bytes);
    stable::<SyncAnswer>(bytes);
    stable::<Piece>(bytes);
    stable::<FilePart>(bytes);
    stable::<ErrorMessage>(bytes);
    stable::<BatchMessage>(bytes);
    stable::<WaitRequest>(bytes);
    stable::<WaitAnswer>(bytes);
}

fn stable<M: Message + std::fmt::Debug>(bytes: &[u8]) {
    let Ok(message) = M::from_bytes(bytes) else {
        return;
    };
    let once = message.to_bytes().expect("what was read can be written");
    let again = M::from_bytes(&once).expect("what was written can be read");
    assert_eq!(format!("{message:?}"), format!("{again:?}"));
    assert_eq!(again.to_bytes().expect("it can be written"), once);
}

/// Signed heads and certificates have one form, and only what was signed verifies.
pub(crate) fn signed(bytes: &[u8]) {
    let key = world::key(0).public();
    if let Ok(head) = SignedHead::from_bytes(bytes) {
        assert_eq!(bytes.len(), SIGNED_HEAD_BYTES);
        assert_eq!(head.to_bytes(), bytes);
        if head.verify_strict(&key).is_ok() {
            let mut other = head;
            other.seq ^= 1;
            assert!(other.verify_strict(&key).is_err());
        }
    }
    if let Ok(certificate) = Certificate::from_bytes(bytes) {
        assert_eq!(certificate.to_bytes(), bytes);
        if certificate.verify_strict(&key).is_ok() {
            let mut other = certificate;
            other.role ^= 1;
            assert!(other.verify_strict(&key).is_err());
        }
    }
}
