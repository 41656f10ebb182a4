//! The index: entries, heads, runs, cursors and notes in an engine, checked at every read.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use ledger_core::{EntryId, Origin};
use ledger_format::{EntryBuf, Hash, OriginSlice};

use crate::bytes::{Reader, wide};
use crate::engine::{EngineError, SharedEngine, Write};
use crate::frame;
use crate::journal::Position;
use crate::keys;
use crate::record::{Cursor, Run, SignedHead, StoreId};

pub(crate) mod block;
pub(crate) mod chains;
mod check;
mod chunk;
pub(crate) mod join;
pub(crate) mod moving;
pub(crate) mod stretches;
#[cfg(test)]
mod tests;
pub(crate) mod write;

use self::block::Packing;
use self::chunk::Chunk;

/// The newest index format. An index has it from its first branch on.
pub const INDEX_VERSION: u32 = 3;
/// The format of an index without branches.
pub(crate) const VERSION_BEFORE_BRANCHES: u32 = 2;

/// How many entries of neighbouring chunks are visited together.
const SLICE_ENTRIES: usize = 256;

/// Origins with their last seq and the chain hash after it.
pub(crate) type Heads = BTreeMap<Origin, (u64, Hash)>;

/// The store could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A value is not what was written. `rebuild` makes the index anew from the journal.
    #[error("the stored value of {key} is damaged")]
    Corrupt {
        /// The key, readable.
        key: String,
    },
    /// The caller did not say how packed entries are unpacked.
    #[error("the entries under {key} are packed in a way that this caller does not know")]
    Packed {
        /// The key, readable.
        key: String,
    },
    /// The origin has no such entry, and none just before it.
    #[error("there is no entry {origin}-{seq} here")]
    NotThere {
        /// Whose entry.
        origin: Origin,
        /// Its seq.
        seq: u64,
    },
    /// The embedded store failed.
    #[error("the embedded store cannot be read")]
    Engine {
        /// What it said.
        #[from]
        source: EngineError,
    },
}

impl ReadError {
    /// Whether what is stored is to blame, so that an index that is made anew helps. It shows only
    /// where it is read: an engine opens a file without looking at most of it.
    #[must_use]
    pub const fn is_of_index(&self) -> bool {
        match self {
            Self::Corrupt { .. } | Self::NotThere { .. } | Self::Engine { .. } => true,
            Self::Packed { .. } => false,
        }
    }

    pub(crate) fn corrupt(key: &[u8]) -> Self {
        Self::Corrupt {
            key: key.escape_ascii().to_string(),
        }
    }

    fn packed(key: &[u8]) -> Self {
        Self::Packed {
            key: key.escape_ascii().to_string(),
        }
    }
}

/// A value with its checksum.
pub(crate) fn sealed(key: Vec<u8>, mut value: Vec<u8>) -> Write {
    let crc = crc32c::crc32c_append(crc32c::crc32c(&key), &value);
    value.extend_from_slice(&crc.to_le_bytes());
    (key, Some(value))
}

/// A value without its checksum, when that is right.
fn unsealed<'a>(key: &[u8], value: &'a [u8]) -> Result<&'a [u8], ReadError> {
    let (body, crc) = value
        .split_last_chunk::<4>()
        .ok_or_else(|| ReadError::corrupt(key))?;
    if crc32c::crc32c_append(crc32c::crc32c(key), body) != u32::from_le_bytes(*crc) {
        return Err(ReadError::corrupt(key));
    }
    Ok(body)
}

/// Reads a whole value with one of the frame decoders.
fn decoded<T>(
    key: &[u8],
    body: &[u8],
    decode: impl FnOnce(&mut Reader<'_>) -> Option<T>,
) -> Result<T, ReadError> {
    let mut reader = Reader::new(body);
    let value = decode(&mut reader);
    value
        .filter(|_| reader.end().is_some())
        .ok_or_else(|| ReadError::corrupt(key))
}

/// What an index says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meta {
    /// The version of its keys and values.
    pub(crate) version: u32,
    /// Whose index.
    pub(crate) store: StoreId,
}

