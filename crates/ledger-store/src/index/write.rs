//! Turning records into writes of the index.
//!
//! **Invariant.** Only a slice that continues its origin's chain is added.

use std::collections::BTreeMap;

use ledger_core::Origin;
use ledger_format::{Hash, OriginSlice};

use super::{Heads, INDEX_VERSION, sealed};
use crate::bytes::{narrow, put_counted, wide};
use crate::engine::Write;
use crate::frame;
use crate::journal::Position;
use crate::keys;
use crate::record::{Record, StoreId};

/// How many entries a chunk holds at most.
pub(crate) const CHUNK_ENTRIES: usize = 256;
/// How many bytes of entries a chunk holds at most, unless one entry has more. sled keeps larger
/// values in files of their own.
const CHUNK_BYTES: usize = 48 * 1024;

/// What an origin's next slice has to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expected {
    /// Whose.
    pub(crate) origin: Origin,
    /// Its first seq.
    pub(crate) seq: u64,
    /// The chain hash before it.
    pub(crate) prev: Hash,
}

/// The chain hashes after each entry of a slice, when it continues its origin.
pub(crate) fn link(slice: &OriginSlice, head: Option<(u64, Hash)>) -> Result<Vec<Hash>, Expected> {
    let (last, hash) = head.unwrap_or((0, Hash::before_first(slice.origin)));
    let expected = Expected {
        origin: slice.origin,
        seq: last.saturating_add(1),
        prev: hash,
    };
    if slice.first_seq != expected.seq || slice.prev != expected.prev {
        return Err(expected);
    }
    let mut hash = slice.prev;
    let hashes = slice.entries.iter().map(|entry| {
        hash = hash.then(entry);
        hash
    });
    Ok(hashes.collect())
}

/// Entries that will be one chunk.
#[derive(Debug)]
struct OpenChunk {
    first_seq: u64,
    prev: Hash,
    count: usize,
    bytes: Vec<u8>,
}

impl OpenChunk {
    const fn new(first_seq: u64, prev: Hash) -> Self {
        Self {
            first_seq,
            prev,
            count: 0,
            bytes: Vec::new(),
        }
    }

    fn has_room(&self, entry: &[u8]) -> bool {
        let bytes = self.bytes.len().saturating_add(entry.len());
        self.count == 0 || (self.count < CHUNK_ENTRIES && bytes <= CHUNK_BYTES)
    }

    fn write(&self, origin: Origin) -> Write {
        let count = narrow(self.count).to_le_bytes();
        let value = [self.prev.as_bytes().as_slice(), &count, &self.bytes].concat();
        sealed(keys::of_entry(keys::CHUNK, origin, self.first_seq), value)
    }
}

/// Writes that will be done at once.
#[derive(Debug, Default)]
pub(crate) struct IndexBatch {
    open: BTreeMap<Origin, OpenChunk>,
    heads: Heads,
    writes: Vec<Write>,
    bytes: u64,
}

impl IndexBatch {
    /// The head of an origin as this batch leaves it, if it changes it.
    pub(crate) fn head(&self, origin: Origin) -> Option<(u64, Hash)> {
        self.heads.get(&origin).copied()
    }

    /// Roughly how many bytes it will write.
    pub(crate) const fn byte_len(&self) -> u64 {
        self.bytes
    }

    /// Adds a record; `hashes` are what [`link`] gave for its entries.
    pub(crate) fn add(&mut self, record: &Record, hashes: &[Hash]) {
        self.bytes = self.bytes.saturating_add(record.byte_len());
        match record {
            Record::Own(slice) | Record::Foreign { slice, .. } => self.add_slice(slice, hashes),
            Record::Head(head) => {
                let key = keys::of_entry(keys::SIGNED, head.origin, head.seq);
                self.writes.push(sealed(key, frame::head_payload(head)));
            }
            Record::Run(run) => {
                let by_origin = keys::of_entry(keys::RUN, run.origin, run.first_seq);
                let payload = frame::run_payload(run);
                self.writes.push(sealed(by_origin, payload.clone()));
                self.writes
                    .push(sealed(keys::of_number(run.first), payload));
            }
            Record::Cursor(cursor) => {
                let key = keys::of_peer(&cursor.peer);
                self.writes.push(sealed(key, frame::cursor_payload(cursor)));
            }
            Record::Note(note) => {
                let key = keys::of_note(&note.key);
                self.writes
                    .push(sealed(key, note.value.clone().into_bytes()));
            }
        }
    }

