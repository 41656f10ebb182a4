//! What documents show to be typed, scanned or written into a file: found in the page, and done in
//! its order, on a server and handhelds of its own.
//!
//! `sh` blocks are commands, a line each; `scan` blocks are codes for `stock scan`; a block `csv
//! NAME` is that file, on the handheld. Whatever is not run stands in [`ELSEWHERE`].

use std::collections::BTreeSet;

use tests::process::Output;
use tests::programs::project_root;
use tests::server::Server;
use tests::stock::Stock;

/// Commands that are run elsewhere, each with where.
pub(crate) const ELSEWHERE: &[(&str, &str)] = &[
    (
        "cargo run --release -p sync-server -- demo",
        "`demo.rs` runs the built program, `.ci/run` runs it in release",
    ),
    ("cargo xtask test --install", "it is what runs this test"),
    (
        "cargo install --locked --path sync-server",
        "the tests build the same programs",
    ),
    (
        "cargo install --locked --path crates/edge",
        "the tests build the same programs",
    ),
    (
        "stock sync --watch",
        "it goes on until it is stopped; `sync_watch.rs` runs it",
    ),
    (
        "stock scan",
        "the pages' `scan` blocks and `screen.rs` run it",
    ),
    (
        "stock-server sync --from-file today.sync --data shop",
        "the file is on the handheld; `sync_file.rs` carries one",
    ),
    (
        "stock-server config show",
        "it asks no server; the tests of `config.rs` do",
    ),
];

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// A command as it is typed.
    Line(String),
    /// Codes as they are scanned.
    Scans(Vec<String>),
    /// A file with its text.
    File(String, String),
}

/// What a page shows, in its order; comments and empty lines are left out.
pub(crate) fn steps_of(path: &str) -> Vec<Step> {
    let text = std::fs::read_to_string(project_root().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut steps = Vec::new();
    // Between two fences is a block, behind the second one prose.
    for block in text.split("```").skip(1).step_by(2) {
        let (language, inside) = block.split_once('\n').unwrap_or((block, ""));
        let lines = inside.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        match language.trim().split_once(' ') {
            Some(("csv", name)) => steps.push(Step::File(name.to_owned(), inside.to_owned())),
            None if language == "sh" => steps.extend(lines.map(|line| Step::Line(line.to_owned()))),
            None if language == "scan" => {
                steps.push(Step::Scans(lines.map(str::to_owned).collect()));
            }
            _ => {}
        }
    }
    assert!(!steps.is_empty(), "{path} shows nothing to do");
    steps
}

/// Somebody who does what the pages show.
#[derive(Debug)]
pub(crate) struct Reader {
    server: Option<Server>,
    pub(crate) handheld: Stock,
    /// Where a backup of the handheld is restored.
    pub(crate) new_handheld: Stock,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self {
            server: None,
            handheld: Stock::without_store("counter"),
            new_handheld: Stock::without_store("counter"),
        }
    }

    /// The server that a page had started.
    pub(crate) fn server(&self) -> &Server {
        self.server
            .as_ref()
            .expect("a page starts the server first")
    }

    /// Does all that a page shows; each must end well.
    pub(crate) fn follow(&mut self, path: &str) {
        for step in steps_of(path) {
            println!("{path}: {step:?}");
            match step {
                Step::Line(line) if is_elsewhere(&line) => {}
                Step::Line(line) => self.run(&line),
                Step::Scans(codes) => self.scan(&codes),
                Step::File(name, text) => drop(self.handheld.file(&name, text)),
            }
        }
    }

    fn run(&mut self, line: &str) {
        if line.starts_with("stock-server serve ") {
            self.server = Some(Server::start());
            return;
        }
        let ran = if let Some(line) = line.strip_prefix("stock-server ") {
            self.administer(line)
        } else if let Some(file) = line.strip_prefix("stock restore ") {
            let left = self.handheld.home().join(file);
            self.new_handheld
                .line(&format!("restore {}", left.display()))
        } else if line.starts_with("stock enroll ") {
            let line = line.replace("http://127.0.0.1:8440", self.server().url());
            self.typed(&line.replace("CODE", &self.server().code()))
        } else {
            self.typed(line)
        };
        drop(ran.expect_code(0));
    }

    fn typed(&self, line: &str) -> Output {
        let line = line.strip_prefix("stock ");
        self.handheld.line(line.expect("a command of `stock`"))
    }

    /// A command on the server's data, or for a restore where nothing is yet.
    fn administer(&self, line: &str) -> Output {
        let (command, data) = line.rsplit_once(" --data ").expect("it names its data");
        match data {
            "shop" => self.server().line(command),
            "new-shop" => self.server().line_elsewhere(command),
            other => panic!("no page starts a server on {other}"),
        }
    }

    fn scan(&self, codes: &[String]) {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let said = self.handheld.scan(&codes);
        // A code that nobody knows sounds like an error, and is kept.
        let is_good = |line: &String| !line.starts_with("error") || line.contains("kept as ");
        assert!(said.iter().all(is_good), "{codes:?}: {said:#?}");
    }
}

fn is_elsewhere(line: &str) -> bool {
    ELSEWHERE.iter().any(|(known, _)| *known == line)
}

#[test]
fn what_is_run_elsewhere_is_still_shown() {
    let pages = ["README.md"].into_iter().chain(super::guide::PAGES);
    let shown: BTreeSet<Step> = pages.flat_map(steps_of).collect();
    for (line, reason) in ELSEWHERE {
        let step = Step::Line((*line).to_owned());
        assert!(shown.contains(&step), "{line} ({reason})");
    }
}
