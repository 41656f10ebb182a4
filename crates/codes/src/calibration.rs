//! The calibration card: two codes that show what a scanner and a keyboard make of a text.
//!
//! Whoever prints the card puts [`KEYS`] into a plain Code 128 and [`SEPARATORS`] into a GS1
//! DataMatrix or GS1-128, with FNC1 in front and for the control character. A person scans both, in
//! any order; [`learn`] says what came of them. Nothing has to be set by hand where [`Setting`] can
//! mend it, and the advice says the rest.

use std::fmt;

use crate::aim::Aim;
use crate::gs1::GS;
use crate::own::Layout;
use crate::reading::Setting;
use crate::separators::{Separator, controlled};

/// The first code: what becomes of digits, of letters that keyboards move, and of capitals.
pub const KEYS: &str = "XJX1234567890AMQWYZ";
/// The second code: what becomes of the separator between a batch and a serial number.
pub const SEPARATORS: &str = "10XJX\u{1d}21XJX";

/// How both are known again: letters that stay where they are, and no kind of own code.
const MARK: &str = "XJX";
const DIGITS: &str = "1234567890";
const LETTERS: &str = "AMQWYZ";

/// What a calibration card showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learned {
    /// What the first code showed.
    pub keys: Option<Keys>,
    /// What the second code showed.
    pub gs: Option<Gs>,
    /// Whether the scanner sends symbology identifiers.
    pub sends_aim: bool,
}

/// What becomes of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Capitals come as small letters.
    pub is_small: bool,
    /// What becomes of digits.
    pub digits: Digits,
    /// What came for the letters that keyboards move, where it is not themselves.
    pub moved_letters: Option<String>,
    /// What the scanner sends behind a code: a line's end, a tab, nothing.
    pub suffix: String,
}

/// What becomes of digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Digits {
    /// They come as digits.
    Same,
    /// They come as the signs of a keyboard that we know.
    Signs(Layout),
    /// They come as something else.
    Unknown(String),
}

/// What becomes of GS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gs {
    /// In one of the ways that are told everywhere.
    Known(Separator),
    /// As another character.
    Character(char),
    /// As something else.
    Unknown(String),
}

/// What the card showed, from all that the scanner sent; other texts among it are skipped.
#[must_use]
pub fn learn(received: &[&str]) -> Learned {
    let mut learned = Learned::default();
    for sent in received {
        let (aim, text) = Aim::split(sent);
        let keys = keys(text);
        let gs = if keys.is_none() { gs(text) } else { None };
        learned.sends_aim |= aim.is_some() && (keys.is_some() || gs.is_some());
        learned.keys = keys.or(learned.keys);
        learned.gs = gs.or(learned.gs);
    }
    learned
}

/// The first code in a text, if it is one.
fn keys(text: &str) -> Option<Keys> {
    let (mark, rest) = text.split_at_checked(MARK.len())?;
    if !mark.eq_ignore_ascii_case(MARK) {
        return None;
    }
    let mut chars = rest.chars();
    let row: String = chars.by_ref().take(DIGITS.len()).collect();
    let letters: String = chars.by_ref().take(LETTERS.len()).collect();
    let is_whole = letters.chars().count() == LETTERS.len();
    let layout = Layout::ALL
        .into_iter()
        .find(|layout| layout.digits_of(&row).as_deref() == Some(DIGITS));
    let digits = match layout {
        _ if row == DIGITS => Digits::Same,
        Some(layout) => Digits::Signs(layout),
        None => Digits::Unknown(row),
    };
    let is_same = letters.eq_ignore_ascii_case(LETTERS);
    is_whole.then(|| Keys {
        is_small: mark != MARK,
        digits,
        moved_letters: (!is_same).then_some(letters),
        suffix: chars.as_str().to_owned(),
    })
}

/// What stands for GS in the second code, if a text is it.
fn gs(text: &str) -> Option<Gs> {
    // As long as the text in bytes, so that places are the same.
    let upper = text.to_ascii_uppercase();
    let (first, last) = (upper.find(MARK)?, upper.rfind(MARK)?);
    let between = text.get(first + MARK.len()..last)?;
    // The AI 21 stands at its end, perhaps as signs.
    let mut chars = between.chars();
    chars.next_back()?;
    chars.next_back()?;
    let spelling = chars.as_str();
    let known = Separator::ALL
        .into_iter()
        .find(|known| known.gs() == controlled(spelling));
    let mut chars = spelling.chars();
    Some(match (known, chars.next(), chars.next()) {
        (Some(known), _, _) => Gs::Known(known),
        (None, Some(only), None) => Gs::Character(only),
        (None, _, _) => Gs::Unknown(spelling.to_owned()),
    })
}

impl Learned {
    /// A setting with all that can be mended.
    #[must_use]
    pub fn setting(&self, year_now: u16) -> Setting {
        let layout = match self.keys.as_ref().map(|keys| &keys.digits) {
            Some(Digits::Signs(layout)) => Some(*layout),
            Some(Digits::Same | Digits::Unknown(_)) | None => None,
        };
        let (separator, gs) = match self.gs {
            Some(Gs::Known(separator)) => (Some(separator), GS),
            Some(Gs::Character(c)) => (Some(Separator::Plain), c),
            Some(Gs::Unknown(_)) | None => (None, GS),
        };
        Setting {
            separator,
            gs,
            layout,
            year_now,
        }
    }

