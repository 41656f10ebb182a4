//! Scanners that type like a keyboard: scans from the reports of a keyboard.
//!
//! A report says which keys are down. A key that was not down before is one stroke; which
//! character it is depends on the layout that the scanner was set to type for, which no scanner
//! says. What a keyboard cannot type comes in many ways: Ctrl with a key, a number typed with Alt,
//! a function key, or a few characters that stand for it ([`Spelling`]).
//!
//! A function key that nobody gave a meaning stands in the text by its name, `<F8>`, and so does a
//! key without a character, `<Key64>`: what was there must not vanish from a code. Nobody can tell
//! these from the same characters typed one by one.
//!
//! A dead key (`^` on a German keyboard) makes one letter with the letter behind it, as on a
//! screen. A scanner that sends it for the sign itself and no space behind it is read as on that
//! screen too: `^` and `e` are `ê`.

mod alt_code;
pub(crate) mod key_names;
pub mod layout;

use self::alt_code::AltCode;
pub use self::layout::Layout;
use self::layout::{Level, alone, composed, keypad_digit};
use super::descriptor::{Descriptor, Kind, PAGE_KEYS, Usage};
use super::{Decoder, Ends, Event, Framing, Now, SCAN_BYTES_MAX, Terminator, Trim, Trouble};

/// What ends a scan of a keyboard, where nobody said anything else.
pub const USUAL_TERMINATORS: [Terminator; 3] = [Terminator::Cr, Terminator::Lf, Terminator::Tab];

/// Modifiers of a boot report.
const CTRL: u8 = 0x11;
const SHIFT: u8 = 0x22;
const ALT: u8 = 0x44;
const RIGHT_ALT: u8 = 0x40;
const LOGO: u8 = 0x88;

/// Keys that are no characters and mean something here.
const ENTER: u8 = 0x28;
const ESC: u8 = 0x29;
const BACKSPACE: u8 = 0x2a;
const TAB: u8 = 0x2b;
const CAPS_LOCK: u8 = 0x39;
const SCROLL_LOCK: u8 = 0x47;
const NUM_LOCK: u8 = 0x53;
const KEYPAD_ENTER: u8 = 0x58;

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

/// Where things are in a keyboard's report. Bytes are counted from 0 at the front of the report as
/// it comes over the wire, its id included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyShape {
    /// The id of the reports that hold keys.
    pub report_id: Option<u8>,
    /// The byte of modifiers.
    pub modifiers_at: usize,
    /// The first byte that holds a key.
    pub keys_at: usize,
    /// How many keys there may be at once.
    pub keys: usize,
}

impl KeyShape {
    /// The report of the boot protocol, which every keyboard of that class sends when it is told
    /// to.
    pub const BOOT: Self = Self {
        report_id: None,
        modifiers_at: 0,
        keys_at: 2,
        keys: 6,
    };

    /// What a descriptor says, if it has reports that hold a list of keys. A keyboard that sends a
    /// bit for each key has none; it must be told to use the boot protocol.
    #[must_use]
    pub fn of(descriptor: &Descriptor) -> Option<Self> {
        let byte = |bit: u32| {
            let byte = usize::try_from(bit / 8).ok();
            byte.filter(|_| bit.is_multiple_of(8))
        };
        let inputs = || {
            descriptor
                .runs()
                .iter()
                .filter(|run| run.kind == Kind::Input)
        };
        let list = inputs().find(|run| {
            run.is_array && run.first.page == PAGE_KEYS && run.width == 8 && run.usages > 8
        })?;
        let left_ctrl = Usage::new(PAGE_KEYS, 0xe0);
        let modifiers = inputs()
            .filter(|run| run.report_id == list.report_id && run.width == 1)
            .find_map(|run| run.bit_of(left_ctrl))?;
        Some(Self {
            report_id: list.report_id,
            modifiers_at: byte(modifiers)?,
            keys_at: byte(list.start)?,
            keys: usize::try_from(list.count).ok()?,
        })
    }

    /// The modifiers and the keys of a report, if it is one of these.
    fn read(self, report: &[u8]) -> Option<(u8, &[u8])> {
        if self.report_id.is_some_and(|id| report.first() != Some(&id)) {
            return None;
        }
        let end = self.keys_at.saturating_add(self.keys).min(report.len());
        let keys = report.get(self.keys_at..end)?;
        Some((*report.get(self.modifiers_at)?, keys))
    }
}

/// How a scanner that types is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyboardSettings {
    /// Where things are in its reports.
    pub shape: KeyShape,
    /// The layout that it types for.
    pub layout: Layout,
    /// How scans end.
    pub ends: Ends,
    /// How control characters are spelled.
    pub spellings: Vec<Spelling>,
    /// What is taken off the data.
    pub trim: Trim,
}

