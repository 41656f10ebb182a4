//! Copies of a store that nobody noticed: both write under one origin, and both count.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use std::fs;

use ledger_core::at_entry;
use ledger_core::entry::Particulars;
use ledger_node::Node;
use shop::*;

/// A copy of a closed handheld that nothing tells apart from it, as of a machine's image.
fn image_of(shop: &Shop, name: &str, copy: &str) {
    let to = shop.dir(copy);
    copy_dir(&shop.dir(name), &to);
    for place in ["place", "store/place"] {
        let _none = fs::remove_file(to.join(place));
    }
}

fn undo_last(node: &Node) {
    let origin = node.origin();
    write(node, |fold| {
        at_entry::undo(fold, origin, None, Particulars::default())
    });
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
        undo_last(&a);
        add(&copy, 500);
        undo_last(&copy);
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
        undo_last(&copy);
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
