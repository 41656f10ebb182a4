//! The fold: what a set of entries means.
//!
//! [`Fold`] takes entries and central numbers in any order, any number of times, and holds the
//! facts; what follows from them is worked out at once where that is cheap, and when it is asked
//! for where it is not. The rules F1 to F11 stand in `docs/ARCHITECTURE.md`.
//!
//! **Invariant.** Every answer is a function of the *set* of entries and numbers given so far. An
//! entry whose predecessor in its origin is missing waits, outside the state, until that arrives.

mod actors;
mod allocation;
mod bom;
mod branches;
mod catalogue;
mod changes;
mod documents;
mod dump;
mod fixes;
mod history;
mod line;
mod lots;
mod once;
mod orders;
mod origin;
mod outlook;
mod packed;
mod picks;
mod places;
mod promises;
mod purchases;
mod restored;
mod reversal;
mod revoked;
mod rights;
mod running;
mod scans;
mod serials;
mod slots;
mod snapshot;
mod steps;
mod stocktakes;
mod symbols;
mod take;
mod turnover;
mod users;

use std::collections::{BTreeMap, BTreeSet};

pub use self::allocation::{OrderLine, PoolKey, Pools};
pub use self::catalogue::{
    BoundCode, DeviceInfo, GRID_MAX, GridError, Item, ItemMatch, Location, LocationType, Thing,
    columns,
};
pub use self::changes::{Mark, News};
pub use self::documents::DocumentState;
pub use self::fixes::ClockRun;
pub use self::history::{HistoryPart, HistoryRow, RowKind, Why, WhyRow};
pub use self::line::{LastCount, LineInfo, LineKey};
pub use self::lots::Lot;
pub use self::orders::Order;
pub use self::outlook::{LotLine, Party, Prospect};
pub use self::picks::OrderMove;
pub use self::places::{Change, Spots};
pub(crate) use self::promises::Shortage;
pub use self::purchases::{Purchase, PurchaseLineInfo};
pub(crate) use self::reversal::ReversalFault;
pub use self::revoked::{RevokedChain, Withheld};
pub(crate) use self::rights::{Need, NotAdmitted, Who, Wish};

pub use self::scans::{ScanInfo, ScanMeaning};
pub use self::snapshot::Snapshot;
pub use self::stocktakes::{LineProgress, Stocktake, StocktakeCount, StocktakeLine};
pub use self::turnover::{LineStep, LineTurnover, Transaction, Turnover};
pub use self::users::{RESERVED, UserInfo};

use self::catalogue::Catalogue;
pub(crate) use self::line::{Line, Row, Rows};
use self::once::Once;
use self::origin::{Origins, Touch};
use self::reversal::Reversals;
use self::symbols::Symbols;
use crate::catalogue::Subject;
use crate::entry::{Content, IdempotencyKey, Kind};
use crate::id::{EntryId, EntryRef, Origin};
use crate::quantity::{Quantity, Total};
use crate::time::Timestamp;

/// The version of these rules. Equal state is promised for equal fold versions.
pub const FOLD_VERSION: u32 = 10;

/// One entry as the fold takes it.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its id.
    pub id: EntryId,
    /// The first 8 bytes of its chain hash.
    pub hash8: [u8; 8],
    /// What a reader made of its bytes.
    pub content: Content,
}

/// Central numbers for consecutive entries of one origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberRun {
    /// The central number of the first.
    pub n: u64,
    /// Whose entries.
    pub origin: Origin,
    /// The first one's seq.
    pub first_seq: u64,
    /// How many.
    pub count: u64,
    /// When the central server numbered them.
    pub moment: Timestamp,
}

impl NumberRun {
    /// The last one's seq.
    #[must_use]
    pub const fn last_seq(&self) -> u64 {
        self.first_seq.saturating_add(self.count).saturating_sub(1)
    }
}

/// A branch of an origin: what a copied or turned-back store went on with, where somebody else went
/// on with the origin too (ADR 16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// The branch's own id.
    pub id: Origin,
    /// The origin.
    pub root: Origin,
    /// The branch's first seq, from 2.
    pub first_seq: u64,
    /// The first 8 bytes of the chain hash before it.
    pub prev8: [u8; 8],
}

/// A transaction by its origin's index and its seq: small, and meaningful in this fold only.
pub(crate) type TxKey = (u32, u64);

