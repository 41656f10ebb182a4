//! Reads the bodies of entries about orders, and of answers to exceptions.

use ledger_core::document::DocumentFields;
use ledger_core::entry::{
    ExceptionAnswered, Kind, OrderEntry, OrderExpedited, OrderLineSet, OrderOpened, OrderSet,
};
use ledger_core::order::{FIELDS, OrderType};
use ledger_core::{EntryId, EntryRef, Origin};

use super::documents::{Set, read_ended, read_field, read_set};
use super::{MISSING, other, read_once, read_quantity};
use crate::entry_bytes::reader::{Fields, Reader};
use crate::entry_bytes::{Reason, keys};

/// Reads the body of an entry of this family.
pub(super) fn read(kind: Kind, reader: &mut Reader<'_>) -> Result<OrderEntry, Reason> {
    match kind {
        Kind::ORDER_OPENED => read_opened(reader).map(OrderEntry::Opened),
        Kind::ORDER_SET => {
            let Set {
                document,
                fields,
                once,
            } = read_set(FIELDS, reader)?;
            Ok(OrderEntry::Set(OrderSet {
                order: document,
                fields,
                once,
            }))
        }
        Kind::ORDER_LINE_SET => read_line(reader).map(OrderEntry::LineSet),
        Kind::ORDER_EXPEDITED => read_expedited(reader).map(OrderEntry::Expedited),
        Kind::ORDER_CLOSED => read_ended(reader).map(OrderEntry::Closed),
        _ => read_ended(reader).map(OrderEntry::Cancelled),
    }
}

fn read_opened(reader: &mut Reader<'_>) -> Result<OrderOpened, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut number, mut order_type, mut once) = (None, None, None);
    let mut values = DocumentFields::new();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::NUMBER => number = Some(reader.code()?),
            keys::ORDER_TYPE => order_type = Some(read_type(reader)?),
            keys::ONCE => once = Some(read_once(reader)?),
            _ => read_field(FIELDS, &mut values, key, reader)?,
        }
    }
    Ok(OrderOpened {
        number: number.ok_or(MISSING)?,
        order_type: order_type.ok_or(MISSING)?,
        fields: values,
        once,
    })
}

fn read_type(reader: &mut Reader<'_>) -> Result<OrderType, Reason> {
    let number = reader.uint()?;
    OrderType::ALL
        .into_iter()
        .find(|order_type| order_type.number() == number)
        .ok_or("an unknown type of order")
}

fn read_line(reader: &mut Reader<'_>) -> Result<OrderLineSet, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut order, mut once): (Option<EntryRef>, _) = (None, None);
    let (mut item, mut wanted) = (None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::QUANTITY => wanted = Some(read_quantity(reader)?),
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => order = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(OrderLineSet {
        order: order.ok_or(MISSING)?,
        item: item.ok_or(MISSING)?,
        wanted: wanted.ok_or(MISSING)?,
        once,
    })
}

fn read_expedited(reader: &mut Reader<'_>) -> Result<OrderExpedited, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut order, mut once): (Option<EntryRef>, _) = (None, None);
    let (mut item, mut rank) = (None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::RANK => rank = Some(reader.int()?),
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => order = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(OrderExpedited {
        order: order.ok_or(MISSING)?,
        item: item.ok_or(MISSING)?,
        rank: rank.ok_or(MISSING)?,
        once,
    })
}

pub(super) fn read_answered(reader: &mut Reader<'_>) -> Result<ExceptionAnswered, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut exception, mut entries) = (None, None);
    let (mut note, mut once) = (None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::EXCEPTION => exception = Some(reader.filled_text()?),
            keys::NOTE => note = Some(reader.filled_text()?),
            keys::EXCEPTION_ENTRIES => entries = Some(read_entries(reader)?),
            keys::ONCE => once = Some(read_once(reader)?),
            _ => other(key, reader)?,
        }
    }
    Ok(ExceptionAnswered {
        exception: exception.ok_or(MISSING)?,
        entries: entries.ok_or(MISSING)?,
        note,
        once,
    })
}

/// Pairs of origin and seq, one after the other.
fn read_entries(reader: &mut Reader<'_>) -> Result<Vec<EntryId>, Reason> {
    reader.list(2, "half an entry's name", |reader| {
        Ok(EntryId {
            origin: Origin::from_bytes(reader.bin()?),
            seq: reader.uint()?,
        })
    })
}
