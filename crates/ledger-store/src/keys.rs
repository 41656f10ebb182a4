//! The keys of the index. Numbers in keys are big-endian, so that they sort.
//!
//! | key | value |
//! |---|---|
//! | `c/` origin 16, first seq 8 | chunk: chain hash before it 32, count u24, form u8; form 0: per entry its length u32 and bytes; form 1, a block: the entries as the caller packed them |
//! | `d/` origin 16, first seq 8 | columns derived from that block: count u32, then as the caller made them |
//! | `y/` part 8, from 0 | a part of the dictionary of all columns, as the caller made it |
//! | `z/` origin 16 | the seq u64 up to which its chunks were joined into blocks, or found not worth it |
//! | `h/` origin 16 | last seq u64, chain hash after it 32 |
//! | `s/` origin 16, seq 8 | signed head, as in a journal frame |
//! | `n/` first central number 8 | run, as in a journal frame |
//! | `r/` origin 16, first seq 8 | the same run |
//! | `u/` peer 16 | cursor, as in a journal frame |
//! | `k/` key of a note | its value |
//! | `b/` id 16 | branch: root 16, first seq u64, chain hash before it 32 |
//! | `p` | last indexed journal position: segment u64, offset u64, frame hash 32 |
//! | `m` | index version u32, store id 16 |
//!
//! Every value is followed by the crc32c of key and value. Version 1 had no `d/`, `y/` and `z/`, and
//! only form 0, in whose place it had the highest byte of a count that is at most 256: so version 2
//! reads an index of version 1 as it is. Version 3 has `b/`: it is written with the first of them, and
//! an index without one stays what it is.

use ledger_core::Origin;

/// Chunks of entries.
pub const CHUNK: &[u8; 2] = b"c/";
/// Derived columns.
pub const COLUMNS: &[u8; 2] = b"d/";
/// Parts of the columns' dictionary.
pub const PART: &[u8; 2] = b"y/";
/// How far an origin's chunks were joined.
pub const JOINED: &[u8; 2] = b"z/";
/// Heads.
pub const HEAD: &[u8; 2] = b"h/";
/// Signed heads.
pub const SIGNED: &[u8; 2] = b"s/";
/// Runs by central number.
pub const NUMBER: &[u8; 2] = b"n/";
/// Runs by origin.
pub const RUN: &[u8; 2] = b"r/";
/// Cursors.
pub const CURSOR: &[u8; 2] = b"u/";
/// Notes.
pub const NOTE: &[u8; 2] = b"k/";
/// Branches.
pub const BRANCH: &[u8; 2] = b"b/";
/// The journal position.
pub const POSITION: &[u8] = b"p";
/// Version and store.
pub const META: &[u8] = b"m";

/// A key of a prefix and an origin.
pub(crate) fn of_origin(prefix: &[u8; 2], origin: Origin) -> Vec<u8> {
    [prefix, origin.as_bytes().as_slice()].concat()
}

/// A key of a prefix, an origin and a seq.
pub(crate) fn of_entry(prefix: &[u8; 2], origin: Origin, seq: u64) -> Vec<u8> {
    [prefix, origin.as_bytes().as_slice(), &seq.to_be_bytes()].concat()
}

/// The key of the run that begins at a central number.
pub(crate) fn of_number(first: u64) -> Vec<u8> {
    [NUMBER.as_slice(), &first.to_be_bytes()].concat()
}

/// The key of a part of the dictionary.
pub(crate) fn of_part(part: u64) -> Vec<u8> {
    [PART.as_slice(), &part.to_be_bytes()].concat()
}

/// The key of a peer's cursor.
pub(crate) fn of_peer(peer: &[u8; 16]) -> Vec<u8> {
    [CURSOR.as_slice(), peer].concat()
}

/// The key of a note.
pub(crate) fn of_note(key: &str) -> Vec<u8> {
    [NOTE.as_slice(), key.as_bytes()].concat()
}

/// The key right after `key`.
pub(crate) fn after(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

/// The first key after all that begin with `prefix`.
pub(crate) fn end_of(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            return end;
        }
    }
    // Only for a prefix of 0xFF alone, which no key has.
    vec![0xFF; 32]
}

/// The origin in a key that has just that, or a number behind it.
pub(crate) fn origin_in(key: &[u8]) -> Option<Origin> {
    key.get(2..)
        .filter(|rest| [16, 24].contains(&rest.len()))
        .and_then(|rest| rest.first_chunk::<16>())
        .map(|bytes| Origin::from_bytes(*bytes))
}

/// The number at the end of a key that has just that, or an origin before it.
pub(crate) fn number_in(key: &[u8]) -> Option<u64> {
    key.get(2..)
        .filter(|rest| [8, 24].contains(&rest.len()))
        .and_then(|rest| rest.last_chunk::<8>())
        .map(|bytes| u64::from_be_bytes(*bytes))
}
