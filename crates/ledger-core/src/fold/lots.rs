//! Production lots: what is to be built, what of, and how far that is.

use std::collections::BTreeMap;

use super::catalogue::Stamp;
use super::documents::{
    Booked, DocumentState, Documents, Log, Nature, Opening, Topic, Until, Word,
};
use super::outlook::taken_by;
use super::{Fold, TxKey};
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
    /// How much of each item the built units took, each by the bill of materials that the lot went
    /// by when it was built.
    pub used: BTreeMap<Code, Total>,
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

/// What a movement for a lot is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// Something that goes into it.
    Part,
    /// What it builds.
    Unit,
}

impl Lot {
    /// How many units are still to be built.
    #[must_use]
    pub fn left(&self) -> Total {
        self.quantity.total().minus(self.built).max(Total::ZERO)
    }
}

/// A bill of materials that a lot goes by from a moment on; none is from its beginning.
struct Bill {
    since: Until,
    lines: Vec<BomLine>,
}

/// What it takes to have so many units built where so many were before.
fn used_by(
    lines: &[BomLine],
    before: Total,
    after: Total,
) -> impl Iterator<Item = (Code, Total)> + '_ {
    let used = move |line| taken_by(line, after).minus(taken_by(line, before));
    lines
        .iter()
        .map(move |line| (line.item.clone(), used(line)))
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
        let built = Total::ZERO.minus(out);
        let bills = self.lot_bills(id, log, *stamp);
        let used = match bills.as_slice() {
            [only] => used_by(&only.lines, Total::ZERO, built).collect(),
            several => self.used_by_turns(id, &item, several),
        };
        let quantity = self.document_field(id, log, key::QUANTITY).as_int();
        Some(Lot {
            id,
            number: opening.number.clone(),
            quantity: Quantity::from_ten_thousandths(quantity.unwrap_or_default().max(0)),
            built,
            issued,
            used,
            item,
            state: self.document_state(id),
            customer: self.document_code(id, log, key::CUSTOMER),
            site: self.document_code(id, log, key::SITE),
            due: self.document_day(id, log, key::DUE),
            title: self.document_text(id, log, key::TITLE),
            bom: bills
                .into_iter()
                .next_back()
                .map_or_else(Vec::new, |bill| bill.lines),
            planned: self.origins.order_time(stamp.key()),
            provisional: self.standing(stamp.key()).is_provisional(),
        })
    }

    /// The entries of the build that one is of, in the order they were written: the units, and then
    /// the parts that went out with them. Of any other movement it is that one alone.
    ///
    /// A build is one append, so its entries follow one another, are for one lot, and have one time
    /// of the writer's clock; only the first puts in what the lot builds. When they count as of tells
    /// no appends apart: several commands may say one time, and those of a clock that was set back
    /// count as of the last before that.
    #[must_use]
    pub fn build_of(&self, id: EntryId) -> Vec<EntryId> {
        let alone = || vec![id];
        let at = |seq: u64| EntryId { seq, ..id };
        let Some((lot, written, _)) = self.for_lot(id) else {
            return alone();
        };
        let is_part = |seq: &u64| {
            let of = self.for_lot(at(*seq));
            of.is_some_and(|of| of == (lot, written, Piece::Part))
        };
        let parts_before = (1..=id.seq).rev().take_while(is_part).count();
        let parts_before = u64::try_from(parts_before).unwrap_or(u64::MAX);
        let first = id.seq.saturating_sub(parts_before);
        if self.for_lot(at(first)) != Some((lot, written, Piece::Unit)) {
            return alone();
        }
        let parts = (first.saturating_add(1)..).take_while(is_part);
        std::iter::once(first).chain(parts).map(at).collect()
    }

    /// For which lot a movement is, its times as they were written, and whether it takes a part or
    /// puts in a unit.
    fn for_lot(&self, id: EntryId) -> Option<(EntryId, (u64, Option<u64>), Piece)> {
        let key = self.origins.known_key(id)?;
        let (Family::Lot, lot) = self.document_of_key(key)? else {
            return None;
        };
        let (from, to) = self.origins.touch(key).lines();
        let piece = match (from, to) {
            (Some(_), None) => Piece::Part,
            (None, Some(_)) if self.moved_item(key) == Some(self.lot_item(lot)?) => Piece::Unit,
            (None | Some(_), _) => return None,
        };
        Some((lot, self.origins.times_as_written(key)?, piece))
    }

    fn lot_item(&self, lot: EntryId) -> Option<Code> {
        let (_, _, opening) = self.begun(Family::Lot, lot)?;
        match &opening.nature {
            Nature::Lot(item) => Some(self.canonical(item)),
            Nature::Order(_) | Nature::Purchase | Nature::Stocktake(_) => None,
        }
    }

    /// The bills of materials that a lot went by, in the order of F1: the planned one, and what it
    /// went by since each adoption. The last is the one that it goes by now.
    fn lot_bills(&self, id: EntryId, log: &Log, planned: Stamp) -> Vec<Bill> {
        let said = self.in_time(id, log.said(&Topic::Bom), None);
        let said: Vec<_> = said
            .map(|said| {
                let key = said.stamp.key();
                let since = (key != planned.key()).then(|| self.moment_of(key));
                (since, said)
            })
            .collect();
        let mut begins: Vec<Until> = said.iter().map(|(since, _)| *since).collect();
        begins.sort_unstable();
        let bills = begins.into_iter().map(|begin| {
            let known = said.iter().filter(|(since, _)| *since <= begin);
            let last = known.max_by_key(|(_, said)| said.stamp.order(&self.origins));
            let lines = match last.map(|(_, said)| &said.what) {
                Some(Word::Bom(bom)) => self.named_today(bom),
                Some(_) | None => Vec::new(),
            };
            Bill {
                since: begin,
                lines,
            }
        });
        bills.collect()
    }

    /// What the built units of a lot took, by the bill of materials of their time: adopting another
    /// turns nothing that went into a unit into something that lies there for the next.
    fn used_by_turns(&self, id: EntryId, item: &Code, bills: &[Bill]) -> BTreeMap<Code, Total> {
        let booked = self.booked(id).into_iter();
        let built = booked.filter(|(key, _)| self.moved_item(*key).as_ref() == Some(item));
        let mut built = built.peekable();
        let mut ends = bills.iter().skip(1).map(|bill| bill.since);
        let mut used: BTreeMap<Code, Total> = BTreeMap::new();
        let mut after = Total::ZERO;
        for bill in bills {
            let end = ends.next();
            let in_turn =
                |(key, _): &(TxKey, Booked)| end.is_none_or(|end| Some(self.moment_of(*key)) < end);
            let before = after;
            while let Some((_, out)) = built.next_if(in_turn) {
                after = after.minus(out.quantity.total());
            }
            for (part, quantity) in used_by(&bill.lines, before, after) {
                let sum = used.entry(part).or_default();
                *sum = sum.plus(quantity);
            }
        }
        used
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
