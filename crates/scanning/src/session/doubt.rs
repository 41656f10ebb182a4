//! What is asked back, and answered by the next scan: which of several items or batches, and whether
//! it really is so much.

use ledger_core::at_entry::NO_BATCH;
use ledger_core::fold::{Fold, RowKind};
use ledger_core::{Code, Quantity, Total};

use super::batch::is_none_among;
use super::step::{Input, Piece, Step, Tone};
use super::{Session, listed, of_item};
use crate::meaning::{Content, Word};

/// Fewer are never too many.
const USUAL: i64 = 100;
/// So many times what was usual is worth a question.
const TIMES: usize = 10;
/// How many rows of the history say what is usual.
const ROWS: usize = 50;

/// What the next scan answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Several items have the code that was scanned, which says this beside.
    Which(Vec<Code>, Content),
    /// It is much more than usual.
    Much(Piece),
    /// More of it came than was ordered.
    Why(Piece),
    /// It names no batch, and of these some lies there; `-` is stock without one.
    Batch(Piece, Vec<String>),
}

/// What was asked and answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sure {
    /// It is so much.
    pub(super) is_much: bool,
    /// Why it is more than was ordered.
    pub(super) why: Option<String>,
}

/// An input after what was asked before it.
pub(super) struct Answered {
    pub(super) input: Input,
    pub(super) sure: Sure,
    /// What was asked and not answered.
    pub(super) left: Option<String>,
    /// The input did nothing but to give up what was asked.
    pub(super) is_over: bool,
}

impl Doubt {
    pub(super) fn answered(self, input: Input) -> Answered {
        let unsure = |input, left| Answered {
            is_over: matches!(input, Input::Word(Word::Undo)),
            input,
            sure: Sure::default(),
            left,
        };
        match (self, input) {
            (Self::Which(items, content), Input::Item(piece)) if items.contains(&piece.item) => {
                unsure(Input::Item(Piece::told(piece.item, content)), None)
            }
            (Self::Much(asked), Input::Item(piece)) if asked == piece => settled(piece, None),
            (Self::Why(asked), Input::Reason(reason)) => settled(asked, Some(reason)),
            (Self::Batch(asked, _), Input::Batch(batch)) => {
                let batch = Some(batch);
                settled(Piece { batch, ..asked }, None)
            }
            (Self::Batch(asked, batches), Input::Word(Word::Done)) if is_none_among(&batches) => {
                let batch = Some(NO_BATCH.to_owned());
                settled(Piece { batch, ..asked }, None)
            }
            (Self::Batch(asked, _), Input::Item(piece)) if names_batch_of(&asked, &piece) => {
                settled(piece, None)
            }
            (Self::Why(piece), Input::Word(Word::Done)) => Answered {
                is_over: true,
                ..unsure(Input::Word(Word::Done), Some(Self::Why(piece).left()))
            },
            (doubt, input) => unsure(input, Some(doubt.left())),
        }
    }

    fn left(&self) -> String {
        match self {
            Self::Which(items, _) => {
                let items = listed(items.iter().map(ToString::to_string));
                format!("the code before, of {items}, was not taken")
            }
            Self::Much(piece) | Self::Why(piece) | Self::Batch(piece, _) => {
                format!("{} was not taken", of_item(piece))
            }
        }
    }

    /// Whether it is asked on: `REASON` before the reason that is asked for.
    pub(super) const fn goes_on(&self, input: &Input) -> bool {
        let is_word = matches!(input, Input::Word(Word::Mode(word)) if is_reason(word));
        matches!(self, Self::Why(_)) && is_word
    }
}

const fn is_reason(word: &str) -> bool {
    matches!(word.as_bytes(), b"REASON")
}

/// What was asked about, and that it is so much: who is asked anything else was asked that before.
fn settled(piece: Piece, why: Option<String>) -> Answered {
    let sure = Sure { is_much: true, why };
    Answered {
        input: Input::Item(piece),
        sure,
        left: None,
        is_over: false,
    }
}

/// Whether a label is of the same as what was asked about, and names its batch.
fn names_batch_of(asked: &Piece, label: &Piece) -> bool {
    label.batch.is_some() && (&label.item, label.quantity) == (&asked.item, asked.quantity)
}

/// The most of an item that was moved at once lately, when so much is many times that.
fn usual_below(fold: &Fold, item: &Code, quantity: Quantity) -> Option<Total> {
    if quantity <= Quantity::from_units(USUAL)? {
        return None;
    }
    let rows = fold.history_part(item, None, ROWS).rows;
    let moved = rows
        .iter()
        .filter(|row| row.kind == RowKind::Movement && !row.voided);
    let most = moved.map(|row| row.change.max(Total::ZERO.minus(row.change)));
    let most = most.max().filter(|most| *most > Total::ZERO)?;
    let limit = (0..TIMES).fold(Total::ZERO, |sum, _| sum.plus(most));
    (quantity.total() > limit).then_some(most)
}

impl Session {
    /// Whether the next scan says which of several items it is.
    #[cfg(test)]
    pub(super) const fn is_asking_which(&self) -> bool {
        matches!(self.doubt, Some(Doubt::Which(..)))
    }

    /// Asks which of several items it is.
    pub(super) fn which(&self, items: Vec<Code>, content: Content) -> Step {
        let says = format!(
            "{} have this code: scan the one it is by another of its codes",
            listed(items.iter().map(ToString::to_string))
        );
        let next = Self {
            doubt: Some(Doubt::Which(items, content)),
            ..self.clone()
        };
        Step::to(next, says).in_tone(Tone::Question)
    }

    /// Asks whether it is so much, where that is unusual. `scanned` is what is to be scanned again.
    pub(super) fn is_that_much(
        &self,
        fold: &Fold,
        scanned: &Piece,
        quantity: Quantity,
    ) -> Option<Step> {
        let item = &scanned.item;
        let says = if self.is_blind(fold) {
            // What was usual would tell how much there may be; a number that was typed is asked
            // about whatever the ledger has.
            let is_typed = self.times.is_some() && Some(quantity) > Quantity::from_units(USUAL);
            is_typed.then(|| format!("{quantity} of {item}? Scan it again to confirm"))?
        } else {
            let most = usual_below(fold, item, quantity)?;
            format!("{quantity} of {item}? The most at once was {most}: scan it again to confirm")
        };
        let next = Self {
            doubt: Some(Doubt::Much(scanned.clone())),
            ..self.clone()
        };
        Some(Step::to(next, says).in_tone(Tone::Question))
    }
}
