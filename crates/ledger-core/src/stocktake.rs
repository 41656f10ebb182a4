//! What entries say about stocktakes: what is to be counted, by whom, and what a manager approved.
//!
//! A count is a fact and counts at once, whether it was made for a stocktake or not (F2). A
//! stocktake says what is to be counted and reports what came of it; it never changes a count.

use crate::catalogue::FieldType;
use crate::code::Code;
use crate::document::{DocumentFields, Ended, FieldTable};
use crate::entry::{IdempotencyKey, Kind};
use crate::id::{DeviceId, EntryId, EntryRef};

/// Field numbers of stocktakes.
pub mod key {
    /// The day by which it is to be done, in days since 1970-01-01.
    pub const DUE: u8 = 10;
    /// What it is about, in the user's words.
    pub const TITLE: u8 = 12;
    /// Whoever counts is not told how much there should be.
    pub const BLIND: u8 = 14;
    /// Only what was not counted for so many days before it was opened.
    pub const DAYS: u8 = 18;
}

/// The fields of a stocktake.
pub const FIELDS: FieldTable = &[
    (key::DUE, FieldType::Int),
    (key::TITLE, FieldType::Text),
    (key::BLIND, FieldType::Bool),
    (key::DAYS, FieldType::Int),
];

/// Some stock lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// All of an item.
    Item(Code),
    /// All at a location.
    Location(Code),
    /// One stock line.
    Line {
        /// The item.
        item: Code,
        /// Where.
        location: Code,
        /// Whose; none is ours.
        owner: Option<Code>,
        /// Which batch.
        batch: Option<Code>,
    },
}

/// A stocktake begins; this entry is what identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StocktakeOpened {
    /// The number people call it by.
    pub number: Code,
    /// What is to be counted; none is everything.
    pub targets: Vec<Target>,
    /// Its fields at first.
    pub fields: DocumentFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// Who is to count, and what is to be counted once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StocktakeAssigned {
    /// The entry that opened it.
    pub stocktake: EntryRef,
    /// The device on which it is to be done; none is any.
    pub device: Option<DeviceId>,
    /// What; none is all of it.
    pub targets: Vec<Target>,
    /// Counted once more, whatever was counted before.
    pub again: bool,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// Counts are approved: somebody looked at the differences and takes them as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StocktakeApproved {
    /// The entry that opened it.
    pub stocktake: EntryRef,
    /// The counts.
    pub counts: Vec<EntryRef>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// What an entry says about a stocktake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StocktakeEntry {
    /// It begins.
    Opened(StocktakeOpened),
    /// Who counts what.
    Assigned(StocktakeAssigned),
    /// Counts are approved.
    Approved(StocktakeApproved),
    /// It is done.
    Closed(Ended),
}

impl StocktakeEntry {
    /// The stored number of this kind of entry.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Opened(_) => Kind::STOCKTAKE_OPENED,
            Self::Assigned(_) => Kind::STOCKTAKE_ASSIGNED,
            Self::Approved(_) => Kind::STOCKTAKE_APPROVED,
            Self::Closed(_) => Kind::STOCKTAKE_CLOSED,
        }
    }

    /// The entry that opened the stocktake; none when it is this one.
    #[must_use]
    pub const fn stocktake(&self) -> Option<&EntryRef> {
        match self {
            Self::Opened(_) => None,
            Self::Assigned(assigned) => Some(&assigned.stocktake),
            Self::Approved(approved) => Some(&approved.stocktake),
            Self::Closed(ended) => Some(&ended.document),
        }
    }

    /// The same about a stocktake that goes by another id here.
    pub(crate) const fn name_stocktake(&mut self, id: EntryId) {
        match self {
            Self::Opened(_) => {}
            Self::Assigned(assigned) => assigned.stocktake.id = id,
            Self::Approved(approved) => approved.stocktake.id = id,
            Self::Closed(ended) => ended.document.id = id,
        }
    }

    /// The key it counts once with, if any.
    #[must_use]
    pub const fn once(&self) -> Option<IdempotencyKey> {
        match self {
            Self::Opened(opened) => opened.once,
            Self::Assigned(assigned) => assigned.once,
            Self::Approved(approved) => approved.once,
            Self::Closed(ended) => ended.once,
        }
    }

    pub(crate) const fn once_mut(&mut self) -> &mut Option<IdempotencyKey> {
        match self {
            Self::Opened(opened) => &mut opened.once,
            Self::Assigned(assigned) => &mut assigned.once,
            Self::Approved(approved) => &mut approved.once,
            Self::Closed(ended) => &mut ended.once,
        }
    }
}
