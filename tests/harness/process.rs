//! One spawned program: its output, and the watchdog that ends it when it hangs.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use serde_json::Value;

/// How long a program may take before the watchdog kills it and the test fails.
const HANG_LIMIT: Duration = Duration::from_secs(180);

/// What one run of a program left behind.
#[derive(Clone, Debug)]
pub struct Output {
    /// The command line, for messages.
    pub what: String,
    /// The exit code; −1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Fails unless the program ended with this code.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code of {self}");
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("standard output is not JSON ({error}): {self}"))
    }

    /// The object under `error` on standard error; standard output must be empty.
    #[track_caller]
    #[must_use]
    pub fn error(&self) -> Value {
        assert_eq!(
            self.stdout, "",
            "an error prints nothing on standard output: {self}"
        );
        let whole: Value = serde_json::from_str(self.stderr.trim())
            .unwrap_or_else(|error| panic!("standard error is not JSON ({error}): {self}"));
        let error = whole["error"].clone();
        for key in ["code", "text"] {
            let words = error[key].as_str().unwrap_or_default();
            assert!(!words.is_empty(), "error.{key} must say something: {self}");
        }
        assert!(
            error
                .as_object()
                .is_some_and(|object| object.contains_key("hint")),
            "error.hint must be there, be it null: {self}"
        );
        error
    }

    /// Both streams in lower case, to look for a word that a person must see.
    #[must_use]
    pub fn said(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr).to_lowercase()
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            what,
            code,
            stdout,
            stderr,
        } = self;
        write!(
            f,
            "`{what}` (code {code})\n--- stdout\n{stdout}\n--- stderr\n{stderr}"
        )
    }
}

/// Kills a program that outlives its time limit; dropping it calls the watch off.
#[derive(Debug)]
pub struct Watchdog {
    _calls_off: Sender<()>,
}

impl Watchdog {
    /// Watches the process with this id.
    #[must_use]
    pub fn over(pid: u32) -> Self {
        Self::over_for(pid, HANG_LIMIT)
    }

    /// Watches a process that may take so long.
    #[must_use]
    pub fn over_for(pid: u32, limit: Duration) -> Self {
        let (calls_off, called_off) = channel();
        std::thread::spawn(move || {
            if called_off.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                signal("KILL", pid);
            }
        });
        Self {
            _calls_off: calls_off,
        }
    }
}

/// Lets so much time pass, where that is a part of what is tried: a person's pace, a slow network.
/// Nothing is waited for.
pub fn pause(time: Duration) {
    let (_never, come) = channel::<()>();
    assert!(come.recv_timeout(time).is_err(), "nobody sends here");
}

/// Sends a signal by name.
pub fn signal(name: &str, pid: u32) {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status();
    assert!(status.is_ok(), "the program `kill` is missing: {status:?}");
}

/// Runs a command to its end, with this text on its standard input.
#[track_caller]
#[must_use]
pub fn run(mut command: Command, what: String, stdin: Option<&str>) -> Output {
    command.stdin(if stdin.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start `{what}`: {error}"));
    let watchdog = Watchdog::over(child.id());
    feed(&mut child, stdin);
    let output = child
        .wait_with_output()
        .expect("wait for a spawned program");
    drop(watchdog);
    Output {
        what,
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

/// Writes the input from a thread of its own, so that full pipes cannot block each other.
fn feed(child: &mut Child, text: Option<&str>) {
    let (Some(mut pipe), Some(text)) = (child.stdin.take(), text) else {
        return;
    };
    let text = text.to_owned();
    std::thread::spawn(move || {
        // A program may end before it has read everything; that is for the test to judge.
        drop(pipe.write_all(text.as_bytes()));
    });
}

/// An environment of its own for a spawned program: nothing of the caller's home leaks in.
pub fn own_environment(command: &mut Command, home: &std::path::Path) {
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
    for (name, folder) in [
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_RUNTIME_DIR", "runtime"),
    ] {
        let path = home.join("xdg").join(folder);
        std::fs::create_dir_all(&path).expect("create an XDG directory");
        command.env(name, path);
    }
}
