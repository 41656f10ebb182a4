//! On hand the plain way: all entries in the order of F1, the last count, and what moved after it.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::entry::{Body, Content, Entry, Place};
use ledger_core::fold::LineKey;
use ledger_core::{Clock, Code, DeviceId, EntryId, EntryRef, Timestamp};

use super::lineage::{Lineage, Written};
use super::revoked::Revocations;
use super::{rights, scans};
use crate::world::{CENTRAL, Failure, World, chain};

/// The server's log.
pub(super) struct Log {
    pub(super) entries: BTreeMap<EntryId, Entry>,
    /// When each counts as having happened.
    pub(super) effective: BTreeMap<EntryId, u64>,
    /// What a revoked device wrote, and does not count.
    pub(super) withheld: BTreeSet<EntryId>,
    /// What its writer had no right to, and nobody admitted.
    pub(super) denied: BTreeSet<EntryId>,
    /// The clock that counts of each.
    clocks: BTreeMap<EntryId, Clock>,
    lineage: Lineage,
}

impl Log {
    /// Reads the log of a world that has come to rest.
    pub(super) fn of(world: &World) -> Result<Self, Failure> {
        let central = world.machines[CENTRAL].node.as_ref();
        let central = central.ok_or("the server does not run")?;
        let mut entries = BTreeMap::new();
        let mut odd = None;
        central
            .each_entry(&mut |id, content| match content {
                Content::Known(entry) => {
                    entries.insert(id, entry.clone());
                }
                Content::Newer { .. } | Content::Bad { .. } => odd = Some(id),
            })
            .map_err(|error| chain(&error))?;
        if let Some(id) = odd {
            return Err(format!("{id} cannot be understood"));
        }
        let ids: Vec<EntryId> = entries.keys().copied().collect();
        let numbers = &world.memory.numbers;
        let epoch = numbers.epoch_of(&ids);
        let epoch = epoch.ok_or("no epoch has a number for every entry")?;
        let lineage = Lineage::of(&entries, |origin| central.read(|fold| fold.root_of(origin)));
        // No clock counts as later than the moment at which its entry was numbered.
        let capped = |id: &EntryId| {
            let clock = entries[id].clock;
            let moment = numbers.moment(epoch, *id).map(Timestamp::from_millis);
            match moment.filter(|moment| clock.time() > *moment) {
                Some(moment) => Clock::new(moment, u16::MAX),
                None => clock,
            }
        };
        let clocks: BTreeMap<EntryId, Clock> = ids.iter().map(|id| (*id, capped(id))).collect();
        let withheld = Revocations {
            entries: &entries,
            lineage: &lineage,
            central: central.device(),
            clocks: &clocks,
        };
        let withheld = withheld.withheld();
        let ahead = ahead_by_run(&entries, capped);
        let mut effective: BTreeMap<EntryId, u64> = BTreeMap::new();
        let mut by_seq: Vec<&EntryId> = entries.keys().collect();
        by_seq.sort_by_key(|id| id.seq);
        for id in by_seq {
            let run = lineage.written(lineage.run_of(*id, &entries));
            let (_, _, ahead) = ahead.get(&run).copied().unwrap_or_default();
            let time = entries[id].time.millis().saturating_sub_signed(ahead);
            let moment = numbers.moment(epoch, *id).unwrap_or(u64::MAX);
            let before = lineage.prior(*id).map_or(0, |before| effective[&before]);
            effective.insert(*id, time.min(moment).max(before));
        }
        // What is said to have happened earlier stands at that time, and nothing else does for it.
        for (id, entry) in &entries {
            let said = entry.body.particulars().and_then(|it| it.said);
            if let (Some(said), Some(time)) = (said, effective.get_mut(id)) {
                *time = said.millis().min(*time);
            }
        }
        let mut log = Self {
            entries,
            effective,
            withheld,
            denied: BTreeSet::new(),
            clocks,
            lineage,
        };
        log.denied = rights::denied(&log, central.device());
        Ok(log)
    }

    /// The device that wrote an entry.
    pub(super) fn writer(&self, id: EntryId) -> Option<DeviceId> {
        self.lineage.writer(id, &self.entries)
    }

    /// Where an entry stands by clock.
    pub(super) fn place(&self, id: EntryId) -> (Clock, EntryId) {
        (self.clocks[&id], id)
    }

    /// The entry that somebody names.
    pub(super) fn named(&self, entry: &EntryRef) -> Option<EntryId> {
        let name = (entry.id.origin, entry.id.seq, entry.hash8);
        let mut all = self.entries.keys();
        all.find(|id| self.lineage.written(**id) == name).copied()
    }

    /// What does not count: what was reversed, and of several with one key all but the first.
    pub(super) fn ineffective(&self) -> BTreeSet<EntryId> {
        let target = |entry: &Entry| match &entry.body {
            Body::Reversed(reversed) => Some(reversed.target),
            _ => None,
        };
        let counting = self.entries.iter();
        let counting = counting.filter(|(id, _)| !self.withheld.contains(id));
        let targets = counting.filter_map(|(_, entry)| target(entry));
        let targets: BTreeSet<_> = targets
            .map(|target| (target.id.origin, target.id.seq, target.hash8))
            .collect();
        let ids = self.entries.keys().copied();
        let mut ineffective: BTreeSet<EntryId> = ids
            .filter(|id| targets.contains(&self.lineage.written(*id)))
            .collect();
        ineffective.extend(&self.withheld);
        let mut keys = BTreeSet::new();
        for (_, id) in self.order() {
            if self.withheld.contains(&id) || self.denied.contains(&id) {
                continue;
            }
            let again = |once| !keys.insert(once);
            if self.entries[&id].body.once().is_some_and(again) {
                ineffective.insert(id);
            }
        }
        ineffective
    }

