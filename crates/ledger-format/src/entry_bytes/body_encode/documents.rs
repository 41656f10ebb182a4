//! Writes what entries about documents have in common, whatever the family.

use ledger_core::EntryRef;
use ledger_core::catalogue::Value;
use ledger_core::document::{DocumentFields, DocumentRef, Ended, FieldTable};
use ledger_core::entry::IdempotencyKey;

use super::{Written, token_of, write_once};
use crate::entry_bytes::writer::BodyWriter;
use crate::entry_bytes::{EncodeError, keys, sense};

/// Writes fields by their numbers, and the key that it counts once with, which stands among them.
pub(super) fn write_fields(
    w: &mut BodyWriter<'_>,
    table: FieldTable,
    fields: &DocumentFields,
    once: Option<&IdempotencyKey>,
) -> Written {
    write_each(w, table, fields.range(..keys::ONCE))?;
    write_once(w, keys::ONCE, once)?;
    write_each(w, table, fields.range(keys::ONCE..))
}

/// Writes fields by their numbers.
pub(super) fn write_each<'a>(
    w: &mut BodyWriter<'_>,
    table: FieldTable,
    mut fields: impl Iterator<Item = (&'a u8, &'a Value)>,
) -> Written {
    fields.try_for_each(|(key, value)| {
        sense::field(table, *key, value).map_err(EncodeError::Senseless)?;
        w.field(*key, token_of(value))
    })
}

/// Writes what ends every entry about a document that another entry began.
pub(super) fn write_about(
    w: &mut BodyWriter<'_>,
    once: Option<&IdempotencyKey>,
    document: &EntryRef,
) -> Written {
    write_once(w, keys::ONCE, once)?;
    w.entry_ref(keys::TARGET, document)
}

pub(super) fn write_ended(w: &mut BodyWriter<'_>, ended: &Ended) -> Written {
    w.text(keys::REASON, "reason", ended.reason.as_deref())?;
    w.text(keys::NOTE, "note", ended.note.as_deref())?;
    write_about(w, ended.once.as_ref(), &ended.document)
}

/// Writes what a movement is for.
pub(super) fn write_document(w: &mut BodyWriter<'_>, document: &DocumentRef) -> Written {
    match keys::naming(document.family) {
        Some(key) => w.entry_ref(key, &document.entry),
        None => Err(EncodeError::Senseless("a movement for a stocktake")),
    }
}
