//! Sync without any network: real programs, and files that somebody carries between them.

use serde_json::json;
use tests::check::assert_holds;
use tests::node::Node;
use tests::server::Server;
use tests::stock::Stock;

fn carried(stock: &Stock, name: &str) -> String {
    stock.home().join(name).display().to_string()
}

#[test]
fn a_store_without_network_sends_its_day_on_a_stick_and_gets_the_answer_on_one() {
    let mut server = Server::start();
    let (far, near) = (Stock::new("far"), Stock::new("near"));
    for stock in [&far, &near] {
        server.enroll(stock);
    }
    near.ok("item add R-100");
    near.ok("location add A-01");
    near.ok("add R-100 A-01 10");
    near.sync();
    // The stick goes to the far store, which has no network from now on.
    let all = carried(&near, "all.sync");
    let written = server.admin(&format!("sync --to-file {all}"));
    assert_holds("written", &written, &json!({ "unnumbered": 0 }));
    let read = far.json(&format!("sync --from-file {all}"));
    assert_holds("read", &read, &json!({ "rejected": 0 }));
    assert_holds("far", &far.show("R-100"), &json!({ "on_hand": "10" }));
    far.ok("remove R-100 A-01 4");
    let day = carried(&far, "day.sync");
    let told = far.ok(&format!("sync --to-file {day}"));
    assert!(told.contains("stock-server sync --from-file"), "{told}");
    assert_ne!(far.status()["pending"], json!(0));
    // Another device may read it on the way, and the server twice, once while it does not run.
    near.ok(&format!("sync --from-file {day}"));
    assert_holds("near", &near.show("R-100"), &json!({ "on_hand": "6" }));
    let read = server.admin(&format!("sync --from-file {day}"));
    assert_ne!(read["pulled"], json!(0), "{read}");
    server.stop();
    let again = server.admin(&format!("sync --from-file {day}"));
    assert_eq!(again["pulled"], json!(0), "{again}");
    server.admin(&format!("sync --to-file {all}"));
    server.start_again();
    assert_holds("server", &server.show("R-100"), &json!({ "on_hand": "6" }));
    let read = far.json(&format!("sync --from-file {all}"));
    assert_holds("read", &read, &json!({ "synced": true, "rejected": 0 }));
    assert_eq!(far.status()["pending"], json!(0));
    assert_eq!(far.state_hash(), server.state_hash());
    near.sync();
    assert_eq!(near.state_hash(), server.state_hash());
}

#[test]
fn what_is_no_file_of_ours_is_refused_and_changes_nothing() {
    let server = Server::start();
    let stock = Stock::new("A");
    let file = stock.file("a.sync", "item,on_hand\n");
    let error = stock.error(1, &format!("sync --to-file {file}"));
    assert_holds("error", &error, &json!({ "code": "not-enrolled" }));
    server.enroll(&stock);
    stock.ok("item add R-100");
    let before = stock.state_hash();
    let error = stock.error(1, &format!("sync --from-file {file}"));
    assert_holds("error", &error, &json!({ "code": "bad-sync-file" }));
    let refused = server.line(&format!("sync --from-file {file} --json"));
    let error = refused.expect_code(1).error();
    assert_holds("error", &error, &json!({ "code": "bad-sync-file" }));
    let nowhere = carried(&stock, "no/such/dir/a.sync");
    let error = stock.error(1, &format!("sync --to-file {nowhere}"));
    assert_holds("error", &error, &json!({ "code": "not-writable" }));
    stock.error(2, &format!("sync --to-file {file} --watch"));
    server.line("sync").expect_code(2);
    assert_eq!(stock.state_hash(), before);
}
