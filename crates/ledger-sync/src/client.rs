//! The asking side: a handheld, or a hub towards its upstream.

use std::collections::BTreeMap;

use ledger_core::planted::Bug;
use ledger_core::{LedgerId, Origin};
use ledger_format::head::{DeviceKey, PublicKey};
use ledger_format::wire::{self, BatchMessage, CursorMessage, SyncAnswer, SyncRequest};
use ledger_format::{Hash, OriginSlice};

use crate::keys::Ahead;
use crate::outgoing::{Room, Signer, batch_bytes, batch_message, next_relayed};
use crate::pieces::Named;
use crate::{ChainedRun, Effect, Fault, Log, frontier};

/// Who asks whom.
#[derive(Debug)]
pub struct Client<'a> {
    /// The ledger both belong to.
    pub ledger: LedgerId,
    /// The asking device's key, which signs its heads.
    pub key: &'a DeviceKey,
    /// The central server's key.
    pub server_key: PublicKey,
    /// The packing encoding agreed in hello.
    pub encoding: u8,
}

/// What the caller says of what it holds, so that it need not be sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nothing.
    Nothing,
    /// The chains that have entries without a central number here.
    Unnumbered,
    /// Every chain: numbers begin anew, and the entries are here.
    All,
}

/// What goes out with a request.
#[derive(Debug, Clone, Copy)]
pub struct Push<'a> {
    /// The chains that the device writes.
    pub own: &'a [Origin],
    /// Others that have entries without a central number here.
    pub relayed: &'a [Origin],
    /// How far whoever is asked is known to hold chains.
    pub held: &'a BTreeMap<Origin, u64>,
    /// Whether he also holds what has a central number here. A hub may not have heard of it.
    pub holds_numbered: bool,
    /// How much may go out and come in.
    pub room: Room,
    /// Chains are only named: how far they are held, or what was numbered anew, comes first.
    pub only_named: bool,
    /// What need not be sent back.
    pub claim: Claim,
}

/// A request, and what it comes to.
#[derive(Debug)]
pub struct Asked {
    /// The request.
    pub request: SyncRequest,
    /// How far each chain is held by whoever takes the push.
    pub reached: Vec<(Origin, u64)>,
    /// How many entries it pushes.
    pub pushed: u64,
    /// Whether entries remain for a further request.
    pub more: bool,
}

/// What an answer comes to.
#[derive(Debug)]
pub struct Taken {
    /// To make durable together.
    pub effects: Vec<Effect>,
    /// Where the caller is after that.
    pub cursor: CursorMessage,
    /// How many entries were new here.
    pub pulled: u64,
    /// Whether that is the end of what the server knows.
    pub at_end: bool,
    /// Whether the server is to be asked once more: something goes by another name from now on and
    /// the rest of the answer was left out, or there is something new to be pushed.
    pub again: bool,
    /// A run named entries that the caller said it holds, and it does not: it should claim nothing
    /// when it asks again.
    pub unfilled: bool,
}

impl Taken {
    pub(crate) const fn nothing(cursor: CursorMessage) -> Self {
        Self {
            effects: Vec::new(),
            cursor,
            pulled: 0,
            at_end: false,
            again: false,
            unfilled: false,
        }
    }
}

