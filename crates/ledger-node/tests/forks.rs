//! Copies of a store that nobody noticed: both write under one origin, and both count.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use std::fs;
use std::sync::Arc;

use proptest::prelude::*;

use ledger_core::at_entry;
use ledger_core::entry::Particulars;
use ledger_core::fold::Fold;
use ledger_node::{Actor, Node, SystemClock};
use shop::*;

/// A copy of a closed handheld that nothing tells apart from it, as of a machine's image.
fn image_of(shop: &Shop, name: &str, copy: &str) {
    let to = shop.dir(copy);
    copy_dir(&shop.dir(name), &to);
    for place in ["place", "store/place"] {
        let _none = fs::remove_file(to.join(place));
    }
}

/// Undoes the last transaction of the node's present origin, if there is any.
fn undo_last(node: &Node) -> bool {
    let origin = node.origin();
    let undo = |fold: &Fold| at_entry::undo(fold, origin, None, Particulars::default());
    node.write(&Actor::default(), undo).is_ok()
}

#[test]
fn nothing_of_two_copies_is_lost_and_nothing_counts_twice() {
    for first in ["a", "copy"] {
        let shop = Shop::new();
        image_of(&shop, "a", "copy");
        let (server, a, copy) = (shop.server(), shop.handheld("a"), shop.handheld("copy"));
        let b = shop.handheld("b");
        assert_eq!(a.origin(), copy.origin());
        assert_eq!(copy.notices(), Vec::<String>::new());
        // Both undo and redo something, so that entries refer to what is on their own branch.
        add(&a, 3);
        add(&a, 100);
        assert!(undo_last(&a));
        add(&copy, 500);
        assert!(undo_last(&copy));
        add(&copy, 5);
        let (winner, loser) = if first == "a" {
            (&a, &copy)
        } else {
            (&copy, &a)
        };
        let before = winner.origin();
        sync(&server, winner);
        sync(&server, loser);
        assert_eq!(winner.origin(), before, "first come, first served");
        assert_ne!(loser.origin(), before);
        shop.settle(&server, &[&a, &copy, &b], "18");
        // Both go on, and nobody is told of a copy again.
        add(&a, 1);
        add(&copy, 1);
        assert!(undo_last(&copy));
        let origin = loser.origin();
        shop.settle(&server, &[&copy, &b, &a], "19");
        assert_eq!(loser.origin(), origin);
        for node in [a, copy, b, server] {
            node.close().unwrap();
        }
        let (server, a, copy) = (shop.server(), shop.handheld("a"), shop.handheld("copy"));
        shop.settle(&server, &[&a, &copy, &shop.handheld("b")], "19");
    }
}

/// The hub knows that the copy's entries bear the origin's name, and those of `a` go by another,
/// before it has the copy's own: `a`, which has not heard of that, sends them by their old name.
#[test]
fn what_comes_by_its_old_name_between_two_answers_is_not_taken_twice() {
    let shop = Shop::new();
    image_of(&shop, "a", "copy");
    let (server, a, copy) = (shop.server(), shop.handheld("a"), shop.handheld("copy"));
    let hub = Node::init_hub(&shop.dir("hub"), "hub", Arc::new(SystemClock)).unwrap();
    let code = server.new_enrol_code(None, None, 60_000).unwrap();
    carry(&server, hub.begin_enroll("http://server", &code.code));
    add(&a, 3);
    add(&copy, 500);
    sync(&server, &copy);
    sync(&hub, &a);
    let mut cut = hub.begin_sync().unwrap();
    while !hub.read(Fold::has_branches) {
        let question = cut.question().unwrap().expect("a branch begins");
        let answer = server.handle(question.route, &question.body);
        cut.answer(answer.status, &answer.body).unwrap();
    }
    drop(cut);
    add(&a, 20);
    sync(&hub, &a);
    assert_eq!(
        total(&hub),
        "33",
        "nothing twice, and the copy's 500 are still to come"
    );
    sync(&server, &hub);
    for _ in 0..2 {
        sync(&hub, &copy);
        sync(&server, &hub);
    }
    shop.settle(&server, &[&hub, &a, &copy], "533");
}

/// What happens to some copies of one handheld.
#[derive(Debug, Clone)]
enum Deed {
    Add(usize, i64),
    Undo(usize),
    Sync(usize),
    /// A copy that nobody notices, while nothing is written.
    Image(usize),
    Reopen(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = || 0..8_usize;
    prop_oneof![
        4 => (who(), 1..1_000_i64).prop_map(|(who, number)| Deed::Add(who, number)),
        1 => who().prop_map(Deed::Undo),
        3 => who().prop_map(Deed::Sync),
        2 => who().prop_map(Deed::Image),
        1 => who().prop_map(Deed::Reopen),
    ]
}

/// The copies, and what they would have if nothing were shared.
struct Copies {
    shop: Shop,
    server: Node,
    nodes: Vec<(String, Node)>,
    /// What was added by entries, and not undone.
    expected: i64,
    done: Vec<Vec<i64>>,
}

impl Copies {
    fn new() -> Self {
        let shop = Shop::new();
        let (server, a) = (shop.server(), shop.handheld("a"));
        Self {
            shop,
            server,
            nodes: vec![("a".to_owned(), a)],
            expected: 10,
            done: vec![vec![]],
        }
    }

    fn take(&mut self, deed: &Deed) {
        let count = self.nodes.len();
        match deed {
            Deed::Add(who, number) => {
                add(&self.nodes[who % count].1, *number);
                self.expected += number;
                self.done[who % count].push(*number);
            }
            Deed::Undo(who) => {
                // Only what this copy itself did since it is a copy, so that no two undo one thing.
                if let Some(number) = self.done[who % count].pop()
                    && undo_last(&self.nodes[who % count].1)
                {
                    self.expected -= number;
                }
            }
            Deed::Sync(who) => sync(&self.server, &self.nodes[who % count].1),
            Deed::Image(who) if count < 5 => {
                let (name, node) = self.nodes.remove(who % count);
                let done = self.done.remove(who % count);
                node.close().unwrap();
                let copy = format!("{name}-{count}");
                image_of(&self.shop, &name, &copy);
                for (name, done) in [(name, done), (copy, vec![])] {
                    let node = self.shop.handheld(&name);
                    self.nodes.push((name, node));
                    self.done.push(done);
                }
            }
            Deed::Image(_) => {}
            Deed::Reopen(who) => {
                let (name, node) = self.nodes.remove(who % count);
                let done = self.done.remove(who % count);
                node.close().unwrap();
                let node = self.shop.handheld(&name);
                self.nodes.push((name, node));
                self.done.push(done);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn copies_of_copies_come_together_whatever_they_did(
        deeds in proptest::collection::vec(deed(), 0..24),
    ) {
        let mut copies = Copies::new();
        for deed in &deeds {
            copies.take(deed);
        }
        let expected = copies.expected.to_string();
        let b = copies.shop.handheld("b");
        let mut all: Vec<&Node> = copies.nodes.iter().map(|(_, node)| node).collect();
        all.push(&b);
        copies.shop.settle(&copies.server, &all, &expected);
    }
}
