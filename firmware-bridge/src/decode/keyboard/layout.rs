//! Keyboard layouts: which character a key is.
//!
//! The layouts are those of Windows, for which scanners are made. A dead key is written as the
//! combining mark that it puts on the next character.

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

/// The keys of a keyboard, row by row and from left to right, by their numbers in the usage page.
/// The key 0x64 stands between the left Shift and Z; not every keyboard has it.
const ROWS: [&[u8]; 4] = [
    &[
        0x35, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2d, 0x2e,
    ],
    &[
        0x14, 0x1a, 0x08, 0x15, 0x17, 0x1c, 0x18, 0x0c, 0x12, 0x13, 0x2f, 0x30,
    ],
    &[
        0x04, 0x16, 0x07, 0x09, 0x0a, 0x0b, 0x0d, 0x0e, 0x0f, 0x33, 0x34, 0x31,
    ],
    &[
        0x64, 0x1d, 0x1b, 0x06, 0x19, 0x05, 0x11, 0x10, 0x36, 0x37, 0x38,
    ],
];

/// The characters of those keys: alone, with Shift, with AltGr, with both.
const US: [&str; 4] = [
    "`~ 1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) -_ =+",
    "qQ wW eE rR tT yY uU iI oO pP [{ ]}",
    "aA sS dD fF gG hH jJ kK lL ;: '\" \\|",
    "\\| zZ xX cC vV bB nN mM ,< .> /?",
];
const UK: [&str; 4] = [
    "`¬¦ 1! 2\" 3£ 4$€ 5% 6^ 7& 8* 9( 0) -_ =+",
    "qQ wW eEéÉ rR tT yY uUúÚ iIíÍ oOóÓ pP [{ ]}",
    "aAáÁ sS dD fF gG hH jJ kK lL ;: '@ #~",
    "\\| zZ xX cC vV bB nN mM ,< .> /?",
];
const DE: [&str; 4] = [
    "\u{302}° 1! 2\"² 3§³ 4$ 5% 6& 7/{ 8([ 9)] 0=} ß?\\ \u{301}\u{300}",
    "qQ@ wW eE€ rR tT zZ uU iI oO pP üÜ +*~",
    "aA sS dD fF gG hH jJ kK lL öÖ äÄ #'",
    "<>| yY xX cC vV bB nN mMµ ,; .: -_",
];
const FR: [&str; 4] = [
    "² &1 é2\u{303} \"3# '4{ (5[ -6| è7\u{300} _8\\ ç9^ à0@ )°] =+}",
    "aA zZ eE€ rR tT yY uU iI oO pP \u{302}\u{308} $£¤",
    "qQ sS dD fF gG hH jJ kK lL mM ù% *µ",
    "<> wW xX cC vV bB nN ,? ;. :/ !§",
];

/// Which of Shift and AltGr are held, after Caps Lock was taken into account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Level {
    /// Shift.
    pub is_shifted: bool,
    /// AltGr, which is the right Alt, or Ctrl and Alt.
    pub is_altgr: bool,
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

    /// The character of a key, or the combining mark of a dead key.
    #[must_use]
    pub fn character(self, usage: u8, level: Level) -> Option<char> {
        let at = match (level.is_shifted, level.is_altgr) {
            (false, false) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (true, true) => 3,
        };
        let everywhere = self.keypad(usage).or((usage == 0x2c).then_some(' '));
        everywhere.or_else(|| self.key(usage)?.chars().nth(at))
    }

    /// Whether Caps Lock is like Shift for a key.
    ///
    /// In Germany and France it is so for the row of digits and most signs as well; elsewhere for
    /// letters.
    #[must_use]
    pub fn locks(self, usage: u8) -> bool {
        match self {
            Self::Us | Self::Uk => {
                let plain = self.character(usage, Level::default());
                plain.is_some_and(char::is_alphabetic)
            }
            Self::De => !matches!(usage, 0x2e | 0x35 | 0x38 | 0x64),
            Self::Fr => !matches!(usage, 0x2f | 0x35 | 0x64),
        }
    }

    fn key(self, usage: u8) -> Option<&'static str> {
        let table = match self {
            Self::Us => US,
            Self::Uk => UK,
            Self::De => DE,
            Self::Fr => FR,
        };
        // Two numbers stand for the key beside Enter.
        let usage = if usage == 0x32 { 0x31 } else { usage };
        ROWS.into_iter().zip(table).find_map(|(keys, characters)| {
            let at = keys.iter().position(|key| *key == usage)?;
            characters.split(' ').nth(at)
        })
    }

    /// The keypad is the same everywhere but for the sign of decimals; Shift changes nothing.
    fn keypad(self, usage: u8) -> Option<char> {
        if let Some(digit) = keypad_digit(usage) {
            return Some(char::from(b'0' + digit));
        }
        match (usage, self) {
            (0x54, _) => Some('/'),
            (0x55, _) => Some('*'),
            (0x56, _) => Some('-'),
            (0x57, _) => Some('+'),
            (0x63, Self::De) | (0x85, _) => Some(','),
            (0x63, _) => Some('.'),
            (0x67, _) => Some('='),
            _ => None,
        }
    }
}

/// The digit of a key of the keypad.
pub(super) const fn keypad_digit(usage: u8) -> Option<u8> {
    match usage {
        0x59..=0x61 => Some(usage - 0x58),
        0x62 => Some(0),
        _ => None,
    }
}

/// What dead keys make of the letters behind them: the mark, the same mark on nothing, letters,
/// and letters with it. These are the ones that Windows has.
const DEAD: [(char, char, &str, &str); 5] = [
    ('\u{300}', '`', "aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
    ('\u{301}', '´', "aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ"),
    ('\u{302}', '^', "aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
    ('\u{303}', '~', "anoANO", "ãñõÃÑÕ"),
    ('\u{308}', '¨', "aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
];

/// A dead key's mark as a character of its own, if this is one.
pub(super) fn alone(mark: char) -> Option<char> {
    let dead = DEAD.into_iter().find(|dead| dead.0 == mark);
    dead.map(|(_, alone, ..)| alone)
}

/// The letter that a dead key makes of a letter, if there is one.
pub(super) fn composed(mark: char, letter: char) -> Option<char> {
    let (.., letters, composed) = DEAD.into_iter().find(|dead| dead.0 == mark)?;
    let at = letters.chars().position(|other| other == letter)?;
    composed.chars().nth(at)
}
