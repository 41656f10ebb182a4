//! When an item's level crossed from one to another, and which items are low or out now.

use ledger_core::fold::Item;
use std::collections::BTreeMap;

use ledger_core::{Code, EntryId, Timestamp, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Level, View, time_text};

/// A change of an item's level: what an alert tells.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CrossingView {
    /// When it happened, by F1.
    pub at: String,
    /// The entry that brought it.
    pub entry: String,
    /// The level before.
    pub from: Level,
    /// The level after.
    pub to: Level,
    /// What is available since.
    pub available: String,
}

/// An item that is low or out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LowStockView {
    /// The item.
    pub item: String,
    /// Its name.
    pub name: String,
    /// The unit of the quantities.
    pub unit: String,
    /// `low` or `out`.
    pub level: Level,
    /// Our own stock that is not promised.
    pub available: String,
    /// The threshold.
    pub threshold: Option<String>,
    /// Since when it has this level; none when it never had another.
    pub since: Option<String>,
    /// What brought it there.
    pub crossing: Option<CrossingView>,
}

/// How well the house is supplied.
#[derive(Debug, Clone, Default)]
pub struct SupplyView {
    /// Items in use that are low.
    pub low: usize,
    /// Items in use that are out.
    pub out: usize,
    /// The first of them.
    pub first: Vec<LowStockView>,
}

struct ShortItem {
    item: Item,
    available: Total,
    level: Level,
}

impl View<'_> {
    /// All changes of an item's level, by the threshold it has today, oldest first. An item begins
    /// out of stock.
    #[must_use]
    pub fn crossings(&self, sku: &Code) -> Vec<CrossingView> {
        let threshold = self.fold().item(sku).threshold;
        let mut level = Level::of(Total::ZERO, threshold);
        let mut crossings = Vec::new();
        for row in self.fold().history(sku) {
            if row.owner.is_some() {
                continue;
            }
            let now = Level::of(row.available, threshold);
            if now != level {
                crossings.push(crossing((row.at, row.id), [level, now], row.available));
                level = now;
            }
        }
        crossings
    }

    /// The items in use that are low or out, by SKU.
    #[must_use]
    pub fn low_stock(&self) -> Vec<LowStockView> {
        let short = self.short_items();
        short.map(|short| self.low_stock_view(short)).collect()
    }

    /// How many items in use are low and out, and the first of them: those with a threshold come
    /// first, since somebody wants to hear of them, and among them those that are out.
    #[must_use]
    pub fn supply(&self, first: usize) -> SupplyView {
        let mut short: Vec<ShortItem> = self.short_items().collect();
        let out = short.iter().filter(|short| short.level == Level::Out);
        let out = out.count();
        let low = short.len().saturating_sub(out);
        let urgency =
            |short: &ShortItem| (short.item.threshold.is_none(), short.level == Level::Low);
        short.sort_by_key(urgency);
        short.truncate(first);
        SupplyView {
            low,
            out,
            first: short
                .into_iter()
                .map(|short| self.low_stock_view(short))
                .collect(),
        }
    }

    fn short_items(&self) -> impl Iterator<Item = ShortItem> + '_ {
        self.fold().items().into_iter().filter_map(|sku| {
            let item = self.fold().item(&sku);
            let available = self.own_available(&sku);
            let level = Level::of(available, item.threshold);
            (level != Level::Ok && !item.archived).then_some(ShortItem {
                item,
                available,
                level,
            })
        })
    }

    fn low_stock_view(&self, short: ShortItem) -> LowStockView {
        let ShortItem {
            item,
            available,
            level,
        } = short;
        let crossing = self.crossings(&item.sku).pop();
        LowStockView {
            since: crossing.as_ref().map(|crossing| crossing.at.clone()),
            crossing,
            item: item.sku.to_string(),
            name: item.name,
            unit: item.unit,
            level,
            available: available.to_string(),
            threshold: item.threshold.map(|threshold| threshold.to_string()),
        }
    }

    /// How many items in use have each level.
    #[must_use]
    pub fn levels(&self) -> BTreeMap<Level, usize> {
        let mut levels = BTreeMap::new();
        for sku in self.fold().items() {
            let item = self.fold().item(&sku);
            if !item.archived {
                let level = Level::of(self.own_available(&sku), item.threshold);
                let count: &mut usize = levels.entry(level).or_default();
                *count = count.saturating_add(1);
            }
        }
        levels
    }

    /// Our own stock of an item less what is promised of it.
    fn own_available(&self, sku: &Code) -> Total {
        let lines = self.fold().lines(sku);
        let own = lines.iter().filter(|line| line.key.owner.is_none());
        let on_hand = own.fold(Total::ZERO, |sum, line| sum.plus(line.on_hand));
        on_hand.minus(self.fold().allocated(sku, None))
    }
}

fn crossing(
    (at, entry): (Timestamp, EntryId),
    [from, to]: [Level; 2],
    available: Total,
) -> CrossingView {
    CrossingView {
        at: time_text(at),
        entry: entry.to_string(),
        from,
        to,
        available: available.to_string(),
    }
}
