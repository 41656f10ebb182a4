//! The codes that we print ourselves: for places, badges, orders, commands, and items without one.
//!
//! A code is `XJ`, a letter for its kind, the name that it carries, and a check character; all of
//! it capitals and digits, and none of the letters A, M, Q, W, Y, Z, which lie elsewhere on a German
//! or French keyboard. So a scanner that types can spoil digits and case only, and both can be
//! mended. Names keep everything: what is not among the 30 characters is written by an escape.
//! Decision record 22 (own codes) says why; the format never changes, since labels are on shelves
//! for years.
//!
//! **Invariant.** [`read`] gives back exactly what [`code`] was given, or says that it cannot.

mod alphabet;
mod layout;

use std::fmt;

pub use self::layout::Layout;

/// What all own codes begin with.
///
/// Nobody else's codes do: GS1's begin with digits, data identifiers of ANSI MH10.8.2 are digits and
/// one letter, and X is none that a part's label has.
pub const PREFIX: &str = "XJ";

/// The longest name in an own code, in bytes of UTF-8: that of the ledger's codes.
pub const NAME_BYTES_MAX: usize = 120;

/// What an own code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An item, by its SKU.
    Item,
    /// A location, by its number.
    Location,
    /// A batch, by its name.
    Batch,
    /// An order, by its number.
    Order,
    /// A production lot, by its number.
    Lot,
    /// A purchase order, by its number.
    PurchaseOrder,
    /// A stocktake, by its number.
    Stocktake,
    /// A customer, by their code.
    Customer,
    /// A supplier, by their code.
    Supplier,
    /// A user, by their badge.
    User,
    /// A reason, in its words.
    Reason,
    /// A command, by the word that is typed for it.
    Command,
}

impl Kind {
    /// All kinds, with the letters that say so. They never change.
    const LETTERS: [(Self, char); 12] = [
        (Self::Item, 'I'),
        (Self::Location, 'L'),
        (Self::Batch, 'B'),
        (Self::Order, 'O'),
        (Self::Lot, 'J'),
        (Self::PurchaseOrder, 'P'),
        (Self::Stocktake, 'T'),
        (Self::Customer, 'C'),
        (Self::Supplier, 'S'),
        (Self::User, 'U'),
        (Self::Reason, 'R'),
        (Self::Command, 'K'),
    ];

    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::LETTERS.into_iter().map(|(kind, _)| kind)
    }

    fn letter(self) -> char {
        let found = Self::LETTERS.iter().find(|(kind, _)| *kind == self);
        found.map_or('I', |(_, letter)| *letter)
    }

    fn of_letter(letter: char) -> Option<Self> {
        let found = Self::LETTERS.iter().find(|(_, known)| *known == letter);
        found.map(|(kind, _)| *kind)
    }

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Location => "location",
            Self::Batch => "batch",
            Self::Order => "order",
            Self::Lot => "lot",
            Self::PurchaseOrder => "purchase order",
            Self::Stocktake => "stocktake",
            Self::Customer => "customer",
            Self::Supplier => "supplier",
            Self::User => "user",
            Self::Reason => "reason",
            Self::Command => "command",
        }
    }
}

/// What an own code said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// What it stands for.
    pub kind: Kind,
    /// The name that it carries.
    pub name: String,
    /// What had to be mended first.
    pub repair: Option<Repair>,
}

/// What a keyboard did to an own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Capitals came as small letters.
    Case,
    /// Digits came as the signs of a keyboard.
    Digits(Layout),
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case => f.write_str("it came in small letters: is Caps Lock on?"),
            Self::Digits(layout) => write!(
                f,
                "digits came as signs: the scanner types for another keyboard than the {} that \
                 the computer is set to",
                layout.name()
            ),
        }
    }
}

/// Why a text is no own code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OwnError {
    /// It does not begin like one.
    #[error("it is no code of ours: these begin with {PREFIX}")]
    Foreign,
    /// It begins like one, but the check character does not hold, whatever the keyboard.
    #[error("its check character is wrong: it was misread; scan it again")]
    Misread,
    /// The check character holds, and the rest is of no form that this version knows.
    #[error("it looks like a code of ours, but this version does not know its form")]
    Form,
    /// A name that no code can carry.
    #[error("a code carries 1 to {NAME_BYTES_MAX} bytes without control characters")]
    Name,
}

/// The code to print for a name.
///
/// # Errors
///
/// [`OwnError::Name`] when the name is empty, longer than [`NAME_BYTES_MAX`], or has control
/// characters.
pub fn code(kind: Kind, name: &str) -> Result<String, OwnError> {
    let is_good = (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(char::is_control);
    if !is_good {
        return Err(OwnError::Name);
    }
    let mut code = String::from(PREFIX);
    code.push(kind.letter());
    alphabet::write(name, &mut code);
    let check = alphabet::check(&code).ok_or(OwnError::Name)?;
    code.push(check);
    Ok(code)
}

/// What a text means as an own code: one meaning for each keyboard under which its check character
/// holds. That is a single one, unless signs came for digits.
///
/// # Errors
///
/// Every other text has one of the errors, and nothing is guessed.
pub fn read(text: &str) -> Result<Vec<Own>, OwnError> {
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    let letter = upper
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.chars().next());
    let kind = letter.and_then(Kind::of_letter).ok_or(OwnError::Foreign)?;

    let case = (upper != text).then_some(Repair::Case);
    let mended = Layout::ALL
        .into_iter()
        .filter_map(|layout| Some((layout.digits_of(&upper)?, Some(Repair::Digits(layout)))));
    let mut found: Vec<Own> = Vec::new();
    let mut error = OwnError::Foreign;
    for (code, repair) in std::iter::once((upper.clone(), case)).chain(mended) {
        match name_in(&code) {
            Ok(name) if found.iter().all(|own| own.name != name) => {
                found.push(Own { kind, name, repair });
            }
            Ok(_) | Err(OwnError::Foreign) => {}
            Err(other) => error = other,
        }
    }
    if found.is_empty() {
        return Err(error);
    }
    Ok(found)
}

/// The name in a code without faults.
fn name_in(code: &str) -> Result<String, OwnError> {
    let mut chars = code.chars();
    let last = chars.next_back();
    let rest = chars.as_str();
    let check = alphabet::check(rest).ok_or(OwnError::Foreign)?;
    let body = rest.get(PREFIX.len() + 1..).unwrap_or_default();
    if body.is_empty() || !last.is_some_and(alphabet::has) {
        return Err(OwnError::Foreign);
    }
    if last != Some(check) {
        return Err(OwnError::Misread);
    }
    alphabet::read(body).ok_or(OwnError::Form)
}

/// A name for something that has none yet, made without asking anybody.
///
/// `device` is any number that the device has to itself, such as a part of its origin; of it 13
/// million different ones are told apart. `counter` counts what the device has named. The name is
/// a good code of the ledger, has no escapes in [`code`], and begins with a letter, so that it is
/// no GTIN.
#[must_use]
pub fn minted(device: u64, counter: u64) -> String {
    alphabet::numbered(device, counter)
}

#[cfg(test)]
mod tests;
