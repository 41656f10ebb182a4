//! Totals from blocks are those of the fold, whatever the ledger holds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may"
)]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::document::{DocumentFields, DocumentRef};
use ledger_core::entry::{
    Act, Body, CodeBound, Counted, Ended, ExceptionAnswered, IdempotencyKey, ItemMerged, Moved,
    OrderEntry, OrderLineSet, OrderOpened, Particulars, Place, Reversed,
};
use ledger_core::fold::{Fold, LineKey, NumberRun, Record};
use ledger_core::order::OrderType;
use ledger_core::{Barcode, Clock, Code, Entry, EntryId, EntryRef, Origin, Quantity, Timestamp};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes};
use ledger_node::totals::{packing, totals};
use ledger_store::{EngineKind, Group, OpenOptions, Run, Store};
use proptest::prelude::*;

/// A small generator of numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

/// How odd a ledger is: one in so many entries has each oddity.
#[derive(Debug, Clone, Copy)]
struct Oddity {
    odd: u64,
    /// From how many milliseconds times are drawn anew; few make ties.
    clock: u64,
    /// Clocks step back now and then.
    steps: bool,
    /// Central numbers are given, some before the entries' times.
    numbers: bool,
    huge: bool,
}

struct World {
    dice: Dice,
    oddity: Oddity,
    known: Vec<EntryRef>,
    slices: Vec<OriginSlice>,
    runs: Vec<NumberRun>,
}

impl World {
    fn new(seed: u64, sizes: &[usize], oddity: Oddity) -> Self {
        let mut world = Self {
            dice: Dice(seed),
            oddity,
            known: Vec::new(),
            slices: Vec::new(),
            runs: Vec::new(),
        };
        for (n, &size) in (1..).zip(sizes) {
            world.origin(Origin::from_bytes([n; 16]), size);
        }
        world
    }

    fn origin(&mut self, origin: Origin, size: usize) {
        let mut slice = OriginSlice {
            origin,
            first_seq: 1,
            prev: Hash::before_first(origin),
            entries: EntryBuf::new(),
        };
        let (mut hash, mut time) = (slice.prev, 1_100_000_u64);
        for seq in (1..).take(size) {
            time += self.dice.roll(self.oddity.clock);
            if self.oddity.steps && self.dice.one_in(200) {
                time -= 5_000;
            }
            let bytes = self.entry(time);
            hash = hash.then(&bytes);
            slice.entries.push(&bytes);
            let id = EntryId { origin, seq };
            let hash8 = hash.hash8();
            self.known.push(EntryRef { id, hash8 });
        }
        if self.oddity.numbers {
            self.number(&slice, time);
        }
        self.slices.push(slice);
    }

    /// Gives central numbers in runs, some of whose moments lie before the entries' times.
    fn number(&mut self, slice: &OriginSlice, latest: u64) {
        let mut moment = 1_090_000;
        let mut first_seq = 1;
        while first_seq <= slice.last_seq() && !self.dice.one_in(20) {
            moment += self.dice.roll(latest.saturating_sub(1_089_000).max(10));
            let left = slice.last_seq() - first_seq + 1;
            let count = (1 + self.dice.roll(400)).min(left);
            self.runs.push(NumberRun {
                n: self.runs.last().map_or(1, |run| run.n + run.count),
                origin: slice.origin,
                first_seq,
                count,
                moment: Timestamp::from_millis(moment),
            });
            first_seq += count;
        }
    }

    fn place(&mut self) -> Place {
        let location = code(&format!("L{}", self.dice.roll(3)));
        Place {
            location,
            owner: self.dice.one_in(6).then(|| code("ACME")),
            batch: self.dice.one_in(6).then(|| code("B1")),
        }
    }

    fn quantity(&mut self) -> Quantity {
        let parts = match self.dice.roll(20) {
            0 if self.oddity.huge => i64::MAX,
            1 if self.oddity.huge => i64::MIN,
            2 => -(1 + i64::try_from(self.dice.roll(90_000)).unwrap()),
            _ => 10_000 * i64::try_from(1 + self.dice.roll(50)).unwrap(),
        };
        Quantity::from_ten_thousandths(parts)
    }

