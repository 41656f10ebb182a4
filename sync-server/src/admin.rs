//! Administration: the same acts whether a server runs on the data or not.
//!
//! While it runs, the store is its own, so the commands ask it through a Unix socket in the data
//! directory; [`act`] does what is asked, there or here. Who may open the socket is whoever owns
//! the data directory.

mod act;
mod backup;
pub(crate) mod devices;
mod doctor;
mod socket;
mod sync_file;
pub(crate) mod users;

use std::path::Path;

use ledger_node::Pin;
use serde_json::{Value, json};

pub(crate) use self::backup::{backup, restore};
pub(crate) use self::doctor::doctor;
pub(crate) use self::socket::Socket;
pub(crate) use self::sync_file::sync;

use self::act::Act;
pub(crate) use self::act::{CODE_VALID_MILLIS, enrol_text};
use crate::cli::{DEFAULT_LISTEN, DataArgs, DeviceCodeArgs, TokenCreateArgs};
use crate::data;
use crate::fault::{FAILED, Fault, UNREACHABLE};
use crate::report::Report;

/// `device code`: a one-time code, and a picture of it for a handheld's scanner.
pub(crate) fn device_code(arguments: DeviceCodeArgs, report: Report) -> Result<(), Fault> {
    let role = arguments.role.map(|role| role.word().to_owned());
    let act = Act::DeviceCode {
        name: arguments.name,
        role,
        url: arguments.url,
    };
    let made = ask(&arguments.data.data, &act, report)?;
    report.result(&made, |made| {
        let code = text(made, "code");
        let url = text(made, "url");
        let pin = match text(made, "pin") {
            "" => String::new(),
            pin => format!(" --pin {pin}"),
        };
        format!(
            "{}\n\
             On the handheld: stock enroll {url}{pin} --code {code}\n\
             The code works once, until {}, for the role {}.",
            picture(text(made, "qr")),
            text(made, "expires"),
            text(made, "role"),
        )
    });
    Ok(())
}

/// `token create`: shown once, kept as a hash only.
pub(crate) fn token_create(arguments: TokenCreateArgs, report: Report) -> Result<(), Fault> {
    let role = arguments.role.word().to_owned();
    let act = Act::TokenCreate {
        name: arguments.name,
        role,
    };
    let made = ask(&arguments.data.data, &act, report)?;
    report.result(&made, |made| {
        let token = text(made, "token");
        format!("{token}\nKeep it: it is not shown again. Send it as: Authorization: Bearer TOKEN")
    });
    Ok(())
}

/// `verify`: whether every entry on the disk is what its hash and its signed head say.
pub(crate) fn verify(arguments: &DataArgs, report: Report) -> Result<(), Fault> {
    let verified = ask(&arguments.data, &Act::Verify, report)?;
    let is_well = verified.get("ok") == Some(&Value::Bool(true));
    report.result(&verified, |verified| {
        let number = |key: &str| {
            verified
                .get(key)
                .and_then(Value::as_u64)
                .unwrap_or_default()
        };
        let (entries, origins) = (number("entries"), number("origins"));
        let mut told = format!(
            "{} of {} hashed again: ",
            counted(entries, "entry", "entries"),
            counted(origins, "origin was", "origins were")
        );
        told.push_str(if is_well {
            "all is well."
        } else {
            "not all is well."
        });
        let problems = verified.get("problems").and_then(Value::as_array);
        for problem in problems.into_iter().flatten() {
            let words = problem
                .as_str()
                .map_or_else(|| problem.to_string(), str::to_owned);
            told.push_str(&format!("\n- {words}"));
        }
        told
    });
    if is_well {
        return Ok(());
    }
    let text = "the store is damaged: what is wrong is listed above";
    Err(Fault::new("store-damaged", text)
        .hint("make the index anew from the journal with: stock-server rebuild")
        .exit(FAILED))
}

/// `rebuild`: the index anew from the journal. Nobody else may use the store meanwhile.
pub(crate) fn rebuild(arguments: &DataArgs, report: Report) -> Result<(), Fault> {
    let dir = &arguments.data;
    if socket::ask(dir, &Act::Where).is_some() {
        let text = format!("a server runs on {}", dir.display());
        return Err(Fault::new("store-in-use", text).hint("stop it first; then rebuild"));
    }
    let node = data::rebuild(dir, report)?;
    let rebuilt = json!({ "ok": true, "entries": node.read(ledger_core::fold::Fold::entry_count) });
    node.close()?;
    report.result(&rebuilt, |rebuilt| {
        let entries = rebuilt
            .get("entries")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        format!("The index holds {}.", counted(entries, "entry", "entries"))
    });
    Ok(())
}

/// The address of the server that runs on these data, and the pin of its TLS key.
pub(crate) fn running(dir: &Path) -> Result<(String, Option<Pin>), Fault> {
    let answer = socket::ask(dir, &Act::Where).ok_or_else(|| {
        let text = format!("no server runs on {}", dir.display());
        let hint = format!("start it with: stock-server serve --data {}", dir.display());
        Fault::new("unreachable", text).hint(hint).exit(UNREACHABLE)
    })?;
    let answer = answer?;
    let pin = text(&answer, "pin").parse().ok();
    Ok((text(&answer, "url").to_owned(), pin))
}

/// Asks the server that runs on these data, or does it here when none does.
fn ask(dir: &Path, act: &Act, report: Report) -> Result<Value, Fault> {
    if let Some(answer) = socket::ask(dir, act) {
        return answer;
    }
    let node = data::open(dir, report)?;
    let scheme = node.served_pin().map_or("http", |_| "https");
    // No server runs that could say its own address.
    let done = act.run(&node, &format!("{scheme}://{DEFAULT_LISTEN}"));
    node.close()?;
    done
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A QR code for the terminal; without one when the text is too long for it.
fn picture(text: &str) -> String {
    let Ok(code) = qrcode::QrCode::new(text) else {
        return String::new();
    };
    let light = qrcode::render::unicode::Dense1x2::Light;
    let dark = qrcode::render::unicode::Dense1x2::Dark;
    // Terminals are dark as a rule: light modules are drawn, dark ones left out.
    code.render().dark_color(light).light_color(dark).build()
}
