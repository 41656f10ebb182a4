//! What is worked off a document: an order, a production lot, a purchase order or a stocktake.

use std::cmp::Reverse;

use ledger_core::at_entry::{shelves_for, shelves_for_lot};
use ledger_core::document::Family;
use ledger_core::fold::{Fold, LineKey, Lot};
use ledger_core::{Code, DeviceId, EntryId, Total};

use super::step::{Here, Step};
use super::{Mode, Session, listed};

/// A document that is being worked off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) family: Family,
    /// The entry that began it.
    pub(super) id: EntryId,
    /// The device that works.
    pub(super) device: DeviceId,
    /// Items at places that were postponed.
    pub(super) skipped: Vec<(Code, Option<Code>)>,
    /// Why more of an item came than was ordered; it holds until another item comes.
    pub(super) why: Option<(Code, String)>,
}

/// What to do next for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The item.
    pub item: Code,
    /// Where it lies, or where what comes of it is usually put; none where nobody said.
    pub location: Option<Code>,
    /// Whose it is; none is ours.
    pub owner: Option<Code>,
    /// Which batch.
    pub batch: Option<Code>,
    /// How much there is to take, to come or by the ledger; none where whoever counts is not told.
    pub quantity: Option<Total>,
    /// It is counted, not taken.
    pub is_count: bool,
    /// It was counted, and is to be counted once more.
    pub again: bool,
}

impl Task {
    fn of_line(line: LineKey, quantity: Total) -> Self {
        let LineKey {
            item,
            location,
            owner,
            batch,
        } = line;
        Self {
            item,
            location: Some(location),
            owner,
            batch,
            quantity: Some(quantity),
            is_count: false,
            again: false,
        }
    }

    /// What to take, bring or count, and where, in words.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = match &self.quantity {
            Some(quantity) => format!("{quantity} of {}", self.item),
            None => self.item.to_string(),
        };
        if let Some(location) = &self.location {
            text = format!("{text} at {location}");
        }
        if let Some(batch) = &self.batch {
            text = format!("{text}, batch {batch}");
        }
        match &self.owner {
            // Whoever counts has to say whose it is.
            Some(owner) if self.is_count => format!("{text}, stock of {owner}"),
            Some(_) | None => text,
        }
    }

    /// The same as what comes next.
    pub(super) fn next(&self) -> String {
        let first = if self.again { "count again" } else { "next" };
        format!("{first}: {}", self.text())
    }
}

/// A document of a family, as a person is asked for it.
pub(crate) const fn a(family: Family) -> &'static str {
    match family {
        Family::Order => "an order",
        Family::Lot => "a production lot",
        Family::Purchase => "a purchase order",
        Family::Stocktake => "a stocktake",
    }
}

/// That nothing more is done for a document that has ended.
const fn nothing_more(family: Family) -> &'static str {
    match family {
        Family::Order => "nothing can be picked for it",
        Family::Lot => "nothing can be issued or built for it",
        Family::Purchase => "nothing can be received for it",
        Family::Stocktake => "nothing can be counted for it",
    }
}

impl Job {
    pub(super) const fn of(family: Family, id: EntryId, device: DeviceId) -> Self {
        Self {
            family,
            id,
            device,
            skipped: Vec::new(),
            why: None,
        }
    }

    /// The document's number, or what stands for one that is not known any more.
    pub(super) fn number(&self, fold: &Fold) -> String {
        let named = fold.document_name(self.id);
        named.map_or_else(|| self.id.to_string(), |(_, number)| number.to_string())
    }

    pub(super) fn is_skipped(&self, task: &Task) -> bool {
        self.skipped
            .iter()
            .any(|(item, at)| (item, at) == (&task.item, &task.location))
    }

    /// Tasks place by place, items without a place after them; what was postponed last.
    pub(super) fn sorted(&self, mut tasks: Vec<Task>) -> Vec<Task> {
        tasks.sort_by_cached_key(|task| {
            let Task {
                item,
                location,
                owner,
                batch,
                ..
            } = task.clone();
            let nowhere = location.is_none();
            (
                self.is_skipped(task),
                nowhere,
                location,
                item,
                batch,
                Reverse(owner),
            )
        });
        tasks
    }

    /// What is ready and not picked.
    fn picks(&self, fold: &Fold) -> Vec<Task> {
        let Some(order) = fold.order(self.id) else {
            return Vec::new();
        };
        let ready = fold.order_lines(self.id).into_iter();
        let ready = ready.filter(|line| line.allocated > Total::ZERO);
        let shelves = ready.flat_map(|line| shelves_for(fold, &order, &line.item));
        let tasks = shelves.map(|shelf| Task::of_line(shelf.line, shelf.quantity));
        tasks.collect()
    }

    /// Where the parts lie that a lot still takes.
    fn parts(fold: &Fold, lot: &Lot) -> Vec<Task> {
        let parts = lot.bom.iter();
        let shelves =
            parts.flat_map(|line| shelves_for_lot(fold, lot, &line.item, lot.required(line)));
        let tasks = shelves.map(|shelf| Task::of_line(shelf.line, shelf.quantity));
        tasks.collect()
    }

