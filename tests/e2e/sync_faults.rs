//! Bad networks, wrong codes and stores that cannot be opened: a clear message, the right exit
//! code, nothing lost and nothing doubled.

use serde_json::{Value, json};
use std::fmt::Write as _;
use tests::check::assert_holds;
use tests::node::Node;
use tests::process::Output;
use tests::proxy::{Plan, Proxy, dead_url};
use tests::server::Server;
use tests::stock::Stock;

/// A server behind a proxy, and a handheld that enrolled through it.
fn behind_a_proxy() -> (Server, Proxy, Stock) {
    let server = Server::start();
    let proxy = Proxy::before(server.address());
    let stock = Stock::with_ten("A");
    server.enroll_at(&stock, &proxy.url());
    (server, proxy, stock)
}

/// Runs the line plainly and with `--json`: this code, nothing on standard output, a message that
/// says all of these words, and nothing changed.
#[track_caller]
fn fails(stock: &Stock, code: i32, line: &str, says: &[&str]) -> Output {
    let before = (
        stock.entries(),
        stock.state_hash(),
        stock.status()["pending"].clone(),
    );
    let plain = stock.line(line).expect_code(code);
    assert_eq!(plain.stdout, "", "nothing on standard output: {plain}");
    let error = stock.error(code, line);
    let told = format!("{} {}", error["text"], error["hint"]).to_lowercase();
    for word in says {
        let word = word.to_lowercase();
        assert!(
            plain.stderr.to_lowercase().contains(&word),
            "must say {word:?}: {plain}"
        );
        assert!(told.contains(&word), "must say {word:?}: {error:#}");
    }
    let after = (
        stock.entries(),
        stock.state_hash(),
        stock.status()["pending"].clone(),
    );
    assert_eq!(after, before, "`{line}` changed something");
    plain
}

#[test]
fn a_server_that_is_not_there_is_code_3_and_loses_nothing() {
    let mut server = Server::start();
    let stock = Stock::with_ten("A");
    server.enroll(&stock);
    server.stop();
    let url = server.url().to_owned();
    fails(&stock, 3, "sync", &[&url]);
    server.start_again();
    stock.sync();
    assert_holds("server", &server.show("R-100"), &json!({ "on_hand": "10" }));
    assert_eq!(server.state_hash(), stock.state_hash());
}

#[test]
fn enrolling_at_a_server_that_is_not_there_is_code_3() {
    let stock = Stock::with_ten("A");
    let url = dead_url();
    fails(
        &stock,
        3,
        &format!("enroll {url} --code ABCD-EFGH"),
        &[&url],
    );
    assert!(stock.status()["server"].is_null());
}

#[test]
fn sync_without_enrolment_says_what_to_do() {
    let stock = Stock::with_ten("A");
    fails(&stock, 1, "sync", &["stock enroll"]);
}

#[test]
fn a_wrong_code_is_refused_and_the_right_one_still_works() {
    let server = Server::start();
    let stock = Stock::with_ten("A");
    let code = server.code();
    for wrong in ["WRONG-CODE", "00000000", "x"] {
        fails(
            &stock,
            1,
            &format!("enroll {} --code {wrong}", server.url()),
            &["code"],
        );
    }
    assert!(stock.status()["server"].is_null());
    stock.ok(&format!("enroll {} --code {code}", server.url()));
    assert_eq!(stock.status()["server"], json!(server.url()));
}

#[test]
fn a_code_works_once() {
    let server = Server::start();
    let (first, second) = (Stock::with_ten("A"), Stock::with_ten("B"));
    let code = server.code();
    let line = format!("enroll {} --code {code}", server.url());
    first.ok(&line);
    fails(&second, 1, &line, &["code", "used"]);
    assert!(second.status()["server"].is_null());
    assert_eq!(
        server
            .list("devices")
            .iter()
            .filter(|device| device["name"] == "B")
            .count(),
        0
    );
}

