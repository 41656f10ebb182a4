//! Reads what entries say of purchase orders.

use ledger_core::document::DocumentFields;
use ledger_core::entry::{
    Kind, PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced, PurchaseSet,
};
use ledger_core::purchase::FIELDS;

use super::documents::{Set, read_ended, read_field, read_set};
use super::{MISSING, other, read_once, read_quantity};
use crate::entry_bytes::reader::{Fields, Reader, filled};
use crate::entry_bytes::{Reason, keys};

/// Reads the body of an entry of this family.
pub(super) fn read(kind: Kind, reader: &mut Reader<'_>) -> Result<PurchaseEntry, Reason> {
    match kind {
        Kind::PURCHASE_ORDER_PLACED => read_placed(reader).map(PurchaseEntry::Placed),
        Kind::PURCHASE_ORDER_SET => {
            let Set {
                document,
                fields,
                once,
            } = read_set(FIELDS, reader)?;
            Ok(PurchaseEntry::Set(PurchaseSet {
                purchase: document,
                fields,
                once,
            }))
        }
        Kind::PURCHASE_LINE_SET => read_line_set(reader).map(PurchaseEntry::LineSet),
        _ => read_ended(reader).map(PurchaseEntry::Closed),
    }
}

fn read_placed(reader: &mut Reader<'_>) -> Result<PurchasePlaced, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut number, mut once) = (None, None);
    let mut lines = Vec::new();
    let mut values = DocumentFields::new();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::NUMBER => number = Some(reader.code()?),
            keys::PURCHASE_LINES => lines = filled(read_lines(reader)?)?,
            keys::ONCE => once = Some(read_once(reader)?),
            _ => read_field(FIELDS, &mut values, key, reader)?,
        }
    }
    Ok(PurchasePlaced {
        number: number.ok_or(MISSING)?,
        lines,
        fields: values,
        once,
    })
}

fn read_lines(reader: &mut Reader<'_>) -> Result<Vec<PurchaseLine>, Reason> {
    reader.list(3, "a part of a line", |reader| {
        Ok(PurchaseLine {
            item: reader.code()?,
            quantity: read_quantity(reader)?,
            day: reader.or_nil(Reader::day)?,
        })
    })
}

fn read_line_set(reader: &mut Reader<'_>) -> Result<PurchaseLineSet, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut purchase, mut once) = (None, None);
    let (mut item, mut quantity, mut day) = (None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::QUANTITY => quantity = Some(read_quantity(reader)?),
            keys::DAY => day = Some(reader.day()?),
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => purchase = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(PurchaseLineSet {
        purchase: purchase.ok_or(MISSING)?,
        line: PurchaseLine {
            item: item.ok_or(MISSING)?,
            quantity: quantity.ok_or(MISSING)?,
            day,
        },
        once,
    })
}
