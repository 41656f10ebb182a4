//! A Debian kernel in an emulated machine, for what the kernel below the tests may not have: a USB
//! bus. The project's own programs run in it, with the libraries they have here.
//!
//! A test gives it commands as to a shell and waits for what they print; nothing waits for time to
//! pass. What has to be unpacked for it comes with `cargo xtask test --install`; without it, or on
//! another machine than x86-64, the test is noted as skipped.

mod image;
pub mod keyboard;

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tempfile::TempDir;

use crate::process::Watchdog;
use crate::programs::project_root;
use crate::server::lines_of;
use crate::skip::skipped;

use self::keyboard::Hardware;

/// How long the machine may be silent while something is waited for. It is emulated instruction by
/// instruction, beside whatever else is tested.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a machine may live: all scenes of a test, on a computer with much else to do.
const LIFETIME: Duration = Duration::from_secs(280);
/// So many lines of the machine are shown when it falls silent.
const LAST_MAX: usize = 40;
/// Memory of the machine: enough for a store, a few programs and their libraries.
const MEMORY_MIB: &str = "640";
/// The kernel's settings: no noise, an end instead of a hang, and nothing that only costs time.
const KERNEL: &str =
    "console=ttyS0 quiet panic=-1 oops=panic tsc=reliable mitigations=off nokaslr rdinit=/init";

/// An emulated machine; dropping it ends it.
#[derive(Debug)]
pub struct Guest {
    machine: Child,
    /// The socket over which the hardware is worked, and who talks there.
    socket: PathBuf,
    hardware: Option<Hardware>,
    commands: ChildStdin,
    said: Receiver<String>,
    heard: BTreeMap<u32, VecDeque<Said>>,
    last: VecDeque<String>,
    jobs: u32,
    console: PathBuf,
    _watchdog: Watchdog,
    _folder: TempDir,
}

/// What a command said.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Line(String),
    Ended(i32),
}

/// A command that goes on in the machine.
#[derive(Debug, Clone)]
#[must_use = "what goes on has to be waited for"]
pub struct Job {
    number: u32,
    command: String,
}

/// What there is to start a machine with.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Modules of the kernel by file name without `.ko`, with their parameters; those that they
    /// need are found.
    pub modules: Vec<String>,
    /// Programs, which lie in `/bin` then.
    pub programs: Vec<PathBuf>,
    /// Other files, by their path in the machine, with mode and content.
    pub files: Vec<(String, u32, Vec<u8>)>,
}

impl Guest {
    /// Starts a machine and waits until it takes commands; where there is none to start, the test
    /// of this name is noted as skipped.
    #[track_caller]
    #[must_use]
    pub fn start(test: &str, setup: &Setup) -> Option<Self> {
        let parts = project_root().join("target/usb-guest");
        if !parts.join("version").is_file() {
            skipped(
                test,
                "there is no emulated machine: `cargo xtask test --install` unpacks one",
            );
            return None;
        }
        let folder = TempDir::new().expect("create a folder");
        let initial = folder.path().join("initial");
        image::write(&initial, &parts, setup);
        let console = folder.path().join("console");
        let socket = folder.path().join("hardware");
        let mut machine = emulator(&parts, &initial, &console)
            .arg("-qmp")
            .arg(format!("unix:{},server=on,wait=off", socket.display()))
            .spawn()
            .expect("start the emulator");
        let mut guest = Self {
            commands: machine.stdin.take().expect("standard input is piped"),
            said: lines_of(machine.stdout.take().expect("standard output is piped")),
            socket,
            hardware: None,
            heard: BTreeMap::new(),
            last: VecDeque::new(),
            jobs: 0,
            console,
            _watchdog: Watchdog::over_for(machine.id(), LIFETIME),
            machine,
            _folder: folder,
        };
        while !guest.next_line().starts_with("ready ") {}
        Some(guest)
    }

