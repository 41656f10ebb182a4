//! How warm a place is: by the number of its items, by how much lies there, or by how long ago it
//! was counted.

use ledger_core::{Timestamp, Total};
use ledger_node::view::{Load, RackPlace};

use crate::pages::frame::Frame;

/// The warmest level; 0 is a place where nothing lies.
const WARMEST: u8 = 5;
/// Up to so many days since the last count are levels 1 to 4.
const DAYS: [u64; 4] = [7, 30, 90, 365];

/// By what places are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The number of items.
    Items,
    /// How much lies there, of what is kept in the unit that most items have.
    Stock,
    /// The days since the line that waits longest was counted.
    Counted,
}

impl By {
    pub(super) const ALL: [Self; 3] = [Self::Items, Self::Stock, Self::Counted];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Stock => "stock",
            Self::Counted => "counted",
        }
    }

    /// The id of its words.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Items => "heat-by-items",
            Self::Stock => "heat-by-stock",
            Self::Counted => "heat-by-counted",
        }
    }

    pub(super) fn of(word: Option<&str>) -> Self {
        let known = Self::ALL.into_iter();
        let asked = word.and_then(|word| known.into_iter().find(|by| by.word() == word));
        asked.unwrap_or(Self::Items)
    }
}

/// A place as a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) number: String,
    pub(super) level: u8,
    /// The figure in the cell.
    pub(super) figure: String,
    /// The figure in words.
    pub(super) words: String,
    pub(super) blocked: bool,
}

/// What a level means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Legend {
    pub(super) level: u8,
    pub(super) words: String,
}

/// How places are coloured, by the warmest of them.
#[derive(Debug)]
pub(super) struct Heat {
    by: By,
    now: Timestamp,
    unit: Option<String>,
    /// Items that are kept in other units.
    others: usize,
    warmest: i128,
}

impl Heat {
    pub(super) fn of<'a>(
        by: By,
        now: Timestamp,
        loads: impl Iterator<Item = &'a Load> + Clone,
    ) -> Self {
        let mut units = std::collections::BTreeMap::<&str, usize>::new();
        for (unit, items) in loads.clone().flat_map(|load| &load.units) {
            let count = units.entry(unit).or_default();
            *count = count.saturating_add(*items);
        }
        let most = units.iter().max_by_key(|(_, items)| **items);
        let unit = most.map(|(unit, _)| (*unit).to_owned());
        let all: usize = units.values().sum();
        let of_unit = most.map_or(0, |(_, items)| *items);
        let mut heat = Self {
            by,
            now,
            unit,
            others: all.saturating_sub(of_unit),
            warmest: 0,
        };
        let warmest = loads.map(|load| heat.amount(load)).max();
        heat.warmest = warmest.unwrap_or_default();
        heat
    }

    /// How much there is of what is measured.
    fn amount(&self, load: &Load) -> i128 {
        match self.by {
            By::Items => i128::try_from(load.items).unwrap_or(i128::MAX),
            By::Stock => self.sum(load).ten_thousandths(),
            By::Counted => i128::from(self.days(load).unwrap_or_default()),
        }
    }

    fn sum(&self, load: &Load) -> Total {
        let sum = self.unit.as_ref().and_then(|unit| load.sums.get(unit));
        sum.copied().unwrap_or_default()
    }

    /// Days since the line that waits longest was counted; none when one never was.
    fn days(&self, load: &Load) -> Option<u64> {
        let counted = load.counted.filter(|_| !load.never_counted);
        counted.map(|at| days(at, self.now))
    }

    fn level(&self, load: &Load) -> u8 {
        if load.items == 0 {
            return 0;
        }
        if self.by == By::Counted {
            let level = self.days(load).map(|days| {
                let passed = DAYS.iter().filter(|limit| days > **limit).count();
                u8::try_from(passed).unwrap_or(WARMEST).saturating_add(1)
            });
            return level.unwrap_or(WARMEST).min(WARMEST);
        }
        share(self.amount(load), self.warmest)
    }

    pub(super) fn cell(&self, frame: &Frame, place: &RackPlace, load: &Load) -> Cell {
        let (figure, words) = self.figure(frame, load);
        Cell {
            number: place.number.to_string(),
            level: self.level(load),
            figure,
            words,
            blocked: place.blocked,
        }
    }

    fn figure(&self, frame: &Frame, load: &Load) -> (String, String) {
        if load.items == 0 {
            return (String::new(), frame.t("heat-empty").into_owned());
        }
        match self.by {
            By::Items => {
                let figure = load.items.to_string();
                (figure, frame.n("heat-items", load.items).into_owned())
            }
            By::Stock => {
                let sum = frame.number(&self.sum(load).to_string());
                let unit = self.unit.clone().unwrap_or_default();
                (sum.clone(), format!("{sum} {unit}"))
            }
            By::Counted => match self.days(load) {
                Some(days) => (days.to_string(), frame.n("heat-days", days).into_owned()),
                None => {
                    let never = frame.t("heat-never").into_owned();
                    (never.clone(), never)
                }
            },
        }
    }

    /// What is added up, and how many items are left out of it.
    pub(super) fn unit(&self) -> Option<(String, usize)> {
        let unit = self.unit.clone()?;
        (self.by == By::Stock).then_some((unit, self.others))
    }

    /// The levels in words.
    pub(super) fn legend(&self, frame: &Frame) -> Vec<Legend> {
        let mut legend = vec![Legend {
            level: 0,
            words: frame.t("heat-empty").into_owned(),
        }];
        let levels = 1..=WARMEST;
        legend.extend(levels.filter_map(|level| {
            let words = self.level_words(frame, level)?;
            Some(Legend { level, words })
        }));
        legend
    }

    fn level_words(&self, frame: &Frame, level: u8) -> Option<String> {
        if self.by == By::Counted {
            let limit = DAYS.get(usize::from(level).saturating_sub(1));
            let words = match limit {
                Some(limit) => frame.n("heat-within", *limit),
                None => frame.t("heat-longer"),
            };
            return Some(words.into_owned());
        }
        let upper = self.warmest.checked_mul(i128::from(level))?;
        let upper = upper.checked_div(i128::from(WARMEST))?;
        // With few different amounts some levels do not come up.
        if upper <= 0 || share(upper, self.warmest) != level {
            return None;
        }
        let upper = match self.by {
            By::Stock => {
                let sum = Total::from_ten_thousandths(upper).to_string();
                let unit = self.unit.clone().unwrap_or_default();
                format!("{} {unit}", frame.number(&sum))
            }
            By::Items | By::Counted => upper.to_string(),
        };
        Some(frame.with("heat-up-to", "amount", upper).into_owned())
    }
}

