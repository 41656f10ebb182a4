//! Scanners on a bus in memory: coming, going, refused, several at once.

use super::*;
use crate::source::{InProcess, ScanSource};
use crate::testing::{keyboard, pos, pos_report, serial};
use crate::transport::fake::{FakeBus, FakeDevice};
use crate::wire::Scan;

const LONG: Duration = Duration::from_secs(20);

struct Desk {
    bus: FakeBus,
    source: InProcess,
}

impl Desk {
    fn with(devices: Vec<FakeDevice>) -> Self {
        Self::of(FakeBus::new(), devices)
    }

    fn of(bus: FakeBus, devices: Vec<FakeDevice>) -> Self {
        for device in devices {
            bus.plug(device);
        }
        let bus_of = Arc::new(bus.clone());
        let (scanners, heard) = Scanners::start(Config::default(), bus_of).unwrap();
        Self {
            bus,
            source: InProcess::new(scanners, heard),
        }
    }

    fn next(&self) -> Heard {
        self.source.next(LONG).unwrap().expect("something is heard")
    }

    /// Passes over scans and news until there is news of this kind.
    fn until(&self, code: &str) -> Notice {
        loop {
            match self.next() {
                Heard::Notice(notice) if notice.code == code => return notice,
                Heard::Notice(_) | Heard::Scan(_) => {}
            }
        }
    }

    fn scan(&self) -> Scan {
        loop {
            if let Heard::Scan(scan) = self.next() {
                return scan;
            }
        }
    }

    /// Waits until a scanner has nothing more to give and its silence was noticed.
    fn until_drained(&self, port: &str) {
        let is_read = self.bus.wait(port, LONG, |device| {
            device.reads.is_empty() && device.quiet > 1
        });
        assert!(is_read, "the scanner is read");
    }

    fn state(&self, port: &str) -> Option<State> {
        let standing = self.source.scanners().standing();
        let here = standing.into_iter().find(|one| one.device.port == port);
        here.map(|one| one.state)
    }
}

#[test]
fn a_scanner_is_read_and_sounds_when_its_scan_is_done() {
    let desk = Desk::with(vec![pos("1-1", Some("S1"))]);
    let notice = desk.until("ready");
    assert_eq!(notice.device.as_deref(), Some("0c2e:0907/S1"));
    desk.until_drained("1-1");
    desk.bus
        .send("1-1", &[&pos_report("]E0", b"5901234123457", false)]);
    let scan = desk.scan();
    assert_eq!(scan.text(), Some("5901234123457"));
    assert_eq!(scan.aim.as_deref(), Some("]E0"));
    assert_eq!(
        (scan.device.as_str(), scan.mode.as_str()),
        ("0c2e:0907/S1", "hidpos")
    );
    assert!(!scan.is_stale);
    let beeps = |device: &FakeDevice| device.sent.iter().any(|(to, _)| to == "02");
    assert!(
        !desk.bus.with("1-1", |device| beeps(device)).unwrap(),
        "not before"
    );
    desk.source.done(&scan.scan_id, Tone::Ok);
    assert!(desk.bus.wait("1-1", LONG, beeps));
    desk.source.done(&scan.scan_id, Tone::Ok);
    desk.bus.send("1-1", &[&pos_report("]E0", b"2", false)]);
    desk.source.done(&desk.scan().scan_id, Tone::Error);
    let all = |device: &FakeDevice| device.sent.iter().filter(|(to, _)| to == "02").count() == 2;
    assert!(desk.bus.wait("1-1", LONG, all));
    let device = desk.bus.pull("1-1").unwrap();
    let beeps: Vec<&[u8]> = device.sent[1..].iter().map(|(_, bytes)| &**bytes).collect();
    assert_eq!(
        beeps,
        [[4, 8], [4, 4]],
        "a good one and a bad one, once each"
    );
    assert_eq!(
        device.sent[0],
        ("21 09 03fe 0000".to_owned(), vec![0xfe, 1]),
        "Honeywell's"
    );
}

#[test]
fn what_was_scanned_while_nobody_read_is_stale() {
    let mut device = pos("1-1", None);
    device.reads.push_back(Ok(pos_report("]E0", b"old", false)));
    let desk = Desk::with(vec![device]);
    let old = desk.scan();
    assert_eq!((old.text(), old.is_stale), (Some("old"), true));
    desk.until_drained("1-1");
    desk.bus.send("1-1", &[&pos_report("]E0", b"new", false)]);
    let new = desk.scan();
    assert_eq!((new.text(), new.is_stale), (Some("new"), false));
    assert!(old.scan_id < new.scan_id);
}