#[test]
fn a_second_ledger_is_refused() {
    let (one, other) = (Server::start(), Server::start());
    let stock = Stock::with_ten("A");
    one.enroll(&stock);
    stock.sync();
    let line = format!("enroll {} --code {}", other.url(), other.code());
    fails(&stock, 1, &line, &["ledger"]);
    assert_eq!(stock.status()["server"], json!(one.url()));
    stock.ok("add R-100 A-01 1");
    stock.sync();
    assert_eq!(one.state_hash(), stock.state_hash());
    assert_eq!(other.items().len(), 0, "nothing came to the other ledger");
}

#[test]
fn a_page_instead_of_an_answer_is_named() {
    let (server, proxy, stock) = behind_a_proxy();
    proxy.plan(Plan::Html);
    fails(&stock, 3, "sync", &["html"]);
    let stranger = Stock::with_ten("B");
    let line = format!("enroll {} --code {}", proxy.url(), server.code());
    fails(&stranger, 3, &line, &["html"]);

    proxy.plan(Plan::Pass);
    stock.sync();
    assert_eq!(server.state_hash(), stock.state_hash());
}

#[test]
fn half_an_answer_is_named_and_nothing_is_taken_from_it() {
    let (server, proxy, stock) = behind_a_proxy();
    proxy.plan(Plan::HalfBody);
    let output = stock.line("sync");
    assert!([1, 3].contains(&output.code), "{output}");
    assert_eq!(output.stdout, "", "{output}");
    assert!(!output.stderr.contains("panicked"), "{output}");
    let told = stock.error(output.code, "sync");
    assert!(!told["text"].as_str().unwrap_or_default().is_empty());

    proxy.plan(Plan::Pass);
    stock.sync();
    assert_holds("server", &server.show("R-100"), &json!({ "on_hand": "10" }));
    assert_eq!(server.state_hash(), stock.state_hash());
}

#[test]
fn a_connection_that_closes_at_once_is_code_3() {
    let (server, proxy, stock) = behind_a_proxy();
    proxy.plan(Plan::Refuse);
    fails(&stock, 3, "sync", &[&proxy.url()]);
    proxy.plan(Plan::Pass);
    stock.sync();
    assert_eq!(server.state_hash(), stock.state_hash());
}

/// Cut anywhere, on the way there or back: what arrived is kept once, what did not comes again.
#[test]
fn wherever_a_sync_is_cut_the_next_one_completes_it_without_doubling() {
    let (server, proxy, stock) = behind_a_proxy();
    let mut on_hand = 10;
    for bytes in [0, 1, 40, 150, 300, 600] {
        for plan in [Plan::CutRequest(bytes), Plan::CutResponse(bytes)] {
            stock.ok("add R-100 A-01 1");
            on_hand += 1;
            proxy.plan(plan);
            let cut = stock.line("sync");
            // A budget that this small round trip never used up cuts nothing.
            let code = if proxy.passed() < bytes { 0 } else { 3 };
            assert_eq!(cut.code, code, "{plan:?}: {cut}");
            proxy.plan(Plan::Pass);
            stock.sync();
            let expected = json!({ "on_hand": on_hand.to_string() });
            assert_holds(&format!("{plan:?}"), &server.show("R-100"), &expected);
            assert_eq!(server.state_hash(), stock.state_hash(), "{plan:?}");
            assert_eq!(server.entries(), stock.entries(), "{plan:?}");
        }
    }
    let again = stock.sync();
    assert_holds(
        "nothing is left",
        &again,
        &json!({ "pushed": 0, "pulled": 0 }),
    );
}

