//! The peers of `recompute`: DuckDB and PostgreSQL as they are installed, SQLite as a library. Each
//! gets the same rows in a table of its own and is asked the same two questions.
//!
//! *Same*: what is on hand of each item at each location, after its last count, which ours says
//! too. *Sum*: a plain sum of all rows, which is no answer for anybody who counts, and the least
//! that a peer could be asked. The result stays in the peer: it only says how many lines there are
//! and what they come to, so handing over 200,000 rows costs it nothing.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::data::Deed;
use crate::table::{Runs, Table, number};

const SAME: &str = "WITH c AS (SELECT item, location, MAX(millis) AS millis FROM movement \
    WHERE counted = 1 GROUP BY item, location) \
    SELECT m.item, m.location, SUM(m.qty) AS s FROM movement m \
    LEFT JOIN c ON c.item = m.item AND c.location = m.location \
    WHERE c.millis IS NULL OR m.millis >= c.millis GROUP BY m.item, m.location";
const SUM: &str = "SELECT item, location, SUM(qty) AS s FROM movement \
    WHERE counted = 0 GROUP BY item, location";
const RUNS: usize = 5;

/// What all must come to: how many lines, and the sum and sum of squares of what is on hand.
pub type Answer = (u64, i128, i128);

/// The question whose answer is only how many lines there are and what they come to.
fn asked(query: &str) -> String {
    format!("SELECT COUNT(*), SUM(s), SUM(s * s) FROM ({query}) AS t")
}

/// The places whose stock a movement changes, and by how much.
pub fn legs(deed: &Deed) -> impl Iterator<Item = (usize, i64)> {
    let from = deed.from.map(|at| (at, -deed.units));
    from.into_iter().chain(deed.to.map(|at| (at, deed.units)))
}

/// The rows that the peers get; gives how many.
fn write_rows(path: &Path, deeds: &[Deed]) -> u64 {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut rows = 0;
    for deed in deeds {
        let counted = u8::from(deed.counted);
        for (at, units) in legs(deed) {
            let (item, millis) = (deed.item, deed.millis);
            writeln!(file, "{item},{at},{millis},{units},{counted}").unwrap();
            rows += 1;
        }
    }
    file.flush().unwrap();
    rows
}

fn text(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    text
}

/// Loads a file into a peer, asks it, and says how long that took.
type Measure = fn(&Path, &Path) -> Result<Measured, String>;

/// Measures all peers; says of each that cannot be measured why.
pub fn run(deeds: &[Deed], expected: Answer, table: &mut Table) {
    let home = tempfile::tempdir().unwrap();
    let rows = home.path().join("rows.csv");
    let count = write_rows(&rows, deeds);
    let beside = format!("{} rows of integers", number(count as f64));
    sqlite(deeds, expected, &beside, table);
    let others: [(&str, Measure); 2] = [("DuckDB", duckdb), ("PostgreSQL", postgresql)];
    for (name, measure) in others {
        match measure(home.path(), &rows) {
            Ok(measured) => measured.add(name, expected, &beside, table),
            Err(why) => table.add(name, &format!("not measured: {why}"), "", ""),
        }
    }
}

/// What a peer said, by lines `what threads seconds` and one line `answer lines sum squares`.
struct Measured {
    version: String,
    times: Vec<(String, f64)>,
    answer: Answer,
}

impl Measured {
    fn read(version: &str, said: &str) -> Result<Self, String> {
        let mut times = Vec::new();
        let mut answer = None;
        for line in said.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["time", what, threads, seconds] => {
                    let seconds = seconds.parse().or(Err(line.to_owned()))?;
                    times.push((format!("{what}, {threads} thread(s)"), seconds));
                }
                ["answer", lines, sum, squares] => {
                    let parsed = (lines.parse(), sum.parse(), squares.parse());
                    let (Ok(lines), Ok(sum), Ok(squares)) = parsed else {
                        return Err(line.to_owned());
                    };
                    answer = Some((lines, sum, squares));
                }
                _ => {}
            }
        }
        let answer = answer.ok_or_else(|| format!("it gave no answer: {said}"))?;
        Ok(Self {
            version: version.trim().to_owned(),
            times,
            answer,
        })
    }

    fn add(&self, name: &str, expected: Answer, beside: &str, table: &mut Table) {
        assert_eq!(self.answer, expected, "{name} has other totals");
        let mut names: Vec<&String> = self.times.iter().map(|(what, _)| what).collect();
        names.dedup();
        for what in names {
            let runs = self.times.iter().filter(|(of, _)| of == what);
            let runs = Runs::new(runs.map(|(_, seconds)| *seconds).collect());
            let label = format!("{name} {}, {what}", self.version);
            table.add(&label, &runs.text("s"), "", beside);
        }
    }
}

