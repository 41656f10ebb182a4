//! How separators arrive, and what they were.
//!
//! Codes divide their fields by GS (29), RS (30) and EOT (4). A scanner that types like a keyboard
//! has no keys for these, so every maker sends something else, and some send nothing. Spellings
//! that no field can contain are replaced here, in any text. Digits in the place of separators,
//! and separators that are gone, can be told only where a text is read; see
//! [`gs1::recovered`](crate::gs1::recovered) and
//! [`mh10::envelope`](crate::mh10::envelope).
//!
//! Whoever turns keys into text hands over a function key as its name in angle brackets, `<F8>`,
//! and a character typed by its number as `<Alt+029>`; or the control character itself.

use crate::gs1::GS;

/// RS: the character that divides the parts of an envelope (ISO/IEC 15434).
pub const RS: char = '\u{1e}';
/// EOT: the character that ends an envelope (ISO/IEC 15434).
pub const EOT: char = '\u{4}';

/// How a scanner sends the separators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Separator {
    /// As something that no field can contain: [`controlled`] sees it.
    Plain,
    /// As the digits `29`, `30` and `04`.
    Digits,
    /// As the digits `029`, `030` and `004`: the Alt key was lost, the numbers typed with it not.
    AltDigits,
    /// Not at all.
    Lost,
}

impl Separator {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 4] = [Self::Plain, Self::AltDigits, Self::Digits, Self::Lost];

    /// What stands for GS.
    #[must_use]
    pub const fn gs(self) -> &'static str {
        match self {
            Self::Plain => "\u{1d}",
            Self::Digits => "29",
            Self::AltDigits => "029",
            Self::Lost => "",
        }
    }

    /// What stands for RS.
    #[must_use]
    pub const fn rs(self) -> &'static str {
        match self {
            Self::Plain => "\u{1e}",
            Self::Digits => "30",
            Self::AltDigits => "030",
            Self::Lost => "",
        }
    }

    /// What stands for EOT.
    #[must_use]
    pub const fn eot(self) -> &'static str {
        match self {
            Self::Plain => "\u{4}",
            Self::Digits => "04",
            Self::AltDigits => "004",
            Self::Lost => "",
        }
    }
}

/// Spellings of the three that no field of GS1 or of a distributor's label contains.
///
/// F8 and the bar stand for GS alone. Longer ones come before their own beginnings.
const SPELLINGS: [(&str, char); 40] = [
    ("<Alt+029>", GS),
    ("<Alt+030>", RS),
    ("<Alt+004>", EOT),
    ("<Alt+0029>", GS),
    ("<Alt+0030>", RS),
    ("<Alt+0004>", EOT),
    ("Alt+029", GS),
    ("Alt+030", RS),
    ("Alt+004", EOT),
    ("<F8>", GS),
    ("{F8}", GS),
    ("<GS>", GS),
    ("<RS>", RS),
    ("<EOT>", EOT),
    ("{GS}", GS),
    ("{RS}", RS),
    ("{EOT}", EOT),
    ("[GS]", GS),
    ("[RS]", RS),
    ("[EOT]", EOT),
    ("<FNC1>", GS),
    ("{FNC1}", GS),
    ("[FNC1]", GS),
    ("\\x1D", GS),
    ("\\x1E", RS),
    ("\\x04", EOT),
    ("\\u001D", GS),
    ("\\u001E", RS),
    ("\\u0004", EOT),
    ("\\035", GS),
    ("\\036", RS),
    ("\\004", EOT),
    ("^]", GS),
    ("^^", RS),
    ("^D", EOT),
    ("|", GS),
    ("\u{241d}", GS),
    ("\u{241e}", RS),
    ("\u{2404}", EOT),
    // How one maker of computers names the key F8 in its private characters.
    ("\u{f70b}", GS),
];

/// A text with all unmistakable spellings of separators replaced by the control characters.
///
/// Upper and lower case are the same in a spelling.
#[must_use]
pub fn controlled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = SPELLINGS.iter().find_map(|(spelling, control)| {
            let (start, behind) = rest.split_at_checked(spelling.len())?;
            start
                .eq_ignore_ascii_case(spelling)
                .then_some((*control, behind))
        });
        let (c, behind) = found.unwrap_or((c, rest.get(c.len_utf8()..).unwrap_or_default()));
        out.push(c);
        rest = behind;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_control_character() {
        for spelling in [
            "\u{1d}",
            "<F8>",
            "<f8>",
            "<Alt+029>",
            "Alt+029",
            "|",
            "\\x1D",
            "\\x1d",
            "\u{241d}",
            "^]",
            "{GS}",
            "<GS>",
            "<gs>",
            "[GS]",
            "\\u001d",
            "\u{f70b}",
            "<FNC1>",
        ] {
            let text = format!("0104006381333931{spelling}10A{spelling}");
            assert_eq!(
                controlled(&text),
                "0104006381333931\u{1d}10A\u{1d}",
                "{spelling}"
            );
        }
        assert_eq!(
            controlled("[)>␞06␝1PX␞␄"),
            "[)>\u{1e}06\u{1d}1PX\u{1e}\u{4}"
        );
        assert_eq!(
            controlled("[)>^^06^]1PX^^^D"),
            "[)>\u{1e}06\u{1d}1PX\u{1e}\u{4}"
        );
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "",
            "A-01",
            "<F9>",
            "[)>",
            "\\x1F",
            "{pbn:PICK1}",
            "^",
            "é␀",
            "<Alt+030",
        ] {
            let expected = text.replace("Alt+030", "\u{1e}");
            assert_eq!(controlled(text), expected);
        }
    }
}