#[test]
fn a_scanner_pulled_out_in_the_middle_of_a_scan_gives_nothing_of_it() {
    let desk = Desk::with(vec![pos("1-1", None)]);
    desk.until("ready");
    desk.until_drained("1-1");
    desk.bus
        .send("1-1", &[&pos_report("]Q1", &[b'x'; 56], true)]);
    desk.until_drained("1-1");
    desk.bus.pull("1-1");
    let lost = desk.until("lost");
    assert!(lost.is_trouble && lost.hint.is_some());
    assert_eq!(desk.state("1-1"), Some(State::Absent));
    desk.bus.plug(pos("1-1", None));
    desk.until("ready");
    desk.until_drained("1-1");
    desk.bus.send("1-1", &[&pos_report("]E0", b"whole", false)]);
    assert_eq!(desk.scan().text(), Some("whole"));
}

#[test]
fn a_permission_that_comes_later_is_enough() {
    let mut device = pos("1-1", None);
    device.open = Some(UsbTrouble::Access);
    let desk = Desk::with(vec![device]);
    let denied = desk.until("no-permission");
    assert!(denied.hint.unwrap().contains("udev-rules"));
    assert_eq!(desk.state("1-1"), Some(State::Denied));
    desk.bus.with("1-1", |device| device.open = None);
    desk.until("ready");
    assert_eq!(desk.state("1-1"), Some(State::Ready));
}

#[test]
fn a_scanner_that_another_program_has_is_taken_when_it_lets_go() {
    let mut device = pos("1-1", None);
    device.claim = Some(UsbTrouble::Busy);
    let desk = Desk::with(vec![device]);
    assert_eq!(desk.until("busy").device.as_deref(), Some("0c2e:0907@1-1"));
    desk.bus.with("1-1", |device| device.claim = None);
    desk.until("ready");
}

#[test]
fn a_storm_of_failed_reads_ends_the_reader_and_it_comes_back() {
    let desk = Desk::with(vec![pos("1-1", None)]);
    desk.until("ready");
    desk.until_drained("1-1");
    desk.bus.with("1-1", |device| {
        device
            .reads
            .extend(std::iter::repeat_n(Err(UsbTrouble::Io), 14));
    });
    assert!(desk.bus.wait("1-1", LONG, |device| device.reads.is_empty()
        && device.opened > 1));
    desk.until_drained("1-1");
    desk.bus.send("1-1", &[&pos_report("]E0", b"after", false)]);
    assert_eq!(desk.scan().text(), Some("after"));
}

#[test]
fn what_follows_a_failed_read_is_left_out_until_the_scanner_is_silent() {
    let desk = Desk::with(vec![pos("1-1", None)]);
    desk.until("ready");
    desk.until_drained("1-1");
    desk.bus.with("1-1", |device| {
        device
            .reads
            .push_back(Ok(pos_report("]Q1", &[b'a'; 56], true)));
        device.reads.push_back(Err(UsbTrouble::Io));
        device
            .reads
            .push_back(Ok(pos_report("]Q1", b"end of a", false)));
    });
    let disturbed = desk.until("unreadable");
    assert!(disturbed.text.contains("disturbed"), "{disturbed:?}");
    desk.until_drained("1-1");
    desk.bus.send("1-1", &[&pos_report("]E0", b"b", false)]);
    assert_eq!(desk.scan().text(), Some("b"), "and never the end of a");
}

#[test]
fn an_endpoint_that_stopped_is_made_to_work_again() {
    let desk = Desk::with(vec![pos("1-1", None)]);
    desk.until("ready");
    desk.until_drained("1-1");
    desk.bus.with("1-1", |device| {
        device.reads.push_back(Err(UsbTrouble::Stalled));
    });
    let cleared = |device: &FakeDevice| device.sent.iter().any(|(to, _)| to == "81 clear halt");
    assert!(desk.bus.wait("1-1", LONG, cleared));
    desk.until_drained("1-1");
    desk.bus.send("1-1", &[&pos_report("]E0", b"on", false)]);
    assert_eq!(desk.scan().text(), Some("on"));
    assert_eq!(desk.bus.with("1-1", |device| device.opened), Some(1));
}

#[test]
fn three_at_once_keep_to_themselves() {
    let ports = ["1-1", "1-2", "1-3"];
    let devices = ports.map(|port| pos(port, None)).into();
    let desk = Desk::with(devices);
    for _ in ports {
        desk.until("ready");
    }
    for port in ports {
        desk.until_drained(port);
    }
    for number in 0..20 {
        for port in ports {
            let data = format!("{port} {number} {}", "x".repeat(30));
            let (head, tail) = data.as_bytes().split_at(20);
            let parts = [
                pos_report("]Q1", head, true),
                pos_report("]Q1", tail, false),
            ];
            desk.bus.send(port, &[&parts[0], &parts[1]]);
        }
    }
    let mut next = [0; 3];
    for _ in 0..60 {
        let scan = desk.scan();
        let text = scan.text().unwrap();
        let mut words = text.split(' ');
        let port = words.next().unwrap();
        assert_eq!(scan.device, format!("0c2e:0907@{port}"));
        let place = ports.iter().position(|one| *one == port).unwrap();
        assert_eq!(
            words.next().unwrap(),
            next[place].to_string(),
            "each in its order"
        );
        next[place] += 1;
        desk.source.done(&scan.scan_id, Tone::Ok);
    }
    for port in ports {
        let beeps =
            |device: &FakeDevice| device.sent.iter().filter(|(to, _)| to == "02").count() == 20;
        assert!(desk.bus.wait(port, LONG, beeps), "{port}");
    }
}

