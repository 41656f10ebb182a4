//! What open lots and orders need and what comes, put before the forecast (ADR 25).
//!
//! Needs are the parts of open lots that are not built, and what open orders want and have not
//! picked. What comes is what is left of open purchase orders, and what open lots build. An order
//! without a day is needed since it was opened; a lot without one comes after all that have. What
//! should have come by now may come any day: no supply is there before the newest entry's day.

use std::collections::{BTreeMap, BTreeSet};

use super::{DocumentState, Fold, Line, Lot, PurchaseLineInfo};
use crate::code::Code;
use crate::document::Family;
use crate::forecast::{
    self, Buildable, Component, LotPart, Met, Need, Outlook, Situation, Source, Supply, outlook,
};
use crate::id::EntryId;
use crate::production::BomLine;
use crate::quantity::Total;
use crate::time::DAY_MILLIS;

/// What needs something, or from what something comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party {
    /// An order, a lot or a purchase order.
    pub family: Family,
    /// The entry that began it.
    pub id: EntryId,
}

/// The forecast over all open lots, orders and purchase orders.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Prospect {
    /// What it goes by.
    pub situation: Situation,
    /// What follows.
    pub outlook: Outlook,
    /// For what each given need is.
    pub needs: Vec<Party>,
    /// From what each supply comes.
    pub supplies: Vec<Party>,
    /// The day of the newest entry.
    today: u32,
    /// The needs of each lot, by the parts of its bill of materials that it still needs.
    lots: BTreeMap<EntryId, BTreeMap<Code, usize>>,
    /// The supplies of each purchase order, by item and by the day that was written: several lines
    /// that are overdue may all come today.
    lines: BTreeMap<EntryId, BTreeMap<(Code, Option<u32>), usize>>,
}

impl Prospect {
    /// Whether it goes by an item's stock, or by what it is made of.
    #[must_use]
    pub fn goes_by(&self, item: &Code) -> bool {
        self.situation.stock.contains_key(item)
    }

    /// Whether no newer entry than those it was worked out with is of another day.
    #[must_use]
    pub fn is_of_today(&self, fold: &Fold) -> bool {
        fold.day() == self.today
    }

    /// How what a lot still needs of a part is met; none when it needs no more of it.
    #[must_use]
    pub fn of_lot(&self, lot: EntryId, part: &Code) -> Option<&Met> {
        let need = self.lots.get(&lot)?.get(part)?;
        self.outlook.needs.get(*need)
    }

    /// What is to come by a line of a purchase order, by its place among the supplies.
    #[must_use]
    pub fn supply_of(&self, purchase: EntryId, line: &PurchaseLineInfo) -> Option<usize> {
        let lines = self.lines.get(&purchase)?;
        lines.get(&(line.item.clone(), line.day)).copied()
    }

    /// How much of which parts comes from nowhere for a lot, itself or the parts of its parts.
    #[must_use]
    pub fn short_of(&self, lot: EntryId) -> BTreeMap<Code, Total> {
        let mut short: BTreeMap<Code, Total> = BTreeMap::new();
        let own: BTreeSet<usize> = self
            .lots
            .get(&lot)
            .into_iter()
            .flat_map(|needs| needs.values().copied())
            .collect();
        for met in self
            .outlook
            .needs
            .iter()
            .filter(|met| own.contains(&met.root))
        {
            for peg in met.pegs.iter().filter(|peg| peg.source == Source::Nothing) {
                let sum = short.entry(met.need.item.clone()).or_default();
                *sum = sum.plus(peg.quantity);
            }
        }
        short
    }
}

/// How much of a part so many units of a lot take, with what is lost.
pub(super) fn taken_by(line: &BomLine, units: Total) -> Total {
    forecast::required(units, &Component::from(line))
}

impl Lot {
    /// How much of a part is issued for units that are not built yet.
    #[must_use]
    pub fn ahead(&self, line: &BomLine) -> Total {
        let of = |sums: &BTreeMap<Code, Total>| sums.get(&line.item).copied().unwrap_or_default();
        of(&self.issued).minus(of(&self.used)).max(Total::ZERO)
    }

