//! What a step of a session writes, as entries, and how much there is then.

use ledger_core::at_entry::{
    self, About, MoveOwner, Plan, Refusal, StockRequest, UnknownScanRequest,
};
use ledger_core::document::Family;
use ledger_core::entry::{Body, Counted as CountedEntry, Details, Particulars};
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId, Origin, Timestamp, Total};

use crate::session::{Action, Counted, Found, Kept, Piece, Session};

/// What holds for everything that one scan writes.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    /// The device's origin, whose last transaction UNDO takes back.
    pub origin: Origin,
    /// Why it is done; none when nobody said.
    pub reason: Option<&'a str>,
    /// When the scan was made.
    pub now: Timestamp,
}

impl Writing<'_> {
    /// The entries of an action, or why there can be none.
    pub fn plan(&self, fold: &Fold, action: &Action) -> Result<Plan, Refusal> {
        match action {
            Action::Add { piece, location } => {
                at_entry::add(fold, location.as_str(), &self.request(piece))
            }
            Action::Remove { piece, location } => {
                at_entry::remove(fold, location.as_str(), &self.request(piece))
            }
            Action::Pick {
                order,
                piece,
                location,
            } => {
                let order = order.to_string();
                at_entry::order_pick(fold, &order, location.as_str(), &self.request(piece))
            }
            Action::Issue {
                lot,
                piece,
                location,
            } => {
                let lot = lot.to_string();
                at_entry::lot_issue(fold, &lot, location.as_str(), &self.request(piece))
            }
            Action::Build {
                lot,
                piece,
                location,
            } => {
                let lot = lot.to_string();
                at_entry::lot_build(fold, &lot, location.as_str(), &self.request(piece), true)
            }
            Action::Receive {
                purchase,
                piece,
                location,
                reason,
            } => self.received(fold, *purchase, piece, location, reason.as_deref()),
            Action::Move { found, from, to } => merged(found.iter().map(|found| match found {
                Found::Piece(piece) => {
                    let (from, to, same) = (from.as_str(), to.as_str(), MoveOwner::Same);
                    at_entry::movement(fold, from, to, &same, &self.request(piece))
                }
                Found::Unknown(kept) => {
                    at_entry::unknown_scan(fold, &self.kept(kept, from, Some(to)))
                }
            })),
            Action::Keep { kept, location } => {
                at_entry::unknown_scan(fold, &self.kept(kept, location, None))
            }
            Action::Tally { piece, location } => {
                at_entry::tally(fold, location.as_str(), &self.request(piece))
            }
            Action::TallyBack { piece, location } => {
                at_entry::tally_back(fold, location.as_str(), &self.request(piece))
            }
            Action::Count {
                counts,
                location,
                stocktake,
            } => self.counted(fold, counts, location, *stocktake),
            Action::Undo => at_entry::undo(fold, self.origin, None, Particulars::default()),
            Action::Badge(_) | Action::Written => Err(nothing()),
        }
    }

    fn received(
        &self,
        fold: &Fold,
        purchase: EntryId,
        piece: &Piece,
        location: &Code,
        reason: Option<&str>,
    ) -> Result<Plan, Refusal> {
        let because = Writing {
            reason: reason.or(self.reason),
            ..*self
        };
        let request = because.request(piece);
        at_entry::receive(fold, &purchase.to_string(), location.as_str(), &request)
    }

    fn counted(
        &self,
        fold: &Fold,
        counts: &[Counted],
        location: &Code,
        stocktake: Option<EntryId>,
    ) -> Result<Plan, Refusal> {
        let plans = counts.iter().map(|count| {
            let span = Some((count.started, self.now.max(count.started)));
            let request = StockRequest {
                span,
                ..self.request(&count.piece)
            };
            counted(fold, stocktake, location, &request)
        });
        merged(plans).and_then(one_count_a_line)
    }

    fn particulars(&self, serial: Option<&String>, expiry: Option<u32>) -> Particulars {
        let details = Details {
            serial: serial.cloned(),
            reason: self.reason.map(str::to_owned),
            ..Details::default()
        };
        Particulars {
            details,
            expiry,
            ..Particulars::default()
        }
    }

    fn request(&self, piece: &Piece) -> StockRequest {
        StockRequest {
            item: piece.item.to_string(),
            quantity: piece.quantity,
            owner: piece.owner.as_ref().map(ToString::to_string),
            batch: piece.batch.clone(),
            particulars: self.particulars(piece.serial.as_ref(), piece.expiry),
            ..StockRequest::default()
        }
    }

    fn kept(&self, kept: &Kept, location: &Code, to: Option<&Code>) -> UnknownScanRequest {
        let Kept { unknown, .. } = kept;
        let content = &unknown.content;
        UnknownScanRequest {
            code: unknown.code.clone(),
            scanned: Some(unknown.scanned.clone()),
            aim: unknown.aim.clone(),
            mode: kept.mode,
            quantity: kept.quantity,
            location: location.to_string(),
            to: to.map(ToString::to_string),
            owner: kept.owner.as_ref().map(ToString::to_string),
            batch: content.batch.clone(),
            neighbour: kept.neighbour.as_ref().map(ToString::to_string),
            particulars: self.particulars(content.serial.as_ref(), content.expiry),
        }
    }
}

