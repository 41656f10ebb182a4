//! Cards with the commands of a scan session.

use crate::{Label, Symbology};

/// A command as it stands on its card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandWord {
    /// The word, as people know it.
    pub word: String,
    /// What it does, in one line.
    pub does: String,
    /// What is scanned for it.
    pub code: String,
}

/// One card for each command, for a sheet such as `a4-cards`. Black on white: nothing on them depends
/// on seeing colours.
#[must_use]
pub fn commands(words: &[CommandWord], symbology: Symbology) -> Vec<Label> {
    words
        .iter()
        .map(|command| Label {
            code: command.code.clone(),
            symbology,
            title: command.word.clone(),
            lines: vec![command.does.clone()],
            check: None,
        })
        .collect()
}
