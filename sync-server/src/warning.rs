//! Warnings of the ledger in the visitor's language.
//!
//! The ledger says them as sentences and gives them no code. Each is known by words in it that
//! never vary; one that is not known is shown as it was said, in English.

use crate::lang::{Lang, Words, sentence};
use crate::problem::names_a_command;

/// Words of a warning, and the id of what is said for it.
const KNOWN: [(&str, &str); 20] = [
    (
        "was counted after that time: the total",
        "warned-before-count",
    ),
    (
        "it was counted after that: the total",
        "warned-undo-before-count",
    ),
    ("the order is noted only", "warned-only-noted"),
    (
        "count what is there, or add what is missing",
        "warned-below-nothing",
    ),
    (
        "are on backorder: they are not available now",
        "warned-backorder",
    ),
    ("of them were not promised to", "warned-unpromised"),
    ("not picked, and wanted no longer", "warned-open-lines"),
    ("locations were there already and stay", "warned-there"),
    (
        "is taken away: its new type has no such row or column",
        "warned-position-lost",
    ),
    (
        "lines are not counted, or are to be counted again",
        "warned-rest-open",
    ),
    (
        "lines were not counted: they stay as they are",
        "warned-rest-open",
    ),
    ("they count all the same", "warned-not-approved"),
    (
        "not on any shelf by the ledger, so not taken out",
        "warned-lot-missing-parts",
    ),
    ("are built with these", "warned-lot-over"),
    (
        "is not on the bill of materials of the lot",
        "warned-lot-stranger",
    ),
    ("not built, and wanted no longer", "warned-lot-not-built"),
    ("issued and not built in", "warned-lot-ahead"),
    ("are built already", "warned-lot-below"),
    (
        "are more than was ordered, as was said",
        "warned-over-received",
    ),
    ("not come, and expected no longer", "warned-purchase-open"),
];

/// A warning for the visitor. English has the ledger's own words, which say more, unless they name
/// a command.
pub(crate) fn told(warning: &str, words: Words) -> String {
    let known = KNOWN.iter().find(|(part, _)| warning.contains(part));
    match known {
        Some((_, id)) if words.lang != Lang::En || names_a_command(warning) => {
            words.t(id).into_owned()
        }
        Some(_) | None => sentence(warning),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_ledger_still_says_its_warnings_in_these_words() {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ledger-core/src/at_entry");
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let said: String = files
            .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        for (part, id) in KNOWN {
            assert!(said.contains(part), "{id}: nothing says {part:?} any more");
        }
    }
}
