//! What a keyboard types, be it a person's or a scanner's: keys become a text, and a text ends with
//! Enter or Tab.
//!
//! **Invariant.** Separators survive: scanners send them as control characters, as F8, or as Alt
//! with digits, and no key of them ends the program or begins anything else.

use std::mem::take;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What is longer is no code: a thing lies on the keyboard.
const CHARS_MAX: usize = 8_000;

/// What a key asks for beside typing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// Show the keys, or no longer.
    Help,
    /// Sync at once.
    Sync,
    /// Network off, or on again.
    Switch,
    /// Leave.
    Quit,
    /// Leave nothing open on the screen.
    Back,
}

/// What came of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stroke {
    /// The text is another one now.
    Typed(String),
    /// A text has ended.
    Line(String),
    /// Something else is asked for.
    Deed(Deed),
}

/// The text so far.
#[derive(Debug, Default)]
pub(super) struct Wedge {
    text: String,
    /// Digits typed with Alt, which together are a character's number.
    digits: String,
}

/// The separator of a number that is typed with Alt and has all its digits.
fn separator(digits: &str) -> Option<char> {
    let number: u8 = match digits.len() {
        3 | 4 if digits.starts_with('0') => digits.parse().ok()?,
        _ => return None,
    };
    matches!(number, 4 | 29 | 30).then(|| char::from(number))
}

/// What a key with Ctrl types. Terminals tell some of them only as digits.
const fn control(c: char) -> Option<char> {
    match c {
        ']' | '5' => Some('\u{1d}'),
        '^' | '6' => Some('\u{1e}'),
        'd' | 'D' => Some('\u{4}'),
        '\\' | '4' => Some('\u{1c}'),
        '_' | '7' => Some('\u{1f}'),
        _ => None,
    }
}

impl Wedge {
    /// Takes a key.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "keyboards have many keys that type nothing"
    )]
    pub(super) fn on(&mut self, key: &KeyEvent) -> Vec<Stroke> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        let with = |modifier| key.modifiers.contains(modifier);
        if let KeyCode::Char(c) = key.code
            && with(KeyModifiers::ALT)
        {
            return self.on_alt(c);
        }
        self.end_digits();
        match key.code {
            KeyCode::Char('c' | 'C') if with(KeyModifiers::CONTROL) => deed(Deed::Quit),
            KeyCode::Char('j' | 'm') if with(KeyModifiers::CONTROL) => self.ended(),
            KeyCode::Char('h') if with(KeyModifiers::CONTROL) => self.shorter(),
            KeyCode::Char('u') if with(KeyModifiers::CONTROL) => self.cleared(),
            KeyCode::Char(c) if with(KeyModifiers::CONTROL) => {
                control(c).map_or_else(Vec::new, |c| self.typed(c))
            }
            KeyCode::Char(c) => self.typed(c),
            KeyCode::F(8) => self.typed('\u{1d}'),
            KeyCode::Enter | KeyCode::Tab => self.ended(),
            KeyCode::Backspace => self.shorter(),
            KeyCode::Esc => self.cleared(),
            KeyCode::F(1) => deed(Deed::Help),
            KeyCode::F(2) => word("UNDO"),
            KeyCode::F(3) => word("DONE"),
            KeyCode::F(5) => deed(Deed::Sync),
            KeyCode::F(6) => deed(Deed::Switch),
            KeyCode::F(10) => deed(Deed::Quit),
            _ => Vec::new(),
        }
    }

    /// Takes a text that came at once.
    pub(super) fn on_paste(&mut self, text: &str) -> Vec<Stroke> {
        self.end_digits();
        let mut strokes = Vec::new();
        for c in text.chars() {
            match c {
                '\r' | '\n' | '\t' => strokes.extend(self.ended()),
                c => self.add(c),
            }
        }
        strokes.push(Stroke::Typed(self.text.clone()));
        strokes
    }

    fn add(&mut self, c: char) {
        if self.text.chars().count() < CHARS_MAX {
            self.text.push(c);
        }
    }

    fn typed(&mut self, c: char) -> Vec<Stroke> {
        self.add(c);
        self.now()
    }

    fn now(&self) -> Vec<Stroke> {
        vec![Stroke::Typed(self.text.clone())]
    }

    fn shorter(&mut self) -> Vec<Stroke> {
        self.text.pop();
        self.now()
    }

    fn cleared(&mut self) -> Vec<Stroke> {
        if self.text.is_empty() {
            return deed(Deed::Back);
        }
        self.text.clear();
        self.now()
    }

    fn ended(&mut self) -> Vec<Stroke> {
        let text = take(&mut self.text);
        let text = text.trim();
        if text.is_empty() {
            return self.now();
        }
        vec![Stroke::Line(text.to_owned()), Stroke::Typed(String::new())]
    }

    fn on_alt(&mut self, c: char) -> Vec<Stroke> {
        if !c.is_ascii_digit() {
            // A terminal tells Esc and a key right behind it in the same way.
            self.end_digits();
            self.text.clear();
            return self.typed(c);
        }
        self.digits.push(c);
        if let Some(separator) = separator(&self.digits) {
            self.digits.clear();
            return self.typed(separator);
        }
        if self.digits.len() >= 4 {
            self.end_digits();
        }
        self.now()
    }

    /// Digits that were no separator: a character's number, or Esc and digits right behind it.
    fn end_digits(&mut self) {
        let digits = take(&mut self.digits);
        if digits.is_empty() {
            return;
        }
        let number: Option<u8> = digits.parse().ok().filter(|_| digits.len() >= 3);
        let printed = number.map(char::from).filter(|c: &char| !c.is_control());
        if let Some(c) = printed {
            return self.add(c);
        }
        self.text.clear();
        self.text.push_str(&digits);
    }
}

