//! Arguments of import and export.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use importing::Kind;

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What the file holds
    #[arg(value_name = "KIND", value_parser = kinds())]
    pub(crate) kind: Kind,
    /// The CSV file, in UTF-8
    pub(crate) file: PathBuf,
    /// Take the good rows and leave the bad ones out (exit code 4)
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Check everything and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The zone of times that name none, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub(crate) time_zone: Option<String>,
}

fn kinds() -> impl TypedValueParser<Value = Kind> {
    let words = Kind::ALL.map(Kind::word);
    PossibleValuesParser::new(words)
        .try_map(|word| Kind::of_word(&word).ok_or_else(|| format!("there is no kind {word:?}")))
}

/// How to write out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// The log, one JSON object an entry
    Jsonl,
    /// The stock lines that are not zero
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// What to write
    #[arg(long, value_enum, default_value = "jsonl")]
    pub(crate) format: ExportFormat,
    /// The file; without it standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}
