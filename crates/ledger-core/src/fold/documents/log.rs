//! What is kept of documents: how they began, the words on their topics, their ends, and what was
//! booked for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{DocumentState, TxKey};
use crate::catalogue::Value;
use crate::code::Code;
use crate::document::{DocumentFields, DocumentRef, Ended, Family};
use crate::entry::Body;
use crate::fold::catalogue::Stamp;
use crate::id::{DeviceId, EntryId, EntryRef};
use crate::order::OrderType;
use crate::production::BomLine;
use crate::quantity::Quantity;
use crate::stocktake::Target;

/// What cannot change of a document.
#[derive(Debug, Clone)]
pub(in crate::fold) enum Nature {
    Order(OrderType),
    /// With what is built.
    Lot(Code),
    Purchase,
    /// With what is to be counted; nothing is everything.
    Stocktake(Arc<[Target]>),
}

impl Nature {
    pub(super) const fn family(&self) -> Family {
        match self {
            Self::Order(_) => Family::Order,
            Self::Lot(_) => Family::Lot,
            Self::Purchase => Family::Purchase,
            Self::Stocktake(_) => Family::Stocktake,
        }
    }
}

/// How a document began.
#[derive(Debug, Clone)]
pub(in crate::fold) struct Opening {
    pub(in crate::fold) number: Code,
    pub(in crate::fold) nature: Nature,
}

/// What a word is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::fold) enum Topic {
    /// A field, by its number.
    Field(u8),
    /// How much an order wants of an item.
    Wanted(Code),
    /// The rank of an order's line.
    Rank(Code),
    /// What a unit of a lot is made of.
    Bom,
    /// How much of an item a purchase order has for a day.
    Ordered(Code, Option<u32>),
    /// Which device counts; none is all that nothing else is said of.
    Counter(Option<Target>),
    /// Counted once more; none is everything.
    Again(Option<Target>),
    /// A count, by its id, that was approved.
    Approved(EntryId),
}

impl Topic {
    /// The item whose quantities it is about.
    pub(in crate::fold) fn item(&self) -> Option<&Code> {
        match self {
            Self::Wanted(item) | Self::Rank(item) | Self::Ordered(item, _) => Some(item),
            Self::Field(_) | Self::Bom | Self::Counter(_) | Self::Again(_) | Self::Approved(_) => {
                None
            }
        }
    }

    /// The item of an order's line that it is about.
    pub(in crate::fold) fn wanted_item(&self) -> Option<&Code> {
        match self {
            Self::Wanted(item) | Self::Rank(item) => Some(item),
            Self::Ordered(..)
            | Self::Field(_)
            | Self::Bom
            | Self::Counter(_)
            | Self::Again(_)
            | Self::Approved(_) => None,
        }
    }
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::fold) enum Word {
    Value(Value),
    Bom(Arc<[BomLine]>),
    Device(Option<DeviceId>),
    /// The count that was approved.
    Count(EntryRef),
}

impl Word {
    /// The number, where it is one.
    pub(in crate::fold) const fn number(&self) -> Option<i64> {
        match self {
            Self::Value(value) => value.as_int(),
            Self::Bom(_) | Self::Device(_) | Self::Count(_) => None,
        }
    }

    /// The quantity, where it is one.
    pub(in crate::fold) fn quantity(&self) -> Quantity {
        Quantity::from_ten_thousandths(self.number().unwrap_or_default())
    }
}

/// A word with where it stands.
#[derive(Debug, Clone)]
pub(in crate::fold) struct Said<T> {
    pub(in crate::fold) stamp: Stamp,
    /// The document it names; none is the one that the entry itself begins.
    pub(super) names: Option<(Family, [u8; 8])>,
    pub(in crate::fold) what: T,
}

/// A movement or count for a document.
#[derive(Debug, Clone, Copy)]
pub(in crate::fold) struct Booked {
    pub(in crate::fold) document: DocumentRef,
    /// How much of it: out positive, in negative; nothing for a count.
    pub(in crate::fold) quantity: Quantity,
    /// Somebody said why.
    pub(in crate::fold) has_reason: bool,
}