fn deed(deed: Deed) -> Vec<Stroke> {
    vec![Stroke::Deed(deed)]
}

/// A key that stands for a command, whatever else is being typed.
fn word(word: &str) -> Vec<Stroke> {
    vec![Stroke::Line(word.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    fn with(modifier: KeyModifiers, c: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), modifier)
    }

    fn letters(text: &str) -> Vec<KeyEvent> {
        text.chars().map(|c| key(KeyCode::Char(c))).collect()
    }

    /// The lines that come of keys.
    fn lines(keys: &[KeyEvent]) -> Vec<String> {
        let mut wedge = Wedge::default();
        let strokes = keys.iter().flat_map(|key| wedge.on(key));
        let lines = strokes.filter_map(|stroke| match stroke {
            Stroke::Line(line) => Some(line),
            Stroke::Typed(_) | Stroke::Deed(_) => None,
        });
        lines.collect()
    }

    #[test]
    fn separators_survive_however_they_are_typed() {
        let (control, alt) = (KeyModifiers::CONTROL, KeyModifiers::ALT);
        let gs: [Vec<KeyEvent>; 5] = [
            vec![with(control, ']')],
            vec![with(control, '5')],
            vec![key(KeyCode::F(8))],
            "029".chars().map(|c| with(alt, c)).collect(),
            "0029".chars().map(|c| with(alt, c)).collect(),
        ];
        let rs: [Vec<KeyEvent>; 3] = [
            vec![with(control, '^')],
            vec![with(control, '6')],
            "030".chars().map(|c| with(alt, c)).collect(),
        ];
        let eot: [Vec<KeyEvent>; 2] = [
            vec![with(control, 'd')],
            "004".chars().map(|c| with(alt, c)).collect(),
        ];
        for (spellings, expected) in [
            (&gs[..], "A\u{1d}B"),
            (&rs[..], "A\u{1e}B"),
            (&eot[..], "A\u{4}B"),
        ] {
            for keys in spellings {
                let all = [letters("A"), keys.clone(), letters("B")].concat();
                let all = [all, vec![key(KeyCode::Enter)]].concat();
                assert_eq!(lines(&all), [expected], "{keys:?}");
            }
        }
        let both = [
            letters("A"),
            "029030".chars().map(|c| with(alt, c)).collect(),
        ]
        .concat();
        let both = [both, vec![key(KeyCode::Tab)]].concat();
        assert_eq!(lines(&both), ["A\u{1d}\u{1e}"]);
    }

    #[test]
    fn a_number_typed_with_alt_is_its_character() {
        let alt = |text: &str| -> Vec<KeyEvent> {
            text.chars().map(|c| with(KeyModifiers::ALT, c)).collect()
        };
        let keys = [
            alt("065"),
            letters("-"),
            alt("0066"),
            vec![key(KeyCode::Enter)],
        ]
        .concat();
        assert_eq!(lines(&keys), ["A-B"]);
    }

    #[test]
    fn typing_can_be_mended() {
        let keys = [
            letters("R-10X"),
            vec![key(KeyCode::Backspace)],
            letters("0"),
            vec![key(KeyCode::Enter), key(KeyCode::Enter)],
            letters("wrong"),
            vec![key(KeyCode::Esc)],
            letters("A-01"),
            vec![with(KeyModifiers::CONTROL, 'j')],
        ];
        assert_eq!(lines(&keys.concat()), ["R-100", "A-01"]);
        // Esc and a scan right behind it look like Alt.
        let keys = [
            letters("wrong"),
            vec![with(KeyModifiers::ALT, '4')],
            letters("006"),
            vec![key(KeyCode::Enter)],
        ];
        assert_eq!(lines(&keys.concat()), ["4006"]);
    }

    #[test]
    fn keys_are_commands_and_deeds() {
        let mut wedge = Wedge::default();
        let quit = [Stroke::Deed(Deed::Quit)];
        assert_eq!(
            wedge.on(&key(KeyCode::F(2))),
            [Stroke::Line("UNDO".to_owned())]
        );
        assert_eq!(wedge.on(&key(KeyCode::F(10))), quit);
        assert_eq!(wedge.on(&with(KeyModifiers::CONTROL, 'c')), quit);
        assert_eq!(wedge.on(&key(KeyCode::Esc)), [Stroke::Deed(Deed::Back)]);
    }

    #[test]
    fn what_comes_at_once_may_be_many_lines() {
        let mut wedge = Wedge::default();
        let strokes = wedge.on_paste("ADD\nA-01\r\n01\u{1d}2");
        assert_eq!(
            strokes
                .iter()
                .filter(|stroke| matches!(stroke, Stroke::Line(_)))
                .count(),
            2
        );
        assert_eq!(strokes.last(), Some(&Stroke::Typed("01\u{1d}2".to_owned())));
    }
}
