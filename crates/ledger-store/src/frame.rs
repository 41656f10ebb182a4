//! The payloads of journal frames.
//!
//! All numbers are little-endian; nothing may follow the last field.
//!
//! | type | payload |
//! |---|---|
//! | 1 own entries | origin 16, first seq u64, chain hash before it 32, count u32, then per entry its length u32 and bytes |
//! | 2 foreign batch | origin 16, first seq u64, chain hash before it 32, count u32, batch length u32, batch as received. The first four name the part of the batch that was new here |
//! | 3 signed head | origin 16, seq u64, chain hash 32, signature 64, ledger 16 |
//! | 4 run | first central number u64, origin 16, first seq u64, count u64, moment in ms u64, central chain hash after it 32, epoch u64 |
//! | 5 cursor | peer 16, epoch u64, central number u64, central chain hash there 32 |
//! | 6 note | key length u16, key, value length u32, value, both UTF-8 |
//! | 7 branch | id 16, root 16, first seq u64, chain hash before it 32 |
//! | 8 renamed | from 16, first seq u64, to 16 |
//!
//! Types 7 and 8 stand only in segments of version 2: a program that does not know them would pass
//! over them as damage, and make of what follows what it is not.
//!
//! **Invariant.** Decoding never panics and never allocates more than the payload is long.

use ledger_core::{LedgerId, Origin};
use ledger_format::{EntryBuf, Hash, OriginSlice};

use crate::bytes::{Reader, narrow, put_counted};
use crate::record::{BRANCH_SEQ_MAX, Branch, Cursor, Note, Renamed, Run, SignedHead};

/// The longest payload of a frame in bytes.
pub const FRAME_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Frame type of own entries.
pub const OWN: u8 = 1;
/// Frame type of a foreign batch.
pub const FOREIGN: u8 = 2;
/// Frame type of a signed head.
pub const HEAD: u8 = 3;
/// Frame type of a run of central numbers.
pub const RUN: u8 = 4;
/// Frame type of a cursor.
pub const CURSOR: u8 = 5;
/// Frame type of a note.
pub const NOTE: u8 = 6;
/// Frame type of a branch.
pub const BRANCH: u8 = 7;
/// Frame type of entries that change their chain.
pub const RENAMED: u8 = 8;

/// The journal version that a frame type needs.
pub(crate) const fn version_of(kind: u8) -> u32 {
    if kind >= BRANCH { 2 } else { 1 }
}

/// A payload that is not what its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a journal frame of type {kind} does not have the fields of its type")]
pub struct FrameError {
    /// The frame's type.
    pub kind: u8,
}

/// A decoded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Entries as bare bytes.
    Own(OriginSlice),
    /// Entries packed in a batch.
    Foreign(ForeignFrame),
    /// A signature under a chain.
    Head(SignedHead),
    /// Central numbers.
    Run(Run),
    /// How far was pulled.
    Cursor(Cursor),
    /// A fact of the node.
    Note(Note),
    /// Where a chain begins.
    Branch(Branch),
    /// Entries that change their chain.
    Renamed(Renamed),
}

/// A batch as received, and which part of it was new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignFrame {
    /// Under which origin the entries are kept.
    pub origin: Origin,
    /// The first entry that was new.
    pub first_seq: u64,
    /// The chain hash before it.
    pub prev: Hash,
    /// How many entries were new.
    pub count: u32,
    /// The batch as received.
    pub batch: Vec<u8>,
}

impl ForeignFrame {
    /// Cuts what the batch unpacks to down to the part that was new.
    ///
    /// `None` when the batch does not hold that part.
    #[must_use]
    pub fn part_of(&self, unpacked: &OriginSlice) -> Option<OriginSlice> {
        let skip = usize::try_from(self.first_seq.checked_sub(unpacked.first_seq)?).ok()?;
        let count = usize::try_from(self.count).ok()?;
        if skip.checked_add(count)? > unpacked.entries.len() {
            return None;
        }
        Some(OriginSlice {
            origin: self.origin,
            first_seq: self.first_seq,
            prev: self.prev,
            entries: unpacked.entries.iter().skip(skip).take(count).collect(),
        })
    }
}

/// Encodes entries as the payload of an own frame.
pub(crate) fn own_payload<'a>(
    origin: Origin,
    first_seq: u64,
    prev: Hash,
    entries: impl ExactSizeIterator<Item = &'a [u8]>,
) -> Vec<u8> {
    let mut out = slice_start(origin, first_seq, prev, entries.len());
    for entry in entries {
        put_counted(&mut out, entry);
    }
    out
}

/// Encodes a foreign batch with the part of it that is new.
pub(crate) fn foreign_payload(slice: &OriginSlice, batch: &[u8]) -> Vec<u8> {
    let mut out = slice_start(
        slice.origin,
        slice.first_seq,
        slice.prev,
        slice.entries.len(),
    );
    put_counted(&mut out, batch);
    out
}

