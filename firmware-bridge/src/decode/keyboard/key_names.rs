//! The names of keys that are no characters.

/// Keys that a scanner may send for something else, by name and number in the usage page of
/// keyboards. F1 to F24 follow a rule and are not listed.
const NAMED: [(&str, u8); 11] = [
    ("Esc", 0x29),
    ("Insert", 0x49),
    ("Home", 0x4a),
    ("PageUp", 0x4b),
    ("Delete", 0x4c),
    ("End", 0x4d),
    ("PageDown", 0x4e),
    ("Right", 0x4f),
    ("Left", 0x50),
    ("Down", 0x51),
    ("Up", 0x52),
];

/// F1 and F13 begin two rows of twelve.
const F1: u8 = 0x3a;
const F13: u8 = 0x68;

/// The number of a key, by its name in small letters.
pub(crate) fn usage(name: &str) -> Option<u8> {
    let function = |number: u8| match number {
        1..=12 => Some(F1 + number - 1),
        13..=24 => Some(F13 + number - 13),
        _ => None,
    };
    let named = NAMED
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(name));
    let number = || {
        name.strip_prefix('f')
            .filter(|rest| !rest.starts_with(['0', '+']))
    };
    named
        .map(|(_, usage)| *usage)
        .or_else(|| number()?.parse().ok().and_then(function))
}

/// The name of a key, if it is one of these.
pub(crate) fn name(usage: u8) -> Option<String> {
    let function = match usage {
        F1..=0x45 => Some(usage - F1 + 1),
        F13..=0x73 => Some(usage - F13 + 13),
        _ => None,
    };
    let named = NAMED.iter().find(|(_, other)| *other == usage);
    named
        .map(|(name, _)| (*name).to_owned())
        .or_else(|| function.map(|number| format!("F{number}")))
}
