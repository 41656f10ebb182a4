//! Origins in the fold: effective times (F1), central numbers, and where each entry acts.

mod branches;
mod clocks;
mod scanned;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use self::branches::Behind;
pub(super) use self::branches::Start;
pub(super) use self::clocks::Ahead;
use self::clocks::Clocks;
pub(super) use self::scanned::Taken;
use super::line::Row;
use super::slots::{Slot, Slots};
use super::snapshot::Out;
use super::{NumberRun, TxKey};
use crate::entry::Genesis;
use crate::id::{DeviceId, EntryId, Origin};
use crate::time::{Clock, Timestamp};

/// What an entry acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// A transaction: the stock lines it takes from and gives to. A scan of an unknown code has
    /// none until it is known what the code stands for.
    Lines(Option<u32>, Option<u32>),
    /// A reversal.
    Reversal,
    /// No stock.
    Other,
}

impl Touch {
    /// The lines it takes from and gives to.
    pub(super) const fn lines(self) -> (Option<u32>, Option<u32>) {
        match self {
            Self::Lines(from, to) => (from, to),
            Self::Reversal | Self::Other => (None, None),
        }
    }

    pub(super) const fn is_transaction(self) -> bool {
        matches!(self, Self::Lines(..))
    }
}

#[derive(Debug)]
struct Numbers {
    last_seq: u64,
    n: u64,
    moment: Timestamp,
}

#[derive(Debug)]
struct OriginLog {
    id: Origin,
    behind: Option<Behind>,
    /// From the first seq on.
    slots: Slots,
    genesis: Option<Genesis>,
    clocks: Clocks,
    /// Runs of central numbers by first seq; they never overlap.
    runs: BTreeMap<u64, Numbers>,
}

impl OriginLog {
    /// How many entries are before its first one.
    fn base(&self) -> u64 {
        self.behind
            .map_or(0, |behind| behind.start.first_seq.saturating_sub(1))
    }

    fn place(&self, seq: u64) -> Option<usize> {
        usize::try_from(seq.checked_sub(1)?.checked_sub(self.base())?).ok()
    }

    fn slot(&self, seq: u64) -> Option<Slot> {
        self.slots.get(self.place(seq)?)
    }

    fn run_of(&self, seq: u64) -> Option<(u64, &Numbers)> {
        let (first, run) = self.runs.range(..=seq).next_back()?;
        (seq <= run.last_seq).then_some((*first, run))
    }

    /// Effective time: the corrected time, at most the moment of numbering, at least the
    /// predecessor's.
    fn effective(&self, seq: u64, time: u64, before: u64) -> u64 {
        let capped = self
            .run_of(seq)
            .map_or(time, |(_, run)| time.min(run.moment.millis()));
        capped.max(before)
    }
}

/// All origins met so far.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    logs: Vec<OriginLog>,
    index: BTreeMap<Origin, u32>,
    /// The branches of origins that have any.
    branches: BTreeMap<u32, Vec<u32>>,
    central: Option<Origin>,
    /// What scans of codes that were unknown take and give now.
    scanned: BTreeMap<TxKey, Taken>,
}

impl Origins {
    pub(super) fn index_of(&mut self, id: Origin) -> u32 {
        if let Some(index) = self.index.get(&id) {
            return *index;
        }
        let index = u32::try_from(self.logs.len()).unwrap_or(u32::MAX);
        self.logs.push(OriginLog {
            id,
            behind: None,
            slots: Slots::default(),
            genesis: None,
            clocks: Clocks::default(),
            runs: BTreeMap::new(),
        });
        self.index.insert(id, index);
        index
    }

    pub(super) fn find(&self, id: Origin) -> Option<u32> {
        self.index.get(&id).copied()
    }

    fn log(&self, index: u32) -> Option<&OriginLog> {
        self.logs.get(usize::try_from(index).ok()?)
    }

    fn log_mut(&mut self, index: u32) -> Option<&mut OriginLog> {
        self.logs.get_mut(usize::try_from(index).ok()?)
    }

