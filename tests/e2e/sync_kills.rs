//! Handheld and server killed with SIGKILL in the middle of syncs, at places and moments that a
//! seed says: what anybody was told is there afterwards, and when it is quiet all have all, once.

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::node::Node;
use tests::process::{Watchdog, pause};
use tests::proxy::{Plan, Proxy};
use tests::seed::Seed;
use tests::server::Server;
use tests::stock::Stock;

/// How often something is killed.
const ROUNDS: usize = 24;
/// What the first handheld has written before the first sync.
const BACKLOG: usize = 300;
/// What is written between two kills.
const SCANS: usize = 30;
/// How long after its place a kill comes at most, where it comes late.
const LATE_MILLIS: usize = 12;
/// How long one look lasts at whether a sync is over or at its place, and how many there are.
const LOOK: Duration = Duration::from_millis(2);
const LOOKS_MAX: usize = 30_000;

/// A handheld with an item of its own, behind a proxy of its own.
struct Handheld {
    stock: Stock,
    item: String,
    proxy: Proxy,
    /// How many pieces it has added, each an entry.
    written: usize,
    /// How many of them the server said it holds.
    told: usize,
}

impl Handheld {
    fn at(server: &Server, name: &str) -> Self {
        let (stock, item) = (Stock::new(name), format!("R-{name}"));
        stock.ok(&format!("item add {item}"));
        stock.ok("location add A-01");
        let proxy = Proxy::before(server.address());
        server.enroll_at(&stock, &proxy.url());
        Self {
            stock,
            item,
            proxy,
            written: 0,
            told: 0,
        }
    }

    /// Adds pieces, each durable before the next.
    fn write(&mut self, pieces: usize) {
        let mut codes = vec!["ADD", "A-01"];
        codes.extend(std::iter::repeat_n(self.item.as_str(), pieces));
        let lines = self.stock.scan(&codes);
        let saved = lines.iter().filter(|line| line.starts_with("ok ")).count();
        assert_eq!(saved, pieces + 2, "all was saved: {lines:?}");
        self.written += pieces;
    }

    fn start_sync(&self) -> Sync {
        let mut command = self.stock.command();
        let child = command
            .args(["sync", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start stock sync");
        let watchdog = Watchdog::over(child.id());
        Sync { child, watchdog }
    }

    /// Takes note of what a sync was told before it ended.
    fn note(&mut self, said: &Value) {
        if said["synced"] == json!(true) {
            self.told = self.written;
        }
    }

    /// Syncs to the end, through a proxy that counts; gives how many bytes that took.
    fn sync(&mut self) -> usize {
        let plan = Plan::Mark {
            bytes: usize::MAX,
            holds: false,
        };
        self.proxy.plan(plan);
        let said = self.stock.sync();
        assert_holds("synced", &said, &json!({ "synced": true }));
        self.note(&said);
        self.proxy.passed()
    }
}

/// A sync under way.
struct Sync {
    child: Child,
    watchdog: Watchdog,
}

impl Sync {
    fn is_over(&mut self) -> bool {
        self.child.try_wait().expect("ask for the sync").is_some()
    }

    /// Waits until the plan's bytes have passed; says whether the sync was in its middle then.
    fn is_at(&mut self, proxy: &Proxy) -> bool {
        for _ in 0..LOOKS_MAX {
            let is_marked = proxy.is_marked_within(LOOK);
            if is_marked || self.is_over() {
                return !self.is_over();
            }
        }
        panic!("the sync neither ends nor goes on");
    }

    /// Waits for the end; gives the exit code and what was printed as JSON.
    fn end(self) -> (i32, Value, String) {
        let output = self.child.wait_with_output().expect("wait for the sync");
        drop(self.watchdog);
        let said = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap_or(-1), said, error)
    }
}

/// What one round kills, and when.
#[derive(Debug)]
struct Kill {
    who: usize,
    handheld: bool,
    server: bool,
    bytes: usize,
    /// Nothing passes any more until it is done; otherwise it comes so long after its place.
    holds: bool,
    late: Duration,
}

impl Kill {
    fn draw(dice: &mut Seed, whole_sync: usize) -> Self {
        let victim = dice.below(3);
        let late = u64::try_from(dice.below(LATE_MILLIS * 1000)).expect("a small number");
        Self {
            who: dice.below(2),
            handheld: victim != 0,
            server: victim != 1,
            bytes: 1 + dice.below(whole_sync),
            holds: dice.below(2) == 0,
            late: Duration::from_micros(late),
        }
    }

