//! The demonstration that the README promises: it ends by itself and its totals agree.

use std::process::Command;

use tests::process::{own_environment, run};
use tests::programs;
use tests::server::address_in;

#[test]
fn demo_once_ends_by_itself_and_its_totals_agree() {
    let home = tempfile::TempDir::with_prefix("demo-").unwrap();
    let mut command = Command::new(programs::stock_server());
    own_environment(&mut command, home.path());
    command.current_dir(home.path()).args(["demo", "--once"]);
    let output = run(command, "stock-server demo --once".to_owned(), None).expect_code(0);
    assert!(
        address_in(&output.stdout).is_some(),
        "names the address: {output}"
    );
    assert!(
        output.said().contains("agree"),
        "says that the totals agree: {output}"
    );
    assert!(!output.said().contains("panicked"), "{output}");
}

#[test]
fn demo_keeps_its_data_where_it_is_told() {
    let home = tempfile::TempDir::with_prefix("demo-").unwrap();
    let data = home.path().join("shop");
    let mut command = Command::new(programs::stock_server());
    own_environment(&mut command, home.path());
    command
        .current_dir(home.path())
        .args(["demo", "--once", "--data"])
        .arg(&data);
    let output = run(command, "stock-server demo --once --data".to_owned(), None).expect_code(0);
    let left = std::fs::read_dir(&data).map(Iterator::count).unwrap_or(0);
    assert!(left > 0, "{} is empty: {output}", data.display());
}
