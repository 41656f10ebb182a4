//! Writes the bodies of entries.

use ledger_core::EntryRef;
use ledger_core::catalogue::{CatalogueWrite, Class, Value, may_hold};
use ledger_core::code::{Barcode, Code};
use ledger_core::entry::{
    Admitted, Body, ClockMark, Counted, Details, DeviceRevoked, Genesis, IdempotencyKey, Moved,
    Particulars, Place, Refused, Reversed, Tallied,
};

use super::writer::{BodyWriter, normal, uint};
use super::{EncodeError, Token, keys};

mod documents;
mod orders;
mod production;
mod purchases;
mod scans;
mod stocktakes;

type Written = Result<(), EncodeError>;

/// Appends a body.
pub(super) fn write(body: &Body, out: &mut Vec<u8>) -> Written {
    let mut writer = BodyWriter::new(out);
    let w = &mut writer;
    match body {
        Body::Genesis(genesis) => write_genesis(w, genesis),
        Body::ClockMark(ClockMark { step_millis }) => {
            w.field(keys::MARK_STEP, Token::Int(*step_millis))
        }
        Body::Moved(moved) => write_moved(w, moved),
        Body::Counted(counted) => write_counted(w, counted),
        Body::Tallied(tallied) => write_tallied(w, tallied),
        Body::Reversed(reversed) => write_reversed(w, reversed),
        Body::Set(write) => write_set(w, write),
        Body::ItemMerged(merged) => {
            w.code(keys::TOUCHES, "item", Some(&merged.item))?;
            write_code_or_none(w, keys::MERGED_INTO, "item", merged.into.as_ref())?;
            write_once(w, keys::CATALOGUE_ONCE, merged.once.as_ref())
        }
        Body::CodeBound(bound) => {
            w.code(keys::TOUCHES, "item", Some(&bound.item))?;
            write_barcode(w, keys::BARCODE, &bound.barcode)?;
            w.field(keys::PACK, Token::Int(bound.pack.ten_thousandths()))?;
            write_once(w, keys::CATALOGUE_ONCE, bound.once.as_ref())
        }
        Body::CodeUnbound(unbound) => {
            w.code(keys::TOUCHES, "item", Some(&unbound.item))?;
            write_barcode(w, keys::BARCODE, &unbound.barcode)
        }
        Body::BomLineSet(set) => production::write_bom_line_set(w, set),
        Body::Order(entry) => orders::write(w, entry),
        Body::Lot(entry) => production::write(w, entry),
        Body::Purchase(entry) => purchases::write(w, entry),
        Body::Stocktake(entry) => stocktakes::write(w, entry),
        Body::UnknownScan(scan) => scans::write_unknown(w, scan),
        Body::ScanResolved(resolved) => scans::write_resolved(w, resolved),
        Body::ExceptionAnswered(answered) => orders::write_answered(w, answered),
        Body::DeviceRevoked(revoked) => write_revoked(w, revoked),
        Body::Admitted(admitted) => write_admitted(w, admitted),
        Body::Refused(refused) => write_refused(w, refused),
        Body::TimeFixed(fix) => {
            w.field(keys::AHEAD, Token::Int(fix.ahead_millis))?;
            w.uint(keys::UNCERTAINTY, fix.uncertainty_millis)?;
            w.entry_ref(keys::TARGET, &fix.run)
        }
    }?;
    writer.finish()
}

fn write_admitted(w: &mut BodyWriter<'_>, admitted: &Admitted) -> Written {
    write_refs(w, keys::ADMITTED_ENTRIES, &admitted.entries)?;
    w.text(keys::NOTE, "note", admitted.note.as_deref())?;
    if !admitted.through.is_empty() {
        write_refs(w, keys::ADMITTED_THROUGH, &admitted.through)?;
    }
    write_once(w, keys::ONCE, admitted.once.as_ref())
}

fn write_revoked(w: &mut BodyWriter<'_>, revoked: &DeviceRevoked) -> Written {
    w.field(keys::REVOKED_DEVICE, Token::Bin(revoked.device.as_bytes()))?;
    w.text(keys::NOTE, "note", revoked.note.as_deref())?;
    write_refs(w, keys::REVOKED_TRUSTED, &revoked.trusted)?;
    write_once(w, keys::ONCE, revoked.once.as_ref())
}

fn write_refused(w: &mut BodyWriter<'_>, refused: &Refused) -> Written {
    write_refs(w, keys::REFUSED_THROUGH, &refused.through)?;
    w.text(keys::NOTE, "note", refused.note.as_deref())?;
    write_once(w, keys::ONCE, refused.once.as_ref())
}

