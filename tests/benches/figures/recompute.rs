//! All totals of ten million movements from the columns of cold blocks, beside SQLite, DuckDB and
//! PostgreSQL over the same movements; and what packing costs and saves.
//!
//! Ours reads the blocks' columns from the store, checks their checksums, and honours counts,
//! reversals and idempotency keys by effective time. *From the entries* is the long way for
//! comparison: it checks chains, decodes and folds, and gives history and exceptions too.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ledger_core::entry::Entry;
use ledger_core::fold::{Fold, Record};
use ledger_core::{Clock, EntryId, Origin, Timestamp};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes};
use ledger_node::totals::{Totals, packing, totals};
use ledger_store::{EngineKind, Group, OpenOptions, Store};

use crate::Size;
use crate::data::{self, Deed, Names, Random};
use crate::table::{Runs, Table, number, seconds};

#[path = "peers.rs"]
mod peers;

const RUNS: usize = 5;
const ORIGINS: usize = 20;

fn options(packed: bool) -> OpenOptions {
    let mut options = OpenOptions::new(|_| Err("there is nothing foreign here".to_owned()));
    options.packing = packed.then(packing);
    options
}

/// Gives the deeds as entries of several origins, each of which writes for a while.
fn each_burst(names: &Names, deeds: &[Deed], mut give: impl FnMut(OriginSlice)) {
    let mut random = Random::new(6);
    let mut heads: Vec<OriginSlice> = (1..=ORIGINS as u8)
        .map(|n| {
            let origin = Origin::from_bytes([n; 16]);
            OriginSlice {
                origin,
                first_seq: 1,
                prev: Hash::before_first(origin),
                entries: EntryBuf::new(),
            }
        })
        .collect();
    let mut rest = deeds;
    while !rest.is_empty() {
        let burst = (1 + random.below(400) as usize).min(rest.len());
        let (now, later) = rest.split_at(burst);
        rest = later;
        let slice = &mut heads[random.below(ORIGINS as u64) as usize];
        for deed in now {
            let time = Timestamp::from_millis(deed.millis);
            let entry = Entry {
                time,
                clock: Clock::new(time, 0),
                user: names.actors[deed.user].user.clone(),
                body: names.body(deed, None),
            };
            slice.entries.push(&entry_bytes::encode(&entry).unwrap());
        }
        let next = OriginSlice {
            origin: slice.origin,
            first_seq: slice.last_seq() + 1,
            prev: slice.head(),
            entries: EntryBuf::new(),
        };
        give(std::mem::replace(slice, next));
    }
}

/// What a person with pencil and paper gets: the last count and what came after it.
fn by_hand(deeds: &[Deed]) -> BTreeMap<(usize, usize), i64> {
    let mut lines = BTreeMap::new();
    for deed in deeds {
        if let (true, Some(at)) = (deed.counted, deed.to) {
            lines.insert((deed.item, at), deed.units);
            continue;
        }
        for (at, units) in peers::legs(deed) {
            *lines.entry((deed.item, at)).or_insert(0) += units;
        }
    }
    lines
}

fn compare(names: &Names, totals: &Totals, expected: &BTreeMap<(usize, usize), i64>) {
    let index = |codes: &[ledger_core::Code]| {
        let numbered = codes.iter().cloned().zip(0_usize..);
        numbered.collect::<BTreeMap<_, _>>()
    };
    let (items, locations) = (index(&names.items), index(&names.locations));
    let mut lines = 0;
    for (line, total) in totals.iter() {
        let at = (items[&line.item], locations[&line.location]);
        let units = i128::from(expected[&at]) * 10_000;
        assert_eq!(total.ten_thousandths(), units, "total of {line:?}");
        lines += 1;
    }
    assert_eq!(lines, expected.len(), "number of stock lines");
}

fn bytes_in(path: &Path) -> f64 {
    if !path.is_dir() {
        return path.metadata().map_or(0.0, |it| it.len() as f64);
    }
    let items = fs::read_dir(path).unwrap();
    items.map(|item| bytes_in(&item.unwrap().path())).sum()
}

