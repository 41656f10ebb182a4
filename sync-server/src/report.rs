//! What is printed: results on standard output, failures on standard error, as text or JSON.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the one module through which this program speaks"
)]

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::fault::{Fault, WRONG_USAGE};

/// How this run speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    json: bool,
}

impl Report {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a result: the value with `--json`, else the text.
    pub(crate) fn result(self, value: &Value, text: impl FnOnce(&Value) -> String) {
        if self.json {
            println!("{value}");
        } else {
            println!("{}", text(value));
        }
    }

    /// Prints a document that is JSON, for people to read too.
    pub(crate) fn document(self, value: &Value) {
        if self.json {
            println!("{value}");
        } else {
            println!("{value:#}");
        }
    }

    /// Prints a value with `--json`, else nothing.
    pub(crate) fn json(self, value: &Value) {
        if self.json {
            println!("{value}");
        }
    }

    /// Prints a line for people; with `--json` nothing.
    pub(crate) fn line(self, text: &str) {
        if !self.json {
            println!("{text}");
        }
    }

    /// Prints the address that people and programs wait for.
    pub(crate) fn address(self, text: &str, url: &str) {
        self.result(&json!({ "url": url }), |_| format!("{text} {url}"));
    }

    /// Says how far a long piece of work is; with `--json` nothing.
    pub(crate) fn progress(self, text: &str) {
        if !self.json {
            eprintln!("{text}");
        }
    }

    /// Says something that an administrator should know, on standard error.
    pub(crate) fn notice(self, text: &str) {
        if self.json {
            eprintln!("{}", json!({ "notice": text }));
        } else {
            eprintln!("note: {text}");
        }
    }

    /// Prints a failure and gives its exit code.
    pub(crate) fn fault(self, fault: &Fault) -> ExitCode {
        let Fault {
            code,
            text,
            hint,
            exit,
        } = fault;
        if self.json {
            eprintln!(
                "{}",
                json!({ "error": { "code": code, "text": text, "hint": hint } })
            );
        } else {
            eprintln!("error: {text}");
            if let Some(hint) = hint {
                eprintln!("hint: {hint}");
            }
        }
        ExitCode::from(*exit)
    }
}

/// Prints what is wrong with the arguments, or the help that was asked for.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        print!("{error}");
        return ExitCode::SUCCESS;
    }
    let json = std::env::args_os().any(|argument| argument == "--json");
    if !json {
        eprint!("{error}");
        return ExitCode::from(WRONG_USAGE);
    }
    let text = error.to_string();
    let mut paragraphs = text.trim().split("\n\n");
    let said = paragraphs
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ");
    let hint = paragraphs.next().map(str::to_owned);
    let fault = Fault {
        hint,
        ..Fault::new("usage", said)
    };
    Report::new(true).fault(&fault.exit(WRONG_USAGE))
}
