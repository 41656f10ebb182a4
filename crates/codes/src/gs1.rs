//! GS1 element strings: application identifiers (AI) and their values, as scanners send them, as
//! people print them in brackets, and as Digital Links.
//!
//! After the GS1 General Specifications, section 7.8, and the GS1 Digital Link standard 1.x,
//! uncompressed. Compressed Digital Links are not read: they carry nothing that a person could
//! check, and no label of ours or of a supplier of parts has one.
//!
//! **Invariant.** Nothing is thrown away: whatever is not an element stands in a fault, and a fault
//! in one element does not hide those behind it.

mod ai;
mod bracketed;
mod element;
mod link;
mod pairing;
mod parse;
mod recover;
mod rules;
mod table;

use std::fmt;

pub use self::ai::{Ai, Charset, Rule};
pub use self::bracketed::bracketed;
pub use self::link::link;
pub use self::parse::parse;
pub use self::recover::recovered;
use crate::date::{Date, Moment};
use crate::decimal::Decimal;

/// The character that ends a value of variable length: FNC1, as it is transmitted.
pub const GS: char = '\u{1d}';

/// One application identifier with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The digits of the AI.
    pub ai: String,
    /// What GS1 calls it.
    pub title: &'static str,
    /// The value as it stands there.
    pub value: String,
    /// What the value says; [`Content::Text`] too where a fault is in it.
    pub content: Content,
    /// Where the AI begins: the number of its first character, counted from 1.
    pub at: usize,
}

/// What a value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Nothing beyond its text.
    Text,
    /// A number, with the decimals that the AI states.
    Number(Decimal),
    /// An amount of a currency, named by its number in ISO 4217.
    Money(u16, Decimal),
    /// A day.
    Date(Date),
    /// A day with a time.
    Moment(Moment),
    /// From the first day to the last.
    Period(Date, Date),
}

/// What an element string, a bracketed text or a link says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The elements, in the order in which they stand.
    pub elements: Vec<Element>,
    /// What is wrong, in the order in which it was met.
    pub faults: Vec<Fault>,
    /// What is odd.
    pub warnings: Vec<Warning>,
}

impl Message {
    /// The message when nothing is wrong with it, otherwise its first fault.
    ///
    /// # Errors
    ///
    /// The first of [`Self::faults`].
    pub fn faultless(mut self) -> Result<Self, Fault> {
        if self.faults.is_empty() {
            return Ok(self);
        }
        Err(self.faults.remove(0))
    }

    /// The first element of an AI, unless a fault is in it.
    #[must_use]
    pub fn get(&self, ai: &str) -> Option<&Element> {
        let is_sound = |element: &&Element| self.faults.iter().all(|fault| fault.at != element.at);
        let mut elements = self.elements.iter().filter(|element| element.ai == ai);
        elements.find(is_sound)
    }
}

/// Something in a message that is not as the AI demands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}, AI ({ai}): {problem}")]
pub struct Fault {
    /// The digits of the AI; what stands in its place where there is none.
    pub ai: String,
    /// Where the AI begins: the number of its first character, counted from 1.
    pub at: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No such AI. All that stands there, up to the next separator.
    UnknownAi(String),
    /// Fewer characters than the least.
    TooShort {
        /// How many there are.
        length: usize,
        /// How many there must be.
        length_min: usize,
    },
    /// More characters than the most.
    TooLong {
        /// How many there are.
        length: usize,
        /// How many there may be.
        length_max: usize,
    },
    /// A character that cannot stand there.
    Character(char, Charset),
    /// Content against a rule.
    Content(Rule),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAi(rest) => write!(f, "{rest:?} does not begin with a known AI"),
            Self::TooShort { length, length_min } => {
                write!(f, "{length} characters, expected at least {length_min}")
            }
            Self::TooLong { length, length_max } => write!(
                f,
                "{length} characters, expected at most {length_max} (is a separator missing?)"
            ),
            Self::Character(c, charset) => write!(f, "{c:?}, expected {}", charset.words()),
            Self::Content(rule) => write!(f, "expected {}", rules::words(*rule)),
        }
    }
}

/// Something odd that does not make a message wrong.
///
/// Which AIs go together is judged by GS1 over all codes on one thing, and we see a single one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The AI says little without others: groups of AIs of which one should be there.
    Needs(String, &'static str),
    /// The two AIs exclude one another.
    Excludes(String, String),
    /// The AI stands there twice, with different values.
    Repeated(String),
    /// The separator behind the AI's value was missing and has been put in.
    SeparatorMissing(String),
    /// A number of the AI was too short and was filled up with zeros.
    Padded(String),
    /// The AI has no place there in a Digital Link.
    Misplaced(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Needs(ai, groups) => {
                let groups = groups.replace(',', " or ");
                write!(f, "AI ({ai}) usually stands beside {groups}")
            }
            Self::Excludes(ai, other) => write!(f, "AI ({ai}) never stands beside ({other})"),
            Self::Repeated(ai) => write!(f, "AI ({ai}) stands there twice and differs"),
            Self::SeparatorMissing(ai) => write!(
                f,
                "the separator behind AI ({ai}) is missing: let the scanner send GS (0x1D)"
            ),
            Self::Padded(ai) => write!(f, "AI ({ai}) was filled up with leading zeros"),
            Self::Misplaced(ai) => write!(f, "AI ({ai}) has no place there in a Digital Link"),
        }
    }
}
