//! Reads the bodies of entries: one pass, no tree of values in between.
//!
//! Whatever is wrong, reading stops with a reason; `super::refuse` then looks at the form as a
//! whole, so that the order of problems in the bytes does not matter.

use ledger_core::catalogue::{CatalogueWrite, Class, Value, may_hold};
use ledger_core::code::Code;
use ledger_core::entry::{
    Act, Body, ClockMark, CodeBound, CodeUnbound, Counted, Genesis, GenesisReason, IdempotencyKey,
    ItemMerged, Kind, Moved, Particulars, Place, Reversed, Tallied, TimeFix,
};
use ledger_core::{DeviceId, EntryRef, Quantity, Timestamp};

mod authority;
mod documents;
mod orders;
mod production;
mod purchases;
mod scans;
mod stocktakes;

use super::reader::{Fields, Reader, skip};
use super::walk::read_subject;
use super::{Reason, Token, keys};

const MISSING: Reason = "a field is missing";
const NEWER: Reason = "a key of a newer version";

/// Reads a body up to its end; bytes may follow.
pub(super) fn read(kind: Kind, reader: &mut Reader<'_>) -> Result<Body, Reason> {
    match kind {
        Kind::MOVED => read_moved(reader).map(Body::Moved),
        Kind::COUNTED => read_counted(reader).map(Body::Counted),
        Kind::TALLIED => read_tallied(reader).map(Body::Tallied),
        Kind::REVERSED => read_reversed(reader).map(Body::Reversed),
        Kind::GENESIS => read_genesis(reader).map(Body::Genesis),
        Kind::CLOCK_MARK => read_clock_mark(reader).map(Body::ClockMark),
        Kind::ITEM_MERGED => read_merged(reader).map(Body::ItemMerged),
        Kind::CODE_BOUND => read_bound(reader).map(Body::CodeBound),
        Kind::CODE_UNBOUND => read_unbound(reader).map(Body::CodeUnbound),
        Kind::ORDER_OPENED
        | Kind::ORDER_SET
        | Kind::ORDER_LINE_SET
        | Kind::ORDER_EXPEDITED
        | Kind::ORDER_CLOSED
        | Kind::ORDER_CANCELLED => orders::read(kind, reader).map(Body::Order),
        Kind::BOM_LINE_SET => production::read_bom_line_set(reader).map(Body::BomLineSet),
        Kind::LOT_PLANNED | Kind::LOT_SET | Kind::LOT_CLOSED => {
            production::read(kind, reader).map(Body::Lot)
        }
        Kind::PURCHASE_ORDER_PLACED
        | Kind::PURCHASE_ORDER_SET
        | Kind::PURCHASE_LINE_SET
        | Kind::PURCHASE_ORDER_CLOSED => purchases::read(kind, reader).map(Body::Purchase),
        Kind::STOCKTAKE_OPENED
        | Kind::STOCKTAKE_ASSIGNED
        | Kind::STOCKTAKE_APPROVED
        | Kind::STOCKTAKE_CLOSED => stocktakes::read(kind, reader).map(Body::Stocktake),
        Kind::UNKNOWN_SCAN => scans::read_unknown(reader).map(Body::UnknownScan),
        Kind::SCAN_RESOLVED => scans::read_resolved(reader).map(Body::ScanResolved),
        Kind::EXCEPTION_ANSWERED => orders::read_answered(reader).map(Body::ExceptionAnswered),
        Kind::DEVICE_REVOKED => authority::read_revoked(reader).map(Body::DeviceRevoked),
        Kind::ADMITTED => authority::read_admitted(reader).map(Body::Admitted),
        Kind::REFUSED => authority::read_refused(reader).map(Body::Refused),
        Kind::TIME_FIXED => read_time_fix(reader).map(Body::TimeFixed),
        _ => match keys::class_of(kind) {
            Some(class) => read_set(class, reader).map(Body::Set),
            None => Err("a kind of a newer version"),
        },
    }
}

