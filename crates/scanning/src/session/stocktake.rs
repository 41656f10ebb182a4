//! STOCKTAKE: what is to be counted where, by this device or by anybody, and what came of it.
//!
//! Counts are facts, whoever was to make them: nothing here refuses one. In a blind stocktake
//! nothing that is said depends on how much there should be.

use ledger_core::at_entry::NO_BATCH;
use ledger_core::document::Family;
use ledger_core::fold::{Fold, LineProgress, Stocktake, StocktakeLine};
use ledger_core::{Code, Total};

use super::count::batch_name;
use super::job::{Job, Task};
use super::step::{Action, Counted, Input, Piece, Step, Tone};
use super::{Mode, Session, Tally, listed};
use crate::meaning::Word;

/// What is counted a second time, since the first count was not what was expected: one item of one
/// owner and batch, as the scans named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubted {
    pub(super) item: Code,
    pub(super) owner: Option<Code>,
    pub(super) batch: Option<String>,
    /// The second count has begun.
    pub(super) begun: bool,
    /// The scans of the first count, once the second has begun: they count again when all scans of
    /// the second are taken back.
    pub(super) first: Vec<Tally>,
}

impl Doubted {
    fn of(piece: &Piece) -> Self {
        Self {
            item: piece.item.clone(),
            owner: piece.owner.clone(),
            batch: piece.batch.clone(),
            begun: false,
            first: Vec::new(),
        }
    }

    /// Whether a scan named the same item, owner and batch.
    fn is_named_by(&self, piece: &Piece) -> bool {
        self.is_of(piece) && same_batch(self.batch.as_deref(), piece.batch.as_deref())
    }

    /// Whether a scan can be of it: one of the two names no batch, or both the same.
    fn can_be(&self, piece: &Piece) -> bool {
        let is_open = self.batch.is_none() || piece.batch.is_none();
        self.is_of(piece) && (is_open || self.is_named_by(piece))
    }

    fn is_of(&self, piece: &Piece) -> bool {
        (&self.item, &self.owner) == (&piece.item, &piece.owner)
    }
}

/// Whether two labels name the same batch, in whatever letters; or neither names one.
fn same_batch(one: Option<&str>, other: Option<&str>) -> bool {
    one.map(batch_name) == other.map(batch_name)
}

/// An item with its batch and owner, as far as they are named.
fn named(item: &Code, batch: Option<&str>, owner: Option<&Code>) -> String {
    let batch = batch.filter(|batch| *batch != NO_BATCH);
    let batch = batch.map(|batch| format!(" batch {batch}"));
    let owner = owner.map(|owner| format!(" owned by {owner}"));
    let [batch, owner] = [batch, owner].map(Option::unwrap_or_default);
    format!("{item}{batch}{owner}")
}

const fn is_open(line: &StocktakeLine) -> bool {
    matches!(line.progress, LineProgress::Open | LineProgress::Again)
}

/// Whether a count was about a line. One that names no batch is about the only one that is there.
fn is_about(piece: &Piece, item: &Code, owner: Option<&Code>, batch: Option<&Code>) -> bool {
    let same_batch = match piece.batch.as_deref() {
        None => true,
        Some(NO_BATCH) => batch.is_none(),
        Some(named) => batch.is_some_and(|batch| Code::new(named).as_ref() == Ok(batch)),
    };
    piece.item == *item && piece.owner.as_ref() == owner && same_batch
}

impl Job {
    fn stocktake(&self, fold: &Fold) -> Option<Stocktake> {
        (self.family == Family::Stocktake).then_some(())?;
        fold.stocktake(self.id)
    }

    /// Whether this device is to count a line, or anybody may.
    fn is_mine(&self, line: &StocktakeLine) -> bool {
        line.counter.is_none_or(|device| device == self.device)
    }

    /// What is to be counted here and is not; at one location, or everywhere.
    pub(super) fn to_count(&self, fold: &Fold, at: Option<&Code>) -> Vec<Task> {
        let Some(stocktake) = self.stocktake(fold) else {
            return Vec::new();
        };
        let lines = match at {
            Some(location) => fold.stocktake_lines_at(&stocktake, location),
            None => fold.stocktake_lines(&stocktake),
        };
        let open = lines.into_iter();
        let open = open.filter(|line| is_open(line) && self.is_mine(line));
        let tasks = open.map(|line| Task {
            again: line.progress == LineProgress::Again,
            quantity: (!stocktake.blind).then_some(line.on_hand),
            item: line.line.item,
            location: Some(line.line.location),
            owner: line.line.owner,
            batch: line.line.batch,
            is_count: true,
        });
        tasks.collect()
    }

