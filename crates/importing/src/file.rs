//! A CSV file whose columns are understood, with the checks that concern the file itself.

use csv::{ReaderBuilder, StringRecord};
use ledger_core::at_entry::Refusal;

use crate::kind::{Column, Kind};
use crate::layout::{DecimalSign, Layout, Separator};
use crate::rows::Rows;

/// A file whose columns are understood.
#[derive(Debug)]
pub struct Csv<'a> {
    text: &'a str,
    columns: &'static [Column],
    layout: Layout,
    width: usize,
    /// Spreadsheets write separators for rows that hold nothing; those are no rows.
    skips_empty: bool,
}

impl<'a> Csv<'a> {
    /// Reads a file whose titles are those of its kind, with commas between.
    pub fn read(kind: Kind, bytes: &'a [u8]) -> Result<Self, Refusal> {
        let text = decoded(bytes)?;
        let titles = titles(text, Separator::Comma)?;
        let columns = places(kind, &titles)?;
        let layout = Layout {
            separator: Separator::Comma,
            decimal: DecimalSign::Point,
            columns,
        };
        Ok(Self {
            text,
            columns: kind.columns(),
            layout,
            width: titles.len(),
            skips_empty: false,
        })
    }

    /// Reads a file of which somebody said how it is laid out. Its other columns are not read.
    pub fn laid_out(kind: Kind, bytes: &'a [u8], layout: Layout) -> Result<Self, Refusal> {
        let text = decoded(bytes)?;
        let width = titles(text, layout.separator)?.len();
        let is_there = |place: &Option<usize>| place.is_none_or(|place| place < width);
        let missing = layout.missing(kind).next();
        if let Some(column) = missing.filter(|_| layout.columns.iter().all(is_there)) {
            let text = format!("nothing says which column is the {}", column.name);
            return Err(Refusal::new("column-missing", text));
        }
        if !layout.columns.iter().all(is_there) || layout.columns.len() != kind.columns().len() {
            return Err(Refusal::new("bad-columns", "the file has no such column"));
        }
        Ok(Self {
            text,
            columns: kind.columns(),
            layout,
            width,
            skips_empty: true,
        })
    }

    /// The rows from the first on.
    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows::of(self)
    }

    /// The size of the file, for showing progress.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        u64::try_from(self.text.len()).unwrap_or(u64::MAX)
    }

    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }

    pub(crate) const fn columns(&self) -> &'static [Column] {
        self.columns
    }

    pub(crate) const fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    pub(crate) const fn skips_empty(&self) -> bool {
        self.skips_empty
    }
}

pub(crate) fn reader(text: &str, separator: Separator) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .flexible(true)
        .delimiter(separator.byte())
        .from_reader(text.as_bytes())
}

pub(crate) fn broken(error: &csv::Error) -> Refusal {
    Refusal::new(
        "bad-csv",
        format!("the file cannot be read as CSV: {error}"),
    )
}

pub(crate) fn titles(text: &str, separator: Separator) -> Result<StringRecord, Refusal> {
    let mut reader = reader(text, separator);
    let titles = reader.headers().map_err(|error| broken(&error))?;
    Ok(titles.clone())
}

/// The text of a file in UTF-8, without the mark that some programs put before it.
pub(crate) fn decoded(bytes: &[u8]) -> Result<&str, Refusal> {
    let hint = "save it as CSV in UTF-8";
    let wide = matches!(
        bytes,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [_, 0, ..] | [0, _, ..]
    );
    if wide {
        return Err(Refusal::new("bad-encoding", "the file is UTF-16, not UTF-8").hint(hint));
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
        Refusal::new("bad-encoding", text).hint(hint)
    })
}

/// Finds the columns, in any order and case.
fn places(kind: Kind, titles: &StringRecord) -> Result<Vec<Option<usize>>, Refusal> {
    let known: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
    let needed = kind.columns().iter().filter(|column| column.needed);
    let needed: Vec<&str> = needed.map(|column| column.name).collect();
    let titles: Vec<String> = titles
        .iter()
        .map(|title| title.trim().to_lowercase())
        .collect();
    let missing = needed
        .iter()
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
    Err(Refusal::new("bad-columns", text).hint(format!(
        "a file of {} has the columns {}, in any order; {} must be there",
        kind.word(),
        known.join(","),
        needed.join(" and ")
    )))
}

#[cfg(test)]
mod tests;
