//! The node's part of a conversation: what it asks for, and how it takes the answers.

use ledger_core::entry::GenesisReason;
use ledger_core::planted::Bug;
use ledger_core::{Origin, Timestamp};
use ledger_format::head::PublicKey;
use ledger_format::wire::{
    self, CursorMessage, FrontierRequest, OriginHead, SyncAnswer, SyncRequest,
};
use ledger_store::{Group, Note, Record};
use ledger_sync::Effect;
use ledger_sync::client::{Asked, Client, Push, Taken};
use ledger_sync::frontier::{self, Supply};

use super::outbox::Outbox;
use super::{AT_HUB, Bonded, Channel, Conversation, Purpose, SYNCED_AT, Talk, faulty};
use crate::error::NodeError;
use crate::inner::Inner;
use crate::keys::from_hex;
use crate::log::NodeLog;
use crate::node::Node;

impl Node {
    /// Begins to become a device of the ledger of the server at `url`.
    #[must_use]
    pub fn begin_enroll(&self, url: &str, code: &str) -> Conversation {
        let purpose = Purpose::Enroll {
            code: code.trim().to_owned(),
            pin: None,
        };
        Conversation::new(self, url.to_owned(), purpose)
    }

    /// Begins a sync with the server that this device is enrolled at.
    pub fn begin_sync(&self) -> Result<Conversation, NodeError> {
        // What hello compares is the run that goes on now; it matters for what is to be sent. Where
        // that ends with a mark, nothing was written since: a clock that stands still, or goes far
        // too fast, would be marked at every sync.
        let is_pending = !self.lock().all_numbered();
        if is_pending && !self.ends_with_mark()? {
            self.mark_clock()?;
        }
        let (bonded, url) = self.bonded()?;
        Ok(Conversation::new(
            self,
            url,
            Purpose::Sync(Box::new(bonded)),
        ))
    }

    /// Who this device is in its ledger, and its server's address.
    pub(crate) fn bonded(&self) -> Result<(Bonded, String), NodeError> {
        let inner = self.lock();
        let bond = inner.keys.bond.as_ref().ok_or(NodeError::NotEnrolled)?;
        let bonded = Bonded {
            ledger: inner.keys.ledger().ok_or(NodeError::NotEnrolled)?,
            key: inner.keys.key(),
            server_key: inner.keys.server_key().ok_or(NodeError::NotEnrolled)?,
            certificate: from_hex(&bond.certificate).unwrap_or_default(),
        };
        Ok((bonded, bond.server_url.clone()))
    }

    pub(crate) fn stored_cursor(
        &self,
        server: &PublicKey,
        epoch: u64,
    ) -> Result<CursorMessage, NodeError> {
        let stored = self.store().cursor(server.device_id().as_bytes())?;
        Ok(match stored.filter(|cursor| cursor.epoch == epoch) {
            Some(cursor) => CursorMessage {
                epoch,
                n: cursor.n,
                anchor: wire::hash_bytes(&cursor.anchor),
            },
            None => Client::first_cursor(epoch),
        })
    }

