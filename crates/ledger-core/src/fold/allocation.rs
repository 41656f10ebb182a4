//! Which stock is promised to which order line (F7, F8).
//!
//! A line's demand is a list of claims, each with its own standing in the central order. The claims
//! on an item are served one after the other from the pools of the item's usable stock: a pool is
//! what one owner has at one site.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::documents::{Standing, Until};
use super::{Fold, Line, TxKey};
use crate::catalogue::{Class, Subject, key};
use crate::code::Code;
use crate::document::Family;
use crate::id::EntryId;
use crate::quantity::Total;
use crate::time::{DAY_MILLIS, Timestamp};

/// Whose stock at which site: a customer's or ours, at a site or at locations without one.
pub type PoolKey = (Option<Code>, Option<Code>);

/// Usable stock of one item, by pool.
pub type Pools = BTreeMap<PoolKey, Total>;

/// A part of what an order wants of an item, in the queue for stock.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) order: EntryId,
    /// The item as the line was entered.
    pub(super) entered: Code,
    /// The entry that set the line to this.
    pub(super) entry: EntryId,
    pub(super) standing: Standing,
    pub(super) rank: i64,
    /// How much the part was before any of it was picked.
    pub(super) size: Total,
    /// How much of it is not picked.
    pub(super) quantity: Total,
    customer: Option<Code>,
    site: Option<Code>,
    served: Pools,
}

impl Claim {
    pub(super) fn allocated(&self) -> Total {
        let parts = self.served.values();
        parts.fold(Total::ZERO, |sum, part| sum.plus(*part))
    }

    /// The same before anything was picked or promised.
    pub(super) fn unserved(&self) -> Self {
        Self {
            quantity: self.size,
            served: Pools::new(),
            ..self.clone()
        }
    }

    /// Whether it is promised stock that another claim might have instead.
    pub(super) fn has_what_serves(&self, other: &Self) -> bool {
        let mut pools = self.served.keys();
        pools.any(|pool| may_take(&other.site, &other.customer, pool))
    }

    /// The order in which claims are served.
    fn turn(&self) -> (Reverse<i64>, Standing, EntryId) {
        (Reverse(self.rank), self.standing, self.entry)
    }

    /// Takes what it can get of a customer's pools, then of ours.
    fn serve(&mut self, pools: &mut Pools) {
        for of_customer in [true, false] {
            for (pool, left) in &mut *pools {
                let may = may_take(&self.site, &self.customer, pool);
                if pool.0.is_some() != of_customer || !may {
                    continue;
                }
                let open = self.quantity.minus(self.allocated());
                let taken = open.min(*left);
                if taken > Total::ZERO {
                    *left = left.minus(taken);
                    self.served.insert(pool.clone(), taken);
                }
            }
        }
    }
}

/// The claims on an item in the order they are served, and what is left.
#[derive(Debug, Clone, Default)]
pub(super) struct Allocation {
    pub(super) claims: Vec<Claim>,
    pub(super) left: Pools,
}

impl Allocation {
    /// Serves claims in their turn.
    pub(super) fn of(mut claims: Vec<Claim>, mut pools: Pools) -> Self {
        claims.sort_by_cached_key(Claim::turn);
        for claim in &mut claims {
            claim.serve(&mut pools);
        }
        Self {
            claims,
            left: pools,
        }
    }

    /// How much of an owner's stock is promised.
    pub(super) fn promised(&self, owner: Option<&Code>) -> Total {
        let parts = self.claims.iter().flat_map(|claim| &claim.served);
        parts
            .filter(|((of, _), _)| of.as_ref() == owner)
            .fold(Total::ZERO, |sum, (_, part)| sum.plus(*part))
    }
}

/// A line of an order as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// The order.
    pub order: EntryId,
    /// The item, as it is called today.
    pub item: Code,
    /// How much it wants.
    pub wanted: Total,
    /// How much was picked, less what was returned.
    pub picked: Total,
    /// Stock promised to it and waiting to be picked: it is ready.
    pub allocated: Total,
    /// What can neither be allocated nor was picked.
    pub backorder: Total,
    /// Its rank: higher is served first.
    pub rank: i64,
    /// Depends on an entry that has no central number yet.
    pub provisional: bool,
    /// Since when the oldest part waits that is not picked.
    pub since: Option<Timestamp>,
}

impl Fold {
    /// The newest moment in the log: what "today" is for a fold, which has no clock.
    pub(super) fn today(&self) -> u64 {
        self.origins.latest() / DAY_MILLIS
    }

