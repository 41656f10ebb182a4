//! The line to the server while the screen is open: it syncs when something was written, when a
//! network comes, when there is news, and when somebody asks; what fails is tried again, later and
//! later. Scanning never waits for it: both have the same node, and a sync holds it for moments.
//!
//! When is what `ledger_node::watch` decides, as for `stock sync --watch`.

use std::path::Path;
use std::sync::mpsc::Sender;

use ledger_core::Timestamp;
use ledger_node::watch::{Decision, Event, Reason, Trouble, Watch};
use ledger_node::{Node, NodeError, SyncProgress, SyncReport, SystemClock, Waiter, WallClock as _};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::Happened;
use super::view::Link;
use crate::commands::sync::{
    Ended, Outside, Stop, failure, greeted, not_taken, runtime, synced, wait,
};

/// A sync of fewer entries shows no progress.
const SHOWN_FROM: u64 = 1_000;

/// What the screen asks of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Something was written.
    Wrote,
    /// Sync at once.
    Now,
    /// The switch is another way.
    Switched,
}

/// How it stands with the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) link: Link,
    /// What is going on, or what is the matter.
    pub(super) text: Option<String>,
    /// When it is tried again.
    pub(super) until: Option<Timestamp>,
}

impl Told {
    /// Before anything was tried.
    pub(super) const fn asking() -> Self {
        Self::plain(Link::Asking)
    }

    const fn plain(link: Link) -> Self {
        Self {
            link,
            text: None,
            until: None,
        }
    }

    /// What a watch would say; none while it is about to sync.
    fn of(watch: &Watch, now: Timestamp) -> Option<Self> {
        let Decision::Wait { until, reason } = watch.decide(now) else {
            return None;
        };
        Some(match reason {
            Reason::Begun | Reason::Busy => Self::asking(),
            Reason::InStep { .. } => Self::plain(Link::Online),
            Reason::Behind => Self {
                text: Some("not yet all at the server".to_owned()),
                until: Some(until),
                ..Self::plain(Link::Online)
            },
            Reason::Offline { .. } => Self::plain(Link::Off),
            Reason::Failed { trouble, text } => Self {
                link: match trouble {
                    Trouble::Unreachable => Link::Offline,
                    Trouble::Refused | Trouble::Device => Link::Refused,
                },
                text: Some(text),
                until: Some(until),
            },
        })
    }
}

/// How far a sync is, in words; none where it is over before anybody could read that.
pub(super) fn progress_text(progress: SyncProgress) -> Option<String> {
    let SyncProgress { pulled, behind, .. } = progress;
    (behind >= SHOWN_FROM).then(|| format!("receiving {pulled} of {behind}"))
}

/// Keeps the line until nobody wishes anything any more, or until the program is told to stop.
pub(super) fn keep(
    node: &Node,
    store: &Path,
    wishes: UnboundedReceiver<Wish>,
    happened: &Sender<Happened>,
) {
    let kept = runtime().and_then(|runtime| {
        runtime.block_on(async {
            let mut stop = Stop::listen()?;
            let mut keeper = Keeper {
                node,
                store,
                wishes,
                happened,
                watch: Watch::begin(SystemClock.now()),
                outside: Outside::now(),
                waiter: None,
                told: Told::asking(),
            };
            tokio::select! {
                () = keeper.go_on() => {}
                () = stop.wished() => keeper.say(Happened::Stop),
            }
            Ok(())
        })
    });
    if let Err(failure) = kept {
        drop(happened.send(Happened::Notice(failure.text)));
    }
}

struct Keeper<'a> {
    node: &'a Node,
    store: &'a Path,
    wishes: UnboundedReceiver<Wish>,
    happened: &'a Sender<Happened>,
    watch: Watch,
    outside: Outside,
    /// Hears of news; only while in step.
    waiter: Option<Waiter>,
    told: Told,
}

