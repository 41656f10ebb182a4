//! Scanners as their makers describe them: descriptors, and reports by the makers' manuals.

/// A HID POS scanner of Honeywell's layout.
const POS: &str = "058C0902A1010912A1028502150026FF00750895010501093B81029503058C09FB09FC09FD810295\
                   3809FE8202020666FF9502090009008102058C25017501950809FF8102C00914A102850415002501\
                   75019508095F096009850986 9186C006FFFF0901A10285F0150026FF007508953F0902820202953F\
                   0903920202C0C0";
/// Asks whoever reads it for two thousand million fields.
const HOSTILE: &str = "058C0902A101150026FF00750897FFFFFF7F09FE8102C0";

/// A device for the mock: port, address, serial number, descriptors, report descriptor.
pub(crate) struct Device {
    pub(crate) port: &'static str,
    pub(crate) address: u8,
    serial: &'static str,
    descriptors: Vec<u8>,
    report_descriptor: String,
}

impl Device {
    /// It as a line of the mock's list.
    pub(crate) fn line(&self) -> String {
        let report = match self.report_descriptor.as_str() {
            "" => "-",
            report => report,
        };
        let descriptors = hex(&self.descriptors);
        let Self {
            port,
            address,
            serial,
            ..
        } = self;
        format!("{port} {address} {serial} {descriptors} {report}\n")
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The device's and its one configuration's descriptors.
fn descriptors(vid: u16, pid: u16, interfaces: u8, rest: &[u8]) -> Vec<u8> {
    let (vid, pid) = (vid.to_le_bytes(), pid.to_le_bytes());
    let mut all = vec![18, 1, 0, 2, 0, 0, 0, 64];
    all.extend([vid[0], vid[1], pid[0], pid[1], 0, 1, 0, 0, 0, 1]);
    let size = u16::try_from(9 + rest.len()).unwrap().to_le_bytes();
    all.extend([9, 2, size[0], size[1], interfaces, 1, 0, 0xa0, 50]);
    all.extend(rest);
    all
}

fn hid(boot: [u8; 2], report_descriptor: &str, packet: u8, has_output: bool) -> Vec<u8> {
    let size = u16::try_from(report_descriptor.len() / 2)
        .unwrap()
        .to_le_bytes();
    let mut rest = vec![9, 4, 0, 0, 1 + u8::from(has_output), 3, boot[0], boot[1], 0];
    rest.extend([9, 0x21, 0x11, 1, 0, 1, 0x22, size[0], size[1]]);
    rest.extend([7, 5, 0x81, 3, packet, 0, 4]);
    if has_output {
        rest.extend([7, 5, 0x02, 3, packet, 0, 4]);
    }
    rest
}

/// A scanner with HID POS and these numbers; `has_output` for an output endpoint.
pub(crate) fn pos(port: &'static str, address: u8, has_output: bool) -> Device {
    let report = POS.replace(' ', "");
    Device {
        port,
        address,
        serial: "POS001",
        descriptors: descriptors(0x0c2e, 0x0907, 1, &hid([0, 0], &report, 64, has_output)),
        report_descriptor: report,
    }
}

/// A scanner with HID POS that is slow, so that its reports come in packets of 8 bytes.
pub(crate) fn small_pos(port: &'static str, address: u8) -> Device {
    let report = POS.replace(' ', "");
    let interface = hid([0, 0], &report, 8, false);
    Device {
        descriptors: descriptors(0x0c2e, 0x0907, 1, &interface),
        ..pos(port, address, false)
    }
}

/// A scanner whose numbers are those of HID POS and whose descriptor is an attack.
pub(crate) fn hostile(port: &'static str, address: u8) -> Device {
    Device {
        report_descriptor: HOSTILE.to_owned(),
        serial: "-",
        ..pos(port, address, false)
    }
}

/// A keyboard with these numbers.
pub(crate) fn keyboard(port: &'static str, address: u8, ids: (u16, u16)) -> Device {
    Device {
        port,
        address,
        serial: "-",
        descriptors: descriptors(ids.0, ids.1, 1, &hid([1, 1], "05010906A101C0", 8, false)),
        report_descriptor: String::new(),
    }
}

/// A scanner that is a serial port.
pub(crate) fn serial(port: &'static str, address: u8) -> Device {
    let mut rest = vec![9, 4, 0, 0, 1, 2, 2, 1, 0];
    rest.extend([5, 0x24, 0, 0x10, 1, 4, 0x24, 2, 2, 5, 0x24, 6, 0, 1]);
    rest.extend([7, 5, 0x83, 3, 8, 0, 16]);
    rest.extend([
        9, 4, 1, 0, 2, 10, 0, 0, 0, 7, 5, 0x81, 2, 64, 0, 0, 7, 5, 0x02, 2, 64, 0, 0,
    ]);
    Device {
        port,
        address,
        serial: "ACM001",
        descriptors: descriptors(0x05e0, 0x1701, 2, &rest),
        report_descriptor: String::new(),
    }
}

/// The reports of a scan of [`pos`], 56 bytes of data in each.
pub(crate) fn pos_reports(aim: &str, data: &str) -> Vec<Vec<u8>> {
    let chunks: Vec<&[u8]> = data.as_bytes().chunks(56).collect();
    let report = |(place, chunk): (usize, &&[u8])| {
        let mut report = vec![0; 64];
        report[0] = 2;
        report[1] = u8::try_from(chunk.len()).unwrap();
        report[2..5].copy_from_slice(aim.as_bytes());
        report[5..5 + chunk.len()].copy_from_slice(chunk);
        report[63] = u8::from(place + 1 < chunks.len());
        report
    };
    chunks.iter().enumerate().map(report).collect()
}

/// The reports of a keyboard that types this in the US layout: capitals, digits, GS as `Ctrl+]`,
/// Enter as `\r`.
pub(crate) fn key_reports(text: &str) -> Vec<Vec<u8>> {
    let key = |c: u8| match c {
        b'A'..=b'Z' => (2, c - b'A' + 0x04),
        b'0' => (0, 0x27),
        b'1'..=b'9' => (0, c - b'1' + 0x1e),
        0x1d => (1, 0x30),
        _ => (0, 0x28),
    };
    let press = |c: u8| {
        let (modifiers, usage) = key(c);
        [vec![modifiers, 0, usage, 0, 0, 0, 0, 0], vec![0; 8]]
    };
    text.bytes().flat_map(press).collect()
}