    fn slot(&self, key: TxKey) -> Option<Slot> {
        self.log(key.0)?.slot(key.1)
    }

    pub(super) fn next_seq(&self, index: u32) -> u64 {
        let (base, len) = self
            .log(index)
            .map_or((0, 0), |log| (log.base(), log.slots.len()));
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        base.saturating_add(len).saturating_add(1)
    }

    /// The slot of the origin's next entry, before it is known what the entry acts on.
    pub(super) fn next_slot(&self, index: u32, time: Option<Timestamp>, hash8: [u8; 8]) -> Slot {
        let time = time.map_or(0, Timestamp::millis);
        let next = self.next_seq(index);
        let corrected = self.ahead((index, next)).corrected(time);
        let effective = self.log(index).map_or(corrected, |log| {
            log.effective(next, corrected, log.slots.last_effective())
        });
        Slot {
            time,
            effective,
            said: None.into(),
            hash8,
            touch: Touch::Other,
        }
    }

    /// Whether the last entry of an origin has another effective time by what is known now.
    pub(super) fn is_outdated(&self, key: TxKey) -> bool {
        let (Some(log), Some(slot)) = (self.log(key.0), self.slot(key)) else {
            return false;
        };
        let before = match self.slot((key.0, key.1.saturating_sub(1))) {
            Some(before) => before.effective,
            None => self.before_first(key.0),
        };
        let time = self.ahead(key).corrected(slot.time);
        log.effective(key.1, time, before) != slot.effective
    }

    pub(super) fn push(&mut self, index: u32, slot: Slot) {
        if let Some(log) = self.log_mut(index) {
            log.slots.push(slot);
        }
    }

    /// Takes a run of numbers; says whether it may lower any effective time.
    pub(super) fn add_run(&mut self, index: u32, run: NumberRun) -> bool {
        if run.count == 0 {
            return false;
        }
        if run.n == 1 {
            self.central = Some(run.origin);
        }
        let Some(log) = self.log(index) else {
            return false;
        };
        let first = log.place(run.first_seq).unwrap_or(0);
        let end = log.place(run.last_seq());
        let end = end.map_or(0, |last| last.saturating_add(1));
        let range = first..end;
        let moment = run.moment.millis();
        // What a number lowers is a corrected time after its moment, and no effective time is before
        // the corrected one.
        let lowers = log.slots.any(range, |slot| slot.effective > moment);
        self.keep_run(index, run);
        lowers
    }

    /// Takes a run of numbers that lowers no time.
    pub(super) fn keep_run(&mut self, index: u32, run: NumberRun) {
        if let Some(log) = self.log_mut(index) {
            log.runs.entry(run.first_seq).or_insert(Numbers {
                last_seq: run.last_seq(),
                n: run.n,
                moment: run.moment,
            });
        }
    }

    /// Packs what is kept of all entries.
    pub(super) fn pack(&mut self) {
        for log in &mut self.logs {
            let _all = log.slots.pack();
        }
    }

    /// Writes ids, lengths and runs of all origins; gives their packed slots, if all are packed.
    pub(super) fn put(&self, out: &mut Out) -> Option<Vec<&[u8]>> {
        let mut slots = Vec::new();
        for log in &self.logs {
            out.bytes(log.id.as_bytes());
            branches::put(log.behind, out);
            out.length(log.slots.len());
            slots.push(log.slots.packed()?);
            out.number(log.slots.last_effective());
            let mut start = 0;
            for end in log.slots.block_ends() {
                out.length(end.saturating_sub(start));
                start = end;
            }
            out.length(log.runs.len());
            for (first_seq, run) in &log.runs {
                out.number(*first_seq);
                out.number(run.last_seq.saturating_sub(*first_seq).saturating_add(1));
                out.number(run.n);
                out.number(run.moment.millis());
            }
        }
        let central = self.central.and_then(|central| self.find(central));
        out.number(central.map_or(0, |index| u64::from(index).saturating_add(1)));
        Some(slots)
    }

