//! The program `stock-bridge`: lists what is on the USB bus.

use std::error::Error as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use firmware_bridge::{Device, UsbError, devices};
use serde_json::json;

/// Scanners on USB.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// Print JSON on one line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the devices on the USB bus.
    #[command(after_help = "Example:\n  stock-bridge list --json")]
    List,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Command::List => match devices() {
            Ok(devices) => {
                let text = if cli.json {
                    as_json(&devices)
                } else {
                    as_text(&devices)
                };
                say(&mut std::io::stdout(), &text);
                ExitCode::SUCCESS
            }
            Err(error) => {
                say(&mut std::io::stderr(), &told(&error, cli.json));
                ExitCode::FAILURE
            }
        },
    }
}

/// A reader that went away does not matter: what was to be said is said.
fn say(to: &mut impl std::io::Write, text: &str) {
    drop(writeln!(to, "{text}"));
}

fn told(error: &UsbError, json: bool) -> String {
    let cause = error
        .source()
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    let text = format!("{error}{cause}");
    if json {
        let (code, hint) = (error.code(), error.hint());
        return json!({ "error": { "code": code, "text": text, "hint": hint } }).to_string();
    }
    format!("error: {text}\nhint: {}", error.hint())
}

fn as_json(devices: &[Device]) -> String {
    let rows = devices.iter().map(|device| {
        json!({
            "bus": device.bus,
            "address": device.address,
            "vendor_id": format!("{:04x}", device.vendor_id),
            "product_id": format!("{:04x}", device.product_id),
            "manufacturer": device.manufacturer,
            "product": device.product,
        })
    });
    rows.collect::<serde_json::Value>().to_string()
}

fn as_text(devices: &[Device]) -> String {
    if devices.is_empty() {
        return "No USB devices.".to_owned();
    }
    let row = |device: &Device| {
        let names = [device.manufacturer.as_deref(), device.product.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        format!(
            "{:03}:{:03}  {:04x}:{:04x}  {}",
            device.bus,
            device.address,
            device.vendor_id,
            device.product_id,
            names.join(" ")
        )
    };
    devices.iter().map(row).collect::<Vec<_>>().join("\n")
}
