//! When to sync next, and why not now: what `stock sync --watch` does for weeks, as a machine that
//! is told what happened and says what to do.
//!
//! It has no clock and no randomness of its own and touches nothing. Its time is the wall's, so
//! that a device that slept notices what it missed; a clock that was set back makes it look at
//! once instead of waiting for a time that was.
//!
//! **Invariants.** It never waits without an end, nor longer than [`WAIT_MILLIS_MAX`]; whatever
//! failed is tried again; while the device is offline by hand it never syncs.

use ledger_core::Timestamp;

use crate::error::NodeError;

#[cfg(test)]
mod tests;

/// The first try after a failure comes within this time; each further failure doubles it.
pub const BACKOFF_MILLIS: u64 = 1_000;
/// However often it failed, the next try comes within this time.
pub const BACKOFF_MILLIS_MAX: u64 = 5 * 60 * 1_000;
/// When to try again what trying again does not mend.
pub const REFUSED_MILLIS: u64 = 15 * 60 * 1_000;
/// When to look again, where the server says by itself that there is news.
pub const LOOK_MILLIS: u64 = 5 * 60 * 1_000;
/// When to look again, where nobody says so.
pub const POLL_MILLIS: u64 = 60 * 1_000;
/// Whatever comes, so long is left between two syncs, for those who want the store meanwhile.
pub const SPACE_MILLIS: u64 = 1_000;
/// When to try again after another program had the store.
pub const BUSY_MILLIS: u64 = 500;
/// Somebody who writes is not kept waiting longer than this for the next try.
pub const WROTE_MILLIS_MAX: u64 = 10_000;
/// It never waits longer than this.
pub const WAIT_MILLIS_MAX: u64 = REFUSED_MILLIS;

/// What stands in the way of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The server, or what is between, does not answer as it should: this passes.
    Unreachable,
    /// The server or this device refuses until somebody does something about it.
    Refused,
    /// The device itself: its disk, its store.
    Device,
}

