//! One segment file: its header, and frames at their offsets.

use std::cell::OnceCell;

use ledger_format::Hash;

use super::sums::Sums;
use crate::bytes::{Reader, narrow};
use crate::frame::FRAME_BYTES_MAX;
use crate::planted::{Bug, is_planted};
use crate::record::StoreId;

/// The newest journal format. A segment has it from the first frame on that needs it, and so have
/// all that follow; a journal without branches can still be read by what knows only version 1.
pub const JOURNAL_VERSION: u32 = 2;
/// The version of a segment in which no frame needs a newer one.
pub(crate) const VERSION_BEFORE_BRANCHES: u32 = 1;
/// How many bytes a segment header takes; the first frame follows.
pub(crate) const HEADER_BYTES: usize = 80;
/// How many bytes of a frame stand before its payload.
pub(crate) const FRAME_START_BYTES: usize = 10;

const MAGIC: [u8; 8] = *b"SLJOURNL";
/// More frames of the same group follow.
const MORE: u8 = 1;
/// The first frame of a write: all bytes before it were durable when it was written.
const FIRST: u8 = 2;

/// What a segment says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The format of its frames.
    pub(crate) version: u32,
    /// Its number, from 1.
    pub(crate) segment: u64,
    /// Whose journal.
    pub(crate) store: StoreId,
    /// Where the last group of the segment before ends; 0 in the first.
    pub(crate) before_end: u64,
    /// The hash of the last frame before this segment; zeros in the first.
    pub(crate) before_frame: Hash,
}

/// Why a header could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadHeader {
    /// Not a header, or its checksum is wrong.
    Damaged,
    /// Of a version that this program does not know.
    Newer(u32),
}

impl Header {
    /// The header's bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&self.version.to_le_bytes());
        out.extend_from_slice(&self.segment.to_le_bytes());
        out.extend_from_slice(self.store.as_bytes());
        out.extend_from_slice(&self.before_end.to_le_bytes());
        out.extend_from_slice(self.before_frame.as_bytes());
        let crc = crc32c::crc32c(&out);
        out.extend_from_slice(&crc.to_le_bytes());
        out
    }

    /// Reads a header from the front of a segment.
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadHeader> {
        let bytes = data.get(..HEADER_BYTES).ok_or(BadHeader::Damaged)?;
        Self::fields(bytes).ok_or(BadHeader::Damaged)?
    }

    fn fields(bytes: &[u8]) -> Option<Result<Self, BadHeader>> {
        let (body, crc) = bytes.split_last_chunk::<4>()?;
        let mut reader = Reader::new(body);
        if reader.array()? != MAGIC || crc32c::crc32c(body) != u32::from_le_bytes(*crc) {
            return None;
        }
        let version = reader.u32()?;
        if version > JOURNAL_VERSION {
            return Some(Err(BadHeader::Newer(version)));
        }
        Some(Ok(Self {
            version,
            segment: reader.u64()?,
            store: StoreId::from_bytes(reader.array()?),
            before_end: reader.u64()?,
            before_frame: Hash::from_bytes(reader.array()?),
        }))
    }
}

/// The name of a segment's file.
pub(crate) fn file_name(segment: u64) -> String {
    format!("{segment:020}.seg")
}

/// The segment number that a file's name says.
pub(crate) fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".seg")?;
    if digits.len() != 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|&number| number > 0)
}

/// Where frames belong; their checksums cover it, so that a frame counts only at its own place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Whose journal.
    pub(crate) store: StoreId,
    /// Which segment.
    pub(crate) segment: u64,
}

impl Place {
    /// The checksum of what stands before a frame's own bytes.
    fn crc_before(&self, offset: u64) -> u32 {
        let crc = crc32c::crc32c(self.store.as_bytes());
        let crc = crc32c::crc32c_append(crc, &self.segment.to_le_bytes());
        crc32c::crc32c_append(crc, &offset.to_le_bytes())
    }

    fn crc(&self, offset: u64, body: &[u8]) -> u32 {
        #[cfg(test)]
        work::add(body.len());
        crc32c::crc32c_append(self.crc_before(offset), body)
    }

