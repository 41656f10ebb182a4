//! The dump of what is planned: bills of materials, production lots, purchase orders, stocktakes.

use super::Line;
use crate::fold::{Fold, LineKey};
use crate::production::BomLine;
use crate::stocktake::Target;

impl Line {
    fn total(self, total: crate::Total) -> Self {
        self.bytes(&total.ten_thousandths().to_be_bytes())
    }

    fn day(self, day: Option<u32>) -> Self {
        self.text(&day.map_or_else(String::new, |day| day.to_string()))
    }

    fn optional(self, text: Option<&String>) -> Self {
        self.text(text.map_or("", String::as_str))
    }

    fn bom_line(self, line: &BomLine) -> Self {
        self.code(Some(&line.item))
            .bytes(&line.per_unit.ten_thousandths().to_be_bytes())
            .bytes(&line.attrition.to_be_bytes())
            .optional(line.refs.as_ref())
    }

    fn stock_line(self, line: &LineKey) -> Self {
        self.code(Some(&line.item))
            .code(Some(&line.location))
            .code(line.owner.as_ref())
            .code(line.batch.as_ref())
    }

    fn target(self, target: &Target) -> Self {
        match target {
            Target::Item(item) => self.code(Some(item)),
            Target::Location(location) => self.code(None).code(Some(location)),
            Target::Line {
                item,
                location,
                owner,
                batch,
            } => self
                .code(Some(item))
                .code(Some(location))
                .code(owner.as_ref())
                .code(batch.as_ref()),
        }
    }
}

impl Fold {
    pub(super) fn dump_boms(&self, take: &mut dyn FnMut(&[u8])) {
        for item in self.made_items() {
            for line in self.bom(&item) {
                take(&Line::new(11).code(Some(&item)).bom_line(&line).0);
            }
        }
    }

    pub(super) fn dump_lots(&self, take: &mut dyn FnMut(&[u8])) {
        for lot in self.lots().into_iter().filter_map(|id| self.lot(id)) {
            let line = Line::new(12)
                .entry(lot.id)
                .code(Some(&lot.number))
                .code(Some(&lot.item))
                .text(lot.state.word())
                .total(lot.quantity.total())
                .total(lot.built)
                .code(lot.customer.as_ref())
                .code(lot.site.as_ref())
                .day(lot.due)
                .optional(lot.title.as_ref());
            take(&line.0);
            for line in &lot.bom {
                take(&Line::new(13).entry(lot.id).bom_line(line).0);
            }
            let issued = lot.issued.iter().filter(|(_, issued)| !issued.is_zero());
            for (item, issued) in issued {
                let line = Line::new(14).entry(lot.id).code(Some(item));
                take(&line.total(*issued).0);
            }
        }
    }

    pub(super) fn dump_purchases(&self, take: &mut dyn FnMut(&[u8])) {
        let ids = self.purchases().into_iter();
        for purchase in ids.filter_map(|id| self.purchase(id)) {
            let line = Line::new(15)
                .entry(purchase.id)
                .code(Some(&purchase.number))
                .text(purchase.state.word())
                .code(purchase.supplier.as_ref())
                .code(purchase.site.as_ref())
                .optional(purchase.title.as_ref())
                .optional(purchase.reference.as_ref());
            take(&line.0);
            for line in &purchase.lines {
                let line = Line::new(16)
                    .entry(purchase.id)
                    .code(Some(&line.item))
                    .day(line.day)
                    .total(line.ordered)
                    .total(line.received);
                take(&line.0);
            }
        }
    }

    pub(super) fn dump_stocktakes(&self, take: &mut dyn FnMut(&[u8])) {
        let ids = self.stocktakes().into_iter();
        for stocktake in ids.filter_map(|id| self.stocktake(id)) {
            let mut line = Line::new(17)
                .entry(stocktake.id)
                .code(Some(&stocktake.number))
                .text(stocktake.state.word())
                .day(stocktake.not_counted_for)
                .day(stocktake.due)
                .bytes(&[u8::from(stocktake.blind)])
                .optional(stocktake.title.as_ref());
            for target in stocktake.targets.iter() {
                line = line.target(target);
            }
            take(&line.0);
            for line in self.stocktake_lines(&stocktake) {
                let counter = line.counter.map(|device| device.to_string());
                let mut record = Line::new(18)
                    .entry(stocktake.id)
                    .stock_line(&line.line)
                    .text(line.progress.word())
                    .optional(counter.as_ref());
                for count in &line.counts {
                    record = record.entry(count.id).total(count.expected);
                    record = record.bytes(&[u8::from(count.for_it), u8::from(count.approved)]);
                }
                take(&record.0);
            }
        }
    }
}
