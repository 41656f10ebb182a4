//! Sync by files that somebody carries: between handhelds, to the central server and back, late,
//! twice, torn, and to a server that was restored.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use ledger_node::{FileRead, Node, NodeError, NodeKind, SystemClock};
use shop::*;

fn stick(shop: &Shop) -> PathBuf {
    shop.dir("stick")
}

/// What one holds goes to another.
fn carry_file(shop: &Shop, from: &Node, to: &Node) -> FileRead {
    let file = stick(shop);
    let written = from.write_sync_file(&file, &mut |_| {}).unwrap();
    assert_eq!(written.bytes, fs::metadata(&file).unwrap().len());
    to.read_sync_file(&file, &mut |_| {}).unwrap()
}

fn alike(nodes: &[&Node]) {
    for node in nodes {
        let hash = node.state_hash().unwrap();
        assert_eq!(hash, nodes[0].state_hash().unwrap(), "{}", node.name());
        assert!(node.verify(&mut |_| {}).unwrap().ok);
    }
}

#[test]
fn handhelds_exchange_what_nobody_numbered() {
    let shop = Shop::new();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    let read = carry_file(&shop, &a, &b);
    assert!(
        read.pulled > 0 && read.rejected == 0 && !read.synced,
        "{read:?}"
    );
    assert_eq!(total(&b), "10");
    add(&b, 5);
    carry_file(&shop, &b, &a);
    assert_eq!(total(&a), "15");
    // Who reads it again hears nothing new.
    assert_eq!(
        a.read_sync_file(&stick(&shop), &mut |_| {}).unwrap().pulled,
        0
    );
    // A third goes between: b's entries reach the server through a.
    let server = shop.server();
    sync(&server, &a);
    assert_eq!(total(&server), "15");
    sync(&server, &b);
    sync(&server, &a);
    alike(&[&server, &a, &b]);
}

#[test]
fn the_server_numbers_what_a_file_brings_and_says_so_in_one() {
    let shop = Shop::new();
    let (server, a, b) = (shop.server(), shop.handheld("a"), shop.handheld("b"));
    let read = carry_file(&shop, &a, &server);
    assert!(read.pulled > 0 && read.rejected == 0, "{read:?}");
    assert_eq!(total(&server), "10");
    assert!(a.view().pending().unwrap().0 > 0, "a has not heard of it");
    for node in [&a, &b] {
        let read = carry_file(&shop, &server, node);
        let own = node.view().pending().unwrap().0;
        assert_eq!(read.synced, own == 0, "{} {own}", node.name());
    }
    assert_eq!(a.view().pending().unwrap().0, 0);
    assert!(a.view().synced_at().is_some());
    // b had its beginning to tell.
    assert!(b.view().synced_at().is_none());
    carry_file(&shop, &b, &server);
    for node in [&a, &b] {
        assert!(carry_file(&shop, &server, node).synced);
    }
    alike(&[&server, &a, &b]);
    assert_eq!(central_order(&a), central_order(&server));
    // Over the network nothing is left to do.
    let before = central_order(&server).len();
    sync(&server, &a);
    assert_eq!(central_order(&server).len(), before);
}

#[test]
fn a_file_that_comes_late_changes_nothing() {
    let shop = Shop::new();
    let (server, a, b) = (shop.server(), shop.handheld("a"), shop.handheld("b"));
    sync(&server, &a);
    sync(&server, &b);
    add(&a, 10);
    let late = shop.dir("late");
    a.write_sync_file(&late, &mut |_| {}).unwrap();
    for number in 1..=5 {
        add(&a, number);
        sync(&server, &a);
        add(&b, number);
        sync(&server, &b);
    }
    shop.settle(&server, &[&a, &b], "50");
    for node in [&server, &a, &b] {
        let before = node.state_hash().unwrap();
        let read = node.read_sync_file(&late, &mut |_| {}).unwrap();
        assert_eq!((read.pulled, read.rejected), (0, 0), "{}", node.name());
        assert_eq!(node.state_hash().unwrap(), before);
    }
}

