//! The rows of a file, one after another, as fields in the order of the kind's columns.

use std::borrow::Cow;
use std::fmt;

use csv::{ReaderBuilder, StringRecord};
use ledger_core::at_entry::Refusal;

use crate::file::{Csv, broken, reader};
use crate::guard::unguarded;
use crate::layout::DecimalSign;

/// A file being read.
pub(crate) struct Rows<'a> {
    csv: &'a Csv<'a>,
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    number: u64,
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    csv: &'a Csv<'a>,
    record: &'a StringRecord,
    number: u64,
    /// Whether the file ends with it, as it does with a row whose quote is not closed.
    is_last: bool,
}

impl<'a> Rows<'a> {
    pub(crate) fn of(csv: &'a Csv<'a>) -> Self {
        Self {
            csv,
            reader: reader(csv.text(), csv.layout().separator),
            record: StringRecord::new(),
            number: 0,
        }
    }

    /// The next row, until there is none.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, Refusal> {
        loop {
            let more = self
                .reader
                .read_record(&mut self.record)
                .map_err(|error| broken(&error))?;
            if !more {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            let is_empty = || self.record.iter().all(|field| field.trim().is_empty());
            if !(self.csv.skips_empty() && is_empty()) {
                break;
            }
        }
        Ok(Some(Row {
            csv: self.csv,
            record: &self.record,
            number: self.number,
            is_last: self.reader.position().byte() >= self.csv.bytes(),
        }))
    }
}

impl Row<'_> {
    /// The line it begins at.
    pub(crate) fn line(&self) -> u64 {
        // The reader's position is where the row before ended: empty lines, and the second half of
        // a Windows line break, still lie before this row.
        let from = usize::try_from(self.byte()).unwrap_or(usize::MAX);
        let rest = self.csv.text().as_bytes().get(from..).unwrap_or_default();
        let before = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let breaks = before.filter(|byte| **byte == b'\n').count();
        let line = self.record.position().map_or(0, csv::Position::line);
        line.saturating_add(u64::try_from(breaks).unwrap_or_default())
    }

    /// The byte it begins at, for showing progress.
    pub(crate) fn byte(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::byte)
    }

    /// What its first column holds, by which it is called.
    pub(crate) fn name(&self) -> String {
        self.field(0)
            .map_or_else(|_| String::new(), Cow::into_owned)
    }

    /// Its number among the rows, from 1.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Its fields in the order of the kind's columns; empty where the file has no such column.
    pub(crate) fn fields<const N: usize>(&self) -> Result<[Cow<'_, str>; N], Refusal> {
        let width = self.csv.width();
        if self.is_last && self.is_unclosed() {
            let text = "a quotation mark in it is not closed, so all lines after it count as its";
            return Err(
                Refusal::new("unclosed-quote", text).hint("close it, or double one that is meant")
            );
        }
        if self.record.len() != width {
            let text = format!("it has {} fields, not {width}", self.record.len());
            return Err(Refusal::new("uneven-row", text));
        }
        let mut fields = [const { Cow::Borrowed("") }; N];
        for (at, field) in fields.iter_mut().enumerate() {
            *field = self.field(at)?;
        }
        Ok(fields)
    }

    /// Whether another line after it would be part of it. The reader takes the end of a file for
    /// the end of any field.
    fn is_unclosed(&self) -> bool {
        let from = usize::try_from(self.byte()).unwrap_or(usize::MAX);
        let row = self.csv.text().get(from..).unwrap_or_default().trim();
        let longer = format!("{row}\nend\n");
        let mut longer = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.csv.layout().separator.byte())
            .from_reader(longer.as_bytes());
        longer.records().count() < 2
    }

    fn field(&self, at: usize) -> Result<Cow<'_, str>, Refusal> {
        let layout = self.csv.layout();
        let place = layout.columns.get(at).copied().flatten();
        let text = place.and_then(|place| self.record.get(place));
        let text = unguarded(text.unwrap_or_default()).trim();
        let column = self.csv.columns().get(at);
        let is_number = column.is_some_and(|column| column.is_number);
        if !is_number || layout.decimal == DecimalSign::Point || !text.contains([',', '.']) {
            return Ok(Cow::Borrowed(text));
        }
        if text.contains('.') {
            // 1.500 may be one and a half, or fifteen hundred.
            let text = format!("{text:?} has a point, where decimals have a comma");
            return Err(Refusal::new("ambiguous-number", text)
                .hint("write numbers without marks between thousands"));
        }
        Ok(Cow::Owned(text.replace(',', ".")))
    }
}
