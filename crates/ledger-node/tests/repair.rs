//! A server that was restored gets back what any node still has: its own entries, other devices'
//! entries, in the order in which it had numbered them, and devices enrolled after its backup.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use std::fs;
use std::path::Path;

use ledger_core::at_entry::{self, ItemChange, OrderChange};
use ledger_core::exception::ExceptionKind;
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_core::{EntryId, Quantity};
use ledger_node::view::ItemFilter;
use ledger_node::{Node, NodeError};
use shop::*;

fn rename(node: &Node, name: &str) {
    let change = ItemChange {
        name: Some(name.to_owned()),
        ..ItemChange::default()
    };
    write(node, |fold| at_entry::set_item(fold, "P", &change, false));
}

fn item_name(node: &Node) -> String {
    let items = node.view().items(&ItemFilter::default());
    items[0].name.clone()
}

#[test]
fn a_restored_server_gets_its_own_entries_back_from_whoever_has_them() {
    let shop = Shop::new();
    {
        sync(&shop.server(), &shop.handheld("a"));
    }
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    {
        let server = shop.server();
        rename(&server, "named after the backup");
        add(&server, 5);
        // Only b hears of it.
        sync(&server, &b);
    }
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    assert_ne!(item_name(&server), "named after the backup");
    shop.settle(&server, &[&b, &a], "15");
    assert_eq!(item_name(&server), "named after the backup");
}

#[test]
fn what_comes_back_is_numbered_in_the_order_of_before() {
    let shop = Shop::new();
    {
        let server = shop.server();
        sync(&server, &shop.handheld("a"));
        sync(&server, &shop.handheld("b"));
    }
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    let before = {
        let server = shop.server();
        for number in 1..=6 {
            add(&b, number);
            sync(&server, &b);
            add(&a, number);
            sync(&server, &a);
            add(&server, number);
        }
        sync(&server, &b);
        central_order(&server)
    };
    turn_back(&shop.dir("server"), &shop.dir("old"));
    // New work of b must come behind what was numbered before, a's entries among it.
    add(&b, 100);
    let server = shop.server();
    shop.settle(&server, &[&b, &a], "173");
    let after = central_order(&server);
    let kept: Vec<EntryId> = after
        .iter()
        .copied()
        .filter(|id| before.contains(id))
        .collect();
    assert_eq!(kept, before, "the order of before");
    let is_old = |id: &EntryId| before.contains(id);
    let begun = after.iter().position(|id| !is_old(id)).unwrap();
    let new_of_b = after
        .iter()
        .position(|id| id.origin == b.origin() && !is_old(id))
        .unwrap();
    let last_old = after.iter().rposition(is_old).unwrap();
    assert!(new_of_b > last_old, "{begun} {new_of_b} {last_old}");
}

#[test]
fn a_device_enrolled_after_the_backup_is_taken_in_again_by_its_certificate() {
    let shop = Shop::new();
    {
        sync(&shop.server(), &shop.handheld("a"));
    }
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let c = {
        let server = shop.server();
        let c = shop.enrolled(&server, "c");
        sync(&server, &c);
        add(&c, 3);
        c
    };
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    let device = c.device();
    assert!(server.read(|fold| fold.device(device).is_none()));
    shop.settle(&server, &[&c, &shop.handheld("a")], "13");
    let known = server.read(|fold| fold.device(device)).unwrap();
    assert_eq!(known.name, "c");
}

#[test]
fn a_device_of_another_ledger_is_not_taken_in_by_its_certificate() {
    let (shop, other) = (Shop::new(), Shop::new());
    let stranger = other.handheld("a");
    let mut conversation = stranger.begin_sync().unwrap();
    let server = shop.server();
    let hello = conversation.question().unwrap().unwrap();
    let greeted = server.handle(hello.route, &hello.body);
    let refused = conversation.answer(greeted.status, &greeted.body);
    assert!(
        matches!(refused, Err(NodeError::OtherLedger { .. })),
        "{refused:?}"
    );
}

/// The server forgot an order's number, and gave a later order one before it was told again.
#[test]
fn whoever_lost_a_place_by_the_restore_is_named_on_every_node() {
    let shop = Shop::new();
    let allow = |node: &Node| {
        write(node, |_| at_entry::settings::set("allow-backorder", "on"));
    };
    let order = |node: &Node, number: &str| {
        let origin = node.origin();
        let device = node.read(|fold| fold.device_of(origin).unwrap().0);
        let change = OrderChange::default();
        write(node, |fold| {
            at_entry::open_order(fold, device, Some(number), OrderType::Sales, &change)
        });
        let eight = Quantity::from_units(8).unwrap();
        write(node, |fold| at_entry::order_add(fold, number, "P", eight));
    };
    let overtaken = |node: &Node| {
        let open = node.read(Fold::exceptions).into_iter();
        let open = open.filter(|it| it.kind == ExceptionKind::Overtaken);
        open.map(|it| it.id).collect::<Vec<_>>()
    };
    {
        let (server, a) = (shop.server(), shop.handheld("a"));
        allow(&a);
        sync(&server, &a);
    }
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    {
        let server = shop.server();
        order(&a, "S-1");
        sync(&server, &a);
    }
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    sync(&server, &b);
    order(&b, "S-2");
    sync(&server, &b);
    assert_eq!(overtaken(&server), Vec::<String>::new());
    shop.settle(&server, &[&a, &b], "10");
    for node in [&server, &a, &b] {
        assert_eq!(overtaken(node), ["overtaken:S-1/P"], "{}", node.name());
    }
}

/// Puts a directory back as it was without making any file or directory anew, as a machine's
/// snapshot does.
fn put_back(dir: &Path, old: &Path) {
    for item in fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        let before = old.join(path.file_name().unwrap());
        if path.is_dir() {
            put_back(&path, &before);
        } else if before.exists() {
            fs::write(path, fs::read(before).unwrap()).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn a_server_turned_back_unnoticed_learns_it_from_the_first_device_that_knows_more() {
    let shop = Shop::new();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    {
        let server = shop.server();
        sync(&server, &a);
        sync(&server, &b);
    }
    let fence = shop.dir("server.fence");
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let told = fs::read(&fence).unwrap();
    let origin = {
        let server = shop.server();
        add(&server, 5);
        add(&b, 20);
        sync(&server, &b);
        sync(&server, &b);
        assert_eq!(total(&server), "35");
        server.origin()
    };
    put_back(&shop.dir("server"), &shop.dir("old"));
    fs::write(&fence, told).unwrap();
    let server = shop.server();
    assert_eq!(server.notices(), Vec::<String>::new(), "nothing tells it");
    assert_eq!((server.origin(), total(&server)), (origin, "10".to_owned()));
    // It writes on, under numbers that others know for other entries.
    add(&server, 1_000);
    sync(&server, &a);
    shop.settle(&server, &[&b, &a], "1035");
    assert_ne!(server.origin(), origin);
}