/// Skips a key that is not known, if that is allowed.
fn other(key: u8, reader: &mut Reader<'_>) -> Result<(), Reason> {
    if key.is_multiple_of(2) {
        Err(NEWER)
    } else {
        skip(reader, 2)
    }
}

/// Reads a field of the particulars; `false` when the key is none of theirs.
fn read_particular(
    all: &mut Particulars,
    key: u8,
    reader: &mut Reader<'_>,
) -> Result<bool, Reason> {
    let text = match key {
        keys::REASON => &mut all.details.reason,
        keys::NOTE => &mut all.details.note,
        keys::ORDER => &mut all.details.order,
        keys::LOT => &mut all.details.lot,
        keys::PO => &mut all.details.po,
        keys::SERIAL => &mut all.details.serial,
        keys::SAID => {
            all.said = Some(reader.timestamp()?);
            return Ok(true);
        }
        keys::ONCE => {
            all.once = Some(read_once(reader)?);
            return Ok(true);
        }
        keys::EXPIRY => {
            all.expiry = Some(reader.day()?);
            return Ok(true);
        }
        _ => return Ok(false),
    };
    *text = Some(reader.filled_text()?);
    Ok(true)
}

fn read_once(reader: &mut Reader<'_>) -> Result<IdempotencyKey, Reason> {
    reader.array_of(2)?;
    Ok(IdempotencyKey {
        key: reader.bin()?,
        row: reader.uint()?,
    })
}

fn read_quantity(reader: &mut Reader<'_>) -> Result<Quantity, Reason> {
    reader.int().map(Quantity::from_ten_thousandths)
}

fn read_moved(reader: &mut Reader<'_>) -> Result<Moved, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut item, mut quantity, mut act) = (None, None, None);
    let (mut from, mut to, mut owner, mut batch) = (None, None, None, None);
    let (mut to_owner, mut to_batch, mut document) = (None, None, None);
    let mut particulars = Particulars::default();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::QUANTITY => quantity = Some(read_quantity(reader)?),
            keys::LOCATION => from = Some(reader.code()?),
            keys::TO => to = Some(reader.code()?),
            keys::OWNER => owner = Some(reader.code()?),
            keys::TO_OWNER => to_owner = Some(reader.code_or_none()?),
            keys::BATCH => batch = Some(reader.code()?),
            keys::TO_BATCH => to_batch = Some(reader.code_or_none()?),
            keys::ACT => act = Some(read_act(reader)?),
            _ if documents::read_document(&mut document, key, reader)? => {}
            _ if read_particular(&mut particulars, key, reader)? => {}
            _ => other(key, reader)?,
        }
    }
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => {
            let to_owner = changed(to_owner, &owner)?;
            let to_batch = changed(to_batch, &batch)?;
            let to = Place {
                location: to,
                owner: to_owner,
                batch: to_batch,
            };
            (
                Some(Place {
                    location: from,
                    owner,
                    batch,
                }),
                Some(to),
            )
        }
        _ if to_owner.is_some() || to_batch.is_some() => {
            return Err("a change of owner or batch without two places");
        }
        (Some(location), None) => (
            Some(Place {
                location,
                owner,
                batch,
            }),
            None,
        ),
        (None, Some(location)) => (
            None,
            Some(Place {
                location,
                owner,
                batch,
            }),
        ),
        (None, None) => return Err("a movement from nowhere to nowhere"),
    };
    Ok(Moved {
        document,
        item: item.ok_or(MISSING)?,
        quantity: quantity.ok_or(MISSING)?,
        from,
        to,
        act: act.ok_or(MISSING)?,
        particulars,
    })
}

/// The to place's owner or batch: what is said, which must differ, or that of the from place.
fn changed(said: Option<Option<Code>>, from: &Option<Code>) -> Result<Option<Code>, Reason> {
    match said {
        None => Ok(from.clone()),
        Some(to) if to == *from => Err("a change of owner or batch that is none"),
        Some(to) => Ok(to),
    }
}

