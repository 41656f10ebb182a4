//! Where settings come from: a file, then the environment, then flags; and `config show`.
//!
//! What the file says becomes the default of the flag of that name, so that each setting has one
//! meaning and one check. A secret may lie in a file of its own: `STOCK_SERVER_X_FILE` names it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory as _, FromArgMatches as _};
use serde_json::{Value, json};

use crate::cli::Cli;
use crate::fault::{Fault, WRONG_USAGE};
use crate::report::Report;

/// Names the settings file.
const FILE_VARIABLE: &str = "STOCK_SERVER_CONFIG";
/// Begins the variables of all settings.
const PREFIX: &str = "STOCK_SERVER_";

/// Why the arguments of a run cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// The arguments themselves, or help that was asked for.
    Arguments(clap::Error),
    /// The settings file, or a file with a secret.
    Settings(Fault),
}

impl From<clap::Error> for Unusable {
    fn from(error: clap::Error) -> Self {
        Self::Arguments(error)
    }
}

impl From<Fault> for Unusable {
    fn from(fault: Fault) -> Self {
        Self::Settings(fault.exit(WRONG_USAGE))
    }
}

/// A value that stands behind environment and flags.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Behind {
    value: String,
    source: &'static str,
}

/// Settings behind environment and flags, by the id of their flag.
type Settings = BTreeMap<String, Behind>;

/// Reads the arguments of this run, with settings file and environment.
pub(crate) fn read() -> Result<Cli, Unusable> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let settings = settings(&arguments)?;
    let command = with_settings(Cli::command(), &settings);
    let matches = command.try_get_matches_from(arguments)?;
    Ok(Cli::from_arg_matches(&matches)?)
}

fn settings(arguments: &[OsString]) -> Result<Settings, Fault> {
    let known = known(&Cli::command());
    let mut settings = match file_of(arguments) {
        Some(path) => read_file(&path, &known)?,
        None => Settings::new(),
    };
    for (id, setting) in &known {
        let Some(path) = std::env::var_os(format!("{}_FILE", setting.variable)) else {
            continue;
        };
        let read = std::fs::read_to_string(&path);
        let value = read.map_err(|error| {
            let path = PathBuf::from(&path);
            let text = format!("{}_FILE: {}: {error}", setting.variable, path.display());
            Fault::new("bad-settings", text)
        })?;
        let value = value.trim_end_matches(['\r', '\n']).to_owned();
        let source = "file named in the environment";
        settings.insert(id.clone(), Behind { value, source });
    }
    Ok(settings)
}

/// The settings file that the arguments or the environment name.
fn file_of(arguments: &[OsString]) -> Option<PathBuf> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--config" {
            return rest.next().map(PathBuf::from);
        }
        let joined = argument
            .to_str()
            .and_then(|text| text.strip_prefix("--config="));
        if let Some(path) = joined {
            return Some(PathBuf::from(path));
        }
    }
    std::env::var_os(FILE_VARIABLE).map(PathBuf::from)
}

/// A setting as the commands declare it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    key: String,
    variable: String,
    is_switch: bool,
}

/// All settings by the id of their flag: whatever can come from the environment.
fn known(command: &Command) -> BTreeMap<String, Known> {
    let mut found = BTreeMap::new();
    for argument in command.get_arguments() {
        let variable = argument.get_env().and_then(OsStr::to_str);
        let (Some(variable), Some(key)) = (variable, argument.get_long()) else {
            continue;
        };
        if variable.starts_with(PREFIX) && variable != FILE_VARIABLE {
            let known = Known {
                key: key.to_owned(),
                variable: variable.to_owned(),
                is_switch: is_switch(argument),
            };
            found.insert(argument.get_id().to_string(), known);
        }
    }
    for inner in command.get_subcommands() {
        found.extend(known(inner));
    }
    found
}

fn is_switch(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::SetTrue)
}