const DUCKDB: &str = r#"
import sys, time, duckdb
home, rows, same, total, runs = sys.argv[1:6]
db = duckdb.connect(home + "/peer.duckdb")
db.execute("CREATE TABLE movement (item INTEGER NOT NULL, location INTEGER NOT NULL, millis BIGINT NOT NULL, qty INTEGER NOT NULL, counted INTEGER NOT NULL)")
db.execute("COPY movement FROM '" + rows + "' (HEADER false)")
db.execute("CHECKPOINT")
for threads in (1, 2):
    db.execute("SET threads = %d" % threads)
    for what, query in (("same", same), ("sum", total)):
        for turn in range(int(runs) + 1):
            start = time.perf_counter()
            answer = db.execute(query).fetchone()
            took = time.perf_counter() - start
            if turn > 0:
                print("time", what, threads, took)
        if what == "same":
            print("answer", *answer)
"#;

/// Where a Python with the package duckdb is looked for, and how it gets there.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join("target/peers/venv/bin/python")
}

fn duckdb(home: &Path, rows: &Path) -> Result<Measured, String> {
    let python = python();
    if !python.exists() {
        return Err(
            "python3 -m venv target/peers/venv && target/peers/venv/bin/pip install duckdb"
                .to_owned(),
        );
    }
    let version = Command::new(&python)
        .args(["-c", "import duckdb; print(duckdb.__version__)"])
        .output();
    let version = version.map_err(|error| error.to_string())?;
    if !version.status.success() {
        return Err(text(&version));
    }
    let output = Command::new(&python)
        .args(["-c", DUCKDB])
        .args([home, rows])
        .args([asked(SAME), asked(SUM), RUNS.to_string()])
        .output();
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(text(&output));
    }
    Measured::read(&String::from_utf8_lossy(&version.stdout), &text(&output))
}

/// A PostgreSQL of its own in a directory, stopped when dropped.
struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.dir.join("data");
        let _stopped = command(&self.bin.join("pg_ctl"))
            .args(["stop", "-m", "immediate", "-D"])
            .arg(data)
            .output();
    }
}

/// A command as a user that PostgreSQL accepts: it refuses root.
fn command(program: &Path) -> Command {
    let root =
        fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn done(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(text(&output))
    } else {
        Err(text(&output))
    }
}

impl Cluster {
    fn start(home: &Path) -> Result<Self, String> {
        let bin = (13..20)
            .rev()
            .map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")))
            .find(|bin| bin.join("initdb").exists())
            .ok_or("no PostgreSQL under /usr/lib/postgresql")?;
        let dir = home.join("postgresql");
        fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        for path in [home, &dir] {
            let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
            fs::set_permissions(path, open).map_err(|error| error.to_string())?;
        }
        let cluster = Self { bin, dir };
        let data = cluster.dir.join("data");
        let mut initdb = command(&cluster.bin.join("initdb"));
        done(initdb.args(["-A", "trust", "-U", "bench", "-D"]).arg(&data))?;
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c shared_buffers=4GB \
             -c work_mem=1GB -c max_wal_size=8GB -c autovacuum=off",
            cluster.dir.display()
        );
        let mut start = command(&cluster.bin.join("pg_ctl"));
        start.args(["start", "-w", "-o", &options, "-D"]).arg(&data);
        start.arg("-l").arg(cluster.dir.join("log"));
        // Its output would stay open as long as the server runs.
        let status = start.stdout(std::process::Stdio::null()).status();
        match status {
            Ok(status) if status.success() => Ok(cluster),
            other => Err(format!("it does not start: {other:?}")),
        }
    }

    fn psql(&self, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args(["-X", "-A", "-t", "-F", " ", "-v", "ON_ERROR_STOP=1"]);
        psql.args(["-U", "bench", "-d", "postgres", "-h"]);
        let file = self.dir.join("script.sql");
        fs::write(&file, sql).map_err(|error| error.to_string())?;
        done(psql.arg(&self.dir).arg("-f").arg(file))
    }
}

