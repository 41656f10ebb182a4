//! Waiting for news as the server's node sees it: who may wait, and what is news to whom.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use std::time::Duration;

use ledger_format::wire::{Envelope, ErrorMessage, Message, WAIT_MILLIS_MAX};
use ledger_node::{Node, Waiter};

use shop::{Shop, add, sync};

/// A waiter of a handheld that has just synced.
fn waiter(shop: &Shop, server: &Node, name: &str) -> Waiter {
    let node = shop.handheld(name);
    sync(server, &node);
    let mut waiter = Waiter::of_store(&shop.dir(name)).unwrap();
    waiter.stand_where(&node).unwrap();
    let hello = server.handle_hello(&waiter.hello().unwrap().body);
    waiter.greeted(hello.status, &hello.body).unwrap();
    waiter
}

fn request(waiter: &Waiter, limit: Duration) -> Vec<u8> {
    waiter.question(limit).unwrap().unwrap().body
}

/// Why a request to wait is refused.
fn refused(server: &Node, body: &[u8]) -> (u16, String) {
    let answer = server.begin_wait(body).unwrap_err();
    let said = ErrorMessage::from_bytes(&answer.body).unwrap();
    (answer.status, said.code)
}

#[test]
fn what_others_wrote_is_news_until_it_was_fetched() {
    let shop = Shop::new();
    let server = shop.server();
    let limit = Duration::from_secs(10);
    let b = shop.handheld("b");
    sync(&server, &b);
    let first = waiter(&shop, &server, "a");
    let asked = server.begin_wait(&request(&first, limit)).unwrap();
    assert_eq!(asked.limit(), limit);
    assert!(!asked.is_news(server.order_end().unwrap()));
    sync(&server, &b);
    add(&b, 1);
    assert!(!asked.is_news(server.order_end().unwrap()), "not sent yet");
    sync(&server, &b);
    assert!(asked.is_news(server.order_end().unwrap()));
    let again = waiter(&shop, &server, "a");
    let asked = server.begin_wait(&request(&again, limit)).unwrap();
    assert!(!asked.is_news(server.order_end().unwrap()));
    let hours = request(&again, Duration::from_secs(36_000));
    let longest = server.begin_wait(&hours).unwrap().limit();
    assert_eq!(longest, Duration::from_millis(WAIT_MILLIS_MAX));
}

#[test]
fn an_order_begun_anew_is_news_although_it_is_shorter() {
    let shop = Shop::new();
    let copy = shop.dir("copy");
    shop::copy_dir(&shop.dir("server"), &copy);
    let server = shop.server();
    let waiter = waiter(&shop, &server, "a");
    let body = request(&waiter, Duration::from_secs(1));
    let asked = server.begin_wait(&body).unwrap();
    assert!(!asked.is_news(server.order_end().unwrap()));
    server.close().unwrap();
    let restored = shop::open(&copy, ledger_node::NodeKind::Server);
    assert!(asked.is_news(restored.order_end().unwrap()));
}

#[test]
fn only_a_device_that_signs_may_wait_and_waiting_writes_nothing() {
    let shop = Shop::new();
    let server = shop.server();
    let waiter = waiter(&shop, &server, "a");
    let (before, end) = (server.changes(), server.order_end().unwrap());
    let good = request(&waiter, Duration::from_secs(1));
    assert!(server.begin_wait(&good).is_ok());
    assert_eq!(server.end_wait(false).status, 200);

    let change = |change: &dyn Fn(&mut Envelope)| {
        let mut envelope = Envelope::from_bytes(&good).unwrap();
        change(&mut envelope);
        envelope.to_bytes().unwrap()
    };
    let forged = change(&|envelope| envelope.signature[5] ^= 1);
    assert_eq!(refused(&server, &forged), (403, "bad-signature".to_owned()));
    let other_body = change(&|envelope| envelope.body[3] ^= 1);
    assert_eq!(
        refused(&server, &other_body),
        (403, "bad-signature".to_owned())
    );
    let nobody = change(&|envelope| envelope.device[0] ^= 1);
    assert_eq!(
        refused(&server, &nobody),
        (403, "unknown-device".to_owned())
    );
    let old = change(&|envelope| envelope.nonce[7] ^= 1);
    assert_eq!(refused(&server, &old), (409, "stale-nonce".to_owned()));
    assert_eq!(
        refused(&server, b"nonsense"),
        (400, "bad-request".to_owned())
    );

    // What was signed as one kind of request is never taken for the other.
    let pulled = server.handle_sync(&good);
    assert_eq!(pulled.status, 400);
    let mut syncing = shop.handheld("b").begin_sync().unwrap();
    let hello = syncing.question().unwrap().unwrap();
    let hello = server.handle_hello(&hello.body);
    syncing.answer(hello.status, &hello.body).unwrap();
    let signed = syncing.question().unwrap().unwrap();
    assert_eq!(signed.route, "sync");
    assert_eq!(
        refused(&server, &signed.body),
        (400, "bad-request".to_owned())
    );

    assert_eq!(server.changes(), before);
    assert_eq!(server.order_end().unwrap(), end);
}

#[test]
fn a_device_that_never_pulled_need_not_ask() {
    let shop = Shop::new();
    let waiter = Waiter::of_store(&shop.dir("a")).unwrap();
    assert!(waiter.question(Duration::from_secs(1)).unwrap().is_none());
    assert!(!waiter.can_wait());
    assert_eq!(
        Waiter::of_store(&shop.dir("server")).unwrap_err().code(),
        "not-enrolled"
    );
}