    /// What is to be said where this device has nothing left to count.
    pub(super) fn rest_to_count(&self, fold: &Fold) -> String {
        let stocktake = self.stocktake(fold);
        let lines = stocktake.map(|stocktake| fold.stocktake_lines(&stocktake));
        let lines = lines.unwrap_or_default();
        let others = lines
            .iter()
            .filter(|line| is_open(line) && !self.is_mine(line));
        match others.count() {
            0 => "nothing is left to count: scan DONE".to_owned(),
            more => format!("{more} more lines are for other devices to count: scan DONE"),
        }
    }
}

impl Session {
    fn stocktake(&self, fold: &Fold) -> Option<Stocktake> {
        self.job.as_ref()?.stocktake(fold)
    }

    /// Whether nobody is to be told here how much there should be.
    #[must_use]
    pub fn is_blind(&self, fold: &Fold) -> bool {
        self.stocktake(fold)
            .is_some_and(|stocktake| stocktake.blind)
    }

    /// Whether a line was scanned at this location already.
    pub(super) fn is_tallied(&self, task: &Task) -> bool {
        let Task {
            item, owner, batch, ..
        } = task;
        let is_here = task.location == self.location;
        is_here
            && self
                .seen()
                .any(|scan| is_about(&scan.piece, item, owner.as_ref(), batch.as_ref()))
    }

    /// What of this location is still to be counted.
    pub(super) fn left_to_count_here(&self, fold: &Fold) -> Vec<Task> {
        let (Some(job), Some(location)) = (&self.job, &self.location) else {
            return Vec::new();
        };
        if self.mode != Some(Mode::Stocktake) {
            return Vec::new();
        }
        let mut tasks = job.sorted(job.to_count(fold, Some(location)));
        tasks.retain(|task| !self.is_tallied(task) && !job.is_skipped(task));
        tasks
    }

    /// A place of the stocktake is reached.
    pub(super) fn count_at(&self, fold: &Fold, location: &Code) -> Step {
        let next = Self {
            times: self.times,
            location: Some(location.clone()),
            ..self.counted()
        };
        let step = self.moved_on(next, format!("STOCKTAKE at {location}"));
        let (Some(job), Some(stocktake)) = (&self.job, self.stocktake(fold)) else {
            return step;
        };
        let lines = fold.stocktake_lines_at(&stocktake, location);
        let asked = |line: &&StocktakeLine| line.progress == LineProgress::Again;
        let again = lines.iter().filter(asked);
        let again = listed(again.map(|line| line.line.item.to_string()));
        let is_for_others = !lines.is_empty() && lines.iter().all(|line| !job.is_mine(line));
        if !again.is_empty() {
            return step.warning(format!("to be counted again at {location}: {again}"));
        }
        if is_for_others {
            return step.warning(format!("{location} is for another device to count"));
        }
        if lines.is_empty() {
            return step.warning(format!("nothing is expected at {location}"));
        }
        step
    }

    /// What this device counted of an item here for the same stocktake before.
    fn counted_before(&self, fold: &Fold, piece: &Piece, location: &Code) -> Option<String> {
        let job = self.job.as_ref()?;
        let lines = fold.stocktake_lines_at(&self.stocktake(fold)?, location);
        let same = lines.iter().filter(|line| {
            let at = &line.line;
            is_about(piece, &at.item, at.owner.as_ref(), at.batch.as_ref())
        });
        let counts = same.flat_map(|line| &line.counts);
        let ours = counts.filter(|count| count.for_it && count.device == Some(job.device));
        Some(
            ours.max_by_key(|count| (count.at, count.id))?
                .quantity
                .to_string(),
        )
    }

    /// The first scan of an item at a place: says what this device counted there before.
    pub(super) fn first_of(&self, fold: &Fold, piece: &Piece, step: Step) -> Step {
        let is_first = !self.seen().any(|scan| scan.piece.item == piece.item);
        let Some(location) = self.location.as_ref().filter(|_| is_first) else {
            return step;
        };
        match self.counted_before(fold, piece, location) {
            Some(before) => step.warning(format!("already counted: {before}, counting again")),
            None => step,
        }
    }

