//! The client's end of the socket: scans in, acknowledgements out, and the connection made again
//! whenever it breaks.
//!
//! A scan that is delivered again because its acknowledgement was lost is acknowledged again here,
//! and not handed out twice to the same process. A process that was started anew must know by the
//! scan's id that it has it.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::source::{Heard, Notice, ScanSource, SourceEnded};
use crate::wire::{Ack, NoticeLine, Refusal, SCAN_BYTES_MAX, Scan, ScanId, Tone};

/// How many scans that are done are remembered.
const DONE_MAX: usize = 1024;
/// No bridge is there, or none any more.
const NO_BRIDGE: &str = "no-bridge";
/// How long it is waited before the bridge is looked for again.
const AGAIN: Duration = Duration::from_millis(300);
/// How long a bridge may take to take an acknowledgement.
const WRITE: Duration = Duration::from_secs(2);

/// A connection to a bridge, there or not.
#[derive(Debug)]
pub struct Client {
    path: PathBuf,
    reading: Mutex<Reading>,
    writing: Mutex<Writing>,
}

#[derive(Debug, Default)]
struct Reading {
    stream: Option<UnixStream>,
    /// What came of a line that is not whole.
    bytes: Vec<u8>,
    /// What was told of a connection that is not there.
    told: Option<Cow<'static, str>>,
}

#[derive(Debug, Default)]
struct Writing {
    stream: Option<UnixStream>,
    done: VecDeque<(ScanId, Tone)>,
}

