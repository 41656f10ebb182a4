//! Records what the real `stock` does to its files, and what it tells meanwhile.
//!
//! A recording is one handheld under a trial's directory. Some commands run plainly to prepare
//! it; the others run under `strace`, and each answer of theirs is an acknowledgement with its
//! place in the trace.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use tests::process::{Output, own_environment, run};
use tests::stock::Stock;

use super::disk::{Disk, Names, brief};
use super::trace::{CALLS, Call, Step, Trace, What};
use super::tree::Tree;
use crate::child::{HANG_LIMIT, Kill, Running};
use crate::trial::Rng;

/// The variable that plants a bug into programs built for development.
pub const PLANTED_BUG: &str = "STOCK_PLANTED_BUG";

/// The items of the load.
pub const ITEMS: [&str; 3] = ["P-1", "P-2", "P-3"];
/// The locations of the load.
pub const LOCATIONS: [&str; 2] = ["L-1", "L-2"];

/// What was told about one origin.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// From which step of the trace on so many entries are acknowledged.
    pub told: Vec<(usize, u64)>,
    /// The numbers of entries with which a group ends: a crash leaves no other.
    pub ends: BTreeSet<u64>,
}

/// A handheld whose calls are recorded.
#[derive(Debug)]
pub struct Recording {
    /// The handheld.
    pub stock: Stock,
    work: TempDir,
    /// What lay below the root when recording began.
    pub initial: Tree,
    /// What was recorded.
    pub trace: Trace,
    /// What was told, by origin.
    pub books: BTreeMap<String, Book>,
    /// Every entry at the end, by origin in order of seq.
    pub rows: BTreeMap<String, Vec<Value>>,
    bug: Option<String>,
    last: Option<(String, u64)>,
    /// Scans of a session that was cut off were taken since the last answer, one entry each.
    resumed: bool,
    files: u32,
}

/// A directory for trials: in memory where the machine has such a place, as these trials decide
/// by themselves what a disk would have kept.
#[must_use]
pub fn work_dir() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        TempDir::with_prefix_in("crash-", memory)
    } else {
        TempDir::with_prefix("crash-")
    };
    made.expect("a temporary directory")
}

impl Recording {
    /// A handheld without a store; `bug` is planted into the programs that are recorded.
    #[must_use]
    pub fn new(bug: Option<&str>) -> Self {
        let work = work_dir();
        let root = work.path().join("root");
        std::fs::create_dir(&root).expect("make the trial's root");
        let stock = Stock::at("crash", |_| root.join("store"));
        Self {
            stock,
            work,
            initial: Tree::default(),
            trace: Trace::default(),
            books: BTreeMap::new(),
            rows: BTreeMap::new(),
            bug: bug.map(str::to_owned),
            last: None,
            resumed: false,
            files: 0,
        }
    }

