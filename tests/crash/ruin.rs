//! Ruined stores: index or journal deleted, cut short, replaced by garbage or locked up, on a
//! handheld and on a server. The next start makes anew what is missing, says so, and shows the
//! same totals; what is truly gone it names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tests::small_disk::{installed, said, text};

use super::central::Central;
use super::child::{HANG_LIMIT, Kill, Running};
use super::load::{Acknowledged, Edge};
use super::places::{Template, files_below};
use super::sum::Log;
use super::trial::{Plan, Rng, Stopwatch, Tally, caught, limited};

/// How a store is ruined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ruin {
    IndexDeleted,
    IndexCutShort,
    IndexGarbage,
    IndexLocked,
    IndexHangs,
    JournalDeleted,
    JournalCutShort,
    JournalMiddleGarbage,
    JournalGarbage,
    /// Both at once, so that something is truly gone.
    FrameRottenIndexDeleted,
}

const RUINS: [Ruin; 10] = [
    Ruin::IndexDeleted,
    Ruin::IndexCutShort,
    Ruin::IndexGarbage,
    Ruin::IndexLocked,
    Ruin::IndexHangs,
    Ruin::JournalDeleted,
    Ruin::JournalCutShort,
    Ruin::JournalMiddleGarbage,
    Ruin::JournalGarbage,
    Ruin::FrameRottenIndexDeleted,
];

/// So many entries a campaign's stores hold.
pub const ENTRIES: u64 = 100_000;

/// Ruins stores of 100,000 entries; a trial is one ruin, handheld and server in turn.
pub fn run(plan: &Plan) -> Tally {
    run_with(plan, ENTRIES)
}

/// The same with stores of so many entries.
pub fn run_with(plan: &Plan, entries: u64) -> Tally {
    let mut tally = Tally::new("ruin");
    let made = caught(|| Stores::make(entries, &mut Rng::new(plan.seed)));
    let mut stores = match made {
        Ok(stores) => stores,
        Err(error) => {
            tally.add(Err(format!("seed {}: {error}", plan.seed)));
            return tally;
        }
    };
    // One after the other, so that each has the machine for itself and its time means something.
    for number in 0..plan.trials {
        let choice = usize::try_from(number).unwrap_or(0);
        let ruin = RUINS[choice / 2 % RUINS.len()];
        let on_server = choice % 2 == 1;
        let place = if on_server { "server" } else { "handheld" };
        let outcome = limited(format!("ruin: {place}, {ruin:?}"), || {
            caught(|| {
                if on_server {
                    stores.on_server(ruin)
                } else {
                    stores.on_handheld(ruin, entries >= ENTRIES)
                }
            })
        });
        let outcome = match outcome {
            Ok((facts, time)) => {
                tally.note(format!("{place}, {ruin:?}: {:.2} s", time.as_secs_f64()));
                Ok(facts)
            }
            Err(error) => Err(format!("trial {number}, {place}, {ruin:?}: {error}")),
        };
        tally.add(outcome);
    }
    tally
}

/// A handheld and a server that hold the same, to be ruined again and again.
#[derive(Debug)]
struct Stores {
    handheld: Template,
    server: Template,
    central: Central,
    log: Log,
    server_log: Log,
    _root: TempDir,
}

impl Stores {
    fn make(entries: u64, rng: &mut Rng) -> Result<Self, String> {
        let root = TempDir::with_prefix("crash-ruin-").map_err(|error| error.to_string())?;
        let mut central = Central::start(root.path().join("data"))?;
        let edge = Edge::at(root.path().join("store"));
        let mut ack = Acknowledged::default();
        edge.prepare(&mut ack)?;
        central.enroll(&edge)?;
        for _ in 0..4 {
            edge.import(rng, entries / 4, Kill::Never, &mut ack)?
                .well()?;
        }
        edge.ok("sync")?;
        edge.work(rng, 3, &mut ack)?;
        edge.ok("sync")?;
        let log = edge.log()?;
        log.covers(&ack)?;
        let server_log = central.log()?;
        // In order: an index that was just killed may lack what only the journal has yet.
        central.stop()?;
        let server = Template::of(Edge::at(&central.data))?;
        let handheld = Template::of(edge)?;
        Ok(Self {
            handheld,
            server,
            central,
            log,
            server_log,
            _root: root,
        })
    }

