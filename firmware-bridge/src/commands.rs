//! What the commands share: the common options, words on the terminal, errors with hints.

pub(crate) mod beep;
pub(crate) mod capture;
pub(crate) mod doctor;
pub(crate) mod learn;
pub(crate) mod list;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod shown;
pub(crate) mod surroundings;
pub(crate) mod test;
pub(crate) mod udev_rules;

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use firmware_bridge::config::Settings;
use firmware_bridge::route::{self, Route};
use firmware_bridge::transport::{self, DeviceInfo};
use firmware_bridge::{Config, InProcess, UsbTransport, UsbTrouble};
use serde_json::json;

/// Options of every command.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// Print JSON, one object or array on a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What is known of scanners here.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "STOCK_BRIDGE_CONFIG",
        default_value = "/etc/stock-bridge/devices.toml"
    )]
    pub(crate) config: PathBuf,
}

impl Common {
    /// The configuration; where there is none, nobody said anything.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        Config::read(&self.config)
            .map_err(|error| Failure::of(error.code(), &error).hint(error.hint()))
    }
}

/// The bus of this machine.
pub(crate) fn bus() -> Result<Arc<dyn UsbTransport>, Failure> {
    Ok(transport::system()?)
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    text: String,
    hint: String,
}

impl Failure {
    /// A failure in words.
    pub(crate) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            hint: String::new(),
        }
    }

    /// An error with all its causes.
    pub(crate) fn of(code: &'static str, error: &dyn Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self::new(code, text)
    }

    /// With what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Tells it on standard error.
    pub(crate) fn tell(&self, json: bool) {
        let Self { code, text, hint } = self;
        if json {
            warn(&json!({ "error": { "code": code, "text": text, "hint": hint } }).to_string());
        } else if hint.is_empty() {
            warn(&format!("error: {text}"));
        } else {
            warn(&format!("error: {text}\nhint: {hint}"));
        }
    }
}

impl From<UsbTrouble> for Failure {
    fn from(trouble: UsbTrouble) -> Self {
        Self::new(trouble.code(), trouble.to_string()).hint(trouble.hint())
    }
}

/// Says something on standard output. A reader that went away does not matter: what was to be said
/// is said.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Says something on standard error.
pub(crate) fn warn(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Lets scanners go before a signal ends the program.
pub(crate) fn let_go_at_signal(source: &Arc<InProcess>) -> Result<(), Failure> {
    source
        .let_go_at_signal()
        .map_err(|error| Failure::of("no-signals", &error))
}

/// Which scanner is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The scanner: its name in `list`, its port (1-1.2) or its ids (0c2e:0b6a). Without it, the
    /// only one there is.
    #[arg(long, value_name = "SCANNER")]
    device: Option<String>,
}

/// A scanner that can be opened.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) device: DeviceInfo,
    pub(crate) settings: Settings,
    pub(crate) route: Route,
}

impl Which {
    /// All scanners that are meant.
    pub(crate) fn all(
        &self,
        bus: &dyn UsbTransport,
        config: &Config,
    ) -> Result<Vec<Chosen>, Failure> {
        let list = bus.list()?;
        let chosen: Vec<Chosen> = list
            .into_iter()
            .filter(|device| self.means(device))
            .filter_map(|device| {
                let settings = config.settings(&route::identity(&device));
                let route = route::route(&device, &settings).ok()?;
                Some(Chosen {
                    device,
                    settings,
                    route,
                })
            })
            .collect();
        if chosen.is_empty() {
            let text = self.device.as_ref().map_or_else(
                || "no scanner is here".to_owned(),
                |name| format!("no scanner {name} is here"),
            );
            return Err(Failure::new("no-scanner", text).hint("see `stock-bridge doctor`"));
        }
        Ok(chosen)
    }

    /// The one scanner that is meant.
    pub(crate) fn one(&self, bus: &dyn UsbTransport, config: &Config) -> Result<Chosen, Failure> {
        let mut all = self.all(bus, config)?;
        let names: Vec<String> = all.iter().map(|one| one.device.port_key()).collect();
        match (all.pop(), all.is_empty()) {
            (Some(one), true) => Ok(one),
            _ => Err(
                Failure::new("several-scanners", "there are several scanners")
                    .hint(format!("name one with --device: {}", names.join(", "))),
            ),
        }
    }

    /// Tells whether a device is meant.
    pub(crate) fn means(&self, device: &DeviceInfo) -> bool {
        let names = [
            device.key(),
            device.port_key(),
            device.ids(),
            device.port.clone(),
        ];
        self.device.as_ref().is_none_or(|name| names.contains(name))
    }

    /// Whether somebody named one.
    pub(crate) const fn is_named(&self) -> bool {
        self.device.is_some()
    }
}
