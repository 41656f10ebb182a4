//! A person before a terminal: `stock scan` in tmux, with keys that are pressed, codes that are
//! scanned, and a screen that is read.
//!
//! Each screen has a tmux server of its own, which ends with it. A client in tmux's control mode
//! tells when the program has written something, so that waiting is waiting for that.

use std::cell::Cell;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::process::{Watchdog, own_environment};
use crate::programs;
use crate::server::lines_of;
use crate::skip::skipped;
use crate::stock::Stock;

/// How long a program may write nothing while something is waited for: its clock ticks every second
/// at first, and every minute later.
const PATIENCE: Duration = Duration::from_secs(90);
/// After so many looks what is waited for does not come.
const LOOKS_MAX: u32 = 500;

const SETTINGS: &str = "\
set -g status off
set -g default-terminal screen-256color
set -s escape-time 0
";

/// How many screens were opened by this process.
static OPENED: AtomicU32 = AtomicU32::new(0);

/// Runs the program, and stays with what it left on the terminal.
const SHELL: &str = "trap : TERM; \"$0\" \"$@\"; echo \"(ended with $?)\"; exec cat";

/// The program on a terminal; dropping it ends both.
#[derive(Debug)]
pub struct Screen {
    socket: PathBuf,
    home: PathBuf,
    /// Tells when something was written.
    control: Child,
    written: Receiver<String>,
    _watchdog: Watchdog,
    scans: Cell<u32>,
    keys: Cell<u32>,
}

impl Screen {
    /// Starts `stock scan` of a handheld with more arguments on a terminal of so many columns and
    /// rows; where there is no tmux the test of this name is noted as skipped.
    #[track_caller]
    #[must_use]
    pub fn open(test: &str, stock: &Stock, size: (u16, u16), arguments: &[&str]) -> Option<Self> {
        let there = Command::new("tmux").arg("-V").output();
        if !there.is_ok_and(|output| output.status.success()) {
            skipped(test, "there is no tmux");
            return None;
        }
        let home = stock.home().to_owned();
        // The path of a socket is short, and a server that is about to end still has its own.
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let socket = home.join(format!("tmux-{number}"));
        let settings = stock.file("tmux.conf", SETTINGS);
        let mut new = tmux(&home, &socket);
        let (columns, rows) = size;
        new.args(["-f", &settings, "new-session", "-d", "-s", "it"])
            .args(["-x", &columns.to_string(), "-y", &rows.to_string(), "--"])
            .args(["sh", "-c", SHELL])
            .arg(programs::stock())
            .arg("--store")
            .arg(stock.store())
            .arg("scan")
            .args(arguments);
        done(new);
        let mut control = tmux(&home, &socket)
            .args(["-C", "attach", "-t", "it", "-f", "ignore-size,read-only"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("start a tmux client");
        Some(Self {
            written: lines_of(control.stdout.take().expect("standard output is piped")),
            _watchdog: Watchdog::over(control.id()),
            control,
            socket,
            home,
            scans: Cell::new(0),
            keys: Cell::new(0),
        })
    }

    #[track_caller]
    fn tell<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let mut command = tmux(&self.home, &self.socket);
        command.args(arguments);
        done(command)
    }

    /// What stands on the screen now, row by row.
    #[track_caller]
    #[must_use]
    pub fn shown(&self) -> String {
        self.tell(&["capture-pane", "-p", "-t", "it"])
    }

    /// Waits for a screen like this, and gives it.
    #[track_caller]
    pub fn until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        for _ in 0..LOOKS_MAX {
            let shown = self.shown();
            if wanted(&shown) {
                return shown;
            }
            let heard = self.written.recv_timeout(PATIENCE);
            assert!(heard.is_ok(), "{what} never showed on\n{shown}");
            // One look is enough for all that was written meanwhile.
            self.written.try_iter().for_each(drop);
        }
        panic!("{what} never showed on\n{}", self.shown());
    }

    /// Waits for a screen with this text, and gives it.
    #[track_caller]
    pub fn until_shown(&self, text: &str) -> String {
        self.until(text, |shown| shown.contains(text))
    }

    /// A scanner's trigger: the code as keys, and Enter.
    #[track_caller]
    pub fn scan(&self, code: &str) {
        self.scans.set(self.scans.get() + 1);
        self.send(code);
        self.tell(&["send-keys", "-t", "it", "Enter"]);
    }

    /// Scans, and waits until the answer says this.
    #[track_caller]
    pub fn scan_until(&self, code: &str, answer: &str) -> String {
        self.scan(code);
        self.until_answered(answer)
    }

    /// Waits until the last answer has this text, however it is broken into rows.
    #[track_caller]
    pub fn until_answered(&self, answer: &str) -> String {
        let dense = |text: &str| text.split_whitespace().collect::<String>();
        let wanted = dense(answer);
        self.until(answer, |shown| dense(shown).contains(&wanted))
    }

    /// Types a text as a person does, without an end.
    #[track_caller]
    pub fn send(&self, text: &str) {
        self.tell(&["send-keys", "-t", "it", "-l", "--", text]);
    }

    /// A person presses keys, by tmux's names of them.
    #[track_caller]
    pub fn press(&self, keys: &[&str]) {
        self.keys
            .set(self.keys.get() + u32::try_from(keys.len()).expect("few keys"));
        self.tell(&[&["send-keys", "-t", "it"], keys].concat());
    }

    /// Gives the terminal another size.
    #[track_caller]
    pub fn resize(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.tell(&["resize-window", "-t", "it", "-x", &columns, "-y", &rows]);
    }

    /// Waits until the program has ended; gives its exit code and what stands on the terminal then.
    #[track_caller]
    pub fn ended(&self) -> (String, String) {
        let shown = self.until_shown("(ended with ");
        let (_, code) = shown.split_once("(ended with ").expect("it was just seen");
        let code = code.chars().take_while(char::is_ascii_digit).collect();
        (code, shown)
    }

    /// Sends a signal by name to the program.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        let leader = self.tell(&["display-message", "-p", "-t", "it", "#{pane_pid}"]);
        let group = format!("-{}", leader.trim());
        let sent = Command::new("kill")
            .args(["-s", name, "--", &group])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "no signal to {group}"
        );
    }

    /// How many scans and keys it took so far; begins to count anew.
    #[must_use]
    pub fn counted(&self) -> (u32, u32) {
        (self.scans.replace(0), self.keys.replace(0))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(tmux(&self.home, &self.socket).arg("kill-server").output());
        drop(self.control.kill());
        drop(self.control.wait());
    }
}

/// A client of the tmux server with this socket.
fn tmux(home: &std::path::Path, socket: &std::path::Path) -> Command {
    let mut command = Command::new("tmux");
    own_environment(&mut command, home);
    command.current_dir(home).arg("-u").arg("-S").arg(socket);
    command
}

#[track_caller]
fn done(mut command: Command) -> String {
    let output = command.output().expect("start tmux");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).expect("tmux prints UTF-8")
}
