//! Writes what entries say of purchase orders.

use ledger_core::entry::{PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced};
use ledger_core::purchase::FIELDS;

use super::Written;
use super::documents::{write_about, write_ended, write_fields};
use crate::entry_bytes::writer::{BodyWriter, normal, uint};
use crate::entry_bytes::{Token, keys};

pub(super) fn write(w: &mut BodyWriter<'_>, entry: &PurchaseEntry) -> Written {
    match entry {
        PurchaseEntry::Placed(placed) => write_placed(w, placed),
        PurchaseEntry::Set(set) => {
            write_fields(w, FIELDS, &set.fields, set.once.as_ref())?;
            w.entry_ref(keys::TARGET, &set.purchase)
        }
        PurchaseEntry::LineSet(set) => write_line_set(w, set),
        PurchaseEntry::Closed(ended) => write_ended(w, ended),
    }
}

fn write_placed(w: &mut BodyWriter<'_>, placed: &PurchasePlaced) -> Written {
    w.code(
        keys::NUMBER,
        "purchase order's number",
        Some(&placed.number),
    )?;
    if !placed.lines.is_empty() {
        write_lines(w, &placed.lines)?;
    }
    write_fields(w, FIELDS, &placed.fields, placed.once.as_ref())
}

fn write_lines(w: &mut BodyWriter<'_>, lines: &[PurchaseLine]) -> Written {
    let mut flat = Vec::new();
    for line in lines {
        flat.extend([
            Token::Text(normal("item", &line.item)?),
            Token::Int(line.quantity.ten_thousandths()),
            line.day.map_or(Token::Nil, |day| uint(u64::from(day))),
        ]);
    }
    w.array(keys::PURCHASE_LINES, &flat)
}

fn write_line_set(w: &mut BodyWriter<'_>, set: &PurchaseLineSet) -> Written {
    let PurchaseLine {
        item,
        quantity,
        day,
    } = &set.line;
    w.code(keys::TOUCHES, "item", Some(item))?;
    w.field(keys::QUANTITY, Token::Int(quantity.ten_thousandths()))?;
    if let Some(day) = day {
        w.uint(keys::DAY, u64::from(*day))?;
    }
    write_about(w, set.once.as_ref(), &set.purchase)
}
