//! Blocks: many consecutive entries of an origin packed into one value, with derived columns
//! beside them.
//!
//! How entries are packed and what is derived from them is the caller's business: the store keeps
//! both as opaque bytes. Packed bytes give back the very entries; columns are a shortcut, and what
//! they cannot say is read from the entries.
//!
//! **Invariant.** A block, its columns and the part of the dictionary that they need first are one
//! write of the engine, together with the removal of the chunks that it stands for.

use std::fmt;
use std::sync::Arc;

use ledger_core::Origin;
use ledger_format::{Hash, OriginSlice};

use super::write::{CHUNK_BYTES, chunk_value};
use super::{Index, ReadError, sealed};
use crate::bytes::narrow;
use crate::engine::Write;
use crate::keys;

/// How many entries a block holds at most.
pub const BLOCK_ENTRIES_MAX: usize = 1024;
/// With how many entries a block is made although no more are there yet.
pub(super) const BLOCK_ENTRIES_MIN: usize = 256;
/// How many bytes of entries go into one block at most, unless one entry has more.
pub(super) const BLOCK_RAW_BYTES: usize = 256 * 1024;

/// Packs a slice; none when it cannot or need not be packed.
pub type PackBlock = dyn Fn(&OriginSlice) -> Option<Vec<u8>> + Send + Sync;

/// Gives back what was packed; which entries they are is said beside the bytes.
pub type UnpackBlock =
    dyn Fn(&[u8], Origin, u64, Hash) -> Result<OriginSlice, String> + Send + Sync;

/// Gives back one of the entries that were packed, by its index.
pub type UnpackOne = dyn Fn(&[u8], usize) -> Result<Vec<u8>, String> + Send + Sync;

/// Makes what derives columns; a fresh one has an empty dictionary.
pub type NewDerive = dyn Fn() -> Box<dyn Derive> + Send + Sync;

/// Derives columns from entries, with a dictionary that all columns of one index share.
pub trait Derive: Send {
    /// Takes the next stored part of the dictionary; says whether it could be read.
    fn read_part(&mut self, part: &[u8]) -> bool;

    /// The columns of a slice. What they need and the dictionary lacks is added to it.
    fn columns(&mut self, slice: &OriginSlice) -> Vec<u8>;

    /// What was added to the dictionary since the last call; empty when nothing was.
    fn new_part(&mut self) -> Vec<u8>;
}

/// How the caller packs cold entries.
#[derive(Clone)]
pub struct Packing {
    /// Packs.
    pub pack: Arc<PackBlock>,
    /// Unpacks.
    pub unpack: Arc<UnpackBlock>,
    /// Unpacks one entry, without the work of all.
    pub unpack_one: Arc<UnpackOne>,
    /// Derives columns, where somebody wants them.
    pub derive: Option<Arc<NewDerive>>,
}

impl fmt::Debug for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packing")
            .field("derives", &self.derive.is_some())
            .finish_non_exhaustive()
    }
}

/// The columns of one block.
#[derive(Debug, Clone, Copy)]
pub struct Derived<'a> {
    /// Whose entries.
    pub origin: Origin,
    /// The first one's seq.
    pub first_seq: u64,
    /// How many.
    pub count: u64,
    /// What the caller derived.
    pub columns: &'a [u8],
}

/// Makes the writes of blocks.
pub(crate) struct Blocks {
    packing: Packing,
    /// Its dictionary is that of the index and of the writes made since; loaded when first needed.
    derive: Option<Box<dyn Derive>>,
    next_part: u64,
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocks")
            .field("next_part", &self.next_part)
            .finish_non_exhaustive()
    }
}

impl Blocks {
    /// For the index that is handed to the other calls; none when its caller does not pack.
    pub(crate) fn of(index: &Index) -> Option<Self> {
        let packing = index.packing.clone()?;
        Some(Self {
            packing,
            derive: None,
            next_part: 0,
        })
    }

