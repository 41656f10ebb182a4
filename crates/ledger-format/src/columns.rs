//! What a fold needs of a block of entries, as columns that are read without decoding the entries.
//!
//! Columns are derived from entries and can be made anew at any time; they say what plain
//! movements and counts do to stock lines. What they cannot say is named in them as an
//! *exception*, to be read from its entry: reversals, back-dated transactions, everything with an
//! idempotency key, and entries with a kind or key of a newer program. All other entries do nothing
//! to stock and have only their time here.
//!
//! ```text
//! columns    = version u8 = 1 ‖ flags u8 ‖ rows u16 ‖ transfers u16 ‖ counts u16 ‖ exceptions u16
//!            ‖ first time u64 ‖ latest time u64 ‖ lines below u32
//!            ‖ counts × (row u16 ‖ line u32 ‖ quantity i64 ‖ time u64) ‖ exceptions × row u16
//!            ‖ times ‖ lines ‖ deltas ‖ transfers × row u16 ‖ lines of transfers
//! flags      = bit 0 times never fall ‖ bit 1 deltas are whole units
//! times      = jumps u16 ‖ jumps × (row u16 ‖ value u64) ‖ width u8 ‖ bits
//! lines      = base u32 ‖ width u8 ‖ bits
//! deltas     = width u8 ‖ bits
//! bits       = values of so many bits, the lowest first, then 8 bytes of zeros
//! dictionary = (version u8 = 1 ‖ codes LEB128 ‖ (length LEB128 ‖ text)*
//!            ‖ lines LEB128 ‖ (item, location, owner, batch as LEB128)*)*
//! ```
//!
//! - Numbers are little-endian. Row n is the n-th entry from 0. A time is the writer's wall clock
//!   in milliseconds, 0 where it could not be read; it is stored as the difference to the row
//!   before, the first one to *first time*. A difference that does not fit the width, or falls, is
//!   a jump: its value, wrapping, replaces that of its row.
//! - Each row changes one line by one delta, stored zigzag, in ten-thousandths or whole units. Line
//!   0 is nowhere, for rows that change nothing. A movement from a place is a row with the negative
//!   quantity; where it goes to another place a transfer names that line, which gains what the
//!   row's line lost.
//! - A width is at most 56, or 64, so that a value is one read of eight bytes.
//! - Lines are numbered from 1 and codes from 0 in the order in which they stand in all parts of a
//!   dictionary; owner and batch are 0 for none, otherwise the code's number and 1.
//!
//! **Invariant.** Readers never panic and allocate no more than the rows they were given.

mod bits;
mod dictionary;

pub use self::dictionary::Dictionary;

use ledger_core::entry::{Body, Content, Particulars};

use self::bits::{BitsReader, put_bits, width_of};
use crate::batch::OriginSlice;
use crate::entry_bytes;
use crate::varint::{unzigzag, zigzag};

/// The version of columns and dictionaries.
const VERSION: u8 = 1;
const RISING: u8 = 1;
const UNITS: u8 = 2;
/// The parts of a unit.
const SCALE: i64 = 10_000;
/// Bytes of a jump, for choosing a width.
const JUMP_BYTES: usize = 10;
const HEAD_BYTES: usize = 30;

/// The most rows that columns can have.
pub const ROWS_MAX: usize = 65_535;

/// A count that is a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRow {
    /// Which row.
    pub row: usize,
    /// The stock line, by its number in the dictionary.
    pub line: u32,
    /// What was seen, in ten-thousandths.
    pub quantity: i64,
    /// The writer's wall clock, in milliseconds since 1970.
    pub time: u64,
}

/// The line that gains what a row's line lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Which row.
    pub row: usize,
    /// The stock line, by its number in the dictionary.
    pub line: u32,
}

/// Rows while they are gathered.
#[derive(Debug, Default)]
struct Rows {
    times: Vec<u64>,
    lines: Vec<u32>,
    deltas: Vec<i64>,
    transfers: Vec<(u16, u32)>,
    counts: Vec<(u16, u32, i64, u64)>,
    exceptions: Vec<u16>,
}

const fn is_plain(particulars: &Particulars) -> bool {
    particulars.said.is_none() && particulars.once.is_none()
}

