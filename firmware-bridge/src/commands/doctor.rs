//! `stock-bridge doctor`: what is wrong with scanning here, and what to do.

use firmware_bridge::doctor::{self, Finding, Weight};
use firmware_bridge::transport;
use serde_json::json;

use super::surroundings::Here;
use super::{Common, Failure, say};

/// Examines this machine. It fails where something must be done.
pub(crate) fn run(common: &Common) -> Result<(), Failure> {
    let config = common.config()?;
    let bus = transport::system();
    let bus = bus.as_ref().map(AsRef::as_ref).map_err(|trouble| *trouble);
    let findings = doctor::examine(bus, &config, &Here);
    let is_well = findings
        .iter()
        .all(|finding| finding.weight != Weight::Trouble);
    if common.json {
        say(&json!({ "ok": is_well, "findings": findings }).to_string());
    } else {
        for finding in &findings {
            say(&as_text(finding));
        }
    }
    if is_well {
        return Ok(());
    }
    Err(
        Failure::new("unwell", "scanning does not work here as it is")
            .hint("do what the lines marked `trouble` say, and ask again"),
    )
}

fn as_text(finding: &Finding) -> String {
    let weight = match finding.weight {
        Weight::Ok => "ok",
        Weight::Note => "note",
        Weight::Trouble => "trouble",
    };
    let hint = finding.hint.as_ref();
    let hint = hint
        .map(|hint| format!("\n  hint: {hint}"))
        .unwrap_or_default();
    format!("{weight}: {}{hint}", finding.text)
}
