//! ORDER: what an order still wants, from which place, in the order of the places.

use std::cmp::Reverse;

use ledger_core::at_entry::shelves_for;
use ledger_core::fold::{Fold, LineKey, Order};
use ledger_core::{Code, EntryId, Quantity, Timestamp, Total};

use super::step::{Action, Counted, Piece, Step};
use super::{Mode, Session, Tally};

/// An order that is being picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picking {
    pub(super) order: EntryId,
    /// Items at places that were postponed.
    pub(super) skipped: Vec<(Code, Code)>,
}

/// What to take next for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The stock line.
    pub line: LineKey,
    /// How much.
    pub quantity: Total,
}

impl Task {
    /// How much of what to take where, in words.
    #[must_use]
    pub fn text(&self) -> String {
        let LineKey {
            item,
            location,
            batch,
            ..
        } = &self.line;
        let batch = batch.as_ref().map(|batch| format!(", batch {batch}"));
        let batch = batch.unwrap_or_default();
        format!("{} of {item} at {location}{batch}", self.quantity)
    }
}

impl Picking {
    pub(super) const fn of(order: EntryId) -> Self {
        Self {
            order,
            skipped: Vec::new(),
        }
    }

    fn is_skipped(&self, line: &LineKey) -> bool {
        self.skipped
            .iter()
            .any(|(item, at)| (item, at) == (&line.item, &line.location))
    }

    /// What is ready and not picked, place by place; what was postponed last.
    fn tasks(&self, fold: &Fold) -> Vec<Task> {
        let Some(order) = fold.order(self.order) else {
            return Vec::new();
        };
        let ready = fold.order_lines(self.order).into_iter();
        let ready = ready.filter(|line| line.allocated > Total::ZERO);
        let shelves = ready.flat_map(|line| shelves_for(fold, &order, &line.item));
        let mut tasks: Vec<Task> = shelves
            .map(|shelf| Task {
                line: shelf.line,
                quantity: shelf.quantity,
            })
            .collect();
        tasks.sort_by_cached_key(|task| {
            let LineKey {
                item,
                location,
                batch,
                owner,
            } = task.line.clone();
            let is_postponed = self.is_skipped(&task.line);
            (is_postponed, location, item, batch, Reverse(owner))
        });
        tasks
    }

    /// What comes next, in words.
    pub(super) fn guide(&self, fold: &Fold) -> String {
        if let Some(task) = self.tasks(fold).first() {
            return format!("next: {}", task.text());
        }
        let lines = fold.order_lines(self.order);
        let waits = lines.iter().filter(|line| line.backorder > Total::ZERO);
        let waits: Vec<String> = waits
            .map(|line| format!("{} of {}", line.backorder, line.item))
            .collect();
        match waits.is_empty() {
            true => "nothing is left to pick: scan DONE".to_owned(),
            false => format!("nothing else is ready, {} to come: DONE", waits.join(", ")),
        }
    }
}

impl Session {
    /// What is to be taken for the order that is being picked, the next first.
    #[must_use]
    pub fn tasks(&self, fold: &Fold) -> Vec<Task> {
        let picking = self.picking.as_ref();
        picking.map_or_else(Vec::new, |picking| picking.tasks(fold))
    }

    fn order_of(fold: &Fold, picking: &Picking) -> Result<Order, String> {
        let order = fold.order(picking.order);
        order.ok_or_else(|| "the order is not known here any more: scan another".to_owned())
    }

    /// Begins to pick an order.
    pub(super) fn pick(&self, fold: &Fold, id: EntryId) -> Result<Step, String> {
        self.nothing_held()?;
        let picking = Picking::of(id);
        let order = Self::order_of(fold, &picking)?;
        if !fold.is_open_order(id) {
            return Err(format!(
                "the order {} is {}: nothing can be picked for it",
                order.number,
                order.state.word()
            ));
        }
        let next = Self {
            mode: Some(Mode::Order),
            picking: Some(picking),
            ..self.cleared()
        };
        Ok(self.moved_on(next, format!("ORDER {}", order.number)))
    }

    /// An item is taken for the order.
    pub(super) fn pick_item(
        &self,
        fold: &Fold,
        piece: Piece,
        location: Option<Code>,
    ) -> Result<Step, String> {
        let item = &piece.item;
        let Some(picking) = &self.picking else {
            return Err(format!("{item} is an item: scan an order first"));
        };
        let order = Self::order_of(fold, picking)?;
        let lines = fold.order_lines(picking.order);
        if !lines.iter().any(|line| line.item == *item) {
            return Err(format!("{item} is not on the order {}", order.number));
        }
        let location =
            location.ok_or_else(|| format!("{item} is an item: scan a location first"))?;
        let says = format!(
            "{} of {item} picked at {location} for {}",
            piece.quantity, order.number
        );
        let next = Self {
            times: None,
            ..self.clone()
        };
        let order = order.number;
        Ok(Step::to(next, says).writing(Action::Pick {
            order,
            piece,
            location,
        }))
    }

    /// A place is reached while an order is picked.
    pub(super) fn pick_at(&self, fold: &Fold, location: &Code) -> Step {
        let tasks = self.tasks(fold);
        let is_there = tasks.iter().any(|task| task.line.location == *location);
        let next = Self {
            location: Some(location.clone()),
            ..self.clone()
        };
        let step = Step::to(next, format!("ORDER at {location}"));
        if is_there || tasks.is_empty() {
            return step;
        }
        step.warning(format!("nothing at {location} is for this order"))
    }

    /// `SKIP`: what comes next is postponed.
    pub(super) fn skip(&self, fold: &Fold) -> Result<Step, String> {
        let tasks = self.tasks(fold);
        let (Some(task), Some(picking)) = (tasks.first(), &self.picking) else {
            return Err("there is nothing to postpone: SKIP belongs to ORDER".to_owned());
        };
        let mut picking = picking.clone();
        if picking.is_skipped(&task.line) {
            // Everything was, so it begins again.
            picking.skipped.clear();
        }
        let LineKey { item, location, .. } = task.line.clone();
        let says = format!("{item} at {location} postponed");
        picking.skipped.push((item, location));
        let next = Self {
            picking: Some(picking),
            times: None,
            ..self.clone()
        };
        Ok(Step::to(next, says))
    }

    /// `SHORT`: there is less than there should be, so what is there is counted.
    pub(super) fn short(&self, fold: &Fold, now: Timestamp) -> Result<Step, String> {
        let tasks = self.tasks(fold);
        let here = |task: &&Task| Some(&task.line.location) == self.location.as_ref();
        if self.mode != Some(Mode::Order) || tasks.is_empty() {
            return Err("there is nothing to be short of: SHORT belongs to ORDER".to_owned());
        }
        let Some(task) = tasks.iter().find(here) else {
            let place = tasks.first().map(|task| task.line.location.to_string());
            let place = place.unwrap_or_default();
            return Err(format!(
                "scan the location first where it is short: {place}"
            ));
        };
        let LineKey {
            item,
            owner,
            batch,
            location,
        } = task.line.clone();
        let none = Piece {
            owner,
            batch: batch.map(|batch| batch.to_string()),
            ..Piece::of(item.clone(), Quantity::ZERO)
        };
        let next = Self {
            mode: Some(Mode::Count),
            times: None,
            // None is there, until some are scanned.
            tallied: vec![Tally::Known(Counted {
                piece: none,
                started: now,
            })],
            ..self.clone()
        };
        let says = format!("COUNT {item} at {location}: scan what is there, then DONE");
        Ok(Step::to(next, says))
    }
}