impl Rows {
    fn add(&mut self, dictionary: &mut Dictionary, row: u16, bytes: &[u8]) {
        let content = entry_bytes::decode(bytes);
        let time = content.time().map_or(0, |time| time.millis());
        self.times.push(time);
        let mut change = (0, 0);
        match &content {
            Content::Known(entry) => match &entry.body {
                Body::Moved(moved) if is_plain(&moved.particulars) => {
                    change = self.movement(dictionary, row, moved);
                }
                Body::Counted(counted) if is_plain(&counted.particulars) => {
                    let line = dictionary.line_of(&counted.item, &counted.place);
                    let quantity = counted.quantity.ten_thousandths();
                    self.counts.push((row, line, quantity, time));
                }
                Body::Moved(_) | Body::Counted(_) | Body::Reversed(_) => self.exceptions.push(row),
                // What it changes depends on what its code stands for, which others say.
                Body::UnknownScan(_) => self.exceptions.push(row),
                Body::Genesis(_)
                | Body::ClockMark(_)
                | Body::Tallied(_)
                | Body::Set(_)
                | Body::ItemMerged(_)
                | Body::CodeBound(_)
                | Body::CodeUnbound(_)
                | Body::BomLineSet(_)
                | Body::Order(_)
                | Body::Lot(_)
                | Body::Purchase(_)
                | Body::Stocktake(_)
                | Body::ScanResolved(_)
                | Body::ExceptionAnswered(_)
                | Body::TimeFixed(_)
                | Body::DeviceRevoked(_)
                | Body::Admitted(_)
                | Body::Refused(_) => {
                    // It changes no total, yet a transaction may have the same key.
                    if entry.body.once().is_some() {
                        self.exceptions.push(row);
                    }
                }
            },
            // The columns outlive this program, and the next one may see a transaction here. With
            // another version of entries columns get another version, too.
            Content::Newer { .. } if bytes.first() == Some(&entry_bytes::VERSION) => {
                self.exceptions.push(row);
            }
            Content::Newer { .. } | Content::Bad { .. } => {}
        }
        self.lines.push(change.0);
        self.deltas.push(change.1);
    }

    /// The row of a movement: its line and what that changes by.
    fn movement(
        &mut self,
        dictionary: &mut Dictionary,
        row: u16,
        moved: &ledger_core::entry::Moved,
    ) -> (u32, i64) {
        let quantity = moved.quantity.ten_thousandths();
        // One that cannot be negated has no effect, by the fold's rules.
        let Some(outgoing) = quantity.checked_neg() else {
            return (0, 0);
        };
        let mut line = |place| dictionary.line_of(&moved.item, place);
        match (&moved.from, &moved.to) {
            (Some(from), to) => {
                let source = line(from);
                if let Some(to) = to {
                    self.transfers.push((row, line(to)));
                }
                (source, outgoing)
            }
            (None, Some(to)) => (line(to), quantity),
            (None, None) => (0, 0),
        }
    }

    fn write(&self) -> Vec<u8> {
        let rising = self.times.is_sorted();
        let whole = self.deltas.iter().all(|delta| delta % SCALE == 0);
        let flags = if rising { RISING } else { 0 } | if whole { UNITS } else { 0 };
        let mut out = vec![VERSION, flags];
        let sizes = [
            self.times.len(),
            self.transfers.len(),
            self.counts.len(),
            self.exceptions.len(),
        ];
        for size in sizes {
            out.extend_from_slice(&u16::try_from(size).unwrap_or(u16::MAX).to_le_bytes());
        }
        let first = self.times.first().copied().unwrap_or(0);
        let latest = self.times.iter().copied().max().unwrap_or(0);
        out.extend_from_slice(&first.to_le_bytes());
        out.extend_from_slice(&latest.to_le_bytes());
        out.extend_from_slice(&self.lines_below().to_le_bytes());
        for (row, line, quantity, time) in &self.counts {
            out.extend_from_slice(&row.to_le_bytes());
            out.extend_from_slice(&line.to_le_bytes());
            out.extend_from_slice(&quantity.to_le_bytes());
            out.extend_from_slice(&time.to_le_bytes());
        }
        for row in &self.exceptions {
            out.extend_from_slice(&row.to_le_bytes());
        }
        self.put_times(&mut out);
        put_lines(&self.lines, &mut out);
        let scale = if whole { SCALE } else { 1 };
        let deltas: Vec<u64> = self
            .deltas
            .iter()
            .map(|delta| zigzag(delta / scale))
            .collect();
        put_bits(&deltas, width_of(&deltas), &mut out);
        for (row, _) in &self.transfers {
            out.extend_from_slice(&row.to_le_bytes());
        }
        let lines: Vec<u32> = self.transfers.iter().map(|(_, line)| *line).collect();
        put_lines(&lines, &mut out);
        out
    }

