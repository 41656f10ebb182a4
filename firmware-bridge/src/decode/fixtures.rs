//! Descriptors and reports of real scanners, and small tools for the tests of decoders.

use super::{Decoded, Decoder, Event, Now, Trouble};

/// A scanner with HID POS whose symbology identifier stands in front of the data (Honeywell).
pub(crate) const POS: &str = "
    058C0902A1010912A1028502150026FF00750895010501093B81029503058C09FB09FC09FD8102953809FE8202
    020666FF9502090009008102058C25017501950809FF8102C00914A10285041500250175019508095F09600985
    09869186C006FFFF0901A10285F0150026FF007508953F0902820202953F0903920202C0C0";

/// A scanner with HID POS that has no symbology identifier (the layout of Newland and others),
/// written by that layout: id 2, length, 56 bytes of data, 4 reserved, the maker's own symbology,
/// continued.
pub(crate) const POS_WITHOUT_AIM: &str = "
    058C0902A1010912A1028502150026FF00750895010501093B8102058C953809FE82020295040600FF09018102
    950109028102058C2501750195080 9FF8102C0C0";

/// The keyboard that a Datalogic GD4400 is.
pub(crate) const KEYBOARD: &str = "
    05010906A101050719E029E71500250175019508810295017508810195057501050819012905910295017503
    910195067508150026FF00050719002AFF008100C0";

/// Asks for two thousand million fields in 23 bytes.
pub(crate) const HOSTILE: &str = "058C0902A101 150026FF00 7508 97FFFFFF7F 09FE 8102 C0";

/// The bytes of hexadecimal digits; white space is passed over.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    let pairs = digits.chunks_exact(2);
    pairs
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("two digits"))
        .collect()
}

/// A time on the imagined clock.
pub(crate) const fn ms(ms: u64) -> Now {
    Now::from_millis(ms)
}

/// What a decoder gives for one read.
pub(crate) fn pushed(decoder: &mut dyn Decoder, now: Now, report: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    decoder.push(now, report, &mut events);
    events
}

/// What a decoder gives when it is asked at this time.
pub(crate) fn expired(decoder: &mut dyn Decoder, now: Now) -> Vec<Event> {
    let mut events = Vec::new();
    decoder.expire(now, &mut events);
    events
}

/// A scan as one text: identifier, data, and how its end was told.
pub(crate) fn shown(event: &Event) -> String {
    match event {
        Event::Scan(Decoded { aim, data, framing }) => {
            let aim = aim.map(|aim| format!("{aim} ")).unwrap_or_default();
            format!("{aim}{:?} {framing}", String::from_utf8_lossy(data))
        }
        Event::Trouble(trouble) => format!("{trouble:?}"),
    }
}

/// All events as texts.
pub(crate) fn all_shown(events: &[Event]) -> Vec<String> {
    events.iter().map(shown).collect()
}

/// An event for a scan that cannot be used.
pub(crate) const fn trouble(trouble: Trouble) -> Event {
    Event::Trouble(trouble)
}
