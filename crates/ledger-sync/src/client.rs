//! The asking side: a handheld, or a hub towards its upstream.

use ledger_core::{LedgerId, Origin};
use ledger_format::head::{DeviceKey, PublicKey, SignedHead};
use ledger_format::wire::{
    self, BATCH_ENTRIES_MAX, BATCH_ENTRY_BYTES, BatchMessage, CursorMessage, OriginHead,
    SyncAnswer, SyncRequest,
};
use ledger_format::{Hash, OriginSlice, pack};
use serde_bytes::{ByteArray, ByteBuf};

use crate::keys::Ahead;
use crate::{ChainedRun, Effect, Fault, Log};

/// The most bytes of packed batches in one request, and asked for in one answer.
pub const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Who asks whom.
#[derive(Debug)]
pub struct Client<'a> {
    /// The ledger both belong to.
    pub ledger: LedgerId,
    /// The asking device's key, which signs its heads.
    pub key: &'a DeviceKey,
    /// The server's key.
    pub server_key: PublicKey,
    /// The origins that the device writes.
    pub own: &'a [Origin],
    /// The packing encoding agreed in hello.
    pub encoding: u8,
    /// How far the server has own origins for which it gives no numbers, since the device was
    /// revoked; all others have what has a central number.
    pub given: &'a [(Origin, u64)],
}

/// A request with what has to be durable before it is sent.
#[derive(Debug)]
pub struct Asked {
    /// The request.
    pub request: SyncRequest,
    /// The heads signed for it, by chain.
    pub heads: Vec<(Origin, SignedHead)>,
    /// How many entries it pushes.
    pub pushed: u64,
    /// Whether own entries remain for a further request.
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
    /// Whether something goes by another name from now on, so that the server is to be asked once
    /// more: the rest of the answer was left out, or there is something new to be pushed.
    pub renamed: bool,
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

    /// The next request: own entries without a central number, and the pull from the cursor on.
    pub fn ask<L: Log>(&self, log: &L, cursor: CursorMessage) -> Result<Asked, Fault<L::Error>> {
        let mut asked = Asked {
            request: SyncRequest {
                cursor,
                have: Vec::new(),
                push: Vec::new(),
                bytes_max: u64::try_from(REQUEST_BYTES_MAX).unwrap_or(u64::MAX),
            },
            heads: Vec::new(),
            pushed: 0,
            more: false,
        };
        let mut room = REQUEST_BYTES_MAX;
        for &origin in self.own {
            self.push_origin(log, origin, &mut asked, &mut room)?;
        }
        Ok(asked)
    }

    fn push_origin<L: Log>(
        &self,
        log: &L,
        origin: Origin,
        asked: &mut Asked,
        room: &mut usize,
    ) -> Result<(), Fault<L::Error>> {
        let Some((last, _)) = log.head(origin).map_err(Fault::Log)? else {
            return Ok(());
        };
        let given = self.given.iter().find(|(given, _)| *given == origin);
        let there = match given {
            Some((_, seq)) => *seq,
            None => log.numbered_up_to(origin).map_err(Fault::Log)?,
        };
        if there >= last {
            return Ok(());
        }
        let mut have = None;
        let branch = log.branch(origin).map_err(Fault::Log)?;
        let first = branch.as_ref().map_or(1, |branch| branch.first_seq);
        let mut next = there.saturating_add(1).max(first);
        let root = branch.map_or(origin, |branch| branch.root);
        while next <= last {
            if *room == 0 {
                asked.more = true;
                break;
            }
            let slice = log
                .slice(origin, next, BATCH_ENTRIES_MAX, BATCH_ENTRY_BYTES)
                .map_err(Fault::Log)?;
            let hash = slice.head();
            let head = SignedHead::sign(self.key, self.ledger, root, slice.last_seq(), hash);
            let batch =
                batch_message(&slice, self.encoding, &head).ok_or(Fault::Pack { origin })?;
            *room = room.saturating_sub(batch.bytes.len());
            asked.pushed = asked.pushed.saturating_add(batch.count);
            asked.request.push.push(batch);
            next = slice.last_seq().saturating_add(1);
            have = Some((slice.last_seq(), hash));
            asked.heads.push((origin, head));
        }
        asked
            .request
            .have
            .extend(have.map(|(seq, hash)| OriginHead {
                origin: wire::id_bytes(origin.as_bytes()),
                seq,
                hash8: ByteArray::new(hash.hash8()),
            }));
        Ok(())
    }

