//! One handheld: a store of its own in a temporary directory, driven through spawned `stock`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::check::array;
use crate::node::Node;
use crate::process::{Output, own_environment, run};
use crate::programs;
use crate::scan::ScanSession;
use crate::watch::Watch;
use crate::words::words;

/// A handheld with its own home; everything it writes goes away with it.
#[derive(Debug)]
pub struct Stock {
    name: String,
    home: TempDir,
    store: PathBuf,
}

impl Stock {
    /// A new store, made by `stock init --name NAME`.
    #[track_caller]
    #[must_use]
    pub fn new(name: &str) -> Self {
        let stock = Self::without_store(name);
        stock.ok(&format!("init --name {name}"));
        stock
    }

    /// A new store with ten of the item `R-100` at the location `A-01`, not enrolled.
    #[track_caller]
    #[must_use]
    pub fn with_ten(name: &str) -> Self {
        let stock = Self::new(name);
        stock.ok("item add R-100 --name \"Resistor 100 Ohm\"");
        stock.ok("location add A-01 --name \"Shelf 1\"");
        stock.ok("add R-100 A-01 10");
        stock
    }

    /// A handheld on which nothing was initialised yet.
    #[must_use]
    pub fn without_store(name: &str) -> Self {
        let home = TempDir::with_prefix("stock-").expect("a temporary directory");
        let store = home.path().join("store");
        Self {
            name: name.to_owned(),
            home,
            store,
        }
    }

    /// The same handheld's programs on another store directory.
    #[must_use]
    pub fn at(name: &str, store: impl FnOnce(&Path) -> PathBuf) -> Self {
        let mut stock = Self::without_store(name);
        stock.store = store(stock.home.path());
        stock
    }

    /// The device's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The store's directory.
    #[must_use]
    pub fn store(&self) -> &Path {
        &self.store
    }

    /// The temporary home, for files of the test.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file into the home and gives its path.
    #[must_use]
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, bytes).expect("write a file for the test");
        path.to_str().expect("temporary paths are UTF-8").to_owned()
    }

    /// The program, with this store and home, ready for arguments.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(programs::stock());
        own_environment(&mut command, self.home.path());
        command
            .current_dir(self.home.path())
            .arg("--store")
            .arg(&self.store);
        command
    }

    /// Runs with these arguments, whatever comes out.
    #[track_caller]
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, None)
    }

    /// Runs with these arguments and this standard input.
    #[track_caller]
    #[must_use]
    pub fn run_with(&self, arguments: &[&str], stdin: Option<&str>) -> Output {
        let mut command = self.command();
        command.args(arguments);
        run(
            command,
            format!("{}$ stock {}", self.name, arguments.join(" ")),
            stdin,
        )
    }

    /// Runs a line as it is typed.
    #[track_caller]
    #[must_use]
    pub fn line(&self, line: &str) -> Output {
        let words = words(line);
        self.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Runs a line that must end well, and gives its standard output.
    #[track_caller]
    pub fn ok(&self, line: &str) -> String {
        self.line(line).expect_code(0).stdout
    }

    /// Runs a line with `--json` that must end well, and gives what it printed.
    #[track_caller]
    pub fn json(&self, line: &str) -> Value {
        self.line(&format!("{line} --json")).expect_code(0).json()
    }

    /// Runs a writing line and gives the id of its entry.
    #[track_caller]
    pub fn write(&self, line: &str) -> String {
        let printed = self.json(line);
        let entry = printed["entry"].as_str();
        entry
            .unwrap_or_else(|| panic!("`{line}` names no entry: {printed:#}"))
            .to_owned()
    }

    /// Runs a line with `--json` that must end with this code, and gives the error's object.
    #[track_caller]
    pub fn error(&self, code: i32, line: &str) -> Value {
        self.line(&format!("{line} --json"))
            .expect_code(code)
            .error()
    }

    /// Syncs and gives what `sync --json` printed.
    #[track_caller]
    pub fn sync(&self) -> Value {
        let answer = self.json("sync");
        for key in ["pushed", "pulled"] {
            assert!(
                answer[key].is_u64(),
                "sync says how much it {key}: {answer:#}"
            );
        }
        answer
    }

    /// Feeds `scan --stdin` with these codes and gives its lines.
    #[track_caller]
    pub fn scan(&self, codes: &[&str]) -> Vec<String> {
        let input = codes
            .iter()
            .flat_map(|code| [*code, "\n"])
            .collect::<String>();
        let output = self
            .run_with(&["scan", "--stdin"], Some(&input))
            .expect_code(0);
        output.stdout.lines().map(str::to_owned).collect()
    }

    /// Starts `sync --watch --json` and lets it run.
    #[track_caller]
    #[must_use]
    pub fn watch(&self) -> Watch {
        let mut command = self.command();
        command.args(["sync", "--watch", "--json"]);
        Watch::start(command)
    }

    /// Opens `scan --stdin` and keeps it open.
    #[track_caller]
    #[must_use]
    pub fn open_scan(&self) -> ScanSession {
        let mut command = self.command();
        command.args(["scan", "--stdin"]);
        ScanSession::open(command)
    }
}

impl Node for Stock {
    fn label(&self) -> String {
        format!("handheld {}", self.name)
    }

    fn show(&self, sku: &str) -> Value {
        self.run(&["show", sku, "--json"]).expect_code(0).json()
    }

    fn items(&self) -> Vec<Value> {
        array(self.json("items"))
    }

    fn history(&self, sku: &str) -> Vec<Value> {
        array(self.run(&["history", sku, "--json"]).expect_code(0).json())
    }

    fn exceptions(&self) -> Vec<Value> {
        array(self.json("exceptions"))
    }

    fn status(&self) -> Value {
        self.json("status")
    }
}
