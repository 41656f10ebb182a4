//! The central order in pieces, as files and snapshots hold it.
//!
//! A piece has the entries of each chain together and its runs by name alone, so that many short
//! runs cost little more than one long one. It says the same as an answer with those runs would,
//! and is checked the same way.

use std::collections::BTreeMap;

use ledger_core::{Origin, Timestamp};
use ledger_format::head::{PublicKey, Signature, SignedHead};
use ledger_format::wire::{
    self, BATCH_ENTRIES_MAX, BATCH_ENTRY_BYTES, BatchMessage, CursorMessage, Piece, RunMessage,
};
use ledger_format::{Hash, OriginSlice};

use crate::client::{Client, Taken};
use crate::keys::Ahead;
use crate::outgoing::batch_message;
use crate::server::{Arrival, Known, Pushed, head_at, named_run, take_all};
use crate::{ChainedRun, Effect, Fault, Log};

/// How many central numbers a piece spans, when nobody says otherwise.
pub const PIECE_ENTRIES: u64 = 20_000;
/// How many runs are looked at together.
const RUNS_PAGE: usize = 512;

/// The piece of the order behind a place, none at the end: whole runs up to number `last`, unless a
/// single run goes beyond it.
pub fn piece<L: Log>(
    log: &L,
    from: CursorMessage,
    encoding: u8,
    last: u64,
) -> Result<Option<Piece>, Fault<L::Error>> {
    let runs = runs_up_to(log, from.n, last)?;
    let Some(end) = runs.last() else {
        return Ok(None);
    };
    let to = CursorMessage {
        epoch: from.epoch,
        n: end.last(),
        anchor: wire::hash_bytes(&end.after),
    };
    let mut piece = Piece {
        from,
        to,
        entries: Vec::new(),
        runs: Vec::with_capacity(runs.len()),
    };
    for part in parts(&runs) {
        pack_part(log, &part, encoding, &mut piece.entries)?;
    }
    for chained in &runs {
        piece.runs.push(named_run(log, chained)?.0);
    }
    Ok(Some(piece))
}

/// Whole runs behind a number, up to number `last` or one that goes beyond it.
fn runs_up_to<L: Log>(log: &L, n: u64, last: u64) -> Result<Vec<ChainedRun>, Fault<L::Error>> {
    let mut runs: Vec<ChainedRun> = Vec::new();
    loop {
        let next = runs.last().map_or(n, ChainedRun::last).saturating_add(1);
        let page = log.runs_from(next, RUNS_PAGE).map_err(Fault::Log)?;
        let is_end = page.len() < RUNS_PAGE || page.last().is_some_and(|run| run.last() >= last);
        let begins = runs.is_empty();
        let fit = page.iter().take_while(|run| run.last() <= last).count();
        runs.extend(page.into_iter().take(fit.max(usize::from(begins))));
        if is_end {
            return Ok(runs);
        }
    }
}

/// What a piece has of one chain: from which seq on, and where its runs end.
struct Part {
    chain: Origin,
    first_seq: u64,
    ends: Vec<u64>,
}

/// By chain, in the order in which they come up: who signs comes before what is signed.
fn parts(runs: &[ChainedRun]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut places: BTreeMap<Origin, usize> = BTreeMap::new();
    for ChainedRun { run, .. } in runs {
        let place = *places.entry(run.origin).or_insert(parts.len());
        match parts.get_mut(place) {
            Some(part) => part.ends.push(run.last_seq()),
            None => parts.push(Part {
                chain: run.origin,
                first_seq: run.first_seq,
                ends: vec![run.last_seq()],
            }),
        }
    }
    parts
}

fn pack_part<L: Log>(
    log: &L,
    part: &Part,
    encoding: u8,
    packed: &mut Vec<BatchMessage>,
) -> Result<(), Fault<L::Error>> {
    let mut ends = part.ends.as_slice();
    let mut next = part.first_seq;
    while let Some((first, _)) = ends.split_first() {
        let most = next.saturating_add(batch_entries()).saturating_sub(1);
        let far = ends.iter().take_while(|end| **end <= most).last();
        let mut slice = slice_to(log, part.chain, next, *far.unwrap_or(first))?;
        if slice.entries.byte_len() > BATCH_ENTRY_BYTES {
            // Long entries: a run alone is as large as it was when it was signed.
            slice = slice_to(log, part.chain, next, *first)?;
        }
        let last = slice.last_seq();
        let head = head_at(log, part.chain, last)?;
        let origin = part.chain;
        let batch = batch_message(&slice, encoding, &head);
        packed.push(batch.ok_or(Fault::Pack { origin })?);
        next = last.saturating_add(1);
        let done = ends.iter().take_while(|end| **end <= last).count();
        ends = ends.get(done.max(1)..).unwrap_or_default();
    }
    Ok(())
}