impl Keeper<'_> {
    fn say(&self, happens: Happened) {
        // A screen that is gone hears nothing.
        drop(self.happened.send(happens));
    }

    fn tell(&mut self, told: Told) {
        if told != self.told {
            self.told = told;
            self.say(Happened::Link(self.told.clone()));
        }
    }

    fn on(&mut self, event: Event) {
        let now = SystemClock.now();
        self.watch.on(now, event, ledger_node::any_number());
    }

    async fn go_on(&mut self) {
        if self.node.server_url().is_none() {
            self.tell(Told::plain(Link::Alone));
            while self.wishes.recv().await.is_some() {}
            return;
        }
        loop {
            self.look();
            let now = SystemClock.now();
            if let Some(told) = Told::of(&self.watch, now) {
                self.tell(told);
            }
            let goes_on = match self.watch.decide(now) {
                Decision::Sync => self.round().await,
                Decision::Wait { until, .. } => self.pause(until).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Takes note of what happened outside; says whether anything did.
    fn look(&mut self) -> bool {
        let switched = self.outside.look_at_switch(self.store);
        let events = [switched, self.outside.look_at_networks()];
        let mut happened = false;
        for event in events.into_iter().flatten() {
            self.on(event);
            happened = true;
        }
        if self.outside.offline().is_some() {
            self.waiter = None;
        }
        happened
    }

    /// Takes a wish while nothing goes on; false at the end of all wishes.
    fn wished(&mut self, wish: Option<Wish>) -> bool {
        match wish {
            None => return false,
            Some(Wish::Wrote) => self.on(Event::Wrote),
            Some(Wish::Now) => self.on(Event::Asked),
            Some(Wish::Switched) => {
                self.look();
            }
        }
        true
    }

    /// Waits until then, or until something happens; false at the end of all wishes.
    async fn pause(&mut self, until: Timestamp) -> bool {
        let mut waiter = self.waiter.take();
        let ended = wait(&mut waiter, until, async |tick| {
            tokio::select! {
                wish = self.wishes.recv() => return Some(self.wished(wish)),
                () = sleep(tick) => {}
            }
            let happened = self.look();
            let is_due = self.watch.decide(SystemClock.now()) == Decision::Sync;
            (happened || is_due).then_some(true)
        })
        .await;
        match ended {
            Ended::News => self.on(Event::News),
            Ended::Gone(error) => self.on(failure(&error)),
            Ended::Other(goes_on) => {
                self.waiter = waiter.filter(|_| self.outside.offline().is_none());
                return goes_on;
            }
        }
        true
    }

    /// One try to sync; false at the end of all wishes.
    async fn round(&mut self) -> bool {
        let waiter = self.waiter.take();
        let (node, store) = (self.node, self.store);
        let (happened, link) = (self.happened.clone(), self.told.link);
        let mut progress = move |progress: SyncProgress| {
            if let Some(text) = progress_text(progress) {
                let text = Some(text);
                let told = Told {
                    text,
                    ..Told::plain(link)
                };
                drop(happened.send(Happened::Link(told)));
            }
        };
        let syncs = sync(node, store, waiter, &mut progress);
        tokio::pin!(syncs);
        let mut wrote = false;
        let done = loop {
            tokio::select! {
                done = &mut syncs => break Some(done),
                wish = self.wishes.recv() => match wish {
                    None => return false,
                    Some(Wish::Wrote) => wrote = true,
                    Some(Wish::Now) => {}
                    Some(Wish::Switched) => {
                        self.look();
                        if self.outside.offline().is_some() {
                            break None;
                        }
                    }
                },
            }
        };
        match done {
            Some(Ok((report, waiter))) => self.synced(&report, waiter),
            Some(Err(error)) => self.on(failure(&error)),
            None => {}
        }
        if wrote {
            self.on(Event::Wrote);
        }
        // What was shown of the progress is over, also when nothing else is to be said.
        self.told = Told::of(&self.watch, SystemClock.now()).unwrap_or_else(|| self.told.clone());
        self.say(Happened::Link(self.told.clone()));
        true
    }

    fn synced(&mut self, report: &SyncReport, waiter: Waiter) {
        self.on(synced(report, &waiter));
        self.waiter = Some(waiter);
        if let Some(rejected) = report.rejected.first() {
            self.say(Happened::Notice(not_taken(rejected)));
        }
    }
}

/// Syncs, and gives who hears of news from there on.
async fn sync(
    node: &Node,
    store: &Path,
    waiter: Option<Waiter>,
    progress: &mut (dyn FnMut(SyncProgress) + Send),
) -> Result<(SyncReport, Waiter), NodeError> {
    let mut waiter = match waiter {
        Some(waiter) => waiter,
        None => greeted(store).await?,
    };
    let report = node.sync(progress).await?;
    waiter.stand_where(node)?;
    Ok((report, waiter))
}
