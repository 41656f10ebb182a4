//! All totals of a million movements from the stored entries, beside SQLite's `GROUP BY`.
//!
//! Ours opens a store, reads every entry, checks its checksum, follows its chain, decodes it and
//! folds it: counts, reversals, exceptions and what the pages show come out as well. SQLite sums
//! a ready table of signed quantities, in which a count cannot be said. Both use one thread.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use ledger_core::entry::Entry;
use ledger_core::fold::{Fold, Record};
use ledger_core::{Clock, EntryId, Origin, Timestamp};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes};
use ledger_store::{EngineKind, Group, OpenOptions, Store};

use crate::Size;
use crate::data::{self, Deed, Names, Random};
use crate::table::{Runs, Table, number, seconds};

const RUNS: usize = 5;
const ORIGINS: usize = 20;

fn options() -> OpenOptions {
    OpenOptions::new(|_| Err("there is nothing foreign here".to_owned()))
}

/// The deeds as entries of several origins, each of which writes for a while.
fn slices(names: &Names, deeds: &[Deed]) -> Vec<OriginSlice> {
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
    let mut done = Vec::new();
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
        done.push(std::mem::replace(slice, next));
    }
    done
}

/// What a person with pencil and paper gets: the last count and what came after it.
fn by_hand(deeds: &[Deed]) -> BTreeMap<(usize, usize), i64> {
    let mut lines = BTreeMap::new();
    for deed in deeds {
        if let (true, Some(at)) = (deed.counted, deed.to) {
            lines.insert((deed.item, at), deed.units);
            continue;
        }
        for (at, units) in legs(deed) {
            *lines.entry((deed.item, at)).or_insert(0) += units;
        }
    }
    lines
}

/// The places whose stock a movement changes, and by how much.
fn legs(deed: &Deed) -> impl Iterator<Item = (usize, i64)> {
    let from = deed.from.map(|at| (at, -deed.units));
    from.into_iter().chain(deed.to.map(|at| (at, deed.units)))
}