    /// Drops the dictionary until it is needed again.
    pub(crate) fn rest(&mut self) {
        self.derive = None;
    }

    /// The writes that hold a slice as a block; none when it is better left as chunks.
    pub(super) fn writes(
        &mut self,
        index: &Index,
        slice: &OriginSlice,
        out: &mut Vec<Write>,
    ) -> Result<bool, ReadError> {
        let Some(packed) = (self.packing.pack)(slice) else {
            return Ok(false);
        };
        if packed.len() > CHUNK_BYTES || slice.entries.len() > BLOCK_ENTRIES_MAX {
            return Ok(false);
        }
        let of = |prefix| keys::of_entry(prefix, slice.origin, slice.first_seq);
        let count = slice.entries.len();
        if let Some(make) = self.packing.derive.clone() {
            if self.derive.is_none() {
                let mut derive = make();
                self.next_part = index.load_dictionary(derive.as_mut())?;
                self.derive = Some(derive);
            }
            if let Some(derive) = &mut self.derive {
                let columns = derive.columns(slice);
                let value = [&narrow(count).to_le_bytes(), columns.as_slice()].concat();
                out.push(sealed(of(keys::COLUMNS), value));
            }
        }
        let value = chunk_value(slice.prev, count, true, &packed);
        out.push(sealed(of(keys::CHUNK), value));
        Ok(true)
    }

    /// The write of what the dictionary gained through [`Blocks::writes`].
    pub(super) fn part(&mut self, out: &mut Vec<Write>) {
        let part = self.derive.as_mut().map(|derive| derive.new_part());
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            out.push(sealed(keys::of_part(self.next_part), part));
            self.next_part = self.next_part.saturating_add(1);
        }
    }
}

impl Index {
    /// Hands the stored dictionary to a deriver; gives the number of the next part.
    fn load_dictionary(&self, derive: &mut dyn Derive) -> Result<u64, ReadError> {
        let mut next = 0_u64;
        let mut refused = None;
        self.for_each_part(&mut |part| {
            if refused.is_none() && !derive.read_part(part) {
                refused = Some(ReadError::corrupt(&keys::of_part(next)));
            }
            next = next.saturating_add(1);
        })?;
        refused.map_or(Ok(next), Err)
    }

    /// Visits the parts of the dictionary in their order.
    pub(crate) fn for_each_part(&self, visit: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
        let mut next = 0_u64;
        self.scan(
            keys::PART,
            &keys::end_of(keys::PART),
            false,
            &mut |key, body| {
                if keys::number_in(key) != Some(next) {
                    return Err(ReadError::corrupt(key));
                }
                next = next.saturating_add(1);
                visit(body);
                Ok(std::ops::ControlFlow::Continue(()))
            },
        )
    }

    /// Visits the columns of an origin's blocks that begin in a range of seqs.
    pub(crate) fn for_each_derived(
        &self,
        origin: Origin,
        seqs: std::ops::RangeInclusive<u64>,
        visit: &mut dyn FnMut(Derived<'_>),
    ) -> Result<(), ReadError> {
        let from = keys::of_entry(keys::COLUMNS, origin, *seqs.start());
        let to = keys::after(keys::of_entry(keys::COLUMNS, origin, *seqs.end()));
        self.scan(&from, &to, false, &mut |key, body| {
            let damaged = || ReadError::corrupt(key);
            let (count, columns) = body.split_first_chunk::<4>().ok_or_else(damaged)?;
            visit(Derived {
                origin,
                first_seq: keys::number_in(key).ok_or_else(damaged)?,
                count: u64::from(u32::from_le_bytes(*count)),
                columns,
            });
            Ok(std::ops::ControlFlow::Continue(()))
        })
    }
}

/// With how many entries a run of chunks is worth a block, when no more can be added to it.
pub(super) const JOINED_ENTRIES_MIN: usize = 32;
