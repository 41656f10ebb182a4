//! The program `stock-bridge` where no USB is needed: captures, words on the command line, errors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/captures");

fn bridge(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stock-bridge"))
        .env_remove("STOCK_BRIDGE_CONFIG")
        .stdin(Stdio::null())
        .args(args)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The scans of lines of JSON, whose keys may stand in any order.
fn scans(lines: &str) -> Vec<Value> {
    let scans = lines.lines().map(serde_json::from_str);
    scans.collect::<Result<_, _>>().unwrap()
}

/// What a command that has to fail says on standard error as JSON.
fn error(args: &[&str]) -> Value {
    let output = bridge(&[&["--json"], args].concat());
    assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
    assert_eq!(text(&output.stdout), "", "{args:?}");
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    for key in ["code", "text", "hint"] {
        let word = said["error"][key].as_str().unwrap();
        assert!(!word.is_empty(), "{key} of {said}");
    }
    said["error"].clone()
}

/// Every capture that was ever taken gives the scans that it gave then. What is expected was read
/// off the codes, not off the program.
#[test]
fn captures_give_the_scans_of_their_codes() {
    let config = format!("{CAPTURES}/devices.toml");
    let mut count = 0;
    for file in fs::read_dir(CAPTURES).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|end| end != "jsonl") {
            continue;
        }
        let output = bridge(&[
            "--json",
            "--config",
            &config,
            "replay",
            path.to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{}: {output:?}", path.display());
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap();
        let said = scans(text(&output.stdout));
        assert_eq!(said, scans(&expected), "{}", path.display());
        let words = bridge(&["--config", &config, "replay", path.to_str().unwrap()]);
        assert!(text(&words.stdout).contains("bytes, ended by"), "{words:?}");
        count += 1;
    }
    assert!(count >= 4);
}

#[test]
fn a_capture_cut_off_anywhere_gives_a_part_of_its_scans() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(format!("{CAPTURES}/honeywell-hidpos.jsonl")).unwrap();
    let expected = fs::read_to_string(format!("{CAPTURES}/honeywell-hidpos.txt")).unwrap();
    let path = folder.path().join("cut.jsonl");
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap();
    for end in (first + 1..whole.len()).step_by(97) {
        fs::write(&path, &whole[..end]).unwrap();
        let output = bridge(&["--json", "replay", path.to_str().unwrap()]);
        let said = scans(text(&output.stdout));
        assert!(
            scans(&expected).starts_with(&said),
            "cut at {end}: {output:?}"
        );
    }
}

#[test]
fn what_cannot_be_done_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let path_of = |path: &str| folder.path().join(path).to_str().unwrap().to_owned();
    assert_eq!(error(&["replay", &path_of("none")])["code"], "no-file");
    let no_capture = file("a", "hello\n");
    assert_eq!(error(&["replay", &no_capture])["code"], "no-capture");
    let newer = fs::read_to_string(format!("{CAPTURES}/serial.jsonl")).unwrap();
    let newer = file("b", &newer.replacen("\"capture\":1", "\"capture\":2", 1));
    let said = error(&["replay", &newer]);
    assert!(
        said["text"].as_str().unwrap().contains("version 2"),
        "{said}"
    );
    let keyboard = format!("{CAPTURES}/german-keyboard.jsonl");
    assert_eq!(
        error(&["replay", &keyboard])["code"],
        "no-scanner",
        "nobody named it"
    );
    let wrong = file("c", "[[device]]\nmatch = { vid = 1 }\nlayout = \"xx\"\n");
    let said = error(&["--config", &wrong, "list"]);
    assert_eq!(said["code"], "config-wrong");
    let told = said["text"].as_str().unwrap();
    assert!(
        told.contains("line") && told.contains("us, uk, de, fr"),
        "{said}"
    );
    // The spool comes before the bus: so it is told on a machine without USB too.
    let socket = path_of("sock");
    let said = error(&["run", "--socket", &socket, "--spool", &wrong]);
    assert_eq!(said["code"], "spool-failed");
    assert!(!Path::new(&socket).exists());
    let words = bridge(&["replay", &no_capture]);
    assert!(text(&words.stderr).starts_with("error: "), "{words:?}");
    assert!(text(&words.stderr).contains("\nhint: "), "{words:?}");
    let both = bridge(&["run", "--stdout", "--socket", &socket]);
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn every_command_has_help_with_an_example() {
    let help = bridge(&["--help"]);
    let help = text(&help.stdout);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = commands
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let all = [
        "list",
        "doctor",
        "learn",
        "test",
        "capture",
        "replay",
        "beep",
        "run",
        "udev-rules",
    ];
    assert_eq!(commands, all);
    for command in all {
        let help = bridge(&[command, "--help"]);
        let help = text(&help.stdout);
        assert!(help.contains(&format!("stock-bridge {command}")), "{help}");
        assert!(help.contains("Example"), "{help}");
    }
}

#[test]
fn udev_rules_hold_what_devices_toml_names() {
    let config = format!("{CAPTURES}/devices.toml");
    let output = bridge(&["--config", &config, "udev-rules"]);
    let rules = text(&output.stdout);
    assert!(
        rules.contains("ATTR{idVendor}==\"05fe\", ATTR{idProduct}==\"1010\""),
        "{rules}"
    );
    assert!(rules.contains("GROUP=\"scanner\"") && rules.contains("uaccess"));
}
