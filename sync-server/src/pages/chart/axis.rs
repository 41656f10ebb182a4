//! The drawing that all charts share: how large it is, and the axis of its quantities.

use ledger_core::Total;

use crate::lang::Words;

/// The drawing is so wide and high.
pub(super) const WIDTH: i128 = 800;
pub(super) const HEIGHT: i128 = 280;
/// Where things are drawn: left, right, top, bottom.
pub(super) const LEFT: i128 = 70;
pub(super) const RIGHT: i128 = 790;
pub(super) const TOP: i128 = 12;
pub(super) const BOTTOM: i128 = 240;
/// Lines across, at most.
const TICKS_MAX: i128 = 5;

/// Which quantities the drawing has from bottom to top.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    low: i128,
    high: i128,
    step: i128,
}

impl Axis {
    /// Room for quantities from `least` to `most`, zero always among them, with lines across that are
    /// at least so far apart.
    pub(super) fn of(least: i128, most: i128, step_min: i128) -> Self {
        let (least, most) = (least.min(0), most.max(1));
        let step = round_step(most.saturating_sub(least)).max(step_min);
        Self {
            low: least.div_euclid(step).saturating_mul(step),
            high: most
                .saturating_add(step.saturating_sub(1))
                .div_euclid(step)
                .saturating_mul(step),
            step,
        }
    }

    /// How high a quantity stands.
    pub(super) fn y(&self, parts: i128) -> i128 {
        let above = parts.saturating_sub(self.low);
        let height = BOTTOM.saturating_sub(TOP);
        let span = self.high.saturating_sub(self.low);
        BOTTOM.saturating_sub(scaled(above, span, height))
    }

    /// The lines across: where, and the quantity.
    pub(super) fn ticks(&self, words: Words) -> Vec<(i128, String)> {
        let mut ticks = Vec::new();
        let mut at = self.low;
        while at <= self.high && self.step > 0 {
            let shown = Total::from_ten_thousandths(at).to_string();
            ticks.push((self.y(at), words.number(&shown)));
            at = at.saturating_add(self.step);
        }
        ticks
    }
}

/// `part` of `whole` as a length out of `length`.
pub(super) fn scaled(part: i128, whole: i128, length: i128) -> i128 {
    let product = part.saturating_mul(length);
    product.checked_div(whole).unwrap_or_default()
}

/// A round step so that few lines cross a span: 1, 2 or 5 with noughts.
fn round_step(span: i128) -> i128 {
    let mut decade: i128 = 1;
    loop {
        for digit in [1, 2, 5] {
            let step = decade.saturating_mul(digit);
            if step.saturating_mul(TICKS_MAX) >= span {
                return step;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_across_are_round_and_few() {
        for (span, step) in [
            (1, 1),
            (5, 1),
            (6, 2),
            (23, 5),
            (51, 20),
            (990_000, 200_000),
        ] {
            assert_eq!(round_step(span), step, "{span}");
        }
    }

    #[test]
    fn zero_is_always_there() {
        for (least, most) in [(0, 0), (30, 70), (-70, -30), (-5, 5)] {
            let axis = Axis::of(least, most, 10);
            let zero = axis.y(0);
            assert!((TOP..=BOTTOM).contains(&zero), "{least} to {most}: {zero}");
            assert!(axis.y(most.max(0)) >= TOP && axis.y(least.min(0)) <= BOTTOM);
        }
    }
}
