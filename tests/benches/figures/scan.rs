//! What somebody waits for who scans: the program to open, and each "ok".

use std::sync::Arc;
use std::time::Instant;

use ledger_node::{Node, NodeKind, SystemClock};
use tests::scan::ScanSession;
use tests::stock::Stock;

use crate::Size;
use crate::append::Raw;
use crate::data::{self, Names};
use crate::table::{Runs, Table, number, seconds};

/// As many bytes as a scan's line in the queue, and as its entry.
const BYTES: usize = 150;

/// Opening a store, and scans one after the other, each beside a sync of the same disk.
pub fn run(size: Size, table: &mut Table) {
    let count = size.pick(1_000_000, 20_000);
    let names = Names::new();
    let stock = Stock::without_store("bench");
    fill(&stock, &names, count);
    let (mut first, mut booked) = (Vec::new(), Vec::new());
    for _ in 0..size.pick(7, 3) {
        let start = Instant::now();
        let mut session = stock.open_scan();
        say(&mut session, "ADD");
        first.push(seconds(start) * 1e3);
        say(&mut session, names.locations[0].as_str());
        say(&mut session, names.items[0].as_str());
        booked.push(seconds(start) * 1e3);
        assert_eq!(session.finish(), 0);
    }
    let entries = number(count as f64);
    table.add(
        &format!("open to the first scan, {entries} entries, closed cleanly, cache warm"),
        &Runs::new(first).text("ms"),
        "≤ 100 ms",
        &format!(
            "until the third scan is booked {}",
            Runs::new(booked).text("ms")
        ),
    );
    latencies(size, &stock, &names, table);
}

fn fill(stock: &Stock, names: &Names, count: usize) {
    let clock = Arc::new(SystemClock);
    let node = Node::init(stock.store(), NodeKind::Handheld, "bench", clock).unwrap();
    let mut plans = names.catalogue().into_iter();
    let actor = &names.actors[0];
    node.write_many(actor, |_| plans.next().map(Ok)).unwrap();
    let deeds = data::deeds(3, count, data::NEWEST);
    let mut plans = deeds
        .iter()
        .zip(1..)
        .map(|(deed, row)| names.plan(deed, row));
    node.write_many(actor, |_| plans.next().map(Ok)).unwrap();
    // As every day has: otherwise the import is the journal's last frame, which opening reads.
    let more = names.plan(&deeds[0], count as u64 + 1);
    node.write(actor, |_| Ok(more)).unwrap();
    node.close().unwrap();
}

fn say(session: &mut ScanSession, code: &str) {
    let said = session.say(code);
    assert!(!said.starts_with("error"), "{code}: {said}");
}

fn latencies(size: Size, stock: &Stock, names: &Names, table: &mut Table) {
    let scans = size.pick(3_000, 300);
    let mut raw = Raw::new(stock.home(), false);
    let mut session = stock.open_scan();
    say(&mut session, "ADD");
    say(&mut session, names.locations[0].as_str());
    let (mut ours, mut disk) = (Vec::new(), Vec::new());
    for scan in 0..scans {
        let item = &names.items[scan * 7 % names.items.len()];
        let start = Instant::now();
        say(&mut session, item.as_str());
        ours.push(seconds(start) * 1e3);
        let start = Instant::now();
        raw.write(&[b'x'; BYTES]);
        disk.push(seconds(start) * 1e3);
    }
    assert_eq!(session.finish(), 0);
    let (ours, disk) = (Runs::new(ours), Runs::new(disk));
    let beyond = |share: f64| number(ours.at(share) - disk.at(share));
    table.add(
        "scan to ok, one after the other: median; 99 of 100",
        &format!("{} ms; {} ms", number(ours.at(0.5)), number(ours.at(0.99))),
        "≤ 5 ms beyond the disk's sync",
        &format!(
            "one append + fdatasync {} ms; {} ms; beyond it {} ms; {} ms (a scan syncs twice: \
             queue and journal)",
            number(disk.at(0.5)),
            number(disk.at(0.99)),
            beyond(0.5),
            beyond(0.99)
        ),
    );
}