    /// The day a batch of an item expires, under any of the item's codes: what the last movement or
    /// count of it said, by F1.
    #[must_use]
    pub fn expiry(&self, item: &Code, batch: &Code) -> Option<u32> {
        if self.expiries.is_empty() {
            return None;
        }
        let batch = self.symbols.find(batch)?;
        let codes = self.aliases(&self.canonical(item));
        let items = codes.iter().filter_map(|code| self.symbols.find(code));
        let said = items.filter_map(|item| self.expiries.get(&(item, batch)));
        said.flatten()
            .filter(|(key, _)| !self.is_ineffective(*key))
            .max_by_key(|(key, _)| self.moment_of(*key))
            .map(|(_, day)| *day)
    }

    /// Whether stock of a line can be promised: not expired, its location not blocked.
    #[must_use]
    pub fn is_usable(&self, key: &super::LineKey) -> bool {
        let expired = key.batch.as_ref().is_some_and(|batch| {
            self.expiry(&key.item, batch)
                .is_some_and(|day| u64::from(day) < self.today())
        });
        let location = Subject::new(Class::Location, key.location.clone());
        !expired && !self.field_of(&location, key::BLOCKED).is_true()
    }

    /// The site of a location.
    #[must_use]
    pub fn site_of(&self, location: &Code) -> Option<Code> {
        let location = Subject::new(Class::Location, location.clone());
        self.code_field(&location, key::SITE)
    }

    /// The pools of an item, from what its lines have by `on_hand`.
    pub(super) fn pools(&self, item: &Code, on_hand: impl Fn(&Line) -> Total) -> Pools {
        let mut pools = Pools::new();
        for code in self.aliases(item) {
            for line in self.lines_of_code(&code) {
                let key = self.line_key(line);
                if self.is_usable(&key) {
                    let pool = (key.owner.clone(), self.site_of(&key.location));
                    let sum = pools.entry(pool).or_default();
                    *sum = sum.plus(on_hand(line));
                }
            }
        }
        pools.retain(|_, sum| *sum > Total::ZERO);
        pools
    }

    /// What is usable of an item now, at a site or at all of them, for a customer or for us: theirs
    /// and ours, whatever of it is promised to orders.
    #[must_use]
    pub fn usable_pools(&self, item: &Code, site: Option<&Code>, customer: Option<&Code>) -> Pools {
        let (site, customer) = (site.cloned(), customer.cloned());
        let mut pools = self.pools(item, Line::on_hand);
        pools.retain(|pool, _| may_take(&site, &customer, pool));
        pools
    }

    /// The same without what orders are promised.
    pub(super) fn unpromised_pools(
        &self,
        item: &Code,
        site: Option<&Code>,
        customer: Option<&Code>,
    ) -> Pools {
        let (site, customer) = (site.cloned(), customer.cloned());
        let left = self.served(item).left.into_iter();
        left.filter(|(pool, _)| may_take(&site, &customer, pool))
            .collect()
    }

    /// The orders that have a line of an item under any of its codes.
    pub(super) fn orders_wanting(&self, item: &Code) -> BTreeSet<EntryId> {
        self.documents_with(Family::Order, item)
    }

    /// The claims of one order on an item, in the order of their standing; none when it is not
    /// open. What was picked came first from those that stand first.
    pub(super) fn claims_of(&self, order: EntryId, item: &Code, until: Until) -> Vec<Claim> {
        if !self.is_wanted(order, until) {
            return Vec::new();
        }
        let (Some(info), Some(opened)) = (self.order(order), self.order_standing(order)) else {
            return Vec::new();
        };
        let mut claims: Vec<Claim> = Vec::new();
        for entered in self.aliases(item) {
            let demand = self.demand(order, &entered, until);
            let needed = opened.max(demand.ranked.filter(|_| demand.rank != 0).unwrap_or(opened));
            claims.extend(demand.segments.iter().map(|segment| Claim {
                order,
                entered: entered.clone(),
                entry: segment.entry,
                standing: segment.standing.max(needed),
                rank: demand.rank,
                size: segment.quantity,
                quantity: segment.quantity,
                customer: info.customer.clone(),
                site: info.site.clone(),
                served: Pools::new(),
            }));
        }
        claims.sort_by_cached_key(Claim::turn);
        let picked = self.picked(order, until).remove(item).unwrap_or_default();
        pick_from(&mut claims, picked);
        claims
    }

    /// All claims on an item, and which of them its stock serves.
    pub(super) fn allocation(&self, item: &Code) -> Allocation {
        if self.orders_wanting(item).is_empty() {
            // Lists ask for every item, and most are in no order.
            return Allocation::default();
        }
        self.served(item)
    }

