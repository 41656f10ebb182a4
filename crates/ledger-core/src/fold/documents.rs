//! Documents: what was written about orders, lots, purchase orders and stocktakes (ADR 25).
//!
//! All writes are kept, and what follows is found when it is asked for, as in the catalogue. What
//! one write says is a word on a topic; of the words on one topic the last by clock holds. What a
//! family's topics mean is told where that family is read.

mod home;
mod log;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::log::Documents;
pub(super) use self::log::{Booked, Log, Nature, Opening, Said, Topic, Word};
use super::catalogue::{self, Stamp};
use super::origin::Origins;
use super::{Fold, TxKey};
use crate::catalogue::Value;
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::id::EntryId;
use crate::planted::Bug;
use crate::quantity::Total;
use crate::time::Timestamp;

/// How a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentState {
    /// It wants what its lines say.
    Open,
    /// Done; final.
    Closed,
    /// Called off; final.
    Cancelled,
}

impl DocumentState {
    /// The state as it is shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Where something stands in the central order: numbered things first, the others by F1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Numbered(u64),
    Provisional(Timestamp, EntryId),
}

impl Standing {
    pub(super) const fn is_provisional(self) -> bool {
        matches!(self, Self::Provisional(..))
    }
}

/// Up to where in F1 order writes are looked at; none is all of them.
pub(super) type Until = Option<(Timestamp, EntryId)>;

/// How others name a document: what kind it is, and the hash of the entry that began it.
pub(super) type Names = Option<(Family, [u8; 8])>;

impl Fold {
    /// Where an entry stands in the central order, together with the admission that it needs.
    pub(super) fn standing(&self, key: TxKey) -> Standing {
        let own = self.own_standing(key);
        self.admission(key)
            .map_or(own, |admission| own.max(admission))
    }

    pub(super) fn own_standing(&self, key: TxKey) -> Standing {
        self.origins.number_of(key).map_or_else(
            || Standing::Provisional(self.origins.order_time(key), self.entry_id(key)),
            Standing::Numbered,
        )
    }

    /// The place of an entry in F1 order.
    pub(super) fn moment_of(&self, key: TxKey) -> (Timestamp, EntryId) {
        (self.origins.order_time(key), self.entry_id(key))
    }

    /// A document of a family that has begun, by an entry that counts.
    pub(super) fn begun(&self, family: Family, id: EntryId) -> Option<(&Log, &Stamp, &Opening)> {
        let log = self.documents.logs.get(&id)?;
        let (stamp, opening) = log.opening.as_ref()?;
        let counts = opening.nature.family() == family && !self.is_suppressed(stamp.key());
        counts.then_some((log, stamp, opening))
    }

