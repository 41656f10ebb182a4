//! `cargo xtask fuzz`: libFuzzer over every target of `tests/fuzz`, on the stable compiler.
//!
//! The program is built a second time, below `target/fuzz`, with coverage counters in all Rust
//! code; the flags for that are stable. There is no address sanitizer, which would need a nightly
//! compiler: our code has no `unsafe`. Corpus, logs and inputs that broke something lie there too.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo;

/// Puts an 8-bit counter on every edge of the program, and shows comparisons to the fuzzer.
const COVERAGE: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];
/// The most memory of a target in MiB, and the most address space in KiB: what asks for more has
/// believed a length.
const RSS_MIB_MAX: u32 = 1024;
const ADDRESS_SPACE_KIB_MAX: u32 = 4 * 1024 * 1024;
/// After how many seconds one input counts as a hang.
const HANG_SECONDS: u32 = 20;
/// The longest input in bytes.
const INPUT_BYTES_MAX: u32 = 8192;

/// Builds the fuzzer and runs one target or all; `false` when an input broke one.
pub(crate) fn run(
    root: &Path,
    target: Option<&str>,
    seconds: u32,
    replay: Option<&Path>,
) -> Result<bool> {
    let place = root.join("target/fuzz");
    let program = build(root, &place)?;
    let names = names(&program)?;
    let chosen: Vec<&String> = names
        .iter()
        .filter(|name| target.is_none_or(|wanted| wanted == *name))
        .collect();
    if chosen.is_empty() {
        bail!("there is no such target; there are {}", names.join(", "));
    }
    if let Some(input) = replay {
        let (Some(name), Some(_)) = (chosen.first(), target) else {
            bail!("to replay an input, name its target");
        };
        let mut again = Command::new(&program);
        again.env("STOCK_FUZZ_TARGET", name).arg(input);
        return cargo::succeeds(&mut again);
    }
    println!(
        "{:<14} {:>10} {:>8} {:>7} {:>9} {:>9} {:>6}",
        "target", "runs", "runs/s", "peak MiB", "edges", "features", "new"
    );
    let mut all_hold = true;
    for name in chosen {
        let campaign = Campaign::new(&place, &program, name, seconds);
        all_hold &= campaign.run()?;
    }
    Ok(all_hold)
}

fn build(root: &Path, place: &Path) -> Result<PathBuf> {
    let host = host()?;
    let mut build = cargo::command(root);
    build
        .args([
            "build",
            "--quiet",
            "-p",
            "tests",
            "--bin",
            "fuzz",
            "--features",
            "fuzz",
        ])
        // Only with a target named do the flags leave build scripts and macros alone.
        .args(["--target", &host, "--target-dir"])
        .arg(place)
        .args(["--config", "profile.dev.opt-level=2"])
        .env("RUSTFLAGS", COVERAGE.join(" "));
    if !cargo::succeeds(&mut build)? {
        bail!("the fuzzer does not build");
    }
    Ok(place.join(host).join("debug/fuzz"))
}

fn host() -> Result<String> {
    let rustc = Command::new("rustc").arg("-vV").output();
    let about = String::from_utf8(rustc.context("could not start rustc")?.stdout)?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

fn names(program: &Path) -> Result<Vec<String>> {
    let listed = Command::new(program)
        .env_remove("STOCK_FUZZ_TARGET")
        .output();
    let listed = String::from_utf8(listed.context("could not start the fuzzer")?.stdout)?;
    Ok(listed.lines().map(str::to_owned).collect())
}

/// One target's run.
struct Campaign<'a> {
    program: &'a Path,
    name: &'a str,
    seconds: u32,
    corpus: PathBuf,
    crashes: PathBuf,
    log: PathBuf,
}

impl<'a> Campaign<'a> {
    fn new(place: &Path, program: &'a Path, name: &'a str, seconds: u32) -> Self {
        Self {
            program,
            name,
            seconds,
            corpus: place.join("corpus").join(name),
            crashes: place.join("crashes").join(name),
            log: place.join("logs").join(format!("{name}.txt")),
        }
    }