fn read_act(reader: &mut Reader<'_>) -> Result<Act, Reason> {
    let number = reader.uint()?;
    Act::ALL
        .into_iter()
        .find(|act| act.number() == number)
        .ok_or("an unknown act")
}

fn read_counted(reader: &mut Reader<'_>) -> Result<Counted, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut item, mut quantity, mut location) = (None, None, None);
    let (mut owner, mut batch, mut span, mut stocktake) = (None, None, None, None);
    let mut particulars = Particulars::default();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::QUANTITY => quantity = Some(read_quantity(reader)?),
            keys::LOCATION => location = Some(reader.code()?),
            keys::OWNER => owner = Some(reader.code()?),
            keys::BATCH => batch = Some(reader.code()?),
            keys::SPAN => span = Some(read_span(reader)?),
            keys::FOR_STOCKTAKE => stocktake = Some(reader.entry_ref()?),
            _ if read_particular(&mut particulars, key, reader)? => {}
            _ => other(key, reader)?,
        }
    }
    Ok(Counted {
        item: item.ok_or(MISSING)?,
        quantity: quantity.ok_or(MISSING)?,
        place: Place {
            location: location.ok_or(MISSING)?,
            owner,
            batch,
        },
        span,
        stocktake,
        particulars,
    })
}

fn read_span(reader: &mut Reader<'_>) -> Result<(Timestamp, Timestamp), Reason> {
    reader.array_of(2)?;
    Ok((reader.timestamp()?, reader.timestamp()?))
}

fn read_tallied(reader: &mut Reader<'_>) -> Result<Tallied, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut item, mut quantity, mut location) = (None, None, None);
    let (mut owner, mut batch, mut serial, mut once) = (None, None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::QUANTITY => quantity = Some(read_quantity(reader)?),
            keys::LOCATION => location = Some(reader.code()?),
            keys::OWNER => owner = Some(reader.code()?),
            keys::SERIAL => serial = Some(reader.filled_text()?),
            keys::BATCH => batch = Some(reader.code()?),
            keys::CATALOGUE_ONCE => once = Some(read_once(reader)?),
            _ => other(key, reader)?,
        }
    }
    Ok(Tallied {
        serial,
        once,
        item: item.ok_or(MISSING)?,
        quantity: quantity.ok_or(MISSING)?,
        place: Place {
            location: location.ok_or(MISSING)?,
            owner,
            batch,
        },
    })
}

fn read_reversed(reader: &mut Reader<'_>) -> Result<Reversed, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let mut target: Option<EntryRef> = None;
    let mut particulars = Particulars::default();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TARGET => target = Some(reader.entry_ref()?),
            keys::EXPIRY => return Err(NEWER),
            _ if read_particular(&mut particulars, key, reader)? => {}
            _ => other(key, reader)?,
        }
    }
    Ok(Reversed {
        target: target.ok_or(MISSING)?,
        particulars,
    })
}

fn read_genesis(reader: &mut Reader<'_>) -> Result<Genesis, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut device, mut name, mut reason) = (None, None, None);
    let (mut parent, mut program) = (None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::GENESIS_PROGRAM => program = Some(reader.filled_text()?),
            keys::GENESIS_DEVICE => device = Some(DeviceId::from_bytes(reader.bin()?)),
            keys::GENESIS_NAME => name = Some(reader.text()?.to_owned()),
            keys::GENESIS_REASON => reason = Some(read_genesis_reason(reader)?),
            keys::GENESIS_PARENT => parent = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(Genesis {
        device: device.ok_or(MISSING)?,
        name: name.ok_or(MISSING)?,
        reason: reason.ok_or(MISSING)?,
        parent,
        program,
    })
}

fn read_genesis_reason(reader: &mut Reader<'_>) -> Result<GenesisReason, Reason> {
    let number = reader.uint()?;
    GenesisReason::ALL
        .into_iter()
        .find(|reason| reason.number() == number)
        .ok_or("an unknown reason of a genesis")
}

fn read_clock_mark(reader: &mut Reader<'_>) -> Result<ClockMark, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let mut step = None;
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::MARK_STEP => step = Some(reader.int()?),
            _ => other(key, reader)?,
        }
    }
    Ok(ClockMark {
        step_millis: step.ok_or(MISSING)?,
    })
}

