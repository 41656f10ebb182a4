//! Everything that goes wrong on a bus, and what the program makes of it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use serde_json::Value;

use crate::devices::{Device, hostile, keyboard, pos, pos_reports, serial};
use crate::mock::{BRIDGE, Mock};

const ENODEV: i32 = 19;
const EBUSY: i32 = 16;

/// What `doctor` finds, and its exit status.
fn findings(mock: &mut Mock, run: impl FnOnce(&mut Mock)) -> (i32, Vec<Value>) {
    run(mock);
    let (status, printed) = mock.ended();
    let report: Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed}"));
    assert_eq!(report["ok"], Value::from(status == 0));
    (status, report["findings"].as_array().unwrap().clone())
}

fn doctor(mock: &mut Mock) -> (i32, Vec<Value>) {
    findings(mock, |mock| mock.run("doctor --json"))
}

fn codes(findings: &[Value]) -> Vec<&str> {
    findings
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect()
}

/// The program takes a scan though its scanner was gone at any one request, once.
fn unplugged_at_every_request(test: &str, device: Device, packets: &[Vec<u8>]) {
    let port = device.port;
    let Some(mut mock) = Mock::with(test, &[device]) else {
        return;
    };
    // Taking it and reading one scan are fewer requests than these.
    for request in 1..=12 {
        mock.command(&format!("fail {port} {request} {ENODEV}"));
        mock.run("test --count 1 --json");
        if request % 2 == 0 {
            mock.send(port, packets);
        }
        // It comes back at a moment of its own.
        mock.command(&format!("mend {port}"));
        mock.command(&format!("clear {port}"));
        mock.send(port, packets);
        let (status, printed) = mock.ended();
        assert_eq!(status, 0, "request {request}");
        let scan: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(scan["text"], "5901234123457", "request {request}");
    }
}

#[test]
fn a_hid_pos_scanner_may_go_at_any_request() {
    let test = "a_hid_pos_scanner_may_go_at_any_request";
    let packets = pos_reports("]E0", "5901234123457");
    unplugged_at_every_request(test, pos("1-1", 4, true), &packets);
}

#[test]
fn a_serial_scanner_may_go_at_any_request() {
    let test = "a_serial_scanner_may_go_at_any_request";
    unplugged_at_every_request(test, serial("1-2", 5), &[b"5901234123457\r".to_vec()]);
}

#[test]
fn a_scanner_that_goes_in_the_middle_of_a_scan_gives_nothing_of_it() {
    let test = "a_scanner_that_goes_in_the_middle_of_a_scan_gives_nothing_of_it";
    let Some(mut mock) = Mock::with(test, &[pos("1-1", 4, true)]) else {
        return;
    };
    mock.run("test --count 1 --json");
    mock.until("HOST 1-1 waits");
    let halves = pos_reports("]Q1", &"x".repeat(100));
    mock.send("1-1", &halves[..1]);
    // It has the first half and waits for the second.
    mock.until("HOST 1-1 waits");
    mock.command("unplug 1-1");
    // It let go of the scanner, so it has noticed.
    mock.until("HOST 1-1 released 0");
    mock.command("mend 1-1");
    mock.until("HOST 1-1 control 21 09 03fe");
    mock.send("1-1", &pos_reports("]E0", "whole"));
    let (status, printed) = mock.ended();
    assert_eq!(status, 0);
    assert!(printed.contains("\"text\":\"whole\""), "{printed}");
}

#[test]
fn a_scanner_that_another_program_has_is_told_and_taken_later() {
    let test = "a_scanner_that_another_program_has_is_told_and_taken_later";
    let Some(mut mock) = Mock::with(test, &[pos("1-1", 4, true)]) else {
        return;
    };
    mock.command(&format!("claim 1-1 {EBUSY}"));
    let (status, found) = doctor(&mut mock);
    assert_eq!((status, codes(&found)), (1, vec!["busy"]));
    assert_eq!(mock.output("beep").0, 1);
    mock.run("test --count 1 --json");
    mock.send("1-1", &pos_reports("]E0", "5901234123457"));
    mock.command("claim 1-1 0");
    assert_eq!(mock.ended().0, 0);
}

#[test]
fn a_scanner_that_refuses_every_request_is_told() {
    let test = "a_scanner_that_refuses_every_request_is_told";
    let Some(mut mock) = Mock::with(test, &[pos("1-1", 4, true), serial("1-2", 5)]) else {
        return;
    };
    mock.command("refuse 1-1");
    mock.command("refuse 1-2");
    let (status, found) = doctor(&mut mock);
    assert_eq!(
        (status, codes(&found)),
        (1, vec!["stalled", "ok"]),
        "a serial port needs none"
    );
}

