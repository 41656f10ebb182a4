//! Writing at most once: whoever comes with a key that was used gets what was written with it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use ledger_core::at_entry::{self, About, ItemChange, LocationChange, StockRequest};
use ledger_core::catalogue::{Class, Subject};
use ledger_core::entry::IdempotencyKey;
use ledger_core::fold::Fold;
use ledger_core::{Code, Quantity};
use ledger_node::{Actor, Node, NodeKind, SystemClock, Written, request_key};

/// How many come with one key at the same time.
const AT_ONCE: usize = 16;

fn server() -> Node {
    let node = Node::in_memory(NodeKind::Server, "central", Arc::new(SystemClock)).unwrap();
    let item = ItemChange::default();
    node.write(&Actor::default(), |fold| {
        at_entry::add_item(fold, "P", &item)
    })
    .unwrap();
    node
}

fn place(node: &Node, key: &str, site: &str) -> Written {
    let change = LocationChange {
        site: Some(site.to_owned()),
        ..LocationChange::default()
    };
    let once = IdempotencyKey {
        key: request_key("token", key),
        row: 0,
    };
    node.write_once(&Actor::default(), once, |fold| {
        at_entry::add_location(fold, "A", &change)
    })
    .unwrap()
}

fn add(node: &Node, key: &str) -> Written {
    let request = StockRequest {
        item: "P".to_owned(),
        quantity: Quantity::ONE,
        ..StockRequest::default()
    };
    let once = IdempotencyKey {
        key: request_key("token", key),
        row: 0,
    };
    node.write_once(&Actor::default(), once, |fold| {
        at_entry::add(fold, "A", &request)
    })
    .unwrap()
}

#[test]
fn a_repetition_is_told_what_was_written_and_what_it_was_about() {
    let node = server();
    let first = place(&node, "k", "MAIN");
    assert_eq!(first.entries.len(), 2, "the site and the location");
    let again = place(&node, "k", "OTHER");
    assert!(again.repeated && !first.repeated);
    assert_eq!(again.entries, first.entries);
    let location = Subject::new(Class::Location, Code::new("A").unwrap());
    assert_eq!(first.about, Some(About::Thing(location.clone())));
    assert_eq!(again.about, Some(About::Thing(location)));
}

#[test]
fn those_who_come_at_the_same_time_write_once() {
    let node = server();
    place(&node, "place", "MAIN");
    for round in 0..50 {
        let key = format!("key {round}");
        let before = node.read(Fold::entry_count);
        // They wait for the node, so that they set out together.
        let look = node.view();
        let written: Vec<Written> = std::thread::scope(|scope| {
            let writing: Vec<_> = (0..AT_ONCE)
                .map(|_| scope.spawn(|| add(&node, &key)))
                .collect();
            drop(look);
            writing.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(node.read(Fold::entry_count), before + 1, "round {round}");
        let entries: BTreeSet<_> = written.iter().map(|one| one.entries.clone()).collect();
        assert_eq!(entries.len(), 1, "{entries:?}");
        let first = written.iter().filter(|one| !one.repeated).count();
        assert_eq!(first, 1, "round {round}");
    }
}

#[test]
fn keys_of_two_tokens_never_meet() {
    let pairs = [("till", "1"), ("till1", ""), ("", "till1"), ("other", "1")];
    let keys: BTreeSet<_> = pairs.map(|(name, key)| request_key(name, key)).into();
    assert_eq!(keys.len(), pairs.len());
}
