//! Symbology identifiers: the three characters with which a scanner says what kind of code it saw.
//!
//! ISO/IEC 15424 (formerly AIM): `]`, a letter for the symbology, and a modifier.

use std::fmt;

/// The letters of the standard that mean a symbology.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUXZcdefghijkoqsz";

/// A symbology identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    letter: char,
    modifier: char,
}

/// What a symbology says about the text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// FNC1 at the start: an element string of GS1, for certain.
    Gs1,
    /// An article number of 13 or 12 digits, perhaps with an add-on behind it.
    Ean,
    /// An article number of 8 digits.
    Ean8,
    /// Interleaved 2 of 5: digits, where 14 of them are an article number.
    Itf,
    /// Anything may be in it.
    Any,
}

impl Aim {
    /// Splits a text into the identifier with which it begins, if it does, and the rest.
    ///
    /// A text that begins with `]` and goes on differently is left as it is.
    #[must_use]
    pub fn split(text: &str) -> (Option<Self>, &str) {
        Self::at_start_of(text).map_or((None, text), |(aim, rest)| (Some(aim), rest))
    }

    fn at_start_of(text: &str) -> Option<(Self, &str)> {
        let mut chars = text.strip_prefix(']')?.chars();
        let letter = chars.next().filter(|letter| LETTERS.contains(*letter))?;
        let modifier = chars.next().filter(char::is_ascii_alphanumeric)?;
        Some((Self { letter, modifier }, chars.as_str()))
    }

    /// What it says about the text.
    #[must_use]
    pub const fn carrier(self) -> Carrier {
        match (self.letter, self.modifier) {
            // GS1-128, GS1 DataBar and composites, GS1 DataMatrix, GS1 QR, GS1 DotCode.
            ('C' | 'J', '1') | ('e', _) | ('d', '2' | '5') | ('Q', '3' | '4') => Carrier::Gs1,
            ('E', '4') => Carrier::Ean8,
            ('E', _) => Carrier::Ean,
            ('I', _) => Carrier::Itf,
            _ => Carrier::Any,
        }
    }

    /// The name of the symbology, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.letter, self.modifier) {
            ('A', _) => "Code 39",
            ('C', '1') => "GS1-128",
            ('C', _) => "Code 128",
            ('E', '4') => "EAN-8",
            ('E', _) => "EAN or UPC",
            ('F', _) => "Codabar",
            ('G', _) => "Code 93",
            ('H', _) => "Code 11",
            ('I', _) => "Interleaved 2 of 5",
            ('J', '1') => "GS1 DotCode",
            ('J', _) => "DotCode",
            ('L', _) => "PDF417",
            ('M', _) => "MSI",
            ('Q', '3' | '4') => "GS1 QR code",
            ('Q', _) => "QR code",
            ('R' | 'S', _) => "2 of 5",
            ('U', _) => "MaxiCode",
            ('d', '2' | '5') => "GS1 DataMatrix",
            ('d', _) => "Data Matrix",
            ('e', _) => "GS1 DataBar",
            ('z', _) => "Aztec",
            _ => "another symbology",
        }
    }
}

/// As scanners send it.
impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "]{}{}", self.letter, self.modifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_split_off_and_says_what_is_certain() {
        for (text, carrier, rest) in [
            (
                "]C10104006381333931",
                Some(Carrier::Gs1),
                "0104006381333931",
            ),
            ("]C0LOT", Some(Carrier::Any), "LOT"),
            ("]d210A", Some(Carrier::Gs1), "10A"),
            ("]d1[)>", Some(Carrier::Any), "[)>"),
            ("]Q3", Some(Carrier::Gs1), ""),
            ("]Q1x", Some(Carrier::Any), "x"),
            ("]e001", Some(Carrier::Gs1), "01"),
            ("]J101", Some(Carrier::Gs1), "01"),
            ("]E04006381333931", Some(Carrier::Ean), "4006381333931"),
            ("]E473513537", Some(Carrier::Ean8), "73513537"),
            ("]I110614141000415", Some(Carrier::Itf), "10614141000415"),
            ("]", None, "]"),
            ("]C", None, "]C"),
            ("]C-", None, "]C-"),
            ("]é1", None, "]é1"),
            ("]11", None, "]11"),
            ("C1", None, "C1"),
            ("", None, ""),
        ] {
            let (aim, found) = Aim::split(text);
            assert_eq!((aim.map(Aim::carrier), found), (carrier, rest), "{text}");
            if let Some(aim) = aim {
                assert_eq!(format!("{aim}{found}"), text);
            }
        }
    }
}
