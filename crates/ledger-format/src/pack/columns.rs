//! Columns of values as streams of bytes.

use crate::batch::ENTRY_BYTES_MAX;
use crate::varint::{self, len64, unzigzag, zigzag};

use super::take_byte;

/// The most different values in a column of bytes.
const DIFFERENT_MAX: usize = 65_536;
/// From so many values the choice of a mode is made.
const SAMPLE: usize = 256;
/// The parts of a unit.
const SCALE: i64 = 10_000;

#[expect(clippy::disallowed_types, reason = "looked up, never iterated")]
type Lookup<'a> = std::collections::HashMap<&'a [u8], usize>;

/// Numbers whose first bytes lie together, then their second bytes, and so on.
#[derive(Debug, Default)]
struct Planes(Vec<Vec<u8>>);

impl Planes {
    fn push(&mut self, value: u64) {
        varint::write_with(value, |position, byte| {
            if let Some(plane) = self.0.get_mut(position) {
                plane.push(byte);
            } else {
                self.0.push(vec![byte]);
            }
        });
    }

    fn write_lengths(&self, directory: &mut Vec<u8>) {
        varint::write(directory, len64(self.0.len()));
        self.0
            .iter()
            .for_each(|plane| varint::write(directory, len64(plane.len())));
    }
}

/// How a column writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plain,
    Units,
    Difference,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Plain, Self::Units, Self::Difference];

    const fn number(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::Units => 1,
            Self::Difference => 2,
        }
    }

    /// The numbers to write for a value behind another; the second only where needed.
    fn write(self, previous: i64, value: i64) -> (u64, Option<u64>) {
        match self {
            Self::Plain => (zigzag(value), None),
            Self::Units if value % SCALE == 0 => (zigzag(value / SCALE) << 1, None),
            Self::Units => (1, Some(zigzag(value))),
            Self::Difference => (zigzag(value.wrapping_sub(previous)), None),
        }
    }
}

/// A column of numbers that is being written.
#[derive(Debug, Default)]
pub(super) struct NumbersWriter(Vec<i64>);

impl NumbersWriter {
    pub(super) fn push(&mut self, value: i64) {
        self.0.push(value);
    }

    fn pairs(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        std::iter::once(0)
            .chain(self.0.iter().copied())
            .zip(self.0.iter().copied())
    }

    /// About how many bytes a mode takes: those of the numbers, and one more for each different.
    fn cost(&self, mode: Mode) -> usize {
        let mut numbers: Vec<u64> = Vec::with_capacity(SAMPLE);
        for (previous, value) in self.pairs().skip(1).take(SAMPLE) {
            let (first, second) = mode.write(previous, value);
            numbers.push(first);
            numbers.extend(second);
        }
        let mut bytes = Vec::new();
        numbers
            .iter()
            .for_each(|number| varint::write(&mut bytes, *number));
        numbers.sort_unstable();
        numbers.dedup();
        bytes.len() + numbers.len()
    }

    /// Writes the directory, and adds the streams.
    pub(super) fn finish(self, directory: &mut Vec<u8>, streams: &mut Vec<Vec<u8>>) {
        let mode = Mode::ALL
            .into_iter()
            .min_by_key(|mode| self.cost(*mode))
            .unwrap_or(Mode::Plain);
        let mut planes = Planes::default();
        for (previous, value) in self.pairs() {
            let (first, second) = mode.write(previous, value);
            planes.push(first);
            if let Some(second) = second {
                planes.push(second);
            }
        }
        directory.push(mode.number());
        planes.write_lengths(directory);
        streams.extend(planes.0);
    }
}

/// A column of bytes that is being written.
#[derive(Debug, Default)]
pub(super) struct BytesWriter<'a> {
    seen: Lookup<'a>,
    last_new: &'a [u8],
    indexes: Planes,
    commons: Planes,
    lengths: Planes,
    new: Vec<u8>,
}

impl<'a> BytesWriter<'a> {
    /// Adds a value; `None` when there are too many different ones.
    pub(super) fn push(&mut self, value: &'a [u8]) -> Option<()> {
        if let Some(index) = self.seen.get(value) {
            self.indexes.push(len64(index.saturating_add(1)));
            return Some(());
        }
        let index = self.seen.len();
        if index >= DIFFERENT_MAX {
            return None;
        }
        let _ = self.seen.insert(value, index);
        let common = value
            .iter()
            .zip(self.last_new)
            .take_while(|(a, b)| a == b)
            .count();
        let rest = value.get(common..)?;
        self.indexes.push(0);
        self.commons.push(len64(common));
        self.lengths.push(len64(rest.len()));
        self.new.extend_from_slice(rest);
        self.last_new = value;
        Some(())
    }

    /// Writes the directory, and adds the streams.
    pub(super) fn finish(self, directory: &mut Vec<u8>, streams: &mut Vec<Vec<u8>>) {
        for planes in [self.indexes, self.commons, self.lengths] {
            planes.write_lengths(directory);
            streams.extend(planes.0);
        }
        varint::write(directory, len64(self.new.len()));
        streams.push(self.new);
    }
}

/// Planes that are being read.
#[derive(Debug, Default)]
struct PlanesReader<'a> {
    lengths: Vec<usize>,
    planes: Vec<&'a [u8]>,
}