    /// What a person should set at the scanner or the computer, the most important first.
    #[must_use]
    pub fn advice(&self) -> Vec<Advice> {
        let mut advice = Vec::new();
        if let Some(keys) = &self.keys {
            if keys.digits != Digits::Same || keys.moved_letters.is_some() {
                advice.push(Advice::Keyboard);
            }
            if keys.is_small {
                advice.push(Advice::Case);
            }
        }
        match self.gs {
            Some(Gs::Known(Separator::Plain) | Gs::Character(_)) | None => {}
            Some(Gs::Known(Separator::Digits | Separator::AltDigits | Separator::Lost)) => {
                advice.push(Advice::Separators);
            }
            Some(Gs::Unknown(_)) => advice.push(Advice::Separators),
        }
        let is_seen = self.keys.is_some() || self.gs.is_some();
        if is_seen && !self.sends_aim {
            advice.push(Advice::Aim);
        }
        advice
    }
}

/// What a person should set at the scanner or the computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Scanner and computer think of different keyboards.
    Keyboard,
    /// Capitals come as small letters.
    Case,
    /// Separators do not come as GS.
    Separators,
    /// The scanner does not say what kind of code it saw.
    Aim,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyboard => "set the scanner to the country of the computer's keyboard",
            Self::Case => "turn Caps Lock off, or let the scanner keep capitals",
            Self::Separators => "let the scanner send FNC1 as GS (0x1D)",
            Self::Aim => "let the scanner send AIM identifiers: then GS1 codes are certain",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{Scan, readings};

    fn gs_of(sent: &str) -> Option<Gs> {
        learn(&[sent]).gs
    }

    #[test]
    fn a_good_scanner_shows_nothing_to_mend() {
        let learned = learn(&["]C0XJX1234567890AMQWYZ\r", "hello", "]d210XJX\u{1d}21XJX\r"]);
        assert!(learned.sends_aim);
        assert_eq!(learned.gs, Some(Gs::Known(Separator::Plain)));
        let keys = learned.keys.clone().unwrap();
        assert_eq!(
            (keys.is_small, keys.digits, keys.moved_letters),
            (false, Digits::Same, None)
        );
        assert_eq!(keys.suffix, "\r");
        assert_eq!(learned.advice(), []);
        let expected = Setting {
            separator: Some(Separator::Plain),
            ..Setting::of_year(2026)
        };
        assert_eq!(learned.setting(2026), expected);
    }

    #[test]
    fn keyboards_are_told_by_what_they_make_of_keys() {
        let french = learn(&["XJX&é\"'(-è_çàQ?AZYW"]);
        let keys = french.keys.clone().unwrap();
        assert_eq!(keys.digits, Digits::Signs(Layout::French));
        assert_eq!(keys.moved_letters.as_deref(), Some("Q?AZYW"));
        assert_eq!(french.advice(), [Advice::Keyboard, Advice::Aim]);
        assert_eq!(french.setting(2026).layout, Some(Layout::French));

        let german = learn(&["XJX1234567890AMQWZY"]).keys.unwrap();
        assert_eq!(german.digits, Digits::Same);
        assert_eq!(german.moved_letters.as_deref(), Some("AMQWZY"));

        let small = learn(&["xjx1234567890amqwyz\n"]);
        assert_eq!(small.advice(), [Advice::Case, Advice::Aim]);
        assert_eq!(small.keys.unwrap().moved_letters, None);

        let odd = learn(&["XJX!!34567890AMQWYZ"]).keys.unwrap();
        assert_eq!(odd.digits, Digits::Unknown("!!34567890".to_owned()));
        for layout in Layout::ALL {
            let sent = format!("XJX{}AMQWYZ", layout.row());
            let keys = learn(&[sent.as_str()]).keys.unwrap();
            assert_eq!(keys.digits, Digits::Signs(layout), "{sent}");
        }
    }

    #[test]
    fn separators_are_told_by_what_stands_between() {
        for (between, expected) in [
            ("\u{1d}", Gs::Known(Separator::Plain)),
            ("<F8>", Gs::Known(Separator::Plain)),
            ("\\x1D", Gs::Known(Separator::Plain)),
            ("|", Gs::Known(Separator::Plain)),
            ("29", Gs::Known(Separator::Digits)),
            ("029", Gs::Known(Separator::AltDigits)),
            ("", Gs::Known(Separator::Lost)),
            ("~", Gs::Character('~')),
            ("è", Gs::Character('è')),
            ("<0x1d>", Gs::Unknown("<0x1d>".to_owned())),
        ] {
            assert_eq!(
                gs_of(&format!("10XJX{between}21XJX")),
                Some(expected),
                "{between}"
            );
        }
        assert_eq!(
            gs_of("\u{1d}10XJX\u{1d}21XJX\r\n"),
            Some(Gs::Known(Separator::Plain))
        );
        assert_eq!(gs_of("&àxjxé&xjx"), Some(Gs::Known(Separator::Lost)));
        for other in ["", "XJX", "XJXXJX", "10A", "XJX1XJX"] {
            assert_eq!(learn(&[other]), Learned::default(), "{other}");
        }
    }

    #[test]
    fn what_was_learned_mends_what_is_scanned() {
        let best = |sent: &str, card: &[&str]| {
            let setting = learn(card).setting(2026);
            readings(&Scan::of(sent), &setting).swap_remove(0).says
        };
        let sent = "010400638133393110ABC~17271231";
        assert_eq!(best(sent, &["10XJX~21XJX"]).batch.as_deref(), Some("ABC"));
        let sent = "010400638133393110ABC17271231";
        assert_eq!(best(sent, &["10XJX21XJX"]).batch.as_deref(), Some("ABC"));
        // An article on a French keyboard.
        let says = best("'àà-\"_&\"\"\"ç\"&", &["XJX&é\"'(-è_çàQ?AZYW"]);
        assert_eq!(says.keys[0].text, "04006381333931");
    }
}
