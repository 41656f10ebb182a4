//! Scanners that type like a keyboard.

pub(crate) mod key_names;
pub mod layout;

pub use self::layout::Layout;

/// One way in which a scanner spells a control character that keyboards lack.
///
/// Ctrl with a key (`Ctrl+]` is GS) and numbers typed with Alt (`Alt+029` is GS) are understood
/// without being listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// What the scanner sends.
    pub sent: Sent,
    /// What it stands for: GS (0x1D), RS (0x1E) or EOT (0x04).
    pub means: u8,
}

/// What a scanner sends for a character that it cannot type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// A key, by its number in the usage page of keyboards; F8 is 0x41.
    Key(u8),
    /// Ctrl with the key of this character.
    Ctrl(char),
    /// A number typed with Alt.
    Alt(u32),
    /// Characters that are typed. They are replaced wherever they stand, so they must be such as
    /// no code holds.
    Text(String),
}