impl Trouble {
    /// What kind of trouble an error is.
    #[must_use]
    pub fn of(error: &NodeError) -> Self {
        match error {
            NodeError::NotEnrolled
            | NodeError::OtherLedger { .. }
            | NodeError::BadUrl(_)
            | NodeError::OtherKey { .. }
            | NodeError::Untrusted { .. }
            | NodeError::TlsWanted(_)
            | NodeError::PinWithoutTls(_)
            | NodeError::Forked { .. }
            | NodeError::DeviceRevoked
            | NodeError::WrongKind(_) => Self::Refused,
            NodeError::ServerSaid { code, .. } => match code.as_str() {
                "unknown-device" | "device-revoked" | "protocol" | "bad-signature" => Self::Refused,
                _ => Self::Unreachable,
            },
            NodeError::Unreachable { .. } | NodeError::BadAnswer(_) | NodeError::OrderChanged => {
                Self::Unreachable
            }
            NodeError::Refused(_)
            | NodeError::Open(_)
            | NodeError::Backup(_)
            | NodeError::Read(_)
            | NodeError::Append(_)
            | NodeError::Encode(_)
            | NodeError::Keys { .. }
            | NodeError::File { .. }
            | NodeError::Random
            | NodeError::SyncFile { .. }
            | NodeError::Failed(_) => Self::Device,
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody wrote into the store.
    Wrote,
    /// The server has news.
    News,
    /// Somebody wants a sync now.
    Asked,
    /// The device has another network, or one again.
    NetworkChanged,
    /// Whom the device belongs to and trusts has changed.
    KeysChanged,
    /// A sync came through.
    Synced {
        /// Whether it sent or brought anything.
        carried: bool,
        /// Whether the server holds all of ours, and we all of its.
        whole: bool,
        /// Whether the server will say when there is news.
        told: bool,
    },
    /// A sync did not come through.
    Failed {
        /// Why.
        trouble: Trouble,
        /// Why, in words.
        text: String,
    },
    /// Another program has the store.
    Busy,
    /// The device was told not to use the network, then.
    Offline(Timestamp),
    /// The device may use the network again.
    Online,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Sync.
    Sync,
    /// Wait until that time, or until something happens.
    Wait {
        /// When to ask again.
        until: Timestamp,
        /// Why not now.
        reason: Reason,
    },
}

/// Why there is no sync just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Nothing has been tried so far.
    Begun,
    /// There is nothing to do.
    InStep {
        /// Since when.
        since: Timestamp,
    },
    /// A sync came through, and did not bring everything.
    Behind,
    /// The last try failed.
    Failed {
        /// Of which kind the trouble is.
        trouble: Trouble,
        /// What is the matter.
        text: String,
    },
    /// Another program has the store.
    Busy,
    /// The device is told not to use the network.
    Offline {
        /// Since when.
        since: Timestamp,
    },
}

impl Reason {
    /// What to say to people; `at` shows a moment of the day.
    #[must_use]
    pub fn told(
        &self,
        now: Timestamp,
        until: Timestamp,
        at: &dyn Fn(Timestamp) -> String,
    ) -> String {
        let soon = || format!("trying again in {}", spoken(now.distance_millis(until)));
        match self {
            Self::Begun => "nothing was tried so far".to_owned(),
            Self::InStep { since } => {
                format!("in step since {}, next look {}", at(*since), at(until))
            }
            Self::Behind => format!("not yet all at the server, next look {}", at(until)),
            Self::Failed {
                trouble: Trouble::Refused,
                text,
            } => format!("{text}; looking again at {}", at(until)),
            Self::Failed { text, .. } => format!("{text}, {}", soon()),
            Self::Busy => format!("another program has the store, {}", soon()),
            Self::Offline { since } => format!("offline by hand since {}", at(*since)),
        }
    }
}

/// A length of time in words: `38 s`, `4 min`.
fn spoken(millis: u64) -> String {
    match millis.div_ceil(1_000) {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

/// Knows when to sync.
#[derive(Debug, Clone)]
pub struct Watch {
    reason: Reason,
    /// Failures since the last sync that came through.
    failures: u32,
    /// When `due` was decided.
    decided: Timestamp,
    /// When to sync next, if nothing happens.
    due: Timestamp,
    /// When the last sync came through or failed.
    ended: Timestamp,
    offline: Option<Timestamp>,
}

impl Watch {
    /// Begins, with a sync at once.
    #[must_use]
    pub const fn begin(now: Timestamp) -> Self {
        Self {
            reason: Reason::Begun,
            failures: 0,
            decided: now,
            due: now,
            ended: Timestamp::ZERO,
            offline: None,
        }
    }

    /// Takes note of what happened; `random` is any number, and another one each time.
    pub fn on(&mut self, now: Timestamp, event: Event, random: u64) {
        match event {
            Event::Wrote => self.wrote(now),
            Event::News => self.at_latest(now, self.spaced(now)),
            Event::NetworkChanged => {
                self.failures = 0;
                self.at_latest(now, later(now, SPACE_MILLIS));
            }
            Event::Asked | Event::KeysChanged => self.at_latest(now, now),
            Event::Synced {
                carried,
                whole,
                told,
            } => self.synced(now, carried, whole, told),
            Event::Failed { trouble, text } => self.failed(now, trouble, text, random),
            Event::Busy => {
                self.reason = Reason::Busy;
                self.again(now, BUSY_MILLIS);
            }
            Event::Offline(since) => self.offline = Some(since),
            Event::Online => {
                self.offline = None;
                self.failures = 0;
                self.at_latest(now, now);
            }
        }
    }

    /// What to do now.
    #[must_use]
    pub fn decide(&self, now: Timestamp) -> Decision {
        if let Some(since) = self.offline {
            return Decision::Wait {
                until: later(now, WAIT_MILLIS_MAX),
                reason: Reason::Offline { since },
            };
        }
        // A clock that was set back says nothing about how long it has been.
        if now >= self.due || now < self.decided {
            return Decision::Sync;
        }
        Decision::Wait {
            until: self.due,
            reason: self.reason.clone(),
        }
    }

    fn wrote(&mut self, now: Timestamp) {
        match &self.reason {
            Reason::Begun | Reason::InStep { .. } | Reason::Behind => {
                self.at_latest(now, self.spaced(now));
            }
            Reason::Failed {
                trouble: Trouble::Unreachable | Trouble::Device,
                ..
            } => self.at_latest(now, later(now, WROTE_MILLIS_MAX)),
            // More entries do not mend it.
            Reason::Failed {
                trouble: Trouble::Refused,
                ..
            }
            | Reason::Busy
            | Reason::Offline { .. } => {}
        }
    }

    fn synced(&mut self, now: Timestamp, carried: bool, whole: bool, told: bool) {
        self.failures = 0;
        self.ended = now;
        let in_step = match self.reason {
            Reason::InStep { since } => Some(since),
            Reason::Begun
            | Reason::Behind
            | Reason::Failed { .. }
            | Reason::Busy
            | Reason::Offline { .. } => None,
        };
        let goes_on = in_step.filter(|since| !carried && *since <= now);
        self.reason = if whole {
            let since = goes_on.unwrap_or(now);
            Reason::InStep { since }
        } else {
            Reason::Behind
        };
        self.again(
            now,
            if whole && told {
                LOOK_MILLIS
            } else {
                POLL_MILLIS
            },
        );
    }

    fn failed(&mut self, now: Timestamp, trouble: Trouble, text: String, random: u64) {
        let within = match trouble {
            Trouble::Refused => REFUSED_MILLIS,
            Trouble::Unreachable | Trouble::Device => {
                let grown = BACKOFF_MILLIS.checked_shl(self.failures.min(32));
                let window = grown.unwrap_or(BACKOFF_MILLIS_MAX).min(BACKOFF_MILLIS_MAX);
                // Anywhere in it, so that many devices that lost one server come back apart.
                random.checked_rem(window).unwrap_or_default()
            }
        };
        self.failures = self.failures.saturating_add(1);
        self.ended = now;
        self.reason = Reason::Failed { trouble, text };
        self.again(now, within);
    }

    /// The next sync is so long from now.
    fn again(&mut self, now: Timestamp, millis: u64) {
        self.decided = now;
        self.due = later(now, millis);
    }

    /// The next sync is not later than then.
    fn at_latest(&mut self, now: Timestamp, due: Timestamp) {
        if now >= self.decided {
            self.due = self.due.min(due);
        }
    }

    /// Now, or a little later where the last sync has just ended.
    fn spaced(&self, now: Timestamp) -> Timestamp {
        if now < self.ended {
            return now;
        }
        now.max(later(self.ended, SPACE_MILLIS))
    }
}

fn later(time: Timestamp, millis: u64) -> Timestamp {
    Timestamp::from_millis(time.millis().saturating_add(millis))
}
