//! The bridge before a real USB bus: an unmodified program with libusb, on the kernel of Debian, with
//! scanners that the same kernel emulates and a keyboard that the emulator has. One machine is
//! started, and lives through all scenes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they have seen"
)]

mod bridge;
mod gadget;
mod ledger;
mod scenes;

use std::time::Instant;

use tests::guest::{Guest, Setup, keyboard};
use tests::programs;

use self::gadget::{Face, Out, Scanner};

const POS: Face = Face {
    ids: "0c2e:0b67",
    product: "HID POS scanner",
    serial: "POS001",
};
/// One without an endpoint for what the host tells it, and with numbers that the bridge knows.
const XENON: Face = Face {
    ids: "0c2e:0907",
    product: "Xenon 1900",
    serial: "XEN001",
};
const SERIAL: Face = Face {
    ids: "05e0:1701",
    product: "CDC scanner",
    serial: "ACM001",
};
const KEYBOARD: Face = Face {
    ids: "05e0:1200",
    product: "Keyboard scanner",
    serial: "KBD001",
};
/// The emulator's own.
const KEYS: Face = Face {
    ids: keyboard::IDS,
    product: "QEMU USB Keyboard",
    serial: keyboard::SERIAL,
};
/// What the kernel needs for host controllers, scanners and the drivers that it has for them.
const MODULES: [&str; 8] = [
    "dummy_hcd num=4",
    "xhci-pci",
    "usbhid",
    "hid-generic",
    "cdc-acm",
    "libcomposite",
    "usb_f_hid",
    "usb_f_acm",
];
/// The emulator's keyboard is a keyboard to anybody who is not told otherwise. Emulation may stop
/// for a while in the middle of a scan.
const DEVICES: &str = r#"
[[device]]
match = { vid = 0x0627, pid = 0x0001, serial = "KEYS-1" }
mode = "keyboard"
gap_ms = 10000

[[device]]
match = { vid = 0x05e0 }
gap_ms = 10000
"#;

fn setup() -> Setup {
    Setup {
        modules: MODULES.map(str::to_owned).to_vec(),
        programs: vec![programs::stock_bridge(), programs::stock()],
        files: vec![(
            "etc/stock-bridge/devices.toml".to_owned(),
            0o644,
            DEVICES.as_bytes().to_vec(),
        )],
    }
}

/// The scanners of the machine, each at a host controller of its own.
#[derive(Debug)]
struct Desk {
    pos: Scanner,
    xenon: Scanner,
    serial: Scanner,
    keyboard: Scanner,
}

impl Desk {
    fn new(guest: &mut Guest) -> Self {
        Self {
            pos: Scanner::pos(guest, 0, POS, Out::Endpoint),
            serial: Scanner::serial(guest, 1, SERIAL),
            keyboard: Scanner::keyboard(guest, 2, KEYBOARD),
            xenon: Scanner::pos(guest, 3, XENON, Out::Control),
        }
    }
}

#[test]
fn scanners_of_every_kind_in_a_real_kernel() {
    #[expect(clippy::disallowed_methods, reason = "the run is timed, for people")]
    let start = Instant::now();
    let Some(mut guest) = Guest::start("usb", &setup()) else {
        return;
    };
    let booted = start.elapsed().as_secs_f64();
    let scans = scenes::all(&mut guest);
    let all = start.elapsed().as_secs_f64();
    println!(
        "usb: {scans} scans by 5 scanners in {all:.1} s, {booted:.1} s of them for the kernel"
    );
}
