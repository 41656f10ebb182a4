//! A CSV file as rows of named fields, with the checks that concern the file itself.

use csv::StringRecord;
use ledger_core::at_entry::Refusal;

use crate::cli::ImportKind;
use crate::report::Failure;

/// The columns of a kind of file, in the order in which rows give their fields.
const fn columns(kind: ImportKind) -> &'static [&'static str] {
    match kind {
        ImportKind::Items => &[
            "sku",
            "name",
            "kind",
            "unit",
            "threshold",
            "barcodes",
            "location",
        ],
        ImportKind::Locations => &["number", "name", "type", "site", "room", "row", "column"],
        ImportKind::Customers => &["code", "name"],
        ImportKind::Bom => &["parent", "child", "quantity", "refs", "attrition"],
        ImportKind::PurchaseOrders => &["number", "supplier", "item", "quantity", "date"],
        ImportKind::Stock => &["item", "location", "quantity", "owner", "batch"],
        ImportKind::Movements => &[
            "item", "quantity", "time", "from", "to", "owner", "batch", "reason", "order", "note",
        ],
    }
}

/// How many of them, from the first on, a file must have.
const fn needed(kind: ImportKind) -> usize {
    match kind {
        ImportKind::Items | ImportKind::Locations | ImportKind::Customers => 1,
        ImportKind::Stock | ImportKind::Bom => 3,
        ImportKind::PurchaseOrders => 4,
        ImportKind::Movements => 2,
    }
}

/// A file whose columns are understood.
#[derive(Debug)]
pub(crate) struct Csv<'a> {
    text: &'a str,
    /// Where the file has each column of its kind.
    places: Vec<Option<usize>>,
    width: usize,
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    text: &'a str,
    record: &'a StringRecord,
    places: &'a [Option<usize>],
    width: usize,
    number: u64,
}

/// A file being read.
pub(crate) struct Rows<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    places: &'a [Option<usize>],
    width: usize,
    number: u64,
}

impl<'a> Csv<'a> {
    /// Checks the encoding and the columns.
    pub(crate) fn read(kind: ImportKind, bytes: &'a [u8]) -> Result<Self, Failure> {
        let text = decoded(bytes)?;
        let mut reader = reader(text);
        let titles = reader.headers().map_err(|error| broken(&error))?;
        let places = places(kind, titles)?;
        Ok(Self {
            text,
            places,
            width: titles.len(),
        })
    }

    /// The rows from the first on.
    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows {
            text: self.text,
            reader: reader(self.text),
            record: StringRecord::new(),
            places: &self.places,
            width: self.width,
            number: 0,
        }
    }

    /// The size of the file, for showing progress.
    pub(crate) fn bytes(&self) -> u64 {
        u64::try_from(self.text.len()).unwrap_or(u64::MAX)
    }
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes())
}

fn broken(error: &csv::Error) -> Refusal {
    Refusal::new(
        "bad-csv",
        format!("the file cannot be read as CSV: {error}"),
    )
}

/// The text of a file in UTF-8, without the mark that some programs put before it.
fn decoded(bytes: &[u8]) -> Result<&str, Failure> {
    let hint = "save it as CSV in UTF-8";
    let wide = matches!(
        bytes,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [_, 0, ..] | [0, _, ..]
    );
    if wide {
        return Err(Failure::new("bad-encoding", "the file is UTF-16, not UTF-8").hint(hint));
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let sound = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = sound
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            .saturating_add(1);
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let text = format!("the file is not UTF-8: line {line} has the byte 0x{byte:02X}");
        Failure::new("bad-encoding", text).hint(hint)
    })
}

/// Finds the columns, in any order and case.
fn places(kind: ImportKind, titles: &StringRecord) -> Result<Vec<Option<usize>>, Refusal> {
    let known = columns(kind);
    let titles: Vec<String> = titles
        .iter()
        .map(|title| title.trim().to_lowercase())
        .collect();
    let missing = known
        .iter()
        .take(needed(kind))
        .find(|name| !titles.iter().any(|t| t == *name));
    let unknown = titles.iter().find(|title| !known.contains(&title.as_str()));
    let twice = titles.iter().enumerate().find(|(at, title)| {
        titles
            .iter()
            .skip(at.saturating_add(1))
            .any(|other| other == *title)
    });
    let text = if titles.is_empty() {
        "the file is empty".to_owned()
    } else if let [title] = titles.as_slice()
        && title.contains([';', '\t'])
    {
        format!("the columns {title:?} are not separated by commas")
    } else if let Some(name) = missing {
        format!("the column {name:?} is missing")
    } else if let Some(title) = unknown {
        format!(
            "the column {title:?} is not one of a file of {}",
            kind.word()
        )
    } else if let Some((_, title)) = twice {
        format!("the column {title:?} is there twice")
    } else {
        let place = |name: &&str| titles.iter().position(|title| title == name);
        return Ok(known.iter().map(place).collect());
    };
    let needed: Vec<&str> = known.iter().take(needed(kind)).copied().collect();
    Err(Refusal::new("bad-columns", text).hint(format!(
        "a file of {} has the columns {}, in any order; {} must be there",
        kind.word(),
        known.join(","),
        needed.join(" and ")
    )))
}

impl Rows<'_> {
    /// The next row, until there is none.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, Refusal> {
        let more = self
            .reader
            .read_record(&mut self.record)
            .map_err(|error| broken(&error))?;
        if !more {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        let Self {
            text,
            record,
            places,
            width,
            number,
            ..
        } = self;
        Ok(Some(Row {
            text,
            record,
            places,
            width: *width,
            number: *number,
        }))
    }
}

impl Row<'_> {
    /// The line it begins at.
    pub(crate) fn line(&self) -> u64 {
        // The reader's position is where the row before ended: empty lines, and the second half of
        // a Windows line break, still lie before this row.
        let from = usize::try_from(self.byte()).unwrap_or(usize::MAX);
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let before = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let breaks = before.filter(|byte| **byte == b'\n').count();
        let line = self.record.position().map_or(0, csv::Position::line);
        line.saturating_add(u64::try_from(breaks).unwrap_or_default())
    }

    /// The byte it begins at, for showing progress.
    pub(crate) fn byte(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::byte)
    }

    /// Its number among the rows, from 1.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Its fields in the order of the kind's columns; empty where the file has no such column.
    pub(crate) fn fields<const N: usize>(&self) -> Result<[&str; N], Refusal> {
        if self.record.len() != self.width {
            let text = format!("it has {} fields, not {}", self.record.len(), self.width);
            return Err(Refusal::new("bad-row", text));
        }
        let field = |at: usize| {
            let place = self.places.get(at).copied().flatten()?;
            self.record.get(place).map(str::trim)
        };
        Ok(std::array::from_fn(|at| field(at).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
