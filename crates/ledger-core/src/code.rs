//! Codes by which items, places and people are named, in their one normalised form.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

/// The longest code, in bytes of its normalised form.
pub const CODE_BYTES_MAX: usize = 120;

/// A text that cannot be a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// Nothing but white space.
    #[error("a code cannot be empty")]
    Empty,
    /// Longer than [`CODE_BYTES_MAX`].
    #[error("the code {0:?} is too long: at most {CODE_BYTES_MAX} bytes")]
    TooLong(String),
    /// A control character inside.
    #[error("the code {0:?} contains a control character")]
    Control(String),
}

fn checked(text: String) -> Result<Arc<str>, CodeError> {
    if text.is_empty() {
        return Err(CodeError::Empty);
    }
    if text.len() > CODE_BYTES_MAX {
        return Err(CodeError::TooLong(text));
    }
    if text.chars().any(char::is_control) {
        return Err(CodeError::Control(text));
    }
    Ok(text.into())
}

/// Whether a text is printable ASCII of a good length that no normalising would change.
fn is_plain(text: &str, changed: fn(&u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) && !changed(byte);
    !bytes.is_empty()
        && bytes.len() <= CODE_BYTES_MAX
        && bytes.first() != Some(&b' ')
        && bytes.last() != Some(&b' ')
        && bytes.iter().all(plain)
}

