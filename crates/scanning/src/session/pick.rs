//! ORDER and LOT: what is taken for an order or a lot, from which place, and what a lot makes.

use ledger_core::document::Family;
use ledger_core::fold::{Fold, Order};
use ledger_core::{Code, Quantity, Total};

use super::batch::batch_text;
use super::job::{Job, Task, a};
use super::step::{Action, Counted, Here, Piece, Step};
use super::{Mode, Session, Tally, of_item};

fn order_of(fold: &Fold, job: &Job) -> Result<Order, String> {
    let order = fold.order(job.id);
    order.ok_or_else(|| "the order is not known here any more: scan another".to_owned())
}

/// That a document comes before an item.
pub(super) fn first(item: &Code, family: Family) -> String {
    format!("{item} is an item: scan {} first", a(family))
}

pub(super) fn location_first(item: &Code) -> String {
    format!("{item} is an item: scan a location first")
}

impl Session {
    /// An item is taken for the order.
    pub(super) fn pick_item(&self, fold: &Fold, piece: Piece) -> Result<Step, String> {
        let item = &piece.item;
        let job = self.job.as_ref();
        let job = job.ok_or_else(|| first(item, Family::Order))?;
        let order = order_of(fold, job)?;
        let lines = fold.order_lines(job.id);
        if !lines.iter().any(|line| line.item == *item) {
            return Err(format!("{item} is not on the order {}", order.number));
        }
        let location = self.location.clone();
        let location = location.ok_or_else(|| location_first(item))?;
        let says = format!(
            "{} of {item} picked at {location} for {}",
            piece.quantity, order.number
        );
        let order = job.id;
        Ok(Step::to(self.without_times(), says).writing(Action::Pick {
            order,
            piece,
            location,
        }))
    }

    /// A part is taken for the lot, or units of it are built.
    pub(super) fn lot_item(&self, fold: &Fold, mut piece: Piece) -> Result<Step, String> {
        let item = piece.item.clone();
        let job = self.job.as_ref();
        let job = job.ok_or_else(|| first(&item, Family::Lot))?;
        let lot = fold.lot(job.id).ok_or_else(|| {
            "the production lot is not known here any more: scan another".to_owned()
        })?;
        let location = self.location.clone();
        let location = location.ok_or_else(|| location_first(&item))?;
        let (next, number, lot_id) = (self.without_times(), &lot.number, job.id);
        let amount = of_item(&piece);
        if item == lot.item {
            let says = format!("{amount} built at {location} for {number}");
            return Ok(Step::to(next, says).writing(Action::Build {
                lot: lot_id,
                piece,
                location,
            }));
        }
        // Whose stock it is was looked up for the list.
        if piece.owner.is_none() {
            let tasks = self.tasks(fold);
            let mut here = tasks
                .iter()
                .filter(|task| task.item == item && task.location.as_ref() == Some(&location));
            piece.owner = here.next().and_then(|task| task.owner.clone());
        }
        let line = lot.bom.iter().find(|line| line.item == item);
        let required = line.map(|line| lot.required(line));
        let over = required.map(|required| piece.quantity.total().minus(required));
        let says = format!("{amount} issued at {location} for {number}");
        let step = Step::to(next, says).writing(Action::Issue {
            lot: lot_id,
            piece,
            location,
        });
        Ok(match over.filter(|over| *over > Total::ZERO) {
            Some(over) => step.warning(format!("{over} of {item} more than the lot takes")),
            None => step,
        })
    }

    pub(super) fn without_times(&self) -> Self {
        Self {
            times: None,
            ..self.clone()
        }
    }

    /// A place is reached while a list is worked off.
    pub(super) fn pick_at(&self, fold: &Fold, family: Family, location: &Code) -> Step {
        let tasks = self.tasks(fold);
        let is_there = |task: &Task| task.location.as_ref() == Some(location);
        let next = Self {
            location: Some(location.clone()),
            neighbour: None,
            ..self.clone()
        };
        let word = Mode::for_family(family).word();
        let step = Step::to(next, format!("{word} at {location}"));
        if self.job.is_none() || tasks.is_empty() || tasks.iter().any(is_there) {
            return step;
        }
        match family {
            Family::Order => step.warning(format!("nothing at {location} is for this order")),
            // What is built or comes can be put anywhere.
            Family::Lot | Family::Purchase | Family::Stocktake => step,
        }
    }

    /// `SHORT`: there is less than there should be, so what is there is counted.
    pub(super) fn short(&self, fold: &Fold, here: Here) -> Result<Step, String> {
        let tasks = self.tasks(fold);
        let is_here = |task: &&Task| task.location == self.location;
        let takes = matches!(self.mode, Some(Mode::Order | Mode::Lot));
        if !takes || tasks.is_empty() {
            return Err(
                "there is nothing to be short of: SHORT belongs to ORDER and LOT".to_owned(),
            );
        }
        let found = tasks.iter().find(is_here);
        let (Some(task), Some(location)) = (found, &self.location) else {
            let place = tasks.first().and_then(|task| task.location.as_ref());
            let place = place.map(Code::to_string).unwrap_or_default();
            return Err(format!(
                "scan the location first where it is short: {place}"
            ));
        };
        let item = &task.item;
        let none = Piece {
            owner: task.owner.clone(),
            batch: Some(batch_text(task.batch.as_ref())),
            ..Piece::of(item.clone(), Quantity::ZERO)
        };
        let next = Self {
            mode: Some(Mode::Count),
            times: None,
            // None is there, until some are scanned.
            tallied: vec![Tally::Known(Counted {
                piece: none,
                started: here.now,
            })],
            ..self.clone()
        };
        let says = format!("COUNT {item} at {location}: scan what is there, then DONE");
        Ok(Step::to(next, says))
    }
}
