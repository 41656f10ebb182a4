//! What entries have in common: header presence, kind, keys and types, without the values.

use crate::batch::ENTRY_BYTES_MAX;
use crate::entry_bytes::{DEPTH_MAX, Fields, Header, KEY_MAX, Reader, Token, put_token};
use crate::varint;

use super::take_byte;

/// Where in an entry a value stands; values of one place share a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    what: u8,
    position: u8,
    pub(super) is_bytes: bool,
}

impl Place {
    pub(super) const SHAPE: Self = Self::header(0, false);
    pub(super) const TIME: Self = Self::header(1, false);
    const CLOCK: Self = Self::header(2, false);
    const USER: Self = Self::header(3, true);
    pub(super) const RAW: Self = Self::header(4, true);
    /// Positions from here on share a column.
    const POSITION_MAX: u8 = 15;

    const fn header(what: u8, is_bytes: bool) -> Self {
        Self {
            what,
            position: 0,
            is_bytes,
        }
    }

    fn body(key: u8, position: u8, is_bytes: bool) -> Self {
        Self {
            what: key.saturating_add(16),
            position: position.min(Self::POSITION_MAX),
            is_bytes,
        }
    }
}

/// A value that a shape leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf<'a> {
    /// A number; one above 2^63 by its bits.
    Number(i64),
    Bytes(&'a [u8]),
}

const NIL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const BIG: u8 = 4;
const TEXT: u8 = 5;
const BIN: u8 = 6;
const ARRAY: u8 = 7;
const MAP: u8 = 8;

const CLOCK_BIT: u8 = 1;
const USER_BIT: u8 = 2;

/// An entry taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    /// The shape in bytes.
    pub(super) shape: Vec<u8>,
    /// The values in order.
    pub(super) leaves: Vec<(Place, Leaf<'a>)>,
    key: u8,
    position: u8,
}

impl<'a> Parts<'a> {
    /// Takes an entry apart; `None` when it is not canonical.
    pub(super) fn take_apart(&mut self, entry: &'a [u8]) -> Option<()> {
        self.shape.clear();
        self.leaves.clear();
        (self.key, self.position) = (0, 0);
        if entry.len() > ENTRY_BYTES_MAX {
            return None;
        }
        let mut reader = Reader::new(entry);
        let header = Header::take(&mut reader).ok()?;
        varint::write(&mut self.shape, u64::from(header.kind));
        let clock_bit = if header.clock.is_some() { CLOCK_BIT } else { 0 };
        self.shape
            .push(clock_bit | if header.user.is_some() { USER_BIT } else { 0 });
        self.leaves
            .push((Place::TIME, Leaf::Number(header.time.cast_signed())));
        if let Some(clock) = header.clock {
            self.leaves
                .push((Place::CLOCK, Leaf::Number(clock.cast_signed())));
        }
        if let Some(user) = header.user {
            self.leaves.push((Place::USER, Leaf::Bytes(user)));
        }
        self.value(&mut reader, 1)?;
        reader.finish().ok()
    }

    fn value(&mut self, reader: &mut Reader<'a>, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX + 1 {
            return None;
        }
        match reader.token().ok()? {
            Token::Nil => self.shape.push(NIL),
            Token::Bool(value) => self.shape.push(if value { TRUE } else { FALSE }),
            Token::Int(value) => self.leaf(INT, Leaf::Number(value)),
            Token::Big(value) => self.leaf(BIG, Leaf::Number(value.cast_signed())),
            Token::Text(text) => self.leaf(TEXT, Leaf::Bytes(text.as_bytes())),
            Token::Bin(bytes) => self.leaf(BIN, Leaf::Bytes(bytes)),
            Token::Array(len) => {
                self.shape.push(ARRAY);
                varint::write(&mut self.shape, varint::len64(len));
                for _ in 0..len {
                    self.value(reader, depth + 1)?;
                }
            }
            Token::Map(len) => {
                self.shape.push(MAP);
                varint::write(&mut self.shape, varint::len64(len));
                let mut fields = Fields::new(len);
                while let Some(key) = fields.next(reader).ok()? {
                    self.shape.push(key);
                    if depth == 1 {
                        (self.key, self.position) = (key, 0);
                    }
                    self.value(reader, depth + 1)?;
                }
            }
        }
        Some(())
    }

    fn leaf(&mut self, kind: u8, leaf: Leaf<'a>) {
        self.shape.push(kind);
        let is_bytes = matches!(leaf, Leaf::Bytes(_));
        self.leaves
            .push((Place::body(self.key, self.position, is_bytes), leaf));
        self.position = self.position.saturating_add(1);
    }
}

/// What to write next when an entry is rebuilt.
#[derive(Debug)]
enum Op {
    /// These bytes.
    Fixed(Vec<u8>),
    Int,
    Big,
    Text,
    Bin,
}

