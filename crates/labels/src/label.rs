//! What one label says, to scanners and to people.

use std::fmt;

/// The longest code that is printed, in bytes. The longest own code of the ledger is below it, and
/// no label of a size that people have holds more.
pub const CODE_BYTES_MAX: usize = 700;

/// How a code is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbology {
    /// Bars, for every scanner there is; needs width. Holds ASCII.
    Code128,
    /// A square that phones read as well. Holds any text.
    Qr,
    /// The smallest square, for small bins; every imager reads it. Holds any text.
    DataMatrix,
    /// Code 128 with GS1 element strings: FNC1 in front, and for each control character GS.
    Gs1Code128,
    /// Data Matrix with GS1 element strings: FNC1 in front, and GS as it is.
    Gs1DataMatrix,
}

impl Symbology {
    /// Those for codes of any kind; the two of GS1 carry element strings only.
    pub const ALL: [Self; 3] = [Self::Code128, Self::Qr, Self::DataMatrix];

    /// The word for it on a command line: `code128`, `qr`, `datamatrix`, `gs1-128` or
    /// `gs1-datamatrix`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code128 => "code128",
            Self::Qr => "qr",
            Self::DataMatrix => "datamatrix",
            Self::Gs1Code128 => "gs1-128",
            Self::Gs1DataMatrix => "gs1-datamatrix",
        }
    }

    /// The one of that word, in any case.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .chain([Self::Gs1Code128, Self::Gs1DataMatrix])
            .find(|one| one.word().eq_ignore_ascii_case(word.trim()))
    }
}

impl fmt::Display for Symbology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code128 => "Code 128",
            Self::Qr => "QR",
            Self::DataMatrix => "Data Matrix",
            Self::Gs1Code128 => "GS1-128",
            Self::Gs1DataMatrix => "GS1 DataMatrix",
        })
    }
}

/// One label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What a scanner gives back, exactly.
    pub code: String,
    /// How it is drawn.
    pub symbology: Symbology,
    /// What people read from afar: a location's number, an item's SKU. As large as it fits.
    pub title: String,
    /// What else there is to read: a name, a room. Smaller; the last ones are left out where there
    /// is no room.
    pub lines: Vec<String>,
    /// Two characters that prove that somebody stands at the place, in a frame of their own.
    pub check: Option<String>,
}