    fn particulars(&mut self, time: u64) -> Particulars {
        let mut particulars = Particulars::default();
        if self.dice.one_in(self.oddity.odd) {
            let back = self.dice.roll(4_000);
            particulars.said = Some(Timestamp::from_millis((time + 100).saturating_sub(back)));
        }
        if self.dice.one_in(self.oddity.odd) {
            particulars.once = Some(IdempotencyKey {
                key: [9; 16],
                row: self.dice.roll(20),
            });
        }
        particulars
    }

    fn target(&mut self) -> EntryRef {
        let at = usize::try_from(self.dice.roll(u64::try_from(self.known.len()).unwrap())).unwrap();
        let mut target = self.known[at];
        if self.dice.one_in(8) {
            target.hash8 = [1; 8];
        }
        if self.dice.one_in(8) {
            target.id.seq += 100_000;
        }
        target
    }

    fn order(&mut self) -> EntryRef {
        EntryRef {
            id: EntryId {
                origin: Origin::from_bytes([1; 16]),
                seq: 1 + self.dice.roll(9),
            },
            hash8: [2; 8],
        }
    }

    /// An entry that changes no total, yet may have the key of a transaction.
    fn other(&mut self, item: Code, once: Option<IdempotencyKey>) -> Body {
        let order = self.order();
        match self.dice.roll(7) {
            0 => Body::ItemMerged(ItemMerged {
                item,
                into: None,
                once,
            }),
            1 => {
                let mut write = CatalogueWrite::new(Class::Item, item);
                write.once = once;
                Body::Set(write.with(key::NAME, Value::text("a name")))
            }
            2 => Body::CodeBound(CodeBound {
                item,
                barcode: Barcode::new("4006381333931").unwrap(),
                pack: Quantity::ONE,
                once,
            }),
            3 => Body::Order(OrderEntry::Opened(OrderOpened {
                number: code("SO-1"),
                order_type: OrderType::Sales,
                fields: DocumentFields::new(),
                once,
            })),
            4 => Body::Order(OrderEntry::LineSet(OrderLineSet {
                order,
                item,
                wanted: Quantity::ONE,
                once,
            })),
            5 => Body::Order(OrderEntry::Cancelled(Ended {
                document: order,
                reason: None,
                note: None,
                once,
            })),
            _ => Body::ExceptionAnswered(ExceptionAnswered {
                exception: "any".to_owned(),
                entries: vec![order.id],
                note: None,
                once,
            }),
        }
    }

    fn entry(&mut self, millis: u64) -> Vec<u8> {
        if self.dice.one_in(self.oddity.odd * 2) {
            return vec![u8::try_from(self.dice.roll(3)).unwrap(); 9];
        }
        let particulars = self.particulars(millis);
        let item = code(&format!("I{}", self.dice.roll(4)));
        let body = if !self.known.is_empty() && self.dice.one_in(self.oddity.odd) {
            Body::Reversed(Reversed {
                target: self.target(),
                particulars,
            })
        } else if self.dice.one_in(self.oddity.odd * 2) {
            self.other(item, particulars.once)
        } else if self.dice.one_in(12) {
            Body::Counted(Counted {
                item,
                quantity: self.quantity(),
                place: self.place(),
                span: None,
                stocktake: None,
                particulars,
            })
        } else {
            let from = (!self.dice.one_in(2)).then(|| self.place());
            let to = (from.is_none() || self.dice.one_in(3)).then(|| self.place());
            let document = self
                .dice
                .one_in(4)
                .then(|| DocumentRef::order(self.order()));
            Body::Moved(Moved {
                document,
                item,
                quantity: self.quantity(),
                from,
                to,
                act: Act::Move,
                particulars,
            })
        };
        let time = Timestamp::from_millis(millis);
        let clock = Clock::new(time, 0);
        let entry = Entry {
            time,
            clock,
            user: None,
            body,
        };
        entry_bytes::encode(&entry).unwrap()
    }