impl Client {
    /// A client of the bridge at a socket. The bridge need not be there yet.
    #[must_use]
    pub fn new(socket: &Path) -> Self {
        Self {
            path: socket.to_owned(),
            reading: Mutex::default(),
            writing: Mutex::default(),
        }
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connects, and tells when that is news.
    fn connect(&self, reading: &mut Reading, patience: Duration) -> Option<Heard> {
        let connected = UnixStream::connect(&self.path).and_then(|stream| {
            stream.set_write_timeout(Some(WRITE))?;
            Ok((stream.try_clone()?, stream))
        });
        match connected {
            Ok((to, from)) => {
                self.writing().stream = Some(to);
                reading.stream = Some(from);
                reading.bytes.clear();
                // A bridge that had another client may have it still.
                let is_back = reading.told.as_deref() == Some(NO_BRIDGE);
                reading.told = reading.told.take().filter(|_| !is_back);
                is_back.then(|| Heard::Notice(self.there()))
            }
            Err(error) => {
                let notice = self.no_bridge(&error);
                let news = self.lost(reading, notice);
                if news.is_none() {
                    std::thread::park_timeout(patience.min(AGAIN));
                }
                news
            }
        }
    }

    /// Gives up a connection; tells so the first time.
    fn lost(&self, reading: &mut Reading, notice: Notice) -> Option<Heard> {
        reading.stream = None;
        self.writing().stream = None;
        let is_news = reading.told.replace(notice.code.clone()) != Some(notice.code.clone());
        is_news.then_some(Heard::Notice(notice))
    }

    fn there(&self) -> Notice {
        Notice {
            device: None,
            code: "bridge".into(),
            text: format!("the bridge at {} is there", self.path.display()),
            hint: None,
            is_trouble: false,
        }
    }

    fn no_bridge(&self, error: &io::Error) -> Notice {
        let path = self.path.display();
        let hint = if error.kind() == io::ErrorKind::PermissionDenied {
            format!("join the group that {path} belongs to, and log in again")
        } else {
            format!("start it: stock-bridge run --socket {path}")
        };
        Notice {
            device: None,
            code: NO_BRIDGE.into(),
            text: format!("no bridge at {path}: {error}"),
            hint: Some(hint),
            is_trouble: true,
        }
    }

    /// One read; a whole line of it, if there is one now.
    fn line(reading: &mut Reading, patience: Duration) -> io::Result<Option<Vec<u8>>> {
        if let Some(line) = cut_line(&mut reading.bytes) {
            return Ok(Some(line));
        }
        let Some(stream) = reading.stream.as_mut() else {
            return Ok(None);
        };
        stream.set_read_timeout(Some(patience.max(Duration::from_millis(1))))?;
        let mut bytes = [0; 16 * 1024];
        let count = match stream.read(&mut bytes) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => count,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock
                        | io::ErrorKind::TimedOut
                        | io::ErrorKind::Interrupted
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        reading
            .bytes
            .extend_from_slice(bytes.get(..count).unwrap_or_default());
        if reading.bytes.len() > SCAN_BYTES_MAX && !reading.bytes.contains(&b'\n') {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(cut_line(&mut reading.bytes))
    }

    /// What a line says.
    fn heard(&self, reading: &mut Reading, line: &[u8]) -> Option<Heard> {
        if let Ok(refusal) = serde_json::from_slice::<Refusal>(line) {
            let notice = Notice {
                device: None,
                code: "bridge-busy".into(),
                text: refusal.error.text,
                hint: Some(refusal.error.hint),
                is_trouble: true,
            };
            return self.lost(reading, notice);
        }
        if let Ok(line) = serde_json::from_slice::<NoticeLine>(line) {
            return Some(Heard::Notice(line.notice));
        }
        let scan = match Scan::from_line(line) {
            Ok(scan) => scan,
            Err(error) => {
                return Some(Heard::Notice(Notice {
                    device: None,
                    code: "unreadable".into(),
                    text: format!("the bridge sent what is no scan: {error}"),
                    hint: Some("use stock and stock-bridge of the same version".to_owned()),
                    is_trouble: true,
                }));
            }
        };
        let known = self.writing();
        let tone = known.done.iter().find(|(id, _)| *id == scan.scan_id);
        let tone = tone.map(|(_, tone)| *tone);
        drop(known);
        match tone {
            Some(tone) => {
                self.send(&scan.scan_id, tone);
                None
            }
            None => Some(Heard::Scan(scan)),
        }
    }

    /// Sends an acknowledgement; one that does not arrive is asked for again by the bridge.
    fn send(&self, scan: &ScanId, tone: Tone) {
        let ack = Ack {
            ack: scan.clone(),
            tone,
        };
        let Ok(mut line) = serde_json::to_vec(&ack) else {
            return;
        };
        line.push(b'\n');
        let mut writing = self.writing();
        let sent = writing.stream.as_mut().map(|to| to.write_all(&line));
        if sent.is_some_and(|sent| sent.is_err()) {
            // Half a line must not be followed by another one: the reader connects anew.
            if let Some(stream) = writing.stream.take() {
                drop(stream.shutdown(std::net::Shutdown::Both));
            }
        }
    }
}

impl ScanSource for Client {
    fn next(&self, patience: Duration) -> Result<Option<Heard>, SourceEnded> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = &mut *reading;
        if reading.stream.is_none() {
            let news = self.connect(reading, patience);
            if news.is_some() || reading.stream.is_none() {
                return Ok(news);
            }
        }
        match Self::line(reading, patience) {
            Ok(Some(line)) => {
                let heard = self.heard(reading, &line);
                if reading.stream.is_some() {
                    reading.told = None;
                } else if heard.is_none() {
                    std::thread::park_timeout(patience.min(AGAIN));
                }
                Ok(heard)
            }
            Ok(None) => Ok(None),
            Err(error) => {
                let notice = self.no_bridge(&error);
                let news = self.lost(reading, notice);
                if news.is_none() {
                    std::thread::park_timeout(patience.min(AGAIN));
                }
                Ok(news)
            }
        }
    }

    fn done(&self, scan: &ScanId, tone: Tone) {
        let mut writing = self.writing();
        writing.done.push_back((scan.clone(), tone));
        if writing.done.len() > DONE_MAX {
            writing.done.pop_front();
        }
        drop(writing);
        self.send(scan, tone);
    }
}

/// Takes the first whole line off what came, without its end.
fn cut_line(bytes: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let rest = bytes.split_off(end.saturating_add(1));
    let mut line = std::mem::replace(bytes, rest);
    line.pop();
    Some(line)
}
