//! The command line as clap reads it: what can be typed, nothing about what it does.

mod catalogue;
mod files;
mod labels;
mod orders;
mod production;
mod purchasing;
mod stock;
mod stocktakes;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use self::catalogue::{
    BindArgs, CustomerCommand, GridArgs, ItemAddArgs, ItemCommand, ItemFields, LocationCommand,
    LocationFields, LocationTypeCommand, OnOff, PartnerCommand, SettingCommand,
};
pub(crate) use self::files::{ExportArgs, ExportFormat, ImportArgs};
pub(crate) use self::labels::LabelsArgs;
pub(crate) use self::orders::{
    AnswerArgs, AnswerWhat, BackordersArgs, ExceptionsArgs, ExceptionsCommand, OrderCommand,
    OrderExpediteArgs, OrderFields, OrderFillArgs, OrderItemArgs, OrderLineArgs, OrderOpenArgs,
    OrderPickArgs,
};
pub(crate) use self::production::{
    BomCommand, BomSetArgs, EndArgs, LotBuildArgs, LotBuyArgs, LotCommand, LotFields, LotMoveArgs,
    LotPlanArgs, LotSetArgs,
};
pub(crate) use self::purchasing::{PoCommand, PoFields, PoPlaceArgs, PoReceiveArgs, PoSetArgs};
pub(crate) use self::stock::{
    AdjustArgs, CountArgs, Details, ItemsArgs, MoveArgs, StockArgs, UndoArgs, WhyArgs,
};
pub(crate) use self::stocktakes::{
    StocktakeAssignArgs, StocktakeCommand, StocktakeOpenArgs, StocktakeReportArgs,
};