fn postgresql(home: &Path, rows: &Path) -> Result<Measured, String> {
    let cluster = Cluster::start(home)?;
    let version = cluster.psql("SHOW server_version;")?;
    cluster.psql(&format!(
        "CREATE TABLE movement (item integer NOT NULL, location integer NOT NULL, millis bigint \
         NOT NULL, qty integer NOT NULL, counted integer NOT NULL);\n\
         \\copy movement FROM '{}' WITH (FORMAT csv)\nVACUUM ANALYZE movement;\n",
        rows.display()
    ))?;
    let mut said = String::new();
    for threads in [1, 2] {
        for (what, query) in [("same", asked(SAME)), ("sum", asked(SUM))] {
            let mut script = format!(
                "SET max_parallel_workers_per_gather = {};\n\\timing on\n",
                threads - 1
            );
            for _ in 0..=RUNS {
                writeln!(script, "{query};").unwrap();
            }
            let output = cluster.psql(&script)?;
            let times = output
                .lines()
                .filter_map(|line| line.strip_prefix("Time: "));
            let millis = times.filter_map(|line| line.split(' ').next()?.parse::<f64>().ok());
            // The first is that of SET, the second fills the cache.
            for millis in millis
                .skip(usize::from(output.contains("SET\nTime")))
                .skip(1)
            {
                writeln!(said, "time {what} {threads} {}", millis / 1000.0).unwrap();
            }
            if what == "same" {
                let is_number = |word: &str| word.parse::<i128>().is_ok();
                let is_answer =
                    |line: &&str| line.split(' ').count() == 3 && line.split(' ').all(is_number);
                let answer = output.lines().find(is_answer).unwrap_or_default();
                writeln!(said, "answer {answer}").unwrap();
            }
        }
    }
    Measured::read(&version, &said)
}

#[cfg(not(feature = "peers"))]
fn sqlite(_: &[Deed], _: Answer, _: &str, table: &mut Table) {
    table.add("SQLite", "not measured: needs --features peers", "", "");
}

#[cfg(feature = "peers")]
fn sqlite(deeds: &[Deed], expected: Answer, beside: &str, table: &mut Table) {
    use rusqlite::{Connection, params};
    use std::time::Instant;

    let home = tempfile::tempdir().unwrap();
    let mut db = Connection::open(home.path().join("peer.sqlite")).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA cache_size = -4000000; PRAGMA temp_store = MEMORY;
         CREATE TABLE movement (item INTEGER NOT NULL, location INTEGER NOT NULL,
             millis INTEGER NOT NULL, qty INTEGER NOT NULL, counted INTEGER NOT NULL);",
    )
    .unwrap();
    let transaction = db.transaction().unwrap();
    let mut insert = transaction
        .prepare("INSERT INTO movement VALUES (?1, ?2, ?3, ?4, ?5)")
        .unwrap();
    for deed in deeds {
        for (at, units) in legs(deed) {
            let (item, at, millis) = (deed.item as i64, at as i64, deed.millis as i64);
            let inserted = insert.execute(params![item, at, millis, units, deed.counted]);
            let _one = inserted.unwrap();
        }
    }
    drop(insert);
    transaction.commit().unwrap();
    for index in ["", ", with a covering index"] {
        if !index.is_empty() {
            db.execute_batch(
                "CREATE INDEX line ON movement (item, location, counted, millis, qty)",
            )
            .unwrap();
        }
        for (what, query) in [("same", asked(SAME)), ("sum", asked(SUM))] {
            let mut took = Vec::new();
            for turn in 0..=RUNS {
                let start = Instant::now();
                let answer = db
                    .query_row(&query, [], |row| {
                        Ok((
                            row.get::<_, i64>(0)?,
                            row.get::<_, i64>(1)?,
                            row.get::<_, i64>(2)?,
                        ))
                    })
                    .unwrap();
                // The first one fills SQLite's cache.
                if turn > 0 {
                    took.push(crate::table::seconds(start));
                }
                let answer = (answer.0 as u64, i128::from(answer.1), i128::from(answer.2));
                assert!(what == "sum" || answer == expected, "SQLite has {answer:?}");
            }
            let label = format!("SQLite {}, {what}, 1 thread(s){index}", rusqlite::version());
            table.add(&label, &Runs::new(took).text("s"), "", beside);
        }
    }
}
