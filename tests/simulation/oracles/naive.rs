//! On hand the plain way: all entries in the order of F1, the last count, and what moved after it.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::entry::{Body, Content, Entry, Place};
use ledger_core::fold::LineKey;
use ledger_core::{Code, EntryId};

use crate::world::{CENTRAL, Failure, World, chain};

/// The server's log.
pub(super) struct Log {
    pub(super) entries: BTreeMap<EntryId, Entry>,
    /// When each counts as having happened.
    pub(super) effective: BTreeMap<EntryId, u64>,
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
        let mut effective = BTreeMap::new();
        let mut last: Option<(EntryId, u64)> = None;
        for (id, entry) in &entries {
            let before = last.filter(|(before, _)| before.origin == id.origin);
            let time = entry.time.millis().max(before.map_or(0, |(_, time)| time));
            let moment = numbers.moment(epoch, *id).unwrap_or(u64::MAX);
            let time = time.min(moment);
            effective.insert(*id, time);
            last = Some((*id, time));
        }
        Ok(Self { entries, effective })
    }

    /// What does not count: what was reversed, and of several with one key all but the first.
    pub(super) fn ineffective(&self) -> BTreeSet<EntryId> {
        let target = |entry: &Entry| match &entry.body {
            Body::Reversed(reversed) => Some(reversed.target.id),
            _ => None,
        };
        let mut ineffective: BTreeSet<EntryId> = self.entries.values().filter_map(target).collect();
        let mut keys = BTreeSet::new();
        for (_, id) in self.order() {
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
        let ineffective = self.ineffective();
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
                    sums.insert(key(&counted.item, &counted.place), quantity);
                }
                _ => {}
            }
        }
        sums.retain(|_, sum| *sum != 0);
        sums
    }
}

fn key(item: &Code, place: &Place) -> LineKey {
    LineKey {
        item: item.clone(),
        location: place.location.clone(),
        owner: place.owner.clone(),
        batch: place.batch.clone(),
    }
}

/// What everybody shows is that sum.
pub(super) fn judge(world: &World, log: &Log) -> Result<(), Failure> {
    let expected = log.on_hand();
    for machine in &world.machines {
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
