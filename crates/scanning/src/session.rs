//! The scan session's own logic: where it stands, and what a code means there.
//!
//! **Invariant.** No clock, no store, no printing: a session reads the ledger's state and writes
//! nothing. A step is a value, and the session moves on only when its driver takes the step's
//! `next`, so what could not be written leaves no trace.

mod count;
mod doubt;
mod pick;
mod saved;
mod step;
mod unknown;

use codes::MODES;
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId, Quantity, Timestamp};

use self::doubt::{Answered, Doubt};
use self::pick::Picking;
pub use self::pick::Task;
pub use self::step::{Action, Counted, Found, Input, Kept, Piece, Sign, Step, Tone, Unknown};
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
}

impl Mode {
    const ALL: [Self; 5] = [
        Self::Add,
        Self::Remove,
        Self::Move,
        Self::Count,
        Self::Order,
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
    /// In COUNT: the scans at this location, in order.
    tallied: Vec<Tally>,
    /// The item that was scanned last at this place.
    neighbour: Option<Code>,
    /// Whose stock it is about; none is our own.
    owner: Option<Code>,
    /// Why, until another reason is given.
    reason: Option<String>,
    asked: Option<Asked>,
    doubt: Option<Doubt>,
    /// In ORDER, and in a count that it was interrupted for.
    picking: Option<Picking>,
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
const MODES_FIRST: &str = "scan a mode first, ADD, REMOVE, MOVE, COUNT or ORDER";

impl Session {
    /// What it waits for.
    #[must_use]
    pub const fn wants(&self) -> Wanted {
        match (self.asked, self.mode, &self.location) {
            (Some(Asked::Owner), _, _) => Wanted::Customer,
            (Some(Asked::Reason), _, _) => Wanted::Reason,
            (None, None, _) => Wanted::Mode,
            (None, Some(Mode::Order), _) if self.picking.is_none() => Wanted::Order,
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

    /// The order that is being picked, by its opening.
    #[must_use]
    pub fn order(&self) -> Option<EntryId> {
        self.picking.as_ref().map(|picking| picking.order)
    }

    /// What to scan next, in words.
    #[must_use]
    pub fn prompt(&self, fold: &Fold) -> String {
        match self.wants() {
            Wanted::Customer => "scan a customer, or DONE for our own stock".to_owned(),
            Wanted::Reason => "scan a reason, or DONE for none".to_owned(),
            Wanted::Mode => "scan a mode".to_owned(),
            Wanted::Order => "scan an order".to_owned(),
            Wanted::Location | Wanted::Item if self.mode == Some(Mode::Order) => {
                let picking = self.picking.as_ref();
                picking.map_or_else(String::new, |picking| picking.guide(fold))
            }
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
    pub fn step(&self, fold: &Fold, input: Input, now: Timestamp) -> Result<Step, String> {
        if let Input::Card(card) = input {
            return Ok(self.card(card));
        }
        let mut calm = self.clone();
        let Some(doubt) = calm.doubt.take() else {
            return calm.take(fold, input, false, now);
        };
        let Answered {
            input,
            is_sure,
            left,
        } = doubt.answered(input);
        if let (Input::Word(Word::Undo), Some(left)) = (&input, &left) {
            return Ok(Step::to(calm, left.clone()));
        }
        let mut step = calm.take(fold, input, is_sure, now)?;
        step.warns.extend(left);
        Ok(step)
    }

    fn take(
        &self,
        fold: &Fold,
        input: Input,
        is_sure: bool,
        now: Timestamp,
    ) -> Result<Step, String> {
        if let Some(asked) = self.asked {
            return self.answer(asked, input);
        }
        match input {
            Input::Word(Word::Mode(word)) => self.enter(word),
            Input::Word(Word::Undo) => Ok(self.undo()),
            Input::Word(Word::Done) => self.done(),
            Input::Word(Word::Other("MOVEALL")) => self.move_all(fold),
            Input::Word(Word::Other("SHORT")) => self.short(fold, now),
            Input::Word(Word::Other("SKIP")) => self.skip(fold),
            Input::Word(Word::Other(word)) => Err(format!("{word} means nothing here")),
            Input::Word(Word::Times(times)) => Ok(self.times(times)),
            Input::Location(location) => Ok(self.at(fold, location)),
            Input::Item(piece) => self.item(fold, &piece, is_sure, now),
            Input::Several(items, content) => Ok(self.which(items, content)),
            Input::Order(order) => self.pick(fold, order),
            Input::Customer(customer) => Err(format!(
                "{customer} is a customer: scan OWNER first, to work with their stock"
            )),
            Input::Reason(reason) => Err(format!("{reason} is a reason: scan REASON first")),
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
    fn answer(&self, asked: Asked, input: Input) -> Result<Step, String> {
        let mut next = Self {
            asked: None,
            ..self.clone()
        };
        let says = match (asked, input) {
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
            (_, Input::Word(Word::Mode(word))) => return next.enter(word),
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
    fn cleared(&self) -> Self {
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
        let mode = Mode::of(word).ok_or_else(|| {
            let known = MODES.contains(&word);
            let why = if known {
                "is not in this version"
            } else {
                "is no mode"
            };
            format!("the mode {word} {why}")
        })?;
        self.nothing_held()?;
        let location = self.location.clone().filter(|_| mode != Mode::Order);
        let says = match (&location, mode) {
            (_, Mode::Order) => "ORDER: scan an order".to_owned(),
            (Some(location), _) => format!("{word} at {location}"),
            (None, _) => format!("{word}: scan a location"),
        };
        let next = Self {
            mode: Some(mode),
            location,
            ..self.cleared()
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
        if self.mode == Some(Mode::Order) {
            return self.pick_at(fold, &location);
        }
        let says = match self.mode {
            Some(mode) => format!("{} at {location}", mode.word()),
            None => format!("at {location}: scan a mode"),
        };
        let next = Self {
            times: self.times,
            location: Some(location),
            ..self.counted()
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
            let batch = line.key.batch.map_or("-".to_owned(), |it| it.to_string());
            held.push(Found::Piece(Piece {
                owner: line.key.owner,
                batch: Some(batch),
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

    fn item(
        &self,
        fold: &Fold,
        scanned: &Piece,
        is_sure: bool,
        now: Timestamp,
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
        let waits = self.location.is_none() || (mode == Mode::Order && self.picking.is_none());
        if !is_sure
            && !waits
            && let Some(question) = self.is_that_much(fold, scanned, piece.quantity)
        {
            return Ok(question);
        }
        if mode == Mode::Order {
            return self.pick_item(fold, piece, self.location.clone());
        }
        let Some(location) = self.location.clone() else {
            return Err(format!("{item} is an item: scan a location first"));
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
            Mode::Count | Mode::Order => self.tally(piece, location, now)?,
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

    fn done(&self) -> Result<Step, String> {
        self.nothing_held()?;
        if self.mode == Some(Mode::Count) && self.picking.is_some() {
            let next = self.counted();
            return Ok(self.moved_on(next, "ORDER again".to_owned()));
        }
        let says = match self.mode {
            Some(Mode::Order) => "ORDER done: scan the next order".to_owned(),
            Some(mode) => format!("{} done: scan the next location", mode.word()),
            None => "nothing is going on: scan a mode".to_owned(),
        };
        Ok(self.moved_on(self.cleared(), says))
    }
}

fn too_much(item: &Code) -> String {
    format!("so much of {item} is no quantity")
}

#[cfg(test)]
mod tests;
