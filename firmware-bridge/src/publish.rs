//! The bridge's end of the socket: every scan to the one client, until it says that it is safe.
//!
//! Scans go to the disk first and to the client from there, so a slow client holds up nobody and a
//! client that was killed is given again what it had not acknowledged. A second client is told
//! that there is one, and let go.
//!
//! **Invariant.** A scanner sounds only for an acknowledgement, and once for each.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::source::Notice;
use crate::spool::{Place, Spool, SpoolError};
use crate::wire::{ACK_BYTES_MAX, Ack, NoticeLine, Refusal, RefusalText, Scan, Tone};

/// How long a client may take to take a line; then it is let go and given it again later.
const WRITE: Duration = Duration::from_secs(10);
/// How long it is waited before a scan is tried again that could not be kept.
const AGAIN: Duration = Duration::from_secs(1);

/// How much news waits for a client that is slow; older news is not told.
const NEWS_MAX: usize = 32;

/// Who is told that a scan is safe.
pub type Sound = Box<dyn Fn(&Scan, Tone) + Send + Sync>;

/// Why the socket cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Another bridge listens there.
    #[error("another stock-bridge listens at {}", path.display())]
    Taken {
        /// The socket.
        path: PathBuf,
    },
    /// Something lies there that is no socket.
    #[error("{} is there and is no socket", path.display())]
    NoSocket {
        /// The file.
        path: PathBuf,
    },
    /// The socket cannot be made.
    #[error("the socket {} cannot be made", path.display())]
    Io {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl ListenError {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "socket-taken",
            Self::NoSocket { .. } => "no-socket",
            Self::Io { .. } => "socket-failed",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "use that bridge, or name another socket with --socket",
            Self::NoSocket { .. } => "put the file aside, or name another socket with --socket",
            Self::Io { .. } => {
                "name a socket in a directory that this user may write with --socket"
            }
        }
    }
}

/// Gives scans to a client. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Publisher {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    sound: Sound,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct State {
    spool: Spool,
    /// The number of the client that is served.
    client: Option<u64>,
    clients: u64,
    /// News that the client is not told so far, as lines.
    news: VecDeque<String>,
}

