//! Where scans come from, seen by whoever writes them down: scanners of this very process, or a
//! bridge at the other end of a socket. One loop serves both.
//!
//! **Invariant.** A scan stays somebody's until [`ScanSource::done`] is called for it; what comes
//! over a socket is delivered again until then, under the same id.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, thread};

use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::supervisor::Scanners;
use crate::wire::{Scan, ScanId, Tone};

/// The most scans whose scanners are remembered until they are done.
const OPEN_MAX: usize = 4096;

/// Something that a person should know about a scanner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The scanner, where it is about one.
    pub device: Option<String>,
    /// A stable word: `ready`, `lost`, `busy`, `no-permission`, `unreadable` and others.
    pub code: Cow<'static, str>,
    /// In words.
    pub text: String,
    /// What to do, where there is something to do.
    pub hint: Option<String>,
    /// Whether scanning does not work until something is done.
    #[serde(rename = "trouble")]
    pub is_trouble: bool,
}

/// What a source has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A scan.
    Scan(Scan),
    /// News of a scanner or of the bridge.
    Notice(Notice),
}

/// Scans from somewhere. Several threads may use one: scans are read by one of them and done by
/// another.
pub trait ScanSource: Send + Sync + Debug {
    /// The next thing heard; `None` where nothing came. It waits for `patience` at most.
    ///
    /// The same scan may come again as long as it is not done, always under the same id: whoever
    /// writes it down uses the id as a key and writes it once.
    fn next(&self, patience: Duration) -> Result<Option<Heard>, SourceEnded>;

    /// A scan is safe, or refused for good: it does not come again, and its scanner sounds. Never
    /// called before what came of it is durable.
    fn done(&self, scan: &ScanId, tone: Tone);
}

/// Nothing will come of this source any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scanners were let go")]
pub struct SourceEnded;

/// Scanners of this process.
#[derive(Debug)]
pub struct InProcess {
    /// Goes first: a scanner whose scans nobody takes is not waited for.
    heard: Mutex<Receiver<Heard>>,
    scanners: Scanners,
    open: Mutex<BTreeMap<ScanId, String>>,
}

impl InProcess {
    /// Scanners that were started, and what they hear.
    #[must_use]
    pub fn new(scanners: Scanners, heard: Receiver<Heard>) -> Self {
        Self {
            heard: Mutex::new(heard),
            scanners,
            open: Mutex::default(),
        }
    }

    /// The scanners.
    #[must_use]
    pub const fn scanners(&self) -> &Scanners {
        &self.scanners
    }

    /// Takes Ctrl-C and SIGTERM over: they let the scanners go before they end the program.
    /// Otherwise one that types stays dumb until it is plugged in again.
    pub fn let_go_at_signal(self: &Arc<Self>) -> io::Result<()> {
        // Nobody is kept from letting them go before.
        let source = Arc::downgrade(self);
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let thread = thread::Builder::new().name("signals".to_owned());
        let listening = thread.spawn(move || {
            let Some(signal) = signals.forever().next() else {
                return;
            };
            if let Some(source) = source.upgrade() {
                source.scanners.stop();
            }
            drop(signal_hook::low_level::emulate_default_handler(signal));
        });
        listening.map(drop)
    }
}

impl ScanSource for InProcess {
    fn next(&self, patience: Duration) -> Result<Option<Heard>, SourceEnded> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = match heard.recv_timeout(patience) {
            Ok(heard) => heard,
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Err(RecvTimeoutError::Disconnected) => return Err(SourceEnded),
        };
        if let Heard::Scan(scan) = &heard {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.insert(scan.scan_id.clone(), scan.device.clone());
            // Whoever never says done hears no beep of the oldest.
            if open.len() > OPEN_MAX {
                open.pop_first();
            }
        }
        Ok(Some(heard))
    }

    fn done(&self, scan: &ScanId, tone: Tone) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(device) = open.remove(scan) {
            self.scanners.sound(&device, tone);
        }
    }
}
