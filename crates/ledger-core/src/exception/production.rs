//! Exceptions about what is built and bought: circles of bills of materials, too much built or
//! received.

use super::{Exception, ExceptionKind, newest};
use crate::code::Code;
use crate::fold::{Fold, Lot};
use crate::id::EntryId;
use crate::quantity::Total;

impl Fold {
    /// That something is made of itself: two devices can write that without knowing of each other.
    pub(super) fn circle_exception(&self, item: &Code, open: &mut Vec<Exception>) {
        let Some(way) = self.bom_circle(item) else {
            return;
        };
        // Whoever took the circle as it is took it with the lines as they were then.
        let entries = newest(self.bom_way_entries(&way));
        let times = entries.iter().filter_map(|id| self.effective_time(*id));
        let way: Vec<String> = way.iter().map(ToString::to_string).collect();
        let kind = ExceptionKind::BomCircle;
        open.push(Exception {
            id: format!("{}:{item}", kind.word()),
            kind,
            item: Some(item.clone()),
            location: None,
            line: None,
            document: None,
            since: times.max().unwrap_or_default(),
            entries,
            text: format!(
                "{item} is made of itself by its bill of materials: {}. Take one of these lines \
                 away with: stock bom remove PARENT CHILD",
                way.join(" of ")
            ),
        });
    }

    /// That more was built of a lot than is planned, or more taken back than was built.
    pub(super) fn over_built(&self, lot: &Lot, open: &mut Vec<Exception>) {
        if lot.built >= Total::ZERO && lot.built <= lot.quantity.total() {
            return;
        }
        let text = format!(
            "{} of {} are built for the lot {}, which is for {}: change its quantity with stock \
             lot set {}, or reverse what was booked twice.",
            lot.built, lot.item, lot.number, lot.quantity, lot.number
        );
        let entries = self.entries_for(lot.id, &lot.item);
        let kind = ExceptionKind::OverBuilt;
        open.push(self.document_exception(kind, lot.id, Some(&lot.item), entries, text));
    }

    /// That more came of a purchase order than is ordered.
    pub(super) fn over_received_exceptions(&self, id: EntryId, open: &mut Vec<Exception>) {
        let Some((_, number)) = self.document_name(id) else {
            return;
        };
        for (item, ordered, received, entries) in self.over_received(id) {
            let text = format!(
                "{received} of {item} came for the purchase order {number}, which has {ordered}, \
                 and nobody said why: order more with stock po set {number} {item}=QTY, or \
                 reverse what was booked twice."
            );
            let kind = ExceptionKind::OverReceived;
            open.push(self.document_exception(kind, id, Some(&item), entries, text));
        }
    }
}
