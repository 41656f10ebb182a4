//! `stock-bridge udev-rules`: the rules for this machine's udev.

use firmware_bridge::config::Mode;
use firmware_bridge::udev;
use serde_json::json;

use super::{Common, Failure, say};

/// Prints the rules for the makers that are known, and for what devices.toml names.
pub(crate) fn run(common: &Common) -> Result<(), Failure> {
    let config = common.config()?;
    let read = config
        .rules()
        .iter()
        .filter(|rule| rule.mode != Some(Mode::Ignore));
    let further: Vec<(u16, Option<u16>)> = read
        .filter_map(|rule| Some((rule.matching.vid?, rule.matching.pid)))
        .collect();
    let rules = udev::rules(&further);
    if common.json {
        say(&json!({ "path": udev::PATH, "rules": rules }).to_string());
    } else {
        say(rules.trim_end());
    }
    Ok(())
}
