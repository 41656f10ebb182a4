//! Writes what entries say of orders, and answers to exceptions.

use ledger_core::entry::{ExceptionAnswered, OrderEntry, OrderOpened};
use ledger_core::order::FIELDS;

use super::documents::{write_about, write_ended, write_fields};
use super::{Written, write_once};
use crate::entry_bytes::writer::{BodyWriter, uint};
use crate::entry_bytes::{EncodeError, Token, keys};

pub(super) fn write(w: &mut BodyWriter<'_>, entry: &OrderEntry) -> Written {
    match entry {
        OrderEntry::Opened(opened) => write_opened(w, opened),
        OrderEntry::Set(set) => {
            write_fields(w, FIELDS, &set.fields, set.once.as_ref())?;
            w.entry_ref(keys::TARGET, &set.order)
        }
        OrderEntry::LineSet(line) => {
            w.code(keys::TOUCHES, "item", Some(&line.item))?;
            w.field(keys::QUANTITY, Token::Int(line.wanted.ten_thousandths()))?;
            write_about(w, line.once.as_ref(), &line.order)
        }
        OrderEntry::Expedited(expedited) => {
            w.code(keys::TOUCHES, "item", Some(&expedited.item))?;
            w.field(keys::RANK, Token::Int(expedited.rank))?;
            write_about(w, expedited.once.as_ref(), &expedited.order)
        }
        OrderEntry::Closed(ended) | OrderEntry::Cancelled(ended) => write_ended(w, ended),
    }
}

fn write_opened(w: &mut BodyWriter<'_>, opened: &OrderOpened) -> Written {
    w.code(keys::NUMBER, "order's number", Some(&opened.number))?;
    w.uint(keys::ORDER_TYPE, opened.order_type.number())?;
    write_fields(w, FIELDS, &opened.fields, opened.once.as_ref())
}

pub(super) fn write_answered(w: &mut BodyWriter<'_>, answered: &ExceptionAnswered) -> Written {
    if answered.exception.is_empty() {
        return Err(EncodeError::EmptyText("exception"));
    }
    w.field(keys::EXCEPTION, Token::Text(&answered.exception))?;
    w.text(keys::NOTE, "note", answered.note.as_deref())?;
    let named = answered.entries.iter();
    let flat: Vec<Token<'_>> = named
        .flat_map(|id| [Token::Bin(id.origin.as_bytes()), uint(id.seq)])
        .collect();
    w.array(keys::EXCEPTION_ENTRIES, &flat)?;
    write_once(w, keys::ONCE, answered.once.as_ref())
}
