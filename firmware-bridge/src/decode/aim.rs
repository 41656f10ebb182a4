//! Symbology identifiers: three characters with which a scanner says what kind of code it saw.
//!
//! ISO/IEC 15424 (formerly AIM): `]`, a letter, and a modifier. What they mean is not asked here;
//! they are only taken off the data and handed on.

use std::fmt;

/// A symbology identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aim {
    letter: u8,
    modifier: u8,
}

impl Aim {
    /// The identifier with which the bytes begin, if they do.
    #[must_use]
    pub fn at_start_of(bytes: &[u8]) -> Option<Self> {
        let [b']', letter, modifier, ..] = *bytes else {
            return None;
        };
        (letter.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric())
            .then_some(Self { letter, modifier })
    }

    /// Takes the identifier off the front of the data, if one is there.
    pub(super) fn taken_off(data: &mut Vec<u8>) -> Option<Self> {
        let aim = Self::at_start_of(data)?;
        data.drain(..3);
        Some(aim)
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "]{}{}",
            char::from(self.letter),
            char::from(self.modifier)
        )
    }
}

impl fmt::Debug for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
