//! The writes of a group in which entries change their chain.
//!
//! What such a group does not touch is written as that of any other. Of the chains that it moves
//! entries from or to, what stays where it is is left alone; all else is read and written anew as
//! plain chunks, also what a block holds before the entries that go. Joining packs them again.
//!
//! **Invariants.** All of it is one write, with the position. Nothing is read of what is written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::Origin;
use ledger_format::{EntryBuf, Hash, OriginSlice};

use super::chains::Chains;
use super::stretches::{Source, Stretch, Stretches};
use super::write::{Expected, IndexBatch, head_write, raw_chunks};
use super::{Index, ReadError, decoded, frame, keys, sealed};
use crate::engine::{EngineError, Write};
use crate::journal::Position;
use crate::record::{Record, Renamed, SignedHead};

/// A group that moves entries, while its records are taken one after the other.
#[derive(Debug)]
pub(crate) struct Moving<'a> {
    index: &'a Index,
    stretches: Stretches,
    /// The slices among the stretches, in the order in which they came.
    given: Vec<&'a OriginSlice>,
    /// The chains from or to which the group moves entries.
    touched: BTreeSet<Origin>,
    /// Their signed heads from the first entry on that moves, as they are now and as they lie.
    signed: BTreeMap<(Origin, u64), SignedHead>,
    signed_before: Vec<(Origin, u64)>,
    /// All else.
    batch: IndexBatch,
}

/// The writes of one chain, the later of two under one key.
type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

impl<'a> Moving<'a> {
    /// Begins a group over an index whose chains are these.
    pub(crate) fn new(
        index: &'a Index,
        chains: Chains,
        records: &[&Record],
    ) -> Result<Self, ReadError> {
        let mut touched = BTreeSet::new();
        let mut first = u64::MAX;
        for record in records {
            if let Record::Renamed(renamed) = record {
                touched.extend([renamed.from, renamed.to]);
                first = first.min(renamed.first_seq);
            }
        }
        let mut signed = BTreeMap::new();
        for &origin in &touched {
            index.signed_heads_from(origin, first, &mut |head| {
                let _before = signed.insert((origin, head.seq), head);
            })?;
        }
        Ok(Self {
            index,
            stretches: Stretches::new(chains),
            given: Vec::new(),
            touched,
            signed_before: signed.keys().copied().collect(),
            signed,
            batch: IndexBatch::default(),
        })
    }

    /// The chains as they are now.
    pub(crate) const fn chains(&self) -> &Chains {
        self.stretches.chains()
    }

    /// Takes the next record. What its chain cannot take is left out, and said.
    pub(crate) fn take(&mut self, record: &'a Record) -> Result<Result<(), Expected>, ReadError> {
        let taken = match record {
            Record::Own(slice) | Record::Foreign { slice, .. } => self.slice(record, slice),
            Record::Branch(branch) => {
                let declared = self.stretches.declare(branch);
                declared.map(|()| self.batch.add(record, &[]))
            }
            Record::Renamed(renamed) => {
                let moved = self.stretches.rename(self.index, renamed)?;
                if moved.is_ok() {
                    self.move_names(renamed)?;
                }
                moved
            }
            Record::Head(head) if self.touched.contains(&head.origin) => {
                let _before = self.signed.insert((head.origin, head.seq), *head);
                Ok(())
            }
            Record::Head(_) | Record::Run(_) | Record::Cursor(_) | Record::Note(_) => {
                self.batch.add(record, &[]);
                Ok(())
            }
        };
        Ok(taken)
    }

    fn slice(&mut self, record: &'a Record, slice: &'a OriginSlice) -> Result<(), Expected> {
        if self.touched.contains(&slice.origin) {
            let _hashes = self.stretches.take(slice)?;
            self.given.push(slice);
        } else {
            let hashes = self.stretches.take_apart(slice)?;
            self.batch.add(record, &hashes);
        }
        Ok(())
    }