    /// The directory whose content a crash decides about.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.work.path().join("root")
    }

    /// Makes the store with its catalogue and a few movements; these are safe on the disk.
    ///
    /// # Errors
    /// What went wrong.
    pub fn prepare(&mut self) -> Result<(), String> {
        for line in first_lines() {
            self.plain(&line)?;
        }
        self.begin_here()
    }

    /// From here on the disk holds what lies below the root, all of it durable.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn begin_here(&mut self) -> Result<(), String> {
        self.trace = Trace::default();
        self.initial = Tree::read(&self.root())?;
        for book in self.books.values_mut() {
            for (step, _) in &mut book.told {
                *step = 0;
            }
        }
        Ok(())
    }

    /// Takes back what was told after this step: the power failed there.
    pub fn forget_after(&mut self, step: usize) {
        for book in self.books.values_mut() {
            book.told.retain(|(at, _)| *at < step || *at == 0);
        }
    }

    /// A file of movements to import; each item and location is known, each note has so many
    /// bytes.
    pub fn import_file(&self, number: u64, rows: u64, note_bytes: usize, rng: &mut Rng) -> String {
        let mut text = "time,item,quantity,from,to,note\n".to_owned();
        let note = "n".repeat(note_bytes);
        for row in 0..rows {
            let (item, place) = (rng.one_of(&ITEMS), rng.one_of(&LOCATIONS));
            let (from, to) = if rng.below(3) == 0 {
                (*place, "")
            } else {
                ("", *place)
            };
            text.push_str(&format!(
                "2026-01-01T00:00:{:02}Z,{item},{},{from},{to},file {number} {note}\n",
                row % 60,
                rng.within(1, 9)
            ));
        }
        self.stock.file(&format!("{number}.csv"), text)
    }

    /// Runs a command that is not recorded; its answer counts all the same.
    ///
    /// # Errors
    /// How it ended.
    pub fn plain(&mut self, line: &str) -> Result<(), String> {
        let output = self.stock.line(&format!("{line} --json"));
        self.take_answer(&output, 0)
    }

    /// Runs and records a command that ends well.
    ///
    /// # Errors
    /// How it ended, or what is not understood of its trace.
    pub fn line(&mut self, line: &str) -> Result<(), String> {
        let words = tests::words::words(&format!("{line} --json"));
        let (output, first) = self.traced(&words, None)?;
        // Told when the last piece of the answer is written.
        let told = self
            .said_since(first)
            .last()
            .map_or(usize::MAX, |(step, _)| *step);
        self.take_answer(&output, told)
    }

    /// Runs and records a scan session; with each code comes how many entries it writes.
    ///
    /// # Errors
    /// As [`Recording::line`].
    pub fn scan(&mut self, codes: &[(String, u64)]) -> Result<(), String> {
        let input: String = codes
            .iter()
            .flat_map(|(code, _)| [code.as_str(), "\n"])
            .collect();
        let words = ["scan".to_owned(), "--stdin".to_owned()];
        let (output, first) = self.traced(&words, Some(&input))?;
        if output.code != 0 || output.stdout.lines().any(|line| line.starts_with("error")) {
            return Err(format!("the load does not work: {output}"));
        }
        self.note_scans(codes, first)
    }

    /// Runs and records a scan session that is killed when it has said so many lines.
    ///
    /// # Errors
    /// As [`Recording::line`].
    pub fn scan_killed(&mut self, codes: &[(String, u64)], after_lines: u64) -> Result<(), String> {
        let first = self.trace.steps.len();
        let input: String = codes
            .iter()
            .flat_map(|(code, _)| [code.as_str(), "\n"])
            .collect();
        let file = self.next_file();
        let plain = self.stock.command();
        let mut command = under_strace(&plain, &file, self.stock.home());
        command.args(["scan", "--stdin"]);
        let what = "strace stock scan".to_owned();
        let ended = Running::start(command, what, Some(input))?
            .finish(Kill::AtLine(after_lines), HANG_LIMIT)
            .sane()?;
        if ended.lines.iter().any(|line| line.starts_with("error")) {
            return Err(format!("the load does not work: {ended}"));
        }
        self.take_trace(&file)?;
        self.note_scans(codes, first)
    }

    /// Runs and records the next session after one that was cut off: it takes what that had queued,
    /// and ends. How many entries that were the answer of the next command says.
    ///
    /// # Errors
    /// As [`Recording::line`].
    pub fn resume(&mut self) -> Result<(), String> {
        let words = ["scan".to_owned(), "--stdin".to_owned()];
        let (output, _) = self.traced(&words, Some(""))?;
        if output.code != 0 {
            return Err(format!("a session is not resumed: {output}"));
        }
        self.resumed = true;
        Ok(())
    }

    fn note_scans(&mut self, codes: &[(String, u64)], first: usize) -> Result<(), String> {
        let (origin, base) = self
            .last
            .clone()
            .ok_or("no command before the scan session")?;
        let mut lines = 0;
        let said = self.said_since(first);
        let book = self.books.entry(origin.clone()).or_default();
        let mut seq = base;
        for (step, bytes) in said {
            let more = bytes.iter().filter(|&&byte| byte == b'\n').count();
            for (_, entries) in codes.iter().skip(lines).take(more) {
                seq += entries;
                book.ends.insert(seq);
            }
            lines += more;
            book.told.push((step, seq));
        }
        self.last = Some((origin, seq));
        Ok(())
    }

    /// Reads every entry; call it when all is recorded.
    ///
    /// # Errors
    /// When an acknowledged entry is not even there without a crash.
    pub fn finish(&mut self) -> Result<(), String> {
        let root = self.root();
        fits(&self.initial, &mut self.trace, &root)?;
        self.rows = rows_of(&self.stock.line("export --format jsonl"))?;
        for (origin, book) in &self.books {
            let there = self.rows.get(origin).map_or(0, Vec::len);
            let told = book.told.iter().map(|(_, seq)| *seq).max().unwrap_or(0);
            if u64::try_from(there).ok() != Some(told) {
                return Err(format!(
                    "{told} entries were told, {there} are there, with no crash"
                ));
            }
        }
        Ok(())
    }

    /// How many entries of each origin are acknowledged when the power fails at this step.
    #[must_use]
    pub fn told_at(&self, step: usize) -> BTreeMap<&str, u64> {
        let books = self.books.iter().map(|(origin, book)| {
            let told = book.told.iter().filter(|(at, _)| *at < step || *at == 0);
            (
                origin.as_str(),
                told.map(|(_, seq)| *seq).max().unwrap_or(0),
            )
        });
        books.filter(|(_, told)| *told > 0).collect()
    }

    fn said_since(&self, first: usize) -> Vec<(usize, Vec<u8>)> {
        let steps = self.trace.steps.iter().enumerate().skip(first);
        let said = steps.filter_map(|(index, step)| match step {
            Step::Begin(call) => match &self.trace.calls[*call].what {
                What::Said { fd: 1, data } => Some((index, data.clone())),
                _ => None,
            },
            Step::Program | Step::End(_) => None,
        });
        said.collect()
    }

    /// Runs under `strace`; gives the output and the first step of it.
    fn traced(&mut self, words: &[String], stdin: Option<&str>) -> Result<(Output, usize), String> {
        let first = self.trace.steps.len();
        let file = self.next_file();
        let plain = self.stock.command();
        let mut command = under_strace(&plain, &file, self.stock.home());
        command.args(words);
        if let Some(bug) = &self.bug {
            command.env(PLANTED_BUG, bug);
        }
        let output = run(command, format!("strace stock {}", words.join(" ")), stdin);
        self.take_trace(&file)?;
        Ok((output, first))
    }

    fn next_file(&mut self) -> PathBuf {
        self.files += 1;
        self.work.path().join(format!("{}.trace", self.files))
    }

    fn take_trace(&mut self, file: &Path) -> Result<(), String> {
        let root = self.root();
        self.trace.append(file, &root)?;
        std::fs::remove_file(file).map_err(|error| error.to_string())
    }

    /// Notes the entries that an answer names as told from this step on.
    fn take_answer(&mut self, output: &Output, step: usize) -> Result<(), String> {
        if output.code != 0 {
            return Err(format!("the load does not work: {output}"));
        }
        let answer: Value =
            serde_json::from_str(&output.stdout).map_err(|error| error.to_string())?;
        let ids = answer["entries"].as_array().cloned().unwrap_or_default();
        for id in &ids {
            let (origin, seq) = parted(id.as_str().unwrap_or_default())?;
            self.last = Some((origin, seq));
        }
        // A long import says only how many it wrote.
        let mut count = u64::try_from(ids.len()).unwrap_or(0);
        if let (true, Some(written)) = (ids.is_empty(), answer["entries_written"].as_u64()) {
            count = written;
            if let Some((_, seq)) = &mut self.last {
                *seq += written;
            }
        }
        if let (true, Some((origin, seq))) = (count > 0, self.last.clone()) {
            let book = self.books.entry(origin).or_default();
            // What an earlier crash left unsaid is there now, or will never be.
            book.ends.retain(|&end| end <= seq - count);
            if std::mem::take(&mut self.resumed) {
                let told = book.told.iter().map(|(_, seq)| *seq).max();
                book.ends.extend(told.unwrap_or(0)..seq - count);
            }
            book.ends.extend([seq - count, seq]);
            book.told.push((step, seq));
        }
        Ok(())
    }
}

