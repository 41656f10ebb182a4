//! A central server of a trial: started, killed and started again on the same data.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tests::programs;
use tests::server::address_in;

use super::child::{Ended, HANG_LIMIT, Kill, Running, own_environment};
use super::load::{Acknowledged, Edge, ITEMS, SCANNED_ITEMS};
use super::sum::Log;

/// How long a server may take until it says where it listens.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A loopback address that no other trial listens at, here or in a program beside this one. While
/// a server is down its port is free, and the system hands free ports out: at 127.0.0.1 to the
/// next server of any test, or to a connection, and then ours could not start again.
fn own_address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed) % 254 + 1;
    let id = std::process::id();
    format!("127.{number}.{}.{}", id >> 8 & 255, id & 255)
}

/// A server over one data directory; dropping it kills the program.
#[derive(Debug)]
pub struct Central {
    /// The data directory.
    pub data: PathBuf,
    /// Further variables of the program's environment.
    pub variables: Vec<(String, String)>,
    /// A program with its arguments that starts ours, such as strace.
    pub wrapper: Vec<String>,
    listen: String,
    token: String,
    running: Option<Running>,
}

impl Central {
    /// Starts one on this data directory, and makes a token to read its log with.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(data: impl Into<PathBuf>) -> Result<Self, String> {
        let mut central = Self {
            data: data.into(),
            variables: Vec::new(),
            wrapper: Vec::new(),
            listen: format!("{}:0", own_address()),
            token: String::new(),
            running: None,
        };
        central.start_again()?;
        let printed = central.admin("token create --role viewer")?;
        printed["token"]
            .as_str()
            .ok_or_else(|| format!("no token in {printed}"))?
            .clone_into(&mut central.token);
        Ok(central)
    }

    /// Starts again on the same data at the same address.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> Result<(), String> {
        let mut command = self.command();
        command.args(["serve", "--listen", &self.listen, "--data"]);
        command.arg(&self.data);
        let mut running = Running::start(command, "stock-server serve".to_owned(), None)?;
        let url = running.wait_for(START_LIMIT, address_in)?;
        url.trim_start_matches("http://")
            .clone_into(&mut self.listen);
        self.running = Some(running);
        Ok(())
    }

    /// The address, `http://127.X.Y.Z:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Its process id; 0 when it does not run.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.as_ref().map_or(0, Running::id)
    }

    fn command(&self) -> Command {
        let program = programs::stock_server();
        let mut command = match self.wrapper.split_first() {
            None => Command::new(program),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        let home = self.data.parent().unwrap_or_else(|| Path::new("/"));
        own_environment(&mut command, home, &self.variables);
        command
    }

    /// Runs another command of the server's program on its data.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, line: &str) -> Result<Ended, String> {
        let home = self.data.parent().unwrap_or_else(|| Path::new("/"));
        let mut command = Command::new(programs::stock_server());
        own_environment(&mut command, home, &self.variables);
        command.args(line.split(' ')).arg("--data").arg(&self.data);
        let running = Running::start(command, format!("stock-server {line}"), None)?;
        Ok(running.finish(Kill::Never, HANG_LIMIT))
    }

    /// Runs an administrator's command with `--json`; it must end with code 0.
    ///
    /// # Errors
    /// When it does not.
    pub fn admin(&self, line: &str) -> Result<Value, String> {
        self.run(&format!("{line} --json"))?.well()?.json()
    }

    /// Enrols a handheld.
    ///
    /// # Errors
    /// When a program fails.
    pub fn enroll(&self, edge: &Edge) -> Result<(), String> {
        let printed = self.admin("device code")?;
        let code = printed["code"].as_str().unwrap_or_default();
        edge.ok(&format!("enroll {} --code {code}", self.url()))?;
        Ok(())
    }

    /// Ends it in order, so that its index has all that its journal has.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(&mut self) -> Result<(), String> {
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        tests::small_disk::command("kill", &["-TERM", &running.id().to_string()])?;
        running.finish(Kill::Never, HANG_LIMIT).well().map(drop)
    }

    /// Kills it at once and waits for its end.
    pub fn kill(&mut self) -> Option<Ended> {
        self.kill_in(Duration::ZERO)
    }

    /// Kills it so long from now.
    pub fn kill_in(&mut self, time: Duration) -> Option<Ended> {
        let running = self.running.take()?;
        let since_start = running.age() + time;
        Some(running.finish(Kill::After(since_start), since_start + HANG_LIMIT))
    }

    /// Asks for a path below `/api/v1/`; the answer must be 200.
    ///
    /// # Errors
    /// When it is not.
    pub fn get(&self, path: &str) -> Result<String, String> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(HANG_LIMIT))
            .proxy(None)
            .build()
            .into();
        let failed = |error: ureq::Error| format!("GET {path}: {error}");
        let request = agent
            .get(format!("{}/api/v1/{path}", self.url()))
            .header("authorization", format!("Bearer {}", self.token));
        let mut answer = request.call().map_err(failed)?;
        let body = answer.body_mut().with_config().limit(1 << 30);
        let body = body.read_to_string().map_err(failed)?;
        if answer.status() == 200 {
            return Ok(body);
        }
        Err(format!("GET {path}: {} {body}", answer.status()))
    }

    /// The server's log.
    ///
    /// # Errors
    /// When it does not come, or is not whole.
    pub fn log(&self) -> Result<Log, String> {
        let body = self.get("entries")?;
        let lines: Vec<String> = body.lines().map(str::to_owned).collect();
        Log::of_lines(&lines)
    }

    /// Checks that the server holds all that was acknowledged, and that its totals are those of
    /// its entries.
    ///
    /// # Errors
    /// What is not so.
    pub fn verify(&self, ack: &Acknowledged) -> Result<u64, String> {
        // What a killed handheld had sent may still be on its way in, and is in the totals a
        // moment before the disk has it and the log shows it.
        let mut wrong = String::new();
        for _ in 0..ROUNDS_MAX {
            let log = self.log()?;
            log.covers(ack)
                .map_err(|error| format!("server: {error}"))?;
            match self.totals_are(&log) {
                Ok(()) => return Ok(ack.facts()),
                Err(error) => wrong = error,
            }
        }
        Err(wrong)
    }

    fn totals_are(&self, log: &Log) -> Result<(), String> {
        for item in ITEMS.iter().chain(&SCANNED_ITEMS) {
            let Ok(body) = self.get(&format!("items/{item}")) else {
                // An item nobody told the server of.
                if log.on_hand(item) == 0 {
                    continue;
                }
                return Err(format!("the server does not know {item}"));
            };
            let shown: Value = serde_json::from_str(&body)
                .map_err(|error| format!("items/{item} is no JSON ({error}): {body}"))?;
            let expected = tests::check::printed(log.on_hand(item));
            if shown["on_hand"].as_str() != Some(&expected) {
                return Err(format!(
                    "server: {item} should be {expected}, shown is {shown}"
                ));
            }
        }
        Ok(())
    }
}

/// How often totals are read while entries may come in.
const ROUNDS_MAX: usize = 200;

impl Drop for Central {
    fn drop(&mut self) {
        drop(self.kill());
    }
}
