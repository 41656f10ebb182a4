//! Production lots: what is to be built, what of, and how far that is.

use std::collections::BTreeMap;

use super::Fold;
use super::catalogue::Stamp;
use super::documents::{DocumentState, Documents, Log, Nature, Opening, Topic, Word};
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::id::EntryId;
use crate::production::{BomLine, LotEntry, key};
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;

/// A production lot as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// The entry that planned it.
    pub id: EntryId,
    /// What people call it by.
    pub number: Code,
    /// What is built, as it is called today.
    pub item: Code,
    /// How many units.
    pub quantity: Quantity,
    /// How many are built.
    pub built: Total,
    /// How much of each item was issued to it, less what came back.
    pub issued: BTreeMap<Code, Total>,
    /// Open or closed.
    pub state: DocumentState,
    /// The customer whose stock it may use.
    pub customer: Option<Code>,
    /// The site where it is built; none is any.
    pub site: Option<Code>,
    /// The day it is due, in days since 1970-01-01.
    pub due: Option<u32>,
    /// What it is about.
    pub title: Option<String>,
    /// What a unit is made of, as planned or adopted since.
    pub bom: Vec<BomLine>,
    /// When it was planned.
    pub planned: Timestamp,
    /// Its planning has no central number yet.
    pub provisional: bool,
}

impl Lot {
    /// How many units are still to be built.
    #[must_use]
    pub fn left(&self) -> Total {
        self.quantity.total().minus(self.built).max(Total::ZERO)
    }
}

impl Documents {
    /// Takes note of an entry about a production lot, which has this id.
    pub(super) fn take_lot(&mut self, id: EntryId, stamp: Stamp, entry: LotEntry) {
        match entry {
            LotEntry::Planned(planned) => {
                let nature = Nature::Lot(planned.item);
                let number = planned.number;
                self.begin(id, stamp, Opening { number, nature });
                self.begin_with(id, stamp, Topic::Bom, Word::Bom(planned.bom.into()));
                self.begin_fields(id, stamp, planned.fields);
            }
            LotEntry::Set(set) => {
                let lot = DocumentRef::new(Family::Lot, set.lot);
                if let Some(bom) = set.bom {
                    self.say(stamp, lot, Topic::Bom, Word::Bom(bom.into()));
                }
                self.say_fields(stamp, lot, set.fields);
            }
            LotEntry::Closed(ended) => self.end(stamp, Family::Lot, &ended, DocumentState::Closed),
        }
    }
}

impl Fold {
    /// All production lots, by number, then by entry.
    #[must_use]
    pub fn lots(&self) -> Vec<EntryId> {
        self.documents(Family::Lot)
    }

    /// A production lot by the entry that planned it.
    #[must_use]
    pub fn lot(&self, id: EntryId) -> Option<Lot> {
        let (log, stamp, opening) = self.begun(Family::Lot, id)?;
        let Nature::Lot(item) = &opening.nature else {
            return None;
        };
        let item = self.canonical(item);
        let mut issued = self.out_for(id, None);
        let out = issued.remove(&item).unwrap_or_default();
        let quantity = self.document_field(id, log, key::QUANTITY).as_int();
        Some(Lot {
            id,
            number: opening.number.clone(),
            quantity: Quantity::from_ten_thousandths(quantity.unwrap_or_default().max(0)),
            built: Total::ZERO.minus(out),
            issued,
            item,
            state: self.document_state(id),
            customer: self.document_code(id, log, key::CUSTOMER),
            site: self.document_code(id, log, key::SITE),
            due: self.document_day(id, log, key::DUE),
            title: self.document_text(id, log, key::TITLE),
            bom: self.lot_bom(id, log),
            planned: self.origins.order_time(stamp.key()),
            provisional: self.standing(stamp.key()).is_provisional(),
        })
    }

    fn lot_bom(&self, id: EntryId, log: &Log) -> Vec<BomLine> {
        let last = self.last_word(id, log, &Topic::Bom);
        match last.map(|said| &said.what) {
            Some(Word::Bom(bom)) => self.named_today(bom),
            Some(_) | None => Vec::new(),
        }
    }

    /// Whether an item's bill of materials is another one today than the lot goes by.
    #[must_use]
    pub fn lot_differs(&self, lot: &Lot) -> bool {
        self.bom(&lot.item) != lot.bom
    }

    /// The open lots that build an item, in the order of their numbers.
    #[must_use]
    pub fn lots_of(&self, item: &Code) -> Vec<Lot> {
        let ids = self.documents_with(Family::Lot, item).into_iter();
        let lots = ids.filter(|id| self.is_open_document(Family::Lot, *id));
        // What was said by mistake of a lot may name other items.
        let lots = lots.filter_map(|id| self.lot(id));
        let mut lots: Vec<Lot> = lots.filter(|lot| lot.item == *item).collect();
        lots.sort_by(|a, b| (&a.number, a.id).cmp(&(&b.number, b.id)));
        lots
    }
}
