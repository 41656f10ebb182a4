//! Test data that lies outside the project, and the one honest way to go without it.

use std::io::Write as _;
use std::path::PathBuf;

use crate::programs::project_root;

/// A file of the shared data folder, or nothing where it is absent.
///
/// What is left out is said: on standard output and in the file that `STOCK_SKIP_LIST` names.
/// Where `CI` is `true` nothing may be left out.
#[must_use]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
pub fn data(test: &str, path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("STOCK_SHARED")
        .map_or_else(|| project_root().join("..").join("shared"), PathBuf::from);
    let file = folder.join("data").join(path);
    if file.is_file() {
        return Some(file);
    }
    let line = format!("SKIPPED: {test}: {} is absent", file.display());
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "nothing may be skipped here: {line}"
    );
    println!("{line}");
    if let Some(list) = std::env::var_os("STOCK_SKIP_LIST") {
        let mut list = std::fs::File::options()
            .append(true)
            .create(true)
            .open(list)
            .expect("open the list of skipped tests");
        writeln!(list, "{line}").expect("note a skipped test");
    }
    None
}