/// Scans from the reports of a scanner that types.
#[derive(Debug, Clone)]
pub struct KeyboardDecoder {
    settings: KeyboardSettings,
    /// The keys that were down in the last report.
    down: Vec<u8>,
    is_caps: bool,
    is_rolled_over: bool,
    alt_code: AltCode,
    dead: Option<char>,
    text: String,
    is_too_long: bool,
    until: Option<Now>,
}

impl KeyboardDecoder {
    /// A decoder for a scanner that is set like this.
    #[must_use]
    pub const fn new(settings: KeyboardSettings) -> Self {
        Self {
            settings,
            down: Vec::new(),
            is_caps: false,
            is_rolled_over: false,
            alt_code: AltCode::new(),
            dead: None,
            text: String::new(),
            is_too_long: false,
            until: None,
        }
    }

    fn stroke(&mut self, usage: u8, modifiers: u8, events: &mut Vec<Event>) {
        if let Some(means) = self.spelled(|sent| *sent == Sent::Key(usage)) {
            self.put(means, events);
            return;
        }
        if modifiers & ALT != 0
            && let Some(digit) = keypad_digit(usage)
        {
            self.alt_code.push(digit);
            return;
        }
        self.put_alt_code(events);
        match usage {
            CAPS_LOCK => self.is_caps = !self.is_caps,
            SCROLL_LOCK | NUM_LOCK => {}
            ENTER | KEYPAD_ENTER => self.put('\r', events),
            TAB => self.put('\t', events),
            ESC => self.put('\u{1b}', events),
            BACKSPACE => self.put('\u{8}', events),
            _ => match self.character(usage, modifiers) {
                Some(character) => self.put(character, events),
                None => self.put_name(usage, modifiers, events),
            },
        }
    }

    /// The character of a key with what is held beside it.
    fn character(&self, usage: u8, modifiers: u8) -> Option<char> {
        let layout = self.settings.layout;
        let has = |mask| modifiers & mask != 0;
        // Ctrl and Alt together are AltGr; Alt alone and the logo make no characters.
        let is_altgr = has(RIGHT_ALT) || (has(CTRL) && has(ALT));
        if has(LOGO) || (has(ALT) && !is_altgr) {
            return None;
        }
        if has(CTRL) && !is_altgr {
            return self.control(usage);
        }
        let is_locked = self.is_caps && !is_altgr && layout.locks(usage);
        let level = Level {
            is_shifted: has(SHIFT) != is_locked,
            is_altgr,
        };
        layout.character(usage, level)
    }

    /// The control character that Ctrl makes of a key. Shift does not matter.
    fn control(&self, usage: u8) -> Option<char> {
        let layout = self.settings.layout;
        let shifted = Level {
            is_shifted: true,
            is_altgr: false,
        };
        let plain = layout.character(usage, Level::default());
        let both = [plain, layout.character(usage, shifted)];
        let is_here = |key| both.contains(&Some(key));
        if let Some(means) = self.spelled(|sent| matches!(sent, Sent::Ctrl(key) if is_here(*key))) {
            return Some(means);
        }
        if let Some(letter) = plain.filter(char::is_ascii_alphabetic) {
            return low_bits(letter);
        }
        // By place, whatever layout: the brackets and the backslash of the United States.
        match usage {
            0x2f => return Some('\u{1b}'),
            0x30 => return Some('\u{1d}'),
            0x31 | 0x32 => return Some('\u{1c}'),
            _ => {}
        }
        let signs = both.into_iter().flatten();
        let mut signs = signs.filter(|sign| matches!(sign, '@' | '['..='_'));
        signs.next().and_then(low_bits).or(match plain {
            Some('2') => Some('\0'),
            Some('6') => Some('\u{1e}'),
            Some('-') => Some('\u{1f}'),
            _ => None,
        })
    }

    fn spelled(&self, is_sent: impl Fn(&Sent) -> bool) -> Option<char> {
        let mut spellings = self.settings.spellings.iter();
        let found = spellings.find(|spelling| is_sent(&spelling.sent));
        found.map(|spelling| char::from(spelling.means))
    }

    /// Takes a character, which may end the scan or be a dead key.
    fn put(&mut self, character: char, events: &mut Vec<Event>) {
        if let Some(mark) = self.dead.take() {
            self.put_behind(mark, character, events);
        } else if alone(character).is_some() {
            self.dead = Some(character);
        } else {
            self.put_plain(character, events);
        }
    }

    /// Takes a character behind a dead key: one letter, or both of them.
    fn put_behind(&mut self, mark: char, character: char, events: &mut Vec<Event>) {
        let sign = alone(mark).unwrap_or(mark);
        if let Some(letter) = composed(mark, character) {
            self.put_plain(letter, events);
        } else if character == ' ' {
            self.put_plain(sign, events);
        } else {
            self.put_plain(sign, events);
            self.put_plain(alone(character).unwrap_or(character), events);
        }
    }

