//! The crash campaign, as `cargo xtask crash` runs it.
//!
//! `[--kind K]... [--trials N] [--seed S] [--list]`. Every kind drives the real programs, damages
//! what they stand on, and looks for all that was acknowledged. It prints a table, then each
//! failure with the seed that repeats it, and ends with code 1 when there was one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    dead_code,
    unreachable_pub,
    reason = "a campaign fails by panicking, prints what it found, and shares modules with a test"
)]

mod central;
mod child;
mod copies;
mod cut;
mod disk_full;
mod faults;
mod kill;
mod kinds;
mod load;
mod pace;
mod places;
mod planted;
mod power;
mod rot;
mod ruin;
mod sum;
mod trial;

use std::process::{Command, ExitCode};
use std::time::Duration;

use kinds::{KINDS, Kind};
use trial::{Plan, Rng, Stopwatch, Tally};

const USAGE: &str = "usage: cargo xtask crash [--kind K]... [--trials N] [--seed S] [--list]";

/// What was asked for.
#[derive(Debug, Default)]
struct Asked {
    kinds: Vec<&'static Kind>,
    trials: Option<u64>,
    seed: Option<u64>,
    list: bool,
}

fn main() -> ExitCode {
    if std::env::var_os("STOCK_BINARIES").is_none() {
        return beside_this_program();
    }
    let asked = match asked(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(text) => {
            eprintln!("error: {text}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if asked.list {
        for kind in KINDS {
            println!(
                "{:<10} {:>5} trials  {}",
                kind.name, kind.trials, kind.about
            );
        }
        return ExitCode::SUCCESS;
    }
    campaign(&asked)
}

/// Runs this program again with the programs that lie beside it, which is what an environment
/// variable says to the harness.
fn beside_this_program() -> ExitCode {
    let program = std::env::current_exe().expect("a running program has a path");
    let folder = program.parent().expect("a program lies in a folder");
    let status = Command::new(&program)
        .args(std::env::args_os().skip(1))
        .env("STOCK_BINARIES", folder)
        .status()
        .expect("start this program again");
    ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    )
}

fn asked(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--kind" => {
                let name = value()?;
                let kind = KINDS.iter().find(|kind| kind.name == name);
                asked.kinds.push(kind.ok_or_else(|| {
                    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
                    format!("there is no kind {name:?}; there are {}", names.join(", "))
                })?);
            }
            "--trials" => asked.trials = Some(number(&value()?)?),
            "--seed" => asked.seed = Some(number(&value()?)?),
            "--list" => asked.list = true,
            _ => return Err(format!("{word:?} is not understood")),
        }
    }
    if asked.kinds.is_empty() {
        asked.kinds = KINDS.iter().collect();
    }
    Ok(asked)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|error| format!("{text:?}: {error}"))
}

fn campaign(asked: &Asked) -> ExitCode {
    // A short number is easier to type again.
    let drawn = || Rng::new(u64::from(std::process::id())).below(1_000_000);
    let seed = asked.seed.unwrap_or_else(drawn);
    let mut ran: Vec<(Tally, Duration)> = Vec::new();
    for kind in &asked.kinds {
        let plan = Plan {
            trials: asked.trials.unwrap_or(kind.trials),
            seed,
        };
        eprintln!(
            "{}: {} trials from seed {seed}: {}",
            kind.name, plan.trials, kind.about
        );
        let watch = Stopwatch::start();
        let tally = (kind.run)(&plan);
        ran.push((tally, watch.read()));
    }
    print(&ran, seed);
    let failed = ran.iter().any(|(tally, _)| !tally.failures.is_empty());
    ExitCode::from(u8::from(failed))
}

fn print(ran: &[(Tally, Duration)], seed: u64) {
    println!("\nmachine: {}; seed {seed}\n", machine());
    println!("| kind | trials | facts acknowledged and checked | failures | time |");
    println!("|---|---|---|---|---|");
    for (tally, time) in ran {
        println!(
            "| {} | {} | {} | {} | {:.1} s |",
            tally.kind,
            tally.trials,
            tally.acknowledged,
            tally.failures.len(),
            time.as_secs_f64()
        );
    }
    for (tally, _) in ran {
        for note in &tally.notes {
            println!("- {}: {note}", tally.kind);
        }
    }
    for (tally, _) in ran {
        for failure in &tally.failures {
            println!("\nFAILED {}: {failure}", tally.kind);
        }
    }
}

/// What the campaign ran on, as far as Linux says.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model
        .unwrap_or("unknown")
        .trim_start_matches(['\t', ' ', ':']);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let disk = Command::new("df")
        .arg("--output=fstype,source")
        .arg(std::env::temp_dir())
        .output();
    let disk = disk.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let disk = disk.unwrap_or_default();
    let disk = disk.lines().nth(1).unwrap_or("unknown").split_whitespace();
    let disk: Vec<&str> = disk.collect();
    format!(
        "{cores} cores, {model}, Linux {}, temporary files on {}",
        kernel.trim(),
        disk.join(" ")
    )
}
