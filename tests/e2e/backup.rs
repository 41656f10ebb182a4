//! Backup, restore and doctor, with the programs as people run them: while work goes on, on
//! another machine's directory, of damaged files, and of stores that something happened to.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::check::{assert_holds, assert_keys};
use tests::node::Node;
use tests::server::Server;
use tests::stock::Stock;

/// A handheld's backup, somewhere that outlives its home.
fn backup_of(stock: &Stock) -> PathBuf {
    let file = stock.home().join("b.backup");
    let report = stock.json(&format!("backup {}", file.display()));
    assert_keys(
        "backup",
        &report,
        &[
            "ok", "file", "bytes", "entries", "origins", "made_at", "missing", "damage",
        ],
    );
    assert_holds(
        "backup",
        &report,
        &json!({ "ok": true, "missing": [], "damage": [] }),
    );
    assert_eq!(report["file"], json!(file.display().to_string()));
    file
}

fn restored(name: &str, file: &Path) -> Stock {
    let stock = Stock::without_store(name);
    let report = stock.json(&format!("restore {}", file.display()));
    assert_holds(
        "restore",
        &report,
        &json!({ "ok": true, "node": name, "missing": [] }),
    );
    stock
}

#[test]
fn a_restored_handheld_has_the_same_totals_and_goes_on_under_a_new_origin() {
    let server = Server::start();
    let stock = Stock::with_ten("A");
    server.enroll(&stock);
    stock.sync();
    stock.ok("add R-100 A-01 5");
    let file = backup_of(&stock);
    let origin = stock.status()["origin"].clone();
    // What the backup does not have was sent before the device was lost.
    stock.ok("add R-100 A-01 100");
    stock.sync();
    let again = restored("A", &file);
    assert_eq!(again.show("R-100")["on_hand"], "15");
    assert_eq!(again.json("verify")["ok"], json!(true));
    assert_ne!(
        again.status()["origin"],
        origin,
        "a restored store is another writer"
    );
    again.ok("remove R-100 A-01 1");
    again.sync();
    again.sync();
    for node in [&again as &dyn Node, &server] {
        assert_eq!(node.show("R-100")["on_hand"], "114", "{}", node.label());
    }
    assert_eq!(again.status()["pending"], 0);
    assert_eq!(again.state_hash(), server.state_hash());
}

#[test]
fn a_backup_beside_a_scan_session_has_what_was_acknowledged_and_the_session_goes_on() {
    let stock = Stock::with_ten("A");
    let mut session = stock.open_scan();
    for code in ["ADD", "A-01", "R-100", "R-100"] {
        assert!(session.say(code).starts_with("ok"));
    }
    let file = backup_of(&stock);
    assert!(
        session.say("R-100").starts_with("ok"),
        "the session noticed nothing"
    );
    assert_eq!(session.finish(), 0);
    let again = restored("A", &file);
    assert_eq!(again.show("R-100")["on_hand"], "12");
    assert_eq!(again.json("verify")["ok"], json!(true));
    assert_eq!(stock.show("R-100")["on_hand"], "13");
}

#[test]
fn a_server_is_backed_up_while_it_takes_pushes_and_restored_it_gets_back_what_devices_have() {
    let mut server = Server::start();
    let (a, b) = (Stock::with_ten("A"), Stock::with_ten("B"));
    server.enroll(&a);
    server.enroll(&b);
    a.sync();
    b.sync();
    assert_eq!(server.object("status")["safe"], json!(null));
    let files = server.data().parent().unwrap().to_owned();
    std::thread::scope(|scope| {
        let pushing = scope.spawn(|| {
            for _ in 0..12 {
                a.ok("add R-100 A-01 1");
                a.sync();
            }
        });
        for number in 0..3 {
            let made = server.admin(&format!(
                "backup {}",
                files.join(format!("{number}")).display()
            ));
            assert_holds("backup", &made, &json!({ "ok": true }));
        }
        pushing.join().unwrap();
    });
    let safe = server.object("status")["safe"].clone();
    assert!(safe["central"].as_u64().unwrap() > 6, "{safe:#}");
    assert_eq!(safe["file"], "2");
    // The first is of while A was pushing, and has nothing of what is pushed behind all of them.
    a.ok("add R-100 A-01 1");
    a.sync();
    assert_eq!(server.show("R-100")["on_hand"], "33");
    let hash = server.state_hash();
    assert_eq!(server.stop(), 0);
    fs::rename(server.data(), files.join("lost")).unwrap();
    let file = files.join("0");
    server
        .line(&format!("restore {}", file.display()))
        .expect_code(0);
    server.start_again();
    assert_eq!(server.admin("verify")["ok"], json!(true));
    assert_ne!(server.show("R-100")["on_hand"], "33");
    // Whatever it lacks comes back from A.
    for stock in [&a, &b, &a, &b] {
        stock.sync();
    }
    for node in [&a as &dyn Node, &b, &server] {
        assert_eq!(node.show("R-100")["on_hand"], "33", "{}", node.label());
    }
    assert_eq!(a.state_hash(), server.state_hash());
    assert_ne!(
        server.state_hash(),
        hash,
        "the server goes on under a new origin"
    );
    // A device that was never seen enrols and pulls everything.
    let c = Stock::new("C");
    server.enroll(&c);
    c.sync();
    assert_eq!(c.show("R-100")["on_hand"], "33");
}

