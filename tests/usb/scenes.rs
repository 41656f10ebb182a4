//! What happens at the desk, from a scanner that nobody may open to four that are scanned with at
//! once.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::guest::{Guest, Job};

use crate::bridge::{Bridge, Scan, as_keeper, permit, start_udev};
use crate::gadget::{Face, Scanner, pos_reports, typed};
use crate::{Desk, KEYBOARD, KEYS, POS, SERIAL, XENON, ledger};

const EAN: &str = "4006381333931";
/// Too long for one report, and with the separator that keyboards lack.
const LONG: &str =
    "0104006381333931\u{1d}10LOT-42\u{1d}21SERIAL-0001-0002-0003\u{1d}91INTERNAL-CODE";
const SHORT: &str = "10LOT-42\u{1d}21S-1";
/// How often each scanner is used while all are.
const AT_ONCE: usize = 20;

/// All scenes, one after the other; how many scans there were.
pub(crate) fn all(guest: &mut Guest) -> usize {
    let desk = Desk::new(guest);
    start_udev(guest);
    no_permission(guest, &desk);
    let mut bridge = permission_comes(guest, &desk);
    every_kind(guest, &desk, &mut bridge);
    all_at_once(guest, &desk, &mut bridge);
    the_second_is_refused(guest, &desk);
    good_and_bad_reads_sound(guest, &desk, &mut bridge);
    unplugged_in_the_middle(guest, &desk, &mut bridge);
    let scans = bridge.stop(guest);
    the_kernel_has_them_again(guest, &desk);
    scans + a_capture_replays(guest, &desk) + ledger::all(guest, &desk)
}

/// What somebody hears who plugged in a scanner and has no right to open it.
fn no_permission(guest: &mut Guest, desk: &Desk) {
    desk.pos.plug(guest);
    guest.run("udevadm settle");
    let found = findings(guest, "stock-bridge doctor --json");
    let (code, hint) = &found[&named(POS)];
    assert_eq!(code, "no-permission");
    assert!(hint.contains("stock-bridge udev-rules"), "{hint}");
}

/// What the doctor finds first about each device: code and hint.
fn findings(guest: &mut Guest, command: &str) -> BTreeMap<String, (String, String)> {
    let (_, said) = guest.tried(&as_keeper(command));
    let line = said.lines().find(|line| line.contains("findings"));
    let whole: Value = serde_json::from_str(line.expect("findings")).expect("findings as JSON");
    let list = whole["findings"].as_array().expect("a list of findings");
    let mut found = BTreeMap::new();
    for finding in list {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        found
            .entry(text("device"))
            .or_insert_with(|| (text("code"), text("hint")));
    }
    found
}

fn named(face: Face) -> String {
    format!("{}/{}", face.ids, face.serial)
}

/// A bridge that waits for a scanner gets it as soon as udev gives it away. What was scanned
/// meanwhile is not lost, and is not taken for new.
fn permission_comes(guest: &mut Guest, desk: &Desk) -> Bridge {
    let mut bridge = Bridge::start(guest);
    bridge.until(guest, "no-permission", POS);
    desk.pos.send(guest, &pos_reports("]E0", EAN.as_bytes()));
    permit(guest);
    bridge.until(guest, "ready", POS);
    let scan = bridge.next(guest);
    is(&scan, POS, Some("]E0"), EAN, "report");
    assert!(scan.is_stale, "{scan:?}");
    bridge
}

#[track_caller]
fn is(scan: &Scan, face: Face, aim: Option<&str>, text: &str, framing: &str) {
    let seen = (
        &*scan.device,
        scan.aim.as_deref(),
        &*scan.text,
        &*scan.framing,
    );
    assert_eq!(seen, (&*named(face), aim, text, framing));
}

/// Scanners are plugged in while the bridge runs, and each is scanned with.
fn every_kind(guest: &mut Guest, desk: &Desk, bridge: &mut Bridge) {
    for scanner in [&desk.serial, &desk.keyboard, &desk.xenon] {
        scanner.plug(guest);
        bridge.until(guest, "ready", scanner.face);
    }
    guest.plug_keyboard();
    bridge.until(guest, "ready", KEYS);

    for text in [EAN, LONG] {
        for scanner in [&desk.pos, &desk.xenon] {
            scanner.send(guest, &pos_reports("]C1", text.as_bytes()));
            is(
                &bridge.next(guest),
                scanner.face,
                Some("]C1"),
                text,
                "report",
            );
        }
    }
    desk.keyboard.send(guest, &typed(&format!("{SHORT}\r")));
    is(&bridge.next(guest), KEYBOARD, None, SHORT, "cr");
    guest.press(&format!("{SHORT}\r"));
    is(&bridge.next(guest), KEYS, None, SHORT, "cr");
    let lines = format!("]C1{LONG}\r{EAN}\r\n");
    desk.serial.send(guest, &[lines.into_bytes()]);
    is(&bridge.next(guest), SERIAL, Some("]C1"), LONG, "cr");
    is(&bridge.next(guest), SERIAL, None, EAN, "cr");
}

