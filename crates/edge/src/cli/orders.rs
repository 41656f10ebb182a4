//! Arguments of the commands about orders, and of the lists of what needs somebody.

use clap::{Args, Subcommand};

use super::production::EndArgs;
use super::stock::Details;

#[derive(Debug, Subcommand)]
pub(crate) enum OrderCommand {
    /// Open an order; without a number it gets one
    #[command(
        after_help = "A repair takes what is there at once, a sale reserves it, unless the settings \
        order-policy-repair and order-policy-sales say otherwise.\n\nExamples:\n  \
        stock order open R-1040 --title \"Pump controller, no display\"\n  \
        stock order open S-2201 --type sales --customer ACME --due 2026-12-01"
    )]
    Open(OrderOpenArgs),
    /// Add so much of an item to an order
    #[command(after_help = "Example:\n  stock order add R-1040 R-100 8")]
    Add(OrderLineArgs),
    /// Make a line want so much; what was picked beyond that is returned
    #[command(after_help = "Example:\n  stock order set R-1040 R-100 6")]
    Set(OrderLineArgs),
    /// Take an item off an order; what was picked of it is returned
    #[command(after_help = "Example:\n  stock order remove R-1040 R-100")]
    Remove(OrderItemArgs),
    /// Take stock for a line from a place
    #[command(after_help = "Example:\n  stock order pick S-2201 R-100 A-01 5")]
    Pick(OrderPickArgs),
    /// Take everything that is ready, of all lines or of one
    #[command(after_help = "Examples:\n  stock order fill R-1040\n  stock order fill R-1040 R-100")]
    Fill(OrderFillArgs),
    /// Bring back what was picked, to where it came from
    #[command(after_help = "Example:\n  stock order return R-1040 R-100 2")]
    Return(OrderLineArgs),
    /// Serve a line before those of lower rank
    #[command(after_help = "Examples:\n  stock order expedite R-1040 R-100\n  \
                      stock order expedite R-1040 R-100 --rank 0    in its turn again")]
    Expedite(OrderExpediteArgs),
    /// Call an order off, which is final; all that was picked is returned
    #[command(
        after_help = "Example:\n  stock order cancel R-1040 --reason \"customer scrapped it\""
    )]
    Cancel(EndArgs),
    /// End an order that is done, which is final
    #[command(after_help = "Example:\n  stock order close R-1040")]
    Close(EndArgs),
    /// Show an order with its lines and what can be picked
    #[command(after_help = "Example:\n  stock order show R-1040")]
    Show(OrderArgs),
    /// List orders
    #[command(after_help = "Example:\n  stock order list --open")]
    List {
        /// Only those that are open
        #[arg(long)]
        open: bool,
    },
    /// Show where to take what is ready, place by place
    #[command(after_help = "Example:\n  stock order pick-list S-2201")]
    PickList(OrderArgs),
    /// Change what an order says about itself
    #[command(
        after_help = "An empty text or none takes a value away.\n\nExamples:\n  \
        stock order edit R-1040 --stage repairing --due 2026-12-01\n  \
        stock order edit R-1040 --customer none"
    )]
    Edit(OrderEditArgs),
}

#[derive(Debug, Args)]
pub(crate) struct OrderOpenArgs {
    /// The order's number; without it one is made
    pub(crate) number: Option<String>,
    /// What kind of order it is
    #[arg(long = "type", value_name = "TYPE", value_parser = ["repair", "sales"],
          ignore_case = true, default_value = "repair")]
    pub(crate) order_type: String,
    #[command(flatten)]
    pub(crate) fields: OrderFields,
}

#[derive(Debug, Args)]
pub(crate) struct OrderEditArgs {
    /// The order's number
    pub(crate) number: String,
    #[command(flatten)]
    pub(crate) fields: OrderFields,
}

