//! When an item's level crossed from one to another, and which items are low or out now.

use std::collections::BTreeMap;

use ledger_core::{Code, EntryId, Timestamp, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Level, View, time_text};
use crate::standing::Supply;

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
    pub first: Vec<ShortItemView>,
}

/// An item that is low or out, as far as one line tells.
#[derive(Debug, Clone)]
pub struct ShortItemView {
    /// The item.
    pub item: String,
    /// Its name.
    pub name: String,
    /// `low` or `out`.
    pub level: Level,
    /// Our own stock that is not promised.
    pub available: String,
    /// The threshold.
    pub threshold: Option<String>,
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
        let mut short = self.short_items(usize::MAX);
        short.sort();
        short.iter().map(|sku| self.low_stock_view(sku)).collect()
    }

    /// How many items in use are low and out, and the first of them: those with a threshold come
    /// first, since somebody wants to hear of them, and among them those that are out.
    #[must_use]
    pub fn supply(&self, first: usize) -> SupplyView {
        let levels = self.levels();
        let count = |level: Level| levels.get(&level).copied().unwrap_or(0);
        let first = self.short_items(first);
        SupplyView {
            low: count(Level::Low),
            out: count(Level::Out),
            first: first.iter().map(|sku| self.short_item(sku)).collect(),
        }
    }

    fn short_items(&self, first: usize) -> Vec<Code> {
        let supply = &self.standing().supply;
        supply.look(self.fold(), |supply| {
            supply.short().take(first).cloned().collect()
        })
    }

    fn short_item(&self, sku: &Code) -> ShortItemView {
        let item = self.fold().item(sku);
        let supply = &self.standing().supply;
        let available = supply.look(self.fold(), |supply| {
            supply
                .of(sku)
                .map_or(Total::ZERO, |supplied| supplied.stocked.available())
        });
        ShortItemView {
            level: Level::of(available, item.threshold),
            item: item.sku.to_string(),
            name: item.name,
            available: available.to_string(),
            threshold: item.threshold.map(|threshold| threshold.to_string()),
        }
    }

    fn low_stock_view(&self, sku: &Code) -> LowStockView {
        let short = self.short_item(sku);
        let crossing = self.crossings(sku).pop();
        LowStockView {
            since: crossing.as_ref().map(|crossing| crossing.at.clone()),
            crossing,
            unit: self.unit_of(sku),
            level: short.level,
            item: short.item,
            name: short.name,
            available: short.available,
            threshold: short.threshold,
        }
    }

    /// How many items in use have each level.
    #[must_use]
    pub fn levels(&self) -> BTreeMap<Level, usize> {
        let supply = &self.standing().supply;
        supply.look(self.fold(), |supply| supply.levels().clone())
    }

    /// How many items there are, archived ones too.
    #[must_use]
    pub fn item_count(&self) -> usize {
        let supply = &self.standing().supply;
        supply.look(self.fold(), Supply::count)
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
