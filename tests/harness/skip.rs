//! The one honest way to go without something that a test needs.

use std::io::Write as _;

/// Says that a test was left out: on standard output and in the file that `STOCK_SKIP_LIST`
/// names, so that the test run lists it. Where `CI` is `true` nothing may be left out.
#[track_caller]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
pub fn skipped(test: &str, why: &str) {
    let line = format!("SKIPPED: {test}: {why}");
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
}
