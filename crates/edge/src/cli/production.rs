//! Arguments of the commands about bills of materials and production lots.

use clap::{Args, Subcommand};

use super::stock::Details;

#[derive(Debug, Subcommand)]
pub(crate) enum BomCommand {
    /// Say how much of a part goes into one unit
    #[command(
        after_help = "Examples:\n  stock bom set PUMP-CTRL R-100 4 --refs R1,R2,R3,R4\n  \
                      stock bom set PUMP-CTRL R-100 4 --attrition 2.5    2.5 % more are lost"
    )]
    Set(BomSetArgs),
    /// Take a part off
    #[command(after_help = "Example:\n  stock bom remove PUMP-CTRL R-100")]
    Remove(BomLineArgs),
    /// Show what something is made of, and what it is a part of
    #[command(after_help = "Example:\n  stock bom show PUMP-CTRL --levels    all the way down")]
    Show(BomShowArgs),
    /// List what is made of something
    #[command(after_help = "Example:\n  stock bom list")]
    List,
}

#[derive(Debug, Args)]
pub(crate) struct BomSetArgs {
    /// What is made: SKU or barcode
    pub(crate) parent: String,
    /// The part: SKU or barcode
    pub(crate) child: String,
    /// How much of it for one unit; without it that stays as it is
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: Option<String>,
    /// Where it goes, as on the drawing; an empty text takes them away
    #[arg(long, value_name = "R1,R2")]
    pub(crate) refs: Option<String>,
    /// How much more is lost while building, in percent
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    pub(crate) attrition: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BomLineArgs {
    /// What is made: SKU or barcode
    pub(crate) parent: String,
    /// The part: SKU or barcode
    pub(crate) child: String,
}

#[derive(Debug, Args)]
pub(crate) struct BomShowArgs {
    /// SKU or barcode
    pub(crate) item: String,
    /// All the way down, with the parts of the parts
    #[arg(long)]
    pub(crate) levels: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LotCommand {
    /// Plan a lot; without a number it gets one
    #[command(
        after_help = "The lot keeps the bill of materials as it is now, until: stock lot adopt.\n\n\
        Examples:\n  stock lot plan L-7 PUMP-CTRL 100 --due 2026-12-01\n  \
        stock lot plan PUMP-CTRL 100 --customer ACME"
    )]
    Plan(LotPlanArgs),
    /// Change a lot
    #[command(
        after_help = "An empty text or none takes a value away.\n\nExample:\n  \
        stock lot set L-7 --quantity 80 --due none"
    )]
    Set(LotSetArgs),
    /// Let a lot go by today's bill of materials
    #[command(after_help = "Example:\n  stock lot adopt L-7")]
    Adopt(LotArgs),
    /// Place purchase orders for what a lot is short of, one for each supplier
    #[command(
        after_help = "What is short is what nothing covers when everything that is open is met in \
        the order of its days. Each item goes to its usual supplier (stock item set SKU --supplier), \
        else to whoever it was ordered from last, else to --supplier.\n\nExample:\n  stock lot buy L-7"
    )]
    Buy(LotBuyArgs),
    /// Take a part for a lot from a place
    #[command(
        after_help = "Without --owner it is the stock of the lot's customer, where enough of it lies \
        there or none of ours, and ours otherwise.\n\nExample:\n  stock lot issue L-7 R-100 A-01 400"
    )]
    Issue(LotMoveArgs),
    /// Bring a part back that was issued to a lot
    #[command(
        after_help = "Without --owner and --batch it goes back to those that it was issued from, the \
        newest first.\n\nExample:\n  stock lot return L-7 R-100 A-01 12"
    )]
    Return(LotMoveArgs),
    /// Book built units in, and the parts out that were not issued ahead
    #[command(
        after_help = "Parts are taken from where they lie, the usual location first; what the \
        ledger has nowhere is said and not taken. Without --owner the units are the lot's \
        customer's, or ours.\n\nExamples:\n  stock lot build L-7 50 FINISHED\n  \
        stock lot build L-7 50 FINISHED --no-backflush    parts stay as they are"
    )]
    Build(LotBuildArgs),
    /// Show a lot: what it needs, what is there, what comes, what is short
    #[command(
        after_help = "Covered is said with everything that is open met in turn: yes, late, or \
        short; shortfall goes by the item's own figures.\n\nExample:\n  stock lot show L-7"
    )]
    Show(LotArgs),
    /// End a lot, which is final
    #[command(after_help = "Example:\n  stock lot close L-7")]
    Close(EndArgs),
    /// List lots
    #[command(after_help = "Example:\n  stock lot list --open")]
    List {
        /// Only those that are open
        #[arg(long)]
        open: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct LotArgs {
    /// The lot's number
    pub(crate) number: String,
}

#[derive(Debug, Args)]
pub(crate) struct LotPlanArgs {
    /// Perhaps the lot's number, then what is built, then how many
    #[arg(
        value_names = ["[NUMBER] ITEM", "QUANTITY"],
        num_args = 2..=3,
        required = true,
        allow_negative_numbers = true
    )]
    pub(crate) words: Vec<String>,
    #[command(flatten)]
    pub(crate) fields: LotFields,
}