#[derive(Debug, Default)]
pub(in crate::fold) struct Log {
    pub(super) opening: Option<(Stamp, Opening)>,
    pub(super) said: BTreeMap<Topic, Vec<Said<Word>>>,
    pub(super) ends: Vec<Said<DocumentState>>,
    pub(super) booked: Vec<TxKey>,
}

impl Log {
    pub(super) fn is_empty(&self) -> bool {
        self.opening.is_none()
            && self.said.is_empty()
            && self.ends.is_empty()
            && self.booked.is_empty()
    }

    /// What a lot builds, as it was entered.
    pub(super) fn built(&self) -> Option<&Code> {
        match &self.opening.as_ref()?.1.nature {
            Nature::Lot(item) => Some(item),
            Nature::Order(_) | Nature::Purchase | Nature::Stocktake(_) => None,
        }
    }

    /// Whether anything that counts was said on a topic.
    pub(super) fn says(
        &self,
        about: impl Fn(&Topic) -> bool,
        counts: impl Fn(TxKey) -> bool,
    ) -> bool {
        let mut said = self.said.iter();
        said.any(|(topic, words)| about(topic) && words.iter().any(|word| counts(word.stamp.key())))
    }

    /// What was said on a topic.
    pub(in crate::fold) fn said(&self, topic: &Topic) -> &[Said<Word>] {
        self.said.get(topic).map_or(&[], Vec::as_slice)
    }

    /// The topics from one on that anything was said on.
    pub(in crate::fold) fn topics_from(&self, first: &Topic) -> impl Iterator<Item = &Topic> {
        self.said.range(first..).map(|(topic, _)| topic)
    }

    /// The topics that anything was said on.
    pub(in crate::fold) fn topics(&self) -> impl Iterator<Item = &Topic> {
        self.said.keys()
    }
}

/// All that was written about documents.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(super) logs: BTreeMap<EntryId, Log>,
    pub(super) by_number: BTreeMap<(Family, Code), BTreeSet<EntryId>>,
    pub(super) by_item: BTreeMap<Code, BTreeSet<EntryId>>,
    pub(in crate::fold) booked: BTreeMap<TxKey, Booked>,
}

impl Documents {
    /// Takes note of an entry about a document, which has this id.
    pub(in crate::fold) fn take(&mut self, id: EntryId, stamp: Stamp, body: Body) {
        if let Body::Order(entry) = body {
            self.take_order(id, stamp, entry);
        } else if let Body::Lot(entry) = body {
            self.take_lot(id, stamp, entry);
        } else if let Body::Purchase(entry) = body {
            self.take_purchase(id, stamp, entry);
        } else if let Body::Stocktake(entry) = body {
            self.take_stocktake(id, stamp, entry);
        }
    }

    /// A document begins by an entry, which has this id.
    pub(in crate::fold) fn begin(&mut self, id: EntryId, stamp: Stamp, opening: Opening) {
        let number = (opening.nature.family(), opening.number.clone());
        self.by_number.entry(number).or_default().insert(id);
        if let Nature::Lot(item) = &opening.nature {
            self.by_item.entry(item.clone()).or_default().insert(id);
        }
        self.logs.entry(id).or_default().opening = Some((stamp, opening));
    }

    /// The entry that begins a document says something of it.
    pub(in crate::fold) fn begin_with(
        &mut self,
        id: EntryId,
        stamp: Stamp,
        topic: Topic,
        what: Word,
    ) {
        let names = None;
        self.push(id, topic, Said { stamp, names, what });
    }

    /// The fields that a document begins with.
    pub(in crate::fold) fn begin_fields(
        &mut self,
        id: EntryId,
        stamp: Stamp,
        fields: DocumentFields,
    ) {
        for (number, value) in fields {
            self.begin_with(id, stamp, Topic::Field(number), Word::Value(value));
        }
    }

    /// Something is said of a document.
    pub(in crate::fold) fn say(&mut self, stamp: Stamp, of: DocumentRef, topic: Topic, what: Word) {
        let names = Some((of.family, of.entry.hash8));
        self.push(of.entry.id, topic, Said { stamp, names, what });
    }

    /// Fields of a document are said.
    pub(in crate::fold) fn say_fields(
        &mut self,
        stamp: Stamp,
        of: DocumentRef,
        fields: DocumentFields,
    ) {
        for (number, value) in fields {
            self.say(stamp, of, Topic::Field(number), Word::Value(value));
        }
    }

