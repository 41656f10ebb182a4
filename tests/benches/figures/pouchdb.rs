//! PouchDB beside our sync, with the same movements on the same machine in the same run: a device
//! with a database on leveldb, pouchdb-server with its own on leveldb, and a second device.
//!
//! A movement is a document with short keys whose id is its number, written in thousands; PouchDB
//! replicates a thousand documents at a time with ten such batches under way. Neither side syncs
//! the disk, which ours does, and nobody checks or adds up anything.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tests::programs::project_root;

use crate::data::{Deed, Names};
use crate::machine;
use crate::table::{Runs, Table, number};
use crate::wire::{Counts, Wire};

const BATCH: &str = "1000";

const SCRIPT: &str = r#"
const [home, phase, dir, url, rows, batch] = process.argv.slice(2);
const fs = require("fs"), path = require("path");
const PouchDB = require(path.join(home, "node_modules", "pouchdb"));
const options = { batch_size: Number(batch), batches_limit: 10 };
const documents = (lines, at) => lines.map((line, n) => {
  const [i, f, t, q, m, u, o, c] = line.split(",");
  const doc = { _id: String(at + n).padStart(7, "0"), i, q: +q, m: +m, u };
  if (f) doc.f = f;
  if (t) doc.t = t;
  if (o) doc.o = o;
  if (c === "1") doc.c = 1;
  return doc;
});
const work = async (db) => {
  if (phase === "up") return PouchDB.replicate(db, new PouchDB(url), options);
  if (phase === "down") return PouchDB.replicate(new PouchDB(url), db, options);
  const lines = fs.readFileSync(rows, "utf8").trim().split("\n");
  for (let at = 0; at < lines.length; at += 1000) {
    await db.bulkDocs(documents(lines.slice(at, at + 1000), at));
  }
};
const main = async () => {
  const db = new PouchDB(path.join(dir, phase === "down" ? "second" : "first"));
  const start = process.hrtime.bigint();
  await work(db);
  const took = Number(process.hrtime.bigint() - start) / 1e9;
  const { doc_count } = await db.info();
  console.log([took, doc_count, PouchDB.version].join(" "));
};
main().catch((error) => { console.error(error); process.exit(1); });
"#;

/// A pouchdb-server; dropping it kills the program.
struct Peer {
    child: Child,
    address: SocketAddr,
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Peer {
    fn start(home: &Path, dir: &Path) -> Result<Self, String> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.map_err(|error| error.to_string())?;
        let child = Command::new("node")
            .arg(home.join("node_modules/pouchdb-server/bin/pouchdb-server"))
            .args(["--port", &address.port().to_string(), "--no-stdout-logs"])
            .arg("--dir")
            .arg(dir)
            .arg("--config")
            .arg(dir.join("config.json"))
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("node does not start: {error}"))?;
        let peer = Self { child, address };
        for _ in 0..300 {
            if TcpStream::connect(address).is_ok() {
                return Ok(peer);
            }
            machine::pause(Duration::from_millis(100));
        }
        Err("pouchdb-server does not listen".to_owned())
    }
}

/// What one run of the script came to.
struct Phase {
    seconds: f64,
    documents: usize,
    version: String,
}

/// A device's databases, and the way to the server.
struct Device {
    home: PathBuf,
    script: PathBuf,
    dir: PathBuf,
    rows: PathBuf,
    url: String,
}

impl Device {
    fn run(&self, phase: &str) -> Result<Phase, String> {
        let output = Command::new("node")
            .args([&self.script, &self.home])
            .arg(phase)
            .arg(&self.dir)
            .arg(&self.url)
            .arg(&self.rows)
            .arg(BATCH)
            .output()
            .map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let words: Vec<&str> = said.split_whitespace().collect();
        let failed = || format!("{phase}: {said}{}", String::from_utf8_lossy(&output.stderr));
        let [seconds, documents, version] = words[..] else {
            return Err(failed());
        };
        Ok(Phase {
            seconds: seconds.parse().map_err(|_error| failed())?,
            documents: documents.parse().map_err(|_error| failed())?,
            version: version.to_owned(),
        })
    }
}

