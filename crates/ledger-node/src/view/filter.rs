//! Which items a list shows.

use ledger_core::catalogue::ItemKind;
use ledger_core::fold::{Fold, Item, LineInfo};
use ledger_core::{Code, Timestamp};

use super::Level;

const DAY_MILLIS: u64 = 24 * 60 * 60 * 1000;

/// What an item must be to be listed; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Low. Together with `out`, low or out.
    pub low: bool,
    /// Out. Together with `low`, low or out.
    pub out: bool,
    /// Every word of it stands in the SKU, the name or a barcode.
    pub search: Option<String>,
    /// Has stock at this location, ours or a customer's.
    pub location: Option<Code>,
    /// Has stock at this site, ours or a customer's.
    pub site: Option<Code>,
    /// Has stock of this customer, or with none inside, of our own.
    pub owner: Option<Option<Code>>,
    /// Is of this kind.
    pub kind: Option<ItemKind>,
    /// Has stock that was not counted for so many days.
    pub not_counted_for_days: Option<u32>,
    /// Also what is no longer in use.
    pub include_archived: bool,
}

impl ItemFilter {
    /// Whether what the catalogue says of the item lets it through.
    pub(super) fn takes_item(&self, item: &Item) -> bool {
        (self.include_archived || !item.archived)
            && self.kind.is_none_or(|kind| item.kind == kind)
            && self
                .search
                .as_deref()
                .is_none_or(|search| matches_text(item, search))
    }

    pub(super) const fn takes_level(&self, level: Level) -> bool {
        match level {
            Level::Ok => !self.low && !self.out,
            Level::Low => self.low || !self.out,
            Level::Out => self.out || !self.low,
        }
    }

    pub(super) fn takes_lines(&self, lines: &[LineInfo], fold: &Fold, now: Timestamp) -> bool {
        let any = |holds: &dyn Fn(&LineInfo) -> bool| {
            lines
                .iter()
                .any(|line| !line.on_hand.is_zero() && holds(line))
        };
        let here = |location: &Code| any(&|line| line.key.location == *location);
        let at_site = |site: &Code| {
            any(&|line| fold.location(&line.key.location).site.as_ref() == Some(site))
        };
        let not_counted = |days: u32| {
            let millis = u64::from(days).saturating_mul(DAY_MILLIS);
            let since = now.millis().saturating_sub(millis);
            any(&|line| {
                line.last_counted
                    .is_none_or(|count| count.at.millis() < since)
            })
        };
        let owned = |owner: &Option<Code>| any(&|line| line.key.owner == *owner);
        self.location.as_ref().is_none_or(here)
            && self.owner.as_ref().is_none_or(owned)
            && self.site.as_ref().is_none_or(at_site)
            && self.not_counted_for_days.is_none_or(not_counted)
    }
}

/// Whether every word of the search stands somewhere in what the item is called.
fn matches_text(item: &Item, search: &str) -> bool {
    let name = item.name.to_lowercase();
    let sku = item.sku.as_str().to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| {
        name.contains(word)
            || sku.contains(word)
            || item
                .barcodes
                .iter()
                .any(|bound| bound.barcode.as_str().to_lowercase().contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_and_out_together_take_either() {
        let filter = |low, out| ItemFilter {
            low,
            out,
            ..ItemFilter::default()
        };
        for (low, out, taken) in [
            (false, false, [true, true, true]),
            (true, false, [false, true, false]),
            (false, true, [false, false, true]),
            (true, true, [false, true, true]),
        ] {
            let takes =
                [Level::Ok, Level::Low, Level::Out].map(|at| filter(low, out).takes_level(at));
            assert_eq!(takes, taken, "low {low}, out {out}");
        }
    }
}