/// How many calls that a kill cut short are looked at: a program has few threads that write.
const CUT_SHORT_MAX: usize = 6;

/// Fails unless the trace explains every byte that lies below the root now.
///
/// A call that a kill met before it returned was carried out or not: `strace` names it either way.
/// Those without which the trace fits, and with which it does not, do nothing from then on.
///
/// # Errors
/// The first file that is another than the trace says.
pub fn fits(initial: &Tree, trace: &mut Trace, root: &Path) -> Result<(), String> {
    let real = Tree::read(root)?;
    let told = whole(initial, trace, root)?;
    if told == real {
        return Ok(());
    }
    let mut cut_short = trace.cut_short();
    cut_short.reverse();
    cut_short.truncate(CUT_SHORT_MAX);
    let calls = cut_short.iter().map(|&number| trace.calls[number].clone());
    let calls: Vec<Call> = calls.collect();
    for some in 0..1_u32 << cut_short.len() {
        for (at, &number) in cut_short.iter().enumerate() {
            let never = some & (1 << at) != 0;
            trace.calls[number].what = if never {
                What::Nothing
            } else {
                calls[at].what.clone()
            };
        }
        // Without one of them another may make no sense, as a name in a directory not made.
        if whole(initial, trace, root).is_ok_and(|told| told == real) {
            return Ok(());
        }
    }
    let paths = told.files.keys().chain(real.files.keys());
    let differs = paths
        .into_iter()
        .find(|path| told.files.get(*path) != real.files.get(*path));
    let len = |tree: &Tree| differs.and_then(|path| tree.files.get(path)).map(Vec::len);
    let cut_short: Vec<String> = calls.iter().map(|call| brief(&call.what)).collect();
    Err(format!(
        "the trace does not explain {differs:?}: {:?} bytes instead of {:?}, with {cut_short:?} cut \
         short",
        len(&told),
        len(&real)
    ))
}