    pub(super) fn push(&mut self, id: EntryId, topic: Topic, said: Said<Word>) {
        if let Some(item) = topic.item() {
            self.by_item.entry(item.clone()).or_default().insert(id);
        }
        let log = self.logs.entry(id).or_default();
        log.said.entry(topic).or_default().push(said);
    }

    /// A document ends.
    pub(in crate::fold) fn end(
        &mut self,
        stamp: Stamp,
        family: Family,
        ended: &Ended,
        what: DocumentState,
    ) {
        let EntryRef { id, hash8 } = ended.document;
        let names = Some((family, hash8));
        let said = Said { stamp, names, what };
        self.logs.entry(id).or_default().ends.push(said);
    }

    /// A movement or count is for a document.
    pub(in crate::fold) fn book(&mut self, key: TxKey, booked: Booked) {
        let log = self.logs.entry(booked.document.entry.id).or_default();
        log.booked.push(key);
        self.booked.insert(key, booked);
    }

    /// The movements and counts that name a document.
    pub(in crate::fold) fn booked_for(&self, id: EntryId) -> &[TxKey] {
        self.logs.get(&id).map_or(&[], |log| &log.booked)
    }

    /// The documents of a family that began under a number.
    pub(in crate::fold) fn begun_as(
        &self,
        family: Family,
        number: &Code,
    ) -> impl Iterator<Item = EntryId> + '_ {
        let same = self.by_number.get(&(family, number.clone()));
        same.into_iter().flatten().copied()
    }

    /// All documents that any entry names, whether they have arrived or not.
    pub(in crate::fold) fn named(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.logs.keys().copied()
    }

    /// The items that a document speaks of, as they were entered; some twice.
    pub(in crate::fold) fn items_of(&self, id: EntryId) -> impl Iterator<Item = &Code> {
        let log = self.logs.get(&id).into_iter();
        log.flat_map(|log| log.said.keys().filter_map(Topic::item).chain(log.built()))
    }

    /// Documents with a line of the item, or that build it, as it was entered.
    pub(in crate::fold) fn with_item(&self, entered: &Code) -> impl Iterator<Item = EntryId> + '_ {
        self.by_item.get(entered).into_iter().flatten().copied()
    }

    /// Whether a document speaks of an item, as it was entered, by entries that count.
    pub(in crate::fold) fn names(&self, item: &Code, counts: impl Fn(TxKey) -> bool) -> bool {
        let builds = |log: &Log| {
            let began = log.opening.as_ref().map(|(stamp, _)| stamp.key());
            log.built() == Some(item) && began.is_some_and(&counts)
        };
        let says = |log: &Log| log.says(|topic| topic.item() == Some(item), &counts);
        let mut with = self.with_item(item);
        with.any(|id| {
            let log = self.logs.get(&id);
            log.is_some_and(|log| builds(log) || says(log))
        })
    }

    /// Items that any document speaks of, as they were entered, by entries that count.
    pub(in crate::fold) fn items(
        &self,
        counts: impl Fn(TxKey) -> bool,
    ) -> impl Iterator<Item = &Code> {
        let items = self.by_item.keys();
        items.filter(move |item| self.names(item, &counts))
    }

    /// Items that any order has a line of, likewise.
    pub(in crate::fold) fn wanted_items(
        &self,
        counts: impl Fn(TxKey) -> bool,
    ) -> impl Iterator<Item = &Code> {
        let items = self.by_item.keys();
        items.filter(move |item| {
            let says = |log: &Log| log.says(|topic| topic.wanted_item() == Some(item), &counts);
            let mut with = self.with_item(item);
            with.any(|id| self.logs.get(&id).is_some_and(says))
        })
    }

    /// What kind of document is meant by what is said of one that has not arrived.
    pub(in crate::fold) fn family_said(&self, id: EntryId) -> Option<Family> {
        let log = self.logs.get(&id)?;
        let words = log.said.values().flatten().map(|said| said.names);
        let ends = log.ends.iter().map(|said| said.names);
        let named = words.chain(ends).flatten().map(|(family, _)| family);
        let booked = log.booked.iter().filter_map(|key| self.booked.get(key));
        named
            .chain(booked.map(|booked| booked.document.family))
            .min()
    }
}