/// Whole days from one moment to another.
fn days(from: Timestamp, to: Timestamp) -> u64 {
    const DAY_MILLIS: u64 = 24 * 60 * 60 * 1000;
    to.millis().saturating_sub(from.millis()) / DAY_MILLIS
}

/// Which fifth of the most an amount is in, from 1.
fn share(amount: i128, most: i128) -> u8 {
    if amount <= 0 || most <= 0 {
        return 1;
    }
    let fifths = amount
        .saturating_mul(i128::from(WARMEST))
        .saturating_add(most)
        .saturating_sub(1);
    let level = fifths.checked_div(most).unwrap_or(1);
    u8::try_from(level).unwrap_or(WARMEST).clamp(1, WARMEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_is_the_warmest_and_anything_is_warmer_than_nothing() {
        for (amount, most, level) in [
            (1, 100, 1),
            (20, 100, 1),
            (21, 100, 2),
            (60, 100, 3),
            (100, 100, 5),
            (1, 1, 5),
            (1, 2, 3),
            (-3, 10, 1),
        ] {
            assert_eq!(share(amount, most), level, "{amount} of {most}");
        }
    }

    #[test]
    fn what_was_never_counted_is_as_warm_as_what_was_counted_long_ago() {
        let now = Timestamp::from_millis(1_000 * 24 * 60 * 60 * 1000);
        let ago = |days: u64| Load {
            items: 1,
            counted: Some(Timestamp::from_millis((1_000 - days) * 24 * 60 * 60 * 1000)),
            ..Load::default()
        };
        let never = Load {
            never_counted: true,
            ..ago(1)
        };
        let loads = [ago(0), ago(7), ago(8), ago(90), ago(365), ago(366), never];
        let heat = Heat::of(By::Counted, now, loads.iter());
        let levels: Vec<u8> = loads.iter().map(|load| heat.level(load)).collect();
        assert_eq!(levels, [1, 1, 2, 3, 4, 5, 5]);
        assert_eq!(heat.level(&Load::default()), 0);
    }
}