/// How many entries lie in blocks with columns.
fn in_blocks(store: &Store) -> u64 {
    let mut entries = 0;
    for (origin, last, _) in store.heads().unwrap() {
        let all = store.for_each_derived(origin, 1..=last, &mut |it| entries += it.count);
        all.unwrap();
    }
    entries
}

/// A store of the deeds, cold: all blocks are made that will be. Gives the seconds until all could
/// be read, and until the store had nothing left to join.
fn fill(dir: &Path, kind: EngineKind, names: &Names, deeds: &[Deed], packed: bool) -> [f64; 2] {
    let store = Store::create(dir, kind, &options(packed)).unwrap();
    let mut took = 0.0;
    let mut waiting = Vec::new();
    let mut bytes = 0;
    let mut append = |waiting: &mut Vec<OriginSlice>| {
        let start = Instant::now();
        for slice in waiting.drain(..) {
            let group = Group::new().with(ledger_store::Record::Own(slice));
            store.append_then(group, |result| {
                assert!(result.is_ok(), "append: {result:?}");
            });
        }
        // A read waits until all that was acknowledged is indexed.
        let _at = store.append(Group::new()).wait().unwrap();
        assert!(store.position().is_ok());
        took += seconds(start);
    };
    each_burst(names, deeds, |slice| {
        bytes += slice.entries.byte_len();
        waiting.push(slice);
        if bytes > 32 << 20 {
            append(&mut waiting);
            bytes = 0;
        }
    });
    append(&mut waiting);
    let start = Instant::now();
    // The newest entries of each origin, and a few here and there, stay as they are.
    let (mut before, mut same) = (0, 0);
    while packed && same < 10 {
        let now = in_blocks(&store);
        same = if now == before { same + 1 } else { 0 };
        before = now;
        thread::park_timeout(Duration::from_millis(300));
    }
    let waited = seconds(start) - if packed { 3.0 } else { 0.0 };
    store.close().unwrap();
    [took, took + waited]
}

/// Sizes and rates of one kind of store, with and without packing.
fn sizes(kind: EngineKind, names: &Names, deeds: &[Deed], table: &mut Table) {
    let entries = deeds.len() as f64;
    for packed in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("store");
        let [indexed, joined] = fill(&dir, kind, names, deeds, packed);
        let size = bytes_in(&dir.join(kind.file_name().unwrap()));
        let how = if packed { "packed" } else { "not packed" };
        table.add(
            &format!("index of {} movements ({kind:?}), {how}", number(entries)),
            &format!("{} bytes per entry", number(size / entries)),
            "",
            &format!(
                "{} MB; {} entries/s until indexed, {} until nothing was left to join",
                number(size / 1e6),
                number(entries / indexed),
                number(entries / joined)
            ),
        );
        one_entry(&dir, kind, how, table);
        if packed {
            from_blocks(&dir, kind, names, deeds, table);
            from_entries(&dir, kind, deeds.len(), table);
        }
    }
}

/// Reading one entry anywhere, which unpacks the block that it lies in.
fn one_entry(dir: &Path, kind: EngineKind, how: &str, table: &mut Table) {
    let store = Store::open(dir, kind, &options(true)).unwrap();
    let heads = store.heads().unwrap();
    let mut random = Random::new(11);
    let mut took = Vec::new();
    for _ in 0..2_000 {
        let (origin, last, _) = heads[random.below(heads.len() as u64) as usize];
        let seq = 1 + random.below(last);
        let start = Instant::now();
        assert!(store.entry(EntryId { origin, seq }).unwrap().is_some());
        took.push(seconds(start) * 1e6);
    }
    took.sort_by(f64::total_cmp);
    table.add(
        &format!("reading one entry anywhere ({kind:?}), {how}"),
        &format!("{} µs", number(took[took.len() / 2])),
        "",
        &format!(
            "99 of 100 within {} µs",
            number(took[took.len() * 99 / 100])
        ),
    );
    store.close().unwrap();
}

