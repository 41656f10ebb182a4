//! A device that is far behind gets the order in chunks; it comes to the same as without them, from
//! wherever it begins, cut off anywhere, and whatever somebody makes of a chunk.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use ledger_core::Quantity;
use ledger_core::at_entry::{self, StockRequest};
use ledger_format::wire::{Message as _, Piece};
use ledger_node::{Actor, Conversation, Node, SyncReport};
use shop::*;

/// So many numbers a chunk spans.
const CHUNK: i64 = 20_000;

/// What somebody makes of a chunk, and with which status it comes.
type Spoil<'a> = &'a dyn Fn(usize, &mut Vec<u8>) -> u16;

/// Adds 1 so many times, in one group.
fn add_often(node: &Node, times: i64) {
    let request = StockRequest {
        item: "P".to_owned(),
        quantity: Quantity::from_units(1).unwrap(),
        ..StockRequest::default()
    };
    node.write(&Actor::default(), |fold| {
        let mut plan = at_entry::add(fold, "A", &request)?;
        let one = plan.bodies.clone();
        for _ in 1..times {
            plan.bodies.extend(one.iter().cloned());
        }
        Ok(plan)
    })
    .unwrap();
}

/// A shop whose server has somewhat more than two chunks, of two devices in turns, in runs of many
/// lengths.
fn large() -> (Shop, Node, i64) {
    let shop = Shop::new();
    let (server, a, b) = (shop.server(), shop.handheld("a"), shop.handheld("b"));
    sync(&server, &a);
    sync(&server, &b);
    let mut sum = 10;
    for (turn, node) in [&a, &b].into_iter().cycle().take(14).enumerate() {
        let times = 1 + 977 * i64::try_from(turn).unwrap() * 7 % 6_000;
        add_often(node, times);
        sync(&server, node);
        sum += times;
    }
    assert!(sum > 2 * CHUNK, "{sum}");
    (shop, server, sum)
}

