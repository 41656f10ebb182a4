//! Which batch is meant where several lie at a place and a code names none: the next scan says it.

use ledger_core::at_entry::NO_BATCH;
use ledger_core::fold::Fold;
use ledger_core::{Code, Origin, Timestamp};

use super::doubt::Doubt;
use super::step::{Action, Found, Piece, Step, Tone};
use super::{Session, listed};
use crate::writing::Writing;

/// The batch of a line that is meant, and no other of those beside it.
pub(super) fn batch_text(batch: Option<&Code>) -> String {
    batch.map_or_else(|| NO_BATCH.to_owned(), Code::to_string)
}

/// Whether stock without a batch is among these.
pub(super) fn is_none_among(batches: &[String]) -> bool {
    batches.iter().any(|batch| batch == NO_BATCH)
}

/// The batches of an item at a place, stock without one as `-`.
fn batches_at(fold: &Fold, item: &Code, location: &Code) -> Vec<String> {
    let lines = fold.lines(item).into_iter();
    let there = lines.filter(|line| line.key.location == *location && !line.on_hand.is_zero());
    let mut batches: Vec<String> = there
        .map(|line| batch_text(line.key.batch.as_ref()))
        .collect();
    batches.sort();
    batches.dedup();
    batches
}

/// Whether nobody can tell which line an action means.
fn is_ambiguous(fold: &Fold, action: &Action) -> bool {
    let writing = Writing {
        origin: Origin::from_bytes([0; 16]),
        reason: None,
        now: Timestamp::ZERO,
    };
    let planned = writing.plan(fold, action);
    planned.is_err_and(|refusal| refusal.code == "ambiguous-batch")
}

impl Session {
    /// Asks of which batch it is, where what a scan leads to cannot be told from stock beside it.
    pub(super) fn of_which_batch(&self, fold: &Fold, scanned: &Piece, step: &Step) -> Option<Step> {
        let location = self.location.as_ref()?;
        let is_taken_up = step.next.held.len() > self.held.len();
        let action = match (&step.action, step.next.held.last()) {
            (Some(action), _) => action.clone(),
            // It leaves its line only when it is put down, and nobody asks then.
            (None, Some(Found::Piece(piece))) if is_taken_up => Action::Remove {
                piece: piece.clone(),
                location: location.clone(),
            },
            (None, _) => return None,
        };
        let (Action::Remove { piece, .. }
        | Action::Pick { piece, .. }
        | Action::Issue { piece, .. }
        | Action::Tally { piece, .. }) = &action
        else {
            return None;
        };
        let batches = batches_at(fold, &piece.item, location);
        if piece.batch.is_some() || batches.len() < 2 || !is_ambiguous(fold, &action) {
            return None;
        }
        let item = &piece.item;
        let named = batches.iter().filter(|batch| *batch != NO_BATCH).cloned();
        let named = listed(named);
        let says = if is_none_among(&batches) {
            format!("which batch of {item} at {location}: {named}? Scan it, or DONE for none")
        } else {
            format!("which batch of {item} at {location}: {named}? Scan it, or UNDO")
        };
        let next = Self {
            doubt: Some(Doubt::Batch(scanned.clone(), batches)),
            ..self.clone()
        };
        Some(Step::to(next, says).in_tone(Tone::Question))
    }

    /// The batch that a text names, of those that it may be; none where no batch is asked for.
    pub(crate) fn batch_called(&self, text: &str) -> Option<String> {
        let Some(Doubt::Batch(_, batches)) = &self.doubt else {
            return None;
        };
        let called = Code::new(text).ok()?.to_string();
        batches.contains(&called).then_some(called)
    }

    /// Asks for the batch, in words.
    pub(super) fn asks_batch(&self) -> &'static str {
        match &self.doubt {
            Some(Doubt::Batch(_, batches)) if is_none_among(batches) => {
                "scan its batch, or DONE for none"
            }
            Some(_) | None => "scan its batch, or UNDO",
        }
    }
}
