//! The commands and their arguments. Every setting can also come from `STOCK_SERVER_*`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ledger_core::catalogue::Role;

/// The address that is listened on when none is named.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:8440";

/// The central server of a Stockledger.
#[derive(Debug, Parser)]
#[command(name = "stock-server", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// A file with settings, in TOML: `listen = "127.0.0.1:8440"`
    #[arg(long, global = true, env = "STOCK_SERVER_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve handhelds, API and pages; the first start makes the store
    #[command(
        after_help = "On an address that other machines reach it speaks TLS: with your own \
        certificate, or with one that it makes at its first start. Handhelds trust that one for \
        its pin, which stock-server device code prints, alone and in the QR; browsers ask \
        once.\n\nExamples:\n  \
        stock-server serve --data shop                            on this machine alone, plain HTTP\n  \
        stock-server serve --data shop --listen 0.0.0.0:8440      with TLS\n  \
        stock-server serve --data shop --listen 0.0.0.0:443 --tls-cert shop.pem --tls-key shop.key"
    )]
    Serve(ServeArgs),
    /// Show a workshop with two handhelds that worked offline, on invented data
    Demo(DemoArgs),
    /// Enrol and list devices
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Add, list, change and disable the people who use the ledger
    #[command(subcommand)]
    User(UserCommand),
    /// Tokens for programs that use the API
    #[command(subcommand)]
    Token(TokenCommand),
    /// Check every entry from the disk against its hash and its signed head
    Verify(DataArgs),
    /// Make the index anew from the journal, while no server runs
    Rebuild(DataArgs),
    /// Write everything into one file, also while the server runs
    #[command(
        after_help = "The file holds the server's keys: keep it as you keep a key. It is \
        read back from the disk before it gets its name, and one that is there is never written \
        over.\n\nExample:\n  stock-server backup monday.backup --data shop\n\nWith --json:\n  \
        {\"ok\":true,\"file\":…,\"bytes\":…,\"entries\":…,\"origins\":…,\"made_at\":…,\"missing\":[],\"damage\":[]}"
    )]
    Backup(BackupArgs),
    /// Make a server's store of a backup, in a directory that is empty or not there
    #[command(
        after_help = "The server keeps its ledger and keys and begins a new epoch: the next \
        syncs bring back what any device still has. Backups of earlier versions can be \
        read.\n\nExample:\n  stock-server restore monday.backup --data new-shop\n\nWith --json:\n  \
        {\"ok\":true,\"store\":…,\"node\":…,\"entries\":…,\"origins\":…,\"made_at\":…,\"missing\":[]}"
    )]
    Restore(BackupArgs),
    /// Exchange what is new by a file that somebody carries, also while the server runs
    #[command(
        after_help = "A file that a handheld or a hub wrote (stock sync --to-file) is numbered here \
        like what comes over the network; one that this server writes brings a device everything, \
        its numbers too. Reading a file twice or late does no harm.\n\nExamples:\n  \
        stock-server sync --from-file /media/stick/today.sync --data shop\n  \
        stock-server sync --to-file /media/stick/all.sync --data shop\n\nWith --json:\n  \
        {\"file\":…,\"made_by\":…,\"made_at\":…,\"pulled\":…,\"rejected\":…,\"synced\":true}\n  \
        {\"file\":…,\"bytes\":…,\"entries\":…,\"unnumbered\":…,\"made_at\":…}"
    )]
    Sync(SyncArgs),
    /// Say what is wrong with the store, and what to do
    #[command(
        after_help = "Exit code 0 when nothing is worse than a note.\n\nExamples:\n  \
        stock-server doctor --data shop\n  \
        stock-server doctor --fix --data shop    also does what can lose nothing\n\nWith --json:\n  \
        {\"ok\":true,\"entries\":…,\"findings\":[{\"code\":…,\"severity\":\"ok|note|warning|problem\",\
        \"text\":…,\"fix\":…,\"fixed\":false}]}"
    )]
    Doctor(DoctorArgs),
    /// Show the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the description of the API, OpenAPI 3.1 as JSON
    Openapi,
    /// Ask a running server whether it is well
    Healthcheck(HealthArgs),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DataArgs {
    /// The directory with the server's store
    #[arg(long, env = "STOCK_SERVER_DATA", value_name = "DIR")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The backup
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false, args = ["to_file", "from_file"])]
pub(crate) struct SyncArgs {
    /// Write what the server knows into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) to_file: Option<PathBuf>,
    /// Take what is new from this file
    #[arg(long, value_name = "FILE")]
    pub(crate) from_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Do what can lose nothing; no server may run on the data
    #[arg(long)]
    pub(crate) fix: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Where to listen; port 0 takes a free one
    #[arg(long, env = "STOCK_SERVER_LISTEN", value_name = "ADDRESS", default_value = DEFAULT_LISTEN)]
    pub(crate) listen: String,
    /// Serve plain HTTP on an address that other machines reach
    #[arg(long, env = "STOCK_SERVER_INSECURE_HTTP")]
    pub(crate) insecure_http: bool,
    /// Your own certificate in PEM form, with its chain; looked at again when it changes
    #[arg(long, env = "STOCK_SERVER_TLS_CERT", value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The key of that certificate, in PEM form
    #[arg(long, env = "STOCK_SERVER_TLS_KEY", value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Make this server a hub of the one at this address: it numbers nothing and hands everything
    /// on. At the first start the text of an enrolment QR, which has the code; a hub stays one
    #[arg(long, env = "STOCK_SERVER_UPSTREAM", value_name = "URL")]
    pub(crate) upstream: Option<String>,
    /// The code with which a hub enrols at its first start
    #[arg(long, env = "STOCK_SERVER_UPSTREAM_CODE", value_name = "CODE")]
    pub(crate) upstream_code: Option<String>,
    /// The server's name, given at the first start
    #[arg(
        long,
        env = "STOCK_SERVER_NAME",
        value_name = "NAME",
        default_value = "server"
    )]
    pub(crate) name: String,
    /// What to log on standard error: error, warn, info, debug, or a filter
    #[arg(
        long,
        env = "STOCK_SERVER_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub(crate) log: String,
    /// Log as JSON lines
    #[arg(long, env = "STOCK_SERVER_LOG_JSON")]
    pub(crate) log_json: bool,
    /// For tests: after how many milliseconds something is told that lasts
    #[arg(long, hide = true, value_name = "MS")]
    pub(crate) alerts_pace_ms: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// End when the story is told; exit code 0 only if all totals agree
    #[arg(long)]
    pub(crate) once: bool,
    /// Keep the stores in this directory, which must be new; otherwise they go at the end
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Every setting of serve with its value and where it comes from: flag, environment, file or
    /// default
    #[command(
        after_help = "Example:\n  stock-server config show --config shop.toml -- --listen 127.0.0.1:0\n\n\
        With --json:\n  {\"settings\":[{\"key\":…,\"value\":…,\"source\":…,\"environment\":…}]}"
    )]
    Show {
        /// Flags as serve would get them
        #[arg(last = true, value_name = "SERVE FLAGS")]
        serve: Vec<OsString>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// Make a one-time code with which a handheld enrols
    Code(DeviceCodeArgs),
    /// List the enrolled devices; of revoked ones also what waits
    List(DataArgs),
    /// Trust a device no longer: what it writes from now on, or held back, waits to be admitted
    #[command(
        after_help = "Examples:\n  stock-server device revoke \"Handheld 3\" --data shop\n  \
        stock-server device revoke \"Handheld 3\" --last 120 --data shop    nothing after its entry 120\n\n\
        With --json:\n  {\"entry\":…,\"entries\":[…],\"object\":{\"id\":…,\"name\":…,\"revoked\":true,\"waiting\":…,\n  \
        \"origins\":[{\"origin\":…,\"trusted\":…,\"waiting\":…,\"refused\":…,\"admitted\":…,\"since\":…}],…}}"
    )]
    Revoke(DeviceRevokeArgs),
    /// Let count what waits of a revoked device's origin; where nothing waits, what was refused
    #[command(
        after_help = "Example:\n  stock-server device admit 3f2a --data shop\n\n\
        With --json: as revoke, with \"decided\", the number of entries"
    )]
    Admit(DeviceOriginArgs),
    /// Let never count what waits of a revoked device's origin; where nothing waits, what was
    /// admitted
    #[command(
        after_help = "Example:\n  stock-server device refuse 3f2a --data shop\n\n\
        With --json: as revoke, with \"decided\", the number of entries"
    )]
    Refuse(DeviceOriginArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DeviceRevokeArgs {
    /// The device's name or id
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// The last entry of its newest origin that is trusted, 0 for none; all that is here when left
    /// out
    #[arg(long, value_name = "SEQ")]
    pub(crate) last: Option<u64>,
    /// Why, for those who read the log
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DeviceOriginArgs {
    /// The origin, or the beginning of its id; device list names it
    pub(crate) origin: String,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Why, for those who read the log
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DeviceCodeArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// The device's name; its own name when none is given
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What it may do: viewer, operator, manager or administrator
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub(crate) role: Option<Role>,
    /// The address at which handhelds reach the server, when it is another than it listens on
    #[arg(long, env = "STOCK_SERVER_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a user, and print a one-time link with which they choose a password
    #[command(
        after_help = "Example:\n  stock-server user add ada --role manager --data shop\n\n\
        With --json:\n  {\"user\":…,\"name\":…,\"role\":…,\"url\":…,\"expires\":…}"
    )]
    Add(UserAddArgs),
    /// List the users
    List(DataArgs),
    /// Change a user; what is left out stays as it is
    #[command(
        after_help = "Examples:\n  stock-server user set ada --role operator --data shop\n  \
        stock-server user set ada --new-link --data shop    for a forgotten password"
    )]
    Set(UserSetArgs),
    /// Disable a user: logged out at once, and without rights from now on
    Disable(UserNameArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UserNameArgs {
    /// The user's name
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UserAddArgs {
    /// The name with which they log in
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// What they may do: viewer, operator, manager or administrator
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub(crate) role: Role,
    /// The name that others read
    #[arg(long, value_name = "NAME")]
    pub(crate) full_name: Option<String>,
    /// The code on their badge
    #[arg(long, value_name = "CODE")]
    pub(crate) badge: Option<String>,
    /// The address at which browsers reach the server, when it is another than it listens on
    #[arg(long, env = "STOCK_SERVER_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct UserSetArgs {
    /// The user's name
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// What they may do: viewer, operator, manager or administrator
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub(crate) role: Option<Role>,
    /// The name that others read
    #[arg(long, value_name = "NAME")]
    pub(crate) full_name: Option<String>,
    /// The code on their badge; empty takes it away
    #[arg(long, value_name = "CODE")]
    pub(crate) badge: Option<String>,
    /// Let a disabled user in again
    #[arg(long)]
    pub(crate) enable: bool,
    /// Print a one-time link with which they choose another password
    #[arg(long)]
    pub(crate) new_link: bool,
    /// The address at which browsers reach the server, when it is another than it listens on
    #[arg(long, env = "STOCK_SERVER_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; it is shown once
    Create(TokenCreateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct TokenCreateArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// What its bearer may do: viewer, operator, manager or administrator
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub(crate) role: Role,
    /// The token's name in lists and history
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// The data directory of the server to ask
    #[arg(
        long,
        env = "STOCK_SERVER_DATA",
        value_name = "DIR",
        required_unless_present = "url"
    )]
    pub(crate) data: Option<PathBuf>,
    /// The address of the server to ask, instead of the one it serves at on this machine
    // STOCK_SERVER_URL is the address that others reach it at, and not for this.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_word(text).ok_or_else(|| {
        let words = Role::ALL.map(Role::word);
        format!(
            "there is no role {text:?}: it is one of {}",
            words.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn json_and_data_are_taken_anywhere() {
        let cli = Cli::try_parse_from(["stock-server", "device", "list", "--json", "--data", "x"]);
        assert!(cli.unwrap().json);
        for wrong in [
            &["device"][..],
            &["token", "create", "--data", "x"],
            &["token", "create", "--data", "x", "--role", "boss"],
        ] {
            let arguments = ["stock-server"].iter().chain(wrong);
            assert!(Cli::try_parse_from(arguments).is_err(), "{wrong:?}");
        }
    }
}
