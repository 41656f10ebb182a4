//! What goes out in a conversation: how much at once, how far it got, and what is left out.
//!
//! A batch that the other side does not take holds up nothing but later ones of its chain: it is
//! sent from further back, or smaller, and when that does not help the chain stays here until the
//! next conversation.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::Origin;
use ledger_format::wire::{self, Limits, Reject, RejectCode};
use ledger_sync::Room;
use ledger_sync::client::Asked;

/// What goes out in a conversation.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pub(super) room: Room,
    /// How far the other side holds chains, beyond the central numbers.
    pub(super) held: BTreeMap<Origin, u64>,
    left_out: BTreeMap<Origin, String>,
    /// From where on a chain was sent again.
    again_from: BTreeSet<(Origin, u64)>,
}

impl Outbox {
    /// Keeps to the limits of the other side.
    pub(super) fn keep_to(&mut self, limits: &Limits) {
        let half = usize::try_from(limits.message_bytes / 2).unwrap_or(usize::MAX);
        self.room.bytes = self.room.bytes.min(half);
    }

    /// Sends half as much at once; false when it cannot be less.
    pub(super) fn halve(&mut self) -> bool {
        let halved = self.room.halved();
        self.room = halved.unwrap_or(self.room);
        halved.is_some()
    }

    /// Of some chains those that are not left out.
    pub(super) fn keep(&self, mut chains: Vec<Origin>) -> Vec<Origin> {
        chains.retain(|chain| !self.left_out.contains_key(chain));
        chains
    }

    /// Takes note of what was not taken; gives the chains concerned.
    pub(super) fn note(&mut self, rejects: &[Reject]) -> BTreeSet<Origin> {
        let mut chains = BTreeSet::new();
        for reject in rejects {
            let chain = wire::origin_of(&reject.origin);
            // What follows a rejected batch fails with it.
            if chains.insert(chain) && !self.can_mend(chain, reject) {
                self.left_out.insert(chain, why(reject).to_owned());
            }
        }
        chains
    }

    fn can_mend(&mut self, chain: Origin, reject: &Reject) -> bool {
        match reject.code {
            RejectCode::Gap => {
                let before = reject.expected_seq.saturating_sub(1);
                self.held.insert(chain, before);
                self.again_from.insert((chain, before))
            }
            RejectCode::TooLarge => {
                let entries = self.room.entries / 2;
                self.room.entries = entries.max(1);
                entries > 0
            }
            RejectCode::Fork
            | RejectCode::BadHash
            | RejectCode::BadSignature
            | RejectCode::Unreadable
            | RejectCode::Other => false,
        }
    }

    /// Whether some of these chains are sent again.
    pub(super) fn takes_up(&self, chains: &BTreeSet<Origin>) -> bool {
        chains
            .iter()
            .any(|chain| !self.left_out.contains_key(chain))
    }

    /// Takes note that a request was taken, but for some chains.
    pub(super) fn note_reached(&mut self, asked: &Asked, rejected: &BTreeSet<Origin>) {
        let reached = asked.reached.iter().copied();
        self.note_held(reached.filter(|(chain, _)| !rejected.contains(chain)));
    }

    /// Takes note of how far the other side holds chains.
    pub(super) fn note_held(&mut self, held: impl IntoIterator<Item = (Origin, u64)>) {
        for (chain, seq) in held {
            let known = self.held.entry(chain).or_default();
            *known = seq.max(*known);
        }
    }

    /// What was left out, and why.
    pub(super) fn texts(&self) -> Vec<String> {
        let texts = self.left_out.iter();
        texts
            .map(|(chain, why)| format!("{chain}: {why}"))
            .collect()
    }
}

const fn why(reject: &Reject) -> &'static str {
    match reject.code {
        RejectCode::Gap => "the server lacks entries that it had before; they are kept here",
        RejectCode::Fork => "the server has another history from its first entry on",
        RejectCode::BadHash | RejectCode::Unreadable => "the entries did not arrive whole",
        RejectCode::BadSignature => "the server does not know the key that signed the entries",
        RejectCode::TooLarge => "an entry is larger than the server takes",
        RejectCode::Other => "the server could not take the entries",
    }
}
