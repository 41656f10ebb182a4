//! What scanners send: descriptors, reports and bytes of every kind, and the file about them.

use std::time::Duration;

use firmware_bridge::config::{Config, Identity, Rule, Settings};
use firmware_bridge::decode::descriptor::{
    DESCRIPTOR_BYTES_MAX, Descriptor, Kind, REPORT_BITS_MAX,
};
use firmware_bridge::decode::keyboard::{KeyShape, Layout};
use firmware_bridge::decode::pos::{Beeper, PosLayout};
use firmware_bridge::decode::{Decoder, Event, SCAN_BYTES_MAX, Trouble};

/// The largest report that a descriptor can ask for, in bytes.
const REPORT_BYTES_MAX: usize = 8192;

/// A real scanner with HID POS, and the keyboard that a real one is.
const POS: &str = "058C0902A1010912A1028502150026FF00750895010501093B81029503058C09FB09FC09FD8102\
    953809FE8202020666FF9502090009008102058C25017501950809FF8102C00914A10285041500250175019508\
    095F0960098509869186C006FFFF0901A10285F0150026FF007508953F0902820202953F0903920202C0C0";
const KEYBOARD: &str = "05010906A101050719E029E715002501750195088102950175088101950575010508190129\
    05910295017503910195067508150026FF00050719002AFF008100C0";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).expect("two digits");
    digits.chunks_exact(2).map(byte).collect()
}

/// Whatever a descriptor says stays within the reports that may be, and a decoder made of it takes
/// any report.
pub(crate) fn descriptor(bytes: &[u8]) {
    let Ok(read) = Descriptor::parse(bytes) else {
        return;
    };
    assert!(bytes.len() <= DESCRIPTOR_BYTES_MAX && read.runs().len() <= bytes.len());
    assert!(read.input_bytes_max() <= REPORT_BYTES_MAX);
    for run in read.runs() {
        assert!(run.start < REPORT_BITS_MAX && run.count > 0 && run.width > 0);
        assert!(run.start + run.bits() <= REPORT_BITS_MAX);
        assert!(read.report_bytes(run.kind, run.report_id) <= REPORT_BYTES_MAX);
    }
    let beeper = Beeper::of(&read);
    for report in [beeper.good, beeper.not_on_file, beeper.error]
        .into_iter()
        .flatten()
    {
        let length = read.report_bytes(Kind::Output, report.report_id);
        assert_eq!(report.bytes.len(), length);
    }
    let settings = settings_of("");
    if let Some(layout) = PosLayout::of(&read) {
        assert!(!layout.data.is_empty() && layout.data.end <= REPORT_BYTES_MAX);
        let mut decoder = settings.pos(Some(&read)).expect("it has a layout");
        let mut report = vec![0xff; read.report_bytes(Kind::Input, layout.report_id)];
        if let (Some(id), Some(first)) = (layout.report_id, report.first_mut()) {
            *first = id;
        }
        fed(
            &mut decoder,
            [(0, report.as_slice()), (0, &report), (0, bytes)],
        );
    }
    if let Some(shape) = KeyShape::of(&read) {
        let report = vec![0x04; read.input_bytes_max()];
        fed(
            &mut settings.keyboard(shape),
            [(0, report.as_slice()), (0, bytes)],
        );
    }
}

/// Seeds of [`descriptor`].
pub(crate) fn descriptor_seeds() -> Vec<Vec<u8>> {
    [
        POS,
        KEYBOARD,
        // Two thousand million fields; a report as large as may be; long items and alternatives.
        "058C0902A101150026FF00750897FFFFFF7F09FE8102C0",
        "058C75089600 2009FE8102",
        "FE02AA0102058C75089501A47510A90109FE09FFA9008102B409FB8102",
        "058C0902A1018502 7508953B19FB29FE8102C0",
        "058C0902A10176C001950109FE8102C0",
    ]
    .map(bytes)
    .to_vec()
}

/// What counts for a device of which a file says this.
fn settings_of(keys: &str) -> Settings {
    let text = format!("[[device]]\nmatch = {{ vid = 1, pid = 2 }}\n{keys}");
    let config = Config::parse(&text).expect("a good file");
    config.settings(&Identity {
        vid: 1,
        pid: 2,
        serial: None,
        port: "1-1".to_owned(),
    })
}

