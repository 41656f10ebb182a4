//! What is printed and how the program ends: the one place that writes to standard output and
//! standard error, and the one that chooses exit codes.
//!
//! An answer goes to standard output; warnings go to standard error, or into the JSON object. An
//! error goes to standard error as text, or as `{"error":{"code","text","hint"}}`, and leaves
//! standard output empty.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use ledger_core::at_entry::Refusal;
use ledger_node::NodeError;
use serde::Serialize;
use serde_json::json;

use crate::cli::Cli;

/// How the program ended. The numbers are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Refused or failed.
    Failed,
    /// Wrong usage.
    Usage,
    /// The server cannot be reached; nothing is lost.
    Unreachable,
    /// Done, with bad rows left out.
    LeftOut,
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::LeftOut => 4,
        }
    }
}

/// What a command that came through prints.
#[derive(Debug)]
pub(crate) struct Answer {
    /// For standard output, without the last line break; nothing is printed when empty.
    pub(crate) text: String,
    /// For standard error.
    pub(crate) warnings: Vec<String>,
    /// How the program ends.
    pub(crate) exit: Exit,
}

impl Answer {
    /// An answer without warnings.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            warnings: Vec::new(),
            exit: Exit::Done,
        }
    }
}

/// A row of a file that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BadRow {
    /// The line it begins at.
    pub(crate) line: u64,
    /// What is wrong with it.
    pub(crate) reason: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Why a command did not come through.
#[derive(Debug)]
pub(crate) struct Failure {
    /// A stable word for programs.
    pub(crate) code: String,
    /// What is the matter.
    pub(crate) text: String,
    /// What to do instead.
    pub(crate) hint: Option<String>,
    /// How the program ends.
    pub(crate) exit: Exit,
    /// The rows of a file that caused it.
    pub(crate) bad_rows: Vec<BadRow>,
}

impl Failure {
    /// A failure with exit code 1.
    pub(crate) fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            text: text.into(),
            hint: None,
            exit: Exit::Failed,
            bad_rows: Vec::new(),
        }
    }

    /// The same with what to do instead.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A file or stream that failed.
    pub(crate) fn io(what: &str, error: &io::Error) -> Self {
        Self::new("io", format!("{what}: {error}"))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            hint: refusal.hint,
            ..Self::new(refusal.code, refusal.text)
        }
    }
}

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Self {
        let exit = if error.is_unreachable() {
            Exit::Unreachable
        } else {
            Exit::Failed
        };
        Self {
            hint: error.hint(),
            exit,
            ..Self::new(error.code(), chain(&error))
        }
    }
}

/// An error with its causes, each said once.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// Whether the arguments ask for JSON, also when they cannot be understood otherwise.
pub(crate) fn wants_json(arguments: impl Iterator<Item = OsString>) -> bool {
    arguments
        .take_while(|argument| argument != "--")
        .any(|argument| argument == "--json")
}

/// Prints how a command ended, and ends the program.
pub(crate) fn finish(result: Result<Answer, Failure>, json: bool) -> ExitCode {
    let exit = match result {
        Ok(answer) => {
            for warning in &answer.warnings {
                to_stderr(&format!("warning: {warning}"));
            }
            if answer.text.is_empty() {
                answer.exit
            } else {
                printed(&answer)
            }
        }
        Err(failure) => {
            to_stderr(&told(&failure, json));
            failure.exit
        }
    };
    ExitCode::from(exit.code())
}

fn printed(answer: &Answer) -> Exit {
    match line(&answer.text) {
        Ok(()) => answer.exit,
        Err(failure) => {
            to_stderr(&told(&failure, false));
            failure.exit
        }
    }
}

/// Prints one line on standard output at once. A reader that went away is no failure: what was
/// done is done.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    written(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// Judges what came of writing to standard output.
pub(crate) fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::io("standard output", &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn to_stderr(text: &str) {
    // There is nowhere left to say that standard error is gone.
    drop(writeln!(io::stderr(), "{text}"));
}

fn told(failure: &Failure, json: bool) -> String {
    if json {
        let mut error = json!({
            "code": failure.code, "text": failure.text, "hint": failure.hint,
        });
        if let (Some(object), false) = (error.as_object_mut(), failure.bad_rows.is_empty()) {
            object.insert("bad_rows".to_owned(), json!(failure.bad_rows));
        }
        return json!({ "error": error }).to_string();
    }
    let mut text = format!("error: {}", failure.text);
    // The first rows stand in the text already; when it names all, that is enough.
    let rows: Vec<String> = failure.bad_rows.iter().map(ToString::to_string).collect();
    if !rows.iter().all(|row| text.contains(row)) {
        text.push_str("\n  ");
        text.push_str(&rows.join("\n  "));
    }
    if let Some(hint) = &failure.hint {
        text.push_str("\nhint: ");
        text.push_str(hint);
    }
    text
}

/// Prints what is wrong with the command line, or the help that was asked for.
pub(crate) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        // Help and version are answers.
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    if !json {
        if is_bare(error) {
            to_stderr(&Cli::command().render_help().to_string());
        } else {
            drop(error.print());
        }
        return ExitCode::from(Exit::Usage.code());
    }
    let failure = usage_failure(error);
    to_stderr(&told(&failure, json));
    ExitCode::from(failure.exit.code())
}

/// Tells what opening the store found and mended, on standard error.
pub(crate) fn notice(text: &str, json: bool) {
    if json {
        to_stderr(&json!({ "notice": text }).to_string());
    } else {
        to_stderr(&format!("note: {text}"));
    }
}

/// Whether nothing at all was asked for. clap shows the help then by itself, but not where a
/// variable of the environment stands for an option.
fn is_bare(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::MissingSubcommand && std::env::args_os().count() == 1
}

fn usage_failure(error: &clap::Error) -> Failure {
    let rendered = error.render().to_string();
    let mut parts = rendered.trim().splitn(2, "\n\n");
    let first = parts
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ");
    let rest = parts.next().map(str::trim).filter(|rest| !rest.is_empty());
    let missing = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let text = if missing {
        "a command is missing"
    } else {
        first
    };
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Failure {
        hint: rest.map(one_line),
        exit: Exit::Usage,
        ..Failure::new("usage", one_line(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_wanted_anywhere_but_after_two_dashes() {
        let wants = |words: &[&str]| wants_json(words.iter().map(OsString::from));
        assert!(wants(&["stock", "ad", "--json"]));
        assert!(!wants(&["stock", "add", "--", "--json"]));
        assert!(!wants(&["stock", "--jsonx"]));
    }

    #[test]
    fn an_error_has_code_text_and_hint_even_when_there_is_no_hint() {
        let failure = Failure::new("exists", "there is already an item R-100");
        let value: serde_json::Value = serde_json::from_str(&told(&failure, true)).unwrap();
        let expected = json!({ "error": {
            "code": "exists", "text": "there is already an item R-100", "hint": null,
        }});
        assert_eq!(value, expected);
        assert_eq!(
            told(&failure.hint("use it"), false),
            "error: there is already an item R-100\nhint: use it"
        );
    }
}
