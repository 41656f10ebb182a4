//! The bridge's end of a scanner socket, as `stock scan --bridge` meets it: what `docs/bridge.md`
//! says goes over it, and nothing else. What the real bridge does is tested with it; here a test
//! decides what is given, and when.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::scan::ScanSession;
use crate::stock::Stock;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A socket that nobody has come to yet.
#[derive(Debug)]
pub struct Bridge {
    path: PathBuf,
    listener: UnixListener,
}

/// Somebody who takes scans.
#[derive(Debug)]
pub struct Taker {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Bridge {
    /// Listens at a socket of this name.
    #[must_use]
    pub fn listen(dir: &Path, name: &str) -> Self {
        let path = dir.join(name);
        let listener = UnixListener::bind(&path).expect("a socket of this name");
        Self { path, listener }
    }

    /// The socket.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Nobody listens there any more.
    pub fn leave(self) {
        drop(self.listener);
        std::fs::remove_file(self.path).expect("the socket is there");
    }

    /// Waits until somebody comes for scans.
    #[must_use]
    pub fn taker(&self) -> Taker {
        let (stream, _) = self.listener.accept().expect("somebody connects");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a read time-out");
        let lines = BufReader::new(stream.try_clone().expect("a second handle"));
        Taker { stream, lines }
    }

    /// `stock scan` that takes scans from here, without a terminal.
    #[must_use]
    pub fn scan_session(&self, stock: &Stock) -> ScanSession {
        let mut command: Command = stock.command();
        command
            .args(["scan", "--stdin", "--bridge"])
            .arg(&self.path);
        ScanSession::open(command)
    }
}

/// The id of the scan of this number.
#[must_use]
pub fn scan_id(number: u32) -> String {
    format!("0190f5b6-0000-7000-8000-{number:012x}")
}

impl Taker {
    /// Gives a scan of this number, with what the scanner says of the kind of barcode.
    pub fn give(&mut self, number: u32, aim: Option<&str>, data: &[u8]) {
        self.give_from("0c2e:0b6a/POS001", number, aim, data);
    }

    /// The same from a scanner of this name.
    pub fn give_from(&mut self, device: &str, number: u32, aim: Option<&str>, data: &[u8]) {
        let line = json!({
            "scan_id": scan_id(number),
            "device": device,
            "at": "2026-11-20T08:00:00.000Z",
            "aim": aim,
            "data_b64": STANDARD.encode(data),
            "text": String::from_utf8_lossy(data),
            "framing": "report",
            // Keys that a client does not know are left alone.
            "colour": "red",
        });
        writeln!(self.stream, "{line}").expect("the client reads");
    }

    /// Waits for an acknowledgement: the id and the tone.
    #[must_use]
    pub fn acknowledged(&mut self) -> (String, String) {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).expect("an answer in time");
        assert_ne!(read, 0, "the client went away instead of acknowledging");
        let ack: Value = serde_json::from_str(&line).expect("an acknowledgement in JSON");
        let text = |key: &str| ack[key].as_str().unwrap_or_default().to_owned();
        (text("ack"), text("tone"))
    }

    /// Gives a scan and waits until it is acknowledged; gives the tone.
    #[track_caller]
    pub fn scan(&mut self, number: u32, data: &str) -> String {
        self.give(number, None, data.as_bytes());
        let (id, tone) = self.acknowledged();
        assert_eq!(id, scan_id(number), "another scan was acknowledged");
        tone
    }
}
