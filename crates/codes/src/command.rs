//! The command words of a scan session, as they are typed.

/// What a command word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command<'a> {
    /// Begin a mode: one of [`MODES`].
    Mode(&'static str),
    /// Take back the last.
    Undo,
    /// Finish what is going on.
    Done,
    /// `MOVEALL`, `SHORT` or `SKIP`.
    Other(&'static str),
    /// The next item counts so often: the digits after `Q`.
    Times(&'a str),
}

/// The words that begin a mode.
pub const MODES: [&str; 10] = [
    "ADD",
    "REMOVE",
    "MOVE",
    "COUNT",
    "ORDER",
    "LOT",
    "PO",
    "STOCKTAKE",
    "OWNER",
    "REASON",
];

const OTHERS: [&str; 3] = ["MOVEALL", "SHORT", "SKIP"];

/// The command that a text is, in any case; none when it is something else.
#[must_use]
pub fn command(text: &str) -> Option<Command<'_>> {
    let word = text.trim();
    let is = |known: &&&str| known.eq_ignore_ascii_case(word);
    if word.eq_ignore_ascii_case("UNDO") {
        return Some(Command::Undo);
    }
    if word.eq_ignore_ascii_case("DONE") {
        return Some(Command::Done);
    }
    if let Some(mode) = MODES.iter().find(is) {
        return Some(Command::Mode(mode));
    }
    if let Some(other) = OTHERS.iter().find(is) {
        return Some(Command::Other(other));
    }
    times(word).map(Command::Times)
}

/// The number of `Q5` or `Q2.5`.
fn times(word: &str) -> Option<&str> {
    let number = word.strip_prefix(['Q', 'q'])?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(fraction)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_session_are_commands_in_any_case() {
        for (text, expected) in [
            ("ADD", Command::Mode("ADD")),
            (" count ", Command::Mode("COUNT")),
            ("Undo", Command::Undo),
            ("DONE", Command::Done),
            ("MOVEALL", Command::Other("MOVEALL")),
            ("Q5", Command::Times("5")),
            ("q0.25", Command::Times("0.25")),
        ] {
            assert_eq!(command(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_commands() {
        for text in [
            "",
            "Q",
            "Q-5",
            "Q5A",
            "Q5.",
            "Q.5",
            "ADDED",
            "A-01",
            "4006381333931",
        ] {
            assert_eq!(command(text), None, "{text}");
        }
    }
}
