//! Checks the form of a body that is not understood, and finds out what it touches.

use ledger_core::catalogue::{Class, Subject};
use ledger_core::code::Code;
use ledger_core::entry::Kind;

use super::reader::{Fields, Reader, Token, skip};
use super::{Reason, keys};

/// What can be said about any canonical body.
#[derive(Debug)]
pub(super) struct Walked {
    /// What it touches, where it says so in a way we understand.
    pub(super) touches: Option<Subject>,
    /// Its keys, as bits.
    keys: u128,
}

impl Walked {
    fn keys(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=keys::KEY_MAX).filter(|key| self.keys & (1 << key) != 0)
    }

    /// Whether it has an even key that this version does not understand in this kind.
    pub(super) fn has_newer_key(&self, kind: Kind) -> bool {
        self.keys()
            .any(|key| key.is_multiple_of(2) && !keys::is_known_even(kind, key))
    }

    /// Whether it has an odd key that this version skips in this kind.
    #[cfg(test)]
    pub(super) fn has_ignored_key(&self, kind: Kind) -> bool {
        let naming = [keys::FOR_ORDER, keys::FOR_LOT, keys::FOR_PURCHASE];
        let documents = self.keys().filter(|key| naming.contains(key)).count();
        let has_unknown = |key: u8| !key.is_multiple_of(2) && !keys::is_known_odd(kind, key);
        self.keys().any(has_unknown) || (kind == Kind::MOVED && documents > 1)
    }
}

/// Reads a whole body to the end of the bytes, whatever it means.
pub(super) fn walk(reader: &mut Reader<'_>) -> Result<Walked, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let mut walked = Walked {
        touches: None,
        keys: 0,
    };
    while let Some(key) = fields.next(reader)? {
        walked.keys |= 1 << key;
        if key == keys::TOUCHES {
            walked.touches = read_subject(&mut reader.clone()).ok();
        }
        skip(reader, 2)?;
    }
    reader.finish()?;
    Ok(walked)
}

/// Reads what key 0 holds.
pub(super) fn read_subject(reader: &mut Reader<'_>) -> Result<Subject, Reason> {
    let (class, code) = match reader.token()? {
        Token::Text(code) => (Class::Item, code),
        Token::Array(2) => {
            let class = Class::from_number(reader.uint()?).ok_or("an unknown class")?;
            if class == Class::Item {
                return Err("an item that is not named by its code alone");
            }
            (class, reader.text()?)
        }
        Token::Nil
        | Token::Bool(_)
        | Token::Int(_)
        | Token::Big(_)
        | Token::Bin(_)
        | Token::Array(_)
        | Token::Map(_) => return Err("not a subject"),
    };
    let code = Code::from_normalised(code).ok_or("a code that is not normalised")?;
    Ok(Subject::new(class, code))
}
