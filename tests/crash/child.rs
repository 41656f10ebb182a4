//! One spawned program of a trial: it may be killed at a chosen moment, and it never hangs a
//! campaign.
//!
//! Unlike the harness of the end-to-end tests, this one takes every end of a program as an
//! answer: what was printed before a SIGKILL is what a person was told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;

use super::trial::Stopwatch;

/// How long a program may take before it counts as hanging.
pub const HANG_LIMIT: Duration = Duration::from_secs(30);

/// When a program is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// Not at all.
    Never,
    /// So long after its start.
    After(Duration),
    /// When it printed so many lines.
    AtLine(u64),
}

/// What a program left behind.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The command line, for messages.
    pub what: String,
    /// The exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// Whole lines of standard output.
    pub lines: Vec<String>,
    /// Standard error.
    pub stderr: String,
    /// Whether it was ended because it took longer than it may.
    pub hung: bool,
    /// From its start to its end.
    pub took: Duration,
}

impl Ended {
    /// The first line as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<Value, String> {
        let line = self.lines.first().map_or("", String::as_str);
        serde_json::from_str(line).map_err(|error| format!("no JSON ({error}): {self}"))
    }

    /// The same, when it ended with code 0 and without a panic.
    ///
    /// # Errors
    /// When it did not.
    pub fn well(self) -> Result<Self, String> {
        let this = self.sane()?;
        match this.code {
            Some(0) => Ok(this),
            Some(_) | None => Err(format!("did not end well: {this}")),
        }
    }

    /// The same, when it neither hung nor panicked.
    ///
    /// # Errors
    /// When it did.
    pub fn sane(self) -> Result<Self, String> {
        if self.hung {
            return Err(format!("hung: {self}"));
        }
        if self.stderr.contains("panicked at") || self.code == Some(101) {
            return Err(format!("panicked: {self}"));
        }
        Ok(self)
    }

    /// Both streams in lower case, to look for a word that a person must see.
    #[must_use]
    pub fn said(&self) -> String {
        format!("{}\n{}", self.lines.join("\n"), self.stderr).to_lowercase()
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let last = self.lines.iter().rev().take(4).rev();
        let last: Vec<String> = last.map(|line| line.chars().take(400).collect()).collect();
        let stderr: String = self.stderr.chars().take(1500).collect();
        write!(
            f,
            "`{}` (code {:?}, {} lines, the last: {last:?}, stderr {stderr:?})",
            self.what,
            self.code,
            self.lines.len()
        )
    }
}

/// What the reader of standard output tells.
#[derive(Debug)]
enum Told {
    Line(String),
    End,
}

/// A program that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    what: String,
    told: Receiver<Told>,
    stderr: Receiver<String>,
    since: Stopwatch,
    lines: Vec<String>,
}

