//! One scanner on made-up time: how it is taken, what is stale, what a capture gives again.

use super::*;
use crate::capture::{Act, Capture, Recording, Step};
use crate::config::Config;
use crate::route;
use crate::testing::{REPORT_DESCRIPTOR, keyboard, pos, pos_report, serial};
use crate::transport::fake::{FakeBus, FakeDevice};
use crate::transport::replay::Replay;
use proptest::prelude::*;

fn opened(bus: &dyn UsbTransport, config: &str) -> Result<(Reader, Speaker), OpenError> {
    let device = bus.list().unwrap().remove(0);
    let settings = Config::parse(config)
        .unwrap()
        .settings(&route::identity(&device));
    let route = route::route(&device, &settings).unwrap();
    open(bus, &device, &settings, &route)
}

fn plugged(device: FakeDevice) -> FakeBus {
    let bus = FakeBus::new();
    bus.plug(device);
    bus
}

/// All that a scanner says until it is gone.
fn all_said(reader: &mut Reader) -> Vec<Said> {
    let mut said = Vec::new();
    while reader.step(&mut said).is_ok() {}
    said
}

fn texts(said: &[Said]) -> Vec<String> {
    let text = |said: &Said| match said {
        Said::Scan { decoded, is_stale } => {
            let text = String::from_utf8_lossy(&decoded.data).into_owned();
            if *is_stale {
                format!("stale {text}")
            } else {
                text
            }
        }
        Said::Trouble(trouble) => format!("trouble {trouble}"),
        Said::Disturbed(trouble) => format!("disturbed {trouble}"),
    };
    said.iter().map(text).collect()
}

#[test]
fn a_keyboard_is_told_to_be_simple_and_one_that_refuses_works_too() {
    for refusal in [None, Some(UsbTrouble::Stalled)] {
        let mut device = keyboard("1-1", (0x05e0, 0x1200));
        device.write = refusal;
        let bus = plugged(device);
        let (_reader, speaker) = opened(&bus, "").unwrap();
        assert!(!speaker.has_voice());
        assert_eq!(speaker.sound(Tone::Ok), Ok(false));
        if refusal.is_none() {
            let sent = bus.with("1-1", |device| device.sent.clone()).unwrap();
            let asked: Vec<&str> = sent.iter().map(|(to, _)| to.as_str()).collect();
            let protocol_idle_lights = ["21 0b 0000 0000", "21 0a 0000 0000", "21 09 0200 0000"];
            assert_eq!(asked, protocol_idle_lights);
        }
    }
}

#[test]
fn a_scanner_without_an_output_endpoint_sounds_by_request() {
    let mut device = pos("1-1", None);
    device.info.interfaces[0].endpoints.pop();
    let bus = plugged(device);
    let (_reader, speaker) = opened(&bus, "").unwrap();
    assert_eq!(speaker.sound(Tone::Ok), Ok(true));
    let sent = bus.with("1-1", |device| device.sent.pop()).flatten();
    assert_eq!(sent, Some(("21 09 0204 0000".to_owned(), vec![4, 8])));
    bus.pull("1-1");
    assert_eq!(speaker.sound(Tone::Ok), Err(UsbTrouble::Gone));
}

#[test]
fn a_serial_scanner_sounds_by_the_words_of_its_maker() {
    let mut device = serial("1-1");
    device.info.vendor_id = 0x0c2e;
    device.info.product_id = 0x0900;
    let bus = plugged(device);
    let (_reader, speaker) = opened(&bus, "").unwrap();
    assert!(speaker.has_voice());
    assert_eq!(speaker.sound(Tone::Ok), Ok(true));
    assert_eq!(speaker.sound(Tone::Error), Ok(true));
    let sent = bus.with("1-1", |device| device.sent.split_off(device.sent.len() - 2));
    let words = [b"\x1b7,", b"\x1b8,"].map(|word| ("02".to_owned(), word.to_vec()));
    assert_eq!(sent.unwrap(), words);
    let (_reader, other) = opened(&plugged(serial("1-1")), "").unwrap();
    assert_eq!(
        other.sound(Tone::Ok),
        Ok(false),
        "nothing is sent to those that are not known"
    );
}

