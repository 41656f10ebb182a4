//! ledger-node: both ends of the wire, and the file of keys.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ledger_core::Timestamp;
use ledger_format::head::{DeviceKey, sign_request};
use ledger_format::wire::{
    self, Enroll, EnrollAnswer, Envelope, ErrorMessage, FrontierAnswer, HelloAnswer, Message,
    SyncAnswer, WaitAnswer,
};
use ledger_node::{Conversation, Node, NodeKind, WallClock, WireAnswer};
use serde_bytes::{ByteArray, ByteBuf};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{seeds, store, sync, world};

/// A clock that stands, so that every run is the same.
#[derive(Debug)]
struct Standing;

impl WallClock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000)
    }
}

/// A server, a handheld of its ledger, and a key of a device that we speak for.
struct Shop {
    server: Node,
    handheld: Node,
    device: DeviceKey,
    hello: HelloAnswer,
}

fn in_memory(kind: NodeKind) -> Node {
    Node::in_memory(kind, "fuzz", Arc::new(Standing)).expect("a node in memory")
}

fn shop() -> &'static Shop {
    static SHOP: OnceLock<Shop> = OnceLock::new();
    SHOP.get_or_init(|| {
        let server = in_memory(NodeKind::Server);
        let handheld = in_memory(NodeKind::Handheld);
        let code = || {
            let made = server.new_enrol_code(None, None, 60_000);
            made.expect("a server makes codes").code
        };
        carry(
            &server,
            &mut handheld.begin_enroll("http://server", &code()),
        );
        let device = world::key(1);
        let enroll = Enroll {
            code: code(),
            public_key: ByteArray::new(*device.public().as_bytes()),
            name: "a device".to_owned(),
        };
        let enrolled = server.handle_enroll(&bytes_of(&enroll));
        assert_eq!(enrolled.status, 200);
        // Last, so that both hold the same.
        let sync = handheld.begin_sync();
        carry(&server, &mut sync.expect("it is enrolled"));
        let hello = server.handle_hello(&bytes_of(&seeds::hello()));
        let hello = HelloAnswer::from_bytes(&hello.body).expect("a server says hello");
        Shop {
            server,
            handheld,
            device,
            hello,
        }
    })
}

fn bytes_of(message: &impl Message) -> Vec<u8> {
    message.to_bytes().expect("a message can be written")
}

fn ask(server: &Node, route: &str, body: &[u8]) -> WireAnswer {
    server.handle(route, body)
}

fn carry(server: &Node, conversation: &mut Conversation) {
    while let Some(question) = conversation.question().expect("there is a question") {
        let answer = ask(server, question.route, &question.body);
        let taken = conversation.answer(answer.status, &answer.body);
        taken.expect("the server's answer can be taken");
    }
}

/// A server answers whatever is sent to it in words that a device reads, and is not changed.
pub(crate) fn server(bytes: &[u8]) {
    let shop = shop();
    let before = shop.server.state_hash().expect("it is usable");
    answers::<HelloAnswer>(&shop.server.handle_hello(bytes));
    answers::<EnrollAnswer>(&shop.server.handle_enroll(bytes));
    answers::<SyncAnswer>(&shop.server.handle_sync(bytes));
    waits(&shop.server, bytes);
    let (server, nonce) = (*shop.hello.server, shop.hello.nonce.to_vec());
    let signature = sign_request(&shop.device, &server, &nonce, bytes).expect("a good nonce");
    let envelope = Envelope {
        device: wire::id_bytes(shop.device.device_id().as_bytes()),
        nonce: ByteBuf::from(nonce),
        signature: ByteArray::new(*signature.as_bytes()),
        body: ByteBuf::from(bytes),
        certificate: None,
    };
    answers::<FrontierAnswer>(&shop.server.handle_frontier(&bytes_of(&envelope)));
    answers::<SyncAnswer>(&shop.server.handle_sync(&bytes_of(&envelope)));
    waits(&shop.server, &bytes_of(&envelope));
    let path = String::from_utf8_lossy(bytes);
    assert_ne!(shop.server.handle_snapshot(&path).status, 200);
    // Signed for the server, not for the ledger.
    let taken = [bytes.to_vec(), bytes_of(&envelope)].map(|it| shop.server.take_sync_part(&it));
    assert!(taken.iter().all(Result::is_err), "{taken:?}");
    let after = shop.server.state_hash().expect("it is usable");
    assert_eq!(after, before, "nothing here is signed by a device");
}

/// A request to wait is one, with an end, or is answered.
fn waits(server: &Node, bytes: &[u8]) {
    match server.begin_wait(bytes) {
        Ok(wait) => {
            assert!(wait.limit() <= Duration::from_millis(wire::WAIT_MILLIS_MAX));
            answers::<WaitAnswer>(&server.end_wait(false));
        }
        Err(refused) => answers::<WaitAnswer>(&refused),
    }
}

fn answers<T: Message>(answer: &WireAnswer) {
    if answer.status == 200 {
        assert!(T::from_bytes(&answer.body).is_ok());
    } else {
        assert!((400..500).contains(&answer.status), "{answer:?}");
        assert!(ErrorMessage::from_bytes(&answer.body).is_ok());
    }
}

