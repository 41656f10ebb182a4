//! Turning records into writes of the index.
//!
//! **Invariant.** Only a slice that continues its origin's chain is added.

use std::collections::BTreeMap;

use ledger_core::Origin;
use ledger_format::{EntryBuf, Hash, OriginSlice};

use super::block::{BLOCK_ENTRIES_MAX, BLOCK_ENTRIES_MIN, BLOCK_RAW_BYTES, Blocks};
use super::chunk::count_and_form;
use super::{Heads, INDEX_VERSION, Index, Meta, ReadError, VERSION_BEFORE_BRANCHES, sealed};
use crate::bytes::{narrow, put_counted, wide};
use crate::engine::Write;
use crate::frame;
use crate::journal::Position;
use crate::keys;
use crate::record::{Record, Run, StoreId};

/// How many entries a chunk holds at most that is no block.
const CHUNK_ENTRIES: usize = 256;
/// How many bytes a chunk's entries take at most, unless one entry has more. sled keeps larger
/// values in files of their own.
pub(super) const CHUNK_BYTES: usize = 48 * 1024;

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

/// The value of a chunk without its checksum.
pub(super) fn chunk_value(prev: Hash, count: usize, packed: bool, entries: &[u8]) -> Vec<u8> {
    let count = count_and_form(narrow(count), packed);
    [prev.as_bytes().as_slice(), &count, entries].concat()
}

/// The writes that hold a slice as chunks whose entries stand one behind the other.
pub(super) fn raw_chunks(slice: &OriginSlice, hashes: &[Hash], out: &mut Vec<Write>) {
    let mut put = |first_seq, prev, count, bytes: &[u8]| {
        let value = chunk_value(prev, count, false, bytes);
        out.push(sealed(
            keys::of_entry(keys::CHUNK, slice.origin, first_seq),
            value,
        ));
    };
    let (mut first_seq, mut prev) = (slice.first_seq, slice.prev);
    let (mut count, mut bytes) = (0_usize, Vec::new());
    let mut before = slice.prev;
    for ((seq, entry), &after) in (slice.first_seq..).zip(slice.entries.iter()).zip(hashes) {
        let longer = bytes.len().saturating_add(entry.len());
        if count > 0 && (count >= CHUNK_ENTRIES || longer > CHUNK_BYTES) {
            put(first_seq, prev, count, &bytes);
            (first_seq, prev, count) = (seq, before, 0);
            bytes.clear();
        }
        put_counted(&mut bytes, entry);
        count = count.saturating_add(1);
        before = after;
    }
    if count > 0 {
        put(first_seq, prev, count, &bytes);
    }
}

/// Entries of an origin that will lie together.
#[derive(Debug, Clone)]
struct Open {
    slice: OriginSlice,
    hashes: Vec<Hash>,
}

impl Open {
    const fn new(origin: Origin, first_seq: u64, prev: Hash) -> Self {
        Self {
            slice: OriginSlice {
                origin,
                first_seq,
                prev,
                entries: EntryBuf::new(),
            },
            hashes: Vec::new(),
        }
    }

    fn push(&mut self, entry: &[u8], after: Hash) {
        self.slice.entries.push(entry);
        self.hashes.push(after);
    }

    /// The same entries with those that follow, in two parts of about the same length.
    fn shared_with(&self, next: &Self) -> (Self, Self) {
        let all = |of: &Self| of.hashes.len();
        let half = all(self).saturating_add(all(next)).div_ceil(2);
        let slice = &self.slice;
        let mut first = Self::new(slice.origin, slice.first_seq, slice.prev);
        let mut second = None;
        for open in [self, next] {
            for (entry, &after) in open.slice.entries.iter().zip(&open.hashes) {
                let filling = if first.hashes.len() < half {
                    &mut first
                } else {
                    second.get_or_insert_with(|| {
                        let before = first.hashes.last().copied().unwrap_or(slice.prev);
                        let seq = first.slice.last_seq().saturating_add(1);
                        Self::new(slice.origin, seq, before)
                    })
                };
                filling.push(entry, after);
            }
        }
        (first, second.unwrap_or_else(|| next.clone()))
    }

    fn has_room(&self, entry: &[u8]) -> bool {
        let entries = &self.slice.entries;
        let bytes = entries.byte_len().saturating_add(entry.len());
        entries.is_empty() || (entries.len() < BLOCK_ENTRIES_MAX && bytes <= BLOCK_RAW_BYTES)
    }
}

/// Writes that will be done at once.
#[derive(Debug, Default)]
pub(crate) struct IndexBatch {
    open: BTreeMap<Origin, Open>,
    full: Vec<Open>,
    heads: Heads,
    runs: Vec<Run>,
    /// The epoch whose number 1 is among the runs: what other epochs numbered no longer counts,
    /// and would lie between its runs.
    begun: Option<u64>,
    writes: Vec<Write>,
    bytes: u64,
    /// Whether there is a branch among the writes.
    branches: bool,
}

