//! Origins in the fold: effective times (F1), central numbers, and where each entry acts.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::line::Row;
use super::{NumberRun, TxKey};
use crate::entry::Genesis;
use crate::id::{DeviceId, EntryId, Origin};
use crate::time::{Clock, Timestamp};

/// What an entry acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// A transaction: the stock lines it takes from and gives to.
    Lines(Option<u32>, Option<u32>),
    /// A reversal.
    Reversal,
    /// No stock.
    Other,
}

const NO_TIME: u64 = u64::MAX;

/// What the fold keeps of every entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    /// The writer's wall clock, 0 when it could not be read.
    time: u64,
    /// Effective time of the writing.
    effective: u64,
    /// The time the user said, [`NO_TIME`] when none.
    said: u64,
    hash8: [u8; 8],
    pub(crate) touch: Touch,
}

impl Slot {
    pub(super) fn set_said(&mut self, said: Option<Timestamp>) {
        self.said = said.map_or(NO_TIME, Timestamp::millis);
    }

    /// The time that transactions are ordered by: what the user said, at most the effective time.
    pub(crate) const fn order_time(&self) -> Timestamp {
        Timestamp::from_millis(if self.said < self.effective {
            self.said
        } else {
            self.effective
        })
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
    slots: Vec<Slot>,
    genesis: Option<Genesis>,
    /// Runs of central numbers by first seq; they never overlap.
    runs: BTreeMap<u64, Numbers>,
}

impl OriginLog {
    fn slot(&self, seq: u64) -> Option<&Slot> {
        self.slots.get(usize::try_from(seq.checked_sub(1)?).ok()?)
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
    central: Option<Origin>,
}

impl Origins {
    pub(super) fn index_of(&mut self, id: Origin) -> u32 {
        if let Some(index) = self.index.get(&id) {
            return *index;
        }
        let index = u32::try_from(self.logs.len()).unwrap_or(u32::MAX);
        self.logs.push(OriginLog {
            id,
            slots: Vec::new(),
            genesis: None,
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

    fn slot(&self, key: TxKey) -> Option<&Slot> {
        self.log(key.0)?.slot(key.1)
    }

    pub(super) fn next_seq(&self, index: u32) -> u64 {
        let len = self.log(index).map_or(0, |log| log.slots.len());
        u64::try_from(len).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// The slot of the origin's next entry, before it is known what the entry acts on.
    pub(super) fn next_slot(&self, index: u32, time: Option<Timestamp>, hash8: [u8; 8]) -> Slot {
        let time = time.map_or(0, Timestamp::millis);
        let effective = self.log(index).map_or(time, |log| {
            let before = log.slots.last().map_or(0, |slot| slot.effective);
            log.effective(self.next_seq(index), time, before)
        });
        Slot {
            time,
            effective,
            said: NO_TIME,
            hash8,
            touch: Touch::Other,
        }
    }

    pub(super) fn push(&mut self, index: u32, slot: Slot) {
        if let Some(log) = self.log_mut(index) {
            log.slots.push(slot);
        }
    }

    /// Takes a run of numbers; says whether it lowers any effective time.
    pub(super) fn add_run(&mut self, index: u32, run: NumberRun) -> bool {
        if run.count == 0 {
            return false;
        }
        if run.n == 1 {
            self.central = Some(run.origin);
        }
        let last_seq = run.first_seq.saturating_add(run.count).saturating_sub(1);
        let Some(log) = self.log_mut(index) else {
            return false;
        };
        let lowers = (run.first_seq..=last_seq)
            .map_while(|seq| log.slot(seq))
            .any(|slot| slot.time > run.moment.millis());
        log.runs.entry(run.first_seq).or_insert(Numbers {
            last_seq,
            n: run.n,
            moment: run.moment,
        });
        lowers
    }

    /// Works the origin's effective times out anew and returns the lines that are touched.
    pub(super) fn recompute(&mut self, index: u32) -> BTreeSet<u32> {
        let mut touched = BTreeSet::new();
        let Some(log) = self.log_mut(index) else {
            return touched;
        };
        let mut slots = std::mem::take(&mut log.slots);
        let mut before = 0;
        for (seq, slot) in (1_u64..).zip(&mut slots) {
            slot.effective = log.effective(seq, slot.time, before);
            before = slot.effective;
            if let Touch::Lines(from, to) = slot.touch {
                touched.extend([from, to].into_iter().flatten());
            }
        }
        log.slots = slots;
        touched
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
        self.slot(key).map_or(Touch::Other, |slot| slot.touch)
    }

    pub(super) fn hash8(&self, key: TxKey) -> [u8; 8] {
        self.slot(key).map_or([0; 8], |slot| slot.hash8)
    }

    pub(crate) fn order_time(&self, key: TxKey) -> Timestamp {
        self.slot(key).map_or(Timestamp::ZERO, Slot::order_time)
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

    pub(super) fn numbered_up_to(&self, index: u32) -> u64 {
        self.log(index)
            .and_then(|log| log.runs.last_key_value())
            .map_or(0, |(_, run)| run.last_seq)
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

    pub(super) fn genesis(&self, index: u32) -> Option<&Genesis> {
        self.log(index)?.genesis.as_ref()
    }

    pub(super) fn of_device(&self, device: DeviceId) -> impl Iterator<Item = Origin> + '_ {
        self.index
            .iter()
            .filter_map(move |(id, index)| (self.genesis(*index)?.device == device).then_some(*id))
    }
}
