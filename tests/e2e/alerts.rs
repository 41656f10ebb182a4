//! Alerts: the real server tells real receivers, which are slow, broken, gone and back again.
//!
//! Receivers are programs of another language, so that signatures are checked by somebody else.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use serde_json::{Value, json};
use tests::server::{Server, escaped, lines_of};
use tests::skip::skipped;

/// Debian's own: only it has Debian's packages.
const PYTHON: &str = "/usr/bin/python3";
/// How long something may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many questions are asked before something counts as not coming.
const QUESTIONS_MAX: usize = 3_000;

/// A receiver as a process of its own; dropping it ends it.
struct Station {
    child: Child,
    orders: ChildStdin,
    lines: Receiver<String>,
    script: PathBuf,
    port: u16,
}

impl Drop for Station {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn has(module: &str) -> bool {
    let asked = Command::new(PYTHON)
        .args(["-c", &format!("import {module}")])
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

impl Station {
    #[track_caller]
    fn start(script: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/alerts");
        Self::at(folder.join(script), 0)
    }

    #[track_caller]
    fn at(script: PathBuf, port: u16) -> Self {
        let mut child = Command::new(PYTHON)
            .arg(&script)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start a receiver");
        let orders = child.stdin.take().expect("standard input is piped");
        let lines = lines_of(child.stdout.take().expect("standard output is piped"));
        let first = lines.recv_timeout(PATIENCE).expect("the receiver's port");
        let port = first.strip_prefix("listening ").expect("a port");
        let port = port.parse().expect("a number");
        Self {
            child,
            orders,
            lines,
            script,
            port,
        }
    }

    /// Ends it in the middle of whatever it does.
    #[track_caller]
    fn kill(&mut self) {
        self.child.kill().expect("a signal to the receiver");
        self.child.wait().expect("wait for the receiver");
    }

    /// Starts it again at the same port.
    #[track_caller]
    fn start_again(&mut self) {
        *self = Self::at(self.script.clone(), self.port);
    }

    #[track_caller]
    fn order(&mut self, line: &str) {
        writeln!(self.orders, "{line}").expect("an order to the receiver");
        let done = self.next_of(|said| said["done"] == json!(line));
        assert_eq!(done["done"], json!(line));
    }

    /// The next thing that came and is like this; others before it are passed over.
    #[track_caller]
    fn next_of(&self, is: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("something comes");
            let said: Value = serde_json::from_str(&line).expect("a line of JSON");
            if is(&said) {
                return said;
            }
        }
    }

    /// The next message at a path, which is signed.
    #[track_caller]
    fn message(&self, path: &str) -> Value {
        let message = self.next_of(|said| said["path"] == json!(path));
        assert_eq!(message["signed"], json!(true), "{message:#}");
        assert_eq!(message["type"], json!("application/json"));
        message
    }
}

/// The conditions of a message, such as `low R-100`.
fn told(message: &Value, key: &str) -> Vec<String> {
    let rows = message["body"]["data"][key].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| format!("{} {}", text(&row["kind"]), text(&row["subject"])))
        .collect()
}

/// An administrator at the pages.
struct Boss<'a> {
    server: &'a Server,
    cookie: String,
}

impl<'a> Boss<'a> {
    fn of(server: &'a Server) -> Self {
        let added = server.line("user add boss --role administrator --json");
        let invited = if added.code == 0 {
            added.json()
        } else {
            server.admin("user set boss --new-link")
        };
        let link = invited["url"].as_str().expect("a link");
        let path = link.strip_prefix(server.url()).expect("a link to here");
        let mut boss = Self {
            server,
            cookie: String::new(),
        };
        let word = "eleven quiet herons";
        boss.cookie = boss.send(path, &[("password", word), ("again", word)]).1;
        boss
    }

    fn get(&self, path: &str) -> String {
        let cookie = [("cookie", self.cookie.as_str())];
        self.server.send("GET", path, None, &cookie, "").body
    }