    fn on_handheld(&self, ruin: Ruin, bar: bool) -> Result<(u64, Duration), String> {
        self.handheld.put_back()?;
        let edge = &self.handheld.edge;
        let holder = ruined(&edge.dir, ruin)?;
        let opened = if bar && ruin == Ruin::IndexDeleted && installed("script") {
            with_a_bar(edge)?
        } else {
            edge.run(&["status", "--json"])?.sane()?
        };
        drop(holder);
        if opened.code != Some(0) {
            return Err(format!("does not open: {opened}"));
        }
        if opened.stderr.trim().is_empty() && opened.lines.len() < 2 {
            return Err(format!("was made anew without a word: {opened}"));
        }
        if ruin == Ruin::FrameRottenIndexDeleted {
            return Ok((still_says_what_is_gone(edge, &self.log)?, opened.took));
        }
        same(&self.log, &edge.log()?)?;
        edge.totals_are(&self.log)?;
        let facts = edge.verify(&Acknowledged::default())?;
        Ok((facts + self.log.len(), opened.took))
    }

    fn on_server(&mut self, ruin: Ruin) -> Result<(u64, Duration), String> {
        self.server.put_back()?;
        let holder = ruined(&self.server.edge.dir, ruin)?;
        let watch = Stopwatch::start();
        self.central.start_again()?;
        let time = watch.read();
        drop(holder);
        let verified = self.server_is_whole(ruin);
        let ended = self.central.kill();
        verified.map_err(|error| {
            let said = ended.map_or(String::new(), |ended| ended.stderr);
            format!("{error}; the server had said {said}")
        })?;
        Ok((self.server_log.len(), time))
    }
}

impl Stores {
    /// Checks the running server; what is truly gone from it must come back from the handheld.
    fn server_is_whole(&self, ruin: Ruin) -> Result<u64, String> {
        if ruin == Ruin::FrameRottenIndexDeleted {
            self.handheld.put_back()?;
            for _ in 0..2 {
                self.handheld.edge.ok("sync")?;
            }
        }
        same(&self.server_log, &self.central.log()?)?;
        self.central.verify(&Acknowledged::default())
    }
}

/// Fails unless all entries are there again.
fn same(before: &Log, after: &Log) -> Result<(), String> {
    let lost = before.missing_in(after);
    match lost.first() {
        None => Ok(()),
        Some(first) => Err(format!(
            "{} entries are gone, the first is {first}",
            lost.len()
        )),
    }
}

/// What is gone stays said: not by the first opening alone, or whoever looks tomorrow sees a
/// wrong total and nothing else.
fn still_says_what_is_gone(edge: &Edge, before: &Log) -> Result<u64, String> {
    for _ in 0..3 {
        edge.ok("show R-100")?;
    }
    let left = edge.log()?;
    let lost = before.missing_in(&left);
    if lost.is_empty() {
        return Err("nothing is gone, so nothing was tried".to_owned());
    }
    let shown = edge.ok("show R-100")?;
    if shown.stderr.trim().is_empty() {
        return Err(format!("{} entries are gone without a word", lost.len()));
    }
    let verified = edge.run(&["verify", "--json"])?.sane()?;
    let problems = verified.json()?["problems"].clone();
    let problems: Vec<&str> = problems.as_array().map_or(Vec::new(), |all| {
        all.iter().filter_map(|it| it.as_str()).collect()
    });
    let unnamed = lost
        .iter()
        .find(|id| !problems.iter().any(|problem| names(problem, id)));
    if unnamed.is_some() || verified.code == Some(0) {
        return Err(format!(
            "{} entries are gone, and verify does not name {unnamed:?}: {verified}",
            lost.len()
        ));
    }
    let doctor = edge.run(&["doctor"])?.sane()?;
    if doctor.code != Some(1) || !doctor.said().contains(" are missing; ") {
        return Err(format!("doctor does not tell what is gone: {doctor}"));
    }
    Ok(left.len())
}

/// Whether `entries FIRST to LAST of ORIGIN are missing; FILE …` means the entry with this id.
fn names(problem: &str, id: &str) -> bool {
    let words: Vec<&str> = problem.split(' ').collect();
    let (Some((origin, seq)), ["entries", first, "to", last, "of", whose, ..]) =
        (id.rsplit_once('-'), &*words)
    else {
        return false;
    };
    let number = |text: &str| text.parse::<u64>().ok();
    *whose == origin && number(first) <= number(seq) && number(seq) <= number(last)
}

