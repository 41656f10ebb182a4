//! `devices.toml`: what somebody said of a scanner that it does not say itself.
//!
//! ```toml
//! [[device]]
//! match = { vid = 0x05e0, pid = 0x1200, serial = "S1", port = "1-1.2" }
//! mode = "keyboard"              # auto, keyboard (or wedge), hidpos, cdc, ignore
//! layout = "de"                  # us, uk, de, fr
//! terminators = ["enter", "tab"] # enter (or cr), lf, tab, etx
//! gap_ms = 100
//! min_len = 3
//! gs = ["f8", "{GS}"]            # rs and eot likewise
//! prefix = ""
//! aim = true
//!
//! [[device]]
//! match = { vid = 0x0c2e }
//! init = [{ feature = 0xFE, data = [0x01] }]
//! line_end = true                # a CR behind the data is none of the code
//! hidpos = { aim_at = 3 }        # where the descriptor is wrong
//! ```
//!
//! A device's settings are put together key by key from all entries that match it: an exacter
//! match wins (serial number, then port, then product, then vendor), and among equals the entry
//! further down, which `learn` wrote last. What no entry says is taken from what this program
//! knows of the vendor.

mod file;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::decode::descriptor::Descriptor;
use crate::decode::keyboard::{
    self, KeyShape, KeyboardDecoder, KeyboardSettings, Layout, Spelling,
};
use crate::decode::pos::{PosDecoder, PosLayout, PosOverrides};
use crate::decode::serial::{self, SerialDecoder};
use crate::decode::{Ends, Terminator, Trim};

/// By what a device is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The vendor's number.
    pub vid: u16,
    /// The product's number.
    pub pid: u16,
    /// The serial number, where there is one and it may be read.
    pub serial: Option<String>,
    /// The port it is plugged into, as in `1-1.2`: the bus, and the way from hub to hub.
    pub port: String,
}

/// Which devices a rule is for: all of what it names must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Match {
    /// The vendor's number.
    pub vid: Option<u16>,
    /// The product's number.
    pub pid: Option<u16>,
    /// The serial number.
    pub serial: Option<String>,
    /// The port.
    pub port: Option<String>,
}

impl Match {
    /// Whether a device is meant.
    #[must_use]
    pub fn fits(&self, device: &Identity) -> bool {
        self.vid.is_none_or(|vid| vid == device.vid)
            && self.pid.is_none_or(|pid| pid == device.pid)
            && self.port.as_ref().is_none_or(|port| *port == device.port)
            && (self.serial.is_none() || self.serial == device.serial)
    }

    /// Orders matches: the more exact is the greater.
    fn exactness(&self) -> (bool, bool, bool, bool) {
        (
            self.serial.is_some(),
            self.port.is_some(),
            self.pid.is_some(),
            self.vid.is_some(),
        )
    }

    /// Whether it is narrow enough to take a keyboard away from whoever types on it.
    const fn names_one_product(&self) -> bool {
        self.port.is_some() || (self.vid.is_some() && (self.pid.is_some() || self.serial.is_some()))
    }
}

/// How a device is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Mode {
    /// As it says itself, if it says that it is a scanner. A keyboard never does.
    #[default]
    Auto,
    /// As a keyboard.
    Keyboard,
    /// As HID POS.
    Pos,
    /// As a serial port (CDC-ACM).
    Serial,
    /// Not at all.
    Ignore,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Auto,
        Self::Keyboard,
        Self::Pos,
        Self::Serial,
        Self::Ignore,
    ];

    /// The word in `devices.toml` and for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Keyboard => "keyboard",
            Self::Pos => "hidpos",
            Self::Serial => "cdc",
            Self::Ignore => "ignore",
        }
    }

    /// The mode of a word; `wedge` is a keyboard.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = if word == "wedge" { "keyboard" } else { word };
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// A feature report that a scanner wants before it sends anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureReport {
    /// The report's id.
    pub id: u8,
    /// What follows the id.
    pub data: Vec<u8>,
}

/// What one entry says; what it does not say is left to other entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Which devices it is for.
    pub matching: Match,
    /// How the device is read.
    pub mode: Option<Mode>,
    /// The keyboard layout that the scanner was set to.
    pub layout: Option<Layout>,
    /// What ends a scan.
    pub terminators: Option<Vec<Terminator>>,
    /// The silence that ends a scan.
    pub gap: Option<Duration>,
    /// The fewest bytes of a scan that silence ends.
    pub min_len: Option<usize>,
    /// How the scanner types control characters; several entries' spellings all count.
    pub spellings: Vec<Spelling>,
    /// What the scanner sends in front of each code.
    pub prefix: Option<String>,
    /// Whether symbology identifiers are taken off the data.
    pub takes_aim: Option<bool>,
    /// Whether a line end behind the data is none of the code.
    pub line_end: Option<bool>,
    /// What is sent to the scanner before it is read, in HID POS.
    pub init: Option<Vec<FeatureReport>>,
    /// Where its reports differ from its descriptor.
    pub pos: Option<PosOverrides>,
}

impl Rule {
    /// The entry as it stands in `devices.toml`, to be put behind what is there.
    #[must_use]
    pub fn to_toml(&self) -> String {
        file::written(self)
    }
}

