//! What a watch says: a line about each thing that it does, for people or for programs.

use ledger_core::Timestamp;
use ledger_node::SyncReport;
use ledger_node::watch::{Decision, Reason, Watch};
use serde_json::json;

use super::{Unsent, not_taken};
use crate::report::{self, Failure};
use crate::time;

/// One thing that a watch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What<'a> {
    Started,
    Synced(&'a SyncReport),
    Failed,
    Waiting,
    Offline,
    Online,
    Stopped,
}

impl What<'_> {
    const fn word(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Synced(_) => "synced",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Offline => "offline",
            Self::Online => "online",
            Self::Stopped => "stopped",
        }
    }
}

/// The line about it, with why the watch waits now and until when.
pub(super) fn line(
    what: What<'_>,
    now: Timestamp,
    watch: &Watch,
    unsent: Option<&Unsent>,
    json: bool,
) -> Result<(), Failure> {
    let zone = time::local_zone();
    let at = |moment| time::short_moment(moment, now, zone);
    let (reason, next) = match watch.decide(now) {
        Decision::Sync => (None, Some(now)),
        Decision::Wait { until, reason } => {
            // Until when it is offline, a person knows.
            let next = !matches!(reason, Reason::Offline { .. });
            (Some(reason.told(now, until, &at)), next.then_some(until))
        }
    };
    let ends = what == What::Stopped;
    let said = Said {
        what,
        reason: reason.filter(|_| !ends),
        next: next.filter(|_| !ends),
        unsent,
    };
    if json {
        return report::line(&said.json(now));
    }
    let stamp = time::stamp(now, zone);
    report::line(&format!("{stamp}  {}", said.text()))
}

/// What a line says.
struct Said<'a> {
    what: What<'a>,
    reason: Option<String>,
    next: Option<Timestamp>,
    unsent: Option<&'a Unsent>,
}

impl Said<'_> {
    const fn report(&self) -> Option<&SyncReport> {
        if let What::Synced(report) = self.what {
            Some(report)
        } else {
            None
        }
    }

    fn json(&self, now: Timestamp) -> String {
        let (report, unsent) = (self.report(), self.unsent);
        json!({
            "at": ledger_node::time_text(now),
            "event": self.what.word(),
            "pushed": report.map(|report| report.pushed),
            "pulled": report.map(|report| report.pulled),
            "pending": unsent.map(|unsent| unsent.pending),
            "oldest_pending": unsent.and_then(|unsent| unsent.oldest_pending.as_ref()),
            "rejected": report.map(|report| &report.rejected),
            "reason": self.reason,
            "next": self.next.map(ledger_node::time_text),
        })
        .to_string()
    }

    fn text(&self) -> String {
        let done = match self.what {
            What::Synced(report) => {
                let SyncReport { pushed, pulled, .. } = report;
                let rejected = report.rejected.iter().map(|why| not_taken(why));
                let mut told = vec![format!("{pushed} sent, {pulled} received")];
                told.extend(rejected);
                Some(told.join("; "))
            }
            What::Started => Some("watching".to_owned()),
            What::Online => Some("online again".to_owned()),
            What::Stopped => Some("stopped".to_owned()),
            What::Failed | What::Waiting | What::Offline => None,
        };
        let unsent = self.unsent.and_then(Unsent::told);
        let parts = [done, self.reason.clone(), unsent];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_the_server_did_not_take_is_told() {
        let report = SyncReport {
            pushed: 1,
            pulled: 0,
            synced: false,
            at_hub: false,
            rejected: vec!["HH-1 is revoked".to_owned()],
            server: String::new(),
            took_ms: 1,
        };
        let said = Said {
            what: What::Synced(&report),
            reason: None,
            next: None,
            unsent: None,
        };
        let told = "1 sent, 0 received; not taken, and kept here: HH-1 is revoked";
        assert_eq!(said.text(), told);
        let line: Value = serde_json::from_str(&said.json(Timestamp::ZERO)).unwrap();
        assert_eq!(line["rejected"], json!(["HH-1 is revoked"]));
    }
}
