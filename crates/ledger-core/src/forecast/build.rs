//! How many units of a lot can be built, now and later.
//!
//! Not the least over its parts of what there is for each: parts share parts. A number of units is
//! tried as a whole, on what the needs before the lot leave; whatever is needed after it is in
//! nobody's way. More units never need less, so the greatest number is found by halving.

use std::collections::{BTreeMap, BTreeSet};

use super::items::Items;
use super::netting::{Netting, Taker};
use super::{Component, Day, Outlook, Ready, Situation, or_last, part_of, queue, required};
use crate::code::Code;
use crate::quantity::{Quantity, Total};

/// How many steps are told at most.
pub const STEPS_MAX: usize = 20;

/// A part of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotPart {
    /// The line of the lot's BOM.
    pub component: Component,
    /// How many units of the lot are built.
    pub built: Total,
    /// How much of it was issued for units that are not built yet.
    pub ahead: Total,
}

impl LotPart {
    /// How much of it goes with the next units, beyond what was issued ahead. What is lost while
    /// building is rounded over all units, so that any split of a lot into builds takes the same.
    #[must_use]
    pub fn goes_with(&self, units: Total) -> Total {
        let before = required(self.built, &self.component);
        let after = required(self.built.plus(units), &self.component);
        let ahead = self.ahead.max(Total::ZERO);
        after.minus(before).minus(ahead).max(Total::ZERO)
    }
}

/// A lot as far as it is not built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// How many units are left to build; of a broken one nothing is said.
    pub left: Quantity,
    /// What they are built of.
    pub parts: Vec<LotPart>,
    /// When they are needed; none is after every day that is known.
    pub day: Option<Day>,
    /// For whom, as in [`Need`](super::Need).
    pub owner: Option<Code>,
    /// Where, as in [`Need`](super::Need).
    pub site: Option<Code>,
    /// The needs, by index, that stand for its parts in the situation. The first of them in the
    /// queue is the lot's turn, and without any it is behind all that are needed on its day.
    pub needs: Vec<usize>,
}

/// From when on so many units of a lot can be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// From when on.
    pub ready: Ready,
    /// How many.
    pub units: u64,
}

/// How many units of a lot can be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buildable {
    /// From what is there now.
    pub now: u64,
    /// With what comes until its day.
    pub in_time: u64,
    /// From now on, and from each day on at which more can be built; at most [`STEPS_MAX`], of which
    /// the last says how many are possible at all by what is known, and from when on.
    pub steps: Vec<Step>,
}

/// How many units of each lot can be built, from what the needs before it leave.
///
/// The outlook is that of the situation: what another lot makes is there when it says. A lot takes
/// what is there by a day, also where it would wait for more that was ordered for later.
#[must_use]
pub fn can_build(situation: &Situation, outlook: &Outlook, lots: &[Lot]) -> Vec<Buildable> {
    let parts = lots.iter().flat_map(|lot| &lot.parts);
    let items = Items::leading_from(situation, parts.map(|part| &part.component.item));
    let mut netting = Netting::of(situation, &items);
    let queue = queue(situation);
    let mut waiting = queue.iter();
    let mut found: BTreeMap<usize, Buildable> = BTreeMap::new();
    for (turn, at, lot) in in_turn(situation, &queue, lots) {
        let before = turn.saturating_sub(queue.len().saturating_sub(waiting.len()));
        for root in waiting.by_ref().take(before) {
            netting.net(*root);
        }
        found.insert(at, Trial::of(outlook, &items, &netting, lot).buildable());
    }
    found.into_values().collect()
}

/// The lots by how many needs are met before theirs, with their places in the list.
fn in_turn<'a>(
    situation: &Situation,
    queue: &[usize],
    lots: &'a [Lot],
) -> Vec<(usize, usize, &'a Lot)> {
    let turns = queue.iter().enumerate();
    let turns: BTreeMap<usize, usize> = turns.map(|(turn, root)| (*root, turn)).collect();
    let day_of = |root: &usize| situation.needs.get(*root).map(|need| or_last(need.day));
    let lots = lots.iter().enumerate().map(|(at, lot)| {
        let own = lot.needs.iter().filter_map(|need| turns.get(need).copied());
        let last = || queue.partition_point(|root| day_of(root) <= Some(or_last(lot.day)));
        (own.min().unwrap_or_else(last), at, lot)
    });
    let mut lots: Vec<(usize, usize, &Lot)> = lots.collect();
    lots.sort_by_key(|(turn, at, _)| (*turn, *at));
    lots
}

/// What a lot may take of an item.
#[derive(Default)]
struct There {
    now: i128,
    comes: Vec<(Ready, i128)>,
}

impl There {
    fn by(&self, ready: Ready) -> i128 {
        let comes = self.comes.iter().filter(|(when, _)| *when <= ready);
        comes.fold(self.now, |sum, (_, more)| sum.saturating_add(*more))
    }
}

