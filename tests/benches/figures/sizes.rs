//! How large the programs are, and what a server takes that has nothing to do.

use tests::programs;
use tests::server::Server;

use crate::table::{Table, number};
use crate::{Size, machine};

/// Sizes of both programs, and the memory of an idle server.
pub fn run(_: Size, table: &mut Table) {
    let megabytes = |path: std::path::PathBuf| {
        let size = std::fs::metadata(path).unwrap().len();
        format!("{} MB", number(size as f64 / 1e6))
    };
    for (name, path) in [
        ("stock", programs::stock()),
        ("stock-server", programs::stock_server()),
    ] {
        let what = format!("size of the program {name}");
        table.add(&what, &megabytes(path), "≤ 15 MB", "stripped");
    }
    let server = Server::start();
    assert_eq!(server.reply("/api/v1/status").status, 200);
    machine::processor_seconds_at_rest(server.process_id());
    let memory = |key| number(machine::memory_mb_of(server.process_id(), key));
    table.add(
        "memory of an idle server with an empty ledger",
        &format!("{} MB", memory("VmRSS")),
        "≤ 20 MB",
        &format!(
            "at most {} MB; {} MB of it are its own, not of files",
            memory("VmHWM"),
            memory("RssAnon")
        ),
    );
}
