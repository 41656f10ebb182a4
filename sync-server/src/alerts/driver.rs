//! The task behind alerts: looks when there is news or the time has come, and sends.
//!
//! A message is sent by a task of its own, so that a slow receiver holds up nobody else.

use std::time::Duration;

use chrono_tz::Tz;
use ledger_core::Timestamp;
use ledger_node::{Node, View};
use reqwest::Client;
use tokio::sync::watch;

use super::book::{Book, Job, Look};
use super::channel::{Now, Way};
use super::condition::{Conditions, conditions};
use super::delivery::Outcome;
use super::story::Pace;
use super::{email, webhook};
use crate::app::{App, CLOSED};
use crate::problem::Problem;

/// How long is waited at most: devices fall behind without any news, and clocks are set.
const LOOK_AFTER: Duration = Duration::from_secs(5 * 60);

/// Tells what is to be told, until the server stops.
pub(crate) async fn run(app: App, pace: Pace) {
    let client = match webhook::client() {
        Ok(client) => client,
        Err(fault) => {
            tracing::error!(fault.text, "there are no alerts");
            return;
        }
    };
    let driver = Driver { app, client, pace };
    let mut changes = driver.app.changes();
    loop {
        let wait = driver.turn().await.unwrap_or_else(|problem| {
            tracing::warn!(problem.detail, "alerts wait");
            LOOK_AFTER
        });
        if !driver.wait(wait, &mut changes).await {
            return;
        }
    }
}

struct Driver {
    app: App,
    client: Client,
    pace: Pace,
}

impl Driver {
    /// Looks once, and begins to send; how long it may be until the next look.
    async fn turn(&self) -> Result<Duration, Problem> {
        let alerts = self.app.alerts();
        if !alerts.read(|book| book.is_on() || book.deliveries().any(|it| it.is_waiting())) {
            return Ok(LOOK_AFTER);
        }
        let look = |view: &View<'_>| Ok((now_of(view), view.name(), conditions(view)));
        let (now, node, so) = self.app.look(look).await?;
        let pace = self.pace;
        let looked = alerts.keep(move |book| Ok(look_at(book, &so, (now, &node), &pace)));
        let (jobs, next) = looked.await?;
        for job in jobs {
            let sending = send(self.app.clone(), self.client.clone(), job, self.pace);
            // It notes itself what comes of it.
            drop(tokio::spawn(sending));
        }
        let wait = next.map(|next| next.millis().saturating_sub(now.at.millis()));
        Ok(wait.map_or(LOOK_AFTER, Duration::from_millis))
    }

    /// Waits for news, for a change of the settings or for the time; whether it goes on.
    async fn wait(&self, wait: Duration, changes: &mut watch::Receiver<u64>) -> bool {
        let soon = Duration::from_millis(self.pace.look_millis_min);
        let changed = || self.app.alerts().shared.changed.notified();
        tokio::select! {
            heard = changes.changed() => {
                if heard.is_err() || *changes.borrow_and_update() == CLOSED {
                    return false;
                }
                // What comes close together is looked at together.
                tokio::select! {
                    () = tokio::time::sleep(soon) => {}
                    () = changed() => {}
                }
            }
            () = changed() => {}
            () = tokio::time::sleep(wait.clamp(soon, LOOK_AFTER)) => {}
        }
        *changes.borrow() != CLOSED
    }
}

fn look_at(
    book: &mut Book,
    so: &Conditions,
    (now, node): (Now, &str),
    pace: &Pace,
) -> (Vec<Job>, Option<Timestamp>) {
    let jobs = book.look(&mut Look {
        so,
        now,
        pace,
        node,
        ids: &mut new_id,
    });
    (jobs, book.next(now, pace))
}

/// The moment and the zone of the house.
pub(crate) fn now_of(view: &View<'_>) -> Now {
    let zone = view.time_zone().and_then(|zone| zone.parse().ok());
    Now {
        at: view.now(),
        zone: zone.unwrap_or(Tz::UTC),
    }
}

/// An id for a message; the same never comes again.
pub(crate) fn new_id() -> String {
    let number = || getrandom::u64().unwrap_or_default();
    format!("msg_{:016x}{:016x}", number(), number())
}

/// Sends a message, and notes what came of it.
async fn send(app: App, client: Client, job: Job, pace: Pace) {
    let Ok(now) = app.work(Node::now).await else {
        return;
    };
    let outcome = match &job.way {
        Way::Webhook { url, secret } => {
            let said = (job.id.as_str(), job.body.as_str());
            webhook::send(&client, (url, secret), said, now).await
        }
        Way::Email(mail) => email::send(mail, &job).await,
    };
    match &outcome {
        Outcome::Taken(answer) => tracing::info!(id = job.id, answer, "an alert was taken"),
        Outcome::Gone(answer) => {
            tracing::warn!(id = job.id, answer, "a receiver wants no more alerts");
        }
        Outcome::Failed(answer) | Outcome::Partly { answer, .. } => {
            tracing::warn!(id = job.id, answer, "an alert did not get through");
        }
    }
    let Ok(now) = app.work(Node::now).await else {
        return;
    };
    let chance = getrandom::u64().unwrap_or_default();
    let note = move |book: &mut Book| book.tried(&job.id, &outcome, (now, chance), &pace);
    app.alerts().note(note).await;
}
