//! Writes what entries say of stocktakes.

use ledger_core::entry::{
    StocktakeApproved, StocktakeAssigned, StocktakeEntry, StocktakeOpened, Target,
};
use ledger_core::stocktake::FIELDS;

use super::documents::{write_about, write_ended, write_fields};
use super::{Written, write_refs};
use crate::entry_bytes::writer::{BodyWriter, code_or_nil};
use crate::entry_bytes::{EncodeError, Token, keys};

pub(super) fn write(w: &mut BodyWriter<'_>, entry: &StocktakeEntry) -> Written {
    match entry {
        StocktakeEntry::Opened(opened) => write_opened(w, opened),
        StocktakeEntry::Assigned(assigned) => write_assigned(w, assigned),
        StocktakeEntry::Approved(approved) => write_approved(w, approved),
        StocktakeEntry::Closed(ended) => write_ended(w, ended),
    }
}

fn write_opened(w: &mut BodyWriter<'_>, opened: &StocktakeOpened) -> Written {
    w.code(keys::NUMBER, "stocktake's number", Some(&opened.number))?;
    write_targets(w, &opened.targets)?;
    write_fields(w, FIELDS, &opened.fields, opened.once.as_ref())
}

/// Writes what is to be counted, unless that is everything.
fn write_targets(w: &mut BodyWriter<'_>, targets: &[Target]) -> Written {
    if targets.is_empty() {
        return Ok(());
    }
    let mut flat = Vec::new();
    for target in targets {
        let (item, location, owner, batch) = match target {
            Target::Item(item) => (Some(item), None, None, None),
            Target::Location(location) => (None, Some(location), None, None),
            Target::Line {
                item,
                location,
                owner,
                batch,
            } => (Some(item), Some(location), owner.as_ref(), batch.as_ref()),
        };
        flat.extend([
            code_or_nil("item", item)?,
            code_or_nil("location", location)?,
            code_or_nil("owner", owner)?,
            code_or_nil("batch", batch)?,
        ]);
    }
    w.array(keys::TARGETS, &flat)
}

fn write_assigned(w: &mut BodyWriter<'_>, assigned: &StocktakeAssigned) -> Written {
    if let Some(device) = &assigned.device {
        w.field(keys::ASSIGNED_DEVICE, Token::Bin(device.as_bytes()))?;
    }
    write_targets(w, &assigned.targets)?;
    if assigned.again {
        w.field(keys::AGAIN, Token::Bool(true))?;
    }
    write_about(w, assigned.once.as_ref(), &assigned.stocktake)
}

fn write_approved(w: &mut BodyWriter<'_>, approved: &StocktakeApproved) -> Written {
    if approved.counts.is_empty() {
        return Err(EncodeError::Senseless("an approval of no counts"));
    }
    write_refs(w, keys::APPROVED_COUNTS, &approved.counts)?;
    w.text(keys::NOTE, "note", approved.note.as_deref())?;
    write_about(w, approved.once.as_ref(), &approved.stocktake)
}
