//! The scan session's own logic: where it stands, and what a code means there.
//!
//! **Invariant.** No clock, no store, no printing: a session reads the ledger's state and writes
//! nothing. A step is a value, and the session moves on only when its driver takes the step's
//! `next`, so what could not be written leaves no trace.

mod batch;
mod count;
mod doubt;
mod job;
mod pick;
mod receive;
mod saved;
mod step;
mod stocktake;
mod unknown;

use ledger_core::document::Family;
use ledger_core::entry::IdempotencyKey;
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId, Quantity};

use self::batch::batch_text;
use self::doubt::{Answered, Doubt, Sure};
use self::job::Job;
pub use self::job::Task;
pub(crate) use self::job::a;
use self::pick::{first, location_first};
pub use self::step::{Action, Counted, Found, Here, Input, Kept, Piece, Sign, Step, Tone, Unknown};
use self::stocktake::Doubted;
use crate::card::CardStep;
use crate::meaning::{Wanted, Word};

/// What is being done with scanned items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Add,
    Remove,
    Move,
    Count,
    Order,
    Lot,
    Po,
    Stocktake,
}

impl Mode {
    const ALL: [Self; 8] = [
        Self::Add,
        Self::Remove,
        Self::Move,
        Self::Count,
        Self::Order,
        Self::Lot,
        Self::Po,
        Self::Stocktake,
    ];

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Remove => "REMOVE",
            Self::Move => "MOVE",
            Self::Count => "COUNT",
            Self::Order => "ORDER",
            Self::Lot => "LOT",
            Self::Po => "PO",
            Self::Stocktake => "STOCKTAKE",
        }
    }

    /// The documents that it works off.
    const fn family(self) -> Option<Family> {
        match self {
            Self::Order => Some(Family::Order),
            Self::Lot => Some(Family::Lot),
            Self::Po => Some(Family::Purchase),
            Self::Stocktake => Some(Family::Stocktake),
            Self::Add | Self::Remove | Self::Move | Self::Count => None,
        }
    }

    const fn for_family(family: Family) -> Self {
        match family {
            Family::Order => Self::Order,
            Family::Lot => Self::Lot,
            Family::Purchase => Self::Po,
            Family::Stocktake => Self::Stocktake,
        }
    }
}

/// What the next code is to say for all that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Owner,
    Reason,
}

/// One scan of a count.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tally {
    Known(Counted),
    /// Nobody knows its code, so it is part of no sum.
    Unknown(String),
}

/// Where a scan session stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    mode: Option<Mode>,
    /// The sticky location; in MOVE the one that things come from.
    location: Option<Code>,
    times: Option<Quantity>,
    /// In MOVE: what was taken up and not yet put down.
    held: Vec<Found>,
    /// In COUNT and STOCKTAKE: the scans at this location, in order.
    tallied: Vec<Tally>,
    /// The item that was scanned last at this place.
    neighbour: Option<Code>,
    /// Whose stock it is about; none is our own.
    owner: Option<Code>,
    /// Why, until another reason is given.
    reason: Option<String>,
    asked: Option<Asked>,
    doubt: Option<Doubt>,
    /// What is worked off, also in a count that it was interrupted for.
    job: Option<Job>,
    /// In STOCKTAKE: what is counted a second time at this location.
    doubted: Vec<Doubted>,
}

fn of_item(piece: &Piece) -> String {
    format!("{} of {}", piece.quantity, piece.item)
}

impl Found {
    fn text(&self) -> String {
        match self {
            Self::Piece(piece) => of_item(piece),
            Self::Unknown(kept) => kept.text(),
        }
    }
}

fn listed(pieces: impl IntoIterator<Item = String>) -> String {
    pieces.into_iter().collect::<Vec<_>>().join(", ")
}

/// What a scan adds to a message about an item without a mode.
const MODES_FIRST: &str =
    "scan a mode first: ADD, REMOVE, MOVE, COUNT, ORDER, LOT, PO or STOCKTAKE";

