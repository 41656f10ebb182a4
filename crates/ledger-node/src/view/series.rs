//! Stock over time: what was on hand and available at each moment when it changed.
//!
//! A long story is thinned to so many points that a chart can show, and none of its extremes is
//! lost: what was ever lowest or highest is still there.

use std::collections::BTreeSet;

use ledger_core::{Code, Timestamp, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, text_of, time_text};

/// The fewest points that a series can be thinned to.
pub const SERIES_POINTS_MIN: usize = 10;
/// How many points of each stretch stay: its first and last, the extremes of both values.
const KEPT_OF_STRETCH: usize = 6;

/// Which part of the story, and how closely it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesFilter {
    /// Not before this moment; what was there then is the first point.
    pub from: Option<Timestamp>,
    /// Not after this moment; otherwise until now.
    pub to: Option<Timestamp>,
    /// At this location alone.
    pub location: Option<Code>,
    /// This customer's stock; otherwise our own.
    pub owner: Option<Code>,
    /// At most so many points, and never fewer than [`SERIES_POINTS_MIN`].
    pub points_max: usize,
}

/// What there was since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesPoint {
    /// Since when.
    pub at: Timestamp,
    /// On hand.
    pub on_hand: Total,
    /// On hand less what was promised; of a whole item only, since orders are promised no place.
    pub available: Option<Total>,
}

/// Stock over time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeriesView {
    /// The item.
    pub item: String,
    /// The unit of the quantities.
    pub unit: String,
    /// At this location alone.
    pub location: Option<String>,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// When it changed and to what, oldest first; the last one is the end of the time asked for.
    pub points: Vec<SeriesPointView>,
    /// Whether points were left out; the lowest and the highest never are.
    pub thinned: bool,
}

/// What there was since a moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeriesPointView {
    /// Since when.
    pub at: String,
    /// On hand.
    pub on_hand: String,
    /// On hand less what was promised to orders; none at a single location.
    pub available: Option<String>,
}

impl View<'_> {
    /// An item's stock over time.
    #[must_use]
    pub fn series(&self, sku: &Code, filter: &SeriesFilter) -> SeriesView {
        let all = self.series_points(sku, filter);
        let points = thinned(&all, filter.points_max);
        SeriesView {
            item: sku.to_string(),
            unit: self.fold().item(sku).unit,
            location: text_of(filter.location.as_ref()),
            owner: text_of(filter.owner.as_ref()),
            thinned: points.len() < all.len(),
            points: points
                .into_iter()
                .map(|point| SeriesPointView {
                    at: time_text(point.at),
                    on_hand: point.on_hand.to_string(),
                    available: point.available.map(|available| available.to_string()),
                })
                .collect(),
        }
    }

    /// The same as numbers, every point of it.
    #[must_use]
    pub fn series_points(&self, sku: &Code, filter: &SeriesFilter) -> Vec<SeriesPoint> {
        let end = filter.to.unwrap_or_else(|| self.now());
        let whole = filter.location.is_none();
        let mut now = SeriesPoint {
            at: Timestamp::ZERO,
            on_hand: Total::ZERO,
            available: whole.then_some(Total::ZERO),
        };
        let mut story: Vec<SeriesPoint> = Vec::new();
        for row in self.fold().history(sku) {
            if row.at > end {
                break;
            }
            let place = row.line.as_ref().map(|line| &line.location);
            if row.owner != filter.owner || (!whole && place != filter.location.as_ref()) {
                continue;
            }
            now = SeriesPoint {
                at: row.at,
                on_hand: now.on_hand.plus(row.change),
                available: whole.then_some(row.available),
            };
            tell(&mut story, now);
        }
        if let Some(from) = filter.from {
            begin_at(&mut story, from, whole);
        }
        // What there was last is so until the end.
        if let Some(last) = story.last().copied().filter(|last| last.at < end) {
            story.push(SeriesPoint { at: end, ..last });
        }
        story
    }
}

