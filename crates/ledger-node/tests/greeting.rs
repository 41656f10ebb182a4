//! Conversations that follow one another in a program that stays: what the server said of itself
//! counts for the next one, and whatever became of the server meanwhile, the sync still ends well.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::Timestamp;
use ledger_node::{Conversation, Greeting, Node, NodeKind, SystemClock, WallClock};

use shop::{Shop, add, sync, total};

/// Carries a conversation to its end; gives the routes that it took, and what the server said.
fn carry(server: &Node, mut conversation: Conversation) -> (Vec<&'static str>, Greeting) {
    let mut routes = Vec::new();
    while let Some(question) = conversation.question().unwrap() {
        routes.push(question.route);
        let answer = server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    assert!(conversation.sync_report().unwrap().synced);
    (routes, conversation.greeting().unwrap())
}

fn sync_again(server: &Node, node: &Node, greeting: Greeting) -> (Vec<&'static str>, Greeting) {
    carry(server, node.begin_sync().unwrap().after(greeting).unwrap())
}

/// A device that has just synced all that there is, and what the server said to it.
fn in_step(shop: &Shop, server: &Node) -> (Node, Greeting) {
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    sync(server, &b);
    sync(server, &a);
    let (routes, greeting) = carry(server, a.begin_sync().unwrap());
    assert_eq!(routes, ["hello", "sync"]);
    (a, greeting)
}

#[test]
fn the_next_sync_without_anything_to_send_is_one_round_trip() {
    let shop = Shop::new();
    let server = shop.server();
    let (a, mut greeting) = in_step(&shop, &server);
    let b = shop.handheld("b");
    sync(&server, &b);
    for on_hand in ["15", "20"] {
        let (routes, next) = sync_again(&server, &a, greeting);
        assert_eq!(routes, ["sync"], "nothing to do");
        add(&b, 5);
        sync(&server, &b);
        let (routes, next) = sync_again(&server, &a, next);
        assert_eq!(routes, ["sync"], "news from elsewhere");
        assert_eq!(total(&a), on_hand);
        greeting = next;
    }
}

#[test]
fn whoever_has_something_to_send_says_hello_so_that_clocks_are_compared() {
    let shop = Shop::new();
    let server = shop.server();
    let (a, greeting) = in_step(&shop, &server);
    add(&a, 5);
    let (routes, greeting) = sync_again(&server, &a, greeting);
    assert_eq!(routes.first(), Some(&"hello"));
    assert_eq!(total(&server), "15");
    let (routes, _) = sync_again(&server, &a, greeting);
    assert_eq!(routes, ["sync"]);
}

#[test]
fn a_server_that_was_turned_back_says_so_and_gets_back_what_it_lacks() {
    let shop = Shop::new();
    let server = shop.server();
    let (a, _) = in_step(&shop, &server);
    let old = shop.dir("old");
    server.close().unwrap();
    shop::copy_dir(&shop.dir("server"), &old);
    let server = shop.server();
    add(&a, 5);
    let (_, greeting) = carry(&server, a.begin_sync().unwrap());
    server.close().unwrap();
    let restored = shop::open(&old, NodeKind::Server);
    let (routes, _) = sync_again(&restored, &a, greeting);
    assert_eq!(routes[..3], ["sync", "hello", "frontier"]);
    sync(&restored, &a);
    assert_eq!(total(&restored), "15");
    assert_eq!(restored.state_hash().unwrap(), a.state_hash().unwrap());
}

/// The system's clock, put forward.
#[derive(Debug, Default)]
struct Ahead(AtomicU64);

impl WallClock for Ahead {
    fn now(&self) -> Timestamp {
        let ahead = self.0.load(Ordering::Relaxed);
        Timestamp::from_millis(SystemClock.now().millis() + ahead)
    }
}

#[test]
fn a_nonce_that_is_too_old_is_changed_for_another_by_hello() {
    let shop = Shop::new();
    let clock = Arc::new(Ahead::default());
    let dir = shop.dir("server");
    let server = Node::open(&dir, NodeKind::Server, clock.clone(), |_| {}).unwrap();
    let (a, greeting) = in_step(&shop, &server);
    clock.0.store(16 * 60 * 1000, Ordering::Relaxed);
    let (routes, _) = sync_again(&server, &a, greeting);
    assert_eq!(routes, ["sync", "hello", "sync"]);
}
