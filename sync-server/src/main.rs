//! `stock-server`: the central server of a ledger, with its API and pages.
//!
//! This file knows the commands and nothing else: [`cli`] reads them, [`report`] prints what comes
//! out and turns it into an exit code, and each command lives in the module of its name.

mod admin;
mod alerts;
mod api;
mod app;
mod auth;
mod cli;
mod config;
mod data;
mod demo;
mod fault;
mod headers;
mod health;
mod http_get;
mod imports;
mod lang;
mod listen;
mod login;
mod metrics;
mod openapi;
mod pages;
mod printing;
mod problem;
mod report;
mod routes;
mod scan;
mod secret_file;
mod serve;
mod signals;
mod sync_routes;
mod tls;
mod upstream;
mod warning;

use std::process::ExitCode;

use crate::cli::{Command, ConfigCommand, DeviceCommand, TokenCommand, UserCommand};
use crate::config::Unusable;
use crate::fault::Fault;
use crate::report::Report;

fn main() -> ExitCode {
    let cli = match config::read() {
        Ok(cli) => cli,
        Err(Unusable::Arguments(usage)) => return report::usage(&usage),
        Err(Unusable::Settings(fault)) => {
            let json = std::env::args_os().any(|argument| argument == "--json");
            return Report::new(json).fault(&fault);
        }
    };
    let report = Report::new(cli.json);
    match run(cli.command, report) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => report.fault(&fault),
    }
}

fn run(command: Command, report: Report) -> Result<(), Fault> {
    match command {
        Command::Serve(arguments) => serve::run(&arguments, report),
        Command::Demo(arguments) => demo::run(&arguments, report),
        Command::Device(DeviceCommand::Code(arguments)) => admin::device_code(arguments, report),
        Command::Device(DeviceCommand::List(data)) => admin::devices::list(&data, report),
        Command::Device(DeviceCommand::Revoke(arguments)) => {
            admin::devices::revoke(arguments, report)
        }
        Command::Device(DeviceCommand::Admit(arguments)) => {
            admin::devices::decide(arguments, true, report)
        }
        Command::Device(DeviceCommand::Refuse(arguments)) => {
            admin::devices::decide(arguments, false, report)
        }
        Command::User(UserCommand::Add(arguments)) => admin::users::add(arguments, report),
        Command::User(UserCommand::List(data)) => admin::users::list(&data, report),
        Command::User(UserCommand::Set(arguments)) => admin::users::set(arguments, report),
        Command::User(UserCommand::Disable(arguments)) => admin::users::disable(arguments, report),
        Command::Token(TokenCommand::Create(arguments)) => admin::token_create(arguments, report),
        Command::Verify(data) => admin::verify(&data, report),
        Command::Rebuild(data) => admin::rebuild(&data, report),
        Command::Backup(arguments) => admin::backup(&arguments, report),
        Command::Restore(arguments) => admin::restore(&arguments, report),
        Command::Sync(arguments) => admin::sync(&arguments, report),
        Command::Doctor(arguments) => admin::doctor(&arguments, report),
        Command::Config(ConfigCommand::Show { serve }) => config::show(&serve, report),
        Command::Openapi => {
            report.document(&openapi::document());
            Ok(())
        }
        Command::Healthcheck(arguments) => health::check(&arguments, report),
    }
}
