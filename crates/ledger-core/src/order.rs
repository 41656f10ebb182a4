//! What entries say about orders: demand for items, of repair jobs and of sales.
//!
//! An order is identified by the entry that opened it; every other entry of the family refers to
//! that one. The fields are numbered like those of the catalogue: a field's last writer by clock
//! wins, and its number is its key in the entry's body.

use crate::catalogue::FieldType;
use crate::code::Code;
use crate::document::{DocumentFields, Ended, FieldTable};
use crate::entry::{IdempotencyKey, Kind};
use crate::id::{EntryId, EntryRef};
use crate::quantity::Quantity;

/// What an order is for; decides its default policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum OrderType {
    /// Parts for a repair.
    #[default]
    Repair,
    /// Goods for a customer.
    Sales,
}

impl OrderType {
    /// All types, by number.
    pub const ALL: [Self; 2] = [Self::Repair, Self::Sales];

    /// The stored number.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Repair => 0,
            Self::Sales => 1,
        }
    }

    /// The type as it is typed and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Repair => "repair",
            Self::Sales => "sales",
        }
    }

    /// The type of a typed word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// Field numbers of orders.
pub mod key {
    /// The customer, a code.
    pub const CUSTOMER: u8 = 6;
    /// The site whose stock it is served from, a code.
    pub const SITE: u8 = 8;
    /// The day it is due, in days since 1970-01-01.
    pub const DUE: u8 = 10;
    /// What it is about, in the user's words.
    pub const TITLE: u8 = 12;
    /// How far the work is, in the user's words: received, diagnosed, repairing …
    pub const STAGE: u8 = 14;
}

/// The fields of an order with what they hold, by number.
pub const FIELDS: FieldTable = &[
    (key::CUSTOMER, FieldType::Code),
    (key::SITE, FieldType::Code),
    (key::DUE, FieldType::Int),
    (key::TITLE, FieldType::Text),
    (key::STAGE, FieldType::Text),
];

/// An order begins; this entry is what identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderOpened {
    /// The number people call it by. Two orders may have one when their makers did not know of
    /// each other; both are kept.
    pub number: Code,
    /// What it is for.
    pub order_type: OrderType,
    /// Its fields at first.
    pub fields: DocumentFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// Fields of an order change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSet {
    /// The entry that opened it.
    pub order: EntryRef,
    /// The fields it sets.
    pub fields: DocumentFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// An order wants so much of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLineSet {
    /// The entry that opened the order.
    pub order: EntryRef,
    /// The item.
    pub item: Code,
    /// How much it wants from now on; 0 removes the line.
    pub wanted: Quantity,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// A manager ranks a line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderExpedited {
    /// The entry that opened the order.
    pub order: EntryRef,
    /// The item of the line.
    pub item: Code,
    /// Its rank: higher is served first, 0 is a line like any other.
    pub rank: i64,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// What an entry says about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderEntry {
    /// It begins.
    Opened(OrderOpened),
    /// Fields of it.
    Set(OrderSet),
    /// How much of an item it wants.
    LineSet(OrderLineSet),
    /// The rank of a line.
    Expedited(OrderExpedited),
    /// It is done. What of it is not picked is wanted no longer.
    Closed(Ended),
    /// It is called off.
    Cancelled(Ended),
}

impl OrderEntry {
    /// The stored number of this kind of entry.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Opened(_) => Kind::ORDER_OPENED,
            Self::Set(_) => Kind::ORDER_SET,
            Self::LineSet(_) => Kind::ORDER_LINE_SET,
            Self::Expedited(_) => Kind::ORDER_EXPEDITED,
            Self::Closed(_) => Kind::ORDER_CLOSED,
            Self::Cancelled(_) => Kind::ORDER_CANCELLED,
        }
    }

    /// The entry that opened the order; none when it is this one.
    #[must_use]
    pub const fn order(&self) -> Option<&EntryRef> {
        match self {
            Self::Opened(_) => None,
            Self::Set(set) => Some(&set.order),
            Self::LineSet(line) => Some(&line.order),
            Self::Expedited(expedited) => Some(&expedited.order),
            Self::Closed(ended) | Self::Cancelled(ended) => Some(&ended.document),
        }
    }

    /// The same about an order that goes by another id here.
    pub(crate) const fn name_order(&mut self, id: EntryId) {
        let order = match self {
            Self::Opened(_) => return,
            Self::Set(set) => &mut set.order,
            Self::LineSet(line) => &mut line.order,
            Self::Expedited(expedited) => &mut expedited.order,
            Self::Closed(ended) | Self::Cancelled(ended) => &mut ended.document,
        };
        order.id = id;
    }

    /// The key it counts once with, if any.
    #[must_use]
    pub const fn once(&self) -> Option<IdempotencyKey> {
        match self {
            Self::Opened(opened) => opened.once,
            Self::Set(set) => set.once,
            Self::LineSet(line) => line.once,
            Self::Expedited(expedited) => expedited.once,
            Self::Closed(ended) | Self::Cancelled(ended) => ended.once,
        }
    }

    pub(crate) const fn once_mut(&mut self) -> &mut Option<IdempotencyKey> {
        match self {
            Self::Opened(opened) => &mut opened.once,
            Self::Set(set) => &mut set.once,
            Self::LineSet(line) => &mut line.once,
            Self::Expedited(expedited) => &mut expedited.once,
            Self::Closed(ended) | Self::Cancelled(ended) => &mut ended.once,
        }
    }
}

/// A person looked at an exception and takes it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionAnswered {
    /// The exception's id.
    pub exception: String,
    /// The entries that it named then. It is open again when it names others.
    pub entries: Vec<EntryId>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}
