//! Answers to exceptions at entry: count what is unclear, reverse what is wrong, or take it as it
//! is.

use super::{About, Plan, Refusal, filled_text, nearest};
use crate::entry::{Body, Counted, Details, ExceptionAnswered, Particulars, Place};
use crate::exception::Exception;
use crate::fold::Fold;
use crate::id::{EntryId, Origin};
use crate::quantity::Quantity;

/// What a person says to an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// So much is there now.
    Count(Quantity),
    /// This entry was wrong.
    Reverse(EntryId),
    /// It is as it is.
    Accept,
}

/// The open exception of an id.
pub fn find_exception(fold: &Fold, id: &str) -> Result<Exception, Refusal> {
    find_exception_among(fold.exceptions(), id)
}

/// The same where all open exceptions are known.
pub fn find_exception_among(open: Vec<Exception>, id: &str) -> Result<Exception, Refusal> {
    let near = nearest(id, open.iter().map(|exception| exception.id.as_str()));
    let found = open.into_iter().find(|exception| exception.id == id.trim());
    found.ok_or_else(|| {
        let refusal = Refusal::new(
            "unknown-exception",
            format!("there is no open exception {id:?}"),
        );
        super::did_you_mean(refusal, &near, "see them with: stock exceptions".to_owned())
    })
}

/// Answers an exception; `origin` is the one that writes the answer.
pub fn answer(
    fold: &Fold,
    origin: Origin,
    id: &str,
    answer: &Answer,
    note: Option<&str>,
) -> Result<Plan, Refusal> {
    let exception = find_exception(fold, id)?;
    let note = filled_text(note, "note")?;
    let about = About::Exception(exception.id.clone());
    let action = match answer {
        Answer::Count(_) => "count",
        Answer::Reverse(_) => "reverse",
        Answer::Accept => "accept",
    };
    let actions = exception.actions();
    let by_administrator = match actions.as_slice() {
        ["admit"] => Some("admits it"),
        ["admit", "refuse"] => Some("admits or refuses it"),
        _ => None,
    };
    if let Some(deed) = by_administrator {
        let text = format!("{id} is closed by an administrator, who {deed} at the server");
        return Err(Refusal::new("no-such-action", text));
    }
    if !actions.contains(&action) {
        let text = format!("{id} is not closed by {action}");
        let hint = format!("it can be answered by: {}", actions.join(", "));
        return Err(Refusal::new("no-such-action", text).hint(hint));
    }
    let particulars = Particulars {
        details: Details {
            reason: Some("exception".to_owned()),
            note: note.clone(),
            ..Details::default()
        },
        ..Particulars::default()
    };
    match answer {
        Answer::Count(quantity) => {
            let body = count(&exception, *quantity, particulars)?;
            Ok(Plan::new(about, vec![body]))
        }
        Answer::Reverse(entry) => {
            if !exception.entries.contains(entry) {
                let text = format!("{id} does not name the entry {entry}");
                return Err(Refusal::new("unknown-entry", text)
                    .hint("stock exceptions --json shows the entries that it names"));
            }
            let plan = super::undo(fold, origin, Some(*entry), particulars)?;
            Ok(Plan { about, ..plan })
        }
        Answer::Accept => {
            let answered = ExceptionAnswered {
                exception: exception.id,
                entries: exception.entries,
                note,
                once: None,
            };
            Ok(Plan::new(about, vec![Body::ExceptionAnswered(answered)]))
        }
    }
}

/// A count of the very stock line that the exception is about.
fn count(exception: &Exception, quantity: Quantity, with: Particulars) -> Result<Body, Refusal> {
    super::stock::check_quantity(quantity, "count")?;
    let Some(line) = exception.line.clone() else {
        let text = format!(
            "{} is about no single place that could be counted",
            exception.id
        );
        return Err(Refusal::new("no-such-action", text));
    };
    Ok(Body::Counted(Counted {
        item: line.item,
        quantity,
        place: Place {
            location: line.location,
            owner: line.owner,
            batch: line.batch,
        },
        span: None,
        stocktake: None,
        particulars: with,
    }))
}
