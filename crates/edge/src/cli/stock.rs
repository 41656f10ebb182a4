//! Arguments of the stock commands and of the ways to look at stock.

use clap::Args;

/// What any stock command can carry.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Details {
    /// Why
    #[arg(long, value_name = "TEXT", help_heading = "Details")]
    pub(crate) reason: Option<String>,
    /// In your words
    #[arg(long, value_name = "TEXT", help_heading = "Details")]
    pub(crate) note: Option<String>,
    /// The customer whose stock it is; without it our own
    #[arg(long, value_name = "CUSTOMER", help_heading = "Details")]
    pub(crate) owner: Option<String>,
    /// The manufacturer's batch; - is stock without batch
    #[arg(long, allow_hyphen_values = true, help_heading = "Details")]
    pub(crate) batch: Option<String>,
    /// The day the batch expires, YYYY-MM-DD
    #[arg(long, value_name = "DATE", help_heading = "Details")]
    pub(crate) expiry: Option<String>,
    /// The serial number
    #[arg(long, help_heading = "Details")]
    pub(crate) serial: Option<String>,
    /// The order it belongs to
    #[arg(long, value_name = "NUMBER", help_heading = "Details")]
    pub(crate) order: Option<String>,
    /// The production lot it belongs to
    #[arg(long, value_name = "NUMBER", help_heading = "Details")]
    pub(crate) lot: Option<String>,
    /// The purchase order it belongs to
    #[arg(long, value_name = "NUMBER", help_heading = "Details")]
    pub(crate) po: Option<String>,
    /// When it happened, if not now: 2026-11-21T09:12:00Z, "2026-11-21 09:12", or 09:12 today
    #[arg(long, value_name = "TIME", help_heading = "Details")]
    pub(crate) at: Option<String>,
}

/// Add and remove.
#[derive(Debug, Args)]
pub(crate) struct StockArgs {
    /// SKU or barcode
    pub(crate) item: String,
    /// The location's number
    pub(crate) location: String,
    /// How much, such as 4 or 0.25
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
    #[command(flatten)]
    pub(crate) details: Details,
}

#[derive(Debug, Args)]
pub(crate) struct MoveArgs {
    /// SKU or barcode
    pub(crate) item: String,
    /// The location it comes from
    pub(crate) from: String,
    /// The location it goes to
    pub(crate) to: String,
    /// How much, such as 4 or 0.25
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
    /// It becomes this customer's
    #[arg(long, value_name = "CUSTOMER", conflicts_with = "to_own")]
    pub(crate) to_owner: Option<String>,
    /// It becomes our own
    #[arg(long)]
    pub(crate) to_own: bool,
    #[command(flatten)]
    pub(crate) details: Details,
}

#[derive(Debug, Args)]
pub(crate) struct AdjustArgs {
    /// SKU or barcode
    pub(crate) item: String,
    /// The location's number
    pub(crate) location: String,
    /// The difference, such as +10 or -3
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
    #[command(flatten)]
    pub(crate) details: Details,
}

#[derive(Debug, Args)]
pub(crate) struct CountArgs {
    /// SKU or barcode
    pub(crate) item: String,
    /// The location's number
    pub(crate) location: String,
    /// How much is there
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
    /// All other batches there become zero
    #[arg(long)]
    pub(crate) all_batches: bool,
    /// The stocktake that it is made for
    #[arg(long, value_name = "NUMBER")]
    pub(crate) stocktake: Option<String>,
    #[command(flatten)]
    pub(crate) details: Details,
}

#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// The entry to void; without it this device's newest movement or count, or all of its newest
    /// build
    pub(crate) entry: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// In your words
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ItemsArgs {
    /// Only what is at or below its threshold
    #[arg(long)]
    pub(crate) low: bool,
    /// Only what is out of stock
    #[arg(long)]
    pub(crate) out: bool,
    /// Only what has this text in its SKU, name or barcodes
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only what lies at this location
    #[arg(long, value_name = "NUMBER")]
    pub(crate) location: Option<String>,
    /// Only what lies at this site
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// Only what nobody counted for so many days
    #[arg(long, value_name = "DAYS")]
    pub(crate) not_counted_for: Option<u32>,
    /// Only what this customer has here, and how much
    #[arg(long, value_name = "CUSTOMER")]
    pub(crate) owner: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// SKU or barcode
    pub(crate) item: String,
    /// Only this location
    pub(crate) location: Option<String>,
}