    /// One above the highest line.
    fn lines_below(&self) -> u32 {
        let transfers = self.transfers.iter().map(|(_, line)| *line);
        let counts = self.counts.iter().map(|(_, line, ..)| *line);
        let lines = self.lines.iter().copied().chain(transfers).chain(counts);
        lines.max().unwrap_or(0).saturating_add(1)
    }

    fn put_times(&self, out: &mut Vec<u8>) {
        let first = self.times.first().copied();
        let before = first.into_iter().chain(self.times.iter().copied());
        let mut steps: Vec<u64> = self
            .times
            .iter()
            .zip(before)
            .map(|(time, before)| time.wrapping_sub(before))
            .collect();
        let width = best_width(&steps);
        let fits = |step: u64| width == 64 || step >> width == 0;
        let mut jumps = Vec::new();
        for (row, step) in (0_u16..).zip(&mut steps) {
            if !fits(*step) {
                jumps.push((row, std::mem::take(step)));
            }
        }
        let count = u16::try_from(jumps.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&count.to_le_bytes());
        for (row, step) in jumps {
            out.extend_from_slice(&row.to_le_bytes());
            out.extend_from_slice(&step.to_le_bytes());
        }
        put_bits(&steps, width, out);
    }
}

/// The width with which bits and jumps together are shortest.
fn best_width(steps: &[u64]) -> u32 {
    let mut of_width = [0_usize; 65];
    for step in steps {
        let width = usize::try_from(u64::BITS - step.leading_zeros()).unwrap_or(64);
        if let Some(count) = of_width.get_mut(width) {
            *count += 1;
        }
    }
    let mut jumps = 0_usize;
    let mut best = (usize::MAX, 64);
    for (width, count) in (0..=64_u32)
        .zip(of_width)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let wide = usize::try_from(width).unwrap_or(64);
        let cost = (wide * steps.len()).div_ceil(8) + jumps * JUMP_BYTES;
        if (width <= 56 || width == 64) && cost < best.0 {
            best = (cost, width);
        }
        jumps += count;
    }
    best.1
}

fn put_lines(lines: &[u32], out: &mut Vec<u8>) {
    let base = lines.iter().copied().min().unwrap_or(0);
    out.extend_from_slice(&base.to_le_bytes());
    let above: Vec<u64> = lines.iter().map(|line| u64::from(line - base)).collect();
    put_bits(&above, width_of(&above), out);
}

/// The columns of a slice of at most [`ROWS_MAX`] entries; what they need and the dictionary lacks
/// is added to it.
#[must_use]
pub fn derive(dictionary: &mut Dictionary, slice: &OriginSlice) -> Vec<u8> {
    let mut rows = Rows::default();
    for (row, bytes) in (0..=u16::MAX).zip(slice.entries.iter().take(ROWS_MAX)) {
        rows.add(dictionary, row, bytes);
    }
    rows.write()
}

/// Columns as they are read; what is wrong in them shows when it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    flags: u8,
    rows: usize,
    transfers: usize,
    first_time: u64,
    latest_time: u64,
    lines_below: u32,
    counts: &'a [u8],
    exceptions: &'a [u8],
    /// From the times on.
    rest: &'a [u8],
}

/// The changes of stock lines, row by row; reused from block to block.
#[derive(Debug, Default, Clone)]
pub struct Changes {
    /// The line that each row changes; 0 is nowhere.
    pub lines: Vec<u32>,
    /// By how much, in ten-thousandths.
    pub deltas: Vec<i64>,
    /// The lines that gain what a row's line lost.
    pub transfers: Vec<Transfer>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|it| u16::from_le_bytes(*it))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|it| u64::from_le_bytes(*it))
}

fn take<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = input.split_first_chunk::<N>()?;
    *input = rest;
    Some(*taken)
}

const COUNT_BYTES: usize = 22;

