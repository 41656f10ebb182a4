//! Arguments of the commands about stocktakes.

use clap::{Args, Subcommand};

use super::production::EndArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum StocktakeCommand {
    /// Open a stocktake; without a number it gets one
    #[command(
        after_help = "Without locations and items it is for everything. Nobody is blocked by it: \
        a count counts at once, and its difference goes by what is known of the time before it.\n\n\
        Examples:\n  stock stocktake open --location A-01 --location A-02 --blind\n  \
        stock stocktake open YEAR-END --not-counted-for 90\n  stock stocktake open --items R-100 C-10"
    )]
    Open(StocktakeOpenArgs),
    /// Give a stocktake, or parts of it, to a device to count
    #[command(
        after_help = "Examples:\n  stock stocktake assign YEAR-END aisle-2 --location B-01\n  \
        stock stocktake assign YEAR-END - R-100    any device counts it"
    )]
    Assign(StocktakeAssignArgs),
    /// Ask for an item to be counted once more
    #[command(after_help = "Example:\n  stock stocktake recount YEAR-END R-100 A-01")]
    Recount(StocktakeLineArgs),
    /// List stocktakes with how far they are
    #[command(after_help = "Example:\n  stock stocktake list --open")]
    List {
        /// Only those that are open
        #[arg(long)]
        open: bool,
    },
    /// Show what was counted and how far off it was
    #[command(
        visible_alias = "show",
        after_help = "What the ledger had before a count is worked out by everything that is known \
        now: a movement that comes late changes the difference, never the count.\n\n\
        Example:\n  stock stocktake report YEAR-END --differing"
    )]
    Report(StocktakeReportArgs),
    /// Approve what was counted: all of it, or an item at a location
    #[command(after_help = "Examples:\n  stock stocktake approve YEAR-END\n  \
                      stock stocktake approve YEAR-END R-100 A-01")]
    Approve(StocktakeApproveArgs),
    /// Say that what nobody counted is not there
    #[command(
        after_help = "Writes a count of 0 for every line that was not counted, or for an item at a \
        location.\n\nExample:\n  stock stocktake rest YEAR-END"
    )]
    Rest(StocktakeRestArgs),
    /// End a stocktake, which is final; counts stay what they are
    #[command(after_help = "Example:\n  stock stocktake close YEAR-END")]
    Close(EndArgs),
}

#[derive(Debug, Args)]
pub(crate) struct StocktakeOpenArgs {
    /// The stocktake's number; without it one is made
    pub(crate) number: Option<String>,
    /// All at this location; repeat it for more
    #[arg(long, value_name = "NUMBER")]
    pub(crate) location: Vec<String>,
    /// All of these items
    #[arg(long, value_name = "ITEM", num_args = 1..)]
    pub(crate) items: Vec<String>,
    /// Only what nobody counted for so many days
    #[arg(long, value_name = "DAYS")]
    pub(crate) not_counted_for: Option<u32>,
    /// Do not tell whoever counts how much there should be
    #[arg(long)]
    pub(crate) blind: bool,
    /// The day by which it is to be done, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub(crate) due: Option<String>,
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct StocktakeAssignArgs {
    /// The stocktake's number
    pub(crate) number: String,
    /// The device by name or id; - is any
    #[arg(allow_hyphen_values = true)]
    pub(crate) device: String,
    /// All of these items; without items and locations all of the stocktake
    pub(crate) items: Vec<String>,
    /// All at this location; repeat it for more
    #[arg(long, value_name = "NUMBER")]
    pub(crate) location: Vec<String>,
    /// Count it once more, whatever was counted
    #[arg(long)]
    pub(crate) again: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StocktakeLineArgs {
    /// The stocktake's number
    pub(crate) number: String,
    /// SKU or barcode
    pub(crate) item: String,
    /// The location; without it all of them
    pub(crate) location: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct StocktakeReportArgs {
    /// The stocktake's number
    pub(crate) number: String,
    /// Only lines whose count differs
    #[arg(long)]
    pub(crate) differing: bool,
    /// Only lines that are to be counted
    #[arg(long)]
    pub(crate) open: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StocktakeApproveArgs {
    /// The stocktake's number
    pub(crate) number: String,
    /// SKU or barcode; without it all that was counted
    pub(crate) item: Option<String>,
    /// The location
    pub(crate) location: Option<String>,
    /// In your words
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct StocktakeRestArgs {
    /// The stocktake's number
    pub(crate) number: String,
    /// SKU or barcode; without it all that was not counted
    pub(crate) item: Option<String>,
    /// The location
    pub(crate) location: Option<String>,
}