fn batch_entries() -> u64 {
    u64::try_from(BATCH_ENTRIES_MAX).unwrap_or(u64::MAX)
}

fn slice_to<L: Log>(
    log: &L,
    chain: Origin,
    from: u64,
    to: u64,
) -> Result<OriginSlice, Fault<L::Error>> {
    let count = to.saturating_sub(from).saturating_add(1);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    log.slice(chain, from, count, usize::MAX)
        .map_err(Fault::Log)
}

impl Client<'_> {
    /// Checks a piece and says what to make durable; what lies behind the cursor alone. A piece
    /// that begins later than the cursor is of no use, and says so.
    pub fn take_piece<L: Log>(
        &self,
        log: &L,
        cursor: CursorMessage,
        piece: &Piece,
    ) -> Result<Taken, Fault<L::Error>> {
        if piece.from.epoch != cursor.epoch || piece.from.n > cursor.n {
            return Err(Fault::Senseless("a piece that does not begin where we are"));
        }
        let mut ahead = self.ahead(log);
        let mut taken = Taken::nothing(cursor);
        if piece.to.n <= cursor.n {
            return Ok(taken);
        }
        for batch in &piece.entries {
            self.take_entries(&mut ahead, batch, &mut taken)?;
            if taken.again {
                taken.effects.push(Effect::Cursor(cursor));
                return Ok(taken);
            }
        }
        let order = OtherOrder(piece.to.n);
        let mut n = piece.from.n;
        let mut chain = wire::hash_of(&piece.from.anchor);
        for run in &piece.runs {
            order.check_place(cursor, n, chain)?;
            let numbers = run.numbers(n.saturating_add(1));
            let Named { hashes, head } = ahead.named(run)?.ok_or(Fault::Senseless(
                "a run without its entries, or without its signature",
            ))?;
            for hash in hashes {
                chain = chain.then(hash.as_bytes());
            }
            n = n.saturating_add(run.count);
            if n > cursor.n {
                taken.effects.push(Effect::Head(numbers.origin, head));
                taken.effects.push(Effect::Run(ChainedRun {
                    run: numbers,
                    after: chain,
                }));
            }
        }
        taken.cursor = CursorMessage {
            n,
            anchor: wire::hash_bytes(&chain),
            ..cursor
        };
        if taken.cursor != piece.to {
            return Err(order.fault());
        }
        taken.effects.push(Effect::Cursor(taken.cursor));
        Ok(taken)
    }

    /// Takes what somebody holds and nobody numbered here, of devices that the log knows or that have
    /// one of these keys; says how many entries of it could not be taken.
    pub fn take_batches<L: Log>(
        &self,
        log: &L,
        cursor: CursorMessage,
        batches: &[BatchMessage],
        keys: &[PublicKey],
    ) -> Result<(Taken, u64), Fault<L::Error>> {
        let mut ahead = self.ahead(log);
        keys.iter().for_each(|key| ahead.trust(*key));
        let mut taken = Taken::nothing(cursor);
        let left = self.take_loose(&mut ahead, batches, &mut taken)?;
        Ok((taken, left))
    }
}

/// What is wrong with an order that has other entries than ours up to a number.
struct OtherOrder(u64);

impl OtherOrder {
    const fn fault<E: std::error::Error + Send + Sync + 'static>(&self) -> Fault<E> {
        Fault::OtherOrder { n: self.0 }
    }

    /// Whether a run may begin behind `n`, where the order's chain is this.
    fn check_place<E: std::error::Error + Send + Sync + 'static>(
        &self,
        cursor: CursorMessage,
        n: u64,
        chain: Hash,
    ) -> Result<(), Fault<E>> {
        let is_ours = n != cursor.n || chain == wire::hash_of(&cursor.anchor);
        is_ours.then_some(()).ok_or(self.fault())
    }
}

