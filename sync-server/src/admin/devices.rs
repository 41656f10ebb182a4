//! `device list | revoke | admit | refuse`: the devices that are enrolled, and whom the ledger trusts
//! no longer.

use ledger_core::DeviceId;
use ledger_core::at_entry::revoked::{self, Verdict, Waiting};
use ledger_node::{Actor, Node, Written};
use serde_json::{Value, json};

use super::act::{Act, shape};
use super::{ask, counted, text};
use crate::cli::{DataArgs, DeviceOriginArgs, DeviceRevokeArgs};
use crate::fault::Fault;
use crate::report::Report;

/// `device list`.
pub(crate) fn list(arguments: &DataArgs, report: Report) -> Result<(), Fault> {
    let devices = ask(&arguments.data, &Act::DeviceList, report)?;
    report.result(&devices, |devices| {
        let rows = devices.as_array().map(Vec::as_slice).unwrap_or_default();
        if rows.is_empty() {
            return "No device is enrolled yet. Make a code with: stock-server device code"
                .to_owned();
        }
        let line = |row: &Value| {
            let last = row["last_sync"].as_str().unwrap_or("never");
            let entries = &row["entries"];
            let (name, role) = (text(row, "name"), text(row, "role"));
            let line = format!("{name:<20} {role:<14} last sync {last:<24} {entries:>8} entries");
            if row["revoked"] == Value::Bool(true) {
                format!("{line}  revoked{}", origins_told(row))
            } else {
                line
            }
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// `device revoke`.
pub(crate) fn revoke(arguments: DeviceRevokeArgs, report: Report) -> Result<(), Fault> {
    let act = Act::DeviceRevoke {
        name: arguments.name,
        last: arguments.last,
        note: arguments.note,
    };
    let done = ask(&arguments.data.data, &act, report)?;
    report.result(&done, |done| {
        let device = &done["object"];
        let waiting = device["waiting"].as_u64().unwrap_or_default();
        format!(
            "{} is revoked. What it writes beyond the trusted entries does not count until it is \
             admitted; {} now.{}",
            text(device, "name"),
            waits(waiting),
            origins_told(device)
        )
    });
    Ok(())
}

/// `device admit` and `device refuse`.
pub(crate) fn decide(
    arguments: DeviceOriginArgs,
    admits: bool,
    report: Report,
) -> Result<(), Fault> {
    let act = Act::DeviceDecide {
        origin: arguments.origin,
        admits,
        note: arguments.note,
    };
    let done = ask(&arguments.data.data, &act, report)?;
    report.result(&done, |done| {
        let (device, decided) = (
            &done["object"],
            done["decided"].as_u64().unwrap_or_default(),
        );
        let word = if admits { "admitted" } else { "refused" };
        let waiting = device["waiting"].as_u64().unwrap_or_default();
        format!(
            "{} of {} {word}; {} there.",
            counted(decided, "entry", "entries"),
            text(device, "name"),
            waits(waiting)
        )
    });
    Ok(())
}

fn waits(number: u64) -> String {
    match number {
        0 => "nothing waits".to_owned(),
        1 => "1 entry waits".to_owned(),
        more => format!("{more} entries wait"),
    }
}

/// The origins of a revoked device, one a line.
fn origins_told(device: &Value) -> String {
    let origins = device["origins"].as_array().map(Vec::as_slice);
    let told = origins.unwrap_or_default().iter().map(|origin| {
        let id = text(origin, "origin");
        let number = |key: &str| origin[key].as_u64().unwrap_or_default();
        let trusted = match number("trusted") {
            0 => "nothing trusted".to_owned(),
            seq => format!("trusted up to entry {seq}"),
        };
        let (waiting, refused) = (waits(number("waiting")), number("refused"));
        format!("\n  origin {id}: {trusted}, {waiting}, {refused} refused")
    });
    told.collect()
}

/// Revokes the device of this name or id.
pub(super) fn revoke_device(
    node: &Node,
    name: &str,
    last: Option<u64>,
    note: Option<&str>,
) -> Result<Value, Fault> {
    let device = node.read(|fold| revoked::find_device(fold, name))?;
    let plan = |fold: &ledger_core::fold::Fold| revoked::revoke(fold, &device, last, note);
    let written = node.write(&Actor::default(), plan)?;
    shown(node, device.id, &written)
}

/// Admits or refuses what waits of the origin whose id begins like this.
pub(super) fn decide_origin(
    node: &Node,
    origin: &str,
    admits: bool,
    note: Option<&str>,
) -> Result<Value, Fault> {
    let origin = node.read(|fold| revoked::find_revoked_chain(fold, origin))?;
    let verdict = if admits {
        Verdict::Admit
    } else {
        Verdict::Refuse
    };
    let mut before = 0;
    let written = node.write(&Actor::default(), |fold| {
        before = revoked::undecided(fold, origin, verdict);
        revoked::decide(fold, Waiting::Chain(origin), verdict, note)
    })?;
    let (device, after) = node.read(|fold| {
        let device = fold.device_of(origin).map(|(device, _)| device);
        (device, revoked::undecided(fold, origin, verdict))
    });
    let device = device.ok_or_else(|| Fault::new("unknown-origin", "the origin is gone"))?;
    let mut done = shown(node, device, &written)?;
    if let Some(done) = done.as_object_mut() {
        let decided = before.saturating_sub(after);
        done.insert("decided".to_owned(), decided.into());
    }
    Ok(done)
}

/// What was written, and the device as it is now.
fn shown(node: &Node, device: DeviceId, written: &Written) -> Result<Value, Fault> {
    let id = device.to_string();
    let devices = node.view().devices();
    let device = devices.into_iter().find(|known| known.id == id);
    let entries = written.entries.iter().map(ToString::to_string);
    let entries: Vec<String> = entries.collect();
    Ok(json!({
        "entry": entries.first(),
        "entries": entries,
        "object": shape(device)?,
    }))
}