/// The facts of a ledger and what follows from them.
#[derive(Debug, Default)]
pub struct Fold {
    pub(crate) origins: Origins,
    symbols: Symbols,
    pub(crate) lines: Vec<Line>,
    /// The rows of lines that are packed.
    packed_rows: Vec<u8>,
    line_index: symbols::LineIndex,
    lines_of_item: BTreeMap<u32, Vec<u32>>,
    places: places::Places,
    pub(crate) catalogue: Catalogue,
    pub(crate) reversals: Reversals,
    once: Once,
    fixes: fixes::Fixes,
    pub(crate) rights: rights::Rights,
    revoked: revoked::Revocations,
    actors: actors::Actors,
    /// When the counting took a while: started and ended, by count.
    spans: BTreeMap<TxKey, (Timestamp, Timestamp)>,
    documents: documents::Documents,
    boms: bom::Boms,
    scans: scans::Scans,
    serials: serials::Serials,
    /// What was said of when batches expire, by item and batch.
    expiries: BTreeMap<(u32, u32), Vec<(TxKey, u32)>>,
    /// Exceptions that a person took as they are, with the entries they named.
    answers: BTreeMap<String, Vec<(TxKey, BTreeSet<EntryId>)>>,
    waiting: BTreeMap<EntryId, Record>,
    /// Lines that a late row made worth working out anew; empty between calls.
    dirty_lines: Vec<u32>,
    pub(crate) newer: BTreeMap<EntryId, (Kind, Option<Subject>)>,
    pub(crate) bad: BTreeMap<EntryId, &'static str>,
    entries: u64,
    changes: changes::Changes,
    /// While entries of a snapshot are replayed.
    is_replaying: bool,
}

/// Takes many entries into a fold; it is whole again when this is dropped.
#[derive(Debug)]
pub struct Bulk<'a>(&'a mut Fold);

impl Bulk<'_> {
    /// Takes an entry, like [`Fold::apply`].
    pub fn apply(&mut self, record: Record) {
        self.0.apply_unsettled(record);
    }

    /// How many entries have been folded.
    #[must_use]
    pub const fn entry_count(&self) -> u64 {
        self.0.entries
    }
}

impl Drop for Bulk<'_> {
    fn drop(&mut self) {
        while let Some(line) = self.0.dirty_lines.pop() {
            self.0.settle_line(line);
        }
    }
}

impl Fold {
    /// A fold of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries have been folded.
    #[must_use]
    pub const fn entry_count(&self) -> u64 {
        self.entries
    }

    /// Takes an entry. One that is known changes nothing; one that comes too early waits.
    pub fn apply(&mut self, record: Record) {
        self.apply_all([record]);
    }

    /// Takes many entries; late ones cost less together than one by one.
    pub fn apply_all(&mut self, records: impl IntoIterator<Item = Record>) {
        let mut bulk = self.bulk();
        for record in records {
            bulk.apply(record);
        }
    }

