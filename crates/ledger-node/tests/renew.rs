//! Copied and turned-back stores on a disk: nothing is lost, nothing counts twice, nobody is stuck.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use std::fs;
use std::path::Path;

use shop::*;

#[test]
fn a_copy_goes_on_under_its_own_origin_and_pushes_what_it_took_along() {
    let shop = Shop::new();
    // The copy takes 10 along that nobody has yet.
    copy_dir(&shop.dir("a"), &shop.dir("copy"));
    let (server, original, other) = (shop.server(), shop.handheld("a"), shop.handheld("b"));
    let copy = shop.handheld("copy");
    assert!(copy.notices().join(" ").contains("copied"));
    assert_ne!(copy.origin(), original.origin());
    add(&copy, 5);
    add(&original, 3);
    // Either may be first.
    shop.settle(&server, &[&copy, &original, &other], "18");
    // It stays what it became.
    let origin = copy.origin();
    copy.close().unwrap();
    let copy = shop.handheld("copy");
    assert_eq!((copy.origin(), copy.notices()), (origin, vec![]));
}

#[test]
fn a_handheld_turned_back_gets_its_own_entries_back() {
    let shop = Shop::new();
    copy_dir(&shop.dir("a"), &shop.dir("old"));
    let server = shop.server();
    let node = shop.handheld("a");
    add(&node, 7);
    sync(&server, &node);
    let before = node.origin();
    drop(node);
    turn_back(&shop.dir("a"), &shop.dir("old"));
    let node = shop.handheld("a");
    assert_eq!(total(&node), "10");
    add(&node, 100);
    assert_ne!(node.origin(), before);
    shop.settle(&server, &[&node, &shop.handheld("b")], "117");
}

#[test]
fn a_server_turned_back_gets_back_what_the_handhelds_have() {
    let shop = Shop::new();
    {
        let server = shop.server();
        sync(&server, &shop.handheld("a"));
    }
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    {
        let server = shop.server();
        sync(&server, &b);
        add(&a, 7);
        add(&b, 20);
        for node in [&a, &b, &a] {
            sync(&server, node);
        }
        assert_eq!(total(&a), "37");
    }
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    assert!(!server.notices().is_empty());
    assert_eq!(total(&server), "10");
    // Work went on meanwhile, and the server itself writes before anybody syncs.
    add(&b, 1);
    add(&server, 2);
    shop.settle(&server, &[&b, &a], "40");
    // A handheld that never saw the former epoch gets the same.
    let c = shop.enrolled(&server, "c");
    shop.settle(&server, &[&c, &a, &b], "40");
    drop(server);
    let server = shop.server();
    assert_eq!(server.notices(), Vec::<String>::new());
    shop.settle(&server, &[&a, &b, &c], "40");
}

/// Rots the journal in its middle and takes the index away, so that something is truly gone.
fn ruin(dir: &Path) {
    let store = dir.join("store");
    fs::remove_file(store.join("index.redb")).unwrap();
    let segment = store.join("journal/00000000000000000001.seg");
    let mut bytes = fs::read(&segment).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    // As long as a few groups.
    bytes[used / 2..used / 2 + 2_000].fill(0x40);
    fs::write(segment, bytes).unwrap();
}

#[test]
fn a_server_that_lost_the_middle_of_its_journal_gets_back_what_the_handhelds_have() {
    let shop = Shop::new();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    {
        let server = shop.server();
        sync(&server, &a);
        sync(&server, &b);
        for _ in 0..30 {
            add(&a, 1);
            sync(&server, &a);
            add(&b, 2);
            sync(&server, &b);
        }
        server.close().unwrap();
    }
    ruin(&shop.dir("server"));
    let server = shop.server();
    assert_ne!(total(&server), "100");
    assert!(!server.verify(&mut |_| {}).unwrap().ok);
    drop(server);
    // What is missing is told until it is back, by later programs too.
    let server = shop.server();
    assert!(!server.verify(&mut |_| {}).unwrap().ok);
    shop.settle(&server, &[&a, &b], "100");
    drop(server);
    shop.settle(&shop.server(), &[&b, &a], "100");
}