/// What an order says about itself.
#[derive(Debug, Args)]
pub(crate) struct OrderFields {
    /// Whom it is for
    #[arg(long)]
    pub(crate) customer: Option<String>,
    /// The site whose stock serves it; none is any
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// The day it is due, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub(crate) due: Option<String>,
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// How far the work is
    #[arg(long, value_name = "TEXT")]
    pub(crate) stage: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct OrderArgs {
    /// The order's number
    pub(crate) number: String,
}

#[derive(Debug, Args)]
pub(crate) struct OrderItemArgs {
    /// The order's number
    pub(crate) number: String,
    /// SKU or barcode
    pub(crate) item: String,
}

#[derive(Debug, Args)]
pub(crate) struct OrderLineArgs {
    /// The order's number
    pub(crate) number: String,
    /// SKU or barcode
    pub(crate) item: String,
    /// How much, such as 4 or 0.25
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
}

#[derive(Debug, Args)]
pub(crate) struct OrderPickArgs {
    /// The order's number
    pub(crate) number: String,
    /// SKU or barcode
    pub(crate) item: String,
    /// The location it comes from
    pub(crate) location: String,
    /// How much, such as 4 or 0.25
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
    #[command(flatten)]
    pub(crate) details: PickDetails,
}

/// What a pick can carry: the order is named already.
#[derive(Debug, Clone, Args)]
pub(crate) struct PickDetails {
    /// Why
    #[arg(long, value_name = "TEXT", help_heading = "Details")]
    reason: Option<String>,
    /// In your words
    #[arg(long, value_name = "TEXT", help_heading = "Details")]
    note: Option<String>,
    /// The customer whose stock it is; without it theirs first, then our own
    #[arg(long, value_name = "CUSTOMER", help_heading = "Details")]
    owner: Option<String>,
    /// The manufacturer's batch; - is stock without batch
    #[arg(long, allow_hyphen_values = true, help_heading = "Details")]
    batch: Option<String>,
    /// The serial number
    #[arg(long, help_heading = "Details")]
    serial: Option<String>,
    /// When it happened, if not now: 2026-11-21T09:12:00Z, "2026-11-21 09:12", or 09:12 today
    #[arg(long, value_name = "TIME", help_heading = "Details")]
    at: Option<String>,
}

impl From<PickDetails> for Details {
    fn from(details: PickDetails) -> Self {
        let PickDetails {
            reason,
            note,
            owner,
            batch,
            serial,
            at,
        } = details;
        Self {
            reason,
            note,
            owner,
            batch,
            serial,
            at,
            ..Self::default()
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct OrderFillArgs {
    /// The order's number
    pub(crate) number: String,
    /// Only this item
    pub(crate) item: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct OrderExpediteArgs {
    /// The order's number
    pub(crate) number: String,
    /// SKU or barcode
    pub(crate) item: String,
    /// Higher is served first; 0 takes it back
    #[arg(
        long,
        value_name = "N",
        default_value = "1",
        allow_negative_numbers = true
    )]
    pub(crate) rank: i64,
}

#[derive(Debug, Args)]
pub(crate) struct BackordersArgs {
    /// Only what has come and can be filled now
    #[arg(long)]
    pub(crate) ready: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ExceptionsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ExceptionsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExceptionsCommand {
    /// Say what is to become of one
    #[command(after_help = "Examples:\n  \
        stock exceptions answer negative-stock:R-100@A-01 --count 3\n  \
        stock exceptions answer closed-order:R-1040 --accept --note \"handed over at the counter\"")]
    Answer(AnswerArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    /// Its id, as the list shows it
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) what: AnswerWhat,
    /// In your words
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

/// One of the three answers.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct AnswerWhat {
    /// So much is there now
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) count: Option<String>,
    /// This entry was wrong: void it
    #[arg(long, value_name = "ENTRY")]
    pub(crate) reverse: Option<String>,
    /// It is as it is
    #[arg(long)]
    pub(crate) accept: bool,
}