/// A count, for a stocktake that is still open. One that has ended meanwhile takes nothing any more,
/// but what was counted counts.
fn counted(
    fold: &Fold,
    stocktake: Option<EntryId>,
    location: &Code,
    request: &StockRequest,
) -> Result<Plan, Refusal> {
    let location = location.as_str();
    match stocktake {
        Some(id) if fold.is_open_document(Family::Stocktake, id) => {
            at_entry::count_for(fold, &id.to_string(), location, request)
        }
        Some(_) => {
            let mut plan = at_entry::count(fold, location, request)?;
            plan.warnings
                .push("the stocktake has ended: it is counted all the same".to_owned());
            Ok(plan)
        }
        None => at_entry::count(fold, location, request),
    }
}

fn nothing() -> Refusal {
    Refusal::new("nothing-to-write", "there is nothing to write")
}

/// Several plans as one.
fn merged(plans: impl Iterator<Item = Result<Plan, Refusal>>) -> Result<Plan, Refusal> {
    let mut all: Option<Plan> = None;
    for plan in plans {
        let plan = plan?;
        match &mut all {
            None => all = Some(plan),
            Some(all) => {
                all.bodies.extend(plan.bodies);
                all.warnings.extend(plan.warnings);
            }
        }
    }
    all.ok_or_else(nothing)
}

/// The same with one count of each line. What was scanned by its batch and what was scanned without
/// may be of one line, and of two counts only the last would hold.
fn one_count_a_line(plan: Plan) -> Result<Plan, Refusal> {
    let mut bodies: Vec<Body> = Vec::new();
    for body in plan.bodies {
        if let Body::Counted(more) = &body
            && let Some(count) = bodies
                .iter_mut()
                .find_map(|earlier| count_of(earlier, more))
        {
            add_count(count, more)?;
        } else {
            bodies.push(body);
        }
    }
    Ok(Plan { bodies, ..plan })
}

/// An earlier count of the same line.
fn count_of<'a>(earlier: &'a mut Body, more: &CountedEntry) -> Option<&'a mut CountedEntry> {
    let Body::Counted(count) = earlier else {
        return None;
    };
    ((&count.item, &count.place) == (&more.item, &more.place)).then_some(count)
}

fn add_count(count: &mut CountedEntry, more: &CountedEntry) -> Result<(), Refusal> {
    let sum = count.quantity.checked_add(more.quantity);
    count.quantity = sum.ok_or_else(|| {
        let text = format!("so much of {} is no quantity", count.item);
        Refusal::new("overflow", text)
    })?;
    let spans = count.span.zip(more.span);
    count.span = spans.map(|(one, other)| (one.0.min(other.0), one.1.max(other.1)));
    count.particulars.expiry = count.particulars.expiry.or(more.particulars.expiry);
    Ok(())
}

/// How much of the item there is now, where it changed and may be told in this session.
#[must_use]
pub fn after(fold: &Fold, session: &Session, action: &Action, about: Option<&About>) -> String {
    let subject = match (about, action) {
        (Some(About::Thing(subject)), _) => subject,
        (Some(About::Scans(code)), Action::Undo) => return format!(" the scan of {code}"),
        _ => return String::new(),
    };
    let on_hand = || {
        let lines = fold.lines(&subject.code);
        let own = lines.iter().filter(|line| line.key.owner.is_none());
        own.fold(Total::ZERO, |sum, line| sum.plus(line.on_hand))
    };
    match action {
        Action::Add { .. } | Action::Remove { .. } => format!(", on hand {}", on_hand()),
        Action::Undo if session.is_blind(fold) => format!(" {}", subject.code),
        Action::Undo => format!(" {}, on hand {}", subject.code, on_hand()),
        Action::Move { .. }
        | Action::Pick { .. }
        | Action::Issue { .. }
        | Action::Build { .. }
        | Action::Receive { .. }
        | Action::Tally { .. }
        | Action::TallyBack { .. }
        | Action::Count { .. }
        | Action::Keep { .. }
        | Action::Badge(_)
        | Action::Written => String::new(),
    }
}
