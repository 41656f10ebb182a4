//! How well each item is supplied, and what lists look for in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use ledger_core::catalogue::ItemKind;
use ledger_core::fold::{Fold, Item, LineInfo, News};
use ledger_core::{Code, Timestamp, Total};
use memchr::memmem::Finder;

use super::Follows;
use crate::view::Level;

/// What is kept of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Supplied {
    pub(crate) stocked: Stocked,
    pub(crate) level: Level,
    pub(crate) kind: ItemKind,
    pub(crate) archived: bool,
    has_threshold: bool,
    /// When the stock that was not counted for longest was; [`Timestamp::ZERO`] when some never
    /// was, none when there is no stock.
    pub(crate) counted: Option<Timestamp>,
    /// The unit of its quantities.
    pub(crate) unit: Box<str>,
    /// SKU, name and barcodes in small letters, a line each.
    words: Box<str>,
}

/// In which turn an item that is short comes before a person: with a threshold, then out, then by
/// SKU.
type Urgency = (bool, bool, Code);

/// The words of a search, whatever their letters' case.
#[derive(Debug)]
pub(crate) struct Words(Vec<Finder<'static>>);

impl Words {
    pub(crate) fn of(search: &str) -> Self {
        let search = search.to_lowercase();
        let words = search.split_whitespace();
        Self(words.map(|word| Finder::new(word).into_owned()).collect())
    }
}

/// How much there is of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stocked {
    /// Our own stock.
    pub(crate) own: Total,
    pub(crate) of_customers: Total,
    /// Our own stock that is promised to orders.
    pub(crate) allocated: Total,
    /// At how many locations there is any.
    pub(crate) locations: usize,
}

impl Stocked {
    /// Of the item's `lines`, as the fold has them.
    pub(crate) fn of(fold: &Fold, sku: &Code, lines: &[LineInfo]) -> Self {
        let (mut own, mut of_customers) = (Total::ZERO, Total::ZERO);
        let mut locations: BTreeSet<&Code> = BTreeSet::new();
        for line in lines.iter().filter(|line| !line.on_hand.is_zero()) {
            let sum = match line.key.owner {
                None => &mut own,
                Some(_) => &mut of_customers,
            };
            *sum = sum.plus(line.on_hand);
            locations.insert(&line.key.location);
        }
        Self {
            own,
            of_customers,
            allocated: fold.allocated(sku, None),
            locations: locations.len(),
        }
    }

    /// Our own stock that is not promised.
    pub(crate) fn available(&self) -> Total {
        self.own.minus(self.allocated)
    }
}

/// All items by SKU.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Supply {
    items: BTreeMap<Code, Supplied>,
    levels: BTreeMap<Level, usize>,
    short: BTreeSet<Urgency>,
}

impl Supplied {
    fn of(fold: &Fold, sku: &Code) -> Self {
        let item = fold.item(sku);
        let lines = fold.lines(sku);
        let stock = lines.iter().filter(|line| !line.on_hand.is_zero());
        let stocked = Stocked::of(fold, sku, &lines);
        let counted = stock.map(|line| line.last_counted.map_or(Timestamp::ZERO, |count| count.at));
        Self {
            stocked,
            level: Level::of(stocked.available(), item.threshold),
            kind: item.kind,
            archived: item.archived,
            has_threshold: item.threshold.is_some(),
            counted: counted.min(),
            words: words_of(&item),
            unit: item.unit.into_boxed_str(),
        }
    }

    /// Whether every word of a search stands in what the item is called.
    pub(crate) fn has_words(&self, search: &Words) -> bool {
        let said = self.words.as_bytes();
        search.0.iter().all(|word| word.find(said).is_some())
    }

    fn urgency(&self, sku: &Code) -> Option<Urgency> {
        let is_short = self.level != Level::Ok && !self.archived;
        is_short.then(|| (!self.has_threshold, self.level == Level::Low, sku.clone()))
    }
}

fn words_of(item: &Item) -> Box<str> {
    let mut words = format!("{}\n{}", item.sku, item.name);
    for bound in &item.barcodes {
        words.push('\n');
        words.push_str(bound.barcode.as_str());
    }
    words.to_lowercase().into_boxed_str()
}

impl Supply {
    /// All items behind one, by SKU.
    pub(crate) fn after(&self, after: Option<&Code>) -> impl Iterator<Item = (&Code, &Supplied)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.items.range::<Code, _>((start, Bound::Unbounded))
    }

    pub(crate) fn of(&self, sku: &Code) -> Option<&Supplied> {
        self.items.get(sku)
    }

    /// How many items there are, archived ones too.
    pub(crate) fn count(&self) -> usize {
        self.items.len()
    }

    /// How many items in use have each level.
    pub(crate) const fn levels(&self) -> &BTreeMap<Level, usize> {
        &self.levels
    }

    /// The items in use that are low or out, the most urgent first.
    pub(crate) fn short(&self) -> impl Iterator<Item = &Code> {
        self.short.iter().map(|(_, _, sku)| sku)
    }

    fn set(&mut self, sku: Code, now: Option<Supplied>) {
        if let Some(before) = self.items.remove(&sku) {
            if !before.archived
                && let Some(count) = self.levels.get_mut(&before.level)
            {
                *count = count.saturating_sub(1);
                self.levels.retain(|_, count| *count > 0);
            }
            if let Some(urgency) = before.urgency(&sku) {
                self.short.remove(&urgency);
            }
        }
        if let Some(now) = now {
            if !now.archived {
                let count = self.levels.entry(now.level).or_default();
                *count = count.saturating_add(1);
            }
            self.short.extend(now.urgency(&sku));
            self.items.insert(sku, now);
        }
    }
}

impl Follows for Supply {
    fn anew(fold: &Fold) -> Self {
        let mut supply = Self::default();
        for sku in fold.items() {
            let now = Supplied::of(fold, &sku);
            supply.set(sku, Some(now));
        }
        supply
    }

    fn learn(&mut self, fold: &Fold, news: News) {
        for sku in news.items {
            let now = fold.is_item(&sku).then(|| Supplied::of(fold, &sku));
            self.set(sku, now);
        }
    }
}