    /// Checks an answer and says what to make durable.
    pub fn take<L: Log>(
        &self,
        log: &L,
        cursor: CursorMessage,
        answer: &SyncAnswer,
    ) -> Result<Taken, Fault<L::Error>> {
        let cursor = if answer.restart {
            Self::first_cursor(answer.cursor.epoch)
        } else {
            cursor
        };
        if cursor.epoch != answer.cursor.epoch {
            return Err(Fault::Senseless("another epoch without a new beginning"));
        }
        let mut ahead = Ahead::new(log, self.ledger);
        ahead.trust(self.server_key);
        ahead.trust(self.key.public());
        let mut taken = Taken {
            effects: Vec::new(),
            cursor,
            pulled: 0,
            at_end: answer.at_end,
            renamed: false,
        };
        let mut n = cursor.n;
        let mut chain = wire::hash_of(&cursor.anchor);
        for run in &answer.runs {
            if run.count == 0 {
                return Err(Fault::Senseless("a run of no numbers"));
            }
            let numbers = run.numbers(n.saturating_add(1));
            let hashes = match &run.batch {
                Some(batch) => self.take_batch(&mut ahead, run, batch, &mut taken)?,
                None => held_hashes(&ahead, numbers.origin, run.first_seq, run.count)?,
            };
            if taken.renamed {
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
            ..cursor
        };
        if taken.renamed {
            taken.at_end = false;
        } else if taken.cursor != answer.cursor {
            return Err(Fault::OtherOrder { n: answer.cursor.n });
        }
        if answer.runs.is_empty() && !answer.at_end {
            return Err(Fault::Senseless("nothing was sent although there is more"));
        }
        taken.effects.push(Effect::Cursor(taken.cursor));
        Ok(taken)
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
        let checked = ahead.check(batch)?;
        if ahead.is_of(&checked.slice, self.server_key.device_id()) {
            ahead.learn_keys(&checked.slice);
        }
        let room = ahead.make_room(&checked)?;
        taken.renamed = room
            .iter()
            .any(|effect| matches!(effect, Effect::Renamed { .. }));
        taken.effects.extend(room);
        if taken.renamed {
            return Ok(Vec::new());
        }
        if let Some(slice) = ahead.join(&checked)? {
            let chain = slice.origin;
            let new = u64::try_from(slice.entries.len()).unwrap_or(u64::MAX);
            taken.pulled = taken.pulled.saturating_add(new);
            taken.effects.push(Effect::Foreign {
                batch: batch.clone(),
                slice,
            });
            taken.effects.push(Effect::Head(chain, checked.head));
        }
        Ok(checked.hashes)
    }
}

/// The chain hashes of entries that are here already.
fn held_hashes<L: Log>(
    ahead: &Ahead<'_, L>,
    origin: Origin,
    first_seq: u64,
    count: u64,
) -> Result<Vec<Hash>, Fault<L::Error>> {
    let last = first_seq.saturating_add(count).saturating_sub(1);
    if first_seq == 0 || ahead.head(origin)?.0 < last {
        return Err(Fault::Unfilled { origin, first_seq });
    }
    let mut hashes = Vec::new();
    let mut next = first_seq;
    while next <= last {
        let slice = ahead.slice(origin, next)?;
        if slice.entries.is_empty() {
            return Err(Fault::Unfilled {
                origin,
                first_seq: next,
            });
        }
        let mut hash = slice.prev;
        for (seq, entry) in (next..=last).zip(slice.entries.iter()) {
            hash = hash.then(entry);
            hashes.push(hash);
            next = seq.saturating_add(1);
        }
    }
    Ok(hashes)
}

/// A slice as it travels, ending at a signed head.
#[must_use]
pub fn batch_message(slice: &OriginSlice, encoding: u8, head: &SignedHead) -> Option<BatchMessage> {
    Some(BatchMessage {
        origin: wire::id_bytes(slice.origin.as_bytes()),
        root: (head.origin != slice.origin).then(|| wire::id_bytes(head.origin.as_bytes())),
        first_seq: slice.first_seq,
        count: u64::try_from(slice.entries.len()).ok()?,
        prev: wire::hash_bytes(&slice.prev),
        encoding,
        bytes: ByteBuf::from(pack::pack(slice, encoding)),
        head: wire::hash_bytes(&head.hash),
        signature: ByteArray::new(*head.signature.as_bytes()),
    })
}
