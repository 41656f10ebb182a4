//! What entries say about production: bills of materials and the lots that are built by them.

use crate::catalogue::{FieldType, Value};
use crate::code::Code;
use crate::document::{DocumentFields, Ended, FieldTable};
use crate::entry::{IdempotencyKey, Kind};
use crate::forecast::Component;
use crate::id::{EntryId, EntryRef};
use crate::quantity::Quantity;

/// One line of a bill of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BomLine {
    /// What is needed.
    pub item: Code,
    /// How much of it for one unit, above 0.
    pub per_unit: Quantity,
    /// How much more is lost while building, in hundredths of a percent of what is needed.
    pub attrition: u32,
    /// Where it goes, as on the drawing: `R1, R2`.
    pub refs: Option<String>,
}

impl From<&BomLine> for Component {
    fn from(line: &BomLine) -> Self {
        Self {
            item: line.item.clone(),
            per_unit: line.per_unit,
            attrition: line.attrition,
        }
    }
}

/// Field numbers of a line of a bill of materials.
pub mod bom_key {
    /// How much for one unit, a quantity; 0 or none takes the line away.
    pub const PER_UNIT: u8 = 4;
    /// How much more is lost while building, in hundredths of a percent.
    pub const ATTRITION: u8 = 6;
    /// Reference designators.
    pub const REFS: u8 = 8;
}

/// The fields of a line of a bill of materials.
pub const BOM_FIELDS: FieldTable = &[
    (bom_key::PER_UNIT, FieldType::Int),
    (bom_key::ATTRITION, FieldType::Int),
    (bom_key::REFS, FieldType::Text),
];

/// The most that is lost while building, in hundredths of a percent: as much again as is needed.
pub const ATTRITION_MAX: u32 = 10_000;

/// Fields of a line of a bill of materials; each one's last writer by clock wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BomLineSet {
    /// What is made.
    pub parent: Code,
    /// What it is made of.
    pub child: Code,
    /// The fields it sets, by [`bom_key`].
    pub fields: DocumentFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// Field numbers of production lots.
pub mod key {
    /// The customer whose stock it may use, a code.
    pub const CUSTOMER: u8 = 6;
    /// The site where it is built, a code.
    pub const SITE: u8 = 8;
    /// The day it is due, in days since 1970-01-01.
    pub const DUE: u8 = 10;
    /// What it is about, in the user's words.
    pub const TITLE: u8 = 12;
    /// How many units, a quantity.
    pub const QUANTITY: u8 = 14;
}

/// The fields of a production lot.
pub const FIELDS: FieldTable = &[
    (key::CUSTOMER, FieldType::Code),
    (key::SITE, FieldType::Code),
    (key::DUE, FieldType::Int),
    (key::TITLE, FieldType::Text),
    (key::QUANTITY, FieldType::Int),
];

/// A production lot begins; this entry is what identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotPlanned {
    /// What is built.
    pub item: Code,
    /// The number people call it by.
    pub number: Code,
    /// What one unit is made of, as it was when the lot was planned.
    pub bom: Vec<BomLine>,
    /// Its fields at first.
    pub fields: DocumentFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// A production lot changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotSet {
    /// The entry that planned it.
    pub lot: EntryRef,
    /// A newer bill of materials that it adopts.
    pub bom: Option<Vec<BomLine>>,
    /// The fields it sets.
    pub fields: DocumentFields,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// What an entry says about a production lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LotEntry {
    /// It begins.
    Planned(LotPlanned),
    /// Fields of it, or its bill of materials.
    Set(LotSet),
    /// It is done. What was not built is wanted no longer.
    Closed(Ended),
}

impl LotEntry {
    /// The stored number of this kind of entry.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Planned(_) => Kind::LOT_PLANNED,
            Self::Set(_) => Kind::LOT_SET,
            Self::Closed(_) => Kind::LOT_CLOSED,
        }
    }

    /// The entry that planned the lot; none when it is this one.
    #[must_use]
    pub const fn lot(&self) -> Option<&EntryRef> {
        match self {
            Self::Planned(_) => None,
            Self::Set(set) => Some(&set.lot),
            Self::Closed(ended) => Some(&ended.document),
        }
    }

    /// The same about a lot that goes by another id here.
    pub(crate) const fn name_lot(&mut self, id: EntryId) {
        match self {
            Self::Planned(_) => {}
            Self::Set(set) => set.lot.id = id,
            Self::Closed(ended) => ended.document.id = id,
        }
    }

    /// The key it counts once with, if any.
    #[must_use]
    pub const fn once(&self) -> Option<IdempotencyKey> {
        match self {
            Self::Planned(planned) => planned.once,
            Self::Set(set) => set.once,
            Self::Closed(ended) => ended.once,
        }
    }

    pub(crate) const fn once_mut(&mut self) -> &mut Option<IdempotencyKey> {
        match self {
            Self::Planned(planned) => &mut planned.once,
            Self::Set(set) => &mut set.once,
            Self::Closed(ended) => &mut ended.once,
        }
    }
}

/// Whether what is lost while building can be that much.
#[must_use]
pub fn may_be_lost(attrition: &Value) -> bool {
    let holds = |number: i64| u32::try_from(number).is_ok_and(|number| number <= ATTRITION_MAX);
    matches!(attrition, Value::Nil) || attrition.as_int().is_some_and(holds)
}
