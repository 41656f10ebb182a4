//! One server: `stock-server serve` on a port of its own, its administration and its API.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::check::array;
use crate::node::Node;
use crate::process::{Output, Watchdog, own_environment, run, signal};
use crate::programs;
use crate::stock::Stock;
use crate::words::words;

/// How long a server may take until it says where it listens.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A running server; dropping it kills the program.
#[derive(Debug)]
pub struct Server {
    child: Child,
    home: TempDir,
    data: PathBuf,
    url: String,
    /// The host that it listens on, and its other flags.
    listen: String,
    flags: Vec<String>,
    /// A lock, since tests ask from several threads.
    log: Mutex<Receiver<String>>,
    token: OnceLock<String>,
}

/// One answer of the API or of a page.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What was asked, for messages.
    pub what: String,
    /// The HTTP status.
    pub status: u16,
    /// The header `content-type`.
    pub content_type: String,
    /// The body as text.
    pub body: String,
}

impl Reply {
    /// The body as one JSON value.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// Fails unless the answer is a problem (RFC 9457) of this status; gives its stable code.
    #[track_caller]
    #[must_use]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "status of {self}");
        let kind = self.content_type.starts_with("application/problem+json");
        assert!(kind, "an error is a problem+json: {self}");
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        assert!(!code.is_empty(), "a problem has a stable code: {self}");
        code
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            what,
            status,
            content_type,
            body,
        } = self;
        write!(f, "{what}: {status} {content_type}\n{body}")
    }
}

impl Server {
    /// Starts a central server on an empty data directory.
    #[track_caller]
    #[must_use]
    pub fn start() -> Self {
        Self::launch("127.0.0.1:0", &[])
    }

    /// Starts one that listens there, with more flags.
    #[track_caller]
    #[must_use]
    pub fn launch(listen: &str, flags: &[&str]) -> Self {
        let home = TempDir::with_prefix("server-").expect("a temporary directory");
        let data = home.path().join("data");
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let Running { child, url, log } = serve(home.path(), &data, listen, &flags);
        Self {
            child,
            home,
            data,
            url,
            listen: listen.to_owned(),
            flags,
            log: Mutex::new(log),
            token: OnceLock::new(),
        }
    }

    /// Starts a hub of this central server.
    #[track_caller]
    #[must_use]
    pub fn hub(&self) -> Self {
        let invited = self.admin("device code --name hub");
        let text = invited["qr"].as_str().expect("the text of the QR");
        Self::launch("127.0.0.1:0", &["--upstream", text])
    }

    /// The address, `http://127.0.0.1:PORT`; `https://` with TLS.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address for a socket.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let (_, place) = self.url.split_once("://").expect("a URL has a scheme");
        place.parse().expect("the URL names address and port")
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The process of the program.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Stops by SIGTERM and gives the exit code; the data stay for [`Server::start_again`].
    #[track_caller]
    pub fn stop(&mut self) -> i32 {
        let watchdog = Watchdog::over(self.child.id());
        signal("TERM", self.child.id());
        let status = self.child.wait().expect("wait for the server");
        drop(watchdog);
        status.code().unwrap_or(-1)
    }

    /// Ends the program at once by SIGKILL; the data stay for [`Server::start_again`].
    #[track_caller]
    pub fn kill(&mut self) {
        self.child.kill().expect("a signal to the server");
        self.child.wait().expect("wait for the server");
    }

    /// Starts again at the same address, after [`Server::stop`] or [`Server::kill`].
    #[track_caller]
    pub fn start_again(&mut self) {
        let (host, _) = self.listen.rsplit_once(':').expect("host and port");
        let listen = format!("{host}:{}", self.address().port());
        self.start_at(&listen);
    }

    /// Starts again at another address, after [`Server::stop`].
    #[track_caller]
    pub fn start_at(&mut self, listen: &str) {
        let running = serve(self.home.path(), &self.data, listen, &self.flags);
        (self.child, self.url) = (running.child, running.url);
        self.log = Mutex::new(running.log);
    }