/// Writes references: origin, seq and hash, one after the other.
fn write_refs(w: &mut BodyWriter<'_>, key: u8, refs: &[EntryRef]) -> Written {
    let parts = refs.iter().flat_map(|EntryRef { id, hash8 }| {
        let origin = Token::Bin(id.origin.as_bytes());
        [origin, uint(id.seq), Token::Bin(hash8)]
    });
    let flat: Vec<Token<'_>> = parts.collect();
    w.array(key, &flat)
}

fn write_genesis(w: &mut BodyWriter<'_>, genesis: &Genesis) -> Written {
    w.text(keys::GENESIS_PROGRAM, "program", genesis.program.as_deref())?;
    w.field(keys::GENESIS_DEVICE, Token::Bin(genesis.device.as_bytes()))?;
    w.field(keys::GENESIS_NAME, Token::Text(&genesis.name))?;
    w.uint(keys::GENESIS_REASON, genesis.reason.number())?;
    match &genesis.parent {
        Some(parent) => w.entry_ref(keys::GENESIS_PARENT, parent),
        None => Ok(()),
    }
}

fn write_barcode(w: &mut BodyWriter<'_>, key: u8, barcode: &Barcode) -> Written {
    if !Barcode::is_normalised(barcode.as_str()) {
        return Err(EncodeError::NotNormalised("barcode"));
    }
    w.field(key, Token::Text(barcode.as_str()))
}

/// Writes a code, or "" for none.
fn write_code_or_none(
    w: &mut BodyWriter<'_>,
    key: u8,
    name: &'static str,
    code: Option<&Code>,
) -> Written {
    match code {
        Some(code) => w.code(key, name, Some(code)),
        None => w.field(key, Token::Text("")),
    }
}

/// Writes what differs between the two places of a movement.
fn write_change(
    w: &mut BodyWriter<'_>,
    key: u8,
    name: &'static str,
    [from, to]: [Option<&Code>; 2],
) -> Written {
    if from == to {
        Ok(())
    } else {
        write_code_or_none(w, key, name, to)
    }
}

fn write_moved(w: &mut BodyWriter<'_>, moved: &Moved) -> Written {
    let first = moved.from.as_ref().or(moved.to.as_ref());
    let Some(first) = first else {
        return Err(EncodeError::Senseless("a movement from nowhere to nowhere"));
    };
    let both = moved.from.as_ref().zip(moved.to.as_ref());
    let Particulars {
        details,
        said,
        once,
        expiry,
    } = &moved.particulars;
    w.code(keys::TOUCHES, "item", Some(&moved.item))?;
    w.text(keys::REASON, "reason", details.reason.as_deref())?;
    w.field(keys::QUANTITY, Token::Int(moved.quantity.ten_thousandths()))?;
    w.text(keys::NOTE, "note", details.note.as_deref())?;
    w.code(
        keys::LOCATION,
        "location",
        moved.from.as_ref().map(|place| &place.location),
    )?;
    w.text(keys::ORDER, "order", details.order.as_deref())?;
    w.code(
        keys::TO,
        "location",
        moved.to.as_ref().map(|place| &place.location),
    )?;
    w.text(keys::LOT, "lot", details.lot.as_deref())?;
    w.code(keys::OWNER, "owner", first.owner.as_ref())?;
    w.text(keys::PO, "purchase order", details.po.as_deref())?;
    if let Some((from, to)) = both {
        write_change(
            w,
            keys::TO_OWNER,
            "owner",
            [from.owner.as_ref(), to.owner.as_ref()],
        )?;
    }
    w.text(keys::SERIAL, "serial number", details.serial.as_deref())?;
    w.code(keys::BATCH, "batch", first.batch.as_ref())?;
    write_said_once(w, said.map(|time| time.millis()), once.as_ref())?;
    write_expiry(w, *expiry)?;
    if let Some((from, to)) = both {
        write_change(
            w,
            keys::TO_BATCH,
            "batch",
            [from.batch.as_ref(), to.batch.as_ref()],
        )?;
    }
    w.uint(keys::ACT, moved.act.number())?;
    match &moved.document {
        Some(document) => documents::write_document(w, document),
        None => Ok(()),
    }
}

fn write_said_once(
    w: &mut BodyWriter<'_>,
    said: Option<u64>,
    once: Option<&IdempotencyKey>,
) -> Written {
    if let Some(millis) = said {
        w.uint(keys::SAID, millis)?;
    }
    write_once(w, keys::ONCE, once)
}

fn write_once(w: &mut BodyWriter<'_>, at: u8, once: Option<&IdempotencyKey>) -> Written {
    match once {
        Some(IdempotencyKey { key, row }) => w.array(at, &[Token::Bin(key), uint(*row)]),
        None => Ok(()),
    }
}

