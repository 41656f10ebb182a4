//! The whole test run: one step after the other, then one closing list.
//!
//! A failing step does not stop the run, so that one run shows everything that is wrong. A test
//! that cannot do its work on this machine appends a line to the file named by
//! `STOCK_SKIP_LIST`; the closing list shows these lines, and with `CI=true` they fail the run.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::closing::{Closing, closing_lines};
use crate::parts::Missing;
use crate::{cargo, parts, tidy};

/// Names the file that tests append their skips to.
const SKIP_LIST: &str = "STOCK_SKIP_LIST";
/// Starts a line by which a test announces a skip.
const SKIPPED: &str = "SKIPPED: ";

/// Runs everything; `false` when any step failed, or when a skip is not allowed.
pub(crate) fn run(root: &Path, install: bool) -> Result<bool> {
    let missing = parts::prepare(root, install)?;
    let mut steps = Steps::default();
    let lints = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    steps.run("cargo fmt --check", || {
        call(root, &["fmt", "--all", "--check"])
    })?;
    steps.run("cargo clippy", || call(root, &lints))?;
    steps.run("tidy", || tidy::report(root))?;
    // Before the tests, so that no test waits for a compiler.
    steps.run("cargo build", || {
        call(root, &["build", "--workspace", "--bins", "--tests"])
    })?;
    let mut tests = Tests::default();
    let runner = if parts::is_there("cargo-nextest") {
        NEXTEST
    } else {
        CARGO_TEST
    };
    steps.run(&format!("cargo {}", runner.join(" ")), || {
        tests = run_tests(root, runner)?;
        Ok(tests.succeeded)
    })?;
    steps.run("cargo doc", || {
        let mut command = cargo::command(root);
        command
            .args(["doc", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings");
        cargo::succeeds(&mut command)
    })?;
    if parts::is_there("cargo-deny") {
        let deny = ["deny", "check", "bans", "licenses", "sources"];
        steps.run("cargo deny", || call(root, &deny))?;
    }
    let strict = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    Ok(close(&steps, &missing, &tests, strict))
}

const NEXTEST: &[&str] = &["nextest", "run", "--workspace", "--no-fail-fast"];
const CARGO_TEST: &[&str] = &["test", "--workspace", "--no-fail-fast"];

fn call(root: &Path, args: &[&str]) -> Result<bool> {
    cargo::succeeds(cargo::command(root).args(args))
}

/// The steps that ran, with how long they took.
#[derive(Debug, Default)]
struct Steps {
    done: Vec<(String, bool, Duration)>,
}

impl Steps {
    fn run(&mut self, name: &str, work: impl FnOnce() -> Result<bool>) -> Result<()> {
        println!("== {name}");
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where steps are timed"
        )]
        let start = Instant::now();
        let succeeded = work().with_context(|| format!("in the step `{name}`"))?;
        let took = start.elapsed();
        println!(
            "-- {name}: {} in {:.1} s",
            verdict(succeeded),
            took.as_secs_f64()
        );
        self.done.push((name.to_owned(), succeeded, took));
        Ok(())
    }
}

fn verdict(succeeded: bool) -> &'static str {
    if succeeded { "ok" } else { "FAILED" }
}

/// What the tests printed and announced.
#[derive(Debug, Default)]
struct Tests {
    succeeded: bool,
    output: Vec<String>,
    announced: Vec<String>,
}

fn run_tests(root: &Path, runner: &[&str]) -> Result<Tests> {
    let list = std::env::temp_dir().join(format!("stock-skip-list-{}", std::process::id()));
    let list = EmptyFile::make(list)?;
    let mut command = cargo::command(root);
    command.args(runner).env(SKIP_LIST, &list.path);
    let (succeeded, output) = tee(&mut command)?;
    let written = fs::read_to_string(&list.path).context("cannot read the list of skips")?;
    let announced = announced(&written, &output);
    Ok(Tests {
        succeeded,
        output,
        announced,
    })
}

/// Collects announced skips from the list and from the output, each once.
fn announced(list: &str, output: &[String]) -> Vec<String> {
    let from_output = output
        .iter()
        .filter_map(|line| line.trim().strip_prefix(SKIPPED));
    let from_list = list.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut skips: Vec<String> = from_list
        .map(|line| line.strip_prefix(SKIPPED).unwrap_or(line))
        .chain(from_output)
        .map(str::to_owned)
        .collect();
    skips.sort();
    skips.dedup();
    skips
}

