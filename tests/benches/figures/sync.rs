//! Syncs over loopback HTTP with the server program: the first one, and ones with nothing to do;
//! beside them PouchDB with the same movements.

use std::sync::Arc;
use std::time::Instant;

use ledger_node::{Node, NodeKind, SystemClock, WallClock};
use tempfile::TempDir;
use tests::server::Server;
use tokio::runtime::Runtime;

use crate::Size;
use crate::data::{self, Names, ToldClock, plan_of};
use crate::table::{Runs, Table, number, seconds};
use crate::wire::{Counts, Wire};
use crate::{machine, pouchdb};

/// Of the movements.
const SEED: u64 = 4;

/// Two handhelds and a server; the first has movements that nobody else has.
struct World {
    server: Server,
    wire: Option<Wire>,
    url: String,
    runtime: Runtime,
    first: Node,
    second: Node,
    _home: TempDir,
}

impl World {
    /// With a proxy that counts, or without. The catalogue is on the server already.
    fn new(names: &Names, count: usize, counted: bool) -> Self {
        let home = tempfile::tempdir().unwrap();
        let server = Server::start();
        let wire = counted.then(|| Wire::before(server.address()));
        let url = wire.as_ref().map_or(server.url().to_owned(), Wire::url);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let clock = ToldClock::default();
        let make = |name: &str, clock: Arc<dyn WallClock>| {
            let dir = home.path().join(name);
            let node = Node::init(&dir, NodeKind::Handheld, name, clock).unwrap();
            runtime
                .block_on(node.enroll(&url, &server.code(), None))
                .unwrap();
            node
        };
        let first = make("first", Arc::new(clock.clone()));
        let second = make("second", Arc::new(SystemClock));
        let mut plans = names.catalogue().into_iter();
        first
            .write_many(&names.actors[0], |_| plans.next().map(Ok))
            .unwrap();
        let world = Self {
            server,
            wire,
            url,
            runtime,
            first,
            second,
            _home: home,
        };
        // The second says that it is there; then the first has a catalogue and knows of both.
        world.sync(&world.second);
        world.sync(&world.first);
        // Each at its own moment, the newest a while ago.
        let newest = SystemClock.now().millis() - 60_000;
        for deed in data::deeds(SEED, count, newest) {
            clock.tell(deed.millis);
            let plan = plan_of(names.items[deed.item].clone(), names.body(&deed, None));
            world
                .first
                .write(&names.actors[deed.user], |_| Ok(plan))
                .unwrap();
        }
        clock.run();
        world
    }

    fn sync(&self, node: &Node) -> f64 {
        let start = Instant::now();
        let report = self.runtime.block_on(node.sync(&mut |_| {})).unwrap();
        assert!(report.synced, "not synced: {report:?}");
        seconds(start)
    }

    /// A sync as a program makes it that was just started: connect, say hello, ask.
    fn sync_anew(&self, node: &Node) -> f64 {
        let start = Instant::now();
        let mut progress = |_| {};
        let sync = node.sync_via(&self.url, None, &mut progress);
        assert!(self.runtime.block_on(sync).unwrap().synced);
        seconds(start)
    }

    fn counts(&self) -> Counts {
        self.wire.as_ref().map(Wire::take).unwrap_or_default()
    }
}

/// First syncs and syncs without news.
pub fn run(size: Size, table: &mut Table) {
    let names = Names::new();
    let count = size.pick(100_000, 10_000);
    let (mut pushes, mut pulls, mut wholes) = (vec![], vec![], vec![]);
    let (mut warm, mut cold, mut ingests) = (vec![], vec![], vec![]);
    for _ in 0..size.pick(3, 1) {
        let world = World::new(&names, count, false);
        let server = world.server.process_id();
        let before = machine::processor_seconds_at_rest(server);
        let push = world.sync(&world.first);
        let ingest = machine::processor_seconds_at_rest(server) - before;
        let pull = world.sync(&world.second);
        let (one, other) = (world.first.state_hash(), world.second.state_hash());
        assert_eq!(one.unwrap(), other.unwrap(), "the totals differ");
        pushes.push(push);
        pulls.push(pull);
        wholes.push(push + pull);
        ingests.push(count as f64 / ingest);
        warm.extend((0..100).map(|_| world.sync(&world.first) * 1e3));
        cold.extend((0..100).map(|_| world.sync_anew(&world.first) * 1e3));
        drop(world.server);
    }
    let name = number(count as f64);
    let first_sync = Runs::new(wholes);
    table.add(
        &format!("first sync of {name} movements: handheld, server, second handheld"),
        &first_sync.text("s"),
        "≤ 1 s",
        &format!(
            "push {}, pull {}",
            Runs::new(pushes).text("s"),
            Runs::new(pulls).text("s")
        ),
    );
    let ingested = Runs::new(ingests);
    table.add(
        "ingest over HTTP, durable and indexed: entries per second of the server's processor time",
        &ingested.text("entries/s"),
        "≥ 200,000 on one core, ≥ 50 × PouchDB",
        "checked, numbered, folded, indexed, packed; until the server came to rest",
    );
    let (warm, cold) = (Runs::new(warm).text("ms"), Runs::new(cold).text("ms"));
    let counted = World::new(&names, count, true);
    bytes(&counted, count as f64, (&warm, &cold), table);
    let newest = SystemClock.now().millis() - 60_000;
    let deeds = data::deeds(SEED, count, newest);
    pouchdb::run(&names, &deeds, &[&first_sync, &ingested], table);
}

/// Counts what the same syncs send.
fn bytes(world: &World, count: f64, (warm, cold): (&str, &str), table: &mut Table) {
    world.counts();
    world.sync(&world.first);
    let pushed = world.counts();
    world.sync(&world.second);
    let pulled = world.counts();
    world.sync(&world.first);
    world.counts();
    world.sync(&world.first);
    let nothing = world.counts();
    world.sync_anew(&world.first);
    let anew = world.counts();
    let each = |bytes: u64| number(bytes as f64 / count);
    let megabytes = |bytes: u64| number(bytes as f64 / 1e6);
    table.add(
        "the same on the wire: body bytes per movement, pushed",
        &format!("{} bytes", each(pushed.up.bodies)),
        "≤ 12 bytes",
        &format!(
            "up {} MB in {} requests, with HTTP {} MB, answers {} MB",
            megabytes(pushed.up.bodies),
            pushed.up.messages.len(),
            megabytes(pushed.up.all),
            megabytes(pushed.down.all)
        ),
    );
    table.add(
        "the same on the wire: pulled, with the catalogue",
        &format!("{} MB", megabytes(pulled.down.bodies)),
        "",
        &format!(
            "{} answers, with HTTP {} MB, requests {} MB",
            pulled.down.messages.len(),
            megabytes(pulled.down.all),
            megabytes(pulled.up.all)
        ),
    );
    let of_bodies = |counts: &Counts| counts.up.bodies + counts.down.bodies;
    let all = |counts: &Counts| counts.up.all + counts.down.all;
    for (what, counts, took, goal) in [
        (
            "sync with nothing to do, in a program that stays",
            nothing,
            warm,
            "≤ 300, ≤ 600 (one warm round trip)",
        ),
        (
            "the same in a program that was just started",
            anew,
            cold,
            "",
        ),
    ] {
        table.add(
            what,
            &format!(
                "{} bytes of bodies, {} with HTTP, {took}",
                of_bodies(&counts),
                all(&counts)
            ),
            goal,
            &format!("{} round trips", counts.up.messages.len()),
        );
    }
}
