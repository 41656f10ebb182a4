//! Reads what entries say of bills of materials and of production lots.

use ledger_core::document::DocumentFields;
use ledger_core::entry::{BomLineSet, Kind, LotEntry, LotPlanned, LotSet};
use ledger_core::production::{BOM_FIELDS, BomLine, FIELDS};

use super::documents::{read_ended, read_field};
use super::{MISSING, read_once, read_quantity};
use crate::entry_bytes::reader::{Fields, Reader, filled};
use crate::entry_bytes::{Reason, keys, sense};

pub(super) fn read_bom_line_set(reader: &mut Reader<'_>) -> Result<BomLineSet, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut parent, mut child, mut once) = (None, None, None);
    let mut values = DocumentFields::new();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => parent = Some(reader.code()?),
            keys::BOM_CHILD => child = Some(reader.code()?),
            keys::CATALOGUE_ONCE => once = Some(read_once(reader)?),
            _ => read_field(BOM_FIELDS, &mut values, key, reader)?,
        }
    }
    sense::bom_fields(&values)?;
    Ok(BomLineSet {
        parent: parent.ok_or(MISSING)?,
        child: child.ok_or(MISSING)?,
        fields: values,
        once,
    })
}

/// Reads the body of an entry about a lot.
pub(super) fn read(kind: Kind, reader: &mut Reader<'_>) -> Result<LotEntry, Reason> {
    match kind {
        Kind::LOT_PLANNED => read_planned(reader).map(LotEntry::Planned),
        Kind::LOT_SET => read_set(reader).map(LotEntry::Set),
        _ => read_ended(reader).map(LotEntry::Closed),
    }
}

fn read_planned(reader: &mut Reader<'_>) -> Result<LotPlanned, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut item, mut number, mut once) = (None, None, None);
    let mut bom = Vec::new();
    let mut values = DocumentFields::new();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::TOUCHES => item = Some(reader.code()?),
            keys::NUMBER => number = Some(reader.code()?),
            keys::BOM => bom = filled(read_bom(reader)?)?,
            keys::ONCE => once = Some(read_once(reader)?),
            _ => read_field(FIELDS, &mut values, key, reader)?,
        }
    }
    Ok(LotPlanned {
        item: item.ok_or(MISSING)?,
        number: number.ok_or(MISSING)?,
        bom,
        fields: values,
        once,
    })
}

fn read_set(reader: &mut Reader<'_>) -> Result<LotSet, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut lot, mut bom, mut once) = (None, None, None);
    let mut values = DocumentFields::new();
    while let Some(key) = fields.next(reader)? {
        match key {
            // An empty one is adopted, too.
            keys::BOM => bom = Some(read_bom(reader)?),
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => lot = Some(reader.entry_ref()?),
            _ => read_field(FIELDS, &mut values, key, reader)?,
        }
    }
    Ok(LotSet {
        lot: lot.ok_or(MISSING)?,
        bom,
        fields: values,
        once,
    })
}

fn read_bom(reader: &mut Reader<'_>) -> Result<Vec<BomLine>, Reason> {
    reader.list(4, "a part of a line", |reader| {
        let line = BomLine {
            item: reader.code()?,
            per_unit: read_quantity(reader)?,
            attrition: u32::try_from(reader.int()?).or(Err(sense::ATTRITION))?,
            refs: reader.or_nil(Reader::filled_text)?,
        };
        sense::bom_line(&line)?;
        Ok(line)
    })
}
