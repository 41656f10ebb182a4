//! A watch that runs: `stock sync --watch --json`, a line about each thing that it does.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use serde_json::Value;

use crate::process::{Watchdog, signal};
use crate::server::lines_of;

/// How long a watch may be silent about what a test waits for.
const LINE_LIMIT: Duration = Duration::from_secs(90);

/// A running watch; dropping it kills the program.
#[derive(Debug)]
pub struct Watch {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
    _watchdog: Watchdog,
}

impl Watch {
    #[track_caller]
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start stock sync --watch");
        Self {
            lines: lines_of(child.stdout.take().expect("standard output is piped")),
            errors: lines_of(child.stderr.take().expect("standard error is piped")),
            _watchdog: Watchdog::over(child.id()),
            child,
        }
    }

    /// The next line.
    #[track_caller]
    fn next(&self, limit: Duration) -> Value {
        let line = self.lines.recv_timeout(limit).unwrap_or_else(|error| {
            let said: Vec<String> = self.errors.try_iter().collect();
            panic!("the watch says nothing more: {error}\n{}", said.join("\n"))
        });
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"))
    }

    /// Waits for a line about this, and gives it; lines before it are passed over.
    #[track_caller]
    pub fn until(&self, event: &str) -> Value {
        self.until_within(LINE_LIMIT, |line| line["event"] == event)
    }

    /// Waits for a line like this, each line at most so long.
    #[track_caller]
    pub fn until_within(&self, limit: Duration, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.next(limit);
            if wanted(&line) {
                return line;
            }
        }
    }

    /// Ends it by a signal, and gives its exit code and its last line.
    #[track_caller]
    pub fn end(mut self, by: &str) -> (i32, Value) {
        signal(by, self.child.id());
        let status = self.child.wait().expect("wait for the watch");
        let last = self.lines.iter().last();
        let last = last.and_then(|line| serde_json::from_str(&line).ok());
        (status.code().unwrap_or(-1), last.unwrap_or_default())
    }

    /// Ends the program at once, as a crash or a flat battery does.
    pub fn kill(mut self) {
        signal("KILL", self.child.id());
        drop(self.child.wait());
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