#[test]
fn a_boot_keyboard_that_refuses_the_boot_protocol_is_read_by_its_descriptor() {
    // A report id stands in front of what a boot report has.
    let descriptor =
        "05010906A1018501050719E029E71500250175019508810295017508810195067508150026FF00
                      050719002AFF008100C0";
    let mut device = keyboard("1-1", (0x05e0, 0x1200));
    device.write = Some(UsbTrouble::Stalled);
    device.info.interfaces[0].endpoints[0].packet_bytes = 16;
    let descriptor = crate::decode::fixtures::bytes(descriptor);
    device.answers.insert(REPORT_DESCRIPTOR, descriptor);
    device.reads.push_back(Err(UsbTrouble::Timeout));
    for report in "ABC\r".bytes().flat_map(typed) {
        device.reads.push_back(Ok([vec![1], report].concat()));
    }
    device.reads.push_back(Err(UsbTrouble::Gone));
    let (mut reader, _speaker) = opened(&plugged(device), "").unwrap();
    assert_eq!(texts(&all_said(&mut reader)), ["ABC"]);
}

#[test]
fn what_cannot_be_taken_is_given_back_whole() {
    let mut device = pos("1-1", None);
    device.answers.clear();
    let bus = plugged(device);
    let refused = opened(&bus, "").unwrap_err();
    assert!(matches!(refused, OpenError::Usb(UsbTrouble::Stalled)));
    assert_eq!(bus.with("1-1", |device| device.claimed.len()), Some(0));
    let keyboard = crate::decode::fixtures::bytes(crate::decode::fixtures::KEYBOARD);
    bus.with("1-1", |device| {
        device.answers.insert(REPORT_DESCRIPTOR, keyboard)
    });
    assert!(matches!(opened(&bus, ""), Err(OpenError::NoScanner)));
    assert_eq!(bus.with("1-1", |device| device.claimed.len()), Some(0));
}

#[test]
fn a_scanner_with_small_packets_is_read_whole() {
    let mut device = pos("1-1", None);
    device.info.interfaces[0].endpoints[0].packet_bytes = 8;
    device.reads.push_back(Err(UsbTrouble::Timeout));
    let report = pos_report("]E0", b"5901234123457", false);
    for packet in report.chunks(8) {
        device.reads.push_back(Ok(packet.to_vec()));
        // A slow scanner is silent between them.
        device.reads.push_back(Err(UsbTrouble::Timeout));
    }
    device.reads.push_back(Ok(report[..8].to_vec()));
    device.reads.push_back(Err(UsbTrouble::Gone));
    let (mut reader, _speaker) = opened(&plugged(device), "").unwrap();
    let said = all_said(&mut reader);
    assert_eq!(
        texts(&said),
        ["5901234123457", "disturbed the device was unplugged"]
    );
}

#[test]
fn half_a_report_is_no_part_of_the_next() {
    let (lost, whole) = (
        pos_report("]E0", b"lost", false),
        pos_report("]E0", b"whole", false),
    );
    let mut steps: Vec<(u64, &[u8])> = vec![(500, &lost[..8])];
    steps.extend((5000..).zip(whole.chunks(8)));
    let mut small = capture(&steps);
    small.device.interfaces[0].endpoints[0].packet_bytes = 8;
    let (mut reader, _speaker) = opened(&Replay::new(small), "").unwrap();
    assert_eq!(
        texts(&all_said(&mut reader)),
        ["disturbed the device did not answer in time", "whole"]
    );
}

#[test]
fn a_read_has_room_for_one_packet_and_no_more() {
    // More room would wait for a packet that is not full, and lose the full ones meanwhile.
    let (reader, _speaker) = opened(&plugged(serial("1-1")), "").unwrap();
    assert_eq!(reader.buffer.len(), 64);
}

fn capture(steps: &[(u64, &[u8])]) -> Capture {
    let device = pos("1-1", None);
    let answer = Step {
        at_us: 1000,
        act: Act::ControlIn(REPORT_DESCRIPTOR),
        hex: crate::capture::hex(&device.answers[&REPORT_DESCRIPTOR]),
        trouble: None,
    };
    let read = |(at_ms, bytes): &(u64, &[u8])| Step {
        at_us: at_ms * 1000,
        act: Act::Read(0x81),
        hex: crate::capture::hex(bytes),
        trouble: None,
    };
    Capture {
        device: device.info,
        steps: std::iter::once(answer)
            .chain(steps.iter().map(read))
            .collect(),
    }
}