    fn part(&self, line: &BomLine) -> LotPart {
        LotPart {
            component: Component::from(line),
            built: self.built,
            ahead: self.ahead(line),
        }
    }

    /// How much of a part goes with the next units: what they take less what is issued ahead.
    #[must_use]
    pub fn goes_with(&self, line: &BomLine, units: Total) -> Total {
        self.part(line).goes_with(units)
    }

    /// How much of a part is still to be found for the lot: what goes with the units that are left.
    #[must_use]
    pub fn required(&self, line: &BomLine) -> Total {
        if self.state != DocumentState::Open {
            return Total::ZERO;
        }
        self.goes_with(line, self.left())
    }
}

/// A component of a lot as its page shows it: its own figures, without what others need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotLine {
    /// The line of the lot's bill of materials.
    pub line: BomLine,
    /// How much of it the lot still needs.
    pub required: Total,
    /// How much was issued to the lot, less what came back.
    pub issued: Total,
    /// What is usable at its site, ours and its customer's.
    pub on_hand: Total,
    /// The same without what orders are promised.
    pub available: Total,
    /// What is to come to its site on open purchase orders.
    pub on_order: Total,
    /// What is missing by these figures: max(0, required − available − on order).
    pub shortfall: Total,
}

impl Fold {
    /// The components of a lot with their figures.
    #[must_use]
    pub fn lot_lines(&self, lot: &Lot) -> Vec<LotLine> {
        let (site, customer) = (lot.site.as_ref(), lot.customer.as_ref());
        let lines = lot.bom.iter().map(|line| {
            let sum = |pools: super::Pools| pools.values().copied().fold(Total::ZERO, Total::plus);
            let required = lot.required(line);
            let available = sum(self.unpromised_pools(&line.item, site, customer));
            let on_order = self.on_order_for(&line.item, site);
            let missing = required.minus(available).minus(on_order);
            LotLine {
                required,
                issued: lot.issued.get(&line.item).copied().unwrap_or_default(),
                on_hand: sum(self.usable_pools(&line.item, site, customer)),
                available,
                on_order,
                shortfall: missing.max(Total::ZERO),
                line: line.clone(),
            }
        });
        lines.collect()
    }

    /// The forecast over everything that is open.
    #[must_use]
    pub fn prospect(&self) -> Prospect {
        let mut prospect = Prospect {
            today: self.day(),
            ..Prospect::default()
        };
        for lot in self.lots().into_iter().filter_map(|id| self.lot(id)) {
            if lot.state == DocumentState::Open {
                prospect.add_lot(&lot);
            }
        }
        self.add_orders(&mut prospect);
        for id in self.purchases() {
            let Some(purchase) = self.purchase(id) else {
                continue;
            };
            if purchase.state == DocumentState::Open {
                let left = purchase.lines.iter();
                let left = left.filter(|line| line.left() > Total::ZERO);
                for line in left {
                    prospect.add_purchase(id, purchase.site.as_ref(), line);
                }
            }
        }
        self.add_house(&mut prospect.situation);
        prospect.outlook = outlook(&prospect.situation);
        prospect
    }

    /// The day of the newest entry, in days since 1970-01-01.
    fn day(&self) -> u32 {
        u32::try_from(self.today()).unwrap_or(u32::MAX)
    }

    fn add_orders(&self, prospect: &mut Prospect) {
        for order in self.orders().into_iter().filter_map(|id| self.order(id)) {
            if order.state != DocumentState::Open {
                continue;
            }
            let opened = u32::try_from(order.opened.millis() / DAY_MILLIS).ok();
            let picked = self.picked_of(order.id);
            let entered = self.entered_items(order.id);
            let items: BTreeSet<Code> = entered.map(|code| self.canonical(code)).collect();
            for item in items {
                let picked = picked.get(&item).copied().unwrap_or_default();
                let left = self.wanted_of(order.id, &item).minus(picked);
                if left > Total::ZERO {
                    let need = Need {
                        item,
                        quantity: left,
                        day: order.due.or(opened),
                        owner: order.customer.clone(),
                        site: order.site.clone(),
                    };
                    prospect.add_need(Family::Order, order.id, need);
                }
            }
        }
    }

