//! How a file of others is laid out: what stands between its fields, how it writes decimals, and
//! which of its columns is which. A guess for a person to look at and to change.

use ledger_core::at_entry::Refusal;

use crate::file::{decoded, reader, titles};
use crate::kind::{Column, Kind};

/// A table has fewer columns than this; what has more is something else.
const COLUMNS_MAX: usize = 500;
/// Rows that are looked at to tell how decimals are written.
const LOOKED_AT_MAX: usize = 1_000;

/// What stands between fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// As in most programs.
    Comma,
    /// As where decimals have a comma.
    Semicolon,
    /// As what is copied from a spreadsheet.
    Tab,
}

impl Separator {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
        }
    }

    /// The separator of a name.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalSign {
    /// 2.5
    Point,
    /// 2,5
    Comma,
}

impl DecimalSign {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Point, Self::Comma];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }

    /// The sign of a name.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }
}

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What stands between its fields.
    pub separator: Separator,
    /// How it writes decimals.
    pub decimal: DecimalSign,
    /// Where the file has each column of its kind.
    pub columns: Vec<Option<usize>>,
}

impl Layout {
    /// The columns that a file of this kind must have, and of which nothing says where they are.
    pub fn missing(&self, kind: Kind) -> impl Iterator<Item = &'static Column> {
        let columns = kind.columns().iter().enumerate();
        columns
            .filter(|(at, column)| {
                column.needed && self.columns.get(*at).copied().flatten().is_none()
            })
            .map(|(_, column)| column)
    }
}

/// How one of the two marks stands in the numbers of a file.
#[derive(Debug, Default, Clone, Copy)]
struct Marks {
    /// Whether it was met at all.
    met: bool,
    /// Whether it stood where no mark between thousands can stand.
    is_decimal: bool,
}

impl Marks {
    fn look(&mut self, field: &str, mark: char) {
        if field.contains(mark) {
            self.met = true;
            self.is_decimal |= !is_in_thousands(field.trim(), mark);
        }
    }

    const fn only_thousands(self) -> bool {
        self.met && !self.is_decimal
    }
}

/// Whether a number is one to three digits, the first no zero, and groups of three behind marks.
fn is_in_thousands(number: &str, mark: char) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = number.trim_start_matches(['-', '+']).split(mark);
    let first = groups.next().unwrap_or_default();
    let is_first = (1..=3).contains(&first.len()) && digits(first) && !first.starts_with('0');
    is_first && groups.all(|group| group.len() == 3 && digits(group))
}

/// A file by its first line.
#[derive(Debug)]
pub struct Titles<'a> {
    text: &'a str,
    separator: Separator,
    titles: Vec<String>,
}

/// A title as synonyms are compared: small letters and digits alone.
fn plain(title: &str) -> String {
    let letters = title.chars().filter(|sign| sign.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl<'a> Titles<'a> {
    /// Reads the first line; where nobody said what separates its fields, by what makes the most
    /// sense of it.
    pub fn of(kind: Kind, bytes: &'a [u8], said: Option<Separator>) -> Result<Self, Refusal> {
        let text = decoded(bytes)?;
        if text.contains('\0') {
            return Err(
                Refusal::new("not-csv", "the file is no text").hint("save it as CSV in UTF-8")
            );
        }
        if text.trim().is_empty() {
            return Err(Refusal::new("file-empty", "the file is empty"));
        }
        let first = text.lines().next().unwrap_or_default();
        let marks = first.bytes().filter(|byte| b",;\t".contains(byte));
        if marks.take(COLUMNS_MAX).count() == COLUMNS_MAX {
            let text = format!("the first line has more than {COLUMNS_MAX} columns");
            return Err(Refusal::new("too-many-columns", text)
                .hint("the first line of a table says what its columns are"));
        }
        let read = |separator| {
            let titles = titles(text, separator)?;
            Ok(Self {
                text,
                separator,
                titles: titles.iter().map(|title| title.trim().to_owned()).collect(),
            })
        };
        if let Some(separator) = said {
            return read(separator);
        }
        let mut best = read(Separator::Comma)?;
        for separator in [Separator::Semicolon, Separator::Tab] {
            let other = read(separator)?;
            if other.sense(kind) > best.sense(kind) {
                best = other;
            }
        }
        Ok(best)
    }

    /// How many titles are understood, then how many there are.
    fn sense(&self, kind: Kind) -> (usize, usize) {
        let known = self.matched(kind).iter().flatten().count();
        (known, self.titles.len())
    }

    /// What stands between fields.
    #[must_use]
    pub const fn separator(&self) -> Separator {
        self.separator
    }

    /// The titles, as the file writes them.
    #[must_use]
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// Where each column of the kind seems to be: under its own name, else under one that others
    /// give it. No column of the file is taken twice.
    #[must_use]
    pub fn matched(&self, kind: Kind) -> Vec<Option<usize>> {
        let titles: Vec<String> = self.titles.iter().map(|title| plain(title)).collect();
        let columns = kind.columns();
        let mut places: Vec<Option<usize>> = columns
            .iter()
            .map(|column| titles.iter().position(|title| title == column.name))
            .collect();
        for at in 0..columns.len() {
            let others = columns.get(at).map_or(&[][..], |column| column.others);
            let mut found = others
                .iter()
                .filter_map(|other| titles.iter().position(|title| title == other));
            let free = found.find(|place| !places.contains(&Some(*place)));
            if let Some(place) = places.get_mut(at).filter(|place| place.is_none()) {
                *place = free;
            }
        }
        places
    }

    /// How the file seems to be laid out.
    #[must_use]
    pub fn layout(&self, kind: Kind) -> Layout {
        let columns = self.matched(kind);
        Layout {
            separator: self.separator,
            decimal: self.decimal_sign(kind, &columns),
            columns,
        }
    }

    /// A comma, where one of the first numbers has it and none has a point.
    fn decimal_sign(&self, kind: Kind, places: &[Option<usize>]) -> DecimalSign {
        let columns = kind.columns().iter().zip(places);
        let numbers: Vec<usize> = columns
            .filter(|(column, _)| column.is_number)
            .filter_map(|(_, place)| *place)
            .collect();
        let mut reader = reader(self.text, self.separator);
        let rows = reader.records().take(LOOKED_AT_MAX).flatten();
        let (mut points, mut commas) = (Marks::default(), Marks::default());
        for row in rows {
            let fields = numbers.iter().filter_map(|place| row.get(*place));
            for field in fields {
                points.look(field, '.');
                commas.look(field, ',');
            }
        }
        match (points.met, commas.met) {
            // What looks like thousands alone is read as the other sign, which refuses it: a
            // person says what 1,500 is.
            (false, true) if commas.only_thousands() => DecimalSign::Point,
            (true, false) if points.only_thousands() && self.separator != Separator::Comma => {
                DecimalSign::Comma
            }
            (false, true) => DecimalSign::Comma,
            _ => DecimalSign::Point,
        }
    }
}

#[cfg(test)]
mod tests;
