//! Names in a file, looked up once each.
//!
//! Who misspells a name is told the nearest ones. Where a file has nothing but unknown names that
//! would take longer than all the rest, so only the first few get that.

use std::collections::BTreeMap;

use ledger_core::Code;
use ledger_core::at_entry::{self, Refusal};
use ledger_core::catalogue::Class;
use ledger_core::fold::{Fold, ItemMatch};

/// How many unknown items are told the nearest names.
const NEAREST_MAX: usize = 200;

/// What a text names, or why nothing.
type Found = BTreeMap<String, Result<Code, Refusal>>;

/// The names met so far.
#[derive(Debug, Default)]
pub(crate) struct Names {
    items: Found,
    locations: Found,
    customers: Found,
    unknown_items: usize,
}

impl Names {
    /// The item of a SKU or barcode.
    pub(crate) fn item(&mut self, fold: &Fold, text: &str) -> Result<Code, Refusal> {
        let unknown = &mut self.unknown_items;
        known(&mut self.items, text, || {
            if *unknown >= NEAREST_MAX && fold.find_item(text) == ItemMatch::None {
                let text = format!("there is no item {text:?}");
                return Err(Refusal::new("unknown-item", text));
            }
            let found = at_entry::find_item(fold, text).map(|(code, _)| code);
            *unknown = unknown.saturating_add(usize::from(found.is_err()));
            found
        })
    }

    /// The location of a number.
    pub(crate) fn location(&mut self, fold: &Fold, text: &str) -> Result<Code, Refusal> {
        let find = || at_entry::find_thing(fold, Class::Location, text);
        known(&mut self.locations, text, find)
    }

    /// The location of a number, where there is one.
    pub(crate) fn place(&mut self, fold: &Fold, text: &str) -> Result<Option<Code>, Refusal> {
        if text.is_empty() {
            Ok(None)
        } else {
            self.location(fold, text).map(Some)
        }
    }

    /// The customer of a code, where there is one.
    pub(crate) fn owner(&mut self, fold: &Fold, text: &str) -> Result<Option<Code>, Refusal> {
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