/// Opens it on a terminal, where a bar must show how far it is.
fn with_a_bar(edge: &Edge) -> Result<super::child::Ended, String> {
    let stock = text(&tests::programs::stock());
    let line = format!("{stock} --store {} status", text(&edge.dir));
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command.env("TERM", "xterm");
    let running = Running::start(command, line, None)?;
    let ended = running.finish(Kill::Never, HANG_LIMIT).sane()?;
    if !ended.said().contains('%') {
        return Err(format!("no bar was shown on a terminal: {ended}"));
    }
    Ok(ended)
}

/// What holds a lock until the trial is over.
#[derive(Debug)]
struct Holder(std::process::Child);

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Ruins the store.
fn ruined(dir: &Path, ruin: Ruin) -> Result<Option<Holder>, String> {
    let files = files_below(dir)?;
    let of = |part: &str| -> Vec<PathBuf> {
        let inside = |file: &&PathBuf| {
            file.strip_prefix(dir)
                .is_ok_and(|file| text(file).contains(part))
        };
        files.iter().filter(inside).cloned().collect()
    };
    let (index, segments) = (of("index"), of(".seg"));
    let last = segments.last().ok_or("there is a segment")?;
    // The index's one large file: sled's `db`, or the file of redb.
    let size = |file: &&PathBuf| fs::metadata(file).map_or(0, |data| data.len());
    let largest = index.iter().max_by_key(size).ok_or("there is an index")?;
    let mut holder = None;
    match ruin {
        Ruin::IndexDeleted => for_each(&index, |file| fs::remove_file(file))?,
        Ruin::IndexCutShort => for_each(&index, cut)?,
        Ruin::IndexGarbage => for_each(&index, garbage)?,
        Ruin::IndexLocked => holder = Some(lock(largest)?),
        Ruin::IndexHangs => {
            fs::remove_file(largest).map_err(|error| said(largest, &error))?;
            tests::small_disk::command("mkfifo", &[&text(largest)])?;
        }
        Ruin::JournalDeleted => for_each(&segments, |file| fs::remove_file(file))?,
        Ruin::JournalCutShort => for_each(std::slice::from_ref(last), cut)?,
        Ruin::JournalMiddleGarbage => {
            garbage(&segments[segments.len() / 2]).map_err(|error| said(last, &error))?;
        }
        Ruin::JournalGarbage => for_each(&segments, garbage)?,
        Ruin::FrameRottenIndexDeleted => {
            for_each(&index, |file| fs::remove_file(file))?;
            rot_middle(&segments[0]).map_err(|error| said(last, &error))?;
        }
    }
    Ok(holder)
}

fn for_each(files: &[PathBuf], act: impl Fn(&Path) -> std::io::Result<()>) -> Result<(), String> {
    for file in files {
        act(file).map_err(|error| said(file, &error))?;
    }
    Ok(())
}

/// Cuts a file at half of what is used of it.
fn cut(file: &Path) -> std::io::Result<()> {
    let bytes = fs::read(file)?;
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    fs::write(file, &bytes[..used / 2])
}

/// Flips a bit in the middle of what is used of a file.
fn rot_middle(file: &Path) -> std::io::Result<()> {
    let mut bytes = fs::read(file)?;
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    bytes[used / 2] ^= 4;
    fs::write(file, bytes)
}

fn garbage(file: &Path) -> std::io::Result<()> {
    let words = fs::metadata(file)?.len() / 8;
    let mut rng = Rng::new(words);
    let bytes: Vec<u8> = (0..words).flat_map(|_| rng.next().to_le_bytes()).collect();
    fs::write(file, bytes)
}

/// Another process holds the index's lock; it says when it has it.
fn lock(file: &Path) -> Result<Holder, String> {
    use std::io::BufRead as _;
    // One process, so that killing it is the end of the lock.
    let mut child = Command::new("flock")
        .arg("--no-fork")
        .arg(file)
        .args(["sh", "-c", "echo held; exec sleep 600"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .map_err(|error| format!("flock: {error}"))?;
    let stdout = child.stdout.take().ok_or("its output is piped")?;
    let mut line = String::new();
    let read = std::io::BufReader::new(stdout).read_line(&mut line);
    let holder = Holder(child);
    match read {
        Ok(_) if line.trim() == "held" => Ok(holder),
        Ok(_) | Err(_) => Err(format!("flock did not get the lock: {line:?} {read:?}")),
    }
}
