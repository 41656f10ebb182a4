//! The device itself: init, enroll, status, verify and rebuild.

use ledger_core::EntryId;
use ledger_core::at_entry::Refusal;
use ledger_node::{BadPin, EnrolText, Node, Pin, time_text};
use serde::Serialize;
use serde_json::{Value, json};

use super::sync::{Unsent, check_online, online};
use super::{WrittenJson, close, read};
use crate::cli::{EnrollArgs, InitArgs};
use crate::context::Context;
use crate::progress::Bar;
use crate::report::{Answer, Exit, Failure};
use crate::table::{rows, text};
use crate::time;

/// `stock init`.
pub(crate) fn init(context: &Context, args: InitArgs) -> Result<Answer, Failure> {
    let name = args.name.unwrap_or_else(machine_name);
    let store = context.store()?;
    let node = context.init(&name)?;
    let origin = node.origin();
    let last = node.read(|fold| fold.last_seq(origin));
    let entries: Vec<EntryId> = (1..=last).map(|seq| EntryId { origin, seq }).collect();
    let object = json!({
        "node": node.name(),
        "origin": origin.to_string(),
        "device": node.device().to_string(),
        "store": store.display().to_string(),
    });
    let mut answer = context.answer(&WrittenJson::new(&entries, &object, &[]), |_| {
        format!("Store of {name:?} made in {}", store.display())
    })?;
    close(node, &mut answer);
    Ok(answer)
}

/// What the machine is called, which a device is called where nobody says otherwise.
pub(crate) fn machine_name() -> String {
    let file = std::fs::read_to_string("/etc/hostname").ok();
    let name = file
        .or_else(|| std::env::var("HOSTNAME").ok())
        .unwrap_or_default();
    let name = name.trim();
    if name.is_empty() {
        "handheld".to_owned()
    } else {
        name.to_owned()
    }
}

#[derive(Debug, Serialize)]
struct Enrolled<'a, T: Serialize> {
    #[serde(flatten)]
    report: &'a T,
    #[serde(flatten)]
    written: WrittenJson<'a>,
}

/// The server's address, its pin and the code: typed apart, or together as the QR has them.
fn enrol_text(args: &EnrollArgs) -> Result<(EnrolText, String), Refusal> {
    let bad_pin = |error: BadPin| {
        Refusal::new("bad-pin", error.to_string())
            .hint("stock-server device code prints it, alone and in the QR")
    };
    let mut server: EnrolText = args.url.parse().map_err(bad_pin)?;
    let typed: Option<Pin> = args
        .pin
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(bad_pin)?;
    if typed.is_some() && server.pin.is_some() && typed != server.pin {
        let text = "the QR has another pin than --pin";
        return Err(Refusal::new("two-pins", text).hint("use the one that the server shows now"));
    }
    server.pin = server.pin.or(typed);
    let missing = || {
        Refusal::new("code-missing", "enrolling needs a one-time code")
            .hint("make one with: stock-server device code; then: stock enroll URL --code CODE")
    };
    let code = args
        .code
        .clone()
        .or(server.code.take())
        .ok_or_else(missing)?;
    Ok((server, code))
}

/// `stock enroll`.
pub(crate) fn enroll(context: &Context, args: &EnrollArgs) -> Result<Answer, Failure> {
    let node = context.open()?;
    let (server, code) = enrol_text(args)?;
    check_online(context, &node)?;
    let report = online(node.enroll(&server.url, &code, server.pin))?;
    let object = json!({ "node": node.name(), "server": node.server_url() });
    let written = WrittenJson::new(&[], &object, &[]);
    let mut answer = context.answer(
        &Enrolled {
            report: &report,
            written,
        },
        |report| {
            format!(
                "{} is enrolled at {}.\nNext: stock sync",
                node.name(),
                text(report, "server")
            )
        },
    )?;
    close(node, &mut answer);
    Ok(answer)
}

/// `stock status`.
pub(crate) fn status(context: &Context) -> Result<Answer, Failure> {
    read(context, |node| Ok(node.view().status()?), status_text)
}

fn status_text(status: &Value) -> String {
    let value = |key: &str| text(status, key);
    let zone = time::local_zone();
    let moment = |key: &str| time::shown(&value(key), zone);
    let or = |text: String, none: &str| {
        if text.is_empty() {
            none.to_owned()
        } else {
            text
        }
    };
    let unsent = Unsent {
        pending: value("pending").parse().unwrap_or_default(),
        oldest_pending: Some(value("oldest_pending")).filter(|oldest| !oldest.is_empty()),
    };
    let pending = unsent.told().unwrap_or_else(|| "nothing".to_owned());
    let network = match status.get("offline") {
        Some(Value::Bool(true)) => "offline by hand, until: stock sync --offline off",
        _ => "used when there is one",
    };
    let at_hub = Some(moment("at_hub")).filter(|at_hub| !at_hub.is_empty());
    let lines = [
        format!("Device      {}", value("node")),
        format!("Entries     {}", value("entries")),
        format!("Pending     {pending}"),
        format!("Last sync   {}", or(moment("synced_at"), "never")),
        format!("At the hub  {}", at_hub.as_deref().unwrap_or_default()),
        format!(
            "Server      {}",
            or(value("server"), "none: stock enroll URL --code CODE")
        ),
        format!("Network     {network}"),
        format!("Exceptions  {}", value("exceptions")),
        format!("Origin      {}", value("origin")),
        format!("State       {}", value("state_hash")),
    ];
    let is_said = |line: &&String| at_hub.is_some() || !line.starts_with("At the hub");
    let said: Vec<&str> = lines.iter().filter(is_said).map(String::as_str).collect();
    said.join("\n")
}

/// `stock verify`.
pub(crate) fn verify(context: &Context) -> Result<Answer, Failure> {
    let node = context.open()?;
    let bar = Bar::new(context.json());
    let report = node.verify(&mut |progress| bar.show(&progress))?;
    drop(bar);
    let mut answer = context.answer(&report, verify_text)?;
    if !report.ok {
        answer.exit = Exit::Failed;
    }
    close(node, &mut answer);
    Ok(answer)
}

fn verify_text(report: &Value) -> String {
    let (entries, origins) = (text(report, "entries"), text(report, "origins"));
    let word = if origins == "1" { "origin" } else { "origins" };
    let checked = format!("{entries} entries of {origins} {word} checked");
    let problems = report.get("problems").map(rows).unwrap_or_default();
    if problems.is_empty() {
        return format!("{checked}: all is well.");
    }
    let mut lines = vec![format!("{checked}: {} problems", problems.len())];
    lines.extend(
        problems
            .iter()
            .filter_map(Value::as_str)
            .map(|problem| format!("  {problem}")),
    );
    lines.join("\n")
}

/// `stock rebuild`.
pub(crate) fn rebuild(context: &Context) -> Result<Answer, Failure> {
    let node = context.rebuild()?;
    let rebuilt = rebuilt(&node);
    let mut answer = context.answer(&rebuilt, |rebuilt| {
        format!(
            "The index was made anew of {} entries.",
            text(rebuilt, "entries")
        )
    })?;
    close(node, &mut answer);
    Ok(answer)
}

fn rebuilt(node: &Node) -> Value {
    let entries = node.read(ledger_core::fold::Fold::entry_count);
    json!({ "ok": true, "entries": entries, "at": time_text(node.now()) })
}
