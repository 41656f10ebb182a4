//! What lies here and does not move: items with stock, by when it was last added to, taken from or
//! moved. Counts move nothing.

use std::collections::BTreeMap;

use ledger_core::catalogue::Class;
use ledger_core::time::DAY_MILLIS;
use ledger_core::{Code, Timestamp, Total};
use serde::Serialize;

use super::{Report, Told};
use crate::view::{View, time_text};

/// For how long the stock of an item has not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdleClass {
    /// Less than 30 days.
    Days30,
    /// Less than 90.
    Days90,
    /// Less than 180.
    Days180,
    /// Less than 365.
    Days365,
    /// Longer.
    Longer,
    /// It was counted and never moved.
    Never,
}

impl IdleClass {
    /// All of them, the shortest first.
    pub const ALL: [Self; 6] = [
        Self::Days30,
        Self::Days90,
        Self::Days180,
        Self::Days365,
        Self::Longer,
        Self::Never,
    ];

    const fn of(days: Option<u64>) -> Self {
        match days {
            Some(0..=29) => Self::Days30,
            Some(30..=89) => Self::Days90,
            Some(90..=179) => Self::Days180,
            Some(180..=364) => Self::Days365,
            Some(_) => Self::Longer,
            None => Self::Never,
        }
    }

    /// The class in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Days30 => "days-30",
            Self::Days90 => "days-90",
            Self::Days180 => "days-180",
            Self::Days365 => "days-365",
            Self::Longer => "longer",
            Self::Never => "never",
        }
    }
}

/// What does not move.
#[derive(Debug, Clone)]
pub struct SlowReport {
    /// How many items have stock, by how long it has not moved.
    pub classes: Vec<(IdleClass, usize)>,
    /// The items whose stock has not moved for so many days, the longest first.
    pub rows: Vec<SlowRow>,
}

/// An item whose stock does not move.
#[derive(Debug, Clone, Serialize)]
pub struct SlowRow {
    /// The item.
    pub item: String,
    /// The name people read.
    pub name: String,
    /// How much lies here.
    pub on_hand: String,
    /// The unit of that.
    pub unit: String,
    /// At how many locations.
    pub locations: usize,
    /// When it last moved; none when it was only ever counted.
    pub last_moved: Option<String>,
    /// How many whole days ago that was.
    pub days: Option<u64>,
    /// When it was last counted.
    pub last_counted: Option<String>,
}

#[derive(Debug, Clone)]
struct Idle {
    item: Code,
    unit: String,
    on_hand: Total,
    locations: usize,
    last_moved: Option<Timestamp>,
    days: Option<u64>,
    last_counted: Option<Timestamp>,
}

/// Finds what does not move.
#[derive(Debug, Clone)]
pub struct Slow {
    now: Timestamp,
    days: u64,
    classes: BTreeMap<IdleClass, usize>,
    idle: Vec<Idle>,
}

impl Slow {
    pub(super) const fn new(now: Timestamp, days: u64) -> Self {
        Self {
            now,
            days,
            classes: BTreeMap::new(),
            idle: Vec::new(),
        }
    }
}

impl Report for Slow {
    type Said = SlowReport;

    fn take(&mut self, told: &Told<'_>) {
        let stocked: Vec<_> = told
            .lines()
            .filter(|line| !line.on_hand.is_zero())
            .collect();
        if stocked.is_empty() {
            return;
        }
        let last_moved = told.lines().filter_map(|line| line.last_moved).max();
        let days = last_moved.map(|moved| {
            let millis = self.now.millis().saturating_sub(moved.millis());
            millis.div_euclid(DAY_MILLIS)
        });
        let count = self.classes.entry(IdleClass::of(days)).or_default();
        *count = count.saturating_add(1);
        if days.is_some_and(|days| days < self.days) {
            return;
        }
        let mut places: Vec<&Code> = stocked.iter().map(|line| &line.key.location).collect();
        places.sort_unstable();
        places.dedup();
        self.idle.push(Idle {
            item: told.item.clone(),
            unit: told.supplied.unit.to_string(),
            on_hand: stocked
                .iter()
                .fold(Total::ZERO, |sum, line| sum.plus(line.on_hand)),
            locations: places.len(),
            last_moved,
            days,
            last_counted: told.lines().filter_map(|line| line.last_counted).max(),
        });
    }

    fn said(mut self, view: &View<'_>, _: String) -> SlowReport {
        self.idle.sort_by_key(|idle| idle.last_moved);
        let class = |class: IdleClass| {
            let count = self.classes.get(&class).copied();
            (class, count.unwrap_or_default())
        };
        let rows = self.idle.into_iter().map(|idle| SlowRow {
            name: view.fold().name_of(Class::Item, &idle.item),
            item: idle.item.to_string(),
            on_hand: idle.on_hand.to_string(),
            unit: idle.unit,
            locations: idle.locations,
            last_moved: idle.last_moved.map(time_text),
            days: idle.days,
            last_counted: idle.last_counted.map(time_text),
        });
        SlowReport {
            classes: IdleClass::ALL.map(class).to_vec(),
            rows: rows.collect(),
        }
    }
}
