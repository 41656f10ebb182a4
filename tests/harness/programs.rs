//! Where the programs are, and that they are freshly built.
//!
//! Cargo gives a test only the binaries of its own package, so this module asks cargo to build
//! the programs beside the running test. A run of nextest, which starts a process per test, asks
//! once; `STOCK_BINARIES=DIR` takes ready-made programs and asks nobody.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with the freshly built programs.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| match std::env::var_os("STOCK_BINARIES") {
        Some(given) => PathBuf::from(given),
        None => built_beside_this_test(),
    })
}

/// The handheld program.
#[must_use]
pub fn stock() -> PathBuf {
    existing("stock")
}

/// The server program.
#[must_use]
pub fn stock_server() -> PathBuf {
    existing("stock-server")
}

/// The program that reads scanners.
#[must_use]
pub fn stock_bridge() -> PathBuf {
    existing("stock-bridge")
}

/// The project's root.
#[must_use]
pub fn project_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the project")
}

fn existing(name: &str) -> PathBuf {
    let path = folder().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is not there: `cargo build --workspace --bins`",
        path.display()
    );
    path
}

fn built_beside_this_test() -> PathBuf {
    let test = std::env::current_exe().expect("the running test has a path");
    // target/PROFILE/deps/e2e-HASH
    let profile_dir = test
        .ancestors()
        .nth(2)
        .expect("a test lies in target/PROFILE/deps");
    let target_dir = profile_dir
        .parent()
        .expect("a profile lies in the target directory");
    let lock = File::create(target_dir.join("e2e-build.lock")).expect("create the build's lock");
    lock.lock().expect("lock the build");
    let stamp = profile_dir.join("e2e-built-for");
    let run = std::env::var("NEXTEST_RUN_ID").ok();
    let already = run.is_some() && std::fs::read_to_string(&stamp).ok() == run;
    if !already {
        build(profile_dir, target_dir);
        if let Some(run) = run {
            std::fs::write(&stamp, run).expect("note the run that was built for");
        }
    }
    profile_dir.to_owned()
}

fn build(profile_dir: &Path, target_dir: &Path) {
    let profile = match profile_dir.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // For tests the whole workspace with them, so that features and thus artifacts are those of a
    // whole test run, and nothing is compiled twice; a benchmark needs the programs alone.
    let what: &[&str] = match profile {
        "dev" => &["--workspace", "--bins", "--tests"],
        _ => &["-p", "edge", "-p", "sync-server", "--bins"],
    };
    let mut command = Command::new(cargo);
    // What cargo tells a test of the test's own package: libraries that build C (ring) ask for it,
    // and would be built anew, with all that stands on them, because it differs.
    let is_of_package = |name: &str| {
        [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|start| name.starts_with(start))
    };
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_package) {
            command.env_remove(name);
        }
    }
    let output = command
        .args(["build", "--quiet", "--profile", profile])
        .args(what)
        .arg("--target-dir")
        .arg(target_dir)
        .current_dir(project_root())
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the programs do not build:\n{said}"
    );
}