    fn run(&self) -> Result<bool> {
        for folder in [&self.corpus, &self.crashes] {
            fs::create_dir_all(folder)?;
        }
        if let Some(folder) = self.log.parent() {
            fs::create_dir_all(folder)?;
        }
        let log = File::create(&self.log)?;
        let status = self
            .command()
            .env("STOCK_FUZZ_TARGET", self.name)
            .env("STOCK_FUZZ_SEEDS", &self.corpus)
            .stdout(log.try_clone()?)
            .stderr(log)
            .status()
            .context("could not start the fuzzer")?;
        let said = String::from_utf8_lossy(&fs::read(&self.log)?).into_owned();
        println!("{}", Summary::of(&said).line(self.name));
        if status.success() {
            return Ok(true);
        }
        let unit = said.lines().rev().find_map(|line| {
            line.split_once("Test unit written to ")
                .map(|(_, path)| path)
        });
        println!("  FAILED ({status}); what it said: {}", self.log.display());
        if let Some(path) = unit {
            println!("  again: cargo xtask fuzz {} --replay {path}", self.name);
        }
        Ok(false)
    }

    /// The fuzzer, behind a shell that limits its address space where there is one.
    fn command(&self) -> Command {
        let mut command = if cfg!(unix) {
            let mut shell = Command::new("sh");
            let limited = format!("ulimit -v {ADDRESS_SPACE_KIB_MAX}; exec \"$0\" \"$@\"");
            shell.args(["-c", &limited]).arg(self.program);
            shell
        } else {
            Command::new(self.program)
        };
        command
            .arg(format!("-max_total_time={}", self.seconds))
            .arg(format!("-rss_limit_mb={RSS_MIB_MAX}"))
            .arg(format!("-timeout={HANG_SECONDS}"))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-artifact_prefix={}/", self.crashes.display()))
            .arg("-print_final_stats=1")
            .arg(&self.corpus);
        command
    }
}

/// What libFuzzer says of a run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    /// Edges and features after the seeds, and at the end.
    first: Option<(u64, u64)>,
    last: Option<(u64, u64)>,
    runs: u64,
    runs_per_second: u64,
    new: u64,
    peak_mib: u64,
}

impl Summary {
    fn of(said: &str) -> Self {
        let mut summary = Self::default();
        for line in said.lines() {
            if let Some(seen) = number_after(line, "cov: ").zip(number_after(line, "ft: ")) {
                if line.contains("INITED") {
                    summary.first = Some(seen);
                }
                summary.last = Some(seen);
            }
            let fields = [
                ("stat::number_of_executed_units:", &mut summary.runs),
                ("stat::average_exec_per_sec:", &mut summary.runs_per_second),
                ("stat::new_units_added:", &mut summary.new),
                ("stat::peak_rss_mb:", &mut summary.peak_mib),
            ];
            for (name, field) in fields {
                if let Some(number) = number_after(line, name) {
                    *field = number;
                }
            }
        }
        summary
    }

    fn line(&self, name: &str) -> String {
        let (first, last) = (
            self.first.unwrap_or_default(),
            self.last.unwrap_or_default(),
        );
        let edges = format!("{}→{}", first.0, last.0);
        let features = format!("{}→{}", first.1, last.1);
        let Self {
            runs,
            runs_per_second,
            new,
            peak_mib,
            ..
        } = self;
        format!(
            "{name:<14} {runs:>10} {runs_per_second:>8} {peak_mib:>8} {edges:>11} {features:>13} {new:>6}"
        )
    }
}

fn number_after(line: &str, name: &str) -> Option<u64> {
    let (_, rest) = line.split_once(name)?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzer_says_is_summed_up() {
        let said = "\
            INFO: Seed: 1\n\
            #33\tINITED cov: 10 ft: 20 corp: 3/4b exec/s: 0 rss: 27Mb\n\
            #721\tNEW    cov: 11 ft: 25 corp: 2/10b lim: 11 exec/s: 0 rss: 27Mb\n\
            #900\tDONE   cov: 12 ft: 31 corp: 4/28b lim: 4096 exec/s: 22 rss: 27Mb\n\
            stat::number_of_executed_units: 900\n\
            stat::average_exec_per_sec:     22\n\
            stat::new_units_added:          7\n\
            stat::peak_rss_mb:              28\n";
        let summary = Summary::of(said);
        let expected = Summary {
            first: Some((10, 20)),
            last: Some((12, 31)),
            runs: 900,
            runs_per_second: 22,
            new: 7,
            peak_mib: 28,
        };
        assert_eq!(summary, expected);
        assert!(summary.line("x").contains("10→12"));
        assert_eq!(Summary::of("no such lines"), Summary::default());
    }
}