#[test]
fn pieces_of_any_size_say_the_same_wherever_the_reader_stands() {
    let shop = Shop::new();
    let (server, a, b) = (shop.server(), shop.handheld("a"), shop.handheld("b"));
    // b stands in the middle.
    sync(&server, &a);
    sync(&server, &b);
    for number in 1..=20 {
        add(&a, number);
        if number % 3 == 0 {
            sync(&server, &a);
        }
        if number % 4 == 0 {
            add(&server, 1);
        }
    }
    sync(&server, &a);
    for (at, entries) in [1, 2, 7, 1_000].into_iter().enumerate() {
        let c = shop.enrolled(&server, &format!("c{at}"));
        for node in [&c, &b] {
            let mut parts = server.sync_parts().unwrap().in_pieces_of(entries);
            let mut synced = false;
            while let Some(part) = parts.next_part().unwrap() {
                synced |= node.take_sync_part(&part).unwrap().is_last;
            }
            assert!(synced);
            assert_eq!(central_order(node), central_order(&server), "{entries}");
            assert_eq!(total(node), "225");
        }
    }
}

#[test]
fn what_is_whole_of_a_torn_file_is_taken_and_what_is_damaged_is_not() {
    let shop = Shop::new();
    let (server, a) = (shop.server(), shop.handheld("a"));
    sync(&server, &a);
    add(&a, 7);
    let file = stick(&shop);
    a.write_sync_file(&file, &mut |_| {}).unwrap();
    let bytes = fs::read(&file).unwrap();
    let b = shop.handheld("b");
    let cut = shop.dir("cut");
    let mut totals = vec![total(&b)];
    for length in (0..bytes.len()).step_by(37) {
        fs::write(&cut, &bytes[..length]).unwrap();
        let error = b.read_sync_file(&cut, &mut |_| {}).unwrap_err();
        assert_eq!(error.code(), "bad-sync-file", "{length}: {error}");
        totals.push(total(&b));
    }
    totals.dedup();
    // First comes the order, then what has no number.
    assert_eq!(totals, ["", "10", "17"]);
    let before = b.state_hash().unwrap();
    for at in (24..bytes.len()).step_by(29) {
        let mut other = bytes.clone();
        other[at] ^= 0x10;
        fs::write(&cut, &other).unwrap();
        let error = b.read_sync_file(&cut, &mut |_| {}).unwrap_err();
        assert_eq!(error.code(), "bad-sync-file", "{at}: {error}");
    }
    assert_eq!(b.state_hash().unwrap(), before);
    b.read_sync_file(&file, &mut |_| {}).unwrap();
    assert_eq!(total(&b), "17");
}

#[test]
fn files_of_strangers_are_refused_in_words() {
    let shop = Shop::new();
    let a = shop.handheld("a");
    let other = Shop::new();
    let file = stick(&shop);
    other
        .handheld("a")
        .write_sync_file(&file, &mut |_| {})
        .unwrap();
    let text = |node: &Node, file: &PathBuf| {
        let error = node.read_sync_file(file, &mut |_| {}).unwrap_err();
        (error.code().to_owned(), error.to_string())
    };
    let (code, told) = text(&a, &file);
    assert_eq!(code, "bad-sync-file");
    assert!(told.contains("belongs to the ledger"), "{told}");
    // The same with our ledger's name on it.
    let mut bytes = fs::read(&file).unwrap();
    a.write_sync_file(&file, &mut |_| {}).unwrap();
    bytes[..24].copy_from_slice(&fs::read(&file).unwrap()[..24]);
    fs::write(&file, &bytes).unwrap();
    let (code, told) = text(&a, &file);
    assert_eq!(code, "bad-sync-file");
    assert!(told.contains("not of this ledger"), "{told}");
    for (bytes, word) in [
        (&b"item,on_hand\n"[..], "no file of sync"),
        (b"SLSYNC\0\x02", "newer"),
    ] {
        fs::write(&file, bytes).unwrap();
        let (code, told) = text(&a, &file);
        assert_eq!(code, "bad-sync-file");
        assert!(told.contains(word), "{told}");
    }
    let nowhere = shop.dir("nowhere");
    assert!(text(&a, &nowhere).1.contains("cannot be opened"));
    let new = Node::init(
        &shop.dir("n"),
        NodeKind::Handheld,
        "n",
        Arc::new(SystemClock),
    )
    .unwrap();
    let refused = new.write_sync_file(&file, &mut |_| {});
    assert!(
        matches!(refused, Err(NodeError::NotEnrolled)),
        "{refused:?}"
    );
    assert_eq!(total(&a), "10");
}

