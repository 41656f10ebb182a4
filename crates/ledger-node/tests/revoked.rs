//! A revoked handheld and a server that was turned back: the server gets all that the handheld has,
//! though it gives nothing, and so cannot say what it lacks.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use std::sync::Arc;

use ledger_core::DeviceId;
use ledger_core::at_entry::revoked::{self, Verdict, Waiting};
use ledger_node::{Conversation, Node, NodeError, NodeKind, SystemClock};
use shop::{Shop, add, copy_dir, sync, total, turn_back, write};

fn device(node: &Node) -> DeviceId {
    let origin = node.origin();
    node.read(|fold| fold.device_of(origin).unwrap().0)
}

fn revoke(server: &Node, device: DeviceId) {
    write(server, |fold| {
        let known = revoked::find_device(fold, &device.to_string())?;
        revoked::revoke(fold, &known, None, None)
    });
}

/// Carries messages until it is over or one side refuses.
fn carried(server: &Node, mut conversation: Conversation) -> Result<(), NodeError> {
    while let Some(question) = conversation.question()? {
        let answer = server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body)?;
    }
    Ok(())
}

fn waiting(server: &Node, device: DeviceId) -> u64 {
    let chains = server.read(|fold| fold.revoked_chains(device));
    chains.iter().map(|chain| chain.waiting).sum()
}

#[test]
fn a_server_that_was_turned_back_gets_all_of_a_revoked_handheld() {
    let shop = Shop::new();
    let server = shop.server();
    let a = shop.handheld("a");
    sync(&server, &a);
    server.close().unwrap();
    let old = shop.dir("old");
    copy_dir(&shop.dir("server"), &old);
    let server = shop.server();
    add(&a, 5);
    sync(&server, &a);
    add(&a, 7);
    server.close().unwrap();
    turn_back(&shop.dir("server"), &old);

    let server = shop.server();
    assert_eq!(total(&server), "10");
    let lost = device(&a);
    revoke(&server, lost);
    let refused = carried(&server, a.begin_sync().unwrap());
    assert!(
        matches!(refused, Err(NodeError::DeviceRevoked)),
        "{refused:?}"
    );
    assert_eq!((total(&server), waiting(&server, lost)), ("10".into(), 2));
    // It gives the same again, and nothing changes by that.
    let refused = carried(&server, a.begin_sync().unwrap());
    assert!(
        matches!(refused, Err(NodeError::DeviceRevoked)),
        "{refused:?}"
    );
    assert_eq!((total(&server), waiting(&server, lost)), ("10".into(), 2));
    assert_eq!(total(&a), "22", "it knows its own numbers alone");
    assert!(server.verify(&mut |_| {}).unwrap().ok);

    let origin = a.origin();
    write(&server, |fold| {
        revoked::decide(fold, Waiting::Chain(origin), Verdict::Admit, None)
    });
    let b = shop.handheld("b");
    sync(&server, &b);
    for node in [&server, &b] {
        assert_eq!(total(node), "22", "{}", node.name());
    }
    assert_eq!(server.state_hash().unwrap(), b.state_hash().unwrap());
}

#[test]
fn the_key_of_a_revoked_device_cannot_be_enrolled_again() {
    let shop = Shop::new();
    let server = shop.server();
    let a = shop.handheld("a");
    sync(&server, &a);
    revoke(&server, device(&a));
    let code = server.new_enrol_code(None, None, 60_000).unwrap();
    let refused = carried(&server, a.begin_enroll("http://server", &code.code));
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "device-revoked", "{refused}");
    let other = Node::in_memory(NodeKind::Handheld, "c", Arc::new(SystemClock)).unwrap();
    carried(&server, other.begin_enroll("http://server", &code.code)).unwrap();
}