    /// Takes entries off a chain that belong to one that cannot take them, because what is before
    /// them is missing; whether there were any.
    pub(crate) fn cut(&mut self, renamed: &Renamed) -> Result<bool, ReadError> {
        let cut = self
            .stretches
            .cut(self.index, renamed.from, renamed.first_seq)?;
        self.move_names(renamed)?;
        Ok(cut)
    }

    /// Moves the signatures under entries that were moved; their numbers no longer count.
    fn move_names(&mut self, renamed: &Renamed) -> Result<(), ReadError> {
        let all = (renamed.from, renamed.first_seq)..=(renamed.from, u64::MAX);
        let moved: Vec<SignedHead> = self.signed.range(all).map(|(_, head)| *head).collect();
        for head in moved {
            let _gone = self.signed.remove(&(renamed.from, head.seq));
            let head = SignedHead {
                origin: renamed.to,
                ..head
            };
            let _before = self.signed.insert((renamed.to, head.seq), head);
        }
        self.batch
            .drop_runs(self.index, renamed.from, renamed.first_seq)
    }

    /// The writes, and the chains as they leave them.
    pub(crate) fn finish(self, position: Position) -> Result<(Vec<Write>, Chains), ReadError> {
        let mut writes = Writes::new();
        for &origin in &self.touched {
            self.lay_out(origin, &mut writes)?;
            let key = keys::of_origin(keys::HEAD, origin);
            let (key, value) = match self.chains().heads.get(&origin) {
                Some(head) => head_write(origin, *head),
                None => (key, None),
            };
            let _before = writes.insert(key, value);
        }
        let key = |&(origin, seq): &(Origin, u64)| keys::of_entry(keys::SIGNED, origin, seq);
        let gone = self.signed_before.iter().map(|at| (key(at), None));
        writes.extend(gone);
        let signed = self.signed.iter();
        writes.extend(signed.map(|(at, head)| sealed(key(at), frame::head_payload(head))));
        let (others, _) = self.batch.finish(position, self.index, None)?;
        let mut all: Vec<Write> = writes.into_iter().collect();
        all.extend(others);
        Ok((all, self.stretches.into_chains()))
    }

    /// Writes what of a chain is not where it should be.
    fn lay_out(&self, origin: Origin, writes: &mut Writes) -> Result<(), ReadError> {
        let (start, _) = self.chains().start(origin);
        let stretches = self.stretches.of(origin);
        let stays = |stretch: &&Stretch| stretch.source == Source::Stored(origin);
        let (kept, rest) = match stretches.split_first().filter(|(first, _)| stays(first)) {
            Some((first, rest)) => (first.last, rest),
            None => (start.saturating_sub(1), stretches),
        };
        let mut anew = Anew {
            slice: OriginSlice {
                origin,
                first_seq: kept.saturating_add(1),
                prev: Hash::from_bytes([0; 32]),
                entries: EntryBuf::new(),
            },
            hashes: Vec::new(),
        };
        let damaged = || ReadError::corrupt(&keys::of_origin(keys::HEAD, origin));
        let before = self
            .stretches
            .hash_before(self.index, origin, anew.slice.first_seq)?;
        anew.slice.prev = before.ok_or_else(damaged)?;
        if self
            .index
            .head(origin)?
            .is_some_and(|(last, _)| last > kept)
        {
            self.clear(origin, kept, &mut anew, writes)?;
        }
        for stretch in rest {
            self.read(stretch, &mut anew)?;
        }
        let (last, head) = self.chains().end(origin);
        if (anew.slice.last_seq(), anew.head()) != (last, head) {
            return Err(damaged());
        }
        let mut chunks = Vec::new();
        raw_chunks(&anew.slice, &anew.hashes, &mut chunks);
        writes.extend(chunks);
        Ok(())
    }

