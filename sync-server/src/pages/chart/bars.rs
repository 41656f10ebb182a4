//! Columns side by side, of one or several series that stand on one another; what is below zero
//! hangs from the line. Series differ by colour and by pattern, so that nobody needs to tell colours
//! apart.

use ledger_core::Total;

use super::axis::{Axis, BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH, scaled};
use crate::lang::Words;

/// How wide a letter of a label is drawn on a small screen.
const LETTER: usize = 12;
/// Longer labels are cut.
const LABEL_LETTERS_MAX: usize = 10;
/// Labels of columns that are too many for all to be named.
const LABELS_MAX: usize = 4;
/// Columns wider than this are apart from one another by [`GAP`].
const JOINED_MAX: i128 = 3;
const GAP: i128 = 2;
/// Columns are no wider, so that a few do not look like walls.
const COLUMN_MAX: i128 = 72;
/// A whole unit in parts: nobody reads a tenth of a transaction.
const UNIT: i128 = 10_000;

/// A column to be drawn.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Column {
    /// What it is about: stands below it where there is room.
    pub(in crate::pages) label: String,
    /// How much of each series, in their order.
    pub(in crate::pages) values: Vec<Total>,
}

/// A number of things as a value of a column.
pub(in crate::pages) fn counted(count: u64) -> Total {
    Total::from_ten_thousandths(i128::from(count).saturating_mul(UNIT))
}

/// A drawing of columns.
#[derive(Debug)]
pub(in crate::pages) struct Bars {
    pub(in crate::pages) width: i128,
    pub(in crate::pages) height: i128,
    pub(in crate::pages) left: i128,
    pub(in crate::pages) right: i128,
    pub(in crate::pages) bottom: i128,
    /// Where zero is.
    pub(in crate::pages) zero: i128,
    /// The parts of all columns.
    pub(in crate::pages) bars: Vec<Bar>,
    /// Lines across: where, and the quantity.
    pub(in crate::pages) ticks: Vec<(i128, String)>,
    /// What stands below.
    pub(in crate::pages) labels: Vec<Label>,
    /// What each series is called.
    pub(in crate::pages) series: Vec<String>,
}

/// A text below a column.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::pages) struct Label {
    pub(in crate::pages) x: i128,
    pub(in crate::pages) text: String,
    /// `first` and `last` are kept within the drawing; the others stand in the middle of a column.
    pub(in crate::pages) place: &'static str,
}

/// A part of a column.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::pages) struct Bar {
    pub(in crate::pages) x: i128,
    pub(in crate::pages) y: i128,
    pub(in crate::pages) width: i128,
    pub(in crate::pages) height: i128,
    /// Of which series, counted from 1.
    pub(in crate::pages) series: usize,
    /// Column, series and value in words.
    pub(in crate::pages) said: String,
}

impl Bars {
    /// The columns with what each series is called; none when nothing is above or below zero.
    pub(in crate::pages) fn of(columns: &[Column], series: &[&str], words: Words) -> Option<Self> {
        let stacks: Vec<(i128, i128)> = columns.iter().map(Column::reach).collect();
        let least = stacks.iter().map(|(least, _)| *least).min()?;
        let most = stacks.iter().map(|(_, most)| *most).max()?;
        if least == 0 && most == 0 {
            return None;
        }
        let axis = Axis::of(least, most, UNIT);
        let series: Vec<String> = series.iter().map(|id| words.t(id).into_owned()).collect();
        let slots = slots(columns.len());
        let mut bars = Vec::new();
        for (column, (x, width)) in columns.iter().zip(&slots) {
            column.draw(&axis, (*x, *width), &series, words, &mut bars);
        }
        Some(Self {
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            right: RIGHT,
            bottom: BOTTOM,
            zero: axis.y(0),
            bars,
            ticks: axis.ticks(words),
            labels: labels(columns, &slots),
            series,
        })
    }
}

impl Column {
    /// How far it hangs below zero and stands above it.
    fn reach(&self) -> (i128, i128) {
        let values = || self.values.iter().map(|value| value.ten_thousandths());
        (
            values().filter(|value| *value < 0).sum(),
            values().filter(|value| *value > 0).sum(),
        )
    }

    fn draw(
        &self,
        axis: &Axis,
        (x, width): (i128, i128),
        series: &[String],
        words: Words,
        bars: &mut Vec<Bar>,
    ) {
        let (mut below, mut above) = (0, 0);
        for ((at, value), name) in (1..).zip(&self.values).zip(series) {
            let parts = value.ten_thousandths();
            let side: &mut i128 = if parts < 0 { &mut below } else { &mut above };
            let start = *side;
            *side = start.saturating_add(parts);
            let (one, other) = (axis.y(start), axis.y(*side));
            // What is there is seen, however little it is.
            let height = one.abs_diff(other).max(u128::from(parts != 0));
            if parts == 0 {
                continue;
            }
            bars.push(Bar {
                x,
                y: one.min(other),
                width,
                height: i128::try_from(height).unwrap_or_default(),
                series: at,
                said: format!(
                    "{} · {name}: {}",
                    self.label,
                    words.number(&value.to_string())
                ),
            });
        }
    }
}

