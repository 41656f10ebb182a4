//! Writes what entries say of bills of materials and of production lots.

use ledger_core::entry::{BomLineSet, LotEntry, LotPlanned, LotSet};
use ledger_core::production::{BOM_FIELDS, BomLine, FIELDS};

use super::documents::{write_each, write_ended, write_fields};
use super::{Written, write_once};
use crate::entry_bytes::writer::{BodyWriter, normal, text_or_nil, uint};
use crate::entry_bytes::{EncodeError, Token, keys, sense};

pub(super) fn write_bom_line_set(w: &mut BodyWriter<'_>, set: &BomLineSet) -> Written {
    sense::bom_fields(&set.fields).map_err(EncodeError::Senseless)?;
    w.code(keys::TOUCHES, "item", Some(&set.parent))?;
    w.code(keys::BOM_CHILD, "item", Some(&set.child))?;
    write_each(w, BOM_FIELDS, set.fields.iter())?;
    // All fields have lower numbers.
    write_once(w, keys::CATALOGUE_ONCE, set.once.as_ref())
}

pub(super) fn write(w: &mut BodyWriter<'_>, entry: &LotEntry) -> Written {
    match entry {
        LotEntry::Planned(planned) => write_planned(w, planned),
        LotEntry::Set(set) => write_set(w, set),
        LotEntry::Closed(ended) => write_ended(w, ended),
    }
}

fn write_planned(w: &mut BodyWriter<'_>, planned: &LotPlanned) -> Written {
    w.code(keys::TOUCHES, "item", Some(&planned.item))?;
    w.code(keys::NUMBER, "lot's number", Some(&planned.number))?;
    if !planned.bom.is_empty() {
        write_bom(w, &planned.bom)?;
    }
    write_fields(w, FIELDS, &planned.fields, planned.once.as_ref())
}

fn write_set(w: &mut BodyWriter<'_>, set: &LotSet) -> Written {
    if let Some(bom) = &set.bom {
        write_bom(w, bom)?;
    }
    write_fields(w, FIELDS, &set.fields, set.once.as_ref())?;
    w.entry_ref(keys::TARGET, &set.lot)
}

fn write_bom(w: &mut BodyWriter<'_>, bom: &[BomLine]) -> Written {
    let mut flat = Vec::new();
    for line in bom {
        sense::bom_line(line).map_err(EncodeError::Senseless)?;
        flat.extend([
            Token::Text(normal("item", &line.item)?),
            Token::Int(line.per_unit.ten_thousandths()),
            uint(u64::from(line.attrition)),
            text_or_nil("reference", line.refs.as_deref())?,
        ]);
    }
    w.array(keys::BOM, &flat)
}
