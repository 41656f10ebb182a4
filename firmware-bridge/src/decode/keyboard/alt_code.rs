//! Characters typed by their number: Alt held, digits on the keypad, Alt let go.

/// The digits that are kept; the largest character has seven.
const DIGITS_MAX: usize = 8;

/// The upper half of code page 437, which a number without a 0 in front is of.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
/// 0x80 to 0x9F of code page 1252, which a number with a 0 in front is of. What is not used there
/// stands for the control character of its number.
const CP1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The digits typed so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AltCode {
    digits: String,
    is_too_long: bool,
}

impl AltCode {
    pub(super) const fn new() -> Self {
        Self {
            digits: String::new(),
            is_too_long: false,
        }
    }

    pub(super) fn push(&mut self, digit: u8) {
        if self.digits.len() < DIGITS_MAX {
            self.digits.push(char::from(b'0' + digit));
        } else {
            self.is_too_long = true;
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.digits.is_empty()
    }

    /// How it stands in a text when it is no character.
    pub(super) fn name(&self) -> String {
        format!("<Alt+{}>", self.digits)
    }

    pub(super) fn number(&self) -> Option<u32> {
        let number = self.digits.parse().ok();
        number.filter(|_| !self.is_too_long)
    }

    /// The character that was meant. Control characters are the same in all code pages; a number
    /// beyond a byte is that of Unicode.
    pub(super) fn character(&self) -> Option<char> {
        let number = self.number()?;
        let Ok(byte) = u8::try_from(number) else {
            return char::from_u32(number);
        };
        let at = |from: u8| usize::from(byte - from);
        match byte {
            0x00..=0x7f => Some(char::from(byte)),
            0x80..=0x9f if self.digits.starts_with('0') => CP1252.chars().nth(at(0x80)),
            _ if self.digits.starts_with('0') => Some(char::from(byte)),
            _ => CP437.chars().nth(at(0x80)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(digits: &str) -> Option<char> {
        let mut code = AltCode::default();
        digits.bytes().for_each(|digit| code.push(digit - b'0'));
        code.character()
    }

    #[test]
    fn the_code_pages_are_whole() {
        assert_eq!(CP437.chars().count(), 128);
        assert_eq!(CP1252.chars().count(), 32);
    }

    #[test]
    fn numbers_are_characters() {
        for (digits, character) in [
            ("029", '\u{1d}'),
            ("29", '\u{1d}'),
            ("0029", '\u{1d}'),
            ("030", '\u{1e}'),
            ("004", '\u{4}'),
            ("65", 'A'),
            ("065", 'A'),
            ("0128", '€'),
            ("0228", 'ä'),
            ("132", 'ä'),
            ("225", 'ß'),
            ("0223", 'ß'),
            ("0255", 'ÿ'),
            ("8364", '€'),
            ("128230", '📦'),
            ("000", '\0'),
        ] {
            assert_eq!(typed(digits), Some(character), "{digits}");
        }
    }

    #[test]
    fn what_is_no_character_is_none() {
        for digits in ["", "55296", "99999999", "000000029", "123456789"] {
            assert_eq!(typed(digits), None, "{digits}");
        }
    }
}