impl IndexBatch {
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
                if run.first == 1 {
                    self.runs.retain(|earlier| earlier.epoch == run.epoch);
                    self.begun = Some(run.epoch);
                }
                self.runs.push(*run);
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
            Record::Branch(branch) => {
                let key = keys::of_origin(keys::BRANCH, branch.id);
                self.writes.push(sealed(key, frame::branch_value(branch)));
                self.branches = true;
            }
            // Needs what is stored: see `Moving`.
            Record::Renamed(_) => {}
        }
    }

    /// Takes away the numbers of a chain's entries from a seq on.
    pub(super) fn drop_runs(
        &mut self,
        index: &Index,
        origin: Origin,
        first_seq: u64,
    ) -> Result<(), ReadError> {
        let is_gone = |run: &Run| run.origin == origin && run.first_seq >= first_seq;
        self.runs.retain(|run| !is_gone(run));
        index.for_each_run_of(origin, first_seq, &mut |run| {
            self.writes.extend(run_keys(&run).map(|key| (key, None)));
        })
    }

    fn add_slice(&mut self, slice: &OriginSlice, hashes: &[Hash]) {
        let origin = slice.origin;
        let mut before = slice.prev;
        let mut seq = slice.first_seq;
        for (entry, &after) in slice.entries.iter().zip(hashes) {
            let open = self
                .open
                .entry(origin)
                .or_insert_with(|| Open::new(origin, seq, before));
            if !open.has_room(entry) {
                let full = std::mem::replace(open, Open::new(origin, seq, before));
                self.full.push(full);
            }
            open.push(entry, after);
            before = after;
            let _before = self.heads.insert(origin, (seq, after));
            seq = seq.saturating_add(1);
        }
    }

    /// The writes, and the heads that they change. Many entries of an origin become blocks at
    /// once, where the index has a caller who packs.
    pub(crate) fn finish(
        mut self,
        position: Position,
        index: &Index,
        mut blocks: Option<&mut Blocks>,
    ) -> Result<(Vec<Write>, Heads), ReadError> {
        for mut open in self.open.into_values() {
            // A few entries behind many would stay alone between blocks.
            let full = self.full.iter_mut().rev();
            let before = full.filter(|_| open.hashes.len() < BLOCK_ENTRIES_MIN);
            let mut of_origin = before.filter(|full| full.slice.origin == open.slice.origin);
            if let Some(before) = of_origin.next() {
                (*before, open) = before.shared_with(&open);
            }
            self.full.push(open);
        }
        for open in &self.full {
            let packed = match &mut blocks {
                Some(blocks) if open.slice.entries.len() >= BLOCK_ENTRIES_MIN => {
                    blocks.writes(index, &open.slice, &mut self.writes)?
                }
                Some(_) | None => false,
            };
            if !packed {
                raw_chunks(&open.slice, &open.hashes, &mut self.writes);
            }
        }
        if let Some(blocks) = blocks {
            blocks.part(&mut self.writes);
        }
        if let Some(epoch) = self.begun {
            index.for_each_run(&mut |run| {
                if run.epoch != epoch {
                    let gone = run_keys(&run).map(|key| (key, None));
                    self.writes.extend(gone);
                }
            })?;
        }
        for run in &self.runs {
            let written = run_keys(run).map(|key| sealed(key, frame::run_payload(run)));
            self.writes.extend(written);
        }
        let heads = self.heads.iter();
        self.writes
            .extend(heads.map(|(origin, head)| head_write(*origin, *head)));
        if self.branches {
            self.writes.extend(version_write(index.meta()?));
        }
        self.writes.push(position_write(position));
        Ok((self.writes, self.heads))
    }
}

/// The write that says that there are branches, for an index that does not say so yet.
fn version_write(meta: Option<Meta>) -> Option<Write> {
    let older = meta.filter(|meta| meta.version < INDEX_VERSION);
    older.map(|meta| meta_write_of(INDEX_VERSION, meta.store))
}

/// The write of a head.
pub(super) fn head_write(origin: Origin, (seq, hash): (u64, Hash)) -> Write {
    let value = [seq.to_le_bytes().as_slice(), hash.as_bytes()].concat();
    sealed(keys::of_origin(keys::HEAD, origin), value)
}

/// Where a run lies: by origin and by number.
fn run_keys(run: &Run) -> [Vec<u8>; 2] {
    [
        keys::of_entry(keys::RUN, run.origin, run.first_seq),
        keys::of_number(run.first),
    ]
}

/// The write that says up to where the journal is indexed.
pub(crate) fn position_write(position: Position) -> Write {
    let mut value = Vec::with_capacity(52);
    value.extend_from_slice(&position.segment.to_le_bytes());
    value.extend_from_slice(&position.offset.to_le_bytes());
    value.extend_from_slice(position.frame.as_bytes());
    sealed(keys::POSITION.to_vec(), value)
}

/// The write that says whose index it is, for one without branches.
pub(crate) fn meta_write(store: StoreId) -> Write {
    meta_write_of(VERSION_BEFORE_BRANCHES, store)
}

fn meta_write_of(version: u32, store: StoreId) -> Write {
    let value = [version.to_le_bytes().as_slice(), store.as_bytes()].concat();
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
        Record::Branch(branch) => out.push((frame::BRANCH, frame::branch_payload(branch))),
        Record::Renamed(renamed) => out.push((frame::RENAMED, frame::renamed_payload(renamed))),
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
