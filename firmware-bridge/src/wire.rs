//! What goes over the socket: scans one way, acknowledgements the other, a JSON object a line.
//!
//! A scan is `{"scan_id","device","at","aim","data_b64","text","framing","mode"}`, with
//! `"stale":true` where it was made before anybody read. `{"ack":scan_id}` says that it is safe;
//! `"tone"` with it says how the scanner shall sound. A line `{"notice":{…}}` is news of a scanner.
//! Keys may be added, never removed.
//!
//! **Invariant.** A scan's id is never given to another one, whichever bridge gives it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::source::Notice;

/// The most bytes of a line that a client sends.
pub const ACK_BYTES_MAX: usize = 4096;
/// The most bytes of a line with a scan: 8 KiB of data, as base64 and as text in which each byte
/// is escaped.
pub const SCAN_BYTES_MAX: usize = 128 * 1024;

/// The id of a scan: a UUID of version 7, which sorts by time and cannot be guessed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScanId(String);

impl ScanId {
    /// An id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no scan id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scan id has 36 characters: hexadecimal digits and hyphens")]
pub struct NoScanId;

impl TryFrom<String> for ScanId {
    type Error = NoScanId;

    fn try_from(text: String) -> Result<Self, NoScanId> {
        let is_id = text.len() == 36
            && text
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
        if is_id { Ok(Self(text)) } else { Err(NoScanId) }
    }
}

impl From<ScanId> for String {
    fn from(id: ScanId) -> Self {
        id.0
    }
}

/// Gives ids to scans. Each is larger than the one before, also within a millisecond and when the
/// wall clock is set back.
#[derive(Debug, Default)]
pub struct ScanIds {
    millis: u64,
    count: u16,
}

/// The random bits behind an id's time and count.
pub type Luck = [u8; 8];

impl ScanIds {
    /// The next id, at a wall time in milliseconds since 1970.
    pub fn next(&mut self, now_ms: u64, luck: Luck) -> ScanId {
        const COUNT_MAX: u16 = 0x0fff;
        if now_ms > self.millis {
            self.millis = now_ms;
            self.count = 0;
        } else if self.count < COUNT_MAX {
            self.count = self.count.saturating_add(1);
        } else {
            self.millis = self.millis.saturating_add(1);
            self.count = 0;
        }
        let time = self.millis & 0xffff_ffff_ffff;
        let luck = u64::from_be_bytes(luck);
        let variant = 0x8000 | (luck >> 48 & 0x3fff);
        ScanId(format!(
            "{:08x}-{:04x}-{:04x}-{variant:04x}-{:012x}",
            time >> 16,
            time & 0xffff,
            0x7000 | self.count,
            luck & 0xffff_ffff_ffff,
        ))
    }
}

/// How a scanner shall sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// It is written.
    #[default]
    Ok,
    /// It is written, and the person should look.
    Warning,
    /// It was not taken.
    Error,
}

impl Tone {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One scan, as it came from a scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Its id, which is the same however often it is delivered.
    pub scan_id: ScanId,
    /// The scanner: ids with serial number or port.
    pub device: String,
    /// When it was made, in milliseconds since 1970 by this machine's clock.
    pub at_ms: u64,
    /// The AIM symbology identifier, such as `]C1`, where the scanner sends one.
    pub aim: Option<String>,
    /// Every byte of it, control characters too.
    pub data: Vec<u8>,
    /// How its end was found: `report`, `cr`, `lf`, `tab`, `etx` or `timeout`.
    pub framing: String,
    /// How the scanner was read: `hidpos`, `keyboard` or `cdc`.
    pub mode: String,
    /// It was made before anybody read: perhaps long ago.
    pub is_stale: bool,
}

impl Scan {
    /// It as text, where it is UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.data).ok()
    }

    /// It as a line of JSON, without the line's end.
    pub fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&ScanLine::of(self))
    }

    /// A scan out of a line of JSON. Keys that are not known are left alone.
    pub fn from_line(line: &[u8]) -> Result<Self, WireError> {
        let line: ScanLine = serde_json::from_slice(line).map_err(WireError::Json)?;
        Ok(Self {
            at_ms: DateTime::parse_from_rfc3339(&line.at)
                .ok()
                .and_then(|at| u64::try_from(at.timestamp_millis()).ok())
                .ok_or(WireError::Time)?,
            data: STANDARD.decode(&line.data_b64).map_err(WireError::Data)?,
            scan_id: line.scan_id,
            device: line.device,
            aim: line.aim,
            framing: line.framing,
            mode: line.mode,
            is_stale: line.stale,
        })
    }
}

