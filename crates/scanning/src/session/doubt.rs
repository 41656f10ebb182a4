//! What is asked back, and answered by the next scan: which of several items, and whether it really
//! is so much.

use ledger_core::fold::{Fold, RowKind};
use ledger_core::{Code, Quantity, Total};

use super::step::{Input, Piece, Step, Tone};
use super::{Session, listed, of_item};
use crate::meaning::Content;

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
}

/// An input after what was asked before it.
pub(super) struct Answered {
    pub(super) input: Input,
    /// It was asked whether it is so much, and it is.
    pub(super) is_sure: bool,
    /// What was asked and not answered.
    pub(super) left: Option<String>,
}

impl Doubt {
    pub(super) fn answered(self, input: Input) -> Answered {
        let unsure = |input, left| Answered {
            input,
            is_sure: false,
            left,
        };
        match (self, input) {
            (Self::Which(items, content), Input::Item(piece)) if items.contains(&piece.item) => {
                unsure(Input::Item(Piece::told(piece.item, content)), None)
            }
            (Self::Much(asked), Input::Item(piece)) if asked == piece => Answered {
                input: Input::Item(piece),
                is_sure: true,
                left: None,
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
            Self::Much(piece) => format!("{} was not taken", of_item(piece)),
        }
    }
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
        let most = usual_below(fold, &scanned.item, quantity)?;
        let says = format!(
            "{quantity} of {}? The most at once was {most}: scan it again to confirm",
            scanned.item
        );
        let next = Self {
            doubt: Some(Doubt::Much(scanned.clone())),
            ..self.clone()
        };
        Some(Step::to(next, says).in_tone(Tone::Question))
    }
}