    fn add_slice(&mut self, slice: &OriginSlice, hashes: &[Hash]) {
        let origin = slice.origin;
        let mut before = slice.prev;
        let mut seq = slice.first_seq;
        for (entry, &after) in slice.entries.iter().zip(hashes) {
            let open = self
                .open
                .entry(origin)
                .or_insert_with(|| OpenChunk::new(seq, before));
            if !open.has_room(entry) {
                self.writes.push(open.write(origin));
                *open = OpenChunk::new(seq, before);
            }
            put_counted(&mut open.bytes, entry);
            open.count = open.count.saturating_add(1);
            before = after;
            let _before = self.heads.insert(origin, (seq, after));
            seq = seq.saturating_add(1);
        }
    }

    /// The writes, and the heads that they change.
    pub(crate) fn finish(mut self, position: Position) -> (Vec<Write>, Heads) {
        for (origin, open) in &self.open {
            self.writes.push(open.write(*origin));
        }
        for (origin, (seq, hash)) in &self.heads {
            let value = [seq.to_le_bytes().as_slice(), hash.as_bytes()].concat();
            self.writes
                .push(sealed(keys::of_origin(keys::HEAD, *origin), value));
        }
        self.writes.push(position_write(position));
        (self.writes, self.heads)
    }
}

/// The write that says up to where the journal is indexed.
pub(crate) fn position_write(position: Position) -> Write {
    let mut value = Vec::with_capacity(52);
    value.extend_from_slice(&position.segment.to_le_bytes());
    value.extend_from_slice(&position.offset.to_le_bytes());
    value.extend_from_slice(position.frame.as_bytes());
    sealed(keys::POSITION.to_vec(), value)
}

/// The write that says whose index it is.
pub(crate) fn meta_write(store: StoreId) -> Write {
    let value = [INDEX_VERSION.to_le_bytes().as_slice(), store.as_bytes()].concat();
    sealed(keys::META.to_vec(), value)
}

/// The frames of a record: entries are split where a frame would be too long.
pub(crate) fn frames_of(record: &Record, hashes: &[Hash], out: &mut Vec<(u8, Vec<u8>)>) {
    match record {
        Record::Own(slice) => own_frames(slice, hashes, out),
        Record::Foreign { batch, slice } => {
            out.push((frame::FOREIGN, frame::foreign_payload(slice, batch)));
        }
        Record::Head(head) => out.push((frame::HEAD, frame::head_payload(head))),
        Record::Run(run) => out.push((frame::RUN, frame::run_payload(run))),
        Record::Cursor(cursor) => out.push((frame::CURSOR, frame::cursor_payload(cursor))),
        Record::Note(note) => out.push((frame::NOTE, frame::note_payload(note))),
    }
}

/// How many bytes of entries one frame holds at most, unless one entry has more.
const OWN_FRAME_BYTES: usize = 512 * 1024;

fn own_frames(slice: &OriginSlice, hashes: &[Hash], out: &mut Vec<(u8, Vec<u8>)>) {
    let entries: Vec<&[u8]> = slice.entries.iter().collect();
    let mut start = 0;
    let mut prev = slice.prev;
    while start < entries.len() {
        let mut end = start;
        let mut bytes = 0_usize;
        while let Some(entry) = entries.get(end) {
            bytes = bytes.saturating_add(entry.len()).saturating_add(4);
            if bytes > OWN_FRAME_BYTES && end > start {
                break;
            }
            end = end.saturating_add(1);
        }
        let part = entries.get(start..end).unwrap_or_default();
        let first_seq = slice.first_seq.saturating_add(wide(start));
        let payload = frame::own_payload(slice.origin, first_seq, prev, part.iter().copied());
        out.push((frame::OWN, payload));
        prev = hashes.get(end.saturating_sub(1)).copied().unwrap_or(prev);
        start = end;
    }
}
