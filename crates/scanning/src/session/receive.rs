//! PO: what comes of a purchase order is put away, and what is more than was ordered is asked about.

use ledger_core::document::Family;
use ledger_core::fold::{Fold, Purchase};
use ledger_core::{Code, Total};

use super::doubt::Doubt;
use super::job::{Job, Task};
use super::pick::{first, location_first};
use super::step::{Action, Piece, Step, Tone};
use super::{Session, listed, of_item};

impl Job {
    /// What is still to come, and where it usually lies.
    pub(super) fn to_come(&self, fold: &Fold) -> Vec<Task> {
        let Some(purchase) = fold.purchase(self.id) else {
            return Vec::new();
        };
        let open = left(&purchase).into_iter();
        let tasks = open.map(|(item, left)| Task {
            location: fold.item(&item).location,
            item,
            owner: None,
            batch: None,
            quantity: Some(left),
            is_count: false,
            again: false,
        });
        tasks.collect()
    }

    /// What came and what did not, when nobody looks for more.
    pub(super) fn received(&self, fold: &Fold) -> String {
        let number = self.number(fold);
        let open = fold.purchase(self.id).map(|purchase| left(&purchase));
        let open = open.unwrap_or_default().into_iter();
        let open = listed(open.map(|(item, left)| format!("{left} of {item}")));
        match open.is_empty() {
            true => format!("all of {number} has come"),
            false => format!("{open} still to come of {number}"),
        }
    }
}

/// What is to come of each item, in the order of the items.
fn left(purchase: &Purchase) -> Vec<(Code, Total)> {
    let items = purchase.lines.iter().map(|line| &line.item);
    let mut items: Vec<&Code> = items.collect();
    items.dedup();
    let open = items
        .into_iter()
        .map(|item| (item.clone(), purchase.left_of(item)));
    open.filter(|(_, left)| *left > Total::ZERO).collect()
}

impl Session {
    /// An item came of the purchase order. `why` is why it is more than was ordered.
    pub(super) fn receive_item(
        &self,
        fold: &Fold,
        scanned: &Piece,
        piece: Piece,
        why: Option<String>,
    ) -> Result<Step, String> {
        let item = piece.item.clone();
        let job = self.job.as_ref();
        let mut job = job.ok_or_else(|| first(&item, Family::Purchase))?.clone();
        let purchase = fold.purchase(job.id).ok_or_else(|| {
            "the purchase order is not known here any more: scan another".to_owned()
        })?;
        let location = self.location.clone();
        let location = location.ok_or_else(|| location_first(&item))?;
        let left = purchase.left_of(&item);
        let over = piece.quantity.total().minus(left);
        job.why = match why {
            Some(why) => Some((item.clone(), why)),
            None => job.why.filter(|(of, _)| *of == item),
        };
        let mut reason = None;
        if over > Total::ZERO && self.reason.is_none() {
            let Some((_, why)) = &job.why else {
                let is_ordered = purchase.lines.iter().any(|line| line.item == item);
                return Ok(self.why_more(scanned, &purchase.number, is_ordered.then_some(over)));
            };
            reason = Some(why.clone());
        }
        let says = format!(
            "{} received at {location} for {}",
            of_item(&piece),
            purchase.number
        );
        let purchase = job.id;
        let next = Self {
            neighbour: Some(item),
            job: Some(job),
            ..self.without_times()
        };
        Ok(Step::to(next, says).writing(Action::Receive {
            purchase,
            piece,
            location,
            reason,
        }))
    }

    /// Asks why so much more came than was ordered, or what was not ordered at all.
    fn why_more(&self, scanned: &Piece, number: &Code, over: Option<Total>) -> Step {
        let item = &scanned.item;
        let says = match over {
            Some(over) => format!("{over} of {item} more than ordered: scan a reason, or UNDO"),
            None => {
                format!("{item} is not on the purchase order {number}: scan a reason, or UNDO")
            }
        };
        let next = Self {
            doubt: Some(Doubt::Why(scanned.clone())),
            ..self.clone()
        };
        Step::to(next, says).in_tone(Tone::Refused)
    }
}
