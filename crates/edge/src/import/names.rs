//! Names in a file, looked up once each.

use std::collections::BTreeMap;

use ledger_core::Code;
use ledger_core::at_entry::{self, Refusal};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;

/// What a text names, or why nothing.
type Found = BTreeMap<String, Result<Code, Refusal>>;

/// The names met so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    items: Found,
    locations: Found,
    customers: Found,
}

impl Names {
    /// The item of a SKU or barcode.
    pub(super) fn item(&mut self, fold: &Fold, text: &str) -> Result<Code, Refusal> {
        known(&mut self.items, text, || {
            at_entry::find_item(fold, text).map(|(code, _)| code)
        })
    }

    /// The location of a number.
    pub(super) fn location(&mut self, fold: &Fold, text: &str) -> Result<Code, Refusal> {
        let find = || at_entry::find_thing(fold, Class::Location, text);
        known(&mut self.locations, text, find)
    }

    /// The location of a number, where there is one.
    pub(super) fn place(&mut self, fold: &Fold, text: &str) -> Result<Option<Code>, Refusal> {
        if text.is_empty() {
            Ok(None)
        } else {
            self.location(fold, text).map(Some)
        }
    }

    /// The customer of a code, where there is one.
    pub(super) fn owner(&mut self, fold: &Fold, text: &str) -> Result<Option<Code>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        let find = || at_entry::find_thing(fold, Class::Customer, text);
        known(&mut self.customers, text, find).map(Some)
    }
}

fn known(
    found: &mut Found,
    text: &str,
    find: impl FnOnce() -> Result<Code, Refusal>,
) -> Result<Code, Refusal> {
    if let Some(known) = found.get(text) {
        return known.clone();
    }
    let new = find();
    found.insert(text.to_owned(), new.clone());
    new
}
