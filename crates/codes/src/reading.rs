//! All that a scanned text may mean, the likeliest first.
//!
//! Whoever looks things up does so in this order:
//!
//! 1. a typed command word ([`command`](crate::command()));
//! 2. a barcode that an item is known by, exactly as it was scanned: it wins over every reading,
//!    since somebody said so;
//! 3. the readings, by score, each with the keys of an item that it proposes, in their order. What
//!    scores below [`SCORE_TO_ASK`] is a guess: a person is asked before anything is done with it.
//!
//! A reading that [is misread](Reading::is_misread) proposes nothing: the code is scanned again, and
//! is never called unknown.
//!
//! **Invariant.** The text itself is always the last reading, and no reading hides it.

mod candidates;
mod says;

use std::fmt;

use crate::aim::Aim;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::gs1;
use crate::mh10::{Field, Label, Oddity};
use crate::own::{Layout, Own, Repair};
use crate::separators::Separator;
use crate::slip::Slip;

/// Below this score a reading is a guess.
pub const SCORE_TO_ASK: u8 = 50;

/// A longer text is nothing but a text. The largest QR code holds 7,089 characters.
pub const SCAN_BYTES_MAX: usize = 8_000;

/// A scanned text, and the symbology that the scanner named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan<'a> {
    /// The symbology identifier, where the scanner sent one.
    pub aim: Option<Aim>,
    /// The text without it.
    pub text: &'a str,
}

impl<'a> Scan<'a> {
    /// A scan from all that a scanner sent: perhaps a symbology identifier, then the text.
    #[must_use]
    pub fn of(sent: &'a str) -> Self {
        let (aim, text) = Aim::split(sent);
        Self { aim, text }
    }
}

/// What is known of the scanner, and of the day.
///
/// [`learn`](crate::calibration::learn) finds out what scanners do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// How it sends separators, where that was found out.
    pub separator: Option<Separator>,
    /// Which character it sends for GS; GS itself, unless another one was found out.
    pub gs: char,
    /// Which signs it types for digits, where that was found out.
    pub layout: Option<Layout>,
    /// The present year, which decides the century of two-digit years.
    pub year_now: u16,
}

impl Setting {
    /// Nothing is known but the year.
    #[must_use]
    pub const fn of_year(year_now: u16) -> Self {
        Self {
            separator: None,
            gs: gs1::GS,
            layout: None,
            year_now,
        }
    }

    /// The text that a scanner would have sent without its oddities, as far as they are known: with
    /// GS, and with digits where all of it came as signs.
    ///
    /// A barcode that an item is known by is looked up so too.
    #[must_use]
    pub fn mended(&self, text: &str) -> String {
        let text = text.replace(self.gs, &gs1::GS.to_string());
        let is_number = |text: &String| {
            text.trim()
                .chars()
                .all(|c| c.is_ascii_digit() || c == gs1::GS)
        };
        let number = self.layout.and_then(|layout| layout.digits_of(&text));
        number.filter(is_number).unwrap_or(text)
    }
}

/// One meaning of a scanned text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it is.
    pub meaning: Meaning,
    /// How likely that is, 0 to 100.
    pub score: u8,
    /// What it says in the words of the ledger.
    pub says: Says,
    /// A check digit or check character in it is wrong.
    pub is_misread: bool,
    /// What people should know of it.
    pub notes: Vec<Note>,
}

/// What a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A code that we printed.
    Own(Own),
    /// A code that we printed, misread.
    OwnMisread,
    /// Elements of GS1.
    Gs1(gs1::Message),
    /// An article number, as 14 digits.
    Gtin(String),
    /// An article number, misread.
    GtinMisread,
    /// A label with data identifiers.
    Label(Label),
    /// A distributor's own code.
    Slip(Slip),
    /// A single field of a label.
    Field(Field),
    /// The text itself.
    Text,
}

/// What a reading says in the words of the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Says {
    /// By which names the item may be known, the likeliest first.
    pub keys: Vec<Key>,
    /// How much there is of it.
    pub quantity: Option<Amount>,
    /// The maker's lot or date code.
    pub batch: Option<String>,
    /// The serial number.
    pub serial: Option<String>,
    /// The last day on which it may be used.
    pub expiry: Option<Date>,
    /// The number of the order with which we bought it.
    pub order: Option<String>,
    /// The seller's number of that order.
    pub seller_order: Option<String>,
    /// The number of this very package.
    pub package: Option<String>,
}

/// A name by which an item may be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Whose name it is.
    pub kind: KeyKind,
    /// The name.
    pub text: String,
}

/// Whose name for an item a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Our own: a SKU.
    Sku,
    /// GS1's: an article number.
    Gtin,
    /// The manufacturer's part number.
    Manufacturer,
    /// Ours, as the seller printed it.
    Customer,
    /// The seller's.
    Supplier,
    /// GS1's for parts: AI 8010.
    Component,
    /// Whatever stands there.
    Text,
}

/// A quantity with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// The number.
    pub number: Decimal,
    /// The unit where the code states one, such as `kg`; otherwise it counts things.
    pub unit: Option<&'static str>,
}

/// Something that people should know of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// What is odd about elements.
    Gs1(gs1::Warning),
    /// What is wrong with an element.
    Fault(gs1::Fault),
    /// What a keyboard did to a code of ours.
    Repaired(Repair),
    /// Several keyboards would make different codes of it.
    SeveralKeyboards,
    /// A value could hold more elements, if the scanner left out separators.
    SeparatorsPerhapsLost,
    /// What is odd about a label.
    Label(Oddity),
    /// A part of the text was not understood.
    Unread(String),
    /// The check digit or check character is wrong.
    Misread,
    /// It is a guess.
    Guess,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gs1(warning) => warning.fmt(f),
            Self::Fault(fault) => fault.fmt(f),
            Self::Repaired(repair) => repair.fmt(f),
            Self::SeveralKeyboards => f.write_str(
                "several keyboards would make different codes of it: scan the calibration card",
            ),
            Self::SeparatorsPerhapsLost => f.write_str(
                "it reads differently if the scanner leaves out separators: look at the label, \
                 and scan the calibration card",
            ),
            Self::Label(oddity) => oddity.fmt(f),
            Self::Unread(text) => write!(f, "not understood: {text:?}"),
            Self::Misread => {
                f.write_str("its check digit is wrong: perhaps misread, scan it again")
            }
            Self::Guess => f.write_str("this is a guess"),
        }
    }
}

/// All that a scan may mean, the likeliest first and the text itself last.
#[must_use]
pub fn readings(scan: &Scan<'_>, setting: &Setting) -> Vec<Reading> {
    let mut found = Vec::new();
    if scan.text.len() <= SCAN_BYTES_MAX {
        found = candidates::all(scan, setting);
    }
    // Stable, so that of equal ones the first stays first.
    found.sort_by_key(|reading| std::cmp::Reverse(reading.score));
    for reading in &mut found {
        if reading.score < SCORE_TO_ASK && !reading.is_misread {
            reading.notes.push(Note::Guess);
        }
    }
    found.push(candidates::text(scan));
    found
}

#[cfg(test)]
mod tests;