/// Gives a decoder reads with pauses before them, then silence. It must not hold anything back,
/// make a scan of nothing, or one that is longer than may be.
fn fed<'a>(
    decoder: &mut dyn Decoder,
    reads: impl IntoIterator<Item = (u64, &'a [u8])>,
) -> Vec<Event> {
    let mut now = Duration::ZERO;
    let mut events = Vec::new();
    for (pause, read) in reads {
        now += Duration::from_millis(pause);
        decoder.push(now, read, &mut events);
        assert!(decoder.deadline().is_none_or(|until| until > now));
    }
    decoder.expire(Duration::MAX, &mut events);
    assert_eq!(decoder.deadline(), None);
    for event in &events {
        match event {
            Event::Scan(scan) => assert!((1..=SCAN_BYTES_MAX).contains(&scan.data.len())),
            Event::Trouble(Trouble::Truncated { kept }) => assert!(*kept <= SCAN_BYTES_MAX),
            Event::Trouble(_) => {}
        }
    }
    let mut after = Vec::new();
    decoder.expire(Duration::MAX, &mut after);
    assert_eq!(after, [], "it was told once");
    events
}

/// Cuts bytes into reads: a pause, a length, and as many bytes.
fn reads(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut reads = Vec::new();
    while let [pause, length, rest @ ..] = bytes {
        let (read, behind) = rest.split_at(usize::from(*length % 80).min(rest.len()));
        reads.push((u64::from(*pause), read));
        bytes = behind;
    }
    reads
}

/// The other way round: reads of whole reports as bytes of an input.
fn as_input(choice: u8, reads: &[Vec<u8>]) -> Vec<u8> {
    let mut input = vec![choice];
    for read in reads {
        input.extend([0, u8::try_from(read.len()).expect("a short read")]);
        input.extend(read);
    }
    input
}

/// Keyboards of all layouts. The first byte chooses one.
pub(crate) fn keyboard(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else {
        return;
    };
    let layout = Layout::ALL[usize::from(*choice) % Layout::ALL.len()];
    let keys = format!("layout = \"{}\"\ngs = [\"f8\", \"{{GS}}\"]", layout.word());
    let mut decoder = settings_of(&keys).keyboard(KeyShape::BOOT);
    let events = fed(&mut decoder, reads(rest));
    for event in &events {
        if let Event::Scan(scan) = event {
            assert!(std::str::from_utf8(&scan.data).is_ok(), "{scan:?}");
        }
    }
    decoder.reset();
    assert_eq!(fed(&mut decoder, reads(rest)), events, "as after opening");
}

/// Seeds of [`keyboard`].
pub(crate) fn keyboard_seeds() -> Vec<Vec<u8>> {
    let report = |modifiers, key| vec![modifiers, 0, key, 0, 0, 0, 0, 0];
    let typed = |choice, strokes: &[(u8, u8)]| {
        let strokes = strokes.iter().chain(&[(0, 0x28)]);
        let reports = strokes.flat_map(|(modifiers, key)| [report(*modifiers, *key), report(0, 0)]);
        as_input(choice, &reports.collect::<Vec<_>>())
    };
    let alt = [
        report(4, 0),
        report(4, 0x62),
        report(4, 0x5a),
        report(4, 0x61),
        report(0, 0),
    ];
    vec![
        typed(
            0,
            &[
                (0, 0x27),
                (2, 0x04),
                (1, 0x30),
                (0, 0x41),
                (0, 0x39),
                (0, 0x05),
            ],
        ),
        typed(1, &[(0x42, 0x08), (0, 0x5c), (0, 0x64)]),
        typed(
            2,
            &[(0, 0x35), (0, 0x08), (2, 0x2e), (0, 0x2c), (0x40, 0x14)],
        ),
        typed(
            3,
            &[(0, 0x2f), (0, 0x18), (0x40, 0x1f), (0, 0x11), (2, 0x1e)],
        ),
        typed(0, &[(2, 0x2f), (2, 0x0a), (2, 0x16), (2, 0x30)]),
        as_input(0, &alt),
        as_input(
            0,
            &[
                vec![0, 0, 4, 5, 6, 7, 8, 9],
                vec![0, 0, 1, 1, 1, 1, 1, 1],
                vec![0; 8],
            ],
        ),
    ]
}

/// HID POS, by a real descriptor and by overrides that lie. The first byte chooses.
pub(crate) fn pos(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else {
        return;
    };
    let keys = match choice % 4 {
        0 => "",
        1 => "hidpos = { ignore_count = true }\nline_end = true",
        2 => "hidpos = { aim_at = 3, data_at = 6, data_len = 55 }\naim = false",
        _ => "hidpos = { aim_at = 8192, count_at = 8192, data_len = 8192, continued_at = 5 }",
    };
    let descriptor = Descriptor::parse(&self::bytes(POS)).expect("a good descriptor");
    let decoder = settings_of(keys).pos(Some(&descriptor));
    fed(&mut decoder.expect("it holds scans"), reads(rest));
}

