//! Keyboard layouts: which character a key is.

/// The layout that a scanner was set to type for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Layout {
    /// The United States.
    #[default]
    Us,
    /// The United Kingdom.
    Uk,
    /// Germany.
    De,
    /// France.
    Fr,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Us, Self::Uk, Self::De, Self::Fr];

    /// The word in `devices.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Uk => "uk",
            Self::De => "de",
            Self::Fr => "fr",
        }
    }

    /// The layout of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.word() == word)
    }
}
