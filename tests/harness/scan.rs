//! A scan session that stays open: one code in, one line out.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::process::{Watchdog, signal};

/// A running `stock scan --stdin`; dropping it kills the program.
#[derive(Debug)]
pub struct ScanSession {
    child: Child,
    codes: Option<ChildStdin>,
    lines: BufReader<ChildStdout>,
    _watchdog: Watchdog,
}

impl ScanSession {
    #[track_caller]
    pub(crate) fn open(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("start stock scan --stdin");
        let watchdog = Watchdog::over(child.id());
        let codes = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().expect("standard output is piped"));
        Self {
            child,
            codes,
            lines,
            _watchdog: watchdog,
        }
    }

    /// Scans one code and waits for its line.
    #[track_caller]
    pub fn say(&mut self, code: &str) -> String {
        let pipe = self.codes.as_mut().expect("the session is open");
        writeln!(pipe, "{code}").expect("the session reads codes");
        pipe.flush().expect("the session reads codes");
        let mut line = String::new();
        let read = self
            .lines
            .read_line(&mut line)
            .expect("the session prints lines");
        assert_ne!(read, 0, "the session ended instead of answering {code:?}");
        line.trim_end().to_owned()
    }

    /// Scans one code and waits for nothing.
    #[track_caller]
    pub fn send(&mut self, code: &str) {
        let pipe = self.codes.as_mut().expect("the session is open");
        writeln!(pipe, "{code}").expect("the session reads codes");
    }

    /// Ends the program at once; gives what it still said.
    pub fn kill_and_hear(mut self) -> Vec<String> {
        signal("KILL", self.child.id());
        let said: Vec<String> = (&mut self.lines).lines().map_while(Result::ok).collect();
        drop(self.child.wait());
        said
    }

    /// Ends the program at once, as a crash or a flat battery does.
    pub fn kill(mut self) {
        signal("KILL", self.child.id());
        drop(self.child.wait());
    }

    /// Ends the input and waits for the program; gives its exit code.
    #[track_caller]
    pub fn finish(mut self) -> i32 {
        drop(self.codes.take());
        let status = self.child.wait().expect("wait for the scan session");
        status.code().unwrap_or(-1)
    }
}

impl Drop for ScanSession {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
