//! The answering side: takes pushed batches and serves the central order.

use ledger_core::planted::Bug;
use ledger_core::{LedgerId, Origin, Timestamp};
use ledger_format::Hash;
use ledger_format::head::{Certificate, PublicKey, SignedHead};
use ledger_format::wire::{
    self, BATCH_ENTRIES_MAX, BatchMessage, CursorMessage, OriginHead, Reject, RejectCode,
    RunMessage, SyncRequest,
};

use serde_bytes::ByteArray;

use crate::keys::Ahead;
use crate::outgoing::{Signer, batch_bytes, batch_message, next_relayed};
use crate::{ChainedRun, Effect, Fault, Log};

/// The most runs looked at for one answer.
const RUNS_MAX: usize = 4_096;
/// About how many bytes a run without its entries takes.
pub const NAMED_RUN_BYTES: usize = 128;

/// New entries of one chain, as they arrived.
#[derive(Debug)]
pub struct Arrival {
    /// The chain.
    pub origin: Origin,
    /// The first new seq.
    pub first_seq: u64,
    /// The chain hash after each.
    pub hashes: Vec<Hash>,
    /// When a server that was restored had numbered them before.
    pub numbered_at: Option<Timestamp>,
}

/// What pushed batches come to.
#[derive(Debug, Default)]
pub struct Pushed {
    /// To make durable: entries and heads, in order.
    pub effects: Vec<Effect>,
    /// What was not taken, and why.
    pub rejects: Vec<Reject>,
    /// New entries in order of arrival.
    pub arrivals: Vec<Arrival>,
}

/// Whose keys hold for what is pushed, beside those that the log knows.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The ledger.
    pub ledger: LedgerId,
    /// The central server's key.
    pub server_key: PublicKey,
    /// The key of the device that pushes.
    pub caller: PublicKey,
    /// This node's own key: a hub is given back what it wrote, before its log knows its key.
    pub own: PublicKey,
}

/// Checks pushed batches. A bad one does not block others: only later ones of its origin, which
/// then do not continue the log.
pub fn take_push<L: Log>(
    log: &L,
    known: &Known,
    request: &SyncRequest,
) -> Result<Pushed, L::Error> {
    let mut ahead = Ahead::knowing(log, known);
    for certificate in &request.certificates {
        let certificate = Certificate::from_bytes(certificate).ok();
        let certificate = certificate
            .filter(|it| it.ledger == known.ledger && it.verify_strict(&known.server_key).is_ok());
        if let Some(certificate) = certificate {
            ahead.trust(certificate.public_key);
        }
    }
    let again = request.again.iter().filter_map(|run| {
        let moment = Timestamp::from_millis(run.moment_millis);
        Some((run.batch.as_ref()?, Some(moment)))
    });
    let push = request.push.iter().map(|batch| (batch, None));
    let mut pushed = Pushed::default();
    take_all(&mut ahead, known, again.chain(push), &mut pushed)?;
    Ok(pushed)
}

/// Takes batches one by one, with when they were numbered before, and notes what is not taken.
pub(crate) fn take_all<'b, L: Log>(
    ahead: &mut Ahead<'_, L>,
    known: &Known,
    batches: impl Iterator<Item = (&'b BatchMessage, Option<Timestamp>)>,
    pushed: &mut Pushed,
) -> Result<(), L::Error> {
    for (batch, numbered_at) in batches {
        if let Err(fault) = take_one(ahead, known, batch, numbered_at, pushed) {
            let (code, expected_seq) = reject_code(fault)?;
            pushed.rejects.push(Reject {
                origin: batch.origin,
                first_seq: batch.first_seq,
                code,
                expected_seq,
            });
        }
    }
    Ok(())
}

fn take_one<L: Log>(
    ahead: &mut Ahead<'_, L>,
    known: &Known,
    batch: &BatchMessage,
    numbered_at: Option<Timestamp>,
    pushed: &mut Pushed,
) -> Result<(), Fault<L::Error>> {
    let Some(new) = ahead.take_any(batch)? else {
        if Bug::NumberAgain.is_planted() {
            let checked = ahead.check(batch)?;
            pushed.arrivals.push(Arrival {
                origin: checked.slice.origin,
                first_seq: checked.slice.first_seq,
                hashes: checked.hashes,
                numbered_at,
            });
        }
        return Ok(());
    };
    // What a restored server wrote itself says who is enrolled.
    if ahead.is_of(new.root(), known.server_key.device_id()) {
        ahead.learn_keys(&new.slice);
    }
    pushed.arrivals.push(Arrival {
        origin: new.slice.origin,
        first_seq: new.slice.first_seq,
        hashes: new.hashes.clone(),
        numbered_at,
    });
    pushed.effects.extend(new.effects());
    Ok(())
}

