//! A hand-made device that sends what no program of ours would: entries of tomorrow, bytes in
//! another form, holes, forks and forgeries. The server keeps what is a fact, refuses what does
//! not hold, and nobody else is held up.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::redundant_clone,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use ledger_core::at_entry::{self, LocationChange, StockRequest, revoked};
use ledger_core::entry::{Body, Genesis, GenesisReason, Kind, Moved, Particulars, Place};
use ledger_core::{Clock, Code, Entry, LedgerId, Origin, Quantity, Timestamp};
use ledger_format::head::{DeviceKey, SignedHead, sign_request};
use ledger_format::wire::{
    self, BatchMessage, Enroll, EnrollAnswer, Envelope, Hello, HelloAnswer, Message, RejectCode,
    SyncAnswer, SyncRequest,
};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes, pack};
use ledger_node::{Actor, Node, NodeKind, SystemClock};
use ledger_sync::batch_message;
use ledger_sync::client::Client;
use serde_bytes::{ByteArray, ByteBuf};

/// A device made of nothing but a key.
struct Stranger<'a> {
    server: &'a Node,
    key: DeviceKey,
    hello: HelloAnswer,
    origin: Origin,
}

fn server() -> Node {
    Node::in_memory(NodeKind::Server, "central", Arc::new(SystemClock)).unwrap()
}

fn read<T: Message>(answer: &ledger_node::WireAnswer) -> T {
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    T::from_bytes(&answer.body).unwrap()
}

impl<'a> Stranger<'a> {
    fn enrolled(server: &'a Node, seed: u8) -> Self {
        let key = DeviceKey::from_seed(&[seed; 32]);
        let hello = Hello {
            proto_min: 1,
            proto_max: 1,
            program: "stranger".to_owned(),
            encodings: vec![0, 1],
            now_millis: 0,
            certificate: None,
        };
        let hello = read(&server.handle_hello(&hello.to_bytes().unwrap()));
        let enroll = Enroll {
            code: server.new_enrol_code(None, None, 60_000).unwrap().code,
            public_key: ByteArray::new(*key.public().as_bytes()),
            name: format!("stranger {seed}"),
        };
        let _certificate: EnrollAnswer = read(&server.handle_enroll(&enroll.to_bytes().unwrap()));
        Self {
            server,
            key,
            hello,
            origin: Origin::from_bytes([seed; 16]),
        }
    }

    fn ledger(&self) -> LedgerId {
        wire::ledger_of(&self.hello.ledger)
    }

    fn genesis(&self) -> Vec<u8> {
        entry(Body::Genesis(Genesis {
            device: self.key.device_id(),
            name: "stranger".to_owned(),
            reason: GenesisReason::New,
            parent: None,
            program: None,
        }))
    }

    /// A slice of this device's origin after some earlier entries.
    fn slice(&self, before: &[Vec<u8>], entries: &[Vec<u8>]) -> OriginSlice {
        let start = Hash::before_first(self.origin);
        let prev = before.iter().fold(start, |hash, entry| hash.then(entry));
        let first_seq = u64::try_from(before.len()).unwrap() + 1;
        let entries: EntryBuf = entries.iter().map(Vec::as_slice).collect();
        OriginSlice {
            origin: self.origin,
            first_seq,
            prev,
            entries,
        }
    }

    fn batch(&self, slice: &OriginSlice) -> BatchMessage {
        let head = (slice.last_seq(), slice.head());
        let head = SignedHead::sign(&self.key, self.ledger(), slice.origin, head.0, head.1);
        batch_message(slice, pack::FACTORED, &head).unwrap()
    }

    fn push(&self, push: Vec<BatchMessage>) -> SyncAnswer {
        self.sync(self.hello.epoch, push)
    }

    /// Pushes, as who knows nothing of an epoch but that it is there.
    fn sync(&self, epoch: u64, push: Vec<BatchMessage>) -> SyncAnswer {
        let cursor = Client::first_cursor(epoch);
        let request = SyncRequest {
            cursor,
            have: Vec::new(),
            again: Vec::new(),
            push,
            wants_snapshot: false,
            certificates: Vec::new(),
            clocks: Vec::new(),
            bytes_max: 1 << 20,
            now_millis: None,
        };
        let body = request.to_bytes().unwrap();
        let nonce = self.hello.nonce.to_vec();
        let server = *self.hello.server;
        let signature = sign_request(&self.key, &server, &nonce, &body).unwrap();
        let envelope = Envelope {
            device: wire::id_bytes(self.key.device_id().as_bytes()),
            nonce: ByteBuf::from(nonce),
            signature: ByteArray::new(*signature.as_bytes()),
            body: ByteBuf::from(body),
            certificate: None,
        };
        read(&self.server.handle_sync(&envelope.to_bytes().unwrap()))
    }

