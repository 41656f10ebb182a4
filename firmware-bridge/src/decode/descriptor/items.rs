//! The items of a report descriptor, one after the other.

use super::{DescriptorError, Kind};

/// What one item says. What no decoder asks for is [`Item::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Field { kind: Kind, flags: u32 },
    Collection,
    EndCollection,
    Page(u16),
    Width(u32),
    Count(u32),
    ReportId(u32),
    Push,
    Pop,
    Usage { page: Option<u16>, id: u16 },
    UsageMin { page: Option<u16>, id: u16 },
    UsageMax { page: Option<u16>, id: u16 },
    Delimiter(bool),
    Other,
}

/// The prefix of an item that has its length in a byte of its own.
const LONG: u8 = 0xfe;

/// Goes through the items; ends behind the last or at the first that is cut off.
#[derive(Debug)]
pub(super) struct Items<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Items<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn next_item(&mut self) -> Option<Item> {
        let (prefix, rest) = self.bytes.get(self.at..)?.split_first()?;
        if *prefix == LONG {
            // No long items are defined; length, tag and data are passed over.
            let length = rest.first()?;
            let behind = rest.get(2 + usize::from(*length)..)?;
            self.at = self.bytes.len() - behind.len();
            return Some(Item::Other);
        }
        let length = match prefix & 3 {
            3 => 4,
            length => usize::from(length),
        };
        let data = rest.get(..length)?;
        self.at += 1 + length;
        Some(item(*prefix & !3, data))
    }
}

impl Iterator for Items<'_> {
    type Item = Result<Item, DescriptorError>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        if at >= self.bytes.len() {
            return None;
        }
        let item = self.next_item();
        if item.is_none() {
            self.at = self.bytes.len();
        }
        Some(item.ok_or(DescriptorError::Cut { at }))
    }
}

/// An item by its tag and type, which is its prefix without the length.
fn item(kind: u8, data: &[u8]) -> Item {
    let value = unsigned(data);
    let field = |kind| Item::Field { kind, flags: value };
    let (page, id) = usage(data);
    match kind {
        0x80 => field(Kind::Input),
        0x90 => field(Kind::Output),
        0xb0 => field(Kind::Feature),
        0xa0 => Item::Collection,
        0xc0 => Item::EndCollection,
        0x04 => Item::Page(id),
        0x74 => Item::Width(value),
        0x84 => Item::ReportId(value),
        0x94 => Item::Count(value),
        0xa4 => Item::Push,
        0xb4 => Item::Pop,
        0x08 => Item::Usage { page, id },
        0x18 => Item::UsageMin { page, id },
        0x28 => Item::UsageMax { page, id },
        0xa8 => Item::Delimiter(value != 0),
        _ => Item::Other,
    }
}

fn unsigned(data: &[u8]) -> u32 {
    let mut bytes = [0; 4];
    for (to, from) in bytes.iter_mut().zip(data) {
        *to = *from;
    }
    u32::from_le_bytes(bytes)
}

/// Four bytes hold a page and a number, fewer a number alone.
fn usage(data: &[u8]) -> (Option<u16>, u16) {
    match *data {
        [a, b, c, d] => (Some(u16::from_le_bytes([c, d])), u16::from_le_bytes([a, b])),
        [a, b] => (None, u16::from_le_bytes([a, b])),
        [a] => (None, u16::from(a)),
        _ => (None, 0),
    }
}