/// Totals from blocks with one and two threads.
fn from_blocks(dir: &Path, kind: EngineKind, names: &Names, deeds: &[Deed], table: &mut Table) {
    let start = Instant::now();
    let store = Store::open(dir, kind, &options(true)).unwrap();
    let opening = seconds(start);
    let expected = by_hand(deeds);
    let cold = in_blocks(&store);
    for threads in [1, 2] {
        let threads = NonZeroUsize::new(threads).unwrap();
        let mut took = Vec::new();
        for turn in 0..=RUNS {
            let start = Instant::now();
            let totals = totals(&store, threads).unwrap();
            // The first one fills the caches, as it does for the peers.
            if turn > 0 {
                took.push(seconds(start));
            } else {
                compare(names, &totals, &expected);
            }
        }
        table.add(
            &format!(
                "totals of {} movements from cold blocks ({kind:?}), {threads} thread(s)",
                number(deeds.len() as f64)
            ),
            &Runs::new(took).text("s"),
            "faster than SQLite, DuckDB and PostgreSQL",
            &format!(
                "{} stock lines; {} entries in blocks; opening {} s",
                number(expected.len() as f64),
                number(cold as f64),
                number(opening)
            ),
        );
    }
    store.close().unwrap();
}

/// The entries of a slice, chained and decoded.
fn records(slice: &OriginSlice) -> impl Iterator<Item = Record> + '_ {
    let mut hash = slice.prev;
    (slice.first_seq..)
        .zip(slice.entries.iter())
        .map(move |(seq, bytes)| {
            hash = hash.then(bytes);
            Record {
                id: EntryId {
                    origin: slice.origin,
                    seq,
                },
                hash8: hash.hash8(),
                content: entry_bytes::decode(bytes),
            }
        })
}

/// The long way: every entry unpacked, chained, decoded and folded.
fn from_entries(dir: &Path, kind: EngineKind, count: usize, table: &mut Table) {
    let store = Store::open(dir, kind, &options(true)).unwrap();
    let (mut reading, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let start = Instant::now();
        let mut entries = 0;
        let visited = store.for_each_slice(&mut |slice| entries += slice.entries.len());
        visited.unwrap();
        assert_eq!(entries, count);
        reading.push(seconds(start));
        let start = Instant::now();
        let mut fold = Fold::new();
        let mut bulk = fold.bulk();
        let visited = store.for_each_slice(&mut |slice| {
            for record in records(&slice) {
                bulk.apply(record);
            }
        });
        visited.unwrap();
        drop(bulk);
        whole.push(seconds(start));
    }
    table.add(
        &format!(
            "the same from its entries, folded ({kind:?}), {}",
            number(count as f64)
        ),
        &Runs::new(whole).text("s"),
        "",
        &format!(
            "of it reading and unpacking {} s",
            number(Runs::new(reading).median())
        ),
    );
    store.close().unwrap();
}

/// Recomputing totals, ours and the peers'.
pub fn run(size: Size, table: &mut Table) {
    let names = Names::new();
    let deeds = data::deeds(5, size.pick(1_000_000, 100_000), data::NEWEST);
    for kind in [EngineKind::Sled, EngineKind::Redb] {
        sizes(kind, &names, &deeds, table);
    }
    drop(deeds);
    let deeds = data::deeds(5, size.pick(10_000_000, 200_000), data::NEWEST);
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("store");
    let _took = fill(&dir, EngineKind::Redb, &names, &deeds, true);
    from_blocks(&dir, EngineKind::Redb, &names, &deeds, table);
    let lines = by_hand(&deeds);
    let on_hand = || lines.values().map(|units| i128::from(*units));
    let squares = on_hand().map(|units| units * units).sum();
    let answer = (lines.len() as u64, on_hand().sum(), squares);
    peers::run(&deeds, answer, table);
}
