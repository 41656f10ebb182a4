//! The codes and stock lines that all columns of one index share, by number.

#![expect(
    clippy::disallowed_types,
    reason = "hash maps that are only looked up, never iterated: their order cannot leak"
)]

use std::collections::HashMap;

use ledger_core::Code;
use ledger_core::entry::Place;
use ledger_core::fold::LineKey;

use super::VERSION;
use crate::batch::ENTRY_BYTES_MAX;
use crate::varint;

/// A stock line in numbers of codes: item, location, and owner and batch with 0 for none.
type Line = [u32; 4];

/// Codes and stock lines by number.
#[derive(Debug, Default)]
pub struct Dictionary {
    codes: Vec<Code>,
    lines: Vec<Line>,
    numbers: Numbers,
    /// How many codes and lines are in parts.
    stored: (usize, usize),
}

/// From codes and lines to their numbers; only as far as it was needed.
#[derive(Debug, Default)]
struct Numbers {
    codes: HashMap<Code, u32>,
    lines: HashMap<Line, u32>,
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

impl Dictionary {
    /// How many lines there are, with the one that is nowhere.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len().saturating_add(1)
    }

    /// The stock line of a number from 1.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<LineKey> {
        let [item, location, owner, batch] = *self.lines.get(index(number)?.checked_sub(1)?)?;
        let code = |number: u32| self.codes.get(index(number)?).cloned();
        let optional = |number: u32| number.checked_sub(1).map(code);
        Some(LineKey {
            item: code(item)?,
            location: code(location)?,
            owner: optional(owner).unwrap_or(None),
            batch: optional(batch).unwrap_or(None),
        })
    }

    /// The number of an item's line at a place, which is added if it is new.
    pub fn line_of(&mut self, item: &Code, place: &Place) -> u32 {
        self.catch_up();
        let line = [
            self.code_of(item),
            self.code_of(&place.location),
            self.optional(place.owner.as_ref()),
            self.optional(place.batch.as_ref()),
        ];
        if let Some(number) = self.numbers.lines.get(&line) {
            return *number;
        }
        self.lines.push(line);
        let number = number(self.lines.len());
        let _new = self.numbers.lines.insert(line, number);
        number
    }

    fn optional(&mut self, code: Option<&Code>) -> u32 {
        code.map_or(0, |code| self.code_of(code).saturating_add(1))
    }

    fn code_of(&mut self, code: &Code) -> u32 {
        if let Some(number) = self.numbers.codes.get(code) {
            return *number;
        }
        let number = number(self.codes.len());
        self.codes.push(code.clone());
        let _new = self.numbers.codes.insert(code.clone(), number);
        number
    }

    /// Takes up what was read since something was last looked up.
    fn catch_up(&mut self) {
        let Numbers { codes, lines } = &mut self.numbers;
        for (at, code) in self.codes.iter().enumerate().skip(codes.len()) {
            let _new = codes.insert(code.clone(), number(at));
        }
        for (at, line) in self.lines.iter().enumerate().skip(lines.len()) {
            let _new = lines.insert(*line, number(at.saturating_add(1)));
        }
    }

    /// Takes the next part; says whether it is one.
    pub fn read_part(&mut self, part: &[u8]) -> bool {
        let read = self.parse(part).is_some();
        self.stored = (self.codes.len(), self.lines.len());
        read
    }

    fn parse(&mut self, part: &[u8]) -> Option<()> {
        let (version, mut rest) = part.split_first()?;
        if *version != VERSION {
            return None;
        }
        for _ in 0..varint::read(&mut rest)? {
            let length = usize::try_from(varint::read(&mut rest)?).ok()?;
            let (text, behind) = rest.split_at_checked(length.min(ENTRY_BYTES_MAX))?;
            rest = behind;
            self.codes
                .push(Code::new(std::str::from_utf8(text).ok()?).ok()?);
        }
        let codes = varint::len64(self.codes.len());
        for _ in 0..varint::read(&mut rest)? {
            let mut line = [0; 4];
            for (at, field) in line.iter_mut().enumerate() {
                let value = varint::read(&mut rest)?;
                // Owner and batch count from 1.
                if value >= codes.saturating_add(u64::from(at >= 2)) {
                    return None;
                }
                *field = u32::try_from(value).ok()?;
            }
            self.lines.push(line);
        }
        rest.is_empty().then_some(())
    }

    /// What is not in a part yet, as the next part; empty when there is nothing.
    pub fn new_part(&mut self) -> Vec<u8> {
        let codes = self.codes.get(self.stored.0..).unwrap_or_default();
        let lines = self.lines.get(self.stored.1..).unwrap_or_default();
        if codes.is_empty() && lines.is_empty() {
            return Vec::new();
        }
        let mut part = vec![VERSION];
        varint::write(&mut part, varint::len64(codes.len()));
        for code in codes {
            varint::write(&mut part, varint::len64(code.as_str().len()));
            part.extend_from_slice(code.as_str().as_bytes());
        }
        varint::write(&mut part, varint::len64(lines.len()));
        for field in lines.iter().flatten() {
            varint::write(&mut part, u64::from(*field));
        }
        self.stored = (self.codes.len(), self.lines.len());
        part
    }
}
