//! The commands of a scan session that have a card: those that a session carries out today.

use codes::own::{self, Kind};
use labels::{CommandWord, Label, Symbology};
use ledger_core::at_entry::Refusal;

use crate::select::no_code;

/// As many as a sheet of cards has; the others are printed when they are named.
const SHEET: usize = 10;

/// Word and what it does.
const WORDS: [(&str, &str); 19] = [
    ("ADD", "Puts in: scan the place, then what comes in"),
    ("REMOVE", "Takes out: scan the place, then what goes out"),
    ("MOVE", "Moves: scan place, items, and new place"),
    ("COUNT", "Counts: scan place, pieces, then DONE"),
    ("DONE", "Finishes what is going on"),
    ("UNDO", "Takes back the last"),
    ("Q2", "The next item counts 2 times"),
    ("Q5", "The next item counts 5 times"),
    ("Q10", "The next item counts 10 times"),
    ("Q100", "The next item counts 100 times"),
    ("ORDER", "Picks: scan the order, then place and item"),
    ("LOT", "Builds: scan the lot, then place and part or unit"),
    ("PO", "Receives: scan the purchase order, place, item"),
    ("STOCKTAKE", "Counts: scan the stocktake, then each place"),
    ("SHORT", "Less is there: scan what there is, then DONE"),
    ("SKIP", "Postpones what is next"),
    ("MOVEALL", "Takes all that is at the place along"),
    ("OWNER", "Whose stock: scan a customer, or DONE for ours"),
    ("REASON", "Why: scan a reason, or DONE for none"),
];

/// The words that are printed when none is named.
pub(crate) fn words() -> Vec<String> {
    let words = WORDS.iter().take(SHEET).map(|(word, _)| (*word).to_owned());
    words.collect()
}

/// The word that a text is, any multiplier too.
pub(crate) fn find(text: &str) -> Result<String, Refusal> {
    let word = text.trim().to_uppercase();
    let is_times = matches!(codes::command(&word), Some(codes::Command::Times(_)));
    if is_times || WORDS.iter().any(|(known, _)| *known == word) {
        return Ok(word);
    }
    let refusal = Refusal::new(
        "unknown-command",
        format!("there is no card for the command {text:?}"),
    );
    let known: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    Err(refusal.hint(format!(
        "there is one for {}, and any other number behind Q",
        known.join(", ")
    )))
}

/// The card of a word.
pub(crate) fn label(word: &str, symbology: Symbology) -> Result<Label, Refusal> {
    let known = WORDS.iter().find(|(known, _)| *known == word);
    let does = match known {
        Some((_, does)) => (*does).to_owned(),
        None => format!(
            "The next item counts {} times",
            word.trim_start_matches('Q')
        ),
    };
    let code = own::code(Kind::Command, word).map_err(|error| no_code(word, &error))?;
    let word = CommandWord {
        word: word.to_owned(),
        does,
        code,
    };
    let cards = labels::commands(std::slice::from_ref(&word), symbology);
    let card = cards.into_iter().next();
    card.ok_or_else(|| Refusal::new("nothing-to-print", "there is nothing to print"))
}