fn slice_start(origin: Origin, first_seq: u64, prev: Hash, count: usize) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(origin.as_bytes());
    out.extend_from_slice(&first_seq.to_le_bytes());
    out.extend_from_slice(prev.as_bytes());
    out.extend_from_slice(&narrow(count).to_le_bytes());
    out
}

/// Encodes a signed head.
pub(crate) fn head_payload(head: &SignedHead) -> Vec<u8> {
    let mut out = Vec::with_capacity(136);
    out.extend_from_slice(head.origin.as_bytes());
    out.extend_from_slice(&head.seq.to_le_bytes());
    out.extend_from_slice(head.hash.as_bytes());
    out.extend_from_slice(&head.signature);
    out.extend_from_slice(head.ledger.as_bytes());
    out
}

/// Encodes a run of central numbers.
pub(crate) fn run_payload(run: &Run) -> Vec<u8> {
    let mut out = Vec::with_capacity(88);
    out.extend_from_slice(&run.first.to_le_bytes());
    out.extend_from_slice(run.origin.as_bytes());
    out.extend_from_slice(&run.first_seq.to_le_bytes());
    out.extend_from_slice(&run.count.to_le_bytes());
    out.extend_from_slice(&run.moment_ms.to_le_bytes());
    out.extend_from_slice(run.after.as_bytes());
    out.extend_from_slice(&run.epoch.to_le_bytes());
    out
}

/// Encodes a cursor.
pub(crate) fn cursor_payload(cursor: &Cursor) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    out.extend_from_slice(&cursor.peer);
    out.extend_from_slice(&cursor.epoch.to_le_bytes());
    out.extend_from_slice(&cursor.n.to_le_bytes());
    out.extend_from_slice(cursor.anchor.as_bytes());
    out
}

/// Encodes a note.
pub(crate) fn note_payload(note: &Note) -> Vec<u8> {
    let key_len = u16::try_from(note.key.len()).unwrap_or(u16::MAX);
    let mut out = Vec::with_capacity(note.key.len() + note.value.len() + 6);
    out.extend_from_slice(&key_len.to_le_bytes());
    out.extend_from_slice(note.key.as_bytes());
    put_counted(&mut out, note.value.as_bytes());
    out
}

/// Encodes where a chain begins.
pub(crate) fn branch_payload(branch: &Branch) -> Vec<u8> {
    let mut out = Vec::with_capacity(72);
    out.extend_from_slice(branch.id.as_bytes());
    out.extend_from_slice(&branch_value(branch));
    out
}

/// The same without its id, as the index has it.
pub(crate) fn branch_value(branch: &Branch) -> Vec<u8> {
    let mut out = Vec::with_capacity(56);
    out.extend_from_slice(branch.root.as_bytes());
    out.extend_from_slice(&branch.first_seq.to_le_bytes());
    out.extend_from_slice(branch.prev.as_bytes());
    out
}

/// Encodes that entries change their chain.
pub(crate) fn renamed_payload(renamed: &Renamed) -> Vec<u8> {
    let mut out = Vec::with_capacity(40);
    out.extend_from_slice(renamed.from.as_bytes());
    out.extend_from_slice(&renamed.first_seq.to_le_bytes());
    out.extend_from_slice(renamed.to.as_bytes());
    out
}

/// Decodes a frame's payload.
///
/// # Errors
///
/// [`FrameError`] when the type is unknown or the payload does not have its fields exactly.
pub fn decode(kind: u8, payload: &[u8]) -> Result<Frame, FrameError> {
    let mut reader = Reader::new(payload);
    let frame = match kind {
        OWN => own(&mut reader).map(Frame::Own),
        FOREIGN => foreign(&mut reader).map(Frame::Foreign),
        HEAD => head(&mut reader).map(Frame::Head),
        RUN => run(&mut reader).map(Frame::Run),
        CURSOR => cursor(&mut reader).map(Frame::Cursor),
        NOTE => note(&mut reader).map(Frame::Note),
        BRANCH => branch(&mut reader).map(Frame::Branch),
        RENAMED => renamed(&mut reader).map(Frame::Renamed),
        _ => None,
    };
    frame
        .filter(|_| reader.end().is_some())
        .ok_or(FrameError { kind })
}

fn own(reader: &mut Reader<'_>) -> Option<OriginSlice> {
    let origin = Origin::from_bytes(reader.array()?);
    let first_seq = reader.u64()?;
    let prev = Hash::from_bytes(reader.array()?);
    let count = reader.u32()?;
    let _last = last_seq(first_seq, count.into())?;
    let mut entries = EntryBuf::new();
    for _ in 0..count {
        entries.push(reader.counted()?);
    }
    Some(OriginSlice {
        origin,
        first_seq,
        prev,
        entries,
    })
}

