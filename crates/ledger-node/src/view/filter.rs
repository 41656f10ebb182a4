//! Which items a list shows.

use std::collections::BTreeSet;

use ledger_core::catalogue::{Class, ItemKind};
use ledger_core::fold::{Fold, Spots};
use ledger_core::time::DAY_MILLIS;
use ledger_core::{Code, Timestamp};

use super::Level;
use crate::standing::{Supplied, Words};

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
    const fn takes_level(&self, level: Level) -> bool {
        match level {
            Level::Ok => !self.low && !self.out,
            Level::Low => self.low || !self.out,
            Level::Out => self.out || !self.low,
        }
    }
}

/// A filter made ready to be asked of many items.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    filter: &'a ItemFilter,
    search: Option<Words>,
    /// The items at the location that is asked for.
    here: Option<BTreeSet<Code>>,
    /// The items of the customer who is asked for.
    theirs: Option<BTreeSet<Code>>,
    /// The locations of the site.
    site: Option<Spots>,
    not_counted_since: Option<Timestamp>,
}

impl<'a> Sought<'a> {
    pub(super) fn new(filter: &'a ItemFilter, fold: &Fold, now: Timestamp) -> Self {
        let at_site = |site: &Code| {
            let all = fold.codes(Class::Location);
            let there = all.filter(|location| fold.site_of(location).as_ref() == Some(site));
            fold.spots(there)
        };
        let items_at = |location: &Code| {
            let stock = fold.stock_at(location);
            stock.into_keys().map(|line| line.item).collect()
        };
        Self {
            theirs: match &filter.owner {
                Some(Some(customer)) => Some(fold.items_owned_by(customer)),
                Some(None) | None => None,
            },
            here: filter.location.as_ref().map(items_at),
            site: filter.site.as_ref().map(at_site),
            search: filter.search.as_deref().map(Words::of),
            not_counted_since: filter.not_counted_for_days.map(|days| {
                let millis = u64::from(days).saturating_mul(DAY_MILLIS);
                Timestamp::from_millis(now.millis().saturating_sub(millis))
            }),
            filter,
        }
    }

    /// The few items that no other passes the filter than; none when any may.
    pub(super) fn among(&self) -> Option<&BTreeSet<Code>> {
        self.here.as_ref().or(self.theirs.as_ref())
    }

    pub(super) fn takes(&self, fold: &Fold, sku: &Code, item: &Supplied) -> bool {
        let is_own = self.filter.owner == Some(None);
        (self.filter.include_archived || !item.archived)
            && self.filter.takes_level(item.level)
            && self.filter.kind.is_none_or(|kind| item.kind == kind)
            && self
                .not_counted_since
                .is_none_or(|since| item.counted.is_some_and(|counted| counted < since))
            && self
                .search
                .as_ref()
                .is_none_or(|search| item.has_words(search))
            && self.here.as_ref().is_none_or(|here| here.contains(sku))
            && self
                .site
                .as_ref()
                .is_none_or(|site| fold.has_stock(sku, Some(site), None))
            && self
                .theirs
                .as_ref()
                .is_none_or(|theirs| theirs.contains(sku))
            && (!is_own || fold.has_stock(sku, None, Some(None)))
    }
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