impl Publisher {
    /// Gives away what waits in a spool. `sound` hears of each acknowledgement, on a thread of the
    /// client's.
    #[must_use]
    pub fn new(spool: Spool, sound: Sound) -> Self {
        let state = State {
            spool,
            client: None,
            clients: 0,
            news: VecDeque::new(),
        };
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                changed: Condvar::new(),
                sound,
            }),
        }
    }

    /// Takes a scan in; on return it is on the disk and on its way.
    pub fn take(&self, scan: Scan) -> Result<(), SpoolError> {
        self.state().spool.push(scan)?;
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Takes a scan in, however long it takes until there is room; `trouble` hears why it does not
    /// work, once per reason.
    pub fn take_at_last(&self, scan: &Scan, mut trouble: impl FnMut(&SpoolError)) {
        let mut told = None;
        while let Err(error) = self.take(scan.clone()) {
            let text = error.to_string();
            if told.as_ref() != Some(&text) {
                trouble(&error);
                told = Some(text);
            }
            let state = self.state();
            let waited = self.shared.changed.wait_timeout(state, AGAIN);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Tells the client news of a scanner; whoever comes later is not told.
    pub fn tell(&self, notice: &Notice) {
        let line = NoticeLine {
            notice: notice.clone(),
        };
        let Ok(line) = serde_json::to_string(&line) else {
            return;
        };
        let mut state = self.state();
        if state.client.is_some() {
            state.news.push_back(line);
            if state.news.len() > NEWS_MAX {
                state.news.pop_front();
            }
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// How many scans wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().spool.len()
    }

    /// Listens at a socket, on threads of its own, until the process ends. A socket that a bridge
    /// left behind is replaced.
    pub fn listen(&self, path: &Path) -> Result<(), ListenError> {
        let listener = bound(path)?;
        let publisher = self.clone();
        let accepting = std::thread::Builder::new().name("socket".to_owned());
        let accepting = accepting.spawn(move || {
            for stream in listener.incoming() {
                // A client that went away again while it came is no trouble.
                drop(stream.and_then(|stream| publisher.admit(stream)));
            }
        });
        accepting.map(drop).map_err(|source| ListenError::Io {
            path: path.to_owned(),
            source,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(&self, stream: UnixStream) -> io::Result<()> {
        stream.set_write_timeout(Some(WRITE))?;
        let mut state = self.state();
        if state.client.is_some() {
            drop(state);
            return say(&stream, &Refusal::busy());
        }
        state.clients = state.clients.saturating_add(1);
        let client = state.clients;
        state.client = Some(client);
        state.news.clear();
        drop(state);
        let served = self.serve(client, stream);
        if served.is_err() {
            self.hang_up(client);
        }
        served
    }

    /// Serves a client with two threads, one for each direction.
    fn serve(&self, client: u64, stream: UnixStream) -> io::Result<()> {
        let from = stream.try_clone()?;
        let writer = self.clone();
        std::thread::Builder::new()
            .name("to client".to_owned())
            .spawn(move || {
                writer.deliver(client, &stream);
                writer.hang_up(client);
                // Only now the other thread hears that it is over.
                drop(stream.shutdown(std::net::Shutdown::Both));
            })?;
        let reader = self.clone();
        std::thread::Builder::new()
            .name("from client".to_owned())
            .spawn(move || {
                reader.hear(&from);
                reader.hang_up(client);
            })?;
        Ok(())
    }

    fn hang_up(&self, client: u64) {
        let mut state = self.state();
        if state.client == Some(client) {
            state.client = None;
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Gives a client every scan that waits, in their order, each new one, and news.
    fn deliver(&self, client: u64, to: &UnixStream) {
        let mut given = None;
        while let Some(line) = self.next_line(client, &mut given) {
            if write_line(to, &line).is_err() {
                return;
            }
        }
    }

    /// The next line for a client that was given all up to a place; waits until there is one.
    /// `None` when the client is gone.
    fn next_line(&self, client: u64, given: &mut Option<Place>) -> Option<String> {
        let state = self.state();
        let waited = self.shared.changed.wait_while(state, |state| {
            state.client == Some(client)
                && state.news.is_empty()
                && state.spool.after(*given).is_none()
        });
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.client != Some(client) {
            return None;
        }
        if let Some(news) = state.news.pop_front() {
            return Some(news);
        }
        let (place, scan) = state.spool.after(*given)?;
        *given = Some(place);
        scan.to_line().ok()
    }

    /// Takes acknowledgements until the client goes or says something else.
    fn hear(&self, from: &UnixStream) {
        let limit = u64::try_from(ACK_BYTES_MAX).unwrap_or(u64::MAX);
        let mut lines = BufReader::new(from);
        loop {
            let mut line = Vec::new();
            let read = lines.by_ref().take(limit).read_until(b'\n', &mut line);
            if read.is_err() || !line.ends_with(b"\n") {
                let is_long = line.len() >= ACK_BYTES_MAX;
                if is_long {
                    drop(say(from, &not_understood()));
                }
                return;
            }
            let Ok(ack) = serde_json::from_slice::<Ack>(&line) else {
                drop(say(from, &not_understood()));
                return;
            };
            self.acked(&ack);
        }
    }

    fn acked(&self, ack: &Ack) {
        let scan = self.state().spool.ack(&ack.ack);
        if let Some(scan) = scan {
            (self.shared.sound)(&scan, ack.tone);
            self.shared.changed.notify_all();
        }
    }
}

fn not_understood() -> Refusal {
    Refusal {
        error: RefusalText {
            code: "not-understood".to_owned(),
            text: "that is no acknowledgement".to_owned(),
            hint: r#"send {"ack":"SCAN_ID"} on one line for each scan that is safe"#.to_owned(),
        },
    }
}

fn say(to: &UnixStream, what: &impl Serialize) -> io::Result<()> {
    write_line(to, &serde_json::to_string(what)?)
}

fn write_line(mut to: &UnixStream, line: &str) -> io::Result<()> {
    to.write_all(format!("{line}\n").as_bytes())
}

/// A socket that whoever is in its group may use.
fn bound(path: &Path) -> Result<UnixListener, ListenError> {
    let io_error = |source| ListenError::Io {
        path: path.to_owned(),
        source,
    };
    if let Some(directory) = path.parent().filter(|path| !path.as_os_str().is_empty()) {
        fs::create_dir_all(directory).map_err(io_error)?;
    }
    if let Ok(there) = fs::symlink_metadata(path) {
        if !there.file_type().is_socket() {
            let path = path.to_owned();
            return Err(ListenError::NoSocket { path });
        }
        if UnixStream::connect(path).is_ok() {
            let path = path.to_owned();
            return Err(ListenError::Taken { path });
        }
        fs::remove_file(path).map_err(io_error)?;
    }
    let listener = UnixListener::bind(path).map_err(io_error)?;
    let mode = fs::Permissions::from_mode(0o660);
    fs::set_permissions(path, mode).map_err(io_error)?;
    Ok(listener)
}

#[cfg(test)]
mod tests;