/// Adds a point; of one moment only what there was after all of it stays.
fn tell(story: &mut Vec<SeriesPoint>, point: SeriesPoint) {
    match story.last_mut() {
        Some(last) if last.at == point.at => *last = point,
        Some(last) if last.on_hand == point.on_hand && last.available == point.available => {}
        Some(_) | None => story.push(point),
    }
}

/// Leaves out what was before a moment, but for what there was then.
fn begin_at(story: &mut Vec<SeriesPoint>, from: Timestamp, whole: bool) {
    let before = story.partition_point(|point| point.at <= from);
    let then = before.checked_sub(1).and_then(|last| story.get(last));
    let then = then.map_or((Total::ZERO, whole.then_some(Total::ZERO)), |point| {
        (point.on_hand, point.available)
    });
    let first = SeriesPoint {
        at: from,
        on_hand: then.0,
        available: then.1,
    };
    story.splice(..before, [first]);
}

/// At most so many of the points, with the first, the last and all extremes of each stretch.
#[must_use]
pub fn thinned(story: &[SeriesPoint], points_max: usize) -> Vec<SeriesPoint> {
    let points_max = points_max.max(SERIES_POINTS_MIN);
    if story.len() <= points_max {
        return story.to_vec();
    }
    let stretches = points_max.div_euclid(KEPT_OF_STRETCH).max(1);
    let length = story.len().div_ceil(stretches);
    let mut kept = Vec::with_capacity(points_max);
    for stretch in story.chunks(length) {
        let place = |found: Option<(usize, &SeriesPoint)>| found.map(|(at, _)| at);
        let points = || stretch.iter().enumerate();
        let chosen: BTreeSet<usize> = [
            Some(0),
            stretch.len().checked_sub(1),
            place(points().min_by_key(|(_, point)| point.on_hand)),
            place(points().max_by_key(|(_, point)| point.on_hand)),
            place(points().min_by_key(|(_, point)| point.available)),
            place(points().max_by_key(|(_, point)| point.available)),
        ]
        .into_iter()
        .flatten()
        .collect();
        kept.extend(chosen.iter().filter_map(|at| stretch.get(*at)));
    }
    kept
}

#[cfg(test)]
mod tests {
    use ledger_core::Quantity;

    use super::*;

    fn point(at: u64, on_hand: i64) -> SeriesPoint {
        SeriesPoint {
            at: Timestamp::from_millis(at),
            on_hand: Quantity::from_ten_thousandths(on_hand).total(),
            available: None,
        }
    }

    #[test]
    fn thinning_keeps_the_ends_and_the_extremes() {
        let mut story: Vec<SeriesPoint> = (0..100_000)
            .map(|at| point(at, i64::try_from(at % 97).unwrap()))
            .collect();
        story[40_003] = point(40_003, -5);
        story[70_007] = point(70_007, 1_000);
        for points_max in [0, 10, 60, 500, 99_999] {
            let kept = thinned(&story, points_max);
            assert!(kept.len() <= points_max.max(10), "{points_max}");
            assert_eq!((kept.first(), kept.last()), (story.first(), story.last()));
            assert!(kept.contains(&story[40_003]) && kept.contains(&story[70_007]));
            assert!(kept.is_sorted_by_key(|point| point.at));
        }
        assert_eq!(thinned(&story, 100_000), story);
    }

    #[test]
    fn a_story_begins_with_what_there_was_then() {
        let story = [point(10, 1), point(20, 2), point(30, 3)];
        for (from, expected) in [
            (
                5,
                vec![point(5, 0), point(10, 1), point(20, 2), point(30, 3)],
            ),
            (20, vec![point(20, 2), point(30, 3)]),
            (25, vec![point(25, 2), point(30, 3)]),
            (99, vec![point(99, 3)]),
        ] {
            let mut told = story.to_vec();
            begin_at(&mut told, Timestamp::from_millis(from), false);
            assert_eq!(told, expected, "from {from}");
        }
    }
}
