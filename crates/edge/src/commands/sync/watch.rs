//! `stock sync --watch`: carries out what [`Watch`] decides, for weeks.
//!
//! **Invariant.** The store is open only while it syncs or counts what is not sent, and nothing is
//! waited for meanwhile that somebody else could be kept from the store by: before it opens the
//! store it asks whether the server is there, and where the network stops answering in the middle,
//! it lets go of the store as soon as somebody wants it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ledger_core::Timestamp;
use ledger_node::watch::{Decision, Event, Watch};
use ledger_node::{Node, NodeError, SyncReport, SystemClock, Waiter, WallClock as _};
use tokio::time::{Instant, sleep, timeout};

use super::outside::{Outside, failure};
use super::signs::Signs;
use super::stop::Stop;
use super::told::{What, line};
use super::waiting::{Ended, greeted, synced, wait};
use super::{Unsent, runtime};
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::turn;

/// How often to look, while it syncs, whether somebody wants the store.
const WANTED_TICK: Duration = Duration::from_millis(250);
/// So often somebody must have wanted it.
const WANTED_TICKS: u32 = 3;
/// A server that was there so recently need not be asked again.
const GREETED: Duration = Duration::from_secs(30);
/// So often the store may be in use before that is said.
const BUSY_SAID: u32 = 6;
/// How long the end of a watch waits for a look at what is not sent.
const GOODBYE: Duration = Duration::from_secs(2);

/// Runs until it is told to stop.
pub(super) fn run(context: &Context) -> Result<Answer, Failure> {
    let store = context.existing_store()?;
    let only = turn::watch(&store).map_err(|error| Failure::io("the watch's lock", &error))?;
    let Some(_only) = only else {
        let text = "another watch runs on this store already";
        let hint = "one is enough: see what it says, or stop it";
        return Err(Failure::new("watch-running", text).hint(hint));
    };
    // Whoever belongs to no server is told so at once.
    Waiter::of_store(&store)?;
    runtime()?.block_on(async {
        let mut stop = Stop::listen()?;
        let mut driver = Driver::new(context, store);
        driver.recount();
        driver.say(What::Started)?;
        tokio::select! {
            ended = driver.go_on() => ended?,
            () = stop.wished() => {}
        }
        drop(timeout(GOODBYE, driver.count_at_the_end()).await);
        driver.say(What::Stopped)
    })?;
    Ok(Answer::new(""))
}

/// A watch with what it has seen so far.
struct Driver<'a> {
    context: &'a Context,
    store: PathBuf,
    watch: Watch,
    /// What the store looked like when it was last open here.
    seen: Signs,
    outside: Outside,
    /// What is not sent, once it was counted.
    unsent: Option<Unsent>,
    /// What the store looked like when that was counted.
    counted: Option<Signs>,
    /// Hears of news; only while in step.
    waiter: Option<Waiter>,
    /// Has said hello then, before it met a store in use.
    greeted: Option<(Instant, Waiter)>,
    /// How often in a row another program had the store.
    busy: u32,
}

impl<'a> Driver<'a> {
    fn new(context: &'a Context, store: PathBuf) -> Self {
        Self {
            context,
            watch: Watch::begin(SystemClock.now()),
            seen: Signs::of(&store),
            outside: Outside::now(),
            unsent: None,
            counted: None,
            waiter: None,
            greeted: None,
            busy: 0,
            store,
        }
    }

    fn say(&self, what: What<'_>) -> Result<(), Failure> {
        let (now, json) = (SystemClock.now(), self.context.json());
        line(what, now, &self.watch, self.unsent.as_ref(), json)
    }

    fn on(&mut self, event: Event) {
        let now = SystemClock.now();
        self.watch.on(now, event, ledger_node::any_number());
    }

    async fn go_on(&mut self) -> Result<(), Failure> {
        loop {
            self.look()?;
            match self.watch.decide(SystemClock.now()) {
                Decision::Sync => self.round().await?,
                Decision::Wait { until, .. } => self.pause(until).await?,
            }
        }
    }

    /// Takes note of what happened outside; says whether anything did.
    fn look(&mut self) -> Result<bool, Failure> {
        let mut happened = self.look_at_switch()?;
        let now = Signs::of(&self.store);
        if self.seen.keys_changed(&now) {
            self.greeted = None;
            self.on(Event::KeysChanged);
            happened = true;
        }
        if self.seen.wrote(&now) {
            self.on(Event::Wrote);
            happened = true;
        }
        self.seen = now;
        if let Some(event) = self.outside.look_at_networks() {
            self.greeted = None;
            self.on(event);
            happened = true;
        }
        Ok(happened)
    }

    fn look_at_switch(&mut self) -> Result<bool, Failure> {
        let Some(event) = self.outside.look_at_switch(&self.store) else {
            return Ok(false);
        };
        let is_off = self.outside.offline().is_some();
        self.on(event);
        if is_off {
            self.waiter = None;
            self.recount();
            self.say(What::Offline)?;
        } else {
            self.say(What::Online)?;
        }
        Ok(true)
    }

