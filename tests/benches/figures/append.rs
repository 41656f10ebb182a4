//! Durable appends: one at a time beside what the disk itself takes, and from 64 writers.

use std::fs::File;
use std::hint::black_box;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use ledger_core::at_entry::{self, MoveOwner, StockRequest};
use ledger_core::entry::{Entry, Particulars};
use ledger_core::{Clock, Origin, Timestamp};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes};
use ledger_node::{Node, NodeKind, SystemClock};
use ledger_store::{EngineKind, Group, OpenOptions, Record, Store};

use crate::Size;
use crate::data::{self, Deed, Names};
use crate::table::{Runs, Table, number, seconds};

/// How often one after the other is measured, so that all meet the disk in the same moods.
const TURNS: usize = 15;
const ROUNDS: usize = 5;
const WRITERS: usize = 64;

/// The file that a raw writer syncs.
pub struct Raw {
    file: File,
    at: u64,
    /// Where an overwriting writer begins anew; none = it appends.
    end: Option<u64>,
}

impl Raw {
    /// A file of zeros that is overwritten, or an empty one that grows.
    pub fn new(dir: &Path, overwrite: bool) -> Self {
        let name = if overwrite { "overwritten" } else { "appended" };
        let mut file = File::create_new(dir.join(name)).unwrap();
        let end = overwrite.then_some(1 << 20);
        file.write_all(&vec![0; end.unwrap_or(0) as usize]).unwrap();
        file.sync_all().unwrap();
        Self { file, at: 0, end }
    }

    pub fn write(&mut self, bytes: &[u8]) {
        if self
            .end
            .is_some_and(|end| self.at + bytes.len() as u64 > end)
        {
            self.at = 0;
        }
        self.file.seek(SeekFrom::Start(self.at)).unwrap();
        self.file.write_all(bytes).unwrap();
        self.file.sync_data().unwrap();
        self.at += bytes.len() as u64;
    }
}

/// The next entries of one origin.
struct Chain {
    origin: Origin,
    seq: u64,
    head: Hash,
}

impl Chain {
    fn new(origin: u8) -> Self {
        let origin = Origin::from_bytes([origin; 16]);
        Self {
            origin,
            seq: 0,
            head: Hash::before_first(origin),
        }
    }

    fn group(&mut self, entry: &[u8]) -> Group {
        let mut entries = EntryBuf::new();
        entries.push(entry);
        let slice = OriginSlice {
            origin: self.origin,
            first_seq: self.seq + 1,
            prev: self.head,
            entries,
        };
        self.seq += 1;
        self.head = slice.head();
        Group::new().with(Record::Own(slice))
    }
}

fn options() -> OpenOptions {
    OpenOptions::new(|_| Err("there is nothing foreign here".to_owned()))
}

/// The stored bytes of movements.
fn entries(names: &Names, deeds: &[Deed]) -> Vec<Vec<u8>> {
    let encode = |deed: &Deed| {
        let time = Timestamp::from_millis(deed.millis);
        let entry = Entry {
            time,
            clock: Clock::new(time, 0),
            user: names.actors[deed.user].user.clone(),
            body: names.body(deed, None),
        };
        entry_bytes::encode(&entry).unwrap()
    };
    deeds.iter().map(encode).collect()
}

/// A handheld whose catalogue is written.
fn handheld(dir: &Path, names: &Names) -> Node {
    let node = Node::init(dir, NodeKind::Handheld, "bench", Arc::new(SystemClock)).unwrap();
    let mut plans = names.catalogue().into_iter();
    node.write_many(&names.actors[0], |_| plans.next().map(Ok))
        .unwrap();
    node
}

/// Writes a deed as the commands add, remove, move and count do: names looked up and checked.
fn record(node: &Node, names: &Names, deed: &Deed) {
    let request = StockRequest {
        item: names.items[deed.item].as_str().to_owned(),
        quantity: data::units(deed.units),
        particulars: Particulars {
            details: names.details(deed),
            ..Particulars::default()
        },
        ..StockRequest::default()
    };
    let location = |at: usize| names.locations[at].as_str();
    let written = node.write(&names.actors[deed.user], |fold| {
        match (deed.from, deed.to) {
            (None, Some(to)) if deed.counted => at_entry::count(fold, location(to), &request),
            (None, to) => at_entry::add(fold, location(to.unwrap_or(0)), &request),
            (Some(from), None) => at_entry::remove(fold, location(from), &request),
            (Some(from), Some(to)) => {
                let owner = &MoveOwner::Same;
                at_entry::movement(fold, location(from), location(to), owner, &request)
            }
        }
    });
    black_box(written.unwrap());
}