impl Session {
    /// What it waits for.
    #[must_use]
    pub const fn wants(&self) -> Wanted {
        match &self.doubt {
            Some(Doubt::Why(_)) => return Wanted::Reason,
            Some(Doubt::Batch(..)) => return Wanted::Batch,
            Some(Doubt::Which(..) | Doubt::Much(_)) | None => {}
        }
        let family = match self.mode {
            Some(mode) => mode.family(),
            None => None,
        };
        if let (None, Some(family), None) = (self.asked, family, &self.job) {
            return Wanted::Document(family);
        }
        match (self.asked, self.mode, &self.location) {
            (Some(Asked::Owner), _, _) => Wanted::Customer,
            (Some(Asked::Reason), _, _) => Wanted::Reason,
            (None, None, _) => Wanted::Mode,
            (None, Some(_), None) => Wanted::Location,
            (None, Some(_), Some(_)) => Wanted::Item,
        }
    }

    /// The mode, in its word.
    #[must_use]
    pub fn mode(&self) -> Option<&'static str> {
        self.mode.map(Mode::word)
    }

    /// The sticky location.
    #[must_use]
    pub const fn location(&self) -> Option<&Code> {
        self.location.as_ref()
    }

    /// Why what is written is done; none when nobody said.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Whose stock it is about; none is our own.
    #[must_use]
    pub const fn owner(&self) -> Option<&Code> {
        self.owner.as_ref()
    }

    /// What is worked off: its family, and the entry that began it.
    #[must_use]
    pub fn document(&self) -> Option<(Family, EntryId)> {
        self.job.as_ref().map(|job| (job.family, job.id))
    }

    /// What to scan next, in words.
    #[must_use]
    pub fn prompt(&self, fold: &Fold) -> String {
        self.guide(fold).unwrap_or_else(|| self.asks())
    }

    /// The same for whoever has the tasks at hand: working them out takes longer than anything else.
    #[must_use]
    pub fn prompt_with(&self, fold: &Fold, tasks: &[Task]) -> String {
        let guide = self.guide_with(fold, || tasks.first().cloned());
        guide.unwrap_or_else(|| self.asks())
    }

    /// What it waits for, in words.
    fn asks(&self) -> String {
        match self.wants() {
            Wanted::Batch => self.asks_batch().to_owned(),
            Wanted::Reason if self.asked.is_none() => "scan a reason, or UNDO".to_owned(),
            Wanted::Customer => "scan a customer, or DONE for our own stock".to_owned(),
            Wanted::Reason => "scan a reason, or DONE for none".to_owned(),
            Wanted::Mode => "scan a mode".to_owned(),
            Wanted::Document(family) => format!("scan {}", a(family)),
            Wanted::Location => "scan a location".to_owned(),
            Wanted::Item if !self.held.is_empty() => "scan where it goes".to_owned(),
            Wanted::Item => "scan an item".to_owned(),
        }
    }

    /// What is lost or unfinished when the input ends here.
    #[must_use]
    pub fn left_open(&self) -> Option<String> {
        let location = self.location.as_ref()?;
        if !self.held.is_empty() {
            let held = listed(self.held.iter().map(Found::text));
            return Some(format!(
                "{held} from {location} was not moved: no place to go was scanned"
            ));
        }
        let open = !self.tallied.is_empty();
        open.then(|| format!("the count at {location} was not finished: scan DONE at its end"))
    }

    /// What a code leads to here, or what is expected instead.
    pub fn step(&self, fold: &Fold, input: Input, here: Here) -> Result<Step, String> {
        if let Input::Card(card) = input {
            return Ok(self.card(card));
        }
        let mut calm = self.clone();
        let Some(doubt) = calm.doubt.take() else {
            return calm.take(fold, input, Sure::default(), here);
        };
        if doubt.goes_on(&input) {
            return Ok(Step::to(self.clone(), self.prompt(fold)).in_tone(Tone::Question));
        }
        let Answered {
            input,
            sure,
            left,
            is_over,
        } = doubt.answered(input);
        if let (true, Some(left)) = (is_over, &left) {
            return Ok(Step::to(calm.without_times(), left.clone()));
        }
        if left.is_some() {
            // So many of it were meant, and of nothing else.
            calm.times = None;
        }
        let mut step = calm.take(fold, input, sure, here)?;
        step.warns.extend(left);
        Ok(step)
    }

    /// What a scan leads to that is perhaps written already: power went, or an answer was lost, before
    /// it was noted as done. Then the ledger has what the scan did, and by that it was judged: what it
    /// is now asked about or refused for is settled.
    pub fn unless_written(
        &self,
        fold: &Fold,
        once: &IdempotencyKey,
        judged: Result<Step, String>,
    ) -> Result<Step, String> {
        let does_something = judged.as_ref().is_ok_and(|step| step.action.is_some());
        if does_something || fold.known_once(once).is_none() {
            return judged;
        }
        let next = Self {
            doubt: None,
            ..self.without_times()
        };
        Ok(Step::to(next, "it is written already").writing(Action::Written))
    }

    fn take(&self, fold: &Fold, input: Input, sure: Sure, here: Here) -> Result<Step, String> {
        if let Some(asked) = self.asked {
            return self.answer(fold, asked, input, here);
        }
        if let Some(question) = self.recheck(fold, &input) {
            return Ok(question);
        }
        let step = self.taken(fold, input, sure, here)?;
        Ok(self.not_counted(fold, step))
    }

    fn taken(&self, fold: &Fold, input: Input, sure: Sure, here: Here) -> Result<Step, String> {
        match input {
            Input::Word(Word::Mode(word)) => self.enter(word),
            Input::Word(Word::Undo) => Ok(self.undo()),
            Input::Word(Word::Done) => self.done(fold),
            Input::Word(Word::Other("MOVEALL")) => self.move_all(fold),
            Input::Word(Word::Other("SHORT")) => self.short(fold, here),
            Input::Word(Word::Other("SKIP")) => self.skip(fold),
            Input::Word(Word::Other(word)) => Err(format!("{word} means nothing here")),
            Input::Word(Word::Times(times)) => Ok(self.times(times)),
            Input::Location(location) => Ok(self.at(fold, location)),
            Input::Item(piece) => self.item(fold, &piece, sure, here),
            Input::Several(items, content) => Ok(self.which(items, content)),
            Input::Document(family, id) => self.begin(fold, family, id, here),
            Input::Customer(customer) => Err(format!(
                "{customer} is a customer: scan OWNER first, to work with their stock"
            )),
            Input::Reason(reason) => Err(format!("{reason} is a reason: scan REASON first")),
            // It is heard only where it is asked for.
            Input::Batch(batch) => Err(format!("{batch} is a batch: {}", self.asks())),
            Input::Badge(user) => {
                let next = self.clone();
                Ok(Step::to(next, "").writing(Action::Badge(user)))
            }
            Input::Unknown(unknown) => self.keep(unknown),
            Input::Card(card) => Ok(self.card(card)),
        }
    }

    /// The card is about the scanner, and disturbs nothing.
    fn card(&self, card: CardStep) -> Step {
        let CardStep { says, advice } = card;
        let step = Step::to(self.clone(), says);
        advice.into_iter().fold(step, Step::warning)
    }

    /// What OWNER or REASON asked for.
    fn answer(&self, fold: &Fold, asked: Asked, input: Input, here: Here) -> Result<Step, String> {
        let mut next = Self {
            asked: None,
            ..self.clone()
        };
        let says = match (asked, input.clone()) {
            (Asked::Owner, Input::Customer(customer)) => {
                let says = format!("from now on stock of {customer}");
                next.owner = Some(customer);
                says
            }
            (Asked::Owner, Input::Word(Word::Done)) => {
                next.owner = None;
                "from now on our own stock".to_owned()
            }
            (Asked::Reason, Input::Reason(reason)) => {
                let says = format!("from now on the reason is: {reason}");
                next.reason = Some(reason);
                says
            }
            (Asked::Reason, Input::Word(Word::Done)) => {
                next.reason = None;
                "from now on without a reason".to_owned()
            }
            (_, Input::Word(Word::Undo)) => "nothing changed".to_owned(),
            (_, Input::Word(Word::Mode(_))) => {
                return next.take(fold, input, Sure::default(), here);
            }
            (Asked::Owner, _) => {
                return Err("a customer is expected, or DONE for our own stock".to_owned());
            }
            (Asked::Reason, _) => {
                return Err("a reason is expected, or DONE for none".to_owned());
            }
        };
        Ok(Step::to(next, says))
    }

    fn asking(&self, asked: Asked, says: &str) -> Step {
        let next = Self {
            asked: Some(asked),
            ..self.clone()
        };
        Step::to(next, says)
    }

    fn moved_on(&self, next: Self, says: String) -> Step {
        Step::to(next, says).after_count(self)
    }

    /// The same with nothing begun.
    fn idle(&self) -> Self {
        Self {
            mode: self.mode,
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            ..Self::default()
        }
    }

    fn nothing_held(&self) -> Result<(), String> {
        if self.held.is_empty() {
            return Ok(());
        }
        let held = listed(self.held.iter().map(Found::text));
        Err(format!(
            "{held} is still to be put down: scan the location it goes to, or UNDO"
        ))
    }

    fn enter(&self, word: &'static str) -> Result<Step, String> {
        match word {
            "OWNER" => return Ok(self.asking(Asked::Owner, "OWNER: scan a customer, or DONE")),
            "REASON" => return Ok(self.asking(Asked::Reason, "REASON: scan a reason, or DONE")),
            _ => {}
        }
        let mode = Mode::of(word).ok_or_else(|| format!("{word} is no mode"))?;
        self.nothing_held()?;
        let family = mode.family();
        let location = self.location.clone().filter(|_| family.is_none());
        let says = match (&location, family) {
            (_, Some(family)) => format!("{word}: scan {}", a(family)),
            (Some(location), None) => format!("{word} at {location}"),
            (None, None) => format!("{word}: scan a location"),
        };
        let next = Self {
            mode: Some(mode),
            location,
            ..self.idle()
        };
        Ok(self.moved_on(next, says))
    }

    fn times(&self, times: Quantity) -> Step {
        let next = Self {
            times: Some(times),
            ..self.clone()
        };
        Step::to(next, format!("{times} of the next item"))
    }

    fn at(&self, fold: &Fold, location: Code) -> Step {
        if let (Some(Mode::Move), Some(from), false) =
            (self.mode, &self.location, self.held.is_empty())
        {
            let moved = listed(self.held.iter().map(Found::text));
            let says = format!("{moved} moved from {from} to {location}");
            let next = Self {
                held: Vec::new(),
                ..self.clone()
            };
            return Step::to(next, says).writing(Action::Move {
                found: self.held.clone(),
                from: from.clone(),
                to: location,
            });
        }
        match self.mode {
            Some(Mode::Stocktake) if self.job.is_some() => return self.count_at(fold, &location),
            Some(mode) => {
                if let Some(family) = mode.family() {
                    return self.pick_at(fold, family, &location);
                }
            }
            None => {}
        }
        let next = Self {
            times: self.times,
            location: Some(location.clone()),
            ..self.counted()
        };
        // A count that an order or a lot was interrupted for is over with its place.
        let says = match next.mode {
            Some(mode) => format!("{} at {location}", mode.word()),
            None => format!("at {location}: scan a mode"),
        };
        self.moved_on(next, says)
    }

    /// `MOVEALL`: everything at the location is taken up.
    fn move_all(&self, fold: &Fold) -> Result<Step, String> {
        let (Some(Mode::Move), Some(location)) = (self.mode, &self.location) else {
            return Err("MOVEALL belongs to MOVE: scan MOVE and a location first".to_owned());
        };
        self.nothing_held()?;
        let lines = fold.lines_at(location).into_iter();
        let lines = lines.filter(|line| line.on_hand > ledger_core::Total::ZERO);
        let mut held = Vec::new();
        for line in lines {
            let quantity = line.on_hand.to_string().parse();
            let quantity: Quantity = quantity.map_err(|_too_much| {
                format!("{} of {} is too much at once", line.on_hand, line.key.item)
            })?;
            held.push(Found::Piece(Piece {
                owner: line.key.owner,
                batch: Some(batch_text(line.key.batch.as_ref())),
                ..Piece::of(line.key.item, quantity)
            }));
        }
        if held.is_empty() {
            return Err(format!("nothing is at {location}"));
        }
        let all = listed(held.iter().map(Found::text));
        let next = Self {
            held,
            times: None,
            ..self.clone()
        };
        let says = format!("{all} from {location}: scan where it goes");
        Ok(Step::to(next, says))
    }

    fn item(&self, fold: &Fold, scanned: &Piece, sure: Sure, here: Here) -> Result<Step, String> {
        let step = self.of_item(fold, scanned, sure, here)?;
        let question = self.of_which_batch(fold, scanned, &step);
        Ok(question.unwrap_or(step))
    }

    fn of_item(
        &self,
        fold: &Fold,
        scanned: &Piece,
        sure: Sure,
        here: Here,
    ) -> Result<Step, String> {
        let item = scanned.item.clone();
        let Some(mode) = self.mode else {
            return Err(format!("{item} is an item: {MODES_FIRST}"));
        };
        let mut piece = scanned.clone();
        piece.owner = piece.owner.or_else(|| self.owner.clone());
        if let Some(times) = self.times {
            let product = piece.quantity.checked_mul(times);
            piece.quantity = product.ok_or_else(|| too_much(&item))?;
        }
        let waits = self.location.is_none() || (mode.family().is_some() && self.job.is_none());
        // What comes is compared with what was ordered.
        if !sure.is_much
            && !waits
            && mode != Mode::Po
            && let Some(question) = self.is_that_much(fold, scanned, piece.quantity)
        {
            return Ok(question);
        }
        match mode {
            Mode::Order => return self.pick_item(fold, piece),
            Mode::Lot => return self.lot_item(fold, piece),
            Mode::Po => return self.receive_item(fold, scanned, piece, sure.why),
            Mode::Stocktake if self.job.is_none() => {
                return Err(first(&item, Family::Stocktake));
            }
            Mode::Add | Mode::Remove | Mode::Move | Mode::Count | Mode::Stocktake => {}
        }
        let Some(location) = self.location.clone() else {
            return Err(location_first(&item));
        };
        let mut next = Self {
            times: None,
            neighbour: Some(item),
            ..self.clone()
        };
        let amount = of_item(&piece);
        Ok(match mode {
            Mode::Add => Step::to(next, format!("{amount} added at {location}"))
                .writing(Action::Add { piece, location }),
            Mode::Remove => Step::to(next, format!("{amount} removed from {location}"))
                .writing(Action::Remove { piece, location }),
            Mode::Move => {
                next.held.push(Found::Piece(piece));
                Step::to(
                    next,
                    format!("{amount} from {location}: scan where it goes"),
                )
            }
            Mode::Stocktake => {
                let session = self.recounting(&piece);
                let step = session.tally(piece.clone(), location, here.now)?;
                session.first_of(fold, &piece, step)
            }
            Mode::Count | Mode::Order | Mode::Lot | Mode::Po => {
                self.tally(piece, location, here.now)?
            }
        })
    }

    fn undo(&self) -> Step {
        let mut next = Self {
            times: None,
            ..self.clone()
        };
        if let Some(found) = next.held.pop() {
            return Step::to(next, format!("{} put back", found.text()));
        }
        match (self.location.clone(), next.tallied.pop()) {
            (Some(location), Some(Tally::Known(Counted { piece, .. }))) => {
                next.untallied(piece, location)
            }
            // It is the last transaction of this device: known scans of a count are none.
            (Some(_), Some(Tally::Unknown(_))) | (_, None) | (None, Some(_)) => {
                Step::to(next, "undone:").writing(Action::Undo)
            }
        }
    }

    fn done(&self, fold: &Fold) -> Result<Step, String> {
        self.nothing_held()?;
        if let (Some(Mode::Count), Some(job)) = (self.mode, &self.job) {
            let word = Mode::for_family(job.family).word();
            return Ok(self.moved_on(self.counted(), format!("{word} again")));
        }
        if self.mode == Some(Mode::Stocktake) && self.location.is_some() {
            let says = "STOCKTAKE: scan the next location, or DONE".to_owned();
            return Ok(self.moved_on(self.counted(), says));
        }
        let says = match self.mode {
            Some(mode) => match mode.family() {
                Some(family) => format!("{} done: {}", mode.word(), scan_next(family)),
                None => format!("{} done: scan the next location", mode.word()),
            },
            None => "nothing is going on: scan a mode".to_owned(),
        };
        let came = self
            .job
            .as_ref()
            .filter(|job| job.family == Family::Purchase);
        let says = match came {
            Some(job) => format!("{}; {says}", job.received(fold)),
            None => says,
        };
        Ok(self.moved_on(self.idle(), says))
    }
}

fn too_much(item: &Code) -> String {
    format!("so much of {item} is no quantity")
}

/// What to scan when a document is done.
const fn scan_next(family: Family) -> &'static str {
    match family {
        Family::Order => "scan the next order",
        Family::Lot => "scan the next production lot",
        Family::Purchase => "scan the next purchase order",
        Family::Stocktake => "scan the next stocktake",
    }
}

#[cfg(test)]
mod tests;
