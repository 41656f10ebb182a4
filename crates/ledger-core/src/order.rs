//! What entries say about orders: demand for items, of repair jobs and of sales.
//!
//! An order is identified by the entry that opened it; every other entry of the family refers to
//! that one. The fields are numbered like those of the catalogue: a field's last writer by clock
//! wins, and its number is its key in the entry's body.

use std::collections::BTreeMap;

use crate::catalogue::{FieldType, Value};
use crate::code::Code;
use crate::entry::IdempotencyKey;
use crate::id::EntryRef;
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
pub const FIELDS: [(u8, FieldType); 5] = [
    (key::CUSTOMER, FieldType::Code),
    (key::SITE, FieldType::Code),
    (key::DUE, FieldType::Int),
    (key::TITLE, FieldType::Text),
    (key::STAGE, FieldType::Text),
];

/// Whether a field of an order with this number may have this value.
#[must_use]
pub fn may_hold(key: u8, value: &Value) -> bool {
    FIELDS
        .iter()
        .any(|(number, holds)| *number == key && holds.takes(value))
}

/// Values of some fields of an order.
pub type OrderFields = BTreeMap<u8, Value>;

/// An order begins; this entry is what identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderOpened {
    /// The number people call it by. Two orders may have one when their makers did not know of
    /// each other; both are kept.
    pub number: Code,
    /// What it is for.
    pub order_type: OrderType,
    /// Its fields at first.
    pub fields: OrderFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// Fields of an order change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSet {
    /// The entry that opened it.
    pub order: EntryRef,
    /// The fields it sets.
    pub fields: OrderFields,
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

/// An order ends, closed or cancelled. What of it is not picked is wanted no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEnded {
    /// The entry that opened the order.
    pub order: EntryRef,
    /// Why.
    pub reason: Option<String>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// A person looked at an exception and takes it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionAnswered {
    /// The exception's id.
    pub exception: String,
    /// The entries that it named then. It is open again when it names others.
    pub entries: Vec<crate::id::EntryId>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}
