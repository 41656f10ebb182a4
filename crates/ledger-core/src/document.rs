//! Documents: what people plan with, each identified by the entry that began it (ADR 25).
//!
//! Orders, production lots, purchase orders and stocktakes begin with an entry, are called by a
//! number, have fields whose last writer by clock wins, lines, and an end that is final. Movements
//! and counts name the document that they are for. What is special about each family is told in
//! [`crate::order`], [`crate::production`], [`crate::purchase`] and [`crate::stocktake`].

use std::collections::BTreeMap;

use crate::catalogue::{FieldType, Value};
use crate::code::Code;
use crate::entry::{Body, IdempotencyKey, LotEntry, OrderEntry, PurchaseEntry, StocktakeEntry};
use crate::id::{EntryId, EntryRef};

/// What kind of document it is. The numbers are kept in snapshots and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Demand for items: repair jobs and sales.
    Order,
    /// Units of an item to be built.
    Lot,
    /// What was bought and is to come.
    Purchase,
    /// What is to be counted.
    Stocktake,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 4] = [Self::Order, Self::Lot, Self::Purchase, Self::Stocktake];

    /// The kept number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Order => 0,
            Self::Lot => 1,
            Self::Purchase => 2,
            Self::Stocktake => 3,
        }
    }

    /// The family of a kept number.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|family| u64::from(family.number()) == number)
    }

    /// The word for beginning one, as on the command line.
    #[must_use]
    pub const fn begins(self) -> &'static str {
        match self {
            Self::Order | Self::Stocktake => "open",
            Self::Lot => "plan",
            Self::Purchase => "place",
        }
    }

    /// The family in words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Lot => "production lot",
            Self::Purchase => "purchase order",
            Self::Stocktake => "stocktake",
        }
    }

    /// What a document of it is called for short, as in codes of refusals and keys of JSON.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Lot => "lot",
            Self::Purchase => "po",
            Self::Stocktake => "stocktake",
        }
    }
}

/// The document that a movement or a count is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentRef {
    /// What kind of document.
    pub family: Family,
    /// The entry that began it.
    pub entry: EntryRef,
}

impl DocumentRef {
    /// Names a document.
    #[must_use]
    pub const fn new(family: Family, entry: EntryRef) -> Self {
        Self { family, entry }
    }

    /// Names an order.
    #[must_use]
    pub const fn order(entry: EntryRef) -> Self {
        Self::new(Family::Order, entry)
    }
}

/// Values of some fields of a document, by number. The numbers are keys of entries' bodies; the
/// same word has the same number in every family that has it.
pub type DocumentFields = BTreeMap<u8, Value>;

/// The fields of a family: numbers and what they hold.
pub type FieldTable = &'static [(u8, FieldType)];

/// Whether a field of a family may have this value.
#[must_use]
pub fn may_hold(fields: FieldTable, key: u8, value: &Value) -> bool {
    fields
        .iter()
        .any(|(number, holds)| *number == key && holds.takes(value))
}

/// A document ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The entry that began it.
    pub document: EntryRef,
    /// Why.
    pub reason: Option<String>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

impl Body {
    /// The kind of document that it is about, and the entry that began that where it is another
    /// one. Movements and counts are not about the document that they are for.
    #[must_use]
    pub const fn about_document(&self) -> Option<(Family, Option<&EntryRef>)> {
        Some(match self {
            Self::Order(entry) => (Family::Order, entry.order()),
            Self::Lot(entry) => (Family::Lot, entry.lot()),
            Self::Purchase(entry) => (Family::Purchase, entry.purchase()),
            Self::Stocktake(entry) => (Family::Stocktake, entry.stocktake()),
            Self::Genesis(_)
            | Self::ClockMark(_)
            | Self::Moved(_)
            | Self::Counted(_)
            | Self::Tallied(_)
            | Self::Reversed(_)
            | Self::Set(_)
            | Self::ItemMerged(_)
            | Self::CodeBound(_)
            | Self::CodeUnbound(_)
            | Self::BomLineSet(_)
            | Self::UnknownScan(_)
            | Self::ScanResolved(_)
            | Self::ExceptionAnswered(_)
            | Self::DeviceRevoked(_)
            | Self::Admitted(_)
            | Self::Refused(_)
            | Self::TimeFixed(_) => return None,
        })
    }

    /// The kind of the document that begins with it, and its number.
    #[must_use]
    pub const fn begins_document(&self) -> Option<(Family, &Code)> {
        Some(if let Self::Order(OrderEntry::Opened(opened)) = self {
            (Family::Order, &opened.number)
        } else if let Self::Lot(LotEntry::Planned(planned)) = self {
            (Family::Lot, &planned.number)
        } else if let Self::Purchase(PurchaseEntry::Placed(placed)) = self {
            (Family::Purchase, &placed.number)
        } else if let Self::Stocktake(StocktakeEntry::Opened(opened)) = self {
            (Family::Stocktake, &opened.number)
        } else {
            return None;
        })
    }

    /// The same about a document that goes by another id here.
    pub(crate) const fn name_document(&mut self, id: EntryId) {
        if let Self::Order(entry) = self {
            entry.name_order(id);
        } else if let Self::Lot(entry) = self {
            entry.name_lot(id);
        } else if let Self::Purchase(entry) = self {
            entry.name_purchase(id);
        } else if let Self::Stocktake(entry) = self {
            entry.name_stocktake(id);
        }
    }
}
