//! Scanners made of the kernel's own USB gadgets: what a gadget is given to send comes out of a
//! real host controller's driver on the other side, as from a device on a cable.
//!
//! The report descriptors are those of real scanners, and nothing here knows how the bridge reads
//! them.

use std::fmt::Write as _;

use tests::guest::{Guest, Job};

/// The report descriptor of a scanner in the mode HID POS, as Honeywell's have it: report 2 is a
/// scan with 56 bytes of data, report 4 triggers beeps.
const POS: &str = "058C0902A1010912A1028502150026FF00750895010501093B81029503058C09FB09FC09FD81\
    02953809FE8202020666FF950209000900\
    8102058C25017501950809FF8102C00914A10285041500250175019508095F0960098509869186C006FFFF0901A1\
    0285F0150026FF0075\
    08953F0902820202953F0903920202C0C0";
/// That of a keyboard with boot protocol.
const KEYBOARD: &str = "05010906a101050719e029e71500250175019508810295017508810395057501050819012905\
    9102950175039103950675081500256505071900296581 00c0";
/// Bytes of one report of the mode HID POS, and of data in it.
const REPORT: usize = 64;
const DATA: usize = 56;

/// Where a report from the host goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Out {
    /// Through an endpoint of its own.
    Endpoint,
    /// As a control request: the scanner has no endpoint for it.
    Control,
}

/// How a scanner shows itself on the bus.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Face {
    /// Vendor and product, as hexadecimal digits with a colon.
    pub(crate) ids: &'static str,
    pub(crate) product: &'static str,
    pub(crate) serial: &'static str,
}

/// A scanner at a port of its own.
#[derive(Debug)]
pub(crate) struct Scanner {
    pub(crate) face: Face,
    /// The number of the host controller, from 0; its bus is one more.
    controller: u8,
    /// The device file that it sends through.
    node: String,
}

impl Scanner {
    /// One in the mode HID POS.
    pub(crate) fn pos(guest: &mut Guest, controller: u8, face: Face, out: Out) -> Self {
        Self::hid(guest, controller, face, Hid::Pos(out))
    }

    /// One that is a keyboard.
    pub(crate) fn keyboard(guest: &mut Guest, controller: u8, face: Face) -> Self {
        Self::hid(guest, controller, face, Hid::Keyboard)
    }

    fn hid(guest: &mut Guest, controller: u8, face: Face, hid: Hid) -> Self {
        let home = home(controller);
        let (boot, length, descriptor) = match hid {
            Hid::Pos(_) => (0, REPORT, POS),
            Hid::Keyboard => (1, 8, KEYBOARD),
        };
        let no_out = u8::from(hid == Hid::Pos(Out::Control));
        made(guest, controller, face);
        let function = format!("{home}/functions/hid.{controller}");
        guest.run(&format!("mkdir {function}"));
        guest.run(&format!(
            "cd {function} && echo {boot} >subclass && echo {boot} >protocol && \
             echo {length} >report_length && echo {no_out} >no_out_endpoint && \
             printf '{}' >report_desc && ln -s {function} {home}/configs/c.1/",
            printed(&from_hex(descriptor))
        ));
        let minor = guest.run(&format!("cut -d: -f2 {function}/dev"));
        Self {
            face,
            controller,
            node: format!("/dev/hidg{}", minor.trim()),
        }
    }

    /// One that is a serial line.
    pub(crate) fn serial(guest: &mut Guest, controller: u8, face: Face) -> Self {
        let home = home(controller);
        made(guest, controller, face);
        let function = format!("{home}/functions/acm.{controller}");
        guest.run(&format!("mkdir {function}"));
        guest.run(&format!("ln -s {function} {home}/configs/c.1/"));
        let port = guest.run(&format!("cat {function}/port_num"));
        let node = format!("/dev/ttyGS{}", port.trim());
        guest.run(&format!("stty -F {node} raw -echo"));
        Self {
            face,
            controller,
            node,
        }
    }

    /// Puts its plug in, and waits until the host knows it.
    pub(crate) fn plug(&self, guest: &mut Guest) {
        guest.run(&format!(
            "echo dummy_udc.{} >{}/UDC",
            self.controller,
            home(self.controller)
        ));
        guest.run(&format!("eventually test -e {}", self.seen()));
    }

    /// Pulls its plug out.
    pub(crate) fn unplug(&self, guest: &mut Guest) {
        guest.run(&format!("echo '' >{}/UDC", home(self.controller)));
        guest.run(&format!("eventually test ! -e {}", self.seen()));
    }

