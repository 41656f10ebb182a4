//! Arguments of import and export.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What a CSV file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportKind {
    Items,
    Locations,
    Customers,
    Bom,
    PurchaseOrders,
    Stock,
    Movements,
}

impl ImportKind {
    /// The word it is typed as.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Locations => "locations",
            Self::Customers => "customers",
            Self::Bom => "bom",
            Self::PurchaseOrders => "purchase-orders",
            Self::Stock => "stock",
            Self::Movements => "movements",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What the file holds
    #[arg(value_enum)]
    pub(crate) kind: ImportKind,
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
