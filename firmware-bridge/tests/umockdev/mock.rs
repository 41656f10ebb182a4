//! The mock host with its devices, and the program that sees them.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::devices::{Device, hex};

/// How long anything may take on a machine that does other things too.
pub(crate) const LONG: Duration = Duration::from_secs(60);
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/umockdev/host.c");

/// The program under test.
pub(crate) const BRIDGE: &str = env!("CARGO_BIN_EXE_stock-bridge");

/// A host with devices, if this machine can make one; otherwise the test is told as skipped.
pub(crate) struct Mock {
    host: Child,
    commands: ChildStdin,
    lines: Receiver<String>,
    /// Lines that were passed over.
    seen: VecDeque<String>,
    pub(crate) folder: tempfile::TempDir,
    root: PathBuf,
}

impl Mock {
    /// Plugs devices in.
    pub(crate) fn with(test: &str, devices: &[Device]) -> Option<Self> {
        let host = match compiled() {
            Ok(host) => host,
            Err(why) => {
                skipped(test, &why);
                return None;
            }
        };
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("devices");
        fs::write(&list, devices.iter().map(Device::line).collect::<String>()).unwrap();
        let mut host = Command::new("umockdev-wrapper")
            .args([host.as_os_str(), list.as_os_str()])
            .env("STOCK_BRIDGE_CONFIG", folder.path().join("devices.toml"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(host.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let commands = host.stdin.take().unwrap();
        let mut mock = Self {
            host,
            commands,
            lines,
            seen: VecDeque::new(),
            folder,
            root: PathBuf::new(),
        };
        let ready = mock.until("HOST ready ");
        mock.root = ready.trim_start_matches("HOST ready ").into();
        Some(mock)
    }

    /// A path in the test's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder that stands for `/` to the program.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Starts `stock-bridge` with arguments that have no spaces.
    pub(crate) fn run(&mut self, args: &str) {
        self.run_program(BRIDGE, args);
    }

    /// Starts a program.
    pub(crate) fn run_program(&mut self, program: &str, args: &str) {
        let line = format!("run {program} {args}");
        self.command(line.trim_end());
    }

    /// Runs `stock-bridge` to its end; returns its exit status and what it printed.
    pub(crate) fn output(&mut self, args: &str) -> (i32, String) {
        self.seen.clear();
        self.run(args);
        self.ended()
    }

    /// Waits until the program has ended; returns its exit status and what it printed.
    pub(crate) fn ended(&mut self) -> (i32, String) {
        let exited = self.until("HOST exited ");
        let status = exited.trim_start_matches("HOST exited ").parse().unwrap();
        let printed = self
            .seen
            .drain(..)
            .filter(|line| !line.starts_with("HOST "));
        (status, printed.collect::<Vec<_>>().join("\n"))
    }

    /// Kills the program as a power cut does.
    pub(crate) fn kill(&mut self) {
        self.command("kill");
        self.until("HOST killed");
    }

    /// Lets a device send packets.
    pub(crate) fn send(&mut self, port: &str, packets: &[Vec<u8>]) {
        for packet in packets {
            self.command(&format!("send {port} 81 {}", hex(packet)));
        }
    }

    /// Tells the host something.
    pub(crate) fn command(&mut self, line: &str) {
        writeln!(self.commands, "{line}").unwrap();
        self.commands.flush().unwrap();
    }

    /// The next line that begins so; those before it are kept.
    pub(crate) fn until(&mut self, begin: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(LONG).unwrap_or_else(|error| {
                panic!("no line {begin:?} came ({error}), but {:?}", self.seen)
            });
            if line.starts_with(begin) {
                return line;
            }
            self.seen.push_back(line);
        }
    }

    /// Waits for a line, not for long, and passes it over.
    pub(crate) fn pass(&mut self, patience: Duration) {
        self.seen.extend(self.lines.recv_timeout(patience));
    }

    /// The lines that came and were passed over.
    pub(crate) fn passed(&mut self) -> Vec<String> {
        self.seen.extend(self.lines.try_iter());
        self.seen.drain(..).collect()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        drop(self.commands.write_all(b"kill\n"));
        drop(self.host.kill());
        drop(self.host.wait());
    }
}

/// The host program, compiled once for all tests.
fn compiled() -> Result<PathBuf, String> {
    let wrapper = Command::new("umockdev-wrapper").arg("true").output();
    if !wrapper.is_ok_and(|output| output.status.success()) {
        return Err("umockdev is not installed".to_owned());
    }
    let flags = Command::new("pkg-config")
        .args(["--cflags", "--libs", "umockdev-1.0"])
        .output();
    let flags = flags.map_err(|_none| "pkg-config is not installed".to_owned())?;
    if !flags.status.success() {
        return Err("libumockdev-dev is not installed".to_owned());
    }
    let source = fs::read(SOURCE).unwrap();
    let sum = source.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("umockdev-host-{sum:x}"));
    if !path.exists() {
        let mine = path.with_extension(std::process::id().to_string());
        let flags = String::from_utf8(flags.stdout).unwrap();
        let compiled = Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-O1", "-o"])
            .args([mine.as_os_str(), OsStr::new(SOURCE)])
            .args(flags.split_whitespace())
            .status();
        assert!(
            compiled.is_ok_and(|status| status.success()),
            "{SOURCE} compiles"
        );
        fs::rename(&mine, &path).unwrap();
    }
    Ok(path)
}

/// Says that a test was left out: on standard output and in the file that `STOCK_SKIP_LIST` names.
/// Where `CI` is `true` nothing may be left out.
#[track_caller]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
pub(crate) fn skipped(test: &str, why: &str) {
    let line = format!("SKIPPED: {test}: {why}");
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "nothing may be skipped here: {line}"
    );
    println!("{line}");
    if let Some(list) = std::env::var_os("STOCK_SKIP_LIST") {
        let list = fs::File::options().append(true).create(true).open(list);
        writeln!(list.unwrap(), "{line}").unwrap();
    }
}
