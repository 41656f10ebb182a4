//! Exceptions about documents of any kind: what happened after an end, what waits for a document
//! that has not arrived, numbers that several have.

use super::{Exception, ExceptionKind, newest};
use crate::code::Code;
use crate::document::Family;
use crate::fold::Fold;
use crate::id::EntryId;
use crate::time::Timestamp;

impl Fold {
    /// What is the matter with a document beside what orders are promised.
    pub(super) fn document_exceptions(&self, id: EntryId, open: &mut Vec<Exception>) {
        if let Some((family, number)) = self.document_name(id) {
            self.after_end(family, id, open);
            if let Some(order) = self.order(id) {
                self.order_exceptions(&order, open);
            }
            if let Some(lot) = self.lot(id) {
                self.over_built(&lot, open);
            }
            if family == Family::Purchase {
                self.over_received_exceptions(id, open);
            }
            if self.documents_numbered(family, number).first() == Some(&id) {
                self.duplicate_number(family, number, open);
            }
        }
        let entries = self.entries_that_wait(id);
        if !entries.is_empty() {
            open.push(self.waits(id, entries));
        }
    }

    fn waits(&self, id: EntryId, entries: Vec<EntryId>) -> Exception {
        let family = self.family_said(id).unwrap_or(Family::Order);
        let (kind, what) = match family {
            Family::Order => (ExceptionKind::OrderWaits, "an order"),
            Family::Lot => (ExceptionKind::DocumentWaits, "a production lot"),
            Family::Purchase => (ExceptionKind::DocumentWaits, "a purchase order"),
            Family::Stocktake => (ExceptionKind::DocumentWaits, "a stocktake"),
        };
        let text = format!(
            "There are entries about {what} that has not arrived, is another one here, or was \
             opened twice with one key: {id}."
        );
        let mut exception = self.document_exception(kind, id, None, entries, text);
        exception.id = format!("{}:{id}", kind.word());
        exception
    }

    /// What a document is called where that must be unique.
    fn unique_name(&self, id: EntryId) -> String {
        match self.document_name(id) {
            Some((family, number)) if self.documents_numbered(family, number).len() == 1 => {
                number.to_string()
            }
            Some((_, number)) => format!("{number}#{id}"),
            None => id.to_string(),
        }
    }

    pub(super) fn document_exception(
        &self,
        kind: ExceptionKind,
        id: EntryId,
        item: Option<&Code>,
        mut entries: Vec<EntryId>,
        text: String,
    ) -> Exception {
        entries.sort_by_key(|id| (self.effective_time(*id), *id));
        entries.dedup();
        let name = self.unique_name(id);
        let about = item.map_or_else(String::new, |item| format!("/{item}"));
        let entries = newest(entries);
        let first = entries.first().copied().unwrap_or(id);
        Exception {
            id: format!("{}:{name}{about}", kind.word()),
            kind,
            item: item.cloned(),
            location: None,
            line: None,
            document: Some(id),
            since: self.effective_time(first).unwrap_or(Timestamp::ZERO),
            entries,
            text,
        }
    }

    /// What was written about a document after its end.
    pub(super) fn after_end(&self, family: Family, id: EntryId, open: &mut Vec<Exception>) {
        let entries = self.after_the_end(id);
        let Some((_, number)) = self.document_name(id).filter(|_| !entries.is_empty()) else {
            return;
        };
        let state = self.document_state_word(id);
        let kind = match family {
            Family::Order => ExceptionKind::ClosedOrder,
            Family::Lot => ExceptionKind::ClosedLot,
            Family::Purchase => ExceptionKind::ClosedPurchaseOrder,
            Family::Stocktake => ExceptionKind::ClosedStocktake,
        };
        let what = match family {
            Family::Order => "Order".to_owned(),
            Family::Lot => "The production lot".to_owned(),
            Family::Purchase => "The purchase order".to_owned(),
            Family::Stocktake => "The stocktake".to_owned(),
        };
        let text = format!(
            "{what} {number} is {state}, which is final, and there are entries about it that came \
             later. What they wanted has no effect; what they moved was moved."
        );
        open.push(self.document_exception(kind, id, None, entries, text));
    }

    /// That several documents of a kind are called by one number.
    pub(super) fn duplicate_number(
        &self,
        family: Family,
        number: &Code,
        open: &mut Vec<Exception>,
    ) {
        let documents = self.documents_numbered(family, number);
        let Some(first) = documents.first().filter(|_| documents.len() > 1) else {
            return;
        };
        let text = format!(
            "{} {}s are called {number}. Name them by their entries: {}",
            documents.len(),
            family.word(),
            documents
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        );
        let kind = ExceptionKind::DuplicateNumber;
        let about = match family {
            Family::Order => String::new(),
            Family::Lot | Family::Purchase | Family::Stocktake => format!("{}:", family.short()),
        };
        let mut exception = self.document_exception(kind, *first, None, documents.clone(), text);
        exception.id = format!("{}:{about}{number}", kind.word());
        open.push(exception);
    }
}
