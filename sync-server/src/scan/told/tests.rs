//! Sentences of sessions, told in both languages; and whether all of them are.

use std::fs;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::*;
use crate::lang::Lang;

const ENGLISH: Words = Words::new(Lang::En, Tz::UTC);
const GERMAN: Words = Words::new(Lang::De, Tz::UTC);

/// What is said, and what of it is told in English and German.
const TOLD: &[[&str; 3]] = &[
    [
        "2.5 of WIRE RED added at A-01, on hand -3",
        "2.5 of WIRE RED added at A-01, on hand \u{2212}3.",
        "2,5 × WIRE RED an A-01 zugebucht, Bestand \u{2212}3.",
    ],
    [
        "1 of A, 2 of the unknown 4711 moved from A-01 to B at C",
        "1 of A, 2 of the unknown 4711 moved from A-01 to B at C.",
        "1 × A, 2 × unbekannt (4711) von A-01 nach B at C umgelagert.",
    ],
    ["ADD at A-01", "ADD at A-01.", "ADD an A-01."],
    [
        "3 of R counted at A; COUNT done: scan the next location",
        "3 of R counted at A.|COUNT done: scan the next location.",
        "3 × R an A gezählt.|COUNT fertig: Scannen Sie den nächsten Lagerort.",
    ],
    [
        "there is no location X; make it first: stock location add X --site SITE",
        "There is nothing here that is called X.",
        "Es gibt hier nichts mit dem Namen X.",
    ],
    [
        "7 of R-100, 10 expected, 1 of C batch B1 owned by ACME, 0 expected at A-01: count \
             again, or scan it again to take it so",
        "7 of R-100, 10 expected, 1 of C batch B1 of ACME, 0 expected at A-01: count again, \
             or scan it again to take it so.",
        "7 × R-100, 10 erwartet, 1 × C Charge B1 von ACME, 0 erwartet an A-01: Zählen Sie \
             noch einmal, oder scannen Sie erneut, damit es so gilt.",
    ],
    [
        "not counted at A-01: R, C batch B1 owned by ACME",
        "Not counted at A-01: R, C batch B1 of ACME.",
        "An A-01 nicht gezählt: R, C Charge B1 von ACME.",
    ],
    [
        "next: 2.5 of R at A-01",
        "2.5 of R at A-01.",
        "2,5 × R an A-01.",
    ],
    [
        "count again: 7 of R at A-01, batch B1, stock of ACME",
        "Count again: 7 of R at A-01, batch B1, stock of ACME.",
        "Noch einmal zählen: 7 × R an A-01, Charge B1, Bestand von ACME.",
    ],
    [
        "next: R at A-01, stock of ACME",
        "R at A-01, stock of ACME.",
        "R an A-01, Bestand von ACME.",
    ],
    [
        "X-1 is an order and a purchase order: scan the mode first, or a printed code",
        "X-1 is an order and a purchase order: choose the mode first, or scan a printed code.",
        "X-1 ist ein Auftrag und eine Bestellung: Wählen Sie zuerst den Modus, oder scannen \
             Sie einen gedruckten Code.",
    ],
    [
        "2 open purchase orders are called X-1: scan or type one by its entry",
        "2 open purchase orders are called X-1: scan or type one by its entry.",
        "2 offene Bestellungen heißen X-1: Scannen Sie eine nach ihrem Eintrag, oder geben \
             Sie ihn ein.",
    ],
    [
        "the purchase order PO-7 is not known here: sync, then scan it again",
        "PO-7 is not known here: perhaps it has not come yet. Scan it again after the next \
             sync.",
        "PO-7 ist hier nicht bekannt: Vielleicht ist es noch nicht angekommen. Scannen Sie \
             es nach dem nächsten Abgleich noch einmal.",
    ],
    [
        "which batch of C at A-01: B1, B2? Scan it, or DONE for none",
        "Which batch of C at A-01: B1, B2? Scan it, or DONE for stock without a batch.",
        "Welche Charge von C in A-01: B1, B2? Scannen Sie sie, oder DONE für Bestand ohne \
             Charge.",
    ],
    ["what nobody says", "What nobody says", "What nobody says"],
    ["COME at A-01", "COME at A-01", "COME at A-01"],
];