/// Where a rebuilt entry's values come from, asked for in order.
pub(super) trait Source {
    /// The next value, a number.
    fn number(&mut self) -> Option<i64>;
    /// The next value, bytes.
    fn bytes(&mut self) -> Option<&[u8]>;
}

/// A shape, ready to rebuild entries.
#[derive(Debug)]
pub(super) struct Shape {
    kind: u16,
    has_clock: bool,
    has_user: bool,
    ops: Vec<Op>,
    /// Where the values stand, in order.
    pub(super) places: Vec<Place>,
}

impl Shape {
    /// Reads a shape; `None` when the bytes are none.
    pub(super) fn read(mut bytes: &[u8]) -> Option<Self> {
        let kind = u16::try_from(varint::read(&mut bytes)?).ok()?;
        let presence = take_byte(&mut bytes)?;
        if presence & !(CLOCK_BIT | USER_BIT) != 0 {
            return None;
        }
        let (has_clock, has_user) = (presence & CLOCK_BIT != 0, presence & USER_BIT != 0);
        let mut shape = Self {
            kind,
            has_clock,
            has_user,
            ops: Vec::new(),
            places: Vec::new(),
        };
        shape.places.push(Place::TIME);
        shape.places.extend(has_clock.then_some(Place::CLOCK));
        shape.places.extend(has_user.then_some(Place::USER));
        shape.value(&mut bytes, 1, &mut (0, 0))?;
        bytes.is_empty().then_some(shape)
    }

    fn value(&mut self, bytes: &mut &[u8], depth: usize, at: &mut (u8, u8)) -> Option<()> {
        if depth > DEPTH_MAX + 1 {
            return None;
        }
        match take_byte(bytes)? {
            NIL => self.fixed(Token::Nil),
            FALSE => self.fixed(Token::Bool(false)),
            TRUE => self.fixed(Token::Bool(true)),
            INT => self.leaf(Op::Int, false, at),
            BIG => self.leaf(Op::Big, false, at),
            TEXT => self.leaf(Op::Text, true, at),
            BIN => self.leaf(Op::Bin, true, at),
            ARRAY => {
                let len = usize::try_from(varint::read(bytes)?).ok()?;
                self.fixed(Token::Array(len))?;
                (0..len).try_for_each(|_| self.value(bytes, depth + 1, at))
            }
            MAP => {
                let len = usize::try_from(varint::read(bytes)?).ok()?;
                self.fixed(Token::Map(len))?;
                (0..len).try_for_each(|_| {
                    let key = take_byte(bytes).filter(|key| *key <= KEY_MAX)?;
                    self.fixed(Token::Int(i64::from(key)))?;
                    if depth == 1 {
                        *at = (key, 0);
                    }
                    self.value(bytes, depth + 1, at)
                })
            }
            _ => None,
        }
    }

    fn fixed(&mut self, token: Token<'_>) -> Option<()> {
        if !matches!(self.ops.last(), Some(Op::Fixed(_))) {
            self.ops.push(Op::Fixed(Vec::new()));
        }
        match self.ops.last_mut() {
            Some(Op::Fixed(bytes)) => put_token(bytes, token).then_some(()),
            _ => None,
        }
    }

    fn leaf(&mut self, op: Op, is_bytes: bool, (key, position): &mut (u8, u8)) -> Option<()> {
        self.ops.push(op);
        self.places.push(Place::body(*key, *position, is_bytes));
        *position = position.saturating_add(1);
        Some(())
    }

    /// Appends the entry of this shape with these values; `None` when they do not fit it or it
    /// becomes larger than an entry may be.
    pub(super) fn rebuild(&self, source: &mut impl Source, out: &mut Vec<u8>) -> Option<()> {
        let limit = out.len().saturating_add(ENTRY_BYTES_MAX);
        let time = source.number()?.cast_unsigned();
        let clock = if self.has_clock {
            Some(source.number()?.cast_unsigned())
        } else {
            None
        };
        let user = if self.has_user {
            Some(source.bytes()?)
        } else {
            None
        };
        Header {
            kind: self.kind,
            time,
            clock,
            user,
        }
        .put(out);
        for op in &self.ops {
            let fits = match op {
                Op::Fixed(bytes) => {
                    out.extend_from_slice(bytes);
                    true
                }
                Op::Int => put_token(out, Token::Int(source.number()?)),
                Op::Big => put_token(out, Token::Big(source.number()?.cast_unsigned())),
                Op::Text => {
                    let text = source.bytes()?;
                    put_text(out, text)
                }
                Op::Bin => put_token(out, Token::Bin(source.bytes()?)),
            };
            if !fits || out.len() > limit {
                return None;
            }
        }
        Some(())
    }
}

fn put_text(out: &mut Vec<u8>, text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| put_token(out, Token::Text(text)))
}