#[test]
fn a_bus_that_does_not_tell_is_listed() {
    let bus = FakeBus::new();
    bus.set_deaf();
    let desk = Desk::of(bus, Vec::new());
    desk.bus.plug(pos("1-1", None));
    desk.until("ready");
    desk.bus.pull("1-1");
    desk.until("lost");
}

#[test]
fn a_bus_that_is_away_is_told_once_and_found_when_it_is_there() {
    let bus = FakeBus::new();
    bus.set_trouble(Some(UsbTrouble::NoUsb));
    let desk = Desk::of(bus, vec![pos("1-1", None)]);
    let notice = desk.next();
    assert!(matches!(notice, Heard::Notice(notice) if notice.code == "no-usb"));
    desk.bus.set_trouble(None);
    assert!(matches!(desk.next(), Heard::Notice(notice) if notice.code == "ready"));
}

#[test]
fn whoever_takes_no_scans_loses_none() {
    let desk = Desk::with(vec![pos("1-1", None)]);
    desk.until("ready");
    desk.until_drained("1-1");
    let count = HEARD_MAX * 3;
    let reports: Vec<Vec<u8>> = (0..count)
        .map(|number| pos_report("]E0", number.to_string().as_bytes(), false))
        .collect();
    let packets: Vec<&[u8]> = reports.iter().map(Vec::as_slice).collect();
    desk.bus.send("1-1", &packets);
    let held_up = |device: &FakeDevice| device.reads.len() < count - HEARD_MAX;
    assert!(desk.bus.wait("1-1", LONG, held_up));
    for number in 0..count {
        assert_eq!(desk.scan().text(), Some(number.to_string().as_str()));
    }
}

#[test]
fn a_keyboard_of_a_scanner_and_a_serial_one_are_taken_and_a_strange_keyboard_is_not() {
    let scanner = keyboard("1-1", (0x05e0, 0x1200));
    let strange = keyboard("1-2", (0x046d, 0xc31c));
    let desk = Desk::with(vec![scanner, strange, serial("1-3")]);
    desk.until("ready");
    desk.until("ready");
    for port in ["1-1", "1-3"] {
        desk.until_drained(port);
    }
    let keys: [&[u8]; 4] = [
        &[2, 0, 0x04, 0, 0, 0, 0, 0],
        &[0; 8],
        &[0, 0, 0x28, 0, 0, 0, 0, 0],
        &[0; 8],
    ];
    let typed = |text: &[u8]| -> Vec<Vec<u8>> {
        let key = |letter: &u8| vec![2, 0, letter - b'A' + 4, 0, 0, 0, 0, 0];
        text.iter()
            .flat_map(|letter| [key(letter), vec![0; 8]])
            .collect()
    };
    let text = typed(b"PAR");
    let text: Vec<&[u8]> = text.iter().map(Vec::as_slice).chain(keys).collect();
    desk.bus.send("1-1", &text);
    let scan = desk.scan();
    assert_eq!(
        (scan.text(), scan.mode.as_str()),
        (Some("PARA"), "keyboard")
    );
    assert_eq!(scan.framing, "cr");
    desk.bus.send("1-3", &[b"4006381", b"333931\rABC-1\r"]);
    assert_eq!(desk.scan().text(), Some("4006381333931"));
    let second = desk.scan();
    assert_eq!(
        (second.text(), second.mode.as_str()),
        (Some("ABC-1"), "cdc")
    );
    let untouched = desk
        .bus
        .with("1-2", |device| (device.opened, device.claimed.len()));
    assert_eq!(untouched, Some((0, 0)));
    let serial = desk.bus.pull("1-3").unwrap();
    assert_eq!(serial.claimed, [0, 1], "both halves");
    let lines = ("21 22 0003 0000".to_owned(), Vec::new());
    assert!(serial.sent.contains(&lines), "DTR and RTS");
}

#[test]
fn scanners_that_are_let_go_are_given_back() {
    let desk = Desk::with(vec![pos("1-1", None)]);
    desk.until("ready");
    let Desk { bus, source } = desk;
    assert_eq!(bus.with("1-1", |device| device.claimed.len()), Some(1));
    drop(source);
    assert!(bus.wait("1-1", LONG, |device| device.claimed.is_empty()));
}
