//! One item with its stock: the shape of `show`, and of `items` without the lines.

use ledger_core::Code;
use ledger_core::at_entry::{self, Refusal};
use ledger_core::fold::{Item, LineInfo};
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::Sought;
use super::{BehindView, ComingView, ItemFilter, Level, View, WantingView, text_of, time_text};
use crate::standing::{Stocked, Supplied};

/// An item and how much of it there is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemView {
    /// The code it is identified by.
    pub sku: String,
    /// The name people read.
    pub name: String,
    /// `part`, `pcba` or `assembly`.
    pub kind: &'static str,
    /// The unit of its quantities.
    pub unit: String,
    /// Our own stock.
    pub on_hand: String,
    /// Customers' stock.
    pub on_hand_customers: String,
    /// Our own stock that is promised to orders.
    pub allocated: String,
    /// Our own stock that is not promised.
    pub available: String,
    /// Ordered from suppliers and not yet received.
    pub on_order: String,
    /// The low-stock threshold.
    pub threshold: Option<String>,
    /// The level of what is available.
    pub level: Level,
    /// All stock lines that are not zero, where they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<LineView>>,
    /// Lines of open orders that want it, in the order they are served, where they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders: Option<Vec<WantingView>>,
    /// What is to come of it, by purchase order, where it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coming: Option<Vec<ComingView>>,
    /// The moment of which the numbers are known to be everybody's.
    pub as_of: Option<String>,
    /// Devices whose news may be missing from the numbers.
    pub behind: Vec<BehindView>,
    /// The usual location.
    pub location: Option<String>,
    /// Whom it is usually bought from.
    pub supplier: Option<String>,
    /// The barcodes.
    pub barcodes: Vec<BarcodeView>,
    /// At how many locations there is any.
    pub locations: usize,
    /// No longer in use.
    pub archived: bool,
}

/// One stock line of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineView {
    /// Where.
    pub location: String,
    /// The location's site.
    pub site: Option<String>,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// How much.
    pub on_hand: String,
    /// When it was last counted.
    pub last_counted: Option<String>,
}

/// A barcode of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BarcodeView {
    /// The barcode.
    pub code: String,
    /// How much of the item one scan of it is.
    pub pack: String,
}

impl View<'_> {
    /// The item that a text names, by its SKU or one of its barcodes.
    pub fn find_item(&self, text: &str) -> Result<Code, Refusal> {
        at_entry::find_item(self.fold(), text).map(|(item, _)| item)
    }

    /// The items that pass the filter, by SKU.
    #[must_use]
    pub fn items(&self, filter: &ItemFilter) -> Vec<ItemView> {
        self.items_after(filter, None, usize::MAX)
    }

    /// At most so many items that pass the filter, by SKU, beginning behind a SKU.
    #[must_use]
    pub fn items_after(
        &self,
        filter: &ItemFilter,
        after: Option<&Code>,
        limit: usize,
    ) -> Vec<ItemView> {
        let behind = self.behind();
        let found = self.items_found(filter, after, limit);
        let views = found
            .into_iter()
            .map(|(sku, stocked)| self.item_view(self.fold().item(&sku), stocked, behind.clone()));
        views.collect()
    }

    fn items_found(
        &self,
        filter: &ItemFilter,
        after: Option<&Code>,
        limit: usize,
    ) -> Vec<(Code, Stocked)> {
        let sought = Sought::new(filter, self.fold(), self.now());
        let supply = &self.standing().supply;
        supply.look(self.fold(), |supply| {
            let found: Box<dyn Iterator<Item = (&Code, &Supplied)>> = match sought.among() {
                None => Box::new(supply.after(after)),
                Some(few) => {
                    let few = few
                        .iter()
                        .filter(|sku| after.is_none_or(|after| *sku > after));
                    Box::new(few.filter_map(|sku| Some((sku, supply.of(sku)?))))
                }
            };
            let found = found.filter(|(sku, supplied)| sought.takes(self.fold(), sku, supplied));
            let found = found.map(|(sku, supplied)| (sku.clone(), supplied.stocked));
            found.take(limit).collect()
        })
    }

    /// One item with its lines.
    #[must_use]
    pub fn show(&self, sku: &Code) -> ItemView {
        let lines = self.fold().lines(sku);
        let stocked = Stocked::of(self.fold(), sku, &lines);
        let mut view = self.item_view(self.fold().item(sku), stocked, self.behind());
        view.lines = Some(self.line_views(&lines));
        view.orders = Some(self.lines_wanting(sku));
        view.coming = Some(self.coming(sku));
        view
    }

    fn item_view(&self, item: Item, stocked: Stocked, behind: Vec<BehindView>) -> ItemView {
        let available = stocked.available();
        ItemView {
            sku: item.sku.to_string(),
            name: item.name,
            kind: item.kind.word(),
            unit: item.unit,
            on_hand: stocked.own.to_string(),
            on_hand_customers: stocked.of_customers.to_string(),
            allocated: stocked.allocated.to_string(),
            available: available.to_string(),
            on_order: self.fold().on_order(&item.sku).to_string(),
            threshold: item.threshold.map(|threshold| threshold.to_string()),
            level: Level::of(available, item.threshold),
            lines: None,
            orders: None,
            coming: None,
            as_of: self.as_of(),
            behind,
            location: text_of(item.location.as_ref()),
            supplier: text_of(item.supplier.as_ref()),
            barcodes: item
                .barcodes
                .iter()
                .map(|bound| BarcodeView {
                    code: bound.barcode.to_string(),
                    pack: bound.pack.to_string(),
                })
                .collect(),
            locations: stocked.locations,
            archived: item.archived,
        }
    }

    /// The stock lines of an item that are not zero.
    #[must_use]
    pub fn stock_lines(&self, sku: &Code) -> Vec<LineView> {
        self.line_views(&self.fold().lines(sku))
    }

    fn line_views(&self, lines: &[LineInfo]) -> Vec<LineView> {
        let shown = lines.iter().filter(|line| !line.on_hand.is_zero());
        shown.map(|line| self.line_view(line)).collect()
    }

    fn line_view(&self, line: &LineInfo) -> LineView {
        LineView {
            location: line.key.location.to_string(),
            site: text_of(self.fold().location(&line.key.location).site.as_ref()),
            owner: text_of(line.key.owner.as_ref()),
            batch: text_of(line.key.batch.as_ref()),
            on_hand: line.on_hand.to_string(),
            last_counted: line.last_counted.map(|count| time_text(count.at)),
        }
    }

    /// The moment of which the numbers are everybody's: now at the central server, elsewhere when
    /// it was last known to have all.
    #[must_use]
    pub fn as_of(&self) -> Option<String> {
        if self.is_central() {
            return Some(time_text(self.now()));
        }
        self.synced_at().map(time_text)
    }
}
