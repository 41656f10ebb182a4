//! Imports in one group, what they take on the disk, and opening the store afterwards.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use ledger_core::at_entry::Plan;
use ledger_node::{Node, NodeKind, SystemClock};

use crate::Size;
use crate::data::{self, Names};
use crate::machine;
use crate::table::{Runs, Table, number, seconds};

/// The role in which this program opens a store and says what that took.
pub const OPEN_ROLE: &str = "open-a-store";

/// Opens a node's store and prints seconds and resident memory, after and at most.
pub fn open_and_say(dir: &str) {
    let start = Instant::now();
    let node = Node::open(
        Path::new(dir),
        NodeKind::Handheld,
        Arc::new(SystemClock),
        |_| {},
    );
    let node = node.unwrap();
    let took = seconds(start);
    let (now, most) = (machine::memory_mb("VmRSS"), machine::memory_mb("VmHWM"));
    println!("{took} {now} {most}");
    node.close().unwrap();
}

/// Opens a store in a process of its own: seconds, resident MB, and most resident MB.
fn open(dir: &Path) -> [f64; 3] {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).arg(OPEN_ROLE).arg(dir).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "opening failed: {said}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.split_whitespace().map(|word| word.parse().unwrap());
    [(); 3].map(|()| numbers.next().unwrap())
}

fn bytes_in(dir: &Path) -> f64 {
    let size = |item: fs::DirEntry| {
        let path = item.path();
        if path.is_dir() {
            bytes_in(&path)
        } else {
            item.metadata().unwrap().len() as f64
        }
    };
    fs::read_dir(dir)
        .unwrap()
        .map(|item| size(item.unwrap()))
        .sum()
}

/// Imports of 40,000 and of 1,000,000 movements.
pub fn run(size: Size, table: &mut Table) {
    let names = Names::new();
    for (count, runs) in [
        (40_000, 5),
        (size.pick(1_000_000, 100_000), size.pick(3, 1)),
    ] {
        one(&names, count, runs, table);
    }
}

fn one(names: &Names, count: usize, runs: usize, table: &mut Table) {
    let deeds = data::deeds(3, count, data::NEWEST);
    let (mut acknowledged, mut rates) = (Vec::new(), Vec::new());
    let mut opened: [Vec<f64>; 3] = [const { Vec::new() }; 3];
    let (mut journal, mut index) = (0.0, 0.0);
    for _ in 0..runs {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("node");
        let node = Node::init(&dir, NodeKind::Handheld, "bench", Arc::new(SystemClock)).unwrap();
        let mut plans = names.catalogue().into_iter();
        node.write_many(&names.actors[0], |_| plans.next().map(Ok))
            .unwrap();
        let plans: Vec<Plan> = deeds
            .iter()
            .zip(1..)
            .map(|(deed, row)| names.plan(deed, row))
            .collect();
        let mut plans = plans.into_iter();
        let start = Instant::now();
        let written = node.write_many(&names.actors[0], |_| plans.next().map(Ok));
        acknowledged.push(seconds(start));
        let written = written.unwrap();
        assert_eq!(written.entries.len(), count);
        // A read waits until the index has caught up.
        let last = node.entry(*written.entries.last().unwrap()).unwrap();
        assert!(last.is_some(), "the last entry is not there");
        rates.push(count as f64 / seconds(start));
        // One movement more, as every day has: otherwise the whole import is the journal's last
        // frame, which opening reads.
        let more = names.plan(&deeds[0], count as u64 + 1);
        node.write(&names.actors[0], |_| Ok(more)).unwrap();
        node.close().unwrap();
        let store = dir.join("store");
        journal = bytes_in(&store.join("journal"));
        index = bytes_in(&store) - journal;
        for _ in 0..3 {
            for (values, value) in opened.iter_mut().zip(open(&dir)) {
                values.push(value);
            }
        }
    }
    let name = number(count as f64);
    let rate = Runs::new(rates);
    let took = number(count as f64 / rate.median());
    table.add(
        &format!("import of {name} movements, one group (sled), until indexed"),
        &format!("{} = {took} s", rate.text("entries/s")),
        "",
        &format!(
            "durable after {}; on disk: journal {} MB, index {} MB",
            Runs::new(acknowledged).text("s"),
            number(journal / 1e6),
            number(index / 1e6)
        ),
    );
    let [took, now, most] = opened.map(Runs::new);
    let goal = if count >= 1_000_000 {
        "≤ 100 ms, ≤ 64 MB (with a checkpoint); otherwise ≤ 2 s"
    } else {
        ""
    };
    table.add(
        &format!("opening it: {name} entries, closed cleanly, cache warm"),
        &took.text("s"),
        goal,
        &format!("resident {}, at most {}", now.text("MB"), most.text("MB")),
    );
}
