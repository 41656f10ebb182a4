//! Scans of every kind of scanner, on their way to a client and back as a sound.

use std::time::Duration;

use firmware_bridge::{Client, Heard, Scan, ScanSource as _, Tone};
use serde_json::Value;

use crate::devices::{Device, key_reports, keyboard, pos, pos_reports, serial, small_pos};
use crate::mock::{LONG, Mock};

/// A bridge that runs, with its client.
struct Running {
    mock: Mock,
    client: Client,
}

impl Running {
    fn with(test: &str, devices: &[Device]) -> Option<Self> {
        let mut mock = Mock::with(test, devices)?;
        let (socket, spool) = (mock.path("sock"), mock.path("spool"));
        let (socket_text, spool) = (socket.display(), spool.display());
        mock.run(&format!("run --socket {socket_text} --spool {spool}"));
        Some(Self {
            mock,
            client: Client::new(&socket),
        })
    }

    fn scan(&self) -> Scan {
        scan_of(&self.client)
    }

    /// Waits until the scanner at a port is read and what it said before is over.
    ///
    /// A scan that comes before that is stale, which a test of new scans has to get out of the way.
    /// `sound` begins the line that tells that the scanner sounded.
    fn until_fresh(&mut self, port: &str, packets: &[Vec<u8>], sound: Option<&str>) {
        loop {
            self.mock.send(port, packets);
            let scan = self.scan();
            self.client.done(&scan.scan_id, Tone::Error);
            if let Some(line) = sound {
                self.mock.until(line);
            }
            if !scan.is_stale {
                return;
            }
        }
    }
}

/// The next scan that a client is given.
pub(crate) fn scan_of(client: &Client) -> Scan {
    for _ in 0..LONG.as_millis() / 100 {
        match client.next(Duration::from_millis(100)).unwrap() {
            Some(Heard::Scan(scan)) => return scan,
            Some(Heard::Notice(_)) | None => {}
        }
    }
    panic!("no scan came");
}

#[test]
fn everything_on_the_bus_is_listed() {
    let devices = [
        pos("1-1", 4, true),
        serial("1-2", 5),
        keyboard("1-3", 6, (0x05e0, 0x1200)),
        keyboard("1-4", 7, (0x046d, 0xc31c)),
    ];
    let Some(mut mock) = Mock::with("everything_on_the_bus_is_listed", &devices) else {
        return;
    };
    let (status, printed) = mock.output("list --json");
    assert_eq!(status, 0);
    let list: Value = serde_json::from_str(&printed).unwrap();
    let rows: Vec<[&str; 3]> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| ["port", "device", "mode"].map(|key| row[key].as_str().unwrap_or("-")))
        .collect();
    let expected = [
        ["1-1", "0c2e:0907/POS001", "hidpos"],
        ["1-2", "05e0:1701/ACM001", "cdc"],
        ["1-3", "05e0:1200@1-3", "keyboard"],
        ["1-4", "046d:c31c@1-4", "-"],
    ];
    assert_eq!(rows, expected);
    assert_eq!(list[0]["access"], "ok");
    assert_eq!(list[3]["not_read"], "a keyboard");
    let (_, text) = mock.output("list");
    assert!(
        text.contains("scanner, as HID POS") && text.contains("a keyboard"),
        "{text}"
    );
}

#[test]
fn a_hid_pos_scan_in_one_packet_and_in_two_sounds_when_it_is_safe() {
    let test = "a_hid_pos_scan_in_one_packet_and_in_two_sounds_when_it_is_safe";
    let Some(mut running) = Running::with(test, &[pos("1-1", 4, true)]) else {
        return;
    };
    // Honeywell's word that lets data flow.
    running.mock.until("HOST 1-1 control 21 09 03fe 0000 fe01");
    let sound = Some("HOST 1-1 out 02 0404");
    running.until_fresh("1-1", &pos_reports("]E0", "warm"), sound);
    running.mock.passed();
    let long: String = ('A'..='Z').cycle().take(100).collect();
    let long = format!("{long}\u{1d}21");
    for (aim, data) in [("]E0", "5901234123457"), ("]Q3", long.as_str())] {
        running.mock.send("1-1", &pos_reports(aim, data));
        let scan = running.scan();
        assert_eq!(scan.text(), Some(data));
        assert_eq!(scan.aim.as_deref(), Some(aim));
        assert_eq!(
            (scan.mode.as_str(), scan.framing.as_str()),
            ("hidpos", "report")
        );
        assert_eq!(scan.device, "0c2e:0907/POS001");
        let outputs = running.mock.passed();
        assert!(
            !outputs.iter().any(|line| line.contains(" out ")),
            "not before: {outputs:?}"
        );
        running.client.done(&scan.scan_id, Tone::Ok);
        running.mock.until("HOST 1-1 out 02 0408");
    }
}

#[test]
fn a_scanner_without_an_output_endpoint_sounds_by_request() {
    let test = "a_scanner_without_an_output_endpoint_sounds_by_request";
    let Some(mut running) = Running::with(test, &[pos("1-1", 4, false)]) else {
        return;
    };
    running
        .mock
        .send("1-1", &pos_reports("]E0", "5901234123457"));
    let scan = running.scan();
    running.client.done(&scan.scan_id, Tone::Ok);
    running.mock.until("HOST 1-1 control 21 09 0204 0000 0408");
}

