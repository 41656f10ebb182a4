//! Everything about alerts that is kept: channels, what each was told, and messages with what
//! became of them. And what to do next, as a machine without clock, randomness and I/O.
//!
//! **Invariant.** A channel has at most one message about conditions that waits: whatever happens
//! while its receiver is away goes into the next one. Nothing goes out in quiet hours that a person
//! did not ask for.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Now, Way};
use super::condition::Conditions;
use super::delivery::{Delivery, Outcome, State};
use super::message::{self, Message};
use super::story::{Change, Pace, Story};

/// The version of the file.
pub(super) const VERSION: u32 = 1;
/// So many messages that no longer wait are kept.
const KEPT_MAX: usize = 200;
/// So many channels there may be.
pub(crate) const CHANNELS_MAX: usize = 20;

/// A channel with its story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    pub(crate) channel: Channel,
    story: Story,
}

/// All of it, as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Book {
    version: u32,
    channels: BTreeMap<String, Kept>,
    /// The oldest first.
    deliveries: Vec<Delivery>,
    /// Messages that are being sent just now.
    #[serde(skip)]
    sending: BTreeSet<String>,
}

/// A message to send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(super) id: String,
    pub(super) way: Way,
    /// Who has it already.
    pub(super) taken_by: BTreeSet<String>,
    pub(super) subject: String,
    pub(super) body: String,
}

/// How a channel is, as the page shows it. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChannelState {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) way: &'static str,
    pub(crate) place: String,
    pub(crate) on: bool,
    pub(crate) reached: Option<u64>,
    pub(crate) failing: Option<u64>,
    /// How many conditions wait to be told.
    pub(crate) waiting: usize,
}

/// What a look at the conditions needs besides them.
pub(super) struct Look<'a> {
    pub(super) so: &'a Conditions,
    pub(super) now: Now,
    pub(super) pace: &'a Pace,
    /// The server's name.
    pub(super) node: &'a str,
    /// Gives ids that were never given before.
    pub(super) ids: &'a mut dyn FnMut() -> String,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            version: VERSION,
            channels: BTreeMap::new(),
            deliveries: Vec::new(),
            sending: BTreeSet::new(),
        }
    }
}