#[test]
fn a_cursor_stands_where_it_was_after_a_cut() {
    let (server, proxy, reader) = behind_a_proxy();
    reader.sync();
    let writer = Stock::new("writer");
    server.enroll(&writer);
    writer.sync();
    let rows = (1..=500).fold("item,quantity,from,to\n".to_owned(), |mut text, n| {
        writeln!(text, "R-100,{n},,A-01").unwrap();
        text
    });
    let file = writer.file("backlog.csv", rows);
    writer.ok(&format!("import movements {file}"));
    writer.sync();
    reader.sync();
    let before = reader.entries();
    assert!(before > 500, "the backlog arrived: {before}");

    writer.ok("add R-100 A-01 1");
    let pushed = writer.sync()["pushed"].as_u64().unwrap();
    proxy.plan(Plan::CutResponse(100));
    fails(&reader, 3, "sync", &[]);
    proxy.plan(Plan::Pass);
    let pulled = reader.sync()["pulled"].as_u64().unwrap();
    assert_eq!(
        pulled, pushed,
        "only what was new came, not the backlog again"
    );
    assert_eq!(reader.entries(), before + pushed);
    let expected = json!({ "on_hand": (10 + 500 * 501 / 2 + 1).to_string() });
    assert_holds("reader", &reader.show("R-100"), &expected);
    assert_eq!(server.state_hash(), reader.state_hash());
}

#[test]
fn a_server_that_was_stopped_keeps_what_it_acknowledged() {
    let mut server = Server::start();
    let stock = Stock::with_ten("A");
    server.enroll(&stock);
    stock.sync();
    let before = server.state_hash();
    assert_eq!(server.stop(), 0, "SIGTERM is a clean end");
    server.start_again();
    assert_eq!(server.state_hash(), before);
    let again = stock.sync();
    assert_holds(
        "nothing to send again",
        &again,
        &json!({ "pushed": 0, "pulled": 0 }),
    );
}

#[test]
fn a_store_in_use_is_refused_clearly() {
    let stock = Stock::with_ten("A");
    let mut holder = stock.open_scan();
    assert!(holder.say("ADD").starts_with("ok "));
    for line in ["add R-100 A-01 1", "items", "status"] {
        let plain = stock.line(line).expect_code(1);
        assert_eq!(plain.stdout, "", "{plain}");
        assert!(plain.said().contains("in use"), "{plain}");
        let error = stock.error(1, line);
        assert!(error["text"].to_string().contains("in use"), "{error:#}");
    }
    assert!(holder.say("A-01").starts_with("ok "));
    assert!(holder.say("R-100").starts_with("ok "));
    assert_eq!(holder.finish(), 0);
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "11" }));
}

#[test]
fn a_crashed_holder_leaves_no_lock_behind() {
    let stock = Stock::with_ten("A");
    let mut holder = stock.open_scan();
    assert!(holder.say("ADD").starts_with("ok "));
    holder.kill();
    stock.ok("add R-100 A-01 1");
}

#[test]
fn a_place_that_cannot_be_a_directory_is_refused() {
    let stock = Stock::at("A", |home| {
        std::fs::write(home.join("a-file"), "not a directory").unwrap();
        home.join("a-file").join("store")
    });
    refused_at(&stock, "a-file");
}

/// Permissions do not bind root, so this takes a place where nobody may write.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    let stock = Stock::at("A", |_| "/proc/stock-store".into());
    refused_at(&stock, "/proc/stock-store");
}

/// The same with permissions; run by root it only checks that the store is then made.
#[cfg(unix)]
#[test]
fn permissions_of_a_directory_decide() {
    use std::os::unix::fs::PermissionsExt as _;
    let stock = Stock::at("A", |home| home.join("locked").join("store"));
    let locked = stock.home().join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    let binds = std::fs::write(locked.join("probe"), "").is_err();
    if binds {
        refused_at(&stock, "locked");
    } else {
        stock.ok("init --name A");
    }
}

/// `init` is refused with a message that names the place.
#[track_caller]
fn refused_at(stock: &Stock, place: &str) {
    let plain = stock.line("init --name A").expect_code(1);
    assert_eq!(plain.stdout, "", "{plain}");
    assert!(plain.stderr.contains(place), "names the place: {plain}");
    assert!(!plain.stderr.contains("panicked"), "{plain}");
    let error = stock.error(1, "init --name A");
    assert!(error["text"].to_string().contains(place), "{error:#}");
}

