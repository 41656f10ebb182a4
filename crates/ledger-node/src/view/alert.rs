//! When an item's level crossed from one to another, and which items are low or out now.

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
        let items = self.fold().items().into_iter();
        items
            .filter_map(|sku| {
                let item = self.fold().item(&sku);
                let available = self.own_available(&sku);
                let level = Level::of(available, item.threshold);
                (level != Level::Ok && !item.archived).then(|| {
                    let crossing = self.crossings(&sku).pop();
                    LowStockView {
                        since: crossing.as_ref().map(|crossing| crossing.at.clone()),
                        crossing,
                        item: sku.to_string(),
                        name: item.name,
                        unit: item.unit,
                        level,
                        available: available.to_string(),
                        threshold: item.threshold.map(|threshold| threshold.to_string()),
                    }
                })
            })
            .collect()
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
