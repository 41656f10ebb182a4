//! TLS between handhelds and server: pins, own certificates, and those who stand between.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use tests::process::{run, signal};
use tests::server::Server;
use tests::stock::Stock;
use tests::tls::{Certificate, Middle, certificate, connect, get, signed_certificate};

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value:#}"))
}

/// Puts a certificate where `--tls-cert` and `--tls-key` name it: the key first, so that there is
/// a moment when they do not fit, as with most tools.
fn put(dir: &Path, certificate: &Certificate) {
    std::fs::write(dir.join("shop.key"), &certificate.key).unwrap();
    std::fs::write(dir.join("shop.pem"), &certificate.cert).unwrap();
}

fn serve_own(dir: &Path, certificate: &Certificate) -> Server {
    put(dir, certificate);
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let (cert, key) = (path("shop.pem"), path("shop.key"));
    Server::launch("127.0.0.1:0", &["--tls-cert", &cert, "--tls-key", &key])
}

fn enrol(server: &Server, stock: &Stock) {
    let made = server.admin("device code");
    stock.ok(&format!("enroll \"{}\"", text(&made, "qr")));
}

/// Writes something, so that there is something to send.
fn write(stock: &Stock, sku: &str) {
    stock.ok(&format!("item add {sku} --name Thing"));
}

fn is_synced(stock: &Stock) -> bool {
    stock.sync()["synced"] == true
}

fn pending(stock: &Stock) -> u64 {
    stock.json("status")["pending"].as_u64().unwrap()
}

#[test]
fn a_server_for_other_machines_makes_its_certificate_and_the_qr_has_its_pin() {
    let mut server = Server::launch("0.0.0.0:0", &[]);
    assert!(server.url().starts_with("https://"), "{}", server.url());
    assert!(!server.url().contains("0.0.0.0"), "{}", server.url());
    let made = server.admin("device code");
    let (url, pin, code) = (text(&made, "url"), text(&made, "pin"), text(&made, "code"));
    assert_eq!(text(&made, "qr"), format!("{url}/#pin={pin}&code={code}"));
    let mode = std::fs::metadata(server.data().join("tls.pem")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let well = server.line("healthcheck");
    assert_eq!(well.code, 0, "{well}");

    let a = Stock::new("A");
    a.ok(&format!("enroll \"{}\"", text(&made, "qr")));
    write(&a, "R-1");
    assert!(is_synced(&a));
    assert_eq!(server.stop(), 0);
    let stopped = server.admin("device code");
    assert_eq!(text(&stopped, "pin"), pin, "also while it stands still");
    write(&a, "R-2");
    assert_eq!(a.error(3, "sync")["code"], "unreachable");
    server.start_again();
    assert!(
        is_synced(&a),
        "the certificate is the one of the first start"
    );

    // Typed instead of scanned; and a second device sees what the first wrote.
    let b = Stock::new("B");
    let said = server.line("device code").expect_code(0).stdout;
    let line = said
        .lines()
        .find_map(|line| line.split_once("stock enroll "));
    b.ok(&format!("enroll {}", line.unwrap().1));
    assert!(is_synced(&b));
    b.ok("show R-2");
}

#[test]
fn a_wrong_pin_enrols_nobody_and_the_code_can_still_be_used() {
    let dir = tempfile::tempdir().unwrap();
    let own = certificate(|_| {});
    let server = serve_own(dir.path(), &own);
    let stock = Stock::new("A");
    let (url, code) = (server.url(), server.code());
    let other = certificate(|_| {}).pin;
    let error = stock.error(1, &format!("enroll {url} --code {code} --pin {other}"));
    assert_eq!(error["code"], "other-tls-key");
    assert!(stock.json("status")["server"].is_null());

    // Nobody vouches for the certificate, and the words say what to do.
    let error = stock.error(1, &format!("enroll {url} --code {code}"));
    assert_eq!(error["code"], "untrusted-server");
    let hint = text(&error, "hint");
    assert!(
        hint.contains("--pin") && hint.contains("device code"),
        "{hint}"
    );

    let error = stock.error(
        1,
        &format!("enroll {url} --code {code} --pin {}", &code[..9]),
    );
    assert_eq!(error["code"], "bad-pin");
    let line = format!(
        "enroll \"{url}/#pin={other}\" --code {code} --pin {}",
        own.pin
    );
    assert_eq!(stock.error(1, &line)["code"], "two-pins");
    let plain = format!("enroll http://127.0.0.1:1 --code {code} --pin {other}");
    assert_eq!(stock.error(1, &plain)["code"], "pin-without-tls");

    stock.ok(&format!("enroll {url} --code {code} --pin {}", own.pin));
    assert!(is_synced(&stock));
}

#[test]
fn another_server_at_the_same_address_gets_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut ours = serve_own(dir.path(), &certificate(|_| {}));
    let stock = Stock::new("A");
    enrol(&ours, &stock);
    write(&stock, "R-1");
    assert_eq!(ours.stop(), 0);
    let at = ours.address().to_string();
    let theirs_dir = tempfile::tempdir().unwrap();
    put(theirs_dir.path(), &certificate(|_| {}));
    let path = |name: &str| theirs_dir.path().join(name).to_str().unwrap().to_owned();
    let (cert, key) = (path("shop.pem"), path("shop.key"));
    let theirs = Server::launch(&at, &["--tls-cert", &cert, "--tls-key", &key]);
    let error = stock.error(1, "sync");
    assert_eq!(error["code"], "other-tls-key");
    assert!(text(&error, "text").contains("not the server that the device was told of"));
    assert!(text(&error, "hint").contains("stock enroll"), "{error:#}");
    assert!(pending(&stock) > 0);
    drop(theirs);
    ours.start_again();
    assert!(is_synced(&stock));
}

