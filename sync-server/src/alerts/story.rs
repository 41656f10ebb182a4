//! What a channel's receiver was told so far, and what is to be told next.
//!
//! No clock, no I/O: it is shown what is so, and says what differs from what was told. **Invariant.**
//! What begins and lasts is told once: it counts as told when its message was taken, and not before.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::channel::{Channel, DayTime, Now};
use super::condition::{Condition, Conditions, Kind};

/// How long things take; tests have shorter times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// How long something lasts before it is told, so that what comes with it goes along.
    pub(crate) begin_millis: u64,
    /// How long something is over before that is told: what comes and goes is told once.
    pub(crate) end_millis: u64,
    /// The pause after the first try that failed; each one after it is longer.
    pub(crate) pause_millis_min: u64,
    pub(crate) pause_millis_max: u64,
    /// How long one message is tried.
    pub(crate) patience_millis: u64,
    /// How soon after news is looked again.
    pub(crate) look_millis_min: u64,
}

impl Pace {
    pub(crate) const USUAL: Self = Self {
        begin_millis: 30_000,
        end_millis: 10 * 60_000,
        pause_millis_min: 15_000,
        pause_millis_max: 60 * 60_000,
        patience_millis: 2 * 24 * 60 * 60_000,
        look_millis_min: 5_000,
    };

    /// The usual one, scaled so that something is told after so many milliseconds.
    pub(crate) const fn of_begin(millis: u64) -> Self {
        Self {
            begin_millis: millis,
            end_millis: millis,
            pause_millis_min: millis,
            pause_millis_max: millis.saturating_mul(4),
            look_millis_min: millis,
            ..Self::USUAL
        }
    }
}

/// What a message tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    pub(super) began: BTreeSet<Condition>,
    pub(super) ended: BTreeSet<Condition>,
}

impl Change {
    pub(super) fn is_empty(&self) -> bool {
        self.began.is_empty() && self.ended.is_empty()
    }
}

/// A difference between what was told and what is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Differs {
    began: bool,
    since: Timestamp,
}

/// One channel's part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Story {
    told: BTreeSet<Condition>,
    /// Up to when a digest has said everything, in milliseconds.
    digested: u64,
    /// When the last message was taken, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) reached: Option<u64>,
    /// Since when nothing gets through, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) failing: Option<u64>,
    /// Until when no new message is begun, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) held: Option<u64>,
    /// Not kept: after a start it settles anew.
    #[serde(skip)]
    differs: BTreeMap<Condition, Differs>,
}

impl Story {
    /// A story that begins now: everything that is so is news.
    pub(super) fn beginning(now: Timestamp) -> Self {
        Self {
            digested: now.millis(),
            ..Self::default()
        }
    }

    /// How much waits to be told.
    pub(super) fn waiting(&self) -> usize {
        self.differs.len()
    }

    /// Looks at what is so.
    pub(super) fn look(&mut self, channel: &Channel, so: &Conditions, now: Now, pace: &Pace) {
        self.forget_future(now, pace);
        let taken = |condition: &Condition| {
            let fact = so.get(condition);
            fact.is_some_and(|fact| channel.takes(condition, fact, now))
        };
        self.told.retain(|told| channel.kinds.contains(&told.kind));
        let mut differs = BTreeMap::new();
        for condition in so.keys().filter(|condition| taken(condition)) {
            if !self.told.contains(condition) {
                differs.insert(condition.clone(), true);
            }
        }
        for condition in &self.told {
            // An item that went from low to out is told as out, and not that low is over; one that
            // went from out to low is told as low, where the channel hears of that.
            let is_told_as = |other: &Condition| {
                let is_heard = other.kind == Kind::Out || channel.kinds.contains(&other.kind);
                is_heard && so.contains_key(other)
            };
            let other = condition.other_level();
            if !taken(condition) && !other.as_ref().is_some_and(is_told_as) {
                differs.insert(condition.clone(), false);
            }
        }
        let before = std::mem::take(&mut self.differs);
        let since = |condition: &Condition, began: bool| {
            let known = before.get(condition).filter(|known| known.began == began);
            known.map_or(now.at, |known| known.since)
        };
        let differs = differs.into_iter().map(|(condition, began)| {
            let since = since(&condition, began);
            (condition, Differs { began, since })
        });
        self.differs = differs.collect();
        if !channel.tells_end {
            self.forget_ended(now, pace);
        }
    }

    /// What a clock wrote that was ahead and is right now holds up nothing.
    fn forget_future(&mut self, now: Now, pace: &Pace) {
        let now = now.at.millis();
        self.digested = self.digested.min(now);
        let held_max = now.saturating_add(pace.pause_millis_max);
        self.held = self.held.filter(|held| *held <= held_max);
        self.differs
            .retain(|_, differs| differs.since.millis() <= now);
    }

    fn forget_ended(&mut self, now: Now, pace: &Pace) {
        let ended = self.ripe(now, pace).ended;
        self.told.retain(|told| !ended.contains(told));
        self.differs
            .retain(|condition, differs| differs.began || !ended.contains(condition));
    }

    /// The differences that have lasted.
    fn ripe(&self, now: Now, pace: &Pace) -> Change {
        let mut change = Change::default();
        for (condition, differs) in &self.differs {
            if ripe_at(*differs, pace) <= now.at {
                let told = if differs.began {
                    &mut change.began
                } else {
                    &mut change.ended
                };
                told.insert(condition.clone());
            }
        }
        change
    }

    /// What is to be told now; a digest that has nothing to say is over with that.
    pub(super) fn due(&mut self, channel: &Channel, now: Now, pace: &Pace) -> Option<Change> {
        let is_held = self.held.is_some_and(|held| now.at.millis() < held);
        if is_held || channel.is_quiet(now) {
            return None;
        }
        let digested = self.digested;
        let is_told = |time: DayTime| now.last(time).millis() <= digested;
        if channel.daily.is_some_and(is_told) {
            return None;
        }
        let change = self.ripe(now, pace);
        // After a start nothing has lasted yet: the digest waits for it.
        if !change.is_empty() || self.differs.is_empty() {
            self.digested = now.at.millis();
        }
        (!change.is_empty()).then_some(change)
    }

    /// A message was taken: this is told.
    pub(super) fn learn(&mut self, change: &Change) {
        for condition in &change.began {
            if let Some(other) = condition.other_level() {
                self.told.remove(&other);
            }
        }
        self.told.extend(change.began.iter().cloned());
        self.told.retain(|told| !change.ended.contains(told));
    }

    /// When there may be something to tell without any news.
    pub(super) fn next(&self, channel: &Channel, now: Now, pace: &Pace) -> Option<Timestamp> {
        let ripe = self.differs.values().map(|differs| ripe_at(*differs, pace));
        let ripe = ripe.min()?;
        let held = Timestamp::from_millis(self.held.unwrap_or_default());
        let quiet = channel.quiet.filter(|quiet| quiet.holds(now));
        let quiet = quiet.map(|quiet| now.next(quiet.to));
        let digested = |time: &DayTime| now.last(*time).millis() <= self.digested;
        let daily = channel.daily.filter(digested).map(|time| now.next(time));
        [Some(ripe), Some(held), quiet, daily]
            .into_iter()
            .flatten()
            .max()
    }
}

const fn ripe_at(differs: Differs, pace: &Pace) -> Timestamp {
    let lasts = if differs.began {
        pace.begin_millis
    } else {
        pace.end_millis
    };
    Timestamp::from_millis(differs.since.millis().saturating_add(lasts))
}