impl<'a> Columns<'a> {
    /// Reads what stands before the columns themselves.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&[version, flags], _) = bytes.split_first_chunk::<2>()?;
        if version != VERSION {
            return None;
        }
        let size = |at| u16_at(bytes, at).map(usize::from);
        let (rows, transfers, counts, exceptions) = (size(2)?, size(4)?, size(6)?, size(8)?);
        let rest = bytes.get(HEAD_BYTES..)?;
        let (counts, rest) = rest.split_at_checked(counts * COUNT_BYTES)?;
        let (exceptions, rest) = rest.split_at_checked(exceptions * 2)?;
        Some(Self {
            flags,
            rows,
            transfers,
            first_time: u64_at(bytes, 10)?,
            latest_time: u64_at(bytes, 18)?,
            lines_below: bytes
                .get(26..)?
                .first_chunk()
                .map(|it| u32::from_le_bytes(*it))?,
            counts,
            exceptions,
            rest,
        })
    }

    /// How many entries.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Whether the times never fall.
    #[must_use]
    pub const fn is_rising(&self) -> bool {
        self.flags & RISING != 0
    }

    /// The time of the first entry.
    #[must_use]
    pub const fn first_time(&self) -> u64 {
        self.first_time
    }

    /// The latest time of an entry.
    #[must_use]
    pub const fn latest_time(&self) -> u64 {
        self.latest_time
    }

    /// A number that all lines here are below.
    #[must_use]
    pub const fn lines_below(&self) -> u32 {
        self.lines_below
    }

    /// The counts that are rows.
    pub fn counts(&self) -> impl Iterator<Item = CountRow> + 'a {
        self.counts.chunks_exact(COUNT_BYTES).filter_map(|mut it| {
            Some(CountRow {
                row: usize::from(u16::from_le_bytes(take(&mut it)?)),
                line: u32::from_le_bytes(take(&mut it)?),
                quantity: i64::from_le_bytes(take(&mut it)?),
                time: u64::from_le_bytes(take(&mut it)?),
            })
        })
    }

    /// The rows that have to be read from their entries.
    pub fn exceptions(&self) -> impl Iterator<Item = usize> + 'a {
        let pairs = self.exceptions.chunks_exact(2);
        pairs.filter_map(|pair| u16_at(pair, 0).map(usize::from))
    }

    /// The times of all rows; gives what stands behind them.
    pub fn times(&self, out: &mut Vec<u64>) -> Option<&'a [u8]> {
        let mut rest = self.rest;
        let jumps = usize::from(u16::from_le_bytes(take(&mut rest)?));
        let (jumps, mut rest) = rest.split_at_checked(jumps * JUMP_BYTES)?;
        BitsReader::take(&mut rest, self.rows)?.read(out, |step| step)?;
        for jump in jumps.chunks_exact(JUMP_BYTES) {
            let row = usize::from(u16_at(jump, 0)?);
            *out.get_mut(row)? = u64_at(jump, 2)?;
        }
        let mut time = self.first_time;
        for step in out.iter_mut() {
            time = time.wrapping_add(*step);
            *step = time;
        }
        Some(rest)
    }

    /// The changes of all rows; `rest` is what [`Columns::times`] gave.
    pub fn changes(&self, mut rest: &'a [u8], out: &mut Changes) -> Option<()> {
        let base = u32::from_le_bytes(take(&mut rest)?);
        let line = |above: u64| base.wrapping_add(low(above));
        BitsReader::take(&mut rest, self.rows)?.read(&mut out.lines, line)?;
        let deltas = BitsReader::take(&mut rest, self.rows)?;
        if self.flags & UNITS == 0 {
            deltas.read(&mut out.deltas, unzigzag)?;
        } else {
            deltas.read(&mut out.deltas, |value| unzigzag(value).wrapping_mul(SCALE))?;
        }
        let (rows, mut rest) = rest.split_at_checked(self.transfers * 2)?;
        let base = u32::from_le_bytes(take(&mut rest)?);
        let mut lines: Vec<u32> = Vec::new();
        let line = |above: u64| base.wrapping_add(low(above));
        BitsReader::take(&mut rest, self.transfers)?.read(&mut lines, line)?;
        out.transfers.clear();
        for (row, line) in rows.chunks_exact(2).zip(lines) {
            let row = usize::from(u16_at(row, 0)?);
            out.transfers.push(Transfer { row, line });
        }
        rest.is_empty().then_some(())
    }
}

/// The lower half of a number.
const fn low(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests;
