//! The checkpoint is a shortcut: with it, without it, with a bad one or with that of another time,
//! a node comes to the same state.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ledger_core::at_entry::{self, ItemChange, LocationChange, StockRequest};
use ledger_core::entry::Particulars;
use ledger_core::{EntryId, Quantity};
use ledger_node::{Actor, Node, NodeKind, SystemClock};

/// More than a checkpoint is written for.
const MANY: u64 = 2_500;
/// At how many places of a file a bit is flipped.
const PARTS: usize = 100;

struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
        }
    }

    fn dir(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A node with a few items, closed.
    fn node(&self, name: &str, kind: NodeKind) -> Node {
        let node = Node::init(&self.dir(name), kind, name, Arc::new(SystemClock)).unwrap();
        for item in ["P", "Q", "R"] {
            let plan = |fold: &_| at_entry::add_item(fold, item, &ItemChange::default());
            node.write(&Actor::default(), plan).unwrap();
        }
        let plan = |fold: &_| at_entry::add_location(fold, "A", &LocationChange::default());
        node.write(&Actor::default(), plan).unwrap();
        node
    }
}

/// Writes so many movements; gives their ids.
fn add(node: &Node, count: u64) -> Vec<EntryId> {
    let mut left = 0..count;
    let written = node.write_many(&Actor::default(), |fold| {
        let number = left.next()?;
        let request = StockRequest {
            item: ["P", "Q", "R"][usize::try_from(number % 3).unwrap()].to_owned(),
            quantity: Quantity::from_units(1 + i64::try_from(number % 7).unwrap()).unwrap(),
            ..StockRequest::default()
        };
        Some(at_entry::add(fold, "A", &request))
    });
    written.unwrap().entries
}

/// Opens a node; gives it with how many entries were folded when it first said so, 0 when none.
fn open(dir: &Path, kind: NodeKind) -> (Node, u64) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let node = Node::open(dir, kind, Arc::new(SystemClock), move |step| {
        if step.what == "adding up" {
            heard.lock().unwrap().push(step.done);
        }
    });
    let first = said.lock().unwrap().first().copied().unwrap_or(0);
    (node.unwrap(), first)
}

/// Everything that nodes with the same entries agree on.
fn state(node: &Node) -> String {
    let report = node.verify(&mut |_| {}).unwrap();
    assert!(report.ok, "{:?}", report.problems);
    let history = node.read(|fold| {
        let items = fold.items();
        let each = items
            .iter()
            .map(|item| (fold.history(item), fold.why(item, None)));
        format!("{:?}", each.collect::<Vec<_>>())
    });
    let history = ledger_node::file_key(history.as_bytes());
    format!("{} {history:02x?}", node.state_hash().unwrap())
}

/// Opens without and with what stands in a directory as checkpoint; both must agree.
fn agrees(dir: &Path, kind: NodeKind) -> u64 {
    let file = dir.join("checkpoint");
    let (node, first) = open(dir, kind);
    let with = state(&node);
    node.close().unwrap();
    let _gone = fs::remove_file(&file);
    let (node, _) = open(dir, kind);
    assert_eq!(with, state(&node));
    node.close().unwrap();
    first
}

#[test]
fn opening_folds_what_came_after_the_checkpoint() {
    let place = Place::new();
    let dir = place.dir("a");
    let node = place.node("a", NodeKind::Handheld);
    let written = add(&node, MANY);
    node.close().unwrap();
    assert!(dir.join("checkpoint").exists());
    let (node, first) = open(&dir, NodeKind::Handheld);
    assert_eq!(first, 0, "nothing is left to fold");
    add(&node, 3);
    // A reversal of what the checkpoint has.
    let (origin, target) = (node.origin(), Some(written[7]));
    let plan = |fold: &_| at_entry::undo(fold, origin, target, Particulars::default());
    node.write(&Actor::default(), plan).unwrap();
    node.close().unwrap();
    let entries = MANY + 5 + 4;
    let (node, first) = open(&dir, NodeKind::Handheld);
    assert_eq!(first, entries, "only the end is folded");
    drop(node);
    assert_eq!(agrees(&dir, NodeKind::Handheld), entries);
}

#[test]
fn a_killed_node_has_a_checkpoint_from_its_next_opening_on() {
    let place = Place::new();
    let dir = place.dir("a");
    let node = place.node("a", NodeKind::Handheld);
    add(&node, MANY);
    // Not closed: as far as checkpoints go, killed.
    drop(node);
    assert!(!dir.join("checkpoint").exists());
    let (node, first) = open(&dir, NodeKind::Handheld);
    assert!((1..MANY).contains(&first), "{first}");
    drop(node);
    assert_eq!(open(&dir, NodeKind::Handheld).1, 0);
}