    /// Waits until then, or until something happens.
    async fn pause(&mut self, until: Timestamp) -> Result<(), Failure> {
        let mut waiter = self.waiter.take();
        let ended = wait(&mut waiter, until, async |tick| {
            sleep(tick).await;
            match self.look() {
                Ok(happened) => {
                    let is_due = self.watch.decide(SystemClock.now()) == Decision::Sync;
                    (happened || is_due).then_some(Ok(()))
                }
                Err(failure) => Some(Err(failure)),
            }
        })
        .await;
        match ended {
            Ended::News => {
                self.on(Event::News);
                Ok(())
            }
            Ended::Gone(error) => self.failed(&error),
            Ended::Other(looked) => {
                self.waiter = waiter.filter(|_| self.outside.offline().is_none());
                looked
            }
        }
    }

    /// One try to sync, from asking for the server to saying what came of it.
    async fn round(&mut self) -> Result<(), Failure> {
        self.waiter = None;
        let (greeted, mut waiter) = match self.greet().await {
            Ok(greeted) => greeted,
            Err(error) => return self.failed(&error),
        };
        // From before the store is opened until it is closed, so that others know what they wait for.
        let turn = turn::sync(&self.store);
        let node = match self.context.open_if_free(&self.store) {
            Ok(node) => node,
            Err(error) if error.code() == "store-in-use" => {
                self.greeted = Some((greeted, waiter));
                return self.busy();
            }
            Err(error) => return self.failed(&error),
        };
        self.busy = 0;
        let had = self.sync(&node, &mut waiter).await;
        self.leave(node);
        drop(turn);
        match had {
            Ok(Some(report)) => self.synced(&report, waiter),
            Ok(None) => self.busy(),
            Err(error) => self.failed(&error),
        }
    }

    /// Asks whether the server is there, unless it just was.
    async fn greet(&mut self) -> Result<(Instant, Waiter), NodeError> {
        let known = self.greeted.take();
        if let Some(known) = known.filter(|(then, _)| then.elapsed() < GREETED) {
            return Ok(known);
        }
        let waiter = greeted(&self.store).await?;
        Ok((Instant::now(), waiter))
    }

    /// Syncs a store that is open; nothing comes of it when somebody else wanted the store and the
    /// network was slow.
    async fn sync(
        &self,
        node: &Node,
        waiter: &mut Waiter,
    ) -> Result<Option<SyncReport>, NodeError> {
        let report = tokio::select! {
            synced = async { node.sync(&mut |_| {}).await } => synced?,
            () = wanted(&self.store) => return Ok(None),
        };
        waiter.stand_where(node)?;
        Ok(Some(report))
    }

    /// Closes the store. What it looks like is noted before, so that whoever writes into it as soon
    /// as it is free is seen.
    fn leave(&mut self, node: Node) {
        if let Ok(unsent) = Unsent::of(&node) {
            self.unsent = Some(unsent);
        }
        self.seen = Signs::of(&self.store);
        self.counted = Some(self.seen.clone());
        // All that was written is durable, and the next opening says what is wrong.
        drop(node.close());
    }

    fn synced(&mut self, report: &SyncReport, waiter: Waiter) -> Result<(), Failure> {
        self.on(synced(report, &waiter));
        self.waiter = Some(waiter);
        self.say(What::Synced(report))
    }

    fn failed(&mut self, error: &NodeError) -> Result<(), Failure> {
        self.greeted = None;
        self.busy = 0;
        self.on(failure(error));
        self.recount();
        self.say(What::Failed)
    }

    fn busy(&mut self) -> Result<(), Failure> {
        self.busy = self.busy.saturating_add(1);
        self.on(Event::Busy);
        if self.busy == BUSY_SAID {
            self.say(What::Waiting)?;
        }
        Ok(())
    }

    /// Counts what is not sent, where somebody wrote since the last time and the store is free.
    fn recount(&mut self) {
        if self.counted.as_ref() == Some(&Signs::of(&self.store)) {
            return;
        }
        let _turn = turn::sync(&self.store);
        if let Ok(node) = self.context.open_if_free(&self.store) {
            let seen = self.seen.clone();
            self.leave(node);
            // What is noticed by it is still to be taken note of.
            self.seen = seen;
        }
    }

    /// Counts for the last line; a sync that was cut off may be about to let go of the store.
    async fn count_at_the_end(&mut self) {
        while self.counted.as_ref() != Some(&Signs::of(&self.store)) {
            self.recount();
            sleep(WANTED_TICK).await;
        }
    }
}

/// Returns when somebody has wanted the store for a while.
async fn wanted(store: &Path) {
    let mut ticks = 0_u32;
    while ticks < WANTED_TICKS {
        sleep(WANTED_TICK).await;
        ticks = if turn::is_wanted(store) {
            ticks.saturating_add(1)
        } else {
            0
        };
    }
}