fn reject_code<E: std::error::Error + Send + Sync + 'static>(
    fault: Fault<E>,
) -> Result<(RejectCode, u64), E> {
    Ok(match fault {
        Fault::Log(error) => return Err(error),
        Fault::Gap { expected, .. } => (RejectCode::Gap, expected),
        Fault::Fork { seq, .. } => (RejectCode::Fork, seq),
        Fault::BadHash { .. } => (RejectCode::BadHash, 0),
        Fault::BadSignature { .. } => (RejectCode::BadSignature, 0),
        Fault::TooLarge { .. } => (RejectCode::TooLarge, 0),
        Fault::Unreadable { .. } => (RejectCode::Unreadable, 0),
        Fault::OtherOrder { .. }
        | Fault::Senseless(_)
        | Fault::NoHead { .. }
        | Fault::Pack { .. } => (RejectCode::Other, 0),
    })
}

/// A part of the central order.
#[derive(Debug)]
pub struct Served {
    /// The caller's cursor is of another order: it compares what it holds, and begins again.
    pub restart: bool,
    /// Whole runs, in order.
    pub runs: Vec<RunMessage>,
    /// Where the caller is after them.
    pub cursor: CursorMessage,
    /// Whether that is the end.
    pub at_end: bool,
    /// About how many bytes they take.
    pub bytes: u64,
}

/// The central order as somebody serves it.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// The epoch of the numbers.
    pub epoch: u64,
    /// Whether the numbers are given here. A hub has heard of them, and others may have heard more.
    pub central: bool,
    /// The packing encoding that the caller reads.
    pub encoding: u8,
}

/// How a cursor meets an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is a place in it.
    Here,
    /// Of the same epoch, and not in it. On a central server that means that the server was turned
    /// back.
    Beyond,
    /// Of another epoch.
    Elsewhere,
}

impl Order {
    /// How a cursor meets this order.
    pub fn place<L: Log>(&self, log: &L, cursor: &CursorMessage) -> Result<Place, Fault<L::Error>> {
        if cursor.epoch != self.epoch {
            return Ok(Place::Elsewhere);
        }
        let is_here = anchor_at(log, self.epoch, cursor.n)? == Some(cursor.anchor);
        Ok(if is_here { Place::Here } else { Place::Beyond })
    }

    /// Serves the order from a cursor on: whole runs, at least one if there is one, up to about
    /// `bytes_max` bytes; nothing when that is 0. Entries that the caller holds are named by
    /// their run alone.
    pub fn serve<L: Log>(
        &self,
        log: &L,
        cursor: CursorMessage,
        have: &[OriginHead],
        bytes_max: u64,
    ) -> Result<Served, Fault<L::Error>> {
        let place = self.place(log, &cursor)?;
        // Epochs grow. Who has heard of a later one, or of more of this one, knows better than a
        // hub.
        let knows_more = !self.central && (place == Place::Beyond || cursor.epoch > self.epoch);
        let mut served = Served {
            restart: place != Place::Here && !knows_more,
            runs: Vec::new(),
            cursor,
            at_end: knows_more,
            bytes: 0,
        };
        if place != Place::Here {
            served.cursor.epoch = if knows_more { cursor.epoch } else { self.epoch };
            return Ok(served);
        }
        let runs = log
            .runs_from(cursor.n.saturating_add(1), RUNS_MAX)
            .map_err(Fault::Log)?;
        let full = runs.len() == RUNS_MAX;
        for chained in runs {
            if bytes_max == 0 || (served.bytes >= bytes_max && !served.runs.is_empty()) {
                return Ok(served);
            }
            let message = run_message(log, &chained, have, self.encoding)?;
            let bytes = message.batch.as_ref().map_or(NAMED_RUN_BYTES, batch_bytes);
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            served.bytes = served.bytes.saturating_add(bytes);
            let n = served.cursor.n.saturating_add(chained.run.count);
            served.cursor = CursorMessage {
                epoch: self.epoch,
                n,
                anchor: wire::hash_bytes(&chained.after),
            };
            served.runs.push(message);
        }
        served.at_end = !full;
        Ok(served)
    }

