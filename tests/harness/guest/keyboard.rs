//! A USB keyboard of the emulator, on a cable of its own: its hardware and its host controller were
//! written by others, so that it says what a gadget of ours might say wrongly.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::{Value, json};

/// How long a key is held, and then let go, in milliseconds of the machine: longer than it takes
/// the host to ask the keyboard again.
const HOLD_MS: u32 = 20;
/// The keyboard's serial number.
pub const SERIAL: &str = "KEYS-1";
/// Its vendor and product.
pub const IDS: &str = "0627:0001";

/// The emulator's own line, over which its hardware is worked.
#[derive(Debug)]
pub(super) struct Hardware {
    said: BufReader<UnixStream>,
}

impl Hardware {
    pub(super) fn of(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).expect("connect to the emulator");
        let said = BufReader::new(stream);
        let mut hardware = Self { said };
        hardware.heard();
        hardware.told("qmp_capabilities", &json!({}));
        hardware
    }

    fn heard(&mut self) -> Value {
        let mut line = String::new();
        let length = self.said.read_line(&mut line).expect("hear the emulator");
        assert_ne!(length, 0, "the emulator has ended");
        serde_json::from_str(&line).expect("the emulator speaks JSON")
    }

    fn told(&mut self, command: &str, arguments: &Value) {
        let said = json!({ "execute": command, "arguments": arguments });
        writeln!(self.said.get_mut(), "{said}").expect("tell the emulator");
        loop {
            let answer = self.heard();
            assert_eq!(answer.get("error"), None, "{said}");
            if answer.get("return").is_some() {
                return;
            }
        }
    }

    pub(super) fn plug(&mut self) {
        let keyboard = json!({
            "driver": "usb-kbd", "bus": "usb.0", "id": "keyboard", "serial": SERIAL,
        });
        self.told("device_add", &keyboard);
    }

    pub(super) fn unplug(&mut self) {
        self.told("device_del", &json!({ "id": "keyboard" }));
    }

    /// Presses the keys of an American keyboard for this text, one after the other. The emulator
    /// keeps them and presses them in its own time.
    pub(super) fn press(&mut self, text: &str) {
        for character in text.chars() {
            let keys: Vec<Value> = keys(character)
                .into_iter()
                .map(|key| json!({ "type": "qcode", "data": key }))
                .collect();
            let press = json!({ "keys": keys, "hold-time": HOLD_MS });
            self.told("send-key", &press);
        }
    }
}

/// The keys of a character by the emulator's names.
fn keys(character: char) -> Vec<String> {
    match character {
        'a'..='z' | '0'..='9' => vec![character.to_string()],
        'A'..='Z' => vec![
            "shift".to_owned(),
            character.to_ascii_lowercase().to_string(),
        ],
        '-' => vec!["minus".to_owned()],
        '/' => vec!["slash".to_owned()],
        '\r' => vec!["ret".to_owned()],
        '\u{1d}' => vec!["ctrl".to_owned(), "bracket_right".to_owned()],
        _ => panic!("no key for {character:?}"),
    }
}