/// A handheld takes no entry that nobody signed, and whatever a false server told it about the
/// central order, which only the connection protects, its own server puts right.
pub(crate) fn conversation(bytes: &[u8]) {
    let shop = shop();
    let handheld = &shop.handheld;
    let before = handheld.state_hash().expect("it is usable");
    let status = if bytes.first() == Some(&0xFF) {
        403
    } else {
        200
    };
    let mut greeting = handheld.begin_sync().expect("it is enrolled");
    let _question = greeting.question().expect("there is a question");
    if greeting.answer(status, bytes).is_ok() {
        let _question = greeting.question().expect("it can ask on");
    }
    let mut syncing = handheld.begin_sync().expect("it is enrolled");
    let _question = syncing.question().expect("there is a question");
    let hello = bytes_of(&shop.hello);
    syncing.answer(200, &hello).expect("its server's hello");
    let _question = syncing.question().expect("it can ask on");
    let entries = || handheld.read(ledger_core::fold::Fold::entry_count);
    let known = entries();
    let taken = syncing.answer(status, bytes);
    assert_eq!(entries(), known, "an entry that nobody signed was taken");
    let state = || handheld.state_hash().expect("it is usable");
    if taken.is_ok() || state() != before {
        let sync = handheld.begin_sync();
        carry(&shop.server, &mut sync.expect("it is enrolled"));
    }
    assert_eq!(state(), before, "its own server cannot put it right");

    let stranger = in_memory(NodeKind::Handheld);
    let mut enrolling = stranger.begin_enroll("http://server", "CODE");
    let _question = enrolling.question().expect("there is a question");
    enrolling
        .answer(200, &hello)
        .expect("nothing to compare with");
    let _question = enrolling.question().expect("it can ask on");
    let taken = enrolling.answer(status, bytes);
    assert_eq!(taken.is_ok(), enrolling.enroll_report().is_some());
    assert_eq!(taken.is_ok(), stranger.server_url().is_some());
    assert_eq!(taken.is_ok(), stranger.begin_sync().is_ok());
}

/// A store opens with any file of keys, or says why not; what opened once opens again.
pub(crate) fn keys(bytes: &[u8]) {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let dir = store::scratch();
        let node = Node::init(dir.path(), NodeKind::Handheld, "fuzz", Arc::new(Standing));
        let closed = node.expect("a new store").close();
        closed.expect("nothing failed");
        dir
    });
    let dir = store::scratch();
    copy(template.path(), dir.path());
    fs::write(dir.path().join("keys.json"), bytes).expect("write the keys");
    let open = || Node::open(dir.path(), NodeKind::Handheld, Arc::new(Standing), |_| {});
    let Ok(node) = open() else {
        return;
    };
    let origin = node.origin();
    if let Ok(mut sync) = node.begin_sync() {
        let _question = sync.question();
    }
    node.close().expect("nothing failed");
    let node = open().expect("it opened before");
    assert_eq!(node.origin(), origin);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("make a folder");
    for item in fs::read_dir(from).expect("list a folder") {
        let item = item.expect("list a folder");
        let target = to.join(item.file_name());
        if item.file_type().expect("a kind of file").is_dir() {
            copy(&item.path(), &target);
        } else {
            let _length = fs::copy(item.path(), target).expect("copy a file");
        }
    }
}

/// Seeds of [`server`].
pub(crate) fn server_seeds() -> Vec<Vec<u8>> {
    seeds::messages()
}

/// Seeds of [`conversation`]: every message, and answers of this very server.
pub(crate) fn conversation_seeds() -> Vec<Vec<u8>> {
    let mut all = seeds::messages();
    all.push(bytes_of(&shop().hello));
    all.extend(sync::answers());
    all
}

/// Seeds of [`keys`]: bare, enrolled, of a server, damaged and of tomorrow.
pub(crate) fn keys_seeds() -> Vec<Vec<u8>> {
    let (seed, id) = ("01".repeat(32), "02".repeat(16));
    let bare = json!({
        "version": 1, "name": "fuzz", "server": false, "seed": seed, "origin": id,
    });
    let with = |field: &str, value: Value| {
        let mut keys = bare.clone();
        keys[field] = value;
        keys
    };
    let certificate: String = seeds::certificate(1, None)
        .to_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let bond = json!({
        "ledger": id, "server_url": "http://server", "server_key": seed, "certificate": certificate,
    });
    let central = json!({
        "ledger": id, "epoch": 7, "secret": seed,
        "codes": [{"hash": seed, "name": null, "role": "manager", "expires_millis": 5, "used": false}],
        "tokens": [{"hash": seed, "name": "t", "role": "viewer"}],
    });
    [
        bare.clone(),
        with("bond", bond),
        with("central", central),
        with("server", json!(true)),
        with("origin", json!("xy")),
        with("seed", json!("+1".repeat(32))),
        with("version", json!(2)),
        with("past_origins", json!([id, "nonsense"])),
    ]
    .iter()
    .map(|keys| keys.to_string().into_bytes())
    .collect()
}