/// The median of one round in microseconds.
fn round(count: usize, mut write: impl FnMut(usize)) -> f64 {
    let micros = |n| {
        let start = Instant::now();
        write(n);
        seconds(start) * 1e6
    };
    Runs::new((0..count).map(micros).collect()).median()
}

/// One append at a time.
pub fn single(size: Size, table: &mut Table) {
    let count = size.pick(600, 200);
    let home = tempfile::tempdir().unwrap();
    let names = Names::new();
    let deeds = data::deeds(1, count * TURNS, data::NEWEST);
    let bytes = entries(&names, &deeds);
    let store = Store::create(&home.path().join("store"), EngineKind::Sled, &options()).unwrap();
    let node = handheld(&home.path().join("node"), &names);
    let (mut over, mut plain) = (Raw::new(home.path(), true), Raw::new(home.path(), false));
    let mut chain = Chain::new(1);
    let mut medians: [Vec<f64>; 4] = [const { Vec::new() }; 4];
    for turn in 0..TURNS {
        let from = turn * count;
        medians[0].push(round(count, |n| over.write(&bytes[from + n])));
        medians[1].push(round(count, |n| plain.write(&bytes[from + n])));
        let mut groups: Vec<Option<Group>> = (0..count)
            .map(|n| Some(chain.group(&bytes[from + n])))
            .collect();
        medians[2].push(round(count, |n| {
            let group = groups[n].take().unwrap();
            black_box(store.append(group).wait().unwrap());
        }));
        medians[3].push(round(count, |n| record(&node, &names, &deeds[from + n])));
    }
    store.close().unwrap();
    let ratios = |at: usize| {
        let ratio = |(ours, raw): (&f64, &f64)| ours / raw;
        Runs::new(medians[at].iter().zip(&medians[0]).map(ratio).collect())
    };
    let (by_store, by_node) = (ratios(2), ratios(3));
    let [over, plain, by_store_us, by_node_us] = medians.map(Runs::new);
    let raw = format!("fdatasync {}", over.text("µs"));
    let goal = "≤ 1.3 × raw";
    let text = |us: &Runs, ratio: &Runs| format!("{} = {}", us.text("µs"), ratio.text("×"));
    table.add(
        "durable append, one at a time: store (sled)",
        &text(&by_store_us, &by_store),
        goal,
        &format!("overwrite + {raw}"),
    );
    table.add(
        "durable append, one at a time: a movement through the node",
        &text(&by_node_us, &by_node),
        goal,
        &format!("append to a growing file + fdatasync {}", plain.text("µs")),
    );
}

/// Appends from many threads, each waiting for its own.
pub fn writers(size: Size, table: &mut Table) {
    let each = size.pick(2_000, 200);
    let names = Names::new();
    let deeds = data::deeds(2, each, data::NEWEST);
    let bytes = entries(&names, &deeds);
    let (mut by_store, mut by_node) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let home = tempfile::tempdir().unwrap();
        let store = Store::create(&home.path().join("store"), EngineKind::Sled, &options());
        let store = store.unwrap();
        let all = (each * WRITERS) as f64;
        let start = Instant::now();
        thread::scope(|scope| {
            for n in 0..WRITERS {
                let (store, bytes) = (&store, &bytes);
                scope.spawn(move || {
                    let mut chain = Chain::new(n as u8 + 1);
                    for entry in bytes {
                        store.append(chain.group(entry)).wait().unwrap();
                    }
                });
            }
        });
        by_store.push(all / seconds(start));
        store.close().unwrap();
        let node = handheld(&home.path().join("node"), &names);
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| deeds.iter().for_each(|deed| record(&node, &names, deed)));
            }
        });
        by_node.push(all / seconds(start));
        node.close().unwrap();
    }
    let goal = 50_000.0;
    let what = "durable append, 64 writers";
    let goal = format!("≥ {} entries/s", number(goal));
    let by_store = Runs::new(by_store).text("entries/s");
    table.add(&format!("{what}: store (sled)"), &by_store, &goal, "");
    let by_node = Runs::new(by_node).text("entries/s");
    let through = format!("{what}: movements through one node");
    table.add(&through, &by_node, "", "each planned, checked and folded");
}
