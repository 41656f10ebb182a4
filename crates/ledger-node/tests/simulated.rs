//! Nodes on simulated machines: their disk, clock and randomness are given, and decide everything.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ledger_core::at_entry::{
    self, ItemChange, LocationChange, Plan, Refusal, StockRequest, revoked,
};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId, Quantity, Timestamp};
use ledger_format::Hash;
use ledger_node::{Actor, Conversation, Machine, Node, NodeError, NodeKind, WallClock};
use ledger_store::ModelDisk;

/// A clock that shows one second more at every look.
struct Counting(AtomicU64);

impl WallClock for Counting {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(1_000, Ordering::Relaxed))
    }
}

/// Bytes that follow from a number.
fn random(seed: u64) -> impl Fn(&mut [u8]) + Send + Sync {
    let last = Mutex::new(Hash::of(&seed.to_le_bytes()));
    move |bytes: &mut [u8]| {
        let mut last = last.lock().unwrap();
        *last = last.then(b"next");
        for (to, from) in bytes.iter_mut().zip(last.as_bytes().iter().cycle()) {
            *to = *from;
        }
    }
}

struct Place {
    disk: ModelDisk,
    clock: Arc<Counting>,
    kind: NodeKind,
    seed: u64,
}

impl Place {
    fn new(seed: u64, kind: NodeKind) -> Self {
        Self {
            disk: ModelDisk::new([u8::try_from(seed).unwrap(); 16]),
            clock: Arc::new(Counting(AtomicU64::new(1_790_000_000_000))),
            kind,
            seed,
        }
    }

    fn machine(&self) -> Machine {
        let clock: Arc<dyn WallClock> = Arc::clone(&self.clock) as _;
        Machine::simulated(clock, self.disk.mount(), random(self.seed), 4096)
    }

    fn init(&self) -> Node {
        Node::init_on(&self.machine(), Path::new("/node"), self.kind, "N").unwrap()
    }

    fn open(&self) -> Result<Node, NodeError> {
        Node::open_on(&self.machine(), Path::new("/node"), self.kind, |_| {})
    }

    /// Loses the power; what was not durable is gone.
    fn crash(&self) {
        self.disk.crash(&mut |_| 0);
    }
}