    /// Waits until the log has a line with these words.
    #[track_caller]
    pub fn until_logged(&self, words: &str) {
        let log = self.log.lock().expect("no panic holds the lock");
        while let Ok(line) = log.recv_timeout(START_LIMIT) {
            if line.contains(words) {
                return;
            }
        }
        panic!("the log never said {words:?}");
    }

    /// Runs another command of the server program on the same data, as typed.
    #[track_caller]
    #[must_use]
    pub fn line(&self, line: &str) -> Output {
        let mut command = Command::new(programs::stock_server());
        own_environment(&mut command, self.home.path());
        command.current_dir(self.home.path());
        command.args(words(line)).arg("--data").arg(&self.data);
        run(command, format!("stock-server {line}"), None)
    }

    /// Runs a command of the server program on a data directory that this server does not use.
    #[track_caller]
    #[must_use]
    pub fn line_elsewhere(&self, line: &str) -> Output {
        let mut command = Command::new(programs::stock_server());
        own_environment(&mut command, self.home.path());
        command.current_dir(self.home.path());
        command
            .args(words(line))
            .arg("--data")
            .arg(self.home.path().join("other"));
        run(command, format!("stock-server {line}"), None)
    }

    /// Runs an administrator's command with `--json` and gives what it printed.
    #[track_caller]
    pub fn admin(&self, line: &str) -> Value {
        self.line(&format!("{line} --json")).expect_code(0).json()
    }

    /// A fresh one-time code for a device.
    #[track_caller]
    #[must_use]
    pub fn code(&self) -> String {
        let printed = self.admin("device code");
        printed["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no code in {printed:#}"))
            .to_owned()
    }

    /// Enrols a handheld at this server.
    #[track_caller]
    pub fn enroll(&self, stock: &Stock) {
        self.enroll_at(stock, &self.url);
    }

    /// Enrols a handheld that reaches this server by another address.
    #[track_caller]
    pub fn enroll_at(&self, stock: &Stock, url: &str) {
        stock.ok(&format!("enroll {url} --code {}", self.code()));
    }

    /// Asks for a path with this bearer token, or with none.
    #[track_caller]
    #[must_use]
    pub fn fetch(&self, path: &str, token: Option<&str>) -> Reply {
        self.send("GET", path, token, &[], "")
    }

    /// Sends a body as JSON below `/api/v1/` with a bearer token.
    #[track_caller]
    #[must_use]
    pub fn write(&self, method: &str, path: &str, token: &str, body: &Value) -> Reply {
        self.write_once(method, path, token, None, body)
    }

    /// The same with the header `Idempotency-Key`.
    #[track_caller]
    #[must_use]
    pub fn write_once(
        &self,
        method: &str,
        path: &str,
        token: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Reply {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        let path = format!("/api/v1/{path}");
        self.send(method, &path, Some(token), &headers, &body.to_string())
    }

    /// Sends a request with a bearer token, or with none.
    #[track_caller]
    #[must_use]
    pub fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let what = format!("{method} {path}");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(START_LIMIT))
            .proxy(None)
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = if method == "GET" {
            agent.run(request.body(()).expect("a request"))
        } else {
            agent.run(request.body(body.to_owned()).expect("a request"))
        };
        let mut answer = answer.unwrap_or_else(|error| panic!("{what}: {error}"));
        let header = answer.headers().get("content-type");
        let content_type = header
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
            .to_owned();
        let text = answer
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_string();
        Reply {
            status: answer.status().as_u16(),
            content_type,
            body: text.unwrap_or_else(|error| panic!("{what}: {error}")),
            what,
        }
    }

    /// A new token of this name and role.
    #[track_caller]
    #[must_use]
    pub fn token_of(&self, name: &str, role: &str) -> String {
        let printed = self.admin(&format!("token create --name \"{name}\" --role {role}"));
        printed["token"].as_str().expect("a token").to_owned()
    }

    /// A viewer's token, made once.
    #[track_caller]
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.get_or_init(|| {
            let printed = self.admin("token create --role viewer");
            printed["token"]
                .as_str()
                .unwrap_or_else(|| panic!("no token: {printed:#}"))
                .to_owned()
        })
    }

    /// Asks for a path as a viewer; the answer must be 200.
    #[track_caller]
    #[must_use]
    pub fn reply(&self, path: &str) -> Reply {
        let reply = self.fetch(path, Some(self.token()));
        assert_eq!(reply.status, 200, "status of {reply}");
        reply
    }

    /// One object of the API, by its path below `/api/v1/`.
    #[track_caller]
    #[must_use]
    pub fn object(&self, path: &str) -> Value {
        self.reply(&format!("/api/v1/{path}")).json()
    }

    /// A whole list of the API, page by page.
    #[track_caller]
    #[must_use]
    pub fn list(&self, path: &str) -> Vec<Value> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut rows = Vec::new();
        let mut page = self.object(path);
        loop {
            let next = page["next"].clone();
            let more = array(page["items"].take());
            assert!(
                next.is_null() || !more.is_empty(),
                "{path}: an empty page with a next one"
            );
            rows.extend(more);
            let Some(cursor) = next.as_str() else {
                assert!(
                    next.is_null(),
                    "{path}: next is a cursor or null, got {next}"
                );
                return rows;
            };
            page = self.object(&format!("{path}{joint}cursor={}", escaped(cursor)));
        }
    }
}