    /// The writes that count: about this very document, once each, at or before a moment.
    pub(super) fn counting<'a, T>(
        &'a self,
        id: EntryId,
        said: &'a [Said<T>],
        until: Until,
    ) -> impl Iterator<Item = &'a Said<T>> + 'a {
        // Most documents never say most things, and a reference is unpacked.
        let names = (!said.is_empty()).then(|| self.names_of(id)).flatten();
        said.iter().filter(move |said| {
            let key = said.stamp.key();
            (said.names.is_none() || said.names == names)
                && !self.is_suppressed(key)
                && until.is_none_or(|until| self.moment_of(key) <= until)
        })
    }

    /// How others name a document that has begun.
    pub(super) fn names_of(&self, id: EntryId) -> Names {
        let (_, opening) = self.documents.logs.get(&id)?.opening.as_ref()?;
        let reference = self.reference(id)?;
        Some((opening.nature.family(), reference.hash8))
    }

    /// The writes that count and were not made after the document's end, by clock: an end is final.
    /// What it began with was before that, whatever its writer's clock says.
    pub(super) fn in_time<'a, T>(
        &'a self,
        id: EntryId,
        said: &'a [Said<T>],
        until: Until,
    ) -> impl Iterator<Item = &'a Said<T>> + 'a {
        let ended = (!said.is_empty()).then(|| self.end_clock(id, until));
        let ended = ended.flatten();
        let is_in_time = move |said: &&Said<T>| {
            said.names.is_none()
                || ended.is_none_or(|ended| said.stamp.order(&self.origins) <= ended)
        };
        self.counting(id, said, until).filter(is_in_time)
    }

    /// Where the end of a document stands by clock.
    fn end_clock(&self, id: EntryId, until: Until) -> Option<catalogue::Order> {
        let log = self.documents.logs.get(&id)?;
        let ends = self.counting(id, &log.ends, until);
        ends.map(|said| said.stamp.order(&self.origins)).min()
    }

    /// What ended a document: the first by clock, since an end is final.
    pub(super) fn document_end(&self, id: EntryId, until: Until) -> Option<(TxKey, DocumentState)> {
        let log = self.documents.logs.get(&id)?;
        self.counting(id, &log.ends, until)
            .min_by_key(|said| said.stamp.order(&self.origins))
            .map(|said| (said.stamp.key(), said.what))
    }

    /// The entries that ended a document, all of them.
    pub(super) fn ends_of(&self, id: EntryId) -> impl Iterator<Item = TxKey> + '_ {
        let log = self.documents.logs.get(&id);
        let ends = log.map_or(&[][..], |log| &log.ends);
        self.counting(id, ends, None).map(|said| said.stamp.key())
    }

    /// How a document stands that has begun.
    pub(super) fn document_state(&self, id: EntryId) -> DocumentState {
        self.document_end(id, None)
            .map_or(DocumentState::Open, |(_, state)| state)
    }

    /// How a document stands, in a word.
    #[must_use]
    pub fn document_state_word(&self, id: EntryId) -> &'static str {
        self.document_state(id).word()
    }

    /// What kind of document is meant by what is said of one that has not arrived.
    #[must_use]
    pub fn family_said(&self, id: EntryId) -> Option<Family> {
        let name = self.name_as_begun(id).map(|(family, _)| family);
        name.or_else(|| self.documents.family_said(id))
    }

    /// The movements of an item for a document, in F1 order.
    pub(crate) fn entries_for(&self, id: EntryId, item: &Code) -> Vec<EntryId> {
        let booked = self.booked(id).into_iter();
        let mine = booked.filter(|(key, _)| self.moved_item(*key).as_ref() == Some(item));
        mine.map(|(key, _)| self.entry_id(key)).collect()
    }

    /// The last word on a topic.
    pub(super) fn last_word<'a>(
        &'a self,
        id: EntryId,
        log: &'a Log,
        topic: &Topic,
    ) -> Option<&'a Said<Word>> {
        let said = self.in_time(id, log.said(topic), None);
        said.max_by_key(|said| said.stamp.order(&self.origins))
    }

    /// The value of a document's field.
    pub(super) fn document_field(&self, id: EntryId, log: &Log, number: u8) -> Value {
        match self.last_word(id, log, &Topic::Field(number)) {
            Some(Said {
                what: Word::Value(value),
                ..
            }) => value.clone(),
            Some(_) | None => Value::Nil,
        }
    }

    /// A document's field that is a text.
    pub(super) fn document_text(&self, id: EntryId, log: &Log, number: u8) -> Option<String> {
        let value = self.document_field(id, log, number);
        let text = value.as_text().filter(|text| !text.is_empty());
        text.map(str::to_owned)
    }

    /// A document's field that is a code.
    pub(super) fn document_code(&self, id: EntryId, log: &Log, number: u8) -> Option<Code> {
        let value = self.document_field(id, log, number);
        value.as_text().and_then(|text| Code::new(text).ok())
    }

    /// A document's field that is a day or another small number.
    pub(super) fn document_day(&self, id: EntryId, log: &Log, number: u8) -> Option<u32> {
        let value = self.document_field(id, log, number);
        value.as_int().and_then(|days| u32::try_from(days).ok())
    }

    /// All documents of a family that have begun, by number, then by entry.
    #[must_use]
    pub fn documents(&self, family: Family) -> Vec<EntryId> {
        let numbered = self.numbered(family);
        let ids = numbered.flat_map(|(_, ids)| ids.iter().copied());
        ids.filter(|id| self.begun(family, *id).is_some()).collect()
    }

    fn numbered(&self, family: Family) -> impl Iterator<Item = (&Code, &BTreeSet<EntryId>)> {
        let all = self.documents.by_number.iter();
        let of_family = all.filter(move |((of, _), _)| *of == family);
        of_family.map(|((_, number), ids)| (number, ids))
    }

    /// The documents of a family that people call by this number.
    #[must_use]
    pub fn documents_numbered(&self, family: Family, number: &Code) -> Vec<EntryId> {
        let ids = self.documents.begun_as(family, number);
        ids.filter(|id| self.begun(family, *id).is_some()).collect()
    }

    /// The numbers of all documents of a family, in order.
    pub fn document_numbers(&self, family: Family) -> impl Iterator<Item = &Code> {
        self.numbered(family).map(|(number, _)| number)
    }

    /// The kind of a document and its number, as far as the entry that began it has arrived and
    /// counts.
    #[must_use]
    pub fn document_name(&self, id: EntryId) -> Option<(Family, &Code)> {
        let (stamp, opening) = self.documents.logs.get(&id)?.opening.as_ref()?;
        let counts = !self.is_suppressed(stamp.key());
        counts.then_some((opening.nature.family(), &opening.number))
    }

    /// The kind of a document and its number, also when the entry that began it has no effect.
    pub(crate) fn name_as_begun(&self, id: EntryId) -> Option<(Family, &Code)> {
        let (_, opening) = self.documents.logs.get(&id)?.opening.as_ref()?;
        Some((opening.nature.family(), &opening.number))
    }

    /// Whether a document has begun and not ended.
    #[must_use]
    pub fn is_open_document(&self, family: Family, id: EntryId) -> bool {
        self.begun(family, id).is_some() && self.document_end(id, None).is_none()
    }

    /// All documents that any entry names, whether they have arrived or not.
    pub fn named_documents(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.documents.named()
    }

    /// Of the documents with a line of an item, or that build it, those of a family.
    pub(super) fn documents_with(&self, family: Family, item: &Code) -> BTreeSet<EntryId> {
        let aliases = self.aliases(item);
        let ids = aliases
            .iter()
            .flat_map(|code| self.documents.with_item(code));
        ids.filter(|id| {
            let name = self.name_as_begun(*id);
            // What has not arrived may be any.
            name.is_none_or(|(of, _)| of == family)
        })
        .collect()
    }

    /// Entries about a document that has not arrived, or that is another one here.
    pub(crate) fn entries_that_wait(&self, id: EntryId) -> Vec<EntryId> {
        let Some(log) = self.documents.logs.get(&id) else {
            return Vec::new();
        };
        let begun = self.document_name(id).is_some();
        let names = self.names_of(id);
        let waits = |said: Option<(Family, [u8; 8])>| said.is_some() && (!begun || said != names);
        let mut keys: Vec<TxKey> = Vec::new();
        let ends = log.ends.iter().map(|said| (said.names, said.stamp.key()));
        let words = log.said.values().flatten();
        let words = words.map(|said| (said.names, said.stamp.key()));
        let booked = log.booked.iter().filter_map(|key| {
            let document = self.documents.booked.get(key)?.document;
            Some((Some((document.family, document.entry.hash8)), *key))
        });
        let all = words.chain(ends).chain(booked);
        keys.extend(all.filter(|(names, _)| waits(*names)).map(|(_, key)| key));
        keys.retain(|key| !self.is_without_effect(*key));
        let mut ids: Vec<EntryId> = keys.into_iter().map(|key| self.entry_id(key)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Writes about a document that its end did not know of: those later by clock, and movements
    /// and counts later by F1. Other ends of the same kind say nothing new, and to a cancelled
    /// document no movement is new.
    pub(crate) fn after_the_end(&self, id: EntryId) -> Vec<EntryId> {
        let (Some((end, state)), Some(ended)) =
            (self.document_end(id, None), self.end_clock(id, None))
        else {
            return Vec::new();
        };
        let Some(log) = self.documents.logs.get(&id) else {
            return Vec::new();
        };
        let later =
            |said: &Said<Word>| said.names.is_some() && said.stamp.order(&self.origins) > ended;
        let mut keys: Vec<TxKey> = Vec::new();
        let ends = self.counting(id, &log.ends, None);
        let others = ends.filter(|said| said.what != state);
        keys.extend(others.map(|said| said.stamp.key()));
        for words in log.said.values() {
            let words = self.counting(id, words, None);
            let late = words.filter(|said| later(said));
            keys.extend(late.map(|said| said.stamp.key()));
        }
        if state == DocumentState::Closed {
            let closed = self.moment_of(end);
            let booked = self.booked(id).into_iter();
            let booked = booked.filter(|(key, booked)| !self.comes_back(log, *key, booked));
            let booked = booked.map(|(key, _)| key);
            keys.extend(booked.filter(|key| self.moment_of(*key) > closed));
        }
        keys.sort_by_key(|key| self.moment_of(*key));
        keys.dedup();
        keys.into_iter().map(|key| self.entry_id(key)).collect()
    }

    /// Whether it brings back what went out for an order or a lot. What comes in of what a lot
    /// builds was built.
    fn comes_back(&self, log: &Log, key: TxKey, booked: &Booked) -> bool {
        let is_return = match booked.document.family {
            Family::Order => true,
            Family::Lot => {
                let built = log.built().map(|item| self.canonical(item));
                built != self.moved_item(key)
            }
            Family::Purchase | Family::Stocktake => false,
        };
        is_return && booked.quantity.is_negative()
    }

    /// The movements and counts that count for a document, in F1 order.
    pub(super) fn booked(&self, id: EntryId) -> Vec<(TxKey, Booked)> {
        self.booked_until(id, None)
    }

    /// Those that counted for a document at a moment: a reversal counts from its own on.
    pub(super) fn booked_until(&self, id: EntryId, until: Until) -> Vec<(TxKey, Booked)> {
        let names = self.names_of(id);
        let mut booked: Vec<(TxKey, Booked)> = self
            .documents
            .booked_for(id)
            .iter()
            .filter(|key| self.is_booked_for(**key, id, names) && self.counts_by(**key, until))
            .filter_map(|key| Some((*key, *self.documents.booked.get(key)?)))
            .collect();
        booked.sort_by_key(|(key, _)| self.moment_of(*key));
        booked
    }

    /// Whether a movement or count counted for its document at a moment.
    fn counts_by(&self, key: TxKey, until: Until) -> bool {
        let by_then = |key: TxKey| until.is_none_or(|until| self.moment_of(key) <= until);
        let voids = |key: TxKey| by_then(key) && !Bug::VoidedForDocuments.is_planted();
        let is_void = || self.reversals.voided_by(key).is_some_and(voids);
        by_then(key) && !self.is_suppressed(key) && !is_void()
    }

    /// Whether a movement or count names a document, which others name so.
    pub(super) fn is_booked_for(&self, key: TxKey, id: EntryId, names: Names) -> bool {
        let booked = self.documents.booked.get(&key);
        booked.is_some_and(|booked| {
            let DocumentRef { family, entry } = booked.document;
            entry.id == id && Some((family, entry.hash8)) == names
        })
    }

    /// The document that a movement or count is for; none when it means another one that has this
    /// id elsewhere.
    #[must_use]
    pub fn document_of(&self, id: EntryId) -> Option<(Family, EntryId)> {
        self.document_of_key(self.origins.known_key(id)?)
    }

    pub(super) fn document_of_key(&self, key: TxKey) -> Option<(Family, EntryId)> {
        let DocumentRef { family, entry } = self.documents.booked.get(&key)?.document;
        let same = self
            .reference(entry.id)
            .is_none_or(|opening| opening.hash8 == entry.hash8);
        same.then_some((family, entry.id))
    }

    /// The item of a movement or count, as it is called today.
    pub(crate) fn moved_item(&self, key: TxKey) -> Option<Code> {
        let (from, to) = self.origins.touch(key).lines();
        let line = self.line_at(from.or(to)?)?;
        Some(self.canonical(&self.line_key(line).item))
    }

    /// How much of one item went out for a document, less what came in, without a look at other
    /// items.
    pub(super) fn out_of(&self, id: EntryId, item: &Code) -> Total {
        let names = self.names_of(id);
        let aliases = self.aliases(item);
        let symbols = aliases.iter().filter_map(|code| self.symbols.find(code));
        let symbols: BTreeSet<u32> = symbols.collect();
        let is_of_it = |key: TxKey| {
            let (from, to) = self.origins.touch(key).lines();
            let line = from.or(to).and_then(|line| self.line_at(line));
            line.is_some_and(|line| symbols.contains(&line.symbols().item))
        };
        let booked = self.documents.booked_for(id).iter().copied();
        let counting = booked.filter(|key| {
            is_of_it(*key) && self.is_booked_for(*key, id, names) && self.counts_by(*key, None)
        });
        let out = counting.filter_map(|key| self.documents.booked.get(&key));
        out.fold(Total::ZERO, |sum, booked| sum.plus(booked.quantity.total()))
    }

    /// How much of each item went out for a document, less what came in: below zero where more
    /// came in.
    pub(super) fn out_for(&self, id: EntryId, until: Until) -> BTreeMap<Code, Total> {
        let mut out: BTreeMap<Code, Total> = BTreeMap::new();
        for (key, booked) in self.booked_until(id, until) {
            if let Some(item) = self.moved_item(key) {
                let sum = out.entry(item).or_default();
                *sum = sum.plus(booked.quantity.total());
            }
        }
        out
    }
}

impl Stamp {
    pub(super) const fn key(&self) -> TxKey {
        (self.origin, self.seq)
    }

    /// Whether this stands before another by clock.
    pub(super) fn is_before(&self, other: &Self, origins: &Origins) -> bool {
        self.order(origins) < other.order(origins)
    }
}