    pub(crate) fn look_at_log<T>(&self, look: impl FnOnce(&NodeLog<'_>, &Inner) -> T) -> T {
        let inner = self.lock();
        let log = NodeLog {
            store: self.store(),
            fold: &inner.state.fold,
            numbered: true,
        };
        look(&log, &inner)
    }

    /// How far every chain is held here.
    pub(super) fn ask_frontier(&self) -> Result<FrontierRequest, NodeError> {
        let have = self.look_at_log(|log, _| frontier::heads(log))?;
        Ok(FrontierRequest { have })
    }

    /// What to give back to a server that lacks this.
    pub(super) fn supply(&self, mut lacks: &[OriginHead]) -> Result<Supply, NodeError> {
        if Bug::NothingGivenBack.is_planted() {
            lacks = &[];
        }
        Ok(self.look_at_log(|log, _| Supply::of(log, lacks))?)
    }

    /// Up to which seq somebody holds the same as this node.
    pub(super) fn held_in_common(
        &self,
        held: &[OriginHead],
    ) -> Result<Vec<(Origin, u64)>, NodeError> {
        let mut common = Vec::new();
        for head in held {
            let chain = wire::origin_of(&head.origin);
            let here = self.store().hash_at(chain, head.seq)?;
            if here.is_some_and(|hash| hash.hash8() == *head.hash8) {
                common.push((chain, head.seq));
            }
        }
        Ok(common)
    }

    /// Takes note that a hub holds everything of ours.
    pub(super) fn note_at_hub(&self) -> Result<(), NodeError> {
        let note = note(AT_HUB, self.now());
        let pending = self.store().append(Group::new().with(note));
        self.wait(pending)
    }

    /// The next request of a talk: what a restored server lacks, or the push and pull.
    pub(super) fn ask_next(
        &self,
        bonded: &Bonded,
        talk: &mut Talk,
        outbox: &Outbox,
    ) -> Result<SyncRequest, NodeError> {
        let (encoding, cursor) = (talk.channel.encoding, talk.channel.cursor);
        let now_millis = talk.channel.clock.map(Timestamp::millis);
        if let Some(supply) = &talk.supply {
            let bytes = outbox.room.bytes;
            let part = self.look_at_log(|log, _| supply.part(log, encoding, bytes));
            if let Some(part) = part.map_err(faulty)? {
                talk.supplied = part.next;
                return Ok(SyncRequest {
                    cursor,
                    have: Vec::new(),
                    again: part.runs,
                    push: Vec::new(),
                    certificates: Vec::new(),
                    clocks: Vec::new(),
                    bytes_max: 0,
                    wants_snapshot: false,
                    now_millis,
                });
            }
            talk.supply = None;
        }
        let is_unknown = !talk.channel.central && !talk.compared;
        let only_named = talk.renewing || talk.is_far_behind || is_unknown;
        let asked = self.look_at_log(|log, inner| {
            let (own, relayed) = inner.unnumbered();
            let push = Push {
                own: &outbox.keep(own),
                relayed: &outbox.keep(relayed),
                held: &outbox.held,
                holds_numbered: talk.channel.central,
                room: outbox.room,
                only_named,
                claim: talk.claim,
            };
            bonded.client(encoding).ask(log, cursor, &push)
        });
        let mut asked = asked.map_err(faulty)?;
        asked.request.wants_snapshot = talk.is_far_behind;
        asked.request.now_millis = now_millis;
        let pushed = &asked.request.push;
        let shown = self.look_at_log(|log, inner| inner.shown_with(log.store, pushed))?;
        asked.request.certificates = shown;
        asked.request.clocks = self.clocks_heard(&asked.request.push)?;
        let request = asked.request.clone();
        talk.asked = Some(asked);
        Ok(request)
    }

    /// Takes an answer: checked, durable, folded.
    pub(super) fn take(
        &self,
        bonded: &Bonded,
        channel: &Channel,
        asked: &Asked,
        answer: &SyncAnswer,
    ) -> Result<Taken, NodeError> {
        let client = bonded.client(channel.encoding);
        let may_be_all = channel.central && !asked.more && answer.rejects.is_empty();
        let follows = Follows {
            known: channel.known,
            epoch: channel.cursor.epoch,
        };
        self.take_made(follows, may_be_all, &|log| {
            client.take(log, channel.cursor, answer).map_err(faulty)
        })
    }

    /// Makes durable and folds what was made of something that came: numbers of this epoch, and
    /// entries. Where it `may_be_all` that the central server holds, the moment is kept.
    ///
    /// # Errors
    /// [`NodeError::OrderChanged`] when another epoch became known since this was asked for.
    pub(crate) fn take_made(
        &self,
        Follows { known, epoch }: Follows,
        may_be_all: bool,
        make: &dyn Fn(&NodeLog<'_>) -> Result<Taken, NodeError>,
    ) -> Result<Taken, NodeError> {
        let now = self.now();
        let mut inner = self.lock();
        inner.check_usable()?;
        if ![known, epoch].contains(&inner.epoch) {
            return Err(NodeError::OrderChanged);
        }
        let other_epoch = inner.epoch != 0 && inner.epoch != epoch;
        let log = NodeLog {
            store: self.store(),
            fold: &inner.state.fold,
            numbered: !other_epoch,
        };
        let mut taken = make(&log)?;
        let mut group = Group::new();
        inner.epoch = taken.cursor.epoch;
        let is_shared = inner.is_shared(&taken.effects);
        if is_shared {
            inner.keys.begin_origin(now)?;
        }
        inner.take_effects(std::mem::take(&mut taken.effects), &mut group, now)?;
        let all_there = may_be_all && taken.at_end && !other_epoch;
        if all_there && inner.all_numbered() {
            group.push(note(SYNCED_AT, now));
        }
        if Bug::CursorBeforeEntries.is_planted() {
            let is_cursor = |record: &Record| matches!(record, Record::Cursor(_));
            let (first, rest): (Vec<_>, Vec<_>) = group.records.into_iter().partition(is_cursor);
            group = Group::from(rest);
            let _earlier = self.store().append(Group::from(first)).wait();
        }
        let pending = self.store().append(group);
        drop(inner);
        self.wait(pending)?;
        let counts_former = Bug::FormerNumbersCount.is_planted();
        let is_renamed = taken.again && !taken.unfilled;
        if (other_epoch && !counts_former) || is_renamed || is_shared {
            // The numbers of the former epoch no longer count: what the restored server lacks
            // has none. And what goes by another name is folded under that.
            self.lock().reload(self.store(), now)?;
        }
        if is_shared {
            self.begin_if_unused(GenesisReason::Forked)?;
            // That goes to the server next.
            taken.at_end = false;
            taken.again = true;
        }
        Ok(taken)
    }
}

/// The order that something which comes is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Follows {
    /// The epoch that was known here when it was asked for.
    pub(crate) known: u64,
    /// Its epoch, which is the one known from then on.
    pub(crate) epoch: u64,
}

impl Inner {
    /// Whether somebody else writes under our origin: with other entries than ours, or behind
    /// them.
    pub(crate) fn is_shared(&self, effects: &[Effect]) -> bool {
        let origin = self.keys.origin();
        effects.iter().any(|effect| match effect {
            Effect::Renamed { from, .. } => *from == origin,
            Effect::Foreign { slice, .. } => slice.origin == origin,
            Effect::Head(..) | Effect::Run(_) | Effect::Cursor(_) | Effect::Branch(_) => false,
        })
    }
}

pub(crate) fn note(key: &str, now: Timestamp) -> Record {
    Record::Note(Note {
        key: key.to_owned(),
        value: now.millis().to_string(),
    })
}
