//! `cargo xtask`: everything a developer runs besides building.
//!
//! `test` is the whole test run, the same here and on the build machine. `tidy` holds the
//! house rules that no compiler knows, `golden` writes down bytes that may never change again,
//! and `bench` prints the project's figures. This program knows the workspace as files and
//! manifests only; it imports none of the other packages, so it builds when they do not.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command talks to the terminal"
)]

mod cargo;
mod closing;
mod golden;
mod parts;
mod test_run;
mod tidy;

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
    /// Measures the project beside its peers.
    Bench {
        /// Handed on to the benchmark.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
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
        Command::Bench { args } => bench(&root, &args),
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