    /// Sends a form; the page that follows at once, and the session's cookie.
    fn send(&self, path: &str, fields: &[(&str, &str)]) -> (String, String) {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)));
        let body = body.collect::<Vec<_>>().join("&");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .proxy(None)
            .build()
            .into();
        let mut answer = agent
            .post(format!("{}{path}", self.server.url()))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &self.cookie)
            .send(body)
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let cookie = answer.headers().get("set-cookie");
        let cookie = cookie.and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.unwrap_or_default().to_owned();
        let page = answer.body_mut().read_to_string().expect("a page");
        (page, cookie)
    }

    /// Adds a channel; the page that follows.
    fn add(&self, way: &str, id: &str, fields: &[(&str, &str)]) -> String {
        let mut all = vec![("once", id), ("name", way)];
        all.extend([
            ("seen-name", ""),
            ("seen-language", "en"),
            ("language", "en"),
        ]);
        all.extend([("seen-behind-hours", "24"), ("behind-hours", "24")]);
        for name in ["on", "out", "low", "exception", "behind", "ended"] {
            all.push((name, "yes"));
        }
        all.extend_from_slice(fields);
        self.send(&format!("/settings/alerts/new?way={way}"), &all)
            .0
    }

    /// Adds a webhook; its secret.
    fn webhook(&self, id: &str, url: &str) -> String {
        let page = self.add("webhook", id, &[("url", url)]);
        let (_, secret) = page.split_once("<code>whsec_").expect("a secret");
        format!("whsec_{}", secret.split('<').next().expect("its end"))
    }

    /// Adds a channel that sends mail to these, a line each.
    fn mail(&self, station: &Station, to: &str) {
        let port = station.port.to_string();
        let fields = [
            ("host", "127.0.0.1"),
            ("seen-port", "587"),
            ("port", port.as_str()),
            ("seen-tls", "starttls"),
            ("tls", "none"),
            ("from", "Store <store@example.com>"),
            ("to", to),
            ("seen-language", "en"),
        ];
        self.add("email", A, &fields);
    }

    /// Waits until the page of alerts says this.
    #[track_caller]
    fn until_said(&self, text: &str) -> String {
        let mut page = String::new();
        for _ in 0..QUESTIONS_MAX {
            page = self.get("/settings/alerts");
            if page.contains(text) {
                return page;
            }
        }
        panic!("{text:?} is never in {page}");
    }
}

const A: &str = "0123456789abcdef0123456789abcdef";
const B: &str = "fedcba9876543210fedcba9876543210";

fn server() -> Server {
    Server::launch("127.0.0.1:0", &["--alerts-pace-ms", "200"])
}

/// A shop with one item, which is low once it is counted.
struct Shop<'a>(&'a Server, String);

impl<'a> Shop<'a> {
    fn of(server: &'a Server) -> Self {
        let shop = Self(server, server.token_of("shop", "manager"));
        shop.post("locations", &json!({ "number": "A-01" }));
        shop.item("R-100");
        shop
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) {
        let done = self.0.write("POST", path, &self.1, body);
        assert_eq!(done.status, 201, "{done}");
    }

    #[track_caller]
    fn item(&self, sku: &str) {
        self.post("items", &json!({ "sku": sku, "threshold": "5" }));
    }

    #[track_caller]
    fn count(&self, sku: &str, quantity: &str) {
        let body = json!({ "item": sku, "location": "A-01", "quantity": quantity });
        self.post("counts", &body);
    }
}

#[test]
fn a_webhook_is_signed_tried_again_and_told_nothing_twice() {
    if !has("http.server") {
        return skipped("a webhook is told", "there is no python3");
    }
    let mut server = server();
    let mut station = Station::start("receiver.py");
    let url = format!("http://127.0.0.1:{}/a", station.port);
    let secret = {
        let boss = Boss::of(&server);
        let secret = boss.webhook(A, &url);
        station.order(&format!("secret /a {secret}"));
        boss.send(&format!("/settings/alerts/{A}/test"), &[]);
        let test = station.next_of(|said| said["body"]["type"] == json!("stock.test"));
        assert_eq!(test["signed"], json!(true));
        let shop = Shop::of(&server);
        let first = station.message("/a");
        assert_eq!(told(&first, "began"), ["out R-100"]);

        // The receiver breaks: the same message comes again and again, until it is taken.
        station.order("answer /a 500");
        shop.count("R-100", "3");
        let failed = station.message("/a");
        let again = station.message("/a");
        assert_eq!(again["id"], failed["id"]);
        assert_eq!(again["body"], failed["body"]);
        boss.until_said("failing");
        assert!(boss.get("/").contains("Alerts do not get through"));
        station.order("answer /a 302");
        let moved = station.next_of(|said| said["answer"] == json!(302));
        assert_eq!(moved["id"], failed["id"], "and goes nowhere else");
        station.order("answer /a 204");
        let taken = station.next_of(|said| said["answer"] == json!(204));
        assert_eq!(taken["id"], failed["id"]);
        assert_eq!(told(&taken, "began"), ["low R-100"]);
        boss.until_said(">well<");
        secret
    };

    // Both are gone, one after the other; what happened meanwhile comes in one message.
    station.kill();
    {
        let shop = Shop(&server, server.token_of("more", "manager"));
        shop.item("K-12V");
        shop.count("R-100", "9");
        Boss::of(&server).until_said("failing");
    }
    server.kill();
    server.start_again();
    station.start_again();
    station.order(&format!("secret /a {secret}"));
    let mut began = Vec::new();
    let mut ended = Vec::new();
    while began.is_empty() || ended.is_empty() {
        let message = station.message("/a");
        began.extend(told(&message, "began"));
        ended.extend(told(&message, "ended"));
    }
    assert_eq!(
        (began, ended),
        (vec!["out K-12V".to_owned()], vec!["low R-100".to_owned()])
    );

    // A receiver that wants no more is left alone.
    let shop = Shop(&server, server.token_of("last", "manager"));
    station.order("answer /a 410");
    shop.count("K-12V", "1");
    let last = station.message("/a");
    assert_eq!(told(&last, "began"), ["low K-12V"], "and nothing twice");
    let boss = Boss::of(&server);
    let page = boss.until_said("switched off");
    assert!(page.contains("410 Gone"), "{page}");
}

