//! What values must mean beyond their types: asked of what is read, and of what is to be written.

use ledger_core::catalogue::Value;
use ledger_core::document::{self, DocumentFields, FieldTable};
use ledger_core::production::{ATTRITION_MAX, BomLine, bom_key, may_be_lost};

use super::Reason;

/// More than can be lost, or less than nothing.
pub(super) const ATTRITION: Reason = "an attrition below nothing or above 100 %";

/// A field of a document, or of a line of a bill of materials.
pub(super) fn field(table: FieldTable, key: u8, value: &Value) -> Result<(), Reason> {
    if document::may_hold(table, key, value) {
        Ok(())
    } else {
        Err("a field that the document does not have, or its type")
    }
}

/// The fields of a line of a bill of materials, each of which is one.
pub(super) fn bom_fields(fields: &DocumentFields) -> Result<(), Reason> {
    match fields.get(&bom_key::ATTRITION) {
        Some(attrition) if !may_be_lost(attrition) => Err(ATTRITION),
        _ => Ok(()),
    }
}

/// A line of the bill of materials that a lot keeps.
pub(super) fn bom_line(line: &BomLine) -> Result<(), Reason> {
    if line.per_unit.ten_thousandths() <= 0 {
        return Err("a line of a bill of materials that needs nothing");
    }
    if line.attrition > ATTRITION_MAX {
        return Err(ATTRITION);
    }
    Ok(())
}
