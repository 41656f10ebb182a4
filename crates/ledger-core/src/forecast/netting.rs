//! What is left of stock and supplies while needs are met one after the other.

use std::collections::BTreeMap;

use super::items::Items;
use super::{
    Met, Need, Outlook, Peg, Promised, Ready, Situation, Source, Supply, or_last, part_of,
};
use crate::code::Code;
use crate::quantity::Total;

/// What one owner has of an item at one site.
struct Pool<'a> {
    owner: Option<&'a Code>,
    site: Option<&'a Code>,
    left: i128,
}

/// For whom and where something is needed.
#[derive(Clone, Copy)]
pub(super) struct Taker<'a> {
    pub(super) owner: Option<&'a Code>,
    pub(super) site: Option<&'a Code>,
}

impl Taker<'_> {
    /// Whether it may take from a pool: as orders may (F8).
    fn may_take(self, pool: &Pool<'_>) -> bool {
        (self.site.is_none() || self.site == pool.site)
            && (pool.owner.is_none() || pool.owner == self.owner)
    }

    /// Whether what comes can be for it.
    fn may_wait_for(self, supply: &Supply) -> bool {
        let (owner, site) = (supply.owner.as_ref(), supply.site.as_ref());
        (self.site.is_none() || site.is_none() || self.site == site)
            && (owner.is_none() || owner == self.owner)
    }
}

pub(super) struct Netting<'a> {
    situation: &'a Situation,
    items: &'a Items<'a>,
    /// What is left of stock, by the item's place.
    pools: Vec<Vec<Pool<'a>>>,
    /// The supplies of each item, by its place, the earliest first.
    supplies: Vec<Vec<usize>>,
    outlook: Outlook,
    /// How much the need that is being netted asks for of items at places not reached so far.
    waiting: BTreeMap<usize, i128>,
    /// The index of its last need for the item at a place.
    asked: Vec<usize>,
}

impl<'a> Netting<'a> {
    pub(super) fn of(situation: &'a Situation, items: &'a Items<'a>) -> Self {
        let pools: Vec<Vec<Pool<'_>>> = items
            .iter()
            .map(|item| pools_of(situation, item.code))
            .collect();
        let needs = situation.needs.iter().enumerate();
        let outlook = Outlook {
            needs: needs.map(|(root, need)| open(need.clone(), root)).collect(),
            parts: Vec::new(),
            supplies: situation.supplies.iter().map(unpromised).collect(),
        };
        Self {
            situation,
            items,
            asked: vec![0; pools.len()],
            pools,
            supplies: supplies_of(situation, items),
            outlook,
            waiting: BTreeMap::new(),
        }
    }

    /// Meets a given need and all that follows from it.
    pub(super) fn net(&mut self, root: usize) {
        let Some(need) = self.situation.needs.get(root) else {
            return;
        };
        let Some(place) = self.items.place(&need.item) else {
            return;
        };
        let begin = self.outlook.parts.len();
        self.meet(root, root, place, usable(need.quantity));
        // Parts are asked for by what stands before them, so each sum is complete when it is reached.
        while let Some((place, quantity)) = self.waiting.pop_first() {
            let Some(item) = self.items.at(place) else {
                continue;
            };
            let part = Need {
                item: item.code.clone(),
                quantity: Total::from_ten_thousandths(quantity),
                day: need.day,
                owner: need.owner.clone(),
                site: need.site.clone(),
            };
            let at = self.outlook.needs.len();
            self.outlook.needs.push(open(part, root));
            self.meet(root, at, place, quantity);
        }
        let parts = self.outlook.parts.get_mut(begin..);
        for part in parts.into_iter().flatten() {
            *part = self.asked.get(*part).copied().unwrap_or_default();
        }
    }

    /// What was found out; when needs are met is still to be told.
    pub(super) fn end(self) -> Outlook {
        self.outlook
    }

    /// How much of the stock of the item at a place somebody may take.
    pub(super) fn in_stock(&self, place: usize, taker: Taker<'_>) -> i128 {
        let pools = self.pools.get(place).into_iter().flatten();
        let pools = pools.filter(|pool| taker.may_take(pool));
        pools.fold(0, |sum, pool| sum.saturating_add(pool.left))
    }

    /// The supplies of the item at a place that somebody may wait for, with what is left of each.
    pub(super) fn coming(
        &self,
        place: usize,
        taker: Taker<'_>,
    ) -> impl Iterator<Item = (usize, i128)> {
        let supplies = self.supplies.get(place).into_iter().flatten();
        supplies.filter_map(move |at| {
            let supply = self.situation.supplies.get(*at)?;
            let free = self.outlook.supplies.get(*at)?.free.ten_thousandths();
            (free > 0 && taker.may_wait_for(supply)).then_some((*at, free))
        })
    }