#[test]
fn what_the_enrolment_qr_says_is_enough() {
    let server = Server::start();
    let stock = Stock::with_ten("A");
    let qr = server.admin("device code")["qr"].clone();
    let qr = qr.as_str().expect("a text");
    stock.ok(&format!("enroll {qr}"));
    assert_eq!(stock.status()["server"], json!(server.url()));
    fails(
        &Stock::with_ten("B"),
        1,
        &format!("enroll {}", server.url()),
        &["code"],
    );
}

/// Copies a directory with all that is in it.
fn copy_all(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a readable directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn a_copied_store_goes_on_under_its_own_origin_and_nobody_loses_anything() {
    let server = Server::start();
    let (original, other) = (Stock::with_ten("A"), Stock::with_ten("B"));
    server.enroll(&original);
    server.enroll(&other);
    original.sync();
    let copy = Stock::without_store("A");
    copy_all(original.store(), copy.store());
    original.ok("add R-100 A-01 1");
    copy.ok("add R-100 A-01 50");
    original.sync();
    copy.sync();
    assert_ne!(copy.status()["origin"], original.status()["origin"]);
    for stock in [&original, &copy, &other, &original, &copy] {
        stock.sync();
    }
    for stock in [&original, &copy, &other] {
        assert_eq!(stock.json("show R-100")["on_hand"], "71");
        assert_eq!(stock.status()["pending"], 0);
    }
}

#[test]
fn a_copy_that_the_fence_missed_goes_on_as_a_branch_and_nothing_counts_twice() {
    let server = Server::start();
    let (original, other) = (Stock::with_ten("A"), Stock::with_ten("B"));
    server.enroll(&original);
    server.enroll(&other);
    original.sync();
    let copy = Stock::without_store("A");
    copy_all(original.store(), copy.store());
    // As a snapshot of a whole machine would be: nothing tells where it was.
    std::fs::remove_file(copy.store().join("store").join("place")).expect("a place file");
    original.ok("add R-100 A-01 1");
    copy.ok("add R-100 A-01 50");
    original.sync();
    let before = copy.json("status")["origin"].clone();
    assert_eq!(copy.sync()["synced"], true);
    // It goes on under an origin of its own.
    assert_ne!(copy.json("status")["origin"], before);
    copy.ok("add R-100 A-01 5");
    original.ok("add R-100 A-01 2");
    for stock in [&original, &copy, &other, &original, &copy] {
        assert_eq!(stock.sync()["synced"], true);
    }
    let hash = server.state_hash();
    for stock in [&original, &copy, &other] {
        assert_eq!(stock.json("show R-100")["on_hand"], "78");
        assert_eq!(stock.json("status")["state_hash"], hash);
        assert_eq!(stock.json("verify")["ok"], true);
    }
    let log = log_of(&server);
    let is_fifty = |entry: &&Value| entry["quantity"] == "50";
    let fifty: Vec<&Value> = log.iter().filter(is_fifty).collect();
    assert_eq!(fifty.len(), 1, "{fifty:#?}");
    assert_eq!(branches(&log), [&fifty[0]["origin"]]);
    let origin = copy.status()["origin"].clone();
    let began = log.iter().find(|entry| entry["origin"] == origin);
    assert_eq!(began.expect("its first entry")["reason"], "forked");
}

/// Every entry that a server has, by origin and sequence number.
fn log_of(server: &Server) -> Vec<Value> {
    let log = server.reply("/api/v1/entries").body;
    let entries = log.lines().map(serde_json::from_str::<Value>);
    entries.collect::<Result<_, _>>().expect("JSON lines")
}

/// The ids of all branches: an origin begins with its first entry, a branch where it parted.
fn branches(log: &[Value]) -> Vec<&Value> {
    let mut parted = Vec::new();
    let mut before = &Value::Null;
    for entry in log {
        let origin = &entry["origin"];
        if origin != before && entry["seq"] != 1 {
            parted.push(origin);
        }
        before = origin;
    }
    parted
}