    /// Takes away all chunks of a chain behind an entry, and of the one that holds it what is
    /// behind it.
    fn clear(
        &self,
        origin: Origin,
        kept: u64,
        anew: &mut Anew,
        writes: &mut Writes,
    ) -> Result<(), ReadError> {
        let from = anew.slice.first_seq;
        for prefix in [keys::CHUNK, keys::COLUMNS] {
            let end = keys::end_of(&keys::of_origin(prefix, origin));
            let from = keys::of_entry(prefix, origin, from);
            self.index.scan(&from, &end, false, &mut |key, _| {
                let _before = writes.insert(key.to_vec(), None);
                Ok(ControlFlow::Continue(()))
            })?;
        }
        if let Some(chunk) = self.index.chunk(origin, kept)?
            && chunk.slice.last_seq() > kept
        {
            anew.slice.first_seq = chunk.slice.first_seq;
            anew.slice.prev = chunk.slice.prev;
            let stretch = Stretch {
                first: chunk.slice.first_seq,
                last: kept,
                source: Source::Stored(origin),
            };
            anew.extend(stretch.part_of(&chunk.slice));
            let columns = keys::of_entry(keys::COLUMNS, origin, anew.slice.first_seq);
            let _before = writes.insert(columns, None);
        }
        let joined = anew.slice.first_seq.saturating_sub(1);
        let key = keys::of_origin(keys::JOINED, origin);
        if let Some(body) = self.index.get(&key)?
            && decoded(&key, &body, |reader| reader.u64())? > joined
        {
            writes.extend([sealed(key, joined.to_le_bytes().to_vec())]);
        }
        Ok(())
    }

    /// Reads the entries of a stretch.
    fn read(&self, stretch: &Stretch, anew: &mut Anew) -> Result<(), ReadError> {
        match stretch.source {
            Source::Given(number) => {
                if let Some(slice) = self.given.get(number) {
                    anew.extend(stretch.part_of(slice));
                }
                Ok(())
            }
            Source::Stored(origin) => {
                let seqs = stretch.first..=stretch.last;
                self.index.chunks(origin, seqs, &mut |chunk| {
                    anew.extend(stretch.part_of(&chunk.slice));
                    ControlFlow::Continue(())
                })
            }
        }
    }
}

/// The end of a chain that is written anew.
struct Anew {
    slice: OriginSlice,
    hashes: Vec<Hash>,
}

impl Anew {
    fn head(&self) -> Hash {
        self.hashes.last().copied().unwrap_or(self.slice.prev)
    }

    fn extend<'a>(&mut self, entries: impl Iterator<Item = &'a [u8]>) {
        for entry in entries {
            let after = self.head().then(entry);
            self.slice.entries.push(entry);
            self.hashes.push(after);
        }
    }
}

/// Lets nobody read for ever beside an engine that panicked.
struct Moved<'a>(&'a AtomicU64);

impl Drop for Moved<'_> {
    fn drop(&mut self) {
        let _before = self.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl Index {
    /// Does the writes of a group that moves entries. Whoever reads meanwhile may come upon both
    /// what was and what is, and has to read again ([`Index::undisturbed`]).
    pub(crate) fn write_moved(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        let _before = self.moves.fetch_add(1, Ordering::AcqRel);
        let _moved = Moved(&self.moves);
        self.engine.write(writes)
    }

    /// Reads until no entries were moved meanwhile.
    pub(crate) fn undisturbed<T, E>(&self, mut read: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        loop {
            let before = self.moves.load(Ordering::Acquire);
            let result = read();
            if self.moves.load(Ordering::Acquire) == before && before.is_multiple_of(2) {
                return result;
            }
            std::thread::yield_now();
        }
    }

    fn signed_heads_from(
        &self,
        origin: Origin,
        seq: u64,
        visit: &mut dyn FnMut(SignedHead),
    ) -> Result<(), ReadError> {
        let from = keys::of_entry(keys::SIGNED, origin, seq);
        let to = keys::end_of(&keys::of_origin(keys::SIGNED, origin));
        self.scan(&from, &to, false, &mut |key, body| {
            visit(decoded(key, body, frame::head)?);
            Ok(ControlFlow::Continue(()))
        })
    }
}