#[test]
fn somebody_who_stands_between_hears_a_hello_without_a_name_and_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let own = certificate(|_| {});
    let mut server = serve_own(dir.path(), &own);
    let stock = Stock::new("A");
    enrol(&server, &stock);
    assert!(is_synced(&stock));
    write(&stock, "R-1");

    // The server moves, and he takes its address.
    let at = server.address();
    assert_eq!(server.stop(), 0);
    server.start_at("127.0.0.1:0");
    let middle = Middle::before(server.address(), own.pin, &certificate(|_| {}), at);
    assert_eq!(stock.error(1, "sync")["code"], "other-tls-key");
    let heard = middle.heard();
    let heard: Vec<String> = heard
        .iter()
        .map(|request| String::from_utf8_lossy(request).into_owned())
        .collect();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with("POST /sync/v1/hello "), "{heard:?}");
    assert!(
        !heard[0].contains("cert"),
        "it does not say who asks: {heard:?}"
    );
    assert!(pending(&stock) > 0);

    // He cannot enrol anybody either.
    let other = Stock::new("B");
    let made = server.admin("device code");
    let (pin, code) = (text(&made, "pin"), text(&made, "code"));
    let url = format!("https://{}", middle.address());
    let error = other.error(1, &format!("enroll {url} --pin {pin} --code {code}"));
    assert_eq!(error["code"], "other-tls-key");
    assert_eq!(middle.heard().len(), 1, "the code went nowhere");
}

#[test]
fn dates_mean_nothing_where_the_key_is_pinned_and_all_where_it_is_not() {
    let dates = [
        (
            rcgen::date_time_ymd(1999, 1, 1),
            rcgen::date_time_ymd(2001, 1, 1),
        ),
        (
            rcgen::date_time_ymd(2190, 1, 1),
            rcgen::date_time_ymd(2199, 1, 1),
        ),
    ];
    for (from, to) in dates {
        let dir = tempfile::tempdir().unwrap();
        let own = certificate(|about| (about.not_before, about.not_after) = (from, to));
        let server = serve_own(dir.path(), &own);
        let stock = Stock::new("A");
        let enrol_line = ["enroll", server.url(), "--code", &server.code(), "--json"];
        let mut command = stock.command();
        command.args(enrol_line);
        command.env("SSL_CERT_FILE", dir.path().join("shop.pem"));
        let refused = run(command, "enroll".to_owned(), None).expect_code(1);
        assert_eq!(refused.error()["code"], "untrusted-server");
        enrol(&server, &stock);
        assert!(is_synced(&stock));
    }
}

#[test]
fn without_a_pin_the_systems_authorities_decide() {
    let dir = tempfile::tempdir().unwrap();
    let (own, authority) = signed_certificate();
    let server = serve_own(dir.path(), &own);
    let stock = Stock::new("A");
    let file = stock.file("authority.pem", authority);
    let with_authority = |arguments: &[&str]| {
        let mut command = stock.command();
        command.args(arguments).env("SSL_CERT_FILE", &file);
        run(command, arguments.join(" "), None)
    };
    let enrolled = with_authority(&["enroll", server.url(), "--code", &server.code()]);
    assert_eq!(enrolled.code, 0, "{enrolled}");
    let synced = with_authority(&["sync"]);
    assert_eq!(synced.code, 0, "{synced}");
    // The server's word about its key is no authority's.
    assert_eq!(stock.error(1, "sync")["code"], "untrusted-server");
}

