//! Arguments of the commands about purchase orders.

use clap::{Args, Subcommand};

use super::production::{DocumentDetails, EndArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum PoCommand {
    /// Place a purchase order; without a number it gets one
    #[command(
        after_help = "Examples:\n  stock po place PO-7 MOUSER R-100=500@2026-12-03 C-10=200\n  \
                      stock po place MOUSER R-100=500"
    )]
    Place(PoPlaceArgs),
    /// Change a purchase order: how much is ordered for a day, or what it says about itself
    #[command(
        after_help = "A line is told by its item and day; 0 takes it away.\n\nExamples:\n  \
        stock po set PO-7 R-100=400@2026-12-03 R-100=100@2026-12-17\n  \
        stock po set PO-7 C-10=0\n  stock po set PO-7 --reference 4711-A"
    )]
    Set(PoSetArgs),
    /// Book in what came
    #[command(after_help = "More than is ordered needs a reason.\n\nExamples:\n  \
        stock po receive PO-7 R-100 A-01 300\n  \
        stock po receive PO-7 R-100 A-01 220 --reason \"two reels too many\"")]
    Receive(PoReceiveArgs),
    /// Show a purchase order: what came, what is still to come, and for whom
    #[command(after_help = "Example:\n  stock po show PO-7")]
    Show(PoArgs),
    /// End a purchase order, which is final: nothing more is expected of it
    #[command(after_help = "Example:\n  stock po close PO-7")]
    Close(EndArgs),
    /// List purchase orders
    #[command(after_help = "Example:\n  stock po list --open")]
    List {
        /// Only those that are open
        #[arg(long)]
        open: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PoArgs {
    /// The purchase order's number
    pub(crate) number: String,
}

#[derive(Debug, Args)]
pub(crate) struct PoPlaceArgs {
    /// Perhaps the number, then the supplier, then a line for each item: ITEM=QTY or ITEM=QTY@DATE
    #[arg(
        value_names = ["[NUMBER] SUPPLIER", "ITEM=QTY[@DATE]"],
        num_args = 2..,
        required = true
    )]
    pub(crate) words: Vec<String>,
    #[command(flatten)]
    pub(crate) fields: PoFields,
}

#[derive(Debug, Args)]
pub(crate) struct PoSetArgs {
    /// The purchase order's number
    pub(crate) number: String,
    /// How much of an item is ordered for a day from now on
    #[arg(value_name = "ITEM=QTY[@DATE]")]
    pub(crate) lines: Vec<String>,
    /// Whom it is placed with
    #[arg(long)]
    pub(crate) supplier: Option<String>,
    #[command(flatten)]
    pub(crate) fields: PoFields,
}

/// What a purchase order says about itself.
#[derive(Debug, Args)]
pub(crate) struct PoFields {
    /// The site that it is delivered to; none is any
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// What the supplier calls it
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PoReceiveArgs {
    /// The purchase order's number
    pub(crate) number: String,
    /// SKU or barcode
    pub(crate) item: String,
    /// The location it goes to
    pub(crate) location: String,
    /// How much, such as 4 or 0.25
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
    #[command(flatten)]
    pub(crate) details: DocumentDetails,
}
