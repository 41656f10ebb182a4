//! A fold in few bytes, to go on from.
//!
//! A snapshot has the stock lines with their rows, what the fold keeps of every entry, numbers and
//! idempotency keys. What else entries say (catalogue, reversals, beginnings of origins, what
//! cannot be read) it does not have: [`Record::is_replayed`] names those entries, and
//! [`Fold::replay`] takes them after [`Fold::of_snapshot`].
//!
//! **Invariant.** A fold that went on from a snapshot answers everything as one that took all
//! entries. Any bytes give a fold or none; nothing panics.

use std::borrow::Cow;

use super::actors::Actors;
use super::documents::Booked;
use super::line::Older;
use super::once::OnceRun;
use super::serials::Serials;
use super::slots::Slots;
use super::{Fold, Line, NumberRun, Record, TxKey, catalogue, symbols};
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::entry::{Body, Content, IdempotencyKey};
use crate::id::{EntryId, EntryRef, Origin};
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;
use crate::varint;

/// A fold in few bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot<'a> {
    /// Everything but what follows.
    pub head: Vec<u8>,
    /// The rows of all stock lines.
    pub rows: Cow<'a, [u8]>,
    /// What is kept of every entry, by origin.
    pub slots: Vec<Cow<'a, [u8]>>,
}

impl Record {
    /// Whether a fold that goes on from a snapshot has to be told of the entry once more.
    #[must_use]
    pub const fn is_replayed(&self) -> bool {
        match &self.content {
            Content::Known(entry) => match &entry.body {
                Body::Moved(moved) => !Fold::can_move(moved.quantity),
                Body::Counted(counted) => counted.span.is_some(),
                Body::Tallied(_) => false,
                Body::Genesis(_)
                | Body::ClockMark(_)
                | Body::TimeFixed(_)
                | Body::Reversed(_)
                | Body::Set(_)
                | Body::ItemMerged(_)
                | Body::CodeBound(_)
                | Body::CodeUnbound(_)
                | Body::BomLineSet(_)
                | Body::Order(_)
                | Body::Lot(_)
                | Body::Purchase(_)
                | Body::Stocktake(_)
                | Body::UnknownScan(_)
                | Body::ScanResolved(_)
                | Body::ExceptionAnswered(_)
                | Body::DeviceRevoked(_)
                | Body::Admitted(_)
                | Body::Refused(_) => true,
            },
            Content::Newer { .. } | Content::Bad { .. } => true,
        }
    }
}

const WIDE: u8 = 1;
const COUNTED: u8 = 2;

impl Fold {
    /// Packs what is kept of older entries, so that it takes a fraction of the memory. Answers are
    /// the same.
    pub fn pack(&mut self) {
        const ROW_BYTES_MAX: usize = 40;
        let recent: usize = self.lines.iter().map(Line::recent_len).sum();
        let most = recent
            .saturating_mul(ROW_BYTES_MAX)
            .saturating_add(self.packed_rows.len());
        if u32::try_from(most).is_ok() {
            let mut packed = Vec::with_capacity(self.packed_rows.len());
            for line in &mut self.lines {
                line.pack(&self.packed_rows, &mut packed);
            }
            packed.shrink_to_fit();
            self.packed_rows = packed;
        }
        self.origins.pack();
    }