    /// Meets the need at an index, for the item at a place.
    fn meet(&mut self, root: usize, at: usize, place: usize, mut left: i128) {
        let mut pegs = Vec::new();
        if let Some(need) = self.situation.needs.get(root) {
            let taker = Taker {
                owner: need.owner.as_ref(),
                site: need.site.as_ref(),
            };
            self.take_stock(place, taker, &mut left, &mut pegs);
            self.take_supplies(root, place, taker, &mut left, &mut pegs);
        }
        if left > 0 {
            let source = self.make(place, left);
            pegs.push(peg(source, None, left));
        }
        if let Some(asked) = self.asked.get_mut(place) {
            *asked = at;
        }
        if let Some(met) = self.outlook.needs.get_mut(at) {
            met.pegs = pegs;
        }
    }

    fn take_stock(&mut self, place: usize, taker: Taker<'_>, left: &mut i128, pegs: &mut Vec<Peg>) {
        for source in [Source::Theirs, Source::Ours] {
            for pool in self.pools.get_mut(place).into_iter().flatten() {
                let is_theirs = source == Source::Theirs;
                if pool.owner.is_some() != is_theirs || !taker.may_take(pool) {
                    continue;
                }
                let taken = pool.left.min(*left);
                if taken > 0 {
                    pool.left = pool.left.saturating_sub(taken);
                    *left = left.saturating_sub(taken);
                    pegs.push(peg(source, pool.site, taken));
                }
            }
        }
    }

    fn take_supplies(
        &mut self,
        root: usize,
        place: usize,
        taker: Taker<'_>,
        left: &mut i128,
        pegs: &mut Vec<Peg>,
    ) {
        for at in self.supplies.get(place).into_iter().flatten() {
            let supply = self.situation.supplies.get(*at);
            let promised = self.outlook.supplies.get_mut(*at);
            let Some((supply, promised)) = supply.zip(promised) else {
                continue;
            };
            let taken = promised.free.ten_thousandths().min(*left);
            if taken > 0 && taker.may_wait_for(supply) {
                let total = Total::from_ten_thousandths(taken);
                promised.free = promised.free.minus(total);
                promised.to.push((root, total));
                *left = left.saturating_sub(taken);
                pegs.push(peg(Source::Supply(*at), None, taken));
            }
        }
    }

    /// Asks for the parts of what nobody has.
    fn make(&mut self, place: usize, quantity: i128) -> Source {
        let begin = self.outlook.parts.len();
        let bom = self.items.at(place).map(|item| &item.bom);
        for (part, component) in bom.into_iter().flatten() {
            let quantity = part_of(quantity, component);
            if quantity == 0 {
                continue;
            }
            let sum = self.waiting.entry(*part).or_default();
            *sum = sum.saturating_add(quantity);
            // Lines for the same part stand together, and are one need.
            let before = self.outlook.parts.get(begin..).and_then(<[usize]>::last);
            if before != Some(part) {
                self.outlook.parts.push(*part);
            }
        }
        if self.outlook.parts.len() == begin {
            return Source::Nothing;
        }
        Source::Made(begin, self.outlook.parts.len())
    }
}

/// A supply that nobody waits for so far.
fn unpromised(supply: &Supply) -> Promised {
    Promised {
        to: Vec::new(),
        free: Total::from_ten_thousandths(usable(supply.quantity)),
        ready: Ready::Never,
    }
}

/// A need of which nothing is met so far.
const fn open(need: Need, root: usize) -> Met {
    Met {
        need,
        root,
        pegs: Vec::new(),
        ready: Ready::Never,
    }
}

fn usable(total: Total) -> i128 {
    total.ten_thousandths().max(0)
}

fn pools_of<'a>(situation: &'a Situation, item: &Code) -> Vec<Pool<'a>> {
    let pools = situation.stock.get(item).into_iter().flatten();
    let pools = pools.map(|((owner, site), total)| Pool {
        owner: owner.as_ref(),
        site: site.as_ref(),
        left: usable(*total),
    });
    pools.filter(|pool| pool.left > 0).collect()
}

/// The supplies of each item, the earliest first. Of one day those first that serve the fewest.
fn supplies_of(situation: &Situation, items: &Items<'_>) -> Vec<Vec<usize>> {
    let mut of: Vec<Vec<usize>> = items.iter().map(|_| Vec::new()).collect();
    for (at, supply) in situation.supplies.iter().enumerate() {
        let of = items
            .place(&supply.item)
            .and_then(|place| of.get_mut(place));
        if let Some(of) = of {
            of.push(at);
        }
    }
    let turn = |at: &usize| {
        let supply = situation.supplies.get(*at);
        supply.map(|of| (or_last(of.day), of.owner.is_none(), of.site.is_none()))
    };
    for supplies in &mut of {
        supplies.sort_by_key(turn);
    }
    of
}

fn peg(source: Source, site: Option<&Code>, quantity: i128) -> Peg {
    Peg {
        source,
        site: site.cloned(),
        quantity: Total::from_ten_thousandths(quantity),
    }
}