    fn put_plain(&mut self, character: char, events: &mut Vec<Event>) {
        let byte = u8::try_from(character).ok();
        if let Some(framing) = byte.and_then(|byte| self.settings.ends.framing(byte)) {
            self.finish(framing, events);
            return;
        }
        let length = self.text.len().saturating_add(character.len_utf8());
        if length > SCAN_BYTES_MAX || self.is_too_long {
            self.is_too_long = true;
            self.text.clear();
        } else {
            self.text.push(character);
        }
    }

    /// Takes a key that is no character by its name.
    fn put_name(&mut self, usage: u8, modifiers: u8, events: &mut Vec<Event>) {
        let name = key_names::name(usage).unwrap_or_else(|| {
            events.push(Event::Trouble(Trouble::UnknownKey { usage, modifiers }));
            format!("Key{usage:02x}")
        });
        self.put_text(&format!("<{name}>"), events);
    }

    fn put_text(&mut self, text: &str, events: &mut Vec<Event>) {
        for character in text.chars() {
            self.put(character, events);
        }
    }

    /// Takes the character whose number was typed, once Alt was let go.
    fn put_alt_code(&mut self, events: &mut Vec<Event>) {
        if self.alt_code.is_empty() {
            return;
        }
        let code = std::mem::take(&mut self.alt_code);
        let number = code.number();
        let spelled = self.spelled(|sent| matches!(sent, Sent::Alt(sent) if Some(*sent) == number));
        match spelled.or_else(|| code.character()) {
            Some(character) => self.put(character, events),
            None => {
                events.push(Event::Trouble(Trouble::UnknownAltCode));
                self.put_text(&code.name(), events);
            }
        }
    }

    fn finish(&mut self, framing: Framing, events: &mut Vec<Event>) {
        let mut text = std::mem::take(&mut self.text);
        if std::mem::take(&mut self.is_too_long) {
            let limit = SCAN_BYTES_MAX;
            events.push(Event::Trouble(Trouble::TooLong { limit }));
            return;
        }
        for Spelling { sent, means } in &self.settings.spellings {
            if let Sent::Text(spelled) = sent {
                text = text.replace(spelled, char::from(*means).encode_utf8(&mut [0; 4]));
            }
        }
        let scan = self.settings.trim.scan(text.into_bytes(), framing);
        if !scan.data.is_empty() {
            events.push(Event::Scan(scan));
        }
    }

    /// Ends what silence followed on.
    fn give_up(&mut self, events: &mut Vec<Event>) {
        self.put_alt_code(events);
        if let Some(mark) = self.dead.take() {
            self.put_plain(alone(mark).unwrap_or(mark), events);
        }
        let (kept, min) = (self.text.len(), self.settings.ends.min_len);
        if (1..min).contains(&kept) {
            self.text.clear();
            events.push(Event::Trouble(Trouble::TooShort { kept, min }));
        } else {
            self.finish(Framing::Timeout, events);
        }
    }

    fn keys(&mut self, modifiers: u8, keys: &[u8], events: &mut Vec<Event>) {
        if modifiers & ALT == 0 {
            self.put_alt_code(events);
        }
        let before = std::mem::take(&mut self.down);
        for usage in keys.iter().copied().filter(|usage| *usage != 0) {
            if self.down.contains(&usage) {
                continue;
            }
            if self.down.len() < self.settings.shape.keys {
                self.down.push(usage);
            }
            if !before.contains(&usage) {
                self.stroke(usage, modifiers, events);
            }
        }
    }

    fn is_open(&self) -> bool {
        let has_text = !self.text.is_empty() || self.is_too_long;
        has_text || self.dead.is_some() || !self.alt_code.is_empty()
    }
}

/// The control character of a letter or sign.
fn low_bits(sign: char) -> Option<char> {
    let byte = u8::try_from(sign).ok()?;
    Some(char::from(byte & 0x1f))
}

impl Decoder for KeyboardDecoder {
    fn push(&mut self, now: Now, report: &[u8], events: &mut Vec<Event>) {
        self.expire(now, events);
        let Some((modifiers, keys)) = self.settings.shape.read(report) else {
            return;
        };
        // Such a report says nothing of any key: what was down before still counts.
        let is_rolled_over = keys.iter().any(|key| (1..=3).contains(key));
        if is_rolled_over && !self.is_rolled_over {
            events.push(Event::Trouble(Trouble::Rollover));
        }
        self.is_rolled_over = is_rolled_over;
        if !is_rolled_over {
            self.keys(modifiers, keys, events);
        }
        let until = now.saturating_add(self.settings.ends.gap);
        self.until = self.is_open().then_some(until);
    }

    fn deadline(&self) -> Option<Now> {
        self.until
    }

    fn expire(&mut self, now: Now, events: &mut Vec<Event>) {
        if self.until.take_if(|until| now >= *until).is_some() {
            self.give_up(events);
        }
    }

    fn reset(&mut self) {
        let settings = self.settings.clone();
        *self = Self::new(settings);
    }
}

#[cfg(test)]
mod tests;