    /// The fold as a snapshot; none while entries wait for a predecessor, or when it is too large
    /// to be packed. Packs it.
    pub fn snapshot(&mut self) -> Option<Snapshot<'_>> {
        if !self.waiting.is_empty() {
            return None;
        }
        self.pack();
        if self.lines.iter().any(|line| line.recent_len() > 0) {
            return None;
        }
        let mut out = Out(Vec::new());
        out.number(self.entries);
        self.symbols.put(&mut out);
        out.length(self.lines.len());
        for line in &self.lines {
            line.put(&mut out);
        }
        self.put_once(&mut out);
        self.put_besides_rows(&mut out);
        self.origins.put_scanned(&mut out);
        self.actors.put(&mut out);
        let slots = self.origins.put(&mut out)?;
        Some(Snapshot {
            head: out.0,
            rows: Cow::Borrowed(&self.packed_rows),
            slots: slots.into_iter().map(Cow::Borrowed).collect(),
        })
    }

    /// The fold that a snapshot was made of, before the replay; none when these are not the bytes
    /// of one.
    #[must_use]
    pub fn of_snapshot(snapshot: Snapshot<'_>) -> Option<Self> {
        let mut input = In(&snapshot.head);
        let mut fold = Self {
            entries: input.number()?,
            packed_rows: snapshot.rows.into_owned(),
            ..Self::default()
        };
        for _ in 0..input.number()? {
            fold.symbols.intern(&input.code()?);
        }
        let mut start = 0_u32;
        let lines = input.number()?;
        // A line takes seven bytes and more.
        let room = usize::try_from(lines).ok()?.min(input.0.len() / 7);
        fold.lines.reserve_exact(room);
        fold.line_index.reserve(room);
        for _ in 0..lines {
            let line = Line::take(&mut input, &mut start)?;
            fold.insert_line(line)?;
        }
        fold.list_lines();
        fold.take_once_runs(&mut input)?;
        fold.take_besides_rows(&mut input)?;
        fold.origins.take_scanned(&mut input)?;
        fold.actors = Actors::take(&mut input)?;
        for (index, packed) in (0_u32..).zip(snapshot.slots) {
            fold.take_origin(&mut input, index, packed.into_owned())?;
        }
        let central = input.number()?;
        if central > 0 {
            let index = u32::try_from(central.checked_sub(1)?).ok()?;
            fold.origins.set_central(index)?;
        }
        let whole = usize::try_from(start).ok()? == fold.packed_rows.len();
        (whole && input.0.is_empty()).then_some(fold)
    }

    /// Takes what an entry says that the snapshot was made with and does not have.
    pub fn replay(&mut self, record: Record) {
        let Some(key) = self.origins.known_key(record.id) else {
            return;
        };
        match record.content {
            Content::Known(entry) => {
                let stamp = catalogue::Stamp {
                    origin: key.0,
                    seq: key.1,
                    clock: entry.clock,
                };
                // Which entry counts with an idempotency key is in the snapshot; to work it out
                // before all is replayed would be by half of what is known.
                self.is_replaying = true;
                self.judge(stamp, record.hash8, entry.user.as_ref(), &entry.body);
                let time = self.origins.order_time(key);
                if entry.body.marks_clock() {
                    self.origins.mark_clock(key);
                }
                self.settle_clock(key);
                // The lines were packed with what follows from it.
                let _changed = self.take_fact(key, stamp, time, entry.body);
                self.is_replaying = false;
            }
            Content::Newer { kind, touches, .. } => {
                self.newer.insert(record.id, (kind, touches));
            }
            Content::Bad { reason, .. } => {
                self.bad.insert(record.id, reason);
            }
        }
    }

    fn insert_line(&mut self, line: Line) -> Option<()> {
        let key = line.symbols();
        let known = |symbol| self.symbols.has(symbol);
        let optional = |symbol| symbol == symbols::NONE || known(symbol);
        if !(known(key.item) && known(key.location) && optional(key.owner) && optional(key.batch)) {
            return None;
        }
        let index = u32::try_from(self.lines.len()).ok()?;
        self.line_index.insert(key, index);
        self.lines.push(line);
        Some(())
    }

    fn put_once(&self, out: &mut Out) {
        out.length(self.once.runs.len());
        for ((key, row), run) in &self.once.runs {
            out.bytes(key);
            out.number(*row);
            out.number(run.count);
            out.key(run.first);
        }
        out.length(self.once.more.len());
        for (once, same) in &self.once.more {
            out.bytes(&once.key);
            out.number(once.row);
            out.length(same.len());
            same.iter().for_each(|key| out.key(*key));
        }
        out.length(self.once.suppressed.len());
        self.once.suppressed.iter().for_each(|key| out.key(*key));
    }

    /// What movements and counts say besides their rows: the documents they are for, when batches expire, and
    /// serial numbers.
    fn put_besides_rows(&self, out: &mut Out) {
        out.length(self.documents.booked.len());
        for (key, booked) in &self.documents.booked {
            let DocumentRef { family, entry } = booked.document;
            out.key(*key);
            out.bytes(&[family.number(), u8::from(booked.has_reason)]);
            out.bytes(entry.id.origin.as_bytes());
            out.number(entry.id.seq);
            out.bytes(&entry.hash8);
            out.number(varint::zigzag(booked.quantity.ten_thousandths()));
        }
        out.length(self.expiries.len());
        for ((item, batch), said) in &self.expiries {
            out.number(u64::from(*item));
            out.number(u64::from(*batch));
            out.length(said.len());
            for (key, day) in said {
                out.key(*key);
                out.number(u64::from(*day));
            }
        }
        self.serials.put(out);
    }

    fn take_besides_rows(&mut self, input: &mut In<'_>) -> Option<()> {
        for _ in 0..input.number()? {
            let key = input.key()?;
            let [family, has_reason] = input.array()?;
            let origin = Origin::from_bytes(input.array()?);
            let seq = input.number()?;
            let entry = EntryRef {
                id: EntryId { origin, seq },
                hash8: input.array()?,
            };
            let family = Family::from_number(u64::from(family))?;
            let quantity = varint::unzigzag(input.number()?);
            let booked = Booked {
                document: DocumentRef::new(family, entry),
                quantity: Quantity::from_ten_thousandths(quantity),
                has_reason: has_reason != 0,
            };
            self.documents.book(key, booked);
        }
        for _ in 0..input.number()? {
            let item = u32::try_from(input.number()?).ok()?;
            let batch = u32::try_from(input.number()?).ok()?;
            let mut said = Vec::new();
            for _ in 0..input.number()? {
                said.push((input.key()?, u32::try_from(input.number()?).ok()?));
            }
            self.expiries.insert((item, batch), said);
        }
        self.serials = Serials::read(input)?;
        Some(())
    }

    fn take_once_runs(&mut self, input: &mut In<'_>) -> Option<()> {
        for _ in 0..input.number()? {
            let (key, row) = (input.array()?, input.number()?);
            let (count, first) = (input.number()?, input.key()?);
            self.once.runs.insert((key, row), OnceRun { count, first });
        }
        for _ in 0..input.number()? {
            let (key, row) = (input.array()?, input.number()?);
            let mut same = Vec::new();
            for _ in 0..input.number()? {
                same.push(input.key()?);
            }
            self.once.keep_more(IdempotencyKey { key, row }, same);
        }
        for _ in 0..input.number()? {
            self.once.suppressed.insert(input.key()?);
        }
        Some(())
    }

    fn take_origin(&mut self, input: &mut In<'_>, index: u32, packed: Vec<u8>) -> Option<()> {
        let id = Origin::from_bytes(input.array()?);
        if self.origins.index_of(id) != index {
            return None;
        }
        self.origins.take_behind(index, input)?;
        let len = usize::try_from(input.number()?).ok()?;
        let last_effective = input.number()?;
        let mut end = 0_usize;
        let ends = std::iter::from_fn(|| {
            // The last block ends with the bytes.
            if end >= packed.len() {
                return None;
            }
            end = end.checked_add(usize::try_from(input.number()?).ok()?)?;
            Some(end)
        });
        let ends: Vec<usize> = ends.collect();
        let slots = Slots::of_packed(packed, len, last_effective, ends)?;
        self.origins.set_slots(index, slots);
        for _ in 0..input.number()? {
            let run = NumberRun {
                origin: id,
                first_seq: input.number()?,
                count: input.number()?,
                n: input.number()?,
                moment: Timestamp::from_millis(input.number()?),
            };
            self.origins.keep_run(index, run);
        }
        let unnumbered = self.origins.first_unnumbered(index);
        if unnumbered < self.origins.next_seq(index) {
            self.changes.forget(index, unnumbered);
        }
        Some(())
    }
}

