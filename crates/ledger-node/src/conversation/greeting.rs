//! What a server said of itself, for the next conversation of the same program with it.
//!
//! A program that stays, such as a hub, asks every few seconds whether there is news. What hello
//! would tell it is what it heard a moment ago, so it asks at once: one round trip instead of two.
//! Where there is something to send it says hello all the same, since clocks are compared by its
//! nonce, and what arrives is judged by that.

use ledger_core::Timestamp;
use ledger_format::wire::{HelloAnswer, Limits};

use super::{Channel, Conversation, Purpose, State, Talk};
use crate::error::NodeError;

/// For how long a greeting counts; the nonce that came with it holds a little longer. Whether it
/// does is the server's to say: by a clock that was set meanwhile this may be wrong.
const GREETING_AGE_MAX_MILLIS: u64 = 10 * 60 * 1000;

/// What a server said of itself, with the nonce of its last answer.
#[derive(Debug, Clone)]
pub struct Greeting {
    pub(super) url: String,
    pub(super) heard: Timestamp,
    pub(super) limits: Limits,
    pub(super) channel: Channel,
}

/// The epoch to talk about with somebody, and whether it is a new one where `known` is known: a
/// server that was restored begins another. A hub may not have heard of it yet; epochs grow. A
/// central server that does not know of one which it began, by which devices go or which this hub
/// `heard` of, was turned back: it hears of that one, and begins another behind it.
pub(super) fn epoch_with(known: u64, heard: u64, hello: &HelloAnswer) -> (u64, bool) {
    let newest = if hello.central {
        known.max(heard)
    } else {
        known
    };
    if hello.epoch < newest {
        return (newest, false);
    }
    (hello.epoch, known != 0 && known != hello.epoch)
}

impl Conversation {
    /// What the server said of itself in this conversation, or in the one before it.
    #[must_use]
    pub fn greeting(&self) -> Option<Greeting> {
        self.greeting.clone()
    }

    /// The same, and it does not say hello to a server that just said it, where nothing is to be
    /// sent. The server tells when it has become another one, or has begun a new epoch; then
    /// hello is said after all.
    pub fn after(mut self, greeting: Greeting) -> Result<Self, NodeError> {
        let Purpose::Sync(bonded) = &self.purpose else {
            return Ok(self);
        };
        let age = self.started.millis().abs_diff(greeting.heard.millis());
        let (epoch, is_all_sent) = {
            let inner = self.node.lock();
            let (own, others) = inner.unnumbered();
            (inner.epoch, own.is_empty() && others.is_empty())
        };
        let is_same = greeting.url == self.url && greeting.channel.cursor.epoch == epoch;
        if !is_same || !is_all_sent || age > GREETING_AGE_MAX_MILLIS {
            return Ok(self);
        }
        let mut channel = greeting.channel.clone();
        channel.clock = None;
        channel.cursor = self.node.stored_cursor(&bonded.server_key, epoch)?;
        channel.known = epoch;
        self.outbox.keep_to(&greeting.limits);
        self.greeting = Some(greeting);
        self.state = State::Syncing(Box::new(Talk::of(channel, None)));
        Ok(self)
    }
}
