//! Order lines that do not get what they want although they should (F8): oversold ones, and those
//! that lost stock they were promised to facts that came later.

use std::collections::BTreeMap;

use super::allocation::{Allocation, Claim, Pools, pick_from};
use super::catalogue::Stamp;
use super::orders::{OrderState, Standing};
use super::{Fold, Line, Row, TxKey};
use crate::catalogue::{Class, Subject, key};
use crate::code::Code;
use crate::id::EntryId;
use crate::quantity::Total;

/// The setting that allows to order more than is available.
const ALLOW_BACKORDER: &str = "ALLOW-BACKORDER";

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
}

impl Fold {
    /// Whether an order could want more than is available when an entry was written.
    fn backorder_allowed_at(&self, stamp: &Stamp) -> bool {
        let Some(setting) = Code::from_normalised(ALLOW_BACKORDER) else {
            return false;
        };
        let setting = Subject::new(Class::Setting, setting);
        let value = self.field_before(&setting, key::VALUE, stamp);
        value.as_text() == Some("on")
    }

    /// The lines of open orders that are short of an item against the rules, by order.
    pub(crate) fn shortages(&self, item: &Code) -> BTreeMap<EntryId, Shortage> {
        let mut shortages = BTreeMap::new();
        let allocation = self.allocation(item);
        for (at, claim) in allocation.claims.iter().enumerate() {
            if claim.allocated() >= claim.quantity {
                continue;
            }
            if let Some(lost) = self.lost(item, &allocation, at, claim) {
                let known = shortages.entry(claim.order).or_insert(lost.clone());
                if let Shortage::Oversold(_) = known {
                    *known = lost;
                }
                continue;
            }
            let stamp = self.stamp_of_line(claim.order, &claim.entered, claim.entry);
            if stamp.is_some_and(|stamp| !self.backorder_allowed_at(&stamp)) {
                let known = shortages
                    .entry(claim.order)
                    .or_insert(Shortage::Oversold(Vec::new()));
                if let Shortage::Oversold(entries) = known {
                    entries.push(claim.entry);
                }
            }
        }
        shortages
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
        let pools = self.pools_at(item, cut);
        let before = allocation.claims.get(..=at)?;
        let mut then: Vec<Claim> = Vec::new();
        for part in before {
            if !then.iter().any(|known| known.order == part.order) {
                then.extend(self.claims_at(part.order, item, before, cut));
            }
        }
        let same = |other: &&Claim| other.order == claim.order && other.entry == claim.entry;
        let then = Allocation::of(then, pools);
        let had = then.claims.iter().find(same)?;
        let picked_since = had.quantity.minus(claim.quantity);
        let held = claim.allocated().plus(picked_since);
        if had.allocated() <= held {
            return None;
        }
        let before: Vec<EntryId> = before.iter().map(|part| part.order).collect();
        Some(Shortage::Lost {
            promised: had.allocated(),
            held,
            facts: self.facts_after(item, cut, &before),
        })
    }

    /// The claims of an order as they were before anything was picked later than `cut`.
    fn claims_at(&self, order: EntryId, item: &Code, among: &[Claim], cut: Standing) -> Vec<Claim> {
        let mine = among.iter().filter(|claim| claim.order == order);
        let mut claims: Vec<Claim> = mine.map(Claim::unserved).collect();
        let picks = self.picks_of(order).into_iter();
        let picked = picks
            .filter(|(key, _)| self.standing(*key) <= cut)
            .filter(|(key, _)| self.picked_item(*key).as_ref() == Some(item))
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
        let pick = self.orders.picks.get(&key);
        pick.is_some_and(|pick| {
            self.order(pick.order.id)
                .is_some_and(|order| order.state != OrderState::Open)
        })
    }

    fn pools_at(&self, item: &Code, cut: Standing) -> Pools {
        self.pools(item, |line: &Line| {
            let rows = self.rows_of(line);
            let counted = rows.iter().filter(|row| self.counted_at(row, cut));
            counted.fold(Total::ZERO, |sum, row| row.after(sum))
        })
    }

    /// What lowered an item's stock later than `cut`, save picks for these orders, in F1 order.
    fn facts_after(&self, item: &Code, cut: Standing, orders: &[EntryId]) -> Vec<EntryId> {
        let mut facts: Vec<TxKey> = Vec::new();
        for code in self.aliases(item) {
            for line in self.lines_of_code(&code) {
                let rows = self.rows_of(line);
                let mut before = Total::ZERO;
                for row in rows.iter().filter(|row| !self.is_suppressed(row.key())) {
                    let key = row.key();
                    if let Some(reversal) = self.reversals.voided_by(key) {
                        let gave = row.amount().total() > Total::ZERO && !row.is_count();
                        if gave && self.standing(reversal) > cut {
                            facts.push(reversal);
                        }
                        continue;
                    }
                    let after = row.after(before);
                    let pick = self.orders.picks.get(&key);
                    let served = pick.is_some_and(|pick| orders.contains(&pick.order.id));
                    if after < before
                        && !served
                        && self.standing(key) > cut
                        && !self.is_of_ended(key)
                    {
                        facts.push(key);
                    }
                    before = after;
                }
            }
        }
        facts.sort_by_key(|key| self.moment_of(*key));
        facts.dedup();
        facts.into_iter().map(|key| self.entry_id(key)).collect()
    }
}