macro_rules! code_type {
    ($(#[$doc:meta])* $name:ident, $normalise:expr, $changed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Normalises a text and makes the code of it.
            pub fn new(text: &str) -> Result<Self, CodeError> {
                let normalise: fn(&str) -> String = $normalise;
                checked(normalise(text)).map(Self)
            }

            /// Makes the code of a text that must already be normalised; `None` when it is not.
            ///
            /// The same as comparing with [`Self::new`], but quick for ASCII.
            #[must_use]
            pub fn from_normalised(text: &str) -> Option<Self> {
                Self::is_normalised(text).then(|| Self(text.into()))
            }

            /// Whether a text is such a code as it stands.
            #[must_use]
            pub fn is_normalised(text: &str) -> bool {
                let changed: fn(&u8) -> bool = $changed;
                is_plain(text, changed) || Self::new(text).is_ok_and(|code| code.as_str() == text)
            }

            /// The normalised text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, CodeError> {
                Self::new(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

/// Trims and brings into NFC.
fn tidy(text: &str) -> String {
    text.trim().nfc().collect()
}

/// Trims, upper-cases and brings into NFC; upper-casing can leave NFC, so it comes last.
fn normalise(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_uppercase();
    }
    text.trim().to_uppercase().nfc().collect()
}

code_type! {
    /// The code of an item, location, location type, site, customer or supplier: trimmed,
    /// upper-cased, NFC, so that one code typed on two nodes is one thing.
    Code, normalise, u8::is_ascii_lowercase
}
code_type! {
    /// A barcode as it is scanned: exact but for white space around it.
    Barcode, tidy, |_| false
}
code_type! {
    /// The name of a user: trimmed, lower-cased, NFC.
    UserName, |text| text.trim().to_lowercase().nfc().collect(), u8::is_ascii_uppercase
}

/// How many digits an article number has: GTIN-14, EAN-13, UPC-A, EAN-8.
const ARTICLE_DIGITS: [usize; 4] = [14, 13, 12, 8];

impl Barcode {
    /// The barcode as it is printed under its bars: of an article number without the zeros that
    /// fill it up to another length, as scanners and GS1 elements send it. Digits of 8, 12, 13 or
    /// 14 places are article numbers (GS1 General Specifications, GTIN).
    #[must_use]
    pub fn printed(&self) -> Self {
        self.spellings().pop().unwrap_or_else(|| self.clone())
    }

    /// The ways to write the same article number, the longest first; of another barcode only
    /// itself.
    #[must_use]
    pub fn spellings(&self) -> Vec<Self> {
        let text = self.as_str();
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || !ARTICLE_DIGITS.contains(&text.len()) {
            return vec![self.clone()];
        }
        let filled = format!("{text:0>14}");
        let lengths = ARTICLE_DIGITS.into_iter();
        lengths
            .filter_map(|length| {
                let (zeros, rest) = filled.split_at_checked(filled.len().checked_sub(length)?)?;
                let is_filled = zeros.bytes().all(|byte| byte == b'0');
                is_filled.then(|| Self::new(rest).ok()).flatten()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_code_typed_differently_is_one_code() {
        for text in ["15056bl", " 15056BL ", "15056Bl\n"] {
            assert_eq!(Code::new(text).unwrap().as_str(), "15056BL");
        }
        // A decomposed and a composed umlaut are the same code.
        assert_eq!(
            Code::new("mu\u{308}tter").unwrap(),
            Code::new("MÜTTER").unwrap()
        );
        // Normalising twice changes nothing, also where upper-casing makes letters longer.
        for text in ["straße", "ŉ", "ﬀ", "ǰ"] {
            let once = Code::new(text).unwrap();
            assert_eq!(Code::new(once.as_str()).unwrap(), once, "{text}");
        }
    }

    #[test]
    fn only_a_normalised_text_is_taken_as_it_is() {
        let long = "X".repeat(CODE_BYTES_MAX + 1);
        for text in [
            "A-01", "a-01", " A", "A ", "", "A\u{7F}", "MÜTTER", "mütter", "ẞ", &long,
        ] {
            let slowly = |new: Option<&str>| new.is_some_and(|normal| normal == text);
            let code = Code::new(text).ok();
            let user = UserName::new(text).ok();
            let barcode = Barcode::new(text).ok();
            let is_code = slowly(code.as_ref().map(Code::as_str));
            assert_eq!(Code::from_normalised(text).is_some(), is_code, "{text:?}");
            let is_user = slowly(user.as_ref().map(UserName::as_str));
            assert_eq!(
                UserName::from_normalised(text).is_some(),
                is_user,
                "{text:?}"
            );
            let is_barcode = slowly(barcode.as_ref().map(Barcode::as_str));
            assert_eq!(
                Barcode::from_normalised(text).is_some(),
                is_barcode,
                "{text:?}"
            );
        }
    }

    #[test]
    fn empty_long_and_control_texts_are_refused() {
        assert_eq!(Code::new("  "), Err(CodeError::Empty));
        assert!(matches!(Code::new("a\u{1}b"), Err(CodeError::Control(_))));
        assert!(Code::new(&"x".repeat(CODE_BYTES_MAX)).is_ok());
        assert!(matches!(
            Code::new(&"x".repeat(CODE_BYTES_MAX + 1)),
            Err(CodeError::TooLong(_))
        ));
    }

    #[test]
    fn an_article_number_is_the_same_however_it_is_filled_up() {
        for (text, printed, ways) in [
            ("04006381333931", "4006381333931", 2),
            ("4006381333931", "4006381333931", 2),
            ("00000073513537", "73513537", 4),
            ("036000291452", "036000291452", 3),
            ("10614141000415", "10614141000415", 1),
            ("0123456789", "0123456789", 1),
            ("04006381333931A", "04006381333931A", 1),
        ] {
            let barcode = Barcode::new(text).unwrap();
            assert_eq!(barcode.printed().as_str(), printed, "{text}");
            let spellings = barcode.spellings();
            assert_eq!(spellings.len(), ways, "{text}");
            for spelling in spellings {
                assert_eq!(spelling.printed().as_str(), printed, "{text}: {spelling}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_barcode_is_one_of_its_own_spellings(text in "[0-9]{7,15}|0{6}[0-9]{8}|[A-Z0-9]{1,14}") {
            let barcode = Barcode::new(&text).unwrap();
            prop_assert!(barcode.spellings().contains(&barcode));
            prop_assert_eq!(barcode.printed().spellings(), barcode.spellings());
        }
    }
}