    #[track_caller]
    fn next_line(&mut self) -> String {
        match self.said.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.last.truncate(LAST_MAX - 1);
                self.last.push_front(line.clone());
                line
            }
            Err(error) => panic!(
                "the machine is silent ({error}); it said last, newest first:\n{}\n\
                 and on its console:\n{}",
                Vec::from(self.last.clone()).join("\n"),
                self.console()
            ),
        }
    }

    /// What the kernel said.
    #[must_use]
    pub fn console(&self) -> String {
        let bytes = std::fs::read(&self.console).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Starts a command that goes on while others run: one program with its arguments.
    #[track_caller]
    pub fn go(&mut self, command: &str) -> Job {
        self.give(command, "exec ")
    }

    /// Begins a command that ends by itself, while others run.
    #[track_caller]
    pub fn begin(&mut self, command: &str) -> Job {
        self.give(command, "")
    }

    #[track_caller]
    fn give(&mut self, command: &str, how: &str) -> Job {
        assert!(!command.contains('\n'), "a command is one line: {command}");
        self.jobs += 1;
        let number = self.jobs;
        writeln!(self.commands, "{number} {how}{command}").expect("the machine takes commands");
        self.commands.flush().expect("the machine takes commands");
        Job {
            number,
            command: command.to_owned(),
        }
    }

    /// Runs a command to its end: its exit code, and what it printed.
    #[track_caller]
    pub fn tried(&mut self, command: &str) -> (i32, String) {
        let job = self.begin(command);
        self.ended(&job)
    }

    /// Runs a command that must succeed, and gives what it printed.
    #[track_caller]
    pub fn run(&mut self, command: &str) -> String {
        let (code, said) = self.tried(command);
        assert_eq!(code, 0, "`{command}` in the machine said:\n{said}");
        said
    }

    /// The rest of what a command prints, and its exit code, when it has ended.
    #[track_caller]
    pub fn ended(&mut self, job: &Job) -> (i32, String) {
        let mut text = String::new();
        loop {
            match self.next_of(job) {
                Said::Line(line) => writeln!(text, "{line}").expect("a text takes lines"),
                Said::Ended(code) => return (code, text),
            }
        }
    }

    /// Waits for a line of a command that this makes something of, and gives that.
    #[track_caller]
    pub fn until<T>(
        &mut self,
        job: &Job,
        what: &str,
        mut wanted: impl FnMut(&str) -> Option<T>,
    ) -> T {
        let mut passed = String::new();
        loop {
            match self.next_of(job) {
                Said::Line(line) => match wanted(&line) {
                    Some(found) => return found,
                    None => writeln!(passed, "{line}").expect("a text takes lines"),
                },
                Said::Ended(code) => panic!(
                    "`{}` ended with {code} without {what}; it said:\n{passed}",
                    job.command
                ),
            }
        }
    }

    /// Waits for a line of a command with this text in it, and gives the line.
    #[track_caller]
    pub fn until_says(&mut self, job: &Job, text: &str) -> String {
        self.until(job, text, |line| {
            line.contains(text).then(|| line.to_owned())
        })
    }

    #[track_caller]
    fn next_of(&mut self, job: &Job) -> Said {
        loop {
            if let Some(said) = self
                .heard
                .get_mut(&job.number)
                .and_then(VecDeque::pop_front)
            {
                return said;
            }
            let line = self.next_line();
            let (number, said) = parsed(&line)
                .unwrap_or_else(|| panic!("the machine said something strange: {line}"));
            self.heard.entry(number).or_default().push_back(said);
        }
    }

    /// Sends a signal by name to a command that goes on.
    #[track_caller]
    pub fn signal(&mut self, job: &Job, name: &str) {
        self.run(&format!("kill -{name} $(cat /tmp/{}.pid)", job.number));
    }

    /// Ends a command that goes on; its exit code, and the rest of what it printed.
    #[track_caller]
    pub fn stop(&mut self, job: &Job) -> (i32, String) {
        self.signal(job, "TERM");
        self.ended(job)
    }
}

/// The emulator's keyboard.
impl Guest {
    fn hardware(&mut self) -> &mut Hardware {
        let socket = &self.socket;
        self.hardware.get_or_insert_with(|| Hardware::of(socket))
    }

    /// Puts the plug of the emulator's keyboard in.
    pub fn plug_keyboard(&mut self) {
        self.hardware().plug();
    }

    /// Pulls it out.
    pub fn unplug_keyboard(&mut self) {
        self.hardware().unplug();
    }

    /// Presses the keys for this text on it, `\r` being Enter and GS being Ctrl and `]`.
    pub fn press(&mut self, text: &str) {
        self.hardware().press(text);
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // It may have ended already; there is nothing on it that anybody keeps.
        drop(self.machine.kill());
        drop(self.machine.wait());
    }
}

fn parsed(line: &str) -> Option<(u32, Said)> {
    let end = line.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = line.split_at(end);
    let said = match rest.strip_prefix('=') {
        Some(code) => Said::Ended(code.trim().parse().ok()?),
        None => Said::Line(rest.strip_prefix(' ')?.to_owned()),
    };
    Some((number.parse().ok()?, said))
}

fn emulator(parts: &Path, initial: &Path, console: &Path) -> Command {
    let mut command = Command::new(parts.join("qemu"));
    command
        .args(["-machine", "q35,accel=tcg", "-cpu", "max", "-smp", "1"])
        .args(["-m", MEMORY_MIB, "-bios", "qboot.rom"])
        .args([
            "-device",
            "qemu-xhci,id=usb",
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
        ])
        .args(["-display", "none", "-append", KERNEL, "-serial"])
        .arg(format!("file:{}", console.display()))
        .args(["-chardev", "stdio,id=commands,signal=off"])
        .args(["-serial", "chardev:commands", "-kernel"])
        .arg(parts.join("kernel"))
        .arg("-initrd")
        .arg(initial)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}