fn write_expiry(w: &mut BodyWriter<'_>, expiry: Option<u32>) -> Written {
    match expiry {
        Some(days) => w.uint(keys::EXPIRY, u64::from(days)),
        None => Ok(()),
    }
}

fn write_counted(w: &mut BodyWriter<'_>, counted: &Counted) -> Written {
    let Place {
        location,
        owner,
        batch,
    } = &counted.place;
    let Particulars {
        details,
        said,
        once,
        expiry,
    } = &counted.particulars;
    w.code(keys::TOUCHES, "item", Some(&counted.item))?;
    w.text(keys::REASON, "reason", details.reason.as_deref())?;
    w.field(
        keys::QUANTITY,
        Token::Int(counted.quantity.ten_thousandths()),
    )?;
    w.text(keys::NOTE, "note", details.note.as_deref())?;
    w.code(keys::LOCATION, "location", Some(location))?;
    w.text(keys::ORDER, "order", details.order.as_deref())?;
    w.text(keys::LOT, "lot", details.lot.as_deref())?;
    w.code(keys::OWNER, "owner", owner.as_ref())?;
    w.text(keys::PO, "purchase order", details.po.as_deref())?;
    w.text(keys::SERIAL, "serial number", details.serial.as_deref())?;
    w.code(keys::BATCH, "batch", batch.as_ref())?;
    write_said_once(w, said.map(|time| time.millis()), once.as_ref())?;
    write_expiry(w, *expiry)?;
    if let Some((started, ended)) = counted.span {
        w.array(keys::SPAN, &[uint(started.millis()), uint(ended.millis())])?;
    }
    match &counted.stocktake {
        Some(stocktake) => w.entry_ref(keys::FOR_STOCKTAKE, stocktake),
        None => Ok(()),
    }
}

fn write_tallied(w: &mut BodyWriter<'_>, tallied: &Tallied) -> Written {
    let Place {
        location,
        owner,
        batch,
    } = &tallied.place;
    w.code(keys::TOUCHES, "item", Some(&tallied.item))?;
    w.field(
        keys::QUANTITY,
        Token::Int(tallied.quantity.ten_thousandths()),
    )?;
    w.code(keys::LOCATION, "location", Some(location))?;
    w.code(keys::OWNER, "owner", owner.as_ref())?;
    w.text(keys::SERIAL, "serial number", tallied.serial.as_deref())?;
    w.code(keys::BATCH, "batch", batch.as_ref())?;
    write_once(w, keys::CATALOGUE_ONCE, tallied.once.as_ref())
}

fn write_reversed(w: &mut BodyWriter<'_>, reversed: &Reversed) -> Written {
    let Particulars {
        details,
        said,
        once,
        expiry,
    } = &reversed.particulars;
    if expiry.is_some() {
        return Err(EncodeError::Senseless("a reversal has no expiry"));
    }
    let Details {
        reason,
        note,
        order,
        lot,
        po,
        serial,
    } = details;
    w.text(keys::REASON, "reason", reason.as_deref())?;
    w.text(keys::NOTE, "note", note.as_deref())?;
    w.text(keys::ORDER, "order", order.as_deref())?;
    w.text(keys::LOT, "lot", lot.as_deref())?;
    w.text(keys::PO, "purchase order", po.as_deref())?;
    w.text(keys::SERIAL, "serial number", serial.as_deref())?;
    write_said_once(w, said.map(|time| time.millis()), once.as_ref())?;
    w.entry_ref(keys::TARGET, &reversed.target)
}

fn write_set(w: &mut BodyWriter<'_>, write: &CatalogueWrite) -> Written {
    let code = normal("code", &write.subject.code)?;
    if write.subject.class == Class::Item {
        w.field(keys::TOUCHES, Token::Text(code))?;
    } else {
        let class = uint(u64::from(write.subject.class.number()));
        w.array(keys::TOUCHES, &[class, Token::Text(code)])?;
    }
    for (key, value) in &write.fields {
        if !may_hold(write.subject.class, *key, value) {
            return Err(EncodeError::Senseless(
                "a field that the thing does not have, or its type",
            ));
        }
        w.field(*key, token_of(value))?;
    }
    // All fields have lower numbers.
    write_once(w, keys::CATALOGUE_ONCE, write.once.as_ref())
}

fn token_of(value: &Value) -> Token<'_> {
    match value {
        Value::Nil => Token::Nil,
        Value::Bool(value) => Token::Bool(*value),
        Value::Int(value) => Token::Int(*value),
        Value::Text(text) => Token::Text(text),
        Value::Bytes(bytes) => Token::Bin(bytes),
    }
}
