//! The Unix socket in the data directory: one JSON line asks, one JSON line answers.
//!
//! Only the owner of the data may ask: the socket's mode says so, and the asking process's user is
//! compared as well, since a mode can only be set after the socket is there.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ledger_node::Node;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;
use tokio::task::JoinHandle;

use super::act::Act;
use crate::fault::{FAILED, Fault};

/// The socket's name in the data directory.
const NAME: &str = "admin.sock";
/// The longest request.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// A socket's path has 108 bytes in the system's structures, one of them for the end.
const PATH_BYTES_MAX: usize = 107;

/// A path by which the socket can be used however deep the data directory lies. The file must stay
/// open while the path is used.
struct Reach {
    path: PathBuf,
    _dir: Option<File>,
}

fn reach(dir: &Path) -> io::Result<Reach> {
    let path = dir.join(NAME);
    if path.as_os_str().len() <= PATH_BYTES_MAX {
        return Ok(Reach { path, _dir: None });
    }
    let open = File::open(dir)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{NAME}", open.as_raw_fd()));
    Ok(Reach {
        path,
        _dir: Some(open),
    })
}

/// Asks the server that runs on these data; none when no server runs there.
pub(super) fn ask(dir: &Path, act: &Act) -> Option<Result<Value, Fault>> {
    let reach = reach(dir).ok()?;
    let stream = UnixStream::connect(&reach.path).ok()?;
    Some(talk(&stream, act).unwrap_or_else(|error| {
        let fault = Fault::system("asking the running server", &error);
        Err(fault.hint("its log may say more"))
    }))
}

fn talk(mut stream: &UnixStream, act: &Act) -> io::Result<Result<Value, Fault>> {
    let mut line = serde_json::to_string(act)?;
    line.push('\n');
    stream.write_all(line.as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    let mut answer: Value = serde_json::from_str(&answer)?;
    let part = |answer: &mut Value, key: &str| answer.get_mut(key).map(Value::take);
    let Some(error) = part(&mut answer, "error") else {
        return Ok(Ok(part(&mut answer, "answer").unwrap_or_default()));
    };
    let text = |key: &str| error.get(key).and_then(Value::as_str).map(str::to_owned);
    let exit = error.get("exit").and_then(Value::as_u64);
    let exit = exit
        .and_then(|exit| u8::try_from(exit).ok())
        .unwrap_or(FAILED);
    let fault = Fault::new(
        &text("code").unwrap_or_default(),
        text("text").unwrap_or_default(),
    );
    Ok(Err(Fault {
        hint: text("hint"),
        ..fault.exit(exit)
    }))
}

/// The socket of a running server.
pub(crate) struct Socket {
    path: PathBuf,
    accepting: JoinHandle<()>,
}

impl Socket {
    /// Opens the socket. The store's lock is held, so one that is there is left from a crash.
    pub(crate) fn listen(dir: &Path, node: Node, url: String) -> Result<Self, Fault> {
        let failed = |error: io::Error| {
            let doing = format!("opening the socket {}", dir.join(NAME).display());
            Fault::system(&doing, &error)
        };
        let reach = reach(dir).map_err(failed)?;
        match fs::remove_file(&reach.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(&reach.path).map_err(failed)?;
        fs::set_permissions(&reach.path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let owner = fs::metadata(&reach.path).map_err(failed)?.uid();
        let accepting = tokio::spawn(accept(listener, owner, node, url));
        Ok(Self {
            path: dir.join(NAME),
            accepting,
        })
    }

    /// Closes it and takes it away.
    pub(crate) fn close(self) {
        self.accepting.abort();
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the socket could not be removed");
        }
    }
}

async fn accept(listener: UnixListener, owner: u32, node: Node, url: String) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, say: wait for better times instead of spinning.
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        let is_owner = stream
            .peer_cred()
            .is_ok_and(|peer| peer.uid() == owner || peer.uid() == 0);
        if !is_owner {
            tracing::warn!("somebody else's process asked through the administration socket");
            continue;
        }
        let (node, url) = (node.clone(), url.clone());
        tokio::spawn(async move {
            if let Err(error) = answer(stream, node, url).await {
                tracing::debug!(%error, "an administration request was not answered");
            }
        });
    }
}

async fn answer(mut stream: tokio::net::UnixStream, node: Node, url: String) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let mut line = String::new();
    let mut lines = tokio::io::BufReader::new(read.take(LINE_BYTES_MAX));
    tokio::time::timeout(PATIENCE, lines.read_line(&mut line)).await??;
    let done = match serde_json::from_str::<Act>(&line) {
        Ok(act) => {
            let work = tokio::task::spawn_blocking(move || act.run(&node, &url));
            work.await
                .unwrap_or_else(|error| Err(Fault::system("doing it", &error)))
        }
        Err(error) => Err(Fault::system("reading the request", &error)),
    };
    let answer = match done {
        Ok(value) => json!({ "answer": value }),
        Err(Fault {
            code,
            text,
            hint,
            exit,
        }) => {
            json!({ "error": { "code": code, "text": text, "hint": hint, "exit": exit } })
        }
    };
    write.write_all(format!("{answer}\n").as_bytes()).await
}