    /// Begins to take many entries that come from several places: lines with late rows are worked
    /// out once, when it ends.
    pub const fn bulk(&mut self) -> Bulk<'_> {
        Bulk(self)
    }

    fn apply_unsettled(&mut self, record: Record) {
        let origin = self.origins.index_of(record.id.origin);
        let next = self.origins.next_seq(origin);
        if record.id.seq < next {
            return;
        }
        if record.id.seq > next || !self.origins.is_ready(origin) {
            self.waiting.entry(record.id).or_insert(record);
            return;
        }
        self.take(origin, record);
        self.take_waiting(vec![origin]);
    }

    /// Takes central numbers, before or after their entries.
    pub fn number(&mut self, run: NumberRun) {
        let origin = self.origins.index_of(run.origin);
        let central = self.origins.central();
        if self.origins.add_run(origin, run) {
            self.replace_times(origin);
        }
        self.note_numbers(origin, &run);
        if self.origins.central() == central {
            self.learn_numbers(origin, &run);
        } else {
            self.learn_all_rights();
        }
        // A number may lower a clock, so that another word is the last.
        let last_seq = run.first_seq.saturating_add(run.count.saturating_sub(1));
        let bulk = self.bulk();
        bulk.0.scan_words_changed(origin, run.first_seq..=last_seq);
    }

    /// A transaction that is already folded began or ceased to count.
    fn changed_effect(&mut self, key: TxKey) {
        self.note_movement(key);
        match self.origins.touch(key) {
            Touch::Lines(from, to) => {
                for line in [from, to].into_iter().flatten() {
                    self.settle_line(line);
                }
            }
            Touch::Reversal => {
                let target = self.reversals.target_of(key);
                if let Some(changed) = target.and_then(|target| self.settle_reversals(target)) {
                    self.changed_effect(changed);
                }
            }
            Touch::Other => {
                self.note_all_changed();
                self.authority_changed(key);
                self.scan_word_changed(key);
            }
        }
    }

    fn settle_line(&mut self, line: u32) {
        self.note_line(line);
        let (origins, reversals, once) = (&self.origins, &self.reversals, &self.once);
        let revoked = &self.revoked;
        if let Some(line) = usize::try_from(line)
            .ok()
            .and_then(|at| self.lines.get_mut(at))
        {
            line.settle(
                &self.packed_rows,
                |a, b| origins.compare_rows(a, b),
                |key| {
                    reversals.is_void(&key)
                        || once.suppressed.contains(&key)
                        || revoked.is_withheld(key)
                },
            );
        }
    }

    /// Works out which reversal of a target holds; gives the target when it began or ceased to
    /// count by that.
    fn settle_reversals(&mut self, target: EntryId) -> Option<TxKey> {
        let target_key = self.origins.known_key(target);
        let facts = target_key.map(|key| (self.origins.touch(key), self.origins.hash8(key)));
        let origins = &self.origins;
        let (once, revoked) = (&self.once, &self.revoked);
        let suppressed = |key| once.suppressed.contains(&key) || revoked.is_withheld(key);
        let changed = self
            .reversals
            .settle(target, target_key, facts, suppressed, |key, time| {
                (time, origins.entry_id(key))
            });
        target_key.filter(|_| changed)
    }

    /// Numbers, or what was found out of a wrong clock, change effective times of an origin:
    /// everything that was ordered by them is ordered anew, also in the branches behind it. Rare,
    /// since it takes a device whose clock was wrong.
    fn replace_times(&mut self, origin: u32) {
        self.note_all_changed();
        let touched = self.origins.recompute(origin);
        let origins = &self.origins;
        for line in &touched {
            if let Some(line) = usize::try_from(*line)
                .ok()
                .and_then(|at| self.lines.get_mut(at))
            {
                line.replace_times(origin, &self.packed_rows, |key| origins.order_time(key));
            }
        }
        for (key, time) in &mut self.reversals.times {
            if key.0 == origin {
                *time = origins.order_time(*key);
            }
        }
        self.reconsider_all_once();
        for target in self.reversals.targets() {
            if let Some(changed) = self.settle_reversals(target) {
                self.changed_effect(changed);
            }
        }
        for line in touched {
            self.settle_line(line);
        }
        for branch in self.origins.children(origin) {
            self.replace_times(branch);
        }
    }

    fn reconsider_all_once(&mut self) {
        if self.is_replaying {
            return;
        }
        let parts = (&self.origins, &self.rights, &self.revoked);
        let order = |key| once_order(parts, key, parts.0.order_time(key));
        for key in self.once.reconsider(order) {
            self.changed_effect(key);
        }
    }

    /// Works out anew which entry counts with the idempotency key that this one has.
    fn reconsider_once_of(&mut self, key: TxKey) {
        if self.is_replaying {
            return;
        }
        let parts = (&self.origins, &self.rights, &self.revoked);
        let order = |key| once_order(parts, key, parts.0.order_time(key));
        for key in self.once.reconsider_of(key, order) {
            self.changed_effect(key);
        }
    }

    /// The entries that an exception named when a person took it as it is, by answer.
    pub(crate) fn answers_to(&self, exception: &str) -> impl Iterator<Item = &BTreeSet<EntryId>> {
        let answers = self.answers.get(exception).into_iter().flatten();
        answers
            .filter(|(key, _)| !self.is_suppressed(*key))
            .map(|(_, entries)| entries)
    }

    pub(crate) fn is_suppressed(&self, key: TxKey) -> bool {
        self.once.suppressed.contains(&key) || self.is_without_effect(key)
    }

    /// Whether an entry has no effect since its writer had no right to it, or is revoked.
    pub(crate) fn is_without_effect(&self, key: TxKey) -> bool {
        self.rights.is_denied(&key) || self.revoked.is_withheld(key)
    }

    pub(crate) fn is_withheld(&self, key: TxKey) -> bool {
        self.revoked.is_withheld(key)
    }

    fn has_no_suppressed(&self) -> bool {
        self.once.suppressed.is_empty() && self.rights.has_no_denied() && self.revoked.is_empty()
    }

    pub(crate) fn is_ineffective(&self, key: TxKey) -> bool {
        self.reversals.is_void(&key) || self.is_suppressed(key)
    }

    pub(crate) fn entry_id(&self, key: TxKey) -> EntryId {
        self.origins.entry_id(key)
    }

    pub(crate) fn span_of(&self, key: TxKey) -> Option<(Timestamp, Timestamp)> {
        self.spans.get(&key).copied()
    }

    /// Whether an entry with this idempotency key is known, and which: the first by F1, which counts.
    #[must_use]
    pub fn known_once(&self, once: &IdempotencyKey) -> Option<EntryId> {
        let same = self.once.more.get(once).into_iter().flatten().copied();
        let parts = (&self.origins, &self.rights, &self.revoked);
        let order = |key| once_order(parts, key, self.origins.order_time(key));
        let first = same.filter_map(|key| Some((order(key)?, key))).min();
        let first = first.map(|(_, key)| key);
        let first = first.or_else(|| self.once.find(once));
        let first = first.filter(|key| !self.is_without_effect(*key));
        first.map(|key| self.entry_id(key))
    }

    /// Whether the entry is a transaction that has been voided.
    #[must_use]
    pub fn is_void(&self, id: EntryId) -> bool {
        self.origins
            .known_key(id)
            .is_some_and(|key| self.reversals.is_void(&key))
    }

    /// Whether the entry is known here and is a movement, a count, or a scan of an unknown code:
    /// something that can be voided.
    #[must_use]
    pub fn is_transaction(&self, id: EntryId) -> bool {
        self.origins
            .known_key(id)
            .is_some_and(|key| self.origins.touch(key).is_transaction())
    }

    /// How another entry refers to this one.
    #[must_use]
    pub fn reference(&self, id: EntryId) -> Option<EntryRef> {
        let key = self.origins.known_key(id)?;
        Some(EntryRef {
            id: self.origins.written_id(key),
            hash8: self.origins.hash8(key),
        })
    }

    fn lines_touched(&self, id: EntryId) -> impl Iterator<Item = &Line> {
        let key = self.origins.known_key(id);
        let (from, to) = key.map_or((None, None), |key| self.origins.touch(key).lines());
        [from, to]
            .into_iter()
            .flatten()
            .filter_map(|line| self.line_at(line))
    }

    /// The item of a transaction, by the code it was entered under; none of a scan whose code is
    /// unknown.
    #[must_use]
    pub fn item_of(&self, id: EntryId) -> Option<crate::Code> {
        self.lines_touched(id)
            .next()
            .map(|line| self.line_key(line).item)
    }

    /// Whether all of a transaction lies before the last counts of its lines, so that voiding it
    /// changes no total.
    #[must_use]
    pub fn is_before_count(&self, id: EntryId) -> bool {
        let at = (self.effective_time(id).unwrap_or_default(), id);
        let mut lines = self.lines_touched(id).peekable();
        lines.peek().is_some()
            && lines.all(|line| {
                self.last_count(line)
                    .is_some_and(|count| at < (count.at, count.id))
            })
    }

    /// The central number of an entry, once it has one.
    #[must_use]
    pub fn central_number(&self, id: EntryId) -> Option<u64> {
        self.origins
            .find(id.origin)
            .and_then(|origin| self.origins.number_of((origin, id.seq)))
    }

    /// When the central server gave an entry its number: when it reached everybody's server.
    #[must_use]
    pub fn numbered_at(&self, id: EntryId) -> Option<Timestamp> {
        let origin = self.origins.find(id.origin)?;
        self.origins.numbered_at((origin, id.seq))
    }

    /// The last seq of an origin whose central number is smaller than this one, 0 when none is.
    #[must_use]
    pub fn last_numbered_below(&self, origin: Origin, number: u64) -> u64 {
        let index = self.origins.find(origin);
        index.map_or(0, |index| self.origins.last_below(index, number))
    }

    /// The last seq of an origin that has a central number, 0 when none has.
    #[must_use]
    pub fn numbered_up_to(&self, origin: Origin) -> u64 {
        self.origins
            .find(origin)
            .map_or(0, |index| self.origins.numbered_up_to(index))
    }

    /// The chains with entries that have no central number, by id.
    #[must_use]
    pub fn unnumbered(&self) -> Vec<Origin> {
        self.origins.unnumbered().collect()
    }

    /// Which entries of an origin reached the central server together, the newest first: the first
    /// seq, the last, and the moment at which they got their numbers.
    pub fn arrivals(&self, origin: Origin) -> impl Iterator<Item = (u64, u64, Timestamp)> + '_ {
        let index = self.origins.find(origin).into_iter();
        index.flat_map(|index| self.origins.arrivals(index).rev())
    }

    /// How many central numbers are known.
    #[must_use]
    pub fn numbered_count(&self) -> u64 {
        self.origins.numbered_count()
    }

    /// The origin of the central server: the one that central number 1 was given to.
    #[must_use]
    pub const fn central_origin(&self) -> Option<Origin> {
        self.origins.central()
    }

    /// The device and its name that an origin began with.
    #[must_use]
    pub fn device_of(&self, origin: Origin) -> Option<(crate::DeviceId, &str)> {
        let genesis = self.origins.genesis(self.origins.find(origin)?)?;
        Some((genesis.device, &genesis.name))
    }

    /// All origins that a device began, in the order of their ids.
    pub fn origins_of(&self, device: crate::DeviceId) -> impl Iterator<Item = Origin> + '_ {
        self.origins.of_device(device)
    }

    /// The last folded seq of an origin, 0 when nothing is known of it.
    #[must_use]
    pub fn last_seq(&self, origin: Origin) -> u64 {
        self.origins
            .find(origin)
            .map_or(0, |index| self.origins.next_seq(index).saturating_sub(1))
    }

    /// The effective time of an entry (F1).
    #[must_use]
    pub fn effective_time(&self, id: EntryId) -> Option<Timestamp> {
        self.origins
            .known_key(id)
            .map(|key| self.origins.order_time(key))
    }

    /// On hand of every line there is, as (item, location, owner, batch) and total, in no
    /// particular order: the straightest way to all totals.
    pub fn totals(&self) -> impl Iterator<Item = (LineKey, Total)> + '_ {
        self.lines_with_rows()
            .map(|line| (self.line_key(line), line.on_hand()))
    }

    /// The lines on which anything happened, in no particular order.
    pub(crate) fn lines_with_rows(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_listed())
    }

    pub(crate) fn line_key(&self, line: &Line) -> LineKey {
        let symbols = line.symbols();
        LineKey {
            item: self.symbols.code(symbols.item),
            location: self.symbols.code(symbols.location),
            owner: self.symbols.optional(symbols.owner),
            batch: self.symbols.optional(symbols.batch),
        }
    }

    pub(crate) fn rows_of<'a>(&'a self, line: &'a Line) -> Rows<'a> {
        line.rows(&self.packed_rows)
    }

    fn line_at(&self, line: u32) -> Option<&Line> {
        self.lines.get(usize::try_from(line).ok()?)
    }

    fn line_at_mut(&mut self, line: u32) -> Option<&mut Line> {
        self.lines.get_mut(usize::try_from(line).ok()?)
    }

    pub(crate) fn lines_of_code(&self, item: &crate::Code) -> impl Iterator<Item = &Line> + '_ {
        self.symbols
            .find(item)
            .and_then(|symbol| self.lines_of_item.get(&symbol))
            .into_iter()
            .flatten()
            .filter_map(|line| self.line_at(*line))
    }

    /// On hand of a line together with the same one of the item's other codes.
    pub(crate) fn with_aliases(&self, line: &Line, canonical: &crate::Code) -> Total {
        let symbols = line.symbols();
        let aliases = self.aliases(canonical);
        let lines = aliases.iter().flat_map(|code| self.lines_of_code(code));
        lines
            .filter(|other| {
                let item = symbols.item;
                symbols::LineSymbols {
                    item,
                    ..other.symbols()
                } == symbols
            })
            .fold(Total::ZERO, |sum, other| sum.plus(other.on_hand()))
    }

    /// Checks that a quantity can be moved at all: its negative must fit too.
    #[must_use]
    pub const fn can_move(quantity: Quantity) -> bool {
        quantity.checked_neg().is_some()
    }
}

/// Where an entry stands among those with its idempotency key, and when it was; none when it has no
/// effect anyway. What says who may do what comes first, so that no other entry can take its effect
/// away.
fn once_order(
    (origins, rights, revoked): (&Origins, &rights::Rights, &revoked::Revocations),
    key: TxKey,
    time: Timestamp,
) -> Option<once::OnceOrder> {
    if rights.is_denied(&key) || revoked.is_withheld(key) {
        return None;
    }
    let authority = rights.is_authority(&key) && origins.is_central(key.0);
    Some((!authority, time, origins.entry_id(key)))
}
