//! Stock over time as a step line, drawn here so that it needs no script.
//!
//! All lengths are whole numbers of the drawing; quantities stay exact.

mod axis;
mod bars;

use chrono::DateTime;
use ledger_core::{Quantity, Timestamp, Total};

use self::axis::{Axis, BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH, scaled};
pub(super) use self::bars::{Bars, Column, counted};
use crate::lang::Words;

/// More points than this cannot be told apart.
const POINTS_MAX: usize = 400;

/// A drawing.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) width: i128,
    pub(super) height: i128,
    pub(super) left: i128,
    pub(super) right: i128,
    pub(super) bottom: i128,
    /// The line of what was on hand, as an SVG path.
    pub(super) line: String,
    /// The area under it.
    pub(super) area: String,
    /// The changes themselves.
    pub(super) points: Vec<Point>,
    /// Lines across: where, and the quantity.
    pub(super) ticks: Vec<(i128, String)>,
    /// Days below: where, and the day.
    pub(super) days: Vec<(i128, String)>,
    /// Where the threshold is, and how much.
    pub(super) threshold: Option<(i128, String)>,
}

/// What was on hand from a moment on.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) x: i128,
    pub(super) y: i128,
    /// When, RFC 3339.
    pub(super) at: String,
    /// How much, canonical.
    pub(super) on_hand: String,
}

/// How the drawing stands to times and quantities.
struct Scale {
    since: i128,
    span: i128,
    axis: Axis,
}

impl Scale {
    fn x(&self, at: Timestamp) -> i128 {
        let millis = i128::from(at.millis()).saturating_sub(self.since);
        LEFT.saturating_add(scaled(millis, self.span, RIGHT.saturating_sub(LEFT)))
    }
}

/// At most [`POINTS_MAX`] steps: of those that fall together the lowest and the highest stay, in
/// the order they came, so that no dip is lost.
fn thinned(steps: Vec<(Timestamp, Total)>) -> Vec<(Timestamp, Total)> {
    if steps.len() <= POINTS_MAX {
        return steps;
    }
    let size = steps.len().div_ceil(POINTS_MAX / 2);
    let mut kept = Vec::with_capacity(POINTS_MAX);
    for together in steps.chunks(size) {
        let numbered = || together.iter().enumerate();
        let low = numbered().min_by_key(|(_, (_, on_hand))| *on_hand);
        let high = numbered().max_by_key(|(_, (_, on_hand))| *on_hand);
        let (Some((a, low)), Some((b, high))) = (low, high) else {
            continue;
        };
        let (first, second) = if a <= b { (low, high) } else { (high, low) };
        kept.push(*first);
        if a != b {
            kept.push(*second);
        }
    }
    // What is there now must be right.
    if let (Some(kept), Some(last)) = (kept.last_mut(), steps.last()) {
        *kept = *last;
    }
    kept
}

impl Chart {
    /// Our own stock over time up to now, of what was there since each moment; none when there never
    /// was any.
    pub(super) fn of(
        mut story: Vec<(Timestamp, Total)>,
        threshold: Option<Quantity>,
        now: Timestamp,
        words: Words,
    ) -> Option<Self> {
        story.dedup_by_key(|(_, on_hand)| *on_hand);
        let steps = thinned(story);
        let (first, _) = *steps.first()?;
        let threshold = threshold.map(Quantity::total);
        let values = steps.iter().map(|(_, on_hand)| *on_hand).chain(threshold);
        let values: Vec<i128> = values.map(Total::ten_thousandths).collect();
        let most = values.iter().copied().max().unwrap_or_default();
        let least = values.iter().copied().min().unwrap_or_default();
        let since = i128::from(first.millis());
        let last = steps.last().map_or(now, |(at, _)| now.max(*at));
        let scale = Scale {
            since,
            span: i128::from(last.millis()).saturating_sub(since).max(1),
            axis: Axis::of(least, most, 1),
        };
        let points: Vec<Point> = steps
            .iter()
            .map(|(at, on_hand)| Point {
                x: scale.x(*at),
                y: scale.axis.y(on_hand.ten_thousandths()),
                at: ledger_node::time_text(*at),
                on_hand: on_hand.to_string(),
            })
            .collect();
        let line = path(&points);
        let (floor, start) = (
            scale.axis.y(0),
            points.first().map_or(LEFT, |point| point.x),
        );
        Some(Self {
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            right: RIGHT,
            bottom: BOTTOM,
            area: format!("{line}V{floor}H{start}Z"),
            line,
            points,
            ticks: scale.axis.ticks(words),
            days: days(&scale, words),
            threshold: threshold.map(|total| {
                let shown = words.number(&total.to_string());
                (scale.axis.y(total.ten_thousandths()), shown)
            }),
        })
    }
}

/// Steps: level until the next change, then straight up or down.
fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for point in points {
        if path.is_empty() {
            path = format!("M{} {}", point.x, point.y);
        } else {
            path.push_str(&format!("H{}V{}", point.x, point.y));
        }
    }
    path.push_str(&format!("H{RIGHT}"));
    path
}

/// The first day, the last, and two between; one day's chart says times.
fn days(scale: &Scale, words: Words) -> Vec<(i128, String)> {
    const DAY_MILLIS: i128 = 86_400_000;
    let parts = [0, 1, 2, 3];
    let label = |part: i128| {
        let millis = scale.since.saturating_add(scaled(part, 3, scale.span));
        let moment = DateTime::from_timestamp_millis(i64::try_from(millis).ok()?)?;
        let full = words.moment(&moment.to_rfc3339());
        let (day, time) = full.split_once(' ')?;
        let shown = if scale.span > DAY_MILLIS.saturating_mul(3) {
            day
        } else {
            time
        };
        let x = LEFT.saturating_add(scaled(part, 3, RIGHT.saturating_sub(LEFT)));
        Some((x, shown.to_owned()))
    };
    let mut labels: Vec<(i128, String)> = parts.into_iter().filter_map(label).collect();
    // A span of a few minutes would say the same time again and again.
    labels.dedup_by(|one, before| one.1 == before.1);
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(at: u64, on_hand: i128) -> (Timestamp, Total) {
        let total = Total::from_ten_thousandths(on_hand * 10_000);
        (Timestamp::from_millis(at), total)
    }

    #[test]
    fn thinning_keeps_every_dip_and_the_end() {
        let mut steps: Vec<_> = (0..10_000).map(|at| step(at, 50)).collect();
        for (at, step) in steps.iter_mut().enumerate() {
            step.1 = Total::from_ten_thousandths(i128::try_from(at % 7).unwrap());
        }
        steps[4_321] = step(4_321, -9);
        steps[9_999] = step(9_999, 3);
        let kept = thinned(steps);
        assert!(kept.len() <= POINTS_MAX, "{}", kept.len());
        assert!(kept.contains(&step(4_321, -9)));
        assert_eq!(kept.last(), Some(&step(9_999, 3)));
        assert!(kept.is_sorted_by_key(|(at, _)| *at));
    }

    #[test]
    fn the_line_is_level_between_changes() {
        let point = |x, y| Point {
            x,
            y,
            at: String::new(),
            on_hand: String::new(),
        };
        assert_eq!(
            path(&[point(70, 200), point(300, 100)]),
            "M70 200H300V100H790"
        );
    }
}