    fn fold(&self) -> Fold {
        let mut fold = Fold::new();
        for slice in &self.slices {
            let mut hash = slice.prev;
            let records = (1..).zip(slice.entries.iter()).map(|(seq, bytes)| {
                hash = hash.then(bytes);
                let origin = slice.origin;
                Record {
                    id: EntryId { origin, seq },
                    hash8: hash.hash8(),
                    content: entry_bytes::decode(bytes),
                }
            });
            fold.apply_all(records);
        }
        for run in &self.runs {
            fold.number(*run);
        }
        fold
    }

    /// Appends all in pieces of several lengths, the origins in turns.
    fn store(&mut self, dir: &Path, kind: EngineKind) -> Store {
        let store = Store::create(dir, kind, &options()).unwrap();
        let mut rest: Vec<OriginSlice> = self.slices.clone();
        while !rest.is_empty() {
            let turn = usize::try_from(self.dice.roll(u64::try_from(rest.len()).unwrap())).unwrap();
            let most = if self.dice.one_in(2) { 20 } else { 700 };
            let piece = usize::try_from(1 + self.dice.roll(most)).unwrap();
            let from = &rest[turn];
            let cut = |skip: usize, take: usize, first_seq, prev| OriginSlice {
                origin: from.origin,
                first_seq,
                prev,
                entries: from.entries.iter().skip(skip).take(take).collect(),
            };
            let now = cut(0, piece, from.first_seq, from.prev);
            let later = cut(piece, usize::MAX, now.last_seq() + 1, now.head());
            rest[turn] = later;
            rest.retain(|slice| !slice.entries.is_empty());
            let group = Group::new().with(ledger_store::Record::Own(now));
            let _at = store.append(group).wait().unwrap();
            if self.dice.one_in(3) {
                // Whoever reads makes the index take what waits.
                assert!(store.position().is_ok());
            }
        }
        let runs = self.runs.iter().map(|run| {
            ledger_store::Record::Run(Run {
                first: run.n,
                origin: run.origin,
                first_seq: run.first_seq,
                count: run.count,
                moment_ms: run.moment.millis(),
                after: Hash::of(b"any"),
                epoch: 1,
            })
        });
        let _at = store
            .append(runs.collect::<Vec<_>>().into())
            .wait()
            .unwrap();
        store
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new(|_| Err("nothing foreign".to_owned()));
    options.packing = Some(packing());
    options
}

fn compare(store: &Store, fold: &Fold) {
    let expected: BTreeMap<LineKey, i128> = fold
        .totals()
        .map(|(line, total)| (line, total.ten_thousandths()))
        .filter(|(_, total)| *total != 0)
        .collect();
    for threads in 1..4 {
        let got = totals(store, NonZeroUsize::new(threads).unwrap()).unwrap();
        let got: BTreeMap<LineKey, i128> = got
            .iter()
            .map(|(line, total)| (line, total.ten_thousandths()))
            .filter(|(_, total)| *total != 0)
            .collect();
        assert_eq!(got, expected, "{threads} threads");
    }
}

fn in_blocks(store: &Store) -> u64 {
    let mut entries = 0;
    for (origin, last, _) in store.heads().unwrap() {
        store
            .for_each_derived(origin, 1..=last, &mut |it| entries += it.count)
            .unwrap();
    }
    entries
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn totals_from_blocks_are_those_of_the_fold(
        seed in any::<u64>(),
        sizes in prop::collection::vec(prop_oneof![0..40_usize, 200..2500_usize], 1..5),
        odd in prop_oneof![Just(3_u64), Just(30), Just(1000)],
        clock in prop_oneof![Just(2_u64), Just(1000)],
        steps in any::<bool>(),
        numbers in any::<bool>(),
        huge in any::<bool>(),
    ) {
        let oddity = Oddity { odd, clock, steps, numbers, huge };
        let mut world = World::new(seed, &sizes, oddity);
        let fold = world.fold();
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("store");
        let store = world.store(&dir, EngineKind::Memory);
        compare(&store, &fold);
        store.close().unwrap();
        // Built anew from the journal, in blocks where there is enough.
        let store = Store::open(&dir, EngineKind::Memory, &options()).unwrap();
        compare(&store, &fold);
        let whole: u64 = sizes.iter().filter(|&&size| size >= 256).map(|&size| size as u64).sum();
        prop_assert!(in_blocks(&store) >= whole * 3 / 10);
    }
}

/// So many units come in.
fn added(units: i64) -> Body {
    Body::Moved(Moved {
        document: None,
        item: code("I"),
        quantity: Quantity::from_units(units).unwrap(),
        from: None,
        to: Some(Place {
            location: code("L"),
            owner: None,
            batch: None,
        }),
        act: Act::Add,
        particulars: Particulars::default(),
    })
}

/// The first of equal keys counts, whatever it is; what stands in the way of a movement may be a
/// name or a line of an order, in the same block or in another.
#[test]
fn a_movement_whose_key_another_entry_has_does_not_count() {
    let once = |row| IdempotencyKey { key: [9; 16], row };
    let entry = |millis, mut body: Body, row| {
        body.set_once(once(row));
        let time = Timestamp::from_millis(millis);
        let entry = Entry {
            time,
            clock: Clock::new(time, 0),
            user: None,
            body,
        };
        entry_bytes::encode(&entry).unwrap()
    };
    let oddity = Oddity {
        odd: 1_000_000,
        clock: 2,
        steps: false,
        numbers: false,
        huge: false,
    };
    let mut world = World::new(3, &[], oddity);
    // In turn another entry comes before the movement with its key, and behind it.
    let mut entries: Vec<Vec<u8>> = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for row in 0..300 {
        let other = world.other(code("I"), None);
        kinds.insert(other.kind());
        let time = 1_000_000 + row * 10;
        if row % 2 == 0 {
            entries.push(entry(time, other, row));
            entries.push(entry(time + 1, added(1), row));
        } else {
            entries.push(entry(time, added(1_000), row));
            entries.push(entry(time + 1, other, row));
        }
    }
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    let origin = Origin::from_bytes([1; 16]);
    world.slices.push(OriginSlice {
        origin,
        first_seq: 1,
        prev: Hash::before_first(origin),
        entries: entries.iter().map(Vec::as_slice).collect(),
    });
    let fold = world.fold();
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("store");
    let store = world.store(&dir, EngineKind::Memory);
    compare(&store, &fold);
    store.close().unwrap();
    let store = Store::open(&dir, EngineKind::Memory, &options()).unwrap();
    assert!(in_blocks(&store) >= 256, "{}", in_blocks(&store));
    compare(&store, &fold);
    // By hand, so that the two cannot be wrong together: half of the movements count.
    let total: i128 = fold.totals().map(|(_, it)| it.ten_thousandths()).sum();
    assert_eq!(total, 150 * 1_000 * 10_000);
}

#[test]
fn single_entries_on_a_disk_are_joined_at_close_and_give_the_same_totals() {
    for kind in [EngineKind::Sled, EngineKind::Redb] {
        let oddity = Oddity {
            odd: 50,
            clock: 1000,
            steps: true,
            numbers: true,
            huge: false,
        };
        let mut world = World::new(7, &[3000, 900, 1500], oddity);
        let fold = world.fold();
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("store");
        let store = world.store(&dir, kind);
        compare(&store, &fold);
        store.close().unwrap();
        let store = Store::open(&dir, kind, &options()).unwrap();
        assert!(in_blocks(&store) >= 3000, "{}", in_blocks(&store));
        assert!(store.verify(&mut |_| {}).unwrap().is_sound());
        compare(&store, &fold);
        store.close().unwrap();
        let bare = OpenOptions {
            packing: None,
            ..options()
        };
        let store = Store::open(&dir, kind, &bare).unwrap();
        let read = store.for_each_slice(&mut |_| {});
        assert!(
            matches!(read, Err(ledger_store::ReadError::Packed { .. })),
            "{read:?}"
        );
    }
}