/// A file that is there, empty, for as long as this value lives.
#[derive(Debug)]
struct EmptyFile {
    path: PathBuf,
}

impl EmptyFile {
    fn make(path: PathBuf) -> Result<Self> {
        fs::write(&path, "").with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for EmptyFile {
    fn drop(&mut self) {
        // A file left in the temporary folder harms nobody, and there is nobody to tell.
        drop(fs::remove_file(&self.path));
    }
}

/// Runs a command, shows what it prints as it prints it, and keeps a copy.
fn tee(command: &mut Command) -> Result<(bool, Vec<String>)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", command.get_program().display()))?;
    let errors = child.stderr.take().context("no standard error")?;
    let output = child.stdout.take().context("no standard output")?;
    let errors = thread::spawn(move || copy_lines(errors, |line| eprintln!("{line}")));
    let mut lines = copy_lines(output, |line| println!("{line}"))?;
    let errors = errors
        .join()
        .map_err(|_panic| anyhow!("the reader of errors panicked"))?;
    lines.extend(errors?);
    Ok((child.wait()?.success(), lines))
}

fn copy_lines(from: impl Read, show: impl Fn(&str)) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for line in BufReader::new(from).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        show(&line);
        lines.push(line);
    }
    Ok(lines)
}

/// Prints the closing list and tells whether the run succeeded.
fn close(steps: &Steps, missing: &[Missing], tests: &Tests, strict: bool) -> bool {
    println!("\n== the run");
    for (name, succeeded, took) in &steps.done {
        println!(
            "{:>8.1} s  {:<6}  {name}",
            took.as_secs_f64(),
            verdict(*succeeded)
        );
    }
    for part in missing {
        println!("without {}: {}", part.name, part.without);
    }
    if tests.announced.is_empty() {
        println!("skipped: nothing");
    }
    for skip in &tests.announced {
        println!("skipped: {skip}");
    }
    let skips_allowed = tests.announced.is_empty() || !strict;
    if !skips_allowed {
        println!("FAILED: with CI=true nothing may be skipped");
    }
    let closing = Closing::of(&tests.output).with_announced(tests.announced.len());
    if closing == Closing::default() {
        println!("FAILED: no test ran");
    }
    let succeeded = skips_allowed
        && closing != Closing::default()
        && steps.done.iter().all(|(_, succeeded, _)| *succeeded);
    println!(
        "{}",
        if succeeded {
            "the run succeeded"
        } else {
            "the run FAILED"
        }
    );
    for line in closing_lines(&tests.output) {
        println!("{line}");
    }
    println!("{closing}");
    succeeded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests(output: &str, announced: &[&str]) -> Tests {
        Tests {
            succeeded: true,
            output: vec![output.to_owned()],
            announced: announced.iter().map(|&line| line.to_owned()).collect(),
        }
    }

    #[test]
    fn skips_are_collected_once_from_list_and_output() {
        let output = ["SKIPPED: no data folder".to_owned(), "other".to_owned()];
        let skips = announced("SKIPPED: no data folder\n\nno browser\n", &output);
        assert_eq!(skips, ["no browser", "no data folder"]);
    }

    #[test]
    fn a_skip_fails_only_the_strict_run() {
        let one = tests(
            "test result: ok. 3 passed; 0 failed; 0 ignored",
            &["no data"],
        );
        assert!(close(&Steps::default(), &[], &one, false));
        assert!(!close(&Steps::default(), &[], &one, true));
    }

    #[test]
    fn a_run_without_tests_fails() {
        assert!(!close(
            &Steps::default(),
            &[],
            &tests("nothing here", &[]),
            false
        ));
    }

    #[test]
    fn a_failed_step_fails_the_run() {
        let mut steps = Steps::default();
        steps.run("good", || Ok(true)).unwrap();
        let some = tests("test result: ok. 3 passed; 0 failed; 0 ignored", &[]);
        assert!(close(&steps, &[], &some, true));
        steps.run("bad", || Ok(false)).unwrap();
        assert!(!close(&steps, &[], &some, true));
    }

    #[test]
    fn output_of_both_streams_is_kept() {
        let (succeeded, lines) =
            tee(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert!(!succeeded);
        assert_eq!(lines, ["out", "err"]);
    }
}