    pub(super) fn set_slots(&mut self, index: u32, slots: Slots) {
        if let Some(log) = self.log_mut(index) {
            log.slots = slots;
        }
    }

    pub(super) fn set_central(&mut self, index: u32) -> Option<()> {
        self.central = Some(self.log(index)?.id);
        Some(())
    }

    /// Works the origin's effective times out anew and returns the lines that are touched.
    pub(super) fn recompute(&mut self, index: u32) -> BTreeSet<u32> {
        let mut touched = BTreeSet::new();
        let start = self.before_first(index);
        let runs = self.clock_runs(index);
        let mut before = start;
        touched.extend(self.scanned_lines(index));
        let Some(log) = self.log_mut(index) else {
            return touched;
        };
        let mut slots = std::mem::take(&mut log.slots);
        let base = log.base();
        slots.change(start, |place, slot| {
            let seq = base.saturating_add(place);
            let time = runs.at(seq).corrected(slot.time);
            slot.effective = log.effective(seq, time, before);
            before = slot.effective;
            let (from, to) = slot.touch.lines();
            touched.extend([from, to].into_iter().flatten());
        });
        log.slots = slots;
        touched
    }

    /// The latest effective time of all.
    pub(super) fn latest(&self) -> u64 {
        let last = self.logs.iter().map(|log| log.slots.last_effective());
        last.max().unwrap_or(0)
    }

    pub(crate) fn entry_id(&self, key: TxKey) -> EntryId {
        let origin = self
            .log(key.0)
            .map_or(Origin::from_bytes([0; 16]), |log| log.id);
        EntryId { origin, seq: key.1 }
    }

    /// The key of an entry that has been folded.
    pub(crate) fn known_key(&self, id: EntryId) -> Option<TxKey> {
        let key = (self.find(id.origin)?, id.seq);
        self.slot(key).map(|_| key)
    }

    pub(crate) fn touch(&self, key: TxKey) -> Touch {
        match self.slot(key).map(|slot| slot.touch) {
            Some(Touch::Lines(None, None)) => self.scanned_touch(key),
            Some(touch) => touch,
            None => Touch::Other,
        }
    }

    pub(super) fn hash8(&self, key: TxKey) -> [u8; 8] {
        self.slot(key).map_or([0; 8], |slot| slot.hash8)
    }

    pub(crate) fn order_time(&self, key: TxKey) -> Timestamp {
        self.slot(key)
            .map_or(Timestamp::ZERO, |slot| slot.order_time())
    }

    /// What the writer's own clock showed when an entry was written, and the time that the user
    /// said.
    pub(super) fn times_as_written(&self, key: TxKey) -> Option<(u64, Option<u64>)> {
        self.slot(key).map(|slot| (slot.time, slot.said.get()))
    }

    /// When an entry was written, by its effective time.
    pub(super) fn written_at(&self, key: TxKey) -> Timestamp {
        let effective = self.slot(key).map(|slot| slot.effective);
        effective.map_or(Timestamp::ZERO, Timestamp::from_millis)
    }

    /// F1 order of two rows.
    pub(super) fn compare_rows(&self, a: &Row, b: &Row) -> Ordering {
        a.time().cmp(&b.time()).then_with(|| {
            if a.key().0 == b.key().0 {
                a.key()
                    .1
                    .cmp(&b.key().1)
                    .then_with(|| a.amount().cmp(&b.amount()))
            } else {
                self.entry_id(a.key()).cmp(&self.entry_id(b.key()))
            }
        })
    }

    pub(super) fn number_of(&self, key: TxKey) -> Option<u64> {
        let (first, run) = self.log(key.0)?.run_of(key.1)?;
        run.n.checked_add(key.1.checked_sub(first)?)
    }

    /// When an entry got its central number.
    pub(super) fn numbered_at(&self, key: TxKey) -> Option<Timestamp> {
        let (_, run) = self.log(key.0)?.run_of(key.1)?;
        Some(run.moment)
    }

