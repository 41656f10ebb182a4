//! From the trigger to an entry in a store of `stock`, and back as the scanner's good-read beep.

use serde_json::Value;
use tests::guest::{Guest, Job};

use crate::Desk;
use crate::bridge::as_keeper;
use crate::gadget::{Scanner, pos_reports, typed};

const EAN: &str = "4006381333931";
/// What a scanner is told: a good read, and a bad one.
const GOOD: &str = "0408";
const BAD: &str = "0404";

fn stock(arguments: &str) -> String {
    as_keeper(&format!("stock --store /tmp/ledger {arguments}"))
}

/// The whole way; how many scans there were.
pub(crate) fn all(guest: &mut Guest, desk: &Desk) -> usize {
    guest.run(&stock("init --name desk"));
    guest.run(&stock(
        "item add R-100 --name Resistor --barcode 4006381333931",
    ));
    guest.run(&stock("location add A-01 --name Shelf"));
    over_the_socket(guest, desk) + without_a_bridge(guest, desk)
}

fn on_hand(guest: &mut Guest) -> String {
    let said = guest.run(&stock("show R-100 --json"));
    let shown: Value = serde_json::from_str(&said).expect("an item as JSON");
    shown["on_hand"].as_str().expect("a quantity").to_owned()
}

/// A scan in the mode HID POS, and how it sounded when its outcome was on the disk.
fn sounds(guest: &mut Guest, scanner: &Scanner, text: &str) -> String {
    scanner.send(guest, &pos_reports("]C0", text.as_bytes()));
    scanner.told(guest)
}

fn session(guest: &mut Guest, how: &str) -> Job {
    guest.go(&stock(&format!("scan --bounce 0 {how}")))
}

/// Scans ADD until it is taken; how many scans that were. What comes in the first moments after a
/// scanner was taken may have waited in it, and is refused.
fn begin_to_add(guest: &mut Guest, desk: &Desk) -> usize {
    let refused = (0..100).find(|_| sounds(guest, &desk.pos, "ADD") == GOOD);
    refused.expect("a scan is taken at last") + 1
}

/// Through `stock-bridge run`, which is another program.
fn over_the_socket(guest: &mut Guest, desk: &Desk) -> usize {
    let bridge = as_keeper("stock-bridge run --socket /tmp/scan.sock --spool /tmp/spool");
    let bridge = guest.go(&bridge);
    let mut missing = vec![desk.pos.face, desk.serial.face, desk.keyboard.face];
    guest.until(&bridge, "its scanners", |line| {
        missing.retain(|face| !(line.contains(face.product) && line.contains("is ready")));
        missing.is_empty().then_some(())
    });
    let scans = session(guest, "--bridge /tmp/scan.sock");
    let first = begin_to_add(guest, desk);
    for (text, tone) in [("A-01", GOOD), (EAN, GOOD), ("nobody knows this", BAD)] {
        assert_eq!(sounds(guest, &desk.pos, text), tone, "{text}");
    }
    let added = "R-100";
    guest.until_says(&scans, added);
    desk.keyboard.send(guest, &typed(&format!("{EAN}\r")));
    guest.until_says(&scans, added);
    desk.serial.send(guest, &[format!("{EAN}\r").into_bytes()]);
    guest.until_says(&scans, added);
    // What was heard to be good is there, whatever becomes of the programs.
    assert_eq!(sounds(guest, &desk.pos, EAN), GOOD);
    guest.signal(&scans, "KILL");
    guest.ended(&scans);
    assert_eq!(on_hand(guest), "4");

    // What is scanned while nobody takes it waits, and sounds when it is taken.
    for _ in 0..3 {
        desk.pos.send(guest, &pos_reports("]E0", EAN.as_bytes()));
    }
    let scans = session(guest, "--bridge /tmp/scan.sock");
    for _ in 0..3 {
        assert_eq!(desk.pos.told(guest), GOOD);
    }
    guest.signal(&scans, "KILL");
    guest.ended(&scans);
    assert_eq!(on_hand(guest), "7");
    guest.stop(&bridge);
    first + 9
}

/// Within `stock scan` itself.
fn without_a_bridge(guest: &mut Guest, desk: &Desk) -> usize {
    let scans = session(guest, "--usb");
    guest.until_says(&scans, "is ready");
    let first = begin_to_add(guest, desk);
    for text in ["A-01", EAN] {
        assert_eq!(sounds(guest, &desk.pos, text), GOOD, "{text}");
    }
    guest.signal(&scans, "KILL");
    guest.ended(&scans);
    assert_eq!(on_hand(guest), "8");
    first + 2
}