    /// What has no central number here and the caller does not hold, up to about `bytes_max` bytes.
    /// Of `own` chains the heads are signed now.
    pub fn serve_loose<L: Log>(
        &self,
        log: &L,
        chains: &[Origin],
        own: (&[Origin], Signer<'_>),
        have: &[OriginHead],
        bytes_max: usize,
    ) -> Result<Vec<BatchMessage>, Fault<L::Error>> {
        let (own, signer) = own;
        let mut loose = Vec::new();
        let mut bytes = 0_usize;
        for &chain in chains {
            let Some((last, _)) = log.head(chain).map_err(Fault::Log)? else {
                continue;
            };
            let numbered = log.numbered_up_to(chain).map_err(Fault::Log)?;
            let mut reached = numbered.max(theirs(log, chain, have)?.unwrap_or(0));
            while reached < last && bytes < bytes_max {
                let next = reached.saturating_add(1);
                let batch = if own.contains(&chain) {
                    Some(signer.next(log, chain, next, BATCH_ENTRIES_MAX)?)
                } else {
                    next_relayed(log, chain, next)?
                };
                let Some((slice, head)) = batch else { break };
                let Some(message) = batch_message(&slice, self.encoding, &head) else {
                    break;
                };
                bytes = bytes.saturating_add(batch_bytes(&message));
                reached = slice.last_seq();
                loose.push(message);
            }
        }
        Ok(loose)
    }
}

/// Up to where the caller said that it holds a chain, when it is the same chain.
fn theirs<L: Log>(
    log: &L,
    chain: Origin,
    have: &[OriginHead],
) -> Result<Option<u64>, Fault<L::Error>> {
    let named = |head: &&OriginHead| wire::origin_of(&head.origin) == chain;
    let Some(head) = have.iter().find(named) else {
        return Ok(None);
    };
    let here = log.hash_at(chain, head.seq).map_err(Fault::Log)?;
    let is_same = here.is_some_and(|hash| hash.hash8() == *head.hash8);
    Ok(is_same.then_some(head.seq))
}

/// How far this log holds the chains that the caller named.
pub fn held<L: Log>(log: &L, have: &[OriginHead]) -> Result<Vec<OriginHead>, L::Error> {
    let mut held = Vec::new();
    for head in have {
        let chain = wire::origin_of(&head.origin);
        if let Some((seq, hash)) = log.head(chain)? {
            held.push(wire::head_message(chain, seq, &hash));
        }
    }
    Ok(held)
}

/// The anchor at a central number, when it is the end of a run.
fn anchor_at<L: Log>(
    log: &L,
    epoch: u64,
    n: u64,
) -> Result<Option<ByteArray<32>>, Fault<L::Error>> {
    if n == 0 {
        return Ok(Some(wire::hash_bytes(&wire::central_chain_start(epoch))));
    }
    let runs = log.runs_from(n, 1).map_err(Fault::Log)?;
    let ends = runs.first().filter(|chained| chained.last() == n);
    Ok(ends.map(|chained| wire::hash_bytes(&chained.after)))
}

/// The signed head at the end of a run.
pub(crate) fn head_at<L: Log>(
    log: &L,
    chain: Origin,
    last: u64,
) -> Result<SignedHead, Fault<L::Error>> {
    let head = log.signed_head_covering(chain, last).map_err(Fault::Log)?;
    head.filter(|head| head.seq == last)
        .ok_or(Fault::NoHead { chain, seq: last })
}

/// A run without its entries, with the signature of the head at its end, and that head.
pub(crate) fn named_run<L: Log>(
    log: &L,
    chained: &ChainedRun,
) -> Result<(RunMessage, SignedHead), Fault<L::Error>> {
    let run = chained.run;
    let head = head_at(log, run.origin, run.last_seq())?;
    let message = RunMessage {
        origin: wire::id_bytes(run.origin.as_bytes()),
        first_seq: run.first_seq,
        count: run.count,
        moment_millis: run.moment.millis(),
        batch: None,
        signature: Some(ByteArray::new(*head.signature.as_bytes())),
    };
    Ok((message, head))
}

pub(crate) fn run_message<L: Log>(
    log: &L,
    chained: &ChainedRun,
    have: &[OriginHead],
    encoding: u8,
) -> Result<RunMessage, Fault<L::Error>> {
    let run = chained.run;
    let origin = run.origin;
    let (mut message, head) = named_run(log, chained)?;
    if theirs(log, origin, have)?.is_some_and(|seq| seq >= head.seq) {
        return Ok(message);
    }
    message.signature = None;
    let count = usize::try_from(run.count).unwrap_or(BATCH_ENTRIES_MAX);
    let slice = log
        .slice(origin, run.first_seq, count, usize::MAX)
        .map_err(Fault::Log)?;
    message.batch = batch_message(&slice, encoding, &head);
    Ok(message)
}
