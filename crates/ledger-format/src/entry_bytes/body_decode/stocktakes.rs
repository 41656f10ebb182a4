//! Reads what entries say of stocktakes.

use ledger_core::DeviceId;
use ledger_core::document::DocumentFields;
use ledger_core::entry::{
    Kind, StocktakeApproved, StocktakeAssigned, StocktakeEntry, StocktakeOpened, Target,
};
use ledger_core::stocktake::FIELDS;

use super::documents::{read_ended, read_field};
use super::{MISSING, other, read_once};
use crate::entry_bytes::reader::{Fields, Reader, filled};
use crate::entry_bytes::{Reason, Token, keys};

/// Reads the body of an entry of this family.
pub(super) fn read(kind: Kind, reader: &mut Reader<'_>) -> Result<StocktakeEntry, Reason> {
    match kind {
        Kind::STOCKTAKE_OPENED => read_opened(reader).map(StocktakeEntry::Opened),
        Kind::STOCKTAKE_ASSIGNED => read_assigned(reader).map(StocktakeEntry::Assigned),
        Kind::STOCKTAKE_APPROVED => read_approved(reader).map(StocktakeEntry::Approved),
        _ => read_ended(reader).map(StocktakeEntry::Closed),
    }
}

fn read_opened(reader: &mut Reader<'_>) -> Result<StocktakeOpened, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut number, mut once) = (None, None);
    let mut targets = Vec::new();
    let mut values = DocumentFields::new();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::NUMBER => number = Some(reader.code()?),
            keys::TARGETS => targets = read_targets(reader)?,
            keys::ONCE => once = Some(read_once(reader)?),
            _ => read_field(FIELDS, &mut values, key, reader)?,
        }
    }
    Ok(StocktakeOpened {
        number: number.ok_or(MISSING)?,
        targets,
        fields: values,
        once,
    })
}

fn read_targets(reader: &mut Reader<'_>) -> Result<Vec<Target>, Reason> {
    filled(reader.list(4, "a part of a target", read_target)?)
}

fn read_target(reader: &mut Reader<'_>) -> Result<Target, Reason> {
    let mut code = || reader.or_nil(Reader::code);
    match (code()?, code()?, code()?, code()?) {
        (Some(item), None, None, None) => Ok(Target::Item(item)),
        (None, Some(location), None, None) => Ok(Target::Location(location)),
        (Some(item), Some(location), owner, batch) => Ok(Target::Line {
            item,
            location,
            owner,
            batch,
        }),
        _ => Err("a target that is no item, no location and no stock line"),
    }
}

fn read_assigned(reader: &mut Reader<'_>) -> Result<StocktakeAssigned, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut stocktake, mut device, mut once) = (None, None, None);
    let (mut targets, mut again) = (Vec::new(), false);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::ASSIGNED_DEVICE => device = Some(DeviceId::from_bytes(reader.bin()?)),
            keys::TARGETS => targets = read_targets(reader)?,
            keys::AGAIN => again = read_yes(reader)?,
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => stocktake = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(StocktakeAssigned {
        stocktake: stocktake.ok_or(MISSING)?,
        device,
        targets,
        again,
        once,
    })
}

/// A yes, which is left out where it is a no.
fn read_yes(reader: &mut Reader<'_>) -> Result<bool, Reason> {
    if reader.token()? == Token::Bool(true) {
        Ok(true)
    } else {
        Err("not a yes")
    }
}

fn read_approved(reader: &mut Reader<'_>) -> Result<StocktakeApproved, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut stocktake, mut counts) = (None, None);
    let (mut note, mut once) = (None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::APPROVED_COUNTS => counts = Some(filled(reader.entry_refs()?)?),
            keys::NOTE => note = Some(reader.filled_text()?),
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => stocktake = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(StocktakeApproved {
        stocktake: stocktake.ok_or(MISSING)?,
        counts: counts.ok_or(MISSING)?,
        note,
        once,
    })
}
