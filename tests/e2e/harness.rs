//! The harness itself: a check that cannot fail, or a network that is never bad, would make every
//! other test worthless.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};

use serde_json::json;
use tests::check::{holds, printed, ten_thousandths};
use tests::proxy::{Plan, Proxy, dead_url};
use tests::server::{address_in, escaped};
use tests::words::words;

/// A server that reads a request to its end and answers with a body of 100 bytes.
fn hundred_bytes() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\nhello") && client.read(&mut byte).unwrap_or(0) > 0 {
                request.push(byte[0]);
            }
            if request.ends_with(b"hello") {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
                drop(client.write_all(format!("{head}{}", "x".repeat(100)).as_bytes()));
            }
        }
    });
    address
}

/// What comes back through the proxy.
fn ask(proxy: &Proxy) -> String {
    let address = proxy.url();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    drop(stream.write_all(b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello"));
    drop(stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8(answer).unwrap()
}

#[test]
fn the_proxy_does_what_it_is_told() {
    let proxy = Proxy::before(hundred_bytes());
    let whole = ask(&proxy);
    assert_eq!(whole.matches('x').count(), 100);

    proxy.plan(Plan::CutResponse(60));
    assert_eq!(ask(&proxy), whole[..60]);
    assert_eq!(ask(&proxy), "", "the line stays dead");
    assert_eq!(proxy.passed(), 60);

    proxy.plan(Plan::CutRequest(10));
    assert_eq!(ask(&proxy), "");
    assert_eq!(proxy.passed(), 10);

    proxy.plan(Plan::Refuse);
    assert_eq!(ask(&proxy), "");

    proxy.plan(Plan::Html);
    assert!(ask(&proxy).contains("<html>"));

    proxy.plan(Plan::HalfBody);
    let half = ask(&proxy);
    assert!(half.contains("content-length: 50\r\n"), "{half}");
    assert_eq!(half.matches('x').count(), 50);

    proxy.plan(Plan::Silent("POST / "));
    std::thread::scope(|threads| {
        let asked = threads.spawn(|| ask(&proxy));
        proxy.until_silent();
        proxy.plan(Plan::Pass);
        assert_eq!(asked.join().unwrap(), "");
    });
    proxy.plan(Plan::Silent("POST /elsewhere "));
    assert_eq!(ask(&proxy).matches('x').count(), 100);

    proxy.plan(Plan::Pass);
    assert_eq!(ask(&proxy), whole);
}

#[test]
fn a_bad_network_does_all_that_networks_do() {
    let proxy = Proxy::before(hundred_bytes());
    proxy.plan(Plan::Bad(1));
    let answers: Vec<String> = (0..300).map(|_| ask(&proxy)).collect();
    let count = |is: &dyn Fn(&str) -> bool| answers.iter().filter(|answer| is(answer)).count();
    let whole = count(&|answer| answer.matches('x').count() == 100);
    assert!((220..295).contains(&whole), "{whole} of 300 came through");
    assert!(count(&str::is_empty) > 0, "some are lost");
    assert!(count(&|answer| answer.contains(" 502 ")) > 0);
    assert!(count(&|answer| answer.contains(" 200 OK") && answer.contains("<html>")) > 0);
    let cut = |answer: &str| !answer.is_empty() && !answer.contains("<html>");
    assert!(count(&cut) > whole, "some are cut");
}

#[test]
fn nobody_listens_at_a_dead_url() {
    let url = dead_url();
    assert!(TcpStream::connect(url.trim_start_matches("http://")).is_err());
}

#[test]
fn the_checks_find_what_differs() {
    let actual = json!({ "a": "1", "b": [{ "c": null, "d": 2 }], "e": 3 });
    for (expected, place) in [
        (json!({ "a": "1" }), Ok(())),
        (json!({ "b": [{ "d": 2 }] }), Ok(())),
        (json!({ "a": "2" }), Err(".a".to_owned())),
        (json!({ "f": null }), Err(".f (missing)".to_owned())),
        (json!({ "b": [] }), Err(".b (1 elements)".to_owned())),
        (json!({ "b": [{ "c": 0 }] }), Err(".b[0].c".to_owned())),
        (json!([]), Err("the value itself".to_owned())),
    ] {
        assert_eq!(holds(&actual, &expected, ""), place, "{expected}");
    }
}

#[test]
fn quantities_are_read_exactly() {
    for (text, quantity) in [
        ("0", 0),
        ("-3", -30_000),
        ("0.25", 2_500),
        ("-0.0001", -1),
        ("12.5", 125_000),
    ] {
        assert_eq!(ten_thousandths(&json!(text)), quantity);
        assert_eq!(printed(quantity), text);
    }
    for wrong in ["+3", "1.0", "01", ".5", "1.", "-0", "1e3", "0.00001", ""] {
        let wrong = json!(wrong);
        let read = std::panic::catch_unwind(|| ten_thousandths(&wrong));
        assert!(read.is_err(), "{wrong} is not canonical");
    }
}

#[test]
fn lines_split_as_a_person_types_them() {
    assert_eq!(words("add R-100 A-01 5"), ["add", "R-100", "A-01", "5"]);
    assert_eq!(
        words("a --name \"two words\" ''"),
        ["a", "--name", "two words", ""]
    );
    assert_eq!(escaped("A/B 1&2\u{d6}"), "A%2FB%201%262%C3%96");
    let line = "listening on http://127.0.0.1:4711/.";
    assert_eq!(address_in(line).as_deref(), Some("http://127.0.0.1:4711"));
    let own = "listening on http://127.1.2.3:4711.";
    assert_eq!(address_in(own).as_deref(), Some("http://127.1.2.3:4711"));
    assert_eq!(address_in("listening on port 4711"), None);
}