    #[track_caller]
    fn assert_rejected(&self, batch: BatchMessage, code: RejectCode, expected_seq: u64) {
        let before = self.server.state_hash().unwrap();
        let answer = self.push(vec![batch]);
        assert_eq!(answer.rejects.len(), 1);
        assert_eq!(
            (answer.rejects[0].code, answer.rejects[0].expected_seq),
            (code, expected_seq)
        );
        assert_eq!(self.server.state_hash().unwrap(), before, "nothing changed");
    }
}

fn entry(body: Body) -> Vec<u8> {
    let time = Timestamp::from_millis(1_700_000_000_000);
    entry_bytes::encode(&Entry {
        time,
        clock: Clock::new(time, 0),
        user: None,
        body,
    })
    .unwrap()
}

fn add(item: &str, number: i64) -> Vec<u8> {
    let code = |text| Code::new(text).unwrap();
    entry(Body::Moved(Moved {
        document: None,
        item: code(item),
        quantity: Quantity::from_units(number).unwrap(),
        from: None,
        to: Some(Place {
            location: code("A"),
            owner: None,
            batch: None,
        }),
        act: ledger_core::entry::Act::Add,
        particulars: Particulars::default(),
    }))
}

/// The same entry under a kind number that this version does not know.
fn of_tomorrow(entry: &[u8]) -> Vec<u8> {
    let mut bytes = entry.to_vec();
    assert_eq!(u16::from(bytes[1]), Kind::MOVED.0);
    bytes[1] = 99;
    bytes
}

/// A handheld of ours that has pulled everything.
fn handheld(server: &Node) -> Node {
    let node = Node::in_memory(NodeKind::Handheld, "ours", Arc::new(SystemClock)).unwrap();
    let code = server.new_enrol_code(None, None, 60_000).unwrap().code;
    carry(server, &mut node.begin_enroll("http://server", &code));
    carry(server, &mut node.begin_sync().unwrap());
    node
}

