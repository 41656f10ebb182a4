//! What plans came to, told from the entries alone: what went to a lot and was built for it, what
//! came for a purchase order, what was counted for a stocktake, what was expected then, and what of
//! it is approved.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::document::{DocumentRef, Family};
use ledger_core::entry::{Body, LotEntry, PurchaseEntry, StocktakeEntry};
use ledger_core::fold::{DocumentState, Fold};
use ledger_core::{Code, EntryId, EntryRef};

use super::naive::Log;
use crate::counters::Counters;
use crate::world::{CENTRAL, Failure, World};

/// What entries say of one document.
#[derive(Default)]
struct Told {
    /// What went out for it of each item as it was entered, less what came in.
    out: BTreeMap<Code, i128>,
    /// Counts that were made for it.
    counts: BTreeSet<EntryId>,
    /// Counts that somebody approves, with the entry that does.
    approvals: Vec<(EntryId, EntryId)>,
    /// Entries that end it.
    ends: Vec<EntryId>,
}

/// All plans that have begun and count.
struct Plans<'a> {
    log: &'a Log,
    ineffective: BTreeSet<EntryId>,
    told: BTreeMap<(Family, EntryId), Told>,
}

fn opens(body: &Body) -> Option<Family> {
    match body {
        Body::Lot(LotEntry::Planned(_)) => Some(Family::Lot),
        Body::Purchase(PurchaseEntry::Placed(_)) => Some(Family::Purchase),
        Body::Stocktake(StocktakeEntry::Opened(_)) => Some(Family::Stocktake),
        _ => None,
    }
}

impl<'a> Plans<'a> {
    fn of(log: &'a Log) -> Self {
        let mut ineffective = log.ineffective();
        ineffective.extend(&log.denied);
        let mut plans = Self {
            log,
            ineffective,
            told: BTreeMap::new(),
        };
        for (id, entry) in &log.entries {
            if let (Some(family), true) = (opens(&entry.body), plans.counts(*id)) {
                plans.told.insert((family, *id), Told::default());
            }
        }
        for (id, entry) in &log.entries {
            if plans.counts(*id) {
                plans.take(*id, &entry.body);
            }
        }
        plans
    }

    fn counts(&self, id: EntryId) -> bool {
        !self.ineffective.contains(&id)
    }

    fn about(&mut self, family: Family, entry: &EntryRef) -> Option<&mut Told> {
        let id = self.log.named(entry)?;
        self.told.get_mut(&(family, id))
    }