    /// The same with what is left, also of an item that is in no order.
    fn served(&self, item: &Code) -> Allocation {
        let orders = self.orders_wanting(item).into_iter();
        let claims = orders.flat_map(|order| self.claims_of(order, item, None));
        Allocation::of(claims.collect(), self.pools(item, Line::on_hand))
    }

    /// How much of an owner's stock of an item is promised to orders; of ours when none is named.
    #[must_use]
    pub fn allocated(&self, item: &Code, owner: Option<&Code>) -> Total {
        self.allocation(item).promised(owner)
    }

    /// How much of an item an order could still be promised.
    #[must_use]
    pub fn free_for(&self, order: EntryId, item: &Code) -> Total {
        let pools = self.free_pools(order, item);
        pools
            .values()
            .fold(Total::ZERO, |sum, left| sum.plus(*left))
    }

    /// The pools that an order could still be promised something of, with what is left in them.
    pub(crate) fn free_pools(&self, order: EntryId, item: &Code) -> Pools {
        let Some(info) = self.order(order) else {
            return Pools::new();
        };
        let left = self.served(item).left.into_iter();
        left.filter(|(pool, _)| may_take(&info.site, &info.customer, pool))
            .collect()
    }

    /// What an order's line of an item is promised of each pool.
    pub(crate) fn promised_pools(&self, order: EntryId, item: &Code) -> Pools {
        let mut pools = Pools::new();
        for claim in self.allocation(item).claims {
            if claim.order == order {
                for (pool, part) in claim.served {
                    let sum = pools.entry(pool).or_default();
                    *sum = sum.plus(part);
                }
            }
        }
        pools
    }

    /// What of an item an order could use but is at other sites, where it is not promised to it: of
    /// its customer's stock and of ours, as far as nobody there was promised it.
    #[must_use]
    pub fn elsewhere_for(&self, order: EntryId, item: &Code) -> Total {
        let Some(info) = self.order(order).filter(|info| info.site.is_some()) else {
            return Total::ZERO;
        };
        let left = self.served(item).left;
        let others = left.iter().filter(|((owner, site), _)| {
            info.site != *site && (owner.is_none() || *owner == info.customer)
        });
        others.fold(Total::ZERO, |sum, (_, left)| sum.plus(*left))
    }

    /// The lines of an order that want something or were picked, by item.
    #[must_use]
    pub fn order_lines(&self, order: EntryId) -> Vec<OrderLine> {
        self.order_lines_of(order, |item, picked| {
            // An order that has ended claims nothing.
            let allocation = if self.is_wanted(order, None) {
                self.allocation(&item)
            } else {
                Allocation::default()
            };
            self.order_line(order, item, picked, &allocation)
        })
    }

    /// The same where it is known what its lines are promised: `known` gives each line of it that
    /// wants more than was picked, as [`Fold::lines_wanting`] told of it, if the order is open.
    pub fn order_lines_with(
        &self,
        order: EntryId,
        known: impl Fn(&Code) -> Option<OrderLine>,
    ) -> Vec<OrderLine> {
        self.order_lines_of(order, |item, picked| {
            known(&item)
                .unwrap_or_else(|| self.order_line(order, item, picked, &Allocation::default()))
        })
    }

    fn order_lines_of(
        &self,
        order: EntryId,
        line: impl Fn(Code, Total) -> OrderLine,
    ) -> Vec<OrderLine> {
        let picked = self.picked(order, None);
        let entered = self.entered_items(order).map(|code| self.canonical(code));
        let mut items: BTreeSet<Code> = entered.collect();
        items.extend(picked.keys().cloned());
        let lines = items.into_iter().map(|item| {
            let picked = picked.get(&item).copied().unwrap_or_default();
            line(item, picked)
        });
        lines
            .filter(|line| !line.wanted.is_zero() || !line.picked.is_zero())
            .collect()
    }

    /// The lines of all orders that want something or were picked, by order: each item's claims
    /// are served once for all its lines.
    #[must_use]
    pub fn lines_of_all_orders(&self) -> BTreeMap<EntryId, Vec<OrderLine>> {
        let items = self.wanted_items().into_iter();
        let wanting = items.flat_map(|item| self.lines_wanting(&item));
        let wanting: BTreeMap<(EntryId, Code), OrderLine> = wanting
            .map(|line| ((line.order, line.item.clone()), line))
            .collect();
        let orders = self.orders().into_iter();
        let lines = orders.map(|order| {
            let known = |item: &Code| wanting.get(&(order, item.clone())).cloned();
            (order, self.order_lines_with(order, known))
        });
        lines.filter(|(_, lines)| !lines.is_empty()).collect()
    }