    /// All entries in the order of F1.
    fn order(&self) -> Vec<(u64, EntryId)> {
        let all = self.effective.iter();
        let mut order: Vec<(u64, EntryId)> = all.map(|(id, time)| (*time, *id)).collect();
        order.sort_unstable();
        order
    }

    fn on_hand(&self) -> BTreeMap<LineKey, i128> {
        let mut sums = self.replay(&mut |_, _| {});
        sums.retain(|_, sum| *sum != 0);
        sums
    }

    /// What was there just before each count.
    pub(super) fn before_counts(&self) -> BTreeMap<EntryId, i128> {
        let mut before = BTreeMap::new();
        self.replay(&mut |id, sum| {
            before.insert(id, sum);
        });
        before
    }

    /// Goes through everything in order; of each count `look` is told what was there before.
    fn replay(&self, look: &mut dyn FnMut(EntryId, i128)) -> BTreeMap<LineKey, i128> {
        let ineffective = self.ineffective();
        let scanned = scans::of(self, &ineffective);
        let mut sums: BTreeMap<LineKey, i128> = BTreeMap::new();
        for (_, id) in self.order() {
            if ineffective.contains(&id) {
                continue;
            }
            match &self.entries[&id].body {
                Body::Moved(moved) => {
                    let quantity = moved.quantity.total().ten_thousandths();
                    if let Some(from) = &moved.from {
                        *sums.entry(key(&moved.item, from)).or_default() -= quantity;
                    }
                    if let Some(to) = &moved.to {
                        *sums.entry(key(&moved.item, to)).or_default() += quantity;
                    }
                }
                Body::Counted(counted) => {
                    let quantity = counted.quantity.total().ten_thousandths();
                    let before = sums.insert(key(&counted.item, &counted.place), quantity);
                    look(id, before.unwrap_or(0));
                }
                Body::UnknownScan(_) => {
                    let Some(scan) = scanned.get(&id) else {
                        continue;
                    };
                    if let Some(from) = &scan.from {
                        *sums.entry(key(&scan.item, from)).or_default() -= scan.quantity;
                    }
                    if let Some(to) = &scan.to {
                        *sums.entry(key(&scan.item, to)).or_default() += scan.quantity;
                    }
                }
                _ => {}
            }
        }
        sums
    }
}

/// A word of the server about a clock, the last by its own clock and id.
type Word = (Clock, Option<EntryId>, i64);

/// By how much a clock was ahead in a run, by what begins the run: the last word of the server
/// about it.
fn ahead_by_run(
    entries: &BTreeMap<EntryId, Entry>,
    clock: impl Fn(&EntryId) -> Clock,
) -> BTreeMap<Written, Word> {
    let mut last = BTreeMap::new();
    for (id, entry) in entries {
        if let Body::TimeFixed(fix) = &entry.body {
            let run = (fix.run.id.origin, fix.run.id.seq, fix.run.hash8);
            let word = (clock(id), Some(*id), fix.ahead_millis);
            let known = last.entry(run).or_insert(word);
            *known = word.max(*known);
        }
    }
    last
}

fn key(item: &Code, place: &Place) -> LineKey {
    LineKey {
        item: item.clone(),
        location: place.location.clone(),
        owner: place.owner.clone(),
        batch: place.batch.clone(),
    }
}

/// Everything happened when the entries and numbers say it did.
fn judge_times(world: &World, log: &Log) -> Result<(), Failure> {
    let central = world.machines[CENTRAL].node.as_ref();
    let central = central.ok_or("the server does not run")?;
    for (id, expected) in &log.effective {
        let shown = central.read(|fold| fold.effective_time(*id));
        if shown.map(Timestamp::millis) != Some(*expected) {
            let run = log.lineage.run_of(*id, &log.entries);
            let wall = log.entries[id].time;
            return Err(format!(
                "{id} of the run from {} on, written at {wall}, counts as of {shown:?}, and should \
                 as of {expected} ms",
                run.seq
            ));
        }
    }
    Ok(())
}

/// What everybody shows is that sum.
pub(super) fn judge(world: &World, log: &Log) -> Result<(), Failure> {
    judge_times(world, log)?;
    let expected = log.on_hand();
    for (which, machine) in world.machines.iter().enumerate() {
        if world.is_left_out(which) {
            continue;
        }
        let node = machine.node.as_ref().ok_or("a machine does not run")?;
        let mut shown: BTreeMap<LineKey, i128> = node.read(|fold| {
            let totals = fold.totals();
            totals
                .map(|(key, total)| (key, total.ten_thousandths()))
                .collect()
        });
        shown.retain(|_, sum| *sum != 0);
        if shown != expected {
            let name = &machine.name;
            return Err(format!(
                "{name} shows {shown:?}, and the entries make {expected:?}"
            ));
        }
    }
    Ok(())
}