    /// Appends one frame that will stand at `offset`.
    pub(crate) fn put_frame(&self, out: &mut Vec<u8>, offset: u64, frame: FrameBytes<'_>) {
        let start = out.len();
        let flags = if frame.more { MORE } else { 0 } | if frame.first { FIRST } else { 0 };
        out.extend_from_slice(&narrow(frame.payload.len().saturating_add(2)).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&[frame.kind, flags]);
        out.extend_from_slice(frame.payload);
        let crc = self.crc(
            offset,
            out.get(start.saturating_add(8)..).unwrap_or_default(),
        );
        let place = out.get_mut(start.saturating_add(4)..start.saturating_add(8));
        if let Some(place) = place {
            place.copy_from_slice(&crc.to_le_bytes());
        }
    }

    /// Whether a whole and sound frame stands at an offset, told without reading all of it.
    pub(super) fn is_frame_at<'a>(
        &self,
        data: &'a [u8],
        at: usize,
        sums: &OnceCell<Sums<'a>>,
    ) -> bool {
        self.sum_fits(data, at, sums).unwrap_or_default()
    }

    fn sum_fits<'a>(&self, data: &'a [u8], at: usize, sums: &OnceCell<Sums<'a>>) -> Option<bool> {
        #[cfg(test)]
        work::add(1);
        let mut reader = Reader::new(data.get(at..)?);
        let len = usize::try_from(reader.u32()?).ok()?;
        let start = at.checked_add(8)?;
        let end = start.checked_add(len)?;
        if !(2..=FRAME_BYTES_MAX + 2).contains(&len) || end > data.len() {
            return None;
        }
        let crc = reader.u32()?;
        let &[_, flags] = reader.take(2)?.first_chunk::<2>()?;
        if flags & !(MORE | FIRST) != 0 {
            return None;
        }
        let before = self.crc_before(u64::try_from(at).ok()?);
        let sums = sums.get_or_init(|| Sums::of(data));
        let sum = sums.behind(before, start..end)?;
        Some(sum == crc || is_planted(Bug::SkipFrameCheck))
    }

    /// The frame that stands at an offset, if a whole and sound one does.
    pub(crate) fn frame_at<'a>(&self, data: &'a [u8], at: usize) -> Option<FrameAt<'a>> {
        #[cfg(test)]
        work::add(1);
        let mut reader = Reader::new(data.get(at..)?);
        let len = usize::try_from(reader.u32()?).ok()?;
        if !(2..=FRAME_BYTES_MAX + 2).contains(&len) {
            return None;
        }
        let crc = reader.u32()?;
        let body = reader.take(len)?;
        let (&kind, rest) = body.split_first()?;
        let (&flags, payload) = rest.split_first()?;
        let sound = self.crc(u64::try_from(at).ok()?, body) == crc;
        if flags & !(MORE | FIRST) != 0 || !(sound || is_planted(Bug::SkipFrameCheck)) {
            return None;
        }
        let end = at.checked_add(8)?.checked_add(len)?;
        let frame = FrameBytes {
            kind,
            payload,
            more: flags & MORE != 0,
            first: flags & FIRST != 0,
        };
        Some(FrameAt {
            frame,
            end,
            bytes: data.get(at..end)?,
        })
    }
}

/// One frame: its type, flags and payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameBytes<'a> {
    /// The frame's type.
    pub(crate) kind: u8,
    /// What is in it.
    pub(crate) payload: &'a [u8],
    /// More frames of the same group follow.
    pub(crate) more: bool,
    /// The first frame of a write.
    pub(crate) first: bool,
}

/// A frame that was found in a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameAt<'a> {
    /// The frame.
    pub(crate) frame: FrameBytes<'a>,
    /// The offset after it.
    pub(crate) end: usize,
    /// All its bytes.
    pub(crate) bytes: &'a [u8],
}

/// How much a test's thread has read: offsets that were tried, and bytes that were summed.
#[cfg(test)]
pub(crate) mod work {
    use std::cell::Cell;

    thread_local!(static DONE: Cell<usize> = const { Cell::new(0) });

    pub(crate) fn add(bytes: usize) {
        DONE.set(DONE.get().saturating_add(bytes));
    }

    pub(crate) fn take() -> usize {
        DONE.take()
    }
}