    /// Begins the second count of what a scan is of: what was scanned of it before counts no longer.
    /// A scan that names no batch is of the only batch that is counted again.
    pub(super) fn recounting(&self, piece: &Piece) -> Self {
        let mut next = self.clone();
        let is_waiting = |doubted: &&mut Doubted| !doubted.begun && doubted.can_be(piece);
        let mut waiting: Vec<&mut Doubted> = next.doubted.iter_mut().filter(is_waiting).collect();
        let at = waiting.iter().position(|it| it.is_named_by(piece));
        let at = at.or_else(|| (waiting.len() == 1).then_some(0));
        if let Some(doubted) = at.and_then(|at| waiting.get_mut(at)) {
            doubted.begun = true;
            let of_first = |tally: &mut Tally| match tally {
                Tally::Known(scan) => doubted.is_named_by(&scan.piece),
                Tally::Unknown(_) => false,
            };
            let first = next.tallied.extract_if(.., of_first).collect();
            doubted.first = first;
        }
        next
    }

    /// The last scan, of this, is taken back. Where it was the only one of a second count, the first
    /// counts again.
    pub(super) fn recounted_none(mut self, piece: &Piece) -> Self {
        let doubted = self.doubted.iter_mut();
        let mut begun = doubted.filter(|doubted| doubted.begun && doubted.can_be(piece));
        let Some(doubted) = begun.next() else {
            return self;
        };
        let mut left = self.tallied.iter().filter_map(|tally| match tally {
            Tally::Known(scan) => Some(&scan.piece),
            Tally::Unknown(_) => None,
        });
        if left.any(|piece| doubted.can_be(piece)) {
            return self;
        }
        doubted.begun = false;
        let first = std::mem::take(&mut doubted.first);
        self.tallied.splice(..0, first);
        self
    }

    /// Asks for a second count where the first is not what the ledger has, before the place is left:
    /// once, and never in a blind stocktake.
    pub(super) fn recheck(&self, fold: &Fold, input: &Input) -> Option<Step> {
        let leaves = matches!(
            input,
            Input::Location(_) | Input::Document(..) | Input::Word(Word::Mode(_) | Word::Done)
        );
        let asks = matches!(input, Input::Word(Word::Mode("OWNER" | "REASON")));
        let at_it = self.mode == Some(Mode::Stocktake) && leaves && !asks;
        let stocktake = self.stocktake(fold)?;
        if !at_it || stocktake.blind || !self.doubted.is_empty() {
            return None;
        }
        let location = self.location.as_ref()?;
        let counts = self.counts().into_iter();
        let other = counts.filter_map(|count| {
            let expected = expected(fold, &count, location);
            (count.piece.quantity.total() != expected).then_some((count.piece, expected))
        });
        let other: Vec<(Piece, Total)> = other.collect();
        if other.is_empty() {
            return None;
        }
        let told = other.iter().map(|(piece, expected)| {
            let what = named(&piece.item, piece.batch.as_deref(), piece.owner.as_ref());
            format!("{} of {what}, {expected} expected", piece.quantity)
        });
        let told = listed(told);
        let next = Self {
            doubted: other.iter().map(|(piece, _)| Doubted::of(piece)).collect(),
            times: None,
            ..self.clone()
        };
        let says = format!("{told} at {location}: count again, or scan it again to take it so");
        Some(Step::to(next, says).in_tone(Tone::Question))
    }

    /// Says what of a place was expected and not counted, when the place is left.
    pub(super) fn not_counted(&self, fold: &Fold, step: Step) -> Step {
        let Some(location) = &self.location else {
            return step;
        };
        let writes = matches!(step.action, Some(Action::Count { .. }));
        let is_left = writes || step.next.location != self.location;
        if self.mode != Some(Mode::Stocktake) || !is_left {
            return step;
        }
        let Some(job) = &self.job else {
            return step;
        };
        let open = job.sorted(job.to_count(fold, Some(location))).into_iter();
        let open = open.filter(|task| !self.is_tallied(task));
        let open = listed(open.map(|task| {
            let batch = task.batch.as_ref().map(Code::as_str);
            named(&task.item, batch, task.owner.as_ref())
        }));
        match open.is_empty() {
            true => step,
            false => step.warning(format!("not counted at {location}: {open}")),
        }
    }
}

/// How much the ledger has of what was counted at a location.
fn expected(fold: &Fold, count: &Counted, location: &Code) -> Total {
    let piece = &count.piece;
    let lines = fold.lines(&piece.item);
    let same = lines.iter().filter(|line| {
        let at = &line.key;
        at.location == *location && is_about(piece, &at.item, at.owner.as_ref(), at.batch.as_ref())
    });
    same.fold(Total::ZERO, |sum, line| sum.plus(line.on_hand))
}
