//! A device joins a large ledger: by snapshot, by replaying the order, and by a file. The messages
//! are carried in this process; stores lie on the disk.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ledger_node::{Conversation, Node, NodeKind, SystemClock, WallClock as _};

use crate::Size;
use crate::data::{self, Names, ToldClock, plan_of};
use crate::table::{Table, number, seconds};

/// How many devices wrote the ledger, in turns of so many entries.
const WRITERS: usize = 20;
const TURN: usize = 200;

/// What carrying a conversation took.
#[derive(Debug, Default)]
struct Carried {
    seconds: f64,
    bytes: usize,
    messages: usize,
}

/// Carries a conversation to its end; without `chunks` the server refuses them.
fn carry(server: &Node, mut conversation: Conversation, chunks: bool) -> Carried {
    let start = Instant::now();
    let mut carried = Carried::default();
    while let Some(question) = conversation.question().unwrap() {
        let mut answer = server.handle(question.route, &question.body);
        if question.route == "snapshot" && !chunks {
            (answer.status, answer.body) = (404, Vec::new());
        }
        carried.bytes += question.body.len() + answer.body.len();
        carried.messages += 1;
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    carried.seconds = seconds(start);
    carried
}

struct World {
    home: tempfile::TempDir,
    server: Node,
}

impl World {
    /// A server whose ledger has so many movements, written in turns.
    fn new(names: &Names, count: usize) -> Self {
        let home = tempfile::tempdir().unwrap();
        let make = |name: &str, kind, clock| Node::init(&home.path().join(name), kind, name, clock);
        // The server's clock is that of the writers, or it would put theirs right at every sync.
        let clock = ToldClock::default();
        let newest = SystemClock.now().millis() - 60_000;
        let deeds = data::deeds(5, count, newest);
        clock.tell(deeds[0].millis);
        let server = make("server", NodeKind::Server, Arc::new(clock.clone())).unwrap();
        let world = Self { home, server };
        let writers: Vec<Node> = (0..WRITERS)
            .map(|at| world.enrolled(&format!("writer {at}"), Arc::new(clock.clone())))
            .collect();
        let mut plans = names.catalogue().into_iter();
        writers[0]
            .write_many(&names.actors[0], |_| plans.next().map(Ok))
            .unwrap();
        for (turn, deeds) in deeds.chunks(TURN).enumerate() {
            let writer = &writers[turn % WRITERS];
            clock.tell(deeds[0].millis);
            let mut plans = deeds
                .iter()
                .map(|deed| plan_of(names.items[deed.item].clone(), names.body(deed, None)));
            writer
                .write_many(&names.actors[turn % names.actors.len()], |_| {
                    plans.next().map(Ok)
                })
                .unwrap();
            carry(&world.server, writer.begin_sync().unwrap(), false);
        }
        world
    }

    fn enrolled(&self, name: &str, clock: Arc<dyn ledger_node::WallClock>) -> Node {
        let dir = self.home.path().join(name);
        let node = Node::init(&dir, NodeKind::Handheld, name, clock).unwrap();
        let code = self.server.new_enrol_code(None, None, 60_000).unwrap();
        carry(
            &self.server,
            node.begin_enroll("http://server", &code.code),
            false,
        );
        node
    }

    fn new_device(&self, name: &str) -> Node {
        self.enrolled(name, Arc::new(SystemClock))
    }

    /// Whether a device has come to the same.
    fn check(&self, node: &Node) {
        // The one who joined first has not heard of those who joined later.
        carry(&self.server, node.begin_sync().unwrap(), false);
        let (one, other) = (node.state_hash(), self.server.state_hash());
        assert_eq!(one.unwrap(), other.unwrap(), "the totals differ");
    }
}

fn megabytes(bytes: usize) -> String {
    number(bytes as f64 / 1e6)
}

/// Joining a ledger.
pub fn run(size: Size, table: &mut Table) {
    let names = Names::new();
    let count = size.pick(1_000_000, 100_000);
    let world = World::new(&names, count);
    let told = number(count as f64);
    for (what, chunks) in [
        ("by snapshot, chunks packed for it", true),
        ("by snapshot, chunks packed before", true),
        ("by replaying the order", false),
    ] {
        let node = world.new_device(what);
        let carried = carry(&world.server, node.begin_sync().unwrap(), chunks);
        world.check(&node);
        table.add(
            &format!("joining a ledger of {told} entries, runs of {TURN}: {what}"),
            &format!("{} s", number(carried.seconds)),
            "",
            &format!(
                "{} MB of bodies in {} round trips",
                megabytes(carried.bytes),
                carried.messages
            ),
        );
        node.close().unwrap();
        if what.contains("replaying") {
            checkpoint(&world.home.path().join(what), table);
        }
    }
    by_file(&world, &told, table);
}

/// How much a checkpoint would add to a snapshot.
fn checkpoint(store: &Path, table: &mut Table) {
    let bytes = fs::metadata(store.join("checkpoint")).unwrap().len();
    let start = Instant::now();
    let node = Node::open(store, NodeKind::Handheld, Arc::new(SystemClock), |_| {}).unwrap();
    let opened = seconds(start);
    node.close().unwrap();
    table.add(
        "the checkpoint of that ledger, which is in no snapshot",
        &format!("{} MB", megabytes(usize::try_from(bytes).unwrap())),
        "",
        &format!("opening with it {} s", number(opened)),
    );
}

fn by_file(world: &World, told: &str, table: &mut Table) {
    let file = world.home.path().join("all.sync");
    let start = Instant::now();
    let written = world.server.write_sync_file(&file, &mut |_| {}).unwrap();
    let write = seconds(start);
    let node = world.new_device("by file");
    let start = Instant::now();
    node.read_sync_file(&file, &mut |_| {}).unwrap();
    let read = seconds(start);
    world.check(&node);
    table.add(
        &format!("the same {told} entries by file"),
        &format!("{} s to read", number(read)),
        "",
        &format!(
            "{} s to write, {} MB",
            number(write),
            megabytes(usize::try_from(written.bytes).unwrap())
        ),
    );
}
