//! Reads what entries say of codes that nobody knew when they were scanned.

use ledger_core::entry::{Particulars, Place, ScanMode, ScanResolved, UnknownScan};

use super::{MISSING, other, read_once, read_particular, read_quantity};
use crate::entry_bytes::reader::{Fields, Reader};
use crate::entry_bytes::{Reason, keys};

pub(super) fn read_unknown(reader: &mut Reader<'_>) -> Result<UnknownScan, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut code, mut mode, mut quantity) = (None, None, None);
    let (mut location, mut to, mut owner, mut batch) = (None, None, None, None);
    let (mut aim, mut neighbour, mut scanned) = (None, None, None);
    let mut particulars = Particulars::default();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::QUANTITY => quantity = Some(read_quantity(reader)?),
            keys::LOCATION => location = Some(reader.code()?),
            keys::TO => to = Some(reader.code()?),
            keys::OWNER => owner = Some(reader.code()?),
            keys::BATCH => batch = Some(reader.code()?),
            keys::SCAN_MODE => mode = Some(read_mode(reader)?),
            keys::SCAN_CODE => code = Some(reader.barcode()?),
            keys::SCAN_AIM => aim = Some(reader.filled_text()?),
            keys::SCAN_NEIGHBOUR => neighbour = Some(reader.code()?),
            keys::SCAN_TEXT => scanned = Some(reader.filled_text()?),
            _ if read_particular(&mut particulars, key, reader)? => {}
            _ => other(key, reader)?,
        }
    }
    let mode = mode.ok_or(MISSING)?;
    if to.is_some() != (mode == ScanMode::Move) {
        return Err("a scan goes to a second location when it moves, and only then");
    }
    Ok(UnknownScan {
        code: code.ok_or(MISSING)?,
        scanned,
        aim,
        mode,
        quantity: quantity.ok_or(MISSING)?,
        place: Place {
            location: location.ok_or(MISSING)?,
            owner,
            batch,
        },
        to,
        neighbour,
        particulars,
    })
}

fn read_mode(reader: &mut Reader<'_>) -> Result<ScanMode, Reason> {
    let number = reader.uint()?;
    ScanMode::ALL
        .into_iter()
        .find(|mode| mode.number() == number)
        .ok_or("an unknown mode of scanning")
}

pub(super) fn read_resolved(reader: &mut Reader<'_>) -> Result<ScanResolved, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut item, mut code, mut note, mut once) = (None, None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::BARCODE => code = Some(reader.barcode()?),
            keys::NOTE => note = Some(reader.filled_text()?),
            keys::ONCE => once = Some(read_once(reader)?),
            _ => other(key, reader)?,
        }
    }
    Ok(ScanResolved {
        code: code.ok_or(MISSING)?,
        item,
        note,
        once,
    })
}
