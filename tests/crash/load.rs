//! A handheld's store under a seeded load, what its user was told, and the check that all of it
//! is still there.
//!
//! **Told** are entry ids that a command printed, and the `ok` lines of a scan session. A scan's
//! line names no entry, so scans have stock lines of their own, where nothing else writes: the
//! entries found there must be at least those told and at most those scanned.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::check::printed;
use tests::programs;

use super::child::{Ended, HANG_LIMIT, Kill, Running, own_environment};
use super::sum::Log;
use super::trial::Rng;

/// Items that commands move.
pub const ITEMS: [&str; 3] = ["R-100", "C-10", "BOLT-M3"];
/// Locations that commands move things between.
pub const LOCATIONS: [&str; 3] = ["A-01", "A-02", "B-01"];
/// Items that only scans touch.
pub const SCANNED_ITEMS: [&str; 2] = ["SCAN-1", "SCAN-2"];
/// The locations of scans, one for each mode, ADD and COUNT, and a pair for each handheld that
/// scans into one log.
pub const SCAN_PLACES: [[&str; 2]; 3] = [
    ["S-ADD", "S-COUNT"],
    ["S-ADD-2", "S-COUNT-2"],
    ["S-ADD-3", "S-COUNT-3"],
];

/// What scans on one stock line came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scanned {
    /// As many were answered with `ok`.
    pub told: u64,
    /// As many were sent.
    pub sent: u64,
}

/// All that the user of one store was told.
#[derive(Debug, Clone, Default)]
pub struct Acknowledged {
    /// Entries whose ids were printed.
    pub entries: BTreeSet<String>,
    /// Scans by (kind of entry, item, location).
    pub scans: BTreeMap<(String, String, String), Scanned>,
}

impl Acknowledged {
    /// How many facts were acknowledged.
    #[must_use]
    pub fn facts(&self) -> u64 {
        let scans: u64 = self.scans.values().map(|scanned| scanned.told).sum();
        scans + u64::try_from(self.entries.len()).expect("a count fits")
    }

    /// Takes the ids that a command printed; gives how many they were. Of very many only the first
    /// is printed, and their number.
    pub fn take(&mut self, printed: &Value) -> usize {
        let ids = printed["entries"].as_array().into_iter().flatten();
        let mut ids: Vec<String> = ids.filter_map(Value::as_str).map(str::to_owned).collect();
        let first = printed["entry"].as_str().and_then(|id| id.rsplit_once('-'));
        if let (true, Some((origin, seq)), Some(many)) =
            (ids.is_empty(), first, printed["entries_written"].as_u64())
        {
            let seq: u64 = seq.parse().unwrap_or(0);
            ids.extend((seq..seq + many).map(|seq| format!("{origin}-{seq}")));
        }
        let count = ids.len();
        self.entries.extend(ids);
        count
    }

    fn scanned(&mut self, kind: &str, item: &str, place: &str) -> &mut Scanned {
        let key = (kind.to_owned(), item.to_owned(), place.to_owned());
        self.scans.entry(key).or_default()
    }
}

/// A handheld: its store directory, and how its program is started.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The store's directory.
    pub dir: PathBuf,
    /// Further variables of the program's environment.
    pub variables: Vec<(String, String)>,
    /// A program with its arguments that starts ours, such as strace.
    pub wrapper: Vec<String>,
    /// Where it scans: the place in [`SCAN_PLACES`].
    pub scans_at: usize,
}