    /// The runs of an origin in which entries got their numbers: the first seq, the last and the
    /// moment.
    pub(super) fn arrivals(
        &self,
        index: u32,
    ) -> impl DoubleEndedIterator<Item = (u64, u64, Timestamp)> + '_ {
        let runs = self.log(index).into_iter().flat_map(|log| &log.runs);
        runs.map(|(first, run)| (*first, run.last_seq, run.moment))
    }

    /// The last seq of an origin whose central number is smaller than this one, 0 when none is.
    pub(super) fn last_below(&self, index: u32, number: u64) -> u64 {
        let runs = self.log(index).into_iter().flat_map(|log| &log.runs);
        let last = runs.rev().find_map(|(first, run)| {
            let ahead = number.checked_sub(run.n)?.checked_sub(1)?;
            Some(run.last_seq.min(first.saturating_add(ahead)))
        });
        last.unwrap_or_default()
    }

    pub(super) fn numbered_up_to(&self, index: u32) -> u64 {
        self.log(index)
            .and_then(|log| log.runs.last_key_value())
            .map_or_else(
                || self.log(index).map_or(0, OriginLog::base),
                |(_, run)| run.last_seq,
            )
    }

    /// The first seq of an origin that has no number.
    pub(super) fn first_unnumbered(&self, index: u32) -> u64 {
        let begin = self.log(index).map_or(0, OriginLog::base).saturating_add(1);
        let runs = self.log(index).into_iter().flat_map(|log| &log.runs);
        runs.fold(begin, |next, (first, run)| {
            if *first == next {
                run.last_seq.saturating_add(1)
            } else {
                next
            }
        })
    }

    /// Whose entries behind the last numbered one have no number, by id.
    pub(super) fn unnumbered(&self) -> impl Iterator<Item = Origin> + '_ {
        let all = self.index.iter();
        all.filter(|(_, index)| {
            self.numbered_up_to(**index) < self.next_seq(**index).saturating_sub(1)
        })
        .map(|(id, _)| *id)
    }

    pub(super) fn numbered_count(&self) -> u64 {
        let runs = self.logs.iter().flat_map(|log| &log.runs);
        runs.map(|(first, run)| run.last_seq.saturating_sub(*first).saturating_add(1))
            .sum()
    }

    /// The clock an entry counts with: never later than the moment it was numbered. All that were
    /// ahead of that moment share its last tick, and keep their order by seq.
    pub(super) fn capped_clock(&self, key: TxKey, clock: Clock) -> Clock {
        let moment = self
            .log(key.0)
            .and_then(|log| log.run_of(key.1))
            .map(|(_, run)| run.moment);
        match moment {
            Some(moment) if clock.time() > moment => Clock::new(moment, u16::MAX),
            _ => clock,
        }
    }

    pub(super) const fn central(&self) -> Option<Origin> {
        self.central
    }

    /// Whether an origin is the central server's: the first, or one that the same device went on
    /// under after it was restored.
    pub(super) fn is_central(&self, index: u32) -> bool {
        let Some(central) = self.central.and_then(|central| self.find(central)) else {
            return false;
        };
        let device = |index| Some(self.genesis(index)?.device);
        index == central || device(central).is_some_and(|it| device(index) == Some(it))
    }

    pub(super) fn set_genesis(&mut self, index: u32, genesis: Genesis) {
        if let Some(log) = self.log_mut(index) {
            log.genesis = Some(genesis);
        }
    }

    /// How the origins began that have.
    pub(super) fn beginnings(&self) -> impl Iterator<Item = &Genesis> {
        self.logs.iter().filter_map(|log| log.genesis.as_ref())
    }

    pub(super) fn genesis(&self, index: u32) -> Option<&Genesis> {
        self.log(self.root(index))?.genesis.as_ref()
    }

    pub(super) fn of_device(&self, device: DeviceId) -> impl Iterator<Item = Origin> + '_ {
        self.index
            .iter()
            .filter_map(move |(id, index)| (self.genesis(*index)?.device == device).then_some(*id))
    }
}