    /// Adds what things are made of and what of them is there, for all that is needed.
    fn add_house(&self, situation: &mut Situation) {
        let needed = situation.needs.iter().map(|need| need.item.clone());
        let mut next: Vec<Code> = needed.collect();
        while let Some(item) = next.pop() {
            if situation.stock.contains_key(&item) {
                continue;
            }
            let bom = self.bom(&item);
            next.extend(bom.iter().map(|line| line.item.clone()));
            if !bom.is_empty() {
                let bom = bom.iter().map(Component::from).collect();
                situation.boms.insert(item.clone(), bom);
            }
            let pools = self.pools(&item, Line::on_hand);
            situation.stock.insert(item, pools);
        }
    }

    /// How many units of a lot can be built now and later, what is needed before it being met.
    #[must_use]
    pub fn can_build(&self, prospect: &Prospect, lot: &Lot) -> Option<Buildable> {
        let needs = prospect.lots.get(&lot.id);
        let parts = lot.bom.iter().map(|line| lot.part(line));
        let lot = forecast::Lot {
            left: lot.left().quantity()?,
            parts: parts.collect(),
            day: lot.due,
            owner: lot.customer.clone(),
            site: lot.site.clone(),
            needs: needs.map_or_else(Vec::new, |needs| needs.values().copied().collect()),
        };
        let built = forecast::can_build(&prospect.situation, &prospect.outlook, &[lot]);
        built.into_iter().next()
    }
}

impl Prospect {
    fn add_need(&mut self, family: Family, id: EntryId, need: Need) -> usize {
        self.situation.needs.push(need);
        self.needs.push(Party { family, id });
        self.situation.needs.len().saturating_sub(1)
    }

    fn add_lot(&mut self, lot: &Lot) {
        let mut needs = BTreeMap::new();
        for line in &lot.bom {
            let required = lot.required(line);
            if required > Total::ZERO {
                let need = Need {
                    item: line.item.clone(),
                    quantity: required,
                    day: lot.due,
                    owner: lot.customer.clone(),
                    site: lot.site.clone(),
                };
                let at = self.add_need(Family::Lot, lot.id, need);
                needs.insert(line.item.clone(), at);
            }
        }
        let left = lot.left();
        if left > Total::ZERO {
            let from = needs.values().copied().collect();
            self.add_supply(
                Family::Lot,
                lot.id,
                Supply {
                    item: lot.item.clone(),
                    quantity: left,
                    day: self.not_before_today(lot.due),
                    owner: lot.customer.clone(),
                    site: lot.site.clone(),
                    from,
                },
            );
        }
        self.lots.insert(lot.id, needs);
    }

    fn add_purchase(&mut self, id: EntryId, site: Option<&Code>, line: &PurchaseLineInfo) {
        let supply = Supply {
            item: line.item.clone(),
            quantity: line.left(),
            day: self.not_before_today(line.day),
            owner: None,
            site: site.cloned(),
            from: Vec::new(),
        };
        let at = self.add_supply(Family::Purchase, id, supply);
        let lines = self.lines.entry(id).or_default();
        lines.insert((line.item.clone(), line.day), at);
    }

    fn not_before_today(&self, day: Option<u32>) -> Option<u32> {
        day.map(|day| day.max(self.today))
    }

    fn add_supply(&mut self, family: Family, id: EntryId, supply: Supply) -> usize {
        self.situation.supplies.push(supply);
        self.supplies.push(Party { family, id });
        self.situation.supplies.len().saturating_sub(1)
    }
}