    fn take(&mut self, id: EntryId, body: &Body) {
        match body {
            Body::Moved(moved) => {
                let Some(DocumentRef { family, entry }) = &moved.document else {
                    return;
                };
                if let Some(told) = self.about(*family, entry) {
                    let quantity = moved.quantity.total().ten_thousandths();
                    let sum = told.out.entry(moved.item.clone()).or_default();
                    *sum += if moved.from.is_some() { quantity } else { 0 };
                    *sum -= if moved.to.is_some() { quantity } else { 0 };
                }
            }
            Body::Counted(counted) => {
                let stocktake = counted.stocktake.as_ref();
                let told = stocktake.and_then(|entry| self.about(Family::Stocktake, entry));
                if let Some(told) = told {
                    told.counts.insert(id);
                }
            }
            Body::Lot(LotEntry::Closed(ended)) => self.end(Family::Lot, &ended.document, id),
            Body::Purchase(PurchaseEntry::Closed(ended)) => {
                self.end(Family::Purchase, &ended.document, id);
            }
            Body::Stocktake(StocktakeEntry::Closed(ended)) => {
                self.end(Family::Stocktake, &ended.document, id);
            }
            Body::Stocktake(StocktakeEntry::Approved(approved)) => {
                let named = approved.counts.iter();
                let named: Vec<EntryId> = named.filter_map(|it| self.log.named(it)).collect();
                if let Some(told) = self.about(Family::Stocktake, &approved.stocktake) {
                    let approvals = named.into_iter().map(|count| (count, id));
                    told.approvals.extend(approvals);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, family: Family, entry: &EntryRef, id: EntryId) {
        if let Some(told) = self.about(family, entry) {
            told.ends.push(id);
        }
    }

    /// What of a stocktake's counts is approved: what was said after its end does not count.
    fn approved(&self, told: &Told) -> BTreeSet<EntryId> {
        let end = told.ends.iter().map(|end| self.log.place(*end)).min();
        let in_time = told.approvals.iter().filter(|(_, by)| {
            let place = self.log.place(*by);
            end.is_none_or(|end| place <= end)
        });
        in_time.map(|(count, _)| *count).collect()
    }
}

/// Sums by the items as they are called today, without those of nothing.
fn today(fold: &Fold, out: &BTreeMap<Code, i128>, sign: i128) -> BTreeMap<Code, i128> {
    let mut sums: BTreeMap<Code, i128> = BTreeMap::new();
    for (item, out) in out {
        *sums.entry(fold.canonical(item)).or_default() += sign * out;
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// What everybody shows of plans is what the entries make.
pub(super) fn judge(world: &mut World, log: &Log) -> Result<(), Failure> {
    let plans = Plans::of(log);
    let before = log.before_counts();
    let mut counters = std::mem::take(&mut world.counters);
    for (which, machine) in world.machines.iter().enumerate() {
        if world.is_left_out(which) {
            continue;
        }
        let node = machine.node.as_ref().ok_or("a machine does not run")?;
        let central = which == CENTRAL;
        let judged = node.read(|fold| {
            if central {
                meet(fold, &plans, &mut counters);
            }
            judge_one(fold, &plans, &before)
        });
        judged.map_err(|why| format!("{}: {why}", machine.name))?;
    }
    world.counters = counters;
    Ok(())
}

fn judge_one(
    fold: &Fold,
    plans: &Plans<'_>,
    before: &BTreeMap<EntryId, i128>,
) -> Result<(), Failure> {
    let shown = [
        (Family::Lot, fold.lots()),
        (Family::Purchase, fold.purchases()),
        (Family::Stocktake, fold.stocktakes()),
    ];
    let shown = shown.into_iter();
    let shown = shown.flat_map(|(family, ids)| ids.into_iter().map(move |id| (family, id)));
    let shown: BTreeSet<(Family, EntryId)> = shown.collect();
    let expected: BTreeSet<(Family, EntryId)> = plans.told.keys().copied().collect();
    if shown != expected {
        return Err(format!(
            "it has the plans {shown:?}, and should have {expected:?}"
        ));
    }
    for ((family, id), told) in &plans.told {
        let judged = match family {
            Family::Lot => judge_lot(fold, *id, told),
            Family::Purchase => judge_purchase(fold, *id, told),
            Family::Stocktake => judge_stocktake(fold, *id, told, plans, before),
            Family::Order => Ok(()),
        };
        judged.map_err(|why| format!("{} {id}: {why}", family.word()))?;
    }
    Ok(())
}

fn judge_state(state: DocumentState, told: &Told) -> Result<(), Failure> {
    let is_open = state == DocumentState::Open;
    if is_open == told.ends.is_empty() {
        return Ok(());
    }
    Err(format!(
        "it is {}, and {:?} end it",
        state.word(),
        told.ends
    ))
}

fn judge_lot(fold: &Fold, id: EntryId, told: &Told) -> Result<(), Failure> {
    let lot = fold.lot(id).ok_or("it is not there")?;
    judge_state(lot.state, told)?;
    let mut expected = today(fold, &told.out, 1);
    let built = -expected.remove(&lot.item).unwrap_or(0);
    let mut issued: BTreeMap<Code, i128> = lot
        .issued
        .iter()
        .map(|(item, total)| (item.clone(), total.ten_thousandths()))
        .collect();
    issued.retain(|_, sum| *sum != 0);
    if (lot.built.ten_thousandths(), &issued) != (built, &expected) {
        return Err(format!(
            "{} built of {issued:?}; the entries make {built} of {expected:?}",
            lot.built
        ));
    }
    Ok(())
}

fn judge_purchase(fold: &Fold, id: EntryId, told: &Told) -> Result<(), Failure> {
    let purchase = fold.purchase(id).ok_or("it is not there")?;
    judge_state(purchase.state, told)?;
    let expected = today(fold, &told.out, -1);
    let mut received: BTreeMap<Code, i128> = BTreeMap::new();
    for line in &purchase.lines {
        *received.entry(line.item.clone()).or_default() += line.received.ten_thousandths();
    }
    received.retain(|_, sum| *sum != 0);
    if received != expected {
        return Err(format!("{received:?} came; the entries make {expected:?}"));
    }
    Ok(())
}

fn judge_stocktake(
    fold: &Fold,
    id: EntryId,
    told: &Told,
    plans: &Plans<'_>,
    before: &BTreeMap<EntryId, i128>,
) -> Result<(), Failure> {
    let stocktake = fold.stocktake(id).ok_or("it is not there")?;
    judge_state(stocktake.state, told)?;
    let lines = fold.stocktake_lines(&stocktake).into_iter();
    let counts: Vec<_> = lines.flat_map(|line| line.counts).collect();
    let for_it = counts.iter().filter(|count| count.for_it);
    let shown: BTreeSet<EntryId> = for_it.map(|count| count.id).collect();
    if shown != told.counts {
        return Err(format!(
            "its counts are {shown:?}, and should be {:?}",
            told.counts
        ));
    }
    let approved = plans.approved(told);
    for count in &counts {
        if count.approved != approved.contains(&count.id) {
            return Err(format!("{} is approved: {}", count.id, count.approved));
        }
        let expected = before.get(&count.id).copied();
        let shown = count.expected.ten_thousandths();
        if Some(shown) != expected {
            return Err(format!(
                "{} found {} where {shown} were expected; by the entries it is {expected:?}",
                count.id, count.quantity
            ));
        }
    }
    Ok(())
}

/// What of plans a world has come by.
fn meet(fold: &Fold, plans: &Plans<'_>, counters: &mut Counters) {
    for ((family, id), told) in &plans.told {
        let word = family.word();
        if !told.out.is_empty() || !told.counts.is_empty() {
            counters.meet("plan", &format!("{word} that something was done for"));
        }
        if !told.ends.is_empty() {
            counters.meet("plan", &format!("{word} that ended"));
        }
        if !plans.approved(told).is_empty() {
            counters.meet("plan", "approved count");
        }
        let stocktake = fold.stocktake(*id).filter(|_| *family == Family::Stocktake);
        let lines = stocktake.map(|stocktake| fold.stocktake_lines(&stocktake));
        let mut several = lines.into_iter().flatten().filter(|line| {
            let devices: BTreeSet<_> = line.counts.iter().map(|count| count.device).collect();
            devices.len() > 1
        });
        if several.next().is_some() {
            counters.meet("plan", "line that two devices counted");
        }
    }
}
