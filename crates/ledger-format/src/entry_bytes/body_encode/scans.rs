//! Writes what entries say of codes that nobody knew when they were scanned.

use ledger_core::entry::{Particulars, ScanMode, ScanResolved, UnknownScan};

use super::{Written, write_barcode, write_expiry, write_once, write_said_once};
use crate::entry_bytes::writer::BodyWriter;
use crate::entry_bytes::{EncodeError, Token, keys};

pub(super) fn write_unknown(w: &mut BodyWriter<'_>, scan: &UnknownScan) -> Written {
    if scan.to.is_some() != (scan.mode == ScanMode::Move) {
        return Err(EncodeError::Senseless(
            "a scan goes to a second location when it moves, and only then",
        ));
    }
    let Particulars {
        details,
        said,
        once,
        expiry,
    } = &scan.particulars;
    w.text(keys::REASON, "reason", details.reason.as_deref())?;
    w.field(keys::QUANTITY, Token::Int(scan.quantity.ten_thousandths()))?;
    w.text(keys::NOTE, "note", details.note.as_deref())?;
    w.code(keys::LOCATION, "location", Some(&scan.place.location))?;
    w.text(keys::ORDER, "order", details.order.as_deref())?;
    w.code(keys::TO, "location", scan.to.as_ref())?;
    w.text(keys::LOT, "lot", details.lot.as_deref())?;
    w.code(keys::OWNER, "owner", scan.place.owner.as_ref())?;
    w.text(keys::PO, "purchase order", details.po.as_deref())?;
    w.text(keys::SERIAL, "serial number", details.serial.as_deref())?;
    w.code(keys::BATCH, "batch", scan.place.batch.as_ref())?;
    write_said_once(w, said.map(|time| time.millis()), once.as_ref())?;
    write_expiry(w, *expiry)?;
    w.uint(keys::SCAN_MODE, scan.mode.number())?;
    write_barcode(w, keys::SCAN_CODE, &scan.code)?;
    w.text(keys::SCAN_AIM, "AIM id", scan.aim.as_deref())?;
    w.code(keys::SCAN_NEIGHBOUR, "item", scan.neighbour.as_ref())?;
    w.text(keys::SCAN_TEXT, "scanned text", scan.scanned.as_deref())
}

pub(super) fn write_resolved(w: &mut BodyWriter<'_>, resolved: &ScanResolved) -> Written {
    w.code(keys::TOUCHES, "item", resolved.item.as_ref())?;
    write_barcode(w, keys::BARCODE, &resolved.code)?;
    w.text(keys::NOTE, "note", resolved.note.as_deref())?;
    write_once(w, keys::ONCE, resolved.once.as_ref())
}
