//! Order lines that do not get what they want although they should (F8): oversold ones, and those
//! that lost stock they were promised to facts that came later.

use std::collections::BTreeMap;

use super::allocation::{Allocation, Claim, Pools, pick_from};
use super::catalogue::Stamp;
use super::documents::Standing;
use super::{Fold, Line, Row, TxKey};
use crate::catalogue::{ALLOW_BACKORDER, Class, Subject, allows_backorder, key};
use crate::code::Code;
use crate::id::EntryId;
use crate::quantity::Total;

/// Why a line is short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// It wanted more than there was, where that is not allowed: the entries that did.
    Oversold(Vec<EntryId>),
    /// It was promised so much and now has less: the facts that lowered the stock.
    Lost {
        promised: Total,
        held: Total,
        facts: Vec<EntryId>,
    },
    /// It may have been before others that are served now: what says that the central server was
    /// restored, and the entries of the others.
    Overtaken(Vec<EntryId>),
}

impl Shortage {
    /// The same with what was found for earlier parts of the line, whose figures it includes. What
    /// was lost is said before what was overtaken, and that before what was oversold.
    fn with(mut self, earlier: Option<Self>) -> Self {
        match (&mut self, earlier) {
            (Self::Lost { facts, .. }, Some(Self::Lost { facts: before, .. }))
            | (Self::Overtaken(facts), Some(Self::Overtaken(before)))
            | (Self::Oversold(facts), Some(Self::Oversold(before))) => facts.extend(before),
            (Self::Oversold(_), Some(earlier))
            | (Self::Overtaken(_), Some(earlier @ Self::Lost { .. })) => return earlier,
            (Self::Lost { .. } | Self::Overtaken(_), _) | (Self::Oversold(_), None) => {}
        }
        self
    }
}

impl Fold {
    /// Whether an order could want more than is available when an entry was written.
    fn backorder_allowed_at(&self, stamp: &Stamp) -> bool {
        let Ok(setting) = Code::new(ALLOW_BACKORDER) else {
            return false;
        };
        let setting = Subject::new(Class::Setting, setting);
        allows_backorder(&self.field_before(&setting, key::VALUE, stamp))
    }

    /// The lines of open orders that are short of an item against the rules, by order.
    pub(crate) fn shortages(&self, item: &Code) -> BTreeMap<EntryId, Shortage> {
        let mut shortages = BTreeMap::new();
        let allocation = self.allocation(item);
        let is_short = |claim: &&Claim| claim.allocated() < claim.quantity;
        if !allocation.claims.iter().any(|claim| is_short(&claim)) {
            return shortages;
        }
        let restores = self.restores();
        for (at, claim) in allocation.claims.iter().enumerate() {
            let short = Some(claim).filter(is_short);
            let why = short.and_then(|claim| {
                self.lost(item, &allocation, at, claim)
                    .or_else(|| {
                        let overtook = self.overtaken(&restores, &allocation, at, claim)?;
                        Some(Shortage::Overtaken(overtook))
                    })
                    .or_else(|| self.oversold(claim))
            });
            if let Some(why) = why {
                let known = shortages.remove(&claim.order);
                shortages.insert(claim.order, why.with(known));
            }
        }
        shortages
    }

    /// What is short where nothing may be short.
    fn oversold(&self, claim: &Claim) -> Option<Shortage> {
        let stamp = self.stamp_of_line(claim.order, &claim.entered, claim.entry)?;
        (!self.backorder_allowed_at(&stamp)).then(|| Shortage::Oversold(vec![claim.entry]))
    }

    /// Whether a line did not get all it wanted by the facts up to its own standing: it was on
    /// backorder then, whatever it has now.
    #[must_use]
    pub fn waited(&self, order: EntryId, item: &Code) -> bool {
        let allocation = self.allocation(item);
        let mine = allocation.claims.iter().enumerate();
        let mut mine = mine.filter(|(_, claim)| claim.order == order);
        mine.any(|(at, claim)| {
            let Some(before) = allocation.claims.get(..=at) else {
                return false;
            };
            let then = self.allocation_at(item, before, claim.standing);
            let same = |part: &&Claim| part.order == order && part.entry == claim.entry;
            let part = then.claims.iter().find(same);
            part.is_some_and(|part| part.allocated() < part.quantity)
        })
    }

    /// What these claims got by the facts up to `cut`.
    fn allocation_at(&self, item: &Code, claims: &[Claim], cut: Standing) -> Allocation {
        let mut by_order: BTreeMap<EntryId, Vec<Claim>> = BTreeMap::new();
        for part in claims {
            by_order
                .entry(part.order)
                .or_default()
                .push(part.unserved());
        }
        let then = by_order.into_iter();
        let then = then.flat_map(|(order, claims)| self.claims_at(order, item, claims, cut));
        Allocation::of(then.collect(), self.pools_at(item, cut))
    }

