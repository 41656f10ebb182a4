//! `cargo xtask`: everything a developer runs besides building.
//!
//! `test` is the whole test run, the same here and on the build machine. `tidy` holds the
//! house rules that no compiler knows, `golden` writes down bytes that may never change again,
//! `bench` prints the project's figures, `crash` looks for what a crash could lose, and
//! `sim` simulates whole worlds of nodes. This program knows the workspace as files and
//! manifests only; it imports none of the other packages, so it builds when they do not.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command talks to the terminal"
)]

mod cargo;
mod closing;
mod fuzz;
mod golden;
mod guest;
mod parts;
mod schemathesis;
mod screenshots;
mod test_run;
mod tidy;
mod vendor;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The developer's commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every check and every test, and closes with what was skipped and why.
    Test {
        /// Installs missing Debian packages first (as root; removes nothing).
        #[arg(long)]
        install: bool,
    },
    /// Checks the house rules and prints what breaks them.
    Tidy,
    /// Writes golden files that are missing and lists new ones with their hash.
    Golden {
        /// Rewrites the hash lines of the pages that describe bytes, and nothing else.
        #[arg(long)]
        pages: bool,
    },
    /// Fetches what the pages and their tests take from others, with npm.
    Vendor {
        /// Compares what is checked in with its hashes instead; needs no network.
        #[arg(long)]
        check: bool,
    },
    /// Takes pictures of all pages, light and dark, on a handheld's screen and a wide monitor.
    Screenshots {
        /// Where to write them; target/screenshots without it.
        #[arg(long, value_name = "DIR")]
        out: Option<std::path::PathBuf>,
        /// Takes only those of the README anew, into docs/pictures.
        #[arg(long)]
        readme: bool,
        /// The language of the pages: en or de.
        #[arg(long, value_name = "TAG", default_value = "en")]
        language: String,
        /// Who looks at them: viewer, operator, manager or administrator.
        #[arg(long, value_name = "ROLE", default_value = "administrator")]
        role: String,
    },
    /// Measures the project beside its peers.
    Bench {
        /// Handed on to the benchmark.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Kills, cuts, fills and rots stores under load, and looks for all that was acknowledged.
    ///
    /// Handed on: [--kind K]... [--trials N] [--seed S] [--list]. Without arguments every kind
    /// runs in full, which takes many minutes. Root may mount, so root leaves out the least.
    #[command(verbatim_doc_comment)]
    Crash {
        /// Handed on to the campaign.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Simulates whole nodes on virtual time, a world for each seed, and judges what they come to.
    ///
    /// Handed on: [--seeds N] [--from S], or [--seed S] for the story of one, or [--planted] for
    /// bugs planted on purpose, each of which must be found.
    #[command(verbatim_doc_comment)]
    Sim {
        /// Handed on to the simulator.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Holds the API of a running server against its description, with the program schemathesis.
    Schemathesis {
        /// Handed on, such as --max-examples 50.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Runs the fuzz targets, guided by coverage; fails when an input broke one.
    Fuzz {
        /// One target; all without it.
        target: Option<String>,
        /// How long each runs.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Runs the target on this file alone.
        #[arg(long, requires = "target")]
        replay: Option<std::path::PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked for; `false` means that it ran and found something wrong.
fn run(command: Command) -> Result<bool> {
    let root = cargo::workspace_root()?;
    match command {
        Command::Test { install } => test_run::run(&root, install),
        Command::Tidy => tidy::report(&root),
        Command::Golden { pages: true } => golden::pages(&root),
        Command::Golden { pages: false } => golden::files(&root),
        Command::Vendor { check: true } => vendor::check(&root),
        Command::Vendor { check: false } => vendor::fetch(&root),
        Command::Screenshots {
            out,
            readme,
            language,
            role,
        } => screenshots::run(&root, out, readme, [&language, &role]),
        Command::Bench { args } => bench(&root, &args),
        Command::Fuzz {
            target,
            seconds,
            replay,
        } => fuzz::run(&root, target.as_deref(), seconds, replay.as_deref()),
        Command::Crash { args } => crash(&root, &args),
        Command::Sim { args } => sim(&root, &args),
        Command::Schemathesis { args } => schemathesis::run(&root, &args),
    }
}

fn bench(root: &std::path::Path, args: &[String]) -> Result<bool> {
    let mut command = cargo::command(root);
    command.args([
        "bench",
        "-p",
        "tests",
        "--features",
        "peers",
        "--bench",
        "figures",
        "--",
    ]);
    command.args(args);
    cargo::succeeds(&mut command)
}

/// Builds the programs as the tests use them, then runs the campaign on them.
fn crash(root: &std::path::Path, args: &[String]) -> Result<bool> {
    let mut build = cargo::command(root);
    build.args(["build", "--quiet", "-p", "edge", "-p", "sync-server"]);
    build.args(["-p", "tests", "--bins"]);
    if !cargo::succeeds(&mut build)? {
        return Ok(false);
    }
    let mut run = cargo::command(root);
    run.args(["run", "--quiet", "-p", "tests", "--bin", "crash", "--"]);
    run.args(args);
    cargo::succeeds(&mut run)
}

/// Runs the simulator as it is built for tests, with every assertion: most of its time goes into
/// signatures, hashes and packing, which are optimised there too.
fn sim(root: &std::path::Path, args: &[String]) -> Result<bool> {
    let mut run = cargo::command(root);
    run.args(["run", "--quiet", "-p", "tests", "--bin", "simulation"]);
    run.arg("--").args(args);
    cargo::succeeds(&mut run)
}
