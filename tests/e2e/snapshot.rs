//! A device joins a large ledger: over real HTTP, cut off on the way, in as many pieces as it takes.

use std::fmt::Write as _;

use serde_json::json;
use tests::check::assert_holds;
use tests::node::Node;
use tests::proxy::{Plan, Proxy};
use tests::server::Server;
use tests::stock::Stock;

/// So many movements; a chunk has 20,000 entries.
const ROWS: usize = 41_000;

/// A server with as many movements, which one device brought.
fn large() -> Server {
    let server = Server::start();
    let stock = Stock::new("A");
    server.enroll(&stock);
    stock.ok("item add R-100");
    stock.ok("location add A-01");
    let mut rows = "item,quantity,to,time\n".to_owned();
    for row in 0..ROWS {
        let (hour, minute, second) = (row / 3_600 % 24, row / 60 % 60, row % 60);
        writeln!(
            rows,
            "R-100,1,A-01,2026-01-01T{hour:02}:{minute:02}:{second:02}Z"
        )
        .expect("a line");
    }
    let file = stock.file("rows.csv", rows);
    stock.ok(&format!("import movements {file}"));
    stock.sync();
    server
}

#[test]
fn a_device_joins_in_chunks_and_goes_on_where_it_was_cut_off() {
    let server = large();
    let proxy = Proxy::before(server.address());
    let stock = Stock::new("B");
    server.enroll_at(&stock, &proxy.url());
    let mut seen = vec![stock.entries()];
    // Each time the line holds a little longer: less than twice as long as before, so that it
    // cannot hold for all chunks where it did not hold for one.
    let longer = std::iter::successors(Some(500), |bytes| Some(bytes * 5 / 4));
    for bytes in longer.take(36) {
        proxy.plan(Plan::CutResponse(bytes));
        let tried = stock.line("sync --json");
        seen.push(stock.entries());
        if tried.code == 0 {
            break;
        }
        assert_eq!(tried.code, 3, "{tried}");
    }
    seen.dedup();
    assert!(seen.is_sorted(), "nothing that came is lost: {seen:?}");
    let partly = |count: &&u64| **count > 15_000 && **count < 41_000;
    assert!(seen.iter().any(|count| partly(&count)), "{seen:?}");
    proxy.plan(Plan::Pass);
    assert_holds("report", &stock.sync(), &json!({ "synced": true }));
    assert_eq!(stock.state_hash(), server.state_hash());
    stock.ok("verify");
}
