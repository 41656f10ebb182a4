//! The scan session's own logic: where it stands, and what a code means there.
//!
//! **Invariant.** Pure: no clock, no store, no printing. A step is a value, and the session moves on
//! only when its driver takes the step's `next`, so what could not be written leaves no trace.

use std::collections::BTreeMap;

use ledger_core::{Code, Quantity, Timestamp};

use crate::meaning::{Wanted, Word};

/// What is being done with scanned items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Add,
    Remove,
    Move,
    Count,
}

impl Mode {
    fn of(word: &str) -> Option<Self> {
        match word {
            "ADD" => Some(Self::Add),
            "REMOVE" => Some(Self::Remove),
            "MOVE" => Some(Self::Move),
            "COUNT" => Some(Self::Count),
            _ => None,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Remove => "REMOVE",
            Self::Move => "MOVE",
            Self::Count => "COUNT",
        }
    }
}

/// What a scanned code turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A command.
    Word(Word),
    /// A location.
    Location(Code),
    /// So much of an item as one scan of this code is.
    Item(Piece),
}

/// So much of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The item.
    pub item: Code,
    /// How much.
    pub quantity: Quantity,
    /// The batch that the code named.
    pub batch: Option<String>,
    /// The serial number that the code named.
    pub serial: Option<String>,
    /// The day on which it expires, in days since 1970-01-01.
    pub expiry: Option<u32>,
}

impl Piece {
    /// So much of an item, of which nothing else was said.
    #[must_use]
    pub const fn of(item: Code, quantity: Quantity) -> Self {
        Self {
            item,
            quantity,
            batch: None,
            serial: None,
            expiry: None,
        }
    }
}

/// What was counted of one item, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What was seen.
    pub piece: Piece,
    /// When the first of it was scanned.
    pub started: Timestamp,
}

/// What a step writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Stock comes in.
    Add {
        /// What.
        piece: Piece,
        /// Where.
        location: Code,
    },
    /// Stock goes out.
    Remove {
        /// What.
        piece: Piece,
        /// From where.
        location: Code,
    },
    /// Stock goes elsewhere, all of it in one group.
    Move {
        /// What.
        pieces: Vec<Piece>,
        /// From where.
        from: Code,
        /// To where.
        to: Code,
    },
    /// One scan of a count, which has no effect on stock.
    Tally {
        /// What.
        piece: Piece,
        /// Where.
        location: Code,
    },
    /// Such a scan was none.
    TallyBack {
        /// What.
        piece: Piece,
        /// Where.
        location: Code,
    },
    /// A count of a location ends.
    Count {
        /// What was there.
        counts: Vec<Counted>,
        /// Where.
        location: Code,
    },
    /// The last transaction of this device is taken back.
    Undo,
}

/// What a code leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where the session stands afterwards.
    pub next: Session,
    /// What must be durable before that.
    pub action: Option<Action>,
    /// What is then said.
    pub says: String,
}

/// Where a scan session stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    mode: Option<Mode>,
    /// The sticky location; in MOVE the one that things come from.
    location: Option<Code>,
    times: Option<Quantity>,
    /// In MOVE: what was taken up and not yet put down.
    held: Vec<Piece>,
    /// In COUNT: the scans at this location, in order.
    tallied: Vec<Counted>,
}

fn of_item(piece: &Piece) -> String {
    format!("{} of {}", piece.quantity, piece.item)
}

fn listed(pieces: impl IntoIterator<Item = String>) -> String {
    pieces.into_iter().collect::<Vec<_>>().join(", ")
}

impl Session {
    /// What it waits for.
    #[must_use]
    pub const fn wants(&self) -> Wanted {
        match (self.mode, &self.location) {
            (None, _) => Wanted::Mode,
            (Some(_), None) => Wanted::Location,
            (Some(_), Some(_)) => Wanted::Item,
        }
    }

    /// What is lost or unfinished when the input ends here.
    #[must_use]
    pub fn left_open(&self) -> Option<String> {
        let location = self.location.as_ref()?;
        if !self.held.is_empty() {
            let held = listed(self.held.iter().map(of_item));
            return Some(format!(
                "{held} from {location} was not moved: no place to go was scanned"
            ));
        }
        let open = !self.tallied.is_empty();
        open.then(|| format!("the count at {location} was not finished: scan DONE at its end"))
    }

    /// What a code leads to here, or what is expected instead.
    pub fn step(&self, input: Input, now: Timestamp) -> Result<Step, String> {
        match input {
            Input::Word(Word::Mode(word)) => self.enter(word),
            Input::Word(Word::Undo) => Ok(self.undo()),
            Input::Word(Word::Done) => self.done(),
            Input::Word(Word::Other(word)) => {
                Err(format!("{word} belongs to a mode that this version lacks"))
            }
            Input::Word(Word::Times(times)) => Ok(self.times(times)),
            Input::Location(location) => Ok(self.at(location)),
            Input::Item(piece) => self.item(piece, now),
        }
    }

    fn moved_on(&self, next: Self, says: String) -> Step {
        Step {
            next,
            action: None,
            says,
        }
        .after_count(self)
    }

    fn enter(&self, word: &str) -> Result<Step, String> {
        let mode =
            Mode::of(word).ok_or_else(|| format!("the mode {word} is not in this version"))?;
        if !self.held.is_empty() {
            let held = listed(self.held.iter().map(of_item));
            return Err(format!(
                "{held} is still to be put down: scan the location it goes to, or UNDO"
            ));
        }
        let says = match &self.location {
            Some(location) => format!("{} at {location}", mode.word()),
            None => format!("{}: scan a location", mode.word()),
        };
        let location = self.location.clone();
        Ok(self.moved_on(
            Self {
                mode: Some(mode),
                location,
                ..Self::default()
            },
            says,
        ))
    }

