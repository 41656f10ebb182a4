//! The level of an item as its badge: a word, and a shape that is told apart without colours.

use ledger_node::view::Level;

/// A badge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Badge {
    /// The class in the style sheet, and the code of the word.
    pub(super) class: &'static str,
    /// The shape's path, in a square of 16.
    pub(super) shape: &'static str,
}

impl Badge {
    pub(super) const fn of(level: Level) -> Self {
        let shape = match level {
            Level::Ok => "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z",
            Level::Low => "M8 1.5 15.5 14.5H.5z",
            Level::Out => "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
        };
        Self {
            class: level.word(),
            shape,
        }
    }
}
