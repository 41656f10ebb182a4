//! The dump of what is planned: bills of materials, production lots, purchase orders, stocktakes.

use super::Line;
use crate::fold::Fold;
use crate::id::EntryId;
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

    fn targets<'a>(self, targets: impl IntoIterator<Item = &'a Target>) -> Self {
        targets.into_iter().fold(self, Self::target)
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
            let line = Line::new(17)
                .entry(stocktake.id)
                .code(Some(&stocktake.number))
                .text(stocktake.state.word())
                .day(stocktake.not_counted_for)
                .day(stocktake.due)
                .bytes(&[u8::from(stocktake.blind)])
                .optional(stocktake.title.as_ref());
            take(&line.targets(stocktake.targets.iter()).0);
            self.dump_instructions(stocktake.id, take);
        }
    }

    /// What was said of a stocktake's lines. How they stand follows from that and from their rows,
    /// of which there may be very many.
    fn dump_instructions(&self, id: EntryId, take: &mut dyn FnMut(&[u8])) {
        let said = self.stocktake_instructions(id);
        for (target, (_, device)) in &said.counters {
            let device = device.map(|device| device.to_string());
            let line = Line::new(18).entry(id).optional(device.as_ref());
            take(&line.targets(target.as_ref()).0);
        }
        for (target, (since, entry)) in &said.again {
            let line = Line::new(19).entry(id).entry(*entry);
            let line = line.bytes(&since.millis().to_be_bytes());
            take(&line.targets(target.as_ref()).0);
        }
        for count in self.approved_counts(id) {
            take(&Line::new(20).entry(id).entry(count).0);
        }
    }
}
