//! The README's commands: every `sh` line stands in the list below, and what can be run is run,
//! in the order of the page, on directories of its own.

use std::cell::RefCell;

use tests::check::assert_holds;
use tests::node::Node;
use tests::process::Output;
use tests::programs::project_root;
use tests::server::Server;
use tests::stock::Stock;

/// What becomes of a line of the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Run elsewhere, for this reason.
    Elsewhere(&'static str),
    /// Starts the server.
    Serve,
    /// Run on the server's data, with `--data` pointing there.
    Admin,
    /// Run on a data directory that is not there yet.
    NewServer,
    /// Run on the handheld, with the real address and a real code in it.
    Handheld,
    /// Run on a handheld without a store, with the file where the other handheld left it.
    NewHandheld,
}

/// The README's `sh` lines, in order.
const LINES: &[(&str, Kind)] = &[
    (
        "cargo run --release -p sync-server -- demo",
        Kind::Elsewhere("`demo.rs` runs the built program, `.ci/run` runs it in release"),
    ),
    (
        "cargo xtask test --install",
        Kind::Elsewhere("it is what runs this test"),
    ),
    (
        "cargo install --locked --path sync-server",
        Kind::Elsewhere("the tests build the same programs"),
    ),
    (
        "cargo install --locked --path crates/edge",
        Kind::Elsewhere("the tests build the same programs"),
    ),
    ("stock-server serve --data shop", Kind::Serve),
    ("stock-server device code --data shop", Kind::Admin),
    ("stock init --name counter", Kind::Handheld),
    (
        "stock enroll http://127.0.0.1:8440 --code CODE",
        Kind::Handheld,
    ),
    (
        r#"stock item add R-100 --name "Resistor 100 Ω""#,
        Kind::Handheld,
    ),
    (
        r#"stock location add A-01 --name "Shelf 1""#,
        Kind::Handheld,
    ),
    ("stock add R-100 A-01 500", Kind::Handheld),
    ("stock remove R-100 A-01 30", Kind::Handheld),
    ("stock sync", Kind::Handheld),
    ("stock show R-100", Kind::Handheld),
    (
        "stock sync --watch",
        Kind::Elsewhere("it goes on until it is stopped; `sync_watch.rs` runs it"),
    ),
    ("stock order open S-2201 --type sales", Kind::Handheld),
    ("stock order add S-2201 R-100 20", Kind::Handheld),
    ("stock order show S-2201", Kind::Handheld),
    ("stock backorders", Kind::Handheld),
    ("stock-server backup monday.backup --data shop", Kind::Admin),
    ("stock-server doctor --data shop", Kind::Admin),
    ("stock backup counter.backup", Kind::Handheld),
    ("stock doctor", Kind::Handheld),
    (
        "stock-server restore monday.backup --data new-shop",
        Kind::NewServer,
    ),
    ("stock restore counter.backup", Kind::NewHandheld),
    (
        "cargo install --locked --path sync-server",
        Kind::Elsewhere("the tests build the same programs"),
    ),
    (
        "cargo install --locked --path crates/edge",
        Kind::Elsewhere("the tests build the same programs"),
    ),
];

/// The lines of all fenced `sh` blocks, without comments and empty lines.
fn lines_of_the_readme() -> Vec<String> {
    let path = project_root().join("README.md");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("the project has no README.md ({error})"));
    let mut lines = Vec::new();
    let mut fence = None;
    for line in text.lines().map(str::trim) {
        match (line.strip_prefix("```"), fence.is_some()) {
            (Some(language), false) => fence = Some(language.trim().to_owned()),
            (Some(_), true) => fence = None,
            (None, _) if fence.as_deref() == Some("sh") => {
                if !line.is_empty() && !line.starts_with('#') {
                    lines.push(line.to_owned());
                }
            }
            (None, _) => {}
        }
    }
    lines
}

#[test]
fn every_command_of_the_readme_is_in_the_list_and_in_its_order() {
    let listed: Vec<_> = LINES.iter().map(|(line, _)| *line).collect();
    assert_eq!(
        lines_of_the_readme(),
        listed,
        "README.md and the list of this test must be equal"
    );
}

#[test]
fn the_commands_for_real_use_work_as_they_stand() {
    let server: RefCell<Option<Server>> = RefCell::default();
    let handheld = Stock::without_store("counter");
    let new_handheld = Stock::without_store("counter");
    for (line, kind) in LINES {
        match kind {
            Kind::Elsewhere(reason) => println!("{line}: {reason}"),
            Kind::Serve => drop(server.borrow_mut().replace(Server::start())),
            Kind::Admin | Kind::NewServer => {
                let line = line.trim_start_matches("stock-server ");
                let (command, _) = line.split_once(" --data").expect("it names its data");
                let server = server.borrow();
                let server = server.as_ref().expect("it was started before");
                let ran = if *kind == Kind::NewServer {
                    server.line_elsewhere(command)
                } else {
                    server.line(command)
                };
                ran.expect_code(0);
            }
            Kind::NewHandheld => {
                let left = handheld.home().join("counter.backup");
                let line = line.replace("counter.backup", &left.display().to_string());
                new_handheld.ok(line.trim_start_matches("stock "));
            }
            Kind::Handheld => {
                on_the_handheld(&handheld, server.borrow().as_ref(), line).expect_code(0);
            }
        }
    }
    let server = server.into_inner().expect("the README starts a server");
    server.line_elsewhere("verify").expect_code(0);
    for node in [&handheld as &dyn Node, &new_handheld, &server] {
        let expected = serde_json::json!({ "on_hand": "470" });
        assert_holds(&node.label(), &node.show("R-100"), &expected);
    }
}

fn on_the_handheld(handheld: &Stock, server: Option<&Server>, line: &str) -> Output {
    let line = line.trim_start_matches("stock ");
    if !line.starts_with("enroll") {
        return handheld.line(line);
    }
    let server = server.expect("the server was started before");
    let line = line
        .replace("http://127.0.0.1:8440", server.url())
        .replace("CODE", &server.code());
    handheld.line(&line)
}
