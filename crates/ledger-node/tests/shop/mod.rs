//! A server and two handhelds on a disk.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test program uses its own part of this"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::at_entry::{self, ItemChange, LocationChange, StockRequest};
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId, Quantity, Timestamp};
use ledger_node::{Actor, Node, NodeKind, SystemClock, Uptime, WallClock};

pub fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        if item.file_type().unwrap().is_dir() {
            copy_dir(&item.path(), &to.join(item.file_name()));
        } else {
            fs::copy(item.path(), to.join(item.file_name())).unwrap();
        }
    }
}

/// Puts an older state of a directory back, as from a file copy made by hand.
pub fn turn_back(dir: &Path, old: &Path) {
    fs::remove_dir_all(dir).unwrap();
    copy_dir(old, dir);
}

/// The system's clock, read by one after the other: never twice in the same millisecond. Which of
/// two devices wrote first in the same one is not known (F1 goes by their ids then), and on a quick
/// disk a test would meet that by chance.
struct InTurn;

impl WallClock for InTurn {
    fn now(&self) -> Timestamp {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let now = SystemClock.now().millis();
        let last = LAST.fetch_max(now, Ordering::Relaxed);
        if last < now {
            return Timestamp::from_millis(now);
        }
        Timestamp::from_millis(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn uptime(&self) -> Option<Uptime> {
        SystemClock.uptime()
    }
}

pub struct Shop {
    root: tempfile::TempDir,
}

impl Shop {
    /// A server and two enrolled handhelds, closed; `a` has added 10.
    pub fn new() -> Self {
        let shop = Self {
            root: tempfile::tempdir().unwrap(),
        };
        let clock = Arc::new(InTurn);
        let kinds = [
            ("server", NodeKind::Server),
            ("a", NodeKind::Handheld),
            ("b", NodeKind::Handheld),
        ];
        for (name, kind) in kinds {
            Node::init(&shop.dir(name), kind, name, clock.clone()).unwrap();
        }
        let server = shop.server();
        for name in ["a", "b"] {
            let node = shop.handheld(name);
            let code = server.new_enrol_code(None, None, 60_000).unwrap();
            carry(&server, node.begin_enroll("http://server", &code.code));
        }
        let node = shop.handheld("a");
        write(&node, |fold| {
            at_entry::add_item(fold, "P", &ItemChange::default())
        });
        write(&node, |fold| {
            at_entry::add_location(fold, "A", &LocationChange::default())
        });
        add(&node, 10);
        shop
    }

    pub fn dir(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub fn server(&self) -> Node {
        open(&self.dir("server"), NodeKind::Server)
    }

    pub fn handheld(&self, name: &str) -> Node {
        open(&self.dir(name), NodeKind::Handheld)
    }

    /// One more handheld, enrolled at the server.
    pub fn enrolled(&self, server: &Node, name: &str) -> Node {
        let clock = Arc::new(InTurn);
        let node = Node::init(&self.dir(name), NodeKind::Handheld, name, clock).unwrap();
        let code = server.new_enrol_code(None, None, 60_000).unwrap();
        carry(server, node.begin_enroll("http://server", &code.code));
        node
    }

    /// Syncs each three times, and everybody has the same: in the first all send what they have, in
    /// the second all hear of it, and a copy that hears of another one begins anew, which the
    /// others get in the third.
    pub fn settle(&self, server: &Node, handhelds: &[&Node], on_hand: &str) {
        for _ in 0..3 {
            for node in handhelds {
                sync(server, node);
            }
        }
        for node in handhelds.iter().copied().chain([server]) {
            assert_eq!(total(node), on_hand, "{}", node.name());
            assert_eq!(node.state_hash().unwrap(), server.state_hash().unwrap());
            assert!(node.verify(&mut |_| {}).unwrap().ok);
        }
        for node in handhelds {
            assert_eq!(node.view().pending().unwrap().0, 0, "{}", node.name());
        }
    }
}

pub fn open(dir: &Path, kind: NodeKind) -> Node {
    Node::open(dir, kind, Arc::new(InTurn), |_| {}).unwrap()
}

pub fn carry(server: &Node, mut conversation: ledger_node::Conversation) {
    while let Some(question) = conversation.question().unwrap() {
        let answer = server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
}

pub fn sync(server: &Node, node: &Node) {
    carry(server, node.begin_sync().unwrap());
}

pub fn write(node: &Node, plan: impl FnOnce(&Fold) -> Result<at_entry::Plan, at_entry::Refusal>) {
    node.write(&Actor::default(), plan).unwrap();
}

pub fn add(node: &Node, number: i64) {
    let request = StockRequest {
        item: "P".to_owned(),
        quantity: Quantity::from_units(number).unwrap(),
        ..StockRequest::default()
    };
    write(node, |fold| at_entry::add(fold, "A", &request));
}

/// Entries in central order, as a node knows it.
pub fn central_order(node: &Node) -> Vec<EntryId> {
    let mut numbered = Vec::new();
    node.each_entry(&mut |id, _| numbered.push(id)).unwrap();
    let number = |id: &EntryId| node.read(|fold: &Fold| fold.central_number(*id));
    numbered.retain(|id| number(id).is_some());
    numbered.sort_by_key(number);
    numbered
}

pub fn total(node: &Node) -> String {
    node.read(|fold| {
        let lines = fold.lines(&Code::new("P").unwrap());
        lines.iter().map(|line| line.on_hand.to_string()).collect()
    })
}
