//! Reads MessagePack strictly: every value in its one shortest form, and no floats.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a strict reader names what it takes and refuses everything else"
)]

use ledger_core::code::{Barcode, Code};
use ledger_core::{EntryId, EntryRef, Origin, Timestamp};
use rmp::Marker;

use super::Reason;
use super::keys::KEY_MAX;

/// How deep values may nest, the body's map being the first level.
pub(crate) const DEPTH_MAX: usize = 8;

const CUT: Reason = "cut off";
const NOT_SHORTEST: Reason = "not the shortest form";

/// One MessagePack value, or the head of an array or map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    /// An integer above what an `i64` holds.
    Big(u64),
    Text(&'a str),
    Bin(&'a [u8]),
    Array(usize),
    Map(usize),
}

/// A place in bytes that moves forward only.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Nothing may follow.
    pub(crate) const fn finish(&self) -> Result<(), Reason> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err("bytes after the end")
        }
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(CUT)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Reason> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn leb128(&mut self) -> Result<u64, Reason> {
        crate::varint::read(&mut self.rest).ok_or("not a shortest LEB128 number")
    }

    /// Reads one value, or the head of an array or map.
    #[inline]
    pub(crate) fn token(&mut self) -> Result<Token<'a>, Reason> {
        Ok(match Marker::from_u8(self.byte()?) {
            Marker::FixPos(value) => Token::Int(i64::from(value)),
            Marker::FixNeg(value) => Token::Int(i64::from(value)),
            Marker::FixStr(len) => self.text_of(usize::from(len))?,
            Marker::FixArray(len) => Token::Array(usize::from(len)),
            Marker::FixMap(len) => Token::Map(usize::from(len)),
            Marker::Null => Token::Nil,
            Marker::False => Token::Bool(false),
            Marker::True => Token::Bool(true),
            marker @ (Marker::U8 | Marker::U16 | Marker::U32 | Marker::U64) => {
                self.unsigned(marker)?
            }
            marker @ (Marker::I8 | Marker::I16 | Marker::I32 | Marker::I64) => {
                Token::Int(self.negative(marker)?)
            }
            Marker::Str8 => {
                let len = self.len8(32)?;
                self.text_of(len)?
            }
            Marker::Str16 => {
                let len = self.len16(0x100)?;
                self.text_of(len)?
            }
            Marker::Bin8 => Token::Bin(self.len8(0).and_then(|len| self.take(len))?),
            Marker::Bin16 => Token::Bin(self.len16(0x100).and_then(|len| self.take(len))?),
            Marker::Array16 => Token::Array(self.len16(16)?),
            Marker::Map16 => Token::Map(self.len16(16)?),
            // No entry is so long that a 32-bit length could be the shortest.
            Marker::Str32 | Marker::Bin32 | Marker::Array32 | Marker::Map32 => {
                return Err(NOT_SHORTEST);
            }
            Marker::F32 | Marker::F64 => return Err("a float"),
            Marker::Reserved
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32
            | Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16 => return Err("an extension type"),
        })
    }

    fn text_of(&mut self, len: usize) -> Result<Token<'a>, Reason> {
        let bytes = self.take(len)?;
        std::str::from_utf8(bytes)
            .map(Token::Text)
            .or(Err("a text that is not UTF-8"))
    }

    fn len8(&mut self, least: usize) -> Result<usize, Reason> {
        let len = usize::from(self.byte()?);
        if len < least {
            Err(NOT_SHORTEST)
        } else {
            Ok(len)
        }
    }

    fn len16(&mut self, least: usize) -> Result<usize, Reason> {
        let len = usize::from(u16::from_be_bytes(self.array()?));
        if len < least {
            Err(NOT_SHORTEST)
        } else {
            Ok(len)
        }
    }

    fn unsigned(&mut self, marker: Marker) -> Result<Token<'a>, Reason> {
        let (value, least) = match marker {
            Marker::U8 => (u64::from(self.byte()?), 1 << 7),
            Marker::U16 => (u64::from(u16::from_be_bytes(self.array()?)), 1 << 8),
            Marker::U32 => (u64::from(u32::from_be_bytes(self.array()?)), 1 << 16),
            _ => (u64::from_be_bytes(self.array()?), 1 << 32),
        };
        if value < least {
            return Err(NOT_SHORTEST);
        }
        Ok(i64::try_from(value).map_or(Token::Big(value), Token::Int))
    }

    fn negative(&mut self, marker: Marker) -> Result<i64, Reason> {
        let (value, most) = match marker {
            Marker::I8 => (i64::from(i8::from_be_bytes(self.array()?)), -33),
            Marker::I16 => (i64::from(i16::from_be_bytes(self.array()?)), -129),
            Marker::I32 => (i64::from(i32::from_be_bytes(self.array()?)), -0x8001),
            _ => (i64::from_be_bytes(self.array()?), -0x8000_0001),
        };
        if value > most {
            Err(NOT_SHORTEST)
        } else {
            Ok(value)
        }
    }
}

/// Values of one type; a value of another is senseless, not malformed.
impl<'a> Reader<'a> {
    pub(crate) fn int(&mut self) -> Result<i64, Reason> {
        match self.token()? {
            Token::Int(value) => Ok(value),
            _ => Err("not an integer that fits"),
        }
    }

