//! How much lay here at the end of each day, by site. The ledger has no prices: it is by count, in
//! pieces and in stock lines that were not empty.

use std::collections::BTreeMap;

use ledger_core::catalogue::Class;
use ledger_core::{Code, Total};
use serde::Serialize;

use super::{Report, ReportTime, Told};
use crate::view::{View, text_of};

/// What lay here over a time.
#[derive(Debug, Clone)]
pub struct StockReport {
    /// The unit of the quantities.
    pub unit: String,
    /// At the end of each day, oldest first.
    pub days: Vec<StockDay>,
    /// The same by site, at the begin of the time and at its end.
    pub sites: Vec<SiteStock>,
    /// Day by day and site by site.
    pub cells: Vec<StockCell>,
}

/// What lay here at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockDay {
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// How much, of items kept in the report's unit.
    pub on_hand: Total,
    /// On how many stock lines there was anything, of all items.
    pub lines: i64,
}

/// What lay at a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteStock {
    /// The site; none is stock at locations without one.
    pub site: Option<String>,
    /// The name people read; empty without a site.
    pub name: String,
    /// At the begin of the time.
    pub before: Total,
    /// At its end.
    pub on_hand: Total,
    /// On how many stock lines there is anything at its end.
    pub lines: i64,
}

/// What lay at a site at the end of a day.
#[derive(Debug, Clone, Serialize)]
pub struct StockCell {
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// The site; none is stock at locations without one.
    pub site: Option<String>,
    /// The name people read; empty without a site.
    pub site_name: String,
    /// The unit.
    pub unit: String,
    /// How much, of items kept in the unit.
    pub on_hand: String,
    /// On how many stock lines there was anything, of all items.
    pub lines: i64,
}

/// How much there is, and on how many lines.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    on_hand: Total,
    lines: i64,
}

impl Level {
    fn plus(self, other: Self) -> Self {
        Self {
            on_hand: self.on_hand.plus(other.on_hand),
            lines: self.lines.saturating_add(other.lines),
        }
    }
}

/// What there was at first, and what came to it in each part.
#[derive(Debug, Clone)]
struct Story {
    before: Level,
    changes: Vec<Level>,
}

impl Story {
    fn of(parts: usize) -> Self {
        Self {
            before: Level::default(),
            changes: vec![Level::default(); parts],
        }
    }

    /// What there was at the end of each part.
    fn ends(&self) -> impl Iterator<Item = Level> {
        self.changes.iter().scan(self.before, |level, change| {
            *level = level.plus(*change);
            Some(*level)
        })
    }

    fn last(&self) -> Level {
        self.ends().last().unwrap_or(self.before)
    }
}

/// Adds up what lay here.
#[derive(Debug, Clone)]
pub struct Stocks {
    time: ReportTime,
    sites: Sites,
}

/// What lay at each site.
#[derive(Debug, Clone)]
struct Sites {
    of: BTreeMap<Code, Option<Code>>,
    stories: BTreeMap<Option<Code>, Story>,
}

impl Sites {
    /// The story of a location's site, in so many parts.
    fn at(&mut self, location: &Code, parts: usize) -> &mut Story {
        let site = self.of.get(location).cloned().flatten();
        let story = self.stories.entry(site);
        story.or_insert_with(|| Story::of(parts))
    }
}

impl Stocks {
    pub(super) const fn new(time: ReportTime, site_of: BTreeMap<Code, Option<Code>>) -> Self {
        Self {
            time,
            sites: Sites {
                of: site_of,
                stories: BTreeMap::new(),
            },
        }
    }
}

impl Report for Stocks {
    type Said = StockReport;

    fn take(&mut self, told: &Told<'_>) {
        let time = &self.time;
        let in_unit = |total: Total| if told.is_in_unit { total } else { Total::ZERO };
        for line in told.lines().filter(|line| !line.before.is_zero()) {
            let story = self.sites.at(&line.key.location, time.count());
            story.before = story.before.plus(Level {
                on_hand: in_unit(line.before),
                lines: 1,
            });
        }
        for taken in told.taken(time) {
            for step in taken.steps() {
                let Some(line) = told.line(step) else {
                    continue;
                };
                let filled = i64::from(!step.after.is_zero());
                let change = Level {
                    on_hand: in_unit(step.change()),
                    lines: filled.saturating_sub(i64::from(!step.before.is_zero())),
                };
                let story = self.sites.at(&line.key.location, time.count());
                if let Some(sum) = story.changes.get_mut(taken.part) {
                    *sum = sum.plus(change);
                }
            }
        }
    }

    fn said(self, view: &View<'_>, unit: String) -> StockReport {
        let mut all = Story::of(self.time.count());
        let (mut sites, mut cells) = (Vec::new(), Vec::new());
        for (site, story) in &self.sites.stories {
            all.before = all.before.plus(story.before);
            for (sum, change) in all.changes.iter_mut().zip(&story.changes) {
                *sum = sum.plus(*change);
            }
            let name = |site: &Code| view.fold().name_of(Class::Site, site);
            let name = site.as_ref().map(name).unwrap_or_default();
            let last = story.last();
            sites.push(SiteStock {
                site: text_of(site.as_ref()),
                name: name.clone(),
                before: story.before.on_hand,
                on_hand: last.on_hand,
                lines: last.lines,
            });
            let days = self.time.names().zip(story.ends());
            cells.extend(days.map(|(day, end)| StockCell {
                day: day.clone(),
                site: text_of(site.as_ref()),
                site_name: name.clone(),
                unit: unit.clone(),
                on_hand: end.on_hand.to_string(),
                lines: end.lines,
            }));
        }
        cells.sort_by(|one, other| one.day.cmp(&other.day));
        let days = self.time.names().zip(all.ends());
        StockReport {
            days: days
                .map(|(day, end)| StockDay {
                    day: day.clone(),
                    on_hand: end.on_hand,
                    lines: end.lines,
                })
                .collect(),
            sites,
            cells,
            unit,
        }
    }
}