/// Four scanners at once: each scan comes, once, and in its scanner's order.
fn all_at_once(guest: &mut Guest, desk: &Desk, bridge: &mut Bridge) {
    let number = |at: usize| format!("S{at:04}");
    let mut jobs: Vec<Job> = Vec::new();
    let mut go = |guest: &mut Guest, scanner: &Scanner, pieces: &dyn Fn(&str) -> Vec<Vec<u8>>| {
        let all: Vec<Vec<u8>> = (0..AT_ONCE).flat_map(|at| pieces(&number(at))).collect();
        jobs.push(scanner.begin(guest, &all));
    };
    go(guest, &desk.pos, &|text| {
        pos_reports("]C0", text.as_bytes())
    });
    go(guest, &desk.xenon, &|text| {
        pos_reports("]C0", text.as_bytes())
    });
    go(guest, &desk.keyboard, &|text| typed(&format!("{text}\r")));
    go(guest, &desk.serial, &|text| {
        vec![format!("{text}\r").into_bytes()]
    });
    let mut came: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for _ in 0..4 * AT_ONCE {
        let scan = bridge.next(guest);
        assert!(!scan.is_stale, "{scan:?}");
        came.entry(scan.device).or_default().push(scan.text);
    }
    let wanted: Vec<String> = (0..AT_ONCE).map(number).collect();
    for face in [POS, XENON, KEYBOARD, SERIAL] {
        assert_eq!(came[&named(face)], wanted, "{}", face.product);
    }
    for job in jobs {
        assert_eq!(guest.ended(&job), (0, String::new()));
    }
}

/// Whoever comes second is told who has the scanner, and takes nothing away.
fn the_second_is_refused(guest: &mut Guest, desk: &Desk) {
    let (code, said) = guest.tried(&as_keeper("stock-bridge beep --json"));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(r#""code":"busy""#), "{said}");
    let found = findings(guest, "stock-bridge doctor --json");
    for face in [POS, SERIAL, KEYBOARD] {
        assert_eq!(found[&named(face)].0, "in-use", "{found:?}");
    }
    for scanner in [&desk.pos, &desk.xenon, &desk.serial, &desk.keyboard] {
        assert_eq!(scanner.driver(guest), "usbfs");
    }
}

/// The scanner sounds when its scan is acknowledged: by an endpoint, and by a request where it has
/// none.
fn good_and_bad_reads_sound(guest: &mut Guest, desk: &Desk, bridge: &mut Bridge) {
    // It was told to send when it was taken, by a request too.
    assert_eq!(desk.xenon.told(guest), "fe01");
    for scanner in [&desk.pos, &desk.xenon] {
        for (tone, report) in [("ok", "0408"), ("error", "0404")] {
            scanner.send(guest, &pos_reports("]E0", EAN.as_bytes()));
            let scan = bridge.next(guest);
            bridge.ack(guest, &scan, tone);
            assert_eq!(scanner.told(guest), report, "{tone} of {}", scan.device);
        }
    }
}

/// Half a scan before the plug comes out is no scan, and gets into no other.
fn unplugged_in_the_middle(guest: &mut Guest, desk: &Desk, bridge: &mut Bridge) {
    // The second of three parts is written when the host has taken the first.
    let parts = pos_reports("]C1", LONG.repeat(2).as_bytes());
    assert_eq!(parts.len(), 3);
    desk.pos.send(guest, &parts[..2]);
    desk.serial.send(guest, &[b"ABC".to_vec()]);
    desk.keyboard.send(guest, &typed("ABC"));
    for scanner in [&desk.pos, &desk.serial, &desk.keyboard] {
        scanner.unplug(guest);
        bridge.until(guest, "lost", scanner.face);
        scanner.plug(guest);
        bridge.until(guest, "ready", scanner.face);
    }
    desk.pos.send(guest, &pos_reports("]E0", EAN.as_bytes()));
    is(&bridge.next(guest), POS, Some("]E0"), EAN, "report");
    desk.serial.send(guest, &[format!("{EAN}\r").into_bytes()]);
    is(&bridge.next(guest), SERIAL, None, EAN, "cr");
    desk.keyboard.send(guest, &typed(&format!("{EAN}\r")));
    is(&bridge.next(guest), KEYBOARD, None, EAN, "cr");

    guest.unplug_keyboard();
    bridge.until(guest, "lost", KEYS);
    guest.plug_keyboard();
    bridge.until(guest, "ready", KEYS);
    guest.press(&format!("{EAN}\r"));
    is(&bridge.next(guest), KEYS, None, EAN, "cr");
}

/// Whoever ends the bridge has keyboards and serial ports as before.
fn the_kernel_has_them_again(guest: &mut Guest, desk: &Desk) {
    for scanner in [&desk.pos, &desk.xenon, &desk.keyboard] {
        assert_eq!(scanner.driver(guest), "usbhid", "{}", scanner.face.product);
    }
    assert_eq!(desk.serial.driver(guest), "cdc_acm");
}

/// What was recorded of a scanner gives its scan again, and the kernel has the scanner again.
fn a_capture_replays(guest: &mut Guest, desk: &Desk) -> usize {
    let device = named(POS);
    let command = format!("stock-bridge capture /tmp/odd.jsonl --count 1 --json --device {device}");
    let capture = guest.go(&as_keeper(&command));
    guest.until_says(&capture, "scan with");
    desk.pos.send(guest, &pos_reports("]C1", LONG.as_bytes()));
    let (code, seen) = guest.ended(&capture);
    assert_eq!(code, 0, "{seen}");
    assert_eq!(desk.pos.driver(guest), "usbhid");
    let replayed = guest.run(&as_keeper("stock-bridge replay /tmp/odd.jsonl --json"));
    assert!(seen.contains(r#""aim":"]C1""#), "{seen}");
    assert_eq!(without_age(&replayed), without_age(&seen));
    1
}

/// A scan as a capture prints it, but for when it was made: a recording has no first moments.
fn without_age(line: &str) -> Value {
    let mut scan: Value = serde_json::from_str(line).expect("a scan as JSON");
    let keys = scan.as_object_mut().expect("a scan is an object");
    keys.remove("stale").expect("a scan has its age");
    scan
}