#[derive(Debug, Args)]
pub(crate) struct LotSetArgs {
    /// The lot's number
    pub(crate) number: String,
    /// How many units
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) quantity: Option<String>,
    #[command(flatten)]
    pub(crate) fields: LotFields,
}

/// What a lot says about itself.
#[derive(Debug, Args)]
pub(crate) struct LotFields {
    /// The day it is due, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub(crate) due: Option<String>,
    /// The customer whose stock it may use
    #[arg(long)]
    pub(crate) customer: Option<String>,
    /// The site where it is built; none is any
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LotBuyArgs {
    /// The lot's number
    pub(crate) number: String,
    /// For what nobody is known to sell
    #[arg(long)]
    pub(crate) supplier: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LotMoveArgs {
    /// The lot's number
    pub(crate) number: String,
    /// SKU or barcode
    pub(crate) item: String,
    /// The location it comes from, or goes to
    pub(crate) location: String,
    /// How much, such as 4 or 0.25
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
    #[command(flatten)]
    pub(crate) details: DocumentDetails,
}

#[derive(Debug, Args)]
pub(crate) struct LotBuildArgs {
    /// The lot's number
    pub(crate) number: String,
    /// How many units
    #[arg(allow_negative_numbers = true)]
    pub(crate) quantity: String,
    /// The location they go to
    pub(crate) location: String,
    /// Take no parts out
    #[arg(long)]
    pub(crate) no_backflush: bool,
    #[command(flatten)]
    pub(crate) details: DocumentDetails,
}

#[derive(Debug, Args)]
pub(crate) struct EndArgs {
    /// Its number
    pub(crate) number: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// In your words
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

/// What a movement for a lot or a purchase order can carry: that is named already.
#[derive(Debug, Clone, Args)]
pub(crate) struct DocumentDetails {
    /// Why
    #[arg(long, value_name = "TEXT", help_heading = "Details")]
    reason: Option<String>,
    /// In your words
    #[arg(long, value_name = "TEXT", help_heading = "Details")]
    note: Option<String>,
    /// The customer whose stock it is, or - for our own; without it our own, of a lot its customer's
    /// where there is enough, and of a return whose it was
    #[arg(
        long,
        value_name = "CUSTOMER",
        allow_hyphen_values = true,
        help_heading = "Details"
    )]
    owner: Option<String>,
    /// The manufacturer's batch; - is stock without batch
    #[arg(long, allow_hyphen_values = true, help_heading = "Details")]
    batch: Option<String>,
    /// The day the batch expires, YYYY-MM-DD
    #[arg(long, value_name = "DATE", help_heading = "Details")]
    expiry: Option<String>,
    /// The serial number
    #[arg(long, help_heading = "Details")]
    serial: Option<String>,
    /// When it happened, if not now: 2026-11-21T09:12:00Z, "2026-11-21 09:12", or 09:12 today
    #[arg(long, value_name = "TIME", help_heading = "Details")]
    at: Option<String>,
}

impl From<DocumentDetails> for Details {
    fn from(details: DocumentDetails) -> Self {
        let DocumentDetails {
            reason,
            note,
            owner,
            batch,
            expiry,
            serial,
            at,
        } = details;
        Self {
            reason,
            note,
            owner,
            batch,
            expiry,
            serial,
            at,
            ..Self::default()
        }
    }
}
