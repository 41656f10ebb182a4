//! One message on its way: how often it was tried, what came of it, and when it is tried again.

use std::collections::BTreeSet;

use ledger_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::story::{Change, Pace};

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// It is to be sent, for the first time or again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was tried for long enough; what is still so is told by the next one.
    GivenUp,
    /// The receiver wants no more of them.
    Gone,
}

impl State {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given-up",
            Self::Gone => "gone",
        }
    }
}

/// What came of one try, in the receiver's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Taken(String),
    /// Not all who get it have it yet.
    Partly {
        answer: String,
        taken_by: BTreeSet<String>,
    },
    Failed(String),
    Gone(String),
}

/// A message with its story. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    /// Its id for good: a receiver that gets it twice knows it by that.
    pub(crate) id: String,
    /// The channel's id, and its name as it was.
    pub(crate) channel: String,
    pub(crate) name: String,
    pub(crate) made: u64,
    /// Said by a person, who does not wait for the end of quiet hours.
    pub(crate) by_hand: bool,
    pub(crate) subject: String,
    /// A webhook's body, or an e-mail's text.
    pub(crate) body: String,
    /// What is told by it; empty once that is settled.
    #[serde(default, skip_serializing_if = "Change::is_empty")]
    pub(crate) change: Change,
    pub(crate) state: State,
    /// From when on its patience counts.
    pub(crate) asked: u64,
    pub(crate) tries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tried: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<String>,
    /// Which of several receivers have it while others wait for it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) taken_by: BTreeSet<String>,
    /// When it is tried next, while it waits.
    pub(crate) next: u64,
}

impl Delivery {
    pub(crate) fn is_waiting(&self) -> bool {
        self.state == State::Waiting
    }

    /// Notes a try. `chance` is any number.
    pub(super) fn tried(&mut self, outcome: &Outcome, now: Timestamp, pace: &Pace, chance: u64) {
        let now = now.millis();
        self.tried = Some(now);
        self.tries = self.tries.saturating_add(1);
        let (state, answer) = match outcome {
            Outcome::Taken(answer) => (State::Delivered, answer),
            Outcome::Gone(answer) => (State::Gone, answer),
            Outcome::Failed(answer) | Outcome::Partly { answer, .. } => {
                let is_over = now.saturating_sub(self.asked) >= pace.patience_millis;
                let state = if is_over {
                    State::GivenUp
                } else {
                    State::Waiting
                };
                (state, answer)
            }
        };
        if let Outcome::Partly { taken_by, .. } = outcome {
            self.taken_by.extend(taken_by.iter().cloned());
        }
        self.state = state;
        self.answer = Some(answer.clone());
        self.next = now.saturating_add(pause(self.tries, pace, chance));
    }

    /// Sends it once more to all, because somebody says so.
    pub(super) fn again(&mut self, now: Timestamp) {
        self.state = State::Waiting;
        self.taken_by.clear();
        self.by_hand = true;
        self.tries = 0;
        self.asked = now.millis();
        self.next = now.millis();
    }
}

/// How long to wait after so many tries: each time four times as long, and some part of it by
/// chance, so that messages that failed together do not come back together.
fn pause(tries: u32, pace: &Pace, chance: u64) -> u64 {
    let times = 4_u64.saturating_pow(tries.saturating_sub(1));
    let longest = pace.pause_millis_min.saturating_mul(times);
    let longest = longest.min(pace.pause_millis_max).max(2);
    longest / 2 + chance % (longest / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        let pace = Pace::USUAL;
        assert_eq!(pause(1, &pace, 0), 7_500);
        assert_eq!(pause(2, &pace, 0), 30_000);
        for tries in 1..100 {
            let pause = pause(tries, &pace, u64::MAX);
            assert!(pause <= pace.pause_millis_max, "{tries}");
        }
        assert_eq!(pause(50, &pace, 0), pace.pause_millis_max / 2);
    }
}
