//! What is the matter with items and documents.

use std::collections::BTreeMap;

use ledger_core::exception::Exception;
use ledger_core::fold::{Fold, News};
use ledger_core::{Code, EntryId};

use super::Follows;

/// Exceptions by what they are about, also those that somebody took as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Troubles {
    items: BTreeMap<Code, Vec<Exception>>,
    documents: BTreeMap<EntryId, Vec<Exception>>,
}

impl Troubles {
    /// All open exceptions, in the order of their ids.
    pub(crate) fn open(&self, fold: &Fold) -> Vec<Exception> {
        let known = self.items.values().chain(self.documents.values());
        let mut all = fold.exceptions_elsewhere();
        all.extend(known.flatten().cloned());
        fold.still_open(all)
    }

    fn set_item(&mut self, item: Code, found: Vec<Exception>) {
        if found.is_empty() {
            self.items.remove(&item);
        } else {
            self.items.insert(item, found);
        }
    }

    fn set_document(&mut self, id: EntryId, found: Vec<Exception>) {
        if found.is_empty() {
            self.documents.remove(&id);
        } else {
            self.documents.insert(id, found);
        }
    }
}

impl Follows for Troubles {
    fn anew(fold: &Fold) -> Self {
        let mut troubles = Self::default();
        let everything = News {
            items: fold.items_in_play(),
            documents: fold.named_documents().collect(),
        };
        troubles.learn(fold, everything);
        troubles
    }

    fn learn(&mut self, fold: &Fold, news: News) {
        for item in news.items {
            let found = fold.exceptions_of_item(&item);
            self.set_item(item, found);
        }
        for id in news.documents {
            self.set_document(id, fold.exceptions_of_document_itself(id));
        }
    }
}
