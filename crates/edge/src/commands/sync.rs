//! `stock sync`: once, for weeks, or not until told otherwise.

mod file;
mod outside;
mod signs;
mod stop;
mod told;
mod waiting;
mod watch;

use ledger_node::{EnrolText, Node, NodeError, SyncProgress, SystemClock, WallClock as _};
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::outside::{Outside, failure};
pub(crate) use self::stop::Stop;
pub(crate) use self::waiting::{Ended, greeted, synced, wait};
use super::close;
use crate::cli::{OnOff, SyncArgs};
use crate::context::Context;
use crate::progress::Bar;
use crate::report::{Answer, Exit, Failure};
use crate::table::text;
use crate::{time, turn};

/// What of this device the central server is not known to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unsent {
    /// How many entries.
    pub(crate) pending: u64,
    /// When the oldest of them was written.
    pub(crate) oldest_pending: Option<String>,
}

impl Unsent {
    /// Of a store that is open.
    pub(crate) fn of(node: &Node) -> Result<Self, NodeError> {
        let (pending, oldest) = node.view().pending()?;
        Ok(Self {
            pending,
            oldest_pending: oldest.map(ledger_node::time_text),
        })
    }

    /// In words: `37 not sent, oldest 09:12`; none when all is sent.
    pub(crate) fn told(&self) -> Option<String> {
        let now = SystemClock.now();
        let oldest = self.oldest_pending.as_deref();
        let since = oldest.map(|oldest| time::short(oldest, now, time::local_zone()));
        let since = since.map_or_else(String::new, |since| format!(", oldest {since}"));
        (self.pending > 0).then(|| format!("{} not sent{since}", self.pending))
    }

    /// A text with what is not sent behind it.
    fn after(&self, text: String) -> String {
        match self.told() {
            Some(unsent) => format!("{text}; {unsent}"),
            None => text,
        }
    }
}

/// `stock sync`.
pub(crate) fn run(context: &Context, args: &SyncArgs) -> Result<Answer, Failure> {
    if let Some(path) = &args.to_file {
        return file::write(context, path);
    }
    if let Some(path) = &args.from_file {
        return file::read(context, path);
    }
    match (args.offline, args.watch) {
        (Some(switch), _) => offline(context, switch),
        (None, true) => watch::run(context),
        (None, false) => once(context, args.via.as_deref()),
    }
}

/// Refuses while the device is told not to use the network.
pub(crate) fn check_online(context: &Context, node: &Node) -> Result<(), Failure> {
    let Some(since) = ledger_node::offline_since(&context.store()?)? else {
        return Ok(());
    };
    let since = time::short_moment(since, SystemClock.now(), time::local_zone());
    let text = Unsent::of(node)?.after(format!("this device is offline by hand since {since}"));
    let hint = "let it use the network again with: stock sync --offline off";
    Err(Failure::new("offline", text).hint(hint))
}

fn once(context: &Context, via: Option<&str>) -> Result<Answer, Failure> {
    let via = via.map(str::parse::<EnrolText>).transpose();
    let via = via.map_err(|error| Failure::new("bad-pin", error.to_string()))?;
    let node = context.open()?;
    check_online(context, &node)?;
    let turn = turn::sync(&context.store()?);
    let bar = Bar::new(context.json());
    let mut shown = |at: SyncProgress| bar.at("receiving", at.pulled, at.behind);
    let synced = match via {
        Some(via) => online(node.sync_via(&via.url, via.pin, &mut shown)),
        None => online(node.sync(&mut shown)),
    };
    drop(bar);
    let report = synced.map_err(|mut failure| {
        if let Ok(unsent) = Unsent::of(&node) {
            failure.text = unsent.after(failure.text);
        }
        failure
    })?;
    let mut answer = context.answer(&report, sync_text)?;
    if !report.rejected.is_empty() {
        answer.exit = Exit::Failed;
    }
    close(node, &mut answer);
    drop(turn);
    Ok(answer)
}

/// What of this device the server did not take, in words.
pub(crate) fn not_taken(why: &str) -> String {
    format!("not taken, and kept here: {why}")
}

fn sync_text(report: &Value) -> String {
    let is = |key| report.get(key) == Some(&Value::Bool(true));
    let state = if is("synced") {
        "synced with"
    } else if is("at_hub") {
        "at the hub, not yet at the central server:"
    } else {
        "not yet all at"
    };
    let (pushed, pulled) = (text(report, "pushed"), text(report, "pulled"));
    let mut told = format!(
        "{pushed} sent, {pulled} received: {state} {}",
        text(report, "server")
    );
    let rejected = report.get("rejected").and_then(Value::as_array);
    for why in rejected.into_iter().flatten().filter_map(Value::as_str) {
        told.push_str(&format!("\n{}", not_taken(why)));
    }
    told
}

/// What the offline switch prints.
#[derive(Debug, Serialize)]
struct Switched {
    offline: bool,
    since: Option<String>,
    /// None while another program has the store, so that nobody can count.
    pending: Option<u64>,
    oldest_pending: Option<String>,
}

/// `stock sync --offline on|off`.
fn offline(context: &Context, switch: OnOff) -> Result<Answer, Failure> {
    let store = context.existing_store()?;
    let since = match switch {
        OnOff::On => Some(ledger_node::go_offline(&store, SystemClock.now())?),
        OnOff::Off => {
            ledger_node::go_online(&store)?;
            None
        }
    };
    let node = match context.open() {
        Ok(node) => Some(node),
        // It is switched all the same.
        Err(failure) if failure.code == "store-in-use" => None,
        Err(failure) => return Err(failure),
    };
    let unsent = node.as_ref().map(Unsent::of).transpose()?;
    let switched = Switched {
        offline: since.is_some(),
        since: since.map(ledger_node::time_text),
        pending: unsent.as_ref().map(|unsent| unsent.pending),
        oldest_pending: unsent.clone().and_then(|unsent| unsent.oldest_pending),
    };
    let mut answer = context.answer(&switched, |_| {
        let text = if switched.offline {
            "Offline: nothing is sent or fetched until: stock sync --offline off"
        } else {
            "Online: stock sync, or a running watch, uses the network again"
        };
        unsent.unwrap_or_default().after(text.to_owned())
    })?;
    if let Some(node) = node {
        close(node, &mut answer);
    }
    Ok(answer)
}

/// Runs what talks to the server.
pub(crate) fn online<T>(future: impl Future<Output = Result<T, NodeError>>) -> Result<T, Failure> {
    Ok(runtime()?.block_on(future)?)
}

/// The runtime of what waits for the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(|error| Failure::io("the network cannot be used", &error))
}
