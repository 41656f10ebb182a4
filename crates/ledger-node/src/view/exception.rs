//! What a person should look at.

use std::collections::BTreeMap;

use ledger_core::EntryId;
use ledger_core::at_entry::{self, Refusal};
use ledger_core::document::Family;
use ledger_core::exception::Exception;
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, text_of, time_text};

/// One open exception.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExceptionView {
    /// Its stable name.
    pub id: String,
    /// What kind it is.
    pub kind: &'static str,
    /// The item it is about.
    pub item: Option<String>,
    /// The location it is about.
    pub location: Option<String>,
    /// The order it is about.
    pub order: Option<String>,
    /// The production lot it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// The purchase order it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub po: Option<String>,
    /// The stocktake it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stocktake: Option<String>,
    /// Since when.
    pub since: String,
    /// The entries that caused it.
    pub entries: Vec<String>,
    /// What is the matter, in a sentence.
    pub text: String,
    /// What can be done about it.
    pub actions: Vec<&'static str>,
}

/// How often each kind is there.
#[must_use]
pub fn count_kinds(words: impl IntoIterator<Item = &'static str>) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for word in words {
        let count: &mut usize = kinds.entry(word).or_default();
        *count = count.saturating_add(1);
    }
    kinds
}

impl View<'_> {
    /// All open exceptions, in the order of their ids.
    #[must_use]
    pub fn exceptions(&self) -> Vec<ExceptionView> {
        let open = self.open_exceptions().into_iter();
        open.map(|exception| self.exception_view(exception))
            .collect()
    }

    /// How many exceptions of each kind are open, by the kind's word.
    #[must_use]
    pub fn exception_kinds(&self) -> BTreeMap<&'static str, usize> {
        let open = self.open_exceptions();
        count_kinds(open.iter().map(|exception| exception.kind.word()))
    }

    /// The open exception of an id, and as it is shown.
    pub fn find_exception(&self, id: &str) -> Result<(Exception, ExceptionView), Refusal> {
        let found = at_entry::find_exception_among(self.open_exceptions(), id)?;
        Ok((found.clone(), self.exception_view(found)))
    }

    /// The open exceptions about a lot, purchase order or stocktake.
    #[must_use]
    pub fn exceptions_of_document(&self, id: EntryId) -> Vec<ExceptionView> {
        let open = self.open_exceptions().into_iter();
        let about = open.filter(|exception| exception.document == Some(id));
        about
            .map(|exception| self.exception_view(exception))
            .collect()
    }

    fn open_exceptions(&self) -> Vec<Exception> {
        let troubles = &self.standing().troubles;
        troubles.look(self.fold(), |troubles| troubles.open(self.fold()))
    }

    pub(super) fn exception_view(&self, exception: Exception) -> ExceptionView {
        let document = exception.document.map(|id| {
            let fold = self.fold();
            let name = fold.document_name(id);
            let number = name.map_or_else(|| id.to_string(), |(_, number)| number.to_string());
            (fold.family_said(id).unwrap_or(Family::Order), number)
        });
        let named = |family: Family| {
            let document = document.as_ref().filter(|(of, _)| *of == family);
            document.map(|(_, number)| number.clone())
        };
        ExceptionView {
            actions: exception.actions(),
            id: exception.id,
            kind: exception.kind.word(),
            item: text_of(exception.item.as_ref()),
            location: text_of(exception.location.as_ref()),
            order: named(Family::Order),
            lot: named(Family::Lot),
            po: named(Family::Purchase),
            stocktake: named(Family::Stocktake),
            since: time_text(exception.since),
            entries: exception.entries.iter().map(ToString::to_string).collect(),
            text: exception.text,
        }
    }
}
