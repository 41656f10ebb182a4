//! The canonical dump: everything that equal nodes must agree on, in one order.

mod documents;

use super::Fold;
use crate::catalogue::{Class, Value, fields_of};
use crate::code::Code;
use crate::id::EntryId;

/// Builds one record of the dump. Texts and bytes carry their length, so records cannot run
/// into each other.
#[derive(Debug, Default)]
struct Line(Vec<u8>);

impl Line {
    fn new(section: u8) -> Self {
        Self(vec![section])
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    fn code(self, code: Option<&Code>) -> Self {
        self.text(code.map_or("", Code::as_str))
    }

    fn entry(self, id: EntryId) -> Self {
        self.bytes(id.origin.as_bytes())
            .bytes(&id.seq.to_be_bytes())
    }

    fn value(self, value: &Value) -> Self {
        match value {
            Value::Nil => self.bytes(b"n"),
            Value::Bool(yes) => self.bytes(&[b'b', u8::from(*yes)]),
            Value::Int(number) => self.bytes(b"i").bytes(&number.to_be_bytes()),
            Value::Text(text) => self.bytes(b"t").text(text),
            Value::Bytes(bytes) => self.bytes(b"y").bytes(bytes),
        }
    }
}

impl Fold {
    /// Orders, their lines, and the claims with what serves them.
    fn dump_orders(&self, take: &mut dyn FnMut(&[u8])) {
        let mut lines = self.lines_of_all_orders();
        for order in self.orders().into_iter().filter_map(|id| self.order(id)) {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let due = order.due.map_or_else(String::new, |day| day.to_string());
            let line = Line::new(7)
                .entry(order.id)
                .code(Some(&order.number))
                .text(order.order_type.word())
                .text(order.state.word())
                .code(order.customer.as_ref())
                .code(order.site.as_ref())
                .text(&due)
                .text(&text(&order.title))
                .text(&text(&order.stage));
            take(&line.0);
            for line in lines.remove(&order.id).unwrap_or_default() {
                let mut record = Line::new(8).entry(order.id).code(Some(&line.item));
                let parts = [line.wanted, line.picked, line.allocated, line.backorder];
                for part in parts {
                    record = record.bytes(&part.ten_thousandths().to_be_bytes());
                }
                record = record.bytes(&[u8::from(line.provisional)]);
                take(&record.bytes(&line.rank.to_be_bytes()).0);
            }
        }
        for item in self.wanted_items() {
            for claim in self.allocation(&item).claims {
                let parts = [claim.quantity, claim.allocated()];
                let mut record = Line::new(9).code(Some(&item)).entry(claim.order);
                record = record.entry(claim.entry);
                for part in parts {
                    record = record.bytes(&part.ten_thousandths().to_be_bytes());
                }
                take(&record.0);
            }
        }
    }

    /// What the codes stand for that were scanned when nobody knew them.
    fn dump_scans(&self, take: &mut dyn FnMut(&[u8])) {
        for (code, meaning) in self.scanned_codes() {
            let line = Line::new(10).text(code.as_str()).text(meaning.word());
            take(&line.code(meaning.item()).0);
        }
    }

    /// Gives the dump record by record: catalogue, stock lines with their last counts, orders and
    /// claims, what is built, bought and to be counted, what scanned codes stand for, voided
    /// transactions, open exceptions. Cursors, checkpoints and clocks are not in it.
    pub fn dump(&self, take: &mut dyn FnMut(&[u8])) {
        for class in Class::ALL {
            for code in self.codes(class) {
                for field in fields_of(class) {
                    let value = self.field(class, code, field.key);
                    let line = Line::new(1)
                        .bytes(&[class.number(), field.key])
                        .code(Some(code));
                    take(&line.value(&value).0);
                }
            }
        }
        for item in self.catalogue.merged_items() {
            take(
                &Line::new(2)
                    .code(Some(item))
                    .code(self.merged_into(item).as_ref())
                    .0,
            );
        }
        for barcode in self.catalogue.all_barcodes() {
            for (item, pack) in self.claims(barcode) {
                let line = Line::new(3).text(barcode.as_str()).code(Some(&item));
                take(&line.bytes(&pack.ten_thousandths().to_be_bytes()).0);
            }
        }
        let mut lines: Vec<_> = self
            .lines_with_rows()
            .map(|line| (self.line_key(line), line))
            .collect();
        lines.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, line) in lines {
            let mut record = Line::new(4)
                .code(Some(&key.item))
                .code(Some(&key.location))
                .code(key.owner.as_ref())
                .code(key.batch.as_ref())
                .bytes(&line.on_hand().ten_thousandths().to_be_bytes());
            if let Some(count) = self.last_count(line) {
                record = record
                    .entry(count.id)
                    .bytes(&count.at.millis().to_be_bytes());
            }
            take(&record.0);
        }
        self.dump_orders(take);
        self.dump_boms(take);
        self.dump_lots(take);
        self.dump_purchases(take);
        self.dump_stocktakes(take);
        self.dump_scans(take);
        let mut voided: Vec<_> = self
            .reversals
            .voided()
            .map(|(target, reversal)| (self.entry_id(target), self.entry_id(reversal)))
            .collect();
        voided.sort_unstable();
        for (target, reversal) in voided {
            take(&Line::new(5).entry(target).entry(reversal).0);
        }
        for exception in self.exceptions() {
            let mut record = Line::new(6).text(&exception.id).text(&exception.text);
            record = record.bytes(&exception.since.millis().to_be_bytes());
            for entry in exception.entries {
                record = record.entry(entry);
            }
            take(&record.0);
        }
    }
}