#[test]
fn a_new_certificate_is_taken_up_while_the_server_runs_and_devices_follow() {
    let dir = tempfile::tempdir().unwrap();
    let first = certificate(|_| {});
    let mut server = serve_own(dir.path(), &first);
    let (always, rarely) = (Stock::new("A"), Stock::new("B"));
    enrol(&server, &always);
    enrol(&server, &rarely);
    assert!(is_synced(&always));
    let mut open = connect(server.address(), first.pin).unwrap();
    assert!(get(&mut open, "/healthz").unwrap().contains("200 OK"));

    let second = certificate(|_| {});
    put(dir.path(), &second);
    signal("HUP", server.process_id());
    server.until_logged(&second.pin.to_string());
    assert!(
        get(&mut open, "/healthz").unwrap().contains("200 OK"),
        "it stays open"
    );
    assert!(
        connect(server.address(), first.pin)
            .and_then(|mut line| get(&mut line, "/"))
            .is_err()
    );
    assert_eq!(
        text(&server.admin("device code"), "pin"),
        second.pin.to_string()
    );
    write(&always, "R-1");
    assert!(
        is_synced(&always),
        "the ledger's key vouches for the new one"
    );

    // By itself, without a signal; and a second change before somebody came by.
    let third = certificate(|_| {});
    put(dir.path(), &third);
    server.until_logged(&third.pin.to_string());
    assert!(is_synced(&always));
    assert!(is_synced(&rarely));

    std::fs::write(dir.path().join("shop.pem"), "half a certif").unwrap();
    server.until_logged("the old certificate stays");
    assert!(is_synced(&rarely));
    assert_eq!(
        text(&server.admin("device code"), "pin"),
        third.pin.to_string()
    );

    // Whoever got hold of the first key, and of the server's word about it, has nothing.
    assert_eq!(server.stop(), 0);
    put(dir.path(), &third);
    let at = server.address();
    server.start_at("127.0.0.1:0");
    let middle = Middle::before(server.address(), third.pin, &first, at);
    assert_eq!(always.error(1, "sync")["code"], "other-tls-key");
    assert_eq!(middle.heard().len(), 1);
}

#[test]
fn a_server_that_lost_its_certificate_keeps_its_devices() {
    let mut server = Server::launch("0.0.0.0:0", &[]);
    let stock = Stock::new("A");
    enrol(&server, &stock);
    assert!(is_synced(&stock));
    assert_eq!(server.stop(), 0);
    std::fs::remove_file(server.data().join("tls.pem")).unwrap();
    server.start_again();
    write(&stock, "R-1");
    assert!(is_synced(&stock));
}

#[test]
fn who_speaks_plain_http_to_tls_is_told_and_the_other_way_round() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve_own(dir.path(), &certificate(|_| {}));
    let stock = Stock::new("A");
    let plain = server.url().replace("https://", "http://");
    let error = stock.error(1, &format!("enroll {plain} --code {}", server.code()));
    assert_eq!(error["code"], "tls-wanted");
    assert!(text(&error, "hint").contains("https://"), "{error:#}");
    let mut browser = TcpStream::connect(server.address()).unwrap();
    browser
        .write_all(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    browser.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
    assert!(
        answer.contains("its address begins with https://"),
        "{answer}"
    );

    let server = Server::start();
    let tls = server.url().replace("http://", "https://");
    let error = stock.error(3, &format!("enroll {tls} --code {}", server.code()));
    assert_eq!(error["code"], "unreachable");
    assert!(
        text(&error, "text").contains("does not speak TLS"),
        "{error:#}"
    );
}

#[test]
fn those_who_connect_and_say_nothing_hold_up_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let own = certificate(|_| {});
    let server = serve_own(dir.path(), &own);
    let at: SocketAddr = server.address();
    let silent: Vec<TcpStream> = (0..600).map(|_| TcpStream::connect(at).unwrap()).collect();
    for _ in 0..5 {
        let mut line = connect(at, own.pin).unwrap();
        assert!(get(&mut line, "/healthz").unwrap().contains("200 OK"));
    }
    drop(silent);
}

#[test]
fn plain_http_for_other_machines_takes_a_word() {
    let server = Server::launch("0.0.0.0:0", &["--insecure-http"]);
    assert!(server.url().starts_with("http://"), "{}", server.url());
    let made = server.admin("device code");
    assert!(made["pin"].is_null(), "{made:#}");
    let stock = Stock::new("A");
    enrol(&server, &stock);
    assert!(is_synced(&stock));
    let both = server.line_elsewhere("serve --insecure-http --tls-cert a --tls-key b");
    assert_eq!(both.code, 2, "{both}");
    let half = server.line_elsewhere("serve --tls-cert a");
    assert_eq!(half.code, 2, "{half}");
    let gone = server.line_elsewhere("serve --tls-cert /nowhere/a --tls-key b");
    assert_eq!(gone.code, 1, "{gone}");
    assert!(gone.said().contains("/nowhere/a cannot be read"), "{gone}");
}
