//! Scans of codes that nobody knows: they are kept, and the work goes on.

use ledger_core::entry::ScanMode;
use ledger_core::{Code, Quantity};

use super::doubt::Doubt;
use super::step::{Action, Found, Kept, Step, Tone, Unknown};
use super::{Mode, Session, Tally};

impl Kept {
    /// The code that nobody knows, and for how many scans it stands.
    pub(super) fn text(&self) -> String {
        format!("{} of the unknown {}", self.quantity, self.unknown.code)
    }
}

impl Session {
    /// Whether a scan of a code that nobody knows is kept here: something is being done with items
    /// at a place. While an order or a lot is picked the list goes on asking for what it asked for, so
    /// nothing was done yet.
    #[must_use]
    pub fn keeps_unknown(&self) -> bool {
        // What is no batch that lies there is no item either.
        let asks_batch = matches!(self.doubt, Some(Doubt::Batch(..)));
        let is_free = self.asked.is_none() && !asks_batch;
        is_free && self.location.is_some() && self.scan_mode().is_some()
    }

    const fn scan_mode(&self) -> Option<ScanMode> {
        match (self.mode, &self.job) {
            // What came stands for itself once somebody knows it.
            (Some(Mode::Po), None) | (Some(Mode::Stocktake), None) => None,
            (Some(Mode::Add | Mode::Po), _) => Some(ScanMode::Add),
            (Some(Mode::Remove), _) => Some(ScanMode::Remove),
            (Some(Mode::Move), _) => Some(ScanMode::Move),
            (Some(Mode::Count), None) | (Some(Mode::Stocktake), Some(_)) => Some(ScanMode::Count),
            // A recount on the way is about one item, which is known.
            (Some(Mode::Count | Mode::Order | Mode::Lot) | None, _) => None,
        }
    }

    pub(super) fn keep(&self, unknown: Unknown) -> Result<Step, String> {
        let code = &unknown.code;
        let (Some(mode), Some(location)) = (self.scan_mode(), self.location.clone()) else {
            return Err(format!("{code} is not known"));
        };
        let times = self.times.unwrap_or(Quantity::ONE);
        let quantity = unknown.content.quantity.unwrap_or(Quantity::ONE);
        let quantity = quantity
            .checked_mul(times)
            .ok_or_else(|| format!("so much of {code} is no quantity"))?;
        let kept = Kept {
            unknown,
            mode,
            quantity,
            owner: self.owner.clone(),
            neighbour: self.neighbour.clone(),
        };
        let mut next = Self {
            times: None,
            ..self.clone()
        };
        let says = said(&kept, &location);
        if mode == ScanMode::Move {
            next.held.push(Found::Unknown(kept));
            let says = format!("{says}; scan where it goes");
            return Ok(Step::to(next, says).in_tone(Tone::Unknown));
        }
        if mode == ScanMode::Count {
            next.tallied.push(Tally::Unknown(kept.unknown.code.clone()));
        }
        let step = Step::to(next, says).writing(Action::Keep { kept, location });
        Ok(step.in_tone(Tone::Unknown))
    }
}

fn said(kept: &Kept, location: &Code) -> String {
    let Kept {
        unknown, quantity, ..
    } = kept;
    let code = &unknown.code;
    let done = match kept.mode {
        ScanMode::Add => format!("added at {location}"),
        ScanMode::Remove => format!("removed from {location}"),
        ScanMode::Move => format!("taken up at {location}"),
        ScanMode::Count => format!("seen at {location}"),
    };
    let near = match unknown.near.as_slice() {
        [] => String::new(),
        near => format!(" (is it {}?)", near.join(" or ")),
    };
    format!(
        "{code} is not known{near}: kept as {quantity} {done} until somebody says what it is, or \
         UNDO"
    )
}
