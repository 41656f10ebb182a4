//! Tests of packed batches.

use std::hint::black_box;

use proptest::collection::vec;
use proptest::prelude::*;

use ledger_core::document::DocumentRef;
use ledger_core::entry::{Act, Body, Content};
use ledger_core::{EntryId, EntryRef};

use super::*;
use crate::entry_bytes::{decode, encode};
use crate::testing::{Dice, entry, movements, slice_of};

fn entry_or_garbage() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => entry().prop_map(|entry| encode(&entry).unwrap()),
        1 => vec(any::<u8>(), 0..60),
        1 => (entry(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(entry, index, byte)| {
            let mut bytes = encode(&entry).unwrap();
            let index = index.index(bytes.len());
            bytes[index] = byte;
            bytes
        }),
    ]
}

fn unpack_of(slice: &OriginSlice, packed: &[u8]) -> Result<OriginSlice, UnpackError> {
    unpack(packed, slice.origin, slice.first_seq, slice.prev)
}

/// The factored encoding, also where the raw one would be smaller.
fn factored(slice: &OriginSlice) -> Vec<u8> {
    factored::pack(&slice.entries, FACTORED).unwrap()
}

proptest! {
    #[test]
    fn any_slice_comes_back(entries in vec(entry_or_garbage(), 0..60)) {
        let slice = slice_of(entries.iter().map(Vec::as_slice));
        for packed in [pack(&slice, 0), pack(&slice, 1), pack(&slice, 255), factored(&slice)] {
            prop_assert_eq!(&unpack_of(&slice, &packed).unwrap(), &slice);
            for (index, entry) in entries.iter().enumerate() {
                prop_assert_eq!(&unpack_one(&packed, index).unwrap(), entry);
            }
            prop_assert!(unpack_one(&packed, entries.len()).is_err());
        }
    }

    #[test]
    fn any_bytes_unpack_or_are_refused(bytes in vec(any::<u8>(), 0..300)) {
        let slice = slice_of([]);
        drop(unpack_of(&slice, &bytes));
        for encoding in [RAW, FACTORED] {
            let packed = [&[encoding, 0], &bytes[..]].concat();
            drop(unpack_of(&slice, &packed));
            drop(unpack_one(&packed, 3));
        }
    }

    #[test]
    fn a_changed_payload_unpacks_or_is_refused(
        entries in vec(entry_or_garbage(), 1..12),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let slice = slice_of(entries.iter().map(Vec::as_slice));
        for packed in [pack(&slice, 0), factored(&slice)] {
            let mut payload = bounded::inflate(&packed[1..], INFLATED_BYTES_MAX).unwrap();
            for (index, byte) in &changes {
                let index = index.index(payload.len());
                payload[index] = *byte;
                let changed = [&[packed[0], 0], &payload[..]].concat();
                drop(unpack_of(&slice, &changed));
                drop(unpack_one(&changed, entries.len() - 1));
            }
            let cut = cut.index(payload.len());
            drop(unpack_of(&slice, &[&[packed[0], 0], &payload[..cut]].concat()));
        }
    }
}

#[test]
fn an_unknown_encoding_and_batches_beyond_the_limits_are_refused() {
    let slice = slice_of([&b"x"[..]]);
    let refused = |bytes: &[u8]| unpack_of(&slice, bytes).unwrap_err();
    assert!(matches!(refused(&[2, 0, 0]), UnpackError::Encoding(2)));
    assert!(matches!(refused(&[]), UnpackError::Damaged));
    assert!(matches!(
        refused(&vec![0; BATCH_BYTES_MAX + 1]),
        UnpackError::TooLarge
    ));
    // A declared size beyond the limit is refused before anything is inflated.
    let mut lying = vec![RAW, 1];
    varint::write(&mut lying, len64(INFLATED_BYTES_MAX + 1));
    assert!(matches!(
        refused(&lying),
        UnpackError::Compressed(CodecError::TooLarge { .. })
    ));
    let huge = slice_of([&vec![7; ENTRY_BYTES_MAX + 1][..]]);
    for encoding in [RAW, FACTORED] {
        assert!(unpack_of(&huge, &pack(&huge, encoding)).is_err());
    }
    let many = slice_of(vec![&b""[..]; ENTRIES_MAX + 1]);
    assert!(matches!(refused(&pack(&many, RAW)), UnpackError::TooLarge));
    assert!(matches!(refused(&factored(&many)), UnpackError::TooLarge));
}

#[test]
fn a_few_bytes_cannot_become_gigabytes() {
    // The longest entry, 300 times: its bytes are there once.
    let long = vec![0xEE; ENTRY_BYTES_MAX];
    let bomb = slice_of(vec![&long[..]; 300]);
    let packed = factored(&bomb);
    assert!(packed.len() < 1_000, "{}", packed.len());
    assert!(matches!(
        unpack_of(&bomb, &packed),
        Err(UnpackError::TooLarge)
    ));
    let fits = slice_of(vec![&long[..]; INFLATED_BYTES_MAX / ENTRY_BYTES_MAX]);
    assert_eq!(unpack_of(&fits, &factored(&fits)).unwrap(), fits);
    // Nor when all but the last are passed over, whether they are the same or begin alike.
    let mut alike = vec![long.clone(); 300];
    for (index, entry) in alike.iter_mut().enumerate() {
        let end = entry.len() - 2;
        entry[end..].copy_from_slice(&u16::try_from(index).unwrap().to_le_bytes());
    }
    let alike = slice_of(alike.iter().map(Vec::as_slice));
    for bomb in [&bomb, &alike] {
        assert!(matches!(
            unpack_one(&factored(bomb), 299),
            Err(UnpackError::TooLarge)
        ));
    }
    let last = fits.entries.len() - 1;
    assert_eq!(unpack_one(&factored(&fits), last).unwrap(), long);
}