    /// What there is to do, the next first.
    fn tasks(&self, fold: &Fold) -> Vec<Task> {
        let tasks = match self.family {
            Family::Order => self.picks(fold),
            Family::Lot => {
                let lot = fold.lot(self.id);
                lot.map_or_else(Vec::new, |lot| Self::parts(fold, &lot))
            }
            Family::Purchase => self.to_come(fold),
            Family::Stocktake => self.to_count(fold, None),
        };
        self.sorted(tasks)
    }

    /// What is to be said where nothing is left to do.
    fn rest(&self, fold: &Fold) -> String {
        match self.family {
            Family::Order => {
                let lines = fold.order_lines(self.id);
                let waits = lines.iter().filter(|line| line.backorder > Total::ZERO);
                let waits =
                    listed(waits.map(|line| format!("{} of {}", line.backorder, line.item)));
                match waits.is_empty() {
                    true => "nothing is left to pick: scan DONE".to_owned(),
                    false => format!("nothing else is ready, {waits} to come: DONE"),
                }
            }
            Family::Lot => {
                let Some(lot) = fold.lot(self.id) else {
                    return String::new();
                };
                let wanting = lot.bom.iter().filter_map(|line| {
                    let required = lot.required(line);
                    let wants = required > Total::ZERO;
                    wants.then(|| format!("{required} of {}", line.item))
                });
                let wanting = listed(wanting);
                match wanting.is_empty() {
                    true => "all parts are issued: scan what is built, or DONE".to_owned(),
                    false => format!("nothing else is on the shelves, {wanting} wanting: DONE"),
                }
            }
            Family::Purchase => "all of it has come: scan DONE".to_owned(),
            Family::Stocktake => self.rest_to_count(fold),
        }
    }
}

impl Session {
    /// What there is to do for the document that is being worked off, the next first.
    #[must_use]
    pub fn tasks(&self, fold: &Fold) -> Vec<Task> {
        let Some(job) = &self.job else {
            return Vec::new();
        };
        let mut tasks = job.tasks(fold);
        if job.family == Family::Stocktake {
            tasks.retain(|task| !self.is_tallied(task));
            // What is left of this place, before the way goes on.
            tasks.sort_by_key(|task| (job.is_skipped(task), task.location != self.location));
        }
        tasks
    }

    /// What comes next for the document that is being worked off, in words; none when nothing is
    /// worked off, or something else is asked first.
    #[must_use]
    pub fn guide(&self, fold: &Fold) -> Option<String> {
        self.guide_with(fold, || self.tasks(fold).into_iter().next())
    }

    /// The same, given how the first of the tasks is found; it is looked for only where nothing is
    /// left to count at the place itself.
    pub(super) fn guide_with(
        &self,
        fold: &Fold,
        first: impl FnOnce() -> Option<Task>,
    ) -> Option<String> {
        let job = self.job.as_ref()?;
        let is_at_it = self.mode.and_then(Mode::family) == Some(job.family);
        if !is_at_it || self.asked.is_some() || self.doubt.is_some() {
            return None;
        }
        if let Some(here) = self.left_to_count_here(fold).first() {
            return Some(here.next());
        }
        Some(match first() {
            Some(task) => task.next(),
            None => job.rest(fold),
        })
    }

    /// Begins to work off a document.
    pub(super) fn begin(
        &self,
        fold: &Fold,
        family: Family,
        id: EntryId,
        here: Here,
    ) -> Result<Step, String> {
        self.nothing_held()?;
        let job = Job::of(family, id, here.device);
        let number = job.number(fold);
        let word = family.word();
        if !fold.is_open_document(family, id) {
            let state = fold.document_state_word(id);
            let nothing = nothing_more(family);
            return Err(format!("the {word} {number} is {state}: {nothing}"));
        }
        let mode = Mode::for_family(family);
        let next = Self {
            mode: Some(mode),
            job: Some(job),
            ..self.idle()
        };
        Ok(self.moved_on(next, format!("{} {number}", mode.word())))
    }

    /// `SKIP`: what comes next is postponed.
    pub(super) fn skip(&self, fold: &Fold) -> Result<Step, String> {
        let tasks = self.tasks(fold);
        let (Some(task), Some(job)) = (tasks.first(), &self.job) else {
            return Err(
                "there is nothing to postpone: SKIP belongs to ORDER, LOT, PO and STOCKTAKE"
                    .to_owned(),
            );
        };
        let mut job = job.clone();
        if job.is_skipped(task) {
            // Everything was, so it begins again.
            job.skipped.clear();
        }
        let Task { item, location, .. } = task.clone();
        let at = location.as_ref().map(|location| format!(" at {location}"));
        let says = format!("{item}{} postponed", at.unwrap_or_default());
        job.skipped.push((item, location));
        let next = Self {
            job: Some(job),
            times: None,
            ..self.clone()
        };
        Ok(Step::to(next, says))
    }
}
