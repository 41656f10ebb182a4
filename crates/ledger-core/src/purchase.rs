//! What entries say about purchase orders: what was bought, and when it is to come.

use crate::catalogue::FieldType;
use crate::code::Code;
use crate::document::{DocumentFields, Ended, FieldTable};
use crate::entry::{IdempotencyKey, Kind};
use crate::id::{EntryId, EntryRef};
use crate::quantity::Quantity;

/// Field numbers of purchase orders.
pub mod key {
    /// The supplier, a code.
    pub const SUPPLIER: u8 = 6;
    /// The site that it is delivered to, a code.
    pub const SITE: u8 = 8;
    /// What it is about, in the user's words.
    pub const TITLE: u8 = 12;
    /// What the supplier calls it.
    pub const REFERENCE: u8 = 14;
}

/// The fields of a purchase order.
pub const FIELDS: FieldTable = &[
    (key::SUPPLIER, FieldType::Code),
    (key::SITE, FieldType::Code),
    (key::TITLE, FieldType::Text),
    (key::REFERENCE, FieldType::Text),
];

/// So much of an item is to come on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseLine {
    /// The item.
    pub item: Code,
    /// How much is ordered for that day.
    pub quantity: Quantity,
    /// The day, in days since 1970-01-01; none when nobody said one.
    pub day: Option<u32>,
}

/// A purchase order begins; this entry is what identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchasePlaced {
    /// The number people call it by.
    pub number: Code,
    /// What is ordered.
    pub lines: Vec<PurchaseLine>,
    /// Its fields at first.
    pub fields: DocumentFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// Fields of a purchase order change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseSet {
    /// The entry that placed it.
    pub purchase: EntryRef,
    /// The fields it sets.
    pub fields: DocumentFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// How much of an item is ordered for a day from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseLineSet {
    /// The entry that placed the order.
    pub purchase: EntryRef,
    /// The item, the day, and how much; 0 takes the line away.
    pub line: PurchaseLine,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// What an entry says about a purchase order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurchaseEntry {
    /// It begins.
    Placed(PurchasePlaced),
    /// Fields of it.
    Set(PurchaseSet),
    /// How much of an item is ordered.
    LineSet(PurchaseLineSet),
    /// Nothing more comes of it.
    Closed(Ended),
}

impl PurchaseEntry {
    /// The stored number of this kind of entry.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Placed(_) => Kind::PURCHASE_ORDER_PLACED,
            Self::Set(_) => Kind::PURCHASE_ORDER_SET,
            Self::LineSet(_) => Kind::PURCHASE_LINE_SET,
            Self::Closed(_) => Kind::PURCHASE_ORDER_CLOSED,
        }
    }

    /// The entry that placed the order; none when it is this one.
    #[must_use]
    pub const fn purchase(&self) -> Option<&EntryRef> {
        match self {
            Self::Placed(_) => None,
            Self::Set(set) => Some(&set.purchase),
            Self::LineSet(line) => Some(&line.purchase),
            Self::Closed(ended) => Some(&ended.document),
        }
    }

    /// The same about a purchase order that goes by another id here.
    pub(crate) const fn name_purchase(&mut self, id: EntryId) {
        match self {
            Self::Placed(_) => {}
            Self::Set(set) => set.purchase.id = id,
            Self::LineSet(line) => line.purchase.id = id,
            Self::Closed(ended) => ended.document.id = id,
        }
    }

    /// The key it counts once with, if any.
    #[must_use]
    pub const fn once(&self) -> Option<IdempotencyKey> {
        match self {
            Self::Placed(placed) => placed.once,
            Self::Set(set) => set.once,
            Self::LineSet(line) => line.once,
            Self::Closed(ended) => ended.once,
        }
    }

    pub(crate) const fn once_mut(&mut self) -> &mut Option<IdempotencyKey> {
        match self {
            Self::Placed(placed) => &mut placed.once,
            Self::Set(set) => &mut set.once,
            Self::LineSet(line) => &mut line.once,
            Self::Closed(ended) => &mut ended.once,
        }
    }
}
