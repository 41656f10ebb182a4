//! Bit rot: one flipped bit in one random file of a store, then everything a person may ask.
//!
//! What is shown must be right, or the damage must be named: by an error, by a notice on standard
//! error, or by `verify`. A wrong total or a missing entry without a word is a failure, and so is
//! a panic or a program that hangs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;
use tests::small_disk::{said, text};

use super::central::Central;
use super::child::{Ended, Kill};
use super::load::{Acknowledged, Edge};
use super::places::{Template, fence_of, files_below};
use super::sum::Log;
use super::trial::{Plan, Rng, Tally, in_parallel};

/// What is to rot.
#[derive(Debug, Clone, Copy)]
pub struct Rot<'a> {
    /// So many entries are imported into the store.
    pub entries: u64,
    /// Only files with this in their path are damaged.
    pub only: &'a str,
    /// Variables of the program's environment while it reads what is damaged.
    pub variables: &'a [(&'a str, &'a str)],
}

/// A store to damage again and again, and what it held.
#[derive(Debug)]
struct Site {
    root: TempDir,
    template: Template,
    log: Log,
    ack: Acknowledged,
}

/// What became of one flip.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// Everything was right.
    Right,
    /// What nobody was told of was taken for a torn write.
    Torn,
    /// The damage was named.
    Named,
    /// The damage was named, and entries could not be read any more.
    Lost,
}

/// Runs so many flips, half of them on a store that was closed, half on one that was killed.
pub fn run(plan: &Plan) -> Tally {
    let rot = Rot {
        entries: 2000,
        only: "",
        variables: &[],
    };
    run_with(plan, rot)
}

/// The same for this store and these files.
pub fn run_with(plan: &Plan, rot: Rot<'_>) -> Tally {
    let closed: Mutex<Vec<Site>> = Mutex::default();
    let killed: Mutex<Vec<Site>> = Mutex::default();
    let counts: Mutex<[u64; 3]> = Mutex::default();
    let mut tally = in_parallel("rot", plan, |_, seed| {
        let sites = if seed % 2 == 0 { &closed } else { &killed };
        let free = sites.lock().expect("a list of sites").pop();
        let site = match free {
            Some(site) => site,
            None => site(seed % 2 == 0, rot.entries)?,
        };
        let outcome = flip(&site, &mut Rng::new(seed), rot);
        let facts = site.log.len();
        sites.lock().expect("a list of sites").push(site);
        let mut counts = counts.lock().expect("three counts");
        match outcome? {
            Found::Right | Found::Torn => counts[0] += 1,
            Found::Named => counts[1] += 1,
            Found::Lost => counts[2] += 1,
        }
        Ok(facts)
    });
    let [right, named, lost] = counts.into_inner().expect("three counts");
    tally.note(format!(
        "{right} flips changed nothing that is shown, {named} were named and nothing was lost, \
         {lost} were named and took entries along"
    ));
    tally
}

/// A store that was synced now and then; closed cleanly, or killed while it was written.
fn site(closed: bool, entries: u64) -> Result<Site, String> {
    let root = TempDir::with_prefix("crash-rot-").map_err(|error| error.to_string())?;
    let edge = Edge::at(root.path().join("store"));
    let mut rng = Rng::new(u64::from(closed));
    let mut ack = Acknowledged::default();
    edge.prepare(&mut ack)?;
    // Numbers and cursors in the journal are protected by less than entries are.
    let central = Central::start(root.path().join("data"))?;
    central.enroll(&edge)?;
    for _ in 0..4 {
        if entries > 0 {
            let ended = edge.import(&mut rng, entries / 4, Kill::Never, &mut ack)?;
            ended.well()?;
        }
        for _ in 0..4 {
            edge.one_command(&mut rng, Kill::Never, &mut ack)?.well()?;
            edge.ok("sync")?;
        }
        edge.work(&mut rng, 2, &mut ack)?;
    }
    drop(central);
    if closed {
        let template = Template::of(edge)?;
        let log = template.edge.log()?;
        return Ok(Site {
            root,
            template,
            log,
            ack,
        });
    }
    edge.scan(&mut rng, 100, Kill::AtLine(60), &mut ack)?;
    let template = Template::of(edge)?;
    // Reading the log closes the store cleanly, so it comes after the snapshot.
    let log = template.edge.log()?;
    log.covers(&ack)?;
    Ok(Site {
        root,
        template,
        log,
        ack,
    })
}