/// Told of a key and its checked value.
type VisitChecked<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ReadError> + 'a;

/// A key and its checked value.
type KeyValue = (Vec<u8>, Vec<u8>);

/// The index, for reading.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) engine: SharedEngine,
    /// How blocks are packed; without it none is made, and none can be read.
    pub(crate) packing: Option<Packing>,
    /// Odd while entries change their chain, and another number after it.
    moves: Arc<AtomicU64>,
}

impl Index {
    /// The index in an engine, whose caller packs in some way or not at all.
    pub(crate) fn new(engine: SharedEngine, packing: Option<Packing>) -> Self {
        Self {
            engine,
            packing,
            moves: Arc::default(),
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(mut value) = self.engine.get(key)? else {
            return Ok(None);
        };
        let len = unsealed(key, &value)?.len();
        value.truncate(len);
        Ok(Some(value))
    }

    /// Visits checked values in a range of keys.
    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        visit: &mut VisitChecked<'_>,
    ) -> Result<(), ReadError> {
        let mut result = Ok(());
        self.engine.scan(
            from,
            to,
            reverse,
            &mut |key, value| match unsealed(key, value).and_then(|body| visit(key, body)) {
                Ok(flow) => flow,
                Err(error) => {
                    result = Err(error);
                    ControlFlow::Break(())
                }
            },
        )?;
        result
    }