    /// What a claim had by the facts up to its own standing and has no longer.
    fn lost(
        &self,
        item: &Code,
        allocation: &Allocation,
        at: usize,
        claim: &Claim,
    ) -> Option<Shortage> {
        let cut = claim.standing;
        let before = allocation.claims.get(..=at)?;
        let then = self.allocation_at(item, before, cut);
        // All parts of the line together: what comes back to one may be missing from another.
        let sums = |claims: &[Claim]| {
            let mine = claims.iter().filter(|other| other.order == claim.order);
            mine.fold((Total::ZERO, Total::ZERO), |(open, got), part| {
                (open.plus(part.quantity), got.plus(part.allocated()))
            })
        };
        let (open_then, promised) = sums(&then.claims);
        let (open_now, has) = sums(before);
        let picked_since = open_then.minus(open_now).max(Total::ZERO);
        let held = has.plus(picked_since);
        if promised <= held {
            return None;
        }
        let mut wanted: BTreeMap<EntryId, Total> = BTreeMap::new();
        for part in &then.claims {
            let sum = wanted.entry(part.order).or_default();
            *sum = sum.plus(part.quantity);
        }
        Some(Shortage::Lost {
            promised,
            held,
            facts: self.facts_after(item, cut, &wanted),
        })
    }

    /// The claims of an order as they were before anything was picked later than `cut`.
    fn claims_at(
        &self,
        order: EntryId,
        item: &Code,
        mut claims: Vec<Claim>,
        cut: Standing,
    ) -> Vec<Claim> {
        let picks = self.picks_of(order).into_iter();
        let picked = picks
            .filter(|(key, _)| self.standing(*key) <= cut)
            .filter(|(key, _)| self.moved_item(*key).as_ref() == Some(item))
            .fold(Total::ZERO, |sum, (_, quantity)| sum.plus(quantity.total()));
        pick_from(&mut claims, picked);
        claims
    }

    /// Whether a row counted by what had been numbered up to `cut`. What orders took that have
    /// ended since counts as well: it is nobody's loss.
    fn counted_at(&self, row: &Row, cut: Standing) -> bool {
        let key = row.key();
        if self.is_suppressed(key) {
            return false;
        }
        let voided = self.reversals.voided_by(key);
        if voided.is_some_and(|reversal| self.standing(reversal) <= cut) {
            return false;
        }
        self.standing(key) <= cut || self.is_of_ended(key)
    }

    fn is_of_ended(&self, key: TxKey) -> bool {
        let order = self.order_of(key);
        order.is_some_and(|order| self.document_end(order, None).is_some())
    }

    fn pools_at(&self, item: &Code, cut: Standing) -> Pools {
        self.pools(item, |line: &Line| {
            let rows = self.rows_of(line);
            let counted = rows.iter().filter(|row| self.counted_at(row, cut));
            counted.fold(Total::ZERO, |sum, row| row.after(sum))
        })
    }

    /// What lowered an item's stock later than `cut`, in F1 order. Picks for orders that stood
    /// before are left out as far as these still wanted something then.
    fn facts_after(
        &self,
        item: &Code,
        cut: Standing,
        wanted: &BTreeMap<EntryId, Total>,
    ) -> Vec<EntryId> {
        let mut facts: Vec<TxKey> = Vec::new();
        for code in self.aliases(item) {
            for line in self.lines_of_code(&code) {
                self.falls_of_line(line, cut, wanted, &mut facts);
            }
        }
        for (order, wanted) in wanted {
            facts.extend(self.picked_beyond(*order, item, cut, *wanted));
        }
        if facts.is_empty() {
            // What was picked came back to another pool, or to where it cannot be used, so that the
            // line that stands before wants it again: then the picks and returns are the cause.
            for order in wanted.keys() {
                let back = self.picks_of(*order).into_iter();
                let back = back
                    .filter(|(key, quantity)| quantity.is_negative() && self.standing(*key) > cut);
                facts.extend(back.map(|(key, _)| key));
            }
            for code in self.aliases(item) {
                for line in self.lines_of_code(&code) {
                    self.falls_of_line(line, cut, &BTreeMap::new(), &mut facts);
                }
            }
        }
        facts.sort_by_key(|key| self.moment_of(*key));
        facts.dedup();
        facts.into_iter().map(|key| self.entry_id(key)).collect()
    }

    fn falls_of_line(
        &self,
        line: &Line,
        cut: Standing,
        wanted: &BTreeMap<EntryId, Total>,
        facts: &mut Vec<TxKey>,
    ) {
        let rows = self.rows_of(line);
        let mut before = Total::ZERO;
        for row in rows.iter().filter(|row| !self.is_suppressed(row.key())) {
            let key = row.key();
            let after = row.after(before);
            if let Some(reversal) = self.reversals.voided_by(key) {
                // Without it the line has less.
                if after > before && self.standing(reversal) > cut {
                    facts.push(reversal);
                }
                continue;
            }
            let served = self
                .order_of(key)
                .is_some_and(|order| wanted.contains_key(&order));
            let later = self.standing(key) > cut && !self.is_of_ended(key);
            if after < before && later && !served {
                facts.push(key);
            }
            before = after;
        }
    }

    /// Of the picks for an order later than `cut` those that took more than it wanted then.
    fn picked_beyond(
        &self,
        order: EntryId,
        item: &Code,
        cut: Standing,
        wanted: Total,
    ) -> Vec<TxKey> {
        let picks = self.picks_of(order).into_iter();
        let picks = picks
            .filter(|(key, _)| self.standing(*key) > cut)
            .filter(|(key, _)| self.moved_item(*key).as_ref() == Some(item));
        let mut taken = Total::ZERO;
        let mut beyond = Vec::new();
        for (key, quantity) in picks {
            taken = taken.plus(quantity.total());
            if taken > wanted && !quantity.is_negative() {
                beyond.push(key);
            }
        }
        beyond
    }
}