    /// The lines of open orders that want an item, in the order they are served.
    #[must_use]
    pub fn lines_wanting(&self, item: &Code) -> Vec<OrderLine> {
        let allocation = self.allocation(item);
        let mut orders: Vec<EntryId> = Vec::new();
        for claim in &allocation.claims {
            if !orders.contains(&claim.order) {
                orders.push(claim.order);
            }
        }
        let lines = orders.into_iter().map(|order| {
            let picked = self.picked(order, None).remove(item).unwrap_or_default();
            self.order_line(order, item.clone(), picked, &allocation)
        });
        lines.filter(|line| line.wanted > line.picked).collect()
    }

    fn order_line(
        &self,
        order: EntryId,
        item: Code,
        picked: Total,
        allocation: &Allocation,
    ) -> OrderLine {
        let mine = || {
            allocation
                .claims
                .iter()
                .filter(|claim| claim.order == order)
        };
        let sum = |part: fn(&Claim) -> Total| {
            mine().fold(Total::ZERO, |sum, claim| sum.plus(part(claim)))
        };
        let allocated = sum(Claim::allocated);
        let open = sum(|claim| claim.quantity);
        let aliases = self.aliases(&item);
        let demands = aliases
            .iter()
            .map(|entered| self.demand(order, entered, None));
        let (mut wanted, mut rank, mut waits) = (Total::ZERO, None, false);
        for demand in demands {
            wanted = wanted.plus(demand.wanted());
            if demand.ranked.is_some() || !demand.segments.is_empty() {
                rank = rank.max(Some(demand.rank));
            }
            let ranked = demand.ranked.filter(|_| demand.rank != 0);
            let parts = demand.segments.iter().map(|segment| segment.standing);
            waits |= parts.chain(ranked).any(Standing::is_provisional);
        }
        let opened = self.order_standing(order);
        let oldest = mine().filter(|claim| claim.quantity > Total::ZERO);
        OrderLine {
            order,
            item,
            wanted,
            picked,
            allocated,
            backorder: open.minus(allocated),
            rank: rank.unwrap_or(0),
            provisional: waits || opened.is_none_or(Standing::is_provisional),
            since: oldest
                .filter_map(|claim| self.effective_time(claim.entry))
                .min(),
        }
    }

    /// How much of each item is picked for an order, less what was returned.
    #[must_use]
    pub fn picked_of(&self, order: EntryId) -> BTreeMap<Code, Total> {
        self.picked(order, None)
    }

    /// How much an order's line wants of an item under one of its codes.
    #[must_use]
    pub fn entered_wanted(&self, order: EntryId, entered: &Code) -> Total {
        self.demand(order, entered, None).wanted()
    }

    /// How much of an item an order's line wants.
    #[must_use]
    pub fn wanted_of(&self, order: EntryId, item: &Code) -> Total {
        let aliases = self.aliases(item);
        let parts = aliases
            .iter()
            .map(|entered| self.demand(order, entered, None).wanted());
        parts.fold(Total::ZERO, Total::plus)
    }

    /// All items that have stock lines, that any order names or that are made of something, as they
    /// are called today.
    #[must_use]
    pub fn items_in_play(&self) -> BTreeSet<Code> {
        let symbols = self.lines_of_item.keys();
        let items = symbols.map(|symbol| self.canonical(&self.symbols.code(*symbol)));
        let mut items: BTreeSet<Code> = items.collect();
        items.append(&mut self.wanted_items());
        items.extend(self.made_items());
        items
    }

    /// All items that any open order may claim, as they are called today.
    #[must_use]
    pub fn wanted_items(&self) -> BTreeSet<Code> {
        let counts = |key: TxKey| !self.is_without_effect(key);
        let items = self.documents.wanted_items(counts);
        items.map(|code| self.canonical(code)).collect()
    }
}

/// Whether an order for a site and a customer may take from a pool (F8).
fn may_take(for_site: &Option<Code>, customer: &Option<Code>, (owner, site): &PoolKey) -> bool {
    (for_site.is_none() || for_site == site) && (owner.is_none() || owner == customer)
}

/// Takes what was picked from claims, those that stand first first.
pub(super) fn pick_from(claims: &mut [Claim], picked: Total) {
    let mut picked = picked.max(Total::ZERO);
    for claim in claims {
        let taken = picked.min(claim.quantity);
        claim.quantity = claim.quantity.minus(taken);
        picked = picked.minus(taken);
    }
}