/// Gives all that a store holds.
fn each_slice(store: &Store, mut visit: impl FnMut(OriginSlice)) {
    store.for_each_slice(&mut |slice| visit(slice)).unwrap();
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

/// Folds a whole store.
fn fold(store: &Store) -> Fold {
    let mut fold = Fold::new();
    let mut bulk = fold.bulk();
    each_slice(store, |slice| {
        for record in records(&slice) {
            bulk.apply(record);
        }
    });
    drop(bulk);
    fold
}

/// The seconds of reading alone, and of reading, chaining and decoding without the fold.
fn parts(store: &Store) -> [f64; 2] {
    let start = Instant::now();
    each_slice(store, |slice| {
        black_box(slice);
    });
    let reading = seconds(start);
    let start = Instant::now();
    each_slice(store, |slice| {
        for record in records(&slice) {
            black_box(record);
        }
    });
    [reading, seconds(start)]
}

fn compare(names: &Names, fold: &Fold, deeds: &[Deed]) {
    let expected = by_hand(deeds);
    let mut lines = 0;
    let item = |code: &ledger_core::Code| names.items.iter().position(|item| item == code);
    let location = |code: &ledger_core::Code| names.locations.iter().position(|at| at == code);
    let items: BTreeMap<_, _> = names.items.iter().map(|code| (code, item(code))).collect();
    for (key, total) in fold.totals() {
        let at = (items[&key.item].unwrap(), location(&key.location).unwrap());
        let units = i128::from(expected[&at]) * 10_000;
        assert_eq!(total.ten_thousandths(), units, "total of {key:?}");
        lines += 1;
    }
    assert_eq!(lines, expected.len(), "number of stock lines");
}

fn ours(kind: EngineKind, names: &Names, deeds: &[Deed], table: &mut Table) {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("store");
    let store = Store::create(&dir, kind, &options()).unwrap();
    for slice in slices(names, deeds) {
        let group = Group::new().with(ledger_store::Record::Own(slice));
        store.append_then(group, |result| {
            assert!(result.is_ok(), "append: {result:?}");
        });
    }
    store.close().unwrap();
    let (mut wholes, mut lines) = (Vec::new(), 0);
    let mut of_it: [Vec<f64>; 3] = [const { Vec::new() }; 3];
    for turn in 0..RUNS {
        let start = Instant::now();
        let store = Store::open(&dir, kind, &options()).unwrap();
        of_it[0].push(seconds(start));
        let fold = fold(&store);
        lines = fold.totals().count();
        wholes.push(seconds(start));
        if turn == 0 {
            compare(names, &fold, deeds);
        }
        drop(fold);
        let [reading, decoding] = parts(&store);
        of_it[1].push(reading);
        of_it[2].push(decoding - reading);
        store.close().unwrap();
    }
    let [opening, reading, decoding] = of_it.map(|part| number(Runs::new(part).median()));
    table.add(
        &format!(
            "all totals of {} movements, from the stored entries ({kind:?})",
            number(deeds.len() as f64)
        ),
        &Runs::new(wholes).text("s"),
        "faster than SQLite (from cold blocks, 10 million)",
        &format!(
            "{} stock lines; of it opening {opening} s, reading {reading} s, chaining and decoding \
             {decoding} s, the rest the fold",
            number(f64::from(u32::try_from(lines).unwrap())),
        ),
    );
}

/// Recomputing totals, ours and SQLite's.
pub fn run(size: Size, table: &mut Table) {
    let names = Names::new();
    let deeds = data::deeds(5, size.pick(1_000_000, 100_000), data::NEWEST);
    for kind in [EngineKind::Sled, EngineKind::Redb] {
        ours(kind, &names, &deeds, table);
    }
    sqlite(&names, &deeds, table);
}

#[cfg(not(feature = "peers"))]
fn sqlite(_: &Names, _: &[Deed], table: &mut Table) {
    table.add("SQLite", "not measured: needs --features peers", "", "");
}

#[cfg(feature = "peers")]
fn sqlite(names: &Names, deeds: &[Deed], table: &mut Table) {
    for text in [false, true] {
        for on_file in [false, true] {
            peer(names, deeds, text, on_file, table);
        }
    }
}

/// A table of signed quantities; gives how many rows it has.
#[cfg(feature = "peers")]
fn fill(db: &mut rusqlite::Connection, names: &Names, deeds: &[Deed], text: bool) -> u32 {
    use rusqlite::params;

    let kind = if text { "TEXT" } else { "INTEGER" };
    db.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA cache_size = -500000;
         CREATE TABLE movement (
             id INTEGER PRIMARY KEY, item {kind} NOT NULL, location {kind} NOT NULL,
             owner {kind}, batch {kind}, qty INTEGER NOT NULL);"
    ))
    .unwrap();
    let transaction = db.transaction().unwrap();
    let mut rows = 0;
    let mut insert = transaction
        .prepare("INSERT INTO movement (item, location, qty) VALUES (?1, ?2, ?3)")
        .unwrap();
    for deed in deeds.iter().filter(|deed| !deed.counted) {
        for (at, units) in legs(deed) {
            let quantity = units * 10_000;
            let inserted = if text {
                let (item, location) = (&names.items[deed.item], &names.locations[at]);
                insert.execute(params![item.as_str(), location.as_str(), quantity])
            } else {
                insert.execute(params![deed.item as i64, at as i64, quantity])
            };
            inserted.unwrap();
            rows += 1;
        }
    }
    drop(insert);
    transaction.commit().unwrap();
    rows
}

#[cfg(feature = "peers")]
fn peer(names: &Names, deeds: &[Deed], text: bool, on_file: bool, table: &mut Table) {
    use rusqlite::Connection;

    let home = tempfile::tempdir().unwrap();
    let mut db = if on_file {
        Connection::open(home.path().join("peer.sqlite")).unwrap()
    } else {
        Connection::open_in_memory().unwrap()
    };
    let rows = fill(&mut db, names, deeds, text);
    let mut took = Vec::new();
    let mut lines = 0_u32;
    for _ in 0..=RUNS {
        let start = Instant::now();
        let mut query = db
            .prepare(
                "SELECT item, location, owner, batch, SUM(qty) FROM movement
                 GROUP BY item, location, owner, batch",
            )
            .unwrap();
        let mut groups = query.query([]).unwrap();
        lines = 0;
        while let Some(group) = groups.next().unwrap() {
            let _total: i64 = group.get(4).unwrap();
            lines += 1;
        }
        took.push(seconds(start));
    }
    // The first one fills SQLite's cache.
    took.remove(0);
    let kind = if text { "text" } else { "integer" };
    let place = if on_file {
        "on a file, cached"
    } else {
        "in memory"
    };
    table.add(
        &format!(
            "SQLite {}, GROUP BY, {kind} keys, {place}",
            rusqlite::version()
        ),
        &Runs::new(took).text("s"),
        "",
        &format!(
            "{} ready rows, {} groups",
            number(f64::from(rows)),
            number(f64::from(lines))
        ),
    );
}