    /// What the host's kernel shows of it.
    fn seen(&self) -> String {
        let bus = self.controller + 1;
        format!("/sys/bus/usb/devices/{bus}-1/{bus}-1:1.0")
    }

    /// The kernel's driver of its first interface.
    pub(crate) fn driver(&self, guest: &mut Guest) -> String {
        let path = guest.run(&format!("readlink {}/driver", self.seen()));
        path.trim()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    /// Sends these pieces, each with a transfer of its own, and waits until the host has taken all
    /// but the last.
    pub(crate) fn send(&self, guest: &mut Guest, pieces: &[Vec<u8>]) {
        guest.run(&self.sending(pieces));
    }

    /// Begins to send while others send too.
    pub(crate) fn begin(&self, guest: &mut Guest, pieces: &[Vec<u8>]) -> Job {
        guest.begin(&self.sending(pieces))
    }

    fn sending(&self, pieces: &[Vec<u8>]) -> String {
        let mut command = String::from("true");
        for piece in pieces {
            write!(command, " && printf '{}'", printed(piece)).expect("a text takes text");
        }
        format!("{{ {command}; }} >{}", self.node)
    }

    /// Waits for the next report from the host, as hexadecimal digits.
    pub(crate) fn told(&self, guest: &mut Guest) -> String {
        let command = format!("dd if={} bs=64 count=1 2>/dev/null | xxd -p", self.node);
        guest.run(&command).trim().to_owned()
    }
}

/// What a gadget with reports is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hid {
    Pos(Out),
    Keyboard,
}

fn home(controller: u8) -> String {
    format!("/sys/kernel/config/usb_gadget/g{controller}")
}

/// Makes a device without functions.
fn made(guest: &mut Guest, controller: u8, face: Face) {
    let home = home(controller);
    let (vendor, product) = face.ids.split_once(':').expect("vendor:product");
    guest.run(&format!(
        "mkdir {home} {home}/strings/0x409 {home}/configs/c.1"
    ));
    guest.run(&format!(
        "cd {home} && echo 0x{vendor} >idVendor && echo 0x{product} >idProduct && \
         echo Emulated >strings/0x409/manufacturer && echo '{}' >strings/0x409/product && \
         echo {} >strings/0x409/serialnumber && echo 500 >configs/c.1/MaxPower",
        face.product, face.serial
    ));
}

/// The reports of one scan in the mode HID POS: symbology and data, in as many packets as it takes.
pub(crate) fn pos_reports(aim: &str, data: &[u8]) -> Vec<Vec<u8>> {
    let pieces = data.chunks(DATA);
    let count = pieces.len();
    let report = |(at, piece): (usize, &[u8])| {
        let mut report = vec![2, u8::try_from(piece.len()).expect("a short piece")];
        report.extend_from_slice(aim.as_bytes());
        report.extend_from_slice(piece);
        report.resize(REPORT, 0);
        report[REPORT - 1] = u8::from(at + 1 < count);
        report
    };
    pieces.enumerate().map(report).collect()
}

/// The reports of a keyboard with American layout that types this, with a release after each key.
pub(crate) fn typed(text: &str) -> Vec<Vec<u8>> {
    let strokes = text.bytes().map(key);
    strokes
        .flat_map(|(modifiers, key)| [vec![modifiers, 0, key, 0, 0, 0, 0, 0], vec![0; 8]])
        .collect()
}

/// Modifiers and usage of a character.
fn key(character: u8) -> (u8, u8) {
    const CTRL: u8 = 1;
    const SHIFT: u8 = 2;
    match character {
        b'a'..=b'z' => (0, character - b'a' + 4),
        b'A'..=b'Z' => (SHIFT, character - b'A' + 4),
        b'1'..=b'9' => (0, character - b'1' + 30),
        b'0' => (0, 39),
        b'\r' => (0, 40),
        b'-' => (0, 45),
        0x1d => (CTRL, 48),
        _ => panic!("no key for {character}"),
    }
}

/// Bytes as `printf` writes them.
fn printed(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "\\{byte:03o}").expect("a text takes text");
        text
    })
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |pair: &[char]| {
        let pair: String = pair.iter().collect();
        u8::from_str_radix(&pair, 16).expect("hexadecimal digits")
    };
    digits.chunks(2).map(byte).collect()
}
