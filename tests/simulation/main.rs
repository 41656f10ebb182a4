//! The simulator, as `cargo xtask sim` runs it.
//!
//! `[--seeds N] [--from S] [--threads N] [--seed S] [--planted [BUG]]`. Whole nodes live in one thread on virtual time,
//! each seed a world of its own. It prints seeds per second, what was met, and the worst case; a
//! seed alone is told as a story. It ends with code 1 when a seed failed, a bug was not found, or a
//! long campaign never met something.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    dead_code,
    unreachable_pub,
    reason = "a campaign fails by panicking, prints what it found, and shares modules with a test"
)]

mod admin;
mod clock;
mod counters;
mod dice;
mod hubs;
mod machine;
mod net;
mod options;
mod oracles;
mod plans;
mod planted;
mod quiet;
mod seeds;
mod sticks;
mod story;
mod trouble;
mod work;
mod world;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use options::Options;

const USAGE: &str =
    "usage: cargo xtask sim [--seeds N] [--from S] [--threads N] [--seed S] [--planted [BUG]]";

/// How often it is told how far a campaign is, in seconds.
const PROGRESS_SECONDS: u64 = 60;
/// A campaign of so many seeds has to meet everything.
const LONG: u64 = 10_000;

/// What was asked for.
#[derive(Debug)]
struct Asked {
    seeds: u64,
    from: u64,
    threads: usize,
    seed: Option<u64>,
    planted: bool,
    /// The one bug to plant.
    only: Option<String>,
}

fn main() -> ExitCode {
    let asked = match asked(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(text) => {
            eprintln!("error: {text}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let well = match asked {
        Asked { planted: true, .. } => planted(asked.only.as_deref()),
        Asked {
            seed: Some(seed), ..
        } => story(seed),
        asked => campaign(&asked),
    };
    ExitCode::from(u8::from(!well))
}

fn asked(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked {
        seeds: 2_000,
        from: 0,
        threads: seeds::cores(),
        seed: None,
        planted: false,
        only: None,
    };
    while let Some(word) = words.next() {
        let mut number = || -> Result<u64, String> {
            let text = words.next().ok_or(format!("{word} needs a value"))?;
            text.parse().map_err(|error| format!("{text:?}: {error}"))
        };
        match word.as_str() {
            "--seeds" => asked.seeds = number()?,
            "--from" => asked.from = number()?,
            "--threads" => asked.threads = usize::try_from(number()?).unwrap_or(1).max(1),
            "--seed" => asked.seed = Some(number()?),
            "--planted" => asked.planted = true,
            bug if asked.planted => asked.only = Some(bug.to_owned()),
            _ => return Err(format!("{word:?} is not understood")),
        }
    }
    Ok(asked)
}

/// Tells one seed.
fn story(seed: u64) -> bool {
    let options = Options {
        loud: true,
        ..Options::default()
    };
    let outcome = seeds::run(seed, options);
    for line in &outcome.story {
        println!("{line}");
    }
    match &outcome.rounds {
        Ok(rounds) => println!("\nseed {seed} comes to rest in {rounds} rounds"),
        Err(why) => println!("\nFAILED seed {seed}: {why}"),
    }
    outcome.rounds.is_ok()
}

#[expect(clippy::disallowed_methods, reason = "a campaign measures itself")]
fn campaign(asked: &Asked) -> bool {
    let begun = Instant::now();
    let said = AtomicU64::new(0);
    let look = |outcome: &seeds::Outcome, sum: &seeds::Sum| {
        if let Err(why) = &outcome.rounds {
            eprintln!("FAILED seed {}: {why}", outcome.seed);
        }
        let seconds = begun.elapsed().as_secs();
        if seconds >= said.load(Ordering::Relaxed) + PROGRESS_SECONDS {
            said.store(seconds, Ordering::Relaxed);
            let (done, failed) = (sum.seeds, sum.failures.len());
            eprintln!("{seconds} s: {done} seeds, {failed} failed");
        }
    };
    let (threads, from) = (asked.threads, asked.from);
    let sum = seeds::run_many_on(threads, from, asked.seeds, Options::default(), &look);
    let seconds = begun.elapsed().as_secs_f64();
    println!("machine: {}\n", machine_facts());
    println!(
        "{} seeds from {} on {threads} threads in {seconds:.1} s: {:.0} seeds per second; {} entries \
         told and found",
        sum.seeds,
        asked.from,
        sum.seeds as f64 / seconds,
        sum.told
    );
    let (rounds, seed) = sum.worst;
    println!(
        "at rest after at most {rounds} rounds (seed {seed}): {:?}\n",
        sum.by_rounds
    );
    println!("| met | times |\n|---|---|");
    for (name, times) in sum.counters.all() {
        println!("| {name} | {times} |");
    }
    let never = sum.counters.never(asked.seeds >= LONG);
    for name in &never {
        println!("\nNEVER met: {name}");
    }
    println!("\nnot simulated:");
    for (name, why) in counters::ELSEWHERE {
        println!("- {name}: {why}");
    }
    for (seed, why) in &sum.failures {
        println!("\nFAILED seed {seed}: {why}\n  again, as a story: cargo xtask sim --seed {seed}");
    }
    sum.failures.is_empty() && (never.is_empty() || asked.seeds < LONG)
}

fn planted(only: Option<&str>) -> bool {
    if !cfg!(debug_assertions) {
        println!("this build has no bugs to plant");
        return false;
    }
    let mut well = true;
    println!("| planted bug | found by seed | how |\n|---|---|---|");
    let bugs = planted::bugs().into_iter();
    for (bug, options) in bugs.filter(|(bug, _)| only.is_none_or(|only| bug.name() == only)) {
        match planted::found(bug, options) {
            Ok((seed, how)) => {
                let how: String = how.chars().take(100).collect();
                println!("| {} | {seed} | {how} |", bug.name());
            }
            Err(why) => {
                well = false;
                println!("| {} | - | {why} |", bug.name());
            }
        }
    }
    well
}

/// What the campaign ran on, as far as Linux says.
fn machine_facts() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model
        .unwrap_or("unknown")
        .trim_start_matches(['\t', ' ', ':']);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{cores} cores, {model}, Linux {}", kernel.trim())
}