#[test]
fn a_backup_is_restored_only_by_the_program_it_is_of() {
    let server = Server::start();
    let stock = Stock::with_ten("A");
    let of_stock = backup_of(&stock);
    let refused = server.line_elsewhere(&format!("restore {} --json", of_stock.display()));
    let error = refused.expect_code(1).error();
    assert_eq!(error["code"], "wrong-kind");
    assert!(
        error["text"].as_str().unwrap().contains("stock"),
        "{error:#}"
    );
    let of_server = stock.home().join("server.backup");
    server.admin(&format!("backup {}", of_server.display()));
    let empty = Stock::without_store("X");
    let error = empty.error(1, &format!("restore {}", of_server.display()));
    assert_eq!(error["code"], "wrong-kind");
    assert!(error["text"].as_str().unwrap().contains("stock-server"));
    assert!(!empty.store().exists());
}

#[test]
fn what_cannot_be_restored_or_written_is_refused_and_nothing_is_left() {
    let stock = Stock::with_ten("A");
    let file = backup_of(&stock);
    let whole = fs::read(&file).unwrap();
    // A file that is there is never written over.
    let error = stock.error(1, &format!("backup {}", file.display()));
    assert_eq!(error["code"], "file-exists");
    assert_eq!(fs::read(&file).unwrap(), whole);
    // Neither is a store.
    let error = stock.error(1, &format!("restore {}", file.display()));
    assert_eq!(error["code"], "not-empty");
    assert_eq!(stock.show("R-100")["on_hand"], "10");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let mut newer = whole.clone();
    newer[8] = 9;
    for (bytes, code) in [
        (flipped, "backup-damaged"),
        (whole[..whole.len() - 1].to_vec(), "backup-damaged"),
        (newer, "newer-format"),
        (b"something else".to_vec(), "not-a-backup"),
    ] {
        let empty = Stock::without_store("X");
        let file = empty.file("bad.backup", bytes);
        let error = empty.error(1, &format!("restore {file}"));
        assert_eq!(error["code"], code);
        assert!(error["hint"].is_string(), "{error:#}");
        let left = fs::read_dir(empty.home()).unwrap();
        let left = left.map(|item| item.unwrap().file_name().into_string().unwrap());
        let left: Vec<_> = left.filter(|name| name.contains("store")).collect();
        assert_eq!(left, [""; 0], "{code}");
    }
    let empty = Stock::without_store("X");
    assert_eq!(empty.error(1, "backup x")["code"], "no-store");
    assert_eq!(empty.error(1, "doctor")["code"], "no-store");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_backup() {
    use std::os::unix::fs::PermissionsExt as _;
    let stock = Stock::with_ten("A");
    let mode = fs::metadata(backup_of(&stock))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let said = stock.ok(&format!("backup {}", stock.home().join("c").display()));
    assert!(said.contains("keys"), "{said}");
}

/// What doctor says: exit code, and the codes of all that is worse than ok, fixed ones marked.
#[track_caller]
fn doctor(stock: &Stock, words: &str) -> (i32, Vec<String>) {
    let output = stock.line(&format!("doctor {words} --json"));
    let code = output.code;
    let diagnosis: Value = serde_json::from_str(output.stdout.trim()).expect("a diagnosis");
    assert_keys("doctor", &diagnosis, &["ok", "entries", "findings"]);
    assert_eq!(diagnosis["ok"], json!(code == 0));
    let findings = diagnosis["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .filter(|it| it["severity"] != "ok")
        .map(|it| {
            assert_keys("finding", it, &["code", "severity", "text", "fix", "fixed"]);
            assert!(it["fix"].is_string(), "it says what to do: {it:#}");
            let fixed = if it["fixed"] == true { "fixed " } else { "" };
            format!("{fixed}{}", it["code"].as_str().unwrap())
        });
    (code, found.collect())
}

fn segment(stock: &Stock) -> PathBuf {
    let name = format!("{:020}.seg", 1);
    stock.store().join("store").join("journal").join(name)
}

#[test]
fn doctor_finds_nothing_in_a_healthy_store_and_changes_nothing() {
    let stock = Stock::with_ten("A");
    let before = fs::read(segment(&stock)).unwrap();
    assert_eq!(doctor(&stock, ""), (0, vec![]));
    assert_eq!(doctor(&stock, "--fix"), (0, vec![]));
    assert_eq!(fs::read(segment(&stock)).unwrap(), before);
    assert!(stock.ok("doctor").ends_with("All is well.\n"));
}

#[test]
fn doctor_says_what_is_wrong_and_fix_mends_what_can_lose_nothing() {
    let stock = Stock::with_ten("A");
    let store = stock.store().join("store");
    let index = store.join("index.sled");
    let as_before = |stock: &Stock| {
        assert_eq!(stock.show("R-100")["on_hand"], "10");
        assert_eq!(stock.json("verify")["ok"], json!(true));
    };
    let origin = stock.status()["origin"].clone();

    fs::remove_dir_all(&index).unwrap();
    assert_eq!(doctor(&stock, ""), (1, vec!["index-missing".to_owned()]));
    assert!(!index.exists(), "looking makes nothing");
    assert_eq!(
        doctor(&stock, "--fix"),
        (0, vec!["fixed index-missing".to_owned()])
    );
    as_before(&stock);

    // A torn write: a frame that was begun behind the last group.
    let whole = fs::read(segment(&stock)).unwrap();
    let end = whole.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let mut torn = whole;
    torn[end + 1..end + 60].fill(0xA5);
    fs::write(segment(&stock), &torn).unwrap();
    assert_eq!(doctor(&stock, ""), (0, vec!["journal-torn".to_owned()]));
    assert_eq!(
        doctor(&stock, "--fix"),
        (0, vec!["fixed journal-torn".to_owned()])
    );
    as_before(&stock);

    // Damage before the end: the index has it all, so a new journal is made of it.
    let mut damaged = fs::read(segment(&stock)).unwrap();
    damaged[150] ^= 1;
    fs::write(segment(&stock), damaged).unwrap();
    assert_eq!(doctor(&stock, ""), (1, vec!["journal-damaged".to_owned()]));
    let (code, found) = doctor(&stock, "--fix");
    assert_eq!(
        (code, &*found),
        (
            0,
            &["fixed journal-damaged".to_owned(), "set-aside".to_owned()][..]
        )
    );
    as_before(&stock);
    assert_eq!(
        stock.status()["origin"],
        origin,
        "nothing is missing, so nothing begins anew"
    );
    // The damaged one went aside; all of it is in the store, so the next time it goes.
    assert!(store.join("journal.damaged-1").exists());
    assert_eq!(
        doctor(&stock, "--fix"),
        (0, vec!["fixed set-aside".to_owned()])
    );
    assert!(!store.join("journal.damaged-1").exists());
    as_before(&stock);

    fs::create_dir(store.join("journal.new")).unwrap();
    assert_eq!(doctor(&stock, ""), (0, vec!["leftovers".to_owned()]));
    assert_eq!(
        doctor(&stock, "--fix"),
        (0, vec!["fixed leftovers".to_owned()])
    );

    fs::remove_dir_all(store.join("journal")).unwrap();
    assert_eq!(doctor(&stock, "").1[0], "journal-missing");
    assert_eq!(doctor(&stock, "--fix").0, 0);
    as_before(&stock);
}

#[test]
fn doctor_keeps_the_only_copy_of_entries_and_their_numbers_are_not_given_out_again() {
    let stock = Stock::with_ten("A");
    let store = stock.store().join("store");
    let origin = stock.status()["origin"].clone();
    // Neither journal nor index have the first entry any more.
    let mut damaged = fs::read(segment(&stock)).unwrap();
    damaged[150] ^= 1;
    fs::write(segment(&stock), damaged).unwrap();
    fs::remove_dir_all(store.join("index.sled")).unwrap();
    let (code, found) = doctor(&stock, "");
    assert_eq!(
        (code, &*found),
        (
            1,
            &["journal-damaged".to_owned(), "index-missing".to_owned()][..]
        )
    );
    let _first = doctor(&stock, "--fix");
    let _second = doctor(&stock, "--fix");
    let aside = store.join("journal-lost.damaged-1");
    assert!(aside.exists(), "it has entries that the store has not");
    let (code, found) = doctor(&stock, "");
    assert_eq!(
        (code, found.contains(&"entries-missing".to_owned())),
        (1, true),
        "{found:?}"
    );
    assert_ne!(
        stock.status()["origin"],
        origin,
        "what is missing may be known elsewhere"
    );
    // Nobody has them: a person who knows that takes the file away.
    fs::remove_dir_all(aside).unwrap();
    let (code, found) = doctor(&stock, "");
    assert_eq!(
        (code, found.contains(&"entries-missing".to_owned())),
        (0, false),
        "{found:?}"
    );
}

#[test]
fn doctor_on_keys_that_cannot_be_read_and_on_a_store_that_is_in_use() {
    let stock = Stock::with_ten("A");
    let keys = stock.store().join("keys.json");
    let mut session = stock.open_scan();
    assert!(session.say("ADD").starts_with("ok"), "now it has the store");
    assert_eq!(doctor(&stock, ""), (0, vec!["in-use".to_owned()]));
    assert_eq!(doctor(&stock, "--fix"), (0, vec!["in-use".to_owned()]));
    assert_eq!(session.finish(), 0);
    let text = fs::read(&keys).unwrap();
    fs::write(&keys, "{").unwrap();
    assert_eq!(doctor(&stock, ""), (1, vec!["keys-damaged".to_owned()]));
    assert_eq!(
        doctor(&stock, "--fix"),
        (1, vec!["keys-damaged".to_owned()])
    );
    fs::write(&keys, text).unwrap();
    assert_eq!(doctor(&stock, ""), (0, vec![]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(doctor(&stock, ""), (1, vec!["keys-open".to_owned()]));
        assert_eq!(
            doctor(&stock, "--fix"),
            (0, vec!["fixed keys-open".to_owned()])
        );
        assert_eq!(
            fs::metadata(&keys).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn the_servers_store_is_looked_after_while_it_runs_and_when_it_does_not() {
    let mut server = Server::start();
    let stock = Stock::with_ten("A");
    server.enroll(&stock);
    stock.sync();
    assert_eq!(server.admin("verify")["ok"], json!(true));
    let refused = server.line("rebuild --json").expect_code(1).error();
    assert_eq!(refused["code"], "store-in-use");
    let codes = |diagnosis: &Value| -> Vec<String> {
        let findings = diagnosis["findings"].as_array().unwrap();
        let worse = findings.iter().filter(|it| it["severity"] != "ok");
        worse
            .map(|it| it["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let diagnosis = server.admin("doctor");
    assert_eq!(codes(&diagnosis), ["in-use", "backup"], "{diagnosis:#}");
    server.line("backup here.backup").expect_code(0);
    assert_eq!(codes(&server.admin("doctor")), ["in-use"]);
    let again = server
        .line("backup here.backup --json")
        .expect_code(1)
        .error();
    assert_eq!(again["code"], "file-exists");
    assert_eq!(server.stop(), 0);
    // The same with nobody on the socket.
    assert_eq!(codes(&server.admin("doctor")), [""; 0]);
    server.admin("backup later.backup");
    fs::remove_file(server.data().join("store").join("index.redb")).unwrap();
    let sick = server.line("doctor --json").expect_code(1);
    assert!(sick.stdout.contains("index-missing"), "{sick}");
    let mended = server.admin("doctor --fix");
    assert_holds("doctor", &mended, &json!({ "ok": true }));
    assert_eq!(server.admin("rebuild")["ok"], json!(true));
    assert_eq!(server.admin("verify")["ok"], json!(true));
    server.start_again();
    assert_eq!(server.show("R-100")["on_hand"], "10");
}
