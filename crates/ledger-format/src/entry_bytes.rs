//! The one canonical form of an entry in bytes.
//!
//! ```text
//! entry  = version u8 (1) ‖ kind LEB128 (at most 16 bits) ‖ time 6 bytes big-endian, ms since 1970
//!          ‖ presence u8: bit 0 = clock follows, bit 1 = user follows, other bits 0
//!          ‖ [clock 8 bytes big-endian: 48 bits of milliseconds, 16 bits of counter]
//!          ‖ [user: LEB128 length ‖ UTF-8 of the normalised name]
//!          ‖ body
//! body   = one MessagePack map; its keys are integers 0 … 127, ascending
//! ```
//!
//! - The clock is left out when it equals the time with counter 0, and only then.
//! - Everything is in its shortest form: integers, lengths, headers. There are no floats and no
//!   extension types. Maps inside values follow the rules of the body. Values nest at most
//!   8 deep. What is absent is left out; an empty optional text is not written.
//! - Nothing follows the body. An entry has at most [`ENTRY_BYTES_MAX`] bytes.
//! - A reader must understand even keys and may ignore odd ones. [`keys`] lists all of them;
//!   kinds are the numbers of [`ledger_core::entry::Kind`]. Neither is ever reused.
//! - Key 0, where present, is what the entry touches: a text is the code of an item, otherwise
//!   `[class number, code]`.
//!
//! The bodies, by kind. `?` = may be absent; *ref* = `[origin bin16, seq, first 8 hash bytes bin8]`;
//! *refs* are one list of such parts.
//!
//! | kind | body |
//! |---|---|
//! | 1 Genesis | 1 program text?, 2 device bin16, 4 name text, 6 reason int, 8 parent ref? |
//! | 2 ClockMark | 2 step in ms int |
//! | 10 Moved | 0 item, 2 quantity int, 4 from?, 6 to?, 8 owner?, 10 owner at the to place?, 12 batch?, 20 batch at the to place?, 22 act int, 28 order ref?, particulars, 37 lot ref?, 39 purchase order ref? |
//! | 11 Counted | 0 item, 2 quantity int, 4 location, 8 owner?, 12 batch?, 24 `[started ms, ended ms]`?, particulars, 41 stocktake ref? |
//! | 12 Tallied | 0 item, 2 quantity int, 4 location, 8 owner?, 11 serial?, 12 batch?, 17 once? |
//! | 13 Reversed | 26 target ref, particulars without expiry |
//! | 20 StocktakeOpened | 2 number text, 4 targets?, *fields*: 10 due, 12 title, 14 blind, 18 days, 16 idempotency? |
//! | 21 StocktakeAssigned | 2 device bin16?, 4 targets?, 6 again true?, 16 idempotency?, 26 stocktake ref |
//! | 22 StocktakeApproved | 2 counts `[origin bin16, seq, bin8, origin bin16, …]`, 3 note?, 16 idempotency?, 26 stocktake ref |
//! | 23 StocktakeClosed | as 34 |
//! | 30 OrderOpened | 2 number text, 4 type int, *fields*: 6 customer, 8 site, 10 due, 12 title, 14 stage, 16 idempotency? |
//! | 31 OrderSet | *fields* as of 30, 16 idempotency?, 26 order ref |
//! | 32 OrderLineSet | 0 item, 2 wanted int, 16 idempotency?, 26 order ref |
//! | 33 OrderExpedited | 0 item, 4 rank int, 16 idempotency?, 26 order ref |
//! | 34 OrderClosed, 35 OrderCancelled | 1 reason?, 3 note?, 16 idempotency?, 26 order ref |
//! | 40 BomLineSet | 0 parent item, 2 child text, *fields*: 4 for one unit, 6 attrition, 8 references, 17 idempotency? |
//! | 41 LotPlanned | 0 item, 2 number text, 4 BOM?, *fields*: 6 customer, 8 site, 10 due, 12 title, 14 quantity, 16 idempotency? |
//! | 42 LotSet | 4 BOM?, *fields* as of 41, 16 idempotency?, 26 lot ref |
//! | 43 LotClosed | as 34 |
//! | 50 PurchaseOrderPlaced | 2 number text, 4 lines?, *fields*: 6 supplier, 8 site, 12 title, 14 reference, 16 idempotency? |
//! | 51 PurchaseOrderSet | *fields* as of 50, 16 idempotency?, 26 purchase order ref |
//! | 52 PurchaseLineSet | 0 item, 2 quantity int, 4 day?, 16 idempotency?, 26 purchase order ref |
//! | 53 PurchaseOrderClosed | as 34 |
//! | 60, 61, 63–66, 69, 90, 91 fields of a thing | 0 subject, then its fields by number: nil, bool, int, text or bin; 17 idempotency? |
//! | 62 ItemMerged | 0 item, 2 into text, "" = taken back, 17 idempotency? |
//! | 67 CodeBound | 0 item, 2 barcode text, 4 pack int, 17 idempotency? |
//! | 68 CodeUnbound | 0 item, 2 barcode text |
//! | 92 DeviceRevoked | 2 device bin16, 3 note?, 4 trusted *refs*, 16 idempotency? |
//! | 93 Admitted | 2 entries *refs*, 3 note?, 4 through *refs*?, 16 idempotency? |
//! | 94 Refused | 2 through *refs*, 3 note?, 16 idempotency? |
//! | 95 TimeFixed | 2 ahead in ms int, 4 uncertainty in ms int, 26 the entry that begins the run ref |
//! | 80 UnknownScan | 2 quantity int, 4 location, 6 to?, 8 owner?, 12 batch?, 22 mode int, 30 code text, 31 AIM id?, 33 neighbour?, 35 whole text?, particulars |
//! | 81 ScanResolved | 0 item?, 2 code text, 3 note?, 16 idempotency? |
//! | 85 ExceptionAnswered | 2 exception text, 3 note?, 4 entries `[origin bin16, seq, origin bin16, seq, …]`, 16 idempotency? |
//!
//! *Fields* of a document or of a line of a bill of materials, each may be absent, or nil to take
//! the value away: customer, site, supplier are codes; due, days, quantity, for one unit, attrition
//! are ints; title, stage, reference, references are texts; blind is a bool. Attrition is in
//! hundredths of a percent, 0 … 10 000. They stand among the other keys, in the order of all. The
//! *ref* of a document is the entry that began it.
//!
//! *Targets*, *BOM* and *lines* are lists without a list around each of their parts, and left out
//! where they are empty, except the BOM of a LotSet, which is adopted then. A target is the codes of
//! item, location, owner and batch, nil where there is none: an item alone, a location alone, or a
//! stock line. A line of a BOM is item code, how much for one unit int above 0, attrition int,
//! references text or nil; a line of a purchase order is item code, quantity int, day int or nil.
//! Days are counted from 1970.
//!
//! A movement is for one document. Of 28, 37 and 39 the first one counts, and a reader skips what
//! follows it: a movement is a fact, whatever else it says.
//!
//! *Particulars*, each may be absent: 1 reason, 3 note, 5 order, 7 lot, 9 po, 11 serial (texts),
//! 14 said time in ms, 16 idempotency `[key bin16, row]`, 18 expiry in days since 1970.
//!
//! Quantities are in ten-thousandths. A movement's 8 and 12 are those of its from place, or of its
//! to place when there is no from; 10 and 20 stand only where the to place's differ from those of
//! the from place, "" = our own stock, no batch. At least one of 4 and 6 is there.
//!
//! **What a reader makes of other bytes.** In this order: what is not canonical is
//! [`Content::Bad`]; a later version, an unknown kind or an unknown even key is
//! [`Content::Newer`]; a known key with a value that makes no sense, or a missing one, is `Bad`.
//! Kind and time keep their places in every version.