/// A run whose entries are here.
pub(crate) struct Named {
    /// The chain hash after each.
    pub(crate) hashes: Vec<Hash>,
    pub(crate) head: SignedHead,
}

impl<L: Log> Ahead<'_, L> {
    /// The chain hashes of a run whose entries are here or in this message, and its head; none when
    /// some are not, or when its signature does not hold.
    pub(crate) fn named(&self, run: &RunMessage) -> Result<Option<Named>, Fault<L::Error>> {
        let chain = wire::origin_of(&run.origin);
        let last = run.last_seq();
        let Some(hashes) = self.hashes_of(chain, run.first_seq, last)? else {
            return Ok(None);
        };
        let (Some(hash), Some(signature)) = (hashes.last(), &run.signature) else {
            return Ok(None);
        };
        let head = SignedHead {
            ledger: self.ledger,
            origin: self.root(chain)?,
            seq: last,
            hash: *hash,
            signature: Signature::from_bytes(**signature),
        };
        Ok(self.holds(&head).then_some(Named { hashes, head }))
    }

    /// The chain hashes of entries that are here; none when some of them are not.
    fn hashes_of(
        &self,
        chain: Origin,
        first_seq: u64,
        last: u64,
    ) -> Result<Option<Vec<Hash>>, Fault<L::Error>> {
        if first_seq == 0 || self.head(chain)?.0 < last {
            return Ok(None);
        }
        let mut hashes = Vec::new();
        let mut next = first_seq;
        while next <= last {
            if let Some(hash) = self.ahead_hash(chain, next) {
                hashes.push(hash);
                next = next.saturating_add(1);
                continue;
            }
            let left = last.saturating_sub(next).saturating_add(1);
            let slice = self.slice(chain, next, left)?;
            if slice.entries.is_empty() {
                return Ok(None);
            }
            let mut hash = slice.prev;
            for (seq, entry) in (next..=last).zip(slice.entries.iter()) {
                hash = hash.then(entry);
                hashes.push(hash);
                next = seq.saturating_add(1);
            }
        }
        Ok(Some(hashes))
    }
}

/// Checks a piece on the central server, which does not have these numbers: what is new in it
/// arrives run by run in their order, and was numbered when they say.
pub fn take_pushed<L: Log>(log: &L, known: &Known, piece: &Piece) -> Result<Pushed, L::Error> {
    let mut ahead = Ahead::knowing(log, known);
    let mut pushed = Pushed::default();
    let batches = piece.entries.iter().map(|batch| (batch, None));
    take_all(&mut ahead, known, batches, &mut pushed)?;
    let mut new = std::mem::take(&mut pushed.arrivals);
    for run in &piece.runs {
        match ahead.named(run) {
            Err(Fault::Log(error)) => return Err(error),
            Ok(Some(Named { head, .. })) => arrive(&mut new, run, head, &mut pushed),
            Ok(None) | Err(_) => {}
        }
    }
    // What goes by another name here than in the piece.
    pushed.arrivals.append(&mut new);
    Ok(pushed)
}

/// Lets the new part of a run arrive.
fn arrive(new: &mut Vec<Arrival>, run: &RunMessage, head: SignedHead, pushed: &mut Pushed) {
    let chain = wire::origin_of(&run.origin);
    let of_run = |part: &&mut Arrival| {
        let end = part.first_seq.saturating_add(part.len());
        part.origin == chain && part.first_seq <= head.seq && head.seq < end
    };
    let Some(part) = new.iter_mut().find(of_run) else {
        return;
    };
    let count = head.seq.saturating_sub(part.first_seq).saturating_add(1);
    let rest = part.hashes.split_off(
        usize::try_from(count)
            .unwrap_or(usize::MAX)
            .min(part.hashes.len()),
    );
    pushed.effects.push(Effect::Head(chain, head));
    pushed.arrivals.push(Arrival {
        origin: chain,
        first_seq: part.first_seq,
        hashes: std::mem::replace(&mut part.hashes, rest),
        numbered_at: Some(Timestamp::from_millis(run.moment_millis)),
    });
    part.first_seq = part.first_seq.saturating_add(count);
    new.retain(|part| !part.hashes.is_empty());
}

impl Arrival {
    fn len(&self) -> u64 {
        u64::try_from(self.hashes.len()).unwrap_or(u64::MAX)
    }
}