#[test]
fn what_comes_before_the_first_silence_is_stale() {
    let report = |data: &[u8]| pos_report("]E0", data, false);
    let (a, b, c) = (report(b"a"), report(b"b"), report(b"c"));
    let replay = Replay::new(capture(&[(2, &a), (30, &b), (200, &c)]));
    let (mut reader, _speaker) = opened(&replay, "").unwrap();
    assert_eq!(texts(&all_said(&mut reader)), ["stale a", "stale b", "c"]);
    // A scanner that is never silent is not old for ever.
    let steady: Vec<(u64, &[u8])> = (0..600).map(|n| (n * 40, a.as_slice())).collect();
    let (mut reader, _speaker) = opened(&Replay::new(capture(&steady)), "").unwrap();
    let said = texts(&all_said(&mut reader));
    assert_eq!(said.len(), 600);
    assert!(
        said[300].starts_with("stale") && said[500] == "a",
        "{said:?}"
    );
}

#[test]
fn half_a_scan_and_then_nothing_is_no_scan() {
    let half = pos_report("]Q1", &[b'x'; 56], true);
    let whole = pos_report("]E0", b"whole", false);
    let replay = Replay::new(capture(&[(500, &half), (2000, &whole)]));
    let (mut reader, _speaker) = opened(&replay, "").unwrap();
    let said = texts(&all_said(&mut reader));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("cut off after 56 bytes"));
    assert_eq!(said[1], "whole");
}

proptest! {
    /// What a scanner says is written down while it is read, and the capture says the same again:
    /// HID POS in one packet and in two, keyboard and serial.
    #[test]
    fn a_capture_gives_the_same_scans(
        kind in 0..3_u8,
        codes in proptest::collection::vec("[A-Z0-9]{3,80}", 1..6),
    ) {
        let mut device = match kind {
            0 => pos("1-1", Some("S1")),
            1 => keyboard("1-1", (0x05e0, 0x1200)),
            _ => serial("1-1"),
        };
        device.reads.push_back(Err(UsbTrouble::Timeout));
        for code in &codes {
            let bytes = code.as_bytes();
            let packets: Vec<Vec<u8>> = match kind {
                0 => {
                    let (head, tail) = bytes.split_at(bytes.len().min(56));
                    let mut parts = vec![pos_report("]Q1", head, !tail.is_empty())];
                    if !tail.is_empty() {
                        parts.push(pos_report("]Q1", tail, false));
                    }
                    parts
                }
                1 => bytes.iter().copied().chain([b'\r']).flat_map(typed).collect(),
                _ => [bytes, b"\r"].concat().chunks(64).map(<[u8]>::to_vec).collect(),
            };
            device.reads.extend(packets.into_iter().map(Ok));
        }
        device.reads.push_back(Err(UsbTrouble::Gone));
        let notes = Notes::default();
        let recording = Recording::new(Arc::new(plugged(device)), notes.clone());
        let (mut reader, _speaker) = opened(&recording, "").unwrap();
        let said = all_said(&mut reader);
        prop_assert_eq!(texts(&said), codes);
        let bytes = notes.0.lock().unwrap().clone();
        let capture = Capture::read(&mut bytes.as_slice()).unwrap();
        let (mut reader, _speaker) = opened(&Replay::new(capture), "").unwrap();
        prop_assert_eq!(texts(&all_said(&mut reader)), texts(&said));
    }

    #[test]
    fn no_bytes_break_the_reader_of_captures(
        head in any::<bool>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut text = Vec::new();
        if head {
            let device = serde_json::to_string(&pos("1-1", None).info).unwrap();
            text = format!("{{\"capture\":1,\"device\":{device}}}\n").into_bytes();
        }
        text.extend(bytes);
        drop(Capture::read(&mut text.as_slice()));
    }
}

/// A key with its release, as a scanner with a keyboard types it.
fn typed(letter: u8) -> [Vec<u8>; 2] {
    let usage = match letter {
        b'A'..=b'Z' => letter - b'A' + 0x04,
        b'0' => 0x27,
        b'1'..=b'9' => letter - b'1' + 0x1e,
        _ => 0x28,
    };
    let shift = if letter.is_ascii_uppercase() { 2 } else { 0 };
    [vec![shift, 0, usage, 0, 0, 0, 0, 0], vec![0; 8]]
}

#[derive(Debug, Clone, Default)]
struct Notes(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Notes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