/// Where each of so many columns begins, and how wide it is.
fn slots(count: usize) -> Vec<(i128, i128)> {
    let whole = i128::try_from(count).unwrap_or(i128::MAX).max(1);
    let room = RIGHT.saturating_sub(LEFT);
    let edge = |at: i128| LEFT.saturating_add(scaled(at, whole, room));
    let slot = |at: i128| {
        let (start, end) = (edge(at), edge(at.saturating_add(1)));
        let wide = end.saturating_sub(start);
        let gap = if wide > JOINED_MAX { GAP } else { 0 };
        let width = wide.saturating_sub(gap).clamp(1, COLUMN_MAX);
        let middle = wide.saturating_sub(width).div_euclid(2).max(0);
        (start.saturating_add(middle), width)
    };
    (0..whole).take(count).map(slot).collect()
}

/// What stands below: all labels where they have room, else the first, the last and some between.
fn labels(columns: &[Column], slots: &[(i128, i128)]) -> Vec<Label> {
    let longest = columns.iter().map(|column| column.label.chars().count());
    let longest = longest.max().unwrap_or_default();
    let longest = longest.clamp(1, LABEL_LETTERS_MAX);
    let room = usize::try_from(RIGHT.saturating_sub(LEFT)).unwrap_or_default();
    let fit = room.div_euclid(longest.saturating_mul(LETTER));
    let have_room = columns.len() <= fit;
    let parts = fit.clamp(2, LABELS_MAX).saturating_sub(1);
    let last = columns.len().saturating_sub(1);
    let is_one_of_few =
        |at: usize| (0..=parts).any(|part| part.saturating_mul(last).div_euclid(parts) == at);
    let columns = columns.iter().zip(slots).enumerate();
    let shown = columns.filter(|(at, _)| have_room || is_one_of_few(*at));
    let label = |(at, (column, (x, width))): (usize, (&Column, &(i128, i128)))| {
        let (x, place) = match at {
            0 if !have_room => (*x, "first"),
            _ if !have_room && at == last => (x.saturating_add(*width), "last"),
            _ => (x.saturating_add(width.div_euclid(2)), ""),
        };
        Label {
            x,
            text: cut(&column.label),
            place,
        }
    };
    shown.map(label).collect()
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LABEL_LETTERS_MAX {
        return label.to_owned();
    }
    let start: String = label.chars().take(LABEL_LETTERS_MAX - 1).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::lang::Lang;

    fn column(label: &str, values: &[i64]) -> Column {
        Column {
            label: label.to_owned(),
            values: values
                .iter()
                .map(|value| Total::from_ten_thousandths(i128::from(*value) * UNIT))
                .collect(),
        }
    }

    fn bars(columns: &[Column]) -> Option<Bars> {
        let words = Words::new(Lang::En, Tz::UTC);
        Bars::of(columns, &["row-add", "row-remove"], words)
    }

    #[test]
    fn series_stand_on_one_another_and_hang_below_zero() {
        let drawn = bars(&[column("a", &[30, 20]), column("b", &[10, -50])]).unwrap();
        let of = |bar: &Bar| (bar.y - drawn.zero, bar.height);
        let parts: Vec<_> = drawn.bars.iter().map(of).collect();
        let near = |a: i128, b: i128| (a - b).abs() <= 3;
        let [(y30, h30), (y20, h20), _, (y50, h50)] = parts[..] else {
            panic!("{parts:?}");
        };
        assert!(near(y30 + h30, 0) && near(y20 + h20, y30), "{parts:?}");
        assert!(near(2 * h30, 3 * h20) && near(h50, h30 + h20), "{parts:?}");
        assert!(y50 == 0 && h20 > 10, "{parts:?}");
        assert_eq!(drawn.bars[1].said, "a · Removed: 20");
    }

    #[test]
    fn nothing_is_no_drawing_and_little_is_seen() {
        assert!(bars(&[]).is_none());
        assert!(bars(&[column("a", &[0, 0])]).is_none());
        let drawn = bars(&[column("a", &[100_000, 1])]).unwrap();
        assert_eq!(drawn.bars[1].height, 1);
    }

    #[test]
    fn columns_lie_side_by_side_within_the_drawing() {
        for count in [1, 2, 30, 90, 365, 800] {
            let slots = slots(count);
            assert_eq!(slots.len(), count);
            let apart = slots.windows(2).all(|two| two[0].0 <= two[1].0);
            let (x, width) = *slots.last().unwrap();
            assert!(
                apart && slots[0].0 >= LEFT && x + width <= RIGHT + 1,
                "{count}"
            );
        }
    }

    #[test]
    fn labels_have_room() {
        let days: Vec<Column> = (0..30).map(|_| column("2027-03-31", &[1])).collect();
        let few = labels(&days, &slots(30));
        let places: Vec<&str> = few.iter().map(|label| label.place).collect();
        assert_eq!(places, ["first", "", "", "last"]);
        let months: Vec<Column> = (0..6).map(|_| column("2027-03", &[1])).collect();
        assert_eq!(labels(&months, &slots(6)).len(), 6);
    }
}