/// Stock keeping that works offline.
#[derive(Debug, Parser)]
#[command(
    name = "stock",
    version,
    about = "Stock keeping that works offline and syncs later.",
    after_help = "Begin with:\n  stock init --name counter\n  stock item add R-100 --name \"Resistor 100 Ω\"\n  \
                  stock location add A-01 --name \"Shelf 1\"\n  stock add R-100 A-01 500"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Print JSON on one line instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The store's directory [default: stockledger/store in the user's data directory]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "STOCK_STORE",
        hide_env_values = true
    )]
    pub(crate) store: Option<PathBuf>,
    /// Who acts; without it who is logged in, or the device itself
    #[arg(long, global = true, value_name = "USER")]
    pub(crate) user: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a store on this device
    #[command(after_help = "Example:\n  stock init --name counter")]
    Init(InitArgs),
    /// Join a server's ledger with a one-time code
    #[command(
        after_help = "With a pin only the server with that TLS key is trusted, now and at every \
        sync; with https:// and no pin, whoever the system's authorities vouch for.\n\nExamples:\n  \
        stock enroll http://127.0.0.1:8440 --code ABCD-EFGH\n  \
        stock enroll \"https://shop.example:8440/#pin=…&code=ABCD-EFGH\"    what the QR says"
    )]
    Enroll(EnrollArgs),

    /// Log in on this device, by name or badge
    #[command(
        after_help = "What is written from now on says so, until: stock logout. It holds on this \
        device alone; --user says it for one command.\n\nExample:\n  stock login ann\n\nWith --json:\n  \
        {\"user\":…,\"name\":…,\"acts_as\":…,\"role\":\"viewer|operator|manager|administrator\",\
        \"known\":true,\"disabled\":false,\"device\":…}"
    )]
    Login(LoginArgs),
    /// Let this device act by itself again
    #[command(after_help = "Example:\n  stock logout")]
    Logout,
    /// Say who acts on this device, and with which role
    #[command(after_help = "Example:\n  stock whoami")]
    Whoami,

    /// Put stock in
    #[command(
        visible_alias = "receive",
        after_help = "Example:\n  stock add R-100 A-01 500 --po PO-7"
    )]
    Add(StockArgs),
    /// Take stock out
    #[command(
        visible_aliases = ["take", "issue"],
        after_help = "Example:\n  stock remove R-100 A-01 30 --reason sample"
    )]
    Remove(StockArgs),
    /// Move stock from a place to a place, or to another owner
    #[command(after_help = "Examples:\n  stock move R-100 A-01 B-02 30\n  \
                      stock move R-100 A-01 A-01 4 --owner ACME --to-own")]
    Move(MoveArgs),
    /// Correct stock by a difference
    #[command(after_help = "Example:\n  stock adjust R-100 A-01 -3 --reason broken")]
    Adjust(AdjustArgs),
    /// Say how much is there
    #[command(after_help = "Example:\n  stock count R-100 A-01 467")]
    Count(CountArgs),
    /// Void a movement or count
    #[command(
        after_help = "Examples:\n  stock undo          voids this device's newest\n  \
                      stock undo ENTRY    an entry's id stands in: stock history ITEM --json"
    )]
    Undo(UndoArgs),

    /// List items with their stock
    #[command(
        after_help = "Examples:\n  stock items --low\n  stock items --search resistor --site MAIN\n  \
                      stock items --owner ACME"
    )]
    Items(ItemsArgs),
    /// Show one item with its stock lines
    #[command(after_help = "Example:\n  stock show R-100")]
    Show(ItemArgs),
    /// Show what happened to an item, oldest first
    #[command(after_help = "Example:\n  stock history R-100")]
    History(ItemArgs),
    /// Explain why a total is what it is
    #[command(after_help = "Example:\n  stock why R-100 A-01")]
    Why(WhyArgs),
    /// Show stock by site
    #[command(after_help = "Example:\n  stock sites")]
    Sites,

    /// List what is low or out, since when and by which entry
    #[command(visible_alias = "alerts", after_help = "Example:\n  stock low")]
    Low,

    /// Open, fill, change and end orders
    #[command(subcommand)]
    Order(OrderCommand),
    /// List order lines that wait for stock, the oldest first
    #[command(after_help = "Example:\n  stock backorders --ready")]
    Backorders(BackordersArgs),

    /// Say what things are made of
    #[command(subcommand)]
    Bom(BomCommand),
    /// Plan, supply and build production lots
    #[command(subcommand)]
    Lot(LotCommand),
    /// Place purchase orders, and receive what comes
    #[command(subcommand)]
    Po(PoCommand),
    /// Count regularly: open, give out, report, approve
    #[command(subcommand)]
    Stocktake(StocktakeCommand),

    /// Make and change items
    #[command(subcommand)]
    Item(ItemCommand),
    /// Let a barcode stand for an item
    #[command(after_help = "Example:\n  stock bind 4006381333931 R-100 --pack 10")]
    Bind(BindArgs),
    /// Make and list location types
    #[command(subcommand)]
    LocationType(LocationTypeCommand),
    /// Make, change and list locations
    #[command(subcommand)]
    Location(LocationCommand),
    /// Make, list and show customers
    #[command(subcommand)]
    Customer(CustomerCommand),
    /// Make and list suppliers
    #[command(subcommand)]
    Supplier(PartnerCommand),
    /// See and change settings
    #[command(subcommand)]
    Setting(SettingCommand),

    /// Take in a CSV file
    #[command(after_help = "Columns, in any order; all rows are taken or none:\n  \
        items      sku,name,kind,unit,threshold,barcodes,location\n  \
        locations  number,name,type,site,room,row,column\n  \
        customers  code,name\n  \
        bom        parent,child,quantity,refs,attrition\n  \
        purchase-orders  number,supplier,item,quantity,date (rows of one number are one order)\n  \
        stock      item,location,quantity,owner,batch (writes counts)\n  \
        movements  time,item,quantity,from,to,owner,batch,reason,order,note\n\n\
        Example:\n  stock import movements history.csv --time-zone Europe/Berlin --dry-run")]
    Import(ImportArgs),
    /// Write out the log, or the stock as CSV
    #[command(after_help = "Example:\n  stock export --format csv --out stock.csv")]
    Export(ExportArgs),
    /// Scan codes: a screen on a terminal, otherwise one a line
    #[command(
        after_help = "On a terminal the screen shows mode, place, what to scan next, the last scans and what \
                      is not sent; it syncs by itself. The scanner is a keyboard that ends codes with Enter or \
                      Tab. F1 shows the keys: F2 UNDO, F3 DONE, F5 sync, F6 network off or on, F10 leave. A \
                      number and Enter before an item is so many of it. Where there is no store it asks for a \
                      server's enrolment code.\n\n\
                      Codes: ADD REMOVE MOVE COUNT, then a location, then items; Q5 before an item is 5 \
                      of it; UNDO takes back the last, DONE ends a count.\n\
                      MOVE: the place things come from, the things or MOVEALL, the place they go to.\n\
                      ORDER, or an order's code alone: what to pick is said place by place; SHORT counts \
                      what is there, SKIP postpones.\n\
                      LOT likewise: parts are issued; the lot's own item, scanned where it is put, is a \
                      unit built.\n\
                      PO: what is to come is said; a location, then what came. More than was ordered asks \
                      for a reason. A label that names its purchase order chooses it.\n\
                      STOCKTAKE: what is to be counted here is said place by place; a location, then all \
                      that is there; the next location or DONE ends it.\n\
                      OWNER and a customer, REASON and a reason hold for all that follows, until DONE is \
                      said after OWNER or REASON. A badge logs its user in, or out.\n\n\
                      A code that nobody knows is kept with its place, and has its effect once somebody \
                      says what it is: stock scans. A session that was cut off goes on where it was.\n\n\
                      Examples:\n  stock scan\n  stock scan --sound ./play.sh    called with ok, warn, \
                      error or duplicate\n  stock scan --usb    read USB scanners, and leave the \
                      keyboard to its person\n  stock scan --bridge \
                      /run/stock-bridge/scan.sock\n  printf 'ADD\\nA-01\\nR-100\\n' | stock scan --stdin"
    )]
    Scan(ScanArgs),
    /// List scans of codes that nobody knew, and say what they are
    #[command(
        after_help = "Once a code is resolved all its scans take effect, past ones too, at the \
                            time when they were made.\n\nExamples:\n  stock scans --unknown\n  \
                            stock scans resolve 4006381333931 R-100\n  \
                            stock scans resolve 1Z999AA10123456784 --dismiss --note \"a parcel\""
    )]
    Scans(ScansArgs),
    /// Explain codes
    #[command(subcommand)]
    Codes(CodesCommand),
    /// Print labels, cards and badges
    #[command(after_help = labels::help())]
    Labels(LabelsArgs),

    /// Exchange what is new with the server
    #[command(
        after_help = "A watch syncs by itself: when something was written here or at the server, when \
        a network comes, and every few minutes; what fails is tried again. It says a line about each \
        thing it does, has the store only while it syncs, and ends with SIGTERM or Ctrl-C.\n\n\
        A file that somebody carries does the same without any network: it holds everything \
        that its writer knows, for any device of the ledger and for the server (stock-server \
        sync), and reading it twice or late does no harm.\n\n\
        Examples:\n  stock sync\n  stock sync --watch\n  stock sync --offline on    until: \
        stock sync --offline off\n  stock sync --to-file /media/stick/today.sync\n  \
        stock sync --from-file /media/stick/today.sync\n\nWith --json:\n  \
        {\"pushed\":…,\"pulled\":…,\"synced\":true,\"server\":…,\"took_ms\":…}\n  --watch, a line \
        each:\n  {\"at\":…,\"event\":\"started|synced|waiting|failed|offline|online|stopped\",\
        \"pushed\":…,\"pulled\":…,\"pending\":…,\"oldest_pending\":…,\"reason\":…,\"next\":…}\n  \
        --offline:\n  {\"offline\":true,\"since\":…,\"pending\":…,\"oldest_pending\":…}\n  \
        --to-file:\n  {\"file\":…,\"bytes\":…,\"entries\":…,\"unnumbered\":…,\"made_at\":…}\n  \
        --from-file:\n  {\"file\":…,\"made_by\":…,\"made_at\":…,\"pulled\":…,\"rejected\":…,\"synced\":false}"
    )]
    Sync(SyncArgs),
    /// Show this device, what is not yet synced, and the state's hash
    #[command(after_help = "Example:\n  stock status")]
    Status,
    /// List what a person should look at, and answer it
    #[command(after_help = "Examples:\n  stock exceptions\n  \
                      stock exceptions answer negative-stock:R-100@A-01 --count 3")]
    Exceptions(ExceptionsArgs),
    /// Check every entry of the store
    #[command(after_help = "Example:\n  stock verify")]
    Verify,
    /// Make the index anew from the journal
    #[command(after_help = "Example:\n  stock rebuild")]
    Rebuild,
    /// Write everything into one file, also while other programs work
    #[command(
        after_help = "The file holds this device's keys: keep it as you keep a key. It is \
        read back from the disk before it gets its name, and one that is there is never written \
        over.\n\nExample:\n  stock backup monday.backup\n\nWith --json:\n  \
        {\"ok\":true,\"file\":…,\"bytes\":…,\"entries\":…,\"origins\":…,\"made_at\":…,\"missing\":[],\"damage\":[]}"
    )]
    Backup(FileArgs),
    /// Make this device's store of a backup, where no store is yet
    #[command(
        after_help = "The device keeps its name and keys and goes on under a new origin. \
        Backups of earlier versions can be read.\n\nExample:\n  \
        stock restore monday.backup --store new-store\n\nWith --json:\n  \
        {\"ok\":true,\"store\":…,\"node\":…,\"entries\":…,\"origins\":…,\"made_at\":…,\"missing\":[]}"
    )]
    Restore(FileArgs),
    /// Say what is wrong with the store, and what to do
    #[command(
        after_help = "Exit code 0 when nothing is worse than a note.\n\nExamples:\n  \
        stock doctor\n  stock doctor --fix    also does what can lose nothing\n\nWith --json:\n  \
        {\"ok\":true,\"entries\":…,\"findings\":[{\"code\":…,\"severity\":\"ok|note|warning|problem\",\
        \"text\":…,\"fix\":…,\"fixed\":false}]}"
    )]
    Doctor(DoctorArgs),
}