impl Line {
    fn put(&self, out: &mut Out) {
        let key = self.symbols();
        for symbol in [key.item, key.location, key.owner, key.batch] {
            // None is one below zero.
            out.number(u64::from(symbol.wrapping_add(1)));
        }
        let parts = self.on_hand().ten_thousandths();
        let narrow = i64::try_from(parts).ok();
        let flags =
            if narrow.is_none() { WIDE } else { 0 } | if self.is_counted() { COUNTED } else { 0 };
        out.0.push(flags);
        match narrow {
            Some(parts) => out.number(varint::zigzag(parts)),
            None => out.bytes(&parts.to_le_bytes()),
        }
        if let Some(at) = self.count_at() {
            out.number(u64::from(at));
        }
        out.number(u64::from(self.older.rows));
        out.number(u64::from(self.older.bytes));
    }

    fn take(input: &mut In<'_>, start: &mut u32) -> Option<Self> {
        let mut symbol = || {
            let number = u32::try_from(input.number()?).ok()?;
            Some(number.wrapping_sub(1))
        };
        let mut line = Self::new(symbols::LineSymbols {
            item: symbol()?,
            location: symbol()?,
            owner: symbol()?,
            batch: symbol()?,
        });
        let [flags] = input.array()?;
        line.on_hand = Total::from_ten_thousandths(if flags & WIDE == 0 {
            i128::from(varint::unzigzag(input.number()?))
        } else {
            i128::from_le_bytes(input.array()?)
        });
        if flags & COUNTED != 0 {
            line.set_count_at(Some(u32::try_from(input.number()?).ok()?));
        }
        line.older = Older {
            start: *start,
            rows: u32::try_from(input.number()?).ok()?,
            bytes: u32::try_from(input.number()?).ok()?,
        };
        *start = start.checked_add(line.older.bytes)?;
        line.set_listed(line.older.rows > 0);
        Some(line)
    }
}

/// A snapshot's head while it is written.
#[derive(Debug)]
pub(super) struct Out(Vec<u8>);

impl Out {
    pub(super) fn number(&mut self, number: u64) {
        varint::write(&mut self.0, number);
    }

    pub(super) fn length(&mut self, length: usize) {
        self.number(varint::len64(length));
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn key(&mut self, key: TxKey) {
        self.number(u64::from(key.0));
        self.number(key.1);
    }

    pub(super) fn code(&mut self, code: &Code) {
        self.length(code.as_str().len());
        self.bytes(code.as_str().as_bytes());
    }
}

/// A snapshot's head while it is read.
#[derive(Debug)]
pub(super) struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    pub(super) fn number(&mut self) -> Option<u64> {
        varint::read(&mut self.0)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn key(&mut self) -> Option<TxKey> {
        Some((u32::try_from(self.number()?).ok()?, self.number()?))
    }

    fn code(&mut self) -> Option<Code> {
        Code::from_normalised(self.text()?)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}
