//! What a scanner sent, from the bytes that it sent: decoders without I/O, clock or randomness.
//!
//! A decoder is fed one USB read at a time and gives [`Event`]s. It is told the time and says by
//! [`Decoder::deadline`] when it wants to be asked again; so every gap and every time-out can be
//! tested on an imagined clock.
//!
//! **Invariant.** Any bytes give events, never a panic, and no decoder keeps more than
//! [`SCAN_BYTES_MAX`] of them. **Invariant.** A scan is whole or it is no scan: what was cut short,
//! too long or could not be read is a [`Trouble`] and never a shorter code, which might be the code
//! of something else.

pub mod aim;
pub mod descriptor;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod keyboard;
pub mod pos;
pub mod serial;

use std::fmt::{self, Debug};
use std::time::Duration;

pub use self::aim::Aim;

/// The time since any fixed start; it never goes back. Decoders have no clock of their own.
pub type Now = Duration;

/// The longest scan that is taken, in bytes. The largest codes that exist hold about 7,000.
pub const SCAN_BYTES_MAX: usize = 8 * 1024;

/// How the end of a scan was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Framing {
    /// By the report itself: HID POS.
    Report,
    /// By a carriage return, perhaps with a line feed behind it, or by the Enter key.
    Cr,
    /// By a line feed.
    Lf,
    /// By a tab.
    Tab,
    /// By ETX.
    Etx,
    /// By nothing but silence. Whether it was all that the code holds cannot be known.
    Timeout,
}

impl Framing {
    /// The word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Cr => "cr",
            Self::Lf => "lf",
            Self::Tab => "tab",
            Self::Etx => "etx",
            Self::Timeout => "timeout",
        }
    }

    /// The framing of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Report,
            Self::Cr,
            Self::Lf,
            Self::Tab,
            Self::Etx,
            Self::Timeout,
        ]
        .into_iter()
        .find(|framing| framing.word() == word)
    }
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What ends a scan, where no report does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Terminator {
    /// A carriage return; on a keyboard the Enter key.
    Cr,
    /// A line feed; on a keyboard Ctrl+J.
    Lf,
    /// A tab.
    Tab,
    /// ETX. From a serial port, where it is asked for, STX begins a scan in which the others are
    /// data.
    Etx,
}

impl Terminator {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cr, Self::Lf, Self::Tab, Self::Etx];

    /// The word in `devices.toml`. `enter` is read as `cr` too.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cr => "cr",
            Self::Lf => "lf",
            Self::Tab => "tab",
            Self::Etx => "etx",
        }
    }

    /// The terminator of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = if word == "enter" { "cr" } else { word };
        Self::ALL.into_iter().find(|end| end.word() == word)
    }
}

/// How the end of a scan is told, where no report tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// What ends a scan; everything else is data.
    pub terminators: Vec<Terminator>,
    /// A silence of this length ends a scan too.
    pub gap: Duration,
    /// What ends by silence and has fewer bytes than this is no scan.
    pub min_len: usize,
}

impl Ends {
    /// The silence that ends a scan, where nobody set another: scanners pause at most 50 ms
    /// between two characters.
    pub const GAP: Duration = Duration::from_millis(100);
    /// The fewest bytes of a scan that silence ends, where nobody set another number.
    pub const MIN_LEN: usize = 3;

    /// How a byte ends a scan, if it does.
    #[must_use]
    pub fn framing(&self, byte: u8) -> Option<Framing> {
        let (terminator, framing) = match byte {
            b'\r' => (Terminator::Cr, Framing::Cr),
            b'\n' => (Terminator::Lf, Framing::Lf),
            b'\t' => (Terminator::Tab, Framing::Tab),
            0x03 => (Terminator::Etx, Framing::Etx),
            _ => return None,
        };
        self.terminators.contains(&terminator).then_some(framing)
    }
}

/// What is taken off the data at its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trim {
    /// What the scanner was set to send in front of each code; taken off where it is there.
    pub prefix: Vec<u8>,
    /// Whether the symbology identifier is taken off and told apart.
    pub takes_aim: bool,
    /// Whether one line end (CR, LF or both) behind the data is none of the code.
    pub line_end: bool,
}

impl Default for Trim {
    fn default() -> Self {
        Self {
            prefix: Vec::new(),
            takes_aim: true,
            line_end: false,
        }
    }
}

impl Trim {
    /// A scan of what a scanner sent.
    #[must_use]
    pub fn scan(&self, mut data: Vec<u8>, framing: Framing) -> Decoded {
        if data.starts_with(&self.prefix) {
            data.drain(..self.prefix.len());
        }
        let aim = if self.takes_aim {
            Aim::taken_off(&mut data)
        } else {
            None
        };
        if self.line_end {
            for end in [b'\n', b'\r'] {
                data.pop_if(|last| *last == end);
            }
        }
        Decoded { aim, data, framing }
    }
}

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// What kind of code it was, where the scanner says so. It was taken off the data: that a code
    /// of GS1 began with FNC1 stands nowhere else.
    pub aim: Option<Aim>,
    /// What the code holds, with its control characters. From a keyboard it is UTF-8.
    pub data: Vec<u8>,
    /// How its end was told.
    pub framing: Framing,
}

