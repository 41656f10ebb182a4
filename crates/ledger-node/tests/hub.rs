//! A hub between: it keeps what a site's handhelds wrote while the central server is out of reach,
//! gives them each other's entries, relays everything byte for byte, and numbers nothing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod shop;

use std::sync::Arc;

use ledger_core::at_entry::{self, ItemChange, LocationChange};
use ledger_core::{EntryId, Timestamp};
use ledger_node::view::{AuditFilter, Deed, RecentView};
use ledger_node::{Node, NodeError, NodeKind, SystemClock, WallClock};
use shop::*;

/// A shop with a hub that is enrolled and knows what the central server knows.
fn with_hub() -> (Shop, Node, Node) {
    let shop = Shop::new();
    let server = shop.server();
    let hub = Node::init_hub(&shop.dir("hub"), "hub", Arc::new(SystemClock)).unwrap();
    let code = server.new_enrol_code(None, None, 60_000).unwrap();
    carry(&server, hub.begin_enroll("http://server", &code.code));
    sync(&server, &hub);
    (shop, server, hub)
}

fn report(server: &Node, node: &Node) -> ledger_node::SyncReport {
    let mut conversation = node.begin_sync().unwrap();
    while let Some(question) = conversation.question().unwrap() {
        let answer = server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    let report = conversation.sync_report().unwrap();
    assert_eq!(report.rejected, Vec::<String>::new());
    report
}

#[test]
fn what_handhelds_give_a_hub_reaches_the_others_at_once_and_the_server_later() {
    let (shop, server, hub) = with_hub();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    // The server is out of reach; a and b meet at the hub.
    let first = report(&hub, &a);
    assert_eq!((first.synced, first.at_hub), (false, true));
    assert!(first.pushed > 0 && first.rejected.is_empty(), "{first:?}");
    let again = report(&hub, &a);
    assert_eq!(again.pushed, 0, "it is at the hub already");
    report(&hub, &b);
    assert_eq!((total(&b), total(&hub)), ("10".to_owned(), "10".to_owned()));
    add(&b, 5);
    report(&hub, &b);
    report(&hub, &a);
    assert_eq!(total(&a), "15");
    assert_eq!(total(&server), "");
    // Nothing has a number, and nobody says that it is safe.
    assert!(a.view().pending().unwrap().0 > 0);
    // The hub reaches the server.
    let relayed = report(&server, &hub);
    assert!(relayed.synced && relayed.pushed > 0, "{relayed:?}");
    assert_eq!(total(&server), "15");
    let done = report(&hub, &a);
    assert_eq!((done.pushed, done.pulled), (0, 0), "{done:?}");
    assert_eq!(a.view().pending().unwrap().0, 0, "the numbers came down");
    report(&hub, &b);
    for node in [&a, &b, &hub] {
        assert_eq!(node.state_hash().unwrap(), server.state_hash().unwrap());
        assert!(node.verify(&mut |_| {}).unwrap().ok);
    }
    // Directly nothing is left to do.
    let direct = report(&server, &a);
    assert_eq!((direct.pushed, direct.pulled, direct.synced), (0, 0, true));
}

#[test]
fn many_small_batches_take_no_more_of_an_answer_than_was_asked_for_and_all_of_them_come() {
    let (shop, _server, hub) = with_hub();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    for _ in 0..200 {
        add(&a, 1);
        report(&hub, &a);
    }
    let mut conversation = b.begin_sync().unwrap();
    // Its way takes no more than 16 KiB at once.
    for _ in 0..8 {
        conversation.too_large().unwrap();
    }
    let mut longest = 0;
    while let Some(question) = conversation.question().unwrap() {
        let answer = hub.handle(question.route, &question.body);
        longest = longest.max(answer.body.len());
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    assert!((8 * 1024..17 * 1024).contains(&longest), "{longest}");
    assert_eq!(total(&b), total(&hub), "it asks until it has all of it");
}

/// Nobody enrols the central server.
#[test]
fn what_the_central_server_wrote_is_told_at_a_hub_and_after_it_was_restored() {
    let (shop, server, hub) = with_hub();
    write(&server, |fold| {
        at_entry::add_item(fold, "Q", &ItemChange::default())
    });
    report(&server, &hub);
    let origin = server.origin();
    server.close().unwrap();
    copy_dir(&shop.dir("server"), &shop.dir("restored"));
    let restored = open(&shop.dir("restored"), NodeKind::Server);
    assert_ne!(restored.origin(), origin);
    let about = AuditFilter {
        about: Some("Q".to_owned()),
        ..AuditFilter::default()
    };
    let from_server = AuditFilter {
        user: Some("server".to_owned()),
        ..AuditFilter::default()
    };
    for node in [&hub, &restored] {
        let recent = node.view().recent(10).unwrap();
        let is_there =
            |row: &RecentView| matches!(&row.deed, Deed::Set { code, .. } if code == "Q");
        assert!(recent.iter().any(is_there), "{}", node.name());
        for filter in [&about, &from_server] {
            let found = node.audit(filter, None, 100).unwrap().rows;
            let of_then = format!("{origin}-");
            let mut found = found.iter().map(|row| &row.entry);
            assert!(
                found.any(|entry| entry.starts_with(&of_then)),
                "{}",
                node.name()
            );
        }
    }
}

#[test]
fn over_a_hub_and_directly_at_once_everything_counts_once() {
    let (shop, server, hub) = with_hub();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    report(&hub, &a);
    report(&hub, &b);
    for number in 1..=5 {
        add(&a, number);
        report(&hub, &a);
        add(&a, 10);
        // The server gets more than the hub has, in other pieces.
        report(&server, &a);
        add(&b, 1);
        report(&hub, &b);
        report(&server, &hub);
        report(&hub, &b);
        add(&a, 3);
        report(&hub, &a);
    }
    for _ in 0..2 {
        report(&server, &hub);
        report(&hub, &b);
        report(&server, &a);
    }
    for node in [&a, &b, &hub] {
        assert_eq!(
            total(node),
            "95", // 10, and 5 × (10 + 1 + 3) + 15
            "{}",
            node.name()
        );
        assert_eq!(node.state_hash().unwrap(), server.state_hash().unwrap());
    }
}

#[test]
fn a_hub_that_is_behind_turns_nobody_back() {
    let (shop, server, hub) = with_hub();
    let a = shop.handheld("a");
    // Much happens that the hub has not heard of, and a knows all of it.
    report(&server, &a);
    add(&server, 7);
    assert!(report(&server, &a).synced);
    let before = a.state_hash().unwrap();
    add(&a, 1);
    report(&hub, &a);
    assert_eq!(total(&a), "18");
    assert_ne!(a.state_hash().unwrap(), before);
    assert_eq!(total(&hub), "11", "the 7 of the server are not there");
    report(&server, &hub);
    assert_eq!(total(&server), "18");
    report(&hub, &a);
    assert_eq!(a.state_hash().unwrap(), server.state_hash().unwrap());
}

#[test]
fn a_device_that_the_hub_has_not_heard_of_shows_its_certificate() {
    let (shop, server, hub) = with_hub();
    let c = shop.enrolled(&server, "c");
    report(&hub, &c);
    report(&server, &hub);
    report(&hub, &c);
    assert_eq!(c.state_hash().unwrap(), server.state_hash().unwrap());
}

#[test]
fn a_hub_enrols_nobody_and_another_ledgers_hub_is_not_talked_to() {
    let (shop, _server, hub) = with_hub();
    let refused = hub.new_enrol_code(None, None, 60_000);
    assert!(
        matches!(refused, Err(NodeError::WrongKind(_))),
        "{refused:?}"
    );
    let other = with_hub();
    let a = shop.handheld("a");
    let mut conversation = a.begin_sync().unwrap();
    let hello = conversation.question().unwrap().unwrap();
    let greeted = other.2.handle(hello.route, &hello.body);
    let refused = conversation.answer(greeted.status, &greeted.body);
    assert!(
        matches!(refused, Err(NodeError::OtherLedger { .. })),
        "{refused:?}"
    );
}

/// Nobody becomes a hub by saying so: the ledger's key has to have enrolled it.
#[test]
fn a_hub_without_a_certificate_of_the_ledger_is_not_trusted() {
    let (shop, server, hub) = with_hub();
    let a = shop.handheld("a");
    let mut conversation = a.begin_sync().unwrap();
    let hello = conversation.question().unwrap().unwrap();
    let greeted = hub.handle(hello.route, &hello.body);
    let mut said: ledger_format::wire::HelloAnswer =
        ledger_format::wire::Message::from_bytes(&greeted.body).unwrap();
    // Somebody with another key under the hub's certificate.
    said.server = ledger_format::wire::id_bytes(&[9; 16]);
    let body = ledger_format::wire::Message::to_bytes(&said).unwrap();
    let refused = conversation.answer(200, &body);
    assert!(
        matches!(refused, Err(NodeError::BadAnswer(_))),
        "{refused:?}"
    );
    drop(server);
}

#[test]
fn a_restored_server_gets_everything_back_through_a_hub() {
    let (shop, server, hub) = with_hub();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    report(&server, &a);
    drop(server);
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    add(&a, 20);
    report(&hub, &a);
    add(&server, 4);
    report(&server, &hub);
    report(&hub, &b);
    assert_eq!(total(&b), "34");
    drop(server);
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    assert_eq!(total(&server), "10");
    // b hears of the new epoch from the hub only.
    report(&server, &hub);
    assert_eq!(total(&server), "34");
    report(&hub, &b);
    report(&server, &a);
    report(&server, &hub);
    report(&hub, &b);
    for node in [&a, &b, &hub] {
        assert_eq!(node.state_hash().unwrap(), server.state_hash().unwrap());
    }
}

/// A handheld that only ever comes to the hub was enrolled after the backup: the server knows
/// neither it nor its key, and the hub shows the certificate that the handheld showed to it.
#[test]
fn a_restored_server_takes_a_device_in_again_that_only_comes_to_a_hub() {
    let (shop, server, hub) = with_hub();
    drop(server);
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    let c = shop.enrolled(&server, "c");
    drop(server);
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    report(&server, &hub);
    write(&c, |fold| {
        at_entry::add_item(fold, "P", &ItemChange::default())
    });
    write(&c, |fold| {
        at_entry::add_location(fold, "A", &LocationChange::default())
    });
    add(&c, 3);
    report(&hub, &c);
    let relayed = report(&server, &hub);
    assert!(relayed.synced && relayed.pushed > 0, "{relayed:?}");
    assert_eq!(total(&server), "3");
    report(&server, &hub);
    report(&hub, &c);
    for node in [&c, &hub] {
        assert_eq!(node.state_hash().unwrap(), server.state_hash().unwrap());
    }
}

/// While the hub waits for an answer of the server a handheld gives it entries that the answer
/// brings too, under another head. Whoever pulls from the hub then gets them as they were numbered.
#[test]
fn what_a_hub_got_twice_at_once_is_served_as_it_was_numbered() {
    let (shop, server, hub) = with_hub();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    report(&server, &a);
    let mut conversation = hub.begin_sync().unwrap();
    let mut asked = 0;
    while let Some(question) = conversation.question().unwrap() {
        let answer = server.handle(question.route, &question.body);
        if question.route == "sync" && asked == 0 {
            asked += 1;
            add(&a, 1);
            report(&hub, &a);
        }
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    assert_eq!(asked, 1);
    report(&hub, &b);
    report(&server, &hub);
    report(&hub, &b);
    assert_eq!(b.state_hash().unwrap(), server.state_hash().unwrap());
}

/// A hub that never reached the server has the server's entries from a handheld, and in them who is
/// enrolled; none of it has a number there. What another hub wrote can be checked all the same when
/// the numbers come.
#[test]
fn a_hub_that_has_entries_before_their_numbers_knows_who_signed_what_follows() {
    let shop = Shop::new();
    let (server, a) = (shop.server(), shop.handheld("a"));
    let enrolled = |name: &str| {
        let hub = Node::init_hub(&shop.dir(name), name, Arc::new(SystemClock)).unwrap();
        let code = server.new_enrol_code(None, None, 60_000).unwrap();
        carry(&server, hub.begin_enroll("http://server", &code.code));
        hub
    };
    let (first, second) = (enrolled("first"), enrolled("second"));
    report(&server, &a);
    // The hub gets its own entries back too, before it has heard that it is a device of the ledger.
    report(&second, &a);
    write(&first, |fold| {
        at_entry::add_item(fold, "Q", &ItemChange::default())
    });
    report(&server, &first);
    report(&server, &second);
    assert_eq!(second.state_hash().unwrap(), server.state_hash().unwrap());
}

/// The clock of a machine that was set a year ahead.
struct YearAhead;

impl WallClock for YearAhead {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(SystemClock.now().millis() + 31_536_000_000)
    }
}

/// A server that was restored while its clock was a year ahead began a late epoch. It was restored
/// once more since, with the clock right, and knows nothing of that one: it hears of it from a
/// device, through a hub too, and begins one that is later still.
#[test]
fn an_epoch_of_a_wrong_clock_that_the_server_forgot_stops_nobody() {
    let (shop, server, hub) = with_hub();
    let (a, b) = (shop.handheld("a"), shop.handheld("b"));
    report(&server, &a);
    drop(server);
    copy_dir(&shop.dir("server"), &shop.dir("old"));
    drop(shop.server());
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let clock = Arc::new(YearAhead);
    let server = Node::open(&shop.dir("server"), NodeKind::Server, clock, |_| {}).unwrap();
    report(&server, &a);
    report(&server, &b);
    drop(server);
    turn_back(&shop.dir("server"), &shop.dir("old"));
    let server = shop.server();
    add(&a, 1);
    report(&server, &hub);
    for _ in 0..3 {
        report(&hub, &a);
        report(&server, &hub);
        report(&server, &b);
    }
    report(&server, &hub);
    report(&hub, &a);
    for node in [&a, &b, &hub] {
        assert_eq!(total(node), "11", "{}", node.name());
        assert_eq!(node.state_hash().unwrap(), server.state_hash().unwrap());
        assert_eq!(central_order(node), central_order(&server));
    }
    assert_eq!(a.view().pending().unwrap().0, 0, "all has a number");
}

#[test]
fn what_the_central_server_wrote_itself_is_proved_there_and_at_a_hub() {
    let (_shop, server, hub) = with_hub();
    let first = EntryId {
        origin: server.origin(),
        seq: 1,
    };
    for node in [&server, &hub] {
        let proof = node.view().proof(first).unwrap().unwrap();
        let signed = proof.signed.unwrap();
        assert!(signed.holds, "at {}: {signed:?}", node.name());
    }
}

/// What is safe is a part of the central order, which a hub does not make.
#[test]
fn the_doctor_asks_a_hub_for_no_backup() {
    let (shop, server, hub) = with_hub();
    server.close().unwrap();
    hub.close().unwrap();
    let asked = |name: &str| {
        let (dir, now) = (shop.dir(name), SystemClock.now());
        let found = Node::doctor(&dir, NodeKind::Server, now, false, &mut |_| {}).unwrap();
        let mut findings = found.findings.iter();
        findings.any(|finding| finding.code == "backup")
    };
    assert_eq!((asked("server"), asked("hub")), (true, false));
}