impl Edge {
    /// A handheld whose store lies, or will lie, here.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            variables: Vec::new(),
            wrapper: Vec::new(),
            scans_at: 0,
        }
    }

    /// The same, scanning at other locations than the first.
    #[must_use]
    pub const fn scanning_at(mut self, place: usize) -> Self {
        self.scans_at = place;
        self
    }

    /// The same with a variable in the program's environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, started by another program.
    #[must_use]
    pub fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// The program with these arguments.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let program = programs::stock();
        let mut command = match self.wrapper.split_first() {
            None => Command::new(program),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        let home = self.dir.parent().unwrap_or_else(|| Path::new("/"));
        own_environment(&mut command, home, &self.variables);
        command.arg("--store").arg(&self.dir).args(arguments);
        command
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, arguments: &[&str], stdin: Option<String>) -> Result<Running, String> {
        let what = format!("stock {}", arguments.join(" "));
        Running::start(self.command(arguments), what, stdin)
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Result<Ended, String> {
        Ok(self.start(arguments, None)?.finish(Kill::Never, HANG_LIMIT))
    }

    /// Runs a line of words; it must end with code 0.
    ///
    /// # Errors
    /// When it does not.
    pub fn ok(&self, line: &str) -> Result<Ended, String> {
        let words: Vec<&str> = line.split(' ').collect();
        self.run(&words)?.well()
    }

    /// Runs a line of words with `--json`; it must end with code 0.
    ///
    /// # Errors
    /// When it does not, or prints no JSON.
    pub fn json(&self, line: &str) -> Result<Value, String> {
        self.ok(&format!("{line} --json"))?.json()
    }

    /// Makes the store with the catalogue that the load needs.
    ///
    /// # Errors
    /// When a command fails.
    pub fn prepare(&self, ack: &mut Acknowledged) -> Result<(), String> {
        self.ok("init --name A")?;
        for item in ITEMS.iter().chain(&SCANNED_ITEMS) {
            ack.take(&self.json(&format!("item add {item}"))?);
        }
        for place in LOCATIONS.iter().chain(SCAN_PLACES.as_flattened()) {
            ack.take(&self.json(&format!("location add {place}"))?);
        }
        Ok(())
    }

    /// Adds one piece of one item; its entry is acknowledged.
    ///
    /// # Errors
    /// When the command fails.
    pub fn add_one(&self, ack: &mut Acknowledged) -> Result<(), String> {
        let printed = self.json("add R-100 A-01 1")?;
        match ack.take(&printed) {
            0 => Err(format!("add printed no entry: {printed}")),
            _ => Ok(()),
        }
    }

    /// One random stock command; what it printed is acknowledged.
    ///
    /// # Errors
    /// When it cannot be started, hangs or panics. How it ended is for the caller to judge.
    pub fn one_command(
        &self,
        rng: &mut Rng,
        kill: Kill,
        ack: &mut Acknowledged,
    ) -> Result<Ended, String> {
        let line = random_command(rng);
        let words: Vec<&str> = line.split(' ').collect();
        let ended = self.start(&words, None)?.finish(kill, HANG_LIMIT).sane()?;
        take_printed(&ended, ack)?;
        Ok(ended)
    }

    /// A scan session over this many scans in ADD mode, or in COUNT mode.
    ///
    /// # Errors
    /// When it cannot be started, hangs, panics, or answers what it should not.
    pub fn scan(
        &self,
        rng: &mut Rng,
        scans: u64,
        kill: Kill,
        ack: &mut Acknowledged,
    ) -> Result<Ended, String> {
        let counting = rng.below(4) == 0;
        let places = SCAN_PLACES[self.scans_at];
        let (mode, place) = if counting {
            ("COUNT", places[1])
        } else {
            ("ADD", places[0])
        };
        let mut codes = vec![mode, place];
        codes.extend((0..scans).map(|_| *rng.one_of(&SCANNED_ITEMS)));
        let kind = if counting { "tallied" } else { "moved" };
        let input = codes.iter().fold(String::new(), |mut input, code| {
            input.push_str(code);
            input.push('\n');
            input
        });
        let ended = self
            .start(&["scan", "--stdin"], Some(input))?
            .finish(kill, HANG_LIMIT)
            .sane()?;
        for item in &codes[2..] {
            ack.scanned(kind, item, place).sent += 1;
        }
        for (line, code) in ended.lines.iter().zip(&codes).skip(2) {
            if line.starts_with("ok ") {
                ack.scanned(kind, code, place).told += 1;
            }
        }
        Ok(ended)
    }

    /// Imports so many movements from a file of its own; all or nothing is acknowledged.
    ///
    /// # Errors
    /// When it cannot be started, hangs or panics.
    pub fn import(
        &self,
        rng: &mut Rng,
        rows: u64,
        kill: Kill,
        ack: &mut Acknowledged,
    ) -> Result<Ended, String> {
        self.import_with_notes(rng, (rows, 0), kill, ack)
    }

    /// The same with a note of so many random bytes in each row, for what has to be filled.
    ///
    /// # Errors
    /// As [`Edge::import`].
    pub fn import_with_notes(
        &self,
        rng: &mut Rng,
        (rows, note_bytes): (u64, u64),
        kill: Kill,
        ack: &mut Acknowledged,
    ) -> Result<Ended, String> {
        let file = self.movements_file(rng, rows, note_bytes)?;
        let ended = self
            .start(&["import", "movements", &file, "--json"], None)?
            .finish(kill, HANG_LIMIT)
            .sane()?;
        drop(std::fs::remove_file(&file));
        take_printed(&ended, ack)?;
        Ok(ended)
    }

    /// Writes a file of random movements, unlike any before, away from the store and its disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn movements_file(
        &self,
        rng: &mut Rng,
        rows: u64,
        note_bytes: u64,
    ) -> Result<String, String> {
        let once = rng.next();
        let mut text = "item,quantity,from,to,note\n".to_owned();
        for _ in 0..rows {
            let (item, place) = (rng.one_of(&ITEMS), rng.one_of(&LOCATIONS));
            let quantity = rng.within(1, 9);
            let (from, to) = if rng.below(4) == 0 {
                (*place, "")
            } else {
                ("", *place)
            };
            write!(text, "{item},{quantity},{from},{to},{once}").expect("write to a string");
            for _ in 0..note_bytes.div_ceil(16) {
                write!(text, "{:016x}", rng.next()).expect("write to a string");
            }
            text.push('\n');
        }
        let name = format!("movements-{}-{once}.csv", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(file.display().to_string())
    }

    /// Several random acts that must all come through.
    ///
    /// # Errors
    /// When one does not.
    pub fn work(&self, rng: &mut Rng, acts: u64, ack: &mut Acknowledged) -> Result<(), String> {
        for _ in 0..acts {
            let ended = match rng.below(6) {
                0 => {
                    let scans = rng.within(1, 20);
                    self.scan(rng, scans, Kill::Never, ack)?
                }
                1 => {
                    let rows = rng.within(1, 30);
                    self.import(rng, rows, Kill::Never, ack)?
                }
                _ => self.one_command(rng, Kill::Never, ack)?,
            };
            ended.well()?;
        }
        Ok(())
    }

    /// The log as the program exports it.
    ///
    /// # Errors
    /// When it does not come, or is not whole.
    pub fn log(&self) -> Result<Log, String> {
        let ended = self.ok("export --format jsonl")?;
        Log::of_lines(&ended.lines).map_err(|error| format!("{error}, in {ended}"))
    }

    /// Checks that all that was acknowledged is there, that the totals are those of the entries,
    /// that the store verifies, and that it takes a further entry.
    ///
    /// # Errors
    /// What is not so.
    pub fn verify(&self, ack: &Acknowledged) -> Result<u64, String> {
        let status = self.json("status")?;
        let log = self.log()?;
        if status["entries"].as_u64() != Some(log.len()) {
            return Err(format!(
                "status knows {} entries, export {}",
                status["entries"],
                log.len()
            ));
        }
        log.covers(ack)?;
        self.totals_are(&log)?;
        let verified = self.json("verify")?;
        if verified["ok"] != true || verified["entries"].as_u64() != Some(log.len()) {
            return Err(format!("verify of {} entries says {verified}", log.len()));
        }
        self.goes_on(&log)?;
        Ok(ack.facts())
    }

    /// Fails unless `export --format csv` shows exactly what the entries add up to.
    ///
    /// # Errors
    /// The line that differs.
    pub fn totals_are(&self, log: &Log) -> Result<(), String> {
        let shown = self.ok("export --format csv")?;
        log.totals_are(shown.lines.iter().skip(1).map(String::as_str))
            .map_err(|error| format!("{error}, in {shown}"))
    }

    /// Adds a piece, and checks the total that is shown then.
    fn goes_on(&self, log: &Log) -> Result<(), String> {
        let added = self.json("add R-100 A-01 1")?;
        if added["entry"].as_str().is_none_or(|id| log.has(id)) {
            return Err(format!("add names an entry that was there: {added}"));
        }
        let shown = self.json("show R-100")?;
        let expected = printed(log.on_hand("R-100") + 10_000);
        if shown["on_hand"].as_str() != Some(&expected) {
            return Err(format!("R-100 should be {expected} after an add: {shown}"));
        }
        Ok(())
    }
}