#[test]
fn a_hostile_descriptor_costs_no_memory() {
    let test = "a_hostile_descriptor_costs_no_memory";
    let Some(mut mock) = Mock::with(test, &[hostile("1-1", 4)]) else {
        return;
    };
    let (status, found) = findings(&mut mock, |mock| {
        mock.run_program(
            "/usr/bin/prlimit",
            &format!("--as=300000000 {BRIDGE} doctor --json"),
        );
    });
    assert_eq!((status, codes(&found)), (1, vec!["wrong-mode"]));
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let devices = [
        pos("1-1", 4, true),
        keyboard("1-3", 6, (0x05e0, 0x1900)),
        keyboard("1-4", 7, (0x046d, 0xc31c)),
    ];
    let Some(mut mock) = Mock::with("what_is_wrong_is_said_with_what_to_do", &devices) else {
        return;
    };
    let (status, found) = doctor(&mut mock);
    assert_eq!(
        (status, codes(&found)),
        (1, vec!["wrong-mode", "unknown-device", "ok"])
    );
    assert!(found[0]["hint"].as_str().unwrap().contains("USB HID POS"));
    let config = mock.path("devices.toml");
    fs::write(
        &config,
        "[[device]]\nmatch = { vid = 0x05e0 }\nmode = \"ignore\"\n",
    )
    .unwrap();
    assert_eq!(doctor(&mut mock).0, 0, "what is ignored is no trouble");
    fs::write(
        &config,
        "[[device]]\nmatch = { vid = 5 }\nmode = \"wegde\"\n",
    )
    .unwrap();
    assert_eq!(
        mock.output("list").0,
        1,
        "a wrong file is an error, not an empty one"
    );
}

#[test]
fn a_user_without_permission_is_told_and_scans_when_it_comes() {
    let test = "a_user_without_permission_is_told_and_scans_when_it_comes";
    let Some(mut mock) = Mock::with(test, &[pos("1-1", 4, true)]) else {
        return;
    };
    // Nobody's own copy, where nobody may look.
    let bridge = mock.path("stock-bridge");
    fs::copy(BRIDGE, &bridge).unwrap();
    for folder in [mock.folder.path(), mock.root()] {
        open_up(folder);
    }
    let node = mock.root().join("dev/bus/usb/001/004");
    fs::set_permissions(&node, fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let nobody = "--reuid=65534 --regid=65534 --clear-groups";
    let run = |mock: &mut Mock, args: &str| {
        if is_root {
            let args = format!("{nobody} {} {args}", bridge.display());
            mock.run_program("/usr/bin/setpriv", &args);
        } else {
            mock.run(args);
        }
    };
    let (status, found) = findings(&mut mock, |mock| run(mock, "doctor --json"));
    assert_eq!((status, codes(&found)), (1, vec!["no-permission"]));
    assert!(found[0]["hint"].as_str().unwrap().contains("scanner"));
    run(&mut mock, "test --count 1 --json");
    mock.send("1-1", &pos_reports("]E0", "5901234123457"));
    fs::set_permissions(&node, fs::Permissions::from_mode(0o666)).unwrap();
    let (status, printed) = mock.ended();
    assert_eq!(status, 0);
    assert!(printed.contains("5901234123457"));
}

/// Lets everybody into a folder and all that is in it.
fn open_up(path: &Path) {
    let Ok(about) = fs::symlink_metadata(path) else {
        return;
    };
    if about.is_symlink() {
        return;
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    if about.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            open_up(&entry.unwrap().path());
        }
    }
}

#[test]
fn scanners_are_given_back_at_the_end() {
    let devices = [pos("1-1", 4, true), serial("1-2", 5)];
    let Some(mut mock) = Mock::with("scanners_are_given_back_at_the_end", &devices) else {
        return;
    };
    mock.run("test --count 1");
    mock.send("1-1", &pos_reports("]E0", "5901234123457"));
    mock.until("HOST 1-1 released 0");
    assert_eq!(mock.ended().0, 0);
    mock.run("test");
    until_all(&mut mock, &["HOST 1-1 waits", "HOST 1-2 waits"]);
    mock.command("term");
    let given_back = [
        "HOST 1-1 released 0",
        "HOST 1-2 released 0",
        "HOST 1-2 released 1",
    ];
    until_all(&mut mock, &given_back);
}

/// Waits for lines in any order.
fn until_all(mock: &mut Mock, lines: &[&str]) {
    let mut missing = lines.to_vec();
    while !missing.is_empty() {
        let line = mock.until("HOST 1-");
        missing.retain(|wanted| *wanted != line);
    }
}
