//! Arguments of the commands that make and change the catalogue.

use clap::{Args, Subcommand, ValueEnum};

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnOff {
    On,
    Off,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ItemCommand {
    /// Make an item
    #[command(
        after_help = "Example:\n  stock item add R-100 --name \"Resistor 100 Ω\" --threshold 200 \
                      --barcode 4006381333931 --barcode REEL-R100=5000"
    )]
    Add(ItemAddArgs),
    /// Change an item; what is not named stays as it is
    #[command(after_help = "Example:\n  stock item set R-100 --threshold 500")]
    Set(ItemAddArgs),
    /// Take an item out of use; its stock and history stay
    #[command(after_help = "Example:\n  stock item archive R-100")]
    Archive { sku: String },
    /// Take an archived item into use again
    #[command(after_help = "Example:\n  stock item restore R-100")]
    Restore { sku: String },
    /// Make one item another name of a second
    #[command(after_help = "Example:\n  stock item merge R100-OLD R-100")]
    Merge {
        /// The item that becomes an alias
        alias: String,
        /// The item that it stands for
        into: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ItemAddArgs {
    /// The item's code
    pub(crate) sku: String,
    #[command(flatten)]
    pub(crate) fields: ItemFields,
}

#[derive(Debug, Args)]
pub(crate) struct ItemFields {
    /// The name people read
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// What it is
    #[arg(long, value_parser = ["part", "pcba", "assembly"], ignore_case = true)]
    pub(crate) kind: Option<String>,
    /// The unit of its quantities, such as pcs or m
    #[arg(long)]
    pub(crate) unit: Option<String>,
    /// At or below this much it is low; none takes the threshold away
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) threshold: Option<String>,
    /// A barcode, and how much one scan of it is; repeat it for more
    #[arg(long, value_name = "CODE[=PACK]")]
    pub(crate) barcode: Vec<String>,
    /// The usual location
    #[arg(long, value_name = "NUMBER")]
    pub(crate) location: Option<String>,
    /// Whom it is usually bought from
    #[arg(long, value_name = "SUPPLIER")]
    pub(crate) supplier: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BindArgs {
    /// The barcode
    pub(crate) code: String,
    /// SKU or another barcode of the item
    pub(crate) item: String,
    /// How much of the item one scan is
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) pack: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LocationTypeCommand {
    /// Make a location type, perhaps with a grid
    #[command(after_help = "Example:\n  stock location-type add RACK --rows 10 --columns A-T")]
    Add(LocationTypeAddArgs),
    /// List location types
    #[command(after_help = "Example:\n  stock location-type list")]
    List,
}

#[derive(Debug, Args)]
pub(crate) struct LocationTypeAddArgs {
    /// Its name
    pub(crate) name: String,
    /// How many rows its grid has
    #[arg(long, value_name = "N")]
    pub(crate) rows: Option<u32>,
    /// Its grid's columns, A-T or 1-20
    #[arg(long)]
    pub(crate) columns: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LocationCommand {
    /// Make a location
    #[command(
        after_help = "Example:\n  stock location add A-01 --name \"Shelf 1\" --site MAIN --room Store"
    )]
    Add(LocationAddArgs),
    /// Make the locations of a whole rack, PREFIX-A-01 and so on
    #[command(
        after_help = "Example:\n  stock location add-grid RACK K1 --rows 10 --columns A-T --site MAIN"
    )]
    AddGrid(GridArgs),
    /// Change a location; what is not named stays as it is
    #[command(after_help = "Example:\n  stock location set A-01 --room Store")]
    Set(LocationAddArgs),
    /// Take a location out of use
    #[command(after_help = "Example:\n  stock location archive A-01")]
    Archive { number: String },
    /// Take an archived location into use again
    #[command(after_help = "Example:\n  stock location restore A-01")]
    Restore { number: String },
    /// List locations
    #[command(after_help = "Example:\n  stock location list")]
    List,
}

#[derive(Debug, Args)]
pub(crate) struct LocationAddArgs {
    /// The location's number
    pub(crate) number: String,
    #[command(flatten)]
    pub(crate) fields: LocationFields,
}

#[derive(Debug, Args)]
pub(crate) struct LocationFields {
    /// The name people read
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Its location type
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) location_type: Option<String>,
    /// Its site
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// Its room
    #[arg(long)]
    pub(crate) room: Option<String>,
    /// Its row in the type's grid
    #[arg(long, value_name = "N")]
    pub(crate) row: Option<u32>,
    /// Its column in the type's grid
    #[arg(long)]
    pub(crate) column: Option<String>,
    /// Whether stock there is kept from use
    #[arg(long)]
    pub(crate) blocked: Option<OnOff>,
}

#[derive(Debug, Args)]
pub(crate) struct GridArgs {
    /// The location type with the grid
    #[arg(value_name = "TYPE")]
    pub(crate) location_type: String,
    /// How the numbers begin
    pub(crate) prefix: String,
    /// How many rows
    #[arg(long, value_name = "N")]
    pub(crate) rows: u32,
    /// Which columns, A-T or 1-20
    #[arg(long)]
    pub(crate) columns: String,
    /// Their site
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// Their room
    #[arg(long)]
    pub(crate) room: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CustomerCommand {
    /// Make one
    #[command(after_help = "Example:\n  stock customer add ACME --name \"Acme Ltd\"")]
    Add(PartnerAddArgs),
    /// List them
    #[command(after_help = "Example:\n  stock customer list")]
    List,
    /// Show one with the stock it has here and its open orders
    #[command(after_help = "Example:\n  stock customer show ACME")]
    Show {
        /// Its code
        code: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PartnerCommand {
    /// Make one
    #[command(after_help = "Example:\n  stock supplier add MOUSER --name Mouser")]
    Add(PartnerAddArgs),
    /// List them
    #[command(after_help = "Example:\n  stock supplier list")]
    List,
}

#[derive(Debug, Args)]
pub(crate) struct PartnerAddArgs {
    /// Its code
    pub(crate) code: String,
    /// The name people read
    #[arg(long)]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SettingCommand {
    /// List all settings with what each means
    List,
    /// Print one
    #[command(after_help = "Example:\n  stock setting get default-threshold")]
    Get { key: String },
    /// Change one
    #[command(after_help = "Settings, with what holds until one is set:\n  \
        allow-backorder      off (on or off)\n  \
        default-threshold    none (a quantity or none)\n  \
        order-policy-repair  issue (issue or reserve)\n  \
        order-policy-sales   reserve (issue or reserve)\n  \
        reasons              damaged, lost, found, returned, sample, correction\n\n\
        Example:\n  stock setting set reasons \"sample, broken, found\"")]
    Set {
        key: String,
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
}