#[test]
fn a_bad_checkpoint_is_not_used() {
    let place = Place::new();
    let dir = place.dir("a");
    let node = place.node("a", NodeKind::Handheld);
    add(&node, MANY);
    node.close().unwrap();
    let file = dir.join("checkpoint");
    let good = fs::read(&file).unwrap();
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let mut bad: Vec<Vec<u8>> = (0..16)
        .map(|part| flipped(part * good.len() / 16))
        .collect();
    bad.extend([Vec::new(), good[..good.len() / 2].to_vec(), vec![0; 100]]);
    for bytes in bad {
        fs::write(&file, bytes).unwrap();
        let first = agrees(&dir, NodeKind::Handheld);
        assert!((1..MANY).contains(&first), "{first}");
    }
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(open(&dir, NodeKind::Handheld).1 > 0);
}

#[test]
fn a_checkpoint_of_another_store_or_of_what_the_store_has_lost_is_not_used() {
    let place = Place::new();
    let dir = place.dir("a");
    let node = place.node("a", NodeKind::Handheld);
    add(&node, MANY);
    node.close().unwrap();
    let old: Vec<(PathBuf, Vec<u8>)> = files(&dir);
    let (node, _) = open(&dir, NodeKind::Handheld);
    add(&node, MANY);
    node.close().unwrap();
    let newer = fs::read(dir.join("checkpoint")).unwrap();
    // The store is turned back, the checkpoint is not.
    fs::remove_dir_all(&dir).unwrap();
    for (path, bytes) in old {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(dir.join("checkpoint"), &newer).unwrap();
    assert!((1..MANY).contains(&agrees(&dir, NodeKind::Handheld)));

    let other = place.node("b", NodeKind::Handheld);
    add(&other, MANY);
    other.close().unwrap();
    fs::write(place.dir("b").join("checkpoint"), &newer).unwrap();
    let first = agrees(&place.dir("b"), NodeKind::Handheld);
    assert!((1..MANY).contains(&first), "{first}");
}

fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for item in fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    files
}

/// A place that rotted in the index shows when what lies there is folded.
#[test]
fn an_index_that_is_found_damaged_while_it_is_folded_is_made_anew() {
    for kind in [NodeKind::Handheld, NodeKind::Server] {
        let place = Place::new();
        let dir = place.dir("a");
        let node = place.node("a", kind);
        add(&node, MANY);
        let expected = node.state_hash().unwrap();
        node.close().unwrap();
        // The store's directory stays the same one, or else it would be a copy.
        let whole: Vec<_> = files(&dir.join("store"))
            .into_iter()
            .filter(|(path, _)| path.display().to_string().contains("index"))
            .collect();
        let used = |bytes: &[u8]| bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0);
        for (file, good) in whole.iter().filter(|(_, bytes)| used(bytes) > 1000) {
            for part in 0..PARTS {
                for (path, bytes) in &whole {
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, bytes).unwrap();
                }
                let mut bytes = good.clone();
                bytes[part * used(good) / PARTS + 7] ^= 0x08;
                fs::write(file, bytes).unwrap();
                let _none = fs::remove_file(dir.join("checkpoint"));
                let (node, _) = open(&dir, kind);
                assert_eq!(node.state_hash().unwrap(), expected, "{file:?} {part}");
                node.close().unwrap();
            }
        }
    }
}

fn carry(server: &Node, mut conversation: ledger_node::Conversation) {
    while let Some(question) = conversation.question().unwrap() {
        let answer = server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
}

#[test]
fn numbers_that_came_after_the_checkpoint_are_known() {
    let place = Place::new();
    let server = place.node("server", NodeKind::Server);
    let node = place.node("a", NodeKind::Handheld);
    let code = server.new_enrol_code(None, None, 60_000).unwrap();
    carry(&server, node.begin_enroll("http://server", &code.code));
    add(&node, MANY);
    node.close().unwrap();
    server.close().unwrap();
    for round in 0..3_u64 {
        let (server, _) = open(&place.dir("server"), NodeKind::Server);
        let (node, first) = open(&place.dir("a"), NodeKind::Handheld);
        assert!(first == 0 || first > MANY, "round {round}: {first}");
        carry(&server, node.begin_sync().unwrap());
        assert_eq!(node.view().pending().unwrap().0, 0, "round {round}");
        assert_eq!(state(&node), state(&server), "round {round}");
        add(&node, 1 + round * MANY);
        node.close().unwrap();
        server.close().unwrap();
    }
    let server = agrees(&place.dir("server"), NodeKind::Server);
    assert!(!(1..MANY).contains(&server), "{server}");
    agrees(&place.dir("a"), NodeKind::Handheld);
}

#[test]
fn rebuilding_does_not_trust_a_checkpoint() {
    let place = Place::new();
    let dir = place.dir("a");
    let node = place.node("a", NodeKind::Handheld);
    add(&node, MANY);
    node.close().unwrap();
    let said = Arc::new(Mutex::new(0));
    let heard = Arc::clone(&said);
    let node = Node::rebuild(
        &dir,
        NodeKind::Handheld,
        Arc::new(SystemClock),
        move |step| {
            if step.what == "adding up" {
                *heard.lock().unwrap() += 1;
            }
        },
    );
    drop(node.unwrap());
    assert!(*said.lock().unwrap() > 1);
}