/// Opens the store with the real program and checks all that [`Edge::verify`] says.
///
/// # Errors
/// What is not so.
pub fn verify(dir: &Path, ack: &Acknowledged) -> Result<u64, String> {
    Edge::at(dir).verify(ack)
}

/// A stock command as it is typed, without `--json` only in that it is added here.
fn random_command(rng: &mut Rng) -> String {
    let (item, place) = (*rng.one_of(&ITEMS), *rng.one_of(&LOCATIONS));
    let other = LOCATIONS.iter().find(|other| **other != place);
    let other = other.expect("there are several locations");
    let quantity = rng.within(1, 20);
    let line = match rng.below(5) {
        0 | 1 => format!("add {item} {place} {quantity}"),
        2 => format!("remove {item} {place} {quantity}"),
        3 => format!("move {item} {place} {other} {quantity}"),
        _ if rng.below(2) == 0 => format!("adjust {item} {place} -{quantity} --reason damaged"),
        _ => format!("count {item} {place} {quantity}"),
    };
    format!("{line} --json")
}

/// Takes what a writing command printed. A whole line that was printed counts even if the
/// program was killed before it could end; a command that ended well must have printed one.
fn take_printed(ended: &Ended, ack: &mut Acknowledged) -> Result<(), String> {
    let taken = match ended.lines.first() {
        Some(_) => ack.take(&ended.json()?),
        None => 0,
    };
    if ended.code == Some(0) && taken == 0 {
        return Err(format!("ended well and names no entry: {ended}"));
    }
    Ok(())
}
