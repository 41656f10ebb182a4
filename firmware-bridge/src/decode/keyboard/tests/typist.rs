//! A scanner that types: from text to reports, the way round that no program of ours needs.

use std::collections::BTreeMap;

use super::{CAPS_LOCK, ENTER, report};
use crate::decode::keyboard::layout::{Layout, Level};

/// How a character is typed: modifiers and key, perhaps a dead key's first.
type Strokes = Vec<(u8, u8)>;

/// The accents of dead keys, and the letters they make; from a table of Unicode, not from ours.
const ACCENTED: &str = "âêîôûáéíóúàèìòùäëïöüñãõÂÊÎÔÛÁÉÍÓÚÀÈÌÒÙÄËÏÖÜÑÃÕ";
const PARTS: &str =
    "^a^e^i^o^u´a´e´i´o´u`a`e`i`o`u¨a¨e¨i¨o¨u~n~a~o^A^E^I^O^U´A´E´I´O´U`A`E`I`O`U¨A¨E¨I¨O¨U~N~A~O";

pub(super) struct Typist {
    layout: Layout,
    strokes: BTreeMap<char, Strokes>,
    is_caps: bool,
}

impl Typist {
    pub(super) fn new(layout: Layout) -> Self {
        let mut strokes = BTreeMap::new();
        let mut dead = BTreeMap::new();
        let levels = [
            (0, false, false),
            (2, true, false),
            (0x40, false, true),
            (0x60, true, true),
        ];
        for usage in 0x04..=0x64 {
            for (modifiers, is_shifted, is_altgr) in levels {
                let level = Level {
                    is_shifted,
                    is_altgr,
                };
                let accent = match layout.character(usage, level) {
                    Some('\u{300}') => '`',
                    Some('\u{301}') => '´',
                    Some('\u{302}') => '^',
                    Some('\u{303}') => '~',
                    Some('\u{308}') => '¨',
                    Some(character) => {
                        strokes
                            .entry(character)
                            .or_insert_with(|| vec![(modifiers, usage)]);
                        continue;
                    }
                    None => continue,
                };
                dead.insert(accent, (modifiers, usage));
            }
        }
        let parts: Vec<char> = PARTS.chars().collect();
        for (accented, parts) in ACCENTED.chars().zip(parts.chunks(2)) {
            if let Some(accent) = dead.get(&parts[0]) {
                let letter = strokes[&parts[1]].clone();
                strokes
                    .entry(accented)
                    .or_insert([vec![*accent], letter].concat());
            }
        }
        for (accent, stroke) in dead {
            strokes
                .entry(accent)
                .or_insert_with(|| vec![stroke, (0, 0x2c)]);
        }
        for (control, stroke) in [('\u{1b}', 0x2f), ('\u{1c}', 0x31), ('\u{1d}', 0x30)] {
            strokes.insert(control, vec![(1, stroke)]);
        }
        strokes.insert('\r', vec![(0, ENTER)]);
        Self {
            layout,
            strokes,
            is_caps: false,
        }
    }

    /// Any of the characters that can be typed and do not end a scan.
    pub(super) fn nth_character(&self, nth: usize) -> char {
        let characters: Vec<char> = self
            .strokes
            .keys()
            .copied()
            .filter(|c| *c != '\r')
            .collect();
        characters[nth % characters.len()]
    }

    pub(super) fn types(&mut self, text: &str) -> Vec<Vec<u8>> {
        text.chars()
            .flat_map(|character| self.types_in_a_manner(character, 0))
            .collect()
    }

    /// Types one character: by its number, with Caps Lock turned over, with the other Shift, or
    /// plainly; with modifiers that go down before the key, or with it.
    pub(super) fn types_in_a_manner(&mut self, character: char, manner: u8) -> Vec<Vec<u8>> {
        if manner & 0x07 == 1 && character != '\r' {
            return by_number(character);
        }
        let mut reports = Vec::new();
        if manner & 0x07 == 2 {
            self.is_caps = !self.is_caps;
            reports.extend([report(0, &[CAPS_LOCK]), report(0, &[])]);
        }
        for (mut modifiers, usage) in self.strokes[&character].clone() {
            if self.is_caps && modifiers & 0x41 == 0 && self.layout.locks(usage) {
                modifiers ^= 2;
            }
            if manner & 0x08 != 0 && modifiers & 2 != 0 {
                modifiers ^= 0x22;
            }
            if manner & 0x10 != 0 {
                reports.push(report(modifiers, &[]));
            }
            reports.push(report(modifiers, &[usage]));
            if manner & 0x20 != 0 {
                reports.push(report(modifiers, &[]));
            }
            reports.push(report(0, &[]));
        }
        reports
    }
}

/// Alt and the number in Unicode with a 0 in front, which is that of code page 1252 below 256.
fn by_number(character: char) -> Vec<Vec<u8>> {
    let mut reports = vec![report(4, &[])];
    let number = match character {
        '€' => 128,
        other => u32::from(other),
    };
    for digit in format!("0{number}").bytes() {
        let usage = if digit == b'0' {
            0x62
        } else {
            digit - b'1' + 0x59
        };
        reports.extend([report(4, &[usage]), report(4, &[])]);
    }
    reports.push(report(0, &[]));
    reports
}
