//! COUNT: what was scanned at a location, and the counts that come of it.

use std::collections::BTreeMap;

use ledger_core::{Code, Quantity, Timestamp};

use super::step::{Action, Counted, Piece, Step};
use super::{Mode, Session, Tally, listed, of_item, too_much};

impl Session {
    /// One scan of a count.
    pub(super) fn tally(
        &self,
        mut piece: Piece,
        location: Code,
        now: Timestamp,
    ) -> Result<Step, String> {
        let item = piece.item.clone();
        let mut same = self.seen().map(|scan| &scan.piece);
        let is_repeated = |scan: &Piece| scan.item == item && scan.serial == piece.serial;
        if piece.serial.is_some() && same.clone().any(is_repeated) {
            let serial = piece.serial.unwrap_or_default();
            return Err(format!(
                "the {item} with serial number {serial} is counted already"
            ));
        }
        // A recount of one line is about its batch, where the label says none.
        let recounted = same.find(|scan| scan.item == item && scan.quantity.is_zero());
        if let (None, Some(recounted)) = (&piece.batch, recounted) {
            piece.batch.clone_from(&recounted.batch);
            piece.owner.clone_from(&recounted.owner);
        }
        let mut next = Self {
            times: None,
            neighbour: Some(item.clone()),
            ..self.clone()
        };
        next.tallied.push(Tally::Known(Counted {
            piece: piece.clone(),
            started: now,
        }));
        let sum = next.sum_of(&item).ok_or_else(|| too_much(&item))?;
        let says = format!("{}: {sum} so far at {location}", of_item(&piece));
        Ok(Step::to(next, says).writing(Action::Tally { piece, location }))
    }

    /// The last scan of a count was none. The session has forgotten it already.
    pub(super) fn untallied(self, piece: Piece, location: Code) -> Step {
        let says = format!("{} not counted at {location}", of_item(&piece));
        if let (true, Some(Mode::Count), Some(job)) =
            (self.tallied.is_empty(), self.mode, &self.job)
        {
            // What was taken back is that it is counted at all.
            let mode = Some(Mode::for_family(job.family));
            return Step::to(Self { mode, ..self }, says);
        }
        let next = self.recounted_none(&piece);
        Step::to(next, says).writing(Action::TallyBack { piece, location })
    }

    /// The same at the end of a count: what it was interrupted for goes on.
    pub(super) fn counted(&self) -> Self {
        let job = self.job.clone();
        match (self.mode, &job) {
            (Some(Mode::Count), Some(interrupted)) => Self {
                mode: Some(Mode::for_family(interrupted.family)),
                location: self.location.clone(),
                job,
                ..self.idle()
            },
            (Some(Mode::Stocktake), _) => Self { job, ..self.idle() },
            _ => self.idle(),
        }
    }

    /// The scans of this count whose codes are known.
    pub(super) fn seen(&self) -> impl Iterator<Item = &Counted> + Clone {
        self.tallied.iter().filter_map(|tally| match tally {
            Tally::Known(scan) => Some(scan),
            Tally::Unknown(_) => None,
        })
    }

    fn sum_of(&self, item: &Code) -> Option<Quantity> {
        let scans = self.seen().filter(|scan| scan.piece.item == *item);
        scans
            .map(|scan| scan.piece.quantity)
            .try_fold(Quantity::ZERO, Quantity::checked_add)
    }

    /// What was counted here, one count for each item, owner and batch.
    pub(super) fn counts(&self) -> Vec<Counted> {
        let mut counts: BTreeMap<_, Counted> = BTreeMap::new();
        for scan in self.seen() {
            let Counted { piece, started } = scan;
            let zero = Piece {
                quantity: Quantity::ZERO,
                serial: None,
                ..piece.clone()
            };
            let batch = piece.batch.as_deref().map(batch_name);
            let of = (&piece.item, &piece.owner, batch);
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
}

/// A batch as it is called, in whatever letters a label has it.
pub(super) fn batch_name(text: &str) -> String {
    Code::new(text).map_or_else(|_| text.to_owned(), |code| code.to_string())
}

impl Step {
    /// Lets the count that is going on end first.
    pub(super) fn after_count(mut self, session: &Session) -> Self {
        if let (Some(location), false) = (session.location.clone(), session.tallied.is_empty()) {
            let counts = session.counts();
            if counts.is_empty() {
                let says = format!("nothing that is known was counted at {location}");
                self.says = format!("{says}; {}", self.says);
                return self;
            }
            let counted = listed(counts.iter().map(|count| of_item(&count.piece)));
            self.says = format!("{counted} counted at {location}; {}", self.says);
            let document = session
                .document()
                .filter(|_| session.mode == Some(Mode::Stocktake));
            let stocktake = document.map(|(_, id)| id);
            self.action = Some(Action::Count {
                counts,
                location,
                stocktake,
            });
        }
        self
    }
}