/// What came and is no scan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The rest of a scan did not come in time.
    Truncated {
        /// How many bytes had come.
        kept: usize,
    },
    /// A scan was longer than a scan may be.
    TooLong {
        /// The longest, in bytes.
        limit: usize,
    },
    /// Silence followed on fewer characters than a scan without an end mark must have.
    TooShort {
        /// How many bytes had come.
        kept: usize,
        /// How many it must have.
        min: usize,
    },
    /// A keyboard said that it could not tell its keys apart.
    Rollover,
    /// A key that has no character in the chosen layout. Its number stands in the text instead.
    UnknownKey {
        /// The key's number in the usage page of keyboards.
        usage: u8,
        /// Which of Ctrl, Shift, Alt and the logo keys were held, as in a boot report.
        modifiers: u8,
    },
    /// A number typed with Alt that is no character.
    UnknownAltCode,
    /// A report says that it holds more data than it has room for.
    BadCount {
        /// How many bytes it says.
        count: usize,
        /// How many there is room for.
        room: usize,
    },
    /// A report ends before the data that it says it holds.
    ShortReport {
        /// How many bytes came.
        bytes: usize,
        /// How many it must have.
        needed: usize,
    },
}

impl Trouble {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::TooLong { .. } => "too-long",
            Self::TooShort { .. } => "too-short",
            Self::Rollover => "rollover",
            Self::UnknownKey { .. } => "unknown-key",
            Self::UnknownAltCode => "unknown-alt-code",
            Self::BadCount { .. } => "bad-count",
            Self::ShortReport { .. } => "short-report",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { kept } => {
                write!(f, "a scan was cut off after {kept} bytes: scan it again")
            }
            Self::TooLong { limit } => write!(f, "a scan was longer than {limit} bytes"),
            Self::TooShort { kept, min } => write!(
                f,
                "{kept} bytes came without an end mark, and {min} are asked for: let the scanner \
                 send Enter behind a code, or set min_len"
            ),
            Self::Rollover => f.write_str("the scanner sent too many keys at once"),
            Self::UnknownKey { usage, modifiers } => write!(
                f,
                "key 0x{usage:02x} with modifiers 0x{modifiers:02x} has no character in this \
                 layout: set the layout that the scanner is set to"
            ),
            Self::UnknownAltCode => f.write_str("a number typed with Alt is no character"),
            Self::BadCount { count, room } => write!(
                f,
                "a report says {count} bytes and has room for {room}: set where its parts are, or \
                 ignore_count, under hidpos"
            ),
            Self::ShortReport { bytes, needed } => {
                write!(f, "a report of {bytes} bytes ended before byte {needed}")
            }
        }
    }
}

/// What came of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A scan.
    Scan(Decoded),
    /// Something that is no scan, to be told to whoever looks after the scanner.
    Trouble(Trouble),
}

/// From the reads of one scanner to its scans.
pub trait Decoder: Send + Debug {
    /// Takes one USB read. What was due before `now` is given first, as by [`Decoder::expire`].
    fn push(&mut self, now: Now, report: &[u8], events: &mut Vec<Event>);

    /// When `expire` wants to be called, if nothing comes before. It changes with every call.
    fn deadline(&self) -> Option<Now>;

    /// Ends what has been silent for too long; before the deadline it does nothing.
    fn expire(&mut self, now: Now, events: &mut Vec<Event>);

    /// Forgets everything, for a scanner that was opened or came back.
    fn reset(&mut self);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(trim: &Trim, data: &[u8]) -> (String, Vec<u8>) {
        let scan = trim.scan(data.to_vec(), Framing::Cr);
        let aim = scan.aim.map(|aim| aim.to_string());
        (aim.unwrap_or_default(), scan.data)
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for framing in [
            Framing::Report,
            Framing::Cr,
            Framing::Lf,
            Framing::Tab,
            Framing::Etx,
            Framing::Timeout,
        ] {
            assert_eq!(Framing::from_word(framing.word()), Some(framing));
        }
        for terminator in Terminator::ALL {
            assert_eq!(Terminator::from_word(terminator.word()), Some(terminator));
        }
        assert_eq!(Terminator::from_word("enter"), Some(Terminator::Cr));
        assert_eq!(Framing::from_word("crlf"), None);
    }

    #[test]
    fn an_identifier_is_a_bracket_a_letter_and_a_modifier() {
        let trim = Trim::default();
        for (data, aim, rest) in [
            (&b"]C10104"[..], "]C1", &b"0104"[..]),
            (b"]e0", "]e0", b""),
            (b"]XA9", "]XA", b"9"),
            (b"]C", "", b"]C"),
            (b"]1C9", "", b"]1C9"),
            (b"]C\x1d9", "", b"]C\x1d9"),
            (b"A]C1", "", b"A]C1"),
            (b"", "", b""),
        ] {
            assert_eq!(trimmed(&trim, data), (aim.to_owned(), rest.to_vec()));
        }
        let off = Trim {
            takes_aim: false,
            ..Trim::default()
        };
        assert_eq!(
            trimmed(&off, b"]C10104"),
            (String::new(), b"]C10104".to_vec())
        );
    }

    #[test]
    fn one_line_end_is_taken_off_where_it_is_none_of_the_code() {
        let trim = Trim {
            line_end: true,
            ..Trim::default()
        };
        for (data, rest) in [
            (&b"A\r"[..], &b"A"[..]),
            (b"A\n", b"A"),
            (b"A\r\n", b"A"),
            (b"A\r\r", b"A\r"),
            (b"A\n\r", b"A\n"),
            (b"A", b"A"),
        ] {
            assert_eq!(trimmed(&trim, data).1, rest, "{data:?}");
            assert_eq!(trimmed(&Trim::default(), data).1, data, "{data:?}");
        }
    }

    #[test]
    fn a_prefix_is_taken_off_where_it_is() {
        let trim = Trim {
            prefix: b"~S".to_vec(),
            ..Trim::default()
        };
        assert_eq!(
            trimmed(&trim, b"~S]E0590"),
            ("]E0".to_owned(), b"590".to_vec())
        );
        assert_eq!(trimmed(&trim, b"S]E0590").1, b"S]E0590");
    }
}
