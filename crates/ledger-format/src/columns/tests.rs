//! Columns say what their entries say.

use ledger_core::document::{DocumentFields, DocumentRef, Family};
use ledger_core::entry::{
    Act, Body, BomLineSet, Counted, Ended, IdempotencyKey, ItemMerged, LotEntry, Moved, OrderEntry,
    OrderLineSet, Particulars, Place, PurchaseEntry, StocktakeEntry,
};
use ledger_core::fold::LineKey;
use ledger_core::{Clock, Code, Entry, EntryId, EntryRef, Origin, Quantity, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::batch::EntryBuf;
use crate::chain::Hash;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

/// A plain transaction: time, item, places, quantity, and whether it is a count.
type Deed = (u64, u8, Option<u8>, Option<u8>, i64, bool);

fn place(n: u8) -> Place {
    let optional = |has: bool, text: &str| has.then(|| code(text));
    Place {
        location: code(&format!("L{}", n % 5)),
        owner: optional(n.is_multiple_of(3), "ACME"),
        batch: optional(n.is_multiple_of(4), "B7"),
    }
}

fn key(item: &Code, place: &Place) -> LineKey {
    LineKey {
        item: item.clone(),
        location: place.location.clone(),
        owner: place.owner.clone(),
        batch: place.batch.clone(),
    }
}

fn bytes_of(millis: u64, body: Body) -> Vec<u8> {
    let time = Timestamp::from_millis(millis);
    let clock = Clock::new(time, 0);
    entry_bytes::encode(&Entry {
        time,
        clock,
        user: None,
        body,
    })
    .unwrap()
}

fn body(deed: &Deed, particulars: Particulars) -> Body {
    let (_, item, from, to, quantity, counted) = *deed;
    let item = code(&format!("I{item}"));
    let quantity = Quantity::from_ten_thousandths(quantity);
    if counted {
        return Body::Counted(Counted {
            item,
            quantity,
            place: place(to.unwrap_or(9)),
            span: None,
            stocktake: None,
            particulars,
        });
    }
    Body::Moved(Moved {
        document: None,
        item,
        quantity,
        from: from.map(place),
        to: to.map(place),
        act: Act::Move,
        particulars,
    })
}

fn slice(entries: &[Vec<u8>]) -> OriginSlice {
    let origin = Origin::from_bytes([1; 16]);
    OriginSlice {
        origin,
        first_seq: 1,
        prev: Hash::before_first(origin),
        entries: entries.iter().map(Vec::as_slice).collect::<EntryBuf>(),
    }
}

/// Everything that columns say, with names instead of numbers.
#[derive(Debug, Default, PartialEq)]
struct Said {
    times: Vec<u64>,
    changes: Vec<(usize, LineKey, i64)>,
    counts: Vec<(usize, LineKey, i64)>,
    exceptions: Vec<usize>,
}

fn said(dictionary: &Dictionary, bytes: &[u8]) -> Option<Said> {
    let columns = Columns::read(bytes)?;
    let mut said = Said::default();
    let mut changes = Changes::default();
    let rest = columns.times(&mut said.times)?;
    columns.changes(rest, &mut changes)?;
    for (row, (&line, &delta)) in changes.lines.iter().zip(&changes.deltas).enumerate() {
        if line > 0 {
            said.changes.push((row, dictionary.line(line)?, delta));
        }
    }
    for transfer in &changes.transfers {
        let delta = changes.deltas.get(transfer.row)?.checked_neg()?;
        let line = dictionary.line(transfer.line)?;
        said.changes.push((transfer.row, line, delta));
    }
    for count in columns.counts() {
        assert_eq!(Some(&count.time), said.times.get(count.row));
        let line = dictionary.line(count.line)?;
        said.counts.push((count.row, line, count.quantity));
    }
    said.exceptions = columns.exceptions().collect();
    said.changes.sort();
    assert_eq!(columns.is_rising(), said.times.is_sorted());
    let latest = said.times.iter().copied().max().unwrap_or(0);
    assert_eq!(columns.latest_time(), latest);
    assert_eq!(columns.rows(), said.times.len());
    let lines = changes.lines.iter().copied();
    let lines = lines.chain(changes.transfers.iter().map(|it| it.line));
    let lines = lines.chain(columns.counts().map(|it| it.line));
    assert_eq!(
        columns.lines_below(),
        lines.max().map_or(1, |line| line + 1)
    );
    Some(said)
}

/// What the deeds say, by hand.
fn meant(deeds: &[Deed]) -> Said {
    let mut said = Said::default();
    for (row, deed) in deeds.iter().enumerate() {
        let (time, item, from, to, quantity, counted) = *deed;
        let item = code(&format!("I{item}"));
        said.times.push(time);
        if counted {
            let place = place(to.unwrap_or(9));
            said.counts.push((row, key(&item, &place), quantity));
            continue;
        }
        for (at, amount) in [(from, -quantity), (to, quantity)] {
            if let Some(at) = at {
                said.changes.push((row, key(&item, &place(at)), amount));
            }
        }
    }
    said.changes.sort();
    said
}

fn deed() -> impl Strategy<Value = Deed> {
    let time = prop_oneof![
        4 => 1_790_000_000_000..1_790_000_050_000_u64,
        1 => 0..(1_u64 << 48),
    ];
    let quantity = prop_oneof![
        4 => (-50..50_i64).prop_map(|units| units * 10_000),
        1 => -i64::MAX..=i64::MAX,
        1 => -20_000..20_000_i64,
    ];
    let at = || proptest::option::of(0..20_u8);
    let deed = (
        time,
        0..9_u8,
        at(),
        at(),
        quantity,
        prop::bool::weighted(0.1),
    );
    // A movement from nowhere to nowhere cannot be written.
    deed.prop_map(|(time, item, from, to, quantity, counted)| {
        let to = to.or(if from.is_none() { Some(7) } else { None });
        (time, item, from, to, quantity, counted)
    })
}

proptest! {
    #[test]
    fn columns_say_what_plain_transactions_say(
        blocks in prop::collection::vec(prop::collection::vec(deed(), 0..80), 1..4),
        sorted in any::<bool>(),
    ) {
        let mut writer = Dictionary::default();
        let mut reader = Dictionary::default();
        for mut deeds in blocks {
            if sorted {
                deeds.sort();
            }
            let entries: Vec<Vec<u8>> = deeds
                .iter()
                .map(|deed| bytes_of(deed.0, body(deed, Particulars::default())))
                .collect();
            let columns = derive(&mut writer, &slice(&entries));
            let part = writer.new_part();
            prop_assert!(part.is_empty() || reader.read_part(&part));
            prop_assert_eq!(said(&reader, &columns), Some(meant(&deeds)));
        }
        prop_assert_eq!(writer.new_part(), Vec::<u8>::new());
    }

    #[test]
    fn any_bytes_are_columns_or_none(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        flips in prop::collection::vec((0..4_000_usize, any::<u8>()), 0..4),
    ) {
        let dictionary = Dictionary::default();
        if let Some(first) = bytes.first_mut() {
            *first = VERSION;
        }
        let _read = said(&dictionary, &bytes[..bytes.len().min(1)]);
        let _read = Columns::read(&bytes).map(|columns| {
            let mut out = Vec::new();
            let rest = columns.times(&mut out)?;
            columns.changes(rest, &mut Changes::default())
        });
        let deeds: Vec<Deed> = (0..60).map(|n| (n * 1000, 1, None, Some(1), 10_000, n % 9 == 0)).collect();
        let entries: Vec<Vec<u8>> = deeds
            .iter()
            .map(|deed| bytes_of(deed.0, body(deed, Particulars::default())))
            .collect();
        let mut known = Dictionary::default();
        let mut bytes = derive(&mut known, &slice(&entries));
        for (at, with) in flips {
            let len = bytes.len();
            bytes[at % len] ^= with;
        }
        let _read = Columns::read(&bytes).map(|columns| {
            let mut out = Vec::new();
            let rest = columns.times(&mut out)?;
            columns.changes(rest, &mut Changes::default())
        });
        let _read = Dictionary::default().read_part(&bytes);
    }
}

#[test]
fn what_columns_cannot_say_is_an_exception() {
    let deed = (5, 1, None, Some(1), 10_000, false);
    let once = Some(IdempotencyKey {
        key: [1; 16],
        row: 1,
    });
    let said_at = Some(Timestamp::from_millis(2));
    let of = |said, once| {
        let particulars = Particulars {
            said,
            once,
            ..Particulars::default()
        };
        bytes_of(5, body(&deed, particulars))
    };
    let extreme = (5, 1, None, Some(1), i64::MIN, false);
    let entries = [
        of(None, None),
        of(said_at, None),
        of(None, once),
        b"x".to_vec(),
        bytes_of(5, body(&extreme, Particulars::default())),
    ];
    let mut dictionary = Dictionary::default();
    let columns = derive(&mut dictionary, &slice(&entries));
    let said = said(&dictionary, &columns).unwrap();
    assert_eq!(said.exceptions, [1, 2]);
    assert_eq!(said.changes.len(), 1);
    assert_eq!(said.times, [5, 5, 5, 0, 5]);
}

/// What a later program wrote may become a transaction when this one is replaced: whoever sums then
/// must know where it is, for the columns stay.
#[test]
fn what_only_a_newer_program_knows_is_an_exception() {
    let plain = (5, 1, None, Some(1), 10_000, false);
    let mut later = bytes_of(5, body(&plain, Particulars::default()));
    // One more key of the body, 98 = yes.
    later[9] += 1;
    later.extend([98, 0xC3]);
    let kind = [1, 99, 0, 0, 0, 0, 0, 5, 0, 0x80];
    let version = [2, 10, 0, 0, 0, 0, 0, 5, 0, 0x80];
    let entries = [
        bytes_of(5, body(&plain, Particulars::default())),
        later,
        kind.to_vec(),
        version.to_vec(),
        b"never an entry".to_vec(),
    ];
    let mut dictionary = Dictionary::default();
    let columns = derive(&mut dictionary, &slice(&entries));
    let said = said(&dictionary, &columns).unwrap();
    assert_eq!(said.exceptions, [1, 2]);
    assert_eq!(said.changes.len(), 1);
}

#[test]
fn a_pick_is_a_movement_and_other_entries_are_exceptions_when_they_count_once() {
    let order = EntryRef {
        id: EntryId {
            origin: Origin::from_bytes([3; 16]),
            seq: 1,
        },
        hash8: [4; 8],
    };
    let plain = (5, 1, Some(1), None, 10_000, false);
    let Body::Moved(mut moved) = body(&plain, Particulars::default()) else {
        panic!("not a movement")
    };
    // What it is for says nothing of stock.
    let picks = [Family::Order, Family::Lot, Family::Purchase].map(|family| {
        moved.document = Some(DocumentRef::new(family, order));
        bytes_of(5, Body::Moved(moved.clone()))
    });
    let once = IdempotencyKey {
        key: [1; 16],
        row: 1,
    };
    let ended = |once| Ended {
        document: order,
        reason: None,
        note: None,
        once,
    };
    let others = |once| {
        [
            Body::Order(OrderEntry::LineSet(OrderLineSet {
                order,
                item: code("I1"),
                wanted: Quantity::ONE,
                once,
            })),
            Body::ItemMerged(ItemMerged {
                item: code("I1"),
                into: None,
                once,
            }),
            Body::BomLineSet(BomLineSet {
                parent: code("I1"),
                child: code("I2"),
                fields: DocumentFields::new(),
                once,
            }),
            Body::Lot(LotEntry::Closed(ended(once))),
            Body::Purchase(PurchaseEntry::Closed(ended(once))),
            Body::Stocktake(StocktakeEntry::Closed(ended(once))),
        ]
        .map(|body| bytes_of(5, body))
    };
    let entries = [&picks[..], &others(None), &others(Some(once))].concat();
    let mut dictionary = Dictionary::default();
    let columns = derive(&mut dictionary, &slice(&entries));
    let said = said(&dictionary, &columns).unwrap();
    let taken = [0, 1, 2].map(|row| (row, key(&code("I1"), &place(1)), -10_000));
    assert_eq!(said.changes, taken);
    assert_eq!(said.exceptions, [9, 10, 11, 12, 13, 14]);
}

#[test]
fn the_columns_of_a_movement_are_short() {
    let entries = crate::testing::movements(1024, &mut crate::testing::Dice(1));
    let columns = derive(&mut Dictionary::default(), &slice(&entries));
    assert!(columns.len() < 1024 * 5, "{} bytes", columns.len());
}
