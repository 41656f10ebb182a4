//! What one side holds and the other lacks.
//!
//! A server that was restored lacks what came after its backup, entries of its own among them, and
//! every node still has some of it. A node says how far it holds each chain, hears which of them
//! the server lacks, and gives them back as it holds them: in the order of their former numbers,
//! with the moments of numbering.

use std::collections::BTreeMap;

use ledger_core::Origin;
use ledger_format::wire::{self, OriginHead, RunMessage};

use crate::outgoing::batch_bytes;
use crate::server::run_message;
use crate::{Fault, Log};

/// How many runs are looked at in one go.
const RUNS: usize = 1_024;

/// How far a log holds every chain.
pub fn heads<L: Log>(log: &L) -> Result<Vec<OriginHead>, L::Error> {
    let heads = log.heads()?.into_iter();
    let heads = heads.map(|(chain, seq, hash)| wire::head_message(chain, seq, &hash));
    Ok(heads.collect())
}

/// Of the chains that somebody holds those of which he has more or other entries than this log,
/// with what this log has.
pub fn lacks<L: Log>(log: &L, have: &[OriginHead]) -> Result<Vec<OriginHead>, L::Error> {
    let mut lacks = Vec::new();
    for theirs in have {
        let chain = wire::origin_of(&theirs.origin);
        let same = log.hash_at(chain, theirs.seq)?;
        if same.is_some_and(|hash| hash.hash8() == *theirs.hash8) {
            continue;
        }
        lacks.push(match log.head(chain)? {
            Some((seq, hash)) => wire::head_message(chain, seq, &hash),
            None => OriginHead {
                seq: 0,
                ..theirs.clone()
            },
        });
    }
    Ok(lacks)
}

/// What is given back to a server that lacks it.
#[derive(Debug, Clone)]
pub struct Supply {
    /// Up to which seq the server holds the chains that it lacks something of.
    held: BTreeMap<Origin, u64>,
    /// The former central number that comes next.
    next: u64,
}

/// A part of what is given back.
#[derive(Debug)]
pub struct Supplied {
    /// With their batches, in the order of their former numbers.
    pub runs: Vec<RunMessage>,
    /// The former number behind them.
    pub next: u64,
}

impl Supply {
    /// What to give back to a server that lacks this.
    pub fn of<L: Log>(log: &L, lacks: &[OriginHead]) -> Result<Self, L::Error> {
        let mut held = BTreeMap::new();
        for theirs in lacks {
            let chain = wire::origin_of(&theirs.origin);
            let same = log.hash_at(chain, theirs.seq)?;
            let is_same = same.is_some_and(|hash| hash.hash8() == *theirs.hash8);
            // With other contents at its end nobody knows from where on it is other.
            held.insert(chain, if is_same { theirs.seq } else { 0 });
        }
        Ok(Self { held, next: 1 })
    }

    /// The next part, of about so many bytes; none when all was given.
    pub fn part<L: Log>(
        &self,
        log: &L,
        encoding: u8,
        bytes_max: usize,
    ) -> Result<Option<Supplied>, Fault<L::Error>> {
        let mut part = Supplied {
            runs: Vec::new(),
            next: self.next,
        };
        let mut bytes = 0_usize;
        loop {
            let runs = log.runs_from(part.next, RUNS).map_err(Fault::Log)?;
            if runs.is_empty() {
                return Ok((!part.runs.is_empty()).then_some(part));
            }
            for chained in runs {
                if bytes >= bytes_max {
                    return Ok(Some(part));
                }
                let run = chained.run;
                let held = self.held.get(&run.origin);
                if held.is_some_and(|held| *held < run.last_seq()) {
                    let message = run_message(log, &chained, &[], encoding)?;
                    let batch = message.batch.as_ref();
                    bytes = bytes.saturating_add(batch.map_or(0, batch_bytes));
                    part.runs.push(message);
                }
                part.next = chained.last().saturating_add(1);
            }
        }
    }

    /// Goes on behind a part that was taken.
    pub const fn go_on(&mut self, next: u64) {
        self.next = next;
    }
}