/// Escapes a text for one segment of a path, or for one value of a query.
#[must_use]
pub fn escaped(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if keep(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

impl Node for Server {
    fn label(&self) -> String {
        "server".to_owned()
    }

    fn show(&self, sku: &str) -> Value {
        self.object(&format!("items/{}", escaped(sku)))
    }

    fn items(&self) -> Vec<Value> {
        self.list("items")
    }

    fn history(&self, sku: &str) -> Vec<Value> {
        self.list(&format!("items/{}/history", escaped(sku)))
    }

    fn exceptions(&self) -> Vec<Value> {
        self.list("exceptions")
    }

    fn status(&self) -> Value {
        self.object("status")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A started program.
struct Running {
    child: Child,
    url: String,
    log: Receiver<String>,
}

/// Starts the program and waits for the line that says where it listens.
#[track_caller]
fn serve(home: &Path, data: &Path, listen: &str, flags: &[String]) -> Running {
    let mut command = Command::new(programs::stock_server());
    own_environment(&mut command, home);
    let mut child = command
        .current_dir(home)
        .args(["serve", "--listen", listen, "--data"])
        .arg(data)
        .args(flags)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start stock-server serve");
    let lines = lines_of(child.stdout.take().expect("standard output is piped"));
    let log = lines_of(child.stderr.take().expect("standard error is piped"));
    let mut said = String::new();
    while let Ok(line) = lines.recv_timeout(START_LIMIT) {
        if let Some(url) = line.split(' ').find(|word| word.contains("://")) {
            let url = url.to_owned();
            return Running { child, url, log };
        }
        said.push_str(&line);
        said.push('\n');
    }
    drop(child.kill());
    drop(child.wait());
    let log: Vec<String> = log.iter().collect();
    let log = log.join("\n");
    panic!("the server never said where it listens\n--- stdout\n{said}\n--- stderr\n{log}");
}

/// Reads what a program says to its end from a thread, so that the program never blocks on it.
#[must_use]
pub fn lines_of(said: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    let said = BufReader::new(said);
    std::thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            // Nobody may listen any more.
            drop(sender.send(line));
        }
    });
    receiver
}

/// The first `http://127.0.0.1:PORT` of a text, or the same at another loopback address.
#[must_use]
pub fn address_in(line: &str) -> Option<String> {
    let start = line.find("http://127.")?;
    let rest = &line[start + "http://".len()..];
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
    Some(format!(
        "http://{}",
        rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ':'])
    ))
}