fn write_rows(path: &Path, names: &Names, deeds: &[Deed]) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for deed in deeds {
        let place = |at: Option<usize>| at.map_or("", |at| names.locations[at].as_str());
        let order = deed.order.map(|order| format!("SO-{order}"));
        let user = names.actors[deed.user].user.as_ref().unwrap();
        writeln!(
            file,
            "{},{},{},{},{},{},{},{}",
            names.items[deed.item].as_str(),
            place(deed.from),
            place(deed.to),
            deed.units,
            deed.millis,
            user.as_str(),
            order.unwrap_or_default(),
            u8::from(deed.counted)
        )
        .unwrap();
    }
    file.flush().unwrap();
}

/// Adds the rows, or says why there are none; `ours` are first sync and ingest.
pub fn run(names: &Names, deeds: &[Deed], ours: &[&Runs; 2], table: &mut Table) {
    if let Err(why) = measure(names, deeds, ours, table) {
        table.add("PouchDB", &format!("not measured: {why}"), "", "");
    }
}

/// What one run of all phases came to.
struct Outcome {
    up: Phase,
    down: Phase,
    idle: Phase,
    pushed: Counts,
    pulled: Counts,
    nothing: Counts,
    /// Seconds of the server's processor time that the way up took.
    ingest: f64,
}

fn measure(
    names: &Names,
    deeds: &[Deed],
    ours: &[&Runs; 2],
    table: &mut Table,
) -> Result<(), String> {
    let home = project_root().join("target/peers/pouchdb");
    if !home.join("node_modules/pouchdb-server").exists() {
        return Err("no target/peers/pouchdb with pouchdb and pouchdb-server".to_owned());
    }
    let temporary = tempfile::tempdir().unwrap();
    let below = |name: &str| {
        let dir = temporary.path().join(name);
        std::fs::create_dir(&dir).unwrap();
        dir
    };
    let (server_dir, dir) = (below("server"), below("device"));
    let script = temporary.path().join("device.js");
    std::fs::write(&script, SCRIPT).unwrap();
    let rows = temporary.path().join("rows.csv");
    write_rows(&rows, names, deeds);
    let peer = Peer::start(&home, &server_dir)?;
    let wire = Wire::before(peer.address);
    let device = Device {
        url: format!("{}/movements", wire.url()),
        home,
        script,
        dir,
        rows,
    };
    let outcome = phases(&device, &peer, &wire)?;
    if outcome.down.documents != deeds.len() {
        return Err(format!(
            "the second has {} documents",
            outcome.down.documents
        ));
    }
    outcome.add(deeds.len() as f64, ours, table);
    Ok(())
}

fn phases(device: &Device, peer: &Peer, wire: &Wire) -> Result<Outcome, String> {
    device.run("fill")?;
    let before = machine::processor_seconds_at_rest(peer.child.id());
    wire.take();
    let up = device.run("up")?;
    let pushed = wire.take();
    let ingest = machine::processor_seconds_at_rest(peer.child.id()) - before;
    device.run("up")?;
    let nothing = wire.take();
    let idle = device.run("up")?;
    wire.take();
    let down = device.run("down")?;
    Ok(Outcome {
        up,
        down,
        idle,
        pushed,
        pulled: wire.take(),
        nothing,
        ingest,
    })
}

impl Outcome {
    fn add(&self, count: f64, [first_sync, ingest]: &[&Runs; 2], table: &mut Table) {
        let bytes = |counts: &Counts| (counts.up.all + counts.down.all) as f64;
        let each = |counts: &Counts| number(bytes(counts) / count);
        let name = format!("PouchDB {} and pouchdb-server", self.up.version);
        let whole = self.up.seconds + self.down.seconds;
        table.add(
            &format!("{name}: the same first sync"),
            &format!("{} s", number(whole)),
            "",
            &format!(
                "up {} s, down {} s; {} times ours; with HTTP {} and {} bytes a movement",
                number(self.up.seconds),
                number(self.down.seconds),
                number(whole / first_sync.median()),
                each(&self.pushed),
                each(&self.pulled)
            ),
        );
        let rate = count / self.ingest;
        table.add(
            &format!("{name}: ingest per second of the server's processor time"),
            &format!("{} documents/s", number(rate)),
            "",
            &format!(
                "not synced to the disk; ours has {} times as many",
                number(ingest.median() / rate)
            ),
        );
        table.add(
            &format!("{name}: nothing to do"),
            &format!("{} bytes with HTTP", number(bytes(&self.nothing))),
            "",
            &format!("in {} ms", number(self.idle.seconds * 1e3)),
        );
    }
}