/// Seeds of [`pos`].
pub(crate) fn pos_seeds() -> Vec<Vec<u8>> {
    let report = |start: &[u8], is_continued: bool| {
        let mut report = start.to_vec();
        report.resize(64, 0);
        report[63] = u8::from(is_continued);
        report
    };
    let one = report(b"\x02\x0d]E05901234123457", false);
    let first = report(&[&b"\x02\x38]Q1"[..], &[b'7'; 56]].concat(), true);
    let second = report(&[&b"\x02\x2c]Q1"[..], &[b'8'; 44]].concat(), false);
    let long = vec![first.clone(); 150];
    (0..4)
        .flat_map(|choice| {
            [
                as_input(choice, &[one.clone(), one.clone()]),
                as_input(choice, &[first.clone(), second.clone()]),
                as_input(choice, &[first.clone(), vec![2], report(&[0xf0, 1], false)]),
                as_input(choice, &long),
            ]
        })
        .collect()
}

/// Serial scanners: the scans are the same however the bytes are cut into reads. The first byte
/// chooses what ends a scan, the second how the bytes are cut.
pub(crate) fn serial(bytes: &[u8]) {
    let [choice, cut, rest @ ..] = bytes else {
        return;
    };
    let words = ["\"cr\", ", "\"lf\", ", "\"tab\", ", "\"etx\", "];
    let chosen = words
        .iter()
        .enumerate()
        .filter(|(at, _)| choice >> at & 1 == 1);
    let chosen: String = chosen.map(|(_, word)| *word).collect();
    let settings = settings_of(&format!("terminators = [{chosen}]"));
    let whole = fed(&mut settings.serial(), [(0, rest)]);
    let size = usize::from(*cut % 64) + 1;
    let cut = fed(
        &mut settings.serial(),
        rest.chunks(size).map(|read| (0, read)),
    );
    assert_eq!(cut, whole);
    fed(&mut settings.serial(), reads(rest));
}

/// Seeds of [`serial`].
pub(crate) fn serial_seeds() -> Vec<Vec<u8>> {
    let sent: [&[u8]; 6] = [
        b"4006381333931\rABC-123\r\n",
        b"\x02A1\x03\x02B\r\n2\x03",
        b"\x02A1\r\x02B2\n",
        b"]C10104006381333931\x1d10A\r",
        b"A\tB\nC\r\r\n\x03\x02\x02",
        &[b'x'; SCAN_BYTES_MAX + 5],
    ];
    let with = |choice: u8, sent: &[u8]| [&[choice, choice * 7], sent].concat();
    let choices = [0b1011, 0b0000, 0b1111, 0b0100, 0b1000];
    choices
        .into_iter()
        .flat_map(|choice| sent.map(|sent| with(choice, sent)))
        .collect()
}

/// A `devices.toml`: an error that names a line, or rules that stay the same when they are written
/// and read again.
pub(crate) fn devices(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Config::parse(&text) {
        Ok(config) => {
            let written: String = config.rules().iter().map(Rule::to_toml).collect();
            let again = Config::parse(&written).expect("what we write we read");
            let rewritten: String = again.rules().iter().map(Rule::to_toml).collect();
            assert_eq!(rewritten, written, "{text:?}");
        }
        Err(error) => assert!(
            (1..=text.lines().count() + 1).contains(&error.line),
            "{text:?}"
        ),
    }
}

/// Seeds of [`devices`].
pub(crate) fn devices_seeds() -> Vec<Vec<u8>> {
    [
        "[[device]]\nmatch = { vid = 0x05e0, pid = 0x1200, serial = \"S\\\"1\", port = \"1-1.2\" }\n\
         mode = \"wedge\"\nlayout = \"de\"\nterminators = [\"enter\", \"tab\"]\ngap_ms = 100\n\
         min_len = 3\ngs = [\"f8\", \"{GS}\", \"ctrl+]\", \"alt+029\"]\nrs = [\"down\"]\n\
         eot = [\"~\"]\nprefix = \"\"\naim = true\n",
        "[[device]]\nmatch = { vid = 0x0c2e }\ninit = [{ feature = 0xFE, data = [0x01] }]\n\
         line_end = true\nhidpos = { report_id = 2, count_at = 1, ignore_count = false, aim_at = 3, \
         data_at = 5, data_len = 56, continued_at = 63 }\n",
        "[[device]]\nmatch = {}\nmode = \"ignore\"\n[[device]]\nmatch = { port = \"2-1\" }\n",
        "# nothing\n",
        "[[device]]\nmatch = {}\nlayuot = \"us\"\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
