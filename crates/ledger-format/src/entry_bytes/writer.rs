//! Writes MessagePack in its shortest form.

use ledger_core::EntryRef;
use ledger_core::code::Code;
use rmp::encode;

use super::reader::Token;
use super::{ENTRY_BYTES_MAX, EncodeError};

/// Appends one value or the head of an array or map, in its shortest form; `false` when a text or
/// bytes are too long for any entry.
#[must_use]
pub(crate) fn put_token(out: &mut Vec<u8>, token: Token<'_>) -> bool {
    try_put(out, token).is_ok_and(|fits| fits)
}

/// As [`put_token`]; the error cannot happen when writing into memory.
fn try_put(out: &mut Vec<u8>, token: Token<'_>) -> Result<bool, std::io::Error> {
    let fits = |len: usize| u32::try_from(len).ok().filter(|_| len <= ENTRY_BYTES_MAX);
    match token {
        Token::Nil => encode::write_nil(out)?,
        Token::Bool(value) => encode::write_bool(out, value)?,
        Token::Int(value) => encode::write_sint(out, value).map(drop)?,
        Token::Big(value) => encode::write_uint(out, value).map(drop)?,
        Token::Text(text) => {
            let Some(len) = fits(text.len()) else {
                return Ok(false);
            };
            encode::write_str_len(out, len).map(drop)?;
            out.extend_from_slice(text.as_bytes());
        }
        Token::Bin(bytes) => {
            let Some(len) = fits(bytes.len()) else {
                return Ok(false);
            };
            encode::write_bin_len(out, len).map(drop)?;
            out.extend_from_slice(bytes);
        }
        Token::Array(len) => {
            let Some(len) = fits(len) else {
                return Ok(false);
            };
            encode::write_array_len(out, len).map(drop)?;
        }
        Token::Map(len) => {
            let Some(len) = fits(len) else {
                return Ok(false);
            };
            encode::write_map_len(out, len).map(drop)?;
        }
    }
    Ok(true)
}

/// Writes a body's map, field by field in ascending order of keys.
#[derive(Debug)]
pub(super) struct BodyWriter<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    fields: usize,
    next_key_min: u8,
}

impl<'a> BodyWriter<'a> {
    pub(super) const fn new(out: &'a mut Vec<u8>) -> Self {
        let start = out.len();
        Self {
            out,
            start,
            fields: 0,
            next_key_min: 0,
        }
    }

    /// Puts the map's head in front of the fields.
    pub(super) fn finish(self) -> Result<(), EncodeError> {
        let mut head = Vec::with_capacity(3);
        if !put_token(&mut head, Token::Map(self.fields)) {
            return Err(EncodeError::Senseless("too many fields"));
        }
        drop(self.out.splice(self.start..self.start, head));
        Ok(())
    }

    fn token(&mut self, token: Token<'_>) -> Result<(), EncodeError> {
        if put_token(self.out, token) {
            return Ok(());
        }
        let len = match token {
            Token::Text(text) => text.len(),
            Token::Bin(bytes) => bytes.len(),
            Token::Array(len) | Token::Map(len) => len,
            Token::Nil | Token::Bool(_) | Token::Int(_) | Token::Big(_) => 0,
        };
        Err(EncodeError::TooLarge(len))
    }

    /// Writes a field of one value.
    pub(super) fn field(&mut self, key: u8, value: Token<'_>) -> Result<(), EncodeError> {
        self.key(key)?;
        self.token(value)
    }

    /// Writes a field that is an array of values.
    pub(super) fn array(&mut self, key: u8, values: &[Token<'_>]) -> Result<(), EncodeError> {
        self.key(key)?;
        self.token(Token::Array(values.len()))?;
        values.iter().try_for_each(|value| self.token(*value))
    }

    fn key(&mut self, key: u8) -> Result<(), EncodeError> {
        if key < self.next_key_min || key > super::keys::KEY_MAX {
            return Err(EncodeError::Senseless("keys out of order"));
        }
        self.next_key_min = key.saturating_add(1);
        self.fields = self.fields.saturating_add(1);
        self.token(Token::Int(i64::from(key)))
    }

    /// Writes an optional text.
    pub(super) fn text(
        &mut self,
        key: u8,
        name: &'static str,
        text: Option<&str>,
    ) -> Result<(), EncodeError> {
        match text {
            None => Ok(()),
            Some("") => Err(EncodeError::EmptyText(name)),
            Some(text) => self.field(key, Token::Text(text)),
        }
    }

    /// Writes an optional code.
    pub(super) fn code(
        &mut self,
        key: u8,
        name: &'static str,
        code: Option<&Code>,
    ) -> Result<(), EncodeError> {
        match code {
            None => Ok(()),
            Some(code) => self.field(key, Token::Text(normal(name, code)?)),
        }
    }

    /// Writes a number.
    pub(super) fn uint(&mut self, key: u8, value: u64) -> Result<(), EncodeError> {
        self.field(key, uint(value))
    }

    /// Writes a reference to an entry.
    pub(super) fn entry_ref(&mut self, key: u8, target: &EntryRef) -> Result<(), EncodeError> {
        if target.id.seq == 0 {
            return Err(EncodeError::Senseless("a reference to seq 0"));
        }
        let origin = target.id.origin.as_bytes();
        self.array(
            key,
            &[
                Token::Bin(origin),
                uint(target.id.seq),
                Token::Bin(&target.hash8),
            ],
        )
    }
}

/// An unsigned number as a token.
pub(super) fn uint(value: u64) -> Token<'static> {
    i64::try_from(value).map_or(Token::Big(value), Token::Int)
}

/// A code as one of several values, or nil.
pub(super) fn code_or_nil<'a>(
    name: &'static str,
    code: Option<&'a Code>,
) -> Result<Token<'a>, EncodeError> {
    match code {
        None => Ok(Token::Nil),
        Some(code) => normal(name, code).map(Token::Text),
    }
}

/// A text as one of several values, or nil.
pub(super) fn text_or_nil<'a>(
    name: &'static str,
    text: Option<&'a str>,
) -> Result<Token<'a>, EncodeError> {
    match text {
        None => Ok(Token::Nil),
        Some("") => Err(EncodeError::EmptyText(name)),
        Some(text) => Ok(Token::Text(text)),
    }
}

/// The text of a code that a reader will take for normalised.
pub(super) fn normal<'a>(name: &'static str, code: &'a Code) -> Result<&'a str, EncodeError> {
    let text = code.as_str();
    if Code::is_normalised(text) {
        Ok(text)
    } else {
        Err(EncodeError::NotNormalised(name))
    }
}