fn foreign(reader: &mut Reader<'_>) -> Option<ForeignFrame> {
    let origin = Origin::from_bytes(reader.array()?);
    let first_seq = reader.u64()?;
    let prev = Hash::from_bytes(reader.array()?);
    let count = reader.u32()?;
    let _last = last_seq(first_seq, count.into())?;
    let batch = reader.counted()?.to_vec();
    Some(ForeignFrame {
        origin,
        first_seq,
        prev,
        count,
        batch,
    })
}

/// Decodes a signed head from the front of a reader.
pub(crate) fn head(reader: &mut Reader<'_>) -> Option<SignedHead> {
    Some(SignedHead {
        origin: Origin::from_bytes(reader.array()?),
        seq: reader.u64().filter(|&seq| seq > 0)?,
        hash: Hash::from_bytes(reader.array()?),
        signature: reader.array()?,
        ledger: LedgerId::from_bytes(reader.array()?),
    })
}

/// Decodes a run from the front of a reader.
pub(crate) fn run(reader: &mut Reader<'_>) -> Option<Run> {
    let run = Run {
        first: reader.u64()?,
        origin: Origin::from_bytes(reader.array()?),
        first_seq: reader.u64()?,
        count: reader.u64()?,
        moment_ms: reader.u64()?,
        after: Hash::from_bytes(reader.array()?),
        epoch: reader.u64()?,
    };
    let _last = last_seq(run.first, run.count).and(last_seq(run.first_seq, run.count))?;
    Some(run)
}

/// Decodes a cursor from the front of a reader.
pub(crate) fn cursor(reader: &mut Reader<'_>) -> Option<Cursor> {
    Some(Cursor {
        peer: reader.array()?,
        epoch: reader.u64()?,
        n: reader.u64()?,
        anchor: Hash::from_bytes(reader.array()?),
    })
}

fn note(reader: &mut Reader<'_>) -> Option<Note> {
    let key_len = usize::from(reader.u16()?);
    let key = std::str::from_utf8(reader.take(key_len)?).ok()?.to_owned();
    let value = std::str::from_utf8(reader.counted()?).ok()?.to_owned();
    Some(Note { key, value })
}

fn branch(reader: &mut Reader<'_>) -> Option<Branch> {
    let id = Origin::from_bytes(reader.array()?);
    branch_of(id, reader)
}

/// Decodes a branch without its id, as the index has it.
pub(crate) fn branch_of(id: Origin, reader: &mut Reader<'_>) -> Option<Branch> {
    Some(Branch {
        id,
        root: Origin::from_bytes(reader.array()?),
        first_seq: reader
            .u64()
            .filter(|seq| (2..=BRANCH_SEQ_MAX).contains(seq))?,
        prev: Hash::from_bytes(reader.array()?),
    })
}

fn renamed(reader: &mut Reader<'_>) -> Option<Renamed> {
    Some(Renamed {
        from: Origin::from_bytes(reader.array()?),
        first_seq: reader.u64().filter(|&seq| seq > 0)?,
        to: Origin::from_bytes(reader.array()?),
    })
}

/// The last of `count` numbers from `first`, when both are sound: numbers start at 1.
fn last_seq(first: u64, count: u64) -> Option<u64> {
    first.checked_sub(1)?.checked_add(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_branches_have_these_bytes() {
        let of = |n| Origin::from_bytes([n; 16]);
        let branch = Branch {
            id: of(1),
            root: of(2),
            first_seq: 0x0403,
            prev: Hash::from_bytes([5; 32]),
        };
        let seq = [3, 4, 0, 0, 0, 0, 0, 0].as_slice();
        let bytes = [&[1; 16], &[2; 16], seq, &[5; 32]].concat();
        assert_eq!(branch_payload(&branch), bytes);
        assert_eq!(decode(7, &bytes), Ok(Frame::Branch(branch)));
        for (at, byte) in [(32, 1), (39, 0x80)] {
            let mut wrong = [&bytes[..32], &[0; 8], &bytes[40..]].concat();
            wrong[at] = byte;
            assert_eq!(decode(7, &wrong), Err(FrameError { kind: 7 }));
        }
        let renamed = Renamed {
            from: of(1),
            first_seq: 0x0403,
            to: of(2),
        };
        let bytes = [&[1; 16], seq, &[2; 16]].concat();
        assert_eq!(renamed_payload(&renamed), bytes);
        assert_eq!(decode(8, &bytes), Ok(Frame::Renamed(renamed)));
        let wrong = [&[1; 16][..], &[0; 8], &[2; 16]].concat();
        assert_eq!(decode(8, &wrong), Err(FrameError { kind: 8 }));
        assert_eq!([NOTE, BRANCH, RENAMED].map(version_of), [1, 2, 2]);
    }
}