#[test]
fn a_slow_receiver_holds_up_nobody_else() {
    if !has("http.server") {
        return skipped("a slow receiver", "there is no python3");
    }
    let server = server();
    let mut station = Station::start("receiver.py");
    let boss = Boss::of(&server);
    for (id, path) in [(A, "/a"), (B, "/b")] {
        let secret = boss.webhook(id, &format!("http://127.0.0.1:{}{path}", station.port));
        station.order(&format!("secret {path} {secret}"));
    }
    station.order("hold /a");
    let shop = Shop::of(&server);
    let other = station.message("/b");
    assert_eq!(told(&other, "began"), ["out R-100"]);
    // Nor the pages and writers.
    shop.count("R-100", "2");
    assert_eq!(told(&station.message("/b"), "began"), ["low R-100"]);
    station.order("release /a");
    let late = station.message("/a");
    assert_eq!(told(&late, "began"), ["low R-100"]);
}

#[test]
fn mail_comes_after_an_outage_of_its_server_too() {
    if !has("aiosmtpd") {
        return skipped("alerts by e-mail", "there is no python3-aiosmtpd");
    }
    let server = server();
    let mut station = Station::start("mailbox.py");
    let boss = Boss::of(&server);
    boss.mail(&station, "boss@example.com\r\nBuyer <buyer@example.com>");
    let shop = Shop::of(&server);
    let mail = station.next_of(|_| true);
    assert_eq!(mail["subject"], json!("server: 1 out"));
    assert_eq!(mail["to"], json!(["boss@example.com"]));
    let other = station.next_of(|_| true);
    assert_eq!(other["to"], json!(["buyer@example.com"]));
    assert_eq!(other["id"], mail["id"]);
    let all = json!("boss@example.com, Buyer <buyer@example.com>");
    assert_eq!([&mail["header"], &other["header"]], [&all, &all]);
    let text = mail["text"].as_str().expect("a text");
    assert!(text.contains("Out: R-100"), "{text}");
    assert!(text.contains(server.url()), "{text}");

    station.kill();
    shop.count("R-100", "4");
    boss.until_said("failing");
    station.start_again();
    // One whose answer was lost in the outage comes again, under its own id.
    let late = station.next_of(|it| it["id"] != mail["id"]);
    assert_eq!(late["subject"], json!("server: 1 low"));
    let text = late["text"].as_str().expect("a text");
    assert!(
        text.contains("Low: R-100 – 4 available, threshold 5"),
        "{text}"
    );
    boss.until_said(">well<");
}

#[test]
fn a_mailbox_that_is_gone_or_full_keeps_the_mail_from_nobody_else() {
    if !has("aiosmtpd") {
        return skipped(
            "alerts to a mailbox that is gone",
            "there is no python3-aiosmtpd",
        );
    }
    let server = server();
    let station = Station::start("mailbox.py");
    let boss = Boss::of(&server);
    let to = ["gone@example.com", "late@example.com", "boss@example.com"];
    boss.mail(&station, &to.join("\r\n"));
    let shop = Shop::of(&server);
    let came = || {
        let mail = station.next_of(|_| true);
        (mail["to"][0].clone(), mail["subject"].clone())
    };
    let out = json!("server: 1 out");
    assert_eq!(came(), (json!("boss@example.com"), out.clone()));
    assert_eq!(came(), (json!("late@example.com"), out), "nobody twice");
    let page = boss.until_said(">well<");
    assert!(page.contains("no such mailbox"), "{page}");
    shop.count("R-100", "4");
    let low = json!("server: 1 low");
    assert_eq!(came(), (json!("late@example.com"), low.clone()));
    assert_eq!(came(), (json!("boss@example.com"), low));
}
