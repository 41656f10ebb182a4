//! Reads the bodies of entries about orders, and of answers to exceptions.

use ledger_core::entry::{
    Ended, ExceptionAnswered, Kind, OrderEntry, OrderExpedited, OrderLineSet, OrderOpened, OrderSet,
};
use ledger_core::order::{DocumentFields, OrderType, may_hold};
use ledger_core::{EntryId, EntryRef, Origin};

use super::{MISSING, other, read_once, read_quantity, read_value};
use crate::entry_bytes::reader::{Fields, Reader};
use crate::entry_bytes::{Reason, Token, keys};

/// Reads the body of an entry of this family.
pub(super) fn read(kind: Kind, reader: &mut Reader<'_>) -> Result<OrderEntry, Reason> {
    match kind {
        Kind::ORDER_OPENED => read_opened(reader).map(OrderEntry::Opened),
        Kind::ORDER_SET => read_set(reader).map(OrderEntry::Set),
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
            keys::ORDER_NUMBER => number = Some(reader.code()?),
            keys::ORDER_TYPE => order_type = Some(read_type(reader)?),
            keys::ONCE => once = Some(read_once(reader)?),
            _ => read_field(&mut values, key, reader)?,
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

fn read_field(values: &mut DocumentFields, key: u8, reader: &mut Reader<'_>) -> Result<(), Reason> {
    if !key.is_multiple_of(2) {
        return other(key, reader);
    }
    let value = read_value(reader)?;
    if !may_hold(key, &value) {
        return Err("a field that an order does not have, or its type");
    }
    drop(values.insert(key, value));
    Ok(())
}

fn read_set(reader: &mut Reader<'_>) -> Result<OrderSet, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut order, mut once) = (None, None);
    let mut values = DocumentFields::new();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TARGET => order = Some(reader.entry_ref()?),
            keys::ONCE => once = Some(read_once(reader)?),
            _ => read_field(&mut values, key, reader)?,
        }
    }
    Ok(OrderSet {
        order: order.ok_or(MISSING)?,
        fields: values,
        once,
    })
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

fn read_ended(reader: &mut Reader<'_>) -> Result<Ended, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut order, mut once) = (None, None);
    let (mut reason, mut note) = (None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::REASON => reason = Some(reader.filled_text()?),
            keys::NOTE => note = Some(reader.filled_text()?),
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => order = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(Ended {
        order: order.ok_or(MISSING)?,
        reason,
        note,
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
    let Token::Array(len) = reader.token()? else {
        return Err("not a list");
    };
    if !len.is_multiple_of(2) {
        return Err("half an entry's name");
    }
    let mut entries = Vec::new();
    for _ in 0..len / 2 {
        let origin = Origin::from_bytes(reader.bin()?);
        let seq = reader.uint()?;
        entries.push(EntryId { origin, seq });
    }
    Ok(entries)
}