/// Why a line is no scan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// It is not the JSON of a scan.
    #[error("the line is not the JSON of a scan")]
    Json(#[source] serde_json::Error),
    /// Its time is none.
    #[error("`at` is no time")]
    Time,
    /// Its bytes are not base64.
    #[error("`data_b64` is not base64")]
    Data(#[source] base64::DecodeError),
}

/// A scan on the wire.
#[derive(Debug, Serialize, Deserialize)]
struct ScanLine {
    scan_id: ScanId,
    device: String,
    at: String,
    aim: Option<String>,
    data_b64: String,
    #[serde(default)]
    text: Option<String>,
    framing: String,
    #[serde(default)]
    mode: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stale: bool,
}

impl ScanLine {
    fn of(scan: &Scan) -> Self {
        Self {
            scan_id: scan.scan_id.clone(),
            device: scan.device.clone(),
            at: time_text(scan.at_ms),
            aim: scan.aim.clone(),
            data_b64: STANDARD.encode(&scan.data),
            text: scan.text().map(str::to_owned),
            framing: scan.framing.clone(),
            mode: scan.mode.clone(),
            stale: scan.is_stale,
        }
    }
}

/// A wall time as people and programs read it.
fn time_text(at_ms: u64) -> String {
    let at = i64::try_from(at_ms).unwrap_or(i64::MAX);
    let at = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or(DateTime::<Utc>::MAX_UTC);
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The scan that is safe.
    pub ack: ScanId,
    /// How its scanner shall sound.
    #[serde(default)]
    pub tone: Tone,
}

/// News of a scanner, for whoever shows it to people. A client that does not know such lines leaves
/// them alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeLine {
    /// The news.
    pub notice: Notice,
}

/// What the bridge says to a client that it cannot serve, as the only line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub error: RefusalText,
}

/// Why a client is not served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalText {
    /// A stable word.
    pub code: String,
    /// In words.
    pub text: String,
    /// What to do.
    pub hint: String,
}

impl Refusal {
    /// Another client has the bridge.
    #[must_use]
    pub fn busy() -> Self {
        Self {
            error: RefusalText {
                code: "busy".to_owned(),
                text: "another program takes this bridge's scans".to_owned(),
                hint: "end it, or wait: scans go to one program at a time".to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(data: &[u8], at_ms: u64) -> Scan {
        Scan {
            scan_id: ScanIds::default().next(at_ms, [7; 8]),
            device: "0c2e:0b6a/S1".to_owned(),
            at_ms,
            aim: Some("]C1".to_owned()),
            data: data.to_vec(),
            framing: "report".to_owned(),
            mode: "hidpos".to_owned(),
            is_stale: false,
        }
    }

    #[test]
    fn a_scan_is_one_line_with_every_control_character() {
        let line = scan(b"0104\x1d21\r\n", 1_700_000_000_123)
            .to_line()
            .unwrap();
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(!line.contains('\n'));
        assert_eq!(json["at"], "2023-11-14T22:13:20.123Z");
        assert_eq!(json["data_b64"], "MDEwNB0yMQ0K");
        assert_eq!(json["text"], "0104\u{1d}21\r\n");
        assert_eq!(json["aim"], "]C1");
        assert_eq!(json.get("stale"), None);
    }

    #[test]
    fn bytes_that_are_no_text_have_none() {
        let line = scan(b"\xff\xfe", 0).to_line().unwrap();
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(json["text"], serde_json::Value::Null);
        assert_eq!(json["data_b64"], "//4=");
    }

    #[test]
    fn ids_sort_by_time_though_the_clock_is_set_back() {
        let mut ids = ScanIds::default();
        let times = [5, 5, 5, 9, 2, 2, 10];
        let given: Vec<ScanId> = times.iter().map(|at| ids.next(*at, [9; 8])).collect();
        assert!(given.is_sorted_by(|a, b| a < b), "{given:?}");
        let id = given[0].as_str();
        assert_eq!(
            (&id[14..15], &id[19..20]),
            ("7", "8"),
            "version and variant: {id}"
        );
        let many: Vec<ScanId> = (0..10_000).map(|_| ids.next(10, [0; 8])).collect();
        assert!(many.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn an_ack_without_a_tone_is_a_good_one() {
        let id = ScanIds::default().next(1, [1; 8]);
        let ack: Ack = serde_json::from_str(&format!(r#"{{"ack":"{id}"}}"#)).unwrap();
        assert_eq!((ack.ack, ack.tone), (id, Tone::Ok));
        assert!(serde_json::from_str::<Ack>(r#"{"ack":"12"}"#).is_err());
    }

    proptest! {
        #[test]
        fn a_line_gives_the_scan_back(
            data in proptest::collection::vec(any::<u8>(), 0..8192),
            at_ms in 0..253_402_300_799_000_u64,
        ) {
            let scan = scan(&data, at_ms);
            let line = scan.to_line().unwrap();
            prop_assert!(line.len() < SCAN_BYTES_MAX);
            prop_assert_eq!(Scan::from_line(line.as_bytes()).unwrap(), scan);
        }

        #[test]
        fn no_line_breaks_the_reader(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(Scan::from_line(&line));
        }
    }
}