#[test]
fn a_copied_store_is_a_branch_by_file_too() {
    let shop = Shop::new();
    {
        let (server, a) = (shop.server(), shop.handheld("a"));
        sync(&server, &a);
    }
    copy_dir(&shop.dir("a"), &shop.dir("old"));
    let server = shop.server();
    {
        let a = shop.handheld("a");
        add(&a, 1);
        carry_file(&shop, &a, &server);
    }
    turn_back(&shop.dir("a"), &shop.dir("old"));
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    add(&a, 2);
    carry_file(&shop, &a, &server);
    assert_eq!(total(&server), "13");
    for _ in 0..2 {
        for node in [&a, &b] {
            carry_file(&shop, &server, node);
            carry_file(&shop, node, &server);
        }
    }
    for node in [&a, &b] {
        carry_file(&shop, &server, node);
        assert_eq!(total(node), "13", "{}", node.name());
    }
    alike(&[&server, &a, &b]);
}

#[test]
fn a_restored_server_is_given_the_order_of_before_by_file() {
    let shop = Shop::new();
    {
        sync(&shop.server(), &shop.handheld("a"));
        sync(&shop.server(), &shop.handheld("b"));
    }
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    let c = {
        let server = shop.server();
        for number in 1..=4 {
            add(&b, number);
            sync(&server, &b);
            add(&a, number);
            sync(&server, &a);
            add(&server, number);
        }
        let c = shop.enrolled(&server, "c");
        sync(&server, &c);
        add(&c, 100);
        sync(&server, &c);
        c
    };
    let before = central_order(&c);
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    assert_eq!(total(&server), "10");
    let read = carry_file(&shop, &c, &server);
    assert!(read.pulled > 0 && read.rejected == 0, "{read:?}");
    assert_eq!(total(&server), "140");
    let mut after = central_order(&server);
    after.retain(|id| before.contains(id));
    assert_eq!(after, before, "the order of before");
    for _ in 0..2 {
        for node in [&a, &b, &c] {
            carry_file(&shop, &server, node);
            carry_file(&shop, node, &server);
        }
    }
    for node in [&a, &b, &c] {
        assert!(carry_file(&shop, &server, node).synced, "{}", node.name());
    }
    alike(&[&server, &a, &b, &c]);
    shop.settle(&server, &[&a, &b, &c], "140");
}

#[test]
fn a_device_that_nobody_heard_of_is_known_by_its_certificate_in_a_file() {
    let shop = Shop::new();
    {
        sync(&shop.server(), &shop.handheld("a"));
    }
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let c = {
        let server = shop.server();
        shop.enrolled(&server, "c")
    };
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    let a = shop.handheld("a");
    sync(&server, &a);
    carry_file(&shop, &a, &c);
    add(&c, 4);
    // a, who has not heard of c, and b, who has heard of nobody, pass it on.
    let b = shop.handheld("b");
    for (from, to) in [(&c, &a), (&a, &b), (&b, &server)] {
        let read = carry_file(&shop, from, to);
        assert_eq!(read.rejected, 0, "{} to {}", from.name(), to.name());
        assert_eq!(total(to), "14", "{}", to.name());
    }
    for node in [&a, &b, &c] {
        carry_file(&shop, &server, node);
    }
    shop.settle(&server, &[&a, &b, &c], "14");
}

/// A hub that has heard of no number yet answers, and a file of the central server is read in
/// between: what the file said of the order stands.
#[test]
fn a_file_that_is_read_during_a_sync_is_not_undone_by_it() {
    let shop = Shop::new();
    let (server, a, b) = (shop.server(), shop.handheld("a"), shop.handheld("b"));
    sync(&server, &a);
    let hub = Node::init_hub(&shop.dir("hub"), "hub", Arc::new(SystemClock)).unwrap();
    let code = server.new_enrol_code(None, None, 60_000).unwrap();
    carry(&server, hub.begin_enroll("http://server", &code.code));
    let mut conversation = b.begin_sync().unwrap();
    let mut is_read = false;
    while let Some(question) = conversation.question().unwrap() {
        let answer = hub.handle(question.route, &question.body);
        if question.route == "sync" && !std::mem::replace(&mut is_read, true) {
            carry_file(&shop, &server, &b);
        }
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    drop(conversation);
    assert_eq!(central_order(&b), central_order(&server));
    // The hub hears nothing from it but what the server numbered, whichever way that comes.
    carry_file(&shop, &b, &hub);
    assert_eq!(central_order(&hub), central_order(&server));
    drop(b);
    let b = shop.handheld("b");
    sync(&server, &hub);
    sync(&server, &b);
    alike(&[&server, &hub, &b]);
}