/// What lies below the root when nothing is lost.
fn whole(initial: &Tree, trace: &Trace, root: &Path) -> Result<Tree, String> {
    let mut disk = Disk::new(initial, root, Names::Alone);
    for step in &trace.steps {
        disk.step(trace, *step)?;
    }
    Ok(disk.whole())
}

/// The same program under `strace`, which writes into this file.
#[must_use]
pub fn under_strace(plain: &Command, file: &Path, home: &Path) -> Command {
    let mut command = Command::new("strace");
    own_environment(&mut command, home);
    command
        // As its own grandchild, so that a kill hits the program.
        .args(["-D", "-f", "-y", "-xx", "-qq", "-s", "33554432", "-e"])
        .arg(format!("trace={CALLS}"))
        .args(["-e", "signal=none", "-o"])
        .arg(file)
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(home);
    command
}

/// An entry's id as origin and seq.
///
/// # Errors
/// When it is none.
pub fn parted(id: &str) -> Result<(String, u64), String> {
    let parts = id.rsplit_once('-');
    let parts = parts.and_then(|(origin, seq)| Some((origin.to_owned(), seq.parse().ok()?)));
    parts.ok_or_else(|| format!("{id:?} is no entry's id"))
}

/// The entries of an export by origin, in order of seq.
///
/// # Errors
/// When the export failed or has a hole.
pub fn rows_of(export: &Output) -> Result<BTreeMap<String, Vec<Value>>, String> {
    if export.code != 0 {
        return Err(format!("the export failed: {export}"));
    }
    let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in export.stdout.lines() {
        let row: Value = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        let origin = row["origin"].as_str().unwrap_or_default().to_owned();
        let of_origin = rows.entry(origin).or_default();
        if row["seq"].as_u64() != u64::try_from(of_origin.len() + 1).ok() {
            return Err(format!("the export has a hole before {line}"));
        }
        of_origin.push(row);
    }
    Ok(rows)
}

/// What makes a store with a catalogue.
#[must_use]
pub fn first_lines() -> Vec<String> {
    let mut lines = vec!["init --name crash".to_owned()];
    lines.extend(ITEMS.map(|item| format!("item add {item} --name Part")));
    lines.extend(LOCATIONS.map(|location| format!("location add {location} --name Shelf")));
    lines.extend(ITEMS.map(|item| format!("add {item} {} 50", LOCATIONS[0])));
    lines
}

/// One command of the load.
#[must_use]
pub fn any_line(rng: &mut Rng) -> String {
    let item = rng.one_of(&ITEMS);
    let place = rng.one_of(&LOCATIONS);
    let number = rng.within(1, 9);
    match rng.below(7) {
        0 => format!("remove {item} {place} {number}"),
        1 => format!("move {item} {} {} {number}", LOCATIONS[0], LOCATIONS[1]),
        2 => format!("count {item} {place} {}", 20 + number),
        3 => format!("adjust {item} {place} -{number} --reason broken"),
        4 => format!(
            "add {item} {place} {number} --note {}",
            "long ".repeat(5).trim().replace(' ', "-").repeat(9)
        ),
        _ => format!("add {item} {place} {number}"),
    }
}

/// Codes of a scan session, each with how many entries it writes.
#[must_use]
pub fn any_codes(rng: &mut Rng, rounds: u64) -> Vec<(String, u64)> {
    let mut codes = Vec::new();
    let mut say = |code: &str, entries: u64| codes.push((code.to_owned(), entries));
    for _ in 0..rounds {
        let item = *rng.one_of(&ITEMS);
        let place = *rng.one_of(&LOCATIONS);
        let times = rng.within(1, 6);
        match rng.below(5) {
            0 => {
                say("COUNT", 0);
                say(place, 0);
                for _ in 0..times {
                    say(item, 1);
                }
                say("DONE", 1);
            }
            1 => {
                for (code, entries) in
                    [("MOVE", 0), (LOCATIONS[0], 0), (item, 0), (LOCATIONS[1], 1)]
                {
                    say(code, entries);
                }
            }
            mode => {
                say(if mode == 2 { "REMOVE" } else { "ADD" }, 0);
                say(place, 0);
                for _ in 0..times {
                    say(item, 1);
                }
                if mode == 3 {
                    say("UNDO", 1);
                }
            }
        }
    }
    codes
}
