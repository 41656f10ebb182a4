//! The keys of the keyboard that do something on every page. `assets/shortcuts.js` carries them
//! out, and finds where a letter leads by the links of the navigation that name it.
//!
//! The letters are the same in every language, as labels on keyboards are.

/// A key, and the id of what it does.
pub(crate) const KEYS: [(&str, &str); 6] = [
    ("/", "shortcut-search"),
    ("n", "shortcut-new"),
    ("j", "shortcut-next"),
    ("k", "shortcut-previous"),
    ("?", "shortcut-keys"),
    ("Esc", "shortcut-close"),
];

/// Stands before the letter of a page.
pub(crate) const GO_TO: &str = "g";

/// The pages of the navigation that a letter leads to.
const GO: [(&str, &str); 12] = [
    ("/", "d"),
    ("/scan", "a"),
    ("/stock", "s"),
    ("/items", "i"),
    ("/stocktakes", "t"),
    ("/exceptions", "e"),
    ("/orders", "o"),
    ("/backorders", "b"),
    ("/customers", "c"),
    ("/lots", "p"),
    ("/purchase-orders", "u"),
    ("/locations", "l"),
];

/// The letter that leads to this page, if one does.
pub(crate) fn letter(path: &str) -> Option<&'static str> {
    let found = GO.iter().find(|(to, _)| *to == path);
    found.map(|(_, letter)| *letter)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_letter_leads_to_one_page_only() {
        let letters: BTreeSet<_> = GO.iter().map(|(_, letter)| letter).collect();
        assert_eq!(letters.len(), GO.len());
    }
}
