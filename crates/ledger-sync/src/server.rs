//! The answering side: takes pushed batches and serves the central order.

use ledger_core::planted::Bug;
use ledger_core::{LedgerId, Origin};
use ledger_format::Hash;
use ledger_format::wire::{
    self, BATCH_ENTRIES_MAX, BatchMessage, CursorMessage, OriginHead, Reject, RejectCode,
    RunMessage,
};

use crate::client::batch_message;
use crate::keys::Ahead;
use crate::{ChainedRun, Effect, Fault, Log};

/// The most runs looked at for one answer.
const RUNS_MAX: usize = 4_096;

/// What pushed batches come to.
#[derive(Debug, Default)]
pub struct Pushed {
    /// To make durable: entries and heads, in order.
    pub effects: Vec<Effect>,
    /// What was not taken, and why.
    pub rejects: Vec<Reject>,
    /// New entries in order of arrival: origin, first seq and the chain hash after each.
    pub arrivals: Vec<(Origin, u64, Vec<Hash>)>,
}

/// Checks pushed batches. A bad one does not block others: only later ones of its origin, which
/// then do not continue the log.
pub fn take_push<L: Log>(
    log: &L,
    ledger: LedgerId,
    push: &[BatchMessage],
) -> Result<Pushed, L::Error> {
    let mut ahead = Ahead::new(log, ledger);
    let mut pushed = Pushed::default();
    for batch in push {
        if let Err(fault) = take_one(&mut ahead, batch, &mut pushed) {
            let (code, expected_seq) = reject_code(fault)?;
            pushed.rejects.push(Reject {
                origin: batch.origin,
                first_seq: batch.first_seq,
                code,
                expected_seq,
            });
        }
    }
    Ok(pushed)
}

fn take_one<L: Log>(
    ahead: &mut Ahead<'_, L>,
    batch: &BatchMessage,
    pushed: &mut Pushed,
) -> Result<(), Fault<L::Error>> {
    let checked = ahead.check(batch)?;
    let Some(joined) = ahead.join_any(&checked)? else {
        if Bug::NumberAgain.is_planted() {
            let (origin, first) = (checked.slice.origin, checked.slice.first_seq);
            pushed.arrivals.push((origin, first, checked.hashes));
        }
        return Ok(());
    };
    let slice = joined.slice;
    let chain = slice.origin;
    let hashes = checked.hashes.get(joined.known..).unwrap_or_default();
    let arrival = (chain, slice.first_seq, hashes.to_vec());
    pushed.arrivals.push(arrival);
    pushed.effects.extend(joined.begins.map(Effect::Branch));
    let mut batch = batch.clone();
    batch.origin = wire::id_bytes(chain.as_bytes());
    batch.root = (chain != checked.root).then(|| wire::id_bytes(checked.root.as_bytes()));
    pushed.effects.push(Effect::Foreign { batch, slice });
    pushed.effects.push(Effect::Head(chain, checked.head));
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
        Fault::Unfilled { .. }
        | Fault::OtherOrder { .. }
        | Fault::Senseless(_)
        | Fault::Pack { .. } => (RejectCode::Other, 0),
    })
}

/// A part of the central order.
#[derive(Debug)]
pub struct Served {
    /// The caller's cursor is not of this order.
    pub restart: bool,
    /// Whole runs, in order.
    pub runs: Vec<RunMessage>,
    /// Where the caller is after them.
    pub cursor: CursorMessage,
    /// Whether that is the end.
    pub at_end: bool,
}

/// Serves the central order from a cursor on: whole runs, at least one if there is one, up to
/// about `bytes_max` packed bytes. Entries that the caller holds are named by their run alone.
pub fn serve_pull<L: Log>(
    log: &L,
    epoch: u64,
    cursor: CursorMessage,
    have: &[OriginHead],
    encoding: u8,
    bytes_max: u64,
) -> Result<Served, Fault<L::Error>> {
    let fits = cursor.epoch == epoch && anchor_at(log, epoch, cursor.n)? == Some(cursor.anchor);
    let (restart, from) = if fits {
        (false, cursor)
    } else {
        let start = wire::hash_bytes(&wire::central_chain_start(epoch));
        (
            true,
            CursorMessage {
                epoch,
                n: 0,
                anchor: start,
            },
        )
    };
    let mut served = Served {
        restart,
        runs: Vec::new(),
        cursor: from,
        at_end: true,
    };
    let mut bytes = 0_u64;
    let runs = log
        .runs_from(from.n.saturating_add(1), RUNS_MAX)
        .map_err(Fault::Log)?;
    let full = runs.len() == RUNS_MAX;
    for chained in runs {
        if bytes >= bytes_max && !served.runs.is_empty() {
            served.at_end = false;
            return Ok(served);
        }
        let message = run_message(log, &chained, have, encoding)?;
        bytes = bytes.saturating_add(message.batch.as_ref().map_or(64, |batch| {
            u64::try_from(batch.bytes.len())
                .unwrap_or(u64::MAX)
                .saturating_add(256)
        }));
        let n = served.cursor.n.saturating_add(chained.run.count);
        served.cursor = CursorMessage {
            epoch,
            n,
            anchor: wire::hash_bytes(&chained.after),
        };
        served.runs.push(message);
    }
    served.at_end = !full;
    Ok(served)
}

/// The anchor at a central number, when it is the end of a run.
fn anchor_at<L: Log>(
    log: &L,
    epoch: u64,
    n: u64,
) -> Result<Option<serde_bytes::ByteArray<32>>, Fault<L::Error>> {
    if n == 0 {
        return Ok(Some(wire::hash_bytes(&wire::central_chain_start(epoch))));
    }
    let runs = log.runs_from(n, 1).map_err(Fault::Log)?;
    let ends = |chained: &&ChainedRun| {
        chained
            .run
            .n
            .saturating_add(chained.run.count)
            .saturating_sub(1)
            == n
    };
    Ok(runs
        .first()
        .filter(ends)
        .map(|chained| wire::hash_bytes(&chained.after)))
}

fn run_message<L: Log>(
    log: &L,
    chained: &ChainedRun,
    have: &[OriginHead],
    encoding: u8,
) -> Result<RunMessage, Fault<L::Error>> {
    let run = chained.run;
    let origin = run.origin;
    let last = run.first_seq.saturating_add(run.count).saturating_sub(1);
    let held = match have
        .iter()
        .find(|head| wire::origin_of(&head.origin) == origin)
    {
        Some(head) if head.seq >= last => {
            let here = log.hash_at(origin, head.seq).map_err(Fault::Log)?;
            here.is_some_and(|hash| hash.hash8() == *head.hash8)
        }
        _ => false,
    };
    let mut message = RunMessage {
        origin: wire::id_bytes(origin.as_bytes()),
        first_seq: run.first_seq,
        count: run.count,
        moment_millis: run.moment.millis(),
        batch: None,
    };
    if held {
        return Ok(message);
    }
    let count = usize::try_from(run.count).unwrap_or(BATCH_ENTRIES_MAX);
    let slice = log
        .slice(origin, run.first_seq, count, usize::MAX)
        .map_err(Fault::Log)?;
    let head = log.signed_head_covering(origin, last).map_err(Fault::Log)?;
    let head = head.filter(|head| head.seq == last && slice.last_seq() == last);
    let head = head.ok_or(Fault::Senseless("a run that does not end at a signed head"))?;
    message.batch = batch_message(&slice, encoding, &head);
    Ok(message)
}