    fn times(&self, times: Quantity) -> Step {
        let next = Self {
            times: Some(times),
            ..self.clone()
        };
        Step {
            next,
            action: None,
            says: format!("{times} of the next item"),
        }
    }

    fn at(&self, location: Code) -> Step {
        if let (Some(Mode::Move), Some(from), false) =
            (self.mode, &self.location, self.held.is_empty())
        {
            let moved = listed(self.held.iter().map(of_item));
            let says = format!("{moved} moved from {from} to {location}");
            let pieces = self.held.clone();
            let action = Some(Action::Move {
                pieces,
                from: from.clone(),
                to: location,
            });
            return Step {
                next: Self {
                    held: Vec::new(),
                    ..self.clone()
                },
                action,
                says,
            };
        }
        let says = match self.mode {
            Some(mode) => format!("{} at {location}", mode.word()),
            None => format!("at {location}: scan a mode"),
        };
        let (mode, times) = (self.mode, self.times);
        let next = Self {
            mode,
            times,
            location: Some(location),
            ..Self::default()
        };
        self.moved_on(next, says)
    }

    fn item(&self, mut piece: Piece, now: Timestamp) -> Result<Step, String> {
        let item = piece.item.clone();
        let Some(mode) = self.mode else {
            return Err(format!(
                "{item} is an item: scan a mode first, ADD, REMOVE, MOVE or COUNT"
            ));
        };
        let Some(location) = self.location.clone() else {
            return Err(format!("{item} is an item: scan a location first"));
        };
        let too_much = || format!("so much of {item} is no quantity");
        if let Some(times) = self.times {
            piece.quantity = piece.quantity.checked_mul(times).ok_or_else(too_much)?;
        }
        let mut next = Self {
            times: None,
            ..self.clone()
        };
        let (action, says) = match mode {
            Mode::Add => {
                let says = format!("{} added at {location}", of_item(&piece));
                (Some(Action::Add { piece, location }), says)
            }
            Mode::Remove => {
                let says = format!("{} removed from {location}", of_item(&piece));
                (Some(Action::Remove { piece, location }), says)
            }
            Mode::Move => {
                let says = format!("{} from {location}: scan where it goes", of_item(&piece));
                next.held.push(piece);
                (None, says)
            }
            Mode::Count => {
                next.tallied.push(Counted {
                    piece: piece.clone(),
                    started: now,
                });
                let sum = next.sum_of(&item).ok_or_else(too_much)?;
                let says = format!("{}: {sum} so far at {location}", of_item(&piece));
                (Some(Action::Tally { piece, location }), says)
            }
        };
        Ok(Step { next, action, says })
    }

    fn sum_of(&self, item: &Code) -> Option<Quantity> {
        let scans = self.tallied.iter().filter(|scan| scan.piece.item == *item);
        scans
            .map(|scan| scan.piece.quantity)
            .try_fold(Quantity::ZERO, Quantity::checked_add)
    }

    /// What was counted here, one count for each item and batch.
    fn counts(&self) -> Vec<Counted> {
        let mut counts: BTreeMap<(&Code, &Option<String>), Counted> = BTreeMap::new();
        for scan in &self.tallied {
            let Counted { piece, started } = scan;
            let zero = Piece {
                quantity: Quantity::ZERO,
                serial: None,
                ..piece.clone()
            };
            let of = (&piece.item, &piece.batch);
            let count = counts.entry(of).or_insert_with(|| Counted {
                piece: zero,
                started: *started,
            });
            // Every scan was checked to keep the sum a quantity.
            let sum = count.piece.quantity.checked_add(piece.quantity);
            count.piece.quantity = sum.unwrap_or(count.piece.quantity);
        }
        counts.into_values().collect()
    }

    fn undo(&self) -> Step {
        let mut next = Self {
            times: None,
            ..self.clone()
        };
        if let Some(piece) = next.held.pop() {
            return Step {
                next,
                action: None,
                says: format!("{} put back", of_item(&piece)),
            };
        }
        if let (Some(location), Some(Counted { piece, .. })) =
            (self.location.clone(), next.tallied.pop())
        {
            let says = format!("{} not counted at {location}", of_item(&piece));
            return Step {
                next,
                action: Some(Action::TallyBack { piece, location }),
                says,
            };
        }
        Step {
            next,
            action: Some(Action::Undo),
            says: "undone:".to_owned(),
        }
    }

    fn done(&self) -> Result<Step, String> {
        if !self.held.is_empty() {
            let held = listed(self.held.iter().map(of_item));
            return Err(format!(
                "{held} is still to be put down: scan the location it goes to, or UNDO"
            ));
        }
        let next = Self {
            mode: self.mode,
            ..Self::default()
        };
        let says = match self.mode {
            Some(mode) => format!("{} done: scan the next location", mode.word()),
            None => "nothing is going on: scan a mode".to_owned(),
        };
        Ok(self.moved_on(next, says))
    }
}

impl Step {
    /// Lets the count that is going on end first.
    fn after_count(mut self, session: &Session) -> Self {
        if let (Some(location), false) = (session.location.clone(), session.tallied.is_empty()) {
            let counts = session.counts();
            let counted = listed(counts.iter().map(|count| of_item(&count.piece)));
            self.says = format!("{counted} counted at {location}; {}", self.says);
            self.action = Some(Action::Count { counts, location });
        }
        self
    }
}

#[cfg(test)]
mod tests;