impl Client<'_> {
    /// The beginning of the central order.
    #[must_use]
    pub fn first_cursor(epoch: u64) -> CursorMessage {
        let anchor = wire::hash_bytes(&wire::central_chain_start(epoch));
        CursorMessage {
            epoch,
            n: 0,
            anchor,
        }
    }

    /// The next request: entries without a central number, and the pull from the cursor on.
    pub fn ask<L: Log>(
        &self,
        log: &L,
        cursor: CursorMessage,
        push: &Push<'_>,
    ) -> Result<Asked, Fault<L::Error>> {
        let mut asked = Asked {
            request: SyncRequest {
                cursor,
                have: Vec::new(),
                again: Vec::new(),
                push: Vec::new(),
                certificates: Vec::new(),
                clocks: Vec::new(),
                bytes_max: u64::try_from(push.room.bytes).unwrap_or(u64::MAX),
                wants_snapshot: false,
                now_millis: None,
            },
            reached: Vec::new(),
            pushed: 0,
            more: false,
        };
        let signer = Signer {
            key: self.key,
            ledger: self.ledger,
        };
        let mut room = if push.only_named { 0 } else { push.room.bytes };
        for &chain in push.own {
            self.push_chain(log, chain, Some(signer), push, &mut asked, &mut room)?;
        }
        for &chain in push.relayed {
            self.push_chain(log, chain, None, push, &mut asked, &mut room)?;
        }
        match push.claim {
            Claim::Nothing => asked.request.have.clear(),
            Claim::Unnumbered => {}
            Claim::All => asked.request.have = frontier::heads(log).map_err(Fault::Log)?,
        }
        Ok(asked)
    }

    fn push_chain<L: Log>(
        &self,
        log: &L,
        chain: Origin,
        signer: Option<Signer<'_>>,
        push: &Push<'_>,
        asked: &mut Asked,
        room: &mut usize,
    ) -> Result<(), Fault<L::Error>> {
        let Some((last, _)) = log.head(chain).map_err(Fault::Log)? else {
            return Ok(());
        };
        let numbered = log.numbered_up_to(chain).map_err(Fault::Log)?;
        if numbered >= last {
            return Ok(());
        }
        let mut reached = push.held.get(&chain).copied().unwrap_or(0).min(last);
        if push.holds_numbered || push.only_named {
            reached = reached.max(numbered);
        }
        // A branch begins behind entries of another chain.
        let begin = log.branch(chain).map_err(Fault::Log)?;
        let before = begin.map_or(0, |branch| branch.first_seq.saturating_sub(1));
        reached = reached.max(before);
        while reached < last {
            if *room == 0 {
                asked.more = true;
                break;
            }
            let next = reached.saturating_add(1);
            let batch = match signer {
                Some(signer) => Some(signer.next(log, chain, next, push.room.entries)?),
                None => next_relayed(log, chain, next)?,
            };
            let Some((slice, head)) = batch else { break };
            let batch = batch_message(&slice, self.encoding, &head);
            let batch = batch.ok_or(Fault::Pack { origin: chain })?;
            *room = room.saturating_sub(batch_bytes(&batch));
            asked.pushed = asked.pushed.saturating_add(batch.count);
            asked.request.push.push(batch);
            reached = slice.last_seq();
        }
        if let Some(hash) = log.hash_at(chain, reached).map_err(Fault::Log)? {
            let head = wire::head_message(chain, reached, &hash);
            asked.request.have.push(head);
        }
        if !push.only_named {
            asked.reached.push((chain, reached));
        }
        Ok(())
    }

    /// Checks an answer and says what to make durable.
    pub fn take<L: Log>(
        &self,
        log: &L,
        cursor: CursorMessage,
        answer: &SyncAnswer,
    ) -> Result<Taken, Fault<L::Error>> {
        if cursor.epoch != answer.cursor.epoch {
            return Err(Fault::Senseless("another epoch without a new beginning"));
        }
        let mut ahead = self.ahead(log);
        let mut taken = Taken::nothing(cursor);
        taken.at_end = answer.at_end;
        self.take_runs(&mut ahead, answer, &mut taken)?;
        if !taken.again {
            self.take_loose(&mut ahead, &answer.loose, &mut taken)?;
        }
        taken.effects.push(Effect::Cursor(taken.cursor));
        Ok(taken)
    }

    /// A log, and the keys that are known without it.
    pub(crate) fn ahead<'a, L: Log>(&self, log: &'a L) -> Ahead<'a, L> {
        let mut ahead = Ahead::new(log, self.ledger);
        ahead.trust(self.server_key);
        ahead.trust(self.key.public());
        ahead
    }

    fn take_runs<L: Log>(
        &self,
        ahead: &mut Ahead<'_, L>,
        answer: &SyncAnswer,
        taken: &mut Taken,
    ) -> Result<(), Fault<L::Error>> {
        let mut n = taken.cursor.n;
        let mut chain = wire::hash_of(&taken.cursor.anchor);
        for run in &answer.runs {
            if run.count == 0 {
                return Err(Fault::Senseless("a run of no numbers"));
            }
            let numbers = run.numbers(n.saturating_add(1));
            let hashes = match &run.batch {
                Some(batch) => self.take_batch(ahead, run, batch, taken)?,
                None => match self.take_named(ahead, run, taken)? {
                    Some(hashes) => hashes,
                    None => {
                        (taken.again, taken.unfilled) = (true, true);
                        Vec::new()
                    }
                },
            };
            if taken.again {
                break;
            }
            for hash in hashes {
                chain = chain.then(hash.as_bytes());
            }
            n = n.saturating_add(run.count);
            taken.effects.push(Effect::Run(ChainedRun {
                run: numbers,
                after: chain,
            }));
        }
        taken.cursor = CursorMessage {
            n,
            anchor: wire::hash_bytes(&chain),
            ..taken.cursor
        };
        if taken.again {
            taken.at_end = false;
        } else if taken.cursor != answer.cursor {
            return Err(Fault::OtherOrder { n: answer.cursor.n });
        }
        if answer.runs.is_empty() && !answer.at_end {
            return Err(Fault::Senseless("nothing was sent although there is more"));
        }
        Ok(())
    }

    /// Takes the entries that came with a run; returns the chain hash after each.
    fn take_batch<L: Log>(
        &self,
        ahead: &mut Ahead<'_, L>,
        run: &wire::RunMessage,
        batch: &BatchMessage,
        taken: &mut Taken,
    ) -> Result<Vec<Hash>, Fault<L::Error>> {
        if (batch.origin, batch.first_seq, batch.count) != (run.origin, run.first_seq, run.count) {
            return Err(Fault::Senseless("a batch that is not its run's"));
        }
        self.take_entries(ahead, batch, taken)
    }

    /// Takes a batch under the name that the central order gives it; returns the chain hash after
    /// each entry.
    pub(crate) fn take_entries<L: Log>(
        &self,
        ahead: &mut Ahead<'_, L>,
        batch: &BatchMessage,
        taken: &mut Taken,
    ) -> Result<Vec<Hash>, Fault<L::Error>> {
        let checked = ahead.check(batch)?;
        if ahead.is_of(checked.root, self.server_key.device_id()) {
            ahead.learn_keys(&checked.slice);
        }
        let room = ahead.make_room(&checked)?;
        taken.again = room
            .iter()
            .any(|effect| matches!(effect, Effect::Renamed { .. }));
        taken.effects.extend(room);
        if taken.again {
            return Ok(Vec::new());
        }
        let new = ahead.join(&checked)?;
        if new.is_none() && Bug::HeadsNotKept.is_planted() {
            return Ok(checked.hashes);
        }
        if let Some(slice) = new {
            taken.pulled = taken.pulled.saturating_add(count(&slice));
            taken.effects.push(Effect::Foreign {
                batch: batch.clone(),
                slice,
            });
        }
        // Whoever pulls from here gets this run under this head, also where the entries were here
        // before under other heads.
        let chain = checked.slice.origin;
        taken.effects.push(Effect::Head(chain, checked.head));
        Ok(checked.hashes)
    }

    /// Takes a run whose entries are here; returns the chain hash after each, none when they are
    /// not here.
    fn take_named<L: Log>(
        &self,
        ahead: &mut Ahead<'_, L>,
        run: &wire::RunMessage,
        taken: &mut Taken,
    ) -> Result<Option<Vec<Hash>>, Fault<L::Error>> {
        let Some(Named { hashes, head }) = ahead.named(run)? else {
            return Ok(None);
        };
        let chain = wire::origin_of(&run.origin);
        // What has had no number so far may say nothing in the log yet.
        if ahead.is_of(ahead.root(chain)?, self.server_key.device_id()) {
            ahead.learn_keys_of(chain, run.first_seq, run.count)?;
        }
        taken.effects.push(Effect::Head(chain, head));
        Ok(Some(hashes))
    }

    /// Takes what somebody holds without a number. What cannot be checked is left where it is, and
    /// its entries are counted: the central server will tell of them.
    pub(crate) fn take_loose<L: Log>(
        &self,
        ahead: &mut Ahead<'_, L>,
        loose: &[BatchMessage],
        taken: &mut Taken,
    ) -> Result<u64, Fault<L::Error>> {
        let mut left = 0_u64;
        for batch in loose {
            match ahead.take_any(batch) {
                Ok(Some(new)) => {
                    taken.pulled = taken.pulled.saturating_add(count(&new.slice));
                    taken.effects.extend(new.effects());
                }
                Err(Fault::Log(error)) => return Err(Fault::Log(error)),
                Ok(None) => {}
                Err(_) => left = left.saturating_add(batch.count),
            }
        }
        Ok(left)
    }
}

fn count(slice: &OriginSlice) -> u64 {
    u64::try_from(slice.entries.len()).unwrap_or(u64::MAX)
}