#[test]
fn a_body_that_is_no_map_comes_back() {
    // A canonical header, and a number for a body, behind an entry with keys.
    let map = [1, 2, 0, 0, 0, 0, 0, 5, 0, 0x81, 6, 0];
    let number = [1, 2, 0, 0, 0, 0, 0, 5, 0, 0x7F];
    let slice = slice_of([&map[..], &number]);
    assert_eq!(unpack_of(&slice, &factored(&slice)).unwrap(), slice);
}

#[test]
fn few_entries_take_the_smaller_encoding() {
    let entries = movements(1, &mut Dice(1));
    let slice = slice_of(entries.iter().map(Vec::as_slice));
    let packed = pack(&slice, FACTORED);
    assert_eq!(packed[0], RAW);
    assert!(packed.len() <= entries[0].len() + 4);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures time")]
fn the_size_of_a_movement() {
    for (count, goal) in [(100, 20.0), (1_000, 12.0), (5_000, 12.0)] {
        let entries = movements(count, &mut Dice(count));
        let slice = slice_of(entries.iter().map(Vec::as_slice));
        let [raw, packed] = [RAW, FACTORED].map(|encoding| pack(&slice, encoding));
        let per = |size: usize| size as f64 / count as f64;
        let before = std::time::Instant::now();
        assert_eq!(black_box(pack(&slice, FACTORED)), packed);
        let packing = before.elapsed();
        let before = std::time::Instant::now();
        assert_eq!(black_box(unpack_of(&slice, &packed)).unwrap(), slice);
        let unpacking = before.elapsed();
        println!(
            "{count} movements: {:.2} bytes each in memory, {:.2} raw, {:.2} factored; \
             pack {} ns, unpack {} ns each",
            per(slice.entries.byte_len()),
            per(raw.len()),
            per(packed.len()),
            packing.as_nanos() / u128::from(count),
            unpacking.as_nanos() / u128::from(count),
        );
        assert!(per(packed.len()) <= goal, "{}", per(packed.len()));
    }
}

/// The same movements as removals without an order's number, each for the order that is named.
fn picks(
    movements: &[Vec<u8>],
    mut order_of: impl FnMut(usize) -> Option<EntryRef>,
) -> Vec<Vec<u8>> {
    let pick = |(index, bytes): (usize, &Vec<u8>)| {
        let Content::Known(mut entry) = decode(bytes) else {
            panic!("not an entry")
        };
        let Body::Moved(moved) = &mut entry.body else {
            panic!("not a movement")
        };
        moved.from = moved.from.take().or(moved.to.take());
        moved.act = Act::Remove;
        moved.particulars.details.order = None;
        moved.document = order_of(index).map(DocumentRef::order);
        encode(&entry).unwrap()
    };
    movements.iter().enumerate().map(pick).collect()
}

/// The entries that opened 50 orders, on four handhelds in the last days.
fn opened(dice: &mut Dice) -> Vec<EntryRef> {
    let mut bytes = |len: usize| -> Vec<u8> {
        (0..len)
            .map(|_| u8::try_from(dice.roll(256)).unwrap())
            .collect()
    };
    let origins: Vec<Origin> = (0..4)
        .map(|_| Origin::from_bytes(bytes(16).try_into().unwrap()))
        .collect();
    let hashes: Vec<[u8; 8]> = (0..50).map(|_| bytes(8).try_into().unwrap()).collect();
    hashes
        .into_iter()
        .map(|hash8| EntryRef {
            id: EntryId {
                origin: origins[usize::try_from(dice.roll(4)).unwrap()],
                seq: 1 + dice.roll(5_000),
            },
            hash8,
        })
        .collect()
}

#[test]
fn the_size_of_a_pick() {
    let size = |entries: &[Vec<u8>]| {
        let slice = slice_of(entries.iter().map(Vec::as_slice));
        let packed = pack(&slice, FACTORED);
        assert_eq!(unpack_of(&slice, &packed).unwrap(), slice);
        packed.len() as f64 / entries.len() as f64
    };
    let movements = movements(1_000, &mut Dice(1_000));
    let mut dice = Dice(50);
    let orders = opened(&mut dice);
    let mut among = |sides| usize::try_from(dice.roll(sides)).unwrap();
    let plain = size(&picks(&movements, |_| None));
    // Order by order; four at a time, on one cart; any order at any time.
    let one = size(&picks(&movements, |index| Some(orders[index / 20])));
    let cart = size(&picks(&movements, |index| {
        orders
            .get(index / 80 * 4 + among(4))
            .or(orders.last())
            .copied()
    }));
    let any = size(&picks(&movements, |_| Some(orders[among(50)])));
    println!("plain {plain:.2} bytes, a pick {one:.2}, on a cart {cart:.2}, in any order {any:.2}");
    for (size, above) in [(one, 1.5), (cart, 3.0), (any, 4.0)] {
        assert!(size - plain <= above, "{size:.2} and {plain:.2}");
    }
}
