//! Movements and counts from a file.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use ledger_core::at_entry::{self, NO_BATCH, Refusal, StockRequest};
use ledger_core::entry::{Act, Body, Details, IdempotencyKey, Moved, Particulars, Place};
use ledger_core::fold::Fold;
use ledger_core::{Code, Quantity, Timestamp};
use ledger_node::times;

use crate::names::Names;
use crate::pass::Outcome;
use crate::rows::Row;
use crate::values::quantity;

/// Plans movements.
#[derive(Debug)]
pub(crate) struct Movements {
    names: Names,
    key: [u8; 16],
    zone: Tz,
    /// The last time that was read: rows of one moment often follow each other.
    last_time: (String, Timestamp),
}

impl Movements {
    pub(crate) fn new(key: [u8; 16], zone: Tz) -> Self {
        let last_time = (String::new(), Timestamp::ZERO);
        Self {
            names: Names::default(),
            key,
            zone,
            last_time,
        }
    }

    /// Adds the row's movement, unless it is there already.
    pub(crate) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<Outcome, Refusal> {
        let fields = row.fields()?;
        let [
            item,
            amount,
            time,
            from,
            to,
            owner,
            batch,
            reason,
            order,
            note,
        ] = fields.each_ref().map(|field| &**field);
        let once = IdempotencyKey {
            key: self.key,
            row: row.number(),
        };
        if fold.known_once(&once).is_some() {
            return Ok(Outcome::Already);
        }
        let quantity = moved_quantity(amount)?;
        let item = self.names.item(fold, item)?;
        let from = self.names.place(fold, from)?;
        let to = self.names.place(fold, to)?;
        let act = match (&from, &to) {
            (None, None) => {
                let text = "neither from nor to says where it happened";
                return Err(Refusal::new("no-place", text));
            }
            (Some(from), Some(to)) if from == to => {
                let text = format!("from and to are the same location, {from}");
                return Err(Refusal::new("same-place", text));
            }
            (Some(_), Some(_)) => Act::Move,
            (Some(_), None) => Act::Remove,
            (None, Some(_)) => Act::Add,
        };
        let owner = self.names.owner(fold, owner)?;
        let batch = batch_code(batch)?;
        let place = |location: Option<Code>| {
            location.map(|location| Place {
                location,
                owner: owner.clone(),
                batch: batch.clone(),
            })
        };
        let said = Particulars {
            details: Details {
                reason: Some(reason.to_owned()),
                order: Some(order.to_owned()),
                note: Some(note.to_owned()),
                ..Details::default()
            },
            said: self.time(time)?,
            once: Some(once),
            expiry: None,
        };
        let particulars = at_entry::checked_particulars(fold, &said)?;
        let (from, to) = (place(from), place(to));
        bodies.push(Body::Moved(Moved {
            document: None,
            item,
            quantity,
            from,
            to,
            act,
            particulars,
        }));
        Ok(Outcome::Moved)
    }

    fn time(&mut self, text: &str) -> Result<Option<Timestamp>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        if self.last_time.0 != text {
            self.last_time = (text.to_owned(), times::parse(text, self.zone)?);
        }
        Ok(Some(self.last_time.1))
    }
}

fn moved_quantity(text: &str) -> Result<Quantity, Refusal> {
    let quantity = quantity(text)?;
    let checked = at_entry::check_quantity(quantity, "move");
    checked.map_err(|refusal| match refusal.code {
        "negative-quantity" => {
            refusal.hint("exchange from and to: what comes back goes to a location")
        }
        _ => refusal,
    })?;
    Ok(quantity)
}

fn batch_code(text: &str) -> Result<Option<Code>, Refusal> {
    if text.is_empty() || text == NO_BATCH {
        return Ok(None);
    }
    Code::new(text)
        .map(Some)
        .map_err(|error| Refusal::new("bad-code", format!("the batch is not usable: {error}")))
}

/// A stock line as a file names it.
type LineName = (Code, Code, Option<Code>, Option<Code>);

/// Plans counts.
#[derive(Debug)]
pub(crate) struct Counts {
    names: Names,
    key: [u8; 16],
    seen: BTreeMap<LineName, u64>,
}

impl Counts {
    pub(crate) fn new(key: [u8; 16]) -> Self {
        Self {
            names: Names::default(),
            key,
            seen: BTreeMap::new(),
        }
    }

    /// Adds the row's count, unless it is there already.
    pub(crate) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<Outcome, Refusal> {
        let fields = row.fields()?;
        let [item, location, amount, owner, batch] = fields.each_ref().map(|field| &**field);
        let once = IdempotencyKey {
            key: self.key,
            row: row.number(),
        };
        if fold.known_once(&once).is_some() {
            return Ok(Outcome::Already);
        }
        let quantity = quantity(amount)?;
        let item = self.names.item(fold, item)?;
        let location = self.names.location(fold, location)?;
        let owner = self.names.owner(fold, owner)?;
        let batch = batch_code(batch)?;
        let line = (item.clone(), location.clone(), owner.clone(), batch.clone());
        if let Some(earlier) = self.seen.get(&line) {
            let text = format!("{item} at {location} is counted in line {earlier} already");
            return Err(Refusal::new("counted-twice", text));
        }
        let batch = batch.map_or_else(|| NO_BATCH.to_owned(), |batch| batch.to_string());
        let request = StockRequest {
            item: item.to_string(),
            quantity,
            owner: owner.map(|owner| owner.to_string()),
            batch: Some(batch),
            particulars: Particulars {
                once: Some(once),
                ..Particulars::default()
            },
            ..StockRequest::default()
        };
        let plan = at_entry::count(fold, location.as_str(), &request)?;
        self.seen.insert(line, row.line());
        bodies.extend(
            plan.bodies.into_iter().enumerate().map(
                |(at, body)| {
                    if at == 0 { body } else { without_key(body) }
                },
            ),
        );
        Ok(Outcome::Counted)
    }
}

/// A row's key counts once, so only its first entry carries it.
fn without_key(mut body: Body) -> Body {
    if let Body::Counted(counted) = &mut body {
        counted.particulars.once = None;
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movement_has_a_quantity_above_nothing() {
        assert_eq!(moved_quantity("2.5").unwrap().to_string(), "2.5");
        for (text, code) in [
            ("-1", "negative-quantity"),
            ("0", "zero-quantity"),
            ("1.23456", "bad-quantity"),
            ("", "bad-quantity"),
            ("many", "bad-quantity"),
        ] {
            assert_eq!(moved_quantity(text).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn an_empty_batch_is_the_stock_without_batch() {
        assert_eq!(batch_code("").unwrap(), None);
        assert_eq!(batch_code("-").unwrap(), None);
        assert_eq!(batch_code("lot-7").unwrap().unwrap().as_str(), "LOT-7");
    }
}