impl Book {
    pub(crate) fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.get(id).map(|kept| &kept.channel)
    }

    pub(crate) fn channel_count(&self) -> usize {
        self.channels.len()
    }

    /// Whether anybody is to be told anything.
    pub(super) fn is_on(&self) -> bool {
        self.channels.values().any(|kept| kept.channel.on)
    }

    /// All channels by name.
    pub(crate) fn states(&self) -> Vec<ChannelState> {
        let state = |(id, kept): (&String, &Kept)| ChannelState {
            id: id.clone(),
            name: kept.channel.name.clone(),
            way: kept.channel.way.word(),
            place: kept.channel.way.place(),
            on: kept.channel.on,
            reached: kept.story.reached,
            failing: kept.story.failing,
            waiting: kept.story.waiting(),
        };
        let mut states: Vec<ChannelState> = self.channels.iter().map(state).collect();
        states.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        states
    }

    /// Messages, the newest first.
    pub(crate) fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter().rev()
    }

    // What people do.

    /// Adds a channel, or changes it.
    pub(crate) fn set(&mut self, id: &str, channel: Channel, now: Timestamp) {
        match self.channels.get_mut(id) {
            Some(kept) => {
                // Whoever switches it off knows that it fails.
                kept.story.failing = kept.story.failing.filter(|_| channel.on);
                let is_off = !channel.on;
                kept.channel = channel;
                if is_off {
                    // When it is on again these would be old news.
                    self.give_up(id);
                }
            }
            None => {
                let story = Story::beginning(now);
                self.channels.insert(id.to_owned(), Kept { channel, story });
            }
        }
    }

    /// Takes a channel away; its messages wait no longer.
    pub(crate) fn remove(&mut self, id: &str) {
        self.channels.remove(id);
        self.give_up(id);
    }

    /// What waits for a channel waits no longer.
    fn give_up(&mut self, id: &str) {
        let own = self.deliveries.iter_mut().filter(|it| it.channel == id);
        for delivery in own.filter(|delivery| delivery.is_waiting()) {
            delivery.state = State::GivenUp;
            delivery.change = Change::default();
        }
    }

    /// Writes a message that only shows that it comes.
    pub(crate) fn test(&mut self, id: &str, node: &str, delivery_id: String, now: Now) {
        if let Some(kept) = self.channels.get(id) {
            let message = message::test(&kept.channel, node, now);
            let test = Delivery {
                by_hand: true,
                ..delivery(delivery_id, (id, &kept.channel), message, now.at)
            };
            self.deliveries.push(test);
        }
    }

    /// Sends a message once more; whether there is such a one, of a channel that is still there.
    pub(crate) fn again(&mut self, id: &str, now: Timestamp) -> bool {
        let mut found = self.deliveries.iter_mut();
        let Some(delivery) = found.find(|delivery| delivery.id == id) else {
            return false;
        };
        let is_there = self.channels.contains_key(&delivery.channel);
        if is_there {
            delivery.again(now);
        }
        is_there
    }

    // What happens by itself.

    /// Looks at what is so, writes the messages that are due, and gives those to send now.
    pub(super) fn look(&mut self, look: &mut Look<'_>) -> Vec<Job> {
        let now = look.now;
        let busy = self.channels.keys().filter(|id| self.is_busy(id));
        let busy: BTreeSet<String> = busy.cloned().collect();
        for (id, kept) in &mut self.channels {
            let Kept { channel, story } = kept;
            story.look(channel, look.so, now, look.pace);
            if busy.contains(id) || !channel.on {
                continue;
            }
            if let Some(change) = story.due(channel, now, look.pace) {
                let message = message::alert(channel, look.node, &change, look.so, now);
                let new = delivery((look.ids)(), (id, channel), message, now.at);
                self.deliveries.push(Delivery { change, ..new });
            }
        }
        self.trim();
        self.due(now)
    }

    /// The messages whose time has come; they count as being sent.
    fn due(&mut self, now: Now) -> Vec<Job> {
        let mut jobs = Vec::new();
        for delivery in self.deliveries.iter().filter(|it| it.is_waiting()) {
            let is_time = self.send_at(delivery, now).is_some_and(|at| at <= now.at);
            if let Some(channel) = self.channel(&delivery.channel).filter(|_| is_time) {
                jobs.push(Job {
                    id: delivery.id.clone(),
                    way: channel.way.clone(),
                    taken_by: delivery.taken_by.clone(),
                    subject: delivery.subject.clone(),
                    body: delivery.body.clone(),
                });
            }
        }
        self.sending.extend(jobs.iter().map(|job| job.id.clone()));
        jobs
    }

    /// Notes what came of a try.
    pub(super) fn tried(
        &mut self,
        id: &str,
        outcome: &Outcome,
        (now, chance): (Timestamp, u64),
        pace: &Pace,
    ) {
        self.sending.remove(id);
        let mut found = self.deliveries.iter_mut();
        let Some(delivery) = found.find(|it| it.id == id && it.is_waiting()) else {
            // Its channel was taken away meanwhile.
            return;
        };
        delivery.tried(outcome, now, pace, chance);
        let Some(kept) = self.channels.get_mut(&delivery.channel) else {
            return;
        };
        let Kept { channel, story } = kept;
        match delivery.state {
            State::Delivered => {
                story.learn(&delivery.change);
                story.reached = Some(now.millis());
                (story.failing, story.held) = (None, None);
            }
            State::Gone => channel.on = false,
            State::GivenUp => {
                story.held = Some(delivery.next);
                if !delivery.taken_by.is_empty() {
                    // Whoever has it would hear it anew.
                    story.learn(&delivery.change);
                }
            }
            State::Waiting => {}
        }
        if delivery.state != State::Delivered {
            story.failing.get_or_insert(now.millis());
        }
        if !delivery.is_waiting() {
            delivery.change = Change::default();
        }
    }

    /// Keeps the newest messages, and all that wait.
    fn trim(&mut self) {
        let done = self.deliveries.iter().filter(|it| !it.is_waiting()).count();
        let mut surplus = done.saturating_sub(KEPT_MAX);
        self.deliveries.retain(|delivery| {
            let goes = surplus > 0 && !delivery.is_waiting();
            surplus = surplus.saturating_sub(usize::from(goes));
            !goes
        });
    }

    /// When to look next, if there is no news before.
    pub(super) fn next(&self, now: Now, pace: &Pace) -> Option<Timestamp> {
        let on = self.channels.iter().filter(|(_, kept)| kept.channel.on);
        let told = on.filter(|(id, _)| !self.is_busy(id));
        let told = told.filter_map(|(_, kept)| kept.story.next(&kept.channel, now, pace));
        let waiting = self.deliveries.iter().filter(|it| it.is_waiting());
        let sent = waiting.filter_map(|delivery| self.send_at(delivery, now));
        told.chain(sent).min()
    }

    /// Whether a message about conditions is on its way to this channel.
    fn is_busy(&self, channel: &str) -> bool {
        let mut own = self.deliveries.iter().filter(|it| it.channel == channel);
        own.any(|it| it.is_waiting() && !it.change.is_empty())
    }

    /// When a message that waits may be sent; none while it is being sent, or its channel is off.
    fn send_at(&self, delivery: &Delivery, now: Now) -> Option<Timestamp> {
        let channel = self.channel(&delivery.channel)?;
        if self.sending.contains(&delivery.id) || !(channel.on || delivery.by_hand) {
            return None;
        }
        // A clock that was ahead when it was tried, and is right now, holds up nothing.
        let was_ahead = delivery.tried.is_some_and(|tried| tried > now.at.millis());
        let next = if was_ahead {
            now.at
        } else {
            Timestamp::from_millis(delivery.next)
        };
        let quiet = channel.quiet.filter(|quiet| quiet.holds(now));
        let quiet = quiet.filter(|_| !delivery.by_hand);
        Some(quiet.map_or(next, |quiet| next.max(now.next(quiet.to))))
    }
}

/// A new message that waits to be sent.
fn delivery(id: String, (to, channel): (&str, &Channel), said: Message, at: Timestamp) -> Delivery {
    let now = at.millis();
    Delivery {
        id,
        channel: to.to_owned(),
        name: channel.name.clone(),
        made: now,
        by_hand: false,
        subject: said.subject,
        body: said.body,
        change: Change::default(),
        state: State::Waiting,
        asked: now,
        tries: 0,
        tried: None,
        answer: None,
        taken_by: BTreeSet::new(),
        next: now,
    }
}

#[cfg(test)]
mod tests;
