//! chromedriver as a program: where it is, that it listens, and that it ends.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use tempfile::TempDir;

use crate::process::own_environment;

/// How long chromedriver may take until it says where it listens.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Stands before the port in the line that says so.
const LISTENS: &str = "started successfully on port ";

/// The two programs.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) chromium: PathBuf,
    chromedriver: PathBuf,
}

impl Programs {
    /// Finds both, or says which one is missing.
    pub(super) fn find() -> Result<Self, String> {
        Ok(Self {
            chromium: in_path("chromium")?,
            chromedriver: in_path("chromedriver")?,
        })
    }
}

fn in_path(name: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .ok_or_else(|| format!("{name} is not installed"))
}

/// Whether this process may do everything.
pub(super) fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    ids.is_some_and(|ids| ids.split_whitespace().nth(1) == Some("0"))
}

/// A running chromedriver; dropping it ends it; the session, which ends Chromium, is over by then.
#[derive(Debug)]
pub(super) struct Driver {
    child: Child,
    port: u16,
    _home: TempDir,
}

impl Driver {
    /// Starts one, or says why there is none: it ends at once where another program takes the port
    /// that it found free.
    pub(super) fn start(programs: &Programs) -> Result<Self, String> {
        let home = TempDir::with_prefix("browser-").expect("a temporary directory");
        let mut command = Command::new(&programs.chromedriver);
        own_environment(&mut command, home.path());
        let mut child = command
            // Profiles of Chromium go away with the home.
            .env("TMPDIR", home.path())
            .arg("--port=0")
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("start chromedriver");
        let stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let (sender, ports) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // Read to the end, so that chromedriver never waits for a reader; nobody listens
                // any more once the port is known.
                port_in(&line).map(|port| sender.send(port).is_ok());
            }
        });
        let port = ports.recv_timeout(START_LIMIT);
        let mut driver = Self {
            port: 0,
            child,
            _home: home,
        };
        driver.port = port.map_err(|error| format!("no port of chromedriver: {error}"))?;
        Ok(driver)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once(LISTENS)?;
    rest.trim_end_matches('.').parse().ok()
}