#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// The backup
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Do what can lose nothing
    #[arg(long)]
    pub(crate) fix: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// This device's name [default: the machine's]
    #[arg(long)]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EnrollArgs {
    /// The server's address, or what its enrolment QR says, which has the code in it
    #[arg(value_name = "URL|QR")]
    pub(crate) url: String,
    /// The one-time code from: stock-server device code
    #[arg(long)]
    pub(crate) code: Option<String>,
    /// The pin of the server's TLS key, which the QR has in it too
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) pin: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    /// Go on until told to stop, and sync whenever there is something to do
    #[arg(long)]
    pub(crate) watch: bool,
    /// Whether this device keeps away from the network; also for a watch that runs
    #[arg(long, value_name = "on|off", conflicts_with = "watch")]
    pub(crate) offline: Option<OnOff>,
    /// This once by another address of the ledger: a hub's, or the central server's. With the text
    /// of its QR the pin comes along
    #[arg(long, value_name = "URL", conflicts_with_all = ["watch", "offline"])]
    pub(crate) via: Option<String>,
    /// Without any network: write what this device knows into a file, for whoever reads it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["watch", "offline", "via"])]
    pub(crate) to_file: Option<PathBuf>,
    /// Without any network: take what is new here from such a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["watch", "offline", "via", "to_file"])]
    pub(crate) from_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// The user's name, or the code on the badge
    #[arg(value_name = "USER")]
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct ItemArgs {
    /// SKU or barcode
    pub(crate) item: String,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Read codes from standard input, one a line, and answer each with a line; so it is without a
    /// terminal too
    #[arg(long)]
    pub(crate) stdin: bool,
    /// Take scans from the scanner bridge at a socket too, as `stock-bridge run` makes it; without
    /// a terminal and without --stdin from there alone
    #[arg(long, value_name = "SOCKET")]
    pub(crate) bridge: Option<PathBuf>,
    /// Take the USB scanners for this program alone and read them, without a bridge
    #[arg(long, conflicts_with = "bridge")]
    pub(crate) usb: bool,
    /// A program that makes the sounds: it is run with ok, warn, error or duplicate
    #[arg(long, value_name = "PROGRAM", conflicts_with_all = ["stdin", "quiet"])]
    pub(crate) sound: Option<PathBuf>,
    /// Make no sounds
    #[arg(long)]
    pub(crate) quiet: bool,
    /// On the screen the same code within so many milliseconds counts once; 0 for none
    #[arg(long, value_name = "MS", default_value_t = scanning::BOUNCE_MILLIS)]
    pub(crate) bounce: u64,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ScansArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ScansCommand>,
    /// Only those whose code is still unknown
    #[arg(long)]
    pub(crate) unknown: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScansCommand {
    /// Say what a code stands for, for all its scans
    #[command(
        after_help = "Examples:\n  stock scans resolve 4006381333931 R-100\n  \
                            stock scans resolve 1Z999AA10123456784 --dismiss --note \"a parcel\""
    )]
    Resolve(ResolveArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ResolveArgs {
    /// The code, as the list shows it
    pub(crate) code: String,
    /// The item that it is, by SKU or barcode
    #[arg(required_unless_present = "dismiss", conflicts_with = "dismiss")]
    pub(crate) item: Option<String>,
    /// It is nothing: its scans have no effect
    #[arg(long)]
    pub(crate) dismiss: bool,
    /// Why it is nothing, in your words
    #[arg(long, value_name = "TEXT", requires = "dismiss")]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CodesCommand {
    /// Say what a code stands for
    #[command(after_help = "Example:\n  stock codes explain 4006381333931")]
    Explain {
        /// The code as it was scanned
        text: String,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_pin_may_begin_with_a_dash() {
        let words = [
            "stock",
            "enroll",
            "https://h",
            "--pin",
            "-abc",
            "--code",
            "C",
        ];
        let Command::Enroll(args) = Cli::try_parse_from(words).unwrap().command else {
            panic!("another command");
        };
        assert_eq!(
            (args.pin.as_deref(), args.code.as_deref()),
            (Some("-abc"), Some("C"))
        );
    }

    #[test]
    fn a_negative_number_needs_no_dashes_before_it() {
        for words in [
            &["stock", "add", "R-100", "A-01", "-5"][..],
            &[
                "stock", "adjust", "R-100", "A-01", "-0.5", "--reason", "broken",
            ],
            &[
                "stock", "adjust", "--reason", "broken", "R-100", "A-01", "+10",
            ],
            &["stock", "item", "set", "R-100", "--threshold", "-1"],
        ] {
            assert!(Cli::try_parse_from(words).is_ok(), "{words:?}");
        }
    }
}