fn carry(server: &Node, mut conversation: Conversation) {
    while let Some(question) = conversation.question().unwrap() {
        let answer = server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
}

fn write(node: &Node, plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>) {
    node.write(&Actor::default(), plan).unwrap();
}

fn add(node: &Node, number: i64) {
    let request = StockRequest {
        item: "P".to_owned(),
        quantity: Quantity::from_units(number).unwrap(),
        ..StockRequest::default()
    };
    write(node, |fold| at_entry::add(fold, "A", &request));
}

/// A server and a handheld work, crash and sync; what both come to.
fn story() -> Vec<String> {
    let places = [
        Place::new(1, NodeKind::Server),
        Place::new(2, NodeKind::Handheld),
    ];
    let (server, node) = (places[0].init(), places[1].init());
    let code = server.new_enrol_code(None, None, 3_600_000).unwrap();
    carry(&server, node.begin_enroll("http://server", &code.code));
    write(&node, |fold| {
        at_entry::add_item(fold, "P", &ItemChange::default())
    });
    write(&node, |fold| {
        at_entry::add_location(fold, "A", &LocationChange::default())
    });
    for number in 1..=30 {
        add(&node, number);
    }
    carry(&server, node.begin_sync().unwrap());
    add(&server, 1_000);
    for place in &places {
        place.crash();
    }
    drop((server, node));
    let (server, node) = (places[0].open().unwrap(), places[1].open().unwrap());
    assert_eq!(server.notices(), Vec::<String>::new());
    add(&node, 7);
    carry(&server, node.begin_sync().unwrap());
    for node in [&server, &node] {
        assert!(node.verify(&mut |_| {}).unwrap().ok);
    }
    vec![
        server.state_hash().unwrap(),
        node.state_hash().unwrap(),
        server.origin().to_string(),
        node.device().to_string(),
        code.code,
        format!("{:?}", places[0].disk.operations()),
        format!("{:?}", places[1].disk.operations()),
    ]
}

#[test]
fn a_crash_keeps_all_that_was_saved_and_the_same_story_ends_the_same() {
    let first = story();
    assert_eq!(first[0], first[1], "the two differ");
    assert_eq!(first, story());
}

/// A server, and a handheld that has said hello and is about to ask to be enrolled: with the bytes
/// of what it asks.
fn asking_to_enrol() -> ([Place; 2], Node, Node, Conversation, Vec<u8>) {
    let places = [
        Place::new(1, NodeKind::Server),
        Place::new(2, NodeKind::Handheld),
    ];
    let (server, node) = (places[0].init(), places[1].init());
    let code = server.new_enrol_code(None, None, 3_600_000).unwrap();
    let mut conversation = node.begin_enroll("http://server", &code.code);
    let hello = conversation.question().unwrap().unwrap();
    let answer = server.handle_hello(&hello.body);
    conversation.answer(answer.status, &answer.body).unwrap();
    let asked = conversation.question().unwrap().unwrap();
    (places, server, node, conversation, asked.body)
}

#[test]
fn an_enrolment_that_could_not_be_saved_is_none() {
    let (places, server, node, mut conversation, asked) = asking_to_enrol();
    let answer = server.handle_enroll(&asked);
    places[1].disk.fail_sync_after(Some(0));
    assert!(conversation.answer(answer.status, &answer.body).is_err());
    assert_eq!(node.server_url(), None);
    let code = server.new_enrol_code(None, None, 3_600_000).unwrap();
    carry(&server, node.begin_enroll("http://server", &code.code));
    carry(&server, node.begin_sync().unwrap());
}

#[test]
fn a_code_whose_use_could_not_be_saved_can_be_used_again() {
    let (places, server, node, mut conversation, asked) = asking_to_enrol();
    places[0].disk.fail_sync_after(Some(0));
    assert_eq!(server.handle_enroll(&asked).status, 503);
    let answer = server.handle_enroll(&asked);
    conversation.answer(answer.status, &answer.body).unwrap();
    carry(&server, node.begin_sync().unwrap());
    assert_eq!(server.handle_enroll(&asked).status, 403, "it is used");
}

/// A server whose disk was put back, which nothing on it can tell, and a handheld that was there
/// before and has synced since.
fn turned_back() -> ([Place; 2], Node, Node) {
    let places = [
        Place::new(1, NodeKind::Server),
        Place::new(2, NodeKind::Handheld),
    ];
    let (server, node) = (places[0].init(), places[1].init());
    let code = server.new_enrol_code(None, None, 3_600_000).unwrap();
    carry(&server, node.begin_enroll("http://server", &code.code));
    write(&node, |fold| {
        at_entry::add_item(fold, "P", &ItemChange::default())
    });
    write(&node, |fold| {
        at_entry::add_location(fold, "A", &LocationChange::default())
    });
    carry(&server, node.begin_sync().unwrap());
    let image = places[0].disk.image();
    add(&node, 7);
    carry(&server, node.begin_sync().unwrap());
    drop(server);
    places[0].disk.put_back(&image);
    let server = places[0].open().unwrap();
    assert_eq!(server.notices(), Vec::<String>::new());
    (places, server, node)
}

#[test]
fn a_server_that_cannot_save_its_next_epoch_goes_on_in_the_one_it_has() {
    let (places, server, node) = turned_back();
    let origin = server.origin();
    let mut conversation = node.begin_sync().unwrap();
    let hello = conversation.question().unwrap().unwrap();
    let answer = server.handle_hello(&hello.body);
    conversation.answer(answer.status, &answer.body).unwrap();
    let asked = conversation.question().unwrap().unwrap();
    places[0].disk.fail_sync_after(Some(0));
    assert_eq!(server.handle(asked.route, &asked.body).status, 503);
    assert_eq!(server.origin(), origin);
    add(&server, 1);
    for _ in 0..2 {
        carry(&server, node.begin_sync().unwrap());
    }
    assert_ne!(server.origin(), origin);
    assert_eq!(server.state_hash().unwrap(), node.state_hash().unwrap());
    let there = server.read(|fold| fold.stock_of(&Code::new("P").unwrap()));
    let there: Vec<String> = there.values().map(ToString::to_string).collect();
    assert_eq!(there, ["8"]);
}

/// Nobody else has what the server lost, and to the handheld it is numbered.
#[test]
fn a_server_turned_back_unseen_gets_what_only_a_revoked_handheld_has() {
    let (_places, server, node) = turned_back();
    let device = node.device().to_string();
    write(&server, |fold| {
        revoked::revoke(fold, &revoked::find_device(fold, &device)?, None, None)
    });
    let origin = node.origin();
    let last = EntryId {
        origin,
        seq: node.read(|fold| fold.last_seq(origin)),
    };
    assert_eq!(server.entry(last).unwrap(), None);
    for _ in 0..2 {
        let mut conversation = node.begin_sync().unwrap();
        let ended = loop {
            let question = conversation.question().unwrap().unwrap();
            let answer = server.handle(question.route, &question.body);
            if let Err(error) = conversation.answer(answer.status, &answer.body) {
                break error;
            }
        };
        assert!(matches!(ended, NodeError::DeviceRevoked), "{ended:?}");
    }
    assert!(server.entry(last).unwrap().is_some());
}

#[test]
fn a_node_whose_power_fails_says_so_and_is_there_afterwards() {
    for operations in 0..60 {
        let place = Place::new(3, NodeKind::Handheld);
        let node = place.init();
        write(&node, |fold| {
            at_entry::add_item(fold, "P", &ItemChange::default())
        });
        place.disk.fail_power_after(Some(operations));
        let place_of = |fold: &Fold| at_entry::add_location(fold, "A", &LocationChange::default());
        let saved = node.write(&Actor::default(), place_of).is_ok();
        drop(node);
        place.crash();
        let node = place.open().unwrap();
        let there = node.read(|fold| fold.exists(Class::Location, &Code::new("A").unwrap()));
        assert!(there || !saved, "after {operations} operations");
    }
}