#[test]
fn sentences_are_told_in_both_languages() {
    for [said, english, german] in TOLD.iter().copied() {
        assert_eq!(told(said, ENGLISH).join("|"), english);
        assert_eq!(told(said, GERMAN).join("|"), german);
    }
}

fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap();
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let texts = paths
        .iter()
        .filter(|path| !path.ends_with("tests") && !path.ends_with("tests.rs"));
    let texts = texts.map(|path| match path.is_dir() {
        true => sources(path),
        false => fs::read_to_string(path).unwrap(),
    });
    texts.collect()
}

#[test]
fn sessions_still_say_these_sentences() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut said = [
        "../crates/scanning/src",
        "../crates/ledger-core/src/at_entry",
        "src/scan",
    ]
    .map(|folder| sources(&root.join(folder)))
    .concat();
    said.push_str(&fs::read_to_string(root.join("../crates/ledger-core/src/at_entry.rs")).unwrap());
    let own = fs::read_to_string(root.join("src/scan/told.rs")).unwrap();
    let said = said.replace(&own, "");
    // A text over several lines.
    let lines: Vec<&str> = said.split("\\\n").collect();
    let said = lines
        .iter()
        .map(|line| line.trim_start())
        .collect::<String>();
    for (built, id) in KNOWN {
        // Some are put together of two parts.
        let literals = built
            .split('{')
            .map(|part| part.split('}').next_back().unwrap());
        let parts = literals.flat_map(|literal| literal.split(": "));
        let longest = parts.max_by_key(|part| part.len()).unwrap();
        // A mode, or `scan` and a document, perhaps `first`: words of their own.
        let word = longest.trim().trim_start_matches("scan ");
        let word = format!("\"{}\"", word.strip_suffix(" first").unwrap_or(word));
        assert!(
            said.contains(longest) || said.contains(&word),
            "{id}: nothing says {longest:?} any more"
        );
    }
}

/// The texts in a source that are not of tests, comments left out.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n").replace("\\\n", "\u{0}");
    let texts = code.split('"').skip(1).step_by(2);
    let whole = texts.map(|text| {
        let mut parts = text.split('\u{0}');
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |whole, part| whole + part.trim_start())
    });
    whole.collect()
}

/// What is part of another sentence, or has its words by a code.
const SAID_ELSEWHERE: [&str; 7] = [
    ", batch ",
    " owned by ",
    ", stock of ",
    " of the unknown ",
    "STOCKTAKE at ",
    "there is nothing to write",
    "nothing that was scanned here is left to undo",
];

#[test]
fn every_sentence_of_a_session_has_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../crates/scanning/src");
    let mut files = vec![root.join("src/scan/desk.rs")];
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.ends_with("tests") || path.ends_with("tests.rs");
            match path.is_dir() {
                _ if is_test => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    let built: Vec<&str> = KNOWN.iter().map(|(built, _)| *built).collect();
    let (mut seen, mut missing) = (0, Vec::new());
    for file in &files {
        for literal in literals(&fs::read_to_string(file).unwrap()) {
            let pieces = literal.split(['{', '}']).step_by(2);
            let pieces = pieces.flat_map(|piece| piece.split("; "));
            let longest = pieces.max_by_key(|piece| piece.len()).unwrap();
            if !longest.trim().contains(' ') {
                continue;
            }
            seen += 1;
            let is_known = built.iter().any(|built| built.contains(longest))
                || SAID_ELSEWHERE.iter().any(|text| longest.contains(text));
            if !is_known {
                missing.push(format!("{}: {literal}", file.display()));
            }
        }
    }
    assert!(seen > 100, "only {seen} sentences are read");
    assert_eq!(missing, Vec::<String>::new(), "these have no words");
}
