//! Reads what entries about documents have in common, whatever the family.

use ledger_core::EntryRef;
use ledger_core::document::{DocumentFields, DocumentRef, Ended, Family, FieldTable};
use ledger_core::entry::IdempotencyKey;

use super::{MISSING, other, read_once, read_value};
use crate::entry_bytes::reader::{Fields, Reader};
use crate::entry_bytes::{Reason, keys, sense};

/// Reads a field by its number, or skips a key that is not known, if that is allowed.
pub(super) fn read_field(
    table: FieldTable,
    values: &mut DocumentFields,
    key: u8,
    reader: &mut Reader<'_>,
) -> Result<(), Reason> {
    if !key.is_multiple_of(2) {
        return other(key, reader);
    }
    let value = read_value(reader)?;
    sense::field(table, key, &value)?;
    drop(values.insert(key, value));
    Ok(())
}

/// What an entry says that sets fields of a document and nothing else.
pub(super) struct Set {
    /// The entry that began it.
    pub(super) document: EntryRef,
    pub(super) fields: DocumentFields,
    pub(super) once: Option<IdempotencyKey>,
}

pub(super) fn read_set(table: FieldTable, reader: &mut Reader<'_>) -> Result<Set, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut document, mut once) = (None, None);
    let mut values = DocumentFields::new();
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => document = Some(reader.entry_ref()?),
            _ => read_field(table, &mut values, key, reader)?,
        }
    }
    Ok(Set {
        document: document.ok_or(MISSING)?,
        fields: values,
        once,
    })
}

pub(super) fn read_ended(reader: &mut Reader<'_>) -> Result<Ended, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut document, mut once) = (None, None);
    let (mut reason, mut note) = (None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::REASON => reason = Some(reader.filled_text()?),
            keys::NOTE => note = Some(reader.filled_text()?),
            keys::ONCE => once = Some(read_once(reader)?),
            keys::TARGET => document = Some(reader.entry_ref()?),
            _ => other(key, reader)?,
        }
    }
    Ok(Ended {
        document: document.ok_or(MISSING)?,
        reason,
        note,
        once,
    })
}

/// Reads what a movement is for, unless it is for something already. It is for one document, and
/// a fact whatever it says: the lowest key counts, and what follows is skipped. `false` when the
/// key was not read.
pub(super) fn read_document(
    document: &mut Option<DocumentRef>,
    key: u8,
    reader: &mut Reader<'_>,
) -> Result<bool, Reason> {
    let mut families = Family::ALL.into_iter();
    match families.find(|family| keys::naming(*family) == Some(key)) {
        Some(family) if document.is_none() => {
            *document = Some(DocumentRef::new(family, reader.entry_ref()?));
            Ok(true)
        }
        _ => Ok(false),
    }
}