/// All that counts for one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How it is read.
    pub mode: Mode,
    /// The keyboard layout.
    pub layout: Layout,
    /// What ends a scan, where somebody said it; each kind of scanner has its own usual ones.
    pub terminators: Option<Vec<Terminator>>,
    /// The silence that ends a scan.
    pub gap: Duration,
    /// The fewest bytes of a scan that silence ends.
    pub min_len: usize,
    /// How the scanner types control characters.
    pub spellings: Vec<Spelling>,
    /// What is taken off the data.
    pub trim: Trim,
    /// What is sent to the scanner before it is read, in HID POS.
    pub init: Vec<FeatureReport>,
    /// Where its reports differ from its descriptor.
    pub pos: PosOverrides,
}

impl Settings {
    /// A decoder for a device that types, with reports of this shape.
    #[must_use]
    pub fn keyboard(&self, shape: KeyShape) -> KeyboardDecoder {
        KeyboardDecoder::new(KeyboardSettings {
            shape,
            layout: self.layout,
            ends: self.ends(&keyboard::USUAL_TERMINATORS),
            spellings: self.spellings.clone(),
            trim: self.trim.clone(),
        })
    }

    /// A decoder for a device that is a serial port.
    #[must_use]
    pub fn serial(&self) -> SerialDecoder {
        SerialDecoder::new(self.ends(&serial::USUAL_TERMINATORS), self.trim.clone())
    }

    /// A decoder for a device that speaks HID POS, if its descriptor or the overrides say where
    /// the data is.
    #[must_use]
    pub fn pos(&self, descriptor: Option<&Descriptor>) -> Option<PosDecoder> {
        let layout = self.pos.over(descriptor.and_then(PosLayout::of))?;
        Some(PosDecoder::new(layout, self.trim.clone()))
    }

    fn ends(&self, usual: &[Terminator]) -> Ends {
        let terminators = self.terminators.as_deref().unwrap_or(usual);
        Ends {
            terminators: terminators.to_vec(),
            gap: self.gap,
            min_len: self.min_len,
        }
    }
}

/// The rules of a file, with those that this program brings along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    rules: Vec<Rule>,
}

impl Config {
    /// Reads the text of a `devices.toml`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        file::rules(text).map(|rules| Self { rules })
    }

    /// Reads a `devices.toml`; where there is none, nobody said anything.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(source) => {
                let path = path.to_owned();
                return Err(ReadError::Unreadable { path, source });
            }
        };
        Self::parse(&text).map_err(|source| ReadError::Wrong {
            path: path.to_owned(),
            source,
        })
    }

    /// The rules that somebody wrote, in their order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Adds a rule behind the others.
    pub fn push(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// What counts for a device.
    #[must_use]
    pub fn settings(&self, device: &Identity) -> Settings {
        let built_in = built_in();
        let fitting = |rules: &'_ [Rule]| -> Vec<Rule> {
            let fit = rules.iter().filter(|rule| rule.matching.fits(device));
            let mut fit: Vec<Rule> = fit.cloned().collect();
            fit.sort_by_key(|rule| rule.matching.exactness());
            fit
        };
        let mut said = Rule::default();
        for rule in fitting(&built_in).into_iter().chain(fitting(&self.rules)) {
            said = rule.over(said);
        }
        said.settled()
    }
}

impl Rule {
    /// This rule, and what it does not say from another.
    fn over(self, other: Self) -> Self {
        let mut spellings = self.spellings;
        spellings.extend(other.spellings);
        Self {
            matching: self.matching,
            mode: self.mode.or(other.mode),
            layout: self.layout.or(other.layout),
            terminators: self.terminators.or(other.terminators),
            gap: self.gap.or(other.gap),
            min_len: self.min_len.or(other.min_len),
            spellings,
            prefix: self.prefix.or(other.prefix),
            takes_aim: self.takes_aim.or(other.takes_aim),
            line_end: self.line_end.or(other.line_end),
            init: self.init.or(other.init),
            pos: self.pos.or(other.pos),
        }
    }

    fn settled(self) -> Settings {
        let usual = Trim::default();
        Settings {
            mode: self.mode.unwrap_or_default(),
            layout: self.layout.unwrap_or_default(),
            terminators: self.terminators,
            gap: self.gap.unwrap_or(Ends::GAP),
            min_len: self.min_len.unwrap_or(Ends::MIN_LEN),
            spellings: self.spellings,
            trim: Trim {
                prefix: self.prefix.map_or(usual.prefix, String::into_bytes),
                takes_aim: self.takes_aim.unwrap_or(usual.takes_aim),
                line_end: self.line_end.unwrap_or(usual.line_end),
            },
            init: self.init.unwrap_or_default(),
            pos: self.pos.unwrap_or_default(),
        }
    }
}

/// Scanners of these vendors send nothing in HID POS before they got feature report FE, and leave
/// the CR that they are set to send in the data.
fn built_in() -> Vec<Rule> {
    let rule = |vid| Rule {
        matching: Match {
            vid: Some(vid),
            ..Match::default()
        },
        init: Some(vec![FeatureReport {
            id: 0xfe,
            data: vec![1],
        }]),
        line_end: Some(true),
        ..Rule::default()
    };
    vec![rule(0x0c2e), rule(0x23d0)]
}

/// What is wrong with the text of a `devices.toml`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ConfigError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there and what may stand there, for people.
    pub problem: String,
}

/// Why a `devices.toml` counts for nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is there and cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{} is wrong", path.display())]
    Wrong {
        /// Where it is.
        path: PathBuf,
        /// What.
        source: ConfigError,
    },
}

impl ReadError {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "config-unreadable",
            Self::Wrong { .. } => "config-wrong",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "let this user read it, or name another with --config",
            Self::Wrong { .. } => "correct that line; nothing of the file counts until then",
        }
    }
}

#[cfg(test)]
mod tests;