mod body_decode;
mod body_encode;
mod header;
pub mod keys;
mod reader;
mod sense;
mod walk;
mod writer;

use ledger_core::Timestamp;
use ledger_core::entry::{Content, Entry};

pub use crate::batch::ENTRY_BYTES_MAX;
pub(crate) use header::{Header, VERSION};
pub(crate) use keys::KEY_MAX;
pub(crate) use reader::{DEPTH_MAX, Fields, Reader, Token};
pub(crate) use writer::put_token;

/// Why a reader refuses bytes, in words.
pub(crate) type Reason = &'static str;

/// An entry that has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Over [`ENTRY_BYTES_MAX`].
    #[error("the entry has {0} bytes: at most {ENTRY_BYTES_MAX} fit")]
    TooLarge(usize),
    /// An optional text that is there and empty.
    #[error("the {0} is empty: leave it out instead")]
    EmptyText(&'static str),
    /// A code or name that is not in its normalised form.
    #[error("the {0} is not normalised")]
    NotNormalised(&'static str),
    /// A value that a reader would refuse.
    #[error("the entry makes no sense: {0}")]
    Senseless(&'static str),
}

/// Writes an entry in its canonical form.
pub fn encode(entry: &Entry) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::with_capacity(96);
    encode_into(entry, &mut out)?;
    Ok(out)
}

/// Appends an entry in its canonical form; on an error nothing is appended.
pub fn encode_into(entry: &Entry, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = out.len();
    let written = header::write(entry, out).and_then(|()| body_encode::write(&entry.body, out));
    let size = out.len().saturating_sub(start);
    let result = match written {
        Ok(()) if size > ENTRY_BYTES_MAX => Err(EncodeError::TooLarge(size)),
        other => other,
    };
    if result.is_err() {
        out.truncate(start);
    }
    result
}

/// Reads an entry. Total: any bytes give an answer.
#[must_use]
pub fn decode(bytes: &[u8]) -> Content {
    if bytes.len() > ENTRY_BYTES_MAX {
        return Content::Bad {
            time: None,
            reason: "larger than an entry may be",
        };
    }
    let mut reader = Reader::new(bytes);
    let (version, kind, time) = match header::read_start(&mut reader) {
        Ok(start) => start,
        Err((time, reason)) => return Content::Bad { time, reason },
    };
    if version > VERSION {
        let touches = header::read_rest(&mut reader, time)
            .and_then(|_| walk::walk(&mut reader))
            .map_or(None, |walked| walked.touches);
        return Content::Newer {
            time,
            kind,
            touches,
        };
    }
    let (clock, user) = match header::read_rest(&mut reader, time) {
        Ok(rest) => rest,
        Err(reason) => {
            return Content::Bad {
                time: Some(time),
                reason,
            };
        }
    };
    let body_bytes = reader.rest();
    match body_decode::read(kind, &mut reader).and_then(|body| reader.finish().map(|()| body)) {
        Ok(body) => Content::Known(Entry {
            time,
            clock,
            user,
            body,
        }),
        Err(reason) => refuse(kind, time, body_bytes, reason),
    }
}

/// Says why the body was not understood: form first, newer things next, sense last.
fn refuse(
    kind: ledger_core::entry::Kind,
    time: Timestamp,
    body_bytes: &[u8],
    reason: Reason,
) -> Content {
    match walk::walk(&mut Reader::new(body_bytes)) {
        Err(reason) => Content::Bad {
            time: Some(time),
            reason,
        },
        Ok(walked) if !keys::is_known_kind(kind) || walked.has_newer_key(kind) => Content::Newer {
            time,
            kind,
            touches: walked.touches,
        },
        Ok(_) => Content::Bad {
            time: Some(time),
            reason,
        },
    }
}

#[cfg(test)]
mod tests;