/// Carries a conversation to its end; gives the routes that were asked.
fn carry_with(
    server: &Node,
    mut conversation: Conversation,
    spoil: impl Fn(usize, &mut Vec<u8>) -> u16,
) -> (SyncReport, Vec<String>) {
    let mut routes = Vec::new();
    while let Some(question) = conversation.question().unwrap() {
        let mut answer = server.handle(question.route, &question.body);
        if question.route == "snapshot" {
            assert_eq!(answer.status, 200);
            answer.status = spoil(routes.len(), &mut answer.body);
        }
        routes.push(match question.route {
            "snapshot" => chunk_of(&question.body),
            route => route.to_owned(),
        });
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    (conversation.sync_report().unwrap(), routes)
}

/// Which chunk was asked for.
fn chunk_of(path: &[u8]) -> String {
    let path = String::from_utf8(path.to_vec()).unwrap();
    let (_, chunk) = path.split_once('/').unwrap();
    format!("chunk {chunk}")
}

const fn whole(_: usize, _: &mut Vec<u8>) -> u16 {
    200
}

fn alike(server: &Node, node: &Node, sum: i64) {
    assert_eq!(total(node), sum.to_string(), "{}", node.name());
    assert_eq!(node.state_hash().unwrap(), server.state_hash().unwrap());
    assert!(node.verify(&mut |_| {}).unwrap().ok);
}

#[test]
fn a_new_device_gets_chunks_first_and_comes_to_the_same() {
    let (shop, server, sum) = large();
    let c = shop.enrolled(&server, "c");
    let (report, routes) = carry_with(&server, c.begin_sync().unwrap(), whole);
    assert_eq!(routes[..4], ["hello", "sync", "chunk 0", "chunk 1"]);
    assert!(report.synced);
    alike(&server, &c, sum);
    // Not a second time, and who is not far behind needs none.
    let (_, routes) = carry_with(&server, c.begin_sync().unwrap(), whole);
    assert_eq!(routes, ["hello", "sync"]);
    let (_, routes) = carry_with(&server, shop.handheld("a").begin_sync().unwrap(), whole);
    assert_eq!(routes, ["hello", "sync"]);
    // What came in chunks can be handed on as it was signed, and given back to a server.
    let file = shop.dir("stick");
    c.write_sync_file(&file, &mut |_| {}).unwrap();
    let d = shop.enrolled(&server, "d");
    d.read_sync_file(&file, &mut |_| {}).unwrap();
    sync(&server, &d);
    sync(&server, &c);
    alike(&server, &c, sum);
    alike(&server, &d, sum);
}

#[test]
fn cut_off_it_goes_on_behind_the_last_chunk_and_with_work_of_its_own() {
    let (shop, server, sum) = large();
    let c = shop.enrolled(&server, "c");
    let mut cut = c.begin_sync().unwrap();
    while let Some(question) = cut.question().unwrap() {
        let answer = server.handle(question.route, &question.body);
        cut.answer(answer.status, &answer.body).unwrap();
        if question.route == "snapshot" {
            break;
        }
    }
    drop(cut);
    let before: i64 = total(&c).parse().unwrap();
    assert!(before > CHUNK / 2 && before <= CHUNK, "{before}");
    // It works with what is there.
    add(&c, 3);
    let (report, routes) = carry_with(&server, c.begin_sync().unwrap(), whole);
    assert_eq!(routes[..4], ["hello", "sync", "chunk 1", "sync"]);
    assert!(report.synced && report.pushed > 0, "{report:?}");
    alike(&server, &c, sum + 3);
}

#[test]
fn a_chunk_that_is_refused_or_does_not_hold_is_done_without() {
    let (shop, server, sum) = large();
    let refused = |_: usize, _: &mut Vec<u8>| 404;
    let cut = |_: usize, body: &mut Vec<u8>| {
        body.truncate(body.len() / 2);
        200
    };
    let damaged = |_: usize, body: &mut Vec<u8>| {
        // A bit of the packing may be of no consequence, one of a hash is not.
        let mut piece = Piece::from_bytes(body).unwrap();
        piece.entries.last_mut().unwrap().head[0] ^= 1;
        *body = piece.to_bytes().unwrap();
        200
    };
    let spoils: [(&str, Spoil<'_>); 3] =
        [("refused", &refused), ("cut", &cut), ("damaged", &damaged)];
    for (name, spoil) in spoils {
        let c = shop.enrolled(&server, name);
        let (report, routes) = carry_with(&server, c.begin_sync().unwrap(), spoil);
        assert_eq!(routes[..4], ["hello", "sync", "chunk 0", "sync"], "{name}");
        assert!(report.synced);
        alike(&server, &c, sum);
    }
}

#[test]
fn nobody_gets_a_chunk_without_having_been_told_of_it() {
    let (shop, server, _) = large();
    let (c, d) = (shop.enrolled(&server, "c"), shop.enrolled(&server, "d"));
    let mut told = c.begin_sync().unwrap();
    let path = loop {
        let question = told.question().unwrap().unwrap();
        if question.route == "snapshot" {
            break String::from_utf8(question.body).unwrap();
        }
        let answer = server.handle(question.route, &question.body);
        told.answer(answer.status, &answer.body).unwrap();
    };
    assert_eq!(server.handle_snapshot(&path).status, 200);
    let (id, _) = path.split_once('/').unwrap();
    let devices = server.view().devices();
    let of_d = devices.iter().find(|device| device.name == d.name());
    let other = of_d.unwrap().id.clone();
    for wrong in [
        format!("{other}{}/0", &id[32..]),
        format!("{id}/2"),
        format!("{id}/x"),
        id.to_owned(),
        format!("{}/0", id.replace(['0', '1', '2', '3'], "4")),
        format!("{}/0", &id[..32]),
        "/0".to_owned(),
        String::new(),
    ] {
        assert_eq!(server.handle_snapshot(&wrong).status, 404, "{wrong}");
    }
}
