//! What happened on a stock line, step by step, as history tells it: a reversal acts at its own
//! place, not at that of what it voids.

use std::collections::BTreeSet;

use super::line::{Line, Row};
use super::{Fold, TxKey};
use crate::id::EntryId;
use crate::quantity::Total;
use crate::time::Timestamp;

/// A place in F1 order.
pub(super) type Moment = (Timestamp, EntryId);

/// The place of what the same device writes next at the same time; nothing is between the two.
pub(super) fn written_next((at, id): Moment) -> Moment {
    let seq = id.seq.saturating_add(1);
    (at, EntryId { seq, ..id })
}

/// Something that happened on a line: a row, or the voiding of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) moment: Moment,
    /// The movement or count; none at a reversal.
    pub(super) row: Option<Row>,
    /// What a reversal voids.
    pub(super) voids: Option<TxKey>,
    /// On the line before and after.
    pub(super) before: Total,
    pub(super) after: Total,
}

/// The rows of a line as far as they were told, and which of them are void by then.
struct Told<'a> {
    fold: &'a Fold,
    rows: &'a [Row],
    voided: BTreeSet<TxKey>,
    on_hand: Total,
}

impl Told<'_> {
    /// What the line has once a row is void, of which the first so many rows were told.
    fn without(&mut self, target: TxKey, told: usize) -> Total {
        self.voided.insert(target);
        let rows = self.rows.get(..told).unwrap_or_default();
        let counts = |row: &&Row| {
            let key = row.key();
            !self.fold.is_suppressed(key) && (key == target || !self.voided.contains(&key))
        };
        // Most undo what was done last, so that this looks at few rows.
        let mut newest = rows.iter().rev().filter(counts);
        let (mut moved, mut since) = (None, Total::ZERO);
        for row in newest.by_ref() {
            if row.key() == target && row.is_count() {
                let mut before = Total::ZERO;
                for row in newest {
                    before = before.plus(row.amount().total());
                    if row.is_count() {
                        break;
                    }
                }
                return before.plus(since);
            }
            if row.key() == target {
                // A movement within one line has two rows there.
                let sum = moved.unwrap_or(Total::ZERO);
                moved = Some(sum.plus(row.amount().total()));
            } else if moved.is_some() || row.is_count() {
                break;
            } else {
                since = since.plus(row.amount().total());
            }
        }
        // Behind a later count it changes nothing, and nothing before it was told.
        moved.map_or(self.on_hand, |moved| self.on_hand.minus(moved))
    }
}

impl Fold {
    /// Visits the newest steps of a line up to a moment, in order, at least so many if there are;
    /// repeated writes are left out, what is withheld changes nothing. Gives what was there before the first of them, and the moment
    /// since then if there were others.
    pub(super) fn newest_steps(
        &self,
        line: &Line,
        until: Option<Moment>,
        most: usize,
        visit: &mut dyn FnMut(Step),
    ) -> Option<(Moment, Total)> {
        let rows = self.rows_of(line);
        let moment_of = |row: &Row| (row.time(), self.entry_id(row.key()));
        let is_late = |moment: Moment| until.is_some_and(|until| moment > until);
        let end = until.map_or(rows.len(), |_| {
            rows.partition_point(|row| !is_late(moment_of(row)))
        });
        // A reversal may be told before what it voids.
        let mut reversals = self.reversals_among(&rows);
        let rows = rows.get(..end).unwrap_or_default();
        let first = rows.len().saturating_sub(most);
        let last_before = first.checked_sub(1).and_then(|last| rows.get(last));
        let mut before = None;
        reversals.retain(|(moment, _)| !is_late(*moment));
        let mut reversals = reversals.into_iter().peekable();
        let mut told = Told {
            fold: self,
            rows,
            voided: BTreeSet::new(),
            on_hand: Total::ZERO,
        };
        let mut tell = |told: &mut Told<'_>, moment, row, voids, after| {
            let before = told.on_hand;
            told.on_hand = after;
            visit(Step {
                moment,
                row,
                voids,
                before,
                after,
            });
        };
        // Where nothing was undone or refused, what is not told is only added up.
        let mut from = 0;
        if reversals.peek().is_none() && self.has_no_suppressed() {
            let untold = rows.iter().take(first);
            told.on_hand = untold.fold(Total::ZERO, |sum, row| row.after(sum));
            from = first;
        }
        for (at, row) in rows.iter().enumerate().skip(from) {
            if at == first {
                before = last_before.map(|row| (moment_of(row), told.on_hand));
            }
            let is_withheld = self.is_withheld(row.key());
            if !is_withheld && self.is_suppressed(row.key()) {
                continue;
            }
            while let Some((then, target)) = reversals.next_if(|it| it.0 < moment_of(row)) {
                let after = told.without(target, at);
                if at < first {
                    told.on_hand = after;
                } else {
                    tell(&mut told, then, None, Some(target), after);
                }
            }
            let is_void = !told.voided.is_empty() && told.voided.contains(&row.key());
            let after = if is_void || is_withheld {
                told.on_hand
            } else {
                row.after(told.on_hand)
            };
            if at < first {
                told.on_hand = after;
            } else {
                tell(&mut told, moment_of(row), Some(*row), None, after);
            }
        }
        for (then, target) in reversals {
            let after = told.without(target, rows.len());
            tell(&mut told, then, None, Some(target), after);
        }
        before
    }

    /// The reversals that void any of these rows, in order, with what they void.
    fn reversals_among(&self, rows: &[Row]) -> BTreeSet<(Moment, TxKey)> {
        if self.reversals.has_no_void() {
            return BTreeSet::new();
        }
        let voided = rows.iter().filter_map(|row| {
            let reversal = self.reversals.voided_by(row.key())?;
            if self.is_suppressed(row.key()) {
                return None;
            }
            let at = self.reversals.time_of(reversal);
            Some(((at, self.entry_id(reversal)), row.key()))
        });
        voided.collect()
    }

    /// What was on hand of an item's lines of one owner, each time that it changed, oldest first;
    /// of one moment only what there was after all of it.
    #[must_use]
    pub fn on_hand_over_time(
        &self,
        canonical: &crate::Code,
        owner: Option<&crate::Code>,
    ) -> Vec<(Timestamp, Total)> {
        let mut changes: Vec<(Timestamp, Total)> = Vec::new();
        for code in self.aliases(canonical) {
            for line in self.lines_of_code(&code) {
                if self.line_key(line).owner.as_ref() != owner {
                    continue;
                }
                if self.has_no_suppressed() && self.reversals.has_no_void() {
                    let mut before = Total::ZERO;
                    for row in self.rows_of(line).iter() {
                        let after = row.after(before);
                        changes.push((row.time(), after.minus(before)));
                        before = after;
                    }
                    continue;
                }
                let mut take = |step: Step| {
                    changes.push((step.moment.0, step.after.minus(step.before)));
                };
                let _none = self.newest_steps(line, None, usize::MAX, &mut take);
            }
        }
        // The changes of one moment add up, so that their order does not matter.
        changes.sort_by_key(|(at, _)| *at);
        let mut story: Vec<(Timestamp, Total)> = Vec::new();
        let mut on_hand = Total::ZERO;
        for (at, change) in changes {
            on_hand = on_hand.plus(change);
            match story.last_mut() {
                Some((then, there)) if *then == at => *there = on_hand,
                Some(_) | None => story.push((at, on_hand)),
            }
        }
        story
    }
}