    /// The first value in a range of keys.
    fn first(&self, from: &[u8], to: &[u8], reverse: bool) -> Result<Option<KeyValue>, ReadError> {
        let mut found = None;
        self.scan(from, to, reverse, &mut |key, body| {
            found = Some((key.to_vec(), body.to_vec()));
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Version and store, if they were ever written.
    pub(crate) fn meta(&self) -> Result<Option<Meta>, ReadError> {
        let Some(body) = self.get(keys::META)? else {
            return Ok(None);
        };
        let mut reader = Reader::new(&body);
        let meta = reader
            .u32()
            .zip(reader.array())
            .map(|(version, store)| Meta {
                version,
                store: StoreId::from_bytes(store),
            });
        meta.map(Some).ok_or_else(|| ReadError::corrupt(keys::META))
    }

    /// The position of the last indexed group.
    pub(crate) fn position(&self) -> Result<Position, ReadError> {
        let Some(body) = self.get(keys::POSITION)? else {
            return Ok(Position::START);
        };
        decoded(keys::POSITION, &body, |reader| {
            Some(Position {
                segment: reader.u64()?,
                offset: reader.u64()?,
                frame: Hash::from_bytes(reader.array()?),
            })
        })
    }

    /// All heads.
    pub(crate) fn heads(&self) -> Result<Heads, ReadError> {
        let mut heads = Heads::new();
        self.scan(
            keys::HEAD,
            &keys::end_of(keys::HEAD),
            false,
            &mut |key, body| {
                let origin = keys::origin_in(key).ok_or_else(|| ReadError::corrupt(key))?;
                let _before = heads.insert(origin, decoded(key, body, head)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(heads)
    }

    /// The head of an origin.
    pub(crate) fn head(&self, origin: Origin) -> Result<Option<(u64, Hash)>, ReadError> {
        let key = keys::of_origin(keys::HEAD, origin);
        self.get(&key)?
            .map(|body| decoded(&key, &body, head))
            .transpose()
    }

    /// Key and value of the last chunk that begins at or before an entry.
    fn chunk_value(&self, origin: Origin, seq: u64) -> Result<Option<KeyValue>, ReadError> {
        let from = keys::of_origin(keys::CHUNK, origin);
        let to = keys::after(keys::of_entry(keys::CHUNK, origin, seq));
        self.first(&from, &to, true)
    }

    /// The chunk that holds an entry.
    fn chunk(&self, origin: Origin, seq: u64) -> Result<Option<Chunk>, ReadError> {
        let Some((key, body)) = self.chunk_value(origin, seq)? else {
            return Ok(None);
        };
        let chunk = Chunk::decode(&key, &body, self.packing.as_ref())?;
        Ok(Some(chunk).filter(|chunk| seq <= chunk.slice.last_seq()))
    }

    /// The chain hash after an entry.
    pub(crate) fn hash_at(&self, origin: Origin, seq: u64) -> Result<Option<Hash>, ReadError> {
        let before_first = || {
            let (first, prev) = self.start(origin)?;
            Ok(Some(prev).filter(|_| seq.saturating_add(1) == first))
        };
        if seq == 0 {
            return before_first();
        }
        match self.head(origin)? {
            Some((last, hash)) if last == seq => return Ok(Some(hash)),
            Some((last, _)) if last > seq => {}
            Some(_) => return Ok(None),
            None => return before_first(),
        }
        match self.held(origin, seq) {
            Ok(chunk) => Ok(Some(chunk.hash_before(seq.saturating_add(1)))),
            Err(ReadError::NotThere { .. }) => before_first(),
            Err(error) => Err(error),
        }
    }

    /// The chunk of an entry that the head says is there, unless the chain begins behind it.
    fn held(&self, origin: Origin, seq: u64) -> Result<Chunk, ReadError> {
        match self.chunk(origin, seq)? {
            Some(chunk) => Ok(chunk),
            None if self.is_before(origin, seq)? => Err(ReadError::NotThere { origin, seq }),
            None => Err(missing(origin, seq)),
        }
    }

    /// Whether a chain begins behind a seq.
    fn is_before(&self, origin: Origin, seq: u64) -> Result<bool, ReadError> {
        Ok(seq < self.start(origin)?.0)
    }

    /// The bytes of an entry.
    pub(crate) fn entry(&self, id: EntryId) -> Result<Option<Vec<u8>>, ReadError> {
        match self.head(id.origin)? {
            Some((last, _)) if (1..=last).contains(&id.seq) => {}
            _ => return Ok(None),
        }
        let Some((key, body)) = self.chunk_value(id.origin, id.seq)? else {
            if self.is_before(id.origin, id.seq)? {
                return Ok(None);
            }
            return Err(missing(id.origin, id.seq));
        };
        let entry = chunk::entry(&key, &body, id.seq, self.packing.as_ref())?;
        entry.map(Some).ok_or_else(|| missing(id.origin, id.seq))
    }

    /// Consecutive entries of an origin.
    pub(crate) fn slice(
        &self,
        origin: Origin,
        from_seq: u64,
        max_entries: usize,
        max_bytes: usize,
    ) -> Result<OriginSlice, ReadError> {
        let (last, hash) = match self.head(origin)? {
            Some(head) => head,
            None => {
                let (first, prev) = self.start(origin)?;
                (first.saturating_sub(1), prev)
            }
        };
        let mut slice = OriginSlice {
            origin,
            first_seq: from_seq,
            prev: hash,
            entries: EntryBuf::new(),
        };
        if from_seq == last.saturating_add(1) {
            return Ok(slice);
        }
        if from_seq == 0 || from_seq > last {
            return Err(ReadError::NotThere {
                origin,
                seq: from_seq,
            });
        }
        let first = self.held(origin, from_seq)?;
        slice.prev = first.hash_before(from_seq);
        if take(&mut slice, &first.slice, max_entries, max_bytes).is_continue() {
            let next = first.slice.last_seq().saturating_add(1);
            self.chunks(origin, next..=last, &mut |chunk| {
                take(&mut slice, &chunk.slice, max_entries, max_bytes)
            })?;
        }
        Ok(slice)
    }

    /// Visits the chunks that hold a range of an origin's entries, of which all are there; the
    /// first may begin before it, and the last end after it.
    fn chunks(
        &self,
        origin: Origin,
        seqs: RangeInclusive<u64>,
        visit: &mut dyn FnMut(Chunk) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let end = keys::end_of(&keys::of_origin(keys::CHUNK, origin));
        let mut next = *seqs.start();
        // Chunks may be joined into a block while they are read: then what follows lies under a
        // smaller key, and is looked up anew.
        while next <= *seqs.end() {
            let chunk = self.held(origin, next)?;
            next = chunk.slice.last_seq().saturating_add(1);
            let mut ended = visit(chunk).is_break();
            let from = keys::of_entry(keys::CHUNK, origin, next);
            if ended || next > *seqs.end() {
                break;
            }
            self.scan(&from, &end, false, &mut |key, body| {
                let (head, _) = chunk::Head::read(key, body)?;
                if head.first_seq != next || head.first_seq > *seqs.end() {
                    return Ok(ControlFlow::Break(()));
                }
                let chunk = Chunk::decode(key, body, self.packing.as_ref())?;
                next = chunk.slice.last_seq().saturating_add(1);
                let flow = visit(chunk);
                ended = flow.is_break();
                Ok(flow)
            })?;
            if ended {
                break;
            }
        }
        Ok(())
    }

    /// Visits all entries by origin and seq, in slices of at most a block's length.
    pub(crate) fn for_each_slice(
        &self,
        visit: &mut dyn FnMut(OriginSlice),
    ) -> Result<(), ReadError> {
        let chains = self.chains()?;
        for (&origin, &(last, _)) in &chains.heads {
            let mut open: Option<OriginSlice> = None;
            let (first, _) = chains.start(origin);
            self.chunks(origin, first..=last, &mut |chunk| {
                let mut chunk = chunk.slice;
                // A block that was made while this reads may begin with entries that are known.
                let next = open
                    .as_ref()
                    .map(|slice| slice.last_seq().saturating_add(1));
                if let Some(next) = next.filter(|&next| next > chunk.first_seq) {
                    chunk = rest_of(&chunk, next);
                }
                if let Some(slice) = &mut open
                    && slice.entries.len().saturating_add(chunk.entries.len()) <= SLICE_ENTRIES
                {
                    let entries = chunk.entries.iter();
                    entries.for_each(|entry| slice.entries.push(entry));
                    return ControlFlow::Continue(());
                }
                if let Some(slice) = open.replace(chunk) {
                    visit(slice);
                }
                ControlFlow::Continue(())
            })?;
            if let Some(slice) = open {
                visit(slice);
            }
        }
        Ok(())
    }

    /// The signed head with the smallest seq that is not below `seq`.
    pub(crate) fn signed_head_covering(
        &self,
        origin: Origin,
        seq: u64,
    ) -> Result<Option<SignedHead>, ReadError> {
        let from = keys::of_entry(keys::SIGNED, origin, seq);
        let to = keys::end_of(&keys::of_origin(keys::SIGNED, origin));
        let found = self.first(&from, &to, false)?;
        found
            .map(|(key, body)| decoded(&key, &body, frame::head))
            .transpose()
    }

    /// Visits all signed heads by origin and seq.
    pub(crate) fn for_each_signed_head(
        &self,
        visit: &mut dyn FnMut(SignedHead),
    ) -> Result<(), ReadError> {
        self.scan(
            keys::SIGNED,
            &keys::end_of(keys::SIGNED),
            false,
            &mut |key, body| {
                visit(decoded(key, body, frame::head)?);
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// The last run in a range of keys.
    fn run_before(&self, from: &[u8], to: &[u8]) -> Result<Option<Run>, ReadError> {
        let found = self.first(from, to, true)?;
        found
            .map(|(key, body)| decoded(&key, &body, frame::run))
            .transpose()
    }

    /// Runs from the one that holds central number `n` on.
    pub(crate) fn runs_from(&self, n: u64, max: usize) -> Result<Vec<Run>, ReadError> {
        let before = self.run_before(keys::NUMBER, &keys::after(keys::of_number(n)))?;
        let holds = |run: &Run| n.saturating_sub(run.first) < run.count;
        let from = before.filter(holds).map_or(n, |run| run.first);
        let mut runs = Vec::new();
        self.scan(
            &keys::of_number(from),
            &keys::end_of(keys::NUMBER),
            false,
            &mut |key, body| {
                if runs.len() >= max {
                    return Ok(ControlFlow::Break(()));
                }
                runs.push(decoded(key, body, frame::run)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(runs)
    }

    /// The run with the largest central numbers.
    pub(crate) fn last_run(&self) -> Result<Option<Run>, ReadError> {
        self.run_before(keys::NUMBER, &keys::end_of(keys::NUMBER))
    }

    /// Visits the runs of an origin from a seq on.
    fn for_each_run_of(
        &self,
        origin: Origin,
        first_seq: u64,
        visit: &mut dyn FnMut(Run),
    ) -> Result<(), ReadError> {
        let from = keys::of_entry(keys::RUN, origin, first_seq);
        let to = keys::end_of(&keys::of_origin(keys::RUN, origin));
        self.scan(&from, &to, false, &mut |key, body| {
            visit(decoded(key, body, frame::run)?);
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Visits all runs by central number.
    pub(crate) fn for_each_run(&self, visit: &mut dyn FnMut(Run)) -> Result<(), ReadError> {
        self.scan(
            keys::NUMBER,
            &keys::end_of(keys::NUMBER),
            false,
            &mut |key, body| {
                visit(decoded(key, body, frame::run)?);
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// The cursor for a peer.
    pub(crate) fn cursor(&self, peer: &[u8; 16]) -> Result<Option<Cursor>, ReadError> {
        let key = keys::of_peer(peer);
        self.get(&key)?
            .map(|body| decoded(&key, &body, frame::cursor))
            .transpose()
    }

    /// Visits all cursors.
    pub(crate) fn for_each_cursor(&self, visit: &mut dyn FnMut(Cursor)) -> Result<(), ReadError> {
        self.scan(
            keys::CURSOR,
            &keys::end_of(keys::CURSOR),
            false,
            &mut |key, body| {
                visit(decoded(key, body, frame::cursor)?);
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// The value of a note.
    pub(crate) fn note(&self, key: &str) -> Result<Option<String>, ReadError> {
        let key = keys::of_note(key);
        let value = self.get(&key)?.map(String::from_utf8).transpose();
        value.or(Err(ReadError::corrupt(&key)))
    }

    /// Visits all notes.
    pub(crate) fn for_each_note(&self, visit: &mut dyn FnMut(&str, &str)) -> Result<(), ReadError> {
        self.scan(
            keys::NOTE,
            &keys::end_of(keys::NOTE),
            false,
            &mut |key, body| {
                let name = key.get(2..).and_then(|name| std::str::from_utf8(name).ok());
                let both = name.zip(std::str::from_utf8(body).ok());
                let (name, value) = both.ok_or_else(|| ReadError::corrupt(key))?;
                visit(name, value);
                Ok(ControlFlow::Continue(()))
            },
        )
    }
}

/// What is told of an entry that the head says is there.
fn missing(origin: Origin, seq: u64) -> ReadError {
    ReadError::corrupt(&keys::of_entry(keys::CHUNK, origin, seq))
}

fn head(reader: &mut Reader<'_>) -> Option<(u64, Hash)> {
    Some((reader.u64()?, Hash::from_bytes(reader.array()?)))
}

/// What a slice has from a seq on.
pub(crate) fn rest_of(slice: &OriginSlice, seq: u64) -> OriginSlice {
    let skip = seq.saturating_sub(slice.first_seq);
    let mut rest = OriginSlice {
        origin: slice.origin,
        first_seq: seq,
        prev: slice.prev,
        entries: EntryBuf::new(),
    };
    for (index, entry) in slice.entries.iter().enumerate() {
        if wide(index) < skip {
            rest.prev = rest.prev.then(entry);
        } else {
            rest.entries.push(entry);
        }
    }
    rest
}

/// Adds to a slice what a chunk has of its next entries, within limits.
fn take(
    slice: &mut OriginSlice,
    chunk: &OriginSlice,
    max_entries: usize,
    max_bytes: usize,
) -> ControlFlow<()> {
    let next = slice.last_seq().saturating_add(1);
    let skip = next.saturating_sub(chunk.first_seq);
    for (index, entry) in chunk.entries.iter().enumerate() {
        if wide(index) < skip {
            continue;
        }
        let bytes = slice.entries.byte_len().saturating_add(entry.len());
        let full = slice.entries.len() >= max_entries || bytes > max_bytes;
        if full && !slice.entries.is_empty() {
            return ControlFlow::Break(());
        }
        slice.entries.push(entry);
    }
    ControlFlow::Continue(())
}