#[test]
fn three_scanners_at_once_give_every_character() {
    let devices = [
        pos("1-1", 4, true),
        serial("1-2", 5),
        keyboard("1-3", 6, (0x05e0, 0x1200)),
    ];
    let test = "three_scanners_at_once_give_every_character";
    let Some(mut running) = Running::with(test, &devices) else {
        return;
    };
    running.until_fresh("1-2", &[b"warm\r".to_vec()], None);
    running.until_fresh("1-3", &key_reports("WARM\r"), None);
    running.until_fresh("1-1", &pos_reports("]E0", "warm"), None);
    running
        .mock
        .send("1-3", &key_reports("010400638133393121AB\u{1d}10X\r"));
    running
        .mock
        .send("1-1", &pos_reports("]C1", "0104006381333931"));
    running.mock.send(
        "1-2",
        &[b"4006381333931\rAB".to_vec(), b"C-1\x1d23\r".to_vec()],
    );
    let mut got: Vec<(String, String)> = Vec::new();
    while got.len() < 4 {
        let scan = running.scan();
        running.client.done(&scan.scan_id, Tone::Ok);
        got.push((scan.mode.clone(), scan.text().unwrap().to_owned()));
    }
    let of = |mode: &str| -> Vec<&str> {
        let of = got.iter().filter(|(one, _)| one == mode);
        of.map(|(_, text)| text.as_str()).collect()
    };
    assert_eq!(of("keyboard"), ["010400638133393121AB\u{1d}10X"]);
    assert_eq!(of("hidpos"), ["0104006381333931"]);
    assert_eq!(of("cdc"), ["4006381333931", "ABC-1\u{1d}23"]);
    let lines = running.mock.passed().join("\n");
    assert!(
        lines.contains("HOST 1-2 control 21 22 0003 0000"),
        "DTR and RTS: {lines}"
    );
}

#[test]
fn what_fills_its_packets_to_the_last_byte_comes_at_once() {
    let devices = [serial("1-2", 5), small_pos("1-1", 4)];
    let test = "what_fills_its_packets_to_the_last_byte_comes_at_once";
    let Some(mut running) = Running::with(test, &devices) else {
        return;
    };
    // No packet that is not full follows, neither here nor there.
    for length in [63, 127, 191] {
        let text = "S".repeat(length);
        running
            .mock
            .send("1-2", &[format!("{text}\r").into_bytes()]);
        assert_eq!(running.scan().text(), Some(text.as_str()));
    }
    running
        .mock
        .send("1-1", &pos_reports("]E0", "5901234123457"));
    assert_eq!(running.scan().text(), Some("5901234123457"));
}

#[test]
fn what_was_scanned_before_anybody_read_says_so() {
    let test = "what_was_scanned_before_anybody_read_says_so";
    let Some(mut mock) = Mock::with(test, &[pos("1-1", 4, true)]) else {
        return;
    };
    mock.send("1-1", &pos_reports("]E0", "old"));
    let (status, printed) = mock.output("test --count 1 --json");
    assert_eq!(status, 0);
    let scan: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        (&scan["text"], &scan["stale"]),
        (&"old".into(), &true.into())
    );
}

#[test]
fn a_capture_of_a_scanner_plays_the_same_scans() {
    let test = "a_capture_of_a_scanner_plays_the_same_scans";
    let Some(mut mock) = Mock::with(test, &[pos("1-1", 4, true)]) else {
        return;
    };
    let file = mock.path("odd.jsonl");
    let long = "x".repeat(150);
    mock.send("1-1", &pos_reports("]E0", "5901234123457"));
    mock.send("1-1", &pos_reports("]Q1", &long));
    let (status, captured) = mock.output(&format!("capture {} --count 2 --json", file.display()));
    assert_eq!(status, 0);
    assert!(captured.contains("5901234123457") && captured.contains(&long));
    let replayed = std::process::Command::new(crate::mock::BRIDGE)
        .args(["--json", "replay"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(replayed.status.success(), "without any USB: {replayed:?}");
    assert_eq!(
        String::from_utf8(replayed.stdout).unwrap().trim_end(),
        captured
    );
    let (status, _) = mock.output(&format!("capture {}", file.display()));
    assert_eq!(status, 1, "a file that is there is not written over");
}

#[test]
fn a_scanner_that_only_types_is_learnt_and_then_read() {
    let strange = keyboard("1-4", 7, (0x05fe, 0x1010));
    let test = "a_scanner_that_only_types_is_learnt_and_then_read";
    let Some(mut mock) = Mock::with(test, &[strange]) else {
        return;
    };
    // On a German scanner the keys Y and Z are the other way round.
    mock.send("1-4", &key_reports("ABCYZ\r"));
    let (status, printed) = mock.output("learn --device 1-4 --expect ABCZY");
    assert_eq!(status, 0, "{printed}");
    assert!(
        printed.contains("port = \"1-4\"") && printed.contains("layout = \"de\""),
        "{printed}"
    );
    mock.send("1-4", &key_reports("XYZ\r"));
    let (status, printed) = mock.output("test --count 1 --json");
    assert_eq!(status, 0);
    let scan: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(scan["text"], "XZY");
}

#[test]
fn a_scanner_is_told_to_sound_and_one_that_cannot_is_told_of() {
    let devices = [pos("1-1", 4, true), keyboard("1-3", 6, (0x05e0, 0x1200))];
    let test = "a_scanner_is_told_to_sound_and_one_that_cannot_is_told_of";
    let Some(mut mock) = Mock::with(test, &devices) else {
        return;
    };
    mock.run("beep --tone error");
    mock.until("HOST 1-1 out 02 0404");
    let (status, printed) = mock.ended();
    assert_eq!(status, 0);
    assert!(
        printed.contains("05e0:1200@1-3 cannot be told to sound"),
        "{printed}"
    );
    assert_eq!(mock.output("beep --device 1-3").0, 1);
    assert_eq!(mock.output("beep --device 9-9").0, 1);
}