    /// Begins a sync and kills what is to be killed; says whether that was in its middle.
    fn strike(&self, server: &mut Server, handheld: &mut Handheld) -> bool {
        handheld.proxy.plan(Plan::Mark {
            bytes: self.bytes,
            holds: self.holds,
        });
        let mut sync = handheld.start_sync();
        let mut is_hit = sync.is_at(&handheld.proxy);
        if is_hit && !self.holds {
            pause(self.late);
            is_hit = !sync.is_over();
        }
        if self.handheld {
            drop(sync.child.kill());
        }
        if self.server {
            server.kill();
        }
        handheld.proxy.plan(Plan::Pass);
        let (code, said, error) = sync.end();
        // Whoever was not killed says what is so: it is done, or the server is out of reach.
        let allowed: &[i32] = match (self.handheld, self.server) {
            (true, _) => &[-1, 0, 3],
            (false, true) => &[0, 3],
            (false, false) => &[0],
        };
        assert!(allowed.contains(&code), "{self:?} ended {code}: {error}");
        handheld.note(&said);
        if self.server {
            server.start_again();
        }
        is_hit
    }
}

/// All that the server told of is there, and nothing twice.
#[track_caller]
fn assert_kept(server: &Server, handheld: &Handheld) {
    let pieces = server.history(&handheld.item).len();
    let (told, written) = (handheld.told, handheld.written);
    assert!(
        (told..=written).contains(&pieces),
        "the server has {pieces} of {}: told of {told}, written {written}",
        handheld.item
    );
}

#[test]
fn whoever_is_killed_in_the_middle_of_a_sync_nothing_is_lost_and_nothing_doubled() {
    let (mut dice, seed) = Seed::from_environment();
    println!("STOCK_SEED={seed}");
    // While it is down its port is free, and nobody else must get it: an address of our own.
    let id = std::process::id();
    let listen = format!("127.201.{}.{}:0", id >> 8 & 255, id & 255);
    let mut server = Server::launch(&listen, &[]);
    let mut handhelds = ["A", "B"].map(|name| Handheld::at(&server, name));
    for handheld in &mut handhelds {
        handheld.sync();
    }
    handhelds[0].write(SCANS);
    let whole_sync = handhelds[0].sync();
    handhelds[0].write(BACKLOG);
    let origins = handhelds
        .each_ref()
        .map(|handheld| handheld.stock.status()["origin"].clone());
    let server_origin = server.status()["origin"].clone();

    let mut hits = 0;
    for _ in 0..ROUNDS {
        let kill = Kill::draw(&mut dice, whole_sync);
        let handheld = &mut handhelds[kill.who];
        handheld.write(SCANS);
        hits += usize::from(kill.strike(&mut server, handheld));
        assert_kept(&server, handheld);
    }
    println!("{hits} of {ROUNDS} kills were in the middle of a sync");
    assert!(hits >= ROUNDS / 2, "only {hits} kills hit a sync");

    for who in [0, 1, 0] {
        handhelds[who].sync();
    }
    let (hash, entries) = (server.state_hash(), server.entries());
    for handheld in &handhelds {
        let (stock, item) = (&handheld.stock, &handheld.item);
        let on_hand = json!({ "on_hand": handheld.written.to_string() });
        assert_holds("server", &server.show(item), &on_hand);
        assert_eq!(server.history(item).len(), handheld.written, "{item}");
        assert_eq!(stock.state_hash(), hash, "{}", stock.label());
        assert_eq!(stock.entries(), entries, "{}", stock.label());
        assert_holds("quiet", &stock.status(), &json!({ "pending": 0 }));
        assert_eq!(stock.json("verify")["ok"], true, "{}", stock.label());
        assert_holds(
            "nothing is left",
            &stock.sync(),
            &json!({ "pushed": 0, "pulled": 0 }),
        );
    }
    // A crash is no copy and no restore: everybody still writes under the name it had.
    let now = handhelds
        .each_ref()
        .map(|handheld| handheld.stock.status()["origin"].clone());
    assert_eq!(now, origins);
    assert_eq!(server.status()["origin"], server_origin);
}