fn carry(server: &Node, conversation: &mut ledger_node::Conversation) {
    while let Some(question) = conversation.question().unwrap() {
        let answer = server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
}

fn on_hand(node: &Node, item: &str) -> String {
    let lines = node.read(|fold| fold.lines(&Code::new(item).unwrap()));
    lines
        .first()
        .map_or_else(|| "none".to_owned(), |line| line.on_hand.to_string())
}

#[test]
fn entries_of_tomorrow_and_in_another_form_are_kept_numbered_and_relayed() {
    let server = server();
    let stranger = Stranger::enrolled(&server, 7);
    let mut padded = add("P", 100);
    padded.push(0);
    let entries = [
        stranger.genesis(),
        of_tomorrow(&add("P", 9)),
        padded,
        add("P", 4),
    ];
    let answer = stranger.push(vec![stranger.batch(&stranger.slice(&[], &entries))]);
    assert_eq!(answer.rejects, []);
    let ours = handheld(&server);
    for node in [&server, &ours] {
        assert_eq!(on_hand(node, "P"), "4", "only what is understood counts");
        let mut kinds: Vec<_> =
            node.read(|fold| fold.exceptions().iter().map(|e| e.kind.word()).collect());
        kinds.sort_unstable();
        assert_eq!(kinds, ["bad-entry", "needs-newer-version"]);
        assert!(node.verify(&mut |_| {}).unwrap().ok);
    }
    assert_eq!(server.state_hash().unwrap(), ours.state_hash().unwrap());
}

#[test]
fn a_hole_is_a_gap_and_what_was_expected_is_said() {
    let server = server();
    let stranger = Stranger::enrolled(&server, 7);
    let first = [stranger.genesis(), add("P", 1)];
    stranger.push(vec![stranger.batch(&stranger.slice(&[], &first))]);
    let before: Vec<Vec<u8>> = first.iter().cloned().chain([add("P", 2)]).collect();
    let late = stranger.batch(&stranger.slice(&before, &[add("P", 3)]));
    stranger.assert_rejected(late, RejectCode::Gap, 3);
}

#[test]
fn branches_are_kept_beside_the_first_one_and_go_on_under_the_name_they_were_written_under() {
    let server = server();
    let stranger = Stranger::enrolled(&server, 7);
    let trunk = [stranger.genesis(), add("P", 1)];
    let slice = stranger.slice(&[], &[trunk.as_slice(), &[add("P", 2)]].concat());
    assert_eq!(stranger.push(vec![stranger.batch(&slice)]).rejects, []);
    // A copy goes on differently from entry 3 on, and another parted earlier still.
    let copy = stranger.slice(&trunk, &[add("P", 50), add("P", 60)]);
    let earlier = stranger.slice(&[stranger.genesis()], &[add("Q", 50)]);
    let ours = handheld(&server);
    for _twice in 0..2 {
        for slice in [&copy, &earlier, &slice] {
            assert_eq!(stranger.push(vec![stranger.batch(slice)]).rejects, []);
        }
        assert_eq!(on_hand(&server, "P"), "113");
        assert_eq!(on_hand(&server, "Q"), "50");
    }
    // All go on, and a copy of the copy does too. None knows of the others.
    let more = stranger.slice(&trunk, &[add("P", 2), add("P", 1_000)]);
    let of_copy: Vec<Vec<u8>> = [trunk.as_slice(), &[add("P", 50), add("P", 60)]].concat();
    let more_of_copy = stranger.slice(&of_copy, &[add("P", 2_000)]);
    let copy_of_copy = stranger.slice(&of_copy[..3], &[add("P", 4_000)]);
    for slice in [&more_of_copy, &more, &copy_of_copy] {
        assert_eq!(stranger.push(vec![stranger.batch(slice)]).rejects, []);
    }
    assert_eq!(on_hand(&server, "P"), "7113");
    let branches = |node: &Node| {
        let roots = |fold: &ledger_core::fold::Fold| {
            let all = fold.origins_of(stranger.key.device_id());
            all.filter(|chain| fold.root_of(*chain) == stranger.origin)
                .count()
        };
        node.read(roots)
    };
    assert_eq!(branches(&server), 4, "the first one and three branches");
    // What nobody ever had is still missing.
    let unknown = [of_copy.as_slice(), &[add("P", 9)]].concat();
    let late = stranger.batch(&stranger.slice(&unknown, &[add("P", 3)]));
    stranger.assert_rejected(late, RejectCode::Gap, 5);
    let fresh = handheld(&server);
    carry(&server, &mut ours.begin_sync().unwrap());
    for node in [&server, &ours, &fresh] {
        assert_eq!(on_hand(node, "P"), "7113");
        assert_eq!(branches(node), 4);
        assert_eq!(node.state_hash().unwrap(), server.state_hash().unwrap());
        assert!(node.verify(&mut |_| {}).unwrap().ok);
    }
}

#[test]
fn a_bad_batch_does_not_hold_up_another_origins() {
    let server = server();
    let (bad, good) = (
        Stranger::enrolled(&server, 7),
        Stranger::enrolled(&server, 8),
    );
    let forged = bad.batch(&bad.slice(&[], &[bad.genesis(), add("P", 100)]));
    let mut forged = BatchMessage {
        signature: ByteArray::new([1; 64]),
        ..forged
    };
    let fine = good.batch(&good.slice(&[], &[good.genesis(), add("P", 5)]));
    let answer = good.push(vec![forged.clone(), fine]);
    assert_eq!(answer.rejects.len(), 1);
    assert_eq!(on_hand(&server, "P"), "5");
    forged.head = ByteArray::new([2; 32]);
    bad.assert_rejected(forged, RejectCode::BadHash, 0);
}

#[test]
fn a_device_cannot_write_in_anothers_origin() {
    let server = server();
    let (owner, thief) = (
        Stranger::enrolled(&server, 7),
        Stranger::enrolled(&server, 8),
    );
    let trunk = [owner.genesis()];
    owner.push(vec![owner.batch(&owner.slice(&[], &trunk))]);
    let stolen = Stranger {
        origin: owner.origin,
        ..thief
    };
    let batch = stolen.batch(&owner.slice(&trunk, &[add("P", 100)]));
    stolen.assert_rejected(batch, RejectCode::BadSignature, 0);
    // Nor claim a device that it has no key of.
    let claimed = stolen.batch(&OriginSlice {
        origin: Origin::from_bytes([99; 16]),
        prev: Hash::before_first(Origin::from_bytes([99; 16])),
        ..owner.slice(&[], &trunk)
    });
    stolen.assert_rejected(claimed, RejectCode::BadSignature, 0);
    // Nor say in the same message that the origin began as its own.
    let begun = stolen.batch(&stolen.slice(&[], &[stolen.genesis()]));
    let goes_on = stolen.batch(&stolen.slice(&trunk, &[add("P", 100)]));
    let before = server.state_hash().unwrap();
    let answer = stolen.push(vec![begun, goes_on]);
    let codes: Vec<_> = answer.rejects.iter().map(|reject| reject.code).collect();
    assert_eq!(codes, [RejectCode::BadSignature; 2]);
    assert_eq!(server.state_hash().unwrap(), before, "nothing changed");
    let fine = owner.batch(&owner.slice(&trunk, &[add("P", 1)]));
    assert_eq!(owner.push(vec![fine]).rejects, []);
    assert_eq!(on_hand(&server, "P"), "1");
}

#[test]
fn unreadable_and_oversized_batches_are_told_apart() {
    let server = server();
    let stranger = Stranger::enrolled(&server, 7);
    let fine = stranger.batch(&stranger.slice(&[], &[stranger.genesis()]));
    let garbage = BatchMessage {
        bytes: ByteBuf::from(vec![9; 40]),
        ..fine.clone()
    };
    stranger.assert_rejected(garbage, RejectCode::Unreadable, 0);
    let miscounted = BatchMessage {
        count: 2,
        ..fine.clone()
    };
    stranger.assert_rejected(miscounted, RejectCode::Unreadable, 0);
    let bytes = ByteBuf::from(vec![0; wire::BATCH_BYTES_MAX + 1]);
    let huge = BatchMessage { bytes, ..fine };
    stranger.assert_rejected(huge, RejectCode::TooLarge, 0);
}

#[test]
fn a_forged_answer_changes_nothing() {
    let server = server();
    let ours = handheld(&server);
    let place = LocationChange::default();
    server
        .write(&Actor::default(), |fold| {
            at_entry::add_location(fold, "A", &place)
        })
        .unwrap();
    server
        .write(&Actor::default(), |fold| {
            at_entry::add_item(fold, "P", &at_entry::ItemChange::default())
        })
        .unwrap();
    let quantity = Quantity::from_units(5).unwrap();
    let request = StockRequest {
        item: "P".to_owned(),
        quantity,
        ..StockRequest::default()
    };
    server
        .write(&Actor::default(), |fold| at_entry::add(fold, "A", &request))
        .unwrap();
    let before = ours.state_hash().unwrap();
    let mut conversation = ours.begin_sync().unwrap();
    let hello = conversation.question().unwrap().unwrap();
    let answer = server.handle_hello(&hello.body);
    conversation.answer(answer.status, &answer.body).unwrap();
    let question = conversation.question().unwrap().unwrap();
    let mut answer: SyncAnswer = read(&server.handle_sync(&question.body));
    let last = answer.runs.last_mut().unwrap().batch.as_mut().unwrap();
    last.signature = ByteArray::new([3; 64]);
    assert!(
        conversation
            .answer(200, &answer.to_bytes().unwrap())
            .is_err()
    );
    assert_eq!(ours.state_hash().unwrap(), before);
    carry(&server, &mut ours.begin_sync().unwrap());
    assert_eq!(on_hand(&ours, "P"), "5");
}

/// It may be the last that knows of an epoch which the server has forgotten, so it is believed, and
/// as it may also make epochs up, once.
#[test]
fn a_revoked_device_makes_the_server_begin_anew_once_at_most() {
    let server = server();
    let (lost, other) = (
        Stranger::enrolled(&server, 7),
        Stranger::enrolled(&server, 8),
    );
    let device = lost.key.device_id().to_string();
    server
        .write(&Actor::default(), |fold| {
            revoked::revoke(fold, &revoked::find_device(fold, &device)?, None, None)
        })
        .unwrap();
    let (first, origin) = (lost.hello.epoch, server.origin());
    assert!(lost.sync(first + 1, Vec::new()).revoked);
    let next = server.origin();
    assert_ne!(next, origin);
    // Each is later than any that the clock leads to.
    for epoch in [first << 1, first << 2] {
        assert!(lost.sync(epoch, Vec::new()).revoked);
        assert_eq!(server.origin(), next);
    }
    let _restarted = other.sync(first << 1, Vec::new());
    assert_ne!(server.origin(), next);
}
