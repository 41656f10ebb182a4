//! The handheld program `stock`: parse, run, report.
//!
//! Everything it knows about stock it asks of `ledger-core`, everything about storing and syncing
//! of `ledger-node`; here live the command line, CSV, the scan session, and what people read.
//!
//! **Invariant.** Only [`report`] writes to standard output and standard error (a progress bar and the
//! screen of `scan` on a terminal aside), and only it chooses exit codes.

mod cli;
mod commands;
mod context;
mod import;
mod progress;
mod report;
mod scan;
mod table;
mod time;
mod turn;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::context::Context;

fn main() -> ExitCode {
    let json = report::wants_json(std::env::args_os());
    match Cli::try_parse() {
        Ok(cli) => {
            let context = Context::new(cli.global);
            report::finish(commands::run(&context, cli.command), json)
        }
        Err(error) => report::usage(&error, json),
    }
}