/// An environment of its own: nothing of the caller's leaks in.
pub fn own_environment(command: &mut Command, home: &Path, variables: &[(String, String)]) {
    command.env_clear();
    for name in ["PATH", "TMPDIR", "LLVM_PROFILE_FILE", "RUST_BACKTRACE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("HOME", home)
        .env("LANG", "C.UTF-8")
        .env("TZ", "UTC")
        .env("NO_COLOR", "1");
    for (name, value) in variables {
        command.env(name, value);
    }
}

impl Running {
    /// Starts it with this standard input.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(
        mut command: Command,
        what: String,
        stdin: Option<String>,
    ) -> Result<Self, String> {
        command
            .stdin(if stdin.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let since = Stopwatch::start();
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot start `{what}`: {error}"))?;
        if let (Some(mut pipe), Some(text)) = (child.stdin.take(), stdin) {
            std::thread::spawn(move || {
                // A program may end before it has read everything; the trial judges that.
                drop(pipe.write_all(text.as_bytes()));
            });
        }
        let told = lines_of(&mut child);
        let (sender, stderr) = channel();
        let mut errors = child.stderr.take().expect("standard error is piped");
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            drop(errors.read_to_end(&mut bytes));
            drop(sender.send(String::from_utf8_lossy(&bytes).into_owned()));
        });
        Ok(Self {
            child,
            what,
            told,
            stderr,
            since,
            lines: Vec::new(),
        })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How long ago it was started.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.since.read()
    }

    /// Waits for a line that `wanted` takes.
    ///
    /// # Errors
    /// When it ends or hangs before.
    pub fn wait_for<T>(
        &mut self,
        limit: Duration,
        wanted: impl Fn(&str) -> Option<T>,
    ) -> Result<T, String> {
        loop {
            match self.told.recv_timeout(limit) {
                Ok(Told::Line(line)) => {
                    let found = wanted(&line);
                    self.lines.push(line);
                    if let Some(found) = found {
                        return Ok(found);
                    }
                }
                Ok(Told::End) | Err(_) => {
                    drop(self.child.kill());
                    let stderr = self.stderr.recv_timeout(HANG_LIMIT).unwrap_or_default();
                    return Err(format!(
                        "`{}` did not say what was waited for: {:?} {stderr}",
                        self.what, self.lines
                    ));
                }
            }
        }
    }

    /// Ends it at once, as a flat battery does.
    pub fn kill(&mut self) {
        drop(self.child.kill());
    }

    /// Waits for its end, and kills it at the moment that was chosen.
    #[must_use]
    pub fn finish(mut self, kill: Kill, limit: Duration) -> Ended {
        let mut hung = false;
        let mut killed = false;
        loop {
            if let Kill::AtLine(number) = kill
                && !killed
                && u64::try_from(self.lines.len()).is_ok_and(|lines| lines >= number)
            {
                self.kill();
                killed = true;
            }
            let until = match kill {
                Kill::After(after) if !killed => after.min(limit),
                Kill::Never | Kill::After(_) | Kill::AtLine(_) => limit,
            };
            match self
                .told
                .recv_timeout(until.saturating_sub(self.since.read()))
            {
                Ok(Told::Line(line)) => self.lines.push(line),
                Ok(Told::End) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) if until < limit => {
                    self.kill();
                    killed = true;
                }
                Err(RecvTimeoutError::Timeout) => {
                    hung = true;
                    break;
                }
            }
        }
        self.ended(hung, limit)
    }

    /// What is left of it after its output ended.
    fn ended(mut self, hung: bool, limit: Duration) -> Ended {
        let left = limit.saturating_sub(self.since.read());
        // Standard error ends when the program does, and with it the wait for a program that
        // closed its output and then hangs.
        let stderr = if hung {
            None
        } else {
            self.stderr.recv_timeout(left).ok()
        };
        let hung = hung || stderr.is_none();
        if hung {
            self.kill();
        }
        let status: Option<ExitStatus> = self.child.wait().ok();
        let stderr = stderr
            .or_else(|| self.stderr.recv_timeout(Duration::from_secs(1)).ok())
            .unwrap_or_default();
        Ended {
            what: self.what,
            code: status.and_then(|status| status.code()),
            lines: std::mem::take(&mut self.lines),
            stderr,
            hung,
            took: self.since.read(),
        }
    }
}

/// Reads whole lines of standard output; a line that was cut off was not said.
fn lines_of(child: &mut Child) -> Receiver<Told> {
    let (sender, receiver) = channel();
    let mut stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
    std::thread::spawn(move || {
        loop {
            let mut line = Vec::new();
            match stdout.read_until(b'\n', &mut line) {
                Ok(_) if line.last() == Some(&b'\n') => {
                    line.pop();
                    let line = String::from_utf8_lossy(&line).into_owned();
                    if sender.send(Told::Line(line)).is_err() {
                        return;
                    }
                }
                Ok(_) | Err(_) => {
                    drop(sender.send(Told::End));
                    return;
                }
            }
        }
    });
    receiver
}
