//! Joining chunks that are cold into blocks, a little at a time.
//!
//! **Invariants.** One step reads and writes at most a block's worth of entries. The newest
//! entries of an origin stay chunks until there are enough for a block. A step is one write of the
//! engine, so a crash leaves either the chunks or the block.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use ledger_core::Origin;
use ledger_format::OriginSlice;

use super::block::{BLOCK_ENTRIES_MAX, BLOCK_RAW_BYTES, Blocks, JOINED_ENTRIES_MIN};
use super::chunk::{Chunk, Head};
use super::{Heads, Index, ReadError, decoded, sealed};
use crate::bytes::wide;
use crate::engine::Write;
use crate::keys;

/// How many blocks are passed over in one step.
const BLOCKS_PER_STEP: usize = 64;

/// Which origins have chunks to join.
#[derive(Debug, Default)]
pub(crate) struct Joining {
    /// Up to which seq there is nothing to join.
    joined: BTreeMap<Origin, u64>,
    due: BTreeSet<Origin>,
    /// Whether what is stored has been read.
    known: bool,
    stopped: bool,
}

/// What a step found from some seq of an origin on.
struct Found {
    /// Chunks that follow each other, as one slice.
    slice: Option<OriginSlice>,
    keys: Vec<Vec<u8>>,
    /// Nothing more may be added to the slice.
    closed: bool,
    /// The seq before the first that was not passed over.
    passed: u64,
}

impl Joining {
    /// Reads how far each origin is.
    pub(crate) fn survey(&mut self, index: &Index) -> Result<(), ReadError> {
        if self.known {
            return Ok(());
        }
        let joined = &mut self.joined;
        index.scan(
            keys::JOINED,
            &keys::end_of(keys::JOINED),
            false,
            &mut |key, body| {
                let origin = keys::origin_in(key).ok_or_else(|| ReadError::corrupt(key))?;
                let _before = joined.insert(origin, decoded(key, body, |reader| reader.u64())?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        self.known = true;
        let heads = index.heads()?;
        self.note(&heads);
        Ok(())
    }

    /// Takes note of what was written.
    pub(crate) fn note(&mut self, heads: &Heads) {
        for (origin, (last, _)) in heads {
            let joined = self.joined.get(origin).copied().unwrap_or(0);
            if !self.stopped && last.saturating_sub(joined) >= wide(BLOCK_ENTRIES_MAX) {
                let _known = self.due.insert(*origin);
            }
        }
    }

    /// Whether there may be something to join.
    pub(crate) fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Forgets what is stored, because entries changed their chain.
    pub(crate) fn forget(&mut self) {
        if !self.stopped {
            *self = Self::default();
        }
    }

    /// Joins nothing more until the store is opened again.
    pub(crate) fn stop(&mut self) {
        self.due.clear();
        self.known = true;
        self.stopped = true;
    }

    /// The writes of the next step, to be done at once; none when it only looked.
    pub(crate) fn step(
        &mut self,
        index: &Index,
        blocks: &mut Blocks,
    ) -> Result<Vec<Write>, ReadError> {
        let Some(&origin) = self.due.first() else {
            return Ok(Vec::new());
        };
        let from = match self.joined.get(&origin) {
            Some(joined) => *joined,
            None => index.start(origin)?.0.saturating_sub(1),
        };
        let found = look(index, origin, from)?;
        let mut joined = found.passed;
        let mut writes = Vec::new();
        match found.slice {
            Some(slice) if found.closed => {
                joined = slice.last_seq();
                if slice.entries.len() >= JOINED_ENTRIES_MIN
                    && blocks.writes(index, &slice, &mut writes)?
                {
                    blocks.part(&mut writes);
                    // The block took the first one's key.
                    writes.extend(found.keys.into_iter().skip(1).map(|key| (key, None)));
                }
                let value = joined.to_le_bytes().to_vec();
                writes.push(sealed(keys::of_origin(keys::JOINED, origin), value));
            }
            Some(_) | None if found.closed => {}
            Some(_) | None => {
                let _was = self.due.remove(&origin);
            }
        }
        let _before = self.joined.insert(origin, joined);
        Ok(writes)
    }
}

/// Gathers the chunks of an origin behind a seq, up to a block's worth.
fn look(index: &Index, origin: Origin, joined: u64) -> Result<Found, ReadError> {
    let from = keys::of_entry(keys::CHUNK, origin, joined.saturating_add(1));
    let end = keys::end_of(&keys::of_origin(keys::CHUNK, origin));
    let mut found = Found {
        slice: None,
        keys: Vec::new(),
        closed: false,
        passed: joined,
    };
    let mut blocks = 0_usize;
    index.scan(&from, &end, false, &mut |key, body| {
        let (head, _) = Head::read(key, body)?;
        let before = found
            .slice
            .as_ref()
            .map_or(found.passed, OriginSlice::last_seq);
        if head.first_seq != before.saturating_add(1) {
            return Err(ReadError::corrupt(key));
        }
        blocks = blocks.saturating_add(usize::from(head.packed));
        if blocks > BLOCKS_PER_STEP || (head.packed && found.slice.is_some()) {
            found.closed = true;
            return Ok(ControlFlow::Break(()));
        }
        if head.packed {
            found.passed = head.last_seq();
            return Ok(ControlFlow::Continue(()));
        }
        let next = Chunk::decode(key, body, None)?.slice;
        let Some(slice) = &mut found.slice else {
            found.keys.push(key.to_vec());
            found.slice = Some(next);
            return Ok(ControlFlow::Continue(()));
        };
        let entries = slice.entries.len().saturating_add(next.entries.len());
        let bytes = slice
            .entries
            .byte_len()
            .saturating_add(next.entries.byte_len());
        if entries > BLOCK_ENTRIES_MAX || bytes > BLOCK_RAW_BYTES {
            found.closed = true;
            return Ok(ControlFlow::Break(()));
        }
        next.entries
            .iter()
            .for_each(|entry| slice.entries.push(entry));
        found.keys.push(key.to_vec());
        Ok(ControlFlow::Continue(()))
    })?;
    let full = |slice: &OriginSlice| slice.entries.len() >= BLOCK_ENTRIES_MAX;
    found.closed |= found.slice.as_ref().is_some_and(full);
    Ok(found)
}
