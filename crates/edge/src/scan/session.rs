//! The scan session's own logic: where it stands, and what a code means there.
//!
//! **Invariant.** Pure: no clock, no store, no printing. A step is a value, and the session moves on
//! only when its driver takes the step's `next`, so what could not be written leaves no trace.

use std::collections::BTreeMap;

use ledger_core::{Code, Quantity, Timestamp};

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
pub(super) enum Input {
    /// A mode's word.
    Mode(&'static str),
    /// Take back the last.
    Undo,
    /// Finish what is going on.
    Done,
    /// A command word that no mode here takes.
    Other(&'static str),
    /// The next item counts so often.
    Times(Quantity),
    /// A location.
    Location(Code),
    /// An item, and how much of it one scan of this code is.
    Item(Code, Quantity),
}

/// What the session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Mode,
    Location,
    Item,
}

/// So much of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) item: Code,
    pub(super) quantity: Quantity,
}

/// What was counted of one item, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) piece: Piece,
    pub(super) started: Timestamp,
}

/// What a step writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    Add {
        piece: Piece,
        location: Code,
    },
    Remove {
        piece: Piece,
        location: Code,
    },
    Move {
        pieces: Vec<Piece>,
        from: Code,
        to: Code,
    },
    Tally {
        piece: Piece,
        location: Code,
    },
    TallyBack {
        piece: Piece,
        location: Code,
    },
    Count {
        counts: Vec<Counted>,
        location: Code,
    },
    Undo,
}

/// What a code leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// Where the session stands afterwards.
    pub(super) next: Session,
    /// What must be durable before that.
    pub(super) action: Option<Action>,
    /// What is then said.
    pub(super) says: String,
}

/// Where a scan session stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Session {
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
    pub(super) const fn wants(&self) -> Wanted {
        match (self.mode, &self.location) {
            (None, _) => Wanted::Mode,
            (Some(_), None) => Wanted::Location,
            (Some(_), Some(_)) => Wanted::Item,
        }
    }

    /// What is lost or unfinished when the input ends here.
    pub(super) fn left_open(&self) -> Option<String> {
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
    pub(super) fn step(&self, input: Input, now: Timestamp) -> Result<Step, String> {
        match input {
            Input::Mode(word) => self.enter(word),
            Input::Undo => Ok(self.undo()),
            Input::Done => self.done(),
            Input::Other(word) => Err(format!("{word} belongs to a mode that this version lacks")),
            Input::Times(times) => Ok(self.times(times)),
            Input::Location(location) => Ok(self.at(location)),
            Input::Item(item, pack) => self.item(&item, pack, now),
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

    fn item(&self, item: &Code, pack: Quantity, now: Timestamp) -> Result<Step, String> {
        let Some(mode) = self.mode else {
            return Err(format!(
                "{item} is an item: scan a mode first, ADD, REMOVE, MOVE or COUNT"
            ));
        };
        let Some(location) = self.location.clone() else {
            return Err(format!("{item} is an item: scan a location first"));
        };
        let too_much = || format!("so much of {item} is no quantity");
        let quantity = match self.times {
            Some(times) => pack.checked_mul(times).ok_or_else(too_much)?,
            None => pack,
        };
        let piece = Piece {
            item: item.clone(),
            quantity,
        };
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
                let sum = next.sum_of(item).ok_or_else(too_much)?;
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

    /// What was counted here, one count an item.
    fn counts(&self) -> Vec<Counted> {
        let mut counts: BTreeMap<&Code, Counted> = BTreeMap::new();
        for scan in &self.tallied {
            let Counted { piece, started } = scan;
            let zero = Piece {
                item: piece.item.clone(),
                quantity: Quantity::ZERO,
            };
            let count = counts.entry(&piece.item).or_insert_with(|| Counted {
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