fn flip(site: &Site, rng: &mut Rng, rot: Rot<'_>) -> Result<Found, String> {
    site.template.put_back()?;
    let mut edge = site.template.edge.clone();
    for (name, value) in rot.variables {
        edge = edge.with(name, value);
    }
    let file = some_file(&edge.dir, rot.only, rng)?;
    let (at, used) = flip_bit(&file, rng)?;
    let place = file.strip_prefix(site.root.path()).unwrap_or(&file);
    let what = format!("bit {} of byte {} of {}", at % 8, at / 8, place.display());
    let of_keys = file.ends_with("keys.json");
    let found = look(&edge, site, of_keys).map_err(|error| format!("{what}: {error}"))?;
    // The index still gave the right answers, but a journal that rots must not pass.
    if found == Found::Right && used && file.extension().is_some_and(|end| end == "seg") {
        return Err(format!("{what}: nobody says that the journal is damaged"));
    }
    Ok(found)
}

/// One of the store's files, each as likely as any other; empty ones have nothing to rot.
fn some_file(dir: &Path, only: &str, rng: &mut Rng) -> Result<PathBuf, String> {
    let mut files = files_below(dir)?;
    files.extend(Some(fence_of(dir)).filter(|fence| fence.exists()));
    files.retain(|file| fs::metadata(file).is_ok_and(|data| data.len() > 0));
    files.retain(|file| text(file).contains(only));
    Ok(rng.one_of(&files).clone())
}

/// Flips one bit; mostly one before the zeros that files are filled up with. Gives its number, and
/// whether it was one of those.
fn flip_bit(file: &Path, rng: &mut Rng) -> Result<(u64, bool), String> {
    let mut bytes = fs::read(file).map_err(|error| said(file, &error))?;
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(1, |last| last + 1);
    let size = if rng.below(10) == 0 {
        bytes.len()
    } else {
        used
    };
    let bits = 8 * u64::try_from(size).map_err(|error| error.to_string())?;
    let bit = rng.below(bits);
    let index = usize::try_from(bit / 8).map_err(|error| error.to_string())?;
    bytes[index] ^= 1 << (bit % 8);
    fs::write(file, bytes).map_err(|error| said(file, &error))?;
    Ok((bit, index < used))
}

/// Asks everything, and judges the answers.
fn look(edge: &Edge, site: &Site, of_keys: bool) -> Result<Found, String> {
    let log = &site.log;
    let mut named = false;
    let mut answers = Vec::new();
    for line in [
        "export --format csv",
        "export --format jsonl",
        "show R-100 --json",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let answer = edge.run(&words)?.sane()?;
        named |= names_damage(&answer)?;
        answers.push(answer);
    }
    let refused = answers.iter().any(|answer| answer.code != Some(0));
    let verified = edge.run(&["verify", "--json"])?.sane()?;
    named |= names_damage(&verified)?;
    // keys.json has secrets that cannot be made anew: whatever is wrong with it is an error.
    if of_keys && !refused {
        return Err(format!("keys.json rotted and nobody said so: {verified}"));
    }
    if refused {
        return Ok(Found::Named);
    }
    let shown = Log::of_lines(&answers[1].lines)?;
    let lost = log.missing_in(&shown);
    let csv = || answers[0].lines.iter().skip(1).map(String::as_str);
    let totals = log.totals_are(csv());
    // The last write of a program that was killed, of which nobody was told yet, cannot be told
    // from a torn one.
    let torn = lost.len() == 1 && shown.covers(&site.ack).is_ok();
    if torn && !named && shown.totals_are(csv()).is_ok() {
        return Ok(Found::Torn);
    }
    match (lost.is_empty(), totals, named) {
        (true, Ok(()), true) => Ok(Found::Named),
        (true, Ok(()), false) => Ok(Found::Right),
        (_, _, true) => Ok(Found::Lost),
        (_, Err(error), false) => Err(format!("{error}; {} entries are missing", lost.len())),
        (false, Ok(()), false) => Err(format!("silently lost: {lost:?}")),
    }
}

/// Whether an answer says that something is wrong. An error must say what; `verify` says it in
/// its report.
fn names_damage(answer: &Ended) -> Result<bool, String> {
    match answer.code {
        Some(1) if !answer.lines.is_empty() => {
            let report = answer.json()?;
            let problems = report["problems"].as_array().map_or(0, Vec::len);
            Ok(report["ok"] == false && problems > 0)
        }
        Some(0) => Ok(!answer.stderr.trim().is_empty()),
        Some(1) if answer.stderr.len() > 20 => Ok(true),
        Some(_) | None => Err(format!("ended without a plain word: {answer}")),
    }
}
