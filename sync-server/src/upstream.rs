//! The server above a hub: enrolling there, and talking with it as long as the hub runs.
//!
//! The hub is one of its devices. It syncs when something arrives and every few seconds, so that
//! a site's handhelds hear soon what others wrote; while the server above is out of reach it waits
//! longer from time to time, and the handhelds notice nothing but that their entries have no
//! central number yet.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger_node::{EnrolText, Node, time_text};

use crate::fault::Fault;

/// How often the server above is asked for news.
const EVERY: Duration = Duration::from_secs(5);
/// How soon what arrives is handed on; several entries go together.
const SOON: Duration = Duration::from_millis(250);
/// How long is waited at most when the server above is out of reach.
const PATIENCE_MAX: Duration = Duration::from_secs(60);

/// What a hub last found of the server above it, for whoever asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Above(Arc<Mutex<Standing>>);

/// How a hub stands with the server above it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    /// What keeps it from talking with that server; none while it can.
    pub(crate) trouble: Option<Trouble>,
}

/// What keeps a hub from talking with the server above it.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    /// Since when, RFC 3339.
    pub(crate) since: String,
    /// What went wrong last, in the words of the log.
    pub(crate) text: String,
}

impl Above {
    pub(crate) fn standing(&self) -> Standing {
        self.lock().clone()
    }

    fn is_reached(&self) {
        self.lock().trouble = None;
    }

    fn is_in_trouble(&self, now: String, text: String) {
        let mut standing = self.lock();
        let before = standing.trouble.take();
        let since = before.map_or(now, |trouble| trouble.since);
        standing.trouble = Some(Trouble { since, text });
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was said of the server above: its address, or the text of an enrolment QR.
fn read(text: &str) -> Result<EnrolText, Fault> {
    text.parse().map_err(|error: ledger_node::BadPin| {
        Fault::new("bad-pin", error.to_string())
            .hint("stock-server device code prints the whole text, for --upstream")
    })
}

/// Makes sure that a hub is enrolled at the server above, and has its address.
pub(crate) async fn enroll(node: &Node, said: &str, code: Option<&str>) -> Result<(), Fault> {
    let text = read(said)?;
    if node.server_url().is_some() {
        return Ok(node.set_server(&text.url, text.pin)?);
    }
    let Some(code) = code.or(text.code.as_deref()) else {
        let wanted = "a hub enrols at the server above it, which takes a one-time code";
        return Err(Fault::new("no-code", wanted).hint(
            "make one there with stock-server device code, and give the text it prints to \
             --upstream, or the code to --upstream-code",
        ));
    };
    let report = node.enroll(&text.url, code, text.pin).await?;
    tracing::info!(server = report.server, name = report.name, "enrolled");
    Ok(())
}

/// Talks with the server above until the task is aborted.
pub(crate) async fn keep_in_step(node: Node, above: Above) {
    let mut failures = 0_u32;
    loop {
        let before = node.changes();
        match node.sync(&mut |_| {}).await {
            Ok(report) => {
                above.is_reached();
                if report.pushed + report.pulled > 0 {
                    tracing::info!(
                        report.pushed,
                        report.pulled,
                        report.synced,
                        "synced with the server above"
                    );
                }
                for text in &report.rejected {
                    tracing::warn!(text, "the server above does not take entries");
                }
                failures = 0;
                let seen = node.changes();
                // What arrived meanwhile goes at once.
                if report.pushed + report.pulled == 0 || seen == before {
                    wait_for_entries(&node, seen).await;
                } else {
                    tokio::time::sleep(SOON).await;
                }
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                above.is_in_trouble(time_text(node.view().now()), error.to_string());
                let wait = patience(failures, chance());
                tracing::warn!(%error, wait_ms = wait.as_millis(), "the server above cannot be asked");
                tokio::time::sleep(wait).await;
            }
        }
    }
}

/// Waits until something was written or came in, or the time has come to ask for news.
async fn wait_for_entries(node: &Node, seen: u64) {
    let arrival = async {
        while node.changes() == seen {
            tokio::time::sleep(SOON).await;
        }
    };
    // Over when the time is: then it is asked for news all the same.
    let _news = tokio::time::timeout(EVERY, arrival).await;
}

/// How long to wait after so many failures: some part of a time that doubles, so that hubs that
/// lost their server together do not come back together.
fn patience(failures: u32, chance: u64) -> Duration {
    let doubled = 1_u64 << failures.min(10);
    let longest = Duration::from_secs(doubled).min(PATIENCE_MAX);
    let millis = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(chance % millis.max(1)) + SOON
}

fn chance() -> u64 {
    getrandom::u64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_has_an_end() {
        for failures in 1..100 {
            let wait = patience(failures, u64::MAX);
            assert!(wait >= SOON && wait <= PATIENCE_MAX + SOON, "{failures}");
        }
        assert!(patience(1, 1_999) < Duration::from_millis(2_300));
        assert!(patience(20, 59_999) > Duration::from_secs(59));
    }
}
