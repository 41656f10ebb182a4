//! Why an item has what it has, as much as fits on a page: running sums, the newest movements one
//! by one and those before them added up.

use ledger_core::fold::Why;
use ledger_core::{Code, Total};

use super::device::DeviceNames;
use super::{IgnoredView, MovementView, View, text_of, time_text};
use crate::NodeError;

/// How many movements are told one by one, of all lines together: each is read from the store.
const STEPS_MAX: usize = 30;
/// How many are told of each line in any case.
const STEPS_MIN: usize = 1;
/// How many lines are told.
const LINES_MAX: usize = 20;

/// Where stock lies that is explained: everywhere, or where all that is set holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhyPlace {
    /// At this location.
    pub location: Option<Code>,
    /// At this site; `Some(None)` is at none.
    pub site: Option<Option<Code>>,
}

/// The explanation of an item's total.
#[derive(Debug, Clone)]
pub struct WhyParts {
    /// The sum of all lines asked for.
    pub on_hand: String,
    /// The lines, those with stock first.
    pub lines: Vec<WhyPartView>,
    /// How many more lines there are.
    pub more: usize,
}

/// The explanation of one stock line.
#[derive(Debug, Clone)]
pub struct WhyPartView {
    /// The item, by the code its entries name.
    pub item: String,
    /// Where.
    pub location: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// How much.
    pub on_hand: String,
    /// The last count: when, what was seen, on which device.
    pub count: Option<(String, String, String)>,
    /// Movements since then that are not told one by one: how many, and what they come to.
    pub earlier: Option<(usize, String)>,
    /// The newest movements, oldest first.
    pub steps: Vec<StepView>,
    /// The newest of what changes nothing.
    pub ignored: Vec<IgnoredView>,
    /// How many more change nothing.
    pub ignored_more: usize,
}

/// A movement with what is there after it.
#[derive(Debug, Clone)]
pub struct StepView {
    /// The movement.
    pub movement: MovementView,
    /// What is there after it.
    pub sum: String,
}

impl View<'_> {
    /// Why an item has what it has at a place, of one owner (`Some(None)` is ours) or all.
    pub fn why_parts(
        &self,
        sku: &Code,
        place: &WhyPlace,
        owner: Option<Option<&Code>>,
    ) -> Result<WhyParts, NodeError> {
        let fold = self.fold();
        let mut whys = fold.why_part(sku, place.location.as_ref(), STEPS_MAX);
        whys.retain(|why| owner.is_none_or(|owner| why.line.owner.as_ref() == owner));
        if let Some(site) = &place.site {
            whys.retain(|why| self.made_site_of(&why.line.location) == *site);
        }
        let sum = whys
            .iter()
            .fold(Total::ZERO, |sum, why| sum.plus(why.on_hand));
        whys.sort_by_key(|why| why.on_hand.is_zero());
        let mut names = DeviceNames::new(self.fold());
        let mut lines = Vec::new();
        let steps = STEPS_MAX / whys.len().clamp(1, LINES_MAX);
        for why in whys.iter().take(LINES_MAX) {
            lines.push(self.why_part(why, steps.max(STEPS_MIN), &mut names)?);
        }
        Ok(WhyParts {
            on_hand: sum.to_string(),
            more: whys.len().saturating_sub(lines.len()),
            lines,
        })
    }

    fn why_part(
        &self,
        why: &Why,
        steps_max: usize,
        names: &mut DeviceNames<'_>,
    ) -> Result<WhyPartView, NodeError> {
        let skipped = why.movements.len().saturating_sub(steps_max);
        let (before, moved_before) = why.earlier;
        let earlier = before.saturating_add(skipped);
        let start = why
            .count
            .map_or(Total::ZERO, |count| count.quantity.total());
        let skipping = why.movements.iter().take(skipped);
        let moved = skipping.fold(moved_before, |sum, row| sum.plus(row.amount.total()));
        let mut sum = start.plus(moved);
        let mut steps = Vec::new();
        for row in why.movements.iter().skip(skipped) {
            sum = sum.plus(row.amount.total());
            steps.push(StepView {
                movement: self.movement(row, &why.line, names)?,
                sum: sum.to_string(),
            });
        }
        let untold = why.ignored.len().saturating_sub(steps_max / 2);
        let mut ignored = Vec::new();
        for (row, reason) in why.ignored.iter().skip(untold) {
            ignored.push(IgnoredView {
                movement: self.movement(row, &why.line, names)?,
                why: reason,
            });
        }
        Ok(WhyPartView {
            item: why.line.item.to_string(),
            location: why.line.location.to_string(),
            owner: text_of(why.line.owner.as_ref()),
            batch: text_of(why.line.batch.as_ref()),
            on_hand: why.on_hand.to_string(),
            count: why.count.map(|count| {
                let device = names.of(count.id.origin);
                (time_text(count.at), count.quantity.to_string(), device)
            }),
            earlier: (earlier > 0).then(|| (earlier, moved.to_string())),
            steps,
            ignored,
            ignored_more: why.ignored_before.saturating_add(untold),
        })
    }
}