fn read_time_fix(reader: &mut Reader<'_>) -> Result<TimeFix, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut ahead, mut uncertainty, mut run) = (None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::AHEAD => ahead = Some(reader.int()?),
            keys::UNCERTAINTY => uncertainty = Some(reader.uint()?),
            keys::TARGET => run = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(TimeFix {
        run: run.ok_or(MISSING)?,
        ahead_millis: ahead.ok_or(MISSING)?,
        uncertainty_millis: uncertainty.ok_or(MISSING)?,
    })
}

fn read_merged(reader: &mut Reader<'_>) -> Result<ItemMerged, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut item, mut into, mut once) = (None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::MERGED_INTO => into = Some(reader.code_or_none()?),
            keys::CATALOGUE_ONCE => once = Some(read_once(reader)?),
            _ => other(key, reader)?,
        }
    }
    Ok(ItemMerged {
        once,
        item: item.ok_or(MISSING)?,
        into: into.ok_or(MISSING)?,
    })
}

fn read_bound(reader: &mut Reader<'_>) -> Result<CodeBound, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut item, mut barcode, mut pack, mut once) = (None, None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::BARCODE => barcode = Some(reader.barcode()?),
            keys::PACK => pack = Some(read_quantity(reader)?),
            keys::CATALOGUE_ONCE => once = Some(read_once(reader)?),
            _ => other(key, reader)?,
        }
    }
    Ok(CodeBound {
        once,
        item: item.ok_or(MISSING)?,
        barcode: barcode.ok_or(MISSING)?,
        pack: pack.ok_or(MISSING)?,
    })
}

fn read_unbound(reader: &mut Reader<'_>) -> Result<CodeUnbound, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut item, mut barcode) = (None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::BARCODE => barcode = Some(reader.barcode()?),
            _ => other(key, reader)?,
        }
    }
    Ok(CodeUnbound {
        item: item.ok_or(MISSING)?,
        barcode: barcode.ok_or(MISSING)?,
    })
}

fn read_set(class: Class, reader: &mut Reader<'_>) -> Result<CatalogueWrite, Reason> {
    let mut fields = Fields::of_body(reader)?;
    if fields.next(reader)? != Some(keys::TOUCHES) {
        return Err(MISSING);
    }
    let subject = read_subject(reader)?;
    if subject.class != class {
        return Err("a thing of another class");
    }
    let mut write = CatalogueWrite::new(class, subject.code);
    while let Some(key) = fields.next(reader)? {
        if key == keys::CATALOGUE_ONCE {
            write.once = Some(read_once(reader)?);
            continue;
        }
        if !key.is_multiple_of(2) && !keys::is_field(class, key) {
            skip(reader, 2)?;
            continue;
        }
        let value = read_value(reader)?;
        if !may_hold(class, key, &value) {
            return Err("a field that the thing does not have, or its type");
        }
        drop(write.fields.insert(key, value));
    }
    Ok(write)
}

fn read_value(reader: &mut Reader<'_>) -> Result<Value, Reason> {
    Ok(match reader.token()? {
        Token::Nil => Value::Nil,
        Token::Bool(value) => Value::Bool(value),
        Token::Int(value) => Value::Int(value),
        Token::Text(text) => Value::text(text),
        Token::Bin(bytes) => Value::Bytes(bytes.into()),
        Token::Big(_) | Token::Array(_) | Token::Map(_) => {
            return Err("a field of a type that no field has");
        }
    })
}
