//! What must not happen on any page, read from Chromium's logs and from axe's report.

use serde_json::Value;
use thirtyfour::BrowserLogEntry;

/// A status from 400 on that may stand in the console.
#[derive(Debug)]
pub(super) enum Allowed {
    /// From this address.
    At(String, u16),
    /// From any.
    Anywhere(u16),
}

impl Allowed {
    fn is(&self, entry: &BrowserLogEntry) -> bool {
        let (start, status) = match self {
            Self::At(url, status) => (format!("{url} "), status),
            Self::Anywhere(status) => (String::new(), status),
        };
        entry.source.as_deref() == Some("network")
            && entry.message.starts_with(&start)
            && entry.message.contains(&format!(" status of {status} "))
    }
}

/// What the logs told since a page was opened.
#[derive(Debug, Default)]
pub(super) struct Faults {
    console: Vec<BrowserLogEntry>,
    requests: Vec<String>,
    document: Option<u16>,
    allowed: Vec<Allowed>,
}

impl Faults {
    pub(super) fn take_over(&mut self, console: Vec<BrowserLogEntry>, network: &[BrowserLogEntry]) {
        self.console.extend(console);
        for entry in network {
            let event: Value = serde_json::from_str(&entry.message).unwrap_or_default();
            self.note(&event["message"]);
        }
    }

    fn note(&mut self, event: &Value) {
        let of = &event["params"];
        match event["method"].as_str() {
            Some("Network.requestWillBeSent") => {
                self.requests
                    .extend(of["request"]["url"].as_str().map(str::to_owned));
            }
            Some("Network.webSocketCreated") => {
                self.requests.extend(of["url"].as_str().map(str::to_owned));
            }
            Some("Network.responseReceived") if of["type"] == "Document" => {
                let status = of["response"]["status"].as_u64();
                self.document = status.and_then(|status| u16::try_from(status).ok());
            }
            Some(_) | None => {}
        }
    }

    /// The status of the last page that was loaded.
    pub(super) fn last_document(&self) -> Option<u16> {
        self.document
    }

    pub(super) fn allow(&mut self, allowed: Allowed) {
        self.allowed.push(allowed);
    }

    /// Each fault in a line; `base` is the one server that may be asked.
    pub(super) fn found(&self, base: &str) -> Vec<String> {
        let console = self.console.iter().filter(|entry| self.counts(entry));
        let console = console.map(|entry| {
            let kind = if is_policy(entry) {
                "content security policy"
            } else {
                "console"
            };
            format!("{kind}: {}", entry.message)
        });
        let outside = self.requests.iter().filter(|url| !is_at(url, base));
        console
            .chain(outside.map(|url| format!("outside request: {url}")))
            .collect()
    }

    fn counts(&self, entry: &BrowserLogEntry) -> bool {
        let is_allowed = || self.allowed.iter().any(|allowed| allowed.is(entry));
        is_policy(entry) || (entry.level == "SEVERE" && !is_allowed())
    }
}

fn is_policy(entry: &BrowserLogEntry) -> bool {
    entry.source.as_deref() == Some("security") || entry.message.contains("Content Security Policy")
}

/// Whether an address is this server's, or no request to anybody.
fn is_at(url: &str, base: &str) -> bool {
    let within = |rest: &str| rest.is_empty() || rest.starts_with(['/', '?', '#']);
    url.strip_prefix(base).is_some_and(within)
        || ["data:", "blob:", "about:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
}

/// axe's report as lines: the rule, what it means, and each place with why.
pub(super) fn axe_faults(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let violations = report.as_array().expect("axe reports a list");
    let line = |violation: &Value| {
        let [id, impact, help] = ["id", "impact", "help"].map(|key| text(&violation[key]));
        let places = violation["places"].as_array().cloned().unwrap_or_default();
        let places = places.iter().map(|place| {
            let [target, html, why] = ["target", "html", "why"].map(|key| text(&place[key]));
            let why = why.lines().map(|line| format!("\n        {}", line.trim()));
            format!("\n    {target}\n      {html}{}", why.collect::<String>())
        });
        format!("axe {id} ({impact}): {help}{}", places.collect::<String>())
    };
    violations.iter().map(line).collect()
}