    pub(crate) fn uint(&mut self) -> Result<u64, Reason> {
        match self.token()? {
            Token::Int(value) => u64::try_from(value).or(Err("a number below zero")),
            Token::Big(value) => Ok(value),
            _ => Err("not an integer"),
        }
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Reason> {
        match self.token()? {
            Token::Text(text) => Ok(text),
            _ => Err("not a text"),
        }
    }

    /// An optional text, which is not there rather than empty.
    pub(crate) fn filled_text(&mut self) -> Result<String, Reason> {
        match self.text()? {
            "" => Err("an empty text"),
            text => Ok(text.to_owned()),
        }
    }

    pub(crate) fn bin<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        match self.token()? {
            Token::Bin(bytes) => bytes.try_into().or(Err("bytes of a wrong length")),
            _ => Err("not bytes"),
        }
    }

    pub(crate) fn code(&mut self) -> Result<Code, Reason> {
        Code::from_normalised(self.text()?).ok_or("a code that is not normalised")
    }

    /// A code, or "" for none.
    pub(crate) fn code_or_none(&mut self) -> Result<Option<Code>, Reason> {
        match self.text()? {
            "" => Ok(None),
            text => Code::from_normalised(text)
                .map(Some)
                .ok_or("a code that is not normalised"),
        }
    }

    pub(crate) fn barcode(&mut self) -> Result<Barcode, Reason> {
        Barcode::from_normalised(self.text()?).ok_or("a barcode that is not normalised")
    }

    pub(crate) fn timestamp(&mut self) -> Result<Timestamp, Reason> {
        let millis = self.uint()?;
        let time = Timestamp::from_millis(millis);
        if time.millis() == millis {
            Ok(time)
        } else {
            Err("a time beyond 48 bits")
        }
    }

    /// A number of days since 1970-01-01.
    pub(crate) fn day(&mut self) -> Result<u32, Reason> {
        u32::try_from(self.uint()?).or(Err("a day beyond 32 bits"))
    }

    /// A value that may be nil.
    pub(crate) fn or_nil<T>(
        &mut self,
        value: impl FnOnce(&mut Self) -> Result<T, Reason>,
    ) -> Result<Option<T>, Reason> {
        match self.rest.split_first() {
            Some((first, rest)) if *first == Marker::Null.to_u8() => {
                self.rest = rest;
                Ok(None)
            }
            _ => value(self).map(Some),
        }
    }

    /// A list of things, each of which is so many values without a list around them; `part` is said
    /// where the last one is not whole.
    pub(crate) fn list<T>(
        &mut self,
        width: usize,
        part: Reason,
        thing: impl Fn(&mut Self) -> Result<T, Reason>,
    ) -> Result<Vec<T>, Reason> {
        let Token::Array(len) = self.token()? else {
            return Err("not a list");
        };
        if !len.is_multiple_of(width) {
            return Err(part);
        }
        (0..len / width).map(|_| thing(self)).collect()
    }

    /// References: origin, seq and hash, one after the other.
    pub(crate) fn entry_refs(&mut self) -> Result<Vec<EntryRef>, Reason> {
        self.list(3, "a part of a reference", Self::flat_entry_ref)
    }

    pub(crate) fn array_of(&mut self, len: usize) -> Result<(), Reason> {
        match self.token()? {
            Token::Array(found) if found == len => Ok(()),
            _ => Err("not an array of the right length"),
        }
    }

    pub(crate) fn entry_ref(&mut self) -> Result<EntryRef, Reason> {
        self.array_of(3)?;
        self.flat_entry_ref()
    }

    /// The three parts of a reference, without the list around them.
    fn flat_entry_ref(&mut self) -> Result<EntryRef, Reason> {
        let origin = Origin::from_bytes(self.bin()?);
        let seq = self.uint()?;
        if seq == 0 {
            return Err("a seq of zero");
        }
        Ok(EntryRef {
            id: EntryId { origin, seq },
            hash8: self.bin()?,
        })
    }
}

/// The fields of a map: its keys one after the other, ascending.
#[derive(Debug)]
pub(crate) struct Fields {
    left: usize,
    next_key_min: u8,
}

impl Fields {
    /// Reads the head of the body's map.
    pub(crate) fn of_body(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        match reader.token()? {
            Token::Map(len) => Ok(Self::new(len)),
            _ => Err("the body is not a map"),
        }
    }

    /// The fields of a map whose head has been read.
    pub(crate) const fn new(len: usize) -> Self {
        Self {
            left: len,
            next_key_min: 0,
        }
    }

    /// Reads the next key; none at the end.
    #[inline]
    pub(crate) fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<u8>, Reason> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let key = reader.byte()?;
        if key > KEY_MAX {
            return Err("a key that is not an integer below 128");
        }
        if key < self.next_key_min {
            return Err("keys that do not ascend");
        }
        self.next_key_min = key.saturating_add(1);
        Ok(Some(key))
    }
}

/// A list that is left out where it is empty.
pub(crate) fn filled<T>(list: Vec<T>) -> Result<Vec<T>, Reason> {
    if list.is_empty() {
        return Err("an empty list");
    }
    Ok(list)
}

/// Skips one value, checking its form; `depth` is the level it stands on.
pub(crate) fn skip(reader: &mut Reader<'_>, depth: usize) -> Result<(), Reason> {
    match reader.token()? {
        Token::Array(_) | Token::Map(_) if depth > DEPTH_MAX => Err("nested too deep"),
        Token::Array(len) => (0..len).try_for_each(|_| skip(reader, depth + 1)),
        Token::Map(len) => {
            let mut fields = Fields::new(len);
            while fields.next(reader)?.is_some() {
                skip(reader, depth + 1)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