fn read_file(path: &Path, known: &BTreeMap<String, Known>) -> Result<Settings, Fault> {
    let bad = |text: String| {
        Fault::new(
            "bad-settings",
            format!("the settings file {}: {text}", path.display()),
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let mut settings = Settings::new();
    for (key, value) in table {
        let Some((id, setting)) = known.iter().find(|(_, known)| known.key == key) else {
            let fault = bad(format!("there is no setting {key:?}"));
            return Err(match nearest(&key, known) {
                Some(near) => fault.hint(format!("did you mean {near:?}?")),
                None => fault,
            });
        };
        let value = match value {
            toml::Value::String(text) if !setting.is_switch => text,
            toml::Value::Integer(number) if !setting.is_switch => number.to_string(),
            toml::Value::Boolean(on) if setting.is_switch => on.to_string(),
            toml::Value::String(_)
            | toml::Value::Integer(_)
            | toml::Value::Boolean(_)
            | toml::Value::Float(_)
            | toml::Value::Datetime(_)
            | toml::Value::Array(_)
            | toml::Value::Table(_) => {
                let kind = if setting.is_switch {
                    "true or false"
                } else {
                    "a text"
                };
                return Err(bad(format!("{key} is {kind}")));
            }
        };
        let source = "file";
        settings.insert(id.clone(), Behind { value, source });
    }
    Ok(settings)
}

fn nearest(key: &str, known: &BTreeMap<String, Known>) -> Option<String> {
    let likeness = |known: &Known| strsim::jaro_winkler(key, &known.key);
    let best = known
        .values()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.7).then(|| best.key.clone())
}

/// The command whose flags have these defaults.
fn with_settings(command: Command, settings: &Settings) -> Command {
    let command = command.mut_args(|argument| {
        let Some(behind) = settings.get(argument.get_id().as_str()) else {
            return argument;
        };
        if argument.get_env().is_none() {
            return argument;
        }
        // The text lives as long as the program, as a default of clap must; it is read once.
        let value: &'static str = behind.value.clone().leak();
        argument.default_value(value).required(false)
    });
    command.mut_subcommands(|inner| with_settings(inner, settings))
}

/// `config show`: every setting of `serve` with its value and where it comes from.
pub(crate) fn show(arguments: &[OsString], report: Report) -> Result<(), Fault> {
    let rows = rows(arguments)?;
    report.result(&json!({ "settings": rows }), |_| {
        let line = |row: &Value| {
            let text = |key| row.get(key).and_then(Value::as_str).unwrap_or("-");
            format!(
                "{:<16} {:<32} {}",
                text("key"),
                text("value"),
                text("source")
            )
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

fn rows(arguments: &[OsString]) -> Result<Vec<Value>, Fault> {
    let all: Vec<OsString> = std::env::args_os().collect();
    let settings = settings(&all)?;
    let serve = Cli::command().find_subcommand("serve").cloned();
    let serve = with_settings(serve.unwrap_or_default(), &settings);
    // What is missing is shown as missing.
    let serve = serve.mut_args(|argument| argument.required(false));
    let flags = std::iter::once(OsString::from("serve")).chain(arguments.iter().cloned());
    let matches = serve.clone().try_get_matches_from(flags);
    let matches = matches.map_err(|error| {
        let text = error.to_string();
        let said = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        Fault::new("usage", said).exit(WRONG_USAGE)
    })?;
    let named = serve
        .get_arguments()
        .filter(|argument| argument.get_env().is_some());
    Ok(named
        .map(|argument| row(argument, &matches, &settings))
        .collect())
}

fn row(argument: &Arg, matches: &ArgMatches, settings: &Settings) -> Value {
    let id = argument.get_id().as_str();
    let mut values = matches.get_raw(id).into_iter().flatten();
    let value = values
        .next()
        .map(|value| value.to_string_lossy().into_owned());
    let source = match matches.value_source(id) {
        Some(ValueSource::CommandLine) => "flag",
        Some(ValueSource::EnvVariable) => "environment",
        Some(ValueSource::DefaultValue) => settings.get(id).map_or("default", |from| from.source),
        Some(_) | None => "not set",
    };
    let key = argument.get_long().unwrap_or(id);
    let variable = argument.get_env().map(OsStr::to_string_lossy);
    json!({
        "key": key,
        "value": value.map(|value| told(key, &value)),
        "source": source,
        "environment": variable,
    })
}

/// A value as it is shown: a secret never, nor the password in an address.
fn told(key: &str, value: &str) -> String {
    let secret = ["password", "secret", "token", "code"];
    if secret.iter().any(|word| key.contains(word)) {
        return "(secret)".to_owned();
    }
    let Some((scheme, rest)) = value.split_once("://") else {
        return value.to_owned();
    };
    // What an enrolment QR has behind the address is a code.
    let rest = match rest.split_once('#') {
        Some((address, _)) => &format!("{address}#(secret)"),
        None => rest,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (place, path) = rest.split_at(end);
    match place.rsplit_once('@') {
        Some((who, host)) => {
            let user = who.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:(secret)@{host}{path}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<Settings, Fault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.toml");
        std::fs::write(&path, text).unwrap();
        read_file(&path, &known(&Cli::command()))
    }

    fn parsed(text: &str, flags: &[&str]) -> Result<Cli, clap::Error> {
        let settings = file(text).unwrap();
        let command = with_settings(Cli::command(), &settings);
        let flags = ["stock-server"].iter().chain(flags);
        Cli::from_arg_matches(&command.try_get_matches_from(flags)?)
    }

    fn listen(cli: Cli) -> (String, bool, PathBuf) {
        let crate::cli::Command::Serve(serve) = cli.command else {
            panic!("another command");
        };
        (serve.listen, serve.insecure_http, serve.data.data)
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let text = "data = \"shop\"\nlisten = \"0.0.0.0:1\"\ninsecure-http = true\n";
        let shop = PathBuf::from("shop");
        assert_eq!(
            listen(parsed(text, &["serve"]).unwrap()),
            ("0.0.0.0:1".to_owned(), true, shop.clone())
        );
        assert_eq!(
            listen(parsed(text, &["serve", "--listen", "[::1]:2"]).unwrap()),
            ("[::1]:2".to_owned(), true, shop)
        );
        assert!(
            parsed("", &["serve"]).is_err(),
            "the data directory is missing"
        );
        assert!(parsed("data = \"shop\"", &["device", "list"]).is_ok());
    }

    #[test]
    fn what_the_file_cannot_say_is_refused() {
        for (text, said) in [
            ("lisen = \"x\"", "did you mean \"listen\"?"),
            ("listen = true", "listen is a text"),
            ("log-json = \"yes\"", "log-json is true or false"),
            ("listen = [", "settings file"),
        ] {
            let fault = file(text).unwrap_err();
            let all = format!("{} {}", fault.text, fault.hint.unwrap_or_default());
            assert!(all.contains(said), "{text}: {all}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let address = "postgres://stock:hunter2@db.example/ledger?x=1";
        let shown = told("database", address);
        assert_eq!(shown, "postgres://stock:(secret)@db.example/ledger?x=1");
        assert_eq!(told("smtp-password", "hunter2"), "(secret)");
        assert_eq!(told("upstream-code", "ABCD-EFGH"), "(secret)");
        assert_eq!(
            told("upstream", "https://stock.example:1/#pin=ab&code=cd"),
            "https://stock.example:1/#(secret)"
        );
        assert_eq!(
            told("url", "https://stock.example:1/a@b"),
            "https://stock.example:1/a@b"
        );
    }
}