/// A lot before what it may take.
struct Trial<'a> {
    lot: &'a Lot,
    items: &'a Items<'a>,
    /// By the place of the item, for all that the lot leads to.
    there: BTreeMap<usize, There>,
}

impl<'a> Trial<'a> {
    fn of(outlook: &Outlook, items: &'a Items<'a>, netting: &Netting<'a>, lot: &'a Lot) -> Self {
        let taker = Taker {
            owner: lot.owner.as_ref(),
            site: lot.site.as_ref(),
        };
        let ready = |supply: usize| {
            let promised = outlook.supplies.get(supply);
            promised.map_or(Ready::Never, |promised| promised.ready)
        };
        let mut there: BTreeMap<usize, There> = BTreeMap::new();
        let parts = lot.parts.iter();
        let places = parts.filter_map(|part| items.place(&part.component.item));
        let mut next: BTreeSet<usize> = places.collect();
        while let Some(place) = next.pop_first() {
            let comes = netting.coming(place, taker);
            let comes = comes.map(|(supply, left)| (ready(supply), left));
            let of = There {
                now: netting.in_stock(place, taker),
                comes: comes.filter(|(ready, _)| *ready < Ready::Never).collect(),
            };
            there.insert(place, of);
            let bom = items.at(place).into_iter().flat_map(|item| &item.bom);
            next.extend(bom.map(|(part, _)| *part));
        }
        Self { lot, items, there }
    }

    fn buildable(&self) -> Buildable {
        let left = self.lot.left.ten_thousandths().max(0);
        let left = left.checked_div(Quantity::ONE.ten_thousandths());
        let left = left.and_then(|units| u64::try_from(units).ok());
        let comes = self.there.values().flat_map(|there| &there.comes);
        let days: BTreeSet<Ready> = comes.map(|(ready, _)| *ready).collect();
        let days: Vec<Ready> = days.into_iter().collect();
        let last = days.last().copied().unwrap_or(Ready::Now);
        let most = self.greatest(last, 0, left.unwrap_or_default());
        let now = self.greatest(Ready::Now, 0, most);
        let day = self.lot.day.map_or(Ready::SomeDay, Ready::On);
        Buildable {
            now,
            in_time: self.greatest(day, now, most),
            steps: self.steps(&days, now, most),
        }
    }

    /// From `now` on to the `most` that is possible, over the days on which something comes.
    fn steps(&self, mut days: &[Ready], now: u64, most: u64) -> Vec<Step> {
        let mut steps = vec![Step {
            ready: Ready::Now,
            units: now,
        }];
        let mut units = now;
        while units < most {
            let wanted = if steps.len().saturating_add(1) < STEPS_MAX {
                units.saturating_add(1)
            } else {
                most
            };
            let too_early = days.partition_point(|day| !self.can(wanted, *day));
            let Some((ready, later)) = days.get(too_early..).and_then(<[Ready]>::split_first)
            else {
                break;
            };
            units = self.greatest(*ready, wanted, most);
            steps.push(Step {
                ready: *ready,
                units,
            });
            days = later;
        }
        steps
    }

    /// The greatest number by a day, where `least` can be built and more than `most` never.
    fn greatest(&self, ready: Ready, least: u64, most: u64) -> u64 {
        let (mut can, mut cannot) = (least, most.saturating_add(1));
        while can.saturating_add(1) < cannot {
            let middle = can.midpoint(cannot);
            if self.can(middle, ready) {
                can = middle;
            } else {
                cannot = middle;
            }
        }
        can
    }

    /// Whether so many units can be built with what is there by a day.
    fn can(&self, units: u64, ready: Ready) -> bool {
        let units = i128::from(units).saturating_mul(Quantity::ONE.total().ten_thousandths());
        let units = Total::from_ten_thousandths(units);
        let mut waiting: BTreeMap<usize, i128> = BTreeMap::new();
        for part in &self.lot.parts {
            let quantity = part.goes_with(units);
            if let Some(place) = self.items.place(&part.component.item) {
                ask_for(&mut waiting, place, quantity.ten_thousandths());
            }
        }
        while let Some((place, quantity)) = waiting.pop_first() {
            let there = self.there.get(&place).map_or(0, |there| there.by(ready));
            let left = quantity.saturating_sub(there);
            if left <= 0 {
                continue;
            }
            let bom = self.items.at(place).into_iter().flat_map(|item| &item.bom);
            let parts = bom.map(|(part, component)| (*part, part_of(left, component)));
            let mut is_made = false;
            for (part, quantity) in parts.filter(|(_, quantity)| *quantity > 0) {
                ask_for(&mut waiting, part, quantity);
                is_made = true;
            }
            if !is_made {
                return false;
            }
        }
        true
    }
}

fn ask_for(waiting: &mut BTreeMap<usize, i128>, place: usize, quantity: i128) {
    let sum = waiting.entry(place).or_default();
    *sum = sum.saturating_add(quantity);
}