impl<'a> PlanesReader<'a> {
    fn directory(input: &mut &[u8]) -> Option<Self> {
        let count = usize::try_from(varint::read(input)?).ok()?;
        if count > varint::BYTES_MAX {
            return None;
        }
        let lengths = (0..count)
            .map(|_| take_length(input))
            .collect::<Option<_>>()?;
        Some(Self {
            lengths,
            planes: Vec::new(),
        })
    }

    fn streams(&mut self, input: &mut &'a [u8]) -> Option<()> {
        for length in &self.lengths {
            self.planes.push(take(input, *length)?);
        }
        Some(())
    }

    fn next(&mut self) -> Option<u64> {
        varint::read_with(|position| take_byte(self.planes.get_mut(position)?))
    }

    fn is_at_end(&self) -> bool {
        self.planes.iter().all(|plane| plane.is_empty())
    }
}

fn take_length(input: &mut &[u8]) -> Option<usize> {
    usize::try_from(varint::read(input)?).ok()
}

fn take<'a>(input: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(taken)
}

/// A column of numbers that is being read.
#[derive(Debug)]
pub(super) struct NumbersReader<'a> {
    mode: Mode,
    planes: PlanesReader<'a>,
    previous: i64,
}

impl NumbersReader<'_> {
    pub(super) fn next(&mut self) -> Option<i64> {
        let number = self.planes.next()?;
        let value = match self.mode {
            Mode::Plain => unzigzag(number),
            Mode::Units if number == 1 => unzigzag(self.planes.next()?),
            Mode::Units if number & 1 == 1 => return None,
            Mode::Units => unzigzag(number >> 1).checked_mul(SCALE)?,
            Mode::Difference => self.previous.wrapping_add(unzigzag(number)),
        };
        self.previous = value;
        Some(value)
    }
}

/// A column of bytes that is being read.
#[derive(Debug)]
pub(super) struct BytesReader<'a> {
    indexes: PlanesReader<'a>,
    commons: PlanesReader<'a>,
    lengths: PlanesReader<'a>,
    new_length: usize,
    new: &'a [u8],
    /// The different values one behind the other, and where each ends.
    arena: Vec<u8>,
    ends: Vec<usize>,
}

impl BytesReader<'_> {
    fn get(&self, index: usize) -> Option<std::ops::Range<usize>> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        Some(start..end)
    }

    pub(super) fn next(&mut self) -> Option<&[u8]> {
        let index = usize::try_from(self.indexes.next()?).ok()?;
        let range = match index.checked_sub(1) {
            Some(index) => self.get(index)?,
            None => self.next_new()?,
        };
        self.arena.get(range)
    }

    fn next_new(&mut self) -> Option<std::ops::Range<usize>> {
        let common = usize::try_from(self.commons.next()?).ok()?;
        let length = usize::try_from(self.lengths.next()?).ok()?;
        let last = match self.ends.len().checked_sub(1) {
            Some(index) => self.get(index)?,
            None => 0..0,
        };
        if common > last.len()
            || common.checked_add(length)? > ENTRY_BYTES_MAX
            || self.ends.len() >= DIFFERENT_MAX
        {
            return None;
        }
        let rest = take(&mut self.new, length)?;
        let start = self.arena.len();
        self.arena
            .extend_from_within(last.start..last.start.checked_add(common)?);
        self.arena.extend_from_slice(rest);
        self.ends.push(self.arena.len());
        Some(start..self.arena.len())
    }
}

/// A column that is being read.
#[derive(Debug)]
pub(super) enum ColumnReader<'a> {
    Numbers(NumbersReader<'a>),
    Bytes(BytesReader<'a>),
}

impl<'a> ColumnReader<'a> {
    /// Reads the directory of a column.
    pub(super) fn directory(is_bytes: bool, input: &mut &[u8]) -> Option<Self> {
        if is_bytes {
            return Some(Self::Bytes(BytesReader {
                indexes: PlanesReader::directory(input)?,
                commons: PlanesReader::directory(input)?,
                lengths: PlanesReader::directory(input)?,
                new_length: take_length(input)?,
                new: &[],
                arena: Vec::new(),
                ends: Vec::new(),
            }));
        }
        let number = take_byte(input)?;
        let mode = Mode::ALL.into_iter().find(|mode| mode.number() == number)?;
        Some(Self::Numbers(NumbersReader {
            mode,
            planes: PlanesReader::directory(input)?,
            previous: 0,
        }))
    }

    /// Takes the column's streams.
    pub(super) fn streams(&mut self, input: &mut &'a [u8]) -> Option<()> {
        match self {
            Self::Numbers(numbers) => numbers.planes.streams(input),
            Self::Bytes(bytes) => {
                bytes.indexes.streams(input)?;
                bytes.commons.streams(input)?;
                bytes.lengths.streams(input)?;
                bytes.new = take(input, bytes.new_length)?;
                Some(())
            }
        }
    }

    /// Whether nothing is left in it.
    pub(super) fn is_at_end(&self) -> bool {
        match self {
            Self::Numbers(numbers) => numbers.planes.is_at_end(),
            Self::Bytes(bytes) => {
                bytes.new.is_empty()
                    && [&bytes.indexes, &bytes.commons, &bytes.lengths]
                        .into_iter()
                        .all(PlanesReader::is_at_end)
            }
        }
    }
}
